/*
 * What decides about a value's attributes, read once.
 *
 * `o.__class__ = X` can happen between any two steps of an attribute access. So the class of an instance with a shape
 * is taken from the shape: one word gives the class, the number that guards caches, and where the own attributes are.
 * An index into the class's table, or into the slots, is used with the class and shape of the same view only, and the
 * number is checked again with these, never with what the value has by then. Where the own attributes are in a dict
 * there are two words to read, the class and an item of the dict: attribute_view_holds notices that the class was
 * another one between them, also when it has come back since, because it counts assignments.
 */
#ifndef ATOLL_ATTRIBUTE_VIEW_H
#define ATOLL_ATTRIBUTE_VIEW_H

#include "runtime/objects/model/lookup.h"
#include "runtime/objects/model/shape.h"

struct attribute_view {
    struct type *type;    /* of the value; borrowed, as the shape: good until the thread's next quiescent point, or */
    struct shape *shape;  /* as long as the view holds; NULL: the value has none */
    uint32_t id;          /* of the shape, or the type's version: the number that guards caches */
    uint64_t assignments; /* of classes in the process, before the rest was read */
};

extern _Atomic uint64_t class_assignments; /* incremented before an object gets another class */

/* v is an object. */
static inline struct attribute_view attribute_view_of(value v)
{
    struct attribute_view view = {.assignments = atomic_load_explicit(&class_assignments, memory_order_acquire)};
    if (value_has_shape(v)) {
        view.shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
        view.type = view.shape->type;
        view.id = atomic_load_explicit(&view.shape->id, memory_order_acquire);
    } else {
        view.type = value_type(v);
        view.id = atomic_load_explicit(&view.type->version, memory_order_acquire);
    }
    return view;
}

/* Is the view still what the value has, and has been all the time? (While its attributes stay where they are: an
 * instance that has grown, or moved them into a dict, is seen anew.) */
static inline bool attribute_view_holds(value v, const struct attribute_view *view)
{
    bool same = view->shape ? atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire) == view->shape
                            : value_type(v) == view->type;
    return same && atomic_load_explicit(&class_assignments, memory_order_acquire) == view->assignments;
}

/* The number as it is now: while that is view->id, what a cache says under it is right for view->type. */
static inline uint32_t attribute_view_number(const struct attribute_view *view)
{
    return atomic_load_explicit(view->shape ? &view->shape->id : &view->type->version, memory_order_acquire);
}

/* May an instance hide any class attribute but data descriptors in its dict, whatever its class and shape say? */
static inline bool attribute_view_may_hide(const struct attribute_view *view)
{
    return view->shape ? view->shape->is_dict : view->type->dict_offset != 0;
}

/* That dict, owned; NULL when there is none (yet). */
value attribute_view_dict(value v, const struct attribute_view *view);

/* The class was another one, or the attributes moved: start again with a new view. No value of a program. */
#define ATTRIBUTE_AGAIN VALUE_END

/* The value's own attribute: owned; VALUE_MISSING, ATTRIBUTE_AGAIN; NULL on error. `name` is from name_find. When it
 * gives VALUE_MISSING the view still holds. */
value attribute_view_own(value v, const struct attribute_view *view, value name);

/* Set (borrowed) or delete (NULL) the own attribute: 1 done, INSTANCE_MOVED, -1 error. `found` is what the class has.
 */
int attribute_view_set_own(value v, const struct attribute_view *view, value name, value attribute, value found);

/* Bind what was found on the class of the view for v (`found` is stolen); let it set (NULL: delete) an attribute:
 * 1 done, -1 error, 0: it does not set attributes, or not any more, and the view still holds; INSTANCE_MOVED: nor does
 * it, but the view does not hold. A descriptor of fields or computed attributes does not ask anew whether v is an
 * instance of the class that it belongs to. */
value attribute_view_bind(value found, value v, const struct attribute_view *view);
int attribute_view_set(value found, value v, const struct attribute_view *view, value attribute);

/* The generic rule (object.__getattribute__) by way of a view that was just made: owned; *bind: it is still to be
 * bound. VALUE_MISSING, ATTRIBUTE_AGAIN; NULL on error. Fills the cache unless that is NULL. `name` is from name_find.
 */
value attribute_find(value v, value name, const struct attribute_view *view, _Atomic uint64_t *cache, bool *bind);
/* v.name for a call: with *unbound a method of the class, which gets v first. */
value attr_get_method(value v, value name, bool *unbound);
/* And object.__setattr__: 1 done, INSTANCE_MOVED: start again with a new view; -1 error. attribute NULL: delete;
 * otherwise `name` is from name_intern. */
int attribute_assign(value v, value name, value attribute, const struct attribute_view *view, _Atomic uint64_t *cache);

#endif
