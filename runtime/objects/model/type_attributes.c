/* The attributes and methods of type objects: names, bases, MRO, __dict__, subclass and instance checks, ... */
#include "runtime/audit.h"
#include "runtime/objects/model/type_internal.h"

#define SELF ((struct type *)self)

static bool check_mutable(struct type *type, const char *attribute, value v)
{
    if (type_has_flag(type, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '%s' attribute of immutable type '%s'", attribute,
                           type->gc.name);
    if (!v)
        return raise_false(EXC(TypeError), "cannot delete '%s' attribute of immutable type '%s'", attribute,
                           type->gc.name);
    return audit("object.__setattr__", "OsO", value_of(type), attribute, v);
}

/* ---- names ---- */
static value get_name(value self)
{
    return type_name(SELF);
}
static bool set_name(value self, value v)
{
    if (!check_mutable(SELF, "__name__", v))
        return false;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "can only assign string to %s.__name__, not '%T'", SELF->gc.name, v);
    struct text text;
    if (!text_of(v, &text))
        return false;
    if (memchr(text.bytes, 0, text.length)) {
        text_release(&text);
        return raise_false(EXC(ValueError), "type name must not contain null characters");
    }
    char *copy = storage_alloc(text.length + 1);
    if (copy)
        memcpy(copy, text.bytes, text.length);
    text_release(&text);
    if (!copy)
        return raise_no_memory() != NULL;
    const char *old = atomic_exchange(&SELF->gc.name, copy);
    storage_retire((void *)(uintptr_t)old, strlen(old) + 1);
    slot_store(&SELF->gc.header, &SELF->short_name, value_inc(v));
    return true;
}

static value get_qualified_name(value self)
{
    return type_qualified_name(SELF);
}
static bool set_qualified_name(value self, value v)
{
    if (!check_mutable(SELF, "__qualname__", v))
        return false;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "can only assign string to %s.__qualname__, not '%T'", SELF->gc.name, v);
    slot_store(&SELF->gc.header, &SELF->qualified_name, value_inc(v));
    return true;
}

static value get_module(value self)
{
    value module = type_module(SELF);
    return module == VALUE_MISSING ? raise(EXC(AttributeError), "__module__") : module;
}
static bool set_module(value self, value v)
{
    return check_mutable(SELF, "__module__", v) && type_attribute_set(SELF, NAME(__module__), v);
}

/* ---- bases and MRO ---- */
static value get_bases(value self)
{
    return slot_load(value_object(self), &SELF->bases);
}

/* MROs that were exchanged, to be put back when one fails. */
struct exchanged {
    value *orders; /* for each member of the tree the old one and the new one, owned */
    size_t count, capacity;
};

static bool exchanged_room(struct exchanged *exchanged)
{
    if (exchanged->count < exchanged->capacity)
        return true;
    size_t capacity = exchanged->capacity ? exchanged->capacity * 2 : 8;
    value *larger = realloc(exchanged->orders, capacity * 2 * sizeof *larger);
    if (!larger)
        return raise_no_memory() != NULL;
    exchanged->orders = larger;
    exchanged->capacity = capacity;
    return true;
}

/* New MROs for the class and its subclasses after its bases changed; all as they were when one cannot be made. Each
 * gets its own before its subclasses are asked for: who comes later makes its own from that. */
static bool update_orders(struct class_tree *tree, struct type *type)
{
    struct exchanged exchanged = {0};
    bool ok = true;
    class_tree_begin(tree, type);
    for (size_t i = 0; ok && i < tree->count; i++) {
        value *pair = exchanged_room(&exchanged) ? &exchanged.orders[2 * i] : NULL;
        ok = pair && mro_update(tree->members[i].type, &pair[0], &pair[1]);
        if (pair)
            exchanged.count++;
        ok = ok && class_tree_extend(tree, i);
    }
    for (size_t i = exchanged.count; i-- > 0;) {
        value before = exchanged.orders[2 * i], installed = exchanged.orders[2 * i + 1];
        if (!ok && installed)
            mro_exchange(tree->members[i].type, installed, before);
        value_dec(before);
        value_dec(installed);
    }
    free(exchanged.orders);
    if (!ok)
        class_tree_drop(tree);
    return ok;
}

/* Does a class derive from `type`, by the bases that it and its bases have now? Their MROs may not say so yet. */
static bool class_reaches(struct type *cls, struct type *type, unsigned depth)
{
    PEEK_SCOPE;
    if (type_is_subtype(cls, type))
        return true;
    value mro = type_mro_peek(cls);
    size_t length = mro ? tuple_length(mro) : 0;
    for (size_t i = 0; i < (length ? length : 1); i++) {
        struct type *one = length ? (struct type *)tuple_get(mro, i) : cls;
        value bases = atomic_load_explicit(&one->bases, memory_order_acquire);
        for (size_t k = 0; bases && k < tuple_length(bases); k++) {
            struct type *base = (struct type *)tuple_get(bases, k);
            if (base == type || (depth && !type_is_subtype(cls, base) && class_reaches(base, type, depth - 1)))
                return true;
        }
    }
    return false;
}

enum { PENDING_DEPTH = 64 }; /* classes in a row whose bases are being changed by other threads */

static bool bases_reach(value bases, struct type *type)
{
    for (size_t i = 0; i < tuple_length(bases); i++)
        if (class_reaches((struct type *)tuple_get(bases, i), type, PENDING_DEPTH))
            return true;
    return false;
}

static bool check_bases(struct type *type, value v)
{
    if (!check_mutable(type, "__bases__", v))
        return false;
    if (!is_tuple(v))
        return raise_false(EXC(TypeError), "can only assign tuple to %s.__bases__, not %T", type->gc.name, v);
    if (tuple_length(v) == 0)
        return raise_false(EXC(TypeError), "can only assign non-empty tuple to %s.__bases__, not ()", type->gc.name);
    for (size_t i = 0; i < tuple_length(v); i++) {
        value base = tuple_get(v, i);
        if (!is_type(base))
            return raise_false(EXC(TypeError), "%s.__bases__ must be tuple of classes, not '%T'", type->gc.name, base);
        if (class_reaches((struct type *)base, type, PENDING_DEPTH))
            return raise_false(EXC(TypeError), "a __bases__ item causes an inheritance cycle");
    }
    return true;
}

/* The bases and the base become new ones, unless that would close a cycle: other threads change classes, too. What was
 * there is returned owned, to be dropped when nobody looks at it any more. */
static bool exchange_bases(struct type *type, value *bases, struct type **base)
{
    class_lock();
    bool ok = !bases_reach(*bases, type);
    if (ok) {
        value_inc(*bases);
        value_inc(value_of(*base));
        *bases = slot_exchange(&type->bases, *bases);
        *base = atomic_exchange(&type->base, *base);
    }
    class_unlock();
    return ok || raise_false(EXC(TypeError), "a __bases__ item causes an inheritance cycle");
}

/* The layout is the same, but the class that fixed it is another, and the former may die. */
static void update_solid(const struct class_tree *tree, struct type *before)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct type *one = tree->members[i].type, *base = one->base;
        if (one->solid == before && one != before && base)
            one->solid = base->solid;
    }
}

static void drop_later(value bases, struct type *base)
{
    rc_dec_later(value_object(bases));
    if (base)
        rc_dec_later(&base->gc.header);
}

/* In the order of CPython: the bases change; MROs are made for the class and what derives from it, which may run mro()
 * of metaclasses, hence any code; the lists of subclasses and the slots follow, unless that code gave the class other
 * bases again. */
static bool set_bases(value self, value v)
{
    struct type *type = SELF;
    if (!check_bases(type, v))
        return false;
    struct type *base = class_best_base(v), *solid = type->solid;
    if (!base)
        return false;
    if (base != type->base && !class_layouts_compatible(type->base, base, "__bases__"))
        return false;
    struct subclass_links *links = subclass_links_new(type, v);
    if (!links)
        return false;
    value old_bases = v;
    struct type *old_base = base;
    if (!exchange_bases(type, &old_bases, &old_base)) {
        subclass_links_free(links);
        return false;
    }
    struct class_tree tree;
    bool ok = update_orders(&tree, type);
    value displaced = NULL;
    struct type *displaced_base = NULL;
    class_lock();
    bool still = slot_peek(&type->bases) == v;
    if (!ok && still) {
        displaced = slot_exchange(&type->bases, value_inc(old_bases));
        value_inc(value_of(old_base));
        displaced_base = atomic_exchange(&type->base, old_base);
    } else if (ok && still) {
        struct subclass_links *before = type->links;
        subclass_links_leave(before);
        subclass_links_enter(links, v);
        type->links = links;
        links = before;
        update_solid(&tree, solid);
    }
    class_unlock();
    subclass_links_free(links);
    if (displaced)
        drop_later(displaced, displaced_base);
    drop_later(old_bases, old_base);
    if (!ok)
        return false;
    for (size_t i = 0; i < tree.count; i++)
        ok = slots_update_all(tree.members[i].type) && ok;
    class_tree_drop(&tree);
    return ok && (!type_is_subtype(type, TYPE(TYPE)) || lookup_renumber_instances(type));
}

static bool set_readonly(value self, value v)
{
    (void)self;
    (void)v;
    return raise_false(EXC(AttributeError), "readonly attribute");
}
static value get_mro(value self)
{
    value mro = slot_load(value_object(self), &SELF->mro);
    return mro ? mro : VALUE_NONE;
}
static value get_base(value self)
{
    struct type *base = SELF->base;
    return base ? value_inc(value_of(base)) : VALUE_NONE;
}

/* ---- dictionary, documentation ---- */
static value get_dict(value self)
{
    value dict = type_dict(SELF);
    return dict ? mapping_proxy_new(dict) : NULL;
}

static value get_doc(value self)
{
    if (SELF->spec)
        return SELF->spec->doc ? str_from_text(SELF->spec->doc) : VALUE_NONE;
    value dict = type_dict(SELF);
    value doc = dict ? dict_get(dict, NAME(__doc__)) : NULL;
    if (!doc || doc == VALUE_MISSING)
        return doc ? VALUE_NONE : NULL;
    return attribute_bind(doc, NULL, SELF);
}
static bool set_doc(value self, value v)
{
    return check_mutable(SELF, "__doc__", v) && type_attribute_set(SELF, NAME(__doc__), v);
}

/* "NAME(...)\n--\n\n" at the beginning of a class's __doc__: what is from bracket to bracket. */
static value signature_in_doc(struct type *type)
{
    value dict = type_dict(type), doc = dict ? dict_get(dict, NAME(__doc__)) : NULL;
    if (!doc || !is_str(doc)) {
        value_dec(doc);
        return doc ? VALUE_NONE : NULL;
    }
    struct text text;
    value result = VALUE_NONE;
    if (!text_of(doc, &text)) {
        error_clear();
    } else {
        const char *name = type_short_name(type);
        size_t length = strlen(name);
        const char *begin = text.bytes + length, *end = NULL;
        if (strncmp(text.bytes, name, length) == 0 && *begin == '(')
            end = strstr(begin, ")\n--\n\n");
        if (end && strstr(begin, "\n\n") > end)
            result = str_from_utf8(begin, (size_t)(end + 1 - begin));
        text_release(&text);
    }
    value_dec(doc);
    return result;
}
static value get_text_signature(value self)
{
    if (type_has_flag(SELF, TYPE_FLAG_HEAP))
        return signature_in_doc(SELF);
    const char *text = SELF->spec ? SELF->spec->signature : NULL;
    return text ? str_from_text(text) : VALUE_NONE;
}

static value get_abstract_methods(value self)
{
    value dict = SELF == TYPE(TYPE) ? VALUE_MISSING : type_dict(SELF);
    value found = dict && dict != VALUE_MISSING ? dict_get(dict, NAME(__abstractmethods__)) : dict;
    return found == VALUE_MISSING ? raise(EXC(AttributeError), "__abstractmethods__") : found;
}
static bool set_abstract_methods(value self, value v)
{
    int truth = v ? value_truth(v) : 0;
    if (truth < 0)
        return false;
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '__abstractmethods__' attribute of immutable type '%s'",
                           SELF->gc.name);
    if (!v) {
        value dict = type_dict(SELF);
        if (dict && dict_contains(dict, NAME(__abstractmethods__)) == 0)
            return raise_false(EXC(AttributeError), "__abstractmethods__");
    }
    if (!type_attribute_set(SELF, NAME(__abstractmethods__), v))
        return false;
    type_change_flags(SELF, truth ? TYPE_FLAG_ABSTRACT : 0, truth ? 0 : TYPE_FLAG_ABSTRACT);
    return true;
}

static value get_annotations(value self)
{
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise(EXC(AttributeError), "type object '%s' has no attribute '__annotations__'", SELF->gc.name);
    value dict = type_dict(SELF);
    value found = dict ? dict_get(dict, NAME(__annotations__)) : NULL;
    if (found == VALUE_MISSING) {
        value fresh = dict_new();
        if (fresh && !type_attribute_set(SELF, NAME(__annotations__), fresh)) {
            value_dec(fresh);
            return NULL;
        }
        return fresh;
    }
    return found ? attribute_bind(found, NULL, SELF) : NULL;
}
static bool set_annotations(value self, value v)
{
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '__annotations__' attribute of immutable type '%s'",
                           SELF->gc.name);
    if (!v && dict_contains(type_dict(SELF), NAME(__annotations__)) == 0)
        return raise_false(EXC(AttributeError), "__annotations__");
    return type_attribute_set(SELF, NAME(__annotations__), v);
}

static value get_basic_size(value self)
{
    return int_from_i64(SELF->gc.instance_size);
}
static value get_item_size(value self)
{
    return small_int(type_has_flag(SELF, TYPE_FLAG_VARIABLE_SIZE) ? 8 : 0);
}
static value get_flags(value self)
{
    /* The bits that programs look at: heap type, base type, abstract, and the kinds of built-in bases. */
    uint32_t flags = type_flags(SELF);
    int64_t bits = 0;
    bits |= flags & TYPE_FLAG_IMMUTABLE ? 1 << 8 : 0;
    bits |= flags & TYPE_FLAG_HEAP ? 1 << 9 : 0;
    bits |= flags & TYPE_FLAG_BASE ? 1 << 10 : 0;
    bits |= 1 << 12;
    bits |= SELF->gc.gc_flags & TYPE_GC_CONTAINER ? 1 << 14 : 0;
    bits |= flags & TYPE_FLAG_ABSTRACT ? 1 << 20 : 0;
    bits |= flags & TYPE_FLAG_SEQUENCE ? 1 << 5 : 0;
    bits |= flags & TYPE_FLAG_MAPPING ? 1 << 6 : 0;
    static const struct {
        uint32_t flag;
        int bit;
    } kinds[] = {{TYPE_FLAG_INT, 24}, {TYPE_FLAG_LIST, 25}, {TYPE_FLAG_TUPLE, 26},     {TYPE_FLAG_BYTES, 27},
                 {TYPE_FLAG_STR, 28}, {TYPE_FLAG_DICT, 29}, {TYPE_FLAG_EXCEPTION, 30}, {TYPE_FLAG_TYPE, 31}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        bits |= flags & kinds[i].flag ? INT64_C(1) << kinds[i].bit : 0;
    return int_from_i64(bits);
}
static value get_dict_offset(value self)
{
    return int_from_i64(type_has_flag(SELF, TYPE_FLAG_INSTANCE) ? -1 : SELF->dict_offset);
}
static value get_weakref_offset(value self)
{
    return small_int(type_has_flag(SELF, TYPE_FLAG_WEAKREF) ? 16 : 0);
}

const struct getset_def type_getset[] = {
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualified_name, set_qualified_name, NULL},
    {"__bases__", get_bases, set_bases, NULL},
    {"__module__", get_module, set_module, NULL},
    {"__abstractmethods__", get_abstract_methods, set_abstract_methods, NULL},
    {"__dict__", get_dict, NULL, NULL},
    {"__doc__", get_doc, set_doc, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    GETSET_FIELDS,
    {"__base__", get_base, set_readonly, NULL},
    {"__basicsize__", get_basic_size, NULL, NULL},
    {"__dictoffset__", get_dict_offset, NULL, NULL},
    {"__flags__", get_flags, NULL, NULL},
    {"__itemsize__", get_item_size, NULL, NULL},
    {"__mro__", get_mro, set_readonly, NULL},
    {"__weakrefoffset__", get_weakref_offset, NULL, NULL},
    {0},
};

/* ---- methods ---- */
static value type_mro_method(value self)
{
    value bases = get_bases(self);
    value order = bases ? mro_compute(SELF, bases, NULL) : NULL;
    value list = order ? list_from_iterable(order) : NULL;
    value_dec(bases);
    value_dec(order);
    return list;
}

static value type_subclasses(value self)
{
    return type_subclasses_list(SELF);
}

static value type_prepare(value self, const value *args, size_t nargs, value kwnames)
{
    (void)self;
    (void)args;
    (void)nargs;
    (void)kwnames;
    return dict_new();
}

static value type_instance_check(value self, value instance)
{
    int found = value_is_instance_plain(instance, self);
    return found < 0 ? NULL : value_bool(found);
}
static value type_subclass_check(value self, value subclass)
{
    int found = class_is_subclass_plain(subclass, self);
    return found < 0 ? NULL : value_bool(found);
}

bool merge_class_names(value names, value cls);

static value type_dir(value self)
{
    value names = dict_new();
    if (!names || !merge_class_names(names, self)) {
        value_dec(names);
        return NULL;
    }
    value list = dict_keys_list(names);
    value_dec(names);
    return list;
}

static value type_sizeof(value self)
{
    (void)self;
    return int_from_i64(sizeof(struct type));
}

const struct method_def type_methods[] = {
    METHOD("mro", type_mro_method, "($self, /)", "Return a type's method resolution order."),
    METHOD("__subclasses__", type_subclasses, "($self, /)", "Return a list of immediate subclasses."),
    METHOD_ANY("__prepare__", type_prepare,
               "__prepare__() -> dict\nused to create the namespace for the class statement", METHOD_CLASS),
    METHOD("__instancecheck__", type_instance_check, "($self, instance, /)", "Check if an object is an instance."),
    METHOD("__subclasscheck__", type_subclass_check, "($self, subclass, /)", "Check if a class is a subclass."),
    METHOD("__dir__", type_dir, "($self, /)", "Specialized __dir__ implementation for types."),
    METHOD("__sizeof__", type_sizeof, "($self, /)", "Return memory consumption of the type object."),
    {0},
};
