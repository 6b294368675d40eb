/*
 * The slow halves of attribute access with an inline cache: hits of the rarer kinds, and filling the word.
 *
 * What a word may say is decided here. The guard is one number (shape.h): while the shape's id, or the type's version,
 * is what it was when the word was filled, the class still means the same by the name. An entry of the class's lookup
 * table can change its value under a valid guard, but not its kind, and not when it is a method (apply_change in
 * lookup.c): for other kinds a reader checks the number again after it read the entry.
 */
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/module.h"

#include <stdlib.h>

static inline bool is_exact_dict(value v)
{
    return value_is(v, TYPE_ID_DICT);
}

static inline uint32_t current_id(value v, struct type *type)
{
    if (value_has_shape(v)) {
        struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
        return atomic_load_explicit(&shape->id, memory_order_acquire);
    }
    return atomic_load_explicit(&type->version, memory_order_acquire);
}

/*
 * Behind the inline word, which knows one shape, each thread has a table for the sites that see several: (number, name)
 * -> word, direct mapped. A hit there is not written into the inline word every time, or two shapes, or two threads,
 * would fight for it; one hit in 4096 is, so that a site which saw another shape first comes to know its usual one.
 */
enum { POLYMORPHIC_ENTRIES = 1024, POLYMORPHIC_STORE = 1 /* in the low bits of a name: words for storing */ };
struct polymorphic_entry {
    uint64_t name; /* bits of an interned (immortal) str */
    uint64_t word;
};
/* A thread gets a table of its own when it has something to put there: most threads of a thousand never do. */
static struct polymorphic_entry polymorphic_nothing[POLYMORPHIC_ENTRIES];
static _Thread_local struct polymorphic_entry *polymorphic_table __attribute__((tls_model("initial-exec"))) =
    polymorphic_nothing;
static _Thread_local uint32_t polymorphic_hits __attribute__((tls_model("initial-exec")));

static inline struct polymorphic_entry *polymorphic_place(uint32_t id, uint64_t name)
{
    uint64_t hash = ((name >> 4) ^ (name << 20) ^ id) * UINT64_C(0x9E3779B97F4A7C15);
    return &polymorphic_table[hash >> 54];
}

static inline uint32_t word_id(uint64_t word)
{
    uint32_t id = CACHE_ID(word);
    return id & CACHE_METHOD ? id & ~(CACHE_METHOD | CACHE_LASTING) : id;
}
/* The method in a word whose id is right; NULL: none, or one that is not to be used any more. */
static inline value word_method(uint64_t word, bool *uncounted)
{
    *uncounted = CACHE_ID(word) & CACHE_LASTING;
    if (!(CACHE_ID(word) & CACHE_METHOD) || (!*uncounted && !thread_self->alone))
        return NULL;
    return *uncounted ? cache_method(word) : value_inc(cache_method(word));
}

/* The word that is right for the number: the inline one, or the table's, or 0. */
static inline uint64_t cache_find(cache_word *cache, uint32_t id, uint64_t name)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (word_id(word) == id)
        return word;
    struct polymorphic_entry *entry = polymorphic_place(id, name);
    if (entry->name != name || word_id(entry->word) != id)
        return 0;
    if (unlikely((++polymorphic_hits & 4095) == 0))
        atomic_store_explicit(cache, entry->word, memory_order_release);
    return entry->word;
}

static void cache_put(cache_word *cache, uint64_t name, uint32_t id, uint64_t word)
{
    if (unlikely(polymorphic_table == polymorphic_nothing)) {
        struct polymorphic_entry *table = calloc(POLYMORPHIC_ENTRIES, sizeof *table);
        polymorphic_table = table ? table : polymorphic_nothing;
    }
    if (likely(polymorphic_table != polymorphic_nothing))
        *polymorphic_place(id, name) = (struct polymorphic_entry){name, word};
    atomic_store_explicit(cache, word, memory_order_release);
}

void attribute_cache_forget_thread(void)
{
    if (polymorphic_table != polymorphic_nothing)
        free(polymorphic_table);
    polymorphic_table = polymorphic_nothing;
}

static void cache_fill(cache_word *cache, uint64_t name, uint32_t id, enum attribute_cache_kind kind, uint64_t index)
{
    if (id && index <= 0xFFFFFF)
        cache_put(cache, name, id, CACHE_WORD(id, kind, index));
}

static bool reads_generically(struct type *type)
{
    value (*getattr)(value, value) = type_slot(type, getattr);
    return !getattr || getattr == attr_get_generic;
}

/* An instance with a dict may hide any class attribute but data descriptors, whatever its class says. */
static bool may_hide(value v, struct type *type)
{
    if (value_has_shape(v))
        return atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire)->is_dict;
    return type->dict_offset != 0;
}

/* The dict of such an instance, owned; NULL when it has none (yet). */
static value hiding_dict(value v)
{
    value_slot *slot;
    if (value_has_shape(v)) {
        struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
        return shape->is_dict ? instance_dict((struct instance *)v) : NULL;
    }
    return type_dict_address(v, &slot) ? slot_load(value_object(v), slot) : NULL;
}

/* ---- hits ---- */
/* The class attribute that the word speaks of, or NULL when it is out of date. The caller found the word to be right
 * for v just now; when another thread may have changed the class since, that is checked again. */
static inline value class_entry(value v, struct type *type, uint64_t word)
{
    value found = lookup_at(type, CACHE_INDEX(word));
    if (found && !thread_self->alone && current_id(v, type) != CACHE_ID(word)) {
        value_dec(found);
        return NULL;
    }
    return found;
}

static value_slot *overflow_slot(value v, uint32_t index, struct instance_overflow **storage)
{
    void *word = instance_overflow_word((struct instance *)v);
    if ((uintptr_t)word & INSTANCE_TAG)
        return NULL;
    *storage = word;
    return index < (*storage)->capacity ? &(*storage)->slots[index] : NULL;
}

/* NULL without an exception: no hit. The word is right for v (for a class as value: still to be checked): a number of
 * a shape, so v has that shape, or the version of its type. */
static value try_hit(value v, value name, uint64_t word)
{
    struct type *type = value_type(v);
    switch (CACHE_KIND(word)) {
    case CACHE_INSTANCE_SLOT:
        return slot_load(value_object(v), &((struct instance *)v)->slots[CACHE_INDEX(word)]);
    case CACHE_OVERFLOW_SLOT: {
        struct instance_overflow *storage;
        value_slot *slot = overflow_slot(v, CACHE_INDEX(word), &storage);
        value found = slot ? slot_load(value_object(v), slot) : NULL;
        if (found && !thread_self->alone &&
            atomic_load_explicit(&((struct instance *)v)->overflow, memory_order_acquire) != (void *)storage) {
            value_dec(found);
            return NULL;
        }
        return found;
    }
    case CACHE_CLASS_PLAIN:
        return class_entry(v, type, word);
    case CACHE_DICT_ITEM: {
        value dict = hiding_dict(v);
        value found = dict ? dict_load_hint(dict, name, CACHE_INDEX(word)) : NULL;
        value_dec(dict);
        return found == VALUE_MISSING ? NULL : found;
    }
    case CACHE_MEMBER:
        return slot_load(value_object(v), (value_slot *)((char *)v + CACHE_INDEX(word) * sizeof(value_slot)));
    case CACHE_TYPE_PLAIN:
        if (!is_type(v) || atomic_load_explicit(&((struct type *)v)->version, memory_order_acquire) != CACHE_ID(word))
            return NULL;
        value found = lookup_at((struct type *)v, CACHE_INDEX(word));
        if (found && !thread_self->alone &&
            atomic_load_explicit(&((struct type *)v)->version, memory_order_acquire) != CACHE_ID(word)) {
            value_dec(found);
            return NULL;
        }
        return found;
    default:
        return NULL;
    }
}

/* ---- filling ---- */
/* For a name of __slots__ of this class: where its slot is, in words; 0: it is something else. */
static uint32_t member_place(value found, struct type *type)
{
    struct descriptor *d = (struct descriptor *)found;
    bool is_slot = value_is(found, TYPE_ID_MEMBER_DESCRIPTOR) && !d->def && d->offset > 0 && d->offset % 8 == 0 &&
                   type_is_subtype(type, (struct type *)slot_peek(&d->owner));
    return is_slot ? (uint32_t)d->offset / sizeof(value_slot) : 0;
}

static void fill_class_entry(value v, struct type *type, value name, value found, uint32_t id, uint32_t index,
                             cache_word *cache)
{
    if (index == LOOKUP_NO_INDEX || !id || current_id(v, type) != id)
        return;
    switch (lookup_kind_of(found)) {
    case LOOKUP_PLAIN:
        if (!may_hide(v, type))
            cache_fill(cache, value_bits(name), id, CACHE_CLASS_PLAIN, index);
        break;
    case LOOKUP_METHOD: {
        struct object *method = value_object(found);
        /* Python functions are to die at once as long as nobody else needs them. */
        if (!thread_self->alone || !value_is(found, TYPE_ID_FUNCTION))
            rc_shard(method);
        bool lasting = object_is_lasting(method);
        if (may_hide(v, type))
            cache_fill(cache, value_bits(name), id, CACHE_DICT_METHOD, index);
        else if ((lasting || thread_self->alone) && object_number(method) <= UINT32_MAX)
            cache_put(cache, value_bits(name), id,
                      (uint64_t)(id | CACHE_METHOD | (lasting ? CACHE_LASTING : 0)) << 32 | object_number(method));
        break;
    }
    case LOOKUP_GETTER:
        if (!may_hide(v, type))
            cache_fill(cache, value_bits(name), id, CACHE_CLASS_GETTER, index);
        break;
    case LOOKUP_DATA: {
        uint32_t place = member_place(found, type);
        if (place)
            cache_fill(cache, value_bits(name), id, CACHE_MEMBER, place);
        else
            cache_fill(cache, value_bits(name), id, CACHE_CLASS_GETTER, index);
        break;
    }
    default:
        break;
    }
}

static value load_from_dict(value dict, value name, uint32_t id, cache_word *cache)
{
    value found = dict_get(dict, name);
    if (found && found != VALUE_MISSING && is_exact_dict(dict))
        cache_fill(cache, value_bits(name), id, CACHE_DICT_ITEM, dict_hint(dict, name));
    return found;
}

/* Where slot `index` is, by the word `overflow` of the instance; 0: nowhere that a cache may say. */
static enum attribute_cache_kind place_of_slot(void *word, uint64_t index, uint64_t *place)
{
    uintptr_t tag = (uintptr_t)word & INSTANCE_TAG;
    uint32_t in_line = tag == INSTANCE_INLINE ? (uint32_t)((uintptr_t)word >> 3)
                       : tag == 0             ? ((struct instance_overflow *)word)->inline_capacity
                                              : 0;
    *place = index < in_line ? index : index - in_line;
    return index < in_line ? CACHE_INSTANCE_SLOT : tag == 0 ? CACHE_OVERFLOW_SLOT : 0;
}

/* The own attribute of a struct instance, filling the cache. */
static value load_own(struct instance *instance, value name, uint32_t id, cache_word *cache)
{
    struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
    if (shape->is_dict) {
        value dict = instance_dict(instance);
        value found = dict ? load_from_dict(dict, name, id, cache) : NULL;
        value_dec(dict);
        return found;
    }
    if (atomic_load_explicit(&shape->id, memory_order_acquire) == id) {
        ssize index = shape_find(shape, name);
        if (index < 0)
            return VALUE_MISSING;
        void *word = instance_overflow_word(instance);
        uint64_t place;
        enum attribute_cache_kind kind = place_of_slot(word, (uint64_t)index, &place);
        if (kind)
            cache_fill(cache, value_bits(name), id, kind, place);
    }
    return instance_get(instance, name);
}

static value load_class_object(struct type *type, value name, cache_word *cache)
{
    uint32_t id = atomic_load_explicit(&type->version, memory_order_acquire), index = LOOKUP_NO_INDEX;
    value found = type_getattr_optional(type, name, &index);
    if (found && found != VALUE_MISSING && id && index != LOOKUP_NO_INDEX) {
        /* Only what reading does not bind: a plain value, or a function. */
        value entry = lookup_at(type, index);
        if (entry == found && (lookup_kind_of(entry) == LOOKUP_PLAIN || lookup_kind_of(entry) == LOOKUP_METHOD) &&
            atomic_load_explicit(&type->version, memory_order_acquire) == id)
            cache_fill(cache, value_bits(name), id, CACHE_TYPE_PLAIN, index);
        value_dec(entry);
    }
    if (found == VALUE_MISSING)
        return attribute_error(value_of(type), name, "type object '%s' has no attribute '%U'", type->gc.name, name);
    return found;
}

/* The generic rule of attribute.c with the cache being filled. *bind: what was found is still to be bound. */
static value load_generic(value v, struct type *type, value name, cache_word *cache, bool *bind)
{
    uint32_t id = current_id(v, type), index;
    *bind = false;
    value found = lookup_find(type, name, &index);
    if (!found)
        return NULL;
    enum lookup_kind kind = lookup_kind_of(found);
    if (kind != LOOKUP_DATA) {
        value own = VALUE_MISSING;
        value_slot *slot;
        if (value_has_shape(v)) {
            own = load_own((struct instance *)v, name, id, cache);
        } else if (type_dict_address(v, &slot)) {
            value dict = slot_load(value_object(v), slot);
            if (dict)
                own = load_from_dict(dict, name, id, cache);
            value_dec(dict);
        }
        if (own != VALUE_MISSING) {
            value_dec(found);
            return own;
        }
    }
    if (kind == LOOKUP_ABSENT)
        return attribute_error(v, name, "'%T' object has no attribute '%U'", v, name);
    fill_class_entry(v, type, name, found, id, index, cache);
    *bind = kind != LOOKUP_PLAIN;
    return found;
}

value attribute_load_slow(value v, value name, cache_word *cache)
{
    if (!value_is_object(v))
        return attr_get(v, name);
    struct type *type = value_type(v);
    uint64_t word = cache_find(cache, current_id(v, type), value_bits(name));
    if (likely(CACHE_KIND(word) == CACHE_INSTANCE_SLOT && !(CACHE_ID(word) & CACHE_METHOD))) {
        value found = slot_load(value_object(v), &((struct instance *)v)->slots[CACHE_INDEX(word)]);
        if (likely(found != NULL))
            return found;
    }
    if (type == TYPE(MODULE)) {
        bool uncounted;
        value found = module_load(v, name, cache, &uncounted);
        return uncounted ? value_inc(found) : found;
    }
    unsigned kind = CACHE_KIND(word);
    if (CACHE_ID(word) & CACHE_METHOD) {
        bool uncounted;
        value method = word_method(word, &uncounted);
        if (likely(method != NULL))
            return attribute_bind(uncounted ? value_inc(method) : method, v, type);
    } else if (kind == CACHE_CLASS_GETTER) {
        value entry = class_entry(v, type, word);
        if (likely(entry != NULL))
            return attribute_bind(entry, v, type);
    } else if (kind) {
        value found = try_hit(v, name, word);
        if (likely(found != NULL))
            return found;
    }
    if (reads_generically(type)) {
        bool to_bind;
        value found = load_generic(v, type, name, cache, &to_bind);
        return found && to_bind ? attribute_bind(found, v, type) : found;
    }
    word = atomic_load_explicit(cache, memory_order_relaxed);
    value (*getattr)(value, value) = type_slot(type, getattr);
    if (getattr == type_getattr) {
        value found = CACHE_KIND(word) == CACHE_TYPE_PLAIN ? try_hit(v, name, word) : NULL;
        return found ? found : load_class_object((struct type *)v, name, cache);
    }
    return getattr ? getattr(v, name) : attr_get_generic(v, name);
}

/* The class's method that the word speaks of, when the instance's dict does not hide it; NULL: no hit. */
static value load_past_dict(value v, struct type *type, value name, uint64_t word)
{
    value entry = class_entry(v, type, word), dict = entry ? hiding_dict(v) : NULL;
    if (dict && (!is_exact_dict(dict) || dict_contains(dict, name) != 0)) {
        value_dec(entry);
        entry = NULL;
    }
    value_dec(dict);
    return entry;
}

value attribute_load_method_slow(value v, value name, cache_word *cache, value *self_or_null, bool *uncounted)
{
    struct type *type = value_type(v);
    *self_or_null = NULL;
    *uncounted = false;
    if (!value_is_object(v)) {
        value found = reads_generically(type) ? type_lookup(type, name) : VALUE_MISSING;
        if (found && found != VALUE_MISSING && lookup_kind_of(found) == LOOKUP_METHOD) {
            *self_or_null = v;
            return found;
        }
        if (!found)
            return NULL;
        value_dec(found);
        return attr_get(v, name);
    }
    if (type == TYPE(MODULE))
        return module_load(v, name, cache, uncounted);
    if (!reads_generically(type))
        return attribute_load_slow(v, name, cache);
    uint64_t word = cache_find(cache, current_id(v, type), value_bits(name));
    value method = word_method(word, uncounted);
    if (likely(method != NULL)) {
        *self_or_null = value_inc(v);
        return method;
    }
    switch (CACHE_ID(word) & CACHE_METHOD ? 0 : CACHE_KIND(word)) {
    case 0:
        break;
    case CACHE_DICT_METHOD: {
        value found = load_past_dict(v, type, name, word);
        if (likely(found != NULL)) {
            *self_or_null = value_inc(v);
            return found;
        }
        break;
    }
    case CACHE_CLASS_GETTER: {
        value found = class_entry(v, type, word);
        if (found)
            return attribute_bind(found, v, type);
        break;
    }
    default: {
        value found = try_hit(v, name, word);
        if (found)
            return found;
    }
    }
    bool to_bind;
    value found = load_generic(v, type, name, cache, &to_bind);
    if (!found || !to_bind)
        return found;
    if (lookup_kind_of(found) == LOOKUP_METHOD) {
        *self_or_null = value_inc(v);
        return found;
    }
    return attribute_bind(found, v, type);
}

/* ---- storing ---- */
static bool writes_generically(struct type *type)
{
    bool (*setattr)(value, value, value) = type_slot(type, setattr);
    return !setattr || setattr == attr_set_generic;
}

/* The shape after adding `name`, when the instance has the shape of the word and the child is there already. */
static int try_add(struct instance *instance, value name, value attribute, uint64_t word)
{
    struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
    if (atomic_load_explicit(&shape->id, memory_order_acquire) != CACHE_ID(word))
        return 0;
    struct shape *child = shape_child(shape, name);
    return child ? instance_add(instance, shape, child, attribute) : 0;
}

static bool store_in_instance(struct instance *instance, value name, value attribute, uint32_t id, bool cacheable,
                              cache_word *cache)
{
    struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
    if (cacheable && !shape->is_dict && atomic_load_explicit(&shape->id, memory_order_acquire) == id) {
        ssize index = shape_find(shape, name);
        void *word = instance_overflow_word(instance);
        enum attribute_cache_kind kind = CACHE_ADD_SLOT;
        uint64_t place = shape->count;
        if (index >= 0)
            kind = place_of_slot(word, (uint64_t)index, &place);
        if (kind)
            cache_fill(cache, value_bits(name) | POLYMORPHIC_STORE, id, kind, place);
    }
    return instance_set(instance, name, attribute) > 0;
}

/* 1 stored, 0 no hit, -1 error. The word is right for the present number. */
static int try_store(value v, struct type *type, value name, value attribute, uint64_t word)
{
    switch (CACHE_KIND(word)) {
    case CACHE_INSTANCE_SLOT:
        return slot_replace(value_object(v), &((struct instance *)v)->slots[CACHE_INDEX(word)], attribute);
    case CACHE_OVERFLOW_SLOT: { /* into a block that is being replaced just now, too: see S3 */
        struct instance_overflow *storage;
        value_slot *slot = overflow_slot(v, CACHE_INDEX(word), &storage);
        return slot ? slot_replace(value_object(v), slot, attribute) : 0;
    }
    case CACHE_ADD_SLOT:
        return try_add((struct instance *)v, name, attribute, word);
    case CACHE_MEMBER:
        value_dec(slot_put(value_object(v), (value_slot *)((char *)v + CACHE_INDEX(word) * sizeof(value_slot)),
                           value_inc(attribute)));
        return 1;
    case CACHE_DICT_ITEM: {
        value dict = hiding_dict(v);
        bool stored = dict && dict_store_hint(dict, name, CACHE_INDEX(word), value_inc(attribute));
        if (dict && !stored)
            value_dec(attribute);
        value_dec(dict);
        return stored;
    }
    case CACHE_CLASS_SETTER: {
        value entry = class_entry(v, type, word);
        if (!entry)
            return 0;
        int done = descriptor_set(entry, v, attribute);
        value_dec(entry);
        return done;
    }
    default:
        return 0;
    }
}

bool attribute_store_slow(value v, value name, value attribute, cache_word *cache)
{
    struct type *type = value_type(v);
    if (!value_is_object(v) || !writes_generically(type))
        return attr_set(v, name, attribute);
    uint64_t word = cache_find(cache, current_id(v, type), value_bits(name) | POLYMORPHIC_STORE);
    int done = word ? try_store(v, type, name, attribute, word) : 0;
    if (likely(done))
        return done > 0;
    uint32_t id = current_id(v, type), index;
    value found = lookup_find(type, name, &index);
    if (!found)
        return false;
    bool data = found != VALUE_MISSING && value_type_slot(found, descr_set);
    bool ok;
    if (data) {
        uint32_t place = member_place(found, type);
        if (place)
            cache_fill(cache, value_bits(name) | POLYMORPHIC_STORE, id, CACHE_MEMBER, place);
        else if (index != LOOKUP_NO_INDEX && lookup_kind_of(found) == LOOKUP_DATA)
            cache_fill(cache, value_bits(name) | POLYMORPHIC_STORE, id, CACHE_CLASS_SETTER, index);
        int described = descriptor_set(found, v, attribute);
        ok = described ? described > 0 : attr_set_generic(v, name, attribute);
    } else if (value_has_shape(v)) {
        ok = store_in_instance((struct instance *)v, name, attribute, id, index != LOOKUP_NO_INDEX, cache);
    } else {
        ok = attr_set_generic(v, name, attribute);
    }
    value_dec(found);
    return ok;
}
