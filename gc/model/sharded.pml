/*
 * Sharded counts: biased.pml, and object 0 may be switched to them.
 *
 * After the switch the shared word says SHARD and every thread counts in a plain cell of its own, with a D of its own; the
 * owner goes on counting in the local word until that reaches zero, then in its cell. Nobody frees the object promptly.
 * The collector clears D in the local word, the shared word and each cell, sums what it read, and looks at every D again.
 * A cell may be negative, and so may a sum that was torn; a sum that stays unmarked is exact at the moment of the last
 * clear, because each word was unchanged from its own clear to its own second look. A sharded object whose total is zero
 * IS a candidate: nobody else will free it.
 *
 * The switch, by a thread that owns a reference and is not the owner: read the shared word; add its count to the own cell
 * (plain, with D); compare-and-swap the shared word to SHARD with count 0 and D; on failure take the count out of the cell
 * again. Until the swap the cell is nobody's business; after it nobody changes the shared count. What it may meet:
 *   - the object is queued: the reference of the queue moved along; who works off the queue finds SHARD and uncounts;
 *   - the owner's count ends meanwhile: one of the two atomic steps is first, the other finds what it left;
 *   - a merge has taken the local count out and finds SHARD: the rest goes into the merging thread's cell.
 *
 * Switches that must make a check fail, besides those of biased.pml:
 *   NO_MARK_CELL       counting in a cell does not set the cell's D                           (RULE C2)
 *   CELLS_UNWATCHED    the collector sums the cells but does not look at their D again
 *   SWITCH_WITHOUT_CAS the switch reads and then writes the shared word
 *   FREE_SHARDED       the owner's last local uncount frees as if the object were not sharded
 *   MERGE_SHARDED      a merge that finds SHARD drops what it took out of the local word
 *   ZERO_IS_FREED      a sharded object with total zero is no candidate (COMPLETE fails: it stays for ever)
 *   QUIET_BEFORE_KEPT  what is used uncounted is counted after the quiescent state instead of before it
 *   PEEK_ANY           objects whose counts are not sharded are used uncounted, too
 *
 * Going back (with -DCOOL): whatever has no owner may be switched, a leaf, too (LEAF: no snapshot sees object 0), and what
 * has one is put into its merge queue first, with a reference for the queue. The collector, before its cycle, exchanges the
 * shared word from SHARD to QUEUED with count 1, waits for a grace period, adds up the cells and merges. Until then whoever
 * read SHARD counts in its cell, others in the shared word; what was used uncounted is counted there, too.
 *
 *   COOL_AT_ONCE       the cells are added up without a grace period
 *   COOL_TO_MERGED     the shared word says MERGED at once, with the collector's reference, which is dropped after the
 *                      grace period: whoever drops the last count there lets the object die
 *   SETTLE_SHARDED     what is used uncounted is counted only if it is still sharded then
 *   NO_COLD_DEATH      an object whose total turns out to be zero is left alone
 *   ASK_WITHOUT_REF    what has an owner is put into its merge queue without a reference for the queue
 *   FORGET_CELL        the collector adds up the cells before it exchanges the shared word
 *
 * Using uncounted (with -DPEEK, operation OP_PEEK): since the collector alone frees a sharded object, after a grace period, a mutator that read
 * one from a slot need not count it as long as it is not quiescent, whatever happens to the slot: it may even be the one
 * that empties it. Before its quiescent state it counts what it still uses.
 */
#define SHARDED
#include "common.pml"

#ifdef NO_MARK_SWITCH
#define MARK_SWITCH(word) skip
#else
#define MARK_SWITCH(word) word = true
#endif

inline switch_to_sharded() {
    d_step { y = sh[0]; f = ws[0] };
    x = cell[m];
    d_step { cell[m] = x + y; MARK_SWITCH(dc[m]); x = 0 };
#ifdef SWITCH_WITHOUT_CAS
    got = (sh[0] == y && ws[0] == f);
#endif
    d_step {
        if
#ifdef SWITCH_WITHOUT_CAS
        :: got ->
#else
        :: sh[0] == y && ws[0] == f ->
#endif
            ws[0] = SHARD; sh[0] = 0; MARK_SWITCH(ds[0]); y = 0
        :: else -> skip
        fi;
        got = false;
        f = 0
    };
    if
    :: y != 0 ->
        x = cell[m];
        d_step { cell[m] = x - y; MARK_SWITCH(dc[m]); x = 0; y = 0 }
    :: else -> skip
    fi
}

#ifdef COOL
/* the owner is to merge it: the queue gets a reference */
inline ask_to_merge() {
    p = own[0];
    if
    :: p != NIL && p != m ->
        if
#ifdef ASK_WITHOUT_REF
        :: d_step { ws[0] == PLAIN -> ws[0] = QUEUED; ds[0] = true; got = true }
#else
        :: d_step { ws[0] == PLAIN -> ws[0] = QUEUED; sh[0] = sh[0] + 1; ds[0] = true; got = true }
#endif
        :: else -> skip
        fi;
        if :: d_step { got -> assert(inq[0] == NIL); inq[0] = p; got = false } :: else -> skip fi
    :: else -> skip
    fi
}

inline add_cells() {
    do
    :: d_step { i <= NMUT -> y = y + cell[i]; i = i + 1 }
    :: else -> i = 0; break
    od
}

inline cool() {
#ifdef FORGET_CELL
    add_cells();
#endif
    if
    :: d_step {
            ws[0] == SHARD ->
#ifdef COOL_TO_MERGED
            ws[0] = MERGED;
#else
            ws[0] = QUEUED;
#endif
            sh[0] = 1; ds[0] = true
        };
#ifndef COOL_AT_ONCE
        grace_period();
#endif
#ifndef FORGET_CELL
        add_cells();
#endif
        do
        :: d_step { i <= NMUT -> cell[i] = 0; i = i + 1 }
        :: else -> i = 0; break
        od;
        skip;
        d_step { sh[0] = sh[0] + y; ws[0] = MERGED; ds[0] = true; y = 0 };
#ifdef NO_COLD_DEATH
        if :: d_step { sh[0] == 1 -> sh[0] = 0 } :: else -> t = 0; settle(NMUT, false) fi
#else
        t = 0;
        settle(NMUT, false)
#endif
    :: else -> y = 0
    fi
}
#endif

#include "biased.pml"
