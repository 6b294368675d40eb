#ifndef ATOLL_BUILTINS_COMPILE_H
#define ATOLL_BUILTINS_COMPILE_H

#include "runtime/value.h"

value builtin_compile(value self, const value *args);
value builtin_eval(value self, value source, value globals, value locals);
value builtin_exec(value self, const value *args);

#endif
