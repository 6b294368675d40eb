/*
 * Calling a function of C. Arguments are converted first, by the from_param of their declared types; then nothing of
 * Python is touched until the function returns: it runs in a blocking region, but for those of PyDLL, which may use the
 * runtime themselves.
 */
#include "runtime/native/ctypes/ctypes.h"

#include <errno.h>
#include <stdlib.h>

_Thread_local int saved_errno;

void error_extend(struct type *type, const char *format, ...)
{
    value exception = error_fetch();
    va_list args;
    va_start(args, format);
    value front = exception ? str_format_v(format, args) : NULL;
    va_end(args);
    if (front)
        raise(type, "%U%T: %S", front, exception, exception);
    value_dec(front);
    value_dec(exception);
}

/* ---- arguments ---- */
struct parameter {
    ffi_type *ffi;
    union argument_value value;
    void *copy; /* of a structure: what is passed in place of `value` */
    value kept; /* owned, or NULL */
};

/* A structure goes by value: its bytes of this moment. */
static bool pass_structure(value v, const struct layout *layout, struct parameter *p)
{
    p->ffi = layout->ffi;
    p->copy = raw_alloc((size_t)layout->size + 1);
    if (!p->copy)
        return raise_no_memory() != NULL;
    return data_read(v, 0, p->copy, layout->size);
}
static bool pass_data(value v, struct parameter *p)
{
    struct c_class *c = class_part(value_of(value_type(v)));
    struct layout *layout = class_layout(value_of(value_type(v)));
    if (!layout)
        return raise_false(EXC(TypeError), "abstract class");
    p->kept = value_inc(v);
    p->ffi = layout->ffi;
    switch (c->kind) {
    case KIND_ARRAY:
        p->value.pointer = data_address(v);
        return true;
    case KIND_STRUCT:
    case KIND_UNION:
        return pass_structure(v, layout, p);
    default:
        return data_read(v, 0, p->value.bytes, layout->size);
    }
}
/* False with an exception. `number`: which argument, from 1. */
static bool pass(value v, size_t number, struct parameter *p)
{
    if (is_data(v))
        return pass_data(v, p);
    if (value_type(v) == argument_type) {
        p->ffi = ARGUMENT(v)->ffi;
        p->value = ARGUMENT(v)->value;
        p->kept = value_inc(v);
        return true;
    }
    p->ffi = &ffi_type_pointer;
    if (v == VALUE_NONE) {
        p->value.pointer = NULL;
        return true;
    }
    if (is_int(v)) {
        p->ffi = &ffi_type_sint;
        p->value.number = (int64_t)int_low_bits(v);
        int64_t whole;
        uint64_t unsigned_whole;
        if (int_fits_i64(v, &whole))
            return true;
        bool fits = int_sign(v) > 0 && int_as_u64(v, &unsigned_whole);
        if (!fits)
            error_clear();
        return fits || raise_false(EXC(OverflowError), "int too long to convert");
    }
    if (is_bytes(v)) {
        p->value.pointer = bytes_data(v);
        p->kept = value_inc(v);
        return true;
    }
    if (is_str(v)) {
        p->kept = code_wide_string(v);
        if (p->kept)
            p->value.pointer = bytes_data(p->kept);
        return p->kept != NULL;
    }
    value given = attr_get_optional(v, NAME(_as_parameter_));
    if (given && given != VALUE_MISSING) {
        bool passed = recursion_enter(" while processing _as_parameter_");
        if (passed) {
            passed = pass(given, number, p);
            recursion_leave();
        }
        value_dec(given);
        return passed;
    }
    return given && raise_false(EXC(TypeError), "Don't know how to convert parameter %zu", number);
}
static bool pass_all(value args, value converters, struct parameter *parameters)
{
    size_t declared = converters ? tuple_length(converters) : 0;
    for (size_t i = 0; i < tuple_length(args); i++) {
        value v = tuple_get(args, i), converted = i < declared ? call_1(tuple_get(converters, i), v) : value_inc(v);
        bool passed = converted && pass(converted, i + 1, &parameters[i]);
        value_dec(converted);
        if (!passed) {
            error_extend((struct type *)slot_peek(&argument_error), "argument %zu: ", i + 1);
            return false;
        }
    }
    return true;
}

/* ---- the result ---- */
static ffi_type *result_ffi(value restype)
{
    struct layout *layout = restype ? class_layout(restype) : NULL;
    return restype == VALUE_NONE ? &ffi_type_void : layout ? layout->ffi : &ffi_type_sint;
}
static value result_value(value restype, value checker, const void *bytes)
{
    int number;
    memcpy(&number, bytes, sizeof number);
    if (!restype)
        return int_from_i64(number);
    if (restype == VALUE_NONE)
        return restype;
    struct layout *layout = class_layout(restype);
    if (!layout) {
        value given = int_from_i64(number), result = call_1(restype, given);
        value_dec(given);
        return result;
    }
    value result;
    if (layout->code && !class_part(restype)->derived) {
        result = layout->code->get(bytes);
        if (layout->code->letter == 'O' && result)
            value_dec(result); /* the function gave its reference away */
    } else {
        result = data_from_bytes(restype, bytes);
    }
    if (!checker || !result)
        return result;
    value checked = call_1(checker, result);
    value_dec(result);
    return checked;
}

/* ---- the call ---- */
struct invocation {
    ffi_cif cif;
    ffi_type **types;
    void **values;
    struct parameter *parameters;
    void *result;
    size_t count;
};

static bool prepare(struct invocation *call, ffi_type *result, size_t declared)
{
    ffi_status status = FFI_BAD_ARGTYPE;
    unsigned count = (unsigned)call->count;
    /* Functions with a variable number of arguments: those behind the declared ones may go elsewhere. libffi wants them
       as C promotes them, and gets the others as usual. */
    if (declared && declared < count)
        status = ffi_prep_cif_var(&call->cif, FFI_DEFAULT_ABI, (unsigned)declared, count, result, call->types);
    if (status == FFI_BAD_ARGTYPE)
        status = ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI, count, result, call->types);
    return status == FFI_OK || raise_false(EXC(RuntimeError), "ffi_prep_cif failed");
}
static void run(struct invocation *call, void *code, uint32_t flags)
{
    bool blocking = !(flags & FUNCTION_PYTHON);
    if (blocking)
        thread_enter_blocking();
    if (flags & FUNCTION_ERRNO) {
        int own = errno;
        errno = saved_errno;
        saved_errno = own;
    }
    ffi_call(&call->cif, FFI_FN(code), call->result, call->values);
    if (flags & FUNCTION_ERRNO) {
        int own = errno;
        errno = saved_errno;
        saved_errno = own;
    }
    if (blocking)
        thread_leave_blocking();
}

static value invoke(struct invocation *call, void *code, uint32_t flags, value args, value converters, value restype,
                    value checker)
{
    if (!pass_all(args, converters, call->parameters))
        return NULL;
    for (size_t i = 0; i < call->count; i++) {
        struct parameter *p = &call->parameters[i];
        call->types[i] = p->ffi;
        call->values[i] = p->copy ? p->copy : &p->value;
    }
    if (!prepare(call, result_ffi(restype), converters ? tuple_length(converters) : 0))
        return NULL;
    run(call, code, flags);
    if ((flags & FUNCTION_PYTHON) && error_occurred())
        return NULL;
    return result_value(restype, checker, call->result);
}
value call_c(void *code, uint32_t flags, value args, value converters, value restype, value checker)
{
    enum { FEW = 8 };
    struct parameter few[FEW];
    ffi_type *few_types[FEW];
    void *few_values[FEW];
    char few_bytes[64] __attribute__((aligned(16))) = {0};
    struct invocation call = {
        .count = tuple_length(args), .parameters = few, .types = few_types, .values = few_values, .result = few_bytes};
    struct layout *layout = restype ? class_layout(restype) : NULL;
    if (!code)
        return raise(EXC(ValueError), "NULL function pointer called");
    if (call.count > ARGUMENTS_MAX)
        return raise((struct type *)slot_peek(&argument_error), "too many arguments (%zu), maximum is %i", call.count,
                     ARGUMENTS_MAX);
    bool many = call.count > FEW, large = layout && layout->size > (ssize)sizeof few_bytes, room = true;
    if (many) {
        call.parameters = malloc(call.count * sizeof *call.parameters);
        call.types = malloc(call.count * sizeof *call.types);
        call.values = malloc(call.count * sizeof *call.values);
        room = call.parameters && call.types && call.values;
    }
    if (large)
        room = (call.result = raw_alloc((size_t)layout->size)) && room;
    if (call.parameters)
        memset(call.parameters, 0, call.count * sizeof *call.parameters);
    if (large && call.result)
        memset(call.result, 0, (size_t)layout->size);
    value result = room ? invoke(&call, code, flags, args, converters, restype, checker) : raise_no_memory();
    for (size_t i = 0; call.parameters && i < call.count; i++) {
        value_dec(call.parameters[i].kept);
        raw_free(call.parameters[i].copy);
    }
    if (many) {
        free(call.parameters);
        free(call.types);
        free(call.values);
    }
    if (large)
        raw_free(call.result);
    return result;
}
