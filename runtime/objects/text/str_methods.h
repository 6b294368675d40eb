/* The methods of str, by file. */
#ifndef ATOLL_STR_METHODS_H
#define ATOLL_STR_METHODS_H

#include "runtime/value.h"

/* str_case.c */
value str_isalpha(value self);
value str_isdecimal(value self);
value str_isdigit(value self);
value str_isnumeric(value self);
value str_isalnum(value self);
value str_isspace(value self);
value str_isprintable(value self);
value str_isascii(value self);
value str_islower(value self);
value str_isupper(value self);
value str_istitle(value self);
value str_isidentifier(value self);
value str_upper(value self, const value *args);
value str_lower(value self);
value str_casefold(value self);
value str_swapcase(value self);
value str_title(value self);
value str_capitalize(value self);

/* str_translate.c */
value str_translate(value self, value table);
value str_maketrans(value type, value x, value y, value z);
value str_expandtabs(value self, value tabsize);
value str_repr(value self);

/* str_template.c */
value str_format_method(value self, const value *args, size_t nargs, value kwnames);
value str_format_map(value self, value given_mapping);

/* format_spec.c: __format__ */
value value_format_str(value v, value spec);
value value_format_int(value v, value spec);
value value_format_float(value v, value spec);
value value_format_complex(value v, value spec);

#endif
