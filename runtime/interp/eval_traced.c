/* The evaluation loop of threads that are traced or profiled: the same text, which looks for events (trace.h). */
#define EVAL_TRACED 1
#include "runtime/interp/eval.c"
