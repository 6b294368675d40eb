/*
 * Sharded counts, for objects that many threads count all the time: functions, types, code, modules for good, and
 * whatever proves hot (counting.c) until it has cooled down.
 *
 * Such an object's shared word holds no count but the index of a *cell*; every slot has a cell of that index, counts
 * there with plain arithmetic, and writes nothing that another thread reads. The owner goes on counting in `local`.
 * Nobody can see from one cell whether a reference was the last, so nobody frees such an object at once: the collector
 * sums local and all cells, as part of its snapshot, and an object whose sum is made up of references from garbage
 * (of none, too) is garbage like any island. D is in each cell, so a sum of cells that changed while it was taken is
 * noticed like any other disturbance: each cell's D is cleared before, or by the same operation as, the cell is read,
 * and all are looked at again.
 *
 * Switching over: the thread puts the shared count as it is now into its own cell of a new index and then exchanges the
 * shared word, from exactly that count, for the index. An object that waits in a merge queue is not switched. The
 * collector reads the shared word before the cells, so it never misses a count that is on its way into one.
 *
 * Going back: a row that belongs to no slot tells which object has an index, unless that is for good. The collector
 * looks there from time to time, between cycles. What one slot or none counted since the last time has cooled down;
 * what dies does so by going back, leaves above all, of which no snapshot knows. (Only what has no owner is switched to
 * cells without being asked for: all that its count consists of is in the cells.) The collector exchanges the shared
 * word for a count of one, its own, in the state of an object that waits in a merge queue: whoever counts it from there
 * on does so in the shared word, and the count's end is judged by who merges. But those who read the word before count
 * in their cells, or use the object uncounted, until they are quiescent. So the collector waits for a grace period, and
 * then merges: the cells are added, its own reference is dropped, and the object dies if that was the last. Its index
 * is free again.
 *
 * A slot's cells are a row of address space, reserved when it first counts there and made accessible as far as it
 * counts; what is never touched costs nothing. When it cannot be had the count goes to the *spill*, a row that belongs
 * to no slot, reaches as far as there are indices, and is changed atomically. Sums include it.
 */
#include "gc/cells.h"
#include "threads/contention.h"
#include "threads/watched.h"

#include <stdlib.h>
#include <sys/mman.h>

/* So many objects can have sharded counts; others stay as they are. Fewer where address space is limited. */
#define CELLS        (1u << 19)
#define CELLS_SCARCE (1u << 15)
#define OPEN_STEP    4096u /* cells made accessible at a time: 32 KiB */

static struct watched_mutex mutex = WATCHED_MUTEX_INITIALIZER; /* guards indices and the spill's growth */
static _Atomic uint32_t next_index;
static uint32_t *free_indices;
static size_t free_count, free_capacity;
static struct cell_row spill;
static struct cell_row holders; /* by index: 0, or the object that may cool down, and these: */
#define HOLDER_AGED 1           /* cells_cool has seen it */
#define HOLDER_COLD 2           /* it is about to go back */
static _Atomic uint32_t hot;

static uint32_t cells_most(void)
{
    return address_space_is_scarce ? CELLS_SCARCE : CELLS;
}

/* Make the row reach beyond the index. False: no memory. Not for two threads with the same row at once. */
static bool reach(struct cell_row *cells, uint32_t index)
{
    uint32_t open = atomic_load_explicit(&cells->open, memory_order_relaxed), end = (index / OPEN_STEP + 1) * OPEN_STEP;
    if (index < open)
        return true;
    _Atomic int64_t *row = atomic_load_explicit(&cells->row, memory_order_relaxed);
    if (!row) {
        size_t bytes = cells_most() * sizeof *row;
        void *memory = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            return false;
        madvise(memory, bytes, MADV_NOHUGEPAGE); /* a slot uses a few hundred of its cells */
        row = memory;
        atomic_store_explicit(&cells->row, row, memory_order_release);
    }
    if (mprotect(&row[open], (end - open) * sizeof *row, PROT_READ | PROT_WRITE) != 0)
        return false;
    atomic_store_explicit(&cells->open, end, memory_order_release);
    return true;
}

/* The cell of the index, or NULL where the row does not reach so far: its count is zero. */
static inline _Atomic int64_t *cell_at(struct cell_row *cells, uint32_t index)
{
    if (index >= atomic_load_explicit(&cells->open, memory_order_acquire))
        return NULL;
    return &atomic_load_explicit(&cells->row, memory_order_relaxed)[index];
}

static bool take_index(uint32_t *index)
{
    watched_lock(&mutex);
    bool ok = true;
    if (free_count)
        *index = free_indices[--free_count];
    else if ((*index = next_index) < cells_most() && reach(&spill, *index) && reach(&holders, *index))
        next_index = *index + 1;
    else
        ok = false;
    watched_unlock(&mutex);
    return ok;
}

/* All its cells are zero. */
static void give_index(uint32_t index)
{
    watched_lock(&mutex);
    if (free_count == free_capacity) {
        size_t capacity = free_capacity ? free_capacity * 2 : 64;
        uint32_t *grown = realloc(free_indices, capacity * sizeof *grown);
        if (grown) {
            free_indices = grown;
            free_capacity = capacity;
        }
    }
    if (free_count < free_capacity)
        free_indices[free_count++] = index; /* else the index is lost: a cell's worth of memory */
    watched_unlock(&mutex);
}

/* What is sharded already stays so from now on. False: it went back at this moment. */
static bool make_lasting(struct object *o, uint32_t old)
{
    while (old & SHARED_SHARDED)
        if ((old & SHARED_LASTING) ||
            atomic_compare_exchange_weak_explicit(&o->shared, &old, old | SHARED_LASTING | SHARED_DISTURBED,
                                                  memory_order_seq_cst, memory_order_acquire))
            return true;
    return false;
}

bool cells_shard(struct object *o, bool lasting)
{
    uint32_t index, state = SHARED_SHARDED | SHARED_DISTURBED | (lasting ? SHARED_LASTING : 0);
    uint8_t kind = atomic_load_explicit(&page_of(o)->kind, memory_order_relaxed);
    if (lasting && kind != KIND_CONTAINER && kind != KIND_TYPE) /* no snapshot would find that it is garbage */
        return false;
    if (lasting && make_lasting(o, atomic_load_explicit(&o->shared, memory_order_acquire)))
        return true;
    if (!take_index(&index))
        return false;
    struct cell_row *cells = &slot_heap(thread_self)->cells;
    _Atomic int64_t *cell = reach(cells, index) ? cell_at(cells, index) : NULL;
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_acquire);
    chaos_point();
    while (cell && !(old & (SHARED_SHARDED | SHARED_QUEUED)) && (lasting || (old & SHARED_MERGED))) {
        atomic_store_explicit(cell, shared_count(old) * CELL_ONE | CELL_DISTURBED | CELL_TOUCHED, memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&o->shared, &old, index << SHARED_SHIFT | state, memory_order_seq_cst,
                                                  memory_order_acquire)) {
            if (!(atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_SHARED))
                atomic_fetch_or_explicit(&o->flags, OBJECT_SHARED, memory_order_release);
            if (!lasting) { /* the caller's reference keeps it until this is said */
                chaos_point();
                atomic_fetch_add_explicit(&hot, 1, memory_order_relaxed);
                atomic_store_explicit(cell_at(&holders, index), (int64_t)(uintptr_t)o, memory_order_release);
            }
            contention_tell(CONTENTION_CELLS, o, 0);
            return true;
        }
    }
    if (cell)
        atomic_store_explicit(cell, 0, memory_order_relaxed);
    give_index(index);
    return lasting ? make_lasting(o, old) : (old & SHARED_SHARDED) != 0;
}

void cells_add_slow(uint32_t index, int64_t amount)
{
    if (reach(&slot_heap(thread_self)->cells, index)) {
        cells_add(index, amount);
        return;
    }
    _Atomic int64_t *cell = cell_at(&spill, index);
    int64_t old = atomic_load_explicit(cell, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(cell, &old, (old + amount * CELL_ONE) | CELL_DISTURBED | CELL_TOUCHED,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

/* Calls visit for each cell of the index that exists. */
static inline void each_cell(uint32_t index, void (*visit)(_Atomic int64_t *cell, void *context), void *context)
{
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct slot_heap *heap = slot_heap(thread_slot_at(i));
        _Atomic int64_t *cell = heap ? cell_at(&heap->cells, index) : NULL;
        if (cell)
            visit(cell, context);
    }
    visit(cell_at(&spill, index), context);
}

static void add_cell(_Atomic int64_t *cell, void *context)
{
    *(int64_t *)context += atomic_load_explicit(cell, memory_order_relaxed) >> CELL_SHIFT;
}

static void add_clearing(_Atomic int64_t *cell, void *context)
{
    int64_t count = atomic_load_explicit(cell, memory_order_relaxed);
    if (count & CELL_DISTURBED)
        count = atomic_fetch_and_explicit(cell, ~(int64_t)CELL_DISTURBED, memory_order_seq_cst);
    *(int64_t *)context += count >> CELL_SHIFT;
}

static void note_disturbed(_Atomic int64_t *cell, void *context)
{
    *(bool *)context |= atomic_load_explicit(cell, memory_order_relaxed) & CELL_DISTURBED;
}

static void count_touched(_Atomic int64_t *cell, void *context)
{
    if (atomic_load_explicit(cell, memory_order_relaxed) & CELL_TOUCHED) {
        ++*(unsigned *)context;
        atomic_fetch_and_explicit(cell, ~(int64_t)CELL_TOUCHED, memory_order_relaxed);
    }
}

static void zero_cell(_Atomic int64_t *cell, void *context)
{
    (void)context;
    atomic_store_explicit(cell, 0, memory_order_relaxed);
}

int64_t cells_sum(uint32_t index, bool clear)
{
    int64_t sum = 0;
    each_cell(index, clear ? add_clearing : add_cell, &sum);
    return sum;
}

bool cells_disturbed(uint32_t index)
{
    bool disturbed = false;
    each_cell(index, note_disturbed, &disturbed);
    return disturbed;
}

static void forget_holder(uint32_t index)
{
    if (atomic_exchange_explicit(cell_at(&holders, index), 0, memory_order_relaxed))
        atomic_fetch_sub_explicit(&hot, 1, memory_order_relaxed);
}

void cells_release(uint32_t index)
{
    each_cell(index, zero_cell, NULL);
    forget_holder(index);
    give_index(index);
}

/* ---- going back ---- */

uint32_t cells_hot(void)
{
    return atomic_load_explicit(&hot, memory_order_relaxed);
}

static bool has_cooled(uint32_t index, _Atomic int64_t *holder, bool all)
{
    unsigned touched = 0;
    if (cells_sum(index, false) == 0 || chaos_chance(2)) /* at this moment, perhaps: going back will tell */
        return true;
    if (all)
        return false;
    each_cell(index, count_touched, &touched);
    if (atomic_fetch_or_explicit(holder, HOLDER_AGED, memory_order_relaxed) & HOLDER_AGED)
        return touched < 2;
    return false;
}

/* From here on its count is in the shared word, and its end is judged by who merges. False: it stays as it is. */
static bool begin_to_cool(struct object *o, uint32_t index)
{
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_acquire);
    do {
        CHECK((old & SHARED_SHARDED) && old >> SHARED_SHIFT == index, o, "not sharded, but its index says so");
        if ((old & SHARED_LASTING) || object_is_immortal(o)) {
            forget_holder(index);
            return false;
        }
        chaos_point();
    } while (!atomic_compare_exchange_weak_explicit(&o->shared, &old, SHARED_ONE | SHARED_QUEUED | SHARED_DISTURBED,
                                                    memory_order_seq_cst, memory_order_acquire));
    return true;
}

/* After a grace period: nobody counts in the cells any more, nor uses the object uncounted. True: it is dead. */
static bool end_cooling(struct object *o, uint32_t index)
{
    int64_t cells = cells_sum(index, false);
    cells_release(index);
    return queue_merge_object(o, cells);
}

bool cells_cool(bool all)
{
    uint32_t cold = 0, end = atomic_load_explicit(&next_index, memory_order_acquire);
    bool died = false;
    for (uint32_t i = 0; i < end && cells_hot(); i++) {
        _Atomic int64_t *holder = cell_at(&holders, i);
        int64_t held = atomic_load_explicit(holder, memory_order_acquire) & ~(int64_t)HOLDER_AGED;
        if (held && has_cooled(i, holder, all) && begin_to_cool((struct object *)(uintptr_t)held, i)) {
            atomic_fetch_or_explicit(holder, HOLDER_COLD, memory_order_relaxed);
            cold++;
        }
    }
    if (cold)
        grace_wait();
    for (uint32_t i = 0; cold; i++) {
        int64_t held = atomic_load_explicit(cell_at(&holders, i), memory_order_relaxed);
        if (!(held & HOLDER_COLD))
            continue;
        struct object *o = (struct object *)(uintptr_t)(held & ~(int64_t)(HOLDER_AGED | HOLDER_COLD));
        cold--;
        if (end_cooling(o, i)) {
            died = true;
            object_die(o);
        }
    }
    return died;
}

void cells_lock(void)
{
    watched_lock(&mutex);
}

void cells_unlock(void)
{
    watched_unlock(&mutex);
}
