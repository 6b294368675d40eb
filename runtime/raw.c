/* Raw memory; see raw.h. */
#include "runtime/raw.h"
#include "threads/pause.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PROBE_SIZE ((size_t)64 << 20)

/* Would the system back it? A plain mapping tells, and costs nothing until touched. */
static bool is_backed(size_t size)
{
    if (size < PROBE_SIZE)
        return true;
    void *probe = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return false;
    munmap(probe, size);
    return true;
}

void *raw_alloc(size_t size)
{
    return is_backed(size) ? malloc(size) : NULL;
}

void *raw_resize(void *block, size_t size)
{
    if (!is_backed(size))
        return NULL;
    bool resting = thread_rest_begin(block ? malloc_usable_size(block) : 0);
    void *moved = realloc(block, size);
    thread_rest_end(resting);
    return moved;
}

void raw_free(void *block)
{
    bool resting = thread_rest_begin(block ? malloc_usable_size(block) : 0);
    free(block);
    thread_rest_end(resting);
}
