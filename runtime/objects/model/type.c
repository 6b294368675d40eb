/*
 * The type object: how built-in types come to be from their specs, what a type does when it is called, read or written,
 * and how a class is told from its bases.
 *
 * A built-in type is usable as soon as type_fill and type_fill_bases ran; its class dictionary is made when somebody
 * first looks a name up in it (type_prepare_slow). Classes made at run time are class.c's.
 */
#include "runtime/objects/model/generic_alias.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/model/weakref.h"
#include "runtime/objects/operations/class_entry.h"
#include "runtime/step.h"
#include "threads/watched.h"

_Static_assert(sizeof(struct type) <= TYPE_WELL_KNOWN_STRIDE, "a well-known type fits its place");

#define KIND_FLAGS                                                                                         \
    (TYPE_FLAG_INT | TYPE_FLAG_STR | TYPE_FLAG_BYTES | TYPE_FLAG_TUPLE | TYPE_FLAG_LIST | TYPE_FLAG_DICT | \
     TYPE_FLAG_TYPE | TYPE_FLAG_EXCEPTION | TYPE_FLAG_FLOAT | TYPE_FLAG_SET)
#define INHERITED_FLAGS \
    (KIND_FLAGS | TYPE_FLAG_SEQUENCE | TYPE_FLAG_MAPPING | TYPE_FLAG_VARIABLE_SIZE | TYPE_FLAG_WEAKREF)

/* ---- every built-in type, the newest first, for taking them down at the end; under the class lock ---- */
static struct type *builtin_types;

static void builtin_register(struct type *type)
{
    class_lock();
    type->next_builtin = builtin_types;
    builtin_types = type;
    subclass_links_enter(type->links, slot_peek(&type->bases));
    class_unlock();
}

/* ---- the class lock ---- */
static struct watched_mutex class_mutex = WATCHED_MUTEX_INITIALIZER;

bool(class_try_lock)(void)
{
    return watched_try_lock(&class_mutex);
}

void(class_lock)(void)
{
    thread_check_quiescent("the class lock"); /* who waits for it is quiescent */
    if (likely((class_try_lock)()))
        return;
    bool running = atomic_load_explicit(&thread_self->state, memory_order_relaxed) == THREAD_RUNNING;
    if (running && !thread_self->background)
        thread_enter_blocking();
    watched_wait(&class_mutex);
    if (running && !thread_self->background)
        thread_leave_blocking();
}

void(class_unlock)(void)
{
    watched_unlock(&class_mutex);
}

void class_lock_after_fork(void)
{
    class_mutex = (struct watched_mutex)WATCHED_MUTEX_INITIALIZER;
    lookup_after_fork();
}

/* ---- filling a built-in type ---- */
static uint32_t kind_flags_of(unsigned id)
{
    switch (id) {
    case TYPE_ID_TYPE:
        return TYPE_FLAG_TYPE | TYPE_FLAG_VARIABLE_SIZE;
    case TYPE_ID_INT:
        return TYPE_FLAG_INT | TYPE_FLAG_VARIABLE_SIZE;
    case TYPE_ID_STR:
        return TYPE_FLAG_STR;
    case TYPE_ID_BYTES:
        return TYPE_FLAG_BYTES | TYPE_FLAG_VARIABLE_SIZE;
    case TYPE_ID_TUPLE:
        return TYPE_FLAG_TUPLE | TYPE_FLAG_VARIABLE_SIZE | TYPE_FLAG_SEQUENCE;
    case TYPE_ID_LIST:
        return TYPE_FLAG_LIST | TYPE_FLAG_SEQUENCE;
    case TYPE_ID_DICT:
        return TYPE_FLAG_DICT | TYPE_FLAG_MAPPING;
    case TYPE_ID_FLOAT:
        return TYPE_FLAG_FLOAT;
    case TYPE_ID_SET:
    case TYPE_ID_FROZENSET:
        return TYPE_FLAG_SET;
    case TYPE_ID_MAPPING_PROXY:
        return TYPE_FLAG_MAPPING;
    case TYPE_ID_RANGE:
        return TYPE_FLAG_SEQUENCE;
    case EXCEPTION_ID_ExceptionGroup:
        return TYPE_FLAG_EXCEPTION | TYPE_FLAG_WEAKREF;
    default:
        return id >= TYPE_ID_FIRST_EXCEPTION ? TYPE_FLAG_EXCEPTION : 0;
    }
}

static void fill_layout(struct type *type, struct type *base, const struct type_spec *spec)
{
    type->gc.instance_size = spec->size ? spec->size : base ? base->gc.instance_size : sizeof(struct object);
    type->dict_offset = spec->dict_offset ? (int32_t)spec->dict_offset : base ? base->dict_offset : 0;
    type->gc.gc_flags = spec->gc_flags;
    type->gc.traverse = spec->traverse;
    type->gc.destroy = spec->destroy;
    void (*finalize)(struct object *) = spec->finalize ? spec->finalize : base ? type_finalizer(&base->gc) : NULL;
    atomic_store_explicit(&type->gc.finalize, finalize, memory_order_relaxed);
    type->gc.release = spec->release;
    type->solid = type;
    if (!base)
        return;
    if (base->gc.gc_flags & TYPE_GC_CONTAINER)
        type->gc.gc_flags |= TYPE_GC_CONTAINER;
    if (!type->gc.traverse)
        type->gc.traverse = base->gc.traverse;
    if (!type->gc.destroy)
        type->gc.destroy = base->gc.destroy;
    if (!type->gc.release)
        type->gc.release = base->gc.release;
    bool variable = type_has_flag(type, TYPE_FLAG_VARIABLE_SIZE) && !type_has_flag(base, TYPE_FLAG_VARIABLE_SIZE);
    if (type->gc.instance_size == base->gc.instance_size && !variable)
        type->solid = base->solid;
}

void type_fill(struct type *type, const struct type_spec *spec)
{
    struct type *base = spec->id == TYPE_ID_OBJECT ? NULL : TYPE_WELL_KNOWN(spec->base ? spec->base : TYPE_ID_OBJECT);
    if (type->base) /* type_define_with_base */
        base = type->base;
    atomic_store_explicit(&type->gc.header.type, TYPE_WELL_KNOWN_REF(TYPE_ID_TYPE), memory_order_relaxed);
    type->gc.name = spec->name;
    type->doc = spec->doc;
    type->spec = spec;
    type->base = base;
    uint32_t flags = spec->flags | TYPE_FLAG_IMMUTABLE | kind_flags_of(spec->id);
    if (base)
        flags |= type_flags(base) & INHERITED_FLAGS;
    atomic_store_explicit(&type->flags, flags, memory_order_relaxed);
    fill_layout(type, base, spec);
    type->solid_traverse = type->gc.traverse;
    type->solid_destroy = type->gc.destroy;
    type_fill_slots(type, &spec->slots, base, !(flags & TYPE_FLAG_NO_NEW));
    type_change_flags(type,
                      (type_slot(type, new) ? 0 : TYPE_FLAG_NO_NEW) |
                          (type_slot(type, descr_get) ? TYPE_FLAG_DESCRIPTOR : 0) |
                          (type_slot(type, descr_set) ? TYPE_FLAG_DATA_DESCRIPTOR : 0),
                      0);
    atomic_store_explicit(&type->version, shape_next_id(), memory_order_relaxed);
}

bool type_fill_bases(struct type *type)
{
    value bases = type->base ? tuple_new(1) : tuple_new(0);
    if (!bases)
        return false;
    if (type->base)
        tuple_init(bases, 0, value_inc(value_of(type->base)));
    size_t depth = 0;
    for (struct type *t = type; t; t = t->base)
        depth++;
    value mro = tuple_new(depth);
    if (!mro) {
        value_dec(bases);
        return false;
    }
    depth = 0;
    for (struct type *t = type; t; t = t->base)
        tuple_init(mro, depth++, value_inc(value_of(t)));
    slot_init(&type->bases, bases);
    slot_init(&type->mro, mro);
    type->links = subclass_links_new(type, bases);
    if (type->links)
        builtin_register(type);
    return type->links != NULL;
}

struct type *type_define_with_base(const struct type_spec *spec, struct type *base)
{
    struct type *type = (struct type *)heap_alloc_type(sizeof(struct type), &TYPE(TYPE)->gc);
    if (!type)
        return (struct type *)raise_no_memory();
    heap_make_immortal(&type->gc.header);
    type->base = base;
    type_fill(type, spec);
    if (!type_fill_bases(type))
        return (struct type *)raise_no_memory();
    return type;
}

struct type *type_define(const struct type_spec *spec)
{
    return type_define_with_base(spec, NULL);
}

struct type *type_define_once(_Atomic(struct type *) *made, const struct type_spec *spec)
{
    struct type *type = atomic_load_explicit(made, memory_order_acquire);
    if (likely(type != NULL))
        return type;
    struct type *fresh = type_define(spec);
    if (fresh && atomic_compare_exchange_strong(made, &type, fresh))
        return fresh;
    return type; /* another thread was first: ours stays unused */
}

/* ---- the class dictionary of a built-in type ---- */
static bool add_owned(value dict, const char *name, value v)
{
    if (!v)
        return false;
    if (!thread_is_alone() && value_is_object(v))
        rc_shard_newborn(value_object(v));
    value key = str_interned(name);
    bool ok = key && dict_set(dict, key, v);
    value_dec(key);
    value_dec(v);
    return ok;
}

static value describe_method(struct type *type, const struct method_def *def)
{
    if (def->flags & METHOD_CLASS)
        return classmethod_descriptor_new(type, def);
    if (!(def->flags & METHOD_STATIC))
        return method_descriptor_new(type, def);
    value function = builtin_function_new(def, value_of(type), NULL);
    value wrapped = function ? staticmethod_new(function) : NULL;
    value_dec(function);
    return wrapped;
}

static bool fill_dict(struct type *type, value dict)
{
    const struct type_spec *spec = type->spec;
    for (const struct method_def *def = spec->methods; def && def->name; def++)
        if (!add_owned(dict, def->name, describe_method(type, def)))
            return false;
    if (!slots_add_wrappers(type, dict))
        return false;
    for (const struct member_def *def = spec->members; def && def->name; def++)
        if (!add_owned(dict, def->name, member_descriptor_new(type, def)))
            return false;
    bool fields = false;
    for (const struct getset_def *def = spec->getset; def && def->name; def++) {
        if (!*def->name)
            fields = true;
        else if (!add_owned(dict, def->name,
                            fields ? computed_member_new(type, def) : getset_descriptor_new(type, def)))
            return false;
    }
    if (type_slot(type, new) && spec->slots.new && !add_owned(dict, "__new__", new_wrapper_new(type)))
        return false;
    if (type_slot(type, hash) == value_unhashable && (spec->slots.compare || spec->slots.hash)) {
        value key = NAME(__hash__);
        if (!key || !dict_set(dict, key, VALUE_NONE))
            return false;
    }
    if (dict_contains(dict, NAME(__doc__)) != 1)
        return add_owned(dict, "__doc__", spec->doc ? str_from_text(spec->doc) : VALUE_NONE);
    return true;
}

value type_prepare_slow(struct type *type)
{
    if (!type->spec)
        return raise(EXC(SystemError), "type '%s' is not ready", type->gc.name);
    uint64_t changes = step_self.changes; /* the program changes nothing here */
    value dict = dict_new_sized(32);
    bool filled = dict && fill_dict(type, dict);
    step_self.changes = changes;
    if (!filled) {
        value_dec(dict);
        return NULL;
    }
    value expected = NULL;
    if (atomic_compare_exchange_strong_explicit(&type->dict, &expected, dict, memory_order_acq_rel,
                                                memory_order_acquire))
        return dict;
    value_dec(dict);
    return expected;
}

/* ---- the end ---- */
void types_forget_names(void)
{
    for (struct type *type = builtin_types; type; type = type->next_builtin)
        lookup_free(type);
}

/* ---- asking ---- */
bool type_is_subtype(struct type *type, struct type *base)
{
    if (type == base && !type_has_flag(type, TYPE_FLAG_HEAP)) /* the mro() of others may leave themselves out */
        return true;
    PEEK_SCOPE;
    value mro = type_mro_peek(type);
    if (!mro) { /* while it is being made */
        for (; type; type = type->base)
            if (type == base)
                return true;
        return base == TYPE(OBJECT);
    }
    size_t length = tuple_length(mro);
    for (size_t i = 0; i < length; i++) /* not always first: mro() may say otherwise */
        if (tuple_get(mro, i) == value_of(base))
            return true;
    return false;
}

const char *type_short_name(const struct type *type)
{
    if (type_has_flag(type, TYPE_FLAG_HEAP))
        return type->gc.name;
    const char *dot = strrchr(type->gc.name, '.');
    return dot ? dot + 1 : type->gc.name;
}

value type_name(struct type *type)
{
    value name = slot_load(&type->gc.header, &type->short_name);
    return name ? name : str_from_text(type_short_name(type));
}

value type_qualified_name(struct type *type)
{
    value name = slot_load(&type->gc.header, &type->qualified_name);
    return name ? name : type_name(type);
}

/* The __module__ of a type: owned; VALUE_MISSING when a class has none. */
value type_module(struct type *type)
{
    if (type_has_flag(type, TYPE_FLAG_HEAP)) {
        value dict = type_dict(type);
        return dict ? dict_get(dict, NAME(__module__)) : NULL;
    }
    const char *dot = strrchr(type->gc.name, '.');
    if (!dot)
        return str_interned("builtins");
    value name = str_from_utf8(type->gc.name, (size_t)(dot - type->gc.name));
    return name ? str_intern(name) : NULL; /* the same for all types of a module: pickles mention it once */
}

value type_repr_name(struct type *type)
{
    value module = type_module(type);
    if (!module)
        return NULL;
    value name = type_qualified_name(type);
    if (!name || module == VALUE_MISSING || !is_str(module) || str_equals_text(module, "builtins")) {
        value_dec(module);
        return name;
    }
    value text = str_format("%U.%U", module, name);
    value_dec(module);
    value_dec(name);
    return text;
}

struct object *object_new(struct type *type, size_t size)
{
    if (unlikely(type_has_flag(type, TYPE_FLAG_HEAP))) {
        if (type->dict_offset < 0) {
            struct object *o = heap_alloc(&type->gc, ((size + 7) & ~(size_t)7) + sizeof(value_slot));
            if (unlikely(!o))
                return (struct object *)raise_no_memory();
            heap_use_all(o);
            slot_init((value_slot *)((char *)o + heap_usable_size(o) + type->dict_offset), NULL);
            return o;
        }
        if (size < type->gc.instance_size && !type_has_flag(type, TYPE_FLAG_TUPLE))
            size = type->gc.instance_size;
    }
    struct object *o = heap_alloc(&type->gc, size);
    return likely(o != NULL) ? o : (struct object *)raise_no_memory();
}

/* ---- what a type does ---- */
static value type_repr(value self)
{
    value name = type_repr_name((struct type *)self);
    value text = name ? str_format("<class '%U'>", name) : NULL;
    value_dec(name);
    return text;
}

static value type_call(value self, const value *args, size_t nargs, value kwnames)
{
    struct type *type = (struct type *)self;
    const struct class_entry *entry = class_entry_of(type);
    if (entry && nargs == 1 && entry->make_1 && !kwnames)
        return entry->make_1(args[0]);
    if (unlikely(type == TYPE(TYPE)) && nargs != 3) {
        if (nargs != 1)
            return raise(EXC(TypeError), "type() takes 1 or 3 arguments");
        if (!no_keywords("type", kwnames))
            return NULL;
        return value_inc(value_of(value_type(args[0])));
    }
    value (*new)(struct type *, const value *, size_t, value) = type_slot(type, new);
    if (unlikely(!new))
        return raise(EXC(TypeError), "cannot create '%s' instances", type->gc.name);
    value made = new (type, args, nargs, kwnames);
    if (unlikely(!made))
        return NULL;
    struct type *made_type = value_type(made);
    if (likely(made_type == type) || type_is_subtype(made_type, type)) {
        bool (*init)(value, const value *, size_t, value) = type_slot(made_type, init);
        if (init && !init(made, args, nargs, kwnames)) {
            value_dec(made);
            return NULL;
        }
    }
    return made;
}

/* type.__getattribute__: data descriptors of the metaclass, then the class's own
   MRO, then the rest of the metaclass. */
value type_getattr_optional(struct type *type, value name, uint32_t *index)
{
    struct type *metatype = value_type(value_of(type));
    value meta = lookup_find(metatype, name, NULL);
    if (!meta)
        return NULL;
    if (meta != VALUE_MISSING && lookup_kind_of(meta) == LOOKUP_DATA)
        return attribute_bind(meta, value_of(type), metatype);
    bool plain_meta = meta == VALUE_MISSING;
    value found = lookup_find(type, name, plain_meta ? index : NULL);
    if (found == VALUE_MISSING)
        return meta == VALUE_MISSING ? meta : attribute_bind(meta, value_of(type), metatype);
    value_dec(meta);
    return found ? attribute_bind(found, NULL, type) : NULL;
}

value type_getattr(value self, value name)
{
    value held, known = name_find(name, &held);
    if (!known)
        return NULL;
    value found = type_getattr_optional((struct type *)self, known, NULL);
    value_dec(held);
    if (found != VALUE_MISSING)
        return found;
    return attribute_error(self, name, "type object '%s' has no attribute '%U'", ((struct type *)self)->gc.name, name);
}

bool type_setattr(value self, value name, value v)
{
    struct type *type = (struct type *)self;
    if (type_has_flag(type, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set %R attribute of immutable type '%s'", name, type->gc.name);
    value held, interned = name_intern(name, &held);
    if (!interned)
        return false;
    value meta = lookup_find(value_type(self), interned, NULL);
    bool ok = false;
    int described = meta && meta != VALUE_MISSING ? descriptor_set(meta, self, v) : 0;
    if (described)
        ok = described > 0;
    else if (meta)
        ok = type_attribute_set(type, interned, v);
    value_dec(meta);
    value_dec(held);
    return ok;
}

static void no_class_attribute(struct type *type, value name)
{
    raise(EXC(AttributeError), "type object '%s' has no attribute '%U'", type->gc.name, name);
}

/* A dictionary with keys whose __eq__ may be asked: what the tables say of the name is forgotten, and nothing is
 * entered until the dictionary has changed. */
static bool set_beside_odd_keys(struct type *type, value dict, value name, value v)
{
    if (!lookup_suspend(type, name))
        return false;
    int done = v ? (dict_set(dict, name, v) ? 1 : -1) : dict_delete(dict, name);
    lookup_resume();
    if (done == 0)
        no_class_attribute(type, name);
    return done > 0;
}

static bool set_beside_strs(struct type *type, value dict, value name, value v)
{
    struct class_change change;
    value old_key, old;
    for (;;) {
        if (!lookup_change_begin(&change, type))
            return false;
        bool room = dict_exchange(dict, name, v, &old_key, &old);
        if (room && (v || old != VALUE_MISSING))
            lookup_changed(&change, name, old, v ? v : VALUE_MISSING);
        lookup_change_end(&change);
        if (room)
            break;
        if (!dict_make_room(dict))
            return false;
    }
    if (old == VALUE_MISSING && !v)
        no_class_attribute(type, name);
    bool ok = v || old != VALUE_MISSING;
    value_dec(old_key);
    value_dec(old);
    return ok;
}

bool type_attribute_set(struct type *type, value name, value v)
{
    value dict = type_dict(type);
    if (!dict)
        return false;
    bool odd = type_has_flag(type, TYPE_FLAG_ODD_KEYS);
    bool ok = odd ? set_beside_odd_keys(type, dict, name, v) : set_beside_strs(type, dict, name, v);
    return ok && (!name_is_special(name) || slots_update(type, name));
}

/* ---- the collector's view ---- */
static void type_traverse(struct object *object, struct gc_trace *trace)
{
    struct type *type = (struct type *)object;
    trace_slot(trace, &type->bases);
    trace_slot(trace, &type->mro);
    trace_slot(trace, &type->dict);
    if (type_has_flag(type, TYPE_FLAG_HEAP) && type->base)
        trace_value(trace, value_of(type->base));
}

/* The bases are told, and those that derive from it. */
static void type_release(struct object *object)
{
    struct type *type = (struct type *)object;
    subclass_links_leave(type->links);
    subclass_links_free(type->links);
    type->links = NULL;
    subclasses_abandon(type);
}

static void type_destroy(struct object *object)
{
    struct type *type = (struct type *)object;
    type_release(object);
    value mro = slot_exchange(&type->mro, NULL);
    value bases = slot_exchange(&type->bases, NULL);
    lookup_free(type);
    shapes_free(type);
    value_slot *slots[] = {&type->dict, &type->short_name, &type->qualified_name, &type->module_name};
    for (size_t k = 0; k < sizeof slots / sizeof *slots; k++)
        slot_drop(slots[k]);
    value_dec(mro);
    value_dec(bases);
    struct type *base = type->base;
    type->base = NULL;
    value_dec(value_of(base));
    const char *name = type->gc.name;
    type->gc.name = "(dead class)";
    if (name != type_no_name)
        storage_retire((void *)(uintptr_t)name, strlen(name) + 1);
}

extern const struct method_def type_methods[];
extern const struct getset_def type_getset[];
value type_new_slot(struct type *metatype, const value *args, size_t nargs, value kwnames);
bool type_init_slot(value self, const value *args, size_t nargs, value kwnames);

const struct type_spec type_type_spec = {
    .id = TYPE_ID_TYPE,
    .name = "type",
    .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    .size = sizeof(struct type),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_TYPE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = type_traverse,
    .destroy = type_destroy,
    .release = type_release,
    .slots = {.new = type_new_slot,
              .init = type_init_slot,
              .call = type_call,
              .getattr = type_getattr,
              .setattr = type_setattr,
              .repr = type_repr,
              .binary = {[BINARY_OR] = type_union_or}},
    .methods = type_methods,
    .getset = type_getset,
};
