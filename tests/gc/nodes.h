/* Object types for the tests of gc/: a node with two slots, a node whose slots are in replaceable storage, a leaf. */
#ifndef ATOLL_TESTS_NODES_H
#define ATOLL_TESTS_NODES_H

#include "gc/gc.h"

#include <stdlib.h>
#include <string.h>

struct node {
    struct object header;
    value_slot left, right;
};

struct leaf {
    struct object header;
    uint64_t payload[2];
};

static _Atomic long nodes_destroyed, leaves_destroyed;

static void node_traverse(struct object *o, struct gc_trace *trace)
{
    struct node *node = (struct node *)o;
    trace_slot(trace, &node->left);
    trace_slot(trace, &node->right);
}

static void node_destroy(struct object *o)
{
    struct node *node = (struct node *)o;
    atomic_fetch_add(&nodes_destroyed, 1);
    slot_drop(&node->left);
    slot_drop(&node->right);
}

static void leaf_destroy(struct object *o)
{
    (void)o;
    atomic_fetch_add(&leaves_destroyed, 1);
}

static struct object_type *node_type, *leaf_type, *reference_type;

static void reference_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct weak_reference *)o)->callback);
}

static void reference_destroy(struct object *o)
{
    struct weak_reference *reference = (struct weak_reference *)o;
    weak_detach(reference);
    slot_drop(&reference->callback);
}

static struct object_type *nodes_make_type(unsigned number, const char *name, uint32_t flags, size_t size,
                                           void (*traverse)(struct object *, struct gc_trace *),
                                           void (*destroy)(struct object *))
{
    struct object_type *type = heap_well_known_type(number);
    type->name = name;
    type->gc_flags = flags;
    type->instance_size = (uint32_t)size;
    type->traverse = traverse;
    type->destroy = destroy;
    return type;
}

static void nodes_init(void)
{
    node_type = nodes_make_type(1, "node", TYPE_GC_CONTAINER, sizeof(struct node), node_traverse, node_destroy);
    leaf_type = nodes_make_type(2, "leaf", 0, sizeof(struct leaf), NULL, leaf_destroy);
    reference_type = nodes_make_type(3, "reference", TYPE_GC_CONTAINER, sizeof(struct weak_reference),
                                     reference_traverse, reference_destroy);
}

static inline struct node *node_new(void)
{
    return (struct node *)heap_alloc(node_type, sizeof(struct node));
}

static inline struct leaf *leaf_new(void)
{
    return (struct leaf *)heap_alloc(leaf_type, sizeof(struct leaf));
}

#endif
