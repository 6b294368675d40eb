/* Calls, seen from C. Python-to-Python calls are the interpreter's; everything else comes through here. */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/operations/attribute_view.h"
#include "runtime/interpreter.h"
#include "runtime/step.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

static value call_any(value callable, const value *args, size_t nargs, value kwnames);

value call_vector(value callable, const value *args, size_t nargs, value kwnames)
{
    if (likely(value_is(callable, TYPE_ID_FUNCTION) && !kwnames)) /* counts its frame */
        return function_call(callable, args, nargs, NULL);
    return call_any(callable, args, nargs, kwnames);
}

static __attribute__((noinline)) value call_any(value callable, const value *args, size_t nargs, value kwnames)
{
    value (*call)(value, const value *, size_t, value) = value_type_slot(callable, call);
    if (unlikely(!call))
        return raise(EXC(TypeError), "'%T' object is not callable", callable);
    if (kwnames && tuple_length(kwnames) == 0)
        kwnames = NULL;
    if (call == function_call)
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

value call_with_dict(value callable, const value *args, size_t nargs, value dict)
{
    size_t keywords = dict ? dict_length(dict) : 0;
    if (!keywords)
        return call_vector(callable, args, nargs, NULL);
    enum { FEW = 16 };
    value few[2 * FEW], *all = nargs + keywords <= FEW ? few : malloc((nargs + 2 * keywords) * sizeof *all);
    if (!all)
        return raise_no_memory();
    thread_copy(all, args, nargs * sizeof *all);
    value *items = all + nargs, *names = items + keywords, result = NULL;
    size_t count = 0, position = 0;
    bool ok = true;
    while (ok && count < keywords && dict_next(dict, &position, &names[count], &items[count])) {
        ok = is_str(names[count++]) || raise_false(EXC(TypeError), "keywords must be strings");
        thread_report_at(count);
    }
    value kwnames = tuple_from_owned(names, count);
    if (ok && kwnames)
        result = call_vector(callable, all, nargs, kwnames);
    value_dec(kwnames);
    for (size_t i = 0; i < count; thread_report_at(++i))
        value_dec(items[i]);
    if (all != few)
        raw_free(all);
    return result;
}

value call_tuple(value callable, value tuple, value dict)
{
    return call_with_dict(callable, (const value *)tuple_items(tuple), tuple_length(tuple), dict);
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
