/* ---- Keys of n-grams (section 11) ------------------------------------------------------------- */

/* Folds, and writes the words in UTF-8 over the same memory, with one space between. A character
   takes at most the four bytes that it took before, and a space stands for at least one. */
static inline size_t nlu_write_words(nlu_text *t)
{
    size_t written = 0, k = 0;
    for (size_t i = 0; i < t->count; i++) nlu_set_char(t, i, nlu_fold(nlu_get_char(t, i)));
    while (k < t->count) {
        uint32_t code = nlu_get_char(t, k), next;
        if (code == ' ' || code == '\'') {
            k++;
            continue;
        }
        if (written) t->bytes[written++] = ' ';
        for (; k < t->count; k++) {
            code = nlu_get_char(t, k);
            next = k + 1 < t->count ? nlu_get_char(t, k + 1) : ' ';
            if (code == ' ' || (code == '\'' && (next == ' ' || next == '\''))) break;
            written += nlu_put_utf8(code, t->bytes + written);
        }
    }
    return written;
}

/* The state of one classification: what is seen already (binary weighting), and the sums. */
typedef struct {
    const nlu_model *model;
    double *scores;
    uint8_t *seen; /* 16 bytes for each of `slots` hashes, zero where free; NULL: keys count */
    uint64_t slots;
} nlu_sum;

/* Whether the hash is new; it is not afterwards. The lowest bit of h2 marks a slot as taken: 127
   bits still tell keys apart. There are more slots than keys. */
static inline int nlu_is_new(nlu_sum *s, const nlu_hasher *h)
{
    uint64_t mine[2] = {h->h1, h->h2 | 1}, other[2], slot = h->h1 % s->slots;
    for (;; slot = slot + 1 == s->slots ? 0 : slot + 1) {
        memcpy(other, s->seen + 16 * (size_t)slot, 16);
        if (other[1] == 0) break;
        if (other[0] == mine[0] && other[1] == mine[1]) return 0;
    }
    memcpy(s->seen + 16 * (size_t)slot, mine, 16);
    return 1;
}

/* Adds the rows of a key, of the model's own table only if it may be there: 1 if that one knows it,
   0 if not, or an error. */
static inline int nlu_add_key(nlu_sum *s, const uint8_t *key, size_t size, int possible)
{
    int fresh = !s->seen, known = 0;
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, key, size);
    nlu_hash_end(&h);
    for (const nlu_model *m = s->model; m; m = m->over) {
        const nlu_table *t = &m->table;
        uint64_t row = 0;
        if (m == s->model && !possible) continue;
        int found = t->keys.kind != NLU_STRINGS ? nlu_find_hash(&t->keys, &h, &row)
                                   : nlu_find_string(&t->keys, key, size, &row);
        if (found < 0) return found;
        if (!found) continue;
        if (m == s->model) known = 1;
        if (!fresh && !nlu_is_new(s, &h)) return known;
        fresh = 1;
        int error = nlu_add_row(&t->matrix, row, 1, s->scores);
        if (error) return error;
    }
    return known;
}

/* Whether a run of n may be a key of the model's own table, of whose parts the known ones have at
   most this length. */
static inline int nlu_is_possible(const nlu_sum *s, uint32_t n, uint32_t low, uint32_t known)
{
    return !s->model->table.keys.closed || n <= low || known >= n - 1;
}

/* Every run of low to high words from the one that begins here. In a closed table, *known is the
   length of the longest run that is known from the next word on, and then from this one. */
static inline int nlu_add_words(nlu_sum *s, const uint8_t *begin, const uint8_t *end,
                                uint32_t *known)
{
    const uint8_t *at = begin;
    uint32_t low = s->model->word_low, next = *known, mine = 0;
    for (uint32_t n = 1; n <= s->model->word_high; n++) {
        while (at < end && *at != ' ') at++;
        int found = 0, possible = nlu_is_possible(s, n, low, mine < next ? mine : next);
        if (!possible && !s->model->over) break;
        if (n >= low) found = nlu_add_key(s, begin, (size_t)(at - begin), possible);
        if (found < 0) return found;
        if (found) mine = n;
        if (at == end) break;
        at++;
    }
    *known = mine;
    return NLU_OK;
}

/* Every run of low to high characters of "<word>", each behind "#", from the last one back. */
static inline int nlu_add_characters(nlu_sum *s, const uint8_t *word, size_t size)
{
    uint8_t key[1 + 4 * 32];
    uint32_t low = s->model->char_low, next = 0, mine = 0;
    key[0] = '#';
    for (size_t begin = size + 2; begin-- > 0; next = mine) { /* 0 is '<', size + 1 is '>' */
        size_t length = 1, at = begin;
        if (begin && begin <= size && (word[begin - 1] & 0xC0) == 0x80) continue;
        mine = 0;
        for (uint32_t n = 1; n <= s->model->char_high && at < size + 2; n++) {
            do {
                key[length++] = at == 0 ? '<' : at <= size ? word[at - 1] : '>';
                at++;
            } while (at && at <= size && (word[at - 1] & 0xC0) == 0x80);
            int found = 0, possible = nlu_is_possible(s, n, low, mine < next ? mine : next);
            if (!possible && !s->model->over) break;
            if (n >= low) found = nlu_add_key(s, key, length, possible);
            if (found < 0) return found;
            if (found) mine = n;
        }
    }
    return NLU_OK;
}

/* At most how many keys so many words, or "<word>"s of so many characters in all, have. */
static inline uint64_t nlu_most_keys(const nlu_model *m, uint64_t words, uint64_t characters)
{
    uint64_t keys = 0;
    if (m->word_high) keys += words * (m->word_high - m->word_low + 1);
    if (m->char_high) keys += characters * (m->char_high - m->char_low + 1);
    return keys;
}

/* Bytes of scratch memory that are enough for any text of so many bytes: one and a half characters
   of 4 bytes for each (the longest decompositions), and behind them as much again to sort marks, or
   the slots for the keys of at most (size + 1) / 2 words. */
static inline uint64_t nlu_ngram_scratch(const nlu_model *m, size_t size)
{
    uint64_t text = 6 * (uint64_t)size + 8, words = ((uint64_t)size + 1) / 2, behind = text;
    uint64_t keys = nlu_most_keys(m, words, text / 4 + 2 * words);
    uint64_t slots = m->counted ? 0 : 16 * (keys + keys / 2 + 1);
    if (slots > behind) behind = slots;
    return text + behind;
}

/* Adds the rows of a text's n-grams to the scores. */
static inline int nlu_add_ngrams(const nlu_model *m, const uint8_t *text, size_t size,
                                 uint8_t *scratch, size_t scratch_size, double *scores)
{
    nlu_text t = {scratch, 0, scratch_size / 4};
    int error = NLU_OK;
    nlu_sum sum = {m, scores, NULL, 0};
    uint64_t words = 0, characters = 0;
    if (!nlu_normalize(&t, text, size, scratch_size)) return NLU_ERROR_SCRATCH;
    const uint8_t *at = t.bytes, *end = at + nlu_write_words(&t), *stop;
    for (stop = at; stop < end; stop++) {
        characters += (*stop & 0xC0) != 0x80;
        if (stop == at || stop[-1] == ' ') words++;
    }
    if (!m->counted) {
        uint64_t keys = nlu_most_keys(m, words, characters + 2 * words);
        sum.slots = keys + keys / 2 + 1;
        if (sum.slots > (scratch_size - (size_t)(end - at)) / 16) return NLU_ERROR_SCRATCH;
        sum.seen = t.bytes + (end - at);
        memset(sum.seen, 0, 16 * (size_t)sum.slots);
    }
    uint32_t known = 0;
    for (stop = end; stop > t.bytes; stop = at - (at > t.bytes)) { /* from the last word back */
        for (at = stop; at > t.bytes && at[-1] != ' ';) at--;
        if (m->word_high) error = nlu_add_words(&sum, at, end, &known);
        if (!error && m->char_high) error = nlu_add_characters(&sum, at, (size_t)(stop - at));
        if (error) return error;
    }
    return NLU_OK;
}

