"""This engine and its peers on the same jobs, interleaved in one go, and what that says about the targets.

Every figure is the median over the rounds of the CPU time per request. The jobs are described in peers/job.py. After them the
whole command: a recorded day and a week of it, and two replications side by side. Exits 1 when a target is missed or an answer
disagrees with theory; a peer that is not installed is named and left out, and so is the day where its trace is not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE / "peers"))
import job as jobs  # noqa: E402

OURS = "windtunnel"
COMMAND = "windtunnel, whole command"
COMMAND_REQUESTS = 4_000_000
TIMEOUT_SUFFIX = "-timeout"

# script -> folder of its virtual environment, jobs
PEERS = {
    "simpy_process.py": ("build/peers-venv", ("mm1", "farm-100", "farm-1000")),
    "simpy_lean.py": ("build/peers-venv", ("mm1", "farm-100", "farm-1000")),
    "salabim_peer.py": ("build/peers-venv", ("mm1", "farm-100", "farm-1000")),
    "ciw_peer.py": ("build/peers-venv", ("mm1", "farm-100")),
    "cimba_peer.py": ("build/peers-venv", ("mm1", "farm-100", "farm-1000")),
    "cimba_events.py": ("build/peers-venv", ("mm1", "farm-100", "farm-1000")),
    "happysim_peer.py": ("build/peers-venv-newer", ("mm1", "farm-100", "farm-1000")),
}

# At most so many nanoseconds of CPU per request.
MOST_NS = {"mm1": 60.0, "farm-100": 100.0, "farm-1000": 100.0}
MOST_EXTRA_NS_FOR_TIMEOUT = 20.0
# At least so many times faster on the farm; everywhere and everybody else: faster at all.
LEAST_RATIO_ON_FARM = {"simpy, process per request": 200.0, "cimba, processes": 4.0}

# A recorded day and a week of it through the whole command, and two replications side by side.
WORLD_CUP = ROOT / "tests/bench/world-cup-day.json"
MOST_DAY_S = 20.0
MOST_DAY_MB = 200.0
MOST_WEEK_OVER_DAY_MB = 1.1
LEAST_SPEED_UP_BY_TWO_THREADS = 1.8


@dataclass
class Measured:
    ns: list[float] = field(default_factory=list)
    mean_s: float = 0.0
    requests: int = 0
    version: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.ns)


Table = dict[str, dict[str, Measured]]  # job -> who -> measured


def note(table: Table, job: str, who: str, ns: float, mean_s: float, requests: int, version: str) -> None:
    entry = table[job][who]
    entry.ns.append(ns)
    entry.mean_s, entry.requests, entry.version = mean_s, requests, version


def run_product(table: Table, build: Path, version: str) -> None:
    done = subprocess.run([build / "tests/bench/windtunnel_bench", "--benchmark_filter=^(farm|mm1)", "--benchmark_format=json"],
                          check=True, capture_output=True, text=True)
    for entry in json.loads(done.stdout)["benchmarks"]:
        name = entry["name"].split("/")[0].replace("_", "-")
        note(table, name, OURS, entry["ns_per_request"], entry["mean_s"], int(entry["requests"]), version)


def scenario_of(job: str) -> dict:
    servers = jobs.SERVERS[job]
    rate = jobs.LOAD * servers / jobs.SERVICE_S
    return {
        "windtunnel": 1, "name": job, "horizon": f"{COMMAND_REQUESTS / rate}s",
        "traffic": [{"name": "clients", "to": "servers", "arrivals": {"type": "poisson", "rate": f"{rate}/s"}}],
        "services": {"servers": {
            "replicas": servers, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
            "work": {"default": [{"cpu": {"type": "exponential", "mean": f"{jobs.SERVICE_S}s"}}]},
            "balancer": {"type": "power_of_two_choices" if servers > 1 else "round_robin"}}},
    }


def run_command(table: Table, build: Path, version: str) -> None:
    """From the shell to the report: starting, reading, simulating and printing."""
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs.SERVERS:
            file = Path(folder) / f"{job}.json"
            file.write_text(json.dumps(scenario_of(job)))
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [build / "cli/windtunnel", "run", file, "--threads", "1", "--format", "json", "--no-progress"],
                check=True, capture_output=True, text=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            note(table, job, COMMAND, cpu / COMMAND_REQUESTS * 1e9,
                 json.loads(done.stdout)["metrics"]["servers.latency.mean"]["mean"], COMMAND_REQUESTS, version)


def run_peer(table: Table, script: str, python: Path, job: str, round_number: int) -> None:
    done = subprocess.run([python, HERE / "peers" / script, "--job", job, "--seed", str(round_number)], capture_output=True,
                          text=True)
    if done.returncode != 0:
        print(f"{script} --job {job} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
        return
    found = json.loads(done.stdout.splitlines()[-1])
    note(table, job, found["peer"], found["ns_per_request"], found["mean_s"], found["requests"], found["version"])


def print_table(table: Table) -> None:
    for job in jobs.SERVERS:
        ours = table[job][OURS].median
        print(f"\n{job}: theory {jobs.THEORY_S[job] * 1e3:.2f} ms")
        print(f"  {'':32} {'ns/request':>12} {'min..max':>21} {'times ours':>11} {'mean ms':>9}")
        for who, m in sorted(table[job].items(), key=lambda item: item[1].median):
            spread = f"{min(m.ns):,.1f}..{max(m.ns):,.1f}"
            print(f"  {who + ' ' + m.version:32.44} {m.median:12,.1f} {spread:>21} {m.median / ours:11,.1f} "
                  f"{m.mean_s * 1e3:9.2f}")


def verdicts(table: Table) -> list[tuple[bool, str]]:
    """What was promised, with what was measured."""
    out = []
    for job in jobs.SERVERS:
        ours = table[job][OURS].median
        out.append((ours <= MOST_NS[job], f"{job}: {ours:.1f} ns per request, at most {MOST_NS[job]:.0f}"))
        with_timeout = table[job + TIMEOUT_SUFFIX].get(OURS)
        if with_timeout:
            extra = with_timeout.median - ours
            out.append((extra <= MOST_EXTRA_NS_FOR_TIMEOUT,
                        f"{job}: a time-out on every request adds {extra:.1f} ns, at most {MOST_EXTRA_NS_FOR_TIMEOUT:.0f}"))
        for who, m in table[job].items():
            if not jobs.agrees(job, m.requests, m.mean_s):
                out.append((False, f"{job}: {who} found a mean of {m.mean_s * 1e3:.2f} ms, theory says "
                                   f"{jobs.THEORY_S[job] * 1e3:.2f}"))
            if who.startswith(OURS):
                continue
            least = LEAST_RATIO_ON_FARM.get(who, 1.0) if job.startswith("farm") else 1.0
            out.append((m.median / ours >= least, f"{job}: {m.median / ours:,.1f} times faster than {who}, at least {least:.0f}"))
    return out


def fly(build: Path, *arguments: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and the most memory in MB of one run of the command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = subprocess.Popen([build / "cli/windtunnel", "run", *arguments, "--quiet"], cwd=ROOT, stdout=subprocess.DEVNULL)
    most_kb = 0
    while command.poll() is None:  # ru_maxrss would count the interpreter that it was forked from
        status = Path(f"/proc/{command.pid}/status").read_text()
        most_kb = max([most_kb] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
        time.sleep(0.01)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if command.returncode > 1:  # 1: an objective is missed
        raise RuntimeError(f"windtunnel run {' '.join(arguments)} failed")
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, most_kb / 1024


def recorded_day(build: Path) -> list[tuple[bool, str]]:
    trace = Path(os.environ.get("WINDTUNNEL_TRACES", ROOT / "../shared/traces")) / "worldcup98_1min/worldcup98_1min.csv.gz"
    if not trace.exists():
        print(f"the World Cup day is left out: {trace.name} is not here (set WINDTUNNEL_TRACES)")
        return []
    day = (str(WORLD_CUP), "--threads", "1", "--set", f"traffic.0.arrivals.file={trace.resolve()}")
    _, day_s, day_mb = fly(build, *day)
    _, week_s, week_mb = fly(build, *day, "--set", "traffic.0.arrivals.repeat=true", "--set", "horizon=168h")
    return [(day_s <= MOST_DAY_S, f"World Cup day: {day_s:.1f} s of CPU, at most {MOST_DAY_S:.0f}"),
            (day_mb <= MOST_DAY_MB, f"World Cup day: {day_mb:.1f} MB, at most {MOST_DAY_MB:.0f}"),
            (week_mb <= MOST_WEEK_OVER_DAY_MB * day_mb,
             f"World Cup week: {week_s:.1f} s of CPU, {week_mb:.1f} MB, at most {MOST_WEEK_OVER_DAY_MB} of the day's")]


def side_by_side(build: Path, rounds: int) -> list[tuple[bool, str]]:
    week = ("scenarios/diurnal-week.json", "--replications", "2", "--threads")
    walls = {threads: [] for threads in (1, 2)}
    for _ in range(rounds):
        for threads, seen in walls.items():
            seen.append(fly(build, *week, str(threads))[0])
    ratio = statistics.median(walls[1]) / statistics.median(walls[2])
    return [(ratio >= LEAST_SPEED_UP_BY_TWO_THREADS, f"two replications on two threads: {ratio:.2f} times faster than on "
                                                     f"one, at least {LEAST_SPEED_UP_BY_TWO_THREADS}")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-peers", action="store_true", help="only this engine, and only its own targets")
    parser.add_argument("--output", type=Path, help="write all figures as JSON")
    options = parser.parse_args()
    build = options.build.resolve()
    version = subprocess.run([build / "cli/windtunnel", "--version"], check=True, capture_output=True,
                             text=True).stdout.split()[-1]
    peers = {} if options.without_peers else {
        script: (ROOT / venv / "bin/python", which) for script, (venv, which) in PEERS.items()}
    for script, (python, _) in list(peers.items()):
        if not python.exists():
            print(f"{script} is left out: {python.relative_to(ROOT)} does not exist (tools/setup --peers)")
            del peers[script]

    table: Table = defaultdict(lambda: defaultdict(Measured))
    for round_number in range(1, options.rounds + 1):
        print(f"round {round_number} of {options.rounds}, load {os.getloadavg()[0]:.1f}", flush=True)
        run_product(table, build, version)
        run_command(table, build, version)
        for script, (python, which) in peers.items():
            for job in which:
                run_peer(table, script, python, job, round_number)

    print_table(table)
    checked = verdicts(table) + recorded_day(build) + side_by_side(build, options.rounds)
    print()
    for good, sentence in checked:
        print(f"{'met   ' if good else 'MISSED'} {sentence}")
    if options.output:
        options.output.write_text(json.dumps({j: {w: vars(m) for w, m in who.items()} for j, who in table.items()}, indent=1))
    return 0 if all(good for good, _ in checked) else 1


if __name__ == "__main__":
    sys.exit(main())
