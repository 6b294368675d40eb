/* The values of a layout as bytes and back; see struct_layout.h. */
#include "runtime/modules/data/struct_layout.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/binary/item_format.h"
#include "threads/pause.h"

static bool out_of_range(void)
{
    return raise_false(struct_error(), "argument out of range");
}

/* An int that does not fit the field; is it even beyond the C type that CPython puts it into first? */
static bool range_error(const struct struct_field *f, value number)
{
    bool is_signed = f->kind == FIELD_SIGNED;
    uint64_t u;
    int64_t i;
    if (f->kind == FIELD_ADDRESS || (f->big_endian && f->width == 8))
        return raise_false(EXC(OverflowError), int_sign(number) < 0 && !is_signed && f->kind != FIELD_ADDRESS
                                                   ? "can't convert negative int to unsigned"
                                                   : "int too big to convert");
    bool as_long = is_signed || f->width == 1 || (f->width == 2 && !f->big_endian);
    bool fits = as_long ? int_fits_i64(number, &i) : int_sign(number) >= 0 && int_as_u64(number, &u);
    error_clear();
    if (!fits || f->width == 8)
        return out_of_range();
    int64_t low = is_signed ? -(INT64_C(1) << (8 * f->width - 1)) : 0;
    int64_t high = is_signed ? ~low : (INT64_C(1) << (8 * f->width)) - 1;
    char letter[] = {'\'', f->code, '\'', 0};
    const char *name = f->width == 1                     ? (is_signed ? "byte" : "ubyte")
                       : f->width == 2 && !f->big_endian ? (is_signed ? "short" : "ushort")
                                                         : letter;
    return raise_false(struct_error(), "%s format requires %lld <= number <= %lld", name, (long long)low,
                       (long long)high);
}

static bool pack_int(const struct struct_field *f, value v, uint8_t *to)
{
    value number = v;
    if (!is_int(v)) {
        if (!value_type_slot(v, to_index))
            return raise_false(struct_error(), "required argument is not an integer");
        if (!(number = index_value(v)))
            return false;
    }
    int64_t i = 0;
    uint64_t u = 0;
    bool fits = int_fits_i64(number, &i), positive = int_sign(number) >= 0;
    if (f->kind == FIELD_SIGNED)
        fits = fits && i == item_extend((uint64_t)i, f->width);
    else if (fits)
        fits = (positive || f->kind == FIELD_ADDRESS) && (f->width == 8 || (uint64_t)i >> (8 * f->width) == 0);
    else if (f->width == 8 && positive) {
        fits = int_as_u64(number, &u);
        error_clear();
        i = (int64_t)u;
    }
    if (fits)
        item_store(to, f->width, f->big_endian, (uint64_t)i);
    else
        range_error(f, number);
    if (number != v)
        value_dec(number);
    return fits;
}

static bool pack_float(const struct struct_field *f, value v, uint8_t *to)
{
    double d;
    if (!value_as_double(v, &d)) {
        error_clear();
        return raise_false(struct_error(), "required argument is not a float");
    }
    if (item_store_double(to, f->width, f->big_endian, d) || (f->code == 'f' && f->native))
        return true;
    return raise_false(EXC(OverflowError), "float too large to pack with %c format", f->code);
}

static bool pack_bytes(const struct struct_field *f, value v, uint8_t *to)
{
    struct buffer b;
    if (f->kind == FIELD_CHARACTER) {
        if (!is_bytes(v) || bytes_length(v) != 1)
            return raise_false(struct_error(), "char format requires a bytes object of length 1");
        *to = *bytes_data(v);
        return true;
    }
    if (!is_bytes(v) && !is_bytearray(v))
        return raise_false(struct_error(), "argument for '%c' must be a bytes object", f->code);
    if (!buffer_get(v, &b, BUFFER_SIMPLE))
        return false;
    ssize prefix = f->kind == FIELD_PASCAL && f->size > 0;
    ssize length = b.length < f->size - prefix ? b.length : f->size - prefix;
    if (prefix)
        *to = length > 255 ? 255 : (uint8_t)length;
    thread_copy(to + prefix, b.data, (size_t)length);
    buffer_release(&b);
    return true;
}

static bool pack_item(const struct struct_field *f, value v, uint8_t *to)
{
    int truth;
    switch ((enum field_kind)f->kind) {
    case FIELD_SIGNED:
        if (likely(value_is_small_int(v)) && likely(small_int_value(v) == item_extend(value_bits(v) >> 2, f->width))) {
            item_store(to, f->width, f->big_endian, (uint64_t)small_int_value(v));
            return true;
        }
        return pack_int(f, v, to);
    case FIELD_UNSIGNED:
    case FIELD_ADDRESS:
        return pack_int(f, v, to);
    case FIELD_FLOAT:
        return pack_float(f, v, to);
    case FIELD_BOOL:
        truth = value_truth(v);
        *to = truth > 0;
        return truth >= 0;
    default:
        return pack_bytes(f, v, to);
    }
}

bool struct_pack_items(const struct struct_layout *layout, const value *values, uint8_t *to)
{
    size_t n = 0;
    for (const struct struct_field *f = layout->fields, *end = f + layout->field_count; f < end; f++) {
        uint8_t *at = to + f->offset;
        for (ssize i = 0; i < f->count; i++, at += f->size) {
            value v = values[n];
            thread_report_at(++n);
            if (unlikely(!pack_item(f, v, at))) {
                if (is_int(v) && error_matches(EXC(OverflowError)))
                    return raise_false(struct_error(), "int too large to convert");
                return false;
            }
        }
    }
    return true;
}

static value unpack_item(const struct struct_field *f, const uint8_t *from)
{
    switch ((enum field_kind)f->kind) {
    case FIELD_SIGNED:
        return int_from_i64(item_extend(item_load(from, f->width, f->big_endian), f->width));
    case FIELD_UNSIGNED:
    case FIELD_ADDRESS:
        return int_from_u64(item_load(from, f->width, f->big_endian));
    case FIELD_FLOAT:
        return float_new(item_load_double(from, f->width, f->big_endian));
    case FIELD_BOOL:
        return value_bool(*from != 0);
    case FIELD_PASCAL: {
        ssize length = f->size ? *from : 0;
        return bytes_new(from + 1, (size_t)(length < f->size ? length : f->size ? f->size - 1 : 0));
    }
    default:
        return bytes_new(from, (size_t)f->size);
    }
}

value struct_unpack_items(const struct struct_layout *layout, const uint8_t *from)
{
    value tuple = tuple_new((size_t)layout->items);
    if (!tuple)
        return NULL;
    size_t n = 0;
    for (const struct struct_field *f = layout->fields, *end = f + layout->field_count; f < end; f++) {
        const uint8_t *at = from + f->offset;
        for (ssize i = 0; i < f->count; i++, at += f->size) {
            value item = unpack_item(f, at);
            thread_report_at(n + 1);
            if (unlikely(!item)) {
                value_dec(tuple);
                return NULL;
            }
            tuple_init(tuple, n++, item);
        }
    }
    return tuple;
}
