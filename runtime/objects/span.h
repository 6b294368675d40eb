/*
 * Spans: sequences of characters of one, two or four bytes. What str, bytes and bytearray have in common is written
 * once, over spans.
 */
#ifndef ATOLL_SPAN_H
#define ATOLL_SPAN_H

#include "runtime/value.h"

struct span {
    const void *data;
    size_t length;  /* characters */
    unsigned width; /* bytes of one: 1, 2, 4 */
};

static inline uint32_t span_at(struct span s, size_t i)
{
    if (likely(s.width == 1))
        return ((const uint8_t *)s.data)[i];
    return s.width == 2 ? ((const uint16_t *)s.data)[i] : ((const uint32_t *)s.data)[i];
}
static inline void span_put(void *data, unsigned width, size_t i, uint32_t c)
{
    if (likely(width == 1))
        ((uint8_t *)data)[i] = (uint8_t)c;
    else if (width == 2)
        ((uint16_t *)data)[i] = (uint16_t)c;
    else
        ((uint32_t *)data)[i] = c;
}
static inline struct span span_part(struct span s, size_t start, size_t end)
{
    return (struct span){(const char *)s.data + start * s.width, end - start, s.width};
}
static inline struct span span_bytes(const void *data, size_t length)
{
    return (struct span){data, length, 1};
}

/* All characters or-ed together: enough to tell the width and whether all are ASCII. */
uint32_t span_or(struct span s);
/* Write the characters at index `at` of an array of another (not smaller, or known to fit) width. */
void span_copy_to(void *data, unsigned width, size_t at, struct span s);
void span_fill(void *data, unsigned width, size_t at, size_t count, uint32_t c);
bool span_equal(struct span a, struct span b);
int span_compare(struct span a, struct span b); /* -1, 0, 1, by code points */

/* ---- search (span_search.c): at most linear time, no allocation of more than the needle's size ---- */
#define SPAN_NONE SIZE_MAX
size_t span_find_char(struct span s, uint32_t c); /* SPAN_NONE */
size_t span_find_char_last(struct span s, uint32_t c);
size_t span_find(struct span s, struct span needle);
size_t span_find_last(struct span s, struct span needle);
size_t span_count(struct span s, struct span needle, size_t max); /* not overlapping */

/* ---- what str, bytes and bytearray do alike (span_methods.c) ---- */
/* How a type makes its parts, and what it takes for white space. */
struct span_maker {
    struct span span; /* of the owner: must not change meanwhile */
    value owner;
    value (*make)(value owner, size_t start, size_t end); /* a part of the owner, owned */
    const uint8_t *space;                                 /* by character below 256 */
    bool (*is_space)(uint32_t c);                         /* above */
    bool (*is_line_break)(uint32_t c);
};
value span_split(const struct span_maker *m, struct span separator, ssize max); /* list; max < 0: no limit */
value span_split_last(const struct span_maker *m, struct span separator, ssize max);
value span_split_space(const struct span_maker *m, ssize max);
value span_split_space_last(const struct span_maker *m, ssize max);
value span_split_lines(const struct span_maker *m, bool keep_ends);
/* The part without leading (sides & 1) and trailing (sides & 2) characters of the set, or white space when NULL. */
void span_strip(const struct span_maker *m, const struct span *set, int sides, size_t *start, size_t *end);
/* Python's start and end arguments (None or an index, or missing) for `length` items: *start > *end when nothing is
 * there. false: an exception. */
bool span_bounds(value start_value, value end_value, size_t length, ssize *start, ssize *end);
/* Copy with every (at most `max`) `old` replaced: `count` of them were counted. `to` has room and the width; old, new
 * and s have that width or a smaller one. */
void span_replace_to(void *to, unsigned width, struct span s, struct span old, struct span new, size_t count);
extern const uint8_t span_ascii_space[256], span_latin1_space[256];

#endif
