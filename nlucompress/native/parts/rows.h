/* ---- Entries of a row ------------------------------------------------------------------------ */

/* The entries of one row, read one after the other. */
typedef struct {
    const nlu_matrix *matrix;
    uint64_t row, left, column; /* entries to come; the first column that the next may have */
    uint64_t at;                /* the next: number of an element or entry, or bit of the stream */
    unsigned row_class;
} nlu_entries;

/* Start of a block in the stream, bounded by its length (section 9.3). */
static inline int nlu_block_start(const nlu_matrix *m, uint64_t block, uint64_t *start)
{
    unsigned width = (unsigned)m->anchor_bits, more = (unsigned)m->offset_bits;
    uint64_t j = block >> m->stride_bits, k = block - (j << m->stride_bits);
    int64_t low = (int64_t)nlu_peek_bits(&m->offsets, j * width, width);
    int64_t high = (int64_t)nlu_peek_bits(&m->offsets, (j + 1) * width, width);
    int64_t rise = (high - low) * (int64_t)k, stride = (int64_t)1 << m->stride_bits;
    int64_t at = low + (rise >= 0 ? rise / stride : -((-rise + stride - 1) / stride));
    at += (int64_t)nlu_peek_bits(&m->offsets, m->corrections_at + block * more, more);
    at -= (int64_t)((uint64_t)1 << more >> 1);
    if (at < 0 || (uint64_t)at > m->stream.bits) return NLU_ERROR_STREAM;
    *start = (uint64_t)at;
    return NLU_OK;
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
static inline int nlu_seek_sparse(nlu_entries *e, uint64_t block, uint32_t within)
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
static inline int nlu_entries_begin(nlu_entries *e, const nlu_matrix *m, uint64_t row)
{
    e->matrix = m;
    e->row = row;
    e->left = m->columns;
    e->column = 0;
    e->row_class = 0;
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
    int error = nlu_block_start(m, block, &e->at);
    if (error) return error;
    if (m->sparse) return nlu_seek_sparse(e, block, within);
    for (uint64_t skip = within * m->columns; skip; skip--)
        if (nlu_next_symbol(m, 0, &e->at) < 0) return NLU_ERROR_STREAM;
    return NLU_OK;
}

/* The next entry: 1, or 0 behind the last one, or an error. */
static inline int nlu_entries_next(nlu_entries *e, uint64_t *column, float *number)
{
    const nlu_matrix *m = e->matrix;
    uint32_t code;
    if (!e->left) return 0;
    e->left--;
    if (m->kind == NLU_CODED) {
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

/* Adds a row of a matrix to sums, one per column. */
static inline int nlu_add_row(const nlu_matrix *m, uint64_t row, double *sums)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        sums[(size_t)column] += (double)number;
    return more;
}

