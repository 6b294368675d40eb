/*
 * Attributes: what `v.name` means for any value. The generic rule (object.__getattribute__): data descriptors of the
 * class, then the instance's own attributes, then the rest of the class.
 */
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/operations/attribute_view.h"

value attribute_error(value object, value name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    if (!message)
        return NULL;
    value error = call_1(value_of(EXC(AttributeError)), message);
    value_dec(message);
    if (!error)
        return NULL;
    if (attr_set(error, NAME(name), name) && attr_set(error, NAME(obj), object))
        raise_exception(error);
    value_dec(error);
    return NULL;
}

value attribute_error_named(value object, value name)
{
    if (!error_matches(EXC(AttributeError)))
        return NULL;
    value error = error_fetch(), known_name = exception_extra(error, EXTRA_ATTRIBUTE_NAME);
    value known_object = exception_extra(error, EXTRA_ATTRIBUTE_OBJ);
    if (!known_name && !known_object) {
        exception_set_extra(error, EXTRA_ATTRIBUTE_NAME, name);
        exception_set_extra(error, EXTRA_ATTRIBUTE_OBJ, object);
    }
    value_dec(known_name);
    value_dec(known_object);
    error_restore(error);
    return NULL;
}

/* ---- __dict__ ---- */
bool type_dict_address(value v, value_slot **slot)
{
    struct type *type = value_type(v);
    int32_t offset = type->dict_offset;
    if (!offset)
        return false;
    if (offset > 0)
        *slot = (value_slot *)((char *)v + offset);
    else
        *slot = (value_slot *)((char *)v + heap_usable_size(value_object(v)) + offset);
    return true;
}

/* The dict in a __dict__ field, made when missing: two threads may race, one dict wins. */
static value field_dict(value v, value_slot *slot, bool create)
{
    value dict = slot_load(value_object(v), slot);
    if (dict || !create)
        return dict ? dict : VALUE_MISSING;
    value fresh = dict_new();
    if (!fresh)
        return NULL;
    value expected = NULL;
    value_inc(fresh);
    if (atomic_compare_exchange_strong_explicit(slot, &expected, fresh, memory_order_acq_rel, memory_order_acquire))
        return fresh;
    value_dec(fresh);
    value_dec(fresh);
    return field_dict(v, slot, true);
}

value object_dict(value v, bool create)
{
    if (!value_is_object(v))
        return VALUE_MISSING;
    if (value_has_shape(v))
        return instance_dict((struct instance *)v);
    value_slot *slot;
    if (type_dict_address(v, &slot))
        return field_dict(v, slot, create);
    return VALUE_MISSING;
}

bool object_set_dict(value v, value dict)
{
    if (!dict)
        return raise_false(EXC(TypeError), "cannot delete __dict__");
    if (!is_dict(dict))
        return raise_false(EXC(TypeError), "__dict__ must be set to a dictionary, not a '%T'", dict);
    if (value_has_shape(v))
        return instance_set_dict((struct instance *)v, dict);
    value_slot *slot;
    if (!type_dict_address(v, &slot))
        return raise_false(EXC(AttributeError), "This object has no __dict__");
    slot_store(value_object(v), slot, value_inc(dict));
    return true;
}

/* ---- by way of a view ---- */
_Atomic uint64_t class_assignments;

value attribute_view_dict(value v, const struct attribute_view *view)
{
    value_slot *slot;
    if (view->shape)
        return view->shape->is_dict ? instance_dict((struct instance *)v) : NULL;
    return type_dict_address(v, &slot) ? slot_load(value_object(v), slot) : NULL;
}

value attribute_view_own(value v, const struct attribute_view *view, value name)
{
    if (view->shape && !view->shape->is_dict) {
        value found = instance_get((struct instance *)v, view->shape, name);
        return found ? found : ATTRIBUTE_AGAIN;
    }
    value dict = attribute_view_dict(v, view);
    if (!dict)
        return view->shape ? NULL : VALUE_MISSING;
    value found = dict_get(dict, name);
    value_dec(dict);
    if (unlikely(found && !attribute_view_holds(v, view))) {
        value_dec(found);
        return ATTRIBUTE_AGAIN;
    }
    return found;
}

value attribute_view_bind(value found, value v, const struct attribute_view *view)
{
    bool is_property = value_is(found, TYPE_ID_PROPERTY);
    if (!is_property && !descriptor_serves(found, view->type))
        return attribute_bind(found, v, view->type);
    value bound = is_property ? property_get(found, v, view->type) : descriptor_read(found, v);
    value_dec(found);
    return bound;
}

int attribute_view_set(value found, value v, const struct attribute_view *view, value attribute)
{
    if (descriptor_serves(found, view->type))
        return descriptor_write(found, v, attribute) ? 1 : -1;
    int done = descriptor_set(found, v, attribute);
    return done || attribute_view_holds(v, view) ? done : INSTANCE_MOVED;
}

/* ---- reading ---- */
static value get_known(value v, value name)
{
    if (!value_is_object(v)) {
        struct type *type = value_type(v);
        value found = lookup_find(type, name, NULL);
        return found && found != VALUE_MISSING ? attribute_bind(found, v, type) : found;
    }
    for (;;) {
        struct attribute_view view = attribute_view_of(v);
        bool to_bind;
        value found = attribute_find(v, name, &view, NULL, &to_bind);
        if (likely(found != ATTRIBUTE_AGAIN))
            return to_bind ? attribute_view_bind(found, v, &view) : found;
    }
}

value attr_get_generic_optional(value v, value name)
{
    value held, known = name_find(name, &held);
    if (!known)
        return NULL;
    value found = get_known(v, known);
    value_dec(held);
    if (!found && error_matches(EXC(AttributeError))) {
        error_clear();
        return VALUE_MISSING;
    }
    return found;
}

value attr_get_generic(value v, value name)
{
    value held, known = name_find(name, &held);
    if (!known)
        return NULL;
    value found = get_known(v, known);
    if (found == VALUE_MISSING)
        found = attribute_error(v, known, "'%T' object has no attribute '%U'", v, known);
    value_dec(held);
    return found;
}

value attr_get(value v, value name)
{
    value (*getattr)(value, value) = value_type_slot(v, getattr);
    value found = getattr ? getattr(v, name) : attr_get_generic(v, name);
    return likely(found != NULL) ? found : attribute_error_named(v, name);
}

value attr_get_method(value v, value name, bool *unbound)
{
    value (*getattr)(value, value) = value_type_slot(v, getattr);
    *unbound = false;
    if (!value_is_object(v) || (getattr && getattr != attr_get_generic))
        return attr_get(v, name);
    value held, known = name_find(name, &held);
    if (!known)
        return NULL;
    value found = ATTRIBUTE_AGAIN;
    while (found == ATTRIBUTE_AGAIN) {
        struct attribute_view view = attribute_view_of(v);
        found = attribute_find(v, known, &view, NULL, unbound);
        if (*unbound && found && lookup_kind_of(found) != LOOKUP_METHOD) {
            *unbound = false;
            found = attribute_view_bind(found, v, &view);
        }
    }
    if (found == VALUE_MISSING)
        found = attribute_error(v, known, "'%T' object has no attribute '%U'", v, known);
    value_dec(held);
    return likely(found != NULL) ? found : attribute_error_named(v, name);
}

value attr_get_optional(value v, value name)
{
    value (*getattr)(value, value) = value_type_slot(v, getattr);
    if (!getattr || getattr == attr_get_generic)
        return attr_get_generic_optional(v, name);
    if (getattr == type_getattr) {
        value held, known = name_find(name, &held);
        value found = known ? type_getattr_optional((struct type *)v, known, NULL) : NULL;
        value_dec(held);
        if (found || !error_matches(EXC(AttributeError)))
            return found;
        error_clear();
        return VALUE_MISSING;
    }
    value found = getattr(v, name);
    if (!found && error_matches(EXC(AttributeError))) {
        error_clear();
        return VALUE_MISSING;
    }
    return found;
}

int attr_has(value v, value name)
{
    value found = attr_get_optional(v, name);
    if (!found)
        return -1;
    value_dec(found);
    return found != VALUE_MISSING;
}

/* ---- writing ---- */
/* (Errors of stores and deletions have no `name` and `obj` in CPython 3.11, and so no suggestions.) */
static bool no_such_attribute(value v, value name, value found)
{
    const char *format =
        found != VALUE_MISSING ? "'%T' object attribute '%U' is read-only" : "'%T' object has no attribute '%U'";
    return raise_false(EXC(AttributeError), format, v, name);
}

static bool set_in_field(value v, value name, value attribute, value found)
{
    value_slot *slot;
    if (!value_is_object(v) || !type_dict_address(v, &slot))
        return no_such_attribute(v, name, found);
    value dict = field_dict(v, slot, attribute != NULL);
    if (!dict)
        return false;
    if (dict == VALUE_MISSING)
        return no_such_attribute(v, name, VALUE_MISSING);
    int done = attribute ? (dict_set(dict, name, attribute) ? 1 : -1) : dict_delete(dict, name);
    value_dec(dict);
    return done > 0 || (done == 0 && no_such_attribute(v, name, VALUE_MISSING));
}

int attribute_view_set_own(value v, const struct attribute_view *view, value name, value attribute, value found)
{
    if (!view->shape)
        return set_in_field(v, name, attribute, found) ? 1 : -1;
    int done = instance_set((struct instance *)v, view->shape, name, attribute);
    return done ? done : no_such_attribute(v, name, VALUE_MISSING) ? 1 : -1;
}

static bool set_known(value v, value name, value attribute)
{
    if (!value_is_object(v)) {
        value found = lookup_find(value_type(v), name, NULL);
        int done = found && found != VALUE_MISSING ? descriptor_set(found, v, attribute) : 0;
        bool ok = done ? done > 0 : found && no_such_attribute(v, name, found);
        value_dec(found);
        return ok;
    }
    for (;;) {
        struct attribute_view view = attribute_view_of(v);
        int done = attribute_assign(v, name, attribute, &view, NULL);
        if (likely(done != INSTANCE_MOVED))
            return done > 0;
    }
}

bool attr_set_generic(value v, value name, value attribute)
{
    value held, known = attribute ? name_intern(name, &held) : name_find(name, &held);
    bool ok = known && set_known(v, known, attribute);
    value_dec(held);
    return ok;
}

bool attr_set(value v, value name, value attribute)
{
    bool (*setattr)(value, value, value) = value_type_slot(v, setattr);
    return setattr ? setattr(v, name, attribute) : attr_set_generic(v, name, attribute);
}

bool attr_delete(value v, value name)
{
    return attr_set(v, name, NULL);
}

/* ---- special methods ---- */
value special_lookup(value v, value name)
{
    struct type *type = value_type(v);
    value found;
    {
        PEEK_SCOPE;
        found = lookup_find_peek(type, name);
        if (likely(found && type_has_flag(value_type(found), TYPE_FLAG_METHOD_LIKE))) /* binding runs no code */
            return value_type_slot(found, descr_get)(found, v, type);
    }
    found = type_lookup(type, name);
    return found ? attribute_bind(found, v, type) : NULL;
}
