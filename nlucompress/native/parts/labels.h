/* ---- Labels (section 10) --------------------------------------------------------------------- */

/* The static code, as a code table. */
static inline nlu_stream nlu_static_code(void)
{
    static const uint8_t table[] = {
        0xF0, 0xEC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xAA, 0xAB, 0xCA, 0xCC, 0xAC,
        0xCC, 0xCC, 0xCC, 0x68, 0x67, 0x57, 0x88, 0x6A, 0x97, 0x76, 0x66, 0xA6, 0x66, 0x78, 0x98,
        0x9A, 0xCC, 0xCC, 0x4C, 0x47, 0x55, 0x46, 0x67, 0x5B, 0x85, 0x65, 0x56, 0x94, 0x54, 0x67,
        0x78, 0x79, 0xCC, 0xCC, 0xF6, 0xF4, 0x69, 0x9A, 0xCB, 0xCC, 0xCC, 0xCC, 0xCC, 0xCF, 0xDE};
    nlu_stream s = {table, sizeof table, 8 * sizeof table};
    return s;
}

/* A walk through labels, one by one. Of coded ones `head` keeps the first bytes of the label
   before, of which the next one repeats `shared`. The text is known to be sound once the file is
   open. */
typedef struct {
    const nlu_labels *labels;
    nlu_mark at;
    unsigned shared;
    uint8_t head[255];
} nlu_walk;

/* Next byte of the label at `index` in it; -1 behind its last one, -2 if it is damaged. */
static inline int32_t nlu_label_byte(nlu_walk *w, size_t index)
{
    const nlu_labels *l = w->labels;
    if (index < w->shared) return w->head[index];
    int32_t symbol = nlu_symbol(&l->stream, &l->code, l->pool, &w->at.at);
    if (symbol < 0) return -2;
    if (symbol > 0xFF) {
        w->shared = (unsigned)symbol - 256;
        return w->shared > index ? -2 : -1;
    }
    if (index < sizeof w->head) w->head[index] = (uint8_t)symbol;
    return symbol;
}

/* Takes the next label of a plain list. */
static inline int nlu_plain_label(nlu_walk *w, uint8_t *out, size_t room, size_t *size,
                                  nlu_hasher *hash)
{
    nlu_json j = w->labels->list;
    const uint8_t *begin = j.at;
    uint8_t bytes[4];
    int32_t c;
    j.at += (size_t)w->at.at;
    j.within = w->at.within;
    nlu_expect(&j, '"');
    while ((c = nlu_char(&j)) >= 0) {
        size_t count = nlu_put_utf8((uint32_t)c, bytes);
        for (size_t k = 0; k < count; k++)
            if (*size + k < room) out[*size + k] = bytes[k];
        *size += count;
        if (hash) nlu_hash_add(hash, bytes, count);
    }
    (void)nlu_accept(&j, ',');
    w->at.at = (uint64_t)(j.at - begin);
    w->at.within = j.within;
    return j.bad ? NLU_ERROR_LABELS : NLU_OK;
}

/* Takes the next label: into out as far as there is room, and into the hash; *size is its whole
   length. Bytes of coded ones must be UTF-8 without surrogates. */
static inline int nlu_next_label(nlu_walk *w, uint8_t *out, size_t room, size_t *size,
                                 nlu_hasher *hash)
{
    uint8_t bytes[4];
    size_t filled = 0, used;
    int32_t next;
    *size = 0;
    if (!w->labels->coded) return nlu_plain_label(w, out, room, size, hash);
    for (; (next = nlu_label_byte(w, *size)) >= 0; ++*size) {
        uint8_t byte = (uint8_t)next;
        if (*size == 65536) return NLU_ERROR_LABELS;
        if (*size < room) out[*size] = byte;
        if (hash) nlu_hash_add(hash, &byte, 1);
        bytes[filled++] = byte;
        size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0x80 ? 2 : 1;
        if (filled < length) continue;
        if (!nlu_is_utf8(bytes, filled)) return NLU_ERROR_LABELS;
        (void)nlu_utf8(bytes, filled, &used);
        if (used != filled) return NLU_ERROR_LABELS;
        filled = 0;
    }
    return next == -1 && filled == 0 ? NLU_OK : NLU_ERROR_LABELS;
}

/* Reads all labels once: their text, where each mark is, and how much there is. */
static inline int nlu_mark_labels(nlu_labels *l)
{
    nlu_walk walk = {l, l->marks[0], 0, {0}};
    uint64_t total = 0;
    for (uint32_t k = 0; k < l->count; k++) {
        size_t size;
        if (l->coded && k % NLU_LABEL_RESTART == 0 && walk.shared) return NLU_ERROR_LABELS;
        if (k % l->per_mark == 0) l->marks[k / l->per_mark] = walk.at;
        if (nlu_next_label(&walk, NULL, 0, &size, NULL)) return NLU_ERROR_LABELS;
        total += size + 1;
        if (l->coded && total > 65536) return NLU_ERROR_LABELS;
    }
    if (!l->coded) return NLU_OK;
    return walk.shared || l->stream.bits - walk.at.at >= 8 ? NLU_ERROR_LABELS : NLU_OK;
}

/* Refuses equal labels: by the hashes of 128 of them at a time, with which those behind them are
   compared. */
static inline int nlu_check_labels(nlu_labels *l)
{
    uint64_t hashes[128][2];
    nlu_walk next = {l, l->marks[0], 0, {0}};
    for (uint32_t first = 0; first < l->count; first += 128) {
        nlu_walk walk = next;
        for (uint32_t k = first; k < l->count; k++) {
            uint32_t kept = k - first < 128 ? k - first : 128;
            nlu_hasher h = nlu_hash_begin();
            size_t size;
            if (nlu_next_label(&walk, NULL, 0, &size, &h)) return NLU_ERROR_LABELS;
            nlu_hash_end(&h);
            l->filter[h.h1 / 8 % 1024] |= (uint8_t)(1u << h.h1 % 8);
            for (uint32_t i = 0; i < kept; i++)
                if (hashes[i][0] == h.h1 && hashes[i][1] == h.h2) return NLU_ERROR_LABELS;
            if (kept == 128) continue;
            hashes[kept][0] = h.h1;
            hashes[kept][1] = h.h2;
            next = walk;
        }
    }
    return NLU_OK;
}

static inline int nlu_open_coded_labels(const nlu_path *p, nlu_json *j, nlu_labels *l)
{
    nlu_json name = *j;
    unsigned count = 0;
    const nlu_tensor *t = nlu_get(p, "", NLU_U8, 1);
    uint64_t at = 0, begin = 0, labels = 0;
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
    nlu_stream table = l->stream;
    int is_static = t->size && t->data[0] >> 4 == 13;
    if (is_static) table = nlu_static_code();
    if (nlu_open_code(&table, &at, 512, &l->code, l->pool, 0) || l->code.empty)
        return NLU_ERROR_LABELS;
    begin = is_static ? 4 : at;
    l->marks[0].at = begin;
    return NLU_OK;
}

static inline int nlu_open_labels(nlu_model *m, uint64_t *used)
{
    nlu_json j = m->part[NLU_LABELS], nothing = {NULL, NULL, 0, 1, 0};
    nlu_path path = nlu_path_to(m, used, "labels.coded", nothing);
    nlu_labels *l = &m->labels;
    unsigned count = 0, step;
    int error = NLU_OK;
    if (nlu_peek(&j, &step) == '{') {
        error = nlu_open_coded_labels(&path, &j, l);
    } else {
        nlu_expect(&j, '[');
        l->list = j;
        l->marks[0].within = j.within;
        for (; nlu_item(&j, &count); l->count++) {
            if (l->count == NLU_MAX_LABELS || j.at - l->list.at > 1 << 22) return NLU_ERROR_LIMIT;
            if (nlu_has_surrogate(nlu_string(&j))) return NLU_ERROR_LABELS;
        }
        if (j.bad) return NLU_ERROR_DESCRIPTION;
    }
    l->per_mark = (l->count + NLU_LABEL_MARKS - 1) / NLU_LABEL_MARKS;
    if (l->coded) /* from where a label is written whole */
        l->per_mark += (NLU_LABEL_RESTART - l->per_mark % NLU_LABEL_RESTART) % NLU_LABEL_RESTART;
    if (!error) error = nlu_mark_labels(l);
    return error ? error : nlu_check_labels(l);
}

/* Writes the UTF-8 of a label (no zero behind it) and its length; those of overlays come last. */
static inline int nlu_label(const nlu_model *m, size_t index, uint8_t *out, size_t room,
                            size_t *size)
{
    for (; index >= m->labels.count && m->over; m = m->over) index -= m->labels.count;
    const nlu_labels *l = &m->labels;
    if (index >= l->count) return NLU_ERROR_BUFFER;
    uint32_t k = (uint32_t)index / l->per_mark * l->per_mark;
    nlu_walk walk = {l, l->marks[k / l->per_mark], 0, {0}};
    for (;; k++) {
        int error = nlu_next_label(&walk, out, k == index ? room : 0, size, NULL);
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
    nlu_walk walk = {l, l->marks[0], 0, {0}};
    for (uint32_t k = 0; k < l->count; k++) {
        nlu_hasher h = nlu_hash_begin();
        size_t length;
        if (nlu_next_label(&walk, NULL, 0, &length, &h)) return 0;
        nlu_hash_end(&h);
        if (h.h1 == mine.h1 && h.h2 == mine.h2) return 1;
    }
    return 0;
}

