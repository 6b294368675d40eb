/* The bytecode cache of imported source files. */
#ifndef ATOLL_IMPORT_CACHE_H
#define ATOLL_IMPORT_CACHE_H

#include "runtime/abstract.h"

#include <sys/stat.h>

/* Where the program and its standard library lie; both are copied. Called once, before any import. */
void import_cache_set_places(const char *executable, const char *library);
/* The code of a source file of which `info` tells size and time; owned. VALUE_MISSING: not cached, or no longer valid.
 * NULL only with MemoryError. */
value import_cache_read(const char *source, const struct stat *info);
/* What code of this source file says instead of the file's name, because CPython has it frozen; NULL: the name. */
const char *import_cache_frozen_name(const char *source);
/* Keep the code for the next process. Best effort: a cache that cannot be written is no error. */
void import_cache_write(const char *source, const struct stat *info, value code);
/* Compile every module of the standard library into one file. False after a message on stderr. */
bool import_cache_compile_library(const char *path);
/* At the end of the runtime: gives its memory back. */
void import_cache_finish(void);

#endif
