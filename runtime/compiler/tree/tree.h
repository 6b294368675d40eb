/* Trees as programs see them: objects of the classes of `ast`, made of the compiler's tree, and the other way round. */
#ifndef ATOLL_TREE_H
#define ATOLL_TREE_H

#include "runtime/compiler/syntax/nodes.h"
#include "runtime/objects/objects.h"

struct arena;

/* ---- classes.c ---- */

enum { TREE_NODE_MAX = 128, TREE_FIELD_MAX = 256 };

/* The classes, made once per process; each reference is counted. */
struct tree_classes {
    value ast;
    value types[AST_TYPE_COUNT];             /* those of the grammar's types */
    value nodes[TREE_NODE_MAX];              /* those of the kinds of node, at first_node of the type + kind */
    value singletons[TREE_NODE_MAX];         /* instances of kinds without fields; NULL for others */
    value fields[TREE_FIELD_MAX];            /* the names of fields, at first_field of the node */
    uint16_t first_node[AST_TYPE_COUNT + 1]; /* by type */
    uint16_t first_field[TREE_NODE_MAX];     /* by node */
};

/* NULL with an exception. */
const struct tree_classes *tree_classes(void);
/* Add them all to a module's namespace. */
bool tree_add_classes(value module);
/* At the end: the last Python code has run. */
void tree_drop_classes(void);

/* ---- to_object.c ---- */

/* An instance of Module, Interactive, Expression or FunctionType; owned. NULL with an exception. */
value tree_to_object(const struct module_ast *module);

/* ---- from_object.c ---- */

/* 1: v is a tree, an instance of AST; 0; -1: exception. */
int tree_is_object(value v);
/* The tree that an object is, in the arena, names interned in it; constants are kept alive by the list `keep`. Nothing
 * is known of it but that its pointers are as ast.h says: tree_check tells whether it is a program. NULL with an
 * exception. */
struct module_ast *tree_from_object(struct arena *arena, value object, enum parse_mode mode, value keep);

/* ---- check.c ---- */

/* What the parser makes sure of and foreign trees may lack. false with an exception. */
bool tree_check(const struct module_ast *module);

/* ---- depth ---- */

/* One level deeper into a tree: false with RecursionError when there were too many, or the C stack nears its end. A
 * caller that leaves the level decrements `depth`. */
bool tree_enter(unsigned *depth, const char *where);

#endif
