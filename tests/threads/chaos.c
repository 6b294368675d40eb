/* Chaos: the seed decides where threads pause, off it does nothing, errno stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "threads/threads.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define POINTS 20000

/* Runs `body` in a process of its own, since chaos stays on; its result, or 0 when it died. */
static uint64_t in_child(uint64_t (*body)(uint64_t seed), uint64_t seed)
{
    uint64_t *result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(result, MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        *result = body(seed);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    uint64_t value = *result;
    munmap(result, sizeof *result);
    return value;
}

static uint64_t state_after_points(uint64_t seed)
{
    chaos_begin(seed);
    thread_attach();
    for (int i = 0; i < POINTS; i++)
        chaos_point();
    for (int i = 0; i < POINTS; i++)
        thread_safepoint(thread_self);
    return thread_self->chaos;
}

static void seed_decides(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        uint64_t first = in_child(state_after_points, seed);
        assert_int_equal(first, in_child(state_after_points, seed));
        assert_int_not_equal(first, in_child(state_after_points, seed + 1));
        assert_int_not_equal(first, 0);
    }
}

static _Atomic uint64_t other_state;

static void note_state(void *argument)
{
    (void)argument;
    for (int i = 0; i < POINTS; i++)
        chaos_point();
    atomic_store(&other_state, thread_self->chaos);
}

static uint64_t slots_differ(uint64_t seed)
{
    state_after_points(seed);
    thread_start(note_state, NULL, 0, NULL);
    thread_enter_blocking();
    while (!atomic_load(&other_state))
        usleep(1000);
    thread_leave_blocking();
    return other_state != thread_self->chaos;
}

static void each_slot_has_its_own(void **state)
{
    (void)state;
    assert_int_equal(in_child(slots_differ, 3), 1);
}

static uint64_t keeps_errno(uint64_t seed)
{
    chaos_begin(seed);
    thread_attach();
    errno = EXDEV;
    for (int i = 0; i < POINTS; i++)
        chaos_point();
    return errno;
}

static void errno_stays(void **state)
{
    (void)state;
    assert_int_equal(in_child(keeps_errno, 3), EXDEV);
}

static uint64_t stays_off(uint64_t seed)
{
    (void)seed;
    chaos_point(); /* not attached */
    thread_attach();
    for (int i = 0; i < POINTS; i++)
        chaos_point();
    return thread_self->chaos == 0 && atomic_load(&thread_self->poll) == 0 && !chaos_chance(1) ? 1 : 2;
}

static void off_it_does_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_child(stays_off, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_decides),
        cmocka_unit_test(each_slot_has_its_own),
        cmocka_unit_test(errno_stays),
        cmocka_unit_test(off_it_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
