/* The lexer. It reads UTF-8 with \n line ends and delivers tokens on demand, as a hand-written state machine.
 *
 * Line numbers follow one rule: a line begins when its first character is read, not when the newline before it is. At
 * the end of the source the last line therefore stays the current one, and errors found there are reported in it.
 *
 * Errors come in two forms. Those the lexer can word alone (bad literals, brackets that do not match) are complete in
 * `error_*` with failure LEXER_SYNTAX; the others depend on what the parser was doing, and the parser words them. */
#include "runtime/compiler/syntax/lexer.h"
#include "runtime/objects/unicode/unicode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { END_OF_SOURCE = -1, TAB_SIZE = 8 };

/* What a byte may be part of. */
enum {
    CLASS_START = 1,    /* first byte of an identifier */
    CLASS_CONTINUE = 2, /* any byte of an identifier */
    CLASS_DIGIT = 4,
    CLASS_HEX = 8,
};

#define LETTER     (CLASS_START | CLASS_CONTINUE)
#define HEX_LETTER (CLASS_START | CLASS_CONTINUE | CLASS_HEX)
#define DIGIT      (CLASS_CONTINUE | CLASS_DIGIT | CLASS_HEX)

static const uint8_t byte_class[256] = {
    ['0' ... '9'] = DIGIT,      ['A' ... 'F'] = HEX_LETTER, ['G' ... 'Z'] = LETTER,   ['_'] = LETTER,
    ['a' ... 'f'] = HEX_LETTER, ['g' ... 'z'] = LETTER,     [0x80 ... 0xFF] = LETTER,
};

static inline bool is_digit(char c)
{
    return byte_class[(unsigned char)c] & CLASS_DIGIT;
}

void lexer_init(struct lexer *lexer, struct arena *arena, struct ast_intern_table *names, const char *buffer,
                size_t length, struct lexer_dialect dialect)
{
    memset(lexer, 0, offsetof(struct lexer, indents));
    lexer->arena = arena;
    lexer->dialect = dialect;
    lexer->names = names;
    lexer->buffer = lexer->current = lexer->line_start = lexer->window = buffer;
    lexer->end = buffer + length;
    lexer->at_line_start = lexer->line_pending = true;
    lexer->indents[0] = lexer->alternate_indents[0] = 0;
    lexer->starting_lineno = 1;
}

/* Reads one character and notices that a line begins. */
static inline int next_char(struct lexer *lexer)
{
    if (lexer->current == lexer->end) {
        lexer->reached_end = true;
        return END_OF_SOURCE;
    }
    if (lexer->line_pending) {
        lexer->line_pending = false;
        lexer->lineno++;
        lexer->line_start = lexer->window = lexer->current;
    }
    int c = (unsigned char)*lexer->current++;
    lexer->line_pending = c == '\n';
    return c;
}

/* Takes back the character that next_char returned last (not END_OF_SOURCE). */
static inline void unread_char(struct lexer *lexer)
{
    lexer->current--;
    lexer->line_pending = false;
}

/* ---- errors -------------------------------------------------------------------------------------- */

static enum token_kind fail(struct lexer *lexer, enum lexer_failure failure)
{
    lexer->failure = failure;
    return TOKEN_ERROR;
}

/* Formats into the arena. NULL when there is no memory. */
static const char *format_message(struct lexer *lexer, const char *format, va_list arguments)
{
    char message[256];
    int length = vsnprintf(message, sizeof message, format, arguments);
    return arena_copy(lexer->arena, message, (size_t)length < sizeof message ? (size_t)length : sizeof message - 1);
}

/* Completes an error whose message is in error_message, in the current line, from offset to end_offset. */
static enum token_kind fail_in_line(struct lexer *lexer, int32_t offset, int32_t end_offset)
{
    const char *line_end = strchr(lexer->line_start, '\n');
    lexer->error_text_length = line_end != NULL ? (size_t)(line_end - lexer->line_start) : strlen(lexer->line_start);
    lexer->error_text = arena_copy(lexer->arena, lexer->line_start, lexer->error_text_length);
    lexer->error_lineno = lexer->lineno;
    lexer->error_offset = offset;
    lexer->error_end_offset = end_offset;
    if (lexer->error_message == NULL || lexer->error_text == NULL) {
        return fail(lexer, LEXER_MEMORY);
    }
    return fail(lexer, LEXER_SYNTAX);
}

/* A SyntaxError at the character before `current`. */
__attribute__((format(printf, 2, 3))) static enum token_kind fail_syntax(struct lexer *lexer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    lexer->error_message = format_message(lexer, format, arguments);
    va_end(arguments);
    int32_t offset = (int32_t)utf8_count(lexer->line_start, (size_t)(lexer->current - lexer->line_start));
    return fail_in_line(lexer, offset, offset);
}

bool lexer_warn(struct lexer *lexer, enum syntax_warning_category category, const char *message, int32_t lineno,
                int32_t col_offset, int32_t end_col_offset)
{
    if (lexer->warnings == NULL) {
        return true;
    }
    struct syntax_warning *warning = arena_alloc_zero(lexer->arena, sizeof *warning);
    if (warning == NULL) {
        return false;
    }
    warning->category = category;
    warning->message = message;
    warning->lineno = lineno;
    warning->position = (struct ast_position){lineno, col_offset, lineno, end_col_offset};
    **lexer->warnings = warning;
    *lexer->warnings = &warning->next;
    return true;
}

/* ---- lines and indentation ----------------------------------------------------------------------- */

/* After a backslash: the newline must follow, and then another line. */
static bool continue_line(struct lexer *lexer)
{
    if (next_char(lexer) != '\n') {
        fail(lexer, LEXER_LINE_CONTINUATION);
        return false;
    }
    if (lexer->current == lexer->end) {
        fail(lexer, LEXER_EOF);
        return false;
    }
    next_char(lexer); /* the next line becomes the current one */
    unread_char(lexer);
    return true;
}

/* Compares the indentation of a logical line with the stack and counts INDENTs or DEDENTs to deliver. */
static bool indent_compare(struct lexer *lexer, int32_t column, int32_t alternate)
{
    int32_t *indents = lexer->indents;
    int32_t *alternates = lexer->alternate_indents;
    if (column > indents[lexer->indent]) {
        if (lexer->indent + 1 >= LEXER_MAX_INDENT) {
            fail(lexer, LEXER_TOO_DEEP);
            return false;
        }
        if (alternate <= alternates[lexer->indent]) {
            fail(lexer, LEXER_TAB_SPACE);
            lexer->current = lexer->end;
            return false;
        }
        lexer->pending++;
        lexer->indent++;
        indents[lexer->indent] = column;
        alternates[lexer->indent] = alternate;
        return true;
    }
    while (lexer->indent > 0 && column < indents[lexer->indent]) {
        lexer->pending--;
        lexer->indent--;
    }
    if (column != indents[lexer->indent]) {
        const char *line_end = strchr(lexer->current, '\n');
        lexer->current = line_end != NULL ? line_end + 1 : lexer->end;
        fail(lexer, LEXER_DEDENT);
        return false;
    }
    if (alternate != alternates[lexer->indent]) {
        fail(lexer, LEXER_TAB_SPACE);
        lexer->current = lexer->end;
        return false;
    }
    return true;
}

/* Measures the white space that begins a line. Sets *blank when the line holds nothing else. */
static bool indent_measure(struct lexer *lexer, bool *blank)
{
    int32_t column = 0, alternate = 0, continued_column = 0;
    int c;
    for (;;) {
        c = next_char(lexer);
        if (c == ' ') {
            column++;
            alternate++;
        } else if (c == '\t') {
            column = (column / TAB_SIZE + 1) * TAB_SIZE;
            alternate++;
        } else if (c == '\014') {
            column = alternate = 0;
        } else if (c == '\\') {
            /* The indentation of the first physical line is that of the whole logical line. */
            if (continued_column == 0) {
                continued_column = column;
            }
            if (!continue_line(lexer)) {
                return false;
            }
        } else {
            break;
        }
    }
    if (c != END_OF_SOURCE) {
        unread_char(lexer);
    }
    *blank = c == '#' || c == '\n';
    if (*blank || lexer->level > 0) {
        return true;
    }
    if (continued_column != 0) {
        column = alternate = continued_column;
    }
    if (!indent_compare(lexer, column, alternate)) {
        return false;
    }
    if (lexer->in_async_body && lexer->async_indent >= lexer->indent) {
        lexer->in_async_def = lexer->in_async_body = false;
    }
    return true;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

/* A keyword may follow a number without a space ("1if x else y"), with a warning; other letters may not. */
static bool number_check_end(struct lexer *lexer, const char *kind)
{
    static const char *const keywords[] = {"and", "else", "for", "if", "in", "is", "not", "or"};
    const char *at = lexer->current;
    if (!(byte_class[(unsigned char)*at] & CLASS_CONTINUE)) {
        return true;
    }
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        size_t length = strlen(keywords[i]);
        /* After "if", "in" and "is" CPython does not look whether the word goes on. */
        if (strncmp(at, keywords[i], length) == 0 &&
            (at[0] == 'i' || !(byte_class[(unsigned char)at[length]] & CLASS_CONTINUE))) {
            char message[40];
            int size = snprintf(message, sizeof message, "invalid %s literal", kind);
            const char *copy = arena_copy(lexer->arena, message, (size_t)size);
            int32_t column = (int32_t)(at - lexer->line_start);
            if (copy == NULL ||
                !lexer_warn(lexer, SYNTAX_WARNING_SYNTAX, copy, lexer->lineno, column - 1, column - 1)) {
                fail(lexer, LEXER_MEMORY);
                return false;
            }
            return true;
        }
    }
    fail_syntax(lexer, "invalid %s literal", kind);
    return false;
}

/* Reads digits with single underscores between them. */
static bool number_read_digits(struct lexer *lexer)
{
    for (;;) {
        while (is_digit(*lexer->current)) {
            lexer->current++;
        }
        if (*lexer->current != '_') {
            return true;
        }
        lexer->current++;
        if (!is_digit(*lexer->current)) {
            fail_syntax(lexer, "invalid decimal literal");
            return false;
        }
    }
}

/* After 0x, 0o or 0b. */
static bool number_read_radix(struct lexer *lexer, int base, const char *kind)
{
    do {
        if (*lexer->current == '_') {
            lexer->current++;
        }
        char c = *lexer->current;
        bool valid = base == 16 ? (byte_class[(unsigned char)c] & CLASS_HEX) != 0 : c >= '0' && c < '0' + base;
        if (!valid) {
            if (is_digit(c)) {
                lexer->current++;
                fail_syntax(lexer, "invalid digit '%c' in %s literal", c, kind);
            } else {
                fail_syntax(lexer, "invalid %s literal", kind);
            }
            return false;
        }
        while (base == 16 ? (byte_class[(unsigned char)c] & CLASS_HEX) != 0 : c >= '0' && c < '0' + base) {
            c = *++lexer->current;
        }
    } while (*lexer->current == '_');
    if (is_digit(*lexer->current)) {
        char c = *lexer->current++;
        fail_syntax(lexer, "invalid digit '%c' in %s literal", c, kind);
        return false;
    }
    return number_check_end(lexer, kind);
}

/* The part of a number after its integer digits. `current` is at '.', 'e', 'j' or past the number; `fraction` says that
 * the point has been read. */
static bool number_read_rest(struct lexer *lexer, bool fraction)
{
    if (!fraction && *lexer->current == '.') {
        lexer->current++;
        fraction = true;
    }
    if (fraction && is_digit(*lexer->current) && !number_read_digits(lexer)) {
        return false;
    }
    if (*lexer->current == 'e' || *lexer->current == 'E') {
        const char *exponent = lexer->current++;
        if (*lexer->current == '+' || *lexer->current == '-') {
            lexer->current++;
            if (!is_digit(*lexer->current)) {
                fail_syntax(lexer, "invalid decimal literal");
                return false;
            }
        } else if (!is_digit(*lexer->current)) {
            lexer->current = exponent;
            return number_check_end(lexer, "decimal");
        }
        if (!number_read_digits(lexer)) {
            return false;
        }
    }
    if (*lexer->current == 'j' || *lexer->current == 'J') {
        lexer->current++;
        return number_check_end(lexer, "imaginary");
    }
    return number_check_end(lexer, "decimal");
}

/* A number that starts with 0. */
static bool number_read_zero(struct lexer *lexer, const char *start)
{
    char c = *++lexer->current;
    if (c == 'x' || c == 'X' || c == 'o' || c == 'O' || c == 'b' || c == 'B') {
        lexer->current++;
        return c == 'x' || c == 'X'   ? number_read_radix(lexer, 16, "hexadecimal")
               : c == 'o' || c == 'O' ? number_read_radix(lexer, 8, "octal")
                                      : number_read_radix(lexer, 2, "binary");
    }
    while (*lexer->current == '0' || *lexer->current == '_') {
        if (*lexer->current++ == '_' && !is_digit(*lexer->current)) {
            fail_syntax(lexer, "invalid decimal literal");
            return false;
        }
    }
    if (!is_digit(*lexer->current)) {
        return number_read_rest(lexer, false);
    }
    const char *zeros_end = lexer->current + 1;
    if (!number_read_digits(lexer)) {
        return false;
    }
    c = *lexer->current;
    if (c != '.' && c != 'e' && c != 'E' && c != 'j' && c != 'J') {
        lexer->error_message =
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
            "integers";
        fail_in_line(lexer, (int32_t)(start + 1 - lexer->line_start), (int32_t)(zeros_end - lexer->line_start));
        return false;
    }
    return number_read_rest(lexer, false);
}

static enum token_kind read_number(struct lexer *lexer)
{
    const char *start = lexer->current;
    bool valid =
        *start == '0' ? number_read_zero(lexer, start) : number_read_digits(lexer) && number_read_rest(lexer, false);
    return valid ? TOKEN_NUMBER : TOKEN_ERROR;
}

/* ---- strings ------------------------------------------------------------------------------------- */

/* Reads a literal whose opening quote is at `current`; start is where its prefix begins. Fills the token's first
 * position, because the literal may span lines. */
static enum token_kind read_string(struct lexer *lexer, const char *start, struct token *token)
{
    int32_t first_lineno = lexer->lineno;
    const char *first_line = lexer->line_start;
    char quote = *lexer->current;
    const char *at = lexer->current + 1;
    int quote_size = 1;
    if (at[0] == quote && at[1] == quote) {
        quote_size = 3;
        at += 2;
    } else if (at[0] == quote) {
        lexer->current = at + 1;
        token->lineno = first_lineno;
        token->col_offset = (int32_t)(start - first_line);
        return TOKEN_STRING;
    }
    int32_t lineno = first_lineno;
    const char *line_start = first_line;
    int closing = 0;
    bool ended = false;
    while (closing < quote_size) {
        if (at == lexer->end || (quote_size == 1 && *at == '\n')) {
            ended = true;
            break;
        }
        char c = *at++;
        if (c == quote) {
            closing++;
            continue;
        }
        closing = 0;
        if (c == '\\' && at < lexer->end) {
            c = *at++;
        }
        if (c == '\n' && at < lexer->end) {
            lineno++;
            line_start = at;
        }
    }
    if (ended) {
        lexer->ended_inside_string = at == lexer->end;
        lexer->current = start + 1;
        return quote_size == 3
                   ? fail_syntax(lexer, "unterminated triple-quoted string literal (detected at line %d)", (int)lineno)
                   : fail_syntax(lexer, "unterminated string literal (detected at line %d)", (int)lineno);
    }
    lexer->current = at;
    lexer->lineno = lineno;
    lexer->line_start = line_start;
    token->lineno = first_lineno;
    token->col_offset = (int32_t)(start - first_line);
    return TOKEN_STRING;
}

/* ---- names --------------------------------------------------------------------------------------- */

static const struct keyword {
    const char *text;
    uint8_t length;
    uint8_t kind;
} keywords[] = {
    /* Ordered by first letter; keyword_first finds the group. */
    {"False", 5, TOKEN_KEYWORD_FALSE},
    {"None", 4, TOKEN_KEYWORD_NONE},
    {"True", 4, TOKEN_KEYWORD_TRUE},
    {"and", 3, TOKEN_KEYWORD_AND},
    {"as", 2, TOKEN_KEYWORD_AS},
    {"assert", 6, TOKEN_KEYWORD_ASSERT},
    {"async", 5, TOKEN_KEYWORD_ASYNC},
    {"await", 5, TOKEN_KEYWORD_AWAIT},
    {"break", 5, TOKEN_KEYWORD_BREAK},
    {"class", 5, TOKEN_KEYWORD_CLASS},
    {"continue", 8, TOKEN_KEYWORD_CONTINUE},
    {"def", 3, TOKEN_KEYWORD_DEF},
    {"del", 3, TOKEN_KEYWORD_DEL},
    {"elif", 4, TOKEN_KEYWORD_ELIF},
    {"else", 4, TOKEN_KEYWORD_ELSE},
    {"except", 6, TOKEN_KEYWORD_EXCEPT},
    {"finally", 7, TOKEN_KEYWORD_FINALLY},
    {"for", 3, TOKEN_KEYWORD_FOR},
    {"from", 4, TOKEN_KEYWORD_FROM},
    {"global", 6, TOKEN_KEYWORD_GLOBAL},
    {"if", 2, TOKEN_KEYWORD_IF},
    {"import", 6, TOKEN_KEYWORD_IMPORT},
    {"in", 2, TOKEN_KEYWORD_IN},
    {"is", 2, TOKEN_KEYWORD_IS},
    {"lambda", 6, TOKEN_KEYWORD_LAMBDA},
    {"nonlocal", 8, TOKEN_KEYWORD_NONLOCAL},
    {"not", 3, TOKEN_KEYWORD_NOT},
    {"or", 2, TOKEN_KEYWORD_OR},
    {"pass", 4, TOKEN_KEYWORD_PASS},
    {"raise", 5, TOKEN_KEYWORD_RAISE},
    {"return", 6, TOKEN_KEYWORD_RETURN},
    {"try", 3, TOKEN_KEYWORD_TRY},
    {"while", 5, TOKEN_KEYWORD_WHILE},
    {"with", 4, TOKEN_KEYWORD_WITH},
    {"yield", 5, TOKEN_KEYWORD_YIELD},
};

/* Index + 1 of the first keyword with this first letter. */
static const uint8_t keyword_first[128] = {
    ['F'] = 1,  ['N'] = 2,  ['T'] = 3,  ['a'] = 4,  ['b'] = 9,  ['c'] = 10, ['d'] = 12,
    ['e'] = 14, ['f'] = 17, ['g'] = 20, ['i'] = 21, ['l'] = 25, ['n'] = 26, ['o'] = 28,
    ['p'] = 29, ['r'] = 30, ['t'] = 32, ['w'] = 33, ['y'] = 35,
};

static enum token_kind find_keyword(const char *text, size_t length)
{
    if (length < 2 || length > 8 || (unsigned char)text[0] >= 128 || keyword_first[(unsigned char)text[0]] == 0) {
        return TOKEN_NAME;
    }
    const struct keyword *limit = keywords + sizeof keywords / sizeof *keywords;
    for (const struct keyword *k = &keywords[keyword_first[(unsigned char)text[0]] - 1];
         k < limit && k->text[0] == text[0]; k++) {
        if (k->length == length && memcmp(k->text, text, length) == 0) {
            return k->kind;
        }
    }
    return TOKEN_NAME;
}

/* A non-ASCII name that is no identifier. */
static enum token_kind fail_identifier(struct lexer *lexer, const char *start, const char *invalid)
{
    const char *reason;
    const char *undecodable = utf8_find_invalid(start, (size_t)(lexer->current - start), &reason);
    if (undecodable != NULL) {
        char message[160];
        int length = snprintf(message, sizeof message,
                              "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %d: %s",
                              (unsigned char)*undecodable, (int)(undecodable - start), reason);
        lexer->error_message = arena_copy(lexer->arena, message, (size_t)length);
        return fail(lexer, lexer->error_message == NULL ? LEXER_MEMORY : LEXER_DECODE);
    }
    uint32_t c = 0;
    int size = utf8_decode(invalid, lexer->end, &c);
    lexer->current = invalid + size;
    if (unicode_is_printable(c)) {
        return fail_syntax(lexer, "invalid character '%.*s' (U+%04X)", size, invalid, (unsigned)c);
    }
    return fail_syntax(lexer, "invalid non-printable character U+%04X", (unsigned)c);
}

/* Whether the word from start to end is a prefix of string literals. */
static bool is_string_prefix(const char *start, const char *end)
{
    bool bytes = false, unicode = false, raw = false, format = false;
    for (; start < end; start++) {
        char c = (char)(*start | 0x20);
        if (c == 'b' && !bytes && !unicode && !format) {
            bytes = true;
        } else if (c == 'u' && !bytes && !unicode && !raw && !format) {
            unicode = true;
        } else if (c == 'r' && !raw && !unicode) {
            raw = true;
        } else if (c == 'f' && !format && !bytes && !unicode) {
            format = true;
        } else {
            return false;
        }
    }
    return true;
}

/* In dialects with soft_async: are the words async and await keywords here? Seeing an `async def` begins one. */
static bool async_counts(struct lexer *lexer, enum token_kind kind)
{
    if (lexer->in_async_def) {
        return true;
    }
    const char *next = lexer->current + strspn(lexer->current, " \t\014");
    if (kind != TOKEN_KEYWORD_ASYNC || strncmp(next, "def", 3) != 0 ||
        (byte_class[(unsigned char)next[3]] & CLASS_CONTINUE)) {
        return false;
    }
    lexer->in_async_def = true;
    lexer->async_indent = lexer->indent;
    return true;
}

/* An identifier, keyword or prefixed string literal. */
static enum token_kind read_word(struct lexer *lexer, struct token *token)
{
    const char *start = lexer->current;
    const char *at = start;
    uint32_t hash = IDENT_HASH_SEED;
    unsigned char seen = 0;
    do {
        seen |= (unsigned char)*at;
        hash = ident_hash_step(hash, (unsigned char)*at++);
    } while (byte_class[(unsigned char)*at] & CLASS_CONTINUE);
    size_t length = (size_t)(at - start);
    lexer->current = at;
    if ((*at == '"' || *at == '\'') && length <= 2 && is_string_prefix(start, at)) {
        return read_string(lexer, start, token);
    }
    if (seen < 0x80) {
        enum token_kind kind = find_keyword(start, length);
        bool is_async = kind == TOKEN_KEYWORD_ASYNC || kind == TOKEN_KEYWORD_AWAIT;
        if (kind != TOKEN_NAME && (!is_async || !lexer->dialect.soft_async || async_counts(lexer, kind))) {
            return kind;
        }
        token->name = intern_hashed(lexer->arena, lexer->names, start, length, hash);
    } else {
        const char *invalid = ident_find_invalid(start, length);
        if (invalid != NULL) {
            return fail_identifier(lexer, start, invalid);
        }
        token->name = intern_normalized(lexer->arena, lexer->names, start, length);
    }
    return token->name == NULL ? fail(lexer, LEXER_MEMORY) : TOKEN_NAME;
}

/* ---- operators and brackets ---------------------------------------------------------------------- */

static enum token_kind open_bracket(struct lexer *lexer, char c)
{
    lexer->current++;
    if (lexer->level >= LEXER_MAX_LEVEL) {
        return fail_syntax(lexer, "too many nested parentheses");
    }
    lexer->brackets[lexer->level++] =
        (struct lexer_bracket){c, lexer->lineno, (int32_t)(lexer->current - 1 - lexer->line_start)};
    return c == '(' ? TOKEN_LEFT_PAREN : c == '[' ? TOKEN_LEFT_BRACKET : TOKEN_LEFT_BRACE;
}

static enum token_kind close_bracket(struct lexer *lexer, char c)
{
    lexer->current++;
    if (lexer->level == 0) {
        return fail_syntax(lexer, "unmatched '%c'", c);
    }
    const struct lexer_bracket *open = &lexer->brackets[--lexer->level];
    if (open->kind != (c == ')' ? '(' : c == ']' ? '[' : '{')) {
        if (open->lineno != lexer->lineno) {
            return fail_syntax(lexer, "closing parenthesis '%c' does not match opening parenthesis '%c' on line %d", c,
                               open->kind, (int)open->lineno);
        }
        return fail_syntax(lexer, "closing parenthesis '%c' does not match opening parenthesis '%c'", c, open->kind);
    }
    return c == ')' ? TOKEN_RIGHT_PAREN : c == ']' ? TOKEN_RIGHT_BRACKET : TOKEN_RIGHT_BRACE;
}

/* Consumes `size` characters as an operator. */
static inline enum token_kind operator_of(struct lexer *lexer, int size, enum token_kind kind)
{
    lexer->current += size;
    return kind;
}

/* An operator that may be doubled and may have '=' appended: c, c=, cc, cc=. */
static enum token_kind doubled_operator(struct lexer *lexer, enum token_kind one, enum token_kind one_equal,
                                        enum token_kind two, enum token_kind two_equal)
{
    const char *at = lexer->current;
    if (at[1] == at[0]) {
        return at[2] == '=' ? operator_of(lexer, 3, two_equal) : operator_of(lexer, 2, two);
    }
    return at[1] == '=' ? operator_of(lexer, 2, one_equal) : operator_of(lexer, 1, one);
}

static enum token_kind maybe_equal(struct lexer *lexer, enum token_kind plain, enum token_kind equal)
{
    return lexer->current[1] == '=' ? operator_of(lexer, 2, equal) : operator_of(lexer, 1, plain);
}

static enum token_kind read_dot(struct lexer *lexer)
{
    const char *at = lexer->current;
    if (is_digit(at[1])) {
        lexer->current++;
        return number_read_rest(lexer, true) ? TOKEN_NUMBER : TOKEN_ERROR;
    }
    return at[1] == '.' && at[2] == '.' ? operator_of(lexer, 3, TOKEN_ELLIPSIS) : operator_of(lexer, 1, TOKEN_DOT);
}

static enum token_kind read_operator(struct lexer *lexer)
{
    char c = *lexer->current;
    switch (c) {
    case '(':
    case '[':
    case '{':
        return open_bracket(lexer, c);
    case ')':
    case ']':
    case '}':
        return close_bracket(lexer, c);
    case ':':
        return maybe_equal(lexer, TOKEN_COLON, TOKEN_COLON_EQUAL);
    case ',':
        return operator_of(lexer, 1, TOKEN_COMMA);
    case ';':
        return operator_of(lexer, 1, TOKEN_SEMICOLON);
    case '~':
        return operator_of(lexer, 1, TOKEN_TILDE);
    case '.':
        return read_dot(lexer);
    case '=':
        return maybe_equal(lexer, TOKEN_EQUAL, TOKEN_EQ_EQUAL);
    case '!':
        return maybe_equal(lexer, TOKEN_UNKNOWN, TOKEN_NOT_EQUAL);
    case '+':
        return maybe_equal(lexer, TOKEN_PLUS, TOKEN_PLUS_EQUAL);
    case '-':
        return lexer->current[1] == '>' ? operator_of(lexer, 2, TOKEN_ARROW)
                                        : maybe_equal(lexer, TOKEN_MINUS, TOKEN_MINUS_EQUAL);
    case '*':
        return doubled_operator(lexer, TOKEN_STAR, TOKEN_STAR_EQUAL, TOKEN_DOUBLE_STAR, TOKEN_DOUBLE_STAR_EQUAL);
    case '/':
        return doubled_operator(lexer, TOKEN_SLASH, TOKEN_SLASH_EQUAL, TOKEN_DOUBLE_SLASH, TOKEN_DOUBLE_SLASH_EQUAL);
    case '<':
        return lexer->current[1] == '>'
                   ? operator_of(lexer, 2, TOKEN_NOT_EQUAL)
                   : doubled_operator(lexer, TOKEN_LESS, TOKEN_LESS_EQUAL, TOKEN_LEFT_SHIFT, TOKEN_LEFT_SHIFT_EQUAL);
    case '>':
        return doubled_operator(lexer, TOKEN_GREATER, TOKEN_GREATER_EQUAL, TOKEN_RIGHT_SHIFT, TOKEN_RIGHT_SHIFT_EQUAL);
    case '%':
        return maybe_equal(lexer, TOKEN_PERCENT, TOKEN_PERCENT_EQUAL);
    case '&':
        return maybe_equal(lexer, TOKEN_AMPER, TOKEN_AMPER_EQUAL);
    case '|':
        return maybe_equal(lexer, TOKEN_VBAR, TOKEN_VBAR_EQUAL);
    case '^':
        return maybe_equal(lexer, TOKEN_CIRCUMFLEX, TOKEN_CIRCUMFLEX_EQUAL);
    case '@':
        return maybe_equal(lexer, TOKEN_AT, TOKEN_AT_EQUAL);
    default:
        lexer->current++;
        if (c < ' ' || c == 0x7F) {
            return fail_syntax(lexer, "invalid non-printable character U+%04X", (unsigned)(unsigned char)c);
        }
        return TOKEN_UNKNOWN;
    }
}

/* ---- type comments ------------------------------------------------------------------------------- */

/* What a comment "# type: ..." says, or NULL if it is none. */
static const char *type_comment_text(const char *comment, const char *end)
{
    for (const char *pattern = "# type: "; *pattern; pattern++) {
        if (*pattern == ' ') {
            while (comment < end && (*comment == ' ' || *comment == '\t')) {
                comment++;
            }
        } else if (comment < end && *comment == *pattern) {
            comment++;
        } else {
            return NULL;
        }
    }
    return comment;
}

/* The token of the type comment that was found; the source has been read to the end of its line. */
static enum token_kind read_type_comment(struct lexer *lexer, struct token *token)
{
    const char *text = lexer->type_comment, *end = lexer->current;
    lexer->type_comment = NULL;
    bool ignore = end - text >= 6 && memcmp(text, "ignore", 6) == 0 &&
                  (end - text == 6 || !(byte_class[(unsigned char)text[6]] & CLASS_CONTINUE) || text[6] == '_');
    if (ignore) {
        text += 6;
    }
    token->name = ast_intern(lexer->arena, lexer->names, text, (size_t)(end - text));
    if (token->name == NULL) {
        return fail(lexer, LEXER_MEMORY);
    }
    if (ignore && lexer->comment_alone && next_char(lexer) == '\n') {
        lexer->at_line_start = true;
    }
    return ignore ? TOKEN_TYPE_IGNORE : TOKEN_TYPE_COMMENT;
}

/* ---- one token ----------------------------------------------------------------------------------- */

/* Skips to the first character of the next token. Returns its first byte, '\n' for a newline that counts (it has been
 * read), '#' for a type comment that does, or END_OF_SOURCE. A pending INDENT or DEDENT or a failure is left for the
 * caller to see. */
static int skip_to_token(struct lexer *lexer)
{
    for (;;) {
        bool blank = false;
        if (lexer->at_line_start) {
            lexer->at_line_start = false;
            if (!indent_measure(lexer, &blank)) {
                return END_OF_SOURCE;
            }
        }
        if (lexer->pending != 0) {
            return END_OF_SOURCE;
        }
        lexer->comment = NULL;
        for (;;) {
            int c = next_char(lexer);
            if (c == ' ' || c == '\t' || c == '\014') {
                continue;
            }
            if (c == '#') {
                lexer->comment = lexer->current - 1;
                const char *line_end = strchr(lexer->current, '\n');
                lexer->current = line_end != NULL ? line_end : lexer->end;
                if (lexer->dialect.type_comments) {
                    lexer->type_comment = type_comment_text(lexer->comment, lexer->current);
                    lexer->comment_alone = blank;
                }
                if (lexer->type_comment != NULL) {
                    return c;
                }
                continue;
            }
            if (c == '\\') {
                const char *window = lexer->window;
                if (!continue_line(lexer)) {
                    return END_OF_SOURCE;
                }
                lexer->window = window;
                continue;
            }
            if (c == '\n') {
                lexer->at_line_start = true;
                if (blank || lexer->level > 0) {
                    break;
                }
                return c;
            }
            if (c != END_OF_SOURCE) {
                unread_char(lexer);
            }
            return c;
        }
    }
}

static enum token_kind read_token(struct lexer *lexer, struct token *token)
{
    char c = *lexer->current;
    if (byte_class[(unsigned char)c] & CLASS_START) {
        return read_word(lexer, token);
    }
    if (is_digit(c)) {
        return read_number(lexer);
    }
    if (c == '"' || c == '\'') {
        return read_string(lexer, lexer->current, token);
    }
    return read_operator(lexer);
}

/* Positions of a token without text. */
static void place_empty(struct lexer *lexer, struct token *token, enum token_kind kind)
{
    token->kind = (uint8_t)kind;
    token->level = (uint16_t)lexer->level;
    token->lineno = token->end_lineno = lexer->lineno;
    token->col_offset = token->end_col_offset = -1;
    token->text = lexer->current;
    token->length = 0;
}

void lexer_next(struct lexer *lexer, struct token *token)
{
    if (lexer->failure != LEXER_OK) {
        place_empty(lexer, token, TOKEN_ERROR);
        return;
    }
    if (lexer->pending == 0) {
        int c = skip_to_token(lexer);
        if (lexer->failure != LEXER_OK) {
            place_empty(lexer, token, TOKEN_ERROR);
            return;
        }
        if (lexer->pending == 0) {
            if (c == END_OF_SOURCE) {
                if (lexer->level > 0) {
                    fail(lexer, LEXER_EOF);
                }
                place_empty(lexer, token, lexer->level > 0 ? TOKEN_ERROR : TOKEN_ENDMARKER);
                return;
            }
            const char *start = lexer->type_comment != NULL ? lexer->type_comment
                                : c != '\n'                 ? lexer->current
                                : lexer->comment != NULL    ? lexer->comment
                                                            : lexer->current - 1;
            token->lineno = lexer->lineno;
            token->col_offset = (int32_t)(start - lexer->line_start);
            enum token_kind kind = lexer->type_comment != NULL ? read_type_comment(lexer, token)
                                   : c == '\n'                 ? TOKEN_NEWLINE
                                                               : read_token(lexer, token);
            lexer->in_async_body |= lexer->in_async_def && kind == TOKEN_NEWLINE;
            if (kind == TOKEN_ERROR) {
                place_empty(lexer, token, TOKEN_ERROR);
                return;
            }
            /* All tokens but strings were recognised by the character that follows them. */
            lexer->reached_end |= lexer->current == lexer->end && kind != TOKEN_NEWLINE && kind != TOKEN_STRING;
            token->kind = (uint8_t)kind;
            token->warned = false;
            token->level = (uint16_t)lexer->level;
            token->text = start;
            token->length = (uint32_t)(lexer->current - start);
            token->end_lineno = lexer->lineno;
            token->end_col_offset = (int32_t)(lexer->current - (c == '\n') - lexer->line_start);
            if (lexer->lineno == lexer->starting_lineno && lexer->starting_col_offset != 0) {
                token->col_offset += lexer->starting_col_offset;
                token->end_col_offset += lexer->starting_col_offset;
            }
            return;
        }
    }
    if (lexer->pending > 0) {
        lexer->pending--;
        place_empty(lexer, token, TOKEN_INDENT);
    } else {
        lexer->pending++;
        place_empty(lexer, token, TOKEN_DEDENT);
    }
}
