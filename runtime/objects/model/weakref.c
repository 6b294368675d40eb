/*
 * weakref.ref and the two proxy types. The heap knows which references an object has and clears them; here is what a
 * program sees of them.
 */
#include "runtime/objects/model/weakref.h"
#include "runtime/objects/model/type_internal.h"

#define REFERENCE(v) ((struct weak_reference *)(v))

static bool check_referent(value referent)
{
    if (value_is_object(referent) && type_has_flag(value_type(referent), TYPE_FLAG_WEAKREF))
        return true;
    return raise_false(EXC(TypeError), "cannot create weak reference to '%T' object", referent);
}

static value reference_to(struct type *type, value referent, value callback)
{
    if (!is_given(callback))
        callback = NULL;
    bool shared = !callback && !type_has_flag(type, TYPE_FLAG_HEAP);
    if (shared) {
        struct weak_reference *found = weak_find_plain(value_object(referent), &type->gc);
        if (found)
            return value_of(found);
    }
    struct weak_reference *reference = (struct weak_reference *)object_new(type, sizeof(struct python_weak_reference));
    if (!reference)
        return NULL;
    slot_init(&reference->callback, value_inc(callback));
    reference->rank = !shared ? 2 : type == TYPE(WEAK_REFERENCE) ? 0 : 1; /* what is found again stands first */
    atomic_store_explicit(&((struct python_weak_reference *)reference)->hash, -1, memory_order_relaxed);
    if (!weak_attach(reference, value_object(referent))) {
        value_dec(value_of(reference));
        return raise_no_memory();
    }
    return value_of(reference);
}

value weak_reference_make(struct type *type, value referent, value callback)
{
    return check_referent(referent) ? reference_to(type, referent, callback) : NULL;
}

value weak_reference_to_any(value object)
{
    return reference_to(TYPE(WEAK_REFERENCE), object, NULL);
}

value weak_reference_new(value referent)
{
    return weak_reference_make(TYPE(WEAK_REFERENCE), referent, NULL);
}

value weak_reference_get(value v)
{
    struct object *referent = weak_load(REFERENCE(v));
    return referent ? value_of(referent) : VALUE_NONE;
}

static void reference_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct weak_reference *)o)->callback);
}
static void reference_destroy(struct object *o)
{
    struct weak_reference *reference = (struct weak_reference *)o;
    weak_detach(reference);
    slot_drop(&reference->callback);
}

/* ---- weakref.ref ---- */
static value reference_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1 || nargs > 2)
        return raise(EXC(TypeError), "__new__ expected at %s %d argument%s, got %zu", nargs ? "most" : "least",
                     nargs ? 2 : 1, nargs ? "s" : "", nargs);
    return weak_reference_make(type, args[0], nargs == 2 ? args[1] : NULL);
}
static bool reference_init(value self, const value *args, size_t nargs, value kwnames)
{
    (void)self;
    (void)args;
    if (!no_keywords("ref", kwnames))
        return false;
    if (nargs < 1 || nargs > 2)
        return raise_false(EXC(TypeError), "__init__ expected at %s %d argument%s, got %zu", nargs ? "most" : "least",
                           nargs ? 2 : 1, nargs ? "s" : "", nargs);
    return true;
}

static value reference_call(value self, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    if (nargs || (kwnames && tuple_length(kwnames)))
        return raise(EXC(TypeError), "weakref expected 0 arguments, got %zu", nargs);
    return weak_reference_get(self);
}

static value reference_repr(value self)
{
    value referent = weak_reference_get(self);
    value text;
    if (referent == VALUE_NONE) {
        text = str_format("<weakref at %p; dead>", (void *)self);
    } else {
        value name = attr_get_optional(referent, NAME(__name__));
        if (name && name != VALUE_MISSING && is_str(name))
            text = str_format("<weakref at %p; to '%T' at %p (%U)>", (void *)self, referent, (void *)referent, name);
        else
            text = str_format("<weakref at %p; to '%T' at %p>", (void *)self, referent, (void *)referent);
        error_clear();
        value_dec(name);
    }
    value_dec(referent);
    return text;
}

static bool reference_hash(value self, int64_t *out)
{
    struct python_weak_reference *reference = (struct python_weak_reference *)self;
    *out = atomic_load_explicit(&reference->hash, memory_order_relaxed);
    if (*out != -1)
        return true;
    value referent = weak_reference_get(self);
    if (referent == VALUE_NONE)
        return raise_false(EXC(TypeError), "weak object has gone away");
    bool ok = value_hash(referent, out);
    value_dec(referent);
    if (ok)
        atomic_store_explicit(&reference->hash, *out, memory_order_relaxed);
    return ok;
}

/* Live references compare as their referents do, dead ones by identity. */
static value reference_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_of(b, TYPE(WEAK_REFERENCE)))
        return VALUE_NOT_IMPLEMENTED;
    value x = weak_reference_get(a), y = weak_reference_get(b);
    value result =
        x == VALUE_NONE || y == VALUE_NONE ? value_bool((a == b) == (op == COMPARE_EQ)) : compare_rich(x, y, op);
    value_dec(x);
    value_dec(y);
    return result;
}

static value reference_get_callback(value self)
{
    value callback = slot_load(value_object(self), &REFERENCE(self)->callback);
    if (callback && !atomic_load_explicit(&REFERENCE(self)->referent, memory_order_acquire)) {
        value_dec(callback);
        callback = NULL;
    }
    return callback ? callback : VALUE_NONE;
}
static const struct method_def reference_methods[] = {METHOD_CLASS_GETITEM, {0}};
static const struct getset_def reference_getset[] = {
    GETSET_FIELDS, {"__callback__", reference_get_callback, NULL, NULL}, {0}};

const struct type_spec weak_reference_type_spec = {
    .id = TYPE_ID_WEAK_REFERENCE,
    .name = "weakref.ReferenceType",
    .size = sizeof(struct python_weak_reference),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_HIDDEN, /* those in lists of subclasses */
    .traverse = reference_traverse,
    .destroy = reference_destroy,
    .slots = {.new = reference_new,
              .init = reference_init,
              .call = reference_call,
              .repr = reference_repr,
              .hash = reference_hash,
              .compare = reference_compare},
    .methods = reference_methods,
    .getset = reference_getset,
};

/* ---- proxies: every operation goes to the referent ---- */
static _Atomic(struct type *) proxy_types[2];

static bool is_proxy(value v)
{
    struct type *type = value_is_object(v) ? value_type(v) : NULL;
    return type && (type == atomic_load_explicit(&proxy_types[0], memory_order_relaxed) ||
                    type == atomic_load_explicit(&proxy_types[1], memory_order_relaxed));
}

/* The referent of a proxy (ReferenceError when it is gone), or v itself; owned. */
static value unproxy(value v)
{
    if (!is_proxy(v))
        return value_inc(v);
    value referent = weak_reference_get(v);
    return referent != VALUE_NONE ? referent : raise(EXC(ReferenceError), "weakly-referenced object no longer exists");
}

#define PROXY(RESULT, FAILURE, SELF, EXPRESSION) \
    value target = unproxy(SELF);                \
    if (!target)                                 \
        return FAILURE;                          \
    RESULT result = EXPRESSION;                  \
    value_dec(target);                           \
    return result;

static value proxy_getattr(value self, value name)
{
    PROXY(value, NULL, self, attr_get(target, name))
}
static bool proxy_setattr(value self, value name, value v)
{
    PROXY(bool, false, self, attr_set(target, name, v))
}
static value proxy_str(value self)
{
    PROXY(value, NULL, self, value_str(target))
}
static value proxy_call(value self, const value *args, size_t nargs, value kwnames)
{
    PROXY(value, NULL, self, call_vector(target, args, nargs, kwnames))
}
static value proxy_iter(value self)
{
    PROXY(value, NULL, self, iter_get(target))
}
static value proxy_next(value self)
{
    PROXY(value, NULL, self,
          value_is_iterator(target)
              ? iter_next(target)
              : raise(EXC(TypeError), "Weakref proxy referenced a non-iterator '%T' object", target))
}
static ssize proxy_length(value self)
{
    PROXY(ssize, -1, self, value_length(target))
}
static value proxy_getitem(value self, value key)
{
    PROXY(value, NULL, self, item_get(target, key))
}
static bool proxy_setitem(value self, value key, value v)
{
    PROXY(bool, false, self, v ? item_set(target, key, v) : item_delete(target, key))
}
static int proxy_contains(value self, value item)
{
    PROXY(int, -1, self, value_contains(target, item))
}
static int proxy_truth(value self)
{
    PROXY(int, -1, self, value_truth(target))
}
static value proxy_to_int(value self)
{
    PROXY(value, NULL, self, number_int(target))
}
static value proxy_to_float(value self)
{
    PROXY(value, NULL, self, number_float(target))
}
static value proxy_to_index(value self)
{
    PROXY(value, NULL, self, index_value(target))
}

static value proxy_repr(value self)
{
    value referent = weak_reference_get(self);
    value text = str_format("<weakproxy at %p to %T at %p>", (void *)self, referent, (void *)referent);
    value_dec(referent);
    return text;
}

static value proxy_both(value a, value b, enum binary_operator op, value (*operate)(enum binary_operator, value, value))
{
    value x = unproxy(a), y = x ? unproxy(b) : NULL;
    value result = y ? operate(op, x, y) : NULL;
    value_dec(x);
    value_dec(y);
    return result;
}
static value proxy_compare(value a, value b, int op)
{
    value x = unproxy(a), y = x ? unproxy(b) : NULL;
    value result = y ? compare_rich(x, y, op) : NULL;
    value_dec(x);
    value_dec(y);
    return result;
}

#define PROXY_BINARY(OP)                                       \
    static value proxy_##OP(value a, value b)                  \
    {                                                          \
        return proxy_both(a, b, BINARY_##OP, operate_binary);  \
    }                                                          \
    static value proxy_inplace_##OP(value a, value b)          \
    {                                                          \
        return proxy_both(a, b, BINARY_##OP, operate_inplace); \
    }
#define PROXY_OPERATORS(X) \
    X(ADD)                 \
    X(AND)                 \
    X(FLOOR_DIVIDE)        \
    X(LSHIFT)              \
    X(MATRIX_MULTIPLY)     \
    X(MULTIPLY)            \
    X(REMAINDER)           \
    X(OR)                  \
    X(POWER)               \
    X(RSHIFT)              \
    X(SUBTRACT)            \
    X(TRUE_DIVIDE)         \
    X(XOR)
PROXY_OPERATORS(PROXY_BINARY)
static value proxy_divmod(value a, value b)
{
    return proxy_both(a, b, BINARY_DIVMOD, operate_binary);
}
#define PROXY_UNARY(NAME, OP)                               \
    static value proxy_##NAME(value self)                   \
    {                                                       \
        PROXY(value, NULL, self, operate_unary(OP, target)) \
    }
PROXY_UNARY(negative, UNARY_NEGATIVE)
PROXY_UNARY(positive, UNARY_POSITIVE)
PROXY_UNARY(absolute, UNARY_ABSOLUTE)
PROXY_UNARY(invert, UNARY_INVERT)

static value proxy_bytes(value self)
{
    PROXY(value, NULL, self, call_1(value_of(TYPE(BYTES)), target))
}
static value proxy_reversed(value self)
{
    PROXY(value, NULL, self, call_1(value_of(TYPE(REVERSED)), target))
}
static const struct method_def proxy_methods[] = {METHOD("__bytes__", proxy_bytes, "($self, /)", NULL),
                                                  METHOD("__reversed__", proxy_reversed, "($self, /)", NULL),
                                                  {0}};

#define BINARY_SLOT(OP)  [BINARY_##OP] = proxy_##OP,
#define INPLACE_SLOT(OP) [BINARY_##OP] = proxy_inplace_##OP,
#define PROXY_SPEC(NAME, ...)                                                                        \
    {                                                                                                \
        .name = NAME, .size = sizeof(struct python_weak_reference), .flags = TYPE_FLAG_NO_NEW,       \
        .gc_flags = TYPE_GC_CONTAINER, .traverse = reference_traverse, .destroy = reference_destroy, \
        .slots = {.getattr = proxy_getattr,                                                          \
                  .setattr = proxy_setattr,                                                          \
                  .repr = proxy_repr,                                                                \
                  .str = proxy_str,                                                                  \
                  .hash = value_unhashable,                                                          \
                  .compare = proxy_compare,                                                          \
                  .iter = proxy_iter,                                                                \
                  .next = proxy_next,                                                                \
                  .binary = {PROXY_OPERATORS(BINARY_SLOT)[BINARY_DIVMOD] = proxy_divmod},            \
                  .inplace = {PROXY_OPERATORS(INPLACE_SLOT)},                                        \
                  .unary = {proxy_negative, proxy_positive, proxy_absolute, proxy_invert},           \
                  .truth = proxy_truth,                                                              \
                  .to_int = proxy_to_int,                                                            \
                  .to_float = proxy_to_float,                                                        \
                  .to_index = proxy_to_index,                                                        \
                  .length = proxy_length,                                                            \
                  .getitem = proxy_getitem,                                                          \
                  .setitem = proxy_setitem,                                                          \
                  .contains = proxy_contains,                                                        \
                  __VA_ARGS__},                                                                      \
        .methods = proxy_methods,                                                                    \
    }
static const struct type_spec proxy_specs[2] = {
    PROXY_SPEC("weakref.ProxyType", .call = NULL),
    PROXY_SPEC("weakref.CallableProxyType", .call = proxy_call),
};

struct type *weak_proxy_type(bool callable)
{
    return type_define_once(&proxy_types[callable], &proxy_specs[callable]);
}
