/* The _string module: the parts of format strings, for string.Formatter. */
#include "runtime/modules/module.h"
#include "runtime/objects/containers/container.h"
#include "threads/pause.h"

/* ---- formatter_field_name_split: "0.name[key]" -> (0, [(True, "name"), (False, "key")]) ---- */

/* An int when it is all digits, else the text. */
static value number_or_text(value text, size_t start, size_t end)
{
    int64_t number = 0;
    bool digits = end > start;
    for (size_t i = start; digits && i < end; i++) {
        uint32_t c = str_at(text, i);
        digits = c >= '0' && c <= '9';
        if (digits && (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, c - '0', &number)))
            return raise(EXC(ValueError), "Too many decimal digits in format string");
    }
    return digits ? int_from_i64(number) : str_substring(text, start, end);
}

static bool add_part(value list, bool attribute, value part /* stolen */)
{
    value pair = part ? tuple_pack(2, value_bool(attribute), part) : NULL;
    value_dec(part);
    return pair && list_append_owned(list, pair);
}

static bool split_rest(value text, size_t i, value list)
{
    size_t length = str_length(text);
    for (; i < length; thread_report()) {
        uint32_t c = str_at(text, i++);
        size_t start = i;
        if (c == '.') {
            while (i < length && str_at(text, i) != '.' && str_at(text, i) != '[')
                thread_report_at(++i);
            if (i == start)
                return raise_false(EXC(ValueError), "Empty attribute in format string");
            if (!add_part(list, true, str_substring(text, start, i)))
                return false;
        } else if (c == '[') {
            while (i < length && str_at(text, i) != ']')
                thread_report_at(++i);
            if (i == length)
                return raise_false(EXC(ValueError), "Missing ']' in format string");
            if (i == start)
                return raise_false(EXC(ValueError), "Empty attribute in format string");
            if (!add_part(list, false, number_or_text(text, start, i++)))
                return false;
        } else {
            return raise_false(EXC(ValueError), "Only '.' or '[' may follow ']' in format field specifier");
        }
    }
    return true;
}

static value field_name_split(value self, value text)
{
    if (!is_str(text))
        return raise(EXC(TypeError), "expected str, got %T", text);
    size_t i = 0, length = str_length(text);
    while (i < length && str_at(text, i) != '.' && str_at(text, i) != '[')
        thread_report_at(++i);
    value first = number_or_text(text, 0, i), list = first ? list_new(2) : NULL;
    value iterator = list && split_rest(text, i, list) ? iter_get(list) : NULL;
    value result = iterator ? tuple_pack(2, first, iterator) : NULL;
    value_dec(iterator);
    value_dec(list);
    value_dec(first);
    return result;
}

/* ---- formatter_parser: (literal, field name, format spec, conversion) of each piece ---- */
static bool add_piece(value list, value literal /* stolen */, value name, value spec, value conversion /* all stolen */)
{
    bool done = literal && name && spec && conversion;
    value piece = done ? tuple_pack(4, literal, name, spec, conversion) : NULL;
    value_dec(literal);
    value_dec(name);
    value_dec(spec);
    value_dec(conversion);
    return piece && list_append_owned(list, piece);
}

/* The field that starts behind its '{' at `i`; *next behind its '}'. */
static bool parse_field(value text, size_t i, size_t *next, value list, value literal /* stolen */)
{
    size_t length = str_length(text), start = i, depth = 1, brackets = 0, colon = SIZE_MAX, bang = SIZE_MAX;
    for (; i < length; thread_report_at(++i)) {
        uint32_t c = str_at(text, i);
        if (colon == SIZE_MAX && bang == SIZE_MAX && c == '[')
            brackets = 1;
        else if (c == ']')
            brackets = 0;
        if (brackets)
            continue;
        if (c == '{') {
            if (colon == SIZE_MAX) {
                value_dec(literal);
                return raise_false(EXC(ValueError), "unexpected '{' in field name");
            }
            depth++;
        } else if (c == '}' && --depth == 0) {
            break;
        } else if (c == ':' && colon == SIZE_MAX) {
            colon = i;
        } else if (c == '!' && colon == SIZE_MAX && bang == SIZE_MAX) {
            bang = i;
        }
    }
    if (i >= length) {
        value_dec(literal);
        return raise_false(EXC(ValueError), i == start ? "Single '{' encountered in format string"
                                                       : "expected '}' before end of string");
    }
    size_t name_end = bang != SIZE_MAX ? bang : colon != SIZE_MAX ? colon : i;
    value conversion = VALUE_NONE;
    if (bang != SIZE_MAX) {
        size_t end = colon != SIZE_MAX ? colon : i;
        if (end != bang + 2) {
            value_dec(literal);
            return raise_false(EXC(ValueError), end < bang + 2 ? "unmatched '{' in format spec"
                                                               : "expected ':' after conversion specifier");
        }
        conversion = str_substring(text, bang + 1, bang + 2);
    }
    *next = i + 1;
    return add_piece(list, literal, str_substring(text, start, name_end),
                     colon != SIZE_MAX ? str_substring(text, colon + 1, i) : str_from_text(""), conversion);
}

static bool parse_all(value text, value list)
{
    size_t length = str_length(text), i = 0;
    for (; i < length; thread_report()) {
        struct str_builder literal;
        builder_init(&literal);
        bool field = false, doubled = false;
        while (i < length && !field && !doubled) {
            thread_report_at(i + 1);
            uint32_t c = str_at(text, i++);
            bool twice = i < length && str_at(text, i) == c;
            if (c == '}' && !twice) {
                builder_discard(&literal);
                return raise_false(EXC(ValueError), "Single '}' encountered in format string");
            }
            if (c == '{' && !twice) {
                field = true;
                break;
            }
            builder_add_char(&literal, c);
            if (c == '{' || c == '}') { /* doubled braces end a literal */
                i++;
                doubled = true;
            }
        }
        value text_part = builder_finish(&literal);
        if (!text_part)
            return false;
        if (field ? !parse_field(text, i, &i, list, text_part)
                  : !add_piece(list, text_part, VALUE_NONE, VALUE_NONE, VALUE_NONE))
            return false;
    }
    return true;
}

static value parser(value self, value format_string)
{
    if (!is_str(format_string))
        return raise(EXC(TypeError), "expected str, got %T", format_string);
    value list = list_new(4), iterator = list && parse_all(format_string, list) ? iter_get(list) : NULL;
    value_dec(list);
    return iterator;
}

static const struct method_def functions[] = {
    METHOD("formatter_field_name_split", field_name_split, "(field_name, /)", "split the argument as a field name"),
    METHOD("formatter_parser", parser, "(format_string, /)", "parse the argument as a format string"),
    {0},
};
const struct module_def _string_module = {.name = "_string", .doc = "string helper module", .functions = functions};
