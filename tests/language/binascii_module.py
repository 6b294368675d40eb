# binascii: all functions over odd and ordinary arguments.
import binascii
def t(f,*a,**k):
    try: r=f(*a,**k)
    except BaseException as e: r=(type(e).__name__,str(e))
    print(getattr(f, '__name__', f), *(str(x)[:60] if isinstance(x, bytes) else type(x) if isinstance(x, memoryview) else x for x in a), k, '->', r)
b=binascii
for x in (b'abcd',b'YWJj\n',b'YWJj=',b'YQ==',b'YQ=',b'YQ',b'Y',b'=',b'==',b'Y===',b'YWJjZ',b'YW\xffJj',b'YQ==YQ==',b'YWI=YQ==',b' YQ==',b'YQ= =',b'YQ=a=',b'',b'YWJj====','YWJj','\xe9',5,b'Y=Q=', b'YWJ=\n',b'YWJ=a',b'YQ==\n',b'=YQ=', b'A===='):
    t(b.a2b_base64,x); t(b.a2b_base64,x,strict_mode=True)
for x in (b'',b'a',b'ab',b'abc',b'\xff'*60,'s'):
    t(b.b2a_base64,x); t(b.b2a_base64,x,newline=False); t(b.b2a_uu,x); t(b.b2a_uu,x[:45]); t(b.b2a_uu,x[:45],backtick=True);t(b.b2a_qp,x);t(b.hexlify,x)
t(b.b2a_uu,b'\0'*10,backtick=True);t(b.b2a_uu,b'\0'*10)
for x in (b'',b' ',b'#86)C',b'#86)C\n',b'#86)C  \n',b'#86)C!!\n',b'"86',b'"86)',b'\x7f',b'\x1f',b'#\xff',b'`',b'#````',b'-````', b'#86)C a'):
    t(b.a2b_uu,x)
for x in (b'',b'0',b'00',b'0g',b'abCD','abCD','é',b'0 0',memoryview(b'abab')[::2]):
    t(b.unhexlify,x)
for a in ((b'abcd',':'),(b'abcd',b':',2),(b'abcd','-',-3),(b'abcd','ab'),(b'abcd',''),(b'abcd',1),(b'abcd',':',0)): t(b.hexlify,*a)
t(b.b2a_hex,b'abc',sep='-',bytes_per_sep=1)
t(b.crc_hqx,b'abc',0);t(b.crc_hqx,b'abc',-1);t(b.crc_hqx,b'abc',2**40+5);t(b.crc_hqx,'a',0);t(b.crc_hqx,b'a')
t(b.crc32,b'abc');t(b.crc32,b'abc',5);t(b.crc32,b'abc',-5);t(b.crc32,b'abc',2**70);t(b.crc32,'abc');t(b.crc32)
for x in (b'=',b'=4',b'=41',b'=4g',b'==',b'=\n',b'=\r\n',b'=\r',b'a=\nb',b'a_b',b'=ab=AB',b'= \n',b'=\xff','=41',b'abc=\r\r\nd', b'=x'):
    t(b.a2b_qp,x); t(b.a2b_qp,x,header=True)
for x in (b'a b',b'a ',b'a\t',b'a \n',b'a\t\n',b'a\r\n',b'a\n',b'a\rb',b'.',b'.\n',b'\n.\n',b'=',b'\xff'*40,b'x'*80,b'x'*75,b'x'*76,b'x'*77,b'x'*75+b' \n',b'x'*74+b'=',b'_',b'a_b c\n',b'\0\x7f',b'a\r\nb\nc',b'a\nb\r\nc',b'..',b'a.b', b'x'*76+b'\n', b'x'*75+b'\xff', b'x \r\n',b'\x1f\t'):
    for k in ({},{'quotetabs':True},{'istext':False},{'header':True},{'istext':False,'quotetabs':True}): t(b.b2a_qp,x,**k)
t(b.b2a_base64,b'',1);t(b.hexlify)
print(b.Error.__mro__,b.Incomplete.__mro__)

data = bytes(range(256)) * 40
for n in 0, 1, 7, 8, 9, 1000, len(data):
    part = data[:n]
    assert b.a2b_base64(b.b2a_base64(part)) == part and b.unhexlify(b.hexlify(part)) == part
    assert b.a2b_qp(b.b2a_qp(part, istext=False)) == part
    print(n, b.crc32(part), b.crc_hqx(part, 0), b.crc32(part[n // 3:], b.crc32(part[:n // 3])))
