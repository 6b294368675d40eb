/* Running source text: functions of builtins, and what others need of them. */
#ifndef ATOLL_BUILTINS_COMPILE_H
#define ATOLL_BUILTINS_COMPILE_H

#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/objects.h"

value builtin_compile(value self, const value *args);
value builtin_eval(value self, value source, value globals, value locals);
value builtin_exec(value self, const value *args);

/* Source text: that of a str, or the bytes of whatever lends some. */
struct source {
    struct text text;
    struct buffer buffer;
    bool is_buffer;
    unsigned flags; /* PARSE_ flags for it */
};

/* false with an exception, which names the function and what it takes. */
bool source_get(value v, struct source *source, const char *function, const char *what);
/* The file name that is given with it, as a str: owned; NULL with an exception. */
value source_filename(value v);
void source_release(struct source *source);

#endif
