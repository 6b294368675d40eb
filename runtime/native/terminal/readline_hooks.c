/* What readline calls of the program: completion, and hooks before a line. It is in a blocking region then. */
#include "readline_module.h"

#include <stdlib.h>

static value_slot completer, startup_hook, pre_input_hook, display_hook;
static int begin_index, end_index; /* of the text to complete, in characters; under the lock */

static bool set_hook(value_slot *slot, value function, const char *name)
{
    if (function != VALUE_NONE && !value_is_callable(function))
        return raise_false(EXC(TypeError), "set_%s(func): argument not callable", name);
    readline_enter();
    value old = slot_exchange(slot, function == VALUE_NONE ? NULL : value_inc(function));
    readline_leave();
    value_dec(old);
    return true;
}
/* Under the lock; owned. */
static value hook_of(value_slot *slot)
{
    value hook = slot_peek(slot);
    return hook ? value_inc(hook) : NULL;
}

/* ---- hooks before a line ---- */
static int run_hook(value_slot *slot)
{
    struct native_entry entry;
    int answer = 0;
    if (!slot_peek(slot) || !native_enter(&entry))
        return 0;
    value hook = hook_of(slot), result = call_0(hook);
    if (result && result != VALUE_NONE && !value_as_int(result, &answer))
        answer = 0;
    error_clear();
    value_dec(result);
    value_dec(hook);
    native_leave(&entry);
    return answer;
}
static int on_startup(void)
{
    return run_hook(&startup_hook);
}
static int on_pre_input(void)
{
    return run_hook(&pre_input_hook);
}

/* ---- completion ---- */
/* The `state`-th completion, malloc'd; NULL: there are no more. */
static char *on_completion(const char *text, int state)
{
    struct native_entry entry;
    char *found = NULL;
    rl_attempted_completion_over = 1;
    if (!slot_peek(&completer) || !native_enter(&entry))
        return NULL;
    value function = hook_of(&completer), given = readline_decode(text);
    value result = given ? call_2(function, given, small_int(state)) : NULL;
    value bytes = result && result != VALUE_NONE ? readline_encode(result) : NULL;
    if (bytes)
        found = strdup((const char *)bytes_data(bytes));
    error_clear();
    value_dec(bytes);
    value_dec(result);
    value_dec(given);
    value_dec(function);
    native_leave(&entry);
    return found;
}

/* How many characters the first bytes of the line are. */
static int characters(int bytes)
{
    int count = 0;
    for (int i = 0; i < bytes && rl_line_buffer[i]; i++)
        count += (rl_line_buffer[i] & 0xC0) != 0x80;
    return count;
}
static char **on_attempt(const char *text, int start, int end)
{
    rl_completion_append_character = '\0';
    rl_completion_suppress_append = 0;
    begin_index = characters(start);
    end_index = characters(end);
    return rl_completion_matches(text, on_completion);
}

static void on_display(char **matches, int count, int longest)
{
    struct native_entry entry;
    if (!slot_peek(&display_hook) || !native_enter(&entry))
        return;
    value list = list_new((size_t)count), given = list ? readline_decode(matches[0]) : NULL;
    bool done = given != NULL;
    for (int i = 1; done && i <= count; i++) {
        value match = readline_decode(matches[i]);
        done = match && list_append_owned(list, match);
    }
    value function = done ? hook_of(&display_hook) : NULL;
    value result = function ? call_3(function, given, list, small_int(longest)) : NULL;
    error_clear();
    value_dec(result);
    value_dec(function);
    value_dec(given);
    value_dec(list);
    native_leave(&entry);
}

/* ---- functions ---- */
static value set_completer(value module, value function)
{
    return set_hook(&completer, function, "completer") ? VALUE_NONE : NULL;
}
static value get_completer(value module)
{
    readline_enter();
    value function = hook_of(&completer);
    readline_leave();
    return function ? function : VALUE_NONE;
}
static value set_startup_hook(value module, value function)
{
    return set_hook(&startup_hook, function, "startup_hook") ? VALUE_NONE : NULL;
}
static value set_pre_input_hook(value module, value function)
{
    return set_hook(&pre_input_hook, function, "pre_input_hook") ? VALUE_NONE : NULL;
}
static value set_display_hook(value module, value function)
{
    if (!set_hook(&display_hook, function, "completion_display_matches_hook"))
        return NULL;
    readline_enter();
    rl_completion_display_matches_hook = function == VALUE_NONE ? NULL : on_display;
    readline_leave();
    return VALUE_NONE;
}
static value set_completer_delims(value module, value given)
{
    value bytes = readline_encode(given);
    char *copy = bytes ? strdup((const char *)bytes_data(bytes)) : NULL;
    value_dec(bytes);
    if (!copy)
        return error_occurred() ? NULL : raise_no_memory();
    readline_enter();
    free((void *)rl_completer_word_break_characters);
    rl_completer_word_break_characters = copy;
    readline_leave();
    return VALUE_NONE;
}
static value get_completer_delims(value module)
{
    readline_enter();
    value text = readline_decode(rl_completer_word_break_characters);
    readline_leave();
    return text;
}
static value get_number(const int *place)
{
    readline_enter();
    int number = *place;
    readline_leave();
    return small_int(number);
}
static value get_completion_type(value module)
{
    return get_number(&rl_completion_type);
}
static value get_begin_index(value module)
{
    return get_number(&begin_index);
}
static value get_end_index(value module)
{
    return get_number(&end_index);
}

const struct method_def readline_hook_functions[] = {
    METHOD("set_completer", set_completer, "(function=None, /)", "Set or remove the completer function."),
    METHOD("get_completer", get_completer, "()", "Get the current completer function."),
    METHOD("set_startup_hook", set_startup_hook, "(function=None, /)",
           "Set or remove the function invoked by the rl_startup_hook callback."),
    METHOD("set_pre_input_hook", set_pre_input_hook, "(function=None, /)",
           "Set or remove the function invoked by the rl_pre_input_hook callback."),
    METHOD("set_completion_display_matches_hook", set_display_hook, "(function=None, /)",
           "Set or remove the completion display function."),
    METHOD("set_completer_delims", set_completer_delims, "(string, /)", "Set the word delimiters for completion."),
    METHOD("get_completer_delims", get_completer_delims, "()", "Get the word delimiters for completion."),
    METHOD("get_completion_type", get_completion_type, "()", "Get the type of completion being attempted."),
    METHOD("get_begidx", get_begin_index, "()", "Get the beginning index of the completion scope."),
    METHOD("get_endidx", get_end_index, "()", "Get the ending index of the completion scope."),
    {0},
};

void readline_hooks_begin(void)
{
    rl_startup_hook = on_startup;
    rl_pre_input_hook = on_pre_input;
    rl_attempted_completion_function = on_attempt;
    rl_completer_word_break_characters = strdup(" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?");
}
void readline_hooks_finish(void)
{
    line_reader_set(NULL);
    slot_drop(&completer);
    slot_drop(&startup_hook);
    slot_drop(&pre_input_hook);
    slot_drop(&display_hook);
}
