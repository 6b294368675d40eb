/* f-strings, as Python 3.11 reads them: the literal is one token; its replacement fields are found by scanning the body
 * for braces, and each expression is handed to a parser of its own as "(expression)", placed where it stands in the
 * file.
 *
 * All nodes of a concatenation have the position of the whole concatenation, except the expressions and the last
 * literal of a format specification. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* A JoinedStr under construction. */
struct joined {
    struct parser *parser;
    struct ast_position whole; /* of the concatenation */
    bool u_prefix;             /* of its first token */
    struct text_buffer literal;
    size_t base; /* of the values on the list stack */
};

/* Where the scan is. */
struct scan {
    const struct string_token *token;
    const char *at;
    const char *end;
    int depth; /* 0: the string itself, 1: a format specification, 2: one within one */
};

static struct ast_expr *parse_joined(struct scan *scan, struct joined *outer);

/* Turns the literal collected so far into a constant. */
static void flush_literal(struct joined *joined, bool u_prefix, struct ast_position position)
{
    if (joined->literal.length > 0) {
        parser_push_pointer(joined->parser, string_constant(joined->parser, joined->literal.bytes,
                                                            joined->literal.length, u_prefix, position));
        joined->literal = (struct text_buffer){0};
    }
}

/* Reads literal text up to a brace that means something. True if a doubled brace ended it, so more literal follows. */
static bool scan_literal(struct scan *scan, struct joined *joined)
{
    struct parser *parser = joined->parser;
    const char *start = scan->at;
    const char *at = start;
    const char *stop = NULL;
    bool doubled = false;
    while (at < scan->end && stop == NULL) {
        char c = *at++;
        if (c == '\\' && !scan->token->raw && at < scan->end) {
            c = *at++;
            if (c == 'N') {
                /* The braces of \N{name} are no replacement field. */
                if (at < scan->end && *at++ == '{') {
                    while (at < scan->end && *at++ != '}') {
                    }
                }
                continue;
            }
            if (c == '{') {
                string_warn_escape(parser, scan->token, at - 1);
            }
        }
        if (c != '{' && c != '}') {
            continue;
        }
        if (scan->depth == 0 && at < scan->end && *at == c) {
            stop = at; /* one brace of the two */
            scan->at = at + 1;
            doubled = true;
        } else if (scan->depth == 0 && c == '}') {
            parser_raise(parser, "f-string: single '}' is not allowed");
        } else {
            stop = at - 1;
            scan->at = stop;
        }
    }
    if (stop == NULL) {
        stop = scan->at = at;
    }
    string_decode(parser, scan->token, start, (size_t)(stop - start), &joined->literal);
    return doubled;
}

/* The string literal within an expression that is being skipped. */
struct quote {
    char character; /* 0: none */
    int size;       /* 1 or 3 */
};

/* Whether three of the same character stand here. */
static bool is_triple(const struct scan *scan)
{
    const char *at = scan->at;
    return scan->end - at > 2 && at[1] == at[0] && at[2] == at[0];
}

/* Whether an expression outside brackets ends at this character. Steps over the first of two characters that form an
 * operator. */
static bool ends_expression(struct scan *scan)
{
    char c = *scan->at;
    if (c != '!' && c != ':' && c != '}' && c != '=' && c != '<' && c != '>') {
        return false;
    }
    if (scan->at + 1 < scan->end && scan->at[1] == '=' && c != ':' && c != '}') {
        scan->at++;
        return false;
    }
    return c != '<' && c != '>';
}

/* Keeps track of brackets. */
static void skip_bracket(struct scan *scan, struct parser *parser, char *stack, int *depth)
{
    char c = *scan->at;
    if (c == '(' || c == '[' || c == '{') {
        if (*depth >= LEXER_MAX_LEVEL) {
            parser_raise(parser, "f-string: too many nested parenthesis");
        }
        stack[(*depth)++] = c;
    } else if (c == ')' || c == ']' || c == '}') {
        if (*depth == 0) {
            parser_raise(parser, "f-string: unmatched '%c'", c);
        }
        char open = stack[--*depth];
        if (open != (c == ')' ? '(' : c == ']' ? '[' : '{')) {
            parser_raise(parser, "f-string: closing parenthesis '%c' does not match opening parenthesis '%c'", c, open);
        }
    }
}

/* Finds the end of the expression that begins at scan->at. Only what matters for that is checked here; the parser of
 * the expression checks the rest. */
static void skip_expression(struct scan *scan, struct parser *parser)
{
    char stack[LEXER_MAX_LEVEL];
    int depth = 0;
    struct quote quote = {0, 0};
    for (; scan->at < scan->end; scan->at++) {
        char c = *scan->at;
        if (c == '\\') {
            parser_raise(parser, "f-string expression part cannot include a backslash");
        }
        if (quote.character != 0) {
            if (c == quote.character && (quote.size == 1 || is_triple(scan))) {
                scan->at += quote.size - 1;
                quote.character = 0;
            }
        } else if (c == '\'' || c == '"') {
            quote = (struct quote){c, is_triple(scan) ? 3 : 1};
            scan->at += quote.size - 1;
        } else if (c == '#') {
            parser_raise(parser, "f-string expression part cannot include '#'");
        } else if (depth == 0 && c != '(' && c != '[' && c != '{' && ends_expression(scan)) {
            break;
        } else {
            skip_bracket(scan, parser, stack, &depth);
        }
    }
    if (quote.character != 0) {
        parser_raise(parser, "f-string: unterminated string");
    }
    if (depth > 0) {
        parser_raise(parser, "f-string: unmatched '%c'", stack[depth - 1]);
    }
}

_Noreturn static void raise_unclosed_field(struct parser *parser)
{
    parser_raise(parser, "f-string: expecting '}'");
}

/* Parses the text from start to end, which follows a brace of this token. */
static struct ast_expr *parse_field_expression(struct parser *parser, const struct string_token *token,
                                               const char *start, const char *end)
{
    size_t length = (size_t)(end - start);
    size_t blanks = 0;
    while (blanks < length && strchr(" \t\n\f", start[blanks]) != NULL) {
        blanks++;
    }
    if (blanks == length) {
        if (*end == '!' || *end == ':' || *end == '=') {
            parser_raise(parser, "f-string: expression required before '%c'", *end);
        }
        parser_raise(parser, "f-string: empty expression not allowed");
    }
    char *text = parser_alloc(parser, length + 4);
    text[0] = '(';
    memcpy(text + 1, start, length);
    memcpy(text + 1 + length, ")\n", 3);

    /* The opening parenthesis takes the place of the brace. When only blanks follow the brace in its line, the column
     * is that of the whole string: no token of the expression stands in that line. */
    const char *brace = start - 1;
    int32_t lines = 0, column = 0;
    for (const char *at = token->token_text; at < brace; at++) {
        lines += *at == '\n';
    }
    const char *ahead = start;
    while (*ahead == ' ' || *ahead == '\t' || *ahead == '\f') {
        ahead++;
    }
    if (*ahead != '\n' && *ahead != '}') {
        const char *line = brace;
        while (line > token->token_text && line[-1] != '\n') {
            line--;
        }
        column = (int32_t)(brace - line);
    }
    return parser_parse_fragment(parser, text, length + 3, token->position.lineno + lines,
                                 lines > 0 ? column : token->position.col_offset + column);
}

/* A replacement field; scan->at is at its brace. */
static struct ast_expr *parse_field(struct scan *scan, struct joined *joined)
{
    struct parser *parser = joined->parser;
    if (scan->depth >= 2) {
        parser_raise(parser, "f-string: expressions nested too deeply");
    }
    const char *start = ++scan->at;
    skip_expression(scan, parser);
    if (scan->at >= scan->end) {
        raise_unclosed_field(parser);
    }
    struct ast_expr *value = parse_field_expression(parser, scan->token, start, scan->at);
    int conversion = -1;
    struct ast_expr *format_spec = NULL;
    bool shows_source = *scan->at == '=';
    if (shows_source) {
        parser_need(parser, 8, "f-string: self documenting expressions are");
        scan->at++;
        while (scan->at < scan->end && strchr(" \t\n\r\f\v", *scan->at) != NULL) {
            scan->at++;
        }
        text_append(parser, &joined->literal, start, (size_t)(scan->at - start));
        if (scan->at >= scan->end) {
            raise_unclosed_field(parser);
        }
    }
    if (*scan->at == '!') {
        scan->at++;
        if (scan->at >= scan->end) {
            raise_unclosed_field(parser);
        }
        conversion = (unsigned char)*scan->at++;
        if (conversion != 's' && conversion != 'r' && conversion != 'a') {
            parser_raise(parser, "f-string: invalid conversion character: expected 's', 'r', or 'a'");
        }
    }
    if (scan->at < scan->end && *scan->at == ':') {
        scan->at++;
        if (scan->at >= scan->end) {
            raise_unclosed_field(parser);
        }
        scan->depth++;
        format_spec = parse_joined(scan, joined);
        scan->depth--;
    }
    if (scan->at >= scan->end || *scan->at != '}') {
        raise_unclosed_field(parser);
    }
    scan->at++;
    if (shows_source && format_spec == NULL && conversion == -1) {
        conversion = 'r';
    }
    struct ast_expr *field = parser_alloc(parser, sizeof *field);
    field->kind = EXPR_FORMATTED_VALUE;
    field->position = joined->whole;
    field->formatted_value.value = value;
    field->formatted_value.conversion = conversion;
    field->formatted_value.format_spec = format_spec;
    return field;
}

/* Adds the literals and fields of one f-string, or of a format specification up to its closing brace. */
static void scan_fields(struct scan *scan, struct joined *joined)
{
    struct parser *parser = joined->parser;
    for (;;) {
        if (scan_literal(scan, joined)) {
            continue;
        }
        if (scan->at >= scan->end || *scan->at == '}') {
            break;
        }
        struct ast_expr *field = parse_field(scan, joined);
        flush_literal(joined, joined->u_prefix, joined->whole);
        parser_push_pointer(parser, field);
    }
    if (scan->depth > 0 && (scan->at >= scan->end || *scan->at != '}')) {
        raise_unclosed_field(parser);
    }
}

static struct ast_expr *finish_joined(struct joined *joined, bool u_prefix, struct ast_position position)
{
    flush_literal(joined, u_prefix, position);
    struct ast_expr *expr = parser_alloc(joined->parser, sizeof *expr);
    expr->kind = EXPR_JOINED_STR;
    expr->position = position;
    expr->joined_str.values = parser_take_exprs(joined->parser, joined->base);
    return expr;
}

/* A format specification. */
static struct ast_expr *parse_joined(struct scan *scan, struct joined *outer)
{
    struct joined joined = {outer->parser, outer->whole, outer->u_prefix, {0}, outer->parser->stack_used};
    scan_fields(scan, &joined);
    return finish_joined(&joined, false, scan->token->position);
}

struct ast_expr *fstring_concatenate(struct parser *parser, const struct string_token *tokens, uint32_t count)
{
    parser_need(parser, 6, "Format strings are");
    const struct ast_position *first = &tokens[0].position;
    const struct ast_position *last = &tokens[count - 1].position;
    struct joined joined = {
        .parser = parser,
        .whole = {first->lineno, first->col_offset, last->end_lineno, last->end_col_offset},
        .u_prefix = tokens[0].token_text[0] == 'u',
        .base = parser->stack_used,
    };
    for (uint32_t i = 0; i < count; i++) {
        const struct string_token *token = &tokens[i];
        if (token->format) {
            struct scan scan = {token, token->body, token->body + token->length, 0};
            scan_fields(&scan, &joined);
        } else {
            string_decode(parser, token, token->body, token->length, &joined.literal);
        }
    }
    return finish_joined(&joined, joined.u_prefix, joined.whole);
}
