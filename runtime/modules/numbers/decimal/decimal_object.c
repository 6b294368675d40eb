/*
 * Decimals as objects: how they hold numbers, and how operations on numbers become operations on objects.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/modules/numbers/decimal/text.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdlib.h>

struct type *decimal_type;

static struct decimal *decimal_new_object(struct type *type)
{
    if (likely(type == decimal_type))
        return (struct decimal *)object_or_error(
            heap_alloc_in_line(KIND_LEAF, sizeof(struct decimal), type_ref(&type->gc), 0));
    return (struct decimal *)object_new(type, sizeof(struct decimal));
}

value decimal_make(struct type *type, struct number *number)
{
    struct decimal *d = decimal_new_object(type);
    if (!d) {
        number_clear(number);
        return NULL;
    }
    d->exponent = number->exponent;
    d->digits = number->digits;
    d->kind = number->kind;
    d->negative = number->negative;
    d->size = (uint32_t)mpz_size(number->coefficient);
    if (d->size <= FEW_LIMBS) {
        for (uint32_t i = 0; i < d->size; i++)
            d->few[i] = mpz_getlimbn(number->coefficient, (mp_size_t)i);
        number_clear(number);
    } else {
        d->many = number->coefficient->_mp_d;
    }
    return value_of(d);
}

value decimal_from_wide(wide coefficient, int64_t exponent, unsigned digits, bool negative)
{
    struct decimal *d = decimal_new_object(decimal_type);
    if (unlikely(!d))
        return NULL;
    d->exponent = exponent;
    d->digits = digits;
    d->negative = negative;
    d->few[0] = (mp_limb_t)coefficient;
    d->few[1] = (mp_limb_t)(coefficient >> 64);
    d->size = d->few[1] ? 2 : d->few[0] != 0;
    return value_of(d);
}

value decimal_special(enum number_kind kind, bool negative)
{
    struct decimal *d = decimal_new_object(decimal_type);
    if (!d)
        return NULL;
    d->kind = kind;
    d->negative = negative;
    return value_of(d);
}

/* ---- guarded calls ---- */

bool decimal_guarded(void (*call)(void *context), void *context, int64_t digits)
{
    return int_guarded_long(call, context, digits / 16);
}

struct copy_call {
    struct number *to;
    const struct number *from;
};
static void copy_call(void *context)
{
    struct copy_call *c = context;
    number_set(c->to, c->from);
}

value decimal_copy(struct type *type, value v)
{
    struct number from, to;
    number_init(&to);
    struct copy_call call = {&to, decimal_view(v, &from)};
    return decimal_guarded(copy_call, &call, from.digits) ? decimal_make(type, &to) : NULL;
}

struct int_call {
    struct number *to;
    mpz_srcptr from;
};
static void int_call(void *context)
{
    struct int_call *c = context;
    mpz_abs(c->to->coefficient, c->from);
    number_count(c->to);
}

value decimal_from_exact_int(struct type *type, value v)
{
    struct int_operand operand;
    mpz_t integer;
    struct number to;
    int_operand_init(&operand, int_exact(v));
    if (type == decimal_type && operand.size <= 1) {
        wide coefficient = operand.size ? operand.limbs[0] : 0;
        return decimal_from_wide(coefficient, 0, wide_digits(coefficient), operand.negative);
    }
    number_init(&to);
    to.negative = operand.negative;
    struct int_call call = {&to, int_operand_mpz(&operand, integer)};
    return decimal_guarded(int_call, &call, operand.size * 20) ? decimal_make(type, &to) : NULL;
}

struct operation_call {
    number_operation *operation;
    struct number *r;
    const struct number *a, *b, *c;
    struct arithmetic *x;
};
static void operation_call(void *context)
{
    struct operation_call *o = context;
    o->operation(o->r, o->a, o->b, o->c, o->x);
    /* What came between may have needed much more memory than the result, which may live long. */
    size_t size = mpz_size(o->r->coefficient);
    if (size > FEW_LIMBS && (size_t)o->r->coefficient->_mp_alloc > size + size / 4)
        mpz_realloc2(o->r->coefficient, size * GMP_NUMB_BITS);
}

static value apply(number_operation *operation, struct context *context, struct arithmetic *x, value a, value b,
                   value c)
{
    struct number r, n[3];
    struct operation_call call = {
        operation, &r, decimal_view(a, &n[0]), b ? decimal_view(b, &n[1]) : NULL, c ? decimal_view(c, &n[2]) : NULL, x};
    int64_t digits = n[0].digits + x->precision + (b ? n[1].digits : 0) + (c ? n[2].digits : 0);
    number_init(&r);
    if (!decimal_guarded(operation_call, &call, digits))
        return NULL;
    if (!context_signal(context, x->status)) {
        number_clear(&r);
        return NULL;
    }
    return decimal_make(decimal_type, &r);
}

value decimal_apply(number_operation *operation, struct context *context, value a, value b, value c)
{
    struct arithmetic x;
    context_read(context, &x);
    return apply(operation, context, &x, a, b, c);
}

value decimal_apply_rounding(number_operation *operation, struct context *context, uint8_t rounding, value a, value b)
{
    struct arithmetic x;
    context_read(context, &x);
    x.rounding = rounding;
    return apply(operation, context, &x, a, b, NULL);
}

struct divmod_call {
    struct number *quotient, *remainder;
    const struct number *a, *b;
    struct arithmetic *x;
};
static void divmod_call(void *context)
{
    struct divmod_call *c = context;
    number_divmod(c->quotient, c->remainder, c->a, c->b, c->x);
}

value decimal_apply_divmod(struct context *context, value a, value b)
{
    struct number quotient, remainder, n[2];
    struct arithmetic x;
    context_read(context, &x);
    struct divmod_call call = {&quotient, &remainder, decimal_view(a, &n[0]), decimal_view(b, &n[1]), &x};
    number_init(&quotient);
    number_init(&remainder);
    if (!decimal_guarded(divmod_call, &call, n[0].digits + n[1].digits + x.precision))
        return NULL;
    if (!context_signal(context, x.status)) {
        number_clear(&quotient);
        number_clear(&remainder);
        return NULL;
    }
    value items[2] = {decimal_make(decimal_type, &quotient), decimal_make(decimal_type, &remainder)};
    return tuple_from_results(items, 2);
}

struct integer_call {
    struct number *r;
    const struct number *a;
    uint8_t rounding;
};
static void integer_call(void *context)
{
    struct integer_call *c = context;
    number_rescale(c->r, c->a, 0, c->rounding);
    if (c->r->negative)
        mpz_neg(c->r->coefficient, c->r->coefficient);
}

value decimal_to_int(value v, uint8_t rounding)
{
    struct number a, r;
    decimal_view(v, &a);
    number_init(&r);
    struct integer_call call = {&r, &a, rounding};
    if (!decimal_guarded(integer_call, &call, a.exponent > 0 ? a.digits + a.exponent : a.digits))
        return NULL;
    return int_take_mpz(r.coefficient);
}

/* ---- text ---- */

static void digits_call(void *context)
{
    struct int_call *c = context;
    mpz_get_str((char *)c->to, 10, c->from);
}

char *decimal_digits(value v)
{
    struct decimal *d = DECIMAL(v);
    char *text = raw_alloc((size_t)d->digits + 3);
    if (!text) {
        raise_no_memory();
        return NULL;
    }
    if (d->size <= 2 && d->digits <= WIDE_DIGITS) {
        wide coefficient = (wide)(d->size > 1 ? d->few[1] : 0) << 64 | (d->size ? d->few[0] : 0);
        text[d->digits] = 0;
        if (d->digits)
            write_wide(text + d->digits, coefficient);
        return text;
    }
    struct number n;
    decimal_view(v, &n);
    struct int_call call = {(struct number *)text, n.coefficient};
    if (!decimal_guarded(digits_call, &call, d->digits)) {
        raw_free(text);
        return NULL;
    }
    return text;
}

static value special_text(const struct decimal *d, const char *digits)
{
    static const char *const names[] = {
        [NUMBER_INFINITE] = "Infinity", [NUMBER_QUIET_NAN] = "NaN", [NUMBER_SIGNALING_NAN] = "sNaN"};
    return str_format("%s%s%s", d->negative ? "-" : "", names[d->kind], digits);
}

static value finite_text(const struct decimal *d, const char *digits, bool capitals, bool engineering)
{
    struct layout layout = layout_of(d->digits, d->exponent, d->size == 0, engineering);
    char few[128], *text = few, *at;
    int64_t zeros_before = layout.point < 1 ? 1 - layout.point : 0;
    int64_t zeros_behind = layout.point > d->digits ? layout.point - d->digits : 0;
    size_t room = (size_t)(d->digits + zeros_before + zeros_behind) + 32;
    if (room > sizeof few && !(text = raw_alloc(room)))
        return raise_no_memory();
    at = text;
    if (d->negative)
        *at++ = '-';
    if (layout.point < 1) {
        *at++ = '0';
        *at++ = '.';
        memset(at, '0', (size_t)-layout.point);
        at += -layout.point;
        thread_copy(at, digits, (size_t)d->digits);
        at += d->digits;
    } else {
        int64_t whole = d->digits < layout.point ? d->digits : layout.point;
        thread_copy(at, digits, (size_t)whole);
        at += whole;
        memset(at, '0', (size_t)zeros_behind);
        at += zeros_behind;
        if (whole < d->digits) {
            *at++ = '.';
            thread_copy(at, digits + whole, (size_t)(d->digits - whole));
            at += d->digits - whole;
        }
    }
    if (layout.has_exponent) {
        char exponent[24], *end = exponent + sizeof exponent;
        char *start = int_write_decimal(end, layout.exponent);
        *at++ = capitals ? 'E' : 'e';
        if (layout.exponent >= 0)
            *at++ = '+';
        memcpy(at, start, (size_t)(end - start));
        at += end - start;
    }
    value result = str_from_ascii(text, (size_t)(at - text));
    if (text != few)
        raw_free(text);
    return result;
}

value decimal_to_text(value v, bool capitals, bool engineering)
{
    struct decimal *d = DECIMAL(v);
    char few[WIDE_DIGITS + 1], *digits = few;
    if (d->size <= 2 && d->digits <= WIDE_DIGITS) {
        wide coefficient = (wide)(d->size > 1 ? d->few[1] : 0) << 64 | (d->size ? d->few[0] : 0);
        few[d->digits] = 0;
        if (d->digits)
            write_wide(few + d->digits, coefficient);
    } else if (!(digits = decimal_digits(v))) {
        return NULL;
    }
    value text = d->kind == NUMBER_FINITE ? finite_text(d, digits, capitals, engineering) : special_text(d, digits);
    if (digits != few)
        raw_free(digits);
    return text;
}
