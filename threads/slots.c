/*
 * Slots and the threads that sit in them.
 *
 * Slots are made on demand, never freed, and numbered in the order they were made; vacant ones wait in a stack, so that
 * the slot that was left last (its pages are warm) is adopted first. The registry's mutex guards that stack, the number
 * of mutators, and every change of `alone`.
 *
 * `alone` is true while exactly one mutator is attached: then its locks and atomic exchanges are skipped. So the second
 * thread must not run before the first was seen at a safepoint (or in a blocking region) with `alone` false; the second
 * one waits for that in thread_attach, holding nothing.
 */
#include "threads/internal.h"
#include "threads/watched.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(ATOLL_SANITIZED)
#define DEFAULT_STACK    ((size_t)16 << 20) /* frames are larger there */
#define BACKGROUND_STACK DEFAULT_STACK
#else
#define DEFAULT_STACK    ((size_t)8 << 20)
#define BACKGROUND_STACK ((size_t)512 << 10)
#endif
#define APART         128     /* bytes: two cache lines */
#define ALONE_POLL_NS 1000000 /* before another look at a thread that is not to be alone: a wake can be missed */
#define FORK_POLL_NS  50000   /* before another look at a thread that was asked to stop for a fork */

_Thread_local struct thread_slot *thread_self __attribute__((tls_model("initial-exec")));

struct thread_hooks thread_hooks;
_Atomic uint64_t thread_waits_across;

/* Entries are written once, by the maker of the slot, before slot_count covers them. */
static struct thread_slot *_Atomic slots[THREAD_SLOT_MAX + 1];
static _Atomic size_t slot_count;

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static struct thread_slot *vacant;
static _Atomic size_t mutators;

void *thread_alloc_apart(size_t size)
{
    void *memory;
    size_t whole = (size + APART - 1) & ~(size_t)(APART - 1);
    return posix_memalign(&memory, APART, whole) == 0 ? memset(memory, 0, whole) : NULL;
}

void threads_set_hooks(const struct thread_hooks *hooks)
{
    if (hooks->attach)
        thread_hooks.attach = hooks->attach;
    if (hooks->detach)
        thread_hooks.detach = hooks->detach;
    if (hooks->merge)
        thread_hooks.merge = hooks->merge;
    if (hooks->help)
        thread_hooks.help = hooks->help;
    if (hooks->assist)
        thread_hooks.assist = hooks->assist;
    if (hooks->settle)
        thread_hooks.settle = hooks->settle;
    if (hooks->runtime)
        thread_hooks.runtime = hooks->runtime;
}

size_t thread_slot_count(void)
{
    return atomic_load_explicit(&slot_count, memory_order_seq_cst);
}

struct thread_slot *thread_slot_at(size_t index)
{
    return atomic_load_explicit(&slots[index], memory_order_acquire);
}

size_t thread_mutator_count(void)
{
    return atomic_load_explicit(&mutators, memory_order_seq_cst);
}

/* ---- reserving a slot ---- */

/* Called with the registry locked. NULL: no memory, or all numbers are taken. */
static struct thread_slot *make_slot(bool background)
{
    size_t id = atomic_load_explicit(&slot_count, memory_order_relaxed);
    if (id >= THREAD_SLOT_MAX)
        return NULL;
    struct thread_slot *slot = thread_alloc_apart(sizeof *slot);
    if (!slot)
        return NULL;
    slot->id = (uint16_t)id;
    slot->background = background;
    atomic_store_explicit(&slot->state, THREAD_RUNNING, memory_order_relaxed);
    atomic_store_explicit(&slots[id], slot, memory_order_release);
    atomic_store_explicit(&slot_count, id + 1, memory_order_seq_cst);
    return slot;
}

/* A slot in state RUNNING that no thread sits in yet. One that a helper holds at the moment is passed over: nobody
   waits for a helper here. A background thread passes no safepoints, so it must not sit in a slot that owns objects:
   it gets a new one. */
static struct thread_slot *reserve_slot(bool background)
{
    pthread_mutex_lock(&registry);
    struct thread_slot *slot = NULL;
    for (struct thread_slot **at = &vacant; !background && *at; at = &(*at)->next_vacant) {
        uint32_t expected = THREAD_VACANT;
        if (!atomic_compare_exchange_strong_explicit(&(*at)->state, &expected, THREAD_RUNNING, memory_order_seq_cst,
                                                     memory_order_relaxed))
            continue;
        slot = *at;
        *at = slot->next_vacant;
        slot->next_vacant = NULL;
        break;
    }
    if (!slot)
        slot = make_slot(background);
    pthread_mutex_unlock(&registry);
    if (slot && thread_hooks.attach && !thread_hooks.attach(slot)) {
        pthread_mutex_lock(&registry);
        atomic_store_explicit(&slot->state, THREAD_VACANT, memory_order_seq_cst);
        slot->next_vacant = vacant;
        vacant = slot;
        pthread_mutex_unlock(&registry);
        return NULL;
    }
    return slot;
}

/* Make the slot's state VACANT, but only once nothing waits in its queue that was queued while it was RUNNING.
   Whoever queues looks at the state after queueing, and we look at the bit after changing the state: one of the two
   sees the other (both sequentially consistent). */
static void vacate(struct thread_slot *slot)
{
    for (;;) {
        atomic_store_explicit(&slot->state, THREAD_VACANT, memory_order_seq_cst);
        if (!(atomic_load_explicit(&slot->poll, memory_order_seq_cst) & THREAD_POLL_QUEUE))
            return;
        grace_offline(); /* as in thread_enter_blocking */
        take_back(slot, THREAD_VACANT);
        grace_online();
        atomic_fetch_and_explicit(&slot->poll, ~(uint32_t)THREAD_POLL_QUEUE, memory_order_seq_cst);
        if (thread_hooks.merge)
            thread_hooks.merge(slot);
    }
}

static void push_vacant(struct thread_slot *slot)
{
    pthread_mutex_lock(&registry);
    slot->next_vacant = vacant;
    vacant = slot;
    pthread_mutex_unlock(&registry);
}

/* ---- alone ---- */

static struct thread_slot *_Atomic alone_slot; /* the one whose `alone_seen` is set; NULL: none */

/* Written by the slot's thread, or by a helper that holds the slot; under the registry's mutex, or (false) after the
   caller was counted as a mutator. */
static void publish_alone(struct thread_slot *slot, bool alone)
{
    slot->alone = alone;
    if (alone)
        atomic_store_explicit(&alone_slot, slot, memory_order_seq_cst);
    if (!atomic_exchange_explicit(&slot->alone_seen, alone, memory_order_seq_cst) || alone)
        return;
    struct thread_slot *before = slot;
    atomic_compare_exchange_strong_explicit(&alone_slot, &before, NULL, memory_order_seq_cst, memory_order_relaxed);
    futex_wake(&slot->alone_seen, INT_MAX);
}

void slots_recompute_alone(struct thread_slot *self)
{
    pthread_mutex_lock(&registry);
    publish_alone(self, atomic_load_explicit(&mutators, memory_order_relaxed) == 1);
    pthread_mutex_unlock(&registry);
}

/* Called with the registry locked: the number of mutators became one, or ceased to be one. */
static void ask_to_recompute(void)
{
    for (size_t i = 0, n = thread_slot_count(); i < n; i++)
        thread_request(thread_slot_at(i), THREAD_POLL_ALONE);
}

/* Count the caller as a mutator, and wait until no other thread believes that it is alone. Returns the slot that was
   changed in its thread's stead, if one was. */
static struct thread_slot *enter_mutators(struct thread_slot *self)
{
    pthread_mutex_lock(&registry);
    size_t count = atomic_fetch_add_explicit(&mutators, 1, memory_order_seq_cst) + 1;
    if (count == 2)
        ask_to_recompute();
    if (count == 1)
        publish_alone(self, true);
    else
        self->alone = false;
    pthread_mutex_unlock(&registry);
    struct thread_slot *slot = atomic_load_explicit(&alone_slot, memory_order_seq_cst);
    while (count > 1 && slot && atomic_load_explicit(&slot->alone_seen, memory_order_seq_cst) != 0) {
        if (thread_try_help(slot)) { /* it is blocked */
            publish_alone(slot, false);
            thread_end_help(slot);
            return slot;
        }
        futex_wait(&slot->alone_seen, 1, ALONE_POLL_NS);
    }
    return NULL;
}

static void leave_mutators(struct thread_slot *self)
{
    publish_alone(self, false);
    pthread_mutex_lock(&registry);
    if (atomic_fetch_sub_explicit(&mutators, 1, memory_order_seq_cst) == 2)
        ask_to_recompute();
    pthread_mutex_unlock(&registry);
}

/* ---- sitting down and leaving ---- */

/* The calling thread sits down in a slot that reserve_slot gave. */
static void sit_down(struct thread_slot *slot)
{
    uint32_t left = atomic_exchange_explicit(&slot->poll, 0, memory_order_seq_cst);
    slot->interpreter = NULL;
    struct thread_slot *helped = enter_mutators(slot);
    thread_self = slot;
    chaos_sit_down(slot);
    grace_register(slot);
    if (left & THREAD_POLL_QUEUE) /* queued for the slot while it was vacant */
        thread_request(slot, THREAD_POLL_QUEUE);
    /* What was queued meanwhile could not be merged by this thread, which was not attached yet. */
    if (helped && atomic_load_explicit(&helped->poll, memory_order_seq_cst) & THREAD_POLL_QUEUE)
        thread_assist(helped);
}

struct thread_slot *thread_attach(void)
{
    grace_start(); /* if it can be; else there is a way without (grace_call) */
    struct thread_slot *slot = reserve_slot(false);
    if (slot)
        sit_down(slot);
    return slot;
}

void thread_detach(void)
{
    struct thread_slot *self = thread_self;
    if (thread_hooks.detach)
        thread_hooks.detach(self);
    self->interpreter = NULL;
    vacate(self); /* may merge, so the thread is still a mutator and registered */
    grace_unregister(self);
    leave_mutators(self);
    thread_self = NULL;
    push_vacant(self);
}

struct thread_slot *thread_attach_background(void)
{
    struct thread_slot *slot = reserve_slot(true);
    if (!slot)
        return NULL;
    slot->alone = false;
    atomic_store_explicit(&slot->alone_seen, 0, memory_order_seq_cst);
    thread_self = slot;
    chaos_sit_down(slot);
    grace_register(slot);
    grace_offline();
    return slot;
}

void thread_detach_background(void)
{
    struct thread_slot *self = thread_self;
    if (thread_hooks.detach)
        thread_hooks.detach(self);
    vacate(self);
    grace_unregister(self);
    thread_self = NULL;
    pthread_mutex_lock(&registry);
    self->background = false;
    pthread_mutex_unlock(&registry);
    push_vacant(self);
}

/* ---- acting in the background ---- */

static pthread_mutex_t seat_mutex = PTHREAD_MUTEX_INITIALIZER; /* held by who sits there */
static struct thread_slot *seat;                               /* VACANT in between, but in no stack; NULL: none yet */

bool thread_act_in_background(void (*act)(void *argument), void *argument)
{
    struct thread_slot *own = thread_self;
    pthread_mutex_lock(&seat_mutex);
    if (seat)
        take_back(seat, THREAD_VACANT);
    else
        seat = reserve_slot(true);
    bool done = seat != NULL;
    if (done) {
        thread_self = seat;
        act(argument);
        vacate(seat);
        grace_offline(); /* as the caller was */
        thread_self = own;
    }
    pthread_mutex_unlock(&seat_mutex);
    if (grace_calls_wait())
        thread_request(own, THREAD_POLL_CALLS);
    return done;
}

/* ---- starting threads ---- */

void thread_background_stack(pthread_attr_t *attributes)
{
    pthread_attr_setstacksize(attributes, BACKGROUND_STACK);
}

struct start {
    void (*main)(void *argument);
    void *argument;
    struct thread_slot *slot;
};

static void *thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    sit_down(start.slot);
    start.main(start.argument);
    thread_detach();
    return NULL;
}

int thread_start(void (*main)(void *argument), void *argument, size_t stack_size, uint64_t *ident)
{
    grace_start();
    struct start *start = malloc(sizeof *start);
    if (!start)
        return ENOMEM;
    *start = (struct start){main, argument, reserve_slot(false)};
    if (!start->slot) {
        free(start);
        return ENOMEM;
    }
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);
    if (error == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        error = pthread_attr_setstacksize(&attributes, stack_size ? stack_size : DEFAULT_STACK);
        if (error == 0)
            error = pthread_create(&thread, &attributes, thread_main, start);
        pthread_attr_destroy(&attributes);
    }
    if (error != 0) {
        atomic_store_explicit(&start->slot->state, THREAD_VACANT, memory_order_seq_cst);
        push_vacant(start->slot);
        free(start);
    } else if (ident) {
        *ident = (uint64_t)thread;
    }
    return error;
}

/* ---- fork ---- */

static _Atomic uint32_t forking; /* futex word: 1 while a thread stops the others, or forks */

void slots_wait_for_fork(void)
{
    thread_enter_blocking();
    while (atomic_load_explicit(&forking, memory_order_seq_cst))
        futex_wait(&forking, 1, -1);
    thread_leave_blocking();
}

static bool is_other_mutator(const struct thread_slot *slot)
{
    pthread_mutex_lock(&registry);
    bool other = slot != thread_self && !slot->background;
    pthread_mutex_unlock(&registry);
    return other;
}

/* Hold every other mutator's slot. Who runs may start threads until it is held; their slots come behind. */
static void stop_others(void)
{
    for (size_t i = 0; i < thread_slot_count(); i++) {
        struct thread_slot *slot = thread_slot_at(i);
        while (is_other_mutator(slot) && !(slot->stopped = thread_try_help(slot))) {
            thread_request(slot, THREAD_POLL_FORK);
            nanosleep(&(struct timespec){.tv_nsec = FORK_POLL_NS}, NULL);
        }
    }
}

void threads_before_fork(void)
{
    /* Wait offline, or grace periods that wait for the caller would never end. */
    thread_enter_blocking();
    while (atomic_exchange_explicit(&forking, 1, memory_order_seq_cst))
        futex_wait(&forking, 1, -1);
    stop_others();
    grace_before_fork();
    pthread_mutex_lock(&registry);
}

void threads_after_fork_parent(void)
{
    pthread_mutex_unlock(&registry);
    grace_after_fork(false, thread_self);
    thread_leave_blocking();
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        if (!slot->stopped)
            continue;
        slot->stopped = false;
        thread_end_help(slot); /* which may merge */
    }
    atomic_store_explicit(&forking, 0, memory_order_seq_cst);
    futex_wake(&forking, INT_MAX);
}

void threads_after_fork_child(void)
{
    struct thread_slot *self = thread_self;
    parking_after_fork();
    pthread_mutex_unlock(&registry);
    grace_after_fork(true, self);
    vacant = seat = NULL;
    pthread_mutex_init(&seat_mutex, NULL);
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        if (slot == self)
            continue;
        slot->interpreter = NULL;
        slot->background = slot->alone = slot->stopped = false;
        atomic_store(&slot->section, NULL);
        publish_alone(slot, false);
        atomic_store(&slot->state, THREAD_VACANT);
        slot->next_vacant = vacant;
        vacant = slot;
    }
    atomic_store(&mutators, 1);
    atomic_store(&forking, 0);
    atomic_store(&self->state, THREAD_BLOCKED);
    thread_request(self, THREAD_POLL_ALONE);
    thread_leave_blocking();
}
