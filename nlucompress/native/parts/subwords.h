/* ---- fastText's classifiers (sections 11.4 and 12) ------------------------------------------- */

/* FNV-1a of 32 bits; a byte above 127 turns the upper bits, too. */
static inline uint32_t nlu_fnv(uint32_t h, uint8_t byte)
{
    return (h ^ (byte < 128 ? byte : byte | 0xFFFFFF00u)) * 16777619u;
}

#define NLU_FNV 2166136261u

typedef struct {
    const nlu_model *model;
    double *sums;
    uint64_t rows; /* that are in the sums */
} nlu_bag;

static inline int nlu_add_known(nlu_bag *b, const uint8_t *key, size_t size)
{
    uint64_t row;
    int found = nlu_find(&b->model->table, key, size, &row);
    if (found <= 0) return found;
    b->rows++;
    return nlu_add_row(&b->model->table.matrix, row, 1, b->sums);
}

static inline int nlu_add_bucket(nlu_bag *b, uint64_t hash)
{
    uint8_t key[11] = {' '};
    size_t size = 1 + nlu_put_number((uint32_t)(hash % b->model->buckets), key + 1);
    return nlu_add_known(b, key, size);
}

/* A byte of `<word>`. */
static inline uint8_t nlu_bracketed(const uint8_t *word, size_t size, size_t at)
{
    return at == 0 ? '<' : at <= size ? word[at - 1] : '>';
}

/* The buckets of the runs of characters of `<word>`; a bracket alone is none. */
static inline int nlu_add_subwords(nlu_bag *b, const uint8_t *word, size_t size)
{
    size_t length = size + 2;
    for (size_t begin = 0; begin < length; begin++) {
        if ((nlu_bracketed(word, size, begin) & 0xC0) == 0x80) continue;
        uint32_t h = NLU_FNV;
        size_t at = begin;
        for (uint32_t n = 1; n <= b->model->longest && at < length; n++) {
            do h = nlu_fnv(h, nlu_bracketed(word, size, at++));
            while (at < length && (nlu_bracketed(word, size, at) & 0xC0) == 0x80);
            if (n < b->model->shortest || (n == 1 && (begin == 0 || at == length))) continue;
            int error = nlu_add_bucket(b, h);
            if (error) return error;
        }
    }
    return NLU_OK;
}

static inline int nlu_separates(uint8_t c) { return c == 0 || (c >= 9 && c <= 13) || c == ' '; }

/* Whether a word counts: no label, and nothing that begins as one but is not a word of the model. */
static inline int nlu_counts(const nlu_bag *b, const uint8_t *word, size_t size)
{
    uint64_t row;
    if (nlu_is_label(b->model, word, size)) return 0;
    if (size < 9 || memcmp(word, "__label__", 9) != 0) return 1;
    return nlu_find(&b->model->table, word, size, &row);
}

/* Adds the rows of a text's words and of their n-grams; `hashes` has room for as many as there are
   words. */
static inline int nlu_add_words_of(nlu_bag *b, const uint8_t *text, size_t size, uint8_t *hashes)
{
    static const uint8_t last[] = "</s>";
    size_t count = 0;
    int ended = 0;
    for (size_t at = 0, end; !ended; at = end) {
        while (at < size && nlu_separates(text[at])) at++;
        for (end = at; end < size && !nlu_separates(text[end]);) end++;
        const uint8_t *word = at < size ? text + at : last;
        size_t length = at < size ? end - at : 4;
        ended = length == 4 && memcmp(word, last, 4) == 0;
        int counts = ended ? 1 : nlu_counts(b, word, length);
        if (counts < 0) return counts;
        if (!counts) continue;
        uint32_t h = NLU_FNV;
        for (size_t k = 0; k < length; k++) h = nlu_fnv(h, word[k]);
        memcpy(hashes + 4 * count++, &h, 4);
        int error = nlu_add_known(b, word, length);
        if (!error && b->model->longest && !ended) error = nlu_add_subwords(b, word, length);
        if (error) return error;
    }
    for (size_t first = 0; first < count; first++) {
        uint64_t joined = 0;
        for (size_t k = first; k < count && k < first + b->model->runs; k++) {
            int32_t h;
            memcpy(&h, hashes + 4 * k, 4);
            joined = joined * (k > first ? 116049371u : 1u) + (uint64_t)(int64_t)h;
            int error = k > first ? nlu_add_bucket(b, joined) : NLU_OK;
            if (error) return error;
        }
    }
    return NLU_OK;
}

/* Products of a row of the output with the mean. */
static inline int nlu_product(const nlu_matrix *m, uint64_t row, const double *mean, double *result)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    *result = 0;
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        *result += (double)number * mean[(size_t)column];
    return more;
}

/* The sigmoid in 512 steps between -8 and 8, in binary32 as fastText has it. */
static inline double nlu_tabulated(double product)
{
    float x = product > 3e38 ? 3e38f : product < -3e38 ? -3e38f : (float)product;
    if (x < -8) return 0;
    if (x > 8) return 1;
    double step = (double)(float)((double)x + 8) * 32;
    return nlu_sigmoid((double)(int)step / 32 - 8);
}

/* Logarithms of the probabilities of the leaves, from the products with the inner nodes in
   scores[0 .. labels - 2]; `nodes` has room for a number per node, `children` for two per inner. */
static inline void nlu_descend(const nlu_model *m, double *nodes, uint32_t *children,
                               double *scores)
{
    uint32_t labels = m->labels.count, leaf = labels - 1, inner = labels;
    nlu_json digits = m->tree;
    unsigned digit = 0;
    for (uint32_t k = 0; k < 2 * (labels - 1); k++) {
        if (k % 4 == 0) {
            int32_t c = nlu_char(&digits);
            digit = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        children[k] = digit >> (3 - k % 4) & 1 ? inner++ : leaf--;
    }
    nodes[2 * labels - 2] = 0; /* the root */
    for (uint32_t k = labels - 1; k-- > 0;) {
        double right = nlu_sigmoid(scores[k]), above = nodes[labels + k];
        nodes[children[2 * k]] = above + nlu_log(1 - right + 1e-5);
        nodes[children[2 * k + 1]] = above + nlu_log(right + 1e-5);
    }
    for (uint32_t k = 0; k < labels; k++) scores[k] = nodes[labels - 1 - k];
}

/* Turns products with the output into logarithms of probabilities. */
static inline void nlu_loss(const nlu_model *m, double *nodes, double *scores)
{
    uint32_t labels = m->labels.count;
    double most = scores[0], sum = 0;
    if (m->tree.at) {
        nlu_descend(m, nodes, (uint32_t *)(void *)(nodes + 2 * labels), scores);
        return;
    }
    for (uint32_t k = 0; k < labels; k++)
        if (scores[k] > most) most = scores[k];
    for (uint32_t k = 0; k < labels; k++) {
        if (m->link == NLU_LOSS) sum += scores[k] = nlu_exp(scores[k] - most);
        else scores[k] = nlu_tabulated(scores[k]);
    }
    for (uint32_t k = 0; k < labels; k++)
        scores[k] = nlu_log((m->link == NLU_LOSS ? scores[k] / sum : scores[k]) + 1e-5);
}

/* Numbers of scratch memory: the mean, then the nodes of a tree and their children. */
static inline uint64_t nlu_fasttext_numbers(const nlu_model *m)
{
    return m->table.matrix.columns + (m->tree.at ? 3 * (uint64_t)m->labels.count : 0);
}

static inline uint64_t nlu_fasttext_scratch(const nlu_model *m, size_t size)
{
    /* The text with U+FFFD for each byte that is no UTF-8, and a hash per word. */
    return 8 * nlu_fasttext_numbers(m) + 3 * (uint64_t)size + 4 * (((uint64_t)size + 1) / 2 + 1);
}

static inline int nlu_fasttext_scores(const nlu_model *m, const uint8_t *text, size_t size,
                                      uint8_t *scratch, size_t scratch_size, double *scores)
{
    double *mean = (double *)(void *)scratch, *nodes = mean + (size_t)m->table.matrix.columns;
    uint8_t *copy = scratch + 8 * (size_t)nlu_fasttext_numbers(m);
    size_t columns = (size_t)m->table.matrix.columns, length = 0, used;
    nlu_bag bag = {m, mean, 0};
    if (nlu_fasttext_scratch(m, size) > scratch_size) return NLU_ERROR_SCRATCH;
    for (size_t k = 0; k < columns; k++) mean[k] = 0;
    for (size_t at = 0; at < size; at += used)
        length += nlu_put_utf8(nlu_utf8(text + at, size - at, &used), copy + length);
    int error = nlu_add_words_of(&bag, copy, length, copy + 3 * size);
    for (size_t k = 0; k < columns && bag.rows; k++)
        mean[k] = (double)(float)(mean[k] / (double)bag.rows);
    for (uint64_t k = 0; !error && k < m->tensor.rows; k++)
        error = nlu_product(&m->tensor, k, mean, &scores[(size_t)k]);
    if (!error) nlu_loss(m, nodes, scores);
    return error;
}

