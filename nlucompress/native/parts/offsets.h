/* ---- Packed offsets (section 9.3) ------------------------------------------------------------ */

/* Takes `count` offsets of at most `end` from the front of some bytes, and says how many they take;
   0 if stride or width are none. The caller checks that there are as many bytes. */
static inline int nlu_attach_offsets(nlu_offsets *o, uint64_t count, uint64_t end,
                                     const uint64_t shape[2], uint64_t *bytes)
{
    for (o->stride_bits = 4; shape[0] >> o->stride_bits > 1 && o->stride_bits < 7;)
        o->stride_bits++;
    if (shape[0] != 1u << o->stride_bits || shape[1] > 57) return 0;
    o->end = end;
    o->width = (unsigned)shape[1];
    o->anchor_bits = nlu_bit_length(end);
    uint64_t anchors = ((count + ((uint64_t)1 << o->stride_bits) - 1) >> o->stride_bits) + 1;
    o->corrections_at = anchors * o->anchor_bits;
    *bytes = (o->corrections_at + count * o->width + 7) / 8;
    return 1;
}

/* An offset, which must be within 0 .. end. */
static inline int nlu_offset(const nlu_offsets *o, uint64_t index, uint64_t *offset)
{
    unsigned width = o->anchor_bits;
    uint64_t j = index >> o->stride_bits, k = index - (j << o->stride_bits);
    int64_t low = (int64_t)nlu_peek_bits(&o->packed, j * width, width);
    int64_t high = (int64_t)nlu_peek_bits(&o->packed, (j + 1) * width, width);
    int64_t rise = (high - low) * (int64_t)k, stride = (int64_t)1 << o->stride_bits;
    int64_t at = low + (rise >= 0 ? rise / stride : -((-rise + stride - 1) / stride));
    at += (int64_t)nlu_peek_bits(&o->packed, o->corrections_at + index * o->width, o->width);
    at -= (int64_t)((uint64_t)1 << o->width >> 1);
    if (at < 0 || (uint64_t)at > o->end) return NLU_ERROR_STREAM;
    *offset = (uint64_t)at;
    return NLU_OK;
}

