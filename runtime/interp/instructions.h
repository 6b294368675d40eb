/* The rare and long parts of instructions, out of the loop's line. All arguments are plain (not borrowed-tagged) values
 * unless they point into the operand stack. */
#ifndef ATOLL_INSTRUCTIONS_H
#define ATOLL_INSTRUCTIONS_H

#include "runtime/interp/frame.h"
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/containers/dict.h"

struct method_def;
struct signature;

const struct exception_range *find_handler(const struct code *code, uint32_t unit);

/* names.c */
void raise_unbound_local(struct frame *frame, uint32_t slot);
void raise_unbound_cell(struct frame *frame, uint32_t slot);
value load_classderef(struct frame *frame, uint32_t slot);
value load_name(struct frame *frame, value name);
bool store_name(struct frame *frame, value name, value v);
bool delete_name(struct frame *frame, value name);
/*
 * The cache word of a global variable: in the upper half a version of the globals (dict_version) and in the lower the
 * number of the object that the name means while they have that version, there or in the built-ins. Such an object is
 * lasting, and used uncounted; without GLOBAL_LASTING it was found while the thread was alone, and is counted while it
 * is. Or the upper half is 0 and the lower a hint where in the globals to look first; the reader checks the entry's
 * key, so one that is out of date costs time, not truth. A hint without GLOBAL_HINT_FINAL is to be replaced when the
 * value turns out to be lasting (or immediate).
 */
#define GLOBAL_LASTING    ((uint64_t)1 << 63)
#define GLOBAL_HINT       0x7FFFFFFFu
#define GLOBAL_HINT_FINAL 0x80000000u
value load_global(struct frame *frame, value name, cache_word *cache); /* fills the cache */
static inline uint32_t global_version(uint64_t word)
{
    return (uint32_t)(word >> 32) & DICT_VERSION_LAST;
}
static inline value global_value(uint64_t word)
{
    return value_of(object_by_number((uint32_t)word));
}
bool delete_global(struct frame *frame, value name);
bool setup_annotations(struct frame *frame);
value import_operand(struct frame *frame, value name, value fromlist, value level);
value import_from(value module, value name);
bool import_star(struct frame *frame, value module);

/* build.c: `items` point to operands */
value build_set(const value *items, size_t n);
value build_map(const value *items, size_t pairs);
value build_const_key_map(const value *items, size_t n, value keys);
value build_string(const value *items, size_t n);
value binary_slice(value container, value start, value stop);
bool store_slice(value container, value start, value stop, value v);
bool list_extend_operand(value list, value iterable);
bool dict_update_operand(value dict, value mapping);
/* A callable as messages show it: "module.qualname()" without "builtins."; owned str, NULL error. */
value callable_text(value callable);
bool dict_merge_keywords(value callable, value dict, value mapping);
/* The items, owned, to place[-1], place[-2], ...: the first item on top. */
bool unpack_sequence(value sequence, uint32_t n, value *place);
bool unpack_ex(value sequence, uint32_t before, uint32_t after, value *place);
value format_operand(value v, unsigned conversion, value spec);
bool print_expression(value v);

/* invoke.c */
/* Call with the operands base[1] (self or NULL), base[2..], which stay there. kwnames: names of the last of them. */
value call_operands(value callable, const value *base, uint32_t nargs, value kwnames);
/* Call a C function with operands, which stay there. */
value call_builtin_operands(const struct method_def *def, struct signature *signature, value self,
                            const value *operands, uint32_t nargs);
value call_extended(struct interpreter *interpreter, value *base, bool has_mapping, struct frame **next);
value make_function(struct frame *frame, const value *parts, unsigned flags, value code);
/* For a class that object.__new__ and a Python __init__ serve: the new instance, owned, and in *init the function,
 * owned or borrowed (stack_borrow) up to the next quiescent point. NULL otherwise (an exception may be set). */
value instance_prepare(struct type *type, value *init);

/* handlers.c: exceptions, with, match, async */
int exception_matches_operand(value exception, value type);
bool exception_group_match(value exception, value type, value *rest, value *match);
value prepare_reraise_star(value original, value list);
bool raise_operands(value exception, value cause); /* true: a bare raise */
value before_with(value manager, value *exit);
value before_async_with(value manager, value *exit);
value with_except_start(value exit, value exception);
value get_yield_from_iter(struct frame *frame, value v);
value get_awaitable(value v, unsigned where);
value get_aiter(value v);
value get_anext(value v);
value async_gen_wrap(value v);
value match_keys(value subject, value keys);
value match_class(value subject, value cls, size_t positional, value names);

#endif
