/*
 * The flattened attribute table of a class: name -> what the MRO gives, absence included.
 *
 * Each class fills its own table as names are looked up. An entry, once made, keeps its index for the life of the
 * table, so inline caches store the index and need no search. The values in it are borrowed from the dictionaries of
 * the classes along the MRO: whoever changes a class dictionary updates the entries that depend on it (class_changed in
 * lookup.c) before the old value is dropped. A reader counts the value and verifies that the entry, and the table, are
 * still the same: then the value was alive.
 *
 * Writers hold the class lock; a look-up enters what it found only if it gets the lock at once, so it never waits. The
 * table grows by publishing a larger copy; the old one is retired.
 *
 * A name that has an entry cannot die, so caches may know it by its address. When most names of a full table are held
 * by nothing but such tables, they are left out of the copy, the class and its shapes get new numbers, and what caches
 * know under the old ones (an address, an index) is never used again. A name that may die is entered only for a look-up
 * that is to fill an inline cache.
 */
#ifndef ATOLL_LOOKUP_H
#define ATOLL_LOOKUP_H

#include "runtime/type.h"

struct lookup_entry {
    value name;   /* interned; held (str_hold_in_table) */
    value_slot v; /* borrowed; VALUE_MISSING: the classes lack it; NULL: not known at the moment */
};

struct lookup_table {
    uint32_t capacity;             /* entries that fit */
    uint32_t mask;                 /* size of the hash index - 1 */
    uint32_t count;                /* entries in use; under the class lock */
    struct lookup_entry entries[]; /* followed by mask + 1 _Atomic uint32_t: entry number + 1, or 0 */
};

/* What an attribute found on a class means for the instance. */
enum lookup_kind {
    LOOKUP_ABSENT,
    LOOKUP_PLAIN,  /* no descriptor */
    LOOKUP_METHOD, /* binds by putting the instance in front of the arguments */
    LOOKUP_GETTER, /* __get__ but not __set__: the instance's own attribute goes first */
    LOOKUP_SETTER, /* __set__ but not __get__: asked when the attribute is set; for reading a plain value */
    LOOKUP_DATA,   /* both: goes before the instance's own attribute */
};
/* The flags of a type say it of its instances, in one word. */
static inline enum lookup_kind lookup_kind_of_flags(uint32_t flags)
{
    if (flags & TYPE_FLAG_METHOD_LIKE)
        return LOOKUP_METHOD;
    if (flags & TYPE_FLAG_DATA_DESCRIPTOR)
        return flags & TYPE_FLAG_DESCRIPTOR ? LOOKUP_DATA : LOOKUP_SETTER;
    return flags & TYPE_FLAG_DESCRIPTOR ? LOOKUP_GETTER : LOOKUP_PLAIN;
}
enum lookup_kind lookup_kind_first(struct object *o);
/* Caches may remember the answer under a number that was read before. For the type may become another kind, or v get
 * another type; so the type is flagged, and who makes it another kind looks for the flag and renumbers all classes. */
static inline enum lookup_kind lookup_kind_of(value v)
{
    if (v == VALUE_MISSING)
        return LOOKUP_ABSENT;
    if (!value_is_object(v))
        return LOOKUP_PLAIN;
    struct type *type = value_type(v);
    uint32_t flags = atomic_load_explicit(&type->flags, memory_order_acquire);
    if (likely(flags & (TYPE_FLAG_METHOD_LIKE | TYPE_FLAG_CLASSIFIED)) && likely(value_type(v) == type))
        return lookup_kind_of_flags(flags);
    return lookup_kind_first(value_object(v));
}

/* What an attribute found on a class stands for: what its __get__ returns for `object` (NULL: asked of the class) and
   `type`; itself when it has none. Steals `found`, which may be VALUE_MISSING; owned. */
static inline value attribute_bind(value found, value object, struct type *type)
{
    value (*get)(value, value, struct type *) = value_is_object(found) ? value_type_slot(found, descr_get) : NULL;
    if (!get)
        return found;
    value bound = get(found, object, type);
    value_dec(found);
    return bound;
}

/* Have a data descriptor set `object`'s attribute (v NULL: delete it): 1 done, -1 error, 0: it is no data descriptor,
   or not any more. */
int descriptor_set(value descriptor, value object, value v);

#define LOOKUP_NO_INDEX UINT32_MAX
/* The attribute along the MRO: owned, VALUE_MISSING, or NULL on error. `name` is from name_intern or name_find. *index
   becomes the entry's number, or LOOKUP_NO_INDEX when it could not be entered; NULL: nothing is to be cached. */
value lookup_find(struct type *type, value name, uint32_t *index);
/* What was read of an entry, and where. */
struct lookup_reading {
    void *table;
    value_slot *slot;
    value v; /* NULL: not known at the moment */
};
static inline __attribute__((always_inline)) struct lookup_reading lookup_read(struct type *type, uint32_t index)
{
    struct lookup_reading r = {.table = atomic_load_explicit(&type->lookup, memory_order_acquire)};
    if (likely(r.table != NULL)) {
        r.slot = &((struct lookup_table *)r.table)->entries[index].v;
        r.v = atomic_load_explicit(r.slot, memory_order_acquire);
    }
    return r;
}
/* Is it still there? Then the value was alive when it was counted, or is while the thread is not quiescent. */
static inline bool lookup_still(struct type *type, struct lookup_reading r)
{
    return atomic_load_explicit(r.slot, memory_order_acquire) == r.v &&
           atomic_load_explicit(&type->lookup, memory_order_acquire) == r.table;
}

/* The value of entry `index`, owned (VALUE_MISSING too), or NULL when it is not known at the moment. */
static inline __attribute__((always_inline)) value lookup_at(struct type *type, uint32_t index)
{
    struct lookup_reading r = lookup_read(type, index);
    value v = r.v;
    if (!value_is_object(v) || !v)
        return v;
    if (likely(thread_is_alone())) {
        rc_inc(value_object(v));
        return v;
    }
    if (unlikely(!rc_try_inc(value_object(v))))
        return NULL;
    if (likely(lookup_still(type, r)))
        return v;
    rc_dec(value_object(v));
    return NULL;
}
/* lookup_find for a lasting value (gc.h), uncounted: good until the caller's next quiescent point. NULL: use that one;
   so always while the caller is alone. */
value lookup_find_peek(struct type *type, value name);
struct class_change;
/* A change of an attribute of `type`, under the class lock from begin to end. false: MemoryError, and no change begun.
 */
bool lookup_change_begin(struct class_change *change, struct type *type);
/* The attribute `name` of the type itself changed from `old` to `v` (borrowed, both may be VALUE_MISSING), and its
   dictionary says so already. Updates tables, versions and shapes of the class and its subclasses. The caller still
   holds `old`. */
void lookup_changed(struct class_change *change, value name, value old, value v);
void lookup_change_end(struct class_change *change);
/* For a change during which Python code runs, hence without the lock: between the two, nothing is known of the name
   `name` in the tables of the class and its subclasses, and nothing is entered into any table. false: MemoryError. */
bool lookup_suspend(struct type *type, value name);
void lookup_resume(void);
void lookup_after_fork(void); /* in the child: who was at it in another thread is gone */
/* The flags of a type changed from `before` to `after`: note it if caches may take the type's instances for another
   kind of class attribute than they are now. Under the class lock; lookup_settle_kinds follows when it is given back.
 */
void lookup_kind_changed(uint32_t before, uint32_t after);
/* If any thread has noted such a change: new numbers for all classes. When it returns, caches know of every change
   noted before. Not under a lock. false: MemoryError; what was noted stays noted. */
bool lookup_settle_kinds(void);
/* An object of the type `from` has become one of the type `to` (its header says so already): note and settle. Not
   under a lock. The caller holds both. false: MemoryError. */
bool lookup_class_assigned(struct type *from, struct type *to);
/* Everything may have changed (a new MRO): forget what the class's own table says, renumber. Under the class lock. */
void lookup_reset(struct type *type);
/* New numbers for the class and its shapes: no inline cache is right any more. Under the class lock. */
void lookup_renumber(struct type *type);
/* The metaclass changed otherwise than by an attribute: new numbers for its instances. false: MemoryError. */
bool lookup_renumber_instances(struct type *metatype);
void lookup_free(struct type *type);
/* The name as an interned str, for setting an attribute. Borrowed from `name` where that is interned itself; else *held
   is the caller's, to be dropped (value_dec) when the name is not used any more. NULL on error: TypeError when it is no
   str, and *held is NULL. */
value name_intern_slow(value name, value *held);
static inline bool name_is_interned(value name)
{
    return value_is(name, TYPE_ID_STR) && (atomic_load_explicit(&value_object(name)->flags, memory_order_relaxed) &
                                           OBJECT_TYPE_BIT); /* STR_INTERNED */
}
static inline value name_intern(value name, value *held)
{
    *held = NULL;
    return likely(name_is_interned(name)) ? name : name_intern_slow(name, held);
}
/* The same for looking. When no interned str has the text, then no shape and no table knows it, and only dictionaries
   may: the name is an exact str that is not interned, borrowed from `name`. So asking for what is nowhere makes
   nothing. */
value name_find_slow(value name, value *held);
static inline value name_find(value name, value *held)
{
    *held = NULL;
    return likely(name_is_interned(name)) ? name : name_find_slow(name, held);
}

#endif
