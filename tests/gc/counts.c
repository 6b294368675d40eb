/* Counting: owners, others, the merge queue, helping, chains of deaths, types counted by instances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/gc/nodes.h"

#include <pthread.h>
#include <time.h>

static void pass_time(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

/* Run `main` on a thread of its own and wait for it in a blocking region, as a join does. */
struct run {
    void (*main)(void *);
    void *argument;
    _Atomic uint32_t done;
};

static void run_main(void *argument)
{
    struct run *run = argument;
    run->main(run->argument);
    atomic_store(&run->done, 1);
    thread_unpark(&run->done, 1);
}

static void run_blocked(struct run *run, void (*main)(void *), void *argument)
{
    *run = (struct run){.main = main, .argument = argument};
    assert_int_equal(thread_start(run_main, run, 0, NULL), 0);
    thread_enter_blocking();
    while (atomic_load(&run->done) == 0)
        thread_park(&run->done, 0, -1);
    thread_leave_blocking();
}

static void owner_counts_alone(void **state)
{
    (void)state;
    long before = atomic_load(&leaves_destroyed);
    struct leaf *leaf = leaf_new();
    assert_non_null(leaf);
    assert_int_equal(rc_count(&leaf->header), 1);
    assert_true(rc_is_unique(&leaf->header));
    rc_inc(&leaf->header);
    assert_int_equal(rc_count(&leaf->header), 2);
    rc_dec(&leaf->header);
    rc_dec(&leaf->header);
    assert_int_equal(atomic_load(&leaves_destroyed) - before, 1);
}

static void drop_argument(void *argument)
{
    rc_dec(argument);
}

static void blocked_owner_is_helped(void **state)
{
    (void)state;
    long before = atomic_load(&leaves_destroyed);
    struct leaf *leaf = leaf_new();
    struct run run;
    /* The other thread drops the only reference, which this thread counted: it must die while this one is blocked. */
    run_blocked(&run, drop_argument, leaf);
    assert_int_equal(atomic_load(&leaves_destroyed) - before, 1);
}

static void share_and_drop(void *argument)
{
    struct object *o = argument;
    rc_inc(o);
    rc_inc(o);
    rc_dec(o);
    rc_dec(o);
    rc_dec(o); /* the one passed in */
}

static void running_owner_merges(void **state)
{
    (void)state;
    long before = atomic_load(&leaves_destroyed);
    struct leaf *leaf = leaf_new();
    struct run run = {.main = share_and_drop, .argument = leaf};
    assert_int_equal(thread_start(run_main, &run, 0, NULL), 0);
    while (atomic_load(&run.done) == 0) {
        pass_time();
        thread_safepoint(thread_self);
    }
    thread_safepoint(thread_self);
    assert_int_equal(atomic_load(&leaves_destroyed) - before, 1);
}

static void *made_by_other;

static void make_node(void *argument)
{
    (void)argument;
    made_by_other = node_new();
}

static void vacant_slots_objects_die(void **state)
{
    (void)state;
    long before = atomic_load(&nodes_destroyed);
    struct run run;
    run_blocked(&run, make_node, NULL);
    while (thread_mutator_count() > 1)
        pass_time();
    struct node *node = made_by_other;
    assert_int_equal(rc_count(&node->header), 1);
    rc_inc(&node->header);
    assert_int_equal(rc_count(&node->header), 2);
    rc_dec(&node->header);
    rc_dec(&node->header);
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 1);
}

static void deep_chain_dies(void **state)
{
    (void)state;
    long before = atomic_load(&nodes_destroyed);
    struct node *head = NULL;
    for (int i = 0; i < 1000000; i++) {
        struct node *node = node_new();
        assert_non_null(node);
        slot_init(&node->left, value_of(head));
        head = node;
    }
    rc_dec(&head->header);
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 1000000);
}

#define SHARERS 4
static struct node *shared_node;
static _Atomic int sharers_left;

static void read_slot_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20000; i++) {
        value v = slot_load(&shared_node->header, &shared_node->left);
        if (v)
            value_dec(v);
        struct leaf *leaf = leaf_new();
        slot_store(&shared_node->header, &shared_node->left, value_of(leaf));
        thread_safepoint(thread_self);
    }
    atomic_fetch_sub(&sharers_left, 1);
}

static void contended_slot(void **state)
{
    (void)state;
    long before = atomic_load(&leaves_destroyed);
    shared_node = node_new();
    sharers_left = SHARERS;
    for (int i = 0; i < SHARERS; i++)
        assert_int_equal(thread_start(read_slot_often, NULL, 0, NULL), 0);
    thread_enter_blocking();
    while (atomic_load(&sharers_left) > 0 || thread_mutator_count() > 1)
        pass_time();
    thread_leave_blocking();
    rc_dec(&shared_node->header);
    assert_int_equal(atomic_load(&leaves_destroyed) - before, SHARERS * 20000);
}

/* ---- sharded counts ---- */

static struct object_type *sharded_type;

static void count_often(void *argument)
{
    struct object *o = argument;
    for (int i = 0; i < 100000; i++) {
        rc_inc(o);
        rc_dec(o);
    }
    rc_inc(o); /* left for somebody else to drop */
    atomic_fetch_sub(&sharers_left, 1);
}

static void sharded_counts_add_up(void **state)
{
    (void)state;
    long before = atomic_load(&nodes_destroyed);
    struct node *node = (struct node *)heap_alloc(sharded_type, sizeof(struct node));
    sharers_left = SHARERS;
    for (int i = 0; i < SHARERS; i++)
        assert_int_equal(thread_start(count_often, node, 0, NULL), 0);
    thread_enter_blocking();
    while (atomic_load(&sharers_left) > 0 || thread_mutator_count() > 1)
        pass_time();
    thread_leave_blocking();
    assert_true(atomic_load(&node->header.shared) & SHARED_SHARDED);
    assert_int_equal(rc_count(&node->header), 1 + SHARERS);
    assert_int_equal(gc_collect(GC_FULL), 0);
    for (int i = 0; i < 1 + SHARERS; i++) {
        assert_int_equal(atomic_load(&nodes_destroyed) - before, 0);
        rc_dec(&node->header);
    }
    /* Nobody but the collector frees it. */
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 0);
    assert_int_equal(gc_collect(GC_FULL), 1);
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 1);
}

/* ---- what proves hot ---- */

static _Atomic bool hot_over;

static void load_often(void *argument)
{
    (void)argument;
    while (!atomic_load(&hot_over)) {
        for (int i = 0; i < 100; i++)
            value_dec(slot_load(&shared_node->header, &shared_node->left));
        thread_safepoint(thread_self);
    }
    atomic_fetch_sub(&sharers_left, 1);
}

/* Counts what another thread owns, often, and nobody else does. */
static void count_alone(void *argument)
{
    for (int i = 0; i < 100000; i++) {
        rc_inc(argument);
        rc_dec(argument);
        thread_safepoint(thread_self);
    }
}

/* Wait until the object's shared word has the bits, or has not; in a blocking region, so that others merge what is
   queued for this thread. */
static bool wait_for(struct object *o, uint32_t bits, bool set)
{
    thread_enter_blocking();
    bool ok = false;
    for (int i = 0; i < 100000 && !ok; i++) {
        ok = ((atomic_load(&o->shared) & bits) == bits) == set;
        pass_time();
    }
    thread_leave_blocking();
    return ok;
}

static void heat(struct object *o)
{
    shared_node = node_new();
    slot_init(&shared_node->left, value_of(o));
    atomic_store(&hot_over, false);
    sharers_left = SHARERS;
    for (int i = 0; i < SHARERS; i++)
        assert_int_equal(thread_start(load_often, NULL, 0, NULL), 0);
    assert_true(wait_for(o, SHARED_SHARDED, true));
    assert_false(object_is_lasting(o));
}

static void cool_down(void)
{
    atomic_store(&hot_over, true);
    thread_enter_blocking();
    while (atomic_load(&sharers_left) > 0 || thread_mutator_count() > 1)
        pass_time();
    thread_leave_blocking();
}

static void hot_objects_cool_down(void **state)
{
    (void)state;
    long leaves = atomic_load(&leaves_destroyed), nodes = atomic_load(&nodes_destroyed);
    struct object *hot[] = {&leaf_new()->header, &node_new()->header};
    for (int i = 0; i < 2; i++) {
        heat(hot[i]);
        cool_down();
        /* No cycle is asked for: it goes back by itself, with the right count, and dies at once. */
        assert_true(wait_for(hot[i], SHARED_SHARDED, false));
        assert_true(wait_for(hot[i], SHARED_MERGED, true));
        assert_int_equal(rc_count(hot[i]), 1);
        rc_dec(&shared_node->header);
    }
    assert_int_equal(atomic_load(&leaves_destroyed) - leaves, 1);
    assert_int_equal(atomic_load(&nodes_destroyed) - nodes, 3);
}

static void hot_objects_die(void **state)
{
    (void)state;
    long leaves = atomic_load(&leaves_destroyed), nodes = atomic_load(&nodes_destroyed);
    struct object *hot[] = {&leaf_new()->header, &node_new()->header};
    for (int i = 0; i < 2; i++) {
        heat(hot[i]);
        slot_store(&shared_node->header, &shared_node->left, NULL); /* it is garbage from here on */
        cool_down();
        rc_dec(&shared_node->header);
        if (i == 0)
            gc_collect(GC_FULL);
        thread_enter_blocking();
        for (int k = 0; k < 100000 && atomic_load(&nodes_destroyed) - nodes < 1 + 2 * i; k++)
            pass_time();
        thread_leave_blocking();
    }
    assert_int_equal(atomic_load(&leaves_destroyed) - leaves, 1);
    assert_int_equal(atomic_load(&nodes_destroyed) - nodes, 3);
}

static void one_thread_heats_nothing(void **state)
{
    (void)state;
    struct leaf *leaf = leaf_new();
    struct run run;
    run_blocked(&run, count_alone, leaf);
    assert_false(object_is_sharded(&leaf->header));
    rc_dec(&leaf->header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owner_counts_alone),    cmocka_unit_test(blocked_owner_is_helped),
        cmocka_unit_test(running_owner_merges),  cmocka_unit_test(vacant_slots_objects_die),
        cmocka_unit_test(deep_chain_dies),       cmocka_unit_test(contended_slot),
        cmocka_unit_test(sharded_counts_add_up), cmocka_unit_test(hot_objects_cool_down),
        cmocka_unit_test(hot_objects_die),       cmocka_unit_test(one_thread_heats_nothing),
    };
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    nodes_init();
    sharded_type = nodes_make_type(6, "sharded node", TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE, sizeof(struct node),
                                   node_traverse, node_destroy);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    size_t alive = gc_shutdown();
    if (alive)
        print_error("%zu objects were alive at the end\n", alive);
    return failed || alive;
}
