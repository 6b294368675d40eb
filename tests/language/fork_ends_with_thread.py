"""A child forked by a thread ends when that thread's function returns."""

# a worker thread forks; its child ends normally, by returning from the thread's function: exit status 0 of the whole process
import sys, threading, os
def worker():
    childpid = os.fork()
    if childpid != 0:
        print(os.waitpid(childpid, 0)[1], flush=True); sys.exit(0)
    t = threading.Thread(target=print, args=('thread of the child',))
    t.start(); t.join()
    print('end of child', flush=True)
w = threading.Thread(target=worker); w.start(); w.join()
print('end of main', flush=True)
