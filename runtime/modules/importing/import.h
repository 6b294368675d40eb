/* The import system's face. */
#ifndef ATOLL_IMPORT_H
#define ATOLL_IMPORT_H

#include "runtime/abstract.h"

/* __import__(name, globals, ..., fromlist, level): the module (the top-level package when fromlist is empty), owned.
 * `globals` may be NULL or None. */
value import_module_level(value name, value globals, value fromlist, int level);
/* The module with an absolute dotted name itself, loaded if need be; owned. */
value import_absolute(value name);
/* The same, for C code. */
value import_module(const char *name);
/* sys.modules[name], owned, or VALUE_MISSING. */
value import_find_loaded(value name);
/* The built-in function __import__, owned; made once. */
value import_make_function(void);
/* At the end of the runtime: drops what the import system holds. */
void import_finish(void);
/* In the child of a fork: what other threads were importing is nobody's any more. */
void import_after_fork(void);
/* True for the built-in __import__ itself: calls to it may be short-cut. */
bool import_is_default(value function);
/* module.__spec__._initializing is true. Never fails. */
bool import_is_initializing(value module);

#endif
