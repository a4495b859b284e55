/* The header nlucompress.h under Python: hashing and building of keys, look-ups, and scores.

   Everything here has a NumPy twin that gives the same bytes and, within rounding, the same scores;
   the package works without this module. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <signal.h>
#ifdef SIGBUS
#include <unistd.h>
#endif

#include "nlucompress.h"

/* UTF-8 of a string. Lone surrogates pass as three bytes; `*owned` is then what holds them. */
static const char *utf8_of(PyObject *text, Py_ssize_t *size, PyObject **owned)
{
    const char *data = NULL;
    *owned = NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "a str is expected, not %s", Py_TYPE(text)->tp_name);
        return NULL;
    }
    data = PyUnicode_AsUTF8AndSize(text, size);
    if (data || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return data;
    PyErr_Clear();
    *owned = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
    if (!*owned) return NULL;
    *size = PyBytes_GET_SIZE(*owned);
    return PyBytes_AS_STRING(*owned);
}

static nlu_hasher hash_of(const void *data, size_t size)
{
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, (const uint8_t *)data, size);
    nlu_hash_end(&h);
    return h;
}

/* ---- Hashing and building -------------------------------------------------------------------- */

PyDoc_STRVAR(hash_keys_doc,
             "hash_keys(keys: list[bytes]) -> bytes\n\n"
             "h1 and h2 of every key, 16 bytes each, as two native 64-bit numbers.");

static PyObject *hash_keys(PyObject *module, PyObject *argument)
{
    PyObject *keys = PySequence_Fast(argument, "a sequence of bytes is expected"), *result;
    Py_ssize_t count;
    (void)module;
    if (!keys) return NULL;
    count = PySequence_Fast_GET_SIZE(keys);
    result = PyBytes_FromStringAndSize(NULL, 16 * count);
    for (Py_ssize_t i = 0; result && i < count; i++) {
        char *data;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PySequence_Fast_GET_ITEM(keys, i), &data, &size) < 0) {
            Py_CLEAR(result);
            break;
        }
        nlu_hasher h = hash_of(data, (size_t)size);
        memcpy(PyBytes_AS_STRING(result) + 16 * i, &h.h1, 8);
        memcpy(PyBytes_AS_STRING(result) + 16 * i + 8, &h.h2, 8);
    }
    Py_DECREF(keys);
    return result;
}

typedef struct {
    size_t keys, groups;
    uint32_t cells, seeds;
    uint32_t *low, *order; /* the keys by group: the half of the hash for the cell, and which key */
    size_t *start;                 /* per group, and the end */
    uint8_t *seed, *single, *placed;
} level;

static uint32_t cell_of(uint32_t low, uint32_t seed, uint32_t cells)
{
    if (cells == 1) return 0;
    return (uint32_t)((uint64_t)nlu_fmix32(low + seed * 0x9E3779B9u) * cells >> 32);
}

/* The cells of a group that exactly one of its keys falls on under a seed, as a bit mask. */
static uint64_t alone(const level *l, size_t group, uint32_t seed)
{
    uint64_t once = 0, more = 0;
    for (size_t k = l->start[group]; k < l->start[group + 1]; k++) {
        uint64_t bit = (uint64_t)1 << cell_of(l->low[k], seed, l->cells);
        more |= once & bit;
        once |= bit;
    }
    return once & ~more;
}

static void choose_seeds(level *l)
{
    for (size_t g = 0; g < l->groups; g++) {
        size_t keys = l->start[g + 1] - l->start[g];
        uint64_t best = 0;
        unsigned most = keys < l->cells ? (unsigned)keys : l->cells, score = 0;
        uint32_t chosen = 0;
        for (uint32_t seed = 0; seed < l->seeds && score < most; seed++) {
            uint64_t mask = alone(l, g, seed);
            if (nlu_ones(mask) > score || seed == 0) {
                best = mask;
                score = nlu_ones(mask);
                chosen = seed;
            }
        }
        l->seed[g] = (uint8_t)chosen;
        for (uint32_t c = 0; c < l->cells; c++) l->single[g * l->cells + c] = best >> c & 1;
        for (size_t k = l->start[g]; k < l->start[g + 1]; k++)
            l->placed[l->order[k]] = best >> cell_of(l->low[k], chosen, l->cells) & 1;
    }
}

/* Hashes of the level, and the keys in the order of their groups by counting. */
static void sort_by_group(level *l, const uint64_t *h1, const uint64_t *h2, uint64_t number)
{
    size_t before = 0;
    for (size_t k = 0; k < l->keys; k++)
        l->start[(nlu_fmix64(h1[k] + number * h2[k]) >> 32) * l->groups >> 32]++;
    for (size_t g = 0; g <= l->groups; g++) {
        size_t count = g < l->groups ? l->start[g] : 0;
        l->start[g] = before;
        before += count;
    }
    for (size_t k = 0; k < l->keys; k++) {
        uint64_t hash = nlu_fmix64(h1[k] + number * h2[k]); /* twice is cheaper than kept */
        size_t at = l->start[(hash >> 32) * l->groups >> 32]++;
        l->low[at] = (uint32_t)hash;
        l->order[at] = (uint32_t)k;
    }
    for (size_t g = l->groups; g > 0; g--) l->start[g] = l->start[g - 1];
    l->start[0] = 0;
}

PyDoc_STRVAR(best_seeds_doc,
             "best_seeds(h1, h2, level, groups, cells, seed_bits) -> (seeds, single, placed)\n\n"
             "One level of the cascade: the best seed of each group, whether each cell holds one key,\n"
             "and whether each key found its bit. h1 and h2 are buffers of native 64-bit numbers.");

static PyObject *best_seeds(PyObject *module, PyObject *arguments)
{
    Py_buffer h1, h2;
    unsigned long long number, groups;
    unsigned int cells, seed_bits;
    PyObject *seeds = NULL, *single = NULL, *placed = NULL, *result = NULL;
    level l = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y*y*KKII", &h1, &h2, &number, &groups, &cells, &seed_bits))
        return NULL;
    if (h1.len % 8 || h1.len != h2.len || h1.len / 8 > UINT32_MAX || !groups ||
        groups > UINT32_MAX || !cells || cells > 40 || seed_bits > 8) {
        PyErr_SetString(PyExc_ValueError, "the buffers or the shape of the groups are out of range");
        goto done;
    }
    l.keys = (size_t)h1.len / 8;
    l.groups = (size_t)groups;
    l.cells = cells;
    l.seeds = 1u << seed_bits;
    seeds = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)l.groups);
    single = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(l.groups * cells));
    placed = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)l.keys);
    l.low = PyMem_RawMalloc(4 * (l.keys + 1));
    l.order = PyMem_RawMalloc(4 * (l.keys + 1));
    l.start = PyMem_RawCalloc(l.groups + 1, sizeof *l.start);
    if (!seeds || !single || !placed || !l.low || !l.order || !l.start) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        goto done;
    }
    l.seed = (uint8_t *)PyBytes_AS_STRING(seeds);
    l.single = (uint8_t *)PyBytes_AS_STRING(single);
    l.placed = (uint8_t *)PyBytes_AS_STRING(placed);
    Py_BEGIN_ALLOW_THREADS
    sort_by_group(&l, (const uint64_t *)h1.buf, (const uint64_t *)h2.buf, number);
    choose_seeds(&l);
    Py_END_ALLOW_THREADS
    result = PyTuple_Pack(3, seeds, single, placed);
done:
    PyMem_RawFree(l.low);
    PyMem_RawFree(l.order);
    PyMem_RawFree(l.start);
    Py_XDECREF(seeds);
    Py_XDECREF(single);
    Py_XDECREF(placed);
    PyBuffer_Release(&h1);
    PyBuffer_Release(&h2);
    return result;
}

#include "extension/static_build.h"

/* ---- Keys: one hash index -------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Py_buffer data;
    nlu_keys keys;
} Keys;

static PyObject *keys_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    Py_buffer data;
    unsigned long long size;
    unsigned int cells, seed_bits, fingerprint_bits;
    PyObject *levels;
    Keys *self;
    if (names && PyDict_GET_SIZE(names)) {
        PyErr_SetString(PyExc_TypeError, "Keys takes no named arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "y*KIIO!I", &data, &size, &cells, &seed_bits, &PyTuple_Type,
                          &levels, &fingerprint_bits))
        return NULL;
    self = (Keys *)type->tp_alloc(type, 0);
    if (!self) {
        PyBuffer_Release(&data);
        return NULL;
    }
    self->data = data;
    self->keys.size = size;
    self->keys.cells = cells;
    self->keys.seed_bits = seed_bits;
    self->keys.fingerprint_bits = fingerprint_bits;
    self->keys.level_count = (uint32_t)PyTuple_GET_SIZE(levels);
    if (PyTuple_GET_SIZE(levels) > 255 || !cells || cells > 40 || seed_bits > 8 ||
        fingerprint_bits > 16 || size > UINT32_MAX)
        goto refused;
    for (uint32_t k = 0; k < self->keys.level_count; k++) {
        unsigned long long groups = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(levels, k));
        if (PyErr_Occurred()) goto failed;
        if (!groups || groups > UINT32_MAX) goto refused;
        self->keys.levels[k] = (uint32_t)groups;
    }
    if (nlu_attach_hash(&self->keys, (const uint8_t *)data.buf, (size_t)data.len)) goto refused;
    return (PyObject *)self;
refused:
    PyErr_SetString(PyExc_ValueError, "the hash is damaged");
failed:
    Py_DECREF(self);
    return NULL;
}

PyDoc_STRVAR(keys_static_doc,
             "static(data, size, fingerprint_bits, stored, stride, width, places) -> Keys\n\n"
             "The keys of a static function, found by their fingerprints; slots are handles.");

static PyObject *keys_static(PyObject *type, PyObject *arguments)
{
    Py_buffer data;
    unsigned long long size, stored, stride, width, places;
    unsigned int fingerprint_bits;
    Keys *self;
    if (!PyArg_ParseTuple(arguments, "y*KIKKKK", &data, &size, &fingerprint_bits, &stored, &stride,
                          &width, &places))
        return NULL;
    self = (Keys *)((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    if (!self) {
        PyBuffer_Release(&data);
        return NULL;
    }
    self->data = data;
    self->keys.size = size;
    self->keys.fingerprint_bits = fingerprint_bits;
    self->keys.function.stored = stored;
    self->keys.function.vector.bits = places;
    uint64_t shape[2] = {stride, width};
    if (fingerprint_bits > 16 || size > UINT32_MAX || stored >> 40 > 1 || places >> 40 > 1 ||
        nlu_attach_function(&self->keys, (const uint8_t *)data.buf, (size_t)data.len, shape)) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "the static function is damaged");
        return NULL;
    }
    return (PyObject *)self;
}

static void keys_free(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyBuffer_Release(&((Keys *)object)->data);
    type->tp_free(object);
    Py_DECREF(type);
}

/* Slot of a key, -1 where it is known to be absent, -2 with an exception set. */
static int64_t slot_of(const Keys *self, PyObject *key)
{
    PyObject *owned;
    Py_ssize_t size;
    uint64_t row = 0;
    const char *data = utf8_of(key, &size, &owned);
    if (!data) return -2;
    nlu_hasher h = hash_of(data, (size_t)size);
    Py_XDECREF(owned);
    return nlu_find_hash(&self->keys, &h, &row) ? (int64_t)row : -1;
}

/* Looking up one key waits twice for memory: for its block and for its fingerprint. A batch asks for
   those of many keys first. */
#define AHEAD 32

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

static void prefetch_block(const nlu_keys *k, const nlu_hasher *h)
{
    uint64_t group;
    if (!k->level_count) return;
    group = (nlu_fmix64(h->h1 + h->h2) >> 32) * k->levels[0] >> 32;
    PREFETCH(k->block + 64 * (size_t)(group / k->per_block));
}

/* Slots of `count` (at most AHEAD) hashes, -1 where a key is known to be absent. */
static void find_together(const nlu_keys *k, const nlu_hasher *h, size_t count, int64_t *slots)
{
    uint64_t row[AHEAD] = {0};
    int found[AHEAD];
    for (size_t j = 0; k->kind == NLU_STATIC_KEYS && j < count; j++)
        slots[j] = nlu_find_static(k, h + j, row + j) ? (int64_t)row[j] : -1;
    if (k->kind == NLU_STATIC_KEYS) return;
    for (size_t j = 0; j < count; j++) {
        found[j] = nlu_find_slot(k, h + j, row + j);
        PREFETCH(k->fingerprints + (size_t)(row[j] * k->fingerprint_bits / 8));
    }
    for (size_t j = 0; j < count; j++)
        slots[j] = found[j] && nlu_fits(k, h + j, row[j]) ? (int64_t)row[j] : -1;
}

PyDoc_STRVAR(keys_find_doc,
             "find(keys: list[str]) -> bytes\n\n"
             "Slot of each key as a native 64-bit number, -1 where it is known to be absent.");

static PyObject *keys_find(PyObject *self, PyObject *argument)
{
    const nlu_keys *k = &((Keys *)self)->keys;
    PyObject *keys = PySequence_Fast(argument, "a sequence of str is expected"), *result;
    nlu_hasher h[AHEAD];
    int64_t slots[AHEAD];
    if (!keys) return NULL;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(keys);
    result = PyBytes_FromStringAndSize(NULL, 8 * count);
    for (Py_ssize_t i = 0; result && i < count; i += AHEAD) {
        Py_ssize_t together = count - i < AHEAD ? count - i : AHEAD;
        for (Py_ssize_t j = 0; result && j < together; j++) {
            PyObject *owned;
            Py_ssize_t size;
            const char *data = utf8_of(PySequence_Fast_GET_ITEM(keys, i + j), &size, &owned);
            if (!data) {
                Py_CLEAR(result);
                break;
            }
            h[j] = hash_of(data, (size_t)size);
            Py_XDECREF(owned);
            prefetch_block(k, h + j);
        }
        if (!result) break;
        find_together(k, h, (size_t)together, slots);
        memcpy(PyBytes_AS_STRING(result) + 8 * i, slots, 8 * (size_t)together);
    }
    Py_DECREF(keys);
    return result;
}

PyDoc_STRVAR(keys_slots_doc,
             "slots(h1, h2) -> bytes\n\n"
             "Slot of each pair of hashes in two buffers of native 64-bit numbers, or -1.");

static PyObject *keys_slots_of(PyObject *self, PyObject *arguments)
{
    const nlu_keys *k = &((Keys *)self)->keys;
    Py_buffer h1, h2;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(arguments, "y*y*", &h1, &h2)) return NULL;
    if (h1.len != h2.len || h1.len % 8)
        PyErr_SetString(PyExc_ValueError, "two buffers of as many 64-bit numbers are expected");
    else
        result = PyBytes_FromStringAndSize(NULL, h1.len);
    for (Py_ssize_t i = 0; result && i < h1.len / 8; i += AHEAD) {
        size_t together = (size_t)(h1.len / 8 - i < AHEAD ? h1.len / 8 - i : AHEAD);
        nlu_hasher h[AHEAD];
        int64_t slots[AHEAD];
        for (size_t j = 0; j < together; j++) {
            h[j] = nlu_hash_begin();
            h[j].h1 = ((const uint64_t *)h1.buf)[(size_t)i + j];
            h[j].h2 = ((const uint64_t *)h2.buf)[(size_t)i + j];
            prefetch_block(k, h + j);
        }
        find_together(k, h, together, slots);
        memcpy(PyBytes_AS_STRING(result) + 8 * i, slots, 8 * together);
    }
    PyBuffer_Release(&h1);
    PyBuffer_Release(&h2);
    return result;
}

PyDoc_STRVAR(keys_slot_doc, "slot(key: str) -> int\n\nSlot of one key, -1 where it is absent.");

static PyObject *keys_slot(PyObject *self, PyObject *key)
{
    int64_t slot = slot_of((Keys *)self, key);
    return slot == -2 ? NULL : PyLong_FromLongLong(slot);
}

static PyMethodDef keys_methods[] = {{"find", keys_find, METH_O, keys_find_doc},
                                     {"slots", keys_slots_of, METH_VARARGS, keys_slots_doc},
                                     {"slot", keys_slot, METH_O, keys_slot_doc},
                                     {"static", keys_static, METH_VARARGS | METH_CLASS,
                                      keys_static_doc},
                                     {NULL, NULL, 0, NULL}};

static PyType_Slot keys_slots[] = {{Py_tp_new, keys_new},
                                   {Py_tp_dealloc, keys_free},
                                   {Py_tp_methods, keys_methods},
                                   {Py_tp_doc, "Keys(data, size, cells, seed_bits, levels, "
                                               "fingerprint_bits): a hash with its fingerprints."},
                                   {0, NULL}};

static PyType_Spec keys_spec = {"nlucompress.native._native.Keys", sizeof(Keys), 0,
                                Py_TPFLAGS_DEFAULT, keys_slots};

/* ---- A mapped file that is shortened ---------------------------------------------------------- */

PyDoc_STRVAR(exit_on_lost_map_doc,
             "exit_on_lost_map(line: bytes, code: int) -> None\n\n"
             "From now on a page of a mapped file that is gone writes this line to stderr and ends "
             "the process with this code; no Python code can run then. A later call replaces the "
             "line. Does nothing where there is no SIGBUS.");

#ifdef SIGBUS
static char lost_line[512];
static size_t lost_size;
static int lost_code;

static void on_lost_map(int number)
{
    (void)number;
    if (write(2, lost_line, lost_size) < 0) _exit(lost_code);
    _exit(lost_code);
}
#endif

static PyObject *exit_on_lost_map(PyObject *module, PyObject *arguments)
{
    const char *line;
    Py_ssize_t size;
    int code;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#i", &line, &size, &code)) return NULL;
#ifdef SIGBUS
    {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_lost_map;
        sigemptyset(&action.sa_mask);
        lost_size = (size_t)size < sizeof lost_line ? (size_t)size : sizeof lost_line;
        memcpy(lost_line, line, lost_size);
        lost_code = code;
        if (sigaction(SIGBUS, &action, NULL) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    }
#endif
    Py_RETURN_NONE;
}

#include "extension/decimals.h"
#include "extension/dual.h"
#include "extension/ngrams.h"
#include "extension/table.h"
#include "extension/reader.h"

/* ---- Module ---------------------------------------------------------------------------------- */

static PyMethodDef functions[] = {{"hash_keys", hash_keys, METH_O, hash_keys_doc},
                                  {"best_seeds", best_seeds, METH_VARARGS, best_seeds_doc},
                                  {"solve_static", solve_static, METH_VARARGS, solve_static_doc},
                                  {"ngrams", ngrams, METH_VARARGS, ngrams_doc},
                                  {"dual_path", dual_path, METH_VARARGS, dual_path_doc},
                                  {"float_texts", float_texts, METH_O, float_texts_doc},
                                  {"decimals", decimals, METH_O, decimals_doc},
                                  {"exit_on_lost_map", exit_on_lost_map, METH_VARARGS,
                                   exit_on_lost_map_doc},
                                  {NULL, NULL, 0, NULL}};

static int execute(PyObject *module)
{
    PyType_Spec *specs[] = {&keys_spec, &rows_spec, &reader_spec};
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[k], NULL);
        if (!type || PyModule_AddType(module, (PyTypeObject *)type) < 0) {
            Py_XDECREF(type);
            return -1;
        }
        Py_DECREF(type);
    }
    return PyModule_AddStringConstant(module, "unicode_version", NLU_UNICODE_VERSION);
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "The native twin of hashing, building, look-ups and scores.", 0,
    functions, module_slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }
