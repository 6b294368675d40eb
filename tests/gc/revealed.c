/*
 * Pages that nobody else looks into: the moment at which somebody does.
 *
 * A page is shown once in its life, so each object here has a page of its own (large blocks). One thread makes them,
 * puts them where another finds them, changes them, and drops them; the other takes part at any moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/gc/nodes.h"

#include <sched.h>
#include <time.h>

#define ROUNDS  20000
#define CHANGES 8
#define LIVING  0x11FEu

/* The two numbers are equal except in the middle of a change; plain, so that ThreadSanitizer watches them. */
struct large {
    struct object header;
    _Atomic uint64_t canary;
    uint64_t one, other;
    char rest[9000];
};

static struct object_type *large_type;
static _Atomic long large_destroyed;
static struct node *table;
static _Atomic bool over;
static _Atomic long taken, torn;

static void large_destroy(struct object *o)
{
    struct large *large = (struct large *)o;
    atomic_store(&large->canary, 0);
    atomic_fetch_add(&large_destroyed, 1);
}

static struct large *large_new(void)
{
    struct large *large = (struct large *)heap_alloc(large_type, sizeof *large);
    assert_non_null(large);
    atomic_store(&large->canary, LIVING);
    return large;
}

static void change(struct large *large)
{
    object_lock(&large->header);
    if (large->one != large->other)
        atomic_fetch_add(&torn, 1);
    large->one++;
    for (int i = 0; i < 20; i++)
        atomic_signal_fence(memory_order_seq_cst);
    large->other++;
    object_unlock(&large->header);
}

/* Counts what it finds; with `argument` changes it, too. */
static void find(void *argument)
{
    while (!atomic_load(&over)) {
        value v = slot_load(&table->header, &table->left);
        if (v) {
            struct large *large = (struct large *)value_object(v);
            if (atomic_load(&large->canary) != LIVING)
                atomic_fetch_add(&torn, 1);
            if (argument)
                change(large);
            atomic_fetch_add(&taken, 1);
            value_dec(v);
        }
        thread_safepoint(thread_self);
    }
}

static void start(void *argument)
{
    atomic_store(&over, false);
    atomic_store(&taken, 0);
    assert_int_equal(thread_start(find, argument, 0, NULL), 0);
    while (thread_mutator_count() == 1) {
        thread_safepoint(thread_self);
        sched_yield();
    }
}

static void finish(void)
{
    atomic_store(&over, true);
    thread_enter_blocking();
    while (thread_mutator_count() > 1)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    thread_leave_blocking();
    assert_int_equal(torn, 0);
    assert_true(taken > 0);
}

/* The owner's count ends while another thread is about to count by the pointer that it read. */
static void deaths(void **state)
{
    (void)state;
    long before = large_destroyed, made = 0;
    start(NULL);
    for (; made < ROUNDS || taken < ROUNDS / 20; made++) {
        slot_store(&table->header, &table->left, value_of(large_new()));
        if (made % 2) /* at once, or when the next one takes its place */
            slot_store(&table->header, &table->left, NULL);
        else
            sched_yield();
        thread_safepoint(thread_self);
    }
    slot_store(&table->header, &table->left, NULL);
    finish();
    thread_safepoint(thread_self);
    gc_collect(GC_FULL); /* of those that both counted often enough to become hot */
    assert_int_equal(large_destroyed - before, made);
}

/* The owner changes its object in sections while another thread is about to lock it. */
static void sections(void **state)
{
    (void)state;
    start(table);
    for (long made = 0; made < ROUNDS || taken < ROUNDS / 20; made++) {
        struct large *large = large_new();
        slot_store(&table->header, &table->left, value_inc(value_of(large)));
        for (int i = 0; i < CHANGES; i++)
            change(large);
        slot_store(&table->header, &table->left, NULL);
        rc_dec(&large->header);
        thread_safepoint(thread_self);
    }
    finish();
}

/* The page goes up step by step, and what the owner then does is right as well. */
static void views(void **state)
{
    (void)state;
    if (!thread_barrier_init())
        return; /* all pages are taken for seen where the kernel has no such barrier */
    struct large *large = large_new(), *second = large_new();
    assert_true(object_is_unseen(&large->header));
    assert_true(object_enter(&large->header));
    assert_false(object_enter(&second->header)); /* one at a time */
    object_leave();
    assert_true(object_enter(&second->header));
    object_leave();
    object_reveal(&large->header);
    assert_int_equal(atomic_load(page_view_of(&large->header)), PAGE_LEFT_ALONE);
    assert_false(object_enter(&large->header));
    assert_true(object_is_unseen(&second->header));
    rc_dec(&second->header);
    rc_dec(&large->header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views),
        cmocka_unit_test(deaths),
        cmocka_unit_test(sections),
    };
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    nodes_init();
    large_type = nodes_make_type(8, "large", 0, sizeof(struct large), NULL, large_destroy);
    table = node_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rc_dec(&table->header);
    size_t alive = gc_shutdown();
    if (alive)
        print_error("%zu objects were alive at the end\n", alive);
    return failed || alive;
}
