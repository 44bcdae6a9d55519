"""Packs the time zones of sim/calendar/tzdata.zi into C++, as part of the build: on any machine the same.

    python3 tools/time_zones.py TZDATA_ZI OUT

For a new version of the data replace tzdata.zi, which is the IANA database as it is published (public domain; Debian's tzdata
has it in /usr/share/zoneinfo, PyPI's a newer one). Needs zic (libc-bin). What was before 1970 is left out, which halves it. All that is known up to
2037 is written out, as cctz takes a closing rule only where it can see it at work.
"""

import base64
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH = 116


def without_32_bits(content: bytes) -> bytes:
    """A TZif file has its data twice; of the first part, with times of 32 bits, only the least that is allowed is kept."""
    utc_count, std_count, leap_count, time_count, type_count, char_count = struct.unpack(">6l", content[20:44])
    rest = 44 + 5 * time_count + 6 * type_count + char_count + 8 * leap_count + std_count + utc_count
    return content[:20] + struct.pack(">6l", 0, 0, 0, 0, 1, 1) + bytes(7) + content[rest:]


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    version = source.read_text().split("\n", 1)[0].removeprefix("# version ")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([shutil.which("zic", path=os.environ["PATH"] + ":/usr/sbin"), "-b", "fat", "-r", "@0", "-d", folder, source], check=True)
        files = {str(path.relative_to(folder)): without_32_bits(path.read_bytes()) for path in Path(folder).rglob("*") if path.is_file()}
    files.pop("Factory", None)  # the name of no zone
    contents = sorted(set(files.values()))
    lines = [
        f"// By tools/time_zones.py from the time zone database {version}: do not edit.",
        '#include "sim/calendar/zone_data.hpp"',
        "",
        "namespace windtunnel::zone_data {",
        "",
        f'const std::string_view kVersion = "{version}";',
        "",
        "// TZif files (RFC 9636) from 1970 on, in base64.",
        "// NOLINTBEGIN(bugprone-suspicious-missing-comma)",
        "const std::string_view kFiles[] = {",
    ]
    for content in contents:
        text = base64.b64encode(content).decode()
        pieces = [text[i:i + WIDTH - 8] for i in range(0, len(text), WIDTH - 8)]
        lines += [f'    "{piece}"' for piece in pieces]
        lines[-1] += ","
    lines += ["};", "// NOLINTEND(bugprone-suspicious-missing-comma)", "", "constexpr Zone kAll[] = {"]
    lines += [f'    {{"{name}", {contents.index(files[name])}}},' for name in sorted(files)]
    lines += ["};", "const std::span<const Zone> kZones{kAll};", "", "}  // namespace windtunnel::zone_data", ""]
    target.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
