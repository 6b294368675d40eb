/*
 * What the language does to any value: the operations behind operators, calls, attributes, iteration. All arguments are
 * borrowed, results owned; NULL, false or -1 means that an exception is set. Any of them may run Python code, so
 * everything the caller holds is owned (RULE C5).
 */
#ifndef ATOLL_ABSTRACT_H
#define ATOLL_ABSTRACT_H

#include "runtime/error.h"

/* ---- calls (objects/operations/call.c) ---- `args`: nargs positional values, then one value for each name in the
 * tuple kwnames (NULL: none). */
value call_vector(value callable, const value *args, size_t nargs, value kwnames);
value call_with_first(value callable, value first, const value *args, size_t nargs, value kwnames); /* (first, *args) */
value call_0(value callable);
value call_1(value callable, value a);
value call_2(value callable, value a, value b);
value call_3(value callable, value a, value b, value c);
value call_tuple(value callable, value tuple, value dict /* or NULL */);
value call_with_dict(value callable, const value *args, size_t nargs, value dict /* or NULL */); /* (*args, **dict) */
value call_method(value self, value name, const value *args, size_t nargs);                      /* self.name(*args) */
value call_method_vector(value self, value name, const value *args, size_t nargs, value kwnames);
value call_method_0(value self, value name);
value call_method_1(value self, value name, value a);
/* Look `name` up on the type, without the instance, and call it: how special methods are called. VALUE_MISSING when the
 * type lacks it. */
value call_special(value self, value name, const value *args, size_t nargs);
bool value_is_callable(value v);
/* Every C function that may call back into Python is entered through something that checked this: false with
 * RecursionError when the C stack nears its end. `where` is " while calling a Python object" or so. */
bool recursion_enter(const char *where);
void recursion_leave(void);

/* ---- attributes (objects/operations/attribute.c) ---- `name` is a str */
value attr_get(value v, value name);
value attr_get_optional(value v, value name); /* VALUE_MISSING instead of AttributeError */
bool attr_set(value v, value name, value attribute);
bool attr_delete(value v, value name);
int attr_has(value v, value name);
value attr_get_generic(value v, value name); /* object.__getattribute__ */
bool attr_set_generic(value v, value name, value attribute /* NULL: delete */);
value type_lookup(struct type *type,
                  value name);             /* along the MRO, no binding: owned, or VALUE_MISSING; NULL on error */
value special_lookup(value v, value name); /* type_lookup on the type of v and bound to v; VALUE_MISSING */

/* ---- operators (objects/operations/operator.c) ---- */
value operate_binary(enum binary_operator op, value a, value b);
value operate_inplace(enum binary_operator op, value a, value b);
value operate_power(value base, value exponent, value modulus);
value operate_unary(enum unary_operator op, value a);
value compare_rich(value a, value b, int op);
int compare_bool(value a, value b, int op); /* 1, 0, -1; identity implies equality for EQ and NE */
int value_equals(value a, value b);         /* compare_bool(EQ) */
int value_truth(value v);                   /* 1, 0, -1 */
bool value_hash(value v, int64_t *out);
bool value_unhashable(value v, int64_t *out); /* the hash slot of unhashable types */

/* ---- text ---- */
value value_repr(value v); /* str; guards recursion */
value value_str(value v);
value value_ascii(value v);
value value_format(value v, value spec /* str or NULL */);
/* For containers' repr: true (1) when v is being printed by this thread already, 0 when now entered (leave later), -1
 * error. */
int repr_enter(value v);
void repr_leave(value v);

/* ---- containers and iteration ---- */
ssize value_length(value v);
ssize value_length_hint(value v, ssize fallback); /* -1 error */
value item_get(value container, value key);
bool item_set(value container, value key, value v);
bool item_delete(value container, value key);
int value_contains(value container, value item);
value iter_get(value v);
value iter_next(value iterator); /* VALUE_END when exhausted */
bool value_is_iterator(value v);
bool value_is_iterable(value v);
enum { SEND_RETURN, SEND_YIELD, SEND_ERROR };
int iter_send(value iterator, value sent, value *result);
/* The items of any iterable as a new list or tuple (borrow the result's items while you hold it). */
value list_from_iterable(value iterable);
value tuple_from_iterable(value iterable);
value sequence_concat(value a, value b);
value sequence_repeat(value a, ssize n);
/* str, tuple etc. are fine; TypeError with the message when it cannot be iterated. Returns a list or tuple, owned (the
 * same object if it is exactly one already). */
value sequence_fast(value v, const char *message);

/* ---- numbers ---- */
bool index_as_ssize(value v, ssize *out, struct type *overflow /* exception type, or NULL to clamp */); /* __index__ */
bool value_as_ssize(value v, ssize *out); /* a number of items: OverflowError "Python int too large to convert to C
                                             ssize_t" */
value index_value(value v);               /* an exact int through __index__; TypeError "'X' object cannot be interpreted
                                             as an integer" */
bool value_as_i64(value v, int64_t *out); /* __index__; OverflowError "Python int too large to convert to C long" */
bool value_as_int(value v, int *out);     /* OverflowError "Python int too large to convert to C int" */
/* The same with OverflowError "signed integer is greater than maximum": process ids, and a few older functions. */
bool value_as_signed_int(value v, int *out);
bool value_as_double(value v, double *out); /* __float__, __index__ */
value number_int(value v);                  /* int(v) */
value number_float(value v);                /* float(v) */
/* Slices: clamp start, stop, step of a slice object for a sequence of `length`; returns the number of items, -1 on
 * error. */
ssize slice_indices(value slice, ssize length, ssize *start, ssize *stop, ssize *step);

/* ---- classes ---- */
int value_is_instance(value v, value cls_or_tuple);   /* with __instancecheck__ */
int class_is_subclass(value cls, value cls_or_tuple); /* with __subclasscheck__ */
/* v.__getstate__(): what copying and pickling keep of an object besides its arguments. */
value object_state(value v);
static inline bool value_is_of(value v, struct type *type)
{
    struct type *t = value_type(v);
    return t == type || type_is_subtype(t, type);
}

/* ---- names ---- an interned, immortal str made once per place: NAME(append), NAME_TEXT("<lambda>"); borrowed, never
 * NULL: runtime_start makes them all, so that no use of a name can fail. They lie together in a section of their own
 * so that they can be found. */
struct name_constant {
    value_slot cache; /* NULL until made */
    const char *text;
};
value name_make(struct name_constant *name);
bool names_make(struct name_constant *first, struct name_constant *end); /* false: no memory */
bool names_make_all(void);                                               /* every NAME() of the program */
#define NAME_TEXT(text)                                                                           \
    ({                                                                                            \
        static struct name_constant name_ __attribute__((section("atoll_names"))) = {NULL, text}; \
        value cached_ = atomic_load_explicit(&name_.cache, memory_order_acquire);                 \
        likely(cached_ != NULL) ? cached_ : name_make(&name_);                                    \
    })
#define NAME(text) NAME_TEXT(#text)

/* ---- small helps for argument values ---- */
static inline bool is_missing(value v)
{
    return v == VALUE_MISSING;
}
static inline bool is_none(value v)
{
    return v == VALUE_NONE;
}
static inline bool is_given(value v)
{
    return v != NULL && v != VALUE_MISSING && v != VALUE_NONE;
}
static inline value none(void)
{
    return VALUE_NONE;
}

#endif
