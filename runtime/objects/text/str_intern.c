/*
 * Interned strings: one str per text, so that names can be compared by address.
 *
 * Interned strings are immortal. Names are looked up by all threads all the time; immortal ones are never counted, so
 * that nobody contends on them, and readers of the table need no protocol against a string that is just dying. The
 * price is that a text once interned stays: attribute names, identifiers, and what a program passes to sys.intern().
 *
 * The table is open addressing over slots that are only ever filled. Readers take no lock: they load the table pointer
 * and probe. Writers hold a lock; a table that grows is copied, published, and the old one retired after a grace
 * period, because a reader may still be probing it (it passes no safepoint meanwhile). A reader that misses in an old
 * table looks again under the lock.
 */
#include "runtime/objects/text/str.h"

#include <stdlib.h>

struct intern_table {
    size_t mask;
    value_slot slots[];
};

static _Atomic(struct intern_table *) table;
static size_t count; /* under the lock */
static _Atomic uint8_t lock;

static size_t table_bytes(size_t slots)
{
    return sizeof(struct intern_table) + slots * sizeof(value_slot);
}

/* The interned str of this text, or NULL; *free_slot is where it would go. */
static value table_find(struct intern_table *t, struct span span, int64_t hash, value_slot **free_slot)
{
    for (size_t i = (size_t)hash & t->mask;; i = (i + 1) & t->mask) {
        value v = atomic_load_explicit(&t->slots[i], memory_order_acquire);
        if (!v) {
            *free_slot = &t->slots[i];
            return NULL;
        }
        if (atomic_load_explicit(&((struct str *)v)->hash, memory_order_relaxed) == hash &&
            span_equal(str_span(v), span))
            return v;
    }
}

static struct intern_table *table_grow(struct intern_table *old)
{
    size_t slots = old ? (old->mask + 1) * 2 : 2048;
    struct intern_table *t = storage_alloc(table_bytes(slots));
    if (!t)
        return NULL;
    t->mask = slots - 1;
    for (size_t i = 0; old && i <= old->mask; i++) {
        value v = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        if (!v)
            continue;
        size_t j = (size_t)str_hash(v) & t->mask;
        while (atomic_load_explicit(&t->slots[j], memory_order_relaxed))
            j = (j + 1) & t->mask;
        atomic_store_explicit(&t->slots[j], v, memory_order_relaxed);
    }
    atomic_store_explicit(&table, t, memory_order_release);
    return t;
}

/* Put the str in, or find the one that came first. `v` is owned, unique and exact; stolen. */
static value table_add(value v, int64_t hash)
{
    struct intern_table *retired = NULL;
    byte_lock(&lock);
    struct intern_table *t = atomic_load_explicit(&table, memory_order_relaxed);
    if (!t || count * 3 > t->mask * 2) {
        struct intern_table *grown = table_grow(t);
        if (!grown && (!t || count == t->mask)) {
            byte_unlock(&lock);
            value_dec(v);
            return raise_no_memory();
        }
        if (grown) {
            retired = t;
            t = grown;
        }
    }
    value_slot *slot;
    value found = table_find(t, str_span(v), hash, &slot);
    if (!found) {
        atomic_fetch_or_explicit(&value_object(v)->flags, STR_INTERNED, memory_order_relaxed);
        heap_make_immortal(value_object(v));
        atomic_store_explicit(slot, v, memory_order_release);
        count++;
    }
    byte_unlock(&lock);
    if (retired)
        storage_retire(retired, table_bytes(retired->mask + 1));
    if (found)
        value_dec(v);
    return found ? found : v;
}

value str_intern(value v)
{
    value exact = str_exact(v);
    if (likely(str_flags(exact) & STR_INTERNED)) {
        value_inc(exact);
        value_dec(v);
        return exact;
    }
    if (str_exact_length(exact) == 1 && str_width(exact) == 1) { /* there is one of these already */
        value single = str_from_code_point(str_exact_at(exact, 0));
        value_dec(v);
        if (!single || str_flags(single) & STR_INTERNED)
            return single;
        v = exact = single;
    }
    int64_t hash = str_hash(exact);
    struct intern_table *t = atomic_load_explicit(&table, memory_order_acquire);
    value_slot *slot;
    value found = t ? table_find(t, str_span(exact), hash, &slot) : NULL;
    if (found) {
        value_dec(v);
        return found;
    }
    /* A str becomes immortal in place only while nobody else can be counting it. */
    if (exact == v && (rc_is_unique(value_object(v)) || str_flags(v) & OBJECT_IMMORTAL))
        return table_add(v, hash);
    value copy = str_from_span_max(str_span(exact), str_max(exact));
    value_dec(v);
    if (!copy)
        return NULL;
    str_hash(copy);
    return table_add(copy, hash);
}

value str_interned_latin1(const uint8_t *bytes, size_t length)
{
    int64_t hash = 0; /* not known */
    if (length > 1) { /* shorter ones exist already */
        hash = hash_bytes(bytes, length);
        struct intern_table *t = atomic_load_explicit(&table, memory_order_acquire);
        value_slot *slot;
        value found = t ? table_find(t, span_bytes(bytes, length), hash, &slot) : NULL;
        if (found)
            return found;
    }
    value v = str_from_latin1(bytes, length);
    if (v && hash)
        atomic_store_explicit(&((struct str *)v)->hash, hash, memory_order_relaxed);
    return v ? str_intern(v) : NULL;
}

value str_interned(const char *text)
{
    struct span span = span_bytes(text, strlen(text));
    if (span_or(span) < 0x80)
        return str_interned_latin1(span.data, span.length);
    value v = str_from_text(text);
    return v ? str_intern(v) : NULL;
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

bool names_make_all(void)
{
    for (struct name_constant *name = __start_atoll_names; name < __stop_atoll_names; name++) {
        if (!name->text || atomic_load_explicit(&name->cache, memory_order_relaxed))
            continue;
        value v = str_interned(name->text);
        if (!v)
            return false;
        atomic_store_explicit(&name->cache, v, memory_order_release);
    }
    return true;
}
