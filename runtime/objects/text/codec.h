/*
 * Text to bytes and back. UTF-8, UTF-16, UTF-32, Latin-1, ASCII and the escapes of literals are here, with the standard
 * error handlers; all other encodings and handlers belong to the Python-level registry, which installs itself in
 * `codec_registry`.
 */
#ifndef ATOLL_CODEC_H
#define ATOLL_CODEC_H

#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/text/str.h"

enum codec_id {
    CODEC_OTHER,
    CODEC_UTF8,
    CODEC_LATIN1,
    CODEC_ASCII,
    CODEC_UTF16,
    CODEC_UTF16_LE,
    CODEC_UTF16_BE,
    CODEC_UTF32,
    CODEC_UTF32_LE,
    CODEC_UTF32_BE,
    CODEC_UNICODE_ESCAPE,
    CODEC_RAW_UNICODE_ESCAPE,
};
enum codec_id codec_find(const char *encoding);

/* The registry of the `codecs` module, when there is one; each may be NULL. */
struct codec_registry {
    value (*encode)(value text, const char *encoding, const char *errors);
    value (*decode)(value bytes, const char *encoding, const char *errors);
    value (*error_handler)(const char *name); /* the callable, owned; NULL: LookupError */
    bool (*known)(const char *encoding);      /* false: LookupError */
};
extern struct codec_registry codec_registry;
/* Development mode: names of encodings and handlers that are not there are errors even where nobody needs them. */
extern bool codec_checks_names;
bool codec_check_names(const char *encoding, const char *errors); /* each may be NULL; false: LookupError */

/* Decode with one of the codecs above. `consumed`, when not NULL, makes it incremental: an incomplete tail is no error
 * and its start is stored. `byte_order` for UTF-16 and UTF-32, when not NULL: in and out, -1 little, 0 by mark, 1 big.
 */
value codec_decode(enum codec_id id, const uint8_t *bytes, size_t length, const char *errors, size_t *consumed,
                   int *byte_order);
value codec_encode(enum codec_id id, value text, const char *errors);

/* Backslash escapes as in literals: unicode_escape, raw_unicode_escape */
value codec_decode_unicode_escape(const uint8_t *bytes, size_t length, const char *errors, bool raw,
                                  size_t *consumed /* or NULL */);
value codec_encode_unicode_escape(value text, bool raw);

value raise_decode_error(const char *encoding, const uint8_t *bytes, size_t length, size_t start, size_t end,
                         const char *reason);
value raise_encode_error(const char *encoding, value text, size_t start, size_t end, const char *reason);

/* The exceptions themselves, and what the handler of the program makes of one: a tuple of a str (or bytes) and an int,
   owned. NULL with an exception, which is a TypeError with the words `wanted` where it returned something else. */
value codec_decode_exception(const char *encoding, const uint8_t *bytes, size_t length, size_t start, size_t end,
                             const char *reason);
value codec_encode_exception(const char *encoding, value text, size_t start, size_t end, const char *reason);
value codec_handled(const char *errors, value e, bool bytes_allowed, const char *wanted);

/* Error handling inside codecs, also for codecs of other modules. */
struct decode_context {
    const char *encoding, *errors;
    enum codec_id id;
    const uint8_t *bytes;
    size_t length;
    struct str_builder *out;
    value replaced; /* NULL; else the handler put another object in the exception: `bytes` are its own, owned */
};
/* The bytes [start, end) are bad: add the handler's text and store where to go on, in what may be other bytes
   (`replaced`, which the caller drops in the end). false: exception. */
bool codec_decode_error(struct decode_context *c, size_t start, size_t end, const char *reason, size_t *resume);
/* A surrogate as the encoding would write it, were it allowed: at `start`, its size (0: there is none), and adding one.
 */
struct encode_context;
size_t codec_passed_surrogate(const struct decode_context *c, size_t start, uint32_t *out);
void codec_pass_surrogate(struct encode_context *c, uint32_t code);
struct encode_context {
    const char *encoding, *errors;
    enum codec_id id;
    value text; /* exact */
    struct bytes_builder *out;
    /* For other modules' codecs: adds what stands in for bad characters. False: the encoding lacks it, or an exception.
     */
    bool (*put)(struct encode_context *c, value text);
    value mapping; /* for `put` */
};
bool codec_encode_error(struct encode_context *c, size_t start, size_t end, const char *reason, size_t *resume);

#endif
