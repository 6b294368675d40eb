/* Instructions that call and that make functions: the ways that leave the loop, and
   those that prepare a frame for it. */
#include "runtime/interp/instructions.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/model/shape.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

/* C functions see plain values in an array of their own. The operands stay where they are, for settle to count. */
enum { FEW_OPERANDS = 8 };
struct plain_operands {
    size_t count;
    value *items; /* NULL: no memory */
    value few[FEW_OPERANDS];
};

static inline void operands_open(struct plain_operands *plain, const value *operands, size_t count)
{
    plain->count = count;
    plain->items = likely(count <= FEW_OPERANDS) ? plain->few : storage_alloc(count * sizeof(value));
    for (size_t i = 0; i < count && plain->items; i++)
        plain->items[i] = stack_plain(operands[i]);
    if (unlikely(!plain->items))
        raise_no_memory();
}

static inline void operands_close(struct plain_operands *plain)
{
    if (unlikely(plain->items != plain->few))
        storage_free(plain->items, plain->count * sizeof(value));
}

value call_operands(value callable, const value *base, uint32_t nargs, value kwnames)
{
    value (*call)(value, const value *, size_t, value) = value_type_slot(callable, call);
    if (unlikely(!call))
        return raise(EXC(TypeError), "'%T' object is not callable", callable);
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    size_t first = base[1] ? 1 : 2, count = nargs + named + 2 - first;
    struct plain_operands plain;
    operands_open(&plain, base + first, count);
    value result = plain.items ? call(callable, plain.items, count - named, kwnames) : NULL;
    operands_close(&plain);
    return result;
}

value call_builtin_operands(const struct method_def *def, struct signature *signature, value self,
                            const value *operands, uint32_t nargs)
{
    const struct signature_parameters *parsed = atomic_load_explicit(&signature->parsed, memory_order_acquire);
    if (likely(parsed && signature_is_plain(parsed, nargs) && parsed->count <= FEW_OPERANDS)) {
        value bound[FEW_OPERANDS];
        for (uint32_t i = 0; i < nargs; i++)
            bound[i] = stack_plain(operands[i]);
        signature_fill(parsed, nargs, bound);
        return method_enter(def, self, bound);
    }
    struct plain_operands plain;
    operands_open(&plain, operands, nargs);
    value result = plain.items ? builtin_call(def, signature, self, plain.items, nargs, NULL) : NULL;
    operands_close(&plain);
    return result;
}

/* f(*args, **kwargs): base[0] callable, base[1] NULL, base[2] positional arguments, base[3] a dict. A Python function's
 * frame is bound here and returned in *next. */
value call_extended(struct interpreter *interpreter, value *base, bool has_mapping, struct frame **next)
{
    value callable = stack_plain(base[0]), positional = stack_plain(base[2]);
    value mapping = has_mapping ? stack_plain(base[3]) : NULL;
    value tuple;
    if (value_is(positional, TYPE_ID_TUPLE)) {
        tuple = value_inc(positional);
    } else {
        tuple = tuple_from_iterable(positional);
        if (!tuple && error_matches(EXC(TypeError)) && !value_type_slot(positional, iter) &&
            !value_type_slot(positional, getitem)) {
            error_clear();
            value text = callable_text(callable);
            if (text)
                raise(EXC(TypeError), "%U argument after * must be an iterable, not %T", text, positional);
            value_dec(text);
        }
    }
    if (!tuple)
        return NULL;
    value result = NULL;
    if (!value_is(callable, TYPE_ID_FUNCTION)) {
        result = call_tuple(callable, tuple, mapping);
        value_dec(tuple);
        return result;
    }
    size_t n = tuple_length(tuple), named = mapping ? dict_length(mapping) : 0;
    value kwnames = named ? tuple_new(named) : NULL;
    value *args = storage_alloc((n + named + 1) * sizeof(value));
    size_t got = 0;
    if (args && (kwnames || !named)) {
        for (size_t i = 0; i < n; i++) {
            args[i] = tuple_get(tuple, i);
            thread_report_at(i + 1);
        }
        /* the dict was built by this instruction's preparation: nobody else changes it */
        size_t position = 0;
        value key, v;
        while (got < named && dict_next(mapping, &position, &key, &v)) {
            tuple_init(kwnames, got, key);
            args[n + got++] = v;
            thread_report_at(got);
        }
        struct code *code = function_code((struct function *)callable);
        struct frame *frame = frame_push(interpreter, code, value_inc(callable));
        if (frame && arguments_bind(frame, args, n, kwnames))
            *next = frame;
        else if (frame)
            frame_pop(interpreter, frame);
    } else if (!error_occurred()) {
        raise_no_memory();
    }
    for (size_t i = 0; i < got; thread_report_at(++i))
        value_dec(args[n + i]);
    storage_free(args, (n + named + 1) * sizeof(value));
    value_dec(kwnames);
    value_dec(tuple);
    return NULL;
}

value make_function(struct frame *frame, const value *parts, unsigned flags, value code)
{
    value v = function_new(code, frame->globals, NULL);
    if (!v)
        return NULL;
    struct function *function = (struct function *)v;
    if (flags & 1)
        slot_init(&function->defaults, value_inc(stack_plain(*parts++)));
    if (flags & 2)
        slot_init(&function->keyword_defaults, value_inc(stack_plain(*parts++)));
    if (flags & 4)
        slot_init(&function->annotations, value_inc(stack_plain(*parts++)));
    if (flags & 8)
        slot_init(&function->closure, value_inc(stack_plain(*parts++)));
    return v;
}

/* As object.__new__ makes it. */
static inline value instance_bare(struct type *type)
{
    bool has_shape = type_has_flag(type, TYPE_FLAG_INSTANCE);
    return value_of(likely(has_shape) ? instance_new(type) : object_new(type, type->gc.instance_size));
}

value instance_prepare(struct type *type, value *init)
{
    struct type *object = TYPE(OBJECT);
    if (type_slot(type, new) != type_slot(object, new) || type_slot(type, init) == type_slot(object, init) ||
        type_has_flag(type, TYPE_FLAG_ABSTRACT))
        return NULL;
    {
        PEEK_SCOPE; /* (the caller is to see to it afterwards) */
        value found = lookup_find_peek(type, NAME(__init__));
        if (likely(found != NULL)) {
            value instance = is_function(found) ? instance_bare(type) : NULL;
            *init = stack_borrow(found);
            return instance;
        }
    }
    value found = type_lookup(type, NAME(__init__));
    value instance = found && is_function(found) ? instance_bare(type) : NULL;
    if (instance)
        *init = found;
    else
        value_dec(found);
    return instance;
}

/* ---- __build_class__ ---- */

/* Replace bases that are no types by what their __mro_entries__ returns; owned tuple (the same one when nothing
 * changes). */
static value resolve_bases(value bases)
{
    value list = NULL;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        value base = tuple_get(bases, i);
        value entries = VALUE_MISSING;
        if (!is_type(base)) {
            value method = attr_get_optional(base, NAME(__mro_entries__));
            if (!method)
                goto fail;
            if (method != VALUE_MISSING) {
                entries = call_1(method, bases);
                value_dec(method);
                if (!entries)
                    goto fail;
                if (!is_tuple(entries)) {
                    value_dec(entries);
                    raise(EXC(TypeError), "__mro_entries__ must return a tuple");
                    goto fail;
                }
            }
        }
        if (entries != VALUE_MISSING && !list) {
            list = list_new(tuple_length(bases));
            for (size_t k = 0; list && k < i; k++) {
                if (!list_append(list, tuple_get(bases, k))) {
                    value_dec(entries);
                    goto fail;
                }
            }
            if (!list) {
                value_dec(entries);
                return NULL;
            }
        }
        bool added = !list || (entries == VALUE_MISSING ? list_append(list, base) : list_extend(list, entries));
        value_dec(entries);
        if (!added)
            goto fail;
    }
    if (!list)
        return value_inc(bases);
    value tuple = list_to_tuple(list);
    value_dec(list);
    return tuple;
fail:
    value_dec(list);
    return NULL;
}

/* The most derived of the metaclass given (or type of the first base) and the bases' types; borrowed. */
static value calculate_metaclass(value metaclass, value bases)
{
    if (!is_type(metaclass))
        return metaclass;
    struct type *winner = (struct type *)metaclass;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        struct type *candidate = value_type(tuple_get(bases, i));
        if (type_is_subtype(winner, candidate))
            continue;
        if (type_is_subtype(candidate, winner)) {
            winner = candidate;
            continue;
        }
        return raise(EXC(TypeError),
                     "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the "
                     "metaclasses of all its bases");
    }
    return value_of(winner);
}

static value prepare_namespace(value metaclass, value name, value bases, const value *kwargs, value kwnames)
{
    value prepare = attr_get_optional(metaclass, NAME(__prepare__));
    if (!prepare)
        return NULL;
    if (prepare == VALUE_MISSING)
        return dict_new();
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    value *args = storage_alloc((named + 2) * sizeof(value));
    if (!args) {
        value_dec(prepare);
        return raise_no_memory();
    }
    args[0] = name;
    args[1] = bases;
    for (size_t i = 0; i < named; i++)
        args[2 + i] = kwargs[i];
    value ns = call_vector(prepare, args, 2, kwnames);
    storage_free(args, (named + 2) * sizeof(value));
    value_dec(prepare);
    if (ns && !is_dict(ns) && !value_type_slot(ns, getitem)) {
        value shown = attr_get_optional(metaclass, NAME(__name__));
        raise(EXC(TypeError), "%S.__prepare__() must return a mapping, not %T",
              shown && shown != VALUE_MISSING ? shown : NAME_TEXT("<metaclass>"), ns);
        value_dec(shown);
        value_dec(ns);
        return NULL;
    }
    return ns;
}

/* The class must have filled its __class__ cell with itself. */
static bool check_class_cell(value cell, value cls, value name)
{
    if (!cell || !value_is(cell, TYPE_ID_CELL))
        return true;
    value contents = cell_get(cell);
    bool right = contents == cls;
    if (!contents)
        raise(EXC(RuntimeError), "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?",
              name, cls);
    else if (!right)
        raise(EXC(TypeError), "__class__ set to %R defining %R as %R", contents, name, cls);
    value_dec(contents);
    return right;
}

/* Remove `metaclass` from the keyword arguments: *metaclass owned or NULL; *names and *values (storage of `count`
 * values, borrowed) the rest. */
static bool split_keywords(const value *kwargs, value kwnames, value *metaclass, value *names, value **values,
                           size_t *count)
{
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    *metaclass = *names = NULL;
    *count = 0;
    *values = storage_alloc((named + 1) * sizeof(value));
    value list = list_new(named);
    if (!*values || !list)
        goto fail;
    for (size_t i = 0; i < named; i++) {
        value name = tuple_get(kwnames, i);
        if (str_equals_text(name, "metaclass")) {
            *metaclass = value_inc(kwargs[i]);
        } else {
            (*values)[(*count)++] = kwargs[i];
            if (!list_append(list, name))
                goto fail;
        }
    }
    if (*count)
        *names = list_to_tuple(list);
    value_dec(list);
    if (!*count || *names)
        return true;
    list = NULL;
fail:
    value_dec(list);
    value_dec(*metaclass);
    storage_free(*values, (named + 1) * sizeof(value));
    if (!error_occurred())
        raise_no_memory();
    return false;
}

static value build_class(value body, value name, value bases, value written_bases, value metaclass, const value *kwargs,
                         size_t named, value kwnames)
{
    value ns = prepare_namespace(metaclass, name, bases, kwargs, kwnames);
    if (!ns)
        return NULL;
    struct function *function = (struct function *)body;
    value code = slot_load(&function->header, &function->code),
          closure = slot_load(&function->header, &function->closure);
    value cell = interpreter_run_code(code, slot_peek(&function->globals), ns, closure);
    value_dec(code);
    value_dec(closure);
    if (cell && bases != written_bases && !item_set(ns, NAME(__orig_bases__), written_bases)) {
        value_dec(cell);
        cell = NULL;
    }
    value cls = NULL;
    value *args = cell ? storage_alloc((named + 3) * sizeof(value)) : NULL;
    if (args) {
        args[0] = name;
        args[1] = bases;
        args[2] = ns;
        for (size_t i = 0; i < named; i++)
            args[3 + i] = kwargs[i];
        cls = call_vector(metaclass, args, 3, kwnames);
        storage_free(args, (named + 3) * sizeof(value));
        if (cls && is_type(cls) && !check_class_cell(cell, cls, name)) {
            value_dec(cls);
            cls = NULL;
        }
    } else if (cell) {
        raise_no_memory();
    }
    value_dec(cell);
    value_dec(ns);
    return cls;
}

value builtin_build_class(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 2)
        return raise(EXC(TypeError), "__build_class__: not enough arguments");
    if (!is_function(args[0]))
        return raise(EXC(TypeError), "__build_class__: func must be a function");
    if (!is_str(args[1]))
        return raise(EXC(TypeError), "__build_class__: name is not a string");
    value given = tuple_from_array(args + 2, nargs - 2);
    value bases = given ? resolve_bases(given) : NULL;
    value metaclass, names, *values;
    size_t named;
    if (!bases || !split_keywords(args + nargs, kwnames, &metaclass, &names, &values, &named)) {
        value_dec(bases);
        value_dec(given);
        return NULL;
    }
    if (!metaclass)
        metaclass = value_inc(tuple_length(bases) ? value_of(value_type(tuple_get(bases, 0))) : value_of(TYPE(TYPE)));
    value winner = calculate_metaclass(metaclass, bases);
    value cls = winner ? build_class(args[0], args[1], bases, given, winner, values, named, names) : NULL;
    value_dec(metaclass);
    value_dec(names);
    storage_free(values, ((kwnames ? tuple_length(kwnames) : 0) + 1) * sizeof(value));
    value_dec(bases);
    value_dec(given);
    return cls;
}
