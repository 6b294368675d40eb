/*
 * Attribute access through an inline cache word, for the interpreter. A cache is one 64-bit word shared by all threads
 * (relaxed atomics), 0 when empty. Its contents belong to attribute_cache.c. Each function works without a hit too (and
 * then fills the word). Results are owned.
 */
#ifndef ATOLL_ATTRIBUTE_CACHE_H
#define ATOLL_ATTRIBUTE_CACHE_H

#include "runtime/abstract.h"
#include "runtime/objects/shape.h"

typedef _Atomic uint64_t cache_word;
/* id << 32 | kind << 24 | index; the id 0 never matches. */
enum attribute_cache_kind {
    CACHE_INSTANCE_SLOT = 1,
    CACHE_OTHER = 2 /* and further kinds that attribute_cache.c handles out of line */
};

value attribute_load_slow(value v, value name, cache_word *cache);
bool attribute_store_slow(value v, value name, value attribute, cache_word *cache);
/* For calls: *self_or_null becomes v (owned) when the attribute is a function-like found on the class (not bound), else
 * NULL. */
value attribute_load_method(value v, value name, cache_word *cache, value *self_or_null);

/* v.name */
static inline value attribute_load(value v, value name, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_relaxed);
    if (likely(value_is_object(v) && ((word >> 24) & 0xFF) == CACHE_INSTANCE_SLOT &&
               type_has_flag(value_type(v), TYPE_FLAG_INSTANCE))) {
        struct instance *instance = (struct instance *)v;
        struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
        if (likely(atomic_load_explicit(&shape->id, memory_order_relaxed) == word >> 32)) {
            value_slot *slot = &instance->slots[word & 0xFFFFFF];
            value found = slot_load(&instance->header, slot);
            if (likely(found != NULL)) {
                if (likely(object_is_private(&instance->header) ||
                           atomic_load_explicit(&instance->shape, memory_order_acquire) == shape))
                    return found;
                value_dec(found);
            }
        }
    }
    return attribute_load_slow(v, name, cache);
}

/* v.name = attribute */
static inline bool attribute_store(value v, value name, value attribute, cache_word *cache)
{
    return attribute_store_slow(v, name, attribute, cache);
}

#endif
