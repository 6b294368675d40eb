/* Identifiers: which spellings are allowed (PEP 3131), their normal form, and the table that makes equal names equal
 * pointers. The table is an open-addressed array of pointers in the arena of the compilation; growing leaves the old
 * array behind, which the arena frees in the end.
 *
 * utf8proc knows general categories but not the properties XID_Start and XID_Continue; they are derived from the
 * categories with the exceptions that Unicode's PropList and the NFKC closure add. */
#include "runtime/compiler/syntax/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct ast_intern_table {
    uint32_t used;
    uint32_t mask; /* capacity - 1; the capacity is a power of two */
    struct ast_identifier **slots;
};

struct ast_intern_table *intern_table_new(struct arena *arena)
{
    enum { FIRST_CAPACITY = 64 };
    struct ast_intern_table *table = arena_alloc(arena, sizeof *table);
    if (table == NULL) {
        return NULL;
    }
    table->used = 0;
    table->mask = FIRST_CAPACITY - 1;
    table->slots = arena_alloc_zero(arena, FIRST_CAPACITY * sizeof *table->slots);
    return table->slots == NULL ? NULL : table;
}

static bool intern_table_grow(struct arena *arena, struct ast_intern_table *table)
{
    size_t capacity = ((size_t)table->mask + 1) * 4;
    struct ast_identifier **slots = arena_alloc_zero(arena, capacity * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i <= table->mask; i++) {
        struct ast_identifier *name = table->slots[i];
        if (name != NULL) {
            size_t at = name->hash & (capacity - 1);
            while (slots[at] != NULL) {
                at = (at + 1) & (capacity - 1);
            }
            slots[at] = name;
        }
    }
    table->slots = slots;
    table->mask = (uint32_t)(capacity - 1);
    return true;
}

ast_name intern_hashed(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length,
                       uint32_t hash)
{
    size_t at = hash & table->mask;
    for (struct ast_identifier *name; (name = table->slots[at]) != NULL; at = (at + 1) & table->mask) {
        if (name->hash == hash && name->length == length && memcmp(name->text, text, length) == 0) {
            return name;
        }
    }
    if (table->used >= table->mask / 2) {
        if (!intern_table_grow(arena, table)) {
            return NULL;
        }
        for (at = hash & table->mask; table->slots[at] != NULL; at = (at + 1) & table->mask) {
        }
    }
    struct ast_identifier *name = arena_alloc(arena, offsetof(struct ast_identifier, text) + length + 1);
    if (name == NULL) {
        return NULL;
    }
    name->hash = hash;
    name->length = (uint32_t)length;
    name->is_ascii = true;
    for (size_t i = 0; i < length; i++) {
        name->is_ascii &= (unsigned char)text[i] < 0x80;
    }
    memcpy(name->text, text, length);
    name->text[length] = '\0';
    table->slots[at] = name;
    table->used++;
    return name;
}

ast_name ast_intern(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length)
{
    uint32_t hash = IDENT_HASH_SEED;
    for (size_t i = 0; i < length; i++) {
        hash = ident_hash_step(hash, (unsigned char)text[i]);
    }
    return intern_hashed(arena, table, text, length, hash);
}

ast_name intern_normalized(struct arena *arena, struct ast_intern_table *table, const char *text, size_t length)
{
    utf8proc_uint8_t *normal = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &normal,
                                         UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    if (size < 0) {
        return NULL;
    }
    ast_name name = ast_intern(arena, table, (const char *)normal, (size_t)size);
    free(normal);
    return name;
}

/* Letters that are not XID_Start because their NFKC form begins with a space or a mark. */
static bool ident_is_not_start(uint32_t c)
{
    switch (c) {
    case 0x037A:
    case 0x0E33:
    case 0x0EB3:
    case 0x2E2F:
    case 0xFDFA:
    case 0xFDFB:
    case 0xFE70:
    case 0xFE72:
    case 0xFE74:
    case 0xFE76:
    case 0xFE78:
    case 0xFE7A:
    case 0xFE7C:
    case 0xFE7E:
    case 0xFF9E:
    case 0xFF9F:
        return true;
    default:
        return c >= 0xFC5E && c <= 0xFC63;
    }
}

static bool ident_is_start(uint32_t c)
{
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
        return !ident_is_not_start(c);
    default:
        return c == '_' || c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E;
    }
}

static bool ident_is_continue(uint32_t c)
{
    if (ident_is_start(c)) {
        return true;
    }
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return c == 0x00B7 || c == 0x0387 || (c >= 0x1369 && c <= 0x1371) || c == 0x19DA || c == 0x0E33 ||
               c == 0x0EB3 || c == 0xFF9E || c == 0xFF9F;
    }
}

const char *ident_find_invalid(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *at = text; at < end;) {
        uint32_t c;
        int size = utf8_decode(at, end, &c);
        if (size == 0 || !(at == text ? ident_is_start(c) : ident_is_continue(c))) {
            return at;
        }
        at += size;
    }
    return NULL;
}

bool ident_is_printable(uint32_t code_point)
{
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    case UTF8PROC_CATEGORY_ZS:
        return code_point == ' ';
    default:
        return true;
    }
}
