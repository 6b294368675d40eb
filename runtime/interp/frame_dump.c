/* Stacks of frames as text (frame_dump.h). */
#include "runtime/interp/frame_dump.h"
#include "runtime/interp/frame.h"
#include "runtime/objects/text/str.h"
#include "threads/hold.h"

#include <stdio.h>
#include <unistd.h>

enum { MAX_FRAMES = 100, MAX_TEXT = 500 };
#define HOLD_NS 100000000 /* how long a thread that runs is waited for */

static void put(int descriptor, const char *text, size_t length)
{
    while (length) {
        ssize written = write(descriptor, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}
static void put_text(int descriptor, const char *text)
{
    put(descriptor, text, strlen(text));
}
/* In decimal, or in so many hexadecimal digits. */
static void put_number(int descriptor, uint64_t number, int digits)
{
    char text[24], *p = text + sizeof text;
    unsigned base = digits ? 16 : 10;
    do {
        *--p = "0123456789abcdef"[number % base];
        number /= base;
    } while (number || text + sizeof text - p < digits);
    put(descriptor, p, (size_t)(text + sizeof text - p));
}

static void put_str(int descriptor, value v)
{
    size_t length = str_exact_length(v);
    for (size_t i = 0; i < length && i < MAX_TEXT; i++) {
        uint32_t c = str_exact_at(v, i);
        if (c >= ' ' && c < 127) {
            char plain = (char)c;
            put(descriptor, &plain, 1);
        } else {
            put_text(descriptor, c < 256 ? "\\x" : c < 65536 ? "\\u" : "\\U");
            put_number(descriptor, c, c < 256 ? 2 : c < 65536 ? 4 : 8);
        }
    }
    if (length > MAX_TEXT)
        put_text(descriptor, "...");
}

static void put_frames(int descriptor, const struct interpreter *interpreter)
{
    const struct frame *frame = interpreter ? interpreter->frame : NULL;
    if (!frame)
        put_text(descriptor, "  <no Python frame>\n");
    for (int i = 0; frame; frame = frame->previous) {
        if (i++ == MAX_FRAMES) {
            put_text(descriptor, "  ...\n");
            return;
        }
        struct code_location location;
        code_locate(frame->code, frame_unit(frame), &location);
        put_text(descriptor, "  File \"");
        put_str(descriptor, slot_peek(&frame->code->filename));
        put_text(descriptor, "\", line ");
        if (location.line >= 0)
            put_number(descriptor, (uint64_t)location.line, 0);
        else
            put_text(descriptor, "???");
        put_text(descriptor, " in ");
        put_str(descriptor, slot_peek(&frame->code->name));
        put_text(descriptor, "\n");
    }
}

static void put_thread(int descriptor, const struct interpreter *interpreter, const char *which)
{
    put_text(descriptor, which);
    put_text(descriptor, "hread 0x");
    put_number(descriptor, interpreter ? interpreter->ident : 0, 16);
    put_text(descriptor, " (most recent call first):\n");
    put_frames(descriptor, interpreter);
}

void frame_dump_own(int descriptor, bool with_header)
{
    if (with_header) {
        put_thread(descriptor, interpreter_self, "Current t");
    } else {
        put_text(descriptor, "Stack (most recent call first):\n");
        put_frames(descriptor, interpreter_self);
    }
}

void frame_dump_all(int descriptor, bool own)
{
    bool first = true;
    for (size_t i = thread_slot_count(); i-- > 0;) { /* the youngest first */
        struct thread_slot *slot = thread_slot_at(i);
        if (slot == thread_self || !thread_hold(slot, HOLD_NS))
            continue;
        if (slot->interpreter) {
            if (!first)
                put_text(descriptor, "\n");
            first = false;
            put_thread(descriptor, slot->interpreter, "T");
        }
        thread_end_help(slot);
    }
    if (own) {
        if (!first)
            put_text(descriptor, "\n");
        frame_dump_own(descriptor, true);
    }
}
