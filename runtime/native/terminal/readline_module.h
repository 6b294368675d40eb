/* What the files of readline share. GNU readline is one for the process: it is used under one lock, which the thread
 * that has it may take again, since hooks use the module. Nobody holds it while a line is waited for. */
#ifndef ATOLL_READLINE_MODULE_H
#define ATOLL_READLINE_MODULE_H

#include "runtime/native/lock.h"

#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

extern pthread_mutex_t readline_mutex;
static inline void readline_enter(void)
{
    native_lock(&readline_mutex);
}
static inline void readline_leave(void)
{
    native_unlock(&readline_mutex);
}
/* A str as the terminal has it: owned bytes; NULL with an exception. */
value readline_encode(value v);
value readline_decode(const char *text);

extern _Atomic bool readline_auto_history;

/* readline_hooks.c */
extern const struct method_def readline_hook_functions[];
void readline_hooks_begin(void);
void readline_hooks_finish(void);
/* readline_history.c */
extern const struct method_def readline_history_functions[];

#endif
