/* _symtable: the compiler's symbol tables. */
#include "runtime/modules/core/builtins_compile.h"
#include "runtime/modules/introspection/symtable_entry.h"

/* symtable(source, filename, startstr, /) */
static value symtable(value self, value source, value filename, value startstr)
{
    struct text mode;
    if (!is_str(startstr))
        return raise(EXC(TypeError), "symtable() argument 3 must be str, not %K", startstr);
    if (!str_equals_text(startstr, "exec") && !str_equals_text(startstr, "eval") &&
        !str_equals_text(startstr, "single"))
        return raise(EXC(ValueError), "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
    value name = source_filename(filename);
    struct source text;
    value result = NULL;
    if (name && text_of(startstr, &mode)) {
        if (source_get(source, &text, "symtable", "string or bytes")) {
            result = compile_scopes(text.text.bytes, text.text.length, name, mode.bytes, text.flags, symtable_entry_of);
            source_release(&text);
        }
        text_release(&mode);
    }
    value_dec(name);
    return result;
}

static const struct method_def functions[] = {
    METHOD("symtable", symtable, "(source, filename, startstr, /)",
           "Return symbol and scope dictionaries used internally by compiler."),
    {0},
};

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"USE", SYMTABLE_USE},
        {"DEF_GLOBAL", SYMTABLE_GLOBAL},
        {"DEF_NONLOCAL", SYMTABLE_NONLOCAL},
        {"DEF_LOCAL", SYMTABLE_LOCAL},
        {"DEF_PARAM", SYMTABLE_PARAM},
        {"DEF_FREE", SYMTABLE_FREE},
        {"DEF_FREE_CLASS", SYMTABLE_FREE_CLASS},
        {"DEF_IMPORT", SYMTABLE_IMPORT},
        {"DEF_BOUND", SYMTABLE_LOCAL | SYMTABLE_PARAM | SYMTABLE_IMPORT},
        {"DEF_ANNOT", SYMTABLE_ANNOTATED},
        {"TYPE_FUNCTION", SYMTABLE_FUNCTION},
        {"TYPE_CLASS", SYMTABLE_CLASS},
        {"TYPE_MODULE", SYMTABLE_MODULE},
        {"LOCAL", SYMTABLE_IS_LOCAL},
        {"GLOBAL_EXPLICIT", SYMTABLE_IS_GLOBAL_EXPLICIT},
        {"GLOBAL_IMPLICIT", SYMTABLE_IS_GLOBAL_IMPLICIT},
        {"FREE", SYMTABLE_IS_FREE},
        {"CELL", SYMTABLE_IS_CELL},
        {"SCOPE_OFF", SYMTABLE_SCOPE_SHIFT},
        {"SCOPE_MASK", SYMTABLE_SCOPE_MASK},
        {0},
    };
    return module_add_constants(module, constants);
}

const struct module_def _symtable_module = {
    .name = "_symtable",
    .functions = functions,
    .fill = fill,
};
