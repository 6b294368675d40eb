/* Signals at start-up. */
#ifndef ATOLL_SIGNAL_MODULE_H
#define ATOLL_SIGNAL_MODULE_H

#include "runtime/value.h"

/* After safepoint_set_main: SIGINT, unless it was ignored, interrupts the main thread from now on; SIGPIPE and SIGXFSZ
 * are ignored, so that calls fail instead. */
void signals_start(void);

/* The argument as a signal's number; false with ValueError. */
bool signal_number(value v, int *number);

/* The set of the signals in an iterable of numbers; false with an exception. (sigset_t: whoever calls has <signal.h>.)
 */
#ifdef SIG_BLOCK
bool signal_set(value iterable, sigset_t *set);
#endif

/* As if the signal had arrived, if it has a handler in Python (or is SIGINT as it is at the start). Any thread. */
void signal_simulate(int number);

#endif
