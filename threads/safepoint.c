/*
 * Safepoints, blocking regions, and acting for a slot whose thread cannot.
 *
 * The state of a slot changes like this; only the arrows marked h are taken by other threads:
 *
 *      VACANT  -- attach -->  RUNNING  -- enter_blocking -->  BLOCKED
 *         ^ \                  |   ^------ leave_blocking ------' |
 *         |  h: try_help       | detach                     h: try_help
 *         |   \                v                                  |
 *         '--- HELPED <--------------------------------- HELPED <-'      end_help goes back to where it came from
 *
 * A thread that forks holds all other slots like that.
 *
 * Work for a slot (an object in its merge queue) is announced like this: put it there, raise the poll bit, then look at
 * the state; when that is VACANT or BLOCKED, try to help. And whoever leaves RUNNING changes the state first and then
 * looks at its poll bit. All of it sequentially consistent: one of the two sees the other, so work never lies about
 * unseen for as long as a thread is blocked. A helper that came for something else looks for work when it lets go, and
 * calls the `assist` hook if there is some.
 */
#include "threads/hold.h"
#include "threads/pause.h"
#include "threads/internal.h"
#include "threads/watched.h"

#include <errno.h>
#include <limits.h>

/* Long enough for somebody who waited for this to take the slot; who then lets go ends the pause. */
static void pause_for_helper(struct thread_slot *self)
{
    thread_enter_blocking();
    futex_wake(&self->poll, INT_MAX);
    futex_wait(&self->state, THREAD_BLOCKED, 1000000);
    thread_leave_blocking();
}

bool thread_hold(struct thread_slot *slot, int64_t timeout_ns)
{
    if (slot == thread_self)
        return false;
    for (int64_t step = timeout_ns / 8;; timeout_ns -= step) {
        if (thread_try_help(slot)) {
            if (slot->helped_from == THREAD_BLOCKED)
                return true;
            thread_end_help(slot);
            return false;
        }
        if (timeout_ns <= 0)
            return false;
        thread_request(slot, THREAD_POLL_PAUSE);
        thread_enter_blocking();
        uint32_t poll = atomic_load_explicit(&slot->poll, memory_order_acquire);
        if (poll & THREAD_POLL_PAUSE)
            futex_wait(&slot->poll, poll, step);
        thread_leave_blocking();
    }
}

int thread_safepoint_slow(struct thread_slot *self, enum thread_safepoint_kind kind)
{
    thread_check_quiescent("a safepoint");
    uint32_t poll = atomic_load_explicit(&self->poll, memory_order_acquire) & (uint32_t)kind;
    uint32_t now = poll & ~(uint32_t)(THREAD_POLL_GRACE | THREAD_POLL_CHAOS);
    if (poll & THREAD_POLL_CHAOS)
        chaos_safepoint(self);
    if (now)
        atomic_fetch_and_explicit(&self->poll, ~now, memory_order_seq_cst);
    if (now & THREAD_POLL_ALONE)
        slots_recompute_alone(self);
    if (now & THREAD_POLL_FORK)
        slots_wait_for_fork();
    if (now & THREAD_POLL_PAUSE)
        pause_for_helper(self);
    if (poll & THREAD_POLL_GRACE) {
        if (thread_hooks.settle)
            thread_hooks.settle(self);
        grace_report(self);
    }
    if ((now & THREAD_POLL_QUEUE) && thread_hooks.merge)
        thread_hooks.merge(self);
    if (now & THREAD_POLL_CALLS)
        grace_call_here(self);
    if ((now & THREAD_POLL_HELP) && thread_hooks.help)
        thread_hooks.help(self);
    if (now & THREAD_POLL_AWAIT)
        futex_wake(&self->poll, INT_MAX);
    uint32_t reasons = now & (THREAD_POLL_RUNTIME | THREAD_POLL_RAISE);
    if (reasons && thread_hooks.runtime)
        return thread_hooks.runtime(self, reasons);
    return 0;
}

void thread_report_slow(struct thread_slot *self)
{
    if (self->background)
        return; /* it keeps no grace period waiting but between grace_reader_online and _offline */
    if (thread_hooks.settle)
        thread_hooks.settle(self);
    grace_report(self);
}

#define STRETCH ((size_t)1 << 14) /* bytes: four pages, each of which may have to be asked for */

static inline size_t stretch_of(size_t bytes)
{
    thread_report();
    return bytes < STRETCH ? bytes : STRETCH;
}

void thread_copy_long(void *to, const void *from, size_t bytes)
{
    for (size_t done = 0, n; done < bytes; done += n)
        memcpy((char *)to + done, (const char *)from + done, n = stretch_of(bytes - done));
}

void thread_move_long(void *to, const void *from, size_t bytes)
{
    char *target = to;
    const char *source = from;
    if (target <= source)
        for (size_t done = 0, n; done < bytes; done += n)
            memmove(target + done, source + done, n = stretch_of(bytes - done));
    else
        for (size_t n; bytes > 0; memmove(target + bytes, source + bytes, n))
            bytes -= n = stretch_of(bytes);
}

void thread_fill_long(void *to, int byte, size_t bytes)
{
    for (size_t done = 0, n; done < bytes; done += n)
        memset((char *)to + done, byte, n = stretch_of(bytes - done));
}

int thread_compare_long(const void *a, const void *b, size_t bytes)
{
    int order = 0;
    for (size_t done = 0, n; done < bytes && order == 0; done += n)
        order = memcmp((const char *)a + done, (const char *)b + done, n = stretch_of(bytes - done));
    return order;
}

const void *thread_find_long(const void *from, int byte, size_t bytes)
{
    const void *found = NULL;
    for (size_t done = 0, n; done < bytes && !found; done += n)
        found = memchr((const char *)from + done, byte, n = stretch_of(bytes - done));
    return found;
}

void thread_await_safepoint(struct thread_slot *slot, int64_t timeout_ns)
{
    if (!(atomic_load_explicit(&slot->poll, memory_order_acquire) & THREAD_POLL_AWAIT))
        return;
    thread_enter_blocking();
    for (;;) {
        uint32_t poll = atomic_load_explicit(&slot->poll, memory_order_acquire);
        if (!(poll & THREAD_POLL_AWAIT) || futex_wait(&slot->poll, poll, timeout_ns) == ETIMEDOUT)
            break;
    }
    thread_leave_blocking();
}

/* Back to RUNNING from `from`, once no helper holds the slot. Helpers only move counts and blocks about: they are done
   in a moment. */
void take_back(struct thread_slot *self, uint32_t from)
{
    uint32_t expected = from;
    bool noted = false;
    while (!atomic_compare_exchange_weak_explicit(&self->state, &expected, THREAD_RUNNING, memory_order_seq_cst,
                                                  memory_order_seq_cst)) {
        if (expected == THREAD_HELPED) {
            if (!noted)
                thread_note_wait(atomic_load_explicit(&self->helped_by_background, memory_order_relaxed));
            noted = true;
            futex_wait(&self->state, THREAD_HELPED, -1);
        }
        expected = from;
    }
}

void thread_enter_blocking(void)
{
    struct thread_slot *self = thread_self;
    thread_check_quiescent("a blocking region");
    if (thread_hooks.settle)
        thread_hooks.settle(self);
    if (atomic_load_explicit(&self->poll, memory_order_relaxed) & THREAD_POLL_AWAIT) {
        atomic_fetch_and_explicit(&self->poll, ~(uint32_t)THREAD_POLL_AWAIT, memory_order_seq_cst);
        futex_wake(&self->poll, INT_MAX);
    }
    for (;;) {
        chaos_point();
        atomic_store_explicit(&self->state, THREAD_BLOCKED, memory_order_seq_cst);
        if (!(atomic_load_explicit(&self->poll, memory_order_seq_cst) & THREAD_POLL_QUEUE))
            break;
        grace_offline(); /* who forks may hold the slot, and waits for grace periods meanwhile */
        take_back(self, THREAD_BLOCKED);
        grace_online();
        atomic_fetch_and_explicit(&self->poll, ~(uint32_t)THREAD_POLL_QUEUE, memory_order_seq_cst);
        if (thread_hooks.merge)
            thread_hooks.merge(self);
    }
    grace_offline();
}

void thread_leave_blocking(void)
{
    struct thread_slot *self = thread_self;
    chaos_point();
    take_back(self, THREAD_BLOCKED);
    grace_online();
    chaos_point();
    /* `alone` may not be true any more than the number of mutators says: a thread that attached while this one was
       blocked did not wait for it. */
    if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) & THREAD_POLL_ALONE)) {
        atomic_fetch_and_explicit(&self->poll, ~(uint32_t)THREAD_POLL_ALONE, memory_order_seq_cst);
        slots_recompute_alone(self);
    }
}

bool thread_try_help(struct thread_slot *slot)
{
    uint32_t state = atomic_load_explicit(&slot->state, memory_order_seq_cst);
    if (state != THREAD_VACANT && state != THREAD_BLOCKED)
        return false;
    if (!atomic_compare_exchange_strong_explicit(&slot->state, &state, THREAD_HELPED, memory_order_seq_cst,
                                                 memory_order_relaxed))
        return false;
    slot->helped_from = state;
    atomic_store_explicit(&slot->helped_by_background, thread_is_background(), memory_order_relaxed);
    return true;
}

void thread_end_help(struct thread_slot *slot)
{
    atomic_store_explicit(&slot->state, slot->helped_from, memory_order_seq_cst);
    futex_wake(&slot->state, INT_MAX);
    /* Whoever queued an object meanwhile could not help. */
    if (unlikely(atomic_load_explicit(&slot->poll, memory_order_seq_cst) & THREAD_POLL_QUEUE))
        thread_assist(slot);
}

void thread_assist(struct thread_slot *slot)
{
    uint32_t state = atomic_load_explicit(&slot->state, memory_order_seq_cst);
    if (thread_self && thread_hooks.assist && (state == THREAD_VACANT || state == THREAD_BLOCKED))
        thread_hooks.assist(slot);
}
