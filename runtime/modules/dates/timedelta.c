/*
 * timedelta: differences.
 *
 * All of one is less than 2^67 microseconds, so that numbers of 128 bits do for products with and quotients by 60 bits
 * and for floats. What is larger goes through Python's ints. Rounding is exact, to even.
 */
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/text/str.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

struct type *timedelta_type;

typedef __int128 wide;

/* ---- making ---- */
static inline value delta_make(struct type *type, int days, int64_t micros)
{
    struct timedelta *d = (struct timedelta *)dates_alloc(type, timedelta_type, KIND_LEAF, sizeof *d);
    if (!d)
        return NULL;
    d->days = days;
    d->micros = micros;
    return value_of(d);
}

static inline value delta_of_type(struct type *type, int64_t days, int64_t micros)
{
    if (unlikely(micros < 0 || micros >= DAY_MICROS)) {
        int64_t more = micros / DAY_MICROS;
        micros -= more * DAY_MICROS;
        if (micros < 0) {
            micros += DAY_MICROS;
            more--;
        }
        days += more;
    }
    if (unlikely(days > DELTA_DAYS_MAX || days < -DELTA_DAYS_MAX)) {
        if (days != (int)days)
            return raise(EXC(OverflowError), "Python int too large to convert to C int");
        return raise(EXC(OverflowError), "days=%d; must have magnitude <= %d", (int)days, DELTA_DAYS_MAX);
    }
    return delta_make(type, (int)days, micros);
}

value timedelta_new(int64_t days, int64_t micros)
{
    return delta_of_type(timedelta_type, days, micros);
}

static value raise_too_large(void)
{
    return raise(EXC(OverflowError), "Python int too large to convert to C int");
}

static value delta_from_wide(struct type *type, wide micros)
{
    if (likely(micros == (int64_t)micros)) {
        int64_t all = (int64_t)micros, days = all / DAY_MICROS;
        return delta_of_type(type, days, all - days * DAY_MICROS);
    }
    wide days = micros / DAY_MICROS;
    if (days != (int64_t)days)
        return raise_too_large();
    return delta_of_type(type, (int64_t)days, (int64_t)(micros - days * DAY_MICROS));
}

static wide delta_wide(value v)
{
    return (wide)DELTA(v)->days * DAY_MICROS + DELTA(v)->micros;
}

/* All microseconds as an int, and back. */
static value delta_int(value v)
{
    wide all = delta_wide(v);
    if (all == (int64_t)all)
        return int_from_i64((int64_t)all);
    return int_from_bytes((const uint8_t *)&all, sizeof all, true, true);
}
static value delta_from_int(struct type *type, value micros /* stolen, or NULL */)
{
    int64_t few;
    wide all = 0;
    if (!micros)
        return NULL;
    if (int_fits_i64(micros, &few))
        all = few;
    else if (!int_to_bytes(micros, (uint8_t *)&all, sizeof all, true, true)) {
        value_dec(micros);
        error_clear();
        return raise_too_large();
    }
    value_dec(micros);
    return delta_from_wide(type, all);
}

/* ---- division to the nearest, halves to even ---- */
static wide divide_nearest(wide a, wide b)
{
    wide quotient = a / b, rest = a - quotient * b;
    wide twice = 2 * (rest < 0 ? -rest : rest), size = b < 0 ? -b : b;
    if (twice > size || (twice == size && (quotient & 1)))
        quotient += (a < 0) == (b < 0) ? 1 : -1;
    return quotient;
}

/* The same for ints of any size; steals a. */
static value int_divide_nearest(value a, value b)
{
    value pair = a ? operate_binary(BINARY_DIVMOD, a, b) : NULL;
    value_dec(a);
    if (!pair)
        return NULL;
    value quotient = tuple_get(pair, 0), rest = tuple_get(pair, 1);
    value twice = operate_binary(BINARY_ADD, rest, rest);
    /* the rest has the sign of b */
    int above = twice ? compare_bool(twice, b, int_sign(b) < 0 ? COMPARE_LT : COMPARE_GT) : -1;
    int half = above == 0 ? compare_bool(twice, b, COMPARE_EQ) : 0;
    value_dec(twice);
    value result = NULL;
    if (above >= 0 && half >= 0) {
        bool up = above || (half && (int_low_bits(quotient) & 1));
        result = up ? operate_binary(BINARY_ADD, quotient, small_int(1)) : value_inc(quotient);
    }
    value_dec(pair);
    return result;
}

/* ---- the constructor ---- */
struct sum {
    wide micros;
    double rest; /* fractions of microseconds of floats */
    value ints;  /* an int, or NULL: ints that are too large for `micros`; owned */
};

static bool sum_add(struct sum *sum, wide number, wide factor)
{
    wide product, all;
    if (!__builtin_mul_overflow(number, factor, &product) && !__builtin_add_overflow(sum->micros, product, &all)) {
        sum->micros = all;
        return true;
    }
    return raise_too_large() != NULL;
}

static bool sum_add_int(struct sum *sum, value number, int64_t factor)
{
    int64_t few;
    if (likely(int_fits_i64(number, &few)))
        return sum_add(sum, few, factor);
    value exact = number_int(number);
    value product = exact ? operate_binary(BINARY_MULTIPLY, exact, small_int(factor)) : NULL;
    value_dec(exact);
    value all = product && sum->ints ? operate_binary(BINARY_ADD, sum->ints, product) : value_inc(product);
    value_dec(product);
    if (!all)
        return false;
    value_dec(sum->ints);
    sum->ints = all;
    return true;
}

static bool sum_add_whole(struct sum *sum, double whole, int64_t factor)
{
    if (fabs(whole) < 0x1p62)
        return sum_add(sum, (int64_t)whole, factor);
    value number = int_from_double(whole);
    bool done = number && sum_add_int(sum, number, factor);
    value_dec(number);
    return done;
}

static bool sum_add_component(struct sum *sum, const char *name, value v, int64_t factor)
{
    if (is_int(v))
        return sum_add_int(sum, v, factor);
    if (!is_float(v))
        return raise_false(EXC(TypeError), "unsupported type for timedelta %s component: %T", name, v);
    double whole, rest = modf(float_value(v), &whole);
    if (!sum_add_whole(sum, whole, factor))
        return false;
    if (rest == 0)
        return true;
    rest = modf(rest * (double)factor, &whole);
    sum->rest += rest;
    return sum_add_whole(sum, whole, 1);
}

static value sum_finish(struct sum *sum, struct type *type)
{
    if (sum->rest != 0) {
        double whole = round(sum->rest);
        if (fabs(whole - sum->rest) == 0.5) { /* halfway: to what makes the sum even */
            bool odd = (sum->micros & 1) ^ (sum->ints && (int_low_bits(sum->ints) & 1));
            whole = 2.0 * round((sum->rest + odd) * 0.5) - odd;
        }
        sum->micros += (int64_t)whole;
    }
    if (likely(!sum->ints))
        return delta_from_wide(type, sum->micros);
    value few = int_from_bytes((const uint8_t *)&sum->micros, sizeof sum->micros, true, true);
    value all = few ? operate_binary(BINARY_ADD, sum->ints, few) : NULL;
    value_dec(few);
    return delta_from_int(type, all);
}

static value delta_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("__new__", "(days=<missing>, seconds=<missing>, microseconds=<missing>, milliseconds=<missing>, "
                             "minutes=<missing>, hours=<missing>, weeks=<missing>)");
    static const struct {
        unsigned place;
        const char *name;
        int64_t factor;
    } components[] = {{2, "microseconds", 1},
                      {3, "milliseconds", 1000},
                      {1, "seconds", SECOND_MICROS},
                      {4, "minutes", 60 * SECOND_MICROS},
                      {5, "hours", 3600 * SECOND_MICROS},
                      {0, "days", DAY_MICROS},
                      {6, "weeks", 7 * DAY_MICROS}};
    value bound[7];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    struct sum sum = {0};
    bool done = true;
    for (size_t i = 0; done && i < 7; i++)
        if (bound[components[i].place] != VALUE_MISSING)
            done = sum_add_component(&sum, components[i].name, bound[components[i].place], components[i].factor);
    value result = done ? sum_finish(&sum, type) : NULL;
    value_dec(sum.ints);
    return result;
}

/* ---- sums ---- */
static value delta_add(value a, value b)
{
    if (!is_timedelta(a) || !is_timedelta(b))
        return VALUE_NOT_IMPLEMENTED;
    return timedelta_new((int64_t)DELTA(a)->days + DELTA(b)->days, DELTA(a)->micros + DELTA(b)->micros);
}
value delta_subtract(value a, value b)
{
    return timedelta_new((int64_t)DELTA(a)->days - DELTA(b)->days, DELTA(a)->micros - DELTA(b)->micros);
}
static value delta_minus(value a, value b)
{
    return is_timedelta(a) && is_timedelta(b) ? delta_subtract(a, b) : VALUE_NOT_IMPLEMENTED;
}
static value delta_negative(value v)
{
    return timedelta_new(-(int64_t)DELTA(v)->days, -DELTA(v)->micros);
}
static value delta_positive(value v)
{
    return timedelta_new(DELTA(v)->days, DELTA(v)->micros);
}
static value delta_absolute(value v)
{
    return DELTA(v)->days < 0 ? delta_negative(v) : delta_positive(v);
}
static int delta_truth(value v)
{
    return !delta_is_zero(v);
}

/* ---- products and quotients ---- */

/* The fraction that a float is; owned tuple. */
static value float_ratio(value v)
{
    value ratio = call_method_0(v, NAME(as_integer_ratio));
    if (ratio && !is_tuple(ratio)) {
        raise(EXC(TypeError), "unexpected return type from as_integer_ratio(): expected tuple, got '%T'", ratio);
    } else if (ratio && tuple_length(ratio) != 2) {
        raise(EXC(ValueError), "as_integer_ratio() must return a 2-tuple");
    } else if (ratio && !(is_int(tuple_get(ratio, 0)) && is_int(tuple_get(ratio, 1)))) {
        raise(EXC(TypeError), "as_integer_ratio() must return a tuple of ints");
    } else {
        return ratio;
    }
    value_dec(ratio);
    return NULL;
}

/* delta * factor, or delta / factor, through ints. */
static value scale_by_ratio(value delta, value factor, bool divide)
{
    value ratio = float_ratio(factor), all = ratio ? delta_int(delta) : NULL, result = NULL;
    if (all) {
        value product = operate_binary(BINARY_MULTIPLY, all, tuple_get(ratio, divide));
        result = delta_from_int(timedelta_type, int_divide_nearest(product, tuple_get(ratio, !divide)));
    }
    value_dec(all);
    value_dec(ratio);
    return result;
}

/* n / 2^shift to the nearest; n is less than 2^121. */
static wide shift_nearest(wide n, int shift)
{
    return shift > 123 ? 0 : shift == 0 ? n : divide_nearest(n, (wide)1 << shift);
}
/* n * 2^shift; false: more than any timedelta. */
static bool shift_up(wide n, int shift, wide *out)
{
    return n == 0 ? (*out = 0, true) : shift < 127 && !__builtin_mul_overflow(n, (wide)1 << shift, out);
}

static value scale(value delta, value factor, bool divide)
{
    if (!value_is_immediate_float(factor) && !value_is(factor, TYPE_ID_FLOAT))
        return scale_by_ratio(delta, factor, divide);
    double d = float_value(factor);
    if (isnan(d))
        return raise(EXC(ValueError), "cannot convert NaN to integer ratio");
    if (isinf(d))
        return raise(EXC(OverflowError), "cannot convert Infinity to integer ratio");
    if (divide && d == 0)
        return raise(EXC(ZeroDivisionError), "integer division or modulo by zero");
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(d, &exponent), 53);
    wide all = delta_wide(delta), result;
    if (mantissa == 0)
        return timedelta_new(0, 0);
    exponent -= 53;
    int zeros = __builtin_ctzll((uint64_t)mantissa);
    mantissa >>= zeros;
    exponent += zeros;
    if (!divide) { /* all * mantissa * 2^exponent */
        all *= mantissa;
        if (exponent <= 0)
            result = shift_nearest(all, -exponent);
        else if (!shift_up(all, exponent, &result))
            return raise_too_large();
    } else if (exponent < 0) { /* all * 2^-exponent / mantissa */
        if (!shift_up(all, -exponent, &result))
            return raise_too_large(); /* divided by 53 bits it still is */
        result = divide_nearest(result, mantissa);
    } else if (exponent > 70) { /* all is less than half of 2^exponent */
        result = 0;
    } else {
        result = divide_nearest(all, (wide)mantissa << exponent);
    }
    return delta_from_wide(timedelta_type, result);
}

static value delta_times_int(value delta, value factor)
{
    int64_t few;
    wide product;
    if (likely(int_fits_i64(factor, &few)) && !__builtin_mul_overflow(delta_wide(delta), (wide)few, &product))
        return delta_from_wide(timedelta_type, product);
    value all = delta_int(delta), more = all ? operate_binary(BINARY_MULTIPLY, all, factor) : NULL;
    value_dec(all);
    return delta_from_int(timedelta_type, more);
}

static value delta_multiply(value a, value b)
{
    bool left = is_timedelta(a);
    value delta = left ? a : b, factor = left ? b : a;
    if (is_int(factor))
        return delta_times_int(delta, factor);
    return is_float(factor) ? scale(delta, factor, false) : VALUE_NOT_IMPLEMENTED;
}

static value raise_division(const char *what)
{
    return raise(EXC(ZeroDivisionError), "%s", what);
}
static const char by_zero[] = "integer division or modulo by zero";

/* a / b as a float, for ints of up to 128 bits. */
static value wide_ratio(value a, value b)
{
    int64_t x, y;
    const int64_t exact = INT64_C(1) << 53;
    if (delta_fits(a, &x) && delta_fits(b, &y) && y && x <= exact && x >= -exact && y <= exact && y >= -exact)
        return float_new((double)x / (double)y);
    value p = delta_int(a), q = delta_int(b);
    value result = p && q ? operate_binary(BINARY_TRUE_DIVIDE, p, q) : NULL;
    value_dec(p);
    value_dec(q);
    return result;
}

static value delta_true_divide(value a, value b)
{
    if (!is_timedelta(a))
        return VALUE_NOT_IMPLEMENTED;
    if (is_timedelta(b))
        return wide_ratio(a, b);
    if (is_float(b))
        return scale(a, b, true);
    if (!is_int(b))
        return VALUE_NOT_IMPLEMENTED;
    int64_t few;
    if (!int_fits_i64(b, &few))
        return delta_from_int(timedelta_type, int_divide_nearest(delta_int(a), b));
    return few ? delta_from_wide(timedelta_type, divide_nearest(delta_wide(a), few)) : raise_division(by_zero);
}

static wide floor_divide(wide a, wide b)
{
    wide quotient = a / b;
    return quotient - (quotient * b != a && (a < 0) != (b < 0));
}

static value int_from_wide(wide n)
{
    return n == (int64_t)n ? int_from_i64((int64_t)n) : int_from_bytes((const uint8_t *)&n, sizeof n, true, true);
}

static value delta_floor_divide(value a, value b)
{
    if (!is_timedelta(a))
        return VALUE_NOT_IMPLEMENTED;
    if (is_timedelta(b))
        return delta_is_zero(b) ? raise_division(by_zero) : int_from_wide(floor_divide(delta_wide(a), delta_wide(b)));
    if (!is_int(b))
        return VALUE_NOT_IMPLEMENTED;
    int64_t few;
    if (!int_fits_i64(b, &few)) {
        value all = delta_int(a), quotient = all ? operate_binary(BINARY_FLOOR_DIVIDE, all, b) : NULL;
        value_dec(all);
        return delta_from_int(timedelta_type, quotient);
    }
    return few ? delta_from_wide(timedelta_type, floor_divide(delta_wide(a), few)) : raise_division(by_zero);
}

static value delta_remainder(value a, value b)
{
    if (!is_timedelta(a) || !is_timedelta(b))
        return VALUE_NOT_IMPLEMENTED;
    if (delta_is_zero(b))
        return raise_division("integer modulo by zero");
    wide x = delta_wide(a), y = delta_wide(b);
    return delta_from_wide(timedelta_type, x - floor_divide(x, y) * y);
}

static value delta_divmod(value a, value b)
{
    if (!is_timedelta(a) || !is_timedelta(b))
        return VALUE_NOT_IMPLEMENTED;
    if (delta_is_zero(b))
        return raise_division(by_zero);
    wide x = delta_wide(a), y = delta_wide(b), quotient = floor_divide(x, y);
    value items[] = {int_from_wide(quotient), delta_from_wide(timedelta_type, x - quotient * y)};
    return tuple_from_results(items, 2);
}

/* ---- comparison, text ---- */
value ordering(int difference, int op)
{
    switch (op) {
    case COMPARE_LT:
        return value_bool(difference < 0);
    case COMPARE_LE:
        return value_bool(difference <= 0);
    case COMPARE_EQ:
        return value_bool(difference == 0);
    case COMPARE_NE:
        return value_bool(difference != 0);
    case COMPARE_GT:
        return value_bool(difference > 0);
    default:
        return value_bool(difference >= 0);
    }
}

static value delta_richcompare(value a, value b, int op)
{
    return is_timedelta(b) ? ordering(delta_compare(a, b), op) : VALUE_NOT_IMPLEMENTED;
}

static value delta_seconds(value v)
{
    return small_int(DELTA(v)->micros / SECOND_MICROS);
}
static value delta_microseconds(value v)
{
    return small_int(DELTA(v)->micros % SECOND_MICROS);
}
static value delta_fields(value v)
{
    value items[] = {small_int(DELTA(v)->days), delta_seconds(v), delta_microseconds(v)};
    return tuple_from_owned(items, 3);
}

static bool delta_hash(value v, int64_t *out)
{
    *out = atomic_load_explicit(&DELTA(v)->hash, memory_order_relaxed);
    if (*out)
        return true;
    value fields = delta_fields(v);
    bool done = fields && value_hash(fields, out);
    value_dec(fields);
    if (done)
        atomic_store_explicit(&DELTA(v)->hash, *out, memory_order_relaxed);
    return done;
}

static value delta_repr(value v)
{
    int days = DELTA(v)->days, seconds = (int)(DELTA(v)->micros / SECOND_MICROS),
        micros = (int)(DELTA(v)->micros % SECOND_MICROS);
    char text[80];
    int n = 0;
    if (days)
        n += snprintf(text, sizeof text, "days=%d", days);
    if (seconds)
        n += snprintf(text + n, sizeof text - (size_t)n, "%sseconds=%d", n ? ", " : "", seconds);
    if (micros)
        n += snprintf(text + n, sizeof text - (size_t)n, "%smicroseconds=%d", n ? ", " : "", micros);
    return str_format("%N(%s)", value_type(v), n ? text : "0");
}

static value delta_str(value v)
{
    int days = DELTA(v)->days, seconds = (int)(DELTA(v)->micros / SECOND_MICROS),
        micros = (int)(DELTA(v)->micros % SECOND_MICROS);
    char text[80];
    int n = 0;
    if (days)
        n = snprintf(text, sizeof text, "%d day%s, ", days, days == 1 || days == -1 ? "" : "s");
    n += snprintf(text + n, sizeof text - (size_t)n, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (micros)
        n += snprintf(text + n, sizeof text - (size_t)n, ".%06d", micros);
    return str_from_ascii(text, (size_t)n);
}

static value delta_total_seconds(value v)
{
    int64_t all;
    const int64_t exact = INT64_C(1) << 53;
    if (likely(delta_fits(v, &all) && all <= exact && all >= -exact))
        return float_new((double)all / 1e6);
    value number = delta_int(v);
    value result = number ? operate_binary(BINARY_TRUE_DIVIDE, number, small_int(SECOND_MICROS)) : NULL;
    value_dec(number);
    return result;
}

static value delta_reduce(value v)
{
    value items[] = {value_inc(value_of(value_type(v))), delta_fields(v)};
    return tuple_from_results(items, 2);
}

static const struct method_def delta_methods[] = {
    METHOD("total_seconds", delta_total_seconds, "($self, /)", "Total seconds in the duration."),
    METHOD("__reduce__", delta_reduce, "($self, /)", "__reduce__() -> (cls, state)"),
    {0},
};
static const struct getset_def delta_getset[] = {
    GETSET_FIELDS,
    {"seconds", delta_seconds, NULL, "Number of seconds (>= 0 and less than 1 day)."},
    {"microseconds", delta_microseconds, NULL, "Number of microseconds (>= 0 and less than 1 second)."},
    {0},
};
static const struct member_def delta_members[] = {
    {"days", MEMBER_INT32, offsetof(struct timedelta, days), false, "Number of days."},
    {0},
};
const struct type_spec timedelta_spec = {
    .name = "datetime.timedelta",
    .doc = "Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, "
           "minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or "
           "floats, and may be positive or negative.",
    .size = sizeof(struct timedelta),
    .flags = TYPE_FLAG_BASE,
    .slots =
        {
            .new = delta_construct,
            .repr = delta_repr,
            .str = delta_str,
            .hash = delta_hash,
            .compare = delta_richcompare,
            .truth = delta_truth,
            .binary = {[BINARY_ADD] = delta_add,
                       [BINARY_SUBTRACT] = delta_minus,
                       [BINARY_MULTIPLY] = delta_multiply,
                       [BINARY_TRUE_DIVIDE] = delta_true_divide,
                       [BINARY_FLOOR_DIVIDE] = delta_floor_divide,
                       [BINARY_REMAINDER] = delta_remainder,
                       [BINARY_DIVMOD] = delta_divmod},
            .unary = {[UNARY_NEGATIVE] = delta_negative,
                      [UNARY_POSITIVE] = delta_positive,
                      [UNARY_ABSOLUTE] = delta_absolute},
        },
    .methods = delta_methods,
    .getset = delta_getset,
    .members = delta_members,
};
