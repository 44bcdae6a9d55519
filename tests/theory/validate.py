"""The model against closed forms and published figures, through the command.

    python3 tests/theory/validate.py --command build/release/cli/windtunnel [--only V1,V12] [--fast] [--json out.json]

A figure passes when the expected value lies in the 99.9 % interval of 20 or more independent replications (widened by
0.3 % of the value for what is systematic) and the estimate within the case's relative tolerance of it, with a 95 %
half-width that is smaller than the tolerance. `--fast` shortens the runs; then the interval alone decides, and it may
not be wider than three times the tolerance. Exits 1 when a figure does not pass."""

import argparse
import json
import math
import os
import pathlib
import resource
import sys
import tempfile

from cases import CASES, FACTS
from judge import Row, tolerance
from laboratory import Laboratory

SHORTER = 16


def rows_of(number, figures, fast):
    facts = FACTS[number]
    rows = []
    for metric, estimate in figures.items():
        if not isinstance(estimate, (list, float, int)):
            rows.append(estimate)
            continue
        name = metric.split("@")[0]
        tol = tolerance(facts, name)
        rows.append(Row(number, metric, facts["expected"][name], tol, estimate))
    missing = set(facts["expected"]) - {m.split("@")[0] for m in figures}
    if missing and not fast:
        raise RuntimeError(f"{number} has no figure for {', '.join(sorted(missing))}")
    return rows


def line(row, verdict):
    error = "" if row.error is None else f"{row.error:8.3%}"
    tol = "" if row.tol is None else f"{row.tol:7.2%}"
    return (f"{row.case:9} {row.metric:44} {row.expected:14.7g} {row.mean:14.7g} +- {row.half_width:<10.3g} {error:>8} "
            f"{tol:>7}  {verdict}")


def seconds():
    """CPU time of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", required=True, help="the windtunnel binary")
    parser.add_argument("--only", help="cases, separated by commas")
    parser.add_argument("--fast", action="store_true",
                        help=f"runs {SHORTER} times shorter")
    parser.add_argument("--ctest", action="store_true", help="fast, unless WINDTUNNEL_VALIDATE=full is set")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as the machine has")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path, help="writes mean, standard error and count of every figure")
    parser.add_argument("--keep", type=pathlib.Path, help="keeps the scenarios in this folder")
    arguments = parser.parse_args()
    fast = arguments.fast or (arguments.ctest and os.environ.get("WINDTUNNEL_VALIDATE") != "full")
    numbers = list(CASES) if arguments.only is None else arguments.only.split(",")
    unknown = [n for n in numbers if n not in CASES]
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    # By number, those without one behind; V126 last: it looks at all the runs.
    numbers.sort(key=lambda n: (n == "V126", int(n[1:]) if n[1:].isdigit() else math.inf))

    print(f"{'case':9} {'figure':44} {'expected':>14} {'estimate':>14} +- {'95 %':10} {'error':>8} {'within':>7}")
    counts, results = {}, {}
    with tempfile.TemporaryDirectory(prefix="windtunnel-theory-") as folder:
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        lab = Laboratory(arguments.command, folder, arguments.threads, arguments.seed, SHORTER if fast else 1,
                         arguments.keep)
        for number in numbers:
            lab.begin(number)
            before, at = lab.arrivals, seconds()
            for row in rows_of(number, CASES[number](lab), fast):
                verdict = row.verdict(fast)
                counts[verdict] = counts.get(verdict, 0) + 1
                print(line(row, verdict))
                own = {"mean": row.mean}
                if getattr(row, "n", 1) > 1:
                    own |= {"se": row.standard_error, "n": row.n}
                else:
                    own = float(f"{row.mean:.10g}")
                results.setdefault(number, {})[row.metric.split(" ")[0]] = own
            print(f"{number:9} {lab.arrivals - before:,} requests in {seconds() - at:.1f} s of CPU: "
                  f"{FACTS[number]['title']}", flush=True)
    total = sum(counts.values())
    print(f"{len(numbers)} cases, {total} figures, {lab.arrivals:,} requests in {seconds():.0f} s of CPU: "
          + ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items())))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0 if counts.get("pass", 0) == total else 1


if __name__ == "__main__":
    sys.exit(main())
