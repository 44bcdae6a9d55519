"""The register of cases, and how a case reads its figures."""

import json
import pathlib

from laboratory import cpu, exponential, poisson, pool, station

FACTS = json.loads(pathlib.Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))
CASES = {}


def case(number):
    def register(function):
        CASES[number] = function
        return function
    return register


def each(function, *samples):
    return [function(*values) for values in zip(*samples)]


def milliseconds(values):
    return each(lambda v: 1000 * v, values)


# What theory calls it, and what the command does.
NAMES = {"util": "utilization", "L": "number_in_system.mean", "Lq": "queue_length.mean", "X": "throughput",
         "throughput": "throughput", "W": "latency.mean", "Wq": "wait_time.mean", "p_wait": "wait_time.share_waited",
         "p_block": "loss.rejected_full", "p_abandon": "loss.abandoned", "sd_W": "latency.sd", "var_N":
         "number_in_system.variance", "occupancy": "utilization"}
for short, long in (("W", "latency"), ("Wq", "wait_time")):
    for q in ("p50", "p95", "p99"):
        NAMES[f"{short}_{q}"] = f"{long}.{q}"
    NAMES[f"{short}_p999"] = f"{long}.p99.9"


def read(run, metric):
    if metric == "var_Wq":
        return each(lambda sd: sd * sd, run["s.wait_time.sd"])
    if metric == "p0":
        return each(lambda share: 1 - share, run["s.number_in_system.share_at_least.1"])
    if metric == "P_N_ge_10":
        return run["s.number_in_system.share_at_least.10"]
    return run["s." + NAMES[metric]]


def readings(run, metrics, prefix=""):
    return {prefix + m: read(run, m) for m in metrics}


def expected(number):
    return FACTS[number]["expected"]


def measure_unequal(lab, rate, speeds, arrivals, **service):
    """A fast server and a slow one, both with figures of their own. The fast one is the older."""
    fast, slow = speeds
    scenario = station(poisson(float(rate)), pool(1), [cpu(exponential(1 / fast))], replicas=2, **service)
    scenario["faults"] = [{"type": "slow_instances", "service": "s", "count": 1, "which": "newest", "at": "0s",
                           "factor": fast / slow}]
    return lab.measure(scenario, arrivals, rate, relaxation=20, instances=2)


def fcfs(lab, number, arrivals, rate, service, servers=1, relaxation=100.0, law_of_arrivals=None, mean=1.0):
    """One queue, all the case's metrics. Times in seconds, whatever the unit of the case."""
    run = lab.measure(station(law_of_arrivals or poisson(rate), pool(servers), [cpu(service)]), arrivals, rate,
                      relaxation, number=True, waits=servers if law_of_arrivals is None and servers <= 100 else None)
    lab.note_utilization(run, servers, mean)
    return readings(run, [m for m in expected(number) if m != "sigma"])
