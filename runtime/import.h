/* What the rooms below modules/ need of importing; modules/importing/import.c does it. */
#ifndef ATOLL_IMPORT_H
#define ATOLL_IMPORT_H

#include "runtime/value.h"

/* __import__(name, globals, ..., fromlist, level): the module (the top-level package when fromlist is empty), owned.
 * `globals` may be NULL or None. */
value import_module_level(value name, value globals, value fromlist, int level);
/* For the runtime's own use: the module with an absolute dotted name itself, loaded if need be; owned. It is looked for
 * in the library before sys.path, and so is what it imports. */
value import_module(const char *name);
/* sys.modules[name], owned, or VALUE_MISSING. */
value import_find_loaded(value name);
/* True for the built-in __import__ itself: calls to it may be short-cut. */
bool import_is_default(value function);
/* Is some thread importing the package's submodule of that name? Never fails. */
bool import_is_in_progress(value package, value name);
/* repr() of a module as importlib makes it; VALUE_MISSING: a module that has nothing unusual. */
value import_module_repr(value module);
/* module.__spec__._initializing is true. Never fails. */
bool import_is_initializing(value module);

#endif
