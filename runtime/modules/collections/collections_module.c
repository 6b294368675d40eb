/* The _collections module: deque (deque.c), defaultdict, OrderedDict (objects/containers/ordered_dict.c), and what
 * namedtuple and Counter use. */
#include "runtime/modules/collections/deque.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/step.h"

#include <stddef.h>

/* ---- defaultdict ---- */
struct defaultdict {
    struct dict dict;
    value_slot factory; /* NULL stands for None */
};
static struct type *defaultdict_type, *tuplegetter_type;

static value factory_of(value v)
{
    return slot_load(value_object(v), &((struct defaultdict *)v)->factory);
}

/* The factory's value goes in unless another thread was faster: then that one's is the answer. */
static value defaultdict_missing(value v, value key)
{
    value factory = factory_of(v);
    if (!is_given(factory) || !factory) {
        value_dec(factory);
        return raise_key_error(key);
    }
    value made = call_0(factory);
    value_dec(factory);
    if (!made)
        return NULL;
    if (value_type_slot(v, setitem) == type_slot(TYPE(DICT), setitem)) {
        value result = dict_set_default(v, key, made);
        value_dec(made);
        return result;
    }
    if (item_set(v, key, made))
        return made;
    value_dec(made);
    return NULL;
}

static bool defaultdict_init(value v, const value *args, size_t nargs, value kwnames)
{
    value factory = nargs ? args[0] : VALUE_NONE;
    if (factory != VALUE_NONE && !value_is_callable(factory))
        return raise_false(EXC(TypeError), "first argument must be callable or None");
    slot_store(value_object(v), &((struct defaultdict *)v)->factory, value_inc(factory));
    size_t skip = nargs ? 1 : 0;
    return type_slot(TYPE(DICT), init)(v, args + skip, nargs - skip, kwnames);
}

static value defaultdict_repr(value v)
{
    value base = type_slot(TYPE(DICT), repr)(v), factory = base ? factory_of(v) : NULL, text = NULL;
    if (base) {
        int entered = factory ? repr_enter(factory) : 0;
        value shown = entered < 0   ? NULL
                      : entered > 0 ? str_from_text("...")
                      : factory     ? value_repr(factory)
                                    : str_from_text("None");
        if (factory && entered == 0)
            repr_leave(factory);
        text = shown ? str_format("%s(%U, %U)", type_short_name(value_type(v)), shown, base) : NULL;
        value_dec(shown);
    }
    value_dec(factory);
    value_dec(base);
    return text;
}

static value defaultdict_copy(value v)
{
    value factory = factory_of(v);
    value copy = call_2(value_of(value_type(v)), factory ? factory : VALUE_NONE, v);
    value_dec(factory);
    return copy;
}

static value defaultdict_reduce(value v)
{
    value factory = factory_of(v);
    value arguments = factory && factory != VALUE_NONE ? tuple_pack(1, factory) : tuple_new(0);
    value items = arguments ? call_method_0(v, NAME(items)) : NULL, iterator = items ? iter_get(items) : NULL;
    value result =
        iterator ? tuple_pack(5, value_of(value_type(v)), arguments, VALUE_NONE, VALUE_NONE, iterator) : NULL;
    value_dec(iterator);
    value_dec(items);
    value_dec(arguments);
    value_dec(factory);
    return result;
}

/* a | b for which one operand is a defaultdict: its factory is the result's. */
static value defaultdict_or(value a, value b)
{
    value own = value_is_of(a, defaultdict_type) ? a : b;
    if (!is_dict(a) || !is_dict(b))
        return VALUE_NOT_IMPLEMENTED;
    value factory = factory_of(own);
    value result = call_2(value_of(value_type(own)), factory ? factory : VALUE_NONE, a);
    value_dec(factory);
    if (result && !is_dict(result))
        raise(EXC(SystemError), "bad argument to internal function");
    else if (result && dict_update(result, b))
        return result;
    value_dec(result);
    return NULL;
}

static void defaultdict_traverse(struct object *o, struct gc_trace *trace)
{
    dict_traverse(o, trace);
    trace_slot(trace, &((struct defaultdict *)o)->factory);
}
static void defaultdict_destroy(struct object *o)
{
    dict_destroy(o);
    slot_drop(&((struct defaultdict *)o)->factory);
}

static const struct method_def defaultdict_methods[] = {
    METHOD("__missing__", defaultdict_missing, "($self, key, /)",
           "__missing__(key) # Called by __getitem__ for missing key."),
    METHOD("copy", defaultdict_copy, "($self, /)", "D.copy() -> a shallow copy of D."),
    METHOD("__copy__", defaultdict_copy, "($self, /)", "D.copy() -> a shallow copy of D."),
    METHOD("__reduce__", defaultdict_reduce, "($self, /)", "Return state information for pickling."),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct member_def defaultdict_members[] = {
    {"default_factory", MEMBER_VALUE_NONE, offsetof(struct defaultdict, factory), true,
     "Factory for default value called by __missing__()."},
    {0},
};
static const struct type_spec defaultdict_spec = {
    .base = TYPE_ID_DICT,
    .name = "collections.defaultdict",
    .doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory",
    .size = sizeof(struct defaultdict),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = defaultdict_traverse,
    .destroy = defaultdict_destroy,
    .slots = {.init = defaultdict_init, .repr = defaultdict_repr, .binary = {[BINARY_OR] = defaultdict_or}},
    .methods = defaultdict_methods,
    .members = defaultdict_members,
};

/* ---- the field descriptors of named tuples ---- */
struct tuplegetter {
    struct object header;
    size_t index;
    value_slot doc;
};
#define GETTER(v) ((struct tuplegetter *)(v))

static value tuplegetter_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("_tuplegetter", "(index, doc, /)");
    value bound[2];
    ssize index;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_ssize(bound[0], &index))
        return NULL;
    struct tuplegetter *self = (struct tuplegetter *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    self->index = (size_t)index;
    slot_init(&self->doc, value_inc(bound[1]));
    return value_of(self);
}

static value tuplegetter_get(value v, value object, struct type *type)
{
    if (!object || (object == VALUE_NONE && type != TYPE(NONE_TYPE)))
        return value_inc(v);
    if (!is_tuple(object))
        return raise(EXC(TypeError), "descriptor for index '%zu' for tuple subclasses doesn't apply to '%T' object",
                     GETTER(v)->index, object);
    if (GETTER(v)->index >= tuple_length(object))
        return raise(EXC(IndexError), "tuple index out of range");
    return value_inc(tuple_get(object, GETTER(v)->index));
}
static bool tuplegetter_set(value v, value object, value item)
{
    return raise_false(EXC(AttributeError), item ? "can't set attribute" : "can't delete attribute");
}

static value tuplegetter_reduce(value v)
{
    value doc = slot_load(value_object(v), &GETTER(v)->doc), index = int_from_u64(GETTER(v)->index);
    value arguments = index ? tuple_pack(2, index, doc ? doc : VALUE_NONE) : NULL;
    value result = arguments ? tuple_pack(2, value_of(value_type(v)), arguments) : NULL;
    value_dec(arguments);
    value_dec(index);
    value_dec(doc);
    return result;
}
static value tuplegetter_repr(value v)
{
    value doc = slot_load(value_object(v), &GETTER(v)->doc);
    value text = str_format("%s(%zu, %R)", type_short_name(value_type(v)), GETTER(v)->index, doc ? doc : VALUE_NONE);
    value_dec(doc);
    return text;
}

static void tuplegetter_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct tuplegetter *)o)->doc);
}
static void tuplegetter_destroy(struct object *o)
{
    slot_drop(&((struct tuplegetter *)o)->doc);
}

static const struct method_def tuplegetter_methods[] = {
    METHOD("__reduce__", tuplegetter_reduce, "($self, /)", NULL),
    {0},
};
static const struct member_def tuplegetter_members[] = {
    {"__doc__", MEMBER_VALUE_NONE, offsetof(struct tuplegetter, doc), true, NULL},
    {0},
};
static const struct type_spec tuplegetter_spec = {
    .name = "_collections._tuplegetter",
    .size = sizeof(struct tuplegetter),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tuplegetter_traverse,
    .destroy = tuplegetter_destroy,
    .slots = {.new = tuplegetter_new,
              .descr_get = tuplegetter_get,
              .descr_set = tuplegetter_set,
              .repr = tuplegetter_repr},
    .methods = tuplegetter_methods,
    .members = tuplegetter_members,
};

/* ---- Counter ---- */

/* mapping[key] = mapping.get(key, 0) + 1 for each item. */
static bool count_one(value mapping, value key, value get)
{
    value old = call_2(get, key, small_int(0)), sum = old ? operate_binary(BINARY_ADD, old, small_int(1)) : NULL;
    value_dec(old);
    bool done = sum && item_set(mapping, key, sum);
    value_dec(sum);
    return done;
}

/* The same where nobody has to be asked, in one step: again when another thread changed the count meanwhile. */
static bool count_one_plainly(value dict, value key)
{
    int done = 0;
    while (done == 0) {
        value old = dict_get(dict, key);
        if (!old)
            return false;
        if (old == VALUE_MISSING) {
            done = dict_insert(dict, key, small_int(1));
        } else {
            value sum = operate_binary(BINARY_ADD, old, small_int(1));
            done = sum ? dict_replace(dict, key, old, sum) : -1;
            value_dec(sum);
            value_dec(old);
        }
    }
    return done > 0;
}

/* Does the class of a dict leave this method as it is? */
static bool inherits_from_dict(value v, value name)
{
    value own = type_lookup(value_type(v), name), of_dict = type_lookup(TYPE(DICT), name);
    bool same = own == of_dict;
    value_dec(own);
    value_dec(of_dict);
    return same;
}

static value count_elements(value self, value mapping, value iterable)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return NULL;
    value get = attr_get(mapping, NAME(get));
    bool plain =
        is_dict(mapping) && inherits_from_dict(mapping, NAME(get)) && inherits_from_dict(mapping, NAME(__setitem__));
    value item = NULL;
    bool done = get != NULL;
    while (done && (item = iter_next(sweep.iterator)) && item != VALUE_END) {
        done = plain ? count_one_plainly(mapping, item) : count_one(mapping, item, get);
        value_dec(item);
    }
    value_dec(get);
    sweep_close(&sweep);
    return done && item ? VALUE_NONE : NULL;
}

static const struct method_def functions[] = {
    METHOD("_count_elements", count_elements, "(mapping, iterable, /)",
           "Count elements in the iterable, updating the mapping"),
    {0},
};

static bool fill(value module)
{
    return module_define_type(module, &deque_type, &deque_type_spec) &&
           module_define_type(module, &deque_iterator_type, &deque_iterator_spec) &&
           module_define_type(module, &deque_reverse_iterator_type, &deque_reverse_iterator_spec) &&
           module_define_type(module, &defaultdict_type, &defaultdict_spec) &&
           module_define_type(module, &tuplegetter_type, &tuplegetter_spec) &&
           module_add_type(module, ordered_dict_define());
}

const struct module_def _collections_module = {
    .name = "_collections",
    .doc = "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n"
           "- defaultdict:  dict subclass with a default value factory\n",
    .functions = functions,
    .fill = fill,
};
