/*
 * What connections read from and write to: sockets, and memory that the program fills and empties (MemoryBIO).
 *
 * Sockets are used without waiting whatever their timeout is, so that nobody waits for the peer with a connection's
 * mutex held: one thread can write while another reads.
 */
#include "tls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

static BIO_METHOD *socket_method, *memory_method;

/* ---- sockets ---- */
/* Send or receive: the number of bytes, or -1 with errno. */
static int socket_transfer(BIO *bio, void *data, int length, bool sending)
{
    const struct tls_socket *s = BIO_get_data(bio);
    int fd = s->transport ? socket_enter(s->transport) : -1;
    errno = 0;
    ssize_t count = sending ? send(fd, data, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL)
                            : recv(fd, data, (size_t)length, MSG_DONTWAIT);
    if (s->transport)
        socket_leave(s->transport, fd);
    BIO_clear_retry_flags(bio);
    return (int)count;
}
static int socket_write(BIO *bio, const char *data, int length)
{
    int count = socket_transfer(bio, (void *)data, length, true);
    if (count < 0 && BIO_sock_should_retry(count))
        BIO_set_retry_write(bio);
    return count;
}
static int socket_read(BIO *bio, char *room, int length)
{
    int count = socket_transfer(bio, room, length, false);
    if (count < 0 && BIO_sock_should_retry(count))
        BIO_set_retry_read(bio);
    else if (count == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return count;
}
static long socket_control(BIO *bio, int command, long number, void *pointer)
{
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
        return 0;
    }
}

BIO *bio_of_socket(struct tls_socket *s)
{
    BIO *bio = BIO_new(socket_method);
    if (!bio) {
        raise_no_memory();
        return NULL;
    }
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    return bio;
}

/* ---- memory ---- */
/* A queue of bytes that a MemoryBIO and the connections over it share. */
struct stream {
    _Atomic unsigned users;
    pthread_mutex_t mutex; /* for all below */
    uint8_t *data;         /* malloc'd, or NULL */
    size_t start, end, capacity;
    bool ended; /* the program wrote an end of file */
};
struct memory_bio {
    struct object header;
    struct stream *stream; /* constant */
};
#define STREAM(v) (((struct memory_bio *)(v))->stream)
struct type *memory_bio_type;

static struct stream *stream_new(void)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->users = 1;
    pthread_mutex_init(&s->mutex, NULL);
    return s;
}
static void stream_release(struct stream *s)
{
    if (!s || --s->users)
        return;
    pthread_mutex_destroy(&s->mutex);
    free(s->data);
    free(s);
}
/* The rest under the mutex. */
static size_t stream_pending(const struct stream *s)
{
    return s->end - s->start;
}
static bool stream_make_room(struct stream *s, size_t more)
{
    if (s->capacity - s->end >= more)
        return true;
    size_t pending = stream_pending(s);
    if (s->start > s->capacity / 2 && s->capacity - pending >= more) {
        memmove(s->data, s->data + s->start, pending);
    } else {
        size_t capacity = pending + (more > pending ? more : pending) + 512;
        uint8_t *data = malloc(capacity);
        if (!data)
            return false;
        if (pending)
            memcpy(data, s->data + s->start, pending);
        free(s->data);
        s->data = data;
        s->capacity = capacity;
    }
    s->start = 0;
    s->end = pending;
    return true;
}
static bool stream_put(struct stream *s, const void *data, size_t length)
{
    if (!stream_make_room(s, length))
        return false;
    if (length)
        memcpy(s->data + s->end, data, length);
    s->end += length;
    return true;
}
/* So many bytes were read. */
static void stream_skip(struct stream *s, size_t length)
{
    enum { KEPT = 1 << 16 }; /* bytes that a queue keeps while it is empty */
    s->start += length;
    if (s->start < s->end)
        return;
    s->start = s->end = 0;
    if (s->capacity > KEPT) {
        free(s->data);
        s->data = NULL;
        s->capacity = 0;
    }
}

/* OpenSSL's side; the thread is in a blocking region. */
static int memory_write(BIO *bio, const char *data, int length)
{
    struct stream *s = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    pthread_mutex_lock(&s->mutex);
    bool done = stream_put(s, data, (size_t)length);
    pthread_mutex_unlock(&s->mutex);
    return done ? length : -1;
}
static int memory_read(BIO *bio, char *room, int length)
{
    struct stream *s = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    pthread_mutex_lock(&s->mutex);
    size_t pending = stream_pending(s), count = pending < (size_t)length ? pending : (size_t)length;
    bool ended = s->ended;
    if (count) {
        memcpy(room, s->data + s->start, count);
        stream_skip(s, count);
    }
    pthread_mutex_unlock(&s->mutex);
    if (count || ended)
        return (int)count;
    BIO_set_retry_read(bio);
    return -1;
}
static long memory_control(BIO *bio, int command, long number, void *pointer)
{
    struct stream *s = BIO_get_data(bio);
    long answer = 0;
    pthread_mutex_lock(&s->mutex);
    if (command == BIO_CTRL_FLUSH)
        answer = 1;
    else if (command == BIO_CTRL_EOF)
        answer = stream_pending(s) == 0;
    else if (command == BIO_CTRL_PENDING)
        answer = (long)stream_pending(s);
    pthread_mutex_unlock(&s->mutex);
    return answer;
}
static int memory_free(BIO *bio)
{
    stream_release(BIO_get_data(bio));
    return 1;
}

BIO *bio_of_memory(value memory_bio)
{
    BIO *bio = BIO_new(memory_method);
    if (!bio) {
        raise_no_memory();
        return NULL;
    }
    STREAM(memory_bio)->users++;
    BIO_set_data(bio, STREAM(memory_bio));
    BIO_set_init(bio, 1);
    return bio;
}

bool bio_methods_make(void)
{
    if (memory_method)
        return true;
    socket_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without waiting");
    BIO_METHOD *memory = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "shared memory");
    if (!socket_method || !memory) {
        BIO_meth_free(memory);
        BIO_meth_free(socket_method);
        raise_no_memory();
        return false;
    }
    BIO_meth_set_write(socket_method, socket_write);
    BIO_meth_set_read(socket_method, socket_read);
    BIO_meth_set_ctrl(socket_method, socket_control);
    BIO_meth_set_write(memory, memory_write);
    BIO_meth_set_read(memory, memory_read);
    BIO_meth_set_ctrl(memory, memory_control);
    BIO_meth_set_destroy(memory, memory_free);
    memory_method = memory;
    return true;
}

/* ---- MemoryBIO ---- the program's side */
static value memory_bio_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs)
        return raise(EXC(TypeError), "MemoryBIO() takes no positional arguments");
    if (!no_keywords("MemoryBIO", kwnames))
        return NULL;
    struct memory_bio *m = (struct memory_bio *)object_new(type, sizeof *m);
    if (!m)
        return NULL;
    m->stream = stream_new();
    if (m->stream)
        return value_of(m);
    value_dec(value_of(m));
    return raise_no_memory();
}
static void memory_bio_destroy(struct object *o)
{
    stream_release(((struct memory_bio *)o)->stream);
}

static value memory_bio_read(value v, value given)
{
    int size;
    if (!value_as_int(given, &size))
        return NULL;
    struct stream *s = STREAM(v);
    native_lock(&s->mutex);
    size_t length = stream_pending(s) < INT_MAX ? stream_pending(s) : INT_MAX;
    if (size >= 0 && (size_t)size < length)
        length = (size_t)size;
    value bytes = bytes_new(length ? s->data + s->start : NULL, length);
    bool resting = thread_rest_begin(length);
    if (bytes)
        stream_skip(s, length);
    thread_rest_end(resting);
    native_unlock(&s->mutex);
    return bytes;
}

static value memory_bio_write(value v, value data)
{
    struct buffer buffer;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    struct stream *s = STREAM(v);
    size_t length = (size_t)buffer.length;
    if (length > INT_MAX) {
        buffer_release(&buffer);
        return raise(EXC(OverflowError), "string longer than %d bytes", INT_MAX);
    }
    bool resting = thread_rest_begin(length);
    if (resting)
        pthread_mutex_lock(&s->mutex);
    else
        native_lock(&s->mutex);
    bool ended = s->ended, done = !ended && stream_put(s, buffer.data, length);
    native_unlock(&s->mutex);
    thread_rest_end(resting);
    buffer_release(&buffer);
    if (done)
        return small_int((int64_t)length);
    return ended ? raise(tls_class(CLASS_Error), "cannot write() after write_eof()") : raise_no_memory();
}

static value memory_bio_write_eof(value v)
{
    native_lock(&STREAM(v)->mutex);
    STREAM(v)->ended = true;
    native_unlock(&STREAM(v)->mutex);
    return VALUE_NONE;
}
static value memory_bio_pending(value v)
{
    native_lock(&STREAM(v)->mutex);
    size_t pending = stream_pending(STREAM(v));
    native_unlock(&STREAM(v)->mutex);
    return small_int((int64_t)pending);
}
static value memory_bio_eof(value v)
{
    native_lock(&STREAM(v)->mutex);
    bool eof = STREAM(v)->ended && stream_pending(STREAM(v)) == 0;
    native_unlock(&STREAM(v)->mutex);
    return value_bool(eof);
}

static const struct method_def methods[] = {
    METHOD("read", memory_bio_read, "($self, size=-1, /)",
           "Read up to size bytes from the memory BIO.\n\nIf size is not specified, read the entire buffer.\n"
           "If the return value is an empty bytes instance, this means either\n"
           "EOF or that no data is available. Use the \"eof\" property to\ndistinguish between the two."),
    METHOD("write", memory_bio_write, "($self, b, /)",
           "Writes the bytes b into the memory BIO.\n\nReturns the number of bytes written."),
    METHOD("write_eof", memory_bio_write_eof, "($self, /)",
           "Write an EOF marker to the memory BIO.\n\n"
           "When all data has been read, the \"eof\" property will be True."),
    {0},
};
static const struct getset_def getset[] = {
    {"pending", memory_bio_pending, NULL, "The number of bytes pending in the memory BIO."},
    {"eof", memory_bio_eof, NULL, "Whether the memory BIO is at EOF."},
    {0},
};
const struct type_spec memory_bio_spec = {
    .name = "_ssl.MemoryBIO",
    .size = sizeof(struct memory_bio),
    .destroy = memory_bio_destroy,
    .slots = {.new = memory_bio_new},
    .methods = methods,
    .getset = getset,
};
