/* The functions of math that compute with integers. GMP does the work on large ones. */
#include <math.h>
#include "runtime/modules/numbers/math_module.h"
#include "runtime/modules/module.h"
#include "runtime/objects/numbers/int.h"
#include "threads/pause.h"

#include <limits.h>

/* A GMP computation that may run out of memory, and its result. */
struct task {
    mpz_t result;
    mpz_srcptr a, b;
    unsigned long n, k;
    void (*run)(struct task *task);
};
static void task_run(void *context)
{
    struct task *task = context;
    mpz_init(task->result);
    task->run(task);
}
/* About how many limbs the task has to do with. */
static mp_size_t task_limbs(const struct task *task)
{
    mp_size_t most = (mp_size_t)(task->n > task->k ? task->n : task->k) / 8;
    if (task->a && (mp_size_t)mpz_size(task->a) > most)
        most = (mp_size_t)mpz_size(task->a);
    if (task->b && (mp_size_t)mpz_size(task->b) > most)
        most = (mp_size_t)mpz_size(task->b);
    return most;
}

static value task_value(struct task *task)
{
    if (!int_guarded_long(task_run, task, task_limbs(task)))
        return NULL;
    return int_take_mpz(task->result);
}

/* ---- gcd, lcm ---- */
static void run_gcd(struct task *task)
{
    mpz_gcd(task->result, task->a, task->b);
}
static void run_lcm(struct task *task)
{
    mpz_lcm(task->result, task->a, task->b);
}

static uint64_t gcd_u64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}
static uint64_t magnitude(int64_t i)
{
    return i < 0 ? -(uint64_t)i : (uint64_t)i;
}

static value combine(value a, value b, bool lcm)
{
    a = int_exact(a);
    b = int_exact(b);
    if (value_both_small_int(a, b)) {
        uint64_t x = magnitude(small_int_value(a)), y = magnitude(small_int_value(b)), g = gcd_u64(x, y), product;
        if (!lcm)
            return int_from_u64(g);
        if (g == 0)
            return small_int(0);
        if (!__builtin_mul_overflow(x / g, y, &product))
            return int_from_u64(product);
    }
    struct int_operand x, y;
    mpz_t zx, zy;
    int_operand_init(&x, a);
    int_operand_init(&y, b);
    struct task task = {.a = int_operand_mpz(&x, zx), .b = int_operand_mpz(&y, zy), .run = lcm ? run_lcm : run_gcd};
    return task_value(&task);
}

static value combine_all(value numbers, bool lcm)
{
    value total = small_int(lcm ? 1 : 0);
    for (size_t i = 0; total && i < tuple_length(numbers); thread_pause_at(++i)) {
        value number = index_value(tuple_get(numbers, i));
        value next = number ? combine(total, number, lcm) : NULL;
        value_dec(number);
        value_dec(total);
        total = next;
    }
    return total;
}
static value math_gcd(value self, const value *args)
{
    return combine_all(args[0], false);
}
static value math_lcm(value self, const value *args)
{
    return combine_all(args[0], true);
}

/* ---- isqrt ---- */
static void run_sqrt(struct task *task)
{
    mpz_sqrt(task->result, task->a);
}
static value math_isqrt(value self, value given_n)
{
    value n = index_value(given_n);
    if (!n)
        return NULL;
    value result;
    if (int_sign(n) < 0) {
        result = raise(EXC(ValueError), "isqrt() argument must be nonnegative");
    } else {
        struct int_operand operand;
        mpz_t z;
        int_operand_init(&operand, int_exact(n));
        struct task task = {.a = int_operand_mpz(&operand, z), .run = run_sqrt};
        result = task_value(&task);
    }
    value_dec(n);
    return result;
}

/* ---- factorial, comb, perm ---- */
static void run_factorial(struct task *task)
{
    mpz_fac_ui(task->result, task->n);
}
static value math_factorial(value self, const value *args)
{
    value n = index_value(args[0]);
    if (!n)
        return NULL;
    int64_t i;
    bool fits = int_fits_i64(n, &i);
    bool negative = int_sign(n) < 0;
    value_dec(n);
    if (negative)
        return raise(EXC(ValueError), "factorial() not defined for negative values");
    if (!fits)
        return raise(EXC(OverflowError), "factorial() argument should not exceed %lld", (long long)INT64_MAX);
    if (i > INT64_C(1) << 40)
        return raise_no_memory(); /* the result would not fit the address space */
    struct task task = {.n = (unsigned long)i, .run = run_factorial};
    return task_value(&task);
}

static void run_comb(struct task *task)
{
    mpz_bin_ui(task->result, task->a, task->k);
}
/* The product of n - from, n - from - 1, ... (`count` factors), halves first, so that what is multiplied is of a size.
 */
static void falling(mpz_t product, mpz_srcptr n, unsigned long from, unsigned long count)
{
    mpz_t other;
    if (count == 0) {
        mpz_set_ui(product, 1);
    } else if (count == 1) {
        mpz_sub_ui(product, n, from);
    } else {
        mpz_init(other);
        falling(product, n, from, count / 2);
        falling(other, n, from + count / 2, count - count / 2);
        mpz_mul(product, product, other);
        mpz_clear(other);
    }
}
static void run_perm(struct task *task)
{
    falling(task->result, task->a, 0, task->k);
}

/* n and k as nonnegative ints, k no larger than n: 1; 0 when k is larger; -1 on error. */
static int check_n_k(value n, value k)
{
    if (int_sign(n) < 0)
        return raise_int(EXC(ValueError), "n must be a non-negative integer");
    if (int_sign(k) < 0)
        return raise_int(EXC(ValueError), "k must be a non-negative integer");
    return int_compare(int_exact(n), int_exact(k)) >= 0;
}

static value choose(value n, value k, bool ordered)
{
    int sensible = check_n_k(n, k);
    if (sensible <= 0)
        return sensible < 0 ? NULL : small_int(0);
    value rest = ordered ? NULL : int_subtract(n, k); /* comb(n, k) == comb(n, n - k) */
    if (!ordered && !rest)
        return NULL;
    value few = !ordered && int_compare(int_exact(rest), int_exact(k)) < 0 ? rest : k;
    int64_t count;
    value result;
    if (!int_fits_i64(few, &count)) {
        result = ordered ? raise(EXC(OverflowError), "k must not exceed %lld", (long long)INT64_MAX)
                         : raise(EXC(OverflowError), "min(n - k, k) must not exceed %lld", (long long)INT64_MAX);
    } else {
        struct int_operand operand;
        mpz_t z;
        int_operand_init(&operand, int_exact(n));
        struct task task = {
            .a = int_operand_mpz(&operand, z), .k = (unsigned long)count, .run = ordered ? run_perm : run_comb};
        result = task_value(&task);
    }
    value_dec(rest);
    return result;
}

static value math_comb(value self, value given_n, value given_k)
{
    value n = index_value(given_n), k = n ? index_value(given_k) : NULL;
    value result = k ? choose(n, k, false) : NULL;
    value_dec(k);
    value_dec(n);
    return result;
}
static value math_perm(value self, const value *args)
{
    if (!is_given(args[1]))
        return math_factorial(self, args);
    value n = index_value(args[0]), k = n ? index_value(args[1]) : NULL;
    value result = k ? choose(n, k, true) : NULL;
    value_dec(k);
    value_dec(n);
    return result;
}

/* ---- rounding to an integer ---- */
static value by_method(value v, value name, double (*round)(double))
{
    if (value_is_immediate_float(v) || value_is(v, TYPE_ID_FLOAT))
        return int_from_double(round(float_value(v)));
    value result = call_special(v, name, NULL, 0);
    if (result != VALUE_MISSING)
        return result;
    double d;
    return value_as_double(v, &d) ? int_from_double(round(d)) : NULL;
}
static value math_floor(value self, value x)
{
    return by_method(x, NAME(__floor__), floor);
}
static value math_ceil(value self, value x)
{
    return by_method(x, NAME(__ceil__), ceil);
}
static value math_trunc(value self, value x)
{
    value result = call_special(x, NAME(__trunc__), NULL, 0);
    return result != VALUE_MISSING ? result : raise(EXC(TypeError), "type %T doesn't define __trunc__ method", x);
}

const struct method_def math_integer_functions[] = {
    METHOD("gcd", math_gcd, "(*integers)", "Greatest Common Divisor."),
    METHOD("lcm", math_lcm, "(*integers)", "Least Common Multiple."),
    METHOD("isqrt", math_isqrt, "(n, /)", "Return the integer part of the square root of the input."),
    METHOD("factorial", math_factorial, "(n, /)", "Find n!."),
    METHOD("comb", math_comb, "(n, k, /)",
           "Number of ways to choose k items from n items without repetition and without order."),
    METHOD("perm", math_perm, "(n, k=None, /)",
           "Number of ways to choose k items from n items without repetition and with order."),
    METHOD("floor", math_floor, "(x, /)", "Return the floor of x as an Integral."),
    METHOD("ceil", math_ceil, "(x, /)", "Return the ceiling of x as an Integral."),
    METHOD("trunc", math_trunc, "(x, /)", "Truncates the Real x to the nearest Integral toward 0."),
    {0},
};
