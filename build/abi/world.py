"""What a set of C headers defines, as the compiler sees it.

SPDX-License-Identifier: BSD-2-Clause
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
from pathlib import Path

from dwarf import Types

FREESTANDING = ["-std=gnu99", "-ffreestanding"]

# Arguments for macros with parameters: one tuple an evaluation.
SAMPLES = ((3, 5, 9, 17), (0x12345, 1, 2, 7))

DEFINE = re.compile(r"#define (\w+)(?:\(([^)]*)\))?")


class Unusable(Exception):
    """The comparison cannot be made; the text says why."""


class Tools:
    """The compiler and binutils, and a directory for what they make."""

    def __init__(self, prefix: str, directory: Path) -> None:
        self.prefix = prefix
        self.directory = directory

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        name, *rest = command
        try:
            return subprocess.run([self.prefix + name, *rest], text=True,
                                  capture_output=True, check=False,
                                  env={**os.environ, "LC_ALL": "C"})
        except FileNotFoundError:
            package = "gcc" if name == "gcc" else "binutils"
            raise Unusable(f"{self.prefix}{name} is missing: "
                           f"install {package}") from None

    def must(self, *command: str) -> str:
        done = self.run(*command)
        if done.returncode:
            raise Unusable(f"{' '.join(command)}\n{done.stderr.strip()}")
        return done.stdout


class World:
    """What one set of headers defines for one guest width."""

    def __init__(self, tools: Tools, label: str, flags: list[str],
                 headers: list[str]) -> None:
        self._tools = tools
        self._path = tools.directory / label
        self._flags = [*flags, *FREESTANDING, "-w"]
        self._prelude = "#include <stdint.h>\n"
        # The standard headers' own names are no part of the ABI.
        standard = self._macros()
        standard_types = self._types().layouts
        self._prelude += "".join(f'#include "{name}"\n' for name in headers)
        self.macros = {name: macro for name, macro in self._macros().items()
                       if name not in standard}
        types = self._types()
        self.layouts = {label: layout
                        for label, layout in types.layouts.items()
                        if label not in standard_types}
        self.names = self.macros.keys() | types.enumerators

    def _source(self, suffix: str, text: str) -> str:
        path = self._path.with_suffix(suffix)
        path.write_text(self._prelude + text)
        return str(path)

    def _macros(self) -> dict[str, list[str] | None]:
        """All macros: None, or for those with parameters, the parameters."""
        text = self._tools.must("gcc", *self._flags, "-E", "-dM",
                                self._source(".macros.c", ""))
        found: dict[str, list[str] | None] = {}
        for line in text.splitlines():
            name, parameters = DEFINE.match(line).groups()
            found[name] = (None if parameters is None
                           else [p for p in parameters.split(",") if p])
        return found

    def _types(self) -> Types:
        output = str(self._path.with_suffix(".types.o"))
        self._tools.must("gcc", *self._flags, "-g", "-gdwarf-4",
                         "-fno-eliminate-unused-debug-types", "-c",
                         self._source(".types.c", ""), "-o", output)
        return Types(Path(output))

    def expressions(self, names: set[str]) -> list[str]:
        """What to evaluate for these names."""
        found = []
        for name in sorted(names):
            parameters = self.macros.get(name)
            if parameters is None:
                found.append(name)
            elif len(parameters) <= len(SAMPLES[0]):
                for sample in SAMPLES:
                    arguments = ", ".join(map(str, sample[:len(parameters)]))
                    found.append(f"{name}({arguments})")
        return found

    def evaluate(self, expressions: list[str]) -> dict[str, int | str]:
        """The values of those expressions that are constants here."""
        values: dict[str, int | str] = {}
        # Multiplying lets integers through, but no addresses and strings.
        for index, data in self._records(expressions, "long long value[1]",
                                         "1LL * ({})"):
            values[expressions[index]] = struct.unpack_from("<q", data)[0]
        rest = [e for e in expressions if e not in values]
        for index, data in self._records(rest, "char value[56]", "{}"):
            values[rest[index]] = data.split(b"\0")[0].decode()
        return values

    def _records(self, expressions: list[str], member: str,
                 initialiser: str) -> list[tuple[int, bytes]]:
        """Compile a table of values; drop what the compiler refuses."""
        # Aligned, so that the section is an array of records of this size.
        size = 64
        remaining = list(range(len(expressions)))
        first_line = self._prelude.count("\n") + 2
        while remaining:
            lines = [f"struct record {{ long long index; {member}; }}"
                     f" __attribute__((aligned({size})));"]
            for index in remaining:
                value = initialiser.format(expressions[index])
                lines.append(
                    f"const struct record record_{index} __attribute__(("
                    f"section(\"records\"))) = {{ {index}, {{ {value} }} }};")
            source = self._source(".values.c", "\n".join(lines) + "\n")
            output = str(self._path.with_suffix(".values.o"))
            done = self._tools.run(
                "gcc", *self._flags, "-ftrack-macro-expansion=0", "-c", source,
                "-o", output)
            if done.returncode == 0:
                break
            refused = {int(line) - first_line for line in re.findall(
                re.escape(source) + r":(\d+):\d+: error:", done.stderr)}
            kept = [index for position, index in enumerate(remaining)
                    if position not in refused]
            if len(kept) == len(remaining):
                raise Unusable(f"{source}\n{done.stderr.strip()}")
            remaining = kept
        if not remaining:
            return []
        binary = self._path.with_suffix(".values.bin")
        self._tools.must("objcopy", "-O", "binary", "--only-section=records",
                         "--set-section-flags=records=alloc,load,readonly",
                         output, str(binary))
        data = binary.read_bytes()
        return [(struct.unpack_from("<q", data, at)[0], data[at + 8:at + size])
                for at in range(0, len(data), size)]
