/* nlucompress.h: reads .nlu models in C99 (and C++) without allocating.

   The file is described by FORMAT.md, whose sections the headings below name. All of this is
   `static inline`: include the header in the one source file that uses it. A model with text to
   classify takes a few lines:

       nlu_model model;                          // fixed size, about 270 KB; nothing to free
       int error = nlu_open(&model, file, file_size, 0);
       if (error) { puts(nlu_error_text(error)); return 3; }

       size_t needed = nlu_scratch_size(&model, text_size);
       void *scratch = malloc(needed);           // or a static array for texts up to some size
       double *scores = malloc(nlu_label_count(&model) * sizeof *scores);
       error = nlu_scores(&model, text, text_size, scratch, needed, scores);

       size_t best = nlu_next_best(scores, nlu_label_count(&model), NLU_FIRST);
       uint8_t label[64];
       size_t length;
       error = nlu_label(&model, best, label, sizeof label, &length);   // UTF-8, no zero at the end
       nlu_link(&model, scores);                 // to probabilities, for a model that has them
       if (nlu_is_unknown(&model, scores, best)) // the answer is another one then
           error = nlu_unknown_label(&model, label, sizeof label, &length);

   A model that tags the tokens of sentences (`model.tags`) takes a sentence, a line per token:

       size_t needed = nlu_tag_scratch_size(&model, tokens, sentence_size);
       error = nlu_tag(&model, sentence, sentence_size, scratch, needed, labels, tokens);

   where `labels`, an array of uint32_t, is given the number of each token's label. Scratch memory is
   aligned as malloc aligns it.

   It reads linear classifiers over n-grams and over scikit-learn's vectorizers, fastText's
   classifiers, and taggers on attributes: conditional random fields and linear ones. What else the
   format has is refused by name: NLU_ERROR_NETWORK, NLU_ERROR_FEATURES, NLU_ERROR_ENCODING.

   An overlay, the changes of a model that is in the field, is a file of its own: open it into a
   second nlu_model and lay it on the first by `nlu_overlay(&model, &update)`, before the scores
   are made room for. Several lie on each other, in order; one for another model is refused.

   A bundle of many models is opened by `nlu_open_bundle`, and a model in it by `nlu_find_model` and
   `nlu_open_bundled`, above which an example stands.

   Tables are looked up by `nlu_open_table`, `nlu_find` and `nlu_row`. The bytes of the file must
   stay where and what they are while the model is in use: what `nlu_open` has checked is not
   checked again. A caller that maps the file must see to it that nobody shortens or overwrites it
   in place, for reading a page that is gone ends the process (SIGBUS), and bytes that have changed
   are damage that no digest shows any more. An update writes a new file and renames it over the
   old one, whose map stays whole; where that cannot be promised, read the file into memory. A model is only written by `nlu_open` and
   `nlu_overlay`: afterwards several threads may use it at once, each with its own scratch and scores.

   Nothing in the file is trusted: every size, offset and code is checked before it is used, and
   what a row may cost is bounded. Functions return 0 (or 1 for "found") or one of the negative
   codes of `nlu_error`. This reader refuses a few files that the format allows (NLU_ERROR_LIMIT):
   more than 64 tensors or entries of the metadata, names of more than NLU_MAX_NAME bytes, more
   than NLU_MAX_LABELS labels or 4 MiB of them as plain text. */

#ifndef NLUCOMPRESS_H
#define NLUCOMPRESS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NLU_VERSION 2u       /* of the format */
#define NLU_MAX_TENSORS 64u
#define NLU_MAX_NAME 1024    /* bytes of a tensor's name in the header, so that all pairs compare */
#define NLU_MAX_LABELS 8192u /* that equal ones can be found among without memory for all */
#define NLU_LABEL_MARKS 64u  /* places in the labels from where the next ones are counted */
#define NLU_LABEL_RESTART 16u /* of so many coded labels the first is written whole */
#ifndef NLU_CHILDREN
#define NLU_CHILDREN 5u /* matrices within a product-quantized one; 0 saves 140 KB, and refuses them */
#endif
#define NLU_MAX_TAGS 2048u   /* labels of a conditional random field */
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
    NLU_ERROR_BUFFER = -15,
    NLU_ERROR_NETWORK = -16,
    NLU_ERROR_FEATURES = -17,
    NLU_ERROR_ENCODING = -18,
    NLU_ERROR_TAGGER = -19,
    NLU_ERROR_NO_TAGGER = -20,
    NLU_ERROR_ATTRIBUTE = -21,
    NLU_ERROR_NO_OVERLAY = -22,
    NLU_ERROR_BASE = -23
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
    case NLU_ERROR_NETWORK: return "this reader runs no neural networks (dan, cnn, lstm, bilstm and "
                                   "linearized ones): run the model in Python";
    case NLU_ERROR_FEATURES: return "this reader does not read features of this kind (token "
                                    "templates, namespaces, pairs, or vectorizers that strip "
                                    "accents): run the model in Python";
    case NLU_ERROR_ENCODING: return "this reader does not read products of matrices, rotated rows "
                                    "or matrices nested so deeply: run the model in Python";
    case NLU_ERROR_TAGGER: return "the model tags the tokens of sentences and does not classify "
                                  "texts";
    case NLU_ERROR_NO_TAGGER: return "the model does not tag tokens";
    case NLU_ERROR_ATTRIBUTE: return "an attribute has a value that is not a number up to 1e+30; a "
                                     "colon of the name is written \\:";
    case NLU_ERROR_NO_OVERLAY: return "the file is a model of its own and no overlay";
    case NLU_ERROR_BASE: return "the overlay is made for another model than the one under it";
    default: return "unknown error";
    }
}

/* ---- Types --------------------------------------------------------------------------------------

   A place in JSON text, which is read in place. The description of an open file is JSON inside of
   a JSON string; that of a sealed file is in phrases, and `within` counts what is read of one.
   Errors stick: once `bad`, nothing more is read, and loops over members and items end. */
enum { NLU_PLAIN, NLU_INNER, NLU_PHRASES };

typedef struct {
    const uint8_t *at, *end;
    int inner, bad;
    unsigned within;
} nlu_json;

typedef struct {
    nlu_json name;
    const uint8_t *data;
    size_t size;
    uint64_t begin, end; /* from the first byte of the data */
    uint64_t shape[2];
    unsigned dimensions, dtype;
} nlu_tensor;

/* A canonical prefix code (section 9.2). Windows are the next 12 bits of a stream; those of code
   words of length n or less are below limit[n]. `quick` answers for the first 8 bits: symbol +
   4096 * length, or 0xFFFF where they are not enough. */
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

typedef struct {
    nlu_stream packed;
    uint64_t end, corrections_at; /* no offset exceeds the end */
    unsigned stride_bits, anchor_bits, width;
} nlu_offsets;

#define NLU_WINDOW 57u /* places of a static function that a bit is the parity of (section 6.4) */
#define NLU_SHARD_BITS 4096u
#define NLU_LEAD 28u   /* places by which they begin early */

typedef struct {
    nlu_stream vector;
    nlu_offsets offsets; /* where its shards begin */
    uint64_t stored, shards; /* bits of all values; pieces of about NLU_SHARD_BITS of them */
} nlu_function;

/* The bits of a key's value, read one after the other: `filled` of them stand on top of `window`. */
typedef struct {
    const nlu_function *function;
    uint64_t handle, begin, places; /* the key, and its shard */
    uint64_t next, end, window;
    unsigned filled;
} nlu_answer;

#define NLU_CODES 13u /* 1 of counts, 6 of gaps, 6 of symbols */
#define NLU_COMMON 1024u        /* common rows, of at most so many entries */
#define NLU_COMMON_ENTRIES 16u
#define NLU_POOL (142u + NLU_COMMON + 6u * 141u + 6u * 512u) /* their largest alphabets */

#define NLU_PAIR_BITS 10u
#define NLU_PAIR_ROWS 64u /* of a block, at most, where rows have pairs */

/* By class and next bits of a sparse row: bits that an entry takes (0 where these are not enough),
   its symbol and its gap in bits 24, 8 and 0. The number of each symbol, where it is one for all. */
typedef struct {
    uint32_t entry[6][1u << NLU_PAIR_BITS];
    double number[512];
} nlu_quick;

typedef struct nlu_matrix {
    int kind;
    uint64_t rows, columns;
    const struct nlu_matrix *pq_codes, *pq_centroids, *pq_norms; /* of a product-quantized one */
    int numbers, per; /* how codes stand for numbers (section 8) */
    uint32_t levels, group, one_zero_point;
    float one_scale;
    const uint8_t *scales, *zero_points, *centroids; /* NULL where the number above holds for all */
    int half_scales;                                 /* whether scales are binary16, not binary32 */
    const uint8_t *codes, *starts, *entry_columns;   /* dense and sparse */
    unsigned code_type, column_bytes;
    uint32_t block_rows, symbol_bits; /* from here: coded rows (section 9) */
    int sparse;
    nlu_offsets offsets;
    nlu_stream stream;
    nlu_function function;            /* static rows (section 9.5), whose bits follow the `skipped` */
    uint64_t skipped, longest;
    uint32_t common, common_of[NLU_COMMON_ENTRIES]; /* rows of 1, 2, ... entries in common_rows */
    unsigned common_column_bits, common_symbol_bits;
    nlu_stream common_rows;
    const nlu_quick *pairs;           /* NULL, or what reads sparse rows quickly */
    nlu_code code[NLU_CODES];
    uint16_t pool[NLU_POOL];
} nlu_matrix;

enum { NLU_STRINGS, NLU_HASH, NLU_HASHES, NLU_STATIC_KEYS };

typedef struct {
    int kind, closed; /* closed: the parts of every n-gram are keys (section 12) */
    uint64_t size;
    const uint8_t *strings, *string_offsets; /* the keys themselves (section 6.1) */
    uint64_t string_bytes;
    uint32_t cells, seed_bits, per_block, rank_bits, cells_at; /* a hash (section 6.2) */
    uint32_t anchor_shift, level_count, fingerprint_bits;
    uint64_t blocks;
    const uint8_t *block, *anchors, *fingerprints;
    size_t fingerprint_bytes;
    uint32_t levels[255];
    const uint8_t *hashes; /* of all keys, ascending (section 6.3) */
    nlu_function function; /* section 6.4 */
} nlu_keys;

/* Not to be moved once it is open: a matrix points at its children, and at its pairs. */
typedef struct {
    nlu_keys keys;
    nlu_matrix matrix, child[NLU_CHILDREN ? NLU_CHILDREN : 1];
    nlu_quick pairs;
} nlu_table;

typedef struct {
    uint64_t at; /* in the stream of coded labels, else behind the beginning of the list */
    unsigned within;
} nlu_mark;

typedef struct {
    uint32_t count, per_mark;
    int coded;
    nlu_json list;
    nlu_stream stream;
    uint8_t filter[1024]; /* bit h1 mod 8192 of the hash of each label */
    nlu_mark marks[NLU_LABEL_MARKS]; /* where label i * per_mark begins */
    nlu_code code;
    uint16_t pool[512];
} nlu_labels;

enum { NLU_DIGEST, NLU_DIGESTS, NLU_FEATURES, NLU_FORMAT, NLU_HISTORY, NLU_LABELS, NLU_NETWORK,
       NLU_SEALED, NLU_TABLES, NLU_TENSORS, NLU_UNKNOWN, NLU_PARTS };

enum { NLU_NET_NONE, NLU_NET_LINEAR, NLU_NET_CRF, NLU_NET_FASTTEXT, NLU_NET_OVERLAY };
enum { NLU_TEXT_NGRAMS, NLU_TEXT_VECTORIZER, NLU_TEXT_SUBWORDS, NLU_TEXT_ATTRIBUTES };

enum { NLU_LOSS = 8 }; /* from here on the links are the losses of fastText */

/* Not to be moved or copied once it is open. */
typedef struct nlu_model {
    const uint8_t *data;
    uint64_t data_size;
    uint32_t tensor_count;
    nlu_tensor tensors[NLU_MAX_TENSORS];
    nlu_json description;
    nlu_json part[NLU_PARTS]; /* of the description; `at` is NULL where one is missing */
    int classifies, tags;     /* whether it has answers for texts, or for the tokens of sentences */
    int network, features, link, counted, bounded, symbols, borders;
    double low, high;                                  /* bounds of the scores */
    uint32_t word_low, word_high, char_low, char_high; /* n-grams; 0: none */
    uint32_t shortest, longest, runs, buckets;         /* of subwords (section 11.4) */
    nlu_json parts;                                    /* of a vectorizer (section 11.5) */
    uint32_t part_count;
    nlu_json tree; /* of fastText's hierarchical softmax */
    nlu_labels labels;
    nlu_table table;   /* "features", or "embeddings" of fastText */
    nlu_keys norm_keys; /* table "norms" of a vectorizer */
    nlu_matrix norms;
    nlu_matrix tensor; /* "bias", of a crf "transitions", of fastText "output" */
    nlu_matrix child[NLU_CHILDREN ? NLU_CHILDREN : 1];
    uint8_t digest[16], base[16]; /* base: the digest of what is under an overlay */
    uint32_t under;               /* labels there */
    int changes;                  /* the network there */
    struct nlu_model *over;       /* the overlay that lies on this, or NULL */
    double threshold;       /* of the confidence, see nlu_is_unknown */
    nlu_json unknown_label; /* the answer below it; `at` is NULL where there is none */
} nlu_model;

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

/* ---- Packed offsets (section 9.3) ------------------------------------------------------------ */

/* Takes `count` offsets of at most `end` from the front of some bytes, and says how many they take;
   0 if stride or width are none. The caller checks that there are as many bytes. */
static inline int nlu_attach_offsets(nlu_offsets *o, uint64_t count, uint64_t end,
                                     const uint64_t shape[2], uint64_t *bytes)
{
    for (o->stride_bits = 4; shape[0] >> o->stride_bits > 1 && o->stride_bits < 7;)
        o->stride_bits++;
    if (shape[0] != 1u << o->stride_bits || shape[1] > 57) return 0;
    o->end = end;
    o->width = (unsigned)shape[1];
    o->anchor_bits = nlu_bit_length(end);
    uint64_t anchors = ((count + ((uint64_t)1 << o->stride_bits) - 1) >> o->stride_bits) + 1;
    o->corrections_at = anchors * o->anchor_bits;
    *bytes = (o->corrections_at + count * o->width + 7) / 8;
    return 1;
}

/* An offset, which must be within 0 .. end. */
static inline int nlu_offset(const nlu_offsets *o, uint64_t index, uint64_t *offset)
{
    unsigned width = o->anchor_bits;
    uint64_t j = index >> o->stride_bits, k = index - (j << o->stride_bits);
    int64_t low = (int64_t)nlu_peek_bits(&o->packed, j * width, width);
    int64_t high = (int64_t)nlu_peek_bits(&o->packed, (j + 1) * width, width);
    int64_t rise = (high - low) * (int64_t)k, stride = (int64_t)1 << o->stride_bits;
    int64_t at = low + (rise >= 0 ? rise / stride : -((-rise + stride - 1) / stride));
    at += (int64_t)nlu_peek_bits(&o->packed, o->corrections_at + index * o->width, o->width);
    at -= (int64_t)((uint64_t)1 << o->width >> 1);
    if (at < 0 || (uint64_t)at > o->end) return NLU_ERROR_STREAM;
    *offset = (uint64_t)at;
    return NLU_OK;
}

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

/* ---- Phrases (section 1.2) ------------------------------------------------------------------- */

/* What the next byte of the description of a sealed file stands for, or the next two from 7F on,
   if that is no digits; else NULL. */
static inline const char *nlu_phrase(const uint8_t *at, const uint8_t *end)
{
    unsigned byte = *at;
    static const char *const phrases[] = {
        "{\"features\":{\"chars\":[",
        "],\"kind\":\"ngrams\",\"weighting\":\"binary\",\"words\":[",
        "{\"features\":{\"kind\":\"",
        "words\"},\"labels\":{\"count\":",
        "attributes\"},\"labels\":{\"count\":",
        "vectorizer\",\"parts\":[{\"accents\":\"",
        "\",\"analyzer\":\"",
        "\",\"lowercase\":true,\"ngrams\":[",
        "\",\"shortest\":",
        ",\"signed\":false,\"stop_words\":[",
        "],\"vocabulary\":true,\"weighting\":\"",
        "{\"features\":{\"buckets\":",
        "{\"labels\":[],\"sealed\":true,\"tables\":{\"",
        "},\"labels\":{\"count\":",
        "},\"network\":{\"kind\":\"",
        "linear\",\"settings\":{\"link\":\"",
        "margin\"},\"tensors\":{\"bias",
        "\"},\"tensors\":{\"",
        "},\"tensors\":{\"",
        "crf\",\"settings\":{},\"tensors\":{\"transitions",
        "dan\",\"settings\":{\"activation\":\"relu\",\"layers\":",
        "\":{\"kind\":\"dense\",\"numbers\":{\"kind\":\"float\"}},\"",
        "\":{\"kind\":\"dense\",\"numbers\":{\"kind\":\"float\"}}",
        "{\"kind\":\"dense\",\"numbers\":{\"kind\":\"float\"}}",
        "{\"kind\":\"dense\",\"numbers\":{\"kind\":\"",
        "{\"kind\":\"product\",\"left\":",
        ",\"kind\":\"pq\"",
        "{\"block_rows\":",
        ",\"kind\":\"coded\",\"numbers\":{\"kind\":\"",
        "linear\",\"levels\":",
        ",\"per\":\"tensor\",\"scale\":0.",
        ",\"per\":\"tensor\",\"scale\":1.0,\"zero_point\":0",
        ",\"per\":\"row\"",
        ",\"zero_point\":",
        "},\"offsets\":[",
        "],\"shape\":[",
        "],\"sparse\":true,\"stream_bits\":",
        "],\"sparse\":false,\"stream_bits\":",
        ",\"symbol_bits\":",
        "}},\"sealed\":true,\"tables\":{\"",
        "\":{\"closed\":true,\"keys\":{\"fingerprint_bits\":",
        "\":{\"keys\":{\"fingerprint_bits\":",
        ",\"groups\":[16,4],\"kind\":\"hash\",\"levels\":[",
        "],\"size\":",
        "},\"matrix\":",
        "}},\"tensors\":[[\"tables.",
        ".keys.hash\",\"U8\",",
        "],[\"labels.coded\",\"U8\",",
        "],[\"network.tensors.",
        "],[\"tables.",
        ".matrix",
        ".codes\",\"F32\",",
        ".codes\",\"U8\",",
        ".rows\",\"U8\",",
        ".numbers.scale\",\"F",
        "features",
        "embeddings",
        "centroids",
        "weight",
        "output",
    };
    static const char *const more[] = {
        ",\"kind\":\"static\",\"offsets\":[",
        "],\"places\":",
        ",\"size\":",
        ",\"stored\":",
        "{\"columns\":",
        ",\"kind\":\"static\",\"longest\":",
        ",\"numbers\":{\"kind\":\"",
        "},\"sparse\":true,\"symbol_bits\":0",
        ",\"common\":[",
    };
    if (byte == 0x7F)
        return end - at > 1 && at[1] < sizeof more / sizeof *more ? more[at[1]] : NULL;
    if (byte >= 0xE4) return phrases[byte - 0xE4];
    return byte < 0x20 ? phrases[byte + 28] : NULL;
}

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

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

/* Writes up to 4 bytes; a surrogate becomes the three bytes of its code point (section 5). */
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

/* ---- JSON: characters and strings ---------------------------------------------------------------

   The header is JSON in UTF-8. The description must be canonical (section 1.3): ASCII, no spaces,
   keys in ascending order, one spelling for each string. (Which digits a float has is not
   checked.) */

/* The character that is next in phrases; 0 if there is none. */
static inline int nlu_phrase_char(const nlu_json *j)
{
    unsigned byte = *j->at;
    const char *phrase = nlu_phrase(j->at, j->end);
    if (byte >= 0x20 && byte < 0x7F) return (int)byte;
    if (byte >= 0x80 && byte < 0x80 + 100) {
        unsigned number = byte - 0x80;
        return (int)('0' + (j->within ? number % 10 : number / 10));
    }
    return phrase ? phrase[j->within] : 0;
}

/* Moves on by what nlu_peek has looked at. */
static inline void nlu_step(nlu_json *j, unsigned step)
{
    if (j->inner == NLU_PHRASES && (*j->at < 0x20 || *j->at >= 0x7F)) {
        const char *phrase = nlu_phrase(j->at, j->end);
        unsigned length = phrase ? (unsigned)strlen(phrase) : 2u;
        if (++j->within < length) return;
        j->within = 0;
        if (*j->at == 0x7F) step++;
    }
    j->at += step;
}

/* Next byte of the text and in *step the bytes that it takes; -1 at the end. */
static inline int nlu_peek(nlu_json *j, unsigned *step)
{
    *step = 1;
    if (j->bad || j->at == j->end) return -1;
    int c = j->inner == NLU_PHRASES ? nlu_phrase_char(j) : *j->at;
    if (!j->inner) return c;
    if (c == '\\' && j->inner == NLU_INNER) { /* an escape of the outer string, which is known to be whole */
        c = j->at[1];
        *step = 2;
        if (c == 'u') {
            c = 0;
            *step = 6;
            for (unsigned k = 2; k < 6; k++) {
                int digit = j->at[k];
                c = c << 4 | (digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
            }
        } else if (c != '"' && c != '\\' && c != '/') {
            c = 0;
        }
    }
    if (c >= 0x20 && c <= 0x7E) return c;
    j->bad = 1;
    return -1;
}

static inline int nlu_take(nlu_json *j)
{
    unsigned step;
    int c = nlu_peek(j, &step);
    if (c < 0) j->bad = 1;
    else nlu_step(j, step);
    return c;
}

static inline void nlu_spaces(nlu_json *j)
{
    if (j->inner) return;
    for (; j->at < j->end; j->at++)
        if (*j->at != ' ' && *j->at != '\t' && *j->at != '\n' && *j->at != '\r') return;
}

/* Steps over this character if it is next. */
static inline int nlu_accept(nlu_json *j, int wanted)
{
    unsigned step;
    nlu_spaces(j);
    if (nlu_peek(j, &step) != wanted) return 0;
    nlu_step(j, step);
    return 1;
}

static inline void nlu_expect(nlu_json *j, int wanted)
{
    if (!nlu_accept(j, wanted)) j->bad = 1;
}

static inline uint32_t nlu_hex4(nlu_json *j)
{
    uint32_t value = 0;
    for (int k = 0; k < 4; k++) {
        int c = nlu_take(j);
        if (c >= 'A' && c <= 'F' && !j->inner) c += 'a' - 'A';
        if (c >= '0' && c <= '9') value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uint32_t)(c - 'a' + 10);
        else j->bad = 1;
    }
    return value;
}

/* What stands behind the backslash of an escape. */
static inline int32_t nlu_escape(nlu_json *j)
{
    int c = nlu_take(j);
    switch (c) {
    case '"': case '\\': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '/': j->bad |= j->inner; return c;
    case 'u': break;
    default: j->bad = 1; return -1;
    }
    uint32_t unit = nlu_hex4(j);
    int has_short_form = (unit >= 8 && unit <= 13 && unit != 11) || (unit >= 0x20 && unit <= 0x7E);
    if (j->inner && has_short_form) j->bad = 1;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        nlu_json next = *j; /* a second half may follow; a half alone stays */
        if (nlu_take(&next) == '\\' && nlu_take(&next) == 'u') {
            uint32_t low = nlu_hex4(&next);
            if (!next.bad && low >= 0xDC00 && low <= 0xDFFF) {
                *j = next;
                return (int32_t)(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            }
        }
    }
    return (int32_t)unit;
}

/* Next character of a string whose opening quote is behind; -1 at its end, which is then behind. */
static inline int32_t nlu_char(nlu_json *j)
{
    int c = nlu_take(j);
    if (c == '"' || c < 0) return -1;
    if (c == '\\') return nlu_escape(j);
    if (c < 0x20) j->bad = 1;
    if (c < 0x80) return c;
    size_t used;
    uint32_t code = nlu_utf8(j->at - 1, (size_t)(j->end - j->at) + 1, &used);
    j->at += used - 1;
    return (int32_t)code;
}

/* Steps over a string and returns the place of its first character. */
static inline nlu_json nlu_string(nlu_json *j)
{
    nlu_expect(j, '"');
    nlu_json first = *j;
    while (nlu_char(j) >= 0 && !j->bad) {}
    first.bad = j->bad;
    return first;
}

/* Steps a over the text that it begins with; 0 if it does not. */
static inline int nlu_begins(nlu_json *a, const char *text)
{
    for (; *text; text++)
        if (nlu_char(a) != *text) return 0;
    return 1;
}

static inline int nlu_is(nlu_json string, const char *text)
{
    return nlu_begins(&string, text) && nlu_char(&string) < 0 && !string.bad;
}

static inline int nlu_compare(nlu_json a, nlu_json b)
{
    for (;;) {
        int32_t x = nlu_char(&a), y = nlu_char(&b);
        if (x != y) return x < y ? -1 : 1;
        if (x < 0) return 0;
    }
}

/* Whether a string holds half of a surrogate pair alone, which is not text. */
static inline int nlu_has_surrogate(nlu_json string)
{
    for (;;) {
        int32_t c = nlu_char(&string);
        if (c < 0) return 0;
        if (c >= 0xD800 && c <= 0xDFFF) return 1;
    }
}

/* ---- JSON: values ---------------------------------------------------------------------------- */

/* Next member of an object whose '{' is behind: its name, and j at its value. *count is 0 first. */
static inline int nlu_member(nlu_json *j, nlu_json *name, unsigned *count)
{
    nlu_json before = *name;
    if (nlu_accept(j, *count ? ',' : '}') != !!*count) {
        if (*count) nlu_expect(j, '}');
        return 0;
    }
    nlu_spaces(j);
    *name = nlu_string(j);
    nlu_expect(j, ':');
    nlu_spaces(j);
    if (*count && j->inner && !j->bad && nlu_compare(before, *name) >= 0) j->bad = 1;
    *count = 1;
    return !j->bad;
}

/* Next item of a list whose '[' is behind. *count begins at 0. */
static inline int nlu_item(nlu_json *j, unsigned *count)
{
    if (nlu_accept(j, *count ? ',' : ']') != !!*count) {
        if (*count) nlu_expect(j, ']');
        return 0;
    }
    nlu_spaces(j);
    *count = 1;
    return !j->bad;
}

/* A number as digits * 10^exponent. */
typedef struct {
    int negative, whole; /* whole: no point, no exponent */
    unsigned digits;     /* without zeros at the front */
    uint64_t value;      /* of the first 19 of them */
    int exponent;
} nlu_decimal;

static inline int nlu_digits(nlu_json *j, nlu_decimal *d, int step)
{
    unsigned step_size, count = 0;
    for (;; count++) {
        int c = nlu_peek(j, &step_size);
        if (c < '0' || c > '9') return count != 0;
        nlu_step(j, step_size);
        if (d->digits < 19) d->value = d->value * 10 + (unsigned)(c - '0');
        if (d->value && d->digits < 1000) d->digits++;
        if (d->exponent > -1000) d->exponent += step;
    }
}

static inline nlu_decimal nlu_number(nlu_json *j)
{
    nlu_decimal d = {0, 1, 0, 0, 0};
    nlu_json begin;
    d.negative = nlu_accept(j, '-');
    begin = *j;
    if (!nlu_digits(j, &d, 0)) j->bad = 1;
    if (nlu_accept(&begin, '0') && (begin.at != j->at || begin.within != j->within))
        j->bad = 1; /* 0 leads no other digit */
    if (nlu_accept(j, '.')) {
        d.whole = 0;
        if (!nlu_digits(j, &d, -1)) j->bad = 1;
    }
    if (nlu_accept(j, 'e') || nlu_accept(j, 'E')) {
        nlu_decimal power = {0, 0, 0, 0, 0};
        d.whole = 0;
        power.negative = nlu_accept(j, '-');
        if (!power.negative) (void)nlu_accept(j, '+');
        if (!nlu_digits(j, &power, 0) || power.value > 400) j->bad = 1; /* not a finite binary64 */
        else d.exponent += (power.negative ? -1 : 1) * (int)power.value;
    }
    return d;
}

static inline void nlu_skip(nlu_json *j, int depth)
{
    unsigned step, count = 0;
    nlu_json name = *j;
    int c = nlu_peek(j, &step);
    const char *word = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : NULL;
    if (depth == 0) {
        j->bad = 1;
    } else if (c == '"') {
        (void)nlu_string(j);
    } else if (nlu_accept(j, '{')) {
        while (nlu_member(j, &name, &count)) nlu_skip(j, depth - 1);
    } else if (nlu_accept(j, '[')) {
        while (nlu_item(j, &count)) nlu_skip(j, depth - 1);
    } else if (word) {
        for (; *word; word++) nlu_expect(j, *word);
    } else {
        (void)nlu_number(j);
    }
}

static inline uint64_t nlu_integer(nlu_json *j, uint64_t low, uint64_t high)
{
    nlu_decimal d = nlu_number(j);
    if (!d.whole || d.negative || d.digits > 19 || d.value < low || d.value > high) j->bad = 1;
    return j->bad ? low : d.value;
}

/* A list of two integers. */
static inline void nlu_two(nlu_json *j, uint64_t high, uint64_t out[2])
{
    nlu_expect(j, '[');
    out[0] = nlu_integer(j, 0, high);
    nlu_expect(j, ',');
    out[1] = nlu_integer(j, 0, high);
    nlu_expect(j, ']');
}

static inline int nlu_boolean(nlu_json *j)
{
    unsigned step;
    int c = nlu_peek(j, &step);
    if (c != 't' && c != 'f') j->bad = 1;
    nlu_skip(j, 1);
    return c == 't';
}

/* Which of some strings (the last of them NULL) comes next. */
static inline int nlu_choice(nlu_json *j, const char *const *choices)
{
    nlu_json string = nlu_string(j);
    for (int k = 0; choices[k] && !j->bad; k++)
        if (nlu_is(string, choices[k])) return k;
    j->bad = 1;
    return 0;
}

/* Large whole numbers for nlu_to_double: 1,024 bits, the low word first. */
typedef struct {
    uint32_t word[32];
} nlu_big;

static inline void nlu_big_times(nlu_big *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (int k = 0; k < 32; k++) {
        carry += (uint64_t)x->word[k] * factor;
        x->word[k] = (uint32_t)carry;
        carry >>= 32;
    }
}

static inline int nlu_big_compare(const nlu_big *x, const nlu_big *y)
{
    for (int k = 31; k >= 0; k--)
        if (x->word[k] != y->word[k]) return x->word[k] < y->word[k] ? -1 : 1;
    return 0;
}

static inline void nlu_big_subtract(nlu_big *x, const nlu_big *y)
{
    uint64_t borrow = 0;
    for (int k = 0; k < 32; k++) {
        uint64_t difference = (uint64_t)x->word[k] - y->word[k] - borrow;
        x->word[k] = (uint32_t)difference;
        borrow = difference >> 63;
    }
}

/* The binary64 nearest to a number of up to 19 digits, ties to even; 0 below 1e-60. The quotient
   value * 10^e / 1 or value / 10^-e is brought into [1, 2), then gives 53 bits by long division. */
static inline double nlu_to_double(nlu_json *j, nlu_decimal d)
{
    int exponent = 0, order = (int)d.digits + d.exponent;
    uint64_t bits = 0;
    double result;
    nlu_big above, below;
    if (d.digits > 19 || order > 39) j->bad = 1; /* beyond binary32, or not canonical */
    if (d.value == 0 || order < -60 || j->bad) return d.negative ? -0.0 : 0.0;
    memset(&above, 0, sizeof above);
    memset(&below, 0, sizeof below);
    above.word[0] = (uint32_t)d.value;
    above.word[1] = (uint32_t)(d.value >> 32);
    below.word[0] = 1;
    for (int k = d.exponent; k > 0; k--) nlu_big_times(&above, 10);
    for (int k = d.exponent; k < 0; k++) nlu_big_times(&below, 10);
    for (; nlu_big_compare(&above, &below) >= 0; exponent++) nlu_big_times(&below, 2);
    for (; nlu_big_compare(&above, &below) < 0; exponent--) nlu_big_times(&above, 2);
    for (int k = 0; k < 53; k++) {
        int one = nlu_big_compare(&above, &below) >= 0;
        if (one) nlu_big_subtract(&above, &below);
        nlu_big_times(&above, 2);
        bits = bits << 1 | (uint64_t)one;
    }
    int rest = nlu_big_compare(&above, &below);
    if (rest > 0 || (rest == 0 && (bits & 1))) bits++;
    result = (double)bits; /* at most 2^53: exact, and so is each step below */
    for (exponent -= 52; exponent > 0; exponent--) result *= 2;
    for (; exponent < 0; exponent++) result /= 2;
    return d.negative ? -result : result;
}

/* ---- The frame (sections 1 and 1.1) ---------------------------------------------------------- */

enum { NLU_U8, NLU_U16, NLU_U32, NLU_I64, NLU_F16, NLU_F32, NLU_DTYPES };

static inline const char *const *nlu_dtype_names(void)
{
    static const char *const names[] = {"U8", "U16", "U32", "I64", "F16", "F32", NULL};
    return names;
}

static inline uint64_t nlu_item_size(unsigned dtype)
{
    static const uint8_t sizes[] = {1, 2, 4, 8, 2, 4};
    return sizes[dtype];
}

/* Reads a shape; 0 if it has more dimensions than version 1 has a use for. */
static inline int nlu_shape(nlu_json *j, nlu_tensor *t)
{
    unsigned count = 0;
    nlu_expect(j, '[');
    while (nlu_item(j, &count)) {
        if (t->dimensions == 2) return 0;
        t->shape[t->dimensions++] = nlu_integer(j, 0, ((uint64_t)1 << 62) - 1);
    }
    return 1;
}

/* Bytes of a tensor; 0 in *sane if its sizes are absurd, even where a zero hides them. */
static inline uint64_t nlu_tensor_bytes(const nlu_tensor *t, int *sane)
{
    uint64_t product = nlu_item_size(t->dtype), zero = 0;
    for (unsigned k = 0; k < t->dimensions; k++) {
        uint64_t size = t->shape[k];
        if (size == 0) zero = 1;
        else if (product > (((uint64_t)1 << 63) - 1) / size) *sane = 0;
        else product *= size;
    }
    return zero ? 0 : product;
}

/* One entry of the header: the object behind a tensor's name. */
static inline int nlu_entry(nlu_json *j, nlu_tensor *t)
{
    nlu_json key = *j;
    unsigned count = 0, seen = 0;
    uint64_t offsets[2] = {0, 0};
    int usable = 1, sane = 1;
    nlu_expect(j, '{');
    while (usable && nlu_member(j, &key, &count)) {
        unsigned field = nlu_is(key, "dtype") ? 1 : nlu_is(key, "shape") ? 2 : 4;
        if (field == 4 && !nlu_is(key, "data_offsets")) j->bad = 1;
        if (seen & field) j->bad = 1;
        seen |= field;
        if (field == 1) t->dtype = (unsigned)nlu_choice(j, nlu_dtype_names());
        if (field == 2) usable = nlu_shape(j, t);
        if (field == 4) nlu_two(j, ((uint64_t)1 << 62) - 1, offsets);
    }
    if (!usable) return NLU_ERROR_TENSOR;
    if (j->bad || seen != 7) return NLU_ERROR_FRAME;
    t->begin = offsets[0];
    t->end = offsets[1];
    if (t->end < t->begin || t->end - t->begin != nlu_tensor_bytes(t, &sane) || !sane)
        return NLU_ERROR_FRAME;
    return NLU_OK;
}

/* The metadata maps strings to strings; "nlucompress" is the description. */
static inline int nlu_metadata(nlu_json *j, nlu_json *description)
{
    nlu_json names[NLU_MAX_TENSORS], key = *j;
    unsigned count = 0, known = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &key, &count)) {
        nlu_json text = nlu_string(j);
        if (known == NLU_MAX_TENSORS || text.at - key.at > NLU_MAX_NAME) return NLU_ERROR_LIMIT;
        for (unsigned k = 0; k < known; k++)
            if (nlu_compare(names[k], key) == 0) j->bad = 1;
        names[known++] = key;
        if (!j->bad && nlu_is(key, "nlucompress")) {
            *description = text;
            description->end = j->at - 1; /* its closing quote */
            description->inner = NLU_INNER;
        }
    }
    return j->bad ? NLU_ERROR_FRAME : NLU_OK;
}

/* Order of the tensors' data: by begin, then end, then name. */
static inline int nlu_is_before(const nlu_tensor *a, const nlu_tensor *b)
{
    if (a->begin != b->begin) return a->begin < b->begin;
    if (a->end != b->end) return a->end < b->end;
    return nlu_compare(a->name, b->name) < 0;
}

static inline int nlu_frame(nlu_model *m, const uint8_t *file, size_t size)
{
    uint64_t length = size < 8 ? 0 : nlu_u64(file), at = 0;
    int error = NLU_OK, has_metadata = 0;
    unsigned count = 0;
    if (size < 8 || length > 100000000 || length > size - 8) return NLU_ERROR_FRAME;
    nlu_json j = {file + 8, file + 8 + (size_t)length, NLU_PLAIN, 0, 0}, name = j;
    m->data = j.end;
    m->data_size = size - 8 - length;
    if (!nlu_is_utf8(j.at, (size_t)length)) return NLU_ERROR_FRAME;
    nlu_expect(&j, '{');
    while (!error && nlu_member(&j, &name, &count)) {
        if (nlu_is(name, "__metadata__")) {
            if (has_metadata) j.bad = 1;
            has_metadata = 1;
            error = nlu_metadata(&j, &m->description);
            continue;
        }
        nlu_tensor t;
        memset(&t, 0, sizeof t);
        t.name = name;
        if (m->tensor_count == NLU_MAX_TENSORS || j.at - name.at > NLU_MAX_NAME)
            return NLU_ERROR_LIMIT;
        if (nlu_has_surrogate(name)) return NLU_ERROR_FRAME;
        error = nlu_entry(&j, &t);
        uint32_t place = m->tensor_count++;
        for (uint32_t k = 0; k < place; k++)
            if (nlu_compare(m->tensors[k].name, name) == 0) j.bad = 1;
        for (; place && nlu_is_before(&t, &m->tensors[place - 1]); place--)
            m->tensors[place] = m->tensors[place - 1];
        m->tensors[place] = t;
    }
    if (error) return error;
    nlu_spaces(&j);
    if (j.bad || j.at != j.end) return NLU_ERROR_FRAME;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        nlu_tensor *t = &m->tensors[k];
        if (t->begin != at || t->end > m->data_size) return NLU_ERROR_FRAME;
        at = t->end;
        t->data = m->data + (size_t)t->begin; /* begin <= end <= the size of the data */
        t->size = (size_t)(t->end - t->begin);
    }
    return at == m->data_size ? NLU_OK : NLU_ERROR_FRAME;
}

/* ---- Description and digests (sections 2 and 3) ---------------------------------------------- */

/* What the digest of the description leaves out: members "digest" and "format", a comma each. */
typedef struct {
    const uint8_t *digest_begin, *digest_end, *format_begin, *format_end;
} nlu_cuts;

/* Walks through the whole description: its form, the places of its members, and what to cut. Only
   an open file states digests and version here, and only a sealed one lists its tensors. */
static inline int nlu_outline(nlu_model *m, nlu_cuts *cuts, int *unknown)
{
    static const char *const names[] = {"digest", "digests", "features", "format", "history",
                                        "labels", "network", "sealed", "tables", "tensors",
                                        "unknown"};
    nlu_json j = m->description, name = j;
    unsigned count = 0, step;
    nlu_expect(&j, '{');
    for (;;) {
        const uint8_t *begin = j.at;
        int part = 0;
        if (!nlu_member(&j, &name, &count)) break;
        while (part < NLU_PARTS && !nlu_is(name, names[part])) part++;
        if (part == NLU_PARTS) *unknown = 1;
        else m->part[part] = j;
        nlu_skip(&j, 100);
        if (part == NLU_DIGEST && nlu_peek(&j, &step) == ',') {
            cuts->digest_begin = begin;
            cuts->digest_end = j.at + step;
        }
        if (part == NLU_FORMAT) {
            cuts->format_begin = begin;
            cuts->format_end = j.at;
        }
    }
    if (j.bad || j.at != j.end) return NLU_ERROR_DESCRIPTION;
    int sealed = m->part[NLU_TENSORS].at != NULL;
    int open = m->part[NLU_DIGEST].at || m->part[NLU_DIGESTS].at || m->part[NLU_FORMAT].at;
    if (m->description.inner == NLU_PHRASES)
        return sealed && !open ? NLU_OK : NLU_ERROR_DESCRIPTION;
    if (sealed) *unknown = 1;
    return cuts->digest_end && cuts->format_end ? NLU_OK : NLU_ERROR_DESCRIPTION;
}

static inline void nlu_hash_text(nlu_hasher *h, nlu_json from, const uint8_t *to)
{
    while (from.at < to && !from.bad) {
        uint8_t byte = (uint8_t)nlu_take(&from);
        nlu_hash_add(h, &byte, 1);
    }
}

/* Whether the string at *j, which is stepped over, has the digits of this hash. */
static inline int nlu_is_digest(nlu_json *j, nlu_hasher *h)
{
    char digits[33];
    nlu_hash_end(h);
    for (unsigned k = 0; k < 32; k++) {
        uint64_t half = k < 16 ? h->h1 : h->h2;
        unsigned byte = k / 2 % 8, nibble = (unsigned)(half >> (8 * byte + (k % 2 ? 0 : 4))) & 15;
        digits[k] = "0123456789abcdef"[nibble];
    }
    digits[32] = 0;
    return nlu_is(nlu_string(j), digits);
}

static inline int nlu_check_description(const nlu_model *m, const nlu_cuts *cuts)
{
    nlu_hasher h = nlu_hash_begin();
    nlu_json j = m->description, digest = m->part[NLU_DIGEST];
    if (cuts->format_begin < cuts->digest_end) return NLU_ERROR_DAMAGED;
    nlu_hash_text(&h, j, cuts->digest_begin);
    j.at = cuts->digest_end;
    nlu_hash_text(&h, j, cuts->format_begin);
    j.at = cuts->format_end;
    nlu_hash_text(&h, j, j.end);
    return nlu_is_digest(&digest, &h) ? NLU_OK : NLU_ERROR_DAMAGED;
}

static inline nlu_hasher nlu_hash_tensor(const nlu_tensor *t)
{
    nlu_hasher h = nlu_hash_begin();
    nlu_json name = t->name;
    const char *dtype = nlu_dtype_names()[t->dtype];
    uint8_t text[24];
    for (int32_t c = nlu_char(&name); c >= 0; c = nlu_char(&name))
        nlu_hash_add(&h, text, nlu_put_utf8((uint32_t)c, text));
    text[0] = 0;
    nlu_hash_add(&h, text, 1);
    nlu_hash_add(&h, (const uint8_t *)dtype, strlen(dtype) + 1);
    for (unsigned k = 0; k < t->dimensions; k++) {
        uint64_t size = t->shape[k];
        unsigned at = sizeof text;
        do text[--at] = (uint8_t)('0' + size % 10);
        while (size /= 10);
        if (k) text[--at] = ',';
        nlu_hash_add(&h, text + at, sizeof text - at);
    }
    text[0] = 0;
    nlu_hash_add(&h, text, 1);
    nlu_hash_add(&h, t->data, t->size);
    return h;
}

/* Checks the digest of every tensor, which reads the whole file. */
static inline int nlu_verify(const nlu_model *m)
{
    nlu_json j = m->part[NLU_DIGESTS];
    unsigned count = 0;
    uint32_t k = 0;
    nlu_expect(&j, '[');
    for (; nlu_item(&j, &count); k++) {
        if (k == m->tensor_count) return NLU_ERROR_DAMAGED;
        nlu_hasher h = nlu_hash_tensor(&m->tensors[k]);
        if (!nlu_is_digest(&j, &h)) return NLU_ERROR_DAMAGED;
    }
    return j.bad || k != m->tensor_count ? NLU_ERROR_DAMAGED : NLU_OK;
}

/* The path of an object of the description, before the word of its tensor: root, name, part, and
   two more parts for a matrix within matrices; and the room for matrices within this one. */
typedef struct {
    const nlu_model *model;
    uint64_t *used; /* bit k: tensor k belongs to something */
    const char *root, *part;
    nlu_json name;
    const char *child, *grandchild;
    nlu_matrix *room;
    uint32_t *room_used;
} nlu_path;

static inline nlu_path nlu_path_to(const nlu_model *m, uint64_t *used, const char *root,
                                   nlu_json name)
{
    nlu_path path = {m, used, root, "", name, "", "", NULL, NULL};
    return path;
}

/* The tensor of a path and a word, if it has this type and number of dimensions; else NULL. */
static inline const nlu_tensor *nlu_get(const nlu_path *p, const char *word, unsigned dtype,
                                        unsigned dimensions)
{
    for (uint32_t k = 0; k < p->model->tensor_count; k++) {
        const nlu_tensor *t = &p->model->tensors[k];
        nlu_json at = t->name, name = p->name;
        int32_t c;
        if (t->dtype != dtype || t->dimensions != dimensions || !nlu_begins(&at, p->root)) continue;
        while ((c = nlu_char(&name)) >= 0 && nlu_char(&at) == c) {}
        if (c >= 0 || !nlu_begins(&at, p->part) || !nlu_begins(&at, p->child)) continue;
        if (!nlu_begins(&at, p->grandchild) || !nlu_is(at, word)) continue;
        *p->used |= (uint64_t)1 << k;
        return t;
    }
    return NULL;
}

/* ---- The sealed form (section 1.2) ----------------------------------------------------------- */

/* Whether the frame holds the one tensor of a sealed file, and nothing of an open one. */
static inline int nlu_is_sealed(const nlu_model *m)
{
    const nlu_tensor *t = m->tensors;
    return !m->description.at && m->tensor_count == 1 && t->dtype == NLU_U8 &&
           t->dimensions == 1 && nlu_is(t->name, "nlu");
}

/* Checks version and digest, and finds description and data in the one tensor. */
static inline int nlu_enter(nlu_model *m, unsigned flags)
{
    const uint8_t *record = m->data;
    uint64_t size = m->data_size;
    if (size == 0 || record[0] < NLU_VERSION) return NLU_ERROR_DESCRIPTION;
    if (record[0] > NLU_VERSION) return NLU_ERROR_NEWER;
    if (size < 21 || nlu_u32(record + 17) > size - 21) return NLU_ERROR_DAMAGED;
    if (!(flags & NLU_UNVERIFIED)) {
        nlu_hasher h = nlu_hash_begin();
        nlu_hash_add(&h, record + 17, (size_t)size - 17);
        nlu_hash_end(&h);
        if (h.h1 != nlu_u64(record + 1) || h.h2 != nlu_u64(record + 9)) return NLU_ERROR_DAMAGED;
    }
    memcpy(m->digest, record + 1, sizeof m->digest);
    m->description.at = record + 21;
    m->description.end = m->data = record + 21 + nlu_u32(record + 17);
    m->description.inner = NLU_PHRASES;
    m->data_size = size - 21 - nlu_u32(record + 17);
    return NLU_OK;
}

/* Reads the list of tensors, which lie one behind the other. */
static inline int nlu_list_tensors(nlu_model *m)
{
    nlu_json j = m->part[NLU_TENSORS];
    unsigned count = 0;
    uint64_t at = 0;
    nlu_expect(&j, '[');
    for (m->tensor_count = 0; nlu_item(&j, &count); m->tensor_count++) {
        if (m->tensor_count == NLU_MAX_TENSORS) return NLU_ERROR_LIMIT;
        nlu_tensor *t = &m->tensors[m->tensor_count];
        int sane = 1;
        memset(t, 0, sizeof *t);
        nlu_expect(&j, '[');
        t->name = nlu_string(&j);
        if (j.at - t->name.at > NLU_MAX_NAME) return NLU_ERROR_LIMIT;
        nlu_expect(&j, ',');
        t->dtype = (unsigned)nlu_choice(&j, nlu_dtype_names());
        while (nlu_accept(&j, ',')) {
            if (t->dimensions == 2) return NLU_ERROR_TENSOR;
            t->shape[t->dimensions++] = nlu_integer(&j, 0, ((uint64_t)1 << 62) - 1);
        }
        nlu_expect(&j, ']');
        if (j.bad || nlu_has_surrogate(t->name)) return NLU_ERROR_FRAME;
        for (uint32_t k = 0; k < m->tensor_count; k++)
            if (nlu_compare(m->tensors[k].name, t->name) == 0) return NLU_ERROR_FRAME;
        uint64_t bytes = nlu_tensor_bytes(t, &sane);
        if (!sane || bytes > m->data_size - at) return NLU_ERROR_FRAME;
        t->begin = at;
        t->end = at += bytes;
        t->data = m->data + (size_t)t->begin;
        t->size = (size_t)bytes;
    }
    return j.bad || at != m->data_size ? NLU_ERROR_FRAME : NLU_OK;
}

/* ---- Static function (section 6.4) ----------------------------------------------------------- */

/* Where bit `index` of a key looks in its shard, before the length of that: a part of 2^32. */
static inline uint32_t nlu_turned(uint64_t handle, uint64_t index)
{
    return (uint32_t)(handle + index * 0x9E3779B9u);
}

/* Which of the NLU_WINDOW places from there on it takes, the first on top. */
static inline uint64_t nlu_coefficients(uint64_t handle, uint64_t index)
{
    uint64_t t = handle + (index + 1) * 0x9E3779B97F4A7C15u;
    return (t ^ t >> 32) * 0xD6E8FEB86659FD93u >> (64 - NLU_WINDOW);
}

/* The first of these places in a shard of so many. */
static inline uint64_t nlu_window_start(uint32_t turned, uint64_t places)
{
    uint64_t at = (uint64_t)turned * places >> 32, last = places - NLU_WINDOW;
    at = at > NLU_LEAD ? at - NLU_LEAD : 0;
    return at < last ? at : last;
}

/* Reads the shard of a key into *v: 1, or 0 where it is empty, so that the key is unknown. */
static inline int nlu_answer_begin(nlu_answer *v, const nlu_function *f, uint64_t handle,
                                  uint64_t first, uint64_t end)
{
    uint64_t begin = 0, stop = f->vector.bits;
    v->function = f;
    v->handle = handle;
    v->next = first;
    v->end = end;
    v->window = 0;
    v->filled = 0;
    if (!f->shards) return 0;
    uint64_t shard = (handle >> 31) * f->shards >> 32;
    if (nlu_offset(&f->offsets, shard, &begin)) return 0;
    if (shard + 1 < f->shards && nlu_offset(&f->offsets, shard + 1, &stop)) return 0;
    v->begin = begin;
    v->places = stop - begin;
    return stop - begin >= NLU_WINDOW; /* shorter ones, and falling offsets, were refused before */
}

static inline unsigned nlu_parity(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_parityll(x);
#else
    x ^= x >> 32;
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    return 0x6996u >> (x & 15) & 1;
#endif
}

/* At least `width` (at most 32) bits of a value on top of v->window; zeros behind its end. What
   changes from bit to bit is added up here, by the formulas above. */
static inline void nlu_answer_fill(nlu_answer *v, unsigned width)
{
    const nlu_stream *vector = &v->function->vector;
    uint64_t left = v->end > v->next ? v->end - v->next : 0, last = v->places - NLU_WINDOW;
    uint64_t t = v->handle + (v->next + 1) * 0x9E3779B97F4A7C15u, window = 0;
    uint32_t turned = nlu_turned(v->handle, v->next);
    unsigned more = width > v->filled ? width - v->filled : 0;
    int whole = (v->begin + v->places) / 8 + 8 <= vector->size; /* eight bytes from each place on */
    for (unsigned k = 0; k < more; k++, turned += 0x9E3779B9u, t += 0x9E3779B97F4A7C15u) {
        uint64_t at = (uint64_t)turned * v->places >> 32, places;
        at = at > NLU_LEAD ? at - NLU_LEAD : 0;
        at = v->begin + (at < last ? at : last);
        if (whole) places = nlu_big64(vector->data + (size_t)(at >> 3)) << (at & 7);
        else places = nlu_bits(vector->data, vector->size, at, NLU_WINDOW) << (64 - NLU_WINDOW);
        uint64_t taken = (t ^ t >> 32) * 0xD6E8FEB86659FD93u >> (64 - NLU_WINDOW);
        window = window << 1 | nlu_parity(places & taken << (64 - NLU_WINDOW));
    }
    if (!more) return;
    if (left < more) window = left ? window >> (more - left) << (more - left) : 0;
    v->window |= window << (64 - v->filled - more);
    v->next += more;
    v->filled += more;
}

/* Steps over bits that were filled; 0 if they reach beyond the end of the value. */
static inline int nlu_answer_drop(nlu_answer *v, unsigned width)
{
    v->window <<= width;
    v->filled -= width;
    return v->next - v->filled <= v->end;
}

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

/* ---- Numbers (section 8) --------------------------------------------------------------------- */

enum { NLU_FLOAT, NLU_LINEAR, NLU_CODEBOOK };
enum { NLU_PER_TENSOR, NLU_PER_ROW, NLU_PER_LABEL, NLU_PER_GROUP };

static inline uint64_t nlu_part(const nlu_matrix *m, uint64_t row, uint64_t column)
{
    switch (m->per) {
    case NLU_PER_ROW: return row;
    case NLU_PER_LABEL: return column;
    case NLU_PER_GROUP: return column / m->group;
    default: return 0;
    }
}

static inline float nlu_scale(const nlu_matrix *m, uint64_t part)
{
    if (!m->scales) return m->one_scale;
    if (m->half_scales) return nlu_f16(nlu_u16(m->scales + 2 * (size_t)part));
    return nlu_f32(nlu_u32(m->scales + 4 * (size_t)part));
}

static inline uint32_t nlu_zero_point(const nlu_matrix *m, uint64_t part)
{
    return m->zero_points ? nlu_u16(m->zero_points + 2 * (size_t)part) : m->one_zero_point;
}

/* The number of a code below `levels`, not of a float. The product of two binary32 is exact in
   binary64, so it is rounded once, as one binary32 multiplication rounds it. */
static inline float nlu_decode(const nlu_matrix *m, uint64_t row, uint64_t column, uint32_t code)
{
    uint64_t part = nlu_part(m, row, column);
    if (m->numbers == NLU_CODEBOOK)
        return nlu_f32(nlu_u32(m->centroids + 4 * (size_t)(part * m->levels + code)));
    double steps = (double)((int32_t)code - (int32_t)nlu_zero_point(m, part));
    return (float)(steps * (double)nlu_scale(m, part));
}

static inline int nlu_check_linear(const nlu_matrix *m, uint64_t parts)
{
    for (uint64_t part = 0; part < parts; part++) {
        double scale = (double)nlu_scale(m, part);
        uint32_t zero = nlu_zero_point(m, part);
        if (scale - scale != 0) return NLU_ERROR_MATRIX; /* NaN or infinite */
        if (zero >= m->levels) return NLU_ERROR_MATRIX;
        uint32_t steps = zero > m->levels - 1 - zero ? zero : m->levels - 1 - zero;
        if ((scale < 0 ? -scale : scale) * steps > 3.4028234663852886e38) return NLU_ERROR_MATRIX;
        if (!m->scales && !m->zero_points) break;
    }
    return NLU_OK;
}

static inline int nlu_check_codebook(const nlu_matrix *m, uint64_t parts)
{
    for (uint64_t k = 0; k < parts * m->levels; k++) {
        uint32_t bits = nlu_u32(m->centroids + 4 * (size_t)k);
        if (!nlu_finite(bits)) return NLU_ERROR_MATRIX;
        if (k % m->levels == 0 && bits << 1) return NLU_ERROR_MATRIX; /* 0 or -0 is first */
    }
    return NLU_OK;
}

/* Reads "numbers" of a matrix whose rows and columns are known. */
static inline int nlu_open_numbers(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    static const char *const kinds[] = {"float", "linear", "codebook", NULL};
    static const char *const pers[] = {"tensor", "row", "label", "group", NULL};
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    uint64_t parts;
    const nlu_tensor *t;
    m->scales = m->zero_points = m->centroids = NULL;
    m->half_scales = 0;
    m->numbers = m->per = 0;
    m->levels = m->group = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            m->numbers = nlu_choice(j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "levels")) {
            m->levels = (uint32_t)nlu_integer(j, 1, 512);
            seen |= 2;
        } else if (nlu_is(name, "per")) {
            m->per = nlu_choice(j, pers);
            seen |= 4;
        } else if (nlu_is(name, "group")) {
            m->group = (uint32_t)nlu_integer(j, 1, 1u << 20);
            seen |= 8;
        } else if (nlu_is(name, "scale")) {
            nlu_decimal decimal = nlu_number(j);
            double scale = nlu_to_double(j, decimal), most = 3.4028234663852886e38;
            if (decimal.whole && decimal.value > (uint64_t)1 << 53) j->bad = 1;
            if (scale > most || scale < -most) j->bad = 1;
            else m->one_scale = (float)scale;
            seen |= 16;
        } else if (nlu_is(name, "zero_point")) {
            m->one_zero_point = (uint32_t)nlu_integer(j, 0, 511);
            seen |= 32;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    unsigned wanted = m->numbers == NLU_FLOAT ? 1u : m->per == NLU_PER_GROUP ? 15u : 7u;
    unsigned optional = m->numbers == NLU_LINEAR ? 48u : 0u;
    if (j->bad || (seen & ~optional) != wanted) return NLU_ERROR_DESCRIPTION;
    if (m->numbers == NLU_FLOAT) return NLU_OK;
    if (m->per == NLU_PER_ROW) parts = m->rows;
    else if (m->per == NLU_PER_LABEL) parts = m->columns;
    else if (m->per == NLU_PER_GROUP) parts = m->columns / m->group + (m->columns % m->group != 0);
    else parts = 1;
    if (m->numbers == NLU_CODEBOOK) {
        t = nlu_get(p, ".numbers.centroids", NLU_F32, 2);
        if (m->levels > 256) return NLU_ERROR_DESCRIPTION;
        if (!t || t->shape[0] != parts || t->shape[1] != m->levels) return NLU_ERROR_TENSOR;
        m->centroids = t->data;
        return nlu_check_codebook(m, parts);
    }
    if (m->levels < 2 || ((seen & 16) && parts != 1)) return NLU_ERROR_DESCRIPTION;
    if (!(seen & 16)) {
        t = nlu_get(p, ".numbers.scale", NLU_F32, 1);
        m->half_scales = !t;
        if (!t) t = nlu_get(p, ".numbers.scale", NLU_F16, 1);
        if (!t || t->shape[0] != parts) return NLU_ERROR_TENSOR;
        m->scales = t->data;
    }
    if (!(seen & 32)) {
        t = nlu_get(p, ".numbers.zero_point", NLU_U16, 1);
        if (!t || t->shape[0] != parts) return NLU_ERROR_TENSOR;
        m->zero_points = t->data;
    } else if (m->one_zero_point >= m->levels) {
        return NLU_ERROR_DESCRIPTION;
    }
    return nlu_check_linear(m, parts);
}

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

/* ---- Matrices (sections 7 and 9) ------------------------------------------------------------- */

enum { NLU_DENSE, NLU_SPARSE, NLU_CODED, NLU_PQ, NLU_PRODUCT, NLU_STATIC };

/* Floats must be finite and codes below the levels. */
static inline int nlu_check_codes(const nlu_matrix *m, const nlu_tensor *t)
{
    if ((m->numbers == NLU_FLOAT) == (t->dtype == NLU_U8)) return NLU_ERROR_MATRIX;
    for (size_t at = 0; at < t->size; at += (size_t)nlu_item_size(t->dtype)) {
        if (t->dtype == NLU_F32 && !nlu_finite(nlu_u32(t->data + at))) return NLU_ERROR_MATRIX;
        if (t->dtype == NLU_F16 && (nlu_u16(t->data + at) & 0x7C00) == 0x7C00)
            return NLU_ERROR_MATRIX;
        if (t->dtype == NLU_U8 && t->data[at] >= m->levels) return NLU_ERROR_MATRIX;
    }
    return NLU_OK;
}

static inline const nlu_tensor *nlu_get_codes(const nlu_path *p, unsigned dimensions)
{
    const nlu_tensor *t = nlu_get(p, ".codes", NLU_U8, dimensions);
    if (!t) t = nlu_get(p, ".codes", NLU_F32, dimensions);
    return t || dimensions == 1 ? t : nlu_get(p, ".codes", NLU_F16, 2);
}

static inline int nlu_open_dense(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *t = nlu_get_codes(p, 2);
    if (!t) return NLU_ERROR_TENSOR;
    m->codes = t->data;
    m->code_type = t->dtype;
    m->rows = t->shape[0];
    m->columns = t->shape[1];
    int error = nlu_open_numbers(p, numbers, m);
    return error ? error : nlu_check_codes(m, t);
}

static inline uint32_t nlu_entry_column(const nlu_matrix *m, uint64_t entry)
{
    const uint8_t *at = m->entry_columns + m->column_bytes * (size_t)entry;
    return m->column_bytes == 2 ? nlu_u16(at) : nlu_u32(at);
}

static inline int nlu_open_sparse(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *starts = nlu_get(p, ".starts", NLU_I64, 1), *codes = nlu_get_codes(p, 1);
    const nlu_tensor *columns = nlu_get(p, ".columns", NLU_U16, 1);
    uint64_t before = 0;
    if (!columns) columns = nlu_get(p, ".columns", NLU_U32, 1);
    if (!starts || !codes || !columns || codes->shape[0] != columns->shape[0])
        return NLU_ERROR_TENSOR;
    if (starts->shape[0] == 0) return NLU_ERROR_MATRIX;
    m->codes = codes->data;
    m->code_type = codes->dtype;
    m->starts = starts->data;
    m->entry_columns = columns->data;
    m->column_bytes = columns->dtype == NLU_U16 ? 2 : 4;
    m->rows = starts->shape[0] - 1;
    for (uint64_t row = 0; row <= m->rows; row++) {
        uint64_t start = nlu_u64(m->starts + 8 * (size_t)row);
        if (start < before || start > columns->shape[0] || (row == 0 && start))
            return NLU_ERROR_MATRIX;
        for (uint64_t entry = before; entry < start; entry++) {
            uint32_t column = nlu_entry_column(m, entry);
            if (column >= m->columns) return NLU_ERROR_MATRIX;
            if (entry > before && column <= nlu_entry_column(m, entry - 1))
                return NLU_ERROR_MATRIX;
        }
        before = start;
    }
    if (before != columns->shape[0]) return NLU_ERROR_MATRIX;
    int error = nlu_open_numbers(p, numbers, m);
    return error ? error : nlu_check_codes(m, codes);
}

static inline int nlu_is_fixed(const nlu_matrix *m) { return !m->sparse && m->symbol_bits; }

/* Reads the code tables at the front of P.rows and says how many bytes they take. */
static inline int nlu_open_codes(nlu_matrix *m, const nlu_stream *s, uint64_t *bytes)
{
    uint64_t at = 0;
    uint16_t used = 0;
    for (unsigned k = 0; k < NLU_CODES; k++) {
        uint32_t symbols =
            k == 0 ? nlu_tokens(m->columns + 1) + m->common : nlu_tokens(m->columns);
        if (k < 7 && !m->sparse) symbols = 0;
        if (k >= 7) symbols = m->symbol_bits || (k > 7 && !m->sparse) ? 0 : m->levels;
        int error = nlu_open_code(s, &at, symbols, &m->code[k], m->pool, used);
        if (error) return error;
        used = (uint16_t)(used + symbols);
    }
    *bytes = (at + 7) / 8;
    return NLU_OK;
}

static inline int nlu_open_coded(const nlu_path *p, nlu_json *numbers, nlu_matrix *m,
                                 const uint64_t offsets[2])
{
    const nlu_tensor *t = nlu_get(p, ".rows", NLU_U8, 1);
    uint64_t tables = 0, packed = 0, blocks = (m->rows + m->block_rows - 1) / m->block_rows;
    if (!t) return NLU_ERROR_TENSOR;
    uint64_t least_bits = m->rows * (m->sparse ? 1 : m->columns); /* up to 2^60 */
    if (least_bits > m->stream.bits || m->stream.bits > 8 * (uint64_t)t->size)
        return NLU_ERROR_MATRIX;
    if (m->columns == 0 && m->rows > 65536) return NLU_ERROR_MATRIX;
    if (!m->sparse && m->block_rows > 1 && m->block_rows * m->columns > 65536)
        return NLU_ERROR_MATRIX;
    if (!nlu_attach_offsets(&m->offsets, blocks, m->stream.bits, offsets, &packed))
        return NLU_ERROR_MATRIX;
    int error = nlu_open_numbers(p, numbers, m);
    if (error) return error;
    if ((m->numbers == NLU_FLOAT) != (m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    nlu_stream whole = {t->data, t->size, 8 * (uint64_t)t->size};
    if (nlu_is_fixed(m)) {
        if (m->stream.bits != m->rows * m->columns * m->symbol_bits) return NLU_ERROR_MATRIX;
        packed = 0;
    } else {
        error = nlu_open_codes(m, &whole, &tables);
        if (error) return error;
    }
    if (tables + packed + (m->stream.bits + 7) / 8 != t->size) return NLU_ERROR_MATRIX;
    m->offsets.packed.data = t->data + (size_t)tables;
    m->offsets.packed.size = (size_t)packed;
    m->offsets.packed.bits = 8 * packed;
    m->stream.data = m->offsets.packed.data + (size_t)packed;
    m->stream.size = t->size - (size_t)(tables + packed);
    return NLU_OK;
}

/* The common rows (section 9.5), which must fill these bytes: their columns ascend. */
static inline int nlu_open_common(nlu_matrix *m, const uint8_t *data, size_t size)
{
    unsigned column_bits = m->common && m->columns ? nlu_bit_length(m->columns - 1) : 0;
    unsigned symbol_bits = m->common && m->levels ? nlu_bit_length(m->levels - 1) : 0;
    m->common_column_bits = column_bits;
    m->common_symbol_bits = symbol_bits;
    unsigned width = column_bits + symbol_bits;
    uint64_t entries = 0, at = 0;
    for (uint32_t n = 0; n < NLU_COMMON_ENTRIES; n++) entries += (n + 1) * m->common_of[n];
    m->common_rows.data = data;
    m->common_rows.size = size;
    m->common_rows.bits = entries * width;
    if ((m->common_rows.bits + 7) / 8 != size) return NLU_ERROR_MATRIX;
    if (m->common && (!m->sparse || m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    for (uint32_t n = 0; n < NLU_COMMON_ENTRIES; n++) {
        for (uint32_t entry = 0; entry < (n + 1) * m->common_of[n]; entry++) {
            uint64_t column = nlu_peek_bits(&m->common_rows, at, column_bits), before = 0;
            if (entry % (n + 1))
                before = 1 + nlu_peek_bits(&m->common_rows, at - width, column_bits);
            if (column < before || column >= m->columns) return NLU_ERROR_MATRIX;
            at += column_bits;
            if (nlu_peek_bits(&m->common_rows, at, symbol_bits) >= m->levels)
                return NLU_ERROR_MATRIX;
            at += symbol_bits;
        }
    }
    return NLU_OK;
}

/* Static rows (section 9.5); the function that holds them is that of the table's keys. */
static inline int nlu_open_static(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *t = nlu_get(p, ".rows", NLU_U8, 1);
    uint64_t tables = 0;
    if (!t) return NLU_ERROR_TENSOR;
    int error = nlu_open_numbers(p, numbers, m);
    if (error) return error;
    if (m->numbers != NLU_FLOAT && m->per == NLU_PER_ROW) return NLU_ERROR_MATRIX;
    if ((m->numbers == NLU_FLOAT) != (m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    nlu_stream whole = {t->data, t->size, 8 * (uint64_t)t->size};
    error = nlu_open_codes(m, &whole, &tables);
    return error ? error : nlu_open_common(m, t->data + (size_t)tables, t->size - (size_t)tables);
}

static inline int nlu_open_pq(const nlu_path *p, nlu_json *j, nlu_matrix *m);

/* A matrix; static rows stand in tables alone. */
static inline int nlu_open_matrix(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    static const char *const kinds[] = {"dense", "sparse",  "coded", "pq",
                                        "product", "static", NULL};
    nlu_json name = *j, numbers = *j, whole = *j;
    unsigned count = 0, seen = 0;
    uint64_t shape[2] = {0, 0}, offsets[2] = {0, 0};
    m->kind = 0;
    m->common = 0;
    memset(m->common_of, 0, sizeof m->common_of);
    nlu_expect(&whole, '{');
    while (nlu_member(&whole, &name, &count)) { /* other fields may come before it */
        if (nlu_is(name, "kind")) m->kind = nlu_choice(&whole, kinds);
        else nlu_skip(&whole, 100);
    }
    if (whole.bad) return NLU_ERROR_DESCRIPTION;
    if (m->kind == NLU_PQ) return nlu_open_pq(p, j, m);
    if (m->kind == NLU_PRODUCT) return NLU_ERROR_ENCODING;
    if (m->kind == NLU_STATIC && (strcmp(p->part, ".matrix") != 0 || *p->child))
        return NLU_ERROR_MATRIX;
    count = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            m->kind = nlu_choice(j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "numbers")) {
            numbers = *j;
            nlu_skip(j, 100);
            seen |= 2;
        } else if (nlu_is(name, "columns")) {
            m->columns = nlu_integer(j, 0, 1u << 20);
            seen |= 4;
        } else if (nlu_is(name, "shape")) {
            nlu_two(j, (uint64_t)1 << 40, shape);
            seen |= 8;
        } else if (nlu_is(name, "common")) {
            unsigned items = 0, of = 0;
            nlu_expect(j, '[');
            for (; nlu_item(j, &items); of++) {
                if (of == NLU_COMMON_ENTRIES) return NLU_ERROR_DESCRIPTION;
                m->common_of[of] = (uint32_t)nlu_integer(j, 0, NLU_COMMON);
                m->common += m->common_of[of];
            }
            if (!of || !m->common_of[of - 1] || m->common > NLU_COMMON) j->bad = 1;
            seen |= 1024;
        } else if (nlu_is(name, "sparse")) {
            m->sparse = nlu_boolean(j);
            seen |= 16;
        } else if (nlu_is(name, "block_rows")) {
            m->block_rows = (uint32_t)nlu_integer(j, 1, 1024);
            seen |= 32;
        } else if (nlu_is(name, "symbol_bits")) {
            m->symbol_bits = (uint32_t)nlu_integer(j, 0, 32);
            seen |= 64;
        } else if (nlu_is(name, "offsets")) {
            nlu_two(j, 128, offsets);
            seen |= 128;
        } else if (nlu_is(name, "stream_bits")) {
            m->stream.bits = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 256;
        } else if (nlu_is(name, "longest")) {
            m->longest = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 512;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    static const unsigned wanted[] = {3, 7, 1 + 2 + 8 + 16 + 32 + 64 + 128 + 256,
                                      0, 0, 1 + 2 + 4 + 16 + 64 + 512};
    if (m->kind == NLU_STATIC) seen &= ~1024u;
    if (j->bad || seen != wanted[m->kind]) return NLU_ERROR_DESCRIPTION;
    if (m->kind == NLU_DENSE) return nlu_open_dense(p, &numbers, m);
    if (m->kind == NLU_SPARSE) return nlu_open_sparse(p, &numbers, m);
    if (m->kind == NLU_STATIC) return nlu_open_static(p, &numbers, m);
    if (shape[1] > 1u << 20) return NLU_ERROR_DESCRIPTION;
    m->rows = shape[0];
    m->columns = shape[1];
    return nlu_open_coded(p, &numbers, m, offsets);
}

/* A matrix within a matrix, in the next place of the room for them. */
static inline int nlu_open_child(const nlu_path *p, const char *field, nlu_json *j,
                                 const nlu_matrix **child)
{
    nlu_path path = *p;
    if (!p->room || *p->grandchild || *p->room_used == NLU_CHILDREN) return NLU_ERROR_ENCODING;
    nlu_matrix *m = p->room + (*p->room_used)++;
    if (*p->child) path.grandchild = field;
    else path.child = field;
    memset(m, 0, sizeof *m);
    *child = m;
    return nlu_open_matrix(&path, j, m);
}

/* Product-quantized rows (section 7.2), without a rotation. */
static inline int nlu_open_pq(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    int error = NLU_OK;
    m->pq_norms = NULL;
    nlu_expect(j, '{');
    while (!error && nlu_member(j, &name, &count)) {
        if (nlu_is(name, "centroids")) {
            error = nlu_open_child(p, ".centroids", j, &m->pq_centroids);
            seen |= 1;
        } else if (nlu_is(name, "codes")) {
            error = nlu_open_child(p, ".codes", j, &m->pq_codes);
            seen |= 2;
        } else if (nlu_is(name, "columns")) {
            m->columns = nlu_integer(j, 1, 1u << 20);
            seen |= 4;
        } else if (nlu_is(name, "kind")) {
            nlu_skip(j, 1);
        } else if (nlu_is(name, "norms")) {
            error = nlu_open_child(p, ".norms", j, &m->pq_norms);
        } else {
            error = nlu_is(name, "rotation") ? NLU_ERROR_ENCODING : NLU_ERROR_DESCRIPTION;
        }
    }
    if (error) return error;
    if (j->bad || seen != 7) return NLU_ERROR_DESCRIPTION;
    const nlu_matrix *codes = m->pq_codes, *centroids = m->pq_centroids;
    if (codes->kind == NLU_PQ || codes->numbers != NLU_LINEAR || codes->per != NLU_PER_TENSOR)
        return NLU_ERROR_MATRIX;
    if (nlu_scale(codes, 0) != 1.0f || nlu_zero_point(codes, 0) != 0) return NLU_ERROR_MATRIX;
    if (codes->columns < 1 || codes->columns > m->columns) return NLU_ERROR_MATRIX;
    if (centroids->kind == NLU_PQ) return NLU_ERROR_ENCODING;
    if (centroids->rows % codes->columns || codes->levels * codes->columns > centroids->rows)
        return NLU_ERROR_MATRIX;
    if (centroids->columns != (m->columns + codes->columns - 1) / codes->columns)
        return NLU_ERROR_MATRIX;
    if (centroids->rows > (1u << 22) / centroids->columns) return NLU_ERROR_MATRIX;
    m->rows = codes->rows;
    if (m->pq_norms && (m->pq_norms->rows != m->rows || m->pq_norms->columns != 1))
        return NLU_ERROR_MATRIX;
    return NLU_OK;
}

/* ---- Entries of a row ------------------------------------------------------------------------ */

/* The entries of one row of a matrix of numbers, read one after the other. */
typedef struct {
    const nlu_matrix *matrix;
    uint64_t row, left, column; /* entries to come; the first column that the next may have */
    uint64_t at;                /* the next: number of an element or entry, or bit of the stream */
    unsigned row_class;
    nlu_answer value; /* of static rows: what is left of the row */
    int common;       /* whether `at` is in the common rows instead */
} nlu_plain;

/* A symbol of a static row by a code, or -1 where the row ends before it. */
static inline int32_t nlu_static_word(nlu_plain *e, unsigned code)
{
    const nlu_matrix *m = e->matrix;
    uint32_t length;
    /* 8 bits are mostly enough, and every bit takes time; of a long row more are read at once. */
    if (e->value.filled < 8) nlu_answer_fill(&e->value, e->left > 3 ? 16 : 8);
    if (m->code[code].quick[e->value.window >> 56] == 0xFFFF) nlu_answer_fill(&e->value, 12);
    int32_t symbol = nlu_word(&m->code[code], m->pool, (uint32_t)(e->value.window >> 52), &length);
    return symbol >= 0 && nlu_answer_drop(&e->value, length) ? symbol : -1;
}

/* The next bits of a static row as a number; -1 as above. */
static inline int64_t nlu_static_bits(nlu_plain *e, unsigned width)
{
    nlu_answer_fill(&e->value, width);
    uint64_t number = width ? e->value.window >> (64 - width) : 0;
    return nlu_answer_drop(&e->value, width) ? (int64_t)number : -1;
}

/* The number of a token with its extra bits; -1 as above. */
static inline int32_t nlu_static_number(nlu_plain *e, int32_t token)
{
    if (token < 128) return token;
    unsigned width = (unsigned)token - 121;
    int64_t low = nlu_static_bits(e, width);
    return low < 0 ? -1 : (int32_t)(1u << width | (uint32_t)low);
}

static inline int32_t nlu_static_token(nlu_plain *e, unsigned code)
{
    return nlu_static_number(e, nlu_static_word(e, code));
}

/* Begins with a common row. */
static inline void nlu_common_begin(nlu_plain *e, uint32_t number)
{
    const nlu_matrix *m = e->matrix;
    uint64_t entry = 0;
    uint32_t n = 0;
    for (; number >= m->common_of[n]; n++) {
        number -= m->common_of[n];
        entry += (uint64_t)(n + 1) * m->common_of[n];
    }
    unsigned width = m->common_column_bits + m->common_symbol_bits;
    e->common = 1;
    e->left = n + 1;
    e->at = (entry + (uint64_t)number * (n + 1)) * width;
}

/* Begins with the row of a key that was found. */
static inline void nlu_static_begin(nlu_plain *e, uint64_t handle)
{
    const nlu_matrix *m = e->matrix;
    e->left = m->columns;
    e->common = 0;
    if (!nlu_answer_begin(&e->value, &m->function, handle, m->skipped, m->skipped + m->longest)) {
        e->left = 0;
    } else if (m->sparse) {
        int32_t token = nlu_static_word(e, 0), counts = (int32_t)nlu_tokens(m->columns + 1);
        if (token >= counts) {
            nlu_common_begin(e, (uint32_t)(token - counts));
            return;
        }
        int32_t count = nlu_static_number(e, token);
        e->left = count < 0 || (uint32_t)count > m->columns ? 0 : (uint32_t)count;
    }
}

/* Column and code of the next entry: 1, or 0 where the row ends before it (section 9.5). */
static inline int nlu_static_next(nlu_plain *e, uint32_t *code)
{
    const nlu_matrix *m = e->matrix;
    int64_t symbol;
    if (e->common) { /* checked when it was opened */
        e->column = nlu_peek_bits(&m->common_rows, e->at, m->common_column_bits);
        e->at += m->common_column_bits;
        *code = (uint32_t)nlu_peek_bits(&m->common_rows, e->at, m->common_symbol_bits);
        e->at += m->common_symbol_bits;
        return 1;
    }
    if (m->sparse) {
        int32_t gap = nlu_static_token(e, 1 + e->row_class);
        if (gap < 0 || (uint32_t)gap >= m->columns - e->column) return 0;
        e->column += (uint32_t)gap;
    }
    if (m->symbol_bits) symbol = nlu_static_bits(e, m->symbol_bits);
    else symbol = nlu_static_word(e, 7 + e->row_class);
    if (symbol < 0 || (m->symbol_bits < 32 && symbol >= m->levels)) return 0;
    *code = (uint32_t)symbol;
    return m->numbers != NLU_FLOAT || nlu_finite(*code);
}

/* Next symbol of the stream, in the code of a class or of fixed width; -1 if there is none. */
static inline int64_t nlu_next_symbol(const nlu_matrix *m, unsigned row_class, uint64_t *at)
{
    if (!m->symbol_bits) return nlu_symbol(&m->stream, &m->code[7 + row_class], m->pool, at);
    uint64_t symbol = nlu_peek_bits(&m->stream, *at, m->symbol_bits);
    *at += m->symbol_bits;
    if (*at > m->stream.bits || (m->symbol_bits < 32 && symbol >= m->levels)) return -1;
    return (int64_t)symbol;
}

static inline unsigned nlu_class(uint64_t entries)
{
    unsigned length = nlu_bit_length(entries - 1);
    return length < 5 ? length : 5;
}

/* Reads over the rows of a block before the one that is wanted. */
static inline int nlu_seek_sparse(nlu_plain *e, uint64_t block, uint32_t within)
{
    const nlu_matrix *m = e->matrix;
    uint64_t left = m->rows - block * m->block_rows, counts_at = e->at, total = 0;
    uint64_t rows = left < m->block_rows ? left : m->block_rows;
    for (uint64_t k = 0; k < rows; k++) {
        int32_t count = nlu_token(m, 0, &e->at);
        if (count < 0 || (uint32_t)count > m->columns) return NLU_ERROR_STREAM;
        total += (uint32_t)count;
    }
    if (total > (m->block_rows == 1 ? m->stream.bits : 65536)) return NLU_ERROR_STREAM;
    for (uint32_t k = 0; k <= within; k++) {
        e->left = (uint64_t)nlu_token(m, 0, &counts_at);
        if (e->left) e->row_class = nlu_class(e->left);
        for (uint64_t i = 0; k < within && i < e->left; i++) {
            if (nlu_token(m, 1 + e->row_class, &e->at) < 0) return NLU_ERROR_STREAM;
            if (nlu_next_symbol(m, e->row_class, &e->at) < 0) return NLU_ERROR_STREAM;
        }
    }
    return NLU_OK;
}

/* Begins with a row below `rows` of the matrix. */
static inline int nlu_plain_begin(nlu_plain *e, const nlu_matrix *m, uint64_t row)
{
    e->matrix = m;
    e->row = row;
    e->left = m->columns;
    e->column = 0;
    e->row_class = 0;
    if (m->kind == NLU_STATIC) {
        nlu_static_begin(e, row);
        if (m->sparse && e->left) e->row_class = nlu_class(e->left);
        return NLU_OK;
    }
    if (m->kind == NLU_DENSE || (m->kind == NLU_CODED && nlu_is_fixed(m))) {
        e->at = row * m->columns * (m->kind == NLU_DENSE ? 1 : m->symbol_bits);
        return NLU_OK;
    }
    if (m->kind == NLU_SPARSE) {
        e->at = nlu_u64(m->starts + 8 * (size_t)row);
        e->left = nlu_u64(m->starts + 8 * (size_t)row + 8) - e->at;
        return NLU_OK;
    }
    uint64_t block = row / m->block_rows;
    uint32_t within = (uint32_t)(row - block * m->block_rows);
    int error = nlu_offset(&m->offsets, block, &e->at);
    if (error) return error;
    if (m->sparse) return nlu_seek_sparse(e, block, within);
    for (uint64_t skip = within * m->columns; skip; skip--)
        if (nlu_next_symbol(m, 0, &e->at) < 0) return NLU_ERROR_STREAM;
    return NLU_OK;
}

/* The next entry: 1, or 0 behind the last one, or an error. */
static inline int nlu_plain_next(nlu_plain *e, uint64_t *column, float *number)
{
    const nlu_matrix *m = e->matrix;
    uint32_t code;
    if (!e->left) return 0;
    e->left--;
    if (m->kind == NLU_STATIC) {
        if (!nlu_static_next(e, &code)) return (int)(e->left = 0);
    } else if (m->kind == NLU_CODED) {
        if (m->sparse) {
            int32_t gap = nlu_token(m, 1 + e->row_class, &e->at);
            if (gap < 0 || (uint32_t)gap >= m->columns - e->column) return NLU_ERROR_STREAM;
            e->column += (uint32_t)gap;
        }
        int64_t symbol = nlu_next_symbol(m, e->row_class, &e->at);
        if (symbol < 0) return NLU_ERROR_STREAM;
        code = (uint32_t)symbol;
        if (m->numbers == NLU_FLOAT && !nlu_finite(code)) return NLU_ERROR_STREAM;
    } else {
        const uint8_t *at = m->codes + (size_t)(e->at * nlu_item_size(m->code_type));
        if (m->kind == NLU_SPARSE) e->column = nlu_entry_column(m, e->at);
        code = m->code_type == NLU_U8 ? *at : m->code_type == NLU_F16 ? nlu_u16(at) : nlu_u32(at);
        e->at++;
    }
    *column = e->column++;
    if (m->numbers != NLU_FLOAT) *number = nlu_decode(m, e->row, *column, code);
    else *number = m->kind == NLU_DENSE && m->code_type == NLU_F16 ? nlu_f16(code) : nlu_f32(code);
    return 1;
}

/* The entries of one row of any matrix. A product-quantized row (section 7.2) has, for each of its
   codes, a centroid times the norm of the row. */
typedef struct {
    const nlu_matrix *matrix;
    nlu_plain plain;    /* the row itself, or its codes */
    nlu_plain centroid; /* what is left of it, of the subvector before `next` */
    uint64_t next, code_column;
    float code, norm; /* the first code from `next` on that is not 0, in code_column */
} nlu_entries;

static inline int nlu_entries_next(nlu_entries *e, uint64_t *column, float *number);

/* Reads ahead to the next code that is not 0. */
static inline int nlu_next_code(nlu_entries *e)
{
    int more;
    do more = nlu_plain_next(&e->plain, &e->code_column, &e->code);
    while (more == 1 && e->code == 0);
    if (more == 0) e->code_column = UINT64_MAX;
    return more < 0 ? more : NLU_OK;
}

static inline int nlu_entries_begin(nlu_entries *e, const nlu_matrix *m, uint64_t row)
{
    int error;
    e->matrix = m;
    if (m->kind != NLU_PQ) return nlu_plain_begin(&e->plain, m, row);
    e->norm = 1;
    if (m->pq_norms) {
        nlu_entries norm;
        uint64_t column;
        error = nlu_entries_begin(&norm, m->pq_norms, row);
        e->norm = 0; /* of a sparse row without entries */
        if (!error) error = nlu_entries_next(&norm, &column, &e->norm);
        if (error < 0) return error;
    }
    e->next = e->centroid.left = 0;
    error = nlu_plain_begin(&e->plain, m->pq_codes, row);
    return error ? error : nlu_next_code(e);
}

/* The next entry: 1, or 0 behind the last one, or an error. */
static inline int nlu_entries_next(nlu_entries *e, uint64_t *column, float *number)
{
    const nlu_matrix *m = e->matrix;
    if (m->kind != NLU_PQ) return nlu_plain_next(&e->plain, column, number);
    for (;;) {
        while (e->centroid.left) {
            int more = nlu_plain_next(&e->centroid, column, number);
            if (more <= 0) return more;
            *column += (e->next - 1) * m->pq_centroids->columns;
            if (*column >= m->columns) continue; /* what fills up the last subvector */
            if (m->pq_norms) *number = (float)((double)*number * (double)e->norm);
            return *number - *number == 0 ? 1 : NLU_ERROR_MATRIX;
        }
        if (e->next == m->pq_codes->columns) return 0;
        uint64_t centroid = e->next * (m->pq_centroids->rows / m->pq_codes->columns);
        int error = NLU_OK;
        if (e->next == e->code_column) {
            centroid += (uint64_t)e->code;
            error = nlu_next_code(e);
        }
        if (!error) error = nlu_plain_begin(&e->centroid, m->pq_centroids, centroid);
        if (error) return error;
        e->next++;
    }
}

/* ---- Sparse rows by pairs ---------------------------------------------------------------------

   Most of the time of an answer goes into rows whose entries are coded one by one. Here a table
   takes gap and symbol of an entry (section 9.4) at once, where both stand in the next
   NLU_PAIR_BITS bits. */

/* Makes the tables, if the rows are of the kind that has them. */
static inline void nlu_open_pairs(nlu_matrix *m, nlu_quick *p)
{
    m->pairs = NULL;
    if (m->kind != NLU_CODED || !m->sparse || m->symbol_bits || m->numbers == NLU_FLOAT ||
        m->block_rows > NLU_PAIR_ROWS)
        return;
    for (unsigned k = 0; k < 6; k++) {
        const nlu_code *gaps = &m->code[1 + k], *symbols = &m->code[7 + k];
        for (uint32_t window = 0; window < 1u << NLU_PAIR_BITS; window++) {
            uint32_t first, second, known = window << (12 - NLU_PAIR_BITS);
            int32_t gap = nlu_word(gaps, m->pool, known, &first), symbol = -1;
            p->entry[k][window] = 0;
            if (gap < 0 || gap >= 128 || first >= NLU_PAIR_BITS) continue;
            symbol = nlu_word(symbols, m->pool, known << first & 4095, &second);
            if (symbol < 0 || first + second > NLU_PAIR_BITS) continue;
            p->entry[k][window] = (first + second) << 24 | (uint32_t)symbol << 8 | (uint32_t)gap;
        }
    }
    for (uint32_t code = 0; m->per == NLU_PER_TENSOR && code < m->levels; code++)
        p->number[code] = (double)nlu_decode(m, 0, 0, code);
    m->pairs = p;
}

/* The next bits of the stream on top; at least 57 of them. */
static inline uint64_t nlu_window(const nlu_stream *s, uint64_t at)
{
    uint64_t byte = at >> 3;
    if (s->size >= 8 && byte <= s->size - 8) return nlu_big64(s->data + (size_t)byte) << (at & 7);
    return nlu_peek_bits(s, at, 57) << 7;
}

/* Reads how many entries each of these rows has, and moves on; the sum, or UINT64_MAX. */
static inline uint64_t nlu_row_counts(const nlu_matrix *m, uint64_t rows, uint64_t *at,
                                      uint32_t *counts)
{
    uint64_t total = 0, window = 0;
    unsigned left = 0;
    for (uint64_t k = 0; k < rows; k++) {
        if (left < 8) {
            window = nlu_window(&m->stream, *at);
            left = 57;
        }
        uint32_t entry = m->code[0].quick[window >> 56], length = entry >> 12;
        counts[k] = entry & 4095;
        if (length > 12 || counts[k] >= 128) {
            int32_t count = nlu_token(m, 0, at);
            if (count < 0 || (uint32_t)count > m->columns) return UINT64_MAX;
            counts[k] = (uint32_t)count;
            left = length = 0;
        }
        *at += length;
        window <<= length;
        left -= left ? length : 0;
        total += counts[k];
    }
    return *at <= m->stream.bits ? total : UINT64_MAX;
}

/* Steps over the entries of a row: where it ends, or UINT64_MAX. */
static inline uint64_t nlu_skip_pairs(const nlu_matrix *m, uint32_t entries, uint64_t at)
{
    unsigned kind = entries ? nlu_class(entries) : 0;
    const uint32_t *table = m->pairs->entry[kind];
    while (entries) {
        uint64_t window = nlu_window(&m->stream, at);
        unsigned used = 0, length = 1;
        for (; entries && used + NLU_PAIR_BITS <= 57; entries--) {
            length = table[window >> (64 - NLU_PAIR_BITS)] >> 24;
            if (!length) break;
            window <<= length;
            used += length;
        }
        at += used;
        if (length) continue;
        if (nlu_token(m, 1 + kind, &at) < 0 || nlu_next_symbol(m, kind, &at) < 0) return UINT64_MAX;
        entries--;
    }
    return at <= m->stream.bits ? at : UINT64_MAX;
}

/* Adds the entries of a row times a weight to sums. */
static inline int nlu_add_pairs(const nlu_matrix *m, uint64_t row, uint32_t entries, uint64_t at,
                                double weight, double *sums)
{
    unsigned kind = entries ? nlu_class(entries) : 0;
    const uint32_t *table = m->pairs->entry[kind];
    uint64_t column = 0;
    while (entries) {
        uint64_t window = nlu_window(&m->stream, at);
        for (unsigned used = 0; entries && used + NLU_PAIR_BITS <= 57; entries--) {
            uint32_t pair = table[window >> (64 - NLU_PAIR_BITS)], length = pair >> 24;
            uint32_t gap = pair & 255, code = pair >> 8 & 0xFFFF;
            if (!length) {
                int32_t rare = nlu_token(m, 1 + kind, &at);
                int64_t symbol = rare < 0 ? -1 : nlu_next_symbol(m, kind, &at);
                if (symbol < 0) return NLU_ERROR_STREAM;
                gap = (uint32_t)rare;
                code = (uint32_t)symbol;
                used = 57; /* the window stands elsewhere now */
            }
            window <<= length;
            used += length;
            at += length;
            if (gap >= m->columns - column) return NLU_ERROR_STREAM;
            column += gap;
            double number = m->per == NLU_PER_TENSOR ? m->pairs->number[code]
                                                     : (double)nlu_decode(m, row, column, code);
            sums[(size_t)column++] += weight * number;
        }
    }
    return at <= m->stream.bits ? NLU_OK : NLU_ERROR_STREAM;
}

/* Adds a row of a matrix that has pairs times a weight to sums, one per column. */
static inline int nlu_add_quick_row(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    uint32_t counts[NLU_PAIR_ROWS], within = (uint32_t)(row % m->block_rows);
    uint64_t at, block = row / m->block_rows, left = m->rows - block * m->block_rows;
    uint64_t rows = left < m->block_rows ? left : m->block_rows;
    int error = nlu_offset(&m->offsets, block, &at);
    if (error) return error;
    uint64_t total = nlu_row_counts(m, rows, &at, counts);
    if (total > (m->block_rows == 1 ? m->stream.bits : 65536)) return NLU_ERROR_STREAM;
    for (uint32_t k = 0; k < within && at != UINT64_MAX; k++) at = nlu_skip_pairs(m, counts[k], at);
    if (at == UINT64_MAX) return NLU_ERROR_STREAM;
    return nlu_add_pairs(m, row, counts[within], at, weight, sums);
}

/* Adds a row of plain floats times a weight to sums. */
static inline void nlu_add_floats(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    const uint8_t *at = m->codes + (size_t)(row * m->columns * nlu_item_size(m->code_type));
    int halves = m->code_type == NLU_F16;
    for (size_t k = 0; k < (size_t)m->columns; k++)
        sums[k] += weight * (double)(halves ? nlu_f16(nlu_u16(at + 2 * k)) : nlu_f32(nlu_u32(at + 4 * k)));
}

/* Adds a row of a matrix times a weight to sums, one per column. */
static inline int nlu_add_row(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    if (m->pairs) return nlu_add_quick_row(m, row, weight, sums);
    if (m->kind == NLU_DENSE && m->numbers == NLU_FLOAT) {
        nlu_add_floats(m, row, weight, sums);
        return NLU_OK;
    }
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        sums[(size_t)column] += weight * (double)number;
    return more;
}

/* ---- Labels (section 10) --------------------------------------------------------------------- */

/* The static code, as a code table. */
static inline nlu_stream nlu_static_code(void)
{
    static const uint8_t table[] = {
        0xF0, 0xEC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xAA, 0xAB, 0xCA, 0xCC, 0xAC,
        0xCC, 0xCC, 0xCC, 0x68, 0x67, 0x57, 0x88, 0x6A, 0x97, 0x76, 0x66, 0xA6, 0x66, 0x78, 0x98,
        0x9A, 0xCC, 0xCC, 0x4C, 0x47, 0x55, 0x46, 0x67, 0x5B, 0x85, 0x65, 0x56, 0x94, 0x54, 0x67,
        0x78, 0x79, 0xCC, 0xCC, 0xF6, 0xF4, 0x69, 0x9A, 0xCB, 0xCC, 0xCC, 0xCC, 0xCC, 0xCF, 0xDE};
    nlu_stream s = {table, sizeof table, 8 * sizeof table};
    return s;
}

/* A walk through labels, one by one. Of coded ones `head` keeps the first bytes of the label
   before, of which the next one repeats `shared`. The text is known to be sound once the file is
   open. */
typedef struct {
    const nlu_labels *labels;
    nlu_mark at;
    unsigned shared;
    uint8_t head[255];
} nlu_walk;

/* Next byte of the label at `index` in it; -1 behind its last one, -2 if it is damaged. */
static inline int32_t nlu_label_byte(nlu_walk *w, size_t index)
{
    const nlu_labels *l = w->labels;
    if (index < w->shared) return w->head[index];
    int32_t symbol = nlu_symbol(&l->stream, &l->code, l->pool, &w->at.at);
    if (symbol < 0) return -2;
    if (symbol > 0xFF) {
        w->shared = (unsigned)symbol - 256;
        return w->shared > index ? -2 : -1;
    }
    if (index < sizeof w->head) w->head[index] = (uint8_t)symbol;
    return symbol;
}

/* Takes the next label of a plain list. */
static inline int nlu_plain_label(nlu_walk *w, uint8_t *out, size_t room, size_t *size,
                                  nlu_hasher *hash)
{
    nlu_json j = w->labels->list;
    const uint8_t *begin = j.at;
    uint8_t bytes[4];
    int32_t c;
    j.at += (size_t)w->at.at;
    j.within = w->at.within;
    nlu_expect(&j, '"');
    while ((c = nlu_char(&j)) >= 0) {
        size_t count = nlu_put_utf8((uint32_t)c, bytes);
        for (size_t k = 0; k < count; k++)
            if (*size + k < room) out[*size + k] = bytes[k];
        *size += count;
        if (hash) nlu_hash_add(hash, bytes, count);
    }
    (void)nlu_accept(&j, ',');
    w->at.at = (uint64_t)(j.at - begin);
    w->at.within = j.within;
    return j.bad ? NLU_ERROR_LABELS : NLU_OK;
}

/* Takes the next label: into out as far as there is room, and into the hash; *size is its whole
   length. Bytes of coded ones must be UTF-8 without surrogates. */
static inline int nlu_next_label(nlu_walk *w, uint8_t *out, size_t room, size_t *size,
                                 nlu_hasher *hash)
{
    uint8_t bytes[4];
    size_t filled = 0, used;
    int32_t next;
    *size = 0;
    if (!w->labels->coded) return nlu_plain_label(w, out, room, size, hash);
    for (; (next = nlu_label_byte(w, *size)) >= 0; ++*size) {
        uint8_t byte = (uint8_t)next;
        if (*size == 65536) return NLU_ERROR_LABELS;
        if (*size < room) out[*size] = byte;
        if (hash) nlu_hash_add(hash, &byte, 1);
        bytes[filled++] = byte;
        size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0x80 ? 2 : 1;
        if (filled < length) continue;
        if (!nlu_is_utf8(bytes, filled)) return NLU_ERROR_LABELS;
        (void)nlu_utf8(bytes, filled, &used);
        if (used != filled) return NLU_ERROR_LABELS;
        filled = 0;
    }
    return next == -1 && filled == 0 ? NLU_OK : NLU_ERROR_LABELS;
}

/* Reads all labels once: their text, where each mark is, and how much there is. */
static inline int nlu_mark_labels(nlu_labels *l)
{
    nlu_walk walk = {l, l->marks[0], 0, {0}};
    uint64_t total = 0;
    for (uint32_t k = 0; k < l->count; k++) {
        size_t size;
        if (l->coded && k % NLU_LABEL_RESTART == 0 && walk.shared) return NLU_ERROR_LABELS;
        if (k % l->per_mark == 0) l->marks[k / l->per_mark] = walk.at;
        if (nlu_next_label(&walk, NULL, 0, &size, NULL)) return NLU_ERROR_LABELS;
        total += size + 1;
        if (l->coded && total > 65536) return NLU_ERROR_LABELS;
    }
    if (!l->coded) return NLU_OK;
    return walk.shared || l->stream.bits - walk.at.at >= 8 ? NLU_ERROR_LABELS : NLU_OK;
}

/* Refuses equal labels: by the hashes of 128 of them at a time, with which those behind them are
   compared. */
static inline int nlu_check_labels(nlu_labels *l)
{
    uint64_t hashes[128][2];
    nlu_walk next = {l, l->marks[0], 0, {0}};
    for (uint32_t first = 0; first < l->count; first += 128) {
        nlu_walk walk = next;
        for (uint32_t k = first; k < l->count; k++) {
            uint32_t kept = k - first < 128 ? k - first : 128;
            nlu_hasher h = nlu_hash_begin();
            size_t size;
            if (nlu_next_label(&walk, NULL, 0, &size, &h)) return NLU_ERROR_LABELS;
            nlu_hash_end(&h);
            l->filter[h.h1 / 8 % 1024] |= (uint8_t)(1u << h.h1 % 8);
            for (uint32_t i = 0; i < kept; i++)
                if (hashes[i][0] == h.h1 && hashes[i][1] == h.h2) return NLU_ERROR_LABELS;
            if (kept == 128) continue;
            hashes[kept][0] = h.h1;
            hashes[kept][1] = h.h2;
            next = walk;
        }
    }
    return NLU_OK;
}

static inline int nlu_open_coded_labels(const nlu_path *p, nlu_json *j, nlu_labels *l)
{
    nlu_json name = *j;
    unsigned count = 0;
    const nlu_tensor *t = nlu_get(p, "", NLU_U8, 1);
    uint64_t at = 0, begin = 0, labels = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (!nlu_is(name, "count")) return NLU_ERROR_DESCRIPTION;
        labels = nlu_integer(j, 1, 1u << 20);
    }
    if (j->bad || labels == 0) return NLU_ERROR_DESCRIPTION;
    if (!t) return NLU_ERROR_TENSOR;
    if (labels > NLU_MAX_LABELS) return NLU_ERROR_LIMIT;
    l->coded = 1;
    l->count = (uint32_t)labels;
    l->stream.data = t->data;
    l->stream.size = t->size;
    l->stream.bits = 8 * (uint64_t)t->size;
    nlu_stream table = l->stream;
    int is_static = t->size && t->data[0] >> 4 == 13;
    if (is_static) table = nlu_static_code();
    if (nlu_open_code(&table, &at, 512, &l->code, l->pool, 0) || l->code.empty)
        return NLU_ERROR_LABELS;
    begin = is_static ? 4 : at;
    l->marks[0].at = begin;
    return NLU_OK;
}

static inline int nlu_open_labels(nlu_model *m, uint64_t *used)
{
    nlu_json j = m->part[NLU_LABELS], nothing = {NULL, NULL, 0, 1, 0};
    nlu_path path = nlu_path_to(m, used, "labels.coded", nothing);
    nlu_labels *l = &m->labels;
    unsigned count = 0, step;
    int error = NLU_OK;
    if (nlu_peek(&j, &step) == '{') {
        error = nlu_open_coded_labels(&path, &j, l);
    } else {
        nlu_expect(&j, '[');
        l->list = j;
        l->marks[0].within = j.within;
        for (; nlu_item(&j, &count); l->count++) {
            if (l->count == NLU_MAX_LABELS || j.at - l->list.at > 1 << 22) return NLU_ERROR_LIMIT;
            if (nlu_has_surrogate(nlu_string(&j))) return NLU_ERROR_LABELS;
        }
        if (j.bad) return NLU_ERROR_DESCRIPTION;
    }
    l->per_mark = (l->count + NLU_LABEL_MARKS - 1) / NLU_LABEL_MARKS;
    if (l->coded) /* from where a label is written whole */
        l->per_mark += (NLU_LABEL_RESTART - l->per_mark % NLU_LABEL_RESTART) % NLU_LABEL_RESTART;
    if (!error) error = nlu_mark_labels(l);
    return error ? error : nlu_check_labels(l);
}

/* Writes the UTF-8 of a label (no zero behind it) and its length; those of overlays come last. */
static inline int nlu_label(const nlu_model *m, size_t index, uint8_t *out, size_t room,
                            size_t *size)
{
    for (; index >= m->labels.count && m->over; m = m->over) index -= m->labels.count;
    const nlu_labels *l = &m->labels;
    if (index >= l->count) return NLU_ERROR_BUFFER;
    uint32_t k = (uint32_t)index / l->per_mark * l->per_mark;
    nlu_walk walk = {l, l->marks[k / l->per_mark], 0, {0}};
    for (;; k++) {
        int error = nlu_next_label(&walk, out, k == index ? room : 0, size, NULL);
        if (error) return error;
        if (k == index) return *size <= room ? NLU_OK : NLU_ERROR_BUFFER;
    }
}

/* Whether these bytes are one of the labels. */
static inline int nlu_is_label(const nlu_model *m, const uint8_t *text, size_t size)
{
    const nlu_labels *l = &m->labels;
    nlu_hasher mine = nlu_hash_begin();
    nlu_hash_add(&mine, text, size);
    nlu_hash_end(&mine);
    if (!(l->filter[mine.h1 / 8 % 1024] >> mine.h1 % 8 & 1)) return 0;
    nlu_walk walk = {l, l->marks[0], 0, {0}};
    for (uint32_t k = 0; k < l->count; k++) {
        nlu_hasher h = nlu_hash_begin();
        size_t length;
        if (nlu_next_label(&walk, NULL, 0, &length, &h)) return 0;
        nlu_hash_end(&h);
        if (h.h1 == mine.h1 && h.h2 == mine.h2) return 1;
    }
    return 0;
}

/* ---- Features: their description (section 11) ------------------------------------------------ */

/* A range of n-gram lengths: [] or [low, high]. */
static inline void nlu_range(nlu_json *j, uint32_t most, uint32_t *low, uint32_t *high)
{
    unsigned count = 0, items = 0;
    uint32_t range[2] = {0, 0};
    nlu_expect(j, '[');
    for (; nlu_item(j, &count); items++) {
        if (items == 2) j->bad = 1;
        else range[items] = (uint32_t)nlu_integer(j, 1, most);
    }
    if (items == 1 || range[0] > range[1]) j->bad = 1;
    *low = range[0];
    *high = range[1];
}

/* The members of an object in their order; 0 if there are others, or fewer. */
static inline int nlu_next_member(nlu_json *j, nlu_json *name, unsigned *count, const char *wanted)
{
    if (!nlu_member(j, name, count) || !nlu_is(*name, wanted)) j->bad = 1;
    return !j->bad;
}

static inline void nlu_open_ngrams(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    static const char *const weights[] = {"binary", "count", NULL};
    static const char *const others[] = {"borders", "symbols", NULL};
    if (nlu_next_member(j, name, count, "chars")) nlu_range(j, 32, &m->char_low, &m->char_high);
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    if (nlu_next_member(j, name, count, "weighting")) m->counted = nlu_choice(j, weights);
    if (nlu_next_member(j, name, count, "words")) nlu_range(j, 32, &m->word_low, &m->word_high);
    nlu_json ahead = *j;
    unsigned items = 0;
    if (nlu_accept(&ahead, '}') || !nlu_next_member(j, name, count, "words_and")) return;
    nlu_expect(j, '[');
    while (nlu_item(j, &items)) {
        int symbols = nlu_choice(j, others);
        if (m->symbols || (m->borders && !symbols)) j->bad = 1; /* each once, in their order */
        if (symbols) m->symbols = 1;
        else m->borders = 1;
    }
    if (!items) j->bad = 1;
}

static inline void nlu_open_subwords(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    if (nlu_next_member(j, name, count, "buckets"))
        m->buckets = (uint32_t)nlu_integer(j, 0, INT32_MAX);
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    if (nlu_next_member(j, name, count, "longest")) m->longest = (uint32_t)nlu_integer(j, 0, 64);
    if (nlu_next_member(j, name, count, "shortest")) m->shortest = (uint32_t)nlu_integer(j, 0, 64);
    if (nlu_next_member(j, name, count, "words")) m->runs = (uint32_t)nlu_integer(j, 1, 64);
    if (m->shortest > m->longest || (!m->buckets && (m->longest || m->runs > 1))) j->bad = 1;
}

/* A part of a vectorizer (section 11.5). */
enum { NLU_ANALYZE_WORDS, NLU_ANALYZE_CHARS, NLU_ANALYZE_WITHIN };
enum { NLU_COUNT, NLU_BINARY, NLU_LOGARITHM };

typedef struct {
    int analyzer, bounded, lowercase, norm, is_signed, vocabulary, weighting;
    uint32_t buckets, shortest, low, high;
    uint64_t ascii[2]; /* characters of a word below 128 */
    int letters, any;  /* whether \w is in the class, or it is \S */
    int others;        /* whether other characters are words by themselves */
    nlu_json stop_words;
    unsigned has_stop_words;
} nlu_part_of;

static inline int nlu_is_letter_or_digit(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The characters of a word, as section 11.5 writes them. */
static inline void nlu_open_characters(nlu_json *j, nlu_part_of *p)
{
    nlu_json text = nlu_string(j), next;
    int32_t c = nlu_char(&text), last;
    if (c == '\\') {
        c = nlu_char(&text);
        p->letters = c == 'w';
        p->any = c == 'S';
        if (!p->letters && !p->any) j->bad = 1;
    } else if (c == '[') {
        unsigned items = 0;
        for (c = nlu_char(&text); c != ']' && !j->bad; c = nlu_char(&text), items++) {
            if (c == '\\') {
                p->letters = 1;
                if (nlu_char(&text) != 'w') j->bad = 1;
                continue;
            }
            last = c;
            next = text;
            if (c == '-') { /* only as the last one, behind others */
                if (!items || nlu_char(&next) != ']') j->bad = 1;
            } else if (!nlu_is_letter_or_digit(c) && c != '_' && c != '\'') {
                j->bad = 1;
            } else if (nlu_is_letter_or_digit(c) && nlu_char(&next) == '-') {
                int32_t end = nlu_char(&next);
                if (nlu_is_letter_or_digit(end)) {
                    last = end;
                    text = next;
                }
            }
            if (last < c || j->bad) j->bad = 1;
            for (; !j->bad && c <= last; c++) p->ascii[c / 64] |= (uint64_t)1 << c % 64;
        }
        if (!items) j->bad = 1;
    } else {
        j->bad = 1;
    }
    next = text;
    if (nlu_char(&next) >= 0) {
        p->others = 1;
        if (!nlu_is(text, "|[^\\w\\s]")) j->bad = 1;
    }
}

static inline void nlu_open_stop_words(nlu_json *j, nlu_part_of *p)
{
    unsigned count = 0;
    nlu_expect(j, '[');
    p->stop_words = *j;
    while (nlu_item(j, &count)) {
        (void)nlu_string(j);
        p->has_stop_words = 1;
    }
}

/* Reads a part; 0 if this reader cannot do what it says. */
static inline int nlu_read_part(nlu_json *j, nlu_part_of *p)
{
    static const char *const accents[] = {"", "unicode", "ascii", NULL};
    static const char *const analyzers[] = {"word", "char", "char_wb", NULL};
    static const char *const norms[] = {"", "l1", "l2", NULL};
    static const char *const weightings[] = {"count", "binary", "logarithm", NULL};
    nlu_json name = *j;
    unsigned count = 0;
    int accent = 0;
    memset(p, 0, sizeof *p);
    nlu_expect(j, '{');
    if (nlu_next_member(j, &name, &count, "accents")) accent = nlu_choice(j, accents);
    if (nlu_next_member(j, &name, &count, "analyzer")) p->analyzer = nlu_choice(j, analyzers);
    if (nlu_next_member(j, &name, &count, "bounded")) p->bounded = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "buckets"))
        p->buckets = (uint32_t)nlu_integer(j, 0, INT32_MAX);
    if (nlu_next_member(j, &name, &count, "characters")) nlu_open_characters(j, p);
    if (nlu_next_member(j, &name, &count, "lowercase")) p->lowercase = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "ngrams")) nlu_range(j, 64, &p->low, &p->high);
    if (nlu_next_member(j, &name, &count, "norm")) p->norm = nlu_choice(j, norms);
    if (nlu_next_member(j, &name, &count, "shortest"))
        p->shortest = (uint32_t)nlu_integer(j, 1, 64);
    if (nlu_next_member(j, &name, &count, "signed")) p->is_signed = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "stop_words")) nlu_open_stop_words(j, p);
    if (nlu_next_member(j, &name, &count, "vocabulary")) p->vocabulary = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "weighting")) p->weighting = nlu_choice(j, weightings);
    if (nlu_member(j, &name, &count) || !p->low) j->bad = 1;
    if (p->is_signed && (!p->buckets || p->weighting == NLU_LOGARITHM)) j->bad = 1;
    if (p->vocabulary && !p->norm) j->bad = 1;
    return accent == 0;
}

static inline int nlu_open_vectorizer(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    nlu_part_of part;
    unsigned items = 0;
    int reads = 1;
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    (void)nlu_next_member(j, name, count, "parts");
    nlu_expect(j, '[');
    m->parts = *j;
    for (m->part_count = 0; nlu_item(j, &items); m->part_count++) {
        reads &= nlu_read_part(j, &part);
        if (m->part_count == 64 || (part.vocabulary && !m->norms.columns)) j->bad = 1;
    }
    if (!m->part_count) j->bad = 1;
    return reads;
}

/* Reads the features of a model that answers; those of others say nothing to this reader. */
static inline int nlu_open_features(nlu_model *m)
{
    static const char *const kinds[] = {"ngrams", "vectorizer", "subwords", "attributes",
                                        "token-template", "namespaces", "pairs", "words", NULL};
    nlu_json j = m->part[NLU_FEATURES], name = j, first = j;
    unsigned count = 0;
    int reads = 1;
    if (m->network == NLU_NET_OVERLAY) return j.at ? NLU_ERROR_DESCRIPTION : NLU_OK;
    if (!j.at) return m->network == NLU_NET_NONE ? NLU_OK : NLU_ERROR_DESCRIPTION;
    nlu_expect(&j, '{');
    if (m->network == NLU_NET_NONE) return j.bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
    m->features = -1;
    nlu_expect(&first, '{');
    while (nlu_member(&first, &name, &count)) {
        if (nlu_is(name, "kind")) m->features = nlu_choice(&first, kinds);
        else nlu_skip(&first, 100);
    }
    if (first.bad || m->features < 0) return NLU_ERROR_DESCRIPTION;
    if (m->features > NLU_TEXT_ATTRIBUTES) return NLU_ERROR_FEATURES;
    count = 0;
    if (m->features == NLU_TEXT_NGRAMS) nlu_open_ngrams(m, &j, &name, &count);
    if (m->features == NLU_TEXT_SUBWORDS) nlu_open_subwords(m, &j, &name, &count);
    if (m->features == NLU_TEXT_VECTORIZER) reads = nlu_open_vectorizer(m, &j, &name, &count);
    if (m->features == NLU_TEXT_ATTRIBUTES && nlu_next_member(&j, &name, &count, "kind"))
        nlu_skip(&j, 1);
    if (nlu_member(&j, &name, &count)) j.bad = 1;
    m->tags = m->features == NLU_TEXT_ATTRIBUTES;
    m->classifies = !m->tags;
    if ((m->network == NLU_NET_CRF && !m->tags) ||
        (m->network == NLU_NET_FASTTEXT) != (m->features == NLU_TEXT_SUBWORDS))
        j.bad = 1;
    if (j.bad) return NLU_ERROR_DESCRIPTION;
    return reads ? NLU_OK : NLU_ERROR_FEATURES;
}

/* ---- Overlays (section 12) ------------------------------------------------------------------- */

/* The digest whose 32 digits are the string that comes next. */
static inline void nlu_read_digest(nlu_json *j, uint8_t digest[16])
{
    nlu_expect(j, '"');
    for (unsigned k = 0; k < 33 && !j->bad; k++) {
        int32_t c = nlu_char(j);
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if ((k < 32) != (digit >= 0) || (k == 32 && c >= 0)) j->bad = 1;
        else if (k < 32) digest[k / 2] = (uint8_t)(digest[k / 2] << 4 | digit);
    }
}

/* Reads the settings of an overlay. */
static inline int nlu_open_base(nlu_model *m, nlu_json *settings)
{
    static const char *const kinds[] = {"linear", "crf", NULL};
    nlu_json name = *settings;
    unsigned count = 0;
    nlu_expect(settings, '{');
    if (nlu_next_member(settings, &name, &count, "base")) nlu_read_digest(settings, m->base);
    if (nlu_next_member(settings, &name, &count, "labels"))
        m->under = (uint32_t)nlu_integer(settings, 1, 1u << 20);
    if (nlu_next_member(settings, &name, &count, "network"))
        m->changes = nlu_choice(settings, kinds) ? NLU_NET_CRF : NLU_NET_LINEAR;
    if (nlu_member(settings, &name, &count)) settings->bad = 1;
    return settings->bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

/* Whether an object has one member, of this name. */
static inline int nlu_has_only(nlu_json j, const char *wanted)
{
    nlu_json name = j;
    unsigned count = 0, members = 0, fits = 0;
    nlu_expect(&j, '{');
    for (; nlu_member(&j, &name, &count); members++) {
        fits = (unsigned)nlu_is(name, wanted);
        nlu_skip(&j, 100);
    }
    return !j.bad && members == 1 && fits;
}

/* How many labels a model has with those that its overlays add. */
static inline uint32_t nlu_label_count(const nlu_model *m)
{
    uint32_t count = 0;
    for (; m; m = m->over) count += m->labels.count;
    return count;
}

/* Whether two lists of labels have one in common. */
static inline int nlu_share_label(const nlu_labels *a, const nlu_labels *b)
{
    nlu_walk walk = {a, a->marks[0], 0, {0}};
    size_t size;
    for (uint32_t k = 0; k < a->count; k++) {
        nlu_hasher h = nlu_hash_begin();
        nlu_walk other = {b, b->marks[0], 0, {0}};
        if (nlu_next_label(&walk, NULL, 0, &size, &h)) return 1;
        nlu_hash_end(&h);
        for (uint32_t i = 0; i < b->count; i++) {
            nlu_hasher theirs = nlu_hash_begin();
            if (nlu_next_label(&other, NULL, 0, &size, &theirs)) return 1;
            nlu_hash_end(&theirs);
            if (h.h1 == theirs.h1 && h.h2 == theirs.h2) return 1;
        }
    }
    return 0;
}

/* Lays an open overlay on a model, above those that lie on it already: from now on the model's
   answers are those of all. Both must stay where they are while the model is in use; an overlay
   lies on one model at a time. Where it is made for another one, nothing changes. */
static inline int nlu_overlay(nlu_model *m, nlu_model *update)
{
    nlu_model *top = m;
    uint32_t labels = nlu_label_count(m), most = NLU_MAX_LABELS;
    if (update->network != NLU_NET_OVERLAY) return NLU_ERROR_NO_OVERLAY;
    if (!m->classifies && !m->tags) return NLU_ERROR_NO_CLASSIFIER;
    while (top->over && top != update) top = top->over;
    if (top == update || update->over) return NLU_ERROR_BASE;
    if (memcmp(update->base, top->digest, sizeof top->digest) != 0 || update->under != labels ||
        update->changes != m->network)
        return NLU_ERROR_BASE;
    if (m->network == NLU_NET_CRF && most > NLU_MAX_TAGS) most = NLU_MAX_TAGS;
    if (labels + update->labels.count > most) return NLU_ERROR_LIMIT;
    /* A vectorizer keeps the hashes of keys, which find no strings. */
    if (m->features == NLU_TEXT_VECTORIZER && update->table.keys.kind == NLU_STRINGS) return NLU_ERROR_FEATURES;
    for (const nlu_model *each = m; each; each = each->over)
        if (nlu_share_label(&update->labels, &each->labels)) return NLU_ERROR_LABELS;
    top->over = update;
    return NLU_OK;
}

/* ---- The network: its description (section 12) ----------------------------------------------- */

/* Reads every tensor of the network into m->tensor, and at the end the one of this name once more;
   *count of them. */
static inline int nlu_read_tensors(nlu_model *m, nlu_json j, uint64_t *used, const char *wanted,
                                   unsigned *count)
{
    nlu_json name = j, place = j, place_name = j;
    unsigned members = 0;
    uint32_t room_used = 0;
    int error = NLU_OK, found = 0;
    nlu_path path = nlu_path_to(m, used, "network.tensors.", j);
    path.room = m->child;
    path.room_used = &room_used;
    nlu_expect(&j, '{');
    for (*count = 0; !error && nlu_member(&j, &name, &members); ++*count) {
        path.name = name;
        room_used = 0;
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (wanted && nlu_is(name, wanted)) {
            found = 1;
            place_name = name;
            place = j;
        }
        error = nlu_open_matrix(&path, &j, &m->tensor);
    }
    if (error) return error;
    if (j.bad || (wanted && !found)) return NLU_ERROR_DESCRIPTION;
    if (!wanted) return NLU_OK;
    path.name = place_name;
    room_used = 0;
    return nlu_open_matrix(&path, &place, &m->tensor);
}

/* A float as the writer writes it: never an integer. */
static inline double nlu_bound(nlu_json *j)
{
    nlu_decimal decimal = nlu_number(j);
    double value = nlu_to_double(j, decimal);
    if (decimal.whole || value > 1e30 || value < -1e30) j->bad = 1;
    return value;
}

/* Settings of kind `linear`: the link, and perhaps bounds. */
static inline void nlu_linear_settings(nlu_model *m, nlu_json *j)
{
    static const char *const links[] = {"margin", "softmax", "logistic", "one-vs-rest",
                                        "clipped", NULL};
    nlu_json name = *j;
    unsigned count = 0, linked = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "link")) {
            m->link = nlu_choice(j, links);
            linked = 1;
        } else if (nlu_is(name, "bounds")) {
            nlu_expect(j, '[');
            m->low = nlu_bound(j);
            nlu_expect(j, ',');
            m->high = nlu_bound(j);
            nlu_expect(j, ']');
            m->bounded = 1;
            if (m->low > m->high) j->bad = 1;
        } else {
            j->bad = 1;
        }
    }
    if (!linked) j->bad = 1;
}

/* Settings of kind `fasttext`; m->tree.at is set for a hierarchical softmax. */
static inline void nlu_fasttext_settings(nlu_model *m, nlu_json *j)
{
    static const char *const losses[] = {"softmax", "one-vs-all", "hierarchical-softmax", NULL};
    nlu_json name = *j;
    unsigned count = 0;
    nlu_expect(j, '{');
    if (nlu_next_member(j, &name, &count, "loss")) m->link = NLU_LOSS + nlu_choice(j, losses);
    if (m->link == NLU_LOSS + 2 && nlu_next_member(j, &name, &count, "tree")) {
        nlu_json digits = m->tree = nlu_string(j);
        uint64_t bits = 2 * (uint64_t)(m->labels.count - 1), read = 0;
        uint32_t leaves = 0, inner = 0;
        for (; !j->bad && read < (bits + 3) / 4; read++) {
            int32_t c = nlu_char(&digits);
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) j->bad = 1;
            for (unsigned k = 0; k < 4; k++) {
                uint64_t number = 4 * read + k;
                unsigned bit = (unsigned)digit >> (3 - k) & 1;
                if (number >= bits) j->bad |= (int)bit;
                else if (bit) inner++;
                else leaves++;
                if (leaves > m->labels.count || (number < bits && inner > number / 2)) j->bad = 1;
            }
        }
        if (nlu_char(&digits) >= 0) j->bad = 1;
    }
    if (nlu_member(j, &name, &count)) j->bad = 1;
}

/* Settings of kind `crf`: none. */
static inline void nlu_no_settings(nlu_json *j)
{
    nlu_json name = *j;
    unsigned count = 0;
    nlu_expect(j, '{');
    if (nlu_member(j, &name, &count)) j->bad = 1;
}

/* The settings and the one tensor of an overlay. */
static inline int nlu_open_changes(nlu_model *m, nlu_json settings, nlu_json values, uint64_t *used)
{
    uint64_t width;
    unsigned count;
    int error = nlu_open_base(m, &settings);
    if (error) return error;
    error = nlu_read_tensors(m, values, used, m->changes == NLU_NET_CRF ? "transitions" : "bias",
                             &count);
    if (error) return error;
    if (count != 1 || !nlu_has_only(m->part[NLU_TABLES], "features")) return NLU_ERROR_DESCRIPTION;
    width = (uint64_t)m->under + m->labels.count;
    return m->tensor.rows == (m->changes == NLU_NET_CRF ? width : 1) && m->tensor.columns == width
               ? NLU_OK
               : NLU_ERROR_MATRIX;
}

static inline int nlu_open_network(nlu_model *m, uint64_t *used)
{
    static const char *const kinds[] = {"tensors", "linear", "crf", "fasttext", "overlay", "dan",
                                        "cnn", "lstm", "bilstm", "linearized-dan", "linearized-cnn",
                                        NULL};
    static const char *const tensors[] = {NULL, "bias", "transitions", "output"};
    nlu_json j = m->part[NLU_NETWORK], name = j, settings = j, values = j;
    unsigned count = 0, seen = 0;
    uint64_t labels = m->labels.count, rows;
    if (!j.at) return NLU_OK;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &name, &count)) {
        unsigned field = nlu_is(name, "kind") ? 1 : nlu_is(name, "settings") ? 2 : 4;
        if (field == 4 && !nlu_is(name, "tensors")) return NLU_ERROR_DESCRIPTION;
        if (field == 1) m->network = nlu_choice(&j, kinds);
        if (field == 2) settings = j;
        if (field == 4) values = j;
        if (field != 1) nlu_skip(&j, 100);
        seen |= field;
    }
    if (j.bad || seen != 7) return NLU_ERROR_DESCRIPTION;
    if (m->network > NLU_NET_OVERLAY) return NLU_ERROR_NETWORK;
    if (m->network == NLU_NET_OVERLAY) return nlu_open_changes(m, settings, values, used);
    int error = nlu_read_tensors(m, values, used, tensors[m->network], &count);
    if (error) return error;
    if (m->network == NLU_NET_NONE) nlu_expect(&settings, '{');
    else if (labels == 0) return NLU_ERROR_LABELS;
    if (m->network == NLU_NET_LINEAR) nlu_linear_settings(m, &settings);
    if (m->network == NLU_NET_CRF) nlu_no_settings(&settings);
    if (m->network == NLU_NET_FASTTEXT) nlu_fasttext_settings(m, &settings);
    if (settings.bad || (m->network == NLU_NET_FASTTEXT && count != 1))
        return NLU_ERROR_DESCRIPTION;
    if (m->network == NLU_NET_NONE) return NLU_OK;
    if (m->network == NLU_NET_FASTTEXT)
        return m->tensor.rows == labels - (m->tree.at != NULL) ? NLU_OK : NLU_ERROR_MATRIX;
    if (m->network == NLU_NET_CRF && labels > NLU_MAX_TAGS) return NLU_ERROR_DESCRIPTION;
    rows = m->network == NLU_NET_CRF ? labels : 1;
    return m->tensor.rows == rows && m->tensor.columns == labels ? NLU_OK : NLU_ERROR_MATRIX;
}

/* ---- Opening (sections 2 and 12) ------------------------------------------------------------- */

static inline int nlu_read_table(const nlu_path *objects, nlu_json *j, nlu_keys *k,
                                 nlu_matrix *m)
{
    nlu_path keys = *objects, matrix = *objects, counts = *objects;
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    int error = NLU_OK, counted = 0, closed = 0;
    keys.part = ".keys";
    matrix.part = ".matrix";
    counts.part = ".counts";
    nlu_expect(j, '{');
    while (!error && nlu_member(j, &name, &count)) {
        if (nlu_is(name, "keys")) {
            error = nlu_open_keys(&keys, j, k);
            seen |= 1;
        } else if (nlu_is(name, "matrix")) {
            error = nlu_open_matrix(&matrix, j, m);
            seen |= 2;
        } else if (nlu_is(name, "counts")) {
            counted = nlu_boolean(j);
        } else if (nlu_is(name, "closed")) {
            closed = nlu_boolean(j);
        } else {
            error = NLU_ERROR_DESCRIPTION;
        }
    }
    if (error) return error;
    if (j->bad || seen != 3) return NLU_ERROR_DESCRIPTION;
    if ((k->kind == NLU_STATIC_KEYS) != (m->kind == NLU_STATIC)) return NLU_ERROR_MATRIX;
    if (m->kind == NLU_STATIC) {
        m->rows = k->size;
        m->function = k->function;
        m->skipped = k->fingerprint_bits;
        if (m->longest > k->function.vector.bits) return NLU_ERROR_MATRIX;
    }
    if (k->size != m->rows) return NLU_ERROR_KEYS;
    k->closed = closed;
    if (!counted) return NLU_OK;
    const nlu_tensor *numbers = nlu_get(&counts, "", NLU_U32, 1);
    return numbers && numbers->shape[0] == k->size ? NLU_OK : NLU_ERROR_TENSOR;
}

/* Reads every table, or the one of this name, into these keys, matrix and room for its children. */
static inline int nlu_read_tables(const nlu_model *m, const char *wanted, uint64_t *used,
                                  nlu_keys *keys, nlu_matrix *matrix, nlu_matrix *room)
{
    nlu_json j = m->part[NLU_TABLES], name = j;
    unsigned count = 0;
    uint32_t room_used = 0;
    int error = NLU_OK, found = 0;
    nlu_expect(&j, '{');
    while (!error && nlu_member(&j, &name, &count)) {
        nlu_path path = nlu_path_to(m, used, "tables.", name);
        path.room = room;
        path.room_used = &room_used;
        room_used = 0;
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (wanted && !nlu_is(name, wanted)) {
            nlu_skip(&j, 100);
            continue;
        }
        error = nlu_read_table(&path, &j, keys, matrix);
        found = 1;
    }
    if (error) return error;
    if (j.bad) return NLU_ERROR_DESCRIPTION;
    return wanted && !found ? NLU_ERROR_NO_TABLE : NLU_OK;
}

/* Prepares a table for look-ups. The name is UTF-8 without escapes in ASCII. */
static inline int nlu_open_table(const nlu_model *m, const char *name, nlu_table *t)
{
    uint64_t used = 0;
    memset(t, 0, sizeof *t);
    int error = nlu_read_tables(m, name, &used, &t->keys, &t->matrix, t->child);
    if (!error) nlu_open_pairs(&t->matrix, &t->pairs);
    return error;
}

/* The table that the network reads, and the norms of a vectorizer. */
static inline int nlu_open_network_tables(nlu_model *m)
{
    const char *name = m->network == NLU_NET_FASTTEXT ? "embeddings" : "features";
    int error = nlu_open_table(m, name, &m->table);
    if (error == NLU_ERROR_NO_TABLE) return NLU_ERROR_DESCRIPTION;
    if (error) return error;
    uint64_t columns = m->network == NLU_NET_FASTTEXT ? m->tensor.columns
                                                      : (uint64_t)m->under + m->labels.count;
    if (m->table.matrix.columns != columns) return NLU_ERROR_MATRIX;
    if (m->network != NLU_NET_LINEAR) return NLU_OK;
    uint64_t used = 0;
    error = nlu_read_tables(m, "norms", &used, &m->norm_keys, &m->norms, NULL);
    if (error == NLU_ERROR_NO_TABLE) memset(&m->norms, 0, sizeof m->norms);
    if (!error && m->norms.columns != 1) m->norms.columns = 0; /* no norms, then */
    return error == NLU_ERROR_NO_TABLE ? NLU_OK : error;
}

/* The answer to unknown texts (section 12.2). */
static inline int nlu_open_unknown(nlu_model *m)
{
    nlu_json j = m->part[NLU_UNKNOWN], name = j;
    unsigned count = 0, seen = 0;
    if (!j.at) return NLU_OK;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &name, &count)) {
        if (nlu_is(name, "label")) {
            m->unknown_label = nlu_string(&j);
            seen |= 1;
        } else if (nlu_is(name, "threshold")) {
            nlu_decimal d = nlu_number(&j);
            if (d.whole && (d.digits > 16 || d.value > (uint64_t)1 << 53)) j.bad = 1;
            m->threshold = nlu_to_double(&j, d);
            seen |= 2;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    if (j.bad || seen != 3 || !m->classifies || m->threshold > 1e30 || m->threshold < -1e30)
        return NLU_ERROR_DESCRIPTION;
    name = m->unknown_label;
    return nlu_has_surrogate(name) || nlu_char(&name) < 0 ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

static inline int nlu_check_plain_parts(const nlu_model *m)
{
    nlu_json sealed = m->part[NLU_SEALED], history = m->part[NLU_HISTORY];
    unsigned count = 0, step;
    int is_sealed = m->description.inner == NLU_PHRASES;
    if (!m->part[is_sealed ? NLU_TENSORS : NLU_DIGESTS].at || !m->part[NLU_LABELS].at ||
        !m->part[NLU_TABLES].at || !sealed.at)
        return NLU_ERROR_DESCRIPTION;
    if (nlu_boolean(&sealed) != is_sealed || sealed.bad) return NLU_ERROR_DESCRIPTION;
    if (!history.at) return NLU_OK;
    nlu_expect(&history, '[');
    while (nlu_item(&history, &count)) {
        if (nlu_peek(&history, &step) != '{') history.bad = 1;
        nlu_skip(&history, 100);
    }
    return history.bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

/* The outline of a sealed description, and its tensors in the data. */
static inline int nlu_unwrap_sealed(nlu_model *m)
{
    nlu_cuts cuts = {NULL, NULL, NULL, NULL};
    int unknown = 0, error = nlu_outline(m, &cuts, &unknown);
    if (!error) error = nlu_check_plain_parts(m);
    if (!error && unknown) error = NLU_ERROR_DESCRIPTION;
    return error ? error : nlu_list_tensors(m);
}

/* Frame, version, digests, and the outline of the description. */
static inline int nlu_unwrap(nlu_model *m, const uint8_t *file, size_t size, unsigned flags)
{
    nlu_cuts cuts = {NULL, NULL, NULL, NULL};
    nlu_json version;
    int unknown = 0, error = nlu_frame(m, file, size), sealed = !error && nlu_is_sealed(m);
    if (!error && !sealed && !m->description.at) error = NLU_ERROR_FOREIGN;
    if (sealed) error = nlu_enter(m, flags);
    if (sealed) return error ? error : nlu_unwrap_sealed(m);
    if (!error) error = nlu_outline(m, &cuts, &unknown);
    if (error) return error;
    version = m->part[NLU_FORMAT];
    (void)nlu_integer(&version, NLU_VERSION, NLU_VERSION);
    if (version.bad) {
        version = m->part[NLU_FORMAT];
        (void)nlu_integer(&version, NLU_VERSION + 1, UINT64_MAX);
        return version.bad ? NLU_ERROR_DESCRIPTION : NLU_ERROR_NEWER;
    }
    nlu_json own = m->part[NLU_DIGEST];
    nlu_read_digest(&own, m->digest);
    if (own.bad) return NLU_ERROR_DAMAGED;
    if (!(flags & NLU_UNVERIFIED)) error = nlu_check_description(m, &cuts);
    if (!error) error = nlu_check_plain_parts(m);
    if (!error && !(flags & NLU_UNVERIFIED)) error = nlu_verify(m);
    return !error && unknown ? NLU_ERROR_DESCRIPTION : error;
}

/* Everything behind the frame: labels, tables, network and features. */
static inline int nlu_open_parts(nlu_model *m)
{
    uint64_t used = 0, all;
    int error = nlu_open_labels(m, &used);
    if (!error)
        error = nlu_read_tables(m, NULL, &used, &m->table.keys, &m->table.matrix, m->table.child);
    if (!error) error = nlu_open_network(m, &used);
    if (!error && m->network) error = nlu_open_network_tables(m);
    if (!error) error = nlu_open_features(m);
    if (!error) error = nlu_open_unknown(m);
    all = m->tensor_count == 64 ? UINT64_MAX : ((uint64_t)1 << m->tensor_count) - 1;
    return !error && used != all ? NLU_ERROR_TENSOR : error;
}

/* Opens the bytes of a file and checks all of it but the entries of coded rows, which are checked
   when they are read. `flags` is 0, or NLU_UNVERIFIED to leave out the digests. */
static inline int nlu_open(nlu_model *m, const void *file, size_t size, unsigned flags)
{
    memset(m, 0, sizeof *m);
    int error = nlu_unwrap(m, (const uint8_t *)file, size, flags);
    return error ? error : nlu_open_parts(m);
}

/* ---- Look-up --------------------------------------------------------------------------------- */

/* The row of a key in UTF-8: 1 if the key is known, 0 if not, or an error. In a static function it is
   no number of a row but the key's handle, which nlu_row takes alike. */
static inline int nlu_find(const nlu_table *t, const void *key, size_t size, uint64_t *row)
{
    if (t->keys.kind == NLU_STRINGS) return nlu_find_string(&t->keys, (const uint8_t *)key, size, row);
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, (const uint8_t *)key, size);
    nlu_hash_end(&h);
    return nlu_find_hash(&t->keys, &h, row);
}

/* Writes all columns of a row of a matrix. */
static inline int nlu_matrix_row(const nlu_matrix *m, uint64_t row, float *numbers)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    if (row >= m->rows && m->kind != NLU_STATIC) return NLU_ERROR_MATRIX;
    for (uint64_t k = 0; k < m->columns; k++) numbers[(size_t)k] = 0;
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        numbers[(size_t)column] = number;
    return more;
}

/* Writes all t->matrix.columns numbers of a row of a table. */
static inline int nlu_row(const nlu_table *t, uint64_t row, float *numbers)
{
    return nlu_matrix_row(&t->matrix, row, numbers);
}

/* ---- Bundles (fleet/bundle/BUNDLE.md) ----------------------------------------------------------

   Many models in one file, each under a name. One is opened in place:

       nlu_bundle bundle;
       nlu_bundled found;
       int error = nlu_open_bundle(&bundle, file, file_size, 0);
       if (!error && nlu_find_model(&bundle, "skill", 5, &found) == 1) {
           uint8_t *text = malloc(found.text_size);   // in use for as long as the model
           error = nlu_open_bundled(&model, &bundle, &found, text, found.text_size, 0);
       }

   A name of more than NLU_MAX_NAME bytes is refused (NLU_ERROR_LIMIT). Overlays, which ask for the
   digest of the model's own file, do not fit a model of a bundle here. */
typedef struct {
    const uint8_t *file;
    uint64_t models, templates, shared, table[3], section[5];
} nlu_bundle;

typedef struct {
    const uint8_t *at, *end;
    int bad;
} nlu_cursor;

typedef struct {
    const uint8_t *digest, *payload, *template_text, *values, *links;
    size_t payload_size, template_size, values_size, links_size, text_size;
    uint64_t link_count;
    size_t name_size;
    uint8_t name[NLU_MAX_NAME];
} nlu_bundled;

static inline uint64_t nlu_varint(nlu_cursor *c)
{
    uint64_t number = 0;
    for (unsigned k = 0; k < 9 && c->at != c->end; k++) {
        number |= (uint64_t)(*c->at & 127) << 7 * k;
        if (*c->at++ < 128) return number;
    }
    c->bad = 1;
    return 0;
}

/* So many bytes; NULL if there are fewer. */
static inline const uint8_t *nlu_taken(nlu_cursor *c, uint64_t size)
{
    if (c->bad || size > (uint64_t)(c->end - c->at)) {
        c->bad = 1;
        return NULL;
    }
    c->at += (size_t)size;
    return c->at - (size_t)size;
}

static inline uint64_t nlu_offset_at(const nlu_bundle *b, unsigned which, uint64_t number)
{
    const uint8_t *at = b->file + (size_t)(b->table[which] + number * (which ? 8u : 4u));
    return which ? nlu_u64(at) : nlu_u32(at);
}

/* Whether offsets begin with 0, do not fall, and end where their section ends. */
static inline int nlu_rising(const nlu_bundle *b, unsigned which, uint64_t count, uint64_t size)
{
    uint64_t before = nlu_offset_at(b, which, 0);
    if (before) return 0;
    for (uint64_t k = 1; k <= count; k++) {
        uint64_t next = nlu_offset_at(b, which, k);
        if (next < before) return 0;
        before = next;
    }
    return before == size;
}

/* Opens the bytes of a bundle and checks its index; `flags` as for nlu_open. */
static inline int nlu_open_bundle(nlu_bundle *b, const void *file, size_t size, unsigned flags)
{
    const uint8_t *data = (const uint8_t *)file;
    memset(b, 0, sizeof *b);
    if (size < 72 || memcmp(data, "nlubundl", 8) != 0) return NLU_ERROR_FRAME;
    if (nlu_u32(data + 8) != 1) return nlu_u32(data + 8) ? NLU_ERROR_NEWER : NLU_ERROR_DESCRIPTION;
    b->file = data;
    b->models = nlu_u32(data + 12);
    b->templates = nlu_u32(data + 16);
    b->shared = nlu_u32(data + 20);
    b->table[0] = 72;
    b->table[1] = b->table[0] + 4 * (b->templates + 1);
    b->table[2] = b->table[1] + 8 * (b->shared + 1);
    b->section[0] = b->table[2] + 12 * ((b->models + 15) / 16);
    if (b->section[0] > size) return NLU_ERROR_FRAME;
    for (unsigned k = 0; k < 4; k++) {
        uint64_t bytes = nlu_u64(data + 24 + 8 * k);
        if (bytes > size - b->section[k]) return NLU_ERROR_FRAME;
        b->section[k + 1] = b->section[k] + bytes;
    }
    if (b->section[4] != size) return NLU_ERROR_FRAME;
    if (!(flags & NLU_UNVERIFIED)) {
        nlu_hasher h = nlu_hash_begin();
        nlu_hash_add(&h, data, 56);
        nlu_hash_add(&h, data + 72, (size_t)b->section[2] - 72);
        nlu_hash_end(&h);
        if (h.h1 != nlu_u64(data + 56) || h.h2 != nlu_u64(data + 64)) return NLU_ERROR_DAMAGED;
    }
    if (!nlu_rising(b, 0, b->templates, b->section[1] - b->section[0]) ||
        !nlu_rising(b, 1, b->shared, b->section[3] - b->section[2]))
        return NLU_ERROR_FRAME;
    return NLU_OK;
}

static inline unsigned nlu_half(const uint8_t *data, size_t number)
{
    unsigned byte = data[number / 2];
    return number % 2 ? byte & 15u : byte >> 4;
}

/* The text of a model, or only its size where `out` is NULL. */
static inline int nlu_fill(nlu_bundled *found, uint8_t *out)
{
    static const char letters[] = "0123456789.-e+";
    size_t length = 0;
    for (size_t at = 0; at < found->template_size; at++) {
        uint8_t byte = found->template_text[at];
        int lead = byte == 0x7F && at + 1 < found->template_size;
        if (!lead || found->template_text[at + 1] < 0x80) {
            if (out) out[length] = byte;
            length++;
            continue;
        }
        unsigned skip = found->template_text[++at] - 0x80u, empty = 1;
        size_t half = 0, halves = 2 * found->values_size;
        for (; skip && half < halves; half++)
            skip -= nlu_half(found->values, half) == 15;
        for (; half < halves; half++) {
            unsigned code = nlu_half(found->values, half);
            if (code == 15) break;
            if (code == 14) return NLU_ERROR_DESCRIPTION;
            if (out) out[length] = (uint8_t)letters[code];
            length++;
            empty = 0;
        }
        if (skip || empty || half == halves) return NLU_ERROR_DESCRIPTION;
    }
    found->text_size = length;
    return NLU_OK;
}

/* Reads the next record of a block; `payload` is where its payload begins. */
static inline int nlu_next_model(const nlu_bundle *b, nlu_cursor *c, uint64_t *payload,
                                 nlu_bundled *found)
{
    uint64_t common = nlu_varint(c), rest = nlu_varint(c);
    const uint8_t *more = nlu_taken(c, rest);
    if (c->bad || common > found->name_size) return NLU_ERROR_FRAME;
    if (rest > NLU_MAX_NAME - common) return NLU_ERROR_LIMIT;
    memcpy(found->name + common, more, (size_t)rest);
    found->name_size = (size_t)(common + rest);
    found->digest = nlu_taken(c, 8);
    uint64_t number = nlu_varint(c), size = nlu_varint(c);
    found->link_count = nlu_varint(c);
    found->links = c->at;
    for (uint64_t k = 0; k < found->link_count && !c->bad; k++) {
        (void)nlu_varint(c);
        (void)nlu_varint(c);
    }
    found->links_size = (size_t)(c->at - found->links);
    uint64_t values = nlu_varint(c);
    found->values = nlu_taken(c, values);
    if (c->bad || number >= b->templates) return NLU_ERROR_FRAME;
    uint64_t room = b->section[4] - b->section[3];
    if (*payload > room || size > room - *payload) return NLU_ERROR_FRAME;
    uint64_t begin = nlu_offset_at(b, 0, number);
    found->values_size = (size_t)values;
    found->template_text = b->file + (size_t)(b->section[0] + begin);
    found->template_size = (size_t)(nlu_offset_at(b, 0, number + 1) - begin);
    found->payload = b->file + (size_t)(b->section[3] + *payload);
    found->payload_size = (size_t)size;
    *payload += size;
    return NLU_OK;
}

static inline int nlu_enter_block(const nlu_bundle *b, uint64_t block, nlu_cursor *c,
                                  uint64_t *payload)
{
    const uint8_t *entry = b->file + (size_t)(b->table[2] + 12 * block);
    uint64_t size = b->section[2] - b->section[1], begin = nlu_u32(entry);
    if (begin > size) return NLU_ERROR_FRAME;
    c->at = b->file + (size_t)(b->section[1] + begin);
    c->end = b->file + (size_t)b->section[2];
    c->bad = 0;
    *payload = nlu_u64(entry + 4);
    return NLU_OK;
}

/* Byte by byte: below, at or above 0 as the record's name is before, at or behind this one. */
static inline int nlu_order(const nlu_bundled *found, const uint8_t *name, size_t size)
{
    int order = memcmp(found->name, name, found->name_size < size ? found->name_size : size);
    return order ? order : (found->name_size > size) - (found->name_size < size);
}

/* Finds a model by its name in UTF-8: 1 if it is there, 0 if not, or an error. */
static inline int nlu_find_model(const nlu_bundle *b, const void *name, size_t size,
                                 nlu_bundled *found)
{
    const uint8_t *wanted = (const uint8_t *)name;
    uint64_t low = 0, high = (b->models + 15) / 16, payload = 0;
    nlu_cursor c;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        found->name_size = 0;
        int error = nlu_enter_block(b, middle, &c, &payload);
        if (!error) error = nlu_next_model(b, &c, &payload, found);
        if (error) return error;
        if (nlu_order(found, wanted, size) <= 0) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return 0;
    found->name_size = 0;
    int error = nlu_enter_block(b, low - 1, &c, &payload);
    for (uint64_t k = 16 * (low - 1); !error && k < 16 * low && k < b->models; k++) {
        error = nlu_next_model(b, &c, &payload, found);
        if (error || nlu_order(found, wanted, size)) continue;
        error = nlu_fill(found, NULL);
        return error ? error : 1;
    }
    return error;
}

/* Puts the tensors where their bytes are: in the payload one behind the other, or shared. */
static inline int nlu_place_tensors(nlu_model *m, const nlu_bundle *b, const nlu_bundled *found)
{
    nlu_cursor links = {found->links, found->links + found->links_size, 0};
    nlu_cursor own = {found->payload, found->payload + found->payload_size, 0};
    uint64_t left = found->link_count, tensor = left ? nlu_varint(&links) : 0;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        nlu_tensor *t = &m->tensors[k];
        if (!left || tensor != k) {
            t->data = nlu_taken(&own, t->size);
            if (own.bad) return NLU_ERROR_TENSOR;
            continue;
        }
        uint64_t number = nlu_varint(&links);
        if (number >= b->shared) return NLU_ERROR_FRAME;
        uint64_t begin = nlu_offset_at(b, 1, number);
        if (nlu_offset_at(b, 1, number + 1) - begin != t->size) return NLU_ERROR_TENSOR;
        t->data = b->file + (size_t)(b->section[2] + begin);
        if (--left) tensor = nlu_varint(&links);
    }
    return left || own.at != own.end ? NLU_ERROR_TENSOR : NLU_OK;
}

/* Opens a model that was found. `text` must stay where and what it is, as the file must. */
static inline int nlu_open_bundled(nlu_model *m, const nlu_bundle *b, const nlu_bundled *found,
                                   void *text, size_t room, unsigned flags)
{
    nlu_bundled filled = *found;
    uint8_t *out = (uint8_t *)text;
    memset(m, 0, sizeof *m);
    if (room < found->text_size) return NLU_ERROR_BUFFER;
    int error = nlu_fill(&filled, out);
    if (error) return error;
    m->description.at = out;
    m->description.end = out + filled.text_size;
    m->description.inner = NLU_PHRASES;
    m->data = found->payload;
    m->data_size = found->payload_size;
    nlu_cursor links = {found->links, found->links + found->links_size, 0};
    for (uint64_t k = 0; k < found->link_count; k++) {
        (void)nlu_varint(&links);
        uint64_t number = nlu_varint(&links);
        if (number >= b->shared) return NLU_ERROR_FRAME;
        m->data_size += (size_t)(nlu_offset_at(b, 1, number + 1) - nlu_offset_at(b, 1, number));
    }
    error = nlu_unwrap_sealed(m);
    if (!error) error = nlu_place_tensors(m, b, found);
    if (!error && !(flags & NLU_UNVERIFIED)) {
        nlu_hasher h = nlu_hash_begin();
        nlu_hash_add(&h, out, filled.text_size);
        for (uint32_t k = 0; k < m->tensor_count; k++)
            nlu_hash_add(&h, m->tensors[k].data, m->tensors[k].size);
        nlu_hash_end(&h);
        if (h.h1 != nlu_u64(found->digest)) return NLU_ERROR_DAMAGED;
    }
    return error ? error : nlu_open_parts(m);
}

/* ---- Arithmetic without a library ------------------------------------------------------------ */

/* e^x for x up to 1: 2^k e^r with |r| <= log(2) / 2, and Taylor's series for e^r. */
static inline double nlu_exp(double x)
{
    double sum = 1, term = 1, r;
    int k;
    if (x < -745) return 0;
    k = (int)(x * 1.4426950408889634 - 0.5);
    r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
    for (int n = 1; n < 18; n++) {
        term *= r / n;
        sum += term;
    }
    for (; k < 0; k++) sum /= 2;
    return sum;
}

/* The natural logarithm of a positive normal number x = 2^k m, m within a factor of sqrt(2) of 1:
   k log(2) + 2 artanh(s) with s = (m - 1) / (m + 1), by the series s + s^3 / 3 + s^5 / 5 + ... */
static inline double nlu_log(double x)
{
    double sum = 0, s, square;
    int k = 0;
    for (; x > 1.4142135623730951; k++) x /= 2;
    for (; x < 0.7071067811865476; k--) x *= 2;
    s = (x - 1) / (x + 1);
    square = s * s;
    for (int n = 23; n > 0; n -= 2) sum = sum * square + 1.0 / n;
    return k * 0.693147180369123816490 + (k * 1.90821492927058770002e-10 + 2 * s * sum);
}

/* The square root of a number that is not negative, by Newton's steps from 2^k with
   2^(2k) <= x < 2^(2k + 2). */
static inline double nlu_sqrt(double x)
{
    double root = 1;
    if (x <= 0) return 0;
    for (; root * root * 4 <= x; root *= 2) {}
    for (; root * root > x; root /= 2) {}
    for (int n = 0; n < 7; n++) root = (root + x / root) / 2;
    return root;
}

/* 1 / (1 + e^-x), by the exponential that cannot overflow. */
static inline double nlu_sigmoid(double x)
{
    double e = nlu_exp(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
}

/* ---- Unicode: NFC and folding (section 11) ------------------------------------------------------

   The tables stand at the end of this file, each in a function that says how long it is. */

static inline const uint32_t *nlu_word_edges(uint32_t *count);
static inline const uint32_t *nlu_symbol_edges(uint32_t *count);
static inline const uint32_t *nlu_alphanumeric_edges(uint32_t *count);
static inline const uint32_t *nlu_cased_edges(uint32_t *count);
static inline const uint32_t *nlu_passed_edges(uint32_t *count);
static inline const int32_t *nlu_folds(uint32_t *count);
static inline const int32_t *nlu_lowers(uint32_t *count);
static inline const uint32_t *nlu_marks(uint32_t *count);
static inline const uint16_t *nlu_pairs(uint32_t *low, uint32_t *count);
static inline const uint16_t *nlu_composing(uint32_t *low, uint32_t *count);
static inline const uint32_t *nlu_ideographs(void);

/* Whether a set, given by where belonging to it begins and ends by turns, holds a character. */
static inline int nlu_belongs(const uint32_t *edges, uint32_t count, uint32_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (edges[middle] <= code) low = middle + 1;
        else high = middle;
    }
    return (int)(low & 1); /* edges at or before the code */
}

/* Word characters of n-grams: categories L, M, N. */
static inline int nlu_is_word(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_word_edges(&count);
    return nlu_belongs(edges, count, code);
}

/* Symbols of n-grams: categories P, S, but U+FFFD, which stands for bytes that are no UTF-8. */
static inline int nlu_is_symbol(uint32_t code)
{
    uint32_t count;
    const uint32_t *edges = nlu_symbol_edges(&count);
    return nlu_belongs(edges, count, code);
}

/* What a table of runs that change alike makes of a character. */
static inline uint32_t nlu_changed(const int32_t *run, uint32_t count, uint32_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) { /* the first run that ends at or behind the code */
        uint32_t middle = (low + high) / 2;
        if (run[3 * middle + 1] / 2 < (int32_t)code) low = middle + 1;
        else high = middle;
    }
    if (low == count) return code;
    run += 3 * low;
    int32_t at = (int32_t)code - run[0];
    return at < 0 || (run[1] & at & 1) ? code : (uint32_t)((int32_t)code + run[2]);
}

/* A word character folded, an apostrophe for any apostrophe, a space for anything else. */
static inline uint32_t nlu_fold(uint32_t code)
{
    uint32_t count;
    const int32_t *runs = nlu_folds(&count);
    if (code < 0x80) {
        if (code >= 'A' && code <= 'Z') return code + 32;
        int kept = (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || code == '\'';
        return kept ? code : ' ';
    }
    if (code == 0x2018 || code == 0x2019 || code == 0x2BC || code == 0xFF07) return '\'';
    return nlu_is_word(code) ? nlu_changed(runs, count, code) : ' ';
}

static inline uint32_t nlu_combining_class(uint32_t code)
{
    uint32_t low = 0, count, high;
    const uint32_t *marks = nlu_marks(&count);
    for (high = count; low < high;) {
        uint32_t middle = (low + high) / 2;
        if (marks[2 * middle + 1] >> 8 < code) low = middle + 1;
        else high = middle;
    }
    return low < count && marks[2 * low] <= code ? marks[2 * low + 1] & 255 : 0;
}

/* Text during normalization: words of 32 bits at the front of the scratch memory, a character and,
   from bit 24 on, its combining class. The memory is the caller's bytes, hence memcpy. */
typedef struct {
    uint8_t *bytes;
    size_t count, room; /* characters */
} nlu_text;

static inline uint32_t nlu_get_char(const nlu_text *t, size_t at)
{
    uint32_t value;
    memcpy(&value, t->bytes + 4 * at, 4);
    return value;
}

static inline void nlu_set_char(nlu_text *t, size_t at, uint32_t value)
{
    memcpy(t->bytes + 4 * at, &value, 4);
}

/* The row of nlu_pairs with a composed character and what it decomposes to, or NULL. */
static inline const uint16_t *nlu_pair(uint32_t code)
{
    uint32_t low = 0, high, count, end;
    const uint16_t *pairs = nlu_pairs(&high, &count);
    if (code >> 16 > 1) return NULL;
    if (code >> 16) {
        low = high;
        high = count;
    }
    for (end = high; low < high;) {
        uint32_t middle = (low + high) / 2;
        if (pairs[3 * middle] < (code & 0xFFFF)) low = middle + 1;
        else high = middle;
    }
    return low < end && pairs[3 * low] == (code & 0xFFFF) ? pairs + 3 * low : NULL;
}

enum { NLU_S = 0xAC00, NLU_L = 0x1100, NLU_V = 0x1161, NLU_T = 0x11A7 }; /* Hangul and its parts */

/* Appends the canonical decomposition of a character; 0 if there is no room. */
static inline int nlu_decompose(nlu_text *t, uint32_t code)
{
    uint32_t tail[4], pending = 0; /* no chain of decompositions is longer */
    const uint16_t *pair;
    if (code >= 0xF900 && code <= 0xFAD9 && nlu_ideographs()[code - 0xF900])
        code = nlu_ideographs()[code - 0xF900];
    else if (code >= 0x2F800 && code <= 0x2FA1D && nlu_ideographs()[474 + code - 0x2F800])
        code = nlu_ideographs()[474 + code - 0x2F800];
    while (pending < 3 && (pair = nlu_pair(code)) != NULL) {
        if (pair[2]) tail[pending++] = (code & 0x10000) | pair[2];
        code = (code & 0x10000) | pair[1];
    }
    if (code >= NLU_S && code < NLU_S + 11172) {
        uint32_t index = code - NLU_S;
        if (index % 28) tail[pending++] = NLU_T + index % 28;
        tail[pending++] = NLU_V + index % 588 / 28;
        code = NLU_L + index / 588;
    }
    if (t->room - t->count < pending + 1) return 0;
    for (;;) {
        nlu_set_char(t, t->count++, code | (code < 0x300 ? 0 : nlu_combining_class(code) << 24));
        if (!pending) return 1;
        code = tail[--pending];
    }
}

/* Sorts a run of marks by their class and keeps the order of equal ones: for each class that is
   there, ascending, its marks are collected. `copy` has room for the run. */
static inline void nlu_sort_marks(nlu_text *t, size_t begin, size_t end, uint8_t *copy)
{
    nlu_text run = {copy, end - begin, end - begin};
    memcpy(copy, t->bytes + 4 * begin, 4 * (end - begin));
    for (uint32_t kind = 1, next; begin < end; kind = next) {
        next = 256;
        for (size_t k = 0; k < run.count; k++) {
            uint32_t value = nlu_get_char(&run, k), other = value >> 24;
            if (other == kind) nlu_set_char(t, begin++, value);
            else if (other > kind && other < next) next = other;
        }
    }
}

static inline void nlu_reorder(nlu_text *t, uint8_t *copy)
{
    for (size_t begin = 0, end; begin < t->count; begin = end) {
        int sorted = 1;
        for (end = begin; end < t->count && nlu_get_char(t, end) >> 24; end++)
            if (end > begin && nlu_get_char(t, end) >> 24 < nlu_get_char(t, end - 1) >> 24)
                sorted = 0;
        if (!sorted) nlu_sort_marks(t, begin, end, copy);
        if (end == begin) end++;
    }
}

/* The character that two compose to, or 0. */
static inline uint32_t nlu_compose(uint32_t first, uint32_t second)
{
    uint32_t low = 0, high, count, end, unused, wanted = first << 16 | (second & 0xFFFF);
    const uint16_t *pairs = nlu_pairs(&unused, &unused), *rows = nlu_composing(&high, &count);
    if (first - NLU_L < 19 && second - NLU_V < 21)
        return NLU_S + ((first - NLU_L) * 21 + (second - NLU_V)) * 28;
    if (first - NLU_S < 11172 && (first - NLU_S) % 28 == 0 && second - NLU_T - 1 < 27)
        return first + (second - NLU_T);
    if (first >> 16 > 1 || first >> 16 != second >> 16) return 0;
    if (first >> 16) {
        low = high;
        high = count;
    }
    for (end = high; low < high;) {
        uint32_t middle = (low + high) / 2;
        const uint16_t *pair = pairs + 3 * rows[middle];
        if (((uint32_t)pair[1] << 16 | pair[2]) < wanted) low = middle + 1;
        else high = middle;
    }
    if (low == end) return 0;
    pairs += 3 * rows[low];
    return ((uint32_t)pairs[1] << 16 | pairs[2]) == wanted ? (first & 0x10000) | pairs[0] : 0;
}

/* Composes in place and drops the classes. A mark composes with the starter before it unless one of
   its own class, or a starter, stands between. */
static inline void nlu_recompose(nlu_text *t)
{
    size_t kept = 0, starter = 0;
    uint32_t before = 0; /* class of the last character that was kept behind the starter */
    int has_starter = 0;
    for (size_t k = 0; k < t->count; k++) {
        uint32_t value = nlu_get_char(t, k), kind = value >> 24, code = value & 0xFFFFFF;
        if (has_starter && (kept == starter + 1 || (before && before < kind))) {
            uint32_t made = nlu_compose(nlu_get_char(t, starter), code);
            if (made) {
                nlu_set_char(t, starter, made);
                continue;
            }
        }
        if (!kind) {
            has_starter = 1;
            starter = kept;
        }
        before = kind;
        nlu_set_char(t, kept++, code);
    }
    t->count = kept;
}

/* Bytes to NFC; 0 if there is not room enough. */
static inline int nlu_normalize(nlu_text *t, const uint8_t *text, size_t size, size_t scratch_size)
{
    size_t used;
    int ascii = 1;
    for (size_t at = 0; at < size; at += used) {
        uint32_t code = nlu_utf8(text + at, size - at, &used);
        if (code >= 0x80) ascii = 0;
        if (code >= 0xC0 ? !nlu_decompose(t, code) : t->count == t->room) return 0;
        if (code < 0xC0) nlu_set_char(t, t->count++, code);
    }
    if (ascii) return 1;
    if (scratch_size / 8 < t->count) return 0; /* a copy of a run of marks stands behind the text */
    nlu_reorder(t, t->bytes + 4 * t->count);
    nlu_recompose(t);
    return 1;
}

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

/* ---- Scores of a text (section 12) ----------------------------------------------------------- */

/* The scratch memory from the next multiple of 8 bytes on. */
static inline uint8_t *nlu_aligned(void *scratch, size_t *size)
{
    size_t skip = (size_t)(0 - (uintptr_t)scratch) & 7;
    *size = *size < skip ? 0 : *size - skip;
    return (uint8_t *)scratch + (*size ? skip : 0);
}

/* Bytes of scratch memory that are enough for any text of so many bytes. SIZE_MAX if there is no
   such number. */
static inline size_t nlu_scratch_size(const nlu_model *m, size_t size)
{
    uint64_t bytes = 0;
    if (size > UINT32_MAX / 64) return SIZE_MAX;
    if (m->features == NLU_TEXT_NGRAMS) bytes = nlu_ngram_scratch(m, size);
    if (m->features == NLU_TEXT_VECTORIZER) bytes = nlu_vectorizer_scratch(m, size);
    if (m->features == NLU_TEXT_SUBWORDS) bytes = nlu_fasttext_scratch(m, size);
    return bytes > SIZE_MAX - 8 ? SIZE_MAX : (size_t)bytes + 8;
}

/* Puts scores that lie beyond the bounds onto them. */
static inline void nlu_clamp(const nlu_model *m, double *scores)
{
    uint32_t labels = nlu_label_count(m);
    for (uint32_t k = 0; m->bounded && k < labels; k++) {
        if (scores[k] < m->low) scores[k] = m->low;
        if (scores[k] > m->high) scores[k] = m->high;
    }
}

/* Adds a row of the bias, or of the transitions, with what overlays add to it. */
static inline int nlu_add_tensors(const nlu_model *m, uint64_t row, double *sums)
{
    int error = NLU_OK;
    for (; !error && m; m = m->over)
        if (row < m->tensor.rows) error = nlu_add_row(&m->tensor, row, 1, sums);
    return error;
}

/* The raw score of each label, nlu_label_count(m) of them, for a text in UTF-8. */
static inline int nlu_scores(const nlu_model *m, const void *text, size_t size, void *scratch,
                             size_t scratch_size, double *scores)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint8_t *memory = nlu_aligned(scratch, &scratch_size);
    if (!m->classifies) return m->tags ? NLU_ERROR_TAGGER : NLU_ERROR_NO_CLASSIFIER;
    uint32_t labels = nlu_label_count(m);
    for (uint32_t k = 0; k < labels; k++) scores[k] = 0;
    if (m->network == NLU_NET_FASTTEXT)
        return nlu_fasttext_scores(m, bytes, size, memory, scratch_size, scores);
    int error = nlu_add_tensors(m, 0, scores);
    if (!error && m->features == NLU_TEXT_NGRAMS)
        error = nlu_add_ngrams(m, bytes, size, memory, scratch_size, scores);
    else if (!error)
        error = nlu_add_vectorized(m, bytes, size, memory, scratch_size, scores);
    if (!error) nlu_clamp(m, scores);
    return error;
}

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

/* ---- Answers (section 12) -------------------------------------------------------------------- */

/* The best label after `previous` (NLU_FIRST: of all); of equal scores the first. Asked for no more
   often than there are labels. */
static inline size_t nlu_next_best(const double *scores, size_t count, size_t previous)
{
    size_t best = NLU_FIRST;
    for (size_t k = 0; k < count; k++) {
        if (previous != NLU_FIRST && (scores[k] > scores[previous] ||
                                      (scores[k] == scores[previous] && k <= previous)))
            continue;
        if (best == NLU_FIRST || scores[k] > scores[best]) best = k;
    }
    return best;
}

/* -1 and less to 0, 1 and more to 1, straight between. */
static inline double nlu_ramp(double x)
{
    return x >= 1 ? 1 : x > -1 ? (x + 1) / 2 : 0;
}

/* Turns raw scores into what is shown: probabilities, or the margins themselves. */
static inline void nlu_link(const nlu_model *m, double *scores)
{
    size_t count = nlu_label_count(m);
    double sum = 0, most = count ? scores[0] : 0;
    if (m->link >= NLU_LOSS) { /* logarithms of probabilities */
        for (size_t k = 0; k < count; k++) scores[k] = nlu_exp(scores[k]);
        return;
    }
    for (size_t k = 0; k < count; k++)
        if (scores[k] > most) most = scores[k];
    if (m->link == 4 && count == 2) { /* clipped: two labels share the difference of their scores */
        scores[1] = nlu_ramp(scores[1] - scores[0]);
        scores[0] = 1 - scores[1];
        return;
    }
    for (size_t k = 0; k < count && m->link; k++) {
        if (m->link == 4) {
            scores[k] = nlu_ramp(scores[k]);
        } else if (m->link > 1) {
            scores[k] = nlu_sigmoid(scores[k]);
        } else {
            scores[k] = nlu_exp(scores[k] - most);
        }
        sum += scores[k];
    }
    for (size_t k = 0; k < count && m->link && m->link != 2; k++)
        scores[k] = sum > 0 ? scores[k] / sum : 1 / (double)count;
}

/* Whether the answer is not the best label, of these scores as nlu_link shows them, but unknown. */
static inline int nlu_is_unknown(const nlu_model *m, const double *shown, size_t best)
{
    return m->unknown_label.at && best != NLU_FIRST && shown[best] < m->threshold;
}

/* Writes the UTF-8 of the answer to unknown texts (no zero behind it) and its length. */
static inline int nlu_unknown_label(const nlu_model *m, uint8_t *out, size_t room, size_t *size)
{
    nlu_json j = m->unknown_label;
    uint8_t bytes[4];
    *size = 0;
    if (!j.at) return NLU_ERROR_BUFFER;
    for (int32_t c = nlu_char(&j); c >= 0; c = nlu_char(&j)) {
        size_t count = nlu_put_utf8((uint32_t)c, bytes);
        for (size_t k = 0; k < count; k++)
            if (*size + k < room) out[*size + k] = bytes[k];
        *size += count;
    }
    return *size <= room ? NLU_OK : NLU_ERROR_BUFFER;
}
/* ---- Unicode: tables, written by make_unicode.py --------------------------------------------- */

/* --- begin of generated tables --- */
#define NLU_UNICODE_VERSION "14.0.0"

/* Where being a word character (categories L, M, N) begins and ends, by turns. */
static inline const uint32_t *nlu_word_edges(uint32_t *count)
{
    static const uint32_t table[] = {
        48, 58, 65, 91, 97, 123, 170, 171, 178, 180, 181, 182, 185, 187, 188, 191, 192, 215, 216,
        247, 248, 706, 710, 722, 736, 741, 748, 749, 750, 751, 768, 885, 886, 888, 890, 894, 895,
        896, 902, 903, 904, 907, 908, 909, 910, 930, 931, 1014, 1015, 1154, 1155, 1328, 1329, 1367,
        1369, 1370, 1376, 1417, 1425, 1470, 1471, 1472, 1473, 1475, 1476, 1478, 1479, 1480, 1488,
        1515, 1519, 1523, 1552, 1563, 1568, 1642, 1646, 1748, 1749, 1757, 1759, 1769, 1770, 1789,
        1791, 1792, 1808, 1867, 1869, 1970, 1984, 2038, 2042, 2043, 2045, 2046, 2048, 2094, 2112,
        2140, 2144, 2155, 2160, 2184, 2185, 2191, 2200, 2274, 2275, 2404, 2406, 2416, 2417, 2436,
        2437, 2445, 2447, 2449, 2451, 2473, 2474, 2481, 2482, 2483, 2486, 2490, 2492, 2501, 2503,
        2505, 2507, 2511, 2519, 2520, 2524, 2526, 2527, 2532, 2534, 2546, 2548, 2554, 2556, 2557,
        2558, 2559, 2561, 2564, 2565, 2571, 2575, 2577, 2579, 2601, 2602, 2609, 2610, 2612, 2613,
        2615, 2616, 2618, 2620, 2621, 2622, 2627, 2631, 2633, 2635, 2638, 2641, 2642, 2649, 2653,
        2654, 2655, 2662, 2678, 2689, 2692, 2693, 2702, 2703, 2706, 2707, 2729, 2730, 2737, 2738,
        2740, 2741, 2746, 2748, 2758, 2759, 2762, 2763, 2766, 2768, 2769, 2784, 2788, 2790, 2800,
        2809, 2816, 2817, 2820, 2821, 2829, 2831, 2833, 2835, 2857, 2858, 2865, 2866, 2868, 2869,
        2874, 2876, 2885, 2887, 2889, 2891, 2894, 2901, 2904, 2908, 2910, 2911, 2916, 2918, 2928,
        2929, 2936, 2946, 2948, 2949, 2955, 2958, 2961, 2962, 2966, 2969, 2971, 2972, 2973, 2974,
        2976, 2979, 2981, 2984, 2987, 2990, 3002, 3006, 3011, 3014, 3017, 3018, 3022, 3024, 3025,
        3031, 3032, 3046, 3059, 3072, 3085, 3086, 3089, 3090, 3113, 3114, 3130, 3132, 3141, 3142,
        3145, 3146, 3150, 3157, 3159, 3160, 3163, 3165, 3166, 3168, 3172, 3174, 3184, 3192, 3199,
        3200, 3204, 3205, 3213, 3214, 3217, 3218, 3241, 3242, 3252, 3253, 3258, 3260, 3269, 3270,
        3273, 3274, 3278, 3285, 3287, 3293, 3295, 3296, 3300, 3302, 3312, 3313, 3315, 3328, 3341,
        3342, 3345, 3346, 3397, 3398, 3401, 3402, 3407, 3412, 3428, 3430, 3449, 3450, 3456, 3457,
        3460, 3461, 3479, 3482, 3506, 3507, 3516, 3517, 3518, 3520, 3527, 3530, 3531, 3535, 3541,
        3542, 3543, 3544, 3552, 3558, 3568, 3570, 3572, 3585, 3643, 3648, 3663, 3664, 3674, 3713,
        3715, 3716, 3717, 3718, 3723, 3724, 3748, 3749, 3750, 3751, 3774, 3776, 3781, 3782, 3783,
        3784, 3790, 3792, 3802, 3804, 3808, 3840, 3841, 3864, 3866, 3872, 3892, 3893, 3894, 3895,
        3896, 3897, 3898, 3902, 3912, 3913, 3949, 3953, 3973, 3974, 3992, 3993, 4029, 4038, 4039,
        4096, 4170, 4176, 4254, 4256, 4294, 4295, 4296, 4301, 4302, 4304, 4347, 4348, 4681, 4682,
        4686, 4688, 4695, 4696, 4697, 4698, 4702, 4704, 4745, 4746, 4750, 4752, 4785, 4786, 4790,
        4792, 4799, 4800, 4801, 4802, 4806, 4808, 4823, 4824, 4881, 4882, 4886, 4888, 4955, 4957,
        4960, 4969, 4989, 4992, 5008, 5024, 5110, 5112, 5118, 5121, 5741, 5743, 5760, 5761, 5787,
        5792, 5867, 5870, 5881, 5888, 5910, 5919, 5941, 5952, 5972, 5984, 5997, 5998, 6001, 6002,
        6004, 6016, 6100, 6103, 6104, 6108, 6110, 6112, 6122, 6128, 6138, 6155, 6158, 6159, 6170,
        6176, 6265, 6272, 6315, 6320, 6390, 6400, 6431, 6432, 6444, 6448, 6460, 6470, 6510, 6512,
        6517, 6528, 6572, 6576, 6602, 6608, 6619, 6656, 6684, 6688, 6751, 6752, 6781, 6783, 6794,
        6800, 6810, 6823, 6824, 6832, 6863, 6912, 6989, 6992, 7002, 7019, 7028, 7040, 7156, 7168,
        7224, 7232, 7242, 7245, 7294, 7296, 7305, 7312, 7355, 7357, 7360, 7376, 7379, 7380, 7419,
        7424, 7958, 7960, 7966, 7968, 8006, 8008, 8014, 8016, 8024, 8025, 8026, 8027, 8028, 8029,
        8030, 8031, 8062, 8064, 8117, 8118, 8125, 8126, 8127, 8130, 8133, 8134, 8141, 8144, 8148,
        8150, 8156, 8160, 8173, 8178, 8181, 8182, 8189, 8304, 8306, 8308, 8314, 8319, 8330, 8336,
        8349, 8400, 8433, 8450, 8451, 8455, 8456, 8458, 8468, 8469, 8470, 8473, 8478, 8484, 8485,
        8486, 8487, 8488, 8489, 8490, 8494, 8495, 8506, 8508, 8512, 8517, 8522, 8526, 8527, 8528,
        8586, 9312, 9372, 9450, 9472, 10102, 10132, 11264, 11493, 11499, 11508, 11517, 11518, 11520,
        11558, 11559, 11560, 11565, 11566, 11568, 11624, 11631, 11632, 11647, 11671, 11680, 11687,
        11688, 11695, 11696, 11703, 11704, 11711, 11712, 11719, 11720, 11727, 11728, 11735, 11736,
        11743, 11744, 11776, 11823, 11824, 12293, 12296, 12321, 12336, 12337, 12342, 12344, 12349,
        12353, 12439, 12441, 12443, 12445, 12448, 12449, 12539, 12540, 12544, 12549, 12592, 12593,
        12687, 12690, 12694, 12704, 12736, 12784, 12800, 12832, 12842, 12872, 12880, 12881, 12896,
        12928, 12938, 12977, 12992, 13312, 19904, 19968, 42125, 42192, 42238, 42240, 42509, 42512,
        42540, 42560, 42611, 42612, 42622, 42623, 42738, 42775, 42784, 42786, 42889, 42891, 42955,
        42960, 42962, 42963, 42964, 42965, 42970, 42994, 43048, 43052, 43053, 43056, 43062, 43072,
        43124, 43136, 43206, 43216, 43226, 43232, 43256, 43259, 43260, 43261, 43310, 43312, 43348,
        43360, 43389, 43392, 43457, 43471, 43482, 43488, 43519, 43520, 43575, 43584, 43598, 43600,
        43610, 43616, 43639, 43642, 43715, 43739, 43742, 43744, 43760, 43762, 43767, 43777, 43783,
        43785, 43791, 43793, 43799, 43808, 43815, 43816, 43823, 43824, 43867, 43868, 43882, 43888,
        44011, 44012, 44014, 44016, 44026, 44032, 55204, 55216, 55239, 55243, 55292, 63744, 64110,
        64112, 64218, 64256, 64263, 64275, 64280, 64285, 64297, 64298, 64311, 64312, 64317, 64318,
        64319, 64320, 64322, 64323, 64325, 64326, 64434, 64467, 64830, 64848, 64912, 64914, 64968,
        65008, 65020, 65024, 65040, 65056, 65072, 65136, 65141, 65142, 65277, 65296, 65306, 65313,
        65339, 65345, 65371, 65382, 65471, 65474, 65480, 65482, 65488, 65490, 65496, 65498, 65501,
        65536, 65548, 65549, 65575, 65576, 65595, 65596, 65598, 65599, 65614, 65616, 65630, 65664,
        65787, 65799, 65844, 65856, 65913, 65930, 65932, 66045, 66046, 66176, 66205, 66208, 66257,
        66272, 66300, 66304, 66340, 66349, 66379, 66384, 66427, 66432, 66462, 66464, 66500, 66504,
        66512, 66513, 66518, 66560, 66718, 66720, 66730, 66736, 66772, 66776, 66812, 66816, 66856,
        66864, 66916, 66928, 66939, 66940, 66955, 66956, 66963, 66964, 66966, 66967, 66978, 66979,
        66994, 66995, 67002, 67003, 67005, 67072, 67383, 67392, 67414, 67424, 67432, 67456, 67462,
        67463, 67505, 67506, 67515, 67584, 67590, 67592, 67593, 67594, 67638, 67639, 67641, 67644,
        67645, 67647, 67670, 67672, 67703, 67705, 67743, 67751, 67760, 67808, 67827, 67828, 67830,
        67835, 67868, 67872, 67898, 67968, 68024, 68028, 68048, 68050, 68100, 68101, 68103, 68108,
        68116, 68117, 68120, 68121, 68150, 68152, 68155, 68159, 68169, 68192, 68223, 68224, 68256,
        68288, 68296, 68297, 68327, 68331, 68336, 68352, 68406, 68416, 68438, 68440, 68467, 68472,
        68498, 68521, 68528, 68608, 68681, 68736, 68787, 68800, 68851, 68858, 68904, 68912, 68922,
        69216, 69247, 69248, 69290, 69291, 69293, 69296, 69298, 69376, 69416, 69424, 69461, 69488,
        69510, 69552, 69580, 69600, 69623, 69632, 69703, 69714, 69750, 69759, 69819, 69826, 69827,
        69840, 69865, 69872, 69882, 69888, 69941, 69942, 69952, 69956, 69960, 69968, 70004, 70006,
        70007, 70016, 70085, 70089, 70093, 70094, 70107, 70108, 70109, 70113, 70133, 70144, 70162,
        70163, 70200, 70206, 70207, 70272, 70279, 70280, 70281, 70282, 70286, 70287, 70302, 70303,
        70313, 70320, 70379, 70384, 70394, 70400, 70404, 70405, 70413, 70415, 70417, 70419, 70441,
        70442, 70449, 70450, 70452, 70453, 70458, 70459, 70469, 70471, 70473, 70475, 70478, 70480,
        70481, 70487, 70488, 70493, 70500, 70502, 70509, 70512, 70517, 70656, 70731, 70736, 70746,
        70750, 70754, 70784, 70854, 70855, 70856, 70864, 70874, 71040, 71094, 71096, 71105, 71128,
        71134, 71168, 71233, 71236, 71237, 71248, 71258, 71296, 71353, 71360, 71370, 71424, 71451,
        71453, 71468, 71472, 71484, 71488, 71495, 71680, 71739, 71840, 71923, 71935, 71943, 71945,
        71946, 71948, 71956, 71957, 71959, 71960, 71990, 71991, 71993, 71995, 72004, 72016, 72026,
        72096, 72104, 72106, 72152, 72154, 72162, 72163, 72165, 72192, 72255, 72263, 72264, 72272,
        72346, 72349, 72350, 72368, 72441, 72704, 72713, 72714, 72759, 72760, 72769, 72784, 72813,
        72818, 72848, 72850, 72872, 72873, 72887, 72960, 72967, 72968, 72970, 72971, 73015, 73018,
        73019, 73020, 73022, 73023, 73032, 73040, 73050, 73056, 73062, 73063, 73065, 73066, 73103,
        73104, 73106, 73107, 73113, 73120, 73130, 73440, 73463, 73648, 73649, 73664, 73685, 73728,
        74650, 74752, 74863, 74880, 75076, 77712, 77809, 77824, 78895, 82944, 83527, 92160, 92729,
        92736, 92767, 92768, 92778, 92784, 92863, 92864, 92874, 92880, 92910, 92912, 92917, 92928,
        92983, 92992, 92996, 93008, 93018, 93019, 93026, 93027, 93048, 93053, 93072, 93760, 93847,
        93952, 94027, 94031, 94088, 94095, 94112, 94176, 94178, 94179, 94181, 94192, 94194, 94208,
        100344, 100352, 101590, 101632, 101641, 110576, 110580, 110581, 110588, 110589, 110591,
        110592, 110883, 110928, 110931, 110948, 110952, 110960, 111356, 113664, 113771, 113776,
        113789, 113792, 113801, 113808, 113818, 113821, 113823, 118528, 118574, 118576, 118599,
        119141, 119146, 119149, 119155, 119163, 119171, 119173, 119180, 119210, 119214, 119362,
        119365, 119520, 119540, 119648, 119673, 119808, 119893, 119894, 119965, 119966, 119968,
        119970, 119971, 119973, 119975, 119977, 119981, 119982, 119994, 119995, 119996, 119997,
        120004, 120005, 120070, 120071, 120075, 120077, 120085, 120086, 120093, 120094, 120122,
        120123, 120127, 120128, 120133, 120134, 120135, 120138, 120145, 120146, 120486, 120488,
        120513, 120514, 120539, 120540, 120571, 120572, 120597, 120598, 120629, 120630, 120655,
        120656, 120687, 120688, 120713, 120714, 120745, 120746, 120771, 120772, 120780, 120782,
        120832, 121344, 121399, 121403, 121453, 121461, 121462, 121476, 121477, 121499, 121504,
        121505, 121520, 122624, 122655, 122880, 122887, 122888, 122905, 122907, 122914, 122915,
        122917, 122918, 122923, 123136, 123181, 123184, 123198, 123200, 123210, 123214, 123215,
        123536, 123567, 123584, 123642, 124896, 124903, 124904, 124908, 124909, 124911, 124912,
        124927, 124928, 125125, 125127, 125143, 125184, 125260, 125264, 125274, 126065, 126124,
        126125, 126128, 126129, 126133, 126209, 126254, 126255, 126270, 126464, 126468, 126469,
        126496, 126497, 126499, 126500, 126501, 126503, 126504, 126505, 126515, 126516, 126520,
        126521, 126522, 126523, 126524, 126530, 126531, 126535, 126536, 126537, 126538, 126539,
        126540, 126541, 126544, 126545, 126547, 126548, 126549, 126551, 126552, 126553, 126554,
        126555, 126556, 126557, 126558, 126559, 126560, 126561, 126563, 126564, 126565, 126567,
        126571, 126572, 126579, 126580, 126584, 126585, 126589, 126590, 126591, 126592, 126602,
        126603, 126620, 126625, 126628, 126629, 126634, 126635, 126652, 127232, 127245, 130032,
        130042, 131072, 173792, 173824, 177977, 177984, 178206, 178208, 183970, 183984, 191457,
        194560, 195102, 196608, 201547, 917760, 918000,
    };
    *count = 1562;
    return table;
}

/* The same of punctuation marks and symbols (categories P, S). */
static inline const uint32_t *nlu_symbol_edges(uint32_t *count)
{
    static const uint32_t table[] = {
        33, 48, 58, 65, 91, 97, 123, 127, 161, 170, 171, 173, 174, 178, 180, 181, 182, 185, 187,
        188, 191, 192, 215, 216, 247, 248, 706, 710, 722, 736, 741, 748, 749, 750, 751, 768, 885,
        886, 894, 895, 900, 902, 903, 904, 1014, 1015, 1154, 1155, 1370, 1376, 1417, 1419, 1421,
        1424, 1470, 1471, 1472, 1473, 1475, 1476, 1478, 1479, 1523, 1525, 1542, 1552, 1563, 1564,
        1565, 1568, 1642, 1646, 1748, 1749, 1758, 1759, 1769, 1770, 1789, 1791, 1792, 1806, 2038,
        2042, 2046, 2048, 2096, 2111, 2142, 2143, 2184, 2185, 2404, 2406, 2416, 2417, 2546, 2548,
        2554, 2556, 2557, 2558, 2678, 2679, 2800, 2802, 2928, 2929, 3059, 3067, 3191, 3192, 3199,
        3200, 3204, 3205, 3407, 3408, 3449, 3450, 3572, 3573, 3647, 3648, 3663, 3664, 3674, 3676,
        3841, 3864, 3866, 3872, 3892, 3893, 3894, 3895, 3896, 3897, 3898, 3902, 3973, 3974, 4030,
        4038, 4039, 4045, 4046, 4059, 4170, 4176, 4254, 4256, 4347, 4348, 4960, 4969, 5008, 5018,
        5120, 5121, 5741, 5743, 5787, 5789, 5867, 5870, 5941, 5943, 6100, 6103, 6104, 6108, 6144,
        6155, 6464, 6465, 6468, 6470, 6622, 6656, 6686, 6688, 6816, 6823, 6824, 6830, 7002, 7019,
        7028, 7039, 7164, 7168, 7227, 7232, 7294, 7296, 7360, 7368, 7379, 7380, 8125, 8126, 8127,
        8130, 8141, 8144, 8157, 8160, 8173, 8176, 8189, 8191, 8208, 8232, 8240, 8287, 8314, 8319,
        8330, 8335, 8352, 8385, 8448, 8450, 8451, 8455, 8456, 8458, 8468, 8469, 8470, 8473, 8478,
        8484, 8485, 8486, 8487, 8488, 8489, 8490, 8494, 8495, 8506, 8508, 8512, 8517, 8522, 8526,
        8527, 8528, 8586, 8588, 8592, 9255, 9280, 9291, 9372, 9450, 9472, 10102, 10132, 11124,
        11126, 11158, 11159, 11264, 11493, 11499, 11513, 11517, 11518, 11520, 11632, 11633, 11776,
        11823, 11824, 11870, 11904, 11930, 11931, 12020, 12032, 12246, 12272, 12284, 12289, 12293,
        12296, 12321, 12336, 12337, 12342, 12344, 12349, 12352, 12443, 12445, 12448, 12449, 12539,
        12540, 12688, 12690, 12694, 12704, 12736, 12772, 12800, 12831, 12842, 12872, 12880, 12881,
        12896, 12928, 12938, 12977, 12992, 13312, 19904, 19968, 42128, 42183, 42238, 42240, 42509,
        42512, 42611, 42612, 42622, 42623, 42738, 42744, 42752, 42775, 42784, 42786, 42889, 42891,
        43048, 43052, 43062, 43066, 43124, 43128, 43214, 43216, 43256, 43259, 43260, 43261, 43310,
        43312, 43359, 43360, 43457, 43470, 43486, 43488, 43612, 43616, 43639, 43642, 43742, 43744,
        43760, 43762, 43867, 43868, 43882, 43884, 44011, 44012, 64297, 64298, 64434, 64451, 64830,
        64848, 64975, 64976, 65020, 65024, 65040, 65050, 65072, 65107, 65108, 65127, 65128, 65132,
        65281, 65296, 65306, 65313, 65339, 65345, 65371, 65382, 65504, 65511, 65512, 65519, 65532,
        65533, 65792, 65795, 65847, 65856, 65913, 65930, 65932, 65935, 65936, 65949, 65952, 65953,
        66000, 66045, 66463, 66464, 66512, 66513, 66927, 66928, 67671, 67672, 67703, 67705, 67871,
        67872, 67903, 67904, 68176, 68185, 68223, 68224, 68296, 68297, 68336, 68343, 68409, 68416,
        68505, 68509, 69293, 69294, 69461, 69466, 69510, 69514, 69703, 69710, 69819, 69821, 69822,
        69826, 69952, 69956, 70004, 70006, 70085, 70089, 70093, 70094, 70107, 70108, 70109, 70112,
        70200, 70206, 70313, 70314, 70731, 70736, 70746, 70748, 70749, 70750, 70854, 70855, 71105,
        71128, 71233, 71236, 71264, 71277, 71353, 71354, 71484, 71488, 71739, 71740, 72004, 72007,
        72162, 72163, 72255, 72263, 72346, 72349, 72350, 72355, 72769, 72774, 72816, 72818, 73463,
        73465, 73685, 73714, 73727, 73728, 74864, 74869, 77809, 77811, 92782, 92784, 92917, 92918,
        92983, 92992, 92996, 92998, 93847, 93851, 94178, 94179, 113820, 113821, 113823, 113824,
        118608, 118724, 118784, 119030, 119040, 119079, 119081, 119141, 119146, 119149, 119171,
        119173, 119180, 119210, 119214, 119275, 119296, 119362, 119365, 119366, 119552, 119639,
        120513, 120514, 120539, 120540, 120571, 120572, 120597, 120598, 120629, 120630, 120655,
        120656, 120687, 120688, 120713, 120714, 120745, 120746, 120771, 120772, 120832, 121344,
        121399, 121403, 121453, 121461, 121462, 121476, 121477, 121484, 123215, 123216, 123647,
        123648, 125278, 125280, 126124, 126125, 126128, 126129, 126254, 126255, 126704, 126706,
        126976, 127020, 127024, 127124, 127136, 127151, 127153, 127168, 127169, 127184, 127185,
        127222, 127245, 127406, 127462, 127491, 127504, 127548, 127552, 127561, 127568, 127570,
        127584, 127590, 127744, 128728, 128733, 128749, 128752, 128765, 128768, 128884, 128896,
        128985, 128992, 129004, 129008, 129009, 129024, 129036, 129040, 129096, 129104, 129114,
        129120, 129160, 129168, 129198, 129200, 129202, 129280, 129620, 129632, 129646, 129648,
        129653, 129656, 129661, 129664, 129671, 129680, 129709, 129712, 129723, 129728, 129734,
        129744, 129754, 129760, 129768, 129776, 129783, 129792, 129939, 129940, 129995,
    };
    *count = 676;
    return table;
}

/* The same of letters and numbers, as Python's \w has them. */
static inline const uint32_t *nlu_alphanumeric_edges(uint32_t *count)
{
    static const uint32_t table[] = {
        48, 58, 65, 91, 97, 123, 170, 171, 178, 180, 181, 182, 185, 187, 188, 191, 192, 215, 216,
        247, 248, 706, 710, 722, 736, 741, 748, 749, 750, 751, 880, 885, 886, 888, 890, 894, 895,
        896, 902, 903, 904, 907, 908, 909, 910, 930, 931, 1014, 1015, 1154, 1162, 1328, 1329, 1367,
        1369, 1370, 1376, 1417, 1488, 1515, 1519, 1523, 1568, 1611, 1632, 1642, 1646, 1648, 1649,
        1748, 1749, 1750, 1765, 1767, 1774, 1789, 1791, 1792, 1808, 1809, 1810, 1840, 1869, 1958,
        1969, 1970, 1984, 2027, 2036, 2038, 2042, 2043, 2048, 2070, 2074, 2075, 2084, 2085, 2088,
        2089, 2112, 2137, 2144, 2155, 2160, 2184, 2185, 2191, 2208, 2250, 2308, 2362, 2365, 2366,
        2384, 2385, 2392, 2402, 2406, 2416, 2417, 2433, 2437, 2445, 2447, 2449, 2451, 2473, 2474,
        2481, 2482, 2483, 2486, 2490, 2493, 2494, 2510, 2511, 2524, 2526, 2527, 2530, 2534, 2546,
        2548, 2554, 2556, 2557, 2565, 2571, 2575, 2577, 2579, 2601, 2602, 2609, 2610, 2612, 2613,
        2615, 2616, 2618, 2649, 2653, 2654, 2655, 2662, 2672, 2674, 2677, 2693, 2702, 2703, 2706,
        2707, 2729, 2730, 2737, 2738, 2740, 2741, 2746, 2749, 2750, 2768, 2769, 2784, 2786, 2790,
        2800, 2809, 2810, 2821, 2829, 2831, 2833, 2835, 2857, 2858, 2865, 2866, 2868, 2869, 2874,
        2877, 2878, 2908, 2910, 2911, 2914, 2918, 2928, 2929, 2936, 2947, 2948, 2949, 2955, 2958,
        2961, 2962, 2966, 2969, 2971, 2972, 2973, 2974, 2976, 2979, 2981, 2984, 2987, 2990, 3002,
        3024, 3025, 3046, 3059, 3077, 3085, 3086, 3089, 3090, 3113, 3114, 3130, 3133, 3134, 3160,
        3163, 3165, 3166, 3168, 3170, 3174, 3184, 3192, 3199, 3200, 3201, 3205, 3213, 3214, 3217,
        3218, 3241, 3242, 3252, 3253, 3258, 3261, 3262, 3293, 3295, 3296, 3298, 3302, 3312, 3313,
        3315, 3332, 3341, 3342, 3345, 3346, 3387, 3389, 3390, 3406, 3407, 3412, 3415, 3416, 3426,
        3430, 3449, 3450, 3456, 3461, 3479, 3482, 3506, 3507, 3516, 3517, 3518, 3520, 3527, 3558,
        3568, 3585, 3633, 3634, 3636, 3648, 3655, 3664, 3674, 3713, 3715, 3716, 3717, 3718, 3723,
        3724, 3748, 3749, 3750, 3751, 3761, 3762, 3764, 3773, 3774, 3776, 3781, 3782, 3783, 3792,
        3802, 3804, 3808, 3840, 3841, 3872, 3892, 3904, 3912, 3913, 3949, 3976, 3981, 4096, 4139,
        4159, 4170, 4176, 4182, 4186, 4190, 4193, 4194, 4197, 4199, 4206, 4209, 4213, 4226, 4238,
        4239, 4240, 4250, 4256, 4294, 4295, 4296, 4301, 4302, 4304, 4347, 4348, 4681, 4682, 4686,
        4688, 4695, 4696, 4697, 4698, 4702, 4704, 4745, 4746, 4750, 4752, 4785, 4786, 4790, 4792,
        4799, 4800, 4801, 4802, 4806, 4808, 4823, 4824, 4881, 4882, 4886, 4888, 4955, 4969, 4989,
        4992, 5008, 5024, 5110, 5112, 5118, 5121, 5741, 5743, 5760, 5761, 5787, 5792, 5867, 5870,
        5881, 5888, 5906, 5919, 5938, 5952, 5970, 5984, 5997, 5998, 6001, 6016, 6068, 6103, 6104,
        6108, 6109, 6112, 6122, 6128, 6138, 6160, 6170, 6176, 6265, 6272, 6277, 6279, 6313, 6314,
        6315, 6320, 6390, 6400, 6431, 6470, 6510, 6512, 6517, 6528, 6572, 6576, 6602, 6608, 6619,
        6656, 6679, 6688, 6741, 6784, 6794, 6800, 6810, 6823, 6824, 6917, 6964, 6981, 6989, 6992,
        7002, 7043, 7073, 7086, 7142, 7168, 7204, 7232, 7242, 7245, 7294, 7296, 7305, 7312, 7355,
        7357, 7360, 7401, 7405, 7406, 7412, 7413, 7415, 7418, 7419, 7424, 7616, 7680, 7958, 7960,
        7966, 7968, 8006, 8008, 8014, 8016, 8024, 8025, 8026, 8027, 8028, 8029, 8030, 8031, 8062,
        8064, 8117, 8118, 8125, 8126, 8127, 8130, 8133, 8134, 8141, 8144, 8148, 8150, 8156, 8160,
        8173, 8178, 8181, 8182, 8189, 8304, 8306, 8308, 8314, 8319, 8330, 8336, 8349, 8450, 8451,
        8455, 8456, 8458, 8468, 8469, 8470, 8473, 8478, 8484, 8485, 8486, 8487, 8488, 8489, 8490,
        8494, 8495, 8506, 8508, 8512, 8517, 8522, 8526, 8527, 8528, 8586, 9312, 9372, 9450, 9472,
        10102, 10132, 11264, 11493, 11499, 11503, 11506, 11508, 11517, 11518, 11520, 11558, 11559,
        11560, 11565, 11566, 11568, 11624, 11631, 11632, 11648, 11671, 11680, 11687, 11688, 11695,
        11696, 11703, 11704, 11711, 11712, 11719, 11720, 11727, 11728, 11735, 11736, 11743, 11823,
        11824, 12293, 12296, 12321, 12330, 12337, 12342, 12344, 12349, 12353, 12439, 12445, 12448,
        12449, 12539, 12540, 12544, 12549, 12592, 12593, 12687, 12690, 12694, 12704, 12736, 12784,
        12800, 12832, 12842, 12872, 12880, 12881, 12896, 12928, 12938, 12977, 12992, 13312, 19904,
        19968, 42125, 42192, 42238, 42240, 42509, 42512, 42540, 42560, 42607, 42623, 42654, 42656,
        42736, 42775, 42784, 42786, 42889, 42891, 42955, 42960, 42962, 42963, 42964, 42965, 42970,
        42994, 43010, 43011, 43014, 43015, 43019, 43020, 43043, 43056, 43062, 43072, 43124, 43138,
        43188, 43216, 43226, 43250, 43256, 43259, 43260, 43261, 43263, 43264, 43302, 43312, 43335,
        43360, 43389, 43396, 43443, 43471, 43482, 43488, 43493, 43494, 43519, 43520, 43561, 43584,
        43587, 43588, 43596, 43600, 43610, 43616, 43639, 43642, 43643, 43646, 43696, 43697, 43698,
        43701, 43703, 43705, 43710, 43712, 43713, 43714, 43715, 43739, 43742, 43744, 43755, 43762,
        43765, 43777, 43783, 43785, 43791, 43793, 43799, 43808, 43815, 43816, 43823, 43824, 43867,
        43868, 43882, 43888, 44003, 44016, 44026, 44032, 55204, 55216, 55239, 55243, 55292, 63744,
        64110, 64112, 64218, 64256, 64263, 64275, 64280, 64285, 64286, 64287, 64297, 64298, 64311,
        64312, 64317, 64318, 64319, 64320, 64322, 64323, 64325, 64326, 64434, 64467, 64830, 64848,
        64912, 64914, 64968, 65008, 65020, 65136, 65141, 65142, 65277, 65296, 65306, 65313, 65339,
        65345, 65371, 65382, 65471, 65474, 65480, 65482, 65488, 65490, 65496, 65498, 65501, 65536,
        65548, 65549, 65575, 65576, 65595, 65596, 65598, 65599, 65614, 65616, 65630, 65664, 65787,
        65799, 65844, 65856, 65913, 65930, 65932, 66176, 66205, 66208, 66257, 66273, 66300, 66304,
        66340, 66349, 66379, 66384, 66422, 66432, 66462, 66464, 66500, 66504, 66512, 66513, 66518,
        66560, 66718, 66720, 66730, 66736, 66772, 66776, 66812, 66816, 66856, 66864, 66916, 66928,
        66939, 66940, 66955, 66956, 66963, 66964, 66966, 66967, 66978, 66979, 66994, 66995, 67002,
        67003, 67005, 67072, 67383, 67392, 67414, 67424, 67432, 67456, 67462, 67463, 67505, 67506,
        67515, 67584, 67590, 67592, 67593, 67594, 67638, 67639, 67641, 67644, 67645, 67647, 67670,
        67672, 67703, 67705, 67743, 67751, 67760, 67808, 67827, 67828, 67830, 67835, 67868, 67872,
        67898, 67968, 68024, 68028, 68048, 68050, 68097, 68112, 68116, 68117, 68120, 68121, 68150,
        68160, 68169, 68192, 68223, 68224, 68256, 68288, 68296, 68297, 68325, 68331, 68336, 68352,
        68406, 68416, 68438, 68440, 68467, 68472, 68498, 68521, 68528, 68608, 68681, 68736, 68787,
        68800, 68851, 68858, 68900, 68912, 68922, 69216, 69247, 69248, 69290, 69296, 69298, 69376,
        69416, 69424, 69446, 69457, 69461, 69488, 69506, 69552, 69580, 69600, 69623, 69635, 69688,
        69714, 69744, 69745, 69747, 69749, 69750, 69763, 69808, 69840, 69865, 69872, 69882, 69891,
        69927, 69942, 69952, 69956, 69957, 69959, 69960, 69968, 70003, 70006, 70007, 70019, 70067,
        70081, 70085, 70096, 70107, 70108, 70109, 70113, 70133, 70144, 70162, 70163, 70188, 70272,
        70279, 70280, 70281, 70282, 70286, 70287, 70302, 70303, 70313, 70320, 70367, 70384, 70394,
        70405, 70413, 70415, 70417, 70419, 70441, 70442, 70449, 70450, 70452, 70453, 70458, 70461,
        70462, 70480, 70481, 70493, 70498, 70656, 70709, 70727, 70731, 70736, 70746, 70751, 70754,
        70784, 70832, 70852, 70854, 70855, 70856, 70864, 70874, 71040, 71087, 71128, 71132, 71168,
        71216, 71236, 71237, 71248, 71258, 71296, 71339, 71352, 71353, 71360, 71370, 71424, 71451,
        71472, 71484, 71488, 71495, 71680, 71724, 71840, 71923, 71935, 71943, 71945, 71946, 71948,
        71956, 71957, 71959, 71960, 71984, 71999, 72000, 72001, 72002, 72016, 72026, 72096, 72104,
        72106, 72145, 72161, 72162, 72163, 72164, 72192, 72193, 72203, 72243, 72250, 72251, 72272,
        72273, 72284, 72330, 72349, 72350, 72368, 72441, 72704, 72713, 72714, 72751, 72768, 72769,
        72784, 72813, 72818, 72848, 72960, 72967, 72968, 72970, 72971, 73009, 73030, 73031, 73040,
        73050, 73056, 73062, 73063, 73065, 73066, 73098, 73112, 73113, 73120, 73130, 73440, 73459,
        73648, 73649, 73664, 73685, 73728, 74650, 74752, 74863, 74880, 75076, 77712, 77809, 77824,
        78895, 82944, 83527, 92160, 92729, 92736, 92767, 92768, 92778, 92784, 92863, 92864, 92874,
        92880, 92910, 92928, 92976, 92992, 92996, 93008, 93018, 93019, 93026, 93027, 93048, 93053,
        93072, 93760, 93847, 93952, 94027, 94032, 94033, 94099, 94112, 94176, 94178, 94179, 94180,
        94208, 100344, 100352, 101590, 101632, 101641, 110576, 110580, 110581, 110588, 110589,
        110591, 110592, 110883, 110928, 110931, 110948, 110952, 110960, 111356, 113664, 113771,
        113776, 113789, 113792, 113801, 113808, 113818, 119520, 119540, 119648, 119673, 119808,
        119893, 119894, 119965, 119966, 119968, 119970, 119971, 119973, 119975, 119977, 119981,
        119982, 119994, 119995, 119996, 119997, 120004, 120005, 120070, 120071, 120075, 120077,
        120085, 120086, 120093, 120094, 120122, 120123, 120127, 120128, 120133, 120134, 120135,
        120138, 120145, 120146, 120486, 120488, 120513, 120514, 120539, 120540, 120571, 120572,
        120597, 120598, 120629, 120630, 120655, 120656, 120687, 120688, 120713, 120714, 120745,
        120746, 120771, 120772, 120780, 120782, 120832, 122624, 122655, 123136, 123181, 123191,
        123198, 123200, 123210, 123214, 123215, 123536, 123566, 123584, 123628, 123632, 123642,
        124896, 124903, 124904, 124908, 124909, 124911, 124912, 124927, 124928, 125125, 125127,
        125136, 125184, 125252, 125259, 125260, 125264, 125274, 126065, 126124, 126125, 126128,
        126129, 126133, 126209, 126254, 126255, 126270, 126464, 126468, 126469, 126496, 126497,
        126499, 126500, 126501, 126503, 126504, 126505, 126515, 126516, 126520, 126521, 126522,
        126523, 126524, 126530, 126531, 126535, 126536, 126537, 126538, 126539, 126540, 126541,
        126544, 126545, 126547, 126548, 126549, 126551, 126552, 126553, 126554, 126555, 126556,
        126557, 126558, 126559, 126560, 126561, 126563, 126564, 126565, 126567, 126571, 126572,
        126579, 126580, 126584, 126585, 126589, 126590, 126591, 126592, 126602, 126603, 126620,
        126625, 126628, 126629, 126634, 126635, 126652, 127232, 127245, 130032, 130042, 131072,
        173792, 173824, 177977, 177984, 178206, 178208, 183970, 183984, 191457, 194560, 195102,
        196608, 201547,
    };
    *count = 1466;
    return table;
}

/* The same of characters behind which a capital sigma may be a final one, and of
   those that leave it to the character before them. */
static inline const uint32_t *nlu_cased_edges(uint32_t *count)
{
    static const uint32_t table[] = {
        65, 91, 97, 123, 170, 171, 181, 182, 186, 187, 192, 215, 216, 247, 248, 443, 444, 448, 452,
        660, 661, 688, 880, 884, 886, 888, 891, 894, 895, 896, 902, 903, 904, 907, 908, 909, 910,
        930, 931, 1014, 1015, 1154, 1162, 1328, 1329, 1367, 1376, 1417, 4256, 4294, 4295, 4296,
        4301, 4302, 4304, 4347, 4349, 4352, 5024, 5110, 5112, 5118, 7296, 7305, 7312, 7355, 7357,
        7360, 7424, 7468, 7531, 7544, 7545, 7579, 7680, 7958, 7960, 7966, 7968, 8006, 8008, 8014,
        8016, 8024, 8025, 8026, 8027, 8028, 8029, 8030, 8031, 8062, 8064, 8117, 8118, 8125, 8126,
        8127, 8130, 8133, 8134, 8141, 8144, 8148, 8150, 8156, 8160, 8173, 8178, 8181, 8182, 8189,
        8450, 8451, 8455, 8456, 8458, 8468, 8469, 8470, 8473, 8478, 8484, 8485, 8486, 8487, 8488,
        8489, 8490, 8494, 8495, 8501, 8505, 8506, 8508, 8512, 8517, 8522, 8526, 8527, 8544, 8576,
        8579, 8581, 9398, 9450, 11264, 11388, 11390, 11493, 11499, 11503, 11506, 11508, 11520,
        11558, 11559, 11560, 11565, 11566, 42560, 42606, 42624, 42652, 42786, 42864, 42865, 42888,
        42891, 42895, 42896, 42955, 42960, 42962, 42963, 42964, 42965, 42970, 42997, 42999, 43002,
        43003, 43824, 43867, 43872, 43881, 43888, 43968, 64256, 64263, 64275, 64280, 65313, 65339,
        65345, 65371, 66560, 66640, 66736, 66772, 66776, 66812, 66928, 66939, 66940, 66955, 66956,
        66963, 66964, 66966, 66967, 66978, 66979, 66994, 66995, 67002, 67003, 67005, 68736, 68787,
        68800, 68851, 71840, 71904, 93760, 93824, 119808, 119893, 119894, 119965, 119966, 119968,
        119970, 119971, 119973, 119975, 119977, 119981, 119982, 119994, 119995, 119996, 119997,
        120004, 120005, 120070, 120071, 120075, 120077, 120085, 120086, 120093, 120094, 120122,
        120123, 120127, 120128, 120133, 120134, 120135, 120138, 120145, 120146, 120486, 120488,
        120513, 120514, 120539, 120540, 120571, 120572, 120597, 120598, 120629, 120630, 120655,
        120656, 120687, 120688, 120713, 120714, 120745, 120746, 120771, 120772, 120780, 122624,
        122634, 122635, 122655, 125184, 125252, 127280, 127306, 127312, 127338, 127344, 127370,
    };
    *count = 298;
    return table;
}

static inline const uint32_t *nlu_passed_edges(uint32_t *count)
{
    static const uint32_t table[] = {
        39, 40, 46, 47, 58, 59, 94, 95, 96, 97, 168, 169, 173, 174, 175, 176, 180, 181, 183, 185,
        688, 880, 884, 886, 890, 891, 900, 902, 903, 904, 1155, 1162, 1369, 1370, 1375, 1376, 1425,
        1470, 1471, 1472, 1473, 1475, 1476, 1478, 1479, 1480, 1524, 1525, 1536, 1542, 1552, 1563,
        1564, 1565, 1600, 1601, 1611, 1632, 1648, 1649, 1750, 1758, 1759, 1769, 1770, 1774, 1807,
        1808, 1809, 1810, 1840, 1867, 1958, 1969, 2027, 2038, 2042, 2043, 2045, 2046, 2070, 2094,
        2137, 2140, 2184, 2185, 2192, 2194, 2200, 2208, 2249, 2307, 2362, 2363, 2364, 2365, 2369,
        2377, 2381, 2382, 2385, 2392, 2402, 2404, 2417, 2418, 2433, 2434, 2492, 2493, 2497, 2501,
        2509, 2510, 2530, 2532, 2558, 2559, 2561, 2563, 2620, 2621, 2625, 2627, 2631, 2633, 2635,
        2638, 2641, 2642, 2672, 2674, 2677, 2678, 2689, 2691, 2748, 2749, 2753, 2758, 2759, 2761,
        2765, 2766, 2786, 2788, 2810, 2816, 2817, 2818, 2876, 2877, 2879, 2880, 2881, 2885, 2893,
        2894, 2901, 2903, 2914, 2916, 2946, 2947, 3008, 3009, 3021, 3022, 3072, 3073, 3076, 3077,
        3132, 3133, 3134, 3137, 3142, 3145, 3146, 3150, 3157, 3159, 3170, 3172, 3201, 3202, 3260,
        3261, 3263, 3264, 3270, 3271, 3276, 3278, 3298, 3300, 3328, 3330, 3387, 3389, 3393, 3397,
        3405, 3406, 3426, 3428, 3457, 3458, 3530, 3531, 3538, 3541, 3542, 3543, 3633, 3634, 3636,
        3643, 3654, 3663, 3761, 3762, 3764, 3773, 3782, 3783, 3784, 3790, 3864, 3866, 3893, 3894,
        3895, 3896, 3897, 3898, 3953, 3967, 3968, 3973, 3974, 3976, 3981, 3992, 3993, 4029, 4038,
        4039, 4141, 4145, 4146, 4152, 4153, 4155, 4157, 4159, 4184, 4186, 4190, 4193, 4209, 4213,
        4226, 4227, 4229, 4231, 4237, 4238, 4253, 4254, 4348, 4349, 4957, 4960, 5906, 5909, 5938,
        5940, 5970, 5972, 6002, 6004, 6068, 6070, 6071, 6078, 6086, 6087, 6089, 6100, 6103, 6104,
        6109, 6110, 6155, 6160, 6211, 6212, 6277, 6279, 6313, 6314, 6432, 6435, 6439, 6441, 6450,
        6451, 6457, 6460, 6679, 6681, 6683, 6684, 6742, 6743, 6744, 6751, 6752, 6753, 6754, 6755,
        6757, 6765, 6771, 6781, 6783, 6784, 6823, 6824, 6832, 6863, 6912, 6916, 6964, 6965, 6966,
        6971, 6972, 6973, 6978, 6979, 7019, 7028, 7040, 7042, 7074, 7078, 7080, 7082, 7083, 7086,
        7142, 7143, 7144, 7146, 7149, 7150, 7151, 7154, 7212, 7220, 7222, 7224, 7288, 7294, 7376,
        7379, 7380, 7393, 7394, 7401, 7405, 7406, 7412, 7413, 7416, 7418, 7468, 7531, 7544, 7545,
        7579, 7680, 8125, 8126, 8127, 8130, 8141, 8144, 8157, 8160, 8173, 8176, 8189, 8191, 8203,
        8208, 8216, 8218, 8228, 8229, 8231, 8232, 8234, 8239, 8288, 8293, 8294, 8304, 8305, 8306,
        8319, 8320, 8336, 8349, 8400, 8433, 11388, 11390, 11503, 11506, 11631, 11632, 11647, 11648,
        11744, 11776, 11823, 11824, 12293, 12294, 12330, 12334, 12337, 12342, 12347, 12348, 12441,
        12447, 12540, 12543, 40981, 40982, 42232, 42238, 42508, 42509, 42607, 42611, 42612, 42622,
        42623, 42624, 42652, 42656, 42736, 42738, 42752, 42786, 42864, 42865, 42888, 42891, 42994,
        42997, 43000, 43002, 43010, 43011, 43014, 43015, 43019, 43020, 43045, 43047, 43052, 43053,
        43204, 43206, 43232, 43250, 43263, 43264, 43302, 43310, 43335, 43346, 43392, 43395, 43443,
        43444, 43446, 43450, 43452, 43454, 43471, 43472, 43493, 43495, 43561, 43567, 43569, 43571,
        43573, 43575, 43587, 43588, 43596, 43597, 43632, 43633, 43644, 43645, 43696, 43697, 43698,
        43701, 43703, 43705, 43710, 43712, 43713, 43714, 43741, 43742, 43756, 43758, 43763, 43765,
        43766, 43767, 43867, 43872, 43881, 43884, 44005, 44006, 44008, 44009, 44013, 44014, 64286,
        64287, 64434, 64451, 65024, 65040, 65043, 65044, 65056, 65072, 65106, 65107, 65109, 65110,
        65279, 65280, 65287, 65288, 65294, 65295, 65306, 65307, 65342, 65343, 65344, 65345, 65392,
        65393, 65438, 65440, 65507, 65508, 65529, 65532, 66045, 66046, 66272, 66273, 66422, 66427,
        67456, 67462, 67463, 67505, 67506, 67515, 68097, 68100, 68101, 68103, 68108, 68112, 68152,
        68155, 68159, 68160, 68325, 68327, 68900, 68904, 69291, 69293, 69446, 69457, 69506, 69510,
        69633, 69634, 69688, 69703, 69744, 69745, 69747, 69749, 69759, 69762, 69811, 69815, 69817,
        69819, 69821, 69822, 69826, 69827, 69837, 69838, 69888, 69891, 69927, 69932, 69933, 69941,
        70003, 70004, 70016, 70018, 70070, 70079, 70089, 70093, 70095, 70096, 70191, 70194, 70196,
        70197, 70198, 70200, 70206, 70207, 70367, 70368, 70371, 70379, 70400, 70402, 70459, 70461,
        70464, 70465, 70502, 70509, 70512, 70517, 70712, 70720, 70722, 70725, 70726, 70727, 70750,
        70751, 70835, 70841, 70842, 70843, 70847, 70849, 70850, 70852, 71090, 71094, 71100, 71102,
        71103, 71105, 71132, 71134, 71219, 71227, 71229, 71230, 71231, 71233, 71339, 71340, 71341,
        71342, 71344, 71350, 71351, 71352, 71453, 71456, 71458, 71462, 71463, 71468, 71727, 71736,
        71737, 71739, 71995, 71997, 71998, 71999, 72003, 72004, 72148, 72152, 72154, 72156, 72160,
        72161, 72193, 72203, 72243, 72249, 72251, 72255, 72263, 72264, 72273, 72279, 72281, 72284,
        72330, 72343, 72344, 72346, 72752, 72759, 72760, 72766, 72767, 72768, 72850, 72872, 72874,
        72881, 72882, 72884, 72885, 72887, 73009, 73015, 73018, 73019, 73020, 73022, 73023, 73030,
        73031, 73032, 73104, 73106, 73109, 73110, 73111, 73112, 73459, 73461, 78896, 78905, 92912,
        92917, 92976, 92983, 92992, 92996, 94031, 94032, 94095, 94112, 94176, 94178, 94179, 94181,
        110576, 110580, 110581, 110588, 110589, 110591, 113821, 113823, 113824, 113828, 118528,
        118574, 118576, 118599, 119143, 119146, 119155, 119171, 119173, 119180, 119210, 119214,
        119362, 119365, 121344, 121399, 121403, 121453, 121461, 121462, 121476, 121477, 121499,
        121504, 121505, 121520, 122880, 122887, 122888, 122905, 122907, 122914, 122915, 122917,
        122918, 122923, 123184, 123198, 123566, 123567, 123628, 123632, 125136, 125143, 125252,
        125260, 127995, 128000, 917505, 917506, 917536, 917632, 917760, 918000,
    };
    *count = 854;
    return table;
}

/* Runs of characters that fold alike: the first, 2 * the last + 1 if only every
   second one of them does, and the difference to the folded one. */
static inline const int32_t *nlu_folds(uint32_t *count)
{
    static const int32_t table[] = {
        65, 180, 32, 181, 362, 775, 192, 428, 32, 216, 444, 32, 256, 605, 1, 306, 621, 1, 313, 655,
        1, 330, 749, 1, 376, 752, -121, 377, 763, 1, 383, 766, -268, 385, 770, 210, 386, 777, 1,
        390, 780, 206, 391, 782, 1, 393, 788, 205, 395, 790, 1, 398, 796, 79, 399, 798, 202, 400,
        800, 203, 401, 802, 1, 403, 806, 205, 404, 808, 207, 406, 812, 211, 407, 814, 209, 408, 816,
        1, 412, 824, 211, 413, 826, 213, 415, 830, 214, 416, 841, 1, 422, 844, 218, 423, 846, 1,
        425, 850, 218, 428, 856, 1, 430, 860, 218, 431, 862, 1, 433, 868, 217, 435, 875, 1, 439,
        878, 219, 440, 880, 1, 444, 888, 1, 452, 904, 2, 453, 906, 1, 455, 910, 2, 456, 912, 1, 458,
        916, 2, 459, 951, 1, 478, 989, 1, 497, 994, 2, 498, 1001, 1, 502, 1004, -97, 503, 1006, -56,
        504, 1085, 1, 544, 1088, -130, 546, 1125, 1, 570, 1140, 10795, 571, 1142, 1, 573, 1146,
        -163, 574, 1148, 10792, 577, 1154, 1, 579, 1158, -195, 580, 1160, 69, 581, 1162, 71, 582,
        1181, 1, 837, 1674, 116, 880, 1765, 1, 886, 1772, 1, 895, 1790, 116, 902, 1804, 38, 904,
        1812, 37, 908, 1816, 64, 910, 1822, 63, 913, 1858, 32, 931, 1878, 32, 962, 1924, 1, 975,
        1950, 8, 976, 1952, -30, 977, 1954, -25, 981, 1962, -15, 982, 1964, -22, 984, 2013, 1, 1008,
        2016, -54, 1009, 2018, -48, 1012, 2024, -60, 1013, 2026, -64, 1015, 2030, 1, 1017, 2034, -7,
        1018, 2036, 1, 1021, 2046, -130, 1024, 2078, 80, 1040, 2142, 32, 1120, 2305, 1, 1162, 2429,
        1, 1216, 2432, 15, 1217, 2459, 1, 1232, 2653, 1, 1329, 2732, 48, 4256, 8586, 7264, 4295,
        8590, 7264, 4301, 8602, 7264, 5112, 10234, -8, 7296, 14592, -6222, 7297, 14594, -6221, 7298,
        14596, -6212, 7299, 14600, -6210, 7301, 14602, -6211, 7302, 14604, -6204, 7303, 14606,
        -6180, 7304, 14608, 35267, 7312, 14708, -3008, 7357, 14718, -3008, 7680, 15657, 1, 7835,
        15670, -58, 7838, 15676, -7615, 7840, 15869, 1, 7944, 15902, -8, 7960, 15930, -8, 7976,
        15966, -8, 7992, 15998, -8, 8008, 16026, -8, 8025, 16063, -8, 8040, 16094, -8, 8072, 16158,
        -8, 8088, 16190, -8, 8104, 16222, -8, 8120, 16242, -8, 8122, 16246, -74, 8124, 16248, -9,
        8126, 16252, -7173, 8136, 16278, -86, 8140, 16280, -9, 8152, 16306, -8, 8154, 16310, -100,
        8168, 16338, -8, 8170, 16342, -112, 8172, 16344, -7, 8184, 16370, -128, 8186, 16374, -126,
        8188, 16376, -9, 8486, 16972, -7517, 8490, 16980, -8383, 8491, 16982, -8262, 8498, 16996,
        28, 8544, 17118, 16, 8579, 17158, 1, 11264, 22622, 48, 11360, 22720, 1, 11362, 22724,
        -10743, 11363, 22726, -3814, 11364, 22728, -10727, 11367, 22743, 1, 11373, 22746, -10780,
        11374, 22748, -10749, 11375, 22750, -10783, 11376, 22752, -10782, 11378, 22756, 1, 11381,
        22762, 1, 11390, 22782, -10815, 11392, 22981, 1, 11499, 23003, 1, 11506, 23012, 1, 42560,
        85209, 1, 42624, 85301, 1, 42786, 85597, 1, 42802, 85725, 1, 42873, 85751, 1, 42877, 85754,
        -35332, 42878, 85773, 1, 42891, 85782, 1, 42893, 85786, -42280, 42896, 85797, 1, 42902,
        85841, 1, 42922, 85844, -42308, 42923, 85846, -42319, 42924, 85848, -42315, 42925, 85850,
        -42305, 42926, 85852, -42308, 42928, 85856, -42258, 42929, 85858, -42282, 42930, 85860,
        -42261, 42931, 85862, 928, 42932, 85893, 1, 42948, 85896, -48, 42949, 85898, -42307, 42950,
        85900, -35384, 42951, 85907, 1, 42960, 85920, 1, 42966, 85937, 1, 42997, 85994, 1, 43888,
        87934, -38864, 65313, 130676, 32, 66560, 133198, 40, 66736, 133542, 40, 66928, 133876, 39,
        66940, 133908, 39, 66956, 133924, 39, 66964, 133930, 39, 68736, 137572, 64, 71840, 143742,
        32, 93760, 187582, 32, 125184, 250434, 34,
    };
    *count = 201;
    return table;
}

/* The same of characters in lower case. */
static inline const int32_t *nlu_lowers(uint32_t *count)
{
    static const int32_t table[] = {
        65, 180, 32, 192, 428, 32, 216, 444, 32, 256, 605, 1, 306, 621, 1, 313, 655, 1, 330, 749, 1,
        376, 752, -121, 377, 763, 1, 385, 770, 210, 386, 777, 1, 390, 780, 206, 391, 782, 1, 393,
        788, 205, 395, 790, 1, 398, 796, 79, 399, 798, 202, 400, 800, 203, 401, 802, 1, 403, 806,
        205, 404, 808, 207, 406, 812, 211, 407, 814, 209, 408, 816, 1, 412, 824, 211, 413, 826, 213,
        415, 830, 214, 416, 841, 1, 422, 844, 218, 423, 846, 1, 425, 850, 218, 428, 856, 1, 430,
        860, 218, 431, 862, 1, 433, 868, 217, 435, 875, 1, 439, 878, 219, 440, 880, 1, 444, 888, 1,
        452, 904, 2, 453, 906, 1, 455, 910, 2, 456, 912, 1, 458, 916, 2, 459, 951, 1, 478, 989, 1,
        497, 994, 2, 498, 1001, 1, 502, 1004, -97, 503, 1006, -56, 504, 1085, 1, 544, 1088, -130,
        546, 1125, 1, 570, 1140, 10795, 571, 1142, 1, 573, 1146, -163, 574, 1148, 10792, 577, 1154,
        1, 579, 1158, -195, 580, 1160, 69, 581, 1162, 71, 582, 1181, 1, 880, 1765, 1, 886, 1772, 1,
        895, 1790, 116, 902, 1804, 38, 904, 1812, 37, 908, 1816, 64, 910, 1822, 63, 913, 1858, 32,
        931, 1878, 32, 975, 1950, 8, 984, 2013, 1, 1012, 2024, -60, 1015, 2030, 1, 1017, 2034, -7,
        1018, 2036, 1, 1021, 2046, -130, 1024, 2078, 80, 1040, 2142, 32, 1120, 2305, 1, 1162, 2429,
        1, 1216, 2432, 15, 1217, 2459, 1, 1232, 2653, 1, 1329, 2732, 48, 4256, 8586, 7264, 4295,
        8590, 7264, 4301, 8602, 7264, 5024, 10206, 38864, 5104, 10218, 8, 7312, 14708, -3008, 7357,
        14718, -3008, 7680, 15657, 1, 7838, 15676, -7615, 7840, 15869, 1, 7944, 15902, -8, 7960,
        15930, -8, 7976, 15966, -8, 7992, 15998, -8, 8008, 16026, -8, 8025, 16063, -8, 8040, 16094,
        -8, 8072, 16158, -8, 8088, 16190, -8, 8104, 16222, -8, 8120, 16242, -8, 8122, 16246, -74,
        8124, 16248, -9, 8136, 16278, -86, 8140, 16280, -9, 8152, 16306, -8, 8154, 16310, -100,
        8168, 16338, -8, 8170, 16342, -112, 8172, 16344, -7, 8184, 16370, -128, 8186, 16374, -126,
        8188, 16376, -9, 8486, 16972, -7517, 8490, 16980, -8383, 8491, 16982, -8262, 8498, 16996,
        28, 8544, 17118, 16, 8579, 17158, 1, 9398, 18846, 26, 11264, 22622, 48, 11360, 22720, 1,
        11362, 22724, -10743, 11363, 22726, -3814, 11364, 22728, -10727, 11367, 22743, 1, 11373,
        22746, -10780, 11374, 22748, -10749, 11375, 22750, -10783, 11376, 22752, -10782, 11378,
        22756, 1, 11381, 22762, 1, 11390, 22782, -10815, 11392, 22981, 1, 11499, 23003, 1, 11506,
        23012, 1, 42560, 85209, 1, 42624, 85301, 1, 42786, 85597, 1, 42802, 85725, 1, 42873, 85751,
        1, 42877, 85754, -35332, 42878, 85773, 1, 42891, 85782, 1, 42893, 85786, -42280, 42896,
        85797, 1, 42902, 85841, 1, 42922, 85844, -42308, 42923, 85846, -42319, 42924, 85848, -42315,
        42925, 85850, -42305, 42926, 85852, -42308, 42928, 85856, -42258, 42929, 85858, -42282,
        42930, 85860, -42261, 42931, 85862, 928, 42932, 85893, 1, 42948, 85896, -48, 42949, 85898,
        -42307, 42950, 85900, -35384, 42951, 85907, 1, 42960, 85920, 1, 42966, 85937, 1, 42997,
        85994, 1, 65313, 130676, 32, 66560, 133198, 40, 66736, 133542, 40, 66928, 133876, 39, 66940,
        133908, 39, 66956, 133924, 39, 66964, 133930, 39, 68736, 137572, 64, 71840, 143742, 32,
        93760, 187582, 32, 125184, 250434, 34,
    };
    *count = 181;
    return table;
}

/* Runs of one combining class above 0: the first, 256 * the last + class. */
static inline const uint32_t *nlu_marks(uint32_t *count)
{
    static const uint32_t table[] = {
        768, 201958, 789, 202216, 790, 203228, 794, 203496, 795, 203736, 796, 205020, 801, 205514,
        803, 206556, 807, 207050, 809, 209884, 820, 210945, 825, 212188, 829, 214246, 837, 214512,
        838, 214758, 839, 215516, 842, 216294, 845, 216796, 848, 217830, 851, 218844, 855, 219110,
        856, 219368, 857, 219868, 859, 220134, 860, 220393, 861, 220906, 863, 221161, 864, 221674,
        866, 221929, 867, 225254, 1155, 296934, 1425, 365020, 1426, 366054, 1430, 366300, 1431,
        367078, 1434, 367326, 1435, 367580, 1436, 369126, 1442, 370652, 1448, 371174, 1450, 371420,
        1451, 371942, 1453, 372190, 1454, 372452, 1455, 372710, 1456, 372746, 1457, 373003, 1458,
        373260, 1459, 373517, 1460, 373774, 1461, 374031, 1462, 374288, 1463, 374545, 1464, 374802,
        1465, 375315, 1467, 375572, 1468, 375829, 1469, 376086, 1471, 376599, 1473, 377112, 1474,
        377369, 1476, 378086, 1477, 378332, 1479, 378642, 1552, 399334, 1560, 399390, 1561, 399647,
        1562, 399904, 1611, 412443, 1612, 412700, 1613, 412957, 1614, 413214, 1615, 413471, 1616,
        413728, 1617, 413985, 1618, 414242, 1619, 414950, 1621, 415452, 1623, 416742, 1628, 416988,
        1629, 417510, 1631, 417756, 1648, 421923, 1750, 449766, 1759, 451302, 1763, 451548, 1764,
        451814, 1767, 452838, 1770, 453340, 1771, 453862, 1773, 454108, 1809, 463140, 1840, 471270,
        1841, 471516, 1842, 472038, 1844, 472284, 1845, 472806, 1847, 473564, 1850, 473830, 1851,
        474332, 1853, 474598, 1854, 474844, 1855, 475622, 1858, 475868, 1859, 476134, 1860, 476380,
        1861, 476646, 1862, 476892, 1863, 477158, 1864, 477404, 1865, 477926, 2027, 520678, 2034,
        520924, 2035, 521190, 2045, 523740, 2070, 530918, 2075, 533478, 2085, 534502, 2089, 536038,
        2137, 547804, 2200, 563430, 2201, 564188, 2204, 565222, 2250, 577254, 2255, 578524, 2260,
        582118, 2275, 582620, 2276, 583142, 2278, 583388, 2279, 583910, 2281, 584156, 2282, 584934,
        2285, 585692, 2288, 585755, 2289, 586012, 2290, 586269, 2291, 587238, 2294, 587484, 2295,
        588006, 2297, 588508, 2299, 589798, 2364, 605191, 2381, 609545, 2385, 610790, 2386, 611036,
        2387, 611558, 2492, 637959, 2509, 642313, 2558, 655078, 2620, 670727, 2637, 675081, 2748,
        703495, 2765, 707849, 2876, 736263, 2893, 740617, 3021, 773385, 3132, 801799, 3149, 806153,
        3157, 808276, 3158, 808539, 3260, 834567, 3277, 838921, 3387, 867337, 3405, 871689, 3530,
        903689, 3640, 932199, 3642, 932361, 3656, 936811, 3768, 964982, 3770, 965129, 3784, 969594,
        3864, 989660, 3893, 996828, 3895, 997340, 3897, 997848, 3953, 1012097, 3954, 1012354, 3956,
        1012868, 3962, 1015170, 3968, 1015938, 3970, 1016806, 3972, 1016841, 3974, 1017830, 4038,
        1033948, 4151, 1062663, 4153, 1063433, 4237, 1084892, 4957, 1269734, 5908, 1512713, 5940,
        1520649, 6098, 1561097, 6109, 1564134, 6313, 1616356, 6457, 1653214, 6458, 1653478, 6459,
        1653724, 6679, 1710054, 6680, 1710300, 6752, 1728521, 6773, 1735910, 6783, 1736668, 6832,
        1750246, 6837, 1751772, 6843, 1752294, 6845, 1752540, 6847, 1753308, 6849, 1753830, 6851,
        1754332, 6853, 1755622, 6858, 1755868, 6859, 1756902, 6964, 1782791, 6980, 1786889, 7019,
        1797094, 7020, 1797340, 7021, 1799142, 7082, 1813257, 7142, 1828359, 7154, 1831689, 7223,
        1849095, 7376, 1888998, 7380, 1889281, 7381, 1890780, 7386, 1891302, 7388, 1892316, 7392,
        1892582, 7394, 1894401, 7405, 1895900, 7412, 1897702, 7416, 1898982, 7616, 1950182, 7618,
        1950428, 7619, 1952230, 7626, 1952476, 7627, 1952998, 7629, 1953258, 7630, 1953494, 7631,
        1953756, 7632, 1953994, 7633, 1963494, 7670, 1963752, 7671, 1964260, 7673, 1964508, 7674,
        1964762, 7675, 1965030, 7676, 1965289, 7677, 1965532, 7678, 1965798, 7679, 1966044, 8400,
        2150886, 8402, 2151169, 8404, 2152422, 8408, 2152961, 8411, 2153702, 8417, 2154982, 8421,
        2156033, 8423, 2156518, 8424, 2156764, 8425, 2157030, 8426, 2157313, 8428, 2158556, 8432,
        2158822, 11503, 2945510, 11647, 2981641, 11744, 3014630, 12330, 3156698, 12331, 3156964,
        12332, 3157224, 12333, 3157470, 12334, 3157984, 12441, 3185160, 42607, 10907622, 42612,
        10911206, 42654, 10919910, 42736, 10940902, 43014, 11011593, 43052, 11021321, 43204,
        11060233, 43232, 11071974, 43307, 11087324, 43347, 11096841, 43443, 11121415, 43456,
        11124745, 43696, 11186406, 43698, 11187174, 43700, 11187420, 43703, 11188454, 43710,
        11190246, 43713, 11190758, 43766, 11204105, 44013, 11267337, 64286, 16457242, 65056,
        16656102, 65063, 16657884, 65070, 16658406, 66045, 16907740, 66272, 16965852, 66422,
        17005286, 68109, 17436124, 68111, 17436646, 68152, 17447142, 68153, 17447169, 68154,
        17447644, 68159, 17448713, 68325, 17491430, 68326, 17491676, 68900, 17639398, 69291,
        17738982, 69446, 17778652, 69448, 17779430, 69451, 17779676, 69452, 17779942, 69453,
        17780956, 69506, 17793766, 69507, 17794012, 69508, 17794278, 69509, 17794524, 69702,
        17843721, 69744, 17854473, 69759, 17858313, 69817, 17873161, 69818, 17873415, 69888,
        17892070, 69939, 17904649, 70003, 17920775, 70080, 17940489, 70090, 17943047, 70197,
        17970441, 70198, 17970695, 70377, 18016519, 70378, 18016777, 70459, 18037767, 70477,
        18042121, 70502, 18050278, 70512, 18052326, 70722, 18104841, 70726, 18105863, 70750,
        18112230, 70850, 18137609, 70851, 18137863, 71103, 18202377, 71104, 18202631, 71231,
        18235145, 71350, 18265609, 71351, 18265863, 71467, 18295561, 71737, 18364681, 71738,
        18364935, 71997, 18431497, 72003, 18432775, 72160, 18472969, 72244, 18494473, 72263,
        18499337, 72345, 18520329, 72767, 18628361, 73026, 18694663, 73028, 18695433, 73111,
        18716425, 92912, 23786497, 92976, 23803622, 94192, 24113414, 113822, 29138433, 119141,
        30500568, 119143, 30501121, 119149, 30502370, 119150, 30503640, 119163, 30507740, 119173,
        30509542, 119178, 30510044, 119210, 30518758, 119362, 30557414, 122880, 31459046, 122888,
        31463654, 122907, 31465958, 122915, 31466726, 122918, 31468262, 123184, 31536870, 123566,
        31633126, 123628, 31649766, 125136, 32036572, 125252, 32066022, 125258, 32066055,
    };
    *count = 382;
    return table;
}

/* Canonical decompositions: low 16 bits of the composed, the first and the second
   character (0: none), ascending; `low` of them in plane 0, the rest in plane 1. */
static inline const uint16_t *nlu_pairs(uint32_t *low, uint32_t *count)
{
    static const uint16_t table[] = {
        192, 65, 768, 193, 65, 769, 194, 65, 770, 195, 65, 771, 196, 65, 776, 197, 65, 778, 199, 67,
        807, 200, 69, 768, 201, 69, 769, 202, 69, 770, 203, 69, 776, 204, 73, 768, 205, 73, 769,
        206, 73, 770, 207, 73, 776, 209, 78, 771, 210, 79, 768, 211, 79, 769, 212, 79, 770, 213, 79,
        771, 214, 79, 776, 217, 85, 768, 218, 85, 769, 219, 85, 770, 220, 85, 776, 221, 89, 769,
        224, 97, 768, 225, 97, 769, 226, 97, 770, 227, 97, 771, 228, 97, 776, 229, 97, 778, 231, 99,
        807, 232, 101, 768, 233, 101, 769, 234, 101, 770, 235, 101, 776, 236, 105, 768, 237, 105,
        769, 238, 105, 770, 239, 105, 776, 241, 110, 771, 242, 111, 768, 243, 111, 769, 244, 111,
        770, 245, 111, 771, 246, 111, 776, 249, 117, 768, 250, 117, 769, 251, 117, 770, 252, 117,
        776, 253, 121, 769, 255, 121, 776, 256, 65, 772, 257, 97, 772, 258, 65, 774, 259, 97, 774,
        260, 65, 808, 261, 97, 808, 262, 67, 769, 263, 99, 769, 264, 67, 770, 265, 99, 770, 266, 67,
        775, 267, 99, 775, 268, 67, 780, 269, 99, 780, 270, 68, 780, 271, 100, 780, 274, 69, 772,
        275, 101, 772, 276, 69, 774, 277, 101, 774, 278, 69, 775, 279, 101, 775, 280, 69, 808, 281,
        101, 808, 282, 69, 780, 283, 101, 780, 284, 71, 770, 285, 103, 770, 286, 71, 774, 287, 103,
        774, 288, 71, 775, 289, 103, 775, 290, 71, 807, 291, 103, 807, 292, 72, 770, 293, 104, 770,
        296, 73, 771, 297, 105, 771, 298, 73, 772, 299, 105, 772, 300, 73, 774, 301, 105, 774, 302,
        73, 808, 303, 105, 808, 304, 73, 775, 308, 74, 770, 309, 106, 770, 310, 75, 807, 311, 107,
        807, 313, 76, 769, 314, 108, 769, 315, 76, 807, 316, 108, 807, 317, 76, 780, 318, 108, 780,
        323, 78, 769, 324, 110, 769, 325, 78, 807, 326, 110, 807, 327, 78, 780, 328, 110, 780, 332,
        79, 772, 333, 111, 772, 334, 79, 774, 335, 111, 774, 336, 79, 779, 337, 111, 779, 340, 82,
        769, 341, 114, 769, 342, 82, 807, 343, 114, 807, 344, 82, 780, 345, 114, 780, 346, 83, 769,
        347, 115, 769, 348, 83, 770, 349, 115, 770, 350, 83, 807, 351, 115, 807, 352, 83, 780, 353,
        115, 780, 354, 84, 807, 355, 116, 807, 356, 84, 780, 357, 116, 780, 360, 85, 771, 361, 117,
        771, 362, 85, 772, 363, 117, 772, 364, 85, 774, 365, 117, 774, 366, 85, 778, 367, 117, 778,
        368, 85, 779, 369, 117, 779, 370, 85, 808, 371, 117, 808, 372, 87, 770, 373, 119, 770, 374,
        89, 770, 375, 121, 770, 376, 89, 776, 377, 90, 769, 378, 122, 769, 379, 90, 775, 380, 122,
        775, 381, 90, 780, 382, 122, 780, 416, 79, 795, 417, 111, 795, 431, 85, 795, 432, 117, 795,
        461, 65, 780, 462, 97, 780, 463, 73, 780, 464, 105, 780, 465, 79, 780, 466, 111, 780, 467,
        85, 780, 468, 117, 780, 469, 220, 772, 470, 252, 772, 471, 220, 769, 472, 252, 769, 473,
        220, 780, 474, 252, 780, 475, 220, 768, 476, 252, 768, 478, 196, 772, 479, 228, 772, 480,
        550, 772, 481, 551, 772, 482, 198, 772, 483, 230, 772, 486, 71, 780, 487, 103, 780, 488, 75,
        780, 489, 107, 780, 490, 79, 808, 491, 111, 808, 492, 490, 772, 493, 491, 772, 494, 439,
        780, 495, 658, 780, 496, 106, 780, 500, 71, 769, 501, 103, 769, 504, 78, 768, 505, 110, 768,
        506, 197, 769, 507, 229, 769, 508, 198, 769, 509, 230, 769, 510, 216, 769, 511, 248, 769,
        512, 65, 783, 513, 97, 783, 514, 65, 785, 515, 97, 785, 516, 69, 783, 517, 101, 783, 518,
        69, 785, 519, 101, 785, 520, 73, 783, 521, 105, 783, 522, 73, 785, 523, 105, 785, 524, 79,
        783, 525, 111, 783, 526, 79, 785, 527, 111, 785, 528, 82, 783, 529, 114, 783, 530, 82, 785,
        531, 114, 785, 532, 85, 783, 533, 117, 783, 534, 85, 785, 535, 117, 785, 536, 83, 806, 537,
        115, 806, 538, 84, 806, 539, 116, 806, 542, 72, 780, 543, 104, 780, 550, 65, 775, 551, 97,
        775, 552, 69, 807, 553, 101, 807, 554, 214, 772, 555, 246, 772, 556, 213, 772, 557, 245,
        772, 558, 79, 775, 559, 111, 775, 560, 558, 772, 561, 559, 772, 562, 89, 772, 563, 121, 772,
        832, 768, 0, 833, 769, 0, 835, 787, 0, 836, 776, 769, 884, 697, 0, 894, 59, 0, 901, 168,
        769, 902, 913, 769, 903, 183, 0, 904, 917, 769, 905, 919, 769, 906, 921, 769, 908, 927, 769,
        910, 933, 769, 911, 937, 769, 912, 970, 769, 938, 921, 776, 939, 933, 776, 940, 945, 769,
        941, 949, 769, 942, 951, 769, 943, 953, 769, 944, 971, 769, 970, 953, 776, 971, 965, 776,
        972, 959, 769, 973, 965, 769, 974, 969, 769, 979, 978, 769, 980, 978, 776, 1024, 1045, 768,
        1025, 1045, 776, 1027, 1043, 769, 1031, 1030, 776, 1036, 1050, 769, 1037, 1048, 768, 1038,
        1059, 774, 1049, 1048, 774, 1081, 1080, 774, 1104, 1077, 768, 1105, 1077, 776, 1107, 1075,
        769, 1111, 1110, 776, 1116, 1082, 769, 1117, 1080, 768, 1118, 1091, 774, 1142, 1140, 783,
        1143, 1141, 783, 1217, 1046, 774, 1218, 1078, 774, 1232, 1040, 774, 1233, 1072, 774, 1234,
        1040, 776, 1235, 1072, 776, 1238, 1045, 774, 1239, 1077, 774, 1242, 1240, 776, 1243, 1241,
        776, 1244, 1046, 776, 1245, 1078, 776, 1246, 1047, 776, 1247, 1079, 776, 1250, 1048, 772,
        1251, 1080, 772, 1252, 1048, 776, 1253, 1080, 776, 1254, 1054, 776, 1255, 1086, 776, 1258,
        1256, 776, 1259, 1257, 776, 1260, 1069, 776, 1261, 1101, 776, 1262, 1059, 772, 1263, 1091,
        772, 1264, 1059, 776, 1265, 1091, 776, 1266, 1059, 779, 1267, 1091, 779, 1268, 1063, 776,
        1269, 1095, 776, 1272, 1067, 776, 1273, 1099, 776, 1570, 1575, 1619, 1571, 1575, 1620, 1572,
        1608, 1620, 1573, 1575, 1621, 1574, 1610, 1620, 1728, 1749, 1620, 1730, 1729, 1620, 1747,
        1746, 1620, 2345, 2344, 2364, 2353, 2352, 2364, 2356, 2355, 2364, 2392, 2325, 2364, 2393,
        2326, 2364, 2394, 2327, 2364, 2395, 2332, 2364, 2396, 2337, 2364, 2397, 2338, 2364, 2398,
        2347, 2364, 2399, 2351, 2364, 2507, 2503, 2494, 2508, 2503, 2519, 2524, 2465, 2492, 2525,
        2466, 2492, 2527, 2479, 2492, 2611, 2610, 2620, 2614, 2616, 2620, 2649, 2582, 2620, 2650,
        2583, 2620, 2651, 2588, 2620, 2654, 2603, 2620, 2888, 2887, 2902, 2891, 2887, 2878, 2892,
        2887, 2903, 2908, 2849, 2876, 2909, 2850, 2876, 2964, 2962, 3031, 3018, 3014, 3006, 3019,
        3015, 3006, 3020, 3014, 3031, 3144, 3142, 3158, 3264, 3263, 3285, 3271, 3270, 3285, 3272,
        3270, 3286, 3274, 3270, 3266, 3275, 3274, 3285, 3402, 3398, 3390, 3403, 3399, 3390, 3404,
        3398, 3415, 3546, 3545, 3530, 3548, 3545, 3535, 3549, 3548, 3530, 3550, 3545, 3551, 3907,
        3906, 4023, 3917, 3916, 4023, 3922, 3921, 4023, 3927, 3926, 4023, 3932, 3931, 4023, 3945,
        3904, 4021, 3955, 3953, 3954, 3957, 3953, 3956, 3958, 4018, 3968, 3960, 4019, 3968, 3969,
        3953, 3968, 3987, 3986, 4023, 3997, 3996, 4023, 4002, 4001, 4023, 4007, 4006, 4023, 4012,
        4011, 4023, 4025, 3984, 4021, 4134, 4133, 4142, 6918, 6917, 6965, 6920, 6919, 6965, 6922,
        6921, 6965, 6924, 6923, 6965, 6926, 6925, 6965, 6930, 6929, 6965, 6971, 6970, 6965, 6973,
        6972, 6965, 6976, 6974, 6965, 6977, 6975, 6965, 6979, 6978, 6965, 7680, 65, 805, 7681, 97,
        805, 7682, 66, 775, 7683, 98, 775, 7684, 66, 803, 7685, 98, 803, 7686, 66, 817, 7687, 98,
        817, 7688, 199, 769, 7689, 231, 769, 7690, 68, 775, 7691, 100, 775, 7692, 68, 803, 7693,
        100, 803, 7694, 68, 817, 7695, 100, 817, 7696, 68, 807, 7697, 100, 807, 7698, 68, 813, 7699,
        100, 813, 7700, 274, 768, 7701, 275, 768, 7702, 274, 769, 7703, 275, 769, 7704, 69, 813,
        7705, 101, 813, 7706, 69, 816, 7707, 101, 816, 7708, 552, 774, 7709, 553, 774, 7710, 70,
        775, 7711, 102, 775, 7712, 71, 772, 7713, 103, 772, 7714, 72, 775, 7715, 104, 775, 7716, 72,
        803, 7717, 104, 803, 7718, 72, 776, 7719, 104, 776, 7720, 72, 807, 7721, 104, 807, 7722, 72,
        814, 7723, 104, 814, 7724, 73, 816, 7725, 105, 816, 7726, 207, 769, 7727, 239, 769, 7728,
        75, 769, 7729, 107, 769, 7730, 75, 803, 7731, 107, 803, 7732, 75, 817, 7733, 107, 817, 7734,
        76, 803, 7735, 108, 803, 7736, 7734, 772, 7737, 7735, 772, 7738, 76, 817, 7739, 108, 817,
        7740, 76, 813, 7741, 108, 813, 7742, 77, 769, 7743, 109, 769, 7744, 77, 775, 7745, 109, 775,
        7746, 77, 803, 7747, 109, 803, 7748, 78, 775, 7749, 110, 775, 7750, 78, 803, 7751, 110, 803,
        7752, 78, 817, 7753, 110, 817, 7754, 78, 813, 7755, 110, 813, 7756, 213, 769, 7757, 245,
        769, 7758, 213, 776, 7759, 245, 776, 7760, 332, 768, 7761, 333, 768, 7762, 332, 769, 7763,
        333, 769, 7764, 80, 769, 7765, 112, 769, 7766, 80, 775, 7767, 112, 775, 7768, 82, 775, 7769,
        114, 775, 7770, 82, 803, 7771, 114, 803, 7772, 7770, 772, 7773, 7771, 772, 7774, 82, 817,
        7775, 114, 817, 7776, 83, 775, 7777, 115, 775, 7778, 83, 803, 7779, 115, 803, 7780, 346,
        775, 7781, 347, 775, 7782, 352, 775, 7783, 353, 775, 7784, 7778, 775, 7785, 7779, 775, 7786,
        84, 775, 7787, 116, 775, 7788, 84, 803, 7789, 116, 803, 7790, 84, 817, 7791, 116, 817, 7792,
        84, 813, 7793, 116, 813, 7794, 85, 804, 7795, 117, 804, 7796, 85, 816, 7797, 117, 816, 7798,
        85, 813, 7799, 117, 813, 7800, 360, 769, 7801, 361, 769, 7802, 362, 776, 7803, 363, 776,
        7804, 86, 771, 7805, 118, 771, 7806, 86, 803, 7807, 118, 803, 7808, 87, 768, 7809, 119, 768,
        7810, 87, 769, 7811, 119, 769, 7812, 87, 776, 7813, 119, 776, 7814, 87, 775, 7815, 119, 775,
        7816, 87, 803, 7817, 119, 803, 7818, 88, 775, 7819, 120, 775, 7820, 88, 776, 7821, 120, 776,
        7822, 89, 775, 7823, 121, 775, 7824, 90, 770, 7825, 122, 770, 7826, 90, 803, 7827, 122, 803,
        7828, 90, 817, 7829, 122, 817, 7830, 104, 817, 7831, 116, 776, 7832, 119, 778, 7833, 121,
        778, 7835, 383, 775, 7840, 65, 803, 7841, 97, 803, 7842, 65, 777, 7843, 97, 777, 7844, 194,
        769, 7845, 226, 769, 7846, 194, 768, 7847, 226, 768, 7848, 194, 777, 7849, 226, 777, 7850,
        194, 771, 7851, 226, 771, 7852, 7840, 770, 7853, 7841, 770, 7854, 258, 769, 7855, 259, 769,
        7856, 258, 768, 7857, 259, 768, 7858, 258, 777, 7859, 259, 777, 7860, 258, 771, 7861, 259,
        771, 7862, 7840, 774, 7863, 7841, 774, 7864, 69, 803, 7865, 101, 803, 7866, 69, 777, 7867,
        101, 777, 7868, 69, 771, 7869, 101, 771, 7870, 202, 769, 7871, 234, 769, 7872, 202, 768,
        7873, 234, 768, 7874, 202, 777, 7875, 234, 777, 7876, 202, 771, 7877, 234, 771, 7878, 7864,
        770, 7879, 7865, 770, 7880, 73, 777, 7881, 105, 777, 7882, 73, 803, 7883, 105, 803, 7884,
        79, 803, 7885, 111, 803, 7886, 79, 777, 7887, 111, 777, 7888, 212, 769, 7889, 244, 769,
        7890, 212, 768, 7891, 244, 768, 7892, 212, 777, 7893, 244, 777, 7894, 212, 771, 7895, 244,
        771, 7896, 7884, 770, 7897, 7885, 770, 7898, 416, 769, 7899, 417, 769, 7900, 416, 768, 7901,
        417, 768, 7902, 416, 777, 7903, 417, 777, 7904, 416, 771, 7905, 417, 771, 7906, 416, 803,
        7907, 417, 803, 7908, 85, 803, 7909, 117, 803, 7910, 85, 777, 7911, 117, 777, 7912, 431,
        769, 7913, 432, 769, 7914, 431, 768, 7915, 432, 768, 7916, 431, 777, 7917, 432, 777, 7918,
        431, 771, 7919, 432, 771, 7920, 431, 803, 7921, 432, 803, 7922, 89, 768, 7923, 121, 768,
        7924, 89, 803, 7925, 121, 803, 7926, 89, 777, 7927, 121, 777, 7928, 89, 771, 7929, 121, 771,
        7936, 945, 787, 7937, 945, 788, 7938, 7936, 768, 7939, 7937, 768, 7940, 7936, 769, 7941,
        7937, 769, 7942, 7936, 834, 7943, 7937, 834, 7944, 913, 787, 7945, 913, 788, 7946, 7944,
        768, 7947, 7945, 768, 7948, 7944, 769, 7949, 7945, 769, 7950, 7944, 834, 7951, 7945, 834,
        7952, 949, 787, 7953, 949, 788, 7954, 7952, 768, 7955, 7953, 768, 7956, 7952, 769, 7957,
        7953, 769, 7960, 917, 787, 7961, 917, 788, 7962, 7960, 768, 7963, 7961, 768, 7964, 7960,
        769, 7965, 7961, 769, 7968, 951, 787, 7969, 951, 788, 7970, 7968, 768, 7971, 7969, 768,
        7972, 7968, 769, 7973, 7969, 769, 7974, 7968, 834, 7975, 7969, 834, 7976, 919, 787, 7977,
        919, 788, 7978, 7976, 768, 7979, 7977, 768, 7980, 7976, 769, 7981, 7977, 769, 7982, 7976,
        834, 7983, 7977, 834, 7984, 953, 787, 7985, 953, 788, 7986, 7984, 768, 7987, 7985, 768,
        7988, 7984, 769, 7989, 7985, 769, 7990, 7984, 834, 7991, 7985, 834, 7992, 921, 787, 7993,
        921, 788, 7994, 7992, 768, 7995, 7993, 768, 7996, 7992, 769, 7997, 7993, 769, 7998, 7992,
        834, 7999, 7993, 834, 8000, 959, 787, 8001, 959, 788, 8002, 8000, 768, 8003, 8001, 768,
        8004, 8000, 769, 8005, 8001, 769, 8008, 927, 787, 8009, 927, 788, 8010, 8008, 768, 8011,
        8009, 768, 8012, 8008, 769, 8013, 8009, 769, 8016, 965, 787, 8017, 965, 788, 8018, 8016,
        768, 8019, 8017, 768, 8020, 8016, 769, 8021, 8017, 769, 8022, 8016, 834, 8023, 8017, 834,
        8025, 933, 788, 8027, 8025, 768, 8029, 8025, 769, 8031, 8025, 834, 8032, 969, 787, 8033,
        969, 788, 8034, 8032, 768, 8035, 8033, 768, 8036, 8032, 769, 8037, 8033, 769, 8038, 8032,
        834, 8039, 8033, 834, 8040, 937, 787, 8041, 937, 788, 8042, 8040, 768, 8043, 8041, 768,
        8044, 8040, 769, 8045, 8041, 769, 8046, 8040, 834, 8047, 8041, 834, 8048, 945, 768, 8049,
        940, 0, 8050, 949, 768, 8051, 941, 0, 8052, 951, 768, 8053, 942, 0, 8054, 953, 768, 8055,
        943, 0, 8056, 959, 768, 8057, 972, 0, 8058, 965, 768, 8059, 973, 0, 8060, 969, 768, 8061,
        974, 0, 8064, 7936, 837, 8065, 7937, 837, 8066, 7938, 837, 8067, 7939, 837, 8068, 7940, 837,
        8069, 7941, 837, 8070, 7942, 837, 8071, 7943, 837, 8072, 7944, 837, 8073, 7945, 837, 8074,
        7946, 837, 8075, 7947, 837, 8076, 7948, 837, 8077, 7949, 837, 8078, 7950, 837, 8079, 7951,
        837, 8080, 7968, 837, 8081, 7969, 837, 8082, 7970, 837, 8083, 7971, 837, 8084, 7972, 837,
        8085, 7973, 837, 8086, 7974, 837, 8087, 7975, 837, 8088, 7976, 837, 8089, 7977, 837, 8090,
        7978, 837, 8091, 7979, 837, 8092, 7980, 837, 8093, 7981, 837, 8094, 7982, 837, 8095, 7983,
        837, 8096, 8032, 837, 8097, 8033, 837, 8098, 8034, 837, 8099, 8035, 837, 8100, 8036, 837,
        8101, 8037, 837, 8102, 8038, 837, 8103, 8039, 837, 8104, 8040, 837, 8105, 8041, 837, 8106,
        8042, 837, 8107, 8043, 837, 8108, 8044, 837, 8109, 8045, 837, 8110, 8046, 837, 8111, 8047,
        837, 8112, 945, 774, 8113, 945, 772, 8114, 8048, 837, 8115, 945, 837, 8116, 940, 837, 8118,
        945, 834, 8119, 8118, 837, 8120, 913, 774, 8121, 913, 772, 8122, 913, 768, 8123, 902, 0,
        8124, 913, 837, 8126, 953, 0, 8129, 168, 834, 8130, 8052, 837, 8131, 951, 837, 8132, 942,
        837, 8134, 951, 834, 8135, 8134, 837, 8136, 917, 768, 8137, 904, 0, 8138, 919, 768, 8139,
        905, 0, 8140, 919, 837, 8141, 8127, 768, 8142, 8127, 769, 8143, 8127, 834, 8144, 953, 774,
        8145, 953, 772, 8146, 970, 768, 8147, 912, 0, 8150, 953, 834, 8151, 970, 834, 8152, 921,
        774, 8153, 921, 772, 8154, 921, 768, 8155, 906, 0, 8157, 8190, 768, 8158, 8190, 769, 8159,
        8190, 834, 8160, 965, 774, 8161, 965, 772, 8162, 971, 768, 8163, 944, 0, 8164, 961, 787,
        8165, 961, 788, 8166, 965, 834, 8167, 971, 834, 8168, 933, 774, 8169, 933, 772, 8170, 933,
        768, 8171, 910, 0, 8172, 929, 788, 8173, 168, 768, 8174, 901, 0, 8175, 96, 0, 8178, 8060,
        837, 8179, 969, 837, 8180, 974, 837, 8182, 969, 834, 8183, 8182, 837, 8184, 927, 768, 8185,
        908, 0, 8186, 937, 768, 8187, 911, 0, 8188, 937, 837, 8189, 180, 0, 8192, 8194, 0, 8193,
        8195, 0, 8486, 937, 0, 8490, 75, 0, 8491, 197, 0, 8602, 8592, 824, 8603, 8594, 824, 8622,
        8596, 824, 8653, 8656, 824, 8654, 8660, 824, 8655, 8658, 824, 8708, 8707, 824, 8713, 8712,
        824, 8716, 8715, 824, 8740, 8739, 824, 8742, 8741, 824, 8769, 8764, 824, 8772, 8771, 824,
        8775, 8773, 824, 8777, 8776, 824, 8800, 61, 824, 8802, 8801, 824, 8813, 8781, 824, 8814, 60,
        824, 8815, 62, 824, 8816, 8804, 824, 8817, 8805, 824, 8820, 8818, 824, 8821, 8819, 824,
        8824, 8822, 824, 8825, 8823, 824, 8832, 8826, 824, 8833, 8827, 824, 8836, 8834, 824, 8837,
        8835, 824, 8840, 8838, 824, 8841, 8839, 824, 8876, 8866, 824, 8877, 8872, 824, 8878, 8873,
        824, 8879, 8875, 824, 8928, 8828, 824, 8929, 8829, 824, 8930, 8849, 824, 8931, 8850, 824,
        8938, 8882, 824, 8939, 8883, 824, 8940, 8884, 824, 8941, 8885, 824, 9001, 12296, 0, 9002,
        12297, 0, 10972, 10973, 824, 12364, 12363, 12441, 12366, 12365, 12441, 12368, 12367, 12441,
        12370, 12369, 12441, 12372, 12371, 12441, 12374, 12373, 12441, 12376, 12375, 12441, 12378,
        12377, 12441, 12380, 12379, 12441, 12382, 12381, 12441, 12384, 12383, 12441, 12386, 12385,
        12441, 12389, 12388, 12441, 12391, 12390, 12441, 12393, 12392, 12441, 12400, 12399, 12441,
        12401, 12399, 12442, 12403, 12402, 12441, 12404, 12402, 12442, 12406, 12405, 12441, 12407,
        12405, 12442, 12409, 12408, 12441, 12410, 12408, 12442, 12412, 12411, 12441, 12413, 12411,
        12442, 12436, 12358, 12441, 12446, 12445, 12441, 12460, 12459, 12441, 12462, 12461, 12441,
        12464, 12463, 12441, 12466, 12465, 12441, 12468, 12467, 12441, 12470, 12469, 12441, 12472,
        12471, 12441, 12474, 12473, 12441, 12476, 12475, 12441, 12478, 12477, 12441, 12480, 12479,
        12441, 12482, 12481, 12441, 12485, 12484, 12441, 12487, 12486, 12441, 12489, 12488, 12441,
        12496, 12495, 12441, 12497, 12495, 12442, 12499, 12498, 12441, 12500, 12498, 12442, 12502,
        12501, 12441, 12503, 12501, 12442, 12505, 12504, 12441, 12506, 12504, 12442, 12508, 12507,
        12441, 12509, 12507, 12442, 12532, 12454, 12441, 12535, 12527, 12441, 12536, 12528, 12441,
        12537, 12529, 12441, 12538, 12530, 12441, 12542, 12541, 12441, 64285, 1497, 1460, 64287,
        1522, 1463, 64298, 1513, 1473, 64299, 1513, 1474, 64300, 64329, 1473, 64301, 64329, 1474,
        64302, 1488, 1463, 64303, 1488, 1464, 64304, 1488, 1468, 64305, 1489, 1468, 64306, 1490,
        1468, 64307, 1491, 1468, 64308, 1492, 1468, 64309, 1493, 1468, 64310, 1494, 1468, 64312,
        1496, 1468, 64313, 1497, 1468, 64314, 1498, 1468, 64315, 1499, 1468, 64316, 1500, 1468,
        64318, 1502, 1468, 64320, 1504, 1468, 64321, 1505, 1468, 64323, 1507, 1468, 64324, 1508,
        1468, 64326, 1510, 1468, 64327, 1511, 1468, 64328, 1512, 1468, 64329, 1513, 1468, 64330,
        1514, 1468, 64331, 1493, 1465, 64332, 1489, 1471, 64333, 1499, 1471, 64334, 1508, 1471,
        4250, 4249, 4282, 4252, 4251, 4282, 4267, 4261, 4282, 4398, 4401, 4391, 4399, 4402, 4391,
        4939, 4935, 4926, 4940, 4935, 4951, 5307, 5305, 5306, 5308, 5305, 5296, 5310, 5305, 5309,
        5562, 5560, 5551, 5563, 5561, 5551, 6456, 6453, 6448, 53598, 53591, 53605, 53599, 53592,
        53605, 53600, 53599, 53614, 53601, 53599, 53615, 53602, 53599, 53616, 53603, 53599, 53617,
        53604, 53599, 53618, 53691, 53689, 53605, 53692, 53690, 53605, 53693, 53691, 53614, 53694,
        53692, 53614, 53695, 53691, 53615, 53696, 53692, 53615,
    };
    *low = 1033;
    *count = 1059;
    return table;
}

/* Rows of nlu_pairs that compose, by first and second; plane 0 comes first. */
static inline const uint16_t *nlu_composing(uint32_t *low, uint32_t *count)
{
    static const uint16_t table[] = {
        912, 909, 913, 0, 1, 2, 3, 53, 55, 238, 4, 572, 5, 165, 208, 210, 570, 415, 57, 417, 419,
        421, 59, 61, 63, 65, 6, 425, 67, 427, 431, 433, 429, 7, 8, 9, 598, 69, 71, 73, 10, 596, 77,
        212, 214, 594, 240, 75, 439, 441, 445, 198, 79, 447, 81, 83, 187, 85, 87, 449, 453, 236,
        451, 455, 457, 11, 12, 13, 89, 91, 93, 97, 14, 610, 167, 216, 218, 612, 95, 459, 98, 463,
        189, 465, 100, 467, 102, 106, 469, 104, 475, 473, 477, 479, 481, 200, 108, 15, 483, 112,
        485, 110, 489, 487, 16, 17, 18, 19, 114, 116, 246, 20, 616, 118, 169, 220, 222, 161, 614,
        191, 499, 501, 120, 503, 124, 224, 226, 505, 122, 509, 126, 128, 511, 132, 513, 232, 130,
        521, 136, 523, 234, 134, 527, 525, 21, 22, 23, 138, 140, 142, 24, 640, 144, 146, 171, 228,
        230, 163, 638, 529, 148, 533, 531, 539, 541, 543, 545, 150, 549, 547, 551, 553, 555, 652,
        25, 152, 658, 250, 557, 154, 656, 654, 155, 559, 157, 159, 561, 563, 26, 27, 28, 29, 54, 56,
        239, 30, 573, 31, 166, 209, 211, 571, 416, 58, 418, 420, 422, 60, 62, 64, 66, 32, 426, 68,
        428, 432, 434, 430, 33, 34, 35, 599, 70, 72, 74, 36, 597, 78, 213, 215, 595, 241, 76, 440,
        442, 446, 199, 80, 448, 82, 84, 188, 86, 88, 450, 454, 237, 452, 456, 458, 565, 37, 38, 39,
        90, 92, 94, 40, 611, 168, 217, 219, 613, 96, 460, 99, 197, 464, 190, 466, 101, 468, 103,
        107, 470, 105, 476, 474, 478, 480, 482, 201, 109, 41, 484, 113, 486, 111, 490, 488, 42, 43,
        44, 45, 115, 117, 247, 46, 617, 119, 170, 221, 223, 162, 615, 192, 500, 502, 121, 504, 125,
        225, 227, 506, 123, 510, 127, 129, 512, 133, 514, 233, 131, 522, 566, 137, 524, 235, 135,
        528, 526, 47, 48, 49, 139, 141, 143, 50, 641, 145, 147, 172, 229, 231, 164, 639, 530, 149,
        534, 532, 540, 542, 544, 546, 151, 550, 548, 567, 552, 554, 556, 653, 51, 153, 659, 251,
        558, 52, 657, 568, 655, 156, 560, 158, 160, 562, 564, 875, 258, 835, 576, 574, 580, 578,
        181, 202, 204, 185, 423, 602, 600, 606, 604, 461, 620, 618, 624, 622, 491, 244, 493, 242,
        206, 179, 175, 173, 177, 577, 575, 581, 579, 182, 203, 205, 186, 424, 603, 601, 607, 605,
        462, 621, 619, 625, 623, 492, 245, 494, 243, 207, 180, 176, 174, 178, 586, 584, 590, 588,
        587, 585, 591, 589, 435, 437, 436, 438, 495, 497, 496, 498, 515, 516, 517, 518, 535, 536,
        537, 538, 569, 630, 628, 634, 632, 636, 631, 629, 635, 633, 637, 644, 642, 648, 646, 650,
        645, 643, 649, 647, 651, 195, 193, 194, 183, 184, 443, 444, 248, 249, 196, 831, 259, 830,
        829, 668, 669, 833, 841, 261, 682, 683, 843, 262, 696, 697, 845, 857, 263, 856, 855, 268,
        712, 713, 883, 264, 726, 727, 874, 872, 265, 871, 870, 269, 740, 885, 266, 752, 753, 887,
        826, 838, 760, 270, 823, 822, 660, 661, 827, 825, 762, 271, 676, 677, 764, 272, 688, 689,
        839, 837, 766, 273, 850, 849, 275, 704, 705, 853, 768, 277, 720, 721, 866, 867, 770, 278,
        863, 862, 276, 732, 733, 868, 772, 279, 744, 745, 881, 879, 851, 267, 854, 864, 274, 869,
        880, 280, 281, 285, 302, 304, 284, 282, 306, 283, 300, 310, 312, 287, 314, 289, 316, 286,
        318, 324, 288, 326, 328, 330, 332, 322, 303, 305, 293, 291, 307, 292, 301, 311, 313, 296,
        315, 290, 317, 295, 319, 325, 297, 327, 329, 331, 333, 323, 294, 298, 299, 308, 309, 320,
        321, 334, 335, 337, 336, 338, 340, 341, 339, 342, 343, 344, 353, 354, 365, 364, 366, 369,
        370, 372, 371, 373, 374, 377, 375, 376, 378, 379, 381, 380, 382, 383, 385, 384, 403, 404,
        405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 471, 472, 507, 508, 519, 520, 582, 592,
        583, 593, 608, 609, 626, 627, 662, 664, 666, 774, 663, 665, 667, 775, 776, 777, 778, 779,
        780, 781, 670, 672, 674, 782, 671, 673, 675, 783, 784, 785, 786, 787, 788, 789, 678, 680,
        679, 681, 684, 686, 685, 687, 690, 692, 694, 790, 691, 693, 695, 791, 792, 793, 794, 795,
        796, 797, 698, 700, 702, 798, 699, 701, 703, 799, 800, 801, 802, 803, 804, 805, 706, 708,
        710, 707, 709, 711, 714, 716, 718, 715, 717, 719, 722, 724, 723, 725, 728, 730, 729, 731,
        734, 736, 738, 735, 737, 739, 741, 742, 743, 746, 748, 750, 806, 747, 749, 751, 807, 808,
        809, 810, 811, 812, 813, 754, 756, 758, 814, 755, 757, 759, 815, 816, 817, 818, 819, 820,
        821, 824, 836, 878, 828, 846, 847, 848, 840, 882, 859, 860, 861, 894, 895, 896, 897, 899,
        898, 900, 901, 902, 903, 904, 905, 906, 907, 908, 911, 910, 914, 915, 916, 917, 918, 919,
        920, 921, 930, 931, 922, 923, 924, 925, 932, 933, 926, 927, 928, 929, 934, 935, 936, 937,
        966, 941, 942, 943, 944, 945, 946, 947, 948, 949, 950, 951, 952, 953, 954, 955, 956, 957,
        958, 959, 960, 961, 962, 963, 964, 965, 967, 993, 968, 969, 970, 971, 972, 973, 974, 975,
        976, 977, 978, 979, 980, 981, 982, 983, 984, 985, 986, 987, 988, 989, 990, 991, 992, 994,
        995, 996, 997, 998, 1033, 1034, 1035, 1036, 1037, 1038, 1039, 1041, 1040, 1042, 1043, 1044,
        1045,
    };
    *low = 928;
    *count = 941;
    return table;
}

/* What U+F900..U+FAD9 and U+2F800..U+2FA1D decompose to; 0: to nothing. */
static inline const uint32_t *nlu_ideographs(void)
{
    static const uint32_t table[] = {
        35912, 26356, 36554, 36040, 28369, 20018, 21477, 40860, 40860, 22865, 37329, 21895, 22856,
        25078, 30313, 32645, 34367, 34746, 35064, 37007, 27138, 27931, 28889, 29662, 33853, 37226,
        39409, 20098, 21365, 27396, 29211, 34349, 40478, 23888, 28651, 34253, 35172, 25289, 33240,
        34847, 24266, 26391, 28010, 29436, 37070, 20358, 20919, 21214, 25796, 27347, 29200, 30439,
        32769, 34310, 34396, 36335, 38706, 39791, 40442, 30860, 31103, 32160, 33737, 37636, 40575,
        35542, 22751, 24324, 31840, 32894, 29282, 30922, 36034, 38647, 22744, 23650, 27155, 28122,
        28431, 32047, 32311, 38475, 21202, 32907, 20956, 20940, 31260, 32190, 33777, 38517, 35712,
        25295, 27138, 35582, 20025, 23527, 24594, 29575, 30064, 21271, 30971, 20415, 24489, 19981,
        27852, 25976, 32034, 21443, 22622, 30465, 33865, 35498, 27578, 36784, 27784, 25342, 33509,
        25504, 30053, 20142, 20841, 20937, 26753, 31975, 33391, 35538, 37327, 21237, 21570, 22899,
        24300, 26053, 28670, 31018, 38317, 39530, 40599, 40654, 21147, 26310, 27511, 36706, 24180,
        24976, 25088, 25754, 28451, 29001, 29833, 31178, 32244, 32879, 36646, 34030, 36899, 37706,
        21015, 21155, 21693, 28872, 35010, 35498, 24265, 24565, 25467, 27566, 31806, 29557, 20196,
        22265, 23527, 23994, 24604, 29618, 29801, 32666, 32838, 37428, 38646, 38728, 38936, 20363,
        31150, 37300, 38584, 24801, 20102, 20698, 23534, 23615, 26009, 27138, 29134, 30274, 34044,
        36988, 40845, 26248, 38446, 21129, 26491, 26611, 27969, 28316, 29705, 30041, 30827, 32016,
        39006, 20845, 25134, 38520, 20523, 23833, 28138, 36650, 24459, 24900, 26647, 29575, 38534,
        21033, 21519, 23653, 26131, 26446, 26792, 27877, 29702, 30178, 32633, 35023, 35041, 37324,
        38626, 21311, 28346, 21533, 29136, 29848, 34298, 38563, 40023, 40607, 26519, 28107, 33256,
        31435, 31520, 31890, 29376, 28825, 35672, 20160, 33590, 21050, 20999, 24230, 25299, 31958,
        23429, 27934, 26292, 36667, 34892, 38477, 35211, 24275, 20800, 21952, 0, 0, 22618, 0, 26228,
        0, 0, 20958, 29482, 30410, 31036, 31070, 31077, 31119, 38742, 31934, 32701, 0, 34322, 0,
        35576, 0, 0, 36920, 37117, 0, 0, 0, 39151, 39164, 39208, 40372, 37086, 38583, 20398, 20711,
        20813, 21193, 21220, 21329, 21917, 22022, 22120, 22592, 22696, 23652, 23662, 24724, 24936,
        24974, 25074, 25935, 26082, 26257, 26757, 28023, 28186, 28450, 29038, 29227, 29730, 30865,
        31038, 31049, 31048, 31056, 31062, 31069, 31117, 31118, 31296, 31361, 31680, 32244, 32265,
        32321, 32626, 32773, 33261, 33401, 33401, 33879, 35088, 35222, 35585, 35641, 36051, 36104,
        36790, 36920, 38627, 38911, 38971, 24693, 148206, 33304, 0, 0, 20006, 20917, 20840, 20352,
        20805, 20864, 21191, 21242, 21917, 21845, 21913, 21986, 22618, 22707, 22852, 22868, 23138,
        23336, 24274, 24281, 24425, 24493, 24792, 24910, 24840, 24974, 24928, 25074, 25140, 25540,
        25628, 25682, 25942, 26228, 26391, 26395, 26454, 27513, 27578, 27969, 28379, 28363, 28450,
        28702, 29038, 30631, 29237, 29359, 29482, 29809, 29958, 30011, 30237, 30239, 30410, 30427,
        30452, 30538, 30528, 30924, 31409, 31680, 31867, 32091, 32244, 32574, 32773, 33618, 33775,
        34681, 35137, 35206, 35222, 35519, 35576, 35531, 35585, 35582, 35565, 35641, 35722, 36104,
        36664, 36978, 37273, 37494, 38524, 38627, 38742, 38875, 38911, 38923, 38971, 39698, 40860,
        141386, 141380, 144341, 15261, 16408, 16441, 152137, 154832, 163539, 40771, 40846, 20029,
        20024, 20033, 131362, 20320, 20398, 20411, 20482, 20602, 20633, 20711, 20687, 13470, 132666,
        20813, 20820, 20836, 20855, 132380, 13497, 20839, 20877, 132427, 20887, 20900, 20172, 20908,
        20917, 168415, 20981, 20995, 13535, 21051, 21062, 21106, 21111, 13589, 21191, 21193, 21220,
        21242, 21253, 21254, 21271, 21321, 21329, 21338, 21363, 21373, 21375, 21375, 21375, 133676,
        28784, 21450, 21471, 133987, 21483, 21489, 21510, 21662, 21560, 21576, 21608, 21666, 21750,
        21776, 21843, 21859, 21892, 21892, 21913, 21931, 21939, 21954, 22294, 22022, 22295, 22097,
        22132, 20999, 22766, 22478, 22516, 22541, 22411, 22578, 22577, 22700, 136420, 22770, 22775,
        22790, 22810, 22818, 22882, 136872, 136938, 23020, 23067, 23079, 23000, 23142, 14062, 14076,
        23304, 23358, 23358, 137672, 23491, 23512, 23527, 23539, 138008, 23551, 23558, 24403, 23586,
        14209, 23648, 23662, 23744, 23693, 138724, 23875, 138726, 23918, 23915, 23932, 24033, 24034,
        14383, 24061, 24104, 24125, 24169, 14434, 139651, 14460, 24240, 24243, 24246, 24266, 172946,
        24318, 140081, 140081, 33281, 24354, 24354, 14535, 144056, 156122, 24418, 24427, 14563,
        24474, 24525, 24535, 24569, 24705, 14650, 14620, 24724, 141012, 24775, 24904, 24908, 24910,
        24908, 24954, 24974, 25010, 24996, 25007, 25054, 25074, 25078, 25104, 25115, 25181, 25265,
        25300, 25424, 142092, 25405, 25340, 25448, 25475, 25572, 142321, 25634, 25541, 25513, 14894,
        25705, 25726, 25757, 25719, 14956, 25935, 25964, 143370, 26083, 26360, 26185, 15129, 26257,
        15112, 15076, 20882, 20885, 26368, 26268, 32941, 17369, 26391, 26395, 26401, 26462, 26451,
        144323, 15177, 26618, 26501, 26706, 26757, 144493, 26766, 26655, 26900, 15261, 26946, 27043,
        27114, 27304, 145059, 27355, 15384, 27425, 145575, 27476, 15438, 27506, 27551, 27578, 27579,
        146061, 138507, 146170, 27726, 146620, 27839, 27853, 27751, 27926, 27966, 28023, 27969,
        28009, 28024, 28037, 146718, 27956, 28207, 28270, 15667, 28363, 28359, 147153, 28153, 28526,
        147294, 147342, 28614, 28729, 28702, 28699, 15766, 28746, 28797, 28791, 28845, 132389,
        28997, 148067, 29084, 148395, 29224, 29237, 29264, 149000, 29312, 29333, 149301, 149524,
        29562, 29579, 16044, 29605, 16056, 16056, 29767, 29788, 29809, 29829, 29898, 16155, 29988,
        150582, 30014, 150674, 30064, 139679, 30224, 151457, 151480, 151620, 16380, 16392, 30452,
        151795, 151794, 151833, 151859, 30494, 30495, 30495, 30538, 16441, 30603, 16454, 16534,
        152605, 30798, 30860, 30924, 16611, 153126, 31062, 153242, 153285, 31119, 31211, 16687,
        31296, 31306, 31311, 153980, 154279, 154279, 31470, 16898, 154539, 31686, 31689, 16935,
        154752, 31954, 17056, 31976, 31971, 32000, 155526, 32099, 17153, 32199, 32258, 32325, 17204,
        156200, 156231, 17241, 156377, 32634, 156478, 32661, 32762, 32773, 156890, 156963, 32864,
        157096, 32880, 144223, 17365, 32946, 33027, 17419, 33086, 23221, 157607, 157621, 144275,
        144284, 33281, 33284, 36766, 17515, 33425, 33419, 33437, 21171, 33457, 33459, 33469, 33510,
        158524, 33509, 33565, 33635, 33709, 33571, 33725, 33767, 33879, 33619, 33738, 33740, 33756,
        158774, 159083, 158933, 17707, 34033, 34035, 34070, 160714, 34148, 159532, 17757, 17761,
        159665, 159954, 17771, 34384, 34396, 34407, 34409, 34473, 34440, 34574, 34530, 34681, 34600,
        34667, 34694, 17879, 34785, 34817, 17913, 34912, 34915, 161383, 35031, 35038, 17973, 35066,
        13499, 161966, 162150, 18110, 18119, 35488, 35565, 35722, 35925, 162984, 36011, 36033,
        36123, 36215, 163631, 133124, 36299, 36284, 36336, 133342, 36564, 36664, 165330, 165357,
        37012, 37105, 37137, 165678, 37147, 37432, 37591, 37592, 37500, 37881, 37909, 166906, 38283,
        18837, 38327, 167287, 18918, 38595, 23986, 38691, 168261, 168474, 19054, 19062, 38880,
        168970, 19122, 169110, 38923, 38923, 38953, 169398, 39138, 19251, 39209, 39335, 39362,
        39422, 19406, 170800, 39698, 40000, 40189, 19662, 19693, 40295, 172238, 19704, 172293,
        172558, 172689, 40635, 19798, 40697, 40702, 40709, 40719, 40726, 40763, 173568,
    };
    return table;
}
/* --- end of generated tables --- */

#endif
