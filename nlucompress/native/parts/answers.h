/* ---- Answers (section 12) -------------------------------------------------------------------- */

/* The best label after `previous` (NLU_FIRST: of all); of equal scores the first. Asked for no more
   often than there are labels. */
static inline size_t nlu_next_best(const double *scores, size_t count, size_t previous)
{
    size_t best = NLU_FIRST;
    for (size_t k = 0; k < count; k++) {
        if (previous != NLU_FIRST && (scores[k] > scores[previous] ||
                                      (scores[k] == scores[previous] && k <= previous)))
            continue;
        if (best == NLU_FIRST || scores[k] > scores[best]) best = k;
    }
    return best;
}

/* e^x for x <= 0: 2^k e^r with |r| <= log(2) / 2, and Taylor's series for e^r. */
static inline double nlu_exp(double x)
{
    double sum = 1, term = 1, r;
    int k;
    if (x < -745) return 0;
    k = (int)(x * 1.4426950408889634 - 0.5);
    r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
    for (int n = 1; n < 18; n++) {
        term *= r / n;
        sum += term;
    }
    for (; k < 0; k++) sum /= 2;
    return sum;
}

/* -1 and less to 0, 1 and more to 1, straight between. */
static inline double nlu_ramp(double x)
{
    return x >= 1 ? 1 : x > -1 ? (x + 1) / 2 : 0;
}

/* Turns raw scores into what is shown: probabilities, or the margins themselves. */
static inline void nlu_link(const nlu_model *m, double *scores)
{
    size_t count = m->labels.count;
    double sum = 0, most = count ? scores[0] : 0;
    for (size_t k = 0; k < count; k++)
        if (scores[k] > most) most = scores[k];
    if (m->link == 4 && count == 2) { /* clipped: two labels share the difference of their scores */
        scores[1] = nlu_ramp(scores[1] - scores[0]);
        scores[0] = 1 - scores[1];
        return;
    }
    for (size_t k = 0; k < count && m->link; k++) {
        if (m->link == 4) {
            scores[k] = nlu_ramp(scores[k]);
        } else if (m->link > 1) { /* logistic, by the exponential that cannot overflow */
            double e = nlu_exp(scores[k] < 0 ? scores[k] : -scores[k]);
            scores[k] = (scores[k] < 0 ? e : 1) / (1 + e);
        } else {
            scores[k] = nlu_exp(scores[k] - most);
        }
        sum += scores[k];
    }
    for (size_t k = 0; k < count && m->link && m->link != 2; k++)
        scores[k] = sum > 0 ? scores[k] / sum : 1 / (double)count;
}

