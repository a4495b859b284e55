/* Building of static functions (FORMAT.md, section 6.4), for the extension alone. The twin in
   NumPy, algo/hashing/static_build.py, gives the same bytes. */

#define STATIC_TRIES 4096 /* numbers of places that a shard is tried with */
#define STATIC_LANES 4    /* equations that are eliminated in turn, so that their waits overlap */

typedef struct {
    const uint64_t *handles;
    const uint16_t *fingerprints;
    unsigned fingerprint_bits;
    const uint8_t *stream;
    size_t stream_size;
    const int64_t *starts;
} static_values;

/* One system: equation k looks at places by `turned` and `rows`, whose answers are their lowest
   bits. `solved` holds, by first place, the rows after elimination. */
typedef struct {
    uint32_t *turned;
    uint64_t *rows, *solved;
    size_t equations, places, room, solved_room;
} static_shard;

static int static_grow(void **memory, size_t bytes)
{
    void *more = PyMem_RawRealloc(*memory, bytes ? bytes : 1);
    if (more) *memory = more;
    return more != NULL;
}

/* Writes down the equations of keys begin .. end - 1; 0 where memory is short. */
static int static_equations(const static_values *v, size_t begin, size_t end, static_shard *s)
{
    size_t k = 0;
    s->equations = (end - begin) * v->fingerprint_bits + (size_t)(v->starts[end] - v->starts[begin]);
    if (s->equations > s->room) {
        if (!static_grow((void **)&s->turned, 4 * s->equations) ||
            !static_grow((void **)&s->rows, 8 * s->equations))
            return 0;
        s->room = s->equations;
    }
    for (size_t key = begin; key < end; key++) {
        uint64_t handle = v->handles[key], at = (uint64_t)v->starts[key];
        uint64_t bits = v->fingerprint_bits + (uint64_t)(v->starts[key + 1] - v->starts[key]);
        for (uint64_t j = 0; j < bits; j++, k++) {
            uint64_t answer;
            if (j < v->fingerprint_bits)
                answer = (uint64_t)v->fingerprints[key] >> (v->fingerprint_bits - 1 - j) & 1;
            else
                answer = nlu_bits(v->stream, v->stream_size, at + j - v->fingerprint_bits, 1);
            s->turned[k] = nlu_turned(handle, j);
            s->rows[k] = nlu_coefficients(handle, j) << (64 - NLU_WINDOW) | answer;
        }
    }
    return 1;
}

static unsigned leading_zeros(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_clzll(x);
#else
    unsigned zeros = 0;
    for (; !(x >> 63); x <<= 1) zeros++;
    return zeros;
#endif
}

/* Gaussian elimination over s->places places; 0 if two equations contradict each other. */
static int static_eliminate(static_shard *s)
{
    uint64_t row[STATIC_LANES] = {0};
    size_t at[STATIC_LANES] = {0}, next = 0, busy = 0;
    memset(s->solved, 0, 8 * s->places);
    do {
        busy = 0;
        for (unsigned lane = 0; lane < STATIC_LANES; lane++) {
            uint64_t now = row[lane];
            if (!now) {
                if (next == s->equations) continue;
                at[lane] = nlu_window_start(s->turned[next], s->places);
                now = s->rows[next++];
                if (now <= 1) {
                    if (now) return 0;
                    continue;
                }
            }
            busy = 1;
            unsigned zeros = leading_zeros(now);
            now = (now & ~(uint64_t)1) << zeros | (now & 1);
            at[lane] += zeros;
            uint64_t other = s->solved[at[lane]];
            if (!other) s->solved[at[lane]] = now;
            row[lane] = other ? now ^ other : 0;
            if (row[lane] == 1) return 0;
        }
    } while (busy || next < s->equations);
    return 1;
}

/* From the last place back; places that no equation fixes are 0. Bits are set from `position` on. */
static void static_write(const static_shard *s, uint8_t *bytes, uint64_t position)
{
    uint64_t window = 0; /* the next places, the nearest on top */
    for (size_t at = s->places; at-- > 0;) {
        uint64_t row = s->solved[at], place = 0;
        if (row) place = (nlu_ones(row & window >> 1 & ~(uint64_t)1) ^ row) & 1;
        window = window >> 1 | place << 63;
        bytes[(position + at) / 8] |= (uint8_t)(place << (7 - (position + at) % 8));
    }
}

/* Tries ever more places until the system of a shard has a solution: 1, 0 none, -1 no memory. */
static int static_solve(static_shard *s, size_t slack)
{
    s->places = s->equations + slack > NLU_WINDOW ? s->equations + slack : NLU_WINDOW;
    for (unsigned tries = 0; tries < STATIC_TRIES && s->places <= INT32_MAX; tries++, s->places++) {
        if (s->places > s->solved_room) {
            if (!static_grow((void **)&s->solved, 8 * (s->places + 256))) return -1;
            s->solved_room = s->places + 256;
        }
        if (static_eliminate(s)) return 1;
    }
    return 0;
}

PyDoc_STRVAR(solve_static_doc,
             "solve_static(handles, fingerprints, fingerprint_bits, stream, starts, ends, slack)\n"
             "-> (lengths, vector)\n\n"
             "The places of each shard, native 64-bit numbers, and all places as bits. The shards\n"
             "hold the keys up to `ends`; the arguments are those of algo/hashing/static_build.");

static PyObject *solve_static(PyObject *module, PyObject *arguments)
{
    Py_buffer handles, fingerprints, stream, starts, ends;
    unsigned int fingerprint_bits;
    unsigned long long slack, position = 0;
    static_values v;
    static_shard s = {0};
    uint8_t *vector = NULL;
    size_t room = 0, begin = 0;
    int solved = 1;
    PyObject *lengths = NULL, *packed = NULL, *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y*y*Iy*y*y*K", &handles, &fingerprints, &fingerprint_bits,
                          &stream, &starts, &ends, &slack))
        return NULL;
    v.handles = handles.buf;
    v.fingerprints = fingerprints.buf;
    v.fingerprint_bits = fingerprint_bits;
    v.stream = stream.buf;
    v.stream_size = (size_t)stream.len;
    v.starts = starts.buf;
    if (fingerprint_bits > 16 || handles.len % 8 || starts.len != handles.len + 8 ||
        fingerprints.len != handles.len / 4 || ends.len % 8 || slack > 65536) {
        PyErr_SetString(PyExc_ValueError, "the buffers do not fit each other");
        goto done;
    }
    lengths = PyBytes_FromStringAndSize(NULL, ends.len);
    for (Py_ssize_t shard = 0; lengths && solved == 1 && shard < ends.len / 8; shard++) {
        int64_t end = ((const int64_t *)ends.buf)[shard], places = 0;
        if (end < (int64_t)begin || end > handles.len / 8) {
            PyErr_SetString(PyExc_ValueError, "the shards do not divide the keys");
            goto done;
        }
        Py_BEGIN_ALLOW_THREADS
        if (!static_equations(&v, begin, (size_t)end, &s)) solved = -1;
        if (solved == 1 && s.equations) solved = static_solve(&s, (size_t)slack);
        if (solved == 1 && s.equations) {
            size_t needed = (size_t)((position + s.places + 7) / 8);
            if (needed > room) {
                size_t more = needed + needed / 8 + 65536;
                if (static_grow((void **)&vector, more)) {
                    memset(vector + room, 0, more - room);
                    room = more;
                } else {
                    solved = -1;
                }
            }
            if (solved == 1) static_write(&s, vector, position);
            places = (int64_t)s.places;
        }
        Py_END_ALLOW_THREADS
        memcpy(PyBytes_AS_STRING(lengths) + 8 * shard, &places, 8);
        position += (unsigned long long)places;
        begin = (size_t)end;
    }
    if (lengths && solved == 1)
        packed = PyBytes_FromStringAndSize((const char *)vector, (Py_ssize_t)((position + 7) / 8));
    if (packed) result = PyTuple_Pack(2, lengths, packed);
    if (solved < 0) PyErr_NoMemory();
    if (!solved)
        PyErr_SetString(PyExc_ValueError, "the equations of a static function cannot be solved");
done:
    PyMem_RawFree(s.turned);
    PyMem_RawFree(s.rows);
    PyMem_RawFree(s.solved);
    PyMem_RawFree(vector);
    Py_XDECREF(lengths);
    Py_XDECREF(packed);
    PyBuffer_Release(&handles);
    PyBuffer_Release(&fingerprints);
    PyBuffer_Release(&stream);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    return result;
}
