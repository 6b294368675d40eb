/* Numbers and strings: from the text of tokens to constants. */
#include "runtime/compiler/syntax/parser.h"

#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/objects/unicode/names.h"

/* ---- numbers ------------------------------------------------------------------------------------- */

_Thread_local int parse_max_int_digits = 4300;

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

/* strtod that does not depend on the process's locale. */
static double parse_double(const char *digits)
{
    pthread_once(&c_locale_once, make_c_locale);
    return c_locale != (locale_t)0 ? strtod_l(digits, NULL, c_locale) : strtod(digits, NULL);
}

static void parse_integer(struct parser *parser, const char *digits, size_t length, struct ast_constant *constant)
{
    int base = 10;
    if (length > 2 && digits[0] == '0' && (digits[1] | 0x20) > '9') {
        int mark = digits[1] | 0x20;
        base = mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
        digits += 2;
        length -= 2;
    }
    int limit = parse_max_int_digits;
    if (base == 10 && limit > 0 && length > (size_t)limit) {
        struct ast_position at = token_position(parser_token(parser));
        at.col_offset = at.end_col_offset = -1;
        parser_raise_at(parser, at,
                        "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; use "
                        "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer "
                        "literals to avoid decimal conversion limits.",
                        limit, length);
    }
    constant->kind = CONSTANT_INT;
    constant->integer.digits = digits;
    constant->integer.length = (uint32_t)length;
    constant->integer.base = (uint8_t)base;
    constant->integer.fits_int64 = true;
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        char c = digits[i];
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
        if (value > ((uint64_t)INT64_MAX - digit) / (unsigned)base) {
            constant->integer.fits_int64 = false;
            value = 0;
            break;
        }
        value = value * (unsigned)base + digit;
    }
    constant->integer.small = (int64_t)value;
}

struct ast_expr *parse_number(struct parser *parser)
{
    const struct token *token = parser_token(parser);
    struct place start = {token->lineno, token->col_offset};
    struct ast_constant constant = {0};
    char *digits = parser_alloc(parser, token->length + 1);
    size_t length = 0;
    bool is_float = false;
    bool is_hex = token->length > 1 && token->text[0] == '0' && (token->text[1] | 0x20) == 'x';
    for (uint32_t i = 0; i < token->length; i++) {
        char c = token->text[i];
        is_float |= !is_hex && (c == '.' || c == 'e' || c == 'E');
        if (c != '_') {
            digits[length++] = c;
        }
    }
    digits[length] = '\0';
    if (length < token->length) {
        parser_need(parser, 6, "Underscores in numeric literals are");
    }
    if (!is_hex && (digits[length - 1] | 0x20) == 'j') {
        digits[length - 1] = '\0';
        constant.kind = CONSTANT_COMPLEX;
        constant.real = parse_double(digits);
    } else if (is_float) {
        constant.kind = CONSTANT_FLOAT;
        constant.real = parse_double(digits);
    } else {
        parse_integer(parser, digits, length, &constant);
    }
    parser->mark++;
    struct ast_expr *number = parser_expr(parser, EXPR_CONSTANT, start);
    number->constant = constant;
    return number;
}

/* ---- text under construction --------------------------------------------------------------------- */

void text_append(struct parser *parser, struct text_buffer *buffer, const char *bytes, size_t length)
{
    if (buffer->capacity - buffer->length < length) {
        size_t capacity = buffer->capacity * 2 + length;
        char *grown = parser_alloc(parser, capacity);
        if (buffer->length > 0) {
            memcpy(grown, buffer->bytes, buffer->length);
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    if (length > 0) {
        memcpy(buffer->bytes + buffer->length, bytes, length);
        buffer->length += length;
    }
}

struct ast_expr *string_constant(struct parser *parser, const char *bytes, size_t length, bool u_prefix,
                                 struct ast_position position)
{
    struct ast_expr *expr = parser_alloc(parser, sizeof *expr);
    char *copy = parser_alloc(parser, length + 1);
    unsigned char seen = 0;
    for (size_t i = 0; i < length; i++) {
        seen |= (unsigned char)bytes[i];
        copy[i] = bytes[i];
    }
    copy[length] = '\0';
    expr->kind = EXPR_CONSTANT;
    expr->position = position;
    expr->constant = (struct ast_constant){.kind = CONSTANT_STR, .has_u_prefix = u_prefix, .is_ascii = seen < 0x80};
    expr->constant.string.bytes = copy;
    expr->constant.string.length = length;
    return expr;
}

/* ---- escapes ------------------------------------------------------------------------------------- */

static void warn_escape(struct parser *parser, const struct string_token *token, const char *format, int size,
                        const char *escape)
{
    if (token->quiet) {
        return;
    }
    char message[64];
    int length = snprintf(message, sizeof message, format, size, escape);
    const char *copy = arena_copy(parser->arena, message, (size_t)length);
    const struct ast_position *at = &token->position;
    if (copy == NULL ||
        !lexer_warn(parser->lexer, SYNTAX_WARNING_DEPRECATION, copy, at->lineno, at->col_offset, at->end_col_offset)) {
        parser_raise_memory(parser);
    }
}

void string_warn_escape(struct parser *parser, const struct string_token *token, const char *escape)
{
    warn_escape(parser, token, "invalid escape sequence '\\%.*s'", 1, escape);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to three octal digits. Returns their value. */
static unsigned read_octal(const char **at, const char *end)
{
    unsigned value = 0;
    for (int i = 0; i < 3 && *at < end && **at >= '0' && **at <= '7'; i++) {
        value = value * 8 + (unsigned)(*(*at)++ - '0');
    }
    return value;
}

/* The single character that a simple escape stands for, or -1. */
static int simple_escape(char c)
{
    switch (c) {
    case '\\':
    case '\'':
    case '"':
        return c;
    case 'a':
        return '\a';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    default:
        return -1;
    }
}

/* Decoding of one piece of text. Python decodes an ASCII form of it in which every other character is ten bytes long
 * (\U00000000) and reports positions in that form; `shift` is the difference to positions in the UTF-8 text. */
struct escape_decoder {
    struct parser *parser;
    const struct string_token *token;
    const char *text;
    const char *end;
    const char *at;
    long shift;
    bool warned;
    struct text_buffer *out;
};

/* Raises the error of an escape that starts at `start` and goes wrong before decoder->at. */
_Noreturn static void raise_escape(struct escape_decoder *decoder, const char *start, const char *reason)
{
    long first = (long)(start - decoder->text) + decoder->shift;
    long last = (long)(decoder->at - decoder->text) + decoder->shift - 1;
    if (first == last) {
        parser_raise(decoder->parser,
                     "(unicode error) 'unicodeescape' codec can't decode byte 0x%02x in position %ld: %s",
                     (unsigned char)*start, first, reason);
    }
    parser_raise(decoder->parser, "(unicode error) 'unicodeescape' codec can't decode bytes in position %ld-%ld: %s",
                 first, last, reason);
}

static void append_code_point(struct escape_decoder *decoder, uint32_t code_point)
{
    char utf8[4];
    int size = utf8_encode(code_point, utf8);
    text_append(decoder->parser, decoder->out, utf8, (size_t)size);
}

static void decode_hex(struct escape_decoder *decoder, const char *start, int digits)
{
    static const char *const truncated[] = {
        [2] = "truncated \\xXX escape", [4] = "truncated \\uXXXX escape", [8] = "truncated \\UXXXXXXXX escape"};
    uint32_t value = 0;
    for (int i = 0; i < digits; i++) {
        int digit = decoder->at < decoder->end ? hex_value(*decoder->at) : -1;
        if (digit < 0) {
            raise_escape(decoder, start, truncated[digits]);
        }
        value = value << 4 | (uint32_t)digit;
        decoder->at++;
    }
    if (value > 0x10FFFF) {
        raise_escape(decoder, start, "illegal Unicode character");
    }
    append_code_point(decoder, value);
}

/* \N{name}; decoder->at is after the N. */
static void decode_name(struct escape_decoder *decoder, const char *start)
{
    const char *open = decoder->at;
    if (open < decoder->end && *open == '{') {
        const char *close = memchr(open, '}', (size_t)(decoder->end - open));
        if (close != NULL && close > open + 1) {
            decoder->at = close + 1;
            uint32_t code_point;
            if (!unicode_name_lookup(open + 1, (size_t)(close - open - 1), &code_point)) {
                raise_escape(decoder, start, "unknown Unicode character name");
            }
            append_code_point(decoder, code_point);
            return;
        }
        decoder->at = close != NULL ? close + 1 : decoder->end;
    }
    raise_escape(decoder, start, "malformed \\N character escape");
}

/* One escape; decoder->at is at the backslash. */
static void decode_escape(struct escape_decoder *decoder)
{
    const char *start = decoder->at++;
    if (decoder->at == decoder->end) {
        /* A lone backslash at the end of a piece of an f-string. */
        decoder->shift += 5;
        text_append(decoder->parser, decoder->out, "\\", 1);
        return;
    }
    char c = *decoder->at++;
    int simple = simple_escape(c);
    if (simple >= 0) {
        char byte = (char)simple;
        text_append(decoder->parser, decoder->out, &byte, 1);
    } else if (c == '\n') {
        return;
    } else if (c >= '0' && c <= '7') {
        decoder->at--;
        const char *digits = decoder->at;
        unsigned value = read_octal(&decoder->at, decoder->end);
        if (value > 0377 && !decoder->warned) {
            decoder->warned = true;
            warn_escape(decoder->parser, decoder->token, "invalid octal escape sequence '\\%.*s'", 3, digits);
        }
        append_code_point(decoder, value);
    } else if (c == 'x' || c == 'u' || c == 'U') {
        decode_hex(decoder, start, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c == 'N') {
        decode_name(decoder, start);
    } else {
        text_append(decoder->parser, decoder->out, "\\", 1);
        decoder->at--;
        if ((unsigned char)c >= 0x80) {
            decoder->shift += 5;
        } else if (!decoder->warned) {
            decoder->warned = true;
            string_warn_escape(decoder->parser, decoder->token, decoder->at);
        }
    }
}

void string_decode(struct parser *parser, const struct string_token *token, const char *text, size_t length,
                   struct text_buffer *out)
{
    if (token->raw || memchr(text, '\\', length) == NULL) {
        text_append(parser, out, text, length);
        return;
    }
    struct escape_decoder decoder = {parser, token, text, text + length, text, 0, false, out};
    while (decoder.at < decoder.end) {
        const char *run = decoder.at;
        while (decoder.at < decoder.end && *decoder.at != '\\') {
            unsigned char c = (unsigned char)*decoder.at++;
            if (c >= 0x80) {
                /* The lead byte counts for ten, the others for none. */
                decoder.shift += (c & 0xC0) == 0x80 ? -1 : 9;
            }
        }
        text_append(parser, out, run, (size_t)(decoder.at - run));
        if (decoder.at < decoder.end) {
            decode_escape(&decoder);
        }
    }
}

static void bytes_decode(struct parser *parser, const struct string_token *token, struct text_buffer *out)
{
    const char *at = token->body;
    const char *end = at + token->length;
    bool warned = false;
    while (at < end) {
        const char *backslash = token->raw ? NULL : memchr(at, '\\', (size_t)(end - at));
        const char *stop = backslash != NULL ? backslash : end;
        text_append(parser, out, at, (size_t)(stop - at));
        at = stop;
        if (at == end) {
            break;
        }
        at++;
        char c = *at++;
        int simple = simple_escape(c);
        char byte = (char)simple;
        if (c == '\n') {
            continue;
        }
        if (simple < 0 && c >= '0' && c <= '7') {
            const char *digits = --at;
            unsigned value = read_octal(&at, end);
            if (value > 0377 && !warned) {
                warned = true;
                warn_escape(parser, token, "invalid octal escape sequence '\\%.*s'", 3, digits);
            }
            byte = (char)value;
        } else if (c == 'x') {
            int high = at < end ? hex_value(*at) : -1;
            int low = high >= 0 && at + 1 < end ? hex_value(at[1]) : -1;
            if (low < 0) {
                parser_raise(parser, "(value error) invalid \\x escape at position %td", at - 2 - token->body);
            }
            byte = (char)(high << 4 | low);
            at += 2;
        } else if (simple < 0) {
            if (!warned) {
                warned = true;
                string_warn_escape(parser, token, at - 1);
            }
            text_append(parser, out, "\\", 1);
            at--;
            continue;
        }
        text_append(parser, out, &byte, 1);
    }
}

/* ---- string tokens ------------------------------------------------------------------------------- */

/* Splits a token into prefix and body. */
static struct string_token split_string(const struct token *token)
{
    struct string_token string = {.position = token_position(token), .token_text = token->text, .quiet = token->warned};
    const char *at = token->text;
    for (; *at != '"' && *at != '\''; at++) {
        char c = (char)(*at | 0x20);
        string.raw |= c == 'r';
        string.bytes |= c == 'b';
        string.format |= c == 'f';
    }
    size_t quotes = at[1] == at[0] && at[2] == at[0] && token->text + token->length - at >= 6 ? 3 : 1;
    string.body = at + quotes;
    string.length = (size_t)(token->text + token->length - at) - 2 * quotes;
    return string;
}

/* Checks what holds for the token alone, as soon as it is looked at. */
static void check_string(struct parser *parser, const struct string_token *string)
{
    if (string->bytes) {
        for (size_t i = 0; i < string->length; i++) {
            if ((unsigned char)string->body[i] >= 0x80) {
                parser_raise(parser, "bytes can only contain ASCII literal characters");
            }
        }
        return;
    }
    const char *reason;
    const char *invalid = utf8_find_invalid(string->body, string->length, &reason);
    if (invalid != NULL) {
        parser_raise(parser, "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %td: %s",
                     (unsigned char)*invalid, invalid - string->body, reason);
    }
}

static struct ast_expr *concatenate_bytes(struct parser *parser, const struct string_token *strings, uint32_t count,
                                          struct ast_position position)
{
    struct text_buffer buffer = {0};
    for (uint32_t i = 0; i < count; i++) {
        bytes_decode(parser, &strings[i], &buffer);
    }
    struct ast_expr *expr = string_constant(parser, buffer.bytes, buffer.length, false, position);
    expr->constant.kind = CONSTANT_BYTES;
    return expr;
}

static struct ast_expr *concatenate_strings(struct parser *parser, const struct string_token *strings, uint32_t count,
                                            struct ast_position position)
{
    bool u_prefix = strings[0].token_text[0] == 'u';
    if (count == 1 && (strings[0].raw || memchr(strings[0].body, '\\', strings[0].length) == NULL)) {
        check_string(parser, &strings[0]);
        return string_constant(parser, strings[0].body, strings[0].length, u_prefix, position);
    }
    struct text_buffer buffer = {0};
    for (uint32_t i = 0; i < count; i++) {
        check_string(parser, &strings[i]);
        string_decode(parser, &strings[i], strings[i].body, strings[i].length, &buffer);
    }
    return string_constant(parser, buffer.bytes, buffer.length, u_prefix, position);
}

/* Some tokens are bytes and some are not. What is wrong in the tokens before the first that differs comes first. */
_Noreturn static void raise_mixed(struct parser *parser, const struct string_token *strings, uint32_t count)
{
    uint32_t same = 0;
    bool format = false;
    while (same < count && strings[same].bytes == strings[0].bytes) {
        check_string(parser, &strings[same]);
        format |= strings[same++].format;
    }
    if (strings[0].bytes) {
        concatenate_bytes(parser, strings, same, strings[0].position);
    } else if (format) {
        fstring_concatenate(parser, strings, same);
    } else {
        concatenate_strings(parser, strings, same, strings[0].position);
    }
    if (same < count) {
        check_string(parser, &strings[same]);
    }
    parser_raise(parser, "cannot mix bytes and nonbytes literals");
}

static struct ast_expr *parse_strings_raw(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct string_token one;
    size_t base = parser->stack_used;
    uint32_t count = 0;
    bool format = false, bytes = false, text = false;
    while (parser_peek(parser) == TOKEN_STRING) {
        struct token *token = parser_token(parser);
        one = split_string(token);
        token->warned = true;
        parser->mark++;
        parser_push(parser, &one, sizeof one);
        count++;
        format |= one.format;
        bytes |= one.bytes;
        text |= !one.bytes;
    }
    struct ast_position position = parser_position(parser, start);
    struct string_token *strings = &one;
    if (count > 1) {
        strings = parser_take(parser, base, sizeof *strings, &count);
    } else {
        parser->stack_used = base;
    }
    if (bytes && text) {
        raise_mixed(parser, strings, count);
    }
    if (bytes) {
        for (uint32_t i = 0; i < count; i++) {
            check_string(parser, &strings[i]);
        }
        return concatenate_bytes(parser, strings, count, position);
    }
    if (format) {
        for (uint32_t i = 0; i < count; i++) {
            check_string(parser, &strings[i]);
        }
        return fstring_concatenate(parser, strings, count);
    }
    return concatenate_strings(parser, strings, count, position);
}

struct ast_expr *parse_strings(struct parser *parser)
{
    if (!parser->second_pass) {
        return parse_strings_raw(parser);
    }
    void *node;
    if (memo_find(parser, MEMO_STRINGS, &node)) {
        return node;
    }
    int start = parser->mark;
    node = parse_strings_raw(parser);
    memo_store(parser, start, MEMO_STRINGS, node);
    return node;
}
