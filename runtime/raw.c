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

#define PIECE ((uintptr_t)1 << 21) /* bytes: a huge page, which is not to be split */

void raw_free(void *block)
{
    size_t size = block ? malloc_usable_size(block) : 0;
    if (unlikely(size >= 2 * PIECE)) {
        uintptr_t at = ((uintptr_t)block + PIECE - 1) & ~(PIECE - 1), end = (uintptr_t)block + size;
        for (; at + PIECE <= end; at += PIECE) {
            madvise((void *)at, PIECE, MADV_DONTNEED);
            thread_report();
        }
    }
    free(block);
}
