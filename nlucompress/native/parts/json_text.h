/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Decodes one character and says in *used how many bytes it took, at least 1 of size >= 1. What is
   no UTF-8 gives U+FFFD, once for the longest beginning of a character, as Unicode recommends. */
static inline uint32_t nlu_utf8(const uint8_t *p, size_t size, size_t *used)
{
    uint32_t lead = p[0], code, low = 0x80, high = 0xBF;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2, k = 1;
    *used = 1;
    if (lead < 0x80) return lead;
    if (lead < 0xC2 || lead > 0xF4) return 0xFFFD;
    if (lead == 0xE0) low = 0xA0; /* shorter forms, surrogates and what is beyond U+10FFFF */
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    code = lead & (0x7Fu >> length);
    for (; k < length && k < size && p[k] >= low && p[k] <= high; k++) {
        code = code << 6 | (p[k] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    *used = k;
    return k == length ? code : 0xFFFD;
}

static inline int nlu_is_utf8(const uint8_t *p, size_t size)
{
    size_t used;
    for (size_t at = 0; at < size; at += used)
        if (nlu_utf8(p + at, size - at, &used) == 0xFFFD && (used != 3 || p[at] != 0xEF)) return 0;
    return 1;
}

/* Writes up to 4 bytes; a surrogate becomes the three bytes of its code point (section 5). */
static inline size_t nlu_put_utf8(uint32_t code, uint8_t *out)
{
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (length == 1) {
        out[0] = (uint8_t)code;
        return 1;
    }
    for (size_t k = length - 1; k > 0; k--, code >>= 6) out[k] = (uint8_t)(0x80u | (code & 0x3Fu));
    out[0] = (uint8_t)((0xF00u >> length & 0xF0u) | code);
    return length;
}

/* ---- JSON: characters and strings ---------------------------------------------------------------

   The header is JSON in UTF-8. The description must be canonical (section 1.3): ASCII, no spaces,
   keys in ascending order, one spelling for each string. (Which digits a float has is not
   checked.) */

/* The character that is next in phrases; 0 if there is none. */
static inline int nlu_phrase_char(const nlu_json *j)
{
    unsigned byte = *j->at;
    const char *phrase = nlu_phrase(j->at, j->end);
    if (byte >= 0x20 && byte < 0x7F) return (int)byte;
    if (byte >= 0x80 && byte < 0x80 + 100) {
        unsigned number = byte - 0x80;
        return (int)('0' + (j->within ? number % 10 : number / 10));
    }
    return phrase ? phrase[j->within] : 0;
}

/* Moves on by what nlu_peek has looked at. */
static inline void nlu_step(nlu_json *j, unsigned step)
{
    if (j->inner == NLU_PHRASES && (*j->at < 0x20 || *j->at >= 0x7F)) {
        const char *phrase = nlu_phrase(j->at, j->end);
        unsigned length = phrase ? (unsigned)strlen(phrase) : 2u;
        if (++j->within < length) return;
        j->within = 0;
        if (*j->at == 0x7F) step++;
    }
    j->at += step;
}

/* Next byte of the text and in *step the bytes that it takes; -1 at the end. */
static inline int nlu_peek(nlu_json *j, unsigned *step)
{
    *step = 1;
    if (j->bad || j->at == j->end) return -1;
    int c = j->inner == NLU_PHRASES ? nlu_phrase_char(j) : *j->at;
    if (!j->inner) return c;
    if (c == '\\' && j->inner == NLU_INNER) { /* an escape of the outer string, which is known to be whole */
        c = j->at[1];
        *step = 2;
        if (c == 'u') {
            c = 0;
            *step = 6;
            for (unsigned k = 2; k < 6; k++) {
                int digit = j->at[k];
                c = c << 4 | (digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
            }
        } else if (c != '"' && c != '\\' && c != '/') {
            c = 0;
        }
    }
    if (c >= 0x20 && c <= 0x7E) return c;
    j->bad = 1;
    return -1;
}

static inline int nlu_take(nlu_json *j)
{
    unsigned step;
    int c = nlu_peek(j, &step);
    if (c < 0) j->bad = 1;
    else nlu_step(j, step);
    return c;
}

static inline void nlu_spaces(nlu_json *j)
{
    if (j->inner) return;
    for (; j->at < j->end; j->at++)
        if (*j->at != ' ' && *j->at != '\t' && *j->at != '\n' && *j->at != '\r') return;
}

/* Steps over this character if it is next. */
static inline int nlu_accept(nlu_json *j, int wanted)
{
    unsigned step;
    nlu_spaces(j);
    if (nlu_peek(j, &step) != wanted) return 0;
    nlu_step(j, step);
    return 1;
}

static inline void nlu_expect(nlu_json *j, int wanted)
{
    if (!nlu_accept(j, wanted)) j->bad = 1;
}

static inline uint32_t nlu_hex4(nlu_json *j)
{
    uint32_t value = 0;
    for (int k = 0; k < 4; k++) {
        int c = nlu_take(j);
        if (c >= 'A' && c <= 'F' && !j->inner) c += 'a' - 'A';
        if (c >= '0' && c <= '9') value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uint32_t)(c - 'a' + 10);
        else j->bad = 1;
    }
    return value;
}

/* What stands behind the backslash of an escape. */
static inline int32_t nlu_escape(nlu_json *j)
{
    int c = nlu_take(j);
    switch (c) {
    case '"': case '\\': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '/': j->bad |= j->inner; return c;
    case 'u': break;
    default: j->bad = 1; return -1;
    }
    uint32_t unit = nlu_hex4(j);
    int has_short_form = (unit >= 8 && unit <= 13 && unit != 11) || (unit >= 0x20 && unit <= 0x7E);
    if (j->inner && has_short_form) j->bad = 1;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        nlu_json next = *j; /* a second half may follow; a half alone stays */
        if (nlu_take(&next) == '\\' && nlu_take(&next) == 'u') {
            uint32_t low = nlu_hex4(&next);
            if (!next.bad && low >= 0xDC00 && low <= 0xDFFF) {
                *j = next;
                return (int32_t)(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            }
        }
    }
    return (int32_t)unit;
}

/* Next character of a string whose opening quote is behind; -1 at its end, which is then behind. */
static inline int32_t nlu_char(nlu_json *j)
{
    int c = nlu_take(j);
    if (c == '"' || c < 0) return -1;
    if (c == '\\') return nlu_escape(j);
    if (c < 0x20) j->bad = 1;
    if (c < 0x80) return c;
    size_t used;
    uint32_t code = nlu_utf8(j->at - 1, (size_t)(j->end - j->at) + 1, &used);
    j->at += used - 1;
    return (int32_t)code;
}

/* Steps over a string and returns the place of its first character. */
static inline nlu_json nlu_string(nlu_json *j)
{
    nlu_expect(j, '"');
    nlu_json first = *j;
    while (nlu_char(j) >= 0 && !j->bad) {}
    first.bad = j->bad;
    return first;
}

/* Steps a over the text that it begins with; 0 if it does not. */
static inline int nlu_begins(nlu_json *a, const char *text)
{
    for (; *text; text++)
        if (nlu_char(a) != *text) return 0;
    return 1;
}

static inline int nlu_is(nlu_json string, const char *text)
{
    return nlu_begins(&string, text) && nlu_char(&string) < 0 && !string.bad;
}

static inline int nlu_compare(nlu_json a, nlu_json b)
{
    for (;;) {
        int32_t x = nlu_char(&a), y = nlu_char(&b);
        if (x != y) return x < y ? -1 : 1;
        if (x < 0) return 0;
    }
}

/* Whether a string holds half of a surrogate pair alone, which is not text. */
static inline int nlu_has_surrogate(nlu_json string)
{
    for (;;) {
        int32_t c = nlu_char(&string);
        if (c < 0) return 0;
        if (c >= 0xD800 && c <= 0xDFFF) return 1;
    }
}

