/*
 * Chaos: pauses where threads meet (-X chaos=SEED).
 *
 * Most faults of concurrent code need two threads in a window of a few instructions. When chaos is on, a thread decides
 * at each safepoint, before atomic operations, and between the looks of lock-free readers whether to give the processor
 * away, to spin, or to sleep, so that those windows stay open for as long as it takes others to walk in.
 *
 * Each decision comes from a generator of the slot's own (xorshift64*, after Vigna), which begins with the seed and the
 * slot's number: the same seed gives the thread in a slot the same sequence of decisions. Seeds also differ in the
 * mixture, because some faults want many short pauses and others a few long ones.
 *
 * Off, a chaos point is one test of a word that nobody writes. Safepoints cost nothing more: a bit in the slot's
 * `poll`, raised for good when the thread sits down, sends them to their slow path.
 */
#include "threads/internal.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#define SLEEP_MOST_NS      200000
#define SPIN_MOST          4095
#define SAFEPOINTS_PER_ONE 16 /* safepoints are so much more frequent than other points: as much rarer are pauses */

bool chaos_is_on;
static uint64_t chaos_seed;

/* Of 65536 points: how many yield, spin, sleep. */
static const struct mixture {
    uint16_t yield, spin, sleep;
} mixtures[] = {
    {1024, 1024, 32},
    {3072, 256, 16},
    {256, 4096, 16},
    {256, 256, 128},
};
static const struct mixture *mixture = &mixtures[0];

/* A well-mixed word from a number (the finalizer of SplitMix64, after Steele, Lea and Flood). */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

void chaos_begin(uint64_t seed)
{
    chaos_seed = mix(seed);
    mixture = &mixtures[seed % (sizeof mixtures / sizeof *mixtures)];
    chaos_is_on = true;
}

void chaos_sit_down(struct thread_slot *slot)
{
    if (!chaos_is_on)
        return;
    if (!slot->chaos) /* an adopted slot goes on with its sequence */
        slot->chaos = mix(chaos_seed ^ slot->id) | 1;
    thread_request(slot, THREAD_POLL_CHAOS);
}

static uint64_t draw(struct thread_slot *self)
{
    uint64_t x = self->chaos;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    self->chaos = x;
    return x * 0x2545F4914F6CDD1Du;
}

static void pause_by(uint64_t drawn)
{
    uint32_t kind = drawn >> 48, amount = (uint32_t)drawn;
    if (kind < mixture->yield) {
        sched_yield();
    } else if ((kind -= mixture->yield) < mixture->spin) {
        for (volatile uint32_t i = amount & SPIN_MOST; i > 0; i--)
            ;
    } else if (kind - mixture->spin < mixture->sleep) {
        int kept = errno;
        nanosleep(&(struct timespec){.tv_nsec = amount % SLEEP_MOST_NS}, NULL);
        errno = kept;
    }
}

void chaos_pause(void)
{
    struct thread_slot *self = thread_self;
    if (self && self->chaos)
        pause_by(draw(self));
}

void chaos_safepoint(struct thread_slot *self)
{
    uint64_t drawn = draw(self);
    if (drawn % SAFEPOINTS_PER_ONE == 0)
        pause_by(drawn);
}

bool chaos_chance(uint32_t one_in)
{
    struct thread_slot *self = thread_self;
    return unlikely(chaos_is_on) && self && self->chaos && (draw(self) >> 32) % one_in == 0;
}
