/*
 * Attribute access through an inline cache word, for the interpreter. A cache is one 64-bit word shared by all threads
 * (relaxed atomics), 0 when empty. Its contents belong to attribute_cache.c. Each function works without a hit too (and
 * then fills the word). Results are owned.
 */
#ifndef ATOLL_ATTRIBUTE_CACHE_H
#define ATOLL_ATTRIBUTE_CACHE_H

#include "runtime/abstract.h"
#include "runtime/objects/model/lookup.h"
#include "runtime/objects/model/shape.h"

typedef _Atomic uint64_t cache_word;
/* tag << 61 | number << 32 | 32 bits of what the tag says; 0 when empty. The number is the id of the instance's shape,
 * or for values without a shape the version of their type: one compare of the upper half says that the word is right
 * and what it is, above all for CACHE_SLOT, whose tag is 0. */
enum cache_tag {
    CACHE_SLOT,        /* where the slot is, in bytes from the object: in line, or a name of __slots__ */
    CACHE_CLASS_PLAIN, /* entry of the class's lookup table; the value is returned as it is */
    /* A method as it is: the object's number. While the cache's number is right the object is what the class has by the
     * name. It was found while the thread was alone, and is counted, while the thread is: */
    CACHE_METHOD_ALONE,
    CACHE_METHOD,   /* or it is lasting (gc.h), and used uncounted. Written and read with release and acquire. */
    CACHE_ADD_SLOT, /* store: the number (shape_number) of the shape's child of this name, whose slot is in line */
    CACHE_MODULE,   /* the value is a plain module, whose dict has this version: the object's number; a lasting one */
    CACHE_OTHER,    /* kind << 24 | index */
};
enum cache_kind {
    CACHE_OVERFLOW_SLOT = 1, /* index: slot of the overflow storage */
    CACHE_ADD_OVERFLOW_SLOT, /* store: the shape gets its child of this name, whose slot is not in line */
    CACHE_CLASS_GETTER,      /* index: entry of the class's lookup table; its type's descr_get is called */
    CACHE_CLASS_SETTER,      /* store: ditto, descr_set */
    CACHE_TYPE_PLAIN,        /* the value is a class, the number its own version: index: entry of its own table */
    CACHE_DICT_ITEM,         /* the attribute is in the instance's dict; index: where to look first (dict_hint) */
    CACHE_DICT_METHOD, /* index: entry of the class's table; a method, but the instance's dict must be asked first */
    CACHE_MODULE_ITEM, /* the value is a plain module; index: where to look first in its dict; no number */
    CACHE_MODULE_ITEM_ALONE, /* the same, found by a thread that was alone: to be found anew when others run */
};
#define CACHE_SLOT_MAY_BE_EMPTY 1u /* store: in the place, which is a multiple of 8: of a name of __slots__ */

#define CACHE_HEAD(TAG, NUMBER)       ((uint32_t)(TAG) << 29 | (NUMBER))
#define CACHE_WORD(TAG, NUMBER, WHAT) ((uint64_t)CACHE_HEAD(TAG, NUMBER) << 32 | (WHAT))
#define CACHE_OTHER_WORD(NUMBER, KIND, INDEX) \
    CACHE_WORD(CACHE_OTHER, NUMBER, (uint32_t)(KIND) << 24 | (uint32_t)(INDEX))
static inline uint32_t cache_head(uint64_t word)
{
    return (uint32_t)(word >> 32);
}
static inline enum cache_tag cache_tag(uint64_t word)
{
    return (enum cache_tag)(word >> 61);
}
static inline uint32_t cache_number(uint64_t word)
{
    return cache_head(word) & SHAPE_LAST_ID;
}
static inline uint32_t cache_what(uint64_t word)
{
    return (uint32_t)word;
}
static inline enum cache_kind cache_kind(uint64_t word) /* 0: it has another tag, or is empty */
{
    return cache_tag(word) == CACHE_OTHER ? (enum cache_kind)(cache_what(word) >> 24) : (enum cache_kind)0;
}
static inline uint32_t cache_index(uint64_t word)
{
    return cache_what(word) & 0xFFFFFF;
}
static inline value cache_object(uint64_t word)
{
    return value_of(object_by_number(cache_what(word)));
}

/* What is not there in line: hits of the other kinds, in few instructions, or else the whole way. */
value attribute_load_far(value v, value name, cache_word *cache);
/* When the word says that v.name is a property with a Python function as its getter: that function, owned. NULL: no
 * hit. */
value attribute_load_getter(value v, cache_word *cache);
bool attribute_store_far(value v, value name, value attribute, cache_word *cache);
value attribute_load_method_far(value v, value name, cache_word *cache, bool *uncounted); /* NULL: no hit */
value attribute_load_method_slow(value v, value name, cache_word *cache, value *self_or_null, bool *uncounted);

/* The functions below are the interpreter's; what they do on a hit is meant to be there in line. */
#define CACHE_INLINE static inline __attribute__((always_inline))

/* The number that has to be in the word for v, an object. */
CACHE_INLINE uint32_t cache_number_of(value v)
{
    if (likely(value_has_shape(v))) {
        struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
        return atomic_load_explicit(&shape->id, memory_order_acquire);
    }
    return atomic_load_explicit(&value_type(v)->version, memory_order_acquire);
}

/* Each of these has a hit to offer or not; the caller goes the far way then, and only then needs the name. */

/* v.name = attribute by way of a word that is right: false: the slot is empty. */
CACHE_INLINE bool cache_store_slot(value v, value attribute, uint64_t word)
{
    value_slot *slot = (value_slot *)((char *)v + (cache_what(word) & ~CACHE_SLOT_MAY_BE_EMPTY));
    bool alone = thread_is_alone();
    if (unlikely(!alone && !object_enter(value_object(v))))
        return slot_replace(value_object(v), slot, attribute);
    value old = atomic_load_explicit(slot, memory_order_relaxed);
    /* An empty slot of an instance may be one whose attributes moved to a dict (S2). */
    bool hit = likely(old != NULL) || (word & CACHE_SLOT_MAY_BE_EMPTY);
    if (hit)
        atomic_store_explicit(slot, value_inc(attribute), memory_order_release);
    if (!alone)
        object_leave();
    value_dec(old);
    return hit;
}

/* v.name = attribute; false: no hit. */
CACHE_INLINE bool attribute_store_hit(value v, value attribute, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (unlikely(!value_is_object(v)) || unlikely(cache_head(word) != cache_number_of(v)))
        return false;
    return cache_store_slot(v, attribute, word);
}

/* The method in a word, if the number is right. */
CACHE_INLINE value cache_method(uint64_t word, uint32_t number, bool *uncounted)
{
    *uncounted = cache_head(word) == CACHE_HEAD(CACHE_METHOD, number);
    if (likely(*uncounted))
        return cache_object(word);
    if (cache_head(word) == CACHE_HEAD(CACHE_METHOD_ALONE, number) && thread_is_alone())
        return value_inc(cache_object(word));
    return NULL;
}
/* For calls: v.name when it is a function-like found on the class, not bound; owned, or with *uncounted good until the
 * caller's next quiescent point. NULL: no hit. (The slow way sets *self_or_null to v, owned, for such a thing, else to
 * NULL.) */
CACHE_INLINE value attribute_load_method_hit(value v, cache_word *cache, bool *uncounted)
{
    if (unlikely(!value_is_object(v)))
        return NULL;
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    return cache_method(word, cache_number_of(v), uncounted);
}

/* A method of the class itself, not bound, by a word that belongs to the class and this name: as above; NULL: no hit.
 */
CACHE_INLINE value class_method_hit(struct type *type, cache_word *cache, bool *uncounted)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    return cache_method(word, atomic_load_explicit(&type->version, memory_order_acquire), uncounted);
}
/* The same by a look-up, which fills the word when it finds a method: owned, VALUE_MISSING, or NULL with an exception.
 */
value class_method_find(struct type *type, value name, cache_word *cache);

/* The thread ends: it needs its table of several shapes no more. */
void attribute_cache_forget_thread(void);

#endif
