/* The methods and iterators of array.array; see array.h. */
#include "runtime/import.h"
#include "runtime/modules/data/array.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/text/str.h"
#include "runtime/step.h"
#include "threads/pause.h"

#define FILE_BLOCK (64 * 1024)

/* ---- one item ---- */

static value array_append_method(value self, value item)
{
    return array_append(self, item) ? VALUE_NONE : NULL;
}
static value array_extend_method(value self, value other)
{
    return array_extend(self, other) ? VALUE_NONE : NULL;
}
static value array_insert(value self, value index, value item)
{
    const struct array_kind *kind = array_kind_of(self);
    ssize i;
    uint64_t bits = 0;
    const ssize far = (ssize)1 << 58;
    if (!value_as_ssize(index, &i) || !kind->convert(item, &bits))
        return NULL;
    i = (i > far ? far : i < -far ? -far : i) * kind->size;
    return bytearray_set_range(self, i, i, (uint8_t *)&bits, kind->size) ? VALUE_NONE : NULL;
}
static value array_pop(value self, value index)
{
    const struct array_kind *kind = array_kind_of(self);
    ssize i;
    uint64_t item = 0;
    if (!value_as_ssize(index, &i))
        return NULL;
    bool empty = array_length(self) == 0;
    int taken = bytearray_take(self, i, kind->size, (uint8_t *)&item);
    if (taken == 0)
        return raise(EXC(IndexError), empty ? "pop from empty array" : "pop index out of range");
    return taken > 0 ? array_item_value(kind, item) : NULL;
}

/* ---- searching ---- */

/* The next index from `at` on, before `stop`, with an item that equals v; -1 none, -2 exception. */
static ssize find(value self, value v, ssize at, ssize stop)
{
    const struct array_kind *kind = array_kind_of(self);
    uint64_t item;
    enum array_sought sought = array_seek(kind, v, &item);
    if (sought == SOUGHT_NOTHING)
        return -1;
    if (sought == SOUGHT_BY_COMPARISON) {
        for (; at < stop; thread_report_at((size_t)++at)) {
            value other = array_item(self, at);
            if (other == VALUE_END)
                break;
            int equal = other ? value_equals(other, v) : -1;
            value_dec(other);
            if (equal)
                return equal < 0 ? -2 : at;
        }
        return -1;
    }
    ssize found = -1;
    object_lock(&array_of(self)->bytes.header);
    const uint8_t *data = atomic_load_explicit(&array_of(self)->bytes.data, memory_order_relaxed);
    if (stop > array_length(self))
        stop = array_length(self);
    for (; at < stop; thread_report_at((size_t)++at))
        if (array_item_equal(kind, item_load(data + at * kind->size, kind->size, false), item)) {
            found = at;
            break;
        }
    object_unlock(&array_of(self)->bytes.header);
    return found;
}

static value array_index(value self, const value *args)
{
    ssize start = 0, stop = PTRDIFF_MAX;
    if ((!is_missing(args[1]) && !search_argument(args[1], &start)) ||
        (!is_missing(args[2]) && !search_argument(args[2], &stop)))
        return NULL;
    ssize length = array_length(self);
    if (start < 0 && (start += length) < 0)
        start = 0;
    if (stop < 0)
        stop += length;
    ssize at = find(self, args[0], start, stop);
    if (at == -1)
        return raise(EXC(ValueError), "array.index(x): x not in array");
    return at < 0 ? NULL : int_from_i64(at);
}
static value array_count(value self, value v)
{
    int64_t count = 0;
    ssize at = -1;
    while ((at = find(self, v, at + 1, PTRDIFF_MAX)) >= 0)
        count++;
    return at == -1 ? int_from_i64(count) : NULL;
}
static value array_remove(value self, value v)
{
    const struct array_kind *kind = array_kind_of(self);
    uint64_t expected, item = 0;
    for (;;) {
        ssize at = find(self, v, 0, PTRDIFF_MAX);
        if (at == -1)
            return raise(EXC(ValueError), "array.remove(x): x not in array");
        if (at < 0)
            return NULL;
        /* Others may have changed the array since: what is taken out has to be what was found. */
        bool exact = array_seek(kind, v, &expected) == SOUGHT_ITEM;
        int taken = bytearray_take(self, at, kind->size, (uint8_t *)&item);
        if (taken < 0)
            return NULL;
        if (taken && (!exact || array_item_equal(kind, item, expected)))
            return VALUE_NONE;
        if (taken && !bytearray_set_range(self, at * kind->size, at * kind->size, (uint8_t *)&item, kind->size))
            return NULL;
    }
}

/* ---- all items ---- */

static value array_reverse(value self)
{
    bytearray_reverse_items(self, array_kind_of(self)->size);
    return VALUE_NONE;
}
static value array_byteswap(value self)
{
    unsigned size = array_kind_of(self)->size;
    object_lock(&array_of(self)->bytes.header);
    uint8_t *data = atomic_load_explicit(&array_of(self)->bytes.data, memory_order_relaxed);
    for (ssize i = 0, n = size > 1 ? array_length(self) : 0; i < n; thread_report_at((size_t)++i))
        item_store(data + i * size, size, true, item_load(data + i * size, size, false));
    object_unlock(&array_of(self)->bytes.header);
    return VALUE_NONE;
}
static value array_buffer_info(value self)
{
    struct buffer b;
    if (!buffer_get(self, &b, BUFFER_MEMORY))
        return NULL;
    value address = int_from_u64((uint64_t)(uintptr_t)b.data);
    value count = int_from_i64(b.length / array_kind_of(self)->size);
    buffer_release(&b);
    value pair = address && count ? tuple_pack(2, address, count) : NULL;
    value_dec(count);
    value_dec(address);
    return pair;
}
static value array_frombytes(value self, value from)
{
    struct buffer b;
    if (!buffer_get(from, &b, BUFFER_STRIDES))
        return NULL;
    bool plain = b.item_size == 1 && buffer_is_contiguous(&b, false);
    bool done = plain ? array_append_bytes(self, b.data, (size_t)b.length)
                      : raise_false(EXC(TypeError), "a bytes-like object is required");
    buffer_release(&b);
    return done ? VALUE_NONE : NULL;
}
static value array_tobytes(value self)
{
    return bytes_from_buffer(self);
}
static value array_fromlist(value self, value list)
{
    const struct array_kind *kind = array_kind_of(self);
    if (!is_list(list))
        return raise(EXC(TypeError), "arg must be list");
    struct bytes_builder out = {0};
    size_t length = list_length(list);
    bool done = true;
    for (size_t i = 0; done && i < length; thread_report_at(++i)) {
        uint64_t bits = 0;
        value item = list_get(list, i);
        done = item != VALUE_MISSING && kind->convert(item, &bits);
        value_dec(item);
        bytes_builder_add(&out, &bits, kind->size);
        if (list_length(list) != length && (done || item == VALUE_MISSING))
            done = raise_false(EXC(RuntimeError), "list changed size during iteration");
    }
    if (done && out.failed)
        done = raise_no_memory() != NULL;
    done = done && array_append_bytes(self, out.data, out.length);
    bytes_builder_discard(&out);
    return done ? VALUE_NONE : NULL;
}
static value array_fromunicode(value self, value text)
{
    if (!is_str(text))
        return raise(EXC(TypeError), "fromunicode() argument must be str, not %K", text);
    if (!array_kind_is_text(array_kind_of(self)))
        return raise(EXC(ValueError), "fromunicode() may only be called on unicode type arrays");
    return array_append_text(self, text) ? VALUE_NONE : NULL;
}
static value array_tounicode(value self)
{
    if (!array_kind_is_text(array_kind_of(self)))
        return raise(EXC(ValueError), "tounicode() may only be called on unicode type arrays");
    return array_to_text(self);
}

/* ---- files ---- */

static value array_fromfile(value self, value file, value given_count)
{
    ssize count, bytes;
    if (!value_as_ssize(given_count, &count))
        return NULL;
    if (count < 0)
        return raise(EXC(ValueError), "negative count");
    if (__builtin_mul_overflow(count, array_kind_of(self)->size, &bytes))
        return raise_no_memory();
    value size = int_from_i64(bytes), data = size ? call_method_1(file, NAME(read), size) : NULL;
    value_dec(size);
    if (!data)
        return NULL;
    bool done = is_bytes(data) ? array_append_bytes(self, bytes_data(data), bytes_length(data))
                               : raise_false(EXC(TypeError), "read() didn't return bytes");
    if (done && bytes_length(data) != (size_t)bytes)
        done = raise_false(EXC(EOFError), "read() didn't return enough bytes");
    value_dec(data);
    return done ? VALUE_NONE : NULL;
}
static value array_tofile(value self, value file)
{
    value all = array_tobytes(self);
    if (!all)
        return NULL;
    bool done = true;
    for (size_t at = 0, length = bytes_length(all); done && at < length; at += FILE_BLOCK) {
        value block = bytes_new(bytes_data(all) + at, length - at < FILE_BLOCK ? length - at : FILE_BLOCK);
        value written = block ? call_method_1(file, NAME(write), block) : NULL;
        done = written != NULL;
        value_dec(written);
        value_dec(block);
    }
    value_dec(all);
    return done ? VALUE_NONE : NULL;
}

/* ---- copies and pickles ---- */

static value array_copy_method(value self)
{
    return array_copy(self);
}
static value array_deepcopy(value self, value memo)
{
    return array_copy(self);
}

static value array_reduce_ex(value self, value protocol)
{
    const struct array_kind *kind = array_kind_of(self);
    int64_t version;
    if (!is_int(protocol))
        return raise(EXC(TypeError), "__reduce_ex__ argument should be an integer");
    if (!value_as_i64(protocol, &version))
        return NULL;
    value attributes = attr_get_optional(self, NAME(__dict__));
    if (attributes == VALUE_MISSING)
        attributes = VALUE_NONE;
    value code = str_from_code_point((uint32_t)kind->code), items = NULL, result = NULL;
    if (attributes && code && version < 3) {
        items = array_to_list(self);
        value arguments = items ? tuple_pack(2, code, items) : NULL;
        result = arguments ? tuple_pack(3, value_of(value_type(self)), arguments, attributes) : NULL;
        value_dec(arguments);
    } else if (attributes && code) {
        value module = import_module("array");
        value function = module ? attr_get(module, NAME(_array_reconstructor)) : NULL;
        items = function ? array_tobytes(self) : NULL;
        value arguments =
            items ? tuple_pack(4, value_of(value_type(self)), code, small_int(array_format_of(kind)), items) : NULL;
        result = arguments ? tuple_pack(3, function, arguments, attributes) : NULL;
        value_dec(arguments);
        value_dec(function);
        value_dec(module);
    }
    value_dec(items);
    value_dec(code);
    value_dec(attributes);
    return result;
}
static value array_sizeof(value self)
{
    return int_from_u64(sizeof(struct array) +
                        atomic_load_explicit(&array_of(self)->bytes.capacity, memory_order_relaxed));
}

const struct method_def array_methods[] = {
    METHOD("append", array_append_method, "($self, v, /)", "Append new value v to the end of the array."),
    METHOD("buffer_info", array_buffer_info, "($self, /)",
           "Return a tuple (address, length) giving the current memory address and the length in items of the buffer "
           "used to hold array's contents."),
    METHOD("byteswap", array_byteswap, "($self, /)", "Byteswap all items of the array."),
    METHOD("__copy__", array_copy_method, "($self, /)", "Return a copy of the array."),
    METHOD("count", array_count, "($self, v, /)", "Return number of occurrences of v in the array."),
    METHOD("__deepcopy__", array_deepcopy, "($self, unused, /)", "Return a copy of the array."),
    METHOD("extend", array_extend_method, "($self, bb, /)", "Append items to the end of the array."),
    METHOD("fromfile", array_fromfile, "($self, f, n, /)",
           "Read n objects from the file object f and append them to the end of the array."),
    METHOD("fromlist", array_fromlist, "($self, list, /)", "Append items to array from list."),
    METHOD("frombytes", array_frombytes, "($self, buffer, /)",
           "Appends items from the string, interpreting it as an array of machine values."),
    METHOD("fromunicode", array_fromunicode, "($self, ustr, /)",
           "Extends this array with data from the unicode string ustr."),
    METHOD("index", array_index, "($self, v, start=0, stop=sys.maxsize, /)",
           "Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present."),
    METHOD("insert", array_insert, "($self, i, v, /)", "Insert a new item v into the array before position i."),
    METHOD("pop", array_pop, "($self, i=-1, /)",
           "Return the i-th element and delete it from the array.\n\ni defaults to -1."),
    METHOD("__reduce_ex__", array_reduce_ex, "($self, value, /)", "Return state information for pickling."),
    METHOD("remove", array_remove, "($self, v, /)", "Remove the first occurrence of v in the array."),
    METHOD("reverse", array_reverse, "($self, /)", "Reverse the order of the items in the array."),
    METHOD("tofile", array_tofile, "($self, f, /)", "Write all items (as machine values) to the file object f."),
    METHOD("tolist", array_to_list, "($self, /)", "Convert array to an ordinary list with the same items."),
    METHOD("tobytes", array_tobytes, "($self, /)",
           "Convert the array to an array of machine values and return the bytes representation."),
    METHOD("tounicode", array_tounicode, "($self, /)", "Convert the array to a unicode string."),
    METHOD("__sizeof__", array_sizeof, "($self, /)", "Size of the array in memory, in bytes."),
    {0},
};

static value get_typecode(value self)
{
    return str_from_code_point((uint32_t)array_kind_of(self)->code);
}
static value get_itemsize(value self)
{
    return small_int(array_kind_of(self)->size);
}
const struct getset_def array_getset[] = {
    {"typecode", get_typecode, NULL, "the typecode character used to create the array"},
    {"itemsize", get_itemsize, NULL, "the size, in bytes, of one array item"},
    {0},
};

/* ---- iterators ---- */

struct array_iterator {
    struct object header;
    value_slot array; /* None once exhausted */
    _Atomic int64_t index;
};
#define ITERATOR(v) ((struct array_iterator *)(v))
static struct type *iterator_type;

value array_iterator_new(value v)
{
    struct array_iterator *it = (struct array_iterator *)object_new(iterator_type, sizeof *it);
    if (it)
        slot_init(&it->array, value_inc(v));
    return value_of(it);
}
static value iterator_next(value v)
{
    struct array_iterator *it = ITERATOR(v);
    value array = slot_load(&it->header, &it->array);
    if (is_none(array))
        return VALUE_END;
    int64_t i;
    do
        i = atomic_load_explicit(&it->index, memory_order_relaxed);
    while (!position_claim(&it->header, &it->index, i, i + 1));
    value item = array_item(array, i);
    if (item == VALUE_END)
        slot_store(&it->header, &it->array, VALUE_NONE);
    value_dec(array);
    return item;
}
static value iterator_reduce(value v)
{
    struct array_iterator *it = ITERATOR(v);
    value array = slot_load(&it->header, &it->array), iter = builtin_by_name("iter");
    if (!is_none(array))
        return reduce_result(iter, array, int_from_i64(load_relaxed(&it->index)), true);
    return reduce_result(iter, tuple_new(0), NULL, false);
}
static value iterator_setstate(value v, value state)
{
    ssize index;
    if (!value_as_ssize(state, &index))
        return NULL;
    value array = slot_load(&ITERATOR(v)->header, &ITERATOR(v)->array);
    if (!is_none(array)) {
        ssize length = array_length(array);
        atomic_store_explicit(&ITERATOR(v)->index,
                              index < 0        ? 0
                              : index > length ? length
                                               : index,
                              memory_order_relaxed);
    }
    value_dec(array);
    return VALUE_NONE;
}
static value iterator_self(value v)
{
    return value_inc(v);
}
static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct array_iterator *)o)->array);
}
static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct array_iterator *)o)->array);
}
static const struct method_def iterator_methods[] = {
    METHOD("__reduce__", iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};
static const struct type_spec iterator_spec = {
    .name = "array.arrayiterator",
    .size = sizeof(struct array_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_self, .next = iterator_next},
    .methods = iterator_methods,
};
bool array_methods_define(void)
{
    return iterator_type || (iterator_type = type_define(&iterator_spec));
}
