/* Modules: a namespace with a dict. */
#ifndef ATOLL_MODULE_OBJECT_H
#define ATOLL_MODULE_OBJECT_H

#include "runtime/objects/objects.h"

struct module {
    struct object header;
    value_slot dict; /* constant once made */
};

value module_getattr(value module, value name); /* the getattr slot: with the module's own __getattr__ */
/* module.name for an exact module, with an inline cache (attribute_cache.h). Owned, or with *uncounted good until the
 * caller's next quiescent point. */
value module_load(value module, value name, _Atomic uint64_t *cache, bool *uncounted);

#endif
