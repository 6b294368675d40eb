/*
 * Walks through a tree, in the order of the document: over elements, or over their texts.
 *
 * The way from the root to where the walk is stands in a list, as pairs of an element and the number of its children
 * that were visited. The tree may change meanwhile. A `next` is one step for other threads (step_run).
 */
#include "elementtree.h"

struct type *element_iterator_type;

struct element_iterator {
    struct object header;
    value_slot root; /* until the walk begins */
    value_slot tag;  /* of the elements to be found; None: all */
    value_slot way;  /* a list */
    bool texts;
};
#define ITERATOR(v) ((struct element_iterator *)(v))

value element_iterator_new(value element, value tag, bool texts)
{
    value way = list_new(8);
    struct element_iterator *it = way ? (struct element_iterator *)object_new(element_iterator_type, sizeof *it) : NULL;
    if (!it) {
        value_dec(way);
        return NULL;
    }
    slot_init(&it->root, value_inc(element));
    slot_init(&it->tag, value_inc(tag));
    slot_init(&it->way, way);
    it->texts = texts;
    return value_of(it);
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    struct element_iterator *it = (struct element_iterator *)o;
    trace_slot(trace, &it->root);
    trace_slot(trace, &it->tag);
    trace_slot(trace, &it->way);
}
static void iterator_destroy(struct object *o)
{
    struct element_iterator *it = (struct element_iterator *)o;
    slot_drop(&it->root);
    slot_drop(&it->tag);
    slot_drop(&it->way);
}

/* The next element of the walk, entered, owned; or the one that is left, with *left. VALUE_END: the end. */
static value advance(value v, bool *left)
{
    value way = slot_peek(&ITERATOR(v)->way);
    size_t length = list_length(way);
    value element;
    *left = false;
    if (length < 2) {
        element = slot_take(value_object(v), &ITERATOR(v)->root, NULL);
        if (!element)
            return VALUE_END;
    } else {
        value parent = list_get(way, length - 2), index = list_get(way, length - 1);
        if (parent == VALUE_MISSING || !value_is_small_int(index)) /* only if threads get in each other's way */
            return parent == VALUE_MISSING ? VALUE_END : (value_dec(parent), VALUE_END);
        element = element_child(parent, (size_t)small_int_value(index));
        if (element == VALUE_MISSING) {
            *left = true;
            if (!list_set_slice(way, (ssize)length - 2, (ssize)length, NULL)) {
                value_dec(parent);
                return NULL;
            }
            return parent;
        }
        bool moved = element && list_set(way, length - 1, small_int(small_int_value(index) + 1));
        value_dec(parent);
        if (!moved) {
            value_dec(element);
            return NULL;
        }
    }
    if (list_append(way, element) && list_append(way, small_int(0)))
        return element;
    value_dec(element);
    return NULL;
}

/* The text of an element, or what follows it; owned. VALUE_MISSING: none, or an empty one. */
static value text_at(value element, bool tail)
{
    value text = load_or_none(element, tail ? &ELEMENT(element)->tail : &ELEMENT(element)->text);
    int some = text == VALUE_NONE ? 0 : value_truth(text);
    if (some > 0)
        return text;
    value_dec(text);
    return some < 0 ? NULL : VALUE_MISSING;
}

static value next_step(value v)
{
    for (;;) {
        bool left;
        value element = advance(v, &left);
        if (!element || element == VALUE_END)
            return element;
        if (ITERATOR(v)->texts) {
            /* what follows the element that the walk began with is no text of it */
            bool wanted = !left || list_length(slot_peek(&ITERATOR(v)->way)) > 0;
            value text = wanted ? text_at(element, left) : VALUE_MISSING;
            value_dec(element);
            if (text != VALUE_MISSING)
                return text;
            continue;
        }
        value tag = slot_peek(&ITERATOR(v)->tag);
        int found = left ? 0 : 1;
        if (found && tag != VALUE_NONE) {
            value own = load_or_none(element, &ELEMENT(element)->tag);
            found = value_equals(own, tag);
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
