/* Durations as arguments, deadlines, and what is left of them. */
#ifndef ATOLL_DURATIONS_H
#define ATOLL_DURATIONS_H

#include "runtime/value.h"

#include <time.h>

#define NANOSECONDS INT64_C(1000000000)

/* How a duration becomes a whole number of units. Timeouts round away from zero: nobody waits less than was asked. */
enum rounding { ROUND_FLOOR, ROUND_CEILING, ROUND_AWAY, ROUND_HALF_EVEN };

/* A number of units of `unit` nanoseconds, an int (or what has __index__) or a float, as nanoseconds. false: TypeError,
   ValueError for NaN, OverflowError. */
bool duration_get(value v, int64_t unit, enum rounding rounding, int64_t *ns);
/* The same for a timeout, where None stands for `none`; TypeError "`name` must be `expected`". */
bool timeout_get(value v, int64_t unit, const char *expected, int64_t none, int64_t *ns);
int64_t duration_in(int64_t ns, int64_t unit, enum rounding rounding); /* in whole units */

static inline struct timespec duration_timespec(int64_t ns)
{
    int64_t seconds = ns / NANOSECONDS, rest = ns % NANOSECONDS;
    return rest < 0 ? (struct timespec){seconds - 1, rest + NANOSECONDS} : (struct timespec){seconds, rest};
}
int64_t monotonic_now(void); /* nanoseconds */
/* The deadline of a timeout: -1, which stands for never, if it is negative. */
int64_t deadline_after(int64_t timeout);
/* What is left, at least 0; -1: there is no deadline. */
int64_t deadline_left(int64_t deadline);

#endif
