/* The private face of the parser's files.
 *
 * The parser is a recursive descent over the PEG of Python 3.11, run at most twice. The first pass is predictive and
 * builds the tree. When it fails, the second pass goes through the source again the way the official grammar does,
 * alternative by alternative and with memoised results, and looks for the mistakes that have a message of their own
 * (files diagnose_*.c). If none is found, the error is "invalid syntax" at the last token that the first pass needed.
 *
 * Conventions of the parse functions
 *   - A function returns NULL (or false) when the input at parser->mark is not what it parses. It may leave the mark
 * anywhere; whoever tries another alternative resets it.
 *   - An error that is final (a message found, no memory) does not return: parser_raise_* jump out of the pass.
 *   - Pointers into the token buffer are valid until the next token is fetched. Positions are copied. */
#ifndef ATOLL_COMPILER_PARSER_H
#define ATOLL_COMPILER_PARSER_H

#include "runtime/compiler/syntax/lexer.h"

#include <setjmp.h>

/* What is to be parsed. */
enum start_rule { START_FILE, START_SINGLE, START_EVAL, START_FUNCTION_TYPE, START_FSTRING };

/* Results that the second pass remembers, so that it takes linear time. */
enum memo_rule {
    MEMO_EXPRESSION,
    MEMO_DISJUNCTION,
    MEMO_CONJUNCTION,
    MEMO_INVERSION,
    MEMO_BITWISE_OR,
    MEMO_FACTOR,
    MEMO_AWAIT_PRIMARY,
    MEMO_PRIMARY,
    MEMO_STAR_EXPRESSION,
    MEMO_STAR_TARGET,
    MEMO_STRINGS,
    MEMO_ARGUMENTS,
    MEMO_BLOCK,
    MEMO_SIMPLE_STMT,
    MEMO_LAMBDA,
    MEMO_INVALID_NAMED_EXPRESSION,
    MEMO_CLOSED_PATTERN,
    /* Atoms in brackets; the results differ with and without diagnosis, so there are two of each. */
    MEMO_TUPLE,
    MEMO_GROUP,
    MEMO_GENEXP,
    MEMO_LIST,
    MEMO_LISTCOMP,
    MEMO_DICT,
    MEMO_SET,
    MEMO_DICTCOMP,
    MEMO_SETCOMP,
    MEMO_ATOM_LIMIT,
    MEMO_ATOM_QUIET = MEMO_ATOM_LIMIT - MEMO_TUPLE, /* added while diagnosis is off */
};

struct memo {
    struct memo *next;
    int rule;
    int end; /* the mark after it */
    void *node;
};

/* Names that the grammar knows although they are no keywords. */
struct parser_names {
    ast_name match;
    ast_name case_;
    ast_name underscore;
    ast_name print;
    ast_name exec;
};

struct parser {
    struct arena *arena;
    struct lexer *lexer;
    const struct parser_names *names;
    enum start_rule start;
    unsigned flags;
    int minor;             /* which 3.x the grammar is that of */
    bool byte_offsets;     /* errors count columns in bytes */
    const char *file;      /* where there is such a file, errors show whole lines; NULL: none */
    int level;             /* depth of recursion, bounded by PARSER_MAX_LEVEL */
    uintptr_t stack_limit; /* lowest address of the C stack that the parser may use */

    struct token *tokens;
    int count; /* tokens fetched and kept */
    int capacity;
    int mark;             /* the next token */
    int failed_operator;  /* where the right operand of a binary operator was missing, or -1 */
    int64_t dropped;      /* tokens of finished statements that were removed from the front of the buffer */
    bool parsing_started; /* START_SINGLE: the end of the source is still to be turned into a NEWLINE */

    bool second_pass;
    bool diagnose;       /* look for mistakes that have a message */
    struct memo **memos; /* second pass: chains by token index */
    int memo_capacity;

    /* Comments "# type: ignore" so far. */
    struct ast_type_ignore *ignores;
    uint32_t ignore_count, ignore_capacity;

    /* A stack of items of lists that are being parsed. */
    char *stack;
    size_t stack_used;
    size_t stack_size;

    struct syntax_error *error;
    bool final;   /* no error of the lexer can come before this one */
    bool generic; /* the error is \"invalid syntax\" for want of a better one */
    jmp_buf *escape;
};

enum {
    PARSER_MINOR = 11,       /* this is Python 3.11 */
    PARSER_MAX_LEVEL = 6000, /* as in CPython: beyond it, MemoryError */
/* How much of the C stack one parse may use. Sanitizers make frames several times larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(ATOLL_SANITIZED)
    PARSER_MAX_STACK = 5 << 20,
#else
    PARSER_MAX_STACK = 1 << 20,
#endif
};

/* Where a node begins. */
struct place {
    int32_t lineno;
    int32_t col_offset;
};

/* ---- parser.c: tokens, memory, errors ------------------------------------------------------------ */

/* Fetches the token at the mark. Raises what the lexer reports. */
void parser_fill(struct parser *parser);

static inline struct token *parser_token(struct parser *parser)
{
    if (parser->mark == parser->count) {
        parser_fill(parser);
    }
    return &parser->tokens[parser->mark];
}

static inline enum token_kind parser_peek(struct parser *parser)
{
    return (enum token_kind)parser_token(parser)->kind;
}

/* The kind of the token after the next one. */
static inline enum token_kind parser_peek_second(struct parser *parser)
{
    parser_token(parser);
    parser->mark++;
    enum token_kind kind = parser_peek(parser);
    parser->mark--;
    return kind;
}

static inline bool parser_accept(struct parser *parser, enum token_kind kind)
{
    if (parser_peek(parser) != kind) {
        return false;
    }
    parser->mark++;
    return true;
}

/* Reads a type comment, if there is one here, else NULL. */
static inline ast_name parser_type_comment(struct parser *parser)
{
    return parser_accept(parser, TOKEN_TYPE_COMMENT) ? parser->tokens[parser->mark - 1].name : NULL;
}

static inline struct place parser_place(struct parser *parser)
{
    const struct token *token = parser_token(parser);
    return (struct place){token->lineno, token->col_offset};
}

/* The position from `start` to the end of the last token that has text. */
struct ast_position parser_position(struct parser *parser, struct place start);

/* Memory of the arena; raises when there is none. */
void *parser_alloc(struct parser *parser, size_t size);

struct ast_expr *parser_expr(struct parser *parser, enum ast_expr_kind kind, struct place start);
struct ast_stmt *parser_stmt(struct parser *parser, enum ast_stmt_kind kind, struct place start);
struct ast_pattern *parser_pattern(struct parser *parser, enum ast_pattern_kind kind, struct place start);

/* The list stack: note stack_used, push items, take them. A function that fails in between resets stack_used. */
void parser_push(struct parser *parser, const void *item, size_t size);
/* Copies the items above base to the arena, pops them, and tells their number. NULL for no items. */
void *parser_take(struct parser *parser, size_t base, size_t size, uint32_t *count);

static inline void parser_push_pointer(struct parser *parser, const void *pointer)
{
    parser_push(parser, &pointer, sizeof pointer);
}

struct ast_exprs parser_take_exprs(struct parser *parser, size_t base);
struct ast_stmts parser_take_stmts(struct parser *parser, size_t base);
struct ast_exprs parser_one_expr(struct parser *parser, struct ast_expr *expr);

/* Enters and leaves one level of recursion; raises MemoryError when it is too deep. */
void parser_too_deep(struct parser *parser);

static inline void parser_enter(struct parser *parser)
{
    if (parser->level++ >= PARSER_MAX_LEVEL || (uintptr_t)__builtin_frame_address(0) < parser->stack_limit) {
        parser_too_deep(parser);
    }
}

static inline void parser_leave(struct parser *parser)
{
    parser->level--;
}

/* Finds a memoised result of the rule at the mark. If there is one, moves the mark behind it. */
bool memo_find(struct parser *parser, int rule, void **node);
/* Remembers the result (NULL: no match) of the rule that began at `start`. */
void memo_store(struct parser *parser, int start, int rule, void *node);
/* Forgets all results: the token indices are about to change. */
void memo_clear(struct parser *parser);

/* A SyntaxError at the last token that was fetched. */
_Noreturn void parser_raise(struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same unless the grammar is that of 3.`minor` or later: "`what` only supported in ...". */
void parser_refuse_before(struct parser *parser, int minor, const char *what);

static inline void parser_need(struct parser *parser, int minor, const char *what)
{
    if (parser->minor < minor) {
        parser_refuse_before(parser, minor, what);
    }
}

/* The same as IndentationError. */
_Noreturn void parser_raise_indentation(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A SyntaxError from the start of one position to the end of another. */
_Noreturn void parser_raise_range(struct parser *parser, struct ast_position from, struct ast_position to,
                                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A SyntaxError over one position. */
#define parser_raise_at(parser, position, ...) parser_raise_range(parser, position, position, __VA_ARGS__)
/* The token must follow: if it does not, raises "expected '...'" at the token that does, in either pass. */
void parser_expect(struct parser *parser, enum token_kind kind, const char *spelling);
_Noreturn void parser_raise_memory(struct parser *parser);

/* The end position that stands for "as far as the lexer has come". */
extern const struct ast_position position_current;

struct ast_position token_position(const struct token *token);

/* Parses a fragment of an f-string: "(expression)" at the given place of the file. */
struct ast_expr *parser_parse_fragment(struct parser *parent, const char *text, size_t length, int32_t lineno,
                                       int32_t col_offset);

/* ---- parse_expr.c -------------------------------------------------------------------------------- */

struct ast_expr *parse_expression(struct parser *parser);
struct ast_expr *parse_expression_quietly(struct parser *parser); /* with diagnosis off */
struct ast_expr *parse_expressions(struct parser *parser);
struct ast_expr *parse_disjunction(struct parser *parser);
struct ast_expr *parse_bitwise_or(struct parser *parser);
struct ast_expr *parse_primary(struct parser *parser);
struct ast_expr *parse_star_expressions(struct parser *parser);
struct ast_expr *parse_named_expression(struct parser *parser);
struct ast_expr *parse_assignment_expression(struct parser *parser);
struct ast_expr *parse_star_named_expression(struct parser *parser);
struct ast_expr *parse_starred_expression(struct parser *parser);
struct ast_expr *parse_yield(struct parser *parser);
struct ast_expr *parse_lambda(struct parser *parser);
struct ast_expr *parse_name(struct parser *parser, enum ast_context context);
/* star_named_expressions: pushes at least one on the list stack. */
bool parse_star_named_expressions(struct parser *parser);

/* ---- parse_atom.c -------------------------------------------------------------------------------- */

struct ast_expr *parse_atom(struct parser *parser);
/* The bracketed atoms one by one, as the second pass tries them. */
struct ast_expr *parse_tuple(struct parser *parser);
struct ast_expr *parse_list(struct parser *parser);
struct ast_expr *parse_genexp(struct parser *parser);
bool parse_for_if_clauses(struct parser *parser, struct ast_comprehensions *generators);
/* key: value, without **. */
bool parse_kvpair(struct parser *parser, struct ast_expr **key, struct ast_expr **value);
bool parse_double_starred_kvpair(struct parser *parser, struct ast_expr **key, struct ast_expr **value);

/* ---- parse_arguments.c --------------------------------------------------------------------------- */

struct call_arguments {
    struct ast_exprs args;
    struct ast_keywords keywords;
};

/* The arguments of a call up to, not including, ')'. There must be at least one. */
bool parse_arguments(struct parser *parser, struct call_arguments *arguments);
/* `args` of the grammar: arguments without a trailing comma, whatever follows. */
bool parse_args(struct parser *parser, struct call_arguments *arguments);
/* Parameters of a function or lambda, possibly none, up to and not including the terminator (')' or ':'). */
struct ast_arguments *parse_parameters(struct parser *parser, bool is_lambda);

/* ---- parse_target.c ------------------------------------------------------------------------------ */

/* Turns an expression into an assignment target in place. False when it is none (it is unchanged then). */
bool target_to_store(struct ast_expr *expr);
/* The same for one target of an augmented or annotated assignment. */
bool target_is_single(const struct ast_expr *expr);
void target_set_context(struct ast_expr *expr, enum ast_context context);
struct ast_expr *parse_star_target(struct parser *parser);
struct ast_expr *parse_star_targets(struct parser *parser);
struct ast_expr *parse_single_target(struct parser *parser);
bool parse_del_targets(struct parser *parser, struct ast_exprs *targets);

/* ---- parse_stmt.c, parse_compound.c, parse_pattern.c --------------------------------------------- */

bool parse_statements(struct parser *parser, struct ast_stmts *body);
bool parse_block(struct parser *parser, struct ast_stmts *body);
/* Parses a line of simple statements and pushes them on the list stack. */
bool parse_simple_stmts(struct parser *parser);
/* Parses a compound statement. NULL when there is none or it is wrong; *begun tells which. Once it has begun, the first
 * pass cannot go back to its beginning. */
struct ast_stmt *parse_compound_stmt(struct parser *parser, bool *begun);
struct ast_stmt *parse_match_stmt(struct parser *parser, bool *begun);
/* 'else' ':' block, if there is one. */
bool parse_else_block(struct parser *parser, struct ast_stmts *body);

/* ---- literals.c, fstring.c ----------------------------------------------------------------------- */

struct ast_expr *parse_number(struct parser *parser);
struct ast_expr *parse_strings(struct parser *parser);

/* Bytes under construction. */
struct text_buffer {
    char *bytes;
    size_t length;
    size_t capacity;
};

void text_append(struct parser *parser, struct text_buffer *buffer, const char *bytes, size_t length);

/* The body of one string token. */
struct string_token {
    const char *body;
    size_t length;
    bool raw;
    bool bytes;
    bool format;
    bool quiet; /* its warnings have been given */
    struct ast_position position;
    const char *token_text; /* the whole token, prefix and quotes included */
};

/* Appends the value of literal text of a str token, with escapes resolved unless the token is raw. */
void string_decode(struct parser *parser, const struct string_token *token, const char *text, size_t length,
                   struct text_buffer *out);

/* Notes the warning about an unknown escape; `escape` is the character after the backslash. */
void string_warn_escape(struct parser *parser, const struct string_token *token, const char *escape);

/* The constant node of a part of a string. */
struct ast_expr *string_constant(struct parser *parser, const char *bytes, size_t length, bool u_prefix,
                                 struct ast_position position);

/* Concatenates tokens at least one of which is an f-string. */
struct ast_expr *fstring_concatenate(struct parser *parser, const struct string_token *tokens, uint32_t count);

/* ---- diagnose_*.c: the second pass --------------------------------------------------------------- */

const char *expr_describe(const struct ast_expr *expr);
bool is_legacy_name(struct parser *parser, const struct ast_expr *expr);

enum target_type { TARGETS_STAR, TARGETS_FOR, TARGETS_DEL };
/* Raises if the expression holds something that cannot be a target. */
void diagnose_target(struct parser *parser, struct ast_expr *expr, enum target_type type);

/* Each looks at the tokens at the mark, raises if it recognises its mistake, and else restores the mark. */
void diagnose_expression(struct parser *parser);
void diagnose_named_expression(struct parser *parser);
void diagnose_group(struct parser *parser);
void diagnose_comprehension(struct parser *parser);
void diagnose_dict_comprehension(struct parser *parser);
void diagnose_dict(struct parser *parser);
void diagnose_for_target(struct parser *parser);
void diagnose_arguments(struct parser *parser);
void diagnose_keyword_argument(struct parser *parser);
void diagnose_parameters(struct parser *parser, bool is_lambda);
void diagnose_default(struct parser *parser);
void diagnose_star_parameter(struct parser *parser, bool is_lambda);
void diagnose_keyword_parameter(struct parser *parser, bool is_lambda);
void diagnose_assignment(struct parser *parser);
void diagnose_del(struct parser *parser);
void diagnose_import_from(struct parser *parser);
void diagnose_block(struct parser *parser);
void diagnose_conditional(struct parser *parser, enum token_kind keyword);
void diagnose_suite(struct parser *parser, enum token_kind keyword, const char *what);
void diagnose_class(struct parser *parser);
void diagnose_function(struct parser *parser);
void diagnose_for(struct parser *parser);
void diagnose_with_indent(struct parser *parser);
void diagnose_with(struct parser *parser);
void diagnose_with_item(struct parser *parser);
void diagnose_try(struct parser *parser);
void diagnose_except_indent(struct parser *parser, bool star);
void diagnose_except(struct parser *parser);
void diagnose_match(struct parser *parser);
void diagnose_case(struct parser *parser);
void diagnose_as_pattern(struct parser *parser);
void diagnose_class_pattern(struct parser *parser);

/* Pieces of statements that diagnosis parses too. */
bool parse_except_block(struct parser *parser, bool star, struct ast_except_handler *handler);
bool parse_patterns(struct parser *parser, struct ast_pattern **pattern);
bool parse_subject(struct parser *parser, struct ast_expr **subject);
struct ast_pattern *parse_or_pattern(struct parser *parser);
bool parse_with_items(struct parser *parser, struct ast_with_items *items);
struct ast_expr *parse_name_or_attribute(struct parser *parser);
struct ast_pattern *parse_pattern(struct parser *parser);
/* ','.(NAME '=' pattern)+, each pair pushed on the list stack. */
bool parse_keyword_patterns(struct parser *parser);

/* ---- source.c ------------------------------------------------------------------------------------ */

/* Decodes the source to UTF-8 with \n line ends, zero-terminated, in the arena. *encoding is the declared one, or NULL.
 * False with the error filled. */
bool source_decode(struct arena *arena, const char *bytes, size_t length, const char *filename, unsigned flags,
                   bool append_newline, struct syntax_error *error, const char **text, size_t *text_length,
                   const char **encoding);

#endif
