/*
 * The _curses_panel module: windows in a stack. A panel of ncurses knows its object by a weak reference: who is found
 * in the stack may be dying.
 */
#include "curses.h"

struct panel_object {
    struct object header;
    PANEL *handle;      /* constant; its user pointer is `self` */
    value self;         /* a weak reference to this object, owned */
    value_slot window;  /* under the mutex of _curses */
    value_slot pointer; /* the program's user pointer, or NULL */
};
#define PANEL_OF(v) (((struct panel_object *)(v))->handle)
static struct type *panel_type;
static value_slot error_class;

static value check(int code, const char *function)
{
    return code != ERR ? VALUE_NONE : raise((struct type *)slot_peek(&error_class), "%s() returned ERR", function);
}

/* ---- life ---- */
static void bury_panel(void *handle)
{
    del_panel(handle);
}
static void panel_destroy(struct object *o)
{
    struct panel_object *p = (struct panel_object *)o;
    if (p->handle)
        curses_bury(p->handle, bury_panel);
    value_dec(p->self);
    slot_drop(&p->window);
    slot_drop(&p->pointer);
}
static void panel_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct panel_object *)o)->window);
    trace_slot(trace, &((struct panel_object *)o)->pointer);
}
static bool is_window(value v, const char *argument)
{
    return value_is_of(v, window_type) || raise_false(EXC(TypeError), "%s must be _curses.window, not %K", argument, v);
}
static value panel_new(value module, value window)
{
    if (!is_window(window, "new_panel() argument") || !curses_initialised())
        return NULL;
    struct panel_object *p = (struct panel_object *)object_new(panel_type, sizeof *p);
    if (!p)
        return NULL;
    slot_init(&p->window, value_inc(window));
    p->self = weak_reference_to_any(value_of(p));
    if (p->self) {
        curses_enter();
        p->handle = new_panel(((struct window *)window)->handle);
        if (p->handle)
            set_panel_userptr(p->handle, p->self);
        curses_leave();
        if (p->handle)
            return value_of(p);
        raise((struct type *)slot_peek(&error_class), "curses function returned NULL");
    }
    value_dec(value_of(p));
    return NULL;
}

/* The object of the first panel in this direction that has one: owned, or None. */
static value found(PANEL *start, PANEL *(*next)(const PANEL *))
{
    value object = VALUE_NONE;
    for (PANEL *at = start; at && object == VALUE_NONE; at = next(at)) {
        value reference = (value)panel_userptr(at);
        object = reference ? weak_reference_get(reference) : VALUE_NONE;
    }
    return object;
}
static value neighbour(PANEL *from, PANEL *(*next)(const PANEL *))
{
    if (!curses_initialised())
        return NULL;
    curses_enter();
    value object = found(next(from), next);
    curses_leave();
    return object;
}
static value bottom_of_stack(value module)
{
    return neighbour(NULL, panel_above);
}
static value top_of_stack(value module)
{
    return neighbour(NULL, panel_below);
}
static value update(value module)
{
    if (!curses_initialised())
        return NULL;
    curses_enter();
    update_panels();
    curses_leave();
    return VALUE_NONE;
}

/* ---- methods ---- */
static value method_above(value v)
{
    return neighbour(PANEL_OF(v), panel_above);
}
static value method_below(value v)
{
    return neighbour(PANEL_OF(v), panel_below);
}
static value method_bottom(value v)
{
    return check(LOCKED(bottom_panel(PANEL_OF(v))), "bottom");
}
static value method_top(value v)
{
    return check(LOCKED(top_panel(PANEL_OF(v))), "top");
}
static value method_hide(value v)
{
    return check(LOCKED(hide_panel(PANEL_OF(v))), "hide");
}
static value method_show(value v)
{
    return check(LOCKED(show_panel(PANEL_OF(v))), "show");
}
static value method_hidden(value v)
{
    return value_bool(LOCKED(panel_hidden(PANEL_OF(v))));
}
static value method_move(value v, value given_y, value given_x)
{
    int y, x;
    if (!value_as_int(given_y, &y) || !value_as_int(given_x, &x))
        return NULL;
    return check(LOCKED(move_panel(PANEL_OF(v), y, x)), "move_panel");
}
static value method_window(value v)
{
    return slot_load(value_object(v), &((struct panel_object *)v)->window);
}
static value method_replace(value v, value window)
{
    if (!is_window(window, "replace() argument 1"))
        return NULL;
    curses_enter();
    int result = replace_panel(PANEL_OF(v), ((struct window *)window)->handle);
    value before =
        result == ERR ? NULL : slot_take(value_object(v), &((struct panel_object *)v)->window, value_inc(window));
    curses_leave();
    value_dec(before);
    return check(result, "replace_panel");
}
static value method_set_userptr(value v, value pointer)
{
    if (!curses_initialised())
        return NULL;
    slot_store(value_object(v), &((struct panel_object *)v)->pointer, value_inc(pointer));
    return VALUE_NONE;
}
static value method_userptr(value v)
{
    if (!curses_initialised())
        return NULL;
    value pointer = slot_load(value_object(v), &((struct panel_object *)v)->pointer);
    return pointer ? pointer : raise((struct type *)slot_peek(&error_class), "no userptr set");
}

static const struct method_def methods[] = {
    METHOD("above", method_above, "($self, /)", "Return the panel above the current panel."),
    METHOD("below", method_below, "($self, /)", "Return the panel below the current panel."),
    METHOD("bottom", method_bottom, "($self, /)", "Push the panel to the bottom of the stack."),
    METHOD("hidden", method_hidden, "($self, /)", "Return True if the panel is hidden (not visible), False otherwise."),
    METHOD("hide", method_hide, "($self, /)", "Hide the panel."),
    METHOD("move", method_move, "($self, y, x, /)", "Move the panel to the screen coordinates (y, x)."),
    METHOD("replace", method_replace, "($self, win, /)",
           "Change the window associated with the panel to the window win."),
    METHOD("set_userptr", method_set_userptr, "($self, obj, /)", "Set the panel's user pointer to obj."),
    METHOD("show", method_show, "($self, /)", "Display the panel (which might have been hidden)."),
    METHOD("top", method_top, "($self, /)", "Push panel to the top of the stack."),
    METHOD("userptr", method_userptr, "($self, /)", "Return the user pointer for the panel."),
    METHOD("window", method_window, "($self, /)", "Return the window object associated with the panel."),
    {0},
};
static const struct type_spec panel_spec = {
    .name = "_curses_panel.panel",
    .size = sizeof(struct panel_object),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = panel_traverse,
    .destroy = panel_destroy,
    .methods = methods,
};
static const struct method_def functions[] = {
    METHOD("bottom_panel", bottom_of_stack, "()", "Return the bottom panel in the panel stack."),
    METHOD("new_panel", panel_new, "(win, /)", "Return a panel object, associating it with the given window win."),
    METHOD("top_panel", top_of_stack, "()", "Return the top panel in the panel stack."),
    METHOD("update_panels", update, "()",
           "Updates the virtual screen after changes in the panel stack.\n\n"
           "This does not call curses.doupdate(), so you'll have to do this yourself."),
    {0},
};
static bool fill(value module)
{
    value curses = import_module("_curses"); /* whose types and state are used */
    value_dec(curses);
    return curses && module_define_type(module, &panel_type, &panel_spec) &&
           module_define_exception(module, &error_class, "_curses_panel.error", EXC(Exception), NULL) &&
           module_add_owned(module, "__version__", str_from_text("2.1")) &&
           module_add_owned(module, "version", str_from_text("2.1"));
}
static void finish(void)
{
    slot_drop(&error_class);
}
static const struct module_def definition = {
    .name = "_curses_panel", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
