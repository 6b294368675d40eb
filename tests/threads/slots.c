/* Slots and threads: adoption thousands of times, hundreds at once, `alone`, blocking regions and helping, fork. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "threads/sanitizers.h"
#include "threads/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void pass_time(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static _Atomic int running, total, merges;

static void wait_for_others(void)
{
    thread_enter_blocking();
    while (atomic_load(&running) > 0 || thread_mutator_count() > 1)
        pass_time(100000);
    thread_leave_blocking();
}

static void short_life(void *argument)
{
    assert_ptr_equal(argument, &total);
    assert_non_null(thread_self);
    assert_int_equal(atomic_load(&thread_self->state), THREAD_RUNNING);
    atomic_fetch_add(&total, 1);
    thread_safepoint(thread_self);
    atomic_fetch_sub(&running, 1);
}

static void slots_are_adopted(void **state)
{
    (void)state;
    size_t before = thread_slot_count();
    total = 0;
    for (int i = 0; i < 2000; i++) {
        atomic_fetch_add(&running, 1);
        assert_int_equal(thread_start(short_life, &total, 0, NULL), 0);
        wait_for_others();
    }
    assert_int_equal(total, 2000);
    assert_true(thread_slot_count() <= before + 3); /* one after the other: a few slots serve them all */
}

static void hundreds_at_once(void **state)
{
    (void)state;
    total = 0;
    for (int i = 0; i < 300; i++) {
        atomic_fetch_add(&running, 1);
        assert_int_equal(thread_start(short_life, &total, (size_t)256 << 10, NULL), 0);
    }
    wait_for_others();
    assert_int_equal(total, 300);
    assert_int_equal(thread_mutator_count(), 1);
}

static void *attach_by_hand(void *argument)
{
    struct thread_slot *slot = thread_attach();
    bool good = slot && slot == thread_self && !slot->alone && thread_mutator_count() >= 2;
    thread_detach();
    return good && !thread_self ? argument : NULL;
}

static void foreign_threads_attach(void **state)
{
    (void)state;
    pthread_t thread;
    void *result;
    assert_int_equal(pthread_create(&thread, NULL, attach_by_hand, &total), 0);
    thread_enter_blocking();
    pthread_join(thread, &result);
    thread_leave_blocking();
    assert_ptr_equal(result, &total);
}

static _Atomic bool other_in, other_out;

static void be_there(void *argument)
{
    (void)argument;
    atomic_store(&other_in, true);
    while (!atomic_load(&other_out)) {
        thread_safepoint(thread_self);
        pass_time(10000);
    }
    atomic_fetch_sub(&running, 1);
}

static void alone_changes_at_safepoints(void **state)
{
    (void)state;
    thread_safepoint(thread_self);
    assert_true(thread_is_alone());
    atomic_store(&running, 1);
    assert_int_equal(thread_start(be_there, NULL, 0, NULL), 0);
    /* The other thread does not run before this one passed a safepoint. */
    pass_time(20000000);
    assert_true(thread_is_alone());
    assert_false(atomic_load(&other_in));
    while (!atomic_load(&other_in)) {
        thread_safepoint(thread_self);
        pass_time(10000);
    }
    assert_false(thread_is_alone());
    atomic_store(&other_out, true);
    wait_for_others();
    thread_safepoint(thread_self);
    assert_true(thread_is_alone());
}

static void count_merge(struct thread_slot *slot)
{
    (void)slot;
    atomic_fetch_add(&merges, 1);
}

static struct thread_slot *_Atomic blocked_slot;
static _Atomic uint32_t blocked_word;

static void be_blocked(void *argument)
{
    (void)argument;
    atomic_store(&blocked_slot, thread_self);
    thread_enter_blocking();
    thread_park(&blocked_word, 0, -1);
    thread_leave_blocking();
    atomic_fetch_sub(&running, 1);
}

static void blocked_threads_are_helped(void **state)
{
    (void)state;
    atomic_store(&running, 1);
    assert_int_equal(thread_start(be_blocked, NULL, 0, NULL), 0);
    struct thread_slot *slot;
    thread_enter_blocking(); /* or the other would wait for this thread to stop being alone */
    while (!(slot = atomic_load(&blocked_slot)) || !thread_try_help(slot))
        pass_time(10000);
    thread_leave_blocking();
    assert_int_equal(atomic_load(&slot->state), THREAD_HELPED);
    assert_false(thread_try_help(slot));
    atomic_store(&blocked_word, 1);
    thread_unpark(&blocked_word, 1);
    pass_time(10000000);
    assert_int_equal(atomic_load(&running), 1); /* it does not leave its region while it is helped */
    thread_end_help(slot);
    wait_for_others();
    assert_true(thread_try_help(slot)); /* vacant now */
    thread_end_help(slot);
    assert_false(thread_try_help(thread_self));
}

static void work_is_not_slept_through(void **state)
{
    (void)state;
    int before = atomic_load(&merges);
    thread_request(thread_self, THREAD_POLL_QUEUE);
    thread_enter_blocking();
    assert_int_equal(atomic_load(&merges), before + 1);
    thread_leave_blocking();
    thread_request(thread_self, THREAD_POLL_QUEUE);
    thread_safepoint(thread_self);
    assert_int_equal(atomic_load(&merges), before + 2);
}

static int answer_runtime(struct thread_slot *slot, uint32_t reasons)
{
    return slot == thread_self ? (int)reasons : 0;
}

static void safepoint_hands_on_the_result(void **state)
{
    (void)state;
    threads_set_hooks(&(struct thread_hooks){.runtime = answer_runtime});
    assert_int_equal(thread_safepoint(thread_self), 0);
    thread_request(thread_self, THREAD_POLL_RUNTIME);
    assert_int_equal(thread_safepoint(thread_self), THREAD_POLL_RUNTIME);
    assert_int_equal(thread_safepoint(thread_self), 0);
}

static void what_is_not_due_stays_requested(void **state)
{
    (void)state;
    threads_set_hooks(&(struct thread_hooks){.runtime = answer_runtime});
    int before = atomic_load(&merges);
    thread_request(thread_self, THREAD_POLL_RUNTIME | THREAD_POLL_RAISE | THREAD_POLL_QUEUE);
    assert_int_equal(thread_safepoint_at(thread_self, THREAD_IN_OPERATION), 0);
    assert_int_equal(atomic_load(&merges), before + 1);
    assert_int_equal(thread_safepoint_at(thread_self, THREAD_IN_WAIT), THREAD_POLL_RUNTIME);
    assert_int_equal(thread_safepoint_at(thread_self, THREAD_IN_WAIT), 0);
    assert_int_equal(thread_safepoint(thread_self), THREAD_POLL_RAISE);
    assert_int_equal(thread_safepoint(thread_self), 0);
}

#ifdef ATOLL_TSAN
/* Else ThreadSanitizer ends a child that starts threads. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}
#endif

static void child_is_alone(void **state)
{
    (void)state;
    atomic_store(&other_in, false);
    atomic_store(&other_out, false);
    atomic_store(&running, 1);
    assert_int_equal(thread_start(be_there, NULL, 0, NULL), 0);
    thread_enter_blocking();
    while (!atomic_load(&other_in))
        pass_time(10000);
    thread_leave_blocking();
    threads_before_fork();
    pid_t child = fork();
    if (child == 0) {
        threads_after_fork_child();
        alarm(10);
        bool good = thread_mutator_count() == 1 && thread_is_alone();
        thread_enter_blocking();
        grace_wait(); /* would never end if the dead thread were still registered */
        grace_barrier();
        thread_leave_blocking();
        atomic_store(&running, 1);
        total = 0;
        good = good && thread_start(short_life, &total, 0, NULL) == 0;
        thread_enter_blocking();
        while (atomic_load(&running))
            pass_time(10000);
        _exit(good && total == 1 ? 0 : 1);
    }
    threads_after_fork_parent();
    int status = -1;
    thread_enter_blocking();
    waitpid(child, &status, 0);
    thread_leave_blocking();
    assert_int_equal(status, 0);
    atomic_store(&other_out, true);
    wait_for_others();
}

/* ---- what the grace thread had taken when the process forked ---- */

static _Atomic int stage, calls_made;

static void pass_slowly(struct grace_node *node)
{
    (void)node;
    atomic_store(&stage, 1);
    pass_time(100000000);
}

static void count_call(struct grace_node *node)
{
    (void)node;
    atomic_fetch_add(&calls_made, 1);
}

static void child_makes_the_calls_that_are_left(void **state)
{
    (void)state;
    static struct grace_node first = {.callback = count_call}, slow = {.callback = pass_slowly},
                             left[3] = {{.callback = count_call}, {.callback = count_call}, {.callback = count_call}};
    calls_made = stage = 0;
    grace_call(&first);
    pass_time(50000000); /* the grace thread has taken the first and waits for this thread */
    grace_call(&slow);   /* the others are taken together */
    for (int i = 0; i < 3; i++)
        grace_call(&left[i]);
    while (atomic_load(&stage) == 0) {
        thread_safepoint(thread_self);
        pass_time(100000);
    }
    threads_before_fork();
    pid_t child = fork();
    if (child == 0) {
        threads_after_fork_child();
        thread_enter_blocking();
        grace_barrier();
        thread_leave_blocking();
        _exit(atomic_load(&calls_made) == 4 ? 0 : 1 + atomic_load(&calls_made));
    }
    threads_after_fork_parent();
    int status = -1;
    thread_enter_blocking();
    waitpid(child, &status, 0);
    grace_barrier();
    thread_leave_blocking();
    assert_int_equal(status, 0);
    assert_int_equal(calls_made, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_adopted),
        cmocka_unit_test(hundreds_at_once),
        cmocka_unit_test(foreign_threads_attach),
        cmocka_unit_test(alone_changes_at_safepoints),
        cmocka_unit_test(blocked_threads_are_helped),
        cmocka_unit_test(work_is_not_slept_through),
        cmocka_unit_test(safepoint_hands_on_the_result),
        cmocka_unit_test(what_is_not_due_stays_requested),
        cmocka_unit_test(child_is_alone),
        cmocka_unit_test(child_makes_the_calls_that_are_left),
    };
    threads_set_hooks(&(struct thread_hooks){.merge = count_merge});
    if (!thread_attach())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
