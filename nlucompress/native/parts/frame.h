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

