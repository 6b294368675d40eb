/*
 * A file descriptor that an object holds, and that one thread may close while others use it.
 *
 * Without a global lock there is time between reading the number and the system call, in which another thread closes
 * the descriptor and a third opens another file, which gets the same number. So the calls under way are counted, in one
 * word with the number: who closes only marks it while others are inside, and the last of them closes. The mark turns
 * away who comes later, as a descriptor that is closed does. (After Go's internal/poll.fdMutex.)
 *
 * Between descriptor_enter and descriptor_leave there is one system call, or a few, and nothing that runs Python code:
 * what is begun again after a signal's handler enters again. So no thread that forks is inside. Those that are inside
 * in other threads do not exist in the child, and never leave there: a word is counted anew in each process.
 */
#ifndef ATOLL_DESCRIPTOR_H
#define ATOLL_DESCRIPTOR_H

#include "threads/threads.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct descriptor_left;
struct descriptor {
    _Atomic uint64_t word;                  /* the number, who is inside in which process, marks */
    _Atomic(struct descriptor_left *) left; /* those before it, which others still used when it came */
};
/* From the low bits: the number, -1 when there is none; 20 bits: users; 10 bits: the process, as a count of forks. */
#define DESCRIPTOR_USER    (UINT64_C(1) << 32)
#define DESCRIPTOR_USERS   (UINT64_C(0xfffff) << 32)
#define DESCRIPTOR_PROCESS (UINT64_C(0x3ff) << 52)
#define DESCRIPTOR_CLOSING (UINT64_C(1) << 62) /* the last one out closes the number */
#define DESCRIPTOR_LEFT    (UINT64_C(1) << 63) /* ... and those in `left` */

extern _Atomic uint64_t descriptor_process;
void descriptor_after_fork(void); /* in the child */

/* The word, without the users of a process that this one was forked from. */
static inline uint64_t descriptor_here(uint64_t word)
{
    uint64_t process = atomic_load_explicit(&descriptor_process, memory_order_relaxed);
    return likely((word & DESCRIPTOR_PROCESS) == process) ? word
                                                          : (word & ~(DESCRIPTOR_PROCESS | DESCRIPTOR_USERS)) | process;
}
static inline bool descriptor_is_open(uint64_t word)
{
    return (int32_t)word >= 0 && !(word & DESCRIPTOR_CLOSING);
}

/* Of a newborn object; -1: none. */
void descriptor_init(struct descriptor *d, int fd);
/* What the object holds from now on, in place of what it held: that is forgotten, unless it waits to be closed. The
   next close comes when the users of both are out. False with MemoryError. */
bool descriptor_put(struct descriptor *d, int fd);
/* The number is the caller's, and the object has none; -1: it had none. Those inside go on. */
int descriptor_take(struct descriptor *d);
/* Once nobody is inside: before it returns or by another thread, which tells nobody of an error. < 0 with errno. */
int descriptor_close(struct descriptor *d);
void descriptor_leave_marked(struct descriptor *d);

/* To look at; -1: none, or closed. */
static inline int descriptor_number(const struct descriptor *d)
{
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed);
    return descriptor_is_open(word) ? (int)word : -1;
}
/* To use: the number, which means the same file until descriptor_leave; -1: none, or closed. */
static inline int descriptor_enter(struct descriptor *d)
{
    chaos_point();
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed);
    do {
        if (!descriptor_is_open(word))
            return -1;
        /* Pairs with the release of descriptor_init and descriptor_put: whoever opened the number was done. */
    } while (!atomic_compare_exchange_weak_explicit(&d->word, &word, descriptor_here(word) + DESCRIPTOR_USER,
                                                    memory_order_acquire, memory_order_relaxed));
    return (int)word;
}
/* errno stays. Here a closed descriptor may be closed in truth, which takes time: in a blocking region. */
static inline void descriptor_leave(struct descriptor *d, int fd /* what descriptor_enter gave */)
{
    if (fd < 0)
        return;
    chaos_point();
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed);
    do {
        if (unlikely(word & (DESCRIPTOR_CLOSING | DESCRIPTOR_LEFT))) {
            descriptor_leave_marked(d);
            return;
        }
        /* Pairs with the acquire of who closes: our call was over. */
    } while (!atomic_compare_exchange_weak_explicit(&d->word, &word, word - DESCRIPTOR_USER, memory_order_release,
                                                    memory_order_relaxed));
}

/* A system call on the descriptor, which it finds in the variable of that name; -1 gives it EBADF. */
#define WITH_DESCRIPTOR(held, fd, call)     \
    ({                                      \
        struct descriptor *d_ = (held);     \
        int fd = descriptor_enter(d_);      \
        __typeof__(call) outcome_ = (call); \
        descriptor_leave(d_, fd);           \
        outcome_;                           \
    })

#endif
