/*
 * One full collection, the same in every model. The model supplies
 *
 *   NEDGE              references an object can hold (the private graph has that many edges a node)
 *   SLOT(o, k)         reference k of object o as it is now (for the reachability check only)
 *   snapshot(o)        clear the marks, set cand[o], rc0[o], edge[o * NEDGE + k]; a busy object sets keep[o]
 *   validate(o)        set keep[o] when a mark of o is set
 *   BUSY(o)            some mark of o is set
 *   judge_islands()    with WEAK: spare islands that a weak reference was followed into
 *   reclaim()          tear down what is condemned: cand[o] && !keep[o]
 *
 * What is checked: nothing condemned is reachable from a register (SOUND); with -DEXPECT=bits the objects named by the
 * bits were condemned (COMPLETE: an island that is there when the cycle starts and that nobody can touch is found).
 */

/* kept objects keep what they refer to; what has done so forgets its edges (fewer states, same result) */
inline spread_keep(only_clean) {
    d_step {
        i = 0;
        do
        :: i < NOBJ ->
            o = 0;
            do
            :: o < NOBJ ->
                e = 0;
                do
                :: e < NEDGE ->
                    if
                    :: cand[o] && keep[o] && EDGE(o, e) < NOBJ && !(only_clean && BUSY(o)) -> keep[EDGE(o, e)] = true
                    :: else -> skip
                    fi;
                    e = e + 1
                :: else -> break
                od;
                o = o + 1
            :: else -> break
            od;
            i = i + 1
        :: else -> break
        od;
        i = 0; o = 0; e = 0
    }
}

proctype collector() {
    byte o, e, i, f, suspects;
    short x, y;
    byte t, job, q; /* of settle(), where the teardown uncounts */
    bool die;
#ifdef COLLECTOR_LOCALS
    COLLECTOR_LOCALS
#endif
    short rc0[NOBJ];
    byte edge[NOBJ * NEDGE];
    byte in_[NOBJ];
    bool cand[NOBJ], keep[NOBJ], found;

#ifdef COOL
    cool();
#endif
    skip;
    /* 1. snapshot */
    d_step {
        o = 0;
        do
        :: o < NOBJ * NEDGE -> edge[o] = NIL; o = o + 1
        :: else -> break
        od;
        o = 0
    };
#ifdef ONE_PASS
    do
    :: o < NOBJ -> snapshot_count(o); snapshot_edges(o); o = o + 1
    :: else -> o = 0; break
    od;
#else
    do
    :: o < NOBJ -> snapshot_count(o); o = o + 1
    :: else -> o = 0; break
    od;
    do
    :: o < NOBJ -> snapshot_edges(o); o = o + 1
    :: else -> o = 0; break
    od;
#endif
    skip;

    /* 2. trial deletion on the private copy: what is referred to from elsewhere lives, and so does what it reaches */
    d_step {
        o = 0;
        do
        :: o < NOBJ ->
            e = 0;
            do
            :: e < NEDGE ->
                if
                :: cand[o] && EDGE(o, e) < NOBJ -> in_[EDGE(o, e)] = in_[EDGE(o, e)] + 1
                :: else -> skip
                fi;
                e = e + 1
            :: else -> break
            od;
            o = o + 1
        :: else -> break
        od;
        o = 0; e = 0;
        do
        :: o < NOBJ ->
            if :: cand[o] && in_[o] != rc0[o] -> keep[o] = true :: else -> skip fi;
            in_[o] = 0; rc0[o] = 0;
            o = o + 1
        :: else -> break
        od;
        o = 0
    };
    spread_keep(false);
    d_step {
        suspects = 0;
        do
        :: o < NOBJ ->
            if
            :: CONDEMNED(o) -> suspects = suspects + 1
            :: else -> keep[o] = true; EDGE(o, 0) = NIL; EDGE(o, NEDGE - 1) = NIL
            fi;
            o = o + 1
        :: else -> break
        od;
        o = 0
    };

    /* 3. grace period and validation */
    if
    :: suspects == 0 -> skip
    :: else ->
        suspects = 0;
        grace_period();
#ifndef NO_VALIDATE
        do
        :: o < NOBJ -> validate(o); o = o + 1
        :: else -> o = 0; break
        od;
#endif
        skip;
#ifdef NO_EDGES_OF_BUSY
        spread_keep(true);
#else
        spread_keep(false);
#endif
#ifdef WEAK
        judge_islands();
#endif
        /* SOUND */
        d_step {
            bool reach[NOBJ];
            i = 0;
            do
            :: i < NMUT * NREG -> if :: reg[i] != NIL -> reach[reg[i]] = true :: else -> skip fi; i = i + 1
            :: else -> break
            od;
            i = 0;
            do
            :: i < NOBJ ->
                o = 0;
                do
                :: o < NOBJ ->
                    e = 0;
                    do
                    :: e < NEDGE ->
                        if :: reach[o] && SLOT(o, e) < NOBJ -> reach[SLOT(o, e)] = true :: else -> skip fi;
                        e = e + 1
                    :: else -> break
                    od;
                    o = o + 1
                :: else -> break
                od;
                i = i + 1
            :: else -> break
            od;
            o = 0;
            do
            :: o < NOBJ ->
                if
                :: CONDEMNED(o) -> assert(live[o]); assert(!reach[o])
                :: else -> cand[o] = false; keep[o] = false; EDGE(o, 0) = NIL; EDGE(o, NEDGE - 1) = NIL
                fi;
                reach[o] = false;
                o = o + 1
            :: else -> break
            od;
            i = 0; o = 0; e = 0
        };
#ifdef EXPECT
        do
        :: o < NOBJ -> assert((EXPECT & (1 << o)) == 0 || CONDEMNED(o)); o = o + 1
        :: else -> o = 0; break
        od;

        found = true;
#endif
        /* 4. reclaim, in small steps, mutators running */
        reclaim()
    fi;
#ifdef EXPECT
    assert(found)
#else
    skip
#endif
}
