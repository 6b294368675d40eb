/*
 * What a thread must not do now: the checks behind PEEK_SCOPE and NO_QUIESCENCE and behind locks, in checked builds.
 *
 * A thread notes what it holds, a look at something uncounted (C5) or a lock, together with the place in the source;
 * the functions that would be wrong then look at these notes. So a rule that is broken on a path that a test takes is
 * found at once and by name, on one thread, whether or not another thread was there to be hurt.
 */
#include "threads/internal.h"

#ifdef ATOLL_CHECKED

#include <stdio.h>
#include <stdlib.h>

void thread_peek_begin(const char *place)
{
    if (thread_self && thread_self->held.peeks++ == 0)
        thread_self->held.peek_place = place;
}

void thread_peek_end(void)
{
    if (thread_self)
        thread_self->held.peeks--;
}

void thread_lock_begin(const char *place)
{
    if (thread_self && thread_self->held.locks++ == 0)
        thread_self->held.lock_place = place;
}

void thread_lock_end(void)
{
    if (thread_self)
        thread_self->held.locks--;
}

static _Noreturn void fail(const char *what, const char *meanwhile, const char *place)
{
    fprintf(stderr, "Fatal error: %s while %s at %s\n", what, meanwhile, place);
    fflush(stderr);
    abort();
}

void thread_check_counted(const char *what)
{
    const struct thread_slot *self = thread_self;
    if (unlikely(self && self->held.peeks))
        fail(what, "something uncounted is in use since", self->held.peek_place);
}

void thread_check_quiescent(const char *what)
{
    thread_check_counted(what);
    thread_check_unlocked(what);
}

void thread_check_unlocked(const char *what)
{
    const struct thread_slot *self = thread_self;
    if (unlikely(self && self->held.locks))
        fail(what, "a lock is held since", self->held.lock_place);
}

#endif
