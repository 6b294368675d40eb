/* The zones that were made: all that live are known by their key, and some are kept alive. */
#ifndef ATOLL_ZONEINFO_CACHE_H
#define ATOLL_ZONEINFO_CACHE_H

#include "runtime/modules/dates/zoneinfo.h"

value zone_make(struct type *type, value key, bool cached); /* a new one, of the file of its key */
value zone_cached(struct type *type, value key);            /* the one with that key, made if there is none; owned */
value zone_clear_cache(value cls, const value *args);
value zone_init_subclass(value cls, const value *args);

#endif
