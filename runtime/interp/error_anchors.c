/*
 * Which part of an expression's text carries the operator that failed.
 *
 * The text between an instruction's columns is parsed again as an expression: that tells the operator's place without
 * keeping it in code objects. Text that is no expression by itself (it may be cut out of a longer one) has no anchors.
 */
#include "runtime/interp/error_anchors.h"
#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/ast.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

/* The operator lies between the operands; two characters at most. */
static struct error_anchors operator_anchors(const char *text, const struct ast_expr *left,
                                             const struct ast_expr *right, int32_t shift)
{
    struct error_anchors anchors = {0};
    int32_t end = right->position.col_offset - shift;
    for (int32_t i = left->position.end_col_offset - shift; i < end; i++) {
        if (is_blank(text[i]))
            continue;
        anchors = (struct error_anchors){true, (size_t)i, (size_t)i + 1};
        if (i + 1 < end && !is_blank(text[i + 1]))
            anchors.end++;
        break;
    }
    return anchors;
}

struct error_anchors error_anchors_find(const char *text, size_t length)
{
    struct error_anchors anchors = {0};
    char *wrapped = malloc(length + 3); /* in parentheses, so that leading blanks do no harm */
    if (!wrapped)
        return anchors;
    wrapped[0] = '(';
    memcpy(wrapped + 1, text, length);
    memcpy(wrapped + 1 + length, ")", 2);
    struct arena arena;
    struct syntax_error error;
    memset(&error, 0, sizeof error);
    arena_init(&arena);
    struct module_ast *module =
        parse_source(&arena, wrapped, length + 2, NULL, PARSE_EVAL, PARSE_IGNORE_COOKIE, &error);
    struct ast_expr *e = module ? module->expression : NULL;
    if (e && e->position.lineno == e->position.end_lineno) {
        if (e->kind == EXPR_BIN_OP)
            anchors = operator_anchors(text, e->bin_op.left, e->bin_op.right, 1);
        else if (e->kind == EXPR_SUBSCRIPT)
            anchors = (struct error_anchors){true, (size_t)(e->subscript.value->position.end_col_offset - 1),
                                             (size_t)e->subscript.slice->position.end_col_offset};
    }
    if (anchors.end > length)
        anchors.found = false;
    arena_destroy(&arena);
    free(wrapped);
    return anchors;
}
