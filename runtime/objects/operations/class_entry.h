/* What built-in classes make of a few arguments, each by a function of its own. */
#ifndef ATOLL_CLASS_ENTRY_H
#define ATOLL_CLASS_ENTRY_H

#include "runtime/type.h"

/* Called with so many arguments, all by position: the same as __new__ and __init__ give. NULL: those have to be asked.
 */
struct class_entry {
    value (*make_0)(void);
    value (*make_1)(value a);
    value (*make_2)(value a, value b);
};
extern const struct class_entry class_entries[TYPE_WELL_KNOWN_MAX + 1];

/* NULL: not a well-known class. */
static inline const struct class_entry *class_entry_of(const struct type *type)
{
    uint64_t number = ((uint64_t)(uintptr_t)type - (uint64_t)type_region) / TYPE_WELL_KNOWN_STRIDE;
    return number <= TYPE_WELL_KNOWN_MAX ? &class_entries[number] : NULL;
}

#endif
