/*
 * Steps: what the programs of CPython take for one step although it is a loop of C, because its lock is held meanwhile.
 *
 * Loops. A *sweep* is such a loop over an iterable (sum, max, join, tuple...). From its beginning until Python code
 * runs there is one *moment*: the iterators over containers that others can see give out the items of that moment, from
 * a copy. Python code ends the moment (everything may be another after it); then they look at the container again, and
 * say that it changed size when it did. Moments have numbers, which no two threads share.
 *
 * Iterators. `next` of a built-in iterator is one step. Where the state is one word it is claimed by a compare-and-swap
 * (container.h); where it is more, or is spread over iterators beneath, a thread *holds* the iterator during the step,
 * and lets go of it as soon as Python code runs, as it would let go of CPython's lock. Both are left out by a thread
 * that is alone, or whose reference to the iterator is the only one.
 */
#ifndef ATOLL_STEP_H
#define ATOLL_STEP_H

#include "runtime/value.h"

/* Of a thread, for it alone. */
struct stepping {
    uint64_t moment;  /* the present one; 0: none, Python code runs or nothing sweeps */
    uint64_t first;   /* the moment with which the running sweep began: in later ones nothing is copied any more */
    uint64_t moments; /* the last number given; their upper bits are the thread's */
    uint64_t changes; /* of sets of keys and items, by this thread; starts from a number that is the thread's own */
    struct step_hold *holds; /* the innermost; see step_hold */
    /* The copy made last, so that iterators over the same container show the same moment; NULL: none. Owned. */
    value copied, copy;
};
extern _Thread_local struct stepping step_self __attribute__((tls_model("initial-exec")));

/* A thread begins to run Python. */
void step_attach(void);

/* ---- sweeps ---- */
static inline uint64_t sweep_begin(void) /* they may be in one another; the outermost counts */
{
    uint64_t outer = step_self.moment;
    if (!outer)
        step_self.moment = step_self.first = ++step_self.moments;
    return outer;
}
void step_forget_copy(void);
static inline void sweep_end(uint64_t outer)
{
    if (!outer) {
        step_self.moment = 0;
        if (step_self.copy)
            step_forget_copy();
    }
}

value iter_get(value v); /* see abstract.h */
/* The iterator of a loop over `iterable`, which the caller holds until the loop is over. */
struct sweep {
    value iterator; /* for iter_next; owned only if it is not the iterable itself, which so remains undisturbed */
    value iterable;
    uint64_t outer;
};
/* False with an exception; else sweep_close is due on every way out of the loop. */
static inline bool sweep_open(struct sweep *sweep, value iterable)
{
    sweep->outer = sweep_begin();
    sweep->iterable = iterable;
    sweep->iterator = iter_get(iterable);
    if (sweep->iterator == iterable || !sweep->iterator)
        value_dec(sweep->iterator);
    if (likely(sweep->iterator != NULL))
        return true;
    sweep_end(sweep->outer);
    return false;
}
static inline void sweep_close(struct sweep *sweep)
{
    if (sweep->iterator != sweep->iterable)
        value_dec(sweep->iterator);
    sweep_end(sweep->outer);
}

/* The thread changes the set of keys or items of a container: iterators that it made before and has not used yet are
   out of date, and those of which others changed the container are not. */
static inline void step_note_change(void)
{
    step_self.changes++;
}

/* What an iterator over a container knows of moments. `number`: the moment in which it moved last; or, with
 * MOMENT_UNUSED, that this was outside of sweeps, or never, and the rest are the `changes` its thread had made by then:
 * if they still are, others alone changed the container since. */
struct moment {
    _Atomic uint64_t number;
    value_slot items; /* a tuple: the container in moment `number`; its thread alone writes it and looks at it */
};
#define MOMENT_UNUSED (UINT64_C(1) << 63)

static inline void moment_init(struct moment *moment)
{
    atomic_store_explicit(&moment->number, step_self.changes | MOMENT_UNUSED, memory_order_relaxed);
}
/* How a change of the container since the iterator moved last is to be taken. */
enum moment_change {
    CHANGE_IS_ERROR,  /* as CPython takes it */
    CHANGE_BY_OTHERS, /* the iterator goes on with what the container is now */
    CHANGE_BEFORE,    /* by others too, and the iterator was not used yet: it begins with what the container is now */
};
/* For each `next` while other threads run. Returns the items of the moment, borrowed until Python code runs; NULL: look
   at the container itself; VALUE_MISSING: an exception is set. `copy` makes the tuple, NULL on error. */
value moment_enter(struct object *iterator, struct moment *moment, value container, value (*copy)(value container),
                   enum moment_change *change);

/* ---- holding an iterator for a step ---- */
struct step_hold {
    struct step_hold *outer;
    struct object *iterator; /* NULL: let go meanwhile */
};
/* next(iterator) while this thread holds `held` (the iterator, or what it shares with others). */
value step_held(value held, value iterator, value (*next)(value iterator));
void step_after_fork(void); /* in the child: the threads that held something are gone */

/* Is the caller's reference to the object the only one? Then no other thread can be in it. */
static inline bool object_is_sole(const struct object *o)
{
    return atomic_load_explicit(&o->local, memory_order_relaxed) >> 1 == 1 &&
           (atomic_load_explicit(&o->shared, memory_order_acquire) & ~SHARED_DISTURBED) == 0;
}
/* No other thread is in the iterator, nor in what it alone refers to. */
static inline bool step_is_undisturbed(value iterator)
{
    return likely(thread_is_alone()) || object_is_sole(value_object(iterator));
}
static inline value step_run(value iterator, value (*next)(value iterator))
{
    return likely(step_is_undisturbed(iterator)) ? next(iterator) : step_held(iterator, iterator, next);
}

/* Move an iterator whose state is one word from `from` to `to`; false: another thread moved it meanwhile. */
static inline bool position_claim(struct object *iterator, _Atomic int64_t *position, int64_t from, int64_t to)
{
    if (likely(step_is_undisturbed(value_of(iterator)))) {
        atomic_store_explicit(position, to, memory_order_relaxed);
        return true;
    }
    return atomic_compare_exchange_strong_explicit(position, &from, to, memory_order_acq_rel, memory_order_relaxed);
}

/* ---- Python code runs ---- whoever enters the interpreter from C asks step_is_on, and if so calls these around. */
static inline bool step_is_on(void)
{
    return (step_self.moment != 0) | (step_self.holds != NULL);
}
struct step_pause {
    uint64_t moment, first;
    struct step_hold *holds;
};
void step_let_go(struct step_hold *holds); /* of these, and of the copy */
static inline void step_pause(struct step_pause *pause)
{
    *pause = (struct step_pause){step_self.moment, step_self.first, step_self.holds};
    if (unlikely(pause->holds || step_self.copy)) /* a sweep of the code that runs now has another moment */
        step_let_go(pause->holds);
    step_self.moment = 0;
    step_self.holds = NULL;
}
static inline void step_resume(const struct step_pause *pause)
{
    step_self.holds = pause->holds; /* (which hold nothing any more) */
    step_self.moment = pause->moment ? ++step_self.moments : 0;
    step_self.first = pause->first;
}

/* For C code that calls itself through values which refer to one another (iterators over iterators), where CPython
   counts no level: false with RecursionError when the C stack nears its end. */
bool stack_check(const char *where);

#endif
