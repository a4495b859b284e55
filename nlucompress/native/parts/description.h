/* ---- Description and digests (sections 2 and 3) ---------------------------------------------- */

/* What the digest of the description leaves out: members "digest" and "format", a comma each. */
typedef struct {
    const uint8_t *digest_begin, *digest_end, *format_begin, *format_end;
} nlu_cuts;

/* Walks through the whole description: its form, the places of its members, and what to cut. Only
   an open file states digests and version here, and only a sealed one lists its tensors. */
static inline int nlu_outline(nlu_model *m, nlu_cuts *cuts, int *unknown)
{
    static const char *const names[] = {"digest", "digests", "features", "format", "history",
                                        "labels", "network", "sealed", "tables", "tensors",
                                        "unknown"};
    nlu_json j = m->description, name = j;
    unsigned count = 0, step;
    nlu_expect(&j, '{');
    for (;;) {
        const uint8_t *begin = j.at;
        int part = 0;
        if (!nlu_member(&j, &name, &count)) break;
        while (part < NLU_PARTS && !nlu_is(name, names[part])) part++;
        if (part == NLU_PARTS) *unknown = 1;
        else m->part[part] = j;
        nlu_skip(&j, 100);
        if (part == NLU_DIGEST && nlu_peek(&j, &step) == ',') {
            cuts->digest_begin = begin;
            cuts->digest_end = j.at + step;
        }
        if (part == NLU_FORMAT) {
            cuts->format_begin = begin;
            cuts->format_end = j.at;
        }
    }
    if (j.bad || j.at != j.end) return NLU_ERROR_DESCRIPTION;
    int sealed = m->part[NLU_TENSORS].at != NULL;
    int open = m->part[NLU_DIGEST].at || m->part[NLU_DIGESTS].at || m->part[NLU_FORMAT].at;
    if (m->description.inner == NLU_PHRASES)
        return sealed && !open ? NLU_OK : NLU_ERROR_DESCRIPTION;
    if (sealed) *unknown = 1;
    return cuts->digest_end && cuts->format_end ? NLU_OK : NLU_ERROR_DESCRIPTION;
}

static inline void nlu_hash_text(nlu_hasher *h, nlu_json from, const uint8_t *to)
{
    while (from.at < to && !from.bad) {
        uint8_t byte = (uint8_t)nlu_take(&from);
        nlu_hash_add(h, &byte, 1);
    }
}

/* Whether the string at *j, which is stepped over, has the digits of this hash. */
static inline int nlu_is_digest(nlu_json *j, nlu_hasher *h)
{
    char digits[33];
    nlu_hash_end(h);
    for (unsigned k = 0; k < 32; k++) {
        uint64_t half = k < 16 ? h->h1 : h->h2;
        unsigned byte = k / 2 % 8, nibble = (unsigned)(half >> (8 * byte + (k % 2 ? 0 : 4))) & 15;
        digits[k] = "0123456789abcdef"[nibble];
    }
    digits[32] = 0;
    return nlu_is(nlu_string(j), digits);
}

static inline int nlu_check_description(const nlu_model *m, const nlu_cuts *cuts)
{
    nlu_hasher h = nlu_hash_begin();
    nlu_json j = m->description, digest = m->part[NLU_DIGEST];
    if (cuts->format_begin < cuts->digest_end) return NLU_ERROR_DAMAGED;
    nlu_hash_text(&h, j, cuts->digest_begin);
    j.at = cuts->digest_end;
    nlu_hash_text(&h, j, cuts->format_begin);
    j.at = cuts->format_end;
    nlu_hash_text(&h, j, j.end);
    return nlu_is_digest(&digest, &h) ? NLU_OK : NLU_ERROR_DAMAGED;
}

static inline nlu_hasher nlu_hash_tensor(const nlu_tensor *t)
{
    nlu_hasher h = nlu_hash_begin();
    nlu_json name = t->name;
    const char *dtype = nlu_dtype_names()[t->dtype];
    uint8_t text[24];
    for (int32_t c = nlu_char(&name); c >= 0; c = nlu_char(&name))
        nlu_hash_add(&h, text, nlu_put_utf8((uint32_t)c, text));
    text[0] = 0;
    nlu_hash_add(&h, text, 1);
    nlu_hash_add(&h, (const uint8_t *)dtype, strlen(dtype) + 1);
    for (unsigned k = 0; k < t->dimensions; k++) {
        uint64_t size = t->shape[k];
        unsigned at = sizeof text;
        do text[--at] = (uint8_t)('0' + size % 10);
        while (size /= 10);
        if (k) text[--at] = ',';
        nlu_hash_add(&h, text + at, sizeof text - at);
    }
    text[0] = 0;
    nlu_hash_add(&h, text, 1);
    nlu_hash_add(&h, t->data, t->size);
    return h;
}

/* Checks the digest of every tensor, which reads the whole file. */
static inline int nlu_verify(const nlu_model *m)
{
    nlu_json j = m->part[NLU_DIGESTS];
    unsigned count = 0;
    uint32_t k = 0;
    nlu_expect(&j, '[');
    for (; nlu_item(&j, &count); k++) {
        if (k == m->tensor_count) return NLU_ERROR_DAMAGED;
        nlu_hasher h = nlu_hash_tensor(&m->tensors[k]);
        if (!nlu_is_digest(&j, &h)) return NLU_ERROR_DAMAGED;
    }
    return j.bad || k != m->tensor_count ? NLU_ERROR_DAMAGED : NLU_OK;
}

/* The path of an object of the description, before the word of its tensor: root, name, part, and
   two more parts for a matrix within matrices; and the room for matrices within this one. */
typedef struct {
    const nlu_model *model;
    uint64_t *used; /* bit k: tensor k belongs to something */
    const char *root, *part;
    nlu_json name;
    const char *child, *grandchild;
    nlu_matrix *room;
    uint32_t *room_used;
} nlu_path;

static inline nlu_path nlu_path_to(const nlu_model *m, uint64_t *used, const char *root,
                                   nlu_json name)
{
    nlu_path path = {m, used, root, "", name, "", "", NULL, NULL};
    return path;
}

/* The tensor of a path and a word, if it has this type and number of dimensions; else NULL. */
static inline const nlu_tensor *nlu_get(const nlu_path *p, const char *word, unsigned dtype,
                                        unsigned dimensions)
{
    for (uint32_t k = 0; k < p->model->tensor_count; k++) {
        const nlu_tensor *t = &p->model->tensors[k];
        nlu_json at = t->name, name = p->name;
        int32_t c;
        if (t->dtype != dtype || t->dimensions != dimensions || !nlu_begins(&at, p->root)) continue;
        while ((c = nlu_char(&name)) >= 0 && nlu_char(&at) == c) {}
        if (c >= 0 || !nlu_begins(&at, p->part) || !nlu_begins(&at, p->child)) continue;
        if (!nlu_begins(&at, p->grandchild) || !nlu_is(at, word)) continue;
        *p->used |= (uint64_t)1 << k;
        return t;
    }
    return NULL;
}

