/*
 * The classes that programs call as they call functions: int(text), str(v), range(n), list(v)... Their __new__ takes
 * any arguments, of a subclass too; these functions take what is given nearly always, and for the class itself.
 */
#include "runtime/objects/operations/class_entry.h"
#include "runtime/abstract.h"
#include "runtime/objects/containers/range.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/text/str.h"

static value zero(void)
{
    return small_int(0);
}

static value false_value(void)
{
    return VALUE_FALSE;
}

static value truth_of(value v)
{
    int truth = value_truth(v);
    return truth < 0 ? NULL : value_bool(truth);
}

static value type_of(value v)
{
    return value_inc(value_of(value_type(v)));
}

static value empty_tuple(void)
{
    return tuple_new(0);
}

static value empty_list(void)
{
    return list_new(0);
}

static value empty_set(void)
{
    return set_new(NULL);
}

static value range_to(value stop)
{
    return range_new(NULL, stop, NULL);
}

static value range_between(value start, value stop)
{
    return range_new(start, stop, NULL);
}

const struct class_entry class_entries[TYPE_WELL_KNOWN_MAX + 1] = {
    [TYPE_ID_INT] = {zero, number_int, NULL},
    [TYPE_ID_BOOL] = {false_value, truth_of, NULL},
    [TYPE_ID_FLOAT] = {NULL, number_float, NULL},
    [TYPE_ID_STR] = {str_empty, value_str, NULL},
    [TYPE_ID_TYPE] = {NULL, type_of, NULL},
    [TYPE_ID_TUPLE] = {empty_tuple, tuple_from_iterable, NULL},
    [TYPE_ID_LIST] = {empty_list, list_from_iterable, NULL},
    [TYPE_ID_DICT] = {dict_new, NULL, NULL},
    [TYPE_ID_SET] = {empty_set, set_new, NULL},
    [TYPE_ID_RANGE] = {NULL, range_to, range_between},
};
