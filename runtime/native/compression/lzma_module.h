/* What the files of _lzma share. */
#ifndef ATOLL_LZMA_MODULE_H
#define ATOLL_LZMA_MODULE_H

#include <atoll.h>

#include <lzma.h>

extern value_slot lzma_error_class;
#define lzma_error(...) raise((struct type *)slot_peek(&lzma_error_class), __VA_ARGS__)
/* Raise for what the library said, if that is a failure. */
bool lzma_failed(int code);

/* lzma_filters.c */
bool lzma_unsigned(value v, uint64_t *number, uint64_t most, const char *type); /* OverflowError */
/* From a sequence of dicts; options are malloc'd: filters_free. */
bool filters_parse(value sequence, lzma_filter filters[LZMA_FILTERS_MAX + 1]);
void filters_free(lzma_filter *filters);
value lzma_encode_properties(value module, value spec);
value lzma_decode_properties(value module, value id, value properties);

#endif
