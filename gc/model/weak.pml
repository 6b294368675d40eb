/*
 * Weak references and islands. Part of single.pml, with -DWEAK.
 *
 *   wref[o]     a weak reference leads to o (in the table of weak references, guarded by o's lock)
 *   weak[o]     o's flag: it has weak references. Gone when they are cleared: by the collector, or when o dies
 *   wlock[o]    the lock of the table's stripe that o is in
 *
 * More operations of a mutator:
 *
 *   revive   b := what a weak reference leads to: under the lock, count it unless it is dead (that marks it)
 *   attach   a new weak reference to c, under the lock. This marks nothing
 *
 * An object that dies and has the flag clears its weak references, under the lock, before it drops what it holds.
 *
 * After validation the condemned fall into islands. The members of an island that had the flag when they were validated
 * are asked for D once more, all under their locks; if one has it, whether alive, dead or in its next life, the whole
 * island is spared. Else their weak references are cleared before the locks are released. Besides what cycle.pml checks
 * (after this, not before): no weak reference leads to what is condemned, none is cleared that led to what is spared, and
 * none yields an object that was made later in the same block.
 *
 * A weak reference is the only way into an island, so a mutator that got in has marked a noted member, and that mark
 * stays. Nothing else need show it: what it takes out of that member by a move is not marked, and the member may die.
 *
 * Switches that must make a check fail, besides those of single.pml:
 *   WEAK_FLAG_LATE    who has weak references is found out when the islands are judged, not at validation
 *   NOTE_AFTER_LOOK   validation looks at D first and at the flag afterwards
 *   NO_SECOND_LOOK    the collector clears without looking at D again
 *   CLEAR_UNLOCKED    the collector looks and clears without the locks
 *   LOCK_EACH         an island's members are looked at and cleared one by one, each under its own lock
 *   REVIVE_UNLOCKED   a mutator follows a weak reference without the lock
 */
bool wref[NOBJ], weak[NOBJ], wlock[NOBJ];

inline weak_lock(o) {
    atomic { !wlock[o] -> wlock[o] = true }
}

#ifdef REVIVE_UNLOCKED
#define LOCK_TO_REVIVE(o) skip
#define UNLOCK_TO_REVIVE(o) skip
#else
#define LOCK_TO_REVIVE(o) weak_lock(o)
#define UNLOCK_TO_REVIVE(o) wlock[o] = false
#endif

/* register b of mutator m is empty; p is an object that has a weak reference, or had one a moment ago */
inline revive() {
    LOCK_TO_REVIVE(p);
    if
    :: d_step { wref[p] -> raw[m] = p };
        d_step {
            if
            :: rc[p] > 0 -> assert(live[p] && !stale[m]); rc[p] = rc[p] + 1; MARK_COUNT(p); REG(m, b) = p
            :: else -> skip
            fi;
            raw[m] = NIL; stale[m] = false
        }
    :: else -> skip
    fi;
    UNLOCK_TO_REVIVE(p)
}

inline attach() {
    weak_lock(c);
    d_step { assert(live[c]); wref[c] = true; weak[c] = true };
    wlock[c] = false
}

/* o, which is dying, had the flag */
inline clear_dying(o) {
    weak_lock(o);
    d_step { wref[o] = false; weak[o] = false };
    wlock[o] = false
}

/* of the collector */
#define COLLECTOR_LOCALS     \
    bool noted[NOBJ];        \
    bool cleared[NOBJ];      \
    byte root[NOBJ];         \
    bool spared;
#define NOTED(o) (CONDEMNED(o) && root[o] == i && noted[o])

inline validate(o) {
    if
    :: CONDEMNED(o) ->
#ifdef NOTE_AFTER_LOOK
        if :: dirty[o] -> keep[o] = true :: else -> skip fi;
        noted[o] = weak[o]
#else
        noted[o] = weak[o];
        if :: dirty[o] -> keep[o] = true :: else -> skip fi
#endif
    :: else -> skip
    fi
}

/* islands: the connected parts of what is condemned; root[o] is the smallest member */
inline find_islands() {
    d_step {
        o = 0;
        do
        :: o < NOBJ -> root[o] = o; if :: CONDEMNED(o) -> skip :: else -> noted[o] = false fi; o = o + 1
        :: else -> break
        od;
        i = 0;
        do
        :: i < NOBJ ->
            o = 0;
            do
            :: o < NOBJ ->
                e = EDGE(o, 0);
                if
                :: CONDEMNED(o) && e < NOBJ ->
                    if
                    :: CONDEMNED(e) && root[e] < root[o] -> root[o] = root[e]
                    :: CONDEMNED(e) && root[o] < root[e] -> root[e] = root[o]
                    :: else -> skip
                    fi
                :: else -> skip
                fi;
                o = o + 1
            :: else -> break
            od;
            i = i + 1
        :: else -> break
        od;
        i = 0; o = 0; e = 0
    }
}

inline look_at_member(o) {
#ifndef NO_SECOND_LOOK
    if :: dirty[o] -> spared = true :: else -> skip fi
#else
    skip
#endif
}

inline clear_member(o) {
    d_step { wref[o] = false; weak[o] = false; cleared[o] = true }
}

inline spare_island() {
    d_step {
        o = 0;
        do
        :: o < NOBJ -> if :: cand[o] && root[o] == i -> keep[o] = true :: else -> skip fi; o = o + 1
        :: else -> break
        od;
        o = 0
    }
}

inline judge_islands() {
    find_islands();
#ifdef WEAK_FLAG_LATE
    do
    :: o < NOBJ -> noted[o] = CONDEMNED(o) && weak[o]; o = o + 1
    :: else -> o = 0; break
    od;
#endif
    do
    :: i < NOBJ ->
#ifdef LOCK_EACH
        do
        :: o < NOBJ && NOTED(o) && !spared ->
            weak_lock(o);
            look_at_member(o);
            if :: !spared -> clear_member(o) :: else -> skip fi;
            wlock[o] = false;
            o = o + 1
        :: o < NOBJ && !(NOTED(o) && !spared) -> o = o + 1
        :: else -> o = 0; break
        od;
#else
#ifndef CLEAR_UNLOCKED
        do
        :: o < NOBJ -> if :: NOTED(o) -> weak_lock(o) :: else -> skip fi; o = o + 1
        :: else -> o = 0; break
        od;
#endif
        do
        :: o < NOBJ -> if :: NOTED(o) -> look_at_member(o) :: else -> skip fi; o = o + 1
        :: else -> o = 0; break
        od;
        do
        :: o < NOBJ -> if :: NOTED(o) && !spared -> clear_member(o) :: else -> skip fi; o = o + 1
        :: else -> o = 0; break
        od;
#ifndef CLEAR_UNLOCKED
        skip;
        d_step {
            o = 0;
            do
            :: o < NOBJ -> if :: NOTED(o) -> wlock[o] = false :: else -> skip fi; o = o + 1
            :: else -> break
            od;
            o = 0
        };
#endif
#endif
        if :: spared -> spare_island() :: else -> skip fi;
        spared = false;
        i = i + 1
    :: else -> i = 0; break
    od;
    skip;
    d_step {
        o = 0;
        do
        :: o < NOBJ ->
            if :: CONDEMNED(o) -> assert(!wref[o]) :: else -> assert(!cleared[o]) fi;
            root[o] = 0; noted[o] = false; cleared[o] = false;
            o = o + 1
        :: else -> break
        od;
        o = 0
    }
}
