/*
 * The words in which the loop is written (eval.c, and nothing else): its registers, how it goes on to the next
 * instruction, how operands are dropped, and how most instructions end.
 *
 * They stand in a function that has `interpreter`, `frame`, `self` (the thread's slot), `ip`, `sp`, `unit` (the
 * instruction) and the labels `error`, `other` and `pass_safepoint`.
 */
#ifndef ATOLL_EVAL_WORDS_H
#define ATOLL_EVAL_WORDS_H

#include "runtime/interp/frame.h"
#include "runtime/interp/trace.h"

#define TARGET(name) op_##name:
#define SAVE()       (frame->ip = ip, frame->sp = sp)
#define LOAD_FRAME() (ip = frame->ip, sp = frame->sp)
#define ARG()        (unit >> 8)
#define TOP()        sp[-1]
#define SECOND()     sp[-2]
#define THIRD()      sp[-3]
#define PUSH(v)      (*sp++ = (v))
#define CACHE()      (&frame->code->caches[*ip++])

/* Drop a reference that is on the stack no more. A death may run any code. */
#define DEC(v)                                  \
    do {                                        \
        value dec_ = (v);                       \
        if (unlikely(!value_dec_plain(dec_))) { \
            frame->sp = sp;                     \
            rc_dec_slow(value_object(dec_));    \
        }                                       \
    } while (0)

/* The same where nothing saved the place before, and nothing has gone on from it: what dies may look at the line. */
#define DEC_HERE(v)                             \
    do {                                        \
        value dec_ = (v);                       \
        if (unlikely(!value_dec_plain(dec_))) { \
            SAVE();                             \
            rc_dec_slow(value_object(dec_));    \
        }                                       \
    } while (0)

/* Pop and drop operands. */
#define DROP_TO(base)               \
    do {                            \
        while (sp > (base)) {       \
            value dropped_ = *--sp; \
            DEC(dropped_);          \
        }                           \
    } while (0)
#define DROP(n)                    \
    do {                           \
        value *bottom_ = sp - (n); \
        DROP_TO(bottom_);          \
    } while (0)

#ifdef EVAL_TRACED
#define EVAL        eval_frame_traced
#define OTHER_EVAL  eval_frame
#define TRACED(...) __VA_ARGS__
#define IS_OTHER()  false /* each instruction asks */
#define DISPATCH()  goto next_traced
#define DISPATCH_FETCHED() \
    do {                   \
        ip--;              \
        DISPATCH();        \
    } while (0)
#else
#define EVAL       eval_frame
#define OTHER_EVAL eval_frame_traced
#define TRACED(...)
#define IS_OTHER() unlikely(trace_self.on)
#define DISPATCH()                 \
    do {                           \
        unit = *ip++;              \
        goto *labels[unit & 0xFF]; \
    } while (0)
#define DISPATCH_FETCHED() goto *labels[unit & 0xFF]
#endif

/* The same at the start of a function, nearly always a RESUME. */
#ifdef EVAL_TRACED
#define DISPATCH_CALLEE() DISPATCH()
#else
#define DISPATCH_CALLEE()                                                                              \
    do {                                                                                               \
        unit = *ip++;                                                                                  \
        if (likely(unit == OP_RESUME && atomic_load_explicit(&self->poll, memory_order_relaxed) == 0)) \
            unit = *ip++;                                                                              \
        goto *labels[unit & 0xFF];                                                                     \
    } while (0)
#endif

/* The same after a call that CPython makes outside of its loop, which looks for signals and asynchronous exceptions
 * then, at the start of a function and at jumps backwards. Nothing may strike elsewhere, above all not between taking a
 * lock and the `try` that gives it back. */
#define DISPATCH_SAFEPOINT()                                                        \
    do {                                                                            \
        if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) != 0)) \
            goto pass_safepoint;                                                    \
        DISPATCH();                                                                 \
    } while (0)

/* Push an owned result in place of the top n operands, or fail when it is NULL. */
#define REPLACE(n, expression)        \
    do {                              \
        SAVE();                       \
        value result_ = (expression); \
        if (unlikely(!result_))       \
            goto error;               \
        DROP(n);                      \
        PUSH(result_);                \
        DISPATCH();                   \
    } while (0)
/* Drop n operands after something was done with them, or fail. */
#define PERFORM(done, n)       \
    do {                       \
        SAVE();                \
        if (unlikely(!(done))) \
            goto error;        \
        DROP(n);               \
        DISPATCH();            \
    } while (0)

/* Replace `pops` operands by an owned result, or fail when it is NULL. The operands are dropped after the result is in
 * place. */
#define FINISH_1(expression)          \
    do {                              \
        SAVE();                       \
        value result_ = (expression); \
        if (unlikely(!result_))       \
            goto error;               \
        value a_ = TOP();             \
        TOP() = result_;              \
        DEC(a_);                      \
        DISPATCH();                   \
    } while (0)
#define FINISH_2(expression)             \
    do {                                 \
        SAVE();                          \
        value result_ = (expression);    \
        if (unlikely(!result_))          \
            goto error;                  \
        value a_ = SECOND(), b_ = TOP(); \
        SECOND() = result_;              \
        sp--;                            \
        DEC(a_);                         \
        DEC(b_);                         \
        DISPATCH();                      \
    } while (0)

/* The result of a call with n arguments in place of them, the callable and its self. */
#define FINISH_CALL(n, expression)                                                                              \
    do {                                                                                                        \
        value result = (expression);                                                                            \
        if (unlikely(!result))                                                                                  \
            goto error;                                                                                         \
        value c_ = sp[-(n)-2], s_ = sp[-(n)-1];                                                                 \
        value x_ = (n) > 0 ? sp[-(n)] : NULL, y_ = (n) > 1 ? sp[-(n) + 1] : NULL, z_ = (n) > 2 ? sp[-1] : NULL; \
        sp -= (n) + 1;                                                                                          \
        TOP() = result;                                                                                         \
        DEC(z_);                                                                                                \
        DEC(y_);                                                                                                \
        DEC(x_);                                                                                                \
        DEC(s_);                                                                                                \
        DEC(c_);                                                                                                \
        DISPATCH_SAFEPOINT();                                                                                   \
    } while (0)

/* The same for any number of operands, from `base` on. */
#define FINISH_CALL_AT(base, expression) \
    do {                                 \
        value result = (expression);     \
        if (unlikely(!result))           \
            goto error;                  \
        DROP_TO(base);                   \
        PUSH(result);                    \
        DISPATCH_SAFEPOINT();            \
    } while (0)

/* An operator: `quick` serves immediates, which need not be dropped, `general` the rest. */
#define UNARY(quick, general)                  \
    do {                                       \
        value result_ = NULL;                  \
        if (unlikely(!quick(TOP(), &result_))) \
            FINISH_1(general);                 \
        TOP() = result_;                       \
        DISPATCH();                            \
    } while (0)
#define BINARY(OPERATOR, quick)                                                                             \
    TARGET(BINARY_##OPERATOR)                                                                               \
    {                                                                                                       \
        value result_ = NULL;                                                                               \
        if (unlikely(!quick(SECOND(), TOP(), &result_)))                                                    \
            FINISH_2(binary_general(stack_plain(SECOND()), stack_plain(TOP()), BINARY_##OPERATOR | ARG())); \
        SECOND() = result_;                                                                                 \
        sp--;                                                                                               \
        DISPATCH();                                                                                         \
    }

/* The truth of an operand, which stays: 1 or 0. */
#define TRUTH(truth, v)                      \
    int truth = quick_truth(v);              \
    if (unlikely(truth < 0)) {               \
        SAVE();                              \
        truth = value_truth(stack_plain(v)); \
        if (unlikely(truth < 0))             \
            goto error;                      \
        (v) = TOP();                         \
    }

/* The truth of the top operand, which is popped: nothing to drop when it is an immediate. */
#define POP_TRUTH(truth)                             \
    value condition = *--sp;                         \
    int truth = quick_truth(condition);              \
    if (unlikely(truth < 0)) {                       \
        sp++;                                        \
        SAVE();                                      \
        truth = value_truth(stack_plain(condition)); \
        if (unlikely(truth < 0))                     \
            goto error;                              \
        condition = *--sp;                           \
        DEC(condition);                              \
    }

/* v: the global that the instruction names. */
#define GLOBAL(v)                                                      \
    cache_word *cache = CACHE();                                       \
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire); \
    value v = quick_global(frame, word, ARG());                        \
    if (unlikely((v) == VALUE_MISSING)) {                              \
        SAVE();                                                        \
        (v) = load_global(frame, frame_name(frame, ARG()), cache);     \
        if (!(v))                                                      \
            goto error;                                                \
    }

/* The last of an instruction: perhaps with a jump; with one, or else without the top operand `v`. */
#define JUMP_IF(condition)                   \
    do {                                     \
        if (condition)                       \
            ip = frame->code->units + ARG(); \
        DISPATCH();                          \
    } while (0)
#define JUMP_OR_POP(condition, v)            \
    do {                                     \
        if (condition) {                     \
            ip = frame->code->units + ARG(); \
            DISPATCH();                      \
        }                                    \
        (v) = *--sp;                         \
        DEC(v);                              \
        DISPATCH();                          \
    } while (0)

/* A context manager: its __exit__ and what its __enter__ gives in place of it. */
#define ENTER_WITH(enter)                                   \
    do {                                                    \
        SAVE();                                             \
        value exit_ = NULL;                                 \
        value entered_ = enter(stack_plain(TOP()), &exit_); \
        if (!entered_)                                      \
            goto error;                                     \
        value manager_ = TOP();                             \
        TOP() = exit_;                                      \
        PUSH(entered_);                                     \
        DEC(manager_);                                      \
        DISPATCH();                                         \
    } while (0)

/* Go on in a frame that was opened, and has taken what it wants of the operands; NULL: it could not be. */
#define ENTER(opened)                       \
    do {                                    \
        struct frame *next_ = (opened);     \
        if (unlikely(!next_))               \
            goto error;                     \
        interpreter->frame = frame = next_; \
        LOAD_FRAME();                       \
        DISPATCH_CALLEE();                  \
    } while (0)

/* Go on in the frame of a property's getter, if it takes the object alone; `rest` is this frame's sp then. */
#define ENTER_GETTER(getter, object, rest)                                    \
    do {                                                                      \
        struct frame *opened_ = call_getter(interpreter, (getter), (object)); \
        if (likely(opened_ != NULL)) {                                        \
            frame->sp = (rest);                                               \
            ENTER(opened_);                                                   \
        }                                                                     \
        if (error_occurred())                                                 \
            goto error;                                                       \
    } while (0)

#endif
