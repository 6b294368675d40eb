/* The functions of _curses about the terminal: modes, colours, keys, the mouse. */
#include "curses.h"

#include <limits.h>

/* ---- functions of nothing, and of a flag ---- */
#define NOTHING(NAME)                                                              \
    static value f_##NAME(value module)                                            \
    {                                                                              \
        return curses_initialised() ? curses_check(WRITING(NAME()), #NAME) : NULL; \
    }
NOTHING(beep)
NOTHING(def_prog_mode)
NOTHING(def_shell_mode)
NOTHING(doupdate)
NOTHING(endwin)
NOTHING(flash)
NOTHING(noecho)
NOTHING(nonl)
NOTHING(reset_prog_mode)
NOTHING(reset_shell_mode)
NOTHING(resetty)
NOTHING(savetty)

/* Those after which keys are no longer waited for as halfdelay said. */
static int full_delay(int result)
{
    curses_halfdelay = 0;
    return result;
}
static value f_nocbreak(value module)
{
    return curses_initialised() ? curses_check(WRITING(full_delay(nocbreak())), "nocbreak") : NULL;
}
static value f_noraw(value module)
{
    return curses_initialised() ? curses_check(WRITING(full_delay(noraw())), "noraw") : NULL;
}
#define FLAG(NAME, ON, OFF)                                                                    \
    static value f_##NAME(value module, value given)                                           \
    {                                                                                          \
        int on = value_truth(given);                                                           \
        if (on < 0 || !curses_initialised())                                                   \
            return NULL;                                                                       \
        return on ? curses_check(WRITING(ON), #NAME) : curses_check(WRITING(OFF), "no" #NAME); \
    }
FLAG(cbreak, full_delay(cbreak()), full_delay(nocbreak()))
FLAG(echo, echo(), noecho())
FLAG(nl, nl(), nonl())
FLAG(raw, full_delay(raw()), full_delay(noraw()))

#define QUESTION(NAME)                                                   \
    static value f_##NAME(value module)                                  \
    {                                                                    \
        return curses_initialised() ? value_bool(LOCKED(NAME())) : NULL; \
    }
QUESTION(can_change_color)
QUESTION(has_colors)
QUESTION(has_ic)
QUESTION(has_il)
QUESTION(isendwin)

static value f_flushinp(value module)
{
    return curses_initialised() && LOCKED(flushinp()) != INT_MIN ? VALUE_NONE : NULL;
}
static value f_filter(value module)
{
    curses_enter();
    filter();
    curses_leave();
    return VALUE_NONE;
}
static value set_qiflush(bool on)
{
    if (!curses_initialised())
        return NULL;
    curses_enter();
    if (on)
        qiflush();
    else
        noqiflush();
    curses_leave();
    return VALUE_NONE;
}
static value f_qiflush(value module, value given)
{
    int on = value_truth(given);
    return on < 0 ? NULL : set_qiflush(on);
}
static value f_noqiflush(value module)
{
    return set_qiflush(false);
}
static value f_use_env(value module, value given)
{
    int on = value_truth(given);
    if (on < 0)
        return NULL;
    curses_enter();
    use_env(on);
    curses_leave();
    return VALUE_NONE;
}

/* ---- functions of numbers ---- */
static bool within(int number, int most)
{
    return number < 0      ? raise_false(EXC(OverflowError), "unsigned byte integer is less than minimum")
           : number > most ? raise_false(EXC(OverflowError), "unsigned byte integer is greater than maximum")
                           : true;
}
static value f_halfdelay(value module, value given)
{
    int tenths;
    if (!value_as_int(given, &tenths) || !within(tenths, UCHAR_MAX) || !curses_initialised())
        return NULL;
    curses_enter();
    int result = halfdelay(tenths);
    if (result != ERR)
        curses_halfdelay = tenths;
    curses_leave();
    return curses_check(result, "halfdelay");
}
static value f_curs_set(value module, value given)
{
    int visibility;
    if (!value_as_int(given, &visibility) || !curses_initialised())
        return NULL;
    int before = WRITING(curs_set(visibility));
    return before == ERR ? curses_check(ERR, "curs_set") : small_int(before);
}
static value f_delay_output(value module, value given)
{
    int milliseconds;
    if (!value_as_int(given, &milliseconds) || !curses_initialised())
        return NULL;
    return curses_check(WRITING(delay_output(milliseconds)), "delay_output");
}
static value f_napms(value module, value given)
{
    int milliseconds;
    if (!value_as_int(given, &milliseconds) || !curses_initialised())
        return NULL;
    thread_enter_blocking();
    int result = napms(milliseconds); /* uses nothing of the screen's */
    thread_leave_blocking();
    return small_int(result);
}
static value f_intrflush(value module, value given)
{
    int on = value_truth(given);
    return on < 0 || !curses_initialised() ? NULL : curses_check(LOCKED(intrflush(NULL, on)), "intrflush");
}
static value f_meta(value module, value given)
{
    int on = value_truth(given);
    return on < 0 || !curses_initialised() ? NULL : curses_check(WRITING(meta(stdscr, on)), "meta");
}
static value f_typeahead(value module, value given)
{
    int fd;
    if (!value_as_int(given, &fd) || !curses_initialised())
        return NULL;
    return curses_check(LOCKED(typeahead(fd)), "typeahead");
}
static value f_get_escdelay(value module)
{
    return small_int(LOCKED(ESCDELAY));
}
static value f_set_escdelay(value module, value given)
{
    int number;
    if (!value_as_int(given, &number))
        return NULL;
    return number <= 0 ? raise(EXC(ValueError), "ms must be > 0")
                       : curses_check(LOCKED(set_escdelay(number)), "set_escdelay");
}
static value f_get_tabsize(value module)
{
    return small_int(LOCKED(TABSIZE));
}
static value f_set_tabsize(value module, value given)
{
    int number;
    if (!value_as_int(given, &number))
        return NULL;
    return number <= 0 ? raise(EXC(ValueError), "size must be > 0")
                       : curses_check(LOCKED(set_tabsize(number)), "set_tabsize");
}

/* ---- sizes and the cursor ---- */
static value f_getsyx(value module)
{
    int y = 0, x = 0;
    if (!curses_initialised())
        return NULL;
    curses_enter();
    getsyx(y, x);
    curses_leave();
    value items[] = {small_int(y), small_int(x)};
    return tuple_from_owned(items, 2);
}
static value f_setsyx(value module, value given_y, value given_x)
{
    int y, x;
    if (!value_as_int(given_y, &y) || !value_as_int(given_x, &x) || !curses_initialised())
        return NULL;
    curses_enter();
    setsyx(y, x);
    curses_leave();
    return VALUE_NONE;
}
static value f_is_term_resized(value module, value given_lines, value given_columns)
{
    int lines, columns;
    if (!value_as_int(given_lines, &lines) || !value_as_int(given_columns, &columns) || !curses_initialised())
        return NULL;
    return value_bool(LOCKED(is_term_resized(lines, columns)));
}
/* LINES and COLS here and in the package curses. */
static value update_sizes(void)
{
    value package = import_module("curses");
    bool done = package && attr_set(package, NAME(LINES), small_int(LOCKED(LINES))) &&
                attr_set(package, NAME(COLS), small_int(LOCKED(COLS))) && curses_add_sizes();
    value_dec(package);
    return done ? VALUE_NONE : NULL;
}
static value resize(value given_lines, value given_columns, int (*act)(int, int), const char *name)
{
    int size[2];
    if (!value_as_int(given_lines, &size[0]) || !value_as_int(given_columns, &size[1]) || !curses_initialised())
        return NULL;
    value result = curses_check(curses_fit(size, 2) ? WRITING(act(size[0], size[1])) : ERR, name);
    return result ? update_sizes() : NULL;
}
static value f_resizeterm(value module, value lines, value columns)
{
    return resize(lines, columns, resizeterm, "resizeterm");
}
static value f_resize_term(value module, value lines, value columns)
{
    return resize(lines, columns, resize_term, "resize_term");
}
static value f_update_lines_cols(value module)
{
    return update_sizes();
}

/* ---- colours ---- */
static bool ranged(value v, const char *what, int most, const char *most_name, int *number)
{
    int64_t given;
    value integer = index_value(v);
    if (!integer)
        return false;
    if (!int_fits_i64(integer, &given))
        given = int_sign(integer) < 0 ? -1 : INT64_MAX;
    value_dec(integer);
    *number = (int)given;
    return given < 0       ? raise_false(EXC(ValueError), "%s is less than 0%s", what, most_name ? "." : "")
           : given <= most ? true
           : most_name     ? raise_false(EXC(ValueError), "%s is greater than %s (%d).", what, most_name, most)
                           : raise_false(EXC(ValueError), "%s is greater than %d", what, most);
}
static bool color_get(value v, int *color)
{
    return ranged(v, "Color number", LOCKED(COLORS) - 1, "COLORS-1", color);
}
/* Negative ones are the terminal's own, or ncurses says what is wrong with them. */
static bool color_or_default_get(value v, int *color)
{
    return value_is_small_int(v) && small_int_value(v) < 0 && small_int_value(v) >= INT_MIN
           ? *color = (int)small_int_value(v),
             true : color_get(v, color);
}
static bool pair_get(value v, int *pair)
{
    return ranged(v, "Color pair", LOCKED(COLOR_PAIRS) - 1, "COLOR_PAIRS-1", pair);
}
static bool component_get(value v, int *component)
{
    return ranged(v, "Color component", 1000, NULL, component);
}
static bool ready_for_colors(void)
{
    return curses_initialised() && curses_has_colors();
}
static value f_color_content(value module, value given)
{
    int color, part[3];
    if (!color_get(given, &color) || !ready_for_colors())
        return NULL;
    if (LOCKED(extended_color_content(color, &part[0], &part[1], &part[2])) == ERR)
        return curses_check(ERR, "extended_color_content");
    value items[] = {small_int(part[0]), small_int(part[1]), small_int(part[2])};
    return tuple_from_owned(items, 3);
}
static value f_init_color(value module, const value *args)
{
    int color, part[3];
    if (!color_get(args[0], &color) || !component_get(args[1], &part[0]) || !component_get(args[2], &part[1]) ||
        !component_get(args[3], &part[2]) || !ready_for_colors())
        return NULL;
    return curses_check(WRITING(init_extended_color(color, part[0], part[1], part[2])), "init_extended_color");
}
static value f_init_pair(value module, value given_pair, value given_front, value given_back)
{
    int pair, front, back;
    if (!pair_get(given_pair, &pair) || !color_or_default_get(given_front, &front) ||
        !color_or_default_get(given_back, &back) || !ready_for_colors())
        return NULL;
    return curses_check(WRITING(init_extended_pair(pair, front, back)), "init_extended_pair");
}
static value f_pair_content(value module, value given)
{
    int pair, front, back;
    if (!pair_get(given, &pair) || !ready_for_colors())
        return NULL;
    if (LOCKED(extended_pair_content(pair, &front, &back)) == ERR)
        return curses_check(ERR, "extended_pair_content");
    value items[] = {small_int(front), small_int(back)};
    return tuple_from_owned(items, 2);
}
static value f_color_pair(value module, value given)
{
    int pair;
    if (!value_as_int(given, &pair) || !ready_for_colors())
        return NULL;
    return int_from_i64(COLOR_PAIR(pair));
}
static value f_pair_number(value module, value given)
{
    int attributes;
    if (!value_as_int(given, &attributes) || !ready_for_colors())
        return NULL;
    return small_int(PAIR_NUMBER(attributes));
}
static value f_use_default_colors(value module)
{
    return ready_for_colors() ? curses_check(WRITING(use_default_colors()), "use_default_colors") : NULL;
}
static value f_has_extended_color_support(value module)
{
    return VALUE_TRUE;
}

/* ---- keys and the mouse ---- */
static value bytes_of(const char *text)
{
    return bytes_new((const uint8_t *)text, strlen(text));
}
static value f_keyname(value module, value given)
{
    int key;
    if (!value_as_int(given, &key) || !curses_initialised())
        return NULL;
    if (key < 0)
        return raise(EXC(ValueError), "invalid key number");
    curses_enter();
    const char *name = keyname(key);
    value bytes = bytes_of(name ? name : "");
    curses_leave();
    return bytes;
}
static value f_has_key(value module, value given)
{
    int key;
    if (!value_as_int(given, &key) || !curses_initialised())
        return NULL;
    return value_bool(LOCKED(has_key(key)));
}
static value one_character(char character)
{
    return bytes_new((const uint8_t *)&character, 1);
}
static value f_erasechar(value module)
{
    return curses_initialised() ? one_character(LOCKED(erasechar())) : NULL;
}
static value f_killchar(value module)
{
    return one_character(LOCKED(killchar()));
}
static value f_getmouse(value module)
{
    MEVENT event;
    if (!curses_initialised())
        return NULL;
    if (LOCKED(getmouse(&event)) == ERR)
        return curses_check(ERR, "getmouse");
    value items[] = {small_int(event.id), small_int(event.x), small_int(event.y), small_int(event.z),
                     int_from_u64(event.bstate)};
    return tuple_from_owned(items, 5);
}
static bool mask_get(value v, mmask_t *mask)
{
    value number = is_int(v) ? value_inc(v) : raise(EXC(TypeError), "expected int instead of %T", v);
    if (number)
        *mask = (mmask_t)int_low_bits(number);
    value_dec(number);
    return number != NULL;
}
static value f_ungetmouse(value module, const value *args)
{
    int number[4];
    MEVENT event = {0};
    for (int i = 0; i < 4; i++)
        if (!value_as_int(args[i], &number[i]))
            return NULL;
    if (number[0] != (short)number[0])
        return raise(EXC(OverflowError), "signed short integer is %s",
                     number[0] < 0 ? "less than minimum" : "greater than maximum");
    if (!mask_get(args[4], &event.bstate) || !curses_initialised())
        return NULL;
    event.id = (short)number[0];
    event.x = number[1];
    event.y = number[2];
    event.z = number[3];
    return curses_check(LOCKED(ungetmouse(&event)), "ungetmouse");
}
static value f_mouseinterval(value module, value given)
{
    int interval;
    if (!value_as_int(given, &interval) || !curses_initialised())
        return NULL;
    return curses_check(LOCKED(mouseinterval(interval)), "mouseinterval");
}
static value f_mousemask(value module, value given)
{
    mmask_t mask, before = 0;
    if (!mask_get(given, &mask) || !curses_initialised())
        return NULL;
    mmask_t available = WRITING(mousemask(mask, &before));
    value items[] = {int_from_u64(available), int_from_u64(before)};
    return tuple_from_owned(items, 2);
}

/* ---- the terminal ---- */
static value f_baudrate(value module)
{
    return curses_initialised() ? small_int(LOCKED(baudrate())) : NULL;
}
static value f_termattrs(value module)
{
    return curses_initialised() ? int_from_u64(LOCKED(termattrs())) : NULL;
}
static value name_of_terminal(char *(*name)(void))
{
    if (!curses_initialised())
        return NULL;
    curses_enter();
    const char *text = name();
    value bytes = bytes_of(text ? text : "");
    curses_leave();
    return bytes;
}
static value f_longname(value module)
{
    return name_of_terminal(longname);
}
static value f_termname(value module)
{
    return name_of_terminal(termname);
}

#define NO_ARGUMENTS(NAME) METHOD(#NAME, f_##NAME, "()", NULL)
const struct method_def curses_terminal_functions[] = {
    NO_ARGUMENTS(baudrate),
    NO_ARGUMENTS(beep),
    NO_ARGUMENTS(can_change_color),
    METHOD("cbreak", f_cbreak, "(flag=True, /)", "Enter cbreak mode."),
    METHOD("color_content", f_color_content, "(color_number, /)",
           "Return the red, green, and blue (RGB) components of the specified color."),
    METHOD("color_pair", f_color_pair, "(pair_number, /)",
           "Return the attribute value for displaying text in the specified color."),
    METHOD("curs_set", f_curs_set, "(visibility, /)", "Set the cursor state."),
    NO_ARGUMENTS(def_prog_mode),
    NO_ARGUMENTS(def_shell_mode),
    METHOD("delay_output", f_delay_output, "(ms, /)", "Insert a pause in output."),
    NO_ARGUMENTS(doupdate),
    METHOD("echo", f_echo, "(flag=True, /)", "Enter echo mode."),
    NO_ARGUMENTS(endwin),
    NO_ARGUMENTS(erasechar),
    NO_ARGUMENTS(filter),
    NO_ARGUMENTS(flash),
    NO_ARGUMENTS(flushinp),
    NO_ARGUMENTS(get_escdelay),
    NO_ARGUMENTS(get_tabsize),
    NO_ARGUMENTS(getmouse),
    NO_ARGUMENTS(getsyx),
    METHOD("halfdelay", f_halfdelay, "(tenths, /)", "Enter half-delay mode."),
    NO_ARGUMENTS(has_colors),
    NO_ARGUMENTS(has_extended_color_support),
    NO_ARGUMENTS(has_ic),
    NO_ARGUMENTS(has_il),
    METHOD("has_key", f_has_key, "(key, /)",
           "Return True if the current terminal type recognizes a key with that value."),
    METHOD("init_color", f_init_color, "(color_number, r, g, b, /)", "Change the definition of a color."),
    METHOD("init_pair", f_init_pair, "(pair_number, fg, bg, /)", "Change the definition of a color-pair."),
    METHOD("intrflush", f_intrflush, "(flag, /)", NULL),
    METHOD("is_term_resized", f_is_term_resized, "(nlines, ncols, /)",
           "Return True if resize_term() would modify the window structure, False otherwise."),
    NO_ARGUMENTS(isendwin),
    METHOD("keyname", f_keyname, "(key, /)", "Return the name of specified key."),
    NO_ARGUMENTS(killchar),
    NO_ARGUMENTS(longname),
    METHOD("meta", f_meta, "(yes, /)", "Enable/disable meta keys."),
    METHOD("mouseinterval", f_mouseinterval, "(interval, /)",
           "Set and retrieve the maximum time between press and release in a click."),
    METHOD("mousemask", f_mousemask, "(newmask, /)",
           "Set the mouse events to be reported, and return a tuple (availmask, oldmask)."),
    METHOD("napms", f_napms, "(ms, /)", "Sleep for specified time."),
    METHOD("nl", f_nl, "(flag=True, /)", "Enter newline mode."),
    NO_ARGUMENTS(nocbreak),
    NO_ARGUMENTS(noecho),
    NO_ARGUMENTS(nonl),
    NO_ARGUMENTS(noqiflush),
    NO_ARGUMENTS(noraw),
    METHOD("pair_content", f_pair_content, "(pair_number, /)",
           "Return a tuple (fg, bg) containing the colors for the requested color pair."),
    METHOD("pair_number", f_pair_number, "(attr, /)",
           "Return the number of the color-pair set by the specified attribute value."),
    METHOD("qiflush", f_qiflush, "(flag=True, /)", "Enable normal flushing of output queues."),
    METHOD("raw", f_raw, "(flag=True, /)", "Enter raw mode."),
    NO_ARGUMENTS(reset_prog_mode),
    NO_ARGUMENTS(reset_shell_mode),
    NO_ARGUMENTS(resetty),
    METHOD("resize_term", f_resize_term, "(nlines, ncols, /)",
           "Backend function used by resizeterm(), performing most of the work."),
    METHOD("resizeterm", f_resizeterm, "(nlines, ncols, /)",
           "Resize the standard and current windows to the specified dimensions."),
    NO_ARGUMENTS(savetty),
    METHOD("set_escdelay", f_set_escdelay, "(ms, /)", "Sets the ESCDELAY value."),
    METHOD("set_tabsize", f_set_tabsize, "(size, /)", "Sets the TABSIZE value."),
    METHOD("setsyx", f_setsyx, "(y, x, /)", "Set the virtual screen cursor."),
    NO_ARGUMENTS(termattrs),
    NO_ARGUMENTS(termname),
    METHOD("typeahead", f_typeahead, "(fd, /)", "Specify that the file descriptor fd be used for typeahead checking."),
    METHOD("unctrl", curses_unctrl, "(ch, /)",
           "Return a string which is a printable representation of the character ch."),
    METHOD("unget_wch", curses_unget_wch, "(ch, /)", "Push ch so the next get_wch() will return it."),
    METHOD("ungetch", curses_ungetch, "(ch, /)", "Push ch so the next getch() will return it."),
    METHOD("ungetmouse", f_ungetmouse, "(id, x, y, z, bstate, /)",
           "Push a KEY_MOUSE event onto the input queue, associating the given state data with it."),
    NO_ARGUMENTS(update_lines_cols),
    NO_ARGUMENTS(use_default_colors),
    METHOD("use_env", f_use_env, "(flag, /)", "Use environment variables LINES and COLUMNS."),
    {0},
};
