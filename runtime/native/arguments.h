/* Arguments that C libraries take as text. */
#ifndef ATOLL_NATIVE_ARGUMENTS_H
#define ATOLL_NATIVE_ARGUMENTS_H

#include <atoll.h>

/* The UTF-8 of the argument at `place` of `function` (NULL: one that messages do not name): a str without NULs. */
static inline bool argument_text(value v, const char *function, int place, struct text *text)
{
    if (!is_str(v))
        return function ? raise_false(EXC(TypeError), "%s() argument %d must be str, not %K", function, place, v)
                        : raise_false(EXC(TypeError), "argument %d must be str, not %K", place, v);
    return text_of_argument(v, text);
}

#endif
