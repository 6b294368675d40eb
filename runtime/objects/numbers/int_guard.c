/*
 * Calls of GMP that may run out of memory, or be interrupted.
 *
 * GMP has no way to say that it cannot go on: a call that is to end early is left by a jump. That is safe because GMP
 * only computes. It calls nothing but the C library's functions on memory and its own allocation functions, which are
 * those below, and keeps nothing between calls. So what a jump leaves behind is the blocks that the call has taken, and
 * those are in a chain: guard() frees them. What the call was to write is thrown away by the caller.
 *
 * The jump starts at an allocation, or in a signal handler if the instruction that the signal came at is one of GMP's
 * own, which excludes the C library's allocator, the dynamic linker, and everything else that might be in the middle of
 * something. Where it is not, the signal is noticed at the next allocation.
 */
#include "runtime/objects/numbers/int.h"
#include "runtime/interpreter.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <ucontext.h>

enum outcome { GUARD_DONE, GUARD_NO_MEMORY, GUARD_RAISED, GUARD_INTERRUPTED };

/* Before each block that GMP has; on its own, or in a guard's chain. */
struct block {
    struct block *next, *previous;
};
_Static_assert(sizeof(struct block) == 16, "GMP's blocks stay aligned");

struct guard {
    sigjmp_buf escape;
    struct block chain; /* head */
    struct guard *outer;
    bool long_call; /* in a blocking region */
};
static _Thread_local struct guard *volatile guarding; /* the innermost call of the thread */

/* ---- memory for GMP ---- */

static void block_insert(struct block *block)
{
    struct block *head = &guarding->chain;
    *block = (struct block){head->next, head};
    head->next->previous = block;
    head->next = block;
}

static void block_remove(struct block *block)
{
    block->next->previous = block->previous;
    block->previous->next = block->next;
    block->next = block->previous = block;
}

static _Noreturn void leave(enum outcome outcome)
{
    siglongjmp(guarding->escape, outcome);
}

_Noreturn void int_guard_no_memory(void)
{
    leave(GUARD_NO_MEMORY);
}

/* In a long call handlers of signals run, as they do between two steps of CPython's own arithmetic. */
static void run_handlers(void)
{
    struct guard *guard = guarding;
    struct thread_slot *self = thread_self;
    if (!guard->long_call || !(atomic_load_explicit(&self->poll, memory_order_relaxed) & THREAD_POLL_RUNTIME))
        return;
    guarding = NULL;
    thread_leave_blocking();
    int raised = thread_safepoint_at(self, THREAD_IN_WAIT);
    thread_enter_blocking();
    guarding = guard;
    if (raised)
        leave(GUARD_RAISED);
}

static void *gmp_allocate(size_t size)
{
    run_handlers();
    struct block *block = raw_alloc(sizeof *block + size);
    if (unlikely(!block))
        leave(GUARD_NO_MEMORY);
    block_insert(block);
    return block + 1;
}

static void *gmp_reallocate(void *old, size_t old_size, size_t size)
{
    struct block *block = (struct block *)old - 1, *moved;
    run_handlers();
    block_remove(block);
    moved = realloc(block, sizeof *block + size);
    block_insert(moved ? moved : block);
    if (unlikely(!moved))
        leave(GUARD_NO_MEMORY);
    return moved + 1;
}

static void gmp_free(void *p, size_t size)
{
    struct block *block = (struct block *)p - 1;
    block_remove(block);
    free(block);
}

/* ---- where GMP is ---- */

static uintptr_t code_start, code_end; /* written once */

static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
    if (!info->dlpi_name || !strstr(info->dlpi_name, "/libgmp.so"))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X)) {
            code_start = info->dlpi_addr + segment->p_vaddr;
            code_end = code_start + segment->p_memsz;
        }
    }
    return 1;
}

static void gmp_install(void)
{
    mp_set_memory_functions(gmp_allocate, gmp_reallocate, gmp_free);
    dl_iterate_phdr(find_code, NULL);
}

void int_interrupt(const void *context)
{
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) /* which delivers signals at places of its own */
    uintptr_t at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    if (guarding && guarding->long_call && at >= code_start && at < code_end)
        leave(GUARD_INTERRUPTED);
#endif
}

/* ---- calls ---- */

static enum outcome guard(void (*call)(void *context), void *context, bool long_call)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, gmp_install);
    struct guard guard = {.outer = guarding, .long_call = long_call, .chain = {&guard.chain, &guard.chain}};
    /* The signal that a jump comes from is blocked meanwhile; short calls are never left so. */
    enum outcome outcome = (enum outcome)sigsetjmp(guard.escape, long_call);
    if (outcome == GUARD_DONE) {
        guarding = &guard;
        call(context);
    }
    guarding = guard.outer;
    while (guard.chain.next != &guard.chain) {
        struct block *block = guard.chain.next;
        block_remove(block);
        if (outcome != GUARD_DONE) /* else it is the result's */
            free(block);
    }
    return outcome;
}

bool int_guarded(void (*call)(void *context), void *context)
{
    return guard(call, context, false) == GUARD_DONE || raise_no_memory() != NULL;
}

bool int_guarded_long(void (*call)(void *context), void *context, mp_size_t limbs)
{
    if (limbs < INT_LONG_LIMBS)
        return int_guarded(call, context);
    thread_enter_blocking();
    enum outcome outcome = guard(call, context, true);
    thread_leave_blocking();
    if (outcome == GUARD_NO_MEMORY)
        return raise_no_memory() != NULL;
    /* Handlers that run now may have taken the default one away; its promise is kept all the same. */
    if (outcome == GUARD_INTERRUPTED && thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0)
        raise(EXC(KeyboardInterrupt), "");
    return outcome == GUARD_DONE;
}
