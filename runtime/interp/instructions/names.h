/*
 * Names: local variables and cells, globals, mappings of modules and class bodies, imports.
 */
#ifndef ATOLL_INSTRUCTIONS_NAMES_H
#define ATOLL_INSTRUCTIONS_NAMES_H

#include "runtime/interp/frame.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/operations/attribute_cache.h"

/* For the instruction that wanted a local variable that is empty. */
void raise_unbound_operand(struct frame *frame, uint32_t instruction);
void raise_unbound_cell(struct frame *frame, uint32_t slot);
value load_classderef(struct frame *frame, uint32_t slot);
value load_name(struct frame *frame, value name);
bool store_name(struct frame *frame, value name, value v);
bool delete_name(struct frame *frame, value name);
bool setup_annotations(struct frame *frame);
value load_build_class(struct frame *frame);
value import_operand(struct frame *frame, value name, value fromlist, value level);
value import_from(value module, value name);
bool import_star(struct frame *frame, value module);

/*
 * The cache word of a global variable: in the upper half a version of the globals (dict_version) and in the lower the
 * number of the object that the name means while they have that version, there or in the built-ins. Such an object is
 * lasting, and used uncounted; without GLOBAL_LASTING it was found while the thread was alone, and is counted while it
 * is. Or the upper half is 0 and the lower a hint where in the globals to look first; the reader checks the entry's
 * key, so one that is out of date costs time, not truth. A hint without GLOBAL_HINT_FINAL is to be replaced when the
 * value turns out to be lasting (or immediate).
 */
#define GLOBAL_LASTING    ((uint64_t)1 << 63)
#define GLOBAL_HINT       0x7FFFFFFFu
#define GLOBAL_HINT_FINAL 0x80000000u
value load_global(struct frame *frame, value name, cache_word *cache); /* fills the cache */
static inline uint32_t global_version(uint64_t word)
{
    return (uint32_t)(word >> 32) & DICT_VERSION_LAST;
}
static inline value global_value(uint64_t word)
{
    return value_of(object_by_number((uint32_t)word));
}
bool delete_global(struct frame *frame, value name);

static inline bool may_cool_down(value v)
{
    return value_is_object(v) && !object_is_lasting(value_object(v));
}

/* A global variable by its cache, `name` the index of its name: a word for the operand stack; VALUE_MISSING:
 * load_global finds it. */
static inline __attribute__((always_inline)) value quick_global(const struct frame *frame, uint64_t word, uint32_t name)
{
    PEEK_SCOPE;
    uint32_t version = global_version(word);
    if (version != 0) {
        if (unlikely(!dict_has_version(frame->globals, version)))
            return VALUE_MISSING;
        if (likely(word & GLOBAL_LASTING))
            return stack_borrow_object(global_value(word));
        return thread_is_alone() ? value_inc(global_value(word)) : VALUE_MISSING;
    }
    uint32_t hint = (uint32_t)word & GLOBAL_HINT;
    if (unlikely(!thread_is_alone())) {
        value v = dict_peek_hint(frame->globals, frame_name(frame, name), hint);
        if (likely(v != NULL))
            return word & GLOBAL_HINT_FINAL || may_cool_down(v) ? stack_borrow(v) : VALUE_MISSING;
    }
    return dict_load_hint(frame->globals, frame_name(frame, name), hint);
}

#endif
