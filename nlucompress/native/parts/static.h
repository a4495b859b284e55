/* ---- Static function (section 6.4) ----------------------------------------------------------- */

/* Where bit `index` of a key looks in its shard, before the length of that: a part of 2^32. */
static inline uint32_t nlu_turned(uint64_t handle, uint64_t index)
{
    return (uint32_t)(handle + index * 0x9E3779B9u);
}

/* Which of the NLU_WINDOW places from there on it takes, the first on top. */
static inline uint64_t nlu_coefficients(uint64_t handle, uint64_t index)
{
    uint64_t t = handle + (index + 1) * 0x9E3779B97F4A7C15u;
    return (t ^ t >> 32) * 0xD6E8FEB86659FD93u >> (64 - NLU_WINDOW);
}

/* The first of these places in a shard of so many. */
static inline uint64_t nlu_window_start(uint32_t turned, uint64_t places)
{
    uint64_t at = (uint64_t)turned * places >> 32, last = places - NLU_WINDOW;
    at = at > NLU_LEAD ? at - NLU_LEAD : 0;
    return at < last ? at : last;
}

/* Reads the shard of a key into *v: 1, or 0 where it is empty, so that the key is unknown. */
static inline int nlu_answer_begin(nlu_answer *v, const nlu_function *f, uint64_t handle,
                                  uint64_t first, uint64_t end)
{
    uint64_t begin = 0, stop = f->vector.bits;
    v->function = f;
    v->handle = handle;
    v->next = first;
    v->end = end;
    v->window = 0;
    v->filled = 0;
    if (!f->shards) return 0;
    uint64_t shard = (handle >> 31) * f->shards >> 32;
    if (nlu_offset(&f->offsets, shard, &begin)) return 0;
    if (shard + 1 < f->shards && nlu_offset(&f->offsets, shard + 1, &stop)) return 0;
    v->begin = begin;
    v->places = stop - begin;
    return stop - begin >= NLU_WINDOW; /* shorter ones, and falling offsets, were refused before */
}

static inline unsigned nlu_parity(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_parityll(x);
#else
    x ^= x >> 32;
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    return 0x6996u >> (x & 15) & 1;
#endif
}

/* At least `width` (at most 32) bits of a value on top of v->window; zeros behind its end. What
   changes from bit to bit is added up here, by the formulas above. */
static inline void nlu_answer_fill(nlu_answer *v, unsigned width)
{
    const nlu_stream *vector = &v->function->vector;
    uint64_t left = v->end > v->next ? v->end - v->next : 0, last = v->places - NLU_WINDOW;
    uint64_t t = v->handle + (v->next + 1) * 0x9E3779B97F4A7C15u, window = 0;
    uint32_t turned = nlu_turned(v->handle, v->next);
    unsigned more = width > v->filled ? width - v->filled : 0;
    int whole = (v->begin + v->places) / 8 + 8 <= vector->size; /* eight bytes from each place on */
    for (unsigned k = 0; k < more; k++, turned += 0x9E3779B9u, t += 0x9E3779B97F4A7C15u) {
        uint64_t at = (uint64_t)turned * v->places >> 32, places;
        at = at > NLU_LEAD ? at - NLU_LEAD : 0;
        at = v->begin + (at < last ? at : last);
        if (whole) places = nlu_big64(vector->data + (size_t)(at >> 3)) << (at & 7);
        else places = nlu_bits(vector->data, vector->size, at, NLU_WINDOW) << (64 - NLU_WINDOW);
        uint64_t taken = (t ^ t >> 32) * 0xD6E8FEB86659FD93u >> (64 - NLU_WINDOW);
        window = window << 1 | nlu_parity(places & taken << (64 - NLU_WINDOW));
    }
    if (!more) return;
    if (left < more) window = left ? window >> (more - left) << (more - left) : 0;
    v->window |= window << (64 - v->filled - more);
    v->next += more;
    v->filled += more;
}

/* Steps over bits that were filled; 0 if they reach beyond the end of the value. */
static inline int nlu_answer_drop(nlu_answer *v, unsigned width)
{
    v->window <<= width;
    v->filled -= width;
    return v->next - v->filled <= v->end;
}

