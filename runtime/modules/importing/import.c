/*
 * Importing: names to modules, modules in sys.modules, one initialisation each.
 *
 * The order of the search is that of importlib: sys.modules; built-in modules; then the directories of sys.path, or of
 * the parent package's __path__. How a file becomes a module is import_file.c's. Finders, loaders and whatever else a
 * program may have to do with the search are importlib's, which does it all once it is awake (importlib.c).
 *
 * A file that happens to lie in the current directory must not stand in for a part of the runtime. So the modules that
 * CPython carries inside itself, or has loaded before it looks at sys.path, come from the library alone, and what the
 * runtime itself imports is looked for there first, with all that it imports in turn.
 *
 * While a module is initialised its name stands in the table of imports in progress with the thread that does it.
 * Another thread that wants the module waits there (in a blocking region). A thread that would wait in a circle takes
 * the partially initialised module instead, as importlib's module locks do.
 */
#include "runtime/modules/importing/import.h"
#include "runtime/audit.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/modules/module.h"
#include "runtime/sys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- imports in progress ---- */
struct progress {
    struct progress *next;
    value name; /* owned */
    struct interpreter *owner;
};

static pthread_mutex_t progress_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress_changed = PTHREAD_COND_INITIALIZER;
static struct progress *in_progress;
/* Threads that wait: who waits for which entry; guarded by progress_mutex. */
struct waiter {
    struct waiter *next;
    struct interpreter *thread;
    struct progress *entry; /* NULL: it is gone, the thread is about to wake */
};
static struct waiter *waiters;

static struct progress *find_progress(value name)
{
    for (struct progress *p = in_progress; p; p = p->next)
        if (str_equal(p->name, name))
            return p;
    return NULL;
}

static bool would_deadlock(const struct progress *entry, const struct interpreter *self)
{
    const struct interpreter *thread = entry->owner;
    for (;;) {
        if (thread == self)
            return true;
        const struct waiter *w = waiters;
        while (w && w->thread != thread)
            w = w->next;
        if (!w || !w->entry)
            return false;
        thread = w->entry->owner;
    }
}

/* Wait until nobody else initialises the module. False: not done, that would be a deadlock. */
static bool wait_for_other(value name)
{
    struct interpreter *self = interpreter_self;
    thread_enter_blocking();
    pthread_mutex_lock(&progress_mutex);
    struct progress *entry;
    while ((entry = find_progress(name)) != NULL && !would_deadlock(entry, self)) {
        struct waiter w = {waiters, self, entry};
        waiters = &w;
        pthread_cond_wait(&progress_changed, &progress_mutex);
        for (struct waiter **place = &waiters; *place; place = &(*place)->next) {
            if (*place == &w) {
                *place = w.next;
                break;
            }
        }
    }
    pthread_mutex_unlock(&progress_mutex);
    thread_leave_blocking();
    return !entry;
}

/* Become the initialiser of a module: 1, or 0 when another thread is (wait and look again), -1 without memory. */
static int begin_progress(value name)
{
    struct progress *entry = malloc(sizeof *entry);
    if (!entry) {
        raise_no_memory();
        return -1;
    }
    value owned = value_inc(name);
    pthread_mutex_lock(&progress_mutex);
    struct progress *other = find_progress(name);
    if (!other) {
        *entry = (struct progress){in_progress, owned, interpreter_self};
        in_progress = entry;
    }
    pthread_mutex_unlock(&progress_mutex);
    if (!other)
        return 1;
    free(entry);
    value_dec(owned);
    return 0;
}

static void end_progress(value name)
{
    struct progress *found = NULL;
    pthread_mutex_lock(&progress_mutex);
    for (struct progress **place = &in_progress; *place; place = &(*place)->next) {
        if (str_equal((*place)->name, name)) {
            found = *place;
            *place = found->next;
            break;
        }
    }
    for (struct waiter *w = waiters; w; w = w->next)
        if (w->entry == found)
            w->entry = NULL;
    pthread_cond_broadcast(&progress_changed);
    pthread_mutex_unlock(&progress_mutex);
    if (found)
        value_dec(found->name);
    free(found);
}

void import_after_fork(void)
{
    pthread_mutex_init(&progress_mutex, NULL);
    pthread_cond_init(&progress_changed, NULL);
    waiters = NULL;
    for (struct progress **place = &in_progress; *place;) {
        struct progress *entry = *place;
        if (entry->owner == interpreter_self) {
            place = &entry->next;
            continue;
        }
        *place = entry->next;
        value_dec(entry->name);
        free(entry);
    }
}

bool import_is_in_progress(value package, value name)
{
    pthread_mutex_lock(&progress_mutex);
    bool any = in_progress != NULL;
    pthread_mutex_unlock(&progress_mutex);
    value full = any ? str_format("%U.%U", package, name) : NULL;
    if (!full) {
        if (any)
            error_clear();
        return false;
    }
    pthread_mutex_lock(&progress_mutex);
    bool found = find_progress(full) != NULL;
    pthread_mutex_unlock(&progress_mutex);
    value_dec(full);
    return found;
}

static bool is_in_progress_elsewhere(value name)
{
    pthread_mutex_lock(&progress_mutex);
    struct progress *entry = in_progress ? find_progress(name) : NULL;
    bool elsewhere = entry && entry->owner != interpreter_self;
    pthread_mutex_unlock(&progress_mutex);
    return elsewhere;
}

/* ---- sys.modules ---- */
static value modules_dict(void)
{
    value modules = sys_get("modules");
    if (modules == VALUE_MISSING || (modules && !is_dict(modules))) {
        value_dec(modules);
        return raise(EXC(RuntimeError), "unable to get sys.modules");
    }
    return modules;
}

value import_find_loaded(value name)
{
    value modules = modules_dict();
    value found = modules ? dict_get(modules, name) : NULL;
    value_dec(modules);
    return found;
}

bool import_is_initializing(value module)
{
    value spec = attr_get_optional(module, NAME(__spec__));
    value flag = spec && spec != VALUE_MISSING ? attr_get_optional(spec, NAME(_initializing)) : VALUE_MISSING;
    value_dec(spec);
    int truth = flag && flag != VALUE_MISSING ? value_truth(flag) : 0;
    value_dec(flag);
    if (error_occurred())
        error_clear();
    return truth > 0;
}

static value not_found(value name, value message)
{
    value exception = message ? call_1(value_of(EXC(ModuleNotFoundError)), message) : NULL;
    value_dec(message);
    if (exception && attr_set(exception, NAME(name), name))
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

/* ---- finding ---- */

static value load_builtin(const struct module_def *def, value name)
{
    value module = module_create(def, NULL);
    value modules = module ? modules_dict() : NULL;
    bool done = modules && import_file_set_builtin_spec(module, name) && dict_set(modules, name, module) &&
                (!importlib_is_awake() || importlib_adopt(module));
    value_dec(modules);
    if (!done) {
        value_dec(module);
        return NULL;
    }
    import_file_tell(name, module);
    return module;
}

static const struct module_def *find_builtin(value name)
{
    struct text text;
    if (!text_of(name, &text)) {
        error_clear();
        return NULL;
    }
    const struct module_def *def = module_find_builtin(text.bytes);
    text_release(&text);
    return def;
}

/* ---- the library ---- */
static value library; /* a tuple of its one directory, set at start */
/* This thread imports for the runtime's own use: so deep. */
static _Thread_local unsigned runtime_imports;

bool import_set_library(const char *directory)
{
    value text = str_decode_locale(directory);
    library = text ? tuple_pack(1, text) : NULL;
    value_dec(text);
    return library;
}

value import_library_path(value file)
{
    return str_format("%U/%U", tuple_get(library, 0), file);
}

/* Part of the runtime in CPython: frozen into it, or imported before sys.path is looked at. */
static bool is_part_of_runtime(value name)
{
    static const char *const names[] = {
        "_collections_abc", "_sitebuiltins", "abc",  "codecs", "encodings", "genericpath", "io", "ntpath", "os",
        "posixpath",        "runpy",         "site", "stat",   "zipimport"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equals_text(name, names[i]))
            return true;
    return false;
}

/* os and these import one another, which works only if os comes first, as it does in CPython before any program. */
static bool is_part_of_os(value name)
{
    return str_equals_text(name, "genericpath") || str_equals_text(name, "posixpath") ||
           str_equals_text(name, "ntpath");
}

/* Such a module by importing os, owned; VALUE_MISSING: os is on its way, or does not import it. */
static value import_with_os(value name)
{
    value os = import_find_loaded(NAME(os));
    if (os == VALUE_MISSING)
        os = import_absolute(NAME(os));
    value_dec(os);
    return os ? import_find_loaded(name) : NULL;
}

/* Find and initialise the module `name`; `path`: the parent package's __path__ (a sequence), or NULL for a top-level
 * module. */
static value find_and_load(value name, value path)
{
    value module = path ? VALUE_MISSING : importlib_module(name);
    if (module != VALUE_MISSING)
        return module;
    const struct module_def *def = find_builtin(name);
    if (def)
        return load_builtin(def, name);
    bool whole = !path && is_part_of_runtime(name);
    if (whole && is_part_of_os(name)) {
        module = import_with_os(name);
        if (module != VALUE_MISSING)
            return module;
    }
    if (whole || (!path && runtime_imports)) {
        module = import_file_load(name, library);
        if (module != VALUE_MISSING || whole)
            return module == VALUE_MISSING ? not_found(name, str_format("No module named %R", name)) : module;
    }
    value search = path ? value_inc(path) : sys_get("path");
    if (!search || search == VALUE_MISSING)
        return search ? not_found(name, str_format("No module named %R", name)) : NULL;
    module = import_file_load(name, search);
    value_dec(search);
    if (module == VALUE_MISSING)
        return not_found(name, str_format("No module named %R", name));
    return module;
}

/* Tells audit hooks that a module is about to be looked for, if it is not there. */
static bool told_import(value name)
{
    if (!audit_is_heard())
        return true;
    value found = import_find_loaded(name);
    bool good = found, is_there = is_given(found);
    value_dec(found);
    value lists[3] = {NULL};
    const value names[] = {NAME(path), NAME(meta_path), NAME(path_hooks)};
    for (size_t i = 0; good && i < 3; i++) {
        lists[i] = dict_get(sys_dict, names[i]);
        good = lists[i];
        if (lists[i] == VALUE_MISSING) {
            lists[i] = sys_late_attribute(names[i]);
            good = lists[i];
        }
        if (lists[i] == VALUE_MISSING)
            lists[i] = VALUE_NONE;
    }
    good = good && (is_there || audit("import", "OOOOO", name, NULL, lists[0], lists[1], lists[2]));
    for (size_t i = 0; i < 3; i++)
        value_dec(lists[i]);
    return good;
}

/* `parent.child`: import the parent first. Its body may import the child too, or put something in its place (os.path):
 * then that is *found, else VALUE_MISSING, and *path is the parent's. */
static value import_parent(value name, ssize dot, value *path, value *found)
{
    value parent_name = str_substring(name, 0, (size_t)dot);
    value parent = NULL;
    if (parent_name && recursion_enter("")) {
        parent = told_import(parent_name) ? import_absolute(parent_name) : NULL;
        recursion_leave();
    }
    if (!parent) {
        value_dec(parent_name);
        return NULL;
    }
    *found = import_find_loaded(name);
    if (*found != VALUE_MISSING) {
        value_dec(parent_name);
        if (!*found) {
            value_dec(parent);
            return NULL;
        }
        return parent;
    }
    *path = attr_get_optional(parent, NAME(__path__));
    if (*path == VALUE_MISSING) {
        not_found(name, str_format("No module named %R; %R is not a package", name, parent_name));
        *path = NULL;
    }
    value_dec(parent_name);
    if (!*path) {
        value_dec(parent);
        return NULL;
    }
    return parent;
}

static value load_module(value name)
{
    if (importlib_is_awake())
        return is_part_of_runtime(name) ? importlib_load_from(name, library) : importlib_load(name);
    ssize dot = str_find(name, NAME_TEXT("."), 0, (ssize)str_length(name), -1);
    value path = NULL, parent = NULL;
    if (dot >= 0) {
        value found;
        parent = import_parent(name, dot, &path, &found);
        if (!parent)
            return NULL;
        if (found != VALUE_MISSING) {
            value_dec(parent);
            return found;
        }
    }
    value module = find_and_load(name, path);
    value_dec(path);
    if (module) { /* the body may have replaced itself in sys.modules */
        value replaced = import_find_loaded(name);
        if (replaced && replaced != VALUE_MISSING) {
            value_dec(module);
            module = replaced;
        } else if (replaced) {
            value_dec(module);
            module = not_found(name, str_format("module %R not in sys.modules", name));
        }
    }
    if (module && parent) {
        value child = str_substring(name, (size_t)dot + 1, str_length(name));
        if (!child || !attr_set(parent, child, module)) {
            value_dec(module);
            module = NULL;
        }
        value_dec(child);
    }
    value_dec(parent);
    return module;
}

/* -X importtime */
const char *import_check_hash_based_pycs = "default";
bool import_shows_times;
static _Thread_local struct {
    int64_t nested; /* nanoseconds of the imports inside the running one */
    int depth;
} times;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void show_time(value name, int64_t all, int64_t own)
{
    struct text text;
    if (!text_of(name, &text)) {
        error_clear();
        return;
    }
    fprintf(stderr, "import time: %9lld | %10lld | %*s%s\n", (long long)(own / 1000), (long long)(all / 1000),
            2 * times.depth, "", text.bytes);
    text_release(&text);
}

static value load_timed(value name)
{
    static _Atomic bool has_heading;
    if (!atomic_exchange(&has_heading, true))
        fputs("import time: self [us] | cumulative | imported package\n", stderr);
    int64_t around = times.nested, start = now();
    times.nested = 0;
    times.depth++;
    value module = load_module(name);
    value error = module ? NULL : error_fetch();
    int64_t all = now() - start, own = all - times.nested;
    times.depth--;
    times.nested = around + all;
    show_time(name, all, own);
    if (error)
        error_restore(error);
    return module;
}

/* site makes the entries of sys.path absolute. CPython imports it before the entry "" of -c and the prompt is there,
 * and whoever imports it later finds it done: so that entry stays. */
static value load_site(value name)
{
    value path = sys_get("path");
    value first = path && is_list(path) && list_length(path) ? list_get(path, 0) : VALUE_MISSING;
    bool hides = is_given(first) && is_str(first) && str_length(first) == 0;
    if (hides) {
        value taken = list_pop(path, 0);
        hides = taken;
        value_dec(taken);
        error_clear();
    }
    value module = import_shows_times ? load_timed(name) : load_module(name);
    if (hides) {
        value error = error_fetch();
        if (!list_insert(path, 0, first)) {
            value_dec(module);
            module = NULL;
        }
        if (error) {
            error_clear();
            error_restore(error);
        }
    }
    value_dec(first);
    value_dec(path);
    return module;
}

static value load_in_progress(value name)
{
    return str_equals_text(name, "site") ? load_site(name) : import_shows_times ? load_timed(name) : load_module(name);
}

/* Before a module is loaded, and is in progress: who wakes importlib may have to wait for this. */
static bool prepare(value name)
{
    value finders = dict_get(sys_dict, NAME(meta_path));
    value_dec(finders);
    if (finders == VALUE_NONE)
        return raise_false(EXC(ImportError), "sys.meta_path is None, Python is likely shutting down");
    return finders && ((!importlib_is_wanted() && !importlib_has(name)) || importlib_wake());
}

/* The module with an absolute name, loaded if need be; owned. */
value import_absolute(value name)
{
    bool prepared = false;
    for (;;) {
        value found = import_find_loaded(name);
        if (!found)
            return NULL;
        if (found == VALUE_NONE)
            return not_found(name, str_format("import of %S halted; None in sys.modules", name));
        if (found != VALUE_MISSING) {
            if (is_in_progress_elsewhere(name))
                wait_for_other(name);
            return found;
        }
        if (!prepared) {
            if (!prepare(name))
                return NULL;
            prepared = true;
            continue; /* it may be there by now */
        }
        int mine = begin_progress(name);
        if (mine < 0)
            return NULL;
        if (mine) {
            value module = load_in_progress(name);
            end_progress(name);
            return module;
        }
        pthread_mutex_lock(&progress_mutex);
        struct progress *entry = find_progress(name);
        bool self = entry && entry->owner == interpreter_self;
        pthread_mutex_unlock(&progress_mutex);
        if (self) /* this thread is importing it further up, and it was taken out of sys.modules: once more */
            return load_in_progress(name);
        if (!wait_for_other(name)) /* who imports it waits for this thread, and took it out of sys.modules */
            return raise(EXC(RuntimeError), "deadlock detected by _ModuleLock(%R)", name);
    }
}

/* ---- names ---- */

/* Both tell the package of a module; false with an exception, which may be that of a warning. */
static bool agrees_with_spec(value package, value spec)
{
    if (!is_given(spec))
        return true;
    value parent = attr_get(spec, NAME(parent));
    int equal = parent ? value_equals(package, parent) : -1;
    value_dec(parent);
    return equal < 0 ? false : equal || warn(EXC(ImportWarning), 1, "__package__ != __spec__.parent") == 0;
}

/* The package that a relative import starts from; owned str. */
static value calling_package(value globals)
{
    if (!globals || !is_dict(globals))
        return raise(EXC(KeyError), "'__name__' not in globals");
    value package = dict_get(globals, NAME(__package__));
    if (!package)
        return NULL;
    value spec = dict_get(globals, NAME(__spec__));
    if (!spec) {
        value_dec(package);
        return NULL;
    }
    if (is_given(package)) {
        bool good =
            is_str(package) ? agrees_with_spec(package, spec) : raise_false(EXC(TypeError), "package must be a string");
        value_dec(spec);
        if (good)
            return package;
        value_dec(package);
        return NULL;
    }
    if (is_given(spec)) {
        value parent = attr_get(spec, NAME(parent));
        value_dec(spec);
        if (!parent || is_str(parent))
            return parent;
        value_dec(parent);
        return raise(EXC(TypeError), "__spec__.parent must be a string");
    }
    if (warn(EXC(ImportWarning), 1,
             "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__") < 0)
        return NULL;
    value name = dict_get(globals, NAME(__name__));
    value path = name ? dict_get(globals, NAME(__path__)) : NULL;
    if (!path || name == VALUE_MISSING || !is_str(name)) {
        bool is_there = name && name != VALUE_MISSING;
        value_dec(name);
        value_dec(path);
        return error_occurred() ? NULL
               : is_there       ? raise(EXC(TypeError), "__name__ must be a string")
                                : raise(EXC(KeyError), "'__name__' not in globals");
    }
    bool is_package = path != VALUE_MISSING;
    value_dec(path);
    if (is_package)
        return name;
    ssize dot = str_find(name, NAME_TEXT("."), 0, (ssize)str_length(name), -1);
    value parent = str_substring(name, 0, dot < 0 ? 0 : (size_t)dot);
    value_dec(name);
    return parent;
}

static value resolve_name(value name, value globals, int level)
{
    if (level == 0)
        return value_inc(name);
    value package = calling_package(globals);
    if (!package)
        return NULL;
    if (str_length(package) == 0) {
        value_dec(package);
        return raise(EXC(ImportError), "attempted relative import with no known parent package");
    }
    ssize end = (ssize)str_length(package);
    for (int i = 1; i < level; i++) {
        end = str_find(package, NAME_TEXT("."), 0, end, -1);
        if (end < 0) {
            value_dec(package);
            return raise(EXC(ImportError), "attempted relative import beyond top-level package");
        }
    }
    value base = str_substring(package, 0, (size_t)end);
    value_dec(package);
    value full = !base || str_length(name) == 0 ? value_inc(base) : str_format("%U.%U", base, name);
    value_dec(base);
    return full;
}

/* `from package import a, b`: names that are no attributes may be submodules. `is_all`: these are those of the
 * package's
 * __all__. */
static bool import_submodules(value module, value fromlist, bool is_all)
{
    value path = attr_get_optional(module, NAME(__path__));
    if (!path || path == VALUE_MISSING)
        return path != NULL;
    value_dec(path);
    value list = list_from_iterable(fromlist);
    value package = list ? attr_get(module, NAME(__name__)) : NULL;
    bool done = package != NULL;
    for (size_t i = 0; done && i < list_length(list); i++) {
        value item = list_get(list, i);
        if (!is_str(item)) {
            done = is_all ? raise_false(EXC(TypeError), "Item in %S.__all__ must be str, not %T", package, item)
                          : raise_false(EXC(TypeError), "Item in ``from list'' must be str, not %T", item);
        } else if (str_equals_text(item, "*")) {
            value all = is_all ? VALUE_MISSING : attr_get_optional(module, NAME(__all__));
            done = all && (all == VALUE_MISSING || import_submodules(module, all, true));
            value_dec(all);
        } else {
            int present = attr_has(module, item);
            if (present == 0) {
                value full = str_format("%U.%U", package, item);
                value child = full && told_import(full) ? import_absolute(full) : NULL;
                if (!child && full && error_matches(EXC(ModuleNotFoundError))) {
                    value error = error_fetch();
                    value missing = attr_get_optional(error, NAME(name));
                    bool itself = missing && missing != VALUE_MISSING && is_str(missing) && str_equal(missing, full);
                    value_dec(missing);
                    value blocked = itself ? import_find_loaded(full) : VALUE_MISSING; /* by None */
                    itself = itself && blocked == VALUE_MISSING;
                    value_dec(blocked);
                    if (itself)
                        value_dec(error); /* the import statement reports what it cannot find */
                    else
                        error_restore(error);
                    done = itself;
                } else {
                    done = child != NULL;
                }
                value_dec(child);
                value_dec(full);
            } else {
                done = present > 0;
            }
        }
        value_dec(item);
    }
    value_dec(package);
    value_dec(list);
    return done;
}

value import_module_level(value name, value globals, value fromlist, int level)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "module name must be a string");
    if (level < 0)
        return raise(EXC(ValueError), "level must be >= 0");
    value full = resolve_name(name, globals, level);
    if (!full)
        return NULL;
    if (str_length(full) == 0) {
        value_dec(full);
        return raise(EXC(ValueError), "Empty module name");
    }
    value module = told_import(full) ? import_absolute(full) : NULL;
    int wants = module && is_given(fromlist) ? value_truth(fromlist) : 0;
    if (!module || wants < 0)
        goto fail;
    if (wants) {
        if (!import_submodules(module, fromlist, false))
            goto fail;
    } else if (level == 0 || str_length(name) > 0) {
        ssize dot = str_find(name, NAME_TEXT("."), 0, (ssize)str_length(name), 1);
        if (dot >= 0) { /* import a.b.c binds a */
            size_t cut = str_length(full) - (str_length(name) - (size_t)dot);
            value head = str_substring(full, 0, cut);
            value top = head ? import_absolute(head) : NULL;
            value_dec(head);
            value_dec(module);
            module = top;
        }
    }
    value_dec(full);
    return module;
fail:
    value_dec(module);
    value_dec(full);
    importlib_trim_traceback();
    return NULL;
}

value import_module(const char *name)
{
    value text = str_from_text(name);
    runtime_imports++;
    value module = text && told_import(text) ? import_absolute(text) : NULL;
    runtime_imports--;
    value_dec(text);
    return module;
}

/* ---- __import__ ---- */
static value builtin_import(value self, const value *args)
{
    int level;
    if (!value_as_int(args[4], &level))
        return NULL;
    return import_module_level(args[0], args[1], args[3], level);
}

const struct method_def import_method =
    METHOD("__import__", builtin_import, "(name, globals=None, locals=None, fromlist=(), level=0)", "Import a module.");

static value default_import;

bool import_is_default(value function)
{
    return function == default_import;
}

value import_make_function(void)
{
    if (!default_import)
        default_import = builtin_function_new(&import_method, NULL, NAME(builtins));
    return default_import ? value_inc(default_import) : NULL;
}

void import_finish(void)
{
    importlib_finish();
    value_dec(library);
    library = NULL;
    value_dec(default_import);
    default_import = NULL;
}
