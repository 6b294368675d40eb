/* The sys module. What the command line decides is put in by start.c. */
#include "runtime/sys.h"
#include "runtime/audit.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/trace.h"
#include "runtime/modules/module.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/modules/importing/native.h"
#include "runtime/import.h"
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/numbers/int.h"
#include "threads/pause.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

value sys_dict;

value sys_get(const char *name)
{
    if (!sys_dict)
        return VALUE_MISSING;
    return dict_get_text(sys_dict, name);
}

bool sys_set(const char *name, value v)
{
    return dict_set_text(sys_dict, name, v);
}

/* ---- exceptions ---- */
static value exception_info(value exception)
{
    if (exception == VALUE_NONE)
        return tuple_pack(3, VALUE_NONE, VALUE_NONE, VALUE_NONE);
    value traceback = exception_traceback(exception);
    value info = tuple_pack(3, value_of(value_type(exception)), exception, traceback);
    value_dec(traceback);
    return info;
}
static value sys_exc_info(value self)
{
    value exception = interpreter_handled();
    return exception_info(exception ? exception : VALUE_NONE);
}

static value sys_exception(value self)
{
    value exception = interpreter_handled();
    return exception ? value_inc(exception) : VALUE_NONE;
}

static value sys_exit(value self, value status)
{
    value exception = status == VALUE_NONE ? call_0(value_of(EXC(SystemExit)))
                      : is_tuple(status)   ? call_tuple(value_of(EXC(SystemExit)), status, NULL)
                                           : call_1(value_of(EXC(SystemExit)), status);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

static value sys_excepthook(value self, value exctype, value v, value traceback)
{
    value file = sys_get("stderr");
    if (!is_given(file))
        return file ? VALUE_NONE : NULL;
    if (!is_exception(v)) {
        value text = str_format("TypeError: print_exception(): Exception expected for value, %T found\n", v);
        value done = text ? call_method_1(file, NAME(write), text) : NULL;
        value_dec(text);
        value_dec(file);
        value_dec(done);
        return done ? VALUE_NONE : NULL;
    }
    if (is_given(traceback) && traceback != VALUE_NONE) {
        value present = exception_traceback(v);
        if (present == VALUE_NONE)
            exception_set_traceback(v, traceback);
        value_dec(present);
    }
    bool printed = exception_print(v, file);
    value_dec(file);
    return printed ? VALUE_NONE : NULL;
}

static bool write_text(value file, value text)
{
    value written = text ? call_method_1(file, NAME(write), text) : NULL;
    value_dec(written);
    return written != NULL;
}

/* "Exception ignored in: ..." and the traceback, on stderr. */
static value sys_unraisablehook(value self, value unraisable)
{
    if (!exception_is_unraisable(unraisable))
        return raise(EXC(TypeError), "sys.unraisablehook argument type must be UnraisableHookArgs");
    value file = sys_get("stderr");
    if (!is_given(file))
        return file ? VALUE_NONE : NULL;
    value message = attr_get(unraisable, NAME(err_msg)), object = message ? attr_get(unraisable, NAME(object)) : NULL;
    value exception = object ? attr_get(unraisable, NAME(exc_value)) : NULL;
    bool done = exception != NULL;
    if (done && object != VALUE_NONE) {
        value shown = value_repr(object);
        if (!shown) {
            error_clear();
            shown = str_from_text("<object repr() failed>");
        }
        value line = shown ? message == VALUE_NONE ? str_format("Exception ignored in: %U\n", shown)
                                                   : str_format("%S: %U\n", message, shown)
                           : NULL;
        done = write_text(file, line);
        value_dec(line);
        value_dec(shown);
    } else if (done && message != VALUE_NONE) {
        value line = str_format("%S:\n", message);
        done = write_text(file, line);
        value_dec(line);
    }
    if (done && is_exception(exception))
        done = exception_print_alone(exception, file);
    value_dec(exception);
    value_dec(object);
    value_dec(message);
    value_dec(file);
    return done ? VALUE_NONE : NULL;
}

/* Write what the stream cannot encode with escapes instead. Called while UnicodeEncodeError is raised. */
static bool write_escaped(value file, value text)
{
    error_clear();
    value encoding = attr_get(file, NAME(encoding));
    value bytes = encoding ? call_method(text, NAME(encode), (value[]){encoding, NAME(backslashreplace)}, 2) : NULL;
    value buffer = bytes ? attr_get_optional(file, NAME(buffer)) : NULL;
    bool done;
    if (is_given(buffer)) {
        value written = call_method_1(buffer, NAME(write), bytes);
        done = written;
        value_dec(written);
    } else {
        value escaped = buffer ? call_method(bytes, NAME(decode), (value[]){encoding, NAME(strict)}, 2) : NULL;
        done = escaped && write_text(file, escaped);
        value_dec(escaped);
    }
    value_dec(buffer);
    value_dec(bytes);
    value_dec(encoding);
    return done;
}

static value sys_displayhook(value self, value object)
{
    value builtins = sys_get("modules");
    value module = is_given(builtins) ? dict_get_text(builtins, "builtins") : NULL;
    value_dec(builtins);
    if (!is_given(module))
        return module || error_occurred() ? raise(EXC(RuntimeError), "lost builtins module") : NULL;
    if (object == VALUE_NONE) {
        value_dec(module);
        return VALUE_NONE;
    }
    value file = sys_get("stdout"), text = value_repr(object);
    bool done = text && attr_set(module, NAME(_), VALUE_NONE) && is_given(file) &&
                (write_text(file, text) || (error_matches(EXC(UnicodeEncodeError)) && write_escaped(file, text))) &&
                write_text(file, NAME_TEXT("\n")) && attr_set(module, NAME(_), object);
    if (!done && !error_occurred())
        raise(EXC(RuntimeError), "lost sys.stdout");
    value_dec(file);
    value_dec(text);
    value_dec(module);
    return done ? VALUE_NONE : NULL;
}

static value sys_breakpointhook(value self, const value *args, size_t nargs, value kwnames)
{
    const char *wanted = sys_flags.ignore_environment ? NULL : getenv("PYTHONBREAKPOINT");
    if (!wanted || !*wanted)
        wanted = "pdb.set_trace";
    if (strcmp(wanted, "0") == 0)
        return VALUE_NONE;
    char *text = strdup(wanted), *dot = text ? strrchr(text, '.') : NULL;
    if (!text)
        return raise_no_memory();
    if (dot)
        *dot = 0;
    value module = NULL, function = NULL, result = NULL;
    if (dot != text) {
        value name = str_from_utf8_surrogates(dot ? text : "builtins", strlen(dot ? text : "builtins"));
        value from = name ? tuple_pack(1, VALUE_NONE) : NULL; /* the module itself, not its top-level package */
        module = from ? import_module_level(name, NULL, from, 0) : NULL;
        value_dec(from);
        value_dec(name);
    }
    if (module) {
        const char *last = dot ? dot + 1 : text;
        value name = str_from_utf8_surrogates(last, strlen(last));
        function = name ? attr_get(module, name) : NULL;
        value_dec(name);
    }
    value_dec(module);
    free(text);
    if (function) {
        result = call_vector(function, args, nargs, kwnames);
        value_dec(function);
        return result;
    }
    if (error_occurred() && !error_matches(EXC(ImportError)) && !error_matches(EXC(AttributeError)))
        return NULL;
    error_clear();
    return warn(EXC(RuntimeWarning), 1, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", wanted) < 0 ? NULL
                                                                                                       : VALUE_NONE;
}

/* ---- frames and limits ---- */
static value sys_getframe(value self, value given_depth)
{
    int depth;
    if (!value_as_int(given_depth, &depth))
        return NULL;
    value frame = interpreter_frame_object(depth < 0 ? 0 : (size_t)depth);
    if (!frame && !error_occurred())
        raise(EXC(ValueError), "call stack is not deep enough");
    if (frame && audit("sys._getframe", "(O)", frame))
        return frame;
    value_dec(frame);
    return NULL;
}

static value sys_getrecursionlimit(value self)
{
    return small_int(atomic_load(&recursion_limit));
}

static value sys_setrecursionlimit(value self, value given_limit)
{
    int limit;
    if (!value_as_int(given_limit, &limit))
        return NULL;
    if (limit < 1)
        return raise(EXC(ValueError), "recursion limit must be greater or equal than 1");
    if (interpreter_self->depth >= (uint32_t)limit)
        return raise(EXC(RecursionError),
                     "cannot set the recursion limit to %d at the recursion depth %u: the limit is too low", limit,
                     interpreter_self->depth);
    atomic_store(&recursion_limit, (uint32_t)limit);
    return VALUE_NONE;
}

static value sys_get_int_max_str_digits(value self)
{
    return small_int(atomic_load(&int_max_str_digits));
}

static value sys_set_int_max_str_digits(value self, value maxdigits)
{
    int digits;
    if (!value_as_int(maxdigits, &digits))
        return NULL;
    if (digits != 0 && digits < 640)
        return raise(EXC(ValueError), "maxdigits must be 0 or larger than 640");
    atomic_store(&int_max_str_digits, digits);
    return VALUE_NONE;
}

/* An operand that borrows what a local variable holds is counted here, as CPython counts each operand. */
static value sys_getrefcount(value self, value v)
{
    if (!value_is_object(v))
        return int_from_u64(UINT32_MAX);
    struct frame *frame = interpreter_self->frame;
    bool borrowed = frame && frame->sp[-1] != v && stack_plain(frame->sp[-1]) == v;
    return int_from_u64(rc_count(value_object(v)) + borrowed);
}

static value sys_getsizeof(value self, value object, value fallback)
{
    value method = special_lookup(object, NAME(__sizeof__));
    if (method == VALUE_MISSING)
        return is_missing(fallback) ? raise(EXC(TypeError), "Type %T doesn't define __sizeof__", object)
                                    : value_inc(fallback);
    value size = method ? call_0(method) : NULL;
    value_dec(method);
    if (!size && !is_missing(fallback) && error_matches(EXC(TypeError))) {
        error_clear();
        return value_inc(fallback);
    }
    return size;
}

static value sys_intern(value self, value string)
{
    if (!value_is(string, TYPE_ID_STR))
        return raise(EXC(TypeError), is_str(string) ? "can't intern %T" : "intern() argument must be str, not %K",
                     string);
    return str_intern(value_inc(string));
}

/* Threads run in parallel here: the interval is kept for programs that ask, and has no effect. */
static _Atomic double switch_interval = 0.005;
static value sys_getswitchinterval(value self)
{
    return float_new(atomic_load(&switch_interval));
}
static value sys_setswitchinterval(value self, value interval)
{
    double seconds;
    if (!value_as_double(interval, &seconds))
        return NULL;
    if (!(seconds > 0))
        return raise(EXC(ValueError), "switch interval must be strictly positive");
    atomic_store(&switch_interval, seconds);
    return VALUE_NONE;
}

static value sys_is_finalizing(value self)
{
    return value_bool(atomic_load(&runtime_finalizing));
}
static value sys_getdefaultencoding(value self)
{
    return str_interned("utf-8");
}
static value sys_getfilesystemencoding(value self)
{
    return str_interned("utf-8");
}
static value sys_getfilesystemencodeerrors(value self)
{
    return str_interned("surrogateescape");
}
static value sys_audit(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("sys.audit", kwnames))
        return NULL;
    if (!nargs)
        return raise(EXC(TypeError), "audit() missing 1 required positional argument: 'event'");
    if (!audit_is_heard())
        return VALUE_NONE;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "expected str for argument 'event', not %T", args[0]);
    value arguments = tuple_from_array(args + 1, nargs - 1);
    bool good = arguments && audit_event_tuple(args[0], arguments);
    value_dec(arguments);
    return good ? VALUE_NONE : NULL;
}
static value sys_addaudithook(value self, value hook)
{
    if (audit("sys.addaudithook", NULL)) /* importlib wakes before anybody could hear how */
        return importlib_wake() && audit_add_hook(hook) ? VALUE_NONE : NULL;
    if (!error_matches(EXC(Exception)))
        return NULL;
    error_clear();
    return VALUE_NONE;
}

/* ---- tracing ---- */
static value sys_settrace(value self, value function)
{
    return audit("sys.settrace", NULL) && trace_set_function(function == VALUE_NONE ? NULL : function) ? VALUE_NONE
                                                                                                       : NULL;
}
static value sys_gettrace(value self)
{
    return trace_self.function ? value_inc(trace_self.function) : VALUE_NONE;
}
static value sys_setprofile(value self, value function)
{
    return audit("sys.setprofile", NULL) && trace_set_profile(function == VALUE_NONE ? NULL : function, NULL)
               ? VALUE_NONE
               : NULL;
}
static value sys_getprofile(value self)
{
    return trace_self.profile ? value_inc(trace_self.profile) : VALUE_NONE;
}
static value sys_call_tracing(value self, value function, value arguments)
{
    if (!is_tuple(arguments))
        return raise(EXC(TypeError), "call_tracing() argument 2 must be tuple, not %K", arguments);
    return trace_call_freely(function, arguments);
}

/* {ident: what `find` finds} of all threads for which it finds something. */
static value of_each_thread(value (*find)(struct thread_slot *slot, uint64_t *ident))
{
    value dict = dict_new();
    for (size_t i = 0, n = thread_slot_count(); dict && i < n; thread_report_at(++i)) {
        uint64_t number;
        value found = find(thread_slot_at(i), &number);
        value ident = found ? int_from_u64(number) : NULL;
        bool done = found ? ident && dict_set(dict, ident, found) : !error_occurred();
        value_dec(found);
        value_dec(ident);
        if (!done) {
            value_dec(dict);
            return NULL;
        }
    }
    return dict;
}
static value sys_current_frames(value self)
{
    return audit("sys._current_frames", NULL) ? of_each_thread(frame_object_of_thread) : NULL;
}
static value find_exception_info(struct thread_slot *slot, uint64_t *ident)
{
    value exception = exception_of_thread(slot, ident);
    value info = exception ? exception_info(exception) : NULL;
    value_dec(exception);
    return info;
}
static value sys_current_exceptions(value self)
{
    return audit("sys._current_exceptions", NULL) ? of_each_thread(find_exception_info) : NULL;
}

/* ---- memory and libraries ---- */
static value sys_getallocatedblocks(value self)
{
    struct gc_stats stats;
    gc_get_stats(&stats);
    return int_from_u64(stats.live_containers + stats.live_leaves);
}
static value sys_debugmallocstats(value self)
{
    struct gc_stats stats;
    gc_get_stats(&stats);
    fflush(stdout);
    fprintf(stderr, "%" PRIu64 " bytes of pages, %" PRIu64 " containers, %" PRIu64 " leaves\n", stats.heap_bytes,
            stats.live_containers, stats.live_leaves);
    return VALUE_NONE;
}
static value sys_clear_type_cache(value self)
{
    return VALUE_NONE; /* what is remembered of classes keeps nothing alive that they do not */
}
static value sys_getdlopenflags(value self)
{
    return int_from_i64(native_dlopen_flags());
}
static value sys_setdlopenflags(value self, value given_flags)
{
    int flags;
    if (!value_as_int(given_flags, &flags))
        return NULL;
    native_dlopen_flags_set(flags);
    return VALUE_NONE;
}

/* ---- coroutines ---- */
static bool hook_set(value *hook, value v, const char *name, const char *event)
{
    if (is_missing(v))
        return true;
    if (v != VALUE_NONE && !value_is_callable(v))
        return raise_false(EXC(TypeError), "callable %s expected, got %T", name, v);
    if (!audit(event, NULL))
        return false;
    value old = *hook;
    *hook = v == VALUE_NONE ? NULL : value_inc(v);
    value_dec(old);
    return true;
}
static value sys_set_asyncgen_hooks(value self, value firstiter, value finalizer)
{
    if (!hook_set(&interpreter_self->async_finalizer, finalizer, "finalizer", "sys.set_asyncgen_hook_finalizer") ||
        !hook_set(&interpreter_self->async_first, firstiter, "firstiter", "sys.set_asyncgen_hook_firstiter"))
        return NULL;
    return VALUE_NONE;
}
static value sys_get_asyncgen_hooks(value self)
{
    static const struct struct_sequence_field fields[] = {{"firstiter", NULL}, {"finalizer", NULL}, {0}};
    static _Atomic(struct type *) made;
    struct type *type = struct_sequence_define_once(&made, "asyncgen_hooks", NULL, fields, 2);
    value hooks[] = {interpreter_self->async_first, interpreter_self->async_finalizer};
    for (int i = 0; i < 2; i++)
        hooks[i] = hooks[i] ? value_inc(hooks[i]) : VALUE_NONE;
    if (type)
        return struct_sequence_new(type, hooks);
    value_dec(hooks[0]);
    value_dec(hooks[1]);
    return NULL;
}
static value sys_set_origin_depth(value self, value given_depth)
{
    int depth;
    if (!value_as_int(given_depth, &depth))
        return NULL;
    if (depth < 0)
        return raise(EXC(ValueError), "depth must be >= 0");
    interpreter_self->origin_depth = (uint32_t)depth;
    return VALUE_NONE;
}
static value sys_get_origin_depth(value self)
{
    return small_int(interpreter_self->origin_depth);
}

static const struct method_def functions[] = {
    METHOD("get_asyncgen_hooks", sys_get_asyncgen_hooks, "()", "Return the installed asynchronous generators hooks."),
    METHOD("set_asyncgen_hooks", sys_set_asyncgen_hooks, "(firstiter=<unrepresentable>, finalizer=<unrepresentable>)",
           "Set a finalizer for async generators objects."),
    METHOD("get_coroutine_origin_tracking_depth", sys_get_origin_depth, "()",
           "Check status of origin tracking for coroutine objects in this thread."),
    METHOD("set_coroutine_origin_tracking_depth", sys_set_origin_depth, "(depth)",
           "Enable or disable origin tracking for coroutine objects in this thread."),
    METHOD("_current_frames", sys_current_frames, "()",
           "Return a dict mapping each thread's thread id to its current stack frame."),
    METHOD("_current_exceptions", sys_current_exceptions, "()",
           "Return a dict mapping each thread's identifier to its current raised exception."),
    METHOD("_clear_type_cache", sys_clear_type_cache, "()", "Clear the internal type lookup cache."),
    METHOD("_debugmallocstats", sys_debugmallocstats, "()",
           "Print summary info to stderr about the state of the heap."),
    METHOD("getallocatedblocks", sys_getallocatedblocks, "()",
           "Return the number of memory blocks currently allocated."),
    METHOD("getdlopenflags", sys_getdlopenflags, "()",
           "Return the current value of the flags that are used for dlopen calls."),
    METHOD("setdlopenflags", sys_setdlopenflags, "(flags, /)",
           "Set the flags used by the interpreter for dlopen calls."),
    METHOD("_getframe", sys_getframe, "(depth=0, /)", "Return a frame object from the call stack."),
    METHOD("addaudithook", sys_addaudithook, "(hook)", "Adds a new audit hook callback."),
    METHOD_ANY("audit", sys_audit, "Passes the event to any hooks that are attached.", 0),
    METHOD_ANY("breakpointhook", sys_breakpointhook, "This hook function is called by built-in breakpoint().", 0),
    METHOD("displayhook", sys_displayhook, "(object, /)",
           "Print an object to sys.stdout and also save it in builtins._"),
    METHOD("exc_info", sys_exc_info, "()", "Return current exception information: (type, value, traceback)."),
    METHOD("excepthook", sys_excepthook, "(exctype, value, traceback, /)",
           "Handle an exception by displaying it with a traceback on sys.stderr."),
    METHOD("exception", sys_exception, "()", "Return the current exception."),
    METHOD("exit", sys_exit, "(status=None, /)", "Exit the interpreter by raising SystemExit(status)."),
    METHOD("getdefaultencoding", sys_getdefaultencoding, "()",
           "Return the current default encoding used by the Unicode implementation."),
    METHOD("getfilesystemencodeerrors", sys_getfilesystemencodeerrors, "()",
           "Return the error mode used for Unicode to filesystem encoding conversion."),
    METHOD("getfilesystemencoding", sys_getfilesystemencoding, "()",
           "Return the encoding used to convert Unicode filenames to OS filenames."),
    METHOD("call_tracing", sys_call_tracing, "(func, args, /)", "Call func(*args), while tracing is enabled."),
    METHOD("getprofile", sys_getprofile, "()", "Return the profiling function set with sys.setprofile."),
    METHOD("get_int_max_str_digits", sys_get_int_max_str_digits, "()",
           "Return the maximum string digits limit for non-binary int<->str conversions."),
    METHOD("set_int_max_str_digits", sys_set_int_max_str_digits, "(maxdigits)",
           "Set the maximum string digits limit for non-binary int<->str conversions."),
    METHOD("getrecursionlimit", sys_getrecursionlimit, "()", "Return the current value of the recursion limit."),
    METHOD("getrefcount", sys_getrefcount, "(object, /)", "Return the reference count of object."),
    METHOD("getsizeof", sys_getsizeof, "(object, default=<unrepresentable>)", "Return the size of object in bytes."),
    METHOD("getswitchinterval", sys_getswitchinterval, "()", "Return the current thread switch interval."),
    METHOD("gettrace", sys_gettrace, "()", "Return the global debug tracing function set with sys.settrace."),
    METHOD("intern", sys_intern, "(string, /)", "``Intern'' the given string."),
    METHOD("is_finalizing", sys_is_finalizing, "()", "Return True if Python is exiting."),
    METHOD("setprofile", sys_setprofile, "(function, /)", "Set the profiling function."),
    METHOD("setrecursionlimit", sys_setrecursionlimit, "(limit, /)",
           "Set the maximum depth of the Python interpreter stack to n."),
    METHOD("setswitchinterval", sys_setswitchinterval, "(interval, /)",
           "Set the ideal thread switching delay inside the Python interpreter."),
    METHOD("settrace", sys_settrace, "(function, /)", "Set the global debug tracing function."),
    METHOD("unraisablehook", sys_unraisablehook, "(unraisable, /)", "Handle an unraisable exception."),
    {0},
};

static bool fill(value module)
{
    sys_dict = module_dict(module);
    static const char *const hooks[][2] = {{"displayhook", "__displayhook__"},
                                           {"excepthook", "__excepthook__"},
                                           {"unraisablehook", "__unraisablehook__"},
                                           {"breakpointhook", "__breakpointhook__"}};
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        value hook = sys_get(hooks[i][0]);
        bool done = hook && sys_set(hooks[i][1], hook);
        value_dec(hook);
        if (!done)
            return false;
    }
    return sys_info_fill(module);
}

const struct module_def sys_module = {
    .name = "sys",
    .doc = "This module provides access to some objects used or maintained by the interpreter.",
    .functions = functions,
    .fill = fill,
    .finish = audit_finish,
};
