/* ---- Features: their description (section 11) ------------------------------------------------ */

/* A range of n-gram lengths: [] or [low, high]. */
static inline void nlu_range(nlu_json *j, uint32_t most, uint32_t *low, uint32_t *high)
{
    unsigned count = 0, items = 0;
    uint32_t range[2] = {0, 0};
    nlu_expect(j, '[');
    for (; nlu_item(j, &count); items++) {
        if (items == 2) j->bad = 1;
        else range[items] = (uint32_t)nlu_integer(j, 1, most);
    }
    if (items == 1 || range[0] > range[1]) j->bad = 1;
    *low = range[0];
    *high = range[1];
}

/* The members of an object in their order; 0 if there are others, or fewer. */
static inline int nlu_next_member(nlu_json *j, nlu_json *name, unsigned *count, const char *wanted)
{
    if (!nlu_member(j, name, count) || !nlu_is(*name, wanted)) j->bad = 1;
    return !j->bad;
}

static inline void nlu_open_ngrams(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    static const char *const weights[] = {"binary", "count", NULL};
    static const char *const others[] = {"borders", "symbols", NULL};
    if (nlu_next_member(j, name, count, "chars")) nlu_range(j, 32, &m->char_low, &m->char_high);
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    if (nlu_next_member(j, name, count, "weighting")) m->counted = nlu_choice(j, weights);
    if (nlu_next_member(j, name, count, "words")) nlu_range(j, 32, &m->word_low, &m->word_high);
    nlu_json ahead = *j;
    unsigned items = 0;
    if (nlu_accept(&ahead, '}') || !nlu_next_member(j, name, count, "words_and")) return;
    nlu_expect(j, '[');
    while (nlu_item(j, &items)) {
        int symbols = nlu_choice(j, others);
        if (m->symbols || (m->borders && !symbols)) j->bad = 1; /* each once, in their order */
        if (symbols) m->symbols = 1;
        else m->borders = 1;
    }
    if (!items) j->bad = 1;
}

static inline void nlu_open_subwords(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    if (nlu_next_member(j, name, count, "buckets"))
        m->buckets = (uint32_t)nlu_integer(j, 0, INT32_MAX);
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    if (nlu_next_member(j, name, count, "longest")) m->longest = (uint32_t)nlu_integer(j, 0, 64);
    if (nlu_next_member(j, name, count, "shortest")) m->shortest = (uint32_t)nlu_integer(j, 0, 64);
    if (nlu_next_member(j, name, count, "words")) m->runs = (uint32_t)nlu_integer(j, 1, 64);
    if (m->shortest > m->longest || (!m->buckets && (m->longest || m->runs > 1))) j->bad = 1;
}

/* A part of a vectorizer (section 11.5). */
enum { NLU_ANALYZE_WORDS, NLU_ANALYZE_CHARS, NLU_ANALYZE_WITHIN };
enum { NLU_COUNT, NLU_BINARY, NLU_LOGARITHM };

typedef struct {
    int analyzer, bounded, lowercase, norm, is_signed, vocabulary, weighting;
    uint32_t buckets, shortest, low, high;
    uint64_t ascii[2]; /* characters of a word below 128 */
    int letters, any;  /* whether \w is in the class, or it is \S */
    int others;        /* whether other characters are words by themselves */
    nlu_json stop_words;
    unsigned has_stop_words;
} nlu_part_of;

static inline int nlu_is_letter_or_digit(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The characters of a word, as section 11.5 writes them. */
static inline void nlu_open_characters(nlu_json *j, nlu_part_of *p)
{
    nlu_json text = nlu_string(j), next;
    int32_t c = nlu_char(&text), last;
    if (c == '\\') {
        c = nlu_char(&text);
        p->letters = c == 'w';
        p->any = c == 'S';
        if (!p->letters && !p->any) j->bad = 1;
    } else if (c == '[') {
        unsigned items = 0;
        for (c = nlu_char(&text); c != ']' && !j->bad; c = nlu_char(&text), items++) {
            if (c == '\\') {
                p->letters = 1;
                if (nlu_char(&text) != 'w') j->bad = 1;
                continue;
            }
            last = c;
            next = text;
            if (c == '-') { /* only as the last one, behind others */
                if (!items || nlu_char(&next) != ']') j->bad = 1;
            } else if (!nlu_is_letter_or_digit(c) && c != '_' && c != '\'') {
                j->bad = 1;
            } else if (nlu_is_letter_or_digit(c) && nlu_char(&next) == '-') {
                int32_t end = nlu_char(&next);
                if (nlu_is_letter_or_digit(end)) {
                    last = end;
                    text = next;
                }
            }
            if (last < c || j->bad) j->bad = 1;
            for (; !j->bad && c <= last; c++) p->ascii[c / 64] |= (uint64_t)1 << c % 64;
        }
        if (!items) j->bad = 1;
    } else {
        j->bad = 1;
    }
    next = text;
    if (nlu_char(&next) >= 0) {
        p->others = 1;
        if (!nlu_is(text, "|[^\\w\\s]")) j->bad = 1;
    }
}

static inline void nlu_open_stop_words(nlu_json *j, nlu_part_of *p)
{
    unsigned count = 0;
    nlu_expect(j, '[');
    p->stop_words = *j;
    while (nlu_item(j, &count)) {
        (void)nlu_string(j);
        p->has_stop_words = 1;
    }
}

/* Reads a part; 0 if this reader cannot do what it says. */
static inline int nlu_read_part(nlu_json *j, nlu_part_of *p)
{
    static const char *const accents[] = {"", "unicode", "ascii", NULL};
    static const char *const analyzers[] = {"word", "char", "char_wb", NULL};
    static const char *const norms[] = {"", "l1", "l2", NULL};
    static const char *const weightings[] = {"count", "binary", "logarithm", NULL};
    nlu_json name = *j;
    unsigned count = 0;
    int accent = 0;
    memset(p, 0, sizeof *p);
    nlu_expect(j, '{');
    if (nlu_next_member(j, &name, &count, "accents")) accent = nlu_choice(j, accents);
    if (nlu_next_member(j, &name, &count, "analyzer")) p->analyzer = nlu_choice(j, analyzers);
    if (nlu_next_member(j, &name, &count, "bounded")) p->bounded = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "buckets"))
        p->buckets = (uint32_t)nlu_integer(j, 0, INT32_MAX);
    if (nlu_next_member(j, &name, &count, "characters")) nlu_open_characters(j, p);
    if (nlu_next_member(j, &name, &count, "lowercase")) p->lowercase = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "ngrams")) nlu_range(j, 64, &p->low, &p->high);
    if (nlu_next_member(j, &name, &count, "norm")) p->norm = nlu_choice(j, norms);
    if (nlu_next_member(j, &name, &count, "shortest"))
        p->shortest = (uint32_t)nlu_integer(j, 1, 64);
    if (nlu_next_member(j, &name, &count, "signed")) p->is_signed = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "stop_words")) nlu_open_stop_words(j, p);
    if (nlu_next_member(j, &name, &count, "vocabulary")) p->vocabulary = nlu_boolean(j);
    if (nlu_next_member(j, &name, &count, "weighting")) p->weighting = nlu_choice(j, weightings);
    if (nlu_member(j, &name, &count) || !p->low) j->bad = 1;
    if (p->is_signed && (!p->buckets || p->weighting == NLU_LOGARITHM)) j->bad = 1;
    if (p->vocabulary && !p->norm) j->bad = 1;
    return accent == 0;
}

static inline int nlu_open_vectorizer(nlu_model *m, nlu_json *j, nlu_json *name, unsigned *count)
{
    nlu_part_of part;
    unsigned items = 0;
    int reads = 1;
    if (nlu_next_member(j, name, count, "kind")) nlu_skip(j, 1);
    (void)nlu_next_member(j, name, count, "parts");
    nlu_expect(j, '[');
    m->parts = *j;
    for (m->part_count = 0; nlu_item(j, &items); m->part_count++) {
        reads &= nlu_read_part(j, &part);
        if (m->part_count == 64 || (part.vocabulary && !m->norms.columns)) j->bad = 1;
    }
    if (!m->part_count) j->bad = 1;
    return reads;
}

/* Reads the features of a model that answers; those of others say nothing to this reader. */
static inline int nlu_open_features(nlu_model *m)
{
    static const char *const kinds[] = {"ngrams", "vectorizer", "subwords", "attributes",
                                        "token-template", "namespaces", "pairs", "words", NULL};
    nlu_json j = m->part[NLU_FEATURES], name = j, first = j;
    unsigned count = 0;
    int reads = 1;
    if (m->network == NLU_NET_OVERLAY) return j.at ? NLU_ERROR_DESCRIPTION : NLU_OK;
    if (!j.at) return m->network == NLU_NET_NONE ? NLU_OK : NLU_ERROR_DESCRIPTION;
    nlu_expect(&j, '{');
    if (m->network == NLU_NET_NONE) return j.bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
    m->features = -1;
    nlu_expect(&first, '{');
    while (nlu_member(&first, &name, &count)) {
        if (nlu_is(name, "kind")) m->features = nlu_choice(&first, kinds);
        else nlu_skip(&first, 100);
    }
    if (first.bad || m->features < 0) return NLU_ERROR_DESCRIPTION;
    if (m->features > NLU_TEXT_ATTRIBUTES) return NLU_ERROR_FEATURES;
    count = 0;
    if (m->features == NLU_TEXT_NGRAMS) nlu_open_ngrams(m, &j, &name, &count);
    if (m->features == NLU_TEXT_SUBWORDS) nlu_open_subwords(m, &j, &name, &count);
    if (m->features == NLU_TEXT_VECTORIZER) reads = nlu_open_vectorizer(m, &j, &name, &count);
    if (m->features == NLU_TEXT_ATTRIBUTES && nlu_next_member(&j, &name, &count, "kind"))
        nlu_skip(&j, 1);
    if (nlu_member(&j, &name, &count)) j.bad = 1;
    m->tags = m->features == NLU_TEXT_ATTRIBUTES;
    m->classifies = !m->tags;
    if ((m->network == NLU_NET_CRF && !m->tags) ||
        (m->network == NLU_NET_FASTTEXT) != (m->features == NLU_TEXT_SUBWORDS))
        j.bad = 1;
    if (j.bad) return NLU_ERROR_DESCRIPTION;
    return reads ? NLU_OK : NLU_ERROR_FEATURES;
}

