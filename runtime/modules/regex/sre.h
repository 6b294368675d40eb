/*
 * Regular expressions: what the files of the _sre module share.
 *
 * The pure Python half of `re` parses a pattern and hands over a list of words, in the form that its version of the
 * language of matchers has (SRE_MAGIC). sre_program.c checks that list completely and translates it, once, into the
 * program that sre_match.c runs. So the matcher meets only programs made here, however hostile the list was. A program
 * never changes: any number of threads may run it at once, each with a state of its own.
 */
#ifndef ATOLL_SRE_H
#define ATOLL_SRE_H

#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/text/span.h"

#define SRE_MAGIC      20220615
#define SRE_MAX_REPEAT UINT32_MAX
#define SRE_MAX_GROUPS (INT32_MAX / 2)

/* ---- the words that `re` emits, by the numbers of re/_constants.py ---- */
enum sre_code {
    SRE_FAILURE,
    SRE_SUCCESS,
    SRE_ANY,
    SRE_ANY_ALL,
    SRE_ASSERT,
    SRE_ASSERT_NOT,
    SRE_AT,
    SRE_BRANCH,
    SRE_CATEGORY,
    SRE_CHARSET,
    SRE_BIGCHARSET,
    SRE_GROUPREF,
    SRE_GROUPREF_EXISTS,
    SRE_IN,
    SRE_INFO,
    SRE_JUMP,
    SRE_LITERAL,
    SRE_MARK,
    SRE_MAX_UNTIL,
    SRE_MIN_UNTIL,
    SRE_NOT_LITERAL,
    SRE_NEGATE,
    SRE_RANGE,
    SRE_REPEAT,
    SRE_REPEAT_ONE,
    SRE_SUBPATTERN,
    SRE_MIN_REPEAT_ONE,
    SRE_ATOMIC_GROUP,
    SRE_POSSESSIVE_REPEAT,
    SRE_POSSESSIVE_REPEAT_ONE,
    SRE_GROUPREF_IGNORE,
    SRE_IN_IGNORE,
    SRE_LITERAL_IGNORE,
    SRE_NOT_LITERAL_IGNORE,
    SRE_GROUPREF_LOC_IGNORE,
    SRE_IN_LOC_IGNORE,
    SRE_LITERAL_LOC_IGNORE,
    SRE_NOT_LITERAL_LOC_IGNORE,
    SRE_GROUPREF_UNI_IGNORE,
    SRE_IN_UNI_IGNORE,
    SRE_LITERAL_UNI_IGNORE,
    SRE_NOT_LITERAL_UNI_IGNORE,
    SRE_RANGE_UNI_IGNORE,
};
enum sre_at {
    SRE_AT_BEGINNING,
    SRE_AT_BEGINNING_LINE,
    SRE_AT_BEGINNING_STRING,
    SRE_AT_BOUNDARY,
    SRE_AT_NON_BOUNDARY,
    SRE_AT_END,
    SRE_AT_END_LINE,
    SRE_AT_END_STRING,
    SRE_AT_LOC_BOUNDARY,
    SRE_AT_LOC_NON_BOUNDARY,
    SRE_AT_UNI_BOUNDARY,
    SRE_AT_UNI_NON_BOUNDARY,
    SRE_AT_COUNT
};
enum sre_category { /* each is followed by its opposite */
                    SRE_DIGIT,
                    SRE_SPACE = 2,
                    SRE_WORD = 4,
                    SRE_LINEBREAK = 6,
                    SRE_LOC_WORD = 8,
                    SRE_UNI_DIGIT = 10,
                    SRE_UNI_SPACE = 12,
                    SRE_UNI_WORD = 14,
                    SRE_UNI_LINEBREAK = 16,
                    SRE_CATEGORY_COUNT = 18
};
enum sre_flag {
    SRE_FLAG_TEMPLATE = 1,
    SRE_FLAG_IGNORECASE = 2,
    SRE_FLAG_LOCALE = 4,
    SRE_FLAG_MULTILINE = 8,
    SRE_FLAG_DOTALL = 16,
    SRE_FLAG_UNICODE = 32,
    SRE_FLAG_VERBOSE = 64,
    SRE_FLAG_DEBUG = 128,
    SRE_FLAG_ASCII = 256,
};
enum sre_info { SRE_INFO_PREFIX = 1, SRE_INFO_LITERAL = 2, SRE_INFO_CHARSET = 4 };

/* ---- sets of characters (sre_sets.c) ---- */
enum sre_fold { SRE_FOLD_NONE, SRE_FOLD_ASCII, SRE_FOLD_LOCALE, SRE_FOLD_UNICODE };

/* Every test of one character that is no comparison with one literal. `code` is a list of set operators as in
 * SRE_IN, up to its SRE_FAILURE, in the program's `set_code`. */
struct sre_set {
    uint8_t few[256]; /* whether each of the first characters is in, unless it `varies` */
    uint64_t code;
    uint8_t fold;    /* enum sre_fold: applied to a character before it is looked up */
    bool complement; /* the answer is turned round */
    bool varies;     /* asks the C library's locale, which may change */
};

uint32_t sre_lower(uint32_t c, enum sre_fold fold);
uint32_t sre_upper_unicode(uint32_t c);
bool sre_in_category(uint32_t c, unsigned category); /* enum sre_category, or one more */
/* Are two characters the same after folding? */
bool sre_same(uint32_t a, uint32_t b, enum sre_fold fold);
/* Is c in the set, by its code? */
bool sre_set_look_up(const struct sre_set *set, const uint32_t *set_code, uint32_t c);
/* Fill in `varies` and `few` of a set whose other fields are there. */
void sre_set_prepare(struct sre_set *set, const uint32_t *set_code);

/* ---- programs (sre_program.c) ---- */
/* The operations of the matcher, with their operand words. `one` stands for two words: the operation (RUN_ANY_ALL,
 * RUN_ANY, RUN_CHAR, RUN_NOT_CHAR, RUN_SET) and the operand of a test of one character. `first` is such a test for what
 * comes next, RUN_CHAR or RUN_SET, or RUN_ANYTHING when that cannot be told from one character. */
#define SRE_OPERATIONS(X)                                                                             \
    X(MATCH, 0) /* the end of the pattern */                                                          \
    X(FAIL, 0)                                                                                        \
    X(ANYTHING, 0) /* only as `first` */                                                              \
    X(ANY, 0)      /* any character but a newline */                                                  \
    X(ANY_ALL, 0)                                                                                     \
    X(CHAR, 1) /* the character */                                                                    \
    X(NOT_CHAR, 1)                                                                                    \
    X(SET, 1)        /* number of the set */                                                          \
    X(AT, 1)         /* enum sre_at */                                                                \
    X(MARK, 1)       /* a group begins (even) or ends (odd) */                                        \
    X(JUMP, 1)       /* where to */                                                                   \
    X(BRANCH, 3)     /* next alternative, first */                                                    \
    X(GREEDY, 6)     /* min, max, one, first */                                                       \
    X(LAZY, 6)       /* the same */                                                                   \
    X(POSSESSIVE, 6) /* the same */                                                                   \
    X(LOOP, 2)       /* number of the loop, its UNTIL: a loop begins */                               \
    X(UNTIL_MAX, 4)  /* number, min, max, body: again if it can be */                                 \
    X(UNTIL_MIN, 4)  /* the same: again if it must be */                                              \
    X(EACH, 4)       /* number, min, max, exit: one round of a possessive loop, up to its EACH_END */ \
    X(EACH_END, 2)   /* number, its EACH */                                                           \
    X(ATOMIC, 0)     /* up to ATOMIC_END */                                                           \
    X(ATOMIC_END, 0)                                                                                  \
    X(LOOK, 1) /* how far back; up to LOOK_END */                                                     \
    X(LOOK_END, 0)                                                                                    \
    X(LOOK_NOT, 2) /* how far back, where to go on if it does not match; up to LOOK_NOT_END */        \
    X(LOOK_NOT_END, 0)                                                                                \
    X(GROUP, 2)    /* group, enum sre_fold: the same text again */                                    \
    X(IF_GROUP, 2) /* group, where to go if it took no part */
enum sre_operation {
#define X(name, words) RUN_##name,
    SRE_OPERATIONS(X)
#undef X
        RUN_COUNT
};

/* A stack of the matcher on the heap. */
struct sre_record {
    uint32_t kind, at; /* see sre_match.c */
    ssize a, b;
};
struct sre_stack {
    size_t capacity;
    struct sre_record records[];
};

struct sre_program {
    uint32_t *code;
    uint32_t *set_code;
    struct sre_set *sets;
    size_t length, set_code_length, set_count;
    uint32_t groups, loops;
    /* What a search may use. */
    uint32_t min_width;
    bool anchored;      /* matches at the beginning of the string only */
    bool is_literal;    /* the prefix is the whole pattern */
    ssize first_set;    /* every match begins with a character of this set; -1: not known */
    struct span prefix; /* every match begins with this; length 0: not known */
    /* A stack that some match grew, for the next that needs one: whoever takes it leaves NULL. */
    _Atomic(struct sre_stack *) spare;
};

/* Check and translate. NULL with RuntimeError "invalid SRE code", MemoryError, RecursionError. */
struct sre_program *sre_program_make(const uint32_t *code, size_t length, size_t groups);
void sre_program_free(struct sre_program *program); /* or NULL */

/* ---- matching (sre_match.c) ---- */
struct sre_loop {
    ssize count; /* rounds completed */
    ssize last;  /* where the present round began; -1 */
};
struct sre_state {
    struct sre_program *program;
    value_slot string; /* constant */
    struct buffer buffer;
    struct span text;  /* from the beginning of the string to `end` */
    ssize pos;         /* where the caller began, for Match.pos */
    ssize end;         /* where the string ends for this match */
    ssize start;       /* where to begin next; after a match: where it began */
    ssize stop;        /* after a match: where it ended */
    bool match_all;    /* only a match up to `end` counts */
    bool must_advance; /* an empty match at `start` does not count */
    int64_t budget;    /* steps up to the next safepoint */
    ssize last_index;  /* number of the last group that ended; -1 */
    ssize *marks;      /* begin and end of each group; -1: none */
    struct sre_loop *loops;
    struct sre_record *records;
    size_t capacity;
    void *registers; /* of marks and loops, when they are many; malloc'd */
    ssize few_marks[16];
    struct sre_loop few_loops[4];
    struct sre_record few_records[40];
};

/* Set up for `string`, str or bytes-like, which `is_bytes` (1, 0, -1: do not care) must agree with. Python's positions
 * are clamped. false: TypeError, MemoryError. The state must not be moved. */
bool sre_state_init(struct sre_state *s, struct sre_program *program, int is_bytes, value string, ssize pos,
                    ssize endpos);
void sre_state_finish(struct sre_state *s); /* may be repeated */
/* Match at `start`, or at the first place from there on. 1: found, `start`, `stop` and `marks` tell where; 0: not; -1:
 * exception (MemoryError, or what a safepoint raised). */
int sre_match(struct sre_state *s);
int sre_search(struct sre_state *s);
/* After a match: go on behind it. */
void sre_state_advance(struct sre_state *s);

/* ---- text that patterns are applied to (sre_matches.c) ---- */
/* The characters of a str or bytes-like object; *is_bytes tells which. The buffer is to be released. false: TypeError
 * "expected string or bytes-like object, got 'X'". */
bool sre_text_get(value string, struct span *text, bool *is_bytes, struct buffer *buffer);
/* A part of a str, as str; of a bytes-like object, as bytes. */
value sre_text_part(value string, struct span text, ssize start, ssize end);

/* ---- objects ---- */
struct sre_pattern {
    struct object header;
    value_slot pattern, group_index, index_group; /* constant: anything, dict, tuple */
    struct sre_program *program;
    uint32_t *code; /* as compile() got it: patterns are equal if it is */
    size_t code_length;
    int64_t groups;
    int32_t flags;
    int8_t is_bytes; /* 1, 0; -1: made of nothing textual */
};
#define SRE_PATTERN(v) ((struct sre_pattern *)(v))
extern struct type *sre_pattern_type, *sre_match_type, *sre_scanner_type;
extern const struct type_spec sre_pattern_spec, sre_match_spec, sre_scanner_spec;

/* The Match of a state that has found one; None when status is 0, NULL when it is -1. */
value sre_match_new(value pattern, const struct sre_state *s, int status);
/* pattern.scanner(string, pos, endpos) */
value sre_scanner_new(value pattern, value string, ssize pos, ssize endpos);
/* re.NAME(...) */
value sre_call_re(const char *name, const value *args, size_t nargs);
/* An index argument; OverflowError when it is too large for a C ssize_t. */
bool sre_index(value v, ssize fallback, ssize *out);

#endif
