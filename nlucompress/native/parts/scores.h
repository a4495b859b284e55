/* ---- Scores of a text (section 12) ----------------------------------------------------------- */

/* The scratch memory from the next multiple of 8 bytes on. */
static inline uint8_t *nlu_aligned(void *scratch, size_t *size)
{
    size_t skip = (size_t)(0 - (uintptr_t)scratch) & 7;
    *size = *size < skip ? 0 : *size - skip;
    return (uint8_t *)scratch + (*size ? skip : 0);
}

/* Bytes of scratch memory that are enough for any text of so many bytes. SIZE_MAX if there is no
   such number. */
static inline size_t nlu_scratch_size(const nlu_model *m, size_t size)
{
    uint64_t bytes = 0;
    if (size > UINT32_MAX / 64) return SIZE_MAX;
    if (m->features == NLU_TEXT_NGRAMS) bytes = nlu_ngram_scratch(m, size);
    if (m->features == NLU_TEXT_VECTORIZER) bytes = nlu_vectorizer_scratch(m, size);
    if (m->features == NLU_TEXT_SUBWORDS) bytes = nlu_fasttext_scratch(m, size);
    return bytes > SIZE_MAX - 8 ? SIZE_MAX : (size_t)bytes + 8;
}

/* Puts scores that lie beyond the bounds onto them. */
static inline void nlu_clamp(const nlu_model *m, double *scores)
{
    uint32_t labels = nlu_label_count(m);
    for (uint32_t k = 0; m->bounded && k < labels; k++) {
        if (scores[k] < m->low) scores[k] = m->low;
        if (scores[k] > m->high) scores[k] = m->high;
    }
}

/* Adds a row of the bias, or of the transitions, with what overlays add to it. */
static inline int nlu_add_tensors(const nlu_model *m, uint64_t row, double *sums)
{
    int error = NLU_OK;
    for (; !error && m; m = m->over)
        if (row < m->tensor.rows) error = nlu_add_row(&m->tensor, row, 1, sums);
    return error;
}

/* The raw score of each label, nlu_label_count(m) of them, for a text in UTF-8. */
static inline int nlu_scores(const nlu_model *m, const void *text, size_t size, void *scratch,
                             size_t scratch_size, double *scores)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint8_t *memory = nlu_aligned(scratch, &scratch_size);
    if (!m->classifies) return m->tags ? NLU_ERROR_TAGGER : NLU_ERROR_NO_CLASSIFIER;
    uint32_t labels = nlu_label_count(m);
    for (uint32_t k = 0; k < labels; k++) scores[k] = 0;
    if (m->network == NLU_NET_FASTTEXT)
        return nlu_fasttext_scores(m, bytes, size, memory, scratch_size, scores);
    int error = nlu_add_tensors(m, 0, scores);
    if (!error && m->features == NLU_TEXT_NGRAMS)
        error = nlu_add_ngrams(m, bytes, size, memory, scratch_size, scores);
    else if (!error)
        error = nlu_add_vectorized(m, bytes, size, memory, scratch_size, scores);
    if (!error) nlu_clamp(m, scores);
    return error;
}

