/*
 * Pattern matching.
 */
#ifndef ATOLL_INSTRUCTIONS_PATTERNS_H
#define ATOLL_INSTRUCTIONS_PATTERNS_H

#include "runtime/type.h"

static inline value match_mapping(value subject)
{
    return value_bool(value_has_flag(subject, TYPE_FLAG_MAPPING));
}
static inline value match_sequence(value subject)
{
    return value_bool(value_has_flag(subject, TYPE_FLAG_SEQUENCE));
}
value match_length(value subject);
/* A tuple of the values of the keys, or None. */
value match_keys(value subject, value keys);
/* A tuple of the attributes, the first by __match_args__, or None. */
value match_class(value subject, value cls, size_t positional, value names);

#endif
