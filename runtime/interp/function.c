/* Python functions: the object that `def` and `lambda` make. */
#include "runtime/interp/frame.h"
#include "runtime/audit.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/signature.h"

#include <stddef.h>

/* value_inc for what is nearly always a name of the program and so immortal. */
static inline value inc_name(value name)
{
    return object_is_immortal(value_object(name)) ? name : value_inc(name);
}

value function_new(value code_value, value globals, value qualified_name)
{
    struct code *code = (struct code *)code_value;
    struct function *self = (struct function *)object_new(TYPE(FUNCTION), sizeof *self);
    if (!self)
        return NULL;
    value builtins = interpreter_builtins();
    slot_init(&self->code, value_inc(code_value));
    slot_init(&self->globals, value_inc(globals));
    slot_init(&self->name, inc_name(slot_peek(&code->name)));
    slot_init(&self->qualified_name, inc_name(qualified_name ? qualified_name : slot_peek(&code->qualified_name)));
    if (interpreter_globals() != globals) {
        value found = dict_get(globals, NAME(__builtins__));
        if (!found) {
            value_dec(value_of(self));
            return NULL;
        }
        if (value_is(found, TYPE_ID_MODULE))
            builtins = module_dict(found);
        else if (found != VALUE_MISSING)
            builtins = found;
        slot_init(&self->builtins, value_inc(builtins));
        value_dec(found);
    } else {
        slot_init(&self->builtins, value_inc(builtins));
    }
    /* The first item of nearly every module's namespace. */
    value module = value_is(globals, TYPE_ID_DICT) ? dict_load_hint(globals, NAME(__name__), 0) : VALUE_MISSING;
    if (module == VALUE_MISSING)
        module = dict_get(globals, NAME(__name__));
    if (!module) {
        value_dec(value_of(self));
        return NULL;
    }
    if (module != VALUE_MISSING)
        slot_init(&self->module, module);
    return value_of(self);
}

uint32_t function_attribute_stores(value function, bool *calls_base)
{
    value code_value = slot_load(value_object(function), &((struct function *)function)->code);
    const struct code *code = (const struct code *)code_value;
    uint32_t count = code->attribute_stores;
    *calls_base = code->names_init;
    value_dec(code_value);
    return count;
}

value function_call(value v, const value *args, size_t nargs, value kwnames)
{
    struct interpreter *interpreter = interpreter_self;
    struct function *function = (struct function *)v;
    if (unlikely((char *)__builtin_frame_address(0) < interpreter->stack_limit) &&
        !recursion_enter(" while calling a Python object"))
        return NULL;
    struct code *code = function_code(function);
    frame_check_arguments(interpreter, args, nargs + (kwnames ? tuple_length(kwnames) : 0));
    struct frame *frame = frame_open(interpreter, code, value_inc(v));
    if (unlikely(!frame))
        return NULL;
    if (likely(!kwnames && nargs == code->plain_argcount)) {
        for (size_t i = 0; i < nargs; i++)
            frame->slots[i] = value_inc(args[i]);
        frame_empty_slots(frame, (uint32_t)nargs);
    } else {
        frame_empty_slots(frame, 0);
        if (!arguments_bind(frame, args, nargs, kwnames)) {
            frame_pop(interpreter, frame);
            return NULL;
        }
    }
    frame->flags = FRAME_ENTRY;
    interpreter->frame = frame;
    return eval_from_c(interpreter, frame);
}

bool function_may_last(value function)
{
    value closure = slot_peek(&((struct function *)function)->closure); /* never replaced once the function is known */
    if (!closure || tuple_length(closure) != 1)
        return !closure;
    value kept = cell_get(tuple_get(closure, 0));
    bool is_class = kept && is_type(kept);
    value_dec(kept);
    return is_class;
}

/* ---- attributes ---- */
static value get_slot_or_none(value v, value_slot *slot)
{
    value found = slot_load(value_object(v), slot);
    return found ? found : VALUE_NONE;
}

#define SELF(v) ((struct function *)(v))

static value get_code(value v)
{
    if (!audit("object.__getattr__", "Os", v, "__code__"))
        return NULL;
    return slot_load(&SELF(v)->header, &SELF(v)->code);
}

/* Put `v` (borrowed) where `old` is, which the caller holds; false when something else is there. */
static bool replace_if(value_slot *slot, value old, value v)
{
    value expected = old;
    value_inc(v);
    bool done = atomic_compare_exchange_strong(slot, &expected, v);
    value_dec(done ? old : v);
    return done;
}

/* The docstring stays with the code until somebody asks: most docstrings are never read. */
static value get_doc(value v)
{
    value found = slot_load(&SELF(v)->header, &SELF(v)->doc);
    if (found)
        return found;
    value code = slot_load(&SELF(v)->header, &SELF(v)->code);
    found = code_docstring((struct code *)code);
    value_dec(code);
    if (found)
        replace_if(&SELF(v)->doc, NULL, found); /* not if another thread has set it meanwhile */
    return found;
}

static bool set_doc(value v, value new)
{
    slot_store(value_object(v), &SELF(v)->doc, new ? value_inc(new) : VALUE_NONE);
    return true;
}

/* Running frames borrow the code from the function, so the old one is kept as long as the function lives. */
static bool set_code(value v, value code_value)
{
    struct function *self = SELF(v);
    if (!code_value || !value_is(code_value, TYPE_ID_CODE))
        return raise_false(EXC(TypeError), "__code__ must be set to a code object");
    if (!audit("object.__setattr__", "OsO", v, "__code__", code_value))
        return false;
    struct code *code = (struct code *)code_value;
    value closure = slot_load(&self->header, &self->closure);
    size_t cells = closure ? tuple_length(closure) : 0;
    value_dec(closure);
    if (code->frees_count != cells) {
        value name = slot_load(&self->header, &self->name);
        raise(EXC(ValueError), "%U() requires a code object with %zu free vars, not %u", name, cells,
              code->frees_count);
        value_dec(name);
        return false;
    }
    value doc = get_doc(v); /* now it no longer comes from the code */
    value_dec(doc);
    if (!doc)
        return false;
    for (;;) {
        value old = slot_load(&self->header, &self->code);
        value former = slot_load(&self->header, &self->former_codes);
        value pair = tuple_pack(2, old, former ? former : VALUE_NONE);
        /* Keep the old one first: a frame may start running it until it is replaced. Another thread may be doing the
           same: nothing that was kept may get lost, and nothing may be replaced that was not kept. */
        bool kept = pair && replace_if(&self->former_codes, former, pair);
        bool done = kept && replace_if(&self->code, old, code_value);
        value_dec(old);
        value_dec(former);
        value_dec(pair);
        if (done || !pair)
            return done;
    }
}

static value get_name(value v)
{
    return slot_load(&SELF(v)->header, &SELF(v)->name);
}
static bool set_str(value v, value_slot *slot, value new, const char *what)
{
    if (!new || !is_str(new))
        return raise_false(EXC(TypeError), "%s must be set to a string object", what);
    slot_store(value_object(v), slot, value_inc(new));
    return true;
}
static bool set_name(value v, value new)
{
    return set_str(v, &SELF(v)->name, new, "__name__");
}
static value get_qualname(value v)
{
    return slot_load(&SELF(v)->header, &SELF(v)->qualified_name);
}
static bool set_qualname(value v, value new)
{
    return set_str(v, &SELF(v)->qualified_name, new, "__qualname__");
}
static value get_globals(value v)
{
    return value_inc(slot_peek(&SELF(v)->globals));
}
static value get_builtins(value v)
{
    return value_inc(slot_peek(&SELF(v)->builtins));
}
static value get_closure(value v)
{
    return get_slot_or_none(v, &SELF(v)->closure);
}
static value get_module(value v)
{
    return get_slot_or_none(v, &SELF(v)->module);
}
static bool set_module(value v, value new)
{
    slot_store(value_object(v), &SELF(v)->module, value_inc(new));
    return true;
}
/* Some attributes tell audit hooks who looks at them, and who changes them. */
static bool told_change(value v, const char *name, value new /* NULL: it goes */)
{
    return new ? audit("object.__setattr__", "OsO", v, name, new) : audit("object.__delattr__", "Os", v, name);
}
static value get_defaults(value v)
{
    return audit("object.__getattr__", "Os", v, "__defaults__") ? get_slot_or_none(v, &SELF(v)->defaults) : NULL;
}
static bool set_defaults(value v, value new)
{
    if (new &&new != VALUE_NONE && !is_tuple(new))
        return raise_false(EXC(TypeError), "__defaults__ must be set to a tuple object");
    if (!told_change(v, "__defaults__", new))
        return false;
    slot_store(value_object(v), &SELF(v)->defaults, new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}
static value get_kwdefaults(value v)
{
    return audit("object.__getattr__", "Os", v, "__kwdefaults__") ? get_slot_or_none(v, &SELF(v)->keyword_defaults)
                                                                  : NULL;
}
static bool set_kwdefaults(value v, value new)
{
    if (new &&new != VALUE_NONE && !is_dict(new))
        return raise_false(EXC(TypeError), "__kwdefaults__ must be set to a dict object");
    if (!told_change(v, "__kwdefaults__", new))
        return false;
    slot_store(value_object(v), &SELF(v)->keyword_defaults, new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}

/* MAKE_FUNCTION leaves a tuple name, annotation, name, annotation...; the dict is made when it is asked for. */
static value get_annotations(value v)
{
    struct function *self = SELF(v);
    value found = slot_load(&self->header, &self->annotations);
    if (found && is_dict(found))
        return found;
    value dict = dict_new();
    for (size_t i = 0; dict && found && i + 1 < tuple_length(found); i += 2) {
        if (!dict_set(dict, tuple_get(found, i), tuple_get(found, i + 1))) {
            value_dec(dict);
            dict = NULL;
        }
    }
    /* Two threads may both make it, or set another one meanwhile: the first one stays. */
    value present = found;
    bool mine = dict && atomic_compare_exchange_strong_explicit(&self->annotations, &present, value_inc(dict),
                                                                memory_order_seq_cst, memory_order_relaxed);
    value_dec(mine ? found : dict); /* the slot's, or what it did not take */
    value_dec(found);
    if (!dict || mine)
        return dict;
    value_dec(dict);
    return get_annotations(v);
}
static bool set_annotations(value v, value new)
{
    if (new &&new != VALUE_NONE && !is_dict(new))
        return raise_false(EXC(TypeError), "__annotations__ must be set to a dict object");
    slot_store(value_object(v), &SELF(v)->annotations, new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}

static value get_dict(value v)
{
    value dict = object_dict(v, true);
    return dict == VALUE_MISSING ? raise(EXC(AttributeError), "This object has no __dict__") : dict;
}

static const struct getset_def function_getset[] = {
    {"__dict__", get_dict, object_set_dict, NULL},
    {"__code__", get_code, set_code, NULL},
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualname, set_qualname, NULL},
    {"__defaults__", get_defaults, set_defaults, NULL},
    {"__kwdefaults__", get_kwdefaults, set_kwdefaults, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    GETSET_FIELDS,
    {"__globals__", get_globals, NULL, NULL},
    {"__builtins__", get_builtins, NULL, NULL},
    {"__closure__", get_closure, NULL, NULL},
    {"__doc__", get_doc, set_doc, NULL},
    {"__module__", get_module, set_module, NULL},
    {0},
};

/* ---- the type ---- */
static value function_repr(value v)
{
    value name = get_qualname(v);
    value text = str_format("<function %U at %p>", name, (void *)v);
    value_dec(name);
    return text;
}

static value function_descr_get(value self, value object, struct type *type)
{
    return object ? method_new(self, object) : value_inc(self);
}

static struct signature new_signature = SIGNATURE("function", "(code, globals, name=None, argdefs=None, closure=None)");

static value function_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value a[5];
    if (!signature_bind(&new_signature, args, nargs, kwnames, a))
        return NULL;
    if (!value_is(a[0], TYPE_ID_CODE))
        return raise(EXC(TypeError), "function() argument 'code' must be code, not %K", a[0]);
    if (!is_dict(a[1]))
        return raise(EXC(TypeError), "function() argument 'globals' must be dict, not %K", a[1]);
    if (a[2] != VALUE_NONE && !is_str(a[2]))
        return raise(EXC(TypeError), "arg 3 (name) must be None or string");
    if (a[3] != VALUE_NONE && !is_tuple(a[3]))
        return raise(EXC(TypeError), "arg 4 (defaults) must be None or tuple");
    struct code *code = (struct code *)a[0];
    if (a[4] != VALUE_NONE && !is_tuple(a[4]))
        return raise(EXC(TypeError), "arg 5 (closure) must be %s", code->frees_count ? "tuple" : "None or tuple");
    if (a[4] == VALUE_NONE && code->frees_count)
        return raise(EXC(TypeError), "arg 5 (closure) must be tuple");
    size_t cells = a[4] == VALUE_NONE ? 0 : tuple_length(a[4]);
    if (cells != code->frees_count)
        return raise(EXC(ValueError), "%U requires closure of length %u, not %zu", slot_peek(&code->name),
                     code->frees_count, cells);
    for (size_t i = 0; i < cells; i++)
        if (!value_is(tuple_get(a[4], i), TYPE_ID_CELL))
            return raise(EXC(TypeError), "arg 5 (closure) expected cell, found %T", tuple_get(a[4], i));
    if (!audit("function.__new__", "O", a[0]))
        return NULL;
    value v = function_new(a[0], a[1], NULL);
    if (!v)
        return NULL;
    if (a[2] != VALUE_NONE)
        slot_store(value_object(v), &SELF(v)->name, value_inc(a[2]));
    if (a[3] != VALUE_NONE)
        slot_init(&SELF(v)->defaults, value_inc(a[3]));
    if (cells)
        slot_init(&SELF(v)->closure, value_inc(a[4]));
    return v;
}

#define FUNCTION_FIRST offsetof(struct function, code)
#define FUNCTION_SLOTS ((sizeof(struct function) - FUNCTION_FIRST) / sizeof(value_slot))

static void function_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct function *)o)->code, FUNCTION_SLOTS);
}

static void function_destroy(struct object *o)
{
    value_slot *slots = &((struct function *)o)->code;
    for (size_t i = 0; i < FUNCTION_SLOTS; i++)
        slot_drop(&slots[i]);
}

const struct type_spec function_type_spec = {
    .id = TYPE_ID_FUNCTION,
    .name = "function",
    .doc = "Create a function object.",
    .signature = "(code, globals, name=None, argdefs=None, closure=None)",
    .size = sizeof(struct function),
    .flags = TYPE_FLAG_METHOD_LIKE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = function_traverse,
    .destroy = function_destroy,
    .slots = {.new = function_type_new, .call = function_call, .repr = function_repr, .descr_get = function_descr_get},
    .getset = function_getset,
    .dict_offset = offsetof(struct function, dict),
};
