/*
 * The operators of Decimals, in the thread's current context.
 *
 * Numbers of up to 38 digits are computed with here, in two machine words and four for what comes between, as long as
 * the result is an ordinary number of the context; everything else goes to the functions of number.h. Both give the
 * same results and conditions.
 */
#include "runtime/import.h"
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/objects/numbers/int.h"

/* ---- small numbers ---- */

struct operand {
    wide coefficient;
    int64_t exponent;
    unsigned digits;
    bool negative;
};

static inline bool load(value v, struct operand *o)
{
    if (value_is_small_int(v)) {
        int64_t i = small_int_value(v);
        o->negative = i < 0;
        o->coefficient = i < 0 ? -(uint64_t)i : (uint64_t)i;
        o->exponent = 0;
        o->digits = wide_digits(o->coefficient);
        return true;
    }
    if (!is_decimal(v))
        return false;
    const struct decimal *d = DECIMAL(v);
    if (d->kind != NUMBER_FINITE || d->digits > WIDE_DIGITS)
        return false;
    o->coefficient = (wide)d->few[1] << 64 | d->few[0]; /* (zero where there is no limb) */
    o->exponent = d->exponent;
    o->digits = (unsigned)d->digits;
    o->negative = d->negative;
    return true;
}

static unsigned product_digits(struct wide_product p)
{
    if (p.high == 0)
        return wide_digits(p.low);
    mp_limb_t limbs[4] = {(mp_limb_t)p.low, (mp_limb_t)(p.low >> 64), (mp_limb_t)p.high, (mp_limb_t)(p.high >> 64)};
    unsigned bits = 256 - wide_leading_zeros(p.high), guess = bits * 1233 >> 12;
    return guess + (mpn_cmp(limbs, powers10[guess].limbs, 4) >= 0);
}

/* Does the quotient by a power of ten go up, with what is left? */
static bool rounded_up(wide quotient, wide rest, unsigned power, bool negative, uint8_t rounding)
{
    if (!rest)
        return false;
    wide half = wide_power(power) >> 1;
    enum lost lost = rest < half ? LOST_LITTLE : rest == half ? LOST_HALF : LOST_MORE;
    unsigned last = rounding == ROUND_05UP ? (unsigned)(quotient % 10) : (unsigned)quotient & 1;
    return rounds_up(rounding, negative, last, lost);
}

/* A result as an object, rounded to the context's precision. VALUE_MISSING: it is no ordinary number. */
static value finish(struct wide_product p, unsigned digits, int64_t exponent, bool negative, struct context *context,
                    const struct arithmetic *x)
{
    uint32_t status = x->status;
    int64_t adjusted = exponent + digits - 1;
    if (adjusted > x->emax || adjusted < x->emin)
        return VALUE_MISSING;
    if (digits > x->precision) {
        unsigned dropped = digits - (unsigned)x->precision;
        if (dropped > DIVISORS10 || x->precision > WIDE_DIGITS - 1)
            return VALUE_MISSING;
        wide rest;
        p.low = wide_divide_power(p, dropped, &rest);
        p.high = 0;
        digits = (unsigned)x->precision;
        exponent += dropped;
        status |= ROUNDED;
        if (rest)
            status |= INEXACT;
        if (rounded_up(p.low, rest, dropped, negative, x->rounding)) {
            p.low++;
            if (p.low == wide_power(digits)) { /* 999 + 1 */
                p.low = wide_power(digits - 1);
                exponent++;
                if (exponent + digits - 1 > x->emax)
                    return VALUE_MISSING;
            }
        }
    } else if (p.high || digits > WIDE_DIGITS) {
        return VALUE_MISSING;
    }
    if (x->clamp && exponent > arithmetic_etop(x))
        return VALUE_MISSING;
    if (!context_signal(context, status))
        return NULL;
    return decimal_from_wide(p.low, exponent, digits, negative);
}

static value add_small(const struct operand *a, const struct operand *b, bool b_negative, struct context *context)
{
    struct arithmetic x;
    context_read(context, &x);
    struct wide_product sum = {0, a->coefficient};
    int64_t exponent = a->exponent;
    wide other = b->coefficient;
    bool negative = a->negative, other_negative = b_negative;
    if (a->exponent != b->exponent) {
        int64_t shift = a->exponent - b->exponent;
        if (shift < 0) {
            shift = -shift;
            sum.low = b->coefficient;
            other = a->coefficient;
            negative = b_negative;
            other_negative = a->negative;
        } else {
            exponent = b->exponent;
        }
        if (shift > WIDE_DIGITS)
            return VALUE_MISSING;
        sum = wide_multiply(sum.low, wide_power((unsigned)shift));
    }
    if (negative == other_negative) {
        sum.low += other;
        sum.high += sum.low < other;
    } else if (sum.high || sum.low > other) {
        sum.high -= sum.low < other;
        sum.low -= other;
    } else {
        sum.low = other - sum.low;
        negative = sum.low ? other_negative : x.rounding == ROUND_FLOOR;
    }
    return finish(sum, product_digits(sum), exponent, negative, context, &x);
}

static value multiply_small(const struct operand *a, const struct operand *b, struct context *context)
{
    struct arithmetic x;
    context_read(context, &x);
    struct wide_product product = wide_multiply(a->coefficient, b->coefficient);
    return finish(product, product_digits(product), a->exponent + b->exponent, a->negative != b->negative, context, &x);
}

/* Take away zeros at the end, at most so many. */
static unsigned strip(wide *coefficient, unsigned most)
{
    unsigned stripped = 0;
    for (unsigned chunk = 32; chunk; chunk /= 2) {
        wide rest, quotient;
        if (chunk > most - stripped || ((uint64_t)*coefficient & ((UINT64_C(1) << chunk) - 1)))
            continue; /* a multiple of ten to that power is one of two to that power */
        quotient = wide_divide_power((struct wide_product){0, *coefficient}, chunk, &rest);
        if (rest)
            continue;
        *coefficient = quotient;
        stripped += chunk;
    }
    return stripped;
}

static value divide_small(const struct operand *a, const struct operand *b, struct context *context)
{
    struct arithmetic x;
    context_read(context, &x);
    if (!b->coefficient || !a->coefficient || x.precision > WIDE_DIGITS - 2)
        return VALUE_MISSING;
    int64_t shift = (int64_t)b->digits - a->digits + x.precision + 1;
    if (shift < 0 || shift + a->digits > POWERS10 - 1)
        return VALUE_MISSING;
    mp_limb_t dividend[6], divisor[2] = {(mp_limb_t)b->coefficient, (mp_limb_t)(b->coefficient >> 64)}, q[5], rest[2];
    mp_limb_t factor[2] = {(mp_limb_t)a->coefficient, (mp_limb_t)(a->coefficient >> 64)};
    mpn_mul(dividend, powers10[shift].limbs, 4, factor, 2); /* below 10**77: four limbs */
    mp_size_t size = divisor[1] ? 2 : 1;
    q[0] = q[1] = rest[1] = 0;
    mpn_tdiv_qr(q, rest, 0, dividend, 4, divisor, size);
    wide quotient = (wide)q[1] << 64 | q[0]; /* no more than precision + 2 digits */
    int64_t exponent = a->exponent - b->exponent - shift;
    if (rest[0] || (size > 1 && rest[1])) {
        if (((uint64_t)quotient % 5 + (uint64_t)(quotient >> 64) % 5) % 5 == 0) /* 2**64 is 1 modulo 5 */
            quotient++;
    } else {
        exponent += strip(&quotient, (unsigned)shift);
    }
    return finish((struct wide_product){0, quotient}, wide_digits(quotient), exponent, a->negative != b->negative,
                  context, &x);
}

/* Integer division: the quotient, or else the remainder. */
static value divide_integers_small(const struct operand *a, const struct operand *b, bool quotient_wanted,
                                   struct context *context)
{
    struct arithmetic x;
    context_read(context, &x);
    int64_t shift = a->exponent - b->exponent, exponent = shift < 0 ? a->exponent : b->exponent;
    wide dividend = a->coefficient, divisor = b->coefficient;
    if (!dividend || !divisor || (shift > 0 ? a->digits + shift : b->digits - shift) > WIDE_DIGITS)
        return VALUE_MISSING;
    if (shift > 0)
        dividend *= wide_power((unsigned)shift);
    else
        divisor *= wide_power((unsigned)-shift);
    wide quotient = dividend / divisor;
    if (wide_digits(quotient) > x.precision)
        return VALUE_MISSING;
    if (quotient_wanted)
        return finish((struct wide_product){0, quotient}, wide_digits(quotient), 0, a->negative != b->negative, context,
                      &x);
    wide rest = dividend - quotient * divisor;
    return finish((struct wide_product){0, rest}, wide_digits(rest), exponent, a->negative, context, &x);
}

value decimal_quantize_small(value v, value unit, uint8_t rounding, struct context *context)
{
    struct operand a;
    struct arithmetic x;
    if (!load(v, &a) || !a.coefficient || DECIMAL(unit)->kind != NUMBER_FINITE)
        return VALUE_MISSING;
    context_read(context, &x);
    int64_t exponent = DECIMAL(unit)->exponent;
    if (exponent > x.emax || exponent < arithmetic_etiny(&x))
        return VALUE_MISSING;
    int64_t shift = a.exponent - exponent;
    if (shift > WIDE_DIGITS || shift < -DIVISORS10 || a.digits + shift > WIDE_DIGITS)
        return VALUE_MISSING;
    wide coefficient = a.coefficient;
    if (shift >= 0) {
        coefficient *= wide_power((unsigned)shift);
    } else {
        wide rest;
        coefficient = wide_divide_power((struct wide_product){0, coefficient}, (unsigned)-shift, &rest);
        x.rounding = rounding;
        x.status = rest ? ROUNDED | INEXACT : ROUNDED;
        coefficient += rounded_up(coefficient, rest, (unsigned)-shift, a.negative, rounding);
    }
    unsigned digits = wide_digits(coefficient);
    if (digits > x.precision)
        return VALUE_MISSING;
    return finish((struct wide_product){0, coefficient}, digits, exponent, a.negative, context, &x);
}

/* ---- dispatch ---- */

/* Both operands as Decimals, owned: 1; one is neither Decimal nor int: 0; -1 with an exception. */
static int operands(value a, value b, value *x, value *y)
{
    *x = decimal_operand(a);
    if (!*x)
        return -1;
    if (*x == VALUE_NOT_IMPLEMENTED)
        return 0;
    *y = decimal_operand(b);
    if (likely(*y && *y != VALUE_NOT_IMPLEMENTED))
        return 1;
    value_dec(*x);
    return *y ? 0 : -1;
}

static value apply(number_operation *operation, value a, value b)
{
    value x, y;
    int given = operands(a, b, &x, &y);
    if (given <= 0)
        return given < 0 ? NULL : VALUE_NOT_IMPLEMENTED;
    struct context *context = context_argument(VALUE_NONE);
    value result = context ? decimal_apply(operation, context, x, y, NULL) : NULL;
    value_dec(x);
    value_dec(y);
    value_dec(value_of(context));
    return result;
}

value decimal_add(value a, value b)
{
    struct operand x, y;
    if (load(a, &x) && load(b, &y)) {
        struct context *context = context_current();
        value sum = context ? add_small(&x, &y, y.negative, context) : NULL;
        if (likely(sum != VALUE_MISSING))
            return sum;
    }
    return apply(number_add, a, b);
}

value decimal_subtract(value a, value b)
{
    struct operand x, y;
    if (load(a, &x) && load(b, &y)) {
        struct context *context = context_current();
        value difference = context ? add_small(&x, &y, !y.negative, context) : NULL;
        if (likely(difference != VALUE_MISSING))
            return difference;
    }
    return apply(number_subtract, a, b);
}

value decimal_multiply(value a, value b)
{
    struct operand x, y;
    if (load(a, &x) && load(b, &y)) {
        struct context *context = context_current();
        value product = context ? multiply_small(&x, &y, context) : NULL;
        if (likely(product != VALUE_MISSING))
            return product;
    }
    return apply(number_multiply, a, b);
}

value decimal_divide(value a, value b)
{
    struct operand x, y;
    if (load(a, &x) && load(b, &y)) {
        struct context *context = context_current();
        value quotient = context ? divide_small(&x, &y, context) : NULL;
        if (likely(quotient != VALUE_MISSING))
            return quotient;
    }
    return apply(number_divide, a, b);
}

/* Of small numbers, or VALUE_MISSING. */
static value try_integers(value a, value b, bool quotient_wanted)
{
    struct operand x, y;
    if (!load(a, &x) || !load(b, &y))
        return VALUE_MISSING;
    struct context *context = context_current();
    return context ? divide_integers_small(&x, &y, quotient_wanted, context) : NULL;
}

value decimal_floor_divide(value a, value b)
{
    value quotient = try_integers(a, b, true);
    if (quotient != VALUE_MISSING)
        return quotient;
    return apply(number_divide_int, a, b);
}

value decimal_remainder(value a, value b)
{
    value rest = try_integers(a, b, false);
    if (rest != VALUE_MISSING)
        return rest;
    return apply(number_remainder, a, b);
}

value decimal_divmod(value a, value b)
{
    value x, y;
    int given = operands(a, b, &x, &y);
    if (given <= 0)
        return given < 0 ? NULL : VALUE_NOT_IMPLEMENTED;
    struct context *context = context_argument(VALUE_NONE);
    value result = context ? decimal_apply_divmod(context, x, y) : NULL;
    value_dec(x);
    value_dec(y);
    value_dec(value_of(context));
    return result;
}

value decimal_power(value base, value exponent, value modulus)
{
    value x, y, m = NULL, result = NULL;
    int given = operands(base, exponent, &x, &y);
    if (given <= 0)
        return given < 0 ? NULL : VALUE_NOT_IMPLEMENTED;
    if (!is_none(modulus))
        m = decimal_operand(modulus);
    struct context *context = is_none(modulus) || m ? context_argument(VALUE_NONE) : NULL;
    if (m == VALUE_NOT_IMPLEMENTED)
        result = m;
    else if (context)
        result = decimal_apply(m ? number_power_modulo : number_power, context, x, y, m);
    value_dec(m);
    value_dec(x);
    value_dec(y);
    value_dec(value_of(context));
    return result;
}
value decimal_power2(value a, value b)
{
    return decimal_power(a, b, VALUE_NONE);
}

static value apply_unary(number_operation *operation, value v)
{
    struct context *context = context_argument(VALUE_NONE);
    value result = context ? decimal_apply(operation, context, v, NULL, NULL) : NULL;
    value_dec(value_of(context));
    return result;
}
static value sign_small(value v, bool negate, bool absolute, number_operation *otherwise)
{
    struct operand a;
    if (load(v, &a) && a.coefficient) {
        struct context *context = context_current();
        if (!context)
            return NULL;
        struct arithmetic x;
        context_read(context, &x);
        bool negative = absolute ? false : a.negative != negate;
        value result = finish((struct wide_product){0, a.coefficient}, a.digits, a.exponent, negative, context, &x);
        if (result != VALUE_MISSING)
            return result;
    }
    return apply_unary(otherwise, v);
}
value decimal_negative(value v)
{
    return sign_small(v, true, false, number_minus);
}
value decimal_positive(value v)
{
    return sign_small(v, false, false, number_plus);
}
value decimal_absolute(value v)
{
    return sign_small(v, false, true, number_abs);
}
int decimal_truth(value v)
{
    return DECIMAL(v)->kind != NUMBER_FINITE || DECIMAL(v)->size != 0;
}

/* ---- comparison ---- */

static value order_holds(int order, int op)
{
    static const uint8_t holds[] = {
        [COMPARE_LT] = 1, [COMPARE_LE] = 3, [COMPARE_EQ] = 2, [COMPARE_NE] = 5, [COMPARE_GT] = 4, [COMPARE_GE] = 6};
    return value_bool(holds[op] >> ((order > 0) - (order < 0) + 1) & 1);
}

static int order_small(const struct operand *a, const struct operand *b)
{
    int x = !a->coefficient ? 0 : a->negative ? -1 : 1, y = !b->coefficient ? 0 : b->negative ? -1 : 1;
    if (x != y || x == 0)
        return x - y;
    int64_t place = a->exponent + a->digits, other = b->exponent + b->digits;
    if (place != other)
        return place < other ? -x : x;
    /* The same leading place: the shift is less than a number's digits. */
    struct wide_product p = {0, a->coefficient}, q = {0, b->coefficient};
    if (a->exponent > b->exponent)
        p = wide_multiply(p.low, wide_power((unsigned)(a->exponent - b->exponent)));
    else if (a->exponent < b->exponent)
        q = wide_multiply(q.low, wide_power((unsigned)(b->exponent - a->exponent)));
    if (p.high != q.high)
        return p.high < q.high ? -x : x;
    return p.low == q.low ? 0 : p.low < q.low ? -x : x;
}

struct order_call {
    const struct number *a, *b;
    mpz_srcptr factor; /* of a; or NULL */
    int order;
};
static void order_call(void *context)
{
    struct order_call *c = context;
    struct number product;
    if (!c->factor) {
        c->order = number_order(c->a, c->b);
        return;
    }
    number_init(&product);
    mpz_mul(product.coefficient, c->a->coefficient, c->factor);
    product.exponent = c->a->exponent;
    product.kind = c->a->kind;
    product.negative = c->a->negative;
    number_count(&product);
    c->order = number_order(&product, c->b);
    number_clear(&product);
}

static value compare_numbers(struct order_call *call, int op)
{
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (number_is_nan(call->a) || number_is_nan(call->b)) {
        struct context *context = context_current();
        bool signaling = call->a->kind == NUMBER_SIGNALING_NAN || call->b->kind == NUMBER_SIGNALING_NAN;
        if (!context || ((signaling || !equality) && !context_signal(context, INVALID_OPERATION)))
            return NULL;
        return value_bool(op == COMPARE_NE);
    }
    if (!decimal_guarded(order_call, call, call->a->digits + call->b->digits))
        return NULL;
    return order_holds(call->order, op);
}

static value compare_decimals(value a, value b, int op)
{
    struct number n[2];
    struct order_call call = {decimal_view(a, &n[0]), decimal_view(b, &n[1]), NULL, 0};
    return compare_numbers(&call, op);
}

static value_slot rational_class; /* numbers.Rational */

static value rational(void)
{
    value class = slot_peek(&rational_class);
    if (class)
        return class;
    value module = import_module("numbers");
    class = module ? attr_get(module, NAME(Rational)) : NULL;
    value_dec(module);
    if (class)
        value_dec(slot_exchange(&rational_class, class));
    return class;
}

void operators_finish(void)
{
    value_dec(slot_exchange(&rational_class, NULL));
}

/* a * denominator against the numerator. */
static value compare_rational(value a, value b, int op)
{
    value numerator = attr_get(b, NAME(numerator)), denominator = numerator ? attr_get(b, NAME(denominator)) : NULL;
    value n = NULL, d = NULL, result = NULL;
    if (denominator && is_int(numerator) && is_int(denominator)) {
        n = decimal_from_exact_int(decimal_type, numerator);
        d = n ? decimal_from_exact_int(decimal_type, denominator) : NULL;
    } else if (denominator) {
        raise(EXC(TypeError), "numerator and denominator must be ints");
    }
    if (d) {
        struct number views[3];
        struct order_call call = {decimal_view(a, &views[0]), decimal_view(n, &views[1]),
                                  decimal_view(d, &views[2])->coefficient, 0};
        result = compare_numbers(&call, op);
    }
    value_dec(d);
    value_dec(n);
    value_dec(denominator);
    value_dec(numerator);
    return result;
}

static value compare_float(value a, value b, int op)
{
    struct context *context = context_argument(VALUE_NONE);
    if (!context)
        return NULL;
    value other = NULL;
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (equality)
        context_note(context, FLOAT_OPERATION); /* never an exception */
    if (equality || context_signal(context, FLOAT_OPERATION))
        other = decimal_from_float(decimal_type, b, context, true);
    value result = other ? compare_decimals(a, other, op) : NULL;
    value_dec(other);
    value_dec(value_of(context));
    return result;
}

value decimal_compare_values(value a, value b, int op)
{
    struct operand x, y;
    if (load(a, &x) && load(b, &y))
        return order_holds(order_small(&x, &y), op);
    if (!is_decimal(a))
        return VALUE_NOT_IMPLEMENTED;
    if (is_decimal(b))
        return compare_decimals(a, b, op);
    if (is_int(b)) {
        value other = decimal_from_exact_int(decimal_type, b), result = other ? compare_decimals(a, other, op) : NULL;
        value_dec(other);
        return result;
    }
    if (is_float(b))
        return compare_float(a, b, op);
    if (value_is(b, TYPE_ID_COMPLEX) && (op == COMPARE_EQ || op == COMPARE_NE)) {
        double real, imaginary;
        complex_parts(b, &real, &imaginary);
        if (imaginary != 0)
            return VALUE_NOT_IMPLEMENTED;
        value part = float_new(real), result = part ? compare_float(a, part, op) : NULL;
        value_dec(part);
        return result;
    }
    value class = rational();
    int is_rational = class ? value_is_instance(b, class) : -1;
    if (is_rational <= 0)
        return is_rational < 0 ? NULL : VALUE_NOT_IMPLEMENTED;
    return compare_rational(a, b, op);
}

/* ---- hashing: the value modulo 2**61 - 1 ---- */

#define HASH_MODULUS ((UINT64_C(1) << 61) - 1)

static uint64_t multiply_modulo(uint64_t a, uint64_t b)
{
    return (uint64_t)((wide)a * b % HASH_MODULUS);
}

bool decimal_hash(value v, int64_t *out)
{
    const struct decimal *d = DECIMAL(v);
    if (d->kind == NUMBER_SIGNALING_NAN)
        return raise_false(EXC(TypeError), "Cannot hash a signaling NaN value");
    if (d->kind == NUMBER_QUIET_NAN) {
        uint64_t bits = value_bits(v);
        int64_t h = (int64_t)(bits >> 4 | bits << 60);
        *out = h == -1 ? -2 : h;
        return true;
    }
    if (d->kind == NUMBER_INFINITE) {
        *out = d->negative ? -314159 : 314159;
        return true;
    }
    /* the inverse of ten, for negative exponents */
    const uint64_t tenth = UINT64_C(2075258708292324556);
    uint64_t power = d->exponent < 0 ? tenth : 10, hash = 0;
    bool resting = thread_rest_begin(d->size * sizeof(mp_limb_t));
    if (d->size)
        hash = mpn_mod_1(d->size <= FEW_LIMBS ? d->few : d->many, d->size, HASH_MODULUS);
    thread_rest_end(resting);
    for (uint64_t n = (uint64_t)(d->exponent < 0 ? -d->exponent : d->exponent); n; n >>= 1) {
        if (n & 1)
            hash = multiply_modulo(hash, power);
        power = multiply_modulo(power, power);
    }
    int64_t h = d->negative ? -(int64_t)hash : (int64_t)hash;
    *out = h == -1 ? -2 : h;
    return true;
}
