/* Which part of an expression's text carries the operator that failed: the ^ among the ~ of a traceback. */
#ifndef ATOLL_ERROR_ANCHORS_H
#define ATOLL_ERROR_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>

struct error_anchors {
    bool found;
    size_t start, end; /* bytes into the text */
};
/* For the text of a binary operation: its operator; of a subscription: the brackets with what is inside; else not
 * found. */
struct error_anchors error_anchors_find(const char *text, size_t length);

#endif
