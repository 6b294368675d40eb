/* Sharded counts: one cell per object and slot. Private to this room; the story is in cells.c. */
#ifndef ATOLL_GC_CELLS_H
#define ATOLL_GC_CELLS_H

#include "gc/heap.h"

#define CELL_DISTURBED 1
#define CELL_TOUCHED   2 /* somebody counted here since cells_cool looked the last time */
#define CELL_ONE       4
#define CELL_SHIFT     2

/* Switch the object's shared count to cells, for good or until it has cooled down. The caller holds a reference. False:
   it stays as it is. */
bool cells_shard(struct object *o, bool lasting);
/* Switch back what has cooled down: what one slot or none counted since the last call, or (`all`) what seems to have no
   references left. What turns out to have none dies. On the collector's thread, between cycles. True: something died.
 */
bool cells_cool(bool all);
/* How many objects may cool down. */
uint32_t cells_hot(void);
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
    atomic_store_explicit(&row[index], (old + amount * CELL_ONE) | CELL_DISTURBED | CELL_TOUCHED, memory_order_relaxed);
}

/* The calling slot uses the object without counting it. */
static inline void cells_touch(uint32_t index)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (unlikely(index >= atomic_load_explicit(&heap->cells.open, memory_order_relaxed)))
        return;
    _Atomic int64_t *cell = &atomic_load_explicit(&heap->cells.row, memory_order_relaxed)[index];
    int64_t old = atomic_load_explicit(cell, memory_order_relaxed);
    if (unlikely(!(old & CELL_TOUCHED)))
        atomic_store_explicit(cell, old | CELL_TOUCHED, memory_order_relaxed);
}

#endif
