"""SimPy as its tutorial teaches it: a process for every request, a Resource for every server, latencies in a list."""

import random

import simpy
from job import SERVICE_S, Answer, Job, answer, main


def run(job: Job) -> Answer:
    random.seed(job.seed)
    env = simpy.Environment()
    farm = [simpy.Resource(env, capacity=1) for _ in range(job.servers)]
    latencies = []

    def outstanding(server: simpy.Resource) -> int:
        return server.count + len(server.queue)

    def request():
        arrived = env.now
        server = min(random.sample(farm, 2), key=outstanding) if job.servers > 1 else farm[0]
        with server.request() as turn:
            yield turn
            yield env.timeout(random.expovariate(1 / SERVICE_S))
        latencies.append(env.now - arrived)

    def source():
        for _ in range(job.requests):
            yield env.timeout(random.expovariate(job.rate))
            env.process(request())

    env.process(source())
    env.run()
    return answer(latencies)


if __name__ == "__main__":
    main("simpy, process per request", simpy.__version__, run, {"mm1": 400_000, "farm-100": 400_000, "farm-1000": 400_000})
