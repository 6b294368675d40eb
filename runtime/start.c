/* Life of the runtime: start-up in the order of dependencies, and the end in the reverse order. */
#include <signal.h>

#include "runtime/start.h"
#include "runtime/audit.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/interp/frame.h"
#include "runtime/modules/core/atexit_module.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/introspection/tracemalloc.h"
#include "runtime/file.h"
#include "runtime/modules/module.h"
#include "runtime/modules/system/signal_module.h"
#include "runtime/modules/core/streams.h"
#include "runtime/paths.h"
#include "runtime/site.h"
#include "runtime/sys.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/model/weakref.h"
#include "runtime/objects/objects.h"
#include "runtime/interp/safepoint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool show_gc_stats;

/* ---- full traces in checked builds ---- */
static void trace_interpreter(struct interpreter *interpreter, void *context)
{
    struct gc_trace *trace = context;
    trace_value(trace, interpreter->exception);
    trace_value(trace, interpreter->base_handled.exception);
    trace_value(trace, interpreter->repr_list);
    trace_value(trace, interpreter->thread_dict);
    trace_value(trace, interpreter->on_exit);
    trace_value(trace, interpreter->async_first);
    trace_value(trace, interpreter->async_finalizer);
    for (struct frame *frame = interpreter->frame; frame; frame = frame->previous) {
        if (frame->function)
            trace_value(trace, value_of(frame_function(frame)));
        trace_value(trace, frame->locals);
        trace_value(trace, frame->object);
        if (!frame->function) {
            trace_value(trace, value_of(frame->code));
            trace_value(trace, frame->globals);
            trace_value(trace, frame->builtins);
        }
        for (value *slot = frame->slots; slot < frame->sp; slot++)
            trace_value(trace, stack_plain(*slot));
    }
}

static value builtins_at_start; /* a copy of builtins_dict, for the end */

static void trace_roots(struct gc_trace *trace)
{
    trace_value(trace, sys_dict);
    trace_value(trace, builtins_dict);
    trace_value(trace, builtins_at_start);
    interpreter_each(trace_interpreter, trace);
}

/* ---- sys ---- */
static bool list_append_text(value list, const char *text)
{
    value v = str_decode_locale(text);
    return v && list_append_owned(list, v);
}

static bool set_list(const char *name, int count, char **texts)
{
    value list = list_new((size_t)count);
    bool done = list != NULL;
    for (int i = 0; done && i < count; i++)
        done = list_append_text(list, texts[i]);
    done = done && sys_set(name, list);
    value_dec(list);
    return done;
}

static bool set_builtin_names(void)
{
    value list = list_new(64);
    bool done = list != NULL;
    for (size_t i = 0; done && builtin_modules[i]; i++)
        done = list_append_text(list, builtin_modules[i]->name);
    done = done && list_sort(list, NULL, false);
    value tuple = done ? list_to_tuple(list) : NULL;
    done = tuple && sys_set("builtin_module_names", tuple);
    value_dec(tuple);
    value_dec(list);
    return done;
}

/* Options of warnings in the order of CPython, each once: -X dev, PYTHONWARNINGS, -W, -b. */
static bool add_warning_option(value list, const char *text, size_t length)
{
    value option = length ? str_from_utf8_surrogates(text, length) : NULL;
    int twice = option ? value_contains(list, option) : 0;
    bool done = !length || (option && twice >= 0 && (twice || list_append(list, option)));
    value_dec(option);
    return done;
}

static bool add_warning_options(value list, const struct start_config *config)
{
    bool done = !sys_flags.dev_mode || add_warning_option(list, "default", 7);
    const char *given = sys_flags.ignore_environment ? NULL : getenv("PYTHONWARNINGS");
    while (done && given && *given) {
        const char *end = strchrnul(given, ',');
        done = add_warning_option(list, given, (size_t)(end - given));
        given = *end ? end + 1 : end;
    }
    for (const char **w = config->warn_options; done && w && *w; w++)
        done = add_warning_option(list, *w, strlen(*w));
    const char *bytes = sys_flags.bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning";
    return done && (!sys_flags.bytes_warning || add_warning_option(list, bytes, strlen(bytes)));
}

/* Where there are options of warnings, they have to count for those that C code raises. */
static void load_warnings(void)
{
    value options = sys_get("warnoptions");
    bool any = is_given(options) && list_length(options);
    value_dec(options);
    value warnings = any ? import_module("warnings") : VALUE_NONE;
    if (!warnings) {
        fputs("'import warnings' failed; traceback:\n", stderr);
        interpreter_report_uncaught();
    }
    value_dec(warnings);
}

static bool set_options(const struct start_config *config)
{
    value warnings = sys_get("warnoptions"), options = sys_get("_xoptions");
    bool done = is_given(warnings) && is_given(options) && add_warning_options(warnings, config);
    for (const char **x = config->x_options; done && x && *x; x++) {
        const char *equals = strchr(*x, '=');
        value key = equals ? str_from_utf8_surrogates(*x, (size_t)(equals - *x)) : str_decode_locale(*x);
        value v = equals ? str_decode_locale(equals + 1) : VALUE_TRUE;
        done = key && v && dict_set(options, key, v);
        value_dec(key);
        value_dec(v);
    }
    value_dec(warnings);
    value_dec(options);
    return done;
}

static value make_module(const char *name, value modules)
{
    value module = module_create(module_find_builtin(name), NULL), key = str_interned(name);
    bool done = module && key && import_file_set_builtin_spec(module, key) && dict_set(modules, key, module);
    value_dec(key);
    if (done)
        return module;
    value_dec(module);
    return NULL;
}

static bool make_core_modules(const struct start_config *config)
{
    value modules = dict_new();
    value builtins = modules ? make_module("builtins", modules) : NULL;
    if (!builtins)
        return false;
    builtins_dict = value_inc(module_dict(builtins));
    value_dec(builtins);
    value sys = make_module("sys", modules);
    if (!sys)
        return false;
    value_inc(sys_dict);
    value_dec(sys);
    bool done = sys_set("modules", modules) && set_list("argv", config->argc, config->argv) &&
                set_list("orig_argv", config->all_argc, config->all_argv) && paths_set() && set_builtin_names() &&
                set_options(config) && streams_open();
    value_dec(modules);
    builtins_at_start = done ? dict_copy(builtins_dict) : NULL;
    return builtins_at_start != NULL;
}

/* Call module.function() at the start; false after a message. */
static bool start_module(const char *module_name, const char *function_name)
{
    value module = import_module(module_name), name = module ? str_interned(function_name) : NULL;
    value function = name ? attr_get(module, name) : NULL;
    value result = function ? call_0(function) : NULL;
    if (!result) {
        fprintf(stderr, "atoll: cannot start %s:\n", module_name);
        interpreter_report_uncaught();
    }
    value_dec(result);
    value_dec(function);
    value_dec(name);
    value_dec(module);
    return result;
}

bool runtime_start(const struct start_config *config)
{
    static const struct gc_hooks hooks = {
        .pending = safepoint_request_pending,
        .weak_callback = safepoint_weak_callback,
        .can_run_code = interpreter_is_here,
        .roots = trace_roots,
    };
    if (!paths_find(config->program))
        return false;
    show_gc_stats = config->gc_stats;
    interpreter_settle_at_quiescence();
    if (!gc_init(&hooks)) {
        fputs("atoll: cannot start: no address space for the heap (see ulimit -v)\n", stderr);
        return false;
    }
    if (!safepoint_init() || !thread_attach() || !interpreter_attach() || !types_bootstrap() || !names_make_all()) {
        fputs("atoll: cannot start: no memory (see ulimit -v, ulimit -d)\n", stderr);
        return false;
    }
    safepoint_set_main();
    signals_start();
    if (!make_core_modules(config)) {
        value exception = error_fetch();
        value text = exception ? value_repr(exception) : NULL;
        struct text bytes;
        bool shown = text && text_of(text, &bytes);
        fprintf(stderr, "atoll: cannot start: %s\n", shown ? bytes.bytes : "no memory (see ulimit -v, ulimit -d)");
        if (shown)
            text_release(&bytes);
        value_dec(text);
        value_dec(exception);
        return false;
    }
    if (config->faulthandler && !start_module("faulthandler", "enable"))
        return false;
    if (config->traced_frames && !tracemalloc_start(config->traced_frames)) {
        fputs("atoll: cannot start tracemalloc:\n", stderr);
        interpreter_report_uncaught();
        return false;
    }
    load_warnings();
    return site_start(config->dist_packages) && (!config->contention || start_module("atoll.collect", "watch_program"));
}

bool runtime_add_path(value entry)
{
    value path = sys_get("path");
    bool done = is_given(path) && list_insert(path, 0, entry);
    value_dec(path);
    return done;
}

/* ---- the end ---- */

/* Call a function of a module if the module is loaded. */
static void call_if_loaded(const char *module_name, const char *function_name)
{
    value modules = sys_get("modules");
    value module = is_given(modules) ? dict_get_text(modules, module_name) : NULL;
    value name = str_from_text(function_name);
    value function = is_given(module) && name ? attr_get_optional(module, name) : NULL;
    value result = is_given(function) ? call_0(function) : VALUE_NONE;
    if (!result)
        error_unraisable(NULL, function);
    error_clear();
    value_dec(result);
    value_dec(function);
    value_dec(name);
    value_dec(module);
    value_dec(modules);
}

static void print_gc_stats(void)
{
    struct gc_stats s;
    gc_get_stats(&s);
    fprintf(stderr,
            "gc: %lu young and %lu full cycles, %lu objects examined, %lu islands, %lu objects unreachable, %.3f s, "
            "%lu mutator stops, %lu pages helped\n",
            (unsigned long)s.cycles[GC_YOUNG], (unsigned long)s.cycles[GC_FULL], (unsigned long)s.examined,
            (unsigned long)s.islands, (unsigned long)s.unreachable, (double)s.nanoseconds / 1e9,
            (unsigned long)s.mutator_stops, (unsigned long)s.helped_pages);
}

/* The values of a namespace go, private names first; the names stay, as None: functions that run so late (of
 * finalizers, of weak references) can look before they use one. */
static void clear_namespace(value dict)
{
    value key, item;
    for (int round = 0; round < 2; round++) {
        size_t position = 0;
        while (dict_next(dict, &position, &key, &item)) {
            bool is_private = is_str(key) && str_length(key) > 1 && str_at(key, 0) == '_' && str_at(key, 1) != '_';
            bool goes = is_str(key) && (round == 0 ? is_private : !str_equals_text(key, "__builtins__"));
            value_dec(item);
            if (goes && item != VALUE_NONE && !dict_set(dict, key, VALUE_NONE))
                error_clear();
            value_dec(key);
        }
    }
}

/* What a program may have put into sys and builtins goes: finalizers still have what was there at the start. */
static void restore_core_modules(void)
{
    static const char *const kept_by_program[] = {
        "path",       "argv",           "ps1",       "ps2",        "last_type",
        "last_value", "last_traceback", "meta_path", "path_hooks", "path_importer_cache"};
    static const char *const streams[][2] = {
        {"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
    for (size_t i = 0; i < sizeof kept_by_program / sizeof *kept_by_program; i++)
        if (!sys_set(kept_by_program[i], VALUE_NONE))
            error_clear();
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        value original = sys_get(streams[i][1]);
        if (is_given(original) && !sys_set(streams[i][0], original))
            error_clear();
        value_dec(original);
    }
    value changed = dict_copy(builtins_dict); /* what goes must not go while the dict is empty */
    if (changed && builtins_at_start) {
        dict_clear(builtins_dict);
        if (!dict_update(builtins_dict, builtins_at_start))
            error_clear();
    }
    value_dec(changed);
    value_dec(builtins_at_start);
    builtins_at_start = NULL;
}

/* Drop every module, as CPython does: what the program's globals alone keep alive dies with its names still there, if
 * it has finalizers as an island; modules that something else keeps are emptied, the newest first, sys the last. */
static void clear_modules(void)
{
    value modules = sys_get("modules");
    if (!is_given(modules))
        return;
    value list = dict_values_list(modules);
    size_t count = list ? list_length(list) : 0;
    for (size_t i = 0; i < count; i++) {
        value module = list_get(list, i);
        bool is_core = !value_is_of(module, TYPE(MODULE)) || module_dict(module) == sys_dict ||
                       module_dict(module) == builtins_dict;
        value reference = is_core ? VALUE_NONE : weak_reference_new(module);
        if (!reference)
            error_clear();
        list_set(list, i, reference ? reference : VALUE_NONE);
        value_dec(reference);
        value_dec(module);
    }
    dict_clear(modules);
    value_dec(modules);
    restore_core_modules();
    if (atomic_load(&deaths_matter))
        gc_collect(GC_FULL);
    for (size_t i = count; i-- > 0;) {
        value reference = list_get(list, i);
        value module = reference == VALUE_NONE ? VALUE_NONE : weak_reference_get(reference);
        if (module != VALUE_NONE)
            clear_namespace(module_dict(module));
        value_dec(module);
        value_dec(reference);
    }
    value_dec(list);
    clear_namespace(sys_dict);
}

/* A process that nobody's handler kept from an interrupt ends by the signal, so that a shell sees it. */
static int end_as_interrupted(int status)
{
    if (status != STATUS_INTERRUPTED)
        return status;
    signal(SIGINT, SIG_DFL);
    kill(getpid(), SIGINT);
    return status & 0xFF;
}

int runtime_finish(int status)
{
    call_if_loaded("threading", "_shutdown");
    atexit_run();
    atomic_store(&runtime_finalizing, true);
    error_forget_no_memory();
    if (!streams_flush() && status == 0)
        status = 120;
    if (show_gc_stats)
        print_gc_stats();
    /* Threads that still run (daemons) own objects and go on until the process ends: there is nothing to tear down
     * safely. */
    if (thread_mutator_count() > 1)
        _exit(end_as_interrupted(status));
    if (atomic_load(&deaths_matter))
        gc_collect(GC_FULL); /* finalizers of garbage still see the modules */
    clear_modules();
    error_clear();
    if (!streams_flush() && status == 0)
        status = 120;
    if (!audit("cpython.PyInterpreterState_Clear", NULL))
        error_clear();
#if defined(ATOLL_CHECKED) || defined(ATOLL_SANITIZED)
    gc_forget_finalizers(); /* what other builds leave to the system dies in silence */
    modules_finish();
    import_finish();
    import_cache_finish();
    value old = builtins_dict;
    builtins_dict = NULL;
    dict_clear(sys_dict);
    value_dec(sys_dict);
    sys_dict = NULL;
    dict_clear(old);
    value_dec(old);
    gc_collect(GC_FULL);
    interpreter_detach();
    types_forget_names();
    size_t left = gc_shutdown(); /* the thread is still attached: it stops the collector */
    thread_detach();
    return left && !status ? 99 : end_as_interrupted(status);
#else
    _exit(end_as_interrupted(status)); /* the system takes the memory back faster than a teardown could */
#endif
}
