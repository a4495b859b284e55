/* ---- Opening (sections 2 and 12) ------------------------------------------------------------- */

static inline int nlu_read_table(const nlu_path *objects, nlu_json *j, nlu_table *t)
{
    nlu_path keys = *objects, matrix = *objects, counts = *objects;
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    int error = NLU_OK, counted = 0;
    keys.part = ".keys";
    matrix.part = ".matrix";
    counts.part = ".counts";
    nlu_expect(j, '{');
    while (!error && nlu_member(j, &name, &count)) {
        if (nlu_is(name, "keys")) {
            error = nlu_open_keys(&keys, j, &t->keys);
            seen |= 1;
        } else if (nlu_is(name, "matrix")) {
            error = nlu_open_matrix(&matrix, j, &t->matrix);
            seen |= 2;
        } else if (nlu_is(name, "counts")) {
            counted = nlu_boolean(j);
        } else {
            error = NLU_ERROR_DESCRIPTION;
        }
    }
    if (error) return error;
    if (j->bad || seen != 3) return NLU_ERROR_DESCRIPTION;
    if (t->keys.size != t->matrix.rows) return NLU_ERROR_KEYS;
    if (!counted) return NLU_OK;
    const nlu_tensor *numbers = nlu_get(&counts, "", NLU_U32, 1);
    return numbers && numbers->shape[0] == t->keys.size ? NLU_OK : NLU_ERROR_TENSOR;
}

/* Reads every table, or every one of this name, into *t. */
static inline int nlu_read_tables(const nlu_model *m, const char *wanted, uint64_t *used,
                                  nlu_table *t)
{
    nlu_json j = m->part[NLU_TABLES], name = j;
    unsigned count = 0;
    int error = NLU_OK, found = 0;
    nlu_expect(&j, '{');
    while (!error && nlu_member(&j, &name, &count)) {
        nlu_path path = {m, used, "tables.", "", name};
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (wanted && !nlu_is(name, wanted)) {
            nlu_skip(&j, 100);
            continue;
        }
        error = nlu_read_table(&path, &j, t);
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
    return nlu_read_tables(m, name, &used, t);
}

/* Reads every tensor of the network into m->bias, "bias" once more at the end. */
static inline int nlu_read_tensors(nlu_model *m, nlu_json j, uint64_t *used, int *has_bias)
{
    nlu_json name = j, bias = j, bias_name = j;
    unsigned count = 0;
    int error = NLU_OK;
    nlu_path path = {m, used, "network.tensors.", "", j};
    nlu_expect(&j, '{');
    while (!error && nlu_member(&j, &name, &count)) {
        path.name = name;
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (nlu_is(name, "bias")) {
            *has_bias = 1;
            bias_name = name;
            bias = j;
        }
        error = nlu_open_matrix(&path, &j, &m->bias);
    }
    if (error) return error;
    if (j.bad) return NLU_ERROR_DESCRIPTION;
    if (!*has_bias) return NLU_OK;
    path.name = bias_name;
    return nlu_open_matrix(&path, &bias, &m->bias);
}

static inline int nlu_open_network(nlu_model *m, uint64_t *used)
{
    static const char *const kinds[] = {"linear", "tensors", NULL};
    static const char *const links[] = {"margin", "softmax", "logistic", "one-vs-rest",
                                        "clipped", NULL};
    nlu_json j = m->part[NLU_NETWORK], name = j, settings = j, tensors = j;
    unsigned count = 0, seen = 0;
    int has_bias = 0, error;
    if (!j.at) return NLU_OK;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &name, &count)) {
        unsigned field = nlu_is(name, "kind") ? 1 : nlu_is(name, "settings") ? 2 : 4;
        if (field == 4 && !nlu_is(name, "tensors")) return NLU_ERROR_DESCRIPTION;
        if (field == 1) m->classifies = nlu_choice(&j, kinds) == 0;
        if (field == 2) settings = j;
        if (field == 4) tensors = j;
        if (field != 1) nlu_skip(&j, 100);
        seen |= field;
    }
    if (j.bad || seen != 7) return NLU_ERROR_DESCRIPTION;
    nlu_expect(&settings, '{');
    error = settings.bad ? NLU_ERROR_DESCRIPTION : nlu_read_tensors(m, tensors, used, &has_bias);
    if (error || !m->classifies) return error;
    count = seen = 0;
    while (nlu_member(&settings, &name, &count)) {
        if (!nlu_is(name, "link")) return NLU_ERROR_DESCRIPTION;
        m->link = nlu_choice(&settings, links);
        seen = 1;
    }
    if (settings.bad || !seen || !has_bias) return NLU_ERROR_DESCRIPTION;
    if (m->labels.count == 0) return NLU_ERROR_LABELS;
    if (m->bias.rows != 1 || m->bias.columns != m->labels.count) return NLU_ERROR_MATRIX;
    return NLU_OK;
}

/* A range of n-gram lengths: [] or [low, high]. */
static inline void nlu_range(nlu_json *j, uint32_t *low, uint32_t *high)
{
    unsigned count = 0, items = 0;
    uint32_t range[2] = {0, 0};
    nlu_expect(j, '[');
    for (; nlu_item(j, &count); items++) {
        if (items == 2) j->bad = 1;
        else range[items] = (uint32_t)nlu_integer(j, 1, 32);
    }
    if (items == 1 || range[0] > range[1]) j->bad = 1;
    *low = range[0];
    *high = range[1];
}

static inline int nlu_open_features(nlu_model *m)
{
    static const char *const kinds[] = {"ngrams", NULL};
    static const char *const weights[] = {"binary", "count", NULL};
    nlu_json j = m->part[NLU_FEATURES], name = j;
    unsigned count = 0, seen = 0;
    if (!j.at) return m->classifies ? NLU_ERROR_DESCRIPTION : NLU_OK;
    nlu_expect(&j, '{');
    while (m->classifies && nlu_member(&j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            (void)nlu_choice(&j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "words")) {
            nlu_range(&j, &m->word_low, &m->word_high);
            seen |= 2;
        } else if (nlu_is(name, "chars")) {
            nlu_range(&j, &m->char_low, &m->char_high);
            seen |= 4;
        } else if (nlu_is(name, "weighting")) {
            m->counted = nlu_choice(&j, weights);
            seen |= 8;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    if (j.bad || (m->classifies && seen != 15)) return NLU_ERROR_DESCRIPTION;
    return NLU_OK;
}

static inline int nlu_check_plain_parts(const nlu_model *m)
{
    nlu_json sealed = m->part[NLU_SEALED], history = m->part[NLU_HISTORY];
    unsigned count = 0, step;
    if (!m->part[NLU_DIGESTS].at || !m->part[NLU_LABELS].at || !m->part[NLU_TABLES].at ||
        !sealed.at)
        return NLU_ERROR_DESCRIPTION;
    (void)nlu_boolean(&sealed);
    if (sealed.bad) return NLU_ERROR_DESCRIPTION;
    if (!history.at) return NLU_OK;
    nlu_expect(&history, '[');
    while (nlu_item(&history, &count)) {
        if (nlu_peek(&history, &step) != '{') history.bad = 1;
        nlu_skip(&history, 100);
    }
    return history.bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

/* Opens the bytes of a file and checks all of it but the entries of coded rows, which are checked
   when they are read. `flags` is 0, or NLU_UNVERIFIED to leave out the digests. */
static inline int nlu_open(nlu_model *m, const void *file, size_t size, unsigned flags)
{
    nlu_cuts cuts = {NULL, NULL, NULL, NULL};
    nlu_json version;
    uint64_t used = 0, all;
    int unknown = 0, error;
    memset(m, 0, sizeof *m);
    error = nlu_frame(m, (const uint8_t *)file, size);
    if (!error) error = nlu_outline(m, &cuts, &unknown);
    if (error) return error;
    version = m->part[NLU_FORMAT];
    (void)nlu_integer(&version, 1, 1);
    if (version.bad) {
        version = m->part[NLU_FORMAT];
        (void)nlu_integer(&version, 2, UINT64_MAX);
        return version.bad ? NLU_ERROR_DESCRIPTION : NLU_ERROR_NEWER;
    }
    if (!(flags & NLU_UNVERIFIED)) error = nlu_check_description(m, &cuts);
    if (!error) error = nlu_check_plain_parts(m);
    if (!error && !(flags & NLU_UNVERIFIED)) error = nlu_verify(m);
    if (!error && unknown) error = NLU_ERROR_DESCRIPTION;
    if (!error) error = nlu_open_labels(m, &used);
    if (!error) error = nlu_read_tables(m, NULL, &used, &m->table);
    if (!error) error = nlu_open_network(m, &used);
    if (!error) error = nlu_open_features(m);
    all = m->tensor_count == 64 ? UINT64_MAX : ((uint64_t)1 << m->tensor_count) - 1;
    if (!error && used != all) error = NLU_ERROR_TENSOR;
    if (error || !m->classifies) return error;
    error = nlu_open_table(m, "features", &m->table);
    if (error == NLU_ERROR_NO_TABLE) return NLU_ERROR_DESCRIPTION;
    return error || m->table.matrix.columns == m->labels.count ? error : NLU_ERROR_MATRIX;
}

/* ---- Look-up --------------------------------------------------------------------------------- */

/* The row of a key in UTF-8: 1 if the key is known, 0 if not, or an error. */
static inline int nlu_find(const nlu_table *t, const void *key, size_t size, uint64_t *row)
{
    if (!t->keys.hashed) return nlu_find_string(&t->keys, (const uint8_t *)key, size, row);
    nlu_hasher h = nlu_hash_begin();
    nlu_hash_add(&h, (const uint8_t *)key, size);
    nlu_hash_end(&h);
    return nlu_find_hash(&t->keys, &h, row);
}

/* Writes all t->matrix.columns numbers of a row. */
static inline int nlu_row(const nlu_table *t, uint64_t row, float *numbers)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    if (row >= t->matrix.rows) return NLU_ERROR_MATRIX;
    for (uint64_t k = 0; k < t->matrix.columns; k++) numbers[(size_t)k] = 0;
    int more = nlu_entries_begin(&entries, &t->matrix, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        numbers[(size_t)column] = number;
    return more;
}

