/* What functions ask of bound arguments (arguments.h). */
#include "runtime/arguments.h"
#include "runtime/objects/objects.h"

static bool wrong_argument(value v, const char *function, int number, const char *wanted)
{
    if (number)
        return raise_false(EXC(TypeError), "%s() argument %d must be %s, not %K", function, number, wanted, v);
    return raise_false(EXC(TypeError), "%s() argument must be %s, not %K", function, wanted, v);
}

bool argument_is_str(value v, const char *function, int number)
{
    return is_str(v) || wrong_argument(v, function, number, "str");
}

bool argument_text(value v, const char *function, int number, struct text *text)
{
    return argument_is_str(v, function, number) && text_of_argument(v, text);
}
bool argument_text_or_none(value v, const char *function, int number, struct text *text)
{
    *text = (struct text){0};
    if (!is_given(v))
        return true;
    return is_str(v) ? text_of_argument(v, text) : wrong_argument(v, function, number, "str or None");
}
