#ifndef ATOLL_ATEXIT_MODULE_H
#define ATOLL_ATEXIT_MODULE_H

/* What the program wants to be called at its end, whatever has become of the module object. */
void atexit_run(void);

#endif
