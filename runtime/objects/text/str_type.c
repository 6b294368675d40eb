/*
 * The type str: construction, operators, and the methods that are not in str_case.c, str_translate.c, str_template.c;
 * iterators over str.
 */
#include "runtime/objects/containers/container.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/objects/unicode/unicode.h"
#include "runtime/signature.h"
#include "runtime/step.h"

/* ---- construction ---- */

value str_from_object(value v, value encoding, value errors)
{
    if (!is_given(encoding) && !is_given(errors))
        return value_str(v);
    struct text encoding_text = {"utf-8", 5, NULL}, errors_text = {NULL, 0, NULL};
    if (is_str(v))
        return raise(EXC(TypeError), "decoding str is not supported");
    if (is_given(encoding) && !text_of_argument(encoding, &encoding_text))
        return NULL;
    struct buffer buffer;
    value result = NULL;
    if (!is_given(errors) || text_of_argument(errors, &errors_text)) {
        if (buffer_get(v, &buffer, BUFFER_SIMPLE)) {
            result = str_decode(buffer.data, (size_t)buffer.length, encoding_text.bytes, errors_text.bytes);
            buffer_release(&buffer);
        } else if (buffer_refused())
            raise(EXC(TypeError), "decoding to str: need a bytes-like object, %T found", v);
    }
    text_release(&encoding_text);
    text_release(&errors_text);
    return result;
}

static value str_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[3] = {VALUE_MISSING, VALUE_MISSING, VALUE_MISSING};
    static const char *const names[] = {"object", "encoding", "errors"};
    size_t keywords = kwnames ? tuple_length(kwnames) : 0;
    if (nargs + keywords > 3)
        return raise(EXC(TypeError), "str() takes at most 3 arguments (%zu given)", nargs + keywords);
    for (size_t i = 0; i < nargs; i++)
        bound[i] = args[i];
    for (size_t i = 0; i < keywords; i++) {
        size_t k = 0;
        while (k < 3 && !str_equals_text(tuple_get(kwnames, i), names[k]))
            k++;
        if (k == 3)
            return raise(EXC(TypeError), "'%U' is an invalid keyword argument for str()", tuple_get(kwnames, i));
        if (k < nargs)
            return raise(EXC(TypeError), "argument for str() given by name ('%s') and position (%zu)", names[k], k + 1);
        bound[k] = args[nargs + i];
    }
    for (size_t k = 1; k < 3; k++)
        if (!is_missing(bound[k]) && !is_str(bound[k]))
            return raise(EXC(TypeError), "str() argument '%s' must be str, not %K", names[k], bound[k]);
    value exact = is_missing(bound[0]) ? str_empty() : str_from_object(bound[0], bound[1], bound[2]);
    if (!exact || type == TYPE(STR))
        return exact;
    value v = str_instance_new(type, str_exact(exact));
    value_dec(exact);
    return v;
}

static void str_traverse(struct object *o, struct gc_trace *trace)
{
    if (object_type(o) != &TYPE(STR)->gc)
        trace_slot(trace, &((struct str_instance *)o)->text);
}
static void str_destroy(struct object *o)
{
    if (unlikely(object_type(o) != &TYPE(STR)->gc))
        slot_drop(&((struct str_instance *)o)->text);
    else if (unlikely(str_flags(value_of(o)) & STR_INTERNED))
        str_forget(value_of(o));
}

/* ---- slots ---- */

static value str_str(value self)
{
    return str_to_exact(self);
}
static bool str_hash_slot(value self, int64_t *out)
{
    *out = str_hash(self);
    return true;
}
static value str_compare_slot(value a, value b, int op)
{
    if (!is_str(b))
        return VALUE_NOT_IMPLEMENTED;
    if (op == COMPARE_EQ || op == COMPARE_NE)
        return value_bool(str_equal(a, b) == (op == COMPARE_EQ));
    int order = str_compare(a, b);
    switch (op) {
    case COMPARE_LT:
        return value_bool(order < 0);
    case COMPARE_LE:
        return value_bool(order <= 0);
    case COMPARE_GT:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}
static ssize str_length_slot(value self)
{
    return (ssize)str_length(self);
}
static value str_concat_slot(value a, value b)
{
    if (!is_str(b))
        return raise(EXC(TypeError), "can only concatenate str (not \"%T\") to str", b);
    return str_concat(a, b);
}
static value str_remainder(value a, value b)
{
    return is_str(a) ? str_percent(a, b) : VALUE_NOT_IMPLEMENTED;
}
static int str_contains(value self, value item)
{
    if (!is_str(item))
        return raise_int(EXC(TypeError), "'in <string>' requires string as left operand, not %T", item);
    return span_find(str_span(str_exact(self)), str_span(str_exact(item))) != SPAN_NONE;
}

static value str_getitem(value self, value key)
{
    value v = str_exact(self);
    ssize length = (ssize)str_exact_length(v);
    if (value_is_small_int(key) || value_type_slot(key, to_index)) {
        ssize i = value_is_small_int(key) ? small_int_value(key) : 0;
        if (unlikely(!value_is_small_int(key)) && !index_as_ssize(key, &i, EXC(IndexError)))
            return NULL;
        if (i < 0)
            i += length;
        if (i < 0 || i >= length)
            return raise(EXC(IndexError), "string index out of range");
        return str_from_code_point(str_exact_at(v, (size_t)i));
    }
    if (!value_is(key, TYPE_ID_SLICE))
        return raise(EXC(TypeError), "string indices must be integers, not '%T'", key);
    ssize start, stop, step, count = slice_indices(key, length, &start, &stop, &step);
    if (count < 0)
        return NULL;
    if (step == 1)
        return str_substring(v, (size_t)start, (size_t)(start + count));
    return str_slice_step(v, start, step, (size_t)count);
}

/* ---- search ---- */

static value find_in(value self, value sub, value given_start, value given_end, int direction, bool must)
{
    ssize start, end;
    if (!span_bounds_of(given_start, given_end, &start, &end))
        return NULL;
    if (!is_str(sub))
        return raise(EXC(TypeError), "must be str, not %T", sub);
    span_bounds_fit(str_length(self), &start, &end);
    ssize at = str_find(self, sub, start, end, direction);
    if (at < 0 && must)
        return raise(EXC(ValueError), "substring not found");
    return small_int(at);
}
static value str_find_method(value self, value sub, value start, value end)
{
    return find_in(self, sub, start, end, 1, false);
}
static value str_rfind(value self, value sub, value start, value end)
{
    return find_in(self, sub, start, end, -1, false);
}
static value str_index(value self, value sub, value start, value end)
{
    return find_in(self, sub, start, end, 1, true);
}
static value str_rindex(value self, value sub, value start, value end)
{
    return find_in(self, sub, start, end, -1, true);
}

static value str_count(value self, value sub, value given_start, value given_end)
{
    ssize start, end;
    if (!span_bounds_of(given_start, given_end, &start, &end))
        return NULL;
    if (!is_str(sub))
        return raise(EXC(TypeError), "must be str, not %T", sub);
    struct span s = str_span(str_exact(self));
    span_bounds_fit(s.length, &start, &end);
    if (start > end)
        return small_int(0);
    s = span_part(s, (size_t)start, (size_t)end);
    return small_int((int64_t)span_count(s, str_span(str_exact(sub)), SIZE_MAX));
}

static bool has_affix(struct span s, struct span affix, bool at_end)
{
    if (affix.length > s.length)
        return false;
    return span_equal(at_end ? span_part(s, s.length - affix.length, s.length) : span_part(s, 0, affix.length), affix);
}

static value affix_test(value self, value affixes, value given_start, value given_end, bool at_end)
{
    const char *name = at_end ? "endswith" : "startswith";
    struct span s = str_span(str_exact(self));
    ssize start, end;
    if (!span_bounds_of(given_start, given_end, &start, &end))
        return NULL;
    span_bounds_fit(s.length, &start, &end);
    bool outside = start > end;
    if (!outside)
        s = span_part(s, (size_t)start, (size_t)end);
    if (is_str(affixes))
        return value_bool(!outside && has_affix(s, str_span(str_exact(affixes)), at_end));
    if (!is_tuple(affixes))
        return raise(EXC(TypeError), "%s first arg must be str or a tuple of str, not %T", name, affixes);
    for (size_t i = 0; i < tuple_length(affixes); thread_report_at(++i)) {
        value affix = tuple_get(affixes, i);
        if (!is_str(affix))
            return raise(EXC(TypeError), "tuple for %s must only contain str, not %T", name, affix);
        if (!outside && has_affix(s, str_span(str_exact(affix)), at_end))
            return VALUE_TRUE;
    }
    return VALUE_FALSE;
}
static value str_startswith(value self, value prefix, value start, value end)
{
    return affix_test(self, prefix, start, end, false);
}
static value str_endswith(value self, value suffix, value start, value end)
{
    return affix_test(self, suffix, start, end, true);
}

static value str_removeprefix(value self, value prefix)
{
    if (!is_str(prefix))
        return raise(EXC(TypeError), "removeprefix() argument must be str, not %K", prefix);
    size_t n = str_length(self), k = str_length(prefix);
    bool has = has_affix(str_span(str_exact(self)), str_span(str_exact(prefix)), false);
    return str_substring(self, has ? k : 0, n);
}
static value str_removesuffix(value self, value suffix)
{
    if (!is_str(suffix))
        return raise(EXC(TypeError), "removesuffix() argument must be str, not %K", suffix);
    size_t n = str_length(self), k = str_length(suffix);
    bool has = has_affix(str_span(str_exact(self)), str_span(str_exact(suffix)), true);
    return str_substring(self, 0, has ? n - k : n);
}

/* ---- parts ---- */

static value make_part(const struct span_maker *m, size_t start, size_t end)
{
    return str_substring(m->owner, start, end);
}

static struct span_maker maker_of(value exact)
{
    return (struct span_maker){str_span(exact),      exact, make_part, span_latin1_space, unicode_is_space,
                               unicode_is_line_break};
}

static value split_with(value self, value sep, value maxsplit, bool last)
{
    ssize max = -1;
    if (!value_is_small_int(maxsplit)) {
        if (!value_as_ssize(maxsplit, &max))
            return NULL;
    } else
        max = small_int_value(maxsplit);
    struct span_maker m = maker_of(str_exact(self));
    if (is_none(sep))
        return last ? span_split_space_last(&m, max) : span_split_space(&m, max);
    if (!is_str(sep))
        return raise(EXC(TypeError), "must be str or None, not %T", sep);
    struct span separator = str_span(str_exact(sep));
    return last ? span_split_last(&m, separator, max) : span_split(&m, separator, max);
}
static value str_split(value self, value sep, value maxsplit)
{
    return split_with(self, sep, maxsplit, false);
}
static value str_rsplit(value self, value sep, value maxsplit)
{
    return split_with(self, sep, maxsplit, true);
}
static value str_splitlines(value self, value keepends)
{
    int keep;
    if (!value_as_int(keepends, &keep))
        return NULL;
    struct span_maker m = maker_of(str_exact(self));
    return span_split_lines(&m, keep != 0);
}

static value partition_at(value self, value sep, bool last)
{
    if (!is_str(sep))
        return raise(EXC(TypeError), "must be str, not %T", sep);
    value v = str_exact(self), separator = str_exact(sep);
    size_t n = str_exact_length(v), k = str_exact_length(separator);
    if (k == 0)
        return raise(EXC(ValueError), "empty separator");
    size_t at = last ? span_find_last(str_span(v), str_span(separator)) : span_find(str_span(v), str_span(separator));
    if (at == SPAN_NONE)
        return last ? tuple_pack(3, str_empty(), str_empty(), v) : tuple_pack(3, v, str_empty(), str_empty());
    value items[3] = {str_substring(v, 0, at), value_inc(separator), str_substring(v, at + k, n)};
    if (!items[0] || !items[2]) {
        for (size_t i = 0; i < 3; i++)
            value_dec(items[i]);
        return NULL;
    }
    return tuple_from_owned(items, 3);
}
static value str_partition(value self, value sep)
{
    return partition_at(self, sep, false);
}
static value str_rpartition(value self, value sep)
{
    return partition_at(self, sep, true);
}

static value strip_sides(value self, value chars, int sides, const char *name)
{
    value v = str_exact(self);
    struct span_maker m = maker_of(v);
    struct span set, *set_given = NULL;
    if (is_given(chars)) {
        if (!is_str(chars))
            return raise(EXC(TypeError), "%s arg must be None or str", name);
        set = str_span(str_exact(chars));
        set_given = &set;
    }
    size_t start, end;
    span_strip(&m, set_given, sides, &start, &end);
    return str_substring(v, start, end);
}
static value str_strip(value self, value chars)
{
    return strip_sides(self, chars, 3, "strip");
}
static value str_lstrip(value self, value chars)
{
    return strip_sides(self, chars, 1, "lstrip");
}
static value str_rstrip(value self, value chars)
{
    return strip_sides(self, chars, 2, "rstrip");
}

/* The widest character may be the one that went: then the result is narrowed. */
static value replaced(value v, value old, value new, value result)
{
    if (str_max(old) <= 0x7F || str_max(old) <= str_max(new) || str_max(v) <= str_max(new))
        return result;
    value narrow = str_from_span(str_span(result));
    value_dec(result);
    return narrow;
}

static value replace_places(value v, value old, value new, const struct span_places *places)
{
    struct span s = str_span(v), n = str_span(new);
    size_t old_length = str_exact_length(old), length = s.length, growth;
    if (n.length >= old_length) {
        if (__builtin_mul_overflow(n.length - old_length, places->count, &growth) ||
            __builtin_add_overflow(s.length, growth, &length) || length > STR_LENGTH_MAX)
            return raise(EXC(OverflowError), "replace string is too long");
    } else
        length -= places->count * (old_length - n.length);
    value result = str_new(length, str_max(v) | str_max(new));
    if (!result || length == 0)
        return result;
    span_replace_to(str_data(result), str_width(result), s, old_length, n, places);
    return replaced(v, old, new, result);
}

/* All of one character by another. */
static value replace_chars(value v, value old, value new)
{
    struct span s = str_span(v);
    uint32_t from = str_exact_at(old, 0), to = str_exact_at(new, 0);
    size_t first = span_find_char(s, from);
    if (first == SPAN_NONE || from == to)
        return value_inc(v);
    if (s.length == 1)
        return value_inc(new);
    value result = str_new(s.length, str_max(v) | str_max(new));
    if (!result)
        return NULL;
    unsigned width = str_width(result);
    char *data = str_data(result);
    span_copy_inline(data, width, 0, s);
    span_exchange(data + first * width, width, s.length - first, from, to);
    return replaced(v, old, new, result);
}

static value str_replace(value self, const value *args)
{
    for (int i = 0; i < 2; i++)
        if (!is_str(args[i]))
            return raise(EXC(TypeError), "replace() argument %d must be str, not %K", i + 1, args[i]);
    ssize max;
    if (!value_as_ssize(args[2], &max))
        return NULL;
    value v = str_exact(self), old = str_exact(args[0]), new = str_exact(args[1]);
    struct span s = str_span(v), o = str_span(old);
    if (o.length == 1 && str_exact_length(new) == 1 && max < 0)
        return replace_chars(v, old, new);
    struct span_places places;
    if (!span_find_all(s, o, max < 0 ? SIZE_MAX : (size_t)max, &places))
        return NULL;
    value result = places.count == 0 || old == new ? value_inc(v) : replace_places(v, old, new, &places);
    span_places_free(&places);
    return result;
}

/* ---- padding ---- */

static value pad(value v, size_t left, size_t right, uint32_t fill)
{
    size_t n = str_exact_length(v);
    if (left + right == 0)
        return value_inc(v);
    if (left > STR_LENGTH_MAX || right > STR_LENGTH_MAX)
        return raise(EXC(OverflowError), "padded string is too long");
    value result = str_new(n + left + right, str_max(v) | fill);
    if (!result)
        return NULL;
    void *to = str_data(result);
    unsigned width = str_width(result);
    span_fill(to, width, 0, left, fill);
    span_copy_to(to, width, left, str_span(v));
    span_fill(to, width, left + n, right, fill);
    return result;
}

enum { PAD_LEFT, PAD_RIGHT, PAD_CENTER };
static value justify(value self, value given_width, value fillchar, int where)
{
    ssize width;
    uint32_t fill = ' ';
    if (!value_as_ssize(given_width, &width))
        return NULL;
    if (!is_missing(fillchar)) {
        if (!is_str(fillchar))
            return raise(EXC(TypeError), "The fill character must be a unicode character, not %T", fillchar);
        if (str_length(fillchar) != 1)
            return raise(EXC(TypeError), "The fill character must be exactly one character long");
        fill = str_at(fillchar, 0);
    }
    value v = str_exact(self);
    size_t n = str_exact_length(v);
    size_t total = width > (ssize)n ? (size_t)width - n : 0;
    size_t left = where == PAD_CENTER ? total / 2 + (total & (size_t)width & 1) : where == PAD_LEFT ? total : 0;
    return pad(v, left, total - left, fill);
}
static value str_center(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_CENTER);
}
static value str_ljust(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_RIGHT);
}
static value str_rjust(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_LEFT);
}

static value str_zfill(value self, value given_width)
{
    ssize width;
    if (!value_as_ssize(given_width, &width))
        return NULL;
    value v = str_exact(self);
    size_t n = str_exact_length(v);
    if (width <= (ssize)n)
        return value_inc(v);
    size_t fill = (size_t)width - n;
    value result = pad(v, fill, 0, '0');
    if (result && n) {
        uint32_t first = str_exact_at(v, 0);
        if (first == '+' || first == '-') { /* the sign goes to the front */
            span_put(str_data(result), str_width(result), 0, first);
            span_put(str_data(result), str_width(result), fill, '0');
        }
    }
    return result;
}

/* ---- the rest ---- */

static value str_join_method(value self, value iterable)
{
    return str_join(self, iterable);
}

static value str_encode_method(value self, const value *args)
{
    static const char *const names[] = {"encoding", "errors"};
    struct text texts[2] = {{NULL, 0, NULL}, {NULL, 0, NULL}};
    for (int i = 0; i < 2; i++) {
        if (is_missing(args[i]))
            continue;
        if (!is_str(args[i]) || !text_of_argument(args[i], &texts[i])) {
            text_release(&texts[0]);
            return is_str(args[i])
                       ? NULL
                       : raise(EXC(TypeError), "encode() argument '%s' must be str, not %K", names[i], args[i]);
        }
    }
    value bytes = str_encode(self, texts[0].bytes, texts[1].bytes);
    text_release(&texts[0]);
    text_release(&texts[1]);
    return bytes;
}

static value str_format_special(value self, value format_spec)
{
    if (!is_str(format_spec))
        return raise(EXC(TypeError), "__format__() argument must be str, not %K", format_spec);
    return str_length(format_spec) ? value_format_str(self, format_spec) : value_str(self);
}

static value str_getnewargs(value self)
{
    value exact = str_exact(self), copy = str_from_span_max(str_span(exact), str_max(exact));
    value args = copy ? tuple_pack(1, copy) : NULL;
    value_dec(copy);
    return args;
}

static value str_sizeof(value self)
{
    return small_int((int64_t)heap_usable_size(value_object(str_exact(self))));
}

static const struct method_def str_methods[] = {
    METHOD("capitalize", str_capitalize, "($self, /)", "The first character in title case, the rest in lower case."),
    METHOD("casefold", str_casefold, "($self, /)", "A form for comparison without regard to case."),
    METHOD("center", str_center, "($self, width, fillchar=' ', /)", "Centered in a text of the width."),
    METHOD_FLAGS("count", str_count, "($self, sub, start=None, end=None, /)",
                 "How often the text occurs, without overlap.", METHOD_TUPLE),
    METHOD("encode", str_encode_method, "($self, /, encoding='utf-8', errors='strict')", "The text as bytes."),
    METHOD_FLAGS("endswith", str_endswith, "($self, suffix, start=None, end=None, /)", "True when the text ends so.",
                 METHOD_TUPLE),
    METHOD("expandtabs", str_expandtabs, "($self, /, tabsize=8)", "Tabs replaced by spaces."),
    METHOD_FLAGS("find", str_find_method, "($self, sub, start=None, end=None, /)", "The lowest index, or -1.",
                 METHOD_TUPLE),
    METHOD_ANY("format", str_format_method, "Replace the fields in braces by the formatted arguments.", 0),
    METHOD("format_map", str_format_map, "($self, mapping, /)", "As format, with the fields looked up in a mapping."),
    METHOD_FLAGS("index", str_index, "($self, sub, start=None, end=None, /)",
                 "The lowest index; ValueError when absent.", METHOD_TUPLE),
    METHOD("isalnum", str_isalnum, "($self, /)", "True when all are letters or numbers, and there is one."),
    METHOD("isalpha", str_isalpha, "($self, /)", "True when all are letters, and there is one."),
    METHOD("isascii", str_isascii, "($self, /)", "True when all are ASCII."),
    METHOD("isdecimal", str_isdecimal, "($self, /)", "True when all are decimal digits, and there is one."),
    METHOD("isdigit", str_isdigit, "($self, /)", "True when all are digits, and there is one."),
    METHOD("isidentifier", str_isidentifier, "($self, /)", "True when the text is an identifier."),
    METHOD("islower", str_islower, "($self, /)", "True when all cased characters are lower case, and there is one."),
    METHOD("isnumeric", str_isnumeric, "($self, /)", "True when all are numeric, and there is one."),
    METHOD("isprintable", str_isprintable, "($self, /)", "True when all are printable."),
    METHOD("isspace", str_isspace, "($self, /)", "True when all are white space, and there is one."),
    METHOD("istitle", str_istitle, "($self, /)", "True when the text is in title case."),
    METHOD("isupper", str_isupper, "($self, /)", "True when all cased characters are upper case, and there is one."),
    METHOD("join", str_join_method, "($self, iterable, /)", "The strings with this one between them."),
    METHOD("ljust", str_ljust, "($self, width, fillchar=' ', /)", "At the left in a text of the width."),
    METHOD("lower", str_lower, "($self, /)", "In lower case."),
    METHOD("lstrip", str_lstrip, "($self, chars=None, /)", "Without leading white space, or characters of a set."),
    METHOD_FLAGS("maketrans", str_maketrans, "(x, y=<unrepresentable>, z=<unrepresentable>, /)",
                 "A table for translate.", METHOD_STATIC),
    METHOD("partition", str_partition, "($self, sep, /)", "What is before the separator, it, and what is behind."),
    METHOD("removeprefix", str_removeprefix, "($self, prefix, /)", "Without the prefix."),
    METHOD("removesuffix", str_removesuffix, "($self, suffix, /)", "Without the suffix."),
    METHOD("replace", str_replace, "($self, old, new, count=-1, /)", "With the occurrences of one text replaced."),
    METHOD_FLAGS("rfind", str_rfind, "($self, sub, start=None, end=None, /)", "The highest index, or -1.",
                 METHOD_TUPLE),
    METHOD_FLAGS("rindex", str_rindex, "($self, sub, start=None, end=None, /)",
                 "The highest index; ValueError when absent.", METHOD_TUPLE),
    METHOD("rjust", str_rjust, "($self, width, fillchar=' ', /)", "At the right in a text of the width."),
    METHOD("rpartition", str_rpartition, "($self, sep, /)", "As partition, at the last separator."),
    METHOD("rsplit", str_rsplit, "($self, /, sep=None, maxsplit=-1)", "As split, from the end."),
    METHOD("rstrip", str_rstrip, "($self, chars=None, /)", "Without trailing white space, or characters of a set."),
    METHOD("split", str_split, "($self, /, sep=None, maxsplit=-1)", "The parts between separators, or white space."),
    METHOD("splitlines", str_splitlines, "($self, /, keepends=False)", "The lines."),
    METHOD_FLAGS("startswith", str_startswith, "($self, prefix, start=None, end=None, /)",
                 "True when the text begins so.", METHOD_TUPLE),
    METHOD("strip", str_strip, "($self, chars=None, /)", "Without white space, or characters of a set, on both sides."),
    METHOD("swapcase", str_swapcase, "($self, /)", "Upper case to lower and lower to upper."),
    METHOD("title", str_title, "($self, /)", "Each word in title case."),
    METHOD("translate", str_translate, "($self, table, /)", "Each character replaced by what the table has for it."),
    METHOD("upper", str_upper, "($self, /)", "In upper case."),
    METHOD("zfill", str_zfill, "($self, width, /)", "Filled with zeros on the left, behind a sign."),
    METHOD("__format__", str_format_special, "($self, format_spec, /)", "Format as the specification says."),
    METHOD("__getnewargs__", str_getnewargs, "($self, /)", "The arguments that make the text anew."),
    METHOD("__sizeof__", str_sizeof, "($self, /)", "Size in memory, in bytes."),
    {0},
};

/* ---- iteration ---- */

struct str_iterator {
    struct object header;
    value_slot text; /* exact, or None once exhausted */
    _Atomic int64_t index;
};

static const struct type_spec ascii_iterator_spec;

/* The iterators over ASCII have a type of their own, as in CPython, unless it is a subclass's. */
static value str_iter(value self)
{
    static _Atomic(struct type *) ascii;
    value text = str_exact(self);
    struct type *type = value_is(self, TYPE_ID_STR) && str_is_ascii(text)
                            ? type_define_once(&ascii, &ascii_iterator_spec)
                            : TYPE(STR_ITERATOR);
    struct str_iterator *it = type ? (struct str_iterator *)object_new(type, sizeof *it) : NULL;
    if (!it)
        return NULL;
    slot_init(&it->text, value_inc(text));
    return value_of(it);
}

static value str_iterator_next(value self)
{
    struct str_iterator *it = (struct str_iterator *)self;
    value text = slot_peek(&it->text);
    if (likely(!is_none(text) && (thread_is_alone() || object_is_mine(value_object(text))))) {
        /* The common case, without counting: a str of the caller's own cannot die now. */
        size_t i = (size_t)atomic_load_explicit(&it->index, memory_order_relaxed);
        if (likely(i < str_exact_length(text) && position_claim(&it->header, &it->index, (int64_t)i, (int64_t)i + 1)))
            return str_from_code_point(str_exact_at(text, i));
    }
    text = slot_load(&it->header, &it->text);
    if (is_none(text))
        return VALUE_END;
    value result = VALUE_END;
    size_t i;
    do
        i = (size_t)atomic_load_explicit(&it->index, memory_order_relaxed);
    while (i < str_exact_length(text) && !position_claim(&it->header, &it->index, (int64_t)i, (int64_t)i + 1));
    if (i < str_exact_length(text))
        result = str_from_code_point(str_exact_at(text, i));
    else
        slot_store(&it->header, &it->text, VALUE_NONE);
    value_dec(text);
    return result;
}

static value str_iterator_length_hint(value self)
{
    struct str_iterator *it = (struct str_iterator *)self;
    value text = slot_load(&it->header, &it->text);
    size_t i = (size_t)atomic_load_explicit(&it->index, memory_order_relaxed);
    size_t n = is_none(text) ? 0 : str_exact_length(text);
    value_dec(text);
    return small_int(i < n ? (int64_t)(n - i) : 0);
}

static value str_iterator_reduce(value self)
{
    struct str_iterator *it = (struct str_iterator *)self;
    value text = slot_load(&it->header, &it->text);
    if (is_none(text))
        return reduce_result(builtin_by_name("iter"), str_from_text(""), NULL, false);
    return reduce_result(builtin_by_name("iter"), text,
                         small_int(atomic_load_explicit(&it->index, memory_order_relaxed)), true);
}

static value str_iterator_setstate(value self, value state)
{
    struct str_iterator *it = (struct str_iterator *)self;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    value text = slot_load(&it->header, &it->text);
    if (!is_none(text)) {
        int64_t length = (int64_t)str_exact_length(text);
        atomic_store_explicit(&it->index, index < 0 ? 0 : index > length ? length : index, memory_order_relaxed);
        value_dec(text);
    }
    return VALUE_NONE;
}

static value str_iterator_self(value self)
{
    return value_inc(self);
}
static void str_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct str_iterator *)o)->text);
}
static void str_iterator_destroy(struct object *o)
{
    slot_drop(&((struct str_iterator *)o)->text);
}

static const struct method_def str_iterator_methods[] = {
    METHOD("__length_hint__", str_iterator_length_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", str_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", str_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

#define STR_ITERATOR_SPEC(NAME, ...)                                                                                  \
    {                                                                                                                 \
        .name = NAME, .size = sizeof(struct str_iterator), .flags = TYPE_FLAG_NO_NEW, .gc_flags = TYPE_GC_CONTAINER,  \
        .traverse = str_iterator_traverse, .destroy = str_iterator_destroy,                                           \
        .slots = {.iter = str_iterator_self, .next = str_iterator_next}, .methods = str_iterator_methods, __VA_ARGS__ \
    }
const struct type_spec str_iterator_type_spec = STR_ITERATOR_SPEC("str_iterator", .id = TYPE_ID_STR_ITERATOR, );
static const struct type_spec ascii_iterator_spec = STR_ITERATOR_SPEC("str_ascii_iterator");

/* `size` is that of an instance of a subclass, which adds its fields behind it. */
const struct type_spec str_type_spec = {
    .id = TYPE_ID_STR,
    .name = "str",
    .doc =
        "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from "
        "the given object.",
    .size = sizeof(struct str_instance),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_STR,
    .traverse = str_traverse,
    .destroy = str_destroy,
    .slots =
        {
            .new = str_type_new,
            .repr = str_repr,
            .str = str_str,
            .hash = str_hash_slot,
            .compare = str_compare_slot,
            .iter = str_iter,
            .binary = {[BINARY_REMAINDER] = str_remainder},
            .length = str_length_slot,
            .getitem = str_getitem,
            .contains = str_contains,
            .concat = str_concat_slot,
            .repeat = str_repeat,
        },
    .methods = str_methods,
};
