/* Modules from files: the search in directories, module specs, source and cached bytecode. */
#ifndef ATOLL_IMPORT_FILE_H
#define ATOLL_IMPORT_FILE_H

#include "runtime/abstract.h"

/* Search the directories of `path` (a sequence of str) for the last part of `name`, make the module, put it into
   sys.modules and run it. Owned; VALUE_MISSING when nothing was found; NULL with the exception (the module is out of
   sys.modules again). */
value import_file_load(value name, value path);
/* Give a built-in module its __spec__ and __loader__. */
bool import_file_set_builtin_spec(value module, value name);
/* Tell of an import on stderr, if -v asks for it. */
void import_file_tell(value name, value module);
/* Compile a source file, through the bytecode cache when `cached`. Owned code; OSError, SyntaxError... */
value import_file_compile(value path, bool cached);

#endif
