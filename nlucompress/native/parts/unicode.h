/* ---- Unicode: NFC and folding (section 11) ------------------------------------------------------

   The tables stand at the end of this file, each in a function that says how long it is. */

static inline const uint32_t *nlu_word_edges(uint32_t *count);
static inline const uint32_t *nlu_symbol_edges(uint32_t *count);
static inline const uint32_t *nlu_alphanumeric_edges(uint32_t *count);
static inline const uint32_t *nlu_cased_edges(uint32_t *count);
static inline const uint32_t *nlu_passed_edges(uint32_t *count);
static inline const int32_t *nlu_folds(uint32_t *count);
static inline const int32_t *nlu_lowers(uint32_t *count);
static inline const uint32_t *nlu_marks(uint32_t *count);
static inline const uint16_t *nlu_pairs(uint32_t *low, uint32_t *count);
static inline const uint16_t *nlu_composing(uint32_t *low, uint32_t *count);
static inline const uint32_t *nlu_ideographs(void);

/* Whether a set, given by where belonging to it begins and ends by turns, holds a character. */
static inline int nlu_belongs(const uint32_t *edges, uint32_t count, uint32_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (edges[middle] <= code) low = middle + 1;
        else high = middle;
    }
    return (int)(low & 1); /* edges at or before the code */
}

/* Word characters of n-grams: categories L, M, N. */
static inline int nlu_is_word(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_word_edges(&count);
    return nlu_belongs(edges, count, code);
}

/* Symbols of n-grams: categories P, S, but U+FFFD, which stands for bytes that are no UTF-8. */
static inline int nlu_is_symbol(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_symbol_edges(&count);
    return nlu_belongs(edges, count, code);
}

/* What a table of runs that change alike makes of a character. */
static inline uint32_t nlu_changed(const int32_t *run, uint32_t count, uint32_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) { /* the first run that ends at or behind the code */
        uint32_t middle = (low + high) / 2;
        if (run[3 * middle + 1] / 2 < (int32_t)code) low = middle + 1;
        else high = middle;
    }
    if (low == count) return code;
    run += 3 * low;
    int32_t at = (int32_t)code - run[0];
    return at < 0 || (run[1] & at & 1) ? code : (uint32_t)((int32_t)code + run[2]);
}

/* A word character folded, an apostrophe for any apostrophe, a space for anything else. */
static inline uint32_t nlu_fold(uint32_t code)
{
    uint32_t count;
    const int32_t *runs = nlu_folds(&count);
    if (code < 0x80) {
        if (code >= 'A' && code <= 'Z') return code + 32;
        int kept = (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || code == '\'';
        return kept ? code : ' ';
    }
    if (code == 0x2018 || code == 0x2019 || code == 0x2BC || code == 0xFF07) return '\'';
    return nlu_is_word(code) ? nlu_changed(runs, count, code) : ' ';
}

static inline uint32_t nlu_combining_class(uint32_t code)
{
    uint32_t low = 0, count, high;
    const uint32_t *marks = nlu_marks(&count);
    for (high = count; low < high;) {
        uint32_t middle = (low + high) / 2;
        if (marks[2 * middle + 1] >> 8 < code) low = middle + 1;
        else high = middle;
    }
    return low < count && marks[2 * low] <= code ? marks[2 * low + 1] & 255 : 0;
}

/* Text during normalization: words of 32 bits at the front of the scratch memory, a character and,
   from bit 24 on, its combining class. The memory is the caller's bytes, hence memcpy. */
typedef struct {
    uint8_t *bytes;
    size_t count, room; /* characters */
} nlu_text;

static inline uint32_t nlu_get_char(const nlu_text *t, size_t at)
{
    uint32_t value;
    memcpy(&value, t->bytes + 4 * at, 4);
    return value;
}

static inline void nlu_set_char(nlu_text *t, size_t at, uint32_t value)
{
    memcpy(t->bytes + 4 * at, &value, 4);
}

/* The row of nlu_pairs with a composed character and what it decomposes to, or NULL. */
static inline const uint16_t *nlu_pair(uint32_t code)
{
    uint32_t low = 0, high, count, end;
    const uint16_t *pairs = nlu_pairs(&high, &count);
    if (code >> 16 > 1) return NULL;
    if (code >> 16) {
        low = high;
        high = count;
    }
    for (end = high; low < high;) {
        uint32_t middle = (low + high) / 2;
        if (pairs[3 * middle] < (code & 0xFFFF)) low = middle + 1;
        else high = middle;
    }
    return low < end && pairs[3 * low] == (code & 0xFFFF) ? pairs + 3 * low : NULL;
}

enum { NLU_S = 0xAC00, NLU_L = 0x1100, NLU_V = 0x1161, NLU_T = 0x11A7 }; /* Hangul and its parts */

/* Appends the canonical decomposition of a character; 0 if there is no room. */
static inline int nlu_decompose(nlu_text *t, uint32_t code)
{
    uint32_t tail[4], pending = 0; /* no chain of decompositions is longer */
    const uint16_t *pair;
    if (code >= 0xF900 && code <= 0xFAD9 && nlu_ideographs()[code - 0xF900])
        code = nlu_ideographs()[code - 0xF900];
    else if (code >= 0x2F800 && code <= 0x2FA1D && nlu_ideographs()[474 + code - 0x2F800])
        code = nlu_ideographs()[474 + code - 0x2F800];
    while (pending < 3 && (pair = nlu_pair(code)) != NULL) {
        if (pair[2]) tail[pending++] = (code & 0x10000) | pair[2];
        code = (code & 0x10000) | pair[1];
    }
    if (code >= NLU_S && code < NLU_S + 11172) {
        uint32_t index = code - NLU_S;
        if (index % 28) tail[pending++] = NLU_T + index % 28;
        tail[pending++] = NLU_V + index % 588 / 28;
        code = NLU_L + index / 588;
    }
    if (t->room - t->count < pending + 1) return 0;
    for (;;) {
        nlu_set_char(t, t->count++, code | (code < 0x300 ? 0 : nlu_combining_class(code) << 24));
        if (!pending) return 1;
        code = tail[--pending];
    }
}

/* Sorts a run of marks by their class and keeps the order of equal ones: for each class that is
   there, ascending, its marks are collected. `copy` has room for the run. */
static inline void nlu_sort_marks(nlu_text *t, size_t begin, size_t end, uint8_t *copy)
{
    nlu_text run = {copy, end - begin, end - begin};
    memcpy(copy, t->bytes + 4 * begin, 4 * (end - begin));
    for (uint32_t kind = 1, next; begin < end; kind = next) {
        next = 256;
        for (size_t k = 0; k < run.count; k++) {
            uint32_t value = nlu_get_char(&run, k), other = value >> 24;
            if (other == kind) nlu_set_char(t, begin++, value);
            else if (other > kind && other < next) next = other;
        }
    }
}

static inline void nlu_reorder(nlu_text *t, uint8_t *copy)
{
    for (size_t begin = 0, end; begin < t->count; begin = end) {
        int sorted = 1;
        for (end = begin; end < t->count && nlu_get_char(t, end) >> 24; end++)
            if (end > begin && nlu_get_char(t, end) >> 24 < nlu_get_char(t, end - 1) >> 24)
                sorted = 0;
        if (!sorted) nlu_sort_marks(t, begin, end, copy);
        if (end == begin) end++;
    }
}

/* The character that two compose to, or 0. */
static inline uint32_t nlu_compose(uint32_t first, uint32_t second)
{
    uint32_t low = 0, high, count, end, unused, wanted = first << 16 | (second & 0xFFFF);
    const uint16_t *pairs = nlu_pairs(&unused, &unused), *rows = nlu_composing(&high, &count);
    if (first - NLU_L < 19 && second - NLU_V < 21)
        return NLU_S + ((first - NLU_L) * 21 + (second - NLU_V)) * 28;
    if (first - NLU_S < 11172 && (first - NLU_S) % 28 == 0 && second - NLU_T - 1 < 27)
        return first + (second - NLU_T);
    if (first >> 16 > 1 || first >> 16 != second >> 16) return 0;
    if (first >> 16) {
        low = high;
        high = count;
    }
    for (end = high; low < high;) {
        uint32_t middle = (low + high) / 2;
        const uint16_t *pair = pairs + 3 * rows[middle];
        if (((uint32_t)pair[1] << 16 | pair[2]) < wanted) low = middle + 1;
        else high = middle;
    }
    if (low == end) return 0;
    pairs += 3 * rows[low];
    return ((uint32_t)pairs[1] << 16 | pairs[2]) == wanted ? (first & 0x10000) | pairs[0] : 0;
}

/* Composes in place and drops the classes. A mark composes with the starter before it unless one of
   its own class, or a starter, stands between. */
static inline void nlu_recompose(nlu_text *t)
{
    size_t kept = 0, starter = 0;
    uint32_t before = 0; /* class of the last character that was kept behind the starter */
    int has_starter = 0;
    for (size_t k = 0; k < t->count; k++) {
        uint32_t value = nlu_get_char(t, k), kind = value >> 24, code = value & 0xFFFFFF;
        if (has_starter && (kept == starter + 1 || (before && before < kind))) {
            uint32_t made = nlu_compose(nlu_get_char(t, starter), code);
            if (made) {
                nlu_set_char(t, starter, made);
                continue;
            }
        }
        if (!kind) {
            has_starter = 1;
            starter = kept;
        }
        before = kind;
        nlu_set_char(t, kept++, code);
    }
    t->count = kept;
}

/* Bytes to NFC; 0 if there is not room enough. */
static inline int nlu_normalize(nlu_text *t, const uint8_t *text, size_t size, size_t scratch_size)
{
    size_t used;
    int ascii = 1;
    for (size_t at = 0; at < size; at += used) {
        uint32_t code = nlu_utf8(text + at, size - at, &used);
        if (code >= 0x80) ascii = 0;
        if (code >= 0xC0 ? !nlu_decompose(t, code) : t->count == t->room) return 0;
        if (code < 0xC0) nlu_set_char(t, t->count++, code);
    }
    if (ascii) return 1;
    if (scratch_size / 8 < t->count) return 0; /* a copy of a run of marks stands behind the text */
    nlu_reorder(t, t->bytes + 4 * t->count);
    nlu_recompose(t);
    return 1;
}

