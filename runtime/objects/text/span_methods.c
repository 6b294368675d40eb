/*
 * What str, bytes and bytearray do alike: splitting, stripping, replacing. The types differ in how a part is made and
 * in what white space is; struct span_maker says so.
 */
#include "runtime/objects/objects.h"
#include "runtime/objects/text/span.h"
#include "runtime/raw.h"

#include <stdlib.h>

const uint8_t span_ascii_space[256] = {[9] = 1, [10] = 1, [11] = 1, [12] = 1, [13] = 1, [' '] = 1};
const uint8_t span_latin1_space[256] = {
    [9] = 1,  [10] = 1, [11] = 1, [12] = 1,  [13] = 1,   [28] = 1,
    [29] = 1, [30] = 1, [31] = 1, [' '] = 1, [0x85] = 1, [0xA0] = 1,
};

/* ---- a list in the making ---- */

struct parts {
    value *items;
    size_t count, capacity;
    value few[16];
};

static void parts_init(struct parts *p)
{
    p->items = p->few;
    p->count = 0;
    p->capacity = sizeof p->few / sizeof *p->few;
}

static void parts_discard(struct parts *p)
{
    values_drop(p->items, p->count);
    if (p->items != p->few)
        raw_free(p->items);
}

static bool parts_grow(struct parts *p)
{
    size_t capacity = p->capacity * 2;
    value *items = raw_resize(p->items == p->few ? NULL : p->items, capacity * sizeof *items);
    if (!items) {
        raise_no_memory();
        return false;
    }
    if (p->items == p->few)
        memcpy(items, p->few, sizeof p->few);
    p->items = items;
    p->capacity = capacity;
    return true;
}

static inline bool parts_add(struct parts *p, const struct span_maker *m, size_t start, size_t end)
{
    if (unlikely(p->count == p->capacity) && !parts_grow(p))
        return false;
    value v = m->make(m, start, end);
    if (unlikely(!v))
        return false;
    p->items[p->count++] = v;
    thread_report_at(p->count);
    return true;
}

static value parts_finish(struct parts *p, bool ok, bool reverse)
{
    if (!ok) {
        parts_discard(p);
        return NULL;
    }
    for (size_t i = 0, j = p->count; reverse && i + 1 < j; i++) {
        value v = p->items[i];
        p->items[i] = p->items[--j];
        p->items[j] = v;
        thread_report_at(i + 1);
    }
    value list = list_from_owned(p->items, p->count);
    p->count = 0;
    parts_discard(p);
    return list;
}

/* ---- splitting ---- */

value span_split(const struct span_maker *m, struct span separator, ssize max)
{
    if (separator.length == 0)
        return raise(EXC(ValueError), "empty separator");
    struct parts parts;
    parts_init(&parts);
    size_t from = 0, left = max < 0 ? SIZE_MAX : (size_t)max;
    bool ok = true;
    size_t places[32], room, found;
    do {
        room = left < 32 ? left : 32;
        found = room ? span_find_some(m->span, separator, from, places, room) : 0;
        for (size_t i = 0; ok && i < found; i++) {
            ok = parts_add(&parts, m, from, places[i]);
            from = places[i] + separator.length;
        }
        left -= found;
    } while (ok && found && found == room);
    ok = ok && parts_add(&parts, m, from, m->span.length);
    return parts_finish(&parts, ok, false);
}

value span_split_last(const struct span_maker *m, struct span separator, ssize max)
{
    if (separator.length == 0)
        return raise(EXC(ValueError), "empty separator");
    struct parts parts;
    parts_init(&parts);
    size_t to = m->span.length, left = max < 0 ? SIZE_MAX : (size_t)max;
    bool ok = true;
    for (; ok && left > 0; left--) {
        size_t at = span_find_last(span_part(m->span, 0, to), separator);
        if (at == SPAN_NONE)
            break;
        ok = parts_add(&parts, m, at + separator.length, to);
        to = at;
    }
    ok = ok && parts_add(&parts, m, 0, to);
    return parts_finish(&parts, ok, true);
}

static inline bool is_space(const struct span_maker *m, size_t i)
{
    uint32_t c = span_at(m->span, i);
    return c < 256 ? m->space[c] : m->is_space(c);
}

/* The first byte from i on that is white space, or is not. */
static inline size_t skip(const uint8_t *p, size_t i, size_t n, const uint8_t *space, bool is_space)
{
    for (;; thread_report()) {
        size_t stop = likely(n - i <= SPAN_LONG) ? n : i + SPAN_LONG;
        while (i < stop && (space[p[i]] != 0) == is_space)
            i++;
        if (i < stop || i == n)
            return i;
    }
}

value span_split_space(const struct span_maker *m, ssize max)
{
    struct parts parts;
    parts_init(&parts);
    size_t i = 0, n = m->span.length, left = max < 0 ? SIZE_MAX : (size_t)max;
    bool ok = true;
    if (m->span.width == 1) { /* the common case, without calls */
        const uint8_t *p = m->span.data, *space = m->space;
        for (; ok && left > 0; left--) {
            i = skip(p, i, n, space, true);
            if (i == n)
                return parts_finish(&parts, true, false);
            size_t start = i;
            i = skip(p, i, n, space, false);
            ok = parts_add(&parts, m, start, i);
        }
    } else
        for (; ok && left > 0; left--) {
            while (i < n && is_space(m, i))
                thread_report_at(++i);
            if (i == n)
                return parts_finish(&parts, true, false);
            size_t start = i;
            while (i < n && !is_space(m, i))
                thread_report_at(++i);
            ok = parts_add(&parts, m, start, i);
        }
    while (i < n && is_space(m, i))
        thread_report_at(++i);
    if (ok && i < n) /* the rest, but for white space behind it, is the last part; trailing space stays as in CPython */
        ok = parts_add(&parts, m, i, n);
    return parts_finish(&parts, ok, false);
}

value span_split_space_last(const struct span_maker *m, ssize max)
{
    struct parts parts;
    parts_init(&parts);
    size_t i = m->span.length, left = max < 0 ? SIZE_MAX : (size_t)max;
    bool ok = true;
    for (; ok && left > 0; left--) {
        while (i > 0 && is_space(m, i - 1))
            thread_report_at(--i);
        if (i == 0)
            return parts_finish(&parts, true, true);
        size_t end = i;
        while (i > 0 && !is_space(m, i - 1))
            thread_report_at(--i);
        ok = parts_add(&parts, m, i, end);
    }
    while (i > 0 && is_space(m, i - 1))
        thread_report_at(--i);
    if (ok && i > 0)
        ok = parts_add(&parts, m, 0, i);
    return parts_finish(&parts, ok, true);
}

/* The next line break from i on, or the end. Those below 256 are control characters. */
static inline size_t next_break(const struct span_maker *m, size_t i)
{
    size_t n = m->span.length;
    for (;; i++) {
        if (m->span.width == 1) {
            const uint8_t *p = m->span.data;
            size_t stop = likely(n - i <= SPAN_LONG) ? n : i + SPAN_LONG;
            while (i < stop && p[i] >= 0x20 && p[i] != 0x85)
                i++;
        }
        if (i == n || m->is_line_break(span_at(m->span, i)))
            return i;
        thread_report();
    }
}

value span_split_lines(const struct span_maker *m, bool keep_ends)
{
    struct parts parts;
    parts_init(&parts);
    size_t n = m->span.length;
    bool ok = true;
    for (size_t i = 0; ok && i < n;) {
        size_t start = i;
        i = next_break(m, i);
        size_t end = i;
        if (i < n) {
            bool pair = span_at(m->span, i) == '\r' && i + 1 < n && span_at(m->span, i + 1) == '\n';
            i += pair ? 2 : 1;
            if (keep_ends)
                end = i;
        }
        ok = parts_add(&parts, m, start, end);
    }
    return parts_finish(&parts, ok, false);
}

/* ---- stripping ---- */

void span_strip(const struct span_maker *m, const struct span *set, int sides, size_t *start, size_t *end)
{
    size_t i = 0, j = m->span.length;
    if (sides & 1)
        while (i < j && (set ? span_find_char(*set, span_at(m->span, i)) != SPAN_NONE : is_space(m, i)))
            thread_report_at(++i);
    if (sides & 2)
        while (j > i && (set ? span_find_char(*set, span_at(m->span, j - 1)) != SPAN_NONE : is_space(m, j - 1)))
            thread_report_at(--j);
    *start = i;
    *end = j;
}

/* ---- arguments ---- */

bool span_bounds_of(value start_value, value end_value, ssize *start, ssize *end)
{
    *start = 0;
    *end = PTRDIFF_MAX;
    if (is_given(start_value)) {
        if (value_is_small_int(start_value))
            *start = small_int_value(start_value);
        else if (!value_type_slot(start_value, to_index))
            goto wrong;
        else if (!index_as_ssize(start_value, start, NULL))
            return false;
    }
    if (is_given(end_value)) {
        if (value_is_small_int(end_value))
            *end = small_int_value(end_value);
        else if (!value_type_slot(end_value, to_index))
            goto wrong;
        else if (!index_as_ssize(end_value, end, NULL))
            return false;
    }
    return true;
wrong:
    return raise_false(EXC(TypeError), "slice indices must be integers or None or have an __index__ method");
}

void span_bounds_fit(size_t length, ssize *start, ssize *end)
{
    ssize n = (ssize)length;
    if (*end > n)
        *end = n;
    else if (*end < 0 && (*end += n) < 0)
        *end = 0;
    if (*start < 0 && (*start += n) < 0)
        *start = 0;
}

/* ---- replacing ---- */

void span_places_free(struct span_places *places)
{
    if (places->at != places->few)
        raw_free(places->at);
}

bool span_find_all(struct span s, struct span old, size_t max, struct span_places *p)
{
    p->at = p->few;
    p->capacity = sizeof p->few / sizeof *p->few;
    p->count = 0;
    if (old.length == 0) {
        p->count = s.length + 1 < max ? s.length + 1 : max;
        return true;
    }
    for (size_t from = 0; p->count < max;) {
        if (p->count == p->capacity) {
            size_t capacity = p->capacity * 2, *at = malloc(capacity * sizeof *at);
            if (!at) {
                span_places_free(p);
                raise_no_memory();
                return false;
            }
            thread_copy(at, p->at, p->count * sizeof *at);
            span_places_free(p);
            p->at = at;
            p->capacity = capacity;
        }
        size_t room = p->capacity - p->count;
        room = room < max - p->count ? room : max - p->count;
        room = room < 64 ? room : 64;
        size_t found = span_find_some(s, old, from, p->at + p->count, room);
        p->count += found;
        if (found < room)
            break;
        from = p->at[p->count - 1] + old.length;
        thread_report();
    }
    return true;
}

void span_replace_to(void *to, unsigned width, struct span s, size_t old_length, struct span new,
                     const struct span_places *places)
{
    size_t at = 0, from = 0;
    for (size_t i = 0; i < places->count; i++) {
        size_t place = old_length ? places->at[i] : i; /* an empty one stands before each character, and at the end */
        span_copy_inline(to, width, at, span_part(s, from, place));
        at += place - from;
        span_copy_inline(to, width, at, new);
        at += new.length;
        from = place + old_length;
        thread_report_at(i + 1);
    }
    span_copy_inline(to, width, at, span_part(s, from, s.length));
}
