/* ---- Overlays (section 12) ------------------------------------------------------------------- */

/* The digest whose 32 digits are the string that comes next. */
static inline void nlu_read_digest(nlu_json *j, uint8_t digest[16])
{
    nlu_expect(j, '"');
    for (unsigned k = 0; k < 33 && !j->bad; k++) {
        int32_t c = nlu_char(j);
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if ((k < 32) != (digit >= 0) || (k == 32 && c >= 0)) j->bad = 1;
        else if (k < 32) digest[k / 2] = (uint8_t)(digest[k / 2] << 4 | digit);
    }
}

/* Reads the settings of an overlay. */
static inline int nlu_open_base(nlu_model *m, nlu_json *settings)
{
    static const char *const kinds[] = {"linear", "crf", NULL};
    nlu_json name = *settings;
    unsigned count = 0;
    nlu_expect(settings, '{');
    if (nlu_next_member(settings, &name, &count, "base")) nlu_read_digest(settings, m->base);
    if (nlu_next_member(settings, &name, &count, "labels"))
        m->under = (uint32_t)nlu_integer(settings, 1, 1u << 20);
    if (nlu_next_member(settings, &name, &count, "network"))
        m->changes = nlu_choice(settings, kinds) ? NLU_NET_CRF : NLU_NET_LINEAR;
    if (nlu_member(settings, &name, &count)) settings->bad = 1;
    return settings->bad ? NLU_ERROR_DESCRIPTION : NLU_OK;
}

/* Whether an object has one member, of this name. */
static inline int nlu_has_only(nlu_json j, const char *wanted)
{
    nlu_json name = j;
    unsigned count = 0, members = 0, fits = 0;
    nlu_expect(&j, '{');
    for (; nlu_member(&j, &name, &count); members++) {
        fits = (unsigned)nlu_is(name, wanted);
        nlu_skip(&j, 100);
    }
    return !j.bad && members == 1 && fits;
}

/* How many labels a model has with those that its overlays add. */
static inline uint32_t nlu_label_count(const nlu_model *m)
{
    uint32_t count = 0;
    for (; m; m = m->over) count += m->labels.count;
    return count;
}

/* Whether two lists of labels have one in common. */
static inline int nlu_share_label(const nlu_labels *a, const nlu_labels *b)
{
    nlu_walk walk = {a, a->marks[0], 0, {0}};
    size_t size;
    for (uint32_t k = 0; k < a->count; k++) {
        nlu_hasher h = nlu_hash_begin();
        nlu_walk other = {b, b->marks[0], 0, {0}};
        if (nlu_next_label(&walk, NULL, 0, &size, &h)) return 1;
        nlu_hash_end(&h);
        for (uint32_t i = 0; i < b->count; i++) {
            nlu_hasher theirs = nlu_hash_begin();
            if (nlu_next_label(&other, NULL, 0, &size, &theirs)) return 1;
            nlu_hash_end(&theirs);
            if (h.h1 == theirs.h1 && h.h2 == theirs.h2) return 1;
        }
    }
    return 0;
}

/* Lays an open overlay on a model, above those that lie on it already: from now on the model's
   answers are those of all. Both must stay where they are while the model is in use; an overlay
   lies on one model at a time. Where it is made for another one, nothing changes. */
static inline int nlu_overlay(nlu_model *m, nlu_model *update)
{
    nlu_model *top = m;
    uint32_t labels = nlu_label_count(m), most = NLU_MAX_LABELS;
    if (update->network != NLU_NET_OVERLAY) return NLU_ERROR_NO_OVERLAY;
    if (!m->classifies && !m->tags) return NLU_ERROR_NO_CLASSIFIER;
    while (top->over && top != update) top = top->over;
    if (top == update || update->over) return NLU_ERROR_BASE;
    if (memcmp(update->base, top->digest, sizeof top->digest) != 0 || update->under != labels ||
        update->changes != m->network)
        return NLU_ERROR_BASE;
    if (m->network == NLU_NET_CRF && most > NLU_MAX_TAGS) most = NLU_MAX_TAGS;
    if (labels + update->labels.count > most) return NLU_ERROR_LIMIT;
    /* A vectorizer keeps the hashes of keys, which find no strings. */
    if (m->features == NLU_TEXT_VECTORIZER && update->table.keys.kind == NLU_STRINGS) return NLU_ERROR_FEATURES;
    for (const nlu_model *each = m; each; each = each->over)
        if (nlu_share_label(&update->labels, &each->labels)) return NLU_ERROR_LABELS;
    top->over = update;
    return NLU_OK;
}

