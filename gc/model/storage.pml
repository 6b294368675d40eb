/*
 * Replaced storage: an object has two slots, and they are in a block of storage of its own that a mutator can replace
 * (list growth, dict resize). Counts are one word, as in single.pml.
 *
 * Writers of a container hold its lock; readers take none. To replace storage: fill the new block, publish it, mark the
 * container (RULE C4), retire the old block: it is freed after a grace period, of which the collector's walk through one
 * object is a reader too. A load reads the storage pointer, the slot, counts, then verifies the slot and the storage
 * pointer. The collector loads the storage pointer inside a read-side section, looks at D, and only then follows it.
 *
 * Operations: load, store, give, take, erase, drop, new of single.pml, with either slot; and
 *
 *   replace   new storage for the container, the old one retired
 *
 * What is checked besides: nobody looks into freed storage, and a load yields what the container held.
 *
 * Switches that must make a check fail:
 *   FREE_AT_ONCE          old storage is freed without a grace period
 *   NO_READ_SECTION       the collector follows storage pointers outside of a read-side section
 *   DEATH_FREES_STORAGE   a container that dies frees its storage at once
 *   VERIFY_SLOT_ONLY      a reader does not look at the storage pointer again (it is handed a block that was freed and
 *                         reused, through a slot of old storage)
 *   HEADER_FIRST          a block's count becomes 1 before its slots are empty
 *   NO_MARK_STORAGE, LENGTH_FIRST, NO_LOOK_BEFORE_FOLLOW   with LENGTH, see below             (RULE C4)
 *
 * What RULE C4's mark is for: with two passes (cycle.pml) every removal after the first one leaves a mark that stays, so
 * the mark adds nothing to the proof that the condemned are garbage. It makes fields that belong together readable
 * together. With -DLENGTH the number of slots to look at is kept in the object, beside the pointer: block 0 has room for
 * two, the other block for one. Growing: publish, mark, raise the length. Shrinking: lower the length, publish, mark. The
 * collector reads the pointer, then the length, then D, and follows only if D is clear. Storage that carries its own
 * capacity needs none of this.
 */
#define NEDGE 2
#include "common.pml"

byte rc[NOBJ];
bool dirty[NOBJ]; /* D */

/* Object 0 alternates between storage blocks 0 and NOBJ; every other object keeps the block of its own number. */
#define CURRENT 0
#define RETIRED 1
#define FREED 2
byte st0;            /* object 0's storage pointer */
byte sl[2 * NOBJ + 2]; /* the slots of all storage blocks */
byte state[NOBJ + 1];
#ifdef LENGTH
byte len0;           /* how many of object 0's slots are to be looked at */
#define LEN(o) ((o) == 0 -> len0 : 2)
#else
#define LEN(o) 2
#endif
bool lock0;          /* object 0's lock (what writers do to the others is one step) */
bool seen2[NMUT];    /* quiescent since the reclaimer's grace period started */
bool reading;        /* the collector is in a read-side section */
bool seen3;          /* or was outside of one since then */

#define ST(o) ((o) == 0 -> st0 : (o))
#define SL(s, k) sl[2 * (s) + (k)]
#define SLOT(o, k) SL(ST(o), k)
#define BUSY(o) dirty[o]
#define OTHER (st0 == 0 -> NOBJ : 0)

inline quiesce2() {
    atomic {
        online[m] = false;
        seen[m] = true;
        seen2[m] = true
    }
}

/* give up the reference to t (NIL: none); the dying drop their own one after the other, and leave the slots as they are */
inline settle() {
    do
    :: d_step {
            t != NIL ->
            assert(live[t] && rc[t] > 0);
            rc[t] = rc[t] - 1;
            dirty[t] = true;
            if :: rc[t] == 0 -> dying[t] = 1 :: else -> skip fi;
            t = NIL
        }
    :: t == NIL && (dying[0] != 0 || dying[1] != 0 || dying[NOBJ - 1] != 0) ->
        d_step {
            if :: dying[0] != 0 -> q = 0 :: else -> if :: dying[1] != 0 -> q = 1 :: else -> q = NOBJ - 1 fi fi;
            if
            :: dying[q] < 3 -> t = SLOT(q, dying[q] - 1); dying[q] = dying[q] + 1
            :: else ->
                note_death(q);
                dying[q] = 0;
#ifdef DEATH_FREES_STORAGE
                if :: q == 0 -> state[st0] = FREED :: else -> skip fi
#else
                if :: q == 0 -> state[st0] = RETIRED :: else -> skip fi
#endif
            fi;
            q = 0
        }
    :: t == NIL && dying[0] == 0 && dying[1] == 0 && dying[NOBJ - 1] == 0 -> break
    od
}

inline acquire() {
    if :: c == 0 -> atomic { !lock0 -> lock0 = true } :: else -> skip fi
}
inline release() {
    if :: c == 0 -> lock0 = false :: else -> skip fi
}

proctype mutator(byte m) {
    byte n, c, b, k, p, t, q, s;
    byte dying[NOBJ];
    bool got, wrong;
    d_step { c = NIL; p = NIL; t = NIL };
    do
    :: n < QUOTA ->
        atomic {
            online[m] = true;
            n = n + 1;
            if :: c = 0 :: NREG > 1 -> c = 1 fi;
            if :: b = 0 :: NREG > 1 -> b = 1 fi;
            if :: k = 0 :: k = 1 fi;
            c = REG(m, c);
#ifdef LENGTH
            if :: c == 0 -> k = 0 :: else -> skip fi
#endif
        };
        if
        :: MAY(OP_LOAD) && c != NIL && REG(m, b) == NIL ->
            s = ST(c);
            d_step { assert(state[s] != FREED); raw[m] = SL(s, k) };
            if
            :: raw[m] != NIL ->
                d_step {
                    if
                    :: rc[raw[m]] > 0 -> rc[raw[m]] = rc[raw[m]] + 1; dirty[raw[m]] = true; got = true
                    :: else -> got = false
                    fi
                };
                if
                :: got ->
                    d_step {
                        assert(state[s] != FREED);
                        got = (SL(s, k) == raw[m]);
                        wrong = (stale[m] && SLOT(c, k) != raw[m])
                    };
                    if
#ifdef VERIFY_SLOT_ONLY
                    :: d_step { got ->
#else
                    :: d_step { got && ST(c) == s ->
#endif
                            assert(!wrong);
                            REG(m, b) = raw[m]
                        }
                    :: else -> t = raw[m]
                    fi
                :: else -> skip
                fi
            :: else -> skip
            fi;
            d_step { raw[m] = NIL; stale[m] = false; got = false; wrong = false }
        :: MAY(OP_STORE) && c != NIL && REG(m, b) != NIL ->
            p = REG(m, b);
            d_step { assert(live[p]); rc[p] = rc[p] + 1; dirty[p] = true };
            acquire();
            d_step { assert(live[c]); t = SLOT(c, k); SLOT(c, k) = p };
            release()
        :: MAY(OP_GIVE) && c != NIL && REG(m, b) != NIL ->
            acquire();
            d_step { assert(live[c]); t = SLOT(c, k); SLOT(c, k) = REG(m, b); REG(m, b) = NIL };
            release()
        :: MAY(OP_TAKE) && c != NIL && REG(m, b) == NIL ->
            acquire();
            d_step { assert(live[c]); REG(m, b) = SLOT(c, k); SLOT(c, k) = NIL };
            dirty[c] = true;
            release()
        :: MAY(OP_ERASE) && c != NIL ->
            acquire();
            d_step { assert(live[c]); t = SLOT(c, k); SLOT(c, k) = NIL };
            release()
        :: MAY(OP_REPLACE) && c == 0 ->
            acquire();
            if
            :: d_step {
                    state[OTHER] == FREED ->
                    q = OTHER;
                    s = st0;
                    SL(q, 0) = SL(s, 0);
                    SL(q, 1) = SL(s, 1);
                    state[q] = CURRENT
                };
#ifdef LENGTH
                if :: s == 0 -> len0 = 1 :: else -> skip fi;
#endif
                st0 = q;
#ifndef NO_MARK_STORAGE
                dirty[c] = true;
#endif
#ifdef LENGTH
                if :: q == 0 -> len0 = 2 :: else -> skip fi;
#endif
#ifdef FREE_AT_ONCE
                state[s] = FREED
#else
                state[s] = RETIRED
#endif
            :: else -> skip
            fi;
            release()
        :: MAY(OP_DROP) && REG(m, b) != NIL -> d_step { t = REG(m, b); REG(m, b) = NIL }
        :: d_step {
                MAY(OP_NEW) && REG(m, b) == NIL &&
                    ((!live[0] && (state[0] == FREED || state[NOBJ] == FREED)) || !live[1] || !live[NOBJ - 1]) ->
                if
                :: !live[0] && (state[0] == FREED || state[NOBJ] == FREED) ->
                    p = 0;
                    st0 = (state[0] == FREED -> 0 : NOBJ);
                    state[st0] = CURRENT
                :: else -> if :: !live[1] -> p = 1 :: else -> p = NOBJ - 1 fi
                fi;
#ifdef LENGTH
                len0 = (st0 == 0 -> 2 : 1);
#endif
                live[p] = true
            };
#ifdef HEADER_FIRST
            d_step { rc[p] = 1; dirty[p] = true };
            d_step { SLOT(p, 0) = NIL; SLOT(p, 1) = NIL };
#else
            d_step { SLOT(p, 0) = NIL; SLOT(p, 1) = NIL };
            d_step { rc[p] = 1; dirty[p] = true };
#endif
            REG(m, b) = p
        :: else -> skip
        fi;
        d_step { c = NIL; p = NIL; b = 0; k = 0; s = 0; q = 0 };
        settle();
        quiesce2()
    :: else -> break
    od
}

/* frees retired storage, a block at a time, each after a grace period of its own */
proctype reclaimer() {
    byte r;
end:
    do
    :: state[0] == RETIRED || state[NOBJ] == RETIRED ->
        d_step {
            r = (state[0] == RETIRED -> 0 : NOBJ);
            seen2[0] = !online[0];
            seen2[NMUT - 1] = !online[NMUT - 1];
            seen3 = !reading
        };
        (seen2[0] && seen2[NMUT - 1] && seen3);
        d_step { state[r] = FREED; r = 0 }
    od
}

inline snapshot_count(o) {
    d_step { cand[o] = rc[o] > 0; rc0[o] = rc[o]; dirty[o] = false }
}

inline snapshot_edges(o) {
    if
    :: cand[o] ->
#ifndef NO_READ_SECTION
        reading = true;
#endif
#ifdef LENGTH_FIRST
        x = LEN(o);
        f = ST(o);
#else
        f = ST(o);
        x = LEN(o);
#endif
        if
#ifndef NO_LOOK_BEFORE_FOLLOW
        :: dirty[o] -> keep[o] = true
#endif
        :: else ->
            d_step { assert(state[f] != FREED); e = SL(f, 0) };
            if
            :: d_step {
                    x == 2 ->
                    assert(state[f] != FREED);
#ifdef LENGTH
                    assert(f != NOBJ); /* it has one slot */
#endif
                    EDGE(o, 1) = SL(f, 1)
                }
            :: else -> skip
            fi;
            if
            :: dirty[o] -> d_step { keep[o] = true; EDGE(o, 1) = NIL }
            :: else -> EDGE(o, 0) = e
            fi
        fi;
        d_step { reading = false; seen3 = true; e = 0; f = 0; x = 0 }
    :: else -> skip
    fi
}

inline validate(o) {
    if :: CONDEMNED(o) && dirty[o] -> keep[o] = true :: else -> skip fi
}

/* what a condemned object refers to is condemned or gets uncounted; what dies of that is taken along */
inline reclaim() {
    do
    :: o < NOBJ ->
        if
        :: CONDEMNED(o) ->
            do
            :: i < 2 ->
                e = SLOT(o, i);
                if
                :: d_step { e != NIL && CONDEMNED(e) -> assert(rc[e] > 0); rc[e] = rc[e] - 1 }
                :: e != NIL && !CONDEMNED(e) -> t = e; settle(); t = 0
                :: e == NIL -> skip
                fi;
                e = 0;
                i = i + 1
            :: else -> i = 0; break
            od
        :: else -> skip
        fi;
        o = o + 1
    :: else -> o = 0; break
    od;
    do
    :: o < NOBJ ->
        if
        :: d_step {
                CONDEMNED(o) ->
                assert(live[o] && rc[o] == 0);
                note_death(o);
                dirty[o] = true;
                if :: o == 0 -> state[st0] = RETIRED :: else -> skip fi
            }
        :: else -> skip
        fi;
        o = o + 1
    :: else -> o = 0; break
    od
}

#define COLLECTOR_LOCALS byte dying[NOBJ];
#include "cycle.pml"

init {
    byte i, k, refs;
    atomic {
        do
        :: i < 2 * NOBJ + 2 -> sl[i] = NIL; i = i + 1
        :: else -> i = 0; break
        od;
        do
        :: i < NOBJ -> dirty[i] = true; i = i + 1
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
        state[NOBJ] = FREED;
#ifdef LENGTH
        len0 = 2;
#endif
        live[0] = true; live[1] = true;
#if START == 0
        /* 0 <-> 1, held by the first mutator through 0 and by the last through 1 */
        SL(0, 0) = 1; SL(1, 0) = 0;
        REG(0, 0) = 0; REG(NMUT - 1, NREG - 1) = 1; rc[0] = 2; rc[1] = 2;
#elif START == 1
        /* 0 refers to itself and to 1; every mutator holds 0, the first one also 1 */
        SL(0, 0) = 0; SL(0, 1) = 1;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        REG(0, 1) = 1; rc[0] = NMUT + 1; rc[1] = 2;
#elif START == 2
        /* 0 -> 1; every mutator holds 0 */
        SL(0, 1) = 1;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        rc[0] = NMUT; rc[1] = 1;
#elif START == 3
        /* an island of 0 and 1 that nobody can reach; the mutators work on the last object */
        SL(0, 0) = 1; SL(0, 1) = 0; SL(1, 0) = 0;
        live[NOBJ - 1] = true; rc[0] = 2; rc[1] = 1; rc[NOBJ - 1] = NMUT;
        do
        :: i < NMUT -> REG(i, 0) = NOBJ - 1; i = i + 1
        :: else -> i = 0; break
        od;
#else
        /* block 0 is free, its former life referred to 1, which every mutator holds */
        live[0] = false; state[0] = FREED; SL(0, 0) = 1;
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        rc[1] = NMUT;
#endif
        run reclaimer();
#ifndef NO_COLLECTOR
        run collector();
#endif
        do
        :: i < NMUT -> run mutator(i); i = i + 1
        :: else -> i = 0; break
        od
    };
    /* at rest every count is right, and nothing without a reference is left over */
    (_nr_pr == 2);
    d_step {
        do
        :: i < NOBJ ->
            if
            :: live[i] ->
                refs = 0; k = 0;
                do
                :: k < NOBJ ->
                    if :: live[k] && SLOT(k, 0) == i -> refs = refs + 1 :: else -> skip fi;
                    if :: live[k] && SLOT(k, 1) == i -> refs = refs + 1 :: else -> skip fi;
                    k = k + 1
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
