/*
 * Attributes by their caches (objects/operations/attribute_cache.h), as words for the operand stack.
 */
#ifndef ATOLL_INSTRUCTIONS_ATTRIBUTES_H
#define ATOLL_INSTRUCTIONS_ATTRIBUTES_H

#include "runtime/interp/frame.h"
#include "runtime/objects/operations/attribute_cache.h"

/* `name` is the index of a name of the frame's code; it is read where no cache hits. */

/* v.name by a cache that says in which of the object's slots it is; NULL: no hit. */
static inline __attribute__((always_inline)) value quick_attribute(value v, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (unlikely(!value_is_object(v)) || unlikely(cache_head(word) != cache_number_of(v)))
        return NULL;
    /* A slot belongs to one name for good (S1): whatever is in it is the attribute. */
    return slot_load_operand(value_object(v), (value_slot *)((char *)v + cache_what(word)));
}

/* For a call: what v.name is on the class, to be called with v as its self; NULL: general_method finds it. */
static inline __attribute__((always_inline)) value quick_method(const struct frame *frame, value v, uint32_t name,
                                                                cache_word *cache)
{
    bool uncounted;
    value callable = attribute_load_method_hit(v, cache, &uncounted);
    if (unlikely(!callable)) {
        callable = attribute_load_method_far(v, frame_name(frame, name), cache, &uncounted);
        if (unlikely(!callable))
            return NULL;
    }
    return uncounted ? stack_borrow(callable) : callable;
}
/* The same for anything; *receiver is its self, owned, or NULL. NULL with an exception. */
static inline value general_method(value v, value name, cache_word *cache, value *receiver)
{
    bool uncounted;
    value callable = attribute_load_method_slow(v, name, cache, receiver, &uncounted);
    return callable && uncounted ? stack_borrow(callable) : callable;
}

/* v.name = attribute; false: exception. */
static inline __attribute__((always_inline)) bool attribute_store(const struct frame *frame, value v, uint32_t name,
                                                                  value attribute, cache_word *cache)
{
    return likely(attribute_store_hit(v, attribute, cache)) ||
           attribute_store_far(v, frame_name(frame, name), attribute, cache);
}

#endif
