/*
 * Revealed pages: an owner's count may end without an atomic operation. Part of biased.pml, with -DREVEALED.
 *
 * An owner's last uncount competes with readers, who count by a pointer that they read from a slot. As long as no other
 * thread looks into the object's page there is no competition, and two plain looks replace the compare-and-swap:
 *
 *   the owner    sees that the shared word is zero and the page unseen; stores local = 0 (with D); looks at the page
 *                again. Still unseen: the object is dead. Else it goes on with the compare-and-swap, as ever.
 *   a reader     that finds a plain shared word (nothing merged, queued or sharded) makes the page seen first: SHOWING;
 *                a barrier on every running thread (sys_membarrier); SEEN. Then it reads the local word, then the shared
 *                word. Both zero: the object is dead, or its owner is deciding. Else compare-and-swap, from the look at
 *                the local word again if that fails; then the second look at the slot.
 *
 * A page never becomes unseen again (not before a grace period). It does not matter how many objects a page has: here each
 * has its own, or all share one (-DONE_PAGE). They start unseen, with VIEWS=1 some of them seen.
 *
 * The one place where store order is modelled: the owner's local = 0 waits in its store buffer (buffered[o]) until it
 * drains, before the owner's second look or after it, or at a reader's barrier. The plain stores that follow come later.
 * A dead block's header is written with plain stores too, when the block is freed; until then its counts are both zero,
 * and the shared word is not merged.
 *
 * Switches that must make a check fail, besides those of biased.pml:
 *   NO_OWNER_LOOK      the owner does not look at the page again
 *   NO_LOCAL_LOOK      a reader does not look at the local word
 *   REVEAL_LATE        a reader looks at the counts, then makes the page seen
 *   NO_BARRIER         a reader makes the page seen without the barrier
 *   ONE_BARRIER        a reader that finds SHOWING takes it for SEEN, though the other's barrier may be under way
 *   RETRY_UNSEEN       a reader that finds the shared word merged, looks again and finds it plain, goes on without looking
 *                      at the page
 *   HIDE_PAGE          a page becomes unseen when a block of it is used again
 */
#define UNSEEN 0
#define SHOWING 1
#define SEEN 2
#ifndef VIEWS
#define VIEWS 0
#endif

byte view[NOBJ];     /* of pages */
bool buffered[NOBJ]; /* local = 0 | D is in its owner's store buffer */

#ifdef ONE_PAGE
#define PAGE(o) 0
#else
#define PAGE(o) (o)
#endif

inline drain(o) {
    if :: buffered[o] -> loc[o] = 0; MARK_LOCAL(o); buffered[o] = false :: else -> skip fi
}

/* what is read is in x (local), y and f (shared) */
inline look_at_counts(o) {
#ifndef NO_LOCAL_LOOK
    x = loc[o];
#else
    x = 1;
#endif
    d_step { y = sh[o]; f = ws[o] }
}

inline reveal(o) {
    if
#ifdef ONE_BARRIER
    :: view[PAGE(o)] == UNSEEN ->
#else
    :: view[PAGE(o)] != SEEN ->
#endif
        d_step { if :: view[PAGE(o)] == UNSEEN -> view[PAGE(o)] = SHOWING :: else -> skip fi };
#ifndef NO_BARRIER
        d_step { drain(0); drain(1); drain(NOBJ - 1) };
#endif
        view[PAGE(o)] = SEEN
    :: else -> skip
    fi
}

/* What is merged or queued can be counted without a look at the page; but then the look must be the
   one that the compare-and-swap compares with. A reader that looks again begins anew. */
#ifdef RETRY_UNSEEN
#define IS_PUBLIC(o) false
#else
#define IS_PUBLIC(o) (ws[o] != PLAIN)
#endif

/* the shared word of o was plain a moment ago */
inline try_count_plain(o) {
#if defined(REVEAL_LATE)
    look_at_counts(o);
    reveal(o);
#elif defined(RETRY_UNSEEN)
    f = ws[o];
    if :: f == PLAIN || f == QUEUED -> reveal(o) :: else -> skip fi;
    look_at_counts(o);
#else
    reveal(o);
    look_at_counts(o);
#endif
    do
    :: d_step { y == 0 && (f == MERGED || f == PLAIN && x == 0) -> got = false }; break
#ifdef SHARDED
    :: d_step { f == SHARD -> x = cell[m] }; d_step { cell[m] = x + 1; MARK_CELL(m); got = true }; break
#endif
    :: f != SHARD && (y != 0 || f == QUEUED || f == PLAIN && x != 0) ->
        if
        :: d_step { ws[o] == f && sh[o] == y -> sh[o] = y + 1; MARK_SHARED(o); got = true }; break
        :: else -> look_at_counts(o)
        fi
    od;
    skip;
    d_step { x = 0; y = 0; f = 0 }
}

/* the owner's count of t ends: job is DIE if that is all, else there is a compare-and-swap to come */
inline end_unseen() {
    d_step { assert(live[t] && loc[t] == 1 && !buffered[t]); buffered[t] = true };
    if :: d_step { drain(t) } :: skip fi;
#ifdef NO_OWNER_LOOK
    job = DIE;
#else
    if :: view[PAGE(t)] == UNSEEN -> job = DIE :: else -> skip fi;
#endif
    d_step { drain(t) }
}
