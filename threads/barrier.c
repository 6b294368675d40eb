/*
 * The asymmetric barrier: sys_membarrier, private and expedited (Linux 4.14).
 *
 * Where one side of an agreement between two threads is taken all the time and the other hardly ever, the frequent one
 * can do without a memory barrier of its own if the rare one makes every running thread of the process execute one at
 * this moment. That costs the rare one a system call, and the others an interrupt each.
 */
#include "threads/threads.h"

#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

bool thread_barrier_init(void)
{
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void thread_barrier_all(void)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
        abort(); /* it was registered: the kernel has it */
}
