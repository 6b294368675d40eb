/*
 * importlib, made when somebody looks at it.
 *
 * The import system of Python is importlib/_bootstrap.py and _bootstrap_external.py of the standard library, here as in
 * CPython. But most programs never look at it, so it *sleeps* at first: import.c finds and loads modules by itself, in
 * the way in which the finders of importlib would, and gives them specs and loaders of its own (spec.c). It wakes when
 * something is wanted that only importlib has: its modules are imported, sys.meta_path, sys.path_hooks or
 * sys.path_importer_cache are read or set, a module is not to be had from plain source files. Then the specs of the
 * modules that are there become those of importlib, and from then on importlib finds and loads (importlib_load).
 *
 * Three things in it are not those of the standard library: `_find_and_load` goes through import_absolute, so that
 * there is one table of imports in progress; `SourceFileLoader.get_code` knows the compiled library (import_cache.c);
 * and the magic number of bytecode files is Atoll's.
 */
#include "runtime/modules/importing/importlib.h"
#include "runtime/audit.h"
#include "runtime/compiler/code/bytecode_file.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/interp.h"
#include "runtime/interp/traceback.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/importing/native.h"
#include "runtime/modules/importing/spec.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/sys.h"

#include <pthread.h>

value method_descriptor_new(struct type *type, const struct method_def *def);

static _Atomic bool awake;
static value bootstrap, external; /* its two modules; set before `awake`, as is: */
static value load;                /* _bootstrap._find_and_load of the library */

/* One thread makes it, the others wait; guarded by the mutex. */
static pthread_mutex_t waking_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t waking_ended = PTHREAD_COND_INITIALIZER;
static struct interpreter *waker;

bool importlib_is_awake(void)
{
    return atomic_load_explicit(&awake, memory_order_acquire);
}

/* ---- its modules ---- */

static bool set_owned(value dict, value name, value v)
{
    bool done = v && dict_set(dict, name, v);
    value_dec(v);
    return done;
}

/* A module of the library that CPython carries inside itself; not yet in sys.modules. */
static value make_frozen(value name, value file)
{
    value path = import_library_path(file);
    value module = path ? module_new(name) : NULL;
    value code = module && dict_set(module_dict(module), NAME(__builtins__), builtins_dict)
                     ? import_file_compile(path, true)
                     : NULL;
    value result = code ? interpreter_run_code(code, module_dict(module), NULL, NULL) : NULL;
    if (!result) {
        value_dec(module);
        module = NULL;
    }
    value_dec(result);
    value_dec(code);
    value_dec(path);
    return module;
}

/* _find_and_load(name, import_): import_ is _gcd_import, which comes to the same. */
static value find_and_load(value self, value name, value import)
{
    return import_absolute(name);
}
static const struct method_def find_and_load_def =
    METHOD("_find_and_load", find_and_load, "(name, import_, /)", "Find and load the module.");

/* SourceFileLoader.get_code(self, fullname) */
static value get_code(value self, value fullname)
{
    value path = call_method_1(self, NAME(get_filename), fullname);
    value class = path ? attr_get(external, NAME(SourceFileLoader)) : NULL;
    value code = !class                                                ? NULL
                 : is_str(path) && value_of(value_type(self)) == class ? import_file_compile(path, true)
                                                                       : VALUE_MISSING;
    value_dec(class);
    value_dec(path);
    if (!code && !error_matches(EXC(MemoryError))) {
        error_clear(); /* the general way fails the same way, and its traceback is the one that is expected */
        code = VALUE_MISSING;
    }
    if (code != VALUE_MISSING)
        return code;
    value general = attr_get(external, NAME(SourceLoader));
    value function = general ? attr_get(general, NAME(get_code)) : NULL;
    code = function ? call_2(function, self, fullname) : NULL;
    value_dec(function);
    value_dec(general);
    return code;
}
static const struct method_def get_code_def =
    METHOD("get_code", get_code, "($self, fullname, /)", "Concrete implementation of InspectLoader.get_code.");

static bool set_magic(void)
{
    uint32_t version = bytecode_version();
    uint8_t magic[4] = {(uint8_t)(version ^ version >> 16), (uint8_t)(version >> 8 ^ version >> 24), '\r', '\n'};
    uint32_t raw = (uint32_t)magic[0] | (uint32_t)magic[1] << 8 | (uint32_t)'\r' << 16 | (uint32_t)'\n' << 24;
    value dict = module_dict(external);
    return set_owned(dict, NAME(MAGIC_NUMBER), bytes_new(magic, 4)) &&
           dict_set(dict, NAME(_RAW_MAGIC_NUMBER), small_int(raw));
}

/* The spec that FrozenImporter finds; owned. */
static value find_frozen_spec(value name)
{
    value finder = attr_get(bootstrap, NAME(FrozenImporter));
    value spec = finder ? call_method_1(finder, NAME(find_spec), name) : NULL;
    value_dec(finder);
    return spec;
}

static bool set_frozen_spec(value module, value name)
{
    value dict = module_dict(module), spec = find_frozen_spec(name);
    value loader = spec ? attr_get(spec, NAME(loader)) : NULL;
    bool done = loader && dict_set(dict, NAME(__spec__), spec) && dict_set(dict, NAME(__loader__), loader) &&
                dict_set(dict, NAME(__package__), NAME_TEXT(""));
    value_dec(loader);
    value_dec(spec);
    return done;
}

/* zipimport, which may be there; owned. */
static value load_zipimport(void)
{
    value name = NAME(zipimport), module = import_find_loaded(name);
    if (module != VALUE_MISSING)
        return module;
    value spec = find_frozen_spec(name);
    module = spec ? call_method_1(bootstrap, NAME(_load_unlocked), spec) : NULL;
    value_dec(spec);
    return module;
}

/* What _bootstrap._setup does, but for the modules that are there already: adopt_all does that. */
static bool set_up_bootstrap(void)
{
    value dict = module_dict(bootstrap);
    value modules[] = {NAME(sys), NAME(_imp), NAME(_thread), NAME(_warnings), NAME(_weakref)};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (!set_owned(dict, modules[i], import_absolute(modules[i])))
            return false;
    if (!load && !(load = attr_get(bootstrap, NAME(_find_and_load))))
        return false;
    return set_owned(dict, NAME(_find_and_load),
                     builtin_function_new(&find_and_load_def, NULL, NAME(_frozen_importlib)));
}

static bool set_up_external(void)
{
    value done = call_method_1(external, NAME(_set_bootstrap_module), bootstrap);
    value_dec(done);
    if (!done || !dict_set(module_dict(bootstrap), NAME(_bootstrap_external), external) || !set_magic())
        return false;
    value loader = attr_get(external, NAME(SourceFileLoader));
    value method = loader ? method_descriptor_new(TYPE(OBJECT), &get_code_def) : NULL;
    bool patched = method && attr_set(loader, NAME(get_code), method);
    value_dec(method);
    value_dec(loader);
    return patched;
}

/* ---- specs ---- */

/* The file is a shared object. */
static bool is_native(value path)
{
    size_t length = str_length(path), of_suffix = strlen(native_module_suffix);
    if (length < of_suffix)
        return false;
    for (size_t i = 0; i < of_suffix; i++)
        if (str_at(path, length - of_suffix + i) != (uint8_t)native_module_suffix[i])
            return false;
    return true;
}

static value make_loader(value name, value path)
{
    value class = !path             ? attr_get(bootstrap, NAME(BuiltinImporter))
                  : is_native(path) ? attr_get(external, NAME(ExtensionFileLoader))
                                    : attr_get(external, NAME(SourceFileLoader));
    if (!path || !class)
        return class;
    value loader = call_2(class, name, path);
    value_dec(class);
    return loader;
}

value importlib_make_loader(value name, value path)
{
    return importlib_wake() ? make_loader(name, path) : NULL;
}

value importlib_bytecode_loader(value name, value path)
{
    value class = importlib_wake() ? attr_get(external, NAME(SourcelessFileLoader)) : NULL;
    value loader = class ? call_2(class, name, path) : NULL;
    value_dec(class);
    return loader;
}

value importlib_magic_number(void)
{
    return importlib_wake() ? attr_get(external, NAME(MAGIC_NUMBER)) : NULL;
}

static value make_spec(const struct spec_facts *facts, value loader)
{
    value function =
        facts->file ? attr_get(external, NAME(spec_from_file_location)) : attr_get(bootstrap, NAME(spec_from_loader));
    value names = !function     ? NULL
                  : facts->file ? tuple_pack(2, NAME(loader), NAME(submodule_search_locations))
                                : tuple_pack(1, NAME(origin));
    value of_file[] = {facts->name, facts->file, loader, facts->search ? facts->search : VALUE_NONE};
    value of_builtin[] = {facts->name, loader, facts->origin};
    value spec = names ? call_vector(function, facts->file ? of_file : of_builtin, 2, names) : NULL;
    value_dec(names);
    value_dec(function);
    if (!spec || attr_set(spec, NAME(_initializing), value_bool(facts->initializing)))
        return spec;
    value_dec(spec);
    return NULL;
}

/* The spec that importlib gives to a module which spec.c gave `old`. */
static value make_spec_with(value old, value loader)
{
    struct spec_facts facts;
    spec_get_facts(old, &facts);
    value spec = make_spec(&facts, loader);
    spec_drop_facts(&facts);
    return spec;
}

value importlib_make_spec(value old)
{
    struct spec_facts facts;
    spec_get_facts(old, &facts);
    value loader = importlib_make_loader(facts.name, facts.file);
    value spec = loader ? make_spec(&facts, loader) : NULL;
    value_dec(loader);
    spec_drop_facts(&facts);
    return spec;
}

/* The module's loader, which is importlib's from now on; owned. */
static value adopt_loader(value dict)
{
    value old = dict_get(dict, NAME(__loader__));
    if (!old || !spec_is_preliminary_loader(old))
        return old;
    struct spec_facts facts;
    spec_get_loader_facts(old, &facts);
    value loader = make_loader(facts.name, facts.file);
    if (loader && dict_replace(dict, NAME(__loader__), old, loader) < 0) {
        value_dec(loader);
        loader = NULL;
    }
    spec_drop_facts(&facts);
    value_dec(old);
    return loader;
}

bool importlib_adopt(value module)
{
    if (!value_is_of(module, TYPE(MODULE)))
        return true;
    value dict = module_dict(module), loader = adopt_loader(dict);
    value old = loader ? dict_get(dict, NAME(__spec__)) : NULL;
    bool done = old != NULL;
    if (old && spec_is_preliminary(old)) {
        value spec = is_given(loader) ? make_spec_with(old, loader) : importlib_make_spec(old);
        done = spec && dict_replace(dict, NAME(__spec__), old, spec) >= 0;
        value_dec(spec);
    }
    value_dec(old);
    value_dec(loader);
    return done;
}

static bool adopt_all(void)
{
    value modules = sys_get("modules");
    value list = is_given(modules) && is_dict(modules) ? dict_values_list(modules) : list_new(0);
    bool done = list != NULL;
    for (size_t i = 0; done && i < list_length(list); i++) {
        value module = list_get(list, i);
        done = importlib_adopt(module);
        value_dec(module);
    }
    value_dec(list);
    value_dec(modules);
    return done;
}

/* ---- what sys has ---- */

static const char *const sys_names[] = {"meta_path", "path_hooks", "path_importer_cache"};

bool importlib_is_wanted(void)
{
    value names[] = {NAME(meta_path), NAME(path_hooks), NAME(path_importer_cache)};
    for (size_t i = 0; i < 3; i++) {
        value present = dict_get(sys_dict, names[i]);
        value_dec(present);
        if (present != VALUE_MISSING) {
            error_clear();
            return true;
        }
    }
    return false;
}

static value make_meta_path(void)
{
    value finders[] = {attr_get(bootstrap, NAME(BuiltinImporter)), attr_get(bootstrap, NAME(FrozenImporter)),
                       attr_get(external, NAME(PathFinder))};
    if (finders[0] && finders[1] && finders[2])
        return list_from_owned(finders, 3);
    for (size_t i = 0; i < 3; i++)
        value_dec(finders[i]);
    return NULL;
}

/* Of zipimport and FileFinder. */
static value make_path_hooks(void)
{
    value loaders = call_method_0(external, NAME(_get_supported_file_loaders));
    value arguments = loaders ? tuple_from_iterable(loaders) : NULL;
    value finder = arguments ? attr_get(external, NAME(FileFinder)) : NULL;
    value function = finder ? attr_get(finder, NAME(path_hook)) : NULL;
    value hook = function ? call_tuple(function, arguments, NULL) : NULL;
    value list = hook ? list_new(2) : NULL;
    value zipimport = list ? load_zipimport() : NULL;
    value zip = zipimport ? attr_get(zipimport, NAME(zipimporter)) : NULL;
    bool done = zip && list_append(list, zip) && list_append(list, hook);
    value_dec(zip);
    value_dec(zipimport);
    value_dec(hook);
    value_dec(function);
    value_dec(finder);
    value_dec(arguments);
    value_dec(loaders);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

static bool set_in_sys(size_t which, value v)
{
    value name = v ? str_interned(sys_names[which]) : NULL;
    bool done = name && dict_insert(sys_dict, name, v) >= 0; /* what the program has put there stays */
    value_dec(name);
    value_dec(v);
    return done;
}

/* ---- waking ---- */

static bool make(void)
{
    value modules = sys_get("modules");
    bool done = is_given(modules) && is_dict(modules);
    if (done && !bootstrap)
        bootstrap = make_frozen(NAME(_frozen_importlib), NAME_TEXT("importlib/_bootstrap.py"));
    done = done && bootstrap && set_up_bootstrap();
    if (done && !external)
        external = make_frozen(NAME(_frozen_importlib_external), NAME_TEXT("importlib/_bootstrap_external.py"));
    done = done && external && set_up_external();
    done = done && dict_set(modules, NAME(_frozen_importlib), bootstrap) &&
           dict_set(modules, NAME(_frozen_importlib_external), external) &&
           set_frozen_spec(bootstrap, NAME(_frozen_importlib)) &&
           set_frozen_spec(external, NAME(_frozen_importlib_external));
    done = done && set_in_sys(1, make_path_hooks()) && set_in_sys(2, dict_new()) && set_in_sys(0, make_meta_path()) &&
           adopt_all();
    value_dec(modules);
    if (!done)
        return false;
    atomic_store_explicit(&awake, true, memory_order_release);
    return adopt_all(); /* those loaded meanwhile; who loads one from now on adopts it himself */
}

bool importlib_wake(void)
{
    if (importlib_is_awake())
        return true;
    thread_enter_blocking();
    pthread_mutex_lock(&waking_mutex);
    while (waker && waker != interpreter_self)
        pthread_cond_wait(&waking_ended, &waking_mutex);
    bool mine = !waker;
    if (mine)
        waker = interpreter_self;
    pthread_mutex_unlock(&waking_mutex);
    thread_leave_blocking();
    if (!mine)
        return true; /* it is making it further up */
    bool done = importlib_is_awake() || make();
    pthread_mutex_lock(&waking_mutex);
    waker = NULL;
    pthread_cond_broadcast(&waking_ended);
    pthread_mutex_unlock(&waking_mutex);
    return done;
}

/* sys.stdlib_module_names: names of a version of Python, not of what is there. */
static value make_library_names(void)
{
    static const char *const names[] = {
#include "runtime/modules/importing/library_names.h"
    };
    value list = list_new(sizeof names / sizeof *names);
    for (size_t i = 0; list && i < sizeof names / sizeof *names; i++) {
        value name = str_interned(names[i]);
        if (!name || !list_append_owned(list, name)) {
            value_dec(list);
            return NULL;
        }
    }
    value set = list ? frozenset_new(list) : NULL;
    value_dec(list);
    return set;
}

/* site does its work when it is imported; this is something that it puts into `dict`. */
static value attribute_of_site(value dict, value name)
{
    if (sys_flags.no_site)
        return VALUE_MISSING;
    value site = import_module("site");
    value found = site ? dict_get(dict, name) : NULL;
    value_dec(site);
    return found;
}

value sys_late_attribute(value name)
{
    if (str_equals_text(name, "stdlib_module_names")) {
        value made = make_library_names();
        value kept = made ? dict_set_default(sys_dict, name, made) : NULL;
        value_dec(made);
        return kept;
    }
    if (str_equals_text(name, "__interactivehook__"))
        return sys_flags.isolated ? VALUE_MISSING : attribute_of_site(sys_dict, name);
    bool late = false;
    for (size_t i = 0; i < 3; i++)
        late = late || str_equals_text(name, sys_names[i]);
    if (!late || importlib_is_awake())
        return VALUE_MISSING;
    return importlib_wake() ? dict_get(sys_dict, name) : NULL;
}

value builtins_late_attribute(value name)
{
    static const char *const names[] = {"exit", "quit", "copyright", "credits", "license", "help"};
    bool late = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        late = late || str_equals_text(name, names[i]);
    return late ? attribute_of_site(builtins_dict, name) : VALUE_MISSING;
}

bool importlib_has(value name)
{
    return str_equals_text(name, "_frozen_importlib") || str_equals_text(name, "_frozen_importlib_external") ||
           str_equals_text(name, "zipimport");
}
value importlib_module(value name)
{
    bool is_external = str_equals_text(name, "_frozen_importlib_external");
    if (str_equals_text(name, "zipimport"))
        return importlib_wake() ? load_zipimport() : NULL;
    if (!is_external && !str_equals_text(name, "_frozen_importlib"))
        return VALUE_MISSING;
    return importlib_wake() ? value_inc(is_external ? external : bootstrap) : NULL;
}

value import_module_repr(value module)
{
    if (!importlib_is_awake()) {
        value loader = dict_get(module_dict(module), NAME(__loader__));
        bool known = !is_given(loader) || spec_is_preliminary_loader(loader);
        value_dec(loader);
        if (known)
            return loader ? VALUE_MISSING : NULL;
    }
    return importlib_wake() ? call_method_1(bootstrap, NAME(_module_repr), module) : NULL;
}

value importlib_load(value name)
{
    /* It imports the parents with that; whoever listens is to hear of them too. */
    value import = audit_is_heard() ? import_make_function() : attr_get(bootstrap, NAME(_gcd_import));
    value module = import ? call_2(load, name, import) : NULL;
    value_dec(import);
    return module;
}

value importlib_load_from(value name, value folders)
{
    value finder = attr_get(external, NAME_TEXT("PathFinder"));
    value spec = finder ? call_method(finder, NAME_TEXT("find_spec"), (value[]){name, folders}, 2) : NULL;
    value module = spec && spec != VALUE_NONE ? call_method_1(bootstrap, NAME_TEXT("_load"), spec) : NULL;
    if (spec == VALUE_NONE)
        module = importlib_load(name);
    value_dec(spec);
    value_dec(finder);
    return module;
}

/* ---- tracebacks ---- */

/* Is the entry's frame one of importlib; *calls: of the function whose callees are not importlib's. */
static bool is_of_importlib(value entry, bool *calls)
{
    value frame = slot_load(value_object(entry), &((struct traceback *)entry)->frame);
    value code = frame ? frame_object_code(frame) : NULL;
    bool is = false;
    *calls = false;
    if (code && value_is(code, TYPE_ID_CODE)) {
        value file = slot_load(value_object(code), &((struct code *)code)->filename);
        is = str_equals_text(file, "<frozen importlib._bootstrap>") ||
             str_equals_text(file, "<frozen importlib._bootstrap_external>");
        value_dec(file);
        *calls = is && str_equals_text(slot_peek(&((struct code *)code)->name), "_call_with_frames_removed");
    }
    error_clear();
    value_dec(code);
    value_dec(frame);
    return is;
}

/* As CPython: stretches of frames of importlib go when the exception is an ImportError, else those that end with
 * _call_with_frames_removed. */
void importlib_trim_traceback(void)
{
    if (!importlib_is_awake())
        return;
    bool always = error_matches(EXC(ImportError));
    value exception = error_fetch();
    value first = exception_traceback(exception);
    value before = VALUE_NONE, chunk_before = VALUE_NONE; /* the entries before; None: the traceback begins there */
    bool inside = false;
    for (value entry = value_inc(first); is_given(entry);) {
        bool calls, now = is_of_importlib(entry, &calls);
        if (now && !inside) {
            value_dec(chunk_before);
            chunk_before = value_inc(before);
        }
        inside = now;
        value next = slot_load(value_object(entry), &((struct traceback *)entry)->next);
        if (inside && (always || calls)) {
            if (chunk_before == VALUE_NONE) {
                value_dec(first);
                first = next ? value_inc(next) : VALUE_NONE;
            } else {
                slot_store(value_object(chunk_before), &((struct traceback *)chunk_before)->next, value_inc(next));
            }
            value_dec(before);
            before = value_inc(chunk_before);
        } else {
            value_dec(before);
            before = value_inc(entry);
        }
        value_dec(entry);
        entry = next;
    }
    exception_set_traceback(exception, first);
    value_dec(first);
    value_dec(before);
    value_dec(chunk_before);
    error_restore(exception);
}

void importlib_finish(void)
{
    atomic_store(&awake, false);
    value_dec(bootstrap);
    value_dec(external);
    value_dec(load);
    bootstrap = external = load = NULL;
}
