/* Identifiers: which spellings are allowed (PEP 3131), their normal form, and the table that makes equal names equal
 * pointers. The table is an open-addressed array of pointers in the arena of the compilation; growing leaves the old
 * array behind, which the arena frees in the end. */
#include "runtime/compiler/syntax/lexer.h"
#include "runtime/objects/unicode/normalize.h"
#include "runtime/objects/unicode/unicode.h"

#include <stdlib.h>
#include <string.h>

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
    struct unicode_text normal = {0};
    const char *end = text + length;
    bool done = true;
    uint32_t c;
    for (int size; done && text < end && (size = utf8_decode(text, end, &c)) != 0; text += size) {
        done = unicode_decompose(&normal, UNICODE_NFKC, false, c);
    }
    done = done && unicode_finish(&normal, UNICODE_NFKC);
    char *spelling = done ? arena_alloc(arena, normal.length * 4 + 1) : NULL;
    size_t size = 0;
    for (size_t i = 0; spelling != NULL && i < normal.length; i++) {
        size += (size_t)utf8_encode(normal.points[i], spelling + size);
    }
    free(normal.points);
    return spelling == NULL ? NULL : ast_intern(arena, table, spelling, size);
}

const char *ident_find_invalid(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *at = text; at < end;) {
        uint32_t c;
        int size = utf8_decode(at, end, &c);
        if (size == 0 || !(unicode_flags(c) & (at == text ? UNICODE_XID_START : UNICODE_XID_CONTINUE))) {
            return at;
        }
        at += size;
    }
    return NULL;
}
