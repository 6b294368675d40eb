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
    value_slot root;      /* until the walk begins */
    value_slot tag;       /* of the elements to be found; None: all */
    value_slot way;       /* a list */
    _Atomic size_t depth; /* of the way: so many pairs */
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

/* The way leads on to an element. */
static bool enter(struct element_iterator *it, value element)
{
    value way = slot_peek(&it->way);
    size_t at = 2 * it->depth;
    bool done = at + 1 < list_length(way) ? list_set(way, at, element) && list_set(way, at + 1, small_int(0))
                                          : list_append(way, element) && list_append(way, small_int(0));
    it->depth += done;
    return done;
}

/* The next element of the walk, entered, owned; or the one that is left, with *left. VALUE_END: the end. */
static value advance(struct element_iterator *it, bool *left)
{
    value way = slot_peek(&it->way), element;
    size_t depth = it->depth;
    *left = false;
    if (depth == 0) {
        element = slot_take(&it->header, &it->root, NULL);
        if (!element)
            return VALUE_END;
    } else {
        size_t at = 2 * depth - 2;
        value parent = list_get(way, at), index = list_get(way, at + 1);
        if (!value_is_object(parent) || !value_is_small_int(index)) { /* threads got in each other's way */
            value_dec(parent);
            value_dec(index);
            return VALUE_END;
        }
        element = element_child(parent, (size_t)small_int_value(index));
        if (element == VALUE_MISSING) {
            *left = true;
            it->depth = depth - 1;
            if (list_set(way, at, VALUE_NONE))
                return parent;
            value_dec(parent);
            return NULL;
        }
        value_dec(parent);
        if (!list_set(way, at + 1, small_int(small_int_value(index) + 1))) {
            value_dec(element);
            return NULL;
        }
    }
    if (enter(it, element))
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
    for (size_t steps = 0;; thread_report_at(steps++)) { /* for ever, through a tree that contains itself */
        bool left;
        value element = advance(ITERATOR(v), &left);
        if (!element || element == VALUE_END)
            return element;
        if (ITERATOR(v)->texts) {
            /* what follows the element that the walk began with is no text of it */
            bool wanted = !left || ITERATOR(v)->depth > 0;
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
