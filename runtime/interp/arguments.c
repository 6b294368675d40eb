/*
 * Binding the arguments of a call to the parameters of a Python function, with CPython's messages.
 *
 * The parameters are the first slots of the frame: positional (position-only first), keyword-only, then *args and
 * **kwargs. The common case, as many positional arguments as parameters and nothing else, does not come here (see the
 * CALL instruction).
 */
#include "runtime/interp/frame.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdio.h>

/* The function's name for messages; owned. */
static value shown_name(struct frame *frame)
{
    struct function *function = frame_function(frame);
    return slot_load(&function->header, &function->qualified_name);
}

static value parameter_name(struct code *code, size_t index)
{
    return tuple_get(slot_peek(&code->slot_names), index);
}

/* "a", "a and b", "a, b, and c" for the names in a list of reprs; owned. */
static value join_names(value reprs)
{
    size_t n = list_length(reprs);
    struct str_builder b;
    builder_init(&b);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            builder_add_text(&b, n == 2 ? " and " : i == n - 1 ? ", and " : ", ");
        value text = list_get(reprs, i);
        builder_add_str(&b, text);
        value_dec(text);
    }
    return builder_finish(&b);
}

static bool raise_missing(struct frame *frame, size_t from, size_t to, const char *kind)
{
    value reprs = list_new(0);
    if (!reprs)
        return false;
    for (size_t i = from; i < to; i++) {
        if (frame->slots[i])
            continue;
        value text = value_repr(parameter_name(frame->code, i));
        if (!text || !list_append_owned(reprs, text)) {
            value_dec(reprs);
            return false;
        }
    }
    size_t n = list_length(reprs);
    value names = join_names(reprs);
    value function = shown_name(frame);
    if (names)
        raise(EXC(TypeError), "%U() missing %zu required %s argument%s: %U", function, n, kind, n == 1 ? "" : "s",
              names);
    value_dec(function);
    value_dec(names);
    value_dec(reprs);
    return false;
}

static bool raise_too_many(struct frame *frame, size_t given, size_t defaults)
{
    struct code *code = frame->code;
    size_t keyword_given = 0;
    for (size_t i = code->argcount; i < code->argcount + code->kwonly_argcount; i++)
        keyword_given += frame->slots[i] != NULL;
    bool plural;
    char takes[64];
    if (defaults) {
        /* below 0 when __defaults__ was set to more than there are parameters */
        snprintf(takes, sizeof takes, "from %zd to %u", (ssize)code->argcount - (ssize)defaults, code->argcount);
        plural = true;
    } else {
        snprintf(takes, sizeof takes, "%u", code->argcount);
        plural = code->argcount != 1;
    }
    char keyword_text[96] = "";
    if (keyword_given)
        snprintf(keyword_text, sizeof keyword_text, " positional argument%s (and %zu keyword-only argument%s)",
                 given != 1 ? "s" : "", keyword_given, keyword_given != 1 ? "s" : "");
    value function = shown_name(frame);
    raise(EXC(TypeError), "%U() takes %s positional argument%s but %zu%s %s given", function, takes, plural ? "s" : "",
          given, keyword_text, given == 1 && !keyword_given ? "was" : "were");
    value_dec(function);
    return false;
}

/* Some keyword names parameters that are position-only: say which. Returns true when it raised. */
static bool raise_posonly_as_keyword(struct frame *frame, value kwnames)
{
    struct code *code = frame->code;
    struct str_builder b;
    builder_init(&b);
    bool any = false;
    for (size_t i = 0; i < code->posonly_argcount; i++) {
        value name = parameter_name(code, i);
        for (size_t k = 0; k < tuple_length(kwnames); thread_report_at(++k)) {
            value given = tuple_get(kwnames, k);
            if (!is_str(given) || !str_equal(given, name))
                continue;
            if (any)
                builder_add_text(&b, ", ");
            builder_add_str(&b, name);
            any = true;
        }
    }
    value names = builder_finish(&b);
    if (any && names) {
        value function = shown_name(frame);
        raise(EXC(TypeError), "%U() got some positional-only arguments passed as keyword arguments: '%U'", function,
              names);
        value_dec(function);
    }
    value_dec(names);
    return any;
}

/* The index of the parameter called `name`, at `from` or later; SIZE_MAX when there is none. */
static size_t find_parameter(struct code *code, value name, size_t from)
{
    size_t total = code->argcount + code->kwonly_argcount;
    value_slot *names = tuple_items(slot_peek(&code->slot_names));
    for (size_t i = from; i < total; i++)
        if (slot_peek(&names[i]) == name)
            return i;
    for (size_t i = from; i < total; i++)
        if (str_equal(slot_peek(&names[i]), name))
            return i;
    return SIZE_MAX;
}

static bool bind_keywords(struct frame *frame, const value *values, value kwnames, value extra)
{
    struct code *code = frame->code;
    for (size_t k = 0; k < tuple_length(kwnames); thread_report_at(++k)) {
        value name = tuple_get(kwnames, k);
        value given = stack_plain(values[k]);
        value function;
        if (!is_str(name))
            return raise_false(EXC(TypeError), "keywords must be strings");
        size_t index = find_parameter(code, name, code->posonly_argcount);
        if (index == SIZE_MAX) {
            if (extra) {
                if (!dict_set(extra, name, given))
                    return false;
                continue;
            }
            if (code->posonly_argcount && raise_posonly_as_keyword(frame, kwnames))
                return false;
            function = shown_name(frame);
            raise(EXC(TypeError), "%U() got an unexpected keyword argument '%S'", function, name);
            value_dec(function);
            return false;
        }
        if (frame->slots[index]) {
            function = shown_name(frame);
            raise(EXC(TypeError), "%U() got multiple values for argument '%S'", function, name);
            value_dec(function);
            return false;
        }
        frame->slots[index] = value_inc(given);
    }
    return true;
}

/* The tuple or dict of the function's defaults, owned; NULL: it has none. */
static value load_defaults(struct function *function, value_slot *slot)
{
    value defaults = slot_load(&function->header, slot);
    /* Each call counts it: not in one word for all threads that call the function. Alone, it is to die at once. */
    if (defaults && !thread_is_alone() && !object_is_mine(value_object(defaults)))
        rc_shard_part(value_object(defaults));
    return defaults;
}

static bool fill_defaults(struct frame *frame, size_t given)
{
    struct function *function = frame_function(frame);
    struct code *code = frame->code;
    value defaults = load_defaults(function, &function->defaults);
    size_t count = defaults ? tuple_length(defaults) : 0;
    size_t required = count < code->argcount ? code->argcount - count : 0;
    bool done = true;
    for (size_t i = given; i < required; i++) {
        if (!frame->slots[i]) {
            done = raise_missing(frame, 0, required, "positional");
            break;
        }
    }
    for (size_t i = given > required ? given : required; done && i < code->argcount; i++)
        if (!frame->slots[i])
            frame->slots[i] = value_inc(tuple_get(defaults, i - (code->argcount - count)));
    value_dec(defaults);
    return done;
}

static bool fill_keyword_defaults(struct frame *frame)
{
    struct function *function = frame_function(frame);
    struct code *code = frame->code;
    size_t end = code->argcount + code->kwonly_argcount;
    value defaults = load_defaults(function, &function->keyword_defaults);
    bool missing = false, done = true;
    for (size_t i = code->argcount; i < end && done; i++) {
        if (frame->slots[i])
            continue;
        value v = defaults ? dict_get(defaults, parameter_name(code, i)) : VALUE_MISSING;
        if (!v)
            done = false;
        else if (v == VALUE_MISSING)
            missing = true;
        else
            frame->slots[i] = v;
    }
    value_dec(defaults);
    if (done && missing)
        return raise_missing(frame, code->argcount, end, "keyword-only");
    return done;
}

static value pack_rest(const value *args, size_t count)
{
    value tuple = tuple_new(count);
    for (size_t i = 0; tuple && i < count; thread_report_at(++i))
        tuple_init(tuple, i, value_inc(stack_plain(args[i])));
    return tuple;
}

bool arguments_move(struct frame *frame, const value *args, size_t nargs, value names)
{
    struct code *code = frame->code;
    size_t count = code->plain_argcount, positional = nargs, given = nargs;
    if (count == UINT32_MAX || nargs > count)
        return false;
    for (size_t i = 0; i < positional; i++)
        frame->slots[i] = args[i];
    if (names) {
        value_slot *parameters = tuple_items(slot_peek(&code->slot_names));
        given += tuple_length(names);
        for (size_t k = 0; positional + k < given; k++) {
            value name = tuple_get(names, k);
            size_t i = code->posonly_argcount > positional ? code->posonly_argcount : positional;
            while (i < count && slot_peek(&parameters[i]) != name)
                i++;
            if (i >= count || frame->slots[i])
                return false;
            frame->slots[i] = args[positional + k];
        }
    }
    if (given == count)
        return true;
    /* Here a default is peeked where the function is not to change it meanwhile: no other thread runs. */
    struct function *function = frame_function(frame);
    bool alone = thread_is_alone();
    value defaults = alone ? slot_peek(&function->defaults) : load_defaults(function, &function->defaults);
    size_t first = count - (defaults ? tuple_length(defaults) : 0); /* wraps when there are too many defaults */
    bool done = first <= count;
    for (size_t i = positional; i < first && done; i++)
        done = frame->slots[i] != NULL;
    for (size_t i = positional > first ? positional : first; i < count && done; i++)
        if (!frame->slots[i])
            frame->slots[i] = value_inc(tuple_get(defaults, i - first));
    if (!alone)
        value_dec(defaults); /* not the last one, even if the slot was exchanged: it is ours, or counted in cells */
    return done;
}

bool arguments_bind(struct frame *frame, const value *args, size_t nargs, value kwnames)
{
    struct code *code = frame->code;
    size_t positional = nargs < code->argcount ? nargs : code->argcount;
    if (unlikely(!(code->flags & CODE_OPTIMIZED)))
        frame->locals = value_inc(frame->globals); /* a module's code, made a function */
    size_t next = code->argcount + code->kwonly_argcount;
    for (size_t i = 0; i < positional; i++)
        frame->slots[i] = value_inc(stack_plain(args[i]));
    if (code->flags & CODE_VARARGS) {
        value rest = pack_rest(args + positional, nargs - positional);
        if (!rest)
            return false;
        frame->slots[next++] = rest;
    }
    value extra = NULL;
    if (code->flags & CODE_VARKEYWORDS) {
        extra = dict_new();
        if (!extra)
            return false;
        frame->slots[next] = extra;
    }
    if (kwnames && !bind_keywords(frame, args + nargs, kwnames, extra))
        return false;
    if (nargs > code->argcount && !(code->flags & CODE_VARARGS)) {
        struct function *function = frame_function(frame);
        value defaults = slot_load(&function->header, &function->defaults);
        size_t count = defaults ? tuple_length(defaults) : 0;
        value_dec(defaults);
        return raise_too_many(frame, nargs, count);
    }
    if (positional < code->argcount && !fill_defaults(frame, positional))
        return false;
    return code->kwonly_argcount == 0 || fill_keyword_defaults(frame);
}
