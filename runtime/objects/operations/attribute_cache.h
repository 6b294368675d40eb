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
/* id << 32 | kind << 24 | index; the id 0 never matches. The id is that of the instance's shape, or for values without
 * a shape the version of their type (CACHE_TYPE_: of the class itself). */
enum attribute_cache_kind {
    CACHE_INSTANCE_SLOT = 1, /* index: in-line slot */
    CACHE_OVERFLOW_SLOT,     /* index: slot of the overflow storage */
    CACHE_ADD_SLOT,          /* store: the shape of that id gets its child of this name; index: the new slot */
    CACHE_CLASS_PLAIN,       /* index: entry of the class's lookup table; the value is returned as it is */
    CACHE_CLASS_GETTER,      /* ditto; its type's descr_get is called */
    CACHE_CLASS_SETTER,      /* store: ditto, descr_set */
    CACHE_MEMBER,            /* a name of __slots__; index: byte offset of its slot / 8 */
    CACHE_TYPE_PLAIN,        /* the value is a class: index: entry of its own table */
    CACHE_DICT_ITEM,         /* the attribute is in the instance's dict; index: where to look first (dict_hint) */
    CACHE_DICT_METHOD,  /* index: entry of the class's table; a method, but the instance's dict must be asked first */
    CACHE_MODULE,       /* the value is a plain module; index: hint into its dict; the id is CACHE_LASTING */
    CACHE_MODULE_ALONE, /* the same, found by a thread that was alone: to be found anew when others run */
};
#define CACHE_WORD(ID, KIND, INDEX) ((uint64_t)(ID) << 32 | (uint64_t)(KIND) << 24 | (uint64_t)(INDEX))
#define CACHE_KIND(WORD)            ((unsigned)((WORD) >> 24) & 0xFFu)
#define CACHE_INDEX(WORD)           ((uint32_t)(WORD)&0xFFFFFFu)
#define CACHE_ID(WORD)              ((uint32_t)((WORD) >> 32))
/* A word for a method as it is: CACHE_METHOD in its id, which no id has, and below it the object's number instead of
 * kind and index. While the id is right the object is what the class has by the name. With CACHE_LASTING it is lasting
 * (gc.h) and used uncounted; without, it was found while the thread was alone, and is counted while it is. Written and
 * read with release and acquire. With CACHE_LASTING alone the word is one of module_load. */
#define CACHE_METHOD  ((uint32_t)1 << 31)
#define CACHE_LASTING ((uint32_t)1 << 30)
static inline value cache_method(uint64_t word)
{
    return value_of(object_by_number((uint32_t)word));
}

value attribute_load_slow(value v, value name, cache_word *cache) __attribute__((noinline));
bool attribute_store_slow(value v, value name, value attribute, cache_word *cache);
value attribute_load_method_slow(value v, value name, cache_word *cache, value *self_or_null, bool *uncounted);

/* The functions below are the interpreter's; what they do on a hit is meant to be there in line. */
#define CACHE_INLINE static inline __attribute__((always_inline))

/* Does the instance have the shape of the cache word? */
CACHE_INLINE bool cache_hits_shape(value v, uint64_t word)
{
    if (unlikely(!value_has_shape(v)))
        return false;
    struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
    return atomic_load_explicit(&shape->id, memory_order_acquire) == CACHE_ID(word);
}

/* The slot that the word speaks of, when the word is right for v: an in-line slot, or a name of __slots__. NULL: not
 * so. v is an object. */
CACHE_INLINE value_slot *cache_slot(value v, uint64_t word)
{
    if (likely(CACHE_KIND(word) == CACHE_INSTANCE_SLOT)) {
        /* A slot belongs to one name for good (S1): whatever is in it is the attribute. */
        return likely(cache_hits_shape(v, word)) ? &((struct instance *)v)->slots[CACHE_INDEX(word)] : NULL;
    }
    if (CACHE_KIND(word) == CACHE_MEMBER && !value_has_shape(v) &&
        likely(atomic_load_explicit(&value_type(v)->version, memory_order_acquire) == CACHE_ID(word)))
        return (value_slot *)((char *)v + CACHE_INDEX(word) * sizeof(value_slot));
    return NULL;
}

/* Each of these three has a hit to offer or not; the caller goes the slow way then, and only then needs the name. */

/* v.name, owned; NULL: no hit. */
CACHE_INLINE value attribute_load_hit(value v, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_relaxed);
    if (unlikely(!value_is_object(v)))
        return NULL;
    value_slot *slot = cache_slot(v, word);
    return likely(slot != NULL) ? slot_load(value_object(v), slot) : NULL;
}

/* v.name = attribute; false: no hit. */
CACHE_INLINE bool attribute_store_hit(value v, value attribute, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_relaxed);
    value_slot *slot = likely(value_is_object(v)) ? cache_slot(v, word) : NULL;
    if (unlikely(!slot))
        return false;
    bool alone = thread_self->alone;
    if (unlikely(!alone && !object_enter(value_object(v))))
        return slot_replace(value_object(v), slot, attribute);
    value old = atomic_load_explicit(slot, memory_order_relaxed);
    /* An empty slot of an instance may be one whose attributes moved to a dict (S2). */
    bool hit = likely(old != NULL) || CACHE_KIND(word) == CACHE_MEMBER;
    if (hit)
        atomic_store_explicit(slot, value_inc(attribute), memory_order_release);
    if (!alone)
        object_leave();
    value_dec(old);
    return hit;
}

/* For calls: v.name when it is a function-like found on the class, not bound; owned, or with *uncounted good until the
 * caller's next quiescent point. NULL: no hit. (The slow way sets *self_or_null to v, owned, for such a thing, else to
 * NULL.) */
CACHE_INLINE value attribute_load_method_hit(value v, cache_word *cache, bool *uncounted)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (unlikely(!value_is_object(v)))
        return NULL;
    struct type *type = value_type(v);
    uint32_t id;
    if (likely(value_has_shape(v))) {
        struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
        id = atomic_load_explicit(&shape->id, memory_order_acquire);
    } else {
        id = atomic_load_explicit(&type->version, memory_order_acquire);
    }
    *uncounted = CACHE_ID(word) == (id | CACHE_METHOD | CACHE_LASTING);
    if (likely(*uncounted))
        return cache_method(word);
    if (CACHE_ID(word) == (id | CACHE_METHOD) && thread_self->alone)
        return value_inc(cache_method(word));
    return NULL;
}

/* The thread ends: it needs its table of several shapes no more. */
void attribute_cache_forget_thread(void);

#endif
