/* ---- JSON: values ---------------------------------------------------------------------------- */

/* Next member of an object whose '{' is behind: its name, and j at its value. *count is 0 first. */
static inline int nlu_member(nlu_json *j, nlu_json *name, unsigned *count)
{
    nlu_json before = *name;
    if (nlu_accept(j, *count ? ',' : '}') != !!*count) {
        if (*count) nlu_expect(j, '}');
        return 0;
    }
    nlu_spaces(j);
    *name = nlu_string(j);
    nlu_expect(j, ':');
    nlu_spaces(j);
    if (*count && j->inner && !j->bad && nlu_compare(before, *name) >= 0) j->bad = 1;
    *count = 1;
    return !j->bad;
}

/* Next item of a list whose '[' is behind. *count begins at 0. */
static inline int nlu_item(nlu_json *j, unsigned *count)
{
    if (nlu_accept(j, *count ? ',' : ']') != !!*count) {
        if (*count) nlu_expect(j, ']');
        return 0;
    }
    nlu_spaces(j);
    *count = 1;
    return !j->bad;
}

/* A number as digits * 10^exponent. */
typedef struct {
    int negative, whole; /* whole: no point, no exponent */
    unsigned digits;     /* without zeros at the front */
    uint64_t value;      /* of the first 19 of them */
    int exponent;
} nlu_decimal;

static inline int nlu_digits(nlu_json *j, nlu_decimal *d, int step)
{
    unsigned step_size, count = 0;
    for (;; count++) {
        int c = nlu_peek(j, &step_size);
        if (c < '0' || c > '9') return count != 0;
        nlu_step(j, step_size);
        if (d->digits < 19) d->value = d->value * 10 + (unsigned)(c - '0');
        if (d->value && d->digits < 1000) d->digits++;
        if (d->exponent > -1000) d->exponent += step;
    }
}

static inline nlu_decimal nlu_number(nlu_json *j)
{
    nlu_decimal d = {0, 1, 0, 0, 0};
    nlu_json begin;
    d.negative = nlu_accept(j, '-');
    begin = *j;
    if (!nlu_digits(j, &d, 0)) j->bad = 1;
    if (nlu_accept(&begin, '0') && (begin.at != j->at || begin.within != j->within))
        j->bad = 1; /* 0 leads no other digit */
    if (nlu_accept(j, '.')) {
        d.whole = 0;
        if (!nlu_digits(j, &d, -1)) j->bad = 1;
    }
    if (nlu_accept(j, 'e') || nlu_accept(j, 'E')) {
        nlu_decimal power = {0, 0, 0, 0, 0};
        d.whole = 0;
        power.negative = nlu_accept(j, '-');
        if (!power.negative) (void)nlu_accept(j, '+');
        if (!nlu_digits(j, &power, 0) || power.value > 400) j->bad = 1; /* not a finite binary64 */
        else d.exponent += (power.negative ? -1 : 1) * (int)power.value;
    }
    return d;
}

static inline void nlu_skip(nlu_json *j, int depth)
{
    unsigned step, count = 0;
    nlu_json name = *j;
    int c = nlu_peek(j, &step);
    const char *word = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : NULL;
    if (depth == 0) {
        j->bad = 1;
    } else if (c == '"') {
        (void)nlu_string(j);
    } else if (nlu_accept(j, '{')) {
        while (nlu_member(j, &name, &count)) nlu_skip(j, depth - 1);
    } else if (nlu_accept(j, '[')) {
        while (nlu_item(j, &count)) nlu_skip(j, depth - 1);
    } else if (word) {
        for (; *word; word++) nlu_expect(j, *word);
    } else {
        (void)nlu_number(j);
    }
}

static inline uint64_t nlu_integer(nlu_json *j, uint64_t low, uint64_t high)
{
    nlu_decimal d = nlu_number(j);
    if (!d.whole || d.negative || d.digits > 19 || d.value < low || d.value > high) j->bad = 1;
    return j->bad ? low : d.value;
}

/* A list of two integers. */
static inline void nlu_two(nlu_json *j, uint64_t high, uint64_t out[2])
{
    nlu_expect(j, '[');
    out[0] = nlu_integer(j, 0, high);
    nlu_expect(j, ',');
    out[1] = nlu_integer(j, 0, high);
    nlu_expect(j, ']');
}

static inline int nlu_boolean(nlu_json *j)
{
    unsigned step;
    int c = nlu_peek(j, &step);
    if (c != 't' && c != 'f') j->bad = 1;
    nlu_skip(j, 1);
    return c == 't';
}

/* Which of some strings (the last of them NULL) comes next. */
static inline int nlu_choice(nlu_json *j, const char *const *choices)
{
    nlu_json string = nlu_string(j);
    for (int k = 0; choices[k] && !j->bad; k++)
        if (nlu_is(string, choices[k])) return k;
    j->bad = 1;
    return 0;
}

/* Large whole numbers for nlu_to_double: 1,024 bits, the low word first. */
typedef struct {
    uint32_t word[32];
} nlu_big;

static inline void nlu_big_times(nlu_big *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (int k = 0; k < 32; k++) {
        carry += (uint64_t)x->word[k] * factor;
        x->word[k] = (uint32_t)carry;
        carry >>= 32;
    }
}

static inline int nlu_big_compare(const nlu_big *x, const nlu_big *y)
{
    for (int k = 31; k >= 0; k--)
        if (x->word[k] != y->word[k]) return x->word[k] < y->word[k] ? -1 : 1;
    return 0;
}

static inline void nlu_big_subtract(nlu_big *x, const nlu_big *y)
{
    uint64_t borrow = 0;
    for (int k = 0; k < 32; k++) {
        uint64_t difference = (uint64_t)x->word[k] - y->word[k] - borrow;
        x->word[k] = (uint32_t)difference;
        borrow = difference >> 63;
    }
}

/* The binary64 nearest to a number of up to 19 digits, ties to even; 0 below 1e-60. The quotient
   value * 10^e / 1 or value / 10^-e is brought into [1, 2), then gives 53 bits by long division. */
static inline double nlu_to_double(nlu_json *j, nlu_decimal d)
{
    int exponent = 0, order = (int)d.digits + d.exponent;
    uint64_t bits = 0;
    double result;
    nlu_big above, below;
    if (d.digits > 19 || order > 39) j->bad = 1; /* beyond binary32, or not canonical */
    if (d.value == 0 || order < -60 || j->bad) return d.negative ? -0.0 : 0.0;
    memset(&above, 0, sizeof above);
    memset(&below, 0, sizeof below);
    above.word[0] = (uint32_t)d.value;
    above.word[1] = (uint32_t)(d.value >> 32);
    below.word[0] = 1;
    for (int k = d.exponent; k > 0; k--) nlu_big_times(&above, 10);
    for (int k = d.exponent; k < 0; k++) nlu_big_times(&below, 10);
    for (; nlu_big_compare(&above, &below) >= 0; exponent++) nlu_big_times(&below, 2);
    for (; nlu_big_compare(&above, &below) < 0; exponent--) nlu_big_times(&above, 2);
    for (int k = 0; k < 53; k++) {
        int one = nlu_big_compare(&above, &below) >= 0;
        if (one) nlu_big_subtract(&above, &below);
        nlu_big_times(&above, 2);
        bits = bits << 1 | (uint64_t)one;
    }
    int rest = nlu_big_compare(&above, &below);
    if (rest > 0 || (rest == 0 && (bits & 1))) bits++;
    result = (double)bits; /* at most 2^53: exact, and so is each step below */
    for (exponent -= 52; exponent > 0; exponent--) result *= 2;
    for (; exponent < 0; exponent++) result /= 2;
    return d.negative ? -result : result;
}

