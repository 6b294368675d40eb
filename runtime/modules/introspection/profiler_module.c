/*
 * _lsprof: the profiler beneath cProfile. It is a profile function in C (trace.h) of the threads that enabled it.
 *
 * What was called is a code object or the definition of a C function, known by its address; `codes` keeps the code
 * objects, so that no address comes back. A node counts the calls of one thing, or of one thing by another. The calls
 * that are under way form a list, innermost first: each thread looks at its own. All of this is changed under the
 * profiler's lock; clocks, which may be Python functions, are asked before.
 */
#include "runtime/interp/trace.h"
#include "runtime/modules/module.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "threads/pause.h"

#include <stdlib.h>
#include <time.h>

struct node {
    struct node *next;    /* in its chain of the table */
    struct node *sibling; /* of all nodes with the same caller */
    struct node *callees; /* first of those that it called */
    const void *key;
    struct node *caller; /* NULL: all calls, whoever made them */
    uint64_t count, recursive;
    uint32_t level;    /* calls under way */
    double total, own; /* in ticks; without and with those of what it called */
};
struct call {
    struct call *outer;
    const struct thread_slot *thread;
    struct node *node, *by; /* `by`: the node of this one called by its caller, or NULL */
    double start, inside;   /* inside: of what it called */
};

struct profiler {
    struct object header;
    value_slot timer;    /* or NULL: the clock */
    value_slot codes;    /* dict: from addresses to code objects or descriptions */
    _Atomic double unit; /* of the timer's ints; 0: it gives seconds */
    _Atomic bool subcalls, builtins;
    struct node **table, *all; /* `all`: those without a caller */
    size_t size, count;
    struct call *calls;
};
#define SELF(v) ((struct profiler *)(v))

static struct type *profiler_type, *entry_type, *subentry_type;

/* ---- nodes; under the lock ---- */

static size_t hash(const void *key, const struct node *caller, size_t size)
{
    uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15) ^
                 (uint64_t)(uintptr_t)caller * UINT64_C(0xC2B2AE3D27D4EB4F);
    return (size_t)(h >> 20) & (size - 1);
}

static struct node *find_node(const struct profiler *self, const void *key, const struct node *caller)
{
    struct node *node = self->size ? self->table[hash(key, caller, self->size)] : NULL;
    while (node && (node->key != key || node->caller != caller))
        node = node->next;
    return node;
}

static bool grow(struct profiler *self)
{
    size_t size = self->size ? self->size * 2 : 64;
    struct node **table = calloc(size, sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < self->size; i++) {
        for (struct node *node = self->table[i], *next; node; node = next) {
            next = node->next;
            size_t at = hash(node->key, node->caller, size);
            node->next = table[at];
            table[at] = node;
        }
    }
    free(self->table);
    self->table = table;
    self->size = size;
    return true;
}

/* NULL: no memory; the calls are not counted then. */
static struct node *make_node(struct profiler *self, const void *key, struct node *caller)
{
    struct node *node = find_node(self, key, caller);
    if (node || (self->count >= self->size && !grow(self)) || !(node = calloc(1, sizeof *node)))
        return node;
    size_t at = hash(key, caller, self->size);
    struct node **list = caller ? &caller->callees : &self->all;
    *node = (struct node){.next = self->table[at], .sibling = *list, .key = key, .caller = caller};
    self->table[at] = *list = node;
    self->count++;
    return node;
}

static void end_call(struct profiler *self, struct call **at, double now)
{
    struct call *call = *at;
    double total = now - call->start, own = total - call->inside;
    struct node *nodes[2] = {call->node, call->by};
    *at = call->outer;
    for (struct call *outer = call->outer; outer; outer = outer->outer) {
        if (outer->thread == call->thread) {
            outer->inside += total;
            break;
        }
    }
    for (int i = 0; i < 2; i++) {
        struct node *node = nodes[i];
        if (!node)
            continue;
        if (--node->level == 0)
            node->total += total;
        else
            node->recursive++;
        node->own += own;
        node->count++;
    }
    free(call);
}

static struct call **innermost(struct profiler *self)
{
    struct call **at = &self->calls;
    while (*at && (*at)->thread != thread_self)
        at = &(*at)->outer;
    return at;
}

static void forget(struct profiler *self)
{
    for (size_t i = 0; i < self->size; i++) {
        for (struct node *node = self->table[i], *next; node; node = next) {
            next = node->next;
            free(node);
        }
    }
    free(self->table);
    self->table = NULL;
    self->all = NULL;
    self->size = self->count = 0;
    for (struct call *call = self->calls, *outer; call; call = outer) {
        outer = call->outer;
        free(call);
    }
    self->calls = NULL;
}

/* ---- events ---- */

static double ticks(struct profiler *self)
{
    value timer = slot_load(&self->header, &self->timer);
    if (!timer) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
    }
    double n = 0;
    value pending = error_fetch(), result = call_0(timer);
    if (!result || !value_as_double(result, &n)) {
        error_unraisable(NULL, timer);
        n = 0;
    }
    value_dec(result);
    value_dec(timer);
    if (pending)
        error_restore(pending);
    return n;
}

/* How a C function is shown. Owned, or NULL. */
static value describe(struct builtin_function *function)
{
    value self = slot_load(&function->header, &function->self),
          module = slot_load(&function->header, &function->module);
    value name = str_from_text(function->def->name), text = NULL, descriptor = NULL;
    if (name && module)
        text = str_format("<built-in method %U.%U>", module, name);
    else if (name && self && (descriptor = type_lookup(value_type(self), name)) && !is_missing(descriptor))
        text = value_repr(descriptor);
    if (!text && name) {
        error_clear();
        text = str_format("<built-in method %U>", name);
    }
    if (descriptor && !is_missing(descriptor))
        value_dec(descriptor);
    value_dec(name);
    value_dec(self);
    value_dec(module);
    return text;
}

/* Keep what an address stands for. `v`: a code object or a C function. false: no memory; the call is not counted. */
static bool keep_code(struct profiler *self, const void *key, value v)
{
    object_lock(&self->header);
    bool known = find_node(self, key, NULL) != NULL;
    object_unlock(&self->header);
    if (known)
        return true;
    value pending = error_fetch(), codes = slot_load(&self->header, &self->codes);
    value address = int_from_i64((int64_t)(intptr_t)key);
    value what = value_is(v, TYPE_ID_BUILTIN_FUNCTION) ? describe((struct builtin_function *)v) : value_inc(v);
    bool done = codes && address && what && dict_set(codes, address, what);
    value_dec(codes);
    value_dec(address);
    value_dec(what);
    if (!done)
        error_clear();
    if (pending)
        error_restore(pending);
    return done;
}

static void enter(struct profiler *self, const void *key, value v)
{
    if (!keep_code(self, key, v))
        return;
    double now = ticks(self);
    struct call *call = calloc(1, sizeof *call);
    if (!call)
        return;
    object_lock(&self->header);
    struct call *outer = *innermost(self);
    call->node = make_node(self, key, NULL);
    if (!call->node) {
        object_unlock(&self->header);
        free(call);
        return;
    }
    call->node->level++;
    if (outer && atomic_load_explicit(&self->subcalls, memory_order_relaxed)) {
        call->by = make_node(self, key, outer->node);
        if (call->by)
            call->by->level++;
    }
    call->thread = thread_self;
    call->start = now;
    call->outer = self->calls;
    self->calls = call;
    object_unlock(&self->header);
}

static void leave(struct profiler *self, const void *key)
{
    double now = ticks(self);
    object_lock(&self->header);
    struct call **at = innermost(self);
    if (*at && (*at)->node->key == key)
        end_call(self, at, now);
    object_unlock(&self->header);
}

static void hook(value context, struct frame *frame, enum trace_event event, value argument)
{
    struct profiler *self = SELF(context);
    bool of_c = event == TRACE_C_CALL || event == TRACE_C_RETURN || event == TRACE_C_EXCEPTION;
    if (of_c &&
        (!atomic_load_explicit(&self->builtins, memory_order_relaxed) || !value_is(argument, TYPE_ID_BUILTIN_FUNCTION)))
        return;
    const void *key = of_c ? (const void *)((struct builtin_function *)argument)->def : (const void *)frame->code;
    if (event == TRACE_CALL || event == TRACE_C_CALL)
        enter(self, key, of_c ? argument : value_of(frame->code));
    else if (of_c || event == TRACE_RETURN)
        leave(self, key);
}

/* ---- methods ---- */

/* -1: as it is. */
static bool set_flag(_Atomic bool *flag, value v)
{
    int64_t n = 1;
    if (!value_as_i64(v, &n))
        return false;
    if (n >= 0)
        atomic_store_explicit(flag, n != 0, memory_order_relaxed);
    return true;
}

static value method_enable(value v, value subcalls, value builtins)
{
    if (!set_flag(&SELF(v)->subcalls, subcalls) || !set_flag(&SELF(v)->builtins, builtins) ||
        !trace_set_profile(v, hook))
        return NULL;
    return VALUE_NONE;
}

static value method_disable(value v)
{
    struct profiler *self = SELF(v);
    if (!trace_set_profile(NULL, NULL))
        return NULL;
    double now = ticks(self);
    object_lock(&self->header);
    for (struct call **at; *(at = innermost(self));)
        end_call(self, at, now);
    object_unlock(&self->header);
    return VALUE_NONE;
}

static value method_clear(value v)
{
    object_lock(&SELF(v)->header);
    forget(SELF(v)); /* but not the codes: another thread may be about to count one of them */
    object_unlock(&SELF(v)->header);
    return VALUE_NONE;
}

/* What a node tells, apart from its lock. */
struct figures {
    const void *key;
    uint64_t count, recursive;
    double total, own;
    size_t callees; /* how many of the following are */
    bool has_callees;
};

static struct figures figures_of(const struct node *node)
{
    return (struct figures){.key = node->key,
                            .count = node->count,
                            .recursive = node->recursive,
                            .total = node->total,
                            .own = node->own,
                            .has_callees = node->callees != NULL};
}

/* A copy of all figures: each node, then what it called. NULL with an exception. */
static struct figures *copy_figures(struct profiler *self, size_t *count)
{
    for (size_t room = 64;;) {
        struct figures *copy = malloc(room * sizeof *copy);
        if (!copy) {
            raise_no_memory();
            return NULL;
        }
        *count = 0;
        object_lock(&self->header);
        bool fits = self->count <= room;
        for (struct node *node = self->all; fits && node; node = node->sibling) {
            struct figures *one = &copy[(*count)++];
            *one = figures_of(node);
            for (struct node *callee = node->callees; callee; callee = callee->sibling, one->callees++)
                copy[(*count)++] = figures_of(callee);
        }
        room = self->count + 64;
        object_unlock(&self->header);
        if (fits)
            return copy;
        free(copy);
    }
}

/* calls: stolen, or NULL for an entry of a callee. */
static value make_entry(struct type *type, value codes, const struct figures *f, double factor, value calls)
{
    value address = int_from_i64((int64_t)(intptr_t)f->key);
    value code = address ? dict_get(codes, address) : NULL;
    value_dec(address);
    if (code && is_missing(code))
        code = VALUE_NONE;
    value items[6] = {code,
                      int_from_i64((int64_t)f->count),
                      int_from_i64((int64_t)f->recursive),
                      float_new(f->total * factor),
                      float_new(f->own * factor),
                      calls};
    return struct_sequence_new(type, items);
}

static bool append_owned(value list, value item)
{
    bool done = item && list_append(list, item);
    value_dec(item);
    return done;
}

static value method_getstats(value v)
{
    struct profiler *self = SELF(v);
    size_t count;
    struct figures *figures = copy_figures(self, &count);
    if (!figures)
        return NULL;
    value timer = slot_load(&self->header, &self->timer), codes = slot_load(&self->header, &self->codes);
    double unit = atomic_load_explicit(&self->unit, memory_order_relaxed), factor = !timer ? 1e-9 : unit > 0 ? unit : 1;
    value list = list_new(0);
    bool done = list && codes;
    for (size_t i = 0; done && i < count; thread_pause(thread_self)) {
        const struct figures *one = &figures[i++];
        value calls = one->has_callees ? list_new(0) : VALUE_NONE;
        done = calls != NULL;
        for (size_t end = i + one->callees; i < end; i++) {
            if (done && figures[i].count)
                done = append_owned(calls, make_entry(subentry_type, codes, &figures[i], factor, NULL));
        }
        if (done && one->count)
            done = append_owned(list, make_entry(entry_type, codes, one, factor, calls));
        else
            value_dec(calls);
    }
    value_dec(timer);
    value_dec(codes);
    free(figures);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

static value profiler_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value codes = dict_new();
    struct profiler *self = codes ? (struct profiler *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(codes);
        return NULL;
    }
    slot_init(&self->codes, codes);
    atomic_store_explicit(&self->subcalls, true, memory_order_relaxed);
    atomic_store_explicit(&self->builtins, true, memory_order_relaxed);
    return value_of(self);
}

static bool profiler_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("Profiler", "(timer=None, timeunit=0.0, subcalls=True, builtins=True)");
    value bound[4];
    double unit = 0;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) ||
        (!is_missing(bound[1]) && !value_as_double(bound[1], &unit)) || !set_flag(&SELF(v)->subcalls, bound[2]) ||
        !set_flag(&SELF(v)->builtins, bound[3]))
        return false;
    atomic_store_explicit(&SELF(v)->unit, unit, memory_order_relaxed);
    slot_store(&SELF(v)->header, &SELF(v)->timer, bound[0] == VALUE_NONE ? NULL : value_inc(bound[0]));
    return true;
}

static void profiler_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct profiler *)o)->timer);
    trace_slot(trace, &((struct profiler *)o)->codes);
}

static void profiler_destroy(struct object *o)
{
    struct profiler *self = (struct profiler *)o;
    forget(self);
    slot_drop(&self->timer);
    slot_drop(&self->codes);
}

static const struct method_def profiler_methods[] = {
    METHOD("enable", method_enable, "($self, subcalls=-1, builtins=-1)",
           "Start collecting profiling information.\n\nIf 'subcalls' is true, also records for each function\n"
           "statistics separated according to its current caller.  If 'builtins' is true, records the time spent\n"
           "in built-in functions separately from their caller."),
    METHOD("disable", method_disable, "($self, /)", "Stop collecting profiling information."),
    METHOD("clear", method_clear, "($self, /)", "Clear all profiling information collected so far."),
    METHOD("getstats", method_getstats, "($self, /)",
           "A list of profiler_entry objects, one for each function that was called."),
    {0},
};

static const struct type_spec profiler_spec = {
    .name = "_lsprof.Profiler",
    .doc = "Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)\n\nBuilds a profiler object using the "
           "specified timer function.\nThe default timer is a fast built-in one based on real time.\nFor custom timer "
           "functions returning integers, 'timeunit' can\nbe a float specifying a scale (that is, how long each "
           "integer unit\nis, in seconds).",
    .size = sizeof(struct profiler),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = profiler_traverse,
    .destroy = profiler_destroy,
    .slots = {.new = profiler_new, .init = profiler_init},
    .methods = profiler_methods,
};

static const struct struct_sequence_field entry_fields[] = {
    {"code", "code object or built-in function name"},
    {"callcount", "how many times this was called"},
    {"reccallcount", "how many times called recursively"},
    {"totaltime", "total time in this entry"},
    {"inlinetime", "inline time in this entry (not in subcalls)"},
    {"calls", "details of the calls"},
    {0},
};
static const struct struct_sequence_field subentry_fields[] = {
    {"code", "called code object or built-in function name"},      {"callcount", "how many times this is called"},
    {"reccallcount", "how many times this is called recursively"}, {"totaltime", "total time spent in this call"},
    {"inlinetime", "inline time (not in further subcalls)"},       {0},
};

static bool fill(value module)
{
    if (!entry_type)
        entry_type = struct_sequence_define("_lsprof.profiler_entry", NULL, entry_fields, 6, struct_sequence_from);
    if (!subentry_type)
        subentry_type =
            struct_sequence_define("_lsprof.profiler_subentry", NULL, subentry_fields, 5, struct_sequence_from);
    return entry_type && subentry_type && module_add(module, "profiler_entry", value_of(entry_type)) &&
           module_add(module, "profiler_subentry", value_of(subentry_type)) &&
           module_define_type(module, &profiler_type, &profiler_spec);
}

const struct module_def _lsprof_module = {.name = "_lsprof", .doc = "Fast profiler", .fill = fill};
