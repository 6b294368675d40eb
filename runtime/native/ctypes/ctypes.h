/* What the files of _ctypes share. */
#ifndef ATOLL_CTYPES_H
#define ATOLL_CTYPES_H

#include <atoll.h>

#include <ffi.h>

/* ---- type codes (ctypes_codes.c): the letters of _type_ ---- */
enum { CODE_SIZE_MAX = 16 }; /* bytes of the largest, a long double */
struct code {
    char letter;
    char format;     /* in a buffer's format, behind '<' or '>' */
    uint8_t size;    /* also the alignment */
    bool is_integer; /* may be a bit field */
    bool is_signed;  /* such a one */
    bool is_pointer; /* its memory refers to other memory */
    bool is_swapped; /* in the other order of bytes */
    ffi_type *ffi;
    value (*get)(const void *bytes);
    /* Fills `bytes`; returns what has to live as long as they are there (None: nothing), owned. */
    value (*set)(value v, void *bytes);
    const struct code *swapped; /* NULL: there is none */
};
const struct code *code_find(char letter); /* NULL: not supported */
extern const char code_letters[];
/* The lowest 64 bits of the int, or of what __index__ gives. */
bool code_integer(value v, uint64_t *out);
/* Memory of wide characters for a str, with a 0 at its end: a bytes object. */
value code_wide_string(value text);
value code_string_at(const char *text);              /* bytes up to the 0 */
value code_wide_at(const wchar_t *text);             /* str up to the 0 */
value code_wide(const wchar_t *text, size_t length); /* str; ValueError for what is no code point */

/* ---- classes (ctypes_class.c) ---- */
enum kind { KIND_NONE, KIND_SIMPLE, KIND_STRUCT, KIND_UNION, KIND_POINTER, KIND_ARRAY, KIND_FUNCTION };

/* How instances lie in memory. Once published it stays as it is, and is there as long as the class is. */
struct layout {
    ssize size, alignment;
    ssize length;            /* of arrays: items; of structures: fields of their own; of pointers 1; else 0 */
    const struct code *code; /* of simple types */
    ffi_type *ffi;           /* how it is passed to functions */
    ffi_type own_ffi;
    char *format; /* of the buffer protocol */
    int ndim;
    ssize *shape;            /* ndim of them, and then as many strides */
    ssize item_size;         /* of a buffer's item */
    bool points;             /* it is a pointer, or has one in it */
    bool swapped;            /* a structure in the other order of bytes */
    uint32_t function_flags; /* of function types: enum function_flag */
    struct layout *replaced; /* the one before; freed with the class */
};

/* The part of its own that each class of our metaclasses has. */
struct c_class {
    _Atomic(struct layout *) layout; /* NULL: abstract */
    _Atomic bool final;              /* the layout does not change any more */
    enum kind kind;
    bool abstract;     /* not based on the type of its kind: no instances, which would not be ours */
    bool derived;      /* simple: not directly from _SimpleCData, so its instances are kept as they are */
    value_slot base;   /* the class that this one is based on, if it is one of ours */
    value_slot target; /* what pointers and arrays are made of: a class or, for simple types, the letter */
    value_slot argtypes, converters, restype, checker; /* of function types; constant */
    value_slot arrays; /* a dict: weak references to the array types of this one, by length */
    value_slot names;  /* of structures: those of their own fields, a tuple */
};
enum { C_CLASS_SLOTS = 8 };
extern struct type *simple_meta, *struct_meta, *union_meta, *pointer_meta, *array_meta, *function_meta;
extern struct type *data_type, *simple_type, *structure_type, *union_type, *pointer_type, *array_type, *function_type;
bool classes_define(value module);

/* The part of a class of ours; NULL for anything else. */
struct c_class *class_part(value v);
struct c_class *class_of_kind(value v, enum kind kind); /* the same; NULL for other kinds too */
/* Its layout; NULL when it is abstract or no class of ours. Valid while the class is held. */
struct layout *class_layout(value v);
/* The layout of what is about to have instances: final from now on; NULL with TypeError "abstract class". */
struct layout *class_layout_final(struct type *type);
bool class_is_final(struct c_class *class);
void class_make_final(struct c_class *class);
value class_target(value class); /* of a class of ours: owned, or NULL without an exception */
/* Make a class with type.__new__, of a kind. NULL with an exception. *ready: somebody else made it. */
struct c_class *class_new(struct type *meta, enum kind kind, const value *args, size_t nargs, value kwnames,
                          value *made, bool *ready);
struct layout *layout_new(void);
void layout_free(struct layout *layout); /* also those that it replaced */
/* Another layout takes the place of the class's; false when it is final: the caller keeps it. */
bool class_publish(value class, struct layout *layout);
/* A copy to be changed. */
struct layout *layout_copy(const struct layout *from);
char *format_join(const char *first, const char *second); /* malloc'd; NULL with MemoryError */
/* "(2,3)" and so on in front, when there are dimensions. */
char *format_with_shape(const char *prefix, const struct layout *layout);
value class_repeat(value class, ssize length); /* the array type */
/* isinstance(v, class), -1: error. */
int is_instance(value v, value class);

/* The `new` of each metaclass. */
value simple_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value struct_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value union_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value pointer_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value array_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value function_class_new(struct type *meta, const value *args, size_t nargs, value kwnames);
value attr_get_own(value dict, value name); /* of a class's __dict__: owned, VALUE_MISSING; NULL on error */
/* ctypes_layout.c: from _fields_; for a structure without any */
bool structure_set_fields(value class, value fields);
bool structure_no_fields(struct layout *layout);
bool struct_class_setattr(value class, value name, value v);
value pointer_class_set_type(value class, value target);
value simple_from_param(value class, value v);
value pointer_from_param(value class, value v);
value data_from_param(value class, value v);

/* ---- instances (ctypes_data.c) ---- */
/* Memory belongs to a root: the object that has it, or that was given its address. What is inside of another object
 * (a field, an item) refers to the root and an offset. `base` is what keeps it alive and collects the references that
 * its memory needs; it leads to the root, and beyond it where the memory is that of a pointer's target.
 *
 * Bytes are looked at and changed under the lock of the root's guard; other memory may be under it than the root's own
 * (from_buffer), and what C code does with it nobody can guard. */
struct data {
    struct object header;
    struct data *root; /* itself, or held by way of `base` */
    value_slot base;   /* the object that it is a part of; NULL: none. Constant. */
    ssize offset;      /* in the root's memory */
    ssize index;       /* in the base */
    ssize length;      /* as the layout has it; constant once made */
    _Atomic ssize size;
    /* of roots: */
    _Atomic(char *) memory; /* under the guard's lock; changed by resize */
    struct object *guard;
    bool owned;               /* `memory` is `few` or ours to free; constant */
    _Atomic uint32_t exports; /* buffers lent: no resize */
    struct buffer *lent;      /* from_buffer: what is given back at the end; its owner is in `lender` */
    value_slot lender;
    value_slot objects; /* what the memory refers to: a dict, one object, or NULL */
    char few[CODE_SIZE_MAX];
};
#define DATA(v) ((struct data *)(v))
bool is_data(value v);
extern const struct type_spec data_spec;
void data_traverse(struct object *o, struct gc_trace *trace);
void data_destroy(struct object *o);
void data_release(struct object *o);

value data_new(struct type *type, size_t size); /* with memory of its own, zeroed; `size`: of the object */
value data_new_plain(struct type *type, const value *args, size_t nargs, value kwnames); /* the slot `new` */
value data_at(value class, void *address);                                               /* over memory of others */
/* A part of `base`, at this address of foreign memory (NULL: at the offset of its own). */
value data_part(value class, value base, ssize index, ssize offset, void *foreign);
/* A new one with a copy of these bytes. */
value data_from_bytes(value class, const void *bytes);
/* The address of the memory as it is now; stays while nobody resizes it. */
char *data_address(value v);
/* Copy from and to its memory; false with ValueError where it is not that large (another class was given to it). */
bool data_read(value v, ssize offset, void *to, ssize size);
bool data_write(value v, ssize offset, const void *from, ssize size);
/* The bits in `mask` become those of `bits`, in one step; both in the order of the memory's bytes. */
bool data_change_bits(value v, ssize offset, ssize size, uint64_t mask, uint64_t bits);
void *data_pointer(value v); /* the address that its memory holds; NULL for 0, and when it is too small */

/* Read and assign a value of `class` at an offset of `v`, or at a foreign address. */
value data_get(value class, value v, ssize index, ssize offset, void *foreign);
bool data_set(value class, value v, ssize index, ssize offset, void *foreign, value assigned);
/* The first half of it: fills `bytes` (of the layout's size), returns what has to be kept, owned. */
value data_convert(value class, value assigned, void *bytes);
bool data_keep(value v, ssize index, value kept /* stolen */);
value data_objects_dict(value v); /* the same, a new dict in place of None */
bool data_resize(value v, ssize size);
value data_objects(value v); /* what its root container keeps: owned */

/* ---- what is passed to functions: byref(), from_param() (ctypes_argument.c) ---- */
struct argument {
    struct object header;
    char letter;
    ffi_type *ffi;
    value_slot object; /* kept alive */
    union argument_value {
        char bytes[CODE_SIZE_MAX];
        void *pointer;
        int64_t number;
    } value;
};
#define ARGUMENT(v) ((struct argument *)(v))
extern struct type *argument_type;
extern const struct type_spec argument_spec;
value argument_new(char letter, ffi_type *ffi, value object /* borrowed, or NULL */);
value argument_of_pointer(char letter, void *pointer, value object);
value argument_byref(value v, value offset);
/* (cls, v): for the classes that have the letters z, Z and P */
extern const struct method_def char_p_from_param, wchar_p_from_param, void_p_from_param;

/* ---- fields (ctypes_field.c, ctypes_structure.c) ---- */
struct field {
    struct object header;
    ssize offset, size, index; /* size: bytes */
    int bits, low;             /* of a bit field: how many, above so many; bits 0: none */
    _Atomic bool anonymous;    /* named in _anonymous_: its fields are those of the structure too */
    char text;                 /* 's' or 'U': an array of characters that is read as one text */
    value_slot class;
};
#define FIELD(v) ((struct field *)(v))
extern struct type *field_type;
extern const struct type_spec field_spec;
struct field *field_new(value class, ssize index);
value field_copy(value field, ssize index, ssize offset);

extern const struct type_spec structure_spec, union_spec, array_spec, pointer_spec, simple_spec, function_spec;
extern const struct getset_def char_array_getset[], wchar_array_getset[];
/* Characters at an offset up to the first 0, as bytes or str. */
value text_get(value v, ssize offset, ssize size, bool wide);
bool text_set(value v, ssize offset, ssize size, bool wide, value text);

value pointer_class_for(value class); /* POINTER(class) */
value pointer_to(value v);            /* pointer(v) */
extern value_slot pointer_cache, argument_error;

/* ---- functions (ctypes_function.c, ctypes_call.c, ctypes_callback.c) ---- */
enum function_flag { FUNCTION_CDECL = 1, FUNCTION_PYTHON = 4, FUNCTION_ERRNO = 8, FUNCTION_LAST_ERROR = 16 };
enum { ARGUMENTS_MAX = 1024 };
struct function {
    struct data data;
    value_slot argtypes, converters, restype, checker, errcheck; /* NULL: the class's */
    value_slot callable, parameter_flags;
};
#define FUNCTION(v) ((struct function *)(v))
value converters_of(value argtypes /* a tuple */);
/* The code that is run, with its flags; `restype` NULL: int. Owned. */
value call_c(void *code, uint32_t flags, value args /* tuple */, value converters /* tuple or NULL */, value restype,
             value checker);
extern _Thread_local int saved_errno;
extern struct type *callback_type;
extern const struct type_spec callback_spec;
value callback_new(value callable, value converters, value restype, uint32_t flags);
void *callback_code(value callback);
void error_extend(struct type *type, const char *format, ...); /* the exception, of that type, with a text in front */

value library_handle(value library, int64_t *handle);

#endif
