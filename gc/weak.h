/* What the collector needs of weak references. Private to this room. */
#ifndef ATOLL_GC_WEAK_H
#define ATOLL_GC_WEAK_H

#include "gc/heap.h"

#define WEAK_STRIPES 64u

unsigned weak_stripe_of(const struct object *o);
void weak_lock_stripe(unsigned stripe);
void weak_unlock_stripe(unsigned stripe);
/* See weak.c; the object's stripe is locked. */
struct weak_reference *weak_clear_locked(struct object *o, struct weak_reference *chain,
                                         bool (*spared)(const struct object *reference));

#endif
