"""What all peers do: the jobs, how they are measured, and how an answer is checked.

farm-N   Poisson arrivals at 80 % load, N servers of one slot each, exponential service of 10 ms, first come first served in
         each server, power of two choices by outstanding requests; the mean response time is recorded.
mm1      The same with one server.

All begin empty and end when the last request has left. CPU time is that of the process, from before the model is made to
after the last event; imports and, where a peer compiles, its compilation are not counted.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

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


def main(peer: str, version: str, run: Callable[[Job], float], requests: dict[str, int],
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
    mean_s = run(job)
    cpu = time.process_time() - begin
    print(json.dumps({"peer": peer, "version": version, "job": job.name, "requests": job.requests,
                      "cpu_seconds": round(cpu, 4), "ns_per_request": round(cpu / job.requests * 1e9, 1), "mean_s": mean_s}))
