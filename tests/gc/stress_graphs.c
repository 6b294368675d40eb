/*
 * Random graphs under all operations of the protocol, on several threads, while the collector runs; then, at rest, the
 * collector must have left exactly what is reachable.
 *
 * Every object has a serial number and a canary. Threads keep a few held references each (registers) and do random
 * steps: load from a slot, store, move in, move out, replace storage, rotate, make weak references and dereference
 * them, drop, hand objects to other threads through a shared table, count what is there again and again, so that it
 * gets sharded counts, and use that uncounted. At the end all but a random part is dropped, and the number of live
 * objects must be what a trace from the held references finds.
 */
#include <stdio.h>
#include <time.h>

#include "tests/gc/nodes.h"

#define REGISTERS 12
#define TABLE     32

/* ---- an object whose slots are in storage that is replaced: `capacity` first, then the slots ---- */

struct box_storage {
    _Atomic uint64_t capacity;
    value_slot slots[];
};

struct box {
    struct object header;
    void *_Atomic storage; /* struct box_storage */
    _Atomic uint64_t canary;
};
#define CANARY 0x5EA5E115A7011u

static struct object_type *box_type, *sharded_type, *final_type; /* the latter: nodes with sharded counts */
static _Atomic long finalized, boxes_destroyed, boxes_made, nodes_made, references_made, references_destroyed;

static size_t storage_bytes(size_t capacity)
{
    return sizeof(struct box_storage) + capacity * sizeof(value_slot);
}

static void box_traverse(struct object *o, struct gc_trace *trace)
{
    struct box_storage *storage = trace_storage(trace, &((struct box *)o)->storage);
    if (!storage)
        return;
    size_t capacity = atomic_load_explicit(&storage->capacity, memory_order_relaxed);
    trace_slots(trace, storage->slots, capacity);
}

static void box_destroy(struct object *o)
{
    struct box *box = (struct box *)o;
    struct box_storage *storage = atomic_load_explicit(&box->storage, memory_order_relaxed);
    if (atomic_load(&box->canary) != CANARY)
        abort();
    atomic_store(&box->canary, 0);
    atomic_fetch_add(&boxes_destroyed, 1);
    if (!storage)
        return;
    for (size_t i = 0; i < storage->capacity; i++)
        slot_drop(&storage->slots[i]);
    storage_release(o, storage, storage_bytes(storage->capacity));
}

static void counted_reference_destroy(struct object *o)
{
    atomic_fetch_add(&references_destroyed, 1);
    reference_destroy(o);
}

static struct box *box_new(size_t capacity)
{
    struct box *box = (struct box *)heap_alloc(box_type, sizeof *box);
    if (!box)
        abort();
    struct box_storage *storage = storage_alloc(storage_bytes(capacity));
    if (!storage)
        abort();
    atomic_store_explicit(&storage->capacity, capacity, memory_order_relaxed);
    atomic_store_explicit(&box->canary, CANARY, memory_order_relaxed);
    atomic_store_explicit(&box->storage, storage, memory_order_release);
    atomic_fetch_add(&boxes_made, 1);
    return box;
}

/* ---- operations on boxes: writers lock, readers do not ---- */

/* An owned reference, or NULL. Verifies the slot and the storage it is in. */
static value box_load(struct box *box, size_t index)
{
    object_share(&box->header);
    for (int attempt = 0; attempt < 100; attempt++) {
        struct box_storage *storage = atomic_load_explicit(&box->storage, memory_order_acquire);
        value_slot *slot = &storage->slots[index % atomic_load_explicit(&storage->capacity, memory_order_relaxed)];
        value v = atomic_load_explicit(slot, memory_order_acquire);
        if (!v)
            return NULL;
        if (!rc_try_inc(value_object(v)))
            continue;
        if (atomic_load_explicit(slot, memory_order_seq_cst) == v &&
            atomic_load_explicit(&box->storage, memory_order_seq_cst) == storage)
            return v;
        value_dec(v);
    }
    return NULL;
}

/* Takes over `v`; returns what was there, owned. */
static value box_swap(struct box *box, size_t index, value v)
{
    object_lock(&box->header);
    struct box_storage *storage = atomic_load_explicit(&box->storage, memory_order_relaxed);
    value old = slot_exchange(&storage->slots[index % storage->capacity], v);
    object_unlock(&box->header);
    return old;
}

/* Take a reference out without counting: marks the box. */
static value box_take(struct box *box, size_t index)
{
    object_lock(&box->header);
    struct box_storage *storage = atomic_load_explicit(&box->storage, memory_order_relaxed);
    value old = slot_take(&box->header, &storage->slots[index % storage->capacity], NULL);
    object_unlock(&box->header);
    return old;
}

/* Rotate the slots by one: moves only, so the box is marked. */
static void box_rotate(struct box *box)
{
    object_lock(&box->header);
    struct box_storage *storage = atomic_load_explicit(&box->storage, memory_order_relaxed);
    value first = slot_peek(&storage->slots[0]);
    for (size_t i = 0; i + 1 < storage->capacity; i++)
        atomic_store_explicit(&storage->slots[i], slot_peek(&storage->slots[i + 1]), memory_order_release);
    atomic_store_explicit(&storage->slots[storage->capacity - 1], first, memory_order_release);
    rc_mark(&box->header);
    object_unlock(&box->header);
}

/* New storage of another capacity; what does not fit is dropped after the box was marked. */
static void box_resize(struct box *box, size_t capacity)
{
    struct box_storage *fresh = storage_alloc(storage_bytes(capacity));
    if (!fresh)
        abort();
    value dropped[64];
    size_t count = 0;
    atomic_store_explicit(&fresh->capacity, capacity, memory_order_relaxed);
    object_lock(&box->header);
    struct box_storage *old = atomic_load_explicit(&box->storage, memory_order_relaxed);
    for (size_t i = 0; i < old->capacity; i++) {
        value v = slot_peek(&old->slots[i]);
        if (i < capacity)
            slot_init(&fresh->slots[i], v);
        else if (v)
            dropped[count++] = v;
    }
    atomic_store_explicit(&box->storage, fresh, memory_order_release);
    rc_mark(&box->header); /* C4 */
    bool private = object_is_private(&box->header);
    object_unlock(&box->header);
    if (private)
        storage_free(old, storage_bytes(old->capacity));
    else
        storage_retire(old, storage_bytes(old->capacity));
    while (count)
        value_dec(dropped[--count]);
}

/* ---- random steps ---- */

struct player {
    uint64_t random;
    struct object *registers[REGISTERS];
    long steps;
};

static value_slot table[TABLE];  /* shared; each entry is a root */
static struct node *table_owner; /* stands for the container of the table */
static _Atomic int players_left;
static _Atomic long kept_uncounted;

static uint64_t next_random(struct player *p)
{
    p->random ^= p->random << 13;
    p->random ^= p->random >> 7;
    p->random ^= p->random << 17;
    return p->random;
}

static bool is_box(struct object *o)
{
    return object_type(o) == box_type;
}

static bool is_node(struct object *o)
{
    return object_type(o) == node_type || object_type(o) == sharded_type || object_type(o) == final_type;
}

static value_slot *node_slot(struct object *o, uint64_t which)
{
    struct node *node = (struct node *)o;
    return which & 1 ? &node->left : &node->right;
}

static void put(struct player *p, size_t i, value v)
{
    struct object *old = p->registers[i];
    p->registers[i] = value_object(v);
    if (old)
        rc_dec(old);
}

static void make(struct player *p, size_t i)
{
    switch (next_random(p) % 5) {
    case 0:
        put(p, i, value_of(leaf_new()));
        break;
    case 1:
    case 2: {
        struct object_type *type = next_random(p) & 1 ? node_type : sharded_type;
        struct node *node = (struct node *)heap_alloc(type, sizeof(struct node));
        atomic_fetch_add(&nodes_made, 1);
        put(p, i, value_of(node));
        break;
    }
    default:
        put(p, i, value_of(box_new(1 + next_random(p) % 20)));
    }
}

static void load(struct player *p, size_t from, size_t to)
{
    struct object *o = p->registers[from];
    if (!o)
        return;
    if (is_node(o))
        put(p, to, slot_load(o, node_slot(o, next_random(p))));
    else if (is_box(o))
        put(p, to, box_load((struct box *)o, next_random(p)));
}

static void store(struct player *p, size_t into, size_t from, bool move)
{
    struct object *o = p->registers[into], *v = p->registers[from];
    if (!o || !v || o == v || (!is_node(o) && !is_box(o)))
        return;
    if (move)
        p->registers[from] = NULL;
    else
        rc_inc(v);
    if (is_node(o))
        slot_store(o, node_slot(o, next_random(p)), value_of(v));
    else
        value_dec(box_swap((struct box *)o, next_random(p), value_of(v)));
}

static void take(struct player *p, size_t from, size_t to)
{
    struct object *o = p->registers[from];
    if (!o)
        return;
    value v = NULL;
    if (is_node(o))
        v = slot_take(o, node_slot(o, next_random(p)), NULL);
    else if (is_box(o))
        v = box_take((struct box *)o, next_random(p));
    if (v)
        put(p, to, v);
}

static void weak(struct player *p, size_t from, size_t to)
{
    struct object *o = p->registers[from];
    if (!o)
        return;
    if (object_type(o) == reference_type) {
        struct object *referent = weak_load((struct weak_reference *)o);
        if (referent)
            put(p, to, value_of(referent));
        return;
    }
    struct weak_reference *reference =
        (struct weak_reference *)heap_alloc(reference_type, sizeof(struct weak_reference));
    atomic_fetch_add(&references_made, 1);
    if (!reference || !weak_attach(reference, o))
        abort();
    put(p, to, value_of(reference));
}

/* A ring of a few objects, dropped at once or held by one register; perhaps a weak reference to it in the table,
   through which others may bring it back while the collector is about to condemn it. */
static void ring(struct player *p, size_t into)
{
    size_t count = 2 + next_random(p) % 8;
    struct object *first = NULL, *last = NULL;
    for (size_t i = 0; i < count; i++) {
        struct object_type *types[] = {node_type, sharded_type, final_type};
        struct object *o = heap_alloc(types[next_random(p) % 3], sizeof(struct node));
        if (!o)
            abort();
        atomic_fetch_add(&nodes_made, 1);
        if (!first)
            first = o;
        else
            slot_init(&((struct node *)o)->left, value_of(last));
        last = o;
    }
    slot_init(&((struct node *)first)->left, value_of(last)); /* moved: the ring owns itself now */
    if (p->registers[into] && (next_random(p) & 1))
        slot_store(last, &((struct node *)last)->right, value_inc(value_of(p->registers[into])));
    rc_inc(first);
    if (next_random(p) % 4 == 0) {
        struct weak_reference *reference =
            (struct weak_reference *)heap_alloc(reference_type, sizeof(struct weak_reference));
        atomic_fetch_add(&references_made, 1);
        if (!reference || !weak_attach(reference, first))
            abort();
        slot_store(&table_owner->header, &table[next_random(p) % TABLE], value_of(reference));
    }
    put(p, into, next_random(p) & 1 ? value_of(first) : (rc_dec(first), NULL));
}

/* Bring back what a weak reference in the table leads to and take it apart by moves alone: the members die one by one,
   with all that tells of weak references, and the last one, whose count never changed, is kept. */
static void unravel(struct player *p, size_t into)
{
    value v = slot_load(&table_owner->header, &table[next_random(p) % TABLE]);
    struct object *o = NULL;
    if (v && object_type(value_object(v)) == reference_type)
        o = weak_load((struct weak_reference *)value_object(v));
    value_dec(v);
    while (o && is_node(o)) {
        value next = slot_take(o, &((struct node *)o)->left, NULL);
        if (!next)
            break;
        rc_dec(o);
        o = value_object(next);
    }
    put(p, into, value_of(o));
}

/* Count what is in a place of the table again and again, as others do; then use it uncounted, if it became sharded. */
static void hammer(struct player *p, size_t into)
{
    value_slot *slot = &table[next_random(p) % TABLE / 4];
    for (int i = 0; i < 40; i++)
        value_dec(slot_load(&table_owner->header, slot));
    value v = atomic_load(slot);
    struct object *o = value_object(v);
    if (!o || !object_keep(o) || atomic_load(slot) != v)
        return;
    uint32_t type = object_type_ref(o);
    if (next_random(p) & 1)
        slot_store(&table_owner->header, slot, NULL);
    for (int i = 0; i < 40; i++)
        if (type == 0 || object_type_ref(o) != type)
            abort();
    atomic_fetch_add(&kept_uncounted, 1);
    if (next_random(p) & 1)
        put(p, into, value_inc(v));
}

/* A finalizer that sometimes brings its object back. */
static void node_finalize(struct object *o)
{
    atomic_fetch_add(&finalized, 1);
    if (((uintptr_t)o >> 5) % 4 == 0)
        slot_store(&table_owner->header, &table[((uintptr_t)o >> 5) % TABLE], value_inc(value_of(o)));
}

static void step(struct player *p)
{
    size_t a = next_random(p) % REGISTERS, b = next_random(p) % REGISTERS;
    switch (next_random(p) % 23) {
    case 20:
    case 21:
    case 22:
        hammer(p, a);
        break;
    case 18:
    case 19:
        unravel(p, a);
        break;
    case 16:
    case 17:
        ring(p, a);
        break;
    case 0:
    case 1:
        make(p, a);
        break;
    case 2:
    case 3:
    case 4:
        load(p, a, b);
        break;
    case 5:
    case 6:
        store(p, a, b, false);
        break;
    case 7:
        store(p, a, b, true);
        break;
    case 8:
        take(p, a, b);
        break;
    case 9:
        put(p, a, NULL);
        break;
    case 10:
        if (p->registers[a] && is_box(p->registers[a]))
            box_resize((struct box *)p->registers[a], 1 + next_random(p) % 20);
        break;
    case 11:
        if (p->registers[a] && is_box(p->registers[a]))
            box_rotate((struct box *)p->registers[a]);
        break;
    case 12:
        weak(p, a, b);
        break;
    case 13:
        if (p->registers[a]) {
            rc_inc(p->registers[a]);
            slot_store(&table_owner->header, &table[next_random(p) % TABLE], value_of(p->registers[a]));
        }
        break;
    case 14:
        put(p, a, slot_load(&table_owner->header, &table[next_random(p) % TABLE]));
        break;
    default:
        slot_store(&table_owner->header, &table[next_random(p) % TABLE], NULL);
    }
}

static void play(void *argument)
{
    struct player *p = argument;
    for (long i = 0; i < p->steps; i++) {
        step(p);
        thread_safepoint(thread_self);
        if (i % 256 == 0)
            gc_run_pending();
        if (next_random(p) % 5000 == 0) {
            thread_enter_blocking();
            nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
            thread_leave_blocking();
        }
        if (next_random(p) % 20000 == 0)
            gc_request_cycle(next_random(p) & 1 ? GC_FULL : GC_YOUNG);
    }
    for (size_t i = 0; i < REGISTERS; i++)
        put(p, i, NULL);
    atomic_fetch_sub(&players_left, 1);
}

/* ---- exact reachability at rest ---- */

static bool count_live(struct object *o, void *context)
{
    (void)o;
    ++*(long *)context;
    return true;
}

struct found {
    struct object **objects;
    size_t count, capacity, containers;
};

static bool find_more(value v, void *context)
{
    struct found *found = context;
    struct object *o = value_object(v);
    for (size_t i = 0; i < found->count; i++) /* few objects are left: a linear search will do */
        if (found->objects[i] == o) {
            rc_dec(o);
            return true;
        }
    if (found->count == found->capacity) {
        found->capacity = found->capacity ? found->capacity * 2 : 1024;
        found->objects = realloc(found->objects, found->capacity * sizeof *found->objects);
        if (!found->objects)
            abort();
    }
    found->objects[found->count++] = o; /* keeps the reference */
    found->containers += object_type(o)->gc_flags & TYPE_GC_CONTAINER ? 1 : 0;
    return true;
}

static size_t reachable_containers(void)
{
    struct found found = {0};
    for (size_t i = 0; i < TABLE; i++) {
        value v = slot_load(&table_owner->header, &table[i]);
        if (v)
            find_more(v, &found);
    }
    for (size_t i = 0; i < found.count; i++)
        if (object_type(found.objects[i])->gc_flags & TYPE_GC_CONTAINER)
            gc_walk_referents(found.objects[i], find_more, &found);
    for (size_t i = 0; i < found.count; i++)
        rc_dec(found.objects[i]);
    free(found.objects);
    return found.containers;
}

static int round_of(int threads, long steps, uint64_t seed)
{
    struct player *players = calloc((size_t)threads, sizeof *players);
    players_left = threads;
    for (int i = 0; i < threads; i++) {
        players[i].random = seed * 0x9E3779B97F4A7C15u + (uint64_t)i * 0xD1B54A32D192ED03u + 1;
        players[i].steps = steps;
        if (thread_start(play, &players[i], 0, NULL) != 0)
            abort();
    }
    thread_enter_blocking();
    while (atomic_load(&players_left) > 0 || thread_mutator_count() > 1)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    thread_leave_blocking();
    free(players);
    while (gc_collect(GC_FULL) > 0)
        ;
    long live = 0;
    gc_walk(count_live, &live);
    size_t expected = reachable_containers() + 1; /* and the table's owner */
    printf("threads %d seed %llu: %ld containers live, %zu reachable; %ld boxes made, %ld destroyed\n", threads,
           (unsigned long long)seed, live, expected, boxes_made, boxes_destroyed);
    return (size_t)live != expected;
}

int main(int count, char **arguments)
{
    long steps = count > 1 ? atol(arguments[1]) : 300000;
    int rounds = count > 2 ? atoi(arguments[2]) : 4;
    uint64_t seed = count > 3 ? strtoull(arguments[3], NULL, 10) : 1;
    if (count > 4) /* what is hot goes back at once, half of the time */
        chaos_begin(strtoull(arguments[4], NULL, 10));
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    nodes_init();
    reference_type->destroy = counted_reference_destroy;
    box_type = nodes_make_type(5, "box", TYPE_GC_CONTAINER, sizeof(struct box), box_traverse, box_destroy);
    sharded_type = nodes_make_type(6, "sharded node", TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE, sizeof(struct node),
                                   node_traverse, node_destroy);
    final_type = nodes_make_type(7, "final node", TYPE_GC_CONTAINER, sizeof(struct node), node_traverse, node_destroy);
    final_type->finalize = node_finalize;
    gc_set_thresholds(2000, 10, 10);
    table_owner = node_new();
    int failed = 0;
    for (int i = 0; i < rounds && !failed; i++) {
        failed = round_of(1 + (int)((seed + (uint64_t)i) % 5), steps, seed + (uint64_t)i);
        for (size_t k = i % 2; k < TABLE; k++)
            slot_store(&table_owner->header, &table[k], NULL);
    }
    for (int i = 0; i < 3; i++) { /* finalizers may bring some back into the table, once */
        for (size_t k = 0; k < TABLE; k++)
            slot_store(&table_owner->header, &table[k], NULL);
        gc_collect(GC_FULL);
    }
    rc_dec(&table_owner->header);
    size_t alive = gc_shutdown();
    struct gc_stats stats;
    gc_get_stats(&stats);
    printf("%ld used uncounted; %ld finalized, %zu alive at the end; cycles %llu young, %llu full; %llu unreachable in "
           "%llu islands; "
           "mutator stops %llu\n",
           kept_uncounted, finalized, alive, (unsigned long long)stats.cycles[0], (unsigned long long)stats.cycles[2],
           (unsigned long long)stats.unreachable, (unsigned long long)stats.islands,
           (unsigned long long)stats.mutator_stops);
    return failed || alive || boxes_made != boxes_destroyed || nodes_made + 1 != nodes_destroyed ||
           references_made != references_destroyed || stats.mutator_stops > 4 * (stats.cycles[0] + stats.cycles[2]);
}
