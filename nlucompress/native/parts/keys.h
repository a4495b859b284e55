/* ---- Key index (section 6) ------------------------------------------------------------------- */

static inline int nlu_open_strings(const nlu_path *p, nlu_keys *k)
{
    const nlu_tensor *data = nlu_get(p, ".data", NLU_U8, 1);
    const nlu_tensor *offsets = nlu_get(p, ".offsets", NLU_I64, 1);
    uint64_t before = 0;
    if (!data || !offsets) return NLU_ERROR_TENSOR;
    if (offsets->shape[0] == 0 || nlu_u64(offsets->data) != 0) return NLU_ERROR_KEYS;
    for (size_t at = 0; at < offsets->size; at += 8) {
        uint64_t end = nlu_u64(offsets->data + at);
        if (end < before || end > data->size) return NLU_ERROR_KEYS;
        before = end;
    }
    if (before != data->size) return NLU_ERROR_KEYS;
    k->kind = NLU_STRINGS;
    k->size = offsets->shape[0] - 1;
    k->strings = data->data;
    k->string_bytes = data->size;
    k->string_offsets = offsets->data;
    return NLU_OK;
}

/* Ones among the cells of a block, before bit `at` of it. */
static inline uint32_t nlu_cells_before(const nlu_keys *k, const uint8_t *block, uint32_t at)
{
    uint32_t ones = 0;
    for (uint32_t word = k->cells_at / 64; word * 64 < at; word++) {
        uint64_t bits = nlu_big64(block + 8 * word);
        if (k->cells_at > word * 64) bits &= UINT64_MAX >> (k->cells_at - word * 64);
        if (at < word * 64 + 64) bits &= ~(UINT64_MAX >> (at - word * 64));
        ones += nlu_ones(bits);
    }
    return ones;
}

/* Ones among the cells of all blocks before this one, as the file counts them. */
static inline uint64_t nlu_rank(const nlu_keys *k, uint64_t block)
{
    const uint8_t *anchor = k->anchors + 4 * (size_t)(block >> k->anchor_shift);
    const uint8_t *bits = k->block + 64 * (size_t)block;
    return nlu_bits(anchor, 4, 0, 32) + nlu_bits(bits, 64, 0, k->rank_bits);
}

/* Finds blocks, anchors and fingerprints in the bytes of a hash whose parameters are set. */
static inline int nlu_attach_hash(nlu_keys *k, const uint8_t *data, size_t size)
{
    uint64_t groups = 0, anchors, fingerprint_bytes, ones = 0;
    k->kind = NLU_HASH;
    k->per_block = 500 / (k->cells + k->seed_bits);
    k->rank_bits = 512 - k->per_block * (k->cells + k->seed_bits);
    k->cells_at = k->rank_bits + k->per_block * k->seed_bits;
    for (uint32_t level = 0; level < k->level_count; level++) groups += k->levels[level];
    k->blocks = (groups + k->per_block - 1) / k->per_block;
    for (k->anchor_shift = 0; k->anchor_shift < 16; k->anchor_shift++) {
        uint64_t most = (((uint64_t)2 << k->anchor_shift) - 1) * k->per_block * k->cells;
        if (most >= (uint64_t)1 << k->rank_bits) break;
    }
    anchors = (k->blocks + ((uint64_t)1 << k->anchor_shift) - 1) >> k->anchor_shift;
    fingerprint_bytes = (k->size * k->fingerprint_bits + 7) / 8;
    if (size != 64 * k->blocks + 4 * anchors + fingerprint_bytes) return NLU_ERROR_KEYS;
    k->block = data; /* from here on all of these sizes are below that of the data */
    k->anchors = k->block + 64 * (size_t)k->blocks;
    k->fingerprints = k->anchors + 4 * (size_t)anchors;
    k->fingerprint_bytes = (size_t)fingerprint_bytes;
    for (uint64_t block = 0; block < k->blocks; block++) {
        if (nlu_rank(k, block) != ones) return NLU_ERROR_KEYS;
        ones += nlu_cells_before(k, k->block + 64 * (size_t)block, 512);
    }
    return ones == k->size ? NLU_OK : NLU_ERROR_KEYS;
}

/* The hashes of all keys (section 6.3): 16 bytes each, whose first 63 bits ascend. */
static inline int nlu_open_hashes(const nlu_path *p, nlu_keys *k)
{
    const nlu_tensor *t = nlu_get(p, ".hashes", NLU_U8, 2);
    if (!t || t->shape[1] != 16) return NLU_ERROR_TENSOR;
    k->kind = NLU_HASHES;
    k->size = t->shape[0];
    k->hashes = t->data;
    if (k->size > UINT32_MAX) return NLU_ERROR_KEYS;
    for (uint64_t i = 1; i < k->size; i++) {
        const uint8_t *at = k->hashes + 16 * (size_t)i;
        if (nlu_big64(at - 16) >> 1 >= nlu_big64(at) >> 1) return NLU_ERROR_KEYS;
    }
    return NLU_OK;
}

static inline int nlu_find_hashes(const nlu_keys *k, const nlu_hasher *h, uint64_t *row)
{
    uint64_t low = 0, high = k->size;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (nlu_big64(k->hashes + 16 * (size_t)middle) < h->h1) low = middle + 1;
        else high = middle;
    }
    const uint8_t *at = k->hashes + 16 * (size_t)low;
    if (low == k->size || nlu_big64(at) != h->h1 || nlu_big64(at + 8) != h->h2) return 0;
    *row = low;
    return 1;
}

/* Finds offsets and vector in the bytes of a static function whose parameters are set. */
static inline int nlu_attach_function(nlu_keys *k, const uint8_t *data, size_t size,
                                      const uint64_t shape[2])
{
    nlu_function *f = &k->function;
    uint64_t packed = 0, before = 0;
    k->kind = NLU_STATIC_KEYS;
    f->shards = (f->stored + NLU_SHARD_BITS - 1) / NLU_SHARD_BITS;
    if (!nlu_attach_offsets(&f->offsets, f->shards, f->vector.bits, shape, &packed))
        return NLU_ERROR_KEYS;
    if (k->size > f->vector.bits || f->stored > f->vector.bits)
        return NLU_ERROR_KEYS;
    if (f->vector.bits > 8 * (uint64_t)size || packed + (f->vector.bits + 7) / 8 != size || (f->shards == 0 && f->vector.bits))
        return NLU_ERROR_KEYS;
    f->offsets.packed.data = data;
    f->offsets.packed.size = (size_t)packed;
    f->offsets.packed.bits = 8 * packed;
    f->vector.data = data + (size_t)packed;
    f->vector.size = size - (size_t)packed;
    for (uint64_t shard = 0; shard <= f->shards; shard++) {
        uint64_t at = f->vector.bits;
        if (shard < f->shards && nlu_offset(&f->offsets, shard, &at)) return NLU_ERROR_KEYS;
        if (at < before || (shard == 0 && at) || (at > before && at - before < NLU_WINDOW))
            return NLU_ERROR_KEYS;
        before = at;
    }
    return NLU_OK;
}

/* Whether a key's value begins with its fingerprint; *row is then its handle. */
static inline int nlu_find_static(const nlu_keys *k, const nlu_hasher *h, uint64_t *row)
{
    nlu_answer value;
    unsigned width = k->fingerprint_bits;
    *row = h->h1 >> 1;
    if (!nlu_answer_begin(&value, &k->function, *row, 0, width)) return 0;
    if (width == 0) return 1;
    unsigned few = width < 4 ? width : 4; /* that tell most unseen keys */
    nlu_answer_fill(&value, few);
    if ((value.window ^ h->h2) >> (64 - few)) return 0;
    nlu_answer_fill(&value, width);
    return (value.window ^ h->h2) >> (64 - width) == 0;
}

static inline int nlu_open_keys(const nlu_path *p, nlu_json *j, nlu_keys *k)
{
    static const char *const kinds[] = {"strings", "hash", "hashes", "static", NULL};
    nlu_json name = *j;
    unsigned count = 0, seen = 0, items = 0;
    uint64_t groups[2] = {1, 0}, offsets[2] = {0, 0};
    k->kind = NLU_STRINGS;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            k->kind = nlu_choice(j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "size")) {
            k->size = nlu_integer(j, 0, UINT32_MAX);
            seen |= 4;
        } else if (nlu_is(name, "groups")) {
            nlu_two(j, 40, groups);
            seen |= 8;
        } else if (nlu_is(name, "fingerprint_bits")) {
            k->fingerprint_bits = (uint32_t)nlu_integer(j, 0, 16);
            seen |= 16;
        } else if (nlu_is(name, "levels")) {
            nlu_expect(j, '[');
            for (k->level_count = 0; nlu_item(j, &items); k->level_count++) {
                if (k->level_count == 255) return NLU_ERROR_DESCRIPTION;
                k->levels[k->level_count] = (uint32_t)nlu_integer(j, 1, UINT32_MAX);
            }
            seen |= 32;
        } else if (nlu_is(name, "offsets")) {
            nlu_two(j, 128, offsets);
            seen |= 128;
        } else if (nlu_is(name, "places")) {
            k->function.vector.bits = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 256;
        } else if (nlu_is(name, "stored")) {
            k->function.stored = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 512;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    static const unsigned wanted[] = {1, 1 + 4 + 8 + 16 + 32, 1 + 16,
                                      1 + 4 + 16 + 128 + 256 + 512};
    if (groups[0] < 1 || groups[1] > 8) j->bad = 1;
    if (j->bad || seen != wanted[k->kind]) return NLU_ERROR_DESCRIPTION;
    k->cells = (uint32_t)groups[0];
    k->seed_bits = (uint32_t)groups[1];
    if (k->kind == NLU_STRINGS) return nlu_open_strings(p, k);
    if (k->kind == NLU_HASHES) return nlu_open_hashes(p, k);
    if (k->kind == NLU_STATIC_KEYS) {
        const nlu_tensor *t = nlu_get(p, ".hash", NLU_U8, 1);
        return t ? nlu_attach_function(k, t->data, t->size, offsets) : NLU_ERROR_TENSOR;
    }
    const nlu_tensor *hash = nlu_get(p, ".hash", NLU_U8, 1);
    return hash ? nlu_attach_hash(k, hash->data, hash->size) : NLU_ERROR_TENSOR;
}

/* Compares with every key, also behind the one that is found: none may occur twice. */
static inline int nlu_find_string(const nlu_keys *k, const uint8_t *key, size_t size, uint64_t *row)
{
    int found = 0;
    for (uint64_t i = 0; i < k->size; i++) {
        const uint8_t *offset = k->string_offsets + 8 * (size_t)i;
        uint64_t begin = nlu_u64(offset), end = nlu_u64(offset + 8);
        if (end - begin != size) continue;
        if (size && memcmp(k->strings + (size_t)begin, key, size) != 0) continue;
        if (found) return NLU_ERROR_KEYS;
        found = 1;
        *row = i;
    }
    return found;
}

/* The slot of a hash in the cascade: 1 if a level holds a bit for it, else 0. */
static inline int nlu_find_slot(const nlu_keys *k, const nlu_hasher *h, uint64_t *row)
{
    uint64_t first = 0;
    for (uint32_t level = 0; level < k->level_count; level++) {
        uint64_t hash = nlu_fmix64(h->h1 + (level + 1) * h->h2);
        uint64_t group = first + ((hash >> 32) * k->levels[level] >> 32);
        uint64_t block = group / k->per_block;
        uint32_t within = (uint32_t)(group - block * k->per_block), cell = 0;
        const uint8_t *bits = k->block + 64 * (size_t)block;
        uint32_t seed_at = k->rank_bits + within * k->seed_bits;
        uint32_t seed = (uint32_t)nlu_bits(bits, 64, seed_at, k->seed_bits);
        if (k->cells > 1) {
            uint32_t mixed = nlu_fmix32((uint32_t)hash + seed * 0x9E3779B9u);
            cell = (uint32_t)((uint64_t)mixed * k->cells >> 32);
        }
        uint32_t at = k->cells_at + within * k->cells + cell;
        first += k->levels[level];
        if (!(bits[at / 8] >> (7 - at % 8) & 1)) continue;
        *row = nlu_rank(k, block) + nlu_cells_before(k, bits, at);
        return 1;
    }
    return 0;
}

/* Whether a slot holds the fingerprint of a hash. */
static inline int nlu_fits(const nlu_keys *k, const nlu_hasher *h, uint64_t row)
{
    uint64_t stored = nlu_bits(k->fingerprints, k->fingerprint_bytes, row * k->fingerprint_bits,
                               k->fingerprint_bits);
    return stored == (k->fingerprint_bits ? h->h2 >> (64 - k->fingerprint_bits) : 0);
}

static inline int nlu_find_hash(const nlu_keys *k, const nlu_hasher *h, uint64_t *row)
{
    if (k->kind == NLU_STATIC_KEYS) return nlu_find_static(k, h, row);
    if (k->kind == NLU_HASHES) return nlu_find_hashes(k, h, row);
    return nlu_find_slot(k, h, row) && nlu_fits(k, h, *row);
}

