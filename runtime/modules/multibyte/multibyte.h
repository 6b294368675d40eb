/*
 * Codecs of several bytes to a character. A codec is two functions that go through a text or through bytes until its
 * end or something bad; what happens then, and the objects that keep a codec's state between calls, are the same for
 * all of them.
 */
#ifndef ATOLL_MULTIBYTE_H
#define ATOLL_MULTIBYTE_H

#include "runtime/modules/module.h"
#include "runtime/modules/multibyte/charset.h"
#include "runtime/objects/text/codec.h"

#define MULTIBYTE_STATE   8  /* bytes of a codec's state between characters */
#define MULTIBYTE_WAITING 8  /* bytes or characters of which the end has not come yet */
#define MULTIBYTE_LONGEST 16 /* bytes that one character may become, with what leads to it */

struct multibyte_decoding {
    uint8_t *state;
    const uint8_t *at, *end;
    struct str_builder *out;
};
struct multibyte_encoding {
    uint8_t *state;
    struct span text;
    size_t at;
    bool last; /* nothing follows the text */
    struct bytes_builder *out;
};
/* Both stop at what is bad and say how many bytes or characters that is, with `at` there; or, where the end is missing,
   MULTIBYTE_INCOMPLETE; 0: everything is done, or no memory, which `out` knows. */
enum { MULTIBYTE_INCOMPLETE = -100 };
struct multibyte_codec {
    const char *name;
    int (*decode)(struct multibyte_decoding *d);
    int (*encode)(struct multibyte_encoding *e);
    uint8_t decode_start[MULTIBYTE_STATE], encode_start[MULTIBYTE_STATE];
    void (*decode_reset)(uint8_t *state);                               /* or NULL */
    size_t (*encode_reset)(uint8_t *state, uint8_t *out /* LONGEST */); /* the same, and what leads back; or NULL */
};

/* ---- how codecs are written ---- as functions for one character:
 *
 *     int NAME_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
 *     int NAME_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
 *
 * They return how many bytes they took or made, or MULTIBYTE_BAD(n), or MULTIBYTE_INCOMPLETE. `c` may be a pair of
 * characters (CHARSET_PAIR), or nothing; who encodes the next character too adds MULTIBYTE_TWO. MULTIBYTE_LOOPS makes
 * the functions of the codec of them. */
#define MULTIBYTE_BAD(n)  (-(n))
#define MULTIBYTE_NOTHING UINT32_MAX
#define MULTIBYTE_TWO     0x100
#define MULTIBYTE_STRIDE  64 /* characters between reports */

#define MULTIBYTE_LOOPS(NAME)                                                                  \
    static int NAME##_decode_all(struct multibyte_decoding *d)                                 \
    {                                                                                          \
        const uint8_t *at = d->at, *end = d->end;                                              \
        uint8_t *state = d->state;                                                             \
        int size = 1;                                                                          \
        while (size > 0 && at < end) {                                                         \
            uint16_t some[MULTIBYTE_STRIDE];                                                   \
            uint32_t max = 0;                                                                  \
            size_t count = 0;                                                                  \
            while (count < MULTIBYTE_STRIDE && at < end) {                                     \
                uint32_t c;                                                                    \
                size = NAME##_decode(state, at, (size_t)(end - at), &c);                       \
                if (unlikely(size <= 0))                                                       \
                    break;                                                                     \
                at += size;                                                                    \
                if (unlikely(c > 0xFFFF)) {                                                    \
                    multibyte_add(d->out, some, count, max);                                   \
                    multibyte_add_rare(d->out, c);                                             \
                    count = 0;                                                                 \
                    continue;                                                                  \
                }                                                                              \
                some[count++] = (uint16_t)c;                                                   \
                max |= c;                                                                      \
            }                                                                                  \
            multibyte_add(d->out, some, count, max);                                           \
            thread_report();                                                                   \
        }                                                                                      \
        d->at = at;                                                                            \
        return size == MULTIBYTE_INCOMPLETE ? size : size < 0 ? -size : 0;                     \
    }                                                                                          \
    static int NAME##_encode_all(struct multibyte_encoding *e)                                 \
    {                                                                                          \
        struct span text = e->text;                                                            \
        size_t at = e->at;                                                                     \
        int size = 1;                                                                          \
        while (size > 0 && at < text.length) {                                                 \
            uint8_t *start = bytes_builder_room(e->out, MULTIBYTE_STRIDE * MULTIBYTE_LONGEST); \
            uint8_t *out = start;                                                              \
            if (!start)                                                                        \
                break;                                                                         \
            for (int i = 0; i < MULTIBYTE_STRIDE && at < text.length; i++) {                   \
                size = NAME##_encode(e, at, span_at(text, at), out);                           \
                if (unlikely(size <= 0))                                                       \
                    break;                                                                     \
                out += size & (MULTIBYTE_TWO - 1);                                             \
                at += size & MULTIBYTE_TWO ? 2 : 1;                                            \
            }                                                                                  \
            e->out->length += (size_t)(out - start);                                           \
            thread_report();                                                                   \
        }                                                                                      \
        e->at = at;                                                                            \
        return size == MULTIBYTE_INCOMPLETE ? size : size < 0 ? -size : 0;                     \
    }
/* The row of a codec without a state. */
#define MULTIBYTE_CODEC(NAME)                                                   \
    {                                                                           \
        .name = #NAME, .decode = NAME##_decode_all, .encode = NAME##_encode_all \
    }

static inline void multibyte_add(struct str_builder *out, const uint16_t *some, size_t count, uint32_t max)
{
    builder_add_chars(out, some, count, 2, max);
}
void multibyte_add_rare(struct str_builder *out, uint32_t c); /* what is no character of the basic plane */
static inline int multibyte_put(uint8_t *out, unsigned code)
{
    out[0] = (uint8_t)(code >> 8);
    out[1] = (uint8_t)code;
    return 2;
}
/* Sets of which each code is two bytes, the first from 128; ASCII besides. */
static inline int multibyte_decode_double(const struct charset *set, const uint8_t *p, size_t left, uint32_t *c)
{
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = charset_decode(set, (unsigned)p[0] << 8 | p[1]);
    return *c ? 2 : MULTIBYTE_BAD(1);
}
static inline int multibyte_encode_double(const struct charset *set, uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    unsigned code = charset_encode(set, c);
    return code ? multibyte_put(out, code) : MULTIBYTE_BAD(1);
}
/* The code of the character at hand; or of it and the next, with MULTIBYTE_TWO_TAKEN; 0: there is none;
   MULTIBYTE_UNDECIDED: the next is not known yet. */
enum { MULTIBYTE_UNDECIDED = 0x20000, MULTIBYTE_TWO_TAKEN = 0x10000 };
unsigned multibyte_encode_pair(const struct multibyte_encoding *e, size_t at, const struct charset *set, uint32_t c);
static inline unsigned multibyte_encode_one(const struct multibyte_encoding *e, size_t at, const struct charset *set,
                                            uint32_t c)
{
    unsigned code = charset_encode(set, c);
    return unlikely(code == CHARSET_PAIRS) ? multibyte_encode_pair(e, at, set, c) : code;
}
/* What the function for one character returns beside the number of bytes. */
static inline int multibyte_taken(unsigned code)
{
    return code & MULTIBYTE_TWO_TAKEN ? MULTIBYTE_TWO : 0;
}

/* A module of codecs is a function getcodec; `codecs` ends with a NULL name. */
#define MULTIBYTE_MODULE(NAME, CODECS)                   \
    static value getcodec(value self, value name)        \
    {                                                    \
        return multibyte_codec_get(CODECS, name);        \
    }                                                    \
    static const struct method_def functions[] = {       \
        METHOD("getcodec", getcodec, "(name, /)", NULL), \
        {0},                                             \
    };                                                   \
    const struct module_def NAME##_module = {.name = #NAME, .functions = functions}
value multibyte_codec_get(const struct multibyte_codec *codecs, value name);

/* ---- between calls ---- */
struct multibyte_progress {
    uint8_t state[MULTIBYTE_STATE];
    uint32_t waiting[MULTIBYTE_WAITING]; /* bytes when decoding, characters when encoding; zero behind the last */
    uint32_t count;                      /* of them */
};
/* Encode what waits and then the text, with an error handler by name (NULL: strict), and keep in `progress` what has to
   wait for more; `final`: nothing has to, and the state becomes that of the beginning. `*called` is set where a handler
   of the program ran. */
value multibyte_encode(const struct multibyte_codec *codec, struct multibyte_progress *progress, value text,
                       value errors, bool final, bool *called);
/* The same way back. A piece that something follows; the last one, of which what a handler leaves of its cut end waits;
   or all at once. */
enum multibyte_end { MULTIBYTE_MORE, MULTIBYTE_LAST, MULTIBYTE_ALL };
value multibyte_decode(const struct multibyte_codec *codec, struct multibyte_progress *progress, const uint8_t *bytes,
                       size_t length, value errors, enum multibyte_end end, bool *called);
/* str(v) of what is no str; an exact str. */
value multibyte_text_of(value v);

/* ---- the objects ---- */
extern const struct type_spec multibyte_encoder_spec, multibyte_decoder_spec; /* multibyte_incremental.c */
extern const struct type_spec multibyte_reader_spec, multibyte_writer_spec;   /* multibyte_stream.c */
struct multibyte_object {
    struct object header;
    const struct multibyte_codec *codec;
    value_slot errors;                  /* str; NULL: strict */
    value_slot stream;                  /* NULL where there is none */
    struct multibyte_progress progress; /* under the object's lock */
};
#define MULTIBYTE(v) ((struct multibyte_object *)(v))

/* multibyte_module.c: a new object of a class that has its codec as an attribute. `errors`: as the argument of that
   number of `function`, may be missing. `stream` may be NULL. */
value multibyte_object_new(struct type *type, const char *function, value stream, value errors, int position);
bool multibyte_object_init(value v, const value *args, size_t nargs, value kwnames);
void multibyte_object_traverse(struct object *o, struct gc_trace *trace);
void multibyte_object_destroy(struct object *o);
extern const struct getset_def multibyte_object_getset[];
/* The object encodes or decodes one piece: one step for other threads, unless a handler of the program runs. */
value multibyte_object_encode(struct multibyte_object *o, value text, bool final);
value multibyte_object_decode(struct multibyte_object *o, const uint8_t *bytes, size_t length, bool final);
/* Their reset(). */
value multibyte_decoder_reset(value v);
struct multibyte_progress multibyte_progress_load(struct multibyte_object *o);
void multibyte_progress_store(struct multibyte_object *o, const struct multibyte_progress *progress);

#endif
