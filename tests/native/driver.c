/* What the tests ask of the reader. Texts and keys come on stdin, each behind its length in 4
   bytes, little-endian; answers are lines of text.

       driver scores FILE [OVERLAY]..   the raw scores of each text
       driver tags FILE [OVERLAY]..     the label of each line of each sentence
       driver find FILE TABLE      the row of each key, -1 if unknown
       driver rows FILE TABLE      every row, 8 hexadecimal digits for a number
       driver labels FILE [OVERLAY]..   every label, as hexadecimal digits
       driver words                each text normalized and folded, its words in hexadecimal digits
       driver open                 each file as a text: 0 or the error of opening it; then, if it is
                                   0, of reading each row of its tables "features" and "t"
       driver damage FILE STEP     what STEP-th truncations and bit flips give: the number of those
                                   that are neither refused nor answered as before */

#include "nlucompress.h"

#include <stdio.h>
#include <stdlib.h>

static nlu_model model, updates[4];
static nlu_table table;

static void *memory(size_t size)
{
    void *result = malloc(size ? size : 1);
    if (!result) abort();
    return result;
}

static int next_text(uint8_t **text, size_t *size)
{
    uint8_t length[4];
    if (fread(length, 1, 4, stdin) != 4) return 0;
    *size = nlu_u32(length);
    *text = (uint8_t *)memory(*size);
    return fread(*text, 1, *size, stdin) == *size;
}

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t k = 0; k < size; k++) printf("%02x", bytes[k]);
    printf("\n");
}

static int print_scores(void)
{
    uint8_t *text;
    size_t size;
    uint32_t labels = nlu_label_count(&model);
    double *scores = (double *)memory(labels * sizeof *scores);
    while (next_text(&text, &size)) {
        size_t needed = nlu_scratch_size(&model, size);
        void *scratch = memory(needed);
        int error = nlu_scores(&model, text, size, scratch, needed, scores);
        if (error) return error;
        for (uint32_t k = 0; k < labels; k++) printf("%.17g ", scores[k]);
        printf("\n");
        free(scratch);
        free(text);
    }
    free(scores);
    return 0;
}

static size_t tokens_of(const uint8_t *sentence, size_t size)
{
    size_t tokens = size != 0;
    for (size_t at = 0; at < size; at++) tokens += sentence[at] == '\n';
    return tokens;
}

static int print_tags(void)
{
    uint8_t *sentence;
    size_t size;
    while (next_text(&sentence, &size)) {
        size_t tokens = tokens_of(sentence, size);
        size_t needed = nlu_tag_scratch_size(&model, tokens, size);
        void *scratch = memory(needed);
        uint32_t *tags = (uint32_t *)memory(tokens * sizeof *tags);
        int error = nlu_tag(&model, sentence, size, scratch, needed, tags, tokens);
        if (error) return error;
        for (size_t t = 0; t < tokens; t++) printf("%lu ", (unsigned long)tags[t]);
        printf("\n");
        free(scratch);
        free(tags);
        free(sentence);
    }
    return 0;
}

static int print_found(void)
{
    uint8_t *key;
    size_t size;
    while (next_text(&key, &size)) {
        uint64_t row = 0;
        int found = nlu_find(&table, key, size, &row);
        if (found < 0) return found;
        printf("%ld\n", found ? (long)row : -1L);
        free(key);
    }
    return 0;
}

static int print_rows(void)
{
    size_t columns = (size_t)table.matrix.columns;
    float *row = (float *)memory(columns * sizeof *row);
    for (uint64_t k = 0; k < table.matrix.rows; k++) {
        int error = nlu_row(&table, k, row);
        if (error) return error;
        for (size_t at = 0; at < columns; at++) {
            uint32_t bits;
            memcpy(&bits, row + at, 4);
            printf("%08lx", (unsigned long)bits);
        }
        printf("\n");
    }
    free(row);
    return 0;
}

static int print_labels(void)
{
    uint8_t label[4096];
    size_t size;
    for (uint32_t k = 0; k < nlu_label_count(&model); k++) {
        int error = nlu_label(&model, k, label, sizeof label, &size);
        if (error) return error;
        print_hex(label, size);
    }
    return 0;
}

static int print_words(int symbols, int borders)
{
    uint8_t *text;
    size_t size;
    while (next_text(&text, &size)) {
        size_t needed = nlu_scratch_size(&model, size);
        nlu_text t = {(uint8_t *)memory(needed), 0, needed / 4};
        if (!nlu_normalize(&t, text, size, needed)) return NLU_ERROR_SCRATCH;
        print_hex(t.bytes, nlu_write_words(&t, symbols, borders));
        free(t.bytes);
        free(text);
    }
    return 0;
}

static int read_all_rows(const char *name)
{
    int error = nlu_open_table(&model, name, &table);
    if (error == NLU_ERROR_NO_TABLE) return 0;
    float *row = (float *)memory((size_t)table.matrix.columns * sizeof *row);
    for (uint64_t k = 0; !error && k < table.matrix.rows; k++) error = nlu_row(&table, k, row);
    free(row);
    return error;
}

static int print_opened(void)
{
    uint8_t *file;
    size_t size;
    while (next_text(&file, &size)) {
        int error = nlu_open(&model, file, size, 0);
        if (!error) error = read_all_rows("features");
        if (!error) error = read_all_rows("t");
        printf("%d\n", error);
        free(file);
    }
    return 0;
}

/* A number that stands for all answers of a file; 0 if it is refused. */
static uint64_t answers(const uint8_t *file, size_t size, unsigned flags)
{
    static const char *const texts[] = {"turn the heating up", "what's the weather like in Paris",
                                        "play music", "set an alarm for \xC3\xA9t\xC3\xA9"};
    static double scores[NLU_MAX_LABELS];
    static uint8_t scratch[1 << 16], label[1 << 12];
    nlu_hasher h = nlu_hash_begin();
    if (nlu_open(&model, file, size, flags)) return 0;
    for (size_t k = 0; model.classifies && k < sizeof texts / sizeof *texts; k++) {
        size_t length = strlen(texts[k]);
        if (nlu_scores(&model, texts[k], length, scratch, sizeof scratch, scores)) return 0;
        nlu_hash_add(&h, (const uint8_t *)scores, model.labels.count * sizeof *scores);
        nlu_link(&model, scores);
    }
    if (model.tags) {
        static const char sentence[] = "w=the\tb:2\nw=car\n\nb\xE9:1e1\tb";
        uint32_t tags[4];
        size_t needed = nlu_tag_scratch_size(&model, 4, sizeof sentence - 1);
        if (needed > sizeof scratch) return 0;
        if (nlu_tag(&model, sentence, sizeof sentence - 1, scratch, needed, tags, 4)) return 0;
        for (size_t t = 0; t < 4; t++) nlu_hash_add(&h, (const uint8_t *)&tags[t], 1);
    }
    for (uint32_t k = 0; k < model.labels.count; k++) {
        size_t length;
        if (nlu_label(&model, k, label, sizeof label, &length)) return 0;
        nlu_hash_add(&h, label, length);
    }
    nlu_hash_end(&h);
    return h.h1 | 1;
}

/* Each variant in a block of its own size, so that reading beyond it is seen. */
static int variant(const uint8_t *file, size_t size, uint64_t right, size_t flip)
{
    uint8_t *copy = (uint8_t *)memory(size);
    uint64_t got;
    memcpy(copy, file, size);
    if (flip < 8 * size) copy[flip / 8] = (uint8_t)(copy[flip / 8] ^ 1u << flip % 8);
    got = answers(copy, size, 0);
    (void)answers(copy, size, NLU_UNVERIFIED);
    free(copy);
    return got != 0 && got != right;
}

static int damage(const uint8_t *file, size_t size, size_t step)
{
    uint64_t right = answers(file, size, 0);
    unsigned long wrong = 0;
    if (!right) return NLU_ERROR_DAMAGED;
    for (size_t length = 0; length < size; length += step)
        wrong += (unsigned)variant(file, length, right, SIZE_MAX);
    for (size_t flip = 0; flip < 8 * size; flip += step)
        wrong += (unsigned)variant(file, size, right, flip);
    printf("%lu\n", wrong);
    return 0;
}

/* The bytes of a file, which stay; NULL if there is none. */
static uint8_t *read_whole(const char *path, size_t *size)
{
    size_t room = 1 << 16;
    FILE *input = fopen(path, "rb");
    if (!input) return NULL;
    uint8_t *file = (uint8_t *)memory(room);
    *size = 0;
    for (size_t got; (got = fread(file + *size, 1, room - *size, input)) != 0;) {
        *size += got;
        if (*size < room) continue;
        file = (uint8_t *)realloc(file, room *= 2);
        if (!file) abort();
    }
    fclose(input);
    return file;
}

static int lay(int count, char **paths, uint8_t **files)
{
    int error = 0;
    for (int k = 0; !error && k < count; k++) {
        size_t size;
        files[k] = read_whole(paths[k], &size);
        if (!files[k]) return NLU_ERROR_FRAME;
        error = nlu_open(&updates[k], files[k], size, 0);
        if (!error) error = nlu_overlay(&model, &updates[k]);
    }
    return error;
}

static int is_mode(const char *mode, const char *name)
{
    return strcmp(mode, name) == 0;
}

int main(int count, char **words)
{
    const char *mode = count > 1 ? words[1] : "";
    uint8_t *files[4] = {NULL};
    size_t size = 0;
    int error = 0;
    if (is_mode(mode, "words")) return print_words(0, 0) ? 1 : 0;
    if (is_mode(mode, "symbols")) return print_words(1, 0) ? 1 : 0;
    if (is_mode(mode, "borders")) return print_words(0, 1) ? 1 : 0;
    if (is_mode(mode, "all")) return print_words(1, 1) ? 1 : 0;
    if (is_mode(mode, "open")) return print_opened();
    uint8_t *file = count > 2 && count < 8 ? read_whole(words[2], &size) : NULL;
    if (!file) return 2;
    if (is_mode(mode, "damage")) error = damage(file, size, (size_t)atol(words[3]));
    else error = nlu_open(&model, file, size, 0);
    if (is_mode(mode, "find") || is_mode(mode, "rows")) {
        if (!error) error = nlu_open_table(&model, words[3], &table);
    } else if (!error && !is_mode(mode, "damage")) {
        error = lay(count - 3, words + 3, files);
    }
    if (!error && is_mode(mode, "scores")) error = print_scores();
    if (!error && is_mode(mode, "tags")) error = print_tags();
    if (!error && is_mode(mode, "find")) error = print_found();
    if (!error && is_mode(mode, "rows")) error = print_rows();
    if (!error && is_mode(mode, "labels")) error = print_labels();
    if (error) fprintf(stderr, "%s\n", nlu_error_text(error));
    free(file);
    for (int k = 0; k < 4; k++) free(files[k]);
    return error ? 1 : 0;
}
