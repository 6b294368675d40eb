/*
 * Slots and special methods: the one table that says which `__name__` goes with which slot, and both directions of it.
 *
 * From C to Python: a built-in type that fills a slot gets, in its class dictionary, a wrapper descriptor that calls
 * the slot (`int.__add__`). From Python to C: a class whose dictionary defines the name gets a generic slot function
 * that looks the method up and calls it. When what the class sees under the name is the wrapper of a base's own slot,
 * the slot becomes that C function directly, so inheriting `__add__` from int costs nothing.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/descriptors/descriptor.h"

_Atomic bool deaths_matter;

/* ---- calling a special method ---- */
/* Call `method` (owned by the caller), found on the type of self, with self in front. */
static value call_found(value method, value self, const value *args, size_t nargs, value kwnames)
{
    struct type *kind = value_type(method);
    if (likely(type_has_flag(kind, TYPE_FLAG_METHOD_LIKE)))
        return call_with_first(method, self, args, nargs, kwnames);
    value (*get)(value, value, struct type *) = type_slot(kind, descr_get);
    if (!get)
        return call_vector(method, args, nargs, kwnames);
    value bound = get(method, self, value_type(self));
    value result = bound ? call_vector(bound, args, nargs, kwnames) : NULL;
    value_dec(bound);
    return result;
}

/* VALUE_MISSING when the type lacks the method. `name` is interned. */
static value call_optional(value self, value name, const value *args, size_t nargs)
{
    value method = name ? lookup_find(value_type(self), name, NULL) : NULL;
    if (!method || method == VALUE_MISSING)
        return method;
    value result = call_found(method, self, args, nargs, NULL);
    value_dec(method);
    return result;
}

value call_special(value self, value name, const value *args, size_t nargs)
{
    value held, known = name_find(name, &held);
    value result = known ? call_optional(self, known, args, nargs) : NULL;
    value_dec(held);
    return result;
}

static value call_required(value self, value name, const value *args, size_t nargs)
{
    value result = call_optional(self, name, args, nargs);
    if (unlikely(result == VALUE_MISSING))
        return attribute_error(self, name, "%U", name);
    return result;
}

/* A slot function runs because somebody read the slot; the method may have been deleted since. Then the operation is
 * what it would be had the deletion come first: true: the operation begins again, because the slot, worked out anew, is
 * another, or the method is back. False: it is the same, because the class has the other one of two methods that share
 * it (__setitem__ without __delitem__): that is an AttributeError of the bare name. */
static bool slot_is_gone(value self, value name, unsigned offset, void *function);
#define GONE(SELF, NAME, SLOT, FUNCTION) slot_is_gone(SELF, NAME, offsetof(struct type_slots, SLOT), (void *)FUNCTION)

static value no_method(value self, value name)
{
    return attribute_error(self, name, "%U", name);
}

/* ---- generic slot functions ---- */
static value slot_repr(value self)
{
    value result = call_optional(self, NAME(__repr__), NULL, 0);
    return result == VALUE_MISSING ? object_repr_default(self) : result;
}

static value slot_str(value self)
{
    value result = call_optional(self, NAME(__str__), NULL, 0);
    return result == VALUE_MISSING ? value_repr(self) : result;
}

static bool slot_hash(value self, int64_t *out)
{
    value method = lookup_find(value_type(self), NAME(__hash__), NULL);
    if (!method)
        return false;
    if (method == VALUE_NONE || method == VALUE_MISSING)
        return value_unhashable(self, out);
    value result = call_found(method, self, NULL, 0, NULL);
    value_dec(method);
    if (!result)
        return false;
    bool ok = is_int(result);
    if (!ok)
        raise(EXC(TypeError), "__hash__ method should return an integer");
    else if (!int_fits_i64(result, out))
        *out = int_hash(result);
    if (ok && *out == -1)
        *out = -2;
    value_dec(result);
    return ok;
}

static value slot_call(value self, const value *args, size_t nargs, value kwnames)
{
    value method = lookup_find(value_type(self), NAME(__call__), NULL);
    if (!method)
        return NULL;
    if (method == VALUE_MISSING)
        return raise(EXC(TypeError), "'%T' object is not callable", self);
    value result = NULL;
    if (recursion_enter(" while calling a Python object")) {
        result = call_found(method, self, args, nargs, kwnames);
        recursion_leave();
    }
    value_dec(method);
    return result;
}

/* __getattribute__, then __getattr__ when that raised AttributeError. */
value slot_getattr(value self, value name)
{
    struct type *type = value_type(self);
    value getattribute = lookup_find(type, NAME(__getattribute__), NULL);
    value getattr = getattribute ? lookup_find(type, NAME(__getattr__), NULL) : NULL;
    value result = NULL;
    if (!getattr)
        goto done;
    value (*native)(value, value) = wrapper_descriptor_function(getattribute, offsetof(struct type_slots, getattr));
    if (native == attr_get_generic) {
        result = attr_get_generic_optional(self, name);
        if (result == VALUE_MISSING && getattr == VALUE_MISSING)
            result = attr_get_generic(self, name);
    } else if (native) {
        result = native(self, name);
    } else {
        result = call_found(getattribute, self, &name, 1, NULL);
    }
    if (!result && getattr != VALUE_MISSING && error_matches(EXC(AttributeError))) {
        error_clear();
        result = VALUE_MISSING;
    }
    if (result == VALUE_MISSING)
        result = call_found(getattr, self, &name, 1, NULL);
done:
    value_dec(getattribute);
    value_dec(getattr);
    return result;
}

static bool drop_result(value result)
{
    value_dec(result);
    return result != NULL;
}

static bool slot_setattr(value self, value name, value v)
{
    value args[2] = {name, v};
    return drop_result(v ? call_required(self, NAME(__setattr__), args, 2)
                         : call_required(self, NAME(__delattr__), args, 1));
}

static value compare_name(int op)
{
    switch (op) {
    case COMPARE_LT:
        return NAME(__lt__);
    case COMPARE_LE:
        return NAME(__le__);
    case COMPARE_EQ:
        return NAME(__eq__);
    case COMPARE_NE:
        return NAME(__ne__);
    case COMPARE_GT:
        return NAME(__gt__);
    default:
        return NAME(__ge__);
    }
}

static value slot_compare(value a, value b, int op)
{
    value method = lookup_find(value_type(a), compare_name(op), NULL);
    if (!method)
        return NULL;
    if (method == VALUE_MISSING)
        return VALUE_NOT_IMPLEMENTED;
    value (*get)(value, value, struct type *) = type_slot(value_type(method), descr_get);
    if (unlikely(get && !type_has_flag(value_type(method), TYPE_FLAG_METHOD_LIKE))) {
        /* A descriptor that refuses counts as a method that is not there. */
        value bound = get(method, a, value_type(a));
        value_dec(method);
        if (!bound) {
            error_clear();
            return VALUE_NOT_IMPLEMENTED;
        }
        value result = call_vector(bound, &b, 1, NULL);
        value_dec(bound);
        return result;
    }
    value result = call_found(method, a, &b, 1, NULL);
    value_dec(method);
    return result;
}

value object_compare(value a, value b, int op);

static value slot_iter(value self)
{
    value method = lookup_find(value_type(self), NAME(__iter__), NULL);
    if (!method)
        return NULL;
    if (method == VALUE_NONE)
        return raise(EXC(TypeError), "'%T' object is not iterable", self);
    if (method != VALUE_MISSING) {
        value result = call_found(method, self, NULL, 0, NULL);
        value_dec(method);
        return result;
    }
    if (value_type_slot(self, getitem))
        return sequence_iterator_new(self);
    return raise(EXC(TypeError), "'%T' object is not iterable", self);
}

value slot_next_or(value self, const char *message)
{
    value result = call_optional(self, NAME(__next__), NULL, 0);
    if (unlikely(result == VALUE_MISSING)) {
        value (*next)(value) = GONE(self, NAME(__next__), next, slot_next_python) ? value_type_slot(self, next) : NULL;
        if (!next)
            return raise(EXC(TypeError), message, self);
        return next == slot_next_python ? slot_next_or(self, message) : next(self);
    }
    if (!result && error_matches(EXC(StopIteration))) {
        /* One with a value stays raised: next() and `yield from` want it. */
        value stop = error_fetch(), carried = stop_iteration_value(stop);
        value_dec(carried);
        if (carried != VALUE_NONE) {
            error_restore(stop);
            return NULL;
        }
        value_dec(stop);
        return VALUE_END;
    }
    return result;
}

value slot_next_python(value self)
{
    return slot_next_or(self, "'%T' object is not iterable");
}

static value slot_descr_get(value descriptor, value object, struct type *type)
{
    /* The type is often only known by the object's header, which may say something else soon. */
    value args[2] = {object ? object : VALUE_NONE, type ? value_inc(value_of(type)) : VALUE_NONE};
    /* Not bound to the descriptor, whatever it is: that is the first argument. */
    value method = lookup_find(value_type(descriptor), NAME(__get__), NULL);
    value result = method && method != VALUE_MISSING ? call_with_first(method, descriptor, args, 2, NULL) : method;
    if (method != VALUE_MISSING)
        value_dec(method);
    value_dec(args[1]);
    return result == VALUE_MISSING ? value_inc(descriptor) : result;
}

static bool slot_descr_set(value descriptor, value object, value v)
{
    value args[2] = {object, v};
    return drop_result(v ? call_required(descriptor, NAME(__set__), args, 2)
                         : call_required(descriptor, NAME(__delete__), args, 1));
}

int descriptor_set(value descriptor, value object, value v)
{
    bool (*set)(value, value, value) = value_type_slot(descriptor, descr_set);
    if (set != slot_descr_set)
        return !set ? 0 : set(descriptor, object, v) ? 1 : -1;
    value args[2] = {object, v}, name = v ? NAME(__set__) : NAME(__delete__);
    value result = call_optional(descriptor, name, args, v ? 2 : 1);
    if (unlikely(result == VALUE_MISSING)) {
        if (GONE(descriptor, name, descr_set, slot_descr_set))
            return descriptor_set(descriptor, object, v);
        result = no_method(descriptor, name);
    }
    return drop_result(result) ? 1 : -1;
}

bool slot_init_python(value self, const value *args, size_t nargs, value kwnames)
{
    value method = special_lookup(self, NAME(__init__));
    if (!method || method == VALUE_MISSING)
        return method != NULL;
    value result = call_vector(method, args, nargs, kwnames);
    value_dec(method);
    if (result && result != VALUE_NONE)
        raise(EXC(TypeError), "__init__() should return None, not '%T'", result);
    value_dec(result);
    return result == VALUE_NONE;
}

value slot_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value found = lookup_find(type, NAME(__new__), NULL);
    if (!found)
        return NULL;
    value function = attribute_bind(found, NULL, type);
    if (!function)
        return NULL;
    value result = call_with_first(function, value_of(type), args, nargs, kwnames);
    value_dec(function);
    return result;
}

value finalizer_method(value self)
{
    struct type *type = value_type(self);
    while (type && !(type->spec && type->spec->finalize))
        type = type->base;
    if (type)
        type->spec->finalize(value_object(self));
    return VALUE_NONE;
}

static void slot_finalize(struct object *object)
{
    value self = value_of(object);
    value saved = error_fetch();
    value method = lookup_find(value_type(self), NAME(__del__), NULL);
    if (method && method != VALUE_MISSING) {
        value result = call_found(method, self, NULL, 0, NULL);
        if (!result)
            error_unraisable(NULL, method);
        value_dec(result);
    }
    value_dec(method);
    error_restore(saved);
}

/* ---- binary operators ---- */
static struct name_constant binary_names[BINARY_COUNT][3] __attribute__((section("atoll_names"))) = {
    [BINARY_ADD] = {{NULL, "__add__"}, {NULL, "__radd__"}, {NULL, "__iadd__"}},
    [BINARY_AND] = {{NULL, "__and__"}, {NULL, "__rand__"}, {NULL, "__iand__"}},
    [BINARY_FLOOR_DIVIDE] = {{NULL, "__floordiv__"}, {NULL, "__rfloordiv__"}, {NULL, "__ifloordiv__"}},
    [BINARY_LSHIFT] = {{NULL, "__lshift__"}, {NULL, "__rlshift__"}, {NULL, "__ilshift__"}},
    [BINARY_MATRIX_MULTIPLY] = {{NULL, "__matmul__"}, {NULL, "__rmatmul__"}, {NULL, "__imatmul__"}},
    [BINARY_MULTIPLY] = {{NULL, "__mul__"}, {NULL, "__rmul__"}, {NULL, "__imul__"}},
    [BINARY_REMAINDER] = {{NULL, "__mod__"}, {NULL, "__rmod__"}, {NULL, "__imod__"}},
    [BINARY_OR] = {{NULL, "__or__"}, {NULL, "__ror__"}, {NULL, "__ior__"}},
    [BINARY_POWER] = {{NULL, "__pow__"}, {NULL, "__rpow__"}, {NULL, "__ipow__"}},
    [BINARY_RSHIFT] = {{NULL, "__rshift__"}, {NULL, "__rrshift__"}, {NULL, "__irshift__"}},
    [BINARY_SUBTRACT] = {{NULL, "__sub__"}, {NULL, "__rsub__"}, {NULL, "__isub__"}},
    [BINARY_TRUE_DIVIDE] = {{NULL, "__truediv__"}, {NULL, "__rtruediv__"}, {NULL, "__itruediv__"}},
    [BINARY_XOR] = {{NULL, "__xor__"}, {NULL, "__rxor__"}, {NULL, "__ixor__"}},
    [BINARY_DIVMOD] = {{NULL, "__divmod__"}, {NULL, "__rdivmod__"}, {NULL, NULL}},
};

static value binary_name(int op, int form)
{
    struct name_constant *name = &binary_names[op][form];
    value made = atomic_load_explicit(&name->cache, memory_order_acquire);
    return likely(made != NULL) ? made : name_make(name);
}

static value try_binary(value self, value name, value other)
{
    value result = call_optional(self, name, &other, 1);
    return result == VALUE_MISSING ? VALUE_NOT_IMPLEMENTED : result;
}

/* Does the right operand's type see another reflected method than the left one's? */
static int reflected_differs(struct type *left, struct type *right, value name)
{
    value b = lookup_find(right, name, NULL);
    if (!b || b == VALUE_MISSING)
        return b ? 0 : -1;
    value a = lookup_find(left, name, NULL);
    int differs = !a ? -1 : a == VALUE_MISSING || a != b;
    value_dec(a);
    value_dec(b);
    return differs;
}

static value binary_generic(int op, value a, value b, value (*self)(value, value))
{
    struct type *left = value_type(a), *right = value_type(b);
    bool other = left != right && type_slot(right, binary[op]) == self;
    if (type_slot(left, binary[op]) == self) {
        if (other && type_is_subtype(right, left)) {
            int differs = reflected_differs(left, right, binary_name(op, 1));
            if (differs < 0)
                return NULL;
            if (differs) {
                value result = try_binary(b, binary_name(op, 1), a);
                if (result != VALUE_NOT_IMPLEMENTED)
                    return result;
                other = false;
            }
        }
        value result = try_binary(a, binary_name(op, 0), b);
        if (result != VALUE_NOT_IMPLEMENTED || left == right)
            return result;
    }
    return other ? try_binary(b, binary_name(op, 1), a) : VALUE_NOT_IMPLEMENTED;
}

#define BINARY_FUNCTIONS(X) \
    X(ADD)                  \
    X(AND)                  \
    X(FLOOR_DIVIDE)         \
    X(LSHIFT)               \
    X(MATRIX_MULTIPLY)      \
    X(MULTIPLY)             \
    X(REMAINDER)            \
    X(OR)                   \
    X(POWER)                \
    X(RSHIFT)               \
    X(SUBTRACT)             \
    X(TRUE_DIVIDE)          \
    X(XOR)                  \
    X(DIVMOD)
#define X(OP)                                                                \
    static value slot_binary_##OP(value a, value b)                          \
    {                                                                        \
        return binary_generic(BINARY_##OP, a, b, slot_binary_##OP);          \
    }                                                                        \
    __attribute__((unused)) static value slot_inplace_##OP(value a, value b) \
    {                                                                        \
        return try_binary(a, binary_name(BINARY_##OP, 2), b);                \
    }
BINARY_FUNCTIONS(X)
#undef X

static value slot_power(value base, value exponent, value modulus)
{
    if (modulus == VALUE_NONE)
        return binary_generic(BINARY_POWER, base, exponent, slot_binary_POWER);
    value args[2] = {exponent, modulus};
    value result = call_optional(base, NAME(__pow__), args, 2);
    return result == VALUE_MISSING ? VALUE_NOT_IMPLEMENTED : result;
}

#define UNARY_FUNCTION(FUNCTION, METHOD, SLOT, AGAIN)                                                  \
    static value FUNCTION(value self)                                                                  \
    {                                                                                                  \
        value result = call_optional(self, NAME(METHOD), NULL, 0);                                     \
        if (likely(result != VALUE_MISSING))                                                           \
            return result;                                                                             \
        return GONE(self, NAME(METHOD), SLOT, FUNCTION) ? AGAIN(self) : no_method(self, NAME(METHOD)); \
    }
#define OPERATOR_FUNCTION(FUNCTION, METHOD, OP) \
    static value FUNCTION##_again(value self)   \
    {                                           \
        return operate_unary(OP, self);         \
    }                                           \
    UNARY_FUNCTION(FUNCTION, METHOD, unary[OP], FUNCTION##_again)
#define SLOT_FUNCTION(FUNCTION, METHOD, SLOT, MESSAGE)                           \
    static value FUNCTION##_again(value self)                                    \
    {                                                                            \
        value (*function)(value) = value_type_slot(self, SLOT);                  \
        return function ? function(self) : raise(EXC(TypeError), MESSAGE, self); \
    }                                                                            \
    UNARY_FUNCTION(FUNCTION, METHOD, SLOT, FUNCTION##_again)
OPERATOR_FUNCTION(slot_negative, __neg__, UNARY_NEGATIVE)
OPERATOR_FUNCTION(slot_positive, __pos__, UNARY_POSITIVE)
OPERATOR_FUNCTION(slot_absolute, __abs__, UNARY_ABSOLUTE)
OPERATOR_FUNCTION(slot_invert, __invert__, UNARY_INVERT)
UNARY_FUNCTION(slot_to_int, __int__, to_int, number_int)
UNARY_FUNCTION(slot_to_index, __index__, to_index, index_value)
SLOT_FUNCTION(slot_await, __await__, await, "object %T can't be used in 'await' expression")
SLOT_FUNCTION(slot_async_iter, __aiter__, async_iter, "'async for' requires an object with __aiter__ method, got %T")
SLOT_FUNCTION(slot_async_next, __anext__, async_next, "'async for' requires an iterator with __anext__ method, got %T")

static value slot_to_float_again(value self)
{
    if (!value_type_slot(self, to_float) && !value_type_slot(self, to_index))
        return raise(EXC(TypeError), "float() argument must be a string or a real number, not '%T'", self);
    double x;
    return value_as_double(self, &x) ? float_new(x) : NULL;
}
UNARY_FUNCTION(slot_to_float, __float__, to_float, slot_to_float_again)

/* ---- containers ---- */
static ssize slot_length(value self)
{
    value result = call_optional(self, NAME(__len__), NULL, 0);
    if (unlikely(result == VALUE_MISSING)) {
        if (GONE(self, NAME(__len__), length, slot_length))
            return value_length(self);
        result = no_method(self, NAME(__len__));
    }
    if (!result)
        return -1;
    ssize length;
    value index = index_value(result);
    value_dec(result);
    if (!index)
        return -1;
    if (int_sign(index) < 0) {
        value_dec(index);
        return raise_int(EXC(ValueError), "__len__() should return >= 0");
    }
    bool ok = index_as_ssize(index, &length, EXC(OverflowError));
    value_dec(index);
    return ok ? length : -1;
}

static int slot_truth(value self)
{
    value result = call_optional(self, NAME(__bool__), NULL, 0);
    if (result == VALUE_MISSING) {
        ssize (*length)(value) = value_type_slot(self, length);
        ssize n = length ? length(self) : 1;
        return n < 0 ? -1 : n > 0;
    }
    if (result && !value_is_bool(result))
        raise(EXC(TypeError), "__bool__ should return bool, returned %T", result);
    value_dec(result);
    return value_is_bool(result) ? result == VALUE_TRUE : -1;
}

static value slot_getitem(value self, value key)
{
    value result = call_optional(self, NAME(__getitem__), &key, 1);
    if (likely(result != VALUE_MISSING))
        return result;
    return GONE(self, NAME(__getitem__), getitem, slot_getitem) ? item_get(self, key)
                                                                : no_method(self, NAME(__getitem__));
}

static bool slot_setitem(value self, value key, value v)
{
    value args[2] = {key, v}, name = v ? NAME(__setitem__) : NAME(__delitem__);
    value result = call_optional(self, name, args, v ? 2 : 1);
    if (unlikely(result == VALUE_MISSING)) {
        if (GONE(self, name, setitem, slot_setitem))
            return v ? item_set(self, key, v) : item_delete(self, key);
        result = no_method(self, name);
    }
    return drop_result(result);
}

static int slot_contains(value self, value item)
{
    value method = lookup_find(value_type(self), NAME(__contains__), NULL);
    if (!method)
        return -1;
    if (method == VALUE_NONE)
        return raise_int(EXC(TypeError), "'%T' object is not a container", self);
    if (method == VALUE_MISSING)
        return contains_by_iteration(self, item);
    value result = call_found(method, self, &item, 1, NULL);
    value_dec(method);
    int truth = result ? value_truth(result) : -1;
    value_dec(result);
    return truth;
}

/* ---- wrappers: how a built-in slot is called from Python ---- */
/* Wrappers of one parameter say "expected 1 argument"; the others say the same behind the empty name of a function. */
static bool check_args(size_t nargs, size_t min, size_t max)
{
    if (nargs >= min && nargs <= max)
        return true;
    if (max > 1)
        return check_arguments("", nargs, min, max);
    return raise_false(EXC(TypeError), "expected %zu argument%s, got %zu", min, min == 1 ? "" : "s", nargs);
}

#define WRAPPER(NAME) static value NAME(value self, const value *args, size_t nargs, value kwnames, void *function)
#define ARGS(MIN, MAX)                \
    (void)kwnames;                    \
    if (!check_args(nargs, MIN, MAX)) \
        return NULL;
#define AS(TYPE) ((TYPE)function)

WRAPPER(wrap_unary)
{
    ARGS(0, 0)
    return AS(value(*)(value))(self);
}
WRAPPER(wrap_binary)
{
    ARGS(1, 1)
    return AS(value(*)(value, value))(self, args[0]);
}
WRAPPER(wrap_reflected)
{
    ARGS(1, 1)
    return AS(value(*)(value, value))(args[0], self);
}
WRAPPER(wrap_power)
{
    ARGS(1, 2)
    value (*power)(value, value, value) = value_type_slot(self, power);
    if (nargs == 2 && args[1] != VALUE_NONE)
        return power ? power(self, args[0], args[1]) : VALUE_NOT_IMPLEMENTED;
    return AS(value(*)(value, value))(self, args[0]);
}
WRAPPER(wrap_reflected_power)
{
    ARGS(1, 2)
    value (*power)(value, value, value) = value_type_slot(self, power);
    if (nargs == 2 && args[1] != VALUE_NONE)
        return power ? power(args[0], self, args[1]) : VALUE_NOT_IMPLEMENTED;
    return AS(value(*)(value, value))(args[0], self);
}
WRAPPER(wrap_hash)
{
    ARGS(0, 0)
    int64_t hash;
    return AS(bool (*)(value, int64_t *))(self, &hash) ? int_from_i64(hash) : NULL;
}
WRAPPER(wrap_call)
{
    return AS(value(*)(value, const value *, size_t, value))(self, args, nargs, kwnames);
}
WRAPPER(wrap_init)
{
    return AS(bool (*)(value, const value *, size_t, value))(self, args, nargs, kwnames) ? VALUE_NONE : NULL;
}
/* Slot functions take attribute names for strs; but a class that does not change at all says so of any. */
static bool name_allowed(value self, value name)
{
    return likely(is_str(name)) || (is_type(self) && type_has_flag((struct type *)self, TYPE_FLAG_IMMUTABLE)) ||
           raise_false(EXC(TypeError), "attribute name must be string, not '%T'", name);
}
WRAPPER(wrap_getattr)
{
    ARGS(1, 1)
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", args[0]);
    return AS(value(*)(value, value))(self, args[0]);
}
/* object.__setattr__(a_class, ...) must not get round the class's own function. */
static bool setattr_allowed(value self, void *function, const char *what)
{
    struct type *type = value_type(self);
    while (type && type_has_flag(type, TYPE_FLAG_HEAP))
        type = type->base;
    if (type && (void *)type_slot(type, setattr) != function)
        return raise_false(EXC(TypeError), "can't apply this %s to %s object", what, value_type(self)->gc.name);
    return true;
}
WRAPPER(wrap_setattr)
{
    ARGS(2, 2)
    if (!setattr_allowed(self, function, "__setattr__") || !name_allowed(self, args[0]))
        return NULL;
    return AS(bool (*)(value, value, value))(self, args[0], args[1]) ? VALUE_NONE : NULL;
}
WRAPPER(wrap_delattr)
{
    ARGS(1, 1)
    if (!setattr_allowed(self, function, "__delattr__") || !name_allowed(self, args[0]))
        return NULL;
    return AS(bool (*)(value, value, value))(self, args[0], NULL) ? VALUE_NONE : NULL;
}
#define COMPARE_WRAPPER(NAME, OP)                                  \
    WRAPPER(NAME)                                                  \
    {                                                              \
        ARGS(1, 1)                                                 \
        return AS(value(*)(value, value, int))(self, args[0], OP); \
    }
COMPARE_WRAPPER(wrap_lt, COMPARE_LT)
COMPARE_WRAPPER(wrap_le, COMPARE_LE)
COMPARE_WRAPPER(wrap_eq, COMPARE_EQ)
COMPARE_WRAPPER(wrap_ne, COMPARE_NE)
COMPARE_WRAPPER(wrap_gt, COMPARE_GT)
COMPARE_WRAPPER(wrap_ge, COMPARE_GE)
WRAPPER(wrap_next)
{
    ARGS(0, 0)
    value_inc(self); /* threads may share what holds it, so that the only reference is not one thread's own (step.h) */
    value result = AS(value(*)(value))(self);
    value_dec(self);
    if (result == VALUE_END)
        return error_occurred() ? NULL : raise_value(EXC(StopIteration), NULL);
    return result;
}
WRAPPER(wrap_descr_get)
{
    ARGS(1, 2)
    value object = args[0] == VALUE_NONE ? NULL : args[0];
    value type = nargs < 2 || args[1] == VALUE_NONE ? NULL : args[1];
    if (!object && !type)
        return raise(EXC(TypeError), "__get__(None, None) is invalid");
    return AS(value(*)(value, value, struct type *))(self, object, (struct type *)type);
}
WRAPPER(wrap_descr_set)
{
    ARGS(2, 2)
    return AS(bool (*)(value, value, value))(self, args[0], args[1]) ? VALUE_NONE : NULL;
}
WRAPPER(wrap_descr_delete)
{
    ARGS(1, 1)
    return AS(bool (*)(value, value, value))(self, args[0], NULL) ? VALUE_NONE : NULL;
}
WRAPPER(wrap_truth)
{
    ARGS(0, 0)
    int truth = AS(int (*)(value))(self);
    return truth < 0 ? NULL : value_bool(truth);
}
WRAPPER(wrap_length)
{
    ARGS(0, 0)
    ssize length = AS(ssize(*)(value))(self);
    return length < 0 ? NULL : int_from_i64(length);
}
/* The key that a slot is told: an int for what finds items by index only. Owned. */
static value key_for_slot(value self, value key)
{
    if (!value_has_flag(self, TYPE_FLAG_BY_INDEX))
        return value_inc(key);
    ssize index;
    return index_as_ssize(key, &index, EXC(OverflowError)) ? int_from_i64(index) : NULL;
}
WRAPPER(wrap_getitem)
{
    ARGS(1, 1)
    value key = key_for_slot(self, args[0]);
    value result = key ? AS(value(*)(value, value))(self, key) : NULL;
    value_dec(key);
    return result;
}
static value set_item(value self, void (*function)(void), value given, value v)
{
    value key = key_for_slot(self, given);
    bool set = key && AS(bool (*)(value, value, value))(self, key, v);
    value_dec(key);
    return set ? VALUE_NONE : NULL;
}
WRAPPER(wrap_setitem)
{
    ARGS(2, 2)
    return set_item(self, function, args[0], args[1]);
}
WRAPPER(wrap_delitem)
{
    ARGS(1, 1)
    return set_item(self, function, args[0], NULL);
}
WRAPPER(wrap_contains)
{
    ARGS(1, 1)
    int found = AS(int (*)(value, value))(self, args[0]);
    return found < 0 ? NULL : value_bool(found);
}
WRAPPER(wrap_repeat)
{
    ssize n;
    if (!check_arguments("", nargs, 1, 1) || !index_as_ssize(args[0], &n, EXC(OverflowError)))
        return NULL;
    return AS(value(*)(value, ssize))(self, n);
}

/* ---- the table ---- names that share a slot stand together */
#define OFFSET(SLOT) offsetof(struct type_slots, SLOT)
#define DEF(NAME, SLOT, GENERIC, WRAPPER, DOC)                                  \
    {                                                                           \
#NAME, OFFSET(SLOT), (void *)GENERIC, WRAPPER, DOC, SIGNATURE_##WRAPPER \
    }
/* The __text_signature__ of what is wrapped so. */
#define SIGNATURE_NULL                 NULL
#define SIGNATURE_wrap_unary           "($self, /)"
#define SIGNATURE_wrap_hash            SIGNATURE_wrap_unary
#define SIGNATURE_wrap_next            SIGNATURE_wrap_unary
#define SIGNATURE_wrap_truth           SIGNATURE_wrap_unary
#define SIGNATURE_wrap_length          SIGNATURE_wrap_unary
#define SIGNATURE_wrap_binary          "($self, value, /)"
#define SIGNATURE_wrap_reflected       SIGNATURE_wrap_binary
#define SIGNATURE_wrap_repeat          SIGNATURE_wrap_binary
#define SIGNATURE_wrap_lt              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_le              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_eq              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_ne              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_gt              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_ge              SIGNATURE_wrap_binary
#define SIGNATURE_wrap_power           "($self, value, mod=None, /)"
#define SIGNATURE_wrap_reflected_power SIGNATURE_wrap_power
#define SIGNATURE_wrap_call            "($self, /, *args, **kwargs)"
#define SIGNATURE_wrap_init            SIGNATURE_wrap_call
#define SIGNATURE_wrap_getattr         "($self, name, /)"
#define SIGNATURE_wrap_setattr         "($self, name, value, /)"
#define SIGNATURE_wrap_delattr         "($self, name, /)"
#define SIGNATURE_wrap_descr_get       "($self, instance, owner=None, /)"
#define SIGNATURE_wrap_descr_set       "($self, instance, value, /)"
#define SIGNATURE_wrap_descr_delete    "($self, instance, /)"
#define SIGNATURE_wrap_getitem         "($self, key, /)"
#define SIGNATURE_wrap_setitem         "($self, key, value, /)"
#define SIGNATURE_wrap_delitem         "($self, key, /)"
#define SIGNATURE_wrap_contains        "($self, key, /)"
#define BINARY_DEF(OP, NAME, REFLECTED, SYMBOL)                                                   \
    DEF(NAME, binary[BINARY_##OP], slot_binary_##OP, wrap_binary, "Return self" SYMBOL "value."), \
        DEF(REFLECTED, binary[BINARY_##OP], slot_binary_##OP, wrap_reflected, "Return value" SYMBOL "self.")
#define INPLACE_DEF(OP, NAME, SYMBOL) \
    DEF(NAME, inplace[BINARY_##OP], slot_inplace_##OP, wrap_binary, "Return self" SYMBOL "value.")

const struct slot_def slot_defs[] = {
    DEF(__repr__, repr, slot_repr, wrap_unary, "Return repr(self)."),
    DEF(__hash__, hash, slot_hash, wrap_hash, "Return hash(self)."),
    DEF(__call__, call, slot_call, wrap_call, "Call self as a function."),
    DEF(__str__, str, slot_str, wrap_unary, "Return str(self)."),
    DEF(__getattribute__, getattr, slot_getattr, wrap_getattr, "Return getattr(self, name)."),
    DEF(__getattr__, getattr, slot_getattr, NULL, ""),
    DEF(__setattr__, setattr, slot_setattr, wrap_setattr, "Implement setattr(self, name, value)."),
    DEF(__delattr__, setattr, slot_setattr, wrap_delattr, "Implement delattr(self, name)."),
    DEF(__lt__, compare, slot_compare, wrap_lt, "Return self<value."),
    DEF(__le__, compare, slot_compare, wrap_le, "Return self<=value."),
    DEF(__eq__, compare, slot_compare, wrap_eq, "Return self==value."),
    DEF(__ne__, compare, slot_compare, wrap_ne, "Return self!=value."),
    DEF(__gt__, compare, slot_compare, wrap_gt, "Return self>value."),
    DEF(__ge__, compare, slot_compare, wrap_ge, "Return self>=value."),
    DEF(__iter__, iter, slot_iter, wrap_unary, "Implement iter(self)."),
    DEF(__next__, next, slot_next_python, wrap_next, "Implement next(self)."),
    DEF(__get__, descr_get, slot_descr_get, wrap_descr_get, "Return an attribute of instance, which is of type owner."),
    DEF(__set__, descr_set, slot_descr_set, wrap_descr_set, "Set an attribute of instance to value."),
    DEF(__delete__, descr_set, slot_descr_set, wrap_descr_delete, "Delete an attribute of instance."),
    DEF(__init__, init, slot_init_python, wrap_init, "Initialize self.  See help(type(self)) for accurate signature."),
    DEF(__new__, new, slot_new, NULL, "Create and return new object."),
    DEF(__await__, await, slot_await, wrap_unary, "Return an iterator to be used in await expression."),
    DEF(__aiter__, async_iter, slot_async_iter, wrap_unary,
        "Return an awaitable, that resolves in asynchronous iterator."),
    DEF(__anext__, async_next, slot_async_next, wrap_unary, "Return a value or raise StopAsyncIteration."),
    BINARY_DEF(ADD, __add__, __radd__, "+"),
    INPLACE_DEF(ADD, __iadd__, "+="),
    BINARY_DEF(SUBTRACT, __sub__, __rsub__, "-"),
    INPLACE_DEF(SUBTRACT, __isub__, "-="),
    BINARY_DEF(MULTIPLY, __mul__, __rmul__, "*"),
    INPLACE_DEF(MULTIPLY, __imul__, "*="),
    BINARY_DEF(REMAINDER, __mod__, __rmod__, "%"),
    INPLACE_DEF(REMAINDER, __imod__, "%="),
    DEF(__divmod__, binary[BINARY_DIVMOD], slot_binary_DIVMOD, wrap_binary, "Return divmod(self, value)."),
    DEF(__rdivmod__, binary[BINARY_DIVMOD], slot_binary_DIVMOD, wrap_reflected, "Return divmod(value, self)."),
    DEF(__pow__, binary[BINARY_POWER], slot_binary_POWER, wrap_power, "Return pow(self, value, mod)."),
    DEF(__rpow__, binary[BINARY_POWER], slot_binary_POWER, wrap_reflected_power, "Return pow(value, self, mod)."),
    DEF(__pow__, power, slot_power, NULL, ""),
    INPLACE_DEF(POWER, __ipow__, "**="),
    DEF(__neg__, unary[UNARY_NEGATIVE], slot_negative, wrap_unary, "-self"),
    DEF(__pos__, unary[UNARY_POSITIVE], slot_positive, wrap_unary, "+self"),
    DEF(__abs__, unary[UNARY_ABSOLUTE], slot_absolute, wrap_unary, "abs(self)"),
    DEF(__invert__, unary[UNARY_INVERT], slot_invert, wrap_unary, "~self"),
    DEF(__bool__, truth, slot_truth, wrap_truth, "True if self else False"),
    BINARY_DEF(LSHIFT, __lshift__, __rlshift__, "<<"),
    INPLACE_DEF(LSHIFT, __ilshift__, "<<="),
    BINARY_DEF(RSHIFT, __rshift__, __rrshift__, ">>"),
    INPLACE_DEF(RSHIFT, __irshift__, ">>="),
    BINARY_DEF(AND, __and__, __rand__, "&"),
    INPLACE_DEF(AND, __iand__, "&="),
    BINARY_DEF(XOR, __xor__, __rxor__, "^"),
    INPLACE_DEF(XOR, __ixor__, "^="),
    BINARY_DEF(OR, __or__, __ror__, "|"),
    INPLACE_DEF(OR, __ior__, "|="),
    DEF(__int__, to_int, slot_to_int, wrap_unary, "int(self)"),
    DEF(__float__, to_float, slot_to_float, wrap_unary, "float(self)"),
    BINARY_DEF(FLOOR_DIVIDE, __floordiv__, __rfloordiv__, "//"),
    INPLACE_DEF(FLOOR_DIVIDE, __ifloordiv__, "//="),
    BINARY_DEF(TRUE_DIVIDE, __truediv__, __rtruediv__, "/"),
    INPLACE_DEF(TRUE_DIVIDE, __itruediv__, "/="),
    DEF(__index__, to_index, slot_to_index, wrap_unary,
        "Return self converted to an integer, if self is suitable for use as an index into a list."),
    BINARY_DEF(MATRIX_MULTIPLY, __matmul__, __rmatmul__, "@"),
    INPLACE_DEF(MATRIX_MULTIPLY, __imatmul__, "@="),
    DEF(__len__, length, slot_length, wrap_length, "Return len(self)."),
    DEF(__getitem__, getitem, slot_getitem, wrap_getitem, "Return self[key]."),
    DEF(__setitem__, setitem, slot_setitem, wrap_setitem, "Set self[key] to value."),
    DEF(__delitem__, setitem, slot_setitem, wrap_delitem, "Delete self[key]."),
    DEF(__contains__, contains, slot_contains, wrap_contains, "Return key in self."),
    DEF(__add__, concat, NULL, wrap_binary, "Return self+value."),
    DEF(__mul__, repeat, NULL, wrap_repeat, "Return self*value."),
    DEF(__rmul__, repeat, NULL, wrap_repeat, "Return value*self."),
    DEF(__iadd__, inplace_concat, NULL, wrap_binary, "Implement self+=value."),
    DEF(__imul__, inplace_repeat, NULL, wrap_repeat, "Implement self*=value."),
};
const unsigned slot_def_count = sizeof slot_defs / sizeof *slot_defs;

/* ---- names of slots, interned once ---- */
enum { SLOT_DEF_COUNT = sizeof slot_defs / sizeof *slot_defs };
static value slot_names[SLOT_DEF_COUNT]; /* immortal, constant after start-up */

/* From a name to its rows: `names` is open addressing by address over row + 1, `next_row` leads to the next row of the
 * same name (0: none). Rows of one slot are neighbours: `groups` has the first row of each row's slot. */
enum { NAME_SLOTS = 512 };
static uint8_t name_rows[NAME_SLOTS], next_row[SLOT_DEF_COUNT], groups[SLOT_DEF_COUNT];
_Static_assert(SLOT_DEF_COUNT < 128 && SLOT_DEF_COUNT < NAME_SLOTS / 2, "rows fit a byte, a bit set and the table");

static uint8_t *name_place(value name)
{
    for (uint32_t i = (uint32_t)((value_bits(name) >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 40);; i++) {
        uint8_t *place = &name_rows[i % NAME_SLOTS];
        if (*place == 0 || slot_names[*place - 1] == name)
            return place;
    }
}

bool slots_bootstrap(void)
{
    for (unsigned i = 0; i < SLOT_DEF_COUNT; i++) {
        if (!(slot_names[i] = str_interned(slot_defs[i].name)))
            return false;
        uint8_t *place = name_place(slot_names[i]);
        next_row[i] = *place; /* of an earlier row, plus one */
        *place = (uint8_t)(i + 1);
        groups[i] = (uint8_t)(i && slot_defs[i].offset == slot_defs[i - 1].offset ? groups[i - 1] : i);
    }
    return true;
}

void *slots_get(const struct type_slots *slots, unsigned offset)
{
    void *function;
    memcpy(&function, (const char *)slots + offset, sizeof function);
    return function;
}

/* ---- a type's slots, written ---- */
/* New slots are worked out in a copy and published word by word where they differ, so that a slot that stays is never
 * seen empty or on its way. */
struct slot_words {
    union {
        void *words[TYPE_SLOT_COUNT];
        struct type_slots slots;
    };
};

static void words_load(struct slot_words *copy, const struct type *type)
{
    for (unsigned i = 0; i < TYPE_SLOT_COUNT; i++)
        copy->words[i] = atomic_load_explicit(&type->slots[i], memory_order_relaxed);
}

static void words_publish(struct type *type, const struct slot_words *copy)
{
    for (unsigned i = 0; i < TYPE_SLOT_COUNT; i++)
        if (atomic_load_explicit(&type->slots[i], memory_order_relaxed) != copy->words[i])
            atomic_store_explicit(&type->slots[i], copy->words[i], memory_order_relaxed);
}

/* Is it what was loaded? */
static bool words_are(const struct type *type, const struct slot_words *loaded)
{
    for (unsigned i = 0; i < TYPE_SLOT_COUNT; i++)
        if (atomic_load_explicit(&type->slots[i], memory_order_relaxed) != loaded->words[i])
            return false;
    return true;
}

/* Take over every slot that the type does not fill itself. Comparison and hash go together; `new` of object is not for
 * built-in types without one: their instances cannot be made from Python. */
static void words_inherit(struct slot_words *own, const struct type *base)
{
    bool keep_hash = own->slots.hash || own->slots.compare, keep_new = !own->slots.new &&base == TYPE(OBJECT);
    struct slot_words given = *own;
    for (unsigned i = 0; i < TYPE_SLOT_COUNT; i++)
        if (!own->words[i])
            own->words[i] = atomic_load_explicit(&base->slots[i], memory_order_relaxed);
    if (keep_hash) {
        own->slots.hash = given.slots.hash ? given.slots.hash : value_unhashable;
        own->slots.compare = given.slots.compare ? given.slots.compare : type_slot(base, compare);
    }
    if (keep_new)
        own->slots.new = NULL;
}

void type_fill_slots(struct type *type, const struct type_slots *own, const struct type *base, bool creatable)
{
    struct slot_words copy = {.slots = *own};
    if (base)
        words_inherit(&copy, base);
    if (!creatable)
        copy.slots.new = NULL;
    words_publish(type, &copy);
}

bool slots_add_wrappers(struct type *type, value dict)
{
    for (unsigned i = 0; i < SLOT_DEF_COUNT; i++) {
        const struct slot_def *def = &slot_defs[i];
        void *function = slots_get(&type->spec->slots, def->offset);
        if (!def->wrapper || !function || function == (void *)value_unhashable)
            continue;
        int present = dict_contains(dict, slot_names[i]);
        if (present < 0)
            return false;
        if (present)
            continue;
        value wrapper = wrapper_descriptor_new(type, def, function);
        bool ok = wrapper && dict_set(dict, slot_names[i], wrapper);
        value_dec(wrapper);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- from special methods to slots ---- */
/* What the slot of `type` should be, seeing what it has under all names of the slot: the rows from `first` on. */
static void update_group(struct type *type, struct slot_words *copy, unsigned first)
{
    void *specific = NULL, *generic = NULL;
    bool use_generic = false;
    unsigned offset = slot_defs[first].offset;
    for (unsigned i = first; i < SLOT_DEF_COUNT && slot_defs[i].offset == offset; i++) {
        const struct slot_def *def = &slot_defs[i];
        if (!def->generic)
            continue;
        value found = lookup_find(type, slot_names[i], NULL);
        if (!found) {
            error_clear();
            continue;
        }
        if (found == VALUE_MISSING)
            continue;
        generic = def->generic;
        void *function = wrapper_descriptor_function(found, offset);
        if (function && type_is_subtype(type, (struct type *)slot_peek(&((struct descriptor *)found)->owner)) &&
            ((struct descriptor *)found)->def == def && (!specific || specific == function)) {
            specific = function;
        } else if (offset == OFFSET(new) && new_wrapper_is(found)) {
            specific =
                copy->words[offset / sizeof(void *)]; /* whose ever it is: the class's layout stays what it was */
        } else if (offset == OFFSET(hash) && found == VALUE_NONE) {
            specific = (void *)value_unhashable;
        } else if (offset == OFFSET(power) && value_is(found, TYPE_ID_WRAPPER_DESCRIPTOR)) {
            specific = (void *)type_slot((struct type *)slot_peek(&((struct descriptor *)found)->owner), power);
        } else {
            use_generic = true;
        }
        value_dec(found);
    }
    if (!generic && offset == OFFSET(truth))
        return;
    copy->words[offset / sizeof(void *)] = use_generic ? generic : specific;
}

/* A class that defines __len__ and no __bool__ is true when it is not empty: that needs no truth slot of its own
 * (value_truth asks the length). */
struct slot_state {
    struct slot_words words;
    uint32_t set, clear; /* flags that repeat what slots say */
    void (*finalize)(struct object *object);
};

static void find_flags(struct type *type, struct slot_state *state)
{
    state->set = state->clear = 0;
    const struct type_slots *slots = &state->words.slots;
    *(slots->getattr == slot_getattr ? &state->set : &state->clear) |= TYPE_FLAG_CUSTOM_GETATTR;
    *(slots->setattr == slot_setattr ? &state->set : &state->clear) |= TYPE_FLAG_CUSTOM_SETATTR;
    *(slots->descr_get ? &state->set : &state->clear) |= TYPE_FLAG_DESCRIPTOR;
    *(slots->descr_set ? &state->set : &state->clear) |= TYPE_FLAG_DATA_DESCRIPTOR;
    value finalizer = lookup_find(type, NAME(__del__), NULL);
    if (!finalizer)
        error_clear();
    state->finalize = type_finalizer(&type->gc);
    bool own = finalizer && finalizer != VALUE_MISSING && !value_is(finalizer, TYPE_ID_METHOD_DESCRIPTOR);
    if (own) { /* METHOD_DEL is the name of what the built-in base does anyway */
        state->set |= TYPE_FLAG_FINALIZER;
        deaths_note();
        state->finalize = slot_finalize;
    } else if (state->finalize == slot_finalize || !state->finalize) {
        state->clear |= TYPE_FLAG_FINALIZER;
        struct type *base = type->base;
        state->finalize = base ? type_finalizer(&base->gc) : NULL;
        if (state->finalize == slot_finalize)
            state->finalize = NULL;
    }
    value_dec(finalizer);
}

/* Under the class lock. Who reads attributes otherwise than before gets new numbers, so that no cache that was filled
 * between the change of the dictionary and this moment goes round it. The flags change after the slots: who empties
 * caches because of them empties them of what the slots were. */
static void publish(struct type *type, const struct slot_state *state)
{
    bool renumber = type_slot(type, getattr) != state->words.slots.getattr ||
                    type_slot(type, setattr) != state->words.slots.setattr;
    atomic_store_explicit(&type->gc.finalize, state->finalize, memory_order_relaxed);
    words_publish(type, &state->words);
    uint32_t before = type_change_flags(type, state->set, state->clear);
    lookup_kind_changed(before, (before | state->set) & ~state->clear);
    if (renumber)
        lookup_renumber(type);
}

bool name_is_special(value name)
{
    size_t length = str_length(name);
    return length > 4 && str_at(name, 0) == '_' && str_at(name, 1) == '_' && str_at(name, length - 1) == '_' &&
           str_at(name, length - 2) == '_';
}

/* A set of groups, by their first rows. */
struct group_set {
    uint64_t bits[2];
};

/* Add the slots that have this name; false when it is no name of a slot. */
static bool add_groups(struct group_set *set, value name)
{
    unsigned row = *name_place(name);
    for (unsigned r = row; r; r = next_row[r - 1])
        if (slot_defs[r - 1].generic)
            set->bits[groups[r - 1] / 64] |= UINT64_C(1) << groups[r - 1] % 64;
    return row || name == NAME(__del__);
}

/* Sequence slots know no Python methods: a class that redefines the operator must not reach the base's. */
static void hide_sequence_slots(struct type_slots *slots)
{
    if (slots->binary[BINARY_ADD] == slot_binary_ADD)
        slots->concat = NULL;
    if (slots->binary[BINARY_MULTIPLY] == slot_binary_MULTIPLY)
        slots->repeat = NULL;
    if (slots->inplace[BINARY_ADD] == slot_inplace_ADD)
        slots->inplace_concat = NULL;
    if (slots->inplace[BINARY_MULTIPLY] == slot_inplace_MULTIPLY)
        slots->inplace_repeat = NULL;
    if (slots->next == slot_next_python)
        slots->send = NULL;
}

/* Work the slots of the groups out, the others being what the type's own or its base's are, and publish them. Looking
 * the methods up may run Python code, so it is done without a lock, and anew when a special method changed meanwhile,
 * or somebody published those others. lookup_settle_kinds follows. */
static void update_groups(struct type *type, bool from_base, const struct group_set *set)
{
    for (bool done = false; !done;) {
        uint32_t seen = atomic_load_explicit(&type->special_changes, memory_order_acquire);
        struct slot_words loaded;
        words_load(&loaded, from_base ? type->base : type);
        struct slot_state state = {.words = loaded};
        for (unsigned word = 0; word < 2; word++)
            for (uint64_t bits = set->bits[word]; bits; bits &= bits - 1)
                update_group(type, &state.words, word * 64 + (unsigned)__builtin_ctzll(bits));
        hide_sequence_slots(&state.words.slots);
        find_flags(type, &state);
        class_lock();
        done = atomic_load_explicit(&type->special_changes, memory_order_relaxed) == seen &&
               words_are(from_base ? type->base : type, &loaded);
        if (done)
            publish(type, &state);
        class_unlock();
    }
}

static bool slot_is_gone(value self, value name, unsigned offset, void *function)
{
    struct type *type = value_type(self);
    if (!type_has_flag(type, TYPE_FLAG_HEAP))
        return false;
    struct group_set set = {0};
    for (unsigned row = 0; row < SLOT_DEF_COUNT; row++)
        if (slot_defs[row].generic && slot_defs[row].offset == offset)
            set.bits[groups[row] / 64] |= UINT64_C(1) << groups[row] % 64;
    uint32_t seen = atomic_load_explicit(&type->special_changes, memory_order_acquire);
    update_groups(type, false, &set);
    if (!lookup_settle_kinds())
        error_clear(); /* it stays noted for the next one */
    value method = lookup_find(type, name, NULL);
    if (!method)
        error_clear();
    value_dec(method);
    return method != VALUE_MISSING || seen != atomic_load_explicit(&type->special_changes, memory_order_acquire) ||
           atomic_load_explicit(&type->slots[offset / sizeof(void *)], memory_order_relaxed) != function;
}

bool slots_update(struct type *type, value name)
{
    struct group_set set = {0};
    struct class_tree tree;
    if (!add_groups(&set, name))
        return true;
    if (!class_tree_collect(&tree, type))
        return false;
    for (size_t i = 0; i < tree.count; i++)
        if (type_has_flag(tree.members[i].type, TYPE_FLAG_HEAP))
            update_groups(tree.members[i].type, false, &set);
    class_tree_drop(&tree);
    return lookup_settle_kinds();
}

/* The slots of which a class's own dictionary has a name. */
static bool add_own_groups(struct group_set *set, struct type *type)
{
    value dict = type_dict(type), keys = dict ? dict_keys_list(dict) : NULL;
    for (size_t i = 0; keys && i < list_length(keys); i++) {
        value name = list_get(keys, i);
        if (is_str(name) && str_flags(str_exact(name)) & STR_INTERNED)
            add_groups(set, str_exact(name));
        value_dec(name);
    }
    value_dec(keys);
    return keys != NULL;
}

/* The slots that can differ from those of the best base: an MRO keeps the order of the base's MRO, so only names in
 * dictionaries of classes off that one can lead elsewhere. false: a metaclass has made an MRO of another kind. */
static bool find_own_groups(struct group_set *set, struct type *type)
{
    struct type *base = type->base;
    value mro = type_mro(type);
    value base_mro = base ? type_mro(base) : NULL;
    bool similar = mro && base_mro;
    size_t known = 0, all = base_mro ? tuple_length(base_mro) : 0;
    for (size_t i = 0; similar && i < tuple_length(mro); i++) {
        struct type *one = (struct type *)tuple_get(mro, i);
        if (known < all && value_of(one) == tuple_get(base_mro, known))
            known++;
        else
            similar = !type_is_subtype(base, one) && add_own_groups(set, one);
    }
    value_dec(mro);
    value_dec(base_mro);
    return similar && known == all;
}

bool slots_update_all(struct type *type)
{
    struct group_set set = {0};
    if (!find_own_groups(&set, type)) {
        error_clear();
        for (unsigned i = 0; i < SLOT_DEF_COUNT; i++)
            if (slot_defs[i].generic)
                set.bits[groups[i] / 64] |= UINT64_C(1) << groups[i] % 64;
    }
    update_groups(type, true, &set);
    return lookup_settle_kinds();
}
