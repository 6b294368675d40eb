/* The collector: islands of all shapes, what must not be collected, weak references, finalizers, walks, thresholds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/gc/nodes.h"

#include <time.h>

static struct node *make_pair(void)
{
    struct node *a = node_new(), *b = node_new();
    assert_non_null(a);
    assert_non_null(b);
    slot_init(&a->left, value_of(b));
    slot_init(&b->left, value_inc(value_of(a)));
    return a;
}

static long destroyed_by(size_t (*collect)(enum gc_generation), enum gc_generation generation, size_t *found)
{
    long before = atomic_load(&nodes_destroyed);
    *found = collect(generation);
    return atomic_load(&nodes_destroyed) - before;
}

static void pairs_are_collected(void **state)
{
    (void)state;
    size_t found;
    gc_collect(GC_FULL);
    for (int i = 0; i < 1000; i++)
        rc_dec(&make_pair()->header);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2000);
    assert_int_equal(found, 2000);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    assert_int_equal(found, 0);
}

static void young_cycle_collects_young(void **state)
{
    (void)state;
    size_t found;
    for (int i = 0; i < 100; i++)
        rc_dec(&make_pair()->header);
    assert_int_equal(destroyed_by(gc_collect, GC_YOUNG, &found), 200);
    assert_int_equal(found, 200);
}

/* A young cycle does not judge what refers to nothing; it dies all the same, also where only the collector frees it. */
static void what_hangs_from_islands_dies(void **state)
{
    (void)state;
    size_t found;
    gc_collect(GC_FULL);
    for (int i = 0; i < 100; i++) {
        struct node *a = make_pair(), *b = (struct node *)value_object(slot_peek(&a->left));
        struct node *leaf = node_new(), *sharded = node_new();
        rc_shard_part(&sharded->header);
        assert_true(object_is_sharded(&sharded->header));
        slot_init(&a->right, value_of(leaf));
        slot_init(&b->right, value_of(sharded));
        rc_dec(&a->header);
    }
    assert_int_equal(destroyed_by(gc_collect, GC_YOUNG, &found), 400);
    assert_int_equal(found, 300);
}

static void held_islands_live(void **state)
{
    (void)state;
    size_t found;
    struct node *a = make_pair();
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    rc_dec(&a->header);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
}

static void island_drops_what_it_holds(void **state)
{
    (void)state;
    size_t found;
    long leaves = atomic_load(&leaves_destroyed);
    struct node *a = make_pair(), *outside = node_new();
    slot_init(&a->right, value_of(leaf_new()));
    slot_store(&a->header, &a->right, value_of(leaf_new())); /* replaces the first */
    assert_int_equal(atomic_load(&leaves_destroyed) - leaves, 1);
    struct node *b = (struct node *)value_object(slot_peek(&a->left));
    slot_store(&b->header, &b->right, value_inc(value_of(outside)));
    assert_int_equal(rc_count(&outside->header), 2);
    rc_dec(&a->header);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
    thread_safepoint(thread_self);
    assert_int_equal(atomic_load(&leaves_destroyed) - leaves, 2);
    assert_int_equal(rc_count(&outside->header), 1);
    rc_dec(&outside->header);
}

static void large_ring_is_one_island(void **state)
{
    (void)state;
    size_t found;
    struct gc_stats before, after;
    gc_get_stats(&before);
    struct node *first = node_new(), *last = first;
    for (int i = 1; i < 200000; i++) {
        struct node *node = node_new();
        slot_init(&node->left, value_of(last));
        last = node;
    }
    slot_init(&first->left, value_of(last));
    /* The ring owns every node once; nothing outside does. */
    gc_collect(GC_FULL);
    gc_get_stats(&after);
    assert_int_equal(after.unreachable - before.unreachable, 200000);
    assert_true(after.heap_bytes <= before.heap_bytes + (4 << 20)); /* memory went back meanwhile */
    (void)found;
}

/* ---- what the private graph must get right ---- */

#define SPOKES 600 /* more references than a length of one byte tells, and counts that need more than a byte */

struct wide {
    struct object header;
    value_slot slots[SPOKES];
};

static struct object_type *wide_type;

static void wide_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, ((struct wide *)o)->slots, SPOKES);
}

static void wide_destroy(struct object *o)
{
    atomic_fetch_add(&nodes_destroyed, 1);
    for (size_t i = 0; i < SPOKES; i++)
        slot_drop(&((struct wide *)o)->slots[i]);
}

/* A hub that refers to nodes all over the heap, each of which refers to the hub. */
static struct wide *make_wheel(void)
{
    struct wide *hub = (struct wide *)heap_alloc(wide_type, sizeof *hub);
    assert_non_null(hub);
    for (size_t i = 0; i < SPOKES; i++) {
        struct node *spoke = node_new();
        slot_init(&spoke->left, value_inc(value_of(hub)));
        slot_init(&hub->slots[(i * 7) % SPOKES], value_of(spoke));
    }
    return hub;
}

static void wheel_is_one_island(void **state)
{
    (void)state;
    size_t found;
    struct wide *hub = make_wheel();
    assert_int_equal(rc_count(&hub->header), SPOKES + 1);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    struct object *spoke = value_object(value_inc(slot_peek(&hub->slots[SPOKES / 2])));
    rc_dec(&hub->header);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0); /* one spoke holds it all */
    rc_dec(spoke);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), SPOKES + 1);
}

/* Counts whose lowest byte is zero once all references of the island are taken away from them, but that are not. */
static void multiples_of_a_byte_are_seen(void **state)
{
    (void)state;
    size_t found;
    for (int held = 255; held <= 513; held++) {
        if (held > 257 && held < 511)
            continue;
        struct node *a = make_pair();
        for (int i = 1; i < held; i++)
            rc_inc(&a->header);
        assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
        for (int i = 0; i < held; i++)
            rc_dec(&a->header);
        assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
    }
}

/* A list longer than a mutator follows at a time, beside which islands are made, so that it takes part. */
static void long_list_lives_while_islands_go(void **state)
{
    (void)state;
    struct gc_stats before, after;
    size_t found;
    struct node *last = node_new();
    for (int i = 1; i < 100000; i++) {
        struct node *node = node_new();
        slot_init(&node->left, value_of(last));
        last = node;
    }
    long destroyed = atomic_load(&nodes_destroyed);
    gc_get_stats(&before);
    for (int i = 0; i < 400000; i++) {
        if (i % 50000 == 0)
            gc_request_cycle(GC_FULL);
        rc_dec(&make_pair()->header);
        thread_safepoint(thread_self);
    }
    gc_collect(GC_FULL);
    gc_get_stats(&after);
    assert_int_equal(atomic_load(&nodes_destroyed) - destroyed, 800000);
    assert_true(after.helped_pages > before.helped_pages);
    rc_dec(&last->header);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    assert_int_equal(atomic_load(&nodes_destroyed) - destroyed, 900000);
}

/* ---- weak references ---- */

static int callbacks_run;

static void on_callback(struct object *reference)
{
    assert_null(weak_load((struct weak_reference *)reference));
    callbacks_run++;
}

static struct weak_reference *reference_new(struct object *referent, value callback)
{
    struct weak_reference *reference =
        (struct weak_reference *)heap_alloc(reference_type, sizeof(struct weak_reference));
    assert_non_null(reference);
    slot_init(&reference->callback, callback);
    assert_true(weak_attach(reference, referent));
    return reference;
}

static void weak_reference_clears_at_death(void **state)
{
    (void)state;
    struct node *node = node_new();
    struct weak_reference *plain = reference_new(&node->header, NULL);
    struct weak_reference *called = reference_new(&node->header, value_of(leaf_new()));
    assert_ptr_equal(weak_find_plain(&node->header, reference_type), plain);
    rc_dec(&plain->header);
    struct weak_reference *list[4];
    assert_int_equal(weak_list(&node->header, list, 4), 2);
    rc_dec(&list[0]->header);
    rc_dec(&list[1]->header);
    struct object *o = weak_load(plain);
    assert_ptr_equal(o, node);
    rc_dec(o);
    callbacks_run = 0;
    rc_dec(&node->header);
    assert_int_equal(callbacks_run, 1);
    assert_null(weak_load(plain));
    assert_null(weak_load(called));
    rc_dec(&plain->header);
    rc_dec(&called->header);
}

static void weak_reference_to_island(void **state)
{
    (void)state;
    size_t found;
    struct node *a = make_pair();
    struct weak_reference *reference = reference_new(&a->header, value_of(leaf_new()));
    rc_dec(&a->header);
    /* Reachable through the weak reference alone; a dereference now brings it back. */
    struct object *again = weak_load(reference);
    assert_ptr_equal(again, a);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    rc_dec(again);
    callbacks_run = 0;
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
    assert_int_equal(callbacks_run, 1);
    assert_null(weak_load(reference));
    rc_dec(&reference->header);
}

static void weak_reference_in_island(void **state)
{
    (void)state;
    size_t found;
    struct node *a = make_pair();
    struct weak_reference *reference = reference_new(&a->header, value_of(leaf_new()));
    slot_init(&a->right, value_of(reference)); /* moved: the island owns the reference to itself */
    rc_dec(&a->header);
    callbacks_run = 0;
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
    assert_int_equal(found, 3);
    assert_int_equal(callbacks_run, 0);
}

static void weak_reference_dies_first(void **state)
{
    (void)state;
    struct node *node = node_new();
    for (int i = 0; i < 100; i++) {
        struct weak_reference *list[64];
        for (int k = 0; k < 64; k++)
            list[k] = reference_new(&node->header, NULL);
        for (int k = 0; k < 64; k++)
            rc_dec(&list[(k * 37) % 64]->header);
    }
    assert_int_equal(weak_list(&node->header, NULL, 0), 0);
    rc_dec(&node->header);
}

/* Tables grow while references come and go, and entries move a few at a time: each is found at any moment. */
static void many_objects_have_weak_references(void **state)
{
    enum { MANY = 60000 };
    (void)state;
    static struct node *nodes[MANY];
    static struct weak_reference *references[MANY];
    for (size_t i = 0; i < MANY; i++) {
        nodes[i] = node_new();
        references[i] = reference_new(&nodes[i]->header, NULL);
        size_t k = i * 7919 % (i + 1);
        struct object *found = weak_load(references[k]);
        assert_ptr_equal(found, nodes[k]);
        if (found)
            rc_dec(found);
        k = i * 104729 % (i + 1);
        if (i % 3 == 0 && nodes[k]) {
            rc_dec(&nodes[k]->header);
            nodes[k] = NULL;
            assert_null(weak_load(references[k]));
        }
    }
    for (size_t i = 0; i < MANY; i++) {
        struct object *found = weak_load(references[i]);
        assert_ptr_equal(found, nodes[i]);
        rc_dec(&references[i]->header);
        if (found) {
            assert_int_equal(weak_list(found, NULL, 0), 0);
            rc_dec(found);
            rc_dec(found);
        }
    }
}

/* ---- finalizers ---- */

static struct object_type *final_type;
static int finalized;
static struct object *resurrected;
static bool resurrect;

static void node_finalize(struct object *o)
{
    finalized++;
    assert_true(rc_count(o) >= 1);
    if (resurrect) {
        rc_inc(o);
        resurrected = o;
    }
}

static struct node *final_new(void)
{
    return (struct node *)heap_alloc(final_type, sizeof(struct node));
}

static void finalizer_runs_once(void **state)
{
    (void)state;
    long before = atomic_load(&nodes_destroyed);
    finalized = 0;
    resurrect = true;
    rc_dec(&final_new()->header);
    assert_int_equal(finalized, 1);
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 0);
    resurrect = false;
    rc_dec(resurrected);
    assert_int_equal(finalized, 1);
    assert_int_equal(atomic_load(&nodes_destroyed) - before, 1);
}

static void island_is_finalized_first(void **state)
{
    (void)state;
    size_t found;
    struct node *a = final_new(), *b = node_new();
    slot_init(&a->left, value_of(b));
    slot_init(&b->left, value_inc(value_of(a)));
    rc_dec(&a->header);
    finalized = 0;
    resurrect = true;
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 0);
    assert_int_equal(finalized, 1);
    resurrect = false;
    rc_dec(resurrected);
    assert_int_equal(destroyed_by(gc_collect, GC_FULL, &found), 2);
    assert_int_equal(finalized, 1);
}

/* ---- types made at run time ---- */

static void types_go_with_their_instances(void **state)
{
    (void)state;
    struct object_type *meta = heap_well_known_type(9);
    meta->name = "meta";
    meta->gc_flags = TYPE_GC_CONTAINER;
    atomic_store(&meta->header.type, type_ref(meta));
    struct object_type *type = heap_alloc_type(sizeof(struct object_type) + 32, meta);
    assert_non_null(type);
    type->name = "made at run time";
    type->gc_flags = TYPE_GC_CONTAINER | TYPE_GC_COUNTED;
    type->traverse = node_traverse;
    type->destroy = node_destroy;
    struct node *a = (struct node *)heap_alloc(type, sizeof(struct node));
    assert_int_equal(rc_count(&type->header), 2);
    slot_init(&a->left, value_inc(value_of(a)));
    rc_dec(&type->header);
    assert_int_equal(rc_count(&type->header), 1);
    rc_dec(&a->header);
    assert_int_equal(gc_collect(GC_FULL), 2);
}

/* ---- walking, statistics, automatic cycles ---- */

static bool count_visits(struct object *object, void *context)
{
    (void)object;
    ++*(size_t *)context;
    return true;
}

static void walk_sees_containers(void **state)
{
    (void)state;
    size_t before = 0, after = 0;
    gc_walk(count_visits, &before);
    struct node *a = make_pair();
    struct leaf *leaf = leaf_new();
    gc_walk(count_visits, &after);
    assert_int_equal(after - before, 2);
    rc_dec(&leaf->header);
    rc_dec(&a->header);
    gc_collect(GC_FULL);
}

#ifdef ATOLL_SANITIZED /* ten times slower */
#define PAIRS 2000000
#else
#define PAIRS 6000000
#endif

/* All of the garbage would be 64 bytes a pair. Nobody helps the collector's thread with the checks of checked builds: what
   comes meanwhile is bounded by the scheduler alone. */
#ifdef ATOLL_CHECKED
#define MOST_A_PAIR 64
#else
#define MOST_A_PAIR 22
#endif

static void automatic_cycles_bound_the_heap(void **state)
{
    (void)state;
    struct gc_stats stats;
    uint64_t most = 0;
    for (int i = 0; i < PAIRS; i++) {
        rc_dec(&make_pair()->header);
        thread_safepoint(thread_self);
        if (i % 100000 == 0) {
            gc_get_stats(&stats);
            if (stats.heap_bytes > most)
                most = stats.heap_bytes;
        }
    }
    gc_get_stats(&stats);
    assert_true(stats.cycles[GC_YOUNG] > 0);
    assert_true(stats.mutator_stops <= stats.cycles[GC_YOUNG]); /* the scheduler may put aside who holds a lock */
    assert_true(most < (uint64_t)PAIRS * MOST_A_PAIR);
    gc_collect(GC_FULL);
}

static uint64_t cycles_run(void)
{
    struct gc_stats stats;
    gc_get_stats(&stats);
    return stats.cycles[GC_YOUNG] + stats.cycles[GC_FULL];
}

/* Few containers, too few to start a cycle by their number, that hold much. */
static void what_islands_hold_starts_cycles(void **state)
{
    (void)state;
    enum { ISLANDS = 100000, HELD = 4096, MOST_WAITS = 10000 };
    gc_collect(GC_FULL);
    gc_set_thresholds(4 * ISLANDS, 10, 10);
    uint64_t before = cycles_run();
    for (int i = 0; i < ISLANDS && (i % 1000 || cycles_run() == before); i++) {
        struct node *a = make_pair();
        slot_init(&a->right, value_of(heap_alloc(leaf_type, HELD)));
        rc_dec(&a->header);
        thread_safepoint(thread_self);
    }
    /* It was asked for; on a busy machine the collector's thread may still be at it, or wait for a processor. */
    for (int waits = 0; waits < MOST_WAITS && cycles_run() == before; waits++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        thread_safepoint(thread_self);
    }
    bool ran = cycles_run() != before;
    gc_set_thresholds(100000, 10, 10); /* as at the start */
    gc_collect(GC_FULL);
    assert_true(ran);
}

/* Objects that survive one young cycle after another are no reason for full ones. */
static void survivors_are_counted_once(void **state)
{
    (void)state;
    enum { LIVE = 30000, ROUNDS = 16 };
    struct gc_stats before, after;
    struct node **live = calloc(LIVE, sizeof *live), **passing = calloc(LIVE, sizeof *passing);
    assert_non_null(live);
    assert_non_null(passing);
    for (int i = 0; i < LIVE; i++) {
        live[i] = node_new();
        passing[i] = node_new(); /* between them, in the same pages */
    }
    gc_collect(GC_FULL);
    gc_get_stats(&before);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < LIVE; i++)
            rc_dec(&passing[i]->header);
        for (int i = 0; i < LIVE; i++)
            passing[i] = node_new();
        gc_collect(GC_YOUNG);
    }
    gc_get_stats(&after);
    assert_true(after.cycles[GC_YOUNG] - before.cycles[GC_YOUNG] >= ROUNDS);
    assert_true(after.examined - before.examined >= (uint64_t)ROUNDS * LIVE);
    assert_int_equal(after.cycles[GC_FULL], before.cycles[GC_FULL]);
    for (int i = 0; i < LIVE; i++) {
        rc_dec(&live[i]->header);
        rc_dec(&passing[i]->header);
    }
    free(live);
    free(passing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_collected),
        cmocka_unit_test(young_cycle_collects_young),
        cmocka_unit_test(what_hangs_from_islands_dies),
        cmocka_unit_test(held_islands_live),
        cmocka_unit_test(island_drops_what_it_holds),
        cmocka_unit_test(large_ring_is_one_island),
        cmocka_unit_test(weak_reference_clears_at_death),
        cmocka_unit_test(weak_reference_to_island),
        cmocka_unit_test(weak_reference_in_island),
        cmocka_unit_test(weak_reference_dies_first),
        cmocka_unit_test(many_objects_have_weak_references),
        cmocka_unit_test(finalizer_runs_once),
        cmocka_unit_test(island_is_finalized_first),
        cmocka_unit_test(types_go_with_their_instances),
        cmocka_unit_test(walk_sees_containers),
        cmocka_unit_test(automatic_cycles_bound_the_heap),
        cmocka_unit_test(wheel_is_one_island),
        cmocka_unit_test(multiples_of_a_byte_are_seen),
        cmocka_unit_test(long_list_lives_while_islands_go),
        cmocka_unit_test(survivors_are_counted_once),
        cmocka_unit_test(what_islands_hold_starts_cycles),
    };
    if (!gc_init(&(struct gc_hooks){.weak_callback = on_callback}) || !thread_attach())
        return 1;
    nodes_init();
    final_type = nodes_make_type(4, "final", TYPE_GC_CONTAINER, sizeof(struct node), node_traverse, node_destroy);
    final_type->finalize = node_finalize;
    wide_type = nodes_make_type(10, "wide", TYPE_GC_CONTAINER, sizeof(struct wide), wide_traverse, wide_destroy);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    size_t alive = gc_shutdown();
    if (alive)
        print_error("%zu objects were alive at the end\n", alive);
    return failed || alive;
}
