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
    value_slot name;            /* str; constant */
    const void *def;            /* method_def, slot_def, getset_def, member_def; NULL: a name of __slots__ */
    void *function;             /* wrapper descriptor: the slot function */
    int32_t offset;             /* a name of __slots__: where its value_slot is (negative: from the block's end) */
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
/* May the C function of a method descriptor be called with an array of `nargs` values and the fallbacks of the other
   parameters, for this `self`, without further binding? The parameters if so, at most METHOD_DIRECT_MAX; else NULL. */
#define METHOD_DIRECT_MAX 3
static inline const struct signature_parameters *method_descriptor_direct(value v, value self, size_t nargs)
{
    struct descriptor *d = (struct descriptor *)v;
    const struct signature_parameters *parsed = atomic_load_explicit(&d->signature.parsed, memory_order_acquire);
    if (likely(parsed && parsed->simple && nargs >= parsed->required && nargs <= parsed->count &&
               parsed->count <= METHOD_DIRECT_MAX && value_of(value_type(self)) == slot_peek(&d->owner)))
        return parsed;
    return NULL;
}
/* Call a method descriptor whose `self` is args[0]. */
value method_descriptor_call(value self, const value *args, size_t nargs, value kwnames);

#endif
