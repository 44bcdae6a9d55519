"""salabim: a component for every server that sleeps when it has nothing to do; a monitor of response times, and the monitors
that nobody reads are off."""

import random
from collections import deque

import salabim as sim
from job import SERVICE_S, Answer, Job, answer, main

sim.yieldless(False)  # generators: no dependence on greenlet


def run(job: Job) -> Answer:
    draw = random.Random(job.seed)
    env = sim.Environment(trace=False, random_seed=None)
    response_time = sim.Monitor("response time", env=env)
    outstanding = [0] * job.servers

    class Server(sim.Component):
        def setup(self, number: int):
            self.number = number
            self.waiting = deque()

        def process(self):
            while True:
                while not self.waiting:
                    yield self.passivate()
                arrived = self.waiting.popleft()
                yield self.hold(draw.expovariate(1 / SERVICE_S))
                outstanding[self.number] -= 1
                response_time.tally(env.now() - arrived)

    class Source(sim.Component):
        def process(self):
            for _ in range(job.requests):
                yield self.hold(draw.expovariate(job.rate))
                a, b = int(draw.random() * job.servers), int(draw.random() * job.servers)
                chosen = a if outstanding[a] <= outstanding[b] else b
                outstanding[chosen] += 1
                server = servers[chosen]
                server.waiting.append(env.now())
                if server.ispassive():
                    server.activate()

    servers = [Server(number=n) for n in range(job.servers)]
    for component in servers:
        component.mode.monitor(False)
        component.status.monitor(False)
    Source().status.monitor(False)
    env.run()
    return answer(response_time.x(force_numeric=False))


if __name__ == "__main__":
    main("salabim", sim.__version__, run, {"mm1": 600_000, "farm-100": 400_000, "farm-1000": 400_000})
