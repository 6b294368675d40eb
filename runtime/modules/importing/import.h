/* The import system's face: runtime/import.h, and what the other modules and the runtime's beginning and end need. */
#ifndef ATOLL_MODULES_IMPORT_H
#define ATOLL_MODULES_IMPORT_H

#include "runtime/abstract.h"
#include "runtime/import.h"

/* Where the library is; at start. false: MemoryError. */
bool import_set_library(const char *directory);
/* The path of a file of the library; owned. */
value import_library_path(value file);
/* The module with an absolute dotted name itself, loaded if need be; owned. */
value import_absolute(value name);
/* The built-in function __import__, owned; made once. */
value import_make_function(void);
/* What the command line says of hash-based bytecode files (for importlib), and whether imports tell their times. */
extern const char *import_check_hash_based_pycs;
extern bool import_shows_times;
/* At the end of the runtime: drops what the import system holds. */
void import_finish(void);
/* In the child of a fork: what other threads were importing is nobody's any more. */
void import_after_fork(void);
/* The import lock of the module _imp, which a fork takes: no thread is between taking and giving it back then. The
   child gives it back by imp_lock_after_fork. False: it is not the caller's. */
void imp_lock_acquire(void);
bool imp_lock_release(void);
void imp_lock_after_fork(void);

#endif
