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

