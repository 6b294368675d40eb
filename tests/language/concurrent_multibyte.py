# Threads share encoders, decoders and codecs: each call is one step.
import codecs
import threading

ROUNDS = 150
encoder = codecs.getincrementalencoder("iso2022_jp")()
decoder = codecs.getincrementaldecoder("euc_jp")()
encoded, decoded, wrong = [], [], []


def work(number):
    text = "汉字" * 10 + "a"
    data = text.encode("gb18030")
    for i in range(ROUNDS):
        encoded.append(encoder.encode("漢a"))
        decoded.append(decoder.decode(b"\xb4\xc1"))
        if data.decode("gb18030") != text or text.encode("hz").decode("hz") != text:
            wrong.append(i)
        if number == 0 and i % 10 == 0:
            decoder.setstate(decoder.getstate())
            encoder.errors = "replace"


threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(set(encoded), set(decoded) == {"漢"}, wrong)

# halves of characters: every byte is decoded once, whoever brings it
decoder = codecs.getincrementaldecoder("euc_jp")()
decoded = []
threads = [threading.Thread(target=lambda: [decoded.append(decoder.decode(b"\xa4")) for _ in range(ROUNDS)])
           for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len("".join(decoded)), decoder.getstate())
