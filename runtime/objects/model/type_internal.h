/*
 * What the files of the object model share among themselves: how types come to be, and the table of slots.
 */
#ifndef ATOLL_TYPE_INTERNAL_H
#define ATOLL_TYPE_INTERNAL_H

#include "runtime/objects/objects.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/model/lookup.h"
#include "runtime/objects/model/shape.h"
#include "runtime/signature.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- type.c ---- */
void type_fill(struct type *type, const struct type_spec *spec); /* all that needs no allocation */
bool type_fill_bases(struct type *type);                         /* bases and MRO of a single-base type */
/* Fill the class dictionary of a built-in type; idempotent, any thread. The dict, borrowed; NULL on error. */
value type_prepare_slow(struct type *type);
static inline value type_dict(struct type *type)
{
    value dict = atomic_load_explicit(&type->dict, memory_order_acquire);
    return likely(dict != NULL) ? dict : type_prepare_slow(type);
}
value type_repr_name(struct type *type); /* str: "module.qualname", or the bare name for builtins */
value type_name(struct type *type);      /* str, owned */
value type_qualified_name(struct type *type);
value type_module(struct type *type);
value type_getattr(value self, value name);
value type_getattr_optional(struct type *type, value name, uint32_t *index); /* VALUE_MISSING; name interned */
bool type_setattr(value self, value name, value v);
/* Raise AttributeError with its name and obj attributes set. */
value attribute_error(value object, value name, const char *format, ...);
/* A program's AttributeError from reading `name` that does not say of what: name and object are added. NULL. */
value attribute_error_named(value object, value name);
/* What says the same in several places about a class changes between these two: its dictionary and the tables and
   numbers of itself and its subclasses, its bases and MRO, its shapes. (A mutator that waits is in a blocking region
   meanwhile, and one that is in such a region already stays there.) What holds of a byte lock's holder holds of the
   caller: who needs Python code to know what to write, or memory to write it to, gets that before, and looks again
   under the lock whether it still holds. */
void class_lock(void);
bool class_try_lock(void); /* false: somebody else has it */
void class_unlock(void);
#ifdef ATOLL_CHECKED /* as in threads.h */
#define class_lock()     (class_lock(), thread_lock_begin(THREAD_HERE))
#define class_try_lock() (class_try_lock() && (thread_lock_begin(THREAD_HERE), true))
#define class_unlock()   (class_unlock(), thread_lock_end())
#endif
/* In the child of a fork. Who held it was about to leave a blocking region: it had changed nothing yet. */
void class_lock_after_fork(void);
/* The dictionary of a class changes: name becomes v (NULL: goes), with everything that depends on it. */
bool type_attribute_set(struct type *type, value name, value v);
bool type_is_abstract_error(struct type *type); /* raises "Can't instantiate abstract class ..." */
struct type *type_solid(struct type *type);
bool type_dict_address(value v, value_slot **slot); /* the __dict__ field of v, false when it has none */
value object_dict(value v, bool create); /* of any value: owned; VALUE_MISSING when it has none; NULL error */
bool object_set_dict(value v, value dict);

/* ---- subclasses.c ---- */
/* The places of a type in its bases' lists of subclasses. NULL: MemoryError. */
struct subclass_links *subclass_links_new(struct type *type, value bases);
void subclass_links_enter(struct subclass_links *links, value bases); /* once, under the class lock */
void subclass_links_leave(struct subclass_links *links);              /* any thread; NULL passes */
void subclass_links_free(struct subclass_links *links);               /* after they left; drops references */
void subclasses_abandon(struct type *type);                           /* the type dies: its list ends */
/* The direct subclasses that are alive, in the order in which they came, as a new list. */
value type_subclasses_list(struct type *type);

/* A type and all that derive from it, held; a base comes before what derives from it (which may come again). */
enum { CLASS_TREE_FEW = 4 };
struct class_tree_member {
    struct type *type; /* owned */
    uint32_t arrivals; /* of the type when its list was walked */
};
struct class_tree {
    struct class_tree_member *members;
    size_t count, capacity;
    struct class_tree_member few[CLASS_TREE_FEW];
};
/* Collect the tree as it is at some moment. false: MemoryError, nothing to drop. Neither under a lock. */
bool class_tree_collect(struct class_tree *tree, struct type *type);
/* Collect it and take the class lock, under which no member comes any more. */
bool class_tree_lock(struct class_tree *tree, struct type *type);
/* Under the class lock: has nothing come since it was collected? */
bool class_tree_is_whole(const struct class_tree *tree);
void class_tree_drop(struct class_tree *tree); /* not under a lock */
/* Step by step, for who changes member i before its subclasses are asked for: begin with the type alone, extend by each
   member's subclasses in turn. false: MemoryError. */
void class_tree_begin(struct class_tree *tree, struct type *type);
bool class_tree_extend(struct class_tree *tree, size_t i);

/* A change of a class's attribute: the class with its subclasses, and, since caches tell a class by its number, all
   classes when it is a metaclass. */
struct class_change {
    struct class_tree tree, all;
    bool metaclass;
};

/* ---- metaclasses of C (metaclass.c) ----
   A type whose base is `type`, or another such metaclass. `size` in its spec: the bytes that each of its classes has to
   itself behind what every class has, zeroed at first; its traverse and destroy see to the references in them and to
   nothing else of the class. Its `new` has type_new_class make the class. */
struct type *metaclass_define(const struct type_spec *spec, struct type *base /* NULL: type */);
/* A built-in type that is an instance of a metaclass of C, as type_define_with_base makes it. */
struct type *type_define_of(const struct type_spec *spec, struct type *base, struct type *metaclass);
/* Those bytes of a class of a metaclass of C. */
void *class_own_part(struct type *class);

/* ---- class.c ---- */
void subtype_traverse(struct object *object, struct gc_trace *trace);
void subtype_destroy(struct object *object);
struct type *class_metatype(struct type *metatype, value bases); /* the most derived metaclass; NULL with TypeError */
bool class_layouts_compatible(struct type *from, struct type *to, const char *attribute);
struct type *class_best_base(value bases);
extern const struct getset_def subtype_dict_getset;
extern const struct getset_def subtype_weakref_getset;

/* The MRO as it is at this moment, uncounted, NULL while a class has none yet. Another may take its place at any time,
   but it is dropped after a grace period only (rc_dec_later): good until the caller's next quiescent point. */
static inline value type_mro_peek(const struct type *type)
{
    return atomic_load_explicit((value_slot *)&type->mro, memory_order_acquire);
}

/* Owned; NULL while the type is made. */
static inline value type_mro(struct type *type)
{
    return slot_load(&type->gc.header, &type->mro);
}

/* ---- mro.c ---- */
/* C3: a tuple. used[i], unless `used` is NULL, becomes the MRO of base i that went into it, owned; NULL the rest. */
value mro_compute(struct type *type, value bases, value *used);
/* Compute and install the MRO, with mro() of the metaclass, which may do what it likes: no lock is held. *old (unless
   NULL) becomes the MRO that was replaced and *installed the new one, both owned; NULL and NULL when mro() itself had
   it replaced, which is then left as it is. */
bool mro_update(struct type *type, value *old, value *installed);
/* Give the class its MRO `order` in place of `expected`, both borrowed; its table and numbers are new then. false: it
   has another by now. */
bool mro_exchange(struct type *type, value expected, value order);

/* ---- slots.c ---- */
typedef value (*slot_wrapper)(value self, const value *args, size_t nargs, value kwnames, void *function);
struct slot_def {
    const char *name;
    uint16_t offset; /* in struct type_slots */
    void *generic;   /* the slot function that calls the Python method; NULL: only to be derived from, never set */
    slot_wrapper wrapper;
    const char *doc, *signature;
};
extern const struct slot_def slot_defs[];
extern const unsigned slot_def_count;
bool slots_bootstrap(void);
bool name_is_special(value name); /* begins and ends with two underscores */
/* The class's attribute `name` changed: new slots for it and its subclasses. Not under the class lock, as Python code
   may be asked what the attributes are. false: MemoryError. */
bool slots_update(struct type *type, value name);
bool slots_update_all(struct type *type); /* the class is new, or its bases are; ditto */
/* The slots of a built-in type: its own, and its base's for the rest; without `new` unless it is creatable. */
void type_fill_slots(struct type *type, const struct type_slots *own, const struct type *base, bool creatable);
bool slots_add_wrappers(struct type *type, value dict); /* descriptors for the slots of a built-in type */
void *slots_get(const struct type_slots *slots, unsigned offset);
value object_new_slot(struct type *type, const value *args, size_t nargs, value kwnames);
bool object_init_slot(value self, const value *args, size_t nargs, value kwnames);
/* The slot functions that others recognise. */
value slot_new(struct type *type, const value *args, size_t nargs, value kwnames);
bool slot_init_python(value self, const value *args, size_t nargs, value kwnames);
value slot_getattr(value self, value name);
value slot_next_python(value self);
value slot_next_or(value self, const char *message); /* the same; TypeError with this text, of self, without __next__ */

/* ---- object.c, attribute.c, abstract.c ---- */
value attr_get_generic_optional(value v, value name); /* object.__getattribute__; VALUE_MISSING instead of an error */
value builtin_lookup(value name);                     /* from the builtins of the running frame: owned; NameError */
int value_is_instance_plain(value v, value cls);      /* without the class's hook */
int class_is_subclass_plain(value derived, value cls);
int contains_by_iteration(value container, value item);
value object_compare(value a, value b, int op);
value object_repr_default(value self);
bool object_hash_default(value self, int64_t *out);

/* ---- descriptor.c ---- */
value method_descriptor_new(struct type *type, const struct method_def *def);
value classmethod_descriptor_new(struct type *type, const struct method_def *def);
value wrapper_descriptor_new(struct type *type, const struct slot_def *def, void *function);
value getset_descriptor_new(struct type *type, const struct getset_def *def);
value computed_member_new(struct type *type, const struct getset_def *def);
value member_descriptor_new(struct type *type, const struct member_def *def);
/* A member descriptor for a name of __slots__ at an offset (negative: from the end of the block). */
value slot_descriptor_new(struct type *type, value name, int32_t offset);
/* What super(start, object).name is, `object_type` being the type whose MRO counts: owned, or VALUE_MISSING. */
value super_find(struct type *start, value object, struct type *object_type, value name);
value new_wrapper_new(struct type *type); /* the __new__ of a built-in type */
bool new_wrapper_is(value v);             /* is it such a __new__ */

/* ---- exceptions ---- */
bool exceptions_bootstrap(void);

/* The name, for reports, of a class that was not given its own yet: the only one that is no storage of the class. */
extern const char type_no_name[];

/* The items that a join takes, as a tuple; owned. TypeError: it is not iterable. */
value tuple_to_join(value iterable);

#endif
