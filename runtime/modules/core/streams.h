/* sys.stdin, sys.stdout, sys.stderr. */
#ifndef ATOLL_STREAMS_H
#define ATOLL_STREAMS_H

#include "runtime/value.h"

bool streams_open(void);          /* makes them, and the builtin open(); sys.modules exists already */
bool streams_flush(void);         /* false: stdout could not be flushed */
void streams_flush_quietly(void); /* the exception that is set stays, and there is no other */
extern bool streams_unbuffered;   /* -u */

/* A line of the terminal with its end, "" at the end of the input; NULL with an exception. The prompt is a str. */
typedef value line_reader(value prompt);
void line_reader_set(line_reader *reader /* NULL: none */);
/* A line by that reader, if the streams are the terminal that it reads from; else VALUE_MISSING. */
value streams_read_line(value in, value out, value prompt);

#endif
