/*
 * Regular expressions: the matcher, a backtracking machine.
 *
 * A program's operations run one after the other at a position of the text. Where there is more than one way to go on,
 * the others are left as records on a stack; when a way fails, the newest record says where to go on instead. Changes
 * of registers (marks of groups, counters of loops) leave records too, of what was there before, so that going back
 * finds everything as it was; after a failure all marks are unset again. The stack is on the heap and grows as needed:
 * the depth of a pattern's backtracking costs memory, never C stack.
 *
 * What commits to the way found (atomic groups, possessive loops, lookaround) begins with a *barrier* record. At its
 * end the alternatives above the barrier are taken away, but what there is to restore stays: going back past the whole
 * must still restore it. A negative lookahead restores at once.
 *
 * The machine is written once over texts of 1, 2 and 4 bytes a character; the compiler makes three of it.
 *
 * Now and then the machine passes a safepoint. It holds nothing uncounted: the state holds the string (or has its
 * buffer), its caller the program.
 */
#include "runtime/modules/regex/sre.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- the stack ---- */
enum record_kind {
    RECORD_BOTTOM,     /* the attempt has failed */
    RECORD_MARK,       /* restore: mark `at` was a, the last index b */
    RECORD_LOOP,       /* restore: loop `at` had count a, last b */
    RECORD_CHOICE,     /* go on with the operation `at` at position a */
    RECORD_GREEDY,     /* the RUN_GREEDY `at` can do with less: a least, b most position to go on from */
    RECORD_LAZY,       /* the RUN_LAZY `at` may take another: at position a, b more */
    RECORD_UNTIL_MIN,  /* the RUN_UNTIL_MIN `at` may go round again at position a */
    RECORD_BARRIER,    /* fails; b: the barrier below */
    RECORD_BARRIER_GO, /* when what it encloses fails, go on with `at` at position a; b: the barrier below */
};

#define BUDGET 20000 /* steps between safepoints: far below a millisecond's worth, fresh pages for records included */

static bool pass_safepoint(struct sre_state *s)
{
    s->budget = BUDGET;
    return thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0;
}

/* Fresh pages cost more than what is written to them, so that a stack which had to grow is kept with the program. */
#define SPARE_MAX 65536 /* records */

static struct sre_stack *stack_of(struct sre_record *records)
{
    return (struct sre_stack *)((char *)records - offsetof(struct sre_stack, records));
}

static void give_back(struct sre_state *s)
{
    if (s->records == s->few_records)
        return;
    struct sre_stack *stack = stack_of(s->records), *none = NULL;
    s->records = s->few_records;
    /* release: pairs with the acquire of the next to take it */
    if (stack->capacity > SPARE_MAX ||
        !atomic_compare_exchange_strong_explicit(&s->program->spare, &none, stack, memory_order_release,
                                                 memory_order_relaxed))
        raw_free(stack);
}

static bool grow(struct sre_state *s)
{
    struct sre_stack *stack = NULL;
    if (s->records == s->few_records)
        stack = atomic_exchange_explicit(&s->program->spare, NULL, memory_order_acquire);
    if (!stack) {
        size_t capacity = 2 * s->capacity;
        stack = raw_alloc(sizeof *stack + capacity * sizeof *stack->records);
        if (!stack) {
            raise_no_memory();
            return false;
        }
        stack->capacity = capacity;
    }
    thread_copy(stack->records, s->records, s->capacity * sizeof *s->records);
    if (s->records != s->few_records)
        raw_free(stack_of(s->records));
    s->records = stack->records;
    s->capacity = stack->capacity;
    return true;
}

/* Take the alternatives above (and with) the barrier away, but keep what restores registers. The new top. */
static size_t commit(struct sre_record *records, size_t barrier, size_t top)
{
    size_t kept = barrier;
    for (size_t i = barrier + 1; i < top; thread_report_at(++i))
        if (records[i].kind == RECORD_MARK || records[i].kind == RECORD_LOOP)
            records[kept++] = records[i];
    return kept;
}

static void restore(struct sre_state *s, const struct sre_record *r)
{
    if (r->kind == RECORD_MARK) {
        s->marks[r->at] = r->a;
        s->last_index = r->b;
    } else if (r->kind == RECORD_LOOP) {
        s->loops[r->at] = (struct sre_loop){r->a, r->b};
    }
}

/* ---- characters ---- */
#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t char_at(const void *data, unsigned width, ssize i)
{
    if (width == 1)
        return ((const uint8_t *)data)[i];
    return width == 2 ? ((const uint16_t *)data)[i] : ((const uint32_t *)data)[i];
}

INLINE bool set_has(const struct sre_program *p, uint32_t number, uint32_t c)
{
    const struct sre_set *set = &p->sets[number];
    if (likely(c < 256 && !set->varies))
        return set->few[c];
    return sre_set_look_up(set, p->set_code, c);
}

/* Does a character pass a test? */
INLINE bool passes(const struct sre_program *p, uint32_t operation, uint32_t operand, uint32_t c)
{
    switch (operation) {
    case RUN_ANY:
        return c != '\n';
    case RUN_CHAR:
        return c == operand;
    case RUN_NOT_CHAR:
        return c != operand;
    case RUN_SET:
        return set_has(p, operand, c);
    default:
        return true;
    }
}

#define WINDOW ((ssize)1 << 14) /* characters between reports */

INLINE ssize short_run_of(const struct sre_program *p, const void *data, const unsigned width, uint32_t operation,
                          uint32_t operand, ssize pos, ssize limit)
{
    switch (operation) {
    case RUN_ANY_ALL:
        return limit;
    case RUN_ANY:
        if (width == 1 && limit - pos > 8) {
            const uint8_t *found = memchr((const uint8_t *)data + pos, '\n', (size_t)(limit - pos));
            return found ? (ssize)(found - (const uint8_t *)data) : limit;
        }
        while (pos < limit && char_at(data, width, pos) != '\n')
            pos++;
        return pos;
    case RUN_CHAR:
        while (pos < limit && char_at(data, width, pos) == operand)
            pos++;
        return pos;
    case RUN_NOT_CHAR:
        if (width == 1 && limit - pos > 8 && operand < 256) {
            const uint8_t *found = memchr((const uint8_t *)data + pos, (int)operand, (size_t)(limit - pos));
            return found ? (ssize)(found - (const uint8_t *)data) : limit;
        }
        while (pos < limit && char_at(data, width, pos) != operand)
            pos++;
        return pos;
    default: {
        const struct sre_set *set = &p->sets[operand];
        if (width == 1 && !set->varies) {
            while (pos < limit && set->few[((const uint8_t *)data)[pos]])
                pos++;
            return pos;
        }
        while (pos < limit && set_has(p, operand, char_at(data, width, pos)))
            pos++;
        return pos;
    }
    }
}

/* The first position in [pos, limit) whose character fails the test; `limit` if none does. */
INLINE ssize run_of(const struct sre_program *p, const void *data, const unsigned width, uint32_t operation,
                    uint32_t operand, ssize pos, ssize limit)
{
    for (;; thread_report()) {
        ssize stop = limit - pos > WINDOW ? pos + WINDOW : limit;
        pos = short_run_of(p, data, width, operation, operand, pos, stop);
        if (likely(pos < stop || stop == limit))
            return pos;
    }
}

INLINE ssize last_start_near(const struct sre_program *p, const void *data, const unsigned width, uint32_t operation,
                             uint32_t operand, ssize low, ssize pos, ssize end)
{
    if (operation == RUN_ANYTHING)
        return pos;
    if (pos == end)
        pos--;
    if (operation == RUN_CHAR)
        while (pos >= low && char_at(data, width, pos) != operand)
            pos--;
    else
        while (pos >= low && !set_has(p, operand, char_at(data, width, pos)))
            pos--;
    return pos;
}

/* The last position in [low, pos] from which what begins with `operation` could go on; below low: none. */
INLINE ssize last_start(const struct sre_program *p, const void *data, const unsigned width, uint32_t operation,
                        uint32_t operand, ssize low, ssize pos, ssize end)
{
    for (;; thread_report()) {
        ssize stop = pos - low > WINDOW ? pos - WINDOW : low;
        pos = last_start_near(p, data, width, operation, operand, stop, pos, end);
        if (likely(pos >= stop || stop == low))
            return pos;
    }
}

/* ---- places between characters ---- */
/* Where the string is empty there is no boundary, and no place that is none either. A search that begins behind its end
 * sees what is before it, as in CPython. */
INLINE bool is_boundary(const struct sre_state *s, unsigned width, ssize pos, unsigned category, bool wanted)
{
    const void *data = s->text.data;
    bool before = pos > 0 && sre_in_category(char_at(data, width, pos - 1), category);
    bool after = pos < s->end && sre_in_category(char_at(data, width, pos), category);
    return s->end > 0 && (before != after) == wanted;
}

INLINE bool is_at(const struct sre_state *s, unsigned width, ssize pos, uint32_t place)
{
    const void *data = s->text.data;
    switch (place) {
    case SRE_AT_BEGINNING:
    case SRE_AT_BEGINNING_STRING:
        return pos == 0;
    case SRE_AT_BEGINNING_LINE:
        return pos == 0 || char_at(data, width, pos - 1) == '\n';
    case SRE_AT_END:
        return pos == s->end || (pos == s->end - 1 && char_at(data, width, pos) == '\n');
    case SRE_AT_END_LINE:
        return pos == s->end || (pos < s->end && char_at(data, width, pos) == '\n');
    case SRE_AT_END_STRING:
        return pos == s->end;
    case SRE_AT_BOUNDARY:
        return is_boundary(s, width, pos, SRE_WORD, true);
    case SRE_AT_NON_BOUNDARY:
        return is_boundary(s, width, pos, SRE_WORD, false);
    case SRE_AT_LOC_BOUNDARY:
        return is_boundary(s, width, pos, SRE_LOC_WORD, true);
    case SRE_AT_LOC_NON_BOUNDARY:
        return is_boundary(s, width, pos, SRE_LOC_WORD, false);
    case SRE_AT_UNI_BOUNDARY:
        return is_boundary(s, width, pos, SRE_UNI_WORD, true);
    default: /* SRE_AT_UNI_NON_BOUNDARY */
        return is_boundary(s, width, pos, SRE_UNI_WORD, false);
    }
}

static bool has_group(const struct sre_state *s, uint32_t group)
{
    ssize from = s->marks[2 * group], to = s->marks[2 * group + 1];
    return from >= 0 && to >= from;
}

/* The position behind the text of a group, if that is what follows `pos`; else -1. */
INLINE ssize match_group(const struct sre_state *s, unsigned width, ssize pos, uint32_t group, enum sre_fold fold)
{
    if (!has_group(s, group))
        return -1;
    ssize from = s->marks[2 * group], to = s->marks[2 * group + 1];
    if (s->end - pos < to - from)
        return -1;
    for (; from < to; thread_report_at((size_t)++from), pos++)
        if (!sre_same(char_at(s->text.data, width, from), char_at(s->text.data, width, pos), fold))
            return -1;
    return pos;
}

/* ---- the machine ---- */
#define PUSH(KIND, AT, A, B)                                          \
    do {                                                              \
        if (unlikely(top == s->capacity)) {                           \
            if (!grow(s))                                             \
                return -1;                                            \
            records = s->records;                                     \
        }                                                             \
        records[top++] = (struct sre_record){(KIND), (AT), (A), (B)}; \
    } while (0)

/* May a loop go round again, having come to `pos`? Not when the last round took nothing. */
#define MAY_REPEAT(loop, max) (((loop).count < (ssize)(max) || (max) == SRE_MAX_REPEAT) && pos != (loop).last)

/* Run the program at `pos`: 1 with s->stop, 0, or -1 with an exception. */
INLINE int run(struct sre_state *s, const unsigned width, ssize pos)
{
    const struct sre_program *p = s->program;
    const uint32_t *const code = p->code;
    const void *const data = s->text.data;
    const ssize end = s->end, begin = pos;
    struct sre_record *records = s->records;
    size_t top = 0, barrier = 0;
    uint32_t at = 0;

    PUSH(RECORD_BOTTOM, 0, 0, 0);
    for (;;) {
        const uint32_t *operand = code + at + 1;
        switch (code[at]) {
        case RUN_MATCH:
            if ((s->match_all && pos != end) || (s->must_advance && pos == begin))
                goto failed;
            s->stop = pos;
            return 1;
        case RUN_ANY:
            if (pos >= end || char_at(data, width, pos) == '\n')
                goto failed;
            pos++;
            at += 1;
            continue;
        case RUN_ANY_ALL:
            if (pos >= end)
                goto failed;
            pos++;
            at += 1;
            continue;
        case RUN_CHAR:
            if (pos >= end || char_at(data, width, pos) != operand[0])
                goto failed;
            pos++;
            at += 2;
            continue;
        case RUN_NOT_CHAR:
            if (pos >= end || char_at(data, width, pos) == operand[0])
                goto failed;
            pos++;
            at += 2;
            continue;
        case RUN_SET:
            if (pos >= end || !set_has(p, operand[0], char_at(data, width, pos)))
                goto failed;
            pos++;
            at += 2;
            continue;
        case RUN_AT:
            if (!is_at(s, width, pos, operand[0]))
                goto failed;
            at += 2;
            continue;
        case RUN_MARK:
            PUSH(RECORD_MARK, operand[0], s->marks[operand[0]], s->last_index);
            s->marks[operand[0]] = pos;
            if (operand[0] & 1)
                s->last_index = operand[0] / 2 + 1;
            at += 2;
            continue;
        case RUN_JUMP:
            at = operand[0];
            continue;
        case RUN_BRANCH:
            if (operand[1] != RUN_ANYTHING &&
                (pos >= end || !passes(p, operand[1], operand[2], char_at(data, width, pos)))) {
                at = operand[0];
                continue;
            }
            PUSH(RECORD_CHOICE, operand[0], pos, 0);
            at += 4;
            continue;

        case RUN_GREEDY: {
            ssize limit = end - pos > (ssize)operand[1] && operand[1] != SRE_MAX_REPEAT ? pos + operand[1] : end;
            ssize low = pos + operand[0];
            if (end < low)
                goto failed;
            ssize stop = run_of(p, data, width, operand[2], operand[3], pos, limit);
            s->budget -= stop - pos;
            if (stop < low)
                goto failed;
            ssize last = last_start(p, data, width, operand[4], operand[5], low, stop, end);
            if (last < low)
                goto failed;
            if (last > low)
                PUSH(RECORD_GREEDY, at, low, last - 1);
            pos = last;
            at += 7;
            continue;
        }
        case RUN_LAZY: {
            ssize most = operand[1] == SRE_MAX_REPEAT ? INT64_MAX : (ssize)operand[1] - (ssize)operand[0];
            if (end - pos < (ssize)operand[0])
                goto failed;
            ssize stop = pos + operand[0];
            if (run_of(p, data, width, operand[2], operand[3], pos, stop) < stop)
                goto failed;
            pos = stop;
            if (most > 0)
                PUSH(RECORD_LAZY, at, pos, most);
            at += 7;
            continue;
        }
        case RUN_POSSESSIVE: {
            ssize limit = end - pos > (ssize)operand[1] && operand[1] != SRE_MAX_REPEAT ? pos + operand[1] : end;
            if (end - pos < (ssize)operand[0])
                goto failed;
            ssize stop = run_of(p, data, width, operand[2], operand[3], pos, limit);
            s->budget -= stop - pos;
            if (stop - pos < (ssize)operand[0])
                goto failed;
            pos = stop;
            at += 7;
            continue;
        }

        case RUN_LOOP: {
            struct sre_loop *loop = &s->loops[operand[0]];
            PUSH(RECORD_LOOP, operand[0], loop->count, loop->last);
            *loop = (struct sre_loop){code[operand[1]] == RUN_EACH ? 0 : -1, -1};
            at = operand[1];
            continue;
        }
        case RUN_UNTIL_MAX: {
            struct sre_loop *loop = &s->loops[operand[0]], before = *loop;
            loop->count++;
            if (loop->count >= (ssize)operand[1]) {
                if (!MAY_REPEAT(*loop, operand[2])) {
                    *loop = before;
                    at += 5;
                    continue;
                }
                PUSH(RECORD_CHOICE, at + 5, pos, 0);
                loop->last = pos;
            }
            PUSH(RECORD_LOOP, operand[0], before.count, before.last);
            at = operand[3];
            if (unlikely(--s->budget < 0))
                goto rest;
            continue;
        }
        case RUN_UNTIL_MIN: {
            struct sre_loop *loop = &s->loops[operand[0]], before = *loop;
            if (loop->count + 1 < (ssize)operand[1]) {
                PUSH(RECORD_LOOP, operand[0], before.count, before.last);
                loop->count++;
                at = operand[3];
                if (unlikely(--s->budget < 0))
                    goto rest;
                continue;
            }
            struct sre_loop next = {loop->count + 1, loop->last};
            if (MAY_REPEAT(next, operand[2]))
                PUSH(RECORD_UNTIL_MIN, at, pos, 0);
            at += 5;
            continue;
        }

        case RUN_EACH: {
            struct sre_loop *loop = &s->loops[operand[0]];
            bool must = loop->count < (ssize)operand[1];
            if (!must && !MAY_REPEAT(*loop, operand[2])) {
                at = operand[3];
                continue;
            }
            PUSH(RECORD_LOOP, operand[0], loop->count, loop->last);
            loop->last = pos;
            PUSH(must ? RECORD_BARRIER : RECORD_BARRIER_GO, operand[3], pos, (ssize)barrier);
            barrier = top - 1;
            at += 5;
            if (unlikely(--s->budget < 0))
                goto rest;
            continue;
        }
        case RUN_EACH_END: {
            size_t own = barrier;
            barrier = (size_t)records[own].b;
            top = commit(records, own, top);
            struct sre_loop *loop = &s->loops[operand[0]];
            PUSH(RECORD_LOOP, operand[0], loop->count, loop->last);
            loop->count++;
            at = operand[1];
            continue;
        }
        case RUN_ATOMIC:
            PUSH(RECORD_BARRIER, 0, pos, (ssize)barrier);
            barrier = top - 1;
            at += 1;
            continue;
        case RUN_LOOK:
            if (pos < (ssize)operand[0])
                goto failed;
            PUSH(RECORD_BARRIER, 0, pos, (ssize)barrier);
            barrier = top - 1;
            pos -= operand[0];
            at += 2;
            continue;
        case RUN_ATOMIC_END:
        case RUN_LOOK_END: {
            size_t own = barrier;
            if (code[at] == RUN_LOOK_END)
                pos = records[own].a;
            barrier = (size_t)records[own].b;
            top = commit(records, own, top);
            at += 1;
            continue;
        }
        case RUN_LOOK_NOT:
            if (pos < (ssize)operand[0]) {
                at = operand[1];
                continue;
            }
            PUSH(RECORD_BARRIER_GO, operand[1], pos, (ssize)barrier);
            barrier = top - 1;
            pos -= operand[0];
            at += 3;
            continue;
        case RUN_LOOK_NOT_END: {
            size_t own = barrier;
            while (top > own + 1)
                restore(s, &records[--top]);
            barrier = (size_t)records[own].b;
            top = own;
            goto failed;
        }

        case RUN_GROUP: {
            ssize stop = match_group(s, width, pos, operand[0], operand[1]);
            if (stop < 0)
                goto failed;
            s->budget -= stop - pos;
            pos = stop;
            at += 3;
            continue;
        }
        case RUN_IF_GROUP:
            at = has_group(s, operand[0]) ? at + 3 : operand[1];
            continue;
        default: /* RUN_FAIL */
            goto failed;
        }

    failed:
        if (unlikely(--s->budget < 0) && !pass_safepoint(s))
            return -1;
        for (;;) {
            struct sre_record *r = &records[--top];
            at = r->at;
            switch (r->kind) {
            case RECORD_BOTTOM:
                return 0;
            case RECORD_MARK:
                s->marks[r->at] = r->a;
                s->last_index = r->b;
                continue;
            case RECORD_LOOP:
                s->loops[r->at] = (struct sre_loop){r->a, r->b};
                continue;
            case RECORD_CHOICE:
                pos = r->a;
                break;
            case RECORD_GREEDY: {
                ssize last = last_start(p, data, width, code[at + 5], code[at + 6], r->a, r->b, end);
                s->budget -= r->b - last;
                if (last < r->a)
                    continue;
                if (last > r->a) {
                    r->b = last - 1;
                    top++;
                }
                pos = last;
                at += 7;
                break;
            }
            case RECORD_LAZY: {
                ssize left = r->b;
                uint32_t first = code[at + 5], first_operand = code[at + 6];
                pos = r->a;
                do {
                    if (unlikely(s->budget < 0) && !pass_safepoint(s))
                        return -1;
                    if (left == 0 || pos >= end || !passes(p, code[at + 3], code[at + 4], char_at(data, width, pos)))
                        break;
                    pos++;
                    left--;
                    s->budget--;
                    if (first == RUN_ANYTHING ||
                        (pos < end && passes(p, first, first_operand, char_at(data, width, pos)))) {
                        if (left > 0) {
                            r->a = pos;
                            r->b = left;
                            top++;
                        }
                        at += 7;
                        goto resumed;
                    }
                } while (true);
                continue;
            }
            case RECORD_UNTIL_MIN: {
                pos = r->a;
                struct sre_loop *loop = &s->loops[code[at + 1]];
                ssize count = loop->count, last = loop->last;
                PUSH(RECORD_LOOP, code[at + 1], count, last);
                *loop = (struct sre_loop){count + 1, pos};
                at = code[at + 4];
                break;
            }
            case RECORD_BARRIER:
                barrier = (size_t)r->b;
                continue;
            case RECORD_BARRIER_GO:
                barrier = (size_t)r->b;
                pos = r->a;
                break;
            }
            break;
        }
    resumed:
        continue;

    rest: /* a long way without a failure */
        if (!pass_safepoint(s))
            return -1;
    }
}

static int run_1(struct sre_state *s, ssize pos)
{
    return run(s, 1, pos);
}
static int run_2(struct sre_state *s, ssize pos)
{
    return run(s, 2, pos);
}
static int run_4(struct sre_state *s, ssize pos)
{
    return run(s, 4, pos);
}

static inline int run_at(struct sre_state *s, ssize pos)
{
    return s->text.width == 1 ? run_1(s, pos) : s->text.width == 2 ? run_2(s, pos) : run_4(s, pos);
}

/* ---- matching and searching ---- */
static void forget_marks(struct sre_state *s)
{
    for (size_t i = 0; i < 2 * (size_t)s->program->groups; i++)
        s->marks[i] = -1;
    s->last_index = -1;
}

int sre_match(struct sre_state *s)
{
    forget_marks(s);
    if (s->start <= s->end && s->end - s->start < (ssize)s->program->min_width)
        return 0;
    return run_at(s, s->start);
}

/* The next place from `pos` on where a match could begin; above the end: none. */
static ssize next_start(const struct sre_state *s, ssize pos)
{
    const struct sre_program *p = s->program;
    if (p->prefix.length) {
        size_t found = span_find(span_part(s->text, (size_t)pos, (size_t)s->end), p->prefix);
        return found == SPAN_NONE ? s->end + 1 : pos + (ssize)found;
    }
    if (p->first_set < 0)
        return pos;
    const struct sre_set *set = &p->sets[p->first_set];
    const void *data = s->text.data;
    for (;; thread_report()) {
        ssize stop = s->end - pos > WINDOW ? pos + WINDOW : s->end;
        if (s->text.width == 1 && !set->varies)
            while (pos < stop && !set->few[((const uint8_t *)data)[pos]])
                pos++;
        else
            while (pos < stop && !set_has(p, (uint32_t)p->first_set, span_at(s->text, (size_t)pos)))
                pos++;
        if (likely(pos < stop))
            return pos;
        if (stop >= s->end)
            return s->end + 1;
    }
}

int sre_search(struct sre_state *s)
{
    const struct sre_program *p = s->program;
    forget_marks(s);
    s->budget -= 8; /* for what the caller does with what is found */
    if (unlikely(s->budget < 0) && !pass_safepoint(s))
        return -1;
    ssize last = s->end - (ssize)p->min_width;
    if (p->anchored && last > s->start)
        last = s->start;
    for (ssize pos = s->start; pos <= last; pos++) {
        if (pos > s->start)
            s->must_advance = false;
        ssize found = next_start(s, pos);
        s->budget -= found - pos;
        pos = found;
        if (pos > last)
            break;
        if (pos > s->start)
            s->must_advance = false;
        int status = 1;
        if (p->is_literal)
            s->stop = pos + (ssize)p->prefix.length;
        else
            status = run_at(s, pos);
        if (status != 0) {
            s->start = pos;
            return status;
        }
    }
    return 0;
}

void sre_state_advance(struct sre_state *s)
{
    s->must_advance = s->stop == s->start;
    s->start = s->stop;
}

/* ---- states ---- */
static ssize clamp(ssize i, ssize length)
{
    return i < 0 ? 0 : i > length ? length : i;
}

/* Room for the registers. */
static bool make_registers(struct sre_state *s)
{
    size_t marks = 2 * (size_t)s->program->groups, loops = s->program->loops;
    s->marks = s->few_marks;
    s->loops = s->few_loops;
    if (marks > sizeof s->few_marks / sizeof *s->few_marks || loops > sizeof s->few_loops / sizeof *s->few_loops) {
        s->registers = malloc(marks * sizeof *s->marks + loops * sizeof *s->loops);
        if (!s->registers) {
            raise_no_memory();
            return false;
        }
        s->loops = s->registers;
        s->marks = (ssize *)(s->loops + loops);
    }
    for (size_t i = 0; i < loops; i++)
        s->loops[i] = (struct sre_loop){-1, -1};
    return true;
}

bool sre_state_init(struct sre_state *s, struct sre_program *program, int is_bytes, value string, ssize pos,
                    ssize endpos)
{
    bool text_is_bytes;
    s->program = program;
    s->registers = NULL;
    s->records = s->few_records;
    s->capacity = sizeof s->few_records / sizeof *s->few_records;
    s->match_all = s->must_advance = false;
    s->budget = BUDGET;
    slot_init(&s->string, NULL);
    if (!sre_text_get(string, &s->text, &text_is_bytes, &s->buffer))
        return false;
    slot_init(&s->string, value_inc(string));
    if (is_bytes >= 0 && (is_bytes == 1) != text_is_bytes) {
        raise(EXC(TypeError), is_bytes ? "cannot use a bytes pattern on a string-like object"
                                       : "cannot use a string pattern on a bytes-like object");
    } else if (make_registers(s)) {
        ssize length = (ssize)s->text.length;
        s->end = clamp(endpos, length);
        s->pos = s->start = clamp(pos, length);
        return true;
    }
    sre_state_finish(s);
    return false;
}

void sre_state_finish(struct sre_state *s)
{
    give_back(s);
    raw_free(s->registers);
    s->registers = NULL;
    buffer_release(&s->buffer);
    slot_drop(&s->string);
}
