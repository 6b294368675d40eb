/*
 * The layout of structures and unions, from _fields_, _pack_ and _anonymous_.
 *
 * Fields lie as C compilers for Unix lay them; bit fields as ctypes has always done it, which is what GCC does for the
 * usual cases: a field goes on in the storage of the one before while it fits, which grows where the new type is
 * larger.
 */
#include "runtime/native/ctypes/ctypes.h"

#include <stdlib.h>

/* ---- how it is passed by value ---- */
/* Up to so many bytes functions may get a structure in registers, which depends on what is in it. */
enum { LEAVES_SIZE = 64 };
struct leaves {
    ffi_type *at[LEAVES_SIZE]; /* the number that begins at each byte */
};
static bool is_float_type(const ffi_type *type)
{
    return type->type == FFI_TYPE_FLOAT || type->type == FFI_TYPE_DOUBLE || type->type == FFI_TYPE_LONGDOUBLE;
}
static ffi_type *integer_of(size_t size)
{
    return size <= 1 ? &ffi_type_uint8 : size <= 2 ? &ffi_type_uint16 : size <= 4 ? &ffi_type_uint32 : &ffi_type_uint64;
}
/* Where two overlap (in a union) and are not of a kind, registers for integers are meant. */
static void leaf_add(struct leaves *leaves, ssize offset, ffi_type *type)
{
    if (offset < 0 || offset + (ssize)type->size > LEAVES_SIZE)
        return;
    ffi_type *old = leaves->at[offset];
    if (!old)
        leaves->at[offset] = type;
    else if (is_float_type(old) == is_float_type(type))
        leaves->at[offset] = old->size >= type->size ? old : type;
    else
        leaves->at[offset] = integer_of(old->size >= type->size ? old->size : type->size);
}
static void leaves_of(struct leaves *leaves, ssize offset, value class)
{
    struct layout *layout = class_layout(class);
    struct c_class *c = class_part(class);
    if (!layout || layout->size > LEAVES_SIZE)
        return;
    if (c->kind == KIND_ARRAY) {
        value target = slot_peek(&c->target);
        struct layout *item = class_layout(target);
        for (ssize i = 0; item && item->size && i < layout->length; i++)
            leaves_of(leaves, offset + i * item->size, target);
    } else if (c->kind == KIND_STRUCT || c->kind == KIND_UNION) {
        ssize at = 0;
        for (ffi_type **element = layout->own_ffi.elements; element && *element; element++) {
            at = (at + (*element)->alignment - 1) / (*element)->alignment * (*element)->alignment;
            leaf_add(leaves, offset + at, *element);
            at += (ssize)(*element)->size;
        }
    } else {
        leaf_add(leaves, offset, layout->ffi);
    }
}
/* The elements of the ffi type: the leaves one behind the other. */
static bool ffi_fill(struct layout *layout, const struct leaves *leaves)
{
    ffi_type **elements = calloc(LEAVES_SIZE + 2, sizeof *elements);
    if (!elements)
        return raise_no_memory() != NULL;
    size_t count = 0;
    ssize next = 0;
    for (ssize i = 0; layout->size <= LEAVES_SIZE && i < layout->size; i++) {
        if (!leaves->at[i] || i < next)
            continue;
        elements[count++] = leaves->at[i];
        next = i + (ssize)leaves->at[i]->size;
    }
    if (!count)
        elements[count++] = &ffi_type_uint8;
    layout->own_ffi = (ffi_type){.size = (size_t)layout->size,
                                 .alignment = (unsigned short)layout->alignment,
                                 .type = FFI_TYPE_STRUCT,
                                 .elements = elements};
    layout->ffi = &layout->own_ffi;
    return true;
}

bool structure_no_fields(struct layout *layout)
{
    return ffi_fill(layout, &(struct leaves){0});
}

/* ---- laying out ---- */
struct placing {
    bool is_union, swapped;
    ssize pack;                    /* 0: as the types want it */
    ssize size, offset, alignment; /* so far; `alignment` of the last */
    ssize storage, used;           /* bits of the open bit field's storage (0: none), and how many are used */
    ssize union_size, total_alignment;
};

static void place_whole(struct placing *p, const struct layout *layout)
{
    p->alignment = p->pack && p->pack < layout->alignment ? p->pack : layout->alignment;
    if (p->alignment && p->offset % p->alignment) {
        ssize gap = p->alignment - p->offset % p->alignment;
        p->size += gap;
        p->offset += gap;
    }
}
static void place(struct placing *p, struct field *f, const struct layout *layout, int bits)
{
    ssize width = layout->size * 8;
    f->size = layout->size;
    bool open = bits && p->storage && p->used + bits <= (width > p->storage ? width : p->storage);
    if (!open) {
        p->used = 0;
        p->storage = bits ? width : 0;
        place_whole(p, layout);
        p->size += layout->size;
        f->offset = p->offset;
        p->offset += layout->size;
    } else {
        if (width > p->storage) { /* the storage grows */
            p->offset += layout->size - p->storage / 8;
            p->size += layout->size - p->storage / 8;
            p->storage = width;
        }
        f->offset = p->offset - layout->size;
    }
    if (!bits)
        return;
    f->bits = bits;
    f->low = (int)(p->swapped ? p->storage - p->used - bits : p->used);
    p->used += bits;
}

/* Do the numbers hold it, in bits too? */
static bool place_fits(const struct placing *p, const struct layout *layout)
{
    const ssize most = INT64_MAX / 8 - UINT16_MAX;
    if (layout->size < most && p->size < most - layout->size)
        return true;
    return raise_false(EXC(OverflowError), "structure too large");
}

/* An array of characters is read as one text. */
static void find_text(struct field *f, value class)
{
    struct c_class *c = class_of_kind(class, KIND_ARRAY);
    struct layout *item = c ? class_layout(slot_peek(&c->target)) : NULL;
    if (item && item->code && item->code->letter == 'c')
        f->text = 's';
    else if (item && item->code && item->code->letter == 'u')
        f->text = 'U';
}

/* One item of _fields_: false with an exception. All borrowed from the pair. */
static bool pair_read(value pair, value *name, value *class, int *bits)
{
    *bits = 0;
    bool right = is_tuple(pair) && tuple_length(pair) >= 2 && tuple_length(pair) <= 3 && is_str(tuple_get(pair, 0));
    if (right && tuple_length(pair) == 3) {
        right = value_as_int(tuple_get(pair, 2), bits);
        if (!right && !error_matches(EXC(TypeError)) && !error_matches(EXC(OverflowError)))
            return false;
    }
    if (!right)
        return raise_false(EXC(TypeError), "_fields_ must be a sequence of (name, C type) pairs");
    *name = tuple_get(pair, 0);
    *class = tuple_get(pair, 1);
    return true;
}

static bool format_add(char **format, const struct layout *field, value name)
{
    struct text text;
    if (!text_of(name, &text))
        return false;
    char *shaped = format_with_shape(*format, field), *named = shaped ? format_join(shaped, ":") : NULL;
    char *whole = named ? format_join(named, text.bytes) : NULL;
    free(shaped);
    free(named);
    free(*format);
    *format = whole ? format_join(whole, ":") : NULL;
    free(whole);
    text_release(&text);
    return *format != NULL;
}

/* Place one field, and make it an attribute of the class. */
static bool field_add(value class, struct layout *layout, struct placing *p, struct leaves *leaves, ssize index,
                      value pair, bool formatted)
{
    value name = NULL, field_class = NULL;
    int bits;
    if (!pair_read(pair, &name, &field_class, &bits))
        return false;
    struct c_class *c = class_part(field_class);
    if (c)
        class_make_final(c);
    struct layout *of_field = class_layout(field_class);
    if (!of_field)
        return raise_false(EXC(TypeError), "second item in _fields_ tuple (index %zd) must be a C type", index);
    layout->points |= of_field->points;
    if (tuple_length(pair) == 3) {
        if (!of_field->code || !of_field->code->is_integer)
            return raise_false(EXC(TypeError), "bit fields not allowed for type %N", field_class);
        if (bits <= 0 || bits > of_field->size * 8)
            return raise_false(EXC(ValueError), "number of bits invalid for bit field");
    }
    if (p->is_union)
        p->size = p->offset = p->alignment = 0;
    if (!place_fits(p, of_field))
        return false;
    struct field *f = field_new(field_class, index);
    if (!f)
        return false;
    place(p, f, of_field, bits);
    bool done = true;
    if (!bits)
        find_text(f, field_class);
    leaves_of(leaves, f->offset, field_class);
    if (formatted)
        done = format_add(&layout->format, of_field, name);
    if (p->size > p->union_size)
        p->union_size = p->size;
    if (p->alignment > p->total_alignment)
        p->total_alignment = p->alignment;
    done = done && attr_set(class, name, value_of(f));
    value_dec(value_of(f));
    return done;
}

/* _pack_, 0 without one. */
static bool pack_read(value class, ssize *pack, bool *packed)
{
    value given = attr_get_optional(class, NAME(_pack_));
    int number;
    *pack = 0;
    *packed = given != VALUE_MISSING;
    if (!given || given == VALUE_MISSING)
        return given != NULL;
    bool read = is_int(given) && value_as_int(given, &number) && number >= 0;
    value_dec(given);
    if (!read)
        return raise_false(EXC(ValueError), "_pack_ must be a non-negative integer");
    *pack = number;
    return true;
}

/* ---- _anonymous_ ---- */
static value fields_of(value class)
{
    value fields = attr_get(class, NAME(_fields_));
    value items = fields ? tuple_from_iterable(fields) : NULL;
    value_dec(fields);
    return items;
}
static bool add_inner_fields(value class, struct field *outer, ssize index, ssize offset)
{
    value inner = slot_peek(&outer->class), pairs = fields_of(inner);
    bool done = pairs != NULL && recursion_enter(" in _anonymous_");
    if (!done) {
        value_dec(pairs);
        return false;
    }
    for (size_t i = 0; done && i < tuple_length(pairs); i++) {
        value pair = tuple_get(pairs, i);
        if (!is_tuple(pair) || !tuple_length(pair) || !is_str(tuple_get(pair, 0))) {
            done = raise_false(EXC(TypeError), "_fields_ must be a sequence of pairs");
            break;
        }
        value name = tuple_get(pair, 0), field = attr_get(inner, name);
        done = field != NULL;
        if (done && value_type(field) != field_type) {
            done = raise_false(EXC(TypeError), "unexpected type");
        } else if (done && FIELD(field)->anonymous) {
            done = add_inner_fields(class, FIELD(field), index + FIELD(field)->index, offset + FIELD(field)->offset);
        } else if (done) {
            value copy = field_copy(field, index, offset);
            done = copy && attr_set(class, name, copy);
            value_dec(copy);
        }
        value_dec(field);
    }
    recursion_leave();
    value_dec(pairs);
    return done;
}
static bool add_anonymous(value class)
{
    value given = attr_get_optional(class, NAME(_anonymous_));
    if (!given || given == VALUE_MISSING)
        return given != NULL;
    value names = sequence_fast(given, "_anonymous_ must be a sequence");
    value_dec(given);
    value items = names ? tuple_from_iterable(names) : NULL;
    value_dec(names);
    bool done = items != NULL;
    for (size_t i = 0; done && i < tuple_length(items); i++) {
        value name = tuple_get(items, i);
        value field = is_str(name) ? attr_get(class, name)
                                   : raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
        done = field != NULL;
        if (done && value_type(field) != field_type) {
            done = raise_false(EXC(AttributeError), "'%U' is specified in _anonymous_ but not in _fields_", name);
        } else if (done) {
            FIELD(field)->anonymous = true;
            done = add_inner_fields(class, FIELD(field), FIELD(field)->index, FIELD(field)->offset);
        }
        value_dec(field);
    }
    value_dec(items);
    return done;
}

/* ---- the whole ---- */
static bool lay_out(value class, struct layout *layout, struct placing *p, value pairs)
{
    struct c_class *c = class_part(class);
    value base = slot_peek(&c->base);
    struct layout *of_base = base ? class_layout(base) : NULL;
    struct leaves leaves = {0};
    bool packed;
    value swapped = attr_get_optional(class, NAME(_swappedbytes_));
    if (!swapped || !pack_read(class, &p->pack, &packed))
        return value_dec(swapped), false;
    layout->swapped = p->swapped = swapped != VALUE_MISSING;
    value_dec(swapped);
    bool formatted = !p->is_union && !packed;
    layout->format = format_join(formatted ? "T{" : "B", "");
    if (!layout->format)
        return false;
    p->total_alignment = 1;
    if (of_base) {
        class_make_final(class_part(base));
        of_base = class_layout(base);
        p->size = p->offset = of_base->size;
        p->alignment = of_base->alignment;
        p->total_alignment = of_base->alignment ? of_base->alignment : 1;
        p->union_size = p->is_union ? of_base->size : 0;
        layout->points = of_base->points;
        leaves_of(&leaves, 0, base);
    }
    for (size_t i = 0; i < tuple_length(pairs); i++)
        if (!field_add(class, layout, p, &leaves, (ssize)i, tuple_get(pairs, i), formatted))
            return false;
    ssize size = p->is_union ? p->union_size : p->size, total = p->total_alignment;
    layout->size = (size + total - 1) / total * total;
    layout->alignment = total;
    layout->length = (ssize)tuple_length(pairs);
    layout->item_size = layout->size;
    if (formatted) {
        char *whole = format_join(layout->format, "}");
        free(layout->format);
        layout->format = whole;
        if (!whole)
            return false;
    }
    return ffi_fill(layout, &leaves);
}
/* The items of a sequence, which has a length. */
static value pairs_of(value fields)
{
    if (is_list(fields) || is_tuple(fields))
        return tuple_from_iterable(fields);
    ssize length = value_length(fields);
    if (length < 0 && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "_fields_ must be a sequence of pairs");
    }
    value items = length < 0 ? NULL : list_new(0);
    for (ssize i = 0; items && i < length; i++) {
        value item = item_get(fields, small_int(i));
        if (!item || !list_append_owned(items, item)) {
            value_dec(items);
            return NULL;
        }
    }
    value pairs = items ? list_to_tuple(items) : NULL;
    value_dec(items);
    return pairs;
}
bool structure_set_fields(value class, value fields)
{
    struct c_class *c = class_part(class);
    struct layout *layout;
    if (class_is_final(c))
        return raise_false(EXC(AttributeError), "_fields_ is final");
    value pairs = pairs_of(fields);
    if (!pairs)
        return false;
    struct placing p = {.is_union = c->kind == KIND_UNION};
    layout = layout_new();
    bool done = layout && lay_out(class, layout, &p, pairs);
    value names = done ? tuple_new(tuple_length(pairs)) : NULL;
    for (size_t i = 0; names && i < tuple_length(pairs); i++)
        tuple_init(names, i, value_inc(tuple_get(tuple_get(pairs, i), 0)));
    value_dec(pairs);
    done = names != NULL;
    if (done && !class_publish(class, layout))
        done = raise_false(EXC(AttributeError), "Structure or union cannot contain itself");
    if (!done) {
        value_dec(names);
        layout_free(layout);
        return false;
    }
    slot_store(value_object(class), &c->names, names);
    class_make_final(c);
    return add_anonymous(class);
}
