/* _io: line ends: translation, searching, and IncrementalNewlineDecoder. */
#include "runtime/modules/io/io.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <stddef.h>

bool io_newline_parse(value v, const char *illegal, struct io_newline *newline)
{
    *newline = (struct io_newline){0};
    if (!is_given(v)) {
        newline->universal = newline->translate = true;
        return true;
    }
    if (!is_str(v))
        return raise_false(EXC(TypeError), "newline must be str or None, not %T", v);
    if (str_equals_text(v, "")) {
        newline->universal = true;
        return true;
    }
    static const char *const ends[] = {"\n", "\r", "\r\n"};
    for (int i = 0; i < 3; i++)
        if (str_equals_text(v, ends[i])) {
            strcpy(newline->terminator, ends[i]);
            newline->written = i ? ends[i] : NULL;
            return true;
        }
    return raise_false(EXC(ValueError), illegal, v);
}

/* Which line ends there are. */
static unsigned line_ends(struct span s)
{
    unsigned seen = 0;
    for (size_t i = 0, step = 1; i < s.length; i++, thread_report_at(step++)) {
        uint32_t c = span_at(s, i);
        if (c == '\n') {
            seen |= IO_SEEN_LF;
        } else if (c == '\r') {
            bool pair = i + 1 < s.length && span_at(s, i + 1) == '\n';
            seen |= pair ? IO_SEEN_CRLF : IO_SEEN_CR;
            i += pair;
        }
    }
    return seen;
}

value io_newline_translate(value text, bool translate, unsigned *seen)
{
    if (!text)
        return NULL;
    struct span s = str_span(text);
    if (span_find_char(s, '\r') == SPAN_NONE) { /* the common case */
        if (!(*seen & IO_SEEN_LF) && span_find_char(s, '\n') != SPAN_NONE)
            *seen |= IO_SEEN_LF;
        return text;
    }
    *seen |= line_ends(s);
    if (!translate)
        return text;
    struct str_builder b;
    builder_init(&b);
    for (size_t i = 0, step = 1; i < s.length; i++, thread_report_at(step++)) {
        uint32_t c = span_at(s, i);
        if (c == '\r') {
            builder_add_char(&b, '\n');
            i += i + 1 < s.length && span_at(s, i + 1) == '\n';
        } else {
            builder_add_char(&b, c);
        }
    }
    value_dec(text);
    return builder_finish(&b);
}

value io_newline_feed(value text, bool final, bool translate, bool *pending_cr, unsigned *seen)
{
    if (text && *pending_cr && (final || str_length(text))) {
        value whole = str_concat(NAME_TEXT("\r"), text);
        value_dec(text);
        text = whole;
        *pending_cr = false;
    }
    size_t length = text ? str_length(text) : 0;
    if (length && !final && str_at(text, length - 1) == '\r') {
        value cut = str_substring(text, 0, length - 1);
        value_dec(text);
        text = cut;
        *pending_cr = true;
    }
    return io_newline_translate(text, translate, seen);
}

value io_newline_seen(unsigned seen)
{
    static const char *const names[] = {NULL, "\r", "\n", NULL, "\r\n"};
    if (!seen)
        return VALUE_NONE;
    if (seen <= 4 && names[seen])
        return str_interned(names[seen]);
    value items[3];
    size_t count = 0;
    for (unsigned bit = 1; bit <= 4; bit <<= 1)
        if (seen & bit)
            items[count++] = str_interned(names[bit]);
    return tuple_from_owned(items, count);
}

ssize io_line_end(value text, size_t start, const struct io_newline *newline)
{
    struct span s = str_span(text), rest = span_part(s, start, s.length);
    if (newline->translate || strcmp(newline->terminator, "\n") == 0) {
        size_t at = span_find_char(rest, '\n');
        return at == SPAN_NONE ? -1 : (ssize)(start + at + 1);
    }
    if (newline->universal) {
        for (size_t i = 0; i < rest.length; thread_report_at(++i)) {
            uint32_t c = span_at(rest, i);
            if (c == '\n')
                return (ssize)(start + i + 1);
            if (c == '\r')
                return (ssize)(start + i + 1 + (i + 1 < rest.length && span_at(rest, i + 1) == '\n'));
        }
        return -1;
    }
    size_t width = strlen(newline->terminator), at = span_find(rest, span_bytes(newline->terminator, width));
    return at == SPAN_NONE ? -1 : (ssize)(start + at + width);
}

/* ---- IncrementalNewlineDecoder ---- */
struct newline_decoder {
    struct object header;
    value_slot decoder, errors; /* the decoder may be None: then str comes in */
    _Atomic bool translate, pending_cr;
    _Atomic unsigned seen;
};
#define SELF(v) ((struct newline_decoder *)(v))
static struct type *decoder_type;

static bool decoder_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("IncrementalNewlineDecoder", "(decoder, translate, errors='strict')");
    value bound[3];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    int translate;
    if (!value_as_int(bound[1], &translate))
        return false;
    translate = translate != 0;
    slot_store(value_object(v), &SELF(v)->decoder, value_inc(bound[0]));
    slot_store(value_object(v), &SELF(v)->errors, value_inc(is_missing(bound[2]) ? NAME(strict) : bound[2]));
    atomic_store(&SELF(v)->translate, translate != 0);
    atomic_store(&SELF(v)->pending_cr, false);
    atomic_store(&SELF(v)->seen, 0);
    return true;
}

static value decoder_decode(value v, value input, value given_final)
{
    struct newline_decoder *d = SELF(v);
    value decoder = slot_load(&d->header, &d->decoder);
    int final;
    if (!decoder || !value_as_int(given_final, &final)) {
        value_dec(decoder);
        return decoder ? NULL : raise(EXC(ValueError), "IncrementalNewlineDecoder.__init__() not called");
    }
    const value arguments[] = {input, value_bool(final != 0)};
    value text = decoder == VALUE_NONE ? value_inc(input) : call_method(decoder, NAME(decode), arguments, 2);
    value_dec(decoder);
    if (text && !is_str(text)) {
        raise(EXC(TypeError), "decoder should return a string result, not '%T'", text);
        value_dec(text);
        return NULL;
    }
    value exact = text ? str_to_exact(text) : NULL;
    value_dec(text);
    bool pending_cr = d->pending_cr;
    unsigned seen = d->seen;
    value result = io_newline_feed(exact, final != 0, d->translate, &pending_cr, &seen);
    d->pending_cr = pending_cr;
    d->seen = seen;
    return result;
}

static value decoder_getstate(value v)
{
    value decoder = slot_load(value_object(v), &SELF(v)->decoder), buffer = NULL, result = NULL;
    int64_t flag = 0;
    bool done = true;
    if (decoder && decoder != VALUE_NONE) {
        value state = call_method_0(decoder, NAME(getstate));
        done = state && is_tuple(state) && tuple_length(state) == 2 && value_as_i64(tuple_get(state, 1), &flag);
        if (done)
            buffer = value_inc(tuple_get(state, 0));
        else if (state && !error_occurred())
            raise(EXC(TypeError), "illegal decoder state");
        value_dec(state);
    } else {
        buffer = call_0(value_of(TYPE(BYTES)));
        done = buffer != NULL;
    }
    if (done) {
        value number = int_from_i64(flag * 2 + SELF(v)->pending_cr);
        result = number ? tuple_pack(2, buffer, number) : NULL;
        value_dec(number);
    }
    value_dec(buffer);
    value_dec(decoder);
    return result;
}
static value decoder_setstate(value v, value given_state)
{
    int64_t flag;
    if (!is_tuple(given_state) || tuple_length(given_state) != 2)
        return raise(EXC(TypeError), "state argument must be a tuple");
    if (!value_as_i64(tuple_get(given_state, 1), &flag))
        return NULL;
    atomic_store(&SELF(v)->pending_cr, flag & 1);
    value decoder = slot_load(value_object(v), &SELF(v)->decoder), result = VALUE_NONE;
    if (decoder && decoder != VALUE_NONE) {
        value number = int_from_i64(flag >> 1),
              state = number ? tuple_pack(2, tuple_get(given_state, 0), number) : NULL;
        result = state ? call_method_1(decoder, NAME(setstate), state) : NULL;
        value_dec(state);
        value_dec(number);
    }
    value_dec(decoder);
    return result;
}
static value decoder_reset(value v)
{
    atomic_store(&SELF(v)->pending_cr, false);
    atomic_store(&SELF(v)->seen, 0);
    value decoder = slot_load(value_object(v), &SELF(v)->decoder), result = VALUE_NONE;
    if (decoder && decoder != VALUE_NONE)
        result = call_method_0(decoder, NAME(reset));
    value_dec(decoder);
    return result;
}
static value decoder_get_newlines(value v)
{
    return io_newline_seen(SELF(v)->seen);
}
static value decoder_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct newline_decoder)));
}
static void decoder_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct newline_decoder *)o)->decoder, 2);
}
static void decoder_destroy(struct object *o)
{
    slot_drop(&((struct newline_decoder *)o)->decoder);
    slot_drop(&((struct newline_decoder *)o)->errors);
}
static const struct method_def decoder_methods[] = {
    METHOD("decode", decoder_decode, "($self, /, input, final=False)", NULL),
    METHOD("getstate", decoder_getstate, "($self, /)", NULL),
    METHOD("setstate", decoder_setstate, "($self, state, /)", NULL),
    METHOD("reset", decoder_reset, "($self, /)", NULL),
    {0},
};
static const struct getset_def decoder_getset[] = {{"newlines", decoder_get_newlines, NULL, NULL}, {0}};
static const struct type_spec decoder_spec = {
    .name = "_io.IncrementalNewlineDecoder",
    .signature = "(decoder, translate, errors='strict')",
    .doc = "Codec used when reading a file in universal newlines mode.",
    .size = sizeof(struct newline_decoder),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = decoder_traverse,
    .destroy = decoder_destroy,
    .slots = {.new = decoder_new, .init = decoder_init},
    .methods = decoder_methods,
    .getset = decoder_getset,
};
bool io_newline_define(value module)
{
    return module_define_type(module, &decoder_type, &decoder_spec);
}
