/* The functions of _curses for capabilities of the terminal (terminfo). */
#include "curses.h"

#include <term.h>

static value bytes_of(const char *text)
{
    return bytes_new((const uint8_t *)text, strlen(text));
}
static value curses_setupterm(value module, value given_term, value given_fd)
{
    int fd, error = 0;
    struct text term = {0};
    if (is_given(given_term)) {
        if (!is_str(given_term))
            return raise(EXC(TypeError), "setupterm() argument 'term' must be str or None, not %T", given_term);
        if (!text_of(given_term, &term))
            return NULL;
    }
    bool embedded = term.bytes && strlen(term.bytes) != term.length, known = value_as_int(given_fd, &fd) && !embedded;
    if (known && fd == -1) {
        value out = sys_get("stdout");
        if (!out || out == VALUE_MISSING || out == VALUE_NONE)
            known = raise_false((struct type *)slot_peek(&curses_error_class), "lost sys.stdout");
        value number = known ? call_method_0(out, NAME(fileno)) : NULL;
        known = number && value_as_int(number, &fd);
        value_dec(number);
        value_dec(out == VALUE_MISSING ? VALUE_NONE : out);
    }
    if (embedded)
        raise(EXC(ValueError), "embedded null character");
    int result = !known ? ERR : curses_terminal_known ? OK : LOCKED(setupterm(term.bytes, fd, &error));
    text_release(&term);
    if (!known)
        return NULL;
    if (result == ERR)
        return raise((struct type *)slot_peek(&curses_error_class), "setupterm: %s",
                     error == 0    ? "could not find terminal"
                     : error == -1 ? "could not find terminfo database"
                                   : "unknown error");
    curses_terminal_known = true;
    return VALUE_NONE;
}
/* A capability's name; false with an exception. */
static bool capability_get(value v, const char *function, struct text *name)
{
    if (!is_str(v))
        return raise_false(EXC(TypeError), "%s() argument must be str, not %K", function, v);
    if (!text_of(v, name))
        return false;
    if (strlen(name->bytes) == name->length)
        return true;
    text_release(name);
    return raise_false(EXC(ValueError), "embedded null character");
}
static value number_of(value given, const char *function, int (*find)(NCURSES_CONST char *))
{
    struct text name;
    if (!capability_get(given, function, &name))
        return NULL;
    value result = curses_set_up() ? small_int(LOCKED(find((char *)name.bytes))) : NULL;
    text_release(&name);
    return result;
}
static value curses_tigetflag(value module, value name)
{
    return number_of(name, "tigetflag", tigetflag);
}
static value curses_tigetnum(value module, value name)
{
    return number_of(name, "tigetnum", tigetnum);
}
static value curses_tigetstr(value module, value given)
{
    struct text name;
    value result = NULL;
    if (!capability_get(given, "tigetstr", &name))
        return NULL;
    if (curses_set_up()) {
        curses_enter();
        const char *text = tigetstr((char *)name.bytes);
        result = !text || text == (char *)-1 ? VALUE_NONE : bytes_of(text);
        curses_leave();
    }
    text_release(&name);
    return result;
}
/* The text of a bytes-like object as a C string, owned bytes; NULL with an exception. */
static value c_string(value v)
{
    value bytes = bytes_from_buffer(v);
    if (!bytes || strlen((const char *)bytes_data(bytes)) == bytes_length(bytes))
        return bytes;
    value_dec(bytes);
    return raise(EXC(ValueError), "embedded null byte");
}
static value curses_tparm(value module, const value *args)
{
    int p[9] = {0};
    value format = c_string(args[0]), result = NULL;
    bool done = format != NULL;
    for (int i = 0; done && i < 9; i++)
        done = value_as_int(args[i + 1], &p[i]);
    if (done && curses_set_up()) {
        curses_enter();
        const char *text = tparm((char *)bytes_data(format), p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]);
        result = text ? bytes_of(text) : raise((struct type *)slot_peek(&curses_error_class), "tparm() returned NULL");
        curses_leave();
    }
    value_dec(format);
    return result;
}
static value curses_putp(value module, value given)
{
    value text = c_string(given);
    if (!text)
        return NULL;
    value result = curses_check(WRITING(putp((const char *)bytes_data(text))), "putp");
    value_dec(text);
    return result;
}

const struct method_def curses_terminfo_functions[] = {
    METHOD("setupterm", curses_setupterm, "(term=None, fd=-1)", "Initialize the terminal."),
    METHOD("putp", curses_putp, "(string, /)",
           "Emit the value of a specified terminfo capability for the current terminal."),
    METHOD("tigetflag", curses_tigetflag, "(capname, /)", "Return the value of the Boolean capability."),
    METHOD("tigetnum", curses_tigetnum, "(capname, /)", "Return the value of the numeric capability."),
    METHOD("tigetstr", curses_tigetstr, "(capname, /)", "Return the value of the string capability."),
    METHOD("tparm", curses_tparm, "(str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0, i9=0, /)",
           "Instantiate the specified byte string with the supplied parameters."),
    {0},
};
