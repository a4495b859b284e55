/* ---- Matrices (sections 7 and 9) ------------------------------------------------------------- */

enum { NLU_DENSE, NLU_SPARSE, NLU_CODED, NLU_PQ, NLU_PRODUCT, NLU_STATIC };

/* Floats must be finite and codes below the levels. */
static inline int nlu_check_codes(const nlu_matrix *m, const nlu_tensor *t)
{
    if ((m->numbers == NLU_FLOAT) == (t->dtype == NLU_U8)) return NLU_ERROR_MATRIX;
    for (size_t at = 0; at < t->size; at += (size_t)nlu_item_size(t->dtype)) {
        if (t->dtype == NLU_F32 && !nlu_finite(nlu_u32(t->data + at))) return NLU_ERROR_MATRIX;
        if (t->dtype == NLU_F16 && (nlu_u16(t->data + at) & 0x7C00) == 0x7C00)
            return NLU_ERROR_MATRIX;
        if (t->dtype == NLU_U8 && t->data[at] >= m->levels) return NLU_ERROR_MATRIX;
    }
    return NLU_OK;
}

static inline const nlu_tensor *nlu_get_codes(const nlu_path *p, unsigned dimensions)
{
    const nlu_tensor *t = nlu_get(p, ".codes", NLU_U8, dimensions);
    if (!t) t = nlu_get(p, ".codes", NLU_F32, dimensions);
    return t || dimensions == 1 ? t : nlu_get(p, ".codes", NLU_F16, 2);
}

static inline int nlu_open_dense(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *t = nlu_get_codes(p, 2);
    if (!t) return NLU_ERROR_TENSOR;
    m->codes = t->data;
    m->code_type = t->dtype;
    m->rows = t->shape[0];
    m->columns = t->shape[1];
    int error = nlu_open_numbers(p, numbers, m);
    return error ? error : nlu_check_codes(m, t);
}

static inline uint32_t nlu_entry_column(const nlu_matrix *m, uint64_t entry)
{
    const uint8_t *at = m->entry_columns + m->column_bytes * (size_t)entry;
    return m->column_bytes == 2 ? nlu_u16(at) : nlu_u32(at);
}

static inline int nlu_open_sparse(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *starts = nlu_get(p, ".starts", NLU_I64, 1), *codes = nlu_get_codes(p, 1);
    const nlu_tensor *columns = nlu_get(p, ".columns", NLU_U16, 1);
    uint64_t before = 0;
    if (!columns) columns = nlu_get(p, ".columns", NLU_U32, 1);
    if (!starts || !codes || !columns || codes->shape[0] != columns->shape[0])
        return NLU_ERROR_TENSOR;
    if (starts->shape[0] == 0) return NLU_ERROR_MATRIX;
    m->codes = codes->data;
    m->code_type = codes->dtype;
    m->starts = starts->data;
    m->entry_columns = columns->data;
    m->column_bytes = columns->dtype == NLU_U16 ? 2 : 4;
    m->rows = starts->shape[0] - 1;
    for (uint64_t row = 0; row <= m->rows; row++) {
        uint64_t start = nlu_u64(m->starts + 8 * (size_t)row);
        if (start < before || start > columns->shape[0] || (row == 0 && start))
            return NLU_ERROR_MATRIX;
        for (uint64_t entry = before; entry < start; entry++) {
            uint32_t column = nlu_entry_column(m, entry);
            if (column >= m->columns) return NLU_ERROR_MATRIX;
            if (entry > before && column <= nlu_entry_column(m, entry - 1))
                return NLU_ERROR_MATRIX;
        }
        before = start;
    }
    if (before != columns->shape[0]) return NLU_ERROR_MATRIX;
    int error = nlu_open_numbers(p, numbers, m);
    return error ? error : nlu_check_codes(m, codes);
}

static inline int nlu_is_fixed(const nlu_matrix *m) { return !m->sparse && m->symbol_bits; }

/* Reads the code tables at the front of P.rows and says how many bytes they take. */
static inline int nlu_open_codes(nlu_matrix *m, const nlu_stream *s, uint64_t *bytes)
{
    uint64_t at = 0;
    uint16_t used = 0;
    for (unsigned k = 0; k < NLU_CODES; k++) {
        uint32_t symbols =
            k == 0 ? nlu_tokens(m->columns + 1) + m->common : nlu_tokens(m->columns);
        if (k < 7 && !m->sparse) symbols = 0;
        if (k >= 7) symbols = m->symbol_bits || (k > 7 && !m->sparse) ? 0 : m->levels;
        int error = nlu_open_code(s, &at, symbols, &m->code[k], m->pool, used);
        if (error) return error;
        used = (uint16_t)(used + symbols);
    }
    *bytes = (at + 7) / 8;
    return NLU_OK;
}

static inline int nlu_open_coded(const nlu_path *p, nlu_json *numbers, nlu_matrix *m,
                                 const uint64_t offsets[2])
{
    const nlu_tensor *t = nlu_get(p, ".rows", NLU_U8, 1);
    uint64_t tables = 0, packed = 0, blocks = (m->rows + m->block_rows - 1) / m->block_rows;
    if (!t) return NLU_ERROR_TENSOR;
    uint64_t least_bits = m->rows * (m->sparse ? 1 : m->columns); /* up to 2^60 */
    if (least_bits > m->stream.bits || m->stream.bits > 8 * (uint64_t)t->size)
        return NLU_ERROR_MATRIX;
    if (m->columns == 0 && m->rows > 65536) return NLU_ERROR_MATRIX;
    if (!m->sparse && m->block_rows > 1 && m->block_rows * m->columns > 65536)
        return NLU_ERROR_MATRIX;
    if (!nlu_attach_offsets(&m->offsets, blocks, m->stream.bits, offsets, &packed))
        return NLU_ERROR_MATRIX;
    int error = nlu_open_numbers(p, numbers, m);
    if (error) return error;
    if ((m->numbers == NLU_FLOAT) != (m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    nlu_stream whole = {t->data, t->size, 8 * (uint64_t)t->size};
    if (nlu_is_fixed(m)) {
        if (m->stream.bits != m->rows * m->columns * m->symbol_bits) return NLU_ERROR_MATRIX;
        packed = 0;
    } else {
        error = nlu_open_codes(m, &whole, &tables);
        if (error) return error;
    }
    if (tables + packed + (m->stream.bits + 7) / 8 != t->size) return NLU_ERROR_MATRIX;
    m->offsets.packed.data = t->data + (size_t)tables;
    m->offsets.packed.size = (size_t)packed;
    m->offsets.packed.bits = 8 * packed;
    m->stream.data = m->offsets.packed.data + (size_t)packed;
    m->stream.size = t->size - (size_t)(tables + packed);
    return NLU_OK;
}

/* The common rows (section 9.5), which must fill these bytes: their columns ascend. */
static inline int nlu_open_common(nlu_matrix *m, const uint8_t *data, size_t size)
{
    unsigned column_bits = m->common && m->columns ? nlu_bit_length(m->columns - 1) : 0;
    unsigned symbol_bits = m->common && m->levels ? nlu_bit_length(m->levels - 1) : 0;
    m->common_column_bits = column_bits;
    m->common_symbol_bits = symbol_bits;
    unsigned width = column_bits + symbol_bits;
    uint64_t entries = 0, at = 0;
    for (uint32_t n = 0; n < NLU_COMMON_ENTRIES; n++) entries += (n + 1) * m->common_of[n];
    m->common_rows.data = data;
    m->common_rows.size = size;
    m->common_rows.bits = entries * width;
    if ((m->common_rows.bits + 7) / 8 != size) return NLU_ERROR_MATRIX;
    if (m->common && (!m->sparse || m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    for (uint32_t n = 0; n < NLU_COMMON_ENTRIES; n++) {
        for (uint32_t entry = 0; entry < (n + 1) * m->common_of[n]; entry++) {
            uint64_t column = nlu_peek_bits(&m->common_rows, at, column_bits), before = 0;
            if (entry % (n + 1))
                before = 1 + nlu_peek_bits(&m->common_rows, at - width, column_bits);
            if (column < before || column >= m->columns) return NLU_ERROR_MATRIX;
            at += column_bits;
            if (nlu_peek_bits(&m->common_rows, at, symbol_bits) >= m->levels)
                return NLU_ERROR_MATRIX;
            at += symbol_bits;
        }
    }
    return NLU_OK;
}

/* Static rows (section 9.5); the function that holds them is that of the table's keys. */
static inline int nlu_open_static(const nlu_path *p, nlu_json *numbers, nlu_matrix *m)
{
    const nlu_tensor *t = nlu_get(p, ".rows", NLU_U8, 1);
    uint64_t tables = 0;
    if (!t) return NLU_ERROR_TENSOR;
    int error = nlu_open_numbers(p, numbers, m);
    if (error) return error;
    if (m->numbers != NLU_FLOAT && m->per == NLU_PER_ROW) return NLU_ERROR_MATRIX;
    if ((m->numbers == NLU_FLOAT) != (m->symbol_bits == 32)) return NLU_ERROR_MATRIX;
    nlu_stream whole = {t->data, t->size, 8 * (uint64_t)t->size};
    error = nlu_open_codes(m, &whole, &tables);
    return error ? error : nlu_open_common(m, t->data + (size_t)tables, t->size - (size_t)tables);
}

static inline int nlu_open_pq(const nlu_path *p, nlu_json *j, nlu_matrix *m);

/* A matrix; static rows stand in tables alone. */
static inline int nlu_open_matrix(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    static const char *const kinds[] = {"dense", "sparse",  "coded", "pq",
                                        "product", "static", NULL};
    nlu_json name = *j, numbers = *j, whole = *j;
    unsigned count = 0, seen = 0;
    uint64_t shape[2] = {0, 0}, offsets[2] = {0, 0};
    m->kind = 0;
    m->common = 0;
    memset(m->common_of, 0, sizeof m->common_of);
    nlu_expect(&whole, '{');
    while (nlu_member(&whole, &name, &count)) { /* other fields may come before it */
        if (nlu_is(name, "kind")) m->kind = nlu_choice(&whole, kinds);
        else nlu_skip(&whole, 100);
    }
    if (whole.bad) return NLU_ERROR_DESCRIPTION;
    if (m->kind == NLU_PQ) return nlu_open_pq(p, j, m);
    if (m->kind == NLU_PRODUCT) return NLU_ERROR_ENCODING;
    if (m->kind == NLU_STATIC && (strcmp(p->part, ".matrix") != 0 || *p->child))
        return NLU_ERROR_MATRIX;
    count = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            m->kind = nlu_choice(j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "numbers")) {
            numbers = *j;
            nlu_skip(j, 100);
            seen |= 2;
        } else if (nlu_is(name, "columns")) {
            m->columns = nlu_integer(j, 0, 1u << 20);
            seen |= 4;
        } else if (nlu_is(name, "shape")) {
            nlu_two(j, (uint64_t)1 << 40, shape);
            seen |= 8;
        } else if (nlu_is(name, "common")) {
            unsigned items = 0, of = 0;
            nlu_expect(j, '[');
            for (; nlu_item(j, &items); of++) {
                if (of == NLU_COMMON_ENTRIES) return NLU_ERROR_DESCRIPTION;
                m->common_of[of] = (uint32_t)nlu_integer(j, 0, NLU_COMMON);
                m->common += m->common_of[of];
            }
            if (!of || !m->common_of[of - 1] || m->common > NLU_COMMON) j->bad = 1;
            seen |= 1024;
        } else if (nlu_is(name, "sparse")) {
            m->sparse = nlu_boolean(j);
            seen |= 16;
        } else if (nlu_is(name, "block_rows")) {
            m->block_rows = (uint32_t)nlu_integer(j, 1, 1024);
            seen |= 32;
        } else if (nlu_is(name, "symbol_bits")) {
            m->symbol_bits = (uint32_t)nlu_integer(j, 0, 32);
            seen |= 64;
        } else if (nlu_is(name, "offsets")) {
            nlu_two(j, 128, offsets);
            seen |= 128;
        } else if (nlu_is(name, "stream_bits")) {
            m->stream.bits = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 256;
        } else if (nlu_is(name, "longest")) {
            m->longest = nlu_integer(j, 0, (uint64_t)1 << 40);
            seen |= 512;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    static const unsigned wanted[] = {3, 7, 1 + 2 + 8 + 16 + 32 + 64 + 128 + 256,
                                      0, 0, 1 + 2 + 4 + 16 + 64 + 512};
    if (m->kind == NLU_STATIC) seen &= ~1024u;
    if (j->bad || seen != wanted[m->kind]) return NLU_ERROR_DESCRIPTION;
    if (m->kind == NLU_DENSE) return nlu_open_dense(p, &numbers, m);
    if (m->kind == NLU_SPARSE) return nlu_open_sparse(p, &numbers, m);
    if (m->kind == NLU_STATIC) return nlu_open_static(p, &numbers, m);
    if (shape[1] > 1u << 20) return NLU_ERROR_DESCRIPTION;
    m->rows = shape[0];
    m->columns = shape[1];
    return nlu_open_coded(p, &numbers, m, offsets);
}

/* A matrix within a matrix, in the next place of the room for them. */
static inline int nlu_open_child(const nlu_path *p, const char *field, nlu_json *j,
                                 const nlu_matrix **child)
{
    nlu_path path = *p;
    if (!p->room || *p->grandchild || *p->room_used == NLU_CHILDREN) return NLU_ERROR_ENCODING;
    nlu_matrix *m = p->room + (*p->room_used)++;
    if (*p->child) path.grandchild = field;
    else path.child = field;
    memset(m, 0, sizeof *m);
    *child = m;
    return nlu_open_matrix(&path, j, m);
}

/* Product-quantized rows (section 7.2), without a rotation. */
static inline int nlu_open_pq(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    int error = NLU_OK;
    m->pq_norms = NULL;
    nlu_expect(j, '{');
    while (!error && nlu_member(j, &name, &count)) {
        if (nlu_is(name, "centroids")) {
            error = nlu_open_child(p, ".centroids", j, &m->pq_centroids);
            seen |= 1;
        } else if (nlu_is(name, "codes")) {
            error = nlu_open_child(p, ".codes", j, &m->pq_codes);
            seen |= 2;
        } else if (nlu_is(name, "columns")) {
            m->columns = nlu_integer(j, 1, 1u << 20);
            seen |= 4;
        } else if (nlu_is(name, "kind")) {
            nlu_skip(j, 1);
        } else if (nlu_is(name, "norms")) {
            error = nlu_open_child(p, ".norms", j, &m->pq_norms);
        } else {
            error = nlu_is(name, "rotation") ? NLU_ERROR_ENCODING : NLU_ERROR_DESCRIPTION;
        }
    }
    if (error) return error;
    if (j->bad || seen != 7) return NLU_ERROR_DESCRIPTION;
    const nlu_matrix *codes = m->pq_codes, *centroids = m->pq_centroids;
    if (codes->kind == NLU_PQ || codes->numbers != NLU_LINEAR || codes->per != NLU_PER_TENSOR)
        return NLU_ERROR_MATRIX;
    if (nlu_scale(codes, 0) != 1.0f || nlu_zero_point(codes, 0) != 0) return NLU_ERROR_MATRIX;
    if (codes->columns < 1 || codes->columns > m->columns) return NLU_ERROR_MATRIX;
    if (centroids->kind == NLU_PQ) return NLU_ERROR_ENCODING;
    if (centroids->rows % codes->columns || codes->levels * codes->columns > centroids->rows)
        return NLU_ERROR_MATRIX;
    if (centroids->columns != (m->columns + codes->columns - 1) / codes->columns)
        return NLU_ERROR_MATRIX;
    if (centroids->rows > (1u << 22) / centroids->columns) return NLU_ERROR_MATRIX;
    m->rows = codes->rows;
    if (m->pq_norms && (m->pq_norms->rows != m->rows || m->pq_norms->columns != 1))
        return NLU_ERROR_MATRIX;
    return NLU_OK;
}

