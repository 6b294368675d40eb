/* The grammar's nodes described, so that what walks whole trees (classes and objects of the `ast` module, the check of
 * foreign trees) needs no code for each kind: names, fields and where `ast.h` keeps them. */
#ifndef ATOLL_COMPILER_NODES_H
#define ATOLL_COMPILER_NODES_H

#include "runtime/compiler/syntax/ast.h"

#include <string.h>

/* The types of the grammar, and what fields hold besides. */
enum ast_type {
    AST_MOD,
    AST_STMT,
    AST_EXPR,
    AST_EXPR_CONTEXT,
    AST_BOOLOP,
    AST_OPERATOR,
    AST_UNARYOP,
    AST_CMPOP,
    AST_COMPREHENSION,
    AST_EXCEPTHANDLER,
    AST_ARGUMENTS,
    AST_ARG,
    AST_KEYWORD,
    AST_ALIAS,
    AST_WITHITEM,
    AST_MATCH_CASE,
    AST_PATTERN,
    AST_TYPE_IGNORE,
    AST_TYPE_COUNT,
    AST_IDENTIFIER = AST_TYPE_COUNT, /* ast_name */
    AST_STRING,                      /* ast_name: no identifier, but as good as one to us */
    AST_INT,
    AST_CONSTANT, /* struct ast_constant */
    AST_U_PREFIX, /* "u" or nothing: has_u_prefix of the struct ast_constant */
    AST_LEAF_LIMIT,
};

/* A field of MANY is a count and the items. A single one is the thing itself for leaves and enumerations, else a
 * pointer to it. */
enum ast_quantity { AST_ONE, AST_OPTIONAL, AST_MANY };

struct ast_field {
    const char *name; /* NULL ends the table */
    uint8_t type;     /* enum ast_type */
    uint8_t quantity;
    uint16_t offset;
};

struct ast_node {
    const char *name;
    const struct ast_field *fields;
};

enum ast_shape {
    AST_SUM,         /* a struct that begins with its kind */
    AST_ENUMERATION, /* a sum whose kinds have no fields: an enum */
    AST_SINGLE,      /* a sum of one kind: a struct without a mark of its kind */
    AST_PRODUCT,     /* no sum: its only node has the type's name */
};

struct ast_type_info {
    const char *name;
    enum ast_shape shape;
    uint8_t node_count;
    bool by_pointer;              /* sequences hold pointers to it */
    bool end_required;            /* its end's position is no optional attribute */
    int16_t position;             /* offset of the struct ast_position, or -1 */
    uint16_t size;                /* of the struct, or of a leaf */
    const struct ast_node *nodes; /* by kind */
};

extern const struct ast_type_info ast_types[AST_LEAF_LIMIT];

/* A sequence, of whatever. */
struct ast_sequence {
    uint32_t count;
    void *items;
};

static inline struct ast_sequence ast_sequence_at(const void *field)
{
    struct ast_sequence sequence;
    memcpy(&sequence, field, sizeof sequence);
    return sequence;
}

static inline size_t ast_item_size(enum ast_type type)
{
    return ast_types[type].by_pointer ? sizeof(void *) : ast_types[type].size;
}

#endif
