/*
 * Types: the struct behind every class, and the form in which built-in types are written.
 *
 * A built-in type is a `struct type_spec`: a table of slots (C functions for what the language does to objects),
 * methods, members and attributes. type_define() makes the type object from it: it derives the special methods
 * (`__add__` from the binary slot and so on), inherits slots, computes the C3 order and fills the dictionary. A class
 * made by Python code gets slot functions that call its special methods. Either way `slots` is what the runtime calls.
 */
#ifndef ATOLL_TYPE_H
#define ATOLL_TYPE_H

#include "gc/alloc.h"
#include "runtime/value.h"

struct type;
struct shape;
struct buffer;
struct type_spec;
struct subclass_entry;
struct subclass_links;

/* Well-known types have fixed references in object headers: testing for one is a comparison with a constant. */
enum type_id {
    TYPE_ID_NONE_GIVEN = 0, /* no well-known number */
    TYPE_ID_OBJECT = 1,
    TYPE_ID_TYPE,
    TYPE_ID_INT,
    TYPE_ID_BOOL,
    TYPE_ID_FLOAT,
    TYPE_ID_COMPLEX,
    TYPE_ID_NONE_TYPE,
    TYPE_ID_ELLIPSIS,
    TYPE_ID_NOT_IMPLEMENTED,
    TYPE_ID_STR,
    TYPE_ID_BYTES,
    TYPE_ID_BYTEARRAY,
    TYPE_ID_MEMORYVIEW,
    TYPE_ID_TUPLE,
    TYPE_ID_LIST,
    TYPE_ID_DICT,
    TYPE_ID_SET,
    TYPE_ID_FROZENSET,
    TYPE_ID_RANGE,
    TYPE_ID_SLICE,
    TYPE_ID_FUNCTION,
    TYPE_ID_METHOD,
    TYPE_ID_BUILTIN_FUNCTION,
    TYPE_ID_METHOD_DESCRIPTOR,
    TYPE_ID_WRAPPER_DESCRIPTOR,
    TYPE_ID_METHOD_WRAPPER,
    TYPE_ID_CLASSMETHOD_DESCRIPTOR,
    TYPE_ID_MEMBER_DESCRIPTOR,
    TYPE_ID_GETSET_DESCRIPTOR,
    TYPE_ID_CODE,
    TYPE_ID_CELL,
    TYPE_ID_FRAME,
    TYPE_ID_TRACEBACK,
    TYPE_ID_GENERATOR,
    TYPE_ID_COROUTINE,
    TYPE_ID_ASYNC_GENERATOR,
    TYPE_ID_MODULE,
    TYPE_ID_PROPERTY,
    TYPE_ID_STATICMETHOD,
    TYPE_ID_CLASSMETHOD,
    TYPE_ID_SUPER,
    TYPE_ID_MAPPING_PROXY,
    TYPE_ID_SIMPLE_NAMESPACE,
    TYPE_ID_GENERIC_ALIAS,
    TYPE_ID_UNION,
    TYPE_ID_WEAK_REFERENCE,
    TYPE_ID_LIST_ITERATOR,
    TYPE_ID_TUPLE_ITERATOR,
    TYPE_ID_RANGE_ITERATOR,
    TYPE_ID_STR_ITERATOR,
    TYPE_ID_DICT_KEY_ITERATOR,
    TYPE_ID_DICT_KEYS,
    TYPE_ID_DICT_VALUES,
    TYPE_ID_DICT_ITEMS,
    TYPE_ID_ENUMERATE,
    TYPE_ID_ZIP,
    TYPE_ID_MAP,
    TYPE_ID_FILTER,
    TYPE_ID_SEQUENCE_ITERATOR,
    TYPE_ID_CALLABLE_ITERATOR,
    TYPE_ID_REVERSED,
    TYPE_ID_INSTANCE_DICT /* unused by programs */,
    TYPE_ID_LIST_REVERSE_ITERATOR,
    TYPE_ID_DICT_VALUE_ITERATOR,
    TYPE_ID_DICT_ITEM_ITERATOR,
    TYPE_ID_DICT_REVERSE_KEY_ITERATOR,
    TYPE_ID_DICT_REVERSE_VALUE_ITERATOR,
    TYPE_ID_DICT_REVERSE_ITEM_ITERATOR,
    TYPE_ID_SET_ITERATOR,
    TYPE_ID_LONG_RANGE_ITERATOR,
    /* exceptions: see error.h; they continue the numbering */
    TYPE_ID_FIRST_EXCEPTION = 80,
    TYPE_ID_LIMIT = 255,
};
#define TYPE_WELL_KNOWN(id) ((struct type *)(type_region + (uint64_t)TYPE_WELL_KNOWN_REF(id) * 16))
#define TYPE(NAME)          TYPE_WELL_KNOWN(TYPE_ID_##NAME) /* TYPE(LIST) */

enum binary_operator {
    BINARY_ADD,
    BINARY_AND,
    BINARY_FLOOR_DIVIDE,
    BINARY_LSHIFT,
    BINARY_MATRIX_MULTIPLY,
    BINARY_MULTIPLY,
    BINARY_REMAINDER,
    BINARY_OR,
    BINARY_POWER,
    BINARY_RSHIFT,
    BINARY_SUBTRACT,
    BINARY_TRUE_DIVIDE,
    BINARY_XOR, /* CPython's NB_ order */
    BINARY_DIVMOD,
    BINARY_COUNT
};
enum unary_operator { UNARY_NEGATIVE, UNARY_POSITIVE, UNARY_ABSOLUTE, UNARY_INVERT, UNARY_COUNT };
enum compare_operator { COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_NE, COMPARE_GT, COMPARE_GE };

/* What the language does to objects. All arguments are borrowed, results owned; NULL (or false, -1) means that an
   exception is set. A slot is NULL when the type lacks the operation. Slots of built-in types may assume that `self` is
   an instance of the type (or of a subtype). */
struct type_slots {
    value (*new)(struct type *type, const value *args, size_t nargs, value kwnames);
    bool (*init)(value self, const value *args, size_t nargs, value kwnames);
    value (*call)(value self, const value *args, size_t nargs, value kwnames);
    value (*getattr)(value self, value name);         /* NULL: generic lookup (instance dict, descriptors) */
    bool (*setattr)(value self, value name, value v); /* v NULL: delete */
    value (*repr)(value self);
    value (*str)(value self);
    bool (*hash)(value self, int64_t *out);     /* inherited together with compare */
    value (*compare)(value a, value b, int op); /* may return VALUE_NOT_IMPLEMENTED */
    value (*iter)(value self);
    value (*next)(value self); /* VALUE_END when exhausted */
    value (*descr_get)(value descriptor, value object /* or NULL */, struct type *type /* or NULL */);
    bool (*descr_set)(value descriptor, value object, value v /* NULL: delete */);
    value (*binary[BINARY_COUNT])(value a,
                                  value b); /* either operand may be of the type; VALUE_NOT_IMPLEMENTED to decline */
    value (*inplace[BINARY_COUNT])(value a, value b);
    value (*power)(value base, value exponent, value modulus); /* pow() with three arguments */
    value (*unary[UNARY_COUNT])(value self);
    int (*truth)(value self); /* 1, 0, -1 */
    value (*to_int)(value self);
    value (*to_float)(value self);
    value (*to_index)(value self);
    ssize (*length)(value self); /* -1: error */
    value (*getitem)(value self, value key);
    bool (*setitem)(value self, value key, value v); /* v NULL: delete */
    int (*contains)(value self, value item);         /* 1, 0, -1 */
    value (*concat)(value a, value b);               /* sequences: tried after binary + */
    value (*repeat)(value a, ssize n);
    value (*inplace_concat)(value a, value b);
    value (*inplace_repeat)(value a, ssize n);
    value (*await)(value self);
    value (*async_iter)(value self);
    value (*async_next)(value self);
    /* A generator-like object resumes: *result set; returns SEND_ constants of abstract.h. NULL: use next/`send`. */
    int (*send)(value self, value sent, value *result);
    int (*buffer)(value self, struct buffer *buffer, int flags); /* see objects/binary/buffer.h; -1 error */
    void (*buffer_release)(value self, struct buffer *buffer);
};

enum { TYPE_SLOT_COUNT = sizeof(struct type_slots) / sizeof(void *) };

enum type_flag {
    TYPE_FLAG_HEAP = 1,            /* made at run time (class statement, type()): mutable, counted by instances */
    TYPE_FLAG_BASE = 2,            /* may be subclassed */
    TYPE_FLAG_INSTANCE = 4,        /* instances begin with struct instance: shape and in-line attributes */
    TYPE_FLAG_ABSTRACT = 8,        /* has abstract methods: cannot be instantiated */
    TYPE_FLAG_NO_NEW = 16,         /* cannot be created from Python ("cannot create 'x' instances") */
    TYPE_FLAG_FINALIZER = 32,      /* defines __del__ */
    TYPE_FLAG_CUSTOM_GETATTR = 64, /* __getattribute__ or __getattr__ overridden: no attribute caches */
    TYPE_FLAG_CUSTOM_SETATTR = 128,
    TYPE_FLAG_SEQUENCE = 256,
    TYPE_FLAG_MAPPING = 512, /* for match statements; at most one of the two */
    TYPE_FLAGS_COLLECTION = TYPE_FLAG_SEQUENCE | TYPE_FLAG_MAPPING,
    TYPE_FLAG_METHOD_LIKE =
        1024, /* instances found on a class bind as methods without creating one (function, method descriptor) */
    TYPE_FLAG_DATA_DESCRIPTOR = 2048,  /* instances have descr_set */
    TYPE_FLAG_WEAKREF = 4096,          /* instances can be weakly referenced */
    TYPE_FLAG_IMMUTABLE = 8192,        /* attributes cannot be set from Python: all built-in types */
    TYPE_FLAG_VARIABLE_SIZE = 1 << 14, /* instances keep items after their fixed part: int, str, bytes, tuple, type */
    TYPE_FLAG_ODD_KEYS = 1 << 15,      /* a heap type whose dictionary has keys that are no plain strs */
    TYPE_FLAG_DESCRIPTOR = 1 << 16,    /* instances have descr_get */
    TYPE_FLAG_BY_INDEX = 1 << 18,      /* items are found by index only: no mapping for '%', and names ask for ints */
    TYPE_FLAG_CLASSIFIED = 1 << 17,    /* caches may know what an instance means as a class attribute (lookup.h) */
    /* inherited marks of built-in bases, so that is_str() and so on are one test */
    TYPE_FLAG_INT = 1 << 20,
    TYPE_FLAG_STR = 1 << 21,
    TYPE_FLAG_BYTES = 1 << 22,
    TYPE_FLAG_TUPLE = 1 << 23,
    TYPE_FLAG_LIST = 1 << 24,
    TYPE_FLAG_DICT = 1 << 25,
    TYPE_FLAG_TYPE = 1 << 26,
    TYPE_FLAG_EXCEPTION = 1 << 27,
    TYPE_FLAG_FLOAT = 1 << 28,
    TYPE_FLAG_SET = 1 << 29,
};

struct type {
    struct object_type gc; /* header, name (tp_name: "list", "collections.deque"), traverse, destroy, finalize */
    _Atomic uint32_t flags;
    _Atomic uint32_t version;    /* unique number of the present state of attributes along the MRO; changes when any of
                                    them does; 0 before there is an MRO, and hence before there are instances */
    _Atomic(struct type *) base; /* the solid base; counted */
    value_slot bases;            /* tuple */
    value_slot mro;              /* tuple */
    value_slot dict;             /* the class dictionary, a dict */
    value_slot short_name, qualified_name, module_name; /* str or NULL */
    _Atomic(struct shape *) root_shape;                 /* of instances; see objects/model/shape.h */
    _Atomic(void *) lookup;                             /* flattened attribute table; see objects/model/lookup.h */
    _Atomic uint64_t constructor; /* the cache word of __init__ for calls of the class (operations/attribute_cache.h) */
    _Atomic uint32_t inline_slots; /* how many in-line attribute slots a new instance gets (learned) */
    /* Where an instance that is no struct instance keeps its __dict__ (a value_slot, NULL until asked for): an offset
       from its start, or below zero one from the end of its block (bases of variable size); 0: it has none there. */
    int32_t dict_offset;
    /* The value slots behind the solid built-in base's own part: those of __slots__ (the bases' included), and the
       __dict__ when dict_offset is in their range. */
    uint32_t slots_offset, slots_count;
    uint32_t reserved_slots; /* struct instance: the first in-line slots, which belong to __slots__ (bases' included) */
    _Atomic uint32_t modifications;   /* counts every change of an attribute along the MRO; guards fills of `lookup` */
    _Atomic uint32_t special_changes; /* counts those of names like __len__; guards what slots are worked out to be */
    _Atomic uint32_t arrivals;        /* counts the direct subclasses that came; changed under the class lock */
    struct subclass_entry *first_subclass, *last_subclass; /* see objects/model/subclasses.c */
    struct subclass_links *links;                          /* its places in the lists of its bases; class lock */
    _Atomic(struct type *) solid; /* the type along the bases that fixed the layout of instances; not counted */
    void (*solid_traverse)(struct object *object,
                           struct gc_trace *trace); /* that layout's own functions, which those */
    void (*solid_destroy)(struct object *object);   /* of a class made at run time call; may be NULL */
    const char *doc;
    const struct type_spec *spec;           /* built-in types */
    struct type *next_builtin;              /* the one made before; class lock */
    _Atomic(void *) slots[TYPE_SLOT_COUNT]; /* of struct type_slots, in its order; see type_slot */
};

/* The function of a slot of a type, or NULL, with its proper type: type_slot(type, next), type_slot(type, binary[op]).
   Python code may exchange it at any time (`del C.__next__`), so it is loaded once: into a local, which is tested and
   then called. A slot function whose special method is gone by then finds what to do instead (slots.c). */
#define type_slot(TYPE, SLOT)                                          \
    ((__typeof__(((struct type_slots *)0)->SLOT))atomic_load_explicit( \
        &(TYPE)->slots[__builtin_offsetof(struct type_slots, SLOT) / sizeof(void *)], memory_order_relaxed))
#define value_type_slot(V, SLOT) type_slot(value_type(V), SLOT)

/* ---- built-in functions and methods
 * ------------------------------------------------------------------------------------------------------ A signature is
 * Python syntax: "($self, index=-1, /)", "(iterable, /, *, key=None, reverse=False)", "(*args, sep=' ')". The runtime
 * binds the call's arguments to it, with CPython's messages, and hands the function a value for each parameter in
 * order: VALUE_MISSING for one not given (but defaults None, True, False and small integers are filled in), a tuple for
 * *args and a dict (or NULL when empty) for **kwargs. `$self` is not among them. All are borrowed.
 *
 * How they are handed over is the C function's type, which METHOD looks at: one by one for up to three parameters that
 * can all be given by position; otherwise in an array. Only the first kind is called directly, so write that. */
typedef value (*builtin_fn0)(value self);
typedef value (*builtin_fn1)(value self, value a);
typedef value (*builtin_fn2)(value self, value a, value b);
typedef value (*builtin_fn3)(value self, value a, value b, value c);
typedef value (*builtin_array_fn)(value self, const value *args);
/* Without a signature: raw arguments, keyword values after the nargs positional ones, their names in the tuple
 * `kwnames` (or NULL). */
typedef value (*builtin_raw_fn)(value self, const value *args, size_t nargs, value kwnames);

/* How a function is entered; below METHOD_ARRAY: with so many arguments. */
enum method_entry { METHOD_ARRAY = 1 << 30, METHOD_RAW };
#define METHOD_ENTRY(FN) \
    _Generic((FN), builtin_fn0 : 0, builtin_fn1 : 1, builtin_fn2 : 2, builtin_fn3 : 3, builtin_array_fn : METHOD_ARRAY)

enum method_flag {
    METHOD_CLASS = 1,
    METHOD_STATIC = 2,
    METHOD_COEXIST = 8, /* overrides the wrapper of a slot */
    METHOD_TUPLE =
        64, /* in messages about its arguments: the name alone, as in CPython where it gets them in a tuple */
    /* What holds whatever the arguments are; checked builds see to it. */
    METHOD_LEAF = 16,   /* runs no Python code, does not block, passes no safepoint */
    METHOD_NO_FAIL = 32 /* never returns NULL */
};
struct method_def {
    const char *name; /* NULL ends the table */
    union {
        void (*fn)(void); /* one of these: */
        builtin_fn0 fn0;
        builtin_fn1 fn1;
        builtin_fn2 fn2;
        builtin_fn3 fn3;
        builtin_array_fn array;
        builtin_raw_fn raw;
    };
    const char *signature; /* NULL for raw */
    const char *doc;
    uint32_t entry; /* enum method_entry */
    uint32_t flags; /* enum method_flag */
};
#define METHOD(NAME, FN, SIGNATURE, DOC) METHOD_FLAGS(NAME, FN, SIGNATURE, DOC, 0)
#define METHOD_FLAGS(NAME, FN, SIGNATURE, DOC, FLAGS)                                                            \
    {                                                                                                            \
        .name = NAME, .fn = (void (*)(void))(FN), .signature = SIGNATURE, .doc = DOC, .entry = METHOD_ENTRY(FN), \
        .flags = FLAGS                                                                                           \
    }
#define METHOD_ANY(NAME, RAW, DOC, FLAGS)                                         \
    {                                                                             \
        .name = NAME, .raw = RAW, .doc = DOC, .entry = METHOD_RAW, .flags = FLAGS \
    }

struct getset_def {
    const char *name;
    value (*get)(value self);
    bool (*set)(value self, value v /* NULL: delete */); /* NULL: read-only */
    const char *doc;
};
/* A row of that table: the attributes in the rows after it, which are computed here, are fields in CPython, and so
   member descriptors. */
#define GETSET_FIELDS        \
    {                        \
        "", NULL, NULL, NULL \
    }
enum member_kind {
    MEMBER_VALUE /* value_slot; NULL reads as AttributeError */,
    MEMBER_VALUE_NONE /* NULL reads as None */,
    MEMBER_INT32,
    MEMBER_INT64,
    MEMBER_BOOL,
    MEMBER_DOUBLE
};
struct member_def {
    const char *name;
    enum member_kind kind;
    uint32_t offset;
    bool writable;
    const char *doc;
};

struct type_spec {
    unsigned id;      /* enum type_id or 0 */
    unsigned base;    /* enum type_id; 0 means object */
    const char *name; /* "list", "collections.deque" */
    const char *doc;
    uint32_t size;     /* bytes of an instance, or of its fixed part */
    uint32_t flags;    /* enum type_flag */
    uint32_t gc_flags; /* enum type_gc_flag */
    void (*traverse)(struct object *object, struct gc_trace *trace);
    void (*destroy)(struct object *object);
    void (*finalize)(struct object *object);
    void (*release)(struct object *object); /* what destroy must not do: see struct object_type */
    struct type_slots slots;
    const struct method_def *methods;
    const struct getset_def *getset;
    const struct member_def *members;
    uint32_t dict_offset;
    const char *signature; /* of the constructor, for __text_signature__; may be NULL */
};
/* Make the type: immortal. Well-known ones are made in order at start-up (objects/model/bootstrap.c); others by their
 * module. NULL with an exception. The spec must live forever. */
struct type *type_define(const struct type_spec *spec);
struct type *type_define_with_base(const struct type_spec *spec, struct type *base); /* a base without a number */
/* The type of a spec, made by the first who asks; NULL with an exception. Any thread, not under a lock. */
struct type *type_define_once(_Atomic(struct type *) *made, const struct type_spec *spec);
/* Drop the names that the built-in types' tables hold where no traversal shows it: before gc_shutdown, when no other
   thread is left and no Python code runs any more. */
void types_forget_names(void);

/* A new instance of a well-known type, allocated in line: OBJECT_NEW(TUPLE, KIND_CONTAINER, size, flags). The kind is
   that of the type's gc_flags, KIND_CONTAINER or KIND_LEAF; `flags` are the bits that the type keeps in the header.
   NULL with MemoryError. */
#define OBJECT_NEW(NAME, KIND, SIZE, FLAGS) \
    object_or_error(heap_alloc_in_line(KIND, SIZE, TYPE_WELL_KNOWN_REF(TYPE_ID_##NAME), FLAGS))
value raise_no_memory(void);
static inline __attribute__((always_inline)) struct object *object_or_error(struct object *o)
{
    return likely(o != NULL) ? o : (struct object *)raise_no_memory();
}

/* ---- asking ---- */
static inline struct type *value_type(value v); /* of any value, immediates too: borrowed */
struct type *value_special_type(value v);
extern const uint8_t value_tag_type_id[8]; /* enum type_id by tag */
static inline struct type *value_type(value v)
{
    if (likely(value_is_object(v)))
        return (struct type *)object_type(value_object(v));
    if (value_is_special(v))
        return value_special_type(v);
    return TYPE_WELL_KNOWN(value_tag_type_id[value_tag(v)]);
}
/* Exactly of a well-known type that has no immediates. */
static inline bool value_is(value v, unsigned id)
{
    return value_is_object(v) && object_type_ref(value_object(v)) == TYPE_WELL_KNOWN_REF(id);
}
static inline uint32_t type_flags(const struct type *type)
{
    return atomic_load_explicit(&type->flags, memory_order_relaxed);
}
static inline bool type_has_flag(const struct type *type, uint32_t flag)
{
    return (type_flags(type) & flag) != 0;
}
/* Set some flags and clear others, in one step. What they were. */
static inline uint32_t type_change_flags(struct type *type, uint32_t set, uint32_t clear)
{
    uint32_t flags = type_flags(type);
    while (!atomic_compare_exchange_weak_explicit(&type->flags, &flags, (flags | set) & ~clear, memory_order_acq_rel,
                                                  memory_order_relaxed))
        ;
    return flags;
}
static inline bool value_has_flag(value v, uint32_t flag)
{
    return type_has_flag(value_type(v), flag);
}
static inline bool is_str(value v)
{
    return value_is(v, TYPE_ID_STR) || (value_is_object(v) && value_has_flag(v, TYPE_FLAG_STR));
}
static inline bool is_tuple(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_TUPLE);
}
static inline bool is_list(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_LIST);
}
static inline bool is_dict(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_DICT);
}
static inline bool is_bytes(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_BYTES);
}
static inline bool is_type(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_TYPE);
}
static inline bool is_exception(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_EXCEPTION);
}
static inline bool is_int(value v)
{
    return value_is_small_int(v) || value_is_bool(v) || (value_is_object(v) && value_has_flag(v, TYPE_FLAG_INT));
}
static inline bool is_float(value v)
{
    return value_is_immediate_float(v) || (value_is_object(v) && value_has_flag(v, TYPE_FLAG_FLOAT));
}
bool type_is_subtype(struct type *type, struct type *base); /* along the MRO */
const char *
type_short_name(const struct type *type); /* the part of the name after the last dot; valid while the type is held */

/* New objects: heap_alloc with MemoryError on failure; body zeroed. `size` is that of the part which the caller knows
   (the fixed part, and the items of variable-size objects); what a class made at run time adds (its __dict__, its
   __slots__) comes on top. */
struct object *object_new(struct type *type, size_t size);

/* The types with fixed numbers, in the order of their definition: X(ID, prefix of the spec's name). Each is defined
   by a `const struct type_spec PREFIX_type_spec` in the file of that type (exceptions: exception_types.c). */
#define WELL_KNOWN_TYPES(X)                                     \
    X(OBJECT, object)                                           \
    X(TYPE, type)                                               \
    X(INT, int)                                                 \
    X(BOOL, bool)                                               \
    X(FLOAT, float)                                             \
    X(COMPLEX, complex)                                         \
    X(NONE_TYPE, none)                                          \
    X(ELLIPSIS, ellipsis)                                       \
    X(NOT_IMPLEMENTED, not_implemented)                         \
    X(STR, str)                                                 \
    X(BYTES, bytes)                                             \
    X(BYTEARRAY, bytearray)                                     \
    X(MEMORYVIEW, memoryview)                                   \
    X(TUPLE, tuple)                                             \
    X(LIST, list)                                               \
    X(DICT, dict)                                               \
    X(SET, set)                                                 \
    X(FROZENSET, frozenset)                                     \
    X(RANGE, range)                                             \
    X(SLICE, slice)                                             \
    X(FUNCTION, function)                                       \
    X(METHOD, method)                                           \
    X(BUILTIN_FUNCTION, builtin_function)                       \
    X(METHOD_DESCRIPTOR, method_descriptor)                     \
    X(WRAPPER_DESCRIPTOR, wrapper_descriptor)                   \
    X(METHOD_WRAPPER, method_wrapper)                           \
    X(CLASSMETHOD_DESCRIPTOR, classmethod_descriptor)           \
    X(MEMBER_DESCRIPTOR, member_descriptor)                     \
    X(GETSET_DESCRIPTOR, getset_descriptor)                     \
    X(CODE, code)                                               \
    X(CELL, cell)                                               \
    X(FRAME, frame)                                             \
    X(TRACEBACK, traceback)                                     \
    X(GENERATOR, generator)                                     \
    X(COROUTINE, coroutine)                                     \
    X(ASYNC_GENERATOR, async_generator)                         \
    X(MODULE, module)                                           \
    X(PROPERTY, property)                                       \
    X(STATICMETHOD, staticmethod)                               \
    X(CLASSMETHOD, classmethod)                                 \
    X(SUPER, super)                                             \
    X(MAPPING_PROXY, mapping_proxy)                             \
    X(SIMPLE_NAMESPACE, simple_namespace)                       \
    X(GENERIC_ALIAS, generic_alias)                             \
    X(UNION, union)                                             \
    X(WEAK_REFERENCE, weak_reference)                           \
    X(LIST_ITERATOR, list_iterator)                             \
    X(TUPLE_ITERATOR, tuple_iterator)                           \
    X(RANGE_ITERATOR, range_iterator)                           \
    X(STR_ITERATOR, str_iterator)                               \
    X(DICT_KEY_ITERATOR, dict_key_iterator)                     \
    X(DICT_KEYS, dict_keys)                                     \
    X(DICT_VALUES, dict_values)                                 \
    X(DICT_ITEMS, dict_items)                                   \
    X(ENUMERATE, enumerate)                                     \
    X(ZIP, zip)                                                 \
    X(MAP, map)                                                 \
    X(FILTER, filter)                                           \
    X(SEQUENCE_ITERATOR, sequence_iterator)                     \
    X(CALLABLE_ITERATOR, callable_iterator)                     \
    X(REVERSED, reversed)                                       \
    X(LIST_REVERSE_ITERATOR, list_reverse_iterator)             \
    X(DICT_VALUE_ITERATOR, dict_value_iterator)                 \
    X(DICT_ITEM_ITERATOR, dict_item_iterator)                   \
    X(DICT_REVERSE_KEY_ITERATOR, dict_reverse_key_iterator)     \
    X(DICT_REVERSE_VALUE_ITERATOR, dict_reverse_value_iterator) \
    X(DICT_REVERSE_ITEM_ITERATOR, dict_reverse_item_iterator)   \
    X(SET_ITERATOR, set_iterator)                               \
    X(LONG_RANGE_ITERATOR, long_range_iterator)

#endif
