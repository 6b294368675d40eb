/*
 * What a C function asks of an argument that it got bound, in the words of CPython's parsers: "NAME() argument NUMBER
 * must be str, not X". Number 0: it is the only one.
 */
#ifndef ATOLL_ARGUMENTS_H
#define ATOLL_ARGUMENTS_H

#include "runtime/type.h"

struct text;

bool argument_is_str(value v, const char *function, int number);
/* Its text for C: a str without null characters ("embedded null character"). text_release it. */
bool argument_text(value v, const char *function, int number, struct text *text);
/* The same; None or absent leaves `*text` empty, with bytes NULL. */
bool argument_text_or_none(value v, const char *function, int number, struct text *text);

#endif
