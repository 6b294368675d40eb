/* Descriptors of objects: what changes the word in more than a count. */
#include "runtime/modules/system/descriptor.h"

#include "runtime/error.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A closed descriptor that was in use when its object got another one. */
struct descriptor_left {
    struct descriptor_left *next;
    int fd;
};

_Atomic uint64_t descriptor_process;

void descriptor_after_fork(void)
{
    uint64_t next = atomic_load(&descriptor_process) + (DESCRIPTOR_PROCESS & -DESCRIPTOR_PROCESS);
    atomic_store(&descriptor_process, next & DESCRIPTOR_PROCESS);
}

/* A word for the number, with those who are inside. */
static uint64_t word_with(int fd, uint64_t word)
{
    uint64_t number = fd < 0 ? UINT32_MAX : (uint32_t)fd;
    return number | (word & (DESCRIPTOR_PROCESS | DESCRIPTOR_USERS | DESCRIPTOR_LEFT));
}
static bool change(struct descriptor *d, uint64_t *word, uint64_t to)
{
    chaos_point();
    return atomic_compare_exchange_weak_explicit(&d->word, word, to, memory_order_acq_rel, memory_order_relaxed);
}

/* ---- those before ---- */
static void left_add(struct descriptor *d, struct descriptor_left *list)
{
    if (!list)
        return;
    struct descriptor_left *last = list;
    while (last->next)
        last = last->next;
    last->next = atomic_load(&d->left);
    while (!atomic_compare_exchange_weak(&d->left, &last->next, list))
        ;
}
static void left_close(struct descriptor_left *list)
{
    while (list) {
        struct descriptor_left *next = list->next;
        close(list->fd);
        free(list);
        list = next;
    }
}

void descriptor_leave_marked(struct descriptor *d)
{
    int error = errno;
    struct descriptor_left *left = NULL;
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed), next;
    bool last;
    do {
        left_add(d, left);
        next = word - DESCRIPTOR_USER;
        last = !(next & DESCRIPTOR_USERS);
        /* Taken before we are out: what another thread adds afterwards may have users that came after us. */
        left = last ? atomic_exchange(&d->left, NULL) : NULL;
        if (last)
            next = (next & DESCRIPTOR_CLOSING ? word_with(-1, next) : next) & ~DESCRIPTOR_LEFT;
    } while (!change(d, &word, next));
    if (last && word & DESCRIPTOR_CLOSING)
        close((int)word);
    left_close(left);
    errno = error;
}

/* ---- the number ---- */
void descriptor_init(struct descriptor *d, int fd)
{
    atomic_init(&d->left, NULL);
    atomic_store_explicit(&d->word, word_with(fd, descriptor_here(0)), memory_order_release);
}

bool descriptor_put(struct descriptor *d, int fd)
{
    struct descriptor_left *left = NULL;
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed), here, next;
    bool in_use;
    do {
        here = descriptor_here(word);
        in_use = here & DESCRIPTOR_CLOSING && here & DESCRIPTOR_USERS;
        if (in_use && !left && !(left = malloc(sizeof *left)))
            return raise_no_memory() != NULL;
        /* We are inside until the old number is in the list: nobody is the last one before. */
        next = word_with(fd, here);
        if (in_use)
            next = (next + DESCRIPTOR_USER) | DESCRIPTOR_LEFT;
    } while (!change(d, &word, next));
    if (!in_use) {
        free(left);
        if (word & DESCRIPTOR_CLOSING) /* its users are in another process */
            close((int)word);
        return true;
    }
    *left = (struct descriptor_left){.fd = (int)word};
    left_add(d, left);
    descriptor_leave_marked(d);
    return true;
}

int descriptor_take(struct descriptor *d)
{
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed);
    do {
        if (!descriptor_is_open(word))
            return -1;
    } while (!change(d, &word, word_with(-1, descriptor_here(word))));
    return (int)word;
}

int descriptor_close(struct descriptor *d)
{
    uint64_t word = atomic_load_explicit(&d->word, memory_order_relaxed), here;
    do {
        here = descriptor_here(word);
        if ((int32_t)here < 0 || (here & DESCRIPTOR_CLOSING && here & DESCRIPTOR_USERS))
            return 0;
    } while (!change(d, &word, here & DESCRIPTOR_USERS ? here | DESCRIPTOR_CLOSING : word_with(-1, here)));
    return here & DESCRIPTOR_USERS ? 0 : close((int)word);
}
