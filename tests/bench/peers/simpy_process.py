"""SimPy as its tutorial teaches it: a process for every request, a Resource for every server."""

import random

import simpy
from job import SERVICE_S, Job, main


def run(job: Job) -> float:
    draw = random.Random(job.seed)
    env = simpy.Environment()
    farm = [simpy.Resource(env, capacity=1) for _ in range(job.servers)]
    outstanding = [0] * job.servers
    total = 0.0

    def request(number: int):
        nonlocal total
        arrived = env.now
        outstanding[number] += 1
        with farm[number].request() as turn:
            yield turn
            yield env.timeout(draw.expovariate(1 / SERVICE_S))
        outstanding[number] -= 1
        total += env.now - arrived

    def source():
        for _ in range(job.requests):
            yield env.timeout(draw.expovariate(job.rate))
            a, b = int(draw.random() * job.servers), int(draw.random() * job.servers)
            env.process(request(a if outstanding[a] <= outstanding[b] else b))

    env.process(source())
    env.run()
    return total / job.requests


if __name__ == "__main__":
    main("simpy, process per request", simpy.__version__, run, {"mm1": 400_000, "farm-100": 400_000, "farm-1000": 400_000})
