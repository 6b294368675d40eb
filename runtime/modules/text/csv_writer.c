/* _csv.writer: lines from records. A line is made whole before it is written; a writer keeps nothing of it. */
#include "runtime/modules/text/csv.h"
#include "threads/pause.h"

#include <stddef.h>

struct type *csv_writer_type;

struct csv_writer {
    struct object header;
    value_slot write, dialect; /* constant */
};

static bool is_special(const struct csv_dialect *d, value terminator, uint32_t c)
{
    if (c < 128)
        return d->special[c];
    if (c == d->delimiter || c == d->escapechar || c == d->quotechar)
        return true;
    for (size_t i = 0; i < str_length(terminator); i++)
        if (str_at(terminator, i) == c)
            return true;
    return false;
}

/* Does a special character want an escape? Otherwise it wants quotes around the field. */
static bool wants_escape(const struct csv_dialect *d, uint32_t c)
{
    return d->quoting == QUOTE_NONE || (c == d->quotechar ? !d->doublequote : c == d->escapechar);
}

static bool add_field(struct str_builder *b, const struct csv_dialect *d, value terminator, struct span s, uint32_t max,
                      bool quoted)
{
    size_t specials = 0;
    for (size_t i = 0; i < s.length; thread_report_at(++i)) {
        uint32_t c = span_at(s, i);
        if (is_special(d, terminator, c)) {
            specials++;
            quoted |= !wants_escape(d, c);
        }
    }
    if (quoted)
        builder_add_char(b, d->quotechar);
    if (!specials) {
        builder_add_span(b, s, max);
    } else {
        for (size_t i = 0; i < s.length; thread_report_at(++i)) {
            uint32_t c = span_at(s, i);
            if (is_special(d, terminator, c)) {
                if (wants_escape(d, c)) {
                    if (d->escapechar == CSV_NOT_SET)
                        return raise_false(csv_error(), "need to escape, but no escapechar set");
                    builder_add_char(b, d->escapechar);
                } else if (c == d->quotechar) {
                    builder_add_char(b, c);
                }
            }
            builder_add_char(b, c);
        }
    }
    if (quoted)
        builder_add_char(b, d->quotechar);
    return true;
}

static bool is_number(value v)
{
    struct type *type = value_type(v);
    return type_slot(type, to_index) || type_slot(type, to_int) || type_slot(type, to_float) ||
           value_is_of(v, TYPE(COMPLEX));
}

static bool add_value(struct str_builder *b, const struct csv_dialect *d, value terminator, value v)
{
    bool quoted = d->quoting == QUOTE_ALL || (d->quoting == QUOTE_NONNUMERIC && !is_number(v));
    value text = is_str(v) ? value_inc(v) : v == VALUE_NONE ? str_empty() : value_str(v);
    if (!text)
        return false;
    value exact = str_to_exact(text);
    bool fine = add_field(b, d, terminator, str_span(exact), str_max(exact), quoted);
    value_dec(exact);
    value_dec(text);
    return fine;
}

/* The line of a record, without its end. */
static bool add_record(struct str_builder *b, const struct csv_dialect *d, value terminator, value iterator)
{
    size_t count = 0;
    for (value field; (field = iter_next(iterator)) != VALUE_END; count++) {
        if (!field)
            return false;
        if (count)
            builder_add_char(b, d->delimiter);
        bool fine = add_value(b, d, terminator, field);
        value_dec(field);
        if (!fine)
            return false;
        thread_report();
    }
    if (count && b->length == 0) {
        if (d->quoting == QUOTE_NONE)
            return raise_false(csv_error(), "single empty field record must be quoted");
        builder_add_char(b, d->quotechar);
        builder_add_char(b, d->quotechar);
    }
    return true;
}

static value writer_writerow(value v, value row)
{
    value iterator = iter_get(row);
    if (!iterator) {
        if (error_matches(EXC(TypeError))) {
            error_clear();
            raise(csv_error(), "iterable expected, not %.200T", row);
        }
        return NULL;
    }
    struct csv_writer *self = (struct csv_writer *)v;
    value dialect = slot_load(&self->header, &self->dialect), write = slot_load(&self->header, &self->write);
    const struct csv_dialect *d = DIALECT(dialect);
    value terminator = slot_load(value_object(dialect), (value_slot *)&d->lineterminator), result = NULL;
    struct str_builder b;
    builder_init(&b);
    if (add_record(&b, d, terminator, iterator)) {
        builder_add_str(&b, terminator);
        value line = builder_finish(&b);
        result = line ? call_1(write, line) : NULL;
        value_dec(line);
    } else {
        builder_discard(&b);
    }
    value_dec(terminator);
    value_dec(write);
    value_dec(dialect);
    value_dec(iterator);
    return result;
}

static value writer_writerows(value self, value rows)
{
    value iterator = iter_get(rows);
    if (!iterator)
        return NULL;
    bool fine = true;
    for (value row; fine && (row = iter_next(iterator)) != VALUE_END; thread_report()) {
        value result = row ? writer_writerow(self, row) : NULL;
        fine = result != NULL;
        value_dec(result);
        value_dec(row);
    }
    value_dec(iterator);
    return fine ? VALUE_NONE : NULL;
}

/* ---- the type ---- */
value csv_writer_make(value write, value dialect)
{
    struct csv_writer *self = (struct csv_writer *)object_new(csv_writer_type, sizeof *self);
    if (!self) {
        value_dec(dialect);
        value_dec(write);
        return NULL;
    }
    slot_init(&self->write, write);
    slot_init(&self->dialect, dialect);
    return value_of(self);
}

static void writer_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct csv_writer *)o)->write);
    trace_slot(trace, &((struct csv_writer *)o)->dialect);
}
static void writer_destroy(struct object *o)
{
    slot_drop(&((struct csv_writer *)o)->write);
    slot_drop(&((struct csv_writer *)o)->dialect);
}

static const struct method_def writer_methods[] = {
    METHOD("writerow", writer_writerow, "($self, row, /)",
           "writerow(iterable)\n\nConstruct and write a CSV record from an iterable of fields.  Non-string\n"
           "elements will be converted to string."),
    METHOD("writerows", writer_writerows, "($self, rows, /)",
           "writerows(iterable of iterables)\n\n"
           "Construct and write a series of iterables to a csv file.  Non-string\n"
           "elements will be converted to string."),
    {0},
};
static const struct member_def writer_members[] = {
    {"dialect", MEMBER_VALUE, offsetof(struct csv_writer, dialect), false, NULL},
    {0},
};
const struct type_spec csv_writer_spec = {
    .name = "_csv.writer",
    .doc = "CSV writer\n\nWriter objects are responsible for generating tabular data\n"
           "in CSV format from sequence input.\n",
    .size = sizeof(struct csv_writer),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = writer_traverse,
    .destroy = writer_destroy,
    .methods = writer_methods,
    .members = writer_members,
};
