/* ---- Keys of scikit-learn's vectorizers (section 11.5) --------------------------------------- */

/* An n-gram or bucket of a text: its hash, zero where the slot is free, and the lowest bit of h2,
   which there marks it as taken; what it counts, its row (UINT64_MAX: none) and its factor in the
   norm. */
typedef struct {
    uint64_t h1, h2, low, row;
    double count, factor;
} nlu_gram;

typedef struct {
    const nlu_model *model;
    const nlu_part_of *part;
    nlu_text text;
    uint8_t *words, *key; /* the words of the text, a space between; a key, behind its prefix */
    size_t words_size, prefix;
    nlu_gram *grams;
    uint64_t slots;
} nlu_vectorizer;

static inline int nlu_is_space(uint32_t code)
{
    return (code >= 9 && code <= 13) || (code >= 28 && code <= 32) || code == 0x85 ||
           code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/* Whether Python's \w matches. */
static inline int nlu_is_letter(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_alphanumeric_edges(&count);
    if (code < 0x80) return nlu_is_letter_or_digit((int32_t)code) || code == '_';
    return nlu_belongs(edges, count, code);
}

static inline int nlu_is_cased(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_cased_edges(&count);
    return nlu_belongs(edges, count, code);
}

static inline int nlu_is_passed(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_passed_edges(&count);
    return nlu_belongs(edges, count, code);
}

/* Whether a capital sigma ends a word: a cased character stands before it, none behind. */
static inline int nlu_is_final(const nlu_text *t, const uint8_t *behind, size_t size)
{
    size_t at = t->count, used;
    while (at && nlu_is_passed(nlu_get_char(t, at - 1))) at--;
    if (!at || !nlu_is_cased(nlu_get_char(t, at - 1))) return 0;
    for (; size; behind += used, size -= used) {
        uint32_t code = nlu_utf8(behind, size, &used);
        if (!nlu_is_passed(code)) return !nlu_is_cased(code);
    }
    return 1;
}

/* The characters of a text, in lower case if the part says so: no more than it has bytes. */
static inline void nlu_prepare(nlu_text *t, const uint8_t *text, size_t size, int lowercase)
{
    uint32_t count;
    const int32_t *runs = nlu_lowers(&count);
    size_t used;
    for (size_t at = 0; at < size; at += used) {
        uint32_t code = nlu_utf8(text + at, size - at, &used);
        if (lowercase && code == 0x3A3) {
            code = nlu_is_final(t, text + at + used, size - at - used) ? 0x3C2 : 0x3C3;
        } else if (lowercase && code == 0x130) {
            nlu_set_char(t, t->count++, 'i');
            code = 0x307;
        } else if (lowercase && code < 0x80) {
            code += code >= 'A' && code <= 'Z' ? 32 : 0;
        } else if (lowercase) {
            code = nlu_changed(runs, count, code);
        }
        nlu_set_char(t, t->count++, code);
    }
}

/* MurmurHash3 x86 32 with seed 0. */
static inline uint32_t nlu_murmur32(const uint8_t *p, size_t size)
{
    uint32_t h = 0, k = 0;
    for (size_t at = 0; at < size; at++) {
        k |= (uint32_t)p[at] << 8 * (at % 4);
        if (at % 4 != 3 && at + 1 != size) continue;
        k *= 0xCC9E2D51u;
        k = (k << 15 | k >> 17) * 0x1B873593u;
        h ^= k;
        if (at % 4 == 3) h = (h << 13 | h >> 19) * 5 + 0xE6546B64u;
        k = 0;
    }
    return nlu_fmix32(h ^ (uint32_t)size);
}

/* Writes a number in decimal and returns its digits. */
static inline size_t nlu_put_number(uint32_t value, uint8_t *out)
{
    uint8_t digits[10];
    size_t count = 0, at = 10;
    do digits[--at] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    for (; at < 10; at++) out[count++] = digits[at];
    return count;
}

/* Counts the n-gram that stands in the key, behind its prefix. */
static inline int nlu_count_gram(nlu_vectorizer *v, size_t size)
{
    const nlu_table *t = &v->model->table;
    double count = 1;
    uint8_t *text = v->key + v->prefix;
    if (v->part->buckets) {
        uint32_t value = nlu_murmur32(text, size), negative = value >> 31;
        if (negative) value = 0u - value;
        if (negative && v->part->is_signed) count = -1;
        size = nlu_put_number(value % v->part->buckets, text);
    }
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, v->key, v->prefix + size);
    nlu_hash_end(&h);
    uint64_t slot = h.h1 % v->slots;
    nlu_gram *g = &v->grams[slot];
    for (; g->h2; g = &v->grams[slot]) { /* the lowest bit of h2 marks a slot as taken */
        if (g->h1 == h.h1 && g->h2 == (h.h2 | 1)) {
            g->count += count;
            return NLU_OK;
        }
        slot = slot + 1 == v->slots ? 0 : slot + 1;
    }
    g->h1 = h.h1;
    g->h2 = h.h2 | 1;
    g->low = h.h2 & 1;
    g->count = count;
    g->factor = 1;
    int found = t->keys.kind != NLU_STRINGS
                    ? nlu_find_hash(&t->keys, &h, &g->row)
                    : nlu_find_string(&t->keys, v->key, v->prefix + size, &g->row);
    if (found < 0) return found;
    if (!found) g->row = UINT64_MAX;
    if (!v->part->vocabulary) return NLU_OK;
    uint64_t row;
    const nlu_keys *norms = &v->model->norm_keys;
    g->factor = 0;
    found = norms->kind != NLU_STRINGS ? nlu_find_hash(norms, &h, &row)
                          : nlu_find_string(norms, v->key, v->prefix + size, &row);
    return found <= 0 ? found : nlu_add_row(&v->model->norms, row, 1, &g->factor);
}

static inline int nlu_is_in_word(const nlu_part_of *p, uint32_t code)
{
    if (p->any) return !nlu_is_space(code);
    if (p->letters && nlu_is_letter(code)) return 1;
    return code < 128 && (p->ascii[code / 64] >> code % 64 & 1);
}

/* Whether a word begins or ends at a place, as \b says it. */
static inline int nlu_is_edge(const nlu_text *t, size_t at)
{
    int before = at > 0 && nlu_is_letter(nlu_get_char(t, at - 1));
    return before != (at < t->count && nlu_is_letter(nlu_get_char(t, at)));
}

/* The end of the match that begins at a place, or the place itself. */
static inline size_t nlu_match(const nlu_vectorizer *v, size_t at)
{
    const nlu_part_of *p = v->part;
    const nlu_text *t = &v->text;
    uint32_t code = nlu_get_char(t, at);
    size_t end = at;
    if (!p->bounded || nlu_is_edge(t, at)) {
        while (end < t->count && nlu_is_in_word(p, nlu_get_char(t, end))) end++;
        for (; end - at >= p->shortest; end--)
            if (!p->bounded || nlu_is_edge(t, end)) return end;
    }
    return p->others && !nlu_is_letter(code) && !nlu_is_space(code) ? at + 1 : at;
}

static inline int nlu_is_stop_word(const nlu_part_of *p, const uint8_t *word, size_t size)
{
    nlu_json j = p->stop_words;
    unsigned count = 0;
    while (p->has_stop_words && nlu_item(&j, &count)) {
        nlu_json string = nlu_string(&j);
        uint8_t bytes[4];
        size_t at = 0;
        int32_t c;
        while ((c = nlu_char(&string)) >= 0) {
            size_t length = nlu_put_utf8((uint32_t)c, bytes);
            if (length > size - at || memcmp(word + at, bytes, length) != 0) break;
            at += length;
        }
        if (c < 0 && at == size) return 1;
    }
    return 0;
}

/* Writes the words, a space between; returns how many. */
static inline uint64_t nlu_split_words(nlu_vectorizer *v)
{
    uint64_t count = 0;
    v->words_size = 0;
    for (size_t at = 0, end; at < v->text.count; at = end > at ? end : at + 1) {
        end = nlu_match(v, at);
        if (end == at) continue;
        size_t begin = v->words_size + (v->words_size != 0), to = begin;
        for (size_t k = at; k < end; k++)
            to += nlu_put_utf8(nlu_get_char(&v->text, k), v->words + to);
        if (nlu_is_stop_word(v->part, v->words + begin, to - begin)) continue;
        if (begin) v->words[begin - 1] = ' ';
        v->words_size = to;
        count++;
    }
    return count;
}

static inline int nlu_count_words(nlu_vectorizer *v)
{
    const uint8_t *end = v->words + v->words_size, *stop;
    for (const uint8_t *begin = v->words; begin < end; begin = stop + 1) {
        const uint8_t *at = begin;
        stop = NULL;
        for (uint32_t n = 1; n <= v->part->high && at <= end; n++, at++) {
            at = (const uint8_t *)memchr(at, ' ', (size_t)(end - at));
            if (!at) at = end;
            if (!stop) stop = at;
            if (n < v->part->low) continue;
            memcpy(v->key + v->prefix, begin, (size_t)(at - begin));
            int error = nlu_count_gram(v, (size_t)(at - begin));
            if (error) return error;
            if (at == end) break;
        }
    }
    return NLU_OK;
}

/* A character of the text from `begin` to `end`, a space at both ends where it is framed. */
static inline uint32_t nlu_framed(const nlu_text *t, size_t begin, size_t end, int frame, size_t at)
{
    if (!frame) return nlu_get_char(t, begin + at);
    return at == 0 || at == end - begin + 1 ? ' ' : nlu_get_char(t, begin + at - 1);
}

/* The runs of low .. high characters; of a framed word the first that is not shorter than it is the
   whole, and ends it. */
static inline int nlu_count_runs(nlu_vectorizer *v, size_t begin, size_t end, int frame)
{
    size_t length = end - begin + (frame ? 2 : 0);
    for (size_t n = v->part->low; n <= v->part->high; n++) {
        size_t whole = n < length ? n : length;
        if (n > length && !frame) break;
        for (size_t at = 0; at + whole <= length; at++) {
            uint8_t *to = v->key + v->prefix;
            for (size_t k = at; k < at + whole; k++)
                to += nlu_put_utf8(nlu_framed(&v->text, begin, end, frame, k), to);
            int error = nlu_count_gram(v, (size_t)(to - v->key) - v->prefix);
            if (error) return error;
        }
        if (frame && n >= length) break;
    }
    return NLU_OK;
}

/* Every run of two or more white-space characters becomes one space. */
static inline void nlu_join_spaces(nlu_text *t)
{
    size_t kept = 0;
    for (size_t at = 0, end; at < t->count; at = end) {
        for (end = at; end < t->count && nlu_is_space(nlu_get_char(t, end));) end++;
        if (end - at >= 2) nlu_set_char(t, kept++, ' ');
        else nlu_set_char(t, kept++, nlu_get_char(t, at));
        if (end == at) end++;
    }
    t->count = kept;
}

static inline int nlu_count_characters(nlu_vectorizer *v)
{
    nlu_text *t = &v->text;
    nlu_join_spaces(t);
    if (v->part->analyzer == NLU_ANALYZE_CHARS) return nlu_count_runs(v, 0, t->count, 0);
    for (size_t at = 0, end; at < t->count; at = end) {
        for (end = at; end < t->count && !nlu_is_space(nlu_get_char(t, end));) end++;
        int error = end > at ? nlu_count_runs(v, at, end, 1) : NLU_OK;
        if (error) return error;
        if (end == at) end++;
    }
    return NLU_OK;
}

/* Adds the rows of the n-grams, each times its value, divided by the norm of them all. */
static inline int nlu_add_grams(nlu_vectorizer *v, double *scores)
{
    double norm = 0;
    for (uint64_t k = 0; k < v->slots; k++) {
        nlu_gram *g = &v->grams[k];
        if (!g->h2) continue;
        if (v->part->weighting == NLU_BINARY) g->count = 1;
        if (v->part->weighting == NLU_LOGARITHM) g->count = 1 + nlu_log(g->count);
        double value = g->count * g->factor;
        norm += v->part->norm == 2 ? value * value : value < 0 ? -value : value;
    }
    if (v->part->norm == 2) norm = nlu_sqrt(norm);
    if (!v->part->norm || norm <= 0) norm = 1;
    for (uint64_t k = 0; k < v->slots; k++) {
        const nlu_gram *g = &v->grams[k];
        int error = NLU_OK;
        if (!g->h2) continue;
        if (g->row != UINT64_MAX)
            error = nlu_add_row(&v->model->table.matrix, g->row, g->count / norm, scores);
        nlu_hasher h = nlu_hash_begin();
        h.h1 = g->h1;
        h.h2 = (g->h2 & ~(uint64_t)1) | g->low;
        for (const nlu_model *m = v->model->over; !error && m; m = m->over) {
            uint64_t row;
            if (nlu_find_hash(&m->table.keys, &h, &row))
                error = nlu_add_row(&m->table.matrix, row, g->count / norm, scores);
        }
        if (error) return error;
    }
    return NLU_OK;
}

/* Slots for the n-grams of any text of so many bytes. */
static inline uint64_t nlu_gram_slots(const nlu_part_of *p, size_t size)
{
    uint64_t most = 2 * (uint64_t)size + 2; /* characters, and two spaces to each word */
    if (p->analyzer == NLU_ANALYZE_WORDS) most = p->others ? size : ((uint64_t)size + 1) / 2;
    most *= p->high - p->low + 1;
    return most + most / 2 + 1;
}

/* Bytes for the characters, the words and a key of a text of so many bytes. */
static inline uint64_t nlu_vectorizer_text(size_t size)
{
    return ((uint64_t)size * 14 + 300) / 8 * 8 + 8;
}

static inline uint64_t nlu_vectorizer_scratch(const nlu_model *m, size_t size)
{
    nlu_json j = m->parts;
    nlu_part_of part;
    unsigned count = 0;
    uint64_t most = 0;
    while (nlu_item(&j, &count)) {
        (void)nlu_read_part(&j, &part);
        uint64_t slots = nlu_gram_slots(&part, size);
        if (slots > most) most = slots;
    }
    return nlu_vectorizer_text(size) + most * sizeof(nlu_gram);
}

/* Adds the rows of a text's keys to the scores; the scratch memory is aligned. */
static inline int nlu_add_vectorized(const nlu_model *m, const uint8_t *text, size_t size,
                                     uint8_t *scratch, size_t scratch_size, double *scores)
{
    nlu_json j = m->parts;
    nlu_part_of part;
    unsigned count = 0;
    uint64_t front = nlu_vectorizer_text(size);
    for (uint32_t number = 0; nlu_item(&j, &count); number++) {
        nlu_vectorizer v = {m, &part, {scratch, 0, size}, scratch + 4 * size, NULL, 0, 0, NULL, 0};
        (void)nlu_read_part(&j, &part);
        v.slots = nlu_gram_slots(&part, size);
        if (front > scratch_size || v.slots > (scratch_size - front) / sizeof(nlu_gram))
            return NLU_ERROR_SCRATCH;
        v.key = v.words + 5 * size;
        v.grams = (nlu_gram *)(void *)(scratch + (size_t)front);
        memset(v.grams, 0, (size_t)v.slots * sizeof(nlu_gram));
        if (m->part_count > 1) {
            v.prefix = nlu_put_number(number, v.key) + 1;
            v.key[v.prefix - 1] = ' ';
        }
        nlu_prepare(&v.text, text, size, part.lowercase);
        int error;
        if (part.analyzer == NLU_ANALYZE_WORDS) {
            (void)nlu_split_words(&v);
            error = nlu_count_words(&v);
        } else {
            error = nlu_count_characters(&v);
        }
        if (!error) error = nlu_add_grams(&v, scores);
        if (error) return error;
    }
    return NLU_OK;
}

