/* Constants of code objects: which of them are the same. */
#ifndef ATOLL_CONSTANTS_H
#define ATOLL_CONSTANTS_H

#include "runtime/compiler/syntax/ast.h"
#include "runtime/value.h"

/* Equal, and of the same type throughout (1, 1.0 and True differ, and so do 0.0 and -0.0). Constants are immediates,
 * str, bytes, numbers, code objects, and tuples and frozensets of such. */
bool constants_same(value a, value b);
/* The same for constants that are the same. */
uint64_t constant_hash(value v);

/* The value of a constant in a tree, owned; NULL with an exception. Strs that look like names are interned, for ever
 * when asked to. */
value constant_of_tree(const struct ast_constant *constant, bool immortal);

#endif
