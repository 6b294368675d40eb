/* _ast: the classes of syntax trees. */
#include "runtime/compiler/tree/tree.h"
#include "runtime/modules/module.h"

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"PyCF_ONLY_AST", 0x400},
        {"PyCF_TYPE_COMMENTS", 0x1000},
        {"PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000},
        {0},
    };
    return tree_add_classes(module) && module_add_constants(module, constants);
}

const struct module_def _ast_module = {
    .name = "_ast",
    .fill = fill,
    .finish = tree_drop_classes,
};
