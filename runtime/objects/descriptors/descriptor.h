/*
 * The descriptors that built-in types put into their class dictionaries: methods, class methods, slot wrappers,
 * computed attributes (getset) and fields (members). One layout serves all five types.
 */
#ifndef ATOLL_DESCRIPTOR_H
#define ATOLL_DESCRIPTOR_H

#include "runtime/objects/objects.h"
#include "runtime/signature.h"

struct descriptor {
    struct object header;
    value_slot owner;           /* the type; constant */
    uint32_t owner_ref;         /* its reference, as in headers of objects */
    value_slot name;            /* str; constant */
    const void *def;            /* method_def, slot_def, getset_def, member_def; NULL: a name of __slots__ */
    void *function;             /* wrapper descriptor: the slot function */
    int32_t offset;             /* a name of __slots__: where its value_slot is (negative: from the block's end) */
    bool computed;              /* a member descriptor with a getset_def */
    struct signature signature; /* methods */
};

/* The slot function that a wrapper descriptor for the slot at `offset` wraps; NULL when v is none. */
void *wrapper_descriptor_function(value v, unsigned offset);
/* The value_slot of a member descriptor of __slots__ in an instance. */
value_slot *slot_descriptor_place(struct descriptor *descriptor, value object);
/* Is v a getset or member descriptor for instances of `type`? Then it can be read, set and deleted (attribute NULL) in
   an object whose class was `type` when v was found on that. Its class may have changed since, into one with the same
   layout; to ask it again, as the slots of the descriptors do, would be an error that no order of steps explains. */
bool descriptor_serves(value v, struct type *type);
value descriptor_read(value v, value object);
bool descriptor_write(value v, value object, value attribute);
value property_function(value self);                             /* of a property: the function, owned; or NULL */
value property_get(value self, value object, struct type *type); /* the descr_get slot of property */
/* Is `self` exactly of the type that a method descriptor belongs to? */
static inline bool method_descriptor_fits(value v, value self)
{
    return likely(value_is_object(self)) && object_type_ref(value_object(self)) == ((struct descriptor *)v)->owner_ref;
}
/* Call a method descriptor whose `self` is args[0]. */
value method_descriptor_call(value self, const value *args, size_t nargs, value kwnames);

#endif
