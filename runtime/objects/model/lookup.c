/*
 * Looking an attribute up along the MRO, through the class's flattened table (lookup.h).
 *
 * Two things keep a table honest. A fill walks the MRO without any lock; it then enters its result only if the class's
 * `modifications` counter is what it was before the walk, and every change of a class dictionary increments that
 * counter in the class and in all its subclasses. And a change itself repairs the entries for its name: in place when
 * the new value is of the same kind as the old one (so inline caches stay valid: a class attribute used as a counter
 * costs nothing), else by forgetting the entry and giving new numbers to the class and its shapes, which empties every
 * inline cache that relied on it. A name without an entry has no cache that relies on it.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/text/str.h"

#include <stdlib.h>

static inline _Atomic uint32_t *table_index(struct lookup_table *table)
{
    return (_Atomic uint32_t *)(table->entries + table->capacity);
}

static inline size_t table_size(uint32_t capacity, uint32_t mask)
{
    return sizeof(struct lookup_table) + capacity * sizeof(struct lookup_entry) + ((size_t)mask + 1) * sizeof(uint32_t);
}

static inline uint32_t name_hash(value name)
{
    uint64_t bits = value_bits(name) >> 4;
    return (uint32_t)((bits * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static inline struct lookup_table *table_of(struct type *type)
{
    return (struct lookup_table *)atomic_load_explicit(&type->lookup, memory_order_acquire);
}

/* The entry's number, or LOOKUP_NO_INDEX. */
static uint32_t table_find(struct lookup_table *table, value name)
{
    if (!table)
        return LOOKUP_NO_INDEX;
    _Atomic uint32_t *index = table_index(table);
    for (uint32_t i = name_hash(name);; i++) {
        uint32_t number = atomic_load_explicit(&index[i & table->mask], memory_order_acquire);
        if (number == 0)
            return LOOKUP_NO_INDEX;
        if (table->entries[number - 1].name == name)
            return number - 1;
    }
}

static void table_enter(struct lookup_table *table, uint32_t entry)
{
    _Atomic uint32_t *index = table_index(table);
    uint32_t i = name_hash(table->entries[entry].name);
    while (atomic_load_explicit(&index[i & table->mask], memory_order_relaxed) != 0)
        i++;
    atomic_store_explicit(&index[i & table->mask], entry + 1, memory_order_release);
}

enum { TABLE_FIRST = 12, TABLE_TIDIED = 96 /* entries of tables that are looked through for names of no use */ };

/* An empty table. NULL: no memory (then the lookup goes uncached). */
static struct lookup_table *table_new(uint32_t capacity)
{
    uint32_t mask = 16;
    while (mask < capacity + capacity / 2)
        mask *= 2;
    mask--;
    struct lookup_table *table = storage_alloc(table_size(capacity, mask));
    if (!table)
        return NULL;
    table->capacity = capacity;
    table->mask = mask;
    return table;
}

/* What is about to change in a table that readers are looking at: they find nothing there. */
static void table_forget(struct lookup_table *table)
{
    for (uint32_t i = 0; table && i < table->count; i++)
        atomic_store_explicit(&table->entries[i].v, NULL, memory_order_release);
}

/* How many entries have names that nothing but tables holds; which ones, in `idle` (unless that is NULL). */
static uint32_t find_idle(const struct lookup_table *table, bool *idle)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        bool is_idle = str_only_in_tables(table->entries[i].name);
        count += is_idle;
        if (idle)
            idle[i] = is_idle;
    }
    return count;
}

/* What a full table gives way to, made without the lock: one of twice its size, or one of the same size, without the
 * idle entries when these are most. */
struct spare {
    uint32_t wanted;            /* entries that it has to have; 0: it is not needed (any more) */
    struct lookup_table *table; /* NULL: there is none; when it is in use, the one that it replaced */
    bool *idle;                 /* of that one's entries: those that were left out; NULL: of none */
};

static bool spare_make(struct spare *spare)
{
    spare->table = table_new(spare->wanted);
    spare->idle = spare->table && spare->wanted >= TABLE_TIDIED ? calloc(spare->wanted, sizeof *spare->idle) : NULL;
    return spare->table && (spare->idle || spare->wanted < TABLE_TIDIED);
}

/* Without a lock. */
static void spare_drop(struct spare *spare)
{
    struct lookup_table *table = spare->table;
    if (!table)
        return;
    for (uint32_t i = 0; spare->idle && i < table->count; i++)
        if (spare->idle[i])
            str_drop_from_table(table->entries[i].name);
    free(spare->idle);
    storage_retire(table, table_size(table->capacity, table->mask));
}

/* Publish the spare table, with what is in the present one; under the class lock. One without the idle entries has
 * other indices: what is known of the old ones is forgotten, and then the numbers change, before it is seen. */
static struct lookup_table *table_replace(struct type *type, struct lookup_table *table, struct spare *spare)
{
    struct lookup_table *fresh = spare->table;
    bool tidy = table && fresh->capacity == table->capacity;
    if (tidy && !find_idle(table, spare->idle))
        return NULL; /* they were found since */
    for (uint32_t i = 0; table && i < table->count; i++) {
        if (tidy && spare->idle[i])
            continue;
        value v = atomic_load_explicit(&table->entries[i].v, memory_order_relaxed);
        fresh->entries[fresh->count].name = table->entries[i].name;
        atomic_store_explicit(&fresh->entries[fresh->count].v, v, memory_order_relaxed);
        table_enter(fresh, fresh->count++);
    }
    if (tidy) {
        table_forget(table);
        lookup_renumber(type);
    }
    atomic_store_explicit(&type->lookup, fresh, memory_order_release);
    spare->table = table;
    return fresh;
}

/* Changes during which nothing is entered (lookup_suspend), and how many of them are over; under the class lock. */
static _Atomic uint32_t suspended, resumed;

/* What a walk depends on. */
struct walk_state {
    uint32_t modifications, resumed;
};
static struct walk_state walk_begin(struct type *type)
{
    return (struct walk_state){atomic_load_explicit(&type->modifications, memory_order_acquire),
                               atomic_load_explicit(&resumed, memory_order_acquire)};
}

/* Under the class lock: enter what a walk found, unless the class changed since. The spare table is used when the
 * present one is full; if it is missing or of the wrong size nothing is entered, and it is wanted. */
static uint32_t table_put(struct type *type, value name, value found, struct walk_state before, struct spare *spare)
{
    struct walk_state now = walk_begin(type);
    if (now.modifications != before.modifications || now.resumed != before.resumed ||
        atomic_load_explicit(&suspended, memory_order_relaxed) != 0)
        return LOOKUP_NO_INDEX;
    struct lookup_table *table = table_of(type);
    uint32_t number = table_find(table, name);
    if (number != LOOKUP_NO_INDEX) {
        atomic_store_explicit(&table->entries[number].v, found, memory_order_release);
        return number;
    }
    if (!table || table->count == table->capacity) {
        bool tidy = table && table->count >= TABLE_TIDIED && find_idle(table, NULL) > table->count / 2;
        spare->wanted = !table ? TABLE_FIRST : tidy ? table->capacity : table->capacity * 2;
        if (!spare->table || spare->table->capacity != spare->wanted || !(table = table_replace(type, table, spare)))
            return LOOKUP_NO_INDEX;
        spare->wanted = 0;
    }
    number = table->count++;
    table->entries[number].name = name;
    str_hold_in_table(name);
    atomic_store_explicit(&table->entries[number].v, found, memory_order_release);
    table_enter(table, number);
    return number;
}

/* Enter what a walk found, unless somebody is changing classes just now: to wait for them would be a quiescent point,
 * and the next look-up will do. */
static uint32_t table_fill(struct type *type, value name, value found, struct walk_state before)
{
    struct spare spare = {0};
    uint32_t number = LOOKUP_NO_INDEX;
    while (name_is_interned(name) && class_try_lock()) {
        number = table_put(type, name, found, before, &spare);
        class_unlock();
        if (!spare.wanted || spare.table || !spare_make(&spare))
            break;
    }
    spare_drop(&spare);
    return number;
}

/* The first class along the MRO that has the name gives it. */
static value walk_mro(struct type *type, value name)
{
    value mro = slot_load(&type->gc.header, &type->mro);
    if (!mro)
        return VALUE_MISSING;
    value found = VALUE_MISSING;
    size_t length = tuple_length(mro);
    for (size_t i = 0; i < length && found == VALUE_MISSING; i++) {
        struct type *base = (struct type *)tuple_get(mro, i);
        value dict = type_dict(base);
        found = dict ? dict_get(dict, name) : NULL;
    }
    value_dec(mro);
    return found;
}

value lookup_find(struct type *type, value name, uint32_t *index)
{
    struct lookup_table *table = table_of(type);
    uint32_t number = table_find(table, name);
    if (likely(number != LOOKUP_NO_INDEX)) {
        value v = lookup_at(type, number);
        if (unlikely(table_of(type) != table)) { /* the number may be another name's by now */
            value_dec(v);
            v = NULL;
        }
        if (likely(v != NULL)) {
            if (!thread_is_alone() && value_is_object(v) && unlikely(!object_is_lasting(value_object(v))))
                rc_shard(value_object(v));
            if (index)
                *index = number;
            return v;
        }
    }
    value_inc(value_of(type)); /* a key's __eq__ may take away what keeps it */
    struct walk_state before = walk_begin(type);
    value found = walk_mro(type, name);
    number = LOOKUP_NO_INDEX;
    if (found && (index || object_is_immortal(value_object(name))))
        number = table_fill(type, name, found, before);
    value_dec(value_of(type));
    if (index)
        *index = number;
    return found;
}

value lookup_find_peek(struct type *type, value name)
{
    struct lookup_table *table = table_of(type);
    uint32_t number = thread_is_alone() ? LOOKUP_NO_INDEX : table_find(table, name);
    if (number == LOOKUP_NO_INDEX)
        return NULL;
    PEEK_SCOPE;
    struct lookup_reading r = lookup_read(type, number);
    if (unlikely(r.table != table || !value_is_object(r.v) || !r.v || !object_keep(value_object(r.v))))
        return NULL;
    return likely(lookup_still(type, r)) ? r.v : NULL;
}

value name_intern_slow(value name, value *held)
{
    if (unlikely(!is_str(name)))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    return *held = str_intern(str_to_exact(name));
}

value name_find_slow(value name, value *held)
{
    if (unlikely(!is_str(name)))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    value exact = str_exact(name);
    if (name_is_interned(exact))
        return exact;
    *held = str_find_interned(exact);
    return *held ? *held : exact;
}

value type_lookup(struct type *type, value name)
{
    value held, known = name_find(name, &held);
    value found = known ? lookup_find(type, known, NULL) : NULL;
    value_dec(held);
    return found;
}

/* ---- changes ---- */
void lookup_renumber(struct type *type)
{
    atomic_store_explicit(&type->version, shape_next_id(), memory_order_release);
    shapes_renumber(type);
}

/* ---- kinds ---- */
/* A kind changed, and the numbers are not new yet; under the class lock. */
static _Atomic bool kinds_changed;

enum lookup_kind lookup_kind_first(struct object *o)
{
    for (;;) {
        struct type *type = (struct type *)object_type(o);
        uint32_t flags = atomic_fetch_or_explicit(&type->flags, TYPE_FLAG_CLASSIFIED, memory_order_acq_rel);
        /* Either who gives o another type finds the flag, or that type is seen here: they change the type first and
           then the same word, without changing it (lookup_class_assigned). */
        if (object_type(o) == &type->gc)
            return lookup_kind_of_flags(flags);
    }
}

void lookup_kind_changed(uint32_t before, uint32_t after)
{
    if ((before & TYPE_FLAG_CLASSIFIED) && lookup_kind_of_flags(before) != lookup_kind_of_flags(after))
        atomic_store_explicit(&kinds_changed, true, memory_order_release);
}

bool lookup_settle_kinds(void)
{
    struct class_tree all;
    if (likely(!atomic_load_explicit(&kinds_changed, memory_order_acquire)))
        return true;
    if (!class_tree_lock(&all, TYPE(OBJECT)))
        return false;
    if (atomic_load_explicit(&kinds_changed, memory_order_relaxed)) {
        for (size_t i = 0; i < all.count; i++)
            lookup_renumber(all.members[i].type);
        atomic_store_explicit(&kinds_changed, false, memory_order_release); /* last: who finds it false relies on it */
    }
    class_unlock();
    class_tree_drop(&all);
    return true;
}

bool lookup_class_assigned(struct type *from, struct type *to)
{
    uint32_t before = atomic_fetch_or_explicit(&from->flags, 0, memory_order_acq_rel);
    if (!(before & TYPE_FLAG_CLASSIFIED))
        return true;
    uint32_t after = atomic_fetch_or_explicit(&to->flags, TYPE_FLAG_CLASSIFIED, memory_order_acq_rel);
    if (lookup_kind_of_flags(before) == lookup_kind_of_flags(after))
        return true;
    class_lock();
    lookup_kind_changed(before, after);
    class_unlock();
    return lookup_settle_kinds();
}

static void renumber_instances(const struct class_tree *all, struct type *metatype)
{
    for (size_t i = 0; i < all->count; i++) {
        struct type *type = all->members[i].type;
        if (type_is_subtype(value_type(value_of(type)), metatype))
            atomic_store_explicit(&type->version, shape_next_id(), memory_order_release);
    }
}

bool lookup_renumber_instances(struct type *metatype)
{
    struct class_tree all;
    if (!class_tree_lock(&all, TYPE(OBJECT)))
        return false;
    renumber_instances(&all, metatype);
    class_unlock();
    class_tree_drop(&all);
    return true;
}

bool lookup_change_begin(struct class_change *change, struct type *type)
{
    change->metaclass = type_is_subtype(type, TYPE(TYPE));
    if (!change->metaclass)
        return class_tree_lock(&change->tree, type);
    for (;;) {
        if (!class_tree_collect(&change->all, TYPE(OBJECT)))
            return false;
        if (!class_tree_lock(&change->tree, type)) {
            class_tree_drop(&change->all);
            return false;
        }
        if (class_tree_is_whole(&change->all))
            return true;
        lookup_change_end(change);
    }
}

void lookup_change_end(struct class_change *change)
{
    class_unlock();
    class_tree_drop(&change->tree);
    if (change->metaclass)
        class_tree_drop(&change->all);
}

/* May a class before `origin` in the MRO of `type` have the name, so that the change is hidden from `type`? Asks no
 * Python code: 1 yes, 0 no, -1 not to be known. */
static int change_is_hidden(struct type *type, struct type *origin, value name)
{
    PEEK_SCOPE;
    value mro = type_mro_peek(type);
    size_t length = mro ? tuple_length(mro) : 0;
    for (size_t i = 0; i < length; i++) {
        struct type *base = (struct type *)tuple_get(mro, i);
        if (base == origin)
            return 0;
        if (type_has_flag(base, TYPE_FLAG_ODD_KEYS))
            return -1;
        value dict = atomic_load_explicit(&base->dict, memory_order_acquire);
        if (!dict)
            return -1;
        if (dict_contains_plain(dict, name) == 1)
            return 1;
    }
    return 0;
}

static void note_change(struct type *type, value name)
{
    atomic_fetch_add_explicit(&type->modifications, 1, memory_order_acq_rel);
    if (name_is_special(name))
        atomic_fetch_add_explicit(&type->special_changes, 1, memory_order_acq_rel);
}

/* Forget what the entry says, and what caches made of it. Forgotten first: who reads the new number (acquire) does not
 * find the old value any more, and a new one is entered under the class lock, when the numbers are new. */
static void forget(struct class_change *change, struct type *type, value_slot *slot)
{
    atomic_store_explicit(slot, NULL, memory_order_release);
    lookup_renumber(type);
    if (change->metaclass)
        renumber_instances(&change->all, type);
}

static value_slot *entry_of(struct type *type, value name)
{
    struct lookup_table *table = table_of(type);
    uint32_t number = table_find(table, name);
    if (number == LOOKUP_NO_INDEX)
        return NULL;
    value_slot *slot = &table->entries[number].v;
    return atomic_load_explicit(slot, memory_order_relaxed) ? slot : NULL;
}

static void apply_change(struct class_change *change, struct type *type, value name, value old, value v)
{
    struct type *origin = change->tree.members[0].type;
    note_change(type, name);
    value_slot *slot = entry_of(type, name);
    /* A metaclass need not have an entry for what caches rely on: that its instances' attribute is their own. */
    if (!slot && change->metaclass && lookup_kind_of(old) != lookup_kind_of(v))
        renumber_instances(&change->all, type);
    int hidden = slot && type != origin ? change_is_hidden(type, origin, name) : 0;
    if (!slot || hidden == 1)
        return;
    value present = atomic_load_explicit(slot, memory_order_relaxed);
    enum lookup_kind before = lookup_kind_of(present);
    /* A deletion may uncover a base's attribute: forget, and let the next lookup
       walk. Caches hold methods themselves, and the places of slots. */
    bool is_held = before == LOOKUP_METHOD || value_is(present, TYPE_ID_MEMBER_DESCRIPTOR);
    if (hidden == 0 && v != VALUE_MISSING && present == old && before == lookup_kind_of(v) && before != LOOKUP_ABSENT &&
        !is_held)
        atomic_store_explicit(slot, v, memory_order_release);
    else
        forget(change, type, slot);
}

void lookup_changed(struct class_change *change, value name, value old, value v)
{
    for (size_t i = 0; i < change->tree.count; i++)
        apply_change(change, change->tree.members[i].type, name, old, v);
}

bool lookup_suspend(struct type *type, value name)
{
    struct class_change change;
    if (!lookup_change_begin(&change, type))
        return false;
    atomic_store_explicit(&suspended, suspended + 1, memory_order_relaxed);
    for (size_t i = 0; i < change.tree.count; i++) {
        struct type *one = change.tree.members[i].type;
        note_change(one, name);
        value_slot *slot = entry_of(one, name);
        if (slot)
            forget(&change, one, slot);
        else if (change.metaclass)
            renumber_instances(&change.all, one);
    }
    lookup_change_end(&change);
    return true;
}

void lookup_after_fork(void)
{
    atomic_store_explicit(&suspended, 0, memory_order_relaxed);
}

void lookup_resume(void)
{
    class_lock();
    atomic_store_explicit(&suspended, suspended - 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&resumed, 1, memory_order_release);
    class_unlock();
}

void lookup_reset(struct type *type)
{
    atomic_fetch_add_explicit(&type->modifications, 1, memory_order_acq_rel);
    atomic_fetch_add_explicit(&type->special_changes, 1, memory_order_acq_rel);
    /* The table stays, so that entry numbers in caches that are being read stay
       inside it; its entries are forgotten. */
    table_forget(table_of(type));
    lookup_renumber(type);
}

void lookup_free(struct type *type)
{
    struct lookup_table *table = table_of(type);
    if (!table)
        return;
    atomic_store_explicit(&type->lookup, NULL, memory_order_release);
    for (uint32_t i = 0; i < table->count; i++)
        str_drop_from_table(table->entries[i].name);
    storage_retire(table, table_size(table->capacity, table->mask));
}
