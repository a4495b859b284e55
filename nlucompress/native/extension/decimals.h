/* Decimal numbers of text files of vectors, each as Python's float() reads it.

   A number m * 10^e whose digits m are at most 2^53, with |e| at most 22, is one product or quotient of
   two doubles that are exact, so it is rounded once (Clinger 1990). Others are left to Python. */

#include <float.h>

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Reads the number at the front of a text that ends with a NUL; what follows it, NULL if there is
   none. */
static const char *decimal(const char *at, double *value)
{
    const char *begin = at;
    int negative = *at == '-', digits = 0, exact = FLT_EVAL_METHOD == 0;
    int64_t exponent = 0;
    uint64_t mantissa = 0;
    if (*at == '-' || *at == '+') at++;
    for (int point = 0; (*at >= '0' && *at <= '9') || (*at == '.' && !point); at++) {
        if (*at == '.') {
            point = 1;
            continue;
        }
        digits = 1;
        exponent -= point;
        if (mantissa > (UINT64_C(1) << 53))
            exact = 0;
        else
            mantissa = 10 * mantissa + (uint64_t)(*at - '0');
    }
    if (!digits) return NULL;
    if (*at == 'e' || *at == 'E') {
        int minus = at[1] == '-';
        int64_t given = 0;
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        if (*at < '0' || *at > '9') return NULL;
        for (; *at >= '0' && *at <= '9'; at++)
            if (given < 100000) given = 10 * given + (*at - '0');
        exponent += minus ? -given : given;
    }
    if (exact && mantissa <= (UINT64_C(1) << 53) && exponent >= -22 && exponent <= 22) {
        double number = (double)mantissa;
        number = exponent < 0 ? number / powers_of_ten[-exponent] : number * powers_of_ten[exponent];
        *value = negative ? -number : number;
    } else {
        char *end;
        *value = PyOS_string_to_double(begin, &end, NULL);
        if (*value == -1.0 && PyErr_Occurred()) PyErr_Clear();
        if (end != at) return NULL;
    }
    return at;
}

PyDoc_STRVAR(decimals_doc,
             "decimals(text): numbers between spaces, as the bytes of binary64; None if something in "
             "the text is not a number.");

static PyObject *decimals(PyObject *module, PyObject *text)
{
    const char *at, *end;
    Py_ssize_t count = 0;
    PyObject *result;
    double *values;
    (void)module;
    if (!PyBytes_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "the text is no bytes");
        return NULL;
    }
    at = PyBytes_AS_STRING(text);
    end = at + PyBytes_GET_SIZE(text);
    for (const char *each = at; each < end; each++)
        count += *each != ' ' && (each == at || each[-1] == ' ');
    result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof *values);
    if (!result) return NULL;
    values = (double *)(void *)PyBytes_AS_STRING(result);
    while (at < end) {
        if (*at == ' ') {
            at++;
            continue;
        }
        at = decimal(at, values++);
        if (!at || (at < end && *at != ' ')) {
            Py_DECREF(result);
            Py_RETURN_NONE;
        }
    }
    return result;
}
