/*
 * What all models of the collector share: the sizes, the mutators' registers, quiescence and grace periods.
 *
 * A mutator is a loop of operations. Each operation is a sequence of small steps, so the collector and the other
 * mutators run between any two of them. A mutator is online inside an operation and quiescent between operations.
 *
 * References a thread owns live in its registers; every register counts. A raw reference (read from a slot, not
 * counted yet) is kept in raw[m], so that the death of its block can be noticed: stale[m] is a ghost, no part of the
 * protocol.
 *
 * A configuration says how many operations a mutator makes and which it may choose: OPS and MASK0 for mutator 0, OPS1
 * and MASK1 for the others. NO_COLLECTOR leaves the collector out (counting alone, in larger configurations).
 */
#ifndef NOBJ
#define NOBJ 2
#endif
#ifndef NMUT
#define NMUT 2
#endif
#ifndef NREG
#define NREG 2
#endif
#ifndef OPS
#define OPS 2
#endif
#ifndef OPS1
#define OPS1 OPS
#endif
#define QUOTA (m == 0 -> OPS : OPS1)
#ifndef START
#define START 0
#endif

#define OP_LOAD 1
#define OP_STORE 2
#define OP_GIVE 4
#define OP_TAKE 8
#define OP_DROP 16
#define OP_NEW 32
#define OP_ERASE 64
#define OP_BLOCK 128
#define OP_SHARD 256
#define OP_REPLACE 512
#define OP_PEEK 1024 /* with PEEK */
#define OP_REVIVE 2048 /* with WEAK */
#define OP_ATTACH 4096
#ifndef MASK0
#define MASK0 1023
#endif
#ifndef MASK1
#define MASK1 MASK0
#endif
#define MAY(op) (((m == 0 -> MASK0 : MASK1) & (op)) != 0)

#define NIL 15

/* states of a shared count word */
#define PLAIN 0
#define QUEUED 1
#define MERGED 2
#define SHARD 3

#define REG(m, i) reg[(m) * NREG + (i)]
#define EDGE(o, k) edge[(o) * NEDGE + (k)] /* the private graph of a collection */
#define CONDEMNED(o) (cand[o] && !keep[o])

byte reg[NMUT * NREG]; /* the references each mutator owns */
byte raw[NMUT];        /* ghost: the reference a mutator has read and not counted yet */
bool stale[NMUT];      /* ghost: its block died meanwhile */
bool online[NMUT];     /* inside an operation: not quiescent */
bool seen[NMUT];       /* quiescent since the collector's grace period started */
bool live[NOBJ];       /* ghost: the block is allocated (the protocol itself looks at counts alone) */

inline quiesce() {
    atomic {
        online[m] = false;
        seen[m] = true
    }
}

/* the block dies: whoever holds its address uncounted holds a stale one */
inline note_death(o) {
    live[o] = false;
    if :: raw[0] == o -> stale[0] = true :: else -> skip fi;
    if :: NMUT > 1 && raw[NMUT - 1] == o -> stale[NMUT - 1] = true :: else -> skip fi;
    if :: NMUT > 2 && raw[1] == o -> stale[1] = true :: else -> skip fi
}

/* starts at one instant (liburcu's counter); ends when each mutator was quiescent at or after that instant */
inline grace_period() {
#ifndef NO_GRACE
    d_step {
        i = 0;
        do
        :: i < NMUT -> seen[i] = !online[i]; i = i + 1
        :: else -> break
        od;
        i = 0
    };
    (seen[0] && seen[NMUT - 1] && (NMUT < 3 || seen[1]));
    d_step {
        i = 0;
        do
        :: i < NMUT -> seen[i] = false; i = i + 1
        :: else -> break
        od;
        i = 0
    }
#else
    skip
#endif
}
