/* ---- Arithmetic without a library ------------------------------------------------------------ */

/* e^x for x up to 1: 2^k e^r with |r| <= log(2) / 2, and Taylor's series for e^r. */
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

/* The natural logarithm of a positive normal number x = 2^k m, m within a factor of sqrt(2) of 1:
   k log(2) + 2 artanh(s) with s = (m - 1) / (m + 1), by the series s + s^3 / 3 + s^5 / 5 + ... */
static inline double nlu_log(double x)
{
    double sum = 0, s, square;
    int k = 0;
    for (; x > 1.4142135623730951; k++) x /= 2;
    for (; x < 0.7071067811865476; k--) x *= 2;
    s = (x - 1) / (x + 1);
    square = s * s;
    for (int n = 23; n > 0; n -= 2) sum = sum * square + 1.0 / n;
    return k * 0.693147180369123816490 + (k * 1.90821492927058770002e-10 + 2 * s * sum);
}

/* The square root of a number that is not negative, by Newton's steps from 2^k with
   2^(2k) <= x < 2^(2k + 2). */
static inline double nlu_sqrt(double x)
{
    double root = 1;
    if (x <= 0) return 0;
    for (; root * root * 4 <= x; root *= 2) {}
    for (; root * root > x; root /= 2) {}
    for (int n = 0; n < 7; n++) root = (root + x / root) / 2;
    return root;
}

/* 1 / (1 + e^-x), by the exponential that cannot overflow. */
static inline double nlu_sigmoid(double x)
{
    double e = nlu_exp(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
}

