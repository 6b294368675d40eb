/*
 * Work that the collector found and that only a mutator may do, because it runs Python code: deaths of objects with
 * finalizers, callbacks of weak references, finalizers of islands. Queues are stacks that are taken as a whole; the
 * first two link the objects themselves and need no memory.
 */
#include "gc/cycle.h"

#include <stdlib.h>

struct held {
    struct held *next;
    struct object *object; /* held */
};

/* A reference that is dropped after a grace period. */
struct late_drop {
    struct grace_node node; /* first */
    struct late_drop *next;
    struct object *object; /* held */
};

static struct held *_Atomic finalizers, *_Atomic saved;
static struct late_drop *_Atomic late_drops;
static _Atomic uint64_t dying;                   /* address of the first; linked as dying.c links */
static struct weak_reference *_Atomic callbacks; /* held; linked by `next` */

/* This thread runs callbacks and finalizers, which pass safepoints: callbacks come before finalizers, and none of them
   within another. */
static _Thread_local bool running;

static void tell(void)
{
    if (gc_hooks.pending)
        gc_hooks.pending();
}

void pending_add_dying(struct object *o)
{
    uint64_t head = atomic_load_explicit(&dying, memory_order_relaxed);
    do
        dying_link(o, (struct object *)(uintptr_t)head);
    while (!atomic_compare_exchange_weak_explicit(&dying, &head, (uint64_t)(uintptr_t)o, memory_order_acq_rel,
                                                  memory_order_relaxed));
    tell();
}

void pending_add_callbacks(struct weak_reference *chain)
{
    struct weak_reference *last = chain;
    while (last->next)
        last = last->next;
    struct weak_reference *head = atomic_load_explicit(&callbacks, memory_order_relaxed);
    do
        last->next = head;
    while (
        !atomic_compare_exchange_weak_explicit(&callbacks, &head, chain, memory_order_acq_rel, memory_order_relaxed));
    tell();
}

static bool push(struct held *_Atomic *stack, struct object *o)
{
    struct held *entry = malloc(sizeof *entry);
    if (!entry)
        return false;
    entry->object = o;
    entry->next = atomic_load_explicit(stack, memory_order_relaxed);
    while (
        !atomic_compare_exchange_weak_explicit(stack, &entry->next, entry, memory_order_acq_rel, memory_order_relaxed))
        ;
    tell();
    return true;
}

/* All of them, in the order they were found. */
static struct held *take(struct held *_Atomic *from)
{
    struct held *stack = atomic_exchange_explicit(from, NULL, memory_order_acq_rel), *queue = NULL;
    while (stack) {
        struct held *next = stack->next;
        stack->next = queue;
        queue = stack;
        stack = next;
    }
    return queue;
}

bool pending_add_finalizer(struct object *o)
{
    return push(&finalizers, o);
}

bool pending_add_saved(struct object *o)
{
    return push(&saved, o);
}

static void late_drop_ripe(struct grace_node *node)
{
    struct late_drop *drop = (struct late_drop *)node;
    drop->next = atomic_load_explicit(&late_drops, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&late_drops, &drop->next, drop, memory_order_acq_rel,
                                                  memory_order_relaxed))
        ;
    tell();
}

void rc_dec_later(struct object *o)
{
    struct late_drop *drop = thread_is_alone() ? NULL : malloc(sizeof *drop);
    if (thread_is_alone()) {
        rc_dec(o);
    } else if (!drop) {
        heap_make_immortal(o); /* a leak, never a wait */
    } else {
        drop->object = o;
        drop->node.callback = late_drop_ripe;
        grace_call(&drop->node);
    }
}

void gc_run_late_drops(void)
{
    struct late_drop *drop = atomic_exchange_explicit(&late_drops, NULL, memory_order_acq_rel);
    while (drop) {
        struct late_drop *next = drop->next;
        struct object *o = drop->object;
        free(drop);
        rc_dec(o);
        drop = next;
    }
}

bool pending_any(void)
{
    return atomic_load_explicit(&late_drops, memory_order_relaxed) ||
           atomic_load_explicit(&saved, memory_order_relaxed) || atomic_load_explicit(&dying, memory_order_relaxed) ||
           (!running && (atomic_load_explicit(&finalizers, memory_order_relaxed) ||
                         atomic_load_explicit(&callbacks, memory_order_relaxed)));
}

static void run_finalizers(void)
{
    struct held *queue = take(&finalizers);
    while (queue) {
        struct held *next = queue->next;
        struct object *o = queue->object;
        free(queue);
        void (*finalizer)(struct object *) = type_finalizer(object_type(o)); /* NULL: deleted meanwhile */
        if (!(atomic_fetch_or_explicit(&o->flags, OBJECT_FINALIZED, memory_order_acq_rel) & OBJECT_FINALIZED) &&
            finalizer)
            finalizer(o);
        rc_dec(o);
        queue = next;
    }
}

static const struct gc_report *_Atomic report;

void gc_set_report(const struct gc_report *to)
{
    atomic_store_explicit(&report, to, memory_order_release);
}

const struct gc_report *gc_get_report(void)
{
    return atomic_load_explicit(&report, memory_order_acquire);
}

static void hand_saved(void)
{
    struct held *queue = take(&saved);
    while (queue) {
        struct held *next = queue->next;
        struct object *o = queue->object;
        const struct gc_report *to = gc_get_report();
        free(queue);
        if (to && to->saved)
            to->saved(o);
        else
            rc_dec(o);
        queue = next;
    }
}

void gc_run_pending(void)
{
    bool outermost = !running;
    if (outermost) {
        running = true;
        weak_run_callbacks(atomic_exchange_explicit(&callbacks, NULL, memory_order_acq_rel));
    }
    struct object *o = (struct object *)(uintptr_t)atomic_exchange_explicit(&dying, 0, memory_order_acq_rel);
    while (o) {
        struct object *next = dying_next(o);
        object_die(o);
        o = next;
    }
    if (outermost) {
        run_finalizers();
        running = false;
        if (atomic_load_explicit(&callbacks, memory_order_relaxed) ||
            atomic_load_explicit(&finalizers, memory_order_relaxed))
            tell(); /* what was found meanwhile, and left alone by the safepoints within */
    }
    hand_saved();
    gc_run_late_drops();
}
