/*
 * Interned strings: one str per text, so that names can be compared by address.
 *
 * The table is weak: an interned str is counted like any other, and takes itself out of the table when it dies (its
 * destroy function, str_forget), so a text is forgotten when nobody has it. The names of the program itself (those in
 * C, and in modules and scripts that it was started with or imported) are immortal instead: all threads use them all
 * the time, and nobody is to contend on their counts. How many there are does not depend on what the program does.
 *
 * The table is split in shards by hash. Each is open addressing over entries of one word: the str's address and twenty
 * bits of its hash, so that few strs are looked at in vain. Writers hold the shard's lock. Readers take none:
 *
 *   - An entry never moves within a table, and a str's entry has no empty one before it on the way from its home: one
 *     that is removed becomes "gone", or empty where nothing can be behind it. So who probes misses nothing that was
 *     there all the time. A table that is replaced is retired after a grace period.
 *   - A str in the table may be dying, and what is at its address may be another object by now. So a reader counts it
 *     with rc_try_inc, which fails on the dead, and then looks again whether the entry is still the same and in the
 *     table that is in use: as long as it is, its str has not been freed, hence is what was counted (slots.c). One
 *     that is dying is as good as absent: another str of the same text is entered beside it. It removes its own entry
 *     only, which it finds by its address.
 *   - Under the lock an entry's str is not freed, so its text may be read before it is counted.
 */
#include "runtime/objects/text/str.h"
#include "threads/watched.h"

#include <stdlib.h>

enum { SHARDS = 64, FIRST_ENTRIES = 32, ADDRESS_BITS = 44 /* of a multiple of 16 */ };
enum { EMPTY = 0, GONE = 1 }; /* words of no str */

struct intern_entry {
    _Atomic uint64_t word;
    uint32_t hash;   /* what home() goes by; this and the next under the lock */
    uint32_t tables; /* classes' tables that hold the str (str_hold_in_table) */
};

struct intern_table {
    size_t mask;
    struct intern_entry entries[];
};

static struct shard {
    _Alignas(64) _Atomic uint8_t lock;
    _Atomic bool background; /* who holds it is a thread of the runtime's own */
    _Atomic(struct intern_table *) table;
    size_t live, used; /* entries with a str; those that are not empty */
} shards[SHARDS];

static size_t table_bytes(size_t entries)
{
    return sizeof(struct intern_table) + entries * sizeof(struct intern_entry);
}

static inline struct shard *shard_of(int64_t hash)
{
    return &shards[(uint64_t)hash % SHARDS];
}
static inline uint32_t hash_in_shard(int64_t hash)
{
    return (uint32_t)((uint64_t)hash / SHARDS);
}
static inline size_t home(const struct intern_table *t, int64_t hash)
{
    return hash_in_shard(hash) & t->mask;
}
static inline uint64_t word_of(value v, int64_t hash)
{
    return value_bits(v) >> 4 | (uint64_t)hash >> ADDRESS_BITS << ADDRESS_BITS;
}
static inline value word_str(uint64_t word)
{
    return (value)(uintptr_t)((word & ((UINT64_C(1) << ADDRESS_BITS) - 1)) << 4);
}
static inline bool word_may_be(uint64_t word, int64_t hash)
{
    return word != GONE && (word ^ (uint64_t)hash) >> ADDRESS_BITS == 0;
}

static int64_t known_hash(value v)
{
    return atomic_load_explicit(&((struct str *)v)->hash, memory_order_relaxed);
}

/* ---- reading, without the lock ---- */

/* The interned str of this text that is in the table, owned, or NULL. *replaced: the table is not in use any more. */
static value find_in(struct shard *shard, struct intern_table *t, struct span span, int64_t hash, bool *replaced)
{
    for (size_t i = home(t, hash);; i = (i + 1) & t->mask) {
        uint64_t word = atomic_load_explicit(&t->entries[i].word, memory_order_acquire);
        if (word == EMPTY)
            return NULL;
        value v = word_str(word);
        if (!word_may_be(word, hash) || !rc_try_inc(value_object(v)))
            continue;
        *replaced = atomic_load_explicit(&shard->table, memory_order_seq_cst) != t;
        if (!*replaced && atomic_load_explicit(&t->entries[i].word, memory_order_seq_cst) == word &&
            span_equal(str_span(v), span))
            return v;
        value_dec(v);
        if (*replaced)
            return NULL;
    }
}

/* The interned str of this text, owned, or NULL. */
static value find(struct span span, int64_t hash)
{
    struct shard *shard = shard_of(hash);
    value found;
    bool replaced;
    do {
        struct intern_table *t = atomic_load_explicit(&shard->table, memory_order_acquire);
        replaced = false;
        found = t ? find_in(shard, t, span, hash, &replaced) : NULL;
    } while (replaced);
    return found;
}

/* ---- writing, under the lock ---- */

static void lock_shard(struct shard *shard)
{
    thread_lock_begin(THREAD_HERE);
    watched_byte_lock(&shard->lock, &shard->background);
    atomic_store_explicit(&shard->background, thread_is_background(), memory_order_relaxed);
}

/* The entry of the str of this text, which is counted then; else where one would go. */
static struct intern_entry *find_locked(struct intern_table *t, struct span span, int64_t hash, value *found)
{
    struct intern_entry *place = NULL;
    *found = NULL;
    for (size_t i = home(t, hash);; i = (i + 1) & t->mask) {
        struct intern_entry *entry = &t->entries[i];
        uint64_t word = atomic_load_explicit(&entry->word, memory_order_relaxed);
        if (!place && (word == EMPTY || word == GONE))
            place = entry;
        if (word == EMPTY)
            return place;
        if (word_may_be(word, hash) && span_equal(str_span(word_str(word)), span) &&
            rc_try_inc(value_object(word_str(word)))) {
            *found = word_str(word);
            return entry;
        }
    }
}

/* The entry of this very str, which is interned. (NULL: who was interning it is not in this process, after a fork.) */
static struct intern_entry *entry_of(struct shard *shard, value v)
{
    struct intern_table *t = atomic_load_explicit(&shard->table, memory_order_relaxed);
    uint64_t wanted = word_of(v, known_hash(v)), word;
    for (size_t i = home(t, known_hash(v));; i = (i + 1) & t->mask) {
        word = atomic_load_explicit(&t->entries[i].word, memory_order_relaxed);
        if (word == wanted || word == EMPTY)
            return word == wanted ? &t->entries[i] : NULL;
    }
}

static void put(struct shard *shard, struct intern_entry *entry, value v, int64_t hash)
{
    shard->used += atomic_load_explicit(&entry->word, memory_order_relaxed) == EMPTY;
    shard->live++;
    entry->hash = hash_in_shard(hash);
    entry->tables = 0;
    atomic_store_explicit(&entry->word, word_of(v, hash), memory_order_release);
}

/* Entries that are gone become empty again where an empty one follows: what a reader looks for is not behind them. */
static void take_out(struct shard *shard, struct intern_entry *entry)
{
    struct intern_table *t = atomic_load_explicit(&shard->table, memory_order_relaxed);
    size_t i = (size_t)(entry - t->entries);
    bool last = atomic_load_explicit(&t->entries[(i + 1) & t->mask].word, memory_order_relaxed) == EMPTY;
    shard->live--;
    atomic_store_explicit(&entry->word, GONE, memory_order_release);
    while (last && atomic_load_explicit(&t->entries[i].word, memory_order_relaxed) == GONE) {
        atomic_store_explicit(&t->entries[i].word, EMPTY, memory_order_release);
        shard->used--;
        i = (i - 1) & t->mask;
    }
}

static bool has_room(const struct shard *shard, const struct intern_table *t)
{
    return t && (shard->used + 1) * 3 <= (t->mask + 1) * 2;
}

/* Put the shard's strs into another table, if that is large enough for them. Returns the table that is not used. */
static struct intern_table *replace_table(struct shard *shard, struct intern_table *fresh)
{
    struct intern_table *old = atomic_load_explicit(&shard->table, memory_order_relaxed);
    if (has_room(shard, old) || (shard->live + 1) * 3 > (fresh->mask + 1) * 2)
        return fresh;
    for (size_t i = 0; old && i <= old->mask; thread_report_at(++i)) {
        uint64_t word = atomic_load_explicit(&old->entries[i].word, memory_order_relaxed);
        if (word == EMPTY || word == GONE)
            continue;
        size_t j = old->entries[i].hash & fresh->mask;
        while (atomic_load_explicit(&fresh->entries[j].word, memory_order_relaxed) != EMPTY)
            j = (j + 1) & fresh->mask;
        fresh->entries[j].hash = old->entries[i].hash;
        fresh->entries[j].tables = old->entries[i].tables;
        atomic_store_explicit(&fresh->entries[j].word, word, memory_order_relaxed);
    }
    atomic_store_explicit(&shard->table, fresh, memory_order_seq_cst);
    shard->used = shard->live; /* last: a child forked in between has too high a count, if a wrong one */
    return old;
}

/* Lock the shard, with room for one more. No memory is asked for under the lock. False: there is none. */
static bool lock_with_room(struct shard *shard)
{
    lock_shard(shard);
    while (!has_room(shard, atomic_load_explicit(&shard->table, memory_order_relaxed))) {
        size_t entries = FIRST_ENTRIES;
        while (entries < (shard->live + 1) * 3)
            entries *= 2;
        byte_unlock(&shard->lock);
        struct intern_table *fresh = storage_alloc(table_bytes(entries));
        if (!fresh)
            return false;
        fresh->mask = entries - 1;
        lock_shard(shard);
        struct intern_table *unused = replace_table(shard, fresh);
        byte_unlock(&shard->lock);
        if (unused)
            storage_retire(unused, table_bytes(unused->mask + 1));
        lock_shard(shard);
    }
    return true;
}

/* Enter an exact str that is held, unless another thread was first: the one that is entered, owned. */
static value enter(value v, int64_t hash)
{
    struct shard *shard = shard_of(hash);
    if (!lock_with_room(shard))
        return raise_no_memory();
    value found;
    struct intern_table *t = atomic_load_explicit(&shard->table, memory_order_relaxed);
    struct intern_entry *place = find_locked(t, str_span(v), hash, &found);
    if (!found) {
        atomic_fetch_or_explicit(&value_object(v)->flags, STR_INTERNED, memory_order_relaxed);
        put(shard, place, v, hash);
        found = value_inc(v);
    }
    byte_unlock(&shard->lock);
    return found;
}

void str_forget(value v)
{
    struct shard *shard = shard_of(known_hash(v));
    lock_shard(shard);
    struct intern_entry *entry = entry_of(shard, v);
    if (entry)
        take_out(shard, entry);
    byte_unlock(&shard->lock);
}

void str_intern_after_fork(void)
{
    for (size_t i = 0; i < SHARDS; i++)
        atomic_store_explicit(&shards[i].lock, 0, memory_order_relaxed);
}

/* ---- the face ---- */

value str_find_interned(value exact)
{
    return find(str_span(exact), str_hash(exact));
}

value str_intern(value v)
{
    value exact = str_exact(v);
    if (likely(str_flags(exact) & STR_INTERNED)) {
        value_inc(exact);
        value_dec(v);
        return exact;
    }
    value single = NULL;
    if (str_exact_length(exact) == 1 && str_width(exact) == 1) { /* there is one of these already */
        single = str_from_code_point(str_exact_at(exact, 0));
        if (!single || str_flags(single) & STR_INTERNED) {
            value_dec(v);
            return single;
        }
        exact = single;
    }
    value found = str_find_interned(exact);
    if (!found)
        found = enter(exact, str_hash(exact));
    value_dec(single);
    value_dec(v);
    return found;
}

value str_intern_forever(value v)
{
    value interned = str_intern(v);
    if (interned && !object_is_immortal(value_object(interned)))
        heap_make_immortal(value_object(interned));
    return interned;
}

value str_interned_latin1(const uint8_t *bytes, size_t length)
{
    int64_t hash = 0; /* not known */
    if (length > 1) { /* shorter ones exist already */
        hash = hash_bytes(bytes, length);
        value found = find(span_bytes(bytes, length), hash);
        if (found)
            return str_intern_forever(found);
    }
    value v = str_from_latin1(bytes, length);
    if (v && hash)
        atomic_store_explicit(&((struct str *)v)->hash, hash, memory_order_relaxed);
    return v ? str_intern_forever(v) : NULL;
}

value str_interned(const char *text)
{
    struct span span = span_bytes(text, strlen(text));
    if (span_or(span) < 0x80)
        return str_interned_latin1(span.data, span.length);
    value v = str_from_text(text);
    return v ? str_intern_forever(v) : NULL;
}

/* ---- what only tables of classes hold ---- */

static uint32_t count_tables(value interned, int32_t change)
{
    struct shard *shard = shard_of(known_hash(interned));
    lock_shard(shard);
    struct intern_entry *entry = entry_of(shard, interned);
    uint32_t tables = entry ? entry->tables += (uint32_t)change : 0;
    byte_unlock(&shard->lock);
    return tables;
}

void str_hold_in_table(value interned)
{
    if (object_is_immortal(value_object(interned)))
        return;
    count_tables(value_inc(interned), 1);
}

void str_drop_from_table(value interned)
{
    if (object_is_immortal(value_object(interned)))
        return;
    count_tables(interned, -1);
    value_dec(interned);
}

bool str_only_in_tables(value interned)
{
    return !object_is_immortal(value_object(interned)) && rc_count(value_object(interned)) <= count_tables(interned, 0);
}

/* ---- names in C code ---- */

/* The bounds of the section, by the linker; absent from programs that use no names. */
extern struct name_constant __start_atoll_names[] __attribute__((weak, visibility("hidden")));
extern struct name_constant __stop_atoll_names[] __attribute__((weak, visibility("hidden")));

value name_make(struct name_constant *name)
{
    value v = str_interned(name->text);
    if (!v)
        abort(); /* only before names_make_all: users of NAME() have no error path */
    atomic_store_explicit(&name->cache, v, memory_order_release);
    return v;
}

bool names_make(struct name_constant *first, struct name_constant *end)
{
    for (struct name_constant *name = first; name < end; name++) {
        if (!name->text || atomic_load_explicit(&name->cache, memory_order_relaxed))
            continue;
        value v = str_interned(name->text);
        if (!v)
            return false;
        atomic_store_explicit(&name->cache, v, memory_order_release);
    }
    return true;
}

bool names_make_all(void)
{
    return names_make(__start_atoll_names, __stop_atoll_names);
}
