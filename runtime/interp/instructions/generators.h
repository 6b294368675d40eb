/*
 * Generators and coroutines: how the loop gets into their frames and out of them.
 */
#ifndef ATOLL_INSTRUCTIONS_GENERATORS_H
#define ATOLL_INSTRUCTIONS_GENERATORS_H

#include "runtime/interp/frame.h"

/* What a frame that is about to be suspended has on its stack is counted: nothing keeps it meanwhile. */
static inline void own_operands(struct frame *frame)
{
    for (value *word = frame_operands(frame); word < frame->sp; word++)
        *word = stack_own(*word);
}

/* For a loop over a generator: its frame, which runs now; the running frame: it has ended. NULL with an exception. */
static inline __attribute__((always_inline)) struct frame *next_of_generator(struct interpreter *interpreter,
                                                                             value iterator)
{
    struct generator *generator = (struct generator *)iterator;
    int state = generator_claim(generator);
    if (unlikely(state < 0))
        return NULL;
    if (unlikely(state == GENERATOR_FINISHED))
        return interpreter->frame;
    if (unlikely(!generator_link(interpreter, generator, VALUE_NONE, FRAME_FOR_ITER, state)))
        return NULL;
    return &generator->frame;
}

/* For yield from and await: the receiver's frame, which runs now and has the value sent. NULL: with an exception, or
 * without one: it is no generator, has ended, or does not take the value. */
static inline struct frame *send_to_generator(struct interpreter *interpreter, value receiver, value sent)
{
    if (!value_is(receiver, TYPE_ID_GENERATOR) && !value_is(receiver, TYPE_ID_COROUTINE))
        return NULL;
    struct generator *generator = (struct generator *)receiver;
    int state = generator_claim(generator);
    if (unlikely(state < 0))
        return NULL;
    if (state == GENERATOR_SUSPENDED || (state == GENERATOR_CREATED && sent == VALUE_NONE))
        return generator_link(interpreter, generator, value_inc(sent), FRAME_SEND, state) ? &generator->frame : NULL;
    if (state == GENERATOR_CREATED)
        generator_release(generator, state); /* iter_send reports the value sent too early */
    return NULL;
}

#endif
