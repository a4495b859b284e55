/* nlu-predict: classifies the lines of standard input with a .nlu model, as `nlucompress predict`.

       nlu-predict MODEL [--overlay FILE].. [--top K] < TEXTS
       nlu-predict MODEL [--overlay FILE].. --tag < SENTENCES

   Prints `label<TAB>score` for each line, or K pairs of them. With `--tag` a line is a token, and a
   blank line ends a sentence: prints the label of each token, and the blank line. Exit codes: 0
   done, 2 usage, 3 bad model or input or output. Build it with `cc -std=c99 -Os nlu-predict.c -o nlu-predict`. */

#define _POSIX_C_SOURCE 200112L
#include "nlucompress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DONE = 0, USAGE = 2, BAD = 3 };

#define MAX_OVERLAYS 16

typedef struct {
    uint8_t *data;
    size_t size, room;
} buffer;

/* Makes room for so many more bytes. */
static int grow(buffer *b, size_t more)
{
    size_t room = b->room ? b->room : 1 << 16;
    if (more > SIZE_MAX / 4 || b->size > SIZE_MAX / 4) return 0;
    while (room < b->size + more) room *= 2;
    if (room == b->room) return 1;
    uint8_t *data = (uint8_t *)realloc(b->data, room);
    if (!data) return 0;
    b->data = data;
    b->room = room;
    return 1;
}

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "nlu-predict: error: %s: %s\n", what, why);
    return BAD;
}

static int read_file(const char *path, buffer *file)
{
    FILE *input = fopen(path, "rb");
    size_t got = 1;
    if (!input) return fail(path, "cannot open the file");
    while (got) {
        if (!grow(file, 1 << 16)) break;
        got = fread(file->data + file->size, 1, 1 << 16, input);
        file->size += got;
    }
    int failed = ferror(input) || got;
    fclose(input);
    return failed ? fail(path, "cannot read the file") : DONE;
}

static int is_control(unsigned long code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

/* A label on one line: control characters and ends of lines become escapes, and a backslash is
   doubled before what would read as an escape with it. */
static void print_label(const uint8_t *label, size_t size)
{
    size_t used;
    for (size_t at = 0; at < size; at += used) {
        unsigned long code = nlu_utf8(label + at, size - at, &used);
        if (code == '\\' && at + 1 < size) {
            size_t more;
            unsigned long next = nlu_utf8(label + at + 1, size - at - 1, &more);
            if (is_control(next) || (next < 0x80 && strchr("\\tnrxu", (int)next))) putchar('\\');
        }
        if (code == '\t') fputs("\\t", stdout);
        else if (code == '\n') fputs("\\n", stdout);
        else if (code == '\r') fputs("\\r", stdout);
        else if (code < 0x20 || (code >= 0x7F && code < 0xA0)) printf("\\x%02lx", code);
        else if (code == 0x2028 || code == 0x2029) printf("\\u%04lx", code);
        else fwrite(label + at, 1, used, stdout);
    }
}

typedef struct {
    const nlu_model *model;
    double *scores, *shown;
    size_t top;
    int tags;
    buffer scratch, label, sentence, found; /* the sentence up to here; the labels of its tokens */
    size_t tokens;
} program;

/* Writes a label; NLU_FIRST stands for the answer to unknown texts. */
static int write_answer(program *p, size_t label, size_t *length)
{
    if (label == NLU_FIRST)
        return nlu_unknown_label(p->model, p->label.data, p->label.room, length);
    return nlu_label(p->model, label, p->label.data, p->label.room, length);
}

/* Prints a label; `score` is NULL or what stands behind it. */
static int print_answer(program *p, size_t label, const double *score)
{
    size_t length;
    int error = write_answer(p, label, &length);
    if (error == NLU_ERROR_BUFFER && grow(&p->label, length))
        error = write_answer(p, label, &length);
    if (error) return error;
    print_label(p->label.data, length);
    if (score) printf("\t%.6f", *score);
    return NLU_OK;
}

/* Answers the sentence that was collected, if there is one. */
static int answer_sentence(program *p)
{
    size_t tokens = p->tokens, size = p->sentence.size - (tokens != 0);
    size_t needed = nlu_tag_scratch_size(p->model, tokens, size);
    p->sentence.size = p->tokens = 0;
    if (!tokens) return DONE;
    if (!grow(&p->scratch, needed) || !grow(&p->found, tokens * sizeof(uint32_t)))
        return fail("standard input", "a sentence is too long");
    uint32_t *found = (uint32_t *)(void *)p->found.data;
    int error = nlu_tag(p->model, p->sentence.data, size, p->scratch.data, p->scratch.room, found,
                        tokens);
    for (size_t t = 0; !error && t < tokens; t++) {
        error = print_answer(p, found[t], NULL);
        putchar('\n');
    }
    if (error == NLU_ERROR_ATTRIBUTE) return fail("standard input", nlu_error_text(error));
    if (error) return fail("the model", nlu_error_text(error));
    putchar('\n');
    return DONE;
}

/* Takes a line of a sentence; a blank one answers it. */
static int take_token(program *p, const uint8_t *line, size_t size)
{
    size_t blank = 0, tabs = 0;
    while (tabs < size && line[tabs] == '\t') tabs++; /* alone: a token without attributes */
    while (blank < size && (line[blank] == ' ' || (line[blank] >= 9 && line[blank] <= 13))) blank++;
    if (blank == size && (!size || tabs < size)) return answer_sentence(p);
    if (!grow(&p->sentence, size + 1)) return fail("standard input", "a sentence is too long");
    memcpy(p->sentence.data + p->sentence.size, line, size);
    p->sentence.size += size;
    p->sentence.data[p->sentence.size++] = '\n';
    p->tokens++;
    return DONE;
}

static int classify(program *p, const uint8_t *line, size_t size)
{
    size_t count = nlu_label_count(p->model), needed = nlu_scratch_size(p->model, size);
    size_t best = NLU_FIRST;
    if (size && line[size - 1] == '\r') size--;
    if (p->tags) return take_token(p, line, size);
    if (!grow(&p->scratch, needed)) return fail("standard input", "a line is too long");
    int error = nlu_scores(p->model, line, size, p->scratch.data, p->scratch.room, p->scores);
    memcpy(p->shown, p->scores, count * sizeof *p->shown);
    nlu_link(p->model, p->shown);
    size_t first = nlu_next_best(p->scores, count, best);
    size_t unknown = !error && nlu_is_unknown(p->model, p->shown, first);
    if (unknown) error = print_answer(p, NLU_FIRST, &p->shown[first]);
    for (size_t k = unknown; !error && k < p->top && k < count + unknown; k++) {
        best = nlu_next_best(p->scores, count, best);
        if (k) putchar('\t');
        error = print_answer(p, best, &p->shown[best]);
    }
    if (error) return fail("the model", nlu_error_text(error));
    putchar('\n');
    return DONE;
}

/* Answers the lines that are there at once, so that an answer never waits for more input. */
static int classify_lines(program *p)
{
    buffer input = {NULL, 0, 0};
    int status = DONE;
    for (;;) {
        if (!grow(&input, 1 << 16)) return fail("standard input", "a line is too long");
        ssize_t got = read(STDIN_FILENO, input.data + input.size, 1 << 16);
        if (got < 0) return fail("standard input", "cannot read");
        size_t begin = 0, old = input.size;
        input.size += (size_t)got;
        for (size_t at = old; status == DONE && at < input.size; at++) {
            if (input.data[at] != '\n') continue;
            status = classify(p, input.data + begin, at - begin);
            begin = at + 1;
        }
        if (got == 0 && status == DONE && input.size) status = classify(p, input.data, input.size);
        if (got == 0 && status == DONE && p->tags) status = answer_sentence(p);
        if (fflush(stdout) != 0 || ferror(stdout)) return fail("standard output", "cannot write");
        if (got == 0 || status != DONE) break;
        memmove(input.data, input.data + begin, input.size - begin);
        input.size -= begin;
    }
    free(input.data);
    return status;
}

static int predict(const nlu_model *model, size_t top, int tags)
{
    size_t count = nlu_label_count(model);
    program p = {model, NULL, NULL, top, tags, {NULL, 0, 0}, {NULL, 0, 0}, {NULL, 0, 0},
                 {NULL, 0, 0}, 0};
    p.scores = (double *)malloc(count * sizeof *p.scores);
    p.shown = (double *)malloc(count * sizeof *p.shown);
    int status = BAD;
    if (p.scores && p.shown && grow(&p.label, 256)) status = classify_lines(&p);
    else fail("the model", "not enough memory");
    free(p.scores);
    free(p.shown);
    free(p.scratch.data);
    free(p.label.data);
    free(p.sentence.data);
    free(p.found.data);
    return status;
}

/* A number from 1 to 999,999,999; 0 if it is none. */
static size_t parse_top(const char *text)
{
    size_t value = 0;
    for (const char *at = text; *at; at++) {
        if (*at < '0' || *at > '9' || at - text > 8) return 0;
        value = value * 10 + (size_t)(*at - '0');
    }
    return value;
}

/* Opens the model of a name in a bundle; the text behind it stays in use. */
static int open_named(nlu_model *model, const buffer *file, const char *path, const char *name,
                      buffer *text)
{
    static nlu_bundled found;
    nlu_bundle bundle;
    int error = nlu_open_bundle(&bundle, file->data, file->size, 0);
    int known = error ? error : nlu_find_model(&bundle, name, strlen(name), &found);
    if (known < 0) return fail(path, nlu_error_text(known));
    if (!known) {
        fail(path, "the bundle has no model of this name");
        return USAGE;
    }
    if (!grow(text, found.text_size)) return fail(path, "not enough memory");
    error = nlu_open_bundled(model, &bundle, &found, text->data, text->room, 0);
    return error ? fail(path, nlu_error_text(error)) : DONE;
}

/* Opens the model (number 0) or an overlay, and lays that on the model. */
static int open_file(nlu_model *models, int number, const char *path, buffer *file)
{
    if (read_file(path, file) != DONE) return BAD;
    int error = nlu_open(&models[number], file->data, file->size, 0);
    if (!error && number) error = nlu_overlay(&models[0], &models[number]);
    return error ? fail(path, nlu_error_text(error)) : DONE;
}

/* Whether the model does what is asked. */
static int check_kind(const nlu_model *model, const char *path, int tags)
{
    int refused = 0;
    if (!tags && !model->classifies)
        refused = model->tags ? NLU_ERROR_TAGGER : NLU_ERROR_NO_CLASSIFIER;
    else if (tags && !model->tags) refused = NLU_ERROR_NO_TAGGER;
    if (!refused) return DONE;
    fail(path, nlu_error_text(refused));
    return USAGE;
}

int main(int count, char **words)
{
    static nlu_model models[1 + MAX_OVERLAYS];
    const char *paths[1 + MAX_OVERLAYS] = {NULL};
    buffer files[1 + MAX_OVERLAYS] = {{NULL, 0, 0}};
    buffer text = {NULL, 0, 0};
    const char *name = NULL;
    int overlays = 0, status = DONE, tags = 0;
    size_t top = 1;
    for (int k = 1; k < count; k++) {
        if (strcmp(words[k], "--top") == 0 && k + 1 < count) top = parse_top(words[++k]);
        else if (strcmp(words[k], "--model") == 0 && k + 1 < count) name = words[++k];
        else if (strcmp(words[k], "--overlay") == 0 && k + 1 < count && overlays < MAX_OVERLAYS)
            paths[++overlays] = words[++k];
        else if (strcmp(words[k], "--tag") == 0) tags = 1;
        else if (words[k][0] == '-' || paths[0]) top = 0;
        else paths[0] = words[k];
    }
    if (!paths[0] || !top || (tags && top > 1) || (name && overlays)) {
        fputs("Usage: nlu-predict MODEL [--overlay FILE].. [--top K | --tag] < TEXTS\n"
              "       nlu-predict BUNDLE --model NAME [--top K | --tag] < TEXTS\n", stderr);
        return USAGE;
    }
    if (name) {
        status = read_file(paths[0], &files[0]);
        if (status == DONE) status = open_named(&models[0], &files[0], paths[0], name, &text);
    }
    for (int k = 0; !name && status == DONE && k <= overlays; k++) {
        status = open_file(models, k, paths[k], &files[k]);
        if (status == DONE && k == 0) status = check_kind(&models[0], paths[0], tags);
    }
    if (name && status == DONE) status = check_kind(&models[0], paths[0], tags);
    if (status == DONE) status = predict(&models[0], top, tags);
    for (int k = 0; k <= overlays; k++) free(files[k].data);
    free(text.data);
    return status;
}
