"""Every presentation type with widths, signs, grouping and precision: a table of results."""
values = [
    0, 1, -1, 255, -4096, 10**6, 2**64, True, 0.0, -0.0, 0.5, 2.5, -3.14159, 1e-7, 123456.789, 1e16, 1.5e300,
    float("inf"), float("-nan")
]
specs = [
    "", "8", "<8", ">8", "^8", "=8", "+", " ", "08", "+08", "#x", "#o", "#b", "#010x", ",", "_", ",d", "d",
    "+d", "n", "x", "X", "o", "b", "e", "E", "f", "F", "g", "G", "%", ".0f", ".1f", ".3f", "10.2f", "<10.2f",
    "^+10.2f", "*>12.3e", "012.4f", ",.2f", "_.3f", ".0e", ".10g", ".3g", "#.3g", "#g", ".0%", ".2%", "-^9",
    "x<5", "}>6", "日^7", ".15g", ".17g", ".30f", "020,.3f", "+.2e", "s", "c"
]
for spec in specs:
    row = []
    for v in values:
        try: row.append(format(v, spec))
        except (ValueError, OverflowError) as e: row.append(f"{type(e).__name__}: {e}")
    print(repr(spec), row)
for v in (1234567, -1234567.891, 0.000123, 12345678901234567890):
    print("{:,}|{:_}|{:>25,}|{:<25_}|{:^25,.3f}|{:025,.2f}|{:+,.1f}".format(v, v, v, v, v, v, v))
for p in range(0, 18, 3): print(
    [f"{v:.{p}f}" for v in (1 / 3, 2 / 3, 1e10 / 7, 0.5, 1.5, 2.5, 1e-5)],
    [f"{v:.{p}e}" for v in (1 / 3, 12345.678)], [f"{v:.{p}g}" for v in (1 / 3, 12345.678, 1e20)]
)
print(
    [round(v, n) for v in (1.005, 2.675, 1234.5678, -0.5, 1e300, 5e-324) for n in (0, 1, 2, -1, 3, 400, -400)],
    [round(v) for v in (0.5, 1.5, 2.5, -0.5, -1.5, 1e15 + 0.5)], [repr(v / 10) for v in range(-5, 25)],
    [repr(1.1 ** k) for k in range(-30, 30, 7)], [repr(10.0 ** k) for k in range(-10, 25, 3)]
)
