/* Parses files and prints what came out: the tree in exactly the text of Python's
 * ast.dump(tree, include_attributes=True), or the error with all its attributes.
 *
 *   parse_dump [--mode=exec|eval|single] [--flags=N] [--name=S] [--time=N] [--fail-after=N] file...
 *
 * For each file one line "OK length" or "ERROR length", then that many bytes and a newline. compare_ast.py reads this
 * and compares it with what CPython says. --time parses each file N times and prints lines per second instead;
 * --fail-after makes the N-th request of memory blocks fail. */
#include "runtime/objects/unicode/unicode.h"
#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/compiler/syntax/lexer.h"

#include <gmp.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- output -------------------------------------------------------------------------------------- */

static char *out;
static size_t out_length, out_capacity;

static void put_bytes(const char *bytes, size_t length)
{
    if (out_capacity - out_length < length + 1) {
        out_capacity = (out_capacity + length + 1) * 2;
        out = realloc(out, out_capacity);
        if (out == NULL) {
            abort();
        }
    }
    memcpy(out + out_length, bytes, length);
    out_length += length;
}

static void put(const char *text)
{
    put_bytes(text, strlen(text));
}

__attribute__((format(printf, 1, 2))) static void put_format(const char *format, ...)
{
    char buffer[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    put_bytes(buffer, (size_t)length);
}

/* ---- constants ----------------------------------------------------------------------------------- */

/* A code point of WTF-8. */
static int next_code_point(const char *at, const char *end, uint32_t *c)
{
    int size = utf8_decode(at, end, c);
    if (size == 0 && end - at >= 3) { /* a surrogate */
        *c = (uint32_t)((at[0] & 0x0F) << 12 | (at[1] & 0x3F) << 6 | (at[2] & 0x3F));
        size = 3;
    }
    return size;
}

static void put_str(const char *bytes, size_t length, bool is_bytes)
{
    bool single = memchr(bytes, '\'', length) != NULL, both = single && memchr(bytes, '"', length) != NULL;
    char quote = single && !both ? '"' : '\'';
    put_format("%s%c", is_bytes ? "b" : "", quote);
    const char *end = bytes + length;
    while (bytes < end) {
        uint32_t c = (unsigned char)*bytes;
        int size = is_bytes ? 1 : next_code_point(bytes, end, &c);
        if (c == (unsigned char)quote || c == '\\') {
            put_format("\\%c", (char)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            put(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        } else if (c < ' ' || c == 0x7F || (is_bytes && c >= 0x80)) {
            put_format("\\x%02x", c);
        } else if (c >= 0x80 && !unicode_is_printable(c)) {
            put_format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        } else {
            put_bytes(bytes, (size_t)size);
        }
        bytes += size;
    }
    put_format("%c", quote);
}

/* repr() of a float; a complex number leaves out ".0". */
static void put_double(double value, bool complex)
{
    char digits[40];
    if (isinf(value)) {
        put(complex ? "inf" : "inf");
        return;
    }
    int precision = 0;
    do {
        snprintf(digits, sizeof digits, "%.*e", precision, value);
    } while (strtod(digits, NULL) != value && ++precision < 17);
    int exponent = atoi(strchr(digits, 'e') + 1);
    if (exponent < -4 || exponent >= 16) {
        *strchr(digits, 'e') = '\0';
        put_format("%se%c%02d", digits, exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", precision > exponent ? precision - exponent : 0, value);
    put(digits);
    if (!complex && strchr(digits, '.') == NULL) {
        put(".0");
    }
}

static void put_constant(const struct ast_constant *constant)
{
    static const char *const singletons[] = {"None", "True", "False", "Ellipsis"};
    switch (constant->kind) {
    case CONSTANT_INT: {
        mpz_t value;
        mpz_init_set_str(value, constant->integer.digits, constant->integer.base);
        if (constant->integer.fits_int64 != (mpz_sizeinbase(value, 2) <= 63) ||
            (constant->integer.fits_int64 && mpz_get_si(value) != constant->integer.small)) {
            put("<integer.small is wrong>");
        }
        char *digits = mpz_get_str(NULL, 10, value);
        put(digits);
        free(digits);
        mpz_clear(value);
        break;
    }
    case CONSTANT_FLOAT:
        put_double(constant->real, false);
        break;
    case CONSTANT_COMPLEX:
        put_double(constant->real, true);
        put("j");
        break;
    case CONSTANT_STR:
    case CONSTANT_BYTES:
        put_str(constant->string.bytes, constant->string.length, constant->kind == CONSTANT_BYTES);
        break;
    default:
        put(singletons[constant->kind]);
    }
}

/* ---- nodes --------------------------------------------------------------------------------------- */

static void put_expr(const struct ast_expr *expr);
static void put_stmt(const struct ast_stmt *stmt);
static void put_pattern(const struct ast_pattern *pattern);

static void put_position(const struct ast_position *at)
{
    put_format("lineno=%d, col_offset=%d, end_lineno=%d, end_col_offset=%d)", at->lineno, at->col_offset,
               at->end_lineno, at->end_col_offset);
}

static void put_name(ast_name name)
{
    put_str(name->text, name->length, false);
}

/* Each field is written as "name=value, ". */
static void field_name(const char *field, ast_name name)
{
    if (name != NULL) {
        put_format("%s=", field);
        put_name(name);
        put(", ");
    }
}

static void field_expr(const char *field, const struct ast_expr *expr)
{
    if (expr != NULL) {
        put_format("%s=", field);
        put_expr(expr);
        put(", ");
    }
}

#define FIELD_LIST(field, list, ...)                  \
    do {                                              \
        put_format("%s=[", field);                    \
        for (uint32_t i = 0; i < (list).count; i++) { \
            if (i > 0) {                              \
                put(", ");                            \
            }                                         \
            __VA_ARGS__;                              \
        }                                             \
        put("], ");                                   \
    } while (0)

static void field_exprs(const char *field, struct ast_exprs list)
{
    FIELD_LIST(field, list, list.items[i] == NULL ? put("None") : put_expr(list.items[i]));
}

static void field_stmts(const char *field, struct ast_stmts list)
{
    FIELD_LIST(field, list, put_stmt(list.items[i]));
}

static void field_patterns(const char *field, struct ast_patterns list)
{
    FIELD_LIST(field, list, put_pattern(list.items[i]));
}

static void field_names(const char *field, struct ast_names list)
{
    FIELD_LIST(field, list, put_name(list.items[i]));
}

/* Ends a node that has no position. */
static void end_node(void)
{
    if (out[out_length - 1] == ' ' && out[out_length - 2] == ',') {
        out_length -= 2;
    }
    put(")");
}

static void field_ctx(enum ast_context ctx)
{
    put(ctx == CONTEXT_LOAD ? "ctx=Load(), " : ctx == CONTEXT_STORE ? "ctx=Store(), " : "ctx=Del(), ");
}

static void put_arg(const struct ast_arg *arg)
{
    put("arg(");
    field_name("arg", arg->arg);
    field_expr("annotation", arg->annotation);
    put_position(&arg->position);
}

static void field_args(const char *field, struct ast_arg_list list)
{
    FIELD_LIST(field, list, put_arg(&list.items[i]));
}

static void field_optional_arg(const char *field, const struct ast_arg *arg)
{
    if (arg != NULL) {
        put_format("%s=", field);
        put_arg(arg);
        put(", ");
    }
}

static void field_arguments(const struct ast_arguments *arguments)
{
    put("args=arguments(");
    field_args("posonlyargs", arguments->posonlyargs);
    field_args("args", arguments->args);
    field_optional_arg("vararg", arguments->vararg);
    field_args("kwonlyargs", arguments->kwonlyargs);
    field_exprs("kw_defaults", arguments->kw_defaults);
    field_optional_arg("kwarg", arguments->kwarg);
    field_exprs("defaults", arguments->defaults);
    end_node();
    put(", ");
}

static void put_keyword(const struct ast_keyword *keyword)
{
    put("keyword(");
    field_name("arg", keyword->arg);
    field_expr("value", keyword->value);
    put_position(&keyword->position);
}

static void field_keywords(struct ast_keywords list)
{
    FIELD_LIST("keywords", list, put_keyword(&list.items[i]));
}

static void put_comprehension(const struct ast_comprehension *clause)
{
    put("comprehension(");
    field_expr("target", clause->target);
    field_expr("iter", clause->iter);
    field_exprs("ifs", clause->ifs);
    put_format("is_async=%d)", clause->is_async);
}

static void field_generators(struct ast_comprehensions list)
{
    FIELD_LIST("generators", list, put_comprehension(&list.items[i]));
}

static void field_operator(enum ast_operator op)
{
    static const char *const words[] = {"Add",    "Sub",    "Mult",  "MatMult", "Div",    "Mod",     "Pow",
                                        "LShift", "RShift", "BitOr", "BitXor",  "BitAnd", "FloorDiv"};
    put_format("op=%s(), ", words[op]);
}

static void field_comparisons(struct ast_compare_operators list)
{
    static const char *const words[] = {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"};
    FIELD_LIST("ops", list, put_format("%s()", words[list.items[i]]));
}

static const char *const expr_words[] = {
    "BoolOp",    "NamedExpr", "BinOp",        "UnaryOp",   "Lambda",  "IfExp",     "Dict",    "Set",   "ListComp",
    "SetComp",   "DictComp",  "GeneratorExp", "Await",     "Yield",   "YieldFrom", "Compare", "Call",  "FormattedValue",
    "JoinedStr", "Constant",  "Attribute",    "Subscript", "Starred", "Name",      "List",    "Tuple", "Slice",
};

static void put_expr_fields(const struct ast_expr *expr)
{
    static const char *const unary_words[] = {"Invert", "Not", "UAdd", "USub"};
    switch (expr->kind) {
    case EXPR_BOOL_OP:
        put(expr->bool_op.op == BOOL_AND ? "op=And(), " : "op=Or(), ");
        field_exprs("values", expr->bool_op.values);
        break;
    case EXPR_NAMED_EXPR:
        field_expr("target", expr->named_expr.target);
        field_expr("value", expr->named_expr.value);
        break;
    case EXPR_BIN_OP:
        field_expr("left", expr->bin_op.left);
        field_operator(expr->bin_op.op);
        field_expr("right", expr->bin_op.right);
        break;
    case EXPR_UNARY_OP:
        put_format("op=%s(), ", unary_words[expr->unary_op.op]);
        field_expr("operand", expr->unary_op.operand);
        break;
    case EXPR_LAMBDA:
        field_arguments(expr->lambda.args);
        field_expr("body", expr->lambda.body);
        break;
    case EXPR_IF_EXP:
        field_expr("test", expr->if_exp.test);
        field_expr("body", expr->if_exp.body);
        field_expr("orelse", expr->if_exp.orelse);
        break;
    case EXPR_DICT:
        field_exprs("keys", expr->dict.keys);
        field_exprs("values", expr->dict.values);
        break;
    case EXPR_SET:
        field_exprs("elts", expr->set.elts);
        break;
    case EXPR_LIST_COMP:
    case EXPR_SET_COMP:
    case EXPR_GENERATOR_EXP:
        field_expr("elt", expr->comprehension.elt);
        field_generators(expr->comprehension.generators);
        break;
    case EXPR_DICT_COMP:
        field_expr("key", expr->dict_comp.key);
        field_expr("value", expr->dict_comp.value);
        field_generators(expr->dict_comp.generators);
        break;
    case EXPR_AWAIT:
    case EXPR_YIELD:
    case EXPR_YIELD_FROM:
        field_expr("value", expr->yield.value);
        break;
    case EXPR_COMPARE:
        field_expr("left", expr->compare.left);
        field_comparisons(expr->compare.ops);
        field_exprs("comparators", expr->compare.comparators);
        break;
    case EXPR_CALL:
        field_expr("func", expr->call.func);
        field_exprs("args", expr->call.args);
        field_keywords(expr->call.keywords);
        break;
    case EXPR_FORMATTED_VALUE:
        field_expr("value", expr->formatted_value.value);
        put_format("conversion=%d, ", expr->formatted_value.conversion);
        field_expr("format_spec", expr->formatted_value.format_spec);
        break;
    case EXPR_JOINED_STR:
        field_exprs("values", expr->joined_str.values);
        break;
    case EXPR_CONSTANT:
        put("value=");
        put_constant(&expr->constant);
        put(expr->constant.has_u_prefix ? ", kind='u', " : ", ");
        break;
    case EXPR_ATTRIBUTE:
        field_expr("value", expr->attribute.value);
        field_name("attr", expr->attribute.attr);
        field_ctx(expr->attribute.ctx);
        break;
    case EXPR_SUBSCRIPT:
        field_expr("value", expr->subscript.value);
        field_expr("slice", expr->subscript.slice);
        field_ctx(expr->subscript.ctx);
        break;
    case EXPR_STARRED:
        field_expr("value", expr->starred.value);
        field_ctx(expr->starred.ctx);
        break;
    case EXPR_NAME:
        field_name("id", expr->name.id);
        field_ctx(expr->name.ctx);
        break;
    case EXPR_LIST:
    case EXPR_TUPLE:
        field_exprs("elts", expr->sequence.elts);
        field_ctx(expr->sequence.ctx);
        break;
    case EXPR_SLICE:
        field_expr("lower", expr->slice.lower);
        field_expr("upper", expr->slice.upper);
        field_expr("step", expr->slice.step);
        break;
    }
}

static void put_expr(const struct ast_expr *expr)
{
    put_format("%s(", expr_words[expr->kind]);
    put_expr_fields(expr);
    put_position(&expr->position);
}

static void put_pattern(const struct ast_pattern *pattern)
{
    static const char *const words[] = {"MatchValue", "MatchSingleton", "MatchSequence", "MatchMapping",
                                        "MatchClass", "MatchStar",      "MatchAs",       "MatchOr"};
    static const char *const singletons[] = {"None", "True", "False"};
    put_format("%s(", words[pattern->kind]);
    switch (pattern->kind) {
    case PATTERN_MATCH_VALUE:
        field_expr("value", pattern->match_value.value);
        break;
    case PATTERN_MATCH_SINGLETON:
        put_format("value=%s, ", singletons[pattern->match_singleton.value.kind]);
        break;
    case PATTERN_MATCH_SEQUENCE:
    case PATTERN_MATCH_OR:
        field_patterns("patterns", pattern->match_sequence.patterns);
        break;
    case PATTERN_MATCH_MAPPING:
        field_exprs("keys", pattern->match_mapping.keys);
        field_patterns("patterns", pattern->match_mapping.patterns);
        field_name("rest", pattern->match_mapping.rest);
        break;
    case PATTERN_MATCH_CLASS:
        field_expr("cls", pattern->match_class.cls);
        field_patterns("patterns", pattern->match_class.patterns);
        field_names("kwd_attrs", pattern->match_class.kwd_attrs);
        field_patterns("kwd_patterns", pattern->match_class.kwd_patterns);
        break;
    case PATTERN_MATCH_STAR:
        field_name("name", pattern->match_star.name);
        break;
    case PATTERN_MATCH_AS:
        if (pattern->match_as.pattern != NULL) {
            put("pattern=");
            put_pattern(pattern->match_as.pattern);
            put(", ");
        }
        field_name("name", pattern->match_as.name);
        break;
    }
    put_position(&pattern->position);
}

static void put_alias(const struct ast_alias *alias)
{
    put("alias(");
    field_name("name", alias->name);
    field_name("asname", alias->asname);
    put_position(&alias->position);
}

static void field_aliases(struct ast_aliases list)
{
    FIELD_LIST("names", list, put_alias(&list.items[i]));
}

static void put_with_item(const struct ast_with_item *item)
{
    put("withitem(");
    field_expr("context_expr", item->context_expr);
    field_expr("optional_vars", item->optional_vars);
    end_node();
}

static void field_with_items(struct ast_with_items list)
{
    FIELD_LIST("items", list, put_with_item(&list.items[i]));
}

static void put_handler(const struct ast_except_handler *handler)
{
    put("ExceptHandler(");
    field_expr("type", handler->type);
    field_name("name", handler->name);
    field_stmts("body", handler->body);
    put_position(&handler->position);
}

static void field_handlers(struct ast_except_handlers list)
{
    FIELD_LIST("handlers", list, put_handler(&list.items[i]));
}

static void put_match_case(const struct ast_match_case *match_case)
{
    put("match_case(pattern=");
    put_pattern(match_case->pattern);
    put(", ");
    field_expr("guard", match_case->guard);
    field_stmts("body", match_case->body);
    end_node();
}

static void field_cases(struct ast_match_cases list)
{
    FIELD_LIST("cases", list, put_match_case(&list.items[i]));
}

static const char *const stmt_words[] = {
    "FunctionDef", "AsyncFunctionDef",
    "ClassDef",    "Return",
    "Delete",      "Assign",
    "AugAssign",   "AnnAssign",
    "For",         "AsyncFor",
    "While",       "If",
    "With",        "AsyncWith",
    "Match",       "Raise",
    "Try",         "TryStar",
    "Assert",      "Import",
    "ImportFrom",  "Global",
    "Nonlocal",    "Expr",
    "Pass",        "Break",
    "Continue",
};

static void put_stmt_fields(const struct ast_stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_FUNCTION_DEF:
    case STMT_ASYNC_FUNCTION_DEF:
        field_name("name", stmt->function_def.name);
        field_arguments(stmt->function_def.args);
        field_stmts("body", stmt->function_def.body);
        field_exprs("decorator_list", stmt->function_def.decorator_list);
        field_expr("returns", stmt->function_def.returns);
        break;
    case STMT_CLASS_DEF:
        field_name("name", stmt->class_def.name);
        field_exprs("bases", stmt->class_def.bases);
        field_keywords(stmt->class_def.keywords);
        field_stmts("body", stmt->class_def.body);
        field_exprs("decorator_list", stmt->class_def.decorator_list);
        break;
    case STMT_RETURN:
    case STMT_EXPR:
        field_expr("value", stmt->expr.value);
        break;
    case STMT_DELETE:
        field_exprs("targets", stmt->delete.targets);
        break;
    case STMT_ASSIGN:
        field_exprs("targets", stmt->assign.targets);
        field_expr("value", stmt->assign.value);
        break;
    case STMT_AUG_ASSIGN:
        field_expr("target", stmt->aug_assign.target);
        field_operator(stmt->aug_assign.op);
        field_expr("value", stmt->aug_assign.value);
        break;
    case STMT_ANN_ASSIGN:
        field_expr("target", stmt->ann_assign.target);
        field_expr("annotation", stmt->ann_assign.annotation);
        field_expr("value", stmt->ann_assign.value);
        put_format("simple=%d, ", stmt->ann_assign.simple);
        break;
    case STMT_FOR:
    case STMT_ASYNC_FOR:
        field_expr("target", stmt->for_loop.target);
        field_expr("iter", stmt->for_loop.iter);
        field_stmts("body", stmt->for_loop.body);
        field_stmts("orelse", stmt->for_loop.orelse);
        break;
    case STMT_WHILE:
    case STMT_IF:
        field_expr("test", stmt->conditional.test);
        field_stmts("body", stmt->conditional.body);
        field_stmts("orelse", stmt->conditional.orelse);
        break;
    case STMT_WITH:
    case STMT_ASYNC_WITH:
        field_with_items(stmt->with.items);
        field_stmts("body", stmt->with.body);
        break;
    case STMT_MATCH:
        field_expr("subject", stmt->match.subject);
        field_cases(stmt->match.cases);
        break;
    case STMT_RAISE:
        field_expr("exc", stmt->raise.exc);
        field_expr("cause", stmt->raise.cause);
        break;
    case STMT_TRY:
    case STMT_TRY_STAR:
        field_stmts("body", stmt->try_block.body);
        field_handlers(stmt->try_block.handlers);
        field_stmts("orelse", stmt->try_block.orelse);
        field_stmts("finalbody", stmt->try_block.finalbody);
        break;
    case STMT_ASSERT:
        field_expr("test", stmt->assert_test.test);
        field_expr("msg", stmt->assert_test.msg);
        break;
    case STMT_IMPORT:
        field_aliases(stmt->import.names);
        break;
    case STMT_IMPORT_FROM:
        field_name("module", stmt->import_from.module);
        field_aliases(stmt->import_from.names);
        put_format("level=%d, ", stmt->import_from.level);
        break;
    case STMT_GLOBAL:
    case STMT_NONLOCAL:
        field_names("names", stmt->scope.names);
        break;
    case STMT_PASS:
    case STMT_BREAK:
    case STMT_CONTINUE:
        break;
    }
}

static void put_stmt(const struct ast_stmt *stmt)
{
    put_format("%s(", stmt_words[stmt->kind]);
    put_stmt_fields(stmt);
    put_position(&stmt->position);
}

static void put_module(const struct module_ast *module)
{
    if (module->mode == PARSE_EVAL) {
        put("Expression(");
        field_expr("body", module->expression);
        end_node();
    } else {
        put(module->mode == PARSE_EXEC ? "Module(" : "Interactive(");
        field_stmts("body", module->body);
        put(module->mode == PARSE_EXEC ? "type_ignores=[])" : "");
        if (module->mode != PARSE_EXEC) {
            end_node();
        }
    }
    for (const struct syntax_warning *warning = module->warnings; warning != NULL; warning = warning->next) {
        put_format("\n%s|%d|%s", warning->category == SYNTAX_WARNING_SYNTAX ? "SyntaxWarning" : "DeprecationWarning",
                   warning->lineno, warning->message);
    }
}

static void put_error(const struct syntax_error *error)
{
    static const char *const words[] = {"none",       "SyntaxError", "IndentationError", "TabError",
                                        "ValueError", "MemoryError", "RecursionError",   "OverflowError"};
    put_format("%s|", words[error->kind]);
    const int32_t positions[] = {error->lineno, error->offset, error->end_lineno, error->end_offset};
    for (int i = 0; i < 4; i++) {
        if (positions[i] == SYNTAX_ERROR_NO_POSITION) {
            put("None|");
        } else {
            put_format("%d|", positions[i]);
        }
    }
    put(error->message != NULL ? error->message : "");
    put("|");
    put_bytes(error->text != NULL ? error->text : "", error->text_length);
}

/* ---- the program --------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 16;
    char *bytes = malloc(capacity);
    if (file == NULL || bytes == NULL) {
        perror(path);
        exit(2);
    }
    *length = 0;
    size_t got;
    while ((got = fread(bytes + *length, 1, capacity - *length, file)) > 0) {
        *length += got;
        if (*length == capacity) {
            capacity *= 2;
            bytes = realloc(bytes, capacity);
            if (bytes == NULL) {
                abort();
            }
        }
    }
    fclose(file);
    /* An exact block, so that sanitizers see reading beyond its end. */
    char *exact = malloc(*length + (*length == 0));
    if (exact == NULL) {
        abort();
    }
    memcpy(exact, bytes, *length);
    free(bytes);
    return exact;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    enum parse_mode mode = PARSE_EXEC;
    unsigned flags = 0;
    const char *name = NULL; /* what to call the sources instead of their paths */
    long repeat = 0, fail_after = -1;
    double seconds = 0;
    size_t lines = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--mode=", 7) == 0) {
            mode = argv[i][7] == 's' ? PARSE_SINGLE : argv[i][8] == 'v' ? PARSE_EVAL : PARSE_EXEC;
            continue;
        }
        if (strncmp(argv[i], "--name=", 7) == 0) {
            name = argv[i] + 7;
            continue;
        }
        if (strncmp(argv[i], "--flags=", 8) == 0) {
            flags = (unsigned)strtoul(argv[i] + 8, NULL, 0);
            continue;
        }
        if (strncmp(argv[i], "--time=", 7) == 0) {
            repeat = atol(argv[i] + 7);
            continue;
        }
        if (strncmp(argv[i], "--fail-after=", 13) == 0) {
            fail_after = atol(argv[i] + 13);
            continue;
        }
        size_t length;
        char *bytes = read_file(argv[i], &length);
        struct arena arena;
        struct syntax_error error;
        arena_init(&arena);
        if (repeat > 0) {
            double start = now();
            for (long n = 0; n < repeat; n++) {
                parse_source(&arena, bytes, length, argv[i], mode, flags, &error);
                arena_destroy(&arena);
            }
            seconds += now() - start;
            for (size_t n = 0; n < length; n++) {
                lines += (size_t)(bytes[n] == '\n') * (size_t)repeat;
            }
            free(bytes);
            continue;
        }
        arena.fail_after = fail_after;
        struct module_ast *module =
            parse_source(&arena, bytes, length, name != NULL ? name : argv[i], mode, flags, &error);
        free(bytes); /* the tree must not point into it */
        out_length = 0;
        if (module != NULL) {
            put_module(module);
        } else {
            put_error(&error);
        }
        printf("%s %zu\n", module != NULL ? "OK" : "ERROR", out_length);
        fwrite(out, 1, out_length, stdout);
        putchar('\n');
        arena_destroy(&arena);
    }
    if (repeat > 0) {
        printf("%.0f lines/s\n", (double)lines / seconds);
    }
    free(out);
    return 0;
}
