"""Four threads read, write, convert and subclass the same objects and classes."""
import _thread, time
class P:
    cnt=0
    def __init__(self): self.a=0
    def m(self): return self.a
shared=P()
done=[]
class Q(P): pass
def w(i):
    for k in range(3000):
        p=P(); p.a=k; p.b=i; p.m(); shared.a=k; shared.m()
        shared.x=k; getattr(shared,'x'); 
        if k%100==0:
            setattr(shared, f'q{k%7}', k); shared.__dict__
            o=P(); o.__dict__; 
            P.f=lambda s: i; p.f()
            P.cnt+=1
            Q().m()
            class L(P): pass
            L().m()
    done.append(i)
for i in range(4): _thread.start_new_thread(w,(i,))
while len(done)<4: time.sleep(0.01)
print('ok', shared.m() is not None)


# What only a thread-local's attributes refer to dies with it, also when it refers back; so do those of ended threads.
import gc
import threading
import weakref


class Node:
    pass


def make(log):
    node = Node()
    node.local = threading.local()
    node.local.node = node
    weakref.finalize(node, log.append, "node")
    return node.local


log = []
local = make(log)
worker = threading.Thread(target=lambda: setattr(local, "other", make(log)))
worker.start()
worker.join()
print(hasattr(local, "other"), hasattr(local, "node"))
gc.collect()
print(log)
del local, worker
gc.collect()
print(log)
