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

/* ---- entering a C function ---- */
/* METHOD_SCOPE(def); from here to the end of the block the function runs; METHOD_RESULT(def, result) passes on what it
   returned. Checked builds hold it to its marks (enum method_flag). */
#ifdef ATOLL_CHECKED
const struct method_def *method_scope_begin(const struct method_def *def);
void method_scope_end(const struct method_def *const *def);
value method_result_checked(const struct method_def *def, value result);
#define METHOD_SCOPE(DEF)                                                                            \
    const struct method_def *const method_scope __attribute__((cleanup(method_scope_end), unused)) = \
        method_scope_begin(DEF)
#define METHOD_RESULT(DEF, RESULT) method_result_checked(DEF, RESULT)
#else
#define METHOD_SCOPE(DEF)          _Static_assert(true, "")
#define METHOD_RESULT(DEF, RESULT) (RESULT)
#endif
static inline value method_enter_0(const struct method_def *def, value self)
{
    METHOD_SCOPE(def);
    return METHOD_RESULT(def, def->fn0(self));
}
static inline value method_enter_1(const struct method_def *def, value self, value a)
{
    METHOD_SCOPE(def);
    return METHOD_RESULT(def, def->fn1(self, a));
}
static inline value method_enter_2(const struct method_def *def, value self, value a, value b)
{
    METHOD_SCOPE(def);
    return METHOD_RESULT(def, def->fn2(self, a, b));
}
static inline value method_enter_3(const struct method_def *def, value self, value a, value b, value c)
{
    METHOD_SCOPE(def);
    return METHOD_RESULT(def, def->fn3(self, a, b, c));
}
/* With a value for each parameter. */
static inline value method_enter(const struct method_def *def, value self, const value *bound)
{
    switch (def->entry) {
    case 0:
        return method_enter_0(def, self);
    case 1:
        return method_enter_1(def, self, bound[0]);
    case 2:
        return method_enter_2(def, self, bound[0], bound[1]);
    case 3:
        return method_enter_3(def, self, bound[0], bound[1], bound[2]);
    default: {
        METHOD_SCOPE(def);
        return METHOD_RESULT(def, def->array(self, bound));
    }
    }
}

/* Call a C function with its signature. */
value builtin_call(const struct method_def *def, struct signature *signature, value self, const value *args,
                   size_t nargs, value kwnames);
/* Checked builds end unless a function's type agrees with its signature. */
#ifdef ATOLL_CHECKED
void method_check_entry(const struct method_def *def, struct signature *signature);
#else
static inline void method_check_entry(const struct method_def *def, struct signature *signature)
{
    (void)def;
    (void)signature;
}
#endif
value builtin_function_call(value function, const value *args, size_t nargs, value kwnames);
/* Is v a built-in module's function? All others, such as a method of a file, are to die at once as long as nobody else
 * needs them. */
static inline bool builtin_function_of_module(value v)
{
    if (!value_is(v, TYPE_ID_BUILTIN_FUNCTION))
        return false;
    value self = slot_peek(&((struct builtin_function *)v)->self);
    return self && value_is(self, TYPE_ID_MODULE);
}
/* The method of a method descriptor bound to a self. */
value builtin_function_bound(const struct method_def *def, struct signature *signature, value descriptor, value self);

#endif
