/* What graph_find says of pages that left, and were set up anew with more blocks, while the collector looks at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gc/cycle.h"

#include <stdlib.h>

static void blocks_beyond_a_page_have_no_node(void **state)
{
    (void)state;
    /* Storage comes in smaller blocks than objects: their numbers go beyond a page's nodes. */
    char *block = NULL;
    struct page *page = NULL;
    for (int i = 0; i < 100000 && !page; i++) {
        block = storage_alloc(16);
        assert_non_null(block);
        if (page_block_number(page_of(block), block) > NODE_MASK)
            page = page_of(block);
    }
    assert_non_null(page);
    struct snapshot_page *candidates =
        malloc(sizeof *candidates); /* alone, so that sanitizers see who looks behind it */
    assert_non_null(candidates);
    _Atomic uint8_t states[8] = {NODE_CANDIDATE};
    *candidates = (struct snapshot_page){.page = page, .base = 0, .count = 8, .states = states};
    struct cycle cycle = {.number = 77, .pages = candidates, .page_count = 1, .node_count = 1u << NODE_SHIFT};
    uint32_t before = atomic_load(&page->cycle);
    atomic_store(&page->base, 0);
    atomic_store(&page->cycle, 77);
    assert_int_equal(graph_find(&cycle, block), NO_NODE);
    assert_int_equal(graph_find(&cycle, page_start(page)), 0);
    assert_int_equal(graph_find(&cycle, page_start(page) + 16), NO_NODE); /* no candidate */
    assert_int_equal(graph_find(&cycle, page_start(page) + 8), NO_NODE);  /* no block */
    atomic_store(&page->cycle, before);
    free(candidates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_beyond_a_page_have_no_node)};
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
