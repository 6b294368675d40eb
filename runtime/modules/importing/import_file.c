/* Modules from files: the search in the directories of a path, source files, module specs. Their bytecode comes from
 * import_cache.c when it can. */
#include "runtime/modules/importing/import_file.h"
#include "runtime/audit.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/compiler/code/code.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/modules/importing/native.h"
#include "runtime/file.h"
#include "runtime/modules/importing/spec.h"
#include "runtime/sys.h"
#include "runtime/objects/objects.h"
#include "runtime/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

value import_file_compile(value path, bool cached)
{
    struct text text;
    struct stat info;
    if (!text_of_path(path, &text))
        return NULL;
    if (!audit("open", "Osi", path, cached ? "r" : "rb", cached ? O_RDONLY | O_CLOEXEC : 0)) {
        text_release(&text);
        return NULL;
    }
    uint8_t *bytes = NULL;
    size_t length = 0;
    value code = VALUE_MISSING;
    if (stat(text.bytes, &info) != 0)
        code = raise_errno(errno, path, NULL);
    else if (cached)
        code = import_cache_read(text.bytes, &info);
    if (code == VALUE_MISSING) {
        if (!file_read_all(text.bytes, &bytes, &length)) {
            code = raise_errno(errno, path, NULL);
        } else {
            const char *frozen = import_cache_frozen_name(text.bytes);
            value filename = frozen ? str_from_text(frozen) : value_inc(path);
            /* What is not cached is a script that the program was asked to run. */
            code = filename ? compile_source((const char *)bytes, length, filename, "exec",
                                             COMPILE_PROGRAM | (cached ? 0 : PARSE_FROM_FILE), sys_optimize_level())
                            : NULL;
            value_dec(filename);
            if (code && cached)
                import_cache_write(text.bytes, &info, code);
        }
    }
    raw_free(bytes);
    text_release(&text);
    return code;
}

/* ---- making a module ---- */
static bool set_module_attributes(value module, value name, value file, value package, value search)
{
    value dict = module_dict(module);
    value spec = spec_new(name, file, search, package);
    if (!spec)
        return false;
    bool done = dict_set(dict, NAME(__spec__), spec) && dict_set(dict, NAME(__package__), package);
    value loader = done ? attr_get(spec, NAME(loader)) : NULL;
    done = loader && dict_set(dict, NAME(__loader__), loader) && (!file || dict_set(dict, NAME(__file__), file)) &&
           (!search || dict_set(dict, NAME(__path__), search));
    value_dec(loader);
    value_dec(spec);
    return done;
}

bool import_file_set_builtin_spec(value module, value name)
{
    return set_module_attributes(module, name, NULL, NAME_TEXT(""), NULL);
}

static value parent_name(value name)
{
    ssize dot = str_find(name, NAME_TEXT("."), 0, (ssize)str_length(name), -1);
    return str_substring(name, 0, dot < 0 ? 0 : (size_t)dot);
}

/* importlib woke while the module was running, or after it was found. */
static bool end_with_importlib(value module)
{
    if (!importlib_adopt(module))
        return false;
    value spec = dict_get(module_dict(module), NAME(__spec__));
    bool done = spec && (!is_given(spec) || attr_set(spec, NAME(_initializing), VALUE_FALSE));
    value_dec(spec);
    return done;
}

static bool run_module(value module, value name, value file, value spec)
{
    value modules = sys_get("modules");
    bool done = modules && modules != VALUE_MISSING && dict_set(modules, name, module);
    spec_set_initializing(spec, true);
    value code = done ? import_file_compile(file, true) : NULL;
    bool runs = code && audit("exec", "O", code);
    value result = runs ? interpreter_run_code(code, module_dict(module), NULL, NULL) : NULL;
    spec_set_initializing(spec, false);
    if (result && importlib_is_awake() && !end_with_importlib(module)) {
        value_dec(result);
        result = NULL;
    }
    if (!result && done) {
        value error = error_fetch();
        if (dict_delete(modules, name) < 0)
            error_clear();
        if (error)
            error_restore(error);
    }
    value_dec(code);
    value_dec(result);
    value_dec(modules);
    return result != NULL;
}

/* -v, as importlib tells it once it is awake. */
void import_file_tell(value name, value module)
{
    if (!sys_flags.verbose)
        return;
    value loader = dict_get(module_dict(module), NAME(__loader__));
    value line = loader ? str_format("import %R # %R", name, loader) : NULL;
    struct text text;
    if (line && text_of(line, &text)) {
        fprintf(stderr, "%s\n", text.bytes);
        text_release(&text);
    }
    error_clear();
    value_dec(line);
    value_dec(loader);
}

/* Where importlib would keep the file's bytecode: what cache_from_source says. */
static value cached_path(value file)
{
    size_t length = str_length(file);
    ssize slash = str_find(file, NAME_TEXT("/"), 0, (ssize)length, -1);
    const char *prefix = sys_places.pycache_prefix;
    char level[16] = "";
    if (sys_optimize_level())
        snprintf(level, sizeof level, ".opt-%d", sys_optimize_level());
    value folder = str_substring(file, 0, slash < 0 ? 0 : (size_t)slash);
    value stem = str_substring(file, (size_t)(slash + 1), length - strlen(".py"));
    value path = !folder || !stem ? NULL
                 : prefix         ? str_format("%s%U/%U." CACHE_TAG "%s.pyc", prefix, folder, stem, level)
                                  : str_format("%U/__pycache__/%U." CACHE_TAG "%s.pyc", folder, stem, level);
    value_dec(stem);
    value_dec(folder);
    return path;
}

/* A module (package: its __init__) from `file`; `search`: __path__ of a package, or NULL. */
static value load_source(value name, value file, value search)
{
    value module = module_new(name);
    value package = search ? value_inc(name) : parent_name(name);
    value spec = NULL, cached = cached_path(file);
    bool done = module && package && cached && set_module_attributes(module, name, file, package, search) &&
                dict_set(module_dict(module), NAME(__cached__), cached) &&
                dict_set(module_dict(module), NAME(__builtins__), builtins_dict) &&
                (spec = dict_get(module_dict(module), NAME(__spec__))) && run_module(module, name, file, spec);
    value_dec(spec);
    value_dec(package);
    value_dec(cached);
    if (done) {
        if (!importlib_is_awake())
            import_file_tell(name, module);
        return module;
    }
    value_dec(module);
    return NULL;
}

/* A module from a shared object. */
static value load_native(value name, value file)
{
    value module = native_module_load(name, file), package = module ? parent_name(name) : NULL;
    value modules = package ? sys_get("modules") : NULL;
    bool done = is_given(modules) && set_module_attributes(module, name, file, package, NULL) &&
                dict_set(modules, name, module) && (!importlib_is_awake() || importlib_adopt(module));
    value_dec(modules);
    value_dec(package);
    if (done)
        return module;
    value_dec(module);
    return NULL;
}

/* ---- the search ---- */
enum file_kind { FILE_FAILED = -1, FILE_NONE, FILE_REGULAR, FILE_DIRECTORY };

/* A path that no file can have is FILE_NONE; FILE_FAILED is MemoryError. */
static enum file_kind kind_of(value path)
{
    struct text text;
    struct stat info;
    if (!text_of_path(path, &text)) {
        if (error_matches(EXC(MemoryError)))
            return FILE_FAILED;
        error_clear();
        return FILE_NONE;
    }
    int failed = stat(text.bytes, &info);
    text_release(&text);
    return failed                  ? FILE_NONE
           : S_ISDIR(info.st_mode) ? FILE_DIRECTORY
           : S_ISREG(info.st_mode) ? FILE_REGULAR
                                   : FILE_NONE;
}

/* The package in the directory `base`: VALUE_MISSING when it has no __init__.py. */
static value try_package(value name, value base)
{
    value init = str_format("%U/__init__.py", base);
    enum file_kind kind = init ? kind_of(init) : FILE_FAILED;
    value result = kind == FILE_FAILED ? NULL : VALUE_MISSING;
    if (kind == FILE_REGULAR) {
        value search = list_new(1);
        result = search && list_append(search, base) ? load_source(name, init, search) : NULL;
        value_dec(search);
    }
    value_dec(init);
    return result;
}

static value try_native(value name, value base)
{
    value file = str_format("%U%s", base, native_module_suffix);
    enum file_kind kind = file ? kind_of(file) : FILE_FAILED;
    value result = kind == FILE_FAILED ? NULL : kind == FILE_REGULAR ? load_native(name, file) : VALUE_MISSING;
    value_dec(file);
    return result;
}

/* A directory of the search and, behind a slash, what is looked for there. Absolute, as CPython's finders make it: a
 * module stays what it is when the program goes elsewhere, and the cache tells files of one name apart. VALUE_MISSING
 * where there is no current directory. */
static value join_directory(value directory, value last)
{
    size_t length = str_length(directory);
    if (length && str_at(directory, 0) == '/')
        return str_format(str_at(directory, length - 1) == '/' ? "%U%U" : "%U/%U", directory, last);
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here))
        return VALUE_MISSING;
    value start = str_decode_locale(here);
    bool alone = !length || str_equals_text(directory, ".");
    value base = !start  ? NULL
                 : alone ? str_format(here[1] ? "%U/%U" : "%U%U", start, last)
                         : str_format(here[1] ? "%U/%U/%U" : "%U%U/%U", start, directory, last);
    value_dec(start);
    return base;
}

/* Try one directory: the module, VALUE_MISSING, or NULL. A directory without __init__.py is added to *portions. */
static value try_directory(value name, value last, value directory, value portions)
{
    value base = join_directory(directory, last);
    if (base == VALUE_MISSING)
        return VALUE_MISSING;
    enum file_kind kind = base ? kind_of(base) : FILE_FAILED;
    value result = kind == FILE_FAILED ? NULL : kind == FILE_DIRECTORY ? try_package(name, base) : VALUE_MISSING;
    if (result != VALUE_MISSING) {
        value_dec(base);
        return result;
    }
    value file = str_format("%U.py", base);
    enum file_kind file_kind = file ? kind_of(file) : FILE_FAILED;
    if (file_kind == FILE_FAILED)
        result = NULL;
    else if (file_kind == FILE_REGULAR)
        result = load_source(name, file, NULL);
    else
        result = try_native(name, base);
    if (result == VALUE_MISSING && kind == FILE_DIRECTORY && !list_append(portions, base))
        result = NULL;
    value_dec(file);
    value_dec(base);
    return result;
}

value import_file_load(value name, value path)
{
    ssize dot = str_find(name, NAME_TEXT("."), 0, (ssize)str_length(name), -1);
    value last = str_substring(name, dot < 0 ? 0 : (size_t)dot + 1, str_length(name));
    value directories = list_from_iterable(path);
    value portions = list_new(0);
    value result = last && directories && portions ? VALUE_MISSING : NULL;
    for (size_t i = 0; result == VALUE_MISSING && i < list_length(directories); i++) {
        value directory = list_get(directories, i);
        if (directory != VALUE_MISSING && is_str(directory))
            result = try_directory(name, last, directory, portions);
        value_dec(directory);
    }
    if (result == VALUE_MISSING && list_length(portions) > 0)
        result = importlib_wake() ? importlib_load(name) : NULL; /* a namespace package */
    value_dec(portions);
    value_dec(directories);
    value_dec(last);
    return result;
}
