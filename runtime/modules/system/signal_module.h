/* Signals at start-up. */
#ifndef ATOLL_SIGNAL_MODULE_H
#define ATOLL_SIGNAL_MODULE_H

/* After safepoint_set_main: SIGINT, unless it was ignored, interrupts the main thread from now on; SIGPIPE and SIGXFSZ
 * are ignored, so that calls fail instead. */
void signals_start(void);

#endif
