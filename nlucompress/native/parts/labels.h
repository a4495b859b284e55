/* ---- Labels (section 10) --------------------------------------------------------------------- */

/* Reads the label at *at, which moves on to the next one: into out as far as there is room, and
   into the hash. *size is its whole length. The text is known to be sound once the file is open. */
static inline int nlu_read_label(const nlu_labels *l, uint64_t *at, uint8_t *out, size_t room,
                                 size_t *size, nlu_hasher *hash)
{
    nlu_json j = l->list;
    const uint8_t *begin = j.at;
    uint8_t bytes[4];
    *size = 0;
    if (!l->coded) {
        j.at += (size_t)*at;
        nlu_expect(&j, '"');
    }
    for (;;) {
        size_t count = 1;
        int32_t symbol = l->coded ? nlu_symbol(&l->stream, &l->code, l->pool, at) : nlu_char(&j);
        if (l->coded && symbol < 0) return NLU_ERROR_LABELS;
        if (l->coded ? symbol == 0xFF : symbol < 0) break;
        bytes[0] = (uint8_t)symbol;
        if (!l->coded) count = nlu_put_utf8((uint32_t)symbol, bytes);
        for (size_t k = 0; k < count; k++)
            if (*size + k < room) out[*size + k] = bytes[k];
        *size += count;
        if (hash) nlu_hash_add(hash, bytes, count);
        if (l->coded && *size > 65536) return NLU_ERROR_LABELS;
    }
    if (l->coded) return NLU_OK;
    (void)nlu_accept(&j, ',');
    *at = (uint64_t)(j.at - begin);
    return j.bad ? NLU_ERROR_LABELS : NLU_OK;
}

/* Whether the bytes of coded labels are UTF-8 without surrogates, label by label. */
static inline int nlu_check_label_text(const nlu_labels *l)
{
    uint64_t at = l->marks[0];
    size_t filled = 0, used, total = 0;
    uint8_t bytes[4];
    for (uint32_t ended = 0; ended < l->count; total++) {
        int32_t symbol = nlu_symbol(&l->stream, &l->code, l->pool, &at);
        if (symbol < 0 || total == 65536) return NLU_ERROR_LABELS;
        if (symbol == 0xFF) {
            if (filled) return NLU_ERROR_LABELS;
            ended++;
            continue;
        }
        bytes[filled++] = (uint8_t)symbol;
        size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0x80 ? 2 : 1;
        if (filled < length) continue;
        if (!nlu_is_utf8(bytes, filled)) return NLU_ERROR_LABELS;
        (void)nlu_utf8(bytes, filled, &used);
        if (used != filled) return NLU_ERROR_LABELS;
        filled = 0;
    }
    return l->stream.bits - at < 8 ? NLU_OK : NLU_ERROR_LABELS;
}

/* Marks where labels begin and refuses equal ones: by the hashes of a few hundred labels at a time,
   with which those behind them are compared. */
static inline int nlu_check_labels(nlu_labels *l)
{
    uint64_t hashes[128][2], at, next = l->marks[0];
    for (uint32_t first = 0; first < l->count; first += 128) {
        at = next;
        for (uint32_t k = first; k < l->count; k++) {
            uint32_t kept = k - first < 128 ? k - first : 128;
            nlu_hasher h = nlu_hash_begin();
            size_t size;
            if (k % l->per_mark == 0) l->marks[k / l->per_mark] = at;
            if (nlu_read_label(l, &at, NULL, 0, &size, &h)) return NLU_ERROR_LABELS;
            nlu_hash_end(&h);
            l->filter[h.h1 / 8 % 1024] |= (uint8_t)(1u << h.h1 % 8);
            for (uint32_t i = 0; i < kept; i++)
                if (hashes[i][0] == h.h1 && hashes[i][1] == h.h2) return NLU_ERROR_LABELS;
            if (kept == 128) continue;
            hashes[kept][0] = h.h1;
            hashes[kept][1] = h.h2;
            next = at;
        }
    }
    return NLU_OK;
}

static inline int nlu_open_coded_labels(const nlu_path *p, nlu_json *j, nlu_labels *l)
{
    nlu_json name = *j;
    unsigned count = 0;
    const nlu_tensor *t = nlu_get(p, "", NLU_U8, 1);
    uint64_t at = 0, labels = 0;
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
    if (nlu_open_code(&l->stream, &at, 256, &l->code, l->pool, 0) || l->code.empty)
        return NLU_ERROR_LABELS;
    l->marks[0] = at;
    return nlu_check_label_text(l);
}

static inline int nlu_open_labels(nlu_model *m, uint64_t *used)
{
    nlu_json j = m->part[NLU_LABELS], nothing = {NULL, NULL, 0, 1};
    nlu_path path = nlu_path_to(m, used, "labels.coded", nothing);
    nlu_labels *l = &m->labels;
    unsigned count = 0, step;
    int error = NLU_OK;
    if (nlu_peek(&j, &step) == '{') {
        error = nlu_open_coded_labels(&path, &j, l);
    } else {
        nlu_expect(&j, '[');
        l->list = j;
        for (; nlu_item(&j, &count); l->count++) {
            if (l->count == NLU_MAX_LABELS || j.at - l->list.at > 1 << 22) return NLU_ERROR_LIMIT;
            if (nlu_has_surrogate(nlu_string(&j))) return NLU_ERROR_LABELS;
        }
        if (j.bad) return NLU_ERROR_DESCRIPTION;
    }
    l->per_mark = (l->count + NLU_LABEL_MARKS - 1) / NLU_LABEL_MARKS;
    return error ? error : nlu_check_labels(l);
}

/* Writes the UTF-8 of a label (no zero behind it) and its length. */
static inline int nlu_label(const nlu_model *m, size_t index, uint8_t *out, size_t room,
                            size_t *size)
{
    const nlu_labels *l = &m->labels;
    if (index >= l->count) return NLU_ERROR_BUFFER;
    uint32_t k = (uint32_t)index / l->per_mark * l->per_mark;
    uint64_t at = l->marks[k / l->per_mark];
    for (;; k++) {
        int error = nlu_read_label(l, &at, out, k == index ? room : 0, size, NULL);
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
    uint64_t at = l->marks[0];
    for (uint32_t k = 0; k < l->count; k++) {
        nlu_hasher h = nlu_hash_begin();
        size_t length;
        if (nlu_read_label(l, &at, NULL, 0, &length, &h)) return 0;
        nlu_hash_end(&h);
        if (h.h1 == mine.h1 && h.h2 == mine.h2) return 1;
    }
    return 0;
}

