"""One screen and several threads: windows and panels are made, drawn and dropped while a key is waited for."""
import fcntl
import os
import pty
import struct
import termios
import threading


def work():
    import curses
    import curses.panel

    screen = curses.initscr()
    curses.cbreak()

    def draw(n):
        for i in range(30):
            window = curses.newwin(5, 20, n, n)
            part = window.subwin(3, 10, n + 1, n + 1)
            panel = curses.panel.new_panel(window)
            window.addstr(1, 1, f"thread {n} {i}")
            part.addch(0, 0, "x"), screen.addstr(n, 0, "all"), screen.getyx()
            panel.top(), panel.below(), curses.panel.top_panel(), curses.panel.update_panels(), curses.doupdate()
            del window
        done.append(n)

    done = []
    threads = [threading.Thread(target=draw, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    key = screen.getch()
    for thread in threads:
        thread.join()
    found = screen.instr(2, 0, 3)
    curses.endwin()
    return f"{sorted(done)} {key} {found}"


answer, told = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        text = work()
    except BaseException as e:
        text = repr(e)
    os.write(told, text.encode())
    os._exit(0)
os.close(told)
try:
    os.read(terminal, 10000)
    os.write(terminal, b"k")
    while os.read(terminal, 10000):
        pass
except OSError:
    pass
os.waitpid(pid, 0)
print(os.read(answer, 10000).decode())
