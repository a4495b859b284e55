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

