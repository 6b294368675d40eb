/*
 * What the files of _io share.
 *
 * Every stream begins with struct io_base. Two kinds of lock: the object's byte lock where nothing is called meanwhile
 * (BytesIO, StringIO), and struct io_lock, on which waiters sleep, where a stream calls the one beneath it.
 */
#ifndef ATOLL_IO_H
#define ATOLL_IO_H

#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"

#define IO_BUFFER_SIZE 8192

struct io_base {
    struct object header;
    value_slot dict; /* __dict__ */
    _Atomic bool closed;
    _Atomic bool claimed; /* another stream works on it, and closes it when it is closed itself */
};

/* A lock that may be held while other code runs. */
struct io_lock {
    _Atomic uint32_t word;  /* 0 free, 1 held, 2 held and somebody waits */
    _Atomic uint64_t owner; /* ident of the holder */
};
/* False with RuntimeError when this thread holds it already, or with what a signal handler raised. */
bool io_lock_enter(struct io_lock *lock, value stream);
/* The same for a lock that its holder may take again: *again says that it did. */
bool io_lock_enter_again(struct io_lock *lock, value stream, bool *again);
bool io_lock_try(struct io_lock *lock); /* false: somebody holds it, maybe this thread */
void io_lock_leave(struct io_lock *lock);

/* ---- io_base.c ---- */
/* Storage for a change of a stream in memory: under the stream's lock nothing is allocated or given back. */
struct io_storage {
    void *data;
    size_t room, wanted; /* bytes */
};
/* Under the lock: are there so many bytes at *data, of which the first `used` are kept? If not, and the storage that
   was fetched is too small, false: fetch, and begin again. Else the two change places. */
bool io_storage_fit(struct io_storage *fresh, void **data, size_t *room, size_t used, size_t bytes);
bool io_storage_fetch(struct io_storage *fresh); /* without the lock; false with MemoryError */
extern struct type *io_base_type, *io_raw_type, *io_buffered_base_type, *io_text_base_type;
bool io_base_define(value module);
void io_traverse(struct object *o, struct gc_trace *trace); /* the dict */
void io_destroy(struct object *o);
void io_finalize(struct object *o); /* closes the stream */
/* Does a finalizer leave the stream to the one that works on it? In an island the upper one may come later, and has
   still to flush. */
bool io_is_left_to_upper(struct object *o);
value io_unsupported(const char *message); /* raises UnsupportedOperation */
extern value_slot io_unsupported_type;     /* the class; set by the module */
int io_is_closed(value stream); /* its `closed`: 1, 0, -1; read directly where the type is one of this module's */
bool io_is_on_open_file(value buffered); /* one of our own buffers, directly on a FileIO; runs nothing */
bool io_check_closed(value stream);      /* false with ValueError */
value io_get_dict(value v);
bool io_call(value stream, value name); /* stream.name() for its effect */
value io_cannot_pickle(value v, const value *args);
value io_name(value v);                      /* its `name` attribute for repr: owned, VALUE_MISSING */
bool io_size_argument(value v, ssize *size); /* None stands for -1 */
bool io_optional_size(value v, ssize *size); /* missing too */
/* What pickling needs: a copy of the stream's __dict__, None when it has none; the position in a state (`message` has
   %T for what it is instead of an int); more for the __dict__, from the item so named. */
value io_dict_copy(value v);
bool io_position_of(value item, const char *message, size_t *at);
bool io_dict_restore(value v, value item, const char *nth);
value io_line_or_end(value line);                /* for `next`: VALUE_END for an empty line; steals */
extern const struct getset_def io_dict_getset[]; /* just __dict__ */
/* A type of streams with one of the bases, defined once per process, into the module. */
bool io_define(value module, struct type **type, const struct type_spec *spec, struct type *base);

/* A stream that works on another one: the buffered streams and TextIOWrapper begin with it. */
struct io_upper {
    struct io_base base;
    value_slot beneath; /* NULL: not initialised, or detached */
    struct io_lock lock;
    _Atomic bool detached;
};
void io_upper_set(value v, value beneath);                        /* NULL: detached */
bool io_upper_spoil(value v);                                     /* not initialised, as before; false */
value io_beneath(value v);                                        /* owned; NULL with ValueError */
value io_beneath_attribute(value v, value name);                  /* of the stream beneath */
void io_upper_traverse(struct object *o, struct gc_trace *trace); /* beneath, and what every stream has */
void io_upper_destroy(struct object *o);
void io_upper_finalize(struct object *o);
value io_upper_get_name(value v);
value io_upper_get_closed(value v);
value io_upper_seekable(value v, const value *args); /* methods that ask the stream beneath */
value io_upper_readable(value v, const value *args);
value io_upper_writable(value v, const value *args);
value io_upper_fileno(value v, const value *args);
value io_upper_isatty(value v, const value *args);
value io_upper_close(value v); /* flushes, then closes the stream beneath too */
value io_upper_detach(value v);

/* ---- io_fileio.c ---- */
extern struct type *io_file_type;
bool io_file_define(value module);
/* Direct access to exact FileIO objects: -1 with an exception; -2 would block. */
ssize io_file_read(value file, uint8_t *data, size_t length);
ssize io_file_write(value file, const uint8_t *data, size_t length);
int io_file_descriptor(value file); /* to look at; -1: closed */
bool io_file_is_terminal(value file);
int io_file_block_size(value file);    /* what the file system prefers */
bool io_file_owns_descriptor(value v); /* v is an open FileIO that closes its descriptor */

/* ---- io_buffered.c ---- */
extern struct type *io_reader_type, *io_writer_type, *io_random_type;
bool io_buffered_define(value module);
/* Write bytes to an exact BufferedWriter or BufferedRandom: false with an exception. */
bool io_buffered_write(value stream, const uint8_t *data, size_t length);

/* ---- io_bytes.c, io_string.c, io_text.c, io_newline.c ---- */
bool io_bytes_define(value module);
bool io_string_define(value module);
extern struct type *io_text_type;
bool io_text_define(value module);
bool io_newline_define(value module);

/* How a text stream treats line ends. */
struct io_newline {
    bool universal;      /* '\n', '\r' and "\r\n" all end a line when reading */
    bool translate;      /* ... and become '\n' */
    const char *written; /* what '\n' becomes when writing; NULL: itself */
    char terminator[3];  /* ends a line where not universal; "" when universal */
};
enum { IO_SEEN_CR = 1, IO_SEEN_LF = 2, IO_SEEN_CRLF = 4 };
/* None or a str; ValueError, for whose message `illegal` is the format. */
bool io_newline_parse(value v, const char *illegal, struct io_newline *newline);
/* Text with line ends translated; *seen gains bits. `text` stolen. */
value io_newline_translate(value text, bool translate, unsigned *seen);
/* The same for a piece of text: unless it is the final one, a '\r' at its end waits for the next, in *pending_cr. */
value io_newline_feed(value text, bool final, bool translate, bool *pending_cr, unsigned *seen);
value io_newline_seen(unsigned seen); /* the `newlines` attribute */
/* The end of the first line at or after `start` (behind its terminator), or -1. */
ssize io_line_end(value text, size_t start, const struct io_newline *newline);

/* ---- io_module.c ---- */
/* open() with C values; buffering -1: default. */
value io_open(value file, const char *mode, int buffering, value encoding, value errors, value newline, value closefd,
              value opener);
/* EncodingWarning, where it is asked for; false: it is an exception. */
bool io_warn_of_default_encoding(ssize stack_level);

#endif
