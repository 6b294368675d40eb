/* The stack of an unpickler, and the opcodes that put what is on it into other objects; see unpickler.h. */
#include "runtime/modules/pickling/unpickler.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/operations/attribute_view.h"
#include "runtime/raw.h"
#include "threads/pause.h"

/* Room for one more in a growing array. */
static bool grow(void **array, size_t *capacity, size_t item_size)
{
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *fresh = raw_resize(*array, wanted * item_size);
    if (!fresh)
        return raise_no_memory() != NULL;
    *array = fresh;
    *capacity = wanted;
    return true;
}

bool unpickle_push(struct unpickling *u, value v)
{
    if (!v)
        return false;
    if (unlikely(u->depth == u->capacity) && !grow((void **)&u->stack, &u->capacity, sizeof *u->stack)) {
        value_dec(v);
        return false;
    }
    u->stack[u->depth++] = v;
    return true;
}
bool unpickle_underflow(struct unpickling *u)
{
    return raise_false(UNPICKLING_ERROR, u->mark_count ? "unexpected MARK found" : "unpickling stack underflow");
}
value unpickle_pop(struct unpickling *u)
{
    if (unlikely(u->depth <= u->fence)) {
        unpickle_underflow(u);
        return NULL;
    }
    return u->stack[--u->depth];
}
value unpickle_top(struct unpickling *u)
{
    if (unlikely(u->depth <= u->fence)) {
        unpickle_underflow(u);
        return NULL;
    }
    return u->stack[u->depth - 1];
}
bool unpickle_mark(struct unpickling *u)
{
    if (u->mark_count == u->mark_capacity && !grow((void **)&u->marks, &u->mark_capacity, sizeof *u->marks))
        return false;
    u->marks[u->mark_count++] = u->fence = u->depth;
    return true;
}
bool unpickle_take_mark(struct unpickling *u, size_t *at)
{
    if (!u->mark_count)
        return raise_false(UNPICKLING_ERROR, "could not find MARK");
    *at = u->marks[--u->mark_count];
    u->fence = u->mark_count ? u->marks[u->mark_count - 1] : 0;
    return true;
}

void unpickle_drop(struct unpickling *u, size_t at)
{
    while (u->depth > at) { /* each may run Python code */
        value_dec(u->stack[--u->depth]);
        thread_report_at(u->depth);
    }
}
value unpickle_take_tuple(struct unpickling *u, size_t at)
{
    size_t count = u->depth - at;
    u->depth = at;
    return tuple_from_owned(u->stack + at, count);
}
value unpickle_take_list(struct unpickling *u, size_t at)
{
    size_t count = u->depth - at;
    u->depth = at;
    return list_from_owned(u->stack + at, count);
}

/* The items from `at` on go to the object before them. */
bool unpickle_append(struct unpickling *u, size_t at)
{
    if (at > u->depth || at <= u->fence)
        return unpickle_underflow(u);
    if (at == u->depth)
        return true;
    value target = u->stack[at - 1];
    if (value_is(target, TYPE_ID_LIST)) {
        bool done = true;
        for (size_t i = at; done && i < u->depth; thread_report_at(++i)) {
            done = list_append_owned(target, u->stack[i]);
            u->stack[i] = NULL;
        }
        unpickle_drop(u, at);
        return done;
    }
    value extend = attr_get_optional(target, NAME(extend));
    if (!extend)
        return false;
    if (extend != VALUE_MISSING) {
        value items = unpickle_take_list(u, at), result = items ? call_1(extend, items) : NULL;
        value_dec(result);
        value_dec(items);
        value_dec(extend);
        return result != NULL;
    }
    value append = attr_get(target, NAME(append));
    bool done = append != NULL;
    for (size_t i = at; done && i < u->depth; thread_report_at(++i)) {
        value result = call_1(append, u->stack[i]);
        value_dec(result);
        done = result != NULL;
    }
    value_dec(append);
    unpickle_drop(u, at);
    return done;
}

bool unpickle_set_items(struct unpickling *u, size_t at)
{
    if (at > u->depth || at <= u->fence)
        return unpickle_underflow(u);
    if (at == u->depth)
        return true;
    if ((u->depth - at) % 2)
        return raise_false(UNPICKLING_ERROR, "odd number of items for SETITEMS");
    value target = u->stack[at - 1];
    bool exact = value_is(target, TYPE_ID_DICT), done = true;
    for (size_t i = at; done && i < u->depth; thread_report_at(i / 2), i += 2)
        done = exact ? dict_set(target, u->stack[i], u->stack[i + 1]) : item_set(target, u->stack[i], u->stack[i + 1]);
    unpickle_drop(u, at);
    return done;
}

bool unpickle_add_items(struct unpickling *u)
{
    size_t at;
    if (!unpickle_take_mark(u, &at))
        return false;
    if (at > u->depth || at <= u->fence)
        return unpickle_underflow(u);
    value target = u->stack[at - 1];
    bool done = true;
    if (value_is(target, TYPE_ID_SET)) {
        for (size_t i = at; done && i < u->depth; thread_report_at(++i))
            done = set_add(target, u->stack[i]);
    } else if (at < u->depth) {
        value add = attr_get(target, NAME(add));
        done = add != NULL;
        for (size_t i = at; done && i < u->depth; thread_report_at(++i)) {
            value result = call_1(add, u->stack[i]);
            value_dec(result);
            done = result != NULL;
        }
        value_dec(add);
    }
    unpickle_drop(u, at);
    return done;
}

/* ---- BUILD ---- */

/* Has the object its attributes in line, and a __dict__ that is no more than those? */
static bool keeps_in_line(value object)
{
    if (!value_is_object(object) || !value_has_shape(object) || value_type_slot(object, getattr) != attr_get_generic)
        return false;
    value found = type_lookup(value_type(object), NAME(__dict__));
    bool usual = found && found != VALUE_MISSING && value_is(found, TYPE_ID_GETSET_DESCRIPTOR) &&
                 ((struct descriptor *)found)->def == &subtype_dict_getset;
    if (!found)
        error_clear();
    value_dec(found);
    return usual;
}
/* object.__dict__[key] = item, without that dict; false: not so, by now there is one. */
static bool set_in_line(value object, value key, value item, bool *done)
{
    int how = INSTANCE_MOVED;
    while (how == INSTANCE_MOVED) {
        struct attribute_view view = attribute_view_of(object);
        if (!view.shape || view.shape->is_dict)
            return false;
        how = instance_set((struct instance *)object, view.shape, key, item);
    }
    *done = how == 1;
    return true;
}

static bool fill_dict(value object, value state)
{
    if (!is_dict(state))
        return raise_false(UNPICKLING_ERROR, "state is not a dictionary");
    value target = NULL, key, item;
    bool done = true, plain = keeps_in_line(object);
    for (size_t position = 0; done && dict_next(state, &position, &key, &item);) {
        bool exact = value_is(key, TYPE_ID_STR);
        if (exact)
            key = str_intern(key);
        if (plain && key)
            plain = exact && set_in_line(object, key, item, &done);
        if (!plain) {
            if (!target)
                target = attr_get(object, NAME(__dict__));
            done = key && target && item_set(target, key, item);
        }
        value_dec(key);
        value_dec(item);
    }
    value_dec(target);
    return done;
}
static bool fill_slots(value object, value state)
{
    if (!is_dict(state))
        return raise_false(UNPICKLING_ERROR, "slot state is not a dictionary");
    value key, item;
    bool done = true;
    for (size_t position = 0; done && dict_next(state, &position, &key, &item);) {
        done = is_str(key) ? attr_set(object, key, item)
                           : raise_false(EXC(TypeError), "attribute name must be string, not '%T'", key);
        value_dec(key);
        value_dec(item);
    }
    return done;
}
bool unpickle_build(struct unpickling *u)
{
    if (u->depth < u->fence + 2)
        return unpickle_underflow(u);
    value state = u->stack[--u->depth], object = u->stack[u->depth - 1];
    value setter = attr_get_optional(object, NAME(__setstate__));
    bool done = setter != NULL;
    if (done && setter != VALUE_MISSING) {
        value result = call_1(setter, state);
        done = result != NULL;
        value_dec(result);
        value_dec(setter);
    } else if (done) {
        bool both = is_tuple(state) && tuple_length(state) == 2;
        value attributes = both ? tuple_get(state, 0) : state, slots = both ? tuple_get(state, 1) : VALUE_NONE;
        done = (is_none(attributes) || fill_dict(object, attributes)) && (is_none(slots) || fill_slots(object, slots));
    }
    value_dec(state);
    return done;
}
