/* The private heap: size classes, reuse, frees by other threads, pages that go
   back, storage, large blocks, failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gc/pages.h"
#include "tests/gc/nodes.h"

#include <time.h>

static struct object_type *plain_type; /* leaf without destroy */

static void pass_time(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

static void settle(void)
{
    gc_collect(GC_FULL);
    thread_enter_blocking();
    grace_barrier();
    grace_barrier(); /* what the first barrier's callbacks freed may have started a second wait */
    thread_leave_blocking();
}

static bool is_zero(const void *from, size_t bytes)
{
    const unsigned char *byte = from;
    for (size_t i = 0; i < bytes; i++)
        if (byte[i])
            return false;
    return true;
}

static void size_classes_fit(void **state)
{
    (void)state;
    unsigned last = 0;
    for (size_t size = 1; size <= SMALL_MAX; size++) {
        unsigned class = size_class_of(size);
        assert_true(class < SIZE_CLASSES && class >= last);
        assert_true(size_class_bytes[class] >= size);
        assert_true(size <= 32 || size_class_bytes[class] - size <= size / 4 + 15);
        assert_int_equal(size_class_of(size_class_bytes[class]), class);
        last = class;
    }
}

static void objects_of_all_sizes(void **state)
{
    (void)state;
    struct object *objects[64];
    size_t sizes[64], count = 0;
    for (size_t size = 16; size < 300000 && count < 64; size += size / 3 + 8)
        sizes[count++] = size;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < count; i++) {
            objects[i] = heap_alloc(plain_type, sizes[i]);
            assert_non_null(objects[i]);
            assert_true(heap_usable_size(objects[i]) >= sizes[i]);
            assert_int_equal((uintptr_t)objects[i] % 16, 0);
            assert_ptr_equal(object_type(objects[i]), plain_type);
            assert_int_equal(rc_count(objects[i]), 1);
            assert_true(is_zero(objects[i] + 1, sizes[i] - 16));
            memset(objects[i] + 1, 0xAB, sizes[i] - 16);
        }
        for (size_t i = 0; i < count; i++)
            rc_dec(objects[(i * 7) % count]);
        if (count % 7 == 0)
            break;
    }
}

static void blocks_are_reused_and_dead(void **state)
{
    (void)state;
    struct object *o = heap_alloc(plain_type, 64);
    rc_dec(o);
    /* A freed block's header stays readable, and cannot be counted. */
    assert_int_equal(object_type_ref(o), 0);
    assert_false(rc_try_inc(o));
    assert_ptr_equal(heap_alloc(plain_type, 64), o);
    assert_true(rc_try_inc(o));
    rc_dec(o);
    rc_dec(o);
}

static void spans_serve_the_next_large_block(void **state)
{
    (void)state;
    for (size_t size = 20000; size < 500000; size *= 3) {
        struct object *o = heap_alloc(plain_type, size);
        memset(o + 1, 0xAB, size - sizeof *o);
        rc_dec(o);
        assert_int_equal(object_type_ref(o), 0);
        assert_false(rc_try_inc(o));
        assert_ptr_equal(heap_alloc(plain_type, size - 100), o);
        assert_true(is_zero(o + 1, size - 100 - sizeof *o));
        rc_dec(o);
        void *storage = storage_alloc(size);
        memset(storage, 0xAB, size);
        storage_free(storage, size);
        assert_ptr_equal(storage_alloc(size), storage);
        assert_true(is_zero(storage, size));
        storage_retire(storage, size); /* somebody may still be reading there */
        void *other = storage_alloc(size);
        assert_ptr_not_equal(other, storage);
        storage_free(other, size);
    }
}

/* ---- frees by others ---- */

#define MANY 50000
static struct object *many[MANY];
static _Atomic int running;

static void drop_many(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < MANY; i++)
        rc_dec(many[i]);
    atomic_fetch_sub(&running, 1);
}

static void wait_for_others(void)
{
    thread_enter_blocking();
    while (atomic_load(&running) > 0 || thread_mutator_count() > 1)
        pass_time();
    thread_leave_blocking();
}

static void others_free_what_one_made(void **state)
{
    (void)state;
    settle();
    size_t before = pages_in_use();
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < MANY; i++)
            assert_non_null(many[i] = heap_alloc(plain_type, 112));
        atomic_store(&running, 1);
        assert_int_equal(thread_start(drop_many, NULL, 0, NULL), 0);
        wait_for_others();
        thread_safepoint(thread_self);
    }
    /* The same space served all rounds. */
    assert_true(pages_in_use() - before < 2 * (MANY * 112 / PAGE_SIZE) + 70);
}

static void make_many(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < MANY; i++)
        many[i] = heap_alloc(plain_type, 112);
    atomic_fetch_sub(&running, 1);
}

static void vacant_slots_pages_serve_the_next(void **state)
{
    (void)state;
    settle();
    size_t after_first = 0;
    for (int round = 0; round < 6; round++) {
        atomic_store(&running, 1);
        assert_int_equal(thread_start(make_many, NULL, 0, NULL), 0);
        wait_for_others();
        for (size_t i = 0; i < MANY; i++)
            rc_dec(many[i]); /* its owner's slot is vacant: freed at once, to the slot's pages */
        if (round == 1)
            after_first = pages_in_use();
    }
    assert_true(pages_in_use() <= after_first + 64);
}

/* ---- pages ---- */

static void empty_pages_go_back(void **state)
{
    (void)state;
    settle();
    size_t before = pages_in_use();
    static struct object *blocks[20000];
    for (size_t i = 0; i < 20000; i++)
        blocks[i] = heap_alloc(plain_type, 1024);
    assert_true(pages_in_use() >= before + 20000 * 1024 / PAGE_SIZE);
    for (size_t i = 0; i < 20000; i++)
        rc_dec(blocks[i]);
    settle();
    assert_true(pages_in_use() <= before + 66); /* 64 may be kept */
    /* Kept pages do not serve other sizes, the pool's do. */
    for (size_t i = 0; i < 20000; i++)
        blocks[i] = heap_alloc(plain_type, 512);
    for (size_t i = 0; i < 20000; i++)
        rc_dec(blocks[i]);
    settle();
    assert_true(pages_in_use() <= before + 66);
}

static void storage_of_all_sizes(void **state)
{
    (void)state;
    settle();
    size_t before = pages_in_use();
    for (size_t size = 1; size < 3000000; size += size / 2 + 1) {
        unsigned char *a = storage_alloc(size), *b = storage_alloc(size);
        assert_non_null(a);
        assert_non_null(b);
        assert_true(is_zero(a, size) && is_zero(b, size));
        memset(a, 1, size);
        memset(b, 2, size);
        storage_free(a, size);
        storage_retire(b, size);
    }
    storage_free(NULL, 0);
    storage_retire(NULL, 0);
    thread_detach(); /* flushes what is retired */
    grace_barrier();
    grace_barrier();
    assert_non_null(thread_attach());
    settle();
    assert_true(pages_in_use() <= before + 66);
}

static void million_small_objects_cost_little(void **state)
{
    (void)state;
    settle();
    size_t before = pages_in_use();
    struct object **objects = malloc(1000000 * sizeof *objects);
    for (size_t i = 0; i < 1000000; i++)
        objects[i] = heap_alloc(plain_type, 48);
    size_t bytes = (pages_in_use() - before) * (PAGE_SIZE + sizeof(struct page));
    assert_true(bytes <= 52000000);
    for (size_t i = 0; i < 1000000; i++)
        rc_dec(objects[i]);
    free(objects);
}

/* ---- failures ---- */

static void allocations_fail_when_told(void **state)
{
    (void)state;
    heap_inject_failure(0, false);
    struct object *o = heap_alloc(plain_type, 48);
    void *storage = storage_alloc(100);
    rc_dec(o);
    storage_free(storage, 100);
    assert_int_equal(heap_inject_failure(2, false), 2);
    assert_non_null(o = heap_alloc(plain_type, 48));
    assert_null(heap_alloc(plain_type, 48));
    rc_dec(o);
    assert_non_null(o = heap_alloc(plain_type, 48));
    rc_dec(o);
    heap_inject_failure(1, true);
    assert_null(storage_alloc(8));
    assert_null(heap_alloc(plain_type, 48));
    assert_null(heap_alloc(plain_type, 100000));
    assert_null(heap_alloc_type(sizeof(struct object_type), node_type));
    heap_inject_failure(0, false);
    assert_non_null(o = heap_alloc(plain_type, 100000));
    rc_dec(o);
    assert_null(storage_alloc(SIZE_MAX / 2)); /* more than there is */
}

static void types_have_room(void **state)
{
    (void)state;
    struct object_type *type = heap_alloc_type(1500, node_type);
    assert_non_null(type);
    assert_ptr_equal(type_from_ref(type_ref(type)), type);
    assert_true((uint64_t)type_ref(type) * 16 < (uint64_t)TYPE_PAGES << PAGE_SHIFT);
    assert_ptr_equal(heap_well_known_type(200), type_from_ref(TYPE_WELL_KNOWN_REF(200)));
    /* A type is an object like any other: a node as far as this test's types know. */
    rc_dec(&type->header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_classes_fit),
        cmocka_unit_test(spans_serve_the_next_large_block),
        cmocka_unit_test(objects_of_all_sizes),
        cmocka_unit_test(blocks_are_reused_and_dead),
        cmocka_unit_test(others_free_what_one_made),
        cmocka_unit_test(vacant_slots_pages_serve_the_next),
        cmocka_unit_test(empty_pages_go_back),
        cmocka_unit_test(storage_of_all_sizes),
        cmocka_unit_test(million_small_objects_cost_little),
        cmocka_unit_test(allocations_fail_when_told),
        cmocka_unit_test(types_have_room),
    };
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    nodes_init();
    plain_type = nodes_make_type(7, "plain", 0, 16, NULL, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    size_t alive = gc_shutdown();
    if (alive)
        print_error("%zu objects were alive at the end\n", alive);
    return failed || alive;
}
