/*
 * TextIOWrapper: tell() and seek().
 *
 * A position is the place of a byte before which the decoder has nothing in store. Where the program stands between two
 * such places, or the decoder's state is not its first one, the number is a cookie with more in it: the state at that
 * place, how many bytes to decode from there and how many of their characters to skip. Its form and the search for it
 * are CPython's, so that the numbers are the same.
 *
 * Most streams are of UTF-8, ASCII or Latin-1, where errors are exceptions and lines end in '\n': those need no search.
 */
#include "runtime/modules/io/io_text.h"
#include "runtime/objects/containers/container.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SELF(v) ((struct text_io *)(v))

/* ---- cookies ---- */
struct cookie {
    int64_t start;  /* where the decoder has nothing in store */
    int flags;      /* its state there; where line ends are translated the low bit says that a '\r' waits */
    int feed, skip; /* bytes to decode from there, characters of them to skip */
    uint8_t at_end; /* they are the last ones */
};
enum { COOKIE_FLAGS = 8, COOKIE_FEED = 12, COOKIE_SKIP = 16, COOKIE_END = 20, COOKIE_BYTES };

static value cookie_value(const struct cookie *c)
{
    uint8_t bytes[COOKIE_BYTES];
    memcpy(bytes, &c->start, sizeof c->start);
    memcpy(bytes + COOKIE_FLAGS, &c->flags, sizeof c->flags);
    memcpy(bytes + COOKIE_FEED, &c->feed, sizeof c->feed);
    memcpy(bytes + COOKIE_SKIP, &c->skip, sizeof c->skip);
    bytes[COOKIE_END] = c->at_end;
    return int_from_bytes(bytes, sizeof bytes, true, false);
}
static bool cookie_parse(value number, struct cookie *c)
{
    uint8_t bytes[COOKIE_BYTES];
    if (!int_to_bytes(number, bytes, sizeof bytes, true, false))
        return false;
    memcpy(&c->start, bytes, sizeof c->start);
    memcpy(&c->flags, bytes + COOKIE_FLAGS, sizeof c->flags);
    memcpy(&c->feed, bytes + COOKIE_FEED, sizeof c->feed);
    memcpy(&c->skip, bytes + COOKIE_SKIP, sizeof c->skip);
    c->at_end = bytes[COOKIE_END];
    return true;
}
static bool cookie_is_start(const struct cookie *c)
{
    return c->start == 0 && c->flags == 0;
}

/* Bring a decoder of the Python level to the state of the cookie's start. */
static bool set_decoder(value decoder, const struct cookie *c, bool universal)
{
    if (cookie_is_start(c))
        return io_call(decoder, NAME(reset));
    value state = tuple_pack(2, bytes_new(NULL, 0), small_int(universal ? c->flags >> 1 : c->flags));
    value result = state ? call_method_1(decoder, NAME(setstate), state) : NULL;
    value_dec(state);
    value_dec(result);
    return result != NULL;
}

/* ---- the search ---- */
/* A decoder that tries out how many characters some bytes make, line ends translated. */
struct probe {
    value decoder;
    value saved; /* the state of the stream's own decoder; NULL: this one was made for the search */
    bool universal, translate, pending_cr;
};
static bool probe_begin(struct probe *p, struct text_io *t)
{
    *p = (struct probe){.universal = t->newline.universal, .translate = t->newline.translate};
    p->decoder = slot_load(&t->upper.base.header, &t->decoder);
    if (p->decoder) {
        p->saved = call_method_0(p->decoder, NAME(getstate));
        return p->saved != NULL;
    }
    value encoding = slot_load(&t->upper.base.header, &t->encoding);
    value errors = slot_load(&t->upper.base.header, &t->errors);
    value codec = io_text_codec(encoding);
    p->decoder = codec ? io_text_make_codec(codec, NAME(incrementaldecoder), errors) : NULL;
    value_dec(codec);
    value_dec(errors);
    value_dec(encoding);
    return p->decoder != NULL;
}
static bool probe_end(struct probe *p, bool done)
{
    if (p->saved) {
        value error = done ? NULL : error_fetch();
        value result = call_method_1(p->decoder, NAME(setstate), p->saved);
        value_dec(result);
        if (error) {
            error_clear();
            error_restore(error);
        }
        done = done && result;
    }
    value_dec(p->saved);
    value_dec(p->decoder);
    return done;
}
static bool probe_set(struct probe *p, const struct cookie *c)
{
    p->pending_cr = p->universal && c->flags & 1;
    return set_decoder(p->decoder, c, p->universal);
}
/* What the decoder has in store, and its flags as a cookie has them. */
static bool probe_state(struct probe *p, size_t *stored, int *flags)
{
    int64_t state;
    value bytes = io_text_decoder_state(p->decoder, &state);
    if (!bytes)
        return false;
    *stored = bytes_length(bytes);
    value_dec(bytes);
    if (p->universal)
        state = state << 1 | p->pending_cr;
    *flags = (int)state;
    return *flags == state || raise_false(EXC(OverflowError), "signed integer is greater than maximum");
}
static bool probe_feed(struct probe *p, const uint8_t *bytes, size_t length, bool final, size_t *characters)
{
    unsigned seen = 0;
    value data = bytes_new(bytes, length);
    value text = data ? io_text_decode_by(p->decoder, data, final) : NULL;
    value_dec(data);
    if (p->universal)
        text = io_newline_feed(text, final, p->translate, &p->pending_cr, &seen);
    *characters = text ? str_length(text) : 0;
    value_dec(text);
    return text != NULL;
}

/* From the cookie's start to the last place before `used` characters at which the decoder has nothing in store: near it
   by what bytes there are for a character, then byte by byte. */
static bool search(struct probe *p, const uint8_t *input, size_t length, size_t used, double ratio, struct cookie *c)
{
    size_t characters, stored, decoded = 0;
    int flags;
    ssize near = (ssize)(ratio * (double)used), back = 1;
    near = near < (ssize)length ? near : (ssize)length;
    while (near > 0) {
        if (!probe_set(p, c) || !probe_feed(p, input, (size_t)near, false, &characters))
            return false;
        if (characters <= used) {
            if (!probe_state(p, &stored, &flags))
                return false;
            if (!stored) {
                c->flags = flags;
                used -= characters;
                break;
            }
            near -= (ssize)stored;
            back = 1;
        } else {
            near -= back;
            back *= 2;
        }
    }
    if (near <= 0) {
        near = 0;
        if (!probe_set(p, c))
            return false;
    }
    c->start += near;
    size_t at = (size_t)near;
    for (; decoded < used && at < length; at++) {
        if (!probe_feed(p, input + at, 1, false, &characters) || !probe_state(p, &stored, &flags))
            return false;
        decoded += characters;
        c->feed++;
        if (!stored && decoded <= used) {
            c->start += c->feed;
            c->flags = flags;
            used -= decoded;
            c->feed = 0;
            decoded = 0;
        }
    }
    if (decoded < used) {
        if (!probe_feed(p, NULL, 0, true, &characters))
            return false;
        c->at_end = 1;
        if (decoded + characters < used)
            return raise_false(EXC(OSError), "can't reconstruct logical file position");
    }
    c->skip = (int)used;
    return true;
}

/* Do the characters not tell by themselves how many bytes they were? */
static bool needs_search(struct text_io *t)
{
    bool simple = t->id == CODEC_UTF8 || t->id == CODEC_ASCII || t->id == CODEC_LATIN1;
    return !simple || !str_equals_text(slot_peek(&t->errors), "strict") ||
           (t->newline.universal && (t->pending_cr || t->seen & ~(unsigned)IO_SEEN_LF));
}
/* How many bytes at the chunk's start made the characters that are used. */
static size_t bytes_used(struct text_io *t)
{
    value decoded = slot_peek(&t->decoded);
    if (!decoded || t->used >= str_exact_length(decoded))
        return t->chunk_decoded;
    if (t->id != CODEC_UTF8)
        return t->used;
    const uint8_t *p = t->chunk.data, *end = p + t->chunk_decoded;
    for (size_t i = 0; i < t->used && p < end; i++)
        for (p++; p < end && (*p & 0xC0) == 0x80;)
            p++;
    return (size_t)(p - t->chunk.data);
}
/* The program's place; the stream beneath is at `position`, behind the chunk. */
static value place(struct text_io *t, int64_t position)
{
    int64_t start = position - (int64_t)t->chunk.length;
    if (!t->placed || !needs_search(t))
        return int_from_i64(start + (int64_t)bytes_used(t));
    if (t->flags > INT_MAX || t->flags < INT_MIN)
        return raise(EXC(OverflowError), "signed integer is greater than maximum");
    struct cookie cookie = {.start = start, .flags = (int)t->flags};
    size_t used = t->used;
    double ratio = t->ratio;
    if (!used)
        return cookie_value(&cookie);
    /* Decoders may be Python code, which may use this stream: of its chunk there is a copy. */
    struct probe p;
    value input = bytes_new(t->chunk.data, t->chunk.length);
    bool done = input && probe_end(&p, probe_begin(&p, t) &&
                                           search(&p, bytes_data(input), bytes_length(input), used, ratio, &cookie));
    value_dec(input);
    return done ? cookie_value(&cookie) : NULL;
}

value io_text_tell(value v, const value *args)
{
    bool again;
    value buffer = io_text_enter(v, &again);
    if (!buffer)
        return NULL;
    struct text_io *t = SELF(v);
    value result = NULL;
    if (!t->seekable)
        io_unsupported("underlying stream is not seekable");
    else if (!t->telling)
        raise(EXC(OSError), "telling position disabled by next() call");
    else if (io_text_write_pending(t, buffer) && io_call(buffer, NAME(flush))) {
        value at = call_method_0(buffer, NAME(tell));
        int64_t position;
        if (at && value_as_i64(at, &position))
            result = place(t, position);
        value_dec(at);
    }
    io_text_leave(v, buffer, again);
    return result;
}

/* ---- seeking ---- */
static bool reset_encoder(struct text_io *t, bool at_start)
{
    t->started = !at_start;
    value encoder = slot_load(&t->upper.base.header, &t->encoder);
    if (!encoder)
        return true;
    value result =
        at_start ? call_method_0(encoder, NAME(reset)) : call_method_1(encoder, NAME(setstate), small_int(0));
    value_dec(encoder);
    value_dec(result);
    return result != NULL;
}
static bool restore_decoder(struct text_io *t, const struct cookie *c)
{
    int flags = t->newline.universal ? c->flags >> 1 : c->flags;
    t->pending_cr = t->newline.universal && c->flags & 1;
    t->flags = c->flags;
    t->placed = true;
    if (cookie_is_start(c) || flags == 2)
        t->byte_order = 0; /* a mark comes */
    else if (flags == 1 || !t->byte_order)
        t->byte_order = (flags == 1) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) ? 1 : -1;
    value decoder = slot_load(&t->upper.base.header, &t->decoder);
    bool done = !decoder || set_decoder(decoder, c, t->newline.universal);
    value_dec(decoder);
    return done;
}
/* Decode again what the cookie says, and skip its characters. */
static bool feed_again(struct text_io *t, value buffer, const struct cookie *c)
{
    value data = call_method_1(buffer, NAME(read), small_int(c->feed));
    bool done =
        data &&
        (is_bytes(data) ||
         raise_false(EXC(TypeError), "underlying read() should have returned a bytes object, not '%T'", data)) &&
        io_text_feed(t, bytes_data(data), bytes_length(data), c->at_end);
    value_dec(data);
    if (!done)
        return false;
    value decoded = slot_peek(&t->decoded);
    if (c->skip < 0 || !decoded || str_exact_length(decoded) < (size_t)c->skip)
        return raise_false(EXC(OSError), "can't restore logical file position");
    t->used = (size_t)c->skip;
    return true;
}
static value seek_beneath(struct text_io *t, value buffer, int64_t offset, int whence)
{
    const value arguments[] = {int_from_i64(offset), small_int(whence)};
    value result = arguments[0] ? call_method(buffer, NAME(seek), arguments, whence ? 2 : 1) : NULL;
    value_dec(arguments[0]);
    io_text_forget_read(t);
    return result;
}
static bool seek_cookie(struct text_io *t, value buffer, value number)
{
    struct cookie c;
    if (!io_text_write_pending(t, buffer) || !io_call(buffer, NAME(flush)) || !cookie_parse(number, &c))
        return false;
    value at = seek_beneath(t, buffer, c.start, 0);
    value_dec(at);
    return at && restore_decoder(t, &c) && (!c.skip || feed_again(t, buffer, &c)) &&
           reset_encoder(t, cookie_is_start(&c));
}
static value seek_end(struct text_io *t, value buffer)
{
    if (!io_text_write_pending(t, buffer) || !io_call(buffer, NAME(flush)))
        return NULL;
    value decoder = slot_load(&t->upper.base.header, &t->decoder);
    bool done = !decoder || io_call(decoder, NAME(reset));
    value_dec(decoder);
    value at = done ? seek_beneath(t, buffer, 0, SEEK_END) : NULL;
    int64_t position;
    if (at && value_as_i64(at, &position) && reset_encoder(t, position == 0))
        return at;
    value_dec(at);
    return NULL;
}
/* The int that a position is, owned. */
static value position_number(value given)
{
    if (!is_int(given) && !is_float(given))
        return raise(EXC(TypeError), "'<' not supported between instances of '%T' and 'int'", given);
    value number = call_1(value_of(TYPE(INT)), given);
    if (!number || int_sign(number) >= 0)
        return number;
    value_dec(number);
    return raise(EXC(ValueError), "negative seek position %R", given);
}
static value seek_locked(value v, value buffer, value given, int whence)
{
    struct text_io *t = SELF(v);
    if (!t->seekable)
        return io_unsupported("underlying stream is not seekable");
    if (whence < 0 || whence > 2)
        return raise(EXC(ValueError), "invalid whence (%d, should be 0, 1 or 2)", whence);
    if (whence != 0) {
        int zero = value_equals(given, small_int(0));
        if (zero <= 0)
            return zero < 0 ? NULL
                            : io_unsupported(whence == 1 ? "can't do nonzero cur-relative seeks"
                                                         : "can't do nonzero end-relative seeks");
    }
    if (whence == 2)
        return seek_end(t, buffer);
    value number = whence == 1 ? io_text_tell(v, NULL) : position_number(given);
    bool done = number && seek_cookie(t, buffer, number);
    if (done && whence == 1)
        return number;
    value_dec(number);
    return done ? value_inc(given) : NULL;
}
value io_text_seek(value v, value given, value given_whence)
{
    int whence;
    bool again;
    value buffer = value_as_int(given_whence, &whence) ? io_text_enter(v, &again) : NULL;
    if (!buffer)
        return NULL;
    value result = seek_locked(v, buffer, given, whence);
    io_text_leave(v, buffer, again);
    return result;
}
