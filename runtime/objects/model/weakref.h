/* Weak references as Python objects, over the heap's own (gc.h). */
#ifndef ATOLL_WEAKREF_H
#define ATOLL_WEAKREF_H

#include "runtime/objects/objects.h"

struct python_weak_reference {
    struct weak_reference weak;
    _Atomic int64_t hash; /* of the referent once asked for; -1: not yet */
};

value weak_reference_new(value referent);  /* weakref.ref(referent): shared when there is one; TypeError */
value weak_reference_to_any(value object); /* for the runtime's own use: of a type that programs cannot refer to, too */
value weak_reference_get(value reference); /* the referent, owned, or VALUE_NONE */
/* weakref.ref / weakref.proxy with a callback (NULL: none). */
value weak_reference_make(struct type *type, value referent, value callback);
struct type *weak_proxy_type(bool callable); /* weakref.ProxyType, CallableProxyType; NULL on error */

#endif
