/*
 * Binding the arguments of a call to the parameters of a C function, after a signature in Python syntax. The one
 * argument parser of built-ins.
 */
#ifndef ATOLL_SIGNATURE_H
#define ATOLL_SIGNATURE_H

#include "runtime/type.h"

struct signature_parameters; /* the parsed form, made at first use and kept */
struct signature {
    const char *name; /* for messages: "list.append", "sorted" */
    const char *text; /* "($self, key, default=None, /)" */
    struct signature_parameters *_Atomic parsed;
};
#define SIGNATURE(NAME, TEXT)      \
    {                              \
        .name = NAME, .text = TEXT \
    }

/* The number of bound values (parameters without $self): the caller's array needs as many. */
size_t signature_size(struct signature *signature);
/* Bind. `bound[i]` are borrowed from `args` but for *args (tuple) and **kwargs (dict or NULL), which are owned:
   signature_release(signature, bound) drops those after the call. false: TypeError set, with CPython's wording for the
   kind of signature, nothing to release. */
bool signature_bind(struct signature *signature, const value *args, size_t nargs, value kwnames, value *bound);
void signature_release(struct signature *signature, value *bound);

#endif
