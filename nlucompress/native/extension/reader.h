/* ---- Reader: a classifier in the bytes of a file, and overlays on it -------------------------- */

#define KEPT_ROOM ((size_t)1 << 20) /* bytes of memory for texts that stay */

typedef struct {
    PyObject_HEAD
    Py_ssize_t count; /* of files that are held */
    Py_buffer *files;
    nlu_model *models;  /* the first, and its overlays */
    void *scratch; /* memory for a text */
    size_t room;
    double *scores;
    PyObject **answers; /* the labels that were asked for, then the answer to unknown texts */
} Reader;

/* Takes hold of every file and opens it, with NLU_UNVERIFIED or 0. */
static int reader_open(Reader *self, PyObject *files, unsigned flags)
{
    Py_ssize_t count = PyTuple_GET_SIZE(files);
    self->files = PyMem_RawCalloc((size_t)count, sizeof *self->files);
    self->models = PyMem_RawCalloc((size_t)count, sizeof *self->models);
    if (!self->files || !self->models) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_buffer *file = &self->files[i];
        PyObject *object = PyTuple_GET_ITEM(files, i);
        if (PyObject_GetBuffer(object, file, PyBUF_C_CONTIGUOUS) < 0) return -1;
        self->count = i + 1;
        int error = nlu_open(&self->models[i], file->buf, (size_t)file->len, flags);
        if (!error && i) error = nlu_overlay(&self->models[0], &self->models[i]);
        if (!error && !self->models[0].classifies) error = NLU_ERROR_NO_CLASSIFIER;
        if (!error) continue;
        PyErr_SetString(PyExc_ValueError, nlu_error_text(error));
        return -1;
    }
    return 0;
}

static PyObject *reader_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    Reader *self;
    if ((names && PyDict_GET_SIZE(names)) || !PyTuple_GET_SIZE(arguments)) {
        PyErr_SetString(PyExc_TypeError, "Reader takes files, and no named arguments");
        return NULL;
    }
    self = (Reader *)type->tp_alloc(type, 0);
    if (self && reader_open(self, arguments, NLU_UNVERIFIED) < 0) Py_CLEAR(self);
    return (PyObject *)self;
}

PyDoc_STRVAR(reader_sealed_doc,
             "sealed(file) -> Reader\n\n"
             "A reader of a sealed linear classifier, whose digest is checked; ValueError for any "
             "other file.");

static PyObject *reader_sealed(PyObject *type, PyObject *file)
{
    Reader *self = (Reader *)((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    PyObject *files = PyTuple_Pack(1, file);
    if (self && files && reader_open(self, files, 0) == 0) {
        const nlu_model *m = self->models;
        if (m->network != NLU_NET_LINEAR || m->description.inner != NLU_PHRASES)
            PyErr_SetString(PyExc_ValueError, "the file is not a sealed linear classifier");
    }
    Py_XDECREF(files);
    if (PyErr_Occurred()) Py_CLEAR(self);
    return (PyObject *)self;
}

static void reader_free(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    Reader *self = (Reader *)object;
    for (size_t i = 0; self->answers && i <= nlu_label_count(self->models); i++)
        Py_XDECREF(self->answers[i]);
    PyMem_RawFree(self->answers);
    PyMem_RawFree(self->scores);
    PyMem_RawFree(self->scratch);
    for (Py_ssize_t i = 0; i < self->count; i++) PyBuffer_Release(&self->files[i]);
    PyMem_RawFree(self->files);
    PyMem_RawFree(self->models);
    type->tp_free(object);
    Py_DECREF(type);
}

/* Room for the scores of a text, which another thread may use as soon as Python code runs. */
static double *scores_of(Reader *self)
{
    size_t size = nlu_label_count(self->models) * sizeof *self->scores;
    if (!self->scores) self->scores = PyMem_RawMalloc(size);
    if (!self->scores) PyErr_NoMemory();
    return self->scores;
}

/* Gives back the memory that a long text took. */
static void forget_long_texts(Reader *self)
{
    if (self->room <= KEPT_ROOM) return;
    PyMem_RawFree(self->scratch);
    self->scratch = NULL;
    self->room = 0;
}

/* Scores of one text; the memory for it grows as texts need it. */
static int score(Reader *self, PyObject *text, double *scores)
{
    PyObject *owned;
    Py_ssize_t size;
    int error;
    const char *data = utf8_of(text, &size, &owned);
    if (!data) return -1;
    size_t needed = nlu_scratch_size(self->models, (size_t)size);
    if (needed > self->room) {
        void *more = needed == SIZE_MAX ? NULL : PyMem_RawRealloc(self->scratch, needed);
        if (!more) {
            Py_XDECREF(owned);
            PyErr_NoMemory();
            return -1;
        }
        self->scratch = more;
        self->room = needed;
    }
    error = nlu_scores(self->models, data, (size_t)size, self->scratch, self->room, scores);
    Py_XDECREF(owned);
    if (error) PyErr_SetString(PyExc_ValueError, nlu_error_text(error));
    return error ? -1 : 0;
}

PyDoc_STRVAR(reader_scores_doc,
             "scores(texts: list[str]) -> bytearray\n\n"
             "Raw scores, a native double per text and label.");

static PyObject *reader_scores(PyObject *object, PyObject *argument)
{
    Reader *self = (Reader *)object;
    PyObject *texts = PySequence_Fast(argument, "a sequence of str is expected"), *result;
    size_t labels = nlu_label_count(self->models);
    if (!texts) return NULL;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(texts);
    result = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(8 * labels) * count);
    for (Py_ssize_t i = 0; result && i < count; i++) {
        double *scores = (double *)(void *)PyByteArray_AS_STRING(result) + labels * (size_t)i;
        if (score(self, PySequence_Fast_GET_ITEM(texts, i), scores) < 0) Py_CLEAR(result);
    }
    forget_long_texts(self);
    Py_DECREF(texts);
    return result;
}

/* The label of this number as a str, NLU_FIRST for the answer to unknown texts; a borrowed one. */
static PyObject *answer_of(Reader *self, size_t label)
{
    const nlu_model *m = self->models;
    size_t count = nlu_label_count(m), size = 64, room = 0;
    uint8_t *text = NULL;
    int error = NLU_ERROR_BUFFER;
    if (!self->answers) self->answers = PyMem_RawCalloc(count + 1, sizeof *self->answers);
    if (!self->answers) return PyErr_NoMemory();
    PyObject **answer = &self->answers[label == NLU_FIRST ? count : label];
    while (!*answer && error == NLU_ERROR_BUFFER && size > room) {
        uint8_t *more = PyMem_RawRealloc(text, room = size);
        if (!more) break;
        text = more;
        error = label == NLU_FIRST ? nlu_unknown_label(m, text, room, &size)
                                   : nlu_label(m, label, text, room, &size);
    }
    if (!*answer && error) PyErr_SetString(PyExc_ValueError, nlu_error_text(error));
    else if (!*answer) *answer = PyUnicode_DecodeUTF8((const char *)text, (Py_ssize_t)size, NULL);
    PyMem_RawFree(text);
    return *answer;
}

/* The `top` best labels of these scores, each with what is shown of its score. */
static PyObject *best_answers(Reader *self, const double *scores, double *shown, size_t top)
{
    const nlu_model *m = self->models;
    size_t count = nlu_label_count(m), best = nlu_next_best(scores, count, NLU_FIRST);
    PyObject *list = PyList_New(0);
    memcpy(shown, scores, count * sizeof *shown);
    nlu_link(m, shown);
    size_t unknown = (size_t)nlu_is_unknown(m, shown, best); /* it stands before the labels, then */
    for (size_t k = 0; list && k < top && k < count + unknown; k++) {
        if (k > unknown) best = nlu_next_best(scores, count, best);
        PyObject *answer = answer_of(self, k < unknown ? NLU_FIRST : best);
        PyObject *pair = answer ? Py_BuildValue("Od", answer, shown[best]) : NULL;
        if (!pair || PyList_Append(list, pair) < 0) Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

PyDoc_STRVAR(reader_choose_doc,
             "choose(texts: list[str], labels: tuple[str, ...]) -> list[str]\n\n"
             "Of as many labels as the model has, that of the best score of each text; of equal "
             "scores the first.");

static PyObject *reader_choose(PyObject *object, PyObject *arguments)
{
    Reader *self = (Reader *)object;
    PyObject *sequence, *labels, *texts, *result = NULL;
    size_t count = nlu_label_count(self->models);
    if (!PyArg_ParseTuple(arguments, "OO!", &sequence, &PyTuple_Type, &labels)) return NULL;
    texts = PySequence_Fast(sequence, "a sequence of str is expected");
    double *scores = scores_of(self);
    if (texts && (size_t)PyTuple_GET_SIZE(labels) != count)
        PyErr_SetString(PyExc_ValueError, "there are more labels, or fewer");
    else if (texts && scores)
        result = PyList_New(PySequence_Fast_GET_SIZE(texts));
    for (Py_ssize_t i = 0; result && i < PyList_GET_SIZE(result); i++) {
        if (score(self, PySequence_Fast_GET_ITEM(texts, i), scores) < 0) {
            Py_CLEAR(result);
            break;
        }
        size_t best = nlu_next_best(scores, count, NLU_FIRST);
        PyList_SET_ITEM(result, i, Py_NewRef(PyTuple_GET_ITEM(labels, (Py_ssize_t)best)));
    }
    forget_long_texts(self);
    Py_XDECREF(texts);
    return result;
}

PyDoc_STRVAR(reader_explain_doc,
             "explain(texts: list[str], top: int) -> list[list[tuple[str, float]]]\n\n"
             "The `top` best labels of each text with their scores as they are shown; where the "
             "model says so, the answer to unknown texts before them.");

static PyObject *reader_explain(PyObject *object, PyObject *arguments)
{
    Reader *self = (Reader *)object;
    PyObject *sequence, *texts, *result = NULL;
    size_t labels = nlu_label_count(self->models);
    unsigned int top;
    if (!PyArg_ParseTuple(arguments, "OI", &sequence, &top)) return NULL;
    texts = PySequence_Fast(sequence, "a sequence of str is expected");
    double *scores = PyMem_RawMalloc(2 * labels * sizeof *scores);
    if (texts && scores) result = PyList_New(0);
    else if (texts) PyErr_NoMemory();
    for (Py_ssize_t i = 0; result && i < PySequence_Fast_GET_SIZE(texts); i++) {
        PyObject *answers = NULL;
        if (score(self, PySequence_Fast_GET_ITEM(texts, i), scores) == 0)
            answers = best_answers(self, scores, scores + labels, top);
        if (!answers || PyList_Append(result, answers) < 0) Py_CLEAR(result);
        Py_XDECREF(answers);
    }
    PyMem_RawFree(scores);
    forget_long_texts(self);
    Py_XDECREF(texts);
    return result;
}

PyDoc_STRVAR(reader_margins_doc,
             "margins() -> bool\n\nWhether scores are shown as they are, and not as probabilities.");

static PyObject *reader_margins(PyObject *object, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(((Reader *)object)->models->link == 0);
}

static PyMethodDef reader_methods[] = {
    {"sealed", reader_sealed, METH_O | METH_CLASS, reader_sealed_doc},
    {"scores", reader_scores, METH_O, reader_scores_doc},
    {"choose", reader_choose, METH_VARARGS, reader_choose_doc},
    {"explain", reader_explain, METH_VARARGS, reader_explain_doc},
    {"margins", reader_margins, METH_NOARGS, reader_margins_doc},
    {NULL, NULL, 0, NULL}};

static PyType_Slot reader_slots[] = {
    {Py_tp_new, reader_new},
    {Py_tp_dealloc, reader_free},
    {Py_tp_methods, reader_methods},
    {Py_tp_doc, "Reader(file, *overlays): a classifier in the bytes of files whose digests were "
                "checked."},
    {0, NULL}};

static PyType_Spec reader_spec = {"nlucompress.native._native.Reader", sizeof(Reader), 0,
                                  Py_TPFLAGS_DEFAULT, reader_slots};

