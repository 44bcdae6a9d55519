"""What all peers do: the jobs, how they are measured, and how an answer is checked.

farm-N   Poisson arrivals at 80 % load, N servers of one slot each, exponential service of 10 ms, first come first served in
         each server, power of two choices by outstanding requests.
mm1      The same with one server.

Statistics are part of every job: the response time of each request is recorded, and mean, p50, p95 and p99 of all of them
are the answer. Each peer records as its users do (a list, a monitor, its records, a table of buckets), and nothing that
nobody asked for.

All begin empty and end when the last request has left. CPU time is that of the process, from before the model is made to
after the quantiles are known; imports and, where a peer compiles, its compilation are not counted.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

SERVICE_S = 0.010
LOAD = 0.8


@dataclass(frozen=True)
class Job:
    name: str
    servers: int
    requests: int
    seed: int

    @property
    def rate(self) -> float:
        """Arrivals per second."""
        return LOAD * self.servers / SERVICE_S


@dataclass(frozen=True)
class Answer:
    """Response times of all requests, in seconds."""

    mean_s: float
    p50_s: float
    p95_s: float
    p99_s: float


def answer(times_s: Sequence[float]) -> Answer:
    """Of recorded response times."""
    times = np.asarray(times_s)
    return Answer(float(times.mean()), *(float(q) for q in np.quantile(times, (0.5, 0.95, 0.99))))


SERVERS = {"mm1": 1, "farm-100": 100, "farm-1000": 1000}

# M/M/1: T = 1 / (mu - lambda). Farms: the mean-field limit of power of two choices, sum over i >= 1 of
# lambda^(2^i - 2), is 1.9474 service times (Mitzenmacher; Vvedenskaya et al.); with N servers a little more, 0.7 % at N = 100.
THEORY_S = {"mm1": 5 * SERVICE_S, "farm-100": 1.960 * SERVICE_S, "farm-1000": 1.949 * SERVICE_S}


def tolerance(name: str, requests: int) -> float:
    """Four standard errors of the mean, relative, and 1 % for the start from empty and for how a pair is drawn.

    M/M/1: the asymptotic variance of the mean over n customers is about 2 (1 + rho) / (1 - rho)^2 T^2 / n (Daley 1968);
    farms: a server's queue is forgotten within a few dozen of its requests.
    """
    variance = 2 * (1 + LOAD) / (1 - LOAD) ** 2 if name == "mm1" else 30.0
    return 0.01 + 4 * math.sqrt(variance / requests)


def agrees(name: str, requests: int, mean_s: float) -> bool:
    return abs(mean_s / THEORY_S[name] - 1) <= tolerance(name, requests)


def theory_quantile(name: str, p: float) -> float:
    """Of the response time, by bisection.

    M/M/1: exponential. Farms, in the limit of many servers: a share s(i) = lambda^(2^i - 1) of them holds i requests or more,
    so the lesser of two does so with probability s(i)^2, and a request that meets i needs i + 1 exponential services.
    """

    def later(t: float) -> float:  # P(response time > t), t in services
        if name == "mm1":
            return math.exp(-(1 - LOAD) * t)
        total, poisson, below, i = 0.0, math.exp(-t), 0.0, 0
        while (joins := LOAD ** (2 * (2**i - 1)) - LOAD ** (2 * (2 ** (i + 1) - 1))) > 1e-12:
            below += poisson  # P(at most i services end within t)
            total += joins * below
            i += 1
            poisson *= t / i
        return total

    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if later(middle) > 1 - p else (low, middle)
    return low * SERVICE_S


def quantiles_agree(name: str, requests: int, quantiles_s: dict[str, float]) -> bool:
    """Tails are noisier than means: twice the tolerance; 2 % more for buckets and for how few servers a farm has."""
    allowed = 0.02 + 2 * tolerance(name, requests)
    return all(abs(value / theory_quantile(name, float(q[1:]) / 100) - 1) <= allowed for q, value in quantiles_s.items())


def main(peer: str, version: str, run: Callable[[Job], Answer], requests: dict[str, int],
         prepare: Callable[[Job], object] | None = None) -> None:
    """Runs one job and prints one line of JSON. `requests` says how many make a run of some seconds, by job."""
    parser = argparse.ArgumentParser(description=f"{peer} {version}")
    parser.add_argument("--job", choices=sorted(requests), required=True)
    parser.add_argument("--requests", type=int, help="instead of this peer's own number")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    job = Job(options.job, SERVERS[options.job], options.requests or requests[options.job], options.seed)
    if prepare:
        prepare(job)
    begin = time.process_time()
    found = run(job)
    cpu = time.process_time() - begin
    print(json.dumps({"peer": peer, "version": version, "job": job.name, "requests": job.requests,
                      "cpu_seconds": round(cpu, 4), "ns_per_request": round(cpu / job.requests * 1e9, 1), **asdict(found)}))
