/*
 * The unicodedata module: the Unicode character database of 14.0, and as ucd_3_2_0 that of 3.2.0.
 *
 * The functions of the module are the methods of the object for the old database; which database they mean is told by
 * `self`. The old one is the new one without the characters that came later and with some values of its own
 * (unicode_old_records).
 */
#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/unicode/names.h"
#include "runtime/objects/unicode/normalize.h"
#include "runtime/objects/unicode/unicode.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>
#include <string.h>

static struct type *database_type;

/* The texts of the lists that records have indices of: interned, immortal, made by the module's first fill. */
enum { CATEGORIES = 30, BIDIRECTIONAL_CLASSES = 24, WIDTHS = 6 };
static value categories[CATEGORIES], bidirectional_classes[BIDIRECTIONAL_CLASSES], widths[WIDTHS];

static bool is_old(value self)
{
    return value_type(self) == database_type;
}

/* The character that an argument is. */
static bool get_character(value v, const char *function, const char *argument, uint32_t *c)
{
    if (!is_str(v) || str_length(v) != 1)
        return raise_false(EXC(TypeError), "%s() %s must be a unicode character, not %K", function, argument, v);
    *c = str_at(v, 0);
    return true;
}

/* Where the old database has values of its own; NULL: the new ones, or none at all. */
static const struct unicode_old_record *old_record(uint32_t c)
{
    size_t low = 0, high = unicode_old_record_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct unicode_old_record *old = &unicode_old_records[middle];
        if (c < old->first)
            high = middle;
        else if (c > old->last)
            low = middle + 1;
        else
            return old;
    }
    return NULL;
}

/* Of a character in the database that is meant; all zero where it has none. */
static struct unicode_record record_of(value self, uint32_t c)
{
    struct unicode_record record = *unicode_record_of(c);
    if (!is_old(self))
        return record;
    if (!record.old)
        return (struct unicode_record){0};
    const struct unicode_old_record *old = old_record(c);
    if (old) {
        record.category = old->category;
        record.bidirectional = old->bidirectional;
        record.width = old->width;
        record.mirrored = old->mirrored;
    }
    return record;
}

static bool is_missing_here(value self, uint32_t c)
{
    return is_old(self) && !unicode_record_of(c)->old;
}

/* ---- properties ---- */
#define PROPERTY(NAME, RESULT)                             \
    static value get_##NAME(value self, value chr)         \
    {                                                      \
        uint32_t c;                                        \
        if (!get_character(chr, #NAME, "argument", &c))    \
            return NULL;                                   \
        struct unicode_record record = record_of(self, c); \
        return RESULT;                                     \
    }
PROPERTY(category, value_inc(categories[record.category]))
PROPERTY(bidirectional, value_inc(bidirectional_classes[record.bidirectional]))
PROPERTY(east_asian_width, value_inc(widths[record.width]))
PROPERTY(combining, small_int(record.combining))
PROPERTY(mirrored, small_int(record.mirrored))

/* What stands for a value that a character lacks. */
static value or_default(value fallback, const char *message)
{
    return is_missing(fallback) ? raise(EXC(ValueError), "%s", message) : value_inc(fallback);
}

static value get_decimal(value self, value chr, value fallback)
{
    uint32_t c;
    if (!get_character(chr, "decimal", "argument 1", &c))
        return NULL;
    int digit = is_missing_here(self, c) ? -1 : unicode_decimal(c);
    const struct unicode_old_record *old = is_old(self) ? old_record(c) : NULL;
    if (old)
        digit = old->decimal;
    return digit < 0 ? or_default(fallback, "not a decimal") : small_int(digit);
}

static value get_digit(value self, value chr, value fallback)
{
    uint32_t c;
    if (!get_character(chr, "digit", "argument 1", &c))
        return NULL;
    int digit = unicode_type_of(c)->digit;
    return digit < 0 ? or_default(fallback, "not a digit") : small_int(digit);
}

static value get_numeric(value self, value chr, value fallback)
{
    uint32_t c;
    if (!get_character(chr, "numeric", "argument 1", &c))
        return NULL;
    size_t low = 0, high = is_missing_here(self, c) ? 0 : unicode_number_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint32_t there = unicode_numbers[middle] >> 8;
        if (there == c)
            return float_new(unicode_number_values[unicode_numbers[middle] & 0xFF]);
        if (there < c)
            low = middle + 1;
        else
            high = middle;
    }
    return or_default(fallback, "not a numeric character");
}

static value get_decomposition(value self, value chr)
{
    uint32_t c, parts[UNICODE_LONGEST_DECOMPOSITION];
    if (!get_character(chr, "decomposition", "argument", &c))
        return NULL;
    const char *prefix = "";
    size_t count = is_missing_here(self, c) ? 0 : unicode_decomposition(c, parts, &prefix);
    if (count == 0)
        return str_empty();
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, prefix);
    for (size_t i = 0; i < count; i++)
        builder_add_format(&b, i || *prefix ? " %04X" : "%04X", parts[i]);
    return builder_finish(&b);
}

/* ---- names ---- */
static value get_name(value self, value chr, value fallback)
{
    uint32_t c;
    if (!get_character(chr, "name", "argument 1", &c))
        return NULL;
    char name[UNICODE_NAME_ROOM];
    if (is_missing_here(self, c) || !unicode_name_of(c, name))
        return or_default(fallback, "no such name");
    return str_from_ascii(name, strlen(name));
}

static value find_name(value self, const char *name, size_t length)
{
    struct unicode_named found;
    if (length > 256)
        return raise(EXC(KeyError), "name too long");
    if (unicode_name_find(name, length, &found) &&
        (!is_old(self) || found.kind == UNICODE_NAME_BY_RULE ||
         (found.kind == UNICODE_NAME_PLAIN && unicode_record_of(found.points[0])->old)))
        return str_from_ucs4(found.points, found.length);
    value text = str_decode((const uint8_t *)name, length, "utf-8", "replace");
    if (text)
        raise(EXC(KeyError), "undefined character name '%U'", text);
    value_dec(text);
    return NULL;
}

static value lookup(value self, value name)
{
    if (is_str(name)) {
        struct text text;
        if (!text_of(name, &text))
            return NULL;
        value result = find_name(self, text.bytes, text.length);
        text_release(&text);
        return result;
    }
    struct buffer buffer;
    if (!buffer_get(name, &buffer, BUFFER_SIMPLE))
        return NULL;
    value result = find_name(self, buffer.data, (size_t)buffer.length);
    buffer_release(&buffer);
    return result;
}

/* ---- normal forms ---- */
static bool get_form(value form, value text, const char *function)
{
    if (!is_str(form))
        return raise_false(EXC(TypeError), "%s() argument 1 must be str, not %K", function, form);
    if (!is_str(text))
        return raise_false(EXC(TypeError), "%s() argument 2 must be str, not %K", function, text);
    return true;
}

static bool read_form(value name, enum unicode_form *form)
{
    static const char *const names[] = {"NFD", "NFKD", "NFC", "NFKC"};
    for (unsigned i = 0; i < 4; i++)
        if (str_equals_text(name, names[i])) {
            *form = (enum unicode_form)i;
            return true;
        }
    return raise_false(EXC(ValueError), "invalid normalization form");
}

/* What the properties of the characters say. */
static enum unicode_quick look(value text, enum unicode_form form)
{
    value exact = str_exact(text);
    if (str_exact_is_ascii(exact))
        return UNICODE_YES;
    struct span s = str_span(exact);
    enum unicode_quick result = UNICODE_YES;
    uint8_t state = 0;
    for (size_t i = 0; i < s.length && result != UNICODE_NO; thread_report_at(++i)) {
        uint32_t c = span_at(s, i);
        enum unicode_quick step = c < 0xA0 ? (state = 0, UNICODE_YES) : unicode_quick_step(form, c, &state);
        result = step > result ? step : result;
    }
    return result;
}

static value normal_form(value text, enum unicode_form form, bool old)
{
    struct span s = str_span(str_exact(text));
    struct unicode_text normal = {0};
    bool done = true;
    for (size_t i = 0; done && i < s.length; thread_report_at(++i))
        done = unicode_decompose(&normal, form, old, span_at(s, i));
    done = done && unicode_finish(&normal, form);
    value result = done ? str_from_ucs4(normal.points, normal.length) : raise_no_memory();
    raw_free(normal.points);
    return result;
}

static value normalize(value self, value name, value text)
{
    enum unicode_form form = UNICODE_NFD;
    if (!get_form(name, text, "normalize"))
        return NULL;
    if (str_length(text) == 0)
        return value_inc(text);
    if (!read_form(name, &form))
        return NULL;
    if (!is_old(self) && look(text, form) == UNICODE_YES)
        return value_inc(text);
    return normal_form(text, form, is_old(self));
}

static value is_normalized(value self, value name, value text)
{
    enum unicode_form form = UNICODE_NFD;
    if (!get_form(name, text, "is_normalized"))
        return NULL;
    if (str_length(text) == 0)
        return VALUE_TRUE;
    if (!read_form(name, &form))
        return NULL;
    enum unicode_quick quick = is_old(self) ? UNICODE_MAYBE : look(text, form);
    if (quick != UNICODE_MAYBE)
        return value_bool(quick == UNICODE_YES);
    value normal = normal_form(text, form, is_old(self));
    if (!normal)
        return NULL;
    bool equal = str_equal(normal, text);
    value_dec(normal);
    return value_bool(equal);
}

/* ---- the module ---- */
static const struct method_def functions[] = {
    METHOD("bidirectional", get_bidirectional, "($self, chr, /)",
           "Returns the bidirectional class assigned to the character chr as string.\n\n"
           "If no such value is defined, an empty string is returned."),
    METHOD("category", get_category, "($self, chr, /)",
           "Returns the general category assigned to the character chr as string."),
    METHOD("combining", get_combining, "($self, chr, /)",
           "Returns the canonical combining class assigned to the character chr as integer.\n\n"
           "Returns 0 if no combining class is defined."),
    METHOD("decimal", get_decimal, "($self, chr, default=<unrepresentable>, /)",
           "Converts a Unicode character into its equivalent decimal value.\n\n"
           "Returns the decimal value assigned to the character chr as integer.\n"
           "If no such value is defined, default is returned, or, if not given,\nValueError is raised."),
    METHOD("decomposition", get_decomposition, "($self, chr, /)",
           "Returns the character decomposition mapping assigned to the character chr as string.\n\n"
           "An empty string is returned in case no such mapping is defined."),
    METHOD("digit", get_digit, "($self, chr, default=<unrepresentable>, /)",
           "Converts a Unicode character into its equivalent digit value.\n\n"
           "Returns the digit value assigned to the character chr as integer.\n"
           "If no such value is defined, default is returned, or, if not given,\nValueError is raised."),
    METHOD("east_asian_width", get_east_asian_width, "($self, chr, /)",
           "Returns the east asian width assigned to the character chr as string."),
    METHOD("is_normalized", is_normalized, "($self, form, unistr, /)",
           "Return whether the Unicode string unistr is in the normal form 'form'.\n\n"
           "Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'."),
    METHOD("lookup", lookup, "($self, name, /)",
           "Look up character by name.\n\nIf a character with the given name is found, return the\n"
           "corresponding character.  If not found, KeyError is raised."),
    METHOD("mirrored", get_mirrored, "($self, chr, /)",
           "Returns the mirrored property assigned to the character chr as integer.\n\n"
           "Returns 1 if the character has been identified as a \"mirrored\"\n"
           "character in bidirectional text, 0 otherwise."),
    METHOD("name", get_name, "($self, chr, default=<unrepresentable>, /)",
           "Returns the name assigned to the character chr as a string.\n\n"
           "If no name is defined, default is returned, or, if not given,\nValueError is raised."),
    METHOD("normalize", normalize, "($self, form, unistr, /)",
           "Return the normal form 'form' for the Unicode string unistr.\n\n"
           "Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'."),
    METHOD("numeric", get_numeric, "($self, chr, default=<unrepresentable>, /)",
           "Converts a Unicode character into its equivalent numeric value.\n\n"
           "Returns the numeric value assigned to the character chr as float.\n"
           "If no such value is defined, default is returned, or, if not given,\nValueError is raised."),
    {0},
};

static value get_version(value self)
{
    return str_from_text("3.2.0");
}
static const struct getset_def database_getset[] = {
    {"unidata_version", get_version, NULL, NULL},
    {0},
};
static const struct type_spec database_spec = {
    .name = "unicodedata.UCD",
    .size = sizeof(struct object),
    .flags = TYPE_FLAG_NO_NEW,
    .methods = functions,
    .getset = database_getset,
};

static bool make_texts(value *made, const char (*texts)[4], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!made[i] && !(made[i] = str_interned(texts[i])))
            return false;
    return true;
}

static bool fill(value module)
{
    return make_texts(categories, unicode_categories, CATEGORIES) &&
           make_texts(bidirectional_classes, unicode_bidirectional_classes, BIDIRECTIONAL_CLASSES) &&
           make_texts(widths, unicode_widths, WIDTHS) && module_define_type(module, &database_type, &database_spec) &&
           module_add_owned(module, "ucd_3_2_0", value_of(object_new(database_type, sizeof(struct object)))) &&
           module_add_owned(module, "unidata_version", str_from_text("14.0.0"));
}

const struct module_def unicodedata_module = {
    .name = "unicodedata",
    .doc = "This module provides access to the Unicode Character Database which\n"
           "defines character properties for all Unicode characters. The data in\n"
           "this database is based on the UnicodeData.txt file version\n"
           "14.0.0 which is publicly available from ftp://ftp.unicode.org/.\n\n"
           "The module uses the same names and symbols as defined by the\n"
           "UnicodeData File Format 14.0.0.",
    .functions = functions,
    .fill = fill,
};
