/* ---- Bundles (fleet/bundle/BUNDLE.md) ----------------------------------------------------------

   Many models in one file, each under a name. One is opened in place:

       nlu_bundle bundle;
       nlu_bundled found;
       int error = nlu_open_bundle(&bundle, file, file_size, 0);
       if (!error && nlu_find_model(&bundle, "skill", 5, &found) == 1) {
           uint8_t *text = malloc(found.text_size);   // in use for as long as the model
           error = nlu_open_bundled(&model, &bundle, &found, text, found.text_size, 0);
       }

   A name of more than NLU_MAX_NAME bytes is refused (NLU_ERROR_LIMIT). Overlays, which ask for the
   digest of the model's own file, do not fit a model of a bundle here. */
typedef struct {
    const uint8_t *file;
    uint64_t models, templates, shared, table[3], section[5];
} nlu_bundle;

typedef struct {
    const uint8_t *at, *end;
    int bad;
} nlu_cursor;

typedef struct {
    const uint8_t *digest, *payload, *template_text, *values, *links;
    size_t payload_size, template_size, values_size, links_size, text_size;
    uint64_t link_count;
    size_t name_size;
    uint8_t name[NLU_MAX_NAME];
} nlu_bundled;

static inline uint64_t nlu_varint(nlu_cursor *c)
{
    uint64_t number = 0;
    for (unsigned k = 0; k < 9 && c->at != c->end; k++) {
        number |= (uint64_t)(*c->at & 127) << 7 * k;
        if (*c->at++ < 128) return number;
    }
    c->bad = 1;
    return 0;
}

/* So many bytes; NULL if there are fewer. */
static inline const uint8_t *nlu_taken(nlu_cursor *c, uint64_t size)
{
    if (c->bad || size > (uint64_t)(c->end - c->at)) {
        c->bad = 1;
        return NULL;
    }
    c->at += (size_t)size;
    return c->at - (size_t)size;
}

static inline uint64_t nlu_offset_at(const nlu_bundle *b, unsigned which, uint64_t number)
{
    const uint8_t *at = b->file + (size_t)(b->table[which] + number * (which ? 8u : 4u));
    return which ? nlu_u64(at) : nlu_u32(at);
}

/* Whether offsets begin with 0, do not fall, and end where their section ends. */
static inline int nlu_rising(const nlu_bundle *b, unsigned which, uint64_t count, uint64_t size)
{
    uint64_t before = nlu_offset_at(b, which, 0);
    if (before) return 0;
    for (uint64_t k = 1; k <= count; k++) {
        uint64_t next = nlu_offset_at(b, which, k);
        if (next < before) return 0;
        before = next;
    }
    return before == size;
}

/* Opens the bytes of a bundle and checks its index; `flags` as for nlu_open. */
static inline int nlu_open_bundle(nlu_bundle *b, const void *file, size_t size, unsigned flags)
{
    const uint8_t *data = (const uint8_t *)file;
    memset(b, 0, sizeof *b);
    if (size < 72 || memcmp(data, "nlubundl", 8) != 0) return NLU_ERROR_FRAME;
    if (nlu_u32(data + 8) != 1) return nlu_u32(data + 8) ? NLU_ERROR_NEWER : NLU_ERROR_DESCRIPTION;
    b->file = data;
    b->models = nlu_u32(data + 12);
    b->templates = nlu_u32(data + 16);
    b->shared = nlu_u32(data + 20);
    b->table[0] = 72;
    b->table[1] = b->table[0] + 4 * (b->templates + 1);
    b->table[2] = b->table[1] + 8 * (b->shared + 1);
    b->section[0] = b->table[2] + 12 * ((b->models + 15) / 16);
    if (b->section[0] > size) return NLU_ERROR_FRAME;
    for (unsigned k = 0; k < 4; k++) {
        uint64_t bytes = nlu_u64(data + 24 + 8 * k);
        if (bytes > size - b->section[k]) return NLU_ERROR_FRAME;
        b->section[k + 1] = b->section[k] + bytes;
    }
    if (b->section[4] != size) return NLU_ERROR_FRAME;
    if (!(flags & NLU_UNVERIFIED)) {
        nlu_hasher h = nlu_hash_begin();
        nlu_hash_add(&h, data, 56);
        nlu_hash_add(&h, data + 72, (size_t)b->section[2] - 72);
        nlu_hash_end(&h);
        if (h.h1 != nlu_u64(data + 56) || h.h2 != nlu_u64(data + 64)) return NLU_ERROR_DAMAGED;
    }
    if (!nlu_rising(b, 0, b->templates, b->section[1] - b->section[0]) ||
        !nlu_rising(b, 1, b->shared, b->section[3] - b->section[2]))
        return NLU_ERROR_FRAME;
    return NLU_OK;
}

static inline unsigned nlu_half(const uint8_t *data, size_t number)
{
    unsigned byte = data[number / 2];
    return number % 2 ? byte & 15u : byte >> 4;
}

/* The text of a model, or only its size where `out` is NULL. */
static inline int nlu_fill(nlu_bundled *found, uint8_t *out)
{
    static const char letters[] = "0123456789.-e+";
    size_t length = 0;
    for (size_t at = 0; at < found->template_size; at++) {
        uint8_t byte = found->template_text[at];
        int lead = byte == 0x7F && at + 1 < found->template_size;
        if (!lead || found->template_text[at + 1] < 0x80) {
            if (out) out[length] = byte;
            length++;
            continue;
        }
        unsigned skip = found->template_text[++at] - 0x80u, empty = 1;
        size_t half = 0, halves = 2 * found->values_size;
        for (; skip && half < halves; half++)
            skip -= nlu_half(found->values, half) == 15;
        for (; half < halves; half++) {
            unsigned code = nlu_half(found->values, half);
            if (code == 15) break;
            if (code == 14) return NLU_ERROR_DESCRIPTION;
            if (out) out[length] = (uint8_t)letters[code];
            length++;
            empty = 0;
        }
        if (skip || empty || half == halves) return NLU_ERROR_DESCRIPTION;
    }
    found->text_size = length;
    return NLU_OK;
}

/* Reads the next record of a block; `payload` is where its payload begins. */
static inline int nlu_next_model(const nlu_bundle *b, nlu_cursor *c, uint64_t *payload,
                                 nlu_bundled *found)
{
    uint64_t common = nlu_varint(c), rest = nlu_varint(c);
    const uint8_t *more = nlu_taken(c, rest);
    if (c->bad || common > found->name_size) return NLU_ERROR_FRAME;
    if (rest > NLU_MAX_NAME - common) return NLU_ERROR_LIMIT;
    memcpy(found->name + common, more, (size_t)rest);
    found->name_size = (size_t)(common + rest);
    found->digest = nlu_taken(c, 8);
    uint64_t number = nlu_varint(c), size = nlu_varint(c);
    found->link_count = nlu_varint(c);
    found->links = c->at;
    for (uint64_t k = 0; k < found->link_count && !c->bad; k++) {
        (void)nlu_varint(c);
        (void)nlu_varint(c);
    }
    found->links_size = (size_t)(c->at - found->links);
    uint64_t values = nlu_varint(c);
    found->values = nlu_taken(c, values);
    if (c->bad || number >= b->templates) return NLU_ERROR_FRAME;
    uint64_t room = b->section[4] - b->section[3];
    if (*payload > room || size > room - *payload) return NLU_ERROR_FRAME;
    uint64_t begin = nlu_offset_at(b, 0, number);
    found->values_size = (size_t)values;
    found->template_text = b->file + (size_t)(b->section[0] + begin);
    found->template_size = (size_t)(nlu_offset_at(b, 0, number + 1) - begin);
    found->payload = b->file + (size_t)(b->section[3] + *payload);
    found->payload_size = (size_t)size;
    *payload += size;
    return NLU_OK;
}

static inline int nlu_enter_block(const nlu_bundle *b, uint64_t block, nlu_cursor *c,
                                  uint64_t *payload)
{
    const uint8_t *entry = b->file + (size_t)(b->table[2] + 12 * block);
    uint64_t size = b->section[2] - b->section[1], begin = nlu_u32(entry);
    if (begin > size) return NLU_ERROR_FRAME;
    c->at = b->file + (size_t)(b->section[1] + begin);
    c->end = b->file + (size_t)b->section[2];
    c->bad = 0;
    *payload = nlu_u64(entry + 4);
    return NLU_OK;
}

/* Byte by byte: below, at or above 0 as the record's name is before, at or behind this one. */
static inline int nlu_order(const nlu_bundled *found, const uint8_t *name, size_t size)
{
    int order = memcmp(found->name, name, found->name_size < size ? found->name_size : size);
    return order ? order : (found->name_size > size) - (found->name_size < size);
}

/* Finds a model by its name in UTF-8: 1 if it is there, 0 if not, or an error. */
static inline int nlu_find_model(const nlu_bundle *b, const void *name, size_t size,
                                 nlu_bundled *found)
{
    const uint8_t *wanted = (const uint8_t *)name;
    uint64_t low = 0, high = (b->models + 15) / 16, payload = 0;
    nlu_cursor c;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        found->name_size = 0;
        int error = nlu_enter_block(b, middle, &c, &payload);
        if (!error) error = nlu_next_model(b, &c, &payload, found);
        if (error) return error;
        if (nlu_order(found, wanted, size) <= 0) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return 0;
    found->name_size = 0;
    int error = nlu_enter_block(b, low - 1, &c, &payload);
    for (uint64_t k = 16 * (low - 1); !error && k < 16 * low && k < b->models; k++) {
        error = nlu_next_model(b, &c, &payload, found);
        if (error || nlu_order(found, wanted, size)) continue;
        error = nlu_fill(found, NULL);
        return error ? error : 1;
    }
    return error;
}

/* Puts the tensors where their bytes are: in the payload one behind the other, or shared. */
static inline int nlu_place_tensors(nlu_model *m, const nlu_bundle *b, const nlu_bundled *found)
{
    nlu_cursor links = {found->links, found->links + found->links_size, 0};
    nlu_cursor own = {found->payload, found->payload + found->payload_size, 0};
    uint64_t left = found->link_count, tensor = left ? nlu_varint(&links) : 0;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        nlu_tensor *t = &m->tensors[k];
        if (!left || tensor != k) {
            t->data = nlu_taken(&own, t->size);
            if (own.bad) return NLU_ERROR_TENSOR;
            continue;
        }
        uint64_t number = nlu_varint(&links);
        if (number >= b->shared) return NLU_ERROR_FRAME;
        uint64_t begin = nlu_offset_at(b, 1, number);
        if (nlu_offset_at(b, 1, number + 1) - begin != t->size) return NLU_ERROR_TENSOR;
        t->data = b->file + (size_t)(b->section[2] + begin);
        if (--left) tensor = nlu_varint(&links);
    }
    return left || own.at != own.end ? NLU_ERROR_TENSOR : NLU_OK;
}

/* Opens a model that was found. `text` must stay where and what it is, as the file must. */
static inline int nlu_open_bundled(nlu_model *m, const nlu_bundle *b, const nlu_bundled *found,
                                   void *text, size_t room, unsigned flags)
{
    nlu_bundled filled = *found;
    uint8_t *out = (uint8_t *)text;
    memset(m, 0, sizeof *m);
    if (room < found->text_size) return NLU_ERROR_BUFFER;
    int error = nlu_fill(&filled, out);
    if (error) return error;
    m->description.at = out;
    m->description.end = out + filled.text_size;
    m->description.inner = NLU_PHRASES;
    m->data = found->payload;
    m->data_size = found->payload_size;
    nlu_cursor links = {found->links, found->links + found->links_size, 0};
    for (uint64_t k = 0; k < found->link_count; k++) {
        (void)nlu_varint(&links);
        uint64_t number = nlu_varint(&links);
        if (number >= b->shared) return NLU_ERROR_FRAME;
        m->data_size += (size_t)(nlu_offset_at(b, 1, number + 1) - nlu_offset_at(b, 1, number));
    }
    error = nlu_unwrap_sealed(m);
    if (!error) error = nlu_place_tensors(m, b, found);
    if (!error && !(flags & NLU_UNVERIFIED)) {
        nlu_hasher h = nlu_hash_begin();
        nlu_hash_add(&h, out, filled.text_size);
        for (uint32_t k = 0; k < m->tensor_count; k++)
            nlu_hash_add(&h, m->tensors[k].data, m->tensors[k].size);
        nlu_hash_end(&h);
        if (h.h1 != nlu_u64(found->digest)) return NLU_ERROR_DAMAGED;
    }
    return error ? error : nlu_open_parts(m);
}

