#include "runtime/interp/suggestions.h"
value suggestion_for(value exception)
{
    (void)exception;
    return NULL;
}
