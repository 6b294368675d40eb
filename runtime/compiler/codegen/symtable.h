/*
 * The symbol table: for every block of the program (module, class, function, lambda, comprehension) which names it uses
 * and where each of them lives. Made in one walk over the tree, which also folds constant expressions, and one walk
 * over the scopes, which decides what is local, global, a cell, or free. Everything lives in the compilation's arena.
 */
#ifndef ATOLL_SYMTABLE_H
#define ATOLL_SYMTABLE_H

#include "runtime/compiler/syntax/ast.h"

struct compiler;

/* What the source says about a name in a scope. */
enum symbol_flag {
    SYMBOL_GLOBAL = 1,      /* in a `global` statement */
    SYMBOL_LOCAL = 2,       /* assigned to */
    SYMBOL_PARAM = 4,       /* a parameter */
    SYMBOL_NONLOCAL = 8,    /* in a `nonlocal` statement */
    SYMBOL_USE = 16,        /* read */
    SYMBOL_FREE_CLASS = 32, /* a class's own name that an inner function also takes from around the class */
    SYMBOL_IMPORT = 64,     /* bound by an import */
    SYMBOL_ANNOTATED = 128, /* has an annotation */
    SYMBOL_ITERATED = 256,  /* iteration variable of a comprehension */
    SYMBOL_BOUND = SYMBOL_LOCAL | SYMBOL_PARAM | SYMBOL_IMPORT,
};

/* What follows from it. */
enum symbol_scope {
    SCOPE_UNKNOWN,
    SCOPE_LOCAL,
    SCOPE_GLOBAL_EXPLICIT,
    SCOPE_GLOBAL_IMPLICIT,
    SCOPE_FREE,
    SCOPE_CELL,
};

struct symbol {
    ast_name name; /* mangled */
    uint16_t flags;
    uint8_t scope;
    int32_t local; /* index among the fast locals; -1: none yet (given out by the code generator at first use) */
    int32_t cell;  /* index among the cell variables, -1: none */
    int32_t free;  /* index among the free variables, -1: none */
};

enum scope_kind { SCOPE_KIND_MODULE, SCOPE_KIND_CLASS, SCOPE_KIND_FUNCTION, SCOPE_KIND_ANNOTATION };
enum comprehension_kind {
    COMPREHENSION_NONE,
    COMPREHENSION_LIST,
    COMPREHENSION_SET,
    COMPREHENSION_DICT,
    COMPREHENSION_GENERATOR,
};

/* A name in a global or nonlocal statement (or made so by a walrus), for messages that come later. */
struct scope_directive {
    struct scope_directive *next;
    ast_name name;
    struct ast_position position;
};

struct scope {
    enum scope_kind kind;
    enum comprehension_kind comprehension;
    const void *key; /* the tree's node */
    struct scope *parent, *first_child, *last_child, *next_sibling, *next_hashed;
    struct symbol *symbols;
    uint32_t symbol_count, symbol_capacity;
    uint32_t *index; /* hash index over symbols; 0 is empty, else position + 1 */
    uint32_t index_size;
    struct scope_directive *directives;
    ast_name *cells, *frees; /* sorted; filled by symtable_build */
    uint32_t cell_count, free_count;
    bool is_lambda, nested, is_generator, is_coroutine, needs_class_closure;
    bool in_iteration_target; /* walking the target of a comprehension */
    int iteration_depth;      /* inside the iterable expressions of that many comprehensions */
};

struct symtable {
    struct scope *top;
    struct scope **table; /* scopes by node */
    uint32_t table_size, scope_count;
};

/* Builds the table of a whole module. NULL with the exception set. */
struct symtable *symtable_build(struct compiler *compiler);
/* The scope of a function, class, lambda or comprehension node. */
struct scope *symtable_find(const struct symtable *table, const void *key);
/* The symbol of a (mangled) name, or NULL. */
struct symbol *scope_find(const struct scope *scope, ast_name name);

#endif
