/* Signals at start-up. */
#ifndef ATOLL_SIGNAL_MODULE_H
#define ATOLL_SIGNAL_MODULE_H

void signals_start(void); /* SIGINT interrupts the main thread from now on; after safepoint_set_main */

#endif
