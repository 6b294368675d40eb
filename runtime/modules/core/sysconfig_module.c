/*
 * What sysconfig asks for under a name with the system in it: how Python was built. The answers are those of the
 * library's own module, which Debian made with CPython; but for the suffix of modules that are shared objects.
 */
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/modules/importing/native.h"
#include "runtime/modules/module.h"

#include <string.h>

#define MODULE_NAME "_sysconfigdata__" ATOLL_MULTIARCH

/* The variables that the library's module has, owned. */
static value librarys_variables(void)
{
    value path = import_library_path(NAME_TEXT(MODULE_NAME ".py")), dict = path ? dict_new() : NULL;
    value code = dict ? import_file_compile(path, true) : NULL;
    value result =
        code && dict_set(dict, NAME(__builtins__), builtins_dict) ? interpreter_run_code(code, dict, NULL, NULL) : NULL;
    value variables = result ? dict_get(dict, NAME(build_time_vars)) : NULL;
    value_dec(result);
    value_dec(code);
    value_dec(dict);
    value_dec(path);
    if (!variables || is_dict(variables))
        return variables;
    value_dec(variables);
    return raise(EXC(ImportError), "the library's " MODULE_NAME " has no build_time_vars");
}

static bool fill(value module)
{
    value variables = librarys_variables(), suffix = variables ? str_from_text(native_module_suffix) : NULL;
    /* ".atoll-311-x86_64-linux-gnu.so" */
    value name = suffix ? str_substring(suffix, 1, str_length(suffix) - strlen(".so")) : NULL;
    bool done = name && dict_set_text(variables, "EXT_SUFFIX", suffix) && dict_set_text(variables, "SOABI", name) &&
                module_add(module, "build_time_vars", variables);
    value_dec(name);
    value_dec(suffix);
    value_dec(variables);
    return done;
}

const struct module_def sysconfigdata_module = {
    .name = MODULE_NAME,
    .doc = "How this Python was built.",
    .fill = fill,
};
