/*
 * Instances and shapes. An instance of a Python class keeps its attributes in line; its shape says which name sits in
 * which slot.
 *
 * A shape is immutable but for its id and its children: (parent, name) -> slot index, in a tree whose root belongs to
 * the class. Instances that got the same attributes in the same order share a shape. A shape's id is a process-wide
 * unique number that is never used again; inline caches compare it. (Not the shape's address, which an instance keeps
 * when its class changes. What compares that has to be told of each change of the id in another way, and to keep the
 * class alive, for the address is another shape's when the class is gone.) When a class changes in a way that could
 * change what a cached lookup means (an attribute appears, disappears, or changes its kind: plain value, method, data
 * descriptor), every shape of the class and of its subclasses gets a new id. So one comparison guards: "this instance
 * has attribute X in slot i, no data descriptor of the class hides it", or "it has no X of its own and the class's X is
 * entry i of the class's lookup table" (lookup.h).
 *
 * An attribute added beyond the in-line slots goes to the overflow storage. The class then learns: it gets a new root,
 * whose instances have more slots in line. So all instances of one shape have the same number of them, and a cache that
 * says "in-line slot i" is right for each. Asking for __dict__ moves the attributes into a dict for good (shape = the
 * class's dict shape). Deleting an attribute does so too.
 *
 * Invariants, on which the lock-free readers and writers of shape.c and attribute_cache.c rest:
 *   S1  A slot belongs to one name as long as the instance lives: shapes only grow, or become the dict shape for good.
 *       So a slot that is not NULL holds the attribute that any shape the instance ever had says.
 *   S2  A slot goes from NULL to a value before the shape that names it is published (release), and back to NULL only
 *       when the attributes move into a dict. An existing attribute is replaced without the lock: by
 *       compare-and-swap from a value that is not NULL, or by the owner in a section (object_enter), while the others
 *       stay away (object_reveal); all else happens under the object's lock. Slots of the names of __slots__ are
 *       written like that, too, be they empty or not.
 *   S3  The words of the overflow storage are S1/S2 slots too; when the storage grows, the old one's slots are emptied
 *       one by one into the new one with an exchange, before the new one is published.
 *   S4  The functions of the collector read `overflow` alone, never the shape: a shape may be gone when an island of
 *       a class and its instances is torn down.
 *   S5  A thread that is not the owner flags the instance as shared (object_share) before it follows `overflow` to a
 *       block of storage; the owner looks for the flag, under the lock, before it frees one that it replaced. The
 *       reader has to do that, and not whoever hands the instance over: a reference that moves (list.pop, a queue, a
 *       result) gets to another thread without being counted, so nobody else would notice.
 */
#ifndef ATOLL_SHAPE_H
#define ATOLL_SHAPE_H

#include "runtime/type.h"

struct shape {
    _Atomic uint32_t id;
    uint32_t count;    /* attributes, so slots 0..count-1 are used (the reserved ones of __slots__ included) */
    struct type *type; /* the class; not counted: the class owns its shapes, which die with it */
    struct shape *parent;
    struct shape *dict;            /* what the instance has when its attributes are in a dict: the root's first child */
    value name;                    /* the attribute that this shape adds; interned, owned; NULL in roots */
    _Atomic(struct shape *) child; /* the newest child: by compare-and-swap, any thread */
    struct shape *sibling;         /* an older one; constant once entered */
    _Atomic uint32_t children;     /* about how many there are; of a dict shape: shapes in the whole tree */
    bool is_dict;                  /* the instance's attributes are in a dict */
    uint32_t inline_capacity;      /* of roots: in-line slots of the instances that begin with this shape */
};

/* The word `overflow` of an instance: which slots it has. */
#define INSTANCE_INLINE 2u /* tag: no more than the in-line slots; their number is in the other bits */
#define INSTANCE_DICT   1u /* tag: pointer to the dict (counted); all slots but the reserved ones are NULL */
                           /* no tag: pointer to a struct instance_overflow */
#define INSTANCE_TAG 7u

struct instance_overflow {
    uint32_t inline_capacity; /* slots of the instance itself */
    uint32_t capacity;        /* slots here: attribute i >= inline_capacity is slots[i - inline_capacity] */
    value_slot slots[];
};

/* Instances of types with TYPE_FLAG_INSTANCE. Types with other fixed parts (subclasses of list, int, exceptions ...)
 * keep a dict at `dict_offset` instead. */
struct instance {
    struct object header;
    _Atomic(struct shape *) shape;
    _Atomic(void *) overflow;
    value_slot slots[];
};

/* Both bits are set in the header's flags of every struct instance, so that caches need not look at the type. (Of the
 * type bits no str has these two together.) */
#define OBJECT_HAS_SHAPE (128u | 64u)
static inline bool value_has_shape(value v) /* v is an object */
{
    unsigned flags = atomic_load_explicit(&value_object(v)->flags, memory_order_relaxed);
    return (flags & OBJECT_HAS_SHAPE) == OBJECT_HAS_SHAPE;
}

#define SHAPE_ATTRIBUTES_MAX 64u   /* an instance with more keeps them in a dict */
#define SHAPE_CHILDREN_MAX   64u   /* so does one that would give a shape more children, */
#define SHAPE_TREE_MAX       1024u /* or the tree more shapes: orders of attributes without end are made at run time */

#define SHAPE_LAST_ID (UINT32_MAX / 8) /* three bits are left for the users of ids */
#define SHAPE_NO_ID   UINT32_MAX       /* when all are used up: this one is in no cache */
uint32_t shape_next_id(void);          /* a number, from 1, for a shape or a type's version */
/* A number for the shape's block, for caches; UINT32_MAX: it has none. Good as long as the shape lives. */
static inline uint32_t shape_number(const struct shape *shape)
{
    uint64_t number = object_number((const struct object *)shape);
    return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}
static inline struct shape *shape_by_number(uint32_t number)
{
    return (struct shape *)object_by_number(number);
}
/* These take no lock and are no quiescent points. A shape lives as long as its class; a thread that read it from an
   instance may use it until its next quiescent point. */
struct shape *shape_root(struct type *type);                /* made when missing; NULL: no memory */
ssize shape_find(const struct shape *shape, value name);    /* slot of an interned name, or -1 */
struct shape *shape_child(struct shape *shape, value name); /* the shape with that attribute more, or NULL */
struct shape *shape_add(struct shape *shape, value name);   /* made when missing; NULL: it should be a dict instead */
void shapes_renumber(struct type *type);                    /* give every shape of the class a new id; class lock */
void shapes_free(struct type *type);

struct object *instance_new(struct type *type); /* NULL: MemoryError set */
/* The instance's own attribute by way of a shape that it has, or had before it grew, but not of a dict shape: owned;
   VALUE_MISSING; NULL without an exception: the attributes are in a dict by now. `name` is interned. */
value instance_get(struct instance *instance, struct shape *shape, value name);
/* Set (v borrowed) or delete (v NULL) by way of a shape that it has: 1 done, 0 nothing to delete, -1 error;
   INSTANCE_MOVED: nothing done, it has another shape by now. */
#define INSTANCE_MOVED 2
int instance_set(struct instance *instance, struct shape *shape, value name, value v);
/* The word `overflow`, for following it without the lock (S5). */
void *instance_overflow_word(struct instance *instance);
value instance_dict(struct instance *instance); /* owned; the attributes live there from now on */
bool instance_set_dict(struct instance *instance, value dict /* borrowed */);
/* Give it another class, whose instances have the same layout. The old one, owned; NULL: MemoryError set. Class and
   shape change together for those that hold the lock; others take the class from the shape (attribute_view.h). */
struct type *instance_set_class(struct instance *instance, struct type *to);
value instance_dict_snapshot(struct instance *instance); /* a new dict with the attributes as they are now */
void instance_traverse(struct object *object, struct gc_trace *trace);
void instance_destroy(struct object *object);
/* Replace the value in a slot that holds an attribute; false when it is empty (the attributes moved). v is borrowed.
   Without the lock, but not beside the owner's sections (S2). */
bool slot_replace(struct object *o, value_slot *slot, value v);
/* Put v, owned or NULL, into the slot of a name of __slots__, and return what was there; ditto. */
value slot_put(struct object *o, value_slot *slot, value v);
/* Put `name` into the next slot: the attribute-adding half of instance_set for the inline cache: 1 done, 0 not possible
   this way (the shape changed meanwhile, there is no slot left, ...). v is borrowed. */
int instance_add(struct instance *instance, struct shape *from, struct shape *to, value v);

#endif
