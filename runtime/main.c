/* The atoll program: reads the command line, makes the runtime and runs what it is asked to. */
#include "gc/gc.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/options.h"
#include "runtime/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(const struct options *options)
{
    int status = options->compile_library ? !import_cache_compile_library(options->compile_library)
                 : options->command       ? run_command(options->command)
                 : options->module        ? run_module(options->module)
                 : options->file          ? run_file(options->file, options->skips_line)
                                          : run_stdin();
    return run_inspection(status);
}

/* `all`: the arguments as they came. */
static int start_and_run(const struct options *options, int argc, char **argv, char **all)
{
    static char *no_arguments[] = {"", NULL};
    bool any = options->first_argument < argc;
    struct start_config config = {
        .argc = any ? argc - options->first_argument : 1,
        .argv = any ? argv + options->first_argument : no_arguments,
        .program = argc ? argv[0] : "",
        .all_argc = argc,
        .all_argv = all,
        .dist_packages = options->dist_packages,
        .contention = options->contention,
        .gc_stats = options->gc_stats,
        .faulthandler = options->faulthandler,
        .traced_frames = options->traced_frames,
        .warn_options = options->warn_options,
        .x_options = options->x_options,
    };
    if (!runtime_start(&config))
        return 1;
    if (options->injects)
        heap_inject_failure((uint64_t)options->fail_allocation, false);
    int status = run(options);
    if (options->injects) {
        uint64_t made = heap_inject_failure(0, false);
        if (options->fail_allocation == 0)
            fprintf(stderr, "allocations: %llu\n", (unsigned long long)made);
    }
    return runtime_finish(status);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    char **all = malloc(((size_t)argc + 1) * sizeof *all);
    if (!all) {
        fputs("atoll: cannot start: no memory for the arguments\n", stderr);
        return 1;
    }
    memcpy(all, argv, ((size_t)argc + 1) * sizeof *all);
    int status = options_read(&options, argc, argv);
    if (status < 0)
        status = start_and_run(&options, argc, argv, all);
    options_drop(&options);
    free(all);
    return status;
}
