/* Function pointers: their classes, how instances come to be, and their call with what paramflags say of arguments. */
#include "runtime/native/ctypes/ctypes.h"

#include <dlfcn.h>
#include <stdlib.h>

/* ---- the classes ---- */
value converters_of(value argtypes)
{
    size_t count = tuple_length(argtypes);
    if (count > ARGUMENTS_MAX)
        return raise((struct type *)slot_peek(&argument_error),
                     "_argtypes_ has too many arguments (%zu), maximum is %i", count, ARGUMENTS_MAX);
    value converters = tuple_new(count);
    for (size_t i = 0; converters && i < count; i++) {
        value converter = attr_get_optional(tuple_get(argtypes, i), NAME(from_param));
        if (converter == VALUE_MISSING)
            converter = raise(EXC(TypeError), "item %zu in _argtypes_ has no from_param method", i + 1);
        if (!converter) {
            value_dec(converters);
            return NULL;
        }
        tuple_init(converters, i, converter);
    }
    return converters;
}
/* The types as a tuple, and what converts to them; false with an exception. Both owned. */
static bool argtypes_read(value given, value *argtypes, value *converters)
{
    *argtypes = tuple_from_iterable(given);
    if (!*argtypes && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "_argtypes_ must be a sequence of types");
    }
    *converters = *argtypes ? converters_of(*argtypes) : NULL;
    if (*converters)
        return true;
    value_dec(*argtypes);
    return false;
}
static bool restype_suits(value v)
{
    return v == VALUE_NONE || class_layout(v) || value_is_callable(v);
}
/* Its _check_retval_, owned; VALUE_MISSING without one. */
static value checker_of(value restype)
{
    return restype == VALUE_NONE ? VALUE_MISSING : attr_get_optional(restype, NAME(_check_retval_));
}

static bool read_flags(value class, value dict, struct layout *layout)
{
    value given = attr_get_own(dict, NAME(_flags_));
    if (!given)
        return false;
    bool is = given != VALUE_MISSING && is_int(given);
    if (is)
        layout->function_flags = (uint32_t)int_low_bits(given);
    value_dec(given);
    return is || raise_false(EXC(TypeError), "class must define _flags_ which must be an integer");
}
static bool read_types(value class, value dict, struct c_class *c)
{
    value given = attr_get_own(dict, NAME(_argtypes_)), argtypes, converters;
    if (!given)
        return false;
    bool done = true;
    if (given != VALUE_MISSING && (done = argtypes_read(given, &argtypes, &converters))) {
        slot_store(value_object(class), &c->argtypes, argtypes);
        slot_store(value_object(class), &c->converters, converters);
    }
    value_dec(given);
    value restype = done ? attr_get_own(dict, NAME(_restype_)) : NULL;
    if (!restype || restype == VALUE_MISSING)
        return restype != NULL;
    value checker = restype_suits(restype) ? checker_of(restype)
                                           : raise(EXC(TypeError), "_restype_ must be a type, a callable, or None");
    if (!checker) {
        value_dec(restype);
        return false;
    }
    slot_store(value_object(class), &c->restype, restype);
    slot_store(value_object(class), &c->checker, checker == VALUE_MISSING ? NULL : checker);
    return true;
}
value function_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    value made;
    bool ready;
    struct c_class *c = class_new(meta, KIND_FUNCTION, args, nargs, kwnames, &made, &ready);
    if (!c || ready)
        return made;
    value dict = attr_get(made, NAME(__dict__));
    struct layout *layout = dict ? layout_new() : NULL;
    bool done = layout != NULL;
    if (done) {
        layout->size = layout->alignment = layout->item_size = sizeof(void *);
        layout->length = 1;
        layout->ffi = &ffi_type_pointer;
        layout->points = true;
        layout->format = format_join("X{}", "");
        done = layout->format && read_flags(made, dict, layout) && read_types(made, dict, c);
    }
    if (done)
        class_publish(made, layout);
    else
        layout_free(layout);
    value_dec(dict);
    if (done)
        return made;
    value_dec(made);
    return NULL;
}

/* ---- the instances ---- */
static struct c_class *class_of_function(value v)
{
    struct c_class *c = class_of_kind(value_of(value_type(v)), KIND_FUNCTION);
    return c ? c : (struct c_class *)raise(EXC(TypeError), "abstract class");
}
/* What the instance has, else its class: owned, or NULL. */
static value own_or_class(value v, value_slot *own, value_slot *of_class)
{
    value found = slot_load(value_object(v), own);
    return found ? found : slot_load(value_object(value_of(value_type(v))), of_class);
}

enum { PARAMETER_IN = 1, PARAMETER_OUT = 2, PARAMETER_LCID = 4, PARAMETER_KINDS = 7 };
struct parameter_flag {
    uint32_t kind;
    value name, fallback; /* borrowed from the tuple; NULL without */
};
static bool parameter_flag_read(value item, struct parameter_flag *flag)
{
    *flag = (struct parameter_flag){0};
    size_t count = is_tuple(item) ? tuple_length(item) : 0;
    if (count < 1 || count > 3 || !is_int(tuple_get(item, 0)) ||
        (count > 1 && tuple_get(item, 1) != VALUE_NONE && !is_str(tuple_get(item, 1))))
        return raise_false(EXC(TypeError), "paramflags must be a sequence of (int [,string [,value]]) tuples");
    flag->kind = (uint32_t)int_low_bits(tuple_get(item, 0));
    if (count > 1 && tuple_get(item, 1) != VALUE_NONE)
        flag->name = tuple_get(item, 1);
    if (count > 2)
        flag->fallback = tuple_get(item, 2);
    return true;
}
static bool is_out_type(value class)
{
    struct c_class *c = class_part(class);
    struct layout *layout = class_layout(class);
    if (!c || !layout)
        return false;
    return c->kind == KIND_POINTER || c->kind == KIND_ARRAY || (layout->code && strchr("PzZ", layout->code->letter));
}
static bool check_parameter_flags(value class, value flags)
{
    struct c_class *c = class_part(class);
    value argtypes = slot_peek(&c->argtypes);
    if (!argtypes)
        return true;
    if (!is_tuple(flags))
        return raise_false(EXC(TypeError), "paramflags must be a tuple or None");
    if (tuple_length(flags) != tuple_length(argtypes))
        return raise_false(EXC(ValueError), "paramflags must have the same length as argtypes");
    for (size_t i = 0; i < tuple_length(flags); i++) {
        struct parameter_flag flag;
        value class = tuple_get(argtypes, i);
        if (!parameter_flag_read(tuple_get(flags, i), &flag))
            return false;
        switch (flag.kind & PARAMETER_KINDS) {
        case 0:
        case PARAMETER_IN:
        case PARAMETER_IN | PARAMETER_LCID:
        case PARAMETER_IN | PARAMETER_OUT:
            break;
        case PARAMETER_OUT:
            if (!is_out_type(class))
                return raise_false(EXC(TypeError), "'out' parameter %zu must be a pointer type, not %s", i + 1,
                                   type_short_name(is_type(class) ? (struct type *)class : value_type(class)));
            break;
        default:
            return raise_false(EXC(TypeError), "paramflag value %u not supported", flag.kind);
        }
    }
    return true;
}

/* ---- making ---- */
static value function_at(struct type *type, const void *address)
{
    value made = data_new(type, 0);
    if (made && !data_write(made, 0, &address, sizeof address)) {
        value_dec(made);
        return NULL;
    }
    return made;
}
/* The name of a function in a library, as bytes; owned. */
static value name_in_library(value name)
{
    if (is_bytes(name))
        return value_inc(name);
    if (is_str(name))
        return str_encode(name, "utf-8", "strict");
    return raise(EXC(TypeError), "function name must be string, bytes object or integer");
}
static value function_from_library(struct type *type, value spec, value flags)
{
    value pair = tuple_from_iterable(spec);
    if (!pair)
        return NULL;
    int64_t handle = 0;
    value made = NULL, name = NULL;
    if (tuple_length(pair) != 2)
        raise(EXC(TypeError), "illegal func_spec argument");
    else
        name = name_in_library(tuple_get(pair, 0));
    if (name && audit("ctypes.dlsym", "OO", tuple_get(pair, 1), tuple_get(pair, 0)) &&
        library_handle(tuple_get(pair, 1), &handle)) {
        if (strlen((char *)bytes_data(name)) != bytes_length(name)) {
            raise(EXC(ValueError), "embedded null character");
        } else {
            dlerror();
            void *address = dlsym((void *)(uintptr_t)handle, (char *)bytes_data(name));
            const char *error = address ? NULL : dlerror();
            if (error)
                raise(EXC(AttributeError), "%s", error);
            else if (!address)
                raise(EXC(AttributeError), "function '%s' not found", (char *)bytes_data(name));
            else if (!flags || check_parameter_flags(value_of(type), flags))
                made = function_at(type, address);
        }
    }
    if (made && flags)
        slot_store(value_object(made), &FUNCTION(made)->parameter_flags, value_inc(flags));
    if (made && !data_keep(made, 0, value_inc(tuple_get(pair, 1)))) {
        value_dec(made);
        made = NULL;
    }
    value_dec(name);
    value_dec(pair);
    return made;
}
static value function_from_callable(struct type *type, value callable)
{
    if (!value_is_callable(callable))
        return raise(EXC(TypeError), "argument must be callable or integer function address");
    struct c_class *c = class_of_kind(value_of(type), KIND_FUNCTION);
    struct layout *layout = c ? class_layout(value_of(type)) : NULL;
    value argtypes = layout ? slot_peek(&c->argtypes) : NULL, restype = layout ? slot_peek(&c->restype) : NULL;
    if (!argtypes)
        return raise(EXC(TypeError), "cannot construct instance of this class: no argtypes");
    value callback = callback_new(callable, argtypes, restype ? restype : VALUE_NONE, layout->function_flags);
    value made = callback ? function_at(type, callback_code(callback)) : NULL;
    if (made) {
        slot_store(value_object(made), &FUNCTION(made)->callable, value_inc(callable));
        if (!data_keep(made, 0, value_inc(callback))) {
            value_dec(made);
            made = NULL;
        }
    }
    value_dec(callback);
    return made;
}
static value function_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!class_of_kind(value_of(type), KIND_FUNCTION))
        return raise(EXC(TypeError), "abstract class");
    if (nargs == 0)
        return data_new(type, 0);
    value first = args[0];
    if (is_tuple(first)) {
        if (!check_arguments("CFuncPtr", nargs, 1, 2))
            return NULL;
        return function_from_library(type, first, nargs == 2 && args[1] != VALUE_NONE ? args[1] : NULL);
    }
    if (nargs == 1 && is_int(first))
        return function_at(type, (void *)(uintptr_t)int_low_bits(first));
    if (nargs != 1)
        return raise(EXC(TypeError), "argument must be callable or integer function address");
    return function_from_callable(type, first);
}

/* ---- the arguments that paramflags describe ---- */
struct out_parameters {
    uint8_t *kinds; /* of each argument: PARAMETER_ flags when it is a result */
    size_t results;
};
/* The next argument given by position, else by name, else the default. Owned. */
static value next_argument(size_t *used, const struct parameter_flag *flag, const value *args, size_t nargs,
                           value kwnames)
{
    if (*used < nargs)
        return value_inc(args[(*used)++]);
    for (size_t i = 0; flag->name && kwnames && i < tuple_length(kwnames); i++)
        if (str_equal(tuple_get(kwnames, i), flag->name)) {
            ++*used;
            return value_inc(args[nargs + i]);
        }
    if (flag->fallback)
        return value_inc(flag->fallback);
    if (flag->name)
        return raise(EXC(TypeError), "required argument '%S' missing", flag->name);
    return raise(EXC(TypeError), "not enough arguments");
}
static value out_argument(value class)
{
    struct c_class *c = class_part(class);
    value target = class_target(class);
    value made = !c                      ? raise(EXC(TypeError), "'out' parameter must be a pointer type")
                 : c->kind == KIND_ARRAY ? call_0(class)
                 : !target || !is_type(target)
                     ? raise(EXC(TypeError), "%N 'out' parameter must be passed as default value", class)
                     : call_0(target);
    value_dec(target);
    return made;
}
static value build_arguments(value flags, value argtypes, const value *args, size_t nargs, value kwnames,
                             struct out_parameters *out)
{
    size_t count = tuple_length(argtypes), used = 0;
    if (!is_tuple(flags) || tuple_length(flags) != count)
        return raise(EXC(ValueError), "paramflags must have the same length as argtypes");
    value built = tuple_new(count);
    out->kinds = calloc(count + 1, 1);
    bool done = built && (out->kinds || raise_no_memory());
    for (size_t i = 0; done && i < count; i++) {
        struct parameter_flag flag;
        value v = NULL;
        if (!parameter_flag_read(tuple_get(flags, i), &flag)) {
            done = false;
            break;
        }
        uint32_t kind = flag.kind & PARAMETER_KINDS;
        if (kind == (PARAMETER_IN | PARAMETER_LCID)) {
            v = flag.fallback ? value_inc(flag.fallback) : small_int(0);
        } else if (kind == PARAMETER_OUT) {
            v = flag.fallback ? value_inc(flag.fallback) : out_argument(tuple_get(argtypes, i));
            if (!flag.fallback) {
                out->kinds[i] = PARAMETER_OUT;
                out->results++;
            }
        } else if (kind == 0 || kind == PARAMETER_IN || kind == (PARAMETER_IN | PARAMETER_OUT)) {
            v = next_argument(&used, &flag, args, nargs, kwnames);
            if (kind & PARAMETER_OUT) {
                out->kinds[i] = PARAMETER_IN | PARAMETER_OUT;
                out->results++;
            }
        } else {
            raise(EXC(ValueError), "paramflag %u not yet implemented", flag.kind);
        }
        done = v != NULL;
        if (done)
            tuple_init(built, i, v);
    }
    size_t given = nargs + (kwnames ? tuple_length(kwnames) : 0);
    if (done && given != used)
        done = raise_false(EXC(TypeError), "call takes exactly %zu arguments (%zu given)", used, given);
    if (done)
        return built;
    value_dec(built);
    return NULL;
}
/* One of the results that the arguments hold. Owned. */
static value out_result(value argument, uint8_t kind)
{
    return kind & PARAMETER_IN ? value_inc(argument) : call_method_0(argument, NAME(__ctypes_from_outparam__));
}
/* `result` is stolen, and is what comes when no argument is a result. */
static value build_result(value result, value arguments, const struct out_parameters *out)
{
    if (!result || !out->results)
        return result;
    value_dec(result);
    size_t at = 0;
    value all = out->results > 1 ? tuple_new(out->results) : NULL;
    if (out->results > 1 && !all)
        return NULL;
    for (size_t i = 0; i < tuple_length(arguments); i++) {
        if (!out->kinds[i])
            continue;
        value v = out_result(tuple_get(arguments, i), out->kinds[i]);
        if (!v || !all) {
            value_dec(all);
            return v;
        }
        tuple_init(all, at++, v);
    }
    return all;
}

/* ---- the call ---- */
/* What errcheck makes of the result (stolen): *final says that it is what the call gives. */
static value check_error(value v, value errcheck, value result, value arguments, bool *final)
{
    *final = false;
    if (!result || !errcheck)
        return result;
    value checked = call_3(errcheck, result, v, arguments);
    if (checked == arguments) { /* go on as if there was no errcheck */
        value_dec(checked);
        return result;
    }
    value_dec(result);
    *final = true;
    return checked;
}
static value function_call(value v, const value *args, size_t nargs, value kwnames)
{
    struct function *f = FUNCTION(v);
    struct c_class *c = class_of_function(v);
    if (!c)
        return NULL;
    uint32_t flags = class_layout(value_of(value_type(v)))->function_flags;
    value restype = slot_load(&f->data.header, &f->restype);
    value checker = slot_load(&f->data.header, &f->checker);
    if (!restype) {
        value_dec(checker);
        checker = slot_load(value_object(value_of(value_type(v))), &c->checker);
        restype = slot_load(value_object(value_of(value_type(v))), &c->restype);
    }
    value converters = own_or_class(v, &f->converters, &c->converters);
    value argtypes = own_or_class(v, &f->argtypes, &c->argtypes);
    value errcheck = slot_load(&f->data.header, &f->errcheck);
    value parameter_flags = slot_load(&f->data.header, &f->parameter_flags);
    struct out_parameters out = {0};
    value arguments = parameter_flags && argtypes
                          ? build_arguments(parameter_flags, argtypes, args, nargs, kwnames, &out)
                          : tuple_from_array(args, nargs);
    value result = NULL;
    size_t required = converters ? tuple_length(converters) : 0;
    if (arguments && required > tuple_length(arguments))
        raise(EXC(TypeError), "this function takes at least %zu argument%s (%zu given)", required,
              required == 1 ? "" : "s", tuple_length(arguments));
    else if (arguments) {
        bool final;
        result = call_c(data_pointer(v), flags, arguments, converters, restype, checker);
        result = check_error(v, errcheck, result, arguments, &final);
        if (!final)
            result = build_result(result, arguments, &out);
    }
    free(out.kinds);
    value_dec(arguments);
    value_dec(parameter_flags);
    value_dec(errcheck);
    value_dec(argtypes);
    value_dec(converters);
    value_dec(checker);
    value_dec(restype);
    return result;
}

/* ---- attributes ---- */
static value get_errcheck(value v)
{
    value found = slot_load(value_object(v), &FUNCTION(v)->errcheck);
    return found ? found : VALUE_NONE;
}
static bool set_errcheck(value v, value given)
{
    if (given && !value_is_callable(given))
        return raise_false(EXC(TypeError), "the errcheck attribute must be callable");
    slot_store(value_object(v), &FUNCTION(v)->errcheck, value_inc(given));
    return true;
}
static value get_restype(value v)
{
    struct c_class *c = class_of_function(v);
    value found = c ? own_or_class(v, &FUNCTION(v)->restype, &c->restype) : NULL;
    return found || !c ? found : VALUE_NONE;
}
static bool set_restype(value v, value given)
{
    value checker = NULL;
    if (given && !restype_suits(given))
        return raise_false(EXC(TypeError), "restype must be a type, a callable, or None");
    if (given && !(checker = checker_of(given)))
        return false;
    slot_store(value_object(v), &FUNCTION(v)->checker, checker == VALUE_MISSING ? NULL : checker);
    slot_store(value_object(v), &FUNCTION(v)->restype, value_inc(given));
    return true;
}
static value get_argtypes(value v)
{
    struct c_class *c = class_of_function(v);
    value found = c ? own_or_class(v, &FUNCTION(v)->argtypes, &c->argtypes) : NULL;
    return found || !c ? found : VALUE_NONE;
}
static bool set_argtypes(value v, value given)
{
    value argtypes = NULL, converters = NULL;
    if (given && given != VALUE_NONE && !argtypes_read(given, &argtypes, &converters))
        return false;
    slot_store(value_object(v), &FUNCTION(v)->converters, converters);
    slot_store(value_object(v), &FUNCTION(v)->argtypes, argtypes ? value_inc(given) : NULL);
    value_dec(argtypes);
    return true;
}
static int function_truth(value v)
{
    return data_pointer(v) != NULL;
}
static value function_repr(value v)
{
    return str_format("<%N object at %p>", value_type(v), v);
}

static value_slot *const *function_slots(struct function *f, value_slot *slots[7])
{
    slots[0] = &f->argtypes;
    slots[1] = &f->converters;
    slots[2] = &f->restype;
    slots[3] = &f->checker;
    slots[4] = &f->errcheck;
    slots[5] = &f->callable;
    slots[6] = &f->parameter_flags;
    return slots;
}
static void function_traverse(struct object *o, struct gc_trace *trace)
{
    value_slot *slots[7];
    data_traverse(o, trace);
    function_slots((struct function *)o, slots);
    for (int i = 0; i < 7; i++)
        trace_slot(trace, slots[i]);
}
static void function_destroy(struct object *o)
{
    value_slot *slots[7];
    function_slots((struct function *)o, slots);
    for (int i = 0; i < 7; i++)
        slot_drop(slots[i]);
    data_destroy(o);
}
static const struct getset_def function_getset[] = {
    {"errcheck", get_errcheck, set_errcheck, "a function to check for errors"},
    {"restype", get_restype, set_restype, "specify the result type"},
    {"argtypes", get_argtypes, set_argtypes, "specify the argument types"},
    {0},
};
const struct type_spec function_spec = {
    .name = "_ctypes.CFuncPtr",
    .doc = "Function Pointer",
    .size = sizeof(struct function),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = function_traverse,
    .destroy = function_destroy,
    .release = data_release,
    .slots = {.new = function_new, .call = function_call, .repr = function_repr, .truth = function_truth},
    .getset = function_getset,
};
