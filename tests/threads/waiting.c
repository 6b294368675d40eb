/* Grace periods, byte locks and parking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "threads/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static void pass_time(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static _Atomic int running;

static void wait_for_others(void)
{
    thread_enter_blocking();
    while (atomic_load(&running) > 0 || thread_mutator_count() > 1)
        pass_time(100000);
    thread_leave_blocking();
}

/* ---- grace periods ---- */

/* A published block that readers look at between safepoints: no reader may find one that was freed. */
struct published {
    struct grace_node node;
    _Atomic uint64_t canary;
};
#define ALIVE 0xA11FEu

static struct published *_Atomic current;
static _Atomic bool stop;
static _Atomic long reads, frees;

static void read_published(void *argument)
{
    (void)argument;
    while (!atomic_load(&stop)) {
        struct published *block = atomic_load_explicit(&current, memory_order_acquire);
        for (int i = 0; i < 20; i++)
            if (atomic_load_explicit(&block->canary, memory_order_relaxed) != ALIVE)
                abort();
        atomic_fetch_add(&reads, 1);
        thread_safepoint(thread_self);
    }
    atomic_fetch_sub(&running, 1);
}

static void free_published(struct grace_node *node)
{
    struct published *block = (struct published *)node;
    atomic_store_explicit(&block->canary, 0, memory_order_relaxed);
    atomic_fetch_add(&frees, 1);
    free(block);
}

static struct published *publish_new(void)
{
    struct published *block = calloc(1, sizeof *block);
    block->canary = ALIVE;
    block->node.callback = free_published;
    return atomic_exchange(&current, block);
}

static void readers_are_waited_for(void **state)
{
    (void)state;
    publish_new();
    atomic_store(&running, 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(thread_start(read_published, NULL, 0, NULL), 0);
    for (int i = 0; i < 2000; i++) {
        grace_call(&publish_new()->node);
        if (i % 100 == 0)
            pass_time(100000);
        thread_safepoint(thread_self);
    }
    thread_enter_blocking();
    grace_barrier();
    thread_leave_blocking();
    assert_int_equal(atomic_load(&frees), 2000);
    atomic_store(&stop, true);
    wait_for_others();
    assert_true(atomic_load(&reads) > 0);
    free(atomic_load(&current));
}

static _Atomic bool waiting_may_begin, waiting_done;

static void wait_for_grace(void *argument)
{
    (void)argument;
    thread_enter_blocking();
    while (!atomic_load(&waiting_may_begin))
        pass_time(10000);
    grace_wait();
    atomic_store(&waiting_done, true);
    thread_leave_blocking();
    atomic_fetch_sub(&running, 1);
}

static void grace_waits_for_a_running_thread(void **state)
{
    (void)state;
    atomic_store(&running, 1);
    assert_int_equal(thread_start(wait_for_grace, NULL, 0, NULL), 0);
    /* First it has to attach, which takes a safepoint of ours. */
    while (thread_is_alone())
        thread_safepoint(thread_self);
    /* Only now: the last safepoint may be one that answers, if it found the bit of an earlier period. */
    atomic_store(&waiting_may_begin, true);
    pass_time(20000000);
    assert_false(atomic_load(&waiting_done));
    while (!atomic_load(&waiting_done)) {
        thread_safepoint(thread_self);
        pass_time(10000);
    }
    wait_for_others();
}

/* ---- byte locks ---- */

#define LOCKERS 8
#define ROUNDS  20000
static _Atomic uint8_t lock;
static long guarded;

static void lock_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        byte_lock(&lock);
        guarded++;
        byte_unlock(&lock);
        if (i % 64 == 0)
            thread_safepoint(thread_self);
    }
    atomic_fetch_sub(&running, 1);
}

static void byte_lock_excludes(void **state)
{
    (void)state;
    guarded = 0;
    atomic_store(&running, LOCKERS);
    for (int i = 0; i < LOCKERS; i++)
        assert_int_equal(thread_start(lock_often, NULL, 0, NULL), 0);
    wait_for_others();
    assert_int_equal(guarded, (long)LOCKERS * ROUNDS);
    assert_int_equal(atomic_load(&lock), 0);
}

static _Atomic bool held;

static void take_and_leave(void *argument)
{
    (void)argument;
    while (!atomic_load(&held))
        thread_safepoint(thread_self);
    byte_lock(&lock);
    byte_unlock(&lock);
    atomic_fetch_sub(&running, 1);
}

static void held_lock_parks(void **state)
{
    (void)state;
    atomic_store(&running, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(thread_start(take_and_leave, NULL, 0, NULL), 0);
    while (thread_is_alone())
        thread_safepoint(thread_self);
    byte_lock(&lock);
    atomic_store(&held, true);
    pass_time(30000000);
    assert_int_equal(atomic_load(&running), 3);
    assert_false(byte_try_lock(&lock));
    byte_unlock(&lock);
    wait_for_others();
    assert_true(byte_try_lock(&lock));
    byte_unlock(&lock);
}

/* ---- parking ---- */

static _Atomic uint32_t word;

static void parking_times_out(void **state)
{
    (void)state;
    word = 5;
    thread_enter_blocking();
    int64_t start = now_ns();
    assert_int_equal(thread_park(&word, 5, 20000000), ETIMEDOUT);
    assert_true(now_ns() - start >= 20000000);
    assert_int_equal(thread_park(&word, 4, -1), EAGAIN);
    assert_int_equal(thread_park(&word, 5, 0), ETIMEDOUT);
    thread_leave_blocking();
    assert_int_equal(thread_unpark(&word, 10), 0);
}

static _Atomic int woken;

static void park_once(void *argument)
{
    (void)argument;
    thread_enter_blocking();
    int result = thread_park(&word, 7, 5000000000);
    thread_leave_blocking();
    if (result == 0)
        atomic_fetch_add(&woken, 1);
    atomic_fetch_sub(&running, 1);
}

static void unpark_wakes_as_many_as_asked(void **state)
{
    (void)state;
    word = 7;
    atomic_store(&running, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(thread_start(park_once, NULL, 0, NULL), 0);
    thread_enter_blocking();
    size_t first = 0;
    while (first < 2)
        first += thread_unpark(&word, 2 - first);
    while (atomic_load(&woken) < 2)
        pass_time(100000);
    pass_time(10000000);
    assert_int_equal(atomic_load(&woken), 2);
    size_t rest = 0;
    while (rest < 4) {
        rest += thread_unpark(&word, SIZE_MAX);
        pass_time(100000);
    }
    assert_int_equal(rest, 4);
    thread_leave_blocking();
    wait_for_others();
    assert_int_equal(atomic_load(&woken), 6);
}

static struct thread_slot *_Atomic parked_slot;
static _Atomic int park_result;

static void park_long(void *argument)
{
    (void)argument;
    atomic_store(&parked_slot, thread_self);
    thread_enter_blocking();
    atomic_store(&park_result, thread_park(&word, 7, 5000000000));
    thread_leave_blocking();
    atomic_fetch_sub(&running, 1);
}

static void parking_is_interrupted(void **state)
{
    (void)state;
    word = 7;
    for (int round = 0; round < 20; round++) {
        atomic_store(&parked_slot, NULL);
        atomic_store(&running, 1);
        assert_int_equal(thread_start(park_long, NULL, 0, NULL), 0);
        thread_enter_blocking();
        while (!atomic_load(&parked_slot))
            pass_time(1000);
        if (round & 1)
            pass_time(1000000); /* asleep by now; else perhaps not yet */
        thread_interrupt(atomic_load(&parked_slot));
        thread_leave_blocking();
        wait_for_others();
        assert_int_equal(atomic_load(&park_result), EINTR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_are_waited_for), cmocka_unit_test(grace_waits_for_a_running_thread),
        cmocka_unit_test(byte_lock_excludes),     cmocka_unit_test(held_lock_parks),
        cmocka_unit_test(parking_times_out),      cmocka_unit_test(unpark_wakes_as_many_as_asked),
        cmocka_unit_test(parking_is_interrupted),
    };
    if (!thread_attach())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
