/* Raw memory; see raw.h. */
#include "runtime/objects/raw.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PROBE_SIZE ((size_t)64 << 20)

void *raw_alloc(size_t size)
{
    if (size >= PROBE_SIZE) { /* would the system back it? A plain mapping tells, and costs nothing until touched. */
        void *probe = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (probe == MAP_FAILED)
            return NULL;
        munmap(probe, size);
    }
    return malloc(size);
}
