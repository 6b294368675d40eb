/*
 * Sets and frozensets: lookup, insertion, deletion, storage. Operators and methods are in set_methods.c.
 *
 * Places are probed in CPython's order: up to nine neighbours (they share a cache line or two), then a jump that mixes
 * in further bits of the hash. Tables grow when three fifths are filled, four times the items (twice when there are
 * many). How lookups deal with __eq__ in Python, and readers without the lock, is told in dict.c.
 */
#include "runtime/objects/containers/set.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

#define SET_MIN_PLACES 8u
#define LINEAR_PROBES  9
#define PERTURB_SHIFT  5
#define SET_MAX_PLACES ((uint64_t)1 << 56)

/* ---- storage ---- */
static inline size_t table_bytes(uint64_t places)
{
    return sizeof(struct set_table) + places * sizeof(struct set_entry);
}

/* The number of places for a table that `least` items must not fill. */
static uint64_t places_for(uint64_t least)
{
    uint64_t places = SET_MIN_PLACES;
    while (places <= least && places < SET_MAX_PLACES)
        places <<= 1;
    return places;
}

static struct set_table *table_new(uint64_t places)
{
    struct set_table *t = places < SET_MAX_PLACES ? storage_alloc(table_bytes(places)) : NULL;
    if (!t) {
        raise_no_memory();
        return NULL;
    }
    t->mask = places - 1;
    return t;
}

static inline void table_discard(struct set_table *t)
{
    if (t)
        storage_free(t, table_bytes(t->mask + 1));
}

static inline void table_give_back(struct set *set, struct set_table *t)
{
    if (t)
        container_release_storage(&set->header, t, table_bytes(t->mask + 1));
}

static inline bool place_is_live(value key)
{
    return key && key != SET_DUMMY;
}

static void table_drop_items(struct set_table *t)
{
    uint64_t left = t->fill;
    for (uint64_t i = 0; left > 0; thread_report_at(++i)) {
        value key = load_relaxed(&t->entries[i].key);
        if (key) {
            left--;
            value_dec(key); /* nothing for a dummy */
        }
    }
}

/* ---- probing ---- */
struct cursor {
    uint64_t perturb, start, place;
    unsigned neighbours; /* left to look at before the next jump */
    uint64_t free;       /* the last dummy on the way, where a new item goes; NO_PLACE */
};
#define NO_PLACE UINT64_MAX

static inline void cursor_settle(struct cursor *c, uint64_t mask)
{
    c->place = c->start;
    c->neighbours = c->start + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
}

static inline void cursor_start(struct cursor *c, uint64_t mask, int64_t hash)
{
    c->perturb = (uint64_t)hash;
    c->start = c->perturb & mask;
    cursor_settle(c, mask);
}

static inline void cursor_step(struct cursor *c, uint64_t mask)
{
    if (c->neighbours) {
        c->neighbours--;
        c->place++;
        return;
    }
    c->perturb >>= PERTURB_SHIFT;
    c->start = (c->start * 5 + 1 + c->perturb) & mask;
    cursor_settle(c, mask);
}

/* Put an item that is certainly absent into a table without dummies; steals it. */
static inline void table_insert_clean(struct set_table *t, value key, int64_t hash)
{
    struct cursor c;
    for (cursor_start(&c, t->mask, hash); load_relaxed(&t->entries[c.place].key); cursor_step(&c, t->mask))
        ;
    store_relaxed(&t->entries[c.place].hash, hash);
    store_release(&t->entries[c.place].key, key);
    t->fill++;
}

/* ---- life ---- */
value set_new_of(struct type *type)
{
    struct set *set = type == TYPE(SET) ? (struct set *)OBJECT_NEW(SET, KIND_CONTAINER, sizeof *set, 0)
                                        : (struct set *)object_new(type, type->gc.instance_size);
    if (set)
        store_relaxed(&set->hash, -1);
    return value_of(set);
}

GC_READS_RACILY void set_traverse(struct object *o, struct gc_trace *trace)
{
    struct set_table *t = trace_storage(trace, (void *const _Atomic *)&((struct set *)o)->table);
    if (!t)
        return;
    uint64_t mask = t->mask;
    if (trace_disturbed(trace)) /* the number may be another block's */
        return;
    for (uint64_t i = 0; i <= mask; i++)
        trace_slot(trace, &t->entries[i].key);
}

void set_destroy(struct object *o)
{
    struct set *set = (struct set *)o;
    struct set_table *t = load_relaxed(&set->table);
    if (!t)
        return;
    store_relaxed(&set->length, 0);
    store_release(&set->table, NULL);
    table_drop_items(t);
    container_destroy_storage(o, t, table_bytes(t->mask + 1));
}

/* ---- looking up ---- */
/* Let the length, which is read without the lock, take part in the changes of a step: before the lock is given up. */
static inline void length_publish(struct set *set, int64_t *grown)
{
    if (*grown)
        store_release(&set->length, load_relaxed(&set->length) + (uint64_t)*grown);
    *grown = 0;
}

/* With the lock held, which is given up around Python comparisons. 1 found (c->place), 0 absent (c->free or else
   c->place is where it would go; no table: undefined); lock held. -1: exception, lock not held. `once`: an item that
   was equal is found, though it may be gone by now. Otherwise, if the item that was compared is not in its place any
   more, or its place not in the set, the search starts again. As in CPython; other insertions are no reason, because a
   comparison that inserts something would never come to an end. `grown`: by how much the length lags behind, or NULL.
 */
static int set_find_locked(struct set *set, value key, int64_t hash, struct cursor *c, bool once, int64_t *grown)
{
restart:;
    struct set_table *t = load_relaxed(&set->table);
    if (!t)
        return 0;
    uint64_t mask = t->mask;
    c->free = NO_PLACE;
    for (cursor_start(c, mask, hash);; cursor_step(c, mask)) {
        struct set_entry *entry = &t->entries[c->place];
        value k = load_relaxed(&entry->key);
        if (!k)
            return 0;
        if (k == key)
            return 1;
        if (k == SET_DUMMY)
            c->free = c->place;
        if (k == SET_DUMMY || load_relaxed(&entry->hash) != hash)
            continue;
        int same = equals_plain(k, key);
        if (same < 0) {
            uint32_t changes = load_relaxed(&set->changes);
            if (grown)
                length_publish(set, grown);
            value_inc(k);
            object_unlock(&set->header);
            same = value_equals(k, key);
            value_dec(k);
            if (same < 0)
                return -1;
            object_lock(&set->header);
            if (same && once)
                return 1;
            if (load_relaxed(&set->changes) != changes &&
                (load_relaxed(&set->table) != t || t->mask != mask || load_relaxed(&entry->key) != k ||
                 (c->free != NO_PLACE && load_relaxed(&t->entries[c->free].key) != SET_DUMMY)))
                goto restart;
        }
        if (same)
            return 1;
    }
}

static int set_contains_locked(struct set *set, value key, int64_t hash)
{
    struct cursor c;
    object_lock(&set->header);
    int found = set_find_locked(set, key, hash, &c, false, NULL);
    if (found >= 0)
        object_unlock(&set->header);
    return found;
}

/* Without the lock: 1, 0, or -1: the locked one may know. *held is counted, unless it is NULL: the caller drops it. */
static inline __attribute__((always_inline)) int set_read(struct set *set, value key, int64_t hash, value *held)
{
    PEEK_SCOPE;
    bool alone = thread_is_alone();
    struct set_table *t = load_acquire(&set->table);
    if (!t)
        return 0;
    struct cursor c;
    for (cursor_start(&c, t->mask, hash);; cursor_step(&c, t->mask)) {
        struct set_entry *entry = &t->entries[c.place];
        value k = load_acquire(&entry->key);
        if (!k)
            return 0;
        if (k == key)
            return 1;
        if (k == SET_DUMMY || load_relaxed(&entry->hash) != hash)
            continue;
        if (value_both_small_int(k, key))
            continue;
        if (alone) {
            int same = key_equal_simple(k, key);
            if (same > 0)
                return 1;
            if (same == 0)
                continue;
        } else if (value_is_object(k) && value_try_inc(k)) {
            *held = k;
            if (load_again(&entry->key) == k && load_again(&set->table) == t && key_equal_simple(k, key) == 1)
                return 1;
        }
        return -1;
    }
}

int set_contains_hashed(value v, value key, int64_t hash)
{
    struct set *set = set_of(v);
    value held = NULL;
    if (!thread_is_alone())
        object_share(&set->header);
    int found = set_read(set, key, hash, &held);
    value_dec(held);
    return likely(found >= 0) ? found : set_contains_locked(set, key, hash);
}

int set_contains(value v, value item)
{
    int64_t hash;
    return key_hash(item, &hash) ? set_contains_hashed(v, item, hash) : -1;
}

size_t set_length(value v)
{
    return load_acquire(&set_of(v)->length);
}

/* ---- changing ---- */
/* What readers without the lock may see changes from here on. */
static inline void set_changes(struct set *set)
{
    store_relaxed(&set->changes, load_relaxed(&set->changes) + 1);
    step_note_change();
}

/* Publish a table, without dummies, with room for all there is; the old one is returned for table_give_back. */
static struct set_table *table_replace(struct set *set, struct set_table *fresh)
{
    struct set_table *old = load_relaxed(&set->table);
    uint64_t left = old ? old->fill : 0;
    for (uint64_t i = 0; left > 0; thread_report_at(++i)) {
        value key = load_relaxed(&old->entries[i].key);
        left -= key != NULL;
        if (place_is_live(key))
            table_insert_clean(fresh, key, load_relaxed(&old->entries[i].hash));
    }
    set_changes(set);
    store_release(&set->table, fresh);
    rc_mark(&set->header);
    return old;
}

/* Move everything to a table for `least` items, without dummies. false: no memory. If the set changed while memory was
   allocated, nothing is done: the one who changed it cares for its size. */
static bool set_resize(struct set *set, uint64_t least)
{
    uint64_t places = places_for(least);
    struct set_table *old = load_acquire(&set->table);
    struct set_table *fresh = table_new(places);
    if (!fresh)
        return false;
    object_lock(&set->header);
    if (load_relaxed(&set->table) != old || (load_relaxed(&set->length) + 1) * 5 >= places * 4) {
        object_unlock(&set->header);
        table_discard(fresh);
        return true;
    }
    old = table_replace(set, fresh);
    object_unlock(&set->header);
    table_give_back(set, old);
    return true;
}

static inline uint64_t grown_size(uint64_t length)
{
    return length > 50000 ? length * 2 : length * 4;
}

/* Is there a place for an item that set_find_locked did not find? */
static inline bool place_is_free(const struct set_table *t, const struct cursor *c)
{
    return t && (c->free != NO_PLACE || t->fill < t->mask);
}

/* Put it there; steals it. Returns whether the table is due to grow. The length is the caller's. */
static inline bool place_fill(struct set *set, struct set_table *t, const struct cursor *c, value key, int64_t hash)
{
    struct set_entry *entry = &t->entries[c->free != NO_PLACE ? c->free : c->place];
    set_changes(set);
    store_release(&entry->hash, hash);
    store_release(&entry->key, key);
    return c->free == NO_PLACE && ++t->fill * 5 >= t->mask * 3;
}
static inline bool place_take(struct set *set, struct set_table *t, const struct cursor *c, value key, int64_t hash)
{
    bool full = place_fill(set, t, c, key, hash);
    store_release(&set->length, load_relaxed(&set->length) + 1);
    return full;
}

/* Take the item at a place out. The length is the caller's. */
static inline value place_empty(struct set *set, struct set_entry *entry)
{
    value old = load_relaxed(&entry->key);
    set_changes(set);
    store_release(&entry->key, SET_DUMMY);
    return old;
}
static inline value place_vacate(struct set *set, struct set_entry *entry)
{
    value old = place_empty(set, entry);
    store_release(&set->length, load_relaxed(&set->length) - 1);
    return old;
}

static __attribute__((noinline)) bool set_add_slow(struct set *set, value key, int64_t hash)
{
    struct cursor c;
    value_inc(key);
    for (;;) {
        object_lock(&set->header);
        int found = set_find_locked(set, key, hash, &c, true, NULL);
        if (found < 0)
            break;
        if (found) {
            object_unlock(&set->header);
            value_dec(key);
            return true;
        }
        struct set_table *t = load_relaxed(&set->table);
        if (likely(place_is_free(t, &c))) {
            bool full = place_take(set, t, &c, key, hash);
            uint64_t length = load_relaxed(&set->length);
            object_unlock(&set->header);
            return likely(!full) || set_resize(set, grown_size(length));
        }
        uint64_t least = t ? grown_size(load_relaxed(&set->length) + 1) : 0;
        object_unlock(&set->header);
        if (!set_resize(set, least))
            break;
    }
    value_dec(key);
    return false;
}

/* In line while alone, and as long as the places on the way tell without Python code. */
bool set_add_hashed(value v, value key, int64_t hash)
{
    struct set *set = set_of(v);
    if (!load_relaxed(&set->table) && unlikely(!set_resize(set, 0)))
        return false;
    if (unlikely(!thread_is_alone()))
        return set_add_slow(set, key, hash);
    struct set_table *t = load_relaxed(&set->table);
    struct cursor c;
    c.free = NO_PLACE;
    for (cursor_start(&c, t->mask, hash);; cursor_step(&c, t->mask)) {
        struct set_entry *entry = &t->entries[c.place];
        value k = load_relaxed(&entry->key);
        if (!k)
            break;
        if (k == key)
            return true;
        if (k == SET_DUMMY)
            c.free = c.place;
        if (k == SET_DUMMY || load_relaxed(&entry->hash) != hash || value_both_small_int(k, key))
            continue;
        int same = key_equal_simple(k, key);
        if (same != 0)
            return same > 0 || set_add_slow(set, key, hash);
    }
    if (unlikely(!place_is_free(t, &c)))
        return set_add_slow(set, key, hash);
    return likely(!place_take(set, t, &c, value_inc(key), hash)) ||
           set_resize(set, grown_size(load_relaxed(&set->length)));
}

bool set_add(value v, value item)
{
    int64_t hash;
    return key_hash(item, &hash) && set_add_hashed(v, item, hash);
}

int set_discard_hashed(value v, value key, int64_t hash)
{
    struct set *set = set_of(v);
    struct cursor c;
    object_lock(&set->header);
    int found = set_find_locked(set, key, hash, &c, false, NULL);
    if (found < 0)
        return -1;
    value old = found ? place_vacate(set, &load_relaxed(&set->table)->entries[c.place]) : NULL;
    object_unlock(&set->header);
    value_dec(old);
    return found;
}

int set_discard(value v, value item)
{
    int64_t hash;
    return key_hash(item, &hash) ? set_discard_hashed(v, item, hash) : -1;
}

value set_pop(value v)
{
    struct set *set = set_of(v);
    object_lock(&set->header);
    struct set_table *t = load_relaxed(&set->table);
    if (!t || load_relaxed(&set->length) == 0) {
        object_unlock(&set->header);
        return VALUE_MISSING;
    }
    uint64_t i = set->finger & t->mask;
    for (; !place_is_live(load_relaxed(&t->entries[i].key)); thread_report_at(i))
        i = i < t->mask ? i + 1 : 0;
    value item = place_vacate(set, &t->entries[i]);
    set->finger = (uint32_t)(i + 1);
    object_unlock(&set->header);
    rc_mark(&set->header);
    return item;
}

/* Unpublish the table and leave `fresh` with `length` items; the old one is the caller's. Marks the set. */
static struct set_table *set_exchange_table(struct set *set, struct set_table *fresh, uint64_t *length)
{
    object_lock(&set->header);
    struct set_table *old = load_relaxed(&set->table);
    uint64_t old_length = load_relaxed(&set->length);
    set_changes(set);
    store_release(&set->length, *length);
    store_release(&set->table, fresh);
    object_unlock(&set->header);
    rc_mark(&set->header);
    *length = old_length;
    return old;
}

void set_clear(value v)
{
    struct set *set = set_of(v);
    uint64_t length = 0;
    struct set_table *t = set_exchange_table(set, NULL, &length);
    if (t) {
        table_drop_items(t);
        table_give_back(set, t);
    }
}

void set_take_contents(value a, value b)
{
    uint64_t length = 0;
    struct set_table *t = set_exchange_table(set_of(b), NULL, &length);
    t = set_exchange_table(set_of(a), t, &length);
    if (!t)
        return;
    /* the old table may still have readers as a's; so its items go, and it is given back as a's */
    table_drop_items(t);
    table_give_back(set_of(a), t);
}

/* ---- walking ---- */
/* Place i: 1 with the item owned, 0 nothing there, -1 beyond the end. */
static int set_place_locked(struct set *set, uint64_t i, value *item, int64_t *hash)
{
    int result = -1;
    object_lock(&set->header);
    struct set_table *t = load_relaxed(&set->table);
    if (t && i <= t->mask) {
        value key = load_relaxed(&t->entries[i].key);
        result = place_is_live(key);
        if (result) {
            *item = value_inc(key);
            *hash = load_relaxed(&t->entries[i].hash);
        }
    }
    object_unlock(&set->header);
    return result;
}

static int set_place_shared(struct set *set, uint64_t i, value *item, int64_t *hash)
{
    value key;
    {
        PEEK_SCOPE;
        uint32_t changes = load_acquire(&set->changes);
        struct set_table *t = load_acquire(&set->table);
        if (!t || i > t->mask)
            return -1;
        struct set_entry *entry = &t->entries[i];
        key = load_acquire(&entry->key);
        if (!place_is_live(key))
            return 0;
        if (unlikely(!value_try_inc(key))) {
            key = NULL;
        } else {
            *hash = load_acquire(&entry->hash);
            *item = key;
            if (likely(load_again(&entry->key) == key && load_again(&set->table) == t &&
                       load_again(&set->changes) == changes))
                return 1;
        }
    }
    value_dec(key);
    return set_place_locked(set, i, item, hash);
}

bool set_next_hashed(value v, size_t *position, value *item, int64_t *hash)
{
    struct set *set = set_of(v);
    if (likely(thread_is_alone())) {
        struct set_table *t = load_relaxed(&set->table);
        for (uint64_t i = *position; t && i <= t->mask; i++) {
            value key = load_relaxed(&t->entries[i].key);
            thread_report_at(i + 1);
            if (!place_is_live(key))
                continue;
            *item = value_inc(key);
            *hash = load_relaxed(&t->entries[i].hash);
            *position = i + 1;
            return true;
        }
        return false;
    }
    object_share(&set->header);
    for (;;) {
        int got = set_place_shared(set, *position, item, hash);
        if (got < 0)
            return false;
        thread_report_at(++*position);
        if (got)
            return true;
    }
}

bool set_next(value v, size_t *position, value *item)
{
    int64_t hash;
    return set_next_hashed(v, position, item, &hash);
}

/* ---- whole sets ---- */
/* The places of an empty table with this mask when `length` items are merged into it. */
static inline uint64_t places_to_merge(uint64_t mask, uint64_t length)
{
    return length * 5 >= mask * 3 ? places_for(length * 2) : mask + 1;
}

/* A copy of the items as they are at one moment, counted: in a table like the set's own (target_mask 0), or in one that
   an empty table of that mask grows to when they come. *length 0 and no table when it is empty. */
static bool set_copy_table(struct set *set, uint64_t target_mask, struct set_table **out, uint64_t *length)
{
    for (;;) {
        *out = NULL;
        object_lock(&set->header);
        struct set_table *t = load_relaxed(&set->table);
        uint64_t mask = t ? t->mask : 0;
        *length = load_relaxed(&set->length);
        object_unlock(&set->header);
        if (*length == 0)
            return true;
        struct set_table *copy = table_new(target_mask ? places_to_merge(target_mask, *length) : mask + 1);
        if (!copy)
            return false;
        object_lock(&set->header);
        t = load_relaxed(&set->table);
        if (*length == load_relaxed(&set->length) && t->mask == mask) {
            bool same_places = copy->mask == mask && (!target_mask || t->fill == *length);
            for (uint64_t i = 0; i <= mask; i++) {
                value key = load_relaxed(&t->entries[i].key);
                int64_t hash = load_relaxed(&t->entries[i].hash);
                thread_report_at(i + 1);
                if (!place_is_live(key))
                    continue;
                if (!same_places) {
                    table_insert_clean(copy, value_inc(key), hash);
                    continue;
                }
                store_relaxed(&copy->entries[i].hash, hash);
                store_relaxed(&copy->entries[i].key, value_inc(key));
                copy->fill++;
            }
            object_unlock(&set->header);
            *out = copy;
            return true;
        }
        object_unlock(&set->header);
        table_discard(copy);
    }
}

/* Make room before many items come, as CPython does. */
static bool set_prepare(struct set *set, uint64_t extra)
{
    object_lock(&set->header);
    struct set_table *t = load_relaxed(&set->table);
    uint64_t fill = t ? t->fill : 0, mask = t ? t->mask : SET_MIN_PLACES - 1, length = load_relaxed(&set->length);
    object_unlock(&set->header);
    return (fill + extra) * 5 < mask * 3 || set_resize(set, (length + extra) * 2);
}

value set_snapshot(value v)
{
    if (thread_is_alone())
        return value_inc(v);
    struct set_table *copy;
    uint64_t length;
    value snapshot = set_new_of(TYPE(SET));
    if (!snapshot || !set_copy_table(set_of(v), 0, &copy, &length)) {
        value_dec(snapshot);
        return NULL;
    }
    store_release(&set_of(snapshot)->table, copy);
    store_release(&set_of(snapshot)->length, length);
    return snapshot;
}

value set_items_list(value v)
{
    value source = set_snapshot(v), list = source ? list_new(set_length(source)) : NULL, item;
    size_t position = 0;
    while (list && set_next(source, &position, &item))
        if (!list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    value_dec(source);
    return list;
}

value set_moment(value v)
{
    struct set *set = set_of(v);
    for (;;) {
        object_lock(&set->header);
        struct set_table *t = load_relaxed(&set->table);
        size_t places = t ? t->mask + 1 : 0;
        object_unlock(&set->header);
        value copy = tuple_new(places + 1);
        if (!copy)
            return NULL;
        object_lock(&set->header);
        t = load_relaxed(&set->table);
        bool fits = places == (t ? t->mask + 1 : 0);
        tuple_init(copy, 0, small_int((int64_t)load_relaxed(&set->length)));
        for (size_t i = 0; i < places; i++) {
            value key = fits ? load_relaxed(&t->entries[i].key) : NULL;
            tuple_init(copy, i + 1, key ? value_inc(key) : SET_DUMMY);
            thread_report_at(i + 1);
        }
        object_unlock(&set->header);
        if (fits)
            return copy;
        value_dec(copy);
    }
}

bool set_merge(value v, value other)
{
    struct set *set = set_of(v);
    if (v == other || set_length(other) == 0)
        return true;
    object_lock(&set->header);
    struct set_table *old = load_relaxed(&set->table), *copy;
    uint64_t fill = old ? old->fill : 0, mask = old ? old->mask : SET_MIN_PLACES - 1, length;
    bool empty = fill == 0;
    if (!empty && load_relaxed(&set->length) == 0 && (fill + set_length(other)) * 5 >= mask * 3) {
        empty = true; /* nothing but dummies, and a new table is due: it takes the items as they come */
        mask = 1;
    }
    object_unlock(&set->header);
    if (empty) {
        if (!set_copy_table(set_of(other), mask, &copy, &length))
            return false;
        object_lock(&set->header);
        empty = load_relaxed(&set->table) == old && load_relaxed(&set->length) == 0;
        if (empty && copy) {
            set_changes(set);
            store_release(&set->table, copy);
            store_release(&set->length, length);
        }
        object_unlock(&set->header);
        if (!copy)
            return true;
        if (empty) {
            rc_mark(&set->header);
            table_give_back(set, old);
            return true;
        }
        table_drop_items(copy);
        table_discard(copy);
    }
    if (!thread_is_alone())
        return set_change_all(v, set_items_of(other), SET_ADD);
    if (!set_prepare(set, set_length(other)))
        return false;
    size_t position = 0;
    value item;
    int64_t hash;
    bool fine = true;
    while (fine && set_next_hashed(other, &position, &item, &hash)) {
        fine = set_add_hashed(v, item, hash);
        value_dec(item);
    }
    return fine;
}

bool set_update(value v, value iterable)
{
    if (is_set(iterable))
        return set_merge(v, iterable);
    value item, x;
    if (!set_is_unshared(v) &&
        (value_is(iterable, TYPE_ID_DICT) || value_is(iterable, TYPE_ID_LIST) || value_is(iterable, TYPE_ID_TUPLE)))
        return set_change_all(v, set_items_of(iterable), SET_ADD);
    if (value_is(iterable, TYPE_ID_DICT)) {
        value source = thread_is_alone() ? value_inc(iterable) : dict_copy(iterable); /* one moment's state */
        size_t position = 0;
        int64_t hash;
        bool fine = source && set_prepare(set_of(v), dict_length(source));
        while (fine && dict_next_hashed(source, &position, &item, &x, &hash)) {
            fine = set_add_hashed(v, item, hash);
            value_dec(item);
            value_dec(x);
        }
        value_dec(source);
        return fine;
    }
    if (!set_is_unshared(v) && (value_is(iterable, TYPE_ID_DICT_KEYS) || value_is(iterable, TYPE_ID_DICT_VALUES) ||
                                value_is(iterable, TYPE_ID_DICT_ITEMS))) {
        value list = list_from_iterable(iterable);
        bool fine = list && set_change_all(v, set_items_of(list), SET_ADD);
        value_dec(list);
        return fine;
    }
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return false;
    while ((item = iter_next(sweep.iterator)) && item != VALUE_END) {
        bool added = set_add(v, item);
        value_dec(item);
        if (!added) {
            item = NULL;
            break;
        }
    }
    sweep_close(&sweep);
    return item != NULL;
}

static value make_set(struct type *type, value iterable)
{
    value set = set_new_of(type);
    if (set && iterable && !set_update(set, iterable)) {
        value_dec(set);
        return NULL;
    }
    return set;
}

value set_new(value iterable)
{
    return make_set(TYPE(SET), iterable);
}

value frozenset_new(value iterable)
{
    if (iterable && value_is(iterable, TYPE_ID_FROZENSET))
        return value_inc(iterable);
    return make_set(TYPE(FROZENSET), iterable);
}

/* Tables that many deletions left sparse shrink. */
static bool set_tidy(struct set *set)
{
    object_lock(&set->header);
    struct set_table *t = load_relaxed(&set->table);
    uint64_t length = load_relaxed(&set->length);
    bool sparse = t && t->fill - length > t->mask / 4;
    object_unlock(&set->header);
    return !sparse || set_resize(set, grown_size(length));
}

bool set_difference_update(value v, value other)
{
    if (v == other) {
        set_clear(v);
        return true;
    }
    value item;
    int64_t hash;
    int found = 0;
    if (!thread_is_alone() && (is_set(other) || value_is(other, TYPE_ID_DICT) || value_is(other, TYPE_ID_LIST) ||
                               value_is(other, TYPE_ID_TUPLE))) {
        found = set_change_all(v, set_items_of(other), SET_REMOVE) ? 0 : -1;
    } else if (is_set(other)) {
        size_t position = 0;
        while (found >= 0 && set_next_hashed(other, &position, &item, &hash)) {
            found = set_discard_hashed(v, item, hash);
            value_dec(item);
        }
    } else {
        struct sweep sweep;
        if (!sweep_open(&sweep, other))
            return false;
        while (found >= 0) {
            item = iter_next(sweep.iterator);
            if (!item || item == VALUE_END) {
                found = item ? 0 : -1;
                break;
            }
            found = set_discard(v, item);
            value_dec(item);
        }
        sweep_close(&sweep);
    }
    return found >= 0 && set_tidy(set_of(v));
}

bool set_symmetric_difference_update(value v, value other)
{
    if (v == other) {
        set_clear(v);
        return true;
    }
    bool is_plain_dict = value_is(other, TYPE_ID_DICT);
    value source = is_plain_dict || is_set(other) ? value_inc(other) : set_new(other);
    if (!source)
        return false;
    if (!thread_is_alone()) {
        bool fine = set_change_all(v, set_items_of(source), SET_ADD | SET_REMOVE);
        value_dec(source);
        return fine;
    }
    size_t position = 0;
    value item, x = NULL;
    int64_t hash;
    int found = 0;
    while (found >= 0 && (is_plain_dict ? dict_next_hashed(source, &position, &item, &x, &hash)
                                        : set_next_hashed(source, &position, &item, &hash))) {
        found = set_discard_hashed(v, item, hash);
        if (found == 0 && !set_add_hashed(v, item, hash))
            found = -1;
        value_dec(item);
        value_dec(x);
        x = NULL;
    }
    value_dec(source);
    return found >= 0;
}

/* ---- many items in one step ---- */
static struct set_items *items_new(uint64_t room)
{
    struct set_items *items = room < SET_MAX_PLACES ? malloc(sizeof *items + room * sizeof(struct set_item)) : NULL;
    if (items)
        items->count = 0;
    else
        raise_no_memory();
    return items;
}

static inline void items_add(struct set_items *items, value key /* stolen */, int64_t hash)
{
    items->at[items->count++] = (struct set_item){key, NULL, hash};
}

void set_items_free(struct set_items *items)
{
    for (uint64_t i = 0; items && i < items->count; i++) {
        value_dec(items->at[i].key);
        value_dec(items->at[i].displaced);
        thread_report_at(i + 1);
    }
    raw_free(items);
}

static struct set_items *items_of_set(struct set *set)
{
    for (uint64_t room = load_acquire(&set->length);;) {
        struct set_items *items = items_new(room);
        if (!items)
            return NULL;
        object_lock(&set->header);
        struct set_table *t = load_relaxed(&set->table);
        uint64_t length = load_relaxed(&set->length);
        for (uint64_t i = 0; length <= room && t && i <= t->mask; i++) {
            value key = load_relaxed(&t->entries[i].key);
            if (place_is_live(key))
                items_add(items, value_inc(key), load_relaxed(&t->entries[i].hash));
            thread_report_at(i + 1);
        }
        object_unlock(&set->header);
        if (length <= room)
            return items;
        raw_free(items);
        room = length + length / 8 + 16;
    }
}

static struct set_items *items_of_dict(value dict)
{
    value copy = dict_copy(dict), key, item;
    struct set_items *items = copy ? items_new(dict_length(copy)) : NULL;
    size_t position = 0;
    int64_t hash;
    while (items && dict_next_hashed(copy, &position, &key, &item, &hash)) {
        items_add(items, key, hash);
        value_dec(item);
    }
    value_dec(copy);
    return items;
}

struct set_items *set_items_of(value source)
{
    if (is_set(source))
        return items_of_set(set_of(source));
    if (value_is(source, TYPE_ID_DICT))
        return items_of_dict(source);
    size_t count;
    value *keys = sequence_snapshot(source, "", &count);
    struct set_items *items = keys ? items_new(count) : NULL;
    bool fine = items != NULL;
    for (size_t i = 0; keys && i < count; thread_report_at(++i)) {
        int64_t hash = 0;
        if ((fine = fine && key_hash(keys[i], &hash)))
            items_add(items, keys[i], hash);
        else
            value_dec(keys[i]);
    }
    raw_free(keys);
    if (fine)
        return items;
    set_items_free(items);
    return NULL;
}

/* thread_report_at in a loop that takes items out, or puts them in, under the lock (RULE C3). */
static inline void report_marked(struct set *set, size_t step)
{
    if (unlikely(step % THREAD_REPORT_STEPS == 0)) {
        rc_mark(&set->header);
        thread_report();
    }
}

bool set_change_all(value v, struct set_items *items, unsigned change)
{
    struct set *set = set_of(v);
    struct set_table *fresh = NULL;
    struct cursor c;
    bool fine = items != NULL;
    uint64_t i = 0;
    int64_t grown = 0; /* one change of the length for all */
    while (fine && i < items->count) {
        uint64_t left = change & SET_ADD ? items->count - i : 0;
        object_lock(&set->header);
        struct set_table *t = load_relaxed(&set->table), *old = NULL;
        /* room for those that are left, as if all of them were new */
        if (left && (!t || (t->fill + left) * 5 >= t->mask * 3)) {
            uint64_t places = places_for((load_relaxed(&set->length) + left) * 2);
            if (!fresh || fresh->mask + 1 < places) {
                object_unlock(&set->header);
                table_discard(fresh);
                fine = (fresh = table_new(places)) != NULL;
                continue;
            }
            old = table_replace(set, fresh);
            fresh = NULL;
        }
        for (; i < items->count; i++) {
            struct set_item *item = &items->at[i];
            report_marked(set, i + 1);
            int found = set_find_locked(set, item->key, item->hash, &c, !(change & SET_REMOVE), &grown);
            if (found < 0) {
                fine = false;
                break;
            }
            t = load_relaxed(&set->table);
            if (found && (change & SET_REMOVE)) {
                item->displaced = place_empty(set, &t->entries[c.place]);
                grown--;
            }
            if (found || !(change & SET_ADD))
                continue;
            if (!place_is_free(t, &c)) /* filled while Python code ran */
                break;
            place_fill(set, t, &c, item->key, item->hash);
            item->key = NULL;
            grown++;
        }
        if (fine) {
            length_publish(set, &grown);
            object_unlock(&set->header);
        }
        rc_mark(&set->header);
        if (old)
            table_give_back(set, old);
    }
    table_discard(fresh);
    set_items_free(items);
    return fine;
}

int set_ask_all(value v, const struct set_items *items, bool *present, int stop_at)
{
    struct set *set = set_of(v);
    struct cursor c;
    int found = 0;
    bool stopped = false;
    object_lock(&set->header);
    for (uint64_t i = 0; i < items->count && !stopped; i++) {
        thread_report_at(i + 1);
        found = set_find_locked(set, items->at[i].key, items->at[i].hash, &c, false, NULL);
        if (found < 0)
            return -1;
        if (present)
            present[i] = found;
        stopped = found == stop_at;
    }
    object_unlock(&set->header);
    return stopped;
}

/* Has a table that nobody changes this key: 1, 0, -1 for "only value_equals can tell". */
static int table_has(const struct set_table *t, value key, int64_t hash)
{
    if (!t)
        return 0;
    struct cursor c;
    for (cursor_start(&c, t->mask, hash);; cursor_step(&c, t->mask)) {
        value k = load_relaxed(&t->entries[c.place].key);
        if (!k)
            return 0;
        if (k == SET_DUMMY || (k != key && load_relaxed(&t->entries[c.place].hash) != hash))
            continue;
        int same = equals_plain(k, key);
        if (same)
            return same;
    }
}

bool set_keep_all(value v, value other)
{
    struct set *set = set_of(v);
    value *displaced = NULL;
    uint64_t room = 0, count = 0;
    bool fine = true;
    int64_t grown = 0;
restart:
    object_lock(&set->header);
    struct set_table *t = load_relaxed(&set->table);
    uint64_t length = load_relaxed(&set->length), mask = t ? t->mask : 0;
    if (count + length > room) {
        object_unlock(&set->header);
        room = count + length + length / 8 + 16;
        value *more = raw_resize(displaced, room * sizeof(value));
        if (!more) {
            fine = raise_no_memory() != NULL;
            goto done;
        }
        displaced = more;
        goto restart;
    }
    for (uint64_t i = 0; t && i <= mask; i++) {
        struct set_entry *entry = &t->entries[i];
        report_marked(set, i + 1);
        value key = load_relaxed(&entry->key);
        if (!place_is_live(key))
            continue;
        int64_t hash = load_relaxed(&entry->hash);
        int has = table_has(load_relaxed(&set_of(other)->table), key, hash);
        if (has < 0) {
            uint32_t changes = load_relaxed(&set->changes);
            length_publish(set, &grown);
            value_inc(key);
            object_unlock(&set->header);
            has = set_contains_hashed(other, key, hash);
            value_dec(key);
            if (has < 0) {
                fine = false;
                goto done;
            }
            object_lock(&set->header);
            if (load_relaxed(&set->changes) != changes) {
                object_unlock(&set->header);
                goto restart;
            }
        }
        if (!has) {
            displaced[count++] = place_empty(set, entry);
            grown--;
        }
    }
    length_publish(set, &grown);
    object_unlock(&set->header);
    rc_mark(&set->header);
done:
    for (uint64_t i = 0; i < count; thread_report_at(++i))
        value_dec(displaced[i]);
    raw_free(displaced);
    return fine && set_tidy(set);
}

size_t set_memory(value v)
{
    struct set_table *t = load_acquire(&set_of(v)->table);
    return t ? table_bytes(t->mask + 1) : 0;
}
