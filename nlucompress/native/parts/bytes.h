/* ---- Bytes and bits (section 4) -------------------------------------------------------------- */

static inline uint32_t nlu_u16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }

static inline uint32_t nlu_u32(const uint8_t *p) { return nlu_u16(p) | nlu_u16(p + 2) << 16; }

static inline uint64_t nlu_u64(const uint8_t *p)
{
    return (uint64_t)nlu_u32(p) | (uint64_t)nlu_u32(p + 4) << 32;
}

static inline uint64_t nlu_big64(const uint8_t *p)
{
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
           (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
           (uint64_t)p[6] << 8 | (uint64_t)p[7];
}

/* The value of 0 to 57 bits at a position; behind the end of the data the bits are zero. */
static inline uint64_t nlu_bits(const uint8_t *data, size_t size, uint64_t position, unsigned width)
{
    uint64_t window = 0, byte = position >> 3;
    if (width == 0) return 0;
    if (size >= 8 && byte <= size - 8) {
        window = nlu_big64(data + (size_t)byte);
    } else {
        for (unsigned k = 0; k < 8; k++)
            window = window << 8 | (byte + k < size ? data[(size_t)(byte + k)] : 0u);
    }
    return window << (position & 7) >> (64 - width);
}

static inline uint64_t nlu_peek_bits(const nlu_stream *s, uint64_t at, unsigned width)
{
    return nlu_bits(s->data, s->size, at, width);
}

static inline unsigned nlu_bit_length(uint64_t x)
{
    unsigned bits = 0;
    for (; x; x >>= 1) bits++;
    return bits;
}

static inline unsigned nlu_ones(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u; /* sums of 2, 4, then 8 bits; the product adds the bytes */
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (unsigned)(x * 0x0101010101010101u >> 56);
}

static inline float nlu_f32(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Whether these are the bits of a finite binary32. */
static inline int nlu_finite(uint32_t bits) { return (bits & 0x7F800000u) != 0x7F800000u; }

/* binary16 to binary32, exactly: 5 bits of exponent become 8, 10 of fraction 23. */
static inline float nlu_f16(uint32_t half)
{
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31u, fraction = half & 1023u;
    if (exponent == 31) return nlu_f32(sign | 0x7F800000u | fraction << 13);
    if (exponent) return nlu_f32(sign | (exponent + 112u) << 23 | fraction << 13);
    return nlu_f32(sign) + (sign ? -1.0f : 1.0f) * (float)fraction * (1.0f / 16777216.0f);
}

