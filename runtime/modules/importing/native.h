/* Modules that are shared objects, written against atoll.h (runtime/interface/). */
#ifndef ATOLL_NATIVE_H
#define ATOLL_NATIVE_H

#include "runtime/value.h"

/* What the name of such a file ends with, behind the module's own. */
extern const char native_module_suffix[];
/* Load the file, once per process, and make its module, of this name (both str); not yet in sys.modules. ImportError.
 */
value native_module_load(value name, value path);
/* How dlopen binds their symbols: the flags of sys.setdlopenflags. */
int native_dlopen_flags(void);
void native_dlopen_flags_set(int flags);
/* Call the `finish` of each that was loaded. */
void native_modules_finish(void);

#endif
