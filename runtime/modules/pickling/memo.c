/* Memos: which objects a pickle holds already; see pickle.h. And their proxies, the attribute `memo` of a pickler or
   unpickler. */
#include "runtime/modules/pickling/pickle.h"
#include "runtime/objects/containers/container.h"

#define FIRST_CAPACITY 32
#define CAPACITY_MAX   (UINT64_C(1) << 36)

static size_t table_bytes(const struct pickle_memo *memo, uint64_t capacity)
{
    return sizeof(struct pickle_memo_table) +
           capacity * (sizeof(value_slot) + (memo->is_numbered ? sizeof(uint64_t) : 0));
}
static uint64_t *numbers_of(struct pickle_memo_table *table)
{
    return (uint64_t *)&table->objects[table->capacity];
}
static struct pickle_memo_table *table_of(struct pickle_memo *memo)
{
    return load_relaxed(&memo->table);
}
static struct pickle_memo_table *table_new(const struct pickle_memo *memo, uint64_t capacity)
{
    struct pickle_memo_table *table = capacity <= CAPACITY_MAX ? storage_alloc(table_bytes(memo, capacity)) : NULL;
    if (table)
        table->capacity = capacity;
    else
        raise_no_memory();
    return table;
}

GC_READS_RACILY void pickle_memo_traverse(struct pickle_memo *memo, struct gc_trace *trace)
{
    struct pickle_memo_table *table = trace_storage(trace, (void *const _Atomic *)&memo->table);
    if (table)
        trace_slots(trace, table->objects, table->capacity);
    trace_slot(trace, &memo->far);
}

static void drop_objects(struct pickle_memo_table *table)
{
    for (uint64_t i = 0; i < table->capacity; thread_report_at(++i))
        value_dec(load_relaxed(&table->objects[i]));
}
void pickle_memo_destroy(struct object *owner, struct pickle_memo *memo)
{
    struct pickle_memo_table *table = table_of(memo);
    slot_drop(&memo->far);
    if (!table)
        return;
    store_release(&memo->table, NULL);
    memo->used = 0;
    drop_objects(table);
    container_destroy_storage(owner, table, table_bytes(memo, table->capacity));
}

/* Exchange the table; the old one comes back. */
static struct pickle_memo_table *exchange_table(struct object *owner, struct pickle_memo *memo,
                                                struct pickle_memo_table *table, uint64_t used)
{
    object_lock(owner);
    struct pickle_memo_table *old = table_of(memo);
    store_release(&memo->table, table);
    memo->used = used;
    memo->missed = NULL;
    object_unlock(owner);
    rc_mark(owner);
    return old;
}
static void discard(struct object *owner, struct pickle_memo *memo, struct pickle_memo_table *table)
{
    if (!table)
        return;
    drop_objects(table);
    container_release_storage(owner, table, table_bytes(memo, table->capacity));
}
void pickle_memo_clear(struct object *owner, struct pickle_memo *memo)
{
    discard(owner, memo, exchange_table(owner, memo, NULL, 0));
    slot_store(owner, &memo->far, NULL);
}

/* ---- picklers: open addressing by the object's address ---- */

static uint64_t place_of(struct pickle_memo_table *table, value object)
{
    uint64_t mask = table->capacity - 1, at = (value_bits(object) >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20 & mask;
    for (;; at = (at + 1) & mask) {
        value there = load_relaxed(&table->objects[at]);
        if (!there || there == object)
            return at;
    }
}

int64_t pickle_memo_find(struct object *owner, struct pickle_memo *memo, value object)
{
    int64_t number = -1;
    object_lock(owner);
    struct pickle_memo_table *table = table_of(memo);
    if (table) {
        uint64_t at = place_of(table, object);
        if (load_relaxed(&table->objects[at])) {
            number = (int64_t)numbers_of(table)[at];
        } else {
            memo->missed = object;
            memo->missed_at = at;
        }
    }
    object_unlock(owner);
    return number;
}

static void move_all(struct pickle_memo_table *to, struct pickle_memo_table *from, bool numbered)
{
    for (uint64_t i = 0; i < from->capacity; thread_report_at(++i)) {
        value object = load_relaxed(&from->objects[i]);
        if (!object)
            continue;
        uint64_t at = numbered ? place_of(to, object) : i;
        store_release(&to->objects[at], object);
        if (numbered)
            numbers_of(to)[at] = numbers_of(from)[i];
    }
}

/* Take the lock with a table of at least so many places; *displaced is for unlock. False: MemoryError, no lock. With
   `share` the places are for a number of objects, of which the table is to be two thirds full at most. */
static bool lock_with_room(struct object *owner, struct pickle_memo *memo, uint64_t least,
                           struct pickle_memo_table **displaced)
{
    struct pickle_memo_table *fresh = NULL;
    *displaced = NULL;
    for (;;) {
        object_lock(owner);
        struct pickle_memo_table *old = table_of(memo);
        uint64_t needed = memo->is_numbered ? memo->used + memo->used / 2 + 2 : least;
        uint64_t capacity = old ? old->capacity : 0;
        if (capacity >= needed) {
            if (likely(!fresh))
                return true;
        } else if (fresh && fresh->capacity >= needed && fresh->capacity >= capacity) {
            if (old)
                move_all(fresh, old, memo->is_numbered);
            store_release(&memo->table, fresh);
            memo->missed = NULL;
            *displaced = old;
            return true;
        }
        object_unlock(owner);
        if (fresh) {
            storage_free(fresh, table_bytes(memo, fresh->capacity));
            fresh = NULL;
            continue;
        }
        uint64_t wanted = !capacity ? FIRST_CAPACITY : capacity < 1 << 15 ? capacity * 4 : capacity * 2;
        while (wanted < needed && wanted < CAPACITY_MAX * 2)
            wanted *= 2;
        if (!(fresh = table_new(memo, wanted)))
            return false;
    }
}
static void unlock(struct object *owner, struct pickle_memo *memo, struct pickle_memo_table *displaced)
{
    object_unlock(owner);
    if (displaced) {
        rc_mark(owner); /* what moved (RULES C3, C4) */
        container_release_storage(owner, displaced, table_bytes(memo, displaced->capacity));
    }
}

bool pickle_memo_add(struct object *owner, struct pickle_memo *memo, value object, int64_t number, int64_t *given)
{
    struct pickle_memo_table *displaced;
    value_inc(object);
    if (!lock_with_room(owner, memo, 0, &displaced)) {
        value_dec(object);
        return false;
    }
    struct pickle_memo_table *table = table_of(memo);
    /* Nothing is ever taken out of a table: a free place that was found for an object is its own until it is used. */
    bool known = memo->missed == object && !load_relaxed(&table->objects[memo->missed_at]);
    uint64_t at = likely(known) ? memo->missed_at : place_of(table, object);
    bool is_new = !load_relaxed(&table->objects[at]);
    *given = number < 0 ? (int64_t)memo->used : number;
    numbers_of(table)[at] = (uint64_t)*given;
    if (is_new) {
        store_release(&table->objects[at], object);
        memo->used++;
    }
    unlock(owner, memo, displaced);
    if (!is_new)
        value_dec(object);
    return true;
}

/* ---- unpicklers: by number ---- */

uint64_t pickle_memo_count(struct object *owner, struct pickle_memo *memo)
{
    object_lock(owner);
    uint64_t used = memo->used;
    object_unlock(owner);
    return used;
}

value pickle_memo_get(struct object *owner, struct pickle_memo *memo, uint64_t number)
{
    object_lock(owner);
    struct pickle_memo_table *table = table_of(memo);
    value object = table && number < table->capacity ? load_relaxed(&table->objects[number]) : NULL;
    if (object)
        value_inc(object);
    object_unlock(owner);
    value far = object ? NULL : slot_load(owner, &memo->far);
    if (far) {
        value key = int_from_u64(number);
        object = key ? dict_get(far, key) : NULL;
        value_dec(key);
        value_dec(far);
        if (object == VALUE_MISSING)
            object = NULL;
    }
    return object;
}

/* The table is as large as the largest number, so that a few large ones are kept apart. */
static bool is_far(struct object *owner, struct pickle_memo *memo, uint64_t number)
{
    if (number < 4096)
        return false;
    object_lock(owner);
    bool far = number / 8 > memo->used;
    object_unlock(owner);
    return far;
}
static bool put_far(struct object *owner, struct pickle_memo *memo, uint64_t number, value object)
{
    value far = slot_load(owner, &memo->far), key = int_from_u64(number);
    if (!far && (far = dict_new()))
        slot_store(owner, &memo->far, value_inc(far));
    bool done = far && key && dict_set(far, key, object);
    value_dec(key);
    value_dec(far);
    return done;
}
/* Where there is room: nearly always. */
static bool put_near(struct object *owner, struct pickle_memo *memo, uint64_t number, value object)
{
    object_lock(owner);
    struct pickle_memo_table *table = table_of(memo);
    bool near = table && number < table->capacity;
    value old = NULL;
    if (near) {
        old = load_relaxed(&table->objects[number]);
        store_release(&table->objects[number], value_inc(object));
        memo->used += !old;
    }
    object_unlock(owner);
    value_dec(old);
    return near;
}
bool pickle_memo_put(struct object *owner, struct pickle_memo *memo, uint64_t number, value object)
{
    struct pickle_memo_table *displaced;
    if (likely(put_near(owner, memo, number, object)))
        return true;
    if (unlikely(is_far(owner, memo, number)))
        return put_far(owner, memo, number, object);
    value_inc(object);
    if (!lock_with_room(owner, memo, number + 1, &displaced)) {
        value_dec(object);
        return false;
    }
    value_slot *slot = &table_of(memo)->objects[number];
    value old = load_relaxed(slot);
    store_release(slot, object);
    if (!old)
        memo->used++;
    unlock(owner, memo, displaced);
    value_dec(old);
    return true;
}

/* ---- as a whole ---- */

/* A copy of the table, all objects counted; NULL without an exception: there is none. */
static struct pickle_memo_table *table_copy(struct object *owner, struct pickle_memo *memo, uint64_t *used,
                                            bool *failed)
{
    *failed = false;
    for (uint64_t capacity = 0;;) {
        struct pickle_memo_table *copy = capacity ? table_new(memo, capacity) : NULL;
        if (capacity && !copy) {
            *failed = true;
            return NULL;
        }
        object_lock(owner);
        struct pickle_memo_table *table = table_of(memo);
        uint64_t now = table ? table->capacity : 0;
        if (now == capacity && copy) {
            for (uint64_t i = 0; i < now; thread_report_at(++i)) {
                value object = load_relaxed(&table->objects[i]);
                store_relaxed(&copy->objects[i], object ? value_inc(object) : NULL);
                if (memo->is_numbered)
                    numbers_of(copy)[i] = numbers_of(table)[i];
            }
        }
        *used = memo->used;
        object_unlock(owner);
        if (now == capacity)
            return copy;
        if (copy)
            storage_free(copy, table_bytes(memo, capacity));
        if (!now)
            return NULL;
        capacity = now;
    }
}

bool pickle_memo_copy(struct object *owner, struct pickle_memo *memo, struct object *from_owner,
                      struct pickle_memo *from)
{
    uint64_t used;
    bool failed;
    struct pickle_memo_table *copy = table_copy(from_owner, from, &used, &failed);
    if (failed)
        return false;
    discard(owner, memo, exchange_table(owner, memo, copy, copy ? used : 0));
    value far = slot_load(from_owner, &from->far), far_copy = far ? dict_copy(far) : NULL;
    failed = far && !far_copy;
    value_dec(far);
    slot_store(owner, &memo->far, far_copy);
    return !failed;
}

value pickle_memo_to_dict(struct object *owner, struct pickle_memo *memo)
{
    uint64_t used;
    bool failed;
    struct pickle_memo_table *copy = table_copy(owner, memo, &used, &failed);
    value dict = failed ? NULL : dict_new();
    for (uint64_t i = 0; copy && i < copy->capacity; thread_report_at(++i)) {
        value object = load_relaxed(&copy->objects[i]), key = NULL, item = NULL;
        if (!object)
            continue;
        if (dict && memo->is_numbered) {
            value number = int_from_u64(numbers_of(copy)[i]);
            key = int_from_u64(value_bits(object));
            item = number ? tuple_pack(2, number, object) : NULL;
            value_dec(number);
        } else if (dict) {
            key = int_from_u64(i);
            item = value_inc(object);
        }
        if (dict && !(key && item && dict_set(dict, key, item))) {
            value_dec(dict);
            dict = NULL;
        }
        value_dec(item);
        value_dec(key);
        value_dec(object);
    }
    if (copy)
        storage_free(copy, table_bytes(memo, copy->capacity));
    value far = dict ? slot_load(owner, &memo->far) : NULL;
    if (far && !dict_update(dict, far)) {
        value_dec(dict);
        dict = NULL;
    }
    value_dec(far);
    return dict;
}

bool pickle_memo_from_dict(struct object *owner, struct pickle_memo *memo, value dict)
{
    value items = dict_items_list(dict);
    bool done = items != NULL;
    pickle_memo_clear(owner, memo);
    for (size_t i = 0; done && i < list_length(items); thread_report_at(++i)) {
        value pair = list_get(items, i);
        value key = tuple_get(pair, 0), item = tuple_get(pair, 1);
        int64_t number;
        if (memo->is_numbered) {
            if (!is_tuple(item) || tuple_length(item) != 2)
                done = raise_false(EXC(TypeError), "'memo' values must be 2-item tuples");
            else
                done = value_as_i64(tuple_get(item, 0), &number) &&
                       pickle_memo_add(owner, memo, tuple_get(item, 1), number < 0 ? 0 : number, &number);
        } else if (!is_int(key))
            done = raise_false(EXC(TypeError), "memo key must be integers");
        else if ((done = value_as_i64(key, &number))) {
            done = number >= 0 ? pickle_memo_put(owner, memo, (uint64_t)number, item)
                               : raise_false(EXC(ValueError), "memo key must be positive integers.");
        }
        value_dec(pair);
    }
    value_dec(items);
    return done;
}

/* ---- proxies ---- */

struct proxy {
    struct object header;
    value_slot owner; /* constant */
};
static struct type *proxy_types[2]; /* of picklers, of unpicklers */

struct pickle_memo *pickle_memo_of(value owner)
{
    return value_is_of(owner, pickler_type) ? &PICKLER(owner)->memo : &UNPICKLER(owner)->memo;
}
value pickle_memo_proxy_new(value owner)
{
    struct proxy *proxy =
        (struct proxy *)object_new(proxy_types[!value_is_of(owner, pickler_type)], sizeof(struct proxy));
    if (proxy)
        slot_init(&proxy->owner, value_inc(owner));
    return value_of(proxy);
}
static value owner_of(value proxy)
{
    return slot_peek(&((struct proxy *)proxy)->owner);
}
bool pickle_memo_assign(value owner, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "attribute deletion is not supported");
    struct pickle_memo *memo = pickle_memo_of(owner);
    struct type *proxy_type = proxy_types[!memo->is_numbered];
    if (value_type(given) == proxy_type) {
        value other = owner_of(given);
        return pickle_memo_copy(value_object(owner), memo, value_object(other), pickle_memo_of(other));
    }
    if (is_dict(given))
        return pickle_memo_from_dict(value_object(owner), memo, given);
    return raise_false(EXC(TypeError), "'memo' attribute must be %s object or dict, not %T",
                       memo->is_numbered ? "a PicklerMemoProxy" : "an UnpicklerMemoProxy", given);
}
static value proxy_clear(value self)
{
    value owner = owner_of(self);
    pickle_memo_clear(value_object(owner), pickle_memo_of(owner));
    return VALUE_NONE;
}
static value proxy_copy(value self)
{
    value owner = owner_of(self);
    return pickle_memo_to_dict(value_object(owner), pickle_memo_of(owner));
}
static value proxy_reduce(value self)
{
    value contents = proxy_copy(self), arguments = contents ? tuple_pack(1, contents) : NULL;
    value result = arguments ? tuple_pack(2, value_of(TYPE(DICT)), arguments) : NULL;
    value_dec(arguments);
    value_dec(contents);
    return result;
}
static void proxy_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct proxy *)o)->owner);
}
static void proxy_destroy(struct object *o)
{
    slot_drop(&((struct proxy *)o)->owner);
}
static const struct method_def proxy_methods[] = {
    METHOD("clear", proxy_clear, "($self, /)", "Remove all items from memo."),
    METHOD("copy", proxy_copy, "($self, /)", "Copy the memo to a new object."),
    METHOD("__reduce__", proxy_reduce, "($self, /)", "Implement pickle support."),
    {0},
};
#define PROXY_SPEC(NAME)                                                                                      \
    {                                                                                                         \
        .name = NAME, .size = sizeof(struct proxy), .flags = TYPE_FLAG_NO_NEW, .gc_flags = TYPE_GC_CONTAINER, \
        .traverse = proxy_traverse, .destroy = proxy_destroy, .slots = {.hash = value_unhashable},            \
        .methods = proxy_methods,                                                                             \
    }
static const struct type_spec proxy_specs[] = {PROXY_SPEC("_pickle.PicklerMemoProxy"),
                                               PROXY_SPEC("_pickle.UnpicklerMemoProxy")};
bool pickle_memo_proxies_define(void)
{
    for (int i = 0; i < 2; i++)
        if (!proxy_types[i] && !(proxy_types[i] = type_define(&proxy_specs[i])))
            return false;
    return true;
}
