/*
 * Raw memory of the atoll program, with failures on request.
 *
 * The linker sends every call of malloc, calloc and realloc in the program's own code here (`--wrap`, see
 * CMakeLists.txt), so that -X fail-allocation=N counts and fails them in one sequence with the objects and storage of
 * the private heap, in every build: beside the C library's allocator or a sanitizer's. Calls inside shared
 * libraries are not redirected. Programs linked without the option never pull this file from the library.
 */
#include "gc/gc.h"

#include <errno.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *__wrap_malloc(size_t size)
{
    return heap_fails_here() ? no_memory() : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return heap_fails_here() ? no_memory() : __real_calloc(count, size);
}

/* Like any realloc, a failing one leaves the old block as it is. */
void *__wrap_realloc(void *old, size_t size)
{
    return heap_fails_here() ? no_memory() : __real_realloc(old, size);
}
