/* Characters and text on windows. */
#include "curses.h"

#include <limits.h>
#include <stdlib.h>
#include <wchar.h>

/* ---- arguments ---- */
bool curses_wrong_count(const char *name, int least, int most)
{
    return raise_false(EXC(TypeError), "_curses.%s requires %d to %d arguments", name, least, most);
}
bool curses_ints(const value *args, size_t nargs, size_t count, const char *message, int *numbers)
{
    if (nargs != count)
        return raise_false(EXC(TypeError), "%s", message);
    for (size_t i = 0; i < count; i++)
        if (!value_as_int(args[i], &numbers[i]))
            return false;
    return true;
}

bool curses_stretch(const value *args, size_t nargs, const char *message, int *place, int *count)
{
    static const char *const names[] = {"", "n", "y,x", "y,x,n"};
    int number[3];
    if (nargs > 3)
        return raise_false(EXC(TypeError), "%s", message);
    if (!curses_ints(args, nargs, nargs, names[nargs], number))
        return false;
    if (nargs % 2 && number[nargs - 1] < 0)
        return raise_false(EXC(ValueError), "'n' must be nonnegative");
    if (nargs % 2 && number[nargs - 1] < *count)
        *count = number[nargs - 1];
    if (nargs >= 2)
        memcpy(place, number, 2 * sizeof *place);
    return true;
}

static bool one_byte(value window, value v, int64_t *code)
{
    *code = str_at(v, 0);
    if (*code <= 128)
        return true;
    value encoding = window ? slot_load(value_object(window), &((struct window *)window)->encoding) : NULL;
    struct text name = {0};
    if (encoding && !text_of(encoding, &name)) {
        value_dec(encoding);
        return false;
    }
    value bytes = str_encode(v, encoding ? name.bytes : "utf-8", "strict");
    if (encoding)
        text_release(&name);
    value_dec(encoding);
    if (!bytes)
        return false;
    bool fits = bytes_length(bytes) == 1;
    if (fits)
        *code = bytes_data(bytes)[0];
    value_dec(bytes);
    return fits || raise_false(EXC(OverflowError), "byte doesn't fit in chtype");
}
static bool integer_character(value v, chtype *character)
{
    int64_t code;
    if (!int_fits_i64(v, &code))
        return raise_false(EXC(OverflowError), "int doesn't fit in long");
    *character = (chtype)code;
    return *character == (uint64_t)code || raise_false(EXC(OverflowError), "byte doesn't fit in chtype");
}
bool curses_chtype(value window, value v, chtype *character)
{
    int64_t code;
    if (is_bytes(v) && bytes_length(v) == 1) {
        *character = bytes_data(v)[0];
        return true;
    }
    if (is_str(v)) {
        if (str_length(v) != 1)
            return raise_false(EXC(TypeError), "expect bytes or str of length 1, or int, got a str of length %zu",
                               str_length(v));
        if (!one_byte(window, v, &code))
            return false;
        *character = (chtype)code;
        return true;
    }
    if (is_int(v))
        return integer_character(v, character);
    return raise_false(EXC(TypeError), "expect bytes or str of length 1, or int, got %T", v);
}

/* Where, and with which attributes, something is put: [y, x,] v, [n,] [attr]. */
struct place {
    bool moved, has_attributes;
    int y, x, n;
    int64_t attributes;
};
static bool place_get(const char *name, const value *args, size_t nargs, value kwnames, bool with_count,
                      struct place *p, value *what)
{
    size_t least = with_count ? 2 : 1;
    if (!no_keywords(strchr(name, '.') + 1, kwnames))
        return false;
    if (nargs < least || nargs > least + 3)
        return curses_wrong_count(name, (int)least, (int)least + 3);
    *p = (struct place){.moved = nargs >= least + 2, .has_attributes = (nargs - least) % 2};
    if (p->moved && (!value_as_int(args[0], &p->y) || !value_as_int(args[1], &p->x)))
        return false;
    args += p->moved ? 2 : 0;
    *what = args[0];
    return (!with_count || value_as_int(args[1], &p->n)) &&
           (!p->has_attributes || value_as_i64(args[least], &p->attributes));
}
static int place_move(WINDOW *window, const struct place *p)
{
    return p->moved ? wmove(window, p->y, p->x) : (window_settle(window), OK);
}

/* ---- one character ---- */
value window_addch(value v, const value *args, size_t nargs, value kwnames)
{
    struct place p;
    value what;
    WINDOW *window = WINDOW_OF(v);
    if (!place_get("window.addch", args, nargs, kwnames, false, &p, &what))
        return NULL;
    if (is_str(what) && str_length(what) == 1) {
        wchar_t text[2] = {(wchar_t)str_at(what, 0), 0};
        cchar_t character;
        setcchar(&character, text, (attr_t)p.attributes, (short)PAIR_NUMBER(p.attributes), NULL);
        return curses_check(LOCKED(place_move(window, &p) == ERR ? ERR : wadd_wch(window, &character)), "add_wch");
    }
    chtype character;
    if (!curses_chtype(v, what, &character))
        return NULL;
    return curses_check(LOCKED(place_move(window, &p) == ERR ? ERR : waddch(window, character | (attr_t)p.attributes)),
                        "addch");
}
value window_insch(value v, const value *args, size_t nargs, value kwnames)
{
    struct place p;
    value what;
    chtype character;
    WINDOW *window = WINDOW_OF(v);
    if (!place_get("window.insch", args, nargs, kwnames, false, &p, &what) || !curses_chtype(v, what, &character))
        return NULL;
    return curses_check(LOCKED(place_move(window, &p) == ERR ? ERR : winsch(window, character | (attr_t)p.attributes)),
                        "insch");
}

/* A character with attributes that default to A_NORMAL. */
static bool attributed(value v, value ch, value attr, chtype *character)
{
    int64_t attributes = A_NORMAL;
    if (!curses_chtype(v, ch, character) || (!is_missing(attr) && !value_as_i64(attr, &attributes)))
        return false;
    *character |= (attr_t)attributes;
    return true;
}
value window_bkgd(value v, value ch, value attr)
{
    chtype character;
    return attributed(v, ch, attr, &character) ? curses_check(LOCKED(wbkgd(WINDOW_OF(v), character)), "bkgd") : NULL;
}
value window_bkgdset(value v, value ch, value attr)
{
    chtype character;
    if (!attributed(v, ch, attr, &character))
        return NULL;
    curses_enter();
    wbkgdset(WINDOW_OF(v), character);
    curses_leave();
    return VALUE_NONE;
}
value window_echochar(value v, value ch, value attr)
{
    chtype character;
    WINDOW *window = WINDOW_OF(v);
    if (!attributed(v, ch, attr, &character))
        return NULL;
    return curses_check(WRITING(is_pad(window) ? pechochar(window_settle(window), character)
                                               : wechochar(window_settle(window), character)),
                        "echochar");
}

/* ---- lines of one character ---- */
static value line(value v, const char *name, const value *args, size_t nargs, value kwnames,
                  int (*draw)(WINDOW *, chtype, int), const char *function)
{
    struct place p;
    value what;
    chtype character;
    WINDOW *window = WINDOW_OF(v);
    if (!place_get(name, args, nargs, kwnames, true, &p, &what) || !curses_chtype(v, what, &character))
        return NULL;
    curses_enter();
    bool moved = place_move(window, &p) != ERR;
    int most = getmaxx(window) > getmaxy(window) ? getmaxx(window) : getmaxy(window);
    int count = p.n < 0 ? 0 : p.n > most ? most : p.n; /* ncurses adds to it what may not fit */
    int result = moved ? draw(window, character | (attr_t)p.attributes, count) : ERR;
    curses_leave();
    return curses_check(result, moved ? function : "wmove");
}
value window_hline(value v, const value *args, size_t nargs, value kwnames)
{
    return line(v, "window.hline", args, nargs, kwnames, whline, "hline");
}
value window_vline(value v, const value *args, size_t nargs, value kwnames)
{
    return line(v, "window.vline", args, nargs, kwnames, wvline, "vline");
}
value window_border(value v, const value *args)
{
    chtype side[8] = {0};
    for (int i = 0; i < 8; i++)
        if (!is_missing(args[i]) && !curses_chtype(v, args[i], &side[i]))
            return NULL;
    curses_enter();
    wborder(WINDOW_OF(v), side[0], side[1], side[2], side[3], side[4], side[5], side[6], side[7]);
    curses_leave();
    return VALUE_NONE;
}
value window_box(value v, const value *args, size_t nargs, value kwnames)
{
    chtype side[2] = {0};
    if (!no_keywords("box", kwnames) || ((nargs != 0 && nargs != 2) && !curses_wrong_count("window.box", 0, 2)))
        return NULL;
    for (size_t i = 0; i < nargs; i++)
        if (!curses_chtype(v, args[i], &side[i]))
            return NULL;
    curses_enter();
    box(WINDOW_OF(v), side[0], side[1]);
    curses_leave();
    return VALUE_NONE;
}

/* ---- text ---- */
/* What is written: wide characters of a str, or bytes. */
struct written {
    wchar_t *wide; /* malloc'd, or NULL */
    const char *bytes;
};
static bool written_get(value v, struct written *w)
{
    *w = (struct written){0};
    if (is_str(v)) {
        size_t length = str_length(v);
        w->wide = raw_alloc((length + 1) * sizeof *w->wide);
        if (!w->wide)
            return raise_no_memory();
        bool embedded = false;
        for (size_t i = 0; i < length; i++) {
            w->wide[i] = (wchar_t)str_at(v, i);
            embedded |= !w->wide[i];
        }
        w->wide[length] = 0;
        if (!embedded)
            return true;
        free(w->wide);
        return raise_false(EXC(ValueError), "embedded null character");
    }
    if (is_bytes(v)) {
        w->bytes = (const char *)bytes_data(v);
        return strlen(w->bytes) == bytes_length(v) || raise_false(EXC(ValueError), "embedded null byte");
    }
    return raise_false(EXC(TypeError), "expect bytes or str, got %T", v);
}

/* How text is put on a window, in its two forms; names for the message. */
struct put {
    const char *name;
    bool with_count;
    int (*wide)(WINDOW *, const wchar_t *, int);
    int (*narrow)(WINDOW *, const char *, int);
    const char *wide_name, *narrow_name;
};
static value put(value v, const struct put *form, const value *args, size_t nargs, value kwnames)
{
    struct place p;
    struct written w;
    value what;
    WINDOW *window = WINDOW_OF(v);
    if (!place_get(form->name, args, nargs, kwnames, form->with_count, &p, &what) || !written_get(what, &w))
        return NULL;
    int count = form->with_count ? p.n : -1;
    curses_enter();
    attr_t before = getattrs(window);
    if (p.has_attributes)
        wattrset(window, (attr_t)p.attributes);
    int result = place_move(window, &p) == ERR ? ERR
                 : w.wide                      ? form->wide(window, w.wide, count)
                                               : form->narrow(window, w.bytes, count);
    if (p.has_attributes)
        wattrset(window, before);
    curses_leave();
    free(w.wide);
    return curses_check(result, w.bytes ? form->narrow_name : form->wide_name);
}
value window_addstr(value v, const value *args, size_t nargs, value kwnames)
{
    static const struct put form = {"window.addstr", false, waddnwstr, waddnstr, "addwstr", "addstr"};
    return put(v, &form, args, nargs, kwnames);
}
value window_addnstr(value v, const value *args, size_t nargs, value kwnames)
{
    static const struct put form = {"window.addnstr", true, waddnwstr, waddnstr, "addnwstr", "addnstr"};
    return put(v, &form, args, nargs, kwnames);
}
value window_insstr(value v, const value *args, size_t nargs, value kwnames)
{
    static const struct put form = {"window.insstr", false, wins_nwstr, winsnstr, "inswstr", "insstr"};
    return put(v, &form, args, nargs, kwnames);
}
value window_insnstr(value v, const value *args, size_t nargs, value kwnames)
{
    static const struct put form = {"window.insnstr", true, wins_nwstr, winsnstr, "insn_wstr", "insnstr"};
    return put(v, &form, args, nargs, kwnames);
}

/* ---- what is there ---- */
value window_inch(value v, const value *args, size_t nargs, value kwnames)
{
    int at[2];
    if (!no_keywords("inch", kwnames) || (nargs != 0 && nargs != 2 && !curses_wrong_count("window.inch", 0, 2)) ||
        (nargs && !curses_ints(args, nargs, 2, "", at)))
        return NULL;
    WINDOW *window = WINDOW_OF(v);
    return int_from_u64(
        LOCKED(nargs && wmove(window, at[0], at[1]) == ERR ? (chtype)ERR : winch(window_settle(window))));
}
value window_instr(value v, const value *args, size_t nargs, value kwnames)
{
    char text[CURSES_LONGEST + 1] = "";
    int place[2], count = CURSES_LONGEST;
    if (!no_keywords("instr", kwnames) ||
        !curses_stretch(args, nargs, "instr requires 0 or 3 arguments", place, &count))
        return NULL;
    WINDOW *window = WINDOW_OF(v);
    int result = LOCKED(
        nargs >= 2 && wmove(window, place[0], place[1]) == ERR ? ERR : winnstr(window_settle(window), text, count));
    return bytes_new((const uint8_t *)text, result == ERR ? 0 : strlen(text));
}
value window_chgat(value v, const value *args, size_t nargs, value kwnames)
{
    int number[3] = {0}, count = -1;
    int64_t attributes;
    if (!no_keywords("chgat", kwnames))
        return NULL;
    if (nargs < 1 || nargs > 4)
        return raise(EXC(TypeError), "chgat requires 1 to 4 arguments");
    if (!curses_ints(args, nargs - 1, nargs - 1, "", number) || !value_as_i64(args[nargs - 1], &attributes))
        return NULL;
    bool moved = nargs > 2;
    if (nargs % 2 == 0)
        count = number[nargs - 2];
    short color = (short)((attributes >> 8) & 0xff);
    attr_t plain = (attr_t)(attributes - ((int64_t)color << 8));
    WINDOW *window = WINDOW_OF(v);
    curses_enter();
    int x, y, result = moved ? mvwchgat(window, number[0], number[1], count, plain, color, NULL) : OK;
    window_settle(window);
    getyx(window, y, x);
    (void)x;
    if (!moved)
        result = wchgat(window, count, plain, color, NULL);
    touchline(window, moved ? number[0] : y, 1);
    curses_leave();
    return curses_check(result, "chgat");
}

/* ---- characters without a window ---- */
value curses_unctrl(value module, value ch)
{
    chtype character;
    if (!curses_initialised() || !curses_chtype(NULL, ch, &character))
        return NULL;
    curses_enter();
    const char *text = unctrl(character);
    value bytes = bytes_new((const uint8_t *)(text ? text : ""), text ? strlen(text) : 0);
    curses_leave();
    return bytes;
}
value curses_ungetch(value module, value ch)
{
    chtype character;
    if (!curses_initialised() || !curses_chtype(NULL, ch, &character))
        return NULL;
    return curses_check(LOCKED(ungetch((int)character)), "ungetch");
}
value curses_unget_wch(value module, value ch)
{
    int64_t code;
    if (!curses_initialised())
        return NULL;
    if (is_str(ch)) {
        if (str_length(ch) != 1)
            return raise(EXC(TypeError), "expect str of length 1 or int, got a str of length %zu", str_length(ch));
        code = str_at(ch, 0);
    } else if (is_int(ch)) {
        if (!int_fits_i64(ch, &code))
            return raise(EXC(OverflowError), "int doesn't fit in long");
        if (code != (wchar_t)code)
            return raise(EXC(OverflowError), "character doesn't fit in wchar_t");
    } else {
        return raise(EXC(TypeError), "expect str of length 1 or int, got %T", ch);
    }
    return curses_check(LOCKED(unget_wch((wchar_t)code)), "unget_wch");
}
