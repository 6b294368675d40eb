/*
 * _csv.reader: records from lines.
 *
 * A record is read by a machine with a state, character by character; what stands for itself is taken in runs. All that
 * lives only while a record is being read: other threads may read other records with the same reader.
 */
#include "runtime/modules/text/csv.h"
#include "threads/pause.h"

#include <stddef.h>

struct type *csv_reader_type;

struct csv_reader {
    struct object header;
    value_slot iterator, dialect; /* constant */
    _Atomic int64_t lines;
};

enum state {
    START_RECORD,
    START_FIELD,
    ESCAPED_CHAR,
    IN_FIELD,
    IN_QUOTED_FIELD,
    ESCAPE_IN_QUOTED_FIELD,
    QUOTE_IN_QUOTED_FIELD,
    EAT_CRNL,
    AFTER_ESCAPED_CRNL,
};
#define LINE_END (UINT32_MAX - 1) /* behind a line's last character */

struct record {
    const struct csv_dialect *d;
    value fields; /* a list */
    struct str_builder field;
    int64_t limit;
    enum state state;
    bool numeric;
};

static bool add(struct record *r, uint32_t c)
{
    if ((int64_t)r->field.length >= r->limit)
        return raise_false(csv_error(), "field larger than field limit (%lld)", (long long)r->limit);
    builder_add_char(&r->field, c);
    return true;
}

static bool save(struct record *r)
{
    value field = builder_finish(&r->field);
    if (field && r->numeric) {
        value number = number_float(field);
        value_dec(field);
        field = number;
    }
    r->numeric = false;
    return field && list_append_owned(r->fields, field);
}

static bool save_and(struct record *r, enum state next)
{
    r->state = next;
    return save(r);
}

static bool is_line_end(uint32_t c)
{
    return c == '\n' || c == '\r' || c == LINE_END;
}

static enum state after_line_end(uint32_t c)
{
    return c == LINE_END ? START_RECORD : EAT_CRNL;
}

static bool step_start(struct record *r, uint32_t c)
{
    const struct csv_dialect *d = r->d;
    if (is_line_end(c))
        return save_and(r, after_line_end(c));
    if (c == d->quotechar && d->quoting != QUOTE_NONE) {
        r->state = IN_QUOTED_FIELD;
    } else if (c == d->escapechar) {
        r->state = ESCAPED_CHAR;
    } else if (c == ' ' && d->skipinitialspace) {
        return true;
    } else if (c == d->delimiter) {
        return save(r);
    } else {
        r->numeric |= d->quoting == QUOTE_NONNUMERIC;
        r->state = IN_FIELD;
        return add(r, c);
    }
    return true;
}

static bool step_field(struct record *r, uint32_t c)
{
    if (is_line_end(c))
        return save_and(r, after_line_end(c));
    if (c == r->d->escapechar)
        r->state = ESCAPED_CHAR;
    else if (c == r->d->delimiter)
        return save_and(r, START_FIELD);
    else
        return add(r, c);
    return true;
}

static bool step_quoted(struct record *r, uint32_t c)
{
    const struct csv_dialect *d = r->d;
    if (c == LINE_END)
        return true;
    if (c == d->escapechar)
        r->state = ESCAPE_IN_QUOTED_FIELD;
    else if (c == d->quotechar && d->quoting != QUOTE_NONE)
        r->state = d->doublequote ? QUOTE_IN_QUOTED_FIELD : IN_FIELD;
    else
        return add(r, c);
    return true;
}

static bool step_after_quote(struct record *r, uint32_t c)
{
    const struct csv_dialect *d = r->d;
    if (d->quoting != QUOTE_NONE && c == d->quotechar) {
        r->state = IN_QUOTED_FIELD;
        return add(r, c);
    }
    if (c == d->delimiter)
        return save_and(r, START_FIELD);
    if (is_line_end(c))
        return save_and(r, after_line_end(c));
    if (!d->strict) {
        r->state = IN_FIELD;
        return add(r, c);
    }
    return raise_false(csv_error(), "'%c' expected after '%c'", d->delimiter, d->quotechar);
}

static bool step(struct record *r, uint32_t c)
{
    switch (r->state) {
    case START_RECORD:
        if (c == LINE_END)
            return true;
        if (c == '\n' || c == '\r') {
            r->state = EAT_CRNL;
            return true;
        }
        r->state = START_FIELD;
        return step_start(r, c);
    case START_FIELD:
        return step_start(r, c);
    case ESCAPED_CHAR:
        r->state = c == '\n' || c == '\r' ? AFTER_ESCAPED_CRNL : IN_FIELD;
        return add(r, c == LINE_END ? '\n' : c);
    case AFTER_ESCAPED_CRNL:
        return c == LINE_END || (r->state = IN_FIELD, step_field(r, c));
    case IN_FIELD:
        return step_field(r, c);
    case IN_QUOTED_FIELD:
        return step_quoted(r, c);
    case ESCAPE_IN_QUOTED_FIELD:
        r->state = IN_QUOTED_FIELD;
        return add(r, c == LINE_END ? '\n' : c);
    case QUOTE_IN_QUOTED_FIELD:
        return step_after_quote(r, c);
    case EAT_CRNL:
        if (c == LINE_END)
            r->state = START_RECORD;
        else if (c != '\n' && c != '\r')
            return raise_false(csv_error(),
                               "new-line character seen in unquoted field - do you need to open the file in "
                               "universal-newline mode?");
        return true;
    }
    return true;
}

/* Where the characters end that only go into the field. */
static size_t find_run_end(const struct record *r, struct span s, size_t i)
{
    const struct csv_dialect *d = r->d;
    uint32_t escape = d->escapechar;
    if (r->state == IN_QUOTED_FIELD) {
        for (uint32_t c; i < s.length && (c = span_at(s, i)) != d->quotechar && c != escape;)
            thread_report_at(++i);
    } else if (r->state == IN_FIELD) {
        for (uint32_t c; i < s.length && (c = span_at(s, i)) != d->delimiter && c != escape && c != '\n' && c != '\r';)
            thread_report_at(++i);
    }
    return i;
}

/* Fields from *i on that need only be cut out of the line, as most do; *i is moved to what the machine has to see. */
static bool take_plain(struct record *r, struct span s, size_t *i)
{
    const struct csv_dialect *d = r->d;
    while (*i < s.length && (r->state == START_FIELD || r->state == START_RECORD)) {
        uint32_t c = span_at(s, *i);
        if (c == d->quotechar || c == d->escapechar || c == ' ' || c == d->delimiter || c == '\n' || c == '\r')
            return true;
        r->state = IN_FIELD;
        size_t end = find_run_end(r, s, *i);
        r->state = START_FIELD;
        if (end == s.length || span_at(s, end) == d->escapechar || (int64_t)(end - *i) > r->limit)
            return true;
        value field = str_from_span(span_part(s, *i, end));
        if (!field || !list_append_owned(r->fields, field))
            return false;
        if (span_at(s, end) != d->delimiter)
            r->state = EAT_CRNL;
        thread_report_at(*i = end + 1);
    }
    return true;
}

static bool read_line(struct record *r, value line)
{
    struct span s = str_span(line);
    for (size_t i = 0; i < s.length; thread_report_at(++i)) {
        if ((r->state == START_FIELD || r->state == START_RECORD) && r->d->quoting != QUOTE_NONNUMERIC &&
            !take_plain(r, s, &i))
            return false;
        if (i == s.length)
            break;
        size_t end = find_run_end(r, s, i);
        if (end > i) {
            if (r->limit - (int64_t)r->field.length < (int64_t)(end - i))
                return raise_false(csv_error(), "field larger than field limit (%lld)", (long long)r->limit);
            builder_add_span(&r->field, span_part(s, i, end), str_max(line));
            if ((i = end) == s.length)
                break;
        }
        if (!step(r, span_at(s, i)))
            return false;
    }
    return step(r, LINE_END);
}

/* One record: 1, 0: there is none, -1: an exception. */
static int read_record(struct csv_reader *self, struct record *r)
{
    value iterator = slot_load(&self->header, &self->iterator);
    int result = -1;
    for (;;) {
        value line = iter_next(iterator);
        if (line == VALUE_END) {
            result = 0;
            if (r->field.length != 0 || r->state == IN_QUOTED_FIELD)
                result = r->d->strict ? raise_int(csv_error(), "unexpected end of data") : save(r) ? 1 : -1;
            break;
        }
        if (!line)
            break;
        if (!is_str(line)) {
            raise(csv_error(), "iterator should return strings, not %.200T (the file should be opened in text mode)",
                  line);
            value_dec(line);
            break;
        }
        atomic_fetch_add_explicit(&self->lines, 1, memory_order_relaxed);
        value exact = str_to_exact(line);
        bool fine = read_line(r, exact);
        value_dec(exact);
        value_dec(line);
        if (!fine)
            break;
        if (r->state == START_RECORD) {
            result = 1;
            break;
        }
        thread_report();
    }
    value_dec(iterator);
    return result;
}

static value reader_next(value v)
{
    struct csv_reader *self = (struct csv_reader *)v;
    value dialect = slot_load(&self->header, &self->dialect);
    struct record r = {.d = DIALECT(dialect),
                       .fields = list_new(0),
                       .limit = atomic_load_explicit(&csv_field_limit, memory_order_relaxed),
                       .state = START_RECORD};
    builder_init(&r.field);
    int result = r.fields ? read_record(self, &r) : -1;
    builder_discard(&r.field);
    value_dec(dialect);
    if (result > 0)
        return r.fields;
    value_dec(r.fields);
    return result < 0 ? NULL : VALUE_END;
}

/* ---- the type ---- */
value csv_reader_make(value iterator, value dialect)
{
    struct csv_reader *self = (struct csv_reader *)object_new(csv_reader_type, sizeof *self);
    if (!self) {
        value_dec(dialect);
        value_dec(iterator);
        return NULL;
    }
    slot_init(&self->iterator, iterator);
    slot_init(&self->dialect, dialect);
    return value_of(self);
}

static value reader_iter(value self)
{
    return value_inc(self);
}
static value get_line_num(value self)
{
    return int_from_i64(atomic_load_explicit(&((struct csv_reader *)self)->lines, memory_order_relaxed));
}
static bool refuse(value self, value v)
{
    return raise_false(EXC(AttributeError), "readonly attribute");
}

static void reader_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct csv_reader *)o)->iterator);
    trace_slot(trace, &((struct csv_reader *)o)->dialect);
}
static void reader_destroy(struct object *o)
{
    slot_drop(&((struct csv_reader *)o)->iterator);
    slot_drop(&((struct csv_reader *)o)->dialect);
}

static const struct getset_def reader_getset[] = {
    {"line_num", get_line_num, refuse, NULL},
    {0},
};
static const struct member_def reader_members[] = {
    {"dialect", MEMBER_VALUE, offsetof(struct csv_reader, dialect), false, NULL},
    {0},
};
const struct type_spec csv_reader_spec = {
    .name = "_csv.reader",
    .doc = "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    .size = sizeof(struct csv_reader),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = reader_traverse,
    .destroy = reader_destroy,
    .slots = {.iter = reader_iter, .next = reader_next},
    .getset = reader_getset,
    .members = reader_members,
};
