/* sys.stdin, sys.stdout, sys.stderr. */
#include "runtime/modules/streams.h"
#include "runtime/modules/module.h"
#include "runtime/modules/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct stream {
    struct object header;
    int fd;
    bool line_buffered;
    _Atomic(char *) buffer;
    size_t used;
};
#define BUFFER_SIZE 8192

static bool write_bytes(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            raise_errno(errno, NULL, NULL);
            return false;
        }
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static bool flush_stream(struct stream *s)
{
    size_t used = s->used;
    s->used = 0;
    return used == 0 || write_bytes(s->fd, s->buffer, used);
}

static value stream_write(value v, const value *args)
{
    struct stream *s = (struct stream *)v;
    struct text text;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "write() argument must be str, not %T", args[0]);
    if (!text_of(args[0], &text))
        return NULL;
    byte_lock(&s->header.lock);
    bool done = true;
    if (text.length + s->used > BUFFER_SIZE)
        done = flush_stream(s);
    if (text.length > BUFFER_SIZE) {
        done = done && write_bytes(s->fd, text.bytes, text.length);
    } else {
        memcpy(s->buffer + s->used, text.bytes, text.length);
        s->used += text.length;
        if (s->line_buffered && memchr(text.bytes, '\n', text.length))
            done = done && flush_stream(s);
    }
    byte_unlock(&s->header.lock);
    text_release(&text);
    return done ? int_from_u64(str_length(args[0])) : NULL;
}

static value stream_flush(value v, const value *args)
{
    struct stream *s = (struct stream *)v;
    byte_lock(&s->header.lock);
    bool done = flush_stream(s);
    byte_unlock(&s->header.lock);
    return done ? VALUE_NONE : NULL;
}
static value stream_fileno(value v, const value *args)
{
    return small_int(((struct stream *)v)->fd);
}
static value stream_isatty(value v, const value *args)
{
    return value_bool(isatty(((struct stream *)v)->fd));
}
static value stream_encoding(value v)
{
    return str_interned("utf-8");
}

static const struct method_def methods[] = {
    METHOD("write", stream_write, "($self, text, /)", NULL),
    METHOD("flush", stream_flush, "($self, /)", NULL),
    METHOD("fileno", stream_fileno, "($self, /)", NULL),
    METHOD("isatty", stream_isatty, "($self, /)", NULL),
    {0},
};
static const struct getset_def getset[] = {{"encoding", stream_encoding, NULL, NULL}, {0}};
static void stream_destroy(struct object *o)
{
    free(((struct stream *)o)->buffer);
}
static const struct type_spec stream_spec = {.name = "_io.Stream",
                                             .size = sizeof(struct stream),
                                             .flags = TYPE_FLAG_NO_NEW,
                                             .destroy = stream_destroy,
                                             .methods = methods,
                                             .getset = getset};

bool streams_open(void)
{
    static const char *const names[][2] = {{"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
    struct type *type = type_define(&stream_spec);
    for (int fd = 0; type && fd < 3; fd++) {
        struct stream *s = (struct stream *)object_new(type, sizeof *s);
        if (!s)
            return false;
        s->fd = fd;
        s->line_buffered = fd == 2 || isatty(fd);
        s->buffer = malloc(BUFFER_SIZE);
        bool done = sys_set(names[fd][0], value_of(s)) && sys_set(names[fd][1], value_of(s));
        value_dec(value_of(s));
        if (!done)
            return false;
    }
    value_dec(value_of(type));
    return type != NULL;
}

bool streams_flush(void)
{
    value out = sys_get("stdout");
    value r = is_given(out) ? call_method_0(out, NAME(flush)) : VALUE_NONE;
    value_dec(out);
    value_dec(r);
    error_clear();
    return r != NULL;
}

void streams_close(void) {}
