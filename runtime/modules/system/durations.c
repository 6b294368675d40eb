/* Durations: numbers of seconds, as programs give them, in nanoseconds. */
#include "runtime/modules/system/durations.h"
#include "runtime/objects/objects.h"

#include <math.h>

static bool too_large(void)
{
    return raise_false(EXC(OverflowError), "timestamp too large to convert to C _PyTime_t");
}

static double round_double(double d, enum rounding rounding)
{
    switch (rounding) {
    case ROUND_FLOOR:
        return floor(d);
    case ROUND_CEILING:
        return ceil(d);
    case ROUND_AWAY:
        return d < 0 ? floor(d) : ceil(d);
    default:
        return rint(d);
    }
}

bool duration_get(value v, int64_t unit, enum rounding rounding, int64_t *ns)
{
    if (is_float(v)) {
        double d = float_value(v);
        if (isnan(d))
            return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
        d = round_double(d * (double)unit, rounding);
        if (!(d >= -0x1p63 && d < 0x1p63))
            return too_large();
        *ns = (int64_t)d;
        return true;
    }
    value index = index_value(v);
    if (!index)
        return false;
    int64_t whole;
    bool fits = int_fits_i64(index, &whole) && !__builtin_mul_overflow(whole, unit, ns);
    value_dec(index);
    return fits || too_large();
}

bool timeout_get(value v, int64_t unit, const char *expected, int64_t none, int64_t *ns)
{
    *ns = none;
    if (v == VALUE_NONE || duration_get(v, unit, ROUND_AWAY, ns))
        return true;
    if (!error_matches(EXC(TypeError)))
        return false;
    error_clear();
    return raise_false(EXC(TypeError), "timeout must be %s", expected);
}

int64_t duration_in(int64_t ns, int64_t unit, enum rounding rounding)
{
    int64_t whole = ns / unit, rest = ns % unit;
    if (!rest)
        return whole;
    int64_t down = whole - (rest < 0), up = whole + (rest > 0);
    switch (rounding) {
    case ROUND_FLOOR:
        return down;
    case ROUND_CEILING:
        return up;
    case ROUND_AWAY:
        return ns < 0 ? down : up;
    default: {
        int64_t above = ns - down * unit;
        return above * 2 > unit || (above * 2 == unit && (down & 1)) ? up : down;
    }
    }
}

int64_t monotonic_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NANOSECONDS + t.tv_nsec;
}
int64_t deadline_after(int64_t timeout)
{
    int64_t deadline;
    if (timeout < 0)
        return -1;
    return __builtin_add_overflow(monotonic_now(), timeout, &deadline) ? INT64_MAX : deadline;
}
int64_t deadline_left(int64_t deadline)
{
    if (deadline < 0)
        return -1;
    int64_t left = deadline - monotonic_now();
    return left < 0 ? 0 : left;
}
