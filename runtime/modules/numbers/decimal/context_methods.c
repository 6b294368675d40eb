/*
 * The methods of contexts: each operation, with the conditions and the precision of the context that is asked.
 */
#include "runtime/modules/numbers/decimal/decimal.h"

static value unary(number_operation *operation, value self, value given)
{
    value a = decimal_argument(given), result = a ? decimal_apply(operation, CONTEXT(self), a, NULL, NULL) : NULL;
    value_dec(a);
    return result;
}
static value binary(number_operation *operation, value self, value given_a, value given_b)
{
    value a = decimal_argument(given_a), b = a ? decimal_argument(given_b) : NULL;
    value result = b ? decimal_apply(operation, CONTEXT(self), a, b, NULL) : NULL;
    value_dec(b);
    value_dec(a);
    return result;
}

#define UNARY(NAME)                                  \
    static value context_##NAME(value self, value x) \
    {                                                \
        return unary(number_##NAME, self, x);        \
    }
#define BINARY(NAME)                                          \
    static value context_##NAME(value self, value x, value y) \
    {                                                         \
        return binary(number_##NAME, self, x, y);             \
    }
#define UNARY_OPERATIONS(M)                                                                                  \
    M(abs)                                                                                                   \
    M(exp)                                                                                                   \
    M(ln)                                                                                                    \
    M(log10)                                                                                                 \
    M(minus)                                                                                                 \
    M(next_minus) M(next_plus) M(plus) M(sqrt) M(to_integral) M(to_integral_exact) M(logb) M(logical_invert) \
        M(copy_abs) M(copy_negate)
#define BINARY_OPERATIONS(M)                                                                                       \
    M(add)                                                                                                         \
    M(compare)                                                                                                     \
    M(compare_signal)                                                                                              \
    M(divide)                                                                                                      \
    M(divide_int)                                                                                                  \
    M(max) M(max_mag) M(min) M(min_mag) M(multiply) M(next_toward) M(quantize) M(remainder) M(remainder_near)      \
        M(subtract) M(compare_total) M(compare_total_mag) M(copy_sign) M(logical_and) M(logical_or) M(logical_xor) \
            M(rotate) M(scaleb) M(shift)
UNARY_OPERATIONS(UNARY)
BINARY_OPERATIONS(BINARY)

static value context_normalize(value self, value x)
{
    return unary(number_reduce, self, x);
}
static value context_divmod(value self, value given_a, value given_b)
{
    value a = decimal_argument(given_a), b = a ? decimal_argument(given_b) : NULL;
    value result = b ? decimal_apply_divmod(CONTEXT(self), a, b) : NULL;
    value_dec(b);
    value_dec(a);
    return result;
}
static value ternary(number_operation *operation, value self, value given_a, value given_b, value given_c)
{
    value a = decimal_argument(given_a), b = a ? decimal_argument(given_b) : NULL;
    value c = b ? decimal_argument(given_c) : NULL;
    value result = c ? decimal_apply(operation, CONTEXT(self), a, b, c) : NULL;
    value_dec(c);
    value_dec(b);
    value_dec(a);
    return result;
}
static value context_fma(value self, value x, value y, value z)
{
    return ternary(number_fma, self, x, y, z);
}
static value context_power(value self, value a, value b, value modulo)
{
    return is_none(modulo) ? binary(number_power, self, a, b) : ternary(number_power_modulo, self, a, b, modulo);
}

/* ---- questions ---- */

/* A method of Decimals that takes a context, for any operand. */
static value ask(value self, value given, value name, bool with_context)
{
    value a = decimal_argument(given), result = NULL;
    if (a) {
        value method = attr_get(value_of(decimal_type), name);
        if (method)
            result = with_context ? call_2(method, a, self) : call_1(method, a);
        value_dec(method);
    }
    value_dec(a);
    return result;
}
#define QUESTION(NAME_, WITH_CONTEXT)                   \
    static value context_##NAME_(value self, value x)   \
    {                                                   \
        return ask(self, x, NAME(NAME_), WITH_CONTEXT); \
    }
QUESTION(is_finite, false)
QUESTION(is_infinite, false)
QUESTION(is_nan, false)
QUESTION(is_normal, true)
QUESTION(is_qnan, false)
QUESTION(is_signed, false)
QUESTION(is_snan, false)
QUESTION(is_subnormal, true)
QUESTION(is_zero, false)
QUESTION(number_class, true)
QUESTION(to_eng_string, true)

static value context_same_quantum(value self, value given_a, value given_b)
{
    value a = decimal_argument(given_a), b = a ? decimal_argument(given_b) : NULL, result = NULL;
    if (b) {
        struct number x, y;
        result = value_bool(number_same_quantum(decimal_view(a, &x), decimal_view(b, &y)));
    }
    value_dec(b);
    value_dec(a);
    return result;
}
static bool is_decimal_argument(value v)
{
    return is_decimal(v) || raise_false(EXC(TypeError), "argument must be a Decimal");
}
static value context_is_canonical(value self, value x)
{
    return is_decimal_argument(x) ? VALUE_TRUE : NULL;
}
static value context_canonical(value self, value x)
{
    return is_decimal_argument(x) ? value_inc(x) : NULL;
}
static value context_copy_decimal(value self, value x)
{
    return decimal_argument(x);
}
static value context_to_sci_string(value self, value given)
{
    value a = decimal_argument(given);
    value text = a ? decimal_to_text(a, atomic_load(&CONTEXT(self)->capitals), false) : NULL;
    value_dec(a);
    return text;
}

/* ---- making Decimals ---- */

static value context_create_decimal(value self, value given)
{
    if (is_missing(given))
        given = small_int(0);
    return decimal_from_value(decimal_type, given, CONTEXT(self), false);
}
static value context_create_decimal_from_float(value self, value f)
{
    return decimal_from_float(decimal_type, f, CONTEXT(self), false);
}
static value context_apply(value self, value x)
{
    return unary(number_apply, self, x);
}

#define ONE  "($self, x, /)"
#define TWO  "($self, x, y, /)"
#define SELF "($self, /)"
static const struct method_def context_methods[] = {
    METHOD("abs", context_abs, ONE, "The number without sign."),
    METHOD("exp", context_exp, ONE, "e ** x"),
    METHOD("ln", context_ln, ONE, "The natural logarithm."),
    METHOD("log10", context_log10, ONE, "The logarithm to base ten."),
    METHOD("minus", context_minus, ONE, "-x"),
    METHOD("next_minus", context_next_minus, ONE, "The largest number that is smaller."),
    METHOD("next_plus", context_next_plus, ONE, "The smallest number that is larger."),
    METHOD("normalize", context_normalize, ONE, "The number without zeros at the end."),
    METHOD("plus", context_plus, ONE, "+x"),
    METHOD("sqrt", context_sqrt, ONE, "The square root."),
    METHOD("to_integral", context_to_integral, ONE, "Same as to_integral_value."),
    METHOD("to_integral_exact", context_to_integral_exact, ONE, "Round to an integer, and tell if that changed it."),
    METHOD("to_integral_value", context_to_integral, ONE, "Round to an integer, without conditions."),
    METHOD("add", context_add, TWO, "x + y"),
    METHOD("compare", context_compare, TWO, "-1, 0 or 1, or NaN."),
    METHOD("compare_signal", context_compare_signal, TWO, "As compare; all NaNs signal."),
    METHOD("divide", context_divide, TWO, "x / y"),
    METHOD("divide_int", context_divide_int, TWO, "The integer part of x / y."),
    METHOD("divmod", context_divmod, TWO, "The integer part of x / y, and the remainder."),
    METHOD("max", context_max, TWO, "The larger number."),
    METHOD("max_mag", context_max_mag, TWO, "The number that is larger without its sign."),
    METHOD("min", context_min, TWO, "The smaller number."),
    METHOD("min_mag", context_min_mag, TWO, "The number that is smaller without its sign."),
    METHOD("multiply", context_multiply, TWO, "x * y"),
    METHOD("next_toward", context_next_toward, TWO, "The neighbour of x in the direction of y."),
    METHOD("quantize", context_quantize, TWO, "x rounded to the exponent of y."),
    METHOD("remainder", context_remainder, TWO, "x % y"),
    METHOD("remainder_near", context_remainder_near, TWO, "What is left from the nearest multiple."),
    METHOD("subtract", context_subtract, TWO, "x - y"),
    METHOD("power", context_power, "($self, /, a, b, modulo=None)", "a ** b, or a ** b % modulo."),
    METHOD("fma", context_fma, "($self, x, y, z, /)", "x * y + z, rounded once."),
    METHOD("is_canonical", context_is_canonical, ONE, "True."),
    METHOD("is_finite", context_is_finite, ONE, "True for a number that is no infinity."),
    METHOD("is_infinite", context_is_infinite, ONE, "True for infinities."),
    METHOD("is_nan", context_is_nan, ONE, "True for NaNs, quiet or signaling."),
    METHOD("is_normal", context_is_normal, ONE, "True for finite numbers neither zero nor subnormal."),
    METHOD("is_qnan", context_is_qnan, ONE, "True for quiet NaNs."),
    METHOD("is_signed", context_is_signed, ONE, "True if there is a minus sign."),
    METHOD("is_snan", context_is_snan, ONE, "True for signaling NaNs."),
    METHOD("is_subnormal", context_is_subnormal, ONE, "True for numbers nearer to zero than normal ones."),
    METHOD("is_zero", context_is_zero, ONE, "True for zeros."),
    METHOD("_apply", context_apply, ONE, NULL),
    METHOD("copy_abs", context_copy_abs, ONE, "A copy without sign."),
    METHOD("copy_decimal", context_copy_decimal, ONE, "The number itself."),
    METHOD("copy_negate", context_copy_negate, ONE, "A copy with the other sign."),
    METHOD("canonical", context_canonical, ONE, "The number itself."),
    METHOD("logb", context_logb, ONE, "The exponent of the first digit, as a Decimal."),
    METHOD("logical_invert", context_logical_invert, ONE, "Invert each digit."),
    METHOD("number_class", context_number_class, ONE, "The name of the class of the number."),
    METHOD("to_sci_string", context_to_sci_string, ONE, "Text in scientific notation."),
    METHOD("to_eng_string", context_to_eng_string, ONE, "Text with an exponent that is a multiple of three."),
    METHOD("compare_total", context_compare_total, TWO, "Compare by representations: a total order."),
    METHOD("compare_total_mag", context_compare_total_mag, TWO, "The same without the signs."),
    METHOD("copy_sign", context_copy_sign, TWO, "A copy of x with the sign of y."),
    METHOD("logical_and", context_logical_and, TWO, "Combine digits that are zeros and ones."),
    METHOD("logical_or", context_logical_or, TWO, "Combine digits that are zeros and ones."),
    METHOD("logical_xor", context_logical_xor, TWO, "Combine digits that are zeros and ones."),
    METHOD("rotate", context_rotate, TWO, "Move the digits around."),
    METHOD("same_quantum", context_same_quantum, TWO, "Are the exponents equal?"),
    METHOD("scaleb", context_scaleb, TWO, "Add to the exponent."),
    METHOD("shift", context_shift, TWO, "Move the digits, zeros coming in."),
    METHOD("create_decimal", context_create_decimal, "($self, num='0', /)", "A Decimal, rounded by the context."),
    METHOD("create_decimal_from_float", context_create_decimal_from_float, "($self, f, /)",
           "A Decimal from a float or an int, rounded by the context."),
    METHOD("Etiny", context_etiny, SELF, "The exponent of the smallest subnormal number: Emin - prec + 1."),
    METHOD("Etop", context_etop, SELF, "The exponent of the largest numbers: Emax - prec + 1."),
    METHOD("radix", context_radix, SELF, "Decimal(10)."),
    METHOD("clear_flags", context_clear_flags, SELF, "Set all flags to False."),
    METHOD("clear_traps", context_clear_traps, SELF, "Set all traps to False."),
    METHOD("copy", context_copy, SELF, "Another context with the same settings, flags and traps."),
    METHOD("__copy__", context_copy, SELF, NULL),
    METHOD("__reduce__", context_reduce, SELF, NULL),
    {0},
};

const struct type_spec context_spec = {
    .name = "decimal.Context",
    .doc = "What operations obey: how many digits they give, how they round, which exponents there are, and which "
           "conditions raise exceptions.",
    .signature = "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)",
    .size = sizeof(struct context),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = context_traverse,
    .destroy = context_destroy,
    .slots = {.new = context_new, .init = context_init, .repr = context_repr},
    .methods = context_methods,
    .getset = context_getset,
};
