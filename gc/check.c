/*
 * Checks: what lives at the end, and in checked builds whether what is condemned may be.
 *
 * Condemned objects are quiet, so they can be read again at leisure: the references among them, counted anew from the
 * heap, must be exactly their counts. And when the thread that asked for the collection is the only one, the roots are
 * known, and nothing that they reach may be condemned.
 */
#include "gc/collector.h"
#include "gc/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a full trace ---- */

struct full_trace {
    struct gc_trace trace;
    uint8_t *marks;   /* a bit for each 16 bytes of the region that was ever used */
    size_t types_end; /* pages */
    size_t others_end;
    struct object **stack;
    size_t size, capacity;
    bool failed;
};

#define MARKS_PER_PAGE (PAGE_SIZE / 16 / 8)

/* The region's two parts lie far apart: the marks of the second follow those of the first. */
static size_t mark_index(const struct full_trace *t, const void *address)
{
    size_t unit = (size_t)((const char *)address - region) / 16;
    if (unit >= TYPE_PAGES * (PAGE_SIZE / 16))
        unit -= (TYPE_PAGES - t->types_end) * (PAGE_SIZE / 16);
    return unit;
}

static bool is_marked(const struct full_trace *t, const struct object *o)
{
    size_t unit = mark_index(t, o);
    return t->marks[unit / 8] >> (unit % 8) & 1;
}

static void visit_full(struct gc_trace *trace, value v)
{
    struct full_trace *t = (struct full_trace *)trace;
    if (!value_is_object(v) || !v || !page_contains(v))
        return;
    struct object *o = value_object(v);
    if (is_marked(t, o))
        return;
    size_t unit = mark_index(t, o);
    t->marks[unit / 8] |= (uint8_t)(1u << (unit % 8));
    if (t->size == t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : 1024;
        struct object **grown = realloc(t->stack, capacity * sizeof *grown);
        if (!grown) {
            t->failed = true;
            return;
        }
        t->stack = grown;
        t->capacity = capacity;
    }
    t->stack[t->size++] = o;
}

static bool full_trace_begin(struct full_trace *t)
{
    memset(t, 0, sizeof *t);
    t->trace.visit = visit_full;
    pages_extent(&t->types_end, &t->others_end);
    t->marks = calloc(t->types_end + (t->others_end - TYPE_PAGES), MARKS_PER_PAGE);
    return t->marks != NULL;
}

static void full_trace_run(struct full_trace *t)
{
    while (t->size && !t->failed) {
        struct object *o = t->stack[--t->size];
        if (object_type_ref(o) == 0)
            continue;
        struct object_type *type = object_type(o);
        visit_full(&t->trace, value_of(type));
        if (type->traverse && (type->gc_flags & TYPE_GC_CONTAINER))
            type->traverse(o, &t->trace);
    }
}

static void full_trace_end(struct full_trace *t)
{
    free(t->marks);
    free(t->stack);
}

/* Well-known types and immortal objects are roots of their own. */
static void mark_immortal(struct object *o, struct page *page, void *context)
{
    (void)page;
    if (atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_IMMORTAL)
        visit_full(context, value_of(o));
}

static void mark_permanent(struct full_trace *t)
{
    for (unsigned k = 1; k <= TYPE_WELL_KNOWN_MAX; k++)
        if (object_type_ref((struct object *)type_from_ref(TYPE_WELL_KNOWN_REF(k))) != 0)
            visit_full(&t->trace, value_of(type_from_ref(TYPE_WELL_KNOWN_REF(k))));
    heap_each_object(mark_immortal, t);
}

/* ---- leaks ---- */

#define REPORTED_TYPES 20

struct leaks {
    struct full_trace *trace;
    size_t count, types;
    struct {
        struct object_type *type;
        size_t count;
    } by_type[REPORTED_TYPES];
};

static void note_leak(struct object *o, struct page *page, void *context)
{
    struct leaks *leaks = context;
    (void)page;
    unsigned flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
    bool hidden = (object_type(o)->gc_flags & TYPE_GC_HIDDEN) && (flags & OBJECT_TYPE_BIT);
    if ((flags & OBJECT_IMMORTAL) || hidden || (leaks->trace->marks && is_marked(leaks->trace, o)))
        return;
    leaks->count++;
    struct object_type *type = object_type(o);
    size_t i = 0;
    while (i < leaks->types && leaks->by_type[i].type != type)
        i++;
    if (i == REPORTED_TYPES)
        return;
    if (i == leaks->types)
        leaks->by_type[leaks->types++].type = type;
    leaks->by_type[i].count++;
}

static void forget_finalizer(struct object *o, struct page *page, void *context)
{
    (void)context;
    if (atomic_load_explicit(&page->kind, memory_order_relaxed) == KIND_TYPE)
        atomic_store_explicit(&((struct object_type *)o)->finalize, NULL, memory_order_relaxed);
}

void gc_forget_finalizers(void)
{
    gc_hooks.weak_callback = NULL;
    gc_hooks.can_run_code = NULL;
    for (unsigned k = 1; k <= TYPE_WELL_KNOWN_MAX; k++)
        atomic_store_explicit(&type_from_ref(TYPE_WELL_KNOWN_REF(k))->finalize, NULL, memory_order_relaxed);
    heap_each_object(forget_finalizer, NULL);
}

/* What waits for a grace period happens now. */
static void settle(void)
{
    heap_flush_retired(slot_heap(thread_self));
    thread_enter_blocking();
    grace_barrier();
    thread_leave_blocking();
    gc_run_late_drops();
}

size_t gc_shutdown(void)
{
    if (thread_self) {
        settle(); /* a reference dropped late may be the last one to what only the collector frees */
        collector_stop();
        heap_drain_remote(slot_heap(thread_self));
        settle();
    }
    struct full_trace trace;
    struct leaks leaks = {.trace = &trace};
    if (full_trace_begin(&trace)) {
        mark_permanent(&trace);
        full_trace_run(&trace);
    }
    heap_each_object(note_leak, &leaks);
#ifdef ATOLL_CHECKED
    for (size_t i = 0; i < leaks.types; i++)
        fprintf(stderr, "atoll: leak: %zu of type %s\n", leaks.by_type[i].count,
                leaks.by_type[i].type->name ? leaks.by_type[i].type->name : "?");
#endif
    full_trace_end(&trace);
    return leaks.count;
}

#ifdef ATOLL_CHECKED

void check_failed(const struct object *o, const char *what)
{
    uint32_t type = object_type_ref(o);
    const char *name = type ? type_from_ref(type)->name : NULL;
    fprintf(stderr, "atoll: object %p of type %s: %s (owner %u, flags %u, local %u, shared %d, state %u)\n",
            (const void *)o, name ? name : "?", what, atomic_load(&o->owner), atomic_load(&o->flags),
            atomic_load(&o->local) >> 1, (int32_t)atomic_load(&o->shared) >> SHARED_SHIFT,
            atomic_load(&o->shared) & (SHARED_ONE - 1));
    abort();
}

/* ---- condemned objects ---- */

struct recount {
    struct gc_trace trace;
    struct cycle *cycle;
    int64_t *found; /* by node */
};

static void recount_visit(struct gc_trace *trace, value v)
{
    struct recount *r = (struct recount *)trace;
    if (!value_is_object(v))
        return;
    uint32_t node = graph_find(r->cycle, (const void *)v);
    if (node != NO_NODE)
        r->found[node]++;
}

static void each_condemned(struct cycle *cycle, void (*visit)(struct object *o, uint32_t node, void *context),
                           void *context)
{
    for (size_t p = 0; p < cycle->page_count; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        for (uint32_t node = page->base; node < page->base + page->count; node++)
            if (node_is_condemned(cycle, node))
                visit(node_object(page, node), node, context);
    }
}

static void recount_object(struct object *o, uint32_t node, void *context)
{
    struct recount *r = context;
    struct object_type *type = object_type(o);
    (void)node;
    if (type->traverse)
        type->traverse(o, &r->trace);
    if (type->gc_flags & TYPE_GC_COUNTED)
        recount_visit(&r->trace, value_of(type));
}

static void compare_count(struct object *o, uint32_t node, void *context)
{
    struct recount *r = context;
    if (r->found[node] != object_count(o))
        check_failed(o, "condemned, but its count is not made up of references from condemned objects");
}

static void compare_reach(struct object *o, uint32_t node, void *context)
{
    (void)node;
    if (is_marked(context, o))
        check_failed(o, "condemned, but a root reaches it");
}

void check_islands(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    struct recount r = {.trace.visit = recount_visit, .cycle = cycle};
    r.found = calloc((size_t)cycle->node_count + 1, sizeof *r.found);
    if (r.found) {
        each_condemned(cycle, recount_object, &r);
        each_condemned(cycle, compare_count, &r);
        free(r.found);
    }
    struct full_trace trace;
    if (!gc_hooks.roots || !collector_at_rest() || !full_trace_begin(&trace))
        return;
    mark_permanent(&trace);
    gc_hooks.roots(&trace.trace);
    full_trace_run(&trace);
    if (!trace.failed)
        each_condemned(cycle, compare_reach, &trace);
    full_trace_end(&trace);
}

#endif
