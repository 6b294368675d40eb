/*
 * Decimals from values of other types: text, ints, floats, tuples.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/modules/numbers/decimal/text.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/unicode/unicode.h"
#include "runtime/raw.h"

#include <math.h>

/* What a number is brought into: the context, or for an exact one the widest there is, where it must not change. */
struct target {
    struct context *context;
    struct arithmetic x;
    bool exact;
};

static struct target target_of(struct context *context, bool exact)
{
    struct target target = {.context = context, .exact = exact, .x = ARITHMETIC_EXACT};
    if (!exact)
        context_read(context, &target.x);
    return target;
}

/* The number, finalized in the target, as an object. Steals it. */
static value make_in(struct type *type, struct number *r, struct target *target)
{
    uint32_t status = target->x.status;
    if (target->exact) {
        if (status & (INEXACT | ROUNDED | CLAMPED)) {
            number_clear(r);
            number_init(r);
            r->kind = NUMBER_QUIET_NAN;
            r->digits = 0;
            status |= INVALID_OPERATION;
        }
        status &= ANY_ERROR;
    }
    if (!context_signal(target->context, status)) {
        number_clear(r);
        return NULL;
    }
    return decimal_make(type, r);
}

/* ---- text ---- */

struct parse_call {
    struct number *r;
    struct target *target;
    const char *text;
    size_t length;
    char *digits;
};
static void parse_call(void *context)
{
    struct parse_call *c = context;
    struct arithmetic *x = &c->target->x;
    struct parsed parsed;
    if (!number_parse_text(c->text, c->length, c->digits, &parsed) ||
        (parsed.kind >= NUMBER_QUIET_NAN && parsed.length > x->precision - x->clamp)) {
        number_invalid(c->r, x, CONVERSION_SYNTAX);
        return;
    }
    c->r->kind = parsed.kind;
    c->r->negative = parsed.negative;
    c->r->exponent = parsed.exponent;
    if (parsed.length)
        mpz_set_str(c->r->coefficient, c->digits, 10);
    c->r->digits = parsed.length;
    number_finalize(c->r, x);
}

/* Most texts are short; `digits` has room for them. */
static value parse_short(const char *text, size_t length, char *digits, const struct target *target)
{
    struct parsed parsed;
    if (!number_parse_text(text, length, digits, &parsed) || parsed.kind != NUMBER_FINITE ||
        parsed.length > WIDE_DIGITS || parsed.length > target->x.precision)
        return VALUE_MISSING;
    int64_t adjusted = parsed.exponent + parsed.length - 1;
    if (adjusted > target->x.emax || adjusted < target->x.emin ||
        (target->x.clamp && parsed.exponent > arithmetic_etop(&target->x)))
        return VALUE_MISSING;
    wide coefficient = 0;
    for (const char *digit = digits; *digit;) {
        uint64_t chunk = 0, scale = 1;
        for (int i = 0; i < 18 && *digit; i++, scale *= 10)
            chunk = chunk * 10 + (uint64_t)(*digit++ - '0');
        coefficient = coefficient * scale + chunk;
    }
    return decimal_from_wide(coefficient, parsed.exponent, (unsigned)parsed.length, parsed.negative);
}

static value from_ascii(struct type *type, const char *text, size_t length, struct target *target)
{
    char few[64], *digits = few;
    if (length < sizeof few && type == decimal_type) {
        value v = parse_short(text, length, few, target);
        if (v != VALUE_MISSING)
            return v;
    }
    if (length >= sizeof few && !(digits = raw_alloc(length + 1)))
        return raise_no_memory();
    struct number r;
    number_init(&r);
    struct parse_call call = {&r, target, text, length, digits};
    bool done = decimal_guarded(parse_call, &call, (int64_t)length);
    if (digits != few)
        raw_free(digits);
    return done ? make_in(type, &r, target) : NULL;
}

/* Digits of any script as those of ASCII; `loose`: without space around and underscores. What cannot be part of a
   number becomes something that is none. */
static size_t ascii_of(struct span s, bool loose, char *out)
{
    size_t start = 0, end = s.length, count = 0;
    if (loose) {
        while (start < end && unicode_is_space(span_at(s, start)))
            thread_report_at(++start);
        while (end > start && unicode_is_space(span_at(s, end - 1)))
            thread_report_at(--end);
    }
    for (size_t i = start; i < end; thread_report_at(++i)) {
        uint32_t c = span_at(s, i);
        if (loose && c == '_')
            continue;
        int digit = c < 128 ? -1 : unicode_decimal(c);
        out[count++] = (char)(digit >= 0 ? '0' + digit : c > 0 && c < 128 ? (int)c : '?');
    }
    return count;
}

static value from_str(struct type *type, value v, struct target *target)
{
    struct span s = str_span(str_exact(v));
    char few[64], *text = few;
    if (s.length > sizeof few && !(text = raw_alloc(s.length)))
        return raise_no_memory();
    size_t length = ascii_of(s, target->exact, text);
    value result = from_ascii(type, text, length, target);
    if (text != few)
        raw_free(text);
    return result;
}

/* ---- ints ---- */

struct finalize_call {
    struct number *r;
    mpz_srcptr from;
    struct arithmetic *x;
};
static void finalize_call(void *context)
{
    struct finalize_call *c = context;
    mpz_abs(c->r->coefficient, c->from);
    number_count(c->r);
    number_finalize(c->r, c->x);
}

static value from_int(struct type *type, value v, struct target *target)
{
    if (target->exact)
        return decimal_from_exact_int(type, v);
    struct int_operand operand;
    mpz_t integer;
    struct number r;
    int_operand_init(&operand, int_exact(v));
    number_init(&r);
    r.negative = operand.negative;
    struct finalize_call call = {&r, int_operand_mpz(&operand, integer), &target->x};
    return decimal_guarded(finalize_call, &call, operand.size * 20) ? make_in(type, &r, target) : NULL;
}

/* ---- floats ---- */

struct float_call {
    struct number *r;
    double number;
    struct arithmetic *x;
};
static void float_call(void *context)
{
    struct float_call *c = context;
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(c->number, &exponent), 53);
    exponent -= 53;
    while (mantissa % 2 == 0 && exponent < 0) {
        mantissa /= 2;
        exponent++;
    }
    mpz_set_ui(c->r->coefficient, mantissa);
    if (exponent >= 0) {
        mpz_mul_2exp(c->r->coefficient, c->r->coefficient, (mp_bitcnt_t)exponent);
    } else { /* m * 2**-n is m * 5**n * 10**-n */
        mpz_t fives;
        mpz_init(fives);
        mpz_ui_pow_ui(fives, 5, (unsigned long)-exponent);
        mpz_mul(c->r->coefficient, c->r->coefficient, fives);
        mpz_clear(fives);
        c->r->exponent = exponent;
    }
    number_count(c->r);
    number_finalize(c->r, c->x);
}

static value from_double(struct type *type, double number, struct target *target)
{
    struct number r;
    number_init(&r);
    r.negative = signbit(number);
    if (!isfinite(number)) {
        r.kind = isnan(number) ? NUMBER_QUIET_NAN : NUMBER_INFINITE;
        r.digits = 0;
        return decimal_make(type, &r);
    }
    if (number == 0) {
        struct arithmetic *x = &target->x;
        number_finalize(&r, x);
        return make_in(type, &r, target);
    }
    struct float_call call = {&r, fabs(number), &target->x};
    return decimal_guarded(float_call, &call, 0) ? make_in(type, &r, target) : NULL;
}

value decimal_from_float(struct type *type, value v, struct context *context, bool exact)
{
    struct target target = target_of(context, exact);
    if (is_int(v))
        return from_int(type, v, &target);
    if (is_float(v))
        return from_double(type, float_value(v), &target);
    return raise(EXC(TypeError), "argument must be int or float");
}

/* ---- tuples ---- */

static bool get_exponent(value v, int64_t *exponent)
{
    if (!is_int(v))
        return raise_false(EXC(ValueError), "exponent must be an integer");
    return int_fits_i64(v, exponent) || raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
}

static bool add_digits(struct str_builder *text, value digits)
{
    size_t length = tuple_length(digits);
    for (size_t i = 0; i < length; thread_pause_at(++i)) {
        value item = tuple_get(digits, i);
        int64_t digit = -1;
        if (!is_int(item) || !int_fits_i64(item, &digit) || digit < 0 || digit > 9)
            return raise_false(EXC(ValueError), "coefficient must be a tuple of digits");
        builder_add_char(text, (uint32_t)('0' + digit));
    }
    return true;
}

static bool tuple_text(value parts, struct str_builder *text)
{
    if (tuple_length(parts) != 3)
        return raise_false(EXC(ValueError), "argument must be a sequence of length 3");
    value sign = tuple_get(parts, 0), coefficient = tuple_get(parts, 1), exponent = tuple_get(parts, 2);
    int64_t number;
    if (!is_int(sign) || !int_fits_i64(sign, &number) || (number != 0 && number != 1))
        return raise_false(EXC(ValueError), "sign must be an integer with the value 0 or 1");
    if (number)
        builder_add_char(text, '-');
    bool infinite = false, special = is_str(exponent);
    if (special) {
        infinite = str_equals_text(exponent, "F");
        if (infinite)
            builder_add_text(text, "Inf");
        else if (str_equals_text(exponent, "n"))
            builder_add_text(text, "NaN");
        else if (str_equals_text(exponent, "N"))
            builder_add_text(text, "sNaN");
        else
            return raise_false(EXC(ValueError), "string argument in the third position must be 'F', 'n' or 'N'");
    }
    int64_t power = 0;
    if (!special && !get_exponent(exponent, &power))
        return false;
    value digits = is_tuple(coefficient)  ? value_inc(coefficient)
                   : is_list(coefficient) ? list_to_tuple(coefficient)
                                          : raise(EXC(ValueError), "coefficient must be a tuple of digits");
    if (!digits)
        return false;
    bool done = infinite || add_digits(text, digits);
    if (done && !special && tuple_length(digits) == 0)
        builder_add_char(text, '0');
    value_dec(digits);
    if (!special)
        builder_add_format(text, "E%lld", (long long)power);
    return done;
}

static value from_tuple(struct type *type, value v, struct target *target)
{
    value parts = is_list(v) ? list_to_tuple(v) : value_inc(v), text = NULL;
    if (parts) {
        struct str_builder builder;
        builder_init(&builder);
        if (tuple_text(parts, &builder))
            text = builder_finish(&builder);
        else
            builder_discard(&builder);
    }
    value result = text ? from_str(type, text, target) : NULL;
    value_dec(text);
    value_dec(parts);
    return result;
}

/* ---- any ---- */

static value from_decimal(struct type *type, value v, struct target *target)
{
    if (target->exact)
        return value_type(v) == type && type == decimal_type ? value_inc(v) : decimal_copy(type, v);
    struct decimal *d = DECIMAL(v);
    if (d->kind >= NUMBER_QUIET_NAN && d->digits > target->x.precision - target->x.clamp) {
        if (!context_signal(target->context, CONVERSION_SYNTAX))
            return NULL;
        return decimal_special(NUMBER_QUIET_NAN, false);
    }
    struct number from, r;
    decimal_view(v, &from);
    number_init(&r);
    r.kind = from.kind;
    r.negative = from.negative;
    r.exponent = from.exponent;
    struct finalize_call call = {&r, from.coefficient, &target->x};
    return decimal_guarded(finalize_call, &call, from.digits) ? make_in(type, &r, target) : NULL;
}

value decimal_from_value(struct type *type, value v, struct context *context, bool exact)
{
    struct target target = target_of(context, exact);
    if (is_decimal(v))
        return from_decimal(type, v, &target);
    if (is_str(v))
        return from_str(type, v, &target);
    if (is_int(v))
        return from_int(type, v, &target);
    if (is_tuple(v) || is_list(v))
        return from_tuple(type, v, &target);
    if (is_float(v))
        return context_signal(context, FLOAT_OPERATION) ? from_double(type, float_value(v), &target) : NULL;
    return raise(EXC(TypeError), "conversion from %T to Decimal is not supported", v);
}

value decimal_argument(value v)
{
    value operand = decimal_operand(v);
    if (operand == VALUE_NOT_IMPLEMENTED)
        return raise(EXC(TypeError), "conversion from %T to Decimal is not supported", v);
    return operand;
}
