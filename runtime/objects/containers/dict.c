/*
 * Dicts: lookup, insertion, deletion, storage. The methods that programs call are in dict_methods.c, views and
 * iterators in dict_views.c.
 *
 * A lookup compares by identity first, then by hash; two exact strs or small ints are compared in C. Anything else may
 * have an __eq__ in Python, which cannot run under a lock and may change the dict. So such a comparison happens outside
 * the lock, on an owned reference to the candidate. Afterwards the lookup goes on if the candidate is still in its
 * entry, of the same block; else it starts again. (What others inserted meanwhile is no reason: a comparison that
 * inserts something itself would never come to an end.)
 *
 * Readers without the lock: dict.h says why that is right, container.h how it goes. Whatever they cannot decide they
 * leave to the locked lookup.
 */
#include "runtime/objects/containers/dict.h"
#include "threads/pause.h"

#define DICT_MIN_POSITIONS 8u
#define PERTURB_SHIFT      5
#define MAX_ENTRIES        ((uint64_t)1 << 56)

/* ---- the index: positions hold entry numbers; all ones is empty, all ones but the last bit a dummy. Both are above
   any entry number, and the last bit tells them apart. ---- */
#define INDEX_EMPTY UINT64_MAX
#define INDEX_DUMMY (UINT64_MAX - 1)

static inline unsigned index_width(uint64_t mask)
{
    return mask <= 0xFF ? 1 : mask <= 0xFFFF ? 2 : mask <= 0xFFFFFFFF ? 4 : 8;
}

static inline uint64_t index_get(const struct dict_table *t, uint64_t i)
{
    if (t->mask <= 0xFF)
        return load_acquire((_Atomic uint8_t *)dict_table_indices(t) + i);
    if (t->mask <= 0xFFFF)
        return load_acquire((_Atomic uint16_t *)dict_table_indices(t) + i);
    if (t->mask <= 0xFFFFFFFF)
        return load_acquire((_Atomic uint32_t *)dict_table_indices(t) + i);
    return load_acquire((_Atomic uint64_t *)dict_table_indices(t) + i);
}

static inline void index_set(struct dict_table *t, uint64_t i, uint64_t entry)
{
    if (t->mask <= 0xFF)
        store_release((_Atomic uint8_t *)dict_table_indices(t) + i, (uint8_t)entry);
    else if (t->mask <= 0xFFFF)
        store_release((_Atomic uint16_t *)dict_table_indices(t) + i, (uint16_t)entry);
    else if (t->mask <= 0xFFFFFFFF)
        store_release((_Atomic uint32_t *)dict_table_indices(t) + i, (uint32_t)entry);
    else
        store_release((_Atomic uint64_t *)dict_table_indices(t) + i, entry);
}

/* ---- storage ---- */
static inline uint64_t capacity_of(uint64_t positions)
{
    return (positions << 1) / 3;
}

static inline size_t table_bytes(uint64_t positions)
{
    return sizeof(struct dict_table) + capacity_of(positions) * sizeof(struct dict_entry) +
           positions * index_width(positions - 1);
}

/* A block with room for at least `entries`; NULL with MemoryError. */
static struct dict_table *table_new(uint64_t entries)
{
    uint64_t positions = DICT_MIN_POSITIONS;
    while (positions < MAX_ENTRIES && capacity_of(positions) < entries)
        positions <<= 1;
    struct dict_table *t = positions < MAX_ENTRIES ? storage_alloc(table_bytes(positions)) : NULL;
    if (!t) {
        raise_no_memory();
        return NULL;
    }
    t->mask = positions - 1;
    t->capacity = capacity_of(positions);
    thread_fill(dict_table_indices(t), 0xFF, positions * index_width(t->mask));
    return t;
}

static inline void table_discard(struct dict_table *t)
{
    if (t)
        storage_free(t, table_bytes(t->mask + 1));
}

static inline void table_give_back(struct dict *dict, struct dict_table *t)
{
    if (t)
        container_release_storage(&dict->header, t, table_bytes(t->mask + 1));
}

/* The first position for a new key of this hash. */
static inline uint64_t position_for_new(const struct dict_table *t, int64_t hash)
{
    uint64_t mask = t->mask, perturb = (uint64_t)hash, i = perturb & mask;
    while (index_get(t, i) < t->capacity) {
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + perturb + 1) & mask;
    }
    return i;
}

static inline void table_fill_entry(struct dict_table *t, uint64_t n, value key, int64_t hash, value item)
{
    struct dict_entry *entry = &t->entries[n];
    store_relaxed(&entry->hash, hash);
    store_release(&entry->item, item);
    store_release(&entry->key, key);
}

/* Append an entry to a block that has room; steals both. The number in the index
   makes it visible, so that comes last. */
static inline void table_append(struct dict_table *t, value key, int64_t hash, value item)
{
    uint64_t n = t->spent++;
    table_fill_entry(t, n, key, hash, item);
    index_set(t, position_for_new(t, hash), n);
    store_release(&t->used, n + 1);
}

/* ---- life ---- */
value dict_new_of(struct type *type)
{
    return value_of(object_new(type, type->gc.instance_size));
}

value dict_new(void)
{
    return value_of(OBJECT_NEW(DICT, KIND_CONTAINER, sizeof(struct dict), 0));
}

value dict_new_sized(size_t entries)
{
    value v = dict_new();
    if (!v || !entries)
        return v;
    struct dict_table *t = table_new(entries);
    if (!t) {
        value_dec(v);
        return NULL;
    }
    store_release(&dict_of(v)->table, t);
    return v;
}

GC_READS_RACILY void dict_traverse(struct object *o, struct gc_trace *trace)
{
    struct dict_table *t = trace_storage(trace, (void *const _Atomic *)&((struct dict *)o)->table);
    if (!t)
        return;
    uint64_t used = load_acquire(&t->used), capacity = t->capacity;
    if (trace_disturbed(trace)) /* the numbers may be another block's */
        return;
    for (uint64_t i = 0; i < used && i < capacity; i++) {
        trace_slot(trace, &t->entries[i].key);
        trace_slot(trace, &t->entries[i].item);
    }
}

/* Drop all references in a block that is no dict's any more. */
static void table_drop_entries(struct dict_table *t)
{
    uint64_t used = load_relaxed(&t->used);
    for (uint64_t i = 0; i < used; i++) {
        value_dec(load_relaxed(&t->entries[i].key));
        value_dec(load_relaxed(&t->entries[i].item));
        thread_report_at(i + 1);
    }
}

void dict_destroy(struct object *o)
{
    struct dict *dict = (struct dict *)o;
    struct dict_table *t = load_relaxed(&dict->table);
    if (!t)
        return;
    store_relaxed(&dict->length, 0);
    store_release(&dict->table, NULL);
    table_drop_entries(t);
    container_destroy_storage(o, t, table_bytes(t->mask + 1));
}

/* ---- looking up ---- */
struct probe {
    uint64_t position, perturb; /* in the index */
    uint64_t entry;
};
enum { PROBE_ABSENT = 0, PROBE_FOUND = 1, PROBE_ASK = 2 };

static inline void probe_start(struct probe *p, const struct dict_table *t, int64_t hash)
{
    p->perturb = (uint64_t)hash;
    p->position = p->perturb & t->mask;
}

static inline void probe_step(struct probe *p, const struct dict_table *t)
{
    p->perturb >>= PERTURB_SHIFT;
    p->position = (p->position * 5 + p->perturb + 1) & t->mask;
}

/* From the probe's position on: the key's entry, absence, or a candidate (p->entry) that only value_equals can judge.
   Under the lock, or alone. */
static inline int table_find(const struct dict_table *t, value key, int64_t hash, struct probe *p)
{
    for (;; probe_step(p, t)) {
        uint64_t n = index_get(t, p->position);
        if (n < t->capacity) {
            const struct dict_entry *entry = &t->entries[n];
            value k = load_relaxed(&entry->key);
            p->entry = n;
            if (k == key)
                return PROBE_FOUND;
            if (load_relaxed(&entry->hash) == hash) {
                int same = key_equal_simple(k, key);
                if (same > 0)
                    return PROBE_FOUND;
                if (same < 0)
                    return PROBE_ASK;
            }
        } else if (n & 1) {
            return PROBE_ABSENT;
        }
    }
}

/* The lookup with Python comparisons. Called with the lock held, which it gives up around them; holds it when it
   returns 1 (found: p->entry, p->position) or 0 (absent), not when it returns -1 (exception). */
static int dict_find_locked(struct dict *dict, value key, int64_t hash, struct probe *p)
{
restart:;
    struct dict_table *t = load_relaxed(&dict->table);
    if (!t)
        return 0;
    probe_start(p, t, hash);
    for (;;) {
        int found = table_find(t, key, hash, p);
        if (likely(found != PROBE_ASK))
            return found;
        value candidate = value_inc(load_relaxed(&t->entries[p->entry].key));
        uint32_t blocks = dict->blocks;
        object_unlock(&dict->header);
        int same = value_equals(candidate, key);
        value_dec(candidate); /* (if it is still in the entry that holds it; if not, no other one will ever be there) */
        if (same < 0)
            return -1;
        object_lock(&dict->header);
        if (dict->blocks != blocks || load_relaxed(&t->entries[p->entry].key) != candidate)
            goto restart;
        if (same)
            return 1;
        probe_step(p, t);
    }
}

static value dict_get_locked(struct dict *dict, value key, int64_t hash)
{
    struct probe p;
    object_lock(&dict->header);
    int found = dict_find_locked(dict, key, hash, &p);
    if (found < 0)
        return NULL;
    value item = found ? value_inc(load_relaxed(&load_relaxed(&dict->table)->entries[p.entry].item)) : VALUE_MISSING;
    object_unlock(&dict->header);
    return item;
}

/* The lock-free lookup: PROBE_FOUND, PROBE_ABSENT, or PROBE_ASK the locked one. *item is counted, for nothing if the
   result is PROBE_ASK, and so is *held: the caller drops them, because dropping may run Python code, after which the
   block may be gone. Where *kept (if that is not NULL) becomes true *item was found and is not counted, but good until
   the next quiescent point; nothing is held then. */
static inline __attribute__((always_inline)) int dict_read(struct dict *dict, value key, int64_t hash, value *held,
                                                           value *item, bool *kept)
{
    PEEK_SCOPE;
    struct dict_table *t = load_acquire(&dict->table);
    if (!t)
        return PROBE_ABSENT;
    struct probe p;
    value k;
    struct dict_entry *entry;
    for (probe_start(&p, t, hash);; probe_step(&p, t)) {
        uint64_t n = index_get(t, p.position);
        if (n >= t->capacity) {
            if (n & 1)
                return PROBE_ABSENT;
            continue;
        }
        entry = &t->entries[n];
        k = load_acquire(&entry->key);
        if (k == key)
            break;
        if (unlikely(!k)) /* it was just deleted, or moved (entry_move) */
            return PROBE_ASK;
        if (load_acquire(&entry->hash) != hash) {
            if (unlikely(load_acquire(&entry->key) != k)) /* that was no hash: the entry has been emptied */
                return PROBE_ASK;
            continue;
        }
        if (!value_is_object(k)) {
            if (value_is_small_int(k) && value_is_small_int(key))
                continue;
            return PROBE_ASK;
        }
        if (!value_try_inc(k))
            return PROBE_ASK;
        *held = k;
        if (load_again(&entry->key) != k || load_again(&dict->table) != t || key_equal_simple(k, key) != 1)
            return PROBE_ASK;
        break;
    }
    value v = load_acquire(&entry->item);
    bool keep = kept && !*held && value_is_object(v) && v && object_keep(value_object(v));
    if (!keep) {
        if (!v || !value_try_inc(v))
            return PROBE_ASK;
        *item = v;
    }
    bool same = load_again(&entry->item) == v && load_again(&entry->key) == k && load_again(&dict->table) == t;
    if (keep && same) {
        *item = v;
        *kept = true;
    }
    return likely(same) ? PROBE_FOUND : PROBE_ASK;
}

static inline __attribute__((always_inline)) value dict_get_shared(struct dict *dict, value key, int64_t hash,
                                                                   bool *kept)
{
    value held = NULL, item = NULL;
    object_share(&dict->header);
    int found = dict_read(dict, key, hash, &held, &item, kept);
    value_dec(held);
    if (likely(found == PROBE_FOUND))
        return item;
    if (found == PROBE_ABSENT)
        return VALUE_MISSING;
    value_dec(item);
    return dict_get_locked(dict, key, hash);
}

value dict_get_hashed(value v, value key, int64_t hash)
{
    struct dict *dict = dict_of(v);
    if (unlikely(!thread_is_alone()))
        return dict_get_shared(dict, key, hash, NULL);
    struct dict_table *t = load_relaxed(&dict->table);
    if (!t)
        return VALUE_MISSING;
    struct probe p;
    probe_start(&p, t, hash);
    int found = table_find(t, key, hash, &p);
    if (likely(found == PROBE_FOUND))
        return value_inc(load_relaxed(&t->entries[p.entry].item));
    if (likely(found == PROBE_ABSENT))
        return VALUE_MISSING;
    return dict_get_locked(dict, key, hash);
}

value dict_get(value v, value key)
{
    int64_t hash;
    if (unlikely(!key_hash(key, &hash)))
        return NULL;
    return dict_get_hashed(v, key, hash);
}

value dict_get_operand(value v, value key, bool *kept)
{
    int64_t hash;
    if (unlikely(!key_hash(key, &hash)))
        return NULL;
    return dict_get_shared(dict_of(v), key, hash, kept);
}

value dict_get_text(value v, const char *text)
{
    value key = str_from_text(text);
    value item = key ? dict_get(v, key) : NULL;
    value_dec(key);
    return item;
}

int dict_contains_hashed(value v, value key, int64_t hash)
{
    value item = dict_get_hashed(v, key, hash);
    if (!item)
        return -1;
    if (item == VALUE_MISSING)
        return 0;
    value_dec(item);
    return 1;
}

int dict_contains(value v, value key)
{
    int64_t hash;
    return key_hash(key, &hash) ? dict_contains_hashed(v, key, hash) : -1;
}

size_t dict_length(value v)
{
    return load_acquire(&dict_of(v)->length);
}

/* ---- hints ---- */
value dict_load_hint_shared(struct dict *dict, value name, uint32_t hint)
{
    value item;
    object_share(&dict->header);
    {
        PEEK_SCOPE;
        struct dict_table *t = load_acquire(&dict->table);
        if (!t || hint >= t->capacity)
            return VALUE_MISSING;
        struct dict_entry *entry = &t->entries[hint];
        if (load_acquire(&entry->key) != name)
            return VALUE_MISSING;
        item = load_acquire(&entry->item);
        if (!item || !value_try_inc(item))
            return VALUE_MISSING;
        if (likely(load_again(&entry->item) == item && load_again(&entry->key) == name &&
                   load_again(&dict->table) == t))
            return item;
    }
    value_dec(item);
    return VALUE_MISSING;
}

uint32_t dict_hint(value v, value name)
{
    struct dict *dict = dict_of(v);
    int64_t hash;
    if (!value_is(name, TYPE_ID_STR))
        return UINT32_MAX;
    hash = str_hash(name);
    uint32_t hint = UINT32_MAX;
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (t) {
        struct probe p;
        probe_start(&p, t, hash);
        if (table_find(t, name, hash, &p) == PROBE_FOUND && p.entry < UINT32_MAX &&
            load_relaxed(&t->entries[p.entry].key) == name)
            hint = (uint32_t)p.entry;
    }
    object_unlock(&dict->header);
    return hint;
}

_Atomic uint32_t dict_version_floor = 1;

#define DICT_BEHIND OBJECT_TYPE_BIT /* flag: other dicts' versions depend on this one */

/* A number that nobody else has; 0: they have run out. Who takes a larger one sees what the caller did before. */
static uint32_t take_version(void)
{
    static _Atomic uint32_t last_version;
    uint32_t last = load_relaxed(&last_version);
    while (last < DICT_VERSION_LAST && !atomic_compare_exchange_weak_explicit(
                                           &last_version, &last, last + 1, memory_order_acq_rel, memory_order_relaxed))
        ;
    return last < DICT_VERSION_LAST ? last + 1 : 0;
}

uint32_t dict_give_version(struct dict *dict, bool behind)
{
    object_lock(&dict->header);
    uint32_t version = load_relaxed(&dict->version);
    if (!version || !dict_has_version(value_of(dict), version)) {
        version = take_version();
        store_release(&dict->version, version);
    }
    if (behind)
        atomic_fetch_or_explicit(&dict->header.flags, DICT_BEHIND, memory_order_relaxed);
    object_unlock(&dict->header);
    return version;
}

bool dict_version_behind(value v)
{
    if ((load_acquire(&dict_of(v)->header.flags) & DICT_BEHIND) && load_acquire(&dict_of(v)->version))
        return true;
    return dict_give_version(dict_of(v), true) != 0;
}

bool dict_is_versioned(value item)
{
    return value_is_object(item) && item &&
           ((object_type(value_object(item))->gc_flags & TYPE_GC_SHARDABLE) || value_is(item, TYPE_ID_DICT));
}

/* ---- changing ---- */
/* What a version says is over. Before the change can be seen: who finds a number still there, or gives a new one, under
   the lock, will not see the old state afterwards. Under the lock. */
static __attribute__((noinline)) void version_end(struct dict *dict)
{
    store_release(&dict->version, 0);
    if (load_relaxed(&dict->header.flags) & DICT_BEHIND) {
        uint32_t number = take_version(), floor = load_relaxed(&dict_version_floor);
        if (!number)
            number = DICT_VERSION_LAST + 1;
        while (floor < number && !atomic_compare_exchange_weak_explicit(&dict_version_floor, &floor, number,
                                                                        memory_order_acq_rel, memory_order_relaxed))
            ;
    }
}

/* The set of keys changes now. Under the lock. */
static inline void keys_change(struct dict *dict)
{
    step_note_change();
    if (unlikely(load_relaxed(&dict->version) != 0))
        version_end(dict);
}

/* Replace an item; the old one is the caller's. Under the lock. */
static inline value item_replace(struct dict *dict, value_slot *slot, value item)
{
    value old = load_relaxed(slot);
    if (unlikely(load_relaxed(&dict->version) != 0) && dict_is_versioned(old))
        version_end(dict);
    store_release(slot, item);
    return old;
}

bool dict_store_hint(value v, value name, uint32_t hint, value item)
{
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (unlikely(!t || hint >= t->capacity || load_relaxed(&t->entries[hint].key) != name)) {
        object_unlock(&dict->header);
        return false;
    }
    value old = item_replace(dict, &t->entries[hint].item, item);
    object_unlock(&dict->header);
    value_dec(old);
    return true;
}

/* Move the live entries of `from` to the empty `to`, which has the room. */
static void table_move_entries(struct dict_table *to, struct dict_table *from)
{
    uint64_t used = load_relaxed(&from->used);
    for (uint64_t i = 0; i < used; i++) {
        value key = load_relaxed(&from->entries[i].key);
        if (key)
            table_append(to, key, load_relaxed(&from->entries[i].hash), load_relaxed(&from->entries[i].item));
        thread_report_at(i + 1);
    }
}

/* A block for the dict as it is and `extra` entries more; NULL with MemoryError. Not under the lock. */
static struct dict_table *table_for_growth(struct dict *dict, uint64_t extra)
{
    uint64_t length = load_acquire(&dict->length), wanted = length + extra;
    return table_new(load_acquire(&dict->table) && wanted < length * 2 ? length * 2 : wanted);
}

/* Publish a block with room for all there is, and return the old one, for table_give_back after unlocking. */
static struct dict_table *table_replace(struct dict *dict, struct dict_table *fresh)
{
    struct dict_table *old = load_relaxed(&dict->table);
    if (old)
        table_move_entries(fresh, old);
    dict->blocks++;
    store_release(&dict->table, fresh);
    rc_mark(&dict->header);
    return old;
}

/* Under the lock: an entry for a key that is absent; there is room. Steals both. */
static inline void entry_insert(struct dict *dict, struct dict_table *t, value key, int64_t hash, value item)
{
    keys_change(dict);
    table_append(t, key, hash, item);
    store_release(&dict->length, load_relaxed(&dict->length) + 1);
}

/* Insert or replace. Both references are counted by the caller and taken over; false: an exception is set and both were
   dropped. `keep`: if the key is there, its item stays and *present is it (owned; else not touched). */
static bool dict_put(struct dict *dict, value key, int64_t hash, value item, bool keep, value *present)
{
    struct probe p;
    for (;;) {
        object_lock(&dict->header);
        int found = dict_find_locked(dict, key, hash, &p);
        if (found < 0)
            break;
        struct dict_table *t = load_relaxed(&dict->table), *old = NULL;
        if (found) {
            value_slot *slot = &t->entries[p.entry].item;
            if (keep)
                *present = value_inc(load_relaxed(slot));
            else
                item = item_replace(dict, slot, item);
            object_unlock(&dict->header);
            value_dec(item);
            value_dec(key);
            return true;
        }
        if (unlikely(!t || t->spent == t->capacity)) {
            uint32_t blocks = dict->blocks;
            object_unlock(&dict->header);
            struct dict_table *fresh = table_for_growth(dict, 1);
            if (!fresh)
                break;
            object_lock(&dict->header);
            /* A full block takes no insertions: if it is still there the key is still absent. */
            if (dict->blocks != blocks || load_relaxed(&dict->length) >= fresh->capacity) {
                object_unlock(&dict->header);
                table_discard(fresh);
                continue;
            }
            old = table_replace(dict, fresh);
            t = fresh;
        }
        entry_insert(dict, t, key, hash, item);
        object_unlock(&dict->header);
        if (unlikely(old != NULL))
            table_give_back(dict, old);
        return true;
    }
    value_dec(key);
    value_dec(item);
    return false;
}

/* Put all entries of a block that is nobody's into the dict, in one step apart from comparisons in Python. `override`:
   they replace those that are there. The block is taken over, also when it fails. */
static bool dict_put_all(struct dict *dict, struct dict_table *from, uint64_t count, bool override)
{
    struct probe p;
    struct dict_table *fresh = NULL;
    uint64_t used = from ? load_relaxed(&from->used) : 0, i = 0;
    bool fine = true;
    while (fine && i < used) {
        object_lock(&dict->header);
        struct dict_table *t = load_relaxed(&dict->table), *old = NULL;
        /* room for those that are left, as if all of them were new */
        if (!t || t->capacity - t->spent < count) {
            if (!fresh || fresh->capacity < load_relaxed(&dict->length) + count) {
                object_unlock(&dict->header);
                table_discard(fresh);
                fine = (fresh = table_for_growth(dict, count)) != NULL;
                continue;
            }
            old = table_replace(dict, fresh);
            fresh = NULL;
        }
        for (; i < used; i++) {
            struct dict_entry *entry = &from->entries[i];
            if (unlikely((i + 1) % THREAD_REPORT_STEPS == 0)) {
                rc_mark(&dict->header); /* items that were replaced moved (RULE C3) */
                thread_report();
            }
            value key = load_relaxed(&entry->key);
            int64_t hash = load_relaxed(&entry->hash);
            if (!key)
                continue;
            int found = dict_find_locked(dict, key, hash, &p);
            if (found < 0) {
                fine = false;
                break;
            }
            t = load_relaxed(&dict->table);
            if (!found && (!t || t->spent == t->capacity)) /* filled while Python code ran */
                break;
            if (found && override)
                store_relaxed(&entry->item, item_replace(dict, &t->entries[p.entry].item, load_relaxed(&entry->item)));
            if (!found) {
                entry_insert(dict, t, key, hash, load_relaxed(&entry->item));
                store_relaxed(&entry->key, NULL);
                store_relaxed(&entry->item, NULL);
            }
            count--;
        }
        if (fine)
            object_unlock(&dict->header);
        if (old)
            table_give_back(dict, old);
    }
    table_discard(fresh);
    if (from) {
        table_drop_entries(from);
        table_discard(from);
    }
    return fine;
}

/* The common cases: the key is there and known by a simple comparison, or it is not and there is room. The long way is
   dict_put. */
static inline bool dict_set_with(struct dict *dict, value key, int64_t hash, value item, bool locked)
{
    value_inc(item);
    if (locked)
        object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (likely(t != NULL)) {
        struct probe p;
        probe_start(&p, t, hash);
        int found = table_find(t, key, hash, &p);
        if (found == PROBE_FOUND) {
            value old = item_replace(dict, &t->entries[p.entry].item, item);
            if (locked)
                object_unlock(&dict->header);
            value_dec(old);
            return true;
        }
        uint64_t n = t->spent;
        if (found == PROBE_ABSENT && n < t->capacity) {
            keys_change(dict);
            table_fill_entry(t, n, value_inc(key), hash, item);
            /* the probe ended at an empty position; a dummy before it is left for the next block to drop */
            index_set(t, p.position, n);
            t->spent = n + 1;
            store_release(&t->used, n + 1);
            store_release(&dict->length, load_relaxed(&dict->length) + 1);
            if (locked)
                object_unlock(&dict->header);
            return true;
        }
    }
    if (locked)
        object_unlock(&dict->header);
    return dict_put(dict, value_inc(key), hash, item, false, NULL);
}

bool dict_set_hashed(value v, value key, int64_t hash, value item)
{
    return dict_set_with(dict_of(v), key, hash, item, true);
}

bool dict_set_building(value v, value key, value item)
{
    int64_t hash;
    if (unlikely(!key_hash(key, &hash)))
        return false;
    struct dict *dict = dict_of(v);
    if (likely(container_is_building(&dict->header)))
        return dict_set_with(dict, key, hash, item, false);
    return dict_set_with(dict, key, hash, item, true);
}

bool dict_set(value v, value key, value item)
{
    int64_t hash;
    if (unlikely(!key_hash(key, &hash)))
        return false;
    return dict_set_hashed(v, key, hash, item);
}

bool dict_set_text(value v, const char *text, value item)
{
    value key = str_from_text(text);
    if (!key)
        return false;
    key = str_intern(key);
    bool done = key && dict_set(v, key, item);
    value_dec(key);
    return done;
}

value dict_set_default(value v, value key, value item)
{
    int64_t hash;
    value present = key_hash(key, &hash) ? dict_insert_hashed(v, key, hash, item) : NULL;
    return present == VALUE_MISSING ? value_inc(item) : present;
}

value dict_insert_hashed(value v, value key, int64_t hash, value item)
{
    value present = VALUE_MISSING;
    return dict_put(dict_of(v), value_inc(key), hash, value_inc(item), true, &present) ? present : NULL;
}

int dict_insert(value v, value key, value item)
{
    int64_t hash;
    value present = key_hash(key, &hash) ? dict_insert_hashed(v, key, hash, item) : NULL;
    if (!present || present == VALUE_MISSING)
        return present ? 1 : -1;
    value_dec(present);
    return 0;
}

int dict_replace(value v, value key, value old, value item)
{
    struct dict *dict = dict_of(v);
    struct probe p;
    int64_t hash;
    if (!key_hash(key, &hash))
        return -1;
    value replaced = value_inc(item);
    object_lock(&dict->header);
    int found = dict_find_locked(dict, key, hash, &p);
    if (found >= 0) {
        value_slot *slot = found ? &load_relaxed(&dict->table)->entries[p.entry].item : NULL;
        found = slot && load_relaxed(slot) == old;
        if (found)
            replaced = item_replace(dict, slot, item);
        object_unlock(&dict->header);
    }
    value_dec(replaced); /* or what was to be put there */
    return found;
}

int dict_contains_plain(value v, value key)
{
    struct dict *dict = dict_of(v);
    int found = PROBE_ABSENT;
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (t) {
        struct probe p;
        int64_t hash = str_hash(key);
        probe_start(&p, t, hash);
        found = table_find(t, key, hash, &p);
    }
    object_unlock(&dict->header);
    return found == PROBE_ASK ? -1 : found == PROBE_FOUND;
}

/* Take entry p out; both references are the caller's then, who marks the dict. Under the lock. */
static void entry_take(struct dict *dict, struct dict_table *t, const struct probe *p, value *key, value *item)
{
    struct dict_entry *entry = &t->entries[p->entry];
    *key = load_relaxed(&entry->key);
    *item = load_relaxed(&entry->item);
    keys_change(dict);
    index_set(t, p->position, INDEX_DUMMY);
    store_release(&entry->key, NULL);
    store_release(&entry->item, NULL);
    store_release(&entry->hash, (int64_t)p->entry);
    store_release(&dict->length, load_relaxed(&dict->length) - 1);
}

bool dict_exchange(value v, value key, value item, value *old_key, value *old)
{
    struct dict *dict = dict_of(v);
    struct probe p;
    int64_t hash = str_hash(key);
    bool room = true;
    *old_key = NULL;
    *old = VALUE_MISSING;
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    int found = PROBE_ABSENT;
    if (t) {
        probe_start(&p, t, hash);
        found = table_find(t, key, hash, &p);
    }
    if (found == PROBE_FOUND) {
        if (item)
            *old = item_replace(dict, &t->entries[p.entry].item, value_inc(item));
        else
            entry_take(dict, t, &p, old_key, old);
    } else if (item) {
        room = t && t->spent < t->capacity;
        if (room)
            entry_insert(dict, t, value_inc(key), hash, value_inc(item));
    }
    object_unlock(&dict->header);
    rc_mark(&dict->header);
    return room;
}

bool dict_make_room(value v)
{
    struct dict *dict = dict_of(v);
    for (;;) {
        struct dict_table *fresh = table_for_growth(dict, 1), *old;
        if (!fresh)
            return false;
        object_lock(&dict->header);
        bool fits = load_relaxed(&dict->length) < fresh->capacity;
        if (fits)
            old = table_replace(dict, fresh);
        object_unlock(&dict->header);
        if (fits) {
            table_give_back(dict, old);
            return true;
        }
        table_discard(fresh);
    }
}

value dict_pop_hashed(value v, value key, int64_t hash)
{
    struct dict *dict = dict_of(v);
    struct probe p;
    value old_key, item;
    object_lock(&dict->header);
    int found = dict_find_locked(dict, key, hash, &p);
    if (found < 0)
        return NULL;
    if (!found) {
        object_unlock(&dict->header);
        return VALUE_MISSING;
    }
    entry_take(dict, load_relaxed(&dict->table), &p, &old_key, &item);
    object_unlock(&dict->header);
    rc_mark(&dict->header);
    value_dec(old_key);
    return item;
}

value dict_pop(value v, value key)
{
    int64_t hash;
    return key_hash(key, &hash) ? dict_pop_hashed(v, key, hash) : NULL;
}

int dict_delete(value v, value key)
{
    value item = dict_pop(v, key);
    if (!item)
        return -1;
    if (item == VALUE_MISSING)
        return 0;
    value_dec(item);
    return 1;
}

/* Take out an entry that is filled, wherever the index has it. */
static void entry_take_number(struct dict *dict, struct dict_table *t, uint64_t entry, value *key, value *item)
{
    struct probe p;
    for (probe_start(&p, t, load_relaxed(&t->entries[entry].hash)); index_get(t, p.position) != entry;
         probe_step(&p, t))
        ;
    p.entry = entry;
    entry_take(dict, t, &p, key, item);
}

bool dict_pop_last(value v, value *key, value *item)
{
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (!t || load_relaxed(&dict->length) == 0) {
        object_unlock(&dict->header);
        return false;
    }
    uint64_t last = load_relaxed(&t->used) - 1, entry = last;
    for (; !load_relaxed(&t->entries[entry].key); thread_report_at(entry))
        entry = (uint64_t)load_relaxed(&t->entries[entry].hash) - 1;
    entry_take_number(dict, t, entry, key, item);
    store_release(&t->entries[last].hash, (int64_t)entry); /* so that nobody goes that way again step by step */
    store_release(&t->used, entry);
    object_unlock(&dict->header);
    rc_mark(&dict->header);
    return true;
}

/* ---- for OrderedDict: both ends ---- */

bool dict_pop_end(value v, bool last, value *key, value *item)
{
    if (last)
        return dict_pop_last(v, key, item);
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (!t || load_relaxed(&dict->length) == 0) {
        object_unlock(&dict->header);
        return false;
    }
    uint64_t entry = t->first;
    while (!load_relaxed(&t->entries[entry].key))
        thread_report_at(++entry);
    entry_take_number(dict, t, entry, key, item);
    t->first = entry + 1;
    object_unlock(&dict->header);
    rc_mark(&dict->header);
    return true;
}

/* A block for the dict as it is, with room at that end for about as many more. NULL with MemoryError. */
static struct dict_table *table_for_moves(struct dict *dict, bool last)
{
    uint64_t length = load_acquire(&dict->length);
    struct dict_table *t = table_new(length * 2 + 1);
    if (t && !last && t->capacity > length) {
        t->gap = t->first = t->spent = (t->capacity - length + 1) / 2;
        store_relaxed(&t->used, t->spent);
    }
    return t;
}

/* Under the lock: fill the next entry at that end as the one at p is filled, let the key's position in the index lead
   to it, then empty the old one. So a reader without the lock finds the key in one of the two, or an entry that was
   just emptied, and then looks again under the lock. */
static void entry_move(struct dict *dict, struct dict_table *t, const struct probe *p, bool last)
{
    struct dict_entry *from = &t->entries[p->entry];
    value key = value_inc(load_relaxed(&from->key)), item = value_inc(load_relaxed(&from->item));
    uint64_t n = last ? t->spent++ : --t->gap;
    keys_change(dict);
    table_fill_entry(t, n, key, load_relaxed(&from->hash), item);
    index_set(t, p->position, n);
    if (last)
        store_release(&t->used, n + 1);
    else
        t->first = n;
    store_release(&from->key, NULL);
    store_release(&from->item, NULL);
    store_release(&from->hash, (int64_t)p->entry);
}

int dict_move_key(value v, value key, int64_t hash, bool last)
{
    struct dict *dict = dict_of(v);
    struct dict_table *fresh = NULL;
    struct probe p;
    for (;;) {
        object_lock(&dict->header);
        int found = dict_find_locked(dict, key, hash, &p);
        if (found <= 0) {
            if (found == 0)
                object_unlock(&dict->header);
            table_discard(fresh);
            return found;
        }
        struct dict_table *t = load_relaxed(&dict->table), *old = NULL;
        bool there = last ? p.entry + 1 == load_relaxed(&t->used) : p.entry == t->first;
        if (there || (last ? t->spent < t->capacity : t->gap > 0)) {
            value moved_key = load_relaxed(&t->entries[p.entry].key), item = load_relaxed(&t->entries[p.entry].item);
            if (!there)
                entry_move(dict, t, &p, last);
            object_unlock(&dict->header);
            if (!there) { /* what the emptied entry held */
                value_dec(moved_key);
                value_dec(item);
            }
            table_discard(fresh);
            return 1;
        }
        if (fresh && fresh->capacity - fresh->spent > load_relaxed(&dict->length)) {
            old = table_replace(dict, fresh);
            fresh = NULL;
        }
        object_unlock(&dict->header);
        if (old) {
            table_give_back(dict, old); /* and look again */
            continue;
        }
        table_discard(fresh);
        fresh = table_for_moves(dict, last);
        if (!fresh)
            return -1;
    }
}

struct dict_state dict_state(value v)
{
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    struct dict_state state = {t ? t->spent - t->gap : 0, load_relaxed(&dict->length), dict->blocks};
    object_unlock(&dict->header);
    return state;
}

void dict_clear(value v)
{
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    keys_change(dict);
    dict->blocks++;
    store_release(&dict->length, 0);
    store_release(&dict->table, NULL);
    object_unlock(&dict->header);
    if (!t)
        return;
    rc_mark(&dict->header);
    table_drop_entries(t);
    table_give_back(dict, t);
}

/* ---- walking ---- */
size_t dict_positions(value v)
{
    struct dict *dict = dict_of(v);
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    size_t used = t ? load_relaxed(&t->used) : 0;
    object_unlock(&dict->header);
    return used;
}

/* Entry i: 1 with both owned, 0 empty, -1 beyond the end. */
static int dict_entry_locked(struct dict *dict, uint64_t i, value *key, value *item, int64_t *hash)
{
    int result = -1;
    object_lock(&dict->header);
    struct dict_table *t = load_relaxed(&dict->table);
    if (t && i < load_relaxed(&t->used)) {
        result = 0;
        value k = load_relaxed(&t->entries[i].key);
        if (k) {
            *key = value_inc(k);
            *item = value_inc(load_relaxed(&t->entries[i].item));
            *hash = load_relaxed(&t->entries[i].hash);
            result = 1;
        }
    }
    object_unlock(&dict->header);
    return result;
}

/* The same without the lock; *key and *item are counted, or NULL, also when it returns -2: not to be had so. */
static inline __attribute__((always_inline)) int entry_read(struct dict *dict, uint64_t i, value *key, value *item,
                                                            int64_t *hash)
{
    PEEK_SCOPE;
    *key = *item = NULL;
    struct dict_table *t = load_acquire(&dict->table);
    if (!t || i >= load_acquire(&t->used))
        return -1;
    struct dict_entry *entry = &t->entries[i];
    value k = load_acquire(&entry->key);
    if (!k)
        return load_again(&dict->table) == t ? 0 : -2;
    if (!value_try_inc(k))
        return -2;
    *key = k;
    value x = load_acquire(&entry->item);
    *hash = load_acquire(&entry->hash);
    if (!x || !value_try_inc(x))
        return -2;
    *item = x;
    bool same = load_again(&entry->key) == k && load_again(&entry->item) == x && load_again(&dict->table) == t;
    return likely(same) ? 1 : -2;
}

static int dict_entry_shared(struct dict *dict, uint64_t i, value *key, value *item, int64_t *hash)
{
    int got = entry_read(dict, i, key, item, hash);
    if (likely(got != -2))
        return got;
    value_dec(*item);
    value_dec(*key);
    return dict_entry_locked(dict, i, key, item, hash);
}

bool dict_next_hashed(value v, size_t *position, value *key, value *item, int64_t *hash)
{
    struct dict *dict = dict_of(v);
    if (likely(thread_is_alone())) {
        struct dict_table *t = load_relaxed(&dict->table);
        uint64_t used = t ? load_relaxed(&t->used) : 0;
        for (uint64_t i = *position; i < used; i++) {
            value k = load_relaxed(&t->entries[i].key);
            thread_report_at(i + 1); /* the table is the thread's alone, or the dict's */
            if (!k)
                continue;
            *key = value_inc(k);
            *item = value_inc(load_relaxed(&t->entries[i].item));
            *hash = load_relaxed(&t->entries[i].hash);
            *position = i + 1;
            return true;
        }
        return false;
    }
    object_share(&dict->header);
    for (;;) {
        int got = dict_entry_shared(dict, *position, key, item, hash);
        if (got < 0)
            return false;
        thread_report_at(++*position);
        if (got)
            return true;
    }
}

bool dict_next(value v, size_t *position, value *key, value *item)
{
    int64_t hash;
    return dict_next_hashed(v, position, key, item, &hash);
}

bool dict_next_key(value v, size_t *position, value *key)
{
    struct dict *dict = dict_of(v);
    object_share(&dict->header);
    for (;;) {
        uint64_t i = *position;
        value k, item;
        thread_report_at(i + 1);
        {
            PEEK_SCOPE;
            struct dict_table *t = load_acquire(&dict->table);
            if (!t || i >= load_acquire(&t->used))
                return false;
            k = load_acquire(&t->entries[i].key);
            if (k && !value_try_inc(k))
                k = NULL;
            if (likely(k && load_again(&t->entries[i].key) == k && load_again(&dict->table) == t)) {
                *position = i + 1;
                *key = k;
                return true;
            }
        }
        value_dec(k);
        int64_t hash;
        int got = dict_entry_locked(dict, i, key, &item, &hash);
        if (got < 0)
            return false;
        *position = i + 1;
        if (got) {
            value_dec(item);
            return true;
        }
    }
}

value dict_moment(value v)
{
    struct dict *dict = dict_of(v);
    for (;;) {
        size_t positions = dict_positions(v);
        value copy = tuple_new(2 * positions + 1);
        if (!copy)
            return NULL;
        object_lock(&dict->header);
        struct dict_table *t = load_relaxed(&dict->table);
        bool fits = positions == (t ? load_relaxed(&t->used) : 0);
        tuple_init(copy, 0, small_int((int64_t)load_relaxed(&dict->length)));
        for (uint64_t i = 0; i < positions; i++) {
            value key = fits ? load_relaxed(&t->entries[i].key) : NULL;
            tuple_init(copy, 2 * i + 1, key ? value_inc(key) : VALUE_MISSING);
            tuple_init(copy, 2 * i + 2, key ? value_inc(load_relaxed(&t->entries[i].item)) : VALUE_MISSING);
            thread_report_at(i + 1);
        }
        object_unlock(&dict->header);
        if (fits)
            return copy;
        value_dec(copy);
    }
}

bool dict_previous(value v, size_t *position, value *key, value *item)
{
    struct dict *dict = dict_of(v);
    int64_t hash;
    object_share(&dict->header);
    while (*position > 0) {
        if (dict_entry_shared(dict, --*position, key, item, &hash) > 0)
            return true;
        thread_report_at(*position);
    }
    return false;
}

/* ---- whole dicts ---- */
/* A copy of the dict's block as it is at one moment, without gaps, everything counted; *out NULL when it is empty. */
static bool dict_copy_table(struct dict *dict, struct dict_table **out, uint64_t *length)
{
    for (;;) {
        *out = NULL;
        *length = load_acquire(&dict->length);
        if (*length == 0)
            return true;
        struct dict_table *copy = table_new(*length);
        if (!copy)
            return false;
        object_lock(&dict->header);
        if (load_relaxed(&dict->length) == *length) {
            struct dict_table *t = load_relaxed(&dict->table);
            uint64_t used = load_relaxed(&t->used);
            for (uint64_t i = 0; i < used; i++) {
                value key = load_relaxed(&t->entries[i].key), item = load_relaxed(&t->entries[i].item);
                if (key)
                    table_append(copy, value_inc(key), load_relaxed(&t->entries[i].hash), value_inc(item));
                thread_report_at(i + 1);
            }
            object_unlock(&dict->header);
            *out = copy;
            return true;
        }
        object_unlock(&dict->header);
        table_discard(copy);
    }
}

value dict_copy(value v)
{
    struct dict_table *t;
    uint64_t length;
    value copy = dict_new();
    if (!copy)
        return NULL;
    if (!dict_copy_table(dict_of(v), &t, &length)) {
        value_dec(copy);
        return NULL;
    }
    store_release(&dict_of(copy)->table, t);
    store_release(&dict_of(copy)->length, length);
    return copy;
}

/* All entries of another dict (that iterates as dicts do) into this one. */
static bool dict_merge_dict(value v, value other, bool override)
{
    if (v == other)
        return true;
    if (dict_length(v) == 0 && override) { /* take a copy of the whole block */
        struct dict *dict = dict_of(v);
        struct dict_table *t, *old = NULL;
        uint64_t length;
        if (!dict_copy_table(dict_of(other), &t, &length))
            return false;
        if (!t)
            return true;
        object_lock(&dict->header);
        bool empty = load_relaxed(&dict->length) == 0;
        if (empty) {
            old = load_relaxed(&dict->table);
            keys_change(dict);
            dict->blocks++;
            store_release(&dict->table, t);
            store_release(&dict->length, length);
        }
        object_unlock(&dict->header);
        if (empty) {
            rc_mark(&dict->header);
            table_give_back(dict, old);
            return true;
        }
        table_drop_entries(t);
        table_discard(t);
    }
    if (!thread_is_alone()) { /* one moment's state of the other, in one step */
        struct dict_table *t;
        uint64_t length;
        return dict_copy_table(dict_of(other), &t, &length) && dict_put_all(dict_of(v), t, length, override);
    }
    size_t position = 0;
    value key, item;
    int64_t hash;
    bool fine = true;
    size_t length = dict_length(other);
    while (fine && dict_next_hashed(other, &position, &key, &item, &hash)) {
        if (override) {
            fine = dict_set_hashed(v, key, hash, item);
        } else {
            int present = dict_contains_hashed(v, key, hash);
            fine = present > 0 || (present == 0 && dict_set_hashed(v, key, hash, item));
        }
        value_dec(key);
        value_dec(item);
        if (fine && dict_length(other) != length)
            fine = raise_false(EXC(RuntimeError), "dict mutated during update");
    }
    return fine;
}

bool dict_take_all(value v, value private_dict)
{
    struct dict *from = dict_of(private_dict);
    struct dict_table *t = load_relaxed(&from->table);
    uint64_t length = load_relaxed(&from->length);
    store_relaxed(&from->length, 0);
    store_release(&from->table, NULL);
    rc_mark(&from->header);
    return dict_put_all(dict_of(v), t, length, true);
}

value dict_to_merge(value mapping)
{
    if (is_dict(mapping) && (value_type_slot(mapping, iter) == dict_iter_slot || ordered_dict_is_exact(mapping)))
        return mapping;
    value shown = mapping_proxy_shows(mapping);
    return shown && (value_is(shown, TYPE_ID_DICT) || ordered_dict_is_exact(shown)) ? shown : NULL;
}

/* All that a mapping's keys() gives, as a list. */
static value mapping_keys(value mapping)
{
    value keys = call_method_0(mapping, NAME(keys)), iterator = keys ? iter_get(keys) : NULL;
    if (keys && !iterator && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "%T.keys() returned a non-iterable (type %T)", mapping, keys);
    }
    value list = iterator ? list_from_iterable(iterator) : NULL;
    value_dec(iterator);
    value_dec(keys);
    return list;
}

bool dict_merge(value v, value mapping, bool override)
{
    value plain = dict_to_merge(mapping);
    if (plain)
        return dict_merge_dict(v, plain, override);
    value keys = mapping_keys(mapping);
    if (!keys)
        return false;
    struct sweep sweep;
    if (!sweep_open(&sweep, keys)) {
        value_dec(keys);
        return false;
    }
    bool fine = true;
    while (fine) {
        value key = iter_next(sweep.iterator);
        if (!key || key == VALUE_END) {
            fine = key != NULL;
            break;
        }
        int present = override ? 0 : dict_contains(v, key);
        fine = present >= 0;
        if (present == 0) {
            value item = item_get(mapping, key);
            fine = item && dict_set(v, key, item);
            value_dec(item);
        }
        value_dec(key);
    }
    sweep_close(&sweep);
    value_dec(keys);
    return fine;
}

/* Pairs from an iterable of two-item sequences. */
static bool dict_merge_pairs(value v, value pairs)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, pairs))
        return false;
    bool fine = true;
    for (size_t n = 0; fine; n++) {
        value element = iter_next(sweep.iterator);
        if (!element || element == VALUE_END) {
            fine = element != NULL;
            break;
        }
        value pair = sequence_fast(element, "");
        value_dec(element);
        if (!pair) {
            fine = error_matches(EXC(TypeError))
                       ? (error_clear(),
                          raise_false(EXC(TypeError),
                                      "cannot convert dictionary update sequence element #%zu to a sequence", n))
                       : false;
            break;
        }
        value items = is_list(pair) ? list_to_tuple(pair) : value_inc(pair);
        value_dec(pair);
        if (!items)
            fine = false;
        else if (tuple_length(items) != 2)
            fine = raise_false(EXC(ValueError), "dictionary update sequence element #%zu has length %zu; 2 is required",
                               n, tuple_length(items));
        else
            fine = dict_set(v, tuple_get(items, 0), tuple_get(items, 1));
        value_dec(items);
    }
    sweep_close(&sweep);
    return fine;
}

bool dict_update(value v, value source)
{
    if (value_is(source, TYPE_ID_DICT)) /* others are asked whether they have keys, whatever their class */
        return dict_merge_dict(v, source, true);
    if (!thread_is_alone() && (value_is(source, TYPE_ID_LIST) || value_is(source, TYPE_ID_TUPLE))) {
        value pairs = dict_new(); /* then what they say is one step, as far as it can be read */
        bool read = pairs && dict_merge_pairs(pairs, source);
        value error = read ? NULL : error_fetch();
        bool taken = pairs && dict_take_all(v, pairs);
        value_dec(pairs);
        if (error)
            error_restore(error);
        return read && taken;
    }
    int mapping = attr_has(source, NAME(keys));
    if (mapping < 0)
        return false;
    return mapping ? dict_merge(v, source, true) : dict_merge_pairs(v, source);
}

/* The keys (0), items' values (1) or pairs (2) in a new list. */
static value dict_list(value v, int kind)
{
    value source = thread_is_alone() ? value_inc(v) : dict_copy(v);
    value list = source ? list_new(dict_length(source)) : NULL;
    size_t position = 0;
    value key, item;
    bool fine = list != NULL;
    while (fine && dict_next(source, &position, &key, &item)) {
        value pair = kind == 2 ? tuple_pack(2, key, item) : NULL;
        fine = kind == 2 ? pair && list_append_owned(list, pair) : list_append(list, kind ? item : key);
        value_dec(key);
        value_dec(item);
        thread_report_at(position);
    }
    value_dec(source);
    if (fine)
        return list;
    value_dec(list);
    return NULL;
}

value dict_keys_list(value v)
{
    return dict_list(v, 0);
}

value dict_values_list(value v)
{
    return dict_list(v, 1);
}

value dict_items_list(value v)
{
    return dict_list(v, 2);
}

size_t dict_memory(value v)
{
    struct dict_table *t = load_acquire(&dict_of(v)->table);
    return t ? table_bytes(t->mask + 1) : 0;
}
