/*
 * What the files of threads/ share: the registry of slots and the hooks. Nobody else includes this.
 */
#ifndef ATOLL_THREADS_INTERNAL_H
#define ATOLL_THREADS_INTERNAL_H

#include "threads/sanitizers.h"
#include "threads/threads.h"

extern struct thread_hooks thread_hooks;

/* safepoint.c */
void take_back(struct thread_slot *self, uint32_t from);
void thread_assist(struct thread_slot *slot);

/* slots.c */
void slots_recompute_alone(struct thread_slot *self);
void slots_wait_for_fork(void); /* at a safepoint */

/* chaos.c */
void chaos_sit_down(struct thread_slot *slot); /* the calling thread sits in the slot, whose bits were cleared */
void chaos_safepoint(struct thread_slot *self);

/* grace.c */
bool grace_start(void);                        /* start the grace thread once; false: the system refuses a thread */
void grace_call_here(struct thread_slot *self); /* at a safepoint: make the calls, if still no thread can be had */
bool grace_calls_wait(void);                   /* there are calls, and no thread that makes them */
void grace_register(struct thread_slot *slot); /* the calling thread sits in the slot and goes online */
void grace_unregister(struct thread_slot *slot);
void grace_report(struct thread_slot *self); /* the calling mutator is quiescent and was asked to say so */
void grace_online(void);
void grace_offline(void);
void grace_before_fork(void);
void grace_after_fork(bool child, struct thread_slot *self);

/* parking.c: sleep on a word of this room; wake its sleepers. Timeout in nanoseconds, < 0: none. */
int futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns);
void futex_wake(_Atomic uint32_t *word, int count);
void parking_after_fork(void);

#endif
