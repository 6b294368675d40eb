/*
 * list.sort: a stable, adaptive merge sort after Tim Peters's timsort (its description: CPython's listsort.txt).
 *
 * The list is empty while it is sorted, so that comparisons written in Python see no half-sorted list; a marker takes
 * the place of its storage, and if it is not there at the end, somebody changed the list: ValueError. The items are
 * owned by this C frame meanwhile (RULE C1 holds: no heap slot refers to them, their counts are as before). A list that
 * is being sorted is empty to another sort, too, which leaves it alone.
 *
 * Where no Python code runs the sort is one step, as programs know it from CPython: other threads see the list before
 * or after, and lose nothing that they do to it meanwhile. A short list is sorted under its lock. A long one is copied,
 * the copy sorted, and put in place of what it was made from if that is still the list (list_sort_aside).
 *
 * Runs that are in order already are found and kept, short ones are lengthened by binary insertion to `minimum run`
 * items, and neighbours on a stack of runs are merged so that sizes stay balanced. While one side keeps winning, a
 * merge gallops: it looks for the end of the winning stretch by exponential search.
 *
 * Which comparison is used is decided once, by a look at all keys: small ints, immediate floats, exact strs compare
 * without dispatch; everything else by `<`.
 */
#include "runtime/objects/containers/list.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* Two parallel arrays: what is compared, and (with a key function) what belongs to it. Sorting moves both. */
struct lane {
    value *keys;
    value *items; /* NULL without a key function */
};

struct run {
    struct lane base;
    size_t length;
};

#define RUN_STACK  85 /* enough for 2^64 items: sizes on the stack grow like Fibonacci numbers */
#define GALLOP_MIN 7
#define TEMPORARY  256

struct sorter {
    int (*less)(value a, value b); /* 1, 0, -1: an exception is set (or only Python can tell: less_plain) */
    size_t gallop_min;
    struct lane temporary;
    size_t temporary_size;
    bool has_items;
    size_t run_count;
    struct run runs[RUN_STACK];
    value temporary_keys[TEMPORARY];
};

/* ---- comparisons ---- */
static int less_small_int(value a, value b)
{
    return (int64_t)value_bits(a) < (int64_t)value_bits(b); /* same tag bits below */
}

static int less_float(value a, value b)
{
    return immediate_float_value(a) < immediate_float_value(b);
}

/* Exact strs: below, at or above zero. Most are of one byte a character, and differ soon. */
static inline int order_str(value a, value b)
{
    if ((str_flags(a) | str_flags(b)) & (STR_WIDTH_2 | STR_WIDTH_4))
        return str_compare(a, b);
    const uint8_t *x = str_data(a), *y = str_data(b);
    size_t length_a = str_exact_length(a), length_b = str_exact_length(b);
    size_t common = length_a < length_b ? length_a : length_b;
    for (size_t i = 0; i < common && i < 8; i++)
        if (x[i] != y[i])
            return (int)x[i] - (int)y[i];
    int order = common > 8 ? thread_compare(x + 8, y + 8, common - 8) : 0;
    return order ? order : (length_a > length_b) - (length_a < length_b);
}

static int less_str(value a, value b)
{
    return order_str(a, b) < 0;
}

static int less_any(value a, value b)
{
    if (value_both_small_int(a, b))
        return less_small_int(a, b);
    return compare_bool(a, b, COMPARE_LT);
}

/* Of one built-in type, whose comparison is called without a level of recursion: it makes its own, where it calls more.
 */
static int less_same(value a, value b)
{
    value (*compare)(value, value, int) = value_type_slot(a, compare);
    thread_pause(thread_self); /* as in compare_rich */
    value result = compare(a, b, COMPARE_LT);
    if (likely(value_is_bool(result)))
        return result == VALUE_TRUE;
    if (result == VALUE_NOT_IMPLEMENTED)
        return compare_bool(a, b, COMPARE_LT);
    int truth = result ? value_truth(result) : -1;
    value_dec(result);
    return truth;
}

/* Tuples: as long as their items are of simple kinds, those decide. */
static int less_tuple(value a, value b)
{
    size_t na = tuple_length(a), nb = tuple_length(b);
    for (size_t i = 0; i < na && i < nb; thread_report_at(++i)) {
        value x = tuple_get(a, i), y = tuple_get(b, i);
        if (x == y)
            continue;
        if (value_both_small_int(x, y))
            return less_small_int(x, y);
        if (!value_is(x, TYPE_ID_STR) || !value_is(y, TYPE_ID_STR))
            return compare_bool(a, b, COMPARE_LT);
        int order = order_str(x, y);
        if (order)
            return order < 0;
    }
    return na < nb;
}

static int (*choose_comparison(const value *keys, size_t length))(value, value)
{
    size_t same = 0; /* so many from the first on are of its kind */
#define COUNT(IS_KIND) for (; same < length && (IS_KIND); thread_report_at(++same))
    if (length && value_is_small_int(keys[0])) {
        COUNT(value_is_small_int(keys[same]));
        return same == length ? less_small_int : less_any;
    }
    if (length && value_is_immediate_float(keys[0])) {
        COUNT(value_is_immediate_float(keys[same]));
        return same == length ? less_float : less_any;
    }
    if (length && value_is(keys[0], TYPE_ID_STR)) {
        COUNT(value_is(keys[same], TYPE_ID_STR));
        return same == length ? less_str : less_any;
    }
    if (length && value_is(keys[0], TYPE_ID_TUPLE)) {
        COUNT(value_is(keys[same], TYPE_ID_TUPLE));
        return same == length ? less_tuple : less_any;
    }
    struct type *type = length ? value_type(keys[0]) : NULL;
    if (!type || !value_is_object(keys[0]) || type_has_flag(type, TYPE_FLAG_HEAP) || !type_slot(type, compare))
        return less_any;
    COUNT(value_is_object(keys[same]) && value_type(keys[same]) == type);
#undef COUNT
    return same == length ? less_same : less_any;
}

/* The same for a sort under a lock. */
static int (*choose_plain(const value *keys, size_t length))(value, value)
{
    int (*less)(value, value) = choose_comparison(keys, length);
    return less == less_tuple || less == less_any || less == less_same ? less_plain : less;
}

/* ---- lanes ---- */
static inline struct lane lane_at(struct lane lane, size_t offset)
{
    return (struct lane){lane.keys + offset, lane.items ? lane.items + offset : NULL};
}

static inline void lane_copy_one(struct lane to, size_t i, struct lane from, size_t j)
{
    to.keys[i] = from.keys[j];
    if (to.items)
        to.items[i] = from.items[j];
}

/* memmove, with reports: the values are this sort's alone. */
static void values_move(value *to, const value *from, size_t count)
{
    const size_t stretch = 1 << 11;
    for (; count > stretch; count -= stretch) {
        if (to < from) {
            memmove(to, from, stretch * sizeof(value));
            to += stretch;
            from += stretch;
        } else {
            memmove(to + count - stretch, from + count - stretch, stretch * sizeof(value));
        }
        thread_report();
    }
    memmove(to, from, count * sizeof(value));
}

static inline void lane_move(struct lane to, struct lane from, size_t count)
{
    values_move(to.keys, from.keys, count);
    if (to.items)
        values_move(to.items, from.items, count);
}

static void values_reverse(value *v, size_t count)
{
    for (size_t i = 0, j = count; i + 1 < j; i++) {
        value t = v[i];
        v[i] = v[--j];
        v[j] = t;
        thread_report_at(i + 1);
    }
}

static void lane_reverse(struct lane lane, size_t count)
{
    values_reverse(lane.keys, count);
    if (lane.items)
        values_reverse(lane.items, count);
}

/* ---- runs ---- */
/* Length of the run at the start of the lane (1 <= result <= length): descending ones are strictly so, and reversed by
   the caller. -1 on error. */
static ssize count_run(struct sorter *s, const value *keys, size_t length, bool *descending)
{
    *descending = false;
    if (length < 2)
        return (ssize)length;
    int less = s->less(keys[1], keys[0]);
    if (less < 0)
        return -1;
    *descending = less;
    size_t n = 2;
    for (; n < length; n++) {
        thread_report_at(n);
        int next = s->less(keys[n], keys[n - 1]);
        if (next < 0)
            return -1;
        if (next != less)
            break;
    }
    return (ssize)n;
}

/* Insert items start.. into the sorted items before them. */
static bool binary_insertion(struct sorter *s, struct lane lane, size_t length, size_t start)
{
    for (size_t i = start; i < length; i++) {
        value key = lane.keys[i];
        size_t low = 0, high = i;
        while (low < high) {
            size_t middle = (low + high) / 2;
            int less = s->less(key, lane.keys[middle]);
            if (less < 0)
                return false;
            if (less)
                high = middle;
            else
                low = middle + 1;
        }
        memmove(lane.keys + low + 1, lane.keys + low, (i - low) * sizeof(value));
        lane.keys[low] = key;
        if (lane.items) {
            value item = lane.items[i];
            memmove(lane.items + low + 1, lane.items + low, (i - low) * sizeof(value));
            lane.items[low] = item;
        }
    }
    return true;
}

/* The length below which runs are lengthened: length / minimum is a power of two or a little less. */
static size_t minimum_run(size_t length)
{
    size_t odd = 0;
    while (length >= 64) {
        odd |= length & 1;
        length >>= 1;
    }
    return length + odd;
}

/* ---- galloping: where does `key` belong in the sorted array, looking from position `hint` outwards ---- */
/* Before the first item that is not less than key (left) or that is greater (right). -1 on error. */
static ssize gallop(struct sorter *s, value key, const value *array, size_t length, size_t hint, bool right)
{
    /* `before(x)`: x belongs before key. Left: x < key. Right: not key < x. */
#define BEFORE(x)                                                  \
    ({                                                             \
        int less_ = right ? s->less(key, (x)) : s->less((x), key); \
        if (less_ < 0)                                             \
            return -1;                                             \
        right ? !less_ : less_;                                    \
    })
    size_t low, high; /* the answer is in [low, high] */
    thread_report();
    if (BEFORE(array[hint])) {
        size_t limit = length - hint, last = 0, offset = 1;
        while (offset < limit && BEFORE(array[hint + offset])) {
            last = offset;
            offset = offset * 2 + 1;
        }
        low = hint + last + 1;
        high = hint + (offset < limit ? offset : limit);
    } else {
        size_t limit = hint + 1, last = 0, offset = 1;
        while (offset < limit && !BEFORE(array[hint - offset])) {
            last = offset;
            offset = offset * 2 + 1;
        }
        low = offset < limit ? hint - offset + 1 : 0;
        high = hint - last;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (BEFORE(array[middle]))
            low = middle + 1;
        else
            high = middle;
    }
#undef BEFORE
    return (ssize)low;
}

/* ---- merging ---- */
static bool temporary_reserve(struct sorter *s, size_t size)
{
    if (size <= s->temporary_size)
        return true;
    if (s->temporary.keys != s->temporary_keys)
        raw_free(s->temporary.keys);
    s->temporary = (struct lane){s->temporary_keys, s->has_items ? s->temporary_keys + TEMPORARY / 2 : NULL};
    s->temporary_size = s->has_items ? TEMPORARY / 2 : TEMPORARY;
    value *room = size <= PTRDIFF_MAX / 32 ? malloc(size * sizeof(value) * (s->has_items ? 2 : 1)) : NULL;
    if (!room)
        return raise_no_memory() != NULL;
    s->temporary = (struct lane){room, s->has_items ? room + size : NULL};
    s->temporary_size = size;
    return true;
}

/* Merge neighbours a (na items) and b (nb), na <= nb, front to back: a is copied out first. On error all items are
   still there, in some order. */
static bool merge_low(struct sorter *s, struct lane a, size_t na, struct lane b, size_t nb)
{
    if (!temporary_reserve(s, na))
        return false;
    struct lane to = a;
    lane_move(s->temporary, a, na);
    a = s->temporary;
    size_t i = 0, j = 0, k = 0; /* next of a, next of b, next place */
    bool fine = false;
    size_t gallop_min = s->gallop_min;
    lane_copy_one(to, k++, b, j++);
    if (j == nb)
        goto succeed;
    for (;;) {
        size_t a_wins = 0, b_wins = 0;
        while (a_wins < gallop_min && b_wins < gallop_min) {
            thread_report_at(k);
            int less = s->less(b.keys[j], a.keys[i]);
            if (less < 0)
                goto done;
            if (less) {
                lane_copy_one(to, k++, b, j++);
                b_wins++;
                a_wins = 0;
                if (j == nb)
                    goto succeed;
            } else {
                lane_copy_one(to, k++, a, i++);
                a_wins++;
                b_wins = 0;
                if (i == na)
                    goto succeed;
            }
        }
        gallop_min++;
        do {
            gallop_min -= gallop_min > 1;
            ssize n = gallop(s, b.keys[j], a.keys + i, na - i, 0, true);
            if (n < 0)
                goto done;
            a_wins = (size_t)n;
            lane_move(lane_at(to, k), lane_at(a, i), a_wins);
            k += a_wins;
            i += a_wins;
            if (i == na) /* cannot happen with a consistent order */
                goto succeed;
            lane_copy_one(to, k++, b, j++);
            if (j == nb)
                goto succeed;
            n = gallop(s, a.keys[i], b.keys + j, nb - j, 0, false);
            if (n < 0)
                goto done;
            b_wins = (size_t)n;
            lane_move(lane_at(to, k), lane_at(b, j), b_wins);
            k += b_wins;
            j += b_wins;
            if (j == nb)
                goto succeed;
            lane_copy_one(to, k++, a, i++);
            if (i == na)
                goto succeed;
        } while (a_wins >= GALLOP_MIN || b_wins >= GALLOP_MIN);
        gallop_min++; /* leaving costs */
        s->gallop_min = gallop_min;
    }
succeed:
    fine = true;
done:
    if (i < na) /* what is left of b is in its place */
        lane_move(lane_at(to, k), lane_at(a, i), na - i);
    return fine;
}

/* The same back to front for na > nb: b is copied out. */
static bool merge_high(struct sorter *s, struct lane a, size_t na, struct lane b, size_t nb)
{
    if (!temporary_reserve(s, nb))
        return false;
    struct lane to = a; /* places 0 .. na + nb - 1 */
    lane_move(s->temporary, b, nb);
    b = s->temporary;
    size_t i = na, j = nb, k = na + nb; /* one beyond the next of each */
    bool fine = false;
    size_t gallop_min = s->gallop_min;
    lane_copy_one(to, --k, a, --i);
    if (i == 0)
        goto succeed;
    for (;;) {
        size_t a_wins = 0, b_wins = 0;
        while (a_wins < gallop_min && b_wins < gallop_min) {
            thread_report_at(k);
            int less = s->less(b.keys[j - 1], a.keys[i - 1]);
            if (less < 0)
                goto done;
            if (less) {
                lane_copy_one(to, --k, a, --i);
                a_wins++;
                b_wins = 0;
                if (i == 0)
                    goto succeed;
            } else {
                lane_copy_one(to, --k, b, --j);
                b_wins++;
                a_wins = 0;
                if (j == 0)
                    goto succeed;
            }
        }
        gallop_min++;
        do {
            gallop_min -= gallop_min > 1;
            ssize n = gallop(s, b.keys[j - 1], a.keys, i, i - 1, true);
            if (n < 0)
                goto done;
            a_wins = i - (size_t)n;
            k -= a_wins;
            i -= a_wins;
            lane_move(lane_at(to, k), lane_at(a, i), a_wins);
            if (i == 0)
                goto succeed;
            lane_copy_one(to, --k, b, --j);
            if (j == 0)
                goto succeed;
            n = gallop(s, a.keys[i - 1], b.keys, j, j - 1, false);
            if (n < 0)
                goto done;
            b_wins = j - (size_t)n;
            k -= b_wins;
            j -= b_wins;
            lane_move(lane_at(to, k), lane_at(b, j), b_wins);
            if (j == 0)
                goto succeed;
            lane_copy_one(to, --k, a, --i);
            if (i == 0)
                goto succeed;
        } while (a_wins >= GALLOP_MIN || b_wins >= GALLOP_MIN);
        gallop_min++;
        s->gallop_min = gallop_min;
    }
succeed:
    fine = true;
done:
    if (j > 0) /* what is left of a is in its place: the places i .. k - 1 are b's */
        lane_move(lane_at(to, k - j), b, j);
    return fine;
}

/* Merge runs n and n + 1 of the stack. */
static bool merge_at(struct sorter *s, size_t n)
{
    struct lane a = s->runs[n].base, b = s->runs[n + 1].base;
    size_t na = s->runs[n].length, nb = s->runs[n + 1].length;
    s->runs[n].length = na + nb;
    if (n + 3 == s->run_count)
        s->runs[n + 1] = s->runs[n + 2];
    s->run_count--;
    /* what of a is before b[0] stays, and what of b is after a's last */
    ssize skip = gallop(s, b.keys[0], a.keys, na, 0, true);
    if (skip < 0)
        return false;
    a = lane_at(a, (size_t)skip);
    na -= (size_t)skip;
    if (na == 0)
        return true;
    ssize keep = gallop(s, a.keys[na - 1], b.keys, nb, nb - 1, false);
    if (keep < 0)
        return false;
    nb = (size_t)keep;
    if (nb == 0)
        return true;
    return na <= nb ? merge_low(s, a, na, b, nb) : merge_high(s, a, na, b, nb);
}

/* Keep the stack's invariants: each run longer than the two after it together, and longer than the next. */
static bool merge_collapse(struct sorter *s)
{
    struct run *r = s->runs;
    while (s->run_count > 1) {
        size_t n = s->run_count - 2;
        if ((n > 0 && r[n - 1].length <= r[n].length + r[n + 1].length) ||
            (n > 1 && r[n - 2].length <= r[n - 1].length + r[n].length)) {
            if (r[n - 1].length < r[n + 1].length)
                n--;
        } else if (r[n].length > r[n + 1].length) {
            break;
        }
        if (!merge_at(s, n))
            return false;
    }
    return true;
}

static bool merge_rest(struct sorter *s)
{
    while (s->run_count > 1) {
        size_t n = s->run_count - 2;
        if (n > 0 && s->runs[n - 1].length < s->runs[n + 1].length)
            n--;
        if (!merge_at(s, n))
            return false;
    }
    return true;
}

/* Under a lock `less` must be one that runs no Python code (nothing else in here blocks, or is a quiescent point), and
   `temporary`, with room for half of the items, saves the allocation; otherwise NULL. */
static bool sort_lane(struct lane lane, size_t length, int (*less)(value, value), value *temporary)
{
    struct sorter s;
    s.less = less;
    s.gallop_min = GALLOP_MIN;
    s.has_items = lane.items != NULL;
    s.temporary = (struct lane){s.temporary_keys, s.has_items ? s.temporary_keys + TEMPORARY / 2 : NULL};
    s.temporary_size = s.has_items ? TEMPORARY / 2 : TEMPORARY;
    if (temporary) {
        s.temporary = (struct lane){temporary, NULL};
        s.temporary_size = length / 2 + 1;
    }
    s.run_count = 0;
    size_t least = minimum_run(length);
    bool fine = true;
    while (length && fine) {
        thread_report();
        bool descending;
        ssize n = count_run(&s, lane.keys, length, &descending);
        if (n < 0) {
            fine = false;
            break;
        }
        if (descending)
            lane_reverse(lane, (size_t)n);
        if ((size_t)n < least) {
            size_t forced = length < least ? length : least;
            if (!binary_insertion(&s, lane, forced, (size_t)n)) {
                fine = false;
                break;
            }
            n = (ssize)forced;
        }
        s.runs[s.run_count++] = (struct run){lane, (size_t)n};
        fine = merge_collapse(&s);
        lane = lane_at(lane, (size_t)n);
        length -= (size_t)n;
    }
    fine = fine && merge_rest(&s);
    if (s.temporary.keys != s.temporary_keys && s.temporary.keys != temporary)
        raw_free(s.temporary.keys);
    return fine;
}

/* The keys of `items`, owned; NULL on error. */
static value *make_keys(value function, const value *items, size_t length)
{
    value *keys = malloc((length ? length : 1) * sizeof(value));
    if (!keys) {
        raise_no_memory();
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        thread_report_at(i + 1);
        keys[i] = call_1(function, items[i]);
        if (!keys[i]) {
            while (i > 0)
                value_dec(keys[--i]);
            raw_free(keys);
            return NULL;
        }
    }
    return keys;
}

static bool sort_in_order(struct lane lane, size_t length, int (*less)(value, value), value *temporary, bool reverse)
{
    if (reverse) /* twice, so that equal items keep their order */
        lane_reverse(lane, length);
    bool fine = sort_lane(lane, length, less, temporary);
    if (reverse)
        lane_reverse(lane, length);
    return fine;
}

static void drop_owned(value *values, size_t count)
{
    if (values)
        values_drop(values, count);
    raw_free(values);
}

enum step { STEP_DONE, STEP_FAILED, STEP_NEEDS_PYTHON, STEP_CHANGED };

/* Put the same items in another order. Under the lock, in one go for those who read under it. */
static void items_store(struct list *list, const value *items, size_t count)
{
    value_slot *slots = load_relaxed(&list->storage)->items;
    for (size_t i = 0; i < count; i++) {
        store_release(&slots[i], items[i]);
        if (unlikely((i + 1) % THREAD_REPORT_STEPS == 0)) {
            rc_mark(&list->header); /* (RULE C3) */
            thread_report();
        }
    }
}

/* Sort under the lock. `longest`: give up (STEP_CHANGED) when the list is longer. */
static enum step list_sort_locked(struct list *list, bool reverse, size_t longest)
{
    value *work = NULL;
    for (size_t room = 0;;) {
        object_lock(&list->header);
        size_t length = load_relaxed(&list->length);
        if (length < 2 || length > longest || length <= room) {
            enum step step = length > longest ? STEP_CHANGED : STEP_DONE;
            if (length >= 2 && length <= longest) {
                values_move(work, (void *)load_relaxed(&list->storage)->items, length);
                if (sort_in_order((struct lane){work, NULL}, length, choose_plain(work, length), work + room, reverse))
                    items_store(list, work, length);
                else
                    step = STEP_NEEDS_PYTHON;
            }
            object_unlock(&list->header);
            rc_mark(&list->header);
            raw_free(work);
            return step;
        }
        object_unlock(&list->header);
        raw_free(work);
        room = length + length / 8 + 64;
        work = room <= PTRDIFF_MAX / 32 ? malloc((room + room / 2 + 1) * sizeof(value)) : NULL;
        if (!work) {
            raise_no_memory();
            return STEP_FAILED;
        }
    }
}

/* Does the list still begin with these items, or (`whole`) consist of them? Under the lock. */
static bool list_still_holds(struct list *list, const value *items, size_t count, bool whole)
{
    size_t length = load_relaxed(&list->length);
    return (whole ? length == count : length >= count) &&
           (count == 0 ||
            thread_compare((void *)load_relaxed(&list->storage)->items, items, count * sizeof(value)) == 0);
}

/* Sort a copy, and put it in place of what it was made from if the list still consists of that. `grown` is content when
   it begins so: the sort came before what was appended meanwhile. */
static enum step list_sort_aside(struct list *list, value key, bool reverse, bool grown)
{
    size_t length;
    value *items = list_snapshot(value_of(list), &length);
    value *work = items ? malloc((length + 1) * sizeof(value)) : NULL, *keys = NULL;
    enum step step = STEP_FAILED;
    if (!work) {
        if (items)
            raise_no_memory();
    } else if (!key && length > 1 && less_plain(items[1], items[0]) < 0) {
        step = STEP_NEEDS_PYTHON;
    } else if (values_move(work, items, length), key && !(keys = make_keys(key, work, length))) {
        step = STEP_FAILED;
    } else {
        struct lane lane = {keys ? keys : work, keys ? work : NULL};
        if (sort_in_order(lane, length, choose_comparison(lane.keys, length), NULL, reverse)) {
            object_lock(&list->header);
            step = list_still_holds(list, items, length, !grown) ? STEP_DONE : STEP_CHANGED;
            if (step == STEP_DONE && length)
                items_store(list, work, length);
            object_unlock(&list->header);
            rc_mark(&list->header);
        }
    }
    drop_owned(keys, length);
    raw_free(work);
    if (items)
        drop_owned(items, length);
    return step;
}

/* Does calling this run no Python code, as far as one can see? */
static bool key_is_builtin(value key)
{
    return value_is(key, TYPE_ID_BUILTIN_FUNCTION) || value_is(key, TYPE_ID_METHOD_DESCRIPTOR) ||
           (value_is(key, TYPE_ID_TYPE) && !(((struct type *)key)->gc.gc_flags & TYPE_GC_COUNTED)) ||
           (value_is_object(key) && !value_is(key, TYPE_ID_FUNCTION) && !value_is(key, TYPE_ID_METHOD) &&
            !value_is(key, TYPE_ID_TYPE) && !(value_type(key)->gc.gc_flags & TYPE_GC_COUNTED));
}

#define SHORT_LIST  4096 /* sorted under the lock: in less than a millisecond */
#define ASIDE_TRIES 3
#define GROWN_TRIES 100

/* As one step. STEP_NEEDS_PYTHON: nothing was done. */
static enum step list_sort_in_step(struct list *list, value key, bool reverse)
{
    enum step step = key ? STEP_CHANGED : list_sort_locked(list, reverse, SHORT_LIST);
    for (unsigned tries = 0; step == STEP_CHANGED && tries < ASIDE_TRIES; tries++)
        step = list_sort_aside(list, key, reverse, false);
    if (step == STEP_CHANGED && !key)
        return list_sort_locked(list, reverse, SIZE_MAX);
    for (unsigned tries = 0; step == STEP_CHANGED && tries < GROWN_TRIES; tries++)
        step = list_sort_aside(list, key, reverse, true);
    return step == STEP_CHANGED ? STEP_NEEDS_PYTHON : step;
}

bool list_sort(value v, value key, bool reverse)
{
    struct list *list = list_of(v);
    if (!thread_is_alone() && (!key || key_is_builtin(key))) {
        enum step step = list_sort_in_step(list, key, reverse);
        if (step != STEP_NEEDS_PYTHON)
            return step == STEP_DONE;
    }
    struct list_storage *marker = list_storage_marker();
    if (!marker)
        return false;
    uint64_t length;
    struct list_storage *storage;
    if (!list_detach_items(list, marker, &storage, &length)) { /* nothing to sort */
        list_storage_discard(marker);
        return true;
    }
    value *items = (value *)storage->items; /* nobody else writes there any more */
    bool fine = true;
    /* A lock-free reader may still look into the detached storage (and then notice), so sorting, which uses plain
       stores, happens in a copy unless we are alone. */
    value *work = items;
    if (!thread_is_alone()) {
        work = malloc(length * sizeof(value));
        if (work)
            values_move(work, items, length);
        else
            fine = raise_no_memory() != NULL;
    }
    value *keys = NULL;
    if (fine && key)
        fine = (keys = make_keys(key, work, length)) != NULL;
    if (fine && length > 1) {
        struct lane lane = {keys ? keys : work, keys ? work : NULL};
        fine = sort_in_order(lane, length, choose_comparison(lane.keys, length), NULL, reverse);
    }
    if (work && work != items) {
        for (uint64_t i = 0; i < length; i++) {
            store_relaxed(&storage->items[i], work[i]);
            thread_report_at(i + 1);
        }
        raw_free(work);
    }
    drop_owned(keys, length); /* whose deaths may change the list */
    bool untouched = list_attach(list, storage, length, marker);
    if (fine && !untouched)
        return raise_false(EXC(ValueError), "list modified during sort");
    return fine;
}
