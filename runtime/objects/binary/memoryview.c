/*
 * memoryview: another object's memory, seen as an array.
 *
 * Every view borrows from the original exporter by itself (a slice of a view does not depend on the view). Format,
 * shape and strides are the view's own; `released` and `exports` are guarded by the object lock. A view that lent its
 * memory on cannot be released.
 */
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/text/str.h"
#include "runtime/signature.h"
#include "runtime/raw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct memory_view {
    struct object header;
    value_slot owner;        /* the exporter, held; None once released */
    struct buffer buffer;    /* what the exporter lent; its owner field is not counted: `owner` is */
    uint8_t *data;           /* of this view */
    ssize item_size, length; /* bytes */
    const char *format;      /* the exporter's, or from the table below */
    int ndim;
    bool readonly;
    _Atomic bool released;
    _Atomic uint32_t exports;
    _Atomic int64_t hash; /* -1: not computed */
    ssize shape_and_strides[];
};

static ssize *shape_of(struct memory_view *m)
{
    return m->shape_and_strides;
}
static ssize *strides_of(struct memory_view *m)
{
    return m->shape_and_strides + m->ndim;
}

static bool check(struct memory_view *m)
{
    if (likely(!atomic_load_explicit(&m->released, memory_order_acquire)))
        return true;
    return raise_false(EXC(ValueError), "operation forbidden on released memoryview object");
}

/* ---- formats ---- */

static const struct format {
    char code;
    uint8_t size;
    const char *text, *native;
} formats[] = {
    {'B', 1, "B", "@B"}, {'b', 1, "b", "@b"}, {'c', 1, "c", "@c"}, {'?', 1, "?", "@?"}, {'h', 2, "h", "@h"},
    {'H', 2, "H", "@H"}, {'i', 4, "i", "@i"}, {'I', 4, "I", "@I"}, {'l', 8, "l", "@l"}, {'L', 8, "L", "@L"},
    {'q', 8, "q", "@q"}, {'Q', 8, "Q", "@Q"}, {'n', 8, "n", "@n"}, {'N', 8, "N", "@N"}, {'f', 4, "f", "@f"},
    {'d', 8, "d", "@d"}, {'e', 2, "e", "@e"}, {'P', 8, "P", "@P"},
};

/* The entry of a native format of one item, or NULL. */
static const struct format *format_find(const char *text)
{
    if (*text == '@')
        text++;
    if (!text[0] || text[1])
        return NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].code == *text)
            return &formats[i];
    return NULL;
}

/* IEEE 754 half precision, by its definition: not every compiler has the type. */
static double half_value(uint16_t bits)
{
    int exponent = (bits >> 10) & 31;
    double fraction = bits & 1023, magnitude;
    if (exponent == 31)
        magnitude = fraction ? NAN : INFINITY;
    else
        magnitude = exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24);
    return bits & 0x8000 ? -magnitude : magnitude;
}

static uint16_t half_bits(double d)
{
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    double magnitude = fabs(d);
    if (isnan(d))
        return sign | 0x7E00;
    if (magnitude < 0x1p-14)
        return sign | (uint16_t)rint(magnitude * 0x1p24); /* subnormal; may round up to the least normal one */
    int exponent;
    double scaled = rint(frexp(magnitude, &exponent) * 2048); /* 1024 to 2048 */
    if (isinf(magnitude) || exponent > 16)
        return sign | 0x7C00;
    uint32_t bits = (uint32_t)(exponent + 13) * 1024 + (uint32_t)scaled; /* a carry goes into the exponent */
    return sign | (uint16_t)(bits < 0x7C00 ? bits : 0x7C00);
}

static value unpack(const struct memory_view *m, const uint8_t *p)
{
    const struct format *f = format_find(m->format);
    int64_t i = 0;
    uint64_t u = 0;
    float single;
    double d;
    if (!f)
        return raise(EXC(NotImplementedError), "memoryview: unsupported format %s", m->format);
    switch (f->code) {
    case 'c':
        return bytes_new(p, 1);
    case '?':
        return value_bool(*p != 0);
    case 'f':
        memcpy(&single, p, 4);
        return float_new(single);
    case 'd':
        memcpy(&d, p, 8);
        return float_new(d);
    case 'e': {
        uint16_t bits;
        memcpy(&bits, p, 2);
        return float_new(half_value(bits));
    }
    default: /* integers, least byte first */
        for (unsigned k = 0; k < f->size; k++)
            u |= (uint64_t)p[k] << 8 * k;
        if (strchr("BHILQNP", f->code))
            return int_from_u64(u);
        i = (int64_t)(u << (64 - 8 * f->size)) >> (64 - 8 * f->size);
        return int_from_i64(i);
    }
}

static bool bad_type(const struct memory_view *m)
{
    return raise_false(EXC(TypeError), "memoryview: invalid type for format '%s'", m->format);
}
static bool bad_value(const struct memory_view *m)
{
    return raise_false(EXC(ValueError), "memoryview: invalid value for format '%s'", m->format);
}

/* The item as bytes, before anything is written. */
static bool pack(const struct memory_view *m, value v, uint8_t out[8])
{
    const struct format *f = format_find(m->format);
    if (!f)
        return raise_false(EXC(NotImplementedError), "memoryview: unsupported format %s", m->format);
    if (f->code == 'c') {
        if (!is_bytes(v))
            return bad_type(m);
        if (bytes_length(v) != 1)
            return bad_value(m);
        out[0] = bytes_data(v)[0];
        return true;
    }
    if (f->code == '?') {
        int truth = value_truth(v);
        out[0] = truth > 0;
        return truth >= 0;
    }
    if (strchr("fde", f->code)) {
        double d;
        if (!value_as_double(v, &d)) {
            if (!error_matches(EXC(TypeError)))
                return false;
            error_clear();
            return bad_type(m);
        }
        float single = (float)d;
        uint16_t half = half_bits(d);
        memcpy(out, f->code == 'd' ? (void *)&d : f->code == 'f' ? (void *)&single : (void *)&half, f->size);
        return true;
    }
    if (!is_int(v) && !value_type_slot(v, to_index))
        return bad_type(m);
    value i = index_value(v);
    if (!i)
        return false;
    bool fits = int_to_bytes(i, out, f->size, true, !strchr("BHILQNP", f->code));
    value_dec(i);
    if (fits)
        return true;
    if (error_matches(EXC(OverflowError))) {
        error_clear();
        return bad_value(m);
    }
    return false;
}

/* ---- making ---- */

static struct memory_view *view_new(value exporter, int ndim)
{
    struct buffer buffer;
    if (!value_has_buffer(exporter)) {
        raise(EXC(TypeError), "memoryview: a bytes-like object is required, not '%T'", exporter);
        return NULL;
    }
    if (!buffer_get(exporter, &buffer, BUFFER_FORMAT | BUFFER_STRIDES))
        return NULL;
    if (ndim < 0)
        ndim = buffer.ndim;
    struct memory_view *m =
        (struct memory_view *)object_new(TYPE(MEMORYVIEW), sizeof *m + 2 * (size_t)ndim * sizeof(ssize));
    if (!m) {
        buffer_release(&buffer);
        return NULL;
    }
    m->buffer = buffer;
    slot_init(&m->owner, buffer.owner); /* the buffer's reference moves here */
    m->data = buffer.data;
    m->item_size = buffer.item_size;
    m->length = buffer.length;
    m->format = buffer.format ? buffer.format : "B";
    m->ndim = ndim;
    m->readonly = buffer.readonly;
    atomic_store_explicit(&m->hash, -1, memory_order_relaxed);
    return m;
}

static void set_contiguous_strides(struct memory_view *m)
{
    ssize step = m->item_size;
    for (int i = m->ndim - 1; i >= 0; i--) {
        strides_of(m)[i] = step;
        step *= shape_of(m)[i];
    }
}

static value view_of_exporter(value exporter)
{
    struct memory_view *m = view_new(exporter, -1);
    if (!m)
        return NULL;
    for (int i = 0; i < m->ndim; i++)
        shape_of(m)[i] = m->buffer.shape ? m->buffer.shape[i] : m->length / (m->item_size ? m->item_size : 1);
    if (m->buffer.strides)
        memcpy(strides_of(m), m->buffer.strides, (size_t)m->ndim * sizeof(ssize));
    else
        set_contiguous_strides(m);
    return value_of(m);
}

/* A view like another one, to be changed before it is seen. */
static struct memory_view *view_copy(struct memory_view *from, int ndim)
{
    value owner = slot_load(&from->header, &from->owner);
    if (is_none(owner) || !check(from))
        return is_none(owner) ? (void)check(from), NULL : (value_dec(owner), NULL);
    struct memory_view *m = view_new(owner, ndim < 0 ? from->ndim : ndim);
    value_dec(owner);
    if (!m)
        return NULL;
    m->data = from->data;
    m->item_size = from->item_size;
    m->length = from->length;
    m->format = from->format;
    m->readonly = from->readonly;
    if (ndim < 0)
        memcpy(m->shape_and_strides, from->shape_and_strides, 2 * (size_t)m->ndim * sizeof(ssize));
    return m;
}

static value memoryview_from(value v)
{
    if (value_is(v, TYPE_ID_MEMORYVIEW))
        return value_of(view_copy((struct memory_view *)v, -1));
    return view_of_exporter(v);
}

static value memoryview_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("memoryview", "(object)");
    value bound[1];
    return signature_bind(&signature, args, nargs, kwnames, bound) ? memoryview_from(bound[0]) : NULL;
}

/* Give the memory back: takes the owner out. */
static void give_back(struct memory_view *m)
{
    value owner = slot_exchange(&m->owner, VALUE_NONE);
    if (!owner || is_none(owner))
        return;
    m->buffer.owner = owner;
    buffer_release(&m->buffer);
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
    uint32_t exports = atomic_load_explicit(&m->exports, memory_order_acquire);
    if (exports)
        return raise(EXC(BufferError), "memoryview has %u exported buffer%s", exports, exports == 1 ? "" : "s");
    if (!atomic_exchange_explicit(&m->released, true, memory_order_acq_rel))
        give_back(m);
    return VALUE_NONE;
}

/* ---- shape ---- */

static bool is_contiguous(struct memory_view *m, bool fortran)
{
    ssize step = m->item_size;
    if (m->ndim == 1) /* an empty one with strange strides counts as strided, as in CPython */
        return shape_of(m)[0] == 1 || strides_of(m)[0] == step;
    for (int k = 0; k < m->ndim; k++) {
        int i = fortran ? k : m->ndim - 1 - k;
        if (shape_of(m)[i] > 1 && strides_of(m)[i] != step)
            return m->length == 0;
        step *= shape_of(m)[i];
    }
    return true;
}

static ssize item_count(struct memory_view *m)
{
    ssize n = 1;
    for (int i = 0; i < m->ndim; i++)
        n *= shape_of(m)[i];
    return n;
}

/* Call for every item in C order (or Fortran order). */
static bool each_item(struct memory_view *m, bool fortran, bool (*visit)(void *context, uint8_t *item), void *context)
{
    ssize n = item_count(m);
    for (ssize k = 0; k < n; k++) {
        ssize rest = k, offset = 0;
        for (int j = 0; j < m->ndim; j++) {
            int i = fortran ? j : m->ndim - 1 - j;
            offset += rest % shape_of(m)[i] * strides_of(m)[i];
            rest /= shape_of(m)[i];
        }
        if (!visit(context, m->data + offset))
            return false;
    }
    return true;
}

struct collect {
    struct memory_view *m;
    uint8_t *to;
};
static bool collect_item(void *context, uint8_t *item)
{
    struct collect *c = context;
    memcpy(c->to, item, (size_t)c->m->item_size);
    c->to += c->m->item_size;
    return true;
}

/* The contents, packed; malloc'd. */
static uint8_t *packed(struct memory_view *m, bool fortran)
{
    uint8_t *bytes = raw_alloc((size_t)m->length + 1);
    if (!bytes) {
        raise_no_memory();
        return NULL;
    }
    if (is_contiguous(m, fortran))
        memcpy(bytes, m->data, (size_t)m->length);
    else {
        struct collect c = {m, bytes};
        each_item(m, fortran, collect_item, &c);
    }
    return bytes;
}

/* ---- buffer ---- */

static int memoryview_buffer(value self, struct buffer *buffer, int flags)
{
    struct memory_view *m = (struct memory_view *)self;
    if (!check(m))
        return -1;
    if ((flags & BUFFER_WRITABLE) && m->readonly)
        return raise_int(EXC(BufferError), "memoryview: underlying buffer is not writable");
    if (!(flags & BUFFER_STRIDES) && !is_contiguous(m, false))
        return raise_int(EXC(BufferError), "memoryview: underlying buffer is not C-contiguous");
    buffer_fill(buffer, self, m->data, (size_t)m->length, m->readonly);
    if (flags & BUFFER_STRIDES) {
        buffer->item_size = m->item_size;
        buffer->format = m->format;
        buffer->ndim = m->ndim;
        buffer->shape = shape_of(m);
        buffer->strides = strides_of(m);
    }
    atomic_fetch_add_explicit(&m->exports, 1, memory_order_acq_rel);
    return 0;
}
static void memoryview_buffer_release(value self, struct buffer *buffer)
{
    atomic_fetch_sub_explicit(&((struct memory_view *)self)->exports, 1, memory_order_acq_rel);
}

/* ---- items ---- */

static uint8_t *item_at(struct memory_view *m, uint8_t *p, int dimension, ssize i)
{
    ssize n = shape_of(m)[dimension];
    if (i < 0)
        i += n;
    if (i < 0 || i >= n) {
        raise(EXC(IndexError), "index out of bounds on dimension %d", dimension + 1);
        return NULL;
    }
    return p + i * strides_of(m)[dimension];
}

/* The place that a key of integers leads to, NULL with an exception. *is_item false: the key is something else. */
static uint8_t *place_of(struct memory_view *m, value key, bool *is_item)
{
    ssize i;
    *is_item = true;
    if (is_int(key) || value_type_slot(key, to_index)) {
        if (!index_as_ssize(key, &i, EXC(IndexError)))
            return NULL;
        if (m->ndim == 0) {
            raise(EXC(TypeError), "invalid indexing of 0-dim memory");
            return NULL;
        }
        if (m->ndim > 1) {
            raise(EXC(NotImplementedError), "multi-dimensional sub-views are not implemented");
            return NULL;
        }
        return item_at(m, m->data, 0, i);
    }
    if (!is_tuple(key)) {
        *is_item = false;
        return NULL;
    }
    size_t n = tuple_length(key);
    for (size_t k = 0; k < n; k++)
        if (!is_int(tuple_get(key, k)) && !value_type_slot(tuple_get(key, k), to_index)) {
            *is_item = false;
            return NULL;
        }
    if ((int)n > m->ndim) {
        raise(EXC(TypeError), "cannot index %d-dimension view with %zu-element tuple", m->ndim, n);
        return NULL;
    }
    if ((int)n < m->ndim) {
        raise(EXC(NotImplementedError), "sub-views are not implemented");
        return NULL;
    }
    uint8_t *p = m->data;
    for (size_t k = 0; p && k < n; k++)
        p = index_as_ssize(tuple_get(key, k), &i, EXC(IndexError)) ? item_at(m, p, (int)k, i) : NULL;
    return p;
}

static value slice_view(struct memory_view *m, value key)
{
    if (m->ndim == 0)
        return raise(EXC(TypeError), "invalid indexing of 0-dim memory");
    ssize start, stop, step, count = slice_indices(key, shape_of(m)[0], &start, &stop, &step);
    if (count < 0)
        return NULL;
    struct memory_view *part = view_copy(m, -1);
    if (!part)
        return NULL;
    part->data += start * strides_of(m)[0];
    shape_of(part)[0] = count;
    strides_of(part)[0] *= step;
    part->length = item_count(part) * part->item_size;
    return value_of(part);
}

static value memoryview_getitem(value self, value key)
{
    struct memory_view *m = (struct memory_view *)self;
    bool is_item;
    if (!check(m))
        return NULL;
    if (m->ndim == 0 && (key == VALUE_ELLIPSIS || (is_tuple(key) && tuple_length(key) == 0)))
        return key == VALUE_ELLIPSIS ? value_inc(self) : unpack(m, m->data);
    if (value_is(key, TYPE_ID_SLICE))
        return slice_view(m, key);
    uint8_t *p = place_of(m, key, &is_item);
    if (!is_item)
        return raise(EXC(TypeError), "memoryview: invalid slice key");
    /* The index's __index__ may have released the view. */
    return p && check(m) ? unpack(m, p) : NULL;
}

static bool same_format(const char *a, const char *b)
{
    return strcmp(*a == '@' ? a + 1 : a, *b == '@' ? b + 1 : b) == 0;
}

static bool assign_slice(struct memory_view *m, value key, value v)
{
    value to_value = slice_view(m, key);
    value from_value = to_value ? memoryview_from(v) : NULL;
    struct memory_view *to = (struct memory_view *)to_value, *from = (struct memory_view *)from_value;
    bool ok = false;
    if (from) {
        if (to->ndim != 1 || from->ndim != 1 || shape_of(to)[0] != shape_of(from)[0] ||
            !same_format(to->format, from->format))
            raise(EXC(ValueError), "memoryview assignment: lvalue and rvalue have different structures");
        else {
            uint8_t *bytes = packed(from, false); /* they may overlap */
            for (ssize i = 0; bytes && i < shape_of(to)[0]; i++)
                memcpy(to->data + i * strides_of(to)[0], bytes + i * to->item_size, (size_t)to->item_size);
            ok = bytes != NULL;
            free(bytes);
        }
    } else if (to_value && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "a bytes-like object is required, not '%T'", v);
    }
    value_dec(to_value);
    value_dec(from_value);
    return ok;
}

static bool memoryview_setitem(value self, value key, value v)
{
    struct memory_view *m = (struct memory_view *)self;
    uint8_t item[8];
    bool is_item;
    if (!check(m))
        return false;
    if (m->readonly)
        return raise_false(EXC(TypeError), "cannot modify read-only memory");
    if (!v)
        return raise_false(EXC(TypeError), "cannot delete memory");
    if (value_is(key, TYPE_ID_SLICE)) {
        if (m->ndim > 1)
            return raise_false(EXC(NotImplementedError),
                               "memoryview slice assignments are currently restricted to ndim = 1");
        return assign_slice(m, key, v);
    }
    uint8_t *p;
    if (m->ndim == 0 && (key == VALUE_ELLIPSIS || (is_tuple(key) && tuple_length(key) == 0)))
        p = m->data;
    else {
        p = place_of(m, key, &is_item);
        if (!is_item)
            return raise_false(EXC(TypeError), "memoryview: invalid slice key");
    }
    if (!p || !pack(m, v, item) || !check(m))
        return false;
    memcpy(p, item, (size_t)m->item_size);
    return true;
}

static ssize memoryview_length(value self)
{
    struct memory_view *m = (struct memory_view *)self;
    if (!check(m))
        return -1;
    return m->ndim == 0 ? 1 : shape_of(m)[0];
}

/* ---- comparison and hashing ---- */

/* 1 equal, 0 not, -1 error; dimension by dimension */
static int equal_items(struct memory_view *a, uint8_t *p, struct memory_view *b, uint8_t *q, int dimension)
{
    if (dimension == a->ndim) {
        if (!format_find(a->format) || !format_find(b->format))
            return 0;
        if (format_find(a->format)->code == '?' && format_find(b->format)->code == '?')
            return *p == *q; /* as they are stored: casts can make truths that differ */
        value x = unpack(a, p), y = x ? unpack(b, q) : NULL;
        /* NaN is not equal to itself here: compare values, not identities. */
        value result = y ? compare_rich(x, y, COMPARE_EQ) : NULL;
        int equal = result ? value_truth(result) : -1;
        value_dec(x);
        value_dec(y);
        value_dec(result);
        return equal;
    }
    for (ssize i = 0; i < shape_of(a)[dimension]; i++) {
        int equal =
            equal_items(a, p + i * strides_of(a)[dimension], b, q + i * strides_of(b)[dimension], dimension + 1);
        if (equal <= 0)
            return equal;
    }
    return 1;
}

static value memoryview_compare(value self, value other, int op)
{
    if (op != COMPARE_EQ && op != COMPARE_NE)
        return VALUE_NOT_IMPLEMENTED;
    struct memory_view *a = (struct memory_view *)self;
    if (atomic_load_explicit(&a->released, memory_order_acquire))
        return value_bool((self == other) == (op == COMPARE_EQ));
    if (!value_has_buffer(other))
        return VALUE_NOT_IMPLEMENTED;
    value view = memoryview_from(other);
    if (!view) {
        error_clear();
        return VALUE_NOT_IMPLEMENTED;
    }
    struct memory_view *b = (struct memory_view *)view;
    int equal = a->ndim == b->ndim && memcmp(shape_of(a), shape_of(b), (size_t)a->ndim * sizeof(ssize)) == 0;
    if (equal) {
        bool plain = same_format(a->format, "B") && same_format(b->format, "B");
        if (plain && is_contiguous(a, false) && is_contiguous(b, false))
            equal = memcmp(a->data, b->data, (size_t)a->length) == 0;
        else
            equal = equal_items(a, a->data, b, b->data, 0);
    }
    value_dec(view);
    return equal < 0 ? NULL : value_bool(equal == (op == COMPARE_EQ));
}

static bool memoryview_hash(value self, int64_t *out)
{
    struct memory_view *m = (struct memory_view *)self;
    int64_t h = atomic_load_explicit(&m->hash, memory_order_relaxed);
    if (h == -1) {
        if (!check(m))
            return false;
        if (!m->readonly)
            return raise_false(EXC(ValueError), "cannot hash writable memoryview object");
        if (!strchr("Bbc", m->format[*m->format == '@']))
            return raise_false(EXC(ValueError), "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        value owner = slot_load(&m->header, &m->owner);
        int64_t ignored;
        bool hashable = value_hash(owner, &ignored); /* the exporter must be immutable too */
        value_dec(owner);
        uint8_t *bytes = hashable ? packed(m, false) : NULL;
        if (!bytes)
            return false;
        h = hash_bytes(bytes, (size_t)m->length);
        free(bytes);
        atomic_store_explicit(&m->hash, h, memory_order_relaxed);
    }
    *out = h;
    return true;
}

/* ---- methods ---- */

static value tobytes(struct memory_view *m, bool fortran)
{
    uint8_t *bytes = packed(m, fortran);
    value v = bytes ? bytes_new(bytes, (size_t)m->length) : NULL;
    free(bytes);
    return v;
}

static value memoryview_tobytes(value self, const value *args)
{
    struct memory_view *m = (struct memory_view *)self;
    bool fortran = false;
    if (!check(m))
        return NULL;
    if (is_given(args[0])) {
        if (!is_str(args[0]))
            return raise(EXC(TypeError), "tobytes() argument 'order' must be str or None, not %T", args[0]);
        if (str_equals_text(args[0], "F"))
            fortran = true;
        else if (str_equals_text(args[0], "A"))
            fortran = is_contiguous(m, true) && !is_contiguous(m, false);
        else if (!str_equals_text(args[0], "C"))
            return raise(EXC(ValueError), "order must be 'C', 'F' or 'A'");
    }
    return tobytes(m, fortran);
}

static value list_of(struct memory_view *m, uint8_t *p, int dimension)
{
    if (dimension == m->ndim)
        return unpack(m, p);
    value list = list_new((size_t)shape_of(m)[dimension]);
    for (ssize i = 0; list && i < shape_of(m)[dimension]; i++) {
        value item = list_of(m, p + i * strides_of(m)[dimension], dimension + 1);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}

static value memoryview_tolist(value self, const value *args)
{
    struct memory_view *m = (struct memory_view *)self;
    return check(m) ? list_of(m, m->data, 0) : NULL;
}

static value memoryview_hex(value self, const value *args)
{
    struct memory_view *m = (struct memory_view *)self;
    uint8_t *bytes = check(m) ? packed(m, false) : NULL;
    value v = bytes ? bytes_hex_span(span_bytes(bytes, (size_t)m->length), args[0], args[1]) : NULL;
    free(bytes);
    return v;
}

static value memoryview_toreadonly(value self, const value *args)
{
    struct memory_view *m = view_copy((struct memory_view *)self, -1);
    if (m)
        m->readonly = true;
    return value_of(m);
}

static value memoryview_enter(value self, const value *args)
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
        else if (!index_as_ssize(tuple_get(items, i), &out[i], EXC(OverflowError)))
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

static value memoryview_cast(value self, const value *args)
{
    struct memory_view *m = (struct memory_view *)self;
    ssize shape[BUFFER_DIMENSIONS_MAX];
    struct text text;
    if (!check(m))
        return NULL;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "cast() argument 'format' must be str, not %T", args[0]);
    if (!is_contiguous(m, false))
        return raise(EXC(TypeError), "memoryview: casts are restricted to C-contiguous views");
    if (!is_missing(args[1]) && m->ndim != 1 && is_list(args[1]) + is_tuple(args[1]) && value_length(args[1]) != 1)
        return raise(EXC(TypeError), "memoryview: cast must be 1D -> ND or ND -> 1D");
    if (!text_of(args[0], &text))
        return NULL;
    const struct format *f = format_find(text.bytes), *old = format_find(m->format);
    bool native = text.bytes[0] == '@';
    text_release(&text);
    if (!f)
        return raise(EXC(ValueError),
                     "memoryview: destination format must be a native single character format prefixed "
                     "with an optional '@'");
    if (!old)
        return raise(EXC(ValueError),
                     "memoryview: source format must be a native single character format prefixed with "
                     "an optional '@'");
    if (!strchr("Bbc", f->code) && !strchr("Bbc", old->code))
        return raise(EXC(TypeError), "memoryview: cannot cast between two non-byte formats");
    if (m->length % f->size)
        return raise(EXC(TypeError), "memoryview: length is not a multiple of itemsize");
    int ndim = 1;
    if (is_missing(args[1]))
        shape[0] = m->length / f->size;
    else if ((ndim = cast_shape(args[1], f->size, m->length, shape)) < 0)
        return NULL;
    struct memory_view *view = view_copy(m, ndim);
    if (!view)
        return NULL;
    view->format = native ? f->native : f->text;
    view->item_size = f->size;
    memcpy(shape_of(view), shape, (size_t)ndim * sizeof(ssize));
    set_contiguous_strides(view);
    return value_of(view);
}

static value memoryview_repr(value self)
{
    bool released = atomic_load_explicit(&((struct memory_view *)self)->released, memory_order_acquire);
    return str_format(released ? "<released memory at %p>" : "<memory at %p>", (void *)self);
}

/* ---- attributes ---- */

static value tuple_of(const ssize *items, int n)
{
    value tuple = tuple_new((size_t)n);
    for (int i = 0; tuple && i < n; i++)
        tuple_init(tuple, (size_t)i, small_int(items[i]));
    return tuple;
}

#define ATTRIBUTE(NAME, EXPRESSION)                         \
    static value memoryview_get_##NAME(value self)          \
    {                                                       \
        struct memory_view *m = (struct memory_view *)self; \
        return check(m) ? (EXPRESSION) : NULL;              \
    }
ATTRIBUTE(obj, slot_load(&m->header, &m->owner))
ATTRIBUTE(nbytes, small_int(m->length))
ATTRIBUTE(readonly, value_bool(m->readonly))
ATTRIBUTE(itemsize, small_int(m->item_size))
ATTRIBUTE(format, str_from_text(m->format))
ATTRIBUTE(ndim, small_int(m->ndim))
ATTRIBUTE(shape, tuple_of(shape_of(m), m->ndim))
ATTRIBUTE(strides, tuple_of(strides_of(m), m->ndim))
ATTRIBUTE(suboffsets, tuple_new(0))
ATTRIBUTE(c_contiguous, value_bool(is_contiguous(m, false)))
ATTRIBUTE(f_contiguous, value_bool(is_contiguous(m, true)))
ATTRIBUTE(contiguous, value_bool(is_contiguous(m, false) || is_contiguous(m, true)))

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

const struct type_spec memoryview_type_spec = {
    .id = TYPE_ID_MEMORYVIEW,
    .name = "memoryview",
    .doc = "Create a new memoryview object which references the given object.",
    .signature = "(object)",
    .size = sizeof(struct memory_view),
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
            .iter = sequence_iterator_new,
            .length = memoryview_length,
            .getitem = memoryview_getitem,
            .setitem = memoryview_setitem,
            .buffer = memoryview_buffer,
            .buffer_release = memoryview_buffer_release,
        },
    .methods = memoryview_methods,
    .getset = memoryview_getset,
};
