/* str, bytes and codecs as C code uses them: one form for each text, interning on several threads, search that stays
 * linear, memory that runs out. */
#include "tests/runtime/support.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/text/str.h"

static uint64_t state = 88172645463325252u;
static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint32_t random_character(void)
{
    static const uint32_t limits[] = {0x80, 0x80, 0x100, 0x800, 0xD800, 0x10000, 0x110000};
    uint32_t c = (uint32_t)(next_random() % limits[next_random() % 7]);
    return c >= 0xD800 && c < 0xE000 ? 'x' : c;
}

static value random_text(size_t limit)
{
    uint32_t points[64];
    size_t n = next_random() % limit;
    bool narrow = next_random() % 2;
    for (size_t i = 0; i < n; i++)
        points[i] = narrow ? 'a' + (uint32_t)(next_random() % 3) : random_character();
    value v = str_from_ucs4(points, n);
    assert_non_null(v);
    return v;
}

/* Every way to make a text gives the same width, flag, bytes and hash. */
static void one_form(void **unused)
{
    for (int i = 0; i < 20000; i++) {
        value v = random_text(40);
        size_t n = str_length(v);
        struct text text;
        assert_true(text_of(v, &text));
        value again = str_from_utf8(text.bytes, text.length);
        struct str_builder b;
        builder_init(&b);
        uint32_t max = 0;
        for (size_t k = 0; k < n; k++) {
            builder_add_char(&b, str_at(v, k));
            max |= str_at(v, k);
        }
        value built = builder_finish(&b);
        size_t cut = n ? next_random() % n : 0;
        value left = str_substring(v, 0, cut), right = str_substring(v, cut, n);
        value joined = str_concat(left, right);
        value all[] = {again, built, joined};
        for (int k = 0; k < 3; k++) {
            assert_true(str_equal(v, all[k]));
            assert_int_equal(str_width(v), str_width(all[k]));
            assert_int_equal(str_is_ascii(v), str_is_ascii(all[k]));
            assert_int_equal(str_hash(v), str_hash(all[k]));
            assert_int_equal(str_compare(v, all[k]), 0);
            value_dec(all[k]);
        }
        assert_int_equal(str_width(v), max < 0x100 ? 1 : max < 0x10000 ? 2 : 4);
        assert_int_equal(str_is_ascii(v), max < 0x80);
        text_release(&text);
        value_dec(left);
        value_dec(right);
        value_dec(v);
    }
}

#define SEED "42"
static void hashes_are_cpythons(void **unused)
{
    static const uint32_t wide[] = {0x1234};
    value abc = str_from_text("abc"), ethiopic = str_from_ucs4(wide, 1), bytes = bytes_new((const uint8_t *)"abc", 3);
    int64_t h;
    assert_true(value_hash(bytes, &h));
    assert_int_equal(h, str_hash(abc));
    assert_int_equal(hash_bytes("", 0), 0);
    assert_true(hash_set_seed("0"));
    assert_int_equal(hash_bytes("abc", 3), -4594863902769663758);
    assert_int_equal(hash_bytes(wide, 2), -1931837085843612680);
    assert_true(hash_set_seed(SEED));
    assert_int_equal(hash_bytes("abc", 3), 3869580338025362921);
    assert_int_equal(hash_bytes(wide, 2), 7807796567801458752);
    assert_false(hash_set_seed("-1"));
    assert_false(hash_set_seed("4294967296"));
    assert_false(hash_set_seed("x"));
    assert_true(hash_set_seed(SEED)); /* the runtime's own names have hashes already */
    value_dec(abc);
    value_dec(ethiopic);
    value_dec(bytes);
}

/* Search against the obvious loop, in both directions and for all widths. */
static void search_finds(void **unused)
{
    for (int i = 0; i < 50000; i++) {
        value v = random_text(60), needle = random_text(4);
        size_t n = str_length(v), m = str_length(needle), first = SPAN_NONE, last = SPAN_NONE;
        for (size_t at = 0; at + m <= n; at++) {
            size_t k = 0;
            while (k < m && str_at(v, at + k) == str_at(needle, k))
                k++;
            if (k == m) {
                first = first == SPAN_NONE ? at : first;
                last = at;
            }
        }
        assert_true(span_find(str_span(v), str_span(needle)) == first);
        assert_true(span_find_last(str_span(v), str_span(needle)) == last);
        value_dec(v);
        value_dec(needle);
    }
}

/* Texts on which the obvious loop takes quadratic time: this test would run for minutes. */
static void search_is_linear(void **unused)
{
    const size_t n = 400000, m = 100000;
    for (unsigned wide = 0; wide < 2; wide++) {
        uint32_t letter = wide ? 0x430 : 'a', other = wide ? 0x431 : 'b';
        value v = str_new(n, wide ? 0xFFFF : 0x7F), start = str_new(m, wide ? 0xFFFF : 0x7F);
        value end = str_new(m, wide ? 0xFFFF : 0x7F);
        unsigned width = str_width(v);
        span_fill(str_data(v), width, 0, n, letter);
        span_fill(str_data(start), width, 0, m, letter);
        span_fill(str_data(end), width, 0, m, letter);
        span_put(str_data(start), width, 0, other);
        span_put(str_data(end), width, m - 1, other);
        value needles[] = {start, end};
        for (int k = 0; k < 2; k++) {
            assert_true(span_find(str_span(v), str_span(needles[k])) == SPAN_NONE);
            assert_true(span_find_last(str_span(v), str_span(needles[k])) == SPAN_NONE);
            assert_int_equal(span_count(str_span(v), str_span(needles[k]), SIZE_MAX), 0);
        }
        value_dec(v);
        value_dec(start);
        value_dec(end);
    }
}

static void appending_in_place(void **unused)
{
    value v = str_from_text("start of a text that grows");
    value piece = str_from_text("piece"), shared = NULL;
    size_t moves = 0;
    for (int i = 0; i < 10000; i++) {
        value before = v;
        v = str_append_owned(v, piece);
        assert_non_null(v);
        moves += before != v;
    }
    assert_in_range(moves, 1, 100);
    assert_int_equal(str_length(v), 26 + 5 * 10000);
    shared = value_inc(v); /* now somebody else sees it: it must not change */
    size_t length = str_length(shared);
    int64_t hash = str_hash(shared);
    v = str_append_owned(v, piece);
    assert_int_equal(str_length(shared), length);
    assert_int_equal(str_hash(shared), hash);
    assert_ptr_not_equal(v, shared);
    value_dec(shared);
    value wide = str_from_code_point(0x20AC);
    v = str_append_owned(v, wide);
    assert_int_equal(str_width(v), 2);
    assert_int_equal(str_at(v, str_length(v) - 1), 0x20AC);
    value_dec(wide);
    value_dec(v);
    value_dec(piece);
}

#define NAMES 5000
static void intern_names(struct team *team, unsigned member)
{
    value_slot *names = team->shared;
    for (unsigned i = 0; i < NAMES; i++) {
        unsigned k = (i * 7919 + member * 131) % NAMES;
        value name = str_intern(str_format("interned name %u", k));
        value first = NULL;
        if (!atomic_compare_exchange_strong(&names[k], &first, name) && first != name)
            abort();
        thread_safepoint(thread_self);
    }
}

static void interning_on_threads(void **unused)
{
    static value_slot names[NAMES];
    team_run(intern_names, names, 4);
    for (unsigned i = 0; i < NAMES; i++) {
        char text[40];
        snprintf(text, sizeof text, "interned name %u", i);
        assert_ptr_equal(str_interned(text), atomic_load(&names[i]));
    }
}

/* Few texts, interned, looked up and dropped by all: while one is held there is no other of its text. */
static void intern_and_drop(struct team *team, unsigned member)
{
    (void)team;
    for (unsigned i = 0; i < NAMES; i++) {
        unsigned k = (i * 7 + member) % 5;
        value one = str_intern(str_format("passing name %u", k)), two = str_intern(str_format("passing name %u", k));
        value found = str_find_interned(one);
        if (one != two || one != found)
            abort();
        value_dec(found);
        value_dec(one);
        value_dec(two);
        thread_safepoint(thread_self);
    }
}

static value interned_with(const char *text)
{
    value v = str_from_text(text), found = str_find_interned(v);
    value_dec(v);
    return found;
}

static void interned_ones_die(void **unused)
{
    team_run(intern_and_drop, NULL, 4);
    gc_collect(GC_FULL); /* what several threads counted at once has become hot: the collector frees it */
    for (unsigned k = 0; k < 5; k++) {
        char text[40];
        snprintf(text, sizeof text, "passing name %u", k);
        assert_null(interned_with(text));
    }
    /* Tables of classes hold a name, but not against all others. */
    value name = str_intern(str_from_text("held by tables"));
    str_hold_in_table(name);
    str_hold_in_table(name);
    assert_false(str_only_in_tables(name));
    value_dec(name);
    assert_true(str_only_in_tables(name));
    str_drop_from_table(name);
    assert_true(str_only_in_tables(name));
    str_drop_from_table(name);
    assert_null(interned_with("held by tables"));
    /* One that the program itself has as well stays. */
    name = str_intern(str_from_text("becomes a name of the program"));
    value_dec(str_interned("becomes a name of the program"));
    value_dec(name);
    assert_ptr_equal(interned_with("becomes a name of the program"), name);
}

static void malformed_utf8(void **unused)
{
    static const char *const bad[] = {"\x80",
                                      "\xC0\xAF",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE2\x82",
                                      "\xFF",
                                      "a\xC3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(str_from_utf8(bad[i], strlen(bad[i])));
        assert_raised(EXC(UnicodeDecodeError));
        /* As file names have them: out and back in. */
        value v = str_decode_locale(bad[i]);
        assert_non_null(v);
        value bytes = str_encode(v, "utf-8", "surrogateescape");
        assert_int_equal(bytes_length(bytes), strlen(bad[i]));
        assert_memory_equal(bytes_data(bytes), bad[i], strlen(bad[i]));
        value_dec(v);
        value_dec(bytes);
    }
}

static value work(unsigned which, value text, value list)
{
    struct str_builder b;
    static const char odd[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 tail that is longer";
    switch (which) {
    case 0:
        return str_from_utf8(odd, sizeof odd - 1);
    case 1:
        return str_join(text, list);
    case 2:
        return str_encode(text, "utf-16", NULL);
    case 3:
        return str_format("%s %d %R %-10U|", "text", 5, text, text);
    case 4:
        builder_init(&b);
        for (uint32_t c = 1; c < 0x20000; c *= 3)
            builder_add_char(&b, c);
        return builder_finish(&b);
    case 5:
        return str_repeat(text, 100);
    case 6:
        return bytearray_new((const uint8_t *)odd, sizeof odd);
    default:
        return str_decode((const uint8_t *)odd, sizeof odd - 1, "ascii", "backslashreplace");
    }
}

static void allocation_failures(void **unused)
{
    value text = str_from_text("separator \xE2\x82\xAC"), list = list_new(0);
    for (int i = 0; i < 5; i++)
        assert_true(list_append(list, text));
    for (unsigned which = 0; which <= 7; which++)
        for (uint64_t after = 1;; after++) {
            heap_inject_failure(after, false);
            value v = work(which, text, list);
            heap_inject_failure(0, false);
            value_dec(v);
            if (v)
                break;
            assert_raised(EXC(MemoryError));
            assert_in_range(after, 1, 40);
        }
    value_dec(text);
    value_dec(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_form),
        cmocka_unit_test(search_finds),
        cmocka_unit_test(search_is_linear),
        cmocka_unit_test(appending_in_place),
        cmocka_unit_test(interning_on_threads),
        cmocka_unit_test(interned_ones_die),
        cmocka_unit_test(malformed_utf8),
        cmocka_unit_test(allocation_failures),
        cmocka_unit_test(hashes_are_cpythons),
    };
    setenv("PYTHONHASHSEED", SEED, 1);
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("text", tests, NULL, NULL));
}
