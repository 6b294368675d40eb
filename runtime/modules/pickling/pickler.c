/*
 * Pickling: values as opcodes, and the framing of those. What goes by way of names and of __reduce__ is in
 * pickler_reduce.c.
 *
 * The pickles are CPython's, byte for byte: the order of opcodes, the numbers in the memo, frames and batches.
 */
#include "runtime/modules/pickling/pickle.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/set.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/codec.h"
#include "threads/pause.h"

#include <stdlib.h>

#define FAST_NESTING_MAX 50

/* ---- output ---- */

bool pickle_emit(struct pickling *p, const void *bytes, size_t count)
{
    thread_report(); /* each piece of a long text passes here */
    bool opens = p->framing && p->frame_start < 0;
    uint8_t *to = bytes_builder_room(&p->out, count + (opens ? FRAME_HEADER : 0));
    if (!to)
        return raise_no_memory() != NULL;
    if (opens) { /* the header is filled in at the end */
        p->frame_start = (ssize)p->out.length;
        memset(to, 0, FRAME_HEADER);
        to += FRAME_HEADER;
        p->out.length += FRAME_HEADER;
    }
    thread_copy(to, bytes, count);
    p->out.length += count;
    return true;
}

static void close_frame(struct pickling *p)
{
    if (!p->framing || p->frame_start < 0)
        return;
    uint8_t *header = p->out.data + p->frame_start;
    size_t length = p->out.length - (size_t)p->frame_start - FRAME_HEADER;
    p->frame_start = -1;
    if (length >= FRAME_LEAST) {
        header[0] = OP_FRAME;
        item_store(header + 1, 8, false, length);
    } else {
        memmove(header, header + FRAME_HEADER, length);
        p->out.length -= FRAME_HEADER;
    }
}

static bool write_out(struct pickling *p, value bytes)
{
    value written = bytes ? call_1(p->write, bytes) : NULL;
    value_dec(written);
    return written != NULL;
}
static bool flush(struct pickling *p)
{
    value bytes = bytes_new(p->out.data, p->out.length);
    bool done = write_out(p, bytes);
    value_dec(bytes);
    p->out.length = 0;
    return done;
}

/* Between two opcodes. */
static bool opcode_boundary(struct pickling *p)
{
    if (p->frame_start < 0 || p->out.length - (size_t)p->frame_start - FRAME_HEADER < FRAME_TARGET)
        return true;
    close_frame(p);
    return !p->write || flush(p);
}

/* Up to 16 bytes, as two words that overlap. */
static inline void copy_few(uint8_t *to, const uint8_t *from, size_t length)
{
    if (length >= 8) {
        memcpy(to, from, 8);
        memcpy(to + length - 8, from + length - 8, 8);
    } else if (length >= 4) {
        memcpy(to, from, 4);
        memcpy(to + length - 4, from + length - 4, 4);
    } else {
        for (size_t i = 0; i < length; i++)
            to[i] = from[i];
    }
}

/* An opcode with its data; large data are outside of frames, and are written as they are. */
bool pickle_emit_data(struct pickling *p, const uint8_t *header, size_t header_length, const uint8_t *data,
                      size_t length, value payload /* bytes, or NULL */)
{
    if (length < FRAME_TARGET) {
        uint8_t *to = p->out.data + p->out.length;
        if (unlikely(p->out.capacity - p->out.length < header_length + length || (p->frame_start < 0 && p->framing)))
            return pickle_emit(p, header, header_length) && pickle_emit(p, data, length);
        for (size_t i = 0; i < header_length; i++)
            to[i] = header[i];
        if (length <= 16)
            copy_few(to + header_length, data, length);
        else
            memcpy(to + header_length, data, length);
        p->out.length += header_length + length;
        return true;
    }
    bool framing = p->framing;
    close_frame(p);
    p->framing = false;
    bool done = pickle_emit(p, header, header_length);
    if (done && p->write) {
        value bytes = payload ? value_inc(payload) : bytes_new(data, length);
        done = bytes && flush(p) && write_out(p, bytes);
        value_dec(bytes);
    } else
        done = done && pickle_emit(p, data, length);
    p->framing = framing;
    return done;
}

bool pickle_emit_line(struct pickling *p, enum pickle_opcode op, const char *text, size_t length)
{
    return pickle_emit_op(p, op) && pickle_emit(p, text, length) && pickle_emit(p, "\n", 1);
}

/* ---- the memo ---- */

static bool emit_memo_op(struct pickling *p, int64_t number, enum pickle_opcode text_op, enum pickle_opcode short_op,
                         enum pickle_opcode long_op)
{
    if (!p->binary) {
        char digits[24], *end = digits + sizeof digits, *start = int_write_decimal(end, number);
        return pickle_emit_line(p, text_op, start, (size_t)(end - start));
    }
    if (number < 256)
        return pickle_emit_word(p, short_op | (uint64_t)number << 8, 2);
    if (number > UINT32_MAX)
        return raise_false(PICKLING_ERROR, "memo id too large for LONG_BINPUT");
    return pickle_emit_word(p, long_op | (uint64_t)number << 8, 5);
}
bool pickle_emit_get(struct pickling *p, int64_t number)
{
    return emit_memo_op(p, number, OP_GET, OP_BINGET, OP_LONG_BINGET);
}
bool pickle_memoize(struct pickling *p, value v)
{
    int64_t number;
    if (atomic_load_explicit(&p->self->fast, memory_order_relaxed))
        return true;
    if (!pickle_memo_add(&p->self->header, &p->self->memo, v, -1, &number))
        return false;
    return p->protocol >= 4 ? pickle_emit_op(p, OP_MEMOIZE)
                            : emit_memo_op(p, number, OP_PUT, OP_BINPUT, OP_LONG_BINPUT);
}
static int64_t memo_number(struct pickling *p, value v)
{
    return pickle_memo_find(&p->self->header, &p->self->memo, v);
}

/* Reduce it as a call with these arguments (stolen). */
bool pickle_save_call(struct pickling *p, value callable, value argument /* or VALUE_MISSING */, value v)
{
    value arguments = !argument ? NULL : argument == VALUE_MISSING ? tuple_new(0) : tuple_pack(1, argument);
    value reduced = arguments ? tuple_pack(2, callable, arguments) : NULL;
    bool done = reduced && pickle_save_reduced(p, reduced, v);
    value_dec(reduced);
    value_dec(arguments);
    if (argument != VALUE_MISSING)
        value_dec(argument);
    return done;
}

/* ---- containers ---- */

/* A fast pickler keeps no memo: it looks out for cycles by itself, once it is deep inside. */
static bool fast_enter(struct pickling *p, value v)
{
    if (++p->fast_nesting < FAST_NESTING_MAX)
        return true;
    value key = int_from_u64(value_bits(v));
    if (!p->fast_memo)
        p->fast_memo = set_new(NULL);
    int known = key && p->fast_memo ? set_contains(p->fast_memo, key) : -1;
    bool done = known == 0 && set_add(p->fast_memo, key);
    value_dec(key);
    if (known > 0)
        return raise_false(EXC(ValueError), "fast mode: can't pickle cyclic objects including object type %T at %p", v,
                           (void *)v);
    return done;
}
static void fast_leave(struct pickling *p, value v)
{
    if (p->fast_nesting-- < FAST_NESTING_MAX)
        return;
    value key = int_from_u64(value_bits(v)), error = error_fetch();
    if (!key || !p->fast_memo || set_discard(p->fast_memo, key) < 0)
        error_clear();
    value_dec(key);
    if (error)
        error_restore(error);
}

static bool save_tuple(struct pickling *p, value v)
{
    size_t length = tuple_length(v);
    if (length == 0)
        return p->binary ? pickle_emit_op(p, OP_EMPTY_TUPLE) : pickle_emit(p, "(t", 2);
    bool few = length <= 3 && p->protocol >= 2;
    if (!few && !pickle_emit_op(p, OP_MARK))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!pickle_save(p, tuple_get(v, i), false))
            return false;
    int64_t number = memo_number(p, v);
    if (number >= 0) { /* an item leads back here: the tuple has been made */
        if (!few && p->binary)
            return pickle_emit_op(p, OP_POP_MARK) && pickle_emit_get(p, number);
        for (size_t i = 0; i < length + !few; i++)
            if (!pickle_emit_op(p, OP_POP))
                return false;
        return pickle_emit_get(p, number);
    }
    return pickle_emit_op(p, few ? (enum pickle_opcode)(OP_TUPLE1 + length - 1) : OP_TUPLE) && pickle_memoize(p, v);
}

static bool next_item(value iterator, value *item)
{
    *item = iter_next(iterator);
    return *item != NULL;
}
bool pickle_batch_list(struct pickling *p, value iterator)
{
    value first, second;
    if (p->protocol == 0) {
        for (;;) {
            if (!next_item(iterator, &first))
                return false;
            if (first == VALUE_END)
                return true;
            bool done = pickle_save(p, first, false) && pickle_emit_op(p, OP_APPEND);
            value_dec(first);
            if (!done)
                return false;
        }
    }
    size_t n;
    do {
        if (!next_item(iterator, &first))
            return false;
        if (first == VALUE_END)
            return true;
        if (!next_item(iterator, &second)) {
            value_dec(first);
            return false;
        }
        bool alone = second == VALUE_END;
        bool done = (alone || pickle_emit_op(p, OP_MARK)) && pickle_save(p, first, false);
        value_dec(first);
        if (alone)
            return done && pickle_emit_op(p, OP_APPEND);
        n = 1;
        while (done && second != VALUE_END) {
            done = pickle_save(p, second, false);
            value_dec(second);
            second = VALUE_END;
            if (done && ++n < PICKLE_BATCH)
                done = next_item(iterator, &second);
        }
        value_dec(done ? NULL : second == VALUE_END ? NULL : second);
        if (!done || !pickle_emit_op(p, OP_APPENDS))
            return false;
    } while (n == PICKLE_BATCH);
    return true;
}

static bool save_pair(struct pickling *p, value pair)
{
    if (!is_tuple(pair) || tuple_length(pair) != 2)
        return raise_false(EXC(TypeError), "dict items iterator must return 2-tuples");
    return pickle_save(p, tuple_get(pair, 0), false) && pickle_save(p, tuple_get(pair, 1), false);
}
bool pickle_batch_dict(struct pickling *p, value iterator)
{
    value first, second;
    if (p->protocol == 0) {
        for (;;) {
            if (!next_item(iterator, &first))
                return false;
            if (first == VALUE_END)
                return true;
            bool done = save_pair(p, first) && pickle_emit_op(p, OP_SETITEM);
            value_dec(first);
            if (!done)
                return false;
        }
    }
    size_t n;
    do {
        if (!next_item(iterator, &first))
            return false;
        if (first == VALUE_END)
            return true;
        if (!next_item(iterator, &second)) {
            value_dec(first);
            return false;
        }
        bool alone = second == VALUE_END;
        bool done = (alone || pickle_emit_op(p, OP_MARK)) && save_pair(p, first);
        value_dec(first);
        if (alone)
            return done && pickle_emit_op(p, OP_SETITEM);
        n = 1;
        while (done && second != VALUE_END) {
            done = save_pair(p, second);
            value_dec(second);
            second = VALUE_END;
            if (done && ++n < PICKLE_BATCH)
                done = next_item(iterator, &second);
        }
        value_dec(done ? NULL : second == VALUE_END ? NULL : second);
        if (!done || !pickle_emit_op(p, OP_SETITEMS))
            return false;
    } while (n == PICKLE_BATCH);
    return true;
}

static bool list_items(struct pickling *p, value v)
{
    size_t length = list_length(v), total = 0;
    if (length == 0)
        return true;
    if (length == 1) {
        value item = list_get(v, 0);
        if (item == VALUE_MISSING)
            return true;
        bool done = pickle_save(p, item, false) && pickle_emit_op(p, OP_APPEND);
        value_dec(item);
        return done;
    }
    do {
        if (!pickle_emit_op(p, OP_MARK))
            return false;
        for (size_t n = 0; n < PICKLE_BATCH; n++, total++) {
            value item = list_get(v, total);
            if (item == VALUE_MISSING)
                break;
            bool done = pickle_save(p, item, false);
            value_dec(item);
            if (!done)
                return false;
        }
        if (!pickle_emit_op(p, OP_APPENDS))
            return false;
    } while (total < list_length(v));
    return true;
}
static bool save_list(struct pickling *p, value v)
{
    bool fast = atomic_load_explicit(&p->self->fast, memory_order_relaxed);
    if (fast && !fast_enter(p, v)) {
        p->fast_nesting--;
        return false;
    }
    bool done = (p->binary ? pickle_emit_op(p, OP_EMPTY_LIST) : pickle_emit(p, "(l", 2)) && pickle_memoize(p, v);
    if (done && p->protocol > 0)
        done = list_items(p, v);
    else if (done && list_length(v)) {
        value iterator = iter_get(v);
        done = iterator && pickle_batch_list(p, iterator);
        value_dec(iterator);
    }
    if (fast)
        fast_leave(p, v);
    return done;
}

static bool dict_items(struct pickling *p, value v)
{
    size_t length = dict_length(v), position = 0, n;
    value key, item;
    if (length == 0)
        return true;
    bool alone = length == 1;
    do {
        n = 0;
        if (!alone && !pickle_emit_op(p, OP_MARK))
            return false;
        while (n < PICKLE_BATCH && dict_next(v, &position, &key, &item)) {
            bool done = pickle_save(p, key, false) && pickle_save(p, item, false);
            value_dec(key);
            value_dec(item);
            if (!done)
                return false;
            n++;
            if (alone)
                return pickle_emit_op(p, OP_SETITEM);
        }
        if (!pickle_emit_op(p, OP_SETITEMS))
            return false;
        if (dict_length(v) != length)
            return raise_false(EXC(RuntimeError), "dictionary changed size during iteration");
    } while (n == PICKLE_BATCH);
    return true;
}
static bool save_dict(struct pickling *p, value v)
{
    bool fast = atomic_load_explicit(&p->self->fast, memory_order_relaxed);
    if (fast && !fast_enter(p, v)) {
        p->fast_nesting--;
        return false;
    }
    bool done = (p->binary ? pickle_emit_op(p, OP_EMPTY_DICT) : pickle_emit(p, "(d", 2)) && pickle_memoize(p, v);
    if (done && p->protocol > 0)
        done = dict_items(p, v);
    else if (done && dict_length(v)) {
        value items = dict_items_view(v), iterator = items ? iter_get(items) : NULL;
        done = iterator && pickle_batch_dict(p, iterator);
        value_dec(iterator);
        value_dec(items);
    }
    if (fast)
        fast_leave(p, v);
    return done;
}

static bool set_items(struct pickling *p, value v)
{
    size_t position = 0, length = set_length(v), n;
    value item;
    do {
        n = 0;
        if (!pickle_emit_op(p, OP_MARK))
            return false;
        while (n < PICKLE_BATCH && set_next(v, &position, &item)) {
            bool done = pickle_save(p, item, false);
            value_dec(item);
            if (!done)
                return false;
            n++;
        }
        if (!pickle_emit_op(p, OP_ADDITEMS))
            return false;
        if (set_length(v) != length)
            return raise_false(EXC(RuntimeError), "set changed size during iteration");
    } while (n == PICKLE_BATCH);
    return true;
}
static bool save_set(struct pickling *p, value v)
{
    if (p->protocol < 4)
        return pickle_save_call(p, value_of(TYPE(SET)), list_from_iterable(v), v);
    return pickle_emit_op(p, OP_EMPTY_SET) && pickle_memoize(p, v) && (set_length(v) == 0 || set_items(p, v));
}
static bool save_frozenset(struct pickling *p, value v)
{
    if (p->protocol < 4)
        return pickle_save_call(p, value_of(TYPE(FROZENSET)), list_from_iterable(v), v);
    size_t position = 0;
    value item;
    if (!pickle_emit_op(p, OP_MARK))
        return false;
    while (set_next(v, &position, &item)) {
        bool done = pickle_save(p, item, false);
        value_dec(item);
        if (!done)
            return false;
    }
    int64_t number = memo_number(p, v);
    if (number >= 0) /* an item led back here */
        return pickle_emit_op(p, OP_POP_MARK) && pickle_emit_get(p, number);
    return pickle_emit_op(p, OP_FROZENSET) && pickle_memoize(p, v);
}

/* ---- any value ---- */

/* 1: saved by its persistent id, 0: it has none, -1: exception. */
static int save_persistent(struct pickling *p, value v)
{
    value id = call_1(p->persistent_id, v);
    if (!id)
        return -1;
    if (is_none(id))
        return 0;
    bool done;
    if (p->binary)
        done = pickle_save(p, id, true) && pickle_emit_op(p, OP_BINPERSID);
    else {
        value text = value_str(id);
        done = text && (str_is_ascii(text) ||
                        raise_false(PICKLING_ERROR, "persistent IDs in protocol 0 must be ASCII strings"));
        done = done && pickle_emit_line(p, OP_PERSID, str_data(str_exact(text)), str_length(text));
        value_dec(text);
    }
    value_dec(id);
    return done ? 1 : -1;
}

static bool save_container(struct pickling *p, value v)
{
    if (!recursion_enter(" while pickling an object"))
        return false;
    bool done;
    if (value_is(v, TYPE_ID_DICT))
        done = save_dict(p, v);
    else if (value_is(v, TYPE_ID_SET))
        done = save_set(p, v);
    else if (value_is(v, TYPE_ID_FROZENSET))
        done = save_frozenset(p, v);
    else if (value_is(v, TYPE_ID_LIST))
        done = save_list(p, v);
    else if (value_is(v, TYPE_ID_TUPLE))
        done = save_tuple(p, v);
    else if (value_is(v, TYPE_ID_BYTEARRAY))
        done = pickle_save_bytearray(p, v);
    else if (value_type(v) == pickle_buffer_type)
        done = pickle_save_pickle_buffer(p, v);
    else
        done = pickle_save_object(p, v);
    recursion_leave();
    return done;
}

bool pickle_save(struct pickling *p, value v, bool is_persistent_id)
{
    thread_report();
    if (!opcode_boundary(p))
        return false;
    if (unlikely(p->persistent_id != NULL) && !is_persistent_id) {
        int saved = save_persistent(p, v);
        if (saved)
            return saved > 0;
    }
    if (value_is_small_int(v))
        return pickle_save_int(p, v);
    if (is_none(v))
        return pickle_emit_op(p, OP_NONE);
    if (value_is_bool(v))
        return pickle_save_bool(p, v);
    if (value_is_immediate_float(v) || value_is(v, TYPE_ID_FLOAT))
        return pickle_save_float(p, v);
    if (!value_is_object(v)) /* the other singletons */
        return save_container(p, v);
    if (value_is(v, TYPE_ID_INT))
        return pickle_save_int(p, v);
    int64_t number = memo_number(p, v);
    if (number >= 0)
        return pickle_emit_get(p, number);
    if (value_is(v, TYPE_ID_STR))
        return pickle_save_str(p, v);
    if (value_is(v, TYPE_ID_BYTES))
        return pickle_save_bytes(p, v);
    return save_container(p, v);
}

/* ---- dump ---- */

static bool save_whole(struct pickling *p, value v)
{
    if (p->protocol >= 2) {
        uint8_t header[] = {OP_PROTO, (uint8_t)p->protocol};
        if (!pickle_emit(p, header, 2))
            return false;
        p->framing = p->protocol >= 4;
    }
    if (!pickle_save(p, v, false) || !pickle_emit_op(p, OP_STOP))
        return false;
    close_frame(p);
    return true;
}

/* An attribute of the pickler that may be absent: owned, NULL then; false with an exception. */
static bool optional(value self, value name, value *attribute)
{
    *attribute = attr_get_optional(self, name);
    if (!*attribute)
        return false;
    if (*attribute == VALUE_MISSING)
        *attribute = NULL;
    return true;
}

/* The result's bytes if there is no `write`, else None. */
static value dump(struct pickler *self, value v)
{
    struct pickling p = {.self = self,
                         .frame_start = -1,
                         .protocol = atomic_load_explicit(&self->protocol, memory_order_relaxed),
                         .binary = atomic_load_explicit(&self->is_binary, memory_order_relaxed),
                         .fix_imports = atomic_load_explicit(&self->fix_imports, memory_order_relaxed),
                         .write = slot_load(&self->header, &self->write),
                         .buffer_callback = slot_load(&self->header, &self->buffer_callback),
                         .dispatch_table = slot_load(&self->header, &self->dispatch_table)};
    bool is_plain = value_type(value_of(self)) == pickler_type;
    bool done = true;
    if (is_plain)
        p.persistent_id = slot_load(&self->header, &self->persistent_id);
    else
        done = optional(value_of(self), NAME(persistent_id), &p.persistent_id) &&
               optional(value_of(self), NAME(reducer_override), &p.reducer_override);
    done = done && save_whole(&p, v);
    value result = NULL;
    if (done && p.write)
        result = flush(&p) ? VALUE_NONE : NULL;
    else if (done)
        result = bytes_builder_finish(&p.out);
    bytes_builder_discard(&p.out);
    value_dec(p.fast_memo);
    value_dec(p.dispatch_table);
    value_dec(p.buffer_callback);
    value_dec(p.reducer_override);
    value_dec(p.persistent_id);
    value_dec(p.write);
    return result;
}

/* ---- Pickler ---- */

static bool set_up(struct pickler *self, value write /* stolen, or NULL */, value given_protocol, value fix_imports,
                   value buffer_callback)
{
    int protocol = PICKLE_PROTOCOL_DEFAULT, fix = 1;
    if (!is_none(given_protocol) && !is_missing(given_protocol)) {
        if (!value_as_int(given_protocol, &protocol))
            return false;
        if (protocol < 0)
            protocol = PICKLE_PROTOCOL_HIGHEST;
        else if (protocol > PICKLE_PROTOCOL_HIGHEST)
            return raise_false(EXC(ValueError), "pickle protocol must be <= %d", PICKLE_PROTOCOL_HIGHEST);
    }
    if (!is_missing(fix_imports) && (fix = value_truth(fix_imports)) < 0)
        return false;
    bool calls = !is_missing(buffer_callback) && !is_none(buffer_callback);
    if (calls && protocol < 5)
        return raise_false(EXC(ValueError), "buffer_callback needs protocol >= 5");
    self->memo.is_numbered = true;
    atomic_store_explicit(&self->protocol, protocol, memory_order_relaxed);
    atomic_store_explicit(&self->is_binary, protocol > 0, memory_order_relaxed);
    atomic_store_explicit(&self->fix_imports, fix && protocol < 3, memory_order_relaxed);
    slot_store(&self->header, &self->buffer_callback, calls ? value_inc(buffer_callback) : NULL);
    return true;
}

value pickle_dump(value v, value write, value protocol, value fix_imports, value buffer_callback)
{
    struct pickler *self = (struct pickler *)object_new(pickler_type, sizeof *self);
    value result = NULL;
    if (self && set_up(self, NULL, protocol, fix_imports, buffer_callback)) {
        slot_init(&self->write, value_inc(write));
        result = dump(self, v);
    }
    value_dec(value_of(self));
    return result;
}

static value pickler_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct pickler *self = (struct pickler *)object_new(type, type->gc.instance_size);
    if (self)
        self->memo.is_numbered = true;
    return value_of(self);
}
static bool pickler_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("Pickler", "(file, protocol=None, fix_imports=True, buffer_callback=None)");
    struct pickler *self = PICKLER(v);
    value bound[4], table;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !set_up(self, NULL, bound[1], bound[2], bound[3]))
        return false;
    value write = attr_get_optional(bound[0], NAME(write));
    if (write == VALUE_MISSING)
        return raise_false(EXC(TypeError), "file must have a 'write' attribute");
    if (!write)
        return false;
    slot_store(&self->header, &self->write, write);
    pickle_memo_clear(&self->header, &self->memo);
    atomic_store_explicit(&self->fast, false, memory_order_relaxed);
    if (!optional(v, NAME(dispatch_table), &table))
        return false;
    slot_store(&self->header, &self->dispatch_table, table);
    return true;
}

static value pickler_dump(value v, value given)
{
    value write = slot_load(&PICKLER(v)->header, &PICKLER(v)->write);
    if (!write)
        return raise(PICKLING_ERROR, "Pickler.__init__() was not called by %T.__init__()", v);
    value_dec(write);
    return dump(PICKLER(v), given);
}
static value pickler_clear_memo(value v)
{
    pickle_memo_clear(&PICKLER(v)->header, &PICKLER(v)->memo);
    return VALUE_NONE;
}
static value pickler_sizeof(value v)
{
    return int_from_u64(sizeof(struct pickler));
}
static const struct method_def pickler_methods[] = {
    METHOD("dump", pickler_dump, "($self, obj, /)",
           "Write a pickled representation of the given object to the open file."),
    METHOD("clear_memo", pickler_clear_memo, "($self, /)",
           "Clears the pickler's \"memo\".\n\nThe memo is the data structure that remembers which objects the\npickler "
           "has "
           "already seen, so that shared or recursive objects are\npickled by reference and not by value."),
    METHOD("__sizeof__", pickler_sizeof, "($self, /)", "Returns size in memory, in bytes."),
    {0},
};

static value get_memo(value v)
{
    return pickle_memo_proxy_new(v);
}
static bool set_memo(value v, value given)
{
    return pickle_memo_assign(v, given);
}
static value get_persistent_id(value v)
{
    value f = slot_load(&PICKLER(v)->header, &PICKLER(v)->persistent_id);
    return f ? f : raise(EXC(AttributeError), "persistent_id");
}
static bool set_persistent_id(value v, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "attribute deletion is not supported");
    if (!value_is_callable(given))
        return raise_false(EXC(TypeError), "persistent_id must be a callable taking one argument");
    slot_store(&PICKLER(v)->header, &PICKLER(v)->persistent_id, value_inc(given));
    return true;
}
#define FLAG(NAME, FIELD)                                                                 \
    static value get_##NAME(value v)                                                      \
    {                                                                                     \
        return small_int(atomic_load_explicit(&PICKLER(v)->FIELD, memory_order_relaxed)); \
    }                                                                                     \
    static bool set_##NAME(value v, value given)                                          \
    {                                                                                     \
        int flag;                                                                         \
        if (!given)                                                                       \
            return raise_false(EXC(TypeError), "can't delete numeric/char attribute");    \
        if (!value_as_int(given, &flag))                                                  \
            return false;                                                                 \
        atomic_store_explicit(&PICKLER(v)->FIELD, flag != 0, memory_order_relaxed);       \
        return true;                                                                      \
    }
FLAG(fast, fast)
FLAG(bin, is_binary)
static const struct getset_def pickler_getset[] = {
    {"memo", get_memo, set_memo, NULL},
    {"persistent_id", get_persistent_id, set_persistent_id, NULL},
    {"fast", get_fast, set_fast, NULL},
    {"bin", get_bin, set_bin, NULL},
    {0},
};
static const struct member_def pickler_members[] = {
    {"dispatch_table", MEMBER_VALUE, offsetof(struct pickler, dispatch_table), true, NULL},
    {0},
};

static void pickler_traverse(struct object *o, struct gc_trace *trace)
{
    struct pickler *self = (struct pickler *)o;
    pickle_memo_traverse(&self->memo, trace);
    trace_slot(trace, &self->write);
    trace_slot(trace, &self->buffer_callback);
    trace_slot(trace, &self->dispatch_table);
    trace_slot(trace, &self->persistent_id);
}
static void pickler_destroy(struct object *o)
{
    struct pickler *self = (struct pickler *)o;
    pickle_memo_destroy(o, &self->memo);
    slot_drop(&self->write);
    slot_drop(&self->buffer_callback);
    slot_drop(&self->dispatch_table);
    slot_drop(&self->persistent_id);
}
struct type *pickler_type;
const struct type_spec pickler_spec = {
    .name = "_pickle.Pickler",
    .doc = "This takes a binary file for writing a pickle data stream.",
    .signature = "(file, protocol=None, fix_imports=True, buffer_callback=None)",
    .size = sizeof(struct pickler),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = pickler_traverse,
    .destroy = pickler_destroy,
    .slots = {.new = pickler_new, .init = pickler_init},
    .methods = pickler_methods,
    .getset = pickler_getset,
    .members = pickler_members,
};
