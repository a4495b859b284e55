/* ---- Rows: one table in the bytes of a file -------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Py_buffer data;
    nlu_table *table;
} Rows;

/* The name of the only table into a buffer, in plain ASCII; 0 if there are others or none such. */
static int only_table(const nlu_model *m, char *name, size_t room)
{
    nlu_json j = m->part[NLU_TABLES], text = j;
    unsigned count = 0, tables = 0;
    size_t size = 0;
    nlu_expect(&j, '{');
    while (nlu_member(&j, &text, &count)) {
        for (int32_t c = nlu_char(&text); !tables && c >= 0; c = nlu_char(&text)) {
            if (c == 0 || c > 126 || size + 1 == room) return 0;
            name[size++] = (char)c;
        }
        tables++;
        nlu_skip(&j, 100);
    }
    name[size] = 0;
    return !j.bad && tables == 1;
}

/* Opens a table of a sealed file with its digest, the only one where no name is given. What this
   module does not look up by itself, and fastText's words, are refused. */
static int open_sealed(nlu_model *m, const Py_buffer *data, const char *name, nlu_table *table)
{
    char only[256];
    int error = nlu_open(m, data->buf, (size_t)data->len, 0);
    if (!error && !name && !only_table(m, only, sizeof only)) error = NLU_ERROR_NO_TABLE;
    if (!error) error = nlu_open_table(m, name ? name : only, table);
    if (error) return error;
    if (m->description.inner != NLU_PHRASES || m->network == NLU_NET_FASTTEXT ||
        (m->network == NLU_NET_NONE && m->part[NLU_FEATURES].at))
        return NLU_ERROR_FEATURES;
    if (table->keys.kind == NLU_STRINGS ||
        (table->matrix.kind != NLU_CODED && table->matrix.kind != NLU_STATIC))
        return NLU_ERROR_ENCODING;
    return NLU_OK;
}

/* Rows over these data, whose digests were checked, or over those of a sealed file. */
static PyObject *rows_over(PyTypeObject *type, Py_buffer data, const char *name, int sealed)
{
    nlu_model *model = PyMem_RawMalloc(sizeof *model);
    Rows *self = (Rows *)type->tp_alloc(type, 0);
    int error = 0;
    if (!self) {
        PyBuffer_Release(&data);
        PyMem_RawFree(model);
        return NULL;
    }
    self->data = data;
    self->table = PyMem_RawCalloc(1, sizeof *self->table);
    if (!self->table || !model) {
        PyErr_NoMemory();
    } else if (sealed) {
        error = open_sealed(model, &data, name, self->table);
    } else {
        error = nlu_open(model, data.buf, (size_t)data.len, NLU_UNVERIFIED);
        if (!error) error = nlu_open_table(model, name, self->table);
    }
    if (error) PyErr_SetString(PyExc_ValueError, nlu_error_text(error));
    PyMem_RawFree(model);
    if (PyErr_Occurred()) Py_CLEAR(self);
    return (PyObject *)self;
}

static PyObject *rows_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    Py_buffer data;
    const char *name;
    if (names && PyDict_GET_SIZE(names)) {
        PyErr_SetString(PyExc_TypeError, "Rows takes no named arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "y*s", &data, &name)) return NULL;
    return rows_over(type, data, name, 0);
}

PyDoc_STRVAR(rows_sealed_doc,
             "sealed(file, table: str | None) -> Rows\n\n"
             "A table of a sealed file, whose digest is checked; ValueError for any other file, and "
             "for tables that are not looked up here alone.");

static PyObject *rows_sealed(PyObject *type, PyObject *arguments)
{
    Py_buffer data;
    const char *name;
    if (!PyArg_ParseTuple(arguments, "y*z", &data, &name)) return NULL;
    return rows_over((PyTypeObject *)type, data, name, 1);
}

static void rows_free(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyMem_RawFree(((Rows *)object)->table);
    PyBuffer_Release(&((Rows *)object)->data);
    type->tp_free(object);
    Py_DECREF(type);
}

PyDoc_STRVAR(rows_rows_doc,
             "rows(index) -> bytearray\n\n"
             "The rows of a buffer of native 64-bit numbers, a native float per column.");

static PyObject *rows_rows(PyObject *object, PyObject *argument)
{
    const nlu_table *table = ((Rows *)object)->table;
    Py_buffer index;
    PyObject *result;
    int error = 0;
    if (PyObject_GetBuffer(argument, &index, PyBUF_C_CONTIGUOUS) < 0) return NULL;
    size_t columns = (size_t)table->matrix.columns;
    result = PyByteArray_FromStringAndSize(NULL, index.len / 8 * (Py_ssize_t)(4 * columns));
    for (Py_ssize_t i = 0; result && !error && i < index.len / 8; i++) {
        float *row = (float *)(void *)PyByteArray_AS_STRING(result) + (size_t)i * columns;
        error = nlu_row(table, ((const uint64_t *)index.buf)[i], row);
    }
    if (error) {
        Py_CLEAR(result);
        PyErr_SetString(PyExc_ValueError, nlu_error_text(error));
    }
    PyBuffer_Release(&index);
    return result;
}

PyDoc_STRVAR(rows_of_doc,
             "of(keys: list[str]) -> list[bytes | None]\n\n"
             "The row of each key, a native float per column; None for a key that is unknown.");

static PyObject *rows_of(PyObject *object, PyObject *argument)
{
    const nlu_table *table = ((Rows *)object)->table;
    PyObject *keys = PySequence_Fast(argument, "a sequence of str is expected");
    PyObject *result = keys ? PyList_New(0) : NULL;
    for (Py_ssize_t i = 0; result && i < PySequence_Fast_GET_SIZE(keys); i++) {
        PyObject *owned, *row = Py_NewRef(Py_None);
        Py_ssize_t size;
        uint64_t at;
        const char *key = utf8_of(PySequence_Fast_GET_ITEM(keys, i), &size, &owned);
        int found = key ? nlu_find(table, key, (size_t)size, &at) : 0;
        Py_XDECREF(owned);
        if (found == 1) {
            Py_DECREF(row);
            row = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(4 * table->matrix.columns));
            if (row) found = nlu_row(table, at, (float *)(void *)PyBytes_AS_STRING(row));
        }
        if (found < 0) PyErr_SetString(PyExc_ValueError, nlu_error_text(found));
        if (PyErr_Occurred() || PyList_Append(result, row) < 0) Py_CLEAR(result);
        Py_XDECREF(row);
    }
    Py_XDECREF(keys);
    return result;
}

static PyMethodDef rows_methods[] = {
    {"sealed", rows_sealed, METH_VARARGS | METH_CLASS, rows_sealed_doc},
    {"rows", rows_rows, METH_O, rows_rows_doc},
    {"of", rows_of, METH_O, rows_of_doc},
    {NULL, NULL, 0, NULL}};

static PyType_Slot rows_slots[] = {
    {Py_tp_new, rows_new},
    {Py_tp_dealloc, rows_free},
    {Py_tp_methods, rows_methods},
    {Py_tp_doc, "Rows(file, table): a table in the bytes of a file whose digests were checked."},
    {0, NULL}};

static PyType_Spec rows_spec = {"nlucompress.native._native.Rows", sizeof(Rows), 0,
                                Py_TPFLAGS_DEFAULT, rows_slots};

PyDoc_STRVAR(float_texts_doc,
             "float_texts(row) -> str\n\n"
             "The numbers of a buffer of native floats with spaces between, each in the fewest "
             "digits that give it back.");

/* A number in the fewest digits that give it back; to be freed. */
static char *float_text(float number)
{
    char *text = NULL;
    for (int digits = 6; digits <= 9; digits++) {
        PyMem_Free(text);
        text = PyOS_double_to_string((double)number, 'g', digits, Py_DTSF_ADD_DOT_0, NULL);
        if (!text || (float)PyOS_string_to_double(text, NULL, NULL) == number) break;
    }
    return text;
}

static PyObject *float_texts(PyObject *module, PyObject *argument)
{
    Py_buffer row;
    buffer made = {0};
    PyObject *result = NULL;
    (void)module;
    if (PyObject_GetBuffer(argument, &row, PyBUF_C_CONTIGUOUS) < 0) return NULL;
    for (Py_ssize_t i = 0; !PyErr_Occurred() && i < row.len / 4; i++) {
        char *text = float_text(((const float *)row.buf)[i]);
        if (!text || (i && append(&made, " ", 1)) || append(&made, text, strlen(text)))
            PyErr_NoMemory();
        PyMem_Free(text);
    }
    if (!PyErr_Occurred())
        result = PyUnicode_DecodeASCII(made.data ? (char *)made.data : "", (Py_ssize_t)made.size, NULL);
    PyMem_RawFree(made.data);
    PyBuffer_Release(&row);
    return result;
}

