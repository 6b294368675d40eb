/* The abstract syntax tree of a Python 3.11 module, in the shape of Python's own `ast` module: the same node kinds and
 * the same field names, so that the documentation of that module describes this one too.
 *
 * Conventions
 *   - Everything is allocated in the arena that was given to the parser and is freed with it. Later stages (symbol
 *     table, optimiser) may change nodes in place and may allocate new ones in the same arena.
 *   - A node is a tagged union: `kind` says which member of the union is valid. The member of EXPR_BIN_OP is
 *     `bin_op`, that of STMT_FUNCTION_DEF is `function_def`, and so on. Kinds without fields have no member.
 *   - Sequences are {count, items}. Expressions, statements and patterns are held by pointer; the smaller helpers (arg,
 *     keyword, alias, with item, comprehension, handler, match case) are held by value in the sequence itself. `items`
 * is NULL when count is 0.
 *   - An optional field is a pointer that may be NULL; the comment "or NULL" marks it.
 *   - Positions are those of the `ast` module: lines count from 1, columns are offsets in UTF-8 bytes from 0, the end
 * is exclusive. (When the source has another encoding, its UTF-8 translation counts.)
 *   - Identifiers are interned: two identifiers of one parse are the same name exactly if the pointers are equal.
 *
 * This file depends on nothing of the runtime. */
#ifndef ATOLL_COMPILER_AST_H
#define ATOLL_COMPILER_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct ast_expr;
struct ast_stmt;
struct ast_pattern;

/* ---- names and positions ------------------------------------------------------------------------- */

/* An interned identifier: valid UTF-8, NFKC-normalised, zero-terminated. Also used for dotted module names ("os.path")
 * and "*" in import statements, and for the module of ImportFrom. */
struct ast_identifier {
    struct ast_identifier *next; /* chain of the intern table; private to ident.c */
    uint32_t hash;               /* private to ident.c, but stable: may be used to hash by name */
    uint32_t length;             /* in bytes */
    bool is_ascii;
    char text[];
};

/* Names are never changed after interning. */
typedef const struct ast_identifier *ast_name;

struct ast_position {
    int32_t lineno;
    int32_t col_offset;
    int32_t end_lineno;
    int32_t end_col_offset;
};

/* ---- sequences ----------------------------------------------------------------------------------- */

struct ast_exprs {
    uint32_t count;
    struct ast_expr **items; /* single items may be NULL where the field's comment says so */
};

struct ast_stmts {
    uint32_t count;
    struct ast_stmt **items;
};

struct ast_patterns {
    uint32_t count;
    struct ast_pattern **items;
};

struct ast_names {
    uint32_t count;
    ast_name *items;
};

/* ---- small closed sets --------------------------------------------------------------------------- */

enum ast_context { CONTEXT_LOAD, CONTEXT_STORE, CONTEXT_DEL };

enum ast_bool_operator { BOOL_AND, BOOL_OR };

enum ast_operator {
    OPERATOR_ADD,
    OPERATOR_SUB,
    OPERATOR_MULT,
    OPERATOR_MAT_MULT,
    OPERATOR_DIV,
    OPERATOR_MOD,
    OPERATOR_POW,
    OPERATOR_LSHIFT,
    OPERATOR_RSHIFT,
    OPERATOR_BIT_OR,
    OPERATOR_BIT_XOR,
    OPERATOR_BIT_AND,
    OPERATOR_FLOOR_DIV,
};

enum ast_unary_operator { UNARY_OPERATOR_INVERT, UNARY_OPERATOR_NOT, UNARY_OPERATOR_UADD, UNARY_OPERATOR_USUB };

enum ast_compare_operator {
    COMPARISON_EQ,
    COMPARISON_NOT_EQ,
    COMPARISON_LT,
    COMPARISON_LT_E,
    COMPARISON_GT,
    COMPARISON_GT_E,
    COMPARISON_IS,
    COMPARISON_IS_NOT,
    COMPARISON_IN,
    COMPARISON_NOT_IN,
};

struct ast_compare_operators {
    uint32_t count;
    enum ast_compare_operator *items;
};

/* ---- constants ----------------------------------------------------------------------------------- */

enum ast_constant_kind {
    CONSTANT_NONE,
    CONSTANT_TRUE,
    CONSTANT_FALSE,
    CONSTANT_ELLIPSIS,
    CONSTANT_INT,     /* `integer` */
    CONSTANT_FLOAT,   /* `real` */
    CONSTANT_COMPLEX, /* `real` is the imaginary part; the real part is 0 */
    CONSTANT_STR,     /* `string`: UTF-8; lone surrogates (from escapes) are three bytes each, as in WTF-8, and two
                         surrogates that follow one another are NOT joined to one character */
    CONSTANT_BYTES,   /* `string`: the bytes */
    CONSTANT_OBJECT,  /* `object`: a folded constant, put in by the compiler's optimiser; the parser makes none */
};

struct ast_constant {
    enum ast_constant_kind kind;
    bool has_u_prefix; /* str literal written u'...': the `kind` field of ast.Constant */
    bool is_ascii;     /* CONSTANT_STR, CONSTANT_BYTES: every byte is below 0x80 */
    union {
        struct {
            /* Digits without prefix and underscores, zero-terminated; leading zeros may be present. Never negative. */
            const char *digits;
            uint32_t length;
            uint8_t base;    /* 2, 8, 10 or 16 */
            bool fits_int64; /* `small` holds the value */
            int64_t small;
        } integer;
        double real;
        struct {
            const char *bytes; /* also followed by a zero byte, which does not count */
            size_t length;
        } string;
        void *object; /* a value of the runtime, kept alive by the compilation */
    };
};

/* ---- function signatures, calls, imports, clauses ------------------------------------------------ */

struct ast_arg {
    ast_name arg;
    struct ast_expr *annotation; /* or NULL */
    ast_name type_comment;       /* or NULL */
    struct ast_position position;
};

struct ast_arg_list {
    uint32_t count;
    struct ast_arg *items;
};

struct ast_arguments {
    struct ast_arg_list posonlyargs;
    struct ast_arg_list args;
    struct ast_arg *vararg; /* *args, or NULL */
    struct ast_arg_list kwonlyargs;
    struct ast_exprs kw_defaults; /* as many as kwonlyargs; an item is NULL where the argument is required */
    struct ast_arg *kwarg;        /* **kwargs, or NULL */
    struct ast_exprs defaults;    /* of the last posonlyargs + args */
};

struct ast_keyword {
    ast_name arg; /* NULL: **value */
    struct ast_expr *value;
    struct ast_position position;
};

struct ast_keywords {
    uint32_t count;
    struct ast_keyword *items;
};

struct ast_alias {
    ast_name name;   /* "os.path"; "*" in `from m import *` */
    ast_name asname; /* or NULL */
    struct ast_position position;
};

struct ast_aliases {
    uint32_t count;
    struct ast_alias *items;
};

struct ast_with_item {
    struct ast_expr *context_expr;
    struct ast_expr *optional_vars; /* or NULL */
};

struct ast_with_items {
    uint32_t count;
    struct ast_with_item *items;
};

struct ast_comprehension {
    struct ast_expr *target;
    struct ast_expr *iter;
    struct ast_exprs ifs;
    int is_async;
};

struct ast_comprehensions {
    uint32_t count;
    struct ast_comprehension *items;
};

struct ast_except_handler {
    struct ast_expr *type; /* or NULL: bare except */
    ast_name name;         /* or NULL */
    struct ast_stmts body;
    struct ast_position position;
};

struct ast_except_handlers {
    uint32_t count;
    struct ast_except_handler *items;
};

struct ast_match_case {
    struct ast_pattern *pattern;
    struct ast_expr *guard; /* or NULL */
    struct ast_stmts body;
};

struct ast_match_cases {
    uint32_t count;
    struct ast_match_case *items;
};

/* ---- expressions --------------------------------------------------------------------------------- */

enum ast_expr_kind {
    EXPR_BOOL_OP,
    EXPR_NAMED_EXPR,
    EXPR_BIN_OP,
    EXPR_UNARY_OP,
    EXPR_LAMBDA,
    EXPR_IF_EXP,
    EXPR_DICT,
    EXPR_SET,
    EXPR_LIST_COMP,
    EXPR_SET_COMP,
    EXPR_DICT_COMP,
    EXPR_GENERATOR_EXP,
    EXPR_AWAIT,
    EXPR_YIELD,
    EXPR_YIELD_FROM,
    EXPR_COMPARE,
    EXPR_CALL,
    EXPR_FORMATTED_VALUE,
    EXPR_JOINED_STR,
    EXPR_CONSTANT,
    EXPR_ATTRIBUTE,
    EXPR_SUBSCRIPT,
    EXPR_STARRED,
    EXPR_NAME,
    EXPR_LIST,
    EXPR_TUPLE,
    EXPR_SLICE, /* only inside the slice of a subscript (there also inside a tuple) */
};

struct ast_expr {
    enum ast_expr_kind kind;
    struct ast_position position;
    union {
        struct {
            enum ast_bool_operator op;
            struct ast_exprs values; /* two or more */
        } bool_op;
        struct {
            struct ast_expr *target; /* EXPR_NAME in store context */
            struct ast_expr *value;
        } named_expr;
        struct {
            struct ast_expr *left;
            enum ast_operator op;
            struct ast_expr *right;
        } bin_op;
        struct {
            enum ast_unary_operator op;
            struct ast_expr *operand;
        } unary_op;
        struct {
            struct ast_arguments *args;
            struct ast_expr *body;
        } lambda;
        struct {
            struct ast_expr *test;
            struct ast_expr *body;
            struct ast_expr *orelse;
        } if_exp;
        struct {
            struct ast_exprs keys; /* an item is NULL for **value */
            struct ast_exprs values;
        } dict;
        struct {
            struct ast_exprs elts; /* one or more */
        } set;
        struct { /* EXPR_LIST_COMP, EXPR_SET_COMP, EXPR_GENERATOR_EXP */
            struct ast_expr *elt;
            struct ast_comprehensions generators;
        } comprehension;
        struct {
            struct ast_expr *key;
            struct ast_expr *value;
            struct ast_comprehensions generators;
        } dict_comp;
        struct { /* EXPR_AWAIT, EXPR_YIELD (value or NULL), EXPR_YIELD_FROM */
            struct ast_expr *value;
        } yield;
        struct {
            struct ast_expr *left;
            struct ast_compare_operators ops;
            struct ast_exprs comparators; /* as many as ops */
        } compare;
        struct {
            struct ast_expr *func;
            struct ast_exprs args; /* EXPR_STARRED for *args */
            struct ast_keywords keywords;
        } call;
        struct {
            struct ast_expr *value;
            int conversion;               /* -1, 's', 'r' or 'a' */
            struct ast_expr *format_spec; /* EXPR_JOINED_STR or NULL */
        } formatted_value;
        struct {
            struct ast_exprs values; /* str constants and EXPR_FORMATTED_VALUE; may be empty */
        } joined_str;
        struct ast_constant constant;
        struct {
            struct ast_expr *value;
            ast_name attr;
            enum ast_context ctx;
        } attribute;
        struct {
            struct ast_expr *value;
            struct ast_expr *slice;
            enum ast_context ctx;
        } subscript;
        struct {
            struct ast_expr *value;
            enum ast_context ctx;
        } starred;
        struct {
            ast_name id;
            enum ast_context ctx;
        } name;
        struct { /* EXPR_LIST, EXPR_TUPLE */
            struct ast_exprs elts;
            enum ast_context ctx;
        } sequence;
        struct {
            struct ast_expr *lower; /* or NULL, like the other two */
            struct ast_expr *upper;
            struct ast_expr *step;
        } slice;
    };
};

/* ---- patterns of match statements ---------------------------------------------------------------- */

enum ast_pattern_kind {
    PATTERN_MATCH_VALUE,
    PATTERN_MATCH_SINGLETON,
    PATTERN_MATCH_SEQUENCE,
    PATTERN_MATCH_MAPPING,
    PATTERN_MATCH_CLASS,
    PATTERN_MATCH_STAR,
    PATTERN_MATCH_AS,
    PATTERN_MATCH_OR,
};

struct ast_pattern {
    enum ast_pattern_kind kind;
    struct ast_position position;
    union {
        struct {
            struct ast_expr *value;
        } match_value;
        struct {
            struct ast_constant value; /* CONSTANT_NONE, CONSTANT_TRUE or CONSTANT_FALSE */
        } match_singleton;
        struct { /* PATTERN_MATCH_SEQUENCE, PATTERN_MATCH_OR */
            struct ast_patterns patterns;
        } match_sequence;
        struct {
            struct ast_exprs keys;
            struct ast_patterns patterns; /* as many as keys */
            ast_name rest;                /* or NULL */
        } match_mapping;
        struct {
            struct ast_expr *cls;
            struct ast_patterns patterns;
            struct ast_names kwd_attrs;
            struct ast_patterns kwd_patterns; /* as many as kwd_attrs */
        } match_class;
        struct {
            ast_name name; /* or NULL: *_ */
        } match_star;
        struct {
            struct ast_pattern *pattern; /* or NULL: a bare capture or wildcard */
            ast_name name;               /* or NULL: the wildcard _ */
        } match_as;
    };
};

/* ---- statements ---------------------------------------------------------------------------------- */

enum ast_stmt_kind {
    STMT_FUNCTION_DEF,
    STMT_ASYNC_FUNCTION_DEF,
    STMT_CLASS_DEF,
    STMT_RETURN,
    STMT_DELETE,
    STMT_ASSIGN,
    STMT_AUG_ASSIGN,
    STMT_ANN_ASSIGN,
    STMT_FOR,
    STMT_ASYNC_FOR,
    STMT_WHILE,
    STMT_IF,
    STMT_WITH,
    STMT_ASYNC_WITH,
    STMT_MATCH,
    STMT_RAISE,
    STMT_TRY,
    STMT_TRY_STAR,
    STMT_ASSERT,
    STMT_IMPORT,
    STMT_IMPORT_FROM,
    STMT_GLOBAL,
    STMT_NONLOCAL,
    STMT_EXPR,
    STMT_PASS,
    STMT_BREAK,
    STMT_CONTINUE,
};

struct ast_stmt {
    enum ast_stmt_kind kind;
    struct ast_position position;
    union {
        struct { /* also STMT_ASYNC_FUNCTION_DEF; the position starts at `def`, not at the decorators */
            ast_name name;
            struct ast_arguments *args;
            struct ast_stmts body;
            struct ast_exprs decorator_list;
            struct ast_expr *returns; /* or NULL */
            ast_name type_comment;    /* or NULL, like all of that name */
        } function_def;
        struct {
            ast_name name;
            struct ast_exprs bases; /* EXPR_STARRED for *bases */
            struct ast_keywords keywords;
            struct ast_stmts body;
            struct ast_exprs decorator_list;
        } class_def;
        struct { /* STMT_RETURN (value or NULL), STMT_EXPR */
            struct ast_expr *value;
        } expr;
        struct {
            struct ast_exprs targets;
        } delete;
        struct {
            struct ast_exprs targets; /* a = b = value: two targets */
            struct ast_expr *value;
            ast_name type_comment;
        } assign;
        struct {
            struct ast_expr *target;
            enum ast_operator op;
            struct ast_expr *value;
        } aug_assign;
        struct {
            struct ast_expr *target;
            struct ast_expr *annotation;
            struct ast_expr *value; /* or NULL */
            int simple;             /* the target is a name without parentheses */
        } ann_assign;
        struct { /* also STMT_ASYNC_FOR */
            struct ast_expr *target;
            struct ast_expr *iter;
            struct ast_stmts body;
            struct ast_stmts orelse;
            ast_name type_comment;
        } for_loop;
        struct { /* STMT_WHILE, STMT_IF (an elif is an STMT_IF alone in orelse) */
            struct ast_expr *test;
            struct ast_stmts body;
            struct ast_stmts orelse;
        } conditional;
        struct { /* also STMT_ASYNC_WITH */
            struct ast_with_items items;
            struct ast_stmts body;
            ast_name type_comment;
        } with;
        struct {
            struct ast_expr *subject;
            struct ast_match_cases cases;
        } match;
        struct {
            struct ast_expr *exc;   /* or NULL */
            struct ast_expr *cause; /* or NULL */
        } raise;
        struct { /* also STMT_TRY_STAR */
            struct ast_stmts body;
            struct ast_except_handlers handlers;
            struct ast_stmts orelse;
            struct ast_stmts finalbody;
        } try_block;
        struct {
            struct ast_expr *test;
            struct ast_expr *msg; /* or NULL */
        } assert_test;
        struct {
            struct ast_aliases names;
        } import;
        struct {
            ast_name module; /* or NULL: from . import x */
            struct ast_aliases names;
            int level; /* number of leading dots */
        } import_from;
        struct { /* STMT_GLOBAL, STMT_NONLOCAL */
            struct ast_names names;
        } scope;
    };
};

/* ---- modules, errors, the entry point ------------------------------------------------------------ */

enum parse_mode {
    PARSE_EXEC,          /* a file: `body` */
    PARSE_SINGLE,        /* one interactive statement: `body` */
    PARSE_EVAL,          /* one expression: `expression` */
    PARSE_FUNCTION_TYPE, /* a type comment, "(int, str) -> bool": `argument_types`, `expression` */
};

/* Flags of parse_source. The values are those of compile()'s flags argument, so that a caller passes them through. */
enum {
    PARSE_DONT_IMPLY_DEDENT = 0x200,
    PARSE_IGNORE_COOKIE = 0x100,           /* the bytes are UTF-8 (the source was a str): no BOM, no cookie */
    PARSE_TYPE_COMMENTS = 0x1000,
    PARSE_ALLOW_INCOMPLETE_INPUT = 0x4000, /* say "incomplete input" where more lines could help (codeop) */
    PARSE_BARRY_AS_BDFL = 0x400000,        /* from __future__ import barry_as_FLUFL: <> instead of != */
    /* Not one of compile()'s: the bytes are a script file that the program was asked to run. Errors of encoding and
     * zero bytes are then worded as CPython words them for files. */
    PARSE_FROM_FILE = 0x40000000,
    /* Neither: which 3.x the grammar is to be that of; 0: this one. */
    PARSE_FEATURE_MASK = 0xF,
};
#define PARSE_FEATURE_VERSION(MINOR) ((MINOR) < PARSE_FEATURE_MASK ? (unsigned)(MINOR) + 1 : 0)

enum syntax_error_kind {
    SYNTAX_ERROR_NONE,
    SYNTAX_ERROR_SYNTAX,      /* SyntaxError */
    SYNTAX_ERROR_INDENTATION, /* IndentationError */
    SYNTAX_ERROR_TAB,         /* TabError */
    SYNTAX_ERROR_VALUE,       /* ValueError(message): zero bytes; no position */
    SYNTAX_ERROR_MEMORY,      /* MemoryError: no memory, or nested too deeply for the parser; message may be NULL */
    SYNTAX_ERROR_RECURSION,   /* RecursionError(message) */
    SYNTAX_ERROR_OVERFLOW,    /* OverflowError(message) */
};

enum syntax_warning_category { SYNTAX_WARNING_DEPRECATION, SYNTAX_WARNING_SYNTAX };

/* A warning to be issued (or turned into a SyntaxError by an "error" filter) when the source has been read, also if that
 * failed. */
struct syntax_warning {
    struct syntax_warning *next;
    enum syntax_warning_category category;
    const char *message;
    int32_t lineno;
    struct ast_position position; /* for the SyntaxError that an "error" filter makes of it */
};

/* What to raise. Texts live in the arena. Positions are those of SyntaxError's attributes: lines from 1, offsets in
 * characters from 1. Offsets of 0 and -1 occur in CPython too; SYNTAX_ERROR_NO_POSITION stands for None. */
enum { SYNTAX_ERROR_NO_POSITION = INT32_MIN };

struct syntax_error {
    enum syntax_error_kind kind;
    const char *message; /* UTF-8, zero-terminated */
    int32_t lineno;
    int32_t offset;
    int32_t end_lineno;
    int32_t end_offset;
    const char *text; /* the source line, UTF-8, zero-terminated; NULL for None */
    size_t text_length;
    struct syntax_warning *warnings; /* those before it, in source order */
};

/* A comment "# type: ignore"; the tag is what follows on the line. */
struct ast_type_ignore {
    int lineno;
    ast_name tag;
};

struct ast_type_ignores {
    uint32_t count;
    struct ast_type_ignore *items;
};

struct ast_intern_table;

struct module_ast {
    enum parse_mode mode;
    struct ast_stmts body;                /* PARSE_EXEC, PARSE_SINGLE */
    struct ast_type_ignores type_ignores; /* PARSE_EXEC */
    struct ast_exprs argument_types;      /* PARSE_FUNCTION_TYPE */
    struct ast_expr *expression;          /* PARSE_EVAL; the result of PARSE_FUNCTION_TYPE */
    const char *filename;                 /* as given, copied; may be NULL */
    const char *encoding;                 /* of the source, "utf-8" by default */
    const char *source; /* the source as UTF-8 with \n line ends, zero-terminated: for later error messages */
    size_t source_length;
    unsigned flags;                  /* as given to parse_source */
    struct syntax_warning *warnings; /* in source order */
    struct ast_intern_table *names;  /* for ast_intern */
};

/* The longest decimal literal in digits; longer ones are a SyntaxError (0: no limit). Set by callers. */
extern _Thread_local int parse_max_int_digits;

/* Parses a whole source text.
 *
 * `bytes` need not be terminated and is not kept. Encoding declarations and byte order marks are honoured unless
 * PARSE_IGNORE_COOKIE is given. `filename` may be NULL; one that begins with '<' names no file (see syntax_error.text).
 * Everything returned lives in `arena`. Returns NULL and fills *error when the source is not valid or memory is short;
 * on success error->kind is SYNTAX_ERROR_NONE. Depth of nesting is bounded, by CPython's limit and by the C stack: a
 * parse uses at most 1 MB of it. Safe to call from any thread, with one arena per call in progress. */
struct module_ast *parse_source(struct arena *arena, const char *bytes, size_t length, const char *filename,
                                enum parse_mode mode, unsigned flags, struct syntax_error *error);

/* The lowest address of the C stack that parse_source may use on this thread; 0: no limit but its own. Set by callers
 * on threads that may have less than 1 MB. */
extern _Thread_local uintptr_t parse_stack_floor;

/* The identifier with this spelling (already normalised UTF-8, need not be terminated), interned beside those of the
 * module. For names that later stages invent. NULL when there is no memory. */
ast_name ast_intern(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length);

/* The text of source line `lineno` (from 1) with its newline, for errors that later stages report. The line is not
 * terminated: *length tells its size in bytes. NULL when there is no such line. */
const char *ast_source_line(const struct module_ast *module, int32_t lineno, size_t *length);

/* The 1-based character offset that SyntaxError shows for byte column `col_offset` (from 0) of line `lineno`. */
int32_t ast_character_offset(const struct module_ast *module, int32_t lineno, int32_t col_offset);

#endif
