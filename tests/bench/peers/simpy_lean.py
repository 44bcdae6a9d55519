"""SimPy with as little machinery as it allows: a process for every server, requests are numbers in a Store."""

import random

import simpy
from job import SERVICE_S, Answer, Job, answer, main


def run(job: Job) -> Answer:
    draw = random.Random(job.seed)
    env = simpy.Environment()
    queues = [simpy.Store(env) for _ in range(job.servers)]
    outstanding = [0] * job.servers
    latencies = []

    def server(number: int):
        queue = queues[number]
        while True:
            arrived = yield queue.get()
            yield env.timeout(draw.expovariate(1 / SERVICE_S))
            outstanding[number] -= 1
            latencies.append(env.now - arrived)

    def source():
        for _ in range(job.requests):
            yield env.timeout(draw.expovariate(job.rate))
            a, b = int(draw.random() * job.servers), int(draw.random() * job.servers)
            chosen = a if outstanding[a] <= outstanding[b] else b
            outstanding[chosen] += 1
            queues[chosen].put(env.now)

    for number in range(job.servers):
        env.process(server(number))
    env.process(source())
    env.run()
    return answer(latencies)


if __name__ == "__main__":
    main("simpy, process per server", simpy.__version__, run, {"mm1": 600_000, "farm-100": 500_000, "farm-1000": 400_000})
