/*
 * _tracemalloc: where the blocks of the private heap were allocated. Objects are found by their addresses, and so is
 * the storage behind containers.
 *
 * While tracing is on the heap tells of each block (struct heap_tracer). Traces are in tables by address, in stripes:
 * each has a lock, which is held for one step at one address. A block's trace is there before anybody else can know the
 * block, and gone before it can be allocated anew, so the tables are exact whichever thread frees what. In the hooks
 * nothing is allocated on the heap, counted or dropped: names of files are copied.
 *
 * Names and tracebacks are kept once each, in a store of chains to which entries are added without a lock, and from
 * which none is taken. To clear all traces is to put another store in place: who looks one up holds a stripe's lock, so
 * when each stripe was locked once nobody uses the old one but readers, who are counted.
 */
#include "runtime/modules/introspection/tracemalloc.h"
#include "runtime/interp/frame.h"
#include "runtime/modules/module.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <pthread.h>
#include <stdlib.h>

#define FRAMES_MAX        UINT16_MAX
#define FRAMES_ON_C_STACK 32
#define STRIPES           64
#define TABLE_LEAST       64 /* a power of two */
#define FILE_CHAINS       256
#define TRACEBACK_CHAINS  16384

/* ---- the store ---- */

struct entry {
    struct entry *next;
    uint64_t hash;
    size_t bytes; /* of memory */
};

struct file {
    struct entry entry;
    size_t length;
    unsigned width;
    uint8_t text[];
};

struct line {
    const struct file *file;
    uint32_t number; /* 0: not known */
};

struct traceback {
    struct entry entry;
    uint16_t total, count; /* frames that there were, at most FRAMES_MAX; lines that are kept, the innermost first */
    struct line lines[];
};

struct store {
    struct store *next; /* among old ones */
    _Atomic size_t bytes;
    struct entry *_Atomic files[FILE_CHAINS];
    struct entry *_Atomic tracebacks[TRACEBACK_CHAINS];
};

/* The entry that is the same as `key`, made when there is none. NULL: no memory. */
static struct entry *intern(struct store *store, struct entry *_Atomic *chain, uint64_t hash, const void *key,
                            bool (*is_same)(const struct entry *entry, const void *key),
                            struct entry *(*make)(const void *key))
{
    struct entry *head = atomic_load_explicit(chain, memory_order_acquire), *seen = NULL, *fresh = NULL;
    for (;;) {
        for (struct entry *e = head; e != seen; e = e->next)
            if (e->hash == hash && is_same(e, key)) {
                free(fresh);
                return e;
            }
        if (!fresh && !(fresh = make(key)))
            return NULL;
        fresh->hash = hash;
        fresh->next = seen = head;
        if (atomic_compare_exchange_strong_explicit(chain, &head, fresh, memory_order_acq_rel, memory_order_acquire)) {
            atomic_fetch_add_explicit(&store->bytes, fresh->bytes, memory_order_relaxed);
            return fresh;
        }
    }
}

static bool is_same_file(const struct entry *entry, const void *key)
{
    const struct file *file = (const struct file *)entry;
    const struct span *name = key;
    return file->length == name->length && file->width == name->width &&
           memcmp(file->text, name->data, name->length * name->width) == 0;
}

static struct entry *make_file(const void *key)
{
    const struct span *name = key;
    size_t bytes = sizeof(struct file) + name->length * name->width;
    struct file *file = malloc(bytes);
    if (!file)
        return NULL;
    *file = (struct file){.entry.bytes = bytes, .length = name->length, .width = name->width};
    memcpy(file->text, name->data, name->length * name->width);
    return &file->entry;
}

/* A traceback that is looked for. */
struct found {
    uint32_t total, count;
    struct line *lines;
};

static bool is_same_traceback(const struct entry *entry, const void *key)
{
    const struct traceback *traceback = (const struct traceback *)entry;
    const struct found *found = key;
    if (traceback->total != found->total || traceback->count != found->count)
        return false;
    for (uint32_t i = 0; i < found->count; i++)
        if (traceback->lines[i].file != found->lines[i].file || traceback->lines[i].number != found->lines[i].number)
            return false;
    return true;
}

static struct entry *make_traceback(const void *key)
{
    const struct found *found = key;
    size_t bytes = sizeof(struct traceback) + found->count * sizeof(struct line);
    struct traceback *traceback = malloc(bytes);
    if (!traceback)
        return NULL;
    *traceback =
        (struct traceback){.entry.bytes = bytes, .total = (uint16_t)found->total, .count = (uint16_t)found->count};
    memcpy(traceback->lines, found->lines, found->count * sizeof(struct line));
    return &traceback->entry;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static const struct traceback *find_traceback(struct store *store, const struct found *found)
{
    uint64_t hash = mix(found->total, found->count);
    for (uint32_t i = 0; i < found->count; i++)
        hash = mix(mix(hash, found->lines[i].file->entry.hash), found->lines[i].number);
    return (const struct traceback *)intern(store, &store->tracebacks[hash % TRACEBACK_CHAINS], hash, found,
                                            is_same_traceback, make_traceback);
}

static void free_chains(struct entry *_Atomic *chains, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (struct entry *e = atomic_load_explicit(&chains[i], memory_order_relaxed), *next; e; e = next) {
            next = e->next;
            free(e);
        }
}

static void free_store(struct store *store)
{
    free_chains(store->files, FILE_CHAINS);
    free_chains(store->tracebacks, TRACEBACK_CHAINS);
    free(store);
}

/* ---- traces ---- */

struct trace {
    const void *block; /* NULL: none here */
    size_t size;
    const struct traceback *traceback;
};

static struct stripe {
    _Alignas(64) _Atomic uint8_t lock;
    struct trace *traces; /* open addressing, without marks for what was taken out */
    size_t count, capacity;
    size_t traced; /* bytes */
} stripes[STRIPES];

static _Atomic bool tracing;
static struct store *_Atomic current_store; /* NULL: nothing is traced; read once under a stripe's lock */
static _Atomic uint32_t frame_limit = 1;
static _Atomic size_t traced_now, traced_peak;
static _Thread_local bool untraced; /* what this thread allocates now is the module's own */

/* Begins and ends of tracing, and of reading; no stripe's lock is held when it is taken. */
static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER;
static size_t readers;
static struct store *old_stores;

static uint64_t hash_of(const void *block)
{
    return mix(0, (uintptr_t)block >> 4);
}
static struct stripe *stripe_of(const void *block)
{
    return &stripes[hash_of(block) >> 58];
}

/* The block's place in the table, or where it would be; the table has room. */
static size_t place_of(const struct stripe *stripe, const void *block)
{
    size_t i = hash_of(block) & (stripe->capacity - 1);
    while (stripe->traces[i].block && stripe->traces[i].block != block)
        i = (i + 1) & (stripe->capacity - 1);
    return i;
}

static bool make_room(struct stripe *stripe)
{
    if (stripe->count < stripe->capacity / 4 * 3)
        return true;
    struct stripe grown = {.capacity = stripe->capacity ? stripe->capacity * 2 : TABLE_LEAST};
    grown.traces = calloc(grown.capacity, sizeof *grown.traces);
    if (!grown.traces)
        return false;
    for (size_t i = 0; i < stripe->capacity; i++)
        if (stripe->traces[i].block)
            grown.traces[place_of(&grown, stripe->traces[i].block)] = stripe->traces[i];
    free(stripe->traces);
    stripe->traces = grown.traces;
    stripe->capacity = grown.capacity;
    return true;
}

static void note_size(struct stripe *stripe, size_t size)
{
    stripe->traced += size;
    size_t now = atomic_fetch_add_explicit(&traced_now, size, memory_order_relaxed) + size;
    size_t peak = atomic_load_explicit(&traced_peak, memory_order_relaxed);
    while (peak < now &&
           !atomic_compare_exchange_weak_explicit(&traced_peak, &peak, now, memory_order_relaxed, memory_order_relaxed))
        ;
}
static void forget_size(struct stripe *stripe, size_t size)
{
    stripe->traced -= size;
    atomic_fetch_sub_explicit(&traced_now, size, memory_order_relaxed);
}

/* Where there is no memory for it, a block has no trace. */
static void add_trace(struct stripe *stripe, const struct trace *trace)
{
    if (!make_room(stripe))
        return;
    stripe->traces[place_of(stripe, trace->block)] = *trace;
    stripe->count++;
    note_size(stripe, trace->size);
}

/* What lies behind the one that is taken out moves up, unless it would then lie before its own place. */
static void take_trace(struct stripe *stripe, size_t hole)
{
    size_t mask = stripe->capacity - 1;
    forget_size(stripe, stripe->traces[hole].size);
    stripe->count--;
    for (size_t i = (hole + 1) & mask; stripe->traces[i].block; i = (i + 1) & mask) {
        size_t home = hash_of(stripe->traces[i].block) & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            stripe->traces[hole] = stripe->traces[i];
            hole = i;
        }
    }
    stripe->traces[hole].block = NULL;
}

/* ---- what the heap tells ---- */

/* Names of files are borrowed: the frames run. */
struct place {
    value name; /* an exact str; NULL: no frame runs */
    uint32_t line;
};

/* A frame that is still making its cells or its generator is not shown. */
static const struct frame *innermost(void)
{
    const struct frame *frame = interpreter_self->frame;
    unsigned opcode = frame ? instruction_opcode(frame->code->units[frame_unit(frame)]) : OP_RESUME;
    return opcode == OP_MAKE_CELL || opcode == OP_RETURN_GENERATOR ? frame->previous : frame;
}

static uint32_t gather(struct place *places, uint32_t limit)
{
    uint32_t total = 0;
    for (const struct frame *frame = innermost(); frame; frame = frame->previous) {
        if (total < limit) {
            struct code_location where;
            code_locate(frame->code, frame_unit(frame), &where);
            places[total] =
                (struct place){str_exact(slot_peek(&frame->code->filename)), where.line > 0 ? (uint32_t)where.line : 0};
        }
        if (total < FRAMES_MAX)
            total++;
    }
    return total;
}

static const struct file *find_file(struct store *store, value name)
{
    struct span text = name ? str_span(name) : (struct span){"<unknown>", 9, 1};
    uint64_t hash = name ? (uint64_t)str_hash(name) : 0;
    return (const struct file *)intern(store, &store->files[hash % FILE_CHAINS], hash, &text, is_same_file, make_file);
}

static const struct traceback *keep_traceback(struct store *store, const struct place *places, struct found *found)
{
    for (uint32_t i = 0; i < found->count; i++)
        if (!(found->lines[i] = (struct line){find_file(store, places[i].name), places[i].line}).file)
            return NULL;
    return find_traceback(store, found);
}

static void allocated(const void *block, size_t size)
{
    if (untraced)
        return;
    struct place few_places[FRAMES_ON_C_STACK], *places = few_places;
    struct line few_lines[FRAMES_ON_C_STACK];
    struct found found = {.lines = few_lines};
    uint32_t limit = atomic_load_explicit(&frame_limit, memory_order_relaxed);
    uint32_t depth = interpreter_self ? interpreter_self->depth : 0;
    uint32_t most = limit < depth + 1 ? limit : depth + 1;
    if (most > FRAMES_ON_C_STACK) {
        places = malloc(most * (sizeof *places + sizeof *found.lines));
        if (!places)
            return;
        found.lines = (struct line *)(places + most);
    }
    found.total = interpreter_self ? gather(places, most) : 0;
    if (!found.total) {
        places[0] = (struct place){0};
        found.total = 1;
    }
    found.count = found.total < most ? found.total : most;
    struct stripe *stripe = stripe_of(block);
    byte_lock(&stripe->lock);
    struct store *store = atomic_load_explicit(&current_store, memory_order_acquire);
    chaos_point();
    if (store) {
        struct trace trace = {block, size, keep_traceback(store, places, &found)};
        if (trace.traceback)
            add_trace(stripe, &trace);
    }
    byte_unlock(&stripe->lock);
    if (places != few_places)
        free(places);
}

static void freed(const void *block)
{
    struct stripe *stripe = stripe_of(block);
    byte_lock(&stripe->lock);
    size_t i = stripe->count ? place_of(stripe, block) : 0;
    if (stripe->count && stripe->traces[i].block)
        take_trace(stripe, i);
    byte_unlock(&stripe->lock);
}

static const struct heap_tracer tracer = {.allocated = allocated, .freed = freed};

/* ---- beginning and end ---- */

/* `life` is held. No trace refers to the old store from then on. */
static void replace_store(struct store *fresh)
{
    struct store *old = atomic_exchange_explicit(&current_store, fresh, memory_order_acq_rel);
    for (size_t i = 0; i < STRIPES; i++) {
        struct stripe *stripe = &stripes[i];
        byte_lock(&stripe->lock);
        struct trace *traces = stripe->traces;
        forget_size(stripe, stripe->traced);
        stripe->traces = NULL;
        stripe->count = stripe->capacity = 0;
        byte_unlock(&stripe->lock);
        free(traces);
    }
    atomic_store_explicit(&traced_peak, atomic_load_explicit(&traced_now, memory_order_relaxed), memory_order_relaxed);
    if (old && !readers) {
        free_store(old);
    } else if (old) {
        old->next = old_stores;
        old_stores = old;
    }
}

bool tracemalloc_start(int frames)
{
    if (frames < 1 || frames > FRAMES_MAX) {
        raise(EXC(ValueError), "the number of frames must be in range [1; %d]", FRAMES_MAX);
        return false;
    }
    struct store *fresh = calloc(1, sizeof *fresh);
    pthread_mutex_lock(&life);
    bool on = atomic_load_explicit(&tracing, memory_order_relaxed);
    if (!on && fresh) {
        atomic_store_explicit(&frame_limit, (uint32_t)frames, memory_order_relaxed);
        replace_store(fresh);
        heap_trace(&tracer);
        atomic_store_explicit(&tracing, true, memory_order_release);
    }
    pthread_mutex_unlock(&life);
    if (on)
        free(fresh);
    return on || fresh || raise_no_memory();
}

static void stop(void)
{
    pthread_mutex_lock(&life);
    if (atomic_exchange_explicit(&tracing, false, memory_order_acq_rel)) {
        replace_store(NULL);
        heap_trace(NULL);
    }
    pthread_mutex_unlock(&life);
}

static void reading_begins(void)
{
    pthread_mutex_lock(&life);
    readers++;
    pthread_mutex_unlock(&life);
    untraced = true;
}

static void reading_ends(void)
{
    untraced = false;
    pthread_mutex_lock(&life);
    if (--readers == 0)
        for (struct store *next; old_stores; old_stores = next) {
            next = old_stores->next;
            free_store(old_stores);
        }
    pthread_mutex_unlock(&life);
}

/* ---- what programs see ---- */

/* The value that `known`, a dict, has for an entry of the store; made when there is none. Owned. */
static value of_entry(value known, const void *entry, value (*make)(value known, const void *entry))
{
    value key = int_from_u64((uintptr_t)entry), v = key ? dict_get(known, key) : NULL;
    if (v == VALUE_MISSING) {
        v = make(known, entry);
        if (v && !dict_set(known, key, v)) {
            value_dec(v);
            v = NULL;
        }
    }
    value_dec(key);
    return v;
}

static value file_name(value known, const void *entry)
{
    const struct file *file = entry;
    return str_from_span((struct span){file->text, file->length, file->width});
}

static value traceback_lines(value known, const void *entry)
{
    const struct traceback *traceback = entry;
    value lines = list_new(traceback->count);
    for (uint32_t i = 0; lines && i < traceback->count; i++) {
        value name = of_entry(known, traceback->lines[i].file, file_name);
        value parts[] = {name, small_int(traceback->lines[i].number)};
        value line = name ? tuple_from_owned(parts, 2) : NULL;
        if (!line || !list_append_owned(lines, line)) {
            value_dec(lines);
            return NULL;
        }
    }
    value tuple = lines ? list_to_tuple(lines) : NULL;
    value_dec(lines);
    return tuple;
}

/* All traces, stripe by stripe; malloc'd. false with MemoryError. */
static bool copy_traces(struct trace **copies, size_t *count)
{
    size_t room = 0;
    *copies = NULL;
    *count = 0;
    for (size_t s = 0; s < STRIPES; thread_pause(thread_self)) {
        struct stripe *stripe = &stripes[s];
        byte_lock(&stripe->lock);
        size_t needed = *count + stripe->count;
        for (size_t i = 0; needed <= room && i < stripe->capacity; i++)
            if (stripe->traces[i].block)
                (*copies)[(*count)++] = stripe->traces[i];
        byte_unlock(&stripe->lock);
        if (needed <= room) {
            s++;
            continue;
        }
        struct trace *more = realloc(*copies, 2 * needed * sizeof *more);
        if (!more)
            return raise_no_memory();
        *copies = more;
        room = 2 * needed;
    }
    return true;
}

static value make_trace(value known, const struct trace *trace)
{
    value parts[] = {small_int(0), int_from_u64(trace->size), of_entry(known, trace->traceback, traceback_lines),
                     small_int(trace->traceback->total)};
    if (parts[1] && parts[2])
        return tuple_from_owned(parts, 4);
    value_dec(parts[1]);
    value_dec(parts[2]);
    return NULL;
}

static value module_get_traces(value self)
{
    value list = list_new(0), known = list ? dict_new() : NULL;
    struct trace *traces = NULL;
    size_t count = 0;
    reading_begins();
    bool done = known && copy_traces(&traces, &count);
    for (size_t i = 0; done && i < count; thread_report_at(++i)) {
        value trace = make_trace(known, &traces[i]);
        done = trace && list_append_owned(list, trace);
    }
    free(traces);
    value_dec(known);
    reading_ends();
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

static value module_get_object_traceback(value self, value obj)
{
    struct stripe *stripe = stripe_of(obj);
    const struct traceback *traceback = NULL;
    if (!value_is_object(obj))
        return VALUE_NONE;
    reading_begins();
    byte_lock(&stripe->lock);
    if (stripe->count) {
        const struct trace *trace = &stripe->traces[place_of(stripe, obj)];
        traceback = trace->block ? trace->traceback : NULL;
    }
    byte_unlock(&stripe->lock);
    value known = traceback ? dict_new() : NULL;
    value lines = known ? traceback_lines(known, traceback) : NULL;
    value_dec(known);
    reading_ends();
    return traceback ? lines : VALUE_NONE;
}

static value module_is_tracing(value self)
{
    return value_bool(atomic_load_explicit(&tracing, memory_order_relaxed));
}

static value module_clear_traces(value self)
{
    struct store *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return raise_no_memory();
    pthread_mutex_lock(&life);
    bool on = atomic_load_explicit(&tracing, memory_order_relaxed);
    if (on)
        replace_store(fresh);
    pthread_mutex_unlock(&life);
    if (!on)
        free(fresh);
    return VALUE_NONE;
}

static value module_start(value self, value given_frames)
{
    int frames;
    if (!value_as_int(given_frames, &frames) || !tracemalloc_start(frames))
        return NULL;
    return VALUE_NONE;
}

static value module_stop(value self)
{
    stop();
    return VALUE_NONE;
}

static value module_get_traceback_limit(value self)
{
    return small_int(atomic_load_explicit(&frame_limit, memory_order_relaxed));
}

static value module_get_tracemalloc_memory(value self)
{
    size_t bytes = 0;
    pthread_mutex_lock(&life);
    struct store *store = atomic_load_explicit(&current_store, memory_order_relaxed);
    if (store)
        bytes = sizeof *store + atomic_load_explicit(&store->bytes, memory_order_relaxed);
    for (size_t i = 0; i < STRIPES; i++) {
        byte_lock(&stripes[i].lock);
        bytes += stripes[i].capacity * sizeof(struct trace);
        byte_unlock(&stripes[i].lock);
    }
    pthread_mutex_unlock(&life);
    return int_from_u64(bytes);
}

static value module_get_traced_memory(value self)
{
    size_t now = atomic_load_explicit(&traced_now, memory_order_relaxed);
    size_t peak = atomic_load_explicit(&traced_peak, memory_order_relaxed);
    value parts[] = {int_from_u64(now), int_from_u64(peak > now ? peak : now)};
    return tuple_from_owned(parts, 2);
}

static value module_reset_peak(value self)
{
    atomic_store_explicit(&traced_peak, atomic_load_explicit(&traced_now, memory_order_relaxed), memory_order_relaxed);
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("is_tracing", module_is_tracing, "()",
           "Return True if the tracemalloc module is tracing Python memory allocations."),
    METHOD("clear_traces", module_clear_traces, "()", "Clear traces of memory blocks allocated by Python."),
    METHOD("_get_traces", module_get_traces, "()",
           "Get traces of all memory blocks allocated by Python.\n\nReturn a list of (domain, size, traceback, "
           "frames) tuples; the traceback\nis a tuple of (filename, lineno) tuples."),
    METHOD("_get_object_traceback", module_get_object_traceback, "(obj, /)",
           "Get the traceback where the Python object obj was allocated.\n\nReturn a tuple of (filename, lineno) "
           "tuples, or None."),
    METHOD("start", module_start, "(nframe=1, /)", "Start tracing Python memory allocations."),
    METHOD("stop", module_stop, "()", "Stop tracing Python memory allocations, and clear the traces."),
    METHOD("get_traceback_limit", module_get_traceback_limit, "()",
           "Get the maximum number of frames stored in the traceback of a trace."),
    METHOD("get_tracemalloc_memory", module_get_tracemalloc_memory, "()",
           "Get the memory usage in bytes of the tracemalloc module."),
    METHOD("get_traced_memory", module_get_traced_memory, "()",
           "Get the current size and peak size of memory blocks traced by tracemalloc."),
    METHOD("reset_peak", module_reset_peak, "()",
           "Set the peak size of memory blocks traced by tracemalloc to the current size."),
    {0},
};

const struct module_def _tracemalloc_module = {
    .name = "_tracemalloc",
    .doc = "Debug module to trace memory blocks allocated by Python.",
    .functions = functions,
    .finish = stop,
};
