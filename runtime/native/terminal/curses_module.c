/* The _curses module: the library's mutex and state, the screen, and what makes windows. */
#include "curses.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

value_slot curses_error_class;
static value_slot module_slot; /* whose LINES, COLS and ACS_ names the functions set */
static _Atomic bool initialised, colored;
_Atomic bool curses_terminal_known;

/* ---- the mutex ---- */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
struct grave {
    struct grave *earlier;
    void *handle;
    void (*bury)(void *handle);
};
static _Atomic(struct grave *) graves; /* the last to die first */

void curses_bury(void *handle, void (*bury)(void *handle))
{
    struct grave *g = malloc(sizeof *g);
    if (!g)
        return; /* it stays with ncurses */
    *g = (struct grave){atomic_load(&graves), handle, bury};
    while (!atomic_compare_exchange_weak(&graves, &g->earlier, g))
        continue;
}
static void bury_all(struct grave *last)
{
    struct grave *first = NULL;
    while (last) {
        struct grave *earlier = last->earlier;
        last->earlier = first;
        first = last;
        last = earlier;
    }
    while (first) {
        struct grave *later = first->earlier;
        first->bury(first->handle);
        free(first);
        first = later;
    }
}
void curses_enter(void)
{
    native_lock(&mutex);
    if (atomic_load_explicit(&graves, memory_order_relaxed))
        bury_all(atomic_exchange(&graves, NULL));
}
void curses_leave(void)
{
    native_unlock(&mutex);
}

/* ---- state and errors ---- */
static struct type *error_class(void)
{
    return (struct type *)slot_peek(&curses_error_class);
}
bool curses_initialised(void)
{
    return initialised || raise_false(error_class(), "must call initscr() first");
}
bool curses_set_up(void)
{
    return curses_terminal_known || raise_false(error_class(), "must call (at least) setupterm() first");
}
bool curses_has_colors(void)
{
    return colored || raise_false(error_class(), "must call start_color() first");
}
value curses_check(int code, const char *function)
{
    return code != ERR ? VALUE_NONE : raise(error_class(), "%s() returned ERR", function);
}
value curses_null(void)
{
    return raise(error_class(), "curses function returned NULL");
}

/* ---- names in the module ---- */
value curses_module_dict(void)
{
    return module_dict(slot_peek(&module_slot));
}
static bool set_number(const char *name, int64_t number)
{
    return dict_set_text(curses_module_dict(), name, int_from_i64(number));
}
bool curses_add_sizes(void)
{
    return set_number("LINES", LOCKED(LINES)) && set_number("COLS", LOCKED(COLS));
}
/* The characters for drawing lines, which are known once the terminal is. */
static bool add_line_characters(void)
{
#define ACS(NAME)                \
    {                            \
        "ACS_" #NAME, ACS_##NAME \
    }
    const struct {
        const char *name;
        chtype character;
    } characters[] = {
        ACS(ULCORNER), ACS(LLCORNER), ACS(URCORNER), ACS(LRCORNER), ACS(LTEE),   ACS(RTEE),   ACS(BTEE),
        ACS(TTEE),     ACS(HLINE),    ACS(VLINE),    ACS(PLUS),     ACS(S1),     ACS(S9),     ACS(DIAMOND),
        ACS(CKBOARD),  ACS(DEGREE),   ACS(PLMINUS),  ACS(BULLET),   ACS(LARROW), ACS(RARROW), ACS(DARROW),
        ACS(UARROW),   ACS(BOARD),    ACS(LANTERN),  ACS(BLOCK),    ACS(BSSB),   ACS(SSBB),   ACS(BBSS),
        ACS(SBBS),     ACS(SBSS),     ACS(SSSB),     ACS(SSBS),     ACS(BSSS),   ACS(BSBS),   ACS(SBSB),
        ACS(SSSS),     ACS(S3),       ACS(S7),       ACS(LEQUAL),   ACS(GEQUAL), ACS(PI),     ACS(NEQUAL),
        ACS(STERLING),
    };
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (!set_number(characters[i].name, characters[i].character))
            return false;
    return true;
}

/* ---- the screen ---- */
static value curses_initscr(value module)
{
    if (initialised) {
        WRITING(wrefresh(stdscr));
        return window_new(stdscr, NULL);
    }
    WINDOW *screen = WRITING(initscr());
    if (!screen)
        return curses_null();
    initialised = curses_terminal_known = true;
    value window = add_line_characters() && curses_add_sizes() ? window_new(screen, NULL) : NULL;
    return window;
}
static value curses_start_color(value module)
{
    if (!curses_initialised())
        return NULL;
    if (WRITING(start_color()) == ERR)
        return raise(error_class(), "start_color() returned ERR");
    colored = true;
    return set_number("COLORS", LOCKED(COLORS)) && set_number("COLOR_PAIRS", LOCKED(COLOR_PAIRS)) ? VALUE_NONE : NULL;
}

/* ---- windows ---- */
static value curses_newwin(value module, const value *args, size_t nargs, value kwnames)
{
    int part[4] = {0};
    if (!no_keywords("newwin", kwnames) || (nargs != 2 && nargs != 4 && !curses_wrong_count("newwin", 2, 4)) ||
        !curses_ints(args, nargs, nargs, "", part) || !curses_initialised())
        return NULL;
    if (!curses_fit(part, 4))
        return curses_null();
    return window_new(LOCKED(newwin(part[0], part[1], part[2], part[3])), NULL);
}
static value curses_newpad(value module, value given_lines, value given_columns)
{
    int size[2];
    if (!value_as_int(given_lines, &size[0]) || !value_as_int(given_columns, &size[1]) || !curses_initialised())
        return NULL;
    return curses_fit(size, 2) ? window_new(LOCKED(newpad(size[0], size[1])), NULL) : curses_null();
}
static value curses_getwin(value module, value from)
{
    if (!curses_initialised())
        return NULL;
    value data = call_method_0(from, NAME(read));
    if (!data || !is_bytes(data)) {
        if (data)
            raise(EXC(TypeError), "f.read() returned %.100T instead of bytes", data);
        value_dec(data);
        return NULL;
    }
    FILE *file = tmpfile();
    bool written = file && fwrite(bytes_data(data), 1, bytes_length(data), file) == bytes_length(data);
    value_dec(data);
    if (!written) {
        if (file)
            fclose(file);
        return raise(EXC(OSError), "no temporary file");
    }
    rewind(file);
    WINDOW *window = LOCKED(getwin(file));
    fclose(file);
    return window_new(window, NULL);
}

static const struct method_def functions[] = {
    METHOD("initscr", curses_initscr, "()",
           "Initialize the library.\n\nReturn a WindowObject which represents the whole screen."),
    METHOD("start_color", curses_start_color, "()",
           "Initializes eight basic colors and global variables COLORS and "
           "COLOR_PAIRS."),
    METHOD_ANY("newwin", curses_newwin, "newwin(nlines, ncols, [begin_y=0, begin_x=0])\nReturn a new window.", 0),
    METHOD("newpad", curses_newpad, "(nlines, ncols, /)", "Create and return a pointer to a new pad data structure."),
    METHOD("getwin", curses_getwin, "(file, /)",
           "Read window related data stored in the file by an earlier putwin() "
           "call."),
    {0},
};

static const struct struct_sequence_field version_fields[] = {
    {"major", "Major release number"},
    {"minor", "Minor release number"},
    {"patch", "Patch release number"},
    {NULL, NULL},
};
static bool fill(value module)
{
    static struct type *version_type;
    if (!version_type && !(version_type = struct_sequence_define(
                               "curses.ncurses_version", "Ncurses version information.", version_fields, 3, NULL)))
        return false;
    setlocale(LC_CTYPE, ""); /* ncurses asks the C library which characters are wide */
    value *numbers = raw_alloc(3 * sizeof *numbers);
    if (!numbers)
        return raise_no_memory();
    numbers[0] = small_int(NCURSES_VERSION_MAJOR);
    numbers[1] = small_int(NCURSES_VERSION_MINOR);
    numbers[2] = small_int(NCURSES_VERSION_PATCH);
    value version = struct_sequence_new(version_type, numbers);
    free(numbers);
    value_dec(slot_exchange(&module_slot, value_inc(module)));
    return module_add_owned(module, "ncurses_version", version) &&
           module_define_type(module, &window_type, &window_spec) &&
           module_define_exception(module, &curses_error_class, "_curses.error", EXC(Exception), NULL) &&
           module_add_functions(module, curses_terminal_functions) &&
           module_add_functions(module, curses_terminfo_functions) && module_add_constants(module, curses_constants) &&
           module_add_owned(module, "version", bytes_new((const uint8_t *)"2.2", 3)) &&
           module_add_owned(module, "__version__", bytes_new((const uint8_t *)"2.2", 3));
}
static void finish(void)
{
    slot_drop(&curses_error_class);
    slot_drop(&module_slot);
}

static const struct module_def definition = {.name = "_curses", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
