/*
 * The built-in objects as the rest of the runtime sees them: constructors and direct access, by type. Layouts are in
 * each type's own header. Ownership as everywhere: arguments borrowed, results owned, NULL / false / -1 with the
 * exception set.
 */
#ifndef ATOLL_OBJECTS_H
#define ATOLL_OBJECTS_H

#include "runtime/abstract.h"

#include <stdarg.h>

/* ---- int (int.c) ---- */
value int_from_i64(int64_t i);
value int_from_u64(uint64_t i);
value int_from_double(double d); /* truncates; OverflowError / ValueError for inf, nan */
value int_from_text(const char *digits, size_t length,
                    int base); /* digits with optional sign, no underscores, base 2..36: always valid for the compiler's
                                  use; ValueError otherwise */
bool int_as_i64(value v, int64_t *out); /* v is an int; OverflowError */
bool int_as_u64(value v, uint64_t *out);
bool int_fits_i64(value v, int64_t *out); /* no exception */
uint64_t int_low_bits(value v);           /* the lowest 64 of its two's complement */
double int_as_double(value v);            /* -1.0 with OverflowError set when too large: check error_occurred() */
int int_sign(value v);                    /* -1, 0, 1 */
size_t int_bit_length(value v);
value int_to_text(value v, int base); /* str without prefix */
value int_from_bytes(const uint8_t *bytes, size_t length, bool little_endian, bool is_signed);
bool int_to_bytes(value v, uint8_t *bytes, size_t length, bool little_endian, bool is_signed); /* OverflowError */
int64_t int_hash(value v);

/* ---- float, complex ---- */
double float_value(value v); /* v is a float (immediate or boxed, subclasses too) */
value complex_new(double real, double imag);
void complex_parts(value v, double *real, double *imag);
char *double_to_text(double d, char format /* 'r' repr, 'e','f','g' */, int precision,
                     unsigned flags); /* malloc'd; NULL no memory */

/* ---- str (str*.c) ---- */
value str_from_utf8(const char *bytes, size_t length); /* strict; UnicodeDecodeError */
value str_from_utf8_surrogates(const char *bytes,
                               size_t length); /* as the compiler and file names give it: WTF-8 surrogates kept; other
                                                  bad bytes by surrogateescape */
value str_from_text(const char *text);         /* NUL-terminated UTF-8 */
value str_from_latin1(const uint8_t *bytes, size_t length);
value str_from_code_point(uint32_t c);
value str_from_ucs4(const uint32_t *points, size_t length);
value str_format(const char *format, ...); /* see error.h for the directives */
value str_format_v(const char *format, va_list args);
value str_intern(value v);            /* steals v, returns the interned one, owned; forgotten when nobody has it */
value str_intern_forever(value v);    /* the same, immortal: for names of the program itself */
value str_interned(const char *text); /* owned, immortal */
value str_interned_latin1(const uint8_t *bytes, size_t length); /* the same */
size_t str_length(value v);                                     /* code points */
uint32_t str_at(value v, size_t index);
bool str_equal(value a, value b);
bool str_equals_text(value v, const char *text); /* ASCII text */
int str_compare(value a, value b);               /* -1, 0, 1 */
int64_t str_hash(value v);                       /* never -1 */
bool str_is_ascii(value v);
value str_concat(value a, value b);
value str_substring(value v, size_t start, size_t end);
value str_join(value separator, value iterable);
ssize str_find(value v, value needle, ssize start, ssize end, int direction); /* -1 none */
/* UTF-8 of a str for C. Points into the object when ASCII; else a buffer that text_release frees. Lone surrogates:
 * UnicodeEncodeError, unless `surrogateescape`. */
struct text {
    const char *bytes;
    size_t length;
    char *owned;
};
bool text_of(value v, struct text *text);
bool text_of_argument(value v, struct text *text); /* the same; ValueError "embedded null character" */
value value_fspath(value v);                       /* str or bytes: itself, or what the os.PathLike gives; owned */
bool text_of_path(value v,
                  struct text *text); /* str, bytes or os.PathLike; surrogateescape; ValueError on embedded NUL */
void text_release(struct text *text);
value str_encode(value v, const char *encoding, const char *errors); /* bytes */
value str_decode(const uint8_t *bytes, size_t length, const char *encoding, const char *errors);
value str_from_object(value v, value encoding, value errors); /* str(v, encoding, errors) */
value str_decode_locale(const char *bytes);                   /* file system encoding: utf-8, surrogateescape */
value str_percent(value format, value args);                  /* the % operator */
/* The one string builder. */
struct str_builder {
    void *data;
    size_t length, capacity;
    uint8_t kind; /* bytes of a character so far */
    bool failed;
    uint8_t few[102]; /* what `data` is at first: a builder must not be moved */
};
void builder_init(struct str_builder *b);
void builder_add_char(struct str_builder *b, uint32_t c);
void builder_add_str(struct str_builder *b, value v);
void builder_add_text(struct str_builder *b, const char *text); /* UTF-8 */
void builder_add_utf8(struct str_builder *b, const char *bytes, size_t length);
bool builder_add_repr(struct str_builder *b, value v);
bool builder_add_object(struct str_builder *b, value v); /* str(v) */
bool builder_add_format(struct str_builder *b, const char *format, ...);
value builder_finish(
    struct str_builder *b); /* the str, or NULL with MemoryError if any addition failed; frees the builder */
void builder_discard(struct str_builder *b);
bool unicode_is_identifier(value v);

/* ---- bytes, bytearray, buffers (bytes.c, buffer.h) ---- */
value bytes_new(const uint8_t *bytes, size_t length); /* bytes may be NULL: zeroed, to be filled before it is seen */
uint8_t *bytes_data(value v);
size_t bytes_length(value v);
value bytearray_new(const uint8_t *bytes, size_t length);

/* ---- tuple (tuple.c): immutable, so items are borrowed from it ---- */
value tuple_new(size_t length);                            /* items NULL; fill each with tuple_init before it is seen */
value tuple_from_array(const value *items, size_t length); /* counts the items */
value tuple_from_owned(value *items, size_t length);       /* steals the items, also when it fails */
value tuple_from_results(value *items, size_t length);     /* the same with NULLs among few items: NULL, it failed */
value tuple_pack(size_t length, ...);                      /* borrowed values */
static inline size_t tuple_length(value v);
static inline value tuple_get(value v, size_t index); /* borrowed */
static inline value_slot *tuple_items(value v);
static inline void tuple_init(value v, size_t index, value item /* stolen */);

/* ---- list (list.c) ---- */
value list_new(size_t capacity);                          /* empty */
value list_from_array(const value *items, size_t length); /* counts the items */
value list_from_owned(value *items, size_t length);       /* steals the items, also when it fails */
void values_drop(value *values, size_t count);            /* an array of owned values, last first, as CPython does */
size_t list_length(value v);
value list_get(value v, size_t index); /* owned; VALUE_MISSING when out of range: other threads may shrink it */
bool list_set(value v, size_t index, value item); /* borrowed item; IndexError */
bool list_append(value v, value item);            /* borrowed item */
bool list_append_owned(value v, value item);      /* stolen item, also when it fails */
bool list_insert(value v, ssize index, value item);
bool list_extend(value v, value iterable);
value list_pop(value v, ssize index);
bool list_sort(value v, value key /* or NULL */, bool reverse);
bool list_reverse(value v);
value list_to_tuple(value v);
bool list_set_slice(value v, ssize start, ssize end, value iterable /* NULL: delete */);
void list_clear(value v);

/* ---- dict (dict.c), ordered; keys of any hashable type ---- */
value dict_new(void);
value dict_new_sized(size_t entries);
size_t dict_length(value v);
value dict_get(value v, value key); /* owned; VALUE_MISSING when absent; NULL on error */
value dict_get_hashed(value v, value key, int64_t hash);
value dict_get_text(value v, const char *key);
bool dict_set(value v, value key, value item); /* borrowed both */
bool dict_set_text(value v, const char *key, value item);
value dict_set_default(value v, value key, value item); /* the present value, owned */
/* What was there (owned), else VALUE_MISSING: the item is there now. NULL: exception. */
value dict_insert_hashed(value v, value key, int64_t hash, value item);
int dict_delete(value v, value key); /* 1 deleted, 0 absent (no exception), -1 error */
value dict_pop(value v, value key);  /* owned; VALUE_MISSING when absent */
int dict_contains(value v, value key);
/* Iterate: *position starts at 0; false at the end. Key and item are owned by the caller. Tolerates changes (may then
 * skip or repeat). */
bool dict_next(value v, size_t *position, value *key, value *item);
bool dict_update(value v, value mapping_or_pairs); /* as dict.update */
bool dict_merge(value v, value mapping, bool override);
value dict_copy(value v);
void dict_clear(value v);
value dict_keys_list(value v);
value dict_values_list(value v);
value dict_items_list(value v);

/* ---- set ---- */
value set_new(value iterable /* or NULL */);
value frozenset_new(value iterable /* or NULL */);
bool set_add(value v, value item);
int set_discard(value v, value item);
int set_contains(value v, value item);
size_t set_length(value v);
bool set_update(value v, value iterable);
bool set_next(value v, size_t *position, value *item); /* item owned */

/* ---- slices and ranges ---- */
value slice_new(value start, value stop, value step); /* NULL stands for None */
value range_new(value start, value stop, value step);

/* ---- functions, methods, descriptors (function.c in interp/, builtin.c, descriptor.c) ---- */
value method_new(value function, value self);
value method_function(value v); /* borrowed */
value method_self(value v);     /* borrowed */
value builtin_function_new(const struct method_def *def, value self /* or NULL */, value module_name /* or NULL */);
value property_new(value get, value set, value del, value doc);
value staticmethod_new(value function);
value classmethod_new(value function);
value mapping_proxy_new(value mapping);
/* What a mappingproxy (of a mappingproxy...) shows, borrowed while it lives; NULL: v is none. */
value mapping_proxy_shows(value v);
value cell_new(value contents /* or NULL */);
struct cell {
    struct object header;
    value_slot contents; /* NULL: empty */
};
static inline value cell_get(value cell) /* owned, NULL when empty (no exception) */
{
    return slot_load_near(value_object(cell), &((struct cell *)cell)->contents);
}
void cell_set(value cell, value contents /* or NULL */);

/* ---- modules ---- */
value module_new(value name);
value module_dict(value module);                          /* borrowed */
bool module_add(value module, const char *name, value v); /* borrowed v */
bool module_add_owned(value module, const char *name,
                      value v); /* stolen, also when it fails or v is NULL (then false) */
bool module_add_type(value module, struct type *type);
bool module_add_functions(value module, const struct method_def *methods);
value namespace_new(value dict /* or NULL */); /* types.SimpleNamespace */

/* ---- classes ---- */
value type_new_class(struct type *metatype, value name, value bases, value dict, const value *kwargs, value kwnames);
value generic_alias_new(value origin, value args);
value generic_class_getitem(value cls, value item);
#define METHOD_CLASS_GETITEM \
    METHOD_FLAGS("__class_getitem__", generic_class_getitem, "($type, item, /)", "See PEP 585", METHOD_CLASS)
/* __del__ of a built-in type whose spec has a finalizer: the finalizer, for classes that call super().__del__(). */
value finalizer_method(value self);
#define METHOD_DEL METHOD("__del__", finalizer_method, "($self, /)", NULL)
value struct_sequence_new(struct type *type, value *items /* stolen */);
/* A named tuple type of C (sys.version_info, time.struct_time, os.stat_result ...): fields ends with NULL; the first
 * `visible` are items of the tuple. */
struct struct_sequence_field {
    const char *name; /* STRUCT_SEQUENCE_UNNAMED: an item without one, among the visible */
    const char *doc;
};
extern const char STRUCT_SEQUENCE_UNNAMED[];
typedef value struct_sequence_constructor(struct type *type, const value *args, size_t nargs, value kwnames);
struct_sequence_constructor struct_sequence_from; /* the usual one: from a sequence and a dict of what is not in it */
struct type *struct_sequence_define(const char *name, const char *doc, const struct struct_sequence_field *fields,
                                    size_t visible,
                                    struct_sequence_constructor *new /* NULL: programs make no instances */);
/* The same at its first use, by whichever thread comes first; from a sequence. */
struct type *struct_sequence_define_once(_Atomic(struct type *) *made, const char *name, const char *doc,
                                         const struct struct_sequence_field *fields, size_t visible);

#include "runtime/objects/containers/tuple.h"

#endif
