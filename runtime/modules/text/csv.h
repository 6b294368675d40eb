/* The parts of the module _csv. */
#ifndef ATOLL_CSV_H
#define ATOLL_CSV_H

#include "runtime/modules/module.h"
#include "runtime/objects/text/str.h"

enum csv_quoting { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE };
#define CSV_NOT_SET UINT32_MAX /* instead of a character */

/* Constant once it is made. */
struct csv_dialect {
    struct object header;
    value_slot lineterminator; /* a str */
    uint32_t delimiter, quotechar, escapechar;
    int32_t quoting; /* enum csv_quoting */
    bool doublequote, skipinitialspace, strict;
    bool special[128]; /* of ASCII: what the writer has to quote or escape */
};
#define DIALECT(v) ((const struct csv_dialect *)(v))

extern const struct type_spec csv_dialect_spec, csv_reader_spec, csv_writer_spec;
extern struct type *csv_dialect_type, *csv_reader_type, *csv_writer_type;

/* Dialect(dialect, **keywords), where `dialect` may be missing. */
value csv_dialect_make(value dialect, const value *keywords, value kwnames);
/* The registered one; csv.Error, TypeError. */
value csv_dialect_registered(value name);

/* reader(iterable, dialect, **keywords) and writer(file, ...) */
value csv_reader_make(value iterator /* stolen */, value dialect /* stolen */);
value csv_writer_make(value write /* stolen */, value dialect /* stolen */);

struct type *csv_error(void); /* csv.Error */
extern _Atomic int64_t csv_field_limit;

#endif
