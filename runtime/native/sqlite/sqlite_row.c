/* Rows: a tuple that knows its columns' names. Immutable. */
#include "sqlite.h"

struct row {
    struct object header;
    value_slot data, description; /* tuples; constant */
};
#define ROW(v) ((struct row *)(v))
struct type *row_type;

static value row_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && type == row_type && !no_keywords("Row", kwnames))
        return NULL;
    if (!check_arguments("Row", nargs, 2, 2))
        return NULL;
    if (!value_is_of(args[0], cursor_type))
        return raise(EXC(TypeError), "Row() argument 1 must be sqlite3.Cursor, not %K", args[0]);
    if (!is_tuple(args[1]))
        return raise(EXC(TypeError), "Row() argument 2 must be tuple, not %K", args[1]);
    struct row *row = (struct row *)object_new(type, sizeof *row);
    if (!row)
        return NULL;
    slot_init(&row->data, value_inc(args[1]));
    slot_init(&row->description, cursor_description_of(args[0]));
    return value_of(row);
}
static void row_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct row *)o)->data);
    trace_slot(trace, &((struct row *)o)->description);
}
static void row_destroy(struct object *o)
{
    slot_drop(&((struct row *)o)->data);
    slot_drop(&((struct row *)o)->description);
}

static size_t columns(value v)
{
    value description = slot_peek(&ROW(v)->description);
    return description == VALUE_NONE ? 0 : tuple_length(description);
}
static value column_name(value v, size_t i)
{
    return tuple_get(tuple_get(slot_peek(&ROW(v)->description), i), 0);
}

/* Equal but for the case of ASCII letters. */
static int same_name(value a, value b)
{
    if (str_equal(a, b))
        return 1;
    if (!str_is_ascii(a) || !str_is_ascii(b))
        return 0;
    struct text x, y;
    if (!text_of(a, &x))
        return -1;
    if (!text_of(b, &y)) {
        text_release(&x);
        return -1;
    }
    int same = sqlite3_stricmp(x.bytes, y.bytes) == 0;
    text_release(&x);
    text_release(&y);
    return same;
}

static value row_getitem(value v, value key)
{
    value data = slot_peek(&ROW(v)->data);
    if (is_int(key)) {
        ssize index;
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return NULL;
        size_t length = tuple_length(data);
        if (index < 0)
            index += (ssize)length;
        if (index < 0 || (size_t)index >= length)
            return raise(EXC(IndexError), "tuple index out of range");
        return value_inc(tuple_get(data, (size_t)index));
    }
    if (is_str(key)) {
        for (size_t i = 0; i < columns(v); i++) {
            int same = same_name(key, column_name(v, i));
            if (same < 0)
                return NULL;
            if (same)
                return i < tuple_length(data) ? value_inc(tuple_get(data, i))
                                              : raise(EXC(IndexError), "tuple index out of range");
        }
        return raise(EXC(IndexError), "No item with that key");
    }
    if (value_is(key, TYPE_ID_SLICE))
        return item_get(data, key);
    return raise(EXC(IndexError), "Index must be int or string");
}
static ssize row_length(value v)
{
    return (ssize)tuple_length(slot_peek(&ROW(v)->data));
}
static value row_iter(value v)
{
    return iter_get(slot_peek(&ROW(v)->data));
}
static bool row_hash(value v, int64_t *out)
{
    int64_t a, b;
    if (!value_hash(slot_peek(&ROW(v)->description), &a) || !value_hash(slot_peek(&ROW(v)->data), &b))
        return false;
    *out = (a ^ b) == -1 ? -2 : a ^ b;
    return true;
}
static value row_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_of(a, row_type) || !value_is_of(b, row_type))
        return VALUE_NOT_IMPLEMENTED;
    int equal = value_equals(slot_peek(&ROW(a)->description), slot_peek(&ROW(b)->description));
    if (equal > 0)
        equal = value_equals(slot_peek(&ROW(a)->data), slot_peek(&ROW(b)->data));
    return equal < 0 ? NULL : value_bool(equal == (op == COMPARE_EQ));
}
static value row_keys(value v)
{
    value list = list_new(columns(v));
    for (size_t i = 0; list && i < columns(v); i++) {
        if (!list_append(list, column_name(v, i))) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}

static const struct method_def methods[] = {
    METHOD("keys", row_keys, "($self, /)", "Returns the keys of the row."),
    {0},
};
const struct type_spec row_spec = {
    .name = "sqlite3.Row",
    .size = sizeof(struct row),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = row_traverse,
    .destroy = row_destroy,
    .slots = {.new = row_new,
              .getitem = row_getitem,
              .length = row_length,
              .iter = row_iter,
              .hash = row_hash,
              .compare = row_compare},
    .methods = methods,
};
