/* Running what the command line names as __main__: a command, a script, a directory or archive, a module, or what comes
 * from standard input. */
#include "runtime/start.h"
#include "runtime/audit.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/file.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/core/streams.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/modules/importing/spec.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/objects.h"
#include "runtime/sys.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- __main__ ---- */

/* `file`: of a script, else NULL. */
static value make_main(value file)
{
    value module = module_new(NAME(__main__));
    value modules = sys_get("modules");
    value dict = module ? module_dict(module) : NULL;
    value loader = dict ? spec_new_loader(NAME(__main__), file) : NULL;
    bool done = loader && is_given(modules) && dict_set(modules, NAME(__main__), module) &&
                dict_set(dict, NAME(__loader__), loader) &&
                (!file || (dict_set(dict, NAME(__file__), file) && dict_set(dict, NAME(__cached__), VALUE_NONE)));
    if (done) {
        value annotations = dict_new();
        done = annotations && dict_set(dict, NAME(__annotations__), annotations);
        value_dec(annotations);
        value builtins = dict_get_text(modules, "builtins");
        done = done && is_given(builtins) && dict_set(dict, NAME(__builtins__), builtins);
        value_dec(builtins);
    }
    value_dec(loader);
    value_dec(modules);
    if (done)
        return module;
    value_dec(module);
    return NULL;
}

static int run_main(value code, value main, bool is_file)
{
    bool runs = code && main && audit("exec", "O", code);
    value result = runs ? interpreter_run_code(code, module_dict(main), NULL, NULL) : NULL;
    if (is_file)
        streams_flush_quietly(); /* what a file has written comes before what is said of its end */
    int status = result ? 0 : interpreter_report_uncaught();
    value_dec(result);
    value_dec(code);
    value_dec(main);
    return status;
}

/* `flags` are those of parse_source. */
static int run_source(const char *source, size_t length, value filename, value file, unsigned flags)
{
    value main = make_main(file);
    value code = main ? compile_source(source, length, filename, "exec", flags | COMPILE_PROGRAM, -1) : NULL;
    return run_main(code, main, flags & PARSE_FROM_FILE);
}

int run_command(const char *source)
{
    value empty = NAME_TEXT("");
    if (!sys_flags.safe_path && !runtime_add_path(empty))
        return interpreter_report_uncaught();
    size_t length = strlen(source);
    value decoded = str_decode_locale(source);
    struct text checked;
    if (!decoded || !text_of(decoded, &checked)) {
        fputs("Unable to decode the command from the command line:\n", stderr);
        value_dec(decoded);
        return interpreter_report_uncaught();
    }
    text_release(&checked);
    value_dec(decoded);
    char *text = malloc(length + 2);
    if (!text) {
        raise_no_memory();
        return interpreter_report_uncaught();
    }
    memcpy(text, source, length);
    text[length] = '\n';
    text[length + 1] = 0;
    bool runs = audit("cpython.run_command", "N", str_decode_locale(text));
    int status = runs ? run_source(text, length + 1, NAME_TEXT("<string>"), NULL, PARSE_IGNORE_COOKIE)
                      : interpreter_report_uncaught();
    free(text);
    return status;
}

/* PYTHONSTARTUP: a file that is run in __main__ before the first prompt. */
static void run_startup(value main)
{
    const char *path = sys_flags.ignore_environment ? NULL : getenv("PYTHONSTARTUP");
    if (!path || !*path)
        return;
    uint8_t *bytes;
    size_t length;
    value name = str_decode_locale(path);
    bool good = name && audit("cpython.run_startup", "O", name) && audit("open", "Osi", name, "rb", 0);
    if (!good || !file_read_all(path, &bytes, &length)) {
        if (good) {
            fputs("Could not open PYTHONSTARTUP\n", stderr);
            raise_errno(errno, name, NULL);
        }
        interpreter_report_uncaught();
        value_dec(name);
        return;
    }
    value code = compile_source((const char *)bytes, length, name, "exec", PARSE_FROM_FILE | COMPILE_PROGRAM, -1);
    value dict = module_dict(main);
    bool named = code && dict_set(dict, NAME(__file__), name) && dict_set(dict, NAME(__cached__), VALUE_NONE);
    bool runs = named && audit("exec", "O", code);
    value result = runs ? interpreter_run_code(code, dict, NULL, NULL) : NULL;
    streams_flush_quietly();
    if (!result)
        interpreter_report_uncaught();
    if (dict_delete(dict, NAME(__file__)) < 0 || dict_delete(dict, NAME(__cached__)) < 0)
        error_clear();
    value_dec(result);
    value_dec(code);
    value_dec(name);
    free(bytes);
}

static int run_interactive(void)
{
    value main = make_main(NULL);
    if (!main)
        return interpreter_report_uncaught();
    if (!sys_flags.quiet)
        prompt_print_banner();
    run_startup(main);
    sys_flags.inspect = 0;
    int status = run_prompt(main);
    value_dec(main);
    return status;
}

int run_inspection(int status)
{
    const char *asked = sys_flags.ignore_environment ? NULL : getenv("PYTHONINSPECT");
    if (!(sys_flags.inspect || (asked && *asked)) || !(sys_flags.interactive || isatty(STDIN_FILENO)))
        return status;
    sys_flags.inspect = 0;
    value main = import_find_loaded(NAME(__main__));
    if (is_given(main))
        status = run_prompt(main);
    error_clear();
    value_dec(main);
    return status;
}

int run_stdin(void)
{
    if (!sys_flags.safe_path && !runtime_add_path(NAME_TEXT("")))
        return interpreter_report_uncaught();
    if (!audit("cpython.run_stdin", NULL))
        return interpreter_report_uncaught();
    if (sys_flags.interactive || isatty(STDIN_FILENO))
        return run_interactive();
    size_t room = 65536, used = 0;
    char *text = malloc(room);
    while (text) {
        ssize_t got = read(0, text + used, room - used);
        if (got <= 0)
            break;
        used += (size_t)got;
        if (used == room) {
            char *more = realloc(text, room *= 2);
            if (!more)
                free(text);
            text = more;
        }
    }
    if (!text) {
        raise_no_memory();
        return interpreter_report_uncaught();
    }
    int status = run_source(text, used, NAME_TEXT("<stdin>"), NULL, PARSE_FROM_FILE);
    free(text);
    return status;
}

/* The directory of a script, symbolic links followed, becomes sys.path[0]. */
static bool add_script_directory(const char *path)
{
    char resolved[PATH_MAX];
    if (!realpath(path, resolved))
        snprintf(resolved, sizeof resolved, "%s", path);
    char *slash = strrchr(resolved, '/');
    if (slash)
        *(slash == resolved ? slash + 1 : slash) = 0;
    value entry = str_decode_locale(slash ? resolved : "");
    bool done = entry && runtime_add_path(entry);
    value_dec(entry);
    return done;
}

/* runpy does it: a module by its name, or the __main__ of the directory or archive at the front of sys.path. */
static int run_by_runpy(value name, bool sets_argv)
{
    value main = make_main(NULL);
    bool good = main && name && audit("cpython.run_module", "O", name);
    value runpy = good ? import_module("runpy") : NULL;
    value function = runpy ? attr_get(runpy, NAME(_run_module_as_main)) : NULL;
    value result = function ? call_2(function, name, value_bool(sets_argv)) : NULL;
    int status = result ? 0 : interpreter_report_uncaught();
    value_dec(result);
    value_dec(function);
    value_dec(runpy);
    value_dec(main);
    return status;
}

static int run_container(const char *path)
{
    value entry = str_decode_locale(path);
    int status = entry && runtime_add_path(entry) ? run_by_runpy(NAME(__main__), false) : interpreter_report_uncaught();
    value_dec(entry);
    return status;
}

/* Does an archive end the file? Its directory's end is a record of 22 bytes and a comment of up to 64K. */
static bool is_archive(const uint8_t *bytes, size_t length)
{
    enum { RECORD = 22, COMMENT = 65535 };
    for (size_t i = RECORD; i <= length && i <= RECORD + COMMENT; i++)
        if (memcmp(bytes + length - i, "PK\5\6", 4) == 0)
            return true;
    return false;
}

/* The name of a script as __file__ and tracebacks give it: absolute, but not resolved. Owned. */
static value absolute_path(const char *path)
{
    char directory[PATH_MAX], whole[2 * PATH_MAX];
    if (path[0] == '/' || !getcwd(directory, sizeof directory))
        return str_decode_locale(path);
    snprintf(whole, sizeof whole, "%s/%s", directory, path);
    return str_decode_locale(whole);
}

/* Of a file of bytecode, as py_compile writes it. */
static int run_bytecode(const char *path, const uint8_t *bytes, size_t length)
{
    enum { HEAD = 16 }; /* magic number, flags, and what tells of the source */
    value file = absolute_path(path), main = file ? make_main(file) : NULL;
    value loader = main ? importlib_bytecode_loader(NAME(__main__), file) : NULL;
    value magic = loader ? importlib_magic_number() : NULL, marshal = magic ? import_module("marshal") : NULL;
    struct buffer number;
    value code = NULL;
    if (marshal && buffer_get(magic, &number, BUFFER_SIMPLE)) {
        bool same = length >= (size_t)number.length && memcmp(bytes, number.data, (size_t)number.length) == 0;
        buffer_release(&number);
        value data = !same ? raise(EXC(RuntimeError), "Bad magic number in .pyc file")
                           : bytes_new(bytes + (length < HEAD ? length : HEAD), length < HEAD ? 0 : length - HEAD);
        code = data ? call_method_1(marshal, NAME(loads), data) : NULL;
        value_dec(data);
        if (code && !value_is(code, TYPE_ID_CODE)) {
            value_dec(code);
            code = raise(EXC(RuntimeError), "Bad code object in .pyc file");
        }
    }
    value_dec(marshal);
    value_dec(magic);
    bool ready = code && dict_set(module_dict(main), NAME(__loader__), loader);
    value_dec(loader);
    value_dec(file);
    if (!ready) {
        value_dec(code);
        code = NULL;
    }
    return run_main(code, main, true);
}

static bool is_bytecode(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".pyc") == 0;
}

int run_file(const char *path, bool skips_line)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return run_container(path);
    uint8_t *bytes;
    size_t length;
    value name = absolute_path(path);
    bool good = name && audit("cpython.run_file", "O", name) && audit("open", "Osi", name, "rb", 0);
    value_dec(name);
    if (!good)
        return interpreter_report_uncaught();
    if (!file_read_all(path, &bytes, &length)) {
        int error = errno;
        fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n", "atoll", path, error, strerror(error));
        return 2;
    }
    if (is_archive(bytes, length)) {
        free(bytes);
        return run_container(path);
    }
    if (is_bytecode(path)) {
        int status = sys_flags.safe_path || add_script_directory(path) ? run_bytecode(path, bytes, length)
                                                                       : interpreter_report_uncaught();
        free(bytes);
        return status;
    }
    const uint8_t *end =
        skips_line ? memchr(bytes, '\n', length) : bytes; /* the newline stays: lines keep their numbers */
    size_t skipped = end ? (size_t)(end - bytes) : length;
    value file = absolute_path(path);
    int status = file && (sys_flags.safe_path || add_script_directory(path))
                     ? run_source((const char *)bytes + skipped, length - skipped, file, file, PARSE_FROM_FILE)
                     : interpreter_report_uncaught();
    value_dec(file);
    free(bytes);
    return status;
}

/* -m: the runpy module of the standard library does it. */
int run_module(const char *name)
{
    char directory[PATH_MAX];
    value here = sys_flags.safe_path || !getcwd(directory, sizeof directory) ? NULL : str_decode_locale(directory);
    if (!sys_flags.safe_path && here && !runtime_add_path(here))
        error_clear();
    value_dec(here);
    value text = str_decode_locale(name);
    int status = text ? run_by_runpy(text, true) : interpreter_report_uncaught();
    value_dec(text);
    return status;
}
