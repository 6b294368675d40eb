/* Regular expressions: Match objects, which tell where a match is, and scanners, which go from one to the next. */
#include "runtime/modules/regex/sre.h"
#include "runtime/modules/importing/import.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/text/str.h"
#include "runtime/signature.h"
#include "threads/pause.h"

#include <stddef.h>

/* ---- text ---- */
bool sre_text_get(value string, struct span *text, bool *bytes, struct buffer *buffer)
{
    *buffer = (struct buffer){0};
    *bytes = true;
    if (is_str(string)) {
        *text = str_span(str_exact(string));
        *bytes = false;
        return true;
    }
    if (is_bytes(string)) {
        *text = bytes_span(bytes_exact(string));
        return true;
    }
    if (!buffer_get(string, buffer, BUFFER_SIMPLE)) {
        if (!error_matches(EXC(MemoryError))) {
            error_clear();
            raise(EXC(TypeError), "expected string or bytes-like object, got '%T'", string);
        }
        return false;
    }
    *text = span_bytes(buffer->data, (size_t)buffer->length);
    return true;
}

value sre_text_part(value string, struct span text, ssize start, ssize end)
{
    if (is_str(string))
        return str_substring(string, (size_t)start, (size_t)end);
    if (value_is(string, TYPE_ID_BYTES) && start == 0 && (size_t)end == text.length)
        return value_inc(string);
    return bytes_new((const uint8_t *)text.data + start, (size_t)(end - start));
}

bool sre_index(value v, ssize fallback, ssize *out)
{
    *out = fallback;
    return is_missing(v) || value_as_ssize(v, out);
}

value sre_call_re(const char *name, const value *args, size_t nargs)
{
    value module = import_module("re"), result = NULL;
    value text = module ? str_from_text(name) : NULL;
    value function = text ? attr_get(module, text) : NULL;
    if (function)
        result = call_vector(function, args, nargs, NULL);
    value_dec(function);
    value_dec(text);
    value_dec(module);
    return result;
}

/* ---- Match ---- */
struct match {
    struct object header;
    value_slot pattern, string; /* constant */
    value_slot regs;            /* a tuple, made when asked for */
    int64_t pos, endpos;
    int64_t last_index; /* -1: none */
    int64_t groups;     /* with the whole match */
    ssize marks[];      /* begin and end of each; -1 when it took no part */
};
#define MATCH(v) ((struct match *)(v))
struct type *sre_match_type, *sre_scanner_type;

value sre_match_new(value pattern, const struct sre_state *s, int status)
{
    if (status <= 0)
        return status == 0 ? VALUE_NONE : NULL;
    size_t groups = s->program->groups;
    struct match *self =
        (struct match *)object_new(sre_match_type, sizeof *self + 2 * (groups + 1) * sizeof *self->marks);
    if (!self)
        return NULL;
    slot_init(&self->pattern, value_inc(pattern));
    slot_init(&self->string, value_inc(slot_peek(&s->string)));
    self->pos = s->pos;
    self->endpos = s->end;
    self->last_index = s->last_index;
    self->groups = (int64_t)groups + 1;
    self->marks[0] = s->start;
    self->marks[1] = s->stop;
    for (size_t i = 0; i < groups; i++) {
        ssize from = s->marks[2 * i], to = s->marks[2 * i + 1];
        bool took_part = from >= 0 && to >= from;
        self->marks[2 * i + 2] = took_part ? from : -1;
        self->marks[2 * i + 3] = took_part ? to : -1;
    }
    return value_of(self);
}

/* The number of a group named by a number or a name; -1: IndexError. */
static ssize group_number(value v, value name)
{
    int64_t number = -1;
    if (is_missing(name))
        return 0;
    if (is_int(name) || value_type_slot(name, to_index)) {
        ssize i;
        if (!index_as_ssize(name, &i, NULL))
            return -1;
        number = i;
    } else {
        value names = slot_peek(&SRE_PATTERN(slot_peek(&MATCH(v)->pattern))->group_index);
        value found = dict_length(names) ? dict_get(names, name) : VALUE_MISSING;
        if (!found)
            return -1;
        if (found != VALUE_MISSING && is_int(found))
            int_fits_i64(found, &number);
        value_dec(found);
    }
    if (number < 0 || number >= MATCH(v)->groups)
        return raise_int(EXC(IndexError), "no such group");
    return number;
}

/* The text of a group by its number; `fallback` when it took no part. A buffer may have become shorter since. */
static value group_text(value v, ssize number, value fallback)
{
    ssize start = MATCH(v)->marks[2 * number], end = MATCH(v)->marks[2 * number + 1];
    if (start < 0)
        return value_inc(fallback);
    value string = slot_peek(&MATCH(v)->string);
    if (is_str(string))
        return str_substring(string, (size_t)start, (size_t)end);
    struct span text;
    struct buffer buffer;
    bool is_bytes;
    if (!sre_text_get(string, &text, &is_bytes, &buffer))
        return NULL;
    ssize length = (ssize)text.length;
    end = end < length ? end : length;
    start = start < end ? start : end;
    value part = sre_text_part(string, text, start, end);
    buffer_release(&buffer);
    return part;
}

static value group_by_name(value v, value name, value fallback)
{
    ssize number = group_number(v, name);
    return number < 0 ? NULL : group_text(v, number, fallback);
}

static value match_group(value v, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise(EXC(TypeError), "group() takes no keyword arguments");
    if (nargs == 0)
        return group_text(v, 0, VALUE_NONE);
    if (nargs == 1)
        return group_by_name(v, args[0], VALUE_NONE);
    value result = tuple_new(nargs);
    for (size_t i = 0; result && i < nargs; thread_report_at(++i)) {
        value text = group_by_name(v, args[i], VALUE_NONE);
        if (!text) {
            value_dec(result);
            return NULL;
        }
        tuple_init(result, i, text);
    }
    return result;
}

static value match_getitem(value v, value key)
{
    return group_by_name(v, key, VALUE_NONE);
}

static value match_groups(value v, value fallback)
{
    size_t count = (size_t)MATCH(v)->groups - 1;
    value result = tuple_new(count);
    for (size_t i = 0; result && i < count; thread_report_at(++i)) {
        value text = group_text(v, (ssize)i + 1, fallback);
        if (!text) {
            value_dec(result);
            return NULL;
        }
        tuple_init(result, i, text);
    }
    return result;
}

static value match_groupdict(value v, value fallback)
{
    value names = slot_peek(&SRE_PATTERN(slot_peek(&MATCH(v)->pattern))->group_index), key, item;
    value result = dict_new();
    size_t position = 0;
    while (result && dict_next(names, &position, &key, &item)) {
        value text = group_by_name(v, key, fallback);
        bool done = text && dict_set(result, key, text);
        value_dec(text);
        value_dec(item);
        value_dec(key);
        if (!done) {
            value_dec(result);
            return NULL;
        }
    }
    return result;
}

static value match_start(value v, value group)
{
    ssize number = group_number(v, group);
    return number < 0 ? NULL : int_from_i64(MATCH(v)->marks[2 * number]);
}
static value match_end(value v, value group)
{
    ssize number = group_number(v, group);
    return number < 0 ? NULL : int_from_i64(MATCH(v)->marks[2 * number + 1]);
}

static value span_of(value v, ssize number)
{
    value pair = tuple_new(2);
    if (pair) { /* positions are small ints: nothing can fail */
        tuple_init(pair, 0, small_int(MATCH(v)->marks[2 * number]));
        tuple_init(pair, 1, small_int(MATCH(v)->marks[2 * number + 1]));
    }
    return pair;
}
static value match_span(value v, value group)
{
    ssize number = group_number(v, group);
    return number < 0 ? NULL : span_of(v, number);
}

static value match_expand(value v, value template)
{
    value arguments[3] = {slot_peek(&MATCH(v)->pattern), v, template};
    return sre_call_re("_expand", arguments, 3);
}

static value return_self(value v, const value *args)
{
    return value_inc(v);
}
static value match_get_last_index(value v)
{
    return MATCH(v)->last_index < 0 ? VALUE_NONE : int_from_i64(MATCH(v)->last_index);
}
static value match_get_last_group(value v)
{
    value names = slot_peek(&SRE_PATTERN(slot_peek(&MATCH(v)->pattern))->index_group);
    int64_t i = MATCH(v)->last_index;
    return i >= 0 && (size_t)i < tuple_length(names) ? value_inc(tuple_get(names, (size_t)i)) : VALUE_NONE;
}

static value match_get_regs(value v)
{
    value regs = slot_load(value_object(v), &MATCH(v)->regs);
    if (regs)
        return regs;
    regs = tuple_new((size_t)MATCH(v)->groups);
    for (ssize i = 0; regs && i < MATCH(v)->groups; i++) {
        value pair = span_of(v, i);
        if (!pair) {
            value_dec(regs);
            return NULL;
        }
        tuple_init(regs, (size_t)i, pair);
    }
    if (regs)
        slot_store(value_object(v), &MATCH(v)->regs, value_inc(regs));
    return regs;
}

static value match_repr(value v)
{
    value text = group_text(v, 0, VALUE_NONE), shown = text ? value_repr(text) : NULL;
    value_dec(text);
    if (!shown)
        return NULL;
    value brief = str_length(shown) > 50 ? str_substring(shown, 0, 50) : value_inc(shown);
    value_dec(shown);
    value result = brief ? str_format("<re.Match object; span=(%zd, %zd), match=%U>", (size_t)MATCH(v)->marks[0],
                                      (size_t)MATCH(v)->marks[1], brief)
                         : NULL;
    value_dec(brief);
    return result;
}

static void match_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct match *)o)->pattern, 3);
}
static void match_destroy(struct object *o)
{
    slot_drop(&((struct match *)o)->pattern);
    slot_drop(&((struct match *)o)->string);
    slot_drop(&((struct match *)o)->regs);
}

static const struct method_def match_methods[] = {
    METHOD_ANY("group", match_group,
               "group([group1, ...]) -> str or tuple.\n"
               "    Return subgroup(s) of the match by indices or names.\n"
               "    For 0 returns the entire match.",
               0),
    METHOD("start", match_start, "($self, group=0, /)", "Return index of the start of the substring matched by group."),
    METHOD("end", match_end, "($self, group=0, /)", "Return index of the end of the substring matched by group."),
    METHOD("span", match_span, "($self, group=0, /)",
           "For match object m, return the 2-tuple (m.start(group), m.end(group))."),
    METHOD("groups", match_groups, "($self, /, default=None)",
           "Return a tuple containing all the subgroups of the match, from 1."),
    METHOD("groupdict", match_groupdict, "($self, /, default=None)",
           "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name."),
    METHOD("expand", match_expand, "($self, /, template)",
           "Return the string obtained by doing backslash substitution on the string template, as done by the sub() "
           "method."),
    METHOD("__copy__", return_self, "($self, /)", NULL),
    METHOD("__deepcopy__", return_self, "($self, memo, /)", NULL),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct getset_def match_getset[] = {
    {"lastindex", match_get_last_index, NULL, "The integer index of the last matched capturing group."},
    {"lastgroup", match_get_last_group, NULL, "The name of the last matched capturing group."},
    {"regs", match_get_regs, NULL, NULL},
    {0},
};
static const struct member_def match_members[] = {
    {"string", MEMBER_VALUE, offsetof(struct match, string), false, "The string passed to match() or search()."},
    {"re", MEMBER_VALUE, offsetof(struct match, pattern), false, "The regular expression object."},
    {"pos", MEMBER_INT64, offsetof(struct match, pos), false,
     "The index into the string at which the RE engine started looking for a match."},
    {"endpos", MEMBER_INT64, offsetof(struct match, endpos), false,
     "The index into the string beyond which the RE engine will not go."},
    {0},
};
const struct type_spec sre_match_spec = {
    .name = "re.Match",
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    .size = sizeof(struct match),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_VARIABLE_SIZE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = match_traverse,
    .destroy = match_destroy,
    .slots = {.repr = match_repr, .getitem = match_getitem},
    .methods = match_methods,
    .getset = match_getset,
    .members = match_members,
};

/* ---- scanners ---- */
struct scanner {
    struct object header;
    value_slot pattern; /* constant */
    _Atomic bool busy;  /* some thread is using the state */
    bool finished;      /* no match any more */
    struct sre_state state;
};
#define SCANNER(v) ((struct scanner *)(v))

value sre_scanner_new(value pattern, value string, ssize pos, ssize endpos)
{
    struct scanner *self = (struct scanner *)object_new(sre_scanner_type, sizeof *self);
    if (!self)
        return NULL;
    slot_init(&self->pattern, value_inc(pattern));
    self->state.records = self->state.few_records;
    struct sre_pattern *p = SRE_PATTERN(pattern);
    if (sre_state_init(&self->state, p->program, p->is_bytes, string, pos, endpos))
        return value_of(self);
    value_dec(value_of(self));
    return NULL;
}

static value scanner_step(value v, int (*step)(struct sre_state *))
{
    struct scanner *self = SCANNER(v);
    if (atomic_exchange_explicit(&self->busy, true, memory_order_acquire))
        return raise(EXC(ValueError), "regular expression scanner already executing");
    value result = VALUE_NONE;
    if (!self->finished) {
        int status = step(&self->state);
        result = sre_match_new(slot_peek(&self->pattern), &self->state, status);
        if (status == 0)
            self->finished = true;
        else if (status > 0)
            sre_state_advance(&self->state);
    }
    atomic_store_explicit(&self->busy, false, memory_order_release);
    return result;
}
static value scanner_match_step(value v)
{
    return scanner_step(v, sre_match);
}
static value scanner_search_step(value v)
{
    return scanner_step(v, sre_search);
}
/* Threads that share a scanner wait for each other. */
static value scanner_match(value v)
{
    return step_held(v, v, scanner_match_step);
}
static value scanner_search(value v)
{
    return step_held(v, v, scanner_search_step);
}

GC_READS_RACILY static void scanner_traverse(struct object *o, struct gc_trace *trace)
{
    struct scanner *self = (struct scanner *)o;
    trace_slot(trace, &self->pattern);
    trace_slot(trace, &self->state.string);
    value lender = self->state.buffer.owner; /* constant while the scanner lives; NULL for a str, or a copy */
    if (lender)
        trace_value(trace, lender);
}
/* The subject is told that its memory is not looked at any more. */
static void scanner_release(struct object *o)
{
    buffer_release(&((struct scanner *)o)->state.buffer);
}
static void scanner_destroy(struct object *o)
{
    sre_state_finish(&((struct scanner *)o)->state);
    slot_drop(&((struct scanner *)o)->pattern);
}

static const struct method_def scanner_methods[] = {
    METHOD("match", scanner_match, "($self, /)", NULL),
    METHOD("search", scanner_search, "($self, /)", NULL),
    {0},
};
static const struct member_def scanner_members[] = {
    {"pattern", MEMBER_VALUE, offsetof(struct scanner, pattern), false, NULL},
    {0},
};
const struct type_spec sre_scanner_spec = {
    .name = "_sre.SRE_Scanner",
    .size = sizeof(struct scanner),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = scanner_traverse,
    .destroy = scanner_destroy,
    .release = scanner_release,
    .methods = scanner_methods,
    .members = scanner_members,
};
