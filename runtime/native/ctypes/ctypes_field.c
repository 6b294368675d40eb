/* The fields of structures and unions: descriptors that read and assign a part of the memory. */
#include "runtime/native/ctypes/ctypes.h"

struct type *field_type;

struct field *field_new(value class, ssize index)
{
    struct field *f = (struct field *)object_new(field_type, sizeof *f);
    if (f) {
        f->index = index;
        slot_init(&f->class, value_inc(class));
    }
    return f;
}
value field_copy(value field, ssize index, ssize offset)
{
    struct field *from = FIELD(field), *f = field_new(slot_peek(&from->class), from->index + index);
    if (!f)
        return NULL;
    f->offset = from->offset + offset;
    f->size = from->size;
    f->bits = from->bits;
    f->low = from->low;
    f->text = from->text;
    return value_of(f);
}

/* ---- bit fields ---- */
static uint64_t load(const struct code *code, const char *bytes)
{
    uint64_t u = 0;
    memcpy(&u, bytes, code->size);
    return code->is_swapped ? __builtin_bswap64(u) >> (64 - 8 * code->size) : u;
}
static uint64_t mask_of(const struct field *f)
{
    return f->bits < 64 ? (UINT64_C(1) << f->bits) - 1 : UINT64_MAX;
}
static value bits_get(const struct field *f, value v)
{
    const struct code *code = class_layout(slot_peek(&f->class))->code;
    char bytes[CODE_SIZE_MAX];
    if (!data_read(v, f->offset, bytes, code->size))
        return NULL;
    uint64_t u = load(code, bytes) >> f->low & mask_of(f);
    if (code->letter == '?')
        return value_bool(u != 0);
    if (!code->is_signed)
        return int_from_u64(u);
    int unused = 64 - f->bits;
    return int_from_i64((int64_t)(u << unused) >> unused);
}
static bool bits_set(const struct field *f, value v, value assigned)
{
    const struct code *code = class_layout(slot_peek(&f->class))->code;
    uint64_t u;
    if (is_data(assigned)) { /* a number of this type */
        char bytes[CODE_SIZE_MAX];
        value kept = data_convert(slot_peek(&f->class), assigned, bytes);
        if (!kept)
            return false;
        value_dec(kept);
        u = load(code, bytes);
    } else if (code->letter == '?') {
        int truth = value_truth(assigned);
        if (truth < 0)
            return false;
        u = (uint64_t)truth;
    } else if (!code_integer(assigned, &u)) {
        return false;
    }
    uint64_t mask = mask_of(f) << f->low, bits = u << f->low & mask;
    if (code->is_swapped) {
        mask = __builtin_bswap64(mask) >> (64 - 8 * code->size);
        bits = __builtin_bswap64(bits) >> (64 - 8 * code->size);
    }
    return data_change_bits(v, f->offset, code->size, mask, bits);
}

/* ---- the descriptor ---- */
static value field_get(value v, value object, struct type *type)
{
    struct field *f = FIELD(v);
    if (!object)
        return value_inc(v);
    if (!is_data(object))
        return raise(EXC(TypeError), "not a ctype instance");
    if (f->bits)
        return bits_get(f, object);
    if (f->text)
        return text_get(object, f->offset, f->size, f->text == 'U');
    return data_get(slot_peek(&f->class), object, f->index, f->offset, NULL);
}
static bool field_set(value v, value object, value assigned)
{
    struct field *f = FIELD(v);
    if (!is_data(object))
        return raise_false(EXC(TypeError), "not a ctype instance");
    if (!assigned)
        return raise_false(EXC(TypeError), "can't delete attribute");
    if (f->bits)
        return bits_set(f, object, assigned);
    if (f->text)
        return text_set(object, f->offset, f->size, f->text == 'U', assigned);
    return data_set(slot_peek(&f->class), object, f->index, f->offset, NULL, assigned);
}

/* ---- attributes ---- */
static value field_get_offset(value v)
{
    return int_from_i64(FIELD(v)->offset);
}
static value field_get_size(value v)
{
    struct field *f = FIELD(v);
    return int_from_i64(f->bits ? (ssize)f->bits << 16 | f->low : f->size);
}
static value field_repr(value v)
{
    struct field *f = FIELD(v);
    struct type *class = (struct type *)slot_peek(&f->class);
    if (f->bits)
        return str_format("<Field type=%s, ofs=%zd:%d, bits=%d>", type_short_name(class), f->offset, f->low, f->bits);
    return str_format("<Field type=%s, ofs=%zd, size=%zd>", type_short_name(class), f->offset, f->size);
}
static void field_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct field *)o)->class);
}
static void field_destroy(struct object *o)
{
    slot_drop(&((struct field *)o)->class);
}
static const struct getset_def field_getset[] = {
    {"offset", field_get_offset, NULL, "offset in bytes of this field"},
    {"size", field_get_size, NULL, "size in bytes of this field"},
    {0},
};
const struct type_spec field_spec = {
    .name = "_ctypes.CField",
    .doc = "Structure/Union member",
    .size = sizeof(struct field),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = field_traverse,
    .destroy = field_destroy,
    .slots = {.repr = field_repr, .descr_get = field_get, .descr_set = field_set},
    .getset = field_getset,
};
