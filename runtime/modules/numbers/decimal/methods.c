/*
 * The methods of Decimals, and the type.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* ---- operations of one, two and three Decimals ---- */

static value method_unary(number_operation *operation, value self, value given_context)
{
    struct context *context = context_argument(given_context);
    value result = context ? decimal_apply(operation, context, self, NULL, NULL) : NULL;
    value_dec(value_of(context));
    return result;
}
static value method_binary(number_operation *operation, value self, value given, value given_context)
{
    struct context *context = context_argument(given_context);
    value other = context ? decimal_argument(given) : NULL;
    value result = other ? decimal_apply(operation, context, self, other, NULL) : NULL;
    value_dec(other);
    value_dec(value_of(context));
    return result;
}

#define UNARY(NAME)                                        \
    static value method_##NAME(value self, value context)  \
    {                                                      \
        return method_unary(number_##NAME, self, context); \
    }
#define BINARY(NAME)                                                   \
    static value method_##NAME(value self, value other, value context) \
    {                                                                  \
        return method_binary(number_##NAME, self, other, context);     \
    }
#define UNARY_METHODS(M) M(exp) M(ln) M(log10) M(sqrt) M(logb) M(logical_invert) M(next_minus) M(next_plus)
#define BINARY_METHODS(M)                                                                                       \
    M(compare)                                                                                                  \
    M(compare_signal)                                                                                           \
    M(max)                                                                                                      \
    M(max_mag)                                                                                                  \
    M(min)                                                                                                      \
    M(min_mag) M(next_toward) M(remainder_near) M(logical_and) M(logical_or) M(logical_xor) M(rotate) M(scaleb) \
        M(shift) M(compare_total) M(compare_total_mag) M(copy_sign)
UNARY_METHODS(UNARY)
BINARY_METHODS(BINARY)

static value method_normalize(value self, value context)
{
    return method_unary(number_reduce, self, context);
}

static value method_fma(value self, value given_other, value given_third, value given_context)
{
    struct context *context = context_argument(given_context);
    value other = context ? decimal_argument(given_other) : NULL, third = other ? decimal_argument(given_third) : NULL;
    value result = third ? decimal_apply(number_fma, context, self, other, third) : NULL;
    value_dec(third);
    value_dec(other);
    value_dec(value_of(context));
    return result;
}
static value method_fma_array(value self, const value *args)
{
    return method_fma(self, args[0], args[1], args[2]);
}

/* With a way of rounding that may be given. */
static value rounded(number_operation *operation, value self, value rounding, value given_context)
{
    struct context *context = context_argument(given_context);
    uint8_t way = context ? atomic_load(&context->rounding) : 0;
    value result = NULL;
    if (context && (is_none(rounding) || rounding_from_value(rounding, &way)))
        result = decimal_apply_rounding(operation, context, way, self, NULL);
    value_dec(value_of(context));
    return result;
}
static value method_quantize(value self, value given, value rounding, value given_context)
{
    struct context *context = context_argument(given_context);
    uint8_t way = context ? atomic_load(&context->rounding) : 0;
    value other = context ? decimal_argument(given) : NULL, result = NULL;
    if (other && (is_none(rounding) || rounding_from_value(rounding, &way))) {
        result = decimal_quantize_small(self, other, way, context);
        if (result == VALUE_MISSING)
            result = decimal_apply_rounding(number_quantize, context, way, self, other);
    }
    value_dec(other);
    value_dec(value_of(context));
    return result;
}
static value method_quantize_array(value self, const value *args)
{
    return method_quantize(self, args[0], args[1], args[2]);
}
static value method_to_integral(value self, value rounding, value context)
{
    return rounded(number_to_integral, self, rounding, context);
}
static value method_to_integral_exact(value self, value rounding, value context)
{
    return rounded(number_to_integral_exact, self, rounding, context);
}

/* ---- questions ---- */

static value method_is_finite(value v)
{
    return value_bool(DECIMAL(v)->kind == NUMBER_FINITE);
}
static value method_is_infinite(value v)
{
    return value_bool(DECIMAL(v)->kind == NUMBER_INFINITE);
}
static value method_is_nan(value v)
{
    return value_bool(DECIMAL(v)->kind >= NUMBER_QUIET_NAN);
}
static value method_is_qnan(value v)
{
    return value_bool(DECIMAL(v)->kind == NUMBER_QUIET_NAN);
}
static value method_is_snan(value v)
{
    return value_bool(DECIMAL(v)->kind == NUMBER_SIGNALING_NAN);
}
static value method_is_signed(value v)
{
    return value_bool(DECIMAL(v)->negative);
}
static value method_is_zero(value v)
{
    return value_bool(!decimal_truth(v));
}
static value method_is_canonical(value v)
{
    return VALUE_TRUE;
}

static const char *class_in(value self, value given_context)
{
    struct context *context = context_argument(given_context);
    if (!context)
        return NULL;
    struct number n;
    struct arithmetic x;
    context_read(context, &x);
    value_dec(value_of(context));
    return number_class(decimal_view(self, &n), &x);
}
static value method_number_class(value self, value context)
{
    const char *class = class_in(self, context);
    return class ? str_from_text(class) : NULL;
}
static value method_is_normal(value self, value context)
{
    const char *class = class_in(self, context);
    return class ? value_bool(strcmp(class + 1, "Normal") == 0) : NULL;
}
static value method_is_subnormal(value self, value context)
{
    const char *class = class_in(self, context);
    return class ? value_bool(strcmp(class + 1, "Subnormal") == 0) : NULL;
}
static value method_same_quantum(value self, value given, value given_context)
{
    struct context *context = context_argument(given_context);
    value other = context ? decimal_argument(given) : NULL, result = NULL;
    if (other) {
        struct number a, b;
        result = value_bool(number_same_quantum(decimal_view(self, &a), decimal_view(other, &b)));
    }
    value_dec(other);
    value_dec(value_of(context));
    return result;
}
static value method_adjusted(value v)
{
    struct decimal *d = DECIMAL(v);
    return int_from_i64(d->kind == NUMBER_FINITE ? d->exponent + d->digits - 1 : 0);
}
static value method_radix(value v)
{
    return decimal_from_wide(10, 0, 2, false);
}

/* ---- copies ---- */

static value method_itself(value v)
{
    return value_inc(v);
}
static value method_deepcopy(value v, value memo)
{
    return value_inc(v);
}
static value with_sign(value v, bool negative)
{
    value copy = decimal_copy(decimal_type, v);
    if (copy)
        DECIMAL(copy)->negative = negative; /* nobody has seen it yet */
    return copy;
}
static value method_copy_abs(value v)
{
    return with_sign(v, false);
}
static value method_copy_negate(value v)
{
    return with_sign(v, !DECIMAL(v)->negative);
}
static value get_imag(value v)
{
    return decimal_from_wide(0, 0, 1, false);
}

/* ---- other types ---- */

static bool is_number(value v, const char *to)
{
    uint8_t kind = DECIMAL(v)->kind;
    if (kind >= NUMBER_QUIET_NAN)
        return raise_false(EXC(ValueError), "cannot convert NaN to %s", to);
    return kind == NUMBER_FINITE || raise_false(EXC(OverflowError), "cannot convert Infinity to %s", to);
}
static value decimal_int(value v)
{
    return is_number(v, "integer") ? decimal_to_int(v, ROUND_DOWN) : NULL;
}
static value method_floor(value v)
{
    return is_number(v, "integer") ? decimal_to_int(v, ROUND_FLOOR) : NULL;
}
static value method_ceil(value v)
{
    return is_number(v, "integer") ? decimal_to_int(v, ROUND_CEILING) : NULL;
}
static value decimal_float(value v)
{
    if (DECIMAL(v)->kind == NUMBER_SIGNALING_NAN)
        return raise(EXC(ValueError), "cannot convert signaling NaN to float");
    if (DECIMAL(v)->kind == NUMBER_QUIET_NAN)
        return float_new(DECIMAL(v)->negative ? -__builtin_nan("") : __builtin_nan(""));
    value text = decimal_to_text(v, true, false), number = text ? number_float(text) : NULL;
    value_dec(text);
    return number;
}
static value method_complex(value v)
{
    value number = decimal_float(v);
    value result = number ? complex_new(float_value(number), 0) : NULL;
    value_dec(number);
    return result;
}

static value method_round(value v, value given)
{
    if (is_missing(given))
        return is_number(v, "integer") ? decimal_to_int(v, ROUND_HALF_EVEN) : NULL;
    if (!is_int(given))
        return raise(EXC(TypeError), "optional arg must be an integer");
    int64_t places;
    if (!int_fits_i64(given, &places))
        return raise(EXC(OverflowError), "Python int too large to convert to C ssize_t");
    struct context *context = context_argument(VALUE_NONE);
    value unit = context ? decimal_from_wide(1, places == INT64_MIN ? INT64_MAX : -places, 1, false) : NULL;
    value result = unit ? decimal_quantize_small(v, unit, atomic_load(&context->rounding), context) : NULL;
    if (result == VALUE_MISSING)
        result = decimal_apply(number_quantize, context, v, unit, NULL);
    value_dec(unit);
    value_dec(value_of(context));
    return result;
}

struct ratio_call {
    const struct number *a;
    mpz_t numerator, denominator;
};
static void ratio_call(void *context)
{
    struct ratio_call *c = context;
    if (c->a->exponent >= 0) {
        scale_up(c->numerator, c->a->coefficient, c->a->exponent);
        mpz_set_ui(c->denominator, 1);
    } else {
        mpz_t common;
        mpz_init(common);
        power_of_ten(c->denominator, -c->a->exponent);
        mpz_gcd(common, c->a->coefficient, c->denominator);
        mpz_divexact(c->numerator, c->a->coefficient, common);
        mpz_divexact(c->denominator, c->denominator, common);
        mpz_clear(common);
    }
    if (c->a->negative)
        mpz_neg(c->numerator, c->numerator);
}

static value method_as_integer_ratio(value v)
{
    if (!is_number(v, "integer ratio"))
        return NULL;
    struct number a;
    struct ratio_call call = {.a = decimal_view(v, &a)};
    mpz_init(call.numerator);
    mpz_init(call.denominator);
    int64_t exponent = decimal_truth(v) ? a.exponent : 0;
    a.exponent = exponent; /* zero is 0 / 1 */
    if (!decimal_guarded(ratio_call, &call, a.digits + 2 * (exponent < 0 ? -exponent : exponent)))
        return NULL;
    value items[2] = {int_take_mpz(call.numerator), int_take_mpz(call.denominator)};
    return tuple_from_results(items, 2);
}

/* ---- parts ---- */

value_slot decimal_tuple_class;

static value method_as_tuple(value v)
{
    struct decimal *d = DECIMAL(v);
    char *text = decimal_digits(v);
    if (!text)
        return NULL;
    int64_t count = d->digits;
    value digits = tuple_new((size_t)(d->kind == NUMBER_INFINITE ? 1 : count));
    if (digits && d->kind == NUMBER_INFINITE)
        tuple_init(digits, 0, small_int(0));
    for (int64_t i = 0; digits && i < count; thread_report_at((size_t)++i))
        tuple_init(digits, (size_t)i, small_int(text[i] - '0'));
    raw_free(text);
    value exponent;
    switch ((enum number_kind)d->kind) {
    case NUMBER_INFINITE:
        exponent = str_from_text("F");
        break;
    case NUMBER_QUIET_NAN:
        exponent = str_from_text("n");
        break;
    case NUMBER_SIGNALING_NAN:
        exponent = str_from_text("N");
        break;
    case NUMBER_FINITE:
    default:
        exponent = int_from_i64(d->exponent);
        break;
    }
    value result = NULL;
    if (digits && exponent)
        result = call_3(slot_peek(&decimal_tuple_class), small_int(d->negative), digits, exponent);
    value_dec(digits);
    value_dec(exponent);
    return result;
}

static bool current_capitals(bool *capitals)
{
    struct context *context = context_current();
    if (context)
        *capitals = atomic_load(&context->capitals);
    return context != NULL;
}
static value decimal_str(value v)
{
    bool capitals;
    return current_capitals(&capitals) ? decimal_to_text(v, capitals, false) : NULL;
}
static value decimal_repr(value v)
{
    value text = decimal_str(v), result = text ? str_format("Decimal('%U')", text) : NULL;
    value_dec(text);
    return result;
}
static value method_to_eng_string(value v, value given_context)
{
    struct context *context = context_argument(given_context);
    value text = context ? decimal_to_text(v, atomic_load(&context->capitals), true) : NULL;
    value_dec(value_of(context));
    return text;
}
static value method_reduce(value v)
{
    value items[2] = {value_inc(value_of(value_type(v))), NULL};
    value text = value_str(v);
    items[1] = text ? tuple_pack(1, text) : NULL;
    value_dec(text);
    return tuple_from_results(items, 2);
}
static value method_sizeof(value v)
{
    struct decimal *d = DECIMAL(v);
    return int_from_i64((int64_t)value_type(v)->gc.instance_size + (d->size > FEW_LIMBS ? d->size * 8 : 0));
}

/* ---- the type ---- */

static value decimal_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("", "(value='0', context=None)");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    struct context *context;
    if (is_none(bound[1])) { /* the usual way: the context is looked at in case of an error */
        context = context_current();
        value_inc(value_of(context));
    } else {
        context = context_argument(bound[1]);
    }
    value result = NULL;
    if (context)
        result = is_missing(bound[0]) ? decimal_from_exact_int(type, small_int(0))
                                      : decimal_from_value(type, bound[0], context, true);
    value_dec(value_of(context));
    return result;
}

static value method_from_float(value type, value f)
{
    struct context *context = context_argument(VALUE_NONE);
    value result = context ? decimal_from_float(decimal_type, f, context, true) : NULL;
    value_dec(value_of(context));
    if (result && type != value_of(decimal_type)) {
        value converted = call_1(type, result);
        value_dec(result);
        return converted;
    }
    return result;
}

static void decimal_destroy(struct object *o)
{
    struct decimal *d = (struct decimal *)o;
    if (d->size > FEW_LIMBS) {
        mpz_t coefficient = {{._mp_alloc = (int)d->size, ._mp_size = (int)d->size, ._mp_d = d->many}};
        mpz_clear(coefficient);
    }
}

#define CONTEXT_ONLY "($self, /, context=None)"
#define WITH_OTHER   "($self, /, other, context=None)"
#define SELF_ONLY    "($self, /)"
static const struct method_def decimal_methods[] = {
    METHOD("exp", method_exp, CONTEXT_ONLY, "The exponential function, correctly rounded."),
    METHOD("ln", method_ln, CONTEXT_ONLY, "The natural logarithm, correctly rounded."),
    METHOD("log10", method_log10, CONTEXT_ONLY, "The logarithm to base ten, correctly rounded."),
    METHOD("next_minus", method_next_minus, CONTEXT_ONLY, "The largest number that is smaller."),
    METHOD("next_plus", method_next_plus, CONTEXT_ONLY, "The smallest number that is larger."),
    METHOD("normalize", method_normalize, CONTEXT_ONLY, "The number without zeros at the end."),
    METHOD("to_integral", method_to_integral, "($self, /, rounding=None, context=None)", "Same as to_integral_value."),
    METHOD("to_integral_exact", method_to_integral_exact, "($self, /, rounding=None, context=None)",
           "Round to an integer, and tell if that changed the number."),
    METHOD("to_integral_value", method_to_integral, "($self, /, rounding=None, context=None)",
           "Round to an integer, without conditions."),
    METHOD("sqrt", method_sqrt, CONTEXT_ONLY, "The square root, correctly rounded."),
    METHOD("compare", method_compare, WITH_OTHER, "-1, 0 or 1, or NaN."),
    METHOD("compare_signal", method_compare_signal, WITH_OTHER, "As compare; all NaNs signal."),
    METHOD("max", method_max, WITH_OTHER, "The larger number."),
    METHOD("max_mag", method_max_mag, WITH_OTHER, "The number that is larger without its sign."),
    METHOD("min", method_min, WITH_OTHER, "The smaller number."),
    METHOD("min_mag", method_min_mag, WITH_OTHER, "The number that is smaller without its sign."),
    METHOD("next_toward", method_next_toward, WITH_OTHER, "The neighbour in the direction of the other number."),
    METHOD("quantize", method_quantize_array, "($self, /, exp, rounding=None, context=None)",
           "The number rounded to the exponent of the other one."),
    METHOD("remainder_near", method_remainder_near, WITH_OTHER, "What is left from the nearest multiple."),
    METHOD("fma", method_fma_array, "($self, /, other, third, context=None)", "self * other + third, rounded once."),
    METHOD("is_canonical", method_is_canonical, SELF_ONLY, "True."),
    METHOD("is_finite", method_is_finite, SELF_ONLY, "True for a number that is no infinity."),
    METHOD("is_infinite", method_is_infinite, SELF_ONLY, "True for infinities."),
    METHOD("is_nan", method_is_nan, SELF_ONLY, "True for NaNs, quiet or signaling."),
    METHOD("is_qnan", method_is_qnan, SELF_ONLY, "True for quiet NaNs."),
    METHOD("is_snan", method_is_snan, SELF_ONLY, "True for signaling NaNs."),
    METHOD("is_signed", method_is_signed, SELF_ONLY, "True if there is a minus sign."),
    METHOD("is_zero", method_is_zero, SELF_ONLY, "True for zeros."),
    METHOD("is_normal", method_is_normal, CONTEXT_ONLY, "True for finite numbers neither zero nor subnormal."),
    METHOD("is_subnormal", method_is_subnormal, CONTEXT_ONLY, "True for numbers nearer to zero than normal ones."),
    METHOD("adjusted", method_adjusted, SELF_ONLY, "The exponent of the first digit."),
    METHOD("canonical", method_itself, SELF_ONLY, "The number itself."),
    METHOD("conjugate", method_itself, SELF_ONLY, "The number itself."),
    METHOD("radix", method_radix, SELF_ONLY, "Decimal(10)."),
    METHOD("copy_abs", method_copy_abs, SELF_ONLY, "A copy without sign."),
    METHOD("copy_negate", method_copy_negate, SELF_ONLY, "A copy with the other sign."),
    METHOD("logb", method_logb, CONTEXT_ONLY, "The exponent of the first digit, as a Decimal."),
    METHOD("logical_invert", method_logical_invert, CONTEXT_ONLY, "Invert each digit."),
    METHOD("number_class", method_number_class, CONTEXT_ONLY, "The name of the class of the number."),
    METHOD("to_eng_string", method_to_eng_string, CONTEXT_ONLY, "Text with an exponent that is a multiple of three."),
    METHOD("compare_total", method_compare_total, WITH_OTHER, "Compare by representations: a total order."),
    METHOD("compare_total_mag", method_compare_total_mag, WITH_OTHER, "The same without the signs."),
    METHOD("copy_sign", method_copy_sign, WITH_OTHER, "A copy with the sign of the other number."),
    METHOD("logical_and", method_logical_and, WITH_OTHER, "Combine digits that are zeros and ones."),
    METHOD("logical_or", method_logical_or, WITH_OTHER, "Combine digits that are zeros and ones."),
    METHOD("logical_xor", method_logical_xor, WITH_OTHER, "Combine digits that are zeros and ones."),
    METHOD("rotate", method_rotate, WITH_OTHER, "Move the digits around."),
    METHOD("same_quantum", method_same_quantum, WITH_OTHER, "Are the exponents equal?"),
    METHOD("scaleb", method_scaleb, WITH_OTHER, "Add to the exponent."),
    METHOD("shift", method_shift, WITH_OTHER, "Move the digits, zeros coming in."),
    METHOD_FLAGS("from_float", method_from_float, "($type, f, /)", "From a float or an int, exactly.", METHOD_CLASS),
    METHOD("as_tuple", method_as_tuple, SELF_ONLY, "Sign, digits and exponent."),
    METHOD("as_integer_ratio", method_as_integer_ratio, SELF_ONLY, "Numerator and denominator, in lowest terms."),
    METHOD("__copy__", method_itself, SELF_ONLY, NULL),
    METHOD("__deepcopy__", method_deepcopy, "($self, memo, /)", NULL),
    METHOD("__format__", decimal_format, "($self, fmtarg, override=<unrepresentable>, /)", NULL),
    METHOD("__reduce__", method_reduce, SELF_ONLY, NULL),
    METHOD("__round__", method_round, "($self, ndigits=<unrepresentable>, /)", NULL),
    METHOD("__ceil__", method_ceil, SELF_ONLY, NULL),
    METHOD("__floor__", method_floor, SELF_ONLY, NULL),
    METHOD("__trunc__", decimal_int, SELF_ONLY, NULL),
    METHOD("__complex__", method_complex, SELF_ONLY, NULL),
    METHOD("__sizeof__", method_sizeof, SELF_ONLY, NULL),
    {0},
};
static const struct getset_def decimal_getset[] = {
    {"real", method_itself, NULL, NULL},
    {"imag", get_imag, NULL, NULL},
    {0},
};

const struct type_spec decimal_spec = {
    .name = "decimal.Decimal",
    .doc = "A decimal number: from an int, a text, a tuple, a float or another Decimal, exactly.",
    .signature = "(value='0', context=None)",
    .size = sizeof(struct decimal),
    .flags = TYPE_FLAG_BASE,
    .destroy = decimal_destroy,
    .slots =
        {
            .new = decimal_new,
            .repr = decimal_repr,
            .str = decimal_str,
            .hash = decimal_hash,
            .compare = decimal_compare_values,
            .binary =
                {
                    [BINARY_ADD] = decimal_add,
                    [BINARY_SUBTRACT] = decimal_subtract,
                    [BINARY_MULTIPLY] = decimal_multiply,
                    [BINARY_TRUE_DIVIDE] = decimal_divide,
                    [BINARY_FLOOR_DIVIDE] = decimal_floor_divide,
                    [BINARY_REMAINDER] = decimal_remainder,
                    [BINARY_DIVMOD] = decimal_divmod,
                    [BINARY_POWER] = decimal_power2,
                },
            .power = decimal_power,
            .unary =
                {
                    [UNARY_NEGATIVE] = decimal_negative,
                    [UNARY_POSITIVE] = decimal_positive,
                    [UNARY_ABSOLUTE] = decimal_absolute,
                },
            .truth = decimal_truth,
            .to_int = decimal_int,
            .to_float = decimal_float,
        },
    .methods = decimal_methods,
    .getset = decimal_getset,
};
