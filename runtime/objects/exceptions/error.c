/*
 * Raising from C (error.h): the thread's current exception, the ways to set it, and warnings.
 *
 * The current exception is always an instance. raise_exception gives it the context that a raise statement would:
 * the exception being handled on this thread, with any cycle that this would close cut open.
 */
#include "runtime/objects/exceptions/exception.h"
#include "runtime/audit.h"
#include "runtime/interpreter.h"
#include "runtime/import.h"
#include "runtime/sys.h"
#include "runtime/objects/model/type_internal.h"

#include <errno.h>
#include <stdio.h>

/* Before the thread has an interpreter (start-up) and after it lost it. */
static _Thread_local value early_exception;

static inline value *current(void)
{
    struct interpreter *self = interpreter_self;
    return likely(self != NULL) ? &self->exception : &early_exception;
}

bool error_occurred(void)
{
    return *current() != NULL;
}
bool error_matches(struct type *type)
{
    value exception = *current();
    return exception && type_is_subtype(value_type(exception), type);
}
value error_fetch(void)
{
    value *place = current(), exception = *place;
    *place = NULL;
    return exception;
}
void error_restore(value exception)
{
    value *place = current(), old = *place;
    *place = exception;
    value_dec(old);
}
void error_clear(void)
{
    if (*current())
        error_restore(NULL);
}

/* ---- raising ---- */
/* Take `exception` out of the chain of contexts that begins at `context`, so that linking them makes no cycle. */
static void cut_context_chain(value context, value exception)
{
    value at = value_inc(context);
    size_t steps = 0;
    while (at && steps++ < 10000) {
        value next = slot_load(value_object(at), &EXCEPTION(at)->context);
        if (next == exception) {
            exception_set_context(at, NULL);
            value_dec(next);
            break;
        }
        value_dec(at);
        at = next;
    }
    value_dec(at);
}

void raise_exception(value exception)
{
    value_inc(exception);
    value handled = interpreter_self ? interpreter_handled() : NULL;
    if (handled && handled != exception && is_exception(handled)) {
        value_inc(handled);
        cut_context_chain(handled, exception);
        exception_set_context(exception, handled);
    }
    error_restore(exception);
}

value exception_make(struct type *type, const value *args, size_t nargs)
{
    value made;
    if (likely(type_slot(type, new) == exception_new_slot && type_slot(type, init) == exception_init_slot))
        made = exception_new_slot(type, args, nargs, NULL);
    else
        made = call_vector(value_of(type), args, nargs, NULL);
    if (made && !is_exception(made)) {
        raise(EXC(TypeError), "calling %N should have returned an instance of BaseException, not %T", type, made);
        value_dec(made);
        return NULL;
    }
    return made;
}

/* Raise type(argument), whose argument is stolen; type() instead of what happened while the text was made (a __repr__
 * raised), unless memory is short. */
static value raise_owned(struct type *type, value argument)
{
    if (!argument && error_matches(EXC(MemoryError)))
        return NULL;
    error_clear();
    value exception = exception_make(type, &argument, argument != NULL);
    value_dec(argument);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

value raise_error(struct type *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    return raise_owned(type, message);
}

value raise_from(struct type *type, const char *format, ...)
{
    value cause = error_fetch();
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    raise_owned(type, message);
    value error = error_fetch();
    exception_set_context(error, value_inc(cause));
    exception_set_cause(error, cause);
    error_restore(error);
    return NULL;
}

int raise_int(struct type *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    raise_owned(type, message);
    return -1;
}

bool raise_false(struct type *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    raise_owned(type, message);
    return false;
}

value raise_value(struct type *type, value argument)
{
    value exception = exception_make(type, &argument, argument != NULL);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

value raise_key_error(value key)
{
    return raise_value(EXC(KeyError), key);
}

/* ---- no memory ---- */
static value memory_error; /* prepared: immortal, shared by all threads */

bool exceptions_bootstrap(void)
{
    struct exception *e = (struct exception *)heap_alloc(&EXC(MemoryError)->gc, EXC(MemoryError)->gc.instance_size);
    value args = e ? tuple_new(0) : NULL;
    if (!args)
        return false;
    slot_init(&e->args, args);
    heap_make_immortal(&e->header);
    memory_error = value_of(e);
    return true;
}

void exceptions_shutdown(void)
{
    if (!memory_error)
        return;
    value_slot *slots = &EXCEPTION(memory_error)->dict;
    for (int i = 0; i < 5; i++)
        slot_store(value_object(memory_error), &slots[i], NULL);
    memory_error = NULL;
}

void error_forget_no_memory(void)
{
    if (memory_error) {
        exception_set_traceback(memory_error, NULL);
        exception_set_context(memory_error, NULL);
    }
}

value raise_no_memory(void)
{
    error_forget_no_memory();
    error_restore(memory_error);
    return NULL;
}

/* ---- errno ---- */
value raise_errno(int error, value filename, value filename2)
{
    char text[256];
    const char *message = strerror_r(error, text, sizeof text);
    value args[5] = {int_from_i64(error), str_from_text(message), filename ? filename : VALUE_NONE, VALUE_NONE,
                     filename2 ? filename2 : VALUE_NONE};
    if (args[0] && args[1]) {
        value exception = exception_make(EXC(OSError), args, filename2 ? 5 : filename ? 3 : 2);
        if (exception)
            raise_exception(exception);
        value_dec(exception);
    }
    value_dec(args[0]);
    value_dec(args[1]);
    return NULL;
}

value stop_iteration_value(value exception)
{
    value v = value_is_of(exception, EXC(StopIteration)) ? exception_extra(exception, EXTRA_STOP_VALUE) : NULL;
    return v ? v : VALUE_NONE;
}

/* ---- errors that nobody can be told about ---- */
/* What sys.unraisablehook gets. */
static _Atomic(struct type *) unraisable_type;
bool exception_is_unraisable(value v)
{
    return value_type(v) == atomic_load(&unraisable_type);
}
static value unraisable_arguments(value exception, value message, value object)
{
    static const struct struct_sequence_field fields[] = {{"exc_type", "Exception type"},
                                                          {"exc_value", "Exception value"},
                                                          {"exc_traceback", "Exception traceback"},
                                                          {"err_msg", "Error message"},
                                                          {"object", "Object causing the exception"},
                                                          {0}};
    struct type *type = struct_sequence_define_once(
        &unraisable_type, "UnraisableHookArgs",
        "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.", fields, 5);
    value items[] = {value_inc(value_of(value_type(exception))), value_inc(exception), exception_traceback(exception),
                     value_inc(message), object ? value_inc(object) : VALUE_NONE};
    if (type)
        return struct_sequence_new(type, items);
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        value_dec(items[i]);
    return NULL;
}

/* Is there a sys.stderr to write to? At the end there is none any more, and what then fails in finalizers is not told.
 */
static bool sys_has_errors(void)
{
    value file = sys_get("stderr");
    value_dec(file);
    return is_given(file);
}

void error_unraisable(const char *message, value object)
{
    value exception = error_fetch();
    if (!exception)
        return;
    if (!slot_peek(&EXCEPTION(exception)->traceback)) {
        error_restore(exception);
        interpreter_add_place();
        exception = error_fetch();
    }
    value text = message ? str_from_text(message) : VALUE_NONE;
    value hook = sys_dict ? sys_get("unraisablehook") : VALUE_MISSING;
    value arguments = text && hook && is_given(hook) ? unraisable_arguments(exception, text, object) : NULL;
    bool heard = arguments && audit("sys.unraisablehook", "OO", hook, arguments);
    value result = heard ? call_1(hook, arguments) : NULL;
    if (!result)
        error_clear();
    if (!result && (!sys_dict || sys_has_errors())) {
        value repr = value_repr(exception);
        struct text bytes;
        if (repr && text_of(repr, &bytes)) {
            fprintf(stderr, "Exception ignored%s%s: %s\n", message ? ": " : "", message ? message : "", bytes.bytes);
            text_release(&bytes);
        }
        value_dec(repr);
        error_clear();
    }
    value_dec(result);
    value_dec(arguments);
    value_dec(hook);
    value_dec(text);
    value_dec(exception);
}
