/*
 * str.format and str.format_map: literal text and replacement fields {name.attribute[index]!conversion:specification},
 * where the specification may contain fields in turn, one level deep.
 */
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"

enum numbering { NUMBERING_OPEN, NUMBERING_AUTOMATIC, NUMBERING_MANUAL };

/* One call of format. */
struct template_call {
    const value *args; /* NULL: format_map, whose mapping is `mapping` */
    size_t nargs;
    value kwnames, mapping;
    enum numbering numbering;
    size_t next;
};

/* A field of the template, as ranges of it. */
struct field {
    size_t name, name_end, spec, spec_end;
    uint32_t conversion; /* 0: none */
    bool nested;         /* the specification has fields */
};

static bool fail(const char *message)
{
    return raise_false(EXC(ValueError), "%s", message);
}

/* Parse the field that begins behind the brace at *at; *at moves behind it. */
static bool parse_field(struct span s, size_t *at, struct field *f)
{
    size_t i = *at;
    uint32_t c = 0;
    *f = (struct field){.name = i};
    while (i < s.length) {
        thread_report_at(i + 1);
        c = span_at(s, i++);
        if (c == '{')
            return fail("unexpected '{' in field name");
        if (c == '[') {
            while (i < s.length && span_at(s, i) != ']')
                thread_report_at(++i);
            continue;
        }
        if (c == '}' || c == ':' || c == '!')
            break;
    }
    if (c != '}' && c != ':' && c != '!')
        return fail("expected '}' before end of string");
    f->name_end = i - 1;
    f->spec = f->spec_end = i;
    if (c == '}') {
        *at = i;
        return true;
    }
    if (c == '!') {
        if (i >= s.length)
            return fail("end of string while looking for conversion specifier");
        f->conversion = span_at(s, i++);
        if (i < s.length) {
            c = span_at(s, i++);
            if (c == '}') {
                f->spec = f->spec_end = *at = i;
                return true;
            }
            if (c != ':')
                return fail("expected ':' after conversion specifier");
        }
    }
    f->spec = i;
    for (size_t depth = 1; i < s.length;) {
        thread_report_at(i + 1);
        c = span_at(s, i++);
        if (c == '{') {
            f->nested = true;
            depth++;
        } else if (c == '}' && --depth == 0) {
            f->spec_end = i - 1;
            *at = i;
            return true;
        }
    }
    return fail("unmatched '{' in format spec");
}

/* The number that the span is, -1 when it is none, -2 with an exception when it is too large. */
static ssize parse_index(struct span s)
{
    ssize n = 0;
    if (s.length == 0)
        return -1;
    for (size_t i = 0; i < s.length; thread_report_at(++i)) {
        uint32_t c = span_at(s, i);
        if (c < '0' || c > '9')
            return -1;
        if (n > (INT64_MAX - (ssize)(c - '0')) / 10) {
            raise(EXC(ValueError), "Too many decimal digits in format string");
            return -2;
        }
        n = n * 10 + (ssize)(c - '0');
    }
    return n;
}

static value named_argument(struct template_call *call, struct span name)
{
    value key = str_from_span(name), found = NULL;
    if (!key)
        return NULL;
    if (call->mapping)
        found = item_get(call->mapping, key);
    else {
        for (size_t i = 0; call->kwnames && !found && i < tuple_length(call->kwnames); thread_report_at(++i))
            if (str_equal(tuple_get(call->kwnames, i), key))
                found = value_inc(call->args[call->nargs + i]);
        if (!found)
            raise_key_error(key);
    }
    value_dec(key);
    return found;
}

static value first_object(struct template_call *call, struct span name)
{
    ssize index = parse_index(name);
    if (index == -2)
        return NULL;
    bool empty = name.length == 0;
    if (empty || index >= 0) {
        enum numbering wanted = empty ? NUMBERING_AUTOMATIC : NUMBERING_MANUAL;
        if (call->numbering == NUMBERING_OPEN)
            call->numbering = wanted;
        if (call->numbering != wanted)
            return raise(EXC(ValueError),
                         empty ? "cannot switch from manual field specification to automatic field numbering"
                               : "cannot switch from automatic field numbering to manual field specification");
        if (empty)
            index = (ssize)call->next++;
    }
    if (index < 0)
        return named_argument(call, name);
    if (call->mapping)
        return raise(EXC(ValueError), "Format string contains positional fields");
    if ((size_t)index >= call->nargs)
        return raise(EXC(IndexError), "Replacement index %zd out of range for positional args tuple", index);
    return value_inc(call->args[index]);
}

/* The object that a field name leads to. */
static value field_object(struct template_call *call, struct span name)
{
    size_t i = 0;
    while (i < name.length && span_at(name, i) != '.' && span_at(name, i) != '[')
        thread_report_at(++i);
    value v = first_object(call, span_part(name, 0, i));
    for (; v && i < name.length; thread_report()) {
        uint32_t c = span_at(name, i++);
        size_t start = i, end;
        value next = NULL;
        if (c == '.') {
            while (i < name.length && span_at(name, i) != '.' && span_at(name, i) != '[')
                thread_report_at(++i);
            end = i;
        } else if (c == '[') {
            while (i < name.length && span_at(name, i) != ']')
                thread_report_at(++i);
            end = i;
            if (i == name.length) {
                raise(EXC(ValueError), "Missing ']' in format string");
                goto step;
            }
            i++;
        } else {
            raise(EXC(ValueError), "Only '.' or '[' may follow ']' in format field specifier");
            goto step;
        }
        struct span part = span_part(name, start, end);
        if (part.length == 0) {
            raise(EXC(ValueError), "Empty attribute in format string");
            goto step;
        }
        ssize index = c == '[' ? parse_index(part) : -1;
        if (index >= 0)
            next = item_get(v, small_int(index));
        else if (index == -1) {
            value key = str_from_span(part);
            next = !key ? NULL : c == '.' ? attr_get(v, key) : item_get(v, key);
            value_dec(key);
        }
    step:
        value_dec(v);
        v = next;
    }
    return v;
}

static bool expand(struct template_call *call, struct str_builder *b, struct span s, int depth);

static bool add_field(struct template_call *call, struct str_builder *b, struct span s, const struct field *f,
                      int depth)
{
    value v = field_object(call, span_part(s, f->name, f->name_end));
    if (!v)
        return false;
    if (f->conversion) {
        value converted = NULL;
        switch (f->conversion) {
        case 'r':
            converted = value_repr(v);
            break;
        case 's':
            converted = value_str(v);
            break;
        case 'a':
            converted = value_ascii(v);
            break;
        default:
            if (f->conversion > 32 && f->conversion < 127)
                raise(EXC(ValueError), "Unknown conversion specifier %c", (int)f->conversion);
            else
                raise(EXC(ValueError), "Unknown conversion specifier \\x%x", (unsigned)f->conversion);
        }
        value_dec(v);
        if (!(v = converted))
            return false;
    }
    struct span spec = span_part(s, f->spec, f->spec_end);
    if (spec.length == 0 && (value_is_small_int(v) || value_is(v, TYPE_ID_STR))) {
        builder_add_plain(b, v);
        value_dec(v);
        return true;
    }
    value spec_text;
    if (f->nested) {
        struct str_builder inner;
        builder_init(&inner);
        if (!expand(call, &inner, spec, depth - 1)) {
            builder_discard(&inner);
            spec_text = NULL;
        } else
            spec_text = builder_finish(&inner);
    } else
        spec_text = str_from_span(spec);
    value text = spec_text ? value_format(v, spec_text) : NULL;
    value_dec(spec_text);
    value_dec(v);
    if (!text)
        return false;
    builder_add_str(b, text);
    value_dec(text);
    return true;
}

static void add_part(struct str_builder *b, struct span s, size_t start, size_t end)
{
    builder_add_span(b, span_part(s, start, end), s.width == 1 ? 0xFF : s.width == 2 ? 0xFFFF : 0x10FFFF);
}

/* Where the literal that begins at i ends; *c is the brace there, if there is one. */
static size_t literal_end(struct span s, size_t i, uint32_t *c)
{
    for (;; thread_report()) {
        size_t stop = s.length - i > SPAN_LONG ? i + SPAN_LONG : s.length;
        while (i < stop && (*c = span_at(s, i)) != '{' && *c != '}')
            i++;
        if (i < stop || i == s.length)
            return i;
    }
}

static bool expand(struct template_call *call, struct str_builder *b, struct span s, int depth)
{
    if (depth <= 0)
        return fail("Max string recursion exceeded");
    for (size_t i = 0; i < s.length; thread_report()) {
        size_t start = i;
        uint32_t c = 0;
        i = literal_end(s, i, &c);
        add_part(b, s, start, i);
        if (i == s.length)
            break;
        i++;
        if (i < s.length && span_at(s, i) == c) {
            builder_add_char(b, c);
            i++;
            continue;
        }
        if (c == '}')
            return fail("Single '}' encountered in format string");
        if (i == s.length)
            return fail("Single '{' encountered in format string");
        struct field f;
        if (!parse_field(s, &i, &f) || !add_field(call, b, s, &f, depth))
            return false;
    }
    return true;
}

static value format_template(value self, struct template_call *call)
{
    struct str_builder b;
    builder_init(&b);
    if (!expand(call, &b, str_span(str_exact(self)), 2)) {
        builder_discard(&b);
        return NULL;
    }
    return builder_finish(&b);
}

value str_format_method(value self, const value *args, size_t nargs, value kwnames)
{
    struct template_call call = {.args = args, .nargs = nargs, .kwnames = kwnames};
    return format_template(self, &call);
}

value str_format_map(value self, value given_mapping)
{
    struct template_call call = {.mapping = given_mapping};
    return format_template(self, &call);
}
