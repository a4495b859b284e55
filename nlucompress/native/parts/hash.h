/* ---- MurmurHash3 x64 128, seed 1 (section 5) ------------------------------------------------- */

typedef struct {
    uint64_t h1, h2, length;
    uint8_t tail[16];
} nlu_hasher;

static inline uint64_t nlu_rotl(uint64_t x, unsigned r) { return x << r | x >> (64 - r); }

static inline uint64_t nlu_fmix64(uint64_t x)
{
    x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDu;
    x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53u;
    return x ^ x >> 33;
}

static inline uint32_t nlu_fmix32(uint32_t x)
{
    x = (x ^ x >> 16) * 0x85EBCA6Bu;
    x = (x ^ x >> 13) * 0xC2B2AE35u;
    return x ^ x >> 16;
}

static inline uint64_t nlu_mix1(uint64_t k)
{
    return nlu_rotl(k * 0x87C37B91114253D5u, 31) * 0x4CF5AD432745937Fu;
}

static inline uint64_t nlu_mix2(uint64_t k)
{
    return nlu_rotl(k * 0x4CF5AD432745937Fu, 33) * 0x87C37B91114253D5u;
}

static inline nlu_hasher nlu_hash_begin(void)
{
    nlu_hasher h;
    memset(&h, 0, sizeof h);
    h.h1 = h.h2 = 1;
    return h;
}

static inline void nlu_hash_block(nlu_hasher *h, const uint8_t *p)
{
    h->h1 = (nlu_rotl(h->h1 ^ nlu_mix1(nlu_u64(p)), 27) + h->h2) * 5 + 0x52DCE729u;
    h->h2 = (nlu_rotl(h->h2 ^ nlu_mix2(nlu_u64(p + 8)), 31) + h->h1) * 5 + 0x38495AB5u;
}

static inline void nlu_hash_add(nlu_hasher *h, const uint8_t *p, size_t size)
{
    size_t filled = (size_t)(h->length & 15);
    h->length += size;
    if (filled) {
        size_t more = size < 16 - filled ? size : 16 - filled;
        memcpy(h->tail + filled, p, more);
        if (filled + more < 16) return;
        nlu_hash_block(h, h->tail);
        p += more;
        size -= more;
    }
    for (; size >= 16; p += 16, size -= 16) nlu_hash_block(h, p);
    if (size) memcpy(h->tail, p, size);
}

static inline void nlu_hash_end(nlu_hasher *h)
{
    size_t filled = (size_t)(h->length & 15);
    memset(h->tail + filled, 0, 16 - filled); /* zeros mix to zero and change nothing */
    h->h2 ^= nlu_mix2(nlu_u64(h->tail + 8)) ^ h->length;
    h->h1 ^= nlu_mix1(nlu_u64(h->tail)) ^ h->length;
    h->h1 += h->h2;
    h->h2 += h->h1;
    h->h1 = nlu_fmix64(h->h1);
    h->h2 = nlu_fmix64(h->h2);
    h->h1 += h->h2;
    h->h2 += h->h1;
}

