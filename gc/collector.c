/*
 * The collector's thread and its face.
 */
#include "gc/heap.h"

#include <stdio.h>
#include <stdlib.h>

struct gc_hooks gc_hooks;

static _Atomic bool enabled = true;
static size_t thresholds[3] = {100000, 10, 10};

static void merge_hook(struct thread_slot *slot)
{
    queue_merge(slot);
}

bool gc_init(const struct gc_hooks *hooks)
{
    if (hooks)
        gc_hooks = *hooks;
    if (!pages_init())
        return false;
    threads_set_hooks(&(struct thread_hooks){.attach = heap_attach, .detach = heap_detach, .merge = merge_hook});
    return true;
}

static void count_alive(struct object *o, struct page *page, void *context)
{
    (void)page;
    if (!(atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_IMMORTAL))
        ++*(size_t *)context;
}

size_t gc_shutdown(void)
{
    size_t alive = 0;
    heap_each_object(count_alive, &alive);
    return alive;
}

void collector_note_allocation(struct thread_slot *self, int64_t containers)
{
    (void)self;
    (void)containers;
}

void collector_note_exhausted(void) {}

void gc_get_stats(struct gc_stats *stats)
{
    *stats = (struct gc_stats){.heap_bytes = pages_in_use() << PAGE_SHIFT};
}

void gc_request_cycle(enum gc_generation generation)
{
    (void)generation;
}

size_t gc_collect(enum gc_generation generation)
{
    (void)generation;
    gc_run_pending();
    return 0;
}

void gc_set_enabled(bool value)
{
    atomic_store(&enabled, value);
}

bool gc_is_enabled(void)
{
    return atomic_load(&enabled);
}

void gc_set_thresholds(size_t young_objects, size_t second, size_t full)
{
    thresholds[0] = young_objects;
    thresholds[1] = second;
    thresholds[2] = full;
}

void gc_get_thresholds(size_t out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = thresholds[i];
}

#ifdef ATOLL_CHECKED
void check_failed(const struct object *o, const char *what)
{
    fprintf(stderr, "atoll: object %p: %s (type %u, owner %u, flags %u, local %u, shared %d)\n", (const void *)o, what,
            object_type_ref(o), atomic_load(&o->owner), atomic_load(&o->flags), atomic_load(&o->local),
            (int32_t)atomic_load(&o->shared));
    abort();
}
#endif
