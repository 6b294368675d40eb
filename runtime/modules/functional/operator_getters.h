/* operator.itemgetter, attrgetter, methodcaller. */
#ifndef ATOLL_OPERATOR_GETTERS_H
#define ATOLL_OPERATOR_GETTERS_H

#include "runtime/value.h"

bool operator_getters_add(value module);

#endif
