"""The names of OpenSSL's errors, from its headers: reasons.py FOLDER OUTPUT."""

import glob
import re
import sys

LIBRARY = re.compile(r"^#\s*define\s+ERR_LIB_(\w+)\s+(\d+)", re.MULTILINE)
REASON = re.compile(r"^#\s*define\s+(\w+?)_R_(\w+)\s+(\d+)", re.MULTILINE)


def main(folder, output):
    text = "".join(open(path, encoding="utf-8").read() for path in sorted(glob.glob(folder + "/*err.h")))
    libraries = {name: int(number) for name, number in LIBRARY.findall(text)}
    reasons = {(libraries[library], int(number)): name
               for library, name, number in REASON.findall(text) if library in libraries}
    tables = {"librar": {(number, 0): name for name, number in libraries.items()}, "reason": reasons}
    with open(output, "w", encoding="utf-8") as file:
        file.write('#include "runtime/native/tls/tls.h"\n')
        for kind, rows in tables.items():
            plural, singular = ("libraries", "library") if kind == "librar" else ("reasons", "reason")
            file.write(f"const struct tls_reason tls_{plural}[] = {{\n")
            file.writelines(f'    {{{library}, {number}, "{name}"}},\n' for (library, number), name in sorted(rows.items()))
            file.write(f"    {{0}},\n}};\nconst size_t tls_{singular}_count = {len(rows)};\n")


main(*sys.argv[1:])
