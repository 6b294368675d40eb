/*
 * Shapes, and the attributes of instances that they describe (invariants S1 to S5 in shape.h).
 *
 * The tree of shapes belongs to its class. It only grows: a shape is made outside of it, and entered by one
 * compare-and-swap. So making an instance, or giving it an attribute that no other had, takes no lock, never waits and
 * is no quiescent point: what the caller found uncounted is still good afterwards. Instances are changed under their
 * own lock, except for the replacement of an existing attribute, which is one compare-and-swap.
 */
#include "gc/alloc.h"
#include "runtime/objects/model/type_internal.h"

static _Atomic uint32_t last_id;

uint32_t shape_next_id(void)
{
    uint32_t id = atomic_load_explicit(&last_id, memory_order_relaxed);
    do {
        if (id == SHAPE_LAST_ID)
            return SHAPE_NO_ID;
    } while (!atomic_compare_exchange_weak_explicit(&last_id, &id, id + 1, memory_order_relaxed, memory_order_relaxed));
    return id + 1;
}

/* ---- the tree ---- */
static struct shape *shape_make(struct type *type, struct shape *parent, value name, uint32_t count)
{
    struct shape *shape = storage_alloc(sizeof *shape);
    if (!shape)
        return NULL;
    shape->type = type;
    shape->parent = parent;
    shape->dict = parent ? parent->dict : NULL;
    shape->name = value_inc(name);
    shape->count = count;
    atomic_store_explicit(&shape->id, shape_next_id(), memory_order_relaxed);
    return shape;
}

/* Throw away a shape that was not entered. */
static void shape_discard(struct shape *shape)
{
    if (!shape)
        return;
    value_dec(shape->name);
    storage_free(shape, sizeof *shape);
}

/* A root with its dict shape, which is its first child, under no name. NULL: no memory. */
static struct shape *root_make(struct type *type, uint32_t inline_capacity)
{
    struct shape *root = shape_make(type, NULL, NULL, type->reserved_slots);
    struct shape *dict = root ? shape_make(type, root, NULL, type->reserved_slots) : NULL;
    if (!dict) {
        shape_discard(root);
        return NULL;
    }
    dict->is_dict = true;
    dict->dict = root->dict = dict;
    root->inline_capacity = inline_capacity;
    atomic_store_explicit(&root->child, dict, memory_order_relaxed);
    return root;
}

/* The root of the next instances, whose in-line slots are at least so many; older ones stay behind it. Without memory
 * for a new one: the root as it is, or NULL. */
static struct shape *root_at_least(struct type *type, uint32_t inline_capacity)
{
    struct shape *fresh = NULL, *root = atomic_load_explicit(&type->root_shape, memory_order_acquire);
    while (!root || root->inline_capacity < inline_capacity) {
        if (!fresh && !(fresh = root_make(type, inline_capacity)))
            return root;
        fresh->sibling = root;
        if (atomic_compare_exchange_weak_explicit(&type->root_shape, &root, fresh, memory_order_acq_rel,
                                                  memory_order_acquire))
            return fresh;
    }
    if (fresh)
        shape_discard(fresh->dict);
    shape_discard(fresh);
    return root;
}

struct shape *shape_root(struct type *type)
{
    struct shape *root = atomic_load_explicit(&type->root_shape, memory_order_acquire);
    if (likely(root != NULL))
        return root;
    return root_at_least(type, atomic_load_explicit(&type->inline_slots, memory_order_relaxed));
}

/* The next instances of the class, and of classes that will be derived from it, get this many slots in line. Without
 * memory for that they do not. */
static void shape_learn(struct type *type, uint32_t capacity)
{
    struct shape *root = root_at_least(type, capacity);
    uint32_t slots = atomic_load_explicit(&type->inline_slots, memory_order_relaxed);
    while (root && slots < root->inline_capacity &&
           !atomic_compare_exchange_weak_explicit(&type->inline_slots, &slots, root->inline_capacity,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

ssize shape_find(const struct shape *shape, value name)
{
    for (; shape->parent; shape = shape->parent)
        if (shape->name == name)
            return (ssize)shape->count - 1;
    return -1;
}

/* The child of this name among `child` and its older siblings. */
static struct shape *child_find(struct shape *child, value name)
{
    while (child && child->name != name)
        child = child->sibling;
    return child;
}

struct shape *shape_child(struct shape *shape, value name)
{
    return child_find(atomic_load_explicit(&shape->child, memory_order_acquire), name);
}

static bool may_have_child(const struct shape *shape)
{
    return shape->count < SHAPE_ATTRIBUTES_MAX &&
           atomic_load_explicit(&shape->children, memory_order_relaxed) < SHAPE_CHILDREN_MAX &&
           atomic_load_explicit(&shape->dict->children, memory_order_relaxed) < SHAPE_TREE_MAX;
}

struct shape *shape_add(struct shape *shape, value name)
{
    struct shape *newest = atomic_load_explicit(&shape->child, memory_order_acquire), *fresh = NULL;
    for (;;) {
        struct shape *child = child_find(newest, name);
        if (child) {
            shape_discard(fresh);
            return child;
        }
        if (!fresh) {
            fresh = may_have_child(shape) ? shape_make(shape->type, shape, name, shape->count + 1) : NULL;
            if (!fresh)
                return NULL;
        }
        fresh->sibling = newest;
        if (atomic_compare_exchange_weak_explicit(&shape->child, &newest, fresh, memory_order_acq_rel,
                                                  memory_order_acquire)) {
            atomic_fetch_add_explicit(&shape->children, 1, memory_order_relaxed);
            atomic_fetch_add_explicit(&shape->dict->children, 1, memory_order_relaxed);
            return fresh;
        }
    }
}

/* The shapes that were entered at a place up to now. The word is exchanged for itself, so that who enters one
 * afterwards, or finds that one, sees what the caller wrote before: see shapes_renumber. */
static struct shape *newest_of(_Atomic(struct shape *) *place)
{
    struct shape *newest = atomic_load_explicit(place, memory_order_acquire);
    while (!atomic_compare_exchange_weak_explicit(place, &newest, newest, memory_order_acq_rel, memory_order_acquire))
        ;
    return newest;
}

static void renumber_tree(struct shape *shape)
{
    for (; shape; shape = shape->sibling) {
        atomic_store_explicit(&shape->id, shape_next_id(), memory_order_release);
        renumber_tree(newest_of(&shape->child));
    }
}

/* A shape that is entered behind the caller's back keeps its number. Nobody knows that number yet, and who learns it
 * sees the class as it is now. */
void shapes_renumber(struct type *type)
{
    renumber_tree(newest_of(&type->root_shape));
}

static void free_tree(struct shape *shape)
{
    while (shape) {
        struct shape *sibling = shape->sibling;
        free_tree(atomic_load_explicit(&shape->child, memory_order_relaxed));
        value_dec(shape->name);
        storage_retire(shape, sizeof *shape);
        shape = sibling;
    }
}

void shapes_free(struct type *type)
{
    struct shape *root = atomic_load_explicit(&type->root_shape, memory_order_relaxed);
    atomic_store_explicit(&type->root_shape, NULL, memory_order_relaxed);
    free_tree(root);
}

/* ---- instances: memory ---- */
static inline uint32_t overflow_inline(void *word)
{
    return (uint32_t)((uintptr_t)word >> 3);
}
static inline unsigned overflow_tag(void *word)
{
    return (unsigned)((uintptr_t)word & INSTANCE_TAG);
}
static inline value overflow_dict(void *word)
{
    return value_from_bits((uint64_t)(uintptr_t)word & ~(uint64_t)INSTANCE_TAG);
}
static inline size_t overflow_size(uint32_t capacity)
{
    return sizeof(struct instance_overflow) + capacity * sizeof(value_slot);
}

struct object *instance_new(struct type *type)
{
    NO_QUIESCENCE;
    struct shape *root = shape_root(type);
    if (unlikely(!root)) {
        raise_no_memory();
        return NULL;
    }
    uint32_t capacity = root->inline_capacity;
    struct instance *instance = (struct instance *)heap_alloc_in_line(
        KIND_CONTAINER, sizeof(struct instance) + capacity * sizeof(value_slot), type_ref(&type->gc), OBJECT_HAS_SHAPE);
    if (unlikely(!instance)) {
        raise_no_memory();
        return NULL;
    }
    if (likely(type->gc.gc_flags & TYPE_GC_COUNTED))
        rc_inc(&type->gc.header);
    atomic_store_explicit(&instance->overflow, (void *)(uintptr_t)(((uintptr_t)capacity << 3) | INSTANCE_INLINE),
                          memory_order_relaxed);
    atomic_store_explicit(&instance->shape, root, memory_order_release);
    return &instance->header;
}

GC_READS_RACILY void instance_traverse(struct object *object, struct gc_trace *trace)
{
    struct instance *instance = (struct instance *)object;
    void *word = trace_storage(trace, (void *const _Atomic *)&instance->overflow);
    if (!word)
        return;
    if (overflow_tag(word) == INSTANCE_INLINE) {
        trace_slots(trace, instance->slots, overflow_inline(word));
    } else if (overflow_tag(word) == INSTANCE_DICT) {
        trace_slots(trace, instance->slots, ((struct type *)object_type(object))->reserved_slots);
        trace_value(trace, overflow_dict(word));
    } else {
        struct instance_overflow *overflow = word;
        trace_slots(trace, instance->slots, overflow->inline_capacity);
        trace_slots(trace, overflow->slots, overflow->capacity);
    }
}

static void drop_slots(value_slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++)
        slot_drop(&slots[i]);
}

void instance_destroy(struct object *object)
{
    struct instance *instance = (struct instance *)object;
    void *word = atomic_load_explicit(&instance->overflow, memory_order_acquire);
    if (overflow_tag(word) == INSTANCE_INLINE) {
        drop_slots(instance->slots, overflow_inline(word));
        return;
    }
    if (overflow_tag(word) == INSTANCE_DICT) {
        drop_slots(instance->slots, ((struct type *)object_type(object))->reserved_slots);
        atomic_store_explicit(&instance->overflow, (void *)(uintptr_t)INSTANCE_INLINE, memory_order_release);
        value_dec(overflow_dict(word));
        return;
    }
    struct instance_overflow *overflow = word;
    drop_slots(instance->slots, overflow->inline_capacity);
    drop_slots(overflow->slots, overflow->capacity);
    atomic_store_explicit(&instance->overflow, (void *)(uintptr_t)INSTANCE_INLINE, memory_order_release);
    storage_release(object, overflow, overflow_size(overflow->capacity));
}

void *instance_overflow_word(struct instance *instance)
{
    void *word = atomic_load_explicit(&instance->overflow, memory_order_acquire);
    if (overflow_tag(word) != 0 || thread_is_alone() || object_is_mine(&instance->header))
        return word;
    object_share(&instance->header); /* S5; what was loaded before may be gone already */
    return atomic_load_explicit(&instance->overflow, memory_order_acquire);
}

/* The place of attribute `index`, or NULL when the instance has no room for it (or has a dict). */
static value_slot *instance_slot(struct instance *instance, void *word, uint32_t index)
{
    if (overflow_tag(word) == INSTANCE_INLINE)
        return index < overflow_inline(word) ? &instance->slots[index] : NULL;
    if (overflow_tag(word) == INSTANCE_DICT)
        return NULL;
    struct instance_overflow *overflow = word;
    if (index < overflow->inline_capacity)
        return &instance->slots[index];
    index -= overflow->inline_capacity;
    return index < overflow->capacity ? &overflow->slots[index] : NULL;
}

/* Overflow storage with room for attribute `index` of an instance with so many slots in line. NULL: no memory. */
static struct instance_overflow *overflow_new(uint32_t inline_capacity, uint32_t index)
{
    uint32_t capacity = index - inline_capacity + 1;
    capacity = capacity < 4 ? 4 : capacity + capacity / 2;
    struct instance_overflow *overflow = storage_alloc(overflow_size(capacity));
    if (!overflow)
        return NULL;
    overflow->inline_capacity = inline_capacity;
    overflow->capacity = capacity;
    return overflow;
}

/* Give the instance the larger storage in place of `old`, or of none, under its lock. */
static void instance_grow(struct instance *instance, struct instance_overflow *old, struct instance_overflow *fresh)
{
    for (uint32_t i = 0; old && i < old->capacity; i++)
        slot_init(&fresh->slots[i], slot_exchange(&old->slots[i], NULL));
    atomic_store_explicit(&instance->overflow, fresh, memory_order_release);
    rc_mark(&instance->header);
}

/* What was in the word `overflow` and is there no more, if that is storage. */
static void overflow_release(struct instance *instance, void *word)
{
    if (word && overflow_tag(word) == 0)
        storage_release(&instance->header, word, overflow_size(((struct instance_overflow *)word)->capacity));
}

/* ---- instances with a dict ---- */
/* The dict, owned, or NULL when the attributes are (still) in slots. Replacements happen under the lock, and drop the
 * old dict after it, so counting under the lock is safe. */
static value instance_load_dict(struct instance *instance)
{
    value dict = NULL;
    object_lock(&instance->header);
    void *word = atomic_load_explicit(&instance->overflow, memory_order_acquire);
    if (overflow_tag(word) == INSTANCE_DICT)
        dict = value_inc(overflow_dict(word));
    object_unlock(&instance->header);
    return dict;
}

/* Publish `dict` (stolen) as the home of the attributes, under the lock. */
static void instance_publish_dict(struct instance *instance, struct shape *shape, value dict)
{
    atomic_store_explicit(&instance->overflow, (void *)(uintptr_t)(value_bits(dict) | INSTANCE_DICT),
                          memory_order_release);
    atomic_store_explicit(&instance->shape, shape->dict, memory_order_release);
    rc_mark(&instance->header);
}

/* A new dict with the attributes, in the order in which they were added. */
static value instance_collect(struct instance *instance, struct shape *shape, void *word)
{
    struct shape *path[SHAPE_ATTRIBUTES_MAX + 1];
    unsigned count = 0;
    for (struct shape *s = shape; s->parent && s->count > s->type->reserved_slots; s = s->parent)
        path[count++] = s;
    value dict = dict_new_sized(count);
    while (dict && count) {
        struct shape *s = path[--count];
        value_slot *slot = instance_slot(instance, word, s->count - 1);
        value v = slot ? slot_load(&instance->header, slot) : NULL;
        if (v && !dict_set(dict, s->name, v)) {
            value_dec(dict);
            dict = NULL;
        }
        value_dec(v);
    }
    return dict;
}

value instance_dict_snapshot(struct instance *instance)
{
    for (;;) {
        value present = instance_load_dict(instance), dict;
        if (present) {
            value copy = dict_copy(present);
            value_dec(present);
            return copy;
        }
        {
            PEEK_SCOPE;
            struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
            void *word = instance_overflow_word(instance);
            if (overflow_tag(word) == INSTANCE_DICT)
                continue;
            dict = instance_collect(instance, shape, word);
            if (!dict || thread_is_alone() ||
                (atomic_load_explicit(&instance->shape, memory_order_acquire) == shape &&
                 atomic_load_explicit(&instance->overflow, memory_order_acquire) == word))
                return dict;
        }
        value_dec(dict);
    }
}

/* Move the attributes out of their slots, under the lock, into `dict` when that is given. What was in the slots is in
 * displaced[0..*count), still owned. Readers and replacing writers meet empty slots and retry until the dict is
 * published. false: the dict ran out of memory; everything is back in place. */
static bool instance_empty_slots(struct instance *instance, void *word, struct shape *shape, value dict,
                                 value *displaced, unsigned *count)
{
    struct shape *path[SHAPE_ATTRIBUTES_MAX + 1];
    unsigned length = 0;
    for (struct shape *s = shape; s->parent && s->count > s->type->reserved_slots; s = s->parent)
        path[length++] = s;
    *count = 0;
    for (unsigned i = length; i-- > 0;) {
        value_slot *slot = instance_slot(instance, word, path[i]->count - 1);
        value v = slot_exchange(slot, NULL);
        displaced[(*count)++] = v;
        if (dict && v && !dict_set(dict, path[i]->name, v)) {
            for (unsigned k = 0; k < *count; k++)
                slot_init(instance_slot(instance, word, path[length - 1 - k]->count - 1), displaced[k]);
            *count = 0;
            return false;
        }
    }
    return true;
}

/* Replace the slots by `replacement`, or by a new dict with the attributes when it is NULL. Returns the dict, owned. */
static value instance_convert(struct instance *instance, value replacement)
{
    value displaced[SHAPE_ATTRIBUTES_MAX + 1];
    unsigned count = 0;
    for (;;) {
        struct shape *shape = atomic_load_explicit(&instance->shape, memory_order_acquire);
        value dict = replacement ? value_inc(replacement) : dict_new_sized(shape->count);
        if (!dict)
            return NULL;
        value present = NULL;
        bool ok = true;
        object_lock(&instance->header);
        void *word = atomic_load_explicit(&instance->overflow, memory_order_relaxed);
        if (atomic_load_explicit(&instance->shape, memory_order_relaxed) != shape) {
            /* It has grown, and the dict might have to as well, which is not to happen under the lock. */
            object_unlock(&instance->header);
            value_dec(dict);
            continue;
        }
        if (overflow_tag(word) == INSTANCE_DICT) {
            present = overflow_dict(word);
            if (replacement)
                instance_publish_dict(instance, shape, value_inc(dict)); /* `present` is ours to drop */
            else
                value_inc(present);
        } else {
            ok = instance_empty_slots(instance, word, shape, replacement ? NULL : dict, displaced, &count);
            if (ok)
                instance_publish_dict(instance, shape, value_inc(dict));
        }
        object_unlock(&instance->header);
        if (!ok || (present && !replacement)) {
            value_dec(dict);
            return ok ? present : NULL;
        }
        value_dec(present);
        for (unsigned i = 0; i < count; i++)
            value_dec(displaced[i]);
        overflow_release(instance, word);
        return dict;
    }
}

value instance_dict(struct instance *instance)
{
    value dict = instance_load_dict(instance);
    return dict ? dict : instance_convert(instance, NULL);
}

bool instance_set_dict(struct instance *instance, value dict)
{
    value set = instance_convert(instance, dict);
    value_dec(set);
    return set != NULL;
}

struct type *instance_set_class(struct instance *instance, struct type *to)
{
    struct shape *root = shape_root(to);
    if (!root)
        return (struct type *)raise_no_memory();
    value dict = instance_dict(instance); /* there for good: no slot index outlives the class that gave it */
    if (!dict)
        return NULL;
    value_dec(dict);
    value_inc(value_of(to));
    object_lock(&instance->header);
    struct object_type *from = object_type(&instance->header);
    atomic_store_explicit(&instance->header.type, type_ref(&to->gc), memory_order_release);
    atomic_store_explicit(&instance->shape, root->dict, memory_order_release);
    rc_mark(&instance->header);
    object_unlock(&instance->header);
    return (struct type *)from;
}

/* ---- attributes ---- */
/* Until the thread that moves the attributes is through. */
static void instance_wait(struct instance *instance)
{
    object_lock(&instance->header);
    object_unlock(&instance->header);
}

value instance_get(struct instance *instance, struct shape *shape, value name)
{
    ssize index = shape_find(shape, name);
    if (index < 0)
        return VALUE_MISSING;
    for (;;) { /* what is found in vain is dropped, which may run any code: the shape is not used again */
        void *word = instance_overflow_word(instance);
        value_slot *slot = instance_slot(instance, word, (uint32_t)index);
        value found = slot ? slot_load(&instance->header, slot) : NULL;
        if (likely(found && (overflow_tag(word) != 0 ||
                             atomic_load_explicit(&instance->overflow, memory_order_acquire) == word)))
            return found;
        value_dec(found);
        instance_wait(instance);
        if (overflow_tag(atomic_load_explicit(&instance->overflow, memory_order_acquire)) == INSTANCE_DICT)
            return NULL;
    }
}

/* What it takes to give an instance one attribute more; under its lock. */
enum adding { ADDED, ADD_MOVED /* it has another shape by now */, ADD_WITHOUT_ROOM };
static inline enum adding add_locked(struct instance *instance, struct shape *from, struct shape *to, value v)
{
    if (unlikely(atomic_load_explicit(&instance->shape, memory_order_relaxed) != from))
        return ADD_MOVED;
    void *word = atomic_load_explicit(&instance->overflow, memory_order_relaxed);
    value_slot *slot = instance_slot(instance, word, to->count - 1);
    if (unlikely(!slot))
        return overflow_tag(word) == INSTANCE_DICT ? ADD_MOVED : ADD_WITHOUT_ROOM;
    atomic_store_explicit(slot, value_inc(v), memory_order_release);
    atomic_store_explicit(&instance->shape, to, memory_order_release);
    return ADDED;
}

/* The same after there was no room: with new storage, which is not asked for under the lock. */
static __attribute__((noinline)) int instance_add_growing(struct instance *instance, struct shape *from,
                                                          struct shape *to, value v)
{
    object_lock(&instance->header);
    void *word = atomic_load_explicit(&instance->overflow, memory_order_relaxed), *displaced = NULL;
    uint32_t inline_capacity = overflow_tag(word) == 0 ? ((struct instance_overflow *)word)->inline_capacity
                                                       : overflow_inline(word); /* constant, unless there is a dict */
    object_unlock(&instance->header);
    if (overflow_tag(word) == INSTANCE_DICT)
        return 0;
    struct instance_overflow *fresh = overflow_new(inline_capacity, to->count - 1);
    if (!fresh) {
        raise_no_memory();
        return -1;
    }
    object_lock(&instance->header);
    enum adding done = add_locked(instance, from, to, v);
    if (done == ADD_WITHOUT_ROOM) {
        displaced = atomic_load_explicit(&instance->overflow, memory_order_relaxed);
        instance_grow(instance, overflow_tag(displaced) == 0 ? displaced : NULL, fresh);
        done = add_locked(instance, from, to, v);
    }
    object_unlock(&instance->header);
    overflow_release(instance, displaced);
    if (displaced) /* the next instances of the class get the room in line */
        shape_learn((struct type *)object_type(&instance->header), to->count < 4 ? to->count : (to->count + 1) & ~1u);
    else
        storage_free(fresh, overflow_size(fresh->capacity));
    return done == ADDED;
}

int instance_add(struct instance *instance, struct shape *from, struct shape *to, value v)
{
    object_lock(&instance->header);
    enum adding done = add_locked(instance, from, to, v);
    object_unlock(&instance->header);
    return likely(done != ADD_WITHOUT_ROOM) ? done == ADDED : instance_add_growing(instance, from, to, v);
}

bool slot_replace(struct object *o, value_slot *slot, value v)
{
    if (!object_is_mine(o))
        object_reveal(o);
    value old = atomic_load_explicit(slot, memory_order_relaxed);
    value_inc(v);
    while (old) {
        /* Sequentially consistent: pairs with slot_load's second look. */
        if (atomic_compare_exchange_weak_explicit(slot, &old, v, memory_order_seq_cst, memory_order_relaxed)) {
            value_dec(old);
            return true;
        }
    }
    value_dec(v);
    return false;
}

value slot_put(struct object *o, value_slot *slot, value v)
{
    if (!object_is_mine(o))
        object_reveal(o);
    return slot_exchange(slot, v);
}

static int instance_set_in_dict(struct instance *instance, value name, value v)
{
    value dict = instance_dict(instance);
    if (!dict)
        return -1;
    int result = v ? (dict_set(dict, name, v) ? 1 : -1) : dict_delete(dict, name);
    value_dec(dict);
    return result;
}

int instance_set(struct instance *instance, struct shape *shape, value name, value v)
{
    if (shape->is_dict)
        return instance_set_in_dict(instance, name, v);
    ssize index = shape_find(shape, name);
    if (!v)
        return index < 0 ? 0 : instance_set_in_dict(instance, name, NULL);
    if (index >= 0) {
        value_slot *slot = instance_slot(instance, instance_overflow_word(instance), (uint32_t)index);
        if (slot && slot_replace(&instance->header, slot, v))
            return 1;
        instance_wait(instance);
        return INSTANCE_MOVED;
    }
    {
        NO_QUIESCENCE;
        struct shape *grown = shape_add(shape, name);
        int done = grown ? instance_add(instance, shape, grown, v) : 0;
        if (likely(grown != NULL))
            return done ? done : INSTANCE_MOVED;
    }
    return instance_set_in_dict(instance, name, v);
}
