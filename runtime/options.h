/* What the command line and the environment say before anything runs. */
#ifndef ATOLL_OPTIONS_H
#define ATOLL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
    const char *command, *module, *file; /* what to run; none of them: standard input */
    int first_argument;                  /* index of the argument that becomes sys.argv[0] */
    const char **warn_options, **x_options;
    size_t warn_count, x_count;
    bool skips_line;              /* -x: the script's first line does not count */
    bool random_hashes;           /* -R */
    bool faulthandler;            /* -X faulthandler, PYTHONFAULTHANDLER, development mode */
    int traced_frames;            /* -X tracemalloc=N, PYTHONTRACEMALLOC; 0: no tracing */
    const char *compile_library;  /* -X compile-library=FILE */
    bool gc_stats, dist_packages, contention; /* -X of the same names */
    char *report_files[2];        /* --json FILE, --svg FILE, as x_options */
    const char *chaos;            /* -X chaos=SEED */
    bool injects;                 /* -X fail-allocation=N: let the N-th allocation fail; 0 tells how many there were */
    long long fail_allocation;
};

/* Read both; sys_flags and what else is global are set. -1: go on, else the process's exit status, after what there was
 * to say. Elements of argv that become sys.argv[0] are changed. */
int options_read(struct options *options, int argc, char **argv);
void options_drop(struct options *options);
/* The texts of -h, --help-env and --help-xoptions. */
void help_print_usage(const char *program);
void help_print_variables(void);
void help_print_x_options(void);

#endif
