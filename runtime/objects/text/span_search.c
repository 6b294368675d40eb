/*
 * Finding one span in another.
 *
 * Most searches are short or find a rare first character: scan for it and compare. That is quadratic for texts made to
 * be hard, so the scan counts its work, and when it has cost much more than the text is long, Knuth, Morris and Pratt's
 * automaton takes over, which is linear (SIAM J. Comput. 6, 1977), for bytes the C library's memmem, which is the
 * two-way algorithm. Searches from the end run over the automaton with mirrored indices.
 */
#include "runtime/objects/text/span.h"
#include "runtime/raw.h"

#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Which of the sixteen characters at p are c: a bit for each. */
static inline unsigned sixteen_equal(const void *p, unsigned width, uint32_t c)
{
#if defined(__SSE2__)
    const __m128i *in = p;
    if (width == 1)
        return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(in), _mm_set1_epi8((char)c)));
    if (width == 2) {
        __m128i wanted = _mm_set1_epi16((short)c);
        return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_cmpeq_epi16(_mm_loadu_si128(in), wanted),
                                                           _mm_cmpeq_epi16(_mm_loadu_si128(in + 1), wanted)));
    }
    __m128i wanted = _mm_set1_epi32((int)c);
    __m128i low =
        _mm_packs_epi32(_mm_cmpeq_epi32(_mm_loadu_si128(in), wanted), _mm_cmpeq_epi32(_mm_loadu_si128(in + 1), wanted));
    __m128i high = _mm_packs_epi32(_mm_cmpeq_epi32(_mm_loadu_si128(in + 2), wanted),
                                   _mm_cmpeq_epi32(_mm_loadu_si128(in + 3), wanted));
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, high));
#else
    unsigned mask = 0;
    for (unsigned i = 0; i < 16; i++)
        mask |= (unsigned)(span_at((struct span){p, 16, width}, i) == c) << i;
    return mask;
#endif
}

/* Up to `room` places of a character that the width can hold, from index i on. */
static inline size_t find_char_some(struct span s, uint32_t c, size_t i, size_t *places, size_t room)
{
    size_t count = 0;
    for (; i + 16 <= s.length; i += 16) {
        unsigned mask = sixteen_equal((const char *)s.data + i * s.width, s.width, c);
        for (; mask; mask &= mask - 1) {
            places[count++] = i + (unsigned)__builtin_ctz(mask);
            if (count == room)
                return count;
        }
        if (unlikely(i % SPAN_LONG >= SPAN_LONG - 16))
            thread_report();
    }
    for (; i < s.length; i++)
        if (span_at(s, i) == c) {
            places[count++] = i;
            if (count == room)
                break;
        }
    return count;
}

static inline bool fits(uint32_t c, unsigned width)
{
    return c < 0x100 || width == 4 || (width == 2 && c < 0x10000);
}

static inline size_t short_find_char(struct span s, uint32_t c)
{
    if (s.width == 1) {
        const uint8_t *at = c > 0xFF ? NULL : memchr(s.data, (int)c, s.length);
        return at ? (size_t)(at - (const uint8_t *)s.data) : SPAN_NONE;
    }
    size_t place;
    if (!fits(c, s.width))
        return SPAN_NONE;
    return find_char_some(s, c, 0, &place, 1) ? place : SPAN_NONE;
}

size_t span_find_char(struct span s, uint32_t c)
{
    if (likely(s.length <= SPAN_LONG))
        return short_find_char(s, c);
    size_t at = 0;
    while (s.length - at > SPAN_LONG) {
        size_t found = short_find_char(span_part(s, at, at + SPAN_LONG), c);
        if (found != SPAN_NONE)
            return at + found;
        at += SPAN_LONG;
        thread_report();
    }
    size_t found = short_find_char(span_part(s, at, s.length), c);
    return found == SPAN_NONE ? found : at + found;
}

static size_t short_find_char_last(struct span s, uint32_t c)
{
    if (s.width == 1) {
        const uint8_t *at = c > 0xFF ? NULL : memrchr(s.data, (int)c, s.length);
        return at ? (size_t)(at - (const uint8_t *)s.data) : SPAN_NONE;
    }
    for (size_t i = s.length; i-- > 0;)
        if (span_at(s, i) == c)
            return i;
    return SPAN_NONE;
}

size_t span_find_char_last(struct span s, uint32_t c)
{
    for (; unlikely(s.length > SPAN_LONG); s.length -= SPAN_LONG) {
        size_t found = short_find_char_last(span_part(s, s.length - SPAN_LONG, s.length), c);
        if (found != SPAN_NONE)
            return s.length - SPAN_LONG + found;
        thread_report();
    }
    return short_find_char_last(s, c);
}

/* The i-th character in the direction of the search. */
static inline uint32_t at(struct span s, size_t i, bool last)
{
    return span_at(s, last ? s.length - 1 - i : i);
}

/* The first place, in the direction of the search, by the automaton; *failed when there is no memory for it. */
static size_t find_kmp(struct span s, struct span needle, bool last, size_t from, bool *failed)
{
    size_t *border = malloc((needle.length + 1) * sizeof *border), m = needle.length;
    *failed = !border;
    if (!border)
        return SPAN_NONE;
    border[0] = 0;
    for (size_t i = 1, k = 0; i < m; i++) {
        while (k && at(needle, i, last) != at(needle, k, last))
            k = border[k - 1];
        k += at(needle, i, last) == at(needle, k, last);
        border[i] = k;
    }
    size_t found = SPAN_NONE;
    for (size_t i = from, k = 0; i < s.length; i++) {
        uint32_t c = at(s, i, last);
        while (k && c != at(needle, k, last))
            k = border[k - 1];
        k += c == at(needle, k, last);
        if (k == m) {
            found = i + 1 - m;
            break;
        }
    }
    raw_free(border);
    return found;
}

/* Scan from the end with an allowance of work. */
static size_t find_scan_last(struct span s, struct span needle)
{
    const bool last = true;
    size_t m = needle.length, end = s.length - m, work = 0, allowance = 4 * s.length + 1000;
    uint32_t first = at(needle, 0, last);
    for (size_t i = 0; i <= end; i++) {
        if (at(s, i, last) != first)
            continue;
        size_t k = 1;
        while (k < m && at(s, i + k, last) == at(needle, k, last))
            k++;
        if (k == m)
            return i;
        work += k;
        if (unlikely(work > allowance)) {
            bool failed;
            size_t found = find_kmp(s, needle, last, i + 1, &failed);
            if (!failed)
                return found;
            allowance = SIZE_MAX; /* no memory for better */
        }
    }
    return SPAN_NONE;
}

/* Can all of the needle's characters occur in a span of this width? */
static bool fits_width(struct span needle, unsigned width)
{
    if (needle.width <= width)
        return true;
    uint32_t limit = width == 1 ? 0x100 : 0x10000;
    return span_or(needle) < limit;
}

static inline bool needle_at(struct span s, size_t at, struct span needle)
{
    if (likely(s.width == needle.width))
        return memcmp((const char *)s.data + at * s.width, needle.data, needle.length * s.width) == 0;
    for (size_t i = 0; i < needle.length; i++)
        if (span_at(s, at + i) != span_at(needle, i))
            return false;
    return true;
}

/* Where it can be at all, what is left from index i on of a search that costs too much. */
static size_t find_hard(struct span s, struct span needle, size_t i)
{
    if (s.width == 1 && needle.width == 1) {
        const uint8_t *data = s.data, *found = memmem(data + i, s.length - i, needle.data, needle.length);
        return found ? (size_t)(found - data) : SPAN_NONE;
    }
    bool failed;
    size_t found = find_kmp(s, needle, false, i, &failed);
    for (; failed && i + needle.length <= s.length; i++) /* no memory for better */
        if (needle_at(s, i, needle))
            return i;
    return found;
}

/* Up to `room` places, which do not overlap, of a needle of two characters and more that fits the width, from index i
 * on: look for the needle's first and last character at sixteen places at once, compare where both are (after Mula).
 * *hard: where the work has become too much for that, else SPAN_NONE. */
static inline size_t find_needle_some(struct span s, struct span needle, size_t i, size_t *places, size_t room,
                                      size_t *hard)
{
    size_t m = needle.length, count = 0, start = i, work = 0, free = i; /* the last match goes until there */
    uint32_t first = span_at(needle, 0), last = span_at(needle, m - 1);
    *hard = SPAN_NONE;
    for (; i + m + 15 <= s.length; i += 16) {
        const char *p = (const char *)s.data + i * s.width;
        unsigned mask = sixteen_equal(p, s.width, first) & sixteen_equal(p + (m - 1) * s.width, s.width, last);
        for (; mask; mask &= mask - 1) {
            size_t at = i + (unsigned)__builtin_ctz(mask);
            if (at < free)
                continue;
            if (needle_at(s, at, needle)) {
                places[count++] = at;
                free = at + m;
                if (count == room)
                    return count;
            } else
                work += m;
        }
        if (unlikely(work > 8 * (i - start) + 4096)) {
            *hard = i + 16 > free ? i + 16 : free;
            return count;
        }
        if (unlikely(i % SPAN_LONG >= SPAN_LONG - 16))
            thread_report();
    }
    for (; i + m <= s.length; i++)
        if (i >= free && span_at(s, i) == first && needle_at(s, i, needle)) {
            places[count++] = i;
            free = i + m;
            if (count == room)
                break;
        }
    return count;
}

/* Where the needle, of two characters and more, is in no more than a window of the text. */
static size_t find_in_window(struct span s, struct span needle)
{
    size_t place, hard;
    if (!fits_width(needle, s.width))
        return SPAN_NONE;
    if (find_needle_some(s, needle, 0, &place, 1, &hard))
        return place;
    return hard == SPAN_NONE ? SPAN_NONE : find_hard(s, needle, hard);
}

static size_t find_last_in_window(struct span s, struct span needle)
{
    size_t found = find_scan_last(s, needle);
    return found == SPAN_NONE ? found : s.length - needle.length - found;
}

/* A long text is searched in windows, of a few needles at least, that begin where a match could begin next. What takes
   long in one window is done at rest. */
static inline size_t window_of(struct span needle)
{
    return needle.length < SPAN_LONG / 8 ? SPAN_LONG : needle.length * 8;
}

static size_t find_rested(size_t (*find)(struct span s, struct span needle), struct span s, struct span needle)
{
    bool resting = thread_rest_begin(needle.length < SPAN_LONG / 8 ? 0 : s.length);
    size_t found = find(s, needle);
    thread_rest_end(resting);
    return found;
}

size_t span_find(struct span s, struct span needle)
{
    if (needle.length == 0)
        return 0;
    if (needle.length > s.length)
        return SPAN_NONE;
    if (needle.length == 1)
        return span_find_char(s, span_at(needle, 0));
    if (likely(s.length <= SPAN_LONG))
        return find_in_window(s, needle);
    size_t at = 0, window = window_of(needle);
    for (; s.length - at > window; at += window - needle.length + 1) {
        size_t found = find_rested(find_in_window, span_part(s, at, at + window), needle);
        if (found != SPAN_NONE)
            return at + found;
        thread_report();
    }
    size_t found = find_rested(find_in_window, span_part(s, at, s.length), needle);
    return found == SPAN_NONE ? found : at + found;
}

size_t span_find_last(struct span s, struct span needle)
{
    if (needle.length == 0)
        return s.length;
    if (needle.length > s.length)
        return SPAN_NONE;
    if (needle.length == 1)
        return span_find_char_last(s, span_at(needle, 0));
    if (!fits_width(needle, s.width))
        return SPAN_NONE;
    size_t window = window_of(needle);
    for (; unlikely(s.length > window); s.length -= window - needle.length + 1) {
        size_t found = find_rested(find_last_in_window, span_part(s, s.length - window, s.length), needle);
        if (found != SPAN_NONE)
            return s.length - window + found;
        thread_report();
    }
    return find_rested(find_last_in_window, s, needle);
}

size_t span_find_some(struct span s, struct span needle, size_t from, size_t *places, size_t room)
{
    size_t count = 0;
    if (needle.length == 1) {
        uint32_t c = span_at(needle, 0);
        if (s.width == 1) { /* nobody looks for one faster than the C library */
            size_t first = span_find_char(span_part(s, from, s.length), c);
            if (first == SPAN_NONE)
                return 0;
            from += first;
        }
        return fits(c, s.width) ? find_char_some(s, c, from, places, room) : 0;
    }
    if (needle.length < SPAN_LONG / 8) {
        if (needle.length > s.length - from || !fits_width(needle, s.width))
            return 0;
        size_t hard;
        count = find_needle_some(s, needle, from, places, room, &hard);
        if (hard == SPAN_NONE)
            return count;
        from = hard;
    }
    for (; count < room; thread_report_at(count)) {
        size_t found = span_find(span_part(s, from, s.length), needle);
        if (found == SPAN_NONE)
            break;
        places[count++] = from + found;
        from += found + needle.length;
    }
    return count;
}

size_t span_count(struct span s, struct span needle, size_t max)
{
    size_t places[64], count = 0, from = 0, found;
    if (needle.length == 0)
        return s.length + 1 < max ? s.length + 1 : max;
    do {
        size_t room = max - count < 64 ? max - count : 64;
        if (room == 0)
            break;
        found = span_find_some(s, needle, from, places, room);
        count += found;
        if (found)
            from = places[found - 1] + needle.length;
        thread_report();
    } while (found == 64);
    return count;
}
