/*
 * Where things are, as CPython's getpath finds them.
 *
 * The program is called by a name, which may be a symbolic link: sys.executable is that name, made absolute. Its file
 * has modules of its own beside it, and the standard library's bytecode. An environment (a folder made by the venv
 * module) is known by a pyvenv.cfg beside the program's name or one level above; that names the folder of the program
 * which it was made with, where everything else is looked for. What an environment changes in sys, site does.
 */
#include "runtime/paths.h"
#include "runtime/abstract.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/objects/objects.h"
#include "runtime/sys.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct paths paths;

#define LIBRARY_BELOW "lib/python3.11"

__attribute__((format(printf, 1, 2))) static char *format_path(const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return text;
}

static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_program(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* The length of what is before the last slash; that of the root is 1. */
static int directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash > path ? (int)(slash - path) : 1;
}

/* Take ".", ".." and doubled slashes out of a path, in place, without asking the file system. */
static void normalize_path(char *path)
{
    bool rooted = *path == '/';
    char *out = path + rooted, *floor = out; /* what is below the floor stays: the root, or leading ".." */
    for (char *at = path; *at;) {
        size_t slashes = strspn(at, "/"), length = strcspn(at += slashes, "/");
        char *part = at;
        at += length;
        if (length == 0 || (length == 1 && *part == '.'))
            continue;
        bool up = length == 2 && part[0] == '.' && part[1] == '.';
        if (up && (out > floor || rooted)) {
            while (out > floor && *--out != '/')
                ;
            continue;
        }
        if (out > path + rooted)
            *out++ = '/';
        memmove(out, part, length);
        out += length;
        if (up)
            floor = out;
    }
    *out = 0;
}

/* ---- finding ---- */

/* The name by which the program was called, as a path: what a shell would have found. Malloced; NULL without memory. */
static char *find_executable(const char *called)
{
    if (strchr(called, '/')) {
        char directory[PATH_MAX];
        if (*called == '/' || !getcwd(directory, sizeof directory))
            return strdup(called);
        return format_path("%s/%s", directory, called + (called[0] == '.' && called[1] == '/' ? 2 : 0));
    }
    for (const char *at = getenv("PATH"); at && *called;) {
        int length = (int)(strchrnul(at, ':') - at);
        char *path = format_path("%.*s/%s", length ? length : 1, length ? at : ".", called);
        if (!path || is_program(path)) {
            char *whole = path && *path != '/' ? find_executable(path) : path;
            if (whole != path)
                free(path);
            return whole;
        }
        free(path);
        at = at[length] ? at + length + 1 : NULL;
    }
    return realpath("/proc/self/exe", NULL);
}

/* A row "key = value" of a pyvenv.cfg: the value, malloced. */
static char *row_value(char *row, const char *key)
{
    char *equals = strchr(row, '=');
    if (!equals)
        return NULL;
    char *end = equals;
    while (isspace((unsigned char)*row))
        row++;
    while (end > row && isspace((unsigned char)end[-1]))
        end--;
    if ((size_t)(end - row) != strlen(key) || strncasecmp(row, key, strlen(key)) != 0)
        return NULL;
    char *text = equals + 1;
    while (isspace((unsigned char)*text))
        text++;
    for (end = text + strlen(text); end > text && isspace((unsigned char)end[-1]);)
        *--end = 0;
    return strdup(text);
}

/* One more entry of paths.search; relative ones are below the program's folder. */
static void add_search(const char *entry)
{
    char *path = *entry == '/' ? strdup(entry)
                               : format_path("%.*s/%s", directory_length(paths.executable), paths.executable, entry);
    if (path)
        normalize_path(path);
    char *more = path ? format_path("%s%s\n", paths.search, path) : NULL;
    free(path);
    free(paths.search);
    paths.search = more;
}

/* A file beside the program's name, with "._pth" behind it, says all of sys.path and isolates the program. */
static void read_path_file(void)
{
    char *name = format_path("%s._pth", paths.executable), *row = NULL;
    FILE *file = name ? fopen(name, "re") : NULL;
    size_t room = 0;
    free(name);
    if (!file)
        return;
    paths.search = strdup("");
    sys_flags.isolated = sys_flags.ignore_environment = sys_flags.no_user_site = 1;
    sys_flags.no_site = sys_flags.safe_path = 1;
    while (paths.search && getline(&row, &room, file) >= 0) {
        row[strcspn(row, "#")] = 0;
        char *start = row + strspn(row, " \t\r\n"), *end = start + strlen(start);
        while (end > start && isspace((unsigned char)end[-1]))
            *--end = 0;
        if (strcmp(start, "import site") == 0)
            sys_flags.no_site = 0;
        else if (*start && strncmp(start, "import ", 7) != 0)
            add_search(start);
    }
    free(row);
    fclose(file);
}

struct environment {
    char *home, *executable; /* of pyvenv.cfg; NULL: it does not say */
};

static void read_environment(FILE *file, struct environment *environment)
{
    char *row = NULL;
    size_t room = 0;
    while (getline(&row, &room, file) >= 0) {
        if (!environment->home)
            environment->home = row_value(row, "home");
        if (!environment->executable)
            environment->executable = row_value(row, "executable");
    }
    free(row);
}

static void find_environment(struct environment *environment)
{
    static const char *const places[] = {"..", "."};
    for (size_t i = 0; i < 2 && !environment->home; i++) {
        char *path = format_path("%.*s/%s/pyvenv.cfg", directory_length(paths.executable), paths.executable, places[i]);
        if (path)
            normalize_path(path);
        FILE *file = path ? fopen(path, "re") : NULL;
        free(path);
        if (!file)
            continue;
        read_environment(file, environment);
        fclose(file);
        return;
    }
}

/* The program that the environment was made with. */
static char *environments_program(const struct environment *environment)
{
    const char *last = strrchr(paths.executable, '/');
    char *path = format_path("%s/%s", environment->home, last ? last + 1 : paths.executable);
    if (path && is_program(path))
        return path;
    free(path);
    if (environment->executable && is_program(environment->executable))
        return strdup(environment->executable);
    return format_path("%s/atoll", environment->home);
}

/* The directory of the modules that are shared objects: lib/atoll beside the program, or where it is installed.
 * Malloced; NULL when there is none. */
static char *native_directory(const char *program)
{
    static const char *const places[] = {"lib/atoll", "../" ATOLL_LIBRARY_DIRECTORY "/atoll"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *directory = format_path("%.*s/%s", directory_length(program), program, places[i]);
        if (!directory)
            return NULL;
        normalize_path(directory);
        if (is_directory(directory))
            return directory;
        free(directory);
    }
    return NULL;
}

/* The program's own file; that of an environment may be a copy without what lies beside a program. */
static char *find_program(bool in_environment)
{
    char *own = realpath("/proc/self/exe", NULL);
    if (!in_environment)
        return own ? own : strdup(paths.executable);
    char *directory = own ? native_directory(own) : NULL;
    if (!directory) {
        free(own);
        own = realpath(paths.base_executable, NULL);
    }
    free(directory);
    return own ? own : strdup(paths.base_executable);
}

static bool holds_library(const char *folder)
{
    char *probe = format_path("%s/os.py", folder);
    bool holds = probe && access(probe, R_OK) == 0;
    free(probe);
    return holds;
}

static char *with_library(char *directory)
{
    if (directory)
        normalize_path(directory);
    if (directory && holds_library(directory))
        return directory;
    free(directory);
    return NULL;
}

/* Near the program, as in "bin" and "lib" of one prefix, or where Debian has it. */
static char *search_library(void)
{
    static const char *const places[] = {"/usr/" LIBRARY_BELOW, "/usr/local/" LIBRARY_BELOW};
    const char *near = paths.in_environment ? paths.base_executable : paths.executable;
    char *found = with_library(format_path("%.*s/../" LIBRARY_BELOW, directory_length(near), near));
    for (size_t i = 0; !found && i < sizeof places / sizeof *places; i++)
        found = with_library(strdup(places[i]));
    return found ? found : strdup(places[0]);
}

/* PYTHONHOME=prefix[:exec_prefix] */
static bool find_below_home(const char *home)
{
    size_t length = strcspn(home, ":");
    paths.prefix = strndup(home, length);
    paths.exec_prefix = strdup(home[length] ? home + length + 1 : home);
    paths.stdlib = with_library(format_path("%.*s/" LIBRARY_BELOW, (int)length, home));
    if (!paths.stdlib)
        fprintf(stderr, "atoll: cannot start: no standard library below PYTHONHOME=%s\n", home);
    return paths.stdlib;
}

static bool find_library(bool use_environment)
{
    const char *given = use_environment ? getenv("ATOLL_STDLIB") : NULL;
    const char *home = use_environment ? getenv("PYTHONHOME") : NULL;
    if (home && *home && !(given && *given))
        return find_below_home(home);
    paths.stdlib = given && *given ? strdup(given) : search_library();
    size_t length = paths.stdlib ? strlen(paths.stdlib) : 0, below = strlen("/" LIBRARY_BELOW);
    bool standard = length > below && strcmp(paths.stdlib + length - below, "/" LIBRARY_BELOW) == 0;
    paths.prefix = standard ? strndup(paths.stdlib, length - below) : strdup("/usr");
    paths.exec_prefix = paths.prefix ? strdup(paths.prefix) : NULL;
    return true;
}

bool paths_find(const char *program)
{
    struct environment environment = {0};
    bool found = true;
    paths.executable = find_executable(program);
    if (paths.executable) {
        if (sys_flags.ignore_environment || !getenv("PYTHONHOME") || !*getenv("PYTHONHOME"))
            read_path_file();
        find_environment(&environment);
        paths.in_environment = environment.home;
        paths.base_executable = environment.home ? environments_program(&environment) : strdup(paths.executable);
        paths.program = paths.base_executable ? find_program(paths.in_environment) : NULL;
        found = paths.program && find_library(!sys_flags.ignore_environment);
    }
    free(environment.home);
    free(environment.executable);
    if (!found)
        return false;
    if (!paths.executable || !paths.base_executable || !paths.program || !paths.stdlib || !paths.prefix ||
        !paths.exec_prefix) {
        fputs("atoll: cannot start: no memory for its paths\n", stderr);
        return false;
    }
    return true;
}

/* ---- sys ---- */

static bool append_text(value list, const char *text)
{
    value v = str_decode_locale(text);
    return v && list_append_owned(list, v);
}

static bool set_text(const char *name, const char *text)
{
    value v = str_decode_locale(text);
    bool done = v && sys_set(name, v);
    value_dec(v);
    return done;
}

/* An entry of PYTHONPATH as sys.path shows it: absolute, and without detours unless -S leaves them. */
static value absolute_entry(const char *start, size_t length)
{
    char directory[PATH_MAX], *whole = NULL, *entry = strndup(start, length);
    if (!entry)
        return raise_no_memory();
    normalize_path(entry);
    if (*entry != '/' && getcwd(directory, sizeof directory)) {
        if (asprintf(&whole, *entry ? "%s/%s" : "%s", directory, entry) < 0)
            whole = NULL;
        if (whole && !sys_flags.no_site)
            normalize_path(whole);
    } else {
        whole = entry;
        entry = NULL;
    }
    value v = whole ? str_decode_locale(whole) : raise_no_memory();
    free(whole);
    free(entry);
    return v;
}

/* PYTHONPATH; without -S each entry counts once. */
static bool append_environment_path(value list, const char *paths)
{
    while (paths && *paths) {
        const char *end = strchrnul(paths, ':');
        value entry = absolute_entry(paths, (size_t)(end - paths));
        int twice = entry && !sys_flags.no_site ? value_contains(list, entry) : 0;
        bool done = entry && twice >= 0 && (twice || list_append(list, entry));
        value_dec(entry);
        if (!done)
            return false;
        if (*end && !end[1]) /* "a:" ends with an entry that is empty */
            return append_environment_path(list, ".");
        paths = *end ? end + 1 : end;
    }
    return true;
}

static bool append_native_path(value list)
{
    char *directory = native_directory(paths.program);
    bool done = !directory || append_text(list, directory);
    free(directory);
    return done;
}

static bool append_search(value list)
{
    for (const char *at = paths.search, *end; *at; at = end + 1) {
        end = strchr(at, '\n');
        value entry = str_from_utf8_surrogates(at, (size_t)(end - at));
        if (!entry || !list_append_owned(list, entry))
            return false;
    }
    return true;
}

/* PYTHONPATH, the library (an archive of it before its directory) and the modules that are shared objects. Packages of
 * others are site's. */
static bool set_path(void)
{
    const char *given = sys_flags.ignore_environment ? NULL : getenv("PYTHONPATH");
    value list = list_new(4);
    char *archive = format_path("%s/lib/python311.zip", paths.prefix);
    bool done = list && archive &&
                (paths.search ? append_search(list)
                              : append_environment_path(list, given) && append_text(list, archive) &&
                                    append_text(list, paths.stdlib) && append_native_path(list)) &&
                sys_set("path", list);
    free(archive);
    value_dec(list);
    return done;
}

bool paths_set(void)
{
    import_cache_set_places(paths.program, paths.stdlib);
    return import_set_library(paths.stdlib) && set_path() && set_text("_stdlib_dir", paths.stdlib) &&
           set_text("executable", paths.executable) && set_text("_base_executable", paths.base_executable) &&
           set_text("prefix", paths.prefix) && set_text("base_prefix", paths.prefix) &&
           set_text("exec_prefix", paths.exec_prefix) && set_text("base_exec_prefix", paths.exec_prefix);
}
