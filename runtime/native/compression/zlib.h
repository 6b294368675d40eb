/* What the files of zlib share. */
#ifndef ATOLL_ZLIB_H
#define ATOLL_ZLIB_H

#include "runtime/native/compression/output.h"
#include "runtime/native/lock.h"

#define ZLIB_CONST
#include <zlib.h>

#define DEFLATED      8
#define DEF_MEM_LEVEL 8
#define OUTPUT_FIRST  (16 * 1024)

extern value_slot zlib_error_class;
/* zlib.error "Error -3 while decompressing data: ..."; NULL. */
value zlib_error(const z_stream *stream, int code, const char *when);
value zlib_no_memory(const char *message);
/* One call of deflate or inflate after the other, in a blocking region, until the input is used up and the output has
 * room left, or something else happens; what zlib said last. */
int zlib_run(z_stream *stream, int (*step)(z_stream *, int), int flush, const uint8_t **from, size_t *left,
             struct output *output);

/* zlib_objects.c */
extern struct type *zlib_compress_type, *zlib_decompress_type;
extern const struct type_spec zlib_compress_spec, zlib_decompress_spec;
value zlib_compressobj(value module, const value *args);
value zlib_decompressobj(value module, value wbits, value zdict);

#endif
