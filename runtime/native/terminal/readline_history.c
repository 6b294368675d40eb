/* The list of former lines, and its files. */
#include "readline_module.h"

static int most_lines = -1; /* that a history file keeps; under the lock */

enum action { READ, WRITE, APPEND };
/* For a file that a str, bytes or a path names; None: ~/.history. */
static value with_file(enum action action, int lines, value filename)
{
    struct text text = {0};
    if (filename != VALUE_NONE && !text_of_path(filename, &text))
        return NULL;
    const char *path = filename == VALUE_NONE ? NULL : text.bytes;
    readline_enter();
    thread_enter_blocking();
    int error = action == READ    ? read_history(path)
                : action == WRITE ? write_history(path)
                                  : append_history(lines, path);
    if (!error && action != READ && most_lines >= 0)
        history_truncate_file(path, most_lines);
    thread_leave_blocking();
    readline_leave();
    if (filename != VALUE_NONE)
        text_release(&text);
    return error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
static value read_history_file(value module, value filename)
{
    return with_file(READ, 0, filename);
}
static value write_history_file(value module, value filename)
{
    return with_file(WRITE, 0, filename);
}
static value append_history_file(value module, value given_lines, value filename)
{
    int lines;
    return value_as_int(given_lines, &lines) ? with_file(APPEND, lines, filename) : NULL;
}

/* ---- the list ---- */
static value set_history_length(value module, value given)
{
    int length;
    if (!value_as_int(given, &length))
        return NULL;
    readline_enter();
    most_lines = length;
    readline_leave();
    return VALUE_NONE;
}
static value get_history_length(value module)
{
    readline_enter();
    int length = most_lines;
    readline_leave();
    return small_int(length);
}
static value get_current_history_length(value module)
{
    readline_enter();
    int length = history_length;
    readline_leave();
    return small_int(length);
}
static value get_history_item(value module, value given)
{
    int index;
    if (!value_as_int(given, &index))
        return NULL;
    readline_enter();
    HIST_ENTRY *entry = history_get(index);
    value text = entry ? readline_decode(entry->line) : VALUE_NONE;
    readline_leave();
    return text;
}
static value add_item(value module, value given)
{
    value bytes = readline_encode(given);
    if (!bytes)
        return NULL;
    readline_enter();
    add_history((const char *)bytes_data(bytes));
    readline_leave();
    value_dec(bytes);
    return VALUE_NONE;
}
static bool position_of(value given, int *position)
{
    if (!value_as_int(given, position))
        return false;
    return *position >= 0 || raise_false(EXC(ValueError), "History index cannot be negative");
}
static value remove_history_item(value module, value given)
{
    int position;
    if (!position_of(given, &position))
        return NULL;
    readline_enter();
    HIST_ENTRY *entry = remove_history(position);
    if (entry)
        free_history_entry(entry);
    readline_leave();
    return entry ? VALUE_NONE : raise(EXC(ValueError), "No history item at position %d", position);
}
static value replace_history_item(value module, value given, value line)
{
    int position;
    if (!position_of(given, &position))
        return NULL;
    value bytes = readline_encode(line);
    if (!bytes)
        return NULL;
    readline_enter();
    HIST_ENTRY *entry = replace_history_entry(position, (const char *)bytes_data(bytes), NULL);
    if (entry)
        free_history_entry(entry);
    readline_leave();
    value_dec(bytes);
    return entry ? VALUE_NONE : raise(EXC(ValueError), "No history item at position %d", position);
}
static value clear_items(value module)
{
    readline_enter();
    clear_history();
    readline_leave();
    return VALUE_NONE;
}
static value set_auto_history(value module, value given)
{
    int on = value_truth(given);
    if (on < 0)
        return NULL;
    atomic_store(&readline_auto_history, on);
    return VALUE_NONE;
}

const struct method_def readline_history_functions[] = {
    METHOD("read_history_file", read_history_file, "(filename=None, /)", "Load a readline history file."),
    METHOD("write_history_file", write_history_file, "(filename=None, /)", "Save a readline history file."),
    METHOD("append_history_file", append_history_file, "(nelements, filename=None, /)",
           "Append the last nelements items of the history list to file."),
    METHOD("set_history_length", set_history_length, "(length, /)",
           "Set the maximal number of lines which will be written to the history file."),
    METHOD("get_history_length", get_history_length, "()",
           "Return the maximum number of lines that will be written to the history file."),
    METHOD("get_current_history_length", get_current_history_length, "()",
           "Return the current (not the maximum) length of history."),
    METHOD("get_history_item", get_history_item, "(index, /)", "Return the current contents of history item at index."),
    METHOD("add_history", add_item, "(string, /)", "Add an item to the history buffer."),
    METHOD("remove_history_item", remove_history_item, "(pos, /)", "Remove history item given by its position."),
    METHOD("replace_history_item", replace_history_item, "(pos, line, /)",
           "Replaces history item given by its position with contents of line."),
    METHOD("clear_history", clear_items, "()", "Clear the current readline history."),
    METHOD("set_auto_history", set_auto_history, "(enabled, /)", "Enables or disables automatic history."),
    {0},
};
