/*
 * functools.lru_cache.
 *
 * Results are in a dict by the key of the call. With a size limit the dict's items are links of a list in the order of
 * their use, the first one next to go. The list changes under the wrapper's lock; the dict, whose keys may compare by
 * Python code, never does. So the two may differ for moments: a link that was taken out of the list by another thread
 * is only a result, and a link that the dict lost goes when its turn comes.
 *
 * The list owns a reference to each link, in `first` and in the links' `next`: the collector follows those. `previous`
 * and `last` point back uncounted, to links that are in the list. `cache_clear` begins a new generation: links of
 * earlier ones are no longer in the list.
 */
#include "runtime/modules/functional/functools.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/signature.h"
#include "runtime/step.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct link {
    struct object header;
    value_slot key, result; /* constant */
    value_slot next;        /* the rest is under the wrapper's lock */
    struct link *previous;
    uint64_t generation; /* of the list that it is in; 0: none */
    int64_t hash;        /* of the key; constant */
};

struct cache {
    struct object header;
    value_slot function, results, info_type; /* constant */
    value_slot dict;                         /* __dict__ */
    value_slot first;
    struct link *last;
    uint64_t generation; /* starts at 1 */
    uint64_t count;      /* links in the list */
    int64_t maxsize;     /* -1: none; constant */
    bool typed;          /* constant */
    _Atomic int64_t hits, misses;
};
#define CACHE(v) ((struct cache *)(v))

struct type *functools_cache_type;
static struct type *link_type;

/* ---- the list; under the lock ---- */

/* Take a link out: its place's reference becomes the caller's. */
static struct link *list_remove(struct cache *c, struct link *link)
{
    struct link *before = link->previous;
    struct link *after = (struct link *)load_relaxed(&link->next);
    store_relaxed(before ? &before->next : &c->first, value_of(after));
    store_relaxed(&link->next, NULL);
    if (after)
        after->previous = before;
    else
        c->last = before;
    link->generation = 0;
    c->count--;
    rc_mark(before ? &before->header : &c->header);
    rc_mark(&link->header);
    return link;
}

/* Put a link at the end; steals the reference. */
static void list_append_link(struct cache *c, struct link *link)
{
    struct link *last = c->last;
    link->previous = last;
    link->generation = c->generation;
    store_release(last ? &last->next : &c->first, value_of(link));
    c->last = link;
    c->count++;
}

static void touch(struct cache *c, struct link *link)
{
    object_lock(&c->header);
    if (link->generation == c->generation && c->last != link)
        list_append_link(c, list_remove(c, link));
    object_unlock(&c->header);
}

/* ---- keys ---- */

/* The key of a call: a lone int or str stands for itself, all else is a tuple, in which the names of arguments follow a
 * mark that no program has. */
static value make_key(struct cache *c, const value *args, size_t nargs, value kwnames)
{
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    if (!c->typed && !named && nargs == 1 && (value_is_small_int(args[0]) || value_is(args[0], TYPE_ID_STR)))
        return value_inc(args[0]);
    size_t length = nargs + (named ? 1 + 2 * named : 0) + (c->typed ? nargs + named : 0);
    value key = tuple_new(length);
    if (!key)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < nargs; thread_report_at(++i))
        tuple_init(key, n++, value_inc(args[i]));
    if (named)
        tuple_init(key, n++, value_inc(value_of(link_type)));
    for (size_t i = 0; i < named; thread_report_at(++i)) {
        tuple_init(key, n++, value_inc(tuple_get(kwnames, i)));
        tuple_init(key, n++, value_inc(args[nargs + i]));
    }
    for (size_t i = 0; c->typed && i < nargs + named; thread_report_at(++i))
        tuple_init(key, n++, value_inc(value_of(value_type(args[i]))));
    return key;
}

/* ---- calls ---- */
static void count(_Atomic int64_t *calls, int64_t more)
{
    atomic_fetch_add_explicit(calls, more, memory_order_relaxed);
}

/* Compute a result; *in_one_step: no Python code ran meanwhile, so that under CPython's lock no other thread could. */
static value call_function(struct cache *c, const value *args, size_t nargs, value kwnames, bool *in_one_step)
{
    value function = slot_peek(&c->function);
    count(&c->misses, 1);
    *in_one_step = false;
    if (value_is(function, TYPE_ID_FUNCTION))
        return call_vector(function, args, nargs, kwnames);
    uint64_t outer = sweep_begin(), moment = step_self.moment;
    value result = call_vector(function, args, nargs, kwnames);
    *in_one_step = step_self.moment == moment;
    sweep_end(outer);
    return result;
}

/* What a call in one step returns when another thread entered its result meanwhile: that one, as if it came later. */
static value take_other(struct cache *c, value result /* stolen */, value other /* stolen */)
{
    count(&c->misses, -1);
    count(&c->hits, 1);
    value_dec(result);
    return other;
}

static value call_unbounded(struct cache *c, value results, const value *args, size_t nargs, value kwnames)
{
    value key = make_key(c, args, nargs, kwnames);
    int64_t hash;
    if (!key || !key_hash(key, &hash)) {
        value_dec(key);
        return NULL;
    }
    value result = dict_get_hashed(results, key, hash);
    if (result != VALUE_MISSING) {
        if (result)
            count(&c->hits, 1);
    } else {
        bool in_one_step, done = true;
        result = call_function(c, args, nargs, kwnames, &in_one_step);
        if (result && in_one_step) {
            value other = dict_insert_hashed(results, key, hash, result);
            done = other != NULL;
            if (done && other != VALUE_MISSING)
                result = take_other(c, result, other);
        } else if (result) {
            done = dict_set_hashed(results, key, hash, result);
        }
        if (!done) {
            value_dec(result);
            result = NULL;
        }
    }
    value_dec(key);
    return result;
}

/* Enter a new result; return the link that was there before (owned), else VALUE_MISSING, or NULL with an exception. */
static value remember(struct cache *c, value results, value key, int64_t hash, value result)
{
    struct link *link = (struct link *)object_new(link_type, sizeof *link);
    if (!link)
        return NULL;
    slot_init(&link->key, value_inc(key));
    slot_init(&link->result, value_inc(result));
    link->hash = hash;
    value before = dict_insert_hashed(results, key, hash, value_of(link));
    struct link *evicted = NULL;
    if (before == VALUE_MISSING) {
        rc_inc(&link->header);
        object_lock(&c->header);
        list_append_link(c, link);
        if (c->count > (uint64_t)c->maxsize)
            evicted = list_remove(c, (struct link *)load_relaxed(&c->first));
        object_unlock(&c->header);
    }
    if (evicted) {
        value out = dict_pop_hashed(results, slot_peek(&evicted->key), evicted->hash);
        if (!out)
            before = NULL;
        value_dec(out);
        value_dec(value_of(evicted));
    }
    value_dec(value_of(link));
    return before;
}

static value call_bounded(struct cache *c, value results, const value *args, size_t nargs, value kwnames)
{
    value key = make_key(c, args, nargs, kwnames);
    int64_t hash;
    if (!key || !key_hash(key, &hash)) {
        value_dec(key);
        return NULL;
    }
    value result = NULL, found = dict_get_hashed(results, key, hash);
    if (found && found != VALUE_MISSING) {
        touch(c, (struct link *)found);
        count(&c->hits, 1);
        result = value_inc(slot_peek(&((struct link *)found)->result));
        value_dec(found);
    } else if (found) {
        bool in_one_step;
        result = call_function(c, args, nargs, kwnames, &in_one_step);
        value before = result ? remember(c, results, key, hash, result) : VALUE_MISSING;
        if (!before) {
            value_dec(result);
            result = NULL;
        } else if (before != VALUE_MISSING) {
            if (in_one_step)
                result = take_other(c, result, value_inc(slot_peek(&((struct link *)before)->result)));
            value_dec(before);
        }
    }
    value_dec(key);
    return result;
}

static value cache_call(value v, const value *args, size_t nargs, value kwnames)
{
    struct cache *c = CACHE(v);
    value results = slot_peek(&c->results);
    bool in_one_step;
    return c->maxsize < 0    ? call_unbounded(c, results, args, nargs, kwnames)
           : c->maxsize == 0 ? call_function(c, args, nargs, kwnames, &in_one_step)
                             : call_bounded(c, results, args, nargs, kwnames);
}

/* ---- the wrapper ---- */
static value cache_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("lru_cache", "(user_function, maxsize, typed, cache_info_type)");
    value bound[4];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_is_callable(bound[0]))
        return raise(EXC(TypeError), "the first argument must be callable");
    ssize maxsize = -1;
    if (bound[1] != VALUE_NONE) {
        if (!value_type_slot(bound[1], to_index))
            return raise(EXC(TypeError), "maxsize should be integer or None");
        if (!value_as_ssize(bound[1], &maxsize))
            return NULL;
        if (maxsize < 0)
            maxsize = 0;
    }
    int typed = value_truth(bound[2]);
    value results = typed < 0 ? NULL : dict_new();
    struct cache *c = results ? (struct cache *)object_new(type, sizeof *c) : NULL;
    if (!c) {
        value_dec(results);
        return NULL;
    }
    slot_init(&c->function, value_inc(bound[0]));
    slot_init(&c->results, results);
    slot_init(&c->info_type, value_inc(bound[3]));
    c->maxsize = maxsize;
    c->typed = typed;
    c->generation = 1;
    return value_of(c);
}

static value cache_info(value v)
{
    struct cache *c = CACHE(v);
    value maxsize = c->maxsize < 0 ? VALUE_NONE : int_from_i64(c->maxsize);
    if (!maxsize)
        return NULL;
    value items[] = {int_from_i64(atomic_load(&c->hits)), int_from_i64(atomic_load(&c->misses)), maxsize,
                     int_from_u64(dict_length(slot_peek(&c->results)))};
    value result = items[0] && items[1] && items[3] ? call_vector(slot_peek(&c->info_type), items, 4, NULL) : NULL;
    for (size_t i = 0; i < 4; i++)
        value_dec(items[i]);
    return result;
}

/* Forget the list: a new generation begins. The links' references go with the first one. */
static void clear_list(struct cache *c)
{
    object_lock(&c->header);
    value first = load_relaxed(&c->first);
    store_relaxed(&c->first, NULL);
    rc_mark(&c->header);
    c->last = NULL;
    c->count = 0;
    c->generation++;
    object_unlock(&c->header);
    value_dec(first);
}

static value cache_clear(value v)
{
    struct cache *c = CACHE(v);
    atomic_store(&c->hits, 0);
    atomic_store(&c->misses, 0);
    clear_list(c);
    dict_clear(slot_peek(&c->results));
    return VALUE_NONE;
}

static value cache_self(value v, const value *args)
{
    return value_inc(v);
}
static value cache_reduce(value v)
{
    return attr_get(v, NAME(__qualname__));
}
static value cache_get(value v, value object, struct type *type)
{
    return object && object != VALUE_NONE ? method_new(v, object) : value_inc(v);
}

static void cache_traverse(struct object *o, struct gc_trace *trace)
{
    struct cache *c = (struct cache *)o;
    trace_slot(trace, &c->function);
    trace_slot(trace, &c->results);
    trace_slot(trace, &c->info_type);
    trace_slot(trace, &c->dict);
    trace_slot(trace, &c->first);
}
static void cache_destroy(struct object *o)
{
    struct cache *c = (struct cache *)o;
    c->last = NULL;
    slot_drop(&c->first);
    slot_drop(&c->results);
    slot_drop(&c->function);
    slot_drop(&c->info_type);
    slot_drop(&c->dict);
}
static void link_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct link *)o)->key, 3);
}
static void link_destroy(struct object *o)
{
    struct link *link = (struct link *)o;
    slot_drop(&link->key);
    slot_drop(&link->result);
    slot_drop(&link->next);
}

static const struct type_spec link_spec = {
    .name = "functools._lru_list_elem",
    .size = sizeof(struct link),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = link_traverse,
    .destroy = link_destroy,
};
static const struct method_def cache_methods[] = {
    METHOD("cache_info", cache_info, "($self, /)", "Report cache statistics"),
    METHOD("cache_clear", cache_clear, "($self, /)", "Clear the cache and cache statistics"),
    METHOD("__reduce__", cache_reduce, "($self, /)", NULL),
    METHOD("__copy__", cache_self, "($self, /)", NULL),
    METHOD("__deepcopy__", cache_self, "($self, memo, /)", NULL),
    {0},
};
static value get_dict(value v)
{
    return object_dict(v, true);
}
static const struct getset_def cache_getset[] = {{"__dict__", get_dict, object_set_dict, NULL}, {0}};
const struct type_spec functools_cache_spec = {
    .name = "functools._lru_cache_wrapper",
    .doc = "Create a cached callable that wraps another function.",
    .size = sizeof(struct cache),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = cache_traverse,
    .destroy = cache_destroy,
    .slots = {.new = cache_new, .call = cache_call, .descr_get = cache_get},
    .methods = cache_methods,
    .getset = cache_getset,
    .dict_offset = offsetof(struct cache, dict),
};

bool functools_cache_init(void)
{
    if (!link_type)
        link_type = type_define(&link_spec);
    return link_type != NULL;
}
