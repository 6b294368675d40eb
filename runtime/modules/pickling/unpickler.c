/*
 * Unpickling: the machine that runs a pickle's opcodes. Pickles come from anywhere: lengths and places are checked
 * before they are used.
 */
#include "runtime/modules/pickling/unpickler.h"
#include "runtime/modules/text/codecs.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdio.h>
#include <stdlib.h>

/* A number of so many bytes from the input. */
static bool read_number(struct unpickling *u, unsigned size, uint64_t *number)
{
    const uint8_t *from = unpickle_read(u, size);
    if (!from)
        return false;
    *number = item_load(from, size, false);
    return true;
}
/* A length of so many bytes, and as many bytes as it says. */
static const uint8_t *read_counted(struct unpickling *u, unsigned size, uint64_t *length, const char *what)
{
    if (!read_number(u, size, length))
        return NULL;
    if (*length > PTRDIFF_MAX) {
        raise(EXC(OverflowError), "%s exceeds system's maximum size of %lld bytes", what, (long long)PTRDIFF_MAX);
        return NULL;
    }
    return unpickle_read(u, *length);
}

/* ---- numbers ---- */

static bool load_int(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, false);
    if (!line)
        return false;
    if (length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
        return unpickle_push(u, value_bool(line[1] == '1'));
    value shown = bytes_new(line, length);
    value number = shown ? int_parse((char *)bytes_data(shown), length, 0, shown) : NULL;
    if (!number && shown && error_matches(EXC(ValueError))) {
        error_clear();
        raise(EXC(ValueError), "could not convert string to int");
    }
    value_dec(shown);
    return unpickle_push(u, number);
}
static bool load_long(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, false);
    if (!line)
        return false;
    if (length && line[length - 1] == 'L')
        length--;
    value shown = bytes_new(line, length);
    value number = shown ? int_parse((char *)bytes_data(shown), length, 0, shown) : NULL;
    value_dec(shown);
    return unpickle_push(u, number);
}
static bool load_counted_long(struct unpickling *u, unsigned size)
{
    uint64_t length;
    if (!read_number(u, size, &length))
        return false;
    if (size == 4 && length > INT32_MAX)
        return raise_false(UNPICKLING_ERROR, "LONG pickle has negative byte count");
    const uint8_t *from = unpickle_read(u, length);
    return from && unpickle_push(u, length ? int_from_bytes(from, length, true, true) : small_int(0));
}
static bool load_float(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, false);
    if (!line)
        return false;
    value text = bytes_new(line, length);
    if (!text)
        return false;
    const char *start = (char *)bytes_data(text), *end;
    double d = double_from_text(start, &end);
    bool whole = end == start + length && length;
    value_dec(text);
    return whole ? unpickle_push(u, float_new(d)) : raise_false(EXC(ValueError), "could not convert string to float");
}

/* ---- text and bytes ---- */

/* What was a str of Python 2; the bytes are stolen. */
static bool push_old_str(struct unpickling *u, value bytes)
{
    if (!bytes)
        return false;
    if (u->keeps_bytes)
        return unpickle_push(u, bytes);
    value encoding = slot_load(&u->self->header, &u->self->encoding);
    value errors = slot_load(&u->self->header, &u->self->errors);
    value text = str_from_object(bytes, encoding ? encoding : NAME(ascii), errors ? errors : NAME(strict));
    value_dec(errors);
    value_dec(encoding);
    value_dec(bytes);
    return unpickle_push(u, text);
}
static bool load_string(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, true);
    if (!line)
        return false;
    if (length < 2 || line[0] != line[length - 1] || (line[0] != '\'' && line[0] != '"'))
        return raise_false(UNPICKLING_ERROR, "the STRING opcode argument must be quoted");
    value inner = bytes_new(line + 1, length - 2);
    const value arguments[] = {inner, VALUE_NONE};
    value pair = inner ? codecs_escape_decode(NULL, arguments) : NULL;
    value bytes = pair ? value_inc(tuple_get(pair, 0)) : NULL;
    value_dec(pair);
    value_dec(inner);
    return push_old_str(u, bytes);
}
static bool load_old_str(struct unpickling *u, unsigned size)
{
    uint64_t length;
    if (!read_number(u, size, &length))
        return false;
    const uint8_t *from = unpickle_read(u, length);
    return from && push_old_str(u, bytes_new(from, length));
}
static bool load_bytes(struct unpickling *u, unsigned size)
{
    uint64_t length;
    const uint8_t *from = read_counted(u, size, &length, "BINBYTES");
    return from && unpickle_push(u, bytes_new(from, length));
}
static bool load_bytearray(struct unpickling *u)
{
    uint64_t length;
    const uint8_t *from = read_counted(u, 8, &length, "BYTEARRAY8");
    return from && unpickle_push(u, bytearray_new(from, length));
}
static bool load_unicode(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, true);
    return line && unpickle_push(u, str_decode(line, length, "raw-unicode-escape", NULL));
}
static bool load_text(struct unpickling *u, unsigned size)
{
    uint64_t length;
    const uint8_t *from = read_counted(u, size, &length, "BINUNICODE");
    if (!from)
        return false;
    uint8_t high = 0;
    for (size_t i = 0; i < length && length < 256; i++)
        high |= from[i];
    bool plain = length < 256 && high < 0x80;
    return unpickle_push(u, plain ? str_from_ascii((const char *)from, length)
                                  : str_decode(from, length, "utf-8", "surrogatepass"));
}

/* ---- buffers ---- */

static bool load_next_buffer(struct unpickling *u)
{
    if (!u->buffers)
        return raise_false(UNPICKLING_ERROR,
                           "pickle stream refers to out-of-band data but no *buffers* argument was given");
    value buffer = iter_next(u->buffers);
    if (buffer == VALUE_END)
        return raise_false(UNPICKLING_ERROR, "not enough out-of-band buffers");
    return unpickle_push(u, buffer);
}
static bool load_readonly_buffer(struct unpickling *u)
{
    value top = unpickle_top(u);
    value view = top ? call_1(value_of(TYPE(MEMORYVIEW)), top) : NULL;
    value readonly = view ? attr_get(view, NAME(readonly)) : NULL;
    int is_readonly = readonly ? value_truth(readonly) : -1;
    value frozen = is_readonly == 0 ? call_method_0(view, NAME(toreadonly)) : NULL;
    value_dec(readonly);
    value_dec(view);
    if (is_readonly)
        return is_readonly > 0;
    if (!frozen)
        return false;
    value old = unpickle_pop(u);
    value_dec(old);
    return old ? unpickle_push(u, frozen) : (value_dec(frozen), false);
}

/* ---- containers ---- */

static bool load_tuple_of(struct unpickling *u, size_t count)
{
    if (u->depth < u->fence + count)
        return unpickle_underflow(u);
    return unpickle_push(u, unpickle_take_tuple(u, u->depth - count));
}
static bool load_dict(struct unpickling *u)
{
    size_t at;
    if (!unpickle_take_mark(u, &at))
        return false;
    if ((u->depth - at) % 2)
        return raise_false(UNPICKLING_ERROR, "odd number of items for DICT");
    value dict = dict_new();
    bool done = dict != NULL;
    for (size_t i = at; done && i < u->depth; thread_report_at(i / 2), i += 2)
        done = dict_set(dict, u->stack[i], u->stack[i + 1]);
    unpickle_drop(u, at);
    if (!done) {
        value_dec(dict);
        return false;
    }
    return unpickle_push(u, dict);
}
static bool load_frozenset(struct unpickling *u, size_t at)
{
    value items = unpickle_take_list(u, at), set = items ? frozenset_new(items) : NULL;
    value_dec(items);
    return unpickle_push(u, set);
}

/* ---- objects ---- */

/* cls(*arguments), both stolen; a class of old without arguments is made without __init__. */
static bool push_instance(struct unpickling *u, value cls, value arguments)
{
    value instance = NULL;
    if (cls && arguments) {
        value hook = NULL;
        bool plain = tuple_length(arguments) == 0 && value_has_flag(cls, TYPE_FLAG_TYPE);
        if (plain && !(hook = attr_get_optional(cls, NAME(__getinitargs__))))
            ;
        else if (plain && hook == VALUE_MISSING)
            instance = call_method_1(cls, NAME(__new__), cls);
        else
            instance = call_tuple(cls, arguments, NULL);
        if (hook != VALUE_MISSING)
            value_dec(hook);
    }
    value_dec(arguments);
    value_dec(cls);
    return unpickle_push(u, instance);
}
static bool load_object(struct unpickling *u)
{
    size_t at;
    if (!unpickle_take_mark(u, &at))
        return false;
    if (u->depth <= at)
        return unpickle_underflow(u);
    value arguments = unpickle_take_tuple(u, at + 1);
    return push_instance(u, unpickle_pop(u), arguments);
}

/* A line as a str. */
static value line_text(struct unpickling *u, const char *encoding)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, false);
    return line ? str_decode(line, length, encoding, "strict") : NULL;
}
static value load_names(struct unpickling *u, const char *encoding)
{
    value module = line_text(u, encoding), name = module ? line_text(u, encoding) : NULL;
    value found = name ? unpickle_find(u, module, name) : NULL;
    value_dec(name);
    value_dec(module);
    return found;
}
static bool load_instance(struct unpickling *u)
{
    size_t at;
    if (!unpickle_take_mark(u, &at))
        return false;
    value cls = load_names(u, "ascii");
    if (!cls)
        return false;
    return push_instance(u, cls, unpickle_take_tuple(u, at));
}

static bool load_newobj(struct unpickling *u, bool with_keywords)
{
    const char *op = with_keywords ? "NEWOBJ_EX" : "NEWOBJ";
    value keywords = NULL, arguments = NULL, cls = NULL, made = NULL;
    if ((!with_keywords || (keywords = unpickle_pop(u))) && (arguments = unpickle_pop(u)) && (cls = unpickle_pop(u))) {
        if (!value_has_flag(cls, TYPE_FLAG_TYPE))
            raise(UNPICKLING_ERROR, "%s class argument must be a type, not %T", op, cls);
        else if (!type_slot((struct type *)cls, new))
            raise(UNPICKLING_ERROR, "%s class argument '%N' has NULL tp_new", op, (struct type *)cls);
        else if (!is_tuple(arguments))
            raise(UNPICKLING_ERROR, "%s args argument must be a tuple, not %T", op, arguments);
        else if (keywords && !is_dict(keywords))
            raise(UNPICKLING_ERROR, "%s kwargs argument must be a dict, not %T", op, keywords);
        else {
            value new = attr_get(cls, NAME(__new__)), first = new ? tuple_pack(1, cls) : NULL;
            value all = first ? sequence_concat(first, arguments) : NULL;
            made = all ? call_tuple(new, all, keywords) : NULL;
            value_dec(all);
            value_dec(first);
            value_dec(new);
        }
    }
    value_dec(cls);
    value_dec(arguments);
    value_dec(keywords);
    return unpickle_push(u, made);
}

static bool load_stack_global(struct unpickling *u)
{
    if (u->depth < u->fence + 2)
        return raise_false(UNPICKLING_ERROR, "STACK_GLOBAL requires str");
    value name = unpickle_pop(u), module = unpickle_pop(u), found = NULL;
    if (value_is(name, TYPE_ID_STR) && value_is(module, TYPE_ID_STR))
        found = unpickle_find(u, module, name);
    else
        raise(UNPICKLING_ERROR, "STACK_GLOBAL requires str");
    value_dec(module);
    value_dec(name);
    return unpickle_push(u, found);
}

static bool push_persistent(struct unpickling *u, value id /* stolen */)
{
    value found = NULL;
    if (id && u->persistent_load)
        found = call_1(u->persistent_load, id);
    else if (id)
        raise(UNPICKLING_ERROR,
              "A load persistent id instruction was encountered,\nbut no persistent_load function was "
              "specified.");
    value_dec(id);
    return unpickle_push(u, found);
}
static bool load_persistent(struct unpickling *u)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, true);
    if (!line)
        return false;
    value id = str_decode(line, length, "ascii", "strict");
    if (!id && error_matches(EXC(UnicodeDecodeError))) {
        error_clear();
        return raise_false(UNPICKLING_ERROR, "persistent IDs in protocol 0 must be ASCII strings");
    }
    return push_persistent(u, id);
}

static bool load_reduce(struct unpickling *u)
{
    value arguments = unpickle_pop(u), callable = arguments ? unpickle_pop(u) : NULL, made = NULL;
    if (callable && is_tuple(arguments))
        made = call_tuple(callable, arguments, NULL);
    else if (callable)
        raise(EXC(TypeError), "argument list must be a tuple");
    value_dec(callable);
    value_dec(arguments);
    return unpickle_push(u, made);
}

/* ---- the memo ---- */

static bool push_remembered(struct unpickling *u, uint64_t number)
{
    value object = pickle_memo_get(&u->self->header, &u->self->memo, number);
    return object ? unpickle_push(u, object)
                  : raise_false(UNPICKLING_ERROR, "Memo value not found at index %lld", (long long)number);
}
static bool remember(struct unpickling *u, uint64_t number)
{
    value top = unpickle_top(u);
    return top && pickle_memo_put(&u->self->header, &u->self->memo, number, top);
}
/* A line with a number. */
static bool line_number(struct unpickling *u, int64_t *number)
{
    size_t length;
    const uint8_t *line = unpickle_line(u, &length, false);
    value shown = line ? bytes_new(line, length) : NULL;
    value parsed = shown ? int_parse((char *)bytes_data(shown), length, 10, shown) : NULL;
    bool done = parsed && value_as_i64(parsed, number);
    value_dec(parsed);
    value_dec(shown);
    return done;
}
static bool load_get(struct unpickling *u)
{
    int64_t number;
    if (!line_number(u, &number))
        return false;
    if (number < 0)
        return raise_false(UNPICKLING_ERROR, "Memo value not found at index %lld", (long long)number);
    return push_remembered(u, (uint64_t)number);
}
static bool load_put(struct unpickling *u)
{
    int64_t number;
    if (!line_number(u, &number))
        return false;
    return number >= 0 ? remember(u, (uint64_t)number) : raise_false(EXC(ValueError), "negative PUT argument");
}
static bool load_memo_op(struct unpickling *u, unsigned size, bool (*act)(struct unpickling *, uint64_t))
{
    uint64_t number;
    return read_number(u, size, &number) && act(u, number);
}

/* ---- the stack, and the pickle as a whole ---- */

static bool load_pop(struct unpickling *u)
{
    size_t at;
    if (u->mark_count && u->marks[u->mark_count - 1] == u->depth) /* of a mark */
        return unpickle_take_mark(u, &at);
    value top = unpickle_pop(u);
    value_dec(top);
    return top != NULL;
}
static bool load_dup(struct unpickling *u)
{
    value top = unpickle_top(u);
    return top && unpickle_push(u, value_inc(top));
}
static bool load_protocol(struct unpickling *u)
{
    const uint8_t *protocol = unpickle_read(u, 1);
    if (!protocol)
        return false;
    if (*protocol > PICKLE_PROTOCOL_HIGHEST)
        return raise_false(EXC(ValueError), "unsupported pickle protocol: %d", *protocol);
    u->protocol = *protocol;
    atomic_store_explicit(&u->self->protocol, *protocol, memory_order_relaxed);
    return true;
}
static bool load_frame(struct unpickling *u)
{
    uint64_t length;
    if (!read_number(u, 8, &length))
        return false;
    if (length > PTRDIFF_MAX)
        return raise_false(EXC(OverflowError), "FRAME length exceeds system's maximum of %lld bytes",
                           (long long)PTRDIFF_MAX);
    if (!unpickle_read(u, length))
        return false;
    u->at -= length; /* it is there */
    return true;
}
static bool load_extension(struct unpickling *u, unsigned size)
{
    uint64_t code;
    return read_number(u, size, &code) && unpickle_extension(u, code, size == 4);
}
static bool bad_opcode(uint8_t op)
{
    if (op >= 0x20 && op <= 0x7e && op != '\'' && op != '\\')
        return raise_false(UNPICKLING_ERROR, "invalid load key, '%c'.", op);
    char text[8];
    snprintf(text, sizeof text, "\\x%02x", op);
    return raise_false(UNPICKLING_ERROR, "invalid load key, '%s'.", text);
}

static bool run_opcode(struct unpickling *u, uint8_t op)
{
    const uint8_t *from;
    size_t at;
    switch (op) {
    case OP_NONE:
        return unpickle_push(u, VALUE_NONE);
    case OP_NEWTRUE:
        return unpickle_push(u, VALUE_TRUE);
    case OP_NEWFALSE:
        return unpickle_push(u, VALUE_FALSE);
    case OP_BININT:
        return (from = unpickle_read(u, 4)) && unpickle_push(u, small_int(item_extend(item_load(from, 4, false), 4)));
    case OP_BININT1:
        return (from = unpickle_read(u, 1)) && unpickle_push(u, small_int(*from));
    case OP_BININT2:
        return (from = unpickle_read(u, 2)) && unpickle_push(u, small_int((int64_t)item_load(from, 2, false)));
    case OP_INT:
        return load_int(u);
    case OP_LONG:
        return load_long(u);
    case OP_LONG1:
        return load_counted_long(u, 1);
    case OP_LONG4:
        return load_counted_long(u, 4);
    case OP_FLOAT:
        return load_float(u);
    case OP_BINFLOAT:
        return (from = unpickle_read(u, 8)) && unpickle_push(u, float_new(item_load_double(from, 8, true)));
    case OP_STRING:
        return load_string(u);
    case OP_BINSTRING:
        return load_old_str(u, 4);
    case OP_SHORT_BINSTRING:
        return load_old_str(u, 1);
    case OP_SHORT_BINBYTES:
        return load_bytes(u, 1);
    case OP_BINBYTES:
        return load_bytes(u, 4);
    case OP_BINBYTES8:
        return load_bytes(u, 8);
    case OP_BYTEARRAY8:
        return load_bytearray(u);
    case OP_UNICODE:
        return load_unicode(u);
    case OP_SHORT_BINUNICODE:
        return load_text(u, 1);
    case OP_BINUNICODE:
        return load_text(u, 4);
    case OP_BINUNICODE8:
        return load_text(u, 8);
    case OP_NEXT_BUFFER:
        return load_next_buffer(u);
    case OP_READONLY_BUFFER:
        return load_readonly_buffer(u);
    case OP_MARK:
        return unpickle_mark(u);
    case OP_TUPLE:
        return unpickle_take_mark(u, &at) && unpickle_push(u, unpickle_take_tuple(u, at));
    case OP_EMPTY_TUPLE:
        return unpickle_push(u, tuple_new(0));
    case OP_TUPLE1:
        return load_tuple_of(u, 1);
    case OP_TUPLE2:
        return load_tuple_of(u, 2);
    case OP_TUPLE3:
        return load_tuple_of(u, 3);
    case OP_LIST:
        return unpickle_take_mark(u, &at) && unpickle_push(u, unpickle_take_list(u, at));
    case OP_EMPTY_LIST:
        return unpickle_push(u, list_new(0));
    case OP_APPEND:
        return u->depth >= 1 ? unpickle_append(u, u->depth - 1) : unpickle_underflow(u);
    case OP_APPENDS:
        return unpickle_take_mark(u, &at) && unpickle_append(u, at);
    case OP_DICT:
        return load_dict(u);
    case OP_EMPTY_DICT:
        return unpickle_push(u, dict_new());
    case OP_SETITEM:
        return u->depth >= 2 ? unpickle_set_items(u, u->depth - 2) : unpickle_underflow(u);
    case OP_SETITEMS:
        return unpickle_take_mark(u, &at) && unpickle_set_items(u, at);
    case OP_EMPTY_SET:
        return unpickle_push(u, set_new(NULL));
    case OP_ADDITEMS:
        return unpickle_add_items(u);
    case OP_FROZENSET:
        return unpickle_take_mark(u, &at) && load_frozenset(u, at);
    case OP_OBJ:
        return load_object(u);
    case OP_INST:
        return load_instance(u);
    case OP_NEWOBJ:
        return load_newobj(u, false);
    case OP_NEWOBJ_EX:
        return load_newobj(u, true);
    case OP_GLOBAL:
        return unpickle_push(u, load_names(u, "utf-8"));
    case OP_STACK_GLOBAL:
        return load_stack_global(u);
    case OP_REDUCE:
        return load_reduce(u);
    case OP_BUILD:
        return unpickle_build(u);
    case OP_PERSID:
        return load_persistent(u);
    case OP_BINPERSID:
        return push_persistent(u, u->persistent_load ? unpickle_pop(u) : VALUE_NONE);
    case OP_EXT1:
        return load_extension(u, 1);
    case OP_EXT2:
        return load_extension(u, 2);
    case OP_EXT4:
        return load_extension(u, 4);
    case OP_GET:
        return load_get(u);
    case OP_BINGET:
        return load_memo_op(u, 1, push_remembered);
    case OP_LONG_BINGET:
        return load_memo_op(u, 4, push_remembered);
    case OP_PUT:
        return load_put(u);
    case OP_BINPUT:
        return load_memo_op(u, 1, remember);
    case OP_LONG_BINPUT:
        return load_memo_op(u, 4, remember);
    case OP_MEMOIZE:
        return remember(u, pickle_memo_count(&u->self->header, &u->self->memo));
    case OP_POP:
        return load_pop(u);
    case OP_POP_MARK:
        return unpickle_take_mark(u, &at) && (unpickle_drop(u, at), true);
    case OP_DUP:
        return load_dup(u);
    case OP_PROTO:
        return load_protocol(u);
    case OP_FRAME:
        return load_frame(u);
    default:
        return bad_opcode(op);
    }
}

static value run(struct unpickling *u)
{
    for (;;) {
        const uint8_t *op = unpickle_read(u, 1);
        if (unlikely(!op)) {
            if (error_matches(UNPICKLING_ERROR)) {
                error_clear();
                raise(EXC(EOFError), "Ran out of input");
            }
            return NULL;
        }
        if (unlikely(*op == OP_STOP))
            break;
        thread_report();
        if (unlikely(!run_opcode(u, *op)))
            return NULL;
    }
    return unpickle_skip_consumed(u) ? unpickle_pop(u) : NULL;
}

/* Run the pickle at [at, end), or that of the unpickler's file. */
static value load(struct unpickler *self, const uint8_t *at, const uint8_t *end)
{
    struct unpickling u = {.self = self,
                           .at = at,
                           .end = end,
                           .read = slot_load(&self->header, &self->read),
                           .readline = slot_load(&self->header, &self->readline),
                           .peek = slot_load(&self->header, &self->peek),
                           .buffers = slot_load(&self->header, &self->buffers)};
    value encoding = slot_load(&self->header, &self->encoding);
    u.keeps_bytes = encoding && str_equals_text(encoding, "bytes");
    value_dec(encoding);
    atomic_store_explicit(&self->protocol, 0, memory_order_relaxed);
    value result = NULL;
    if (value_type(value_of(self)) == unpickler_type)
        u.persistent_load = slot_load(&self->header, &self->persistent_load);
    else
        u.persistent_load = attr_get_optional(value_of(self), NAME(persistent_load));
    if (u.persistent_load == VALUE_MISSING)
        u.persistent_load = NULL;
    if (u.persistent_load || !error_occurred())
        result = run(&u);
    unpickle_drop(&u, 0);
    raw_free(u.stack);
    raw_free(u.marks);
    value_dec(u.chunk);
    value_dec(u.persistent_load);
    value_dec(u.buffers);
    value_dec(u.peek);
    value_dec(u.readline);
    value_dec(u.read);
    return result;
}

/* ---- Unpickler ---- */

/* The names of an encoding and of an error handler, where given, are str. */
static bool texts_are_right(const char *function, value encoding, value errors)
{
    bool first = is_missing(encoding) || is_str(encoding);
    if (first && (is_missing(errors) || is_str(errors)))
        return true;
    return raise_false(EXC(TypeError), "%s() argument '%s' must be str, not %K", function,
                       first ? "errors" : "encoding", first ? errors : encoding);
}
static void store_text(struct unpickler *self, value_slot *slot, value given)
{
    slot_store(&self->header, slot, is_missing(given) ? NULL : value_inc(given));
}
static bool set_up(struct unpickler *self, value fix_imports, value encoding, value errors, value buffers)
{
    int fix = is_missing(fix_imports) ? 1 : value_truth(fix_imports);
    if (fix < 0)
        return false;
    store_text(self, &self->encoding, encoding);
    store_text(self, &self->errors, errors);
    atomic_store_explicit(&self->fix_imports, fix, memory_order_relaxed);
    value iterator = NULL;
    if (!is_missing(buffers) && !is_none(buffers) && !(iterator = iter_get(buffers)))
        return false;
    slot_store(&self->header, &self->buffers, iterator);
    return true;
}
static bool optional(value v, value name, value *attribute)
{
    *attribute = attr_get_optional(v, name);
    if (*attribute == VALUE_MISSING)
        *attribute = NULL;
    return *attribute || !error_occurred();
}
static bool set_file(struct unpickler *self, value file)
{
    value peek = NULL, read = NULL, readline = NULL;
    bool done = optional(file, NAME(peek), &peek) && optional(file, NAME(read), &read) &&
                optional(file, NAME(readline), &readline);
    if (done && !(read && readline))
        done = raise_false(EXC(TypeError), "file must have 'read' and 'readline' attributes");
    if (!done) {
        value_dec(peek);
        value_dec(read);
        value_dec(readline);
        return false;
    }
    slot_store(&self->header, &self->peek, peek);
    slot_store(&self->header, &self->read, read);
    slot_store(&self->header, &self->readline, readline);
    return true;
}

value unpickle_loads(value data, value fix_imports, value encoding, value errors, value buffers)
{
    struct unpickler *self = (struct unpickler *)object_new(unpickler_type, sizeof *self);
    struct buffer b;
    value result = NULL;
    if (self && texts_are_right("loads", encoding, errors) && set_up(self, fix_imports, encoding, errors, buffers) &&
        buffer_get(data, &b, BUFFER_SIMPLE)) {
        result = load(self, b.data, (uint8_t *)b.data + b.length);
        buffer_release(&b);
    }
    value_dec(value_of(self));
    return result;
}
value unpickle_load(value file, value fix_imports, value encoding, value errors, value buffers)
{
    struct unpickler *self = (struct unpickler *)object_new(unpickler_type, sizeof *self);
    value result = NULL;
    if (self && texts_are_right("load", encoding, errors) && set_file(self, file) &&
        set_up(self, fix_imports, encoding, errors, buffers))
        result = load(self, NULL, NULL);
    value_dec(value_of(self));
    return result;
}

static value unpickler_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, type->gc.instance_size));
}
static bool unpickler_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("Unpickler", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())");
    struct unpickler *self = UNPICKLER(v);
    value bound[5];
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !texts_are_right("Unpickler", bound[2], bound[3]) ||
        !set_file(self, bound[0]) || !set_up(self, bound[1], bound[2], bound[3], bound[4]))
        return false;
    pickle_memo_clear(&self->header, &self->memo);
    return true;
}
static value unpickler_load(value v)
{
    value read = slot_load(&UNPICKLER(v)->header, &UNPICKLER(v)->read);
    if (!read)
        return raise(UNPICKLING_ERROR, "Unpickler.__init__() was not called by %T.__init__()", v);
    value_dec(read);
    return load(UNPICKLER(v), NULL, NULL);
}
static value unpickler_find_class(value v, value module, value name)
{
    return unpickle_find_class(UNPICKLER(v), atomic_load_explicit(&UNPICKLER(v)->protocol, memory_order_relaxed),
                               module, name);
}
static value unpickler_sizeof(value v)
{
    return int_from_u64(sizeof(struct unpickler));
}
static const struct method_def unpickler_methods[] = {
    METHOD("load", unpickler_load, "($self, /)", "Load a pickle."),
    METHOD("find_class", unpickler_find_class, "($self, module_name, global_name, /)",
           "Return an object from a specified module."),
    METHOD("__sizeof__", unpickler_sizeof, "($self, /)", "Returns size in memory, in bytes."),
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
static value get_persistent_load(value v)
{
    value f = slot_load(&UNPICKLER(v)->header, &UNPICKLER(v)->persistent_load);
    return f ? f : raise(EXC(AttributeError), "persistent_load");
}
static bool set_persistent_load(value v, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "attribute deletion is not supported");
    if (!value_is_callable(given))
        return raise_false(EXC(TypeError), "persistent_load must be a callable taking one argument");
    slot_store(&UNPICKLER(v)->header, &UNPICKLER(v)->persistent_load, value_inc(given));
    return true;
}
static const struct getset_def unpickler_getset[] = {
    {"memo", get_memo, set_memo, NULL},
    {"persistent_load", get_persistent_load, set_persistent_load, NULL},
    {0},
};
static void unpickler_traverse(struct object *o, struct gc_trace *trace)
{
    struct unpickler *self = (struct unpickler *)o;
    pickle_memo_traverse(&self->memo, trace);
    trace_slot(trace, &self->read);
    trace_slot(trace, &self->readline);
    trace_slot(trace, &self->peek);
    trace_slot(trace, &self->encoding);
    trace_slot(trace, &self->errors);
    trace_slot(trace, &self->buffers);
    trace_slot(trace, &self->persistent_load);
}
static void unpickler_destroy(struct object *o)
{
    struct unpickler *self = (struct unpickler *)o;
    pickle_memo_destroy(o, &self->memo);
    slot_drop(&self->read);
    slot_drop(&self->readline);
    slot_drop(&self->peek);
    slot_drop(&self->encoding);
    slot_drop(&self->errors);
    slot_drop(&self->buffers);
    slot_drop(&self->persistent_load);
}
struct type *unpickler_type;
const struct type_spec unpickler_spec = {
    .name = "_pickle.Unpickler",
    .signature = "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
    .doc = "This takes a binary file for reading a pickle data stream.",
    .size = sizeof(struct unpickler),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = unpickler_traverse,
    .destroy = unpickler_destroy,
    .slots = {.new = unpickler_new, .init = unpickler_init},
    .methods = unpickler_methods,
    .getset = unpickler_getset,
};
