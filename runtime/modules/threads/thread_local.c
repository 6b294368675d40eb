/*
 * _thread._local: attributes of which each thread has its own.
 *
 * A thread-local object keeps a dict that maps the number of each thread that used it to the dict of its attributes
 * there: so what only its attributes refer to dies with it, also when those refer back to it. A thread keeps a dict
 * that maps the key of each thread-local object it used to a weak reference to it, and when it ends takes its
 * attributes out of all of them. When a thread-local object dies, its key is taken out of the dicts of all running
 * threads. Numbers and keys are never used again.
 */
#include "runtime/modules/threads/thread_local.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/model/lookup.h"
#include "runtime/objects/model/weakref.h"
#include "runtime/objects/objects.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct local {
    struct object header;
    int64_t key;
    value_slot dicts;        /* thread number -> dict; constant */
    value_slot args, kwargs; /* of the constructor: __init__ runs again in each thread; kwargs is a dict or NULL */
};
#define LOCAL(v) ((struct local *)(v))

static _Atomic int64_t next_key = 1, next_thread = 1;

static value thread_number(void)
{
    static _Thread_local int64_t number;
    if (unlikely(!number))
        number = atomic_fetch_add_explicit(&next_thread, 1, memory_order_relaxed);
    return small_int(number);
}

/* A new attribute dict for the calling thread, owned. */
static value add_dict(value v)
{
    value used = interpreter_thread_dict(), reference = used ? weak_reference_new(v) : NULL;
    value dict = reference && dict_set(used, small_int(LOCAL(v)->key), reference) ? dict_new() : NULL;
    value_dec(reference);
    if (!dict || dict_set(slot_peek(&LOCAL(v)->dicts), thread_number(), dict))
        return dict;
    value_dec(dict);
    return NULL;
}

/* The calling thread's attribute dict, owned. The first use in a thread calls __init__ of subclasses. */
static value local_dict(value v)
{
    value dict = dict_get(slot_peek(&LOCAL(v)->dicts), thread_number());
    if (likely(dict != VALUE_MISSING))
        return dict;
    dict = add_dict(v);
    if (!dict)
        return NULL;
    if (value_type_slot(v, init) != type_slot(TYPE(OBJECT), init)) {
        value args = slot_load(value_object(v), &LOCAL(v)->args),
              kwargs = slot_load(value_object(v), &LOCAL(v)->kwargs);
        value init = attr_get(v, NAME(__init__));
        value result = init ? call_tuple(init, args, kwargs) : NULL;
        value_dec(init);
        value_dec(args);
        value_dec(kwargs);
        if (!result) {
            value error = error_fetch();
            if (dict_delete(slot_peek(&LOCAL(v)->dicts), thread_number()) < 0)
                error_clear();
            error_restore(error);
            value_dec(dict);
            return NULL;
        }
        value_dec(result);
    }
    return dict;
}

static value kwargs_dict(const value *values, value kwnames)
{
    value dict = dict_new();
    for (size_t i = 0; dict && i < tuple_length(kwnames); thread_report_at(++i)) {
        if (!dict_set(dict, tuple_get(kwnames, i), values[i])) {
            value_dec(dict);
            return NULL;
        }
    }
    return dict;
}

static value local_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (type_slot(type, init) == type_slot(TYPE(OBJECT), init) && (nargs || kwnames))
        return raise(EXC(TypeError), "Initialization arguments are not supported");
    value tuple = tuple_from_array(args, nargs);
    value kwargs = tuple && kwnames ? kwargs_dict(args + nargs, kwnames) : NULL;
    value dicts = tuple && (kwargs || !kwnames) ? dict_new() : NULL;
    struct local *self = dicts ? (struct local *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(dicts);
        value_dec(tuple);
        value_dec(kwargs);
        return NULL;
    }
    slot_init(&self->dicts, dicts);
    slot_init(&self->args, tuple);
    slot_init(&self->kwargs, kwargs);
    self->key = atomic_fetch_add(&next_key, 1);
    /* The thread that makes it runs __init__ as part of the call: its dict exists already then. */
    value dict = add_dict(value_of(self));
    value_dec(dict);
    if (dict)
        return value_of(self);
    value_dec(value_of(self));
    return NULL;
}

/* The order of object.__getattribute__, with the thread's dict as the instance's. */
static value local_getattr(value v, value name)
{
    value dict = local_dict(v);
    if (!dict)
        return NULL;
    if (str_equals_text(name, "__dict__"))
        return dict;
    value found = type_lookup(value_type(v), name);
    if (found && lookup_kind_of(found) == LOOKUP_DATA) {
        value_dec(dict);
        return attribute_bind(found, v, value_type(v));
    }
    value own = found ? dict_get(dict, name) : NULL;
    value_dec(dict);
    if (own != VALUE_MISSING) {
        value_dec(found);
        return own;
    }
    if (found == VALUE_MISSING)
        return raise(EXC(AttributeError), "'%T' object has no attribute '%U'", v, name);
    return attribute_bind(found, v, value_type(v));
}

static bool local_setattr(value v, value name, value attribute)
{
    if (str_equals_text(name, "__dict__"))
        return raise_false(EXC(AttributeError), "'%T' object attribute '__dict__' is read-only", v);
    value dict = local_dict(v);
    value found = dict ? type_lookup(value_type(v), name) : NULL;
    bool done = false;
    int described = found && found != VALUE_MISSING ? descriptor_set(found, v, attribute) : 0;
    if (described) {
        done = described > 0;
    } else if (found && attribute) {
        done = dict_set(dict, name, attribute);
    } else if (found) {
        int deleted = dict_delete(dict, name);
        if (deleted == 0)
            raise(EXC(AttributeError), "'%T' object has no attribute '%U'", v, name);
        done = deleted > 0;
    }
    value_dec(found);
    value_dec(dict);
    return done;
}

/* What threads keep of a dead object: taken out under the list's lock, dropped after it. */
struct removal {
    value key;
    value *taken;
    size_t count, room;
};

static void remove_entry(struct interpreter *interpreter, void *context)
{
    struct removal *r = context;
    value all = atomic_load_explicit(&interpreter->thread_dict, memory_order_acquire);
    if (!all || r->count == r->room)
        return;
    value reference = dict_pop(all, r->key);
    if (reference && reference != VALUE_MISSING)
        r->taken[r->count++] = reference;
}

static void local_destroy(struct object *o)
{
    struct local *self = (struct local *)o;
    size_t room = thread_slot_count() + 1;
    struct removal r = {small_int(self->key), malloc(room * sizeof(value)), 0, room};
    if (r.taken) { /* without memory the entries stay until their threads end */
        interpreter_each(remove_entry, &r);
        for (size_t i = 0; i < r.count; thread_report_at(++i))
            value_dec(r.taken[i]);
    }
    raw_free(r.taken);
    slot_drop(&self->dicts);
    slot_drop(&self->args);
    slot_drop(&self->kwargs);
}

static void local_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct local *)o)->dicts);
    trace_slot(trace, &((struct local *)o)->args);
    trace_slot(trace, &((struct local *)o)->kwargs);
}

void thread_local_forget(void)
{
    value used = interpreter_self->thread_dict, list = used ? dict_values_list(used) : NULL;
    for (size_t i = 0; list && i < list_length(list); thread_report_at(++i)) {
        value reference = list_get(list, i); /* or what another module keeps for the thread */
        value local = value_is(reference, TYPE_ID_WEAK_REFERENCE) ? weak_reference_get(reference) : VALUE_NONE;
        value dict = local != VALUE_NONE ? dict_pop(slot_peek(&LOCAL(local)->dicts), thread_number()) : VALUE_MISSING;
        value_dec(dict);
        value_dec(local);
        value_dec(reference);
    }
    error_clear(); /* without memory the attributes stay until their objects die */
    value_dec(list);
    if (used)
        dict_clear(used);
}

static const struct type_spec local_type_spec = {
    .name = "_thread._local",
    .doc = "Thread-local data",
    .size = sizeof(struct local),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_CUSTOM_GETATTR | TYPE_FLAG_CUSTOM_SETATTR | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = local_traverse,
    .destroy = local_destroy,
    .slots = {.new = local_new, .getattr = local_getattr, .setattr = local_setattr},
};

struct type *thread_local_type(void)
{
    static _Atomic(struct type *) made;
    return type_define_once(&made, &local_type_spec);
}
