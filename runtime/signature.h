/*
 * Binding the arguments of a call to the parameters of a C function, after a signature in Python syntax. The one
 * argument parser of built-ins.
 */
#ifndef ATOLL_SIGNATURE_H
#define ATOLL_SIGNATURE_H

#include "runtime/type.h"

struct signature_parameter {
    value name;     /* interned, immortal */
    value fallback; /* the default when it is an immediate; else VALUE_MISSING */
    bool required;
};

struct signature_parameters {
    uint16_t count;           /* bound values */
    uint16_t positional;      /* the first of them may be given by position */
    uint16_t positional_only; /* the first of those only by position */
    uint16_t required;        /* so many of the positional ones must be given */
    bool plain;               /* neither *args nor **kwargs, and nothing has to be given by name */
    bool has_keywords;        /* some parameter can be given by name, or there is **kwargs */
    int16_t varargs, kwargs;  /* where *args and **kwargs go; -1: none */
    struct signature_parameter parameters[];
};

struct signature {
    const char *name;  /* for messages: "append", "sorted", "str.join" */
    const char *text;  /* "($self, key, default=None, /)" */
    const char *owner; /* immortal; stands before the name in some messages: "list" in "list.append"; or NULL */
    bool is_method;    /* belongs to a method table, not to a constructor: other words in messages */
    bool by_tuple;     /* METHOD_TUPLE */
    struct signature_parameters *_Atomic parsed; /* made at first use and kept */
};
#define SIGNATURE(NAME, TEXT)      \
    {                              \
        .name = NAME, .text = TEXT \
    }

/* The parsed form; NULL with MemoryError. */
struct signature_parameters *signature_parse(struct signature *signature);
static inline struct signature_parameters *signature_parsed(struct signature *signature)
{
    struct signature_parameters *parsed = atomic_load_explicit(&signature->parsed, memory_order_acquire);
    return likely(parsed != NULL) ? parsed : signature_parse(signature);
}
/* May the arguments be these, by position alone, and the defaults of the other parameters? */
static inline bool signature_is_plain(const struct signature_parameters *parsed, size_t nargs)
{
    return parsed->plain && nargs >= parsed->required && nargs <= parsed->positional;
}
/* Those defaults. */
static inline void signature_fill(const struct signature_parameters *parsed, size_t nargs, value *bound)
{
    for (size_t i = nargs; i < parsed->count; i++)
        bound[i] = parsed->parameters[i].fallback;
}
/* The number of bound values (parameters without $self): the caller's array needs as many. */
size_t signature_size(struct signature *signature);
/* Bind. `bound[i]` are borrowed from `args` but for *args (tuple) and **kwargs (dict or NULL), which are owned:
   signature_release(signature, bound) drops those after the call. false: TypeError set, with CPython's wording for the
   kind of signature, nothing to release. */
bool signature_bind(struct signature *signature, const value *args, size_t nargs, value kwnames, value *bound);
void signature_release(struct signature *signature, value *bound);

/* The arguments of constructors that take no keywords; false with TypeError "%s() takes no keyword arguments". */
bool no_keywords(const char *name, value kwnames);
/* The keywords of a call that makes a `type`, for a built-in __new__ without keywords: those of a subclass with an
   __init__ of its own are for that. And the other way round. NULL: none. */
value keywords_of_new(struct type *type, value kwnames);
value keywords_of_init(struct type *type, value kwnames);
/* Between min and max positional arguments; false with CPython's TypeError ("%s expected at least..."). */
bool check_arguments(const char *name, size_t nargs, size_t min, size_t max);

#endif
