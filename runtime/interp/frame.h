/*
 * Frames: one for each running Python function, module or class body. They lie on the thread's interpreter stack, a
 * chain of chunks of values; a generator's frame lies inside the generator object. Python-to-Python calls push a frame
 * and go on in the same evaluation loop.
 *
 * The slots of a frame are registers, not heap slots: only the thread that runs the frame touches them, with plain
 * loads and stores, and the collector never looks. Every pointer in them with tag 000 is a counted reference. In any of
 * them, as an operand above them and as the frame's function a pointer may also be *borrowed* (tag 100). So whoever
 * reads one and wants a reference takes stack_own(v), whoever only looks takes stack_plain(v), and value_dec(v) drops
 * it either way, because it passes over borrowed words like over immediates. What keeps a borrowed object alive is
 *   - for an operand, a local variable or the code object of the same frame, until the word is popped; the compiler
 *     proved that; or
 *   - for an argument in the slots of a called function, what kept the operand that it was: the frame below waits for
 *     the call and changes none of its slots meanwhile. What outlives the call (a generator's frame, a frame object)
 *     takes its own references; or
 *   - for objects with sharded counts (functions, classes, modules that several threads use) that the thread has not
 *     been quiescent since it read the word: only the collector frees them, after a grace period. Before the thread
 *     becomes quiescent such words of its frames are counted in place (settle in stack.c). So an instruction that calls
 *     anything looks at its operands' places again when it drops them, and has saved `sp`.
 */
#ifndef ATOLL_FRAME_H
#define ATOLL_FRAME_H

#include "runtime/interp/interp.h"
#include "runtime/step.h"

enum frame_flag {
    FRAME_ENTRY = 1,     /* returning from it leaves the evaluation loop (called from C) */
    FRAME_GENERATOR = 2, /* lies inside a generator object */
    FRAME_FOR_ITER = 4,  /* a generator resumed by FOR_ITER of the previous frame, in the same loop */
    FRAME_SEND = 8,      /* a generator resumed by SEND of the previous frame, in the same loop */
    FRAME_INIT =
        16, /* __init__ of the instance that the previous frame has on its stack already: the result must be None */
    FRAME_SETTLED = 32,       /* see settle in stack.c */
    FRAME_COMPREHENSION = 64, /* its function is that of the frame below, whose code it is a part of */
    FRAME_EXTENDED = 128,     /* called by CALL_FUNCTION_EX, which passes a safepoint afterwards */
};

struct frame {
    struct frame *previous;
    struct code *code; /* borrowed from the function; owned when there is none */
    value function;    /* owned or borrowed; NULL for modules, class bodies, exec */
    value globals;     /* borrowed from the function; owned when there is none */
    value builtins;    /* owned when there is no function; else not set: frame_builtins */
    value locals; /* owned: the mapping of a module or class body; in functions the dict that locals() made, or NULL */
    value object; /* owned: the frame object, or NULL */
    const uint32_t *ip; /* the next unit; saved at every instruction that can call or raise */
    value *sp;          /* the first free place of the operand stack; saved when another frame runs */
    uint32_t flags;
    value slots[]; /* owned or borrowed: slots_count locals, cells and free variables, then stack_size operands */
};

static inline value stack_plain(value v)
{
    uint64_t bits = value_bits(v);
    return (bits & 3) == 0 ? value_from_bits(bits & ~UINT64_C(4)) : v;
}
static inline value stack_own(value v)
{
    uint64_t bits = value_bits(v);
    if ((bits & 3) != 0)
        return v;
    if (bits & 4) {
        v = value_from_bits(bits ^ 4);
        rc_inc(value_object(v));
    }
    return v;
}
/* A word for the operand stack that borrows `v`. */
static inline value stack_borrow(value v)
{
    uint64_t bits = value_bits(v), borrowed = bits + 4;
    return value_from_bits((bits & 7) == 0 ? borrowed : bits);
}

/* The same two for what is known to be an object. */
static inline value stack_plain_object(value v)
{
    return value_from_bits(value_bits(v) & ~UINT64_C(4));
}
static inline value stack_borrow_object(value v)
{
    return value_from_bits(value_bits(v) | 4);
}

/* What a slot holds, as a word for the operand stack: borrowed where its count is sharded. NULL: it is empty.
   `container` is what slot_load asks for. */
value slot_load_operand_far(struct object *container, value_slot *slot);
static inline __attribute__((always_inline)) value slot_load_operand(struct object *container, value_slot *slot)
{
    value v = atomic_load_explicit(slot, memory_order_acquire);
    if (!value_is_object(v))
        return v;
    struct object *o = value_object(v);
    uint32_t local;
    if (likely(o != NULL) && likely(object_is_mine(o)) &&
        likely((local = atomic_load_explicit(&o->local, memory_order_relaxed)) < UINT32_MAX / 2)) {
        atomic_store_explicit(&o->local, (local + LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
        return v;
    }
    return slot_load_operand_far(container, slot);
}
/* The same for what is in a place that does not change. */
value stack_take_far(value v);
static inline __attribute__((always_inline)) value stack_take(value v)
{
    return !value_is_object(v) || object_is_mine(value_object(v)) ? value_inc(v) : stack_take_far(v);
}

/* The type reference of an operand's object, 0 for an immediate. */
static inline uint32_t operand_type_ref(value v)
{
    return likely((value_bits(v) & 3) == 0) ? object_type_ref(value_object(stack_plain_object(v))) : 0;
}

static inline struct function *frame_function(const struct frame *frame)
{
    return (struct function *)stack_plain_object(frame->function);
}
static inline value frame_builtins(const struct frame *frame)
{
    return frame->function ? slot_peek(&frame_function(frame)->builtins) : frame->builtins;
}
/* The name with that index in the code, borrowed from it. */
static inline value frame_name(const struct frame *frame, uint32_t index)
{
    return tuple_get(slot_peek(&frame->code->names), index);
}
static inline value *frame_operands(struct frame *frame)
{
    return frame->slots + frame->code->slots_count;
}
/* The unit being executed, for locations and the exception table. */
static inline uint32_t frame_unit(const struct frame *frame)
{
    return frame->ip > frame->code->units ? (uint32_t)(frame->ip - frame->code->units) - 1 : 0;
}
/* Only the loop and these know `ip`: a frame of another kind of code would not have one. */
static inline void frame_set_unit(struct frame *frame, uint32_t unit)
{
    frame->ip = frame->code->units + unit + 1;
}
static inline void frame_go_on_at(struct frame *frame, uint32_t unit)
{
    frame->ip = frame->code->units + unit;
}
static inline bool frame_has_begun(const struct frame *frame)
{
    return frame->ip != frame->code->units;
}

/* A new frame on the interpreter stack: slots NULL, stack empty, previous = running frame, not yet the running one.
   Steals `function`. NULL with MemoryError or RecursionError (then `function` is dropped). */
struct frame *frame_push(struct interpreter *interpreter, struct code *code, value function);
/* Drop what the frame holds (its object takes the locals over when somebody else holds it) and free its place. It is no
 * longer the running one. */
void frame_pop(struct interpreter *interpreter, struct frame *frame);
/* The part of frame_pop that generator frames need too. */
void frame_clear(struct frame *frame);
void frame_release_chunk(struct interpreter *interpreter);
/* Room for a frame when the next chunk has to be opened, or NULL with RecursionError or MemoryError. */
struct frame *frame_place_slow(struct interpreter *interpreter, size_t words);
/* The same for a frame of `code`, which is woken first when it sleeps. */
struct frame *frame_place_for(struct interpreter *interpreter, struct code *code);
static inline size_t frame_words(const struct code *code)
{
    return sizeof(struct frame) / sizeof(value) + code->slots_count + code->stack_size;
}

/* The frame is leaving: its object keeps the locals. */
void frame_object_detach(struct frame *frame);

/* ---- the parts of frame_push and frame_pop, for the loop ---- */
/* frame_push, but the slots are not initialised (see frame_empty_slots), and the function may be borrowed if nothing
 * is called before the frame runs. */
static inline __attribute__((always_inline)) struct frame *frame_open(struct interpreter *interpreter,
                                                                      struct code *code, value function)
{
    /* Sleeping code wants more room than any chunk has, so that it comes to light here. Pairs with code_wake_slow. */
    size_t words = sizeof(struct frame) / sizeof(value) + atomic_load_explicit(&code->frame_room, memory_order_acquire);
    struct frame *frame = (struct frame *)interpreter->stack_top;
    if (unlikely((size_t)(interpreter->stack_end - interpreter->stack_top) < words ||
                 interpreter->depth >= atomic_load_explicit(&recursion_limit, memory_order_relaxed))) {
        function = stack_own(function); /* to wake the code takes a while, with pauses */
        frame = frame_place_for(interpreter, code);
        if (!frame) {
            value_dec(function);
            return NULL;
        }
        words = frame_words(code);
    }
    interpreter->stack_top = (value *)frame + words;
    interpreter->depth++;
    frame->previous = interpreter->frame;
    frame->code = code;
    frame->function = function;
    if (function)
        frame->globals = slot_peek(&((struct function *)stack_plain_object(function))->globals);
    frame->locals = frame->object = NULL;
    frame->ip = code->units;
    frame->flags = 0;
    return frame;
}
/* The slots from `first` on are empty, and so is the operand stack. */
static inline void frame_empty_slots(struct frame *frame, uint32_t first)
{
    value *slot = frame->slots + first;
    for (value *end = frame->slots + frame->code->slots_count; slot < end; slot++) {
        *slot = NULL;
        __asm__("" : "+r"(slot)); /* they are few: no call of memset */
    }
    frame->sp = slot;
}
void frame_drop_rare(struct frame *frame);  /* the object and the locals mapping */
void frame_drop_owned(struct frame *frame); /* what it owns without a function */
/* Checked builds: the caller, its code or the lack of quiescence keeps what the slots borrow. */
#ifdef ATOLL_CHECKED
void frame_check_borrowed(const struct frame *frame);
/* C code gets no pointers into the stack, which would change beneath it: nor can it pass them on. */
void frame_check_arguments(const struct interpreter *interpreter, const value *args, size_t count);
#else
#define frame_check_borrowed(frame)                     ((void)0)
#define frame_check_arguments(interpreter, args, count) ((void)0)
#endif
static inline __attribute__((always_inline)) void frame_drop_contents(struct frame *frame)
{
    if (unlikely((value_bits(frame->object) | value_bits(frame->locals)) != 0))
        frame_drop_rare(frame);
    for (value *slot = frame->slots, *end = frame->sp; slot < end; slot++)
        value_dec(*slot);
    if (likely(frame->function != NULL))
        value_dec(frame->function);
    else
        frame_drop_owned(frame);
}
static inline __attribute__((always_inline)) void frame_close(struct interpreter *interpreter, struct frame *frame)
{
    frame_check_borrowed(frame);
    frame_drop_contents(frame);
    interpreter->depth--;
    interpreter->stack_top = (value *)frame;
    if (unlikely((value *)frame == interpreter->chunk_bottom))
        frame_release_chunk(interpreter);
}

/* Bind arguments to the parameters of a Python function, into the frame's slots (counted). false: TypeError. `args` may
 * hold borrowed words. */
bool arguments_bind(struct frame *frame, const value *args, size_t nargs, value kwnames);
/* The same by moving the words as they are, where no more is to be done than to put each in its place (a name is that
 * of a parameter in identity) and to add defaults. false: not so; nothing was taken, what the slots hold is void. Calls
 * nothing. */
bool arguments_move(struct frame *frame, const value *args, size_t nargs, value names);

/* The loop: runs `frame` (the running one, flagged FRAME_ENTRY) until it returns or yields. Owned result; NULL with an
 * exception. */
value eval_frame(struct interpreter *interpreter, struct frame *frame);
/* The same from C code, whose steps (step.h) end with it. */
value eval_between_steps(struct interpreter *interpreter, struct frame *frame);
static inline value eval_from_c(struct interpreter *interpreter, struct frame *frame)
{
    return likely(!step_is_on()) ? eval_frame(interpreter, frame) : eval_between_steps(interpreter, frame);
}

/* locals() of a frame: a dict brought up to date for functions, the mapping itself
   elsewhere. Borrowed from the frame. */
value frame_locals(struct frame *frame);
/* The frame's Python object, made on demand; owned. */
value frame_get_object(struct frame *frame);
value frame_object_code(value v); /* of such an object: its code, owned */
/* The object of the frame that the thread of a slot runs, owned, and its ident. Any thread: one that runs is asked to
 * stop for a moment. NULL without exception when there is none, or the thread does not stop. */
value frame_object_of_thread(struct thread_slot *slot, uint64_t *ident);
/* The same of the exception that the thread is handling; None when it handles none. */
value exception_of_thread(struct thread_slot *slot, uint64_t *ident);
/* Prepend an entry for the frame to the current exception's traceback. Failure leaves the traceback as it is. */
void traceback_add(struct interpreter *interpreter, struct frame *frame);

/* ---- generators (generator.c) ---- */
enum generator_state {
    GENERATOR_CREATED,
    GENERATOR_SUSPENDED,
    GENERATOR_RUNNING,
    GENERATOR_FINISHED,
    GENERATOR_HELD = 4, /* a flag of the first two: somebody reads the frame and is done in a moment */
};
enum asynchronous_state {
    ASYNC_CLOSED = 1, /* it was closed, or ended itself */
    ASYNC_RUNNING = 2 /* one of its awaitables is under way */
};
struct generator {
    struct object header;
    value_slot name, qualified_name;
    _Atomic uint32_t state;       /* enum generator_state; whoever moves it to RUNNING runs it; see generator_state */
    _Atomic bool hooked;          /* async generators: its hooks were asked for */
    _Atomic uint8_t asynchronous; /* async generators: enum asynchronous_state */
    struct handled_state handled;
    value_slot origin_or_finalizer; /* async generators: finalizer hook; coroutines: cr_origin; or NULL */
    struct frame frame;             /* last: its slots follow */
};
static inline struct generator *frame_generator(struct frame *frame)
{
    return (struct generator *)((char *)frame - offsetof(struct generator, frame));
}
static inline uint32_t generator_state(const struct generator *g)
{
    return atomic_load_explicit(&g->state, memory_order_acquire) & ~(uint32_t)GENERATOR_HELD;
}
/* Keep everybody from running a generator for the moment in which the caller reads its frame or puts a reference there:
 * nothing is dropped, no Python code runs, nothing blocks until generator_let_go. Whoever wants to run it waits. false:
 * it runs or has finished. The caller holds the generator. */
bool generator_hold(struct generator *generator);
void generator_let_go(struct generator *generator);
/* Turn the running frame into a generator, coroutine or asynchronous generator: moves its contents. The frame is
 * popped. Owned; NULL with MemoryError. */
value generator_from_frame(struct interpreter *interpreter, struct frame *frame);
/* Claim a generator for running it. Returns the state it was in: CREATED or SUSPENDED (the caller now owns its frame,
 * and counts the generator before it is quiescent, which is the mark of RULE C3), FINISHED, or -1 with ValueError when
 * it runs already. */
int generator_claim_slow(struct generator *generator); /* where others may be at it */
static inline int generator_claim(struct generator *g)
{
    if (likely(thread_is_alone())) {
        uint32_t state = atomic_load_explicit(&g->state, memory_order_relaxed);
        if (likely(state == GENERATOR_CREATED || state == GENERATOR_SUSPENDED)) {
            atomic_store_explicit(&g->state, GENERATOR_RUNNING, memory_order_relaxed);
            return (int)state;
        }
    }
    return generator_claim_slow(g);
}
/* Give a claimed generator back unchanged. */
void generator_release(struct generator *generator, int state);
/* A claimed generator becomes the running frame, with `sent` (stolen) on its stack unless that is NULL. flags:
 * FRAME_ENTRY, FRAME_FOR_ITER or FRAME_SEND. false: RecursionError, released. */
bool generator_refuse(struct generator *generator, value sent, int state); /* RecursionError */
static inline __attribute__((always_inline)) bool generator_link(struct interpreter *interpreter, struct generator *g,
                                                                 value sent, uint32_t flags, int state)
{
    if (unlikely(interpreter->depth >=
                 atomic_load_explicit(&recursion_limit, memory_order_relaxed) + interpreter->c_headroom))
        return generator_refuse(g, sent, state);
    interpreter->depth++;
    struct frame *frame = &g->frame;
    if (sent)
        *frame->sp++ = sent;
    frame->flags = FRAME_GENERATOR | flags;
    frame->previous = interpreter->frame;
    g->handled.previous = interpreter->handled;
    interpreter->handled = &g->handled;
    interpreter->frame = frame;
    rc_inc(&g->header); /* the running frame keeps its generator; marks it (RULE C3) */
    return true;
}
/* The running frame is a generator's and leaves: suspended, or finished (its frame is cleared). The previous frame
 * runs. */
void generator_finish(struct generator *generator); /* clears the frame of one that has ended */
static inline __attribute__((always_inline)) void generator_unlink(struct interpreter *interpreter, struct generator *g,
                                                                   int state)
{
    struct frame *frame = &g->frame;
    interpreter->depth--;
    interpreter->frame = frame->previous;
    interpreter->handled = g->handled.previous;
    frame->previous = NULL;
    g->handled.previous = NULL;
    if (state == GENERATOR_FINISHED)
        generator_finish(g);
    atomic_store_explicit(&g->state, (uint32_t)state, memory_order_release);
    rc_dec(&g->header);
}
/* An exception leaves a generator's frame: StopIteration becomes RuntimeError. */
void generator_convert_stop(struct generator *generator);

#endif
