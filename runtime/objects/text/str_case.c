/*
 * str methods that ask or change the classes and case of characters.
 *
 * ASCII text, which most text is, is handled by bytes; the rest maps character by character, and a mapping may give up
 * to three. The lower case of sigma depends on its place in the word: final when a cased letter comes before it and
 * none after, not counting characters that are ignored for case.
 */
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/objects/unicode/unicode.h"

#include <stdlib.h>

/* ---- questions ---- */

static value all_have(value self, unsigned flags)
{
    struct span s = str_span(str_exact(self));
    for (size_t i = 0; i < s.length; i++) {
        if (!(unicode_flags(span_at(s, i)) & flags))
            return VALUE_FALSE;
        thread_report_at(i + 1);
    }
    return value_bool(s.length > 0);
}

value str_isalpha(value self)
{
    return all_have(self, UNICODE_ALPHA);
}
value str_isdecimal(value self)
{
    return all_have(self, UNICODE_DECIMAL);
}
value str_isdigit(value self)
{
    return all_have(self, UNICODE_DIGIT);
}
value str_isnumeric(value self)
{
    return all_have(self, UNICODE_NUMERIC);
}
value str_isalnum(value self)
{
    return all_have(self, UNICODE_ALPHA | UNICODE_DECIMAL | UNICODE_DIGIT | UNICODE_NUMERIC);
}
value str_isspace(value self)
{
    return all_have(self, UNICODE_SPACE);
}
value str_isprintable(value self)
{
    return str_length(self) == 0 ? VALUE_TRUE : all_have(self, UNICODE_PRINTABLE);
}
value str_isascii(value self)
{
    return value_bool(str_is_ascii(self));
}

value str_islower(value self)
{
    struct span s = str_span(str_exact(self));
    bool cased = false;
    for (size_t i = 0; i < s.length; i++) {
        unsigned flags = unicode_flags(span_at(s, i));
        thread_report_at(i + 1);
        if (flags & (UNICODE_UPPER | UNICODE_TITLE))
            return VALUE_FALSE;
        cased |= (flags & UNICODE_LOWER) != 0;
    }
    return value_bool(cased);
}

value str_isupper(value self)
{
    struct span s = str_span(str_exact(self));
    bool cased = false;
    for (size_t i = 0; i < s.length; i++) {
        unsigned flags = unicode_flags(span_at(s, i));
        thread_report_at(i + 1);
        if (flags & (UNICODE_LOWER | UNICODE_TITLE))
            return VALUE_FALSE;
        cased |= (flags & UNICODE_UPPER) != 0;
    }
    return value_bool(cased);
}

value str_istitle(value self)
{
    struct span s = str_span(str_exact(self));
    bool cased = false, previous = false;
    for (size_t i = 0; i < s.length; i++) {
        unsigned flags = unicode_flags(span_at(s, i));
        thread_report_at(i + 1);
        if (flags & (UNICODE_UPPER | UNICODE_TITLE)) {
            if (previous)
                return VALUE_FALSE;
            previous = cased = true;
        } else if (flags & UNICODE_LOWER) {
            if (!previous)
                return VALUE_FALSE;
            cased = true;
        } else
            previous = false;
    }
    return value_bool(cased);
}

bool unicode_is_identifier(value v)
{
    struct span s = str_span(str_exact(v));
    for (size_t i = 0; i < s.length; i++) {
        if (!(unicode_flags(span_at(s, i)) & (i ? UNICODE_XID_CONTINUE : UNICODE_XID_START)))
            return false;
        thread_report_at(i + 1);
    }
    return s.length > 0;
}

value str_isidentifier(value self)
{
    return value_bool(unicode_is_identifier(self));
}

/* ---- changes ---- */

static value ascii_map(value v, uint8_t first, uint8_t last)
{
    size_t n = str_exact_length(v);
    const uint8_t *from = str_data(v);
    if (n <= 1) {
        uint8_t c = n ? *from : 0;
        return n == 0 ? value_inc(v) : str_from_code_point(c >= first && c <= last ? c ^ 0x20 : c);
    }
    value result = str_new(n, 0x7F);
    if (!result)
        return NULL;
    /* Eight at a time: add so that the high bit of each byte tells "at least first" and "above last". */
    uint8_t *to = str_data(result), range = last - first;
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        uint64_t letters = (word + (0x80u - first) * ones) & ~(word + (0x7Fu - last) * ones) & 0x80 * ones;
        word ^= letters >> 2;
        memcpy(to + i, &word, 8);
        if (unlikely((i + 8) % SPAN_LONG == 0))
            thread_report();
    }
    for (; i < n; i++)
        to[i] = (uint8_t)(from[i] ^ ((uint8_t)(from[i] - first) <= range ? 0x20 : 0));
    return result;
}

static unsigned lower_sigma(struct span s, size_t i, uint32_t out[3])
{
    size_t j = i;
    uint32_t c = 0;
    bool found = false;
    for (; !found && j > 0; thread_report_at(j))
        found = !(unicode_flags(c = span_at(s, --j)) & UNICODE_IGNORABLE);
    bool final = found && (unicode_flags(c) & UNICODE_CASED);
    if (final) {
        found = false;
        for (j = i + 1; !found && j < s.length; thread_report_at(++j))
            found = !(unicode_flags(c = span_at(s, j)) & UNICODE_IGNORABLE);
        final = !(found && (unicode_flags(c) & UNICODE_CASED));
    }
    out[0] = final ? 0x3C2 : 0x3C3;
    return 1;
}

static inline unsigned lower_at(struct span s, size_t i, uint32_t c, uint32_t out[3])
{
    return unlikely(c == 0x3A3) ? lower_sigma(s, i, out) : unicode_lower(c, out);
}

static void add_mapped(struct str_builder *b, const uint32_t *out, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        builder_add_char(b, out[k]);
}

enum case_mapping { CASE_UPPER, CASE_LOWER, CASE_FOLD, CASE_SWAP, CASE_TITLE, CASE_CAPITALIZE };

static value map_case(value v, enum case_mapping mapping)
{
    struct span s = str_span(v);
    struct str_builder b;
    builder_init(&b);
    bool previous_cased = false;
    for (size_t i = 0; i < s.length; i++) {
        uint32_t c = span_at(s, i), out[3];
        thread_report_at(i + 1);
        unsigned flags = 0, n;
        switch (mapping) {
        case CASE_UPPER:
            n = unicode_upper(c, out);
            break;
        case CASE_LOWER:
            n = lower_at(s, i, c, out);
            break;
        case CASE_FOLD:
            n = unicode_fold(c, out);
            break;
        case CASE_SWAP:
            flags = unicode_flags(c);
            n = flags & UNICODE_UPPER ? lower_at(s, i, c, out) : flags & UNICODE_LOWER ? unicode_upper(c, out) : 0;
            if (n == 0)
                out[n++] = c;
            break;
        case CASE_TITLE:
            n = previous_cased ? lower_at(s, i, c, out) : unicode_title(c, out);
            previous_cased = (unicode_flags(c) & UNICODE_CASED) != 0;
            break;
        default:
            n = i ? lower_at(s, i, c, out) : unicode_title(c, out);
        }
        add_mapped(&b, out, n);
    }
    return builder_finish(&b);
}

value str_upper(value self, const value *args)
{
    value v = str_exact(self);
    return str_exact_is_ascii(v) ? ascii_map(v, 'a', 'z') : map_case(v, CASE_UPPER);
}
value str_lower(value self)
{
    value v = str_exact(self);
    return str_exact_is_ascii(v) ? ascii_map(v, 'A', 'Z') : map_case(v, CASE_LOWER);
}
value str_casefold(value self)
{
    value v = str_exact(self);
    return str_exact_is_ascii(v) ? ascii_map(v, 'A', 'Z') : map_case(v, CASE_FOLD);
}
value str_swapcase(value self)
{
    return map_case(str_exact(self), CASE_SWAP);
}
value str_title(value self)
{
    return map_case(str_exact(self), CASE_TITLE);
}
value str_capitalize(value self)
{
    return map_case(str_exact(self), CASE_CAPITALIZE);
}

/* ---- numbers in other scripts ---- */

char *str_to_decimal_ascii(value v)
{
    struct span s = str_span(v);
    char *out = malloc(s.length + 1);
    if (!out) {
        raise_no_memory();
        return NULL;
    }
    for (size_t i = 0; i < s.length; i++) {
        uint32_t c = span_at(s, i);
        thread_report_at(i + 1);
        int digit = unicode_decimal(c);
        out[i] = (char)(c < 0x80 ? (int)c : digit >= 0 ? '0' + digit : unicode_is_space(c) ? ' ' : '?');
    }
    out[s.length] = 0;
    return out;
}
