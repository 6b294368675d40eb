/*
 * The ground floor: what a thread of this process is to the heap and to the interpreter.
 *
 * A thread *slot* outlives the thread that sits in it: the objects a thread owned when it ended belong to the vacant
 * slot, and the next thread to start adopts it with all its objects. A running thread passes *safepoints*; there, and
 * only there, it is quiescent (RULE C5): it holds no raw pointer that it read from a heap slot and has not counted. A
 * thread in a *blocking region* (a system call, a wait) is quiescent all the time, and others may act for it (merge its
 * queue) while it is there.
 *
 * Nothing here knows what an object is. `threads` includes nothing of the project.
 */
#ifndef ATOLL_THREADS_H
#define ATOLL_THREADS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Slot numbers fit the owner field of an object header. */
#define THREAD_NOBODY   0xFFFFu /* the owner of immortal and of merged objects: never a slot's number */
#define THREAD_SLOT_MAX 0xFFFEu

enum thread_state {
    THREAD_VACANT,  /* no thread sits in the slot; whoever holds work for it may help */
    THREAD_RUNNING, /* its thread runs and acts for itself */
    THREAD_BLOCKED, /* its thread is in a blocking region; whoever holds work for it may help */
    THREAD_HELPED,  /* somebody else acts for it at this moment; its thread waits for that before it runs on */
};

/* Reasons for a safepoint to take its slow path: bits of `thread_slot.poll`. Set by anyone (atomic or), cleared by the
 * slot's thread. */
enum thread_poll {
    THREAD_POLL_GRACE = 1,   /* somebody waits for a grace period: report quiescence */
    THREAD_POLL_QUEUE = 2,   /* the slot's merge queue holds objects */
    THREAD_POLL_RUNTIME = 4, /* the interpreter's business: signals, pending calls; ends a wait (thread_park) */
    THREAD_POLL_ALONE = 8,   /* the number of mutator threads crossed one: recompute `alone` */
    THREAD_POLL_HELP = 16,   /* the collector asks for help */
    THREAD_POLL_FORK = 32,   /* a thread is about to fork: wait until it has */
    THREAD_POLL_CALLS = 64,  /* calls wait for a grace period, and no thread of their own makes them */
    THREAD_POLL_CHAOS = 128, /* chaos is on: never cleared while the thread sits in the slot */
    THREAD_POLL_RAISE = 256, /* an exception is to be raised in the thread, between two instructions of its program */
    THREAD_POLL_AWAIT = 512, /* somebody waits until the thread comes by (thread_await_safepoint) */
    THREAD_POLL_PAUSE = 1024 /* somebody wants to hold the slot (hold.h) */
};

#ifdef ATOLL_CHECKED
/* What the thread holds that forbids it something, and the place where it began to; checks.c. */
struct thread_held {
    uint32_t peeks, locks;
    const char *peek_place, *lock_place;
};
#endif

struct thread_slot {
    _Atomic uint32_t poll; /* enum thread_poll bits */
    uint16_t id;           /* number in object headers; constant */
    bool alone; /* written by its thread at safepoints only: no other mutator exists, locks and atomic exchanges may be
                   skipped */
    _Atomic uint32_t state; /* enum thread_state */
    void *_Atomic heap;     /* gc's part: pages, merge queue, sharded cells; stays with the slot */
    void *_Atomic section;  /* gc's: the object that the slot's thread is changing without its lock, or NULL */
    void *interpreter;      /* the runtime's part: belongs to the sitting thread; NULL in vacant slots */

    /* This room's own. */
    _Atomic uint32_t alone_seen; /* `alone` for other threads to read: 1 or 0 */
    _Atomic uint32_t parked;     /* futex word of the sitting thread while it is parked: enum in parking.c */
    uint32_t helped_from;        /* state to go back to when help ends; written by the helper that holds the slot */
    bool background;             /* not a mutator: the collector's slot; under the registry's mutex */
    _Atomic bool helped_by_background; /* the same: is the helper a thread of the runtime's own? */
    bool stopped;                      /* held by the thread that forks, which alone looks at this */
    struct thread_slot *next_vacant;   /* in the stack of vacant slots; under the registry's mutex */
    void *reader;                      /* liburcu's record of the sitting thread: for the child of a fork */
#ifdef ATOLL_CHECKED
    struct thread_held held; /* its own thread only */
#endif
    uint64_t chaos; /* state of the slot's generator in chaos.c; 0: chaos is off */
};

/* The calling thread's slot, or NULL in a thread that is not attached. Local-exec TLS: one instruction. */
extern _Thread_local struct thread_slot *thread_self __attribute__((tls_model("initial-exec")));
/* Is the calling thread the only mutator? Then what it reads needs no proof, and locks and atomic exchanges may be
   skipped. The answer holds until the thread is quiescent next: a second thread waits for that before it runs. */
static inline bool thread_is_alone(void)
{
    return thread_self->alone;
}

/* What the upper rooms do at certain moments. Set before the first attach; each may be NULL. */
struct thread_hooks {
    bool (*attach)(
        struct thread_slot *slot); /* a thread sits down: give the slot its heap when it has none. false: no memory */
    void (*detach)(struct thread_slot *slot); /* a thread leaves: last chance to merge and to give back */
    void (*merge)(struct thread_slot *slot);  /* merge the slot's queue; called by its thread at a safepoint, or by a
                                                 helper that holds it */
    void (*help)(struct thread_slot *slot);   /* THREAD_POLL_HELP */
    void (*assist)(struct thread_slot *slot); /* merge the queue of another slot if its thread cannot; called by an
                                                 attached thread that holds nothing */
    void (*settle)(struct thread_slot *slot); /* the slot's own thread is about to be quiescent: it counts what it holds
                                                 uncounted. No other code may run in it */
    /* THREAD_POLL_RUNTIME and _RAISE, those that were set; a non-zero result is handed to the caller of the
     * safepoint. */
    int (*runtime)(struct thread_slot *slot, uint32_t reasons);
};
/* Each room sets its own: only the hooks that are not NULL replace what was set. */
void threads_set_hooks(const struct thread_hooks *hooks);

/* Sit down in a slot (a vacant one before a new one) and register for grace periods. Returns NULL when there is no
   memory or no slot. The thread starts online, `poll` clean. */
struct thread_slot *thread_attach(void);
/* Leave the slot. The caller holds no object reference any more. */
void thread_detach(void);
/* Like attach and detach, for the collector: it counts references under a slot's id like anyone else, but it is no
   mutator (`alone` does not count it) and reads heap slots only between grace_reader_online and _offline. */
struct thread_slot *thread_attach_background(void);
void thread_detach_background(void);
/* For a mutator in a blocking region, where the system refuses a thread for it: run act(argument) as a background
   thread would, in a slot that is neither the caller's nor any other mutator's. One at a time. False: no memory. */
bool thread_act_in_background(void (*act)(void *argument), void *argument);

/* The stack of a background thread: small, where stacks count as memory (RLIMIT_AS, RLIMIT_DATA). */
void thread_background_stack(pthread_attr_t *attributes);
/* Start a detached native thread that attaches, runs `main(argument)` and detaches. `stack_size` in bytes, 0 for the
   default (8 MiB of address space). `*ident` (unless
   NULL) becomes its pthread_t. Returns 0 or an errno value; when it returns an error `main` will never
   run. */
int thread_start(void (*main)(void *argument), void *argument, size_t stack_size, uint64_t *ident);

/* Around fork(), by the forking thread, which is attached and not in a blocking region. Every other thread is stopped
   at a safepoint or in a blocking region, so that the child finds no byte lock held and no object half changed. In the
   child those threads are gone: their slots become vacant. Between threads_before_fork and the matching
   threads_after_fork call the caller must not pass a safepoint. */
void threads_before_fork(void);
void threads_after_fork_parent(void);
void threads_after_fork_child(void);

/* Zeroed memory for what one thread writes all the time: it shares no cache line with anything else, nor the one beside
   it, which processors fetch along. Given back with free. NULL: no memory. */
void *thread_alloc_apart(size_t size);

/* Slots for iteration: slots are never freed, so a pointer stays valid; `thread_slot_at(i)` for i in [0,
 * thread_slot_count()). */
size_t thread_slot_count(void);
struct thread_slot *thread_slot_at(size_t index);
/* Number of threads that are attached as mutators. */
size_t thread_mutator_count(void);

/* ---- what a thread must not do now (checked builds: checks.c; nothing in others)
 * ---------------------------------------------------------------------------------------------------- */
/* PEEK_SCOPE;       from here to the end of the block the caller uses something that it read and did not count (C5):
                     a quiescent point, a blocking region or Python code meanwhile ends the process, with this place.
   NO_QUIESCENCE;    the same, for what must never become quiescent whoever calls it: allocation.
   Locks note themselves (byte_lock, object_lock, object_enter; thread_lock_begin for others): Python code, a reference
   that is dropped, allocation and blocking meanwhile end the process, with the place of the lock.
   Both are noted on a thread that is alone, too. Never between these and their ends: longjmp. */
#ifdef ATOLL_CHECKED
void thread_peek_begin(const char *place);
void thread_peek_end(void);
void thread_lock_begin(const char *place);
void thread_lock_end(void);
/* `what` is about to happen: the thread is quiescent meanwhile. */
void thread_check_counted(const char *what);
/* The same, or any code runs. */
void thread_check_quiescent(const char *what);
/* `what` is about to happen, which must not be under a lock. */
void thread_check_unlocked(const char *what);
static inline void thread_peek_leave(const char *const *place)
{
    (void)place;
    thread_peek_end();
}
#define THREAD_HERE__(file, line) file ":" #line
#define THREAD_HERE_(file, line)  THREAD_HERE__(file, line)
#define THREAD_HERE               THREAD_HERE_(__FILE__, __LINE__)
#define PEEK_SCOPE                                                                     \
    const char *const peek_scope __attribute__((cleanup(thread_peek_leave), unused)) = \
        (thread_peek_begin(THREAD_HERE), THREAD_HERE)
#else
static inline void thread_check_counted(const char *what)
{
    (void)what;
}
static inline void thread_check_quiescent(const char *what)
{
    (void)what;
}
static inline void thread_check_unlocked(const char *what)
{
    (void)what;
}
#define thread_lock_begin(place) ((void)0)
#define thread_lock_end()        ((void)0)
#define THREAD_HERE              ""
#define PEEK_SCOPE               _Static_assert(true, "")
#endif
#define NO_QUIESCENCE PEEK_SCOPE

/* ---- safepoints
 * ------------------------------------------------------------------------------------------------------------ */
/* Passing a safepoint is being quiescent: everything the caller holds is counted, everything it moved is marked. What
   the interpreter does there may run the program's code and raise, so the place says how much of it is due; the rest
   stays requested. Returns 0, or what the runtime hook returned (non-zero: an exception is set on the thread). */
enum thread_safepoint_kind {
    THREAD_BETWEEN_INSTRUCTIONS = -1,    /* everything */
    THREAD_IN_WAIT = ~THREAD_POLL_RAISE, /* in an operation that signals interrupt: their handlers run */
    THREAD_IN_OPERATION = ~(THREAD_POLL_RAISE | THREAD_POLL_RUNTIME), /* nothing of the interpreter's: returns 0 */
};
int thread_safepoint_slow(struct thread_slot *self, enum thread_safepoint_kind kind);
static inline int thread_safepoint_at(struct thread_slot *self, enum thread_safepoint_kind kind)
{
    if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) & (uint32_t)kind))
        return thread_safepoint_slow(self, kind);
    return 0;
}
/* Wait until the slot's thread passed a safepoint after THREAD_POLL_AWAIT was requested of it, but at most so long. The
 * caller is attached; it is in a blocking region meanwhile. */
void thread_await_safepoint(struct thread_slot *slot, int64_t timeout_ns);
static inline int thread_safepoint(struct thread_slot *self)
{
    thread_check_quiescent("a safepoint");
    return thread_safepoint_at(self, THREAD_BETWEEN_INSTRUCTIONS);
}
/* Ask another slot's thread to take the slow path at its next safepoint. Safe from signal handlers. */
static inline void thread_request(struct thread_slot *slot, uint32_t reasons)
{
    atomic_fetch_or_explicit(&slot->poll, reasons, memory_order_release);
}

/* Bracket every call that may block (system calls, waits). Between the two the thread must not touch an object. Not
 * nested. */
void thread_enter_blocking(void);
void thread_leave_blocking(void);

/* Act for a slot whose thread is vacant or blocked: true when the caller now holds it (state THREAD_HELPED) and must
 * release it. Never waits. */
bool thread_try_help(struct thread_slot *slot);
void thread_end_help(struct thread_slot *slot);

/* Every running thread of the process executes a full memory barrier before thread_barrier_all returns; the others'
   accesses need a barrier for the compiler only. False from the former: this kernel has no such thing. Any thread. */
bool thread_barrier_init(void);
void thread_barrier_all(void);

/* ---- chaos: pauses that a seed decides, for tests (chaos.c)
 * ---------------------------------------------------------------------------------------------------- */
/* Switch it on for the rest of the process; before the first thread_attach. */
void chaos_begin(uint64_t seed);
extern bool chaos_is_on; /* constant after that */
void chaos_pause(void);
/* To stand where another thread may come in between: before an atomic operation, and between the looks of a lock-free
   reader. When chaos is on the thread may yield, spin or sleep here (up to 200 microseconds), as its slot's generator
   decides; else this is one predictable test. Not a quiescent point, and right under locks. errno stays. Any thread;
   one that is not attached goes on at once. */
static inline void chaos_point(void)
{
    if (unlikely(chaos_is_on))
        chaos_pause();
}
/* True at one of `one_in` calls, and only when chaos is on: for choosing the rarer of two right ways. */
bool chaos_chance(uint32_t one_in);

/* ---- grace periods (liburcu QSBR; the only file that touches it is threads/grace.c)
 * ------------------------------------------ */
/* Wait until every attached thread that is not blocking was quiescent once after this call began. Called by background
   threads, or by a mutator inside a blocking region. Establishes happens-before: what threads did before their
   quiescence is visible after it returns. */
void grace_wait(void);
/* The longest that a grace period of this process took, in nanoseconds. */
uint64_t grace_longest(void);
/* Run callback(node) on the background grace thread after a grace period; where there can be none, on the calling
   mutator at one of its safepoints. Never blocks, never fails, allocates nothing; in the child of a fork the first
   call starts the thread. */
struct grace_node {
    struct grace_node *next;
    void (*callback)(struct grace_node *node);
};
void grace_call(struct grace_node *node);
/* Wait until everything handed to grace_call before this call has run. Only from a blocking region or an unattached
 * thread. */
void grace_barrier(void);
/* For a background thread, which is offline else: between the two no grace period ends that began after the first. */
void grace_reader_online(void);
void grace_reader_offline(void);

/* ---- byte locks and parking
 * ---------------------------------------------------------------------------------------------------- */
/* One byte, free (0), held, held with waiters; waiters sleep in a parking lot keyed by address (after WebKit's
   WTF::ParkingLot and PEP 703). Waiting is NOT a quiescent point. A holder must not block, call Python code, drop a
   reference, or pass a safepoint. Not recursive. Releasing is a full
   barrier: the counting protocol relies on it (gc/README.md, "Reading a slot"). */
void byte_lock_slow(_Atomic uint8_t *lock);
void byte_unlock_slow(_Atomic uint8_t *lock);
static inline bool byte_try_lock(_Atomic uint8_t *lock)
{
    uint8_t expected = 0;
    return atomic_compare_exchange_strong_explicit(lock, &expected, 1, memory_order_acquire, memory_order_relaxed);
}
static inline void byte_lock(_Atomic uint8_t *lock)
{
    if (unlikely(!byte_try_lock(lock)))
        byte_lock_slow(lock);
}
static inline void byte_unlock(_Atomic uint8_t *lock)
{
    uint8_t expected = 1;
    if (unlikely(
            !atomic_compare_exchange_strong_explicit(lock, &expected, 0, memory_order_seq_cst, memory_order_relaxed)))
        byte_unlock_slow(lock);
}
#ifdef ATOLL_CHECKED /* (a function's own name in its macro means the function) */
#define byte_try_lock(lock) (byte_try_lock(lock) && (thread_lock_begin(THREAD_HERE), true))
#define byte_lock(lock)     (thread_lock_begin(THREAD_HERE), byte_lock(lock))
#define byte_unlock(lock)   (byte_unlock(lock), thread_lock_end())
#endif

/* Park the calling thread while `*address == expected` (checked under the bucket's lock); woken by unpark, by the
   timeout (nanoseconds, < 0: none) or by thread_interrupt (signals). The caller is in a blocking region when it is a
   mutator. Returns 0 woken, ETIMEDOUT, EINTR, EAGAIN (value differed). */
int thread_park(_Atomic uint32_t *address, uint32_t expected, int64_t timeout_ns);
/* Wake up to `count` threads parked at the address; returns how many were woken. */
size_t thread_unpark(_Atomic uint32_t *address, size_t count);
/* Raise THREAD_POLL_RUNTIME on the slot and wake its thread with EINTR if it is parked in thread_park. thread_park also
   returns EINTR at once while that bit is set: the caller leaves its blocking region, passes a safepoint and parks
   again. Safe from signal handlers. */
void thread_interrupt(struct thread_slot *slot);

#endif
