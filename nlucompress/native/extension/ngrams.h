/* The n-grams of many texts, for training: every different key once, and who has it how often. */

/* A growing piece of memory. */
typedef struct {
    uint8_t *data;
    size_t size, room;
} buffer;

/* Room for so many bytes more; NULL, with no exception set, where there is none. */
static uint8_t *more_of(buffer *b, size_t size)
{
    if (b->room - b->size < size) {
        size_t room = 2 * b->room + size + 4096;
        uint8_t *data = PyMem_RawRealloc(b->data, room);
        if (!data) return NULL;
        b->data = data;
        b->room = room;
    }
    b->size += size;
    return b->data + b->size - size;
}

static int append(buffer *b, const void *data, size_t size)
{
    uint8_t *to = more_of(b, size);
    if (to) memcpy(to, data, size);
    return !to;
}

typedef struct {
    uint64_t h1, h2;
    uint32_t number, text; /* of the key, and of the last text that had it, both from 1; 0: free */
    size_t entry;          /* of that text */
} gram;

typedef struct {
    nlu_model model; /* what describes its n-grams */
    gram *grams;
    size_t slots, count;
    uint32_t text;
    buffer keys, ends, columns, counts;
} gathering;

static size_t gram_slot(const gathering *g, uint64_t h1, uint64_t h2)
{
    size_t slot = (size_t)h1 & (g->slots - 1);
    while (g->grams[slot].number && (g->grams[slot].h1 != h1 || g->grams[slot].h2 != h2))
        slot = (slot + 1) & (g->slots - 1);
    return slot;
}

static int grow_grams(gathering *g)
{
    gram *old = g->grams;
    size_t slots = g->slots;
    g->slots = slots ? 2 * slots : 1 << 12;
    g->grams = PyMem_RawCalloc(g->slots, sizeof *g->grams);
    if (!g->grams) {
        g->grams = old;
        g->slots = slots;
        return 1;
    }
    for (size_t k = 0; k < slots; k++)
        if (old[k].number) g->grams[gram_slot(g, old[k].h1, old[k].h2)] = old[k];
    PyMem_RawFree(old);
    return 0;
}

static int take_gram(gathering *g, const uint8_t *key, size_t size)
{
    nlu_hasher h = hash_of(key, size);
    float one = 1;
    if (4 * g->count >= 3 * g->slots && grow_grams(g)) return 1;
    gram *at = g->grams + gram_slot(g, h.h1, h.h2);
    if (!at->number) {
        int64_t end;
        if (g->count >= INT32_MAX || append(&g->keys, key, size)) return 1;
        end = (int64_t)g->keys.size;
        if (append(&g->ends, &end, sizeof end)) return 1;
        at->h1 = h.h1;
        at->h2 = h.h2;
        at->number = (uint32_t)++g->count;
    }
    if (at->text == g->text) {
        if (g->model.counted) ((float *)(void *)g->counts.data)[at->entry] += 1;
        return 0;
    }
    int32_t column = (int32_t)at->number - 1;
    at->text = g->text;
    at->entry = g->columns.size / 4;
    return append(&g->columns, &column, 4) || append(&g->counts, &one, 4);
}

/* Every run of low to high words from the one that begins here. */
static int each_run(gathering *g, const uint8_t *begin, const uint8_t *end)
{
    const uint8_t *at = begin;
    for (uint32_t n = 1; n <= g->model.word_high; n++) {
        while (at < end && *at != ' ') at++;
        int kept = n >= g->model.word_low && at > begin; /* a border alone is not a key */
        int error = kept ? take_gram(g, begin, (size_t)(at - begin)) : 0;
        if (error || at == end) return error;
        at++;
    }
    return NLU_OK;
}

/* Every run of low to high characters of "<word>", each behind "#". */
static int each_part(gathering *g, const uint8_t *word, size_t size)
{
    uint8_t key[1 + 4 * 32];
    key[0] = '#';
    for (size_t begin = 0; begin < size + 2; begin++) { /* 0 is '<', size + 1 is '>' */
        size_t length = 1, at = begin;
        if (begin && begin <= size && (word[begin - 1] & 0xC0) == 0x80) continue;
        for (uint32_t n = 1; n <= g->model.char_high && at < size + 2; n++) {
            do {
                key[length++] = at == 0 ? '<' : at <= size ? word[at - 1] : '>';
                at++;
            } while (at && at <= size && (word[at - 1] & 0xC0) == 0x80);
            int error = n < g->model.char_low ? 0 : take_gram(g, key, length);
            if (error) return error;
        }
    }
    return NLU_OK;
}

/* Every key of the tokens that nlu_write_words wrote. */
static int each_key(gathering *g, const uint8_t *at, const uint8_t *end)
{
    int error = NLU_OK;
    const uint8_t *stop;
    for (; !error && at < end; at = stop + 1) {
        stop = (const uint8_t *)memchr(at, ' ', (size_t)(end - at));
        if (!stop) stop = end;
        size_t size = (size_t)(stop - at);
        int is_word = size > 0 && !(g->model.symbols && nlu_is_symbol_token(at, size));
        if (g->model.word_high) error = each_run(g, at, end);
        if (!error && g->model.char_high && is_word) error = each_part(g, at, size);
    }
    return error;
}

/* The keys of one text; `scratch` grows as texts need it. */
static int gather_text(gathering *g, PyObject *text, buffer *scratch)
{
    PyObject *owned;
    Py_ssize_t size;
    int failed = 1;
    const char *data = utf8_of(text, &size, &owned);
    if (!data) return 1;
    uint64_t needed = nlu_ngram_scratch(&g->model, (size_t)size);
    scratch->size = 0;
    if (needed < SIZE_MAX / 4 && more_of(scratch, (size_t)needed)) {
        nlu_text t = {scratch->data, 0, (size_t)needed / 4};
        if (nlu_normalize(&t, (const uint8_t *)data, (size_t)size, (size_t)needed)) {
            size_t written = nlu_write_words(&t, g->model.symbols, g->model.borders);
            failed = each_key(g, t.bytes, t.bytes + written);
        }
    }
    if (failed) PyErr_NoMemory();
    Py_XDECREF(owned);
    return failed;
}

PyDoc_STRVAR(ngrams_doc,
             "ngrams(texts, words, chars, counted, symbols, borders) -> tuple\n\n"
             "Keys in UTF-8, one behind the other, in the order in which they come; where each ends\n"
             "(int64); where the entries of each text end (int64); key (int32) and weight (float32)\n"
             "of each entry. words and chars are the shortest and longest n-gram, 0 for none.");

static PyObject *ngrams(PyObject *module, PyObject *arguments)
{
    PyObject *sequence, *texts, *result = NULL;
    gathering *g = PyMem_RawCalloc(1, sizeof *g);
    buffer rows = {0}, scratch = {0};
    (void)module;
    if (!g) return PyErr_NoMemory();
    if (!PyArg_ParseTuple(arguments, "O(II)(II)ppp", &sequence, &g->model.word_low,
                          &g->model.word_high, &g->model.char_low, &g->model.char_high,
                          &g->model.counted, &g->model.symbols, &g->model.borders)) {
        PyMem_RawFree(g);
        return NULL;
    }
    texts = PySequence_Fast(sequence, "a sequence of str is expected");
    if (g->model.word_high > 32 || g->model.char_high > 32) {
        PyErr_SetString(PyExc_ValueError, "n-grams of more than 32");
    } else if (texts && PySequence_Fast_GET_SIZE(texts) >= INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many texts");
    } else if (texts && grow_grams(g)) {
        PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; !PyErr_Occurred() && i < PySequence_Fast_GET_SIZE(texts); i++) {
        int64_t end;
        g->text = (uint32_t)i + 1;
        if (gather_text(g, PySequence_Fast_GET_ITEM(texts, i), &scratch)) break;
        end = (int64_t)(g->columns.size / 4);
        if (append(&rows, &end, sizeof end)) PyErr_NoMemory();
    }
    if (!PyErr_Occurred())
        result = Py_BuildValue("y#y#y#y#y#", g->keys.data ? (char *)g->keys.data : "",
                               (Py_ssize_t)g->keys.size, g->ends.data ? (char *)g->ends.data : "",
                               (Py_ssize_t)g->ends.size, rows.data ? (char *)rows.data : "",
                               (Py_ssize_t)rows.size, g->columns.data ? (char *)g->columns.data : "",
                               (Py_ssize_t)g->columns.size,
                               g->counts.data ? (char *)g->counts.data : "",
                               (Py_ssize_t)g->counts.size);
    Py_XDECREF(texts);
    PyMem_RawFree(g->grams);
    PyMem_RawFree(g->keys.data);
    PyMem_RawFree(g->ends.data);
    PyMem_RawFree(g->columns.data);
    PyMem_RawFree(g->counts.data);
    PyMem_RawFree(g);
    PyMem_RawFree(rows.data);
    PyMem_RawFree(scratch.data);
    return result;
}

