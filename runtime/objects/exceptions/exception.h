/*
 * Exception instances. All built-in exceptions share one layout: what every exception has, then `extra` slots whose
 * meaning depends on the type (exception_types.c names them).
 */
#ifndef ATOLL_EXCEPTION_H
#define ATOLL_EXCEPTION_H

#include "runtime/objects/objects.h"

struct exception {
    struct object header;
    value_slot dict;
    value_slot args;           /* tuple */
    value_slot traceback;      /* NULL: None */
    value_slot context, cause; /* NULL: None */
    _Atomic bool suppress_context;
    value_slot extra[];
};
#define EXCEPTION(v) ((struct exception *)(v))

/* Numbers of the extra slots, by type. */
enum { EXTRA_STOP_VALUE = 0, EXTRA_EXIT_CODE = 0 };
enum { EXTRA_IMPORT_MSG, EXTRA_IMPORT_NAME, EXTRA_IMPORT_PATH };
enum { EXTRA_ATTRIBUTE_NAME, EXTRA_ATTRIBUTE_OBJ }; /* NameError: the name alone */
enum { EXTRA_OS_ERRNO, EXTRA_OS_STRERROR, EXTRA_OS_FILENAME, EXTRA_OS_FILENAME2, EXTRA_OS_WRITTEN };
enum {
    EXTRA_SYNTAX_MSG,
    EXTRA_SYNTAX_FILENAME,
    EXTRA_SYNTAX_LINENO,
    EXTRA_SYNTAX_OFFSET,
    EXTRA_SYNTAX_TEXT,
    EXTRA_SYNTAX_END_LINENO,
    EXTRA_SYNTAX_END_OFFSET,
    EXTRA_SYNTAX_PRINT_FILE,
};
enum { EXTRA_UNICODE_ENCODING, EXTRA_UNICODE_OBJECT, EXTRA_UNICODE_START, EXTRA_UNICODE_END, EXTRA_UNICODE_REASON };
enum { EXTRA_GROUP_MESSAGE, EXTRA_GROUP_EXCEPTIONS };

extern const struct type_spec exception_type_specs[];
extern const unsigned exception_spec_count;

value exception_new_slot(struct type *type, const value *args, size_t nargs, value kwnames);
bool exception_init_slot(value self, const value *args, size_t nargs, value kwnames);
value exception_str(value self);
value exception_repr(value self);
void exception_traverse(struct object *object, struct gc_trace *trace);
void exception_destroy(struct object *object);
extern const struct method_def exception_methods[];
extern const struct getset_def exception_getset[];
/* The first entry of the table of exception_types.c. */
#define BASE_EXCEPTION_SPEC                                                                                        \
    {                                                                                                              \
        .id = EXCEPTION_ID_BaseException, .name = "BaseException", .doc = "Common base class for all exceptions",  \
        .size = sizeof(struct exception), .flags = TYPE_FLAG_BASE, .gc_flags = TYPE_GC_CONTAINER,                  \
        .traverse = exception_traverse, .destroy = exception_destroy,                                              \
        .slots = {.new = exception_new_slot,                                                                       \
                  .init = exception_init_slot,                                                                     \
                  .str = exception_str,                                                                            \
                  .repr = exception_repr},                                                                         \
        .methods = exception_methods, .getset = exception_getset, .dict_offset = offsetof(struct exception, dict), \
    }
/* type(*args), checked to be an exception. */
value exception_make(struct type *type, const value *args, size_t nargs);
static inline value exception_extra(value v, unsigned index) /* owned, NULL when empty */
{
    return slot_load(value_object(v), &EXCEPTION(v)->extra[index]);
}
static inline void exception_set_extra(value v, unsigned index, value x /* borrowed or NULL */)
{
    slot_store(value_object(v), &EXCEPTION(v)->extra[index], value_inc(x));
}
void exceptions_shutdown(void);
bool exception_is_unraisable(value v); /* what error_unraisable gives to sys.unraisablehook */
/* What a UnicodeError says it is about, owned: bytes or a str, or NULL with TypeError. */
value unicode_error_object(value exception, bool bytes);
/* Its start or end, 0 when there is none. */
ssize unicode_error_position(value exception, unsigned index);
value exception_group_new(struct type *type, const value *args, size_t nargs, value kwnames);
value exception_group_str(value self);
value exception_group_members(value group); /* a tuple; owned */
/* The part of a group whose exceptions that are no groups have their addresses in the set, or None; owned. Calls derive
 * of the group and of those in it. */
value exception_group_pick(value group, value identities);
static inline bool exception_has_links_of(value a, value b) /* the same __cause__ and __context__ */
{
    return slot_peek(&EXCEPTION(a)->cause) == slot_peek(&EXCEPTION(b)->cause) &&
           slot_peek(&EXCEPTION(a)->context) == slot_peek(&EXCEPTION(b)->context);
}
extern const struct method_def exception_group_methods[];

#endif
