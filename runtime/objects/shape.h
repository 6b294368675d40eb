/*
 * Instances and shapes. An instance of a Python class keeps its attributes in line; its shape says which name sits in
 * which slot.
 *
 * A shape is immutable but for its id: (parent, name) -> slot index, in a tree whose root belongs to the class.
 * Instances that got the same attributes in the same order share a shape. A shape's id is a process-wide unique number
 * that is never used again; inline caches compare it. When a class changes in a way that could change what a cached
 * lookup means (an attribute appears, disappears, or changes its kind: plain value, method, data descriptor), every
 * shape of the class and of its subclasses gets a new id. So one comparison guards: "this instance has attribute X in
 * slot i, no data descriptor of the class hides it", or "it has no X of its own and the class's X is entry i of the
 * class's lookup table".
 *
 * An attribute added beyond the in-line slots goes to the overflow storage. Asking for __dict__ moves the attributes
 * into a dict for good (shape = the class's dict shape, id 0: never cached as instance attribute). Deleting an
 * attribute other than the last does so too.
 */
#ifndef ATOLL_SHAPE_H
#define ATOLL_SHAPE_H

#include "runtime/type.h"

struct shape {
    _Atomic uint32_t id; /* 0: not cacheable */
    uint32_t count;      /* attributes, so slots 0..count-1 are used */
    struct type *type;   /* the class; not counted: the class owns its shapes, which die with it */
    struct shape *parent;
    value name;               /* the attribute that this shape adds; interned, owned; NULL in roots */
    _Atomic(void *) children; /* shape.c's */
    bool is_dict;             /* the instance's attributes are in a dict */
};

/* Instances of types with TYPE_FLAG_INSTANCE. Types with other fixed parts (subclasses of list, int, exceptions ...)
 * keep a dict in `dict_offset` instead. */
struct instance {
    struct object header;
    _Atomic(struct shape *) shape;
    _Atomic(void *)
        overflow; /* storage for slots beyond the in-line ones, or the dict object when shape->is_dict (counted) */
    value_slot slots[];
};

#endif
