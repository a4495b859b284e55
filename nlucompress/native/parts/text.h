/* ---- Keys of n-grams (section 11) ------------------------------------------------------------- */

#define NLU_SYMBOL 0x1000000u /* marks a character that is a token of its own */

/* Whether no word goes on with this folded character. */
static inline int nlu_ends_word(uint32_t code)
{
    return code == ' ' || code == '\'' || code >= NLU_SYMBOL;
}

/* Folds, and writes the tokens in UTF-8 over the same memory, with one space between. A character
   of a word takes at most the four bytes that it took before, and a space stands for at least one.
   A symbol and the space before it take five at most: for them the text, which has no more
   characters than it had bytes, first makes room of a byte for each. With borders an empty token
   stands before the first and behind the last one, where there are any. */
static inline size_t nlu_write_words(nlu_text *t, int symbols, int borders)
{
    size_t written = 0, k = 0, room = symbols || borders ? t->count + 2 : 0;
    nlu_text from = {t->bytes + room, t->count, 0};
    if (room) memmove(from.bytes, t->bytes, 4 * t->count);
    for (size_t i = 0; i < t->count; i++) {
        uint32_t code = nlu_get_char(&from, i), folded = nlu_fold(code);
        if (symbols && folded == ' ' && nlu_is_symbol(code)) folded = NLU_SYMBOL | code;
        nlu_set_char(&from, i, folded);
    }
    while (k < t->count) {
        uint32_t code = nlu_get_char(&from, k), next;
        if (code == ' ' || (code == '\'' && !symbols)) {
            k++;
            continue;
        }
        if (written || borders) t->bytes[written++] = ' ';
        if (nlu_ends_word(code)) {
            written += nlu_put_utf8(code & ~NLU_SYMBOL, t->bytes + written);
            k++;
            continue;
        }
        for (; k < t->count; k++) {
            code = nlu_get_char(&from, k);
            next = k + 1 < t->count ? nlu_get_char(&from, k + 1) : ' ';
            if (nlu_ends_word(code) && (code != '\'' || nlu_ends_word(next))) break;
            written += nlu_put_utf8(code, t->bytes + written);
        }
    }
    if (written && borders) t->bytes[written++] = ' ';
    return written;
}

/* Whether a token that nlu_write_words wrote is a symbol; they have no character n-grams. */
static inline int nlu_is_symbol_token(const uint8_t *token, size_t size)
{
    size_t used;
    uint32_t code = nlu_utf8(token, size, &used);
    return code == '\'' || nlu_is_symbol(code);
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
        int found = at == begin; /* a border alone is not a key, and always known */
        int possible = nlu_is_possible(s, n, low, mine < next ? mine : next);
        if (!possible && !s->model->over) break;
        if (n >= low && !found) found = nlu_add_key(s, begin, (size_t)(at - begin), possible);
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
   the slots for the keys of at most (size + 1) / 2 words, or size symbols, and two borders. */
static inline uint64_t nlu_ngram_scratch(const nlu_model *m, size_t size)
{
    uint64_t text = 6 * (uint64_t)size + 8, behind = text;
    uint64_t words = (m->symbols ? (uint64_t)size : ((uint64_t)size + 1) / 2) + 2;
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
    const uint8_t *at = t.bytes, *end = at + nlu_write_words(&t, m->symbols, m->borders), *stop;
    for (stop = at; stop < end; stop++) {
        characters += (*stop & 0xC0) != 0x80;
        if (stop == at || stop[-1] == ' ') words++;
    }
    words += (uint64_t)m->borders;
    if (!m->counted) {
        uint64_t keys = nlu_most_keys(m, words, characters + 2 * words);
        sum.slots = keys + keys / 2 + 1;
        if (sum.slots > (scratch_size - (size_t)(end - at)) / 16) return NLU_ERROR_SCRATCH;
        sum.seen = t.bytes + (end - at);
        memset(sum.seen, 0, 16 * (size_t)sum.slots);
    }
    uint32_t known = 0;
    for (stop = end; end > t.bytes; stop = at - 1) { /* from the last word back */
        for (at = stop; at > t.bytes && at[-1] != ' ';) at--;
        size_t word = (size_t)(stop - at);
        int has_characters = word > 0 && !(m->symbols && nlu_is_symbol_token(at, word));
        if (m->word_high) error = nlu_add_words(&sum, at, end, &known);
        if (!error && m->char_high && has_characters) error = nlu_add_characters(&sum, at, word);
        if (error || at == t.bytes) return error;
    }
    return NLU_OK;
}

