/*
 * The interpreter stack of a thread: chunks of values in a chain. A frame lies in one chunk; the chunk that became
 * empty is kept, so that a call at a chunk's border in a loop does not allocate each time.
 */
#include "runtime/interp/frame.h"

#include <stdlib.h>

#define CHUNK_WORDS 8192

struct stack_chunk {
    struct stack_chunk *previous;
    struct stack_chunk *spare; /* an empty chunk kept for the next overflow, or NULL */
    value *saved_top;          /* stack_top of the previous chunk when this one was opened */
    size_t words;
    value data[];
};

struct frame *frame_push_slow(struct interpreter *interpreter, size_t words)
{
    struct stack_chunk *current = interpreter->chunk;
    struct stack_chunk *chunk = current ? current->spare : NULL;
    if (chunk && chunk->words < words) {
        free(chunk);
        current->spare = chunk = NULL;
    }
    if (!chunk) {
        size_t size = words > CHUNK_WORDS ? words : CHUNK_WORDS;
        chunk = malloc(sizeof *chunk + size * sizeof(value));
        if (!chunk) {
            raise_no_memory();
            return NULL;
        }
        chunk->words = size;
        chunk->spare = NULL;
    }
    if (current)
        current->spare = NULL;
    chunk->previous = current;
    chunk->saved_top = interpreter->stack_top;
    interpreter->chunk = chunk;
    interpreter->stack_top = chunk->data;
    interpreter->stack_end = chunk->data + chunk->words;
    return (struct frame *)chunk->data;
}

/* The frame just freed was the first of the newest chunk: go back to the one before. */
void frame_release_chunk(struct interpreter *interpreter)
{
    struct stack_chunk *chunk = interpreter->chunk;
    if (!chunk || interpreter->stack_top != chunk->data)
        return;
    struct stack_chunk *previous = chunk->previous;
    if (!previous && !chunk->saved_top)
        return; /* the first chunk stays until the thread ends */
    interpreter->stack_top = chunk->saved_top;
    interpreter->chunk = previous;
    interpreter->stack_end = previous->data + previous->words;
    free(chunk->spare);
    chunk->spare = NULL;
    free(previous->spare);
    previous->spare = chunk;
}

void interpreter_free_stack(struct interpreter *interpreter)
{
    struct stack_chunk *chunk = interpreter->chunk;
    while (chunk) {
        struct stack_chunk *previous = chunk->previous;
        free(chunk->spare);
        free(chunk);
        chunk = previous;
    }
    interpreter->chunk = NULL;
    interpreter->stack_top = interpreter->stack_end = NULL;
}

static bool chunk_is_first(const struct interpreter *interpreter, const value *place)
{
    return interpreter->chunk && place == interpreter->chunk->data;
}

struct frame *frame_push(struct interpreter *interpreter, struct code *code, value function)
{
    uint32_t limit = atomic_load_explicit(&recursion_limit, memory_order_relaxed);
    if (unlikely(interpreter->depth >= limit + interpreter->c_headroom)) {
        value_dec(function);
        interpreter->c_headroom += 50; /* room for building the error and for handlers */
        raise(EXC(RecursionError), "maximum recursion depth exceeded");
        interpreter->c_headroom -= 50;
        return NULL;
    }
    size_t words = sizeof(struct frame) / sizeof(value) + code->slots_count + code->stack_size;
    struct frame *frame = (struct frame *)interpreter->stack_top;
    if (unlikely((size_t)(interpreter->stack_end - interpreter->stack_top) < words)) {
        frame = frame_push_slow(interpreter, words);
        if (!frame) {
            value_dec(function);
            return NULL;
        }
    }
    interpreter->stack_top = (value *)frame + words;
    interpreter->depth++;
    frame->previous = interpreter->frame;
    frame->code = code;
    frame->function = function;
    if (function) {
        frame->globals = slot_peek(&((struct function *)function)->globals);
        frame->builtins = slot_peek(&((struct function *)function)->builtins);
    }
    frame->locals = NULL;
    frame->ip = code->units;
    frame->object = NULL;
    frame->flags = 0;
    value *slot = frame->slots;
    for (value *end = slot + code->slots_count; slot < end; slot++)
        *slot = NULL;
    frame->sp = slot;
    return frame;
}

void frame_clear(struct frame *frame)
{
    if (unlikely(frame->object != NULL))
        frame_object_detach(frame);
    for (value *slot = frame->slots, *end = frame->sp; slot < end; slot++)
        value_dec(*slot);
    value_dec(frame->locals);
    if (likely(frame->function != NULL)) {
        value_dec(frame->function);
    } else {
        value_dec(value_of(frame->code));
        value_dec(frame->globals);
        value_dec(frame->builtins);
    }
}

void frame_pop(struct interpreter *interpreter, struct frame *frame)
{
    frame_clear(frame);
    interpreter->depth--;
    interpreter->stack_top = (value *)frame;
    if (unlikely(chunk_is_first(interpreter, interpreter->stack_top)))
        frame_release_chunk(interpreter);
}
