/*
 * What the files of _pickle share: the opcodes, memos, picklers and unpicklers.
 *
 * A Pickler or Unpickler holds what lasts from one call to the next: its settings and its memo, which changes under its
 * lock. What a dump() or load() needs meanwhile (output, input, stack) belongs to that call, so that threads and
 * re-entering callbacks do not meet there.
 */
#ifndef ATOLL_PICKLE_H
#define ATOLL_PICKLE_H

#include "runtime/modules/module.h"
#include "runtime/objects/binary/bytes.h"

#include <string.h>

#define PICKLE_PROTOCOL_DEFAULT 4
#define PICKLE_PROTOCOL_HIGHEST 5
#define PICKLE_BATCH            1000 /* items between a mark and the opcode that adds them */

enum pickle_opcode {
    OP_MARK = '(',
    OP_STOP = '.',
    OP_POP = '0',
    OP_POP_MARK = '1',
    OP_DUP = '2',
    OP_FLOAT = 'F',
    OP_INT = 'I',
    OP_BININT = 'J',
    OP_BININT1 = 'K',
    OP_LONG = 'L',
    OP_BININT2 = 'M',
    OP_NONE = 'N',
    OP_PERSID = 'P',
    OP_BINPERSID = 'Q',
    OP_REDUCE = 'R',
    OP_STRING = 'S',
    OP_BINSTRING = 'T',
    OP_SHORT_BINSTRING = 'U',
    OP_UNICODE = 'V',
    OP_BINUNICODE = 'X',
    OP_APPEND = 'a',
    OP_BUILD = 'b',
    OP_GLOBAL = 'c',
    OP_DICT = 'd',
    OP_EMPTY_DICT = '}',
    OP_APPENDS = 'e',
    OP_GET = 'g',
    OP_BINGET = 'h',
    OP_INST = 'i',
    OP_LONG_BINGET = 'j',
    OP_LIST = 'l',
    OP_EMPTY_LIST = ']',
    OP_OBJ = 'o',
    OP_PUT = 'p',
    OP_BINPUT = 'q',
    OP_LONG_BINPUT = 'r',
    OP_SETITEM = 's',
    OP_TUPLE = 't',
    OP_EMPTY_TUPLE = ')',
    OP_SETITEMS = 'u',
    OP_BINFLOAT = 'G',
    OP_BINBYTES = 'B',
    OP_SHORT_BINBYTES = 'C',
    /* protocol 2 */
    OP_PROTO = 0x80,
    OP_NEWOBJ,
    OP_EXT1,
    OP_EXT2,
    OP_EXT4,
    OP_TUPLE1,
    OP_TUPLE2,
    OP_TUPLE3,
    OP_NEWTRUE,
    OP_NEWFALSE,
    OP_LONG1,
    OP_LONG4,
    /* protocol 4 */
    OP_SHORT_BINUNICODE = 0x8c,
    OP_BINUNICODE8,
    OP_BINBYTES8,
    OP_EMPTY_SET,
    OP_ADDITEMS,
    OP_FROZENSET,
    OP_NEWOBJ_EX,
    OP_STACK_GLOBAL,
    OP_MEMOIZE,
    OP_FRAME,
    /* protocol 5 */
    OP_BYTEARRAY8,
    OP_NEXT_BUFFER,
    OP_READONLY_BUFFER,
};
#define FRAME_HEADER 9           /* bytes: the opcode and its length */
#define FRAME_LEAST  4           /* bytes in a frame that are worth a header */
#define FRAME_TARGET (64 * 1024) /* bytes: a frame ends after the opcode that reaches it */

/* ---- exceptions ---- */
extern value_slot pickle_error_class, pickling_error_class, unpickling_error_class;
#define PICKLING_ERROR   ((struct type *)atomic_load(&pickling_error_class))
#define UNPICKLING_ERROR ((struct type *)atomic_load(&unpickling_error_class))

/* ---- what the module knows of others ---- Owned by the module; read with pickle_known. */
enum pickle_known {
    KNOWN_DISPATCH_TABLE,     /* copyreg.dispatch_table */
    KNOWN_EXTENSION_REGISTRY, /* copyreg: (module, name) to code */
    KNOWN_INVERTED_REGISTRY,  /* code to (module, name) */
    KNOWN_EXTENSION_CACHE,    /* code to object */
    KNOWN_NAME_MAPPING,       /* _compat_pickle, Python 2 to 3: (module, name) to the same */
    KNOWN_IMPORT_MAPPING,     /* module to module */
    KNOWN_REVERSE_NAME_MAPPING,
    KNOWN_REVERSE_IMPORT_MAPPING,
    KNOWN_CODECS_ENCODE,
    KNOWN_PARTIAL,
    KNOWN_COUNT
};
extern value_slot pickle_knowns[KNOWN_COUNT];
static inline value pickle_known(enum pickle_known which) /* borrowed: lives as long as the module */
{
    return atomic_load(&pickle_knowns[which]);
}
/* Between Python 2's names and those that Python 3 has for the same (`back`: to the former); both are owned strs, and
   replaced. false with an exception, also where a program put something else into _compat_pickle. */
bool pickle_rename(bool back, value *module, value *name);
value pickle_import(value name); /* the module of this dotted name itself */

/* ---- memos ---- */
/* Of a pickler: objects and their numbers; of an unpickler: objects by number. Under the owner's lock. */
struct pickle_memo_table {
    uint64_t capacity; /* a power of two for picklers; constant */
    value_slot objects[];
};
struct pickle_memo {
    _Atomic(struct pickle_memo_table *) table;
    uint64_t used;    /* objects in it */
    bool is_numbered; /* behind the objects there is a number for each: a pickler's */
    /* The object that was last looked for in vain, and its place, where most objects are added soon after; NULL: none.
     */
    value missed;
    uint64_t missed_at;
    value_slot far; /* unpicklers: a dict of objects whose numbers are far beyond the others'; NULL: there are none */
};
void pickle_memo_traverse(struct pickle_memo *memo, struct gc_trace *trace);
void pickle_memo_destroy(struct object *owner, struct pickle_memo *memo);
void pickle_memo_clear(struct object *owner, struct pickle_memo *memo);
/* The object's number; -1: it has none. */
int64_t pickle_memo_find(struct object *owner, struct pickle_memo *memo, value object);
/* Give the object this number, or the next one (-1); false: MemoryError. *given: the number. */
bool pickle_memo_add(struct object *owner, struct pickle_memo *memo, value object, int64_t number, int64_t *given);
/* Unpicklers: the object of a number, owned; NULL, without an exception: there is none. */
uint64_t pickle_memo_count(struct object *owner, struct pickle_memo *memo);
value pickle_memo_get(struct object *owner, struct pickle_memo *memo, uint64_t number);
bool pickle_memo_put(struct object *owner, struct pickle_memo *memo, uint64_t number, value object);
/* A dict: id to (number, object), or number to object. */
value pickle_memo_to_dict(struct object *owner, struct pickle_memo *memo);
bool pickle_memo_from_dict(struct object *owner, struct pickle_memo *memo, value dict);
bool pickle_memo_copy(struct object *owner, struct pickle_memo *memo, struct object *from_owner,
                      struct pickle_memo *from);
/* The attribute `memo` of either. */
value pickle_memo_proxy_new(value owner);
struct pickle_memo *pickle_memo_of(value owner);
bool pickle_memo_assign(value owner, value given);
bool pickle_memo_proxies_define(void);

/* ---- picklers ---- */
struct pickler {
    struct object header;
    struct pickle_memo memo;
    value_slot write;           /* NULL: not initialised, or for dumps */
    value_slot buffer_callback; /* NULL: none */
    value_slot dispatch_table;  /* NULL: the registry's */
    value_slot persistent_id;   /* assigned to the instance; NULL: none */
    _Atomic int protocol;
    _Atomic bool fix_imports, fast, is_binary;
};
#define PICKLER(v) ((struct pickler *)(v))
extern struct type *pickler_type;
extern const struct type_spec pickler_spec;

/* One dump(). */
struct pickling {
    struct pickler *self;
    struct bytes_builder out;
    ssize frame_start; /* in `out`; -1: no frame is open */
    bool framing;
    int protocol;
    bool binary, fix_imports;
    value write;                                                            /* owned; NULL: the result is `out` */
    value persistent_id, reducer_override, dispatch_table, buffer_callback; /* owned; NULL: none */
    int fast_nesting;
    value fast_memo; /* ids of the containers that a fast pickler is in; a set or NULL */
};
bool pickle_emit(struct pickling *p, const void *bytes, size_t count);
static inline bool pickle_emit_op(struct pickling *p, enum pickle_opcode op)
{
    uint8_t byte = (uint8_t)op;
    if (likely(p->out.length < p->out.capacity && (p->frame_start >= 0 || !p->framing))) {
        p->out.data[p->out.length++] = byte;
        return true;
    }
    return pickle_emit(p, &byte, 1);
}
/* An opcode with what follows it: the `count` lower bytes of a word, the lowest first. */
static inline bool pickle_emit_word(struct pickling *p, uint64_t word, size_t count)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    if (unlikely(p->out.capacity - p->out.length < 8 || (p->frame_start < 0 && p->framing)))
        return pickle_emit(p, &word, count);
    memcpy(p->out.data + p->out.length, &word, 8);
    p->out.length += count;
    return true;
}
bool pickle_save(struct pickling *p, value v, bool is_persistent_id);
bool pickle_memoize(struct pickling *p, value v);
bool pickle_emit_get(struct pickling *p, int64_t number);
/* An opcode with its data; large data are outside of frames, and are written as they are (`payload`: bytes that have
   them, or NULL). */
bool pickle_emit_data(struct pickling *p, const uint8_t *header, size_t header_length, const uint8_t *data,
                      size_t length, value payload);
bool pickle_emit_line(struct pickling *p, enum pickle_opcode op, const char *text, size_t length);
/* Reduce v to a call with this argument (stolen; VALUE_MISSING: none; NULL: false). */
bool pickle_save_call(struct pickling *p, value callable, value argument, value v);
/* pickler_atoms.c */
bool pickle_save_bool(struct pickling *p, value v);
bool pickle_save_int(struct pickling *p, value v);
bool pickle_save_float(struct pickling *p, value v);
bool pickle_save_bytes(struct pickling *p, value v);
bool pickle_save_bytearray(struct pickling *p, value v);
bool pickle_save_pickle_buffer(struct pickling *p, value v);
bool pickle_save_str(struct pickling *p, value v);
/* pickler_reduce.c */
bool pickle_save_global(struct pickling *p, value v, value name /* or NULL */);
bool pickle_save_reduced(struct pickling *p, value reduced /* a tuple */, value v /* or NULL */);
bool pickle_save_object(struct pickling *p, value v);
/* pickler.c: the items of an iterator; pairs to a dict */
bool pickle_batch_list(struct pickling *p, value iterator);
bool pickle_batch_dict(struct pickling *p, value iterator);
/* The pickle of a value as bytes, or written by `write`; the arguments of dump and dumps. */
value pickle_dump(value v, value write, value protocol, value fix_imports, value buffer_callback);

/* ---- unpicklers ---- */
struct unpickler {
    struct object header;
    struct pickle_memo memo;
    value_slot read, readline;   /* NULL: not initialised, or for loads */
    value_slot peek;             /* NULL: the file has none */
    value_slot encoding, errors; /* str; NULL: ASCII, strict */
    value_slot buffers;          /* an iterator; NULL: none */
    value_slot persistent_load;  /* assigned to the instance; NULL: none */
    _Atomic bool fix_imports;
    _Atomic int protocol; /* of the pickle that is being read, for find_class */
};
#define UNPICKLER(v) ((struct unpickler *)(v))
extern struct type *unpickler_type;
extern const struct type_spec unpickler_spec;
value unpickle_loads(value data, value fix_imports, value encoding, value errors, value buffers);
value unpickle_load(value file, value fix_imports, value encoding, value errors, value buffers);
/* unpickler_find.c: module.name, by the dotted path where the protocol has those. */
value unpickle_find_class(struct unpickler *self, int protocol, value module, value name);
/* obj.a.b.c; *parent (owned) is the object that the last name was read from, unless `parent` is NULL. NULL with
   AttributeError. */
value pickle_deep_attribute(value object, value dotted, value *parent);

/* ---- buffers ---- */
extern struct type *pickle_buffer_type;
extern const struct type_spec pickle_buffer_spec;
/* The memory that a PickleBuffer shows, for the caller to release; false: ValueError, or what the exporter raised. */
bool pickle_buffer_open(value v, struct buffer *b);

#endif
