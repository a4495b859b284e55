/* ---- Prefix codes (sections 9.1 and 9.2) ----------------------------------------------------- */

/* The next bits of a description; sets *bad at the end of the data. */
static inline unsigned nlu_take_bits(const nlu_stream *s, uint64_t *at, unsigned width, int *bad)
{
    if (s->bits - *at < width) {
        *bad = 1;
        return 0;
    }
    *at += width;
    return (unsigned)nlu_peek_bits(s, *at - width, width);
}

/* Reads the lengths of a code's words and makes its tables. The symbols that occur come into the
   pool from `used` on, by (length, symbol): in the order of their code words. */
static inline int nlu_open_code(const nlu_stream *s, uint64_t *at, uint32_t symbols, nlu_code *c,
                                uint16_t *pool, uint16_t used)
{
    uint8_t lengths[142u + NLU_COMMON];
    uint32_t windows = 0, symbol, begin = used;
    int bad = 0;
    for (symbol = 0; symbol < symbols && !bad;) {
        unsigned nibble = nlu_take_bits(s, at, 4, &bad), run = 1;
        if (nibble == 13) return NLU_ERROR_STREAM;
        if (nibble == 14) run = nlu_take_bits(s, at, 4, &bad) + 2;
        if (nibble == 15) run = nlu_take_bits(s, at, 8, &bad) + 18;
        if (run > symbols - symbol) return NLU_ERROR_STREAM;
        for (; run; run--) lengths[symbol++] = (uint8_t)(nibble > 13 ? 0 : nibble);
    }
    if (bad) return NLU_ERROR_STREAM;
    for (unsigned k = 0; k < 256; k++) c->quick[k] = 0xFFFF;
    for (unsigned n = 0; n <= 12; n++) {
        c->first[n] = used;
        for (symbol = 0; symbol < symbols && n; symbol++) {
            if (lengths[symbol] != n) continue;
            uint32_t end = windows + (4096u >> n);
            if (end > 4096) return NLU_ERROR_STREAM;
            pool[used++] = (uint16_t)symbol;
            for (uint32_t k = windows >> 4; n <= 8 && k < end >> 4; k++)
                c->quick[k] = (uint16_t)(symbol | n << 12);
            windows = end;
        }
        c->limit[n] = (uint16_t)windows;
    }
    c->empty = windows == 0;
    if (windows == 2048 && used == begin + 1) { /* an only symbol: one bit, whatever it is */
        memcpy(c->quick + 128, c->quick, 128 * sizeof *c->quick);
        windows = 4096;
    }
    return windows == 0 || windows == 4096 ? NLU_OK : NLU_ERROR_STREAM;
}

/* The symbol whose word begins a window of 12 bits, and the length of that; -1 from an empty code. */
static inline int32_t nlu_word(const nlu_code *c, const uint16_t *pool, uint32_t window,
                               uint32_t *length)
{
    uint32_t entry = c->quick[window >> 4];
    *length = entry >> 12;
    if (*length <= 12) return (int32_t)(entry & 4095);
    if (c->empty) return -1;
    for (*length = 9; window >= c->limit[*length]; ++*length) {}
    return pool[c->first[*length] + ((window - c->limit[*length - 1]) >> (12 - *length))];
}

/* The symbol at a position, which moves on; -1 from an empty code or beyond the end. */
static inline int32_t nlu_symbol(const nlu_stream *s, const nlu_code *c, const uint16_t *pool,
                                 uint64_t *at)
{
    uint32_t length;
    int32_t symbol = nlu_word(c, pool, (uint32_t)nlu_peek_bits(s, *at, 12), &length);
    if (symbol < 0) return -1;
    *at += length;
    return *at <= s->bits ? symbol : -1;
}

/* A number written as a token and extra bits; -1 as above. */
static inline int32_t nlu_token(const nlu_matrix *m, unsigned code, uint64_t *at)
{
    int32_t token = nlu_symbol(&m->stream, &m->code[code], m->pool, at);
    if (token < 128) return token;
    unsigned width = (unsigned)token - 121; /* at most 20: columns have at most 21 bits */
    int32_t number = (int32_t)(1u << width | (uint32_t)nlu_peek_bits(&m->stream, *at, width));
    *at += width;
    return *at <= m->stream.bits ? number : -1;
}

static inline uint32_t nlu_tokens(uint64_t numbers)
{
    return numbers <= 128 ? (uint32_t)numbers : 121 + nlu_bit_length(numbers - 1);
}

