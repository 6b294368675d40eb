/*
 * The slow halves of attribute access with an inline cache: hits of the rarer kinds, and filling the word.
 *
 * What a word may say is decided here. The guard is one number (shape.h): while the shape's id, or the type's version,
 * is what it was when the word was filled, the class still means the same by the name. An entry of the class's lookup
 * table can change its value under a valid guard, but not its kind, and not when it is a method (apply_change in
 * lookup.c): for other kinds a reader checks the number again after it read the entry.
 */
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/operations/attribute_view.h"
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/module.h"

#include <stdlib.h>

static inline bool is_exact_dict(value v)
{
    return value_is(v, TYPE_ID_DICT);
}

/*
 * Behind the inline word, which knows one shape, each thread has a table for the sites that see several: (number, name)
 * -> word, direct mapped. A hit there is not written into the inline word every time, or two shapes, or two threads,
 * would fight for it; one hit in 4096 is, so that a site which saw another shape first comes to know its usual one.
 */
enum { POLYMORPHIC_ENTRIES = 1024, POLYMORPHIC_STORE = 1 /* in the low bits of a name: words for storing */ };
struct polymorphic_entry {
    uint64_t name; /* bits of an interned str, which lives as long as the number in the word is in use: lookup.h */
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

/* ---- hits ---- */
/* The class attribute that the word speaks of, or NULL when it is out of date. The number in the word is the view's;
 * when another thread may have changed the class since, that is checked again. */
static inline value class_entry(const struct attribute_view *view, uint64_t word)
{
    value found = lookup_at(view->type, CACHE_INDEX(word));
    if (found && !thread_self->alone && attribute_view_number(view) != CACHE_ID(word)) {
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

static value load_from_overflow(value v, uint32_t index)
{
    struct instance_overflow *storage;
    value_slot *slot = overflow_slot(v, index, &storage);
    value found = slot ? slot_load(value_object(v), slot) : NULL;
    if (found && !thread_self->alone &&
        atomic_load_explicit(&((struct instance *)v)->overflow, memory_order_acquire) != (void *)storage) {
        value_dec(found);
        return NULL;
    }
    return found;
}

/* The item of the instance's dict that the word speaks of; NULL: no hit. */
static value load_from_dict(value v, const struct attribute_view *view, value name, uint64_t word)
{
    value dict = attribute_view_dict(v, view);
    value found = dict ? dict_load_hint(dict, name, CACHE_INDEX(word)) : VALUE_MISSING;
    value_dec(dict);
    if (found == VALUE_MISSING)
        return NULL;
    if (unlikely(!attribute_view_holds(v, view))) {
        value_dec(found);
        return NULL;
    }
    return found;
}

/* v is a class: the attribute of its own that the word speaks of; NULL: no hit. */
static value load_from_class(value v, uint64_t word)
{
    struct type *type = (struct type *)v;
    if (!is_type(v) || atomic_load_explicit(&type->version, memory_order_acquire) != CACHE_ID(word))
        return NULL;
    value found = lookup_at(type, CACHE_INDEX(word));
    if (found && !thread_self->alone && atomic_load_explicit(&type->version, memory_order_acquire) != CACHE_ID(word)) {
        value_dec(found);
        return NULL;
    }
    return found;
}

/* NULL without an exception: no hit. The number in the word is the view's (for a class as value: still to be
 * checked). */
static value try_hit(value v, const struct attribute_view *view, value name, uint64_t word)
{
    switch (CACHE_KIND(word)) {
    case CACHE_INSTANCE_SLOT:
        return slot_load(value_object(v), &((struct instance *)v)->slots[CACHE_INDEX(word)]);
    case CACHE_OVERFLOW_SLOT:
        return load_from_overflow(v, CACHE_INDEX(word));
    case CACHE_CLASS_PLAIN:
        return class_entry(view, word);
    case CACHE_DICT_ITEM:
        return load_from_dict(v, view, name, word);
    case CACHE_MEMBER:
        return slot_load(value_object(v), (value_slot *)((char *)v + CACHE_INDEX(word) * sizeof(value_slot)));
    case CACHE_TYPE_PLAIN:
        return load_from_class(v, word);
    default:
        return NULL;
    }
}

/* ---- filling ---- */
/* Whether what was found by way of the view may be remembered under its number: the class's table has an entry for the
 * name, so changes will be noticed, and there was none since the view was made. */
static inline bool may_remember(const cache_word *cache, const struct attribute_view *view, uint32_t index)
{
    return cache && view->id && index != LOOKUP_NO_INDEX && attribute_view_number(view) == view->id;
}

/* For a name of __slots__ of this class: where its slot is, in words; 0: it is something else. */
static uint32_t member_place(value found, struct type *type)
{
    struct descriptor *d = (struct descriptor *)found;
    bool is_slot = value_is(found, TYPE_ID_MEMBER_DESCRIPTOR) && !d->def && d->offset > 0 && d->offset % 8 == 0 &&
                   type_is_subtype(type, (struct type *)slot_peek(&d->owner));
    return is_slot ? (uint32_t)d->offset / sizeof(value_slot) : 0;
}

static void remember_method(const struct attribute_view *view, value name, value found, uint32_t index,
                            cache_word *cache)
{
    PEEK_SCOPE;
    struct object *method = value_object(found);
    /* Python functions are to die at once as long as nobody else needs them. */
    if (!thread_self->alone || !value_is(found, TYPE_ID_FUNCTION))
        rc_shard(method);
    bool lasting = object_is_lasting(method);
    if (attribute_view_may_hide(view))
        cache_fill(cache, value_bits(name), view->id, CACHE_DICT_METHOD, index);
    else if ((lasting || thread_self->alone) && object_number(method) <= UINT32_MAX)
        cache_put(cache, value_bits(name), view->id,
                  (uint64_t)(view->id | CACHE_METHOD | (lasting ? CACHE_LASTING : 0)) << 32 | object_number(method));
}

static void remember_class_entry(const struct attribute_view *view, value name, value found, enum lookup_kind kind,
                                 uint32_t index, cache_word *cache)
{
    PEEK_SCOPE;
    if (!may_remember(cache, view, index))
        return;
    switch (kind) {
    case LOOKUP_PLAIN:
    case LOOKUP_SETTER:
        if (!attribute_view_may_hide(view))
            cache_fill(cache, value_bits(name), view->id, CACHE_CLASS_PLAIN, index);
        break;
    case LOOKUP_METHOD:
        remember_method(view, name, found, index, cache);
        break;
    case LOOKUP_GETTER:
        if (!attribute_view_may_hide(view))
            cache_fill(cache, value_bits(name), view->id, CACHE_CLASS_GETTER, index);
        break;
    case LOOKUP_DATA: {
        uint32_t place = member_place(found, view->type);
        cache_fill(cache, value_bits(name), view->id, place ? CACHE_MEMBER : CACHE_CLASS_GETTER, place ? place : index);
        break;
    }
    default:
        break;
    }
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

/* The own attribute was found. */
static void remember_own(value v, const struct attribute_view *view, value name, uint32_t index, cache_word *cache)
{
    PEEK_SCOPE;
    if (!may_remember(cache, view, index))
        return;
    if (attribute_view_may_hide(view)) {
        value dict = attribute_view_dict(v, view);
        if (dict && is_exact_dict(dict))
            cache_fill(cache, value_bits(name), view->id, CACHE_DICT_ITEM, dict_hint(dict, name));
        value_dec(dict);
    } else if (view->shape) {
        uint64_t place;
        enum attribute_cache_kind kind = place_of_slot(instance_overflow_word((struct instance *)v),
                                                       (uint64_t)shape_find(view->shape, name), &place);
        if (kind)
            cache_fill(cache, value_bits(name), view->id, kind, place);
    }
}

static value load_class_object(struct type *type, value name, cache_word *cache)
{
    uint32_t id = atomic_load_explicit(&type->version, memory_order_acquire), index = LOOKUP_NO_INDEX;
    value found = type_getattr_optional(type, name, &index);
    if (found && found != VALUE_MISSING && id && index != LOOKUP_NO_INDEX) {
        /* Only what reading does not bind: a plain value, or a function. */
        value entry = lookup_at(type, index);
        enum lookup_kind kind = entry ? lookup_kind_of(entry) : LOOKUP_ABSENT;
        if (entry == found && (kind == LOOKUP_PLAIN || kind == LOOKUP_METHOD) &&
            atomic_load_explicit(&type->version, memory_order_acquire) == id)
            cache_fill(cache, value_bits(name), id, CACHE_TYPE_PLAIN, index);
        value_dec(entry);
    }
    if (found == VALUE_MISSING)
        return attribute_error(value_of(type), name, "type object '%s' has no attribute '%U'", type->gc.name, name);
    return found;
}

value attribute_find(value v, value name, const struct attribute_view *view, cache_word *cache, bool *bind)
{
    uint32_t index;
    *bind = false;
    value found = lookup_find(view->type, name, cache ? &index : NULL);
    if (!found)
        return NULL;
    enum lookup_kind kind = lookup_kind_of(found);
    value own = !attribute_view_holds(v, view) ? ATTRIBUTE_AGAIN
                : kind == LOOKUP_DATA          ? VALUE_MISSING
                                               : attribute_view_own(v, view, name);
    if (own != VALUE_MISSING) {
        if (own && own != ATTRIBUTE_AGAIN)
            remember_own(v, view, name, index, cache);
        value_dec(found);
        return own;
    }
    remember_class_entry(view, name, found, kind, index, cache);
    *bind = kind == LOOKUP_METHOD || kind == LOOKUP_GETTER || kind == LOOKUP_DATA;
    return found;
}

static value no_attribute(value v, value name)
{
    return attribute_error(v, name, "'%T' object has no attribute '%U'", v, name);
}

/* By the way that the type itself gives. */
static value load_by_slot(value v, struct type *type, value name, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_relaxed);
    value (*getattr)(value, value) = type_slot(type, getattr);
    if (getattr == type_getattr) {
        value found = CACHE_KIND(word) == CACHE_TYPE_PLAIN ? load_from_class(v, word) : NULL;
        return found ? found : load_class_object((struct type *)v, name, cache);
    }
    return getattr ? getattr(v, name) : attr_get_generic(v, name);
}

static inline value load_slow(value v, value name, cache_word *cache)
{
    for (bool tried = false;; tried = true) {
        struct attribute_view view = attribute_view_of(v);
        uint64_t word = tried ? 0 : cache_find(cache, view.id, value_bits(name));
        if (likely(CACHE_KIND(word) == CACHE_INSTANCE_SLOT && !(CACHE_ID(word) & CACHE_METHOD))) {
            value found = slot_load(value_object(v), &((struct instance *)v)->slots[CACHE_INDEX(word)]);
            if (likely(found != NULL))
                return found;
        }
        if (view.type == TYPE(MODULE)) {
            bool uncounted;
            value found = module_load(v, name, cache, &uncounted);
            return uncounted ? value_inc(found) : found;
        }
        unsigned kind = CACHE_KIND(word);
        if (CACHE_ID(word) & CACHE_METHOD) {
            bool uncounted;
            value method = word_method(word, &uncounted);
            if (likely(method != NULL))
                return attribute_view_bind(uncounted ? value_inc(method) : method, v, &view);
        } else if (kind == CACHE_CLASS_GETTER) {
            value entry = class_entry(&view, word);
            if (likely(entry != NULL))
                return attribute_view_bind(entry, v, &view);
        } else if (kind) {
            value found = try_hit(v, &view, name, word);
            if (likely(found != NULL))
                return found;
        }
        if (unlikely(word)) /* in vain, and what is found in vain is dropped, which may run any code: the view is old */
            continue;
        if (!reads_generically(view.type))
            return load_by_slot(v, view.type, name, cache);
        bool to_bind;
        value found = attribute_find(v, name, &view, cache, &to_bind);
        if (found == VALUE_MISSING)
            return no_attribute(v, name);
        if (found != ATTRIBUTE_AGAIN)
            return to_bind ? attribute_view_bind(found, v, &view) : found;
    }
}

value attribute_load_slow(value v, value name, cache_word *cache)
{
    if (!value_is_object(v))
        return attr_get(v, name);
    value found = load_slow(v, name, cache);
    return likely(found != NULL) ? found : attribute_error_named(v, name);
}

/* The class's method that the word speaks of, when the instance's dict does not hide it; NULL: no hit. */
static value load_past_dict(value v, const struct attribute_view *view, value name, uint64_t word)
{
    value entry = class_entry(view, word), dict = entry ? attribute_view_dict(v, view) : NULL;
    bool hidden = dict && (!is_exact_dict(dict) || dict_contains(dict, name) != 0);
    value_dec(dict);
    if (hidden || (entry && !attribute_view_holds(v, view))) {
        value_dec(entry);
        return NULL;
    }
    return entry;
}

/* A method of an immediate value, or whatever else it has. */
static value load_method_of_immediate(value v, value name, value *self_or_null)
{
    struct type *type = value_type(v);
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

value attribute_load_method_slow(value v, value name, cache_word *cache, value *self_or_null, bool *uncounted)
{
    *self_or_null = NULL;
    *uncounted = false;
    if (!value_is_object(v))
        return load_method_of_immediate(v, name, self_or_null);
    for (bool tried = false;; tried = true) {
        struct attribute_view view = attribute_view_of(v);
        if (view.type == TYPE(MODULE))
            return module_load(v, name, cache, uncounted);
        if (!reads_generically(view.type))
            return attribute_load_slow(v, name, cache);
        uint64_t word = tried ? 0 : cache_find(cache, view.id, value_bits(name));
        value method = word_method(word, uncounted);
        if (likely(method != NULL)) {
            *self_or_null = value_inc(v);
            return method;
        }
        switch (CACHE_ID(word) & CACHE_METHOD ? 0 : CACHE_KIND(word)) {
        case 0:
            break;
        case CACHE_DICT_METHOD: {
            value found = load_past_dict(v, &view, name, word);
            if (likely(found != NULL)) {
                *self_or_null = value_inc(v);
                return found;
            }
            break;
        }
        case CACHE_CLASS_GETTER: {
            value found = class_entry(&view, word);
            if (found)
                return attribute_view_bind(found, v, &view);
            break;
        }
        default: {
            value found = try_hit(v, &view, name, word);
            if (found)
                return found;
        }
        }
        if (unlikely(word)) /* in vain, as above */
            continue;
        bool to_bind;
        value found = attribute_find(v, name, &view, cache, &to_bind);
        if (found == ATTRIBUTE_AGAIN)
            continue;
        if (found == VALUE_MISSING)
            return no_attribute(v, name);
        if (to_bind && lookup_kind_of(found) == LOOKUP_METHOD) {
            *self_or_null = value_inc(v);
            return found;
        }
        return to_bind ? attribute_view_bind(found, v, &view) : found;
    }
}

/* ---- storing ---- */
static bool writes_generically(struct type *type)
{
    bool (*setattr)(value, value, value) = type_slot(type, setattr);
    return !setattr || setattr == attr_set_generic;
}

/* The shape after adding `name`, when that is there already. */
static int try_add(struct instance *instance, struct shape *shape, value name, value attribute)
{
    NO_QUIESCENCE;
    struct shape *child = shape_child(shape, name);
    return child ? instance_add(instance, shape, child, attribute) : 0;
}

/* 1 stored, 0 no hit, -1 error, or INSTANCE_MOVED. The number in the word is the view's. */
static int try_store(value v, const struct attribute_view *view, value name, value attribute, uint64_t word)
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
        return try_add((struct instance *)v, view->shape, name, attribute);
    case CACHE_MEMBER:
        value_dec(slot_put(value_object(v), (value_slot *)((char *)v + CACHE_INDEX(word) * sizeof(value_slot)),
                           value_inc(attribute)));
        return 1;
    case CACHE_CLASS_SETTER: {
        value entry = class_entry(view, word);
        if (!entry)
            return 0;
        int done = attribute_view_set(entry, v, view, attribute);
        value_dec(entry);
        return done;
    }
    default:
        return 0;
    }
}

static void remember_setter(const struct attribute_view *view, value name, value found, uint32_t index,
                            cache_word *cache)
{
    PEEK_SCOPE;
    if (!may_remember(cache, view, index))
        return;
    uint32_t place = member_place(found, view->type);
    cache_fill(cache, value_bits(name) | POLYMORPHIC_STORE, view->id, place ? CACHE_MEMBER : CACHE_CLASS_SETTER,
               place ? place : index);
}

/* The attribute is about to be set in a slot. */
static void remember_store(value v, const struct attribute_view *view, value name, uint32_t index, cache_word *cache)
{
    PEEK_SCOPE;
    if (!view->shape || view->shape->is_dict || !may_remember(cache, view, index))
        return;
    ssize slot = shape_find(view->shape, name);
    enum attribute_cache_kind kind = CACHE_ADD_SLOT;
    uint64_t place = view->shape->count;
    if (slot >= 0)
        kind = place_of_slot(instance_overflow_word((struct instance *)v), (uint64_t)slot, &place);
    if (kind)
        cache_fill(cache, value_bits(name) | POLYMORPHIC_STORE, view->id, kind, place);
}

int attribute_assign(value v, value name, value attribute, const struct attribute_view *view, cache_word *cache)
{
    uint32_t index;
    value found = lookup_find(view->type, name, cache ? &index : NULL);
    if (!found)
        return -1;
    int done = INSTANCE_MOVED;
    if (attribute_view_holds(v, view)) {
        enum lookup_kind kind = lookup_kind_of(found);
        bool data = kind == LOOKUP_DATA || kind == LOOKUP_SETTER;
        if (data)
            remember_setter(view, name, found, index, cache);
        done = found == VALUE_MISSING ? 0 : attribute_view_set(found, v, view, attribute);
        if (!done) {
            if (!data && attribute)
                remember_store(v, view, name, index, cache);
            done = attribute_view_set_own(v, view, name, attribute, found);
        }
    }
    value_dec(found);
    return done;
}

bool attribute_store_slow(value v, value name, value attribute, cache_word *cache)
{
    if (!value_is_object(v))
        return attr_set(v, name, attribute);
    for (bool tried = false;; tried = true) {
        struct attribute_view view = attribute_view_of(v);
        if (!writes_generically(view.type))
            return attr_set(v, name, attribute);
        uint64_t word = tried ? 0 : cache_find(cache, view.id, value_bits(name) | POLYMORPHIC_STORE);
        int done =
            word ? try_store(v, &view, name, attribute, word) : attribute_assign(v, name, attribute, &view, cache);
        if (likely(done && done != INSTANCE_MOVED)) /* else with a new view: setting in vain may have run any code */
            return done > 0;
    }
}
