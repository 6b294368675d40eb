/*
 * Spans: sequences of characters of one, two or four bytes. What str, bytes and bytearray have in common is written
 * once, over spans.
 */
#ifndef ATOLL_SPAN_H
#define ATOLL_SPAN_H

#include "runtime/value.h"
#include "threads/pause.h"

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

#define SPAN_LONG ((size_t)1 << 14) /* characters: loops over more report in between (thread_report) */

/* All characters or-ed together: enough to tell the width and whether all are ASCII. */
uint32_t span_or(struct span s);
/* Write the characters at index `at` of an array of another (not smaller, or known to fit) width. */
void span_copy_to(void *data, unsigned width, size_t at, struct span s);
/* Copy bytes that are mostly few, without a call. */
static inline void span_copy_few(char *to, const char *from, size_t n)
{
    if (n > 16)
        thread_copy(to, from, n);
    else if (n >= 8) { /* two words that may overlap */
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + n - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + n - 8, &last, 8);
    } else if (n >= 4) {
        uint32_t first, last;
        memcpy(&first, from, 4);
        memcpy(&last, from + n - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + n - 4, &last, 4);
    } else if (n) {
        char first = from[0], middle = from[n / 2], last = from[n - 1];
        to[0] = first;
        to[n / 2] = middle;
        to[n - 1] = last;
    }
}
/* As span_copy_to, for what is mostly short and of the same width. */
static inline void span_copy_inline(void *data, unsigned width, size_t at, struct span s)
{
    if (likely(width == s.width))
        span_copy_few((char *)data + at * width, s.data, s.length * width);
    else
        span_copy_to(data, width, at, s);
}
/* Each of the `length` characters that is `old` becomes `new`; the width can hold both. */
void span_exchange(void *data, unsigned width, size_t length, uint32_t old, uint32_t new);
void span_fill(void *data, unsigned width, size_t at, size_t count, uint32_t c);
bool span_equal(struct span a, struct span b);
int span_compare(struct span a, struct span b); /* -1, 0, 1, by code points */

/* ---- search (span_search.c): at most linear time, no allocation of more than the needle's size ---- */
#define SPAN_NONE SIZE_MAX
size_t span_find_char(struct span s, uint32_t c); /* SPAN_NONE */
size_t span_find_char_last(struct span s, uint32_t c);
size_t span_find(struct span s, struct span needle);
size_t span_find_last(struct span s, struct span needle);
/* The next places, which do not overlap, of a needle that is not empty, from index `from` (at most the length) on.
 * Fewer than `room` (not 0): there are no more. */
size_t span_find_some(struct span s, struct span needle, size_t from, size_t *places, size_t room);
size_t span_count(struct span s, struct span needle, size_t max); /* not overlapping */

/* ---- what str, bytes and bytearray do alike (span_methods.c) ---- */
/* How a type makes its parts, and what it takes for white space. */
struct span_maker {
    struct span span; /* of the owner: must not change meanwhile */
    value owner;
    value (*make)(const struct span_maker *m, size_t start, size_t end); /* a part of the owner, owned */
    const uint8_t *space;                                                /* by character below 256 */
    bool (*is_space)(uint32_t c);                                        /* above */
    bool (*is_line_break)(uint32_t c);
};
value span_split(const struct span_maker *m, struct span separator, ssize max); /* list; max < 0: no limit */
value span_split_last(const struct span_maker *m, struct span separator, ssize max);
value span_split_space(const struct span_maker *m, ssize max);
value span_split_space_last(const struct span_maker *m, ssize max);
value span_split_lines(const struct span_maker *m, bool keep_ends);
/* The part without leading (sides & 1) and trailing (sides & 2) characters of the set, or white space when NULL. */
void span_strip(const struct span_maker *m, const struct span *set, int sides, size_t *start, size_t *end);
/* Python's start and end arguments (None or an index, or missing), before they meet a length. false: an exception. */
bool span_bounds_of(value start_value, value end_value, ssize *start, ssize *end);
/* Bounds for `length` items: *start > *end when nothing is there. */
void span_bounds_fit(size_t length, ssize *start, ssize *end);
/* Where `old` occurs in s, at most `max` times, not overlapping (an empty `old`: only how often, the places are every
 * index). Frees with span_places_free. false: MemoryError. */
struct span_places {
    size_t count, capacity;
    size_t *at, few[32];
};
bool span_find_all(struct span s, struct span old, size_t max, struct span_places *places);
void span_places_free(struct span_places *places);
/* Copy s with `new` at those places of `old`. `to` has room and the width; new and s have it or a smaller one. */
void span_replace_to(void *to, unsigned width, struct span s, size_t old_length, struct span new,
                     const struct span_places *places);
extern const uint8_t span_ascii_space[256], span_latin1_space[256];

#endif
