/* ---- Labels of the tokens of a sentence (sections 11.1 and 12) ------------------------------- */

/* A value of an attribute: a decimal number of at most 1e30; its first 19 digits count. */
static inline int nlu_value(const uint8_t *at, const uint8_t *end, double *value)
{
    nlu_decimal d = {0, 0, 0, 0, 0};
    nlu_json quiet = {NULL, NULL, NLU_PLAIN, 0, 0};
    int power = 0, negative = 0, digits = 0, point = 0;
    if (at < end && (*at == '+' || *at == '-')) d.negative = *at++ == '-';
    for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = 1;
            continue;
        }
        digits = 1;
        if (d.digits < 19) {
            d.value = d.value * 10 + (unsigned)(*at - '0');
            if (d.value) d.digits++;
            d.exponent -= point;
        } else {
            d.exponent += !point;
        }
        if (d.exponent < -100000 || d.exponent > 100000) break;
    }
    if (!digits) return 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (++at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
        if (at == end) return 0;
        for (; at < end && *at >= '0' && *at <= '9'; at++)
            if (power < 1000000) power = power * 10 + (*at - '0');
    }
    if (at != end) return 0;
    d.exponent += negative ? -power : power;
    if (!d.value) d.exponent = 0;
    *value = nlu_to_double(&quiet, d);
    return !quiet.bad && *value <= 1e30 && *value >= -1e30;
}

/* Writes the name of a cell: a byte that is not a part of UTF-8 stands for U+DC00 and itself. */
static inline const uint8_t *nlu_attribute_name(const uint8_t *at, const uint8_t *end, uint8_t *out,
                                                size_t *size)
{
    for (*size = 0; at < end && *at != ':';) {
        size_t used;
        if (*at == '\\' && end - at > 1) at++;
        uint32_t code = nlu_utf8(at, (size_t)(end - at), &used);
        if (code == 0xFFFD && (used != 3 || *at != 0xEF)) {
            for (; used; used--) *size += nlu_put_utf8(0xDC00u + *at++, out + *size);
        } else {
            memcpy(out + *size, at, used);
            *size += used;
            at += used;
        }
    }
    return at;
}

/* Adds the rows of the attributes of a line, each times its value. `name` has room for three bytes
   of each of the line. */
static inline int nlu_add_attributes(const nlu_model *m, const uint8_t *at, const uint8_t *end,
                                     uint8_t *name, double *scores)
{
    for (const uint8_t *stop; at <= end; at = stop + 1) {
        size_t size;
        uint64_t row;
        double value = 1;
        stop = at < end ? (const uint8_t *)memchr(at, '\t', (size_t)(end - at)) : NULL;
        if (!stop) stop = end;
        if (stop == at) continue;
        const uint8_t *colon = nlu_attribute_name(at, stop, name, &size);
        if (stop - colon > 1 && !nlu_value(colon + 1, stop, &value)) return NLU_ERROR_ATTRIBUTE;
        for (const nlu_model *each = m; each; each = each->over) {
            int found = nlu_find(&each->table, name, size, &row);
            if (found == 1) found = nlu_add_row(&each->table.matrix, row, value, scores);
            if (found < 0) return found;
        }
    }
    return NLU_OK;
}

static inline uint32_t nlu_best(const double *scores, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t k = 1; k < count; k++)
        if (scores[k] > scores[best]) best = k;
    return best;
}

/* One step of Viterbi's algorithm: the scores of the labels of a token, `reached` by the best way
   over the token before, and which label that is. */
static inline void nlu_viterbi_step(uint32_t labels, const double *transitions, double *reached,
                                    double *next, const double *scores, uint8_t *from)
{
    for (uint32_t j = 0; j < labels; j++) next[j] = reached[0] + transitions[j];
    memset(from, 0, 2 * (size_t)labels);
    for (uint32_t i = 1; i < labels; i++) {
        const double *row = transitions + (size_t)i * labels;
        for (uint32_t j = 0; j < labels; j++) {
            double way = reached[i] + row[j];
            if (way <= next[j]) continue;
            next[j] = way;
            from[2 * j] = (uint8_t)i;
            from[2 * j + 1] = (uint8_t)(i >> 8);
        }
    }
    for (uint32_t j = 0; j < labels; j++) reached[j] = next[j] + scores[j];
}

/* Bytes of scratch memory for a sentence of so many tokens and bytes. SIZE_MAX if there is no such
   number. */
static inline size_t nlu_tag_scratch_size(const nlu_model *m, size_t tokens, size_t size)
{
    uint64_t labels = nlu_label_count(m), bytes = 3 * 8 * labels + 8;
    if (size > UINT32_MAX / 64 || tokens > UINT32_MAX) return SIZE_MAX;
    if (m->network == NLU_NET_CRF) bytes += 8 * labels * labels + 2 * labels * tokens;
    bytes += 3 * (uint64_t)size;
    return bytes > SIZE_MAX ? SIZE_MAX : (size_t)bytes;
}

/* The number of the label of each token of a sentence: `size` bytes, a line of attributes per token
   with a line feed between them; no bytes are no token. `tokens` is how many there are. */
static inline int nlu_tag(const nlu_model *m, const void *sentence, size_t size, void *scratch,
                          size_t scratch_size, uint32_t *tags, size_t tokens)
{
    const uint8_t *at = (const uint8_t *)sentence, *end = at + size, *stop;
    uint32_t labels = nlu_label_count(m);
    int joint = m->network == NLU_NET_CRF, error = NLU_OK;
    if (!m->tags) return NLU_ERROR_NO_TAGGER;
    if (nlu_tag_scratch_size(m, tokens, size) > scratch_size) return NLU_ERROR_SCRATCH;
    double *scores = (double *)(void *)nlu_aligned(scratch, &scratch_size);
    double *reached = scores + labels, *next = reached + labels;
    double *transitions = next + labels;
    size_t square = joint ? (size_t)labels * labels : 0;
    uint8_t *from = (uint8_t *)(transitions + square);
    uint8_t *name = from + (joint ? 2 * (size_t)labels * tokens : 0);
    for (size_t k = 0; k < square; k++) transitions[k] = 0;
    for (uint32_t k = 0; joint && !error && k < labels; k++)
        error = nlu_add_tensors(m, k, transitions + (size_t)k * labels);
    for (size_t t = 0; !error && t < tokens; t++, at = stop + 1) {
        if (at > end) return NLU_ERROR_BUFFER; /* fewer lines than tokens */
        stop = at < end ? (const uint8_t *)memchr(at, '\n', (size_t)(end - at)) : NULL;
        if (!stop) stop = end;
        for (uint32_t k = 0; k < labels; k++) scores[k] = 0;
        if (!joint) error = nlu_add_tensors(m, 0, scores);
        if (!error) error = nlu_add_attributes(m, at, stop, name, scores);
        if (!joint) {
            nlu_clamp(m, scores);
            tags[t] = nlu_best(scores, labels);
        } else if (t == 0) {
            memcpy(reached, scores, labels * sizeof *scores);
        } else {
            nlu_viterbi_step(labels, transitions, reached, next, scores,
                             from + 2 * (size_t)labels * t);
        }
    }
    if (error || !joint || !tokens) return error;
    tags[tokens - 1] = nlu_best(reached, labels);
    for (size_t t = tokens - 1; t > 0; t--) {
        const uint8_t *choice = from + 2 * ((size_t)labels * t + tags[t]);
        tags[t - 1] = nlu_u16(choice);
    }
    return NLU_OK;
}

