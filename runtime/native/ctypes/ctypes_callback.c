/*
 * Functions of C that call Python: a libffi closure for each callable. It lives as long as the object here, which the
 * function object keeps; whoever gives its address away has to keep that. The calling thread may be any.
 */
#include "runtime/native/ctypes/ctypes.h"

#include <errno.h>
#include <stdlib.h>

struct type *callback_type;
struct callback {
    struct object header;
    ffi_closure *closure;
    void *code;
    ffi_cif cif;
    ffi_type **types;
    uint32_t flags;
    value_slot callable, argtypes, restype; /* constant */
};
#define CALLBACK(v) ((struct callback *)(v))

/* ---- the call ---- */
/* An argument as a value; NULL: it was told why not. */
static value take_argument(value class, void *bytes, size_t number)
{
    struct c_class *c = class_part(class);
    struct layout *layout = class_layout(class);
    value v = NULL;
    if (!layout)
        raise(EXC(TypeError), "cannot build parameter");
    else if (layout->code && !c->derived)
        v = layout->code->get(bytes);
    else if ((v = call_0(class)) && !is_data(v)) {
        raise(EXC(TypeError), "unexpected result of create argument %zu", number);
        value_dec(v);
        v = NULL;
    } else if (v && !data_write(v, 0, bytes, layout->size)) {
        value_dec(v);
        v = NULL;
    }
    return v;
}
/* What the callable gave, as the result that C expects. */
static void give_result(struct callback *self, value result, void *to)
{
    value restype = slot_peek(&self->restype), callable = slot_peek(&self->callable);
    struct layout *layout = class_layout(restype);
    if (!layout || !layout->code)
        return; /* nothing is expected */
    char bytes[CODE_SIZE_MAX];
    value kept = layout->code->set(result, bytes);
    if (!kept) {
        error_unraisable("Exception ignored on converting result of ctypes callback function", callable);
        return;
    }
    memcpy(to, bytes, layout->code->size);
    if (layout->code->letter == 'O' || kept == VALUE_NONE)
        return; /* the reference goes to the caller */
    /* Nobody knows how long the caller looks at it. */
    if (warn(EXC(RuntimeWarning), 1, "memory leak in callback function.") < 0)
        error_unraisable("Exception ignored on converting result of ctypes callback function", callable);
}
static void call_python(struct callback *self, void *result, void **args)
{
    value argtypes = slot_peek(&self->argtypes), few[8], *values = few;
    size_t count = tuple_length(argtypes), made = 0;
    if (count > sizeof few / sizeof *few && !(values = malloc(count * sizeof *values))) {
        raise_no_memory();
        error_unraisable("Exception ignored on calling ctypes callback function", slot_peek(&self->callable));
        return;
    }
    while (made < count && (values[made] = take_argument(tuple_get(argtypes, made), args[made], made)))
        made++;
    value given = made == count ? call_vector(slot_peek(&self->callable), values, count, NULL) : NULL;
    if (given)
        give_result(self, given, result);
    else
        error_unraisable("Exception ignored on calling ctypes callback function", slot_peek(&self->callable));
    value_dec(given);
    values_drop(values, made);
    if (values != few)
        free(values);
}
static void swap_errno(const struct callback *self)
{
    if (!(self->flags & FUNCTION_ERRNO))
        return;
    int own = errno;
    errno = saved_errno;
    saved_errno = own;
}
static void run(ffi_cif *cif, void *result, void **args, void *data)
{
    struct callback *self = data;
    struct native_entry entry;
    size_t size = cif->rtype->type == FFI_TYPE_VOID ? 0 : cif->rtype->size;
    if (size)
        memset(result, 0, size < sizeof(ffi_arg) ? sizeof(ffi_arg) : size);
    swap_errno(self);
    if (native_enter(&entry)) {
        value_inc(value_of(self));
        call_python(self, result, args);
        value_dec(value_of(self));
        native_leave(&entry);
    }
    swap_errno(self);
}

/* ---- the object ---- */
value callback_new(value callable, value argtypes, value restype, uint32_t flags)
{
    struct layout *layout = restype == VALUE_NONE ? NULL : class_layout(restype);
    if (restype != VALUE_NONE && (!layout || !layout->code))
        return raise(EXC(TypeError), "invalid result type for callback function");
    struct callback *self = (struct callback *)object_new(callback_type, sizeof *self);
    if (!self)
        return NULL;
    size_t count = tuple_length(argtypes);
    self->flags = flags;
    slot_init(&self->callable, value_inc(callable));
    slot_init(&self->argtypes, value_inc(argtypes));
    slot_init(&self->restype, value_inc(restype));
    self->types = malloc((count + 1) * sizeof *self->types);
    self->closure = ffi_closure_alloc(sizeof *self->closure, &self->code);
    bool made = self->types && self->closure;
    if (!made)
        raise_no_memory();
    for (size_t i = 0; made && i < count; i++) {
        struct layout *of_argument = class_layout(tuple_get(argtypes, i));
        self->types[i] = of_argument ? of_argument->ffi : &ffi_type_sint;
    }
    if (made && ffi_prep_cif(&self->cif, FFI_DEFAULT_ABI, (unsigned)count, layout ? layout->ffi : &ffi_type_void,
                             self->types) != FFI_OK)
        made = raise_false(EXC(RuntimeError), "ffi_prep_cif failed");
    if (made && ffi_prep_closure_loc(self->closure, &self->cif, run, self, self->code) != FFI_OK)
        made = raise_false(EXC(RuntimeError), "ffi_prep_closure failed");
    if (made)
        return value_of(self);
    value_dec(value_of(self));
    return NULL;
}
void *callback_code(value callback)
{
    return CALLBACK(callback)->code;
}

static void callback_traverse(struct object *o, struct gc_trace *trace)
{
    struct callback *self = (struct callback *)o;
    trace_slot(trace, &self->callable);
    trace_slot(trace, &self->argtypes);
    trace_slot(trace, &self->restype);
}
static void callback_destroy(struct object *o)
{
    struct callback *self = (struct callback *)o;
    if (self->closure)
        ffi_closure_free(self->closure);
    free(self->types);
    slot_drop(&self->callable);
    slot_drop(&self->argtypes);
    slot_drop(&self->restype);
}
const struct type_spec callback_spec = {
    .name = "_ctypes.CThunkObject",
    .doc = "CThunkObject",
    .size = sizeof(struct callback),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = callback_traverse,
    .destroy = callback_destroy,
};
