/*
 * The methods that bytes and bytearray share. Text in ASCII is what they know of characters.
 *
 * A method opens its object: the contents stay where they are until it is closed, although a bytearray's bytes may
 * change meanwhile. Results have the type of the object, without subclasses.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* ---- the object and its arguments ---- */

/* Open the object of a method. false: BufferError (never for bytes). */
bool bytes_open(value self, struct buffer *b)
{
    if (likely(is_bytes(self))) {
        struct span s = bytes_span(bytes_exact(self));
        *b = (struct buffer){.data = (void *)s.data, .length = (ssize)s.length};
        return true;
    }
    return buffer_get(self, b, BUFFER_SIMPLE);
}

value bytes_make_like(value self, const uint8_t *bytes, size_t length)
{
    return is_bytes(self) ? bytes_new(bytes, length) : bytearray_new(bytes, length);
}

/* The object itself where nothing changes: bytes are shared, bytearrays copied. */
value bytes_make_same(value self, struct span s)
{
    return value_is(self, TYPE_ID_BYTES) ? value_inc(self) : bytes_make_like(self, s.data, s.length);
}

/* A part of the open object whose contents are `s`. */
static value make_part(value self, struct span s, size_t start, size_t end)
{
    if (start == 0 && end == s.length)
        return bytes_make_same(self, s);
    return bytes_make_like(self, (const uint8_t *)s.data + start, end - start);
}
static value make_maker_part(const struct span_maker *m, size_t start, size_t end)
{
    return make_part(m->owner, m->span, start, end);
}

/* What to look for: a buffer, or an int as one byte in *byte. */
static bool open_needle(value v, struct buffer *b, uint8_t *byte)
{
    if (is_int(v) || (value_type_slot(v, to_index) && !value_has_buffer(v))) {
        ssize i;
        if (!index_as_ssize(v, &i, NULL))
            return false;
        if (i < 0 || i > 255)
            return raise_false(EXC(ValueError), "byte must be in range(0, 256)");
        *byte = (uint8_t)i;
        *b = (struct buffer){.data = byte, .length = 1};
        return true;
    }
    if (!value_has_buffer(v))
        return raise_false(EXC(TypeError), "argument should be integer or bytes-like object, not '%T'", v);
    return buffer_get(v, b, BUFFER_SIMPLE);
}

/* ---- search ---- */

enum search { SEARCH_FIND, SEARCH_RFIND, SEARCH_INDEX, SEARCH_RINDEX, SEARCH_COUNT };

static value search(value self, value sub, value given_start, value given_end, enum search what)
{
    struct buffer b, needle;
    uint8_t byte;
    ssize start, end;
    value result = NULL;
    if (!span_bounds_of(given_start, given_end, &start, &end) || !open_needle(sub, &needle, &byte))
        return NULL;
    if (bytes_open(self, &b)) {
        span_bounds_fit((size_t)b.length, &start, &end);
        bool last = what == SEARCH_RFIND || what == SEARCH_RINDEX;
        size_t at = SPAN_NONE, count = 0;
        if (start <= end) {
            struct span part = span_part(buffer_span(&b), (size_t)start, (size_t)end);
            if (what == SEARCH_COUNT)
                count = span_count(part, buffer_span(&needle), SIZE_MAX);
            else
                at = last ? span_find_last(part, buffer_span(&needle)) : span_find(part, buffer_span(&needle));
        }
        if (what == SEARCH_COUNT)
            result = small_int((int64_t)count);
        else if (at != SPAN_NONE)
            result = small_int((int64_t)at + start);
        else if (what == SEARCH_INDEX || what == SEARCH_RINDEX)
            raise(EXC(ValueError), "subsection not found");
        else
            result = small_int(-1);
        buffer_release(&b);
    }
    buffer_release(&needle);
    return result;
}
static value bytes_find(value self, value sub, value start, value end)
{
    return search(self, sub, start, end, SEARCH_FIND);
}
static value bytes_rfind(value self, value sub, value start, value end)
{
    return search(self, sub, start, end, SEARCH_RFIND);
}
static value bytes_index(value self, value sub, value start, value end)
{
    return search(self, sub, start, end, SEARCH_INDEX);
}
static value bytes_rindex(value self, value sub, value start, value end)
{
    return search(self, sub, start, end, SEARCH_RINDEX);
}
static value bytes_count(value self, value sub, value start, value end)
{
    return search(self, sub, start, end, SEARCH_COUNT);
}

int bytes_contains(value self, value item)
{
    struct buffer b, needle;
    uint8_t byte;
    if (!is_int(item) && !value_type_slot(item, to_index) && !value_has_buffer(item))
        return raise_int(EXC(TypeError), "a bytes-like object is required, not '%T'", item);
    if (!open_needle(item, &needle, &byte))
        return -1;
    int found = -1;
    if (bytes_open(self, &b)) {
        found = span_find(buffer_span(&b), buffer_span(&needle)) != SPAN_NONE;
        buffer_release(&b);
    }
    buffer_release(&needle);
    return found;
}

static bool span_has_affix(struct span s, struct span affix, bool at_end)
{
    size_t n = affix.length;
    return n <= s.length && thread_compare((const char *)s.data + (at_end ? s.length - n : 0), affix.data, n) == 0;
}

/* 1, 0, -1 with an exception */
static int has_affix(struct span s, value affix, bool at_end)
{
    struct buffer b;
    if (!buffer_get(affix, &b, BUFFER_SIMPLE))
        return -1;
    bool has = span_has_affix(s, buffer_span(&b), at_end);
    buffer_release(&b);
    return has;
}

static value affix_test(value self, value affixes, value given_start, value given_end, bool at_end)
{
    struct buffer b;
    ssize start, end;
    int has = -1;
    if (!span_bounds_of(given_start, given_end, &start, &end) || !bytes_open(self, &b))
        return NULL;
    span_bounds_fit((size_t)b.length, &start, &end);
    bool outside = start > end;
    struct span s = outside ? span_bytes("", 0) : span_part(buffer_span(&b), (size_t)start, (size_t)end);
    if (is_tuple(affixes)) {
        has = 0;
        for (size_t i = 0; has == 0 && i < tuple_length(affixes); thread_report_at(++i))
            has = has_affix(s, tuple_get(affixes, i), at_end);
    } else if (!value_has_buffer(affixes))
        raise(EXC(TypeError), "%s first arg must be bytes or a tuple of bytes, not %T",
              at_end ? "endswith" : "startswith", affixes);
    else
        has = has_affix(s, affixes, at_end);
    if (has == 1 && outside)
        has = 0;
    buffer_release(&b);
    return has < 0 ? NULL : value_bool(has);
}
static value bytes_startswith(value self, value prefix, value start, value end)
{
    return affix_test(self, prefix, start, end, false);
}
static value bytes_endswith(value self, value suffix, value start, value end)
{
    return affix_test(self, suffix, start, end, true);
}

static value remove_affix(value self, value affix, bool at_end)
{
    struct buffer b, a;
    value result = NULL;
    if (!buffer_get(affix, &a, BUFFER_SIMPLE))
        return NULL;
    if (bytes_open(self, &b)) {
        struct span s = buffer_span(&b);
        size_t n = span_has_affix(s, buffer_span(&a), at_end) ? (size_t)a.length : 0;
        result = at_end ? make_part(self, s, 0, s.length - n) : make_part(self, s, n, s.length);
        buffer_release(&b);
    }
    buffer_release(&a);
    return result;
}
static value bytes_removeprefix(value self, value prefix)
{
    return remove_affix(self, prefix, false);
}
static value bytes_removesuffix(value self, value suffix)
{
    return remove_affix(self, suffix, true);
}

/* ---- parts ---- */

static bool never_space(uint32_t c)
{
    return false;
}
static bool is_line_break(uint32_t c)
{
    return c == '\n' || c == '\r';
}
static struct span_maker maker_of(value self, const struct buffer *b)
{
    return (struct span_maker){buffer_span(b), self, make_maker_part, span_ascii_space, never_space, is_line_break};
}

static value split_with(value self, value sep, value maxsplit, bool last)
{
    ssize max;
    struct buffer b, separator = {0};
    if (!value_as_ssize(maxsplit, &max))
        return NULL;
    if (!is_none(sep) && !buffer_get(sep, &separator, BUFFER_SIMPLE))
        return NULL;
    value list = NULL;
    if (bytes_open(self, &b)) {
        struct span_maker m = maker_of(self, &b);
        if (is_none(sep))
            list = last ? span_split_space_last(&m, max) : span_split_space(&m, max);
        else
            list =
                last ? span_split_last(&m, buffer_span(&separator), max) : span_split(&m, buffer_span(&separator), max);
        buffer_release(&b);
    }
    buffer_release(&separator);
    return list;
}
static value bytes_split(value self, value sep, value maxsplit)
{
    return split_with(self, sep, maxsplit, false);
}
static value bytes_rsplit(value self, value sep, value maxsplit)
{
    return split_with(self, sep, maxsplit, true);
}
static value bytes_splitlines(value self, value keepends)
{
    struct buffer b;
    int keep;
    if (!value_as_int(keepends, &keep) || !bytes_open(self, &b))
        return NULL;
    struct span_maker m = maker_of(self, &b);
    value list = span_split_lines(&m, keep != 0);
    buffer_release(&b);
    return list;
}

static value partition_at(value self, value separator_value, bool last)
{
    struct buffer b, separator;
    if (!buffer_get(separator_value, &separator, BUFFER_SIMPLE))
        return NULL;
    value items[3] = {NULL, NULL, NULL}, result = NULL;
    if (separator.length == 0)
        raise(EXC(ValueError), "empty separator");
    else if (bytes_open(self, &b)) {
        struct span s = buffer_span(&b), k = buffer_span(&separator);
        size_t at = last ? span_find_last(s, k) : span_find(s, k);
        const uint8_t *nothing = (const uint8_t *)"";
        if (at == SPAN_NONE) {
            items[last ? 2 : 0] = bytes_make_same(self, s);
            items[last ? 0 : 1] = bytes_make_like(self, nothing, 0);
            items[last ? 1 : 2] = bytes_make_like(self, nothing, 0);
        } else {
            items[0] = make_part(self, s, 0, at);
            items[1] = is_bytes(self) ? value_inc(separator_value) : bytes_make_like(self, k.data, k.length);
            items[2] = make_part(self, s, at + k.length, s.length);
        }
        if (items[0] && items[1] && items[2])
            result = tuple_from_owned(items, 3);
        else
            for (int i = 0; i < 3; i++)
                value_dec(items[i]);
        buffer_release(&b);
    }
    buffer_release(&separator);
    return result;
}
static value bytes_partition(value self, value sep)
{
    return partition_at(self, sep, false);
}
static value bytes_rpartition(value self, value sep)
{
    return partition_at(self, sep, true);
}

static value strip_sides(value self, value set_value, int sides)
{
    struct buffer b, set_buffer = {0};
    struct span set;
    if (!is_none(set_value)) {
        if (!buffer_get(set_value, &set_buffer, BUFFER_SIMPLE))
            return NULL;
        set = buffer_span(&set_buffer);
    }
    value result = NULL;
    if (bytes_open(self, &b)) {
        struct span_maker m = maker_of(self, &b);
        size_t start, end;
        span_strip(&m, is_none(set_value) ? NULL : &set, sides, &start, &end);
        result = make_part(self, buffer_span(&b), start, end);
        buffer_release(&b);
    }
    buffer_release(&set_buffer);
    return result;
}
static value bytes_strip(value self, value bytes)
{
    return strip_sides(self, bytes, 3);
}
static value bytes_lstrip(value self, value bytes)
{
    return strip_sides(self, bytes, 1);
}
static value bytes_rstrip(value self, value bytes)
{
    return strip_sides(self, bytes, 2);
}

/* ---- replacing, joining ---- */

/* A new object of this length with its bytes to be written at *to, before anybody sees it. */
value bytes_make_room(value self, size_t length, uint8_t **to)
{
    static uint8_t nowhere[1];
    if (length > (size_t)1 << 60)
        return raise_no_memory();
    *to = nowhere;
    if (length == 0)
        return bytes_make_like(self, nowhere, 0);
    value v = is_bytes(self) ? bytes_new(NULL, length) : bytearray_new(NULL, length);
    if (v)
        *to =
            is_bytes(self) ? bytes_data(v) : atomic_load_explicit(&((struct bytearray *)v)->data, memory_order_relaxed);
    return v;
}
static value bytes_exchange(value self, struct span s, uint8_t old, uint8_t new)
{
    uint8_t *to;
    if (span_find_char(s, old) == SPAN_NONE)
        return bytes_make_same(self, s);
    value result = bytes_make_room(self, s.length, &to);
    if (result) {
        thread_copy(to, s.data, s.length);
        span_exchange(to, 1, s.length, old, new);
    }
    return result;
}

static value bytes_replace(value self, value given_old, value given_new, value given_count)
{
    struct buffer b, old, new;
    ssize max;
    value result = NULL;
    if (!buffer_get(given_old, &old, BUFFER_SIMPLE))
        return NULL;
    if (!buffer_get(given_new, &new, BUFFER_SIMPLE)) {
        buffer_release(&old);
        return NULL;
    }
    if (value_as_ssize(given_count, &max) && bytes_open(self, &b)) {
        struct span s = buffer_span(&b);
        struct span_places places;
        if (old.length == 1 && new.length == 1 && max < 0) {
            result = bytes_exchange(self, s, *(const uint8_t *)old.data, *(const uint8_t *)new.data);
        } else if (span_find_all(s, buffer_span(&old), max < 0 ? SIZE_MAX : (size_t)max, &places)) {
            size_t length, growth;
            size_t more = new.length > old.length ? (size_t)(new.length - old.length) : 0;
            size_t less = old.length > new.length ? (size_t)(old.length - new.length) : 0;
            if (places.count == 0)
                result = bytes_make_same(self, s);
            else if (__builtin_mul_overflow(more, places.count, &growth) ||
                     __builtin_add_overflow(s.length, growth, &length) || length > (size_t)1 << 60)
                raise(EXC(OverflowError), "replace bytes is too long");
            else {
                uint8_t *to;
                result = bytes_make_room(self, length - less * places.count, &to);
                if (result)
                    span_replace_to(to, 1, s, (size_t)old.length, buffer_span(&new), &places);
            }
            span_places_free(&places);
        }
        buffer_release(&b);
    }
    buffer_release(&old);
    buffer_release(&new);
    return result;
}

static bool join_into(struct bytes_builder *out, struct span separator, value items)
{
    for (size_t i = 0; i < tuple_length(items); i++) {
        struct buffer b;
        value item = tuple_get(items, i);
        if (!buffer_get(item, &b, BUFFER_SIMPLE))
            return buffer_refused() &&
                   raise_false(EXC(TypeError), "sequence item %zu: expected a bytes-like object, %T found", i, item);
        if (i)
            bytes_builder_add(out, separator.data, separator.length);
        bytes_builder_add(out, b.data, (size_t)b.length);
        buffer_release(&b);
        thread_report_at(i + 1);
    }
    return true;
}

/* The length of all together, when each is exact bytes; SIZE_MAX: something else is among them, or it is too much. */
static size_t length_joined(size_t gap, value items)
{
    size_t length = 0, count = tuple_length(items);
    for (size_t i = 0; i < count; thread_report_at(++i)) {
        value item = tuple_get(items, i);
        if (!value_is(item, TYPE_ID_BYTES) ||
            __builtin_add_overflow(length, bytes_length(item) + (i ? gap : 0), &length) || length > (size_t)1 << 60)
            return SIZE_MAX;
    }
    return length;
}
static value join_exact(value self, struct span separator, value items, size_t length)
{
    uint8_t *to;
    value result = bytes_make_room(self, length, &to);
    for (size_t i = 0, count = result ? tuple_length(items) : 0; i < count; thread_report_at(++i)) {
        value item = tuple_get(items, i);
        if (i) {
            span_copy_few((char *)to, separator.data, separator.length);
            to += separator.length;
        }
        span_copy_few((char *)to, (const char *)bytes_data(item), bytes_length(item));
        to += bytes_length(item);
    }
    return result;
}

static value bytes_join(value self, value iterable_of_bytes)
{
    value items = tuple_to_join(iterable_of_bytes);
    if (!items)
        return NULL;
    struct buffer b;
    struct bytes_builder out = {0};
    value result = NULL;
    if (bytes_open(self, &b)) {
        size_t length = length_joined((size_t)b.length, items);
        if (length != SIZE_MAX)
            result = join_exact(self, buffer_span(&b), items, length);
        else if (join_into(&out, buffer_span(&b), items))
            result =
                out.failed ? raise_no_memory() : bytes_make_like(self, out.data ? out.data : (uint8_t *)"", out.length);
        buffer_release(&b);
    }
    bytes_builder_discard(&out);
    value_dec(items);
    return result;
}

static value bytes_translate(value self, value given_table, value delete)
{
    struct buffer b, table = {0}, drop = {0};
    bool dropped[256] = {false};
    if (!is_none(given_table)) {
        if (!buffer_get(given_table, &table, BUFFER_SIMPLE))
            return NULL;
        if (table.length != 256) {
            buffer_release(&table);
            return raise(EXC(ValueError), "translation table must be 256 characters long");
        }
    }
    if (!is_missing(delete)) {
        if (!buffer_get(delete, &drop, BUFFER_SIMPLE)) {
            buffer_release(&table);
            return NULL;
        }
        for (ssize i = 0; i < drop.length; thread_report_at((size_t)++i))
            dropped[((uint8_t *)drop.data)[i]] = true;
        buffer_release(&drop);
    }
    value result = NULL;
    if (bytes_open(self, &b)) {
        uint8_t *to = raw_alloc((size_t)b.length + 1);
        const uint8_t *from = b.data, *map = table.data;
        size_t n = 0;
        if (to) {
            for (ssize i = 0; i < b.length; thread_report_at((size_t)++i))
                if (!dropped[from[i]])
                    to[n++] = map ? map[from[i]] : from[i];
            result = bytes_make_like(self, to, n);
        } else
            raise_no_memory();
        raw_free(to);
        buffer_release(&b);
    }
    buffer_release(&table);
    return result;
}

static value bytes_maketrans(value type, value frm, value given_to)
{
    struct buffer from, to;
    uint8_t table[256];
    if (!buffer_get(frm, &from, BUFFER_SIMPLE))
        return NULL;
    if (!buffer_get(given_to, &to, BUFFER_SIMPLE)) {
        buffer_release(&from);
        return NULL;
    }
    value result = NULL;
    if (from.length != to.length)
        raise(EXC(ValueError), "maketrans arguments must have same length");
    else {
        for (unsigned i = 0; i < 256; i++)
            table[i] = (uint8_t)i;
        for (ssize i = 0; i < from.length; thread_report_at((size_t)++i))
            table[((uint8_t *)from.data)[i]] = ((uint8_t *)to.data)[i];
        result = bytes_new(table, 256);
    }
    buffer_release(&from);
    buffer_release(&to);
    return result;
}

/* ---- operators ---- */

value bytes_compare(value a, value b, int op)
{
    struct buffer x, y;
    if (!value_has_buffer(b) || (is_bytes(a) && !is_bytes(b))) /* a bytearray answers for both */
        return VALUE_NOT_IMPLEMENTED;
    if (!bytes_open(a, &x))
        return NULL;
    if (!buffer_get(b, &y, BUFFER_SIMPLE)) {
        buffer_release(&x);
        error_clear();
        return VALUE_NOT_IMPLEMENTED;
    }
    int order;
    if ((op == COMPARE_EQ || op == COMPARE_NE) && x.length != y.length)
        order = 1;
    else
        order = span_compare(buffer_span(&x), buffer_span(&y));
    buffer_release(&x);
    buffer_release(&y);
    switch (op) {
    case COMPARE_LT:
        return value_bool(order < 0);
    case COMPARE_LE:
        return value_bool(order <= 0);
    case COMPARE_EQ:
        return value_bool(order == 0);
    case COMPARE_NE:
        return value_bool(order != 0);
    case COMPARE_GT:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}

value bytes_concat(value a, value b)
{
    struct buffer x, y;
    if (!bytes_open(a, &x))
        return NULL;
    value result = NULL;
    if (buffer_get(b, &y, BUFFER_SIMPLE)) {
        uint8_t *to;
        result = bytes_make_room(a, (size_t)x.length + (size_t)y.length, &to);
        if (result) {
            thread_copy(to, x.data, (size_t)x.length);
            thread_copy(to + x.length, y.data, (size_t)y.length);
        }
        buffer_release(&y);
    } else if (buffer_refused())
        raise(EXC(TypeError), "can't concat %T to %T", b, a);
    buffer_release(&x);
    return result;
}

void bytes_fill_repeated(uint8_t *to, struct span s, size_t total)
{
    size_t done = s.length < total ? s.length : total;
    thread_copy(to, s.data, done);
    while (done < total) {
        size_t step = done < total - done ? done : total - done;
        thread_copy(to + done, to, step);
        done += step;
    }
}

value bytes_repeat(value self, ssize count)
{
    struct buffer b;
    size_t total;
    if (!bytes_open(self, &b))
        return NULL;
    value result = NULL;
    if (count < 0)
        count = 0;
    if (__builtin_mul_overflow((size_t)b.length, (size_t)count, &total) || total > (size_t)1 << 60) {
        if (is_bytearray(self))
            raise_no_memory();
        else
            raise(EXC(OverflowError), "repeated bytes are too long");
    } else if (count == 1) {
        result = bytes_make_same(self, buffer_span(&b));
    } else {
        uint8_t *to;
        result = bytes_make_room(self, total, &to);
        if (result && total)
            bytes_fill_repeated(to, buffer_span(&b), total);
    }
    buffer_release(&b);
    return result;
}

value bytes_slice(value self, value slice)
{
    struct buffer b;
    ssize start, stop, step;
    /* __index__ of the slice's parts may change a bytearray: it is opened afterwards. */
    if (!slice_unpack(slice, &start, &stop, &step) || !bytes_open(self, &b))
        return NULL;
    ssize count = slice_adjust(b.length, &start, &stop, step);
    value result = NULL;
    if (step == 1)
        result = make_part(self, buffer_span(&b), (size_t)start, (size_t)(start + count));
    else {
        uint8_t *to;
        result = bytes_make_room(self, (size_t)count, &to);
        for (ssize i = 0; result && i < count; thread_report_at((size_t)++i))
            to[i] = ((uint8_t *)b.data)[start + i * step];
    }
    buffer_release(&b);
    return result;
}

value bytes_remainder(value a, value b)
{
    struct buffer buffer;
    if (!is_bytes(a) && !is_bytearray(a))
        return VALUE_NOT_IMPLEMENTED;
    if (!bytes_open(a, &buffer))
        return NULL;
    value result = bytes_percent(buffer_span(&buffer), b);
    buffer_release(&buffer);
    if (!result || is_bytes(a))
        return result;
    value array = bytearray_new(bytes_data(result), bytes_length(result));
    value_dec(result);
    return array;
}

#define SHARED_METHODS                                                                                                \
    METHOD("capitalize", bytes_capitalize, "($self, /)",                                                              \
           "The first character in upper case, the rest in lower case."),                                             \
        METHOD("center", bytes_center, "($self, width, fillchar=b' ', /)", "Centered in the width."),                 \
        METHOD_FLAGS("count", bytes_count, "($self, sub, start=None, end=None, /)",                                   \
                     "How often it occurs, without overlap.", METHOD_TUPLE),                                          \
        METHOD("decode", bytes_decode, "($self, /, encoding='utf-8', errors='strict')", "The bytes as text."),        \
        METHOD_FLAGS("endswith", bytes_endswith, "($self, suffix, start=None, end=None, /)", "True when it ends so.", \
                     METHOD_TUPLE),                                                                                   \
        METHOD("expandtabs", bytes_expandtabs, "($self, /, tabsize=8)", "Tabs replaced by spaces."),                  \
        METHOD_FLAGS("find", bytes_find, "($self, sub, start=None, end=None, /)", "The lowest index, or -1.",         \
                     METHOD_TUPLE),                                                                                   \
        METHOD_FLAGS("fromhex", bytes_fromhex, "($type, string, /)", "The bytes of hexadecimal digits.",              \
                     METHOD_CLASS),                                                                                   \
        METHOD("hex", bytes_hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "As hexadecimal digits."),     \
        METHOD_FLAGS("index", bytes_index, "($self, sub, start=None, end=None, /)", "The lowest index; ValueError.",  \
                     METHOD_TUPLE),                                                                                   \
        METHOD("isalnum", bytes_isalnum, "($self, /)", "True when all are ASCII letters or digits."),                 \
        METHOD("isalpha", bytes_isalpha, "($self, /)", "True when all are ASCII letters."),                           \
        METHOD("isascii", bytes_isascii, "($self, /)", "True when all are ASCII."),                                   \
        METHOD("isdigit", bytes_isdigit, "($self, /)", "True when all are ASCII digits."),                            \
        METHOD("islower", bytes_islower, "($self, /)", "True when all cased characters are lower case."),             \
        METHOD("isspace", bytes_isspace, "($self, /)", "True when all are ASCII white space."),                       \
        METHOD("istitle", bytes_istitle, "($self, /)", "True when it is in title case."),                             \
        METHOD("isupper", bytes_isupper, "($self, /)", "True when all cased characters are upper case."),             \
        METHOD("join", bytes_join, "($self, iterable_of_bytes, /)", "The items with this between them."),             \
        METHOD("ljust", bytes_ljust, "($self, width, fillchar=b' ', /)", "At the left in the width."),                \
        METHOD("lower", bytes_lower, "($self, /)", "ASCII letters in lower case."),                                   \
        METHOD("lstrip", bytes_lstrip, "($self, bytes=None, /)", "Without leading white space, or bytes of a set."),  \
        METHOD_FLAGS("maketrans", bytes_maketrans, "(frm, to, /)", "A table for translate.", METHOD_STATIC),          \
        METHOD("partition", bytes_partition, "($self, sep, /)", "What is before the separator, it, what is behind."), \
        METHOD("removeprefix", bytes_removeprefix, "($self, prefix, /)", "Without the prefix."),                      \
        METHOD("removesuffix", bytes_removesuffix, "($self, suffix, /)", "Without the suffix."),                      \
        METHOD("replace", bytes_replace, "($self, old, new, count=-1, /)", "With the occurrences replaced."),         \
        METHOD_FLAGS("rfind", bytes_rfind, "($self, sub, start=None, end=None, /)", "The highest index, or -1.",      \
                     METHOD_TUPLE),                                                                                   \
        METHOD_FLAGS("rindex", bytes_rindex, "($self, sub, start=None, end=None, /)",                                 \
                     "The highest index; ValueError.", METHOD_TUPLE),                                                 \
        METHOD("rjust", bytes_rjust, "($self, width, fillchar=b' ', /)", "At the right in the width."),               \
        METHOD("rpartition", bytes_rpartition, "($self, sep, /)", "As partition, at the last separator."),            \
        METHOD("rsplit", bytes_rsplit, "($self, /, sep=None, maxsplit=-1)", "As split, from the end."),               \
        METHOD("rstrip", bytes_rstrip, "($self, bytes=None, /)", "Without trailing white space, or bytes of a set."), \
        METHOD("split", bytes_split, "($self, /, sep=None, maxsplit=-1)", "The parts between separators."),           \
        METHOD("splitlines", bytes_splitlines, "($self, /, keepends=False)", "The lines."),                           \
        METHOD_FLAGS("startswith", bytes_startswith, "($self, prefix, start=None, end=None, /)",                      \
                     "True when it begins so.", METHOD_TUPLE),                                                        \
        METHOD("strip", bytes_strip, "($self, bytes=None, /)", "Without white space, or bytes of a set."),            \
        METHOD("swapcase", bytes_swapcase, "($self, /)", "Upper case to lower and lower to upper."),                  \
        METHOD("title", bytes_title, "($self, /)", "Each word in title case."),                                       \
        METHOD("translate", bytes_translate, "($self, table, /, delete=b'')", "Mapped by a table of 256 bytes."),     \
        METHOD("upper", bytes_upper, "($self, /)", "ASCII letters in upper case."),                                   \
        METHOD("zfill", bytes_zfill, "($self, width, /)", "Filled with zeros on the left, behind a sign.")

static value bytes_bytes(value self)
{
    return value_inc(bytes_exact(self));
}
static value bytes_getnewargs(value self)
{
    return tuple_pack(1, bytes_exact(self));
}

/* What was asked for, which is what tracemalloc tells. */
static value bytes_sizeof(value self)
{
    if (!value_is(self, TYPE_ID_BYTES))
        return int_from_u64(heap_usable_size(value_object(self)));
    return int_from_u64(sizeof(struct bytes) + ((struct bytes *)self)->length + 1);
}

const struct method_def bytes_methods[] = {
    SHARED_METHODS,
    METHOD("__bytes__", bytes_bytes, "($self, /)", "The object as bytes."),
    METHOD("__getnewargs__", bytes_getnewargs, "($self, /)", "The arguments that make it anew."),
    METHOD("__sizeof__", bytes_sizeof, "($self, /)", "Size of object in memory, in bytes."),
    {0},
};

const struct method_def bytearray_methods[] = {
    SHARED_METHODS,
    METHOD("append", bytearray_append, "($self, item, /)", "Append a byte."),
    METHOD("clear", bytearray_clear, "($self, /)", "Remove all bytes."),
    METHOD("copy", bytearray_copy, "($self, /)", "A copy."),
    METHOD("extend", bytearray_extend, "($self, iterable_of_ints, /)", "Append all of an iterable of ints."),
    METHOD("insert", bytearray_insert, "($self, index, item, /)", "Insert a byte before the index."),
    METHOD("pop", bytearray_pop, "($self, index=-1, /)", "Remove and return a byte."),
    METHOD("remove", bytearray_remove, "($self, value, /)", "Remove the first occurrence of a byte."),
    METHOD("reverse", bytearray_reverse, "($self, /)", "Reverse in place."),
    METHOD("__alloc__", bytearray_alloc, "($self, /)", "How many bytes are there room for."),
    METHOD("__reduce__", bytearray_reduce, "($self, /)", "For pickling."),
    METHOD("__reduce_ex__", bytearray_reduce_ex, "($self, proto=0, /)", "For pickling."),
    {0},
};
