/*
 * The _random module: the Mersenne Twister (Matsumoto, Nishimura: MT19937, ACM TOMACS 8:1, 1998; seeding by an array as
 * in their revision of 2002), beneath random.Random.
 *
 * A generator's state is used and changed under its lock: each number, and each int of many bits, is one step.
 */
#include "runtime/modules/module.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>
#include <sys/random.h>

#define WORDS 624
#define SHIFT 397

struct twister {
    uint32_t next; /* WORDS: all were given out */
    uint32_t words[WORDS];
};
struct random {
    struct object header;
    struct twister twister; /* under the lock */
};
#define SELF(v) ((struct random *)(v))
static struct type *random_type;

/* ---- the twister ---- */

static uint32_t twist(uint32_t high, uint32_t low)
{
    return (((high & 0x80000000) | (low & 0x7FFFFFFF)) >> 1) ^ (low & 1 ? 0x9908B0DF : 0);
}

static void renew(struct twister *t)
{
    uint32_t *w = t->words;
    int i = 0;
    for (; i < WORDS - SHIFT; i++)
        w[i] = w[i + SHIFT] ^ twist(w[i], w[i + 1]);
    for (; i < WORDS - 1; i++)
        w[i] = w[i + SHIFT - WORDS] ^ twist(w[i], w[i + 1]);
    w[i] = w[SHIFT - 1] ^ twist(w[i], w[0]);
    t->next = 0;
}

static uint32_t next_word(struct twister *t)
{
    if (unlikely(t->next >= WORDS))
        renew(t);
    uint32_t y = t->words[t->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680;
    y ^= (y << 15) & 0xEFC60000;
    return y ^ (y >> 18);
}

static void seed_by_words(struct twister *t, const uint32_t *key, size_t length)
{
    uint32_t *w = t->words;
    w[0] = 19650218;
    for (uint32_t i = 1; i < WORDS; i++)
        w[i] = 1812433253 * (w[i - 1] ^ (w[i - 1] >> 30)) + i;
    size_t i = 1, steps = length > WORDS ? length : WORDS;
    for (size_t k = 0, j = 0; k < steps; k++) {
        thread_report_at(k + 1);
        w[i] = (w[i] ^ ((w[i - 1] ^ (w[i - 1] >> 30)) * 1664525)) + key[j] + (uint32_t)j;
        if (++i == WORDS) {
            w[0] = w[WORDS - 1];
            i = 1;
        }
        if (++j == length)
            j = 0;
    }
    for (size_t k = 1; k < WORDS; k++) {
        w[i] = (w[i] ^ ((w[i - 1] ^ (w[i - 1] >> 30)) * 1566083941)) - (uint32_t)i;
        if (++i == WORDS) {
            w[0] = w[WORDS - 1];
            i = 1;
        }
    }
    w[0] = 0x80000000;
    t->next = WORDS;
}

/* ---- seeds ---- */

static void set_state(struct random *r, const struct twister *t)
{
    object_lock(&r->header);
    r->twister = *t;
    object_unlock(&r->header);
}

/* The magnitude of the int, word by word. */
static bool seed_by_int(struct twister *t, value exact)
{
    value number = int_absolute(exact);
    if (!number)
        return false;
    size_t bits = int_bit_length(number), length = bits ? (bits - 1) / 32 + 1 : 1;
    uint32_t few[32], *key = length <= sizeof few / 4 ? few : raw_alloc(4 * length);
    bool done = key && int_to_bytes(number, (uint8_t *)key, 4 * length, true, false);
    if (done)
        seed_by_words(t, key, length);
    else if (!key)
        raise_no_memory();
    if (key != few)
        raw_free(key);
    value_dec(number);
    return done;
}

static bool seed(struct random *r, value given)
{
    struct twister t;
    if (is_none(given)) {
        uint32_t key[WORDS];
        size_t done = 0;
        while (done < sizeof key) {
            ssize_t got = getrandom((uint8_t *)key + done, sizeof key - done, 0);
            if (got > 0)
                done += (size_t)got;
        }
        seed_by_words(&t, key, WORDS);
    } else if (is_int(given)) {
        if (!seed_by_int(&t, int_exact(given)))
            return false;
    } else {
        int64_t hash;
        if (!value_hash(given, &hash))
            return false;
        uint32_t key[2] = {(uint32_t)hash, (uint32_t)((uint64_t)hash >> 32)};
        seed_by_words(&t, key, key[1] ? 2 : 1);
    }
    set_state(r, &t);
    return true;
}

/* ---- Random ---- */

static value random_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, type->gc.instance_size));
}
static bool random_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (value_type_slot(self, init) == random_init && !no_keywords("Random", kwnames))
        return false;
    if (nargs > 1)
        return raise_false(EXC(TypeError), "Random() requires 0 or 1 argument");
    return seed(SELF(self), nargs ? args[0] : VALUE_NONE);
}

static value random_random(value self)
{
    struct random *r = SELF(self);
    object_lock(&r->header);
    uint32_t high = next_word(&r->twister) >> 5, low = next_word(&r->twister) >> 6;
    object_unlock(&r->header);
    return float_new((high * 67108864.0 + low) * (1.0 / 9007199254740992.0));
}

static value random_getrandbits(value self, value given)
{
    struct random *r = SELF(self);
    int bits;
    if (!value_as_int(given, &bits))
        return NULL;
    if (bits < 0)
        return raise(EXC(ValueError), "number of bits must be non-negative");
    if (bits == 0)
        return small_int(0);
    if (bits <= 32) {
        object_lock(&r->header);
        uint32_t word = next_word(&r->twister);
        object_unlock(&r->header);
        return small_int(word >> (32 - bits));
    }
    size_t length = ((size_t)bits - 1) / 32 + 1;
    uint32_t few[64], *words = length <= sizeof few / 4 ? few : raw_alloc(4 * length);
    if (!words)
        return raise_no_memory();
    object_lock(&r->header);
    for (size_t i = 0; i < length; i++) {
        words[i] = next_word(&r->twister);
        thread_report_at(i + 1);
    }
    object_unlock(&r->header);
    if (bits % 32)
        words[length - 1] >>= 32 - bits % 32;
    value result = int_from_bytes((uint8_t *)words, 4 * length, true, false);
    if (words != few)
        raw_free(words);
    return result;
}

static value random_seed(value self, value given)
{
    return seed(SELF(self), given) ? VALUE_NONE : NULL;
}

static value random_getstate(value self)
{
    struct random *r = SELF(self);
    object_lock(&r->header);
    struct twister t = r->twister;
    object_unlock(&r->header);
    value state = tuple_new(WORDS + 1);
    if (!state)
        return NULL;
    for (size_t i = 0; i < WORDS; i++)
        tuple_init(state, i, small_int(t.words[i]));
    tuple_init(state, WORDS, small_int(t.next));
    return state;
}

static value random_setstate(value self, value state)
{
    struct twister t;
    uint64_t word;
    int64_t next;
    if (!is_tuple(state))
        return raise(EXC(TypeError), "state vector must be a tuple");
    if (tuple_length(state) != WORDS + 1)
        return raise(EXC(ValueError), "state vector is the wrong size");
    for (size_t i = 0; i < WORDS; i++) {
        value item = tuple_get(state, i);
        if (!is_int(item))
            return raise(EXC(TypeError), "an integer is required");
        if (int_sign(item) < 0)
            return raise(EXC(OverflowError), "can't convert negative value to unsigned int");
        if (!int_as_u64(item, &word))
            return raise(EXC(OverflowError), "Python int too large to convert to C unsigned long");
        t.words[i] = (uint32_t)word;
    }
    if (!value_as_i64(tuple_get(state, WORDS), &next))
        return NULL;
    if (next < 0 || next > WORDS)
        return raise(EXC(ValueError), "invalid state");
    t.next = (uint32_t)next;
    set_state(SELF(self), &t);
    return VALUE_NONE;
}

static const struct method_def random_methods[] = {
    METHOD("random", random_random, "($self, /)", "random() -> x in the interval [0, 1)."),
    METHOD("seed", random_seed, "($self, n=None, /)",
           "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\n"
           "of the current time and the process identifier."),
    METHOD("getstate", random_getstate, "($self, /)", "getstate() -> tuple containing the current state."),
    METHOD("setstate", random_setstate, "($self, state, /)", "setstate(state) -> None.  Restores generator state."),
    METHOD("getrandbits", random_getrandbits, "($self, k, /)",
           "getrandbits(k) -> x.  Generates an int with k random bits."),
    {0},
};
static const struct type_spec random_spec = {
    .name = "_random.Random",
    .doc = "Random() -> create a random number generator with its own internal state.",
    .size = sizeof(struct random),
    .flags = TYPE_FLAG_BASE,
    .slots = {.new = random_new, .init = random_init},
    .methods = random_methods,
};

static bool fill(value module)
{
    return module_define_type(module, &random_type, &random_spec);
}
const struct module_def _random_module = {
    .name = "_random", .doc = "Module implements the Mersenne Twister random number generator.", .fill = fill};
