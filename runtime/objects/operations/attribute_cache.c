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
#include "runtime/interpreter.h"
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
 * would fight for it; one hit in 256 is, so that a site which saw another shape first comes to know its usual one, and
 * so is the first one at a site that knows none.
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

/* The word that is right for the number: the inline one, or the table's, or 0. */
static inline uint64_t cache_find(cache_word *cache, uint32_t id, uint64_t name)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (cache_number(word) == id)
        return word;
    struct polymorphic_entry *entry = polymorphic_place(id, name);
    if (unlikely(entry->name != name || cache_number(entry->word) != id))
        return 0;
    if (unlikely(!word || (++polymorphic_hits & 255) == 0))
        atomic_store_explicit(cache, entry->word, memory_order_release);
    return entry->word;
}

static void cache_put(cache_word *cache, uint64_t name, uint64_t word)
{
    if (unlikely(polymorphic_table == polymorphic_nothing)) {
        struct polymorphic_entry *table = calloc(POLYMORPHIC_ENTRIES, sizeof *table);
        polymorphic_table = table ? table : polymorphic_nothing;
    }
    if (likely(polymorphic_table != polymorphic_nothing))
        *polymorphic_place(cache_number(word), name) = (struct polymorphic_entry){name, word};
    atomic_store_explicit(cache, word, memory_order_release);
}

void attribute_cache_forget_thread(void)
{
    if (polymorphic_table != polymorphic_nothing)
        free(polymorphic_table);
    polymorphic_table = polymorphic_nothing;
}

static void cache_put_other(cache_word *cache, uint64_t name, uint32_t id, enum cache_kind kind, uint64_t index)
{
    if (index <= 0xFFFFFF)
        cache_put(cache, name, CACHE_OTHER_WORD(id, kind, index));
}

static __attribute__((noinline)) value attribute_load_slow(value v, value name, cache_word *cache, uint64_t word);
static __attribute__((noinline)) bool attribute_store_slow(value v, value name, value attribute, cache_word *cache);

static bool reads_generically(struct type *type)
{
    value (*getattr)(value, value) = type_slot(type, getattr);
    return !getattr || getattr == attr_get_generic;
}

/* ---- hits ---- */
/* What guards the words for a value. Good until the thread's next quiescent point. */
struct cache_guard {
    struct type *type;
    const _Atomic uint32_t *place; /* of the number */
    uint32_t number;               /* as it was read first */
};
/* Entry `index` of the class's table, or NULL when the word that named it is out of date: the number was right before,
 * and is looked at again when another thread may have changed the class since. */
static inline __attribute__((always_inline)) value class_entry(struct type *type, const _Atomic uint32_t *place,
                                                               uint32_t number, uint32_t index)
{
    value found = lookup_at(type, index);
    if (unlikely(!thread_is_alone()) && found && atomic_load_explicit(place, memory_order_acquire) != number) {
        value_dec(found);
        return NULL;
    }
    return found;
}
static value class_entry_of_view(const struct attribute_view *view, uint32_t index)
{
    return class_entry(view->type, view->shape ? &view->shape->id : &view->type->version, view->id, index);
}

/* The method in a word whose number is right; NULL: none, or one that is not to be used any more. */
static inline value word_method(uint64_t word, bool *uncounted)
{
    *uncounted = cache_tag(word) == CACHE_METHOD;
    if (likely(*uncounted))
        return cache_object(word);
    return cache_tag(word) == CACHE_METHOD_ALONE && thread_is_alone() ? value_inc(cache_object(word)) : NULL;
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
    if (found && !thread_is_alone() &&
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
    value found = dict ? dict_load_hint(dict, name, cache_index(word)) : VALUE_MISSING;
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
static inline value load_from_class(value v, uint64_t word)
{
    struct type *type = (struct type *)v;
    if (atomic_load_explicit(&type->version, memory_order_acquire) != cache_number(word))
        return NULL;
    return class_entry(type, &type->version, cache_number(word), cache_index(word));
}

static value module_load_counted(value v, value name, cache_word *cache)
{
    bool uncounted;
    value found = module_load(v, name, cache, &uncounted);
    return uncounted ? value_inc(found) : found;
}

/*
 * The usual hits in few instructions: functions that call nothing but, last of all, the slow way. So what is found is
 * counted here only if that is plain: the caller owns it, hence it cannot die before the caller's next safepoint (as in
 * slot_load). Or it is immortal; but another object may have been at its address when it was read from the slot (NULL:
 * the caller holds it).
 */
static inline __attribute__((always_inline)) bool count_plainly(value found, const value_slot *slot)
{
    struct object *o = value_object(found);
    if (!value_is_object(found))
        return true;
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (unlikely(!object_is_mine(o) || local >= UINT32_MAX / 2))
        return (atomic_load_explicit(&o->flags, memory_order_acquire) & OBJECT_IMMORTAL) &&
               (!slot || atomic_load_explicit((value_slot *)slot, memory_order_relaxed) == found);
    atomic_store_explicit(&o->local, (local + LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
    return true;
}

static inline __attribute__((always_inline)) value class_entry_plainly(struct cache_guard guard, uint32_t index)
{
    struct lookup_reading r = lookup_read(guard.type, index);
    if (unlikely(!r.table || !r.v))
        return NULL;
    if (unlikely(!thread_is_alone()) &&
        (!lookup_still(guard.type, r) || atomic_load_explicit(guard.place, memory_order_acquire) != guard.number))
        return NULL;
    return likely(count_plainly(r.v, r.slot)) ? r.v : NULL;
}

static inline __attribute__((always_inline)) value slot_plainly(const value_slot *slot)
{
    value found = atomic_load_explicit((value_slot *)slot, memory_order_acquire);
    return likely(found != NULL) && likely(count_plainly(found, slot)) ? found : NULL;
}

static inline __attribute__((always_inline)) value overflow_slot_plainly(value v, uint32_t index)
{
    if (unlikely(!thread_is_alone() && !object_is_mine(value_object(v))))
        return NULL; /* S5 */
    struct instance_overflow *storage = atomic_load_explicit(&((struct instance *)v)->overflow, memory_order_acquire);
    if (unlikely(((uintptr_t)storage & INSTANCE_TAG) || index >= storage->capacity))
        return NULL;
    return slot_plainly(&storage->slots[index]);
}

/* By way of a word that is right for the guard, or 0. NULL: no hit. */
static inline __attribute__((always_inline)) value load_plainly(value v, struct cache_guard guard, uint64_t word)
{
    switch (cache_tag(word)) {
    case CACHE_CLASS_PLAIN:
        return class_entry_plainly(guard, cache_what(word));
    case CACHE_SLOT:
        return likely(word) ? slot_plainly((value_slot *)((char *)v + cache_what(word))) : NULL;
    case CACHE_OTHER:
        return cache_kind(word) == CACHE_OVERFLOW_SLOT ? overflow_slot_plainly(v, cache_index(word)) : NULL;
    default:
        return NULL;
    }
}

/* The item that the word speaks of in the dict of a plain module, while the thread is alone. */
static inline __attribute__((always_inline)) value module_item_plainly(value v, value name, uint64_t word)
{
    enum cache_kind kind = cache_kind(word);
    if (!thread_is_alone() || (kind != CACHE_MODULE_ITEM_ALONE && kind != CACHE_MODULE_ITEM))
        return NULL;
    value found = dict_load_hint(slot_peek(&((struct module *)v)->dict), name, cache_index(word));
    return likely(found != VALUE_MISSING) ? found : NULL;
}

/* v has no shape. */
static __attribute__((noinline)) value load_far_unshaped(value v, value name, cache_word *cache)
{
    struct cache_guard guard = {.type = value_type(v)};
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    value found = NULL;
    if (guard.type == TYPE(MODULE)) {
        found = module_item_plainly(v, name, word);
        return likely(found != NULL) ? found : module_load_counted(v, name, cache);
    }
    guard.place = &guard.type->version;
    guard.number = atomic_load_explicit(guard.place, memory_order_acquire);
    if (type_slot(guard.type, getattr) == type_getattr) { /* a class */
        struct cache_guard own = {(struct type *)v, &((struct type *)v)->version, cache_number(word)};
        if (cache_kind(word) == CACHE_TYPE_PLAIN && atomic_load_explicit(own.place, memory_order_acquire) == own.number)
            found = class_entry_plainly(own, cache_index(word));
        word = 0;
    } else {
        word = cache_find(cache, guard.number, value_bits(name));
        found = load_plainly(v, guard, word);
    }
    return likely(found != NULL) ? found : attribute_load_slow(v, name, cache, word);
}

value attribute_load_far(value v, value name, cache_word *cache)
{
    if (unlikely(!value_is_object(v)))
        return attribute_load_slow(v, name, cache, 0);
    if (unlikely(!value_has_shape(v)))
        return load_far_unshaped(v, name, cache);
    struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
    struct cache_guard guard = {shape->type, &shape->id, atomic_load_explicit(&shape->id, memory_order_acquire)};
    uint64_t word = cache_find(cache, guard.number, value_bits(name));
    value found = load_plainly(v, guard, word);
    return likely(found != NULL) ? found : attribute_load_slow(v, name, cache, word);
}

value attribute_load_getter(value v, cache_word *cache)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    if (likely(cache_kind(word) != CACHE_CLASS_GETTER) || !value_is_object(v) || !value_has_shape(v))
        return NULL;
    struct shape *shape = atomic_load_explicit(&((struct instance *)v)->shape, memory_order_acquire);
    if (atomic_load_explicit(&shape->id, memory_order_acquire) != cache_number(word))
        return NULL;
    value found = class_entry(shape->type, &shape->id, cache_number(word), cache_index(word));
    value getter = found && value_is(found, TYPE_ID_PROPERTY) ? property_function(found) : NULL;
    if (getter && !value_is(getter, TYPE_ID_FUNCTION)) {
        value_dec(getter);
        getter = NULL;
    }
    value_dec(found);
    return getter;
}

/* NULL without an exception: no hit. The number in the word is the view's. */
static value try_hit(value v, const struct attribute_view *view, value name, uint64_t word)
{
    if (cache_tag(word) == CACHE_SLOT)
        return slot_load(value_object(v), (value_slot *)((char *)v + cache_what(word)));
    if (cache_tag(word) == CACHE_CLASS_PLAIN)
        return class_entry_of_view(view, cache_what(word));
    switch (cache_kind(word)) {
    case CACHE_OVERFLOW_SLOT:
        return load_from_overflow(v, cache_index(word));
    case CACHE_DICT_ITEM:
        return load_from_dict(v, view, name, word);
    default:
        return NULL;
    }
}

/* ---- filling ---- */
/* Whether what was found by way of the view may be remembered under its number: the class's table has an entry for the
 * name, so changes will be noticed, and there was none since the view was made. */
static inline bool may_remember(const cache_word *cache, const struct attribute_view *view, uint32_t index)
{
    return cache && view->id <= SHAPE_LAST_ID && index != LOOKUP_NO_INDEX && attribute_view_number(view) == view->id;
}

/* For a name of __slots__ of this class: where its slot is; 0: it is something else. */
static uint32_t member_place(value found, struct type *type)
{
    struct descriptor *d = (struct descriptor *)found;
    bool is_slot = value_is(found, TYPE_ID_MEMBER_DESCRIPTOR) && !d->def && d->offset > 0 && d->offset % 8 == 0 &&
                   type_is_subtype(type, (struct type *)slot_peek(&d->owner));
    return is_slot ? (uint32_t)d->offset : 0;
}

/* The word for a method under a number, or 0. */
static uint64_t method_word(value found, uint32_t number)
{
    struct object *method = value_object(found);
    if (!thread_is_alone() || !value_is(found, TYPE_ID_FUNCTION) || function_may_last(found))
        rc_shard(method);
    bool lasting = object_is_lasting(method);
    if ((!lasting && !thread_is_alone()) || object_number(method) > UINT32_MAX)
        return 0;
    return CACHE_WORD(lasting ? CACHE_METHOD : CACHE_METHOD_ALONE, number, object_number(method));
}

static void remember_method(const struct attribute_view *view, value name, value found, uint32_t index,
                            cache_word *cache)
{
    uint64_t word = method_word(found, view->id);
    if (attribute_view_may_hide(view))
        cache_put_other(cache, value_bits(name), view->id, CACHE_DICT_METHOD, index);
    else if (word)
        cache_put(cache, value_bits(name), word);
}

value class_method_find(struct type *type, value name, cache_word *cache)
{
    uint32_t number = atomic_load_explicit(&type->version, memory_order_acquire), index;
    value found = lookup_find(type, name, &index);
    if (found && number <= SHAPE_LAST_ID && index != LOOKUP_NO_INDEX && lookup_kind_of(found) == LOOKUP_METHOD &&
        atomic_load_explicit(&type->version, memory_order_acquire) == number) {
        uint64_t word = method_word(found, number);
        if (word)
            atomic_store_explicit(cache, word, memory_order_release);
    }
    return found;
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
            cache_put(cache, value_bits(name), CACHE_WORD(CACHE_CLASS_PLAIN, view->id, index));
        break;
    case LOOKUP_METHOD:
        remember_method(view, name, found, index, cache);
        break;
    case LOOKUP_GETTER:
        if (!attribute_view_may_hide(view))
            cache_put_other(cache, value_bits(name), view->id, CACHE_CLASS_GETTER, index);
        break;
    case LOOKUP_DATA: {
        uint32_t place = member_place(found, view->type);
        if (place)
            cache_put(cache, value_bits(name), CACHE_WORD(CACHE_SLOT, view->id, place));
        else
            cache_put_other(cache, value_bits(name), view->id, CACHE_CLASS_GETTER, index);
        break;
    }
    default:
        break;
    }
}

/* The word for slot `index` of an instance of the shape, by the instance's word `overflow`; 0: there is none. */
static uint64_t word_for_slot(const struct attribute_view *view, void *overflow, uint64_t index)
{
    uintptr_t tag = (uintptr_t)overflow & INSTANCE_TAG;
    uint32_t in_line = tag == INSTANCE_INLINE ? (uint32_t)((uintptr_t)overflow >> 3)
                       : tag == 0             ? ((struct instance_overflow *)overflow)->inline_capacity
                                              : 0;
    if (index < in_line)
        return CACHE_WORD(CACHE_SLOT, view->id, offsetof(struct instance, slots) + index * sizeof(value_slot));
    return tag == 0 ? CACHE_OTHER_WORD(view->id, CACHE_OVERFLOW_SLOT, index - in_line) : 0;
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
            cache_put_other(cache, value_bits(name), view->id, CACHE_DICT_ITEM, dict_hint(dict, name));
        value_dec(dict);
    } else if (view->shape) {
        uint64_t word =
            word_for_slot(view, instance_overflow_word((struct instance *)v), (uint64_t)shape_find(view->shape, name));
        if (word)
            cache_put(cache, value_bits(name), word);
    }
}

static value load_class_object(struct type *type, value name, cache_word *cache)
{
    uint32_t id = atomic_load_explicit(&type->version, memory_order_acquire), index = LOOKUP_NO_INDEX;
    value found = type_getattr_optional(type, name, &index);
    if (found && found != VALUE_MISSING && id <= SHAPE_LAST_ID && index != LOOKUP_NO_INDEX) {
        /* Only what reading does not bind: a plain value, or a function. */
        value entry = lookup_at(type, index);
        enum lookup_kind kind = entry ? lookup_kind_of(entry) : LOOKUP_ABSENT;
        if (entry == found && (kind == LOOKUP_PLAIN || kind == LOOKUP_METHOD) &&
            atomic_load_explicit(&type->version, memory_order_acquire) == id)
            cache_put_other(cache, value_bits(name), id, CACHE_TYPE_PLAIN, index);
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
        value found = cache_kind(word) == CACHE_TYPE_PLAIN ? load_from_class(v, word) : NULL;
        return found ? found : load_class_object((struct type *)v, name, cache);
    }
    return getattr ? getattr(v, name) : attr_get_generic(v, name);
}

/* The word was found for the number that v had, or is 0. */
static inline value load_slow(value v, value name, cache_word *cache, uint64_t word)
{
    for (;; word = 0) {
        struct attribute_view view = attribute_view_of(v);
        if (cache_number(word) != view.id)
            word = 0;
        if (view.type == TYPE(MODULE))
            return module_load_counted(v, name, cache);
        bool uncounted;
        value method = word_method(word, &uncounted);
        if (method) {
            value found = uncounted ? value_inc(method) : method;
            return value_is(found, TYPE_ID_FUNCTION) ? attribute_bind(found, v, view.type)
                                                     : attribute_view_bind(found, v, &view);
        }
        if (cache_kind(word) == CACHE_CLASS_GETTER) {
            value entry = class_entry_of_view(&view, cache_index(word));
            if (likely(entry != NULL))
                return attribute_view_bind(entry, v, &view);
        } else if (word) {
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

static value attribute_load_slow(value v, value name, cache_word *cache, uint64_t word)
{
    if (!value_is_object(v))
        return attr_get(v, name);
    value found = load_slow(v, name, cache, word);
    return likely(found != NULL) ? found : attribute_error_named(v, name);
}

/* The class's method that the word speaks of, when the instance's dict does not hide it; NULL: no hit. */
static value load_past_dict(value v, const struct attribute_view *view, value name, uint64_t word)
{
    value entry = class_entry_of_view(view, cache_index(word)), dict = entry ? attribute_view_dict(v, view) : NULL;
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

value attribute_load_method_far(value v, value name, cache_word *cache, bool *uncounted)
{
    if (unlikely(!value_is_object(v)) || (!value_has_shape(v) && value_type(v) == TYPE(MODULE)))
        return NULL;
    return word_method(cache_find(cache, cache_number_of(v), value_bits(name)), uncounted);
}

value attribute_load_method_slow(value v, value name, cache_word *cache, value *self_or_null, bool *uncounted)
{
    *self_or_null = NULL;
    *uncounted = false;
    if (!value_is_object(v))
        return load_method_of_immediate(v, name, self_or_null);
    if (!value_has_shape(v) && value_type(v) == TYPE(MODULE))
        return module_load(v, name, cache, uncounted);
    for (bool tried = false;; tried = true) {
        struct attribute_view view = attribute_view_of(v);
        if (!reads_generically(view.type))
            return attribute_load_slow(v, name, cache, 0);
        uint64_t word = tried ? 0 : cache_find(cache, view.id, value_bits(name));
        value method = word_method(word, uncounted);
        if (likely(method != NULL)) {
            *self_or_null = value_inc(v);
            return method;
        }
        switch (cache_kind(word)) {
        case CACHE_DICT_METHOD: {
            value found = load_past_dict(v, &view, name, word);
            if (likely(found != NULL)) {
                *self_or_null = value_inc(v);
                return found;
            }
            break;
        }
        case CACHE_CLASS_GETTER: {
            value found = class_entry_of_view(&view, cache_index(word));
            if (found)
                return attribute_view_bind(found, v, &view);
            break;
        }
        default: {
            value found = word ? try_hit(v, &view, name, word) : NULL;
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

/* The instance, which had the shape that the word is for, gets the attribute of the shape's child in the word, in line;
 * while nobody else changes it. Calls nothing, as the functions above. */
static inline __attribute__((always_inline)) bool add_plainly(struct instance *instance, struct shape *shape,
                                                              value attribute, uint64_t word)
{
    struct shape *to = shape_by_number(cache_what(word));
    value_slot *slot = &instance->slots[to->count - 1];
    bool alone = thread_is_alone();
    if (unlikely(!alone && !object_enter(&instance->header)))
        return false;
    bool right = (alone || atomic_load_explicit(&instance->shape, memory_order_relaxed) == shape) &&
                 likely(count_plainly(attribute, NULL));
    if (likely(right)) {
        atomic_store_explicit(slot, attribute, memory_order_release);
        atomic_store_explicit(&instance->shape, to, memory_order_release);
    }
    if (unlikely(!alone))
        object_leave();
    return right;
}

static inline __attribute__((always_inline)) bool store_overflow_slot(value v, value attribute, uint32_t index)
{
    bool alone = thread_is_alone();
    if (unlikely(!alone && !object_enter(value_object(v))))
        return false;
    void *word = atomic_load_explicit(&((struct instance *)v)->overflow, memory_order_acquire);
    struct instance_overflow *storage = word;
    value old = NULL;
    if (likely(((uintptr_t)word & INSTANCE_TAG) == 0) && likely(index < storage->capacity) &&
        likely((old = atomic_load_explicit(&storage->slots[index], memory_order_relaxed)) != NULL))
        atomic_store_explicit(&storage->slots[index], value_inc(attribute), memory_order_release);
    if (!alone)
        object_leave();
    if (unlikely(!old))
        return false;
    value_dec(old);
    return true;
}

static __attribute__((noinline)) bool store_far_replacing(value v, value name, value attribute, cache_word *cache)
{
    if (likely(value_is_object(v))) {
        uint64_t word = cache_find(cache, cache_number_of(v), value_bits(name) | POLYMORPHIC_STORE);
        if (cache_tag(word) == CACHE_SLOT ? word && likely(cache_store_slot(v, attribute, word))
                                          : cache_kind(word) == CACHE_OVERFLOW_SLOT &&
                                                likely(store_overflow_slot(v, attribute, cache_index(word))))
            return true;
    }
    return attribute_store_slow(v, name, attribute, cache);
}

bool attribute_store_far(value v, value name, value attribute, cache_word *cache)
{
    if (likely(value_is_object(v)) && likely(value_has_shape(v))) {
        uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
        struct instance *instance = (struct instance *)v;
        struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
        uint32_t number = atomic_load_explicit(&shape->id, memory_order_acquire);
        if (cache_tag(word) == CACHE_ADD_SLOT && cache_number(word) != number)
            word = cache_find(cache, number, value_bits(name) | POLYMORPHIC_STORE);
        if (likely(cache_head(word) == CACHE_HEAD(CACHE_ADD_SLOT, number)) &&
            likely(add_plainly(instance, shape, attribute, word)))
            return true;
    }
    return store_far_replacing(v, name, attribute, cache);
}

/* 1 stored, 0 no hit, -1 error, or INSTANCE_MOVED. The number in the word is the view's. */
static int try_store(value v, const struct attribute_view *view, value name, value attribute, uint64_t word)
{
    if (cache_tag(word) == CACHE_ADD_SLOT)
        return instance_add((struct instance *)v, view->shape, shape_by_number(cache_what(word)), attribute);
    if (cache_tag(word) == CACHE_SLOT) {
        value_slot *slot = (value_slot *)((char *)v + (cache_what(word) & ~CACHE_SLOT_MAY_BE_EMPTY));
        if (!(word & CACHE_SLOT_MAY_BE_EMPTY))
            return slot_replace(value_object(v), slot, attribute);
        value_dec(slot_put(value_object(v), slot, value_inc(attribute)));
        return 1;
    }
    switch (cache_kind(word)) {
    case CACHE_OVERFLOW_SLOT: { /* into a block that is being replaced just now, too: see S3 */
        struct instance_overflow *storage;
        value_slot *slot = overflow_slot(v, cache_index(word), &storage);
        return slot ? slot_replace(value_object(v), slot, attribute) : 0;
    }
    case CACHE_ADD_OVERFLOW_SLOT: {
        NO_QUIESCENCE;
        struct shape *child = shape_child(view->shape, name);
        return child ? instance_add((struct instance *)v, view->shape, child, attribute) : 0;
    }
    case CACHE_CLASS_SETTER: {
        value entry = class_entry_of_view(view, cache_index(word));
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
    if (place)
        cache_put(cache, value_bits(name) | POLYMORPHIC_STORE,
                  CACHE_WORD(CACHE_SLOT, view->id, place | CACHE_SLOT_MAY_BE_EMPTY));
    else
        cache_put_other(cache, value_bits(name) | POLYMORPHIC_STORE, view->id, CACHE_CLASS_SETTER, index);
}

/* The word for adding the name to an instance of the shape, by the instance's word `overflow`; 0: there is none. */
static uint64_t word_for_adding(const struct attribute_view *view, void *overflow, value name)
{
    uint64_t word = word_for_slot(view, overflow, view->shape->count);
    if (cache_tag(word) != CACHE_SLOT || !word)
        return CACHE_OTHER_WORD(view->id, CACHE_ADD_OVERFLOW_SLOT, 0);
    struct shape *child = shape_add(view->shape, name);
    return child && shape_number(child) != UINT32_MAX ? CACHE_WORD(CACHE_ADD_SLOT, view->id, shape_number(child)) : 0;
}

/* The attribute is about to be set in a slot. */
static void remember_store(value v, const struct attribute_view *view, value name, uint32_t index, cache_word *cache)
{
    PEEK_SCOPE;
    if (!view->shape || view->shape->is_dict || !may_remember(cache, view, index))
        return;
    ssize slot = shape_find(view->shape, name);
    void *overflow = instance_overflow_word((struct instance *)v);
    if (((uintptr_t)overflow & INSTANCE_TAG) == INSTANCE_DICT)
        return;
    uint64_t word = slot >= 0 ? word_for_slot(view, overflow, (uint64_t)slot) : word_for_adding(view, overflow, name);
    if (word)
        cache_put(cache, value_bits(name) | POLYMORPHIC_STORE, word);
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

static bool attribute_store_slow(value v, value name, value attribute, cache_word *cache)
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
