/*
 * Finding one span in another.
 *
 * Most searches are short or find a rare first character: scan for it and compare. That is quadratic for texts made to
 * be hard, so the scan counts its work, and when it has cost much more than the text is long, Knuth, Morris and Pratt's
 * automaton takes over, which is linear (SIAM J. Comput. 6, 1977). Single bytes use the C library, whose memmem is the
 * two-way algorithm. Searches from the end run over the same code with mirrored indices.
 */
#include "runtime/objects/text/span.h"
#include "runtime/raw.h"

#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline size_t short_find_char(struct span s, uint32_t c)
{
    if (s.width == 1) {
        const uint8_t *at = c > 0xFF ? NULL : memchr(s.data, (int)c, s.length);
        return at ? (size_t)(at - (const uint8_t *)s.data) : SPAN_NONE;
    }
    if (s.width == 2) {
        const uint16_t *p = s.data;
        for (size_t i = 0; i < s.length; i++)
            if (p[i] == c)
                return i;
    } else {
        const uint32_t *p = s.data;
        for (size_t i = 0; i < s.length; i++)
            if (p[i] == c)
                return i;
    }
    return SPAN_NONE;
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

/* Scan with an allowance of work. */
static size_t find_scan(struct span s, struct span needle, bool last)
{
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

#if defined(__SSE2__)
/* Bytes: look for the needle's first and last byte at sixteen places at once, compare where both are (after Mula). The
 * work is bounded as above; the C library goes on from there. */
static const uint8_t *find_bytes(const uint8_t *s, size_t n, const uint8_t *needle, size_t m)
{
    const __m128i first = _mm_set1_epi8((char)needle[0]), last = _mm_set1_epi8((char)needle[m - 1]);
    size_t i = 0, work = 0, places = n - m + 1;
    for (; i + 16 <= places; i += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)(s + i)), b = _mm_loadu_si128((const __m128i *)(s + i + m - 1));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));
        for (; mask; mask &= mask - 1) {
            size_t at = i + (unsigned)__builtin_ctz(mask);
            if (memcmp(s + at + 1, needle + 1, m - 1) == 0)
                return s + at;
            work += m;
        }
        if (unlikely(work > 8 * i + 4096))
            break;
    }
    return memmem(s + i, n - i, needle, m);
}
#else
static const uint8_t *find_bytes(const uint8_t *s, size_t n, const uint8_t *needle, size_t m)
{
    return memmem(s, n, needle, m);
}
#endif

/* Where the needle, of two characters and more, is in no more than a window of the text. */
static size_t find_in_window(struct span s, struct span needle)
{
    if (s.width == 1 && needle.width == 1) {
        const uint8_t *found = find_bytes(s.data, s.length, needle.data, needle.length);
        return found ? (size_t)(found - (const uint8_t *)s.data) : SPAN_NONE;
    }
    return fits_width(needle, s.width) ? find_scan(s, needle, false) : SPAN_NONE;
}

static size_t find_last_in_window(struct span s, struct span needle)
{
    size_t found = find_scan(s, needle, true);
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

size_t span_count(struct span s, struct span needle, size_t max)
{
    size_t count = 0;
    if (needle.length == 0)
        return s.length + 1 < max ? s.length + 1 : max;
    for (size_t from = 0; count < max; count++) {
        size_t found = span_find(span_part(s, from, s.length), needle);
        if (found == SPAN_NONE)
            break;
        from += found + needle.length;
        thread_report_at(count + 1);
    }
    return count;
}
