/*
 * The _heapq module: lists as heaps.
 *
 * An operation happens under the list's lock, so that it is one step to other threads. A comparison that only Python
 * code can decide happens outside, on items that are held; then the list may change, and its length is looked at again:
 * as in CPython that gives RuntimeError. Items only ever change places in the list, two at a time, so none is lost or
 * doubled whatever happens meanwhile.
 */
#include "runtime/modules/module.h"
#include "runtime/objects/containers/list.h"

static bool check_list(value v, const char *function)
{
    return is_list(v) || raise_false(EXC(TypeError), "%s must be list, not %K", function, v);
}

static value_slot *items_of(struct list *heap)
{
    return load_relaxed(&heap->storage)->items;
}

/* Everything below is called with the heap's lock held. What returns false or -1 gave it up, and set an exception. */
static void heap_unlock(struct list *heap)
{
    object_unlock(&heap->header);
    rc_mark(&heap->header); /* items moved (RULE C3) */
}

/* a < b, or with `max` b < a: 1, 0, -1. Without the lock in between where that takes Python code, which may
   change the list. */
static int compare_items(struct list *heap, value a, value b, bool max)
{
    int less = max ? less_plain(b, a) : less_plain(a, b);
    if (less >= 0)
        return less;
    value_inc(a);
    value_inc(b);
    heap_unlock(heap);
    less = max ? compare_bool(b, a, COMPARE_LT) : compare_bool(a, b, COMPARE_LT);
    value_dec(a);
    value_dec(b);
    if (less < 0)
        return -1;
    object_lock(&heap->header);
    return less;
}
/* The same; an error when the list has another length then. */
static int before(struct list *heap, value a, value b, bool max)
{
    uint64_t length = load_relaxed(&heap->length);
    int less = compare_items(heap, a, b, max);
    if (less < 0 || load_relaxed(&heap->length) == length)
        return less;
    heap_unlock(heap);
    return raise_int(EXC(RuntimeError), "list changed size during iteration");
}

static void swap(struct list *heap, uint64_t i, uint64_t j)
{
    value_slot *items = items_of(heap);
    value x = load_relaxed(&items[i]), y = load_relaxed(&items[j]);
    store_release(&items[i], y);
    store_release(&items[j], x);
}

/* Move the item at `at` towards the root, not beyond `start`. */
static bool sift_down(struct list *heap, uint64_t start, uint64_t at, bool max)
{
    while (at > start) {
        uint64_t parent = (at - 1) / 2;
        value_slot *items = items_of(heap);
        int less = before(heap, load_relaxed(&items[at]), load_relaxed(&items[parent]), max);
        if (less < 0)
            return false;
        if (!less)
            return true;
        swap(heap, at, parent);
        at = parent;
    }
    return true;
}
/* Move the item at `at` to a leaf, always past the smaller child, and from there up to its place. */
static bool sift_up(struct list *heap, uint64_t at, bool max)
{
    uint64_t length = load_relaxed(&heap->length), start = at;
    while (2 * at + 1 < length) {
        uint64_t child = 2 * at + 1;
        if (child + 1 < length) {
            value_slot *items = items_of(heap);
            int less = before(heap, load_relaxed(&items[child]), load_relaxed(&items[child + 1]), max);
            if (less < 0)
                return false;
            child += !less;
        }
        swap(heap, at, child);
        at = child;
    }
    return sift_down(heap, start, at, max);
}

static value heappush(value self, value given_heap, value given_item)
{
    if (!check_list(given_heap, "heappush() argument 1"))
        return NULL;
    struct list *heap = list_of(given_heap);
    struct list_storage *displaced;
    value item = value_inc(given_item);
    if (!list_lock_with_room(heap, &displaced)) {
        value_dec(item);
        return NULL;
    }
    uint64_t length = load_relaxed(&heap->length);
    list_insert_locked(heap, length, item);
    bool done = sift_down(heap, 0, length, false);
    if (!done)
        object_lock(&heap->header);
    list_unlock_with_room(heap, displaced);
    return done ? VALUE_NONE : NULL;
}

/* Put `item` (stolen) at the root, whose item is returned, and find its place. NULL: an exception, lock given up. Who
   reads heap[0] without the lock meanwhile finds the first item from before or after, unless comparing them takes
   Python. */
static value root_replace(struct list *heap, value item, bool max)
{
    value_slot *items = items_of(heap);
    value first = load_relaxed(&items[0]);
    uint64_t length = load_relaxed(&heap->length), child = 1;
    int less = length > 1;
    if (length > 2) {
        value a = load_relaxed(&items[1]), b = load_relaxed(&items[2]);
        less = max ? less_plain(b, a) : less_plain(a, b);
        child += !less;
    }
    if (less >= 0 && length > 1) {
        value next = load_relaxed(&items[child]);
        less = max ? less_plain(next, item) : less_plain(item, next);
    }
    if (less == 0 && length > 1) { /* the child comes first */
        store_release(&items[0], load_relaxed(&items[child]));
        store_release(&items[child], item);
        if (sift_up(heap, child, max))
            return first;
    } else {
        store_release(&items[0], item);
        if (less > 0 || length == 1 || sift_up(heap, 0, max))
            return first;
    }
    value_dec(first);
    return NULL;
}

static value pop(value v, bool max)
{
    if (!check_list(v, max ? "_heappop_max() argument" : "heappop() argument"))
        return NULL;
    struct list *heap = list_of(v);
    object_lock(&heap->header);
    if (load_relaxed(&heap->length) == 0) {
        object_unlock(&heap->header);
        return raise(EXC(IndexError), "index out of range");
    }
    value item = list_take_locked(heap, load_relaxed(&heap->length) - 1);
    bool sparse = list_is_sparse_locked(heap);
    if (load_relaxed(&heap->length) && !(item = root_replace(heap, item, max)))
        return NULL;
    heap_unlock(heap);
    if (sparse)
        list_shrink(heap);
    return item;
}
static value heappop(value self, value heap)
{
    return pop(heap, false);
}
static value heappop_max(value self, value heap)
{
    return pop(heap, true);
}
static value replace(value v, value item, bool max)
{
    if (!check_list(v, max ? "_heapreplace_max() argument 1" : "heapreplace() argument 1"))
        return NULL;
    struct list *heap = list_of(v);
    value_inc(item);
    object_lock(&heap->header);
    if (load_relaxed(&heap->length) == 0) {
        object_unlock(&heap->header);
        value_dec(item);
        return raise(EXC(IndexError), "index out of range");
    }
    value first = root_replace(heap, item, max);
    if (first)
        heap_unlock(heap);
    return first;
}
static value heapreplace(value self, value heap, value item)
{
    return replace(heap, item, false);
}
static value heapreplace_max(value self, value heap, value item)
{
    return replace(heap, item, true);
}
static value heappushpop(value self, value given_heap, value given_item)
{
    if (!check_list(given_heap, "heappushpop() argument 1"))
        return NULL;
    struct list *heap = list_of(given_heap);
    value item = value_inc(given_item);
    object_lock(&heap->header);
    if (load_relaxed(&heap->length)) {
        int less = compare_items(heap, load_relaxed(&items_of(heap)[0]), item, false);
        if (less > 0 && !load_relaxed(&heap->length)) {
            heap_unlock(heap);
            raise(EXC(IndexError), "index out of range");
            less = -1;
        }
        value first = less > 0 ? root_replace(heap, item, false) : NULL;
        if (less < 0)
            value_dec(item);
        if (less < 0 || (less > 0 && !first))
            return NULL;
        if (less > 0)
            item = first;
    }
    heap_unlock(heap);
    return item;
}
static value make_heap(value v, bool max)
{
    if (!check_list(v, max ? "_heapify_max() argument" : "heapify() argument"))
        return NULL;
    struct list *heap = list_of(v);
    object_lock(&heap->header);
    for (uint64_t i = load_relaxed(&heap->length) / 2; i-- > 0;) {
        if (!sift_up(heap, i, max))
            return NULL;
        if (unlikely(i % (THREAD_REPORT_STEPS / 4) == 0)) {
            rc_mark(&heap->header); /* what moved (RULE C3) */
            thread_report();
        }
    }
    heap_unlock(heap);
    return VALUE_NONE;
}
static value heapify(value self, value heap)
{
    return make_heap(heap, false);
}
static value heapify_max(value self, value heap)
{
    return make_heap(heap, true);
}
static const struct method_def functions[] = {
    METHOD("heappush", heappush, "(heap, item, /)", "Push item onto heap, maintaining the heap invariant."),
    METHOD("heappop", heappop, "(heap, /)", "Pop the smallest item off the heap, maintaining the heap invariant."),
    METHOD("heapreplace", heapreplace, "(heap, item, /)",
           "Pop and return the current smallest value, and add the new item."),
    METHOD("heappushpop", heappushpop, "(heap, item, /)",
           "Push item on the heap, then pop and return the smallest item."),
    METHOD("heapify", heapify, "(heap, /)", "Transform list into a heap, in-place, in O(len(heap)) time."),
    METHOD("_heappop_max", heappop_max, "(heap, /)", "Maxheap variant of heappop."),
    METHOD("_heapreplace_max", heapreplace_max, "(heap, item, /)", "Maxheap variant of heapreplace."),
    METHOD("_heapify_max", heapify_max, "(heap, /)", "Maxheap variant of heapify."),
    {0},
};
const struct module_def _heapq_module = {
    .name = "_heapq", .doc = "Heap queue algorithm (a.k.a. priority queue).", .functions = functions};
