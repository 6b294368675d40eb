/*
 * Arithmetic, comparison and truth.
 *
 * A quick_ body serves immediates: it takes operands as they lie on the stack and gives an immediate, so that nothing is
 * called, counted or dropped; NULL: the operands (or the result) are not of the kind, the general body is for them.
 */
#ifndef ATOLL_INSTRUCTIONS_NUMBERS_H
#define ATOLL_INSTRUCTIONS_NUMBERS_H

#include "runtime/abstract.h"
#include "runtime/compiler/code/opcodes.h"

/* The general bodies of operators, of plain operands. Owned; NULL with an exception. `argument` is an operator, with
 * BINARY_IN_PLACE for the augmented assignment. */
static inline value binary_general(value a, value b, uint32_t argument)
{
    enum binary_operator operator= (enum binary_operator)(argument & ~BINARY_IN_PLACE);
    return argument & BINARY_IN_PLACE ? operate_inplace(operator, a, b) : operate_binary(operator, a, b);
}
static inline value power_general(value a, value b)
{
    return operate_power(a, b, VALUE_NONE);
}

/* Both operands as doubles when each is an immediate float or a small int and at least one is a float. */
static inline bool float_operands(value a, value b, double *x, double *y)
{
    if (value_is_immediate_float(a)) {
        *x = immediate_float_value(a);
        if (value_is_immediate_float(b)) {
            *y = immediate_float_value(b);
            return true;
        }
        if (value_is_small_int(b)) {
            *y = (double)small_int_value(b);
            return true;
        }
        return false;
    }
    if (value_is_immediate_float(b) && value_is_small_int(a)) {
        *x = (double)small_int_value(a);
        *y = immediate_float_value(b);
        return true;
    }
    return false;
}

/* d as an immediate; NULL: that is not possible. */
static inline value float_immediate(double d)
{
    value v = float_encode(d);
    return likely(value_is_immediate_float(v)) ? v : NULL;
}

static inline value quick_negative(value v)
{
    if (value_is_small_int(v))
        return likely(v != small_int(SMALL_INT_MIN)) ? small_int(-small_int_value(v)) : NULL;
    return value_is_immediate_float(v) ? float_immediate(-immediate_float_value(v)) : NULL;
}
static inline value quick_invert(value v)
{
    return value_is_small_int(v) ? small_int(~small_int_value(v)) : NULL;
}

/* A tagged int is 4i + 1; that overflows where the int leaves 62 bits. */
static inline value quick_add(value a, value b)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_add_overflow((int64_t)value_bits(a) - 1, (int64_t)value_bits(b), &r))
                   ? value_from_bits((uint64_t)r)
                   : NULL;
    return float_operands(a, b, &x, &y) ? float_immediate(x + y) : NULL;
}
static inline value quick_subtract(value a, value b)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_sub_overflow((int64_t)value_bits(a), (int64_t)value_bits(b) - 1, &r))
                   ? value_from_bits((uint64_t)r)
                   : NULL;
    return float_operands(a, b, &x, &y) ? float_immediate(x - y) : NULL;
}
static inline value quick_multiply(value a, value b)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_mul_overflow((int64_t)value_bits(a) - 1, small_int_value(b), &r))
                   ? value_from_bits((uint64_t)r + 1)
                   : NULL;
    return float_operands(a, b, &x, &y) ? float_immediate(x * y) : NULL;
}
static inline value quick_true_divide(value a, value b)
{
    double x, y;
    if (float_operands(a, b, &x, &y))
        return likely(y != 0.0) ? float_immediate(x / y) : NULL;
    if (!value_both_small_int(a, b))
        return NULL;
    /* exact operands: both fit 53 bits, so one rounding */
    int64_t i = small_int_value(a), j = small_int_value(b);
    const int64_t exact = INT64_C(1) << 53;
    return likely(j != 0 && i >= -exact && i <= exact && j >= -exact && j <= exact)
               ? float_immediate((double)i / (double)j)
               : NULL;
}
static inline value quick_floor_divide(value a, value b)
{
    int64_t i = small_int_value(a), j = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(j == 0 || j == -1))
        return NULL;
    int64_t q = i / j;
    return small_int(i % j != 0 && (i ^ j) < 0 ? q - 1 : q);
}
static inline value quick_remainder(value a, value b)
{
    int64_t i = small_int_value(a), j = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(j == 0 || j == -1))
        return NULL;
    int64_t r = i % j;
    return small_int(r != 0 && (r ^ j) < 0 ? r + j : r);
}
static inline value quick_and(value a, value b)
{
    return value_both_small_int(a, b) ? value_from_bits(value_bits(a) & value_bits(b)) : NULL;
}
static inline value quick_or(value a, value b)
{
    return value_both_small_int(a, b) ? value_from_bits(value_bits(a) | value_bits(b)) : NULL;
}
static inline value quick_xor(value a, value b)
{
    return value_both_small_int(a, b) ? value_from_bits((value_bits(a) ^ value_bits(b)) | 1) : NULL;
}
static inline value quick_lshift(value a, value b)
{
    int64_t i = small_int_value(a), n = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(n < 0 || n >= 61))
        return NULL;
    int64_t r = (int64_t)((uint64_t)i << n);
    return likely(r >> n == i && small_int_fits(r)) ? small_int(r) : NULL;
}
static inline value quick_rshift(value a, value b)
{
    int64_t n = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(n < 0))
        return NULL;
    return small_int(small_int_value(a) >> (n > 63 ? 63 : n));
}

/* The truth of a comparison: 1, 0, or -1 with an exception. */
int compare_truth(value a, value b, int op);

/* Which of less, equal, greater make a comparison true, and whether unordered does: a nibble for each operator, in the
 * order of enum compare_operator. */
enum { ORDER_LESS = 1, ORDER_EQUAL = 2, ORDER_GREATER = 4, ORDER_UNORDERED = 8 };
static inline int compare_holds(unsigned order, unsigned op)
{
    const unsigned holds = ORDER_LESS << 4 * COMPARE_LT | (ORDER_LESS | ORDER_EQUAL) << 4 * COMPARE_LE | ORDER_EQUAL << 4 * COMPARE_EQ |
                           (ORDER_LESS | ORDER_GREATER | ORDER_UNORDERED) << 4 * COMPARE_NE | ORDER_GREATER << 4 * COMPARE_GT |
                           (ORDER_GREATER | ORDER_EQUAL) << 4 * COMPARE_GE;
    return (holds >> 4 * op & order) != 0;
}
/* 1 or 0 when the operands are immediates that can be compared, else -1. */
static inline int quick_compare(value a, value b, unsigned op)
{
    if (value_both_small_int(a, b)) {
        int64_t i = (int64_t)value_bits(a), j = (int64_t)value_bits(b);
        return compare_holds(i < j ? ORDER_LESS : i > j ? ORDER_GREATER : ORDER_EQUAL, op);
    }
    if (value_is_immediate_float(a) && value_is_immediate_float(b)) {
        double x = immediate_float_value(a), y = immediate_float_value(b);
        return compare_holds(x < y ? ORDER_LESS : x > y ? ORDER_GREATER : x == y ? ORDER_EQUAL : ORDER_UNORDERED, op);
    }
    return -1;
}

/* 1, 0, or -1 when truth needs a call. */
static inline int quick_truth(value v)
{
    if (v == VALUE_TRUE)
        return 1;
    if (v == VALUE_FALSE || v == VALUE_NONE)
        return 0;
    if (value_is_small_int(v))
        return v != small_int(0);
    return -1;
}

#endif
