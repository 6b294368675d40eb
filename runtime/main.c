/* The atoll program: the command line of python3. */
#include "gc/gc.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/core/streams.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/start.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: atoll [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"
    "Options:\n"
    "-B     : don't write bytecode caches; also PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : program passed in as string (terminates option list)\n"
    "-E     : ignore PYTHON* environment variables\n"
    "-h     : print this help message and exit\n"
    "-I     : isolate from the user's environment (implies -E and -P)\n"
    "-m mod : run library module as a script (terminates option list)\n"
    "-O     : remove assert and __debug__-dependent statements; -OO docstrings too\n"
    "-P     : don't prepend a potentially unsafe path to sys.path\n"
    "-q     : accepted, as are -b -d -i -s -S -u -v -x: see the manual of python3\n"
    "-V     : print the version and exit\n"
    "-W arg : warning control\n"
    "-X opt : gc-stats prints the collector's figures at the end; compile-library=FILE compiles the standard library\n"
    "         into FILE (library.bytecode beside the program is used); chaos=SEED pauses threads where they may meet,\n"
    "         as the number says; others are kept in sys._xoptions\n"
    "file   : program read from script file\n"
    "-      : program read from stdin\n";

enum { INT_DIGITS_LEAST = 640 }; /* no lower limit of digits can be set */

struct command_line {
    const char *command, *module, *file;
    int first_argument; /* index of the argument that becomes sys.argv[0] */
    const char **warn_options, **x_options;
    size_t warn_count, x_count;
    const char *compile_library; /* -X compile-library=FILE */
    bool gc_stats, dist_packages;
    const char *chaos; /* -X chaos=SEED */
    bool injects;      /* -X fail-allocation=N: let the N-th allocation fail; 0 tells how many there were */
    long long fail_allocation;
};

static int fail(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fputs("Try `atoll -h' for more information.\n", stderr);
    return 2;
}

static void print_version(void)
{
    printf("Python 3.11.2 (Atoll %s)\n", ATOLL_VERSION);
}

/* One single-letter flag without a value; false when it is unknown. */
static bool set_flag(char letter, struct command_line *line)
{
    switch (letter) {
    case 'B':
        sys_flags.dont_write_bytecode = 1;
        return true;
    case 'E':
        sys_flags.ignore_environment = 1;
        return true;
    case 'I':
        sys_flags.isolated = sys_flags.ignore_environment = sys_flags.no_user_site = sys_flags.safe_path = 1;
        return true;
    case 'O':
        sys_flags.optimize++;
        return true;
    case 'P':
        sys_flags.safe_path = 1;
        return true;
    case 'S':
        sys_flags.no_site = 1;
        return true;
    case 'b':
        sys_flags.bytes_warning++;
        return true;
    case 'd':
        sys_flags.debug++;
        return true;
    case 'i':
        sys_flags.inspect = sys_flags.interactive = 1;
        return true;
    case 'q':
        sys_flags.quiet = 1;
        return true;
    case 's':
        sys_flags.no_user_site = 1;
        return true;
    case 'u':
        streams_unbuffered = true;
        return true;
    case 'v':
        sys_flags.verbose++;
        return true;
    case 'R':
    case 'x':
        return true;
    default:
        return false;
    }
}

/* Returns -1 to go on, or an exit status. */
static int parse(int argc, char **argv, struct command_line *line)
{
    int i = 1;
    for (; i < argc; i++) {
        const char *arg = argv[i];
        if (arg[0] != '-' || !arg[1])
            break;
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "--version") == 0) {
            arg[2] == 'h' ? (void)fputs(usage, stdout) : print_version();
            return 0;
        }
        if (strcmp(arg, "--") == 0) {
            i++;
            break;
        }
        if (strncmp(arg, "--", 2) == 0)
            return fail("unknown option %s\n", arg);
        for (const char *p = arg + 1; *p; p++) {
            if (*p == 'h' || *p == '?') {
                fputs(usage, stdout);
                return 0;
            }
            if (*p == 'V') {
                print_version();
                return 0;
            }
            if (strchr("cmWX", *p)) {
                char option = *p;
                const char *v = p[1] ? p + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!v) {
                    fprintf(stderr, "Argument expected for the -%c option\n", option);
                    return fail("%s", "");
                }
                if (option == 'c' || option == 'm') {
                    *(option == 'c' ? &line->command : &line->module) = v;
                    line->first_argument = i;
                    argv[i] = option == 'c' ? "-c" : "-m";
                    return -1;
                }
                if (option == 'W')
                    line->warn_options[line->warn_count++] = v;
                else
                    line->x_options[line->x_count++] = v;
                break;
            }
            if (!set_flag(*p, line)) {
                fprintf(stderr, "Unknown option: -%c\n", *p);
                return fail("usage: atoll [option] ... [-c cmd | -m mod | file | -] [arg] ...\n%s", "");
            }
        }
    }
    line->first_argument = i;
    if (i < argc && strcmp(argv[i], "-") != 0)
        line->file = argv[i];
    return -1;
}

static void read_options(struct command_line *line)
{
    for (size_t i = 0; i < line->x_count; i++) {
        const char *x = line->x_options[i];
        if (strcmp(x, "gc-stats") == 0)
            line->gc_stats = true;
        else if (strcmp(x, "dist-packages") == 0)
            line->dist_packages = true;
        else if (strncmp(x, "fail-allocation=", 16) == 0)
            line->injects = (line->fail_allocation = atoll(x + 16)) >= 0;
        else if (strncmp(x, "chaos=", 6) == 0)
            line->chaos = x + 6;
        else if (strncmp(x, "compile-library=", 16) == 0)
            line->compile_library = x + 16;
        else if (strcmp(x, "dev") == 0)
            sys_flags.dev_mode = codec_checks_names = true;
    }
    if (sys_flags.ignore_environment)
        return;
    const char *text = getenv("PYTHONDONTWRITEBYTECODE");
    if (text && *text)
        sys_flags.dont_write_bytecode = 1;
    text = getenv("PYTHONOPTIMIZE");
    if (text && *text && !sys_flags.optimize)
        sys_flags.optimize = atoi(text) > 0 ? atoi(text) : 1;
    text = getenv("PYTHONNOUSERSITE");
    if (text && *text)
        sys_flags.no_user_site = 1;
    text = getenv("PYTHONSAFEPATH");
    if (text && *text)
        sys_flags.safe_path = 1;
}

static bool fatal_while(const char *state, const char *message)
{
    fprintf(stderr, "Fatal Python error: %s\nPython runtime state: %s\n\n", message, state);
    return false;
}
static bool fatal(const char *message)
{
    return fatal_while("preinitialized", message);
}

/* UTF-8 mode is always on; who asks for it, or for another, has to do so in right words. */
static bool check_utf8_mode(const struct command_line *line)
{
    for (size_t i = 0; i < line->x_count; i++) {
        const char *x = line->x_options[i];
        if (strncmp(x, "utf8=", 5) == 0 && strcmp(x, "utf8=0") != 0 && strcmp(x, "utf8=1") != 0)
            return fatal_while("preinitializing", "preconfig_init_utf8_mode: invalid -X utf8 option value");
        if (strncmp(x, "utf8", 4) == 0 && strchr("=", x[4]))
            return true;
    }
    const char *text = sys_flags.ignore_environment ? NULL : getenv("PYTHONUTF8");
    if (text && *text && strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
        return fatal_while("preinitializing",
                           "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value");
    return true;
}

/* PYTHONINTMAXSTRDIGITS, and -X int_max_str_digits=N, which counts. */
static bool read_digit_limit(const struct command_line *line)
{
    const char *texts[2] = {sys_flags.ignore_environment ? NULL : getenv("PYTHONINTMAXSTRDIGITS"), NULL};
    if (texts[0] && !*texts[0])
        texts[0] = NULL;
    static const char option[] = "int_max_str_digits";
    for (size_t i = 0; i < line->x_count; i++)
        if (strncmp(line->x_options[i], option, strlen(option)) == 0 && strchr("=", line->x_options[i][strlen(option)]))
            texts[1] = line->x_options[i] + strlen(option);
    for (int i = 0; i < 2; i++) {
        if (!texts[i])
            continue;
        char *end;
        const char *digits = texts[i] + (i == 1 && *texts[i] == '=');
        errno = 0;
        long limit = strtol(digits, &end, 10);
        if ((end == digits && digits == texts[i]) || *end || errno || limit > INT_MAX ||
            (limit != 0 && limit < INT_DIGITS_LEAST))
            return fatal(i == 0
                             ? "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 "
                               "or 0 for unlimited."
                             : "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 "
                               "or 0 for unlimited.");
        sys_flags.int_max_str_digits = (int)limit;
    }
    return true;
}

static bool start_chaos(const char *seed)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(seed, &end, 0);
    if (end == seed || *end || *seed == '-' || errno)
        return fatal("-X chaos=SEED: the seed is a number from 0 to 18446744073709551615");
    chaos_begin(number);
    return true;
}

/* What the options mean for numbers, hashes and pauses. */
static bool apply_options(const struct command_line *line)
{
    if (!check_utf8_mode(line) || (line->chaos && !start_chaos(line->chaos)))
        return false;
    const char *seed = sys_flags.ignore_environment ? NULL : getenv("PYTHONHASHSEED");
    if (!hash_set_seed(seed))
        return fatal("config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    if (!read_digit_limit(line))
        return false;
    sys_flags.hash_randomization = hash_is_random;
    if (sys_flags.int_max_str_digits == 0 || sys_flags.int_max_str_digits >= INT_DIGITS_LEAST)
        atomic_store(&int_max_str_digits, sys_flags.int_max_str_digits);
    return true;
}

int main(int argc, char **argv)
{
    struct command_line line = {0};
    line.warn_options = calloc((size_t)argc + 1, sizeof *line.warn_options);
    line.x_options = calloc((size_t)argc + 1, sizeof *line.x_options);
    char **all = malloc(((size_t)argc + 1) * sizeof *all); /* parse() changes what becomes sys.argv */
    if (!line.warn_options || !line.x_options || !all)
        return !fatal("no memory for the options");
    memcpy(all, argv, ((size_t)argc + 1) * sizeof *all);
    int status = parse(argc, argv, &line);
    if (status < 0) {
        read_options(&line);
        status = apply_options(&line) ? -1 : 1;
    }
    if (status >= 0) {
        free(line.warn_options);
        free(line.x_options);
        free(all);
        return status;
    }
    if (sys_flags.optimize > 2)
        sys_flags.optimize = 2;
    static char *no_arguments[] = {"", NULL};
    bool any = line.first_argument < argc;
    struct start_config config = {
        .argc = any ? argc - line.first_argument : 1,
        .argv = any ? argv + line.first_argument : no_arguments,
        .program = argc ? argv[0] : "",
        .all_argc = argc,
        .all_argv = all,
        .dist_packages = line.dist_packages,
        .gc_stats = line.gc_stats,
        .use_environment = !sys_flags.ignore_environment,
        .warn_options = line.warn_options,
        .x_options = line.x_options,
    };
    if (!runtime_start(&config))
        return 1;
    if (line.injects)
        heap_inject_failure((uint64_t)line.fail_allocation, false);
    status = line.compile_library ? !import_cache_compile_library(line.compile_library)
             : line.command       ? run_command(line.command)
             : line.module        ? run_module(line.module)
             : line.file          ? run_file(line.file)
                                  : run_stdin();
    status = run_inspection(status);
    if (line.injects) {
        uint64_t made = heap_inject_failure(0, false);
        if (line.fail_allocation == 0)
            fprintf(stderr, "allocations: %llu\n", (unsigned long long)made);
    }
    status = runtime_finish(status);
    free(line.warn_options);
    free(line.x_options);
    free(all);
    return status;
}
