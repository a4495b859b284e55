/* ---- The network: its description (section 12) ----------------------------------------------- */

/* Reads every tensor of the network into m->tensor, and at the end the one of this name once more;
   *count of them. */
static inline int nlu_read_tensors(nlu_model *m, nlu_json j, uint64_t *used, const char *wanted,
                                   unsigned *count)
{
    nlu_json name = j, place = j, place_name = j;
    unsigned members = 0;
    uint32_t room_used = 0;
    int error = NLU_OK, found = 0;
    nlu_path path = nlu_path_to(m, used, "network.tensors.", j);
    path.room = m->child;
    path.room_used = &room_used;
    nlu_expect(&j, '{');
    for (*count = 0; !error && nlu_member(&j, &name, &members); ++*count) {
        path.name = name;
        room_used = 0;
        if (nlu_has_surrogate(name)) return NLU_ERROR_DESCRIPTION;
        if (wanted && nlu_is(name, wanted)) {
            found = 1;
            place_name = name;
            place = j;
        }
        error = nlu_open_matrix(&path, &j, &m->tensor);
    }
    if (error) return error;
    if (j.bad || (wanted && !found)) return NLU_ERROR_DESCRIPTION;
    if (!wanted) return NLU_OK;
    path.name = place_name;
    room_used = 0;
    return nlu_open_matrix(&path, &place, &m->tensor);
}

/* A float as the writer writes it: never an integer. */
static inline double nlu_bound(nlu_json *j)
{
    nlu_decimal decimal = nlu_number(j);
    double value = nlu_to_double(j, decimal);
    if (decimal.whole || value > 1e30 || value < -1e30) j->bad = 1;
    return value;
}

/* Settings of kind `linear`: the link, and perhaps bounds. */
static inline void nlu_linear_settings(nlu_model *m, nlu_json *j)
{
    static const char *const links[] = {"margin", "softmax", "logistic", "one-vs-rest",
                                        "clipped", NULL};
    nlu_json name = *j;
    unsigned count = 0, linked = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "link")) {
            m->link = nlu_choice(j, links);
            linked = 1;
        } else if (nlu_is(name, "bounds")) {
            nlu_expect(j, '[');
            m->low = nlu_bound(j);
            nlu_expect(j, ',');
            m->high = nlu_bound(j);
            nlu_expect(j, ']');
            m->bounded = 1;
            if (m->low > m->high) j->bad = 1;
        } else {
            j->bad = 1;
        }
    }
    if (!linked) j->bad = 1;
}

/* Settings of kind `fasttext`; m->tree.at is set for a hierarchical softmax. */
static inline void nlu_fasttext_settings(nlu_model *m, nlu_json *j)
{
    static const char *const losses[] = {"softmax", "one-vs-all", "hierarchical-softmax", NULL};
    nlu_json name = *j;
    unsigned count = 0;
    nlu_expect(j, '{');
    if (nlu_next_member(j, &name, &count, "loss")) m->link = NLU_LOSS + nlu_choice(j, losses);
    if (m->link == NLU_LOSS + 2 && nlu_next_member(j, &name, &count, "tree")) {
        nlu_json digits = m->tree = nlu_string(j);
        uint64_t bits = 2 * (uint64_t)(m->labels.count - 1), read = 0;
        uint32_t leaves = 0, inner = 0;
        for (; !j->bad && read < (bits + 3) / 4; read++) {
            int32_t c = nlu_char(&digits);
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) j->bad = 1;
            for (unsigned k = 0; k < 4; k++) {
                uint64_t number = 4 * read + k;
                unsigned bit = (unsigned)digit >> (3 - k) & 1;
                if (number >= bits) j->bad |= (int)bit;
                else if (bit) inner++;
                else leaves++;
                if (leaves > m->labels.count || (number < bits && inner > number / 2)) j->bad = 1;
            }
        }
        if (nlu_char(&digits) >= 0) j->bad = 1;
    }
    if (nlu_member(j, &name, &count)) j->bad = 1;
}

/* Settings of kind `crf`: none. */
static inline void nlu_no_settings(nlu_json *j)
{
    nlu_json name = *j;
    unsigned count = 0;
    nlu_expect(j, '{');
    if (nlu_member(j, &name, &count)) j->bad = 1;
}

/* The settings and the one tensor of an overlay. */
static inline int nlu_open_changes(nlu_model *m, nlu_json settings, nlu_json values, uint64_t *used)
{
    uint64_t width;
    unsigned count;
    int error = nlu_open_base(m, &settings);
    if (error) return error;
    error = nlu_read_tensors(m, values, used, m->changes == NLU_NET_CRF ? "transitions" : "bias",
                             &count);
    if (error) return error;
    if (count != 1 || !nlu_has_only(m->part[NLU_TABLES], "features")) return NLU_ERROR_DESCRIPTION;
    width = (uint64_t)m->under + m->labels.count;
    return m->tensor.rows == (m->changes == NLU_NET_CRF ? width : 1) && m->tensor.columns == width
               ? NLU_OK
               : NLU_ERROR_MATRIX;
}

static inline int nlu_open_network(nlu_model *m, uint64_t *used)
{
    static const char *const kinds[] = {"tensors", "linear", "crf", "fasttext", "overlay", "dan",
                                        "cnn", "lstm", "bilstm", "linearized-dan", "linearized-cnn",
                                        NULL};
    static const char *const tensors[] = {NULL, "bias", "transitions", "output"};
    nlu_json j = m->part[NLU_NETWORK], name = j, settings = j, values = j;
    unsigned count = 0, seen = 0;
    uint64_t labels = m->labels.count, rows;
    if (!j.at) return NLU_OK;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &name, &count)) {
        unsigned field = nlu_is(name, "kind") ? 1 : nlu_is(name, "settings") ? 2 : 4;
        if (field == 4 && !nlu_is(name, "tensors")) return NLU_ERROR_DESCRIPTION;
        if (field == 1) m->network = nlu_choice(&j, kinds);
        if (field == 2) settings = j;
        if (field == 4) values = j;
        if (field != 1) nlu_skip(&j, 100);
        seen |= field;
    }
    if (j.bad || seen != 7) return NLU_ERROR_DESCRIPTION;
    if (m->network > NLU_NET_OVERLAY) return NLU_ERROR_NETWORK;
    if (m->network == NLU_NET_OVERLAY) return nlu_open_changes(m, settings, values, used);
    int error = nlu_read_tensors(m, values, used, tensors[m->network], &count);
    if (error) return error;
    if (m->network == NLU_NET_NONE) nlu_expect(&settings, '{');
    else if (labels == 0) return NLU_ERROR_LABELS;
    if (m->network == NLU_NET_LINEAR) nlu_linear_settings(m, &settings);
    if (m->network == NLU_NET_CRF) nlu_no_settings(&settings);
    if (m->network == NLU_NET_FASTTEXT) nlu_fasttext_settings(m, &settings);
    if (settings.bad || (m->network == NLU_NET_FASTTEXT && count != 1))
        return NLU_ERROR_DESCRIPTION;
    if (m->network == NLU_NET_NONE) return NLU_OK;
    if (m->network == NLU_NET_FASTTEXT)
        return m->tensor.rows == labels - (m->tree.at != NULL) ? NLU_OK : NLU_ERROR_MATRIX;
    if (m->network == NLU_NET_CRF && labels > NLU_MAX_TAGS) return NLU_ERROR_DESCRIPTION;
    rows = m->network == NLU_NET_CRF ? labels : 1;
    return m->tensor.rows == rows && m->tensor.columns == labels ? NLU_OK : NLU_ERROR_MATRIX;
}

