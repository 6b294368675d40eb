/*
 * Classes made at run time: what a class statement, or type(name, bases, dict), does.
 *
 * The phases are those of the language reference: the most derived metaclass; the best base, which fixes the layout of
 * instances; __slots__; the class dictionary; the MRO; the slots that call the class's special methods; __set_name__;
 * __init_subclass__. No instance, and no other thread, sees the class before the last two.
 *
 * Layout of instances. A class whose bases fix nothing gets struct instance (shape.h): attributes in line. Its
 * __slots__, if it has any, are the first in-line slots, reserved in the root shape. A class with __slots__ and without
 * __dict__ gets the plain header and the slots behind it. A class on top of a built-in one of fixed size (list, dict,
 * Exception) has its __slots__ and __dict__ behind the base's part. Instances of classes on top of int, str and bytes
 * are of fixed size too: they refer to an exact int, str or bytes. On top of tuple the __dict__ is the last word of the
 * block, wherever the items end: dict_offset is -8 and object_new makes room. Classes on top of these four cannot have
 * other __slots__, as in CPython.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/interpreter.h"
#include "threads/pause.h"

/* ---- the bases ---- */
struct type *type_solid(struct type *type)
{
    return type->solid;
}

struct type *class_metatype(struct type *metatype, value bases)
{
    struct type *winner = metatype;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        struct type *candidate = value_type(tuple_get(bases, i));
        if (type_is_subtype(winner, candidate))
            continue;
        if (!type_is_subtype(candidate, winner)) {
            raise(EXC(TypeError),
                  "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass "
                  "of the metaclasses of all its bases");
            return NULL;
        }
        winner = candidate;
    }
    return winner;
}

struct type *class_best_base(value bases)
{
    struct type *best = NULL, *winner = NULL;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        value v = tuple_get(bases, i);
        if (!is_type(v)) {
            raise(EXC(TypeError), "bases must be types");
            return NULL;
        }
        struct type *base = (struct type *)v;
        if (!type_has_flag(base, TYPE_FLAG_BASE)) {
            raise(EXC(TypeError), "type '%s' is not an acceptable base type", base->gc.name);
            return NULL;
        }
        struct type *candidate = type_solid(base);
        if (!winner) {
            winner = candidate;
            best = base;
        } else if (type_is_subtype(winner, candidate)) {
            continue;
        } else if (type_is_subtype(candidate, winner)) {
            winner = candidate;
            best = base;
        } else {
            raise(EXC(TypeError), "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}

static bool base_has_dict(struct type *base)
{
    return base->dict_offset != 0 || type_has_flag(base, TYPE_FLAG_INSTANCE);
}

/* ---- __slots__ ---- */
struct class_slots {
    bool given;      /* __slots__ is in the class body */
    bool dict, weak; /* it names __dict__, __weakref__ */
    value names;     /* list of the others, mangled and sorted */
};

static value mangle(value class_name, value name)
{
    size_t length = str_length(name), start = 0;
    bool private = length > 2 && str_at(name, 0) == '_' && str_at(name, 1) == '_' &&
                   !(str_at(name, length - 1) == '_' && str_at(name, length - 2) == '_');
    while (start < str_length(class_name) && str_at(class_name, start) == '_')
        start++;
    if (!private || start == str_length(class_name))
        return value_inc(name);
    value stem = str_substring(class_name, start, str_length(class_name));
    value mangled = stem ? str_format("_%U%U", stem, name) : NULL;
    value_dec(stem);
    return mangled;
}

/* A first look at an item, before any name is looked for in the class: false with an error. */
static bool slots_check_name(struct class_slots *slots, value item, struct type *base)
{
    if (!is_str(item))
        return raise_false(EXC(TypeError), "__slots__ items must be strings, not '%T'", item);
    if (!unicode_is_identifier(item))
        return raise_false(EXC(TypeError), "__slots__ must be identifiers");
    if (str_equals_text(item, "__dict__")) {
        if (slots->dict || base_has_dict(base))
            return raise_false(EXC(TypeError), "__dict__ slot disallowed: we already got one");
        slots->dict = true;
    }
    if (str_equals_text(item, "__weakref__")) {
        if (slots->weak || type_has_flag(base, TYPE_FLAG_WEAKREF | TYPE_FLAG_VARIABLE_SIZE))
            return raise_false(EXC(TypeError),
                               "__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0");
        slots->weak = true;
    }
    return true;
}

static bool slots_add_name(struct class_slots *slots, value class_name, value item, value dict)
{
    if (str_equals_text(item, "__dict__") || str_equals_text(item, "__weakref__"))
        return true;
    value name = mangle(class_name, item);
    name = name ? str_intern(name) : NULL;
    int present = name ? dict_contains(dict, name) : -1;
    if (present == 1 && !str_equals_text(name, "__qualname__") && !str_equals_text(name, "__classcell__")) {
        raise(EXC(ValueError), "%R in __slots__ conflicts with class variable", name);
        present = -1;
    }
    return present >= 0 ? list_append_owned(slots->names, name) : (value_dec(name), false);
}

static bool slots_read(struct class_slots *slots, value class_name, struct type *base, value dict)
{
    value given = dict_get(dict, NAME(__slots__));
    if (!given)
        return false;
    slots->names = list_new(0);
    if (!slots->names)
        return false;
    if (given == VALUE_MISSING)
        return true;
    slots->given = true;
    value items = is_str(given) ? tuple_pack(1, given) : tuple_from_iterable(given);
    value_dec(given);
    if (!items)
        return false;
    bool ok = true;
    if (tuple_length(items) && type_has_flag(base, TYPE_FLAG_VARIABLE_SIZE)) {
        for (size_t i = 0; ok && i < tuple_length(items); thread_report_at(++i)) {
            value item = tuple_get(items, i);
            if (!is_str(item) || !(str_equals_text(item, "__dict__") || str_equals_text(item, "__weakref__")))
                ok = raise_false(EXC(TypeError), "nonempty __slots__ not supported for subtype of '%N'", base);
        }
    }
    for (size_t i = 0; ok && i < tuple_length(items); thread_report_at(++i))
        ok = slots_check_name(slots, tuple_get(items, i), base);
    for (size_t i = 0; ok && i < tuple_length(items); thread_report_at(++i))
        ok = slots_add_name(slots, class_name, tuple_get(items, i), dict);
    value_dec(items);
    return ok && list_sort(slots->names, NULL, false);
}

/* ---- layout ---- */
/* How many attributes the class's __init__ sets, counting each name once: so many in-line slots its instances are
 * likely to need, beside those that a base's __init__ sets when it is called. A guess that is too low costs the first
 * instances an overflow block. */
static uint32_t foresee_attributes(value dict, bool *calls_base)
{
    value init = dict_get(dict, NAME(__init__));
    uint32_t count = 0;
    if (init && value_is(init, TYPE_ID_FUNCTION))
        count = function_attribute_stores(init, calls_base);
    if (!init)
        error_clear();
    value_dec(init);
    return count;
}

static uint32_t slot_flags_from_bases(value bases, bool *dict, bool *in_line, bool *weak)
{
    uint32_t flags = 0;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        struct type *base = (struct type *)tuple_get(bases, i);
        *dict |= base_has_dict(base);
        *in_line |= type_has_flag(base, TYPE_FLAG_INSTANCE);
        *weak |= type_has_flag(base, TYPE_FLAG_WEAKREF);
    }
    return flags;
}

static void layout_instances(struct type *type, struct type *base, value bases, value namespace,
                             const struct class_slots *slots)
{
    uint32_t count = (uint32_t)list_length(slots->names);
    bool dict = !slots->given || slots->dict, in_line = false, weak = !slots->given || slots->weak;
    uint32_t flags = TYPE_FLAG_HEAP | TYPE_FLAG_BASE | slot_flags_from_bases(bases, &dict, &in_line, &weak);
    flags |= type_flags(base) &
             ~(uint32_t)(TYPE_FLAG_IMMUTABLE | TYPE_FLAG_NO_NEW | TYPE_FLAG_ABSTRACT | TYPE_FLAG_INSTANCE |
                         TYPE_FLAG_WEAKREF | TYPE_FLAG_METHOD_LIKE | TYPE_FLAG_CLASSIFIED | TYPE_FLAGS_COLLECTION);
    if (type_has_flag(base, TYPE_FLAG_VARIABLE_SIZE) ? type_has_flag(base, TYPE_FLAG_WEAKREF) : weak)
        flags |= TYPE_FLAG_WEAKREF;
    type->gc.gc_flags = TYPE_GC_CONTAINER | TYPE_GC_COUNTED | (base->gc.gc_flags & TYPE_GC_SHARDABLE);
    type->solid = count ? type : base->solid;
    type->dict_offset = base->dict_offset;
    type->solid_traverse = base->solid_traverse;
    type->solid_destroy = base->solid_destroy;
    type->gc.release = base->gc.release;
    bool plain = base->solid == TYPE(OBJECT) && !base->dict_offset;
    if (type_has_flag(base, TYPE_FLAG_INSTANCE) || (plain && dict && base->slots_count == 0)) {
        flags |= TYPE_FLAG_INSTANCE;
        type->reserved_slots = base->reserved_slots + count;
        bool calls_base = false;
        uint32_t own = foresee_attributes(namespace, &calls_base), least = type->reserved_slots + 2;
        uint32_t likely_count = atomic_load_explicit(&base->inline_slots, memory_order_relaxed) + count;
        if (calls_base)
            likely_count += own;
        else if (likely_count < base->reserved_slots + count + own)
            likely_count = base->reserved_slots + count + own;
        atomic_store_explicit(&type->inline_slots, likely_count > least ? likely_count : least, memory_order_relaxed);
        type->gc.instance_size = sizeof(struct instance);
        type->gc.traverse = instance_traverse;
        type->gc.destroy = instance_destroy;
    } else {
        type->gc.instance_size = base->gc.instance_size;
        type->slots_offset = base->slots_offset;
        type->slots_count = base->slots_count;
        bool add_dict = dict && !base->dict_offset && !type_has_flag(base, TYPE_FLAG_TYPE);
        if (type_has_flag(base, TYPE_FLAG_TUPLE)) {
            if (add_dict)
                type->dict_offset = -(int32_t)sizeof(value_slot);
        } else {
            uint32_t start = (base->gc.instance_size + 7u) & ~7u;
            if (!type->slots_count)
                type->slots_offset = start;
            type->slots_count += count + add_dict;
            if (add_dict)
                type->dict_offset = (int32_t)(start + count * sizeof(value_slot));
            type->gc.instance_size = start + (count + add_dict) * (uint32_t)sizeof(value_slot);
        }
        type->gc.traverse = subtype_traverse;
        type->gc.destroy = subtype_destroy;
        if (type_has_flag(base, TYPE_FLAG_TYPE)) { /* a metaclass: its instances are types */
            type->gc.traverse = base->gc.traverse;
            type->gc.destroy = base->gc.destroy;
        }
    }
    atomic_store_explicit(&type->flags, flags, memory_order_relaxed);
}

/* Where the i-th own slot is. */
static int32_t layout_slot_offset(struct type *type, struct type *base, size_t i)
{
    size_t offset;
    if (type_has_flag(type, TYPE_FLAG_INSTANCE))
        offset = offsetof(struct instance, slots) + (base->reserved_slots + i) * sizeof(value_slot);
    else
        offset = ((base->gc.instance_size + 7u) & ~7u) + i * sizeof(value_slot);
    return (int32_t)offset;
}

static value_slot *tail_dict(struct type *type, struct object *object)
{
    return (value_slot *)((char *)object + heap_usable_size(object) + type->dict_offset);
}

/* Instances on top of a built-in base. Nothing here follows the type's pointers to other types: those may be gone when
 * an island is torn down. */
void subtype_traverse(struct object *object, struct gc_trace *trace)
{
    struct type *type = (struct type *)object_type(object);
    if (type->solid_traverse)
        type->solid_traverse(object, trace);
    if (type->dict_offset < 0)
        trace_slot(trace, tail_dict(type, object));
    if (type->slots_count)
        trace_slots(trace, (value_slot *)((char *)object + type->slots_offset), type->slots_count);
}

void subtype_destroy(struct object *object)
{
    struct type *type = (struct type *)object_type(object);
    if (type->dict_offset < 0)
        slot_drop(tail_dict(type, object));
    value_slot *slots = (value_slot *)((char *)object + type->slots_offset);
    for (uint32_t i = 0; i < type->slots_count; i++)
        slot_drop(&slots[i]);
    if (type->solid_destroy)
        type->solid_destroy(object);
}

/* The layout below the one that the type's solid class fixed. */
static struct type *solid_base(struct type *type)
{
    struct type *solid = type->solid, *base = solid->base;
    return base ? base->solid : NULL;
}

/* The names in a class's __slots__ in the order in which instances have them; NULL without an exception if they cannot
 * be told. */
static value sorted_slots(struct type *type)
{
    value given = dict_get(type_dict(type), NAME(__slots__)), names = NULL;
    if (given && given != VALUE_MISSING)
        names = list_new(0);
    bool ok = names && (is_str(given) ? list_append(names, given) : list_extend(names, given)) &&
              list_sort(names, NULL, false);
    value_dec(given);
    if (ok)
        return names;
    value_dec(names);
    error_clear();
    return NULL;
}

bool class_layouts_compatible(struct type *from, struct type *to, const char *attribute)
{
    bool both_instances = type_has_flag(from, TYPE_FLAG_INSTANCE) && type_has_flag(to, TYPE_FLAG_INSTANCE);
    bool same_kind = type_has_flag(from, TYPE_FLAG_INSTANCE) == type_has_flag(to, TYPE_FLAG_INSTANCE);
    same_kind &= type_has_flag(from, TYPE_FLAG_WEAKREF) == type_has_flag(to, TYPE_FLAG_WEAKREF);
    bool same_slots = from->solid == to->solid;
    if (!same_slots && from->solid && to->solid && type_has_flag(from->solid, TYPE_FLAG_HEAP) &&
        type_has_flag(to->solid, TYPE_FLAG_HEAP)) {
        /* Two classes that added equal __slots__ to the same base. */
        value a = sorted_slots(from->solid), b = sorted_slots(to->solid);
        same_slots = solid_base(from) == solid_base(to) && a && b && value_equals(a, b) == 1;
        value_dec(a);
        value_dec(b);
        error_clear();
    }
    if (same_kind && same_slots && from->reserved_slots == to->reserved_slots &&
        (both_instances || (from->gc.instance_size == to->gc.instance_size && from->dict_offset == to->dict_offset &&
                            from->slots_count == to->slots_count && from->solid_destroy == to->solid_destroy)))
        return true;
    bool both_counted = !((from->gc.gc_flags ^ to->gc.gc_flags) & TYPE_GC_CONTAINER);
    return raise_false(EXC(TypeError), "%s assignment: '%N' %s differs from '%N'", attribute, to,
                       both_counted ? "object layout" : "deallocator", from);
}

/* ---- the class dictionary ---- */
static bool wrap_in_place(value dict, value name, value (*wrap)(value function))
{
    value v = dict_get(dict, name);
    if (!v)
        return false;
    bool ok = true;
    if (value_is(v, TYPE_ID_FUNCTION)) {
        value wrapped = wrap(v);
        ok = wrapped && dict_set(dict, name, wrapped);
        value_dec(wrapped);
    }
    value_dec(v);
    return ok;
}

static bool dict_add_module(value dict)
{
    int present = dict_contains(dict, NAME(__module__));
    if (present)
        return present == 1;
    value globals = interpreter_globals();
    value module = globals ? dict_get(globals, NAME(__name__)) : VALUE_MISSING;
    bool ok = module && (module == VALUE_MISSING || dict_set(dict, NAME(__module__), module));
    value_dec(module);
    return ok;
}

static bool dict_take_qualified_name(struct type *type, value dict, value name)
{
    value qualified = dict_pop(dict, NAME(__qualname__));
    if (!qualified)
        return false;
    if (qualified == VALUE_MISSING)
        qualified = value_inc(name);
    if (!is_str(qualified)) {
        raise(EXC(TypeError), "type __qualname__ must be a str, not %T", qualified);
        value_dec(qualified);
        return false;
    }
    slot_init(&type->qualified_name, qualified);
    return true;
}

static bool add_slot_descriptors(struct type *type, struct type *base, value dict, const struct class_slots *slots)
{
    for (size_t i = 0; i < list_length(slots->names); thread_report_at(++i)) {
        value name = list_get(slots->names, i);
        value descriptor = slot_descriptor_new(type, name, layout_slot_offset(type, base, i));
        bool ok = descriptor && dict_set(dict, name, descriptor);
        value_dec(descriptor);
        value_dec(name);
        if (!ok)
            return false;
    }
    return true;
}

static bool add_getset(struct type *type, value dict, const struct getset_def *def)
{
    value name = str_interned(def->name);
    int present = name ? dict_contains(dict, name) : -1;
    bool ok = present == 1;
    if (present == 0) {
        value descriptor = getset_descriptor_new(type, def);
        ok = descriptor && dict_set(dict, name, descriptor);
        value_dec(descriptor);
    }
    value_dec(name);
    return ok;
}

static bool fill_class_dict(struct type *type, struct type *base, value dict, value name,
                            const struct class_slots *slots)
{
    if (!dict_add_module(dict) || !dict_take_qualified_name(type, dict, name))
        return false;
    if (!wrap_in_place(dict, NAME(__new__), staticmethod_new) ||
        !wrap_in_place(dict, NAME(__init_subclass__), classmethod_new) ||
        !wrap_in_place(dict, NAME(__class_getitem__), classmethod_new))
        return false;
    if (!add_slot_descriptors(type, base, dict, slots))
        return false;
    bool metaclass = type_has_flag(base, TYPE_FLAG_TYPE);
    bool new_dict = (type_has_flag(type, TYPE_FLAG_INSTANCE) || type->dict_offset) && !base_has_dict(base);
    if (new_dict && !metaclass && !add_getset(type, dict, &subtype_dict_getset))
        return false;
    if (type_has_flag(type, TYPE_FLAG_WEAKREF) && !type_has_flag(base, TYPE_FLAG_WEAKREF) &&
        !add_getset(type, dict, &subtype_weakref_getset))
        return false;
    value doc = dict_set_default(dict, NAME(__doc__), VALUE_NONE);
    struct text text;
    bool encodable = doc && (!is_str(doc) || text_of(doc, &text));
    if (encodable && is_str(doc))
        text_release(&text);
    value_dec(doc);
    if (!encodable)
        return false;
    int equal = dict_contains(dict, NAME(__eq__)), hash = equal == 1 ? dict_contains(dict, NAME(__hash__)) : 1;
    return equal >= 0 && hash >= 0 && (hash || dict_set(dict, NAME(__hash__), VALUE_NONE));
}

/* ---- the steps after the class exists ---- */
static bool set_class_cell(struct type *type, value cell)
{
    if (cell == VALUE_MISSING)
        return true;
    if (!value_is(cell, TYPE_ID_CELL))
        return raise_false(EXC(TypeError), "type.__new__: __classcell__ must be a nonlocal cell, not '%T'", cell);
    cell_set(cell, value_of(type));
    return true;
}

static bool call_set_names(struct type *type, value dict)
{
    value items = dict_items_list(dict);
    bool ok = items != NULL;
    for (size_t i = 0; ok && i < list_length(items); thread_report_at(++i)) {
        value pair = list_get(items, i);
        value key = tuple_get(pair, 0), v = tuple_get(pair, 1);
        value set_name = value_is_object(v) ? special_lookup(v, NAME(__set_name__)) : VALUE_MISSING;
        ok = set_name != NULL;
        if (ok && set_name != VALUE_MISSING) {
            value result = call_2(set_name, value_of(type), key);
            ok = result != NULL;
            if (!ok)
                raise_from(EXC(RuntimeError), "Error calling __set_name__ on '%T' instance %R in '%N'", v, key, type);
            value_dec(result);
        }
        value_dec(set_name);
        value_dec(pair);
    }
    value_dec(items);
    return ok;
}

static bool call_init_subclass(struct type *type, const value *kwargs, value kwnames)
{
    if (!type_is_subtype(type, type)) /* its mro() leaves it out: there is no super(type, type) */
        return raise_false(EXC(TypeError), "super(type, obj): obj must be an instance or subtype of type");
    value hook = super_find(type, value_of(type), type, NAME(__init_subclass__));
    if (hook == VALUE_MISSING) /* no object among the bases: what super(type, type) itself has */
        hook = attr_get(value_of(TYPE(SUPER)), NAME(__init_subclass__));
    if (!hook)
        return false;
    value result = call_vector(hook, kwargs, 0, kwnames);
    value_dec(hook);
    value_dec(result);
    return result != NULL;
}

const char type_no_name[] = "";

static bool set_name_text(struct type *type, value name)
{
    struct text text;
    if (!text_of(name, &text))
        return false;
    if (memchr(text.bytes, 0, text.length)) {
        text_release(&text);
        return raise_false(EXC(ValueError), "type name must not contain null characters");
    }
    char *copy = storage_alloc(text.length + 1);
    if (copy) {
        memcpy(copy, text.bytes, text.length);
        type->gc.name = copy;
    }
    text_release(&text);
    if (!copy)
        return raise_no_memory() != NULL;
    slot_init(&type->short_name, value_inc(name));
    return true;
}

/* Keys that Python code compares: those that are no plain strs. Programs change the dictionary by type_attribute_set
 * alone, so it gets no others later. */
static bool has_odd_keys(value dict)
{
    value keys = dict_keys_list(dict);
    bool odd = !keys;
    for (size_t i = 0; keys && i < list_length(keys); thread_report_at(++i)) {
        value key = list_get(keys, i);
        odd |= !value_is(key, TYPE_ID_STR);
        value_dec(key);
    }
    value_dec(keys);
    error_clear();
    return odd;
}

/* Match statements take a class's instances for what the first of its bases is. */
static void inherit_collection_flags(struct type *type)
{
    value mro = type_mro(type);
    uint32_t flags = 0;
    for (size_t i = 1; !flags && i < tuple_length(mro); thread_report_at(++i))
        flags = type_flags((struct type *)tuple_get(mro, i)) & TYPE_FLAGS_COLLECTION;
    value_dec(mro);
    type_change_flags(type, flags, 0);
}

/* From the copied dictionary to a class whose slots are filled. */
static bool class_build(struct type *type, struct type *base, value bases, value dict, value name, value cell,
                        struct class_slots *slots)
{
    if (!set_name_text(type, name))
        return false;
    if (!slots_read(slots, name, base, dict))
        return false;
    layout_instances(type, base, bases, dict, slots);
    slot_init(&type->bases, value_inc(bases));
    if (!fill_class_dict(type, base, dict, name, slots))
        return false;
    slot_init(&type->dict, value_inc(dict));
    if (has_odd_keys(dict))
        type_change_flags(type, TYPE_FLAG_ODD_KEYS, 0);
    /* Among its bases' subclasses before it looks at what they are: from here on it is told what changes of them. */
    type->links = subclass_links_new(type, bases);
    if (!type->links)
        return false;
    class_lock();
    subclass_links_enter(type->links, bases);
    class_unlock();
    if (!set_class_cell(type, cell) || !mro_update(type, NULL, NULL))
        return false;
    inherit_collection_flags(type);
    return slots_update_all(type);
}

static value class_make(struct type *metatype, struct type *base, value name, value bases, value original_dict,
                        const value *kwargs, value kwnames)
{
    value dict = dict_copy(original_dict);
    value cell = dict ? dict_pop(dict, NAME(__classcell__)) : NULL;
    if (!cell) {
        value_dec(dict);
        return NULL;
    }
    struct type *type = (struct type *)heap_alloc_type(metatype->gc.instance_size, &metatype->gc);
    struct class_slots slots = {0};
    bool ok = type != NULL;
    if (!ok) {
        raise_no_memory();
    } else {
        type->gc.name = type_no_name;
        type->base = base;
        value_inc(value_of(base));
        ok = class_build(type, base, bases, dict, name, cell, &slots) && call_set_names(type, dict) &&
             call_init_subclass(type, kwargs, kwnames);
    }
    value_dec(slots.names);
    value_dec(cell);
    value_dec(dict);
    if (!ok) {
        value_dec(value_of(type));
        return NULL;
    }
    return value_of(type);
}

static value resolve_bases(value bases)
{
    if (tuple_length(bases) == 0)
        return tuple_pack(1, value_of(TYPE(OBJECT)));
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        value base = tuple_get(bases, i);
        if (is_type(base))
            continue;
        value entries = attr_get_optional(base, NAME(__mro_entries__));
        if (!entries)
            return NULL;
        value_dec(entries);
        if (entries != VALUE_MISSING)
            return raise(EXC(TypeError), "type() doesn't support MRO entry resolution; use types.new_class()");
    }
    return value_inc(bases);
}

value type_new_slot(struct type *metatype, const value *args, size_t nargs, value kwnames);

value type_new_class(struct type *metatype, value name, value given_bases, value dict, const value *kwargs,
                     value kwnames)
{
    value bases = resolve_bases(given_bases);
    if (!bases)
        return NULL;
    value result = NULL;
    struct type *winner = class_metatype(metatype, bases);
    value (*new)(struct type *, const value *, size_t, value) = winner ? type_slot(winner, new) : NULL;
    if (winner && winner != metatype && new != type_new_slot) {
        size_t extra = kwnames ? tuple_length(kwnames) : 0;
        value *args = malloc((3 + extra) * sizeof *args);
        if (args) {
            args[0] = name;
            args[1] = given_bases;
            args[2] = dict;
            for (size_t i = 0; i < extra; i++)
                args[3 + i] = kwargs[i];
            result = new (winner, args, 3, kwnames);
            free(args);
        } else {
            raise_no_memory();
        }
    } else if (winner) {
        struct type *base = class_best_base(bases);
        if (base)
            result = class_make(winner, base, name, bases, dict, kwargs, kwnames);
    }
    value_dec(bases);
    return result;
}

value type_new_slot(struct type *metatype, const value *args, size_t nargs, value kwnames)
{
    if (nargs != 3)
        return raise(EXC(TypeError), "type.__new__() takes exactly 3 arguments (%zu given)", nargs);
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "type.__new__() argument 1 must be str, not %K", args[0]);
    if (!is_tuple(args[1]))
        return raise(EXC(TypeError), "type.__new__() argument 2 must be tuple, not %K", args[1]);
    if (!is_dict(args[2]))
        return raise(EXC(TypeError), "type.__new__() argument 3 must be dict, not %K", args[2]);
    return type_new_class(metatype, args[0], args[1], args[2], args + 3, kwnames);
}

bool type_init_slot(value self, const value *args, size_t nargs, value kwnames)
{
    (void)self;
    (void)args;
    if (kwnames && tuple_length(kwnames) && nargs == 1)
        return raise_false(EXC(TypeError), "type.__init__() takes no keyword arguments");
    if (nargs != 1 && nargs != 3)
        return raise_false(EXC(TypeError), "type.__init__() takes 1 or 3 arguments");
    return true;
}
