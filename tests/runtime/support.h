/* What the runtime's unit tests share: a started runtime, threads that run Python
   objects, short ways to make values. */
#ifndef ATOLL_TESTS_RUNTIME_SUPPORT_H
#define ATOLL_TESTS_RUNTIME_SUPPORT_H

#include "runtime/interp/interp.h"
#include "runtime/objects/objects.h"
#include "runtime/start.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static inline bool support_start(void)
{
    static char *arguments[] = {"test", NULL};
    struct start_config config = {.argc = 1, .argv = arguments, .program = "test"};
    return runtime_start(&config);
}

/* The last thing of main: the end of the runtime may be the end of the process. */
static inline int support_finish(int failed)
{
    fflush(stdout);
    return runtime_finish(failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* A str made anew: never the same object twice. */
static inline value text_value(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline value text_value(const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    value v = str_from_text(text);
    assert_non_null(v);
    return v;
}

/* Does the owned value's repr read so? Drops it. */
static inline void assert_repr(value v, const char *expected)
{
    assert_non_null(v);
    value repr = value_repr(v);
    assert_non_null(repr);
    struct text text;
    assert_true(text_of(repr, &text));
    assert_string_equal(text.bytes, expected);
    text_release(&text);
    value_dec(repr);
    value_dec(v);
}

/* An exception of this type is set; clears it. */
static inline void assert_raised(struct type *type)
{
    assert_true(error_occurred());
    assert_true(error_matches(type));
    error_clear();
}

/* ---- threads ---- */
struct team {
    void (*work)(struct team *team, unsigned member);
    void *shared;
    unsigned size;
    _Atomic unsigned next, done;
};

static inline void team_member(void *argument)
{
    struct team *team = argument;
    unsigned member = atomic_fetch_add(&team->next, 1);
    if (!interpreter_attach())
        abort();
    team->work(team, member);
    interpreter_detach();
    atomic_fetch_add(&team->done, 1);
}

/* Run work(team, 0 .. size - 1), each on a thread of its own, while the caller waits. */
static inline void team_run(void (*work)(struct team *, unsigned), void *shared, unsigned size)
{
    struct team team = {.work = work, .shared = shared, .size = size};
    for (unsigned i = 0; i < size; i++)
        assert_int_equal(thread_start(team_member, &team, 0, NULL), 0);
    while (atomic_load(&team.done) < size || thread_mutator_count() > 1) {
        thread_enter_blocking();
        usleep(1000);
        thread_leave_blocking();
        thread_safepoint(thread_self);
    }
}

#endif
