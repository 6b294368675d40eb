/* The description of the grammar's nodes: Python's abstract grammar, field by field in its order, beside the members of
 * ast.h. */
#include "runtime/compiler/syntax/nodes.h"

#define FIELDS(...)            \
    (const struct ast_field[]) \
    {                          \
        __VA_ARGS__            \
        {                      \
            0                  \
        }                      \
    }
#define FIELD(STRUCT, MEMBER, NAME, TYPE, QUANTITY) {NAME, AST_##TYPE, AST_##QUANTITY, offsetof(struct STRUCT, MEMBER)},
#define NO_FIELDS                                   FIELDS()

/* ---- statements ---- */

#define STMT(MEMBER, NAME, TYPE, QUANTITY) FIELD(ast_stmt, MEMBER, NAME, TYPE, QUANTITY)

/* clang-format off */
#define FUNCTION_FIELDS                                                    \
    FIELDS(STMT(function_def.name, "name", IDENTIFIER, ONE)                \
           STMT(function_def.args, "args", ARGUMENTS, ONE)                 \
           STMT(function_def.body, "body", STMT, MANY)                     \
           STMT(function_def.decorator_list, "decorator_list", EXPR, MANY) \
           STMT(function_def.returns, "returns", EXPR, OPTIONAL)           \
           STMT(function_def.type_comment, "type_comment", STRING, OPTIONAL))
#define FOR_FIELDS                                 \
    FIELDS(STMT(for_loop.target, "target", EXPR, ONE)   \
           STMT(for_loop.iter, "iter", EXPR, ONE)       \
           STMT(for_loop.body, "body", STMT, MANY)      \
           STMT(for_loop.orelse, "orelse", STMT, MANY)  \
           STMT(for_loop.type_comment, "type_comment", STRING, OPTIONAL))
#define CONDITIONAL_FIELDS                               \
    FIELDS(STMT(conditional.test, "test", EXPR, ONE)     \
           STMT(conditional.body, "body", STMT, MANY)    \
           STMT(conditional.orelse, "orelse", STMT, MANY))
#define WITH_FIELDS                                 \
    FIELDS(STMT(with.items, "items", WITHITEM, MANY)    \
           STMT(with.body, "body", STMT, MANY)      \
           STMT(with.type_comment, "type_comment", STRING, OPTIONAL))
#define TRY_FIELDS                                                    \
    FIELDS(STMT(try_block.body, "body", STMT, MANY)                   \
           STMT(try_block.handlers, "handlers", EXCEPTHANDLER, MANY)  \
           STMT(try_block.orelse, "orelse", STMT, MANY)               \
           STMT(try_block.finalbody, "finalbody", STMT, MANY))

static const struct ast_node statements[] = {
    [STMT_FUNCTION_DEF] = {"FunctionDef", FUNCTION_FIELDS},
    [STMT_ASYNC_FUNCTION_DEF] = {"AsyncFunctionDef", FUNCTION_FIELDS},
    [STMT_CLASS_DEF] = {"ClassDef", FIELDS(STMT(class_def.name, "name", IDENTIFIER, ONE)
                                           STMT(class_def.bases, "bases", EXPR, MANY)
                                           STMT(class_def.keywords, "keywords", KEYWORD, MANY)
                                           STMT(class_def.body, "body", STMT, MANY)
                                           STMT(class_def.decorator_list, "decorator_list", EXPR, MANY))},
    [STMT_RETURN] = {"Return", FIELDS(STMT(expr.value, "value", EXPR, OPTIONAL))},
    [STMT_DELETE] = {"Delete", FIELDS(STMT(delete.targets, "targets", EXPR, MANY))},
    [STMT_ASSIGN] = {"Assign", FIELDS(STMT(assign.targets, "targets", EXPR, MANY)
                                      STMT(assign.value, "value", EXPR, ONE)
                                      STMT(assign.type_comment, "type_comment", STRING, OPTIONAL))},
    [STMT_AUG_ASSIGN] = {"AugAssign", FIELDS(STMT(aug_assign.target, "target", EXPR, ONE)
                                             STMT(aug_assign.op, "op", OPERATOR, ONE)
                                             STMT(aug_assign.value, "value", EXPR, ONE))},
    [STMT_ANN_ASSIGN] = {"AnnAssign", FIELDS(STMT(ann_assign.target, "target", EXPR, ONE)
                                             STMT(ann_assign.annotation, "annotation", EXPR, ONE)
                                             STMT(ann_assign.value, "value", EXPR, OPTIONAL)
                                             STMT(ann_assign.simple, "simple", INT, ONE))},
    [STMT_FOR] = {"For", FOR_FIELDS},
    [STMT_ASYNC_FOR] = {"AsyncFor", FOR_FIELDS},
    [STMT_WHILE] = {"While", CONDITIONAL_FIELDS},
    [STMT_IF] = {"If", CONDITIONAL_FIELDS},
    [STMT_WITH] = {"With", WITH_FIELDS},
    [STMT_ASYNC_WITH] = {"AsyncWith", WITH_FIELDS},
    [STMT_MATCH] = {"Match", FIELDS(STMT(match.subject, "subject", EXPR, ONE)
                                    STMT(match.cases, "cases", MATCH_CASE, MANY))},
    [STMT_RAISE] = {"Raise", FIELDS(STMT(raise.exc, "exc", EXPR, OPTIONAL)
                                    STMT(raise.cause, "cause", EXPR, OPTIONAL))},
    [STMT_TRY] = {"Try", TRY_FIELDS},
    [STMT_TRY_STAR] = {"TryStar", TRY_FIELDS},
    [STMT_ASSERT] = {"Assert", FIELDS(STMT(assert_test.test, "test", EXPR, ONE)
                                      STMT(assert_test.msg, "msg", EXPR, OPTIONAL))},
    [STMT_IMPORT] = {"Import", FIELDS(STMT(import.names, "names", ALIAS, MANY))},
    [STMT_IMPORT_FROM] = {"ImportFrom", FIELDS(STMT(import_from.module, "module", IDENTIFIER, OPTIONAL)
                                               STMT(import_from.names, "names", ALIAS, MANY)
                                               STMT(import_from.level, "level", INT, OPTIONAL))},
    [STMT_GLOBAL] = {"Global", FIELDS(STMT(scope.names, "names", IDENTIFIER, MANY))},
    [STMT_NONLOCAL] = {"Nonlocal", FIELDS(STMT(scope.names, "names", IDENTIFIER, MANY))},
    [STMT_EXPR] = {"Expr", FIELDS(STMT(expr.value, "value", EXPR, ONE))},
    [STMT_PASS] = {"Pass", NO_FIELDS},
    [STMT_BREAK] = {"Break", NO_FIELDS},
    [STMT_CONTINUE] = {"Continue", NO_FIELDS},
};

/* ---- expressions ---- */

#define EXPR(MEMBER, NAME, TYPE, QUANTITY) FIELD(ast_expr, MEMBER, NAME, TYPE, QUANTITY)

#define COMPREHENSION_FIELDS                                        \
    FIELDS(EXPR(comprehension.elt, "elt", EXPR, ONE)                \
           EXPR(comprehension.generators, "generators", COMPREHENSION, MANY))
#define SEQUENCE_FIELDS                             \
    FIELDS(EXPR(sequence.elts, "elts", EXPR, MANY)  \
           EXPR(sequence.ctx, "ctx", EXPR_CONTEXT, ONE))

static const struct ast_node expressions[] = {
    [EXPR_BOOL_OP] = {"BoolOp", FIELDS(EXPR(bool_op.op, "op", BOOLOP, ONE)
                                       EXPR(bool_op.values, "values", EXPR, MANY))},
    [EXPR_NAMED_EXPR] = {"NamedExpr", FIELDS(EXPR(named_expr.target, "target", EXPR, ONE)
                                             EXPR(named_expr.value, "value", EXPR, ONE))},
    [EXPR_BIN_OP] = {"BinOp", FIELDS(EXPR(bin_op.left, "left", EXPR, ONE)
                                     EXPR(bin_op.op, "op", OPERATOR, ONE)
                                     EXPR(bin_op.right, "right", EXPR, ONE))},
    [EXPR_UNARY_OP] = {"UnaryOp", FIELDS(EXPR(unary_op.op, "op", UNARYOP, ONE)
                                         EXPR(unary_op.operand, "operand", EXPR, ONE))},
    [EXPR_LAMBDA] = {"Lambda", FIELDS(EXPR(lambda.args, "args", ARGUMENTS, ONE)
                                      EXPR(lambda.body, "body", EXPR, ONE))},
    [EXPR_IF_EXP] = {"IfExp", FIELDS(EXPR(if_exp.test, "test", EXPR, ONE)
                                     EXPR(if_exp.body, "body", EXPR, ONE)
                                     EXPR(if_exp.orelse, "orelse", EXPR, ONE))},
    [EXPR_DICT] = {"Dict", FIELDS(EXPR(dict.keys, "keys", EXPR, MANY)
                                  EXPR(dict.values, "values", EXPR, MANY))},
    [EXPR_SET] = {"Set", FIELDS(EXPR(set.elts, "elts", EXPR, MANY))},
    [EXPR_LIST_COMP] = {"ListComp", COMPREHENSION_FIELDS},
    [EXPR_SET_COMP] = {"SetComp", COMPREHENSION_FIELDS},
    [EXPR_DICT_COMP] = {"DictComp", FIELDS(EXPR(dict_comp.key, "key", EXPR, ONE)
                                           EXPR(dict_comp.value, "value", EXPR, ONE)
                                           EXPR(dict_comp.generators, "generators", COMPREHENSION, MANY))},
    [EXPR_GENERATOR_EXP] = {"GeneratorExp", COMPREHENSION_FIELDS},
    [EXPR_AWAIT] = {"Await", FIELDS(EXPR(yield.value, "value", EXPR, ONE))},
    [EXPR_YIELD] = {"Yield", FIELDS(EXPR(yield.value, "value", EXPR, OPTIONAL))},
    [EXPR_YIELD_FROM] = {"YieldFrom", FIELDS(EXPR(yield.value, "value", EXPR, ONE))},
    [EXPR_COMPARE] = {"Compare", FIELDS(EXPR(compare.left, "left", EXPR, ONE)
                                        EXPR(compare.ops, "ops", CMPOP, MANY)
                                        EXPR(compare.comparators, "comparators", EXPR, MANY))},
    [EXPR_CALL] = {"Call", FIELDS(EXPR(call.func, "func", EXPR, ONE)
                                  EXPR(call.args, "args", EXPR, MANY)
                                  EXPR(call.keywords, "keywords", KEYWORD, MANY))},
    [EXPR_FORMATTED_VALUE] = {"FormattedValue", FIELDS(EXPR(formatted_value.value, "value", EXPR, ONE)
                                                       EXPR(formatted_value.conversion, "conversion", INT, ONE)
                                                       EXPR(formatted_value.format_spec, "format_spec", EXPR, OPTIONAL))},
    [EXPR_JOINED_STR] = {"JoinedStr", FIELDS(EXPR(joined_str.values, "values", EXPR, MANY))},
    [EXPR_CONSTANT] = {"Constant", FIELDS(EXPR(constant, "value", CONSTANT, ONE)
                                          EXPR(constant, "kind", U_PREFIX, OPTIONAL))},
    [EXPR_ATTRIBUTE] = {"Attribute", FIELDS(EXPR(attribute.value, "value", EXPR, ONE)
                                            EXPR(attribute.attr, "attr", IDENTIFIER, ONE)
                                            EXPR(attribute.ctx, "ctx", EXPR_CONTEXT, ONE))},
    [EXPR_SUBSCRIPT] = {"Subscript", FIELDS(EXPR(subscript.value, "value", EXPR, ONE)
                                            EXPR(subscript.slice, "slice", EXPR, ONE)
                                            EXPR(subscript.ctx, "ctx", EXPR_CONTEXT, ONE))},
    [EXPR_STARRED] = {"Starred", FIELDS(EXPR(starred.value, "value", EXPR, ONE)
                                        EXPR(starred.ctx, "ctx", EXPR_CONTEXT, ONE))},
    [EXPR_NAME] = {"Name", FIELDS(EXPR(name.id, "id", IDENTIFIER, ONE)
                                  EXPR(name.ctx, "ctx", EXPR_CONTEXT, ONE))},
    [EXPR_LIST] = {"List", SEQUENCE_FIELDS},
    [EXPR_TUPLE] = {"Tuple", SEQUENCE_FIELDS},
    [EXPR_SLICE] = {"Slice", FIELDS(EXPR(slice.lower, "lower", EXPR, OPTIONAL)
                                    EXPR(slice.upper, "upper", EXPR, OPTIONAL)
                                    EXPR(slice.step, "step", EXPR, OPTIONAL))},
};

/* ---- patterns ---- */

#define PATTERN(MEMBER, NAME, TYPE, QUANTITY) FIELD(ast_pattern, MEMBER, NAME, TYPE, QUANTITY)
#define PATTERNS_FIELDS                       FIELDS(PATTERN(match_sequence.patterns, "patterns", PATTERN, MANY))

static const struct ast_node patterns[] = {
    [PATTERN_MATCH_VALUE] = {"MatchValue", FIELDS(PATTERN(match_value.value, "value", EXPR, ONE))},
    [PATTERN_MATCH_SINGLETON] = {"MatchSingleton", FIELDS(PATTERN(match_singleton.value, "value", CONSTANT, ONE))},
    [PATTERN_MATCH_SEQUENCE] = {"MatchSequence", PATTERNS_FIELDS},
    [PATTERN_MATCH_MAPPING] = {"MatchMapping", FIELDS(PATTERN(match_mapping.keys, "keys", EXPR, MANY)
                                                      PATTERN(match_mapping.patterns, "patterns", PATTERN, MANY)
                                                      PATTERN(match_mapping.rest, "rest", IDENTIFIER, OPTIONAL))},
    [PATTERN_MATCH_CLASS] = {"MatchClass", FIELDS(PATTERN(match_class.cls, "cls", EXPR, ONE)
                                                  PATTERN(match_class.patterns, "patterns", PATTERN, MANY)
                                                  PATTERN(match_class.kwd_attrs, "kwd_attrs", IDENTIFIER, MANY)
                                                  PATTERN(match_class.kwd_patterns, "kwd_patterns", PATTERN, MANY))},
    [PATTERN_MATCH_STAR] = {"MatchStar", FIELDS(PATTERN(match_star.name, "name", IDENTIFIER, OPTIONAL))},
    [PATTERN_MATCH_AS] = {"MatchAs", FIELDS(PATTERN(match_as.pattern, "pattern", PATTERN, OPTIONAL)
                                            PATTERN(match_as.name, "name", IDENTIFIER, OPTIONAL))},
    [PATTERN_MATCH_OR] = {"MatchOr", PATTERNS_FIELDS},
};

/* ---- modules, clauses ---- */

#define MODULE(MEMBER, NAME, TYPE, QUANTITY) FIELD(module_ast, MEMBER, NAME, TYPE, QUANTITY)

static const struct ast_node modules[] = {
    [PARSE_EXEC] = {"Module", FIELDS(MODULE(body, "body", STMT, MANY)
                                     MODULE(type_ignores, "type_ignores", TYPE_IGNORE, MANY))},
    [PARSE_SINGLE] = {"Interactive", FIELDS(MODULE(body, "body", STMT, MANY))},
    [PARSE_EVAL] = {"Expression", FIELDS(MODULE(expression, "body", EXPR, ONE))},
    [PARSE_FUNCTION_TYPE] = {"FunctionType", FIELDS(MODULE(argument_types, "argtypes", EXPR, MANY)
                                                    MODULE(expression, "returns", EXPR, ONE))},
};

static const struct ast_node comprehension[] = {
    {"comprehension", FIELDS(FIELD(ast_comprehension, target, "target", EXPR, ONE)
                             FIELD(ast_comprehension, iter, "iter", EXPR, ONE)
                             FIELD(ast_comprehension, ifs, "ifs", EXPR, MANY)
                             FIELD(ast_comprehension, is_async, "is_async", INT, ONE))}};
static const struct ast_node except_handler[] = {
    {"ExceptHandler", FIELDS(FIELD(ast_except_handler, type, "type", EXPR, OPTIONAL)
                             FIELD(ast_except_handler, name, "name", IDENTIFIER, OPTIONAL)
                             FIELD(ast_except_handler, body, "body", STMT, MANY))}};
static const struct ast_node arguments[] = {
    {"arguments", FIELDS(FIELD(ast_arguments, posonlyargs, "posonlyargs", ARG, MANY)
                         FIELD(ast_arguments, args, "args", ARG, MANY)
                         FIELD(ast_arguments, vararg, "vararg", ARG, OPTIONAL)
                         FIELD(ast_arguments, kwonlyargs, "kwonlyargs", ARG, MANY)
                         FIELD(ast_arguments, kw_defaults, "kw_defaults", EXPR, MANY)
                         FIELD(ast_arguments, kwarg, "kwarg", ARG, OPTIONAL)
                         FIELD(ast_arguments, defaults, "defaults", EXPR, MANY))}};
static const struct ast_node arg[] = {
    {"arg", FIELDS(FIELD(ast_arg, arg, "arg", IDENTIFIER, ONE)
                   FIELD(ast_arg, annotation, "annotation", EXPR, OPTIONAL)
                   FIELD(ast_arg, type_comment, "type_comment", STRING, OPTIONAL))}};
static const struct ast_node keyword[] = {
    {"keyword", FIELDS(FIELD(ast_keyword, arg, "arg", IDENTIFIER, OPTIONAL)
                       FIELD(ast_keyword, value, "value", EXPR, ONE))}};
static const struct ast_node alias[] = {
    {"alias", FIELDS(FIELD(ast_alias, name, "name", IDENTIFIER, ONE)
                     FIELD(ast_alias, asname, "asname", IDENTIFIER, OPTIONAL))}};
static const struct ast_node with_item[] = {
    {"withitem", FIELDS(FIELD(ast_with_item, context_expr, "context_expr", EXPR, ONE)
                        FIELD(ast_with_item, optional_vars, "optional_vars", EXPR, OPTIONAL))}};
static const struct ast_node match_case[] = {
    {"match_case", FIELDS(FIELD(ast_match_case, pattern, "pattern", PATTERN, ONE)
                          FIELD(ast_match_case, guard, "guard", EXPR, OPTIONAL)
                          FIELD(ast_match_case, body, "body", STMT, MANY))}};
static const struct ast_node type_ignore[] = {
    {"TypeIgnore", FIELDS(FIELD(ast_type_ignore, lineno, "lineno", INT, ONE)
                          FIELD(ast_type_ignore, tag, "tag", STRING, ONE))}};

/* ---- kinds without fields ---- */

#define BARE(NAME) {NAME, NO_FIELDS}

static const struct ast_node contexts[] = {BARE("Load"), BARE("Store"), BARE("Del")};
static const struct ast_node bool_operators[] = {BARE("And"), BARE("Or")};
static const struct ast_node operators[] = {
    BARE("Add"), BARE("Sub"), BARE("Mult"), BARE("MatMult"), BARE("Div"), BARE("Mod"), BARE("Pow"),
    BARE("LShift"), BARE("RShift"), BARE("BitOr"), BARE("BitXor"), BARE("BitAnd"), BARE("FloorDiv"),
};
static const struct ast_node unary_operators[] = {BARE("Invert"), BARE("Not"), BARE("UAdd"), BARE("USub")};
static const struct ast_node compare_operators[] = {
    BARE("Eq"), BARE("NotEq"), BARE("Lt"), BARE("LtE"), BARE("Gt"),
    BARE("GtE"), BARE("Is"), BARE("IsNot"), BARE("In"), BARE("NotIn"),
};

/* ---- types ---- */

#define NODES(TABLE) .nodes = TABLE, .node_count = sizeof TABLE / sizeof *TABLE
#define PLACED(STRUCT) .size = sizeof(struct STRUCT), .position = offsetof(struct STRUCT, position)
#define UNPLACED(TYPE) .size = sizeof(TYPE), .position = -1

const struct ast_type_info ast_types[AST_LEAF_LIMIT] = {
    [AST_MOD] = {"mod", AST_SUM, NODES(modules), UNPLACED(struct module_ast), .by_pointer = true},
    [AST_STMT] = {"stmt", AST_SUM, NODES(statements), PLACED(ast_stmt), .by_pointer = true},
    [AST_EXPR] = {"expr", AST_SUM, NODES(expressions), PLACED(ast_expr), .by_pointer = true},
    [AST_EXPR_CONTEXT] = {"expr_context", AST_ENUMERATION, NODES(contexts), UNPLACED(enum ast_context)},
    [AST_BOOLOP] = {"boolop", AST_ENUMERATION, NODES(bool_operators), UNPLACED(enum ast_bool_operator)},
    [AST_OPERATOR] = {"operator", AST_ENUMERATION, NODES(operators), UNPLACED(enum ast_operator)},
    [AST_UNARYOP] = {"unaryop", AST_ENUMERATION, NODES(unary_operators), UNPLACED(enum ast_unary_operator)},
    [AST_CMPOP] = {"cmpop", AST_ENUMERATION, NODES(compare_operators), UNPLACED(enum ast_compare_operator)},
    [AST_COMPREHENSION] = {"comprehension", AST_PRODUCT, NODES(comprehension), UNPLACED(struct ast_comprehension)},
    [AST_EXCEPTHANDLER] = {"excepthandler", AST_SINGLE, NODES(except_handler), PLACED(ast_except_handler)},
    [AST_ARGUMENTS] = {"arguments", AST_PRODUCT, NODES(arguments), UNPLACED(struct ast_arguments)},
    [AST_ARG] = {"arg", AST_PRODUCT, NODES(arg), PLACED(ast_arg)},
    [AST_KEYWORD] = {"keyword", AST_PRODUCT, NODES(keyword), PLACED(ast_keyword)},
    [AST_ALIAS] = {"alias", AST_PRODUCT, NODES(alias), PLACED(ast_alias)},
    [AST_WITHITEM] = {"withitem", AST_PRODUCT, NODES(with_item), UNPLACED(struct ast_with_item)},
    [AST_MATCH_CASE] = {"match_case", AST_PRODUCT, NODES(match_case), UNPLACED(struct ast_match_case)},
    [AST_PATTERN] = {"pattern", AST_SUM, NODES(patterns), PLACED(ast_pattern), .by_pointer = true, .end_required = true},
    [AST_TYPE_IGNORE] = {"type_ignore", AST_SINGLE, NODES(type_ignore), UNPLACED(struct ast_type_ignore)},
    [AST_IDENTIFIER] = {"identifier", .size = sizeof(ast_name)},
    [AST_STRING] = {"string", .size = sizeof(ast_name)},
    [AST_INT] = {"int", .size = sizeof(int)},
    [AST_CONSTANT] = {"constant", .size = sizeof(struct ast_constant)},
    [AST_U_PREFIX] = {"string", .size = sizeof(struct ast_constant)},
};
/* clang-format on */
