/* The lexer: UTF-8 source text to tokens, one at a time, and the interning of identifiers. */
#ifndef ATOLL_COMPILER_LEXER_H
#define ATOLL_COMPILER_LEXER_H

#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/token.h"

enum { LEXER_MAX_INDENT = 100, LEXER_MAX_LEVEL = 200 };

/* Why the lexer returned TOKEN_ERROR. The parser words and places the errors that have no message here. */
enum lexer_failure {
    LEXER_OK,
    LEXER_SYNTAX, /* the error is complete in `error_*` */
    LEXER_EOF,    /* the source ended inside brackets or after a backslash */
    LEXER_DEDENT, /* an unindent matches no outer level */
    LEXER_TAB_SPACE,
    LEXER_TOO_DEEP,
    LEXER_LINE_CONTINUATION,
    LEXER_DECODE, /* an identifier is not UTF-8; the message is in `error_message` */
    LEXER_MEMORY,
};

struct lexer_bracket {
    char kind;
    int32_t lineno;
    int32_t col_offset;
};

/* What not every source is read with. */
struct lexer_dialect {
    bool type_comments; /* deliver them as tokens */
    bool soft_async;    /* async and await are keywords only in and before an `async def`, as in Python 3.6 */
};

struct lexer {
    struct arena *arena;
    struct ast_intern_table *names;
    const char *buffer; /* zero-terminated UTF-8 with \n line ends */
    const char *end;    /* the terminating zero */
    const char *current;
    const char *line_start;
    const char *window; /* start of the first line that the present token or continuation reaches back to */
    int32_t lineno;
    bool at_line_start;
    bool line_pending;   /* the character before `current` was a newline: the next character read begins a new line */
    const char *comment; /* where the comment before the newline just read begins, or NULL: the newline begins there */
    int pending;         /* INDENTs (positive) or DEDENTs (negative) to be delivered */
    int indent;          /* top of the indentation stacks */
    int level;           /* open brackets */
    enum lexer_failure failure;
    bool reached_end;         /* the end of the source was looked at */
    bool ended_inside_string; /* a string literal ran into the end of the source */

    const char *type_comment; /* what a type comment just found says, or NULL */
    bool comment_alone;       /* that comment is all of its line */

    struct lexer_dialect dialect;
    /* In dialects with soft_async: inside an `async def`; past its first line; the indentation of that. */
    bool in_async_def, in_async_body;
    int async_indent;

    /* Positions of a fragment (an expression of an f-string) in its file. */
    int32_t starting_lineno;
    int32_t starting_col_offset;

    /* LEXER_SYNTAX: columns are character counts, 1-based. */
    const char *error_message;
    int32_t error_lineno;
    int32_t error_offset;
    int32_t error_end_offset;
    const char *error_text;
    size_t error_text_length;

    /* Warnings are collected during the parser's first pass only. */
    struct syntax_warning ***warnings;

    int32_t indents[LEXER_MAX_INDENT];
    int32_t alternate_indents[LEXER_MAX_INDENT]; /* the same with tabs counted as one column */
    struct lexer_bracket brackets[LEXER_MAX_LEVEL];
};

/* Starts at the first byte of `buffer`. The buffer must be followed by a zero byte and outlive all tokens. */
void lexer_init(struct lexer *lexer, struct arena *arena, struct ast_intern_table *names, const char *buffer,
                size_t length, struct lexer_dialect dialect);

/* Delivers the next token. After TOKEN_ERROR or TOKEN_ENDMARKER it delivers the same again. */
void lexer_next(struct lexer *lexer, struct token *token);

/* Notes a warning of the given line, unless warnings are off. False when there is no memory. */
bool lexer_warn(struct lexer *lexer, enum syntax_warning_category category, const char *message, int32_t lineno,
                int32_t col_offset, int32_t end_col_offset);

/* ---- ident.c: interned identifiers --------------------------------------------------------------- */

/* A new table for the identifiers of one module. NULL when there is no memory. */
struct ast_intern_table *intern_table_new(struct arena *arena);

/* The hash that ast_identifier.hash holds. */
static inline uint32_t ident_hash_step(uint32_t hash, unsigned char byte)
{
    return (hash ^ byte) * 0x01000193u;
}

enum { IDENT_HASH_SEED = 0x811c9dc5u };

/* ast_intern for text whose hash is known. */
ast_name intern_hashed(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length,
                       uint32_t hash);

/* Interns the NFKC form of a non-ASCII identifier. NULL when there is no memory. */
ast_name intern_normalized(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length);

/* Checks that text is an identifier. Returns NULL if it is; otherwise where the first bad character starts. */
const char *ident_find_invalid(const char *text, size_t length);

/* ---- utf8.c: UTF-8 helpers ----------------------------------------------------------------------- */

/* Decodes one code point at text (strict UTF-8, no surrogates). Returns its size in bytes, or 0 if it is invalid. */
int utf8_decode(const char *text, const char *end, uint32_t *code_point);

/* Appends a code point (surrogates allowed, as three bytes). Returns the number of bytes written, at most 4. */
int utf8_encode(uint32_t code_point, char *out);

/* Finds the first ill-formed sequence. Returns NULL if there is none; otherwise its start, and in *reason the words of
 * Python's utf-8 codec for it. */
const char *utf8_find_invalid(const char *text, size_t length, const char **reason);

/* How many bytes of the ill-formed sequence at text one replacement character stands for. */
int utf8_invalid_size(const char *text, const char *end);

/* The number of characters in the bytes, counting each invalid sequence as Python's "replace" handler does. */
size_t utf8_count(const char *text, size_t length);

#endif
