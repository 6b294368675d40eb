/*
 * The compiler's inside: what symbol table, code generator, optimiser and assembler share.
 *
 * Stages: parse_source (tree) -> symtable_build (scopes; folds constants in the tree) -> gen_module (a graph of basic
 * blocks for each code object) -> flow_optimize -> assemble_unit (code object).
 *
 * Errors are sticky. The first failure sets the thread's exception and compiler->failed; from then on every visit
 * returns at once and whatever is still emitted is dropped. So the generator need not test each call, and only the
 * stages look at the flag.
 */
#ifndef ATOLL_COMPILER_H
#define ATOLL_COMPILER_H

#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/compiler/code/code.h"
#include "runtime/compiler/code/constants.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/compiler/codegen/symtable.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

/* A line without an instruction of its own. */
struct line_mark {
    struct line_mark *next; /* the one after it, before the same instruction */
    struct ast_position position;
};

struct instruction {
    uint16_t opcode;
    uint32_t argument;
    struct block *target;  /* of a jump or set-up */
    struct block *handler; /* where exceptions of this instruction go, or NULL */
    struct ast_position position;
    struct line_mark *marks; /* lines that are passed on every way to it, or NULL */
};

struct block {
    struct block *next; /* in the order of the code */
    struct instruction *instructions;
    uint32_t count, capacity;
    uint32_t order;        /* position in the layout */
    uint32_t start;        /* first unit, once laid out */
    int32_t depth;         /* of the stack on entry; -1: not known */
    int32_t handler_depth; /* a handler: to which depth the stack is cut */
    bool handler_lasti, reachable;
    uint64_t bound; /* locals (the first 64) that are certainly bound on entry */
    uint32_t predecessors;
};
/* The next of a unit's blocks, in loops over them. */
static inline struct block *block_next(const struct block *block)
{
    thread_report();
    return block->next;
}

/* What encloses the present statement inside its function: what return, break and continue must undo. */
enum frame_block_kind {
    BLOCK_WHILE,
    BLOCK_FOR,
    BLOCK_TRY_EXCEPT,
    BLOCK_FINALLY_TRY,
    BLOCK_FINALLY_END,
    BLOCK_WITH,
    BLOCK_ASYNC_WITH,
    BLOCK_HANDLER_CLEANUP,
    BLOCK_POP_VALUE,
    BLOCK_EXCEPTION_HANDLER,
    BLOCK_GROUP_HANDLER,
    BLOCK_ASYNC_COMPREHENSION,
};
#define BLOCK_NESTING_LIMIT 20

struct frame_block {
    enum frame_block_kind kind;
    struct block *start;         /* of a loop: where continue goes */
    struct block *exit;          /* of a loop: where break goes */
    struct block *outer_handler; /* the handler outside this block */
    const void *datum;           /* finally: its statements; handler clean-up: the name; with: the statement */
};

/* A table from pointers to small numbers. */
struct pointer_map {
    struct {
        const void *key;
        uint64_t number;
    } * slots;
    uint32_t size, count;
};

/* One code object in the making. */
struct unit {
    struct unit *outer;
    struct scope *scope;
    ast_name name;
    ast_name private_name; /* of the innermost class, for mangling */
    value qualified_name;  /* owned */
    int32_t first_line;
    uint32_t argcount, posonly_argcount, kwonly_argcount, flags, stack_size;
    struct block *entry, *current;
    struct block *handler; /* of instructions emitted now */
    struct ast_position position;
    struct frame_block frame_blocks[BLOCK_NESTING_LIMIT];
    uint32_t frame_block_count;
    struct pointer_map names; /* ast_name -> index */
    ast_name *name_list;
    uint32_t name_count, name_capacity;
    ast_name *local_list;
    uint32_t local_count, local_capacity;
    value *constants; /* owned by the compilation */
    uint32_t *constant_index;
    uint32_t constant_count, constant_capacity, constant_index_size;
    uint64_t bound_now; /* locals (the first 64) that are certainly bound where the optimiser looks */
    bool is_lambda, is_interactive, is_comprehension, is_class, is_async_function;
};

struct compiler {
    struct arena arena;
    struct module_ast *module;
    value filename; /* borrowed from the caller */
    struct symtable *symtable;
    struct unit *unit;
    int optimize;
    bool is_program;      /* COMPILE_PROGRAM */
    bool top_level_await; /* COMPILE_TOP_LEVEL_AWAIT */
    unsigned future;      /* CODE_FUTURE_ bits */
    int32_t future_line;  /* of the last future statement */
    bool failed;
    uint32_t depth, depth_limit; /* of nested visits */
    struct pointer_map texts;    /* ast_name -> str value, owned */
    value *owned;                /* constants made during the compilation */
    uint32_t owned_count, owned_capacity;
};

/* ---- compile.c ---- */
/* The scopes of source text as `describe` makes them of a compilation that has got as far as its symbol table: its
 * result, owned; NULL with an exception. */
value compile_scopes(const char *source, size_t length, value filename, const char *mode, unsigned flags,
                     value (*describe)(struct compiler *c));
/* Raise the error that ended a parse. */
void syntax_error_raise(value filename, const struct syntax_error *error);
/* Issue the warnings of a parse, in order; false with the exception that a filter made of one. */
bool syntax_warnings_issue(value filename, const struct syntax_warning *warnings);
/* Note a failure for which the exception is set already. */
void compiler_fail(struct compiler *c);
/* SyntaxError at a position. */
void compiler_error(struct compiler *c, struct ast_position position, const char *format, ...);
/* The same, but the place is only in the exception's attributes, not in its
   arguments: CPython's symbol table does so. */
void symtable_error(struct compiler *c, struct ast_position position, const char *format, ...);
/* SystemError: a node of a foreign tree that no source text gives. */
void compiler_refuse(struct compiler *c, const char *format, ...);
void compiler_warn(struct compiler *c, struct ast_position position, const char *format, ...);
void *compiler_alloc(struct compiler *c, size_t size); /* zeroed; NULL after compiler_fail */
/* Take over a value until the compilation ends. Returns it, or NULL (v NULL or no memory) after compiler_fail. */
value compiler_own(struct compiler *c, value v);
/* Nested visits: false with RecursionError set when too deep. Each true needs a compiler_leave. */
bool compiler_enter(struct compiler *c);
static inline void compiler_leave(struct compiler *c)
{
    c->depth--;
}
bool map_get(const struct pointer_map *map, const void *key, uint64_t *number);
bool map_set(struct compiler *c, struct pointer_map *map, const void *key, uint64_t number); /* key not present */
/* str_intern, or str_intern_forever: what the source is asks for. */
value compiler_intern_str(const struct compiler *c, value v);
/* The str of an identifier, interned; borrowed; NULL after compiler_fail. */
value compiler_text(struct compiler *c, ast_name name);
ast_name compiler_intern(struct compiler *c, const char *text);
/* _Class__name for private names inside a class. */
ast_name compiler_mangle(struct compiler *c, ast_name private_name, ast_name name);

static inline bool name_is(ast_name name, const char *text)
{
    return strcmp(name->text, text) == 0;
}

/* ---- fold.c: constants ---- */
/* The value of a constant expression, borrowed from the compilation; NULL after compiler_fail. */
value constant_value(struct compiler *c, struct ast_expr *expr);
/* Replace an expression whose operands have been folded by a constant, where that is possible and small. */
void fold_expr(struct compiler *c, struct ast_expr *expr);
void fold_iterable(struct compiler *c, struct ast_expr *expr);
/* 1, 0: a constant expression with this truth; -1: no constant. */
int constant_truth(struct compiler *c, const struct ast_expr *expr);

/* ---- unparse.c ---- */
/* The source text of an expression, for postponed annotations: owned; NULL with the exception set. */
value unparse_expr(struct compiler *c, const struct ast_expr *expr);

/* ---- codegen.c: emitting ---- */
struct block *gen_block(struct compiler *c);
void gen_use(struct compiler *c, struct block *block);
void gen_op(struct compiler *c, unsigned opcode, uint32_t argument);
void gen_jump(struct compiler *c, unsigned opcode, struct block *target);
/* Begin and end the range of a handler. */
void gen_setup(struct compiler *c, unsigned pseudo, struct block *handler);
void gen_restore_handler(struct compiler *c, struct block *handler);
void gen_const(struct compiler *c, value v); /* v borrowed */
void gen_reserve_const(struct compiler *c, value v);
void gen_none(struct compiler *c);
uint32_t gen_name_index(struct compiler *c, ast_name name); /* mangles */
void gen_name_op(struct compiler *c, unsigned opcode, ast_name name);
void gen_name(struct compiler *c, ast_name name, enum ast_context context);
void gen_no_position(struct compiler *c);
/* The present line is passed here, whether or not anything is done for it. */
static inline void gen_line(struct compiler *c)
{
    gen_op(c, OP_NOP, 0);
}
bool gen_push_block(struct compiler *c, enum frame_block_kind kind, struct block *start, struct block *exit,
                    const void *datum);
void gen_pop_block(struct compiler *c);
bool gen_enter(struct compiler *c, struct scope *scope, ast_name name, int32_t first_line);
/* Assemble the innermost unit and leave it: the code object, owned, or NULL. */
value gen_leave(struct compiler *c);
value gen_module(struct compiler *c);
static inline void gen_at(struct compiler *c, struct ast_position position)
{
    c->unit->position = position;
}

/* ---- codegen_expr.c ---- */
void gen_expr(struct compiler *c, struct ast_expr *expr);
void gen_store_target(struct compiler *c, struct ast_expr *expr);
void gen_jump_if(struct compiler *c, struct ast_expr *expr, struct block *target, bool condition);
void gen_call_arguments(struct compiler *c, uint32_t pushed, struct ast_exprs args, struct ast_keywords keywords);
void gen_yield_from(struct compiler *c, bool is_await);
/* Load an attribute, tell where its name stands when an expression spans lines. */
void gen_at_attribute(struct compiler *c, const struct ast_expr *attribute);
void gen_unpack(struct compiler *c, struct ast_exprs elts);
unsigned gen_binary_opcode(enum ast_operator op, uint32_t *argument);

/* ---- codegen_function.c ---- */
void gen_function(struct compiler *c, struct ast_stmt *stmt, bool is_async);
void gen_class(struct compiler *c, struct ast_stmt *stmt);
void gen_lambda(struct compiler *c, struct ast_expr *expr);
void gen_comprehension(struct compiler *c, struct ast_expr *expr);
/* Prepare __annotations__; the docstring of a body, or NULL. */
const struct ast_expr *ast_docstring(const struct ast_stmts *body);
void gen_annotation(struct compiler *c, struct ast_expr *annotation);
void gen_body(struct compiler *c, const struct ast_stmts *body);

/* ---- codegen_stmt.c, codegen_try.c, codegen_match.c ---- */
void gen_stmt(struct compiler *c, struct ast_stmt *stmt);
void gen_stmts(struct compiler *c, const struct ast_stmts *stmts);
void gen_try(struct compiler *c, struct ast_stmt *stmt);
void gen_try_star(struct compiler *c, struct ast_stmt *stmt);
void gen_with(struct compiler *c, struct ast_stmt *stmt, uint32_t item, bool is_async);
void gen_match(struct compiler *c, struct ast_stmt *stmt);
/* Undo blocks from the innermost one outwards, up to the nearest loop when `loop`
   is given (which then is filled in). */
void gen_unwind(struct compiler *c, bool preserve_top, struct frame_block **loop);
void gen_exit_with_nones(struct compiler *c);

/* ---- flow.c, borrow.c: optimisation; assemble.c ---- */
void flow_optimize(struct compiler *c, struct unit *unit);
void borrow_optimize(struct compiler *c, struct unit *unit);
static inline bool opcode_ends_block(unsigned opcode)
{
    return opcode == PSEUDO_JUMP || opcode == PSEUDO_JUMP_NO_INTERRUPT ||
           (opcode < 256 && (opcode_flags(opcode) & OPF_T));
}
value assemble_unit(struct compiler *c, struct unit *unit);

#endif
