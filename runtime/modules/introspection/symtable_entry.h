#ifndef ATOLL_SYMTABLE_ENTRY_H
#define ATOLL_SYMTABLE_ENTRY_H

#include "runtime/compiler/codegen/compiler.h"
#include "runtime/modules/module.h"

/* The flags of a symbol, and how a scope's meaning stands above them: CPython's. */
enum symtable_flag {
    SYMTABLE_GLOBAL = 1,
    SYMTABLE_LOCAL = 2,
    SYMTABLE_PARAM = 4,
    SYMTABLE_NONLOCAL = 8,
    SYMTABLE_USE = 16,
    SYMTABLE_FREE = 32,
    SYMTABLE_FREE_CLASS = 64,
    SYMTABLE_IMPORT = 128,
    SYMTABLE_ANNOTATED = 256,
    SYMTABLE_ITERATED = 512,
    SYMTABLE_SCOPE_SHIFT = 11,
    SYMTABLE_SCOPE_MASK = 15,
};
enum symtable_scope {
    SYMTABLE_IS_LOCAL = 1,
    SYMTABLE_IS_GLOBAL_EXPLICIT,
    SYMTABLE_IS_GLOBAL_IMPLICIT,
    SYMTABLE_IS_FREE,
    SYMTABLE_IS_CELL,
};
enum symtable_block { SYMTABLE_FUNCTION, SYMTABLE_CLASS, SYMTABLE_MODULE };

/* The entry of the outermost scope of a compilation, with all below it; owned. NULL with an exception. */
value symtable_entry_of(struct compiler *c);

#endif
