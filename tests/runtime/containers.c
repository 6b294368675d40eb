/* Lists, tuples, dicts, sets, ranges and slices as C code uses them, on one thread. Orders and hashes are CPython's. */
#include "tests/runtime/support.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/range.h"
#include "runtime/objects/containers/set.h"
#include "runtime/objects/containers/slice.h"

#include <stdlib.h>

static value ints(size_t count, ...)
{
    value list = list_new(0);
    va_list arguments;
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++)
        assert_true(list_append(list, small_int(va_arg(arguments, int))));
    va_end(arguments);
    return list;
}

static value slice_of(int start, int stop, int step)
{
    return slice_new(small_int(start), small_int(stop), small_int(step));
}

/* ---- lists ---- */
static void list_grows_and_shrinks(void **state)
{
    value list = list_new(0);
    assert_null(load_relaxed(&list_of(list)->storage));
    for (int i = 0; i < 1000; i++)
        assert_true(list_append_owned(list, small_int(i)));
    uint64_t capacity = load_relaxed(&list_of(list)->storage)->capacity;
    assert_in_range(capacity, 1000, 1140);
    for (int i = 999; i >= 10; i--)
        assert_ptr_equal(list_pop(list, -1), small_int(i));
    assert_in_range(load_relaxed(&list_of(list)->storage)->capacity, 10, 24);
    assert_repr(list, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
}

static void list_insert_and_pop_anywhere(void **state)
{
    value list = ints(3, 1, 2, 3);
    assert_true(list_insert(list, 0, small_int(0)));
    assert_true(list_insert(list, 100, small_int(9)));
    assert_true(list_insert(list, -1, small_int(8)));
    assert_true(list_insert(list, -100, small_int(-1)));
    assert_ptr_equal(list_pop(list, 2), small_int(1));
    assert_null(list_pop(list, 10));
    assert_raised(EXC(IndexError));
    assert_true(list_reverse(list));
    assert_ptr_equal(list_get(list, 0), small_int(9));
    assert_ptr_equal(list_get(list, 6), VALUE_MISSING);
    assert_false(list_set(list, 6, VALUE_NONE));
    assert_raised(EXC(IndexError));
    assert_repr(list, "[9, 8, 3, 2, 0, -1]");
}

static void list_slices(void **state)
{
    value list = ints(6, 0, 1, 2, 3, 4, 5), new = ints(3, 7, 8, 9), slice = slice_of(1, 3, 1);
    assert_repr(item_get(list, slice), "[1, 2]");
    assert_true(item_set(list, slice, new));
    assert_repr(value_inc(list), "[0, 7, 8, 9, 3, 4, 5]");
    assert_true(item_set(list, slice, list)); /* itself */
    assert_repr(value_inc(list), "[0, 0, 7, 8, 9, 3, 4, 5, 9, 3, 4, 5]");
    assert_true(item_delete(list, slice));
    value_dec(slice);
    slice = slice_of(8, 0, -2);
    assert_repr(item_get(list, slice), "[4, 9, 4, 9]");
    assert_false(item_set(list, slice, new));
    assert_raised(EXC(ValueError));
    assert_true(list_append(new, small_int(6)));
    assert_true(item_set(list, slice, new));
    assert_repr(value_inc(list), "[0, 8, 6, 3, 9, 5, 8, 3, 7, 5]");
    assert_true(item_delete(list, slice));
    assert_repr(value_inc(list), "[0, 8, 3, 5, 3, 5]");
    assert_true(list_set_slice(list, 4, 2, NULL));
    assert_int_equal(list_length(list), 6);
    value_dec(slice);
    value_dec(new);
    value_dec(list);
}

static void list_of_strings_owns_them(void **state)
{
    value list = list_new(0), text = text_value("owned by nobody else");
    struct object *o = value_object(text);
    assert_int_equal(rc_count(o), 1);
    for (int i = 0; i < 10; i++)
        assert_true(list_append(list, text));
    assert_int_equal(rc_count(o), 11);
    value repeated = sequence_repeat(list, 3);
    assert_int_equal(rc_count(o), 41);
    assert_true(list_extend(repeated, repeated));
    assert_int_equal(rc_count(o), 71);
    value_dec(repeated);
    value tuple = list_to_tuple(list);
    assert_int_equal(rc_count(o), 21);
    value_dec(tuple);
    value_dec(list_pop(list, 3));
    assert_int_equal(rc_count(o), 10);
    assert_true(list_set_slice(list, 2, 8, NULL));
    assert_int_equal(rc_count(o), 4);
    list_clear(list);
    assert_int_equal(rc_count(o), 1);
    value_dec(list);
    value_dec(text);
}

/* Numbers of a fixed generator, so that a failure can be repeated. */
static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void sort_is_right_and_stable(void **state)
{
    uint32_t seed = 42;
    for (int round = 0; round < 60; round++) {
        size_t length = random_next(&seed) % (round < 40 ? 200 : 3000);
        unsigned range = 1u << (random_next(&seed) % 16);
        bool reverse = round & 1;
        value list = list_new(length);
        for (size_t i = 0; i < length; i++) {
            unsigned n = random_next(&seed) % range;
            if (round % 3 == 0 && random_next(&seed) % 10) /* runs */
                n = (unsigned)(i / 7) % range;
            value pair = tuple_pack(2, small_int(n), small_int((int64_t)i));
            assert_true(list_append_owned(list, pair));
        }
        /* the second item of the key is the same for all, so stability must keep the positions in order */
        value getter = attr_get(value_of(TYPE(TUPLE)), NAME(__len__));
        assert_true(list_sort(list, getter, reverse)); /* all equal: nothing moves */
        value_dec(getter);
        for (size_t i = 0; i < length; i++) {
            value pair = list_get(list, i);
            assert_ptr_equal(tuple_get(pair, 1), small_int((int64_t)i));
            value_dec(pair);
        }
        assert_true(list_sort(list, NULL, reverse));
        assert_int_equal(list_length(list), length);
        for (size_t i = 1; i < length; i++) {
            value a = list_get(list, i - 1), b = list_get(list, i);
            assert_int_equal(compare_bool(a, b, reverse ? COMPARE_GT : COMPARE_LT), 1);
            value_dec(a);
            value_dec(b);
        }
        value_dec(list);
    }
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void sort_numbers_and_text(void **state)
{
    uint32_t seed = 7;
    enum { LENGTH = 5000 };
    static int64_t expected[LENGTH];
    value numbers = list_new(0), floats = list_new(0), texts = list_new(0);
    for (int i = 0; i < LENGTH; i++) {
        expected[i] = (int64_t)(random_next(&seed) % 100000) - 50000;
        list_append_owned(numbers, small_int(expected[i]));
        list_append_owned(floats, float_new((double)expected[i] / 3));
        list_append_owned(texts, text_value("%06lld", (long long)expected[i] + 50000));
    }
    qsort(expected, LENGTH, sizeof *expected, compare_int64);
    assert_true(list_sort(numbers, NULL, false) && list_sort(floats, NULL, false) && list_sort(texts, NULL, false));
    for (int i = 0; i < LENGTH; i++) {
        char text[32];
        snprintf(text, sizeof text, "%06lld", (long long)expected[i] + 50000);
        value number = list_get(numbers, i), f = list_get(floats, i), t = list_get(texts, i);
        assert_ptr_equal(number, small_int(expected[i]));
        assert_true(float_value(f) == (double)expected[i] / 3);
        assert_true(str_equals_text(t, text));
        value_dec(t);
    }
    value_dec(numbers);
    value_dec(floats);
    value_dec(texts);
}

static void huge_sizes_raise(void **state)
{
    value list = ints(1, 0);
    assert_null(sequence_repeat(list, INT64_C(1) << 59));
    assert_raised(EXC(MemoryError));
    assert_null(sequence_repeat(list, INT64_MAX));
    assert_raised(EXC(MemoryError));
    assert_null(list_new(SIZE_MAX / 4));
    assert_raised(EXC(MemoryError));
    value tuple = list_to_tuple(list);
    assert_null(sequence_repeat(tuple, INT64_MAX));
    assert_raised(EXC(MemoryError));
    assert_null(dict_new_sized(SIZE_MAX / 2));
    assert_raised(EXC(MemoryError));
    value_dec(tuple);
    value_dec(list);
}

/* ---- tuples ---- */
static void tuple_hashes(void **state)
{
    int64_t hash;
    value inner = tuple_pack(2, small_int(2), small_int(3));
    value outer = tuple_pack(3, small_int(1), inner, small_int(-1)),
          flat = tuple_pack(3, small_int(1), small_int(2), small_int(3));
    value empty = tuple_new(0);
    assert_true(value_hash(flat, &hash) && hash == 529344067295497451);
    assert_true(value_hash(outer, &hash) && hash == -4691468712706788113);
    assert_true(value_hash(empty, &hash) && hash == 5740354900026072187);
    assert_ptr_equal(empty, tuple_from_array(NULL, 0));
    value list = list_new(0), bad = tuple_pack(1, list);
    assert_false(value_hash(bad, &hash));
    assert_raised(EXC(TypeError));
    value_dec(bad);
    value_dec(list);
    value_dec(flat);
    value_dec(outer);
    value_dec(inner);
}

/* ---- dicts ---- */
static void dict_is_ordered(void **state)
{
    value dict = dict_new();
    assert_in_range(sizeof(struct dict), 16, 64);
    assert_null(load_relaxed(&dict_of(dict)->table));
    for (int i = 0; i < 1000; i++) {
        value key = text_value("key %d", i);
        assert_true(dict_set(dict, key, small_int(i)));
        value_dec(key);
    }
    for (int i = 0; i < 1000; i += 2) {
        value key = text_value("key %d", i);
        assert_int_equal(dict_delete(dict, key), 1);
        assert_int_equal(dict_delete(dict, key), 0);
        assert_int_equal(dict_contains(dict, key), 0);
        value_dec(key);
    }
    assert_int_equal(dict_length(dict), 500);
    assert_true(dict_set_text(dict, "key 1", VALUE_NONE)); /* keeps its place */
    size_t position = 0;
    value key, item;
    for (int i = 1; i < 1000; i += 2) {
        assert_true(dict_next(dict, &position, &key, &item));
        assert_ptr_equal(item, i == 1 ? VALUE_NONE : small_int(i));
        value_dec(key);
    }
    assert_false(dict_next(dict, &position, &key, &item));
    assert_ptr_equal(dict_get_text(dict, "key 999"), small_int(999));
    assert_ptr_equal(dict_get_text(dict, "key 998"), VALUE_MISSING);
    assert_true(dict_pop_last(dict, &key, &item));
    assert_ptr_equal(item, small_int(999));
    value_dec(key);
    dict_clear(dict);
    assert_int_equal(dict_length(dict), 0);
    assert_false(dict_pop_last(dict, &key, &item));
    value_dec(dict);
}

static void dict_index_widths(void **state)
{
    value dict = dict_new();
    for (int64_t i = 0; i < 100000; i++)
        assert_true(dict_set(dict, small_int(i * 4096), small_int(i)));
    for (int64_t i = 0; i < 100000; i++)
        assert_ptr_equal(dict_get(dict, small_int(i * 4096)), small_int(i));
    assert_ptr_equal(dict_get(dict, small_int(1)), VALUE_MISSING);
    value copy = dict_copy(dict);
    assert_int_equal(value_equals(copy, dict), 1);
    for (int64_t i = 0; i < 99990; i++)
        assert_int_equal(dict_delete(copy, small_int(i * 4096)), 1);
    assert_int_equal(value_equals(copy, dict), 0);
    assert_true(dict_set(copy, VALUE_TRUE, VALUE_NONE));
    assert_ptr_equal(dict_get(copy, small_int(1)), VALUE_NONE); /* True == 1 == 1.0 */
    assert_ptr_equal(dict_get(copy, float_new(1.0)), VALUE_NONE);
    assert_true(dict_update(copy, dict));
    assert_int_equal(dict_length(copy), 100001);
    value_dec(copy);
    value_dec(dict);
}

static void dict_hints_and_versions(void **state)
{
    value dict = dict_new(), name = str_interned("some_name"), other = str_interned("other_name");
    uint32_t version = dict_version(dict);
    assert_int_not_equal(version, 0);
    assert_int_equal(dict_version(dict), version);
    assert_true(dict_hint(dict, name) == UINT32_MAX);
    assert_true(dict_set(dict, name, small_int(1)));
    assert_int_not_equal(dict_version(dict), version);
    version = dict_version(dict);
    uint32_t hint = dict_hint(dict, name);
    assert_ptr_equal(dict_load_hint(dict, name, hint), small_int(1));
    assert_ptr_equal(dict_load_hint(dict, other, hint), VALUE_MISSING);
    assert_ptr_equal(dict_load_hint(dict, name, hint + 1000), VALUE_MISSING);
    assert_true(dict_store_hint(dict, name, hint, small_int(2)));
    assert_false(dict_store_hint(dict, other, hint, small_int(3)));
    assert_ptr_equal(dict_get(dict, name), small_int(2));
    assert_int_equal(dict_version(dict), version); /* only an item changed, and not one that versions speak of */
    value list = value_of((struct object *)TYPE(LIST));
    assert_true(dict_is_versioned(list));
    assert_true(dict_set(dict, name, list));
    assert_true(dict_has_version(dict, version));
    assert_true(dict_set(dict, name, list));
    assert_false(dict_has_version(dict, version));
    version = dict_version(dict);
    assert_true(dict_store_hint(dict, name, hint, small_int(3)));
    assert_false(dict_has_version(dict, version));
    version = dict_version(dict);
    value empty = dict_new();
    assert_int_not_equal(dict_version(empty), version);
    assert_int_equal(dict_delete(dict, name), 1);
    assert_int_not_equal(dict_version(dict), version);
    assert_ptr_equal(dict_load_hint(dict, name, hint), VALUE_MISSING);
    value_dec(empty);

    /* A dict behind the others. */
    value behind = dict_new();
    assert_true(dict_version_behind(behind));
    version = dict_version(dict);
    assert_true(dict_has_version(dict, version));
    assert_true(dict_set(behind, name, list));
    assert_false(dict_has_version(dict, version));
    version = dict_version(dict);
    assert_true(dict_has_version(dict, version));
    assert_true(dict_set(behind, name, small_int(1))); /* nobody asked again */
    assert_true(dict_has_version(dict, version));
    assert_true(dict_version_behind(behind));
    dict_clear(behind);
    assert_false(dict_has_version(dict, version));
    value_dec(behind);
    value_dec(dict);
}

static void dict_references(void **state)
{
    value dict = dict_new(), text = text_value("counted");
    struct object *o = value_object(text);
    for (int i = 0; i < 50; i++)
        assert_true(dict_set(dict, small_int(i), text));
    assert_int_equal(rc_count(o), 51);
    for (int i = 0; i < 50; i++)
        assert_true(dict_set(dict, small_int(i), i % 2 ? text : VALUE_NONE));
    assert_int_equal(rc_count(o), 26);
    value popped = dict_pop(dict, small_int(1));
    assert_ptr_equal(popped, text);
    value_dec(popped);
    value present = dict_set_default(dict, small_int(3), VALUE_NONE);
    assert_ptr_equal(present, text);
    value_dec(present);
    assert_true(dict_set(dict, text, text));
    assert_int_equal(rc_count(o), 27);
    value copy = dict_copy(dict);
    value_dec(dict);
    assert_int_equal(rc_count(o), 27);
    value_dec(copy);
    assert_int_equal(rc_count(o), 1);
    value_dec(text);
}

static void unhashable_keys(void **state)
{
    value dict = dict_new(), set = set_new(NULL), list = list_new(0);
    assert_false(dict_set(dict, list, VALUE_NONE));
    assert_raised(EXC(TypeError));
    assert_null(dict_get(dict, list));
    assert_raised(EXC(TypeError));
    assert_false(set_add(set, list));
    assert_raised(EXC(TypeError));
    assert_int_equal(set_contains(set, dict), -1);
    assert_raised(EXC(TypeError));
    value_dec(list);
    value_dec(set);
    value_dec(dict);
}

/* ---- sets ---- */
static void set_order_is_cpythons(void **state)
{
    static const int numbers[] = {5, 100, 33, 1000, 17, 8, 9, 64, 128, -1, -2, 40};
    value set = set_new(NULL), more = set_new(NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_true(set_add(set, small_int(numbers[i])));
    assert_repr(list_from_iterable(set), "[64, 33, 128, 100, 5, 1000, 8, 9, 40, 17, -2, -1]");
    assert_int_equal(set_discard(set, small_int(64)), 1);
    assert_int_equal(set_discard(set, small_int(64)), 0);
    assert_true(set_add(set, small_int(65)) && set_add(set, small_int(1)));
    assert_repr(list_from_iterable(set), "[33, 128, 65, 100, 5, 1, 1000, 8, 9, 40, 17, -2, -1]");
    assert_ptr_equal(set_pop(set), small_int(33));
    assert_ptr_equal(set_pop(set), small_int(128));
    assert_true(set_add(more, small_int(7)) && set_add(more, small_int(200)) &&
                set_add(more, small_int(INT64_C(1) << 40)));
    value united = operate_binary(BINARY_OR, set, more);
    assert_repr(list_from_iterable(united), "[1099511627776, 65, 1, 100, 5, 7, 1000, 8, 9, 40, 200, 17, -1, -2]");
    value_dec(united);
    set_clear(more);
    assert_true(set_add(more, small_int(5)) && set_add(more, small_int(3)));
    value either = operate_binary(BINARY_XOR, set, more);
    assert_repr(list_from_iterable(either), "[65, 1, 3, 100, 1000, 8, 9, 40, 17, -1, -2]");
    value_dec(either);
    value_dec(more);
    value_dec(set);
}

static void frozenset_hashes(void **state)
{
    int64_t hash;
    value list = ints(3, 3, 1, 2), set = frozenset_new(list), empty = frozenset_new(NULL);
    assert_true(value_hash(set, &hash) && hash == -272375401224217160);
    assert_true(value_hash(empty, &hash) && hash == 133146708735736);
    value_dec(empty);
    value_dec(set);
    value_dec(list);
}

/* ---- ranges, slices, iterators ---- */
static void ranges(void **state)
{
    value range = range_new(small_int(10), small_int(-10), small_int(-3));
    assert_int_equal(value_length(range), 7);
    assert_repr(list_from_iterable(range), "[10, 7, 4, 1, -2, -5, -8]");
    assert_int_equal(value_contains(range, small_int(4)), 1);
    assert_int_equal(value_contains(range, small_int(-10)), 0);
    assert_int_equal(value_contains(range, float_new(7.0)), 1);
    value slice = slice_of(5, 0, -2);
    assert_repr(item_get(range, slice), "range(-5, 10, 6)");
    value_dec(slice);
    value_dec(range);
    value stop = int_from_i64(SMALL_INT_MAX + 3);
    range = range_new(small_int(SMALL_INT_MAX - 1), stop, NULL);
    value_dec(stop);
    value iterator = iter_get(range);
    for (int64_t i = 0; i < 4; i++) {
        value number = iter_next(iterator);
        int64_t n;
        assert_true(int_fits_i64(number, &n) && n == SMALL_INT_MAX - 1 + i);
        value_dec(number);
    }
    assert_ptr_equal(iter_next(iterator), VALUE_END);
    value_dec(iterator);
    value_dec(range);
    assert_null(range_new(small_int(0), small_int(1), small_int(0)));
    assert_raised(EXC(ValueError));
}

static void slice_arithmetic(void **state)
{
    /* against the definition, for all small cases */
    for (int length = 0; length < 6; length++)
        for (int start = -8; start < 8; start++)
            for (int stop = -8; stop < 8; stop++)
                for (int step = -3; step <= 3; step++) {
                    ssize a, b, c;
                    value slice = slice_of(start, stop, step);
                    ssize count = slice_indices(slice, length, &a, &b, &c);
                    value_dec(slice);
                    if (step == 0) {
                        assert_int_equal(count, -1);
                        assert_raised(EXC(ValueError));
                        continue;
                    }
                    int low = step < 0 ? -1 : 0, high = step < 0 ? length - 1 : length;
                    int from = start < 0 ? start + length : start, to = stop < 0 ? stop + length : stop;
                    from = from < low ? low : from > high ? high : from;
                    to = to < low ? low : to > high ? high : to;
                    ssize expected = 0;
                    for (int i = from; step < 0 ? i > to : i < to; i += step)
                        expected++;
                    assert_int_equal(count, expected);
                    assert_true(a == from && b == to && c == step);
                }
}

static void changes_during_iteration(void **state)
{
    value dict = dict_new(), set = set_new(NULL), list = ints(2, 1, 2);
    assert_true(dict_set(dict, small_int(1), VALUE_NONE) && set_add(set, small_int(1)));
    value d = iter_get(dict), s = iter_get(set), l = iter_get(list);
    assert_true(dict_set(dict, small_int(2), VALUE_NONE) && set_add(set, small_int(2)));
    assert_null(iter_next(d));
    assert_raised(EXC(RuntimeError));
    assert_null(iter_next(s));
    assert_raised(EXC(RuntimeError));
    assert_ptr_equal(iter_next(l), small_int(1));
    list_clear(list);
    assert_ptr_equal(iter_next(l), VALUE_END);
    assert_true(list_extend(list, set));
    assert_ptr_equal(iter_next(l), VALUE_END); /* for good */
    value_dec(d);
    value_dec(s);
    value_dec(l);
    value_dec(list);
    value_dec(set);
    value_dec(dict);
}

static void allocation_failures(void **state)
{
    /* each allocation of a small program fails once; nothing is lost, nothing half done */
    for (uint64_t n = 1; n < 400; n++) {
        heap_inject_failure(n, false);
        value list = list_new(0), dict = dict_new(), set = set_new(NULL);
        bool fine = list && dict && set;
        for (int i = 0; fine && i < 40; i++) {
            size_t length = list_length(list);
            fine = list_append(list, small_int(i)) && dict_set(dict, small_int(i), list) && set_add(set, small_int(i));
            assert_true(fine || list_length(list) >= length);
        }
        value tuple = fine ? list_to_tuple(list) : NULL, copy = tuple ? dict_copy(dict) : NULL;
        bool reached_end = copy && list_insert(list, 3, tuple) && list_extend(list, tuple) && list_reverse(list);
        heap_inject_failure(0, false);
        if (error_occurred())
            error_clear();
        if (list && reached_end)
            assert_int_equal(list_length(list), 81);
        value_dec(copy);
        value_dec(tuple);
        if (dict)
            dict_clear(dict); /* it holds the list, which may hold a tuple: no cycle, but let go in this order */
        value_dec(set);
        value_dec(dict);
        value_dec(list);
        if (reached_end)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_grows_and_shrinks),
        cmocka_unit_test(list_insert_and_pop_anywhere),
        cmocka_unit_test(list_slices),
        cmocka_unit_test(list_of_strings_owns_them),
        cmocka_unit_test(sort_is_right_and_stable),
        cmocka_unit_test(sort_numbers_and_text),
        cmocka_unit_test(huge_sizes_raise),
        cmocka_unit_test(tuple_hashes),
        cmocka_unit_test(dict_is_ordered),
        cmocka_unit_test(dict_index_widths),
        cmocka_unit_test(dict_hints_and_versions),
        cmocka_unit_test(dict_references),
        cmocka_unit_test(unhashable_keys),
        cmocka_unit_test(set_order_is_cpythons),
        cmocka_unit_test(frozenset_hashes),
        cmocka_unit_test(ranges),
        cmocka_unit_test(slice_arithmetic),
        cmocka_unit_test(changes_during_iteration),
        cmocka_unit_test(allocation_failures),
    };
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("containers", tests, NULL, NULL));
}
