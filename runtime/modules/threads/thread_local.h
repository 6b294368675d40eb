/* _thread._local: attributes of which each thread has its own. */
#ifndef ATOLL_THREAD_LOCAL_H
#define ATOLL_THREAD_LOCAL_H

#include "runtime/type.h"

struct type *thread_local_type(void); /* made once; borrowed; NULL with an exception */
/* The calling thread ends: drop its attributes of all thread-local objects. */
void thread_local_forget(void);

#endif
