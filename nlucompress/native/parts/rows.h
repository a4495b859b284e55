/* ---- Entries of a row ------------------------------------------------------------------------ */

/* The entries of one row of a matrix of numbers, read one after the other. */
typedef struct {
    const nlu_matrix *matrix;
    uint64_t row, left, column; /* entries to come; the first column that the next may have */
    uint64_t at;                /* the next: number of an element or entry, or bit of the stream */
    unsigned row_class;
    nlu_answer value; /* of static rows: what is left of the row */
    int common;       /* whether `at` is in the common rows instead */
} nlu_plain;

/* A symbol of a static row by a code, or -1 where the row ends before it. */
static inline int32_t nlu_static_word(nlu_plain *e, unsigned code)
{
    const nlu_matrix *m = e->matrix;
    uint32_t length;
    /* 8 bits are mostly enough, and every bit takes time; of a long row more are read at once. */
    if (e->value.filled < 8) nlu_answer_fill(&e->value, e->left > 3 ? 16 : 8);
    if (m->code[code].quick[e->value.window >> 56] == 0xFFFF) nlu_answer_fill(&e->value, 12);
    int32_t symbol = nlu_word(&m->code[code], m->pool, (uint32_t)(e->value.window >> 52), &length);
    return symbol >= 0 && nlu_answer_drop(&e->value, length) ? symbol : -1;
}

/* The next bits of a static row as a number; -1 as above. */
static inline int64_t nlu_static_bits(nlu_plain *e, unsigned width)
{
    nlu_answer_fill(&e->value, width);
    uint64_t number = width ? e->value.window >> (64 - width) : 0;
    return nlu_answer_drop(&e->value, width) ? (int64_t)number : -1;
}

/* The number of a token with its extra bits; -1 as above. */
static inline int32_t nlu_static_number(nlu_plain *e, int32_t token)
{
    if (token < 128) return token;
    unsigned width = (unsigned)token - 121;
    int64_t low = nlu_static_bits(e, width);
    return low < 0 ? -1 : (int32_t)(1u << width | (uint32_t)low);
}

static inline int32_t nlu_static_token(nlu_plain *e, unsigned code)
{
    return nlu_static_number(e, nlu_static_word(e, code));
}

/* Begins with a common row. */
static inline void nlu_common_begin(nlu_plain *e, uint32_t number)
{
    const nlu_matrix *m = e->matrix;
    uint64_t entry = 0;
    uint32_t n = 0;
    for (; number >= m->common_of[n]; n++) {
        number -= m->common_of[n];
        entry += (uint64_t)(n + 1) * m->common_of[n];
    }
    unsigned width = m->common_column_bits + m->common_symbol_bits;
    e->common = 1;
    e->left = n + 1;
    e->at = (entry + (uint64_t)number * (n + 1)) * width;
}

/* Begins with the row of a key that was found. */
static inline void nlu_static_begin(nlu_plain *e, uint64_t handle)
{
    const nlu_matrix *m = e->matrix;
    e->left = m->columns;
    e->common = 0;
    if (!nlu_answer_begin(&e->value, &m->function, handle, m->skipped, m->skipped + m->longest)) {
        e->left = 0;
    } else if (m->sparse) {
        int32_t token = nlu_static_word(e, 0), counts = (int32_t)nlu_tokens(m->columns + 1);
        if (token >= counts) {
            nlu_common_begin(e, (uint32_t)(token - counts));
            return;
        }
        int32_t count = nlu_static_number(e, token);
        e->left = count < 0 || (uint32_t)count > m->columns ? 0 : (uint32_t)count;
    }
}

/* Column and code of the next entry: 1, or 0 where the row ends before it (section 9.5). */
static inline int nlu_static_next(nlu_plain *e, uint32_t *code)
{
    const nlu_matrix *m = e->matrix;
    int64_t symbol;
    if (e->common) { /* checked when it was opened */
        e->column = nlu_peek_bits(&m->common_rows, e->at, m->common_column_bits);
        e->at += m->common_column_bits;
        *code = (uint32_t)nlu_peek_bits(&m->common_rows, e->at, m->common_symbol_bits);
        e->at += m->common_symbol_bits;
        return 1;
    }
    if (m->sparse) {
        int32_t gap = nlu_static_token(e, 1 + e->row_class);
        if (gap < 0 || (uint32_t)gap >= m->columns - e->column) return 0;
        e->column += (uint32_t)gap;
    }
    if (m->symbol_bits) symbol = nlu_static_bits(e, m->symbol_bits);
    else symbol = nlu_static_word(e, 7 + e->row_class);
    if (symbol < 0 || (m->symbol_bits < 32 && symbol >= m->levels)) return 0;
    *code = (uint32_t)symbol;
    return m->numbers != NLU_FLOAT || nlu_finite(*code);
}

/* Next symbol of the stream, in the code of a class or of fixed width; -1 if there is none. */
static inline int64_t nlu_next_symbol(const nlu_matrix *m, unsigned row_class, uint64_t *at)
{
    if (!m->symbol_bits) return nlu_symbol(&m->stream, &m->code[7 + row_class], m->pool, at);
    uint64_t symbol = nlu_peek_bits(&m->stream, *at, m->symbol_bits);
    *at += m->symbol_bits;
    if (*at > m->stream.bits || (m->symbol_bits < 32 && symbol >= m->levels)) return -1;
    return (int64_t)symbol;
}

static inline unsigned nlu_class(uint64_t entries)
{
    unsigned length = nlu_bit_length(entries - 1);
    return length < 5 ? length : 5;
}

/* Reads over the rows of a block before the one that is wanted. */
static inline int nlu_seek_sparse(nlu_plain *e, uint64_t block, uint32_t within)
{
    const nlu_matrix *m = e->matrix;
    uint64_t left = m->rows - block * m->block_rows, counts_at = e->at, total = 0;
    uint64_t rows = left < m->block_rows ? left : m->block_rows;
    for (uint64_t k = 0; k < rows; k++) {
        int32_t count = nlu_token(m, 0, &e->at);
        if (count < 0 || (uint32_t)count > m->columns) return NLU_ERROR_STREAM;
        total += (uint32_t)count;
    }
    if (total > (m->block_rows == 1 ? m->stream.bits : 65536)) return NLU_ERROR_STREAM;
    for (uint32_t k = 0; k <= within; k++) {
        e->left = (uint64_t)nlu_token(m, 0, &counts_at);
        if (e->left) e->row_class = nlu_class(e->left);
        for (uint64_t i = 0; k < within && i < e->left; i++) {
            if (nlu_token(m, 1 + e->row_class, &e->at) < 0) return NLU_ERROR_STREAM;
            if (nlu_next_symbol(m, e->row_class, &e->at) < 0) return NLU_ERROR_STREAM;
        }
    }
    return NLU_OK;
}

/* Begins with a row below `rows` of the matrix. */
static inline int nlu_plain_begin(nlu_plain *e, const nlu_matrix *m, uint64_t row)
{
    e->matrix = m;
    e->row = row;
    e->left = m->columns;
    e->column = 0;
    e->row_class = 0;
    if (m->kind == NLU_STATIC) {
        nlu_static_begin(e, row);
        if (m->sparse && e->left) e->row_class = nlu_class(e->left);
        return NLU_OK;
    }
    if (m->kind == NLU_DENSE || (m->kind == NLU_CODED && nlu_is_fixed(m))) {
        e->at = row * m->columns * (m->kind == NLU_DENSE ? 1 : m->symbol_bits);
        return NLU_OK;
    }
    if (m->kind == NLU_SPARSE) {
        e->at = nlu_u64(m->starts + 8 * (size_t)row);
        e->left = nlu_u64(m->starts + 8 * (size_t)row + 8) - e->at;
        return NLU_OK;
    }
    uint64_t block = row / m->block_rows;
    uint32_t within = (uint32_t)(row - block * m->block_rows);
    int error = nlu_offset(&m->offsets, block, &e->at);
    if (error) return error;
    if (m->sparse) return nlu_seek_sparse(e, block, within);
    for (uint64_t skip = within * m->columns; skip; skip--)
        if (nlu_next_symbol(m, 0, &e->at) < 0) return NLU_ERROR_STREAM;
    return NLU_OK;
}

/* The next entry: 1, or 0 behind the last one, or an error. */
static inline int nlu_plain_next(nlu_plain *e, uint64_t *column, float *number)
{
    const nlu_matrix *m = e->matrix;
    uint32_t code;
    if (!e->left) return 0;
    e->left--;
    if (m->kind == NLU_STATIC) {
        if (!nlu_static_next(e, &code)) return (int)(e->left = 0);
    } else if (m->kind == NLU_CODED) {
        if (m->sparse) {
            int32_t gap = nlu_token(m, 1 + e->row_class, &e->at);
            if (gap < 0 || (uint32_t)gap >= m->columns - e->column) return NLU_ERROR_STREAM;
            e->column += (uint32_t)gap;
        }
        int64_t symbol = nlu_next_symbol(m, e->row_class, &e->at);
        if (symbol < 0) return NLU_ERROR_STREAM;
        code = (uint32_t)symbol;
        if (m->numbers == NLU_FLOAT && !nlu_finite(code)) return NLU_ERROR_STREAM;
    } else {
        const uint8_t *at = m->codes + (size_t)(e->at * nlu_item_size(m->code_type));
        if (m->kind == NLU_SPARSE) e->column = nlu_entry_column(m, e->at);
        code = m->code_type == NLU_U8 ? *at : m->code_type == NLU_F16 ? nlu_u16(at) : nlu_u32(at);
        e->at++;
    }
    *column = e->column++;
    if (m->numbers != NLU_FLOAT) *number = nlu_decode(m, e->row, *column, code);
    else *number = m->kind == NLU_DENSE && m->code_type == NLU_F16 ? nlu_f16(code) : nlu_f32(code);
    return 1;
}

/* The entries of one row of any matrix. A product-quantized row (section 7.2) has, for each of its
   codes, a centroid times the norm of the row. */
typedef struct {
    const nlu_matrix *matrix;
    nlu_plain plain;    /* the row itself, or its codes */
    nlu_plain centroid; /* what is left of it, of the subvector before `next` */
    uint64_t next, code_column;
    float code, norm; /* the first code from `next` on that is not 0, in code_column */
} nlu_entries;

static inline int nlu_entries_next(nlu_entries *e, uint64_t *column, float *number);

/* Reads ahead to the next code that is not 0. */
static inline int nlu_next_code(nlu_entries *e)
{
    int more;
    do more = nlu_plain_next(&e->plain, &e->code_column, &e->code);
    while (more == 1 && e->code == 0);
    if (more == 0) e->code_column = UINT64_MAX;
    return more < 0 ? more : NLU_OK;
}

static inline int nlu_entries_begin(nlu_entries *e, const nlu_matrix *m, uint64_t row)
{
    int error;
    e->matrix = m;
    if (m->kind != NLU_PQ) return nlu_plain_begin(&e->plain, m, row);
    e->norm = 1;
    if (m->pq_norms) {
        nlu_entries norm;
        uint64_t column;
        error = nlu_entries_begin(&norm, m->pq_norms, row);
        e->norm = 0; /* of a sparse row without entries */
        if (!error) error = nlu_entries_next(&norm, &column, &e->norm);
        if (error < 0) return error;
    }
    e->next = e->centroid.left = 0;
    error = nlu_plain_begin(&e->plain, m->pq_codes, row);
    return error ? error : nlu_next_code(e);
}

/* The next entry: 1, or 0 behind the last one, or an error. */
static inline int nlu_entries_next(nlu_entries *e, uint64_t *column, float *number)
{
    const nlu_matrix *m = e->matrix;
    if (m->kind != NLU_PQ) return nlu_plain_next(&e->plain, column, number);
    for (;;) {
        while (e->centroid.left) {
            int more = nlu_plain_next(&e->centroid, column, number);
            if (more <= 0) return more;
            *column += (e->next - 1) * m->pq_centroids->columns;
            if (*column >= m->columns) continue; /* what fills up the last subvector */
            if (m->pq_norms) *number = (float)((double)*number * (double)e->norm);
            return *number - *number == 0 ? 1 : NLU_ERROR_MATRIX;
        }
        if (e->next == m->pq_codes->columns) return 0;
        uint64_t centroid = e->next * (m->pq_centroids->rows / m->pq_codes->columns);
        int error = NLU_OK;
        if (e->next == e->code_column) {
            centroid += (uint64_t)e->code;
            error = nlu_next_code(e);
        }
        if (!error) error = nlu_plain_begin(&e->centroid, m->pq_centroids, centroid);
        if (error) return error;
        e->next++;
    }
}

