/*
 * The method resolution order: C3 linearization (Barrett, Cassels, Haahr, Moon, Playford, Withington, OOPSLA 1996).
 *
 * merge(L(B1), ..., L(Bn), (B1, ..., Bn)): take the first head that is in no other list's tail; repeat. When no head
 * qualifies the bases contradict each other.
 */
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

struct merge_list {
    const value_slot *items;
    size_t length, next;
};

static bool in_tail(const struct merge_list *list, value v)
{
    for (size_t i = list->next + 1; i < list->length; i++)
        if (slot_peek(&list->items[i]) == v)
            return true;
    return false;
}

static value no_consistent_order(const struct merge_list *lists, size_t count)
{
    struct str_builder names;
    builder_init(&names);
    value seen = list_new(4);
    for (size_t i = 0; seen && i < count; i++) {
        if (lists[i].next == lists[i].length)
            continue;
        value head = slot_peek(&lists[i].items[lists[i].next]);
        bool repeated = false;
        for (size_t k = 0; k < list_length(seen); k++) {
            value other = list_get(seen, k);
            repeated |= other == head;
            value_dec(other);
        }
        if (repeated || !list_append(seen, head))
            continue;
        if (list_length(seen) > 1)
            builder_add_text(&names, ", ");
        builder_add_format(&names, "%N", (struct type *)head);
    }
    value_dec(seen);
    value text = builder_finish(&names);
    if (text)
        raise(EXC(TypeError), "Cannot create a consistent method resolution\norder (MRO) for bases %U", text);
    value_dec(text);
    return NULL;
}

static bool has_duplicates(value bases)
{
    size_t count = tuple_length(bases);
    for (size_t i = 0; i < count; thread_report(), i++)
        for (size_t k = i + 1; k < count; k++)
            if (tuple_get(bases, i) == tuple_get(bases, k)) {
                raise(EXC(TypeError), "duplicate base class %N", (struct type *)tuple_get(bases, i));
                return true;
            }
    return false;
}

/* The next class of the merge, or NULL when there is none (*done says which way). */
static value merge_step(struct merge_list *lists, size_t count, bool *done)
{
    *done = true;
    for (size_t i = 0; i < count; i++) {
        thread_report();
        if (lists[i].next == lists[i].length)
            continue;
        *done = false;
        value candidate = slot_peek(&lists[i].items[lists[i].next]);
        bool good = true;
        for (size_t k = 0; good && k < count; k++)
            good = !in_tail(&lists[k], candidate);
        if (!good)
            continue;
        for (size_t k = 0; k < count; k++)
            if (lists[k].next < lists[k].length && slot_peek(&lists[k].items[lists[k].next]) == candidate)
                lists[k].next++;
        return candidate;
    }
    return NULL;
}

static void drop_orders(value *owned, size_t count)
{
    for (size_t i = 0; owned && i < count; i++)
        value_dec(owned[i]);
    free(owned);
}

value mro_compute(struct type *type, value bases, value *used)
{
    size_t count = tuple_length(bases);
    if (has_duplicates(bases))
        return NULL;
    struct merge_list *lists = calloc(count + 1, sizeof *lists);
    value *owned = used ? used : calloc(count + 1, sizeof *owned);
    value order = lists && owned ? list_new(8) : raise_no_memory();
    bool ok = order && list_append(order, value_of(type));
    for (size_t i = 0; ok && i < count; i++) {
        struct type *base = (struct type *)tuple_get(bases, i);
        owned[i] = type_mro(base);
        if (!owned[i])
            ok = raise_false(EXC(TypeError), "Cannot extend an incomplete type '%N'", base);
        else
            lists[i] = (struct merge_list){tuple_items(owned[i]), tuple_length(owned[i]), 0};
    }
    if (ok)
        lists[count] = (struct merge_list){tuple_items(bases), count, 0};
    while (ok) {
        bool done;
        value next = merge_step(lists, count + 1, &done);
        if (done)
            break;
        if (next)
            ok = list_append(order, next);
        else
            ok = no_consistent_order(lists, count + 1) != NULL;
    }
    value result = ok ? list_to_tuple(order) : NULL;
    value_dec(order);
    if (!used)
        drop_orders(owned, count);
    free(lists);
    return result;
}

/* What mro() of the metaclass returns must be types whose instances are laid out like those of the class. */
static value mro_checked(struct type *type, value sequence)
{
    value result = sequence ? tuple_from_iterable(sequence) : NULL;
    value_dec(sequence);
    if (!result)
        return NULL;
    for (size_t i = 0; i < tuple_length(result); i++) {
        value item = tuple_get(result, i);
        if (!is_type(item)) {
            raise(EXC(TypeError), "mro() returned a non-class ('%T')", item);
            value_dec(result);
            return NULL;
        }
        if (!type_is_subtype(type->solid, type_solid((struct type *)item))) {
            raise(EXC(TypeError), "mro() returned base with unsuitable layout ('%N')", (struct type *)item);
            value_dec(result);
            return NULL;
        }
    }
    return result;
}

/* Does the metaclass override mro()? 1, 0, -1. */
static int mro_is_custom(struct type *type)
{
    struct type *metatype = value_type(value_of(type));
    if (metatype == TYPE(TYPE) || !type_has_flag(metatype, TYPE_FLAG_HEAP))
        return 0;
    value custom = type_lookup(metatype, NAME(mro));
    value builtin = custom ? type_lookup(TYPE(TYPE), NAME(mro)) : NULL;
    int differs = custom && builtin ? custom != builtin : -1;
    value_dec(custom);
    value_dec(builtin);
    return differs;
}

static void exchange_order(struct type *type, value order)
{
    slot_exchange(&type->mro, value_inc(order));
    lookup_reset(type);
}

bool mro_exchange(struct type *type, value expected, value order)
{
    class_lock();
    bool same = type_mro_peek(type) == expected;
    if (same)
        exchange_order(type, order);
    class_unlock();
    if (same && expected)
        rc_dec_later(value_object(expected)); /* the slot's reference: others may be looking at it uncounted */
    return same;
}

/* The C3 order for the bases and their orders of this moment: 1 installed, 0 they changed meanwhile, -1 error. */
static int update_plain(struct type *type, value *old, value *installed)
{
    value bases = slot_load(&type->gc.header, &type->bases);
    size_t count = tuple_length(bases);
    value *used = calloc(count + 1, sizeof *used);
    value before = type_mro(type);
    value order = used ? mro_compute(type, bases, used) : raise_no_memory();
    int result = order ? 0 : -1;
    if (order) {
        class_lock();
        bool same = type_mro_peek(type) == before && slot_peek(&type->bases) == bases;
        for (size_t i = 0; same && i < count; i++)
            same = type_mro_peek((struct type *)tuple_get(bases, i)) == used[i];
        if (same)
            exchange_order(type, order);
        class_unlock();
        if (same && before)
            rc_dec_later(value_object(before));
        result = same;
    }
    drop_orders(used, count);
    value_dec(bases);
    if (result == 1 && old) {
        *old = before;
        *installed = order;
    } else {
        value_dec(before);
        value_dec(order);
    }
    return result;
}

bool mro_update(struct type *type, value *old, value *installed)
{
    if (old)
        *old = *installed = NULL;
    int custom = mro_is_custom(type), done = 0;
    if (custom <= 0) {
        while (custom == 0 && done == 0)
            done = update_plain(type, old, installed);
        return done > 0;
    }
    value before = type_mro(type);
    value order = mro_checked(type, call_special(value_of(type), NAME(mro), NULL, 0));
    bool ok = order != NULL;
    if (ok && mro_exchange(type, before, order) && old) {
        *old = before;
        *installed = order;
        return true;
    }
    value_dec(before);
    value_dec(order);
    return ok;
}
