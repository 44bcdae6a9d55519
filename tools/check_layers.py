"""Who may include whom (docs/architecture.md). Exits 1 and names every include that breaks the order."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A file may include files of its own rank and of lower ranks. The longest prefix decides.
ORDER = [
    ("sim/", 0),
    ("models/resilience/", 9),
    ("models/request/", 10),
    ("models/workload/", 11),
    ("models/admission/", 11.5),
    ("models/cache/", 11.7),
    ("models/queue/", 11.7),
    ("models/instance/", 12),
    ("models/connection/", 12.5),
    ("models/startup/", 13),
    ("models/signal/", 14),
    ("models/load_balancer/", 15),
    ("models/forecast/", 16),
    ("models/autoscaler/", 17),
    ("models/vertical_autoscaler/", 18),
    ("models/fault/", 19),
    ("models/cluster/", 21),
    ("models/theory/closed_forms", 22),
    ("models/theory/comparison.hpp", 23),
    ("models/theory/paths_of.hpp", 23),
    ("models/theory/availability_of.hpp", 23),
    ("models/result.hpp", 24),
    ("models/objective/", 25),
    ("models/cost/", 26),
    ("models/service/", 27),
    ("models/topology/", 27.5),
    ("models/scenario/units.hpp", 5),  # how "250ms" is spelled; trace files use the same words
    ("models/scenario/json_document.hpp", 5),  # JSON as a plain tree; programs outside are spoken to in it
    ("models/scenario/nearest.hpp", 5),  # "did you mean"
    ("models/scenario/", 28),
    ("models/theory/", 28.5),
    ("models/", 29),
    ("study/", 40),
    ("cli/", 50),
    ("python/", 50),
    ("tests/", 99),
]

# Where a third-party header may appear: pattern of the include -> pattern of the files.
FOREIGN = {
    r"Random123/": r"(sim|tests)/.*\.cpp",
    r"cctz/": r"sim/calendar/time_zone\.cpp",
    r"boost/math/": r"(sim|study|tests)/.*\.cpp",
    r"boost/graph/": r"models/topology/.*\.cpp",
    r"boost/": r"sim/.*\.cpp",
    r"Eigen/": r"(study|tests)/.*\.cpp",
    r"nlohmann/": r"(models/scenario|cli|tests)/.*",
    r"yaml-cpp/": r"models/scenario/.*\.cpp",
    r"CLI/|CLI11": r"cli/.*\.cpp",
    r"zlib\.h": r"(models/workload|tests)/.*\.cpp",
    r"pybind11/": r"python/bind/.*",
    r"gtest/|gmock/|benchmark/": r"tests/.*",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def rank(path: str) -> int | None:
    best = max((prefix for prefix, _ in ORDER if path.startswith(prefix)), key=len, default=None)
    return dict(ORDER).get(best) if best else None


def problems(path: str, text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        own, foreign = match.groups()
        where = f"{path}:{number}"
        if own is not None and (theirs := rank(own)) is not None:
            if theirs > (rank(path) or 0):
                found.append(f'{where}: includes "{own}", which stands above it')
        if foreign is not None:
            for pattern, allowed in FOREIGN.items():
                if re.match(pattern, foreign):
                    if not re.fullmatch(allowed, path):
                        found.append(f"{where}: <{foreign}> is allowed in {allowed} only")
                    break
    return found


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.cpp", "*.hpp"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    files = [name for name in listed if (ROOT / name).exists()]
    found = [problem for name in files for problem in problems(name, (ROOT / name).read_text())]
    print("\n".join(found) if found else f"layers: {len(files)} files, every include points downwards")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
