/* ---- Sparse rows by pairs ---------------------------------------------------------------------

   Most of the time of an answer goes into rows whose entries are coded one by one. Here a table
   takes gap and symbol of an entry (section 9.4) at once, where both stand in the next
   NLU_PAIR_BITS bits. */

/* Makes the tables, if the rows are of the kind that has them. */
static inline void nlu_open_pairs(nlu_matrix *m, nlu_quick *p)
{
    m->pairs = NULL;
    if (m->kind != NLU_CODED || !m->sparse || m->symbol_bits || m->numbers == NLU_FLOAT ||
        m->block_rows > NLU_PAIR_ROWS)
        return;
    for (unsigned k = 0; k < 6; k++) {
        const nlu_code *gaps = &m->code[1 + k], *symbols = &m->code[7 + k];
        for (uint32_t window = 0; window < 1u << NLU_PAIR_BITS; window++) {
            uint32_t first, second, known = window << (12 - NLU_PAIR_BITS);
            int32_t gap = nlu_word(gaps, m->pool, known, &first), symbol = -1;
            p->entry[k][window] = 0;
            if (gap < 0 || gap >= 128 || first >= NLU_PAIR_BITS) continue;
            symbol = nlu_word(symbols, m->pool, known << first & 4095, &second);
            if (symbol < 0 || first + second > NLU_PAIR_BITS) continue;
            p->entry[k][window] = (first + second) << 24 | (uint32_t)symbol << 8 | (uint32_t)gap;
        }
    }
    for (uint32_t code = 0; m->per == NLU_PER_TENSOR && code < m->levels; code++)
        p->number[code] = (double)nlu_decode(m, 0, 0, code);
    m->pairs = p;
}

/* The next bits of the stream on top; at least 57 of them. */
static inline uint64_t nlu_window(const nlu_stream *s, uint64_t at)
{
    uint64_t byte = at >> 3;
    if (s->size >= 8 && byte <= s->size - 8) return nlu_big64(s->data + (size_t)byte) << (at & 7);
    return nlu_peek_bits(s, at, 57) << 7;
}

/* Reads how many entries each of these rows has, and moves on; the sum, or UINT64_MAX. */
static inline uint64_t nlu_row_counts(const nlu_matrix *m, uint64_t rows, uint64_t *at,
                                      uint32_t *counts)
{
    uint64_t total = 0, window = 0;
    unsigned left = 0;
    for (uint64_t k = 0; k < rows; k++) {
        if (left < 8) {
            window = nlu_window(&m->stream, *at);
            left = 57;
        }
        uint32_t entry = m->code[0].quick[window >> 56], length = entry >> 12;
        counts[k] = entry & 4095;
        if (length > 12 || counts[k] >= 128) {
            int32_t count = nlu_token(m, 0, at);
            if (count < 0 || (uint32_t)count > m->columns) return UINT64_MAX;
            counts[k] = (uint32_t)count;
            left = length = 0;
        }
        *at += length;
        window <<= length;
        left -= left ? length : 0;
        total += counts[k];
    }
    return *at <= m->stream.bits ? total : UINT64_MAX;
}

/* Steps over the entries of a row: where it ends, or UINT64_MAX. */
static inline uint64_t nlu_skip_pairs(const nlu_matrix *m, uint32_t entries, uint64_t at)
{
    unsigned kind = entries ? nlu_class(entries) : 0;
    const uint32_t *table = m->pairs->entry[kind];
    while (entries) {
        uint64_t window = nlu_window(&m->stream, at);
        unsigned used = 0, length = 1;
        for (; entries && used + NLU_PAIR_BITS <= 57; entries--) {
            length = table[window >> (64 - NLU_PAIR_BITS)] >> 24;
            if (!length) break;
            window <<= length;
            used += length;
        }
        at += used;
        if (length) continue;
        if (nlu_token(m, 1 + kind, &at) < 0 || nlu_next_symbol(m, kind, &at) < 0) return UINT64_MAX;
        entries--;
    }
    return at <= m->stream.bits ? at : UINT64_MAX;
}

/* Adds the entries of a row times a weight to sums. */
static inline int nlu_add_pairs(const nlu_matrix *m, uint64_t row, uint32_t entries, uint64_t at,
                                double weight, double *sums)
{
    unsigned kind = entries ? nlu_class(entries) : 0;
    const uint32_t *table = m->pairs->entry[kind];
    uint64_t column = 0;
    while (entries) {
        uint64_t window = nlu_window(&m->stream, at);
        for (unsigned used = 0; entries && used + NLU_PAIR_BITS <= 57; entries--) {
            uint32_t pair = table[window >> (64 - NLU_PAIR_BITS)], length = pair >> 24;
            uint32_t gap = pair & 255, code = pair >> 8 & 0xFFFF;
            if (!length) {
                int32_t rare = nlu_token(m, 1 + kind, &at);
                int64_t symbol = rare < 0 ? -1 : nlu_next_symbol(m, kind, &at);
                if (symbol < 0) return NLU_ERROR_STREAM;
                gap = (uint32_t)rare;
                code = (uint32_t)symbol;
                used = 57; /* the window stands elsewhere now */
            }
            window <<= length;
            used += length;
            at += length;
            if (gap >= m->columns - column) return NLU_ERROR_STREAM;
            column += gap;
            double number = m->per == NLU_PER_TENSOR ? m->pairs->number[code]
                                                     : (double)nlu_decode(m, row, column, code);
            sums[(size_t)column++] += weight * number;
        }
    }
    return at <= m->stream.bits ? NLU_OK : NLU_ERROR_STREAM;
}

/* Adds a row of a matrix that has pairs times a weight to sums, one per column. */
static inline int nlu_add_quick_row(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    uint32_t counts[NLU_PAIR_ROWS], within = (uint32_t)(row % m->block_rows);
    uint64_t at, block = row / m->block_rows, left = m->rows - block * m->block_rows;
    uint64_t rows = left < m->block_rows ? left : m->block_rows;
    int error = nlu_offset(&m->offsets, block, &at);
    if (error) return error;
    uint64_t total = nlu_row_counts(m, rows, &at, counts);
    if (total > (m->block_rows == 1 ? m->stream.bits : 65536)) return NLU_ERROR_STREAM;
    for (uint32_t k = 0; k < within && at != UINT64_MAX; k++) at = nlu_skip_pairs(m, counts[k], at);
    if (at == UINT64_MAX) return NLU_ERROR_STREAM;
    return nlu_add_pairs(m, row, counts[within], at, weight, sums);
}

/* Adds a row of plain floats times a weight to sums. */
static inline void nlu_add_floats(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    const uint8_t *at = m->codes + (size_t)(row * m->columns * nlu_item_size(m->code_type));
    int halves = m->code_type == NLU_F16;
    for (size_t k = 0; k < (size_t)m->columns; k++)
        sums[k] += weight * (double)(halves ? nlu_f16(nlu_u16(at + 2 * k)) : nlu_f32(nlu_u32(at + 4 * k)));
}

/* Adds a row of a matrix times a weight to sums, one per column. */
static inline int nlu_add_row(const nlu_matrix *m, uint64_t row, double weight, double *sums)
{
    nlu_entries entries;
    uint64_t column;
    float number;
    if (m->pairs) return nlu_add_quick_row(m, row, weight, sums);
    if (m->kind == NLU_DENSE && m->numbers == NLU_FLOAT) {
        nlu_add_floats(m, row, weight, sums);
        return NLU_OK;
    }
    int more = nlu_entries_begin(&entries, m, row);
    if (more) return more;
    while ((more = nlu_entries_next(&entries, &column, &number)) == 1)
        sums[(size_t)column] += weight * (double)number;
    return more;
}

