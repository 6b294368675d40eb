/*
 * builtin_function_or_method: a C function as a Python object. One type serves module functions (len), bound methods of
 * built-in types ([].append) and the __new__ of built-in types.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/descriptors/descriptor.h"

/* ---- calling ---- */
#ifdef ATOLL_CHECKED
static _Noreturn void end_of(const char *function, const char *what)
{
    fprintf(stderr, "Fatal error: %s %s\n", function, what);
    fflush(stderr);
    abort();
}

value result_checked(value result, const char *function)
{
    if (unlikely((result == NULL) != error_occurred()))
        end_of(function, result ? "returned a value with an exception set" : "returned NULL without an exception");
    return result;
}

const struct method_def *method_scope_begin(const struct method_def *def)
{
    if (def->flags & METHOD_LEAF)
        thread_peek_begin(def->name);
    return def;
}

void method_scope_end(const struct method_def *const *def)
{
    if ((*def)->flags & METHOD_LEAF)
        thread_peek_end();
}

value method_result_checked(const struct method_def *def, value result)
{
    if (unlikely(!result && (def->flags & METHOD_NO_FAIL)))
        end_of(def->name, "failed, which it is marked not to");
    return result_checked(result, def->name);
}

void method_check_entry(const struct method_def *def, struct signature *signature)
{
    if (def->entry >= METHOD_ARRAY)
        return;
    struct signature_parameters *parsed = signature_parsed(signature);
    if (!parsed)
        error_clear(); /* no memory */
    else if (parsed->count != def->entry || parsed->positional != parsed->count || !parsed->plain)
        end_of(def->name, "has other parameters than its signature says");
}
#endif

value builtin_call(const struct method_def *def, struct signature *signature, value self, const value *args,
                   size_t nargs, value kwnames)
{
    if (likely(nargs == def->entry && !kwnames))
        return method_enter(def, self, args);
    if (def->entry == METHOD_RAW) {
        METHOD_SCOPE(def);
        return METHOD_RESULT(def, def->raw(self, args, nargs, kwnames));
    }
    struct signature_parameters *parsed = signature_parsed(signature);
    if (unlikely(!parsed))
        return NULL;
    bool plain = !kwnames && signature_is_plain(parsed, nargs);
    if (plain && nargs == parsed->count)
        return method_enter(def, self, args);
    value bound[parsed->count + 1];
    if (plain) {
        for (size_t i = 0; i < nargs; i++)
            bound[i] = args[i];
        signature_fill(parsed, nargs, bound);
        return method_enter(def, self, bound);
    }
    if (!signature_bind(signature, args, nargs, kwnames, bound))
        return NULL;
    value result = method_enter(def, self, bound);
    signature_release(signature, bound);
    return result;
}

value builtin_function_call(value function, const value *args, size_t nargs, value kwnames)
{
    struct builtin_function *f = (struct builtin_function *)function;
    value self = slot_peek(&f->self);
    bool as_they_are = (nargs == f->def->entry && !kwnames) || f->def->entry == METHOD_RAW;
    struct signature_parameters *parsed = as_they_are ? NULL : signature_parsed(f->signature);
    if (likely(!parsed || !f->descriptor || (!kwnames && signature_is_plain(parsed, nargs))))
        return builtin_call(f->def, f->signature, self, args, nargs, kwnames);
    /* Messages about the arguments of a bound method name the type of what it is bound to. */
    value owner = type_qualified_name(is_type(self) ? (struct type *)self : value_type(self));
    struct text text;
    value result = NULL;
    if (owner && text_of(owner, &text)) {
        struct signature called = {.name = f->def->name,
                                   .text = f->signature->text,
                                   .owner = f->signature->by_tuple ? NULL : text.bytes,
                                   .is_method = true,
                                   .by_tuple = f->signature->by_tuple,
                                   .parsed = parsed};
        result = builtin_call(f->def, &called, self, args, nargs, kwnames);
    }
    value_dec(owner);
    return result;
}

/* ---- making ---- */
/* With a signature that others keep, or (NULL) with room for its own. */
static struct builtin_function *function_alloc(const struct method_def *def, value self, struct signature *signature)
{
    size_t size = signature ? offsetof(struct builtin_function, own_signature) : sizeof(struct builtin_function);
    struct builtin_function *f = (struct builtin_function *)object_new(TYPE(BUILTIN_FUNCTION), size);
    if (!f)
        return NULL;
    f->def = def;
    f->signature = signature ? signature : &f->own_signature;
    slot_init(&f->self, value_inc(self));
    return f;
}

value builtin_function_new(const struct method_def *def, value self, value module_name)
{
    struct builtin_function *f = function_alloc(def, self, NULL);
    if (!f)
        return NULL;
    f->own_signature = (struct signature){
        .name = def->name, .text = def->signature, .is_method = true, .by_tuple = def->flags & METHOD_TUPLE};
    method_check_entry(def, &f->own_signature);
    slot_init(&f->module, value_inc(module_name));
    /* Immortal, so that the signature may refer to the text. */
    value owner = module_name ? str_intern_forever(value_inc(module_name)) : NAME(builtins);
    struct text text;
    if (!owner || (owner != NAME(builtins) && !text_of(owner, &text))) {
        value_dec(value_of(f));
        return NULL;
    }
    if (owner != NAME(builtins) && !(def->flags & METHOD_TUPLE))
        f->own_signature.owner = text.bytes;
    if (!module_name && self && is_type(self)) /* a static method of a built-in type */
        f->own_signature.owner = type_short_name((struct type *)self);
    return value_of(f);
}

value builtin_function_bound(const struct method_def *def, struct signature *signature, value descriptor, value self)
{
    struct builtin_function *f = function_alloc(def, self, signature);
    if (!f)
        return NULL;
    slot_init(&f->descriptor, value_inc(descriptor));
    return value_of(f);
}

/* ---- __new__ of built-in types ---- */
static value new_wrapper(value self, const value *args, size_t nargs, value kwnames)
{
    struct type *type = (struct type *)self;
    if (nargs == 0)
        return raise(EXC(TypeError), "%N.__new__(): not enough arguments", type);
    if (!is_type(args[0]))
        return raise(EXC(TypeError), "%N.__new__(X): X is not a type object (%T)", type, args[0]);
    struct type *subtype = (struct type *)args[0];
    if (!type_is_subtype(subtype, type))
        return raise(EXC(TypeError), "%N.__new__(%N): %N is not a subtype of %N", type, subtype, subtype, type);
    /* The first base that is not made by Python code must agree with what is called: object.__new__(dict) is unsafe. */
    struct type *fixed = subtype;
    while (fixed && (type_has_flag(fixed, TYPE_FLAG_HEAP) || type_slot(fixed, new) == slot_new))
        fixed = fixed->base;
    if (fixed && type_slot(fixed, new) != type_slot(type, new)) {
        for (fixed = subtype; type_slot(fixed, new) == slot_new; fixed = fixed->base) /* whose is to be used */
            ;
        return raise(EXC(TypeError), "%N.__new__(%N) is not safe, use %N.__new__()", type, subtype, fixed);
    }
    return type_slot(type, new)(subtype, args + 1, nargs - 1, kwnames);
}

static const struct method_def new_def = METHOD_ANY(
    "__new__", new_wrapper, "Create and return a new object.  See help(type) for accurate signature.", METHOD_STATIC);

value new_wrapper_new(struct type *type)
{
    struct builtin_function *f = function_alloc(&new_def, value_of(type), NULL);
    if (f)
        f->new_of = type;
    return value_of(f);
}

bool new_wrapper_is(value v)
{
    return value_is(v, TYPE_ID_BUILTIN_FUNCTION) && ((struct builtin_function *)v)->new_of;
}

/* ---- attributes ---- */
static value function_name(value v)
{
    return str_interned(((struct builtin_function *)v)->def->name);
}

static value function_self(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    value self = slot_load(&f->header, &f->self);
    return self ? self : VALUE_NONE;
}

static value function_module(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    value module = slot_load(&f->header, &f->module);
    return module ? module : VALUE_NONE;
}

static value function_qualified_name(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    value self = slot_peek(&f->self);
    if (!self || value_is(self, TYPE_ID_MODULE))
        return function_name(v);
    struct type *type = is_type(self) ? (struct type *)self : value_type(self);
    value owner = type_qualified_name(type);
    value result = owner ? str_format("%U.%s", owner, f->def->name) : NULL;
    value_dec(owner);
    return result;
}

static value function_doc(value v)
{
    const char *doc = ((struct builtin_function *)v)->def->doc;
    return doc ? str_from_text(doc) : VALUE_NONE;
}

/* A module's function says that the module comes first. */
static value function_text_signature(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    const char *text = f->new_of ? "($type, *args, **kwargs)" : f->def->flags & METHOD_TUPLE ? NULL : f->def->signature;
    if (!text)
        return VALUE_NONE;
    if (text[1] == '$' || !builtin_function_of_module(v))
        return str_from_text(text);
    const char *only_by_place = strstr(text, "/)") || strstr(text, "/,") ? "" : ", /";
    return str_format("($module%s%s%s", only_by_place, text[1] == ')' ? "" : ", ", text + 1);
}

static value function_reduce(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    value self = slot_peek(&f->self), name = function_name(v);
    if (!name || !self || value_is(self, TYPE_ID_MODULE))
        return name;
    value getattr = builtin_lookup(NAME(getattr));
    value arguments = getattr ? tuple_pack(2, self, name) : NULL;
    value result = arguments ? tuple_pack(2, getattr, arguments) : NULL;
    value_dec(getattr);
    value_dec(arguments);
    value_dec(name);
    return result;
}

static value function_repr(value v)
{
    struct builtin_function *f = (struct builtin_function *)v;
    value self = slot_peek(&f->self);
    if (!self || value_is(self, TYPE_ID_MODULE))
        return str_format("<built-in function %s>", f->def->name);
    return str_format("<built-in method %s of %T object at %p>", f->def->name, self, (void *)self);
}

static value function_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is(b, TYPE_ID_BUILTIN_FUNCTION))
        return VALUE_NOT_IMPLEMENTED;
    struct builtin_function *f = (struct builtin_function *)a, *g = (struct builtin_function *)b;
    bool same = f->def == g->def && slot_peek(&f->self) == slot_peek(&g->self);
    return value_bool(same == (op == COMPARE_EQ));
}

static bool function_hash(value v, int64_t *out)
{
    struct builtin_function *f = (struct builtin_function *)v;
    uint64_t h = (value_bits(slot_peek(&f->self)) >> 4) ^ ((uint64_t)(uintptr_t)f->def >> 4) * 1000003u;
    *out = (int64_t)(h >> 1);
    return true;
}

static void function_traverse(struct object *o, struct gc_trace *trace)
{
    struct builtin_function *f = (struct builtin_function *)o;
    trace_slot(trace, &f->self);
    trace_slot(trace, &f->module);
    trace_slot(trace, &f->descriptor);
}

static void function_destroy(struct object *o)
{
    struct builtin_function *f = (struct builtin_function *)o;
    if (f->signature == &f->own_signature)
        free(atomic_load_explicit(&f->own_signature.parsed, memory_order_relaxed));
    slot_drop(&f->self);
    slot_drop(&f->module);
    slot_drop(&f->descriptor);
}

static const struct method_def function_methods[] = {
    METHOD("__reduce__", function_reduce, "($self, /)", NULL),
    {0},
};

static bool function_set_module(value v, value module)
{
    struct builtin_function *f = (struct builtin_function *)v;
    slot_store(&f->header, &f->module, value_inc(module));
    return true;
}

static const struct getset_def function_getset[] = {
    {"__name__", function_name, NULL, NULL},
    {"__qualname__", function_qualified_name, NULL, NULL},
    {"__self__", function_self, NULL, NULL},
    {"__doc__", function_doc, NULL, NULL},
    {"__text_signature__", function_text_signature, NULL, NULL},
    GETSET_FIELDS,
    {"__module__", function_module, function_set_module, NULL},
    {0},
};

const struct type_spec builtin_function_type_spec = {
    .id = TYPE_ID_BUILTIN_FUNCTION,
    .name = "builtin_function_or_method",
    .flags = TYPE_FLAG_WEAKREF,
    .size = sizeof(struct builtin_function),
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = function_traverse,
    .destroy = function_destroy,
    .slots = {.call = builtin_function_call, .repr = function_repr, .compare = function_compare, .hash = function_hash},
    .methods = function_methods,
    .getset = function_getset,
};
