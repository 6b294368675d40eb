/*
 * Regular expressions: from the words that `re` emits to a program of the matcher.
 *
 * The words are untrusted: _sre.compile() takes any list. So they are read by their structure, as the compiler of `re`
 * nests them, and each construct is checked and translated when it is met: every operand is inside its construct, every
 * construct inside the one around it, every jump leads where the structure says. Whatever else a list contains raises
 * RuntimeError. Where each construct's words lie is told at its function; `s` is the place of its skip word, which
 * counts from itself.
 *
 * Then a last pass tells branches and repeats with which character what comes behind them must begin, so that the
 * matcher need not try what cannot match.
 */
#include "runtime/modules/regex/sre.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

struct words {
    uint32_t *items;
    size_t length, capacity;
};
enum failure { FINE, INVALID, NO_MEMORY, RAISED };
struct translator {
    const uint32_t *in;
    struct words out, set_code;
    struct sre_set *sets;
    size_t set_count, set_capacity;
    uint32_t groups, loops;
    enum failure failure; /* the first; nothing matters after it */
};

/* ---- output ---- */
static size_t fail(struct translator *t, enum failure failure)
{
    if (t->failure == FINE)
        t->failure = failure;
    return 0;
}

static void emit(struct translator *t, struct words *words, uint32_t word)
{
    if (words->length == words->capacity) {
        size_t capacity = words->capacity ? 2 * words->capacity : 32;
        uint32_t *items = capacity > INT32_MAX ? NULL : raw_resize(words->items, capacity * sizeof *items);
        if (!items) {
            fail(t, NO_MEMORY);
            return;
        }
        words->items = items;
        words->capacity = capacity;
    }
    words->items[words->length++] = word;
}

/* Emit an operation; its place. */
static uint32_t emit_0(struct translator *t, enum sre_operation op)
{
    emit(t, &t->out, op);
    return (uint32_t)t->out.length - 1;
}
static uint32_t emit_1(struct translator *t, enum sre_operation op, uint32_t a)
{
    uint32_t at = emit_0(t, op);
    emit(t, &t->out, a);
    return at;
}
static uint32_t emit_2(struct translator *t, enum sre_operation op, uint32_t a, uint32_t b)
{
    uint32_t at = emit_1(t, op, a);
    emit(t, &t->out, b);
    return at;
}
static uint32_t emit_3(struct translator *t, enum sre_operation op, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t at = emit_2(t, op, a, b);
    emit(t, &t->out, c);
    return at;
}
static uint32_t emit_4(struct translator *t, enum sre_operation op, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t at = emit_3(t, op, a, b, c);
    emit(t, &t->out, d);
    return at;
}
static uint32_t here(struct translator *t)
{
    return (uint32_t)t->out.length;
}
/* The n-th operand of the operation at `at` becomes `word`. */
static void patch(struct translator *t, uint32_t at, uint32_t n, uint32_t word)
{
    if (t->failure == FINE)
        t->out.items[at + n] = word;
}

/* ---- sets ---- */

/* Set operators from `at`, the last of them the one SRE_FAILURE just before `end`? */
static bool is_set(const uint32_t *in, size_t at, size_t end)
{
    while (at < end) {
        size_t left = end - at - 1, words = 0;
        const uint32_t *operand = &in[at + 1];
        switch (in[at]) {
        case SRE_FAILURE:
            return left == 0;
        case SRE_NEGATE:
            break;
        case SRE_LITERAL:
            words = 1;
            break;
        case SRE_CATEGORY:
            if (left < 1 || operand[0] >= SRE_CATEGORY_COUNT)
                return false;
            words = 1;
            break;
        case SRE_RANGE:
        case SRE_RANGE_UNI_IGNORE:
            words = 2;
            break;
        case SRE_CHARSET:
            words = 8;
            break;
        case SRE_BIGCHARSET:
            if (left < 1 + 64)
                return false;
            for (size_t i = 0; i < 256; i++)
                if (((const uint8_t *)(operand + 1))[i] >= operand[0])
                    return false;
            words = 1 + 64 + (size_t)operand[0] * 8;
            break;
        default:
            return false;
        }
        if (words > left)
            return false;
        at += 1 + words;
    }
    return false;
}

/* Add a set with a copy of its operators; its number. */
static uint32_t add_set(struct translator *t, const uint32_t *code, size_t length, enum sre_fold fold, bool complement)
{
    size_t start = t->set_code.length;
    for (size_t i = 0; i < length; thread_report_at(++i))
        emit(t, &t->set_code, code[i]);
    if (t->set_count == t->set_capacity) {
        size_t capacity = t->set_capacity ? 2 * t->set_capacity : 4;
        struct sre_set *sets = raw_resize(t->sets, capacity * sizeof *sets);
        if (!sets)
            return (uint32_t)fail(t, NO_MEMORY);
        t->sets = sets;
        t->set_capacity = capacity;
    }
    if (t->failure != FINE)
        return 0;
    struct sre_set *set = &t->sets[t->set_count];
    *set = (struct sre_set){.code = start, .fold = (uint8_t)fold, .complement = complement};
    sre_set_prepare(set, t->set_code.items);
    return (uint32_t)t->set_count++;
}

/* ---- tests of one character ---- */
struct one {
    uint32_t operation, operand;
};

static enum sre_fold fold_of(uint32_t op)
{
    switch (op) {
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_IN_IGNORE:
    case SRE_GROUPREF_IGNORE:
        return SRE_FOLD_ASCII;
    case SRE_LITERAL_LOC_IGNORE:
    case SRE_NOT_LITERAL_LOC_IGNORE:
    case SRE_IN_LOC_IGNORE:
    case SRE_GROUPREF_LOC_IGNORE:
        return SRE_FOLD_LOCALE;
    case SRE_LITERAL_UNI_IGNORE:
    case SRE_NOT_LITERAL_UNI_IGNORE:
    case SRE_IN_UNI_IGNORE:
    case SRE_GROUPREF_UNI_IGNORE:
        return SRE_FOLD_UNICODE;
    default:
        return SRE_FOLD_NONE;
    }
}

/* IN s [set operators] FAILURE */
static size_t read_in(struct translator *t, size_t at, size_t end, struct one *one)
{
    if (end - at < 3 || t->in[at + 1] > end - at - 1 || !is_set(t->in, at + 2, at + 1 + t->in[at + 1]))
        return fail(t, INVALID);
    size_t next = at + 1 + t->in[at + 1];
    *one = (struct one){RUN_SET, add_set(t, &t->in[at + 2], next - at - 2, fold_of(t->in[at]), false)};
    return next;
}

static size_t read_literal(struct translator *t, size_t at, size_t end, bool complement, struct one *one)
{
    if (end - at < 2)
        return fail(t, INVALID);
    uint32_t op = t->in[at], c = t->in[at + 1];
    enum sre_fold fold = fold_of(op);
    uint32_t code[3] = {SRE_LITERAL, c, SRE_FAILURE};
    if (fold == SRE_FOLD_NONE)
        *one = (struct one){complement ? RUN_NOT_CHAR : RUN_CHAR, c};
    else
        *one = (struct one){RUN_SET, add_set(t, code, 3, fold, complement)};
    return at + 2;
}

static size_t read_category(struct translator *t, size_t at, size_t end, struct one *one)
{
    uint32_t code[3] = {SRE_CATEGORY, 0, SRE_FAILURE};
    if (end - at < 2 || t->in[at + 1] >= SRE_CATEGORY_COUNT)
        return fail(t, INVALID);
    code[1] = t->in[at + 1];
    *one = (struct one){RUN_SET, add_set(t, code, 3, SRE_FOLD_NONE, false)};
    return at + 2;
}

/* A test of one character at `at`: the place behind it. 0: it is none (or is invalid: then that has been noted). */
static size_t read_one(struct translator *t, size_t at, size_t end, struct one *one)
{
    switch (t->in[at]) {
    case SRE_ANY:
        *one = (struct one){RUN_ANY, 0};
        return at + 1;
    case SRE_ANY_ALL:
        *one = (struct one){RUN_ANY_ALL, 0};
        return at + 1;
    case SRE_LITERAL:
    case SRE_LITERAL_IGNORE:
    case SRE_LITERAL_LOC_IGNORE:
    case SRE_LITERAL_UNI_IGNORE:
        return read_literal(t, at, end, false, one);
    case SRE_NOT_LITERAL:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_LOC_IGNORE:
    case SRE_NOT_LITERAL_UNI_IGNORE:
        return read_literal(t, at, end, true, one);
    case SRE_CATEGORY:
        return read_category(t, at, end, one);
    case SRE_IN:
    case SRE_IN_IGNORE:
    case SRE_IN_LOC_IGNORE:
    case SRE_IN_UNI_IGNORE:
        return read_in(t, at, end, one);
    default:
        return 0;
    }
}

/* ---- constructs: each returns the place behind it, 0 after a failure ---- */
static bool translate(struct translator *t, size_t at, size_t end, size_t *jump);

/* Does the construct whose skip word is at `s` lie before `end` and leave `least` words for what is in it? */
static bool skip_fits(struct translator *t, size_t s, size_t end, size_t least)
{
    if (s < end && t->in[s] >= least && t->in[s] <= end - s)
        return true;
    fail(t, INVALID);
    return false;
}

/* BRANCH s [words] JUMP end, s [words] JUMP end, ... 0. All alternatives but the last leave a way back; the jumps
 * behind them are chained through their operands until the end is known. */
static size_t read_branch(struct translator *t, size_t at, size_t end)
{
    size_t s = at + 1, target = 0;
    uint32_t chain = 0;
    if (s >= end)
        return fail(t, INVALID);
    if (t->in[s] == 0)
        emit_0(t, RUN_FAIL);
    while (t->in[s] != 0) {
        if (!skip_fits(t, s, end - 1, 3))
            return 0;
        size_t next = s + t->in[s], jump = 0;
        bool is_last = t->in[next] == 0;
        uint32_t branch = is_last ? 0 : emit_3(t, RUN_BRANCH, 0, RUN_ANYTHING, 0);
        if (!translate(t, s + 1, next, &jump))
            return 0;
        if (jump != next - 2 || (target && jump + 1 + t->in[jump + 1] != target))
            return fail(t, INVALID);
        target = jump + 1 + t->in[jump + 1];
        if (!is_last) {
            chain = emit_1(t, RUN_JUMP, chain);
            patch(t, branch, 1, here(t));
        }
        s = next;
    }
    if (target && target != s + 1)
        return fail(t, INVALID);
    while (chain && t->failure == FINE) {
        uint32_t next = t->out.items[chain + 1];
        patch(t, chain, 1, here(t));
        chain = next;
    }
    return s + 1;
}

/* REPEAT_ONE s min max [one test] SUCCESS */
static size_t read_repeat_one(struct translator *t, size_t at, size_t end, enum sre_operation op)
{
    size_t s = at + 1;
    struct one one = {RUN_FAIL, 0};
    if (!skip_fits(t, s, end, 5))
        return 0;
    size_t last = s + t->in[s] - 1;
    uint32_t min = t->in[s + 1], max = t->in[s + 2];
    if (min > max || read_one(t, s + 3, last, &one) != last || t->in[last] != SRE_SUCCESS)
        return fail(t, INVALID);
    emit_4(t, op, min, max, one.operation, one.operand);
    emit(t, &t->out, RUN_ANYTHING);
    emit(t, &t->out, 0);
    return last + 1;
}

/* REPEAT s min max [words], MAX_UNTIL or MIN_UNTIL; POSSESSIVE_REPEAT s min max [words], SUCCESS */
static size_t read_repeat(struct translator *t, size_t at, size_t end)
{
    size_t s = at + 1;
    if (!skip_fits(t, s, end - 1, 3))
        return 0;
    size_t until = s + t->in[s];
    uint32_t min = t->in[s + 1], max = t->in[s + 2], number = t->loops++;
    bool possessive = t->in[at] == SRE_POSSESSIVE_REPEAT;
    bool ends =
        possessive ? t->in[until] == SRE_SUCCESS : t->in[until] == SRE_MAX_UNTIL || t->in[until] == SRE_MIN_UNTIL;
    if (min > max || !ends || number >= INT32_MAX)
        return fail(t, INVALID);
    uint32_t loop = emit_2(t, RUN_LOOP, number, 0), each = 0;
    if (possessive)
        each = emit_4(t, RUN_EACH, number, min, max, 0);
    uint32_t body = here(t);
    if (!translate(t, s + 3, until, NULL))
        return 0;
    if (possessive) {
        emit_2(t, RUN_EACH_END, number, each);
        patch(t, each, 4, here(t));
        patch(t, loop, 2, each);
    } else {
        patch(t, loop, 2, here(t));
        emit_4(t, t->in[until] == SRE_MAX_UNTIL ? RUN_UNTIL_MAX : RUN_UNTIL_MIN, number, min, max, body);
    }
    return until + 1;
}

/* ATOMIC_GROUP s [words] SUCCESS; ASSERT s back [words] SUCCESS */
static size_t read_enclosed(struct translator *t, size_t at, size_t end)
{
    bool atomic = t->in[at] == SRE_ATOMIC_GROUP, negative = t->in[at] == SRE_ASSERT_NOT;
    size_t s = at + 1, least = atomic ? 2 : 3;
    if (!skip_fits(t, s, end, least))
        return 0;
    size_t last = s + t->in[s] - 1;
    uint32_t back = atomic ? 0 : t->in[s + 1];
    if (t->in[last] != SRE_SUCCESS || back > INT32_MAX)
        return fail(t, INVALID);
    uint32_t begin = atomic     ? emit_0(t, RUN_ATOMIC)
                     : negative ? emit_2(t, RUN_LOOK_NOT, back, 0)
                                : emit_1(t, RUN_LOOK, back);
    if (!translate(t, s + least - 1, last, NULL))
        return 0;
    emit_0(t, atomic ? RUN_ATOMIC_END : negative ? RUN_LOOK_NOT_END : RUN_LOOK_END);
    if (negative)
        patch(t, begin, 2, here(t));
    return last + 1;
}

/* GROUPREF_EXISTS group s [words] or GROUPREF_EXISTS group s [words] JUMP j [words]; here s counts from the word before
 * it. */
static size_t read_condition(struct translator *t, size_t at, size_t end)
{
    if (end - at < 3 || t->in[at + 1] >= t->groups || t->in[at + 2] < 2 || t->in[at + 2] > end - at - 1)
        return fail(t, INVALID);
    size_t otherwise = at + 1 + t->in[at + 2], jump = 0;
    uint32_t begin = emit_2(t, RUN_IF_GROUP, t->in[at + 1], 0);
    if (!translate(t, at + 3, otherwise, &jump))
        return 0;
    if (jump == 0) {
        patch(t, begin, 2, here(t));
        return otherwise;
    }
    size_t next = jump + 1 + t->in[jump + 1];
    if (next < otherwise || next > end)
        return fail(t, INVALID);
    uint32_t over = emit_1(t, RUN_JUMP, 0);
    patch(t, begin, 2, here(t));
    if (!translate(t, otherwise, next, NULL))
        return 0;
    patch(t, over, 1, here(t));
    return next;
}

static size_t read_simple(struct translator *t, size_t at, size_t end)
{
    uint32_t op = t->in[at];
    if (op == SRE_FAILURE) {
        emit_0(t, RUN_FAIL);
        return at + 1;
    }
    if (end - at < 2)
        return fail(t, INVALID);
    uint32_t operand = t->in[at + 1];
    switch (op) {
    case SRE_AT:
        if (operand >= SRE_AT_COUNT)
            return fail(t, INVALID);
        emit_1(t, RUN_AT, operand);
        return at + 2;
    case SRE_MARK:
        if (operand / 2 >= t->groups)
            return fail(t, INVALID);
        emit_1(t, RUN_MARK, operand);
        return at + 2;
    case SRE_GROUPREF:
    case SRE_GROUPREF_IGNORE:
    case SRE_GROUPREF_LOC_IGNORE:
    case SRE_GROUPREF_UNI_IGNORE:
        if (operand >= t->groups)
            return fail(t, INVALID);
        emit_2(t, RUN_GROUP, operand, fold_of(op));
        return at + 2;
    default:
        return fail(t, INVALID);
    }
}

static size_t read_construct(struct translator *t, size_t at, size_t end)
{
    struct one one = {RUN_FAIL, 0};
    size_t next = read_one(t, at, end, &one);
    if (next || t->failure != FINE) {
        if (one.operation >= RUN_CHAR)
            emit_1(t, one.operation, one.operand);
        else
            emit_0(t, one.operation);
        return next;
    }
    switch (t->in[at]) {
    case SRE_BRANCH:
        return read_branch(t, at, end);
    case SRE_REPEAT_ONE:
        return read_repeat_one(t, at, end, RUN_GREEDY);
    case SRE_MIN_REPEAT_ONE:
        return read_repeat_one(t, at, end, RUN_LAZY);
    case SRE_POSSESSIVE_REPEAT_ONE:
        return read_repeat_one(t, at, end, RUN_POSSESSIVE);
    case SRE_REPEAT:
    case SRE_POSSESSIVE_REPEAT:
        return read_repeat(t, at, end);
    case SRE_ATOMIC_GROUP:
    case SRE_ASSERT:
    case SRE_ASSERT_NOT:
        return read_enclosed(t, at, end);
    case SRE_GROUPREF_EXISTS:
        return read_condition(t, at, end);
    default:
        return read_simple(t, at, end);
    }
}

/* Translate what is between two places. A JUMP as the last construct is left to the caller, who is told where it is, if
 * he asked (*jump, 0 before). */
static bool translate(struct translator *t, size_t at, size_t end, size_t *jump)
{
    if (!recursion_enter(" in regular expression code")) {
        fail(t, RAISED);
        return false;
    }
    while (at < end && t->failure == FINE) {
        if (jump && t->in[at] == SRE_JUMP && at + 2 == end) {
            *jump = at;
            break;
        }
        at = read_construct(t, at, end);
    }
    recursion_leave();
    return t->failure == FINE;
}

/* ---- what a search may use ---- */

/* INFO s flags min max, then with a prefix: length, skip, characters, overlaps; with a set: its operators. */
static size_t read_info(struct translator *t, size_t end, struct sre_program *p)
{
    if (!skip_fits(t, 1, end, 4))
        return 0;
    size_t next = 1 + t->in[1];
    uint32_t flags = t->in[2];
    p->min_width = t->in[3];
    bool prefix = flags & SRE_INFO_PREFIX, set = flags & SRE_INFO_CHARSET;
    if (flags > 7 || (prefix && set) || ((flags & SRE_INFO_LITERAL) && !prefix))
        return fail(t, INVALID);
    if (set) {
        if (!is_set(t->in, 5, next))
            return fail(t, INVALID);
        p->first_set = (ssize)add_set(t, &t->in[5], next - 5, SRE_FOLD_NONE, false);
    } else if (prefix) {
        size_t length = next > 7 ? t->in[5] : 0;
        if (length == 0 || next != 7 + 2 * length || t->in[6] > length)
            return fail(t, INVALID);
        uint32_t *copy = malloc(length * sizeof *copy);
        if (!copy)
            return fail(t, NO_MEMORY);
        uint32_t all = 0;
        for (size_t i = 0; i < length; thread_report_at(++i))
            all |= t->in[7 + i];
        unsigned width = all < 0x100 ? 1 : 4;
        for (size_t i = 0; i < length; thread_report_at(++i))
            span_put(copy, width, i, t->in[7 + i]);
        p->prefix = (struct span){copy, length, width};
        p->is_literal = flags & SRE_INFO_LITERAL;
    }
    return next;
}

static const uint8_t operand_words[RUN_COUNT] = {
#define X(name, words) [RUN_##name] = words,
    SRE_OPERATIONS(X)
#undef X
};

/* The test that the character at the current place must pass for what is at `at` to match. It looks through what takes
 * no character; not far, because what it would find is seldom worth more. */
static struct one first_of(const uint32_t *code, uint32_t at)
{
    for (int steps = 0; steps < 32; steps++) {
        const uint32_t *operand = code + at + 1;
        switch (code[at]) {
        case RUN_CHAR:
        case RUN_SET:
            return (struct one){code[at], operand[0]};
        case RUN_MARK:
        case RUN_AT:
        case RUN_ATOMIC:
            at += 1 + operand_words[code[at]];
            break;
        case RUN_JUMP:
            at = operand[0];
            break;
        case RUN_LOOP: { /* its UNTIL_ or EACH */
            const uint32_t *until = code + operand[1];
            if (until[2] == 0)
                return (struct one){RUN_ANYTHING, 0};
            at = until[0] == RUN_EACH ? operand[1] + 5 : until[4];
            break;
        }
        case RUN_GREEDY:
        case RUN_LAZY:
        case RUN_POSSESSIVE:
            if (operand[0] > 0 && (operand[2] == RUN_CHAR || operand[2] == RUN_SET))
                return (struct one){operand[2], operand[3]};
            return (struct one){RUN_ANYTHING, 0};
        default:
            return (struct one){RUN_ANYTHING, 0};
        }
    }
    return (struct one){RUN_ANYTHING, 0};
}

static void link_program(uint32_t *code, size_t length)
{
    for (uint32_t at = 0; at < length; at += 1 + operand_words[code[at]]) {
        bool is_branch = code[at] == RUN_BRANCH;
        if (is_branch || code[at] == RUN_GREEDY || code[at] == RUN_LAZY) {
            uint32_t words = operand_words[code[at]];
            struct one first = first_of(code, at + 1 + words);
            code[at + words - 1] = first.operation;
            code[at + words] = first.operand;
        }
    }
}

/* How every match begins, as far as the words did not tell. */
static bool find_beginning(struct sre_program *p)
{
    uint32_t at = 0;
    while (p->code[at] == RUN_MARK)
        at += 2;
    p->anchored =
        p->code[at] == RUN_AT && (p->code[at + 1] == SRE_AT_BEGINNING || p->code[at + 1] == SRE_AT_BEGINNING_STRING);
    if (p->prefix.length || p->first_set >= 0)
        return true;
    struct one first = first_of(p->code, 0);
    if (first.operation == RUN_SET)
        p->first_set = (ssize)first.operand;
    if (first.operation != RUN_CHAR)
        return true;
    uint32_t *copy = malloc(sizeof *copy);
    if (!copy)
        return false;
    unsigned width = first.operand < 0x100 ? 1 : 4;
    span_put(copy, width, 0, first.operand);
    p->prefix = (struct span){copy, 1, width};
    return true;
}

/* ---- the whole ---- */
static value report(enum failure failure)
{
    if (failure == INVALID)
        return raise(EXC(RuntimeError), "invalid SRE code");
    return failure == NO_MEMORY ? raise_no_memory() : NULL;
}

struct sre_program *sre_program_make(const uint32_t *code, size_t length, size_t groups)
{
    struct sre_program *p = calloc(1, sizeof *p);
    if (!p)
        return (struct sre_program *)raise_no_memory();
    p->first_set = -1;
    struct translator t = {.in = code, .groups = (uint32_t)groups};
    size_t at = 0;
    /* The marks of groups that occur nowhere would only cost memory: a few are let pass. */
    if (length == 0 || groups > SRE_MAX_GROUPS || groups > length + 1000 || code[length - 1] != SRE_SUCCESS)
        fail(&t, INVALID);
    else if (code[0] == SRE_INFO)
        at = read_info(&t, length - 1, p);
    if (t.failure == FINE && translate(&t, at, length - 1, NULL))
        emit_0(&t, RUN_MATCH);
    p->code = t.out.items;
    p->length = t.out.length;
    p->set_code = t.set_code.items;
    p->set_code_length = t.set_code.length;
    p->sets = t.sets;
    p->set_count = t.set_count;
    p->groups = t.groups;
    p->loops = t.loops;
    if (t.failure == FINE) {
        link_program(p->code, p->length);
        if (!find_beginning(p))
            fail(&t, NO_MEMORY);
    }
    if (t.failure == FINE)
        return p;
    sre_program_free(p);
    report(t.failure);
    return NULL;
}

void sre_program_free(struct sre_program *p)
{
    if (!p)
        return;
    free((void *)p->prefix.data);
    free(atomic_load_explicit(&p->spare, memory_order_acquire));
    free(p->code);
    free(p->set_code);
    free(p->sets);
    free(p);
}
