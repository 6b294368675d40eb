/*
 * _json.Scanner: reads a JSON document.
 *
 * The items of an array or an object stand on one stack of values until its end, and are then made a list or a dict of
 * the right size. Keys that were read lately are used again (`keys`), so that those of similar objects are one str with
 * one hash.
 */
#include "runtime/import.h"
#include "runtime/modules/text/json.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

/* What the scanner was made with; constant. */
struct json_scanner {
    struct object header;
    value_slot object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;
    bool strict;
};
#define HOOK(v, NAME) slot_load(value_object(v), &((struct json_scanner *)(v))->NAME)

enum { KEYS = 64, KEY_LONGEST = 32 };

/* One reading; all values are owned but the document, which the caller holds. */
struct scan {
    value document; /* an exact str */
    struct span s;
    value object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;
    bool strict;
    value *stack;
    size_t count, capacity;
    value keys[KEYS]; /* by a hash of their characters; NULL: none yet */
};

value json_error(const char *message, value document, ssize at)
{
    value module = import_module("json.decoder");
    value type = module ? attr_get(module, NAME_TEXT("JSONDecodeError")) : NULL;
    value text = type ? str_from_text(message) : NULL;
    value position = text ? int_from_i64(at) : NULL;
    value error = position ? call_3(type, text, document, position) : NULL;
    if (error)
        raise_exception(error);
    value_dec(error);
    value_dec(position);
    value_dec(text);
    value_dec(type);
    value_dec(module);
    return NULL;
}

static value stop_iteration(size_t at)
{
    value position = int_from_i64((int64_t)at);
    if (position)
        raise_value(EXC(StopIteration), position);
    value_dec(position);
    return NULL;
}

static bool push(struct scan *scan, value v /* stolen; NULL: an exception is set */)
{
    if (!v)
        return false;
    if (scan->count == scan->capacity) {
        size_t capacity = scan->capacity ? scan->capacity * 2 : 64;
        value *stack = raw_resize(scan->stack, capacity * sizeof *stack);
        if (!stack) {
            value_dec(v);
            raise_no_memory();
            return false;
        }
        scan->stack = stack;
        scan->capacity = capacity;
    }
    scan->stack[scan->count++] = v;
    return true;
}

/* The values above `base` go. */
static value give_up(struct scan *scan, size_t base)
{
    size_t count = scan->count - base;
    scan->count = base;
    values_drop(scan->stack + base, count);
    return NULL;
}

static bool is_at(const struct scan *scan, size_t i, uint32_t c)
{
    return i < scan->s.length && span_at(scan->s, i) == c;
}

static size_t skip_space(const struct scan *scan, size_t i)
{
    for (uint32_t c; i < scan->s.length && (c = span_at(scan->s, i)) <= ' '; thread_report_at(++i))
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            break;
    return i;
}

static value scan_value(struct scan *scan, size_t i, size_t *end);

/* ---- numbers ---- */
static bool is_digit(const struct scan *scan, size_t i)
{
    return i < scan->s.length && span_at(scan->s, i) - '0' <= 9;
}

static size_t skip_digits(const struct scan *scan, size_t i)
{
    while (is_digit(scan, i))
        thread_report_at(++i);
    return i;
}

static value make_number(struct scan *scan, size_t start, size_t end, bool is_float)
{
    size_t length = end - start;
    bool plain = scan->s.width == 1;
    const uint8_t *digits = plain ? (const uint8_t *)scan->s.data + start : NULL;
    value parse = is_float ? scan->parse_float : scan->parse_int;
    bool built_in = parse == (is_float ? value_of(TYPE(FLOAT)) : value_of(TYPE(INT)));
    char few[48];
    if (built_in && !is_float && length <= 18) {
        int64_t number = 0;
        bool negative = span_at(scan->s, start) == '-';
        for (size_t i = start + negative; i < end; i++)
            number = number * 10 + (int64_t)span_at(scan->s, i) - '0';
        return int_from_i64(negative ? -number : number);
    }
    if (built_in && is_float && length < sizeof few) {
        const char *rest;
        for (size_t i = 0; i < length; i++)
            few[i] = plain ? (char)digits[i] : (char)span_at(scan->s, start + i);
        few[length] = '\0';
        return float_new(double_from_text(few, &rest));
    }
    value text = str_from_span_max(span_part(scan->s, start, end), 0x7F);
    value result = !text ? NULL : !built_in ? call_1(parse, text) : is_float ? number_float(text) : number_int(text);
    value_dec(text);
    return result;
}

static value scan_number(struct scan *scan, size_t start, size_t *end)
{
    size_t i = start + is_at(scan, start, '-');
    if (!is_digit(scan, i))
        return stop_iteration(start);
    i = is_at(scan, i, '0') ? i + 1 : skip_digits(scan, i);
    bool is_float = false;
    if (is_at(scan, i, '.') && is_digit(scan, i + 1)) {
        is_float = true;
        i = skip_digits(scan, i + 1);
    }
    if (is_at(scan, i, 'e') || is_at(scan, i, 'E')) {
        size_t exponent = i + 1;
        exponent += is_at(scan, exponent, '+') || is_at(scan, exponent, '-');
        if (is_digit(scan, exponent)) {
            is_float = true;
            i = skip_digits(scan, exponent);
        }
    }
    *end = i;
    return make_number(scan, start, i, is_float);
}

/* ---- arrays and objects; `start` is behind the bracket ---- */
static value scan_array(struct scan *scan, size_t start, size_t *end)
{
    size_t base = scan->count, i = skip_space(scan, start);
    if (is_at(scan, i, ']')) {
        *end = i + 1;
        return list_new(0);
    }
    for (;;) {
        if (!push(scan, scan_value(scan, i, &i)))
            return give_up(scan, base);
        i = skip_space(scan, i);
        if (is_at(scan, i, ']'))
            break;
        if (!is_at(scan, i, ',')) {
            json_error("Expecting ',' delimiter", scan->document, (ssize)i);
            return give_up(scan, base);
        }
        i = skip_space(scan, i + 1);
        thread_report();
    }
    *end = i + 1;
    size_t count = scan->count - base;
    scan->count = base;
    return list_from_owned(scan->stack + base, count);
}

/* A key, from behind its quote on. */
static value scan_key(struct scan *scan, size_t start, size_t *end)
{
    uint32_t hash = 2166136261, c = 0;
    size_t i = start, last = scan->s.length - start > KEY_LONGEST ? start + KEY_LONGEST : scan->s.length;
    for (; i < last && (c = span_at(scan->s, i)) != '"' && c != '\\' && c >= ' '; i++)
        hash = (hash ^ c) * 16777619;
    if (i == last || c != '"')
        return json_scan_string(scan->document, start, scan->strict, end);
    struct span part = span_part(scan->s, start, i);
    value *kept = &scan->keys[(hash ^ hash >> 15) % KEYS];
    *end = i + 1;
    if (*kept && str_exact_length(*kept) == part.length && span_equal(str_span(*kept), part))
        return value_inc(*kept);
    value key = json_scan_string(scan->document, start, scan->strict, end);
    if (key) {
        value_dec(*kept);
        *kept = value_inc(key);
    }
    return key;
}

/* key: value, at a quote. */
static bool scan_pair(struct scan *scan, size_t *at)
{
    size_t i = *at;
    if (!is_at(scan, i, '"'))
        return json_error("Expecting property name enclosed in double quotes", scan->document, (ssize)i);
    if (!push(scan, scan_key(scan, i + 1, &i)))
        return false;
    i = skip_space(scan, i);
    if (!is_at(scan, i, ':'))
        return json_error("Expecting ':' delimiter", scan->document, (ssize)i);
    if (!push(scan, scan_value(scan, skip_space(scan, i + 1), &i)))
        return false;
    *at = skip_space(scan, i);
    return true;
}

/* What the pairs above `base` make. */
static value make_pairs(struct scan *scan, size_t base)
{
    value pairs = list_new((scan->count - base) / 2);
    for (size_t i = base; pairs && i < scan->count; i += 2) {
        value pair = tuple_pack(2, scan->stack[i], scan->stack[i + 1]);
        if (!pair || !list_append_owned(pairs, pair)) {
            value_dec(pairs);
            pairs = NULL;
        }
        thread_report_at(i);
    }
    give_up(scan, base);
    value result = pairs ? call_1(scan->object_pairs_hook, pairs) : NULL;
    value_dec(pairs);
    return result;
}

static value make_object(struct scan *scan, size_t base)
{
    value object = dict_new_sized((scan->count - base) / 2);
    for (size_t i = base; object && i < scan->count; i += 2) {
        if (!dict_set(object, scan->stack[i], scan->stack[i + 1])) {
            value_dec(object);
            object = NULL;
        }
        thread_report_at(i);
    }
    give_up(scan, base);
    if (!object || scan->object_hook == VALUE_NONE)
        return object;
    value result = call_1(scan->object_hook, object);
    value_dec(object);
    return result;
}

static value scan_object(struct scan *scan, size_t start, size_t *end)
{
    size_t base = scan->count, i = skip_space(scan, start);
    if (!is_at(scan, i, '}'))
        for (;;) {
            if (!scan_pair(scan, &i))
                return give_up(scan, base);
            if (is_at(scan, i, '}'))
                break;
            if (!is_at(scan, i, ',')) {
                json_error("Expecting ',' delimiter", scan->document, (ssize)i);
                return give_up(scan, base);
            }
            i = skip_space(scan, i + 1);
            thread_report();
        }
    *end = i + 1;
    return scan->object_pairs_hook != VALUE_NONE ? make_pairs(scan, base) : make_object(scan, base);
}

/* ---- any value ---- */
static bool is_word(const struct scan *scan, size_t i, const char *word, size_t *end)
{
    for (; *word; word++, i++)
        if (!is_at(scan, i, (uint8_t)*word))
            return false;
    *end = i;
    return true;
}

static value scan_constant(struct scan *scan, const char *word)
{
    value text = str_from_text(word), result = text ? call_1(scan->parse_constant, text) : NULL;
    value_dec(text);
    return result;
}

static value scan_nested(struct scan *scan, size_t i, size_t *end, bool object)
{
    if (!recursion_enter(object ? " while decoding a JSON object from a unicode string"
                                : " while decoding a JSON array from a unicode string"))
        return NULL;
    value result = object ? scan_object(scan, i + 1, end) : scan_array(scan, i + 1, end);
    recursion_leave();
    return result;
}

static value scan_value(struct scan *scan, size_t i, size_t *end)
{
    if (i >= scan->s.length)
        return stop_iteration(i);
    switch (span_at(scan->s, i)) {
    case '"':
        return json_scan_string(scan->document, i + 1, scan->strict, end);
    case '{':
        return scan_nested(scan, i, end, true);
    case '[':
        return scan_nested(scan, i, end, false);
    case 'n':
        if (is_word(scan, i, "null", end))
            return VALUE_NONE;
        break;
    case 't':
        if (is_word(scan, i, "true", end))
            return VALUE_TRUE;
        break;
    case 'f':
        if (is_word(scan, i, "false", end))
            return VALUE_FALSE;
        break;
    case 'N':
        if (is_word(scan, i, "NaN", end))
            return scan_constant(scan, "NaN");
        break;
    case 'I':
        if (is_word(scan, i, "Infinity", end))
            return scan_constant(scan, "Infinity");
        break;
    case '-':
        if (is_word(scan, i, "-Infinity", end))
            return scan_constant(scan, "-Infinity");
        break;
    }
    return scan_number(scan, i, end);
}

/* ---- the type ---- */
static void scan_end(struct scan *scan)
{
    raw_free(scan->stack);
    for (size_t i = 0; i < KEYS; i++)
        value_dec(scan->keys[i]);
    value_dec(scan->parse_constant);
    value_dec(scan->parse_int);
    value_dec(scan->parse_float);
    value_dec(scan->object_pairs_hook);
    value_dec(scan->object_hook);
}

static value scanner_call(value self, const value *args, size_t nargs, value kwnames)
{
    value bound[2];
    static struct signature signature = SIGNATURE("scan_once", "(string, idx)");
    ssize at;
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_as_ssize(bound[1], &at))
        return NULL;
    if (!is_str(bound[0]))
        return raise(EXC(TypeError), "first argument must be a string, not %.80T", bound[0]);
    if (at < 0)
        return raise(EXC(ValueError), "idx cannot be negative");
    value document = str_to_exact(bound[0]);
    struct scan scan = {.document = document,
                        .s = str_span(document),
                        .object_hook = HOOK(self, object_hook),
                        .object_pairs_hook = HOOK(self, object_pairs_hook),
                        .parse_float = HOOK(self, parse_float),
                        .parse_int = HOOK(self, parse_int),
                        .parse_constant = HOOK(self, parse_constant),
                        .strict = ((struct json_scanner *)self)->strict};
    size_t end = 0;
    value found = scan_value(&scan, (size_t)at, &end);
    scan_end(&scan);
    value position = found ? int_from_i64((int64_t)end) : NULL;
    value result = position ? tuple_pack(2, found, position) : NULL;
    value_dec(position);
    value_dec(found);
    value_dec(document);
    return result;
}

static value scanner_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[1];
    static struct signature signature = SIGNATURE("make_scanner", "(context)");
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    value strict = attr_get(bound[0], NAME(strict));
    int is_strict = strict ? value_truth(strict) : -1;
    value_dec(strict);
    struct json_scanner *self = is_strict < 0 ? NULL : (struct json_scanner *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    self->strict = is_strict;
    value_slot *slots[] = {&self->object_hook, &self->object_pairs_hook, &self->parse_float, &self->parse_int,
                           &self->parse_constant};
    const value names[] = {NAME(object_hook), NAME(object_pairs_hook), NAME(parse_float), NAME(parse_int),
                           NAME(parse_constant)};
    for (size_t i = 0; i < 5; i++) {
        value hook = attr_get(bound[0], names[i]);
        if (!hook) {
            value_dec(value_of(self));
            return NULL;
        }
        slot_init(slots[i], hook);
    }
    return value_of(self);
}

static void scanner_traverse(struct object *o, struct gc_trace *trace)
{
    struct json_scanner *self = (struct json_scanner *)o;
    trace_slot(trace, &self->object_hook);
    trace_slot(trace, &self->object_pairs_hook);
    trace_slot(trace, &self->parse_float);
    trace_slot(trace, &self->parse_int);
    trace_slot(trace, &self->parse_constant);
}

static void scanner_destroy(struct object *o)
{
    struct json_scanner *self = (struct json_scanner *)o;
    slot_drop(&self->object_hook);
    slot_drop(&self->object_pairs_hook);
    slot_drop(&self->parse_float);
    slot_drop(&self->parse_int);
    slot_drop(&self->parse_constant);
}

#define HOOK_MEMBER(NAME, DOC)                                               \
    {                                                                        \
#NAME, MEMBER_VALUE, offsetof(struct json_scanner, NAME), false, DOC \
    }
static const struct member_def scanner_members[] = {
    {"strict", MEMBER_BOOL, offsetof(struct json_scanner, strict), false, "strict"},
    HOOK_MEMBER(object_hook, "object_hook"),
    HOOK_MEMBER(object_pairs_hook, NULL),
    HOOK_MEMBER(parse_float, "parse_float"),
    HOOK_MEMBER(parse_int, "parse_int"),
    HOOK_MEMBER(parse_constant, "parse_constant"),
    {0},
};
const struct type_spec json_scanner_spec = {
    .name = "_json.Scanner",
    .doc = "JSON scanner object",
    .size = sizeof(struct json_scanner),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = scanner_traverse,
    .destroy = scanner_destroy,
    .slots = {.new = scanner_new, .call = scanner_call},
    .members = scanner_members,
};
