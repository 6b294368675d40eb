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
