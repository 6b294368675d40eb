/* The _operator module: the operators as functions. The callable classes are in operator_getters.c. */
#include "runtime/modules/functional/operator_getters.h"
#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/step.h"
#include "threads/pause.h"

#define BINARY_FUNCTIONS(X)    \
    X(add, ADD)                \
    X(and_, AND)               \
    X(floordiv, FLOOR_DIVIDE)  \
    X(lshift, LSHIFT)          \
    X(matmul, MATRIX_MULTIPLY) \
    X(mul, MULTIPLY)           \
    X(mod, REMAINDER)          \
    X(or_, OR)                 \
    X(pow, POWER)              \
    X(rshift, RSHIFT)          \
    X(sub, SUBTRACT)           \
    X(truediv, TRUE_DIVIDE)    \
    X(xor, XOR)
#define BINARY(NAME, OP)                                         \
    static value op_##NAME(value self, value a, value b)         \
    {                                                            \
        return operate_binary(BINARY_##OP, a, b);                \
    }                                                            \
    static value op_inplace_##NAME(value self, value a, value b) \
    {                                                            \
        return operate_inplace(BINARY_##OP, a, b);               \
    }
BINARY_FUNCTIONS(BINARY)

#define UNARY(NAME, OP)                         \
    static value op_##NAME(value self, value a) \
    {                                           \
        return operate_unary(UNARY_##OP, a);    \
    }
UNARY(neg, NEGATIVE)
UNARY(pos, POSITIVE)
UNARY(abs, ABSOLUTE)
UNARY(invert, INVERT)

#define COMPARISON(NAME, OP)                             \
    static value op_##NAME(value self, value a, value b) \
    {                                                    \
        return compare_rich(a, b, COMPARE_##OP);         \
    }
COMPARISON(lt, LT)
COMPARISON(le, LE)
COMPARISON(eq, EQ)
COMPARISON(ne, NE)
COMPARISON(gt, GT)
COMPARISON(ge, GE)

static value truth_value(int truth)
{
    return truth < 0 ? NULL : value_bool(truth);
}
static value op_truth(value self, value a)
{
    return truth_value(value_truth(a));
}
static value op_not(value self, value a)
{
    int truth = value_truth(a);
    return truth < 0 ? NULL : value_bool(!truth);
}
static value op_is(value self, value a, value b)
{
    return value_bool(a == b);
}
static value op_is_not(value self, value a, value b)
{
    return value_bool(a != b);
}
static value op_contains(value self, value a, value b)
{
    return truth_value(value_contains(a, b));
}
static value op_index(value self, value a)
{
    return index_value(a);
}
static value op_length_hint(value self, value obj, value given_fallback)
{
    ssize fallback;
    if (!is_int(given_fallback))
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", given_fallback);
    if (!value_as_ssize(given_fallback, &fallback))
        return NULL;
    ssize hint = value_length_hint(obj, fallback);
    return hint < 0 && error_occurred() ? NULL : int_from_i64(hint);
}

static bool is_sequence(value v)
{
    return (!is_dict(v) && value_type_slot(v, getitem)) ||
           raise_false(EXC(TypeError), "'%T' object can't be concatenated", v);
}
static value op_concat(value self, value a, value b)
{
    return is_sequence(a) ? sequence_concat(a, b) : NULL;
}
static value op_iconcat(value self, value a, value b)
{
    return is_sequence(a) ? operate_inplace(BINARY_ADD, a, b) : NULL;
}

/* What iterating raised; a TypeError is told as `in` tells it. */
static value not_iterable(value iterable)
{
    if (error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "argument of type '%T' is not iterable", iterable);
    }
    return NULL;
}

/* countOf and indexOf: items that are, or equal, the wanted one. */
static value count_or_index(value iterable, value wanted, bool index)
{
    struct sweep sweep;
    value item = NULL;
    if (!sweep_open(&sweep, iterable))
        return not_iterable(iterable);
    int64_t count = 0, position = 0;
    bool failed = false, found = false;
    while (!failed && !found && (item = iter_next(sweep.iterator)) && item != VALUE_END) {
        int equal = value_equals(item, wanted);
        value_dec(item);
        failed = equal < 0;
        count += equal > 0;
        found = index && equal > 0;
        position++;
    }
    sweep_close(&sweep);
    if (failed || !item)
        return NULL;
    if (index && !found)
        return raise(EXC(ValueError), "sequence.index(x): x not in sequence");
    return int_from_i64(index ? position - 1 : count);
}
static value op_count_of(value self, value a, value b)
{
    return count_or_index(a, b, false);
}
static value op_index_of(value self, value a, value b)
{
    return count_or_index(a, b, true);
}

static value op_getitem(value self, value a, value b)
{
    return item_get(a, b);
}
static value op_setitem(value self, value a, value b, value c)
{
    return item_set(a, b, c) ? VALUE_NONE : NULL;
}
static value op_delitem(value self, value a, value b)
{
    return item_delete(a, b) ? VALUE_NONE : NULL;
}
static value op_call(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1)
        return raise(EXC(TypeError), "call expected at least 1 argument, got 0");
    return call_vector(args[0], args + 1, nargs - 1, kwnames);
}

/* ---- _compare_digest: takes the same time wherever two inputs of one length differ ---- */
static bool equal_constant_time(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    volatile uint8_t difference = a_length != b_length;
    if (a_length != b_length)
        a = b; /* the length of b decides about the time, whatever a is */
    for (size_t i = 0; i < b_length; thread_report_at(++i))
        difference = (uint8_t)(difference | (a[i] ^ b[i]));
    return difference == 0;
}

static value op_compare_digest(value self, const value *args)
{
    if (is_str(args[0]) && is_str(args[1])) {
        if (!str_is_ascii(args[0]) || !str_is_ascii(args[1]))
            return raise(EXC(TypeError), "comparing strings with non-ASCII characters is not supported");
        struct text a, b;
        if (!text_of(args[0], &a))
            return NULL;
        if (!text_of(args[1], &b)) {
            text_release(&a);
            return NULL;
        }
        bool equal = equal_constant_time((const uint8_t *)a.bytes, a.length, (const uint8_t *)b.bytes, b.length);
        text_release(&a);
        text_release(&b);
        return value_bool(equal);
    }
    if (!value_has_buffer(args[0]) || !value_has_buffer(args[1]))
        return raise(EXC(TypeError), "unsupported operand types(s) or combination of types: '%T' and '%T'", args[0],
                     args[1]);
    struct buffer a, b;
    if (!buffer_get(args[0], &a, BUFFER_SIMPLE))
        return NULL;
    if (!buffer_get(args[1], &b, BUFFER_SIMPLE)) {
        buffer_release(&a);
        return NULL;
    }
    bool equal = equal_constant_time(a.data, (size_t)a.length, b.data, (size_t)b.length);
    buffer_release(&a);
    buffer_release(&b);
    return value_bool(equal);
}

#define TWO(NAME, FN, DOC) METHOD(NAME, FN, "(a, b, /)", DOC)
#define ONE(NAME, FN, DOC) METHOD(NAME, FN, "(a, /)", DOC)
static const struct method_def functions[] = {
    ONE("truth", op_truth, "Return True if a is true, False otherwise."),
    TWO("contains", op_contains, "Same as b in a (note reversed operands)."),
    TWO("indexOf", op_index_of, "Return the first index of b in a."),
    TWO("countOf", op_count_of, "Return the number of items in a which are, or which equal, b."),
    TWO("is_", op_is, "Same as a is b."),
    TWO("is_not", op_is_not, "Same as a is not b."),
    TWO("add", op_add, "Same as a + b."),
    TWO("sub", op_sub, "Same as a - b."),
    TWO("mul", op_mul, "Same as a * b."),
    TWO("matmul", op_matmul, "Same as a @ b."),
    TWO("floordiv", op_floordiv, "Same as a // b."),
    TWO("truediv", op_truediv, "Same as a / b."),
    TWO("mod", op_mod, "Same as a % b."),
    TWO("pow", op_pow, "Same as a ** b."),
    TWO("lshift", op_lshift, "Same as a << b."),
    TWO("rshift", op_rshift, "Same as a >> b."),
    TWO("and_", op_and_, "Same as a & b."),
    TWO("xor", op_xor, "Same as a ^ b."),
    TWO("or_", op_or_, "Same as a | b."),
    ONE("neg", op_neg, "Same as -a."),
    ONE("pos", op_pos, "Same as +a."),
    ONE("abs", op_abs, "Same as abs(a)."),
    ONE("inv", op_invert, "Same as ~a."),
    ONE("invert", op_invert, "Same as ~a."),
    ONE("index", op_index, "Same as a.__index__()"),
    ONE("not_", op_not, "Same as not a."),
    TWO("iadd", op_inplace_add, "Same as a += b."),
    TWO("isub", op_inplace_sub, "Same as a -= b."),
    TWO("imul", op_inplace_mul, "Same as a *= b."),
    TWO("imatmul", op_inplace_matmul, "Same as a @= b."),
    TWO("ifloordiv", op_inplace_floordiv, "Same as a //= b."),
    TWO("itruediv", op_inplace_truediv, "Same as a /= b"),
    TWO("imod", op_inplace_mod, "Same as a %= b."),
    TWO("ipow", op_inplace_pow, "Same as a **= b."),
    TWO("ilshift", op_inplace_lshift, "Same as a <<= b."),
    TWO("irshift", op_inplace_rshift, "Same as a >>= b."),
    TWO("iand", op_inplace_and_, "Same as a &= b."),
    TWO("ixor", op_inplace_xor, "Same as a ^= b."),
    TWO("ior", op_inplace_or_, "Same as a |= b."),
    TWO("concat", op_concat, "Same as a + b, for a and b sequences."),
    TWO("iconcat", op_iconcat, "Same as a += b, for a and b sequences."),
    TWO("getitem", op_getitem, "Same as a[b]."),
    METHOD("setitem", op_setitem, "(a, b, c, /)", "Same as a[b] = c."),
    TWO("delitem", op_delitem, "Same as del a[b]."),
    TWO("lt", op_lt, "Same as a < b."),
    TWO("le", op_le, "Same as a <= b."),
    TWO("eq", op_eq, "Same as a == b."),
    TWO("ne", op_ne, "Same as a != b."),
    TWO("gt", op_gt, "Same as a > b."),
    TWO("ge", op_ge, "Same as a >= b."),
    METHOD("length_hint", op_length_hint, "(obj, default=0, /)", "Return an estimate of the number of items in obj."),
    METHOD_ANY("call", op_call, "Same as obj(*args, **kwargs).", 0),
    TWO("_compare_digest", op_compare_digest, "Return 'a == b' in a way that does not tell by its time."),
    {0},
};

static bool fill(value module)
{
    return operator_getters_add(module);
}

const struct module_def _operator_module = {
    .name = "_operator",
    .doc = "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\n"
           "to the intrinsic operators of Python.",
    .functions = functions,
    .fill = fill,
};
