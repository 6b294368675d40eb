/*
 * Integers: their two forms, conversions from and to C, comparison, hashing.
 *
 * Numbers beyond 62 bits carry GMP limbs in line; the low-level functions of GMP (mpn) compute on them directly. See
 * int.h.
 */
#include "runtime/objects/numbers/int.h"
#include "threads/pause.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ---- making ---- */

/* GMP counts limbs of its own integers in an int; what is larger could not be computed with anyway. */
#define INT_LIMBS_MAX ((size_t)INT_MAX - 2)

struct big_int *int_result_new(size_t limbs)
{
    if (unlikely(limbs > INT_LIMBS_MAX)) {
        raise_no_memory();
        return NULL;
    }
    return (struct big_int *)OBJECT_NEW(INT, KIND_LEAF, sizeof(struct big_int) + limbs * sizeof(mp_limb_t), 0);
}

value int_result_finish(struct big_int *result, mp_size_t size, bool negative)
{
    while (size > 0 && result->limbs[size - 1] == 0)
        thread_report_at((size_t)--size);
    if (size == 0) {
        value_dec(value_of(result));
        return small_int(0);
    }
    if (size == 1) {
        mp_limb_t limb = result->limbs[0];
        if (limb <= (mp_limb_t)SMALL_INT_MAX + (negative ? 1 : 0)) {
            value_dec(value_of(result));
            return small_int(negative ? -(int64_t)limb : (int64_t)limb);
        }
    }
    result->size = negative ? -size : size;
    return value_of(result);
}

static value int_from_magnitude(uint64_t magnitude, bool negative)
{
    if (magnitude <= (uint64_t)SMALL_INT_MAX + (negative ? 1 : 0))
        return small_int(negative ? -(int64_t)magnitude : (int64_t)magnitude);
    struct big_int *r = int_result_new(1);
    if (!r)
        return NULL;
    r->limbs[0] = magnitude;
    r->size = negative ? -1 : 1;
    return value_of(r);
}

value int_from_i64(int64_t i)
{
    if (likely(small_int_fits(i)))
        return small_int(i);
    return int_from_magnitude(i < 0 ? -(uint64_t)i : (uint64_t)i, i < 0);
}

value int_from_u64(uint64_t i)
{
    return int_from_magnitude(i, false);
}

value int_from_mpz(mpz_srcptr z)
{
    size_t size = mpz_size(z);
    if (size <= 1)
        return int_from_magnitude(size ? mpz_getlimbn(z, 0) : 0, mpz_sgn(z) < 0);
    struct big_int *r = int_result_new(size);
    if (!r)
        return NULL;
    thread_copy(r->limbs, mpz_limbs_read(z), size * sizeof(mp_limb_t));
    return int_result_finish(r, (mp_size_t)size, mpz_sgn(z) < 0);
}

value int_take_mpz(mpz_ptr z)
{
    value v = int_from_mpz(z);
    bool resting = thread_rest_begin(mpz_size(z) * sizeof(mp_limb_t));
    mpz_clear(z);
    thread_rest_end(resting);
    return v;
}

value int_from_double(double d)
{
    if (isnan(d))
        return raise(EXC(ValueError), "cannot convert float NaN to integer");
    if (isinf(d))
        return raise(EXC(OverflowError), "cannot convert float infinity to integer");
    if (fabs(d) < 0x1p62)
        return int_from_i64((int64_t)d);
    int exponent;
    double fraction = frexp(fabs(d), &exponent); /* in [0.5, 1) */
    uint64_t bits = (uint64_t)ldexp(fraction, 53);
    unsigned shift = (unsigned)exponent - 53;
    size_t limbs = shift / 64 + 2;
    struct big_int *r = int_result_new(limbs);
    if (!r)
        return NULL;
    r->limbs[shift / 64] = bits << (shift % 64);
    r->limbs[shift / 64 + 1] = shift % 64 ? bits >> (64 - shift % 64) : 0;
    return int_result_finish(r, (mp_size_t)limbs, d < 0);
}

value int_instance_new(struct type *type, value number)
{
    if (type == TYPE(INT))
        return value_inc(number);
    struct int_instance *self = (struct int_instance *)object_new(type, type->gc.instance_size);
    if (!self)
        return NULL;
    slot_init(&self->number, value_inc(number));
    return value_of(self);
}

/* ---- to C ---- */

bool int_fits_i64(value v, int64_t *out)
{
    v = int_exact(v);
    if (likely(value_is_small_int(v))) {
        *out = small_int_value(v);
        return true;
    }
    struct big_int *big = (struct big_int *)v;
    if (big->size == 1 && big->limbs[0] <= INT64_MAX) {
        *out = (int64_t)big->limbs[0];
        return true;
    }
    if (big->size == -1 && big->limbs[0] <= (uint64_t)INT64_MAX + 1) {
        *out = (int64_t)-big->limbs[0];
        return true;
    }
    return false;
}

bool int_as_i64(value v, int64_t *out)
{
    if (likely(int_fits_i64(v, out)))
        return true;
    return raise_false(EXC(OverflowError), "Python int too large to convert to C long");
}

bool int_as_u64(value v, uint64_t *out)
{
    v = int_exact(v);
    if (value_is_small_int(v) && small_int_value(v) >= 0) {
        *out = (uint64_t)small_int_value(v);
        return true;
    }
    if (int_sign(v) < 0)
        return raise_false(EXC(OverflowError), "can't convert negative int to unsigned");
    struct big_int *big = (struct big_int *)v;
    if (big->size == 1) {
        *out = big->limbs[0];
        return true;
    }
    return raise_false(EXC(OverflowError), "Python int too large to convert to C unsigned long");
}

uint64_t int_low_bits(value v)
{
    v = int_exact(v);
    if (value_is_small_int(v))
        return (uint64_t)small_int_value(v);
    struct big_int *big = (struct big_int *)v;
    return big->size < 0 ? -big->limbs[0] : big->limbs[0];
}

int int_sign(value v)
{
    v = int_exact(v);
    int64_t i = value_is_small_int(v) ? small_int_value(v) : ((struct big_int *)v)->size;
    return (i > 0) - (i < 0);
}

bool int_is_odd(value v)
{
    v = int_exact(v);
    return value_is_small_int(v) ? small_int_value(v) & 1 : ((struct big_int *)v)->limbs[0] & 1;
}

size_t int_bit_length(value v)
{
    struct int_operand o;
    int_operand_init(&o, int_exact(v));
    if (o.size == 0)
        return 0;
    return (size_t)o.size * 64 - (size_t)__builtin_clzll(o.limbs[o.size - 1]);
}

/* The highest 64 bits of a magnitude of more than one limb, the lowest bit set when anything below is not zero (so that
 * a later rounding to 53 bits is right); *shift is how far they stand above. */
static uint64_t operand_top_bits(const struct int_operand *o, int64_t *shift)
{
    mp_size_t n = o->size;
    int lead = __builtin_clzll(o->limbs[n - 1]);
    uint64_t top = o->limbs[n - 1] << lead;
    uint64_t rest = n > 1 ? o->limbs[n - 2] : 0;
    if (lead) {
        top |= rest >> (64 - lead);
        rest <<= lead;
    }
    for (mp_size_t i = n - 3; rest == 0 && i >= 0; thread_report_at((size_t)i--))
        rest = o->limbs[i];
    *shift = (int64_t)(n - 1) * 64 - lead;
    return top | (rest != 0);
}

double int_frexp(value v, int64_t *exponent)
{
    struct int_operand o;
    int_operand_init(&o, v);
    if (o.size == 0) {
        *exponent = 0;
        return 0.0;
    }
    int64_t shift;
    uint64_t top = operand_top_bits(&o, &shift);
    int e;
    double d = frexp((double)top, &e);
    *exponent = shift + e;
    return o.negative ? -d : d;
}

bool int_to_double(value v, double *out)
{
    v = int_exact(v);
    if (likely(value_is_small_int(v))) {
        *out = (double)small_int_value(v);
        return true;
    }
    int64_t exponent;
    double d = int_frexp(v, &exponent);
    if (exponent > DBL_MAX_EXP)
        return false;
    *out = ldexp(d, (int)exponent);
    return true;
}

double int_as_double(value v)
{
    double d;
    if (likely(int_to_double(v, &d)))
        return d;
    raise(EXC(OverflowError), "int too large to convert to float");
    return -1.0;
}

/* ---- comparison and hashing ---- */

int int_compare_limbs(const mp_limb_t *x, const mp_limb_t *y, mp_size_t size)
{
    const mp_size_t stretch = 1 << 12;
    int order = 0;
    for (; unlikely(size > stretch) && order == 0; size -= stretch) {
        order = mpn_cmp(x + size - stretch, y + size - stretch, stretch);
        thread_report();
    }
    return order ? order : mpn_cmp(x, y, size);
}

int int_compare(value a, value b)
{
    if (value_both_small_int(a, b)) {
        int64_t x = small_int_value(a), y = small_int_value(b);
        return (x > y) - (x < y);
    }
    struct int_operand x, y;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    int order = x.size != y.size ? (x.size > y.size ? 1 : -1) : int_compare_limbs(x.limbs, y.limbs, x.size);
    order = (order > 0) - (order < 0);
    return x.negative ? -order : order;
}

int int_compare_double(value v, double d)
{
    if (isinf(d))
        return d > 0 ? -1 : 1;
    if (value_is_small_int(v)) {
        int64_t i = small_int_value(v);
        if (fabs(d) >= 0x1p62)
            return d > 0 ? -1 : 1;
        int64_t whole = (int64_t)d;
        if (i != whole)
            return i > whole ? 1 : -1;
        double fraction = d - (double)whole; /* exact: d has a fraction only when it is small */
        return fraction > 0 ? -1 : fraction < 0;
    }
    struct int_operand o;
    int_operand_init(&o, v);
    int sign = o.negative ? -1 : 1;
    if (d == 0 || (d < 0) != o.negative)
        return sign;
    int exponent;
    double fraction = frexp(fabs(d), &exponent);
    int64_t length = (int64_t)int_bit_length(v);
    if (exponent != length)
        return length > exponent ? sign : -sign;
    /* As many bits: compare the upper 64, then see whether anything of the int is
       left below (d has no more than 53). */
    int lead = __builtin_clzll(o.limbs[o.size - 1]);
    uint64_t top = o.limbs[o.size - 1] << lead;
    uint64_t rest = o.size > 1 ? o.limbs[o.size - 2] : 0;
    if (lead) {
        top |= rest >> (64 - lead);
        rest <<= lead;
    }
    for (mp_size_t i = o.size - 3; rest == 0 && i >= 0; thread_report_at((size_t)i--))
        rest = o.limbs[i];
    uint64_t other = (uint64_t)ldexp(fraction, 64);
    if (top != other)
        return top > other ? sign : -sign;
    return rest ? sign : 0;
}

#define HASH_MODULUS ((UINT64_C(1) << 61) - 1)

int64_t int_hash(value v)
{
    v = int_exact(v);
    int64_t h;
    if (likely(value_is_small_int(v))) {
        int64_t i = small_int_value(v);
        h = (int64_t)((i < 0 ? -(uint64_t)i : (uint64_t)i) % HASH_MODULUS);
        h = i < 0 ? -h : h;
    } else {
        struct int_operand o;
        int_operand_init(&o, v);
        bool resting = thread_rest_begin((size_t)o.size * sizeof(mp_limb_t));
        h = (int64_t)mpn_mod_1(o.limbs, o.size, HASH_MODULUS);
        thread_rest_end(resting);
        h = o.negative ? -h : h;
    }
    return h == -1 ? -2 : h;
}

/* ---- bytes ---- */

value int_from_bytes(const uint8_t *bytes, size_t length, bool little_endian, bool is_signed)
{
    bool negative = is_signed && length && bytes[little_endian ? length - 1 : 0] >> 7;
    size_t limbs = length / 8 + 1;
    if (length <= 8) {
        uint64_t word = negative ? UINT64_MAX : 0;
        for (size_t i = 0; i < length; i++)
            word = word << 8 | bytes[little_endian ? length - 1 - i : i];
        if (!negative)
            return int_from_u64(word);
        return int_from_i64((int64_t)word);
    }
    struct big_int *r = int_result_new(limbs);
    if (!r)
        return NULL;
    for (size_t i = 0; i < length; thread_report_at(++i))
        r->limbs[i / 8] |= (mp_limb_t)bytes[little_endian ? i : length - 1 - i] << (i % 8 * 8);
    if (negative) {
        for (size_t i = length; i < limbs * 8; i++)
            r->limbs[i / 8] |= (mp_limb_t)0xFF << (i % 8 * 8);
        bool resting = thread_rest_begin(length);
        mpn_neg(r->limbs, r->limbs, (mp_size_t)limbs);
        thread_rest_end(resting);
    }
    return int_result_finish(r, (mp_size_t)limbs, negative);
}

bool int_to_bytes(value v, uint8_t *bytes, size_t length, bool little_endian, bool is_signed)
{
    struct int_operand o;
    int_operand_init(&o, int_exact(v));
    if (o.negative && !is_signed)
        return raise_false(EXC(OverflowError), "can't convert negative int to unsigned");
    /* Two's complement, byte by byte: invert and carry a one in for negative numbers. */
    unsigned carry = 1;
    for (size_t i = 0; i < length; i++) {
        thread_report_at(i + 1);
        unsigned byte = (mp_size_t)(i / 8) < o.size ? (unsigned)(o.limbs[i / 8] >> (i % 8 * 8)) & 0xFF : 0;
        if (o.negative) {
            byte = (byte ^ 0xFF) + carry;
            carry = byte >> 8;
            byte &= 0xFF;
        }
        bytes[little_endian ? i : length - 1 - i] = (uint8_t)byte;
    }
    size_t bits = int_bit_length(v);
    bool fits;
    if (!is_signed)
        fits = bits <= length * 8;
    else if (bits < length * 8 || bits == 0)
        fits = true;
    else { /* the most negative number: a power of two whose top byte is 0x80 */
        bool resting = thread_rest_begin(length);
        fits = o.negative && bits == length * 8 && mpn_scan1(o.limbs, 0) == bits - 1;
        thread_rest_end(resting);
    }
    if (!fits)
        return raise_false(EXC(OverflowError), "int too big to convert");
    return true;
}
