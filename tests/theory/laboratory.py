"""Runs scenarios through the command and hands back its figures, replication by replication."""

import json
import math
import pathlib
import subprocess
import zlib

REPLICATIONS = 20


def law(kind, mean, **more):
    return {"type": kind, "mean": f"{mean!r}s", **more}


def exponential(mean):
    return law("exponential", mean)


def constant(value):
    return {"type": "constant", "value": f"{value!r}s"}


def poisson(rate):
    return {"type": "poisson", "rate": f"{rate!r}/s"}


def pool(workers, room=None, **runtime):
    """`room`: requests it holds at most, those in service included."""
    instance = {"runtime": {"type": "worker_pool", "workers": workers, **runtime}}
    if room is not None:
        instance["backlog"] = room - workers
    return instance


def loop(processes=1, dispatch="round_robin", worker_threads=0):
    return {"runtime": {"type": "event_loop", "processes": processes, "dispatch": dispatch,
                        "worker_threads": worker_threads}}


def function():
    return {"runtime": {"type": "function"}}


def cpu(distribution, **more):
    return {"cpu": distribution, **more}


def station(arrivals, instance, work, **more):
    """A source "t" and a service "s". `work`: steps, or classes of steps. `more` is the source's and the service's."""
    traffic = {"name": "t", "to": "s", "arrivals": arrivals}
    for key in ("mix", "timeout", "on_timeout", "patience"):
        if key in more:
            traffic[key] = more.pop(key)
    service = {"instance": instance, "work": work if isinstance(work, dict) else {"default": work}, **more}
    return {"windtunnel": 1, "name": "theory", "traffic": [traffic], "services": {"s": service}}


class Run:
    """What the command said about one scenario."""

    def __init__(self, result):
        self.result = result

    def __getitem__(self, metric):
        """The metric's values, one for each replication."""
        return self.result["metrics"][metric]["values"]

    def mean(self, metric):
        return self.result["metrics"][metric]["mean"]

    def has(self, metric):
        return metric in self.result["metrics"]

    def column(self, name):
        series = self.result["series"][0]
        return series["times_s"], next(c["values"] for c in series["columns"] if c["name"] == name)


class Laboratory:
    def __init__(self, command, folder, threads, seed, shorter, keep=None):
        self.command, self.folder, self.threads, self.seed = command, pathlib.Path(folder), threads, seed
        self.shorter = shorter  # runs are so many times shorter than they should be
        self.keep = keep
        self.arrivals = 0
        self.gaps = {}  # identity -> (largest gap, where)
        self.case = None
        self.serial = 0

    def fly(self, scenario, seed=None, replications=None):
        """Exactly this scenario. Without a seed every run has one of its own: an odd draw hits one figure only."""
        self.serial += 1
        path = (self.keep or self.folder) / f"{self.case}-{self.serial}.json"
        path.write_text(json.dumps(scenario, indent=1), encoding="utf-8")
        words = [self.command, "run", str(path), "--format", "json", "--quiet", "--threads", str(self.threads),
                 "--seed", str(self.seed_of_run() if seed is None else seed)]
        if replications is not None:
            words += ["--replications", str(replications)]
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        result = json.loads(done.stdout)
        self.arrivals += sum(s["arrived"] for s in result["services"])
        return Run(result)

    def seed_of_run(self):
        return zlib.crc32(f"{self.seed}/{self.case}/{self.serial}".encode())

    def begin(self, case):
        self.case, self.serial = case, 0

    def measure(self, scenario, arrivals, rate, relaxation=0.0, replications=REPLICATIONS, number=False, waits=None,
                instances=0):
        """So many arrivals over all replications, after a warm-up of a tenth and at least ten relaxation times.
        `number`: also the distribution of the number in system. `waits`: an arrival waits where it meets so many.
        `instances`: so many with figures of their own."""
        horizon = arrivals / self.shorter / replications / rate
        horizon = max(horizon, 20 * relaxation)
        scenario = dict(scenario, horizon=f"{horizon!r}s", warmup=f"{max(horizon / 10, 10 * relaxation)!r}s",
                        metrics={"resolution": f"{horizon!r}s", "number_in_system": number or waits is not None,
                                 "instances": instances})
        run = self.fly(scenario, replications=replications)
        self._note_identities(run, waits)
        return run

    def note(self, identity, gap):
        if math.isfinite(gap) and gap > self.gaps.get(identity, (-1, ""))[0]:
            self.gaps[identity] = (gap, self.case)

    def _note_identities(self, run, waits):
        """Little's law and conservation, from the figures alone: the engine checks its own books to the nanosecond."""
        for s in run.result["services"]:
            name = s["name"]
            arrived, ended = s["arrived"], sum(s["outcomes"].values())
            self.note("flow_balance_max_rel_gap", (arrived - ended) / arrived)
            if s["outcomes"]["completed"] == ended:
                # Requests have one place to wait, so the sum of waits is the integral of the queue too.
                self._note_little(run, name + ".number_in_system.mean", name, name + ".latency.mean")
        if waits is not None:
            here = run.mean("s.number_in_system.share_at_least." + str(waits))
            self.note("pasta_max_abs_gap", abs(run.mean("s.wait_time.share_waited") - here))

    def _note_little(self, run, number, name, time):
        rate = run.mean(name + ".arrival_rate")
        if run.mean(number) > 0:
            self.note("little_max_rel_gap", abs(run.mean(number) - rate * run.mean(time)) / run.mean(number))

    def note_utilization(self, run, servers, service_mean):
        used, offered = run.mean("s.utilization") * servers, run.mean("s.throughput") * service_mean
        self.note("util_law_max_rel_gap", abs(used - offered) / used)
