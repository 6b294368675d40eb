/*
 * Snapshot trial deletion with one count word and one reference slot per object: the protocol's core, RULES C1, C2, C3
 * and C5, and the parts of the cycle.
 *
 * A mutator's operations:
 *
 *   load    b := c.slot        racy read, then count, then verify that the slot still holds it (else undo)
 *   store   c.slot := b        count b, swap, uncount what was there (that marks it)
 *   give    c.slot := move b   swap without touching b's count, uncount what was there (marks it)
 *   take    b := move c.slot   take the reference out without touching its count, then mark the container
 *   erase   c.slot := nil      swap, uncount what was there
 *   drop    b := nil           uncount
 *   new     b := fresh object  born dirty
 *
 * With -DWEAK=bits (weak.pml) the objects named by the bits have weak references at the start.
 *
 * Besides what cycle.pml checks: no count goes negative, nothing is counted or uncounted in a dead block through a
 * reference that is owned, and a load yields what the slot held, not a block that was freed and reused meanwhile.
 *
 * Switches that must make a check fail:
 *   COUNT_AFTER_STORE      a store counts after it has swapped                                     (RULE C1)
 *   UNCOUNT_BEFORE_SWAP    a store uncounts what it is going to displace                           (RULE C1)
 *   NO_MARK_BY_COUNTING    counting does not set D                                                 (RULE C2)
 *   NO_MARK_AFTER_TAKE     nothing is marked after a reference left a slot without a count change  (RULE C3)
 *   MARK_BEFORE_TAKE       the container is marked, but before the reference leaves                (RULE C3)
 *   MARK_LATE              the container is marked an operation later, past a quiescent point        (RULES C3, C5)
 *   QUIET_BEFORE_COUNT     a quiescent point between reading a slot and counting                   (RULE C5)
 *   NO_VERIFY              a reader does not look at the slot again after it has counted
 *   ZERO_IS_CANDIDATE      the collector takes objects whose count is zero for candidates
 *   NO_VALIDATE            the collector does not look at the marks again
 *   NO_GRACE               the collector validates and reclaims without a grace period
 *   NO_EDGES_OF_BUSY       what is found marked at validation does not keep what the snapshot says it referred to
 */
#define NEDGE 1
#include "common.pml"

byte rc[NOBJ];    /* owned references: slots and registers */
byte slot[NOBJ];  /* the one reference each object can hold */
bool dirty[NOBJ]; /* D */

#define SLOT(o, k) slot[o]
#define BUSY(o) dirty[o]
#ifdef NO_MARK_BY_COUNTING
#define MARK_COUNT(o) skip
#else
#define MARK_COUNT(o) dirty[o] = true
#endif

#ifdef WEAK
#include "weak.pml"
#define HAS_WEAK(o) weak[o]
#else
#define HAS_WEAK(o) false
#endif

/* give up the reference to t (NIL: none); what dies drops its own in turn */
inline settle() {
    do
    :: d_step {
            t != NIL && !die ->
            assert(live[t] && rc[t] > 0);
            rc[t] = rc[t] - 1;
            MARK_COUNT(t);
            if :: rc[t] == 0 -> die = true :: else -> t = NIL fi
        }
#ifdef WEAK
    :: t != NIL && die && HAS_WEAK(t) -> clear_dying(t)
#endif
    :: d_step { t != NIL && die && !HAS_WEAK(t) -> note_death(t); q = t; t = slot[t]; slot[q] = NIL; q = 0; die = false }
    :: t == NIL -> break
    od
}

proctype mutator(byte m) {
    byte n, c, b, p, t, q, late;
    bool got, die, later;
    d_step { late = NIL; c = NIL; p = NIL; t = NIL };
    do
    :: n < QUOTA ->
        atomic {
            online[m] = true;
            n = n + 1;
            if :: c = 0 :: NREG > 1 -> c = 1 fi;
            if :: b = 0 :: NREG > 1 -> b = 1 fi;
            c = REG(m, c)
        };
        if
        :: MAY(OP_LOAD) && c != NIL && REG(m, b) == NIL ->
            assert(live[c]);
            raw[m] = slot[c];
#ifdef QUIET_BEFORE_COUNT
            quiesce();
            online[m] = true;
#endif
            if
            :: raw[m] != NIL ->
                /* count only what is not dead: the header of a dead block stays readable */
                d_step {
                    if
                    :: rc[raw[m]] > 0 -> rc[raw[m]] = rc[raw[m]] + 1; MARK_COUNT(raw[m]); got = true
                    :: else -> got = false
                    fi
                };
                if
                :: got ->
                    if
#ifdef NO_VERIFY
                    :: d_step { true ->
#else
                    :: d_step { slot[c] == raw[m] ->
#endif
                            assert(!stale[m] || slot[c] == raw[m]);
                            REG(m, b) = raw[m]
                        }
                    :: else -> t = raw[m]
                    fi
                :: else -> skip
                fi
            :: else -> skip
            fi;
            d_step { raw[m] = NIL; stale[m] = false; got = false }
        :: MAY(OP_STORE) && c != NIL && REG(m, b) != NIL ->
            p = REG(m, b);
#ifdef COUNT_AFTER_STORE
            d_step { assert(live[c]); t = slot[c]; slot[c] = p };
            d_step { assert(live[p]); rc[p] = rc[p] + 1; MARK_COUNT(p) }
#else
            d_step { assert(live[p]); rc[p] = rc[p] + 1; MARK_COUNT(p) };
#ifdef UNCOUNT_BEFORE_SWAP
            t = slot[c];
            settle();
            slot[c] = p
#else
            d_step { assert(live[c]); t = slot[c]; slot[c] = p }
#endif
#endif
        :: MAY(OP_GIVE) && c != NIL && REG(m, b) != NIL && c != REG(m, b) ->
            d_step { assert(live[c]); t = slot[c]; slot[c] = REG(m, b); REG(m, b) = NIL }
        :: MAY(OP_TAKE) && c != NIL && REG(m, b) == NIL ->
#ifdef MARK_BEFORE_TAKE
            dirty[c] = true;
#endif
            d_step { assert(live[c]); REG(m, b) = slot[c]; slot[c] = NIL };
#if defined(MARK_LATE)
            late = c
#elif !defined(NO_MARK_AFTER_TAKE) && !defined(MARK_BEFORE_TAKE)
            dirty[c] = true
#endif
        :: MAY(OP_ERASE) && c != NIL -> d_step { assert(live[c]); t = slot[c]; slot[c] = NIL }
        :: MAY(OP_DROP) && REG(m, b) != NIL -> d_step { t = REG(m, b); REG(m, b) = NIL }
        :: d_step {
                MAY(OP_NEW) && REG(m, b) == NIL && (!live[0] || !live[1] || !live[NOBJ - 1]) ->
                if :: !live[0] -> p = 0 :: else -> if :: !live[1] -> p = 1 :: else -> p = NOBJ - 1 fi fi;
                live[p] = true; slot[p] = NIL
            };
            d_step { rc[p] = 1; dirty[p] = true; REG(m, b) = p }
#ifdef WEAK
        :: MAY(OP_REVIVE) && REG(m, b) == NIL ->
            if
            :: d_step { wref[0] -> p = 0 }; revive()
            :: d_step { wref[1] -> p = 1 }; revive()
            :: d_step { NOBJ > 2 && wref[NOBJ - 1] -> p = NOBJ - 1 }; revive()
            :: else -> skip
            fi
        :: MAY(OP_ATTACH) && c != NIL && !wref[c] -> attach()
#endif
        :: else -> skip
        fi;
        d_step { c = NIL; p = NIL; b = 0 };
        settle();
        quiesce();
#ifdef MARK_LATE
        if
        :: late != NIL && later -> d_step { dirty[late] = true; late = NIL; later = false }
        :: else -> later = (late != NIL)
        fi
#endif
    :: else -> break
    od
}

#ifdef ZERO_IS_CANDIDATE
#define CANDIDATE live[o]
#else
#define CANDIDATE rc[o] > 0
#endif

inline snapshot_count(o) {
    /* fetch-and: clears D and returns the count. Zero: its last owner is freeing it, so nobody else may */
    d_step { cand[o] = CANDIDATE; rc0[o] = rc[o]; dirty[o] = false }
}

inline snapshot_edges(o) {
    if
    :: cand[o] ->
        e = slot[o];
        if
        :: dirty[o] -> keep[o] = true /* busy: its edge is not counted */
        :: else -> EDGE(o, 0) = e
        fi;
        e = 0
    :: else -> skip
    fi
}

#ifndef WEAK
inline validate(o) {
    if :: CONDEMNED(o) && dirty[o] -> keep[o] = true :: else -> skip fi
}
#endif

inline reclaim() {
    do
    :: o < NOBJ ->
        if
        :: CONDEMNED(o) ->
            d_step { e = slot[o]; slot[o] = NIL };
            /* with one slot each, what a condemned object refers to is condemned */
            if
            :: d_step { e != NIL -> assert(CONDEMNED(e) && rc[e] > 0); rc[e] = rc[e] - 1 }
            :: else -> skip
            fi;
            e = 0
        :: else -> skip
        fi;
        o = o + 1
    :: else -> o = 0; break
    od;
    do
    :: o < NOBJ ->
        if
        :: d_step { CONDEMNED(o) -> assert(live[o] && rc[o] == 0); note_death(o); dirty[o] = true }
        :: else -> skip
        fi;
        o = o + 1
    :: else -> o = 0; break
    od
}

#include "cycle.pml"

init {
    byte i, k, refs;
    atomic {
        do
        :: i < NOBJ -> slot[i] = NIL; dirty[i] = true; i = i + 1
        :: else -> i = 0; break
        od;
        do
        :: i < NMUT * NREG -> reg[i] = NIL; i = i + 1
        :: else -> i = 0; break
        od;
        do
        :: i < NMUT -> raw[i] = NIL; i = i + 1
        :: else -> i = 0; break
        od;
        live[0] = true; live[1] = true; slot[0] = 1;
#if START == 0
        /* a two-cycle 0 <-> 1, held by the first mutator through 0 and by the last through 1 */
        slot[1] = 0; rc[0] = 2; rc[1] = 1; REG(0, 0) = 0;
        if :: NMUT > 1 -> REG(NMUT - 1, 0) = 1; rc[1] = 2 :: else -> skip fi;
#elif START == 1
        /* 0 -> 1 and a self-reference 1 -> 1; every mutator holds 0 */
        slot[1] = 1; rc[1] = 2; rc[0] = NMUT;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
#elif START == 2
        /* 0 -> 1; every mutator holds 0 */
        rc[1] = 1; rc[0] = NMUT;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
#elif START == 4
        /* a ring of all objects that nobody can reach; nobody holds anything */
        slot[1] = NOBJ - 1; slot[NOBJ - 1] = 0; rc[0] = 1; rc[1] = 1; rc[NOBJ - 1] = 1; live[NOBJ - 1] = true;
#elif START == 5
        /* two islands, 0 <-> 1 and a self-reference 2 -> 2; nobody holds anything */
        slot[1] = 0; slot[2] = 2; rc[0] = 1; rc[1] = 1; rc[2] = 1; live[2] = true;
#else
        /* an island 0 <-> 1 that nobody can reach; the mutators work on the last object */
        slot[1] = 0; rc[0] = 1; rc[1] = 1; live[NOBJ - 1] = true; rc[NOBJ - 1] = NMUT;
        do
        :: i < NMUT -> REG(i, 0) = NOBJ - 1; i = i + 1
        :: else -> i = 0; break
        od;
#endif
#ifdef WEAK
        do
        :: i < NOBJ -> wref[i] = (WEAK & (1 << i)) != 0; weak[i] = wref[i]; i = i + 1
        :: else -> i = 0; break
        od;
#endif
#ifndef NO_COLLECTOR
        run collector();
#endif
        do
        :: i < NMUT -> run mutator(i); i = i + 1
        :: else -> i = 0; break
        od
    };
    /* at rest every count is right, and nothing without a reference is left over */
    (_nr_pr == 1);
    d_step {
        do
        :: i < NOBJ ->
#ifdef WEAK
            assert(wref[i] == weak[i] && !wlock[i] && (live[i] || !wref[i]));
#endif
            if
            :: live[i] ->
                refs = 0; k = 0;
                do
                :: k < NOBJ -> if :: live[k] && slot[k] == i -> refs = refs + 1 :: else -> skip fi; k = k + 1
                :: else -> k = 0; break
                od;
                do
                :: k < NMUT * NREG -> if :: reg[k] == i -> refs = refs + 1 :: else -> skip fi; k = k + 1
                :: else -> break
                od;
                assert(rc[i] == refs && refs > 0)
            :: else -> skip
            fi;
            i = i + 1
        :: else -> break
        od
    }
}
