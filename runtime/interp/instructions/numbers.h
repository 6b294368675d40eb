/*
 * Arithmetic, comparison and truth.
 *
 * A quick_ body serves immediates: it takes operands as they lie on the stack and gives an immediate in *result, so
 * that nothing is called, counted or dropped; false: operands or result are of another kind, the general body is for
 * them.
 */
#ifndef ATOLL_INSTRUCTIONS_NUMBERS_H
#define ATOLL_INSTRUCTIONS_NUMBERS_H

#include "runtime/abstract.h"
#include "runtime/compiler/code/opcodes.h"

/* The general bodies of operators, of plain operands. Owned; NULL with an exception. `argument` is an operator, with
 * BINARY_IN_PLACE for the augmented assignment. */
static inline value binary_general(value a, value b, uint32_t argument)
{
    enum binary_operator operator=(enum binary_operator)(argument & ~BINARY_IN_PLACE);
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

/* *result = d, if that is an immediate. */
static inline bool float_result(double d, value *result)
{
    *result = float_encode(d);
    return likely(value_is_immediate_float(*result));
}
/* *result = i. */
static inline bool int_result(int64_t i, value *result)
{
    *result = small_int(i);
    return true;
}
static inline bool bits_result(uint64_t bits, value *result)
{
    *result = value_from_bits(bits);
    return true;
}

static inline bool quick_negative(value v, value *result)
{
    if (value_is_small_int(v))
        return likely(v != small_int(SMALL_INT_MIN)) && int_result(-small_int_value(v), result);
    return value_is_immediate_float(v) && float_result(-immediate_float_value(v), result);
}
static inline bool quick_invert(value v, value *result)
{
    return value_is_small_int(v) && int_result(~small_int_value(v), result);
}

/* A tagged int is 4i + 1; that overflows where the int leaves 62 bits. */
static inline bool quick_add(value a, value b, value *result)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_add_overflow((int64_t)value_bits(a) - 1, (int64_t)value_bits(b), &r)) &&
               bits_result((uint64_t)r, result);
    return float_operands(a, b, &x, &y) && float_result(x + y, result);
}
static inline bool quick_subtract(value a, value b, value *result)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_sub_overflow((int64_t)value_bits(a), (int64_t)value_bits(b) - 1, &r)) &&
               bits_result((uint64_t)r, result);
    return float_operands(a, b, &x, &y) && float_result(x - y, result);
}
static inline bool quick_multiply(value a, value b, value *result)
{
    int64_t r;
    double x, y;
    if (value_both_small_int(a, b))
        return likely(!__builtin_mul_overflow((int64_t)value_bits(a) - 1, small_int_value(b), &r)) &&
               bits_result((uint64_t)r + 1, result);
    return float_operands(a, b, &x, &y) && float_result(x * y, result);
}
static inline bool quick_true_divide(value a, value b, value *result)
{
    double x, y;
    if (float_operands(a, b, &x, &y))
        return likely(y != 0.0) && float_result(x / y, result);
    /* exact operands: both fit 53 bits, so one rounding */
    int64_t i = small_int_value(a), j = small_int_value(b);
    const int64_t exact = INT64_C(1) << 53;
    return value_both_small_int(a, b) && likely(j != 0 && i >= -exact && i <= exact && j >= -exact && j <= exact) &&
           float_result((double)i / (double)j, result);
}
static inline bool quick_floor_divide(value a, value b, value *result)
{
    int64_t i = small_int_value(a), j = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(j == 0 || j == -1))
        return false;
    int64_t q = i / j;
    return int_result(i % j != 0 && (i ^ j) < 0 ? q - 1 : q, result);
}
static inline bool quick_remainder(value a, value b, value *result)
{
    int64_t i = small_int_value(a), j = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(j == 0 || j == -1))
        return false;
    int64_t r = i % j;
    return int_result(r != 0 && (r ^ j) < 0 ? r + j : r, result);
}
static inline bool quick_and(value a, value b, value *result)
{
    return value_both_small_int(a, b) && bits_result(value_bits(a) & value_bits(b), result);
}
static inline bool quick_or(value a, value b, value *result)
{
    return value_both_small_int(a, b) && bits_result(value_bits(a) | value_bits(b), result);
}
static inline bool quick_xor(value a, value b, value *result)
{
    return value_both_small_int(a, b) && bits_result((value_bits(a) ^ value_bits(b)) | 1, result);
}
static inline bool quick_lshift(value a, value b, value *result)
{
    int64_t i = small_int_value(a), n = small_int_value(b);
    if (!value_both_small_int(a, b) || unlikely(n < 0 || n >= 61))
        return false;
    int64_t r = (int64_t)((uint64_t)i << n);
    return likely(r >> n == i && small_int_fits(r)) && int_result(r, result);
}
static inline bool quick_rshift(value a, value b, value *result)
{
    int64_t n = small_int_value(b);
    return value_both_small_int(a, b) && likely(n >= 0) && int_result(small_int_value(a) >> (n > 63 ? 63 : n), result);
}

/* The truth of a comparison: 1, 0, or -1 with an exception. */
int compare_truth(value a, value b, int op);

/* Which of less, equal, greater make a comparison true, and whether unordered does: a nibble for each operator, in the
 * order of enum compare_operator. */
enum { ORDER_LESS = 1, ORDER_EQUAL = 2, ORDER_GREATER = 4, ORDER_UNORDERED = 8 };
static inline int compare_holds(unsigned order, unsigned op)
{
    const unsigned holds = ORDER_LESS << 4 * COMPARE_LT | (ORDER_LESS | ORDER_EQUAL) << 4 * COMPARE_LE |
                           ORDER_EQUAL << 4 * COMPARE_EQ |
                           (ORDER_LESS | ORDER_GREATER | ORDER_UNORDERED) << 4 * COMPARE_NE |
                           ORDER_GREATER << 4 * COMPARE_GT | (ORDER_GREATER | ORDER_EQUAL) << 4 * COMPARE_GE;
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
