/*
 * match statements.
 *
 * A pattern consumes the subject on top of the stack. Captured values are not stored at once, since a pattern that
 * fails later must not have bound anything: they are kept on the stack, below the subject, and stored when the whole
 * pattern has matched. So a failure has to pop as many items as lie there at that moment: for each number of items
 * there is a block that pops one and falls into the next (`fail`).
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

struct pattern_state {
    ast_name *names; /* captures on the stack, in order */
    uint32_t name_count, name_capacity;
    struct block **fail; /* fail[n] pops n items */
    uint32_t fail_count, fail_capacity;
    uint32_t on_top; /* items above the captures: the subject and parts of it */
    bool allow_irrefutable;
};

static void gen_pattern(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state);

static void fail_jump(struct compiler *c, struct pattern_state *state, unsigned opcode)
{
    uint32_t pops = state->on_top + state->name_count;
    if (pops + 1 > state->fail_capacity) {
        uint32_t capacity = (pops + 1) * 2;
        struct block **fresh = compiler_alloc(c, capacity * sizeof(*fresh));
        if (!fresh)
            return;
        if (state->fail_count)
            thread_copy(fresh, state->fail, state->fail_count * sizeof(*fresh));
        state->fail = fresh;
        state->fail_capacity = capacity;
    }
    while (state->fail_count <= pops)
        state->fail[state->fail_count++] = gen_block(c);
    gen_jump(c, opcode, state->fail[pops]);
}

static void fail_emit(struct compiler *c, struct pattern_state *state)
{
    for (uint32_t n = state->fail_count; n-- > 0; thread_report_at(n)) {
        gen_use(c, state->fail[n]);
        if (n > 0)
            gen_op(c, OP_POP_TOP, 0);
    }
    if (state->fail_count == 0)
        gen_use(c, gen_block(c));
    state->fail = NULL;
    state->fail_count = state->fail_capacity = 0;
}

/* Move the top item down by count - 1 places. */
static void gen_rotate(struct compiler *c, uint32_t count)
{
    while (count > 1)
        gen_op(c, OP_SWAP, count--);
}

static void capture(struct compiler *c, ast_name name, struct pattern_state *state)
{
    if (!name) {
        gen_op(c, OP_POP_TOP, 0);
        return;
    }
    for (uint32_t i = 0; i < state->name_count; thread_report_at(++i)) {
        if (state->names[i] == name) {
            compiler_error(c, c->unit->position, "multiple assignments to name '%s' in pattern", name->text);
            return;
        }
    }
    if (name_is(name, "__debug__")) {
        compiler_error(c, c->unit->position, "cannot assign to __debug__");
        return;
    }
    gen_rotate(c, state->on_top + state->name_count + 1);
    if (state->name_count == state->name_capacity) {
        uint32_t capacity = state->name_capacity ? state->name_capacity * 2 : 8;
        ast_name *fresh = compiler_alloc(c, capacity * sizeof *fresh);
        if (!fresh)
            return;
        if (state->name_count)
            thread_copy(fresh, state->names, state->name_count * sizeof *fresh);
        state->names = fresh;
        state->name_capacity = capacity;
    }
    state->names[state->name_count++] = name;
}

static bool is_wildcard(const struct ast_pattern *pattern)
{
    return pattern->kind == PATTERN_MATCH_AS && !pattern->match_as.name;
}

static bool is_star_wildcard(const struct ast_pattern *pattern)
{
    return pattern->kind == PATTERN_MATCH_STAR && !pattern->match_star.name;
}

/* A pattern inside another may match anything. */
static void gen_subpattern(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    bool saved = state->allow_irrefutable;
    state->allow_irrefutable = true;
    gen_pattern(c, pattern, state);
    state->allow_irrefutable = saved;
}

/* ---- sequences ---- */

static void gen_sequence_unpack(struct compiler *c, struct ast_patterns patterns, struct pattern_state *state)
{
    bool seen = false;
    for (uint32_t i = 0; i < patterns.count && !seen; thread_report_at(++i)) {
        if (patterns.items[i]->kind != PATTERN_MATCH_STAR)
            continue;
        if (i >= 1 << 8 || patterns.count - i - 1 >= 1 << 12) {
            compiler_error(c, c->unit->position, "too many expressions in star-unpacking sequence pattern");
            return;
        }
        gen_op(c, OP_UNPACK_EX, i | (patterns.count - i - 1) << 12);
        seen = true;
    }
    if (!seen)
        gen_op(c, OP_UNPACK_SEQUENCE, patterns.count);
    state->on_top += patterns.count;
    for (uint32_t i = 0; i < patterns.count; thread_report_at(++i)) {
        state->on_top--;
        gen_subpattern(c, patterns.items[i], state);
    }
}

/* With a star that is not captured, the items are fetched one by one; the subject stays. */
static void gen_sequence_subscripts(struct compiler *c, struct ast_patterns patterns, uint32_t star,
                                    struct pattern_state *state)
{
    state->on_top++;
    for (uint32_t i = 0; i < patterns.count; thread_report_at(++i)) {
        if (i == star || is_wildcard(patterns.items[i]))
            continue;
        gen_op(c, OP_COPY, 1);
        if (i < star) {
            gen_const(c, small_int(i));
        } else {
            gen_op(c, OP_GET_LEN, 0);
            gen_const(c, small_int(patterns.count - i));
            gen_op(c, OP_BINARY_SUBTRACT, 0);
        }
        gen_op(c, OP_BINARY_SUBSCR, 0);
        gen_subpattern(c, patterns.items[i], state);
    }
    state->on_top--;
    gen_op(c, OP_POP_TOP, 0);
}

static void gen_pattern_sequence(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    struct ast_patterns patterns = pattern->match_sequence.patterns;
    uint32_t n = patterns.count, star = UINT32_MAX;
    bool only_wildcard = true, star_wildcard = false;
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        if (patterns.items[i]->kind == PATTERN_MATCH_STAR) {
            if (star != UINT32_MAX) {
                compiler_error(c, c->unit->position, "multiple starred names in sequence pattern");
                return;
            }
            star_wildcard = is_star_wildcard(patterns.items[i]);
            only_wildcard &= star_wildcard;
            star = i;
            continue;
        }
        only_wildcard &= is_wildcard(patterns.items[i]);
    }
    state->on_top++;
    gen_op(c, OP_MATCH_SEQUENCE, 0);
    fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
    if (star == UINT32_MAX) {
        gen_op(c, OP_GET_LEN, 0);
        gen_const(c, small_int(n));
        gen_op(c, OP_COMPARE_OP, COMPARE_EQ);
        fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
    } else if (n > 1) {
        gen_op(c, OP_GET_LEN, 0);
        gen_const(c, small_int(n - 1));
        gen_op(c, OP_COMPARE_OP, COMPARE_GE);
        fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
    }
    state->on_top--;
    if (only_wildcard)
        gen_op(c, OP_POP_TOP, 0);
    else if (star_wildcard)
        gen_sequence_subscripts(c, patterns, star, state);
    else
        gen_sequence_unpack(c, patterns, state);
}

/* ---- mappings and classes ---- */

static bool check_mapping_keys(struct compiler *c, struct ast_pattern *pattern)
{
    struct ast_exprs keys = pattern->match_mapping.keys;
    for (uint32_t i = 0; i < keys.count; thread_report_at(++i)) {
        struct ast_expr *key = keys.items[i];
        if (key->kind != EXPR_CONSTANT) {
            if (key->kind != EXPR_ATTRIBUTE) {
                compiler_error(c, c->unit->position,
                               "mapping pattern keys may only match literals and attribute lookups");
                return false;
            }
            continue;
        }
        value v = constant_value(c, key);
        for (uint32_t k = 0; k < i && v; k++) {
            if (keys.items[k]->kind == EXPR_CONSTANT && value_equals(constant_value(c, keys.items[k]), v) == 1) {
                compiler_error(c, c->unit->position, "mapping pattern checks duplicate key (%R)", v);
                return false;
            }
        }
    }
    return !c->failed;
}

static void gen_pattern_mapping(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    struct ast_exprs keys = pattern->match_mapping.keys;
    ast_name rest = pattern->match_mapping.rest;
    uint32_t n = keys.count;
    state->on_top++;
    gen_op(c, OP_MATCH_MAPPING, 0);
    fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
    if (n == 0 && !rest) {
        state->on_top--;
        gen_op(c, OP_POP_TOP, 0);
        return;
    }
    if (n) {
        gen_op(c, OP_GET_LEN, 0);
        gen_const(c, small_int(n));
        gen_op(c, OP_COMPARE_OP, COMPARE_GE);
        fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
    }
    if (!check_mapping_keys(c, pattern))
        return;
    for (uint32_t i = 0; i < n; thread_report_at(++i))
        gen_expr(c, keys.items[i]);
    gen_op(c, OP_BUILD_TUPLE, n);
    gen_op(c, OP_MATCH_KEYS, 0); /* subject, keys, values */
    state->on_top += 2;
    gen_op(c, OP_COPY, 1);
    fail_jump(c, state, OP_POP_JUMP_IF_NONE);
    gen_op(c, OP_UNPACK_SEQUENCE, n);
    state->on_top += n - 1;
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        state->on_top--;
        gen_subpattern(c, pattern->match_mapping.patterns.items[i], state);
    }
    state->on_top -= 2;
    if (rest) {
        /* A copy of the subject without the keys: subject, keys -> dict. */
        gen_op(c, OP_BUILD_MAP, 0);
        gen_op(c, OP_SWAP, 3);
        gen_op(c, OP_DICT_UPDATE, 2); /* dict, keys, subject */
        gen_op(c, OP_UNPACK_SEQUENCE, n);
        for (uint32_t left = n; left > 0; left--) {
            gen_op(c, OP_COPY, 1 + left);
            gen_op(c, OP_SWAP, 2);
            gen_op(c, OP_DELETE_SUBSCR, 0);
        }
        capture(c, rest, state);
    } else {
        gen_op(c, OP_POP_TOP, 0);
        gen_op(c, OP_POP_TOP, 0);
    }
}

static void gen_pattern_class(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    struct ast_patterns positional = pattern->match_class.patterns, keyword = pattern->match_class.kwd_patterns;
    struct ast_names attributes = pattern->match_class.kwd_attrs;
    for (uint32_t i = 0; i < attributes.count; thread_report_at(++i)) {
        for (uint32_t k = i + 1; k < attributes.count; thread_report_at(++k)) {
            if (attributes.items[i] == attributes.items[k]) {
                compiler_error(c, keyword.items[k]->position, "attribute name repeated in class pattern: %s",
                               attributes.items[i]->text);
                return;
            }
        }
    }
    gen_expr(c, pattern->match_class.cls);
    value names = compiler_own(c, tuple_new(attributes.count));
    if (!names)
        return;
    for (uint32_t i = 0; i < attributes.count; thread_report_at(++i)) {
        value text = compiler_text(c, attributes.items[i]);
        tuple_init(names, i, text ? value_inc(text) : VALUE_NONE);
    }
    gen_const(c, names);
    gen_op(c, OP_MATCH_CLASS, positional.count); /* a tuple of attributes, or None */
    gen_op(c, OP_COPY, 1);
    state->on_top++;
    fail_jump(c, state, OP_POP_JUMP_IF_NONE);
    uint32_t n = positional.count + attributes.count;
    gen_op(c, OP_UNPACK_SEQUENCE, n);
    state->on_top += n - 1;
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        state->on_top--;
        struct ast_pattern *part = i < positional.count ? positional.items[i] : keyword.items[i - positional.count];
        if (is_wildcard(part))
            gen_op(c, OP_POP_TOP, 0);
        else
            gen_subpattern(c, part, state);
    }
}

/* ---- alternatives ---- */

/* Bring the captures of one alternative into the order of the first one. */
static void reorder_captures(struct compiler *c, struct pattern_state *state, const ast_name *control, uint32_t n)
{
    for (uint32_t want = n; want-- > 0; thread_report_at(want)) {
        uint32_t have = 0;
        while (have < n && state->names[have] != control[want])
            have++;
        if (have == n) {
            compiler_error(c, c->unit->position, "alternative patterns bind different names");
            return;
        }
        if (have == want)
            continue;
        /* Rotate the names below `want` until the right one is there, and the stack with them. */
        uint32_t rotations = have + 1;
        ast_name *rotated = compiler_alloc(c, n * sizeof *rotated);
        if (!rotated)
            return;
        for (uint32_t i = 0; i <= want; i++)
            rotated[(i + want + 1 - rotations) % (want + 1)] = state->names[i];
        thread_copy(state->names, rotated, (want + 1) * sizeof *rotated);
        while (rotations--)
            gen_rotate(c, want + 1);
    }
}

static void gen_pattern_or(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    struct ast_patterns alternatives = pattern->match_sequence.patterns;
    struct block *end = gen_block(c);
    struct pattern_state outer = *state;
    ast_name *control = NULL;
    uint32_t captures = 0;
    for (uint32_t i = 0; i < alternatives.count && !c->failed; thread_report_at(++i)) {
        struct ast_pattern *alternative = alternatives.items[i];
        gen_at(c, alternative->position);
        struct pattern_state inner = {.allow_irrefutable = i + 1 == alternatives.count && outer.allow_irrefutable};
        gen_op(c, OP_COPY, 1);
        gen_pattern(c, alternative, &inner);
        if (i == 0) {
            control = inner.names;
            captures = inner.name_count;
        } else if (inner.name_count != captures) {
            compiler_error(c, c->unit->position, "alternative patterns bind different names");
            return;
        } else {
            reorder_captures(c, &inner, control, captures);
        }
        gen_jump(c, PSEUDO_JUMP, end);
        fail_emit(c, &inner);
    }
    /* No alternative matched: the subject is dropped. */
    gen_op(c, OP_POP_TOP, 0);
    fail_jump(c, state, PSEUDO_JUMP);
    gen_use(c, end);
    /* Move the captures below what lay on the stack before, the subject (a spare copy by now) on top of them. */
    uint32_t rotation = captures + 1 + outer.on_top + outer.name_count;
    for (uint32_t i = 0; i < captures && !c->failed; thread_report_at(++i)) {
        gen_rotate(c, rotation);
        ast_name name = control[i];
        for (uint32_t k = 0; k < state->name_count; thread_report_at(++k)) {
            if (state->names[k] == name) {
                compiler_error(c, c->unit->position, "multiple assignments to name '%s' in pattern", name->text);
                return;
            }
        }
        if (state->name_count == state->name_capacity) {
            uint32_t capacity = (state->name_count + captures) * 2;
            ast_name *fresh = compiler_alloc(c, capacity * sizeof *fresh);
            if (!fresh)
                return;
            if (state->name_count)
                thread_copy(fresh, state->names, state->name_count * sizeof *fresh);
            state->names = fresh;
            state->name_capacity = capacity;
        }
        state->names[state->name_count++] = name;
    }
    gen_op(c, OP_POP_TOP, 0);
}

/* ---- the rest ---- */

static void gen_pattern_as(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    if (!pattern->match_as.pattern) {
        if (!state->allow_irrefutable) {
            if (pattern->match_as.name)
                compiler_error(c, c->unit->position, "name capture '%s' makes remaining patterns unreachable",
                               pattern->match_as.name->text);
            else
                compiler_error(c, c->unit->position, "wildcard makes remaining patterns unreachable");
            return;
        }
        capture(c, pattern->match_as.name, state);
        return;
    }
    state->on_top++;
    gen_op(c, OP_COPY, 1);
    gen_pattern(c, pattern->match_as.pattern, state);
    state->on_top--;
    capture(c, pattern->match_as.name, state);
}

static void gen_pattern_inside(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    switch (pattern->kind) {
    case PATTERN_MATCH_VALUE:
        if (pattern->match_value.value->kind != EXPR_CONSTANT && pattern->match_value.value->kind != EXPR_ATTRIBUTE) {
            compiler_error(c, c->unit->position, "patterns may only match literals and attribute lookups");
            return;
        }
        gen_expr(c, pattern->match_value.value);
        gen_op(c, OP_COMPARE_OP, COMPARE_EQ);
        fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
        break;
    case PATTERN_MATCH_SINGLETON: {
        enum ast_constant_kind kind = pattern->match_singleton.value.kind;
        gen_const(c, kind == CONSTANT_NONE ? VALUE_NONE : value_bool(kind == CONSTANT_TRUE));
        gen_op(c, OP_IS_OP, 0);
        fail_jump(c, state, OP_POP_JUMP_IF_FALSE);
        break;
    }
    case PATTERN_MATCH_SEQUENCE:
        gen_pattern_sequence(c, pattern, state);
        break;
    case PATTERN_MATCH_MAPPING:
        gen_pattern_mapping(c, pattern, state);
        break;
    case PATTERN_MATCH_CLASS:
        gen_pattern_class(c, pattern, state);
        break;
    case PATTERN_MATCH_STAR:
        capture(c, pattern->match_star.name, state);
        break;
    case PATTERN_MATCH_AS:
        gen_pattern_as(c, pattern, state);
        break;
    case PATTERN_MATCH_OR:
        gen_pattern_or(c, pattern, state);
        break;
    }
}

static void gen_pattern(struct compiler *c, struct ast_pattern *pattern, struct pattern_state *state)
{
    if (c->failed || !compiler_enter(c))
        return;
    gen_at(c, pattern->position); /* and stays there: CPython shows what follows at the innermost pattern */
    gen_pattern_inside(c, pattern, state);
    compiler_leave(c);
}

void gen_match(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_match_cases cases = stmt->match.cases;
    struct block *end = gen_block(c);
    uint32_t n = cases.count;
    gen_expr(c, stmt->match.subject);
    bool has_default = n > 1 && is_wildcard(cases.items[n - 1].pattern);
    for (uint32_t i = 0; i < n - has_default && !c->failed; thread_report_at(++i)) {
        struct ast_match_case *match_case = &cases.items[i];
        bool last = i + 1 == n - has_default;
        gen_at(c, match_case->pattern->position);
        if (!last)
            gen_op(c, OP_COPY, 1);
        struct pattern_state state = {.allow_irrefutable = match_case->guard != NULL || i + 1 == n};
        gen_pattern(c, match_case->pattern, &state);
        /* Everything matched: store what was captured. */
        for (uint32_t k = 0; k < state.name_count && !c->failed; thread_report_at(++k))
            gen_name(c, state.names[k], CONTEXT_STORE);
        state.name_count = 0;
        if (match_case->guard) {
            state.on_top = 0;
            struct block *keep = NULL;
            if (!state.fail_count) {
                state.fail = compiler_alloc(c, 4 * sizeof(*state.fail));
                if (!state.fail)
                    return;
                state.fail_capacity = 4;
                state.fail[state.fail_count++] = gen_block(c);
            }
            keep = state.fail[0];
            gen_jump_if(c, match_case->guard, keep, false);
        }
        if (!last)
            gen_op(c, OP_POP_TOP, 0); /* the subject */
        gen_stmts(c, &match_case->body);
        gen_no_position(c);
        gen_jump(c, PSEUDO_JUMP, end);
        gen_at(c, match_case->pattern->position);
        fail_emit(c, &state);
    }
    if (has_default && !c->failed) {
        struct ast_match_case *match_case = &cases.items[n - 1];
        gen_at(c, match_case->pattern->position);
        gen_line(c);
        if (match_case->guard)
            gen_jump_if(c, match_case->guard, end, false);
        gen_stmts(c, &match_case->body);
    }
    gen_use(c, end);
}
