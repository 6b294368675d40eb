/* The interpreter stack's life, for interpreter.c. */
#ifndef ATOLL_STACK_H
#define ATOLL_STACK_H

struct interpreter;
void interpreter_free_stack(struct interpreter *interpreter);

#endif
