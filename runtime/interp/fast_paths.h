/*
 * What the evaluation loop does in line on the simple kinds of values: arithmetic and comparison of small ints and
 * immediate floats, truth of singletons. Anything else goes the general way.
 */
#ifndef ATOLL_FAST_PATHS_H
#define ATOLL_FAST_PATHS_H

#include "runtime/type.h"

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

/* a + b, a - b, a * b on tagged small ints: true unless the result leaves 62 bits. A tagged int is 4i + 1. */
static inline bool small_int_add(value a, value b, value *out)
{
    int64_t r;
    if (__builtin_add_overflow((int64_t)value_bits(a) - 1, (int64_t)value_bits(b), &r))
        return false;
    *out = value_from_bits((uint64_t)r);
    return true;
}
static inline bool small_int_subtract(value a, value b, value *out)
{
    int64_t r;
    if (__builtin_sub_overflow((int64_t)value_bits(a), (int64_t)value_bits(b) - 1, &r))
        return false;
    *out = value_from_bits((uint64_t)r);
    return true;
}
static inline bool small_int_multiply(value a, value b, value *out)
{
    int64_t r;
    if (__builtin_mul_overflow((int64_t)value_bits(a) - 1, small_int_value(b), &r))
        return false;
    *out = value_from_bits((uint64_t)r + 1);
    return true;
}

static inline bool compare_i64(int64_t a, int64_t b, unsigned op)
{
    switch (op) {
    case COMPARE_LT:
        return a < b;
    case COMPARE_LE:
        return a <= b;
    case COMPARE_EQ:
        return a == b;
    case COMPARE_NE:
        return a != b;
    case COMPARE_GT:
        return a > b;
    default:
        return a >= b;
    }
}
static inline bool compare_double(double a, double b, unsigned op)
{
    switch (op) {
    case COMPARE_LT:
        return a < b;
    case COMPARE_LE:
        return a <= b;
    case COMPARE_EQ:
        return a == b;
    case COMPARE_NE:
        return a != b;
    case COMPARE_GT:
        return a > b;
    default:
        return a >= b;
    }
}
/* 1 or 0 when the operands are of the simple kinds, -1 when the general way is needed. */
static inline int compare_fast(value a, value b, unsigned op)
{
    double x, y;
    if (value_both_small_int(a, b))
        return compare_i64((int64_t)value_bits(a), (int64_t)value_bits(b), op);
    if (value_is_immediate_float(a) && value_is_immediate_float(b)) {
        x = immediate_float_value(a);
        y = immediate_float_value(b);
        return compare_double(x, y, op);
    }
    return -1;
}

/* 1, 0, or -1 when truth needs a call. */
static inline int truth_fast(value v)
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
