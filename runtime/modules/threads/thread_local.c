/*
 * _thread._local: attributes of which each thread has its own.
 *
 * A thread keeps one dict that maps the key of each thread-local object it used to that object's attribute dict for
 * this thread. Keys are numbers that are never used again. When a thread ends its dict goes with all attributes; when a
 * thread-local object dies, its entries are taken out of the dicts of all running threads.
 */
#include "runtime/modules/threads/thread_local.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/model/lookup.h"
#include "runtime/objects/objects.h"

#include <stddef.h>
#include <stdlib.h>

struct local {
    struct object header;
    int64_t key;
    value_slot args, kwargs; /* of the constructor: __init__ runs again in each thread; kwargs is a dict or NULL */
};
#define LOCAL(v) ((struct local *)(v))

static _Atomic int64_t next_key = 1;

/* The calling thread's attribute dict, owned. The first use in a thread calls __init__ of subclasses. */
static value local_dict(value v)
{
    value all = interpreter_thread_dict();
    value key = small_int(LOCAL(v)->key);
    value dict = all ? dict_get(all, key) : NULL;
    if (dict != VALUE_MISSING)
        return dict;
    dict = dict_new();
    if (!dict || !dict_set(all, key, dict))
        goto fail;
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
            if (dict_delete(all, key) < 0)
                error_clear();
            error_restore(error);
            goto fail;
        }
        value_dec(result);
    }
    return dict;
fail:
    value_dec(dict);
    return NULL;
}

static value kwargs_dict(const value *values, value kwnames)
{
    value dict = dict_new();
    for (size_t i = 0; dict && i < tuple_length(kwnames); i++) {
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
    struct local *self = tuple && (kwargs || !kwnames) ? (struct local *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(tuple);
        value_dec(kwargs);
        return NULL;
    }
    slot_init(&self->args, tuple);
    slot_init(&self->kwargs, kwargs);
    self->key = atomic_fetch_add(&next_key, 1);
    /* The thread that makes it runs __init__ as part of the call: its dict exists already then. */
    value all = interpreter_thread_dict(), dict = all ? dict_new() : NULL;
    bool done = dict && dict_set(all, small_int(self->key), dict);
    value_dec(dict);
    if (done)
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

/* The entries of a dead object in the threads' dicts: taken out under the list's lock, dropped after it. */
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
    value dict = dict_pop(all, r->key);
    if (dict && dict != VALUE_MISSING)
        r->taken[r->count++] = dict;
}

static void local_destroy(struct object *o)
{
    struct local *self = (struct local *)o;
    size_t room = thread_slot_count() + 1;
    struct removal r = {small_int(self->key), malloc(room * sizeof(value)), 0, room};
    if (r.taken) { /* without memory the entries stay until their threads end */
        interpreter_each(remove_entry, &r);
        for (size_t i = 0; i < r.count; i++)
            value_dec(r.taken[i]);
    }
    free(r.taken);
    slot_drop(&self->args);
    slot_drop(&self->kwargs);
}

static void local_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct local *)o)->args);
    trace_slot(trace, &((struct local *)o)->kwargs);
}

void thread_local_forget(void)
{
    value all = interpreter_self->thread_dict;
    if (all)
        dict_clear(all);
}

static const struct type_spec local_type_spec = {
    .name = "_thread._local",
    .doc = "Thread-local data",
    .size = sizeof(struct local),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_CUSTOM_GETATTR | TYPE_FLAG_CUSTOM_SETATTR,
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
