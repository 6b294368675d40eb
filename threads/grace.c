/*
 * Grace periods: the one file that touches liburcu (QSBR flavour).
 *
 * liburcu wants every reader to announce its quiescent states. Announcing at each safepoint would put a store and a
 * barrier into every loop, so mutators announce only when asked: whoever waits raises THREAD_POLL_GRACE on all slots
 * first, and a mutator announces in the slow path of its next safepoint. Two details make that right:
 *
 *   - The bit is raised before liburcu begins its period, so a mutator may come by too early, when there is nothing to
 *     announce yet. It then leaves its bit set and comes again, as long as `waiting` says that somebody waits.
 *   - Periods are serialized here, and a mutator clears its bit *before* it announces. The next period's bit can only
 *     be raised after this one ended, hence after the announcement: no request is ever cleared unseen.
 *
 * Threads in blocking regions are offline and keep nobody waiting. liburcu is not instrumented for ThreadSanitizer: the
 * release and acquire of `order` below tell it what a grace period means, here and nowhere else.
 */
#include "threads/contention.h"
#include "threads/internal.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <urcu-qsbr.h>
#include <urcu/static/urcu-qsbr.h> /* for its data structures: the functions are called out of line */

static char order; /* an address for ThreadSanitizer: the quiescent states and the grace periods */
#ifdef ATOLL_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define order_acquire() __tsan_acquire(&order)
#define order_release() __tsan_release(&order)
#else
#define order_acquire() ((void)order)
#define order_release() ((void)order)
#endif

/* Guards the three below. Readers come and go under it, too: a fork, which takes it, finds each of them either in
   liburcu's registry and in its slot, or in neither. Nobody waits for a grace period while holding it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended_condition = PTHREAD_COND_INITIALIZER;
static bool running;          /* somebody is inside synchronize_rcu */
static uint64_t begun, ended; /* numbers of grace periods */

static _Atomic uint32_t waiting; /* number of periods that run or are about to: bits must not be cleared unanswered */

/* ---- readers ---- */

void grace_register(struct thread_slot *slot)
{
    pthread_mutex_lock(&mutex);
    urcu_qsbr_register_thread(); /* online from here on */
    slot->reader = &URCU_TLS(urcu_qsbr_reader);
    pthread_mutex_unlock(&mutex);
    order_acquire();
    /* A period that raised its bits before this slot could be seen still waits for this thread. Pairs with the
       increment of `waiting` before the bits are raised in run_period. */
    if (atomic_load_explicit(&waiting, memory_order_seq_cst) != 0)
        thread_request(slot, THREAD_POLL_GRACE);
}

void grace_unregister(struct thread_slot *slot)
{
    order_release();
    pthread_mutex_lock(&mutex);
    urcu_qsbr_unregister_thread();
    slot->reader = NULL;
    pthread_mutex_unlock(&mutex);
}

/* True when liburcu waits for the calling thread to announce a quiescent state. Reads liburcu's words, which
   ThreadSanitizer knows nothing of. */
static __attribute__((no_sanitize("thread"), noinline)) bool is_awaited(void)
{
    return CMM_LOAD_SHARED(urcu_qsbr_gp.ctr) != URCU_TLS(urcu_qsbr_reader).ctr;
}

void grace_report(struct thread_slot *self)
{
    if (is_awaited()) {
        atomic_fetch_and_explicit(&self->poll, ~(uint32_t)THREAD_POLL_GRACE, memory_order_relaxed);
        order_release();
        urcu_qsbr_quiescent_state(); /* full barriers inside */
        order_acquire();
        return;
    }
    if (atomic_load_explicit(&waiting, memory_order_seq_cst) == 0) {
        atomic_fetch_and_explicit(&self->poll, ~(uint32_t)THREAD_POLL_GRACE, memory_order_seq_cst);
        if (atomic_load_explicit(&waiting, memory_order_seq_cst) != 0)
            thread_request(self, THREAD_POLL_GRACE); /* a request came between the two lines */
    }
}

void grace_online(void)
{
    urcu_qsbr_thread_online();
    order_acquire();
}

void grace_offline(void)
{
    order_release();
    urcu_qsbr_thread_offline();
}

void grace_reader_online(void)
{
    grace_online();
}

void grace_reader_offline(void)
{
    grace_offline();
}

/* ---- waiting ---- */

static _Atomic uint64_t longest; /* nanoseconds that a period took */

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t grace_longest(void)
{
    return atomic_load_explicit(&longest, memory_order_relaxed);
}

/* Periods are serialized: nobody else writes `longest`. */
static void run_period(void)
{
    uint64_t begin = now();
    atomic_fetch_add_explicit(&waiting, 1, memory_order_seq_cst);
    for (size_t i = 0, n = thread_slot_count(); i < n; i++)
        atomic_fetch_or_explicit(&thread_slot_at(i)->poll, THREAD_POLL_GRACE, memory_order_seq_cst);
    order_release();
    urcu_qsbr_synchronize_rcu();
    order_acquire();
    atomic_fetch_sub_explicit(&waiting, 1, memory_order_seq_cst);
    uint64_t took = now() - begin;
    if (took > grace_longest())
        atomic_store_explicit(&longest, took, memory_order_relaxed);
}

void grace_wait(void)
{
    int64_t contended = contention_begin();
    pthread_mutex_lock(&mutex);
    uint64_t mine = begun + 1; /* the first period that begins after this call did */
    while (ended < mine) {
        if (running) {
            pthread_cond_wait(&ended_condition, &mutex);
            continue;
        }
        running = true;
        uint64_t number = ++begun;
        pthread_mutex_unlock(&mutex);
        run_period();
        pthread_mutex_lock(&mutex);
        ended = number;
        running = false;
        pthread_cond_broadcast(&ended_condition);
    }
    pthread_mutex_unlock(&mutex);
    order_acquire();
    contention_end(CONTENTION_GRACE, NULL, contended);
}

/* ---- deferred calls ---- */

static struct grace_node *_Atomic calls; /* a stack; the grace thread takes all of it and reverses it */
static _Atomic uint32_t calls_word;      /* futex word of the grace thread: 1 while there is or may be work */
static pthread_t grace_thread;
static pthread_mutex_t start_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool started, refused; /* the grace thread; refused: the last attempt to start it failed */
/* What a thread took from the stack and has not called yet. The mutex is held while it takes and while it makes a call,
   and a fork takes it: the child finds each call made or not made, and makes what is left. */
struct taker {
    struct grace_node *nodes; /* oldest first */
    struct taker *next;
};
static struct taker *takers;
static pthread_mutex_t call_mutex = PTHREAD_MUTEX_INITIALIZER;

void grace_call(struct grace_node *node)
{
    struct grace_node *head = atomic_load_explicit(&calls, memory_order_relaxed);
    do
        node->next = head;
    while (!atomic_compare_exchange_weak_explicit(&calls, &head, node, memory_order_seq_cst, memory_order_relaxed));
    if (!head && atomic_exchange_explicit(&calls_word, 1, memory_order_seq_cst) == 0)
        futex_wake(&calls_word, 1);
    /* The child of a fork has no thread yet. Where none may be had a mutator makes the calls at its next safepoint. */
    if (unlikely(!atomic_load_explicit(&started, memory_order_acquire)) &&
        (atomic_load_explicit(&refused, memory_order_relaxed) || !grace_start()) && thread_self)
        thread_request(thread_self, THREAD_POLL_CALLS);
}

/* Take all calls that wait. False: there are none. */
static bool take_calls(struct taker *taker)
{
    pthread_mutex_lock(&call_mutex);
    struct grace_node *stack = atomic_exchange_explicit(&calls, NULL, memory_order_seq_cst);
    *taker = (struct taker){NULL, takers};
    while (stack) {
        struct grace_node *next = stack->next;
        stack->next = taker->nodes;
        taker->nodes = stack;
        stack = next;
    }
    if (taker->nodes)
        takers = taker;
    pthread_mutex_unlock(&call_mutex);
    return taker->nodes != NULL;
}

/* A grace period has passed since they were taken: make them. */
static void make_calls(struct taker *taker)
{
    for (bool some = true; some;) {
        pthread_mutex_lock(&call_mutex);
        struct grace_node *node = taker->nodes;
        some = node != NULL;
        if (some) {
            taker->nodes = node->next; /* the callback may free the node */
            node->callback(node);
        } else {
            struct taker **place = &takers;
            while (*place != taker)
                place = &(*place)->next;
            *place = taker->next;
        }
        pthread_mutex_unlock(&call_mutex);
    }
}

void grace_call_here(struct thread_slot *self)
{
    struct taker taker;
    if (grace_start() || !take_calls(&taker))
        return; /* the thread finds the calls */
    thread_enter_blocking();
    grace_wait();
    thread_leave_blocking();
    make_calls(&taker);
}

bool grace_calls_wait(void)
{
    return !atomic_load_explicit(&started, memory_order_acquire) && atomic_load_explicit(&calls, memory_order_relaxed);
}

static void *grace_main(void *unused)
{
    (void)unused;
    struct taker taker;
    for (;;) {
        atomic_store_explicit(&calls_word, 0, memory_order_seq_cst);
        if (!take_calls(&taker)) {
            futex_wait(&calls_word, 0, -1);
            continue;
        }
        grace_wait();
        make_calls(&taker);
    }
    return NULL;
}

static bool start_thread(void)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    sigfillset(&all);
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    thread_background_stack(&attributes);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for mutators */
    bool ok = pthread_create(&grace_thread, &attributes, grace_main, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return ok;
}

bool grace_start(void)
{
    if (atomic_load_explicit(&started, memory_order_acquire))
        return true;
    pthread_mutex_lock(&start_mutex);
    bool ok = atomic_load_explicit(&started, memory_order_relaxed) || start_thread();
    atomic_store_explicit(&refused, !ok, memory_order_relaxed);
    atomic_store_explicit(&started, ok, memory_order_release);
    pthread_mutex_unlock(&start_mutex);
    return ok;
}

struct barrier {
    struct grace_node node;
    _Atomic uint32_t done;
};

static void barrier_reached(struct grace_node *node)
{
    struct barrier *barrier = (struct barrier *)node;
    _Atomic uint32_t *word = &barrier->done;
    atomic_store_explicit(word, 1, memory_order_release); /* from here on the barrier may be gone: */
    futex_wake(word, 1);                                  /* only its address is used, which wakes nobody else */
}

void grace_barrier(void)
{
    struct barrier barrier = {.node.callback = barrier_reached};
    if (!atomic_load_explicit(&calls, memory_order_acquire) && !atomic_load_explicit(&started, memory_order_acquire))
        return; /* nothing was handed over */
    if (!grace_start())
        return; /* what was handed over stays where it is */
    grace_call(&barrier.node);
    while (atomic_load_explicit(&barrier.done, memory_order_acquire) == 0)
        futex_wait(&barrier.done, 0, -1);
}

/* ---- fork ---- */

void grace_before_fork(void)
{
    pthread_mutex_lock(&call_mutex); /* calls are short */
    /* No period may be under way: liburcu moves its readers between lists meanwhile. The caller is offline. */
    pthread_mutex_lock(&mutex);
    while (running)
        pthread_cond_wait(&ended_condition, &mutex);
}

void grace_after_fork(bool child, struct thread_slot *self)
{
    pthread_mutex_unlock(&mutex);
    /* What the parent's threads had taken waits for a period of the child's. */
    for (; child && takers; takers = takers->next) {
        for (struct grace_node *node = takers->nodes, *next; node; node = next) {
            next = node->next;
            node->next = atomic_load_explicit(&calls, memory_order_relaxed);
            atomic_store_explicit(&calls, node, memory_order_relaxed);
        }
    }
    pthread_mutex_unlock(&call_mutex);
    if (!child)
        return;
    pthread_cond_init(&ended_condition, NULL);
    atomic_store(&waiting, 0);
    /* Readers that are no more leave liburcu's registry: else a grace period would wait for them for ever. */
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        if (slot != self && slot->reader) {
            cds_list_del(&((struct urcu_qsbr_reader *)slot->reader)->node);
            slot->reader = NULL;
        }
    }
    pthread_mutex_init(&start_mutex, NULL);
    atomic_store(&started, false); /* most children run another program: the thread starts when there is work for it */
}
