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

/* -1 and less to 0, 1 and more to 1, straight between. */
static inline double nlu_ramp(double x)
{
    return x >= 1 ? 1 : x > -1 ? (x + 1) / 2 : 0;
}

/* Turns raw scores into what is shown: probabilities, or the margins themselves. */
static inline void nlu_link(const nlu_model *m, double *scores)
{
    size_t count = nlu_label_count(m);
    double sum = 0, most = count ? scores[0] : 0;
    if (m->link >= NLU_LOSS) { /* logarithms of probabilities */
        for (size_t k = 0; k < count; k++) scores[k] = nlu_exp(scores[k]);
        return;
    }
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
        } else if (m->link > 1) {
            scores[k] = nlu_sigmoid(scores[k]);
        } else {
            scores[k] = nlu_exp(scores[k] - most);
        }
        sum += scores[k];
    }
    for (size_t k = 0; k < count && m->link && m->link != 2; k++)
        scores[k] = sum > 0 ? scores[k] / sum : 1 / (double)count;
}

/* Whether the answer is not the best label, of these scores as nlu_link shows them, but unknown. */
static inline int nlu_is_unknown(const nlu_model *m, const double *shown, size_t best)
{
    return m->unknown_label.at && best != NLU_FIRST && shown[best] < m->threshold;
}

/* Writes the UTF-8 of the answer to unknown texts (no zero behind it) and its length. */
static inline int nlu_unknown_label(const nlu_model *m, uint8_t *out, size_t room, size_t *size)
{
    nlu_json j = m->unknown_label;
    uint8_t bytes[4];
    *size = 0;
    if (!j.at) return NLU_ERROR_BUFFER;
    for (int32_t c = nlu_char(&j); c >= 0; c = nlu_char(&j)) {
        size_t count = nlu_put_utf8((uint32_t)c, bytes);
        for (size_t k = 0; k < count; k++)
            if (*size + k < room) out[*size + k] = bytes[k];
        *size += count;
    }
    return *size <= room ? NLU_OK : NLU_ERROR_BUFFER;
}
