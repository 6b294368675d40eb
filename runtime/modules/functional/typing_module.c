/* The _typing module. */
#include "runtime/modules/module.h"

static value idfunc(value self, value x)
{
    return value_inc(x);
}

static const struct method_def functions[] = {
    METHOD_FLAGS("_idfunc", idfunc, "(x, /)", "", METHOD_LEAF | METHOD_NO_FAIL),
    {0},
};
const struct module_def _typing_module = {
    .name = "_typing", .doc = "Accelerators for the typing module.\n", .functions = functions};
