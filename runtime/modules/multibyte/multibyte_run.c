/* Running a codec over a text or bytes: what is bad goes to the error handler, what is not complete waits. */
#include "runtime/modules/multibyte/multibyte.h"
#include "runtime/raw.h"

#include <string.h>

static const char illegal[] = "illegal multibyte sequence", incomplete[] = "incomplete multibyte sequence";

uint32_t charset_pair_decode(const struct charset *set, unsigned code)
{
    for (size_t i = 0; i < set->pair_count; i++)
        if (set->pairs[i].code == code && set->pairs[i].second)
            return CHARSET_PAIR | (uint32_t)set->pairs[i].first << 16 | set->pairs[i].second;
    return 0;
}
unsigned charset_pair_encode(const struct charset *set, uint32_t first, uint32_t second)
{
    for (size_t i = 0; i < set->pair_count; i++)
        if (set->pairs[i].first == first && set->pairs[i].second == second)
            return set->pairs[i].code;
    return 0;
}
unsigned charset_encode_beyond(const struct charset *set, uint32_t c)
{
    for (; set && c >> 16 == 2; set = set->base) {
        unsigned code = set->encode[1].pages ? charset_entry(&set->encode[1], c & 0xFFFF) : 0;
        if (code)
            return code == CHARSET_NOT_THERE ? 0 : code;
    }
    return 0;
}
unsigned multibyte_encode_pair(const struct multibyte_encoding *e, size_t at, const struct charset *set, uint32_t c)
{
    if (at + 1 < e->text.length) {
        uint32_t next = span_at(e->text, at + 1);
        unsigned code = next ? charset_pair_encode(set, c, next) : 0;
        if (code)
            return code | MULTIBYTE_TWO_TAKEN;
    } else if (!e->last) {
        return MULTIBYTE_UNDECIDED;
    }
    return charset_pair_encode(set, c, 0);
}

void multibyte_add_rare(struct str_builder *out, uint32_t c)
{
    if (c == MULTIBYTE_NOTHING)
        return;
    if (c & CHARSET_PAIR) {
        builder_add_char(out, (c & ~CHARSET_PAIR) >> 16);
        c &= 0xFFFF;
    }
    builder_add_char(out, c);
}

enum handler { HANDLER_STRICT, HANDLER_IGNORE, HANDLER_REPLACE, HANDLER_OTHER };
static enum handler handler_of(value errors)
{
    if (!errors || str_equals_text(errors, "strict"))
        return HANDLER_STRICT;
    return str_equals_text(errors, "ignore")    ? HANDLER_IGNORE
           : str_equals_text(errors, "replace") ? HANDLER_REPLACE
                                                : HANDLER_OTHER;
}

/* What the handler of the program has for an exception (stolen; NULL is passed on): its text or bytes, owned, and where
   to go on in a sequence of `length`. NULL with an exception. */
static value call_handler(value errors, value exception, bool bytes_allowed, size_t length, size_t *resume)
{
    struct text name;
    if (!exception || !text_of(errors, &name)) {
        value_dec(exception);
        return NULL;
    }
    value result = codec_handled(name.bytes, exception, bytes_allowed,
                                 bytes_allowed ? "encoding error handler must return (str, int) tuple"
                                               : "decoding error handler must return (str, int) tuple");
    text_release(&name);
    value_dec(exception);
    if (!result)
        return NULL;
    ssize at = -1;
    if (!index_as_ssize(tuple_get(result, 1), &at, EXC(IndexError))) { /* too large for any sequence */
        error_clear();
        at = -1;
    } else if (at < 0) {
        at += (ssize)length;
    }
    value item = NULL;
    if (at < 0 || at > (ssize)length)
        raise(EXC(IndexError), "position %zd from error handler out of bounds", at);
    else
        item = value_inc(tuple_get(result, 0));
    *resume = (size_t)at;
    value_dec(result);
    return item;
}

/* ---- encoding ---- */
struct encoder {
    struct multibyte_encoding run;
    const struct multibyte_codec *codec;
    value text, errors; /* the text is exact */
    bool *called;
};

/* All of a text that stands for what is bad; false with an exception, or where it is bad itself. */
static bool encode_whole(struct encoder *e, value text)
{
    struct multibyte_encoding run = {.state = e->run.state, .text = str_span(text), .last = true, .out = e->run.out};
    int bad = e->codec->encode(&run);
    if (!bad)
        return true;
    raise_encode_error(e->codec->name, text, run.at, run.at + (size_t)bad, illegal);
    return false;
}
static void add_question_mark(struct encoder *e)
{
    static const uint8_t mark = '?';
    struct multibyte_encoding run = {
        .state = e->run.state, .text = span_bytes(&mark, 1), .last = true, .out = e->run.out};
    if (e->codec->encode(&run))
        bytes_builder_add_byte(e->run.out, mark);
}
static bool encode_bad(struct encoder *e, size_t count)
{
    size_t start = e->run.at, end = start + count;
    e->run.at = end;
    switch (handler_of(e->errors)) {
    case HANDLER_STRICT:
        return raise_encode_error(e->codec->name, e->text, start, end, illegal) != NULL;
    case HANDLER_IGNORE:
        return true;
    case HANDLER_REPLACE:
        add_question_mark(e);
        return true;
    default:
        break;
    }
    *e->called = true;
    value exception = codec_encode_exception(e->codec->name, e->text, start, end, illegal);
    value item = call_handler(e->errors, exception, true, e->run.text.length, &e->run.at);
    if (!item)
        return false;
    bool done = true;
    if (is_bytes(item))
        bytes_builder_add(e->run.out, bytes_data(item), bytes_length(item));
    else
        done = encode_whole(e, str_exact(item));
    value_dec(item);
    return done;
}

/* What waits, and the text: an exact str, owned. */
static value with_waiting(const struct multibyte_progress *progress, value text)
{
    if (!progress->count)
        return value_inc(text);
    struct str_builder b;
    builder_init(&b);
    for (uint32_t i = 0; i < progress->count; i++)
        builder_add_char(&b, progress->waiting[i]);
    builder_add_str(&b, text);
    return builder_finish(&b);
}
static bool keep_waiting(struct multibyte_progress *progress, struct span rest)
{
    memset(progress->waiting, 0, sizeof progress->waiting);
    progress->count = 0;
    if (rest.length > 2)
        return raise_false(EXC(UnicodeError), "pending buffer overflow");
    for (; progress->count < rest.length; progress->count++)
        progress->waiting[progress->count] = span_at(rest, progress->count);
    return true;
}

value multibyte_encode(const struct multibyte_codec *codec, struct multibyte_progress *progress, value text,
                       value errors, bool final, bool *called)
{
    struct bytes_builder out = {0};
    struct encoder e = {.codec = codec, .errors = errors, .called = called, .text = with_waiting(progress, text)};
    if (!e.text)
        return NULL;
    e.run = (struct multibyte_encoding){.state = progress->state, .text = str_span(e.text), .last = final, .out = &out};
    bool done = true;
    int bad;
    while (done && (bad = codec->encode(&e.run)) != 0 && bad != MULTIBYTE_INCOMPLETE) {
        done = encode_bad(&e, (size_t)bad);
        thread_pause(thread_self);
    }
    if (done && final && codec->encode_reset) {
        uint8_t *end = bytes_builder_room(&out, MULTIBYTE_LONGEST);
        if (end)
            out.length += codec->encode_reset(progress->state, end);
    }
    done = done && (out.failed || keep_waiting(progress, span_part(e.run.text, e.run.at, e.run.text.length)));
    value_dec(e.text);
    if (done)
        return bytes_builder_finish(&out);
    bytes_builder_discard(&out);
    return NULL;
}

value multibyte_text_of(value v)
{
    if (is_str(v))
        return str_to_exact(v);
    value text = value_str(v), exact = text ? str_to_exact(text) : NULL;
    value_dec(text);
    return exact;
}

/* ---- decoding ---- */
struct decoder {
    struct multibyte_decoding run;
    const struct multibyte_codec *codec;
    const uint8_t *bytes;
    value errors;
    bool *called;
};

static bool decode_bad(struct decoder *d, size_t count, const char *reason)
{
    size_t start = (size_t)(d->run.at - d->bytes), end = start + count, length = (size_t)(d->run.end - d->bytes);
    d->run.at += count;
    switch (handler_of(d->errors)) {
    case HANDLER_STRICT:
        return raise_decode_error(d->codec->name, d->bytes, length, start, end, reason) != NULL;
    case HANDLER_REPLACE:
        builder_add_char(d->run.out, 0xFFFD);
        return true;
    case HANDLER_IGNORE:
        return true;
    default:
        break;
    }
    *d->called = true;
    value exception = codec_decode_exception(d->codec->name, d->bytes, length, start, end, reason);
    value text = call_handler(d->errors, exception, false, length, &end);
    if (!text)
        return false;
    d->run.at = d->bytes + end;
    builder_add_str(d->run.out, text);
    value_dec(text);
    return true;
}

/* False with an exception, which is about the end's missing if `*cut`. */
static bool decode_run(struct decoder *d, enum multibyte_end end, bool *cut)
{
    int bad;
    while ((bad = d->codec->decode(&d->run)) != 0) {
        *cut = bad == MULTIBYTE_INCOMPLETE;
        if (*cut && end == MULTIBYTE_MORE)
            return true;
        size_t count = *cut ? (size_t)(d->run.end - d->run.at) : (size_t)bad;
        if (!decode_bad(d, count, *cut ? incomplete : illegal))
            return false;
        if (*cut && end == MULTIBYTE_LAST)
            return true;
        thread_pause(thread_self);
    }
    return true;
}

/* What waits, and the bytes: malloc'd. NULL with MemoryError. */
static uint8_t *behind_waiting(const struct multibyte_progress *progress, const uint8_t *bytes, size_t length)
{
    uint8_t *all = raw_alloc(progress->count + length);
    if (!all) {
        raise_no_memory();
        return NULL;
    }
    for (uint32_t i = 0; i < progress->count; i++)
        all[i] = (uint8_t)progress->waiting[i];
    thread_copy(all + progress->count, bytes, length);
    return all;
}

value multibyte_decode(const struct multibyte_codec *codec, struct multibyte_progress *progress, const uint8_t *bytes,
                       size_t length, value errors, enum multibyte_end end, bool *called)
{
    uint8_t *all = NULL;
    if (progress->count) {
        all = behind_waiting(progress, bytes, length);
        if (!all)
            return NULL;
        bytes = all;
        length += progress->count;
    }
    struct str_builder out;
    builder_init(&out);
    struct decoder d = {.run = {.state = progress->state, .at = bytes, .end = bytes + length, .out = &out},
                        .codec = codec,
                        .bytes = bytes,
                        .errors = errors,
                        .called = called};
    bool cut = false, done = decode_run(&d, end, &cut);
    if (done || !cut) {
        size_t left = done ? (size_t)(d.run.end - d.run.at) : 0;
        memset(progress->waiting, 0, sizeof progress->waiting);
        progress->count = 0;
        if (left > MULTIBYTE_WAITING)
            done = raise_false(EXC(UnicodeError), "pending buffer overflow");
        else
            for (; progress->count < left; progress->count++)
                progress->waiting[progress->count] = d.run.at[progress->count];
    }
    raw_free(all);
    if (done)
        return builder_finish(&out);
    builder_discard(&out);
    return NULL;
}
