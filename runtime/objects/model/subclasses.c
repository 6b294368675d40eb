/*
 * Who derives from whom: the direct subclasses of each type, in the order in which they came, and the trees that they
 * make, which are what a change of a class concerns.
 *
 * A subclass has an *entry* for each of its bases, linked into that base's list. So it leaves in one step when it dies,
 * however many siblings it has, and its death needs no lock that anybody holds for long. An entry leads to the subclass
 * by a weak reference, which the entry holds counted and which no traversal shows: it leads nowhere. A dying base takes
 * its list apart; the entries then are in none.
 *
 * All lists are changed and walked under one byte lock, a few steps at a time: a walk that stops leaves a marker in the
 * list. Who adds an entry holds the class lock as well, so under that lock a tree gets no new members.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/weakref.h"

enum { STEPS = 32 }; /* of a list, under the lock */

struct subclass_entry {
    struct subclass_entry *next, *previous;
    struct type *base; /* in whose list it is, or NULL */
    value reference;   /* owned: a weak reference to the subclass, or a built-in subclass itself; NULL in markers */
};

struct subclass_links {
    size_t count;
    struct subclass_entry entries[];
};

static _Atomic uint8_t lists_lock;

/* ---- entries ---- */
struct subclass_links *subclass_links_new(struct type *type, value bases)
{
    size_t count = tuple_length(bases);
    struct subclass_links *links = calloc(1, sizeof *links + count * sizeof *links->entries);
    if (!links)
        return (struct subclass_links *)raise_no_memory();
    bool heap = type_has_flag(type, TYPE_FLAG_HEAP);
    value reference = heap ? weak_reference_new(value_of(type)) : value_of(type);
    if (!reference) {
        free(links);
        return NULL;
    }
    if (heap)
        atomic_fetch_or_explicit(&value_object(reference)->flags, OBJECT_TYPE_BIT, memory_order_relaxed); /* hidden */
    links->count = count;
    for (size_t i = 0; i < count; i++)
        links->entries[i].reference = value_inc(reference);
    value_dec(reference);
    return links;
}

/* Before `next`, or at the end. Under the lock. */
static void entry_link(struct subclass_entry *entry, struct type *base, struct subclass_entry *next)
{
    struct subclass_entry *previous = next ? next->previous : base->last_subclass;
    entry->base = base;
    entry->next = next;
    entry->previous = previous;
    *(next ? &next->previous : &base->last_subclass) = entry;
    *(previous ? &previous->next : &base->first_subclass) = entry;
}

static void entry_unlink(struct subclass_entry *entry)
{
    struct type *base = entry->base;
    if (!base)
        return;
    *(entry->next ? &entry->next->previous : &base->last_subclass) = entry->previous;
    *(entry->previous ? &entry->previous->next : &base->first_subclass) = entry->next;
    entry->base = NULL;
}

void subclass_links_enter(struct subclass_links *links, value bases)
{
    for (size_t i = 0; i < links->count; i++) {
        struct type *base = (struct type *)tuple_get(bases, i);
        base->arrivals++;
        byte_lock(&lists_lock);
        entry_link(&links->entries[i], base, NULL);
        byte_unlock(&lists_lock);
    }
}

void subclass_links_leave(struct subclass_links *links)
{
    for (size_t i = 0; links && i < links->count; i++) {
        byte_lock(&lists_lock);
        entry_unlink(&links->entries[i]);
        byte_unlock(&lists_lock);
    }
}

void subclass_links_free(struct subclass_links *links)
{
    for (size_t i = 0; links && i < links->count; i++)
        value_dec(links->entries[i].reference);
    free(links);
}

void subclasses_abandon(struct type *type)
{
    struct subclass_entry *entry;
    do {
        byte_lock(&lists_lock);
        for (unsigned i = 0; i < STEPS && (entry = type->first_subclass); i++)
            entry_unlink(entry);
        byte_unlock(&lists_lock);
    } while (entry);
}

/* ---- lists ---- */
/* Call take(context, subclass), which takes the reference over, for each direct subclass that lives, in order.
 * false: it said so, and the walk ended there. */
static bool each_subclass(struct type *type, bool (*take)(void *context, struct type *subclass), void *context)
{
    struct subclass_entry marker = {0};
    bool ok = true;
    do {
        value found[STEPS];
        size_t count = 0;
        byte_lock(&lists_lock);
        struct subclass_entry *entry = marker.base ? marker.next : type->first_subclass;
        entry_unlink(&marker);
        for (; entry && count < STEPS; entry = entry->next)
            if (entry->reference)
                found[count++] = value_inc(entry->reference);
        if (entry)
            entry_link(&marker, type, entry);
        byte_unlock(&lists_lock);
        for (size_t i = 0; i < count; i++) {
            struct object *subclass =
                is_type(found[i]) ? value_object(value_inc(found[i])) : weak_load((struct weak_reference *)found[i]);
            if (subclass && ok)
                ok = take(context, (struct type *)subclass);
            else
                value_dec(value_of(subclass));
            value_dec(found[i]);
        }
    } while (marker.base && ok);
    byte_lock(&lists_lock);
    entry_unlink(&marker);
    byte_unlock(&lists_lock);
    return ok;
}

static bool take_for_list(void *context, struct type *subclass)
{
    /* One that has no MRO yet is being made: programs do not see it. */
    if (!type_mro_peek(subclass)) {
        value_dec(value_of(subclass));
        return true;
    }
    return list_append_owned(context, value_of(subclass));
}

value type_subclasses_list(struct type *type)
{
    value list = list_new(4);
    if (list && !each_subclass(type, take_for_list, list)) {
        value_dec(list);
        return NULL;
    }
    return list;
}

/* ---- trees ---- */
static bool tree_add(void *context, struct type *type)
{
    struct class_tree *tree = context;
    if (tree->count == tree->capacity) {
        size_t capacity = tree->capacity * 2;
        bool first = tree->members == tree->few;
        struct class_tree_member *larger = realloc(first ? NULL : tree->members, capacity * sizeof *larger);
        if (!larger) {
            value_dec(value_of(type));
            raise_no_memory();
            return false;
        }
        if (first)
            memcpy(larger, tree->few, sizeof tree->few);
        tree->members = larger;
        tree->capacity = capacity;
    }
    tree->members[tree->count++] = (struct class_tree_member){type, 0};
    return true;
}

void class_tree_begin(struct class_tree *tree, struct type *type)
{
    tree->members = tree->few;
    tree->capacity = CLASS_TREE_FEW;
    tree->count = 1;
    tree->members[0] = (struct class_tree_member){type, 0};
    value_inc(value_of(type));
}

bool class_tree_extend(struct class_tree *tree, size_t i)
{
    struct type *type = tree->members[i].type;
    tree->members[i].arrivals = atomic_load_explicit(&type->arrivals, memory_order_acquire);
    if (likely(tree->members[i].arrivals == 0))
        return true;
    return each_subclass(type, tree_add, tree);
}

bool class_tree_collect(struct class_tree *tree, struct type *type)
{
    class_tree_begin(tree, type);
    for (size_t i = 0; i < tree->count; i++) {
        if (!class_tree_extend(tree, i)) {
            class_tree_drop(tree);
            return false;
        }
    }
    return true;
}

bool class_tree_is_whole(const struct class_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct class_tree_member *member = &tree->members[i];
        if (atomic_load_explicit(&member->type->arrivals, memory_order_relaxed) != member->arrivals)
            return false;
    }
    return true;
}

bool class_tree_lock(struct class_tree *tree, struct type *type)
{
    for (;;) {
        if (!class_tree_collect(tree, type))
            return false;
        class_lock();
        if (likely(class_tree_is_whole(tree)))
            return true;
        class_unlock();
        class_tree_drop(tree);
    }
}

void class_tree_drop(struct class_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        value_dec(value_of(tree->members[i].type));
    if (tree->members != tree->few)
        free(tree->members);
    tree->count = 0;
    tree->members = tree->few;
}
