/* Exceptions and with statements, out of line. */
#include "runtime/interp/instructions/exceptions.h"
#include "runtime/interp/generator.h"
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

struct frame *leave_failed(struct interpreter *interpreter, struct frame *done)
{
    struct frame *previous = done->previous;
    if (done->flags & FRAME_GENERATOR) {
        generator_convert_stop(frame_generator(done));
        generator_unlink(interpreter, frame_generator(done), GENERATOR_FINISHED);
    } else {
        interpreter->frame = previous;
        frame_pop(interpreter, done);
    }
    return previous;
}

/* ---- except ---- */
static bool check_handler_type(value type, const char *message)
{
    if (is_type(type) && type_is_subtype((struct type *)type, EXC(BaseException)))
        return true;
    return raise_false(EXC(TypeError), message);
}

static bool check_handler(value handler, const char *message)
{
    if (!is_tuple(handler))
        return check_handler_type(handler, message);
    for (size_t i = 0; i < tuple_length(handler); thread_report_at(++i))
        if (!check_handler_type(tuple_get(handler, i), message))
            return false;
    return true;
}

static bool matches(value exception, value handler)
{
    if (!is_tuple(handler))
        return value_is_of(exception, (struct type *)handler);
    for (size_t i = 0; i < tuple_length(handler); thread_report_at(++i))
        if (value_is_of(exception, (struct type *)tuple_get(handler, i)))
            return true;
    return false;
}

int exception_matches_operand(value exception, value handler)
{
    if (!check_handler(handler, "catching classes that do not inherit from BaseException is not allowed"))
        return -1;
    return matches(exception, handler);
}

static bool handler_has_group(value handler)
{
    if (!is_tuple(handler))
        return type_is_subtype((struct type *)handler, EXC(BaseExceptionGroup));
    for (size_t i = 0; i < tuple_length(handler); thread_report_at(++i))
        if (type_is_subtype((struct type *)tuple_get(handler, i), EXC(BaseExceptionGroup)))
            return true;
    return false;
}

/* What split() of a group makes of it; that may be the program's own. */
static bool split_group(value group, value handler, value *rest, value *match)
{
    value pair = call_method_1(group, NAME(split), handler);
    if (!pair)
        return false;
    bool ok = value_is(pair, TYPE_ID_TUPLE);
    if (!ok)
        raise(EXC(TypeError), "%T.split must return a tuple, not %T", group, pair);
    else if (!(ok = tuple_length(pair) >= 2))
        raise(EXC(TypeError), "%T.split must return a 2-tuple, got tuple of size %zu", group, tuple_length(pair));
    for (size_t i = 0; ok && i < 2; i++) {
        value part = tuple_get(pair, i);
        ok = part == VALUE_NONE || is_exception(part);
        if (!ok)
            raise(EXC(TypeError), "%T.split must return exceptions or None, not %T", group, part);
    }
    if (ok) {
        *match = value_inc(tuple_get(pair, 0));
        *rest = value_inc(*match == VALUE_NONE ? group : tuple_get(pair, 1)); /* what matches nothing goes on whole */
    }
    value_dec(pair);
    return ok;
}

/* except*: split what is being handled into the part that matches (None if nothing does) and the rest. A naked
 * exception that matches is wrapped into a group. */
bool exception_group_match(value exception, value handler, value *rest, value *match)
{
    if (!check_handler(handler, "catching classes that do not inherit from BaseException is not allowed"))
        return false;
    if (handler_has_group(handler))
        return raise_false(EXC(TypeError), "catching ExceptionGroup with except* is not allowed. Use except instead.");
    if (exception == VALUE_NONE) {
        *rest = *match = VALUE_NONE;
        return true;
    }
    bool whole = matches(exception, handler), group_raised = value_is_of(exception, EXC(BaseExceptionGroup));
    if (group_raised && !whole)
        return split_group(exception, handler, rest, match);
    *match = whole && group_raised ? value_inc(exception) : VALUE_NONE;
    *rest = whole ? VALUE_NONE : value_inc(exception);
    if (!whole || group_raised)
        return true;
    value members = tuple_pack(1, exception);
    value group = members ? call_2(value_of(EXC(BaseExceptionGroup)), str_interned(""), members) : NULL;
    value_dec(members);
    if (!group)
        return false;
    *match = group;
    return true;
}

static bool same_metadata(value a, value b)
{
    value ta = exception_traceback(a), tb = exception_traceback(b);
    bool same = ta == tb;
    value_dec(ta);
    value_dec(tb);
    if (!same)
        return false;
    return exception_has_links_of(a, b);
}

/* The subgroup of `original` made of the leaves of the groups in `list`, in the original's structure; owned. */
static value exception_group_project(value original, value list)
{
    value leaves = set_new(NULL);
    value pending = list_from_iterable(list);
    bool done = leaves && pending;
    while (done && list_length(pending)) {
        value e = list_pop(pending, -1);
        if (value_is_of(e, EXC(BaseExceptionGroup))) {
            value members = exception_group_members(e);
            done = members && list_extend(pending, members);
            value_dec(members);
        } else {
            value identity = int_from_u64(value_bits(e));
            done = identity && set_add(leaves, identity);
            value_dec(identity);
        }
        value_dec(e);
    }
    value_dec(pending);
    value result = done ? exception_group_pick(original, leaves) : NULL;
    value_dec(leaves);
    return result;
}

/* The exceptions that the bodies of except* raised, and the unhandled rest, become what leaves the statement: None when
 * nothing does. */
value prepare_reraise_star(value original, value list)
{
    size_t n = list_length(list);
    value raised = list_new(n), reraised = list_new(n);
    bool done = raised && reraised;
    for (size_t i = 0; done && i < n; thread_report_at(++i)) {
        value e = list_get(list, i);
        if (e != VALUE_NONE)
            done = list_append(
                value_is_of(original, EXC(BaseExceptionGroup)) && same_metadata(e, original) ? reraised : raised, e);
        value_dec(e);
    }
    value result = NULL;
    if (done && !value_is_of(original, EXC(BaseExceptionGroup))) {
        /* a naked exception: at most one entry */
        value first = list_length(raised) ? list_get(raised, 0) : VALUE_NONE;
        if (n == 1) {
            value_dec(first);
            first = list_get(list, 0);
        }
        result = first;
    } else if (done) {
        value kept = VALUE_NONE;
        if (list_length(reraised)) { /* what was re-raised unchanged keeps the structure of the original */
            kept = exception_group_project(original, reraised);
        }
        if (kept && list_length(raised) == 0) {
            result = kept;
        } else if (kept && (kept == VALUE_NONE || list_append(raised, kept))) {
            value_dec(kept);
            result = call_2(value_of(EXC(BaseExceptionGroup)), str_interned(""), raised);
        }
    }
    value_dec(raised);
    value_dec(reraised);
    return result;
}

/* ---- raise ---- */
/* An exception from what stands after `raise` or `from`: an instance, or a class that is called. Owned. */
static value exception_of(value v, const char *message)
{
    if (is_type(v) && type_is_subtype((struct type *)v, EXC(BaseException))) {
        value instance = call_0(v);
        if (instance && !is_exception(instance)) {
            raise(EXC(TypeError), "calling %R should have returned an instance of BaseException, not %R", v,
                  value_of(value_type(instance)));
            value_dec(instance);
            return NULL;
        }
        return instance;
    }
    if (is_exception(v))
        return value_inc(v);
    return raise(EXC(TypeError), message);
}

bool raise_operands(value v, value cause)
{
    if (!v) {
        value handled = interpreter_handled();
        if (!handled) {
            raise(EXC(RuntimeError), "No active exception to reraise");
            return false;
        }
        error_restore(value_inc(handled));
        return true;
    }
    value exception = exception_of(v, "exceptions must derive from BaseException");
    if (!exception)
        return false;
    if (cause) {
        value fixed =
            cause == VALUE_NONE ? VALUE_NONE : exception_of(cause, "exception causes must derive from BaseException");
        if (!fixed) {
            value_dec(exception);
            return false;
        }
        exception_set_cause(exception, fixed == VALUE_NONE ? NULL : fixed);
    }
    raise_exception(exception);
    value_dec(exception);
    return false;
}

/* ---- with ---- */
static value enter_context(value manager, value enter_name, value exit_name, value *exit, const char *protocol)
{
    value enter = special_lookup(manager, enter_name);
    if (!enter)
        return NULL;
    if (enter == VALUE_MISSING)
        return raise(EXC(TypeError), "'%T' object does not support the %s protocol", manager, protocol);
    *exit = special_lookup(manager, exit_name);
    if (!*exit || *exit == VALUE_MISSING) {
        if (*exit)
            raise(EXC(TypeError), "'%T' object does not support the %s protocol (missed %U method)", manager, protocol,
                  exit_name);
        *exit = NULL;
        value_dec(enter);
        return NULL;
    }
    value entered = call_0(enter);
    value_dec(enter);
    if (!entered) {
        value_dec(*exit);
        *exit = NULL;
    }
    return entered;
}

value before_with(value manager, value *exit)
{
    return enter_context(manager, NAME(__enter__), NAME(__exit__), exit, "context manager");
}

value before_async_with(value manager, value *exit)
{
    return enter_context(manager, NAME(__aenter__), NAME(__aexit__), exit, "asynchronous context manager");
}

value with_except_start(value exit, value exception)
{
    value traceback = exception_traceback(exception);
    value result = call_3(exit, value_of(value_type(exception)), exception, traceback);
    value_dec(traceback);
    return result;
}
