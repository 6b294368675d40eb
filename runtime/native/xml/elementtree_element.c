/* Element: what it is made of, its attributes, and its children as a sequence. */
#include "elementtree.h"

struct type *element_type;

/* ---- life ---- */
value element_create(value tag, value attrib)
{
    struct element *e = (struct element *)object_new(element_type, sizeof *e);
    if (!e)
        return NULL;
    slot_init(&e->tag, value_inc(tag));
    if (attrib)
        slot_init(&e->attrib, value_inc(attrib));
    return value_of(e);
}

static value element_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct element *e = (struct element *)object_new(type, sizeof *e);
    if (e)
        slot_init(&e->tag, VALUE_NONE);
    return value_of(e);
}

static bool set_all(value dict, value names, const value *values)
{
    bool done = true;
    for (size_t i = 0; done && names && i < tuple_length(names); i++)
        done = dict_set(dict, tuple_get(names, i), values[i]);
    return done;
}

bool element_attributes(value given, value kwnames, const value *values, value *out)
{
    *out = NULL;
    if (!given && !kwnames)
        return true;
    value dict = given ? dict_copy(given) : dict_new();
    bool done = dict && set_all(dict, kwnames, values);
    value attrib = done && !given ? dict_pop(dict, NAME(attrib)) : VALUE_MISSING;
    if (attrib != VALUE_MISSING) {
        value other = dict;
        dict = NULL;
        if (attrib && !is_dict(attrib))
            raise(EXC(TypeError), "attrib must be dict, not %T", attrib);
        else if (attrib)
            dict = dict_copy(attrib);
        value_dec(attrib);
        done = dict && dict_update(dict, other);
        value_dec(other);
    }
    if (!done || dict_length(dict) == 0) {
        value_dec(dict);
        return done;
    }
    *out = dict;
    return true;
}

static bool element_init(value v, const value *args, size_t nargs, value kwnames)
{
    struct element *e = ELEMENT(v);
    value attrib;
    if (nargs < 1)
        return raise_false(EXC(TypeError), "Element() takes at least 1 argument (0 given)");
    if (nargs > 2)
        return raise_false(EXC(TypeError), "Element() takes at most 2 arguments (%zu given)", nargs);
    if (nargs > 1 && !is_dict(args[1]))
        return raise_false(EXC(TypeError), "Element() argument 2 must be dict, not %K", args[1]);
    if (!element_attributes(nargs > 1 ? args[1] : NULL, kwnames, args + nargs, &attrib))
        return false;
    store(v, &e->tag, value_inc(args[0]));
    store(v, &e->attrib, attrib);
    store(v, &e->text, NULL);
    store(v, &e->tail, NULL);
    store(v, &e->children, NULL);
    return true;
}

static void element_traverse(struct object *o, struct gc_trace *trace)
{
    struct element *e = (struct element *)o;
    trace_slot(trace, &e->tag);
    trace_slot(trace, &e->attrib);
    trace_slot(trace, &e->text);
    trace_slot(trace, &e->tail);
    trace_slot(trace, &e->children);
}
static void element_destroy(struct object *o)
{
    struct element *e = (struct element *)o;
    slot_drop(&e->tag);
    slot_drop(&e->attrib);
    slot_drop(&e->text);
    slot_drop(&e->tail);
    slot_drop(&e->children);
}

/* ---- parts that are made when they are needed ---- */

/* What is in the slot, owned; else `made` (stolen, or NULL with an exception), which is put there. */
static value fill_slot(value v, value_slot *slot, value made)
{
    if (!made)
        return NULL;
    for (;;) {
        value present = load(v, slot);
        if (present) {
            value_dec(made);
            return present;
        }
        value_inc(made);
        object_lock(value_object(v));
        bool empty = !slot_peek(slot);
        if (empty)
            slot_init(slot, made);
        object_unlock(value_object(v));
        if (empty)
            return made;
        value_dec(made); /* the one that was for the slot: somebody else was quicker */
    }
}

value element_attrib(value v)
{
    value attrib = load(v, &ELEMENT(v)->attrib);
    return attrib ? attrib : fill_slot(v, &ELEMENT(v)->attrib, dict_new());
}

value element_children(value v)
{
    value children = load(v, &ELEMENT(v)->children);
    return children ? children : fill_slot(v, &ELEMENT(v)->children, list_new(0));
}

bool element_add(value v, value child)
{
    value children = element_children(v);
    bool done = children && list_append(children, child);
    value_dec(children);
    return done;
}

value element_child(value v, size_t index)
{
    value children = load(v, &ELEMENT(v)->children);
    value child = children ? list_get(children, index) : VALUE_MISSING;
    value_dec(children);
    return child;
}

size_t element_length(value v)
{
    value children = load(v, &ELEMENT(v)->children);
    size_t length = children ? list_length(children) : 0;
    value_dec(children);
    return length;
}

bool check_element(value v)
{
    return is_element(v) || raise_false(EXC(TypeError), "expected an Element, not \"%T\"", v);
}

/* ---- the sequence ---- */
static ssize sequence_length(value v)
{
    return (ssize)element_length(v);
}

/* The index that a key is, from the front; false: exception, IndexError for what has no such child. */
static bool child_index(value v, value key, const char *message, ssize *index)
{
    if (!index_as_ssize(key, index, EXC(IndexError)))
        return false;
    ssize length = (ssize)element_length(v);
    if (*index < 0)
        *index += length;
    return (*index >= 0 && *index < length) || raise_false(EXC(IndexError), "%s", message);
}

/* 1: an index; 0: a slice; -1: TypeError */
static int kind_of_key(value key)
{
    if (value_is(key, TYPE_ID_SLICE))
        return 0;
    if (is_int(key))
        return 1;
    value method = type_lookup(value_type(key), NAME(__index__));
    bool found = method && method != VALUE_MISSING;
    if (found)
        value_dec(method);
    return found ? 1 : method ? raise_int(EXC(TypeError), "element indices must be integers") : -1;
}

static value sequence_get(value v, value key)
{
    ssize index;
    int kind = kind_of_key(key);
    if (kind < 0)
        return NULL;
    if (kind == 0) {
        value children = element_children(v), part = children ? item_get(children, key) : NULL;
        value_dec(children);
        return part;
    }
    if (!child_index(v, key, "child index out of range", &index))
        return NULL;
    value child = element_child(v, (size_t)index);
    return child == VALUE_MISSING ? raise(EXC(IndexError), "child index out of range") : child;
}

value list_of_sequence(value given)
{
    value list = list_from_iterable(given);
    if (!list && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "expected sequence, not \"%T\"", given);
    }
    return list;
}

size_t elements_before_others(value list)
{
    size_t i = 0;
    for (;; thread_report_at(i++)) {
        value item = list_get(list, i);
        if (item == VALUE_MISSING)
            return i;
        bool fits = check_element(item);
        value_dec(item);
        if (!fits)
            return i;
    }
}

/* May the list stand in the slice? */
static bool fits_slice(value v, value slice, value list)
{
    ssize start, stop, step, count = slice_indices(slice, (ssize)element_length(v), &start, &stop, &step);
    if (count < 0)
        return false;
    if (step != 1 && (size_t)count != list_length(list))
        return raise_false(EXC(ValueError), "attempt to assign sequence of size %zd to extended slice of size %zd",
                           (ssize)list_length(list), count);
    return elements_before_others(list) == list_length(list);
}

static bool sequence_set(value v, value key, value given)
{
    int kind = kind_of_key(key);
    if (kind < 0)
        return false;
    ssize index = 0;
    if (kind == 1 && !child_index(v, key, "child assignment index out of range", &index))
        return false;
    if (kind == 1 && given && !check_element(given))
        return false;
    value children = element_children(v), items = kind == 0 && given && children ? list_of_sequence(given) : NULL;
    bool done = children && (kind == 1 || !given || (items && fits_slice(v, key, items)));
    if (done && kind == 1)
        done = given ? item_set(children, small_int(index), given) : item_delete(children, small_int(index));
    else if (done)
        done = given ? item_set(children, key, items) : item_delete(children, key);
    value_dec(items);
    value_dec(children);
    return done;
}

/* ---- attributes ---- */
static value get_tag(value v)
{
    return load_or_none(v, &ELEMENT(v)->tag);
}
static value get_text(value v)
{
    return load_or_none(v, &ELEMENT(v)->text);
}
static value get_tail(value v)
{
    return load_or_none(v, &ELEMENT(v)->tail);
}
static bool set_slot(value v, value_slot *slot, value given)
{
    if (!given)
        return raise_false(EXC(AttributeError), "can't delete element attribute");
    store(v, slot, value_inc(given));
    return true;
}
static bool set_tag(value v, value given)
{
    return set_slot(v, &ELEMENT(v)->tag, given);
}
static bool set_text(value v, value given)
{
    return set_slot(v, &ELEMENT(v)->text, given);
}
static bool set_tail(value v, value given)
{
    return set_slot(v, &ELEMENT(v)->tail, given);
}
static bool set_attrib(value v, value given)
{
    if (given && !is_dict(given))
        return raise_false(EXC(TypeError), "attrib must be dict, not %T", given);
    return set_slot(v, &ELEMENT(v)->attrib, given);
}

static value element_repr(value v)
{
    value tag = get_tag(v), text = NULL;
    int entered = repr_enter(v);
    if (entered == 0) {
        text = str_format("<Element %R at %p>", tag, (void *)v);
        repr_leave(v);
    } else if (entered > 0) {
        raise(EXC(RuntimeError), "reentrant call inside %T.__repr__", v);
    }
    value_dec(tag);
    return text;
}

static const struct getset_def element_getset[] = {
    {"tag", get_tag, set_tag, "A string identifying what kind of data this element represents"},
    {"text", get_text, set_text, "A string of text directly after the start tag, or None"},
    {"tail", get_tail, set_tail, "A string of text directly after the end tag, or None"},
    {"attrib", element_attrib, set_attrib, "A dictionary containing the element's attributes"},
    {0},
};
const struct type_spec element_spec = {
    .name = "xml.etree.ElementTree.Element",
    .size = sizeof(struct element),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = element_traverse,
    .destroy = element_destroy,
    .slots = {.new = element_new,
              .init = element_init,
              .repr = element_repr,
              .length = sequence_length,
              .getitem = sequence_get,
              .setitem = sequence_set},
    .methods = element_methods,
    .getset = element_getset,
};
