/* _tokenize: the tokens of a text as the compiler sees them. A text is taken apart when its iterator is made; what the
 * iterator then steps through is constant, so that threads may share it. */
#include "runtime/compiler/codegen/compiler.h"
#include "runtime/compiler/syntax/parser.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/container.h"
#include "threads/pause.h"

/* What one step of an iterator gives: a token, or an error, which is the last. In the arena. */
struct step {
    struct step *next;
    struct token token;
    const char *line, *line_end; /* the lines that have been read for it */
    const struct syntax_warning *warnings;
    const struct syntax_error *error;
};

struct tokenizer {
    struct object header;
    struct arena arena;
    struct step *_Atomic next; /* NULL: it is exhausted */
};

#define SELF(v) ((struct tokenizer *)(v))

/* The number of a token in the module token. */
static int64_t token_number(enum token_kind kind)
{
    enum { NAME_NUMBER = 1, OP_NUMBER = 54, AWAIT_NUMBER, ASYNC_NUMBER };
    static const uint8_t numbers[] = {
        [TOKEN_NEWLINE] = 4,
        [TOKEN_INDENT] = 5,
        [TOKEN_DEDENT] = 6,
        [TOKEN_NAME] = NAME_NUMBER,
        [TOKEN_NUMBER] = 2,
        [TOKEN_STRING] = 3,
        [TOKEN_UNKNOWN] = OP_NUMBER,
        [TOKEN_LEFT_PAREN] = 7,
        [TOKEN_RIGHT_PAREN] = 8,
        [TOKEN_LEFT_BRACKET] = 9,
        [TOKEN_RIGHT_BRACKET] = 10,
        [TOKEN_LEFT_BRACE] = 25,
        [TOKEN_RIGHT_BRACE] = 26,
        [TOKEN_COLON] = 11,
        [TOKEN_COMMA] = 12,
        [TOKEN_SEMICOLON] = 13,
        [TOKEN_DOT] = 23,
        [TOKEN_ELLIPSIS] = 52,
        [TOKEN_AT] = 49,
        [TOKEN_ARROW] = 51,
        [TOKEN_COLON_EQUAL] = 53,
        [TOKEN_EQUAL] = 22,
        [TOKEN_TILDE] = 31,
        [TOKEN_EQ_EQUAL] = 27,
        [TOKEN_NOT_EQUAL] = 28,
        [TOKEN_LESS] = 20,
        [TOKEN_LESS_EQUAL] = 29,
        [TOKEN_GREATER] = 21,
        [TOKEN_GREATER_EQUAL] = 30,
        [TOKEN_PLUS] = 14,
        [TOKEN_MINUS] = 15,
        [TOKEN_STAR] = 16,
        [TOKEN_SLASH] = 17,
        [TOKEN_VBAR] = 18,
        [TOKEN_AMPER] = 19,
        [TOKEN_PERCENT] = 24,
        [TOKEN_CIRCUMFLEX] = 32,
        [TOKEN_LEFT_SHIFT] = 33,
        [TOKEN_RIGHT_SHIFT] = 34,
        [TOKEN_DOUBLE_STAR] = 35,
        [TOKEN_DOUBLE_SLASH] = 47,
        [TOKEN_PLUS_EQUAL] = 36,
        [TOKEN_MINUS_EQUAL] = 37,
        [TOKEN_STAR_EQUAL] = 38,
        [TOKEN_AT_EQUAL] = 50,
        [TOKEN_SLASH_EQUAL] = 39,
        [TOKEN_PERCENT_EQUAL] = 40,
        [TOKEN_DOUBLE_STAR_EQUAL] = 46,
        [TOKEN_LEFT_SHIFT_EQUAL] = 44,
        [TOKEN_RIGHT_SHIFT_EQUAL] = 45,
        [TOKEN_VBAR_EQUAL] = 42,
        [TOKEN_CIRCUMFLEX_EQUAL] = 43,
        [TOKEN_AMPER_EQUAL] = 41,
        [TOKEN_DOUBLE_SLASH_EQUAL] = 48,
    };
    switch (kind) {
    case TOKEN_KEYWORD_ASYNC:
        return ASYNC_NUMBER;
    case TOKEN_KEYWORD_AWAIT:
        return AWAIT_NUMBER;
    default:
        return kind < sizeof numbers ? numbers[kind] : NAME_NUMBER; /* other keywords */
    }
}

/* The error that the lexer has completed; NULL when there is no memory. */
static struct syntax_error *lexer_error(const struct lexer *lexer)
{
    struct syntax_error *error = arena_alloc_zero(lexer->arena, sizeof *error);
    if (error) {
        *error = (struct syntax_error){
            .kind = SYNTAX_ERROR_SYNTAX,
            .message = lexer->error_message,
            .lineno = lexer->error_lineno,
            .offset = lexer->error_offset,
            .end_lineno = lexer->error_lineno,
            .end_offset = lexer->error_end_offset,
            .text = lexer->error_text,
            .text_length = lexer->error_text_length,
        };
    }
    return error;
}

/* Take a text apart. Errors that the parser words end it as its end does. false: no memory. */
static bool take_apart(struct arena *arena, struct lexer *lexer, struct step **steps)
{
    for (;;) {
        struct step *step = arena_alloc_zero(arena, sizeof *step);
        if (!step)
            return false;
        struct syntax_warning **warnings = (struct syntax_warning **)&step->warnings;
        lexer->warnings = &warnings;
        lexer_next(lexer, &step->token);
        if (lexer->failure == LEXER_MEMORY)
            return false;
        if (lexer->failure == LEXER_SYNTAX) {
            step->error = lexer_error(lexer);
            *steps = step;
            return step->error != NULL;
        }
        if (step->token.kind == TOKEN_ENDMARKER || step->token.kind == TOKEN_ERROR)
            return true;
        step->line = lexer->window;
        step->line_end = lexer->current;
        if (!lexer->line_pending) {
            const char *newline = strchr(lexer->current, '\n');
            step->line_end = newline ? newline + 1 : lexer->end;
        }
        *steps = step;
        steps = &step->next;
    }
}

/* The same of a str's UTF-8. */
static bool read_tokens(struct arena *arena, const char *bytes, size_t length, struct step **steps,
                        struct syntax_error *error)
{
    const char *text, *encoding;
    size_t text_length;
    if (!source_decode(arena, bytes, length, "<string>", PARSE_IGNORE_COOKIE, true, error, &text, &text_length,
                       &encoding))
        return false;
    error->kind = SYNTAX_ERROR_MEMORY;
    struct lexer *lexer = arena_alloc(arena, sizeof *lexer);
    struct ast_intern_table *names = lexer ? intern_table_new(arena) : NULL;
    if (!names)
        return false;
    lexer_init(lexer, arena, names, text, text_length, (struct lexer_dialect){0});
    return take_apart(arena, lexer, steps);
}

static value tokenizer_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value source;
    static struct signature signature = SIGNATURE("tokenizeriter", "(source)");
    struct text text;
    if (!signature_bind(&signature, args, nargs, kwnames, &source))
        return NULL;
    if (!is_str(source))
        return raise(EXC(TypeError), "tokenizeriter() argument 'source' must be str, not %T", source);
    if (!text_of_argument(source, &text))
        return NULL;
    struct arena arena;
    struct step *steps = NULL;
    struct syntax_error error = {0};
    arena_init(&arena);
    bool resting = thread_rest_begin(text.length * 16);
    bool good = read_tokens(&arena, text.bytes, text.length, &steps, &error);
    thread_rest_end(resting);
    text_release(&text);
    struct tokenizer *self = NULL;
    if (good)
        self = (struct tokenizer *)object_new(type, sizeof *self);
    else
        syntax_error_raise(VALUE_NONE, &error);
    if (!self) {
        arena_destroy(&arena);
        return NULL;
    }
    self->arena = arena;
    atomic_init(&self->next, steps);
    return value_of(self);
}

static void tokenizer_destroy(struct object *o)
{
    arena_destroy(&((struct tokenizer *)o)->arena);
}

/* Whether there is nothing to raise at a step. */
static bool step_is_good(const struct step *step)
{
    if (!step->warnings && !step->error)
        return true;
    value filename = str_from_text("<string>");
    bool good = filename && syntax_warnings_issue(filename, step->warnings);
    if (good && step->error)
        syntax_error_raise(filename, step->error);
    value_dec(filename);
    return good && !step->error;
}

static value tokenizer_next(value v)
{
    struct step *step = atomic_load_explicit(&SELF(v)->next, memory_order_acquire);
    do {
        if (!step)
            return VALUE_END;
    } while (!atomic_compare_exchange_weak_explicit(&SELF(v)->next, &step, step->next, memory_order_acq_rel,
                                                    memory_order_acquire));
    if (!step_is_good(step))
        return NULL;
    const struct token *token = &step->token;
    bool is_newline = token->kind == TOKEN_NEWLINE; /* its text is the comment before it */
    value text = str_from_utf8(token->text, token->length - is_newline);
    value line = text ? str_from_utf8(step->line, (size_t)(step->line_end - step->line)) : NULL;
    value result = NULL;
    if (line)
        result = tuple_pack(7, text, small_int(token_number(token->kind)), small_int(token->lineno),
                            small_int(token->end_lineno), small_int(token->col_offset),
                            small_int(token->end_col_offset), line);
    value_dec(line);
    value_dec(text);
    return result;
}

static const struct type_spec tokenizer_spec = {
    .name = "_tokenize.TokenizerIter",
    .size = sizeof(struct tokenizer),
    .destroy = tokenizer_destroy,
    .slots = {.new = tokenizer_new, .iter = iterator_return_self, .next = tokenizer_next},
};

static struct type *tokenizer_type;

static bool fill(value module)
{
    return module_define_type(module, &tokenizer_type, &tokenizer_spec);
}

const struct module_def _tokenize_module = {
    .name = "_tokenize",
    .fill = fill,
};
