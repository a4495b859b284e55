/* ---- Opening (sections 2 and 12) ------------------------------------------------------------- */

static inline int nlu_read_table(const nlu_path *objects, nlu_json *j, nlu_keys *k,
                                 nlu_matrix *m)
{
    nlu_path keys = *objects, matrix = *objects, counts = *objects;
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    int error = NLU_OK, counted = 0, closed = 0;
    keys.part = ".keys";
    matrix.part = ".matrix";
    counts.part = ".counts";
    nlu_expect(j, '{');
    while (!error && nlu_member(j, &name, &count)) {
        if (nlu_is(name, "keys")) {
            error = nlu_open_keys(&keys, j, k);
            seen |= 1;
        } else if (nlu_is(name, "matrix")) {
            error = nlu_open_matrix(&matrix, j, m);
            seen |= 2;
        } else if (nlu_is(name, "counts")) {
            counted = nlu_boolean(j);
        } else if (nlu_is(name, "closed")) {
            closed = nlu_boolean(j);
        } else {
            error = NLU_ERROR_DESCRIPTION;
        }
    }
    if (error) return error;
    if (j->bad || seen != 3) return NLU_ERROR_DESCRIPTION;
    if ((k->kind == NLU_STATIC_KEYS) != (m->kind == NLU_STATIC)) return NLU_ERROR_MATRIX;
    if (m->kind == NLU_STATIC) {
        m->rows = k->size;
        m->function = k->function;
        m->skipped = k->fingerprint_bits;
        if (m->longest > k->function.vector.bits) return NLU_ERROR_MATRIX;
    }
    if (k->size != m->rows) return NLU_ERROR_KEYS;
    k->closed = closed;
    if (!counted) return NLU_OK;
    const nlu_tensor *numbers = nlu_get(&counts, "", NLU_U32, 1);
    return numbers && numbers->shape[0] == k->size ? NLU_OK : NLU_ERROR_TENSOR;
}

/* Reads every table, or the one of this name, into these keys, matrix and room for its children. */
static inline int nlu_read_tables(const nlu_model *m, const char *wanted, uint64_t *used,
                                  nlu_keys *keys, nlu_matrix *matrix, nlu_matrix *room)
{
    nlu_json j = m->part[NLU_TABLES], name = j;
    unsigned count = 0;
    uint32_t room_used = 0;
    int error = NLU_OK, found = 0;
    nlu_expect(&j, '{');
    while (!error && nlu_member(&j, &name, &count)) {
        nlu_path path = nlu_path_to(m, used, "tables.", name);
        path.room = room;
        path.room_used = &room_used;
        room_used = 0;
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (wanted && !nlu_is(name, wanted)) {
            nlu_skip(&j, 100);
            continue;
        }
        error = nlu_read_table(&path, &j, keys, matrix);
        found = 1;
    }
    if (error) return error;
    if (j.bad) return NLU_ERROR_DESCRIPTION;
    return wanted && !found ? NLU_ERROR_NO_TABLE : NLU_OK;
}

/* Prepares a table for look-ups. The name is UTF-8 without escapes in ASCII. */
static inline int nlu_open_table(const nlu_model *m, const char *name, nlu_table *t)
{
    uint64_t used = 0;
    memset(t, 0, sizeof *t);
    int error = nlu_read_tables(m, name, &used, &t->keys, &t->matrix, t->child);
    if (!error) nlu_open_pairs(&t->matrix, &t->pairs);
    return error;
}

/* The table that the network reads, and the norms of a vectorizer. */
static inline int nlu_open_network_tables(nlu_model *m)
{
    const char *name = m->network == NLU_NET_FASTTEXT ? "embeddings" : "features";
    int error = nlu_open_table(m, name, &m->table);
    if (error == NLU_ERROR_NO_TABLE) return NLU_ERROR_DESCRIPTION;
    if (error) return error;
    uint64_t columns = m->network == NLU_NET_FASTTEXT ? m->tensor.columns
                                                      : (uint64_t)m->under + m->labels.count;
    if (m->table.matrix.columns != columns) return NLU_ERROR_MATRIX;
    if (m->network != NLU_NET_LINEAR) return NLU_OK;
    uint64_t used = 0;
    error = nlu_read_tables(m, "norms", &used, &m->norm_keys, &m->norms, NULL);
    if (error == NLU_ERROR_NO_TABLE) memset(&m->norms, 0, sizeof m->norms);
    if (!error && m->norms.columns != 1) m->norms.columns = 0; /* no norms, then */
    return error == NLU_ERROR_NO_TABLE ? NLU_OK : error;
}

/* The answer to unknown texts (section 12.2). */
static inline int nlu_open_unknown(nlu_model *m)
{
    nlu_json j = m->part[NLU_UNKNOWN], name = j;
    unsigned count = 0, seen = 0;
    if (!j.at) return NLU_OK;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &name, &count)) {
        if (nlu_is(name, "label")) {
            m->unknown_label = nlu_string(&j);
            seen |= 1;
        } else if (nlu_is(name, "threshold")) {
            nlu_decimal d = nlu_number(&j);
            if (d.whole && (d.digits > 16 || d.value > (uint64_t)1 << 53)) j.bad = 1;
            m->threshold = nlu_to_double(&j, d);
            seen |= 2;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    if (j.bad || seen != 3 || !m->classifies || m->threshold > 1e30 || m->threshold < -1e30)
        return NLU_ERROR_DESCRIPTION;
    name = m->unknown_label;
    return nlu_has_surrogate(name) || nlu_char(&name) < 0 ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

static inline int nlu_check_plain_parts(const nlu_model *m)
{
    nlu_json sealed = m->part[NLU_SEALED], history = m->part[NLU_HISTORY];
    unsigned count = 0, step;
    int is_sealed = m->description.inner == NLU_PHRASES;
    if (!m->part[is_sealed ? NLU_TENSORS : NLU_DIGESTS].at || !m->part[NLU_LABELS].at ||
        !m->part[NLU_TABLES].at || !sealed.at)
        return NLU_ERROR_DESCRIPTION;
    if (nlu_boolean(&sealed) != is_sealed || sealed.bad) return NLU_ERROR_DESCRIPTION;
    if (!history.at) return NLU_OK;
    nlu_expect(&history, '[');
    while (nlu_item(&history, &count)) {
        if (nlu_peek(&history, &step) != '{') history.bad = 1;
        nlu_skip(&history, 100);
    }
    return history.bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

/* The outline of a sealed description, and its tensors in the data. */
static inline int nlu_unwrap_sealed(nlu_model *m)
{
    nlu_cuts cuts = {NULL, NULL, NULL, NULL};
    int unknown = 0, error = nlu_outline(m, &cuts, &unknown);
    if (!error) error = nlu_check_plain_parts(m);
    if (!error && unknown) error = NLU_ERROR_DESCRIPTION;
    return error ? error : nlu_list_tensors(m);
}

/* Frame, version, digests, and the outline of the description. */
static inline int nlu_unwrap(nlu_model *m, const uint8_t *file, size_t size, unsigned flags)
{
    nlu_cuts cuts = {NULL, NULL, NULL, NULL};
    nlu_json version;
    int unknown = 0, error = nlu_frame(m, file, size), sealed = !error && nlu_is_sealed(m);
    if (!error && !sealed && !m->description.at) error = NLU_ERROR_FOREIGN;
    if (sealed) error = nlu_enter(m, flags);
    if (sealed) return error ? error : nlu_unwrap_sealed(m);
    if (!error) error = nlu_outline(m, &cuts, &unknown);
    if (error) return error;
    version = m->part[NLU_FORMAT];
    (void)nlu_integer(&version, NLU_VERSION, NLU_VERSION);
    if (version.bad) {
        version = m->part[NLU_FORMAT];
        (void)nlu_integer(&version, NLU_VERSION + 1, UINT64_MAX);
        return version.bad ? NLU_ERROR_DESCRIPTION : NLU_ERROR_NEWER;
    }
    nlu_json own = m->part[NLU_DIGEST];
    nlu_read_digest(&own, m->digest);
    if (own.bad) return NLU_ERROR_DAMAGED;
    if (!(flags & NLU_UNVERIFIED)) error = nlu_check_description(m, &cuts);
    if (!error) error = nlu_check_plain_parts(m);
    if (!error && !(flags & NLU_UNVERIFIED)) error = nlu_verify(m);
    return !error && unknown ? NLU_ERROR_DESCRIPTION : error;
}

/* Everything behind the frame: labels, tables, network and features. */
static inline int nlu_open_parts(nlu_model *m)
{
    uint64_t used = 0, all;
    int error = nlu_open_labels(m, &used);
    if (!error)
        error = nlu_read_tables(m, NULL, &used, &m->table.keys, &m->table.matrix, m->table.child);
    if (!error) error = nlu_open_network(m, &used);
    if (!error && m->network) error = nlu_open_network_tables(m);
    if (!error) error = nlu_open_features(m);
    if (!error) error = nlu_open_unknown(m);
    all = m->tensor_count == 64 ? UINT64_MAX : ((uint64_t)1 << m->tensor_count) - 1;
    return !error && used != all ? NLU_ERROR_TENSOR : error;
}

/* Opens the bytes of a file and checks all of it but the entries of coded rows, which are checked
   when they are read. `flags` is 0, or NLU_UNVERIFIED to leave out the digests. */
static inline int nlu_open(nlu_model *m, const void *file, size_t size, unsigned flags)
{
    memset(m, 0, sizeof *m);
    int error = nlu_unwrap(m, (const uint8_t *)file, size, flags);
    return error ? error : nlu_open_parts(m);
}

/* ---- Look-up --------------------------------------------------------------------------------- */

/* The row of a key in UTF-8: 1 if the key is known, 0 if not, or an error. In a static function it is
   no number of a row but the key's handle, which nlu_row takes alike. */
static inline int nlu_find(const nlu_table *t, const void *key, size_t size, uint64_t *row)
{
    if (t->keys.kind == NLU_STRINGS) return nlu_find_string(&t->keys, (const uint8_t *)key, size, row);
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, (const uint8_t *)key, size);
    nlu_hash_end(&h);
    return nlu_find_hash(&t->keys, &h, row);
}

/* Writes all columns of a row of a matrix. */
static inline int nlu_matrix_row(const nlu_matrix *m, uint64_t row, float *numbers)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    if (row >= m->rows && m->kind != NLU_STATIC) return NLU_ERROR_MATRIX;
    for (uint64_t k = 0; k < m->columns; k++) numbers[(size_t)k] = 0;
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        numbers[(size_t)column] = number;
    return more;
}

/* Writes all t->matrix.columns numbers of a row of a table. */
static inline int nlu_row(const nlu_table *t, uint64_t row, float *numbers)
{
    return nlu_matrix_row(&t->matrix, row, numbers);
}

