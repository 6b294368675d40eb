/* What the files of math share. */
#ifndef ATOLL_MATH_MODULE_H
#define ATOLL_MATH_MODULE_H

#include "runtime/type.h"

extern const struct method_def math_integer_functions[]; /* math_integers.c */
extern const struct method_def math_sum_functions[];     /* math_sums.c */

#endif
