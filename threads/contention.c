/* The one word that every place which may tell of contention looks at. */
#include "threads/contention.h"

#include <time.h>

contention_listener *_Atomic contention_heard_by;

int64_t contention_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
