/*
 * Bytecode files and the verifier: what is written is read back the same, and whatever else is in a file ends in an
 * exception. Files are damaged at random with checksums ignored, so that the damage gets past them; and both are tried,
 * reading whole files and letting code sleep. Also: the
 * compiler with memory running out, and sources that nest deeply.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/objects.h"
#include "runtime/start.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char source[] =
    "\"doc\"\n"
    "import os.path as p, sys\n"
    "from a.b import (c, d as e)\n"
    "x: int = 2 ** 100; y = 1.5; z = 2j; w = b'bytes'; s = 'gr\\u00fc\\u20ac\\U0001f600 text'\n"
    "def f(a, /, b=1, *c, d, e=(1, 'two', (3.0,)), **g):\n"
    "    'of f'\n"
    "    def inner(): return a, [b * i for i in c if i in {1, 2, 3}]\n"
    "    try:\n"
    "        with a as q: yield (yield q)\n"
    "    except (ValueError, KeyError) as error: raise TypeError from error\n"
    "    else: b += 1\n"
    "    finally: del b\n"
    "    for i in range(10):\n"
    "        if a < i <= 4: continue\n"
    "        while i: break\n"
    "    return f'{a!r:>{b}}' + inner(*c, x=1, **g)\n"
    "class C(object, m=1):\n"
    "    def m(self): return super().m()\n"
    "async def co(x):\n"
    "    async with x as y:\n"
    "        async for z in y: await z\n"
    "match x:\n"
    "    case [1, *rest] | {'k': rest}: pass\n"
    "    case C(a=b): pass\n";

static value compile_text(const char *text)
{
    value name = str_from_text("<test>");
    value code = name ? compile_source(text, strlen(text), name, "exec", 0, 0) : NULL;
    value_dec(name);
    return code;
}

static uint32_t random_state = 12345;
static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Fetch everything that sleeps in a code object; false when something was refused. */
static bool wake_all(value code)
{
    if (!code_wake((struct code *)code)) {
        assert_true(error_occurred());
        error_clear();
        return false;
    }
    assert_null(code_verify((struct code *)code));
    value consts = slot_peek(&((struct code *)code)->consts);
    bool awake = true;
    for (size_t i = 0; i < tuple_length(consts); i++)
        if (value_is(tuple_get(consts, i), TYPE_ID_CODE))
            awake &= wake_all(tuple_get(consts, i));
    return awake;
}

static void test_sleep(void **state)
{
    value code = compile_text(source), bytes = code_serialize(code);
    struct code_source *file = code_source_open(bytes_data(bytes), bytes_length(bytes));
    assert_non_null(file);
    value asleep = code_source_load(file), other = code_source_load(file);
    assert_non_null(asleep);
    struct code *outer = (struct code *)asleep;
    value consts = slot_peek(&outer->consts), inner = NULL;
    for (size_t i = 0; !inner && i < tuple_length(consts); i++)
        if (value_is(tuple_get(consts, i), TYPE_ID_CODE))
            inner = tuple_get(consts, i);
    assert_int_equal(atomic_load(&((struct code *)inner)->frame_room), CODE_ASLEEP);
    assert_null(slot_peek(&((struct code *)inner)->consts));
    assert_true(str_equals_text(slot_peek(&((struct code *)inner)->name), "f"));
    assert_true(wake_all(asleep));
    assert_int_equal(value_equals(asleep, code), 1);
    assert_int_equal(value_equals(other, code), 1); /* a comparison wakes, too */
    value_dec(asleep);
    value_dec(other);
    code_source_close(file);
    value_dec(bytes);
    value_dec(code);
}

static void test_round_trip(void **state)
{
    value code = compile_text(source);
    assert_non_null(code);
    assert_null(code_verify((struct code *)code));
    value bytes = code_serialize(code);
    assert_non_null(bytes);
    value back = code_deserialize(bytes_data(bytes), bytes_length(bytes));
    assert_non_null(back);
    assert_int_equal(value_equals(back, code), 1);
    value_dec(back);
    value_dec(bytes);
    value_dec(code);
}

static void expect_refused(const uint8_t *bytes, size_t length)
{
    value code = code_deserialize(bytes, length);
    assert_null(code);
    assert_true(error_matches(EXC(ValueError)));
    error_clear();
}

static void test_checksum(void **state)
{
    value code = compile_text(source), bytes = code_serialize(code);
    size_t length = bytes_length(bytes);
    uint8_t *copy = malloc(length);
    for (size_t i = 0; i < length; i++) {
        memcpy(copy, bytes_data(bytes), length);
        copy[i] ^= (uint8_t)(1 << (i & 7));
        expect_refused(copy, length);
    }
    for (size_t i = 0; i < length; i += 7)
        expect_refused(bytes_data(bytes), i);
    free(copy);
    value_dec(bytes);
    value_dec(code);
}

static void test_damaged(void **state)
{
    enum { HEADER = 24 };
    value code = compile_text(source), bytes = code_serialize(code);
    size_t length = bytes_length(bytes), refused = 0, rounds = 20000;
    uint8_t *copy = malloc(length);
    bytecode_sums_ignored = true;
    for (size_t round = 0; round < rounds; round++) {
        memcpy(copy, bytes_data(bytes), length);
        for (uint32_t n = 1 + next_random() % 3; n > 0; n--) {
            size_t at = HEADER + next_random() % (length - HEADER);
            copy[at] = next_random() & 1 ? (uint8_t)next_random() : (uint8_t)(copy[at] + (next_random() & 1 ? 1 : -1));
        }
        value back = code_deserialize(copy, length);
        if (back)
            assert_null(code_verify((struct code *)back));
        else
            assert_true(error_occurred());
        error_clear();
        struct code_source *file = code_source_open(copy, length);
        value asleep = file ? code_source_load(file) : NULL;
        error_clear();
        bool awake = asleep && wake_all(asleep);
        assert_int_equal(awake, back != NULL);
        refused += !awake;
        value_dec(asleep);
        code_source_close(file);
        value_dec(back);
    }
    bytecode_sums_ignored = false;
    assert_true(refused > rounds / 4); /* the rest hit texts and positions */
    free(copy);
    value_dec(bytes);
    value_dec(code);
}

/* Every allocation of objects and storage fails once. */
static void test_no_memory(void **state)
{
    bool finished = false;
    for (uint64_t after = 1; !finished && after < 100000; after++) {
        heap_inject_failure(after, false);
        value code = compile_text(source);
        heap_inject_failure(0, false);
        finished = code != NULL;
        if (!code)
            assert_true(error_occurred());
        error_clear();
        value_dec(code);
    }
    assert_true(finished);
}

static void repeat(char *out, const char *text, int times)
{
    for (*out = 0; times > 0; times--)
        strcat(out, text);
}

/* Deep sources give code or RecursionError / MemoryError, never a crash. */
static void test_deep(void **state)
{
    static const struct {
        const char *begin, *middle, *end;
    } shapes[] = {
        {"x=", "-", "1"},       {"x=", "not ", "a"},
        {"x=a", "+a", ""},      {"x=a", ".b", ""},
        {"x=", "lambda:", "1"}, {"x=", "a if b else ", "c"},
        {"x=a", "[0]", ""},     {"x=a", "(0)", ""},
        {"x=a", " and a", ""},  {"if a: pass\n", "elif a: pass\n", ""},
        {"x=", "await ", "a"},  {"", "a=", "1"},
        {"x=a", "<a", ""},      {"x='%s'", "'a'", ""},
        {"x=", "*", "a"},
    };
    static char text[210000];
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int times = 10; times <= 10000; times *= 10) {
            static char middle[100000];
            repeat(middle, shapes[i].middle, times > 3000 ? 3000 + times / 10 : times);
            snprintf(text, sizeof text, "%s%s%s\n", shapes[i].begin, middle, shapes[i].end);
            value code = compile_text(text);
            assert_true((code != NULL) != error_occurred());
            error_clear();
            value_dec(code);
        }
    }
}

int main(int argc, char **argv)
{
    struct start_config config = {.argc = 1, .argv = argv, .program = argv[0]};
    if (!runtime_start(&config))
        return 2;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_sleep),     cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_damaged),    cmocka_unit_test(test_no_memory), cmocka_unit_test(test_deep),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return runtime_finish(failed);
}
