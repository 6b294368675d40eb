/*
 * Lists, dicts, sets and iterators used by several threads at once. What each thread did alone must be there
 * afterwards; what is read meanwhile must be something that was once put in. Run under ThreadSanitizer, this is the
 * proof that the readers without locks and the writers agree.
 */
#include "tests/runtime/support.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/set.h"

#include <stdlib.h>

#ifdef ATOLL_SANITIZED /* ten times slower */
#define ROUNDS 1500
#else
#define ROUNDS 12000
#endif
#define THREADS 4

/* assert_ functions of cmocka leave by longjmp, which must not happen on other threads. */
#define REQUIRE(condition)                                                          \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

static value own_text(unsigned member, unsigned n)
{
    char text[64];
    int length = snprintf(text, sizeof text, "text %u of thread %u", n, member);
    value v = str_from_utf8(text, (size_t)length);
    REQUIRE(v);
    return v;
}

static bool is_text(value v)
{
    if (!is_str(v))
        return false;
    value start = str_substring(v, 0, 5);
    bool fine = start && str_equals_text(start, "text ");
    value_dec(start);
    return fine;
}

static inline void pause_here(void)
{
    REQUIRE(thread_safepoint(thread_self) == 0);
}

/* ---- lists ---- */
static void append_work(struct team *team, unsigned member)
{
    value list = team->shared;
    for (unsigned i = 0; i < ROUNDS; i++) {
        REQUIRE(list_append_owned(list, tuple_pack(2, small_int(member), small_int(i))));
        pause_here();
    }
}

static void appends_are_all_there(void **state)
{
    value list = list_new(0);
    team_run(append_work, list, THREADS);
    assert_int_equal(list_length(list), THREADS * ROUNDS);
    int64_t next[THREADS] = {0};
    for (size_t i = 0; i < THREADS * ROUNDS; i++) { /* each thread's in its order */
        value pair = list_get(list, i);
        int64_t member = small_int_value(tuple_get(pair, 0));
        assert_ptr_equal(tuple_get(pair, 1), small_int(next[member]++));
        value_dec(pair);
    }
    value_dec(list);
}

struct pops {
    value list;
    _Atomic int64_t sum, count;
};

static void pop_work(struct team *team, unsigned member)
{
    struct pops *pops = team->shared;
    for (int64_t i = 0; i < ROUNDS; i++) {
        if (member % 2 == 0) {
            REQUIRE(list_insert(pops->list, i % 3 ? 0 : 1000, small_int(i)));
            atomic_fetch_add(&pops->sum, i);
            atomic_fetch_add(&pops->count, 1);
        } else {
            value item = list_pop(pops->list, i % 2 ? 0 : -1);
            if (item) {
                atomic_fetch_sub(&pops->sum, small_int_value(item));
                atomic_fetch_sub(&pops->count, 1);
            } else {
                REQUIRE(error_matches(EXC(IndexError)));
                error_clear();
            }
        }
        pause_here();
    }
}

static void nothing_is_popped_twice(void **state)
{
    struct pops pops = {.list = list_new(0)};
    team_run(pop_work, &pops, THREADS);
    assert_int_equal(list_length(pops.list), atomic_load(&pops.count));
    int64_t sum = 0;
    for (size_t i = 0; i < list_length(pops.list); i++)
        sum += small_int_value(list_get(pops.list, i));
    assert_int_equal(sum, atomic_load(&pops.sum));
    value_dec(pops.list);
}

/* One thread for every way to change a list, and readers. */
static void list_chaos_work(struct team *team, unsigned member)
{
    value list = team->shared;
    for (unsigned i = 0; i < ROUNDS / 4; i++) {
        value text = own_text(member, i), x;
        switch (member) {
        case 0:
            REQUIRE(list_append(list, text));
            REQUIRE(list_insert(list, (ssize)(i % 7), text));
            break;
        case 1:
            if ((x = list_pop(list, i % 3 ? -1 : 0)))
                value_dec(x);
            else
                error_clear();
            if (!list_set(list, i % 11, text))
                error_clear();
            break;
        case 2:
            REQUIRE(list_reverse(list));
            if (!list_sort(list, NULL, i & 1)) { /* the others do modify it */
                REQUIRE(error_matches(EXC(ValueError)));
                error_clear();
            }
            if (i % 16 == 0)
                REQUIRE(list_set_slice(list, 5, 200, NULL));
            if (i % 64 == 0)
                list_clear(list);
            break;
        default: {
            value iterator = iter_get(list), item;
            REQUIRE(iterator);
            while ((item = iter_next(iterator)) != VALUE_END) {
                REQUIRE(item && is_text(item));
                value_dec(item);
            }
            value_dec(iterator);
            value tuple = list_to_tuple(list);
            REQUIRE(tuple);
            for (size_t k = 0; k < tuple_length(tuple); k++)
                REQUIRE(is_text(tuple_get(tuple, k)));
            value_dec(tuple);
            for (size_t k = 0; k < 8; k++) {
                item = list_get(list, k);
                REQUIRE(item == VALUE_MISSING || is_text(item));
                value_dec(item);
            }
        }
        }
        value_dec(text);
        pause_here();
    }
}

static void lists_survive_everything(void **state)
{
    value list = list_new(0);
    team_run(list_chaos_work, list, THREADS + 1);
    for (size_t i = 0; i < list_length(list); i++) {
        value item = list_get(list, i);
        assert_true(is_text(item));
        value_dec(item);
    }
    value_dec(list);
}

/* ---- dicts ---- */
static void dict_work(struct team *team, unsigned member)
{
    value dict = team->shared;
    for (unsigned i = 0; i < ROUNDS / 2; i++) {
        value key = own_text(member, i), item = tuple_pack(1, key);
        REQUIRE(dict_set(dict, key, item));
        value_dec(item);
        if (i >= 10) { /* an own one that was there for a while, under another object of equal text */
            value old = own_text(member, i - 10);
            value found = dict_get(dict, old);
            REQUIRE(found && found != VALUE_MISSING && str_equal(tuple_get(found, 0), old));
            value_dec(found);
            if (i % 2)
                REQUIRE(dict_delete(dict, old) == 1);
            value_dec(old);
        }
        value other = own_text((member + 1) % team->size, i); /* a neighbour's: there or not, but never another */
        value found = dict_get(dict, other);
        REQUIRE(found && (found == VALUE_MISSING || str_equal(tuple_get(found, 0), other)));
        value_dec(found);
        value_dec(other);
        value_dec(key);
        if (i % 500 == 0) {
            size_t position = 0;
            value k, x;
            while (dict_next(dict, &position, &k, &x)) {
                REQUIRE(tuple_get(x, 0) == k);
                value_dec(k);
                value_dec(x);
            }
            value copy = dict_copy(dict);
            REQUIRE(copy);
            value_dec(copy);
        }
        pause_here();
    }
}

static void dict_keeps_what_each_thread_put(void **state)
{
    value dict = dict_new();
    team_run(dict_work, dict, THREADS);
    size_t expected = 0;
    for (unsigned member = 0; member < THREADS; member++)
        for (unsigned i = 0; i < ROUNDS / 2; i++) {
            bool deleted = i + 10 < ROUNDS / 2 && (i + 10) % 2;
            value key = own_text(member, i);
            assert_int_equal(dict_contains(dict, key), !deleted);
            expected += !deleted;
            value_dec(key);
        }
    assert_int_equal(dict_length(dict), expected);
    value_dec(dict);
}

/* A namespace whose names keep coming and going while others read by hint, by name and by version. The items are dicts:
 * those that versions speak of. */
struct names {
    value dict, names[8];
};

static bool says(value item, value name)
{
    value said = dict_get(item, name);
    value_dec(said);
    return said == name;
}

static void names_work(struct team *team, unsigned member)
{
    struct names *names = team->shared;
    for (unsigned i = 0; i < ROUNDS; i++) {
        value name = names->names[i % 8];
        if (member == 0) {
            value item = dict_new();
            REQUIRE(item && dict_set(item, name, name) && dict_set(names->dict, name, item));
            value_dec(item);
        } else if (member == 1 && i % 5 == 0) {
            REQUIRE(dict_delete(names->dict, name) >= 0);
            if (i % 100 == 0)
                dict_clear(names->dict);
        } else {
            uint32_t version = dict_version(names->dict);
            uint32_t hint = dict_hint(names->dict, name);
            value found = dict_load_hint(names->dict, name, hint);
            REQUIRE(found == VALUE_MISSING || says(found, name));
            REQUIRE(version != 0);
            value_dec(found);
            found = dict_get(names->dict, name);
            REQUIRE(found && (found == VALUE_MISSING || says(found, name)));
            pause_here();
            value again = dict_get(names->dict, name);
            REQUIRE(found == again || !dict_has_version(names->dict, version));
            value_dec(found);
            value_dec(again);
        }
        pause_here();
    }
}

static void names_are_never_confused(void **state)
{
    struct names names = {.dict = dict_new()};
    for (int i = 0; i < 8; i++) {
        char text[32];
        snprintf(text, sizeof text, "name_%d", i);
        names.names[i] = str_interned(text);
    }
    team_run(names_work, &names, THREADS);
    value_dec(names.dict);
    for (int i = 0; i < 8; i++)
        value_dec(names.names[i]);
}

/* ---- sets ---- */
static void set_work(struct team *team, unsigned member)
{
    value set = team->shared;
    for (unsigned i = 0; i < ROUNDS / 2; i++) {
        value text = own_text(member, i), same = own_text(member, i);
        REQUIRE(set_add(set, text));
        REQUIRE(set_contains(set, same) == 1);
        if (i % 3)
            REQUIRE(set_discard(set, same) == 1);
        REQUIRE(set_contains(set, same) == (i % 3 == 0));
        value_dec(text);
        value_dec(same);
        if (i % 500 == 0) {
            size_t position = 0;
            value item;
            while (set_next(set, &position, &item)) {
                REQUIRE(is_text(item));
                value_dec(item);
            }
            value copy = set_new(set);
            REQUIRE(copy);
            value_dec(copy);
        }
        pause_here();
    }
}

static void set_keeps_what_each_thread_put(void **state)
{
    value set = set_new(NULL);
    team_run(set_work, set, THREADS);
    assert_int_equal(set_length(set), THREADS * ((ROUNDS / 2 + 2) / 3));
    value_dec(set);
}

/* ---- one iterator for all ---- */
static void shared_iterator_work(struct team *team, unsigned member)
{
    value item, iterator = value_inc(team->shared); /* who uses what others use holds it: see object_is_sole */
    while ((item = iter_next(iterator)) != VALUE_END) {
        REQUIRE(item);
        REQUIRE(is_text(item));
        value_dec(item);
        pause_here();
    }
    value_dec(iterator);
}

static void iterators_can_be_shared(void **state)
{
    value list = list_new(0), dict = dict_new(), set = set_new(NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        value text = own_text(9, i);
        assert_true(list_append(list, text) && dict_set(dict, text, text) && set_add(set, text));
        value_dec(text);
    }
    value tuple = list_to_tuple(list);
    value sources[] = {list, tuple, dict, set};
    for (size_t i = 0; i < 4; i++) {
        value iterator = iter_get(sources[i]);
        assert_non_null(iterator);
        team_run(shared_iterator_work, iterator, THREADS);
        value_dec(iterator);
        value_dec(sources[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_are_all_there),    cmocka_unit_test(nothing_is_popped_twice),
        cmocka_unit_test(lists_survive_everything), cmocka_unit_test(dict_keeps_what_each_thread_put),
        cmocka_unit_test(names_are_never_confused), cmocka_unit_test(set_keeps_what_each_thread_put),
        cmocka_unit_test(iterators_can_be_shared),
    };
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("containers_threads", tests, NULL, NULL));
}
