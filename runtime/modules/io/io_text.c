/*
 * _io.TextIOWrapper: text over a buffered binary stream.
 *
 * Writing: the encoded text gathers in `pending` and goes to the stream beneath in chunks; UTF-8 (and its subset,
 * ASCII) is gathered without any codec object. Reading: a chunk of bytes is decoded at once into `decoded`, of which
 * `used` characters are given out already. The chunk's bytes and place are remembered, so that tell() can say which
 * byte belongs to the next character. All under the stream's io_lock, which its holder may take again (a signal handler
 * may print while the program prints).
 *
 * UTF-8, UTF-16, UTF-32, Latin-1 and ASCII are decoded here; other encodings by the incremental codecs of the Python
 * level.
 */
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/io/io_text.h"
#include "runtime/raw.h"
#include "runtime/sys.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

#define SELF(v) ((struct text_io *)(v))
struct type *io_text_type;

/* ---- the beginning and the end of an operation ---- */
value io_text_enter(value v, bool *again)
{
    struct text_io *t = SELF(v);
    value buffer = io_beneath(v);
    int closed = buffer ? io_is_closed(buffer) : -1;
    if (closed > 0)
        raise(EXC(ValueError), "I/O operation on closed file.");
    if (closed == 0 && io_lock_enter_again(&t->upper.lock, v, again))
        return buffer;
    value_dec(buffer);
    return NULL;
}
void io_text_leave(value v, value buffer, bool again)
{
    if (!again)
        io_lock_leave(&SELF(v)->upper.lock);
    value_dec(buffer);
}
/* ---- writing ---- */

/* Hand the pending bytes down. */
bool io_text_write_pending(struct text_io *t, value buffer)
{
    size_t length = t->pending_length, room = t->pending_room;
    if (!length)
        return true;
    /* Who writes to this stream meanwhile (a signal handler, a stream beneath) gathers elsewhere. */
    uint8_t *pending = t->pending;
    t->pending = NULL;
    t->pending_length = t->pending_room = 0;
    bool done;
    if (value_type(buffer) == io_writer_type || value_type(buffer) == io_random_type) {
        done = io_buffered_write(buffer, pending, length);
    } else {
        value bytes = bytes_new(pending, length), result = bytes ? call_method_1(buffer, NAME(write), bytes) : NULL;
        done = result != NULL;
        value_dec(bytes);
        value_dec(result);
    }
    if (t->pending) {
        raw_free(pending);
    } else {
        t->pending = pending;
        t->pending_room = room;
    }
    return done;
}

/* No more than a chunk gathers: what is longer than the rest of it goes alone. */
static bool gather(struct text_io *t, value buffer, const void *bytes, size_t length)
{
    if (!length)
        return true; /* there may be no memory at either end yet */
    if (t->pending_length + length > t->chunk_size && !io_text_write_pending(t, buffer))
        return false;
    if (t->pending_length + length > t->pending_room) {
        size_t room = t->pending_length + length + IO_BUFFER_SIZE;
        uint8_t *more = raw_resize(t->pending, room);
        if (!more)
            return raise_no_memory() != NULL;
        t->pending = more;
        t->pending_room = room;
    }
    thread_copy(t->pending + t->pending_length, bytes, length);
    t->pending_length += length;
    return true;
}

static bool has_mark(enum codec_id id)
{
    return id == CODEC_UTF16 || id == CODEC_UTF32;
}
static value encode(struct text_io *t, value text)
{
    value encoder = slot_load(&t->upper.base.header, &t->encoder);
    if (encoder) {
        value bytes = call_method_1(encoder, NAME(encode), text);
        value_dec(encoder);
        return bytes;
    }
    value errors = slot_load(&t->upper.base.header, &t->errors);
    struct text name;
    if (!text_of(errors, &name)) {
        value_dec(errors);
        return NULL;
    }
    enum codec_id id = t->id;
    if (t->started && has_mark(id)) /* only the first text has a mark */
        id = id == CODEC_UTF16 ? CODEC_UTF16_LE : CODEC_UTF32_LE;
    t->started = true;
    value bytes = codec_encode(id, text, name.bytes);
    text_release(&name);
    value_dec(errors);
    return bytes;
}

static bool write_text(struct text_io *t, value buffer, value exact)
{
    bool has_newline = (t->newline.written || t->line_buffering) && span_find_char(str_span(exact), '\n') != SPAN_NONE;
    bool flush = t->line_buffering && (has_newline || span_find_char(str_span(exact), '\r') != SPAN_NONE);
    value text = value_inc(exact);
    if (has_newline && t->newline.written) {
        value end = str_interned(t->newline.written);
        const value arguments[] = {NAME_TEXT("\n"), end};
        value replaced = end ? call_method(text, NAME(replace), arguments, 2) : NULL;
        value_dec(end);
        value_dec(text);
        text = replaced;
    }
    bool done;
    if (text && t->plain_utf8 && str_exact_is_ascii(text)) {
        done = gather(t, buffer, str_data(text), str_exact_length(text));
    } else {
        value bytes = text ? encode(t, text) : NULL;
        done =
            bytes &&
            (is_bytes(bytes) || raise_false(EXC(TypeError), "encoder should return a bytes object, not '%T'", bytes)) &&
            gather(t, buffer, bytes_data(bytes), bytes_length(bytes));
        value_dec(bytes);
    }
    value_dec(text);
    if (done && (t->pending_length >= t->chunk_size || flush || t->write_through))
        done = io_text_write_pending(t, buffer);
    return done && (!flush || io_call(buffer, NAME(flush)));
}

void io_text_forget_read(struct text_io *t)
{
    slot_store(&t->upper.base.header, &t->decoded, NULL);
    t->used = 0;
    t->chunk.length = t->chunk_decoded = 0;
    t->pending_cr = t->placed = false;
}

static value text_write(value v, value text)
{
    if (!is_str(text))
        return raise(EXC(TypeError), "write() argument must be str, not %K", text);
    bool again;
    value buffer = io_text_enter(v, &again);
    if (!buffer)
        return NULL;
    struct text_io *t = SELF(v);
    value exact = str_exact(text);
    bool done = t->writable ? write_text(t, buffer, exact) : io_unsupported("not writable") != NULL;
    if (done) {
        io_text_forget_read(t);
        value decoder = slot_load(value_object(v), &t->decoder);
        done = !decoder || io_call(decoder, NAME(reset));
        value_dec(decoder);
    }
    io_text_leave(v, buffer, again);
    return done ? int_from_u64(str_exact_length(exact)) : NULL;
}
static value text_flush(value v, const value *args)
{
    bool again;
    value buffer = io_text_enter(v, &again);
    if (!buffer)
        return NULL;
    store_relaxed(&SELF(v)->telling, load_relaxed(&SELF(v)->seekable));
    bool done = io_text_write_pending(SELF(v), buffer) && io_call(buffer, NAME(flush));
    io_text_leave(v, buffer, again);
    return done ? VALUE_NONE : NULL;
}

/* ---- reading ---- */

value io_text_decode_by(value decoder, value data, bool final)
{
    const value arguments[] = {data, value_bool(final)};
    value text = call_method(decoder, NAME(decode), arguments, 2);
    if (text && !is_str(text)) {
        raise(EXC(TypeError), "decoder should return a string result, not '%T'", text);
        value_dec(text);
        return NULL;
    }
    value exact = text ? str_to_exact(text) : NULL;
    value_dec(text);
    return exact;
}
value io_text_decoder_state(value decoder, int64_t *flags)
{
    value state = call_method_0(decoder, NAME(getstate)), bytes = NULL;
    if (state && (!is_tuple(state) || tuple_length(state) != 2))
        raise(EXC(TypeError), "illegal decoder state");
    else if (state && !is_bytes(tuple_get(state, 0)))
        raise(EXC(TypeError), "illegal decoder state: the first item should be a bytes object, not '%T'",
              tuple_get(state, 0));
    else if (state && value_as_i64(tuple_get(state, 1), flags))
        bytes = value_inc(tuple_get(state, 0));
    value_dec(state);
    return bytes;
}

/* Decode what the chunk has beyond what was decoded: a str, or NULL. */
static value decode(struct text_io *t, bool final)
{
    const uint8_t *bytes = t->chunk.data + t->chunk_decoded;
    size_t length = t->chunk.length - t->chunk_decoded, decoded = t->chunk_decoded, consumed = 0;
    value decoder = slot_load(&t->upper.base.header, &t->decoder);
    if (decoder) {
        value data = bytes_new(bytes, length);
        t->chunk_decoded = t->chunk.length;
        value text = data ? io_text_decode_by(decoder, data, final) : NULL;
        value_dec(data);
        value_dec(decoder);
        return text;
    }
    value errors = slot_load(&t->upper.base.header, &t->errors), text = NULL;
    struct text name;
    if (text_of(errors, &name)) {
        /* An error handler that reads from this stream does so with another chunk. */
        struct bytes_builder chunk = t->chunk;
        t->chunk = (struct bytes_builder){0};
        t->chunk_decoded = 0;
        text = codec_decode(t->id, bytes, length, name.bytes, final ? NULL : &consumed, &t->byte_order);
        bytes_builder_discard(&t->chunk);
        t->chunk = chunk;
        t->chunk_decoded = decoded + (final ? length : consumed);
        text_release(&name);
    }
    value_dec(errors);
    return text;
}

/* Keep only what is not decoded yet of the chunk. */
static void drop_decoded(struct text_io *t)
{
    size_t rest = t->chunk.length - t->chunk_decoded;
    if (t->chunk_decoded)
        thread_move(t->chunk.data, t->chunk.data + t->chunk_decoded, rest);
    t->chunk.length = rest;
    t->chunk_decoded = 0;
}

/* Under the lock, like all that reads. */
static value translate_newlines(struct text_io *t, value text, bool final)
{
    unsigned seen = load_relaxed(&t->seen);
    text = io_newline_feed(text, final, t->newline.translate, &t->pending_cr, &seen);
    store_relaxed(&t->seen, seen);
    return text;
}

/* Before a chunk: the decoder's state, for tell(). What the decoder has in store is read with the chunk. */
static bool note_state(struct text_io *t)
{
    int64_t flags = 0;
    t->placed = load_relaxed(&t->telling);
    if (!t->placed)
        return true;
    value decoder = slot_load(&t->upper.base.header, &t->decoder);
    if (decoder) {
        value stored = io_text_decoder_state(decoder, &flags);
        value_dec(decoder);
        if (!stored)
            return false;
        if (bytes_length(stored))
            bytes_builder_add(&t->chunk, bytes_data(stored), bytes_length(stored));
        t->chunk_decoded = t->chunk.length;
        value_dec(stored);
    } else if (has_mark(t->id)) {
        flags = !t->byte_order ? 2 : (t->byte_order > 0) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    }
    t->flags = t->newline.universal ? flags << 1 | t->pending_cr : flags;
    return true;
}
bool io_text_feed(struct text_io *t, const uint8_t *bytes, size_t length, bool final)
{
    if (length)
        bytes_builder_add(&t->chunk, bytes, length);
    value text = t->chunk.failed ? raise_no_memory() : decode(t, final);
    if (t->newline.universal)
        text = translate_newlines(t, text, final);
    if (!text)
        return false;
    t->ratio = str_length(text) ? (double)length / (double)str_length(text) : 0;
    slot_store(&t->upper.base.header, &t->decoded, text);
    t->used = 0;
    return true;
}

/* Read and decode a chunk, which may be larger for many characters: 1, 0 at the end of the stream, -1. What was decoded
   before is used up. */
static int read_chunk(struct text_io *t, value buffer, size_t characters)
{
    double bytes = (t->ratio > 1 ? t->ratio : 1) * (double)characters;
    drop_decoded(t);
    if (!note_state(t))
        return -1;
    thread_pause(thread_self); /* a long read takes many chunks, and the stream beneath may be C as well */
    bool larger = bytes > (double)t->chunk_size && bytes < (double)INT64_MAX;
    value size = int_from_u64(larger ? (size_t)bytes : t->chunk_size);
    value data = size ? call_method_1(buffer, t->has_read1 ? NAME(read1) : NAME(read), size) : NULL;
    value_dec(size);
    if (!data)
        return -1;
    struct buffer view;
    if (!value_has_buffer(data)) {
        raise(EXC(TypeError), "underlying %s() should have returned a bytes-like object, not '%T'",
              t->has_read1 ? "read1" : "read", data);
        value_dec(data);
        return -1;
    }
    if (!buffer_get(data, &view, BUFFER_SIMPLE)) {
        value_dec(data);
        return -1;
    }
    bool end = view.length == 0, done = io_text_feed(t, view.data, (size_t)view.length, end);
    buffer_release(&view);
    value_dec(data);
    value decoded = slot_peek(&t->decoded);
    return !done ? -1 : !end || (decoded && str_exact_length(decoded) > 0);
}

static value reader_enter(value v, bool *again)
{
    value buffer = io_text_enter(v, again);
    if (!buffer)
        return NULL;
    struct text_io *t = SELF(v);
    bool done = t->readable ? io_text_write_pending(t, buffer) : io_unsupported("not readable") != NULL;
    if (done)
        return buffer;
    io_text_leave(v, buffer, *again);
    return NULL;
}

/* Up to `limit` decoded characters that are not used yet; NULL without exception when there are none. */
static value take(struct text_io *t, size_t limit)
{
    value decoded = slot_peek(&t->decoded);
    size_t left = decoded ? str_exact_length(decoded) - t->used : 0;
    size_t n = left < limit ? left : limit;
    if (!n)
        return NULL;
    value part = n == str_exact_length(decoded) ? value_inc(decoded) : str_substring(decoded, t->used, t->used + n);
    t->used += n;
    return part;
}

static value read_all(struct text_io *t, value buffer, struct str_builder *b)
{
    value data = call_method_0(buffer, NAME(read));
    struct buffer view;
    if (!data || data == VALUE_NONE || !buffer_get(data, &view, BUFFER_SIMPLE)) {
        value_dec(data);
        return data == VALUE_NONE ? VALUE_NONE : NULL;
    }
    drop_decoded(t);
    bytes_builder_add(&t->chunk, view.data, (size_t)view.length);
    buffer_release(&view);
    value_dec(data);
    value text = t->chunk.failed ? raise_no_memory() : decode(t, true);
    if (t->newline.universal)
        text = translate_newlines(t, text, true);
    io_text_forget_read(t);
    if (!text)
        return NULL;
    builder_add_str(b, text);
    value_dec(text);
    return VALUE_NONE;
}

static value text_read(value v, value given_size)
{
    ssize size;
    if (!io_optional_size(given_size, &size))
        return NULL;
    bool again;
    value buffer = reader_enter(v, &again);
    if (!buffer)
        return NULL;
    struct text_io *t = SELF(v);
    struct str_builder b;
    builder_init(&b);
    bool failed = false;
    size_t wanted = size < 0 ? SIZE_MAX : (size_t)size;
    while (!failed && b.length < wanted) {
        value part = take(t, wanted - b.length);
        if (part) {
            builder_add_str(&b, part);
            value_dec(part);
            continue;
        }
        if (error_occurred()) {
            failed = true;
        } else if (size < 0) {
            failed = !read_all(t, buffer, &b);
            break;
        } else {
            int more = read_chunk(t, buffer, wanted - b.length);
            failed = more < 0;
            if (more == 0)
                break;
        }
    }
    io_text_leave(v, buffer, again);
    if (!failed)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

/* A line that ends with a '\n' among what is decoded, of a stream on a file that is open; VALUE_MISSING: not so. */
static value line_at_hand(value v)
{
    struct text_io *t = SELF(v);
    {
        PEEK_SCOPE;
        value buffer = slot_peek(&t->upper.beneath);
        if (!buffer || value_type(buffer) != io_reader_type || !io_is_on_open_file(buffer))
            return VALUE_MISSING;
    }
    if (!io_lock_try(&t->upper.lock))
        return VALUE_MISSING;
    value decoded = slot_peek(&t->decoded), line = VALUE_MISSING;
    bool plain = t->newline.translate || (t->newline.terminator[0] == '\n' && !t->newline.terminator[1]);
    if (decoded && plain && t->readable && !t->pending_length && str_width(decoded) == 1) {
        size_t left = str_exact_length(decoded) - t->used;
        const char *data = str_data(decoded), *start = data + t->used;
        const char *end = left <= SPAN_LONG ? memchr(start, '\n', left) : NULL;
        if (end) {
            size_t next = (size_t)(end - data) + 1;
            line = str_substring(decoded, t->used, next);
            t->used = next;
        }
    }
    io_lock_leave(&t->upper.lock);
    return line;
}

static value read_line(value v, ssize limit)
{
    value at_hand = limit < 0 ? line_at_hand(v) : VALUE_MISSING;
    if (at_hand != VALUE_MISSING)
        return at_hand;
    bool again;
    value buffer = reader_enter(v, &again);
    if (!buffer)
        return NULL;
    struct text_io *t = SELF(v);
    value line = NULL; /* what earlier chunks gave */
    bool failed = false, whole = false;
    while (!failed && !whole) {
        value decoded = slot_peek(&t->decoded);
        size_t length = decoded ? str_exact_length(decoded) : 0, have = line ? str_length(line) : 0;
        if (t->used >= length) {
            int more = read_chunk(t, buffer, 0);
            failed = more < 0;
            if (more == 0)
                break;
            continue;
        }
        ssize end;
        bool split = line && !t->newline.universal && t->newline.terminator[1] && str_at(line, have - 1) == '\r' &&
                     str_exact_at(decoded, t->used) == '\n';
        end = split ? (ssize)t->used + 1 : io_line_end(decoded, t->used, &t->newline);
        whole = end >= 0;
        size_t n = (whole ? (size_t)end : length) - t->used;
        if (limit >= 0 && have + n >= (size_t)limit) {
            n = (size_t)limit - have;
            whole = true;
        }
        value part = n == length ? value_inc(decoded) : str_substring(decoded, t->used, t->used + n);
        t->used += n;
        if (line && part) {
            line = str_append_owned(line, part); /* in place after the first two: a long line takes linear time */
            value_dec(part);
        } else {
            value_dec(line);
            line = part;
        }
        failed = !line;
    }
    io_text_leave(v, buffer, again);
    if (!failed)
        return line ? line : str_empty();
    value_dec(line);
    return NULL;
}
static value text_readline(value v, value given_size)
{
    ssize size = -1;
    return is_missing(given_size) || value_as_ssize(given_size, &size) ? read_line(v, size) : NULL;
}
static value text_next(value v)
{
    store_relaxed(&SELF(v)->telling, false);
    value line = value_type(v) == io_text_type ? read_line(v, -1) : call_method_0(v, NAME(readline));
    if (line && !is_str(line)) {
        raise(EXC(OSError), "readline() should have returned a str object, not '%T'", line);
        value_dec(line);
        return NULL;
    }
    line = io_line_or_end(line);
    if (line == VALUE_END)
        store_relaxed(&SELF(v)->telling, load_relaxed(&SELF(v)->seekable));
    return line;
}

static value text_truncate(value v, value pos)
{
    value flushed = text_flush(v, NULL), buffer = flushed ? io_beneath(v) : NULL;
    value result = buffer ? call_method_1(buffer, NAME(truncate), is_given(pos) ? pos : VALUE_NONE) : NULL;
    value_dec(buffer);
    return result;
}

/* ---- the rest ---- */
static value get_newlines(value v)
{
    return io_newline_seen(SELF(v)->seen);
}
static value get_line_buffering(value v)
{
    return value_bool(SELF(v)->line_buffering);
}
static value get_write_through(value v)
{
    return value_bool(SELF(v)->write_through);
}
static value get_chunk_size(value v)
{
    return int_from_u64(SELF(v)->chunk_size);
}
static bool set_chunk_size(value v, value size)
{
    ssize n;
    if (!size)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (!index_as_ssize(size, &n, EXC(ValueError)))
        return false;
    if (n <= 0)
        return raise_false(EXC(ValueError), "a strictly positive integer is required");
    SELF(v)->chunk_size = (size_t)n;
    return true;
}

static value text_repr(value v)
{
    if (!slot_peek(&SELF(v)->upper.beneath) && !SELF(v)->upper.detached)
        return io_beneath(v);
    value name = io_name(v), mode = name ? attr_get_optional(v, NAME(mode)) : NULL;
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, "<_io.TextIOWrapper");
    bool done = mode != NULL;
    if (done && name != VALUE_MISSING)
        done = builder_add_format(&b, " name=%R", name);
    if (done && mode != VALUE_MISSING)
        done = builder_add_format(&b, " mode=%R", mode);
    value encoding = slot_peek(&SELF(v)->encoding);
    if (done && encoding)
        done = builder_add_format(&b, " encoding=%R", encoding);
    builder_add_text(&b, ">");
    value_dec(mode);
    value_dec(name);
    if (done)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

/* ---- construction ---- */

value io_text_codec(value encoding)
{
    value codecs = import_module("codecs"), codec = codecs ? call_method_1(codecs, NAME(lookup), encoding) : NULL;
    value mark = codec ? attr_get_optional(codec, NAME(_is_text_encoding)) : NULL;
    int is_text = !mark ? -1 : mark == VALUE_MISSING ? 1 : value_truth(mark);
    value_dec(mark);
    value_dec(codecs);
    if (is_text > 0)
        return codec;
    value_dec(codec);
    return is_text < 0 ? NULL
                       : raise(EXC(LookupError),
                               "'%S' is not a text encoding; use codecs.open() to handle arbitrary codecs", encoding);
}
value io_text_make_codec(value codec, value kind, value errors)
{
    value type = attr_get(codec, kind), object = type ? call_1(type, errors) : NULL;
    value_dec(type);
    return object;
}
/* Make codec objects of the Python level for an encoding that is not one of our own. */
static bool find_codecs(struct text_io *t, value encoding, value errors)
{
    value codec = io_text_codec(encoding), decoder = NULL, encoder = NULL;
    bool done = codec && (!t->readable || (decoder = io_text_make_codec(codec, NAME(incrementaldecoder), errors))) &&
                (!t->writable || (encoder = io_text_make_codec(codec, NAME(incrementalencoder), errors)));
    value_dec(codec);
    slot_store(&t->upper.base.header, &t->encoder, encoder);
    slot_store(&t->upper.base.header, &t->decoder, decoder);
    return done;
}
/* In development mode handlers of errors that are not there are noticed at once. */
static bool check_errors(value errors)
{
    struct text name;
    if (!codec_checks_names)
        return true;
    if (!text_of_argument(errors, &name))
        return false;
    bool done = codec_check_names(NULL, name.bytes);
    text_release(&name);
    return done;
}
static value encoding_meant(value encoding)
{
    if (encoding == VALUE_NONE && sys_flags.utf8_mode)
        return NAME_TEXT("utf-8");
    bool locale = encoding == VALUE_NONE || str_equals_text(encoding, "locale");
    return locale ? NAME_TEXT("UTF-8") : encoding; /* the name that the locale gives it */
}
/* A byte order mark belongs to the start of the stream alone. */
static bool place_encoder(struct text_io *t, value buffer)
{
    int64_t position;
    value encoder = slot_load(&t->upper.base.header, &t->encoder);
    bool done = true;
    t->started = true;
    if (t->seekable && t->writable && (encoder || has_mark(t->id))) {
        value at = call_method_0(buffer, NAME(tell));
        done = at && value_as_i64(at, &position);
        value_dec(at);
        t->started = done && position != 0;
    }
    if (done && t->started && encoder && t->seekable) {
        value result = call_method_1(encoder, NAME(setstate), small_int(0));
        done = result != NULL;
        value_dec(result);
    }
    value_dec(encoder);
    return done;
}

static bool set_encoding(struct text_io *t, value encoding, value errors)
{
    struct text name;
    if (!text_of_argument(encoding, &name))
        return false;
    t->id = codec_find(name.bytes);
    text_release(&name);
    slot_store(&t->upper.base.header, &t->encoder, NULL);
    slot_store(&t->upper.base.header, &t->decoder, NULL);
    if (t->id == CODEC_OTHER && !find_codecs(t, encoding, errors))
        return false;
    t->plain_utf8 = t->id == CODEC_UTF8 || t->id == CODEC_ASCII || t->id == CODEC_LATIN1;
    slot_store(&t->upper.base.header, &t->encoding, value_inc(encoding));
    slot_store(&t->upper.base.header, &t->errors, value_inc(errors));
    return true;
}

static int ask(value buffer, value name)
{
    value answer = call_method_0(buffer, name);
    int truth = answer ? value_truth(answer) : -1;
    value_dec(answer);
    return truth;
}

/* The arguments of the constructor are at `bound`. Under the lock. */
static bool set_up(value v, const value *bound)
{
    struct text_io *t = SELF(v);
    value buffer = bound[0], encoding = bound[1], errors = bound[2];
    if (encoding != VALUE_NONE && !is_str(encoding))
        return raise_false(EXC(TypeError), "TextIOWrapper() argument 'encoding' must be str or None, not %K", encoding);
    if (errors != VALUE_NONE && !is_str(errors))
        return raise_false(EXC(TypeError), "TextIOWrapper() argument 'errors' must be str or None, not %K", errors);
    if (is_given(bound[3])) {
        struct text newline;
        if (!is_str(bound[3]))
            return raise_false(EXC(TypeError), "TextIOWrapper() argument 'newline' must be str or None, not %K",
                               bound[3]);
        if (!text_of_argument(bound[3], &newline))
            return false;
        text_release(&newline);
    }
    int line_buffering = value_truth(bound[4]), write_through = value_truth(bound[5]);
    if (line_buffering < 0 || write_through < 0 ||
        !io_newline_parse(bound[3], "illegal newline value: %U", &t->newline))
        return false;
    encoding = encoding_meant(encoding);
    if (errors == VALUE_NONE)
        errors = NAME(strict);
    else if (!check_errors(errors))
        return false;
    int readable = ask(buffer, NAME(readable)), writable = readable < 0 ? -1 : ask(buffer, NAME(writable));
    int seekable = writable < 0 ? -1 : ask(buffer, NAME(seekable)),
        read1 = seekable < 0 ? -1 : attr_has(buffer, NAME(read1));
    if (read1 < 0)
        return false;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    t->seekable = seekable;
    t->telling = seekable;
    t->readable = readable;
    t->writable = writable;
    t->has_read1 = read1;
    t->chunk_size = IO_BUFFER_SIZE;
    t->pending_length = 0;
    t->seen = 0;
    t->byte_order = 0;
    t->upper.detached = false;
    io_text_forget_read(t);
    if (!set_encoding(t, encoding, errors) || !place_encoder(t, buffer))
        return false;
    io_upper_set(v, buffer);
    return true;
}

static bool text_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("TextIOWrapper",
                  "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)");
    value bound[6];
    bool again;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) ||
        (bound[1] == VALUE_NONE && !io_warn_of_default_encoding(1)) ||
        !io_lock_enter_again(&SELF(v)->upper.lock, v, &again))
        return false;
    bool done = set_up(v, bound) || io_upper_spoil(v);
    if (!again)
        io_lock_leave(&SELF(v)->upper.lock);
    return done;
}

/* Under the lock. */
static bool reconfigure(value v, value buffer, const value *args)
{
    struct text_io *t = SELF(v);
    bool codec = is_given(args[0]) || is_given(args[1]) || !is_missing(args[2]);
    if (slot_peek(&t->decoded) && codec)
        return io_unsupported("It is not possible to set the encoding or newline of stream after the first read") !=
               NULL;
    struct io_newline newline = t->newline;
    if (!is_missing(args[2]) && !io_newline_parse(args[2], "illegal newline value: %U", &newline))
        return false;
    int line_buffering = is_given(args[3]) ? value_truth(args[3]) : t->line_buffering;
    int write_through = is_given(args[4]) ? value_truth(args[4]) : t->write_through;
    if (line_buffering < 0 || write_through < 0 || !io_call(v, NAME(flush)))
        return false;
    if (is_given(args[0]) || is_given(args[1])) {
        value encoding = !is_given(args[0]) ? slot_load(value_object(v), &t->encoding)
                         : is_str(args[0])  ? value_inc(encoding_meant(args[0]))
                                            : value_inc(args[0]);
        value errors = is_given(args[1])   ? value_inc(args[1])
                       : is_given(args[0]) ? str_interned("strict")
                                           : slot_load(value_object(v), &t->errors);
        bool done = encoding && errors && is_str(encoding) && is_str(errors)
                        ? set_encoding(t, encoding, errors) && place_encoder(t, buffer)
                        : raise_false(EXC(TypeError), "encoding and errors must be str or None");
        value_dec(errors);
        value_dec(encoding);
        if (!done)
            return false;
    }
    t->newline = newline;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    return true;
}

static value text_reconfigure(value v, const value *args)
{
    bool again;
    value buffer = io_text_enter(v, &again);
    if (!buffer)
        return NULL;
    bool done = reconfigure(v, buffer, args);
    io_text_leave(v, buffer, again);
    return done ? VALUE_NONE : NULL;
}

static value text_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct text_io)));
}
static void text_traverse(struct object *o, struct gc_trace *trace)
{
    io_upper_traverse(o, trace);
    trace_slots(trace, &((struct text_io *)o)->encoding, 4);
}
static void text_destroy(struct object *o)
{
    struct text_io *t = (struct text_io *)o;
    io_upper_destroy(o);
    value_slot *slots = &t->encoding;
    for (int i = 0; i < 4; i++)
        slot_drop(&slots[i]);
    slot_drop(&t->decoded);
    raw_free(t->pending);
    bytes_builder_discard(&t->chunk);
}
static const struct method_def text_methods[] = {
    METHOD("write", text_write, "($self, text, /)", NULL),
    METHOD("read", text_read, "($self, size=-1, /)", NULL),
    METHOD("readline", text_readline, "($self, size=-1, /)", NULL),
    METHOD("flush", text_flush, "($self, /)", NULL),
    METHOD("close", io_upper_close, "($self, /)", NULL),
    METHOD("detach", io_upper_detach, "($self, /)", NULL),
    METHOD("tell", io_text_tell, "($self, /)", NULL),
    METHOD("seek", io_text_seek, "($self, cookie, whence=0, /)", NULL),
    METHOD("truncate", text_truncate, "($self, pos=None, /)", NULL),
    METHOD("fileno", io_upper_fileno, "($self, /)", NULL),
    METHOD("isatty", io_upper_isatty, "($self, /)", NULL),
    METHOD("seekable", io_upper_seekable, "($self, /)", NULL),
    METHOD("readable", io_upper_readable, "($self, /)", NULL),
    METHOD("writable", io_upper_writable, "($self, /)", NULL),
    METHOD(
        "reconfigure", text_reconfigure,
        "($self, /, *, encoding=None, errors=None, newline=<unrepresentable>, line_buffering=None, write_through=None)",
        "Reconfigure the text stream with new parameters."),
    METHOD("__reduce__", io_cannot_pickle, "($self, /)", NULL),
    METHOD("__reduce_ex__", io_cannot_pickle, "($self, protocol, /)", NULL),
    {0},
};
static const struct member_def text_members[] = {
    {"buffer", MEMBER_VALUE, offsetof(struct io_upper, beneath), false, NULL},
    {"encoding", MEMBER_VALUE_NONE, offsetof(struct text_io, encoding), false, NULL},
    {"errors", MEMBER_VALUE_NONE, offsetof(struct text_io, errors), false, NULL},
    {0},
};
static const struct getset_def text_getset[] = {
    {"name", io_upper_get_name, NULL, NULL},
    {"closed", io_upper_get_closed, NULL, NULL},
    {"newlines", get_newlines, NULL, NULL},
    {"_CHUNK_SIZE", get_chunk_size, set_chunk_size, NULL},
    GETSET_FIELDS,
    {"line_buffering", get_line_buffering, NULL, NULL},
    {"write_through", get_write_through, NULL, NULL},
    {0},
};
static const struct type_spec text_spec = {
    .name = "_io.TextIOWrapper",
    .signature =
        "(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)",
    .doc = "Character and line based layer over a BufferedIOBase object, buffer.",
    .size = sizeof(struct text_io),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = text_traverse,
    .destroy = text_destroy,
    .finalize = io_upper_finalize,
    .slots = {.new = text_new, .init = text_init, .repr = text_repr, .next = text_next},
    .methods = text_methods,
    .members = text_members,
    .getset = text_getset,
    .dict_offset = offsetof(struct io_base, dict),
};
bool io_text_define(value module)
{
    return io_define(module, &io_text_type, &text_spec, io_text_base_type);
}
