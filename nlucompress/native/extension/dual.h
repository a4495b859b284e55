/* Dual coordinate descent for linear models of one label against the others.

   What is computed, and in which order, is that of training/linear/dual_numpy.py: both give the same bits.
   No compiler may join a product and a sum into one rounding here. */

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif

/* The examples, which all labels share, and the state of one label. */
typedef struct {
    Py_ssize_t examples, orders;
    const int64_t *starts;
    const int32_t *columns, *order;
    const float *values; /* NULL: ones */
    const double *costs, *margins, *squares, *offset;
    const int32_t *targets;
    int32_t label;
    double *alpha, *v, bias;
    int32_t *kept;
} dual;

/* The value drawn to zero; by comparisons that compile to no branch. */
static inline double dual_shrunk(double value, double threshold)
{
    double within = value > -threshold ? value : -threshold;
    return value - (threshold < within ? threshold : within);
}

static double dual_score(const dual *s, int64_t begin, int64_t end, double threshold)
{
    double sum = s->bias;
    if (s->values)
        for (int64_t j = begin; j < end; j++)
            sum += dual_shrunk(s->v[s->columns[j]], threshold) * s->values[j];
    else
        for (int64_t j = begin; j < end; j++) sum += dual_shrunk(s->v[s->columns[j]], threshold);
    return sum;
}

static void dual_move(dual *s, int64_t begin, int64_t end, double step)
{
    s->bias += step;
    if (s->values)
        for (int64_t j = begin; j < end; j++) s->v[s->columns[j]] += step * s->values[j];
    else
        for (int64_t j = begin; j < end; j++) s->v[s->columns[j]] += step;
}

/* Visits `count` examples of a list in turn and writes those that matter to s->kept: their number.
   The gradients of these lie from *lowest to *highest. */
static Py_ssize_t dual_visit(dual *s, const int32_t *list, Py_ssize_t count, double l2, double l1,
                             double *lowest, double *highest)
{
    Py_ssize_t kept = 0;
    double threshold = l1 / l2;
    *lowest = INFINITY;
    *highest = -INFINITY;
    for (Py_ssize_t k = 0; k < count; k++) {
        int32_t i = list[k];
        int64_t begin = s->starts[i], end = s->starts[i + 1];
        double sign = s->targets[i] == s->label ? 1 : -1, alpha = s->alpha[i];
        double slack = l2 / (2 * s->costs[i]), score = dual_score(s, begin, end, threshold);
        if (s->offset) score += s->offset[i];
        double gradient = sign * score - s->margins[i] + slack * alpha;
        if (alpha == 0 && gradient > 0) continue;
        s->kept[kept++] = i; /* at or before the place that it was read from */
        if (gradient > *highest) *highest = gradient;
        if (gradient < *lowest) *lowest = gradient;
        double moved = alpha - gradient / (s->squares[i] + slack);
        if (moved < 0) moved = 0;
        s->alpha[i] = moved;
        dual_move(s, begin, end, sign * (moved - alpha));
    }
    return kept;
}

/* Minimizes for one pair of strengths, from where the state is; passes over all examples. */
static long dual_minimize(dual *s, double l2, double l1, double tolerance, long passes)
{
    double lowest, highest;
    long pass = 0;
    while (pass < passes) {
        const int32_t *order = s->order + (pass % s->orders) * s->examples;
        Py_ssize_t kept = dual_visit(s, order, s->examples, l2, l1, &lowest, &highest);
        double goal = 0.1 * (highest - lowest);
        pass++;
        if (!(highest - lowest > tolerance)) break;
        if (goal < tolerance) goal = tolerance;
        for (int inner = 0; inner < 10 && highest - lowest > goal; inner++)
            kept = dual_visit(s, s->kept, kept, l2, l1, &lowest, &highest);
    }
    return pass;
}

/* (columns int32, weights float32, bias, passes) of the state, or NULL. */
static PyObject *dual_weights(const dual *s, Py_ssize_t features, double threshold, long passes)
{
    Py_ssize_t count = 0;
    PyObject *columns, *weights;
    for (Py_ssize_t j = 0; j < features; j++) count += (float)dual_shrunk(s->v[j], threshold) != 0;
    columns = PyBytes_FromStringAndSize(NULL, 4 * count);
    weights = PyBytes_FromStringAndSize(NULL, 4 * count);
    if (columns && weights) {
        int32_t *column = (int32_t *)(void *)PyBytes_AS_STRING(columns);
        float *weight = (float *)(void *)PyBytes_AS_STRING(weights);
        for (Py_ssize_t j = 0; j < features; j++) {
            float value = (float)dual_shrunk(s->v[j], threshold);
            if (value == 0) continue;
            *column++ = (int32_t)j;
            *weight++ = value;
        }
        return Py_BuildValue("NNdl", columns, weights, s->bias, passes);
    }
    Py_XDECREF(columns);
    Py_XDECREF(weights);
    return NULL;
}

PyDoc_STRVAR(dual_path_doc,
             "dual_path(starts, columns, values, order, targets, costs, margins, squares, offset,\n"
             "          features, label, path, tolerance, passes) -> list[tuple[bytes, bytes, float, int]]\n\n"
             "Weights of one label against the others along a path of strengths, see\n"
             "training/linear/dual.py: columns int32, weights float32, bias and passes of each.");

static PyObject *dual_path(PyObject *module, PyObject *arguments)
{
    Py_buffer starts, columns, values, order, targets, costs, margins, squares, offset, path;
    Py_ssize_t features;
    int label;
    long passes;
    double tolerance;
    PyObject *result = NULL;
    dual s = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y*y*z*y*y*y*y*y*z*niy*dl", &starts, &columns, &values, &order,
                          &targets, &costs, &margins, &squares, &offset, &features, &label, &path, &tolerance,
                          &passes))
        return NULL;
    s.examples = targets.len / 4;
    s.starts = (const int64_t *)starts.buf;
    s.columns = (const int32_t *)columns.buf;
    s.values = (const float *)values.buf;
    s.order = (const int32_t *)order.buf;
    s.targets = (const int32_t *)targets.buf;
    s.costs = (const double *)costs.buf;
    s.margins = (const double *)margins.buf;
    s.squares = (const double *)squares.buf;
    s.offset = (const double *)offset.buf;
    s.label = label;
    if (!s.examples || features < 0 || starts.len != 8 * (s.examples + 1) ||
        costs.len != 8 * s.examples || margins.len != 8 * s.examples || squares.len != 8 * s.examples ||
        (offset.buf && offset.len != 8 * s.examples) || (values.buf && values.len != columns.len) ||
        order.len % (4 * s.examples) || !order.len || path.len % 16 ||
        s.starts[s.examples] != columns.len / 4) {
        PyErr_SetString(PyExc_ValueError, "the buffers do not fit together");
        goto done;
    }
    s.orders = order.len / (4 * s.examples);
    s.alpha = PyMem_RawCalloc((size_t)s.examples, sizeof *s.alpha);
    s.v = PyMem_RawCalloc((size_t)features + 1, sizeof *s.v);
    s.kept = PyMem_RawMalloc(4 * (size_t)s.examples);
    result = s.alpha && s.v && s.kept ? PyList_New(0) : PyErr_NoMemory();
    for (Py_ssize_t k = 0; result && k < path.len / 16; k++) {
        const double *strengths = (const double *)path.buf + 2 * k;
        long used;
        PyObject *found;
        Py_BEGIN_ALLOW_THREADS
        used = dual_minimize(&s, strengths[0], strengths[1], tolerance, passes);
        Py_END_ALLOW_THREADS
        found = dual_weights(&s, features, strengths[1] / strengths[0], used);
        if (!found || PyList_Append(result, found) < 0) Py_CLEAR(result);
        Py_XDECREF(found);
    }
done:
    PyMem_RawFree(s.alpha);
    PyMem_RawFree(s.v);
    PyMem_RawFree(s.kept);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&columns);
    if (values.buf) PyBuffer_Release(&values);
    PyBuffer_Release(&order);
    PyBuffer_Release(&targets);
    PyBuffer_Release(&costs);
    PyBuffer_Release(&margins);
    PyBuffer_Release(&squares);
    if (offset.buf) PyBuffer_Release(&offset);
    PyBuffer_Release(&path);
    return result;
}
