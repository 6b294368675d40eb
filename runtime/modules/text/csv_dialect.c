/* _csv.Dialect: what the separators are, and what is quoted. */
#include "runtime/modules/text/csv.h"
#include "runtime/objects/text/str.h"

#include <stddef.h>

struct type *csv_dialect_type;

enum { DIALECT_ARG, DELIMITER, DOUBLEQUOTE, ESCAPECHAR, LINETERMINATOR, QUOTECHAR, QUOTING, SKIPINITIALSPACE, STRICT, ARGS };

/* A character, in a field that may also be None. */
static bool set_character(uint32_t *field, const char *name, value given, uint32_t usual, bool optional)
{
    *field = usual;
    if (is_missing(given))
        return true;
    if (optional && given == VALUE_NONE) {
        *field = CSV_NOT_SET;
        return true;
    }
    if (!is_str(given))
        return raise_false(EXC(TypeError), "\"%s\" must be string%s, not %.200T", name, optional ? " or None" : "", given);
    if (str_length(given) != 1)
        return raise_false(EXC(TypeError), "\"%s\" must be a 1-character string", name);
    *field = str_at(given, 0);
    return true;
}

static bool set_bool(bool *field, value given, bool usual)
{
    int truth = is_missing(given) ? usual : value_truth(given);
    *field = truth > 0;
    return truth >= 0;
}

static bool set_quoting(struct csv_dialect *d, value given, bool no_quotechar)
{
    int quoting = no_quotechar ? QUOTE_NONE : QUOTE_MINIMAL;
    if (!is_missing(given)) {
        if (value_is_bool(given) || !is_int(given) || value_type(given) != TYPE(INT))
            return raise_false(EXC(TypeError), "\"quoting\" must be an integer");
        if (!value_as_int(given, &quoting))
            return false;
        if (quoting < QUOTE_MINIMAL || quoting > QUOTE_NONE)
            return raise_false(EXC(TypeError), "bad \"quoting\" value");
    }
    d->quoting = quoting;
    return true;
}

static bool set_terminator(struct csv_dialect *d, value given)
{
    if (is_missing(given)) {
        value usual = str_from_text("\r\n");
        if (usual)
            slot_init(&d->lineterminator, usual);
        return usual != NULL;
    }
    if (given == VALUE_NONE)
        return true;
    if (!is_str(given))
        return raise_false(EXC(TypeError), "\"lineterminator\" must be a string");
    slot_init(&d->lineterminator, value_inc(given));
    return true;
}

static void find_special(struct csv_dialect *d, value terminator)
{
    for (size_t i = 0; i < str_length(terminator); i++)
        if (str_at(terminator, i) < 128)
            d->special[str_at(terminator, i)] = true;
    const uint32_t own[] = {d->delimiter, d->quotechar, d->escapechar};
    for (size_t i = 0; i < 3; i++)
        if (own[i] < 128)
            d->special[own[i]] = true;
}

static bool fill_dialect(struct csv_dialect *d, const value *args)
{
    if (!set_character(&d->delimiter, "delimiter", args[DELIMITER], ',', false) ||
        !set_bool(&d->doublequote, args[DOUBLEQUOTE], true) ||
        !set_character(&d->escapechar, "escapechar", args[ESCAPECHAR], CSV_NOT_SET, true) ||
        !set_terminator(d, args[LINETERMINATOR]) ||
        !set_character(&d->quotechar, "quotechar", args[QUOTECHAR], '"', true) ||
        !set_quoting(d, args[QUOTING], args[QUOTECHAR] == VALUE_NONE) ||
        !set_bool(&d->skipinitialspace, args[SKIPINITIALSPACE], false) || !set_bool(&d->strict, args[STRICT], false))
        return false;
    if (d->quoting != QUOTE_NONE && d->quotechar == CSV_NOT_SET)
        return raise_false(EXC(TypeError), "quotechar must be set if quoting enabled");
    value terminator = slot_load(&d->header, &d->lineterminator);
    if (!terminator)
        return raise_false(EXC(TypeError), "lineterminator must be set");
    find_special(d, terminator);
    value_dec(terminator);
    return true;
}

/* From attributes of another dialect, whatever it is; `args` are owned. */
static bool take_attributes(value dialect, value *args)
{
    const value names[ARGS] = {NULL,
                               NAME(delimiter),
                               NAME(doublequote),
                               NAME(escapechar),
                               NAME(lineterminator),
                               NAME(quotechar),
                               NAME(quoting),
                               NAME(skipinitialspace),
                               NAME(strict)};
    for (size_t i = DELIMITER; i < ARGS; i++) {
        if (!is_missing(args[i]))
            continue;
        args[i] = attr_get(dialect, names[i]);
        if (!args[i]) {
            args[i] = VALUE_MISSING;
            error_clear();
        }
    }
    return true;
}

/* Owned: the dialect that a new one is made after; missing: none; NULL: an exception. */
static value find_original(value given)
{
    if (is_missing(given) || given == VALUE_NONE)
        return VALUE_MISSING;
    return is_str(given) ? csv_dialect_registered(given) : value_inc(given);
}

static value dialect_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[ARGS];
    static struct signature signature =
        SIGNATURE("", "(dialect=<unrepresentable>, delimiter=<unrepresentable>, doublequote=<unrepresentable>, "
                      "escapechar=<unrepresentable>, lineterminator=<unrepresentable>, quotechar=<unrepresentable>, "
                      "quoting=<unrepresentable>, skipinitialspace=<unrepresentable>, strict=<unrepresentable>)");
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    value original = find_original(bound[DIALECT_ARG]);
    if (!original)
        return NULL;
    bool others = false;
    for (size_t i = DELIMITER; i < ARGS; i++)
        others |= !is_missing(bound[i]);
    if (!others && !is_missing(original) && type == csv_dialect_type && value_is_of(original, type))
        return original;
    for (size_t i = DELIMITER; i < ARGS; i++)
        if (!is_missing(bound[i]))
            value_inc(bound[i]);
    if (!is_missing(original))
        take_attributes(original, bound);
    struct csv_dialect *self = (struct csv_dialect *)object_new(type, sizeof *self);
    bool done = self && fill_dialect(self, bound);
    for (size_t i = DELIMITER; i < ARGS; i++)
        if (!is_missing(bound[i]))
            value_dec(bound[i]);
    if (!is_missing(original))
        value_dec(original);
    if (done)
        return value_of(self);
    value_dec(value_of(self));
    return NULL;
}

value csv_dialect_make(value dialect, const value *keywords, value kwnames)
{
    size_t named = kwnames ? tuple_length(kwnames) : 0, given = !is_missing(dialect);
    value few[ARGS + 1];
    if (named > ARGS)
        return call_vector(value_of(csv_dialect_type), keywords, 0, kwnames); /* which has words for it */
    few[0] = dialect;
    for (size_t i = 0; i < named; i++)
        few[given + i] = keywords[i];
    return call_vector(value_of(csv_dialect_type), few, given, kwnames);
}

/* ---- attributes ---- */
static value character(uint32_t c)
{
    return c == CSV_NOT_SET ? VALUE_NONE : str_from_code_point(c);
}
static value get_delimiter(value self)
{
    return character(DIALECT(self)->delimiter);
}
static value get_escapechar(value self)
{
    return character(DIALECT(self)->escapechar);
}
static value get_quotechar(value self)
{
    return character(DIALECT(self)->quotechar);
}
static value get_lineterminator(value self)
{
    return slot_load(value_object(self), &((struct csv_dialect *)self)->lineterminator);
}
static value get_quoting(value self)
{
    return small_int(DIALECT(self)->quoting);
}

static value dialect_reduce(value self)
{
    value name = attr_get(value_of(value_type(self)), NAME(__name__));
    if (name)
        raise(EXC(TypeError), "cannot pickle '%.100S' instances", name);
    value_dec(name);
    return NULL;
}
static value dialect_reduce_ex(value self, value protocol)
{
    return dialect_reduce(self);
}

static void dialect_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct csv_dialect *)o)->lineterminator);
}
static void dialect_destroy(struct object *o)
{
    slot_drop(&((struct csv_dialect *)o)->lineterminator);
}

static const struct method_def dialect_methods[] = {
    METHOD("__reduce__", dialect_reduce, "($self, /)", "raises an exception to avoid pickling"),
    METHOD("__reduce_ex__", dialect_reduce_ex, "($self, protocol, /)", "raises an exception to avoid pickling"),
    {0},
};
static const struct getset_def dialect_getset[] = {
    {"delimiter", get_delimiter, NULL, NULL},
    {"escapechar", get_escapechar, NULL, NULL},
    {"quotechar", get_quotechar, NULL, NULL},
    {"lineterminator", get_lineterminator, NULL, NULL},
    {"quoting", get_quoting, NULL, NULL},
    {0},
};
static const struct member_def dialect_members[] = {
    {"skipinitialspace", MEMBER_BOOL, offsetof(struct csv_dialect, skipinitialspace), false, NULL},
    {"doublequote", MEMBER_BOOL, offsetof(struct csv_dialect, doublequote), false, NULL},
    {"strict", MEMBER_BOOL, offsetof(struct csv_dialect, strict), false, NULL},
    {0},
};
const struct type_spec csv_dialect_spec = {
    .name = "_csv.Dialect",
    .doc = "CSV dialect\n\nThe Dialect type records CSV parsing and generation options.\n",
    .size = sizeof(struct csv_dialect),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = dialect_traverse,
    .destroy = dialect_destroy,
    .slots = {.new = dialect_new},
    .methods = dialect_methods,
    .getset = dialect_getset,
    .members = dialect_members,
};
