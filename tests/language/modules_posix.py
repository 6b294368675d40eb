# Files, directories, processes, environment.
# Whatever is raised is printed: the class and the message are part of what has to agree.
import os, stat
d = '/tmp/posix-case-%d' % os.getpid()
os.system('rm -rf ' + d)
os.mkdir(d); os.chdir(d); print(os.getcwd() == d, os.getcwdb() == os.fsencode(d))
fd = os.open('f', os.O_CREAT | os.O_RDWR); print(os.write(fd, b'hello world'), os.lseek(fd, 0, 0), os.read(fd, 5), os.pread(fd, 3, 2), os.fstat(fd).st_size); os.close(fd)
s = os.stat('f'); print(stat.filemode(s.st_mode), s.st_size, s[6], len(s), s.st_mtime == s[8] or True, type(s).__name__, isinstance(s, tuple))
os.symlink('f', 'l'); print(os.readlink('l'), os.readlink(b'l'), os.path.islink('l'), os.lstat('l').st_size, os.path.exists('nope'))
os.makedirs('a/b/c'); os.rename('f', 'a/f'); os.utime('a/f', (1, 2)); print(os.stat('a/f').st_mtime, os.stat('a/f').st_atime_ns); os.utime('a/f', ns=(5, 7)); print(os.stat('a/f').st_mtime_ns)
print(sorted(os.listdir()), sorted(os.listdir(b'a')), sorted((e.name, e.is_dir(), e.is_file(), e.is_symlink(), e.path) for e in os.scandir('.')), [(r, sorted(ds), sorted(fs)) for r, ds, fs in os.walk('.')])
with os.scandir('a') as it: print(sorted(map(repr, it)))
for f in [lambda: os.stat('nope'), lambda: os.mkdir('a'), lambda: os.rmdir('a'), lambda: os.open('nope', 0), lambda: os.listdir('nope'), lambda: os.stat(None), lambda: os.stat('a\0b'), lambda: os.unlink('a'), lambda: os.rename('x','y'), lambda: os.close(9999), lambda: os.read(0, -1), lambda: os.fspath(1), lambda: os.chdir('nope'), lambda: os.access('a', os.R_OK), lambda: os.kill(99999999, 0), lambda: os.urandom(-1), lambda: len(os.urandom(10)), lambda: os.stat(1.5), lambda: os.putenv('a=b','c'), lambda: os.sysconf('x'), lambda: os.cpu_count() > 0, lambda: os.truncate('a/f', 3), lambda: os.path.getsize('a/f'), lambda: os.listdir(5.5), lambda: os.scandir('nope'), lambda: os.link('a/f','g'), lambda: os.stat('g').st_nlink, lambda: os.chmod('g', 0o600), lambda: oct(os.stat('g').st_mode)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
r, w = os.pipe(); pid = os.fork()
if pid == 0:
    os.write(w, b'child'); os._exit(3)
print(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
os.environ['FOO'] = 'bar'; print(os.environ['FOO'], os.getenv('FOO'), os.system('test "$FOO" = bar'), os.popen if False else ''); del os.environ['FOO']; print(os.system('exit 3'), os.environb.get(b'FOO'))
print(os.name, os.sep, os.supports_dir_fd >= {os.open, os.stat}, os.stat in os.supports_follow_symlinks, os.get_inheritable(r), os.isatty(r), os.uname().sysname, len(os.sched_getaffinity(0)) > 0, os.get_terminal_size.__name__, os.fsencode('é'), repr(os.fsdecode(b"\xff")))
import signal
def h(n, f): print('sig', signal.Signals(n).name)
signal.signal(signal.SIGUSR1, h); os.kill(os.getpid(), signal.SIGUSR1); print('after')
import threading
def reader(): 
    print('read', os.read(r, 10))
t = threading.Thread(target=reader); t.start(); os.write(w, b'x'); t.join()
try: os.chdir('/'); os.rmdir(d)
except OSError as e: print(e.strerror, e.errno, e.filename == d)
os.system('rm -rf ' + d)
os.removedirs; print(os.stat_result.n_fields, os.stat_result.n_sequence_fields, os.times().user >= 0)
