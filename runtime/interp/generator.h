/* Generators and coroutines, for the files of this folder. */
#ifndef ATOLL_GENERATOR_H
#define ATOLL_GENERATOR_H

#include "runtime/interp/frame.h"

extern const struct type_spec coroutine_wrapper_type_spec;

/* The `send` slot: SEND_YIELD, SEND_RETURN (result owned), or SEND_ERROR. */
int generator_send(value v, value sent, value *result);
/* generator.throw(type[, value[, traceback]]) */
value generator_throw(value v, value type, value argument, value traceback);
/* generator.close(): None, or NULL with an exception. */
value generator_close(value v);
/* What a suspended generator delegates to, owned; NULL (no exception) when it does not. */
value generator_delegate(value v);
value coroutine_await(value v);
/* generator_from_frame moved the frame that a frame object belongs to. */
void frame_object_move(struct frame *moved);

#endif
