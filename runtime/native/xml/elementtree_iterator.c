/*
 * Walks through a tree, in the order of the document: over elements, or over their texts.
 *
 * Where the walk is: `here` is what it gave last, whose children come next, `parent` what encloses that, and `index`
 * the number of its children that were visited. The same pairs of the elements further out stand in a list. The tree
 * may change meanwhile. A `next` is one step for other threads (step_run).
 */
#include "elementtree.h"

struct type *element_iterator_type;

struct element_iterator {
    struct object header;
    value_slot root;         /* until the walk begins */
    value_slot tag;          /* of the elements to be found; None: all */
    value_slot here, parent; /* or NULL */
    value_slot outer;        /* a list, or NULL: none yet */
    _Atomic size_t index;
    _Atomic size_t depth; /* so many pairs of `outer` count */
    bool texts;
};
#define ITERATOR(v) ((struct element_iterator *)(v))
/* Steps follow one another; only where Python code runs in one do others come in between. */
static inline size_t get(_Atomic size_t *place)
{
    return atomic_load_explicit(place, memory_order_relaxed);
}
static inline void set(_Atomic size_t *place, size_t number)
{
    atomic_store_explicit(place, number, memory_order_relaxed);
}

value element_iterator_new(value element, value tag, bool texts)
{
    struct element_iterator *it = (struct element_iterator *)object_new(element_iterator_type, sizeof *it);
    if (!it)
        return NULL;
    slot_init(&it->root, value_inc(element));
    slot_init(&it->tag, value_inc(tag));
    it->texts = texts;
    return value_of(it);
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    struct element_iterator *it = (struct element_iterator *)o;
    trace_slot(trace, &it->root);
    trace_slot(trace, &it->tag);
    trace_slot(trace, &it->here);
    trace_slot(trace, &it->parent);
    trace_slot(trace, &it->outer);
}
static void iterator_destroy(struct object *o)
{
    struct element_iterator *it = (struct element_iterator *)o;
    slot_drop(&it->root);
    slot_drop(&it->tag);
    slot_drop(&it->here);
    slot_drop(&it->parent);
    slot_drop(&it->outer);
}

/* The walk goes on among the children of an element (stolen). */
static bool enter(struct element_iterator *it, value element)
{
    value v = value_of(it), parent = load(v, &it->parent);
    bool done = true;
    if (parent) {
        value outer = load(v, &it->outer);
        if (!outer && (outer = list_new(8)))
            store(v, &it->outer, value_inc(outer));
        size_t depth = get(&it->depth), at = 2 * depth;
        value index = small_int((int64_t)get(&it->index));
        done = outer && (at + 1 < list_length(outer) ? list_set(outer, at, parent) && list_set(outer, at + 1, index)
                                                     : list_append(outer, parent) && list_append(outer, index));
        set(&it->depth, depth + done);
        value_dec(outer);
        value_dec(parent);
    }
    if (!done) {
        value_dec(element);
        return false;
    }
    store(v, &it->parent, element);
    set(&it->index, 0);
    return true;
}

/* The children of `parent` were all visited. */
static bool leave(struct element_iterator *it)
{
    value v = value_of(it);
    size_t depth = get(&it->depth);
    if (depth == 0) {
        store(v, &it->parent, NULL);
        return true;
    }
    value outer = load(v, &it->outer);
    size_t at = 2 * depth - 2;
    value parent = list_get(outer, at), index = list_get(outer, at + 1);
    bool whole = value_is_object(parent) && value_is_small_int(index); /* else threads got in each other's way */
    set(&it->depth, depth - 1);
    set(&it->index, whole ? (size_t)small_int_value(index) : 0);
    bool done = !whole || list_set(outer, at, VALUE_NONE);
    store(v, &it->parent, whole ? parent : NULL);
    if (!whole)
        value_dec(parent);
    value_dec(index);
    value_dec(outer);
    return done;
}

/* The next element of the walk, which is `here` then, owned; or the one that is left, with *left. VALUE_END: the end.
 */
static value advance(struct element_iterator *it, bool *left)
{
    value here = slot_peek(&it->here);
    *left = false;
    if (here) {
        here = slot_take(&it->header, &it->here, NULL);
        if (!here)
            return VALUE_END;
        if (!slot_peek(&ELEMENT(here)->children)) {
            *left = true;
            return here;
        }
        if (!enter(it, here))
            return NULL;
    } else if (slot_peek(&it->root)) {
        here = slot_take(&it->header, &it->root, NULL);
        if (here)
            store(value_of(it), &it->here, value_inc(here));
        return here ? here : VALUE_END;
    }
    value parent = slot_peek(&it->parent); /* the step's own, until Python code runs */
    if (!parent)
        return VALUE_END;
    size_t index = get(&it->index);
    set(&it->index, index + 1);
    value child = element_child(parent, index);
    if (child == VALUE_MISSING) {
        parent = load(value_of(it), &it->parent);
        *left = true;
        if (parent && leave(it))
            return parent;
        value_dec(parent);
        return parent ? NULL : VALUE_END;
    }
    store(value_of(it), &it->here, value_inc(child));
    return child;
}

/* The text of an element, or what follows it; owned. VALUE_MISSING: none, or an empty one. */
static value text_at(value element, bool tail)
{
    value text = load_or_none(element, tail ? &ELEMENT(element)->tail : &ELEMENT(element)->text);
    int some = text == VALUE_NONE ? 0 : is_str(text) ? str_length(text) > 0 : value_truth(text);
    if (some > 0)
        return text;
    value_dec(text);
    return some < 0 ? NULL : VALUE_MISSING;
}

static value next_step(value v)
{
    value tag = slot_peek(&ITERATOR(v)->tag); /* constant */
    bool plain = value_is(tag, TYPE_ID_STR);
    for (size_t steps = 0;; thread_report_at(steps++)) { /* for ever, through a tree that contains itself */
        bool left;
        value element = advance(ITERATOR(v), &left);
        if (!element || element == VALUE_END)
            return element;
        if (ITERATOR(v)->texts) {
            /* what follows the element that the walk began with is no text of it */
            bool wanted = !left || slot_peek(&ITERATOR(v)->parent);
            value text = wanted ? text_at(element, left) : VALUE_MISSING;
            value_dec(element);
            if (text != VALUE_MISSING)
                return text;
            continue;
        }
        int found = left ? 0 : 1;
        if (found && tag != VALUE_NONE) {
            value own = load_or_none(element, &ELEMENT(element)->tag);
            found = tag_is(own, tag, plain);
            value_dec(own);
        }
        if (found > 0)
            return element;
        value_dec(element);
        if (found < 0)
            return NULL;
    }
}
static value iterator_next(value v)
{
    return step_run(v, next_step);
}
static value iterator_iter(value v)
{
    return value_inc(v);
}

const struct type_spec element_iterator_spec = {
    .name = "_elementtree._element_iterator",
    .size = sizeof(struct element_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_iter, .next = iterator_next},
};
