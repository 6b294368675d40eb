/* Instructions about exceptions, with statements, awaiting and pattern matching. */
#include "runtime/interp/instructions.h"
#include "runtime/interp/generator.h"
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

/* Ranges are sorted and disjoint: binary search for the one that covers the unit. */
const struct exception_range *find_handler(const struct code *code, uint32_t unit)
{
    uint32_t low = 0, high = code->range_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const struct exception_range *range = &code->ranges[middle];
        if (unit < range->start)
            high = middle;
        else if (unit >= range->end)
            low = middle + 1;
        else
            return range;
    }
    return NULL;
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
    value traceback = exception_traceback(exception);
    exception_set_traceback(group, traceback);
    value_dec(traceback);
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

/* ---- yield from, await ---- */
value get_yield_from_iter(struct frame *frame, value v)
{
    if (value_is(v, TYPE_ID_COROUTINE)) {
        if (!(frame->code->flags & (CODE_COROUTINE | CODE_ITERABLE_COROUTINE)))
            return raise(EXC(TypeError), "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return value_inc(v);
    }
    return value_is(v, TYPE_ID_GENERATOR) ? value_inc(v) : iter_get(v);
}

/* The iterator that awaiting `v` runs; owned. */
static value awaitable_iterator(value v)
{
    if (value_is(v, TYPE_ID_COROUTINE)) {
        value delegate = generator_delegate(v);
        value_dec(delegate);
        return delegate ? raise(EXC(RuntimeError), "coroutine is being awaited already") : value_inc(v);
    }
    if (value_is(v, TYPE_ID_GENERATOR) && (((struct generator *)v)->frame.code->flags & CODE_ITERABLE_COROUTINE))
        return value_inc(v);
    value (*await)(value) = value_type_slot(v, await);
    if (!await)
        return raise(EXC(TypeError), "object %T can't be used in 'await' expression", v);
    value iterator = await(v);
    if (!iterator)
        return NULL;
    if (value_is(iterator, TYPE_ID_COROUTINE)) {
        value_dec(iterator);
        return raise(EXC(TypeError), "__await__() returned a coroutine");
    }
    if (!value_is_iterator(iterator)) {
        raise(EXC(TypeError), "__await__() returned non-iterator of type '%T'", iterator);
        value_dec(iterator);
        return NULL;
    }
    return iterator;
}

value get_awaitable(value v, unsigned where)
{
    value iterator = awaitable_iterator(v);
    if (!iterator && where && error_matches(EXC(TypeError)) && !value_type_slot(v, await)) {
        error_clear();
        raise(EXC(TypeError), "'async with' received an object from %s that does not implement __await__: %T",
              where == 1 ? "__aenter__" : "__aexit__", v);
    }
    return iterator;
}

value get_aiter(value v)
{
    value (*aiter)(value) = value_type_slot(v, async_iter);
    if (!aiter)
        return raise(EXC(TypeError), "'async for' requires an object with __aiter__ method, got %T", v);
    value iterator = aiter(v);
    if (iterator && !value_type_slot(iterator, async_next)) {
        raise(EXC(TypeError), "'async for' received an object from __aiter__ that does not implement __anext__: %T",
              iterator);
        value_dec(iterator);
        return NULL;
    }
    return iterator;
}

value get_anext(value v)
{
    value (*anext)(value) = value_type_slot(v, async_next);
    if (!anext)
        return raise(EXC(TypeError), "'async for' requires an iterator with __anext__ method, got %T", v);
    value awaitable = anext(v);
    value iterator = awaitable ? awaitable_iterator(awaitable) : NULL;
    if (awaitable && !iterator)
        raise_from(EXC(TypeError), "'async for' received an invalid object from __anext__: %T", awaitable);
    value_dec(awaitable);
    return iterator;
}

/* ---- match ---- */
value match_keys(value subject, value keys)
{
    size_t n = tuple_length(keys);
    value seen = set_new(NULL), list = list_new(n), get = NULL, result = NULL;
    if (!seen || !list || !(get = attr_get(subject, NAME(get))))
        goto end;
    value marker = list_new(0); /* a default that is nobody's value */
    for (size_t i = 0; marker && i < n; thread_report_at(++i)) {
        value key = tuple_get(keys, i);
        int known = set_contains(seen, key);
        if (known > 0)
            raise(EXC(ValueError), "mapping pattern checks duplicate key (%R)", key);
        if (known != 0 || !set_add(seen, key))
            goto end_marker;
        value v = call_2(get, key, marker);
        if (v == marker) {
            value_dec(v);
            result = VALUE_NONE;
            goto end_marker;
        }
        if (!v || !list_append_owned(list, v))
            goto end_marker;
    }
    result = marker ? list_to_tuple(list) : NULL;
end_marker:
    value_dec(marker);
end:
    value_dec(get);
    value_dec(seen);
    value_dec(list);
    return result;
}

/* One attribute of a class pattern: appended to the list. 1 found, 0 absent, -1 error. */
static int match_attribute(value subject, value cls, value name, value seen, value list)
{
    int known = set_contains(seen, name);
    if (known > 0)
        raise(EXC(TypeError), "%N() got multiple sub-patterns for attribute %R", (struct type *)cls, name);
    if (known != 0 || !set_add(seen, name))
        return -1;
    value v = attr_get_optional(subject, name);
    if (v == VALUE_MISSING)
        return 0;
    return v && list_append_owned(list, v) ? 1 : -1;
}

static bool matches_itself(struct type *type)
{
    const uint32_t flags = TYPE_FLAG_INT | TYPE_FLAG_STR | TYPE_FLAG_BYTES | TYPE_FLAG_TUPLE | TYPE_FLAG_LIST |
                           TYPE_FLAG_DICT | TYPE_FLAG_FLOAT | TYPE_FLAG_SET;
    return type_has_flag(type, flags) || type_is_subtype(type, TYPE(BYTEARRAY));
}

value match_class(value subject, value cls, size_t positional, value names)
{
    if (!is_type(cls))
        return raise(EXC(TypeError), "called match pattern must be a type");
    int instance = value_is_instance(subject, cls);
    if (instance <= 0)
        return instance < 0 ? NULL : VALUE_NONE;
    value seen = set_new(NULL), list = list_new(0), args = NULL, result = NULL;
    int found = 1;
    if (!seen || !list)
        goto end;
    if (positional) {
        args = attr_get_optional(cls, NAME(__match_args__));
        if (!args)
            goto end;
        bool itself = args == VALUE_MISSING && matches_itself((struct type *)cls);
        if (args != VALUE_MISSING && !value_is(args, TYPE_ID_TUPLE)) {
            raise(EXC(TypeError), "%N.__match_args__ must be a tuple (got %T)", (struct type *)cls, args);
            goto end;
        }
        size_t allowed = itself ? 1 : args == VALUE_MISSING ? 0 : tuple_length(args);
        if (allowed < positional) {
            raise(EXC(TypeError), "%N() accepts %zu positional sub-pattern%s (%zu given)", (struct type *)cls, allowed,
                  allowed == 1 ? "" : "s", positional);
            goto end;
        }
        if (itself && !list_append(list, subject))
            goto end;
        for (size_t i = 0; !itself && found > 0 && i < positional; i++) {
            value name = tuple_get(args, i);
            if (!is_str(name)) {
                raise(EXC(TypeError), "__match_args__ elements must be strings (got %T)", name);
                goto end;
            }
            found = match_attribute(subject, cls, name, seen, list);
        }
    }
    for (size_t i = 0; found > 0 && i < tuple_length(names); thread_report_at(++i))
        found = match_attribute(subject, cls, tuple_get(names, i), seen, list);
    result = found > 0 ? list_to_tuple(list) : found == 0 ? VALUE_NONE : NULL;
end:
    value_dec(args);
    value_dec(seen);
    value_dec(list);
    return result;
}
