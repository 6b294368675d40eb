/*
 * The command line of python3, and the variables that mean the same. Options of letters count before variables; what is
 * wrong in either ends the process with CPython's words.
 */
#include "runtime/options.h"
#include "runtime/compiler/code/code.h"
#include "runtime/modules/core/streams.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/text/str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INT_DIGITS_LEAST = 640 }; /* no lower limit of digits can be set */
enum { EXIT_USAGE = 2, GO_ON = -1 };

/* ---- the command line ---- */

struct command_line {
    struct options *options;
    int argc;
    char **argv;
    unsigned versions;
};

static int complain(const struct command_line *line)
{
    fprintf(stderr,
            "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `atoll -h' for more information.\n",
            line->argv[0]);
    return EXIT_USAGE;
}

/* What follows the name in the last -X name[=text]: "" or "=text"; NULL: not given. */
static const char *x_option(const struct options *options, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = options->x_count; i-- > 0;) {
        const char *x = options->x_options[i];
        if (strncmp(x, name, length) == 0 && (!x[length] || x[length] == '='))
            return x + length;
    }
    return NULL;
}

/* The text in it, which may be empty. */
static const char *x_text(const struct options *options, const char *name)
{
    const char *rest = x_option(options, name);
    return rest && *rest ? rest + 1 : rest;
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
    case 'R':
        line->options->random_hashes = true;
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
    case 'V':
        line->versions++;
        return true;
    case 'v':
        sys_flags.verbose++;
        return true;
    case 'x':
        line->options->skips_line = true;
        return true;
    default:
        return false;
    }
}

/* An option of a whole word; *at is its place, which moves on where it has a value. GO_ON or an exit status. */
static int read_word(struct command_line *line, int *at)
{
    const char *word = line->argv[*at];
    bool all = strcmp(word, "--help-all") == 0, usage = all || strcmp(word, "--help") == 0;
    bool variables = all || strcmp(word, "--help-env") == 0, x_options = all || strcmp(word, "--help-xoptions") == 0;
    if (usage)
        help_print_usage(line->argv[0]);
    if (variables)
        help_print_variables();
    if (x_options)
        help_print_x_options();
    if (usage || variables || x_options)
        return 0;
    if (strcmp(word, "--version") == 0) {
        line->versions++;
    } else if (strcmp(word, "--check-hash-based-pycs") == 0) {
        const char *mode = *at + 1 < line->argc ? line->argv[++*at] : NULL;
        if (!mode) {
            fputs("Argument expected for the --check-hash-based-pycs options\n", stderr);
            return complain(line);
        }
        if (strcmp(mode, "default") != 0 && strcmp(mode, "always") != 0 && strcmp(mode, "never") != 0) {
            fputs("--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n", stderr);
            return complain(line);
        }
        import_check_hash_based_pycs = mode;
    } else if (x_option(line->options, "contention") && (strcmp(word, "--json") == 0 || strcmp(word, "--svg") == 0)) {
        char **kept = &line->options->report_files[word[2] == 's'];
        const char *file = *at + 1 < line->argc ? line->argv[++*at] : NULL;
        if (!file) {
            fprintf(stderr, "Argument expected for the %s option\n", word);
            return complain(line);
        }
        free(*kept);
        if (asprintf(kept, "contention-%s=%s", word + 2, file) < 0)
            return 1;
        line->options->x_options[line->options->x_count++] = *kept;
    } else {
        fprintf(stderr, "unknown option %s\n", word);
        return complain(line);
    }
    return GO_ON;
}

/* The letters of one argument. *ends: it names what to run, and what follows is the program's. */
static int read_letters(struct command_line *line, int *at, bool *ends)
{
    struct options *options = line->options;
    for (const char *p = line->argv[*at] + 1; *p; p++) {
        if (!strchr("cmWX", *p)) {
            if (set_flag(*p, line))
                continue;
            if (*p == 'h' || *p == '?') {
                help_print_usage(line->argv[0]);
                return 0;
            }
            if (*p == 'J')
                fputs("-J is reserved for Jython\n", stderr);
            else
                fprintf(stderr, "Unknown option: -%c\n", *p);
            return complain(line);
        }
        const char *text = p[1] ? p + 1 : *at + 1 < line->argc ? line->argv[++*at] : NULL;
        if (!text) {
            fprintf(stderr, "Argument expected for the -%c option\n", *p);
            return complain(line);
        }
        if (*p == 'W')
            options->warn_options[options->warn_count++] = text;
        else if (*p == 'X')
            options->x_options[options->x_count++] = text;
        else
            *(*p == 'c' ? &options->command : &options->module) = text;
        *ends = strchr("cm", *p);
        if (*ends)
            line->argv[*at] = *p == 'c' ? "-c" : "-m"; /* sys.argv[0] */
        return GO_ON;
    }
    return GO_ON;
}

static int read_line(struct command_line *line)
{
    int at = 1;
    bool ends = false;
    for (; at < line->argc && !ends; at++) {
        const char *argument = line->argv[at];
        if (argument[0] != '-' || !argument[1])
            break;
        if (strcmp(argument, "--") == 0) {
            at++;
            break;
        }
        int status = argument[1] == '-' ? read_word(line, &at) : read_letters(line, &at, &ends);
        if (status != GO_ON)
            return status;
    }
    line->options->first_argument = ends ? at - 1 : at;
    if (!ends && at < line->argc && strcmp(line->argv[at], "-") != 0)
        line->options->file = line->argv[at];
    return GO_ON;
}

/* -V. GO_ON: it was not given. */
static int tell(const struct command_line *line)
{
    if (!line->versions)
        return GO_ON;
    printf("Python 3.11.2 (Atoll %s)%s\n", ATOLL_VERSION, line->versions > 1 ? " [C11, " ATOLL_MULTIARCH "]" : "");
    return 0;
}

/* ---- -X and variables ---- */

static bool fatal_while(const char *state, const char *message)
{
    fprintf(stderr, "Fatal Python error: %s\nPython runtime state: %s\n\n", message, state);
    return false;
}
static bool fatal(const char *message)
{
    return fatal_while("preinitialized", message);
}

/* A variable that is set to something and counts. */
static const char *variable(const char *name)
{
    const char *text = sys_flags.ignore_environment ? NULL : getenv(name);
    return text && *text ? text : NULL;
}

/* A variable that stands for a flag: its number, where that is more; what is no number counts as 1. */
static void raise_flag(int *flag, const char *name)
{
    const char *text = variable(name);
    if (!text)
        return;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (*end || errno || number < 0 || number > INT_MAX)
        number = 1;
    if (number > *flag)
        *flag = (int)number;
}

static void read_variables(struct options *options)
{
    int writes_no_bytecode = 0, unbuffered = 0;
    raise_flag(&sys_flags.debug, "PYTHONDEBUG");
    raise_flag(&sys_flags.verbose, "PYTHONVERBOSE");
    raise_flag(&sys_flags.optimize, "PYTHONOPTIMIZE");
    raise_flag(&sys_flags.inspect, "PYTHONINSPECT");
    raise_flag(&writes_no_bytecode, "PYTHONDONTWRITEBYTECODE");
    raise_flag(&unbuffered, "PYTHONUNBUFFERED");
    sys_flags.dont_write_bytecode |= variable("PYTHONDONTWRITEBYTECODE") != NULL;
    sys_flags.no_user_site |= variable("PYTHONNOUSERSITE") != NULL;
    sys_flags.safe_path |= variable("PYTHONSAFEPATH") != NULL;
    streams_unbuffered = streams_unbuffered || unbuffered;
    const char *prefix = x_text(options, "pycache_prefix");
    prefix = prefix ? prefix : variable("PYTHONPYCACHEPREFIX");
    sys_places.pycache_prefix = prefix && *prefix ? prefix : NULL;
    if (variable("PYTHONPLATLIBDIR"))
        sys_places.platlibdir = variable("PYTHONPLATLIBDIR");
}

static void read_x_options(struct options *options)
{
    options->gc_stats = x_option(options, "gc-stats");
    options->dist_packages = x_option(options, "dist-packages");
    options->contention = x_option(options, "contention");
    options->chaos = x_text(options, "chaos");
    options->compile_library = x_text(options, "compile-library");
    const char *allocation = x_text(options, "fail-allocation");
    options->injects = allocation && (options->fail_allocation = atoll(allocation)) >= 0;
    if (x_option(options, "dev") || variable("PYTHONDEVMODE"))
        sys_flags.dev_mode = codec_checks_names = true;
    options->faulthandler = sys_flags.dev_mode || x_option(options, "faulthandler") || variable("PYTHONFAULTHANDLER");
    if (x_option(options, "warn_default_encoding") || variable("PYTHONWARNDEFAULTENCODING"))
        sys_flags.warn_default_encoding = 1;
    if (x_option(options, "no_debug_ranges") || variable("PYTHONNODEBUGRANGES"))
        code_hides_columns = true;
    import_shows_times = x_option(options, "importtime") || variable("PYTHONPROFILEIMPORTTIME");
}

/* Is the locale of text "C" or "POSIX"? */
static bool is_plain_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = getenv(names[i]);
        if (text && *text)
            return strcmp(text, "C") == 0 || strcmp(text, "POSIX") == 0;
    }
    return true;
}

/* Text of the system is UTF-8 in either mode. */
static bool read_utf8_mode(const struct options *options)
{
    const char *text = x_option(options, "utf8");
    if (text && *text && strcmp(text, "=0") != 0 && strcmp(text, "=1") != 0)
        return fatal_while("preinitializing", "preconfig_init_utf8_mode: invalid -X utf8 option value");
    if (text) {
        sys_flags.utf8_mode = strcmp(text, "=0") != 0;
        return true;
    }
    text = variable("PYTHONUTF8");
    if (text && strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
        return fatal_while("preinitializing",
                           "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value");
    sys_flags.utf8_mode = text ? *text == '1' : is_plain_locale();
    return true;
}

static bool read_allocator(void)
{
    static const char *const names[] = {"default", "debug", "pymalloc", "pymalloc_debug", "malloc", "malloc_debug"};
    const char *text = variable("PYTHONMALLOC");
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0)
            return true;
    return !text || fatal_while("preinitializing", "preconfig_init_allocator: PYTHONMALLOC: unknown allocator");
}

/* The number in a whole text, 0 where that is empty; false: it is none, or negative. */
static bool read_number(const char *text, int *number)
{
    char *end;
    errno = 0;
    long read = strtol(text, &end, 10);
    if (*end || errno || read > INT_MAX || read < 0)
        return false;
    *number = (int)read;
    return true;
}

/* PYTHONINTMAXSTRDIGITS, and -X int_max_str_digits=N, which counts. */
static bool read_digit_limit(const struct options *options)
{
    const char *texts[] = {variable("PYTHONINTMAXSTRDIGITS"), x_option(options, "int_max_str_digits")};
    static const char *const complaints[] = {
        "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.",
        "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited."};
    for (size_t i = 0; i < 2; i++) {
        int limit;
        if (!texts[i])
            continue;
        if ((i == 1 && *texts[i]++ != '=') || !read_number(texts[i], &limit) || (limit && limit < INT_DIGITS_LEAST))
            return fatal(complaints[i]);
        sys_flags.int_max_str_digits = limit;
        atomic_store(&int_max_str_digits, limit);
    }
    return true;
}

/* -X tracemalloc[=N], which counts, and PYTHONTRACEMALLOC=N. */
static bool read_traced_frames(struct options *options)
{
    const char *text = x_option(options, "tracemalloc"), *of_variable = variable("PYTHONTRACEMALLOC");
    options->traced_frames = 0;
    if (text && !*text)
        options->traced_frames = 1;
    else if (text && !read_number(text + 1, &options->traced_frames))
        return fatal("config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames");
    else if (!text && of_variable && !read_number(of_variable, &options->traced_frames))
        return fatal("config_init_tracemalloc: PYTHONTRACEMALLOC: invalid number of frames");
    return true;
}

static bool read_frozen(const struct options *options)
{
    const char *text = x_text(options, "frozen_modules");
    return !text || !*text || strcmp(text, "on") == 0 || strcmp(text, "off") == 0 ||
           fatal("bad value for option -X frozen_modules (expected \"on\" or \"off\")");
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

static bool read_hash_seed(const struct options *options)
{
    if (!hash_set_seed(options->random_hashes ? NULL : variable("PYTHONHASHSEED")))
        return fatal("config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    sys_flags.hash_randomization = hash_is_random;
    return true;
}

int options_read(struct options *options, int argc, char **argv)
{
    struct command_line line = {.options = options, .argc = argc, .argv = argv};
    options->warn_options = calloc((size_t)argc + 1, sizeof *options->warn_options);
    options->x_options = calloc((size_t)argc + 1, sizeof *options->x_options);
    if (!options->warn_options || !options->x_options)
        return !fatal("no memory for the options");
    int status = read_line(&line);
    if (status == GO_ON)
        status = tell(&line);
    if (status != GO_ON)
        return status;
    read_x_options(options);
    if (!read_utf8_mode(options) || !read_allocator() || (options->chaos && !start_chaos(options->chaos)) ||
        !read_hash_seed(options) || !read_digit_limit(options) || !read_traced_frames(options) || !read_frozen(options))
        return 1;
    read_variables(options);
    return GO_ON;
}

void options_drop(struct options *options)
{
    free(options->warn_options);
    free(options->x_options);
    free(options->report_files[0]);
    free(options->report_files[1]);
}
