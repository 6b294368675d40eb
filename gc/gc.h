/*
 * The private heap, reference counts and the collector: the face of this room.
 *
 * To this room an object is a 16-byte header and a type descriptor with a handful of functions; nothing here knows
 * Python. The protocol is that of README.md in this folder, with the RULES named there:
 *
 *   C1  counts cover references: count before you store, uncount after you overwrite; a move transfers the count.
 *   C2  every change of a count sets D, the disturbed mark, in the same word by the same store or atomic operation.
 *   C3  what takes a reference out of a heap slot without uncounting it marks the container afterwards, before the next
 * safepoint. C4  a container is marked after new backing storage is published and before anything is removed from it;
 * old storage is retired. C5  a thread is quiescent only between operations: nothing raw and uncounted is held across a
 * safepoint or a call into Python.
 */
#ifndef ATOLL_GC_H
#define ATOLL_GC_H

#include "threads/threads.h"

#include <assert.h>

/* A value is one word. With the low three bits zero it is a pointer to an object (or NULL: no value); all else is an
   immediate, of which this room knows nothing but that it needs no count. The type is opaque so that the compiler keeps
   values apart from integers and other pointers. */
typedef struct value_word *value;
typedef _Atomic(value) value_slot; /* a place in the heap that holds a reference (or an immediate, or NULL) */

struct object_type;

/* ---- the header
 * --------------------------------------------------------------------------------------------------------------------
 */
struct object {
    union {
        struct {
            _Atomic uint32_t type;  /* object_type reference: offset / 16 in the type region; 0 in a dead block */
            _Atomic uint16_t owner; /* slot that counts in `local`; THREAD_NOBODY once merged, and for immortals */
            _Atomic uint8_t lock;   /* byte lock */
            _Atomic uint8_t flags;  /* enum object_flag: set with atomic or */
        };
        _Atomic uint64_t head; /* all of them, to write a new or dead header in one store */
    };
    union {
        struct {
            _Atomic uint32_t local;  /* owner's count << 1 | D; written by the owner with plain arithmetic (relaxed load
                                        and store) */
            _Atomic uint32_t shared; /* everybody else's count << 6 (signed) | state bits | D; atomic operations */
        };
        _Atomic uint64_t counts; /* both, likewise: never loaded, since a load across a recent store of a half waits */
    };
};
#define OBJECT_HEAD(TYPE, OWNER, FLAGS) ((uint64_t)(TYPE) | (uint64_t)(OWNER) << 32 | (uint64_t)(FLAGS) << 56)
#define OBJECT_COUNTS(LOCAL, SHARED)    ((uint64_t)(LOCAL) | (uint64_t)(SHARED) << 32)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the words of a header are put together for little endian");
_Static_assert(sizeof(struct object) == 16, "an object header is 16 bytes");

enum object_flag {
    OBJECT_SHARED =
        1, /* some thread other than the owner counts it or reads its storage: that must be retired (object_share) */
    OBJECT_IMMORTAL =
        2, /* never counted, never freed before shutdown (types and strings of the runtime itself, saturated counts) */
    OBJECT_WEAK = 4,      /* has weak references */
    OBJECT_FINALIZED = 8, /* its finalizer ran */
    OBJECT_TYPE_BIT = 16, /* free for the type's own use (several bits: 16, 32, 64, 128), e.g. interned strings */
};

#define LOCAL_DISTURBED  1u
#define LOCAL_ONE        2u
#define SHARED_DISTURBED 1u
#define SHARED_MERGED    2u /* local and shared were merged: the shared word is the whole count */
#define SHARED_QUEUED    4u /* waits in its owner's merge queue, which holds a reference */
/* bits 6.. are the index of a cell that every thread slot has for it; the collector alone sums and frees */
#define SHARED_SHARDED  8u
#define SHARED_LASTING  SHARED_QUEUED /* of a sharded one: it stays so; others go back when they have cooled down */
#define SHARED_SLOT     48u           /* of a merged one: which slot counted last, modulo 4 (counting.c) */
#define SHARED_SLOT_ONE 16u
#define SHARED_ONE      64u
#define SHARED_SHIFT    6

static inline bool value_is_object(value v)
{
    return ((uintptr_t)v & 7) == 0;
} /* true for NULL too: test that first where it can be */
static inline struct object *value_object(value v)
{
    return (struct object *)v;
}
static inline value value_of(const void *object)
{
    return (value)(uintptr_t)object;
}

/* ---- type descriptors
 * -------------------------------------------------------------------------------------------------------------- */
struct gc_trace;

enum type_gc_flag {
    TYPE_GC_CONTAINER = 1, /* objects can hold references: container pages, traverse and clear are set */
    TYPE_GC_SHARDABLE = 2, /* the first count by another thread switches an object of this type to sharded counts
                              (functions, types, code, modules) */
    TYPE_GC_COUNTED = 4,   /* each object counts one reference to its type (types made at run time); the header's
                              reference is traversed by the room itself */
    TYPE_GC_HIDDEN = 8, /* objects with OBJECT_TYPE_BIT are held where no traversal shows it: no leaks for the report */
};

/* The part of a type that this room uses; the runtime's `struct type` begins with it. A type is itself an object; types
   live in a region of their own so that 32 bits name one. */
struct object_type {
    struct object header;
    const char *_Atomic name; /* for reports; programs exchange it, the old one stays readable for a grace period */
    uint32_t gc_flags;
    uint32_t instance_size; /* bytes of a fixed-size object, header included; a lower bound otherwise */
    /* Call trace_slot / trace_value / trace_storage for everything the object holds counted. May run on the collector
       while mutators change the object: read each field once, with the trace_ functions; follow storage only through
       trace_storage. Must not take locks, allocate, or count. What it reads of the type beside this descriptor must
       stay readable for a grace period after the type died (storage_retire): the object may be dying with its type. */
    void (*traverse)(struct object *object, struct gc_trace *trace);
    /* The last reference is gone (or the object is part of an island): drop all references it holds and free its
     * storage, NOT the block itself. Runs once. May be NULL. */
    void (*destroy)(struct object *object);
    /* The object is about to die: run its finalizer once (it may resurrect the object). NULL when the type has none.
     * Runs before weak references are cleared. Programs exchange it at any time: read it by type_finalizer, once. */
    void (*_Atomic finalize)(struct object *object);
    /* What `destroy` may not do, because other members of an island may be destroyed before this object: follow its
       references (give a buffer back to who lent it, ask a class or code how many slots there are). Runs for all
       members that have it before any is destroyed, when nobody else looks at them; drops what it followed. It must
       leave the object such that others' release functions may still follow references to it. `destroy` runs
       afterwards, and does the same work where `release` did not run (an object that dies alone). May be NULL. */
    void (*release)(struct object *object);
};
static inline void (*type_finalizer(const struct object_type *type))(struct object *)
{
    return atomic_load_explicit(&type->finalize, memory_order_relaxed);
}

/* Room for a type of `size` bytes (>= sizeof(struct object_type)) in the type region, zeroed except for the header:
   count one, type reference `meta` (0 while bootstrapping). NULL: no memory. Types 1..TYPE_WELL_KNOWN_MAX can be had at
   fixed references, for comparisons with a constant. */
struct object_type *heap_alloc_type(size_t size, struct object_type *meta);
#define TYPE_WELL_KNOWN_MAX    255u
#define TYPE_WELL_KNOWN_STRIDE 1024u /* bytes; size of a well-known type is at most this */
#define TYPE_WELL_KNOWN_REF(k) ((uint32_t)(k) * (TYPE_WELL_KNOWN_STRIDE / 16u))
struct object_type *heap_well_known_type(unsigned k); /* k in 1..TYPE_WELL_KNOWN_MAX: zeroed, immortal */

extern char *type_region; /* constant after gc_init */
static inline struct object_type *type_from_ref(uint32_t ref)
{
    return (struct object_type *)(type_region + (uint64_t)ref * 16);
}
static inline uint32_t type_ref(const struct object_type *type)
{
    return (uint32_t)((uint64_t)((const char *)type - type_region) / 16);
}
static inline uint32_t object_type_ref(const struct object *o)
{
    return atomic_load_explicit(&o->type,
                                memory_order_acquire); /* programs exchange it: what the new one says is seen */
}
static inline struct object_type *object_type(const struct object *o)
{
    return type_from_ref(object_type_ref(o));
}

/* ---- life of the heap
 * --------------------------------------------------------------------------------------------------------------- */
struct gc_hooks {
    /* Work that must run Python code because of the collector (finalizers, weak reference callbacks) is queued; this
       tells the runtime that some waits. Called on any thread, must not block; the runtime then calls gc_run_pending on
       a thread of its own or on the one that asked to collect. */
    void (*pending)(void);
    /* A weak reference with a callback lost its referent: run the callback. `reference` is held by the caller. */
    void (*weak_callback)(struct object *reference);
    /* Can the calling thread run finalizers and callbacks? Not before the runtime has set it up, nor after it was torn
       down: what dies on it then waits for gc_run_pending. NULL: always. */
    bool (*can_run_code)(void);
    /* Debug builds: every root that is no counted reference from another object (stack values, C locals kept in
     * registers of the runtime), for full traces. May be NULL. */
    void (*roots)(struct gc_trace *trace);
};
bool gc_init(const struct gc_hooks *hooks); /* before the first thread_attach; false: no memory */
/* After all other threads ended and the runtime dropped its references: runs last cycles, stops the collector, checks
   for leaks. Returns the number of objects that were still alive and not immortal (reported on stderr with their types
   in checked builds). */
size_t gc_shutdown(void);
/* From now on objects die without finalizers and callbacks. For the end of a runtime that can run no code any more. */
void gc_forget_finalizers(void);
/* Around fork(): these call threads_before_fork and its companions themselves. The forking thread is attached and not
   in a blocking region; it waits for a cycle that runs. The child has one thread and starts a collector when it needs
   one. What other threads held at that moment (objects' locks, references in their frames) stays held in the child. */
void gc_before_fork(void);
void gc_after_fork_parent(void);
void gc_after_fork_child(void);

/* ---- allocation
 * --------------------------------------------------------------------------------------------------------------------
 */
/* A new object of `size` bytes (>= 16; type->instance_size when fixed), owned by the calling thread, count one, D set,
   body zeroed. NULL: no memory. The block's neighbours and reuse follow the rules of pages.h: a freed block keeps a
   readable, dead header. */
struct object *heap_alloc(struct object_type *type, size_t size);
/* Bytes usable in the object's block (its size class). */
size_t heap_usable_size(const struct object *object);
/* The caller uses all of these bytes; what is beyond those it asked for is not zeroed. */
void heap_use_all(struct object *object);

/* Storage is the memory behind a container: no header, belongs to one object. Readers may race with its replacement, so
   it is given back in one of two ways: storage_free when no other thread can be reading it (owner of an object not
   flagged OBJECT_SHARED; under the object's lock), storage_retire otherwise (after a grace period). Even freed storage
   stays mapped until a grace period has passed: the collector may look at it. Both accept NULL. `size` is what was
   asked for. */
void *storage_alloc(size_t size); /* zeroed; NULL: no memory */
void storage_free(void *storage, size_t size);
void storage_retire(void *storage, size_t size);
/* The right one of the two for an object's old storage. */
static inline void storage_release(struct object *o, void *storage, size_t size);

/* Make an object immortal: its counts are ignored from now on. For objects made at start-up. */
void heap_make_immortal(struct object *object);

/* ---- counting
 * ----------------------------------------------------------------------------------------------------------------------
 */
void rc_inc_slow(struct object *o); /* not the owner: immortal, shared or sharded */
void rc_dec_slow(struct object *o); /* not the owner, or the owner's count ended */
bool rc_try_inc_slow(struct object *o);

static inline bool object_is_immortal(const struct object *o)
{
    return atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_IMMORTAL;
}
static inline __attribute__((always_inline)) bool object_is_mine(const struct object *o)
{
    return atomic_load_explicit(&o->owner, memory_order_relaxed) == thread_self->id;
}

static inline __attribute__((always_inline)) void rc_inc(struct object *o)
{
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (likely(object_is_mine(o) && local < UINT32_MAX / 2))
        atomic_store_explicit(&o->local, (local + LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
    else
        rc_inc_slow(o);
}

/* Drop a reference. At zero the object is destroyed: finalizers and weak reference callbacks may run ANY Python code.
   So never under a lock, never while a container is half changed. */
static inline void rc_dec(struct object *o)
{
    thread_check_unlocked("a reference is dropped");
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (likely(object_is_mine(o) && local >= 2 * LOCAL_ONE))
        atomic_store_explicit(&o->local, (local - LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
    else
        rc_dec_slow(o);
}

/* Drop a reference after a grace period: to what others may have found uncounted in the slot that it was in, and may be
   using until they are quiescent. For slots that change rarely and are looked at all the time. */
void rc_dec_later(struct object *o);

/* Count an object of which the caller holds no reference: a pointer that it read, since its last safepoint, from a slot
   that another thread may be changing. False: it is dead. True: something alive was counted, though perhaps a newer
   object in the same block: the caller then verifies (sequentially consistent load) that the slot still holds it, and
   where the slot is in replaceable storage that the container still has that storage, else drops it again. */
static inline bool rc_try_inc(struct object *o)
{
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (likely(object_is_mine(o) && local >= LOCAL_ONE && local < UINT32_MAX / 2)) {
        atomic_store_explicit(&o->local, (local + LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
        return true;
    }
    return rc_try_inc_slow(o);
}

/* Is the object's count sharded? Then the collector alone frees it, after a grace period. So a thread that read it from
   a slot (and, after asking this, found the slot and its storage unchanged) may use it uncounted up to its next
   quiescent point, and may count it until then with rc_inc: to be quiescent with it is what C5 forbids. */
static inline bool object_is_sharded(const struct object *o)
{
    return atomic_load_explicit(&o->shared, memory_order_acquire) & SHARED_SHARDED;
}

/* Is it something that the caller may be using uncounted, since it was sharded when the caller read it? By now it may
   be on its way back to an ordinary count, which it reaches when the caller was quiescent. For who settles. */
static inline bool object_was_sharded(const struct object *o)
{
    return atomic_load_explicit(&o->shared, memory_order_acquire) & (SHARED_SHARDED | SHARED_QUEUED);
}

/* Is it sharded for good, or immortal? Only that may caches remember uncounted. */
static inline bool object_is_lasting(const struct object *o)
{
    const uint32_t lasting = SHARED_SHARDED | SHARED_LASTING;
    return (atomic_load_explicit(&o->shared, memory_order_acquire) & lasting) == lasting || object_is_immortal(o);
}
/* May it be used uncounted up to the next quiescent point: sharded, or immortal? Notes that the thread uses it, so that
   it does not cool down because nobody counts it. */
bool object_keep(struct object *o);
/* Shard the count of an object, of which the caller holds a reference, if its type is TYPE_GC_SHARDABLE: for what other
   threads are about to count as well. May fail, which does no harm. */
void rc_shard(struct object *o);
/* The same for a container of any type, for one that is part of such an object. */
void rc_shard_part(struct object *o);
/* The same for one that nobody else has seen yet; it has no owner from here on, so that all threads count it alike. */
void rc_shard_newborn(struct object *o);

/* A number for the object's block, for caches: UINT32_MAX and less for all but enormous heaps. */
static inline uint64_t object_number(const struct object *o)
{
    return ((uintptr_t)o - (uintptr_t)type_region) / 16;
}
static inline struct object *object_by_number(uint32_t number)
{
    return (struct object *)(type_region + (uint64_t)number * 16);
}

/* Set D without changing a count (C3, C4). */
static inline void rc_mark(struct object *o)
{
    if (likely(object_is_mine(o)))
        atomic_store_explicit(&o->local, atomic_load_explicit(&o->local, memory_order_relaxed) | LOCAL_DISTURBED,
                              memory_order_relaxed);
    else
        atomic_fetch_or_explicit(&o->shared, SHARED_DISTURBED, memory_order_release);
}

/* The number of references as far as it can be known (exact at rest); for sys.getrefcount. */
size_t rc_count(struct object *o);
/* True when the caller's reference is certainly the only one (so it may mutate an immutable in place): owner is the
 * caller, local count one, shared count zero. */
static inline bool rc_is_unique(const struct object *o)
{
    return object_is_mine(o) && atomic_load_explicit(&o->local, memory_order_relaxed) >> 1 == 1 &&
           (atomic_load_explicit(&o->shared, memory_order_acquire) & ~SHARED_DISTURBED) == 0 && !object_is_immortal(o);
}

/* The same for values: immediates and NULL pass. */
static inline __attribute__((always_inline)) value value_inc(value v) /* returns v, now owned by the caller */
{
    if (value_is_object(v) && v)
        rc_inc(value_object(v));
    return v;
}
static inline void value_dec(value v)
{
    if (value_is_object(v) && v)
        rc_dec(value_object(v));
}

/* value_dec when that is plain arithmetic. False: nothing was done, rc_dec_slow is to be called. */
static inline __attribute__((always_inline)) bool value_dec_plain(value v)
{
    if (!value_is_object(v) || !v)
        return true;
    struct object *o = value_object(v);
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    thread_check_unlocked("a reference is dropped");
    if (unlikely(!object_is_mine(o) || local < 2 * LOCAL_ONE))
        return false;
    atomic_store_explicit(&o->local, (local - LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
    return true;
}

/* ---- pages that nobody else looks into: revealed.c
 * ------------------------------------------------------------------------------------------------------------------ */
/* How far other threads have come to look into a page's objects; by the page's number. A page goes up only. */
enum page_view {
    PAGE_UNSEEN,    /* nobody but the owner counts its objects by a pointer read from a slot, or takes their locks */
    PAGE_SHOWING,   /* somebody is about to: every thread is made to see that */
    PAGE_SEEN,      /* every thread has seen it */
    PAGE_LEFT_ALONE /* and the owner is in no section of it (object_enter) any more */
};
#define HEAP_PAGE_SHIFT 16
extern uintptr_t page_views; /* where the view of address 0 would be */

static inline _Atomic uint8_t *page_view_of(const struct object *o)
{
    return (_Atomic uint8_t *)(page_views + ((uintptr_t)o >> HEAP_PAGE_SHIFT));
}
static inline bool object_is_unseen(const struct object *o)
{
    return atomic_load_explicit(page_view_of(o), memory_order_relaxed) == PAGE_UNSEEN;
}
/* True: the caller owns the object and no other thread locks it or shares it (object_share) until object_leave. Costs
   no atomic operation. One object at a time; what holds of a lock's holder holds of the caller. */
static inline bool object_enter(struct object *o)
{
    struct thread_slot *self = thread_self;
    if (unlikely(!object_is_mine(o) || atomic_load_explicit(&self->section, memory_order_relaxed)))
        return false;
    atomic_store_explicit(&self->section, o, memory_order_release); /* what earlier ones changed is behind this, too */
    atomic_signal_fence(memory_order_seq_cst); /* the others' part of the barrier is in page_show */
    if (likely(object_is_unseen(o)))
        return true;
    atomic_store_explicit(&self->section, NULL, memory_order_release);
    return false;
}
static inline void object_leave(void)
{
    atomic_store_explicit(&thread_self->section, NULL, memory_order_release);
}
/* May the object's owner, another thread, be in a section of it? A merged object has none. */
static inline bool object_is_hidden(const struct object *o)
{
    return atomic_load_explicit(page_view_of(o), memory_order_acquire) != PAGE_LEFT_ALONE &&
           atomic_load_explicit(&o->owner, memory_order_relaxed) != THREAD_NOBODY;
}
/* For a thread that does not own the object, before it takes part in it by atomic operations: afterwards the owner is
   in no section of it, nor ever will be. Waits for the owner like for a lock. */
void object_reveal_slow(struct object *o);
static inline void object_reveal(struct object *o)
{
    if (unlikely(object_is_hidden(o)))
        object_reveal_slow(o);
}

/* ---- object locks
 * ------------------------------------------------------------------------------------------------------------------ */
/* See byte locks in threads.h: no Python code, no rc_dec, no safepoint, no blocking while held. Skipped while the
 * process has one mutator thread. */
void object_lock_slow(struct object *o);
static inline void object_lock(struct object *o)
{
    if (unlikely(!thread_is_alone()) && !object_enter(o))
        object_lock_slow(o);
}
static inline void object_unlock(struct object *o)
{
    if (likely(thread_is_alone()))
        return;
    if (atomic_load_explicit(&thread_self->section, memory_order_relaxed) == o)
        object_leave();
    else
        (byte_unlock)(&o->lock);
}
#ifdef ATOLL_CHECKED /* as in threads.h; also where there is nobody to lock out */
#define object_enter(o)  (object_enter(o) && (thread_lock_begin(THREAD_HERE), true))
#define object_leave()   (object_leave(), thread_lock_end())
#define object_lock(o)   (thread_lock_begin(THREAD_HERE), object_lock(o))
#define object_unlock(o) (object_unlock(o), thread_lock_end())
#endif

/* True when no other mutator reads or writes the object without its lock: no other thread exists, or the caller owns
 * it and nobody else has flagged it. Others may hold it all the same: a reference that moves (list.pop, a queue, a
 * result, a generator's send) is not counted anew, so nothing is flagged on its way. That is why each of them flags the
 * object itself before it looks into its storage (object_share). For deciding about replaced storage, under the lock or
 * after it: who flags later finds the new storage. Without the lock the answer may be out of date at once when other
 * threads exist: it is no licence to change the object unlocked. */
static inline bool object_is_private(const struct object *o)
{
    if (thread_is_alone())
        return true;
    /* An atomic operation that changes nothing: who sets the flag after it sees what the caller published before. */
    return object_is_mine(o) && !(atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_SHARED) &&
           !(atomic_fetch_or_explicit((_Atomic uint8_t *)&o->flags, 0, memory_order_acq_rel) & OBJECT_SHARED);
}
/* A thread that is about to use a container without its lock calls this first, once: when it is not the owner and the
   object is not yet flagged, takes the lock and flags it, so that the owner, which tests the flag under the lock before
   it frees storage, knows of readers, and changes nothing without the lock any more. Cheap when already flagged. */
void object_share_slow(struct object *o);
static inline void object_share(struct object *o)
{
    if (object_is_mine(o))
        return;
    if (unlikely(!(atomic_load_explicit(&o->flags, memory_order_acquire) & OBJECT_SHARED) || object_is_hidden(o)))
        object_share_slow(o);
}
static inline void storage_release(struct object *o, void *storage, size_t size)
{
    if (object_is_private(o))
        storage_free(storage, size);
    else
        storage_retire(storage, size);
}

/* ---- heap slots
 * --------------------------------------------------------------------------------------------------------------------
 */
/* The slot-level operations that keep C1 to C3; containers with invariants of their own (length and items, table and
 * entries) build on the pieces above. */
value slot_load_slow(struct object *container, value_slot *slot);

/* The slot's value as an owned reference (NULL when empty). `container` is the object whose memory (or current storage)
   the slot is in; it must stay reachable. For slots inside replaceable storage the caller re-checks the storage pointer
   or holds the lock. */
static inline value slot_load(struct object *container, value_slot *slot)
{
    value v = atomic_load_explicit(slot, memory_order_acquire);
    if (!value_is_object(v) || !v)
        return v;
    /* What the caller owns cannot die under its hands: others only queue it, and the queue is merged at safepoints. */
    if (likely(object_is_mine(value_object(v)) || thread_is_alone())) {
        rc_inc(value_object(v));
        return v;
    }
    if (likely(rc_try_inc(value_object(v)))) {
        if (likely(atomic_load_explicit(slot, memory_order_seq_cst) == v))
            return v;
        rc_dec(value_object(v));
    }
    return slot_load_slow(container, slot);
}
/* The same for where it is hot: in line what immediates and the caller's own objects take, and no more. */
value slot_load_out_of_line(struct object *container, value_slot *slot);
static inline __attribute__((always_inline)) value slot_load_near(struct object *container, value_slot *slot)
{
    value v = atomic_load_explicit(slot, memory_order_acquire);
    if (!value_is_object(v))
        return v;
    struct object *o = value_object(v);
    uint32_t local;
    if (likely(o != NULL) && likely(object_is_mine(o)) &&
        likely((local = atomic_load_explicit(&o->local, memory_order_relaxed)) < UINT32_MAX / 2)) {
        atomic_store_explicit(&o->local, (local + LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
        return v;
    }
    return slot_load_out_of_line(container, slot);
}
/* Peek without counting: the word as it is. To use an object found so, one of these must hold, and then only until the
   caller's next safepoint or call that may run Python code: no other mutator exists (`alone`); the caller owns the
   object (object_is_mine: others cannot free it before the owner's next safepoint); or the slot never changes and the
   container is held. A private container is NOT enough: another thread may share it and overwrite the slot at this
   moment. */
static inline value slot_peek(const value_slot *slot)
{
    return atomic_load_explicit((value_slot *)slot, memory_order_relaxed);
}
/* First store into a slot of a newborn object that nobody else has seen; steals the reference. */
static inline void slot_init(value_slot *slot, value v)
{
    atomic_store_explicit(slot, v, memory_order_release);
}
/* Put `v` in and return what was there; both references are moved (the caller drops the result: that is the mark). */
static inline value slot_exchange(value_slot *slot, value v)
{
    if (likely(thread_is_alone())) {
        value old = atomic_load_explicit(slot, memory_order_relaxed);
        atomic_store_explicit(slot, v, memory_order_release);
        return old;
    }
    chaos_point();
    return atomic_exchange_explicit(slot, v, memory_order_seq_cst); /* pairs with slot_load's second look */
}
/* Store, stealing `v`, and drop what was there. For slots at fixed places of an object (not in a list or dict). Readers
 * under the container's lock are right too: see slot_load_slow. */
static inline void slot_store(struct object *container, value_slot *slot, value v)
{
    (void)container;
    value_dec(slot_exchange(slot, v));
}
/* Take the reference out, leaving `replacement` (stolen); marks the container (C3) because no count changes. */
static inline value slot_take(struct object *container, value_slot *slot, value replacement)
{
    value old = slot_exchange(slot, replacement);
    if (value_is_object(old) && old)
        rc_mark(container);
    return old;
}

/* For destroy functions: drop what a slot of a dead object holds. Nobody else writes there any more. */
static inline void slot_drop(value_slot *slot)
{
    value old = atomic_load_explicit(slot, memory_order_relaxed);
    atomic_store_explicit(slot, NULL, memory_order_relaxed);
    if (value_is_object(old) && old && !object_is_immortal(value_object(old)))
        rc_dec(value_object(old));
}

/* ---- traversal
 * ----------------------------------------------------------------------------------------------------------------------
 */
/* One visitor for the collector's snapshot, debug full traces, and gc.get_referents. */
void trace_value(struct gc_trace *trace, value v); /* a reference that was read already */
/* The trace_ functions, and traverse functions that read fields of their own (a length, a capacity, a frame), read what
   another thread may be writing at this moment, plainly even, because the block may be in its next life. That is a race
   by design, as in the reader of a sequence lock: what was read is used only where it stays inside the block, and
   believed only if the object is not disturbed afterwards. So ThreadSanitizer is not to look. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GC_READS_RACILY __attribute__((disable_sanitizer_instrumentation, noinline))
#endif
#elif defined(__SANITIZE_THREAD__)
#define GC_READS_RACILY __attribute__((no_sanitize("thread"), noinline))
#endif
#ifndef GC_READS_RACILY
#define GC_READS_RACILY
#endif
GC_READS_RACILY static inline void trace_slot(struct gc_trace *trace, const value_slot *slot)
{
    value v = atomic_load_explicit((value_slot *)slot, memory_order_relaxed);
    if (value_is_object(v) && v)
        trace_value(trace, v);
}
void trace_slots(struct gc_trace *trace, const value_slot *slots, size_t count);
/* Load a storage pointer for following it, or NULL when the object was disturbed since its snapshot began (then return:
 * the object is busy). */
void *trace_storage(struct gc_trace *trace, void *const _Atomic *pointer);
/* True when the object was disturbed since its snapshot began: what was read may make no sense. Call it after reading a
   length or an offset inside storage and before using it; trace_slots does so itself. */
bool trace_disturbed(struct gc_trace *trace);

/* ---- weak references
 * ------------------------------------------------------------------------------------------------------------------ */
/* A weak reference object begins with this. The referent is an uncounted path to its object, guarded by the room's own
 * weak locks. */
struct weak_reference {
    struct object header;
    _Atomic(struct object *) referent;      /* NULL once cleared */
    struct weak_reference *next, *previous; /* in the referent's list; guarded */
    value_slot callback;                    /* counted; NULL for none */
    uint8_t rank; /* set before it is attached; the list goes by ranks, among equals the newest first */
};
/* Attach a newborn reference to an object the caller holds. false: no memory. */
bool weak_attach(struct weak_reference *reference, struct object *referent);
/* A live, callback-free reference of exactly this type that already exists for the object, counted; NULL when there is
 * none. */
struct weak_reference *weak_find_plain(struct object *referent, struct object_type *type);
/* The referent as an owned reference, or NULL when it is gone (or dying). */
struct object *weak_load(struct weak_reference *reference);
/* Detach (the reference dies first, or is cleared by hand). Idempotent; called by the reference type's destroy. */
void weak_detach(struct weak_reference *reference);
/* All live weak references of an object, counted, in `out` (room for `max`); returns how many there are. */
size_t weak_list(struct object *referent, struct weak_reference **out, size_t max);

/* ---- the collector
 * --------------------------------------------------------------------------------------------------------------------
 */
enum gc_generation { GC_YOUNG = 0, GC_FULL = 2 };
struct gc_stats {
    uint64_t cycles[3];            /* young, (unused), full */
    uint64_t examined;             /* objects looked at by snapshots */
    uint64_t islands, unreachable; /* islands condemned and objects in them */
    uint64_t uncollectable;
    uint64_t nanoseconds;   /* time of the collector in cycles */
    uint64_t mutator_stops; /* times a mutator waited for the collector or the collector for a mutator: watched.h */
    uint64_t helped_pages;  /* snapshot pages processed by mutators */
    uint64_t longest_grace; /* nanoseconds: the longest grace period so far */
    uint64_t heap_bytes, live_containers, live_leaves;
};
void gc_get_stats(struct gc_stats *stats);
void gc_request_cycle(enum gc_generation generation); /* asynchronous */
/* Whole cycles until one finds nothing new; the calling thread is in a blocking region meanwhile (the function does
   that itself) and then runs the pending work. Returns the number of unreachable objects. */
size_t gc_collect(enum gc_generation generation);
/* Run queued finalizers and weak reference callbacks on the calling mutator. */
void gc_run_pending(void);
void gc_set_enabled(bool enabled); /* automatic cycles */
bool gc_is_enabled(void);
/* Leave all containers that there are now out of later cycles: what they refer to lives while they do. They still die
   when their counts end. False: no memory, nothing was done. */
bool gc_freeze(void);
void gc_unfreeze(void);
size_t gc_count_frozen(void);
/* Who wants to know of cycles; each may be NULL. The first three are called on the thread that runs the cycle, the
   collector's as a rule, and only look. */
struct gc_report {
    void (*begins)(enum gc_generation generation);
    void (*found)(struct object *object); /* it is unreachable, and about to be torn down */
    void (*ends)(uint64_t unreachable, uint64_t nanoseconds);
    /* Nothing is torn down: each object that was found is handed over with a reference, by gc_run_pending. Its
       finalizer has run and its weak references are cleared. */
    void (*saved)(struct object *object);
};
void gc_set_report(const struct gc_report *report); /* or NULL; from the next cycle on */
const struct gc_report *gc_get_report(void);
/* Containers that were made since the last cycle began, net of those that died, as far as the calling thread knows;
   young cycles since the last full one; 0. */
void gc_get_counts(size_t out[3]);
void gc_set_thresholds(size_t young_objects, size_t second, size_t full);
void gc_get_thresholds(size_t out[3]);
/* Call `visit(object, context)` for each live container with a counted reference held for the call; the collector is
 * excluded meanwhile. Stops when visit returns false. */
void gc_walk(bool (*visit)(struct object *object, void *context), void *context);
/* The same for those that a young cycle would examine now, or for the others. */
void gc_walk_generation(enum gc_generation generation, bool (*visit)(struct object *object, void *context),
                        void *context);
/* To be called before somebody looks into objects that a walk found: an owner that takes itself for the only one who
   knows an object (rc_is_unique) may be changing it at this moment. Waits for a grace period, unless the caller is
   alone. */
void gc_walk_settle(void);
/* Visit what an object refers to now (gc.get_referents): `visit` owns the
   references it gets, and looks at them only. */
void gc_walk_referents(struct object *object, bool (*visit)(value referent, void *context), void *context);

/* ---- tracing of allocations
 * ------------------------------------------------------------------------------------------------------------------ */
/* Who wants to know of blocks of objects, types and storage. Both are called on any thread, also the collector's and
   such as are not attached, at a place where the thread may look at what it holds and nothing else: they allocate
   nothing here, drop nothing, and wait for nobody but each other. */
struct heap_tracer {
    void (*allocated)(const void *block, size_t size); /* of so many bytes, as was asked for; not yet published */
    void (*freed)(const void *block); /* before anybody can get it anew; also of blocks never heard of */
};
/* Tell it from now on, or nobody (NULL). Other threads notice at their next allocation or soon after. Costs nothing
   while nobody is told: else no block is taken or given back in line. */
void heap_trace(const struct heap_tracer *tracer);

/* ---- failure injection (tests)
 * --------------------------------------------------------------------------------------------------- */
/* The next `after`-th allocation of objects, types or storage fails, and each later one when `persistent`; 0 switches
 * off. Returns how many allocations were made since the last call. */
uint64_t heap_inject_failure(uint64_t after, bool persistent);
/* For allocators of raw memory that take part: count one allocation; true when it is the one that must fail. False,
 * and nothing counted, unless heap_inject_failure was called before. Any thread. */
bool heap_fails_here(void);

#endif
