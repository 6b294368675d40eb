/* Tokens of Python 3.11 as the parser sees them: comments, blank lines and line joins are gone, indentation has become
 * INDENT and DEDENT, and keywords have kinds of their own. The soft keywords (match, case, _) are names. */
#ifndef ATOLL_COMPILER_TOKEN_H
#define ATOLL_COMPILER_TOKEN_H

#include "runtime/compiler/syntax/ast.h"

enum token_kind {
    TOKEN_ENDMARKER,
    TOKEN_ERROR, /* the lexer stopped; it holds the reason */
    TOKEN_NEWLINE,
    TOKEN_INDENT,
    TOKEN_DEDENT,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,  /* one literal with its prefix and quotes */
    TOKEN_TYPE_COMMENT, /* "# type: ..."; `name` is what follows; only when asked for, like the next */
    TOKEN_TYPE_IGNORE,  /* "# type: ignore..."; `name` is what follows */
    TOKEN_UNKNOWN, /* a printable character that begins no token: $ ? ! ` */

    TOKEN_LEFT_PAREN,
    TOKEN_RIGHT_PAREN,
    TOKEN_LEFT_BRACKET,
    TOKEN_RIGHT_BRACKET,
    TOKEN_LEFT_BRACE,
    TOKEN_RIGHT_BRACE,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_DOT,
    TOKEN_ELLIPSIS,
    TOKEN_AT,
    TOKEN_ARROW,
    TOKEN_COLON_EQUAL,
    TOKEN_EQUAL,
    TOKEN_TILDE,

    /* Operators of comparison. */
    TOKEN_EQ_EQUAL,
    TOKEN_NOT_EQUAL, /* != and, for the sake of barry_as_FLUFL, <> */
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,

    /* Binary operators; TOKEN_AT is one as well. */
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_VBAR,
    TOKEN_AMPER,
    TOKEN_PERCENT,
    TOKEN_CIRCUMFLEX,
    TOKEN_LEFT_SHIFT,
    TOKEN_RIGHT_SHIFT,
    TOKEN_DOUBLE_STAR,
    TOKEN_DOUBLE_SLASH,

    /* Augmented assignments, in the order of enum ast_operator. */
    TOKEN_PLUS_EQUAL,
    TOKEN_MINUS_EQUAL,
    TOKEN_STAR_EQUAL,
    TOKEN_AT_EQUAL,
    TOKEN_SLASH_EQUAL,
    TOKEN_PERCENT_EQUAL,
    TOKEN_DOUBLE_STAR_EQUAL,
    TOKEN_LEFT_SHIFT_EQUAL,
    TOKEN_RIGHT_SHIFT_EQUAL,
    TOKEN_VBAR_EQUAL,
    TOKEN_CIRCUMFLEX_EQUAL,
    TOKEN_AMPER_EQUAL,
    TOKEN_DOUBLE_SLASH_EQUAL,

    TOKEN_KEYWORD_FALSE,
    TOKEN_KEYWORD_NONE,
    TOKEN_KEYWORD_TRUE,
    TOKEN_KEYWORD_AND,
    TOKEN_KEYWORD_AS,
    TOKEN_KEYWORD_ASSERT,
    TOKEN_KEYWORD_ASYNC,
    TOKEN_KEYWORD_AWAIT,
    TOKEN_KEYWORD_BREAK,
    TOKEN_KEYWORD_CLASS,
    TOKEN_KEYWORD_CONTINUE,
    TOKEN_KEYWORD_DEF,
    TOKEN_KEYWORD_DEL,
    TOKEN_KEYWORD_ELIF,
    TOKEN_KEYWORD_ELSE,
    TOKEN_KEYWORD_EXCEPT,
    TOKEN_KEYWORD_FINALLY,
    TOKEN_KEYWORD_FOR,
    TOKEN_KEYWORD_FROM,
    TOKEN_KEYWORD_GLOBAL,
    TOKEN_KEYWORD_IF,
    TOKEN_KEYWORD_IMPORT,
    TOKEN_KEYWORD_IN,
    TOKEN_KEYWORD_IS,
    TOKEN_KEYWORD_LAMBDA,
    TOKEN_KEYWORD_NONLOCAL,
    TOKEN_KEYWORD_NOT,
    TOKEN_KEYWORD_OR,
    TOKEN_KEYWORD_PASS,
    TOKEN_KEYWORD_RAISE,
    TOKEN_KEYWORD_RETURN,
    TOKEN_KEYWORD_TRY,
    TOKEN_KEYWORD_WHILE,
    TOKEN_KEYWORD_WITH,
    TOKEN_KEYWORD_YIELD,

    TOKEN_KIND_COUNT,
};

struct token {
    uint8_t kind;
    bool warned;    /* TOKEN_STRING: its escapes have been looked at */
    uint16_t level; /* open brackets after this token */
    int32_t lineno;
    int32_t col_offset; /* -1: the token has no text (INDENT, DEDENT, ENDMARKER) */
    int32_t end_lineno;
    int32_t end_col_offset;
    uint32_t length;  /* of `text` in bytes */
    const char *text; /* into the lexer's buffer */
    ast_name name;    /* TOKEN_NAME, and type comments */
};

#endif
