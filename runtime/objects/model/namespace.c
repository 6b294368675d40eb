/* types.SimpleNamespace, and mappingproxy: the read-only view that a class's __dict__ is. */
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

/* ---- SimpleNamespace ---- */
struct simple_namespace {
    struct object header;
    value_slot dict;
};

static value namespace_alloc(struct type *type)
{
    struct simple_namespace *n = (struct simple_namespace *)object_new(type, sizeof *n);
    value dict = n ? dict_new() : NULL;
    if (!dict) {
        value_dec(value_of(n));
        return NULL;
    }
    slot_init(&n->dict, dict);
    return value_of(n);
}

static value namespace_dict(value v)
{
    return slot_load(value_object(v), &((struct simple_namespace *)v)->dict);
}

value namespace_new(value dict)
{
    value n = namespace_alloc(TYPE(SIMPLE_NAMESPACE));
    if (n && dict) {
        value own = namespace_dict(n);
        bool ok = own && dict_update(own, dict);
        value_dec(own);
        if (!ok) {
            value_dec(n);
            return NULL;
        }
    }
    return n;
}

static value namespace_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return namespace_alloc(type);
}

static bool namespace_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs)
        return raise_false(EXC(TypeError), "no positional arguments expected");
    value dict = namespace_dict(self);
    bool ok = dict != NULL;
    for (size_t i = 0; ok && kwnames && i < tuple_length(kwnames); thread_report_at(++i))
        ok = dict_set(dict, tuple_get(kwnames, i), args[i]);
    value_dec(dict);
    return ok;
}

static value namespace_repr(value self)
{
    struct type *type = value_type(self);
    const char *name = type == TYPE(SIMPLE_NAMESPACE) ? "namespace" : type_short_name(type);
    int entered = repr_enter(self);
    if (entered)
        return entered < 0 ? NULL : str_format("%s(...)", name);
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, name);
    builder_add_text(&b, "(");
    value dict = namespace_dict(self), key, item;
    size_t position = 0;
    bool ok = dict != NULL, first = true;
    while (ok && dict_next(dict, &position, &key, &item)) {
        if (is_str(key) && str_length(key)) {
            if (!first)
                builder_add_text(&b, ", ");
            first = false;
            builder_add_str(&b, key);
            builder_add_text(&b, "=");
            ok = builder_add_repr(&b, item);
        }
        value_dec(key);
        value_dec(item);
    }
    value_dec(dict);
    repr_leave(self);
    if (!ok) {
        builder_discard(&b);
        return NULL;
    }
    builder_add_text(&b, ")");
    return builder_finish(&b);
}

static value namespace_compare(value a, value b, int op)
{
    if (!value_is_of(a, TYPE(SIMPLE_NAMESPACE)) || !value_is_of(b, TYPE(SIMPLE_NAMESPACE)))
        return VALUE_NOT_IMPLEMENTED;
    value x = namespace_dict(a), y = namespace_dict(b);
    value result = x && y ? compare_rich(x, y, op) : NULL;
    value_dec(x);
    value_dec(y);
    return result;
}

static value namespace_get_dict(value self)
{
    return namespace_dict(self);
}

static value namespace_reduce(value self)
{
    value dict = namespace_dict(self), empty = tuple_new(0);
    value result = dict && empty ? tuple_pack(3, value_of(value_type(self)), empty, dict) : NULL;
    value_dec(dict);
    value_dec(empty);
    return result;
}

static void namespace_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct simple_namespace *)o)->dict);
}
static void namespace_destroy(struct object *o)
{
    slot_drop(&((struct simple_namespace *)o)->dict);
}
static const struct method_def namespace_methods[] = {
    METHOD("__reduce__", namespace_reduce, "($self, /)", "Return state information for pickling"), {0}};
static const struct getset_def namespace_getset[] = {GETSET_FIELDS, {"__dict__", namespace_get_dict, NULL, NULL}, {0}};

const struct type_spec simple_namespace_type_spec = {
    .id = TYPE_ID_SIMPLE_NAMESPACE,
    .name = "types.SimpleNamespace",
    .doc = "A simple attribute-based namespace.\n\nSimpleNamespace(**kwargs)",
    .size = sizeof(struct simple_namespace),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = namespace_traverse,
    .destroy = namespace_destroy,
    .slots = {.new = namespace_new_slot,
              .init = namespace_init,
              .repr = namespace_repr,
              .compare = namespace_compare,
              .hash = value_unhashable},
    .methods = namespace_methods,
    .getset = namespace_getset,
    .dict_offset = offsetof(struct simple_namespace, dict),
};

/* ---- mappingproxy ---- */
struct mapping_proxy {
    struct object header;
    value_slot mapping; /* constant */
};

static value proxied(value v)
{
    return slot_peek(&((struct mapping_proxy *)v)->mapping);
}

value mapping_proxy_shows(value v)
{
    value shown = NULL;
    while (value_is(v, TYPE_ID_MAPPING_PROXY))
        v = shown = proxied(v);
    return shown;
}

value mapping_proxy_new(value mapping)
{
    struct mapping_proxy *p = (struct mapping_proxy *)object_new(TYPE(MAPPING_PROXY), sizeof *p);
    if (p)
        slot_init(&p->mapping, value_inc(mapping));
    return value_of(p);
}

static value proxy_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)type;
    static struct signature signature = SIGNATURE("mappingproxy", "(mapping)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_type_slot(bound[0], getitem) || is_list(bound[0]) || is_tuple(bound[0]))
        return raise(EXC(TypeError), "mappingproxy() argument must be a mapping, not %T", bound[0]);
    return mapping_proxy_new(bound[0]);
}

static value proxy_repr(value self)
{
    return str_format("mappingproxy(%R)", proxied(self));
}
static value proxy_str(value self)
{
    return value_str(proxied(self));
}
static ssize proxy_length(value self)
{
    return value_length(proxied(self));
}
static value proxy_getitem(value self, value key)
{
    return item_get(proxied(self), key);
}
static int proxy_contains(value self, value key)
{
    return value_contains(proxied(self), key);
}
static value proxy_iter(value self)
{
    return iter_get(proxied(self));
}
static value proxy_compare(value a, value b, int op)
{
    return compare_rich(proxied(a), value_is(b, TYPE_ID_MAPPING_PROXY) ? proxied(b) : b, op);
}
static value proxy_or(value a, value b)
{
    return operate_binary(BINARY_OR, value_is(a, TYPE_ID_MAPPING_PROXY) ? proxied(a) : a,
                          value_is(b, TYPE_ID_MAPPING_PROXY) ? proxied(b) : b);
}
static value proxy_inplace_or(value a, value b)
{
    (void)b;
    return raise(EXC(TypeError), "'|=' is not supported by %T; use '|' instead", a);
}

static value proxy_get(value self, value key, value fallback)
{
    value all[2] = {key, fallback == VALUE_MISSING ? VALUE_NONE : fallback};
    return call_method(proxied(self), NAME(get), all, 2);
}
static value proxy_keys(value self)
{
    return call_method_0(proxied(self), NAME(keys));
}
static value proxy_values(value self)
{
    return call_method_0(proxied(self), NAME(values));
}
static value proxy_items(value self)
{
    return call_method_0(proxied(self), NAME(items));
}
static value proxy_copy(value self)
{
    return call_method_0(proxied(self), NAME(copy));
}
static value proxy_reversed(value self)
{
    value result = call_special(proxied(self), NAME(__reversed__), NULL, 0);
    return result == VALUE_MISSING ? raise(EXC(TypeError), "'%T' object is not reversible", self) : result;
}

static void proxy_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct mapping_proxy *)o)->mapping);
}
static void proxy_destroy(struct object *o)
{
    slot_drop(&((struct mapping_proxy *)o)->mapping);
}

static const struct method_def proxy_methods[] = {
    METHOD("get", proxy_get, "($self, key, default=None, /)",
           "Return the value for key if key is in the mapping, else default."),
    METHOD("keys", proxy_keys, "($self, /)", "a set-like object providing a view on the underlying mapping's keys"),
    METHOD("values", proxy_values, "($self, /)", "an object providing a view on the underlying mapping's values"),
    METHOD("items", proxy_items, "($self, /)", "a set-like object providing a view on the underlying mapping's items"),
    METHOD("copy", proxy_copy, "($self, /)", "a shallow copy of the underlying mapping"),
    METHOD("__reversed__", proxy_reversed, "($self, /)", NULL),
    METHOD_CLASS_GETITEM,
    {0},
};

const struct type_spec mapping_proxy_type_spec = {
    .id = TYPE_ID_MAPPING_PROXY,
    .name = "mappingproxy",
    .doc = "Read-only proxy of a mapping.",
    .size = sizeof(struct mapping_proxy),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = proxy_traverse,
    .destroy = proxy_destroy,
    .slots = {.new = proxy_new,
              .repr = proxy_repr,
              .str = proxy_str,
              .compare = proxy_compare,
              .hash = value_unhashable,
              .iter = proxy_iter,
              .length = proxy_length,
              .getitem = proxy_getitem,
              .contains = proxy_contains,
              .binary = {[BINARY_OR] = proxy_or},
              .inplace = {[BINARY_OR] = proxy_inplace_or}},
    .methods = proxy_methods,
};
