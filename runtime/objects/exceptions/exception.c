/* BaseException: what all exceptions have and do. The particular ones are in exception_types.c. */
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/model/type_internal.h"

static value exception_args(value self)
{
    return slot_load(value_object(self), &EXCEPTION(self)->args);
}

value exception_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)kwnames;
    struct exception *e = (struct exception *)object_new(type, type->gc.instance_size);
    value tuple = e ? tuple_from_array(args, nargs) : NULL;
    if (!tuple) {
        value_dec(value_of(e));
        return NULL;
    }
    slot_init(&e->args, tuple);
    return value_of(e);
}

bool exception_init_slot(value self, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise_false(EXC(TypeError), "%T() takes no keyword arguments", self);
    value tuple = tuple_from_array(args, nargs);
    if (!tuple)
        return false;
    slot_store(value_object(self), &EXCEPTION(self)->args, tuple);
    return true;
}

value exception_str(value self)
{
    value args = exception_args(self);
    size_t count = args ? tuple_length(args) : 0;
    value text = count == 0 ? str_from_utf8("", 0) : value_str(count == 1 ? tuple_get(args, 0) : args);
    value_dec(args);
    return text;
}

value exception_repr(value self)
{
    value args = exception_args(self);
    const char *name = type_short_name(value_type(self));
    value text = args && tuple_length(args) == 1 ? str_format("%s(%R)", name, tuple_get(args, 0))
                                                 : str_format("%s%R", name, args);
    value_dec(args);
    return text;
}

/* ---- attributes ---- */
static value get_args(value self)
{
    return exception_args(self);
}
static bool set_args(value self, value v)
{
    if (!v)
        return raise_false(EXC(TypeError), "args may not be deleted");
    value tuple = tuple_from_iterable(v);
    if (!tuple)
        return false;
    slot_store(value_object(self), &EXCEPTION(self)->args, tuple);
    return true;
}

static value slot_or_none(value self, value_slot *slot)
{
    value v = slot_load(value_object(self), slot);
    return v ? v : VALUE_NONE;
}

value exception_traceback(value self)
{
    return slot_or_none(self, &EXCEPTION(self)->traceback);
}
void exception_set_traceback(value self, value traceback)
{
    slot_store(value_object(self), &EXCEPTION(self)->traceback, is_given(traceback) ? value_inc(traceback) : NULL);
}
static bool set_traceback(value self, value v)
{
    if (!v)
        return raise_false(EXC(TypeError), "__traceback__ may not be deleted");
    if (v != VALUE_NONE && !value_is(v, TYPE_ID_TRACEBACK))
        return raise_false(EXC(TypeError), "__traceback__ must be a traceback or None");
    exception_set_traceback(self, v);
    return true;
}

static value get_context(value self)
{
    return slot_or_none(self, &EXCEPTION(self)->context);
}
void exception_set_context(value self, value context)
{
    slot_store(value_object(self), &EXCEPTION(self)->context, context == VALUE_NONE ? NULL : context);
}
static bool check_link(value v, const char *what)
{
    if (!v)
        return raise_false(EXC(TypeError), "__%s__ may not be deleted", what);
    if (v != VALUE_NONE && !is_exception(v))
        return raise_false(EXC(TypeError), "exception %s must be None or derive from BaseException", what);
    return true;
}
static bool set_context(value self, value v)
{
    if (!check_link(v, "context"))
        return false;
    exception_set_context(self, value_inc(v));
    return true;
}

static value get_cause(value self)
{
    return slot_or_none(self, &EXCEPTION(self)->cause);
}
void exception_set_cause(value self, value cause)
{
    atomic_store_explicit(&EXCEPTION(self)->suppress_context, true, memory_order_relaxed);
    slot_store(value_object(self), &EXCEPTION(self)->cause, cause == VALUE_NONE ? NULL : cause);
}
static bool set_cause(value self, value v)
{
    if (!check_link(v, "cause"))
        return false;
    exception_set_cause(self, value_inc(v));
    return true;
}

static value get_suppress_context(value self)
{
    return value_bool(atomic_load_explicit(&EXCEPTION(self)->suppress_context, memory_order_relaxed));
}
static bool set_suppress_context(value self, value v)
{
    if (!v || !value_is_bool(v))
        return raise_false(EXC(TypeError),
                           v ? "attribute value type must be bool" : "can't delete numeric/char attribute");
    atomic_store_explicit(&EXCEPTION(self)->suppress_context, v == VALUE_TRUE, memory_order_relaxed);
    return true;
}

static value get_dict(value self)
{
    return object_dict(self, true);
}

/* ---- methods ---- */
static value exception_reduce(value self)
{
    value tuple = exception_args(self), dict = object_dict(self, false), result = NULL;
    if (tuple && dict && dict != VALUE_MISSING)
        result = tuple_pack(3, value_of(value_type(self)), tuple, dict);
    else if (tuple && dict)
        result = tuple_pack(2, value_of(value_type(self)), tuple);
    value_dec(tuple);
    value_dec(dict);
    return result;
}

static value exception_set_state(value self, value state)
{
    if (state == VALUE_NONE)
        return VALUE_NONE;
    if (!is_dict(state))
        return raise(EXC(TypeError), "state is not a dictionary");
    size_t position = 0;
    value key, item;
    while (dict_next(state, &position, &key, &item)) {
        bool ok = attr_set(self, key, item);
        value_dec(key);
        value_dec(item);
        if (!ok)
            return NULL;
    }
    return VALUE_NONE;
}

static value exception_with_traceback(value self, value tb)
{
    return set_traceback(self, tb) ? value_inc(self) : NULL;
}

static value exception_add_note(value self, value note)
{
    if (!is_str(note))
        return raise(EXC(TypeError), "note must be a str, not '%T'", note);
    value notes = attr_get_optional(self, NAME(__notes__));
    if (notes == VALUE_MISSING) {
        notes = list_new(1);
        if (notes && !attr_set(self, NAME(__notes__), notes)) {
            value_dec(notes);
            return NULL;
        }
    }
    if (!notes)
        return NULL;
    bool ok = is_list(notes) ? list_append(notes, note)
                             : raise_false(EXC(TypeError), "Cannot add note: __notes__ is not a list");
    value_dec(notes);
    return ok ? VALUE_NONE : NULL;
}

/* ---- the collector's view ---- */
/* How many extra slots an instance has: those up to the end of the built-in part. */
static size_t extra_count(struct object *o)
{
    struct type *type = (struct type *)object_type(o);
    size_t end = type->slots_count ? type->slots_offset : type->gc.instance_size;
    return (end - sizeof(struct exception)) / sizeof(value_slot);
}
void exception_traverse(struct object *o, struct gc_trace *trace)
{
    struct exception *e = (struct exception *)o;
    trace_slots(trace, &e->dict, 5);
    trace_slots(trace, e->extra, extra_count(o));
}
void exception_destroy(struct object *o)
{
    struct exception *e = (struct exception *)o;
    size_t extra = extra_count(o);
    for (size_t i = 0; i < extra; i++)
        slot_drop(&e->extra[i]);
    value_slot *slots = &e->dict;
    for (int i = 0; i < 5; i++)
        slot_drop(&slots[i]);
}

const struct method_def exception_methods[] = {
    METHOD("__reduce__", exception_reduce, "($self, /)", NULL),
    METHOD("__setstate__", exception_set_state, "($self, state, /)", NULL),
    METHOD("with_traceback", exception_with_traceback, "($self, tb, /)",
           "Exception.with_traceback(tb) --\n    set self.__traceback__ to tb and return self."),
    METHOD("add_note", exception_add_note, "($self, note, /)",
           "Exception.add_note(note) --\n    add a note to the exception"),
    {0},
};
const struct getset_def exception_getset[] = {
    {"__dict__", get_dict, object_set_dict, NULL},
    {"args", get_args, set_args, NULL},
    {"__traceback__", exception_traceback, set_traceback, NULL},
    {"__context__", get_context, set_context, "exception context"},
    {"__cause__", get_cause, set_cause, "exception cause"},
    GETSET_FIELDS,
    {"__suppress_context__", get_suppress_context, set_suppress_context, NULL},
    {0},
};
