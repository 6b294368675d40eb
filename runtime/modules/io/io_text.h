/* What the files of TextIOWrapper share. */
#ifndef ATOLL_IO_TEXT_H
#define ATOLL_IO_TEXT_H

#include "runtime/modules/io/io.h"
#include "runtime/objects/text/codec.h"

struct text_io {
    struct io_upper upper;
    value_slot encoding, errors;
    value_slot encoder, decoder; /* objects of the Python level; NULL: codec `id` */
    enum codec_id id;
    int byte_order;
    struct io_newline newline;
    /* Atomic is what is read, or written, without the lock: getters, next(). */
    _Atomic unsigned seen;
    _Atomic bool line_buffering, write_through, seekable;
    bool readable, writable, has_read1, plain_utf8;
    bool started; /* a byte order mark was written, or the stream is not at its start */
    _Atomic size_t chunk_size;
    uint8_t *pending; /* encoded text on its way down */
    size_t pending_length, pending_room;
    value_slot decoded;         /* exact str, or NULL */
    size_t used;                /* characters of it */
    struct bytes_builder chunk; /* the bytes that `decoded` was made of, and behind them the incomplete rest */
    size_t chunk_decoded;       /* of the chunk */
    bool pending_cr;            /* a '\r' at the chunk's end waits for what follows; it is not in `decoded` */
    bool placed;                /* the chunk and the decoder's state at its start are known: tell() can use them */
    int64_t flags;              /* of that state, as cookies have them */
    double ratio;               /* bytes for a character, in the last chunk */
    _Atomic bool telling;       /* not between next() calls */
};

/* ---- io_text.c ---- */
/* An operation: the stream beneath, owned, and the lock, which its holder may take again; NULL with an exception. */
value io_text_enter(value v, bool *again);
void io_text_leave(value v, value buffer, bool again);
/* The rest under the lock. */
bool io_text_write_pending(struct text_io *t, value buffer);
void io_text_forget_read(struct text_io *t);
/* Bytes that follow the chunk are decoded, with line ends translated, and are what is to be given out. */
bool io_text_feed(struct text_io *t, const uint8_t *bytes, size_t length, bool final);
/* A codec object of the Python level: NAME(incrementaldecoder) or NAME(incrementalencoder) of what codecs.lookup()
 * gave. */
value io_text_codec(value encoding);
value io_text_make_codec(value codec, value kind, value errors);
/* What a decoder of the Python level makes of bytes: an exact str. */
value io_text_decode_by(value decoder, value data, bool final);
/* What a decoder says of its state: a bytes object, owned, and flags; NULL with an exception. */
value io_text_decoder_state(value decoder, int64_t *flags);

/* ---- io_text_position.c ---- */
value io_text_tell(value v, const value *args);
value io_text_seek(value v, value cookie, value whence);

#endif
