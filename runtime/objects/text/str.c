/*
 * str: making, comparing, joining. The methods are in str_methods.c, case and classes of characters in str_unicode.c,
 * coding in codec.c; see str.h for the layout.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/containers/list.h"
#include "runtime/raw.h"

#include <stdarg.h>
#include <stdlib.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

/* ---- spans ---- */

/* Loops over few characters at a time, a fixed number, which the compiler makes vectors of. */
enum { AT_ONCE = 16 };

static uint32_t short_or(struct span s)
{
    typedef uint64_t vector __attribute__((vector_size(16)));
    const char *p = s.data;
    uint64_t word;
    size_t bytes = s.length * s.width;
    vector even = {0}, odd = {0}, first, second;
    for (; bytes >= 32; bytes -= 32, p += 32) {
        memcpy(&first, p, 16);
        memcpy(&second, p + 16, 16);
        even |= first;
        odd |= second;
    }
    even |= odd;
    uint64_t all = even[0] | even[1];
    for (; bytes >= 8; bytes -= 8, p += 8) {
        memcpy(&word, p, 8);
        all |= word;
    }
    all |= all >> 32;
    if (s.width < 4)
        all |= all >> 16;
    if (s.width < 2)
        all |= all >> 8;
    uint32_t mask = s.width == 1 ? 0xFF : s.width == 2 ? 0xFFFF : 0xFFFFFFFF, rest = (uint32_t)all & mask;
    for (struct span tail = {p, bytes / s.width, s.width}; tail.length--;)
        rest |= span_at(tail, tail.length);
    return rest;
}

uint32_t span_or(struct span s)
{
    uint32_t all = 0;
    while (unlikely(s.length > SPAN_LONG)) {
        all |= short_or(span_part(s, 0, SPAN_LONG));
        s = span_part(s, SPAN_LONG, s.length);
        thread_report();
    }
    return all | short_or(s);
}

#define WIDEN(TO, FROM)                               \
    do {                                              \
        TO *restrict out = (TO *)data + at;           \
        const FROM *restrict in = s.data;             \
        size_t i = 0;                                 \
        for (; s.length - i >= AT_ONCE; i += AT_ONCE) \
            for (size_t k = 0; k < AT_ONCE; k++)      \
                out[i + k] = (TO)in[i + k];           \
        for (; i < s.length; i++)                     \
            out[i] = (TO)in[i];                       \
    } while (0)

void span_copy_to(void *data, unsigned width, size_t at, struct span s)
{
    if (likely(width == s.width)) {
        thread_copy((char *)data + at * width, s.data, s.length * width);
        return;
    }
    for (; unlikely(s.length > SPAN_LONG); at += SPAN_LONG, s = span_part(s, SPAN_LONG, s.length)) {
        span_copy_to(data, width, at, span_part(s, 0, SPAN_LONG));
        thread_report();
    }
    switch (width * 8 + s.width) {
    case 1 * 8 + 2:
        WIDEN(uint8_t, uint16_t);
        break;
    case 1 * 8 + 4:
        WIDEN(uint8_t, uint32_t);
        break;
    case 2 * 8 + 1:
        WIDEN(uint16_t, uint8_t);
        break;
    case 2 * 8 + 4:
        WIDEN(uint16_t, uint32_t);
        break;
    case 4 * 8 + 1:
        WIDEN(uint32_t, uint8_t);
        break;
    default:
        WIDEN(uint32_t, uint16_t);
    }
}

#define EXCHANGE(TYPE)                                       \
    do {                                                     \
        TYPE *p = data, from = (TYPE)old, to = (TYPE) new;   \
        size_t i = 0;                                        \
        for (; length - i >= AT_ONCE; i += AT_ONCE)          \
            for (size_t k = 0; k < AT_ONCE; k++)             \
                p[i + k] = p[i + k] == from ? to : p[i + k]; \
        for (; i < length; i++)                              \
            p[i] = p[i] == from ? to : p[i];                 \
    } while (0)

void span_exchange(void *data, unsigned width, size_t length, uint32_t old, uint32_t new)
{
    for (; unlikely(length > SPAN_LONG); length -= SPAN_LONG, data = (char *)data + SPAN_LONG * width) {
        span_exchange(data, width, SPAN_LONG, old, new);
        thread_report();
    }
    if (width == 1)
        EXCHANGE(uint8_t);
    else if (width == 2)
        EXCHANGE(uint16_t);
    else
        EXCHANGE(uint32_t);
}

void span_fill(void *data, unsigned width, size_t at, size_t n, uint32_t c)
{
    if (width == 1)
        thread_fill((char *)data + at, (int)c, n);
    else
        for (size_t i = 0; i < n; i++) {
            span_put(data, width, at + i, c);
            thread_report_at(i + 1);
        }
}

bool span_equal(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    if (a.width == b.width)
        return thread_compare(a.data, b.data, a.length * a.width) == 0;
    for (size_t i = 0; i < a.length; i++) {
        if (span_at(a, i) != span_at(b, i))
            return false;
        thread_report_at(i + 1);
    }
    return true;
}

int span_compare(struct span a, struct span b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    if (a.width == 1 && b.width == 1) {
        int order = thread_compare(a.data, b.data, n);
        if (order)
            return order < 0 ? -1 : 1;
    } else
        for (size_t i = 0; i < n; i++) {
            uint32_t x = span_at(a, i), y = span_at(b, i);
            if (x != y)
                return x < y ? -1 : 1;
            thread_report_at(i + 1);
        }
    return (a.length > b.length) - (a.length < b.length);
}

/* ---- making ---- */

static unsigned flags_of_max(uint32_t max)
{
    return max < 0x80 ? STR_ASCII : max < 0x100 ? 0 : max < 0x10000 ? STR_WIDTH_2 : STR_WIDTH_4;
}
static unsigned width_of_max(uint32_t max)
{
    return max < 0x100 ? 1 : max < 0x10000 ? 2 : 4;
}

static inline value str_new_room(size_t length, uint32_t max, size_t room)
{
    unsigned width = width_of_max(max);
    if (unlikely(room > STR_LENGTH_MAX))
        return raise_no_memory();
    struct str *s =
        (struct str *)OBJECT_NEW(STR, KIND_LEAF, sizeof *s + (room + 1) * width, (uint8_t)flags_of_max(max));
    if (likely(s != NULL))
        s->length = length;
    return value_of(s);
}

value str_new(size_t length, uint32_t max)
{
    return unlikely(length == 0) ? str_empty() : str_new_room(length, max, length);
}

static value_slot empty_str, latin1_strs[256];
static _Atomic uint8_t singles_lock;

/* Make the immortal str for a place that is still empty; another thread may win. */
static value single_make(value_slot *place, const uint8_t *c, size_t length)
{
    struct str *s = (struct str *)str_new_room(length, length ? *c : 0, length);
    if (!s)
        return NULL;
    if (length)
        s->data[0] = *c;
    byte_lock(&singles_lock);
    value winner = atomic_load_explicit(place, memory_order_acquire);
    if (!winner) {
        winner = value_of(s);
        heap_make_immortal(&s->header);
        atomic_store_explicit(place, winner, memory_order_release);
        s = NULL;
    }
    byte_unlock(&singles_lock);
    if (s)
        value_dec(value_of(s));
    return winner;
}

value str_empty(void)
{
    value v = atomic_load_explicit(&empty_str, memory_order_acquire);
    return likely(v != NULL) ? v : single_make(&empty_str, NULL, 0);
}

static value str_from_latin1_char(uint8_t c)
{
    value v = atomic_load_explicit(&latin1_strs[c], memory_order_acquire);
    return likely(v != NULL) ? v : single_make(&latin1_strs[c], &c, 1);
}

value str_from_code_point(uint32_t c)
{
    if (likely(c < 0x100))
        return str_from_latin1_char((uint8_t)c);
    value v = str_new(1, c);
    if (v)
        span_put(str_data(v), str_width(v), 0, c);
    return v;
}

value str_from_ascii(const char *bytes, size_t length)
{
    if (length == 1)
        return str_from_latin1_char((uint8_t)*bytes);
    value v = str_new(length, 0x7F);
    if (likely(v != NULL && length))
        thread_copy(str_data(v), bytes, length);
    return v;
}

value str_from_span_max(struct span span, uint32_t max)
{
    if (span.length <= 1)
        return span.length ? str_from_code_point(span_at(span, 0)) : str_empty();
    value v = str_new_room(span.length, max, span.length);
    if (likely(v != NULL))
        span_copy_inline(str_data(v), width_of_max(max), 0, span);
    return v;
}

value str_from_span(struct span span)
{
    return str_from_span_max(span, span_or(span));
}

value str_from_latin1(const uint8_t *bytes, size_t length)
{
    return str_from_span(span_bytes(bytes, length));
}

value str_from_ucs4(const uint32_t *points, size_t length)
{
    return str_from_span((struct span){points, length, 4});
}

value str_from_text(const char *text)
{
    return str_from_utf8(text, strlen(text));
}

value str_instance_new(struct type *type, value exact)
{
    if (type == TYPE(STR))
        return value_inc(exact);
    struct str_instance *self = (struct str_instance *)object_new(type, type->gc.instance_size);
    if (!self)
        return NULL;
    slot_init(&self->text, value_inc(exact));
    return value_of(self);
}

value str_to_exact(value v)
{
    return value_inc(str_exact(v));
}

/* ---- reading ---- */

size_t str_length(value v)
{
    return str_exact_length(str_exact(v));
}

uint32_t str_at(value v, size_t index)
{
    return str_exact_at(str_exact(v), index);
}

bool str_is_ascii(value v)
{
    return str_exact_is_ascii(str_exact(v));
}

bool str_equal(value a, value b)
{
    if (a == b)
        return true;
    a = str_exact(a);
    b = str_exact(b);
    if (a == b)
        return true;
    struct str *x = (struct str *)a, *y = (struct str *)b;
    const unsigned width_flags = STR_WIDTH_2 | STR_WIDTH_4;
    if (x->length != y->length || ((str_flags(a) ^ str_flags(b)) & width_flags))
        return false;
    if (str_flags(a) & str_flags(b) & STR_INTERNED)
        return false;
    return thread_compare(x->data, y->data, x->length * str_width(a)) == 0;
}

bool str_equals_text(value v, const char *text)
{
    v = str_exact(v);
    size_t length = strlen(text);
    return str_exact_length(v) == length && str_width(v) == 1 && memcmp(str_data(v), text, length) == 0;
}

int str_compare(value a, value b)
{
    if (a == b)
        return 0;
    a = str_exact(a);
    b = str_exact(b);
    if (unlikely((str_flags(a) | str_flags(b)) & (STR_WIDTH_2 | STR_WIDTH_4)))
        return span_compare(str_span(a), str_span(b));
    size_t n = str_exact_length(a), m = str_exact_length(b);
    int order = thread_compare(str_data(a), str_data(b), n < m ? n : m);
    return order ? (order > 0) - (order < 0) : (n > m) - (n < m);
}

/* ---- putting together ---- */

value str_concat(value a, value b)
{
    a = str_exact(a);
    b = str_exact(b);
    size_t n = str_exact_length(a), m = str_exact_length(b);
    if (n == 0)
        return value_inc(b);
    if (m == 0)
        return value_inc(a);
    uint32_t max = str_max(a) | str_max(b);
    value v = str_new(n + m, max > 0xFFFF ? 0x10FFFF : max);
    if (unlikely(!v))
        return NULL;
    unsigned width = str_width(v);
    span_copy_inline(str_data(v), width, 0, str_span(a));
    span_copy_inline(str_data(v), width, n, str_span(b));
    return v;
}

value str_append_owned(value left, value right)
{
    right = str_exact(right);
    if (unlikely(!value_is(left, TYPE_ID_STR) || left == right)) {
        value v = str_concat(left, right);
        value_dec(left);
        return v;
    }
    size_t n = str_exact_length(left), m = str_exact_length(right);
    if (m == 0)
        return left;
    if (n == 0) {
        value_dec(left);
        return value_inc(right);
    }
    if (!rc_is_unique(value_object(left)) || (str_flags(left) & STR_INTERNED) || str_max(right) > str_max(left)) {
        value v = str_concat(left, right);
        value_dec(left);
        return v;
    }
    unsigned width = str_width(left);
    size_t room = (heap_usable_size(value_object(left)) - sizeof(struct str)) / width - 1;
    if (n + m <= room) {
#ifdef __SANITIZE_ADDRESS__
        /* The heap lets nobody beyond what was asked for; the rest of the block is ours too. */
        ASAN_UNPOISON_MEMORY_REGION(value_object(left), heap_usable_size(value_object(left)));
#endif
        struct str *s = (struct str *)left;
        span_copy_inline(s->data, width, n, str_span(right));
        span_put(s->data, width, n + m, 0);
        s->length = n + m;
        atomic_store_explicit(&s->hash, 0, memory_order_relaxed);
        return left;
    }
    /* Leave room to grow, so that a text built piece by piece is copied only a few times in all. */
    value v = str_new_room(n + m, str_max(left), n + m + (n > 64 ? n / 2 : 0));
    if (likely(v != NULL)) {
        span_copy_to(str_data(v), width, 0, str_span(left));
        span_copy_to(str_data(v), width, n, str_span(right));
    }
    value_dec(left);
    return v;
}

value str_join_array(value separator, const value *parts, size_t count)
{
    if (count == 0)
        return str_empty();
    separator = str_exact(separator);
    size_t gap = str_exact_length(separator), length = 0;
    uint32_t max = count > 1 && gap ? str_max(separator) : 0;
    for (size_t i = 0; i < count; i++) {
        value part = str_exact(parts[i]);
        size_t n = str_exact_length(part);
        thread_report_at(i + 1);
        if (__builtin_add_overflow(length, n + (i ? gap : 0), &length) || length > STR_LENGTH_MAX)
            return raise(EXC(OverflowError), "join() result is too long for a Python string");
        if (n)
            max |= str_max(part);
    }
    if (count == 1)
        return str_to_exact(parts[0]);
    if (length == 0)
        return str_empty();
    value v = str_new(length, max > 0xFFFF ? 0x10FFFF : max);
    if (unlikely(!v))
        return NULL;
    unsigned width = str_width(v);
    void *data = str_data(v);
    struct span gap_span = str_span(separator);
    size_t at = 0;
    if (likely(width == 1)) { /* and so is that of all parts */
        char *to = data;
        for (size_t i = 0; i < count; thread_report_at(++i)) {
            if (i && gap) {
                span_copy_few(to, gap_span.data, gap);
                to += gap;
            }
            value part = str_exact(parts[i]);
            size_t n = str_exact_length(part);
            if (n == 1)
                *to = *(const char *)str_data(part);
            else
                span_copy_few(to, str_data(part), n);
            to += n;
        }
        return v;
    }
    for (size_t i = 0; i < count; i++) {
        if (i && gap) {
            span_copy_inline(data, width, at, gap_span);
            at += gap;
        }
        struct span part = str_span(str_exact(parts[i]));
        span_copy_inline(data, width, at, part);
        at += part.length;
        thread_report_at(i + 1);
    }
    return v;
}

value str_concat_array(const value *parts, size_t count)
{
    value nothing = str_empty();
    return nothing ? str_join_array(nothing, parts, count) : NULL;
}

/* The same for parts that may be anything. */
static value join_parts(value separator, const value *parts, size_t count)
{
    for (size_t i = 0; i < count; thread_report_at(++i))
        if (unlikely(!is_str(parts[i])))
            return raise(EXC(TypeError), "sequence item %zu: expected str instance, %T found", i, parts[i]);
    return str_join_array(separator, parts, count);
}

enum { JOINED_FEW = 16 };
value str_join(value separator, value iterable)
{
    if (value_is(iterable, TYPE_ID_LIST)) { /* which may change while it is joined */
        value few[JOINED_FEW];
        size_t count;
        value *parts = list_snapshot_in(few, JOINED_FEW, iterable, &count);
        value result = parts ? join_parts(separator, parts, count) : NULL;
        if (parts)
            values_drop(parts, count);
        if (parts != few)
            raw_free(parts);
        return result;
    }
    value items = tuple_to_join(iterable);
    if (!items)
        return NULL;
    value result = join_parts(separator, (const value *)tuple_items(items), tuple_length(items));
    value_dec(items);
    return result;
}

value str_repeat(value v, ssize count)
{
    v = str_exact(v);
    size_t n = str_exact_length(v), total;
    if (count <= 0 || n == 0)
        return str_empty();
    if (count == 1)
        return value_inc(v);
    if (__builtin_mul_overflow(n, (size_t)count, &total) || total > STR_LENGTH_MAX)
        return raise(EXC(OverflowError), "repeated string is too long");
    value result = str_new(total, str_max(v));
    if (!result)
        return NULL;
    unsigned width = str_width(v);
    char *data = str_data(result);
    if (n == 1)
        span_fill(data, width, 0, total, str_exact_at(v, 0));
    else { /* double what is there */
        size_t bytes = n * width, all = total * width;
        thread_copy(data, str_data(v), bytes);
        while (bytes < all) {
            size_t step = bytes < all - bytes ? bytes : all - bytes;
            thread_copy(data + bytes, data, step);
            bytes += step;
        }
    }
    return result;
}

value str_substring(value v, size_t start, size_t end)
{
    v = str_exact(v);
    size_t n = end - start;
    if (n == str_exact_length(v))
        return value_inc(v);
    if (likely(str_exact_is_ascii(v))) { /* most are; and spans by value are slow to pass */
        const char *from = (const char *)str_data(v) + start;
        if (n <= 1)
            return n ? str_from_latin1_char((uint8_t)*from) : str_empty();
        value part = str_new_room(n, 0x7F, n);
        if (likely(part != NULL))
            span_copy_few(str_data(part), from, n);
        return part;
    }
    return str_from_span(span_part(str_span(v), start, end));
}

value str_slice_step(value exact, ssize start, ssize step, size_t count)
{
    struct span span = str_span(exact);
    uint32_t all = 0;
    for (size_t i = 0; i < count && !str_exact_is_ascii(exact); i++) {
        all |= span_at(span, (size_t)(start + (ssize)i * step));
        thread_report_at(i + 1);
    }
    value v = str_new(count, all);
    if (!v || count == 0)
        return v;
    void *data = str_data(v);
    unsigned width = str_width(v);
    for (size_t i = 0; i < count; i++) {
        span_put(data, width, i, span_at(span, (size_t)(start + (ssize)i * step)));
        thread_report_at(i + 1);
    }
    return v;
}

ssize str_find(value v, value needle, ssize start, ssize end, int direction)
{
    struct span s = str_span(str_exact(v)), n = str_span(str_exact(needle));
    if (end > (ssize)s.length)
        end = (ssize)s.length;
    if (start < 0 || start > end)
        return -1;
    struct span part = span_part(s, (size_t)start, (size_t)end);
    size_t at = direction >= 0 ? span_find(part, n) : span_find_last(part, n);
    return at == SPAN_NONE ? -1 : (ssize)at + start;
}
