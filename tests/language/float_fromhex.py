"""float.fromhex against the rules of its grammar, of rounding and of its limits."""
seed = 12345
def rnd(n):
    global seed
    seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
    return (seed >> 33) % n
H = '0123456789abcdefABCDEF'
def attempt(s):
    try: return float.fromhex(s).hex()
    except Exception as e: return type(e).__name__ + ' ' + str(e)
for i in range(3000):
    s = ('', '-', '+')[rnd(3)] + ('', '0x', '0X')[rnd(3)]
    s += ''.join(H[rnd(22)] if rnd(3) else '0f'[rnd(2)] for _ in range(rnd(20)))
    if rnd(2): s += '.' + ''.join(H[rnd(22)] if rnd(3) else '08f'[rnd(3)] for _ in range(rnd(20)))
    if rnd(3): s += 'p' + ('', '-', '+')[rnd(3)] + str((rnd(20), 1000 + rnd(100), rnd(2000), 1074)[rnd(4)])
    print(s, attempt(s))
for s in '', '.', '0x', 'p1', '0xp1', '1p', '1p+', '1p-', '1 p1', '1p1 ', ' 1p1', '0x1.8p1.', 'infp', 'INF', '-NaN', 'nane', '0x.p1', '1..2', '0x1p1024', '0x1.fffffffffffff7p1023', '0x1.fffffffffffff8p1023','0x1p-1075','0x1.8p-1075','0x1p99999999999999999999', '0x0p99999999999999999999','0x1p-99999999999999999999', '-0', '0x0.'+'0'*5000+'1p20000', '1'+'0'*5000+'p-20001':
    print(repr(s[:30]), attempt(s))
