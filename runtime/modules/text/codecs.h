/* What the files of the module _codecs share. */
#ifndef ATOLL_CODECS_H
#define ATOLL_CODECS_H

#include "runtime/modules/module.h"
#include "runtime/objects/text/codec.h"

/* (result, consumed); `result` stolen, NULL is passed on */
value codecs_pair(value result, size_t consumed);
/* The name of an error handler, the second argument of `function`: "strict" for None and when absent. */
bool codecs_errors_of(value v, const char *function, struct text *text);
/* The bytes of a buffer, or of a str in UTF-8. */
value codecs_bytes_of(value v);

/* codecs_bytes.c */
value codecs_utf_7_encode(value self, const value *args);
value codecs_utf_7_decode(value self, const value *args);
value codecs_escape_encode(value self, const value *args);
value codecs_escape_decode(value self, const value *args);

#endif
