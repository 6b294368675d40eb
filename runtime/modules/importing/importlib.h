/* importlib: made when somebody looks at it; see importlib.c. */
#ifndef ATOLL_IMPORTLIB_H
#define ATOLL_IMPORTLIB_H

#include "runtime/abstract.h"

/* Has it been made? */
bool importlib_is_awake(void);
/* Make it; any thread. false with an exception. */
bool importlib_wake(void);
/* Did the program put something into sys that only importlib heeds? */
bool importlib_is_wanted(void);
/* Find and load a module that is not in sys.modules, its parents too; owned. Awake. */
value importlib_load(value name);
/* The same of a top-level module that is to come from those folders, whatever sys.path and sys.meta_path say. */
value importlib_load_from(value name, value folders);
/* _frozen_importlib and _frozen_importlib_external, and what else has a name here: the module, owned, or
 * VALUE_MISSING. */
value importlib_module(value name);
bool importlib_has(value name); /* would it give one? */
/* Give a module the spec and the loader of importlib instead of the ones it was given while that slept. Awake. */
bool importlib_adopt(value module);
/* What importlib has for a spec of spec.c, or for the loader of a module (path NULL: built-in): owned. Wakes it. */
value importlib_make_spec(value old);
value importlib_make_loader(value name, value path);
/* Take the frames of importlib out of the traceback of the current exception. */
void importlib_trim_traceback(void);
/* At the end of the runtime. */
void importlib_finish(void);
/* importlib's loader of a file of bytecode, and the bytes that such a file begins with; owned. */
value importlib_bytecode_loader(value name, value path);
value importlib_magic_number(void);

#endif
