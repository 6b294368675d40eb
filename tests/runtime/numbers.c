/* Integers and floats as C code uses them: laws that hold for any numbers, forms that
   are unique, memory that runs out. */
#include "tests/runtime/support.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"

#include <math.h>

static uint64_t state = 88172645463325252u;
static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* A number of up to 512 bits, mostly near a limb's or an immediate's edge. */
static value random_int(void)
{
    value bytes_value;
    uint8_t bytes[64];
    size_t n = next_random() % 65;
    bool edge = next_random() % 2;
    for (size_t i = 0; i < n; i++)
        bytes[i] = edge ? (next_random() % 8 ? 0xFF : 0) : (uint8_t)next_random();
    bytes_value = int_from_bytes(bytes, n, true, next_random() % 2);
    assert_non_null(bytes_value);
    return bytes_value;
}

static void assert_same(value a, value b)
{
    assert_int_equal(int_compare(a, b), 0);
    assert_int_equal(value_is_small_int(a), value_is_small_int(b));
    assert_int_equal(int_hash(a), int_hash(b));
    value_dec(a);
    value_dec(b);
}

static void arithmetic_laws(void **unused)
{
    for (int i = 0; i < 20000; i++) {
        value a = random_int(), b = random_int();
        value sum = int_add(a, b);
        assert_same(int_subtract(sum, b), value_inc(a));
        value_dec(sum);
        value product = int_multiply(a, b), q, r;
        if (b != small_int(0)) {
            assert_true(int_divide(a, b, &q, &r));
            value whole = int_multiply(q, b);
            assert_same(int_add(whole, r), value_inc(a));
            assert_true(r == small_int(0) || int_sign(r) == int_sign(b));
            value size = int_absolute(b), rest = int_absolute(r);
            assert_true(int_compare(rest, size) < 0);
            value_dec(size);
            value_dec(rest);
            value_dec(whole);
            value_dec(q);
            value_dec(r);
            assert_same(int_floor_divide(product, b), value_inc(a));
        }
        value both = int_bitwise('&', a, b), either = int_bitwise('|', a, b);
        assert_same(int_add(both, either), int_add(a, b));
        value_dec(both);
        value_dec(either);
        assert_same(int_negative(a), ({
                        value inverted = int_invert(a), next = int_add(inverted, small_int(1));
                        value_dec(inverted);
                        next;
                    }));
        value_dec(product);
        value_dec(a);
        value_dec(b);
    }
}

static void shifts(void **unused)
{
    for (int i = 0; i < 5000; i++) {
        value a = random_int(), n = small_int((int64_t)(next_random() % 200));
        value power = int_power(small_int(2), n, VALUE_NONE);
        value up = int_lshift(a, n);
        assert_same(int_multiply(a, power), value_inc(up));
        assert_same(int_rshift(up, n), value_inc(a));
        assert_same(int_rshift(a, n), int_floor_divide(a, power));
        value_dec(a);
        value_dec(power);
        value_dec(up);
    }
    assert_null(int_lshift(small_int(1), small_int(-1)));
    assert_raised(EXC(ValueError));
    assert_null(int_lshift(small_int(1), small_int(SMALL_INT_MAX)));
    assert_raised(EXC(MemoryError));
}

static void bytes_and_text(void **unused)
{
    for (int i = 0; i < 5000; i++) {
        value a = random_int();
        uint8_t bytes[80];
        for (int order = 0; order < 2; order++) {
            assert_true(int_to_bytes(a, bytes, sizeof bytes, order, true));
            assert_same(int_from_bytes(bytes, sizeof bytes, order, true), value_inc(a));
        }
        for (int base = 2; base <= 36; base += 7) {
            value text = int_to_text(a, base);
            struct text digits;
            assert_true(text && text_of(text, &digits));
            assert_same(int_from_text(digits.bytes, digits.length, base), value_inc(a));
            text_release(&digits);
            value_dec(text);
        }
        value_dec(a);
    }
    assert_null(int_from_text("12x", 3, 10));
    assert_raised(EXC(ValueError));
    assert_null(int_from_text("1__0", 4, 10));
    assert_raised(EXC(ValueError));
}

static void digit_limit(void **unused)
{
    value big = int_power(small_int(10), small_int(4299), VALUE_NONE), text = int_to_text(big, 10);
    assert_int_equal(str_length(text), 4300);
    value_dec(text);
    value bigger = int_multiply(big, small_int(10));
    assert_null(int_to_text(bigger, 10));
    assert_raised(EXC(ValueError));
    text = int_to_text(bigger, 16);
    assert_non_null(text);
    value_dec(text);
    atomic_store(&int_max_str_digits, 0);
    text = int_to_text(bigger, 10);
    assert_int_equal(str_length(text), 4301);
    atomic_store(&int_max_str_digits, 4300);
    value_dec(text);
    value_dec(big);
    value_dec(bigger);
}

/* A double's repr reads back, and no shorter one would. */
static void shortest_floats(void **unused)
{
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = next_random();
        double d;
        if (i % 4 == 0)
            bits &= UINT64_MAX << (next_random() % 52); /* few digits, powers of two */
        memcpy(&d, &bits, 8);
        if (!isfinite(d))
            continue;
        char text[40];
        const char *end;
        text[double_repr_to(d, text)] = 0;
        double back = double_from_text(text, &end);
        assert_int_equal(*end, 0);
        assert_memory_equal(&back, &d, 8);
        char digits[18], shorter[40];
        int point, n = double_shortest(fabs(d), digits, &point);
        if (n > 1) {
            snprintf(shorter, sizeof shorter, "%.*e", n - 2, d);
            assert_true(strtod(shorter, NULL) != d);
        }
    }
}

static void float_values(void **unused)
{
    const double doubles[] = {0.0, -0.0, 1.0, -1.5, 1e300, 5e-324, 1e-200, INFINITY, -INFINITY, NAN, 0x1p-255, 0x1p257};
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        value v = float_new(doubles[i]);
        assert_non_null(v);
        double back = float_value(v);
        assert_true(is_float(v));
        assert_memory_equal(&back, &doubles[i], 8);
        value_dec(v);
    }
}

static void conversions_are_exact(void **unused)
{
    for (int i = 0; i < 20000; i++) {
        double d = ldexp((double)(int64_t)next_random(), (int)(next_random() % 200) - 20);
        value whole = int_from_double(d);
        assert_int_equal(int_compare_double(whole, trunc(d)), 0);
        double back;
        assert_true(int_to_double(whole, &back));
        assert_true(back == trunc(d));
        value next = int_add(whole, small_int(1));
        if (fabs(d) < 0x1p62)
            assert_int_equal(int_compare_double(next, trunc(d)), 1);
        value_dec(next);
        value_dec(whole);
    }
}

/* The operations that allocate, with every one of their allocations failing in turn. */
static value work(unsigned which, value a, value b)
{
    value pair[2];
    switch (which) {
    case 0:
        return int_add(a, b);
    case 1:
        return int_multiply(a, b);
    case 2:
        if (!int_divide(a, b, &pair[0], &pair[1]))
            return NULL;
        value_dec(pair[0]);
        return pair[1];
    case 3:
        return int_power(a, small_int(5), VALUE_NONE);
    case 4:
        return int_to_text(a, 10);
    case 5:
        return int_true_divide(a, b);
    case 6:
        return int_bitwise('^', a, b);
    case 7:
        return int_from_text("123456789012345678901234567890", 30, 10);
    default:
        return float_new(1e300);
    }
}

static void allocation_failures(void **unused)
{
    value a = int_power(small_int(7), small_int(100), VALUE_NONE),
          b = int_power(small_int(-3), small_int(77), VALUE_NONE);
    for (unsigned which = 0; which <= 8; which++)
        for (uint64_t after = 1;; after++) {
            heap_inject_failure(after, false);
            value v = work(which, a, b);
            heap_inject_failure(0, false);
            value_dec(v);
            if (v)
                break;
            assert_raised(EXC(MemoryError));
            assert_in_range(after, 1, 20);
        }
    value_dec(a);
    value_dec(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_laws),       cmocka_unit_test(shifts),
        cmocka_unit_test(bytes_and_text),        cmocka_unit_test(digit_limit),
        cmocka_unit_test(shortest_floats),       cmocka_unit_test(float_values),
        cmocka_unit_test(conversions_are_exact), cmocka_unit_test(allocation_failures),
    };
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("numbers", tests, NULL, NULL));
}
