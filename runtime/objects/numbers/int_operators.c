/*
 * Arithmetic of integers. The interpreter adds and compares immediates itself; what comes here is everything else.
 *
 * Addition, multiplication and division use GMP's functions on limbs in place; rare operations (powers, bit operations
 * on large numbers) go through its integers, which alias the operands. Python divides towards minus infinity and its
 * bit operations see two's complement of infinite width.
 */
#include "runtime/objects/numbers/int.h"
#include "threads/pause.h"

#include <math.h>

/* Below this many limbs GMP's scratch space is on the stack. */
#define GUARD_LIMBS 128

/* ---- addition ---- */

/* |x| + |y| with the given sign */
static value add_magnitudes(const struct int_operand *x, const struct int_operand *y, bool negative)
{
    if (x->size < y->size) {
        const struct int_operand *t = x;
        x = y;
        y = t;
    }
    struct big_int *r = int_result_new((size_t)x->size + 1);
    if (!r)
        return NULL;
    if (y->size == 0) {
        thread_copy(r->limbs, x->limbs, (size_t)x->size * sizeof(mp_limb_t));
        return int_result_finish(r, x->size, negative);
    }
    bool resting = thread_rest_begin((size_t)x->size * sizeof(mp_limb_t));
    r->limbs[x->size] = mpn_add(r->limbs, x->limbs, x->size, y->limbs, y->size);
    thread_rest_end(resting);
    return int_result_finish(r, x->size + 1, negative);
}

/* |x| - |y|, negated when asked */
static value subtract_magnitudes(const struct int_operand *x, const struct int_operand *y, bool negate)
{
    int order = x->size != y->size ? (x->size > y->size ? 1 : -1) : int_compare_limbs(x->limbs, y->limbs, x->size);
    if (order == 0)
        return small_int(0);
    if (order < 0) {
        const struct int_operand *t = x;
        x = y;
        y = t;
        negate = !negate;
    }
    struct big_int *r = int_result_new((size_t)x->size);
    if (!r)
        return NULL;
    bool resting = thread_rest_begin((size_t)x->size * sizeof(mp_limb_t));
    if (y->size)
        mpn_sub(r->limbs, x->limbs, x->size, y->limbs, y->size);
    else
        mpn_copyi(r->limbs, x->limbs, x->size);
    thread_rest_end(resting);
    return int_result_finish(r, x->size, negate);
}

value int_add(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (value_both_small_int(a, b))
        return int_from_i64(small_int_value(a) + small_int_value(b));
    struct int_operand x, y;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    if (x.negative == y.negative)
        return add_magnitudes(&x, &y, x.negative);
    return subtract_magnitudes(&x, &y, x.negative);
}

value int_subtract(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (value_both_small_int(a, b))
        return int_from_i64(small_int_value(a) - small_int_value(b));
    struct int_operand x, y;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    if (x.negative != y.negative)
        return add_magnitudes(&x, &y, x.negative);
    return subtract_magnitudes(&x, &y, x.negative);
}

/* ---- multiplication ---- */

struct multiply_call {
    struct big_int *r;
    const struct int_operand *x, *y;
};
static void multiply_call(void *context)
{
    struct multiply_call *c = context;
    if (c->x->limbs == c->y->limbs && c->x->size == c->y->size)
        mpn_sqr(c->r->limbs, c->x->limbs, c->x->size);
    else
        mpn_mul(c->r->limbs, c->x->limbs, c->x->size, c->y->limbs, c->y->size);
}

value int_multiply(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    int64_t product;
    if (value_both_small_int(a, b) && !__builtin_mul_overflow(small_int_value(a), small_int_value(b), &product))
        return int_from_i64(product);
    struct int_operand operands[2], *x = &operands[0], *y = &operands[1];
    int_operand_init(x, a);
    int_operand_init(y, b);
    if (x->size < y->size) {
        x = &operands[1];
        y = &operands[0];
    }
    if (y->size == 0)
        return small_int(0);
    struct big_int *r = int_result_new((size_t)x->size + (size_t)y->size);
    if (!r)
        return NULL;
    struct multiply_call call = {r, x, y};
    mp_size_t as_square = x->size * y->size / INT_LONG_LIMBS;
    if (y->size < GUARD_LIMBS && as_square < INT_LONG_LIMBS)
        multiply_call(&call);
    else if (!int_guarded_long(multiply_call, &call, as_square)) {
        value_dec(value_of(r));
        return NULL;
    }
    return int_result_finish(r, x->size + y->size, x->negative != y->negative);
}

/* ---- division ---- */

struct divide_call {
    struct big_int *q, *r;
    const struct int_operand *x, *y;
};
static void divide_call(void *context)
{
    struct divide_call *c = context;
    mpn_tdiv_qr(c->q->limbs, c->r->limbs, 0, c->x->limbs, c->x->size, c->y->limbs, c->y->size);
}

static inline int64_t floor_divide_i64(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b != 0 && (a ^ b) < 0);
}
static inline int64_t floor_remainder_i64(int64_t a, int64_t b)
{
    int64_t r = a % b;
    return r != 0 && (r ^ b) < 0 ? r + b : r;
}

/* Floor division of magnitudes with signs, |x| having at least as many limbs as |y|. */
static bool divide_big(const struct int_operand *x, const struct int_operand *y, value *quotient, value *remainder)
{
    mp_size_t quotient_size = x->size - y->size + 1;
    struct big_int *q = int_result_new((size_t)quotient_size + 1); /* one more: the step towards minus infinity */
    struct big_int *r = q ? int_result_new((size_t)y->size) : NULL;
    struct divide_call call = {q, r, x, y};
    mp_size_t as_square = quotient_size * y->size / INT_LONG_LIMBS;
    bool guarded = y->size >= GUARD_LIMBS || as_square >= INT_LONG_LIMBS;
    if (!r || (guarded && !int_guarded_long(divide_call, &call, as_square))) {
        value_dec(value_of(q));
        value_dec(value_of(r));
        return false;
    }
    if (!guarded)
        divide_call(&call);
    if (x->negative != y->negative) {
        bool resting = thread_rest_begin((size_t)x->size * sizeof(mp_limb_t));
        if (!mpn_zero_p(r->limbs, y->size)) {
            q->limbs[quotient_size] = mpn_add_1(q->limbs, q->limbs, quotient_size, 1);
            quotient_size++;
            mpn_sub_n(r->limbs, y->limbs, r->limbs, y->size);
        }
        thread_rest_end(resting);
    }
    *quotient = int_result_finish(q, quotient_size, x->negative != y->negative);
    *remainder = int_result_finish(r, y->size, y->negative);
    return true;
}

bool int_divide(value a, value b, value *quotient, value *remainder)
{
    a = int_exact(a);
    b = int_exact(b);
    if (b == small_int(0))
        return raise_false(EXC(ZeroDivisionError), "integer division or modulo by zero");
    if (value_both_small_int(a, b)) {
        int64_t x = small_int_value(a), y = small_int_value(b);
        *quotient = int_from_i64(floor_divide_i64(x, y)); /* MIN // -1 leaves the immediates */
        *remainder = small_int(floor_remainder_i64(x, y));
        return *quotient != NULL;
    }
    struct int_operand x, y;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    if (x.size >= y.size)
        return divide_big(&x, &y, quotient, remainder);
    /* |a| < |b| */
    if (x.size == 0 || x.negative == y.negative) {
        *quotient = small_int(0);
        *remainder = value_inc(a);
        return true;
    }
    *quotient = small_int(-1);
    *remainder = int_add(a, b);
    return *remainder != NULL;
}

value int_floor_divide(value a, value b)
{
    value q, r;
    if (!int_divide(a, b, &q, &r))
        return NULL;
    value_dec(r);
    return q;
}

value int_remainder(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (b == small_int(0))
        return raise(EXC(ZeroDivisionError), "integer modulo by zero");
    if (value_both_small_int(a, b))
        return small_int(floor_remainder_i64(small_int_value(a), small_int_value(b)));
    value q, r;
    if (!int_divide(a, b, &q, &r))
        return NULL;
    value_dec(q);
    return r;
}

static value divmod_pair(value a, value b)
{
    value items[2];
    if (!int_divide(a, b, &items[0], &items[1]))
        return NULL;
    return tuple_from_owned(items, 2);
}

/*
 * a / b rounded once. Unless both are exact doubles: scale a by a power of two so that the integer quotient has 55 to
 * 57 bits (or fewer, where the result is subnormal), make its last bit sticky, round that to a double's precision by
 * hand.
 */
static value true_divide_big(value a, value b)
{
    bool negative = (int_sign(a) < 0) != (int_sign(b) < 0);
    int64_t difference = (int64_t)int_bit_length(a) - (int64_t)int_bit_length(b);
    if (difference > 1024)
        return raise(EXC(OverflowError), "integer division result too large for a float");
    if (difference < -1076)
        return float_new(negative ? -0.0 : 0.0);
    int64_t shift = difference - 55; /* quotient = |a| / |b| / 2**shift */
    if (shift < -1076)
        shift = -1076; /* two bits below the last one of a subnormal */
    value x = int_absolute(a), y = int_absolute(b), scaled = NULL, q = NULL, r = NULL, result = NULL;
    if (x && y)
        scaled = shift < 0 ? int_lshift(x, small_int(-shift)) : value_inc(x);
    value divisor = !scaled ? NULL : shift > 0 ? int_lshift(y, small_int(shift)) : value_inc(y);
    if (divisor && int_divide(scaled, divisor, &q, &r)) {
        uint64_t bits = (uint64_t)small_int_value(q) | (r != small_int(0));
        /* Round half to even to 53 bits, or to what a subnormal result keeps. */
        int length = bits ? 64 - __builtin_clzll(bits) : 0;
        int64_t drop = length - 53;
        if (shift + drop < -1074)
            drop = -1074 - shift;
        if (drop > 0) {
            uint64_t half = UINT64_C(1) << (drop - 1), mask = (half << 1) - 1, low = bits & mask;
            bits -= low;
            if (low > half || (low == half && (bits >> drop & 1)))
                bits += half << 1;
        }
        double d = ldexp((double)bits, (int)shift);
        result = isinf(d) ? raise(EXC(OverflowError), "integer division result too large for a float")
                          : float_new(negative ? -d : d);
    }
    value_dec(x);
    value_dec(y);
    value_dec(scaled);
    value_dec(divisor);
    value_dec(q);
    value_dec(r);
    return result;
}

value int_true_divide(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (b == small_int(0))
        return raise(EXC(ZeroDivisionError), "division by zero");
    if (value_both_small_int(a, b)) {
        int64_t x = small_int_value(a), y = small_int_value(b), limit = INT64_C(1) << 53;
        if (x >= -limit && x <= limit && y >= -limit && y <= limit)
            return float_new((double)x / (double)y);
    }
    if (a == small_int(0))
        return float_new(int_sign(b) < 0 ? -0.0 : 0.0);
    return true_divide_big(a, b);
}

/* ---- powers ---- */

struct power_call {
    mpz_srcptr base, exponent, modulus;
    mpz_ptr result;
    unsigned long small_exponent;
    int status;
};
static void power_call(void *context)
{
    struct power_call *c = context;
    mpz_init(c->result);
    mpz_pow_ui(c->result, c->base, c->small_exponent);
}
static void modular_call(void *context)
{
    struct power_call *c = context;
    mpz_t inverse;
    mpz_init(c->result);
    if (mpz_sgn(c->exponent) < 0) {
        mpz_init(inverse);
        c->status = mpz_invert(inverse, c->base, c->modulus) != 0;
        if (c->status) {
            mpz_t positive;
            mpz_init(positive);
            mpz_neg(positive, c->exponent);
            mpz_powm(c->result, inverse, positive, c->modulus);
            mpz_clear(positive);
        }
        mpz_clear(inverse);
    } else {
        c->status = 1;
        mpz_powm(c->result, c->base, c->exponent, c->modulus);
    }
    /* The result has the sign of the modulus; GMP's is never negative. */
    if (c->status && mpz_sgn(c->modulus) < 0 && mpz_sgn(c->result) > 0)
        mpz_add(c->result, c->result, c->modulus);
}

static value power_modular(value base, value exponent, value modulus)
{
    if (modulus == small_int(0))
        return raise(EXC(ValueError), "pow() 3rd argument cannot be 0");
    struct int_operand b, e, m;
    int_operand_init(&b, base);
    int_operand_init(&e, exponent);
    int_operand_init(&m, modulus);
    mpz_t zb, ze, zm, result;
    struct power_call call = {int_operand_mpz(&b, zb), int_operand_mpz(&e, ze), int_operand_mpz(&m, zm), result, 0, 0};
    if (!int_guarded_long(modular_call, &call, m.size * e.size))
        return NULL;
    if (call.status)
        return int_take_mpz(result);
    mpz_clear(result);
    return raise(EXC(ValueError), "base is not invertible for the given modulus");
}

value int_power(value base, value exponent, value modulus)
{
    base = int_exact(base);
    exponent = int_exact(exponent);
    if (!is_none(modulus))
        return power_modular(base, exponent, int_exact(modulus));
    if (int_sign(exponent) < 0) {
        double b = int_as_double(base), e = b == -1.0 && error_occurred() ? 0 : int_as_double(exponent);
        if ((b == -1.0 || e == -1.0) && error_occurred())
            return NULL;
        if (b == 0)
            return raise(EXC(ZeroDivisionError), "0.0 cannot be raised to a negative power");
        return float_new(pow(b, e));
    }
    if (exponent == small_int(0))
        return small_int(1);
    if (base == small_int(0) || base == small_int(1))
        return base;
    if (base == small_int(-1))
        return int_is_odd(exponent) ? base : small_int(1);
    if (!value_is_small_int(exponent))
        return raise_no_memory();
    uint64_t n = (uint64_t)small_int_value(exponent);
    size_t bits = int_bit_length(base);
    if (value_is_small_int(base) && bits * n <= 62) {
        int64_t result = 1, square = small_int_value(base);
        for (;; n >>= 1) {
            if (n & 1)
                result *= square;
            if (n <= 1)
                return int_from_i64(result);
            square *= square;
        }
    }
    if (n > (UINT64_C(1) << 37) || bits * n > (UINT64_C(1) << 36)) /* more than GMP's integers can hold */
        return raise_no_memory();
    struct int_operand b;
    int_operand_init(&b, base);
    mpz_t zb, result;
    struct power_call call = {int_operand_mpz(&b, zb), NULL, NULL, result, n, 0};
    if (!int_guarded_long(power_call, &call, (mp_size_t)(bits * n / 64)))
        return NULL;
    return int_take_mpz(result);
}

/* ---- shifts ---- */

value int_lshift(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (int_sign(b) < 0)
        return raise(EXC(ValueError), "negative shift count");
    if (a == small_int(0))
        return a;
    if (!value_is_small_int(b))
        return int_bit_length(b) > 66 ? raise(EXC(OverflowError), "too many digits in integer") : raise_no_memory();
    uint64_t n = (uint64_t)small_int_value(b);
    if (value_is_small_int(a) && n < 62) {
        int64_t i = small_int_value(a), shifted = (int64_t)((uint64_t)i << n);
        if (shifted >> n == i)
            return int_from_i64(shifted);
    }
    struct int_operand x;
    int_operand_init(&x, a);
    size_t words = n / 64;
    struct big_int *r = int_result_new(words + (size_t)x.size + 1);
    if (!r)
        return NULL;
    bool resting = thread_rest_begin((size_t)x.size * sizeof(mp_limb_t));
    if (n % 64)
        r->limbs[words + (size_t)x.size] = mpn_lshift(r->limbs + words, x.limbs, x.size, n % 64);
    else
        mpn_copyi(r->limbs + words, x.limbs, x.size);
    thread_rest_end(resting);
    return int_result_finish(r, (mp_size_t)words + x.size + 1, x.negative);
}

value int_rshift(value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (int_sign(b) < 0)
        return raise(EXC(ValueError), "negative shift count");
    value none_left = small_int(int_sign(a) < 0 ? -1 : 0);
    if (!value_is_small_int(b))
        return none_left;
    uint64_t n = (uint64_t)small_int_value(b);
    if (value_is_small_int(a))
        return n >= 63 ? none_left : small_int(small_int_value(a) >> n);
    struct int_operand x;
    int_operand_init(&x, a);
    size_t words = n / 64;
    if (words >= (size_t)x.size)
        return none_left;
    mp_size_t size = x.size - (mp_size_t)words;
    struct big_int *r = int_result_new((size_t)size + 1);
    if (!r)
        return NULL;
    bool resting = thread_rest_begin((size_t)x.size * sizeof(mp_limb_t));
    bool lost = words > 0 && !mpn_zero_p(x.limbs, (mp_size_t)words);
    if (n % 64)
        lost |= mpn_rshift(r->limbs, x.limbs + words, size, n % 64) != 0;
    else
        mpn_copyi(r->limbs, x.limbs + words, size);
    if (x.negative && lost) /* towards minus infinity */
        r->limbs[size] = mpn_add_1(r->limbs, r->limbs, size, 1);
    thread_rest_end(resting);
    return int_result_finish(r, size + 1, x.negative);
}

/* ---- bits ---- */

struct bitwise_call {
    int op;
    mpz_srcptr a, b;
    mpz_ptr result;
};
static void bitwise_call(void *context)
{
    struct bitwise_call *c = context;
    mpz_init(c->result);
    (c->op == '&' ? mpz_and : c->op == '|' ? mpz_ior : mpz_xor)(c->result, c->a, c->b);
}

value int_bitwise(int op, value a, value b)
{
    a = int_exact(a);
    b = int_exact(b);
    if (value_both_small_int(a, b)) {
        int64_t x = small_int_value(a), y = small_int_value(b);
        return small_int(op == '&' ? x & y : op == '|' ? x | y : x ^ y);
    }
    struct int_operand x, y;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    mpz_t za, zb, result;
    struct bitwise_call call = {op, int_operand_mpz(&x, za), int_operand_mpz(&y, zb), result};
    if (!int_guarded_long(bitwise_call, &call, (x.size + y.size) / 64))
        return NULL;
    return int_take_mpz(result);
}

value int_negative(value v)
{
    v = int_exact(v);
    if (value_is_small_int(v))
        return int_from_i64(-small_int_value(v));
    struct int_operand x;
    int_operand_init(&x, v);
    struct big_int *r = int_result_new((size_t)x.size);
    if (!r)
        return NULL;
    thread_copy(r->limbs, x.limbs, (size_t)x.size * sizeof(mp_limb_t));
    return int_result_finish(r, x.size, !x.negative);
}

value int_absolute(value v)
{
    return int_sign(v) < 0 ? int_negative(v) : value_inc(int_exact(v));
}

value int_invert(value v)
{
    v = int_exact(v);
    if (value_is_small_int(v))
        return small_int(~small_int_value(v));
    value negative = int_negative(v);
    if (!negative)
        return NULL;
    value result = int_subtract(negative, small_int(1));
    value_dec(negative);
    return result;
}

/* ---- slots ---- */

#define INT_SLOT(NAME, EXPRESSION)              \
    value NAME(value a, value b);               \
    value NAME(value a, value b)                \
    {                                           \
        if (unlikely(!is_int(a) || !is_int(b))) \
            return VALUE_NOT_IMPLEMENTED;       \
        return EXPRESSION;                      \
    }
INT_SLOT(int_slot_add, int_add(a, b))
INT_SLOT(int_slot_subtract, int_subtract(a, b))
INT_SLOT(int_slot_multiply, int_multiply(a, b))
INT_SLOT(int_slot_floor_divide, int_floor_divide(a, b))
INT_SLOT(int_slot_remainder, int_remainder(a, b))
INT_SLOT(int_slot_divmod, divmod_pair(a, b))
INT_SLOT(int_slot_true_divide, int_true_divide(a, b))
INT_SLOT(int_slot_power, int_power(a, b, VALUE_NONE))
INT_SLOT(int_slot_lshift, int_lshift(a, b))
INT_SLOT(int_slot_rshift, int_rshift(a, b))
INT_SLOT(int_slot_and, int_bitwise('&', a, b))
INT_SLOT(int_slot_or, int_bitwise('|', a, b))
INT_SLOT(int_slot_xor, int_bitwise('^', a, b))
