/* Calls, seen from C. Python-to-Python calls are the interpreter's; everything else comes through here. */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/operations/attribute_view.h"
#include "runtime/interpreter.h"
#include "runtime/step.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

value call_vector(value callable, const value *args, size_t nargs, value kwnames)
{
    value (*call)(value, const value *, size_t, value) = value_type_slot(callable, call);
    if (unlikely(!call))
        return raise(EXC(TypeError), "'%T' object is not callable", callable);
    if (kwnames && tuple_length(kwnames) == 0)
        kwnames = NULL;
    if (call == function_call) /* counts its frame */
        return call(callable, args, nargs, kwnames);
    if (unlikely(!recursion_enter(" while calling a Python object")))
        return NULL;
    value result = result_checked(call(callable, args, nargs, kwnames), value_type(callable)->gc.name);
    recursion_leave();
    return result;
}

static __attribute__((noinline)) value call_with_first_of_many(value callable, value first, const value *args,
                                                               size_t nargs, size_t all, value kwnames)
{
    value *vector = malloc((all + 1) * sizeof *vector);
    if (!vector)
        return raise_no_memory();
    vector[0] = first;
    thread_copy(vector + 1, args, all * sizeof *vector);
    value result = call_vector(callable, vector, nargs + 1, kwnames);
    raw_free(vector);
    return result;
}

value call_with_first(value callable, value first, const value *args, size_t nargs, value kwnames)
{
    size_t all = nargs + (kwnames ? tuple_length(kwnames) : 0);
    value vector[8];
    if (unlikely(all >= sizeof vector / sizeof *vector))
        return call_with_first_of_many(callable, first, args, nargs, all, kwnames);
    vector[0] = first;
    for (size_t i = 0; i < all; i++)
        vector[i + 1] = args[i];
    return call_vector(callable, vector, nargs + 1, kwnames);
}

value call_0(value callable)
{
    return call_vector(callable, NULL, 0, NULL);
}
value call_1(value callable, value a)
{
    return call_vector(callable, &a, 1, NULL);
}
value call_2(value callable, value a, value b)
{
    value args[2] = {a, b};
    return call_vector(callable, args, 2, NULL);
}
value call_3(value callable, value a, value b, value c)
{
    value args[3] = {a, b, c};
    return call_vector(callable, args, 3, NULL);
}

value call_tuple(value callable, value tuple, value dict)
{
    size_t nargs = tuple_length(tuple), keywords = dict ? dict_length(dict) : 0;
    if (!keywords)
        return call_vector(callable, (const value *)tuple_items(tuple), nargs, NULL);
    value *args = calloc(nargs + keywords, sizeof *args), *names = calloc(keywords, sizeof *names);
    value result = NULL, kwnames = NULL;
    size_t count = 0, position = 0;
    value key, item;
    bool ok = args && names;
    if (!ok)
        raise_no_memory();
    for (size_t i = 0; ok && i < nargs; thread_report_at(++i))
        args[i] = tuple_get(tuple, i);
    while (ok && count < keywords && dict_next(dict, &position, &key, &item)) {
        names[count] = key;
        args[nargs + count++] = item;
        thread_report_at(count);
        if (!is_str(key))
            ok = raise_false(EXC(TypeError), "keywords must be strings");
    }
    if (ok && (kwnames = tuple_from_array(names, count)))
        result = call_vector(callable, args, nargs, kwnames);
    value_dec(kwnames);
    for (size_t i = 0; i < count; i++) {
        value_dec(names[i]);
        value_dec(args[nargs + i]);
        thread_report_at(i + 1);
    }
    raw_free(args);
    raw_free(names);
    return result;
}

value call_method_vector(value self, value name, const value *args, size_t nargs, value kwnames)
{
    bool unbound;
    value method = attr_get_method(self, name, &unbound);
    if (unlikely(!method))
        return NULL;
    value result =
        unbound ? call_with_first(method, self, args, nargs, kwnames) : call_vector(method, args, nargs, kwnames);
    value_dec(method);
    return result;
}
value call_method(value self, value name, const value *args, size_t nargs)
{
    return call_method_vector(self, name, args, nargs, NULL);
}
value call_method_0(value self, value name)
{
    return call_method(self, name, NULL, 0);
}
value call_method_1(value self, value name, value a)
{
    return call_method(self, name, &a, 1);
}

bool value_is_callable(value v)
{
    return value_type_slot(v, call) != NULL;
}

/* Out of C stack, or too deep. Making the exception needs some of both. */
static __attribute__((noinline)) bool too_deep(struct interpreter *self, const char *where)
{
    self->c_headroom += 50;
    raise(EXC(RecursionError), "maximum recursion depth exceeded%s", where);
    self->c_headroom -= 50;
    return false;
}

static inline bool stack_ends(struct interpreter *self)
{
    return (char *)__builtin_frame_address(0) < self->stack_limit && !self->c_headroom;
}

bool stack_check(const char *where)
{
    struct interpreter *self = interpreter_self;
    return !self || !stack_ends(self) || too_deep(self, where);
}

/* A level of C counts like a Python frame against the recursion limit, as in CPython. */
bool recursion_enter(const char *where)
{
    struct interpreter *self = interpreter_self;
    if (unlikely(!self))
        return true; /* at start-up, before the thread has an interpreter */
    if (unlikely(self->depth >= atomic_load_explicit(&recursion_limit, memory_order_relaxed) + self->c_headroom ||
                 stack_ends(self)))
        return too_deep(self, where);
    self->depth++;
    return true;
}

void recursion_leave(void)
{
    struct interpreter *self = interpreter_self;
    if (likely(self != NULL))
        self->depth--;
}
