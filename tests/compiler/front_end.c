/* The front end's C interface: what the comparison with CPython cannot see. Names, source lines, constants, warnings,
 * the arena, memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/ast.h"

#include <stdio.h>
#include <string.h>

struct parse {
    struct arena arena;
    struct syntax_error error;
    struct module_ast *module;
};

static void parse(struct parse *parse, const char *source, unsigned flags)
{
    arena_init(&parse->arena);
    parse->module = parse_source(&parse->arena, source, strlen(source), "file.py", PARSE_EXEC, flags, &parse->error);
}

static struct ast_expr *value_of(const struct parse *parse, uint32_t index)
{
    assert_non_null(parse->module);
    assert_true(index < parse->module->body.count);
    return parse->module->body.items[index]->expr.value;
}

static void test_names_are_interned(void **state)
{
    struct parse p;
    parse(&p, "spam\neggs\nspam\n\xC2\xB5\n\xCE\xBC\n", 0); /* MICRO SIGN normalises to GREEK SMALL LETTER MU */
    ast_name spam = value_of(&p, 0)->name.id;
    assert_ptr_equal(spam, value_of(&p, 2)->name.id);
    assert_ptr_not_equal(spam, value_of(&p, 1)->name.id);
    assert_ptr_equal(value_of(&p, 3)->name.id, value_of(&p, 4)->name.id);
    assert_false(value_of(&p, 3)->name.id->is_ascii);
    assert_true(spam->is_ascii);
    assert_string_equal(spam->text, "spam");
    assert_ptr_equal(spam, ast_intern(&p.arena, p.module->names, "spam and more", 4));
    ast_name added = ast_intern(&p.arena, p.module->names, ".0", 2);
    assert_ptr_equal(added, ast_intern(&p.arena, p.module->names, ".0", 2));
    arena_destroy(&p.arena);
}

static void test_many_names(void **state)
{
    struct parse p;
    char name[16];
    ast_name names[3000];
    parse(&p, "x\n", 0);
    for (int i = 0; i < 3000; i++) {
        int length = snprintf(name, sizeof name, "name%d", i);
        names[i] = ast_intern(&p.arena, p.module->names, name, (size_t)length);
        assert_non_null(names[i]);
    }
    for (int i = 0; i < 3000; i++) {
        int length = snprintf(name, sizeof name, "name%d", i);
        assert_ptr_equal(names[i], ast_intern(&p.arena, p.module->names, name, (size_t)length));
    }
    arena_destroy(&p.arena);
}

static void test_source_lines(void **state)
{
    struct parse p;
    size_t length;
    parse(&p, "a = '\xC3\xA9\xC3\xA9'; b\r\nc\rd", PARSE_IGNORE_COOKIE);
    const char *line = ast_source_line(p.module, 2, &length);
    assert_int_equal(length, 2);
    assert_memory_equal(line, "c\n", 2);
    line = ast_source_line(p.module, 3, &length);
    assert_memory_equal(line, "d\n", length);
    assert_null(ast_source_line(p.module, 4, &length));
    assert_null(ast_source_line(p.module, 0, &length));
    /* b stands in byte column 12, which is character column 10. */
    assert_int_equal(p.module->body.items[1]->position.col_offset, 12);
    assert_int_equal(ast_character_offset(p.module, 1, 12), 11);
    arena_destroy(&p.arena);
}

static void test_constants(void **state)
{
    struct parse p;
    parse(&p, "9223372036854775807\n9223372036854775808\n0x_ff\n'\\ud83d\\ude00'\nb'\\xff'\nu'a'\n1_0.5\n2j\n", 0);
    assert_true(value_of(&p, 0)->constant.integer.fits_int64);
    assert_int_equal(value_of(&p, 0)->constant.integer.small, INT64_MAX);
    assert_false(value_of(&p, 1)->constant.integer.fits_int64);
    assert_string_equal(value_of(&p, 1)->constant.integer.digits, "9223372036854775808");
    assert_int_equal(value_of(&p, 2)->constant.integer.base, 16);
    assert_string_equal(value_of(&p, 2)->constant.integer.digits, "ff");
    assert_int_equal(value_of(&p, 3)->constant.string.length, 6); /* two surrogates stay two */
    assert_memory_equal(value_of(&p, 3)->constant.string.bytes, "\xED\xA0\xBD\xED\xB8\x80", 6);
    assert_int_equal(value_of(&p, 4)->constant.kind, CONSTANT_BYTES);
    assert_false(value_of(&p, 4)->constant.is_ascii);
    assert_true(value_of(&p, 5)->constant.has_u_prefix);
    assert_true(value_of(&p, 6)->constant.real == 10.5);
    assert_int_equal(value_of(&p, 7)->constant.kind, CONSTANT_COMPLEX);
    arena_destroy(&p.arena);
}

static void test_warnings(void **state)
{
    struct parse p;
    parse(&p, "x = '\\d'\nmatch('\\q')\nwith ('\\z'): pass\n1if x else 2\n", 0);
    const struct syntax_warning *warning = p.module->warnings;
    static const int32_t lines[] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
        assert_non_null(warning);
        assert_int_equal(warning->lineno, lines[i]);
        assert_int_equal(warning->category, i < 3 ? SYNTAX_WARNING_DEPRECATION : SYNTAX_WARNING_SYNTAX);
        warning = warning->next;
    }
    assert_null(warning); /* what was parsed twice has warned once */
    arena_destroy(&p.arena);
}

static void test_digits_limit(void **state)
{
    struct parse p;
    parse(&p, "x = 12345\n", 0);
    assert_non_null(p.module);
    arena_destroy(&p.arena);
    parse_max_int_digits = 4;
    parse(&p, "x = 12345\n", 0);
    parse_max_int_digits = 4300;
    assert_null(p.module);
    assert_int_equal(p.error.kind, SYNTAX_ERROR_SYNTAX);
    assert_non_null(strstr(p.error.message, "value has 5 digits"));
    arena_destroy(&p.arena);
}

static void test_files_must_be_utf8(void **state)
{
    struct parse p;
    parse(&p, "x = 1\n# \xFF\n", 0);
    assert_non_null(p.module);
    arena_destroy(&p.arena);
    parse(&p, "x = 1\n# \xFF\n", PARSE_FROM_FILE);
    assert_null(p.module);
    assert_non_null(strstr(p.error.message, "Non-UTF-8 code starting with '\\xff' in file file.py on line 2"));
    arena_destroy(&p.arena);
}

/* Each request for a block fails once; the last run has none left to fail. */
static void test_memory_runs_out(void **state)
{
    static const char source[] =
        "class A(B, c=1):\n    def f(self, *a, b=f'{x!r:>{w}}'):\n        return [a for a in {1: 2}]\n";
    for (long count = 0;; count++) {
        struct parse p;
        arena_init(&p.arena);
        p.arena.fail_after = count;
        p.module = parse_source(&p.arena, source, sizeof source - 1, NULL, PARSE_EXEC, 0, &p.error);
        bool parsed = p.module != NULL;
        assert_true(parsed || p.error.kind == SYNTAX_ERROR_MEMORY);
        arena_destroy(&p.arena);
        if (parsed) {
            assert_true(count > 0);
            return;
        }
    }
}

static void test_arena(void **state)
{
    struct arena arena;
    arena_init(&arena);
    char *big = arena_alloc(&arena, 3 << 20);
    assert_non_null(big);
    memset(big, 1, 3 << 20);
    for (size_t size = 0; size < 300; size++) {
        char *memory = arena_alloc_zero(&arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 8, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
        }
        memset(memory, 0xAA, size);
    }
    assert_null(arena_alloc(&arena, SIZE_MAX / 2 + 100));
    assert_int_equal(big[(3 << 20) - 1], 1);
    assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
    arena_destroy(&arena);
    assert_int_equal(arena.total, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_interned),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_source_lines),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_digits_limit),
        cmocka_unit_test(test_files_must_be_utf8),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
