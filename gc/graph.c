/*
 * The private graph of a cycle: its memory, how references are written down, and how they are followed.
 *
 * A full cycle looks at everything that lives, so what it writes down of each object decides how much memory the
 * process needs at its peak. For small objects that refer to one or two others nearby it is about six bytes: one of
 * state, one of count, two for where its references are, one or two for each of them.
 *
 * References of a node are a length in bytes, then numbers of nodes: each as its distance from the one before, the
 * first from the node itself, the sign in the lowest bit, seven bits to a byte. Objects that were made together lie
 * together, so most are a single byte. Only each fourth node's place is kept. The reference to a type, which all
 * objects of a class have, is a bit of the node when it is the type that the page saw first.
 *
 * The memory is taken from the heap's own pool of free pages, and goes back there when the cycle is over: what a cycle
 * needed is what mutators fill next.
 */
#include "gc/cycle.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

/* The beginning of a span of pages that belongs to the cycle. Their kind stays FREE: they hold no blocks. */
struct chunk {
    struct chunk *next;
    _Atomic uint32_t used; /* bytes; more than there are when the last request did not fit */
};
#define CHUNK_START 16u
#define CHUNK_PART  (PAGE_SIZE / 4) /* larger pieces have a span of their own */

static struct chunk *take_chunk(size_t pages_wanted)
{
    struct page *page = pages_take(pages_wanted, false, 0);
    return page ? (struct chunk *)page_start(page) : NULL;
}

static void *alloc_span(struct cycle *cycle, size_t size)
{
    struct chunk *span = take_chunk((size + CHUNK_START + PAGE_SIZE - 1) >> PAGE_SHIFT);
    if (!span)
        return NULL;
    span->next = atomic_load_explicit(&cycle->spans, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&cycle->spans, &span->next, span, memory_order_acq_rel,
                                                  memory_order_relaxed))
        ;
    return (char *)span + CHUNK_START;
}

void *graph_alloc(struct cycle *cycle, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > CHUNK_PART)
        return alloc_span(cycle, size);
    struct chunk *chunk = atomic_load_explicit(&cycle->chunk, memory_order_acquire);
    for (;;) {
        if (chunk) {
            uint32_t at = atomic_fetch_add_explicit(&chunk->used, (uint32_t)size, memory_order_relaxed);
            if (at + size <= PAGE_SIZE)
                return (char *)chunk + at;
        }
        struct chunk *fresh = take_chunk(1);
        if (!fresh)
            return NULL;
        fresh->next = chunk;
        atomic_store_explicit(&fresh->used, CHUNK_START + (uint32_t)size, memory_order_relaxed);
        if (atomic_compare_exchange_strong_explicit(&cycle->chunk, &chunk, fresh, memory_order_acq_rel,
                                                    memory_order_acquire))
            return (char *)fresh + CHUNK_START;
        pages_give(page_of(fresh)); /* another thread was first: `chunk` is its one */
    }
}

static void give_chunks(struct chunk *_Atomic *list)
{
    struct chunk *chunk = atomic_exchange_explicit(list, NULL, memory_order_acquire);
    while (chunk) {
        struct chunk *next = chunk->next;
        pages_give(page_of(chunk));
        chunk = next;
    }
}

void graph_free(struct cycle *cycle)
{
    give_chunks(&cycle->chunk);
    give_chunks(&cycle->spans);
}

/* ---- nodes ---- */

uint32_t graph_find(const struct cycle *cycle, const void *address)
{
    if (!page_contains(address))
        return NO_NODE;
    struct page *page = page_of(address);
    if (atomic_load_explicit(&page->cycle, memory_order_acquire) != cycle->number)
        return NO_NODE;
    /* `base` is written when pages are chosen, and is this cycle's. But the page may have left for the pool since, and
       be set up anew at this moment, with more blocks than it had: so the number is looked at before it is believed.
       (What is found there then does no harm: all nodes of a page that left live.) */
    uint32_t number = page_block_number(page, address);
    uint32_t base = atomic_load_explicit(&page->base, memory_order_relaxed), node = base + number;
    /* Blocks that came into use after the page was chosen have no node. */
    if (number > NODE_MASK || number >= cycle_page_of(cycle, base)->count ||
        (void *)page_object(page, number) != address)
        return NO_NODE;
    return node_state(cycle, node) & NODE_CANDIDATE ? node : NO_NODE;
}

/* ---- writing references down ---- */

#define LONGEST_EDGE 5u
#define LONG_LENGTH  255u /* in place of a length: four bytes follow that hold it */
#define LENGTH_BYTES 4u

static bool reserve(struct edge_writer *writer, size_t bytes)
{
    if (writer->size + bytes <= writer->capacity)
        return true;
    size_t capacity = writer->capacity ? writer->capacity * 2 : 8192;
    uint8_t *grown = writer->failed ? NULL : realloc(writer->bytes, capacity);
    if (!grown) {
        writer->failed = true;
        return false;
    }
    writer->bytes = grown;
    writer->capacity = capacity;
    return true;
}

void graph_begin_node(struct edge_writer *writer, uint32_t node)
{
    writer->start = writer->size;
    writer->previous = node;
    if (reserve(writer, 1))
        writer->bytes[writer->size++] = 0;
}

void graph_add_edge(struct edge_writer *writer, uint32_t target)
{
    if (!reserve(writer, LONGEST_EDGE))
        return;
    uint32_t distance = target - writer->previous, word = distance << 1 ^ (0u - (distance >> 31));
    for (; word > 0x7F; word >>= 7)
        writer->bytes[writer->size++] = (uint8_t)(word | 0x80);
    writer->bytes[writer->size++] = (uint8_t)word;
    writer->previous = target;
}

void graph_drop_edges(struct edge_writer *writer)
{
    if (!writer->failed)
        writer->size = writer->start + 1;
}

bool graph_end_node(struct edge_writer *writer)
{
    size_t length = writer->size - writer->start - 1;
    if (length >= LONG_LENGTH && (writer->size > UINT32_MAX / 2 || !reserve(writer, LENGTH_BYTES)))
        return false;
    if (writer->failed)
        return false;
    uint8_t *place = &writer->bytes[writer->start];
    if (length < LONG_LENGTH) {
        *place = (uint8_t)length;
        return true;
    }
    uint32_t stored = (uint32_t)length;
    memmove(place + 1 + LENGTH_BYTES, place + 1, length);
    *place = LONG_LENGTH;
    memcpy(place + 1, &stored, LENGTH_BYTES);
    writer->size += LENGTH_BYTES;
    return true;
}

static const uint8_t *open_node(const uint8_t *at, const uint8_t **end)
{
    uint32_t length = *at++;
    if (length == LONG_LENGTH) {
        memcpy(&length, at, LENGTH_BYTES);
        at += LENGTH_BYTES;
    }
    *end = at + length;
    return at;
}

struct edges graph_written(const struct edge_writer *writer, uint32_t node)
{
    struct edges edges = {.previous = node};
    edges.at = open_node(writer->bytes + writer->start, &edges.end);
    return edges;
}

struct edges graph_edges(const struct snapshot_page *page, uint32_t node)
{
    uint32_t number = node & NODE_MASK;
    struct edges edges = {.end = page->edges + page->index[number / INDEX_STEP], .previous = node};
    for (uint32_t skip = number % INDEX_STEP + 1; skip > 0; skip--)
        edges.at = open_node(edges.end, &edges.end);
    return edges;
}

/* ---- following references ---- */

#define FOLLOW_UNSHARED 1024u /* references to follow before work is shared */
#define PLACE_NEW       UINT32_MAX
#define FOLLOW_BATCH    64 /* references of one node that are looked at before those that they lead to */

/* What one thread hands to others. In the cycle's memory. */
struct leftover {
    size_t count;
    struct place places[];
};

static void push(struct cycle *cycle, struct follow *follow, struct place place)
{
    if (follow->size == follow->capacity) {
        size_t capacity = follow->capacity ? follow->capacity * 2 : 256;
        struct place *grown = realloc(follow->places, capacity * sizeof *grown);
        if (!grown) {
            atomic_store_explicit(&cycle->failed, true, memory_order_relaxed);
            return;
        }
        follow->places = grown;
        follow->capacity = capacity;
    }
    follow->places[follow->size++] = place;
}

/* The suspect becomes alive, unless it was. Returns the node from which there is more to follow then, or NO_NODE: of a
   leaf its type is all, so leaves need not wait for their turn. Several threads may try; one of them gets the node. */
static uint32_t become_live(struct cycle *cycle, uint32_t node)
{
    while (node_is_suspect(cycle, node)) {
        struct snapshot_page *page = cycle_page_of(cycle, node);
        uint8_t state = atomic_fetch_or_explicit(&page->states[node & NODE_MASK], NODE_LIVE, memory_order_relaxed);
        if (state & NODE_LIVE)
            break;
        if (!(state & NODE_LEAF))
            return node;
        if (!(state & NODE_TYPED))
            break;
        node = page->type_node;
    }
    return NO_NODE;
}

void graph_revive(struct cycle *cycle, struct follow *follow, uint32_t node)
{
    node = become_live(cycle, node);
    if (node != NO_NODE)
        push(cycle, follow, (struct place){.node = node, .offset = PLACE_NEW});
}

/* Look at some references of the node on top. What is left of them stays beneath what they lead to, so that wide and
   long structures alike need little room. */
static void follow_top(struct cycle *cycle, struct follow *follow)
{
    struct place top = follow->places[--follow->size];
    struct snapshot_page *page = cycle_page_of(cycle, top.node);
    struct edges edges = graph_edges(page, top.node);
    uint32_t found[FOLLOW_BATCH + 1], count = 0;
    if (top.offset != PLACE_NEW) {
        edges.at = page->edges + top.offset;
        edges.previous = top.previous;
    } else if (node_state(cycle, top.node) & NODE_TYPED) {
        found[count] = become_live(cycle, page->type_node);
        count += found[count] != NO_NODE;
    }
    uint32_t looked = 1;
    for (; edges.at != edges.end && looked <= FOLLOW_BATCH; looked++) {
        found[count] = become_live(cycle, graph_next_edge(&edges));
        count += found[count] != NO_NODE;
    }
    follow->budget -= looked < follow->budget ? looked : follow->budget;
    follow->unshared += looked;
    if (edges.at != edges.end)
        push(cycle, follow, (struct place){top.node, edges.previous, (uint32_t)(edges.at - page->edges)});
    for (uint32_t i = 0; i < count; i++)
        push(cycle, follow, (struct place){.node = found[i], .offset = PLACE_NEW});
}

/* Hand the `count` places at the bottom, from which there is most to reach, to others. */
static bool hand_over(struct cycle *cycle, struct follow *follow, size_t count)
{
    struct leftover *left = graph_alloc(cycle, sizeof *left + count * sizeof *follow->places);
    if (!left)
        return false;
    left->count = count;
    memcpy(left->places, follow->places, count * sizeof *follow->places);
    if (!share_hand_over(left))
        return false;
    follow->size -= count;
    memmove(follow->places, follow->places + count, follow->size * sizeof *follow->places);
    return true;
}

void graph_follow(struct cycle *cycle, struct follow *follow)
{
    while (follow->size && !atomic_load_explicit(&cycle->failed, memory_order_relaxed)) {
        if (follow->budget == 0 && !thread_self->background) {
            if (hand_over(cycle, follow, follow->size))
                return;
            follow->budget = FOLLOW_BUDGET;
        } else if (follow->unshared > FOLLOW_UNSHARED && follow->size > 1) {
            follow->unshared = 0;
            if (share_is_short())
                hand_over(cycle, follow, follow->size / 2);
        }
        follow_top(cycle, follow);
    }
}

void graph_follow_leftover(struct cycle *cycle, const struct leftover *leftover)
{
    struct follow follow = {.budget = FOLLOW_BUDGET};
    for (size_t i = 0; i < leftover->count; i++)
        push(cycle, &follow, leftover->places[i]);
    graph_follow(cycle, &follow);
    free(follow.places);
}
