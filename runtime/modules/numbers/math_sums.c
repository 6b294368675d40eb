/*
 * The functions of math that add up many numbers: fsum, prod, hypot, dist.
 *
 * fsum keeps the exact sum as a list of doubles that do not overlap (Shewchuk, Adaptive Precision Floating-Point
 * Arithmetic, 1997) and rounds once at the end. Lengths of vectors are computed with about twice the precision of a
 * double: squares by Veltkamp's splitting and Dekker's product, sums after Neumaier, and one Newton step on the root.
 */
#include "runtime/modules/numbers/math_module.h"
#include "runtime/modules/module.h"
#include "runtime/step.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <math.h>
#include <stdlib.h>

/* ---- fsum ---- */
struct expansion {
    double *parts, few[32];
    size_t count, room;
    double infinities, specials; /* sums of what is infinite or NaN */
};

static bool expansion_add(struct expansion *e, double x)
{
    double original = x;
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++) {
        double y = e->parts[i];
        if (fabs(x) < fabs(y)) {
            double t = x;
            x = y;
            y = t;
        }
        double high = x + y, low = y - (high - x);
        if (low != 0.0)
            e->parts[kept++] = low;
        x = high;
    }
    e->count = kept;
    if (x == 0.0)
        return true;
    if (!isfinite(x)) {
        if (isfinite(original))
            return raise_false(EXC(OverflowError), "intermediate overflow in fsum");
        if (isinf(original))
            e->infinities += original;
        e->specials += original;
        e->count = 0;
        return true;
    }
    if (e->count == e->room) {
        double *more = malloc(2 * e->room * sizeof *more);
        if (!more)
            return raise_no_memory() != NULL;
        memcpy(more, e->parts, e->count * sizeof *more);
        if (e->parts != e->few)
            free(e->parts);
        e->parts = more;
        e->room *= 2;
    }
    e->parts[e->count++] = x;
    return true;
}

/* The sum rounded half to even: the parts decide from the largest down; what is left after the first inexact addition
 * matters only when that was a tie. */
static double expansion_round(struct expansion *e)
{
    if (e->count == 0)
        return 0.0;
    size_t n = e->count;
    double high = e->parts[--n], low = 0.0;
    while (n > 0) {
        double x = high, y = e->parts[--n];
        high = x + y;
        low = y - (high - x);
        if (low != 0.0)
            break;
    }
    if (n > 0 && ((low < 0.0 && e->parts[n - 1] < 0.0) || (low > 0.0 && e->parts[n - 1] > 0.0))) {
        double twice = low * 2.0, x = high + twice;
        if (twice == x - high)
            high = x;
    }
    return high;
}

static value math_fsum(value self, value seq)
{
    struct sweep sweep;
    value item = NULL;
    if (!sweep_open(&sweep, seq))
        return NULL;
    struct expansion e = {.room = 32};
    e.parts = e.few;
    bool done = true;
    while (done && (item = iter_next(sweep.iterator)) && item != VALUE_END) {
        double x;
        done = value_as_double(item, &x) && expansion_add(&e, x);
        value_dec(item);
    }
    sweep_close(&sweep);
    value result = NULL;
    if (done && item) {
        if (e.specials == 0.0)
            result = float_new(expansion_round(&e));
        else if (isnan(e.infinities))
            result = raise(EXC(ValueError), "-inf + inf in fsum");
        else
            result = float_new(e.specials);
    }
    if (e.parts != e.few)
        free(e.parts);
    return result;
}

/* ---- prod ---- */
static value math_prod(value self, const value *args)
{
    struct sweep sweep;
    value item = NULL;
    if (!sweep_open(&sweep, args[0]))
        return NULL;
    value total = value_inc(args[1]);
    while (total && (item = iter_next(sweep.iterator)) && item != VALUE_END) {
        value next = operate_binary(BINARY_MULTIPLY, total, item);
        value_dec(item);
        value_dec(total);
        total = next;
        if (total && value_is_object(total) && unlikely(thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)) {
            item = NULL; /* the product of large ints may take long */
            break;
        }
    }
    sweep_close(&sweep);
    if (total && !item) {
        value_dec(total);
        return NULL;
    }
    return total;
}

/* ---- lengths ---- */
struct precise {
    double sum, error;
};
static void precise_add(struct precise *p, double x) /* |x| no larger than the sum */
{
    double before = p->sum;
    p->sum += x;
    p->error += (before - p->sum) + x;
}
static void split(double x, double *high, double *low)
{
    double t = x * 134217729.0; /* 2^27 + 1 */
    *high = t - (t - x);
    *low = x - *high;
}

/* The Euclidean length of coordinates, all of them >= 0. */
static double vector_length(size_t n, double *coordinates, double largest, bool nan_found)
{
    if (isinf(largest))
        return largest;
    if (nan_found)
        return NAN;
    if (largest == 0.0 || n <= 1)
        return largest;
    int exponent;
    frexp(largest, &exponent);
    if (exponent < -1023) { /* the scale would overflow: divide instead */
        struct precise total = {1.0, 0.0};
        for (size_t i = 0; i < n; i++) {
            double x = coordinates[i] / largest;
            precise_add(&total, x * x);
        }
        return largest * sqrt(total.sum - 1.0 + total.error);
    }
    double scale = ldexp(1.0, -exponent), high, low, tiny = 0.0, cross = 0.0;
    struct precise total = {1.0, 0.0}; /* starts at one, so that every term is smaller than the sum */
    for (size_t i = 0; i < n; i++) {
        split(coordinates[i] * scale, &high, &low);
        precise_add(&total, high * high);
        double before = total.sum, x = 2.0 * high * low;
        total.sum += x;
        cross += (before - total.sum) + x;
        tiny += low * low;
    }
    double root = sqrt(total.sum - 1.0 + (total.error + cross + tiny));
    split(root, &high, &low);
    precise_add(&total, -high * high);
    double before = total.sum, x = -2.0 * high * low;
    total.sum += x;
    cross += (before - total.sum) + x;
    before = total.sum;
    x = -low * low;
    total.sum += x;
    tiny += (before - total.sum) + x;
    double rest = total.sum - 1.0 + (total.error + cross + tiny);
    return (root + rest / (2.0 * root)) / scale;
}

static value length_of(size_t n, double *coordinates, double largest, bool nan_found)
{
    bool resting = thread_rest_begin(n * sizeof *coordinates);
    double length = vector_length(n, coordinates, largest, nan_found);
    thread_rest_end(resting);
    return float_new(length);
}

static void coordinate(double x, double *out, double *largest, bool *nan_found)
{
    *out = x = fabs(x);
    *nan_found |= isnan(x);
    if (x > *largest)
        *largest = x;
}

static double *coordinates_new(size_t n)
{
    double *c = malloc((n ? n : 1) * sizeof *c);
    if (!c)
        raise_no_memory();
    return c;
}

static value math_hypot(value self, const value *args)
{
    size_t n = tuple_length(args[0]);
    double *c = coordinates_new(n), largest = 0.0, x;
    bool nan_found = false, done = c != NULL;
    for (size_t i = 0; done && i < n; thread_pause_at(++i)) {
        done = value_as_double(tuple_get(args[0], i), &x);
        if (done)
            coordinate(x, &c[i], &largest, &nan_found);
    }
    value result = done ? length_of(n, c, largest, nan_found) : NULL;
    raw_free(c);
    return result;
}

static value math_dist(value self, value given_p, value given_q)
{
    value p = tuple_from_iterable(given_p), q = p ? tuple_from_iterable(given_q) : NULL, result = NULL;
    if (q && tuple_length(p) != tuple_length(q)) {
        raise(EXC(ValueError), "both points must have the same number of dimensions");
    } else if (q) {
        size_t n = tuple_length(p);
        double *c = coordinates_new(n), largest = 0.0, x, y;
        bool nan_found = false, done = c != NULL;
        for (size_t i = 0; done && i < n; thread_pause_at(++i)) {
            done = value_as_double(tuple_get(p, i), &x) && value_as_double(tuple_get(q, i), &y);
            if (done)
                coordinate(x - y, &c[i], &largest, &nan_found);
        }
        result = done ? length_of(n, c, largest, nan_found) : NULL;
        raw_free(c);
    }
    value_dec(q);
    value_dec(p);
    return result;
}

const struct method_def math_sum_functions[] = {
    METHOD("fsum", math_fsum, "(seq, /)", "Return an accurate floating point sum of values in the iterable seq."),
    METHOD("prod", math_prod, "(iterable, /, *, start=1)",
           "Calculate the product of all the elements in the input iterable."),
    METHOD("hypot", math_hypot, "(*coordinates)", "Multidimensional Euclidean distance from the origin to a point."),
    METHOD("dist", math_dist, "(p, q, /)", "Return the Euclidean distance between two points p and q."),
    {0},
};
