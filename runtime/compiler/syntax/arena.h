/* A bump allocator for everything that lives exactly as long as one compilation.
 *
 * The front end allocates tokens, identifiers and AST nodes here and frees them together; nothing is ever freed
 * alone. Memory is returned uninitialised unless said otherwise. An arena belongs to one thread at a time. */
#ifndef ATOLL_COMPILER_ARENA_H
#define ATOLL_COMPILER_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    char *next;                 /* first free byte of the newest block */
    char *limit;                /* end of the newest block */
    struct arena_block *blocks; /* all blocks, newest first */
    size_t total;               /* bytes obtained from malloc */
    /* Test aid: when not negative, that many more block requests succeed and every later one fails. */
    long fail_after;
};

/* Makes an empty arena. It owns no memory until the first allocation, so it cannot fail. */
void arena_init(struct arena *arena);

/* Frees every block. The arena is empty and usable again afterwards. */
void arena_destroy(struct arena *arena);

/* Out-of-line part of arena_alloc: takes a new block. NULL when there is no memory. */
void *arena_alloc_slow(struct arena *arena, size_t size);

/* `size` uninitialised bytes aligned for any node (8 bytes), or NULL when there is no memory. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size <= (size_t)(arena->limit - arena->next)) {
        void *memory = arena->next;
        arena->next += size;
        return memory;
    }
    return arena_alloc_slow(arena, size);
}

/* Like arena_alloc, filled with zero bytes. */
void *arena_alloc_zero(struct arena *arena, size_t size);

/* A copy of `length` bytes with a terminating zero byte added. NULL when there is no memory. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

#endif
