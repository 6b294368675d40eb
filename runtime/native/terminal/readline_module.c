/*
 * The readline module: a line of the terminal, edited, for input() and the prompt.
 *
 * A line is read through readline's callback interface, so that the wait is ours: in a blocking region, without the
 * lock, and ended by a signal whose handler raises.
 */
#include "readline_module.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

pthread_mutex_t readline_mutex;
_Atomic bool readline_auto_history = true;

value readline_encode(value v)
{
    if (!is_str(v))
        return raise(EXC(TypeError), "bad argument type for built-in operation");
    value bytes = str_encode(v, "utf-8", "surrogateescape");
    if (!bytes || strlen((const char *)bytes_data(bytes)) == bytes_length(bytes))
        return bytes;
    value_dec(bytes);
    return raise(EXC(ValueError), "embedded null byte");
}
value readline_decode(const char *text)
{
    return str_decode_locale(text);
}

/* ---- reading a line ---- under the lock but for the wait */
static char *line;
static bool complete;
static void on_line(char *text)
{
    line = text;
    complete = true;
    rl_callback_handler_remove();
}

/* In a blocking region: wait for input; false: a handler of a signal raised. */
static bool wait_for_input(void)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&terminal, 1, -1) < 0 && errno == EINTR) {
        thread_leave_blocking();
        bool raised = posix_signalled();
        thread_enter_blocking();
        if (raised)
            return false;
    }
    return true;
}

/* The text without its end, malloc'd; NULL: the end of the input, or *raised. */
static char *read_text(const char *prompt, bool *raised)
{
    readline_enter();
    complete = false;
    line = NULL;
    thread_enter_blocking();
    rl_callback_handler_install(prompt, on_line);
    bool done = false;
    while (!done && !*raised) {
        pthread_mutex_unlock(&readline_mutex);
        *raised = !wait_for_input();
        pthread_mutex_lock(&readline_mutex);
        if (*raised) {
            rl_free_line_state();
            rl_callback_sigcleanup();
            rl_cleanup_after_signal();
            rl_callback_handler_remove();
        } else {
            rl_callback_read_char();
            done = complete;
        }
    }
    char *text = line;
    if (text && *text && atomic_load(&readline_auto_history)) {
        HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
        if (!last || strcmp(last->line, text) != 0)
            add_history(text);
    }
    thread_leave_blocking();
    readline_leave();
    return text;
}

/* For input(): the line with its end; "" at the end of the input. */
static value read_line(value prompt)
{
    value bytes = readline_encode(prompt);
    if (!bytes)
        return NULL;
    bool raised = false;
    char *text = read_text((const char *)bytes_data(bytes), &raised);
    value_dec(bytes);
    if (raised || error_occurred()) {
        free(text);
        return NULL;
    }
    if (!text)
        return str_from_text("");
    value plain = readline_decode(text), end = str_from_text("\n");
    free(text);
    value whole = plain && end ? str_concat(plain, end) : NULL;
    value_dec(end);
    value_dec(plain);
    return whole;
}

/* ---- the buffer and settings ---- */
static value parse_and_bind(value module, value given)
{
    value bytes = readline_encode(given);
    if (!bytes)
        return NULL;
    char *copy = strdup((const char *)bytes_data(bytes)); /* that readline changes */
    value_dec(bytes);
    if (!copy)
        return raise_no_memory();
    readline_enter();
    rl_parse_and_bind(copy);
    readline_leave();
    free(copy);
    return VALUE_NONE;
}
static value read_init_file(value module, value given)
{
    value bytes = NULL;
    if (given != VALUE_NONE) {
        struct text path;
        if (!text_of_path(given, &path))
            return NULL;
        bytes = bytes_new((const uint8_t *)path.bytes, path.length);
        text_release(&path);
        if (!bytes)
            return NULL;
    }
    readline_enter();
    int error = rl_read_init_file(bytes ? (const char *)bytes_data(bytes) : NULL);
    readline_leave();
    value_dec(bytes);
    return error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
static value get_line_buffer(value module)
{
    readline_enter();
    value text = readline_decode(rl_line_buffer ? rl_line_buffer : "");
    readline_leave();
    return text;
}
static value insert_text(value module, value given)
{
    value bytes = readline_encode(given);
    if (!bytes)
        return NULL;
    readline_enter();
    rl_insert_text((const char *)bytes_data(bytes));
    readline_leave();
    value_dec(bytes);
    return VALUE_NONE;
}
static value redisplay(value module)
{
    readline_enter();
    rl_redisplay();
    readline_leave();
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("parse_and_bind", parse_and_bind, "(string, /)", "Execute the init line provided in the string argument."),
    METHOD("read_init_file", read_init_file, "(filename=None, /)", "Execute a readline initialization file."),
    METHOD("get_line_buffer", get_line_buffer, "()", "Return the current contents of the line buffer."),
    METHOD("insert_text", insert_text, "(string, /)", "Insert text into the line buffer at the cursor position."),
    METHOD("redisplay", redisplay, "()",
           "Change what's displayed on the screen to reflect contents of the line buffer."),
    {0},
};

/* ---- beginning ---- */
static void begin(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&readline_mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    setlocale(LC_CTYPE, ""); /* how many bytes a character of the terminal has */
    rl_readline_name = "python";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_instream = stdin;
    rl_outstream = stdout;
    using_history();
    rl_bind_key('\t', rl_insert);
    rl_bind_key_in_map('\t', rl_complete, emacs_meta_keymap);
    rl_bind_key_in_map('\033', rl_complete, emacs_meta_keymap);
    readline_hooks_begin();
    if (!isatty(STDOUT_FILENO))
        rl_variable_bind("enable-meta-key", "off");
    rl_initialize();
}

static bool fill(value module)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const struct module_constant constants[] = {{"_READLINE_VERSION", RL_READLINE_VERSION}, {0}};
    pthread_once(&once, begin);
    line_reader_set(read_line);
    return module_add_constants(module, constants) && module_add_functions(module, readline_hook_functions) &&
           module_add_functions(module, readline_history_functions) &&
           module_add_owned(module, "_READLINE_RUNTIME_VERSION", int_from_i64(rl_readline_version)) &&
           module_add_owned(module, "_READLINE_LIBRARY_VERSION", str_from_text(rl_library_version));
}
static const struct module_def definition = {
    .name = "readline",
    .doc = "Importing this module enables command line editing using GNU readline.",
    .functions = functions,
    .fill = fill,
    .finish = readline_hooks_finish,
};
ATOLL_MODULE(definition);
