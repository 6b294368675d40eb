#include "runtime/interp/error_anchors.h"
struct error_anchors error_anchors_find(const char *text, size_t length)
{
    (void)text;
    (void)length;
    return (struct error_anchors){0};
}
