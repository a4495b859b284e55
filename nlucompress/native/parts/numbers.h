/* ---- Numbers (section 8) --------------------------------------------------------------------- */

enum { NLU_FLOAT, NLU_LINEAR, NLU_CODEBOOK };
enum { NLU_PER_TENSOR, NLU_PER_ROW, NLU_PER_LABEL, NLU_PER_GROUP };

static inline uint64_t nlu_part(const nlu_matrix *m, uint64_t row, uint64_t column)
{
    switch (m->per) {
    case NLU_PER_ROW: return row;
    case NLU_PER_LABEL: return column;
    case NLU_PER_GROUP: return column / m->group;
    default: return 0;
    }
}

static inline float nlu_scale(const nlu_matrix *m, uint64_t part)
{
    if (!m->scales) return m->one_scale;
    if (m->half_scales) return nlu_f16(nlu_u16(m->scales + 2 * (size_t)part));
    return nlu_f32(nlu_u32(m->scales + 4 * (size_t)part));
}

static inline uint32_t nlu_zero_point(const nlu_matrix *m, uint64_t part)
{
    return m->zero_points ? nlu_u16(m->zero_points + 2 * (size_t)part) : m->one_zero_point;
}

/* The number of a code below `levels`, not of a float. The product of two binary32 is exact in
   binary64, so it is rounded once, as one binary32 multiplication rounds it. */
static inline float nlu_decode(const nlu_matrix *m, uint64_t row, uint64_t column, uint32_t code)
{
    uint64_t part = nlu_part(m, row, column);
    if (m->numbers == NLU_CODEBOOK)
        return nlu_f32(nlu_u32(m->centroids + 4 * (size_t)(part * m->levels + code)));
    double steps = (double)((int32_t)code - (int32_t)nlu_zero_point(m, part));
    return (float)(steps * (double)nlu_scale(m, part));
}

static inline int nlu_check_linear(const nlu_matrix *m, uint64_t parts)
{
    for (uint64_t part = 0; part < parts; part++) {
        double scale = (double)nlu_scale(m, part);
        uint32_t zero = nlu_zero_point(m, part);
        if (scale - scale != 0) return NLU_ERROR_MATRIX; /* NaN or infinite */
        if (zero >= m->levels) return NLU_ERROR_MATRIX;
        uint32_t steps = zero > m->levels - 1 - zero ? zero : m->levels - 1 - zero;
        if ((scale < 0 ? -scale : scale) * steps > 3.4028234663852886e38) return NLU_ERROR_MATRIX;
        if (!m->scales && !m->zero_points) break;
    }
    return NLU_OK;
}

static inline int nlu_check_codebook(const nlu_matrix *m, uint64_t parts)
{
    for (uint64_t k = 0; k < parts * m->levels; k++) {
        uint32_t bits = nlu_u32(m->centroids + 4 * (size_t)k);
        if (!nlu_finite(bits)) return NLU_ERROR_MATRIX;
        if (k % m->levels == 0 && bits << 1) return NLU_ERROR_MATRIX; /* 0 or -0 is first */
    }
    return NLU_OK;
}

/* Reads "numbers" of a matrix whose rows and columns are known. */
static inline int nlu_open_numbers(const nlu_path *p, nlu_json *j, nlu_matrix *m)
{
    static const char *const kinds[] = {"float", "linear", "codebook", NULL};
    static const char *const pers[] = {"tensor", "row", "label", "group", NULL};
    nlu_json name = *j;
    unsigned count = 0, seen = 0;
    uint64_t parts;
    const nlu_tensor *t;
    m->scales = m->zero_points = m->centroids = NULL;
    m->half_scales = 0;
    m->numbers = m->per = 0;
    m->levels = m->group = 0;
    nlu_expect(j, '{');
    while (nlu_member(j, &name, &count)) {
        if (nlu_is(name, "kind")) {
            m->numbers = nlu_choice(j, kinds);
            seen |= 1;
        } else if (nlu_is(name, "levels")) {
            m->levels = (uint32_t)nlu_integer(j, 1, 512);
            seen |= 2;
        } else if (nlu_is(name, "per")) {
            m->per = nlu_choice(j, pers);
            seen |= 4;
        } else if (nlu_is(name, "group")) {
            m->group = (uint32_t)nlu_integer(j, 1, 1u << 20);
            seen |= 8;
        } else if (nlu_is(name, "scale")) {
            nlu_decimal decimal = nlu_number(j);
            double scale = nlu_to_double(j, decimal), most = 3.4028234663852886e38;
            if (decimal.whole && decimal.value > (uint64_t)1 << 53) j->bad = 1;
            if (scale > most || scale < -most) j->bad = 1;
            else m->one_scale = (float)scale;
            seen |= 16;
        } else if (nlu_is(name, "zero_point")) {
            m->one_zero_point = (uint32_t)nlu_integer(j, 0, 511);
            seen |= 32;
        } else {
            return NLU_ERROR_DESCRIPTION;
        }
    }
    unsigned wanted = m->numbers == NLU_FLOAT ? 1u : m->per == NLU_PER_GROUP ? 15u : 7u;
    unsigned optional = m->numbers == NLU_LINEAR ? 48u : 0u;
    if (j->bad || (seen & ~optional) != wanted) return NLU_ERROR_DESCRIPTION;
    if (m->numbers == NLU_FLOAT) return NLU_OK;
    if (m->per == NLU_PER_ROW) parts = m->rows;
    else if (m->per == NLU_PER_LABEL) parts = m->columns;
    else if (m->per == NLU_PER_GROUP) parts = m->columns / m->group + (m->columns % m->group != 0);
    else parts = 1;
    if (m->numbers == NLU_CODEBOOK) {
        t = nlu_get(p, ".numbers.centroids", NLU_F32, 2);
        if (m->levels > 256) return NLU_ERROR_DESCRIPTION;
        if (!t || t->shape[0] != parts || t->shape[1] != m->levels) return NLU_ERROR_TENSOR;
        m->centroids = t->data;
        return nlu_check_codebook(m, parts);
    }
    if (m->levels < 2 || ((seen & 16) && parts != 1)) return NLU_ERROR_DESCRIPTION;
    if (!(seen & 16)) {
        t = nlu_get(p, ".numbers.scale", NLU_F32, 1);
        m->half_scales = !t;
        if (!t) t = nlu_get(p, ".numbers.scale", NLU_F16, 1);
        if (!t || t->shape[0] != parts) return NLU_ERROR_TENSOR;
        m->scales = t->data;
    }
    if (!(seen & 32)) {
        t = nlu_get(p, ".numbers.zero_point", NLU_U16, 1);
        if (!t || t->shape[0] != parts) return NLU_ERROR_TENSOR;
        m->zero_points = t->data;
    } else if (m->one_zero_point >= m->levels) {
        return NLU_ERROR_DESCRIPTION;
    }
    return nlu_check_linear(m, parts);
}

