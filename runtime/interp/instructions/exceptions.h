/*
 * Exceptions: handlers, raise, with statements.
 */
#ifndef ATOLL_INSTRUCTIONS_EXCEPTIONS_H
#define ATOLL_INSTRUCTIONS_EXCEPTIONS_H

#include "runtime/interp/frame.h"

/* An exception leaves the running frame, whose operands are dropped: so is the frame. The one that runs now. */
struct frame *leave_failed(struct interpreter *interpreter, struct frame *done);
int exception_matches_operand(value exception, value type);
bool exception_group_match(value exception, value type, value *rest, value *match);
value prepare_reraise_star(value original, value list);
bool raise_operands(value exception, value cause); /* true: a bare raise */
value before_with(value manager, value *exit);
value before_async_with(value manager, value *exit);
value with_except_start(value exit, value exception);

#endif
