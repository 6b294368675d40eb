/* Mutexes of objects that wrap foreign ones: who waits for one is in a blocking region. */
#ifndef ATOLL_NATIVE_LOCK_H
#define ATOLL_NATIVE_LOCK_H

#include <atoll.h>

#include <pthread.h>

static inline void native_lock(pthread_mutex_t *mutex)
{
    if (pthread_mutex_trylock(mutex) == 0)
        return;
    thread_enter_blocking();
    pthread_mutex_lock(mutex);
    thread_leave_blocking();
}
static inline void native_unlock(pthread_mutex_t *mutex)
{
    pthread_mutex_unlock(mutex);
}

#endif
