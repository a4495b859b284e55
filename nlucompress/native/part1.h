/* nlucompress.h: reads .nlu models in C99 (and C++) without allocating.

   The file is described by FORMAT.md; a section number below (§9.2) is one of its sections. All of
   this is `static inline`: include the header in the one source file that uses it. A model with
   text to classify takes a few lines:

       nlu_model model;                          // fixed size, about 40 KB; nothing to free
       int error = nlu_open(&model, file, file_size, 0);
       if (error) { puts(nlu_error_text(error)); return 3; }

       size_t needed = nlu_scratch_size(&model, text_size);
       void *scratch = malloc(needed);           // or a static array for texts up to some size
       double *scores = malloc(model.labels.count * sizeof *scores);
       error = nlu_scores(&model, text, text_size, scratch, needed, scores);

       size_t best = nlu_next_best(scores, model.labels.count, NLU_FIRST);
       uint8_t label[64];
       size_t length;
       error = nlu_label(&model, best, label, sizeof label, &length);   // UTF-8, no zero at the end
       nlu_link(&model, scores);                 // margins to probabilities, for a model that has them

   Tables are looked up by `nlu_open_table`, `nlu_find` and `nlu_row`. The bytes of the file must stay
   where they are while the model is in use. A model is only written by `nlu_open`: afterwards several
   threads may use it at once, each with its own scratch and scores.

   Nothing in the file is trusted: every size, offset and code is checked before it is used, and what
   a row may cost is bounded. Functions return 0 (or 1 for "found") or one of the negative codes of
   `nlu_error`. This reader refuses a few files that the format allows: more than 64 tensors, more
   than 64 other entries in the metadata, more than NLU_MAX_LABELS labels (NLU_ERROR_LIMIT). */

#ifndef NLUCOMPRESS_H
#define NLUCOMPRESS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NLU_MAX_TENSORS 64u
#define NLU_MAX_LABELS 8192u /* that equal ones can be found among without memory for all */
#define NLU_LABEL_MARKS 64u  /* places in the labels from where the next ones are counted */
#define NLU_FIRST SIZE_MAX   /* before the best label */
#define NLU_UNVERIFIED 1u    /* for nlu_open: leave out the digests of a file verified before */

typedef enum {
    NLU_OK = 0,
    NLU_ERROR_FRAME = -1,
    NLU_ERROR_FOREIGN = -2,
    NLU_ERROR_NEWER = -3,
    NLU_ERROR_DAMAGED = -4,
    NLU_ERROR_DESCRIPTION = -5,
    NLU_ERROR_TENSOR = -6,
    NLU_ERROR_KEYS = -7,
    NLU_ERROR_MATRIX = -8,
    NLU_ERROR_STREAM = -9,
    NLU_ERROR_LABELS = -10,
    NLU_ERROR_LIMIT = -11,
    NLU_ERROR_NO_CLASSIFIER = -12,
    NLU_ERROR_NO_TABLE = -13,
    NLU_ERROR_SCRATCH = -14,
    NLU_ERROR_BUFFER = -15
} nlu_error;

static inline const char *nlu_error_text(int error)
{
    switch (error) {
    case NLU_OK: return "no error";
    case NLU_ERROR_FRAME: return "no .nlu file, or a truncated one";
    case NLU_ERROR_FOREIGN: return "a safetensors file, but no nlucompress model";
    case NLU_ERROR_NEWER: return "the format is newer than this reader";
    case NLU_ERROR_DAMAGED: return "a digest does not match: the file is damaged";
    case NLU_ERROR_DESCRIPTION: return "the description is damaged, or unknown to this reader";
    case NLU_ERROR_TENSOR: return "a tensor is missing, of no use, or of another type or shape";
    case NLU_ERROR_KEYS: return "a key index is damaged";
    case NLU_ERROR_MATRIX: return "a matrix is damaged";
    case NLU_ERROR_STREAM: return "the coded rows are damaged";
    case NLU_ERROR_LABELS: return "the labels are damaged";
    case NLU_ERROR_LIMIT: return "the file is larger than this reader's fixed sizes";
    case NLU_ERROR_NO_CLASSIFIER: return "the model holds tables only and cannot classify";
    case NLU_ERROR_NO_TABLE: return "the model has no such table";
    case NLU_ERROR_SCRATCH: return "the scratch memory is too small for this text";
    case NLU_ERROR_BUFFER: return "the buffer is too small for this label";
    default: return "unknown error";
    }
}

/* ---- Types -------------------------------------------------------------------------------------

   A place in JSON text. The description is JSON inside of a JSON string (`inner`); both are read in
   place. Errors stick: once `bad`, nothing more is read, and loops over members and items end. */
typedef struct {
    const uint8_t *at, *end;
    int inner, bad;
} nlu_json;

typedef struct {
    nlu_json name;
    const uint8_t *data;
    size_t size;
    uint64_t begin, end; /* from the first byte of the data */
    uint64_t shape[2];
    unsigned dimensions, dtype;
} nlu_tensor;

/* A canonical prefix code (§9.2). Windows are the next 12 bits of a stream; those of code words of
   length n or less are below limit[n]. `quick` answers for the first 8 bits: symbol + 4096 * length. */
typedef struct {
    uint16_t quick[256];
    uint16_t limit[13];
    uint16_t first[13]; /* of the symbols of each length, in the pool of symbols */
    int empty;
} nlu_code;

typedef struct {
    const uint8_t *data;
    size_t size;
    uint64_t bits;
} nlu_stream;

#define NLU_CODES 13u /* 1 of counts, 6 of gaps, 6 of symbols */
#define NLU_POOL (142u + 6u * 141u + 6u * 512u) /* their largest alphabets */

typedef struct {
    int kind;
    uint64_t rows, columns;
    int numbers, per; /* how codes stand for numbers (§8) */
    uint32_t levels, group, one_zero_point;
    float one_scale;
    const uint8_t *scales, *zero_points, *centroids; /* NULL where the number above holds for all */
    const uint8_t *codes, *starts, *entry_columns;   /* dense and sparse */
    unsigned code_type, column_bytes;
    uint32_t block_rows, symbol_bits; /* from here: coded rows (§9) */
    int sparse, stride_bits, offset_bits, anchor_bits;
    nlu_stream offsets, stream;
    uint64_t corrections_at;
    nlu_code code[NLU_CODES];
    uint16_t pool[NLU_POOL];
} nlu_matrix;

typedef struct {
    int hashed;
    uint64_t size;
    const uint8_t *strings, *string_offsets; /* the keys themselves (§6.1) */
    uint64_t string_bytes;
    uint32_t cells, seed_bits, per_block, rank_bits, cells_at, anchor_shift; /* a hash (§6.2) */
    uint32_t level_count, fingerprint_bits;
    uint64_t blocks;
    const uint8_t *block, *anchors, *fingerprints;
    size_t fingerprint_bytes;
    uint32_t levels[255];
} nlu_keys;

typedef struct {
    nlu_keys keys;
    nlu_matrix matrix;
} nlu_table;

typedef struct {
    uint32_t count, per_mark;
    int coded;
    nlu_json list;
    nlu_stream stream;
    uint64_t marks[NLU_LABEL_MARKS]; /* where label i * per_mark begins */
    nlu_code code;
    uint16_t pool[256];
} nlu_labels;

enum { NLU_DIGEST, NLU_DIGESTS, NLU_FEATURES, NLU_FORMAT, NLU_HISTORY, NLU_LABELS, NLU_NETWORK,
       NLU_SEALED, NLU_TABLES, NLU_PARTS };

typedef struct {
    const uint8_t *data;
    uint64_t data_size;
    uint32_t tensor_count;
    nlu_tensor tensors[NLU_MAX_TENSORS];
    nlu_json description;
    nlu_json part[NLU_PARTS]; /* of the description; `at` is NULL where one is missing */
    int classifies, link, counted;
    uint32_t word_low, word_high, char_low, char_high; /* 0: none */
    nlu_labels labels;
    nlu_table table; /* "features" */
    nlu_matrix bias;
} nlu_model;

/* ---- Bytes and bits (§4) ----------------------------------------------------------------------- */

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

static inline int nlu_finite(float value) { return value - value == 0; }

/* binary16 to binary32, exactly: 5 bits of exponent become 8, 10 of fraction 23. */
static inline float nlu_f16(uint32_t half)
{
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31u, fraction = half & 1023u;
    if (exponent == 31) return nlu_f32(sign | 0x7F800000u | fraction << 13);
    if (exponent) return nlu_f32(sign | (exponent + 112u) << 23 | fraction << 13);
    return nlu_f32(sign) + (sign ? -1.0f : 1.0f) * (float)fraction * (1.0f / 16777216.0f);
}

/* ---- MurmurHash3 x64 128, seed 1 (§5) ---------------------------------------------------------- */

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

/* ---- UTF-8 ------------------------------------------------------------------------------------- */

/* Decodes one character and says in *used how many bytes it took, at least 1 of size >= 1. What is
   no UTF-8 gives U+FFFD, once for the longest beginning of a character, as Unicode recommends. */
static inline uint32_t nlu_utf8(const uint8_t *p, size_t size, size_t *used)
{
    uint32_t lead = p[0], code, low = 0x80, high = 0xBF;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2, k = 1;
    *used = 1;
    if (lead < 0x80) return lead;
    if (lead < 0xC2 || lead > 0xF4) return 0xFFFD;
    if (lead == 0xE0) low = 0xA0; /* shorter forms, surrogates and what is beyond U+10FFFF */
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    code = lead & (0x7Fu >> length);
    for (; k < length && k < size && p[k] >= low && p[k] <= high; k++) {
        code = code << 6 | (p[k] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    *used = k;
    return k == length ? code : 0xFFFD;
}

static inline int nlu_is_utf8(const uint8_t *p, size_t size)
{
    size_t used;
    for (size_t at = 0; at < size; at += used)
        if (nlu_utf8(p + at, size - at, &used) == 0xFFFD && (used != 3 || p[at] != 0xEF)) return 0;
    return 1;
}

/* Writes up to 4 bytes; a surrogate becomes the three bytes of its code point (§5). */
static inline size_t nlu_put_utf8(uint32_t code, uint8_t *out)
{
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (length == 1) {
        out[0] = (uint8_t)code;
        return 1;
    }
    for (size_t k = length - 1; k > 0; k--, code >>= 6) out[k] = (uint8_t)(0x80u | (code & 0x3Fu));
    out[0] = (uint8_t)((0xF00u >> length & 0xF0u) | code);
    return length;
}
