/* Windows: life, and what they can do besides text and keys. */
#include "curses.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>

struct type *window_type;

/* ---- life ---- */
value window_new(WINDOW *handle, value parent)
{
    if (!handle)
        return curses_null();
    const char *codeset = nl_langinfo(CODESET);
    value encoding = str_from_text(codeset && *codeset ? codeset : "utf-8");
    struct window *w = encoding ? (struct window *)object_new(window_type, sizeof *w) : NULL;
    if (!w) {
        value_dec(encoding);
        if (handle != stdscr)
            LOCKED(delwin(handle));
        return NULL;
    }
    w->handle = handle;
    slot_init(&w->encoding, encoding);
    slot_init(&w->parent, value_inc(parent));
    return value_of(w);
}
static void bury_window(void *handle)
{
    delwin(handle);
}
static void window_destroy(struct object *o)
{
    struct window *w = (struct window *)o;
    if (w->handle != stdscr)
        curses_bury(w->handle, bury_window);
    slot_drop(&w->encoding);
    slot_drop(&w->parent);
}
static void window_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct window *)o)->parent);
    trace_slot(trace, &((struct window *)o)->encoding);
}

/* ---- methods without arguments, and with numbers only: their messages are CPython's ---- */
static bool takes_none(const char *name, size_t nargs, value kwnames)
{
    if (nargs)
        return raise_false(EXC(TypeError), "window.%s() takes no arguments (%zu given)", name, nargs);
    return no_keywords(name, kwnames);
}
/* What ncurses does not look at itself: it would write beside its lines. */
static int within(WINDOW *w, int count)
{
    int most = getmaxy(w);
    return count > most ? most : count < -most ? -most : count;
}
static int insert_delete(WINDOW *w, int count)
{
    return winsdelln(w, within(w, count));
}
static int redraw(WINDOW *w, int first, int count)
{
    bool on_screen = !is_pad(w) && getbegy(w) >= 0 && getbegx(w) >= 0 && getbegy(w) < getmaxy(curscr) &&
                     getbegx(w) < getmaxx(curscr);
    return on_screen && first >= 0 && count >= 0 ? wredrawln(w, first, within(w, count)) : ERR;
}
static int redraw_whole(WINDOW *w)
{
    return redraw(w, 0, getmaxy(w));
}

#define PLAIN(NAME, FUNCTION) PLAIN_AS(NAME, FUNCTION, #FUNCTION)
#define PLAIN_AS(NAME, FUNCTION, TEXT)                                                  \
    static value window_##NAME(value v, const value *args, size_t nargs, value kwnames) \
    {                                                                                   \
        if (!takes_none(#NAME, nargs, kwnames))                                         \
            return NULL;                                                                \
        return curses_check(LOCKED(FUNCTION(window_settle(WINDOW_OF(v)))), TEXT);       \
    }
PLAIN(untouchwin, untouchwin)
PLAIN(touchwin, touchwin)
PLAIN_AS(redrawwin, redraw_whole, "redrawwin")
PLAIN(insertln, winsertln)
PLAIN(erase, werase)
PLAIN(deleteln, wdeleteln)
PLAIN(standend, wstandend)
PLAIN(standout, wstandout)
PLAIN(clrtoeol, wclrtoeol)
PLAIN(clrtobot, wclrtobot)
PLAIN(clear, wclear)
static int synchronize_up(WINDOW *w)
{
    wsyncup(w);
    return OK;
}
static int synchronize_down(WINDOW *w)
{
    wsyncdown(w);
    return OK;
}
static int synchronize_cursor(WINDOW *w)
{
    wcursyncup(w);
    return OK;
}
PLAIN(syncup, synchronize_up)
PLAIN(syncdown, synchronize_down)
PLAIN(cursyncup, synchronize_cursor)

#define SWITCH(NAME, FUNCTION)                                                                        \
    static value window_##NAME(value v, const value *args, size_t nargs, value kwnames)               \
    {                                                                                                 \
        int on;                                                                                       \
        if (!no_keywords(#NAME, kwnames) || !curses_ints(args, nargs, 1, "True(1) or False(0)", &on)) \
            return NULL;                                                                              \
        return curses_check(LOCKED(FUNCTION(WINDOW_OF(v), on)), #FUNCTION);                           \
    }
static int set_immedok(WINDOW *w, bool on)
{
    immedok(w, on);
    return OK;
}
static int set_idcok(WINDOW *w, bool on)
{
    idcok(w, on);
    return OK;
}
static int set_timeout(WINDOW *w, int delay)
{
    wtimeout(w, delay);
    return OK;
}
SWITCH(immedok, set_immedok)
SWITCH(idcok, set_idcok)
SWITCH(clearok, clearok)
SWITCH(idlok, idlok)
SWITCH(keypad, keypad)
SWITCH(leaveok, leaveok)
SWITCH(nodelay, nodelay)
SWITCH(notimeout, notimeout)
SWITCH(scrollok, scrollok)
SWITCH(syncok, syncok)

#define NUMBER(NAME, FUNCTION, TEXT, MESSAGE)                                               \
    static value window_##NAME(value v, const value *args, size_t nargs, value kwnames)     \
    {                                                                                       \
        int number;                                                                         \
        if (!no_keywords(#NAME, kwnames) || !curses_ints(args, nargs, 1, MESSAGE, &number)) \
            return NULL;                                                                    \
        return curses_check(LOCKED(FUNCTION(window_settle(WINDOW_OF(v)), number)), TEXT);   \
    }
NUMBER(timeout, set_timeout, "wtimeout", "delay")
NUMBER(insdelln, insert_delete, "winsdelln", "nlines")

#define POINT(NAME, FUNCTION, MESSAGE)                                                                          \
    static value window_##NAME(value v, const value *args, size_t nargs, value kwnames)                         \
    {                                                                                                           \
        int at[2];                                                                                              \
        if (!no_keywords(#NAME, kwnames) || !curses_ints(args, nargs, 2, MESSAGE, at))                          \
            return NULL;                                                                                        \
        return curses_check(curses_fit(at, 2) ? LOCKED(FUNCTION(WINDOW_OF(v), at[0], at[1])) : ERR, #FUNCTION); \
    }
POINT(move, wmove, "y,x")
POINT(mvwin, mvwin, "y,x")
POINT(mvderwin, mvderwin, "y,x")
POINT(resize, wresize, "lines,columns")

#define PAIR(NAME, FUNCTION)                                                            \
    static value window_##NAME(value v, const value *args, size_t nargs, value kwnames) \
    {                                                                                   \
        int y, x;                                                                       \
        if (!takes_none(#NAME, nargs, kwnames))                                         \
            return NULL;                                                                \
        curses_enter();                                                                 \
        FUNCTION(WINDOW_OF(v), y, x);                                                   \
        curses_leave();                                                                 \
        value items[] = {small_int(y), small_int(x)};                                   \
        return tuple_from_owned(items, 2);                                              \
    }
PAIR(getyx, getyx)
PAIR(getbegyx, getbegyx)
PAIR(getmaxyx, getmaxyx)
PAIR(getparyx, getparyx)

static value window_is_wintouched(value v, const value *args, size_t nargs, value kwnames)
{
    return takes_none("is_wintouched", nargs, kwnames) ? value_bool(LOCKED(is_wintouched(WINDOW_OF(v)))) : NULL;
}
static value window_is_linetouched(value v, value given)
{
    int line;
    if (!value_as_int(given, &line))
        return NULL;
    WINDOW *w = WINDOW_OF(v);
    int touched = LOCKED(line < 0 || line >= getmaxy(w) ? ERR : (int)is_linetouched(w, line));
    return touched == ERR ? raise(EXC(TypeError), "is_linetouched: line number outside of boundaries")
                          : value_bool(touched);
}

/* ---- attributes ---- */
#define ATTRIBUTE(NAME, FUNCTION)                                                       \
    static value window_##NAME(value v, value given)                                    \
    {                                                                                   \
        int64_t attributes;                                                             \
        if (!value_as_i64(given, &attributes))                                          \
            return NULL;                                                                \
        return curses_check(LOCKED(FUNCTION(WINDOW_OF(v), (attr_t)attributes)), #NAME); \
    }
ATTRIBUTE(attroff, wattroff)
ATTRIBUTE(attron, wattron)
ATTRIBUTE(attrset, wattrset)
static value window_getbkgd(value v)
{
    return int_from_u64(LOCKED(getbkgd(WINDOW_OF(v))));
}

/* ---- places ---- */
static value window_delch(value v, const value *args, size_t nargs, value kwnames)
{
    int at[2];
    if (!no_keywords("delch", kwnames) || (nargs != 0 && nargs != 2 && !curses_wrong_count("window.delch", 0, 2)) ||
        (nargs && !curses_ints(args, nargs, 2, "", at)))
        return NULL;
    WINDOW *w = WINDOW_OF(v);
    return nargs ? curses_check(LOCKED(mvwdelch(w, at[0], at[1])), "mvwdelch")
                 : curses_check(LOCKED(wdelch(window_settle(w))), "wdelch");
}
static value window_enclose(value v, value given_y, value given_x)
{
    int y, x;
    if (!value_as_int(given_y, &y) || !value_as_int(given_x, &x))
        return NULL;
    return value_bool(LOCKED(wenclose(WINDOW_OF(v), y, x)));
}
static value window_redrawln(value v, value given_first, value given_count)
{
    int first, count;
    if (!value_as_int(given_first, &first) || !value_as_int(given_count, &count))
        return NULL;
    return curses_check(LOCKED(redraw(WINDOW_OF(v), first, count)), "redrawln");
}
static value window_setscrreg(value v, value given_top, value given_bottom)
{
    int top, bottom;
    if (!value_as_int(given_top, &top) || !value_as_int(given_bottom, &bottom))
        return NULL;
    return curses_check(LOCKED(wsetscrreg(WINDOW_OF(v), top, bottom)), "wsetscrreg");
}
static value window_scroll(value v, const value *args, size_t nargs, value kwnames)
{
    int lines;
    if (!no_keywords("scroll", kwnames) || (nargs > 1 && !curses_wrong_count("window.scroll", 0, 1)) ||
        (nargs && !value_as_int(args[0], &lines)))
        return NULL;
    WINDOW *w = WINDOW_OF(v);
    return nargs ? curses_check(LOCKED(wscrl(w, within(w, lines))), "wscrl")
                 : curses_check(LOCKED(scroll(w)), "scroll");
}
static value window_touchline(value v, const value *args, size_t nargs, value kwnames)
{
    int number[2], changed = true;
    if (!no_keywords("touchline", kwnames) ||
        ((nargs < 2 || nargs > 3) && !curses_wrong_count("window.touchline", 2, 3)) ||
        !curses_ints(args, 2, 2, "", number) || (nargs == 3 && (changed = value_truth(args[2])) < 0))
        return NULL;
    return curses_check(LOCKED(wtouchln(WINDOW_OF(v), number[0], number[1], changed)), "touchline");
}

/* ---- windows in windows ---- */
/* [nlines, ncols,] y, x */
static bool part_get(const char *name, const value *args, size_t nargs, value kwnames, int *part)
{
    part[0] = part[1] = 0;
    if (!no_keywords(strchr(name, '.') + 1, kwnames) || (nargs != 2 && nargs != 4 && !curses_wrong_count(name, 2, 4)))
        return false;
    return curses_ints(args, nargs, nargs, "", part + 4 - nargs);
}
static value window_derwin(value v, const value *args, size_t nargs, value kwnames)
{
    int part[4];
    if (!part_get("window.derwin", args, nargs, kwnames, part))
        return NULL;
    if (!curses_fit(part, 4))
        return curses_null();
    return window_new(LOCKED(derwin(WINDOW_OF(v), part[0], part[1], part[2], part[3])), v);
}
static value window_subwin(value v, const value *args, size_t nargs, value kwnames)
{
    int part[4];
    WINDOW *w = WINDOW_OF(v);
    if (!part_get("window.subwin", args, nargs, kwnames, part))
        return NULL;
    if (!curses_fit(part, 4))
        return curses_null();
    return window_new(LOCKED(is_pad(w) ? subpad(w, part[0], part[1], part[2], part[3])
                                       : subwin(w, part[0], part[1], part[2], part[3])),
                      v);
}

/* ---- onto the screen, and onto other windows ---- */
static value show(value v, const char *name, const value *args, size_t nargs, value kwnames,
                  int (*show_window)(WINDOW *), int (*show_pad)(WINDOW *, int, int, int, int, int, int),
                  const char *window_name, const char *pad_name)
{
    int part[6];
    WINDOW *w = WINDOW_OF(v);
    if (!no_keywords(name, kwnames))
        return NULL;
    if (nargs != 0 && nargs != 6)
        return raise(EXC(TypeError), "_curses.window.%s requires 0 to 6 arguments", name);
    if (!curses_ints(args, nargs, nargs, "", part))
        return NULL;
    if (!curses_fit(part, nargs))
        return curses_check(ERR, pad_name);
    if (!is_pad(w))
        return nargs ? raise(EXC(TypeError), "%s() takes no arguments (6 given)", name)
                     : curses_check(WRITING(show_window(w)), window_name);
    if (!nargs)
        return raise((struct type *)slot_peek(&curses_error_class), "%s() %sfor a pad requires 6 arguments", name,
                     show_window == wrefresh ? "" : "called ");
    return curses_check(WRITING(show_pad(w, part[0], part[1], part[2], part[3], part[4], part[5])), pad_name);
}
static value window_refresh(value v, const value *args, size_t nargs, value kwnames)
{
    return show(v, "refresh", args, nargs, kwnames, wrefresh, prefresh, "prefresh", "prefresh");
}
static value window_noutrefresh(value v, const value *args, size_t nargs, value kwnames)
{
    return show(v, "noutrefresh", args, nargs, kwnames, wnoutrefresh, pnoutrefresh, "wnoutrefresh", "pnoutrefresh");
}
static value copy(value v, const char *name, const value *args, size_t nargs, value kwnames, bool over,
                  int (*whole)(const WINDOW *, WINDOW *))
{
    int part[6];
    if (!no_keywords(name, kwnames))
        return NULL;
    if (nargs != 1 && nargs != 7)
        return raise(EXC(TypeError), "_curses.window.%s requires 1 to 7 arguments", name);
    if (!value_is_of(args[0], window_type))
        return raise(EXC(TypeError), "%s() argument 1 must be _curses.window, not %K", name, args[0]);
    if (!curses_ints(args + 1, nargs - 1, nargs - 1, "", part))
        return NULL;
    if (!curses_fit(part, nargs - 1))
        return curses_check(ERR, "copywin");
    WINDOW *from = WINDOW_OF(v), *to = WINDOW_OF(args[0]);
    if (nargs == 1)
        return curses_check(LOCKED(whole(from, to)), name);
    return curses_check(LOCKED(copywin(from, to, part[0], part[1], part[2], part[3], part[4], part[5], over)),
                        "copywin");
}
static value window_overlay(value v, const value *args, size_t nargs, value kwnames)
{
    return copy(v, "overlay", args, nargs, kwnames, true, overlay);
}
static value window_overwrite(value v, const value *args, size_t nargs, value kwnames)
{
    return copy(v, "overwrite", args, nargs, kwnames, false, overwrite);
}

/* ---- files ---- */
/* The bytes of a file from its beginning; it is closed. */
static value take_file(FILE *file)
{
    struct bytes_builder b = {0};
    char piece[4096];
    size_t length;
    rewind(file);
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        bytes_builder_add(&b, piece, length);
    fclose(file);
    return bytes_builder_finish(&b);
}
static value window_putwin(value v, value to)
{
    FILE *file = tmpfile();
    if (!file)
        return raise(EXC(OSError), "no temporary file");
    int result = WRITING(putwin(WINDOW_OF(v), file));
    value data = take_file(file);
    if (result == ERR) {
        value_dec(data);
        return curses_check(ERR, "putwin");
    }
    value written = data ? call_method_1(to, NAME(write), data) : NULL;
    value_dec(data);
    value_dec(written);
    return written ? VALUE_NONE : NULL;
}

/* ---- encoding ---- */
static value get_encoding(value v)
{
    return slot_load(value_object(v), &((struct window *)v)->encoding);
}
static bool set_encoding(value v, value encoding)
{
    if (!encoding)
        return raise_false(EXC(TypeError), "encoding may not be deleted");
    if (!is_str(encoding))
        return raise_false(EXC(TypeError), "setting encoding to a non-string");
    value ascii = str_encode(encoding, "ascii", "strict");
    value_dec(ascii);
    if (ascii)
        slot_store(value_object(v), &((struct window *)v)->encoding, value_inc(encoding));
    return ascii != NULL;
}

#define ANY(NAME) METHOD_ANY(#NAME, window_##NAME, NULL, 0)
static const struct method_def methods[] = {
    METHOD_ANY("addch", window_addch, "addch([y, x,] ch, [attr=_curses.A_NORMAL])\nPaint the character.", 0),
    METHOD_ANY("addnstr", window_addnstr, "addnstr([y, x,] str, n, [attr])\nPaint at most n characters of the string.",
               0),
    METHOD_ANY("addstr", window_addstr, "addstr([y, x,] str, [attr])\nPaint the string.", 0),
    METHOD("attroff", window_attroff, "($self, attr, /)", "Remove attribute attr from the \"background\" set."),
    METHOD("attron", window_attron, "($self, attr, /)", "Add attribute attr from the \"background\" set."),
    METHOD("attrset", window_attrset, "($self, attr, /)", "Set the \"background\" set of attributes."),
    METHOD("bkgd", window_bkgd, "($self, ch, attr=_curses.A_NORMAL, /)", "Set the background property of the window."),
    METHOD("bkgdset", window_bkgdset, "($self, ch, attr=_curses.A_NORMAL, /)", "Set the window's background."),
    METHOD("border", window_border,
           "($self, ls=_curses.ACS_VLINE, rs=_curses.ACS_VLINE, ts=_curses.ACS_HLINE, bs=_curses.ACS_HLINE, "
           "tl=_curses.ACS_ULCORNER, tr=_curses.ACS_URCORNER, bl=_curses.ACS_LLCORNER, br=_curses.ACS_LRCORNER, /)",
           "Draw a border around the edges of the window."),
    METHOD_ANY("box", window_box, "box([verch=0, horch=0])\nDraw a border around the edges of the window.", 0),
    ANY(chgat),
    ANY(clear),
    ANY(clearok),
    ANY(clrtobot),
    ANY(clrtoeol),
    ANY(cursyncup),
    METHOD_ANY("delch", window_delch, "delch([y, x])\nDelete any character at (y, x).", 0),
    ANY(deleteln),
    METHOD_ANY("derwin", window_derwin,
               "derwin([nlines=0, ncols=0,] begin_y, begin_x)\nCreate a sub-window (window-relative coordinates).", 0),
    METHOD("echochar", window_echochar, "($self, ch, attr=_curses.A_NORMAL, /)",
           "Add character ch with attribute attr, and refresh."),
    METHOD("enclose", window_enclose, "($self, y, x, /)",
           "Return True if the screen-relative coordinates are enclosed by the window."),
    ANY(erase),
    METHOD_ANY("get_wch", window_get_wch, "get_wch([y, x])\nGet a wide character from terminal keyboard.", 0),
    ANY(getbegyx),
    METHOD("getbkgd", window_getbkgd, "($self, /)", "Return the window's current background character/attribute pair."),
    METHOD_ANY("getch", window_getch, "getch([y, x])\nGet a character code from terminal keyboard.", 0),
    METHOD_ANY("getkey", window_getkey, "getkey([y, x])\nGet a character (string) from terminal keyboard.", 0),
    ANY(getmaxyx),
    ANY(getparyx),
    ANY(getstr),
    ANY(getyx),
    METHOD_ANY("hline", window_hline, "hline([y, x,] ch, n, [attr=_curses.A_NORMAL])\nDisplay a horizontal line.", 0),
    ANY(idcok),
    ANY(idlok),
    ANY(immedok),
    METHOD_ANY("inch", window_inch, "inch([y, x])\nReturn the character at the given position in the window.", 0),
    METHOD_ANY("insch", window_insch,
               "insch([y, x,] ch, [attr=_curses.A_NORMAL])\n"
               "Insert a character before the current or specified position.",
               0),
    ANY(insdelln),
    ANY(insertln),
    METHOD_ANY("insnstr", window_insnstr, "insnstr([y, x,] str, n, [attr])\nInsert at most n characters of the string.",
               0),
    METHOD_ANY("insstr", window_insstr,
               "insstr([y, x,] str, [attr])\nInsert the string before the current or specified position.", 0),
    ANY(instr),
    METHOD("is_linetouched", window_is_linetouched, "($self, line, /)",
           "Return True if the specified line was modified, otherwise return False."),
    ANY(is_wintouched),
    ANY(keypad),
    ANY(leaveok),
    ANY(move),
    ANY(mvderwin),
    ANY(mvwin),
    ANY(nodelay),
    ANY(notimeout),
    METHOD_ANY("noutrefresh", window_noutrefresh,
               "noutrefresh([pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol])\nMark for refresh but wait.", 0),
    METHOD_ANY("overlay", window_overlay,
               "overlay(destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow, dmaxcol])\n"
               "Overlay the window on top of destwin.",
               0),
    METHOD_ANY("overwrite", window_overwrite,
               "overwrite(destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow,\n          dmaxcol])\n"
               "Overwrite the window on top of destwin.",
               0),
    METHOD("putwin", window_putwin, "($self, file, /)",
           "Write all data associated with the window into the provided file object."),
    METHOD("redrawln", window_redrawln, "($self, beg, num, /)", "Mark the specified lines corrupted."),
    ANY(redrawwin),
    METHOD_ANY("refresh", window_refresh,
               "refresh([pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol])\nUpdate the display immediately.", 0),
    ANY(resize),
    METHOD_ANY("scroll", window_scroll, "scroll([lines=1])\nScroll the screen or scrolling region.", 0),
    ANY(scrollok),
    METHOD("setscrreg", window_setscrreg, "($self, top, bottom, /)", "Define a software scrolling region."),
    ANY(standend),
    ANY(standout),
    METHOD_ANY("subpad", window_subwin,
               "subwin([nlines=0, ncols=0,] begin_y, begin_x)\nCreate a sub-window (screen-relative coordinates).", 0),
    METHOD_ANY("subwin", window_subwin,
               "subwin([nlines=0, ncols=0,] begin_y, begin_x)\nCreate a sub-window (screen-relative coordinates).", 0),
    ANY(syncdown),
    ANY(syncok),
    ANY(syncup),
    ANY(timeout),
    METHOD_ANY("touchline", window_touchline,
               "touchline(start, count, [changed=True])\n"
               "Pretend count lines have been changed, starting with line start.",
               0),
    ANY(touchwin),
    ANY(untouchwin),
    METHOD_ANY("vline", window_vline, "vline([y, x,] ch, n, [attr=_curses.A_NORMAL])\nDisplay a vertical line.", 0),
    {0},
};
static const struct getset_def getset[] = {
    {"encoding", get_encoding, set_encoding, "the typecode character used to create the array"},
    {0},
};
const struct type_spec window_spec = {
    .name = "_curses.window",
    .size = sizeof(struct window),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = window_traverse,
    .destroy = window_destroy,
    .methods = methods,
    .getset = getset,
};
