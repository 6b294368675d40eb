/*
 * memoryview: another object's memory, seen as an array.
 *
 * Every view borrows from the original exporter by itself (a slice of a view does not depend on the view). Format,
 * shape and strides are the view's own, and constant. Its memory may be taken from it at any time: by a release in
 * another thread, or in Python code that the operation itself calls. So memory is used in one of two ways:
 *
 *   for a moment   between access_begin, which fails once the view is released, and access_end: under the lock that
 *                  guards the bytes, and so one step beside other views and the exporter's own methods
 *   for longer     as a buffer (buffer_get), be it the view's own: it is a copy, or constant, or counts in `exports`,
 * and while it does the view refuses to be released
 */
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "runtime/signature.h"
#include "runtime/step.h"
#include "threads/pause.h"

#include <stdlib.h>

struct memory_view {
    struct object header;
    value_slot owner;      /* the exporter, held; None once released */
    struct buffer memory;  /* what is seen of what the exporter lent; constant. Its owner is not counted: `owner` is */
    _Atomic bool released; /* set under the lock that guards the bytes */
    _Atomic uint32_t exports; /* raised under it */
    _Atomic int64_t hash;     /* -1: not computed */
    ssize shape_and_strides[];
};

static bool released_error(void)
{
    return raise_false(EXC(ValueError), "operation forbidden on released memoryview object");
}
static bool is_released(struct memory_view *m)
{
    return atomic_load_explicit(&m->released, memory_order_acquire);
}
/* At the beginning of an operation, and again after Python code ran. */
static bool check(struct memory_view *m)
{
    return likely(!is_released(m)) || released_error();
}

static struct object *guard_of(struct memory_view *m)
{
    return m->memory.guard ? m->memory.guard : &m->header;
}
/* The memory for a moment, in which what holds of a lock's holder holds. Returns the exporter, which holds the guard,
   for access_end; NULL with ValueError. */
static value access_begin(struct memory_view *m)
{
    value owner = slot_load(&m->header, &m->owner);
    if (likely(!is_none(owner))) {
        object_lock(guard_of(m));
        if (likely(!is_released(m)))
            return owner;
        object_unlock(guard_of(m));
        value_dec(owner);
    }
    released_error();
    return NULL;
}
static void access_end(struct memory_view *m, value owner)
{
    object_unlock(guard_of(m));
    value_dec(owner);
}

static const struct item_format *format_of(const struct buffer *b)
{
    const struct item_format *f = item_format_find(b->format);
    if (!f)
        raise(EXC(NotImplementedError), "memoryview: unsupported format %s", b->format);
    return f;
}

/* ---- making ---- */

static void compute_length(struct buffer *b)
{
    b->length = b->item_size;
    for (int i = 0; i < b->ndim; i++)
        b->length *= b->shape[i];
}

/* A stride many times over, which may lead nowhere if no second item is there. */
static ssize multiply(ssize stride, ssize step)
{
    return (ssize)((size_t)stride * (size_t)step);
}

static void set_contiguous_strides(struct buffer *b)
{
    ssize step = b->item_size;
    for (int i = b->ndim - 1; i >= 0; i--) {
        b->strides[i] = step;
        step *= b->shape[i];
    }
}

/* A view of all that the exporter lends; with another number of dimensions (-1: the exporter's) shape and strides are
   left to the caller. */
static struct memory_view *view_new(value exporter, int ndim)
{
    struct buffer lent;
    if (!value_has_buffer(exporter)) {
        raise(EXC(TypeError), "memoryview: a bytes-like object is required, not '%T'", exporter);
        return NULL;
    }
    if (!buffer_get(exporter, &lent, BUFFER_STRIDES | BUFFER_MEMORY))
        return NULL;
    if (ndim < 0)
        ndim = lent.ndim;
    struct memory_view *m =
        (struct memory_view *)object_new(TYPE(MEMORYVIEW), sizeof *m + 2 * (size_t)ndim * sizeof(ssize));
    if (!m) {
        buffer_release(&lent);
        return NULL;
    }
    m->memory = lent;
    slot_init(&m->owner, lent.owner); /* the buffer's reference moves here */
    m->memory.ndim = ndim;
    m->memory.shape = m->shape_and_strides;
    m->memory.strides = m->shape_and_strides + ndim;
    if (ndim == lent.ndim) {
        memcpy(m->memory.shape, lent.shape, (size_t)ndim * sizeof(ssize));
        memcpy(m->memory.strides, lent.strides, (size_t)ndim * sizeof(ssize));
    }
    atomic_store_explicit(&m->hash, -1, memory_order_relaxed);
    return m;
}

/* Another view of the same memory, to be changed before it is seen; `ndim` as above. */
static struct memory_view *view_copy(struct memory_view *from, int ndim)
{
    value owner = slot_load(&from->header, &from->owner);
    struct memory_view *m = NULL;
    if (is_none(owner))
        released_error();
    else
        m = view_new(owner, ndim < 0 ? from->memory.ndim : ndim);
    value_dec(owner);
    /* The new view's loan began before the other one ended: then it is of the same memory. */
    value held = m ? access_begin(from) : NULL;
    if (!held) {
        value_dec(value_of(m));
        return NULL;
    }
    access_end(from, held);
    const struct buffer *model = &from->memory;
    m->memory.data = model->data;
    m->memory.length = model->length;
    m->memory.item_size = model->item_size;
    m->memory.format = model->format;
    m->memory.readonly = model->readonly;
    if (m->memory.ndim == model->ndim)
        memcpy(m->shape_and_strides, from->shape_and_strides, 2 * (size_t)model->ndim * sizeof(ssize));
    return m;
}

static value memoryview_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("memoryview", "(object)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (value_is(bound[0], TYPE_ID_MEMORYVIEW))
        return value_of(view_copy((struct memory_view *)bound[0], -1));
    return value_of(view_new(bound[0], -1));
}

/* Give the memory back: takes the owner out. */
static void give_back(struct memory_view *m)
{
    value owner = slot_exchange(&m->owner, VALUE_NONE);
    if (!owner || is_none(owner))
        return;
    struct buffer lent = m->memory;
    lent.owner = owner;
    buffer_release(&lent);
}

static void memoryview_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct memory_view *)o)->owner);
}
/* Also `release`: the owner is told. */
static void memoryview_destroy(struct object *o)
{
    give_back((struct memory_view *)o);
}

static value memoryview_release(value self, const value *args)
{
    struct memory_view *m = (struct memory_view *)self;
    value owner = slot_load(&m->header, &m->owner); /* holds the guard */
    if (is_none(owner))
        return VALUE_NONE;
    object_lock(guard_of(m));
    uint32_t exports = atomic_load_explicit(&m->exports, memory_order_acquire);
    bool first = !exports && !is_released(m);
    if (first)
        atomic_store_explicit(&m->released, true, memory_order_release);
    object_unlock(guard_of(m));
    if (first)
        give_back(m);
    value_dec(owner);
    if (exports)
        return raise(EXC(BufferError), "memoryview has %u exported buffer%s", exports, exports == 1 ? "" : "s");
    return VALUE_NONE;
}

/* ---- buffer ---- */

/* The view's memory to somebody who asked for these flags; the owner is stolen. */
static void describe(struct memory_view *m, struct buffer *buffer, value owner, int flags)
{
    *buffer = m->memory;
    buffer->owner = owner;
    if (!(flags & BUFFER_STRIDES)) {
        buffer->item_size = 1;
        buffer->format = "B";
        buffer->ndim = 1;
        buffer->shape = buffer->strides = NULL;
    }
}

/* To a reader beside other threads: constant bytes straight from the exporter, others as they are at one moment. */
static int lend_moment(struct memory_view *m, struct buffer *buffer, int flags)
{
    if (!m->memory.guard) {
        value owner = slot_load(&m->header, &m->owner);
        if (is_none(owner))
            return (void)released_error(), -1;
        describe(m, buffer, owner, flags);
        return 0;
    }
    size_t strides_at = ((size_t)m->memory.length + 7) / 8 * 8;
    uint8_t *copy = raw_alloc(strides_at + ((size_t)m->memory.ndim + 1) * sizeof(ssize));
    if (!copy) {
        raise_no_memory();
        return -1;
    }
    value owner = access_begin(m);
    if (!owner) {
        raw_free(copy);
        return -1;
    }
    buffer_pack(&m->memory, false, copy);
    access_end(m, owner);
    describe(m, buffer, NULL, flags);
    buffer->data = buffer->internal = copy;
    buffer->guard = NULL;
    buffer->readonly = true;
    if (flags & BUFFER_STRIDES) {
        buffer->strides = (ssize *)(copy + strides_at);
        set_contiguous_strides(buffer);
    }
    return 0;
}

static int memoryview_buffer(value self, struct buffer *buffer, int flags)
{
    struct memory_view *m = (struct memory_view *)self;
    if (!check(m))
        return -1;
    if ((flags & BUFFER_WRITABLE) && m->memory.readonly)
        return raise_int(EXC(BufferError), "memoryview: underlying buffer is not writable");
    if (!(flags & BUFFER_STRIDES) && !buffer_is_contiguous(&m->memory, false))
        return raise_int(EXC(BufferError), "memoryview: underlying buffer is not C-contiguous");
    if (!(flags & (BUFFER_WRITABLE | BUFFER_MEMORY)) && unlikely(!thread_is_alone()))
        return lend_moment(m, buffer, flags);
    value owner = access_begin(m);
    if (!owner)
        return -1;
    atomic_fetch_add_explicit(&m->exports, 1, memory_order_acq_rel);
    access_end(m, owner);
    describe(m, buffer, value_inc(self), flags);
    return 0;
}
static void memoryview_buffer_release(value self, struct buffer *buffer)
{
    atomic_fetch_sub_explicit(&((struct memory_view *)self)->exports, 1, memory_order_acq_rel);
}

/* ---- items ---- */

static bool is_index(value v)
{
    return is_int(v) || value_type_slot(v, to_index);
}
static bool is_slice_value(value v)
{
    return is_slice(v);
}
static bool is_tuple_of(value v, bool (*is_kind)(value v))
{
    if (!is_tuple(v))
        return false;
    for (size_t i = 0; i < tuple_length(v); i++)
        if (!is_kind(tuple_get(v, i)))
            return false;
    return true;
}
static bool is_empty_tuple(value v)
{
    return is_tuple(v) && tuple_length(v) == 0;
}

/* Add to *offset what the index contributes; false with IndexError. */
static bool add_index(struct memory_view *m, int dimension, ssize i, ssize *offset)
{
    ssize n = m->memory.shape[dimension];
    if (i < 0)
        i += n;
    if (i < 0 || i >= n)
        return raise_false(EXC(IndexError), "index out of bounds on dimension %d", dimension + 1);
    *offset += i * m->memory.strides[dimension];
    return true;
}

/* Where a tuple of integers leads to. */
static bool add_indices(struct memory_view *m, value key, ssize *offset)
{
    size_t n = tuple_length(key);
    if ((ssize)n < m->memory.ndim)
        return raise_false(EXC(NotImplementedError), "sub-views are not implemented");
    if ((ssize)n > m->memory.ndim)
        return raise_false(EXC(TypeError), "cannot index %d-dimension view with %zu-element tuple", m->memory.ndim, n);
    for (size_t k = 0; k < n; k++) {
        ssize i;
        if (!index_as_ssize(tuple_get(key, k), &i, EXC(IndexError)) || !add_index(m, (int)k, i, offset))
            return false;
    }
    return true;
}

static value item_at(struct memory_view *m, ssize offset)
{
    uint8_t item[ITEM_SIZE_MAX] = {0};
    const struct item_format *f = format_of(&m->memory);
    value owner = f ? access_begin(m) : NULL;
    if (!owner)
        return NULL;
    memcpy(item, (uint8_t *)m->memory.data + offset, f->size);
    access_end(m, owner);
    return item_unpack(f, item);
}

static bool set_item_at(struct memory_view *m, ssize offset, value v)
{
    uint8_t item[ITEM_SIZE_MAX];
    const struct item_format *f = format_of(&m->memory);
    value converted = f ? item_convert(f, v) : NULL;
    bool ok = converted && check(m) && item_pack(f, converted, item);
    value_dec(converted);
    value owner = ok ? access_begin(m) : NULL;
    if (!owner)
        return false;
    memcpy((uint8_t *)m->memory.data + offset, item, f->size);
    access_end(m, owner);
    return true;
}

static value slice_view(struct memory_view *m, value key)
{
    /* First the loan, then the slice: its __index__ may release the view, but not this one. */
    struct memory_view *part = view_copy(m, -1);
    if (!part)
        return NULL;
    struct buffer *b = &part->memory;
    ssize start, stop, step, count = slice_indices(key, b->shape[0], &start, &stop, &step);
    if (count < 0) {
        value_dec(value_of(part));
        return NULL;
    }
    b->data = (uint8_t *)b->data + start * b->strides[0];
    b->shape[0] = count;
    b->strides[0] = multiply(b->strides[0], step);
    compute_length(b);
    return value_of(part);
}

static value memoryview_getitem(value self, value key)
{
    struct memory_view *m = (struct memory_view *)self;
    ssize i, offset = 0;
    if (!check(m))
        return NULL;
    if (m->memory.ndim == 0) {
        if (key == VALUE_ELLIPSIS)
            return value_inc(self);
        if (!is_empty_tuple(key))
            return raise(EXC(TypeError), "invalid indexing of 0-dim memory");
        return item_at(m, 0);
    }
    if (is_index(key)) {
        if (!index_as_ssize(key, &i, EXC(IndexError)) || !check(m))
            return NULL;
        if (m->memory.ndim > 1)
            return raise(EXC(NotImplementedError), "multi-dimensional sub-views are not implemented");
        return add_index(m, 0, i, &offset) ? item_at(m, offset) : NULL;
    }
    if (is_slice(key))
        return slice_view(m, key);
    if (is_tuple_of(key, is_index))
        return add_indices(m, key, &offset) ? item_at(m, offset) : NULL;
    if (is_tuple_of(key, is_slice_value))
        return raise(EXC(NotImplementedError), "multi-dimensional slicing is not implemented");
    return raise(EXC(TypeError), "memoryview: invalid slice key");
}

static bool same_format(const char *a, const char *b)
{
    return strcmp(*a == '@' ? a + 1 : a, *b == '@' ? b + 1 : b) == 0;
}

/* The contents of a buffer, packed; malloc'd. */
static uint8_t *packed(const struct buffer *b)
{
    uint8_t *bytes = raw_alloc((size_t)b->length + 1);
    if (bytes)
        buffer_pack(b, false, bytes);
    else
        raise_no_memory();
    return bytes;
}

/* The items of `to`, a part of the view, become those of `from`. */
static bool copy_items(struct memory_view *m, const struct buffer *to, const struct buffer *from)
{
    if (!check(m))
        return false;
    if (from->ndim != 1 || to->shape[0] != from->shape[0] || !same_format(to->format, from->format))
        return raise_false(EXC(ValueError), "memoryview assignment: lvalue and rvalue have different structures");
    bool contiguous = buffer_is_contiguous(to, false);
    /* One copy is enough where no item can be overwritten before it is read. */
    bool direct = buffer_is_contiguous(from, false) && (contiguous || !from->guard);
    uint8_t *bytes = direct ? NULL : packed(from);
    const uint8_t *source = direct ? from->data : bytes;
    value owner = source ? access_begin(m) : NULL;
    if (owner) {
        if (contiguous && !from->guard)
            thread_copy(to->data, source, (size_t)to->length);
        else if (contiguous) /* they may overlap, and no other thread is there */
            thread_move(to->data, source, (size_t)to->length);
        for (ssize i = 0; !contiguous && i < to->shape[0]; i++) {
            thread_report_at((size_t)i + 1);
            memcpy((uint8_t *)to->data + i * to->strides[0], source + i * to->item_size, (size_t)to->item_size);
        }
        access_end(m, owner);
    }
    raw_free(bytes);
    return owner != NULL;
}

static bool set_slice(struct memory_view *m, value key, value v)
{
    struct buffer from, to = m->memory;
    ssize start, stop, step, count, stride;
    if (!buffer_get(v, &from, BUFFER_STRIDES))
        return false;
    count = slice_indices(key, m->memory.shape[0], &start, &stop, &step);
    stride = multiply(m->memory.strides[0], step);
    to.shape = &count;
    to.strides = &stride;
    to.data = (uint8_t *)to.data + start * m->memory.strides[0];
    bool ok = count >= 0;
    if (ok) {
        to.length = count * to.item_size;
        ok = copy_items(m, &to, &from);
    }
    buffer_release(&from);
    return ok;
}

static bool memoryview_setitem(value self, value key, value v)
{
    struct memory_view *m = (struct memory_view *)self;
    ssize i, offset = 0;
    if (!check(m))
        return false;
    if (m->memory.readonly)
        return raise_false(EXC(TypeError), "cannot modify read-only memory");
    if (!v)
        return raise_false(EXC(TypeError), "cannot delete memory");
    if (m->memory.ndim == 0) {
        if (key != VALUE_ELLIPSIS && !is_empty_tuple(key))
            return raise_false(EXC(TypeError), "invalid indexing of 0-dim memory");
        return set_item_at(m, 0, v);
    }
    if (is_index(key)) {
        if (m->memory.ndim > 1)
            return raise_false(EXC(NotImplementedError), "sub-views are not implemented");
        return index_as_ssize(key, &i, EXC(IndexError)) && add_index(m, 0, i, &offset) && set_item_at(m, offset, v);
    }
    if (is_slice(key) && m->memory.ndim == 1)
        return set_slice(m, key, v);
    if (is_tuple_of(key, is_index))
        return add_indices(m, key, &offset) && set_item_at(m, offset, v);
    if (is_slice(key) || is_tuple_of(key, is_slice_value))
        return raise_false(EXC(NotImplementedError),
                           "memoryview slice assignments are currently restricted to ndim = 1");
    return raise_false(EXC(TypeError), "memoryview: invalid slice key");
}

static ssize memoryview_length(value self)
{
    struct memory_view *m = (struct memory_view *)self;
    if (!check(m))
        return -1;
    return m->memory.ndim == 0 ? 1 : m->memory.shape[0];
}

/* ---- comparison and hashing ---- */

/* Is the shape the same, as far as it matters? */
static bool same_shape(const struct buffer *a, const struct buffer *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] != b->shape[i])
            return false;
        if (a->shape[i] == 0)
            break;
    }
    return true;
}

struct comparison {
    const struct buffer *a, *b;
    const struct item_format *a_format, *b_format;
    bool bytewise; /* items are equal when their bytes are */
};

static int equal_items(const struct comparison *c, const uint8_t *p, const uint8_t *q)
{
    if (c->bytewise)
        return memcmp(p, q, c->a_format->size) == 0;
    value x = item_unpack(c->a_format, p), y = x ? item_unpack(c->b_format, q) : NULL;
    /* NaN is not equal to itself here: compare values, not identities. */
    value result = y ? compare_rich(x, y, COMPARE_EQ) : NULL;
    int equal = result ? value_truth(result) : -1;
    value_dec(x);
    value_dec(y);
    value_dec(result);
    return equal;
}

/* 1 equal, 0 not, -1 error; dimension by dimension. */
static int equal_arrays(const struct comparison *c, const uint8_t *p, const uint8_t *q, int dimension)
{
    if (dimension == c->a->ndim)
        return equal_items(c, p, q);
    for (ssize i = 0; i < c->a->shape[dimension]; i++) {
        thread_pause_at((size_t)i + 1);
        int equal = equal_arrays(c, p + i * c->a->strides[dimension], q + i * c->b->strides[dimension], dimension + 1);
        if (equal <= 0)
            return equal;
    }
    return 1;
}

static int equal_buffers(const struct buffer *a, const struct buffer *b)
{
    struct comparison c = {a, b, item_format_find(a->format), item_format_find(b->format), false};
    if (!same_shape(a, b) || !c.a_format || !c.b_format)
        return 0;
    c.bytewise = c.a_format == c.b_format && !item_format_is_float(c.a_format);
    if (c.bytewise && buffer_is_contiguous(a, false) && buffer_is_contiguous(b, false))
        return thread_compare(a->data, b->data, (size_t)a->length) == 0;
    return equal_arrays(&c, a->data, b->data, 0);
}

static value memoryview_compare(value self, value other, int op)
{
    struct buffer a, b;
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_has_buffer(other))
        return VALUE_NOT_IMPLEMENTED;
    if (!buffer_get(self, &a, BUFFER_STRIDES)) {
        if (!is_released((struct memory_view *)self))
            return NULL;
        error_clear();
        return value_bool((self == other) == (op == COMPARE_EQ));
    }
    int equal = -1;
    bool comparable = buffer_get(other, &b, BUFFER_STRIDES);
    if (comparable) {
        equal = equal_buffers(&a, &b);
        buffer_release(&b);
    } else
        error_clear();
    buffer_release(&a);
    if (!comparable)
        return VALUE_NOT_IMPLEMENTED;
    return equal < 0 ? NULL : value_bool(equal == (op == COMPARE_EQ));
}

/* All items in a row, as they are at one moment: bytes. */
static value tobytes(struct memory_view *m, bool fortran)
{
    value bytes = bytes_new(NULL, (size_t)m->memory.length);
    value owner = bytes ? access_begin(m) : NULL;
    if (!owner) {
        value_dec(bytes);
        return NULL;
    }
    buffer_pack(&m->memory, fortran, bytes_data(bytes));
    access_end(m, owner);
    return bytes;
}

static bool memoryview_hash(value self, int64_t *out)
{
    struct memory_view *m = (struct memory_view *)self;
    int64_t h = atomic_load_explicit(&m->hash, memory_order_relaxed);
    if (h == -1) {
        if (!check(m))
            return false;
        if (!m->memory.readonly)
            return raise_false(EXC(ValueError), "cannot hash writable memoryview object");
        const struct item_format *f = item_format_find(m->memory.format);
        if (!f || !item_format_is_byte(f))
            return raise_false(EXC(ValueError), "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        value owner = slot_load(&m->header, &m->owner);
        int64_t ignored;
        bool hashable = value_hash(owner, &ignored); /* the exporter must be immutable too */
        value_dec(owner);
        value bytes = hashable ? tobytes(m, false) : NULL;
        bool ok = bytes && value_hash(bytes, &h);
        value_dec(bytes);
        if (!ok)
            return false;
        atomic_store_explicit(&m->hash, h, memory_order_relaxed);
    }
    *out = h;
    return true;
}

/* ---- methods ---- */

static value memoryview_tobytes(value self, value order)
{
    struct memory_view *m = (struct memory_view *)self;
    bool fortran = false;
    if (!check(m))
        return NULL;
    if (is_given(order)) {
        if (!is_str(order))
            return raise(EXC(TypeError), "tobytes() argument 'order' must be str or None, not %K", order);
        if (str_equals_text(order, "F"))
            fortran = true;
        else if (str_equals_text(order, "A"))
            fortran = buffer_is_contiguous(&m->memory, true) && !buffer_is_contiguous(&m->memory, false);
        else if (!str_equals_text(order, "C"))
            return raise(EXC(ValueError), "order must be 'C', 'F' or 'A'");
    }
    return tobytes(m, fortran);
}

static value list_of(const struct buffer *b, const struct item_format *f, const uint8_t *p, int dimension)
{
    if (dimension == b->ndim)
        return item_unpack(f, p);
    value list = list_new((size_t)b->shape[dimension]);
    for (ssize i = 0; list && i < b->shape[dimension]; i++) {
        thread_pause_at((size_t)i + 1);
        value item = list_of(b, f, p + i * b->strides[dimension], dimension + 1);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}

static value memoryview_tolist(value self)
{
    struct buffer b;
    if (!buffer_get(self, &b, BUFFER_STRIDES))
        return NULL;
    const struct item_format *f = format_of(&b);
    value list = f ? list_of(&b, f, b.data, 0) : NULL;
    buffer_release(&b);
    return list;
}

static value memoryview_hex(value self, value sep, value bytes_per_sep)
{
    int group = 1;
    if (!is_missing(bytes_per_sep) && !value_as_int(bytes_per_sep, &group))
        return NULL;
    value bytes = tobytes((struct memory_view *)self, false);
    value v = bytes ? bytes_hex_span(bytes_span(bytes), sep, group, 0x7F) : NULL;
    value_dec(bytes);
    return v;
}

static value memoryview_toreadonly(value self)
{
    struct memory_view *m = view_copy((struct memory_view *)self, -1);
    if (m)
        m->memory.readonly = true;
    return value_of(m);
}

static value memoryview_enter(value self)
{
    return check((struct memory_view *)self) ? value_inc(self) : NULL;
}
static value memoryview_exit(value self, const value *args)
{
    return memoryview_release(self, args);
}

/* The shape argument of cast: dimensions in `out`; -1 on error. */
static int cast_shape(value shape, ssize item_size, ssize length, ssize *out)
{
    if (!is_list(shape) && !is_tuple(shape))
        return raise_int(EXC(TypeError), "shape must be a list or a tuple");
    value items = tuple_from_iterable(shape);
    if (!items)
        return -1;
    size_t n = tuple_length(items);
    ssize product = item_size;
    int result = (int)n;
    if (n > BUFFER_DIMENSIONS_MAX)
        result =
            raise_int(EXC(ValueError), "memoryview: number of dimensions must not exceed %d", BUFFER_DIMENSIONS_MAX);
    for (size_t i = 0; result >= 0 && i < n; i++) {
        if (!is_int(tuple_get(items, i)))
            result = raise_int(EXC(TypeError), "memoryview.cast(): elements of shape must be integers");
        else if (!value_as_ssize(tuple_get(items, i), &out[i]))
            result = -1;
        else if (out[i] <= 0)
            result = raise_int(EXC(ValueError), "memoryview.cast(): elements of shape must be integers > 0");
        else if (__builtin_mul_overflow(product, out[i], &product))
            result = raise_int(EXC(ValueError), "memoryview.cast(): product(shape) > SSIZE_MAX");
    }
    value_dec(items);
    if (result >= 0 && product != length)
        result = raise_int(EXC(TypeError), "memoryview: product(shape) * itemsize != buffer size");
    return result;
}

static value memoryview_cast(value self, value format, value given_shape)
{
    struct memory_view *m = (struct memory_view *)self;
    ssize shape[BUFFER_DIMENSIONS_MAX];
    struct text text;
    if (!check(m))
        return NULL;
    if (!is_str(format))
        return raise(EXC(TypeError), "cast() argument 'format' must be str, not %K", format);
    if (!buffer_is_contiguous(&m->memory, false))
        return raise(EXC(TypeError), "memoryview: casts are restricted to C-contiguous views");
    if (!is_missing(given_shape) && !is_list(given_shape) && !is_tuple(given_shape))
        return raise(EXC(TypeError), "shape must be a list or a tuple");
    if (!is_missing(given_shape) && m->memory.ndim != 1 && is_list(given_shape) + is_tuple(given_shape) &&
        value_length(given_shape) != 1)
        return raise(EXC(TypeError), "memoryview: cast must be 1D -> ND or ND -> 1D");
    if (!text_of(format, &text))
        return NULL;
    const struct item_format *f = item_format_find(text.bytes), *old = item_format_find(m->memory.format);
    bool native = text.bytes[0] == '@';
    text_release(&text);
    if (!f)
        return raise(EXC(ValueError),
                     "memoryview: destination format must be a native single character format prefixed "
                     "with an optional '@'");
    if (!item_format_is_byte(f) && (!old || !item_format_is_byte(old)))
        return raise(EXC(TypeError), "memoryview: cannot cast between two non-byte formats");
    if (m->memory.length % f->size)
        return raise(EXC(TypeError), "memoryview: length is not a multiple of itemsize");
    int ndim = 1;
    if (is_missing(given_shape))
        shape[0] = m->memory.length / f->size;
    else if ((ndim = cast_shape(given_shape, f->size, m->memory.length, shape)) < 0)
        return NULL;
    struct memory_view *view = view_copy(m, ndim);
    if (!view)
        return NULL;
    view->memory.format = native ? f->native : f->text;
    view->memory.item_size = f->size;
    memcpy(view->memory.shape, shape, (size_t)ndim * sizeof(ssize));
    set_contiguous_strides(&view->memory);
    return value_of(view);
}

static value memoryview_repr(value self)
{
    bool released = is_released((struct memory_view *)self);
    return str_format(released ? "<released memory at %p>" : "<memory at %p>", (void *)self);
}

/* ---- attributes ---- */

static value tuple_of(const ssize *items, int n)
{
    value tuple = tuple_new((size_t)n);
    for (int i = 0; tuple && i < n; i++)
        tuple_init(tuple, (size_t)i, int_from_i64(items[i]));
    return tuple;
}

static value memoryview_get_obj(value self)
{
    value owner = slot_load(value_object(self), &((struct memory_view *)self)->owner);
    return is_none(owner) ? (released_error(), NULL) : owner;
}
static value memoryview_get_suboffsets(value self)
{
    return check((struct memory_view *)self) ? tuple_new(0) : NULL;
}
#define ATTRIBUTE(NAME, EXPRESSION)                                     \
    static value memoryview_get_##NAME(value self)                      \
    {                                                                   \
        const struct buffer *b = &((struct memory_view *)self)->memory; \
        return check((struct memory_view *)self) ? (EXPRESSION) : NULL; \
    }
ATTRIBUTE(nbytes, small_int(b->length))
ATTRIBUTE(readonly, value_bool(b->readonly))
ATTRIBUTE(itemsize, small_int(b->item_size))
ATTRIBUTE(format, str_from_text(b->format))
ATTRIBUTE(ndim, small_int(b->ndim))
ATTRIBUTE(shape, tuple_of(b->shape, b->ndim))
ATTRIBUTE(strides, tuple_of(b->strides, b->ndim))
ATTRIBUTE(c_contiguous, value_bool(buffer_is_contiguous(b, false)))
ATTRIBUTE(f_contiguous, value_bool(buffer_is_contiguous(b, true)))
ATTRIBUTE(contiguous, value_bool(buffer_is_contiguous(b, false) || buffer_is_contiguous(b, true)))

static const struct getset_def memoryview_getset[] = {
    {"obj", memoryview_get_obj, NULL, "The underlying object of the memoryview."},
    {"nbytes", memoryview_get_nbytes, NULL, "The size in bytes of the array."},
    {"readonly", memoryview_get_readonly, NULL, "Whether the memory is read only."},
    {"itemsize", memoryview_get_itemsize, NULL, "The size in bytes of each item."},
    {"format", memoryview_get_format, NULL, "The format of each item, in struct module style."},
    {"ndim", memoryview_get_ndim, NULL, "The number of dimensions."},
    {"shape", memoryview_get_shape, NULL, "The length of each dimension."},
    {"strides", memoryview_get_strides, NULL, "The distance in bytes of items in each dimension."},
    {"suboffsets", memoryview_get_suboffsets, NULL, "Empty."},
    {"c_contiguous", memoryview_get_c_contiguous, NULL, "Whether the memory is C contiguous."},
    {"f_contiguous", memoryview_get_f_contiguous, NULL, "Whether the memory is Fortran contiguous."},
    {"contiguous", memoryview_get_contiguous, NULL, "Whether the memory is contiguous."},
    {0},
};

static const struct method_def memoryview_methods[] = {
    METHOD("release", memoryview_release, "($self, /)", "Give the memory back."),
    METHOD("tobytes", memoryview_tobytes, "($self, /, order='C')", "The data as bytes."),
    METHOD("hex", memoryview_hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "As hexadecimal digits."),
    METHOD("tolist", memoryview_tolist, "($self, /)", "The data as a list, nested for several dimensions."),
    METHOD("cast", memoryview_cast, "($self, /, format, shape=<unrepresentable>)", "Another format or shape."),
    METHOD("toreadonly", memoryview_toreadonly, "($self, /)", "A view that cannot write."),
    METHOD("__enter__", memoryview_enter, "($self, /)", NULL),
    METHOD("__exit__", memoryview_exit, "($self, /, *exc_info)", NULL),
    {0},
};

/* ---- iteration ---- */

static value memoryview_iter(value self)
{
    struct memory_view *m = (struct memory_view *)self;
    if (m->memory.ndim == 0)
        return raise(EXC(TypeError), "invalid indexing of 0-dim memory");
    if (m->memory.ndim > 1)
        return raise(EXC(NotImplementedError), "multi-dimensional sub-views are not implemented");
    return check(m) ? bytes_iterator_new(self) : NULL;
}

value memoryview_item(value self, size_t i)
{
    struct memory_view *m = (struct memory_view *)self;
    return i < (size_t)m->memory.shape[0] ? item_at(m, (ssize)i * m->memory.strides[0]) : VALUE_END;
}

const struct type_spec memoryview_type_spec = {
    .id = TYPE_ID_MEMORYVIEW,
    .name = "memoryview",
    .doc = "Create a new memoryview object which references the given object.",
    .signature = "(object)",
    .size = sizeof(struct memory_view),
    .flags = TYPE_FLAG_SEQUENCE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = memoryview_traverse,
    .destroy = memoryview_destroy,
    .release = memoryview_destroy,
    .slots =
        {
            .new = memoryview_new,
            .repr = memoryview_repr,
            .hash = memoryview_hash,
            .compare = memoryview_compare,
            .iter = memoryview_iter,
            .length = memoryview_length,
            .getitem = memoryview_getitem,
            .setitem = memoryview_setitem,
            .buffer = memoryview_buffer,
            .buffer_release = memoryview_buffer_release,
        },
    .methods = memoryview_methods,
    .getset = memoryview_getset,
};
