/* Generators and coroutines, for the files of this folder. */
#ifndef ATOLL_GENERATOR_H
#define ATOLL_GENERATOR_H

#include "runtime/interp/frame.h"

extern const struct type_spec coroutine_wrapper_type_spec;

/* The `send` slot: SEND_YIELD, SEND_RETURN (result owned), or SEND_ERROR. */
int generator_send(value v, value sent, value *result);
/* generator.throw(type[, value[, traceback]]) */
value generator_throw(value v, value type, value argument, value traceback);
/* The same, for who has to know a return from an exception. The outcome is one of generator_send's. */
int generator_throw_step(value v, value type, value argument, value traceback, value *result);
/* generator.close(): None, or NULL with an exception. */
value generator_close(value v);
/* What a suspended generator delegates to, owned; NULL (no exception) when it does not. */
value generator_delegate(value v);
value coroutine_await(value v);
/* anext(iterator, default): an awaitable that gives `otherwise` in place of StopAsyncIteration. */
value async_next_or(value awaitable /* stolen */, value otherwise);
/* generator_from_frame moved the frame that a frame object belongs to into a generator. */
void frame_object_move(struct frame *moved);
/* The frame object of a generator that has not finished, made on demand, else None; owned. Any thread. */
value frame_object_of_generator(struct generator *generator);

/* What the three kinds of generators share. */
void generator_traverse(struct object *o, struct gc_trace *trace);
void generator_destroy(struct object *o);
void generator_finalize(struct object *o);
void generator_part(struct object *o);
value generator_repr(value v);
value generator_get_running(value v);
value generator_get_delegate(value v);
value generator_get_code(value v);
value generator_get_frame(value v);
value generator_get_name(value v);
value generator_get_qualname(value v);
bool generator_set_name(value v, value new);
bool generator_set_qualname(value v, value new);

#endif
