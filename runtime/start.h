/* Life of the runtime: start-up and the end. */
#ifndef ATOLL_START_H
#define ATOLL_START_H

#include "runtime/value.h"

struct start_config {
    int argc; /* sys.argv */
    char **argv;
    const char *program; /* argv[0] of the process */
    int all_argc;        /* sys.orig_argv */
    char **all_argv;
    bool contention;                        /* -X contention: watch it, and report at the end */
    bool dist_packages;                     /* -X dist-packages: run the .pth files of Debian's dist-packages, too */
    bool gc_stats;                          /* -X gc-stats: print the collector's figures at the end */
    bool faulthandler;                      /* -X faulthandler */
    int traced_frames;                      /* -X tracemalloc; 0: off */
    const char **warn_options, **x_options; /* NULL-terminated */
};

/* Make the runtime: heap, types, builtins, sys, standard streams. The calling thread becomes the main thread. false: a
 * message is on stderr. */
bool runtime_start(const struct start_config *config);
/* Put an entry at the front of sys.path. */
bool runtime_add_path(value entry);
/* The end: wait for threads, exit functions, flush, tear down. Returns the exit status. */
int runtime_finish(int status);

/* Run what the command line names as __main__; each returns the exit status after reporting an uncaught exception. */
int run_command(const char *source);
int run_file(const char *path, bool skips_line /* -x */);
int run_module(const char *name);
int run_stdin(void);
/* After -i, or by PYTHONINSPECT that the program set: the prompt in the same __main__. `status`: what the run returned.
 */
int run_inspection(int status);
/* The prompt (prompt.c): read statements from standard input and run them in the module `main`; the exit status. */
int run_prompt(value main);
void prompt_print_banner(void);

#endif
