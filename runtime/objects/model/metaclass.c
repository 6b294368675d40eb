/*
 * Metaclasses written in C: their classes have a part of their own behind what every class has, for what the metaclass
 * knows of them (ctypes: how a C type lies in memory).
 *
 * The layout of a class is that of its metaclass: what class.c and lookup.c have to do with a class they do with the
 * part in front. Traversal and the end of a class go through both parts; the functions for the part behind are where
 * every type keeps those of the layout that its own is based on (solid_traverse, solid_destroy), so that metaclasses
 * that programs derive have them, too.
 */
#include "runtime/objects/model/type_internal.h"

enum { CLASS_SIZE = (sizeof(struct type) + 15) & ~15 };

void *class_own_part(struct type *class)
{
    return (char *)class + CLASS_SIZE;
}

static void metaclass_traverse(struct object *class, struct gc_trace *trace)
{
    struct type *metaclass = (struct type *)object_type(class);
    TYPE(TYPE)->gc.traverse(class, trace);
    if (metaclass->solid_traverse)
        metaclass->solid_traverse(class, trace);
}

static void metaclass_destroy(struct object *class)
{
    struct type *metaclass = (struct type *)object_type(class);
    if (metaclass->solid_destroy)
        metaclass->solid_destroy(class);
    TYPE(TYPE)->gc.destroy(class);
}

struct type *metaclass_define(const struct type_spec *spec, struct type *base)
{
    bool first = !base;
    struct type *type = type_define_with_base(spec, first ? TYPE(TYPE) : base);
    if (!type)
        return NULL;
    base = type->base;
    uint32_t size = first ? CLASS_SIZE : base->gc.instance_size;
    type->gc.instance_size = size + spec->size;
    type->gc.gc_flags = base->gc.gc_flags;
    type->gc.traverse = metaclass_traverse;
    type->gc.destroy = metaclass_destroy;
    type->solid = spec->size ? type : base->solid;
    type->solid_traverse = spec->traverse ? spec->traverse : first ? NULL : base->solid_traverse;
    type->solid_destroy = spec->destroy ? spec->destroy : first ? NULL : base->solid_destroy;
    return type;
}

struct type *type_define_of(const struct type_spec *spec, struct type *base, struct type *metaclass)
{
    struct type *type = (struct type *)heap_alloc_type(metaclass->gc.instance_size, &metaclass->gc);
    if (!type)
        return (struct type *)raise_no_memory();
    heap_make_immortal(&type->gc.header);
    type->base = base;
    type_fill(type, spec);
    atomic_store_explicit(&type->gc.header.type, type_ref(&metaclass->gc), memory_order_relaxed);
    return type_fill_bases(type) ? type : (struct type *)raise_no_memory();
}
