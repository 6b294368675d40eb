/*
 * Readers without a lock, and what is read uncounted: the runtime's protocols that rest on grace periods and on looking
 * twice, each by itself and without the collector's cycle. One of these is defined:
 *
 *   UNCOUNTED   what is used uncounted, and quiescent points that nobody sees                          (RULE C5)
 *   MOVED       private or shared storage of an object whose reference moved from thread to thread     (S5 in shape.h)
 *   VIEW        a class and a shape as two words, while `o.__class__ = X` goes there and back        (attribute_view.h)
 *   NUMBERS     cache words under the number of a class that changes                                   (lookup.h)
 *   DICT, SET   entries that are emptied and filled again                                              (dict.h, set.h)
 *   NAMES       a table that does not count what it holds                                              (str_intern.c)
 *
 * A reader is a loop of operations, online inside of one and quiescent between. What is replaced is freed after a grace
 * period, or at once. A reader must not touch what was freed, and what it returns must have been so at a moment between
 * the beginning and the end of its operation: `valid` is the set of values that were, a bit each.
 *
 * Switches that must make a check fail:
 *   UNCOUNTED   ALLOCATION_BLOCKS  allocation, between the look and the use, may be a quiescent point
 *               NO_SETTLE          what lies on the operand stack is not counted before the thread becomes quiescent
 *               FRAME_UNKNOWN      a quiescent point while the function is in a frame that nobody knows yet
 *               DROP_INSIDE        what was counted in vain is dropped, which runs any code, before the storage that it
 *                                  was read from is looked at for the last time
 *   MOVED       NO_SHARE           a reader trusts that whoever handed the object over has flagged it
 *               SHARE_LATE         the reader flags the object after it loaded the pointer to the storage
 *               LOOK_EARLY         the owner looks for the flag before it publishes the new storage, without the lock
 *   VIEW        TWO_WORDS          the index is one of the shape's class, the table one of the object's class
 *               LOOK_ONCE          nobody looks whether the class is still the same
 *               SAME_TYPE_ONLY     the reader looks for the same class again, and not at the count of assignments
 *   NUMBERS     NUMBER_AFTER       the number is read after what is remembered under it
 *               RENUMBER_FIRST     the class gets its new number before it changes
 *               NUMBER_REUSED      numbers come again
 *   DICT        ENTRY_REUSED       an emptied entry of the same block is filled again: looking twice does not help
 *               KEY_ONLY           the reader looks at the key again, not at the item
 *   SET         KEY_ONLY           the same, not at the count of changes: the place had another key's hash
 *   NAMES       LOOK_ONCE          the reader does not look at the entry again when it has counted the str
 *               ENTRY_ONLY         nor whether its table is still the one in use
 *               REVIVE             a dying str is counted under the lock, where it cannot be freed, and used
 *               FREE_FIRST         a str's block is free before the str has left the table
 *               OUT_BY_TEXT        a dying str takes the entry of its text out of the table, not its own
 */
#ifndef OPS
#define OPS 2 /* of the reader */
#endif
#ifndef CHANGES
#define CHANGES 4 /* of the writer */
#endif
#define NIL 0

bool online, seen; /* the reader; seen: quiescent since the grace period began */
byte right;        /* the values that are right now: two of them in the middle of a change */
byte valid;        /* those that were during the reader's operation */

#define BIT(v) (1 << (v))

inline begin() {
    atomic { online = true; valid = right }
}
inline quiesce() {
    seen = true
}
inline end() {
    atomic { online = false; seen = true; valid = 0 }
}
inline becomes(values) {
    right = values;
    valid = valid | values
}

#ifdef UNCOUNTED
/*
 * The class's slot holds a function whose count is sharded: the collector alone frees it, when its count is zero before
 * and after a grace period. The reader finds it in the slot, makes the instance, puts the function on its operand
 * stack, and calls it: a safepoint, where the hook `settle` counts what is on the stack. Beside it, an item in a
 * storage that the writer replaces: counted in vain, it is dropped when nothing is used any more that was read with it.
 */
byte slot = 1;        /* the function */
byte count[3];        /* by function: 1 and 2 */
bool freed[3];
bool storage_freed;   /* the first storage */
byte storage;         /* which one there is */

inline use(f) {
    assert(!freed[f])
}

proctype reader() {
    byte n, f, s;
    bool counted;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
        if
        :: f = slot; /* uncounted, in a C local */
#ifdef ALLOCATION_BLOCKS
            if :: quiesce() :: skip fi;
#endif
            use(f);
            /* on the operand stack: at the quiescent points to come it is counted */
            if
            ::
#ifndef NO_SETTLE
                if :: !counted -> count[f] = count[f] + 1; counted = true :: else -> skip fi;
#endif
                quiesce()
            :: skip
            fi;
            use(f);
            /* from the stack into a frame, which is not linked to the others before it is whole: to wake the code that
               it is to run takes a while */
            if
            ::
#ifndef FRAME_UNKNOWN
                if :: !counted -> count[f] = count[f] + 1; counted = true :: else -> skip fi;
#endif
                quiesce()
            :: skip
            fi;
            use(f);
            if :: counted -> d_step { count[f] = count[f] - 1; counted = false } :: else -> skip fi
        :: s = storage;
            assert(s != 0 || !storage_freed);
            /* an item is counted, and the second look says that it is another one by now */
            if
            ::
#ifdef DROP_INSIDE
                quiesce(); /* its finalizer */
                assert(s != 0 || !storage_freed)
#else
                assert(s != 0 || !storage_freed);
                quiesce()
#endif
            :: skip
            fi
        fi;
        d_step { f = 0; s = 0 };
        end()
    :: else -> break
    od
}

proctype writer() {
    /* replaces the function, and the storage */
    d_step { slot = 2; count[1] = count[1] - 1 };
    storage = 1
}

/* the collector's part: a block is freed when nothing refers to it before and after a grace period */
proctype reclaimer() {
    (storage == 1);
    do
    :: count[1] == 0 && !freed[1] ->
        seen = !online;
        seen;
        storage_freed = true;
        freed[1] = (count[1] == 0)
    :: freed[1] -> break
    od
}

init {
    atomic { count[1] = 1; count[2] = 1; run reader(); run writer(); run reclaimer() }
}
#endif

#ifdef MOVED
/*
 * The owner of an object replaces its storage, block 0 by block 1 by block 0. It frees what it replaced at once while
 * nobody has flagged the object. Another thread got the reference by a move (out of a list, a queue, a result), which
 * counts nothing, so the flag is not set on the way; one that was counted by somebody else than the owner is flagged.
 */
byte storage;
bool freed[2] = false;
bool flagged, lock, there;

inline take_lock() { atomic { !lock -> lock = true } }

inline share() {
    if
    :: !flagged -> take_lock(); flagged = true; lock = false
    :: else -> skip
    fi
}

proctype reader() {
    byte n, s;
    there;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
#ifdef SHARE_LATE
        s = storage;
        share();
#elif defined(NO_SHARE)
        s = storage;
#else
        share();
        s = storage;
#endif
        assert(!freed[s]); /* a slot of it */
        assert(!freed[s]); /* and the second look */
        s = 0;
        end()
    :: else -> break
    od
}

proctype owner() {
    byte n, old;
    bool private;
    /* hands the object over */
    if
    :: flagged = true; there = true /* counted, by way of a third thread */
    :: there = true                 /* moved */
    fi;
    do
    :: n < CHANGES ->
        n = n + 1;
#ifdef LOOK_EARLY
        private = !flagged;
#endif
        take_lock();
        d_step { old = storage; freed[1 - old] = false };
        storage = 1 - old;
#ifndef LOOK_EARLY
        private = !flagged;
#endif
        lock = false;
        if
        :: private -> skip
        :: else -> /* retired */
            d_step { seen = !online };
            seen
        fi;
        freed[old] = true
    :: else -> break
    od
}

init {
    atomic { freed[1] = true; run reader(); run owner() }
}
#endif

#ifdef VIEW
/*
 * An object changes between class A and class B, and back. Under class A the name is entry 0 of the class's table and
 * means 1 (no descriptor, so an attribute of the object's own goes before it); under class B it is entry 1, and means 2
 * (a data descriptor, so nothing goes before it). Entry 0 of B's table is something else, 3. While the object is of
 * class B its dict gets an item of the name, 4, which is gone again before the class is A: nobody must ever see it.
 *
 * The writer changes class and shape under the object's lock, as two words. One kind of reader has a shape: that one
 * word gives class, number and index. The other has the class and an item of the dict to read: two words, and a count
 * of assignments, which goes up before an object gets another class.
 */
#define A 0
#define B 1
byte class, shape; /* two words of the object; the shape belongs to a class, too */
byte item;         /* in its dict */
byte assignments;

#define MEANS(c) ((c) == A -> 1 : 2)
#define INDEX(c) (c) /* of the name in the table of the class; in the cache under the number of the shape */
#define TABLE(c, i) ((c) == A -> ((i) == 0 -> 1 : 3) : ((i) == 0 -> 3 : 2))

proctype reader() {
    byte n, c, s, x, k;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
        if
        :: s = shape;
#ifdef TWO_WORDS
            c = class;
#else
            c = s;
#endif
            x = TABLE(c, INDEX(s));
            assert(valid & BIT(x))
        :: k = assignments;
            c = class;
            if
            :: c == A ->
                x = item;
                if :: x == NIL -> x = MEANS(A) :: else -> skip fi
            :: else -> x = MEANS(B)
            fi;
            if
#ifdef LOOK_ONCE
            :: true -> assert(valid & BIT(x))
#elif defined(SAME_TYPE_ONLY)
            :: class == c -> assert(valid & BIT(x))
#else
            :: class == c ->
                if
                :: assignments == k -> assert(valid & BIT(x))
                :: else -> skip
                fi
#endif
            :: else -> skip /* the reader starts again */
            fi
        fi;
        d_step { c = 0; s = 0; x = 0; k = 0 };
        end()
    :: else -> break
    od
}

proctype writer() {
    byte n;
    do
    :: n < CHANGES ->
        n = n + 1;
        if
        :: class == A ->
            assignments = assignments + 1;
            atomic { class = B; becomes(BIT(1) | BIT(2)) };
            atomic { shape = B; becomes(BIT(2)) };
            if :: item = 4; item = NIL :: skip fi
        :: else ->
            assignments = assignments + 1;
            atomic { class = A; becomes(BIT(1) | BIT(2)) };
            atomic { shape = A; becomes(BIT(1)) }
        fi
    :: else -> break
    od
}

init {
    atomic { right = BIT(MEANS(A)); run reader(); run writer() }
}
#endif

#ifdef NUMBERS
/*
 * A class has a number; caches say under a number what a name means. Who changes the class changes its dictionary first
 * and gives it a new number then; who fills a cache reads the number first, then looks the name up, and fills if the
 * number is the same. Every fill and every hit is one of the reader's operations; the word is one word.
 */
byte number = 1, meaning = 1; /* of the class */
byte word_number, word_value; /* the cache */

proctype reader() {
    byte n, id, x;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
#ifdef NUMBER_AFTER
        x = meaning;
        id = number;
#else
        id = number;
#endif
        if
        :: d_step { word_number == id -> x = word_value; assert(valid & BIT(x)) }
        :: else ->
#ifndef NUMBER_AFTER
            x = meaning;
#endif
            if
            :: number == id -> d_step { word_number = id; word_value = x }
            :: else -> skip
            fi
        fi;
        d_step { id = 0; x = 0 };
        end()
    :: else -> break
    od
}

inline renumber() {
#ifdef NUMBER_REUSED
    number = 3 - number
#else
    number = number + 1
#endif
}

proctype writer() {
    byte n;
    do
    :: n < CHANGES ->
        n = n + 1;
#ifdef RENUMBER_FIRST
        renumber();
        atomic { meaning = meaning + 1; becomes(BIT(meaning)) }
#else
        atomic { meaning = meaning + 1; becomes(BIT(meaning - 1) | BIT(meaning)) };
        atomic { renumber(); becomes(BIT(meaning)) }
#endif
    :: else -> break
    od
}

/* once the writer is through, nobody finds what is not any more */
init {
    atomic { right = BIT(1); run reader(); run writer() };
    (_nr_pr == 1);
    assert(word_number != number || word_value == meaning)
}
#endif

#ifdef DICT
/*
 * One block with a few entries. The writer, under the dict's lock, deletes and inserts two keys, 1 and 2, and replaces
 * items, each by a newborn one; an item that nobody counts dies, and its block is taken for the next. The reader looks
 * key 1 up without the lock; what it cannot decide it leaves to the lock. (An item that died is none of the right
 * values any more, whatever is in its block.)
 */
#define ENTRIES 4
#define ITEMS   3
byte key[ENTRIES], item[ENTRIES];
byte count[ITEMS + 1];
byte spent;

inline drop(x) {
    d_step {
        assert(count[x] > 0);
        count[x] = count[x] - 1;
        if :: count[x] == 0 -> valid = valid & (255 - BIT(x)) :: else -> skip fi
    }
}

proctype reader() {
    byte n, e, x;
    bool got;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
        do
        :: e < ENTRIES && key[e] == 1 ->
            x = item[e];
            d_step { if :: x != NIL && count[x] > 0 -> count[x] = count[x] + 1; got = true :: else -> skip fi };
            if
            :: got ->
#ifndef KEY_ONLY
                got = (item[e] == x);
#endif
                got = got && (key[e] == 1);
                if :: got -> assert(valid & BIT(x)) :: else -> skip fi;
                drop(x)
            :: else -> skip
            fi;
            break
        :: e < ENTRIES && key[e] != 1 -> e = e + 1
        :: e == ENTRIES -> break
        od;
        atomic { e = 0; x = 0; got = false };
        end()
    :: else -> break
    od
}

inline find(k) {
    e = 0;
    do
    :: e < ENTRIES && key[e] != k -> e = e + 1
    :: else -> break
    od
}

proctype writer() {
    byte n, e, k, x, old;
    do
    :: n < CHANGES ->
        n = n + 1;
        if :: k = 1 :: k = 2 fi;
        atomic { find(k) };
        x = (count[1] == 0 -> 1 : (count[2] == 0 -> 2 : (count[3] == 0 -> 3 : NIL)));
        if
        :: x != NIL -> count[x] = 1 /* a newborn */
        :: else -> skip
        fi;
        if
        :: e < ENTRIES && x != NIL ->
            old = item[e];
            atomic { item[e] = x; if :: k == 1 -> becomes(BIT(x)) :: else -> skip fi };
            x = NIL
        :: e < ENTRIES ->
            old = item[e];
            atomic { key[e] = NIL; if :: k == 1 -> becomes(BIT(NIL)) :: else -> skip fi };
            item[e] = NIL
        :: else ->
#ifdef ENTRY_REUSED
            atomic { find(NIL) };
#else
            e = spent;
#endif
            if
            :: e < ENTRIES && x != NIL ->
                spent = spent + 1;
                item[e] = x;
                atomic { key[e] = k; if :: k == 1 -> becomes(BIT(x)) :: else -> skip fi };
                x = NIL
            :: else -> skip /* another block: see storage.pml */
            fi
        fi;
        if :: old != NIL -> drop(old) :: else -> skip fi;
        if :: x != NIL -> drop(x) :: else -> skip fi;
        atomic { k = 0; x = 0; e = 0; old = 0 }
    :: else -> break
    od
}

init {
    atomic { key[0] = 1; item[0] = 1; count[1] = 1; right = BIT(1); spent = 1; run reader(); run writer() }
}
#endif

#ifdef SET
/*
 * A place of a set's table is filled again and again. The reader, an iterator, takes the item with its hash; the hash
 * of key k is k. A count of changes goes up before each of them.
 */
byte key = 1, hash = 1;
byte changes;

proctype reader() {
    byte n, c, k, h;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
        c = changes;
        k = key;
        if
        :: k != NIL ->
            h = hash;
            if
            :: key != k -> skip
            :: else ->
#ifdef KEY_ONLY
                assert(h == k)
#else
                if :: changes != c -> skip :: else -> assert(h == k) fi
#endif
            fi
        :: else -> skip
        fi;
        d_step { c = 0; k = 0; h = 0 };
        end()
    :: else -> break
    od
}

proctype writer() {
    byte n, k;
    do
    :: n < CHANGES ->
        n = n + 1;
        changes = changes + 1;
        if
        :: key != NIL -> key = NIL
        :: else ->
            if :: k = 1 :: k = 2 fi;
            hash = k;
            key = k;
            k = 0
        fi
    :: else -> break
    od
}

init {
    atomic { run reader(); run writer() }
}
#endif

#ifdef NAMES
/*
 * The table of interned strs, weak: a str that dies takes itself out, under the table's lock, and its block is used
 * again at once. Workers make strs of two texts, intern and drop them; one of them replaces the table, which is in use
 * again after a grace period. The reader looks text 1 up without the lock: right is the living interned str of that
 * text, or NIL.
 */
#ifndef ENTRIES
#define ENTRIES 2
#endif
#ifndef ROUNDS
#define ROUNDS 1 /* of one worker; the other has one */
#endif
#define BLOCKS 3
byte entry[2 * ENTRIES]; /* of two tables: blocks */
byte table;              /* which one is in use */
byte text[BLOCKS + 1], count[BLOCKS + 1];
bool used[BLOCKS + 1], interned[BLOCKS + 1];
bool lock;
#define ENTRY(t, e) entry[(t) * ENTRIES + (e)]

inline take_lock() { atomic { !lock -> lock = true } }

/* A count may be taken, by who saw the block in an entry. */
inline try_count(b, got) {
    d_step { if :: count[b] > 0 -> count[b] = count[b] + 1; got = true :: else -> got = false fi }
}

#ifdef OUT_BY_TEXT
#define IS_ENTRY(e, b) (ENTRY(table, e) != NIL && text[ENTRY(table, e)] == text[b])
#else
#define IS_ENTRY(e, b) (ENTRY(table, e) == b)
#endif

inline drop(b, last, i) {
    d_step {
        assert(count[b] > 0);
        count[b] = count[b] - 1;
        last = (count[b] == 0);
        if :: last && interned[b] && text[b] == 1 -> becomes(BIT(NIL)) :: else -> skip fi
    };
    if
    :: last && interned[b] ->
#ifdef FREE_FIRST
        used[b] = false;
#endif
        take_lock();
        atomic {
            i = 0;
            do
            :: i < ENTRIES && !IS_ENTRY(i, b) -> i = i + 1
            :: else -> break
            od;
            if :: i < ENTRIES -> ENTRY(table, i) = NIL :: else -> skip fi;
            lock = false
        };
        atomic {
            i = 0;
#ifndef FREE_FIRST
            interned[b] = false;
            text[b] = 0;
            used[b] = false
#endif
        }
    :: last && !interned[b] -> atomic { text[b] = 0; used[b] = false }
    :: else -> skip
    fi;
    last = false
}

proctype reader() {
    byte n, t, e, b, i, found;
    bool got, last, replaced;
    do
    :: n < OPS ->
        n = n + 1;
        begin();
        do
        :: atomic { replaced = false; e = 0; found = NIL; t = table };
            do
            :: e < ENTRIES && found == NIL && !replaced ->
                b = ENTRY(t, e);
                got = false;
                if :: b != NIL -> try_count(b, got) :: else -> skip fi;
                if
                :: got ->
#ifndef ENTRY_ONLY
                    replaced = (table != t);
#endif
                    if
#ifdef LOOK_ONCE
                    :: !replaced ->
#else
                    :: !replaced && ENTRY(t, e) == b ->
#endif
                        if
                        :: text[b] == 1 ->
                            assert((valid & BIT(b)) && interned[b] && count[b] > 0);
                            found = b
                        :: else -> skip
                        fi
                    :: else -> skip
                    fi;
                    drop(b, last, i)
                :: else -> skip
                fi;
                atomic { e = e + 1; b = 0 }
            :: else -> break
            od;
            if
            :: !replaced -> break
            :: else -> skip
            fi
        od;
        assert(found != NIL || (valid & BIT(NIL)));
        atomic { t = 0; e = 0; b = 0; got = false; replaced = false; found = 0 };
        end()
    :: else -> break
    od
}

/* the block of another living interned str of the text */
#define RIVAL(b, x, k) ((b) != (x) && interned[b] && text[b] == (k) && count[b] > 0)

proctype worker(byte rounds) {
    byte k, x, y, e, i, place;
    bool got, last;
    do
    :: rounds > 0 ->
        rounds = rounds - 1;
        if :: k = 1 :: k = 2 fi;
        atomic {
            x = (!used[1] -> 1 : (!used[2] -> 2 : (!used[3] -> 3 : NIL)));
            if :: x != NIL -> used[x] = true; text[x] = k; count[x] = 1; interned[x] = false :: else -> skip fi
        };
        if
        :: x != NIL ->
            atomic { !lock -> lock = true; place = ENTRIES };
            do
            :: atomic { e < ENTRIES && !got ->
                y = ENTRY(table, e);
                if
                :: y == NIL && place == ENTRIES -> place = e
                :: y != NIL && text[y] == k ->
#ifdef REVIVE
                    d_step { count[y] = count[y] + 1; got = true }
#else
                    try_count(y, got)
#endif
                :: else -> skip
                fi;
                e = e + 1 }
            :: else -> break
            od;
            if
            :: got -> assert(interned[y] && text[y] == k && used[y])
            :: !got && place < ENTRIES ->
                atomic {
                    assert(!RIVAL(1, x, k) && !RIVAL(2, x, k) && !RIVAL(3, x, k));
                    interned[x] = true;
                    ENTRY(table, place) = x;
                    if :: k == 1 -> becomes(BIT(x)) :: else -> skip fi
                }
            :: else -> skip /* no room */
            fi;
            lock = false;
            drop(x, last, i);
            if :: got -> assert(interned[y] && text[y] == k); drop(y, last, i) :: else -> skip fi
        :: else -> skip
        fi;
        atomic { k = 0; x = 0; y = 0; e = 0; place = 0; got = false }
    :: else -> break
    od
}

proctype grower() {
    byte n;
    do
    :: n < CHANGES ->
        n = n + 1;
        take_lock();
        atomic {
            ENTRY(1 - table, 0) = ENTRY(table, 0);
            ENTRY(1 - table, 1) = ENTRY(table, 1);
            table = 1 - table;
            lock = false
        };
        d_step { seen = !online };
        seen
    :: else -> break
    od
}

init {
    atomic { right = BIT(NIL); run reader(); run worker(ROUNDS); run worker(1); run grower() }
}
#endif
