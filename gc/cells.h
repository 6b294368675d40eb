/* Sharded counts: one cell per object and slot. Private to this room; the story is in cells.c. */
#ifndef ATOLL_GC_CELLS_H
#define ATOLL_GC_CELLS_H

#include "gc/heap.h"

#define CELL_DISTURBED 1
#define CELL_ONE       2

/* Switch the object's shared count to cells. The caller holds or is about to count a reference. False: it stays. */
bool cells_shard(struct object *o);
/* The object dies: nobody touches its cells any more. */
void cells_release(uint32_t index);
/* The slow path of cells_add: the slot's row does not reach so far yet. */
void cells_add_slow(uint32_t index, int64_t amount);
/* The sum of all slots' cells, clearing D in each when told to. */
int64_t cells_sum(uint32_t index, bool clear);
bool cells_disturbed(uint32_t index);

/* Around fork(). */
void cells_lock(void);
void cells_unlock(void);

/* Count in the calling slot's own cell: plain arithmetic, D by the same store. */
static inline void cells_add(uint32_t index, int64_t amount)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (unlikely(index >= atomic_load_explicit(&heap->cells.open, memory_order_relaxed))) {
        cells_add_slow(index, amount);
        return;
    }
    _Atomic int64_t *row = atomic_load_explicit(&heap->cells.row, memory_order_relaxed);
    int64_t old = atomic_load_explicit(&row[index], memory_order_relaxed);
    atomic_store_explicit(&row[index], (old + amount * CELL_ONE) | CELL_DISTURBED, memory_order_relaxed);
}

#endif
