/* A libFuzzer target: any bytes as a file, digests left out so that damage reaches every depth.

       clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
             -I nlucompress/native tests/native/fuzz_reader.c -o fuzz_reader
       ./fuzz_reader -max_len=65536 SEEDS */

#include "nlucompress.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rows of a table that look-ups and the ends reach; wide ones are left out to stay fast. */
static void read_rows(const nlu_table *t)
{
    static float row[1 << 12];
    uint64_t at = 0;
    if (t->matrix.columns > sizeof row / sizeof *row) return;
    for (uint64_t k = 0; k < t->matrix.rows && k < 40; k++) (void)nlu_row(t, k, row);
    if (t->matrix.rows) (void)nlu_row(t, t->matrix.rows - 1, row);
    if (nlu_find(t, "the", 3, &at) == 1) (void)nlu_row(t, at, row);
}

/* Classifies with the memory that the reader asks for, which must do, and with less. */
static void classify(const nlu_model *model, const uint8_t *text, size_t size)
{
    static double scores[NLU_MAX_LABELS];
    size_t needed = nlu_scratch_size(model, size), less = needed / 2 + size;
    void *scratch = malloc(needed);
    if (!scratch) abort();
    if (nlu_scores(model, text, size, scratch, needed, scores) == NLU_ERROR_SCRATCH) abort();
    free(scratch);
    scratch = malloc(less);
    if (!scratch) abort();
    if (!nlu_scores(model, text, size, scratch, less, scores)) {
        nlu_link(model, scores);
        if (nlu_next_best(scores, model->labels.count, NLU_FIRST) == NLU_FIRST) abort();
    }
    free(scratch);
}

/* Tags a sentence of any bytes, a token at every line feed. */
static void tag(const nlu_model *model, const uint8_t *sentence, size_t size)
{
    static uint32_t tags[256];
    size_t tokens = size != 0;
    for (size_t at = 0; at < size; at++) tokens += sentence[at] == '\n';
    if (tokens > sizeof tags / sizeof *tags) return;
    size_t needed = nlu_tag_scratch_size(model, tokens, size);
    void *scratch = malloc(needed);
    if (!scratch) abort();
    if (nlu_tag(model, sentence, size, scratch, needed, tags, tokens) == NLU_ERROR_SCRATCH) abort();
    free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nlu_model model;
    static nlu_table table;
    static uint8_t label[64];
    static const char text[] =
        "Play the \xC3\x89t\xC3\xA9 song, it's 5 o'clock: e\xCC\x81\xCC\xA3 \xFF";
    int error = nlu_open(&model, data, size, NLU_UNVERIFIED);
    if (error) return 0;
    for (uint32_t k = 0; k < model.labels.count; k += 7) {
        size_t length;
        (void)nlu_label(&model, k, label, sizeof label, &length);
    }
    if (model.tags) {
        size_t most = size < 200 ? size : 200;
        tag(&model, (const uint8_t *)text, sizeof text - 1);
        tag(&model, data + (size - most), most);
    }
    if (model.classifies) {
        classify(&model, (const uint8_t *)text, sizeof text - 1);
        /* The end of the file as text: the features see all kinds of it. */
        size_t most = size < 200 ? size : 200;
        classify(&model, data + (size - most), most);
    }
    if (!nlu_open_table(&model, "features", &table)) read_rows(&table);
    if (!nlu_open_table(&model, "t", &table)) read_rows(&table);
    return 0;
}
