/* _io.StringIO: a text stream in memory: an array of characters as wide as the widest that was written. Everything
 * happens under the object's lock. */
#include "runtime/modules/io/io.h"
#include "runtime/objects/containers/container.h"
#include "runtime/raw.h"
#include "threads/pause.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/model/type_internal.h"

#include <stddef.h>
#include <stdlib.h>

struct string_io {
    struct io_base base;
    void *data;  /* characters of `width` bytes: 1, 2 or 4 (0: nothing was written yet) */
    size_t room; /* bytes */
    size_t length, position;
    unsigned width;
    struct io_newline newline;
    unsigned seen;
    bool ready;
};
#define SELF(v) ((struct string_io *)(v))
static struct type *string_type;
#define ILLEGAL_NEWLINE "illegal newline value: %R"

static struct string_io *lock(value v)
{
    object_lock(value_object(v));
    bool ready = SELF(v)->ready;
    if (likely(ready && !atomic_load_explicit(&SELF(v)->base.closed, memory_order_relaxed)))
        return SELF(v);
    object_unlock(value_object(v));
    raise(EXC(ValueError), ready ? "I/O operation on closed file" : "I/O operation on uninitialized object");
    return NULL;
}
static void unlock(value v)
{
    object_unlock(value_object(v));
}

/* Text as it is kept; `text` stolen. */
static value translated(value text, const struct io_newline *newline, unsigned *seen)
{
    if (newline->universal)
        text = io_newline_translate(text, newline->translate, seen);
    if (text && newline->written && span_find_char(str_span(text), '\n') != SPAN_NONE) {
        value end = str_interned(newline->written);
        const value arguments[] = {NAME_TEXT("\n"), end};
        value replaced = end ? call_method(text, NAME(replace), arguments, 2) : NULL;
        value_dec(end);
        value_dec(text);
        text = replaced;
    }
    return text;
}

/* Under the lock: room for so many characters of that width, which is not smaller than the present one. False: more
   storage is to be fetched. */
static bool fit(struct string_io *s, struct io_storage *fresh, size_t length, unsigned width)
{
    size_t bytes;
    if (__builtin_mul_overflow(length, width, &bytes))
        bytes = SIZE_MAX / 2;
    if (width == s->width || !s->length) {
        if (!io_storage_fit(fresh, &s->data, &s->room, s->length * width, bytes))
            return false;
    } else {
        if (bytes > fresh->room) {
            fresh->wanted = bytes + bytes / 2 + 32;
            return false;
        }
        span_copy_to(fresh->data, width, 0, (struct span){s->data, s->length, s->width});
        void *old = s->data;
        size_t old_room = s->room;
        s->data = fresh->data;
        s->room = fresh->room;
        fresh->data = old;
        fresh->room = old_room;
    }
    s->width = width;
    return true;
}

/* Under the lock. False: more storage is to be fetched. */
static bool put(struct string_io *s, struct io_storage *fresh, struct span span, unsigned seen)
{
    size_t length;
    if (!span.length)
        return true;
    if (__builtin_add_overflow(s->position, span.length, &length))
        length = SIZE_MAX / 2; /* a position may be as far out as seek() takes it */
    if (length < s->length)
        length = s->length;
    if (!fit(s, fresh, length, span.width > s->width ? span.width : s->width))
        return false;
    char *data = s->data;
    if (s->length < s->position)
        thread_fill(data + s->length * s->width, 0, (s->position - s->length) * s->width);
    span_copy_inline(data, s->width, s->position, span);
    s->position += span.length;
    if (s->position > s->length)
        s->length = s->position;
    s->seen |= seen;
    return true;
}

static value string_write(value v, value given_s)
{
    if (!is_str(given_s))
        return raise(EXC(TypeError), "string argument expected, got '%T'", given_s);
    value text = str_to_exact(given_s);
    size_t given = text ? str_exact_length(text) : 0;
    unsigned seen = 0;
    object_lock(value_object(v));
    struct io_newline newline = SELF(v)->newline;
    object_unlock(value_object(v));
    text = text ? translated(text, &newline, &seen) : NULL;
    struct io_storage fresh = {0};
    struct string_io *s;
    bool done = false;
    while (text && !done && (s = lock(v))) {
        done = put(s, &fresh, str_span(text), seen);
        unlock(v);
        if (!done && !io_storage_fetch(&fresh))
            break;
    }
    raw_free(fresh.data);
    value_dec(text);
    return done ? int_from_u64(given) : NULL;
}

/* What is left at the position; under the lock. */
static struct span rest_of(const struct string_io *s)
{
    size_t start = s->position < s->length ? s->position : s->length;
    return span_part((struct span){s->data, s->length, s->width}, start, s->length);
}

/* How many characters the line has that a text begins with. */
static size_t line_length(const struct io_newline *newline, struct span text)
{
    char last = newline->universal ? '\n' : newline->terminator[0];
    if (newline->universal ? newline->translate : !newline->terminator[1]) {
        size_t at = span_find_char(text, (uint32_t)last);
        return at == SPAN_NONE ? text.length : at + 1;
    }
    for (size_t i = 0; i < text.length; thread_report_at(++i)) {
        uint32_t c = span_at(text, i), next = i + 1 < text.length ? span_at(text, i + 1) : 0;
        if (newline->universal && c == '\r')
            return i + 1 + (next == '\n');
        if (c != (uint32_t)last)
            continue;
        if (newline->universal)
            return i + 1;
        if (next == (uint32_t)newline->terminator[1])
            return i + 2;
    }
    return text.length;
}
/* Characters that are taken out under the lock; the str is made of them without it. */
struct copied {
    void *data;
    size_t room; /* bytes */
    struct span span;
    char few[256]; /* where `data` begins */
};
static void copied_begin(struct copied *copied)
{
    copied->data = copied->few;
    copied->room = sizeof copied->few;
}
static void copied_end(struct copied *copied)
{
    if (copied->data != copied->few)
        raw_free(copied->data);
}
/* Under the lock. False: there is no room (copy_make_room, without the lock, then look again). */
static bool copy(struct copied *copied, struct span from)
{
    size_t bytes = from.length * from.width;
    copied->span = (struct span){copied->data, from.length, from.width};
    if (bytes > copied->room)
        return false;
    if (bytes)
        thread_copy(copied->data, from.data, bytes);
    return true;
}
static bool copy_make_room(struct copied *copied)
{
    size_t bytes = copied->span.length * copied->span.width;
    void *data = raw_resize(copied->data == copied->few ? NULL : copied->data, bytes);
    if (!data)
        return raise_no_memory() != NULL;
    copied->data = data;
    copied->room = bytes;
    return true;
}
static value copy_text(struct copied *copied)
{
    value text = str_new(copied->span.length, copied->span.length ? span_or(copied->span) : 0);
    if (text && copied->span.length)
        span_copy_to(str_data(text), str_width(text), 0, copied->span);
    copied_end(copied);
    return text;
}

/* The next `size` characters (all: < 0), or the rest of a line. */
static value read_part(value v, ssize size, bool line)
{
    struct string_io *s;
    struct copied copied;
    copied_begin(&copied);
    while ((s = lock(v)) != NULL) {
        struct span rest = rest_of(s);
        if (line && rest.length)
            rest.length = line_length(&s->newline, rest);
        if (size >= 0 && (size_t)size < rest.length)
            rest.length = (size_t)size;
        bool done = copy(&copied, rest);
        if (done)
            s->position += rest.length;
        unlock(v);
        if (done)
            return copy_text(&copied);
        if (!copy_make_room(&copied))
            break;
    }
    copied_end(&copied);
    return NULL;
}
static value string_read(value v, value given_size)
{
    ssize size;
    if (!io_optional_size(given_size, &size))
        return NULL;
    return read_part(v, size, false);
}
static value string_readline(value v, value given_size)
{
    ssize size;
    return io_optional_size(given_size, &size) ? read_part(v, size, true) : NULL;
}
static value string_next(value v)
{
    value line = read_part(v, -1, true);
    if (!line || str_length(line))
        return line;
    value_dec(line);
    return VALUE_END;
}

static value string_getvalue(value v, const value *args)
{
    struct string_io *s = lock(v);
    if (!s)
        return NULL;
    struct copied copied;
    copied_begin(&copied);
    while (!copy(&copied, (struct span){s->data, s->length, s->width})) {
        unlock(v);
        if (!copy_make_room(&copied) || !(s = lock(v))) {
            copied_end(&copied);
            return NULL;
        }
    }
    unlock(v);
    return copy_text(&copied);
}
static value string_tell(value v, const value *args)
{
    struct string_io *s = lock(v);
    if (!s)
        return NULL;
    size_t at = s->position;
    unlock(v);
    return int_from_u64(at);
}
static value string_seek(value v, value pos, value given_whence)
{
    ssize offset;
    int whence;
    if (!value_as_ssize(pos, &offset) || !value_as_int(given_whence, &whence))
        return NULL;
    if (whence < 0 || whence > 2)
        return raise(EXC(ValueError), "Invalid whence (%i, should be 0, 1 or 2)", whence);
    if (offset < 0 && whence == 0)
        return raise(EXC(ValueError), "Negative seek position %lld", (long long)offset);
    if (whence != 0 && offset != 0)
        return raise(EXC(OSError), "Can't do nonzero cur-relative seeks");
    struct string_io *s = lock(v);
    if (!s)
        return NULL;
    size_t at = whence == 0 ? (size_t)offset : whence == 1 ? s->position : s->length;
    s->position = at;
    unlock(v);
    return int_from_u64(at);
}
static value string_truncate(value v, value pos)
{
    ssize size;
    if (!io_optional_size(pos, &size))
        return NULL;
    if (is_given(pos) && size < 0)
        return raise(EXC(ValueError), "Negative size value %lld", (long long)size);
    struct string_io *s = lock(v);
    if (!s)
        return NULL;
    if (size < 0)
        size = (ssize)s->position;
    if ((size_t)size < s->length)
        s->length = (size_t)size;
    unlock(v);
    return int_from_i64(size);
}
static value string_close(value v)
{
    object_lock(value_object(v));
    atomic_store(&SELF(v)->base.closed, true);
    void *old = SELF(v)->data;
    SELF(v)->data = NULL;
    SELF(v)->length = SELF(v)->room = SELF(v)->position = 0;
    object_unlock(value_object(v));
    raw_free(old);
    return VALUE_NONE;
}
static value string_true(value v, const value *args)
{
    if (!lock(v))
        return NULL;
    unlock(v);
    return VALUE_TRUE;
}
static value get_closed(value v)
{
    return value_bool(atomic_load(&SELF(v)->base.closed));
}
static value get_line_buffering(value v)
{
    return string_true(v, NULL) ? VALUE_FALSE : NULL;
}
static value get_newlines(value v)
{
    object_lock(value_object(v));
    unsigned seen = SELF(v)->seen;
    object_unlock(value_object(v));
    return io_newline_seen(seen);
}

/* Contents and all else become these in one step. False with MemoryError. */
static bool start(value v, value text, const struct io_newline *newline, unsigned seen)
{
    struct string_io *s = SELF(v);
    struct io_storage fresh = {0};
    struct span span = str_span(text);
    bool done;
    do {
        object_lock(value_object(v));
        done = io_storage_fit(&fresh, &s->data, &s->room, 0, span.length * span.width);
        if (done) {
            s->newline = *newline;
            s->length = s->position = 0;
            s->width = span.width;
            s->seen = 0;
            s->ready = true;
            atomic_store(&s->base.closed, false);
            put(s, &fresh, span, seen);
            s->position = 0;
        }
        object_unlock(value_object(v));
    } while (!done && io_storage_fetch(&fresh));
    raw_free(fresh.data);
    return done;
}

static bool string_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("StringIO", "(initial_value='', newline='\\n')");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    struct io_newline newline;
    if (!io_newline_parse(is_missing(bound[1]) ? NAME_TEXT("\n") : bound[1], ILLEGAL_NEWLINE, &newline))
        return false;
    if (is_given(bound[0]) && !is_str(bound[0]))
        return raise_false(EXC(TypeError), "initial_value must be str or None, not %T", bound[0]);
    unsigned seen = 0;
    value text = is_given(bound[0]) ? str_to_exact(bound[0]) : str_from_text("");
    text = text ? translated(text, &newline, &seen) : NULL;
    if (!text)
        return false;
    bool done = start(v, text, &newline, seen);
    value_dec(text);
    return done;
}
/* ---- pickling ---- */
/* The constructor's argument that means these line ends. */
static value newline_argument(const struct io_newline *newline)
{
    if (newline->universal)
        return newline->translate ? VALUE_NONE : str_from_text("");
    return str_from_text(newline->terminator);
}
static value string_getstate(value v)
{
    value contents = string_getvalue(v, NULL), at = contents ? string_tell(v, NULL) : NULL;
    object_lock(value_object(v));
    struct io_newline newline = SELF(v)->newline;
    object_unlock(value_object(v));
    value end = at ? newline_argument(&newline) : NULL, dict = end ? io_dict_copy(v) : NULL;
    value state = dict ? tuple_pack(4, contents, end, at, dict) : NULL;
    value_dec(dict);
    value_dec(end);
    value_dec(at);
    value_dec(contents);
    return state;
}
static value string_setstate(value v, value state)
{
    size_t at;
    if (!is_tuple(state) || tuple_length(state) < 4)
        return raise(EXC(TypeError), "%T.__setstate__ argument should be 4-tuple, got %T", v, state);
    const value initial[] = {tuple_get(state, 0), tuple_get(state, 1)};
    struct io_newline newline;
    if (atomic_load(&SELF(v)->base.closed))
        return raise(EXC(ValueError), "I/O operation on closed file");
    if (!io_newline_parse(initial[1], ILLEGAL_NEWLINE, &newline))
        return NULL;
    if (!is_str(initial[0]) && !is_none(initial[0]))
        return raise(EXC(TypeError), "initial_value must be str or None, not %T", initial[0]);
    /* The contents are taken as they are: their line ends were translated when they were written. But they are seen. */
    unsigned seen = 0;
    value text = is_str(initial[0]) ? str_to_exact(initial[0]) : str_from_text("");
    value looked_at = text ? translated(value_inc(text), &newline, &seen) : NULL;
    bool done = looked_at && start(v, text, &newline, seen);
    value_dec(looked_at);
    value_dec(text);
    if (!done || !io_position_of(tuple_get(state, 2), "third item of state must be an integer, got %T", &at))
        return NULL;
    struct string_io *s = lock(v);
    if (!s)
        return NULL;
    s->position = at;
    unlock(v);
    return io_dict_restore(v, tuple_get(state, 3), "fourth") ? VALUE_NONE : NULL;
}

static value string_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct string_io)));
}
static void string_destroy(struct object *o)
{
    io_destroy(o);
    raw_free(((struct string_io *)o)->data);
}
static const struct method_def string_methods[] = {
    METHOD("read", string_read, "($self, size=-1, /)", "Read at most size characters, returned as a string."),
    METHOD("readline", string_readline, "($self, size=-1, /)", "Read until newline or EOF."),
    METHOD("write", string_write, "($self, s, /)", "Write string to file."),
    METHOD("getvalue", string_getvalue, "($self, /)", "Retrieve the entire contents of the object."),
    METHOD("tell", string_tell, "($self, /)", "Tell the current file position."),
    METHOD("seek", string_seek, "($self, pos, whence=0, /)", "Change stream position."),
    METHOD("truncate", string_truncate, "($self, pos=None, /)", "Truncate size to pos."),
    METHOD("close", string_close, "($self, /)", "Close the IO object."),
    METHOD("__getstate__", string_getstate, "($self, /)", NULL),
    METHOD("__setstate__", string_setstate, "($self, state, /)", NULL),
    METHOD("readable", string_true, "($self, /)", "Returns True if the IO object can be read."),
    METHOD("writable", string_true, "($self, /)", "Returns True if the IO object can be written."),
    METHOD("seekable", string_true, "($self, /)", "Returns True if the IO object can be seeked."),
    {0},
};
static const struct getset_def string_getset[] = {
    {"closed", get_closed, NULL, NULL},
    {"newlines", get_newlines, NULL, NULL},
    {"line_buffering", get_line_buffering, NULL, NULL},
    {0},
};
static const struct type_spec string_spec = {
    .name = "_io.StringIO",
    .signature = "(initial_value='', newline='\\n')",
    .doc = "Text I/O implementation using an in-memory buffer.",
    .size = sizeof(struct string_io),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = io_traverse,
    .destroy = string_destroy,
    .slots = {.new = string_new, .init = string_init, .iter = iterator_return_self, .next = string_next},
    .methods = string_methods,
    .getset = string_getset,
    .dict_offset = offsetof(struct io_base, dict),
};
bool io_string_define(value module)
{
    return io_define(module, &string_type, &string_spec, io_text_base_type);
}
