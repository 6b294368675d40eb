/* Compiling formats of the struct module; see struct_layout.h. */
#include "runtime/modules/data/struct_layout.h"
#include "threads/pause.h"

#include <stddef.h>

/* What a letter means: natively, in which case a number is aligned to its width; and in the standard sizes. A width of
   0: not to be had so. */
struct code {
    char letter;
    uint8_t kind, native, standard;
};
static const struct code codes[] = {
    {'b', FIELD_SIGNED, 1, 1},  {'B', FIELD_UNSIGNED, 1, 1},  {'h', FIELD_SIGNED, 2, 2}, {'H', FIELD_UNSIGNED, 2, 2},
    {'i', FIELD_SIGNED, 4, 4},  {'I', FIELD_UNSIGNED, 4, 4},  {'l', FIELD_SIGNED, 8, 4}, {'L', FIELD_UNSIGNED, 8, 4},
    {'q', FIELD_SIGNED, 8, 8},  {'Q', FIELD_UNSIGNED, 8, 8},  {'n', FIELD_SIGNED, 8, 0}, {'N', FIELD_UNSIGNED, 8, 0},
    {'P', FIELD_ADDRESS, 8, 0}, {'e', FIELD_FLOAT, 2, 2},     {'f', FIELD_FLOAT, 4, 4},  {'d', FIELD_FLOAT, 8, 8},
    {'?', FIELD_BOOL, 1, 1},    {'c', FIELD_CHARACTER, 1, 1}, {'s', FIELD_BYTES, 1, 1},  {'p', FIELD_PASCAL, 1, 1},
    {'x', FIELD_BYTES, 1, 1},
};

struct parser {
    const char *at;
    bool native, big_endian;
    ssize size;
    size_t fields; /* how many were looked at */
};

static void parser_init(struct parser *p, const char *format)
{
    *p = (struct parser){.at = format, .native = true};
    switch (*format) {
    case '<':
    case '=':
        p->native = false;
        p->at++;
        break;
    case '>':
    case '!':
        p->native = false;
        p->big_endian = true;
        p->at++;
        break;
    case '@':
        p->at++;
    }
}

static int too_long(struct parser *p)
{
    return raise_int(struct_error(), "total struct size too long");
}

/* The next field; 1, 0 at the end, -1 with an exception. */
static int parse(struct parser *p, struct struct_field *field)
{
    thread_report_at(++p->fields);
    for (size_t spaces = 0; *p->at == ' ' || (*p->at >= '\t' && *p->at <= '\r'); thread_report_at(++spaces))
        p->at++;
    if (!*p->at)
        return 0;
    ssize count = 1;
    if (*p->at >= '0' && *p->at <= '9') {
        for (count = 0; *p->at >= '0' && *p->at <= '9'; p->at++)
            if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, *p->at - '0', &count))
                return too_long(p);
        if (!*p->at)
            return raise_int(struct_error(), "repeat count given without format specifier");
    }
    const struct code *code = codes, *end = codes + sizeof codes / sizeof *codes;
    while (code < end && code->letter != *p->at)
        code++;
    unsigned width = code == end ? 0 : p->native ? code->native : code->standard;
    if (!width)
        return raise_int(struct_error(), "bad char in struct format");
    p->at++;
    if (p->native) {
        ssize unaligned = p->size % width;
        if (unaligned && __builtin_add_overflow(p->size, width - unaligned, &p->size))
            return too_long(p);
    }
    ssize bytes;
    if (__builtin_mul_overflow(count, (ssize)width, &bytes))
        return too_long(p);
    bool whole = code->kind >= FIELD_BYTES; /* the count is that of its bytes */
    *field = (struct struct_field){.code = code->letter,
                                   .kind = code->kind,
                                   .big_endian = p->big_endian,
                                   .native = p->native,
                                   .width = (uint8_t)width,
                                   .offset = p->size,
                                   .size = whole ? count : (ssize)width,
                                   .count = whole ? 1 : count};
    return __builtin_add_overflow(p->size, bytes, &p->size) ? too_long(p) : 1;
}

struct struct_layout *struct_layout_new(struct type *type, const char *format)
{
    struct parser parser;
    struct struct_field field;
    size_t count = 0;
    int found;
    parser_init(&parser, format);
    while ((found = parse(&parser, &field)) > 0)
        count += field.code != 'x' && field.count != 0;
    if (found < 0)
        return NULL;
    struct struct_layout *layout =
        (struct struct_layout *)object_new(type, offsetof(struct struct_layout, fields) + count * sizeof field);
    if (!layout)
        return NULL;
    layout->size = parser.size;
    parser_init(&parser, format);
    while (parse(&parser, &field) > 0)
        if (field.code != 'x' && field.count != 0) {
            layout->fields[layout->field_count++] = field;
            layout->items += field.count;
        }
    return layout;
}

const struct type_spec struct_layout_spec = {
    .name = "_struct.layout",
    .doc = "A compiled format.",
    .size = sizeof(struct struct_layout),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_VARIABLE_SIZE,
    .gc_flags = TYPE_GC_SHARDABLE,
};
