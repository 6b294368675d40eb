/* Where the program, its standard library and its environment lie; what sys says of it. */
#ifndef ATOLL_PATHS_H
#define ATOLL_PATHS_H

#include "runtime/value.h"

/* Set by paths_find; whole paths. They stay to the end of the process. */
struct paths {
    char *executable;      /* sys.executable: as the program was called, symbolic links not followed */
    char *base_executable; /* in an environment, the program that it was made with */
    char *program;         /* the program's own file, beside which its modules and the library's bytecode are */
    char *stdlib;          /* the standard library's directory */
    char *prefix, *exec_prefix;
    char *search;        /* all of sys.path, as PROGRAM._pth gives it, each with a newline; NULL: there is none */
    bool in_environment; /* there is a pyvenv.cfg: site does the rest */
};
extern struct paths paths;

/* `program`: argv[0]. False: a message is on stderr. */
bool paths_find(const char *program);
/* sys.path, sys.prefix, sys.executable and their like. */
bool paths_set(void);

#endif
