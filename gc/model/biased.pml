/*
 * Biased counts: two words, each with its mark, the merge queue, and helping.
 *
 *   loc[o], dl[o]          the owner's word: plain loads and stores by the owner (two steps), D in the same store
 *   sh[o], ws[o], ds[o]    the shared word: count, state and D in one, every change one atomic operation
 *   own[o]                 the owner's slot, NIL once merged
 *   inq[o]                 the slot in whose merge queue the object waits; the queue holds a reference
 *   bs[m]                  RUNNING, BLOCKED (vacant slots too), HELPED
 *
 * Rules the model fixes:
 *   - dead is one value of the shared word, MERGED with count 0. The uncount that ends the owner's count moves the word
 *     there or to MERGED with what the others hold, in one atomic step; its result 0, and no other, frees. So a reader
 *     may count whatever is not dead, whichever life the block is in, and undo it like any other reference.
 *   - who ends the local count or merges takes it out and clears the owner first, and publishes MERGED last: nobody
 *     writes to an object after the step that may have let another thread free it.
 *   - while the object is queued, the end of the local count changes nothing else: the merge is to come and judges. The
 *     owner may count in its word again meanwhile.
 *   - a block's contents and shared word are ready before its local word becomes 1.
 *   - a newborn that is to be merged (-DMERGED_AT_BIRTH) is merged like any other, by an atomic operation that adds to the
 *     shared word: a reader may have counted there by a pointer to the block's former life.
 *
 * Operations are those of single.pml, and block: a blocking region. Mutators end in one, so their slots are vacant.
 *
 * With -DSHARDED (sharded.pml) object 0 can be switched to a cell per slot; with -DPEEK, too, it can be used uncounted.
 * With -DREVEALED (revealed.pml) an owner's count may end without an atomic operation.
 *
 * Switches that must make a check fail:
 *   NO_MARK_OWNER         the owner's counting does not set D                                   (RULE C2)
 *   NO_MARK_OTHERS        counting in the shared word does not set D                            (RULE C2)
 *   ONE_WORD              the collector clears and looks at D of the shared word alone
 *   NO_MARK_MERGE         merging moves the count without setting D
 *   QUEUE_WITHOUT_REF     the uncount is done when the object is queued: the queue holds a bare address
 *   NO_HELP_EXCLUSION     a helper looks that the slot is blocked, and does not keep its thread from coming back
 *   NO_LOOK_AFTER_BLOCK   a thread that blocks does not look at its queue again after saying so (objects are left over)
 *   FREE_WITHOUT_CAS      the owner frees after merely reading a shared word of zero
 *   COUNT_THE_DEAD        a reader counts without looking whether the block is dead
 *   NO_VERIFY             a reader does not look at the slot again after it has counted
 *   MERGED_BLINDLY        a newborn's shared word is overwritten when it is merged
 *   ZERO_IS_CANDIDATE     the collector takes a count of zero for a candidate
 *   and NO_VALIDATE, NO_GRACE, NO_EDGES_OF_BUSY of single.pml
 */
#define NEDGE 1
#ifndef NIL
#include "common.pml"
#endif
#ifndef EXPECT_DEAD
#define EXPECT_DEAD 0 /* with COOL: what is sharded and without references when the collector begins to cool is dead at the end */
#endif

#define RUNNING 0
#define BLOCKED 1
#define HELPED 2

/* what settle() is about to do with t */
#define UNCOUNT 0
#define PUSH 2  /* t is flagged QUEUED: into the queue with it */
#define MERGE 3 /* t came out of a queue, which held a reference to it */
#define DIE 4
#define PUT 5 /* t became sharded while it was merged: y into a cell */

byte own[NOBJ], ws[NOBJ], inq[NOBJ];
short loc[NOBJ], sh[NOBJ];
bool dl[NOBJ], ds[NOBJ];
byte slot[NOBJ];
byte bs[NMUT];

#define SLOT(o, k) slot[o]
#define DEAD(o) (ws[o] == MERGED && sh[o] == 0)

#ifdef NO_MARK_OWNER
#define MARK_LOCAL(o) skip
#else
#define MARK_LOCAL(o) dl[o] = true
#endif
#ifdef NO_MARK_OTHERS
#define MARK_SHARED(o) skip
#else
#define MARK_SHARED(o) ds[o] = true
#endif
#ifdef NO_MARK_MERGE
#define MARK_MERGE(word) skip
#else
#define MARK_MERGE(word) word = true
#endif
#define MINE(o, me) (own[o] == (me) && loc[o] > 0) /* else an owner, too, counts in the shared word */
#ifdef COUNT_THE_DEAD
#define REFUSED(o) false
#else
#define REFUSED(o) DEAD(o)
#endif

#ifdef SHARDED
/* one plain cell per slot for object 0; the last cell is the collector's own */
short cell[NMUT + 1];
bool dc[NMUT + 1];
#define IS_SHARD(o) ((o) == 0 && ws[0] == SHARD)
#define CELLS (cell[0] + cell[1] + cell[NMUT] + (NMUT > 2 -> cell[NMUT - 1] : 0))
#ifdef NO_MARK_CELL
#define MARK_CELL(me) skip
#else
#define MARK_CELL(me) dc[me] = true
#endif
#else
#define IS_SHARD(o) false
#define CELLS 0
#endif
#define TOTAL(o) (loc[o] + sh[o] + ((o) == 0 -> CELLS : 0))

/* what waits in the queue of slot s; what waits in the queue of a blocked slot */
#define WAITS(s) (inq[0] == (s) || inq[1] == (s) || inq[NOBJ - 1] == (s))
#define HELPABLE(o) (inq[o] != NIL && bs[inq[o] % NMUT] == BLOCKED)

/* the shared words that a reader may count in without having made sure that the owner looks at them, too */
#ifdef REVEALED
#include "revealed.pml"
#else
#define IS_PUBLIC(o) true
#endif

/* count one more reference to o; got: false when o is dead. A compare-and-swap is one step; what it finds decides. */
inline try_count(me, o) {
    if
    :: d_step { MINE(o, me) -> x = loc[o] };
        d_step { assert(loc[o] == x); loc[o] = x + 1; MARK_LOCAL(o); x = 0; got = true }
#ifdef SHARDED
    :: d_step { !MINE(o, me) && IS_SHARD(o) -> x = cell[me] };
        d_step { cell[me] = x + 1; MARK_CELL(me); x = 0; got = true }
#endif
    :: d_step { !MINE(o, me) && !IS_SHARD(o) && IS_PUBLIC(o) && REFUSED(o) -> got = false }
    :: d_step {
            !MINE(o, me) && !IS_SHARD(o) && IS_PUBLIC(o) && !REFUSED(o) ->
            sh[o] = sh[o] + 1; MARK_SHARED(o); got = true
        }
#ifdef REVEALED
    :: !MINE(o, me) && !IS_PUBLIC(o) -> try_count_plain(o)
#endif
    fi
}

/* count one more reference to o, of which the caller owns one: it cannot be dead */
#ifdef REVEALED
inline count_owned(me, o) {
    if
    :: MINE(o, me) || IS_SHARD(o) -> try_count(me, o)
    :: d_step {
            !MINE(o, me) && !IS_SHARD(o) ->
            assert(live[o] && !DEAD(o));
            sh[o] = sh[o] + 1; MARK_SHARED(o); got = true
        }
    fi
}
#else
#define count_owned(me, o) try_count(me, o)
#endif

#ifdef PEEK
#ifdef PEEK_ANY
#define MAY_KEEP(o) !DEAD(o)
#else
#define MAY_KEEP(o) IS_SHARD(o)
#endif

/* read the slot, see that the object is sharded, look at the slot again; perhaps empty the slot */
inline peek() {
    assert(live[c]);
    raw[m] = slot[c];
    if
    :: raw[m] != NIL && MAY_KEEP(raw[m]) ->
        if
        :: d_step { slot[c] == raw[m] -> kept = true };
            if
            :: d_step { t = slot[c]; slot[c] = NIL }
            :: skip
            fi
        :: else -> raw[m] = NIL
        fi
    :: else -> raw[m] = NIL
    fi;
    if :: kept -> skip :: else -> stale[m] = false fi
}

inline count_what_is_kept() {
    if
    :: kept ->
#ifdef QUIET_BEFORE_KEPT
        quiesce();
        online[m] = true;
#endif
        assert(live[raw[m]] && !stale[m]);
#ifdef SETTLE_SHARDED
        if
        :: !IS_SHARD(raw[m]) ->
            quiesce();
            assert(!stale[m]); /* it is still in use */
            online[m] = true
        :: else -> skip
        fi;
#endif
        try_count(m, raw[m]);
        d_step {
            assert(got && live[raw[m]] && !stale[m]);
            REG(m, b) = raw[m];
            raw[m] = NIL; got = false; kept = false; b = 0
        }
    :: else -> skip
    fi
}
#endif

/* the owner's count of t has ended: local is 0 */
inline end_by_swap() {
    own[t] = NIL;
    d_step {
        if
#ifdef FREE_SHARDED
        :: IS_SHARD(t) && sh[t] == 0 -> job = DIE
#else
        :: IS_SHARD(t) -> t = NIL /* the collector alone frees it */
#endif
#ifdef COOL
        :: ws[t] == QUEUED -> t = NIL /* it was given to the queue at this moment, with a reference */
#endif
        :: else ->
#ifndef COOL
            assert(ws[t] == PLAIN); /* nobody can have queued it since */
#endif
            ws[t] = MERGED;
            MARK_MERGE(ds[t]);
            if :: sh[t] == 0 -> job = DIE :: else -> t = NIL fi
        fi
    }
}

/*
 * Give up the reference to t (NIL: none). What dies drops its own reference in turn. When pumping: then work off merge
 * queues, the own one and those of blocked slots (q is the slot that is being helped).
 */
inline settle(me, pumping) {
    job = UNCOUNT;
    do
    :: d_step { t != NIL && job == UNCOUNT && MINE(t, me) && loc[t] > 1 -> assert(live[t]); x = loc[t] };
        d_step { assert(loc[t] == x); loc[t] = x - 1; MARK_LOCAL(t); x = 0; t = NIL }
    :: t != NIL && job == UNCOUNT && MINE(t, me) && loc[t] == 1 ->
        /* the owner's count ends */
        if
        :: d_step { ws[t] == QUEUED -> assert(live[t]); x = loc[t] };
            d_step { assert(loc[t] == x); loc[t] = x - 1; MARK_LOCAL(t); x = 0; t = NIL }
#ifdef REVEALED
        :: ws[t] == PLAIN && sh[t] == 0 && view[PAGE(t)] == UNSEEN ->
            end_unseen();
            if :: job == UNCOUNT -> end_by_swap() :: else -> skip fi
#endif
#ifdef FREE_WITHOUT_CAS
        :: ws[t] == PLAIN && sh[t] == 0 ->
            d_step { loc[t] = 0; MARK_LOCAL(t) };
            d_step { own[t] = NIL; ws[t] = MERGED; sh[t] = 0; ds[t] = true; job = DIE }
#endif
        :: else ->
            x = loc[t];
            d_step { assert(live[t] && loc[t] == x); loc[t] = 0; MARK_LOCAL(t); x = 0 };
            end_by_swap()
        fi
#ifdef SHARDED
    :: d_step { t != NIL && job == UNCOUNT && !MINE(t, me) && IS_SHARD(t) -> assert(live[t]); x = cell[me] };
        d_step { cell[me] = x - 1; MARK_CELL(me); x = 0; t = NIL }
    :: d_step { t != NIL && job == PUT -> x = cell[me] };
        d_step { cell[me] = x + y; MARK_CELL(me); x = 0; y = 0; t = NIL }
#endif
    :: d_step {
            t != NIL && job == UNCOUNT && !MINE(t, me) && !IS_SHARD(t) ->
            assert(live[t]);
            MARK_SHARED(t);
            if
            :: ws[t] == PLAIN && sh[t] == 0 ->
                ws[t] = QUEUED;
                job = PUSH;
#ifdef QUEUE_WITHOUT_REF
                sh[t] = sh[t] - 1
#endif
            :: else ->
                assert(!DEAD(t));
                sh[t] = sh[t] - 1;
                if :: DEAD(t) -> job = DIE :: else -> t = NIL fi
            fi
        }
    :: d_step {
            t != NIL && job == PUSH -> assert(inq[t] == NIL && own[t] != NIL); inq[t] = own[t]; t = NIL
        }
    :: d_step { t != NIL && job == MERGE -> assert(live[t]); x = loc[t] };
        d_step {
            assert(loc[t] == x);
            loc[t] = 0;
            MARK_MERGE(dl[t]);
            own[t] = NIL;
#ifdef QUEUE_WITHOUT_REF
            y = x;
#else
            y = x - 1;
#endif
            x = 0
        };
        d_step {
            if
#ifdef MERGE_SHARDED
            :: IS_SHARD(t) -> t = NIL; y = 0
#else
            :: IS_SHARD(t) -> job = PUT
#endif
            :: else ->
                sh[t] = sh[t] + y;
                y = 0;
                ws[t] = MERGED;
                MARK_MERGE(ds[t]);
                if :: sh[t] == 0 -> job = DIE :: else -> t = NIL fi
            fi
        };
        if
        :: d_step { q != NIL -> if :: bs[q] == HELPED -> bs[q] = BLOCKED :: else -> skip fi; q = NIL }
        :: else -> skip
        fi
    :: d_step {
            t != NIL && job == DIE ->
            assert(live[t]);
            assert(loc[t] == 0);
#ifdef REVEALED
            own[t] = NIL; ws[t] = MERGED; sh[t] = 0; dl[t] = true; ds[t] = true; /* plain stores */
#endif
            note_death(t);
            q = t; t = slot[t]; slot[q] = NIL; q = NIL;
            job = UNCOUNT
        }
    :: d_step {
            t == NIL && pumping && WAITS(me) ->
            if :: inq[0] == me -> t = 0 :: else -> if :: inq[1] == me -> t = 1 :: else -> t = NOBJ - 1 fi fi;
            inq[t] = NIL; job = MERGE
        }
    :: d_step {
            t == NIL && pumping && !WAITS(me) && (HELPABLE(0) || HELPABLE(1) || HELPABLE(NOBJ - 1)) ->
            if :: HELPABLE(0) -> t = 0 :: else -> if :: HELPABLE(1) -> t = 1 :: else -> t = NOBJ - 1 fi fi;
            q = inq[t];
#ifndef NO_HELP_EXCLUSION
            bs[q] = HELPED;
#endif
            inq[t] = NIL; job = MERGE
        }
    :: t == NIL && !(pumping && (WAITS(me) || HELPABLE(0) || HELPABLE(1) || HELPABLE(NOBJ - 1))) -> job = UNCOUNT; break
    od
}

proctype mutator(byte m) {
    byte n, c, b, p, t, job, q, f;
    short x, y;
    bool got, rest;
#ifdef PEEK
    bool kept; /* raw[m] is a sharded object that the mutator uses uncounted */
#endif
    d_step { c = NIL; p = NIL; t = NIL; q = NIL; b = 0 };
    do
    :: n <= QUOTA ->
        atomic {
            online[m] = true;
            n = n + 1;
            if :: c = 0 :: NREG > 1 -> c = 1 fi;
            if :: b = 0 :: NREG > 1 -> b = 1 fi;
            c = REG(m, c)
        };
        if
        :: n > QUOTA -> rest = true /* ends: its slot is vacant */
        :: n <= QUOTA && MAY(OP_LOAD) && c != NIL && REG(m, b) == NIL ->
            assert(live[c]);
            raw[m] = slot[c];
            if
            :: raw[m] != NIL ->
                try_count(m, raw[m]);
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
                    :: else -> t = raw[m] /* undo */
                    fi
                :: else -> skip
                fi
            :: else -> skip
            fi;
            d_step { raw[m] = NIL; stale[m] = false; got = false }
        :: n <= QUOTA && MAY(OP_STORE) && c != NIL && REG(m, b) != NIL ->
            p = REG(m, b);
            if
            :: d_step { own[p] == m && loc[p] == 0 -> x = loc[p] }; /* queued; counts anew in its own word */
                d_step { assert(loc[p] == x); loc[p] = x + 1; MARK_LOCAL(p); x = 0; got = true }
            :: else -> count_owned(m, p)
            fi;
            d_step { assert(got && live[c]); t = slot[c]; slot[c] = p; got = false }
        :: n <= QUOTA && MAY(OP_GIVE) && c != NIL && REG(m, b) != NIL && c != REG(m, b) ->
            d_step { assert(live[c]); t = slot[c]; slot[c] = REG(m, b); REG(m, b) = NIL }
        :: n <= QUOTA && MAY(OP_TAKE) && c != NIL && REG(m, b) == NIL ->
            d_step { assert(live[c]); REG(m, b) = slot[c]; slot[c] = NIL };
            if :: own[c] == m -> dl[c] = true :: else -> ds[c] = true fi
        :: n <= QUOTA && MAY(OP_ERASE) && c != NIL -> d_step { assert(live[c]); t = slot[c]; slot[c] = NIL }
        :: n <= QUOTA && MAY(OP_DROP) && REG(m, b) != NIL -> d_step { t = REG(m, b); REG(m, b) = NIL }
        :: d_step {
                n <= QUOTA && MAY(OP_NEW) && REG(m, b) == NIL && (!live[0] || !live[1] || !live[NOBJ - 1]) ->
                if :: !live[0] -> p = 0 :: else -> if :: !live[1] -> p = 1 :: else -> p = NOBJ - 1 fi fi;
                live[p] = true; slot[p] = NIL; own[p] = m; ws[p] = PLAIN; sh[p] = 0
#ifdef HIDE_PAGE
                ; view[PAGE(p)] = UNSEEN
#endif
            };
            d_step { loc[p] = 1; dl[p] = true; REG(m, b) = p }
#ifdef MERGED_AT_BIRTH
            d_step { loc[p] = 0; dl[p] = true };
            own[p] = NIL;
#ifdef MERGED_BLINDLY
            d_step { sh[p] = 1; ws[p] = MERGED; ds[p] = true }
#else
            d_step { sh[p] = sh[p] + 1; ws[p] = MERGED; ds[p] = true }
#endif
#endif
        :: n <= QUOTA && MAY(OP_BLOCK) -> rest = true
#ifdef SHARDED
#ifdef COOL
        :: n <= QUOTA && MAY(OP_SHARD) && REG(m, b) == 0 && ws[0] == MERGED -> switch_to_sharded()
        :: n <= QUOTA && MAY(OP_SHARD) && REG(m, b) == 0 && ws[0] == PLAIN -> ask_to_merge()
#else
        :: n <= QUOTA && MAY(OP_SHARD) && REG(m, b) == 0 && own[0] != m && ws[0] != SHARD ->
            switch_to_sharded()
#endif
#endif
#ifdef PEEK
        :: n <= QUOTA && MAY(OP_PEEK) && c != NIL && REG(m, b) == NIL ->
            peek()
#endif
        :: else -> skip
        fi;
#ifdef PEEK
        d_step { c = NIL; p = NIL; if :: kept -> skip :: else -> b = 0 fi };
#else
        d_step { c = NIL; p = NIL; b = 0 };
#endif
    safepoint:
        settle(m, true);
#ifdef PEEK
        count_what_is_kept();
#endif
        if
        :: rest ->
            atomic { online[m] = false; seen[m] = true; bs[m] = BLOCKED };
            if
#ifndef NO_LOOK_AFTER_BLOCK
            :: WAITS(m) -> atomic { bs[m] == BLOCKED -> bs[m] = RUNNING; online[m] = true }; goto safepoint
#endif
            :: else -> skip
            fi;
            rest = false;
            if
            :: n > QUOTA -> break
            :: else ->
#ifdef NO_HELP_EXCLUSION
                atomic { bs[m] = RUNNING; online[m] = true }
#else
                atomic { bs[m] == BLOCKED -> bs[m] = RUNNING; online[m] = true }
#endif
            fi
        :: else -> skip
        fi;
        quiesce()
    od
}

#ifdef ZERO_IS_CANDIDATE
#define CANDIDATE live[o]
#else
#ifdef ZERO_IS_FREED
#define CANDIDATE (x > 0)
#else
#define CANDIDATE (x > 0 || f == SHARD)
#endif
#endif
#ifdef ONE_WORD
#define BUSY_LOCAL(o) false
#else
#define BUSY_LOCAL(o) dl[o]
#endif
#if defined(SHARDED) && !defined(CELLS_UNWATCHED)
#define BUSY_CELLS(o) ((o) == 0 && (dc[0] || dc[1] || dc[NMUT - 1] || dc[NMUT]))
#else
#define BUSY_CELLS(o) false
#endif
#define BUSY(o) (BUSY_LOCAL(o) || ds[o] || BUSY_CELLS(o))

inline snapshot_count(o) {
    /* each word: fetch-and, which clears D and returns the count */
    d_step { x = loc[o]; dl[o] = false };
    d_step { x = x + sh[o]; f = ws[o]; ds[o] = false };
#ifdef SHARDED
    if
    :: f == SHARD ->
        do
        :: d_step { i <= NMUT -> x = x + cell[i]; dc[i] = false; i = i + 1 }
        :: else -> i = 0; break
        od
    :: else -> skip
    fi;
    skip;
#endif
#ifdef LEAF
    d_step { cand[o] = o != 0 && CANDIDATE; rc0[o] = x; x = 0; f = 0 }
#else
    d_step { cand[o] = CANDIDATE; rc0[o] = x; x = 0; f = 0 }
#endif
}

inline snapshot_edges(o) {
    if
    :: cand[o] ->
        e = slot[o];
        if
        :: d_step { BUSY(o) -> keep[o] = true; e = NIL } /* busy: its edge is not counted */
        :: d_step { !BUSY(o) -> EDGE(o, 0) = e; e = NIL }
        fi
    :: else -> skip
    fi
}

inline validate(o) {
    if
    :: CONDEMNED(o) ->
        if :: BUSY_LOCAL(o) -> keep[o] = true :: else -> skip fi;
        if :: ds[o] -> keep[o] = true :: else -> skip fi;
#if defined(SHARDED) && !defined(CELLS_UNWATCHED)
        if
        :: o == 0 ->
            do
            :: d_step { i <= NMUT -> if :: dc[i] -> keep[o] = true :: else -> skip fi; i = i + 1 }
            :: else -> i = 0; break
            od
        :: else -> skip
        fi
#endif
    :: else -> skip
    fi
}

/* the collector gives up what the condemned refer to, as anybody would; then the blocks */
inline reclaim() {
    do
    :: o < NOBJ ->
        if
        :: CONDEMNED(o) ->
            d_step { e = slot[o]; slot[o] = NIL };
            if
            :: d_step { e != NIL && CONDEMNED(e) -> sh[e] = sh[e] - 1 }
            :: e != NIL && !CONDEMNED(e) ->
#ifdef SHARDED
                t = e; settle(NMUT, true)
#else
                assert(false) /* with one slot each, what a condemned object refers to is condemned */
#endif
            :: e == NIL -> skip
            fi;
            e = NIL
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
                assert(live[o] && TOTAL(o) == 0 && inq[o] == NIL);
                loc[o] = 0; sh[o] = 0; ws[o] = MERGED; dl[o] = true; ds[o] = true;
#ifdef SHARDED
                if :: o == 0 -> cell[0] = 0; cell[1] = 0; cell[NMUT - 1] = 0; cell[NMUT] = 0 :: else -> skip fi;
#endif
                note_death(o)
            }
        :: else -> skip
        fi;
        o = o + 1
    :: else -> o = 0; break
    od
}

#include "cycle.pml"

/*
 * Start states. The owners of objects 0 and 1 (OWN0, OWN1) and how their counts are split between the words (SPLIT0,
 * SPLIT1): 0 all with the owner, 1 one with the owner and the rest shared, 2 merged, 3 any of these.
 */
#ifndef OWN0
#define OWN0 0
#endif
#ifndef OWN1
#define OWN1 0
#endif
#ifndef SPLIT0
#define SPLIT0 0
#endif
#ifndef SPLIT1
#define SPLIT1 0
#endif
inline born(o, total, owner, split) {
    live[o] = true;
    ws[o] = PLAIN;
    own[o] = owner;
    if
    :: split == 0 || split == 3 -> loc[o] = total
    :: split == 1 || split == 3 -> loc[o] = 1; sh[o] = total - 1
    :: split == 2 || split == 3 -> ws[o] = MERGED; sh[o] = total; own[o] = NIL
    fi
}

init {
    byte i, k, refs;
    atomic {
        do
        :: i < NOBJ -> slot[i] = NIL; inq[i] = NIL; own[i] = NIL; ws[i] = MERGED; dl[i] = true; ds[i] = true; i = i + 1
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
#ifdef REVEALED
        do
        :: i < NOBJ -> if :: true -> view[i] = UNSEEN :: VIEWS > 0 -> view[i] = SEEN fi; i = i + 1
        :: else -> i = 0; break
        od;
#endif
#if START == 0
        /* a two-cycle 0 <-> 1, held by the first mutator through 0 and by the last through 1 */
        slot[0] = 1; slot[1] = 0;
        REG(0, 0) = 0; REG(NMUT - 1, NREG - 1) = 1;
        born(0, 2, OWN0, SPLIT0); born(1, 2, OWN1, SPLIT1);
#elif START == 1
        /* 0 -> 1 and a self-reference 1 -> 1; every mutator holds 0 */
        slot[0] = 1; slot[1] = 1;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, NMUT, OWN0, SPLIT0); born(1, 2, OWN1, SPLIT1);
#elif START == 2
        /* 0 -> 1; every mutator holds 0, nobody holds 1 but through it */
        slot[0] = 1;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, NMUT, OWN0, SPLIT0); born(1, 1, OWN1, SPLIT1);
#elif START == 3
        /* an island 0 <-> 1 that nobody can reach; the mutators work on the last object */
        slot[0] = 1; slot[1] = 0;
        do
        :: i < NMUT -> REG(i, 0) = NOBJ - 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, 1, OWN0, SPLIT0); born(1, 1, OWN1, SPLIT1); born(NOBJ - 1, NMUT, OWN1, SPLIT1);
#elif START == 5
        /* object 1 refers to itself, the first mutator holds it, and it waits in that one's merge queue */
        slot[1] = 1; REG(0, 0) = 1;
        born(1, 3, 0, 0);
        ws[1] = QUEUED; inq[1] = 0; loc[1] = 2; sh[1] = 1;
#elif START == 8
        /* every mutator holds 0, which waits in the first one's merge queue */
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, NMUT + 1, 0, 0);
        ws[0] = QUEUED; inq[0] = 0; loc[0] = NMUT; sh[0] = 1;
#elif START == 6
        /* 0 is sharded, held by the first mutator and by 1, which the last one holds */
        slot[1] = 0; REG(0, 0) = 0; REG(NMUT - 1, NREG - 1) = 1;
        born(0, 2, OWN0, 0); born(1, 1, OWN1, SPLIT1);
        ws[0] = SHARD; loc[0] = 1; cell[0] = -1; cell[NMUT - 1] = 2;
#elif START == 7
        /* 0 is sharded and nobody refers to it; it refers to 1, which every mutator holds */
        slot[0] = 1;
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, 1, OWN0, 0); born(1, NMUT + 1, OWN1, SPLIT1);
        ws[0] = SHARD; loc[0] = 0; cell[0] = 1; cell[NMUT - 1] = -1;
#elif START == 9
        /* every mutator holds 1, which alone refers to 0, which is sharded */
        slot[1] = 0;
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, 1, OWN0, 0); born(1, NMUT, OWN1, SPLIT1);
        ws[0] = SHARD; loc[0] = 1; cell[0] = -1; cell[NMUT - 1] = 1;
#elif START == 11
        /* 0 is sharded, without an owner; every mutator holds 1, which refers to 0; the last one holds 0 (with one
           register each: instead) */
        slot[1] = 0;
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        REG(NMUT - 1, NREG - 1) = 0;
        born(0, 0, NIL, 0); born(1, (NREG > 1 -> NMUT : NMUT - 1), OWN1, SPLIT1);
        ws[0] = SHARD; cell[0] = 3; cell[NMUT - 1] = -1;
#elif START == 12
        /* 0 is sharded, without an owner, and nobody refers to it; every mutator holds 1 */
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, 0, NIL, 0); born(1, NMUT, OWN1, SPLIT1);
        ws[0] = SHARD; cell[0] = 1; cell[NMUT - 1] = -1;
#elif START == 13
        /* every mutator holds 1, which alone refers to 0, which is sharded, without an owner */
        slot[1] = 0;
        do
        :: i < NMUT -> REG(i, 0) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, 0, NIL, 0); born(1, NMUT, OWN1, SPLIT1);
        ws[0] = SHARD; cell[0] = 2; cell[NMUT - 1] = -1;
#elif START == 10
        /* 0 -> 1; every mutator holds 0, nobody holds 1 but through it; 1 waits in the last mutator's merge queue */
        slot[0] = 1;
        do
        :: i < NMUT -> REG(i, 0) = 0; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, NMUT, OWN0, SPLIT0); born(1, 2, NMUT - 1, 0);
        ws[1] = QUEUED; inq[1] = NMUT - 1;
#elif START == 4
        /* two objects without references; every mutator holds both */
        do
        :: i < NMUT -> REG(i, 0) = 0; REG(i, NREG - 1) = 1; i = i + 1
        :: else -> i = 0; break
        od;
        born(0, NMUT, OWN0, SPLIT0); born(1, NMUT, OWN1, SPLIT1);
#endif
#ifndef NO_COLLECTOR
        run collector();
#endif
        do
        :: i < NMUT -> run mutator(i); i = i + 1
        :: else -> i = 0; break
        od
    };
    /* at rest: every count is right, nothing waits, nothing without a reference is left over (but what is sharded) */
    (_nr_pr == 1);
    d_step {
        do
        :: i < NOBJ ->
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
                assert(inq[i] == NIL);
                assert(TOTAL(i) == refs);
#ifdef COOL
                assert(refs > 0 || (IS_SHARD(i) && EXPECT_DEAD == 0))
#else
                assert(refs > 0 || IS_SHARD(i))
#endif
            :: else -> skip
            fi;
            i = i + 1
        :: else -> break
        od
    }
}
