/*
 * The well-known types, made in the order of their dependencies at start-up.
 *
 * Types need tuples (their bases and MRO) and tuples need a type, so this happens in two passes over one table: first
 * every type gets what allocation needs (layout, functions, slots), then every type gets its bases and MRO. Nothing
 * else is made here: the class dictionaries, with a descriptor object for each method, are filled when somebody first
 * looks (type_prepare), which is why a process that uses a dozen types pays for a dozen.
 */
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/exceptions/exception.h"

#define X(ID, PREFIX) extern const struct type_spec PREFIX##_type_spec;
WELL_KNOWN_TYPES(X)
#undef X

static const struct type_spec *const well_known_specs[] = {
#define X(ID, PREFIX) &PREFIX##_type_spec,
    WELL_KNOWN_TYPES(X)
#undef X
};
static const uint8_t well_known_ids[] = {
#define X(ID, PREFIX) TYPE_ID_##ID,
    WELL_KNOWN_TYPES(X)
#undef X
};
enum { WELL_KNOWN_COUNT = sizeof well_known_ids };

const uint8_t value_tag_type_id[8] = {0, TYPE_ID_INT, 0, TYPE_ID_FLOAT, 0, TYPE_ID_INT, TYPE_ID_FLOAT, TYPE_ID_FLOAT};

struct type *value_special_type(value v)
{
    if (v == VALUE_NONE)
        return TYPE(NONE_TYPE);
    if (v == VALUE_TRUE || v == VALUE_FALSE)
        return TYPE(BOOL);
    if (v == VALUE_NOT_IMPLEMENTED)
        return TYPE(NOT_IMPLEMENTED);
    if (v == VALUE_ELLIPSIS)
        return TYPE(ELLIPSIS);
    return TYPE(OBJECT); /* an internal mark: never reaches a program */
}

/* ExceptionGroup is the one built-in type with two bases. */
static bool group_fill_bases(void)
{
    struct type *group = EXC(ExceptionGroup);
    value bases = tuple_pack(2, value_of(EXC(BaseExceptionGroup)), value_of(EXC(Exception)));
    value mro = tuple_pack(5, value_of(group), value_of(EXC(BaseExceptionGroup)), value_of(EXC(Exception)),
                           value_of(EXC(BaseException)), value_of(TYPE(OBJECT)));
    if (!bases || !mro)
        return false;
    slot_store(&group->gc.header, &group->bases, bases);
    slot_store(&group->gc.header, &group->mro, mro);
    subclass_links_leave(group->links);
    subclass_links_free(group->links);
    group->links = subclass_links_new(group, bases);
    if (group->links)
        subclass_links_enter(group->links, bases);
    return group->links != NULL;
}

bool types_bootstrap(void)
{
    for (unsigned i = 0; i < WELL_KNOWN_COUNT; i++) {
        struct type *type = (struct type *)heap_well_known_type(well_known_ids[i]);
        if (!type)
            return false;
        type_fill(type, well_known_specs[i]);
    }
    for (unsigned i = 0; i < exception_spec_count; i++) {
        struct type *type = (struct type *)heap_well_known_type(exception_type_specs[i].id);
        if (!type)
            return false;
        type_fill(type, &exception_type_specs[i]);
    }
    for (unsigned i = 0; i < WELL_KNOWN_COUNT; i++)
        if (!type_fill_bases(TYPE_WELL_KNOWN(well_known_ids[i])))
            return false;
    for (unsigned i = 0; i < exception_spec_count; i++)
        if (!type_fill_bases(TYPE_WELL_KNOWN(exception_type_specs[i].id)))
            return false;
    return group_fill_bases() && slots_bootstrap() && exceptions_bootstrap();
}
