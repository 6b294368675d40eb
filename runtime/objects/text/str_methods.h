/* The methods of str, by file. */
#ifndef ATOLL_STR_METHODS_H
#define ATOLL_STR_METHODS_H

#include "runtime/value.h"

/* str_case.c */
value str_isalpha(value self, const value *args);
value str_isdecimal(value self, const value *args);
value str_isdigit(value self, const value *args);
value str_isnumeric(value self, const value *args);
value str_isalnum(value self, const value *args);
value str_isspace(value self, const value *args);
value str_isprintable(value self, const value *args);
value str_isascii(value self, const value *args);
value str_islower(value self, const value *args);
value str_isupper(value self, const value *args);
value str_istitle(value self, const value *args);
value str_isidentifier(value self, const value *args);
value str_upper(value self, const value *args);
value str_lower(value self, const value *args);
value str_casefold(value self, const value *args);
value str_swapcase(value self, const value *args);
value str_title(value self, const value *args);
value str_capitalize(value self, const value *args);

/* str_translate.c */
value str_translate(value self, const value *args);
value str_maketrans(value type, const value *args);
value str_expandtabs(value self, const value *args);
value str_repr(value self);

/* str_template.c */
value str_format_method(value self, const value *args, size_t nargs, value kwnames);
value str_format_map(value self, const value *args);

/* format_spec.c: __format__ */
value value_format_str(value v, value spec);
value value_format_int(value v, value spec);
value value_format_double(double d, value spec);
value value_format_complex(double real, double imag, value spec);

#endif
