/* The parser's engine: the token buffer, memory, memoised results, errors, and the two passes (see parser.h).
 *
 * Tokens are fetched one by one. The first pass drops the tokens of finished statements, so the buffer stays as small
 * as the largest statement header; the second pass keeps them all, because it goes back. */
#include "runtime/compiler/syntax/parser.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct ast_position position_current = {-1, -1, -1, -1};

/* ---- errors -------------------------------------------------------------------------------------- */

_Noreturn static void escape(struct parser *parser)
{
    longjmp(*parser->escape, 1);
}

_Noreturn void parser_raise_memory(struct parser *parser)
{
    int32_t none = SYNTAX_ERROR_NO_POSITION;
    *parser->error = (struct syntax_error){
        .kind = SYNTAX_ERROR_MEMORY, .lineno = none, .offset = none, .end_lineno = none, .end_offset = none};
    escape(parser);
}

void parser_too_deep(struct parser *parser)
{
    parser_raise_memory(parser);
}

/* The source line of this number in the lexer's buffer, with its newline. Empty when there is none. */
static const char *find_line(const struct lexer *lexer, int32_t lineno, size_t *length)
{
    const char *line = lexer->buffer;
    for (int32_t i = lexer->starting_lineno; i < lineno && line < lexer->end; i++) {
        const char *newline = memchr(line, '\n', (size_t)(lexer->end - line));
        line = newline != NULL ? newline + 1 : lexer->end;
    }
    const char *newline = memchr(line, '\n', (size_t)(lexer->end - line));
    *length = (size_t)((newline != NULL ? newline + 1 : lexer->end) - line);
    return line;
}

/* The text that an error in this line shows. CPython shows the line of the file; for sources that are in no file it
 * shows what its lexer has in hand: all lines of the present token, or an earlier line without its newline. */
static const char *find_text(const struct parser *parser, int32_t lineno, size_t *length)
{
    const struct lexer *lexer = parser->lexer;
    const char *line = find_line(lexer, lineno, length);
    if (parser->file != NULL && access(parser->file, R_OK) == 0) {
        return line;
    }
    if (lexer->lineno > lineno) {
        *length -= *length > 0 && line[*length - 1] == '\n';
        return line;
    }
    const char *newline = NULL;
    if (!lexer->ended_inside_string) {
        newline = memchr(lexer->line_start, '\n', (size_t)(lexer->end - lexer->line_start));
    }
    *length = (size_t)((newline != NULL ? newline + 1 : lexer->end) - lexer->window);
    return lexer->window;
}

/* A copy of a source line in which ill-formed UTF-8 is replaced, as Python shows it. Updates *length. */
static const char *copy_line(struct parser *parser, const char *line, size_t *length)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const char *reason;
    const char *end = line + *length;
    const char *invalid = utf8_find_invalid(line, *length, &reason);
    if (invalid == NULL) {
        const char *copy = arena_copy(parser->arena, line, *length);
        if (copy == NULL) {
            parser_raise_memory(parser);
        }
        return copy;
    }
    struct text_buffer buffer = {0};
    while (invalid != NULL) {
        text_append(parser, &buffer, line, (size_t)(invalid - line));
        text_append(parser, &buffer, replacement, 3);
        line = invalid + utf8_invalid_size(invalid, end);
        invalid = utf8_find_invalid(line, (size_t)(end - line), &reason);
    }
    text_append(parser, &buffer, line, (size_t)(end - line));
    *length = buffer.length;
    text_append(parser, &buffer, "", 1);
    return buffer.bytes;
}

/* How many characters the first `bytes` bytes of a line hold. The line counts as one byte longer than it is, so that an
 * error can stand behind it. */
static int32_t character_offset(const char *line, size_t length, int64_t bytes)
{
    if (bytes < 0) {
        return (int32_t)bytes;
    }
    if ((uint64_t)bytes > length) {
        return (int32_t)utf8_count(line, length) + 1;
    }
    return (int32_t)utf8_count(line, (size_t)bytes);
}

/* CPython counts characters only where it knows the encoding by declaration; elsewhere its offsets are bytes. */
static int32_t column_offset(const struct parser *parser, const char *line, size_t length, int64_t column)
{
    return parser->byte_offsets ? (int32_t)column : character_offset(line, length, column);
}

/* Completes the error and leaves the pass. Columns count bytes from 1. */
_Noreturn static void raise_error(struct parser *parser, enum syntax_error_kind kind, int32_t lineno, int64_t column,
                                  int32_t end_lineno, int64_t end_column, const char *format, va_list arguments)
{
    struct syntax_error *error = parser->error;
    bool fragment = parser->start == START_FSTRING;
    char message[512];
    int prefix = fragment ? snprintf(message, sizeof message, "f-string: ") : 0;
    int size = vsnprintf(message + prefix, sizeof message - (size_t)prefix, format, arguments) + prefix;
    size = size < (int)sizeof message ? size : (int)sizeof message - 1;
    if (fragment) {
        column -= parser->lexer->starting_col_offset;
        end_column -= parser->lexer->starting_col_offset;
    }
    size_t length;
    const char *line = find_text(parser, lineno, &length);
    line = copy_line(parser, line, &length);
    error->kind = kind;
    error->lineno = lineno;
    error->offset = column_offset(parser, line, length, column);
    error->end_lineno = end_lineno;
    error->end_offset = end_column > 0 ? column_offset(parser, line, length, end_column) : (int32_t)end_column;
    error->text = line;
    error->text_length = length;
    error->message = arena_copy(parser->arena, message, (size_t)size);
    if (error->message == NULL) {
        parser_raise_memory(parser);
    }
    escape(parser);
}

_Noreturn __attribute__((format(printf, 7, 8))) static void raise_located(struct parser *parser,
                                                                          enum syntax_error_kind kind, int32_t lineno,
                                                                          int64_t column, int32_t end_lineno,
                                                                          int64_t end_column, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    raise_error(parser, kind, lineno, column, end_lineno, end_column, format, arguments);
}

/* An error at the last token fetched. Tokens without text stand where the lexer is. */
_Noreturn static void raise_last(struct parser *parser, enum syntax_error_kind kind, const char *format,
                                 va_list arguments)
{
    if (parser->count == 0) {
        raise_error(parser, kind, 0, 0, 0, -1, format, arguments);
    }
    const struct token *token = &parser->tokens[parser->count - 1];
    const struct lexer *lexer = parser->lexer;
    int64_t column = token->col_offset == -1 ? (int64_t)(lexer->current - lexer->line_start) : token->col_offset + 1;
    int64_t end_column = token->end_col_offset == -1 ? -1 : token->end_col_offset + 1;
    raise_error(parser, kind, token->lineno, column, token->end_lineno, end_column, format, arguments);
}

void parser_raise(struct parser *parser, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    raise_last(parser, SYNTAX_ERROR_SYNTAX, format, arguments);
}

void parser_refuse_before(struct parser *parser, int minor, const char *what)
{
    parser_raise(parser, "%s only supported in Python 3.%d and greater", what, minor);
}

void parser_raise_indentation(struct parser *parser, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    raise_last(parser, SYNTAX_ERROR_INDENTATION, format, arguments);
}

void parser_raise_range(struct parser *parser, struct ast_position from, struct ast_position to, const char *format,
                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    int64_t end_column = to.end_col_offset + 1;
    if (to.end_lineno == -1) {
        to.end_lineno = parser->lexer->lineno;
        end_column = parser->lexer->current - parser->lexer->line_start;
    }
    raise_error(parser, SYNTAX_ERROR_SYNTAX, from.lineno, from.col_offset + 1, to.end_lineno, end_column, format,
                arguments);
}

void parser_expect(struct parser *parser, enum token_kind kind, const char *spelling)
{
    if (!parser_accept(parser, kind)) {
        parser_raise_at(parser, token_position(parser_token(parser)), "expected '%s'", spelling);
    }
}

_Noreturn static void raise_unclosed(struct parser *parser)
{
    const struct lexer_bracket *open = &parser->lexer->brackets[parser->lexer->level - 1];
    raise_located(parser, SYNTAX_ERROR_SYNTAX, open->lineno, open->col_offset + 1, open->lineno, 0,
                  "'%c' was never closed", open->kind);
}

/* Takes over an error that the lexer has completed. */
static void copy_lexer_error(struct parser *parser)
{
    const struct lexer *lexer = parser->lexer;
    size_t length = lexer->error_text_length;
    const char *text = copy_line(parser, lexer->error_text, &length);
    *parser->error = (struct syntax_error){
        .kind = SYNTAX_ERROR_SYNTAX,
        .message = lexer->error_message,
        .lineno = lexer->error_lineno,
        .offset = lexer->error_offset,
        .end_lineno = lexer->error_lineno,
        .end_offset = lexer->error_end_offset,
        .text = text,
        .text_length = length,
    };
}

/* Raises what stopped the lexer. The error token has been added to the buffer. */
_Noreturn static void raise_lexer_failure(struct parser *parser)
{
    const struct lexer *lexer = parser->lexer;
    switch (lexer->failure) {
    case LEXER_SYNTAX:
        copy_lexer_error(parser);
        escape(parser);
    case LEXER_EOF:
        if (lexer->level > 0) {
            raise_unclosed(parser);
        }
        parser_raise(parser, "unexpected EOF while parsing");
    case LEXER_DEDENT:
        parser_raise_indentation(parser, "unindent does not match any outer indentation level");
    case LEXER_DECODE:
        parser_raise(parser, "%s", lexer->error_message);
    case LEXER_TAB_SPACE:
        raise_located(parser, SYNTAX_ERROR_TAB, lexer->lineno, 1, lexer->lineno, 0,
                      "inconsistent use of tabs and spaces in indentation");
    case LEXER_TOO_DEEP:
        raise_located(parser, SYNTAX_ERROR_INDENTATION, lexer->lineno, 1, lexer->lineno, 0,
                      "too many levels of indentation");
    case LEXER_LINE_CONTINUATION:
        raise_located(parser, SYNTAX_ERROR_SYNTAX, lexer->lineno, lexer->current - lexer->line_start, lexer->lineno, 0,
                      "unexpected character after line continuation character");
    default:
        parser_raise_memory(parser);
    }
}

/* ---- tokens -------------------------------------------------------------------------------------- */

static void note_type_ignore(struct parser *parser, const struct token *token)
{
    if (parser->ignore_count == parser->ignore_capacity) {
        uint32_t capacity = parser->ignore_capacity == 0 ? 16 : parser->ignore_capacity * 2;
        struct ast_type_ignore *ignores = realloc(parser->ignores, capacity * sizeof *ignores);
        if (ignores == NULL) {
            parser_raise_memory(parser);
        }
        parser->ignores = ignores;
        parser->ignore_capacity = capacity;
    }
    parser->ignores[parser->ignore_count++] = (struct ast_type_ignore){token->lineno, token->name};
}

void parser_fill(struct parser *parser)
{
    if (parser->count == parser->capacity) {
        int capacity = parser->capacity == 0 ? 64 : parser->capacity * 2;
        struct token *tokens = realloc(parser->tokens, (size_t)capacity * sizeof *tokens);
        if (tokens == NULL) {
            parser_raise_memory(parser);
        }
        parser->tokens = tokens;
        parser->capacity = capacity;
    }
    struct token *token = &parser->tokens[parser->count];
    struct lexer *lexer = parser->lexer;
    for (lexer_next(lexer, token); token->kind == TOKEN_TYPE_IGNORE; lexer_next(lexer, token)) {
        note_type_ignore(parser, token);
    }
    if (parser->start == START_SINGLE && token->kind == TOKEN_ENDMARKER && parser->parsing_started) {
        /* Interactive input ends its last statement without a newline of its own. */
        token->kind = TOKEN_NEWLINE;
        parser->parsing_started = false;
        if (lexer->indent > 0 && !(parser->flags & PARSE_DONT_IMPLY_DEDENT)) {
            lexer->pending = -lexer->indent;
            lexer->indent = 0;
        }
    } else {
        parser->parsing_started = true;
    }
    parser->count++;
    if (token->kind == TOKEN_ERROR) {
        raise_lexer_failure(parser);
    }
}

struct ast_position token_position(const struct token *token)
{
    return (struct ast_position){token->lineno, token->col_offset, token->end_lineno, token->end_col_offset};
}

struct ast_position parser_position(struct parser *parser, struct place start)
{
    const struct token *token = &parser->tokens[parser->mark - 1];
    while (token > parser->tokens &&
           (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_INDENT || token->kind == TOKEN_DEDENT)) {
        token--;
    }
    return (struct ast_position){start.lineno, start.col_offset, token->end_lineno, token->end_col_offset};
}

/* ---- memory -------------------------------------------------------------------------------------- */

void *parser_alloc(struct parser *parser, size_t size)
{
    void *memory = arena_alloc(parser->arena, size);
    if (memory == NULL) {
        parser_raise_memory(parser);
    }
    return memory;
}

struct ast_expr *parser_expr(struct parser *parser, enum ast_expr_kind kind, struct place start)
{
    struct ast_expr *expr = parser_alloc(parser, sizeof *expr);
    expr->kind = kind;
    expr->position = parser_position(parser, start);
    return expr;
}

struct ast_stmt *parser_stmt(struct parser *parser, enum ast_stmt_kind kind, struct place start)
{
    struct ast_stmt *stmt = parser_alloc(parser, sizeof *stmt);
    stmt->kind = kind;
    stmt->position = parser_position(parser, start);
    return stmt;
}

struct ast_pattern *parser_pattern(struct parser *parser, enum ast_pattern_kind kind, struct place start)
{
    struct ast_pattern *pattern = parser_alloc(parser, sizeof *pattern);
    pattern->kind = kind;
    pattern->position = parser_position(parser, start);
    return pattern;
}

void parser_push(struct parser *parser, const void *item, size_t size)
{
    if (parser->stack_size - parser->stack_used < size) {
        size_t wanted = parser->stack_size == 0 ? 1024 : parser->stack_size * 2;
        char *stack = realloc(parser->stack, wanted);
        if (stack == NULL) {
            parser_raise_memory(parser);
        }
        parser->stack = stack;
        parser->stack_size = wanted;
    }
    memcpy(parser->stack + parser->stack_used, item, size);
    parser->stack_used += size;
}

void *parser_take(struct parser *parser, size_t base, size_t size, uint32_t *count)
{
    size_t bytes = parser->stack_used - base;
    *count = (uint32_t)(bytes / size);
    if (bytes == 0) {
        return NULL;
    }
    assert(bytes % size == 0);
    void *items = parser_alloc(parser, bytes);
    memcpy(items, parser->stack + base, bytes);
    parser->stack_used = base;
    return items;
}

struct ast_exprs parser_take_exprs(struct parser *parser, size_t base)
{
    struct ast_exprs exprs;
    exprs.items = parser_take(parser, base, sizeof *exprs.items, &exprs.count);
    return exprs;
}

struct ast_stmts parser_take_stmts(struct parser *parser, size_t base)
{
    struct ast_stmts stmts;
    stmts.items = parser_take(parser, base, sizeof *stmts.items, &stmts.count);
    return stmts;
}

struct ast_exprs parser_one_expr(struct parser *parser, struct ast_expr *expr)
{
    struct ast_exprs exprs = {1, parser_alloc(parser, sizeof *exprs.items)};
    exprs.items[0] = expr;
    return exprs;
}

/* ---- memoised results ---------------------------------------------------------------------------- */

bool memo_find(struct parser *parser, int rule, void **node)
{
    if (parser->mark >= parser->memo_capacity) {
        return false;
    }
    for (const struct memo *memo = parser->memos[parser->mark]; memo != NULL; memo = memo->next) {
        if (memo->rule == rule) {
            *node = memo->node;
            parser->mark = memo->end;
            return true;
        }
    }
    return false;
}

void memo_store(struct parser *parser, int start, int rule, void *node)
{
    if (start >= parser->memo_capacity) {
        int capacity = parser->memo_capacity == 0 ? 256 : parser->memo_capacity * 2;
        while (capacity <= start) {
            capacity *= 2;
        }
        struct memo **memos = realloc(parser->memos, (size_t)capacity * sizeof *memos);
        if (memos == NULL) {
            parser_raise_memory(parser);
        }
        memset(memos + parser->memo_capacity, 0, (size_t)(capacity - parser->memo_capacity) * sizeof *memos);
        parser->memos = memos;
        parser->memo_capacity = capacity;
    }
    struct memo *memo = parser_alloc(parser, sizeof *memo);
    *memo = (struct memo){parser->memos[start], rule, node == NULL ? start : parser->mark, node};
    parser->memos[start] = memo;
}

void memo_clear(struct parser *parser)
{
    if (parser->memo_capacity > 0) {
        memset(parser->memos, 0, (size_t)parser->memo_capacity * sizeof *parser->memos);
    }
}

/* ---- the start rules ----------------------------------------------------------------------------- */

static bool parse_file(struct parser *parser, struct module_ast *module)
{
    if (parser_peek(parser) != TOKEN_ENDMARKER && !parse_statements(parser, &module->body)) {
        return false;
    }
    if (parser_peek(parser) != TOKEN_ENDMARKER) {
        return false;
    }
    if (parser->ignore_count > 0) {
        size_t size = parser->ignore_count * sizeof *parser->ignores;
        module->type_ignores = (struct ast_type_ignores){parser->ignore_count, parser_alloc(parser, size)};
        memcpy(module->type_ignores.items, parser->ignores, size);
    }
    return true;
}

/* The types of parameters in a type comment, that of *args before that of **kwargs, those last: pushes them. */
static bool parse_parameter_types(struct parser *parser)
{
    enum token_kind before = TOKEN_COMMA, mark;
    while ((mark = parser_peek(parser)) != TOKEN_RIGHT_PAREN || before == TOKEN_NAME) {
        bool starred = mark == TOKEN_STAR || mark == TOKEN_DOUBLE_STAR;
        if (before == TOKEN_DOUBLE_STAR || (before == TOKEN_STAR && mark != TOKEN_DOUBLE_STAR)) {
            return false;
        }
        parser->mark += starred;
        before = starred ? mark : TOKEN_NAME;
        struct ast_expr *type = parse_expression(parser);
        if (type == NULL) {
            return false;
        }
        parser_push_pointer(parser, type);
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    return true;
}

static bool parse_eval(struct parser *parser, struct module_ast *module)
{
    module->expression = parse_expressions(parser);
    if (module->expression == NULL) {
        return false;
    }
    while (parser_accept(parser, TOKEN_NEWLINE)) {
    }
    return parser_peek(parser) == TOKEN_ENDMARKER;
}

/* '(' types ')' '->' type */
static bool parse_function_type(struct parser *parser, struct module_ast *module)
{
    size_t base = parser->stack_used;
    if (!parser_accept(parser, TOKEN_LEFT_PAREN) || !parse_parameter_types(parser) ||
        !parser_accept(parser, TOKEN_RIGHT_PAREN) || !parser_accept(parser, TOKEN_ARROW)) {
        return false;
    }
    module->argument_types = parser_take_exprs(parser, base);
    return parse_eval(parser, module);
}

static bool parse_single(struct parser *parser, struct module_ast *module)
{
    size_t base = parser->stack_used;
    struct place start = parser_place(parser);
    bool begun = false;
    struct ast_stmt *stmt = parse_compound_stmt(parser, &begun);
    if (stmt != NULL) {
        if (!parser_accept(parser, TOKEN_NEWLINE)) {
            return false;
        }
        parser_push_pointer(parser, stmt);
    } else if (begun) {
        return false;
    } else {
        parser->mark = 0;
        if (parser_accept(parser, TOKEN_NEWLINE)) {
            parser_push_pointer(parser, parser_stmt(parser, STMT_PASS, start));
        } else if (!parse_simple_stmts(parser)) {
            return false;
        }
    }
    module->body = parser_take_stmts(parser, base);
    return true;
}

/* Whether something else than comments follows the statement of START_SINGLE. */
static bool more_follows(const struct lexer *lexer)
{
    const char *at = lexer->current;
    for (;;) {
        at += strspn(at, " \t\n\014");
        if (*at == '\0') {
            return false;
        }
        if (*at != '#') {
            return true;
        }
        at += strcspn(at, "\n");
    }
}

static bool run_pass(struct parser *parser, struct module_ast *module)
{
    switch (parser->start) {
    case START_FILE:
        return parse_file(parser, module);
    case START_EVAL:
        return parse_eval(parser, module);
    case START_FUNCTION_TYPE:
        return parse_function_type(parser, module);
    case START_SINGLE:
        if (!parse_single(parser, module)) {
            return false;
        }
        if (more_follows(parser->lexer)) {
            parser->final = true;
            parser_raise(parser, "multiple statements found while compiling a single statement");
        }
        return true;
    default:
        module->expression = parse_star_expressions(parser);
        return module->expression != NULL;
    }
}

/* ---- the two passes ------------------------------------------------------------------------------ */

/* Reads the rest of the source for errors of the lexer, which come before errors of the parser. An open bracket comes
 * first only if it was opened on an earlier line. */
static void check_rest_of_source(struct parser *parser)
{
    struct lexer *lexer = parser->lexer;
    int32_t error_lineno = parser->tokens[parser->count - 1].lineno;
    struct token token;
    do {
        lexer_next(lexer, &token);
    } while (token.kind != TOKEN_ERROR && token.kind != TOKEN_ENDMARKER);
    if (token.kind != TOKEN_ERROR) {
        return;
    }
    if (lexer->failure == LEXER_MEMORY) {
        parser_raise_memory(parser);
    }
    if (lexer->failure == LEXER_SYNTAX) {
        copy_lexer_error(parser);
    } else if (lexer->level > 0 && error_lineno > lexer->brackets[lexer->level - 1].lineno) {
        raise_unclosed(parser);
    }
}

/* Whether more source could mend what the first pass failed at (for codeop). */
static bool wants_more_source(const struct parser *parser)
{
    const struct lexer *lexer = parser->lexer;
    return (parser->flags & PARSE_ALLOW_INCOMPLETE_INPUT) && parser->error->kind != SYNTAX_ERROR_MEMORY &&
           (lexer->ended_inside_string || lexer->failure == LEXER_EOF ||
            (lexer->failure == LEXER_OK && lexer->reached_end));
}

/* The error when no message was found. */
_Noreturn static void raise_generic_error(struct parser *parser, const struct token *last)
{
    if (last->kind == TOKEN_INDENT || last->kind == TOKEN_DEDENT) {
        /* What the lexer finds further on does not matter then. */
        parser->final = true;
    }
    if (last->kind == TOKEN_INDENT) {
        parser_raise_indentation(parser, "unexpected indent");
    }
    if (last->kind == TOKEN_DEDENT) {
        parser_raise_indentation(parser, "unexpected unindent");
    }
    parser->generic = true;
    parser_raise_at(parser, token_position(last), "invalid syntax");
}

/* The second pass: over the same source from its beginning, after the first failed without an error. Always raises. */
static void run_second_pass(struct parser *parser, struct module_ast *module)
{
    struct lexer *lexer = parser->lexer;
    struct token last = parser->tokens[parser->count - 1];
    int64_t fetched = parser->dropped + parser->count;
    struct lexer_restart {
        int32_t lineno;
        int32_t col_offset;
    } restart = {lexer->starting_lineno, lexer->starting_col_offset};
    lexer_init(lexer, lexer->arena, lexer->names, lexer->buffer, (size_t)(lexer->end - lexer->buffer), lexer->dialect);
    lexer->starting_lineno = restart.lineno;
    lexer->starting_col_offset = restart.col_offset;
    lexer->lineno = restart.lineno - 1;
    parser->count = parser->mark = parser->level = 0;
    parser->ignore_count = 0;
    parser->dropped = 0;
    memo_clear(parser);
    parser->parsing_started = false;
    parser->failed_operator = -1;
    parser->stack_used = 0;
    parser->second_pass = parser->diagnose = true;
    while (parser->count < fetched) {
        parser_fill(parser);
    }
    run_pass(parser, module);
    raise_generic_error(parser, &last);
}

/* Runs both passes as far as needed. False with the error filled. */
static bool run_parser(struct parser *parser, struct module_ast *module)
{
    jmp_buf landing;
    parser->escape = &landing;
    bool raised = setjmp(landing) != 0;
    if (!raised && run_pass(parser, module)) {
        return true;
    }
    if (setjmp(landing) == 0) {
        if (!parser->final && wants_more_source(parser)) {
            parser->final = true;
            parser_raise(parser, "incomplete input");
        }
        if (parser->error->kind == SYNTAX_ERROR_NONE) {
            run_second_pass(parser, module);
        }
    }
    /* Errors of the lexer further on come first. */
    if (parser->error->kind <= SYNTAX_ERROR_TAB && parser->lexer->failure == LEXER_OK && !parser->final &&
        (parser->generic || !parser->lexer->reached_end) && setjmp(landing) == 0) {
        check_rest_of_source(parser);
    }
    return false;
}

static void parser_release(struct parser *parser)
{
    free(parser->tokens);
    free(parser->memos);
    free(parser->ignores);
    free(parser->stack);
}

struct ast_expr *parser_parse_fragment(struct parser *parent, const char *text, size_t length, int32_t lineno,
                                       int32_t col_offset)
{
    struct lexer lexer;
    lexer_init(&lexer, parent->arena, parent->lexer->names, text, length, parent->lexer->dialect);
    lexer.starting_lineno = lineno;
    lexer.starting_col_offset = col_offset;
    lexer.lineno = lineno - 1;
    lexer.warnings = parent->lexer->warnings;
    struct parser parser = {
        .arena = parent->arena,
        .lexer = &lexer,
        .names = parent->names,
        .start = START_FSTRING,
        .byte_offsets = true,
        .flags = parent->flags & ~(unsigned)PARSE_ALLOW_INCOMPLETE_INPUT,
        .minor = parent->minor,
        .level = parent->level,
        .stack_limit = parent->stack_limit,
        .error = parent->error,
        .failed_operator = -1,
    };
    struct module_ast module = {.mode = PARSE_EVAL};
    bool parsed = run_parser(&parser, &module);
    parser_release(&parser);
    if (!parsed) {
        escape(parent);
    }
    return module.expression;
}

/* ---- the entry ----------------------------------------------------------------------------------- */

static bool intern_names(struct arena *arena, struct ast_intern_table *table, struct parser_names *names)
{
    names->match = ast_intern(arena, table, "match", 5);
    names->case_ = ast_intern(arena, table, "case", 4);
    names->underscore = ast_intern(arena, table, "_", 1);
    names->print = ast_intern(arena, table, "print", 5);
    names->exec = ast_intern(arena, table, "exec", 4);
    return names->match != NULL && names->case_ != NULL && names->underscore != NULL && names->print != NULL &&
           names->exec != NULL;
}

_Thread_local uintptr_t parse_stack_floor;

static uintptr_t stack_limit(void)
{
    uintptr_t limit = (uintptr_t)__builtin_frame_address(0) - PARSER_MAX_STACK;
    return limit > parse_stack_floor ? limit : parse_stack_floor;
}

struct module_ast *parse_source(struct arena *arena, const char *bytes, size_t length, const char *filename,
                                enum parse_mode mode, unsigned flags, struct syntax_error *error)
{
    *error = (struct syntax_error){.kind = SYNTAX_ERROR_NONE};
    struct module_ast *module = arena_alloc_zero(arena, sizeof *module);
    struct lexer *lexer = arena_alloc(arena, sizeof *lexer);
    struct ast_intern_table *table = intern_table_new(arena);
    struct parser_names names;
    const char *declared;
    if (module == NULL || lexer == NULL || table == NULL || !intern_names(arena, table, &names)) {
        error->kind = SYNTAX_ERROR_MEMORY;
        return NULL;
    }
    if (!source_decode(arena, bytes, length, filename, flags, mode == PARSE_EXEC, error, &module->source,
                       &module->source_length, &declared)) {
        return NULL;
    }
    module->encoding = declared != NULL ? declared : "utf-8";
    module->mode = mode;
    module->flags = flags;
    module->names = table;
    if (filename != NULL) {
        module->filename = arena_copy(arena, filename, strlen(filename));
        if (module->filename == NULL) {
            error->kind = SYNTAX_ERROR_MEMORY;
            return NULL;
        }
    }
    struct syntax_warning **warnings = &module->warnings;
    unsigned feature = flags & PARSE_FEATURE_MASK;
    int minor = feature == 0 ? PARSER_MINOR : (int)feature - 1;
    struct lexer_dialect dialect = {.type_comments = flags & PARSE_TYPE_COMMENTS, .soft_async = minor < 7};
    lexer_init(lexer, arena, table, module->source, module->source_length, dialect);
    lexer->warnings = &warnings;
    struct parser parser = {
        .arena = arena,
        .lexer = lexer,
        .names = &names,
        .start = (enum start_rule)mode,
        .minor = minor,
        .flags = flags,
        .byte_offsets = declared == NULL,
        .file = mode == PARSE_EXEC && filename != NULL && filename[0] != '<' ? filename : NULL,
        .stack_limit = stack_limit(),
        .error = error,
        .failed_operator = -1,
    };
    bool parsed = run_parser(&parser, module);
    parser_release(&parser);
    error->warnings = parsed ? NULL : module->warnings;
    return parsed ? module : NULL;
}

const char *ast_source_line(const struct module_ast *module, int32_t lineno, size_t *length)
{
    const char *line = module->source;
    const char *end = line + module->source_length;
    for (int32_t i = 1; i < lineno && line < end; i++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline != NULL ? newline + 1 : end;
    }
    if (lineno < 1 || line == end) {
        return NULL;
    }
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    *length = (size_t)((newline != NULL ? newline + 1 : end) - line);
    return line;
}

int32_t ast_character_offset(const struct module_ast *module, int32_t lineno, int32_t col_offset)
{
    size_t length;
    const char *line = ast_source_line(module, lineno, &length);
    return line == NULL ? col_offset + 1 : character_offset(line, length, col_offset) + 1;
}
