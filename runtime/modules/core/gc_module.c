/*
 * The gc module: the collector as programs see it.
 *
 * gc.callbacks are told of the collections that gc.collect() makes, on the thread that asks for them. The cycles in the
 * background are not reported: they stop nobody, and no thread of the program is there to be told.
 */
#include "runtime/modules/module.h"
#include "runtime/audit.h"
#include "threads/pause.h"

#include <stdio.h>

static value_slot callbacks, garbage; /* the lists of these names, from the module's first fill to its end */
static _Thread_local bool collecting; /* this thread is within gc.collect() */

static bool add_figure(value dict, const char *name, uint64_t figure);

/* What a callback raises, nobody hears of. */
static void tell_callbacks(const char *phase, int generation, uint64_t collected, uint64_t uncollectable)
{
    value list = slot_peek(&callbacks);
    if (!list || list_length(list) == 0)
        return;
    value info = dict_new(), name = str_from_text(phase);
    if (info && name && add_figure(info, "generation", (uint64_t)generation) &&
        add_figure(info, "collected", collected) && add_figure(info, "uncollectable", uncollectable)) {
        value callback;
        for (size_t i = 0; (callback = list_get(list, i)) != VALUE_MISSING; i++) {
            value result = call_2(callback, name, info);
            if (!result)
                error_unraisable(NULL, callback);
            value_dec(result);
            value_dec(callback);
        }
    }
    if (error_occurred())
        error_unraisable(NULL, list);
    value_dec(info);
    value_dec(name);
}

/* There are two kinds of cycles, young and full; programs that name CPython's middle generation get a young one. */
static value module_collect(value self, value given_generation)
{
    int generation;
    if (!value_as_int(given_generation, &generation))
        return NULL;
    if (generation < 0 || generation > 2)
        return raise(EXC(ValueError), "invalid generation");
    if (collecting)
        return small_int(0); /* a callback or finalizer of a collection asks for another one */
    collecting = true;
    tell_callbacks("start", generation, 0, 0);
    struct gc_stats before, after;
    gc_get_stats(&before);
    size_t found = gc_collect(generation == 2 ? GC_FULL : GC_YOUNG);
    gc_get_stats(&after);
    value raised = error_fetch();
    tell_callbacks("stop", generation, found, after.uncollectable - before.uncollectable);
    collecting = false;
    if (!raised)
        return int_from_u64(found);
    error_restore(raised);
    return NULL;
}

static value module_enable(value self)
{
    gc_set_enabled(true);
    return VALUE_NONE;
}
static value module_disable(value self)
{
    gc_set_enabled(false);
    return VALUE_NONE;
}
static value module_isenabled(value self)
{
    return value_bool(gc_is_enabled());
}

static value module_get_threshold(value self)
{
    size_t t[3];
    gc_get_thresholds(t);
    value items[] = {int_from_u64(t[0]), int_from_u64(t[1]), int_from_u64(t[2])};
    return tuple_from_owned(items, 3);
}

static value module_set_threshold(value self, const value *args)
{
    size_t t[3];
    gc_get_thresholds(t);
    for (int i = 0; i < 3; i++) {
        int v;
        if (is_missing(args[i]))
            continue;
        if (!value_as_signed_int(args[i], &v))
            return NULL;
        t[i] = v < 0 ? 0 : (size_t)v;
    }
    gc_set_thresholds(t[0], t[1], t[2]);
    return VALUE_NONE;
}

static value module_get_count(value self)
{
    size_t counts[3];
    gc_get_counts(counts);
    value items[] = {int_from_u64(counts[0]), int_from_u64(counts[1]), int_from_u64(counts[2])};
    return tuple_from_owned(items, 3);
}

static bool add_figure(value dict, const char *name, uint64_t figure)
{
    value v = int_from_u64(figure);
    bool done = v && dict_set_text(dict, name, v);
    value_dec(v);
    return done;
}

/* One dict for each of CPython's generations; the collector's own figures are in the last one. */
static value module_get_stats(value self)
{
    struct gc_stats s;
    gc_get_stats(&s);
    value list = list_new(3);
    for (int i = 0; list && i < 3; i++) {
        value dict = dict_new();
        bool done = dict && add_figure(dict, "collections", s.cycles[i]) &&
                    add_figure(dict, "collected", i == 2 ? s.unreachable : 0) &&
                    add_figure(dict, "uncollectable", i == 2 ? s.uncollectable : 0);
        if (done && i == 2)
            done = add_figure(dict, "examined", s.examined) && add_figure(dict, "islands", s.islands) &&
                   add_figure(dict, "nanoseconds", s.nanoseconds) &&
                   add_figure(dict, "mutator_stops", s.mutator_stops) &&
                   add_figure(dict, "helped_pages", s.helped_pages) &&
                   add_figure(dict, "longest_grace", s.longest_grace) && add_figure(dict, "heap_bytes", s.heap_bytes) &&
                   add_figure(dict, "live_containers", s.live_containers);
        if (!done || !list_append(list, dict)) {
            value_dec(dict);
            value_dec(list);
            return NULL;
        }
        value_dec(dict);
    }
    return list;
}

/* ---- the heap ---- */
struct walk {
    value list;
    value targets; /* tuple, for referrers */
    bool failed;
};

static bool add_object(struct object *object, void *context)
{
    struct walk *walk = context;
    walk->failed = value_of(object) != walk->list && !list_append(walk->list, value_of(object));
    return !walk->failed;
}

/* The young generation is what the next young cycle examines, whole pages; there is none in the middle. */
static value module_get_objects(value self, value given_generation)
{
    ssize generation = -1; /* the same as None */
    if (given_generation != VALUE_NONE) {
        if (!value_type_slot(given_generation, to_index))
            return raise(EXC(TypeError), "argument should be integer or None, not '%T'", given_generation);
        if (!index_as_ssize(given_generation, &generation, EXC(OverflowError)))
            return NULL;
    }
    if (!audit("gc.get_objects", "i", (int)generation))
        return NULL;
    if (generation < -1)
        return raise(EXC(ValueError), "generation parameter cannot be negative");
    if (generation > 2)
        return raise(EXC(ValueError), "generation parameter must be less than the number of available generations (3)");
    struct walk walk = {.list = list_new(0)};
    if (!walk.list)
        return NULL;
    if (generation < 0)
        gc_walk(add_object, &walk);
    else if (generation != 1)
        gc_walk_generation(generation == 0 ? GC_YOUNG : GC_FULL, add_object, &walk);
    gc_walk_settle();
    if (!walk.failed)
        return walk.list;
    value_dec(walk.list);
    return NULL;
}

static bool add_referent(value referent, void *context)
{
    struct walk *walk = context;
    walk->failed = !list_append(walk->list, referent);
    value_dec(referent);
    return !walk->failed;
}

/* May its operands be containers that some thread is still building? */
static bool holds_a_frame(value v)
{
    return value_is(v, TYPE_ID_FRAME) || value_is(v, TYPE_ID_GENERATOR) || value_is(v, TYPE_ID_COROUTINE) ||
           value_is(v, TYPE_ID_ASYNC_GENERATOR);
}

static value module_get_referents(value self, const value *args)
{
    if (!audit("gc.get_referents", "(O)", args[0]))
        return NULL;
    struct walk walk = {.list = list_new(0)};
    bool settle = false;
    for (size_t i = 0; walk.list && !walk.failed && i < tuple_length(args[0]); thread_report_at(++i)) {
        value v = tuple_get(args[0], i);
        if (!value_is_object(v) || !(object_type(value_object(v))->gc_flags & TYPE_GC_CONTAINER))
            continue;
        settle |= holds_a_frame(v);
        gc_walk_referents(value_object(v), add_referent, &walk);
    }
    if (settle)
        gc_walk_settle();
    if (!walk.failed)
        return walk.list;
    value_dec(walk.list);
    return NULL;
}

static bool is_target(value referent, void *context)
{
    struct walk *walk = context;
    for (size_t i = 0; i < tuple_length(walk->targets); i++)
        if (tuple_get(walk->targets, i) == referent)
            walk->failed = true; /* used as "found" by the walk over one object's referents */
    value_dec(referent);
    return !walk->failed;
}

static value module_get_referrers(value self, const value *args)
{
    if (!audit("gc.get_referrers", "(O)", args[0]))
        return NULL;
    struct walk all = {.list = list_new(0)};
    value result = list_new(0);
    if (all.list && result)
        gc_walk(add_object, &all);
    gc_walk_settle();
    bool failed = !all.list || !result || all.failed;
    for (size_t i = 0; !failed && i < list_length(all.list); thread_report_at(++i)) {
        value v = list_get(all.list, i);
        struct walk one = {.targets = args[0]};
        if (v != args[0] && v != result)
            gc_walk_referents(value_object(v), is_target, &one);
        if (one.failed)
            failed = !list_append(result, v);
        value_dec(v);
    }
    value_dec(all.list);
    if (!failed)
        return result;
    value_dec(result);
    return NULL;
}

static value module_is_tracked(value self, value obj)
{
    bool lasting = is_type(obj) && !type_has_flag((struct type *)obj, TYPE_FLAG_HEAP); /* built-in classes never die */
    return value_bool(value_is_object(obj) && !lasting &&
                      (object_type(value_object(obj))->gc_flags & TYPE_GC_CONTAINER));
}

static value module_is_finalized(value self, value obj)
{
    return value_bool(value_is_object(obj) && (atomic_load(&value_object(obj)->flags) & OBJECT_FINALIZED));
}

/* ---- debugging ---- */

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32 };

/* On the collector's thread, which has no sys.stderr. Nothing is ever uncollectable. */
static void report_begins(enum gc_generation generation)
{
    struct gc_stats s;
    size_t counts[3];
    gc_get_stats(&s);
    gc_get_counts(counts);
    fprintf(stderr,
            "gc: collecting generation %d...\ngc: objects in each generation: %zu 0 %zu\n"
            "gc: objects in permanent generation: %zu\n",
            generation, counts[0], (size_t)s.live_containers, gc_count_frozen());
}
static void report_ends(uint64_t unreachable, uint64_t nanoseconds)
{
    fprintf(stderr, "gc: done, %zu unreachable, 0 uncollectable, %.4fs elapsed\n", (size_t)unreachable,
            (double)nanoseconds / 1e9);
}
static void report_found(struct object *o)
{
    const char *name = atomic_load_explicit(&object_type(o)->name, memory_order_acquire);
    fprintf(stderr, "gc: collectable <%s %p>\n", name, (void *)o);
}

/* The reference is taken over. */
static void save(struct object *o)
{
    value list = slot_peek(&garbage);
    if (list && !list_append(list, value_of(o)))
        error_clear();
    rc_dec(o);
}

#define REPORT(i)                                                                                                    \
    {                                                                                                                \
        (i) & 1 ? report_begins : NULL, (i)&2 ? report_found : NULL, (i)&1 ? report_ends : NULL, (i)&4 ? save : NULL \
    }
static const struct gc_report reports[] = {REPORT(0), REPORT(1), REPORT(2), REPORT(3),
                                           REPORT(4), REPORT(5), REPORT(6), REPORT(7)};

static _Atomic int debug_flags;
static value module_get_debug(value self)
{
    return small_int(atomic_load(&debug_flags));
}
static value module_set_debug(value self, value given_flags)
{
    int flags;
    if (!value_as_int(given_flags, &flags))
        return NULL;
    atomic_store(&debug_flags, flags);
    int wanted = (flags & (DEBUG_STATS | DEBUG_COLLECTABLE)) | (flags & DEBUG_SAVEALL ? 4 : 0);
    gc_set_report(wanted ? &reports[wanted] : NULL);
    return VALUE_NONE;
}

/* ---- objects that are left out ---- */

static value module_freeze(value self)
{
    return gc_freeze() ? VALUE_NONE : raise_no_memory();
}
static value module_unfreeze(value self)
{
    gc_unfreeze();
    return VALUE_NONE;
}
static value module_get_freeze_count(value self)
{
    return int_from_u64(gc_count_frozen());
}

static const struct method_def functions[] = {
    METHOD("collect", module_collect, "(generation=2)", "Run the garbage collector."),
    METHOD("enable", module_enable, "()", "Enable automatic garbage collection."),
    METHOD("disable", module_disable, "()", "Disable automatic garbage collection."),
    METHOD("isenabled", module_isenabled, "()", "Returns true if automatic garbage collection is enabled."),
    METHOD("get_threshold", module_get_threshold, "()", "Return the current collection thresholds."),
    METHOD("set_threshold", module_set_threshold,
           "(threshold0, threshold1=<unrepresentable>, threshold2=<unrepresentable>, /)",
           "Set the collection thresholds."),
    METHOD("get_count", module_get_count, "()", "Return a three-tuple of the current collection counts."),
    METHOD("get_stats", module_get_stats, "()", "Return a list of dictionaries containing per-generation statistics."),
    METHOD("get_objects", module_get_objects, "(generation=None)",
           "Return a list of objects tracked by the collector (excluding the list returned)."),
    METHOD_FLAGS("get_referents", module_get_referents, "(*objs)",
                 "Return the list of objects that are directly referred to by 'objs'.", METHOD_TUPLE),
    METHOD_FLAGS("get_referrers", module_get_referrers, "(*objs)",
                 "Return the list of objects that directly refer to any of 'objs'.", METHOD_TUPLE),
    METHOD("is_tracked", module_is_tracked, "(obj, /)",
           "Returns true if the object is tracked by the garbage collector."),
    METHOD("is_finalized", module_is_finalized, "(obj, /)",
           "Returns true if the object has been already finalized by the GC."),
    METHOD("get_debug", module_get_debug, "()", "Get the garbage collection debugging flags."),
    METHOD("set_debug", module_set_debug, "(flags, /)", "Set the garbage collection debugging flags."),
    METHOD("freeze", module_freeze, "()", "Freeze all current tracked objects and ignore them for future collections."),
    METHOD("unfreeze", module_unfreeze, "()", "Unfreeze all objects in the permanent generation."),
    METHOD("get_freeze_count", module_get_freeze_count, "()",
           "Return the number of objects in the permanent generation."),
    {0},
};

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"DEBUG_STATS", DEBUG_STATS},
        {"DEBUG_COLLECTABLE", DEBUG_COLLECTABLE},
        {"DEBUG_UNCOLLECTABLE", DEBUG_UNCOLLECTABLE},
        {"DEBUG_SAVEALL", DEBUG_SAVEALL},
        {"DEBUG_LEAK", DEBUG_COLLECTABLE | DEBUG_UNCOLLECTABLE | DEBUG_SAVEALL},
        {0}};
    if (!slot_peek(&callbacks))
        slot_init(&callbacks, list_new(0));
    if (!slot_peek(&garbage))
        slot_init(&garbage, list_new(0));
    return slot_peek(&callbacks) && slot_peek(&garbage) && module_add(module, "garbage", slot_peek(&garbage)) &&
           module_add(module, "callbacks", slot_peek(&callbacks)) && module_add_constants(module, constants);
}

static void finish(void)
{
    gc_set_report(NULL);
    gc_unfreeze(); /* what is frozen is no leak */
    value_dec(slot_exchange(&callbacks, NULL));
    value_dec(slot_exchange(&garbage, NULL));
}

const struct module_def gc_module = {
    .name = "gc",
    .doc = "This module provides access to the garbage collector for reference cycles.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
