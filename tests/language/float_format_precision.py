"""Floats with more decimals than any double has: the rest are zeros, and no text loses its number."""


def facts(text):
    return len(text), text[:24], text[-24:], text.count("0"), sum(map(ord, text[:2000]))


NUMBERS = (0.0, -0.0, 1.0, 1 / 3, 1e300, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 123456789.125, 1e16,
           float("inf"), float("nan"), -2.5e-7)
for precision in 0, 17, 323, 1073, 1074, 1075, 1099, 1100, 1101, 1102, 5000:
    for number in NUMBERS:
        for kind in "eEfFgG%n":
            for alternate in "", "#":
                text = format(number, f"{alternate}.{precision}{kind}")
                print(precision, kind, alternate, facts(text))
                if kind not in "%n":
                    print(text == ("%" + alternate + f".{precision}{kind}") % number, end=" ")
        for alternate in "", "#":
            print(facts(format(number, f"{alternate}.{precision}")))
            print(facts(format(complex(number, -number), f"{alternate}.{precision}")))
            print(facts(format(complex(number, -number), f"{alternate}.{precision}f")))

# Where the C library gives up.
for text in (format(1.0, ".999999999"), "%.500000000g" % 1.0, format(1j, ".999999999"), format(1e-5, ".2147483647"),
             format(-1e22, ".2147483647g"), b"%.999999999g" % 2.5, "{:>12.999999999}".format(1.5), f"{1e300:.99999999}", format(0.1, ".1201")):
    print(text)
print(facts(format(1.5, ".2000000%")), facts("%#.2000000g" % 1.0), facts(format(2.5, "#.2000000e")))
for spec in ".2147483648f", ".99999999999999999999f":
    try:
        format(1.0, spec)
    except ValueError as e:
        print(e)
print(round(1.5, 1101), round(1 / 3, 320), round(1e300, -299))
