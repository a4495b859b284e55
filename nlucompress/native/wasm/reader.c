/* The reader of nlucompress.h for WebAssembly: one model, one text at a time, no host functions.

   JavaScript writes a file or a text where `room` says, and reads scores and labels from memory. */

#include "../nlucompress.h"

#define PAGE 65536u
#define EXPORT(name) __attribute__((export_name(#name))) name

extern unsigned char __heap_base; /* from the linker: memory from here on is ours */

static nlu_model model;
static uint8_t *file, *input;
static uint32_t end; /* of what is in use */
static double *values;

/* Memory up to a byte; 0 where there is none. */
static int reach(uint32_t last)
{
    uint32_t pages = (uint32_t)__builtin_wasm_memory_size(0), needed = last / PAGE + 1;
    return needed <= pages || __builtin_wasm_memory_grow(0, needed - pages) != (size_t)-1;
}

/* Where to write a file of so many bytes; 0 where memory is short. It takes the place of the last. */
uint32_t EXPORT(room)(uint32_t size)
{
    uint32_t begin = ((uint32_t)(uintptr_t)&__heap_base + 15u) & ~15u;
    file = (uint8_t *)(uintptr_t)begin;
    end = 0;
    return size < 0x40000000u && reach(begin + size + 16u) ? begin : 0u;
}

/* Opens the file that was written; 0 or a negative code. */
int32_t EXPORT(open)(uint32_t size)
{
    int error = nlu_open(&model, file, size, 0);
    if (!error && !model.classifies) error = model.tags ? NLU_ERROR_TAGGER : NLU_ERROR_NO_CLASSIFIER;
    if (error) return error;
    values = (double *)(((uintptr_t)file + size + 15u) & ~(uintptr_t)15u);
    end = (uint32_t)(uintptr_t)(values + nlu_label_count(&model));
    return reach(end) ? NLU_OK : NLU_ERROR_SCRATCH;
}

uint32_t EXPORT(labels)(void) { return (uint32_t)nlu_label_count(&model); }

/* Where to write a text of so many bytes, or a label is to be written. */
uint32_t EXPORT(text)(uint32_t size)
{
    input = (uint8_t *)(uintptr_t)((end + 15u) & ~15u);
    return size < 0x10000000u && reach((uint32_t)(uintptr_t)input + size + 16u)
               ? (uint32_t)(uintptr_t)input : 0u;
}

/* Scores of the text that was written, before the link: where they stand. */
uint32_t EXPORT(scores)(uint32_t size)
{
    uintptr_t scratch = ((uintptr_t)input + size + 15u) & ~(uintptr_t)15u;
    size_t needed = nlu_scratch_size(&model, size);
    if (needed > 0x40000000u || !reach((uint32_t)(scratch + needed))) return 0;
    if (nlu_scores(&model, input, size, (void *)scratch, needed, values)) return 0;
    return (uint32_t)(uintptr_t)values;
}

/* The scores as they are shown: where they stand, in place of those before the link. */
uint32_t EXPORT(shown)(void)
{
    nlu_link(&model, values);
    return (uint32_t)(uintptr_t)values;
}

/* Whether the answer is the one to unknown texts, of scores as they are shown. */
uint32_t EXPORT(unknown)(uint32_t best) { return (uint32_t)nlu_is_unknown(&model, values, best); }

/* Writes a label, or the answer to unknown texts for 0xFFFFFFFF, where `text` says; its length. */
uint32_t EXPORT(label)(uint32_t number, uint32_t most)
{
    size_t length = 0;
    int error = number == 0xFFFFFFFFu ? nlu_unknown_label(&model, input, most, &length)
                                      : nlu_label(&model, number, input, most, &length);
    return error ? 0u : (uint32_t)length;
}

/* An error in words, with a zero behind it. */
const char *EXPORT(error)(int32_t code) { return nlu_error_text(code); }
