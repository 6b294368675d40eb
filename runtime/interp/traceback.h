/* The layout of traceback objects, for printing them. */
#ifndef ATOLL_TRACEBACK_H
#define ATOLL_TRACEBACK_H

#include "runtime/value.h"

struct traceback {
    struct object header;
    value_slot next;  /* traceback or NULL */
    value_slot frame; /* frame object */
    uint32_t unit;    /* constant: where in the code */
    int32_t line;     /* what a program gave, or OF_UNIT: looked for when somebody asks */
    int32_t lasti;    /* the same */
};
#define OF_UNIT INT32_MIN

struct code;
/* `code` is that of the entry's frame. */
int32_t traceback_line(const struct traceback *entry, const struct code *code);

/* The entry behind `entry`, which is stolen: owned, or NULL. (Programs can set tb_next at any time.) */
static inline value traceback_step(value entry)
{
    value next = slot_load(value_object(entry), &((struct traceback *)entry)->next);
    value_dec(entry);
    return next;
}

#endif
