/*
 * Keys and lines typed. ncurses is asked for a key without waiting; where there is none, the thread waits for the
 * terminal without the mutex, and others can draw.
 */
#include "curses.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

int curses_halfdelay;

static int64_t milliseconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* Read a key without waiting: ERR, when there is none. *delay is how long the window waits, < 0: for ever. */
static int try_key(WINDOW *window, int (*read)(WINDOW *window, wint_t *key), wint_t *key, int *delay)
{
    curses_enter();
    thread_enter_blocking();
    *delay = wgetdelay(window);
    if (*delay < 0 && curses_halfdelay)
        *delay = curses_halfdelay * 100;
    int kept = wgetdelay(window);
    wtimeout(window, 0);
    int result = read(window_settle(window), key);
    wtimeout(window, kept);
    thread_leave_blocking();
    curses_leave();
    return result;
}
static int read_character(WINDOW *window, wint_t *key)
{
    int code = wgetch(window);
    *key = (wint_t)code;
    return code == ERR ? ERR : OK;
}
static int read_wide(WINDOW *window, wint_t *key)
{
    return wget_wch(window, key);
}

enum waited { READABLE, INTERRUPTED, NO_KEY, RAISED };
static enum waited wait_for_key(int64_t deadline /* < 0: none */)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    int64_t left = deadline < 0 ? -1 : deadline - milliseconds_now();
    if (deadline >= 0 && left <= 0)
        return NO_KEY;
    thread_enter_blocking();
    int ready = poll(&p, 1, (int)left);
    int error = errno;
    thread_leave_blocking();
    if (ready < 0 && error == EINTR)
        return posix_signalled() ? RAISED : INTERRUPTED;
    return ready > 0 ? READABLE : NO_KEY;
}

/* As wgetch and wget_wch: [y, x]. ERR also with an exception. */
static int get_key(value v, const char *name, const value *args, size_t nargs, value kwnames,
                   int (*read)(WINDOW *window, wint_t *key), wint_t *key)
{
    int at[2], delay;
    if (!no_keywords(strchr(name, '.') + 1, kwnames) || (nargs != 0 && nargs != 2 && !curses_wrong_count(name, 0, 2)) ||
        (nargs && !curses_ints(args, nargs, 2, "", at)))
        return ERR;
    WINDOW *window = WINDOW_OF(v);
    if (nargs && LOCKED(wmove(window, at[0], at[1])) == ERR)
        return ERR;
    int64_t deadline = -1;
    for (bool first = true, readable = false;; first = false) {
        int result = try_key(window, read, key, &delay);
        if (result != ERR || delay == 0 || readable) /* readable without a key: the end of the input */
            return result;
        if (first && delay > 0)
            deadline = milliseconds_now() + delay;
        enum waited waited = wait_for_key(deadline);
        if (waited == NO_KEY || waited == RAISED)
            return ERR;
        readable = waited == READABLE;
    }
}

value window_getch(value v, const value *args, size_t nargs, value kwnames)
{
    wint_t key;
    int result = get_key(v, "window.getch", args, nargs, kwnames, read_character, &key);
    if (result != ERR)
        return small_int((int)key);
    return error_occurred() ? NULL : small_int(ERR);
}
static value no_input(void)
{
    return error_occurred() ? NULL : raise((struct type *)slot_peek(&curses_error_class), "no input");
}
value window_getkey(value v, const value *args, size_t nargs, value kwnames)
{
    wint_t key;
    if (get_key(v, "window.getkey", args, nargs, kwnames, read_character, &key) == ERR)
        return no_input();
    if (key <= 255)
        return str_from_code_point(key);
    curses_enter();
    const char *name = keyname((int)key);
    value text = str_from_text(name ? name : "");
    curses_leave();
    return text;
}
value window_get_wch(value v, const value *args, size_t nargs, value kwnames)
{
    wint_t key;
    int result = get_key(v, "window.get_wch", args, nargs, kwnames, read_wide, &key);
    if (result == ERR)
        return no_input();
    return result == KEY_CODE_YES ? small_int((int)key) : str_from_code_point(key);
}

/* A line, edited by ncurses; others wait meanwhile. */
value window_getstr(value v, const value *args, size_t nargs, value kwnames)
{
    char text[CURSES_LONGEST + 1] = "";
    int place[2], count = CURSES_LONGEST;
    if (!no_keywords("getstr", kwnames) ||
        !curses_stretch(args, nargs, "getstr requires 0 to 3 arguments", place, &count))
        return NULL;
    WINDOW *window = WINDOW_OF(v);
    int result = WRITING(
        nargs >= 2 && wmove(window, place[0], place[1]) == ERR ? ERR : wgetnstr(window_settle(window), text, count));
    return bytes_new((const uint8_t *)text, result == ERR ? 0 : strlen(text));
}
