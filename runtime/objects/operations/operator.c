/* Operators: which operand's slot is asked first, and what the errors say. */
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

static const char *const binary_symbols[BINARY_COUNT] = {
    [BINARY_ADD] = "+",
    [BINARY_AND] = "&",
    [BINARY_FLOOR_DIVIDE] = "//",
    [BINARY_LSHIFT] = "<<",
    [BINARY_MATRIX_MULTIPLY] = "@",
    [BINARY_MULTIPLY] = "*",
    [BINARY_REMAINDER] = "%",
    [BINARY_OR] = "|",
    [BINARY_POWER] = "** or pow()",
    [BINARY_RSHIFT] = ">>",
    [BINARY_SUBTRACT] = "-",
    [BINARY_TRUE_DIVIDE] = "/",
    [BINARY_XOR] = "^",
    [BINARY_DIVMOD] = "divmod()",
};

/* The rule of binary operators: the left operand's slot first, unless the right one is of a subclass with another. */
static value binary_try(enum binary_operator op, value a, value b)
{
    struct type *left = value_type(a), *right = value_type(b);
    value (*first)(value, value) = type_slot(left, binary[op]);
    value (*second)(value, value) = left == right ? NULL : type_slot(right, binary[op]);
    if (second == first)
        second = NULL;
    if (first) {
        if (second && type_is_subtype(right, left)) {
            value result = second(a, b);
            if (result != VALUE_NOT_IMPLEMENTED)
                return result;
            second = NULL;
        }
        value result = first(a, b);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
    }
    return second ? second(a, b) : VALUE_NOT_IMPLEMENTED;
}

static value unsupported(const char *symbol, value a, value b)
{
    return raise(EXC(TypeError), "unsupported operand type(s) for %s: '%T' and '%T'", symbol, a, b);
}

/* The count of a repetition, from the number beside the sequence. */
static value repeat_by(value (*repeat)(value, ssize), value sequence, value number)
{
    ssize n;
    if (!value_type_slot(number, to_index))
        return raise(EXC(TypeError), "can't multiply sequence by non-int of type '%T'", number);
    return index_as_ssize(number, &n, EXC(OverflowError)) ? repeat(sequence, n) : NULL;
}

/* a * b where `repeat` is that slot of `a`, for the sequence that one of them is; VALUE_NOT_IMPLEMENTED: none is. */
static value repeat_either(value (*repeat)(value, ssize), value a, value b)
{
    if (repeat)
        return repeat_by(repeat, a, b);
    repeat = value_type_slot(b, repeat);
    return repeat ? repeat_by(repeat, b, a) : VALUE_NOT_IMPLEMENTED;
}

value operate_binary(enum binary_operator op, value a, value b)
{
    value result = binary_try(op, a, b);
    if (likely(result != VALUE_NOT_IMPLEMENTED))
        return result;
    if (op == BINARY_ADD) {
        value (*concat)(value, value) = value_type_slot(a, concat);
        if (concat)
            return concat(a, b);
    } else if (op == BINARY_MULTIPLY) {
        value repeated = repeat_either(value_type_slot(a, repeat), a, b);
        if (repeated != VALUE_NOT_IMPLEMENTED)
            return repeated;
    } else if (op == BINARY_RSHIFT && value_is(a, TYPE_ID_BUILTIN_FUNCTION)) {
        value name = attr_get_optional(a, NAME(__name__));
        bool print = name && name != VALUE_MISSING && is_str(name) && str_equals_text(name, "print");
        value_dec(name);
        error_clear();
        if (print)
            return raise(EXC(TypeError),
                         "unsupported operand type(s) for >>: '%T' and '%T'. Did you mean \"print(<message>, "
                         "file=<output_stream>)\"?",
                         a, b);
    }
    return unsupported(binary_symbols[op], a, b);
}

/* Whether a *= b asks only `a` for a repetition: what could be a sequence is not taken for a number there. */
static bool multiplies_itself_only(value a)
{
    struct type *type = value_type(a);
    return type_has_flag(type, TYPE_FLAG_HEAP) || type_slot(type, length) || type_slot(type, contains);
}

value operate_inplace(enum binary_operator op, value a, value b)
{
    value (*inplace)(value, value) = value_type_slot(a, inplace[op]);
    if (inplace) {
        value result = inplace(a, b);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
    }
    value result = binary_try(op, a, b);
    if (result != VALUE_NOT_IMPLEMENTED)
        return result;
    if (op == BINARY_ADD) {
        value (*concat)(value, value) = value_type_slot(a, inplace_concat);
        if (!concat)
            concat = value_type_slot(a, concat);
        if (concat)
            return concat(a, b);
    } else if (op == BINARY_MULTIPLY) {
        value (*repeat)(value, ssize) = value_type_slot(a, inplace_repeat);
        if (!repeat)
            repeat = value_type_slot(a, repeat);
        value repeated = repeat || !multiplies_itself_only(a) ? repeat_either(repeat, a, b) : VALUE_NOT_IMPLEMENTED;
        if (repeated != VALUE_NOT_IMPLEMENTED)
            return repeated;
    }
    char symbol[16];
    snprintf(symbol, sizeof symbol, "%s=", op == BINARY_POWER ? "**" : binary_symbols[op]);
    return unsupported(symbol, a, b);
}

value operate_power(value base, value exponent, value modulus)
{
    if (modulus == VALUE_NONE || modulus == VALUE_MISSING || !modulus)
        return operate_binary(BINARY_POWER, base, exponent);
    value (*powers[])(value, value, value) = {value_type_slot(base, power), value_type_slot(exponent, power),
                                              value_type_slot(modulus, power)};
    for (int i = 0; i < 3; i++) {
        bool asked = !powers[i];
        for (int k = 0; k < i; k++)
            asked |= powers[k] == powers[i];
        value result = asked ? VALUE_NOT_IMPLEMENTED : powers[i](base, exponent, modulus);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
    }
    return raise(EXC(TypeError), "unsupported operand type(s) for ** or pow(): '%T', '%T', '%T'", base, exponent,
                 modulus);
}

value operate_unary(enum unary_operator op, value a)
{
    static const char *const names[] = {"unary -", "unary +", "abs()", "unary ~"};
    value (*unary)(value) = value_type_slot(a, unary[op]);
    if (likely(unary != NULL))
        return unary(a);
    return raise(EXC(TypeError), "bad operand type for %s: '%T'", names[op], a);
}

/* ---- comparison ---- */
static const char *const compare_symbols[] = {"<", "<=", "==", "!=", ">", ">="};
static const int compare_swapped[] = {COMPARE_GT, COMPARE_GE, COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE};

static value compare_try(value a, value b, int op)
{
    struct type *left = value_type(a), *right = value_type(b);
    value (*first)(value, value, int) = type_slot(left, compare);
    value (*second)(value, value, int) = type_slot(right, compare);
    if (left != right && second && type_is_subtype(right, left)) {
        value result = second(b, a, compare_swapped[op]);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
        second = NULL;
    }
    if (first) {
        value result = first(a, b, op);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
    }
    if (second) {
        value result = second(b, a, compare_swapped[op]);
        if (result != VALUE_NOT_IMPLEMENTED)
            return result;
    }
    if (op == COMPARE_EQ)
        return value_bool(a == b);
    if (op == COMPARE_NE)
        return value_bool(a != b);
    return raise(EXC(TypeError), "'%s' not supported between instances of '%T' and '%T'", compare_symbols[op], a, b);
}

value compare_rich(value a, value b, int op)
{
    thread_pause(thread_self); /* as in iter_next */
    if (unlikely(!recursion_enter(" in comparison")))
        return NULL;
    value result = compare_try(a, b, op);
    recursion_leave();
    return result;
}

int compare_bool(value a, value b, int op)
{
    if (a == b) {
        if (op == COMPARE_EQ)
            return 1;
        if (op == COMPARE_NE)
            return 0;
    }
    if ((op == COMPARE_EQ || op == COMPARE_NE) && value_is(a, TYPE_ID_STR) && value_is(b, TYPE_ID_STR)) {
        thread_pause(thread_self);
        return str_equal(a, b) == (op == COMPARE_EQ);
    }
    value result = compare_rich(a, b, op);
    if (!result)
        return -1;
    int truth = value_truth(result);
    value_dec(result);
    return truth;
}

int value_equals(value a, value b)
{
    return compare_bool(a, b, COMPARE_EQ);
}

int value_truth(value v)
{
    if (v == VALUE_TRUE)
        return 1;
    if (v == VALUE_FALSE || v == VALUE_NONE)
        return 0;
    struct type *type = value_type(v);
    int (*truth)(value) = type_slot(type, truth);
    if (truth)
        return truth(v);
    ssize (*length)(value) = type_slot(type, length);
    if (!length)
        return 1;
    ssize n = length(v);
    return n < 0 ? -1 : n > 0;
}

bool value_hash(value v, int64_t *out)
{
    bool (*hash)(value, int64_t *) = value_type_slot(v, hash);
    return hash ? hash(v, out) : value_unhashable(v, out);
}

bool value_unhashable(value v, int64_t *out)
{
    (void)out;
    return raise_false(EXC(TypeError), "unhashable type: '%T'", v);
}
