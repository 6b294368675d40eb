"""The readline module without a terminal: history, its files, settings, errors."""
import os
import readline as r
import tempfile


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__name__, error)


for word in "one", "two", "three", "ä":
    r.add_history(word)
print(r.get_current_history_length(), [r.get_history_item(i) for i in range(1, 6)])
r.remove_history_item(1)
r.replace_history_item(0, "first")
print([r.get_history_item(i) for i in range(1, 4)])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "history")
    r.write_history_file(path)
    r.append_history_file(1, path)
    r.clear_history()
    r.read_history_file(os.fsencode(path))
    print(r.get_current_history_length(), r.get_history_item(4), open(path).read())
    r.set_history_length(2)
    r.write_history_file(path)
    print(open(path).read(), r.get_history_length())
r.set_completer_delims(" x")
print(repr(r.get_completer_delims()), repr(r.get_line_buffer()), r.get_begidx(), r.get_endidx(), r.get_completion_type())
r.set_completer(str)
print(r.get_completer(), r.set_completer(), r.get_completer(), r.set_startup_hook(print), r.set_pre_input_hook(None),
      r.set_completion_display_matches_hook(print), r.parse_and_bind("tab: complete"), r.insert_text("x"), r.set_auto_history(False))
show(lambda: r.get_history_item(99), lambda: r.remove_history_item(-1), lambda: r.remove_history_item(99),
     lambda: r.replace_history_item(-1, "x"), lambda: r.replace_history_item(99, "x"), lambda: r.set_completer(3),
     lambda: r.set_startup_hook(3), lambda: r.set_completion_display_matches_hook(3), lambda: r.read_history_file("/nope"),
     lambda: r.write_history_file("/nope/x"), lambda: r.append_history_file(1, "/nope/x"), lambda: r.read_init_file("/nope"),
     lambda: r.set_history_length("x"), lambda: r.add_history(3), lambda: r._READLINE_VERSION)
