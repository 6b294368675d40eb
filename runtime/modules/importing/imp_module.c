/*
 * The _imp module: what importlib needs of the runtime. Its import lock is one that programs may take around what they
 * do with sys.modules; the runtime itself has the table of imports in progress (import.c).
 */
#include "runtime/compiler/code/code.h"
#include "runtime/arguments.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/modules/importing/native.h"
#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/text/str.h"
#include "runtime/sys.h"

#include <pthread.h>
#include <string.h>

/* ---- the import lock: recursive ---- */
static pthread_mutex_t lock_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t lock_freed = PTHREAD_COND_INITIALIZER;
static struct interpreter *lock_owner; /* guarded, as the count, by the mutex */
static size_t lock_count;

void imp_lock_acquire(void)
{
    thread_enter_blocking();
    pthread_mutex_lock(&lock_mutex);
    while (lock_owner && lock_owner != interpreter_self)
        pthread_cond_wait(&lock_freed, &lock_mutex);
    lock_owner = interpreter_self;
    lock_count++;
    pthread_mutex_unlock(&lock_mutex);
    thread_leave_blocking();
}
static value imp_acquire_lock(value self)
{
    imp_lock_acquire();
    return VALUE_NONE;
}

bool imp_lock_release(void)
{
    pthread_mutex_lock(&lock_mutex);
    bool mine = lock_owner == interpreter_self;
    if (mine && --lock_count == 0) {
        lock_owner = NULL;
        pthread_cond_signal(&lock_freed);
    }
    pthread_mutex_unlock(&lock_mutex);
    return mine;
}
static value imp_release_lock(value self)
{
    return imp_lock_release() ? VALUE_NONE : raise(EXC(RuntimeError), "not holding the import lock");
}

static value imp_lock_held(value self)
{
    pthread_mutex_lock(&lock_mutex);
    bool held = lock_owner != NULL;
    pthread_mutex_unlock(&lock_mutex);
    return value_bool(held);
}

/* In the child, whose thread took it before the fork. */
void imp_lock_after_fork(void)
{
    pthread_mutex_init(&lock_mutex, NULL);
    pthread_cond_init(&lock_freed, NULL);
    imp_lock_release();
}

/* ---- built-in modules ---- */

static const struct module_def *find_builtin(value name)
{
    struct text text;
    if (!text_of(name, &text)) {
        error_clear();
        return NULL;
    }
    const struct module_def *def = strlen(text.bytes) == text.length ? module_find_builtin(text.bytes) : NULL;
    text_release(&text);
    return def;
}

/* sys and builtins exist once. */
static bool is_single(value name)
{
    return str_equals_text(name, "sys") || str_equals_text(name, "builtins");
}

static value imp_is_builtin(value self, value name)
{
    if (!argument_is_str(name, "is_builtin", 0))
        return NULL;
    return small_int(!find_builtin(name) ? 0 : is_single(name) ? -1 : 1);
}

static value imp_create_builtin(value self, value spec)
{
    value name = attr_get(spec, NAME(name));
    if (!name)
        return NULL;
    value module = VALUE_MISSING;
    if (!is_str(name))
        module = raise(EXC(TypeError), "must be str, not %T", name);
    else if (is_single(name))
        module = import_find_loaded(name);
    const struct module_def *def = module == VALUE_MISSING ? find_builtin(name) : NULL;
    if (module == VALUE_MISSING)
        module = def ? module_create(def, NULL) : VALUE_NONE;
    value_dec(name);
    return module;
}

static value imp_exec_builtin(value self, value module)
{
    return small_int(0); /* they are complete when they are made */
}

/* ---- shared objects ---- */

static value imp_extension_suffixes(value self)
{
    value suffix = str_interned(native_module_suffix);
    value list = suffix ? list_from_array(&suffix, 1) : NULL;
    value_dec(suffix);
    return list;
}

static value imp_create_dynamic(value self, value spec, value file)
{
    value name = attr_get(spec, NAME(name)), path = name ? attr_get(spec, NAME(origin)) : NULL;
    value module = path ? native_module_load(name, path) : NULL;
    value_dec(path);
    value_dec(name);
    return module;
}

static value imp_exec_dynamic(value self, value module)
{
    return small_int(0); /* they are complete when they are made */
}

/* ---- frozen modules: those of importlib itself, and those that tests of importlib look for ---- */
static const struct frozen {
    const char *name, *origin; /* the module that it is in the library; NULL: in no file */
    const char *file, *text;   /* its source; text where there is no file */
    bool is_package;
} frozen[] = {
    {"_frozen_importlib", "importlib._bootstrap", "importlib/_bootstrap.py", NULL, false},
    {"_frozen_importlib_external", "importlib._bootstrap_external", "importlib/_bootstrap_external.py", NULL, false},
    {"zipimport", "zipimport", "zipimport.py", NULL, false},
    {"__hello__", "__hello__", "__hello__.py", NULL, false},
    {"__hello_alias__", "__hello__", "__hello__.py", NULL, false},
    {"__hello_only__", NULL, NULL, "initialized = True\nprint('Hello world!')\n", false},
    {"__phello__", "__phello__", "__phello__/__init__.py", NULL, true},
    {"__phello__.__init__", "<__phello__", "__phello__/__init__.py", NULL, false},
    {"__phello__.ham", "__phello__.ham", NULL, "", true},
    {"__phello__.ham.__init__", "<__phello__.ham", NULL, "", false},
    {"__phello__.ham.eggs", "__phello__.ham.eggs", NULL, "", false},
    {"__phello__.spam", "__phello__.spam", "__phello__/spam.py", NULL, false},
    {"__phello_alias__", "__hello__", "__hello__.py", NULL, true},
    {"__phello_alias__.spam", "__hello__", "__hello__.py", NULL, false},
};
enum { FROZEN_COUNT = sizeof frozen / sizeof *frozen, FROZEN_ALWAYS = 3 };
static _Atomic int frozen_override; /* negative: only importlib's own are there */

/* NULL: it is none. */
static const struct frozen *find_frozen(value name)
{
    int count = atomic_load_explicit(&frozen_override, memory_order_relaxed) < 0 ? FROZEN_ALWAYS : FROZEN_COUNT;
    for (int i = 0; i < count; i++)
        if (is_str(name) && str_equals_text(name, frozen[i].name))
            return &frozen[i];
    return NULL;
}

static value not_frozen(value name)
{
    value exception = NULL, message = str_format("No such frozen object named %R", name);
    if (message)
        exception = call_1(value_of(EXC(ImportError)), message);
    if (exception && attr_set(exception, NAME(name), name))
        raise_exception(exception);
    value_dec(exception);
    value_dec(message);
    return NULL;
}

static value frozen_code(value name)
{
    const struct frozen *row = find_frozen(name);
    if (!row)
        return not_frozen(name);
    value code = NULL;
    if (row->file) {
        value file = str_from_text(row->file), path = file ? import_library_path(file) : NULL;
        code = path ? import_file_compile(path, true) : NULL;
        value_dec(path);
        value_dec(file);
    } else {
        value shown = str_format("<frozen %s>", row->name);
        code = shown ? compile_source(row->text, strlen(row->text), shown, "exec", 0, -1) : NULL;
        value_dec(shown);
    }
    return code;
}

static value imp_is_frozen(value self, value name)
{
    if (!argument_is_str(name, "is_frozen", 0))
        return NULL;
    return value_bool(find_frozen(name));
}

static value imp_is_frozen_package(value self, value name)
{
    if (!argument_is_str(name, "is_frozen_package", 0))
        return NULL;
    const struct frozen *row = find_frozen(name);
    return row ? value_bool(row->is_package) : not_frozen(name);
}

static value imp_get_frozen_object(value self, value name, value data)
{
    return argument_is_str(name, "get_frozen_object", 1) ? frozen_code(name) : NULL;
}

static value imp_find_frozen(value self, const value *args)
{
    if (!argument_is_str(args[0], "find_frozen", 1))
        return NULL;
    const struct frozen *row = find_frozen(args[0]);
    if (!row)
        return VALUE_NONE;
    value origin = row->origin ? str_interned(row->origin) : VALUE_NONE;
    value found = origin ? tuple_pack(3, VALUE_NONE, value_bool(row->is_package), origin) : NULL;
    value_dec(origin);
    return found;
}

static value imp_init_frozen(value self, value name)
{
    if (!argument_is_str(name, "init_frozen", 0))
        return NULL;
    return find_frozen(name) ? import_absolute(name) : VALUE_NONE;
}

static value imp_frozen_names(value self)
{
    value list = list_new(FROZEN_COUNT);
    for (size_t i = 0; list && i < FROZEN_COUNT; i++) {
        value name = str_interned(frozen[i].name);
        if (!name || !list_append_owned(list, name)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}

static value imp_override_frozen(value self, value given)
{
    int override;
    if (!value_as_int(given, &override))
        return NULL;
    atomic_store_explicit(&frozen_override, override, memory_order_relaxed);
    return VALUE_NONE;
}

/* ---- code ---- */

/* Code objects that have just been read are no other thread's yet. */
static void set_filename(struct code *code, value old, value new)
{
    if (!str_equal(slot_peek(&code->filename), old))
        return;
    slot_store(&code->header, &code->filename, value_inc(new));
    value consts = slot_peek(&code->consts);
    for (size_t i = 0; consts && i < tuple_length(consts); i++)
        if (value_is(tuple_get(consts, i), TYPE_ID_CODE))
            set_filename((struct code *)tuple_get(consts, i), old, new);
}

static value imp_fix_co_filename(value self, value code, value path)
{
    if (!value_is(code, TYPE_ID_CODE))
        return raise(EXC(TypeError), "_fix_co_filename() argument 1 must be code, not %K", code);
    if (!argument_is_str(path, "_fix_co_filename", 2))
        return NULL;
    if (!code_wake((struct code *)code))
        return NULL;
    value old = slot_load(value_object(code), &((struct code *)code)->filename);
    if (!str_equal(old, path))
        set_filename((struct code *)code, old, path);
    value_dec(old);
    return VALUE_NONE;
}

static value imp_source_hash(value self, value given_key, value source)
{
    int64_t key;
    struct buffer buffer;
    if (!value_as_i64(given_key, &key) || !buffer_get(source, &buffer, BUFFER_SIMPLE))
        return NULL;
    uint64_t hash = hash_keyed((uint64_t)key, buffer.data, (size_t)buffer.length);
    buffer_release(&buffer);
    return bytes_new((const uint8_t *)&hash, sizeof hash);
}

static const struct method_def functions[] = {
    METHOD("acquire_lock", imp_acquire_lock, "()", "Acquires the interpreter's import lock for the current thread."),
    METHOD("release_lock", imp_release_lock, "()", "Release the interpreter's import lock."),
    METHOD("lock_held", imp_lock_held, "()", "Return True if the import lock is currently held, else False."),
    METHOD("is_builtin", imp_is_builtin, "(name, /)",
           "Returns True if the module name corresponds to a built-in module."),
    METHOD("create_builtin", imp_create_builtin, "(spec, /)", "Create a built-in module."),
    METHOD("exec_builtin", imp_exec_builtin, "(mod, /)", "Initialize a built-in module."),
    METHOD("is_frozen", imp_is_frozen, "(name, /)", "Returns True if the module name corresponds to a frozen module."),
    METHOD("is_frozen_package", imp_is_frozen_package, "(name, /)",
           "Returns True if the module name is of a frozen package."),
    METHOD("get_frozen_object", imp_get_frozen_object, "(name, data=None, /)",
           "Create a code object for a frozen module."),
    METHOD("find_frozen", imp_find_frozen, "(name, /, *, withdata=False)",
           "Return info about the corresponding frozen module (if there is one) or None."),
    METHOD("init_frozen", imp_init_frozen, "(name, /)", "Initializes a frozen module."),
    METHOD("_frozen_module_names", imp_frozen_names, "()", "Returns the list of available frozen modules."),
    METHOD("_override_frozen_modules_for_tests", imp_override_frozen, "(override, /)", NULL),
    METHOD("_fix_co_filename", imp_fix_co_filename, "(code, path, /)",
           "Changes code.co_filename to the passed-in path."),
    METHOD("source_hash", imp_source_hash, "(key, source)", NULL),
    METHOD("extension_suffixes", imp_extension_suffixes, "()",
           "Returns the list of file suffixes used to identify extension modules."),
    METHOD("create_dynamic", imp_create_dynamic, "(spec, file=None, /)", "Create an extension module."),
    METHOD("exec_dynamic", imp_exec_dynamic, "(mod, /)", "Initialize an extension module."),
    {0},
};

static bool fill(value module)
{
    return module_add_owned(module, "check_hash_based_pycs", str_interned(import_check_hash_based_pycs));
}

const struct module_def _imp_module = {
    .name = "_imp",
    .doc = "(Extremely) low-level import machinery bits as used by importlib.",
    .functions = functions,
    .fill = fill,
};
