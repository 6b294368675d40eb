"""The modules _curses and _curses_panel on a pseudo terminal: text, attributes, windows, colours, keys, panels, errors."""
import fcntl
import os
import pty
import struct
import sys
import termios


def on_terminal(function, keys=b""):
    """Run the function in a process that has a terminal; show what it returns."""
    answer, told = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        try:
            lines = function()
        except BaseException as e:
            lines = [repr(e)]
        os.write(told, "\n".join(map(str, lines)).encode())
        os._exit(0)
    os.close(told)
    os.write(terminal, keys)
    try:
        while os.read(terminal, 10000):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    print(os.read(answer, 60000).decode())
    os.close(answer)
    os.close(terminal)


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


def drawing():
    import curses

    yield attempt(curses.newwin, 2, 2)
    screen = curses.initscr()
    yield curses.LINES, curses.COLS, curses.termname(), curses.longname(), screen.getmaxyx(), screen.encoding
    screen.addstr(1, 2, "héllo 中", curses.A_BOLD)
    screen.addstr(2, 2, b"bytes")
    screen.addnstr("abcdef", 3)
    screen.addch(3, 0, "x"), screen.addch(ord("y"), curses.A_REVERSE), screen.addch(b"z")
    screen.insstr(3, 0, "ins"), screen.insch(3, 0, "I"), screen.hline(4, 0, "-", 5), screen.vline(5, 0, curses.ACS_VLINE, 3)
    for y in range(5):
        yield screen.instr(y, 0, 20).decode().rstrip()
    yield screen.inch(3, 5) & curses.A_REVERSE != 0, chr(screen.inch(4, 0) & 255), screen.getyx()
    yield attempt(screen.addstr, 90, 0, "x"), attempt(screen.addch, "ab"), attempt(screen.addstr, 5), attempt(screen.move, 1)
    yield attempt(screen.addstr, "a\0b"), attempt(screen.addch), attempt(screen.box, 1), attempt(screen.getstr, -1)
    screen.clrtoeol(), screen.deleteln(), screen.insertln(), screen.delch(0, 0), screen.erase(), screen.refresh()

    window = curses.newwin(5, 10, 2, 3)
    part = window.derwin(3, 8, 1, 1)
    part.addstr(0, 0, "inside")
    window.box(), window.refresh()
    yield window.instr(1, 1, 6), part.getbegyx(), part.getparyx(), window.enclose(2, 3), window.is_wintouched()
    del window
    part.addstr(1, 0, "still")
    pad = curses.newpad(50, 100)
    yield attempt(pad.refresh), pad.refresh(0, 0, 0, 0, 5, 5), attempt(screen.refresh, 1, 2, 3, 4, 5, 6)
    pad.overlay(screen, 0, 0, 0, 0, 3, 3)
    yield attempt(screen.overlay, 5), attempt(pad.subpad, 99, 999)

    curses.start_color()
    curses.init_pair(1, curses.COLOR_RED, curses.COLOR_BLUE)
    yield curses.pair_content(1), curses.color_pair(1), curses.pair_number(curses.color_pair(1)), curses.has_colors()
    yield attempt(curses.init_pair, 10**6, 0, 0), attempt(curses.color_content, -1), attempt(curses.init_color, 1, 2, 3, 1001)
    yield curses.tigetnum("colors"), curses.tigetstr("cup"), curses.tparm(curses.tigetstr("cup"), 5, 6), curses.tigetflag("x")
    yield curses.keyname(curses.KEY_UP), curses.unctrl("\x01"), curses.erasechar(), curses.mousemask(curses.ALL_MOUSE_EVENTS)
    curses.resizeterm(30, 90)
    yield curses.LINES, curses.COLS, screen.getmaxyx(), attempt(curses.resizeterm, -1, 1)

    import curses.panel

    low, high = curses.panel.new_panel(curses.newwin(3, 3)), curses.panel.new_panel(curses.newwin(4, 4))
    yield curses.panel.top_panel() is high, high.below() is low, low.below(), low.hidden(), attempt(low.userptr)
    low.top(), low.set_userptr("mine"), low.move(1, 1), high.hide(), curses.panel.update_panels(), curses.doupdate()
    yield curses.panel.bottom_panel() is low, high.hidden(), low.userptr(), low.window().getbegyx(), attempt(low.replace, screen)
    del low
    yield curses.panel.top_panel(), attempt(curses.panel.new_panel, 1)
    curses.endwin()
    yield curses.isendwin()


def typing():
    import curses

    screen = curses.initscr()
    curses.cbreak(), curses.noecho(), screen.keypad(True)
    yield screen.getch(), screen.getkey(), screen.get_wch(), screen.getkey(1, 1), screen.get_wch()
    yield screen.getstr(10), screen.getstr(0, 0, 3)
    screen.timeout(10)
    yield screen.getch(), attempt(screen.getkey)
    curses.halfdelay(1)
    screen.timeout(-1)
    yield screen.getch()
    curses.ungetch("u"), curses.unget_wch("é")
    yield screen.get_wch(), screen.getch()
    curses.endwin()


on_terminal(drawing)
on_terminal(typing, "abé\x1bOA\x1bOBline\nother\n".encode())
