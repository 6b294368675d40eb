/* The bump allocator of one compilation; see arena.h. Blocks double up to a limit, so that a one-line `eval` takes a
 * single small malloc and a large module takes few. */
#include "runtime/compiler/syntax/arena.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 8 * 1024, BLOCK_LARGEST = 512 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(16) char memory[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){.fail_after = -1};
}

void arena_destroy(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    arena_init(arena);
}

void *arena_alloc_slow(struct arena *arena, size_t size)
{
    size_t wanted = arena->total < BLOCK_FIRST ? BLOCK_FIRST : arena->total;
    if (wanted > BLOCK_LARGEST) {
        wanted = BLOCK_LARGEST;
    }
    if (wanted < size) {
        wanted = size;
    }
    if (wanted > SIZE_MAX / 2) {
        return NULL;
    }
    if (arena->fail_after >= 0 && arena->fail_after-- == 0) {
        arena->fail_after = 0;
        return NULL;
    }
    struct arena_block *block = malloc(sizeof *block + wanted);
    if (block == NULL) {
        return NULL;
    }
    block->size = wanted;
    block->older = arena->blocks;
    arena->blocks = block;
    arena->total += wanted;
    /* A request that fills its block leaves the room in the previous block unused: such requests are rare. */
    arena->next = block->memory + size;
    arena->limit = block->memory + wanted;
    return block->memory;
}

void *arena_alloc_zero(struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);
    if (memory != NULL) {
        memset(memory, 0, size);
    }
    return memory;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy != NULL) {
        if (length != 0) {
            memcpy(copy, bytes, length);
        }
        copy[length] = '\0';
    }
    return copy;
}
