/* Functions written in C, bound (list.append of a list) or not (len), and how they are called. */
#ifndef ATOLL_BUILTIN_FUNCTION_H
#define ATOLL_BUILTIN_FUNCTION_H

#include "runtime/objects/objects.h"
#include "runtime/signature.h"

struct builtin_function {
    struct object header;
    const struct method_def *def;
    value_slot self;       /* what the C function gets; NULL for none */
    value_slot module;     /* str or NULL: __module__ */
    value_slot descriptor; /* the method descriptor that `signature` belongs to, or NULL */
    struct type *new_of;   /* this is the __new__ of that type; not counted: it is immortal */
    struct signature *signature;
    struct signature own_signature; /* only where `signature` is this one: bound methods end before it */
};

/* What a C function returned, passed on. Checked builds end here, with the function's name, unless it is NULL if and
   only if an exception is set. */
#ifdef ATOLL_CHECKED
value result_checked(value result, const char *function);
#else
static inline value result_checked(value result, const char *function)
{
    (void)function;
    return result;
}
#endif

/* Call a C function with its signature. */
value builtin_call(const struct method_def *def, struct signature *signature, value self, const value *args,
                   size_t nargs, value kwnames);
value builtin_function_call(value function, const value *args, size_t nargs, value kwnames);
/* The method of a method descriptor bound to a self. */
value builtin_function_bound(const struct method_def *def, struct signature *signature, value descriptor, value self);

#endif
