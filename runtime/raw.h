/*
 * Raw memory of sizes that a program chooses. The allocator reserves address space that the system may be unable to
 * back, and a fill would then end in the out-of-memory killer; a program that asks for a text of a trillion characters
 * gets MemoryError instead.
 */
#ifndef ATOLL_RAW_H
#define ATOLL_RAW_H

#include <stddef.h>

/* As malloc and realloc, but NULL for what the system would refuse to commit. Freed
   with raw_free, or free() where it is small. No exception is set. */
void *raw_alloc(size_t size);
/* realloc() by a thread that holds no lock: it is at rest while the system copies what is large. A block of NULL is
   fine. */
void *raw_resize(void *block, size_t size);
/* free() with reports (threads/pause.h) while the system takes back what is large. */
void raw_free(void *block);

#endif
