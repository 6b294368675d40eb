/*
 * What the files of _curses and _curses_panel share. ncurses keeps one screen for the process and is not made for
 * several threads: it is used under one mutex, which nobody holds while waiting for a key.
 */
#ifndef ATOLL_CURSES_H
#define ATOLL_CURSES_H

#include "runtime/native/lock.h"

/* Two names of ncurses are ours as well. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#define attr_get         curses_attr_get
#define attr_set         curses_attr_set
#include <ncurses.h>
#include <panel.h>
#undef attr_get
#undef attr_set

/* For _curses_panel, a shared object of its own that is linked with this one. */
#define CURSES_SHARED __attribute__((visibility("default")))

/* ---- the library (curses_module.c) ---- */
CURSES_SHARED void curses_enter(void);
CURSES_SHARED void curses_leave(void);
/* The value of an expression, under the mutex; the second, where it writes to the terminal. */
#define LOCKED(EXPRESSION)                        \
    ({                                            \
        curses_enter();                           \
        __typeof__(EXPRESSION) got_ = EXPRESSION; \
        curses_leave();                           \
        got_;                                     \
    })
#define WRITING(EXPRESSION)                       \
    ({                                            \
        curses_enter();                           \
        thread_enter_blocking();                  \
        __typeof__(EXPRESSION) got_ = EXPRESSION; \
        thread_leave_blocking();                  \
        curses_leave();                           \
        got_;                                     \
    })
/* Windows and panels die on any thread, maybe under the mutex: who enters next deletes them, in the order of death. */
CURSES_SHARED void curses_bury(void *handle, void (*bury)(void *handle));

extern value_slot curses_error_class;
/* false with an exception where that has to be called first. */
CURSES_SHARED bool curses_initialised(void);
bool curses_set_up(void);
extern _Atomic bool curses_terminal_known; /* setupterm() or initscr() was called */
bool curses_has_colors(void);
/* None, or NULL with curses.error when ncurses returned ERR. */
value curses_check(int code, const char *function);
value curses_null(void);        /* curses.error for a window that was not made; NULL */
bool curses_add_sizes(void);    /* LINES and COLS, in the module */
value curses_module_dict(void); /* borrowed */

/* ---- arguments (curses_text.c) ---- */
/* `count` ints; false with TypeError: with `message` where it is their number that is wrong. */
bool curses_ints(const value *args, size_t nargs, size_t count, const char *message, int *numbers);
/* ([y, x,] [n]): `place` is set where there are two numbers or more, `*count` lessened by n. TypeError with `message`
   where there are too many. */
enum { CURSES_LONGEST = 1023 }; /* characters that ncurses reads or gives at once */
bool curses_stretch(const value *args, size_t nargs, const char *message, int *place, int *count);
/* Places and sizes are shorts to ncurses, which adds what it gets before it looks. */
static inline bool curses_fit(const int *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] != (short)numbers[i])
            return false;
    return true;
}
bool curses_wrong_count(const char *name, int least, int most); /* false with TypeError */
bool curses_chtype(value window /* or NULL */, value v, chtype *character);

/* ---- windows (curses_window.c, curses_text.c, curses_input.c) ---- */
struct window {
    struct object header;
    WINDOW *handle;      /* constant */
    value_slot parent;   /* whose memory it shares, or NULL */
    value_slot encoding; /* of bytes on this window: a str */
};
#define WINDOW_OF(v) (((struct window *)(v))->handle)
CURSES_SHARED extern struct type *window_type;
extern const struct type_spec window_spec;
/* The window, under the mutex, with its cursor and its region for scrolling in it: those of a part are left outside
   where the whole gets smaller. */
static inline WINDOW *window_settle(WINDOW *w)
{
    int top, bottom, y = getcury(w), x = getcurx(w), last_y = getmaxy(w) - 1, last_x = getmaxx(w) - 1;
    if (y > last_y || x > last_x)
        wmove(w, y > last_y ? last_y : y, x > last_x ? last_x : x);
    if (wgetscrreg(w, &top, &bottom) != ERR && bottom > last_y)
        wsetscrreg(w, 0, last_y);
    return w;
}
value window_new(WINDOW *handle /* NULL: curses.error */, value parent);
#define DECLARE(NAME) value window_##NAME(value v, const value *args, size_t nargs, value kwnames)
DECLARE(addch);
DECLARE(addstr);
DECLARE(addnstr);
DECLARE(insch);
DECLARE(insstr);
DECLARE(insnstr);
DECLARE(hline);
DECLARE(vline);
DECLARE(inch);
DECLARE(instr);
DECLARE(chgat);
DECLARE(box);
DECLARE(getch);
DECLARE(getkey);
DECLARE(get_wch);
DECLARE(getstr);
#undef DECLARE
value window_border(value v, const value *args);
value window_bkgd(value v, value ch, value attr);
value window_bkgdset(value v, value ch, value attr);
value window_echochar(value v, value ch, value attr);
extern int curses_halfdelay; /* tenths of seconds that keys are waited for in the mode of that name; 0: another mode */

/* ---- more functions of the module (curses_terminal.c, curses_terminfo.c), and its constants ---- */
extern const struct method_def curses_terminal_functions[], curses_terminfo_functions[];
extern const struct module_constant curses_constants[];
value curses_unctrl(value module, value ch);
value curses_ungetch(value module, value ch);
value curses_unget_wch(value module, value ch);

#endif
