/*
 * _contention: what the report of contention (runtime/library/) is made of.
 *
 * While it runs, each thread keeps a record: for each place (a kind of contention, the type of what is fought for, the
 * line of Python that lost) how often and for how long, and a timeline of fixed length whose steps double when it is
 * full. A record is its thread's own, under a mutex for the sake of who takes it at the end. Its places are found by
 * addresses that are only compared; what is to be told of them is copied when a place is first seen, so nothing is kept
 * alive. An object that gets a dead one's address, with the same line, is counted there.
 */
#include "runtime/arguments.h"
#include "runtime/interp/frame.h"
#include "runtime/modules/module.h"
#include "runtime/objects/text/str.h"
#include "threads/contention.h"
#include "threads/watched.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 256 };                 /* of a timeline */
#define FIRST_STEP ((int64_t)1000000) /* nanoseconds */

/* A copy of a str's characters. */
struct characters {
    void *data; /* malloced; NULL: none */
    size_t length;
    unsigned width;
};

struct place {
    enum contention_kind kind;
    const struct object_type *type; /* NULL: of nothing that has one */
    const struct code *code;        /* NULL: no Python ran */
    uint32_t unit;
    char *type_name;
    struct characters file, function;
    struct code_location location;
    uint64_t times;
    int64_t waited, longest; /* nanoseconds */
};

struct timeline {
    int64_t step;
    float waited[CONTENTION_KINDS][STEPS]; /* nanoseconds of each step; what is no wait counts as one each */
};

struct record {
    pthread_mutex_t mutex;
    struct record *next; /* of all; they stay */
    uint64_t ident;      /* _thread.get_ident() */
    struct place **table;
    size_t size, count; /* size: a power of two */
    struct timeline *timeline;
    bool incomplete; /* something was not written down for want of memory */
};

static struct record *_Atomic records;
static _Atomic int64_t started;
static char *_Atomic library; /* folder whose code is passed over, with a slash behind it; never freed */
static _Thread_local struct record *own_record;
static _Thread_local bool is_telling; /* what the listener itself does is not told */

/* ---- keeping the record ---- */

static struct record *get_record(void)
{
    struct record *record = own_record;
    if (likely(record != NULL) || !(record = calloc(1, sizeof *record)))
        return record;
    pthread_mutex_init(&record->mutex, NULL);
    record->ident = interpreter_self->ident;
    record->next = atomic_load(&records);
    while (!atomic_compare_exchange_weak(&records, &record->next, record))
        ;
    return own_record = record;
}

static bool copy_characters(struct characters *copy, const value_slot *slot)
{
    value v = slot_peek(slot);
    if (!v)
        return true;
    struct span span = str_span(str_exact(v));
    copy->data = malloc(span.length * span.width + 1);
    if (!copy->data)
        return false;
    memcpy(copy->data, span.data, span.length * span.width);
    copy->length = span.length;
    copy->width = span.width;
    return true;
}

static void delete_place(struct place *place)
{
    if (!place)
        return;
    free(place->type_name);
    free(place->file.data);
    free(place->function.data);
    free(place);
}

static struct place *make_place(enum contention_kind kind, const struct object_type *type, const struct frame *frame)
{
    struct place *place = calloc(1, sizeof *place);
    bool done = place != NULL;
    if (done) {
        *place = (struct place){.kind = kind, .type = type};
        done = !type || (place->type_name = strdup(type->name));
    }
    if (done && frame) {
        place->code = frame->code;
        place->unit = frame_unit(frame);
        code_locate(frame->code, place->unit, &place->location);
        done = copy_characters(&place->file, &frame->code->filename) &&
               copy_characters(&place->function, &frame->code->qualified_name);
    }
    if (done)
        return place;
    delete_place(place);
    return NULL;
}

static size_t hash_place(enum contention_kind kind, const void *type, const void *code, uint32_t unit)
{
    uint64_t h = (uint64_t)(uintptr_t)type * UINT64_C(0x9E3779B97F4A7C15) ^
                 ((uint64_t)(uintptr_t)code + unit * 64u + kind) * UINT64_C(0xC2B2AE3D27D4EB4F);
    return (size_t)(h >> 24);
}

static bool grow_table(struct record *record)
{
    size_t size = record->size ? record->size * 2 : 16;
    struct place **table = calloc(size, sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < record->size; i++) {
        struct place *place = record->table[i];
        if (!place)
            continue;
        size_t at = hash_place(place->kind, place->type, place->code, place->unit) & (size - 1);
        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = place;
    }
    free(record->table);
    record->table = table;
    record->size = size;
    return true;
}

static struct place *find_place(struct record *record, enum contention_kind kind, const struct object_type *type,
                                const struct frame *frame)
{
    const struct code *code = frame ? frame->code : NULL;
    uint32_t unit = frame ? frame_unit(frame) : 0;
    if (record->count * 2 >= record->size && !grow_table(record))
        return NULL;
    size_t at = hash_place(kind, type, code, unit) & (record->size - 1);
    for (struct place *place; (place = record->table[at]); at = (at + 1) & (record->size - 1))
        if (place->kind == kind && place->type == type && place->code == code && place->unit == unit)
            return place;
    struct place *place = make_place(kind, type, frame);
    record->count += place != NULL;
    return record->table[at] = place;
}

/* Twice as long a time in as many steps. */
static void halve_timeline(struct timeline *timeline)
{
    timeline->step *= 2;
    for (int kind = 0; kind < CONTENTION_KINDS; kind++) {
        float *waited = timeline->waited[kind];
        for (int i = 0; i < STEPS / 2; i++)
            waited[i] = waited[2 * i] + waited[2 * i + 1];
        memset(waited + STEPS / 2, 0, STEPS / 2 * sizeof *waited);
    }
}

/* From `begun` to `ended`, in nanoseconds since the start; equal for what is no wait. */
static void note_time(struct timeline *timeline, enum contention_kind kind, int64_t begun, int64_t ended)
{
    while (ended >= timeline->step * STEPS)
        halve_timeline(timeline);
    if (begun == ended)
        timeline->waited[kind][ended / timeline->step]++;
    while (begun < ended) {
        int64_t at = begun / timeline->step, end = (at + 1) * timeline->step;
        end = end < ended ? end : ended;
        timeline->waited[kind][at] += (float)(end - begun);
        begun = end;
    }
}

static bool is_of_library(const struct code *code)
{
    const char *folder = atomic_load_explicit(&library, memory_order_acquire);
    struct span file = str_span(str_exact(slot_peek(&code->filename)));
    size_t length = folder ? strlen(folder) : 0;
    return length && file.width == 1 && file.length > length && memcmp(file.data, folder, length) == 0;
}

/* threading.py makes events, conditions and the ends of threads of locks that are held all the while: who waits for one
   of those waits for no holder. */
static bool waits_for_event(const struct frame *frame)
{
    value name = frame && is_of_library(frame->code) ? slot_peek(&frame->code->name) : NULL;
    return name && (str_equals_text(name, "wait") || str_equals_text(name, "_wait_for_tstate_lock"));
}

/* The innermost frame that is not the library's, or else the innermost: its line is what a reader can change. */
static const struct frame *frame_to_blame(const struct frame *innermost)
{
    const struct frame *frame = innermost;
    while (frame && is_of_library(frame->code))
        frame = frame->previous;
    return frame ? frame : innermost;
}

/* What a thread was about to count by a pointer that it read from a slot may be dead by now, and have no type. */
static const struct object_type *type_told(const struct object *o)
{
    uint32_t type = o ? object_type_ref(o) : 0;
    return type ? type_from_ref(type) : NULL;
}

static void note(enum contention_kind kind, const void *object, int64_t begun)
{
    if (is_telling || !interpreter_self || thread_is_background())
        return;
    is_telling = true;
    int64_t origin = atomic_load_explicit(&started, memory_order_relaxed), now = 0, from = begun;
    if (begun || kind != CONTENTION_COUNT) /* a clock costs more than a failed exchange */
        now = contention_clock();
    if (from < origin) /* it began before, or was no wait */
        from = begun ? origin : now;
    struct record *record = get_record();
    if (record) {
        const struct frame *frame = interpreter_self->frame;
        if (kind == CONTENTION_LOCK && waits_for_event(frame))
            kind = CONTENTION_EVENT;
        pthread_mutex_lock(&record->mutex);
        struct place *place = find_place(record, kind, type_told(object), frame_to_blame(frame));
        if (!record->timeline && (record->timeline = calloc(1, sizeof *record->timeline)))
            record->timeline->step = FIRST_STEP;
        if (place) {
            place->times++;
            place->waited += now - from;
            place->longest = now - from > place->longest ? now - from : place->longest;
        }
        if (now >= origin && now && record->timeline)
            note_time(record->timeline, kind, from - origin, now - origin);
        record->incomplete |= !place || !record->timeline;
        pthread_mutex_unlock(&record->mutex);
    }
    is_telling = false;
}

/* ---- the module ---- */

/* What a record holds; its mutex is not kept. */
struct taken {
    struct place **table;
    size_t size;
    struct timeline *timeline;
    bool incomplete;
};

static struct taken take_record(struct record *record)
{
    pthread_mutex_lock(&record->mutex);
    struct taken taken = {record->table, record->size, record->timeline, record->incomplete};
    record->table = NULL;
    record->size = record->count = 0;
    record->timeline = NULL;
    record->incomplete = false;
    pthread_mutex_unlock(&record->mutex);
    return taken;
}

static void delete_taken(struct taken *taken)
{
    for (size_t i = 0; i < taken->size; i++)
        delete_place(taken->table[i]);
    free(taken->table);
    free(taken->timeline);
}

static value text_or_none(const struct characters *text)
{
    return text->data ? str_from_span((struct span){text->data, text->length, text->width}) : VALUE_NONE;
}

/* (kind, type or None, file or None, function or None, line, end line, column, end column, times, waited, longest) */
static value describe_place(const struct place *place)
{
    const struct code_location *l = &place->location;
    value items[] = {small_int(place->kind),
                     place->type_name ? str_from_utf8(place->type_name, strlen(place->type_name)) : VALUE_NONE,
                     text_or_none(&place->file),
                     text_or_none(&place->function),
                     small_int(l->line),
                     small_int(l->end_line),
                     small_int(l->column),
                     small_int(l->end_column),
                     int_from_i64((int64_t)place->times),
                     int_from_i64(place->waited),
                     int_from_i64(place->longest)};
    return tuple_from_results(items, sizeof items / sizeof *items);
}

/* A list of lists of numbers, one for each kind, up to the last step that is not zero. */
static value describe_timeline(const struct timeline *timeline)
{
    value kinds = list_new(0);
    for (int kind = 0; kinds && kind < CONTENTION_KINDS; kind++) {
        size_t length = STEPS;
        while (length && timeline->waited[kind][length - 1] == 0)
            length--;
        value steps = list_new(0);
        bool done = steps;
        for (size_t i = 0; done && i < length; i++)
            done = list_append_owned(steps, float_new(timeline->waited[kind][i]));
        if (!done || !list_append_owned(kinds, steps)) {
            if (!done)
                value_dec(steps);
            value_dec(kinds);
            kinds = NULL;
        }
    }
    return kinds;
}

/* (ident, places, nanoseconds of a step, timeline, incomplete) */
static value describe_record(uint64_t ident, const struct taken *taken)
{
    value places = list_new(0);
    for (size_t i = 0; places && i < taken->size; i++) {
        if (taken->table[i] && !list_append_owned(places, describe_place(taken->table[i]))) {
            value_dec(places);
            places = NULL;
        }
    }
    value timeline = !places ? NULL : taken->timeline ? describe_timeline(taken->timeline) : list_new(0);
    value items[] = {timeline ? int_from_u64(ident) : NULL, places,
                     timeline ? int_from_i64(taken->timeline ? taken->timeline->step : FIRST_STEP) : NULL, timeline,
                     value_bool(taken->incomplete)};
    return tuple_from_results(items, sizeof items / sizeof *items);
}

static value contention_start(value module, value folder)
{
    struct text text;
    if (!argument_text(folder, "start", 0, &text))
        return NULL;
    if (text.length && !atomic_load(&library)) { /* the library stays where it is */
        char *path = malloc(text.length + 2);
        if (!path) {
            text_release(&text);
            return raise_no_memory();
        }
        memcpy(path, text.bytes, text.length);
        memcpy(path + text.length, "/", 2);
        char *none = NULL;
        if (!atomic_compare_exchange_strong(&library, &none, path))
            free(path);
    }
    text_release(&text);
    contention_listener *nobody = NULL;
    if (!atomic_compare_exchange_strong(&contention_heard_by, &nobody, note))
        return raise(EXC(RuntimeError), "contention is watched already");
    for (struct record *record = atomic_load(&records); record; record = record->next) {
        struct taken old = take_record(record);
        delete_taken(&old);
    }
    atomic_store(&started, contention_clock());
    return VALUE_NONE;
}

/* (seconds, records) */
static value contention_stop(value module)
{
    if (atomic_exchange(&contention_heard_by, NULL) != note)
        return raise(EXC(RuntimeError), "contention is not watched");
    int64_t lasted = contention_clock() - atomic_load(&started);
    value list = list_new(0);
    for (struct record *record = atomic_load(&records); record; record = record->next) {
        struct taken taken = take_record(record);
        if (list && taken.size && !list_append_owned(list, describe_record(record->ident, &taken))) {
            value_dec(list);
            list = NULL;
        }
        delete_taken(&taken);
    }
    value seconds = list ? float_new((double)lasted / 1e9) : NULL;
    value items[] = {seconds, list};
    return tuple_from_results(items, 2);
}

static const struct method_def functions[] = {
    METHOD("start", contention_start, "(library, /)",
           "Watch contention from now on; lines in the folder `library` are passed over for those that called them."),
    METHOD("stop", contention_stop, "()", "Watch no longer; (seconds, what each thread noted)."),
    {0},
};
static bool contention_fill(value module)
{
    static const char *const kinds[CONTENTION_KINDS] = {
        [CONTENTION_LOCK] = "lock wait",          [CONTENTION_EVENT] = "event wait",
        [CONTENTION_OBJECT] = "object lock",      [CONTENTION_COUNT] = "count",
        [CONTENTION_CELLS] = "switched to cells", [CONTENTION_GRACE] = "grace period",
        [CONTENTION_FREED] = "freed elsewhere",
    };
    value names = list_new(0);
    for (int i = 0; names && i < CONTENTION_KINDS; i++) {
        if (!list_append_owned(names, str_from_utf8(kinds[i], strlen(kinds[i])))) {
            value_dec(names);
            return false;
        }
    }
    return module_add_owned(module, "KINDS", names);
}
const struct module_def _contention_module = {
    .name = "_contention",
    .doc = "What threads lose to one another, noted by place.",
    .functions = functions,
    .fill = contention_fill,
};
