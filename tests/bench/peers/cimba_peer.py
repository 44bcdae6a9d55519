"""Cimba through its Python package: models compiled to its C engine, here with a process for every server and one for the
source (Cimba's own idiom). The first, tiny run compiles and is not counted."""

import cimba as cb
from cimba import random
from cimba_responses import Responses, answer_of
from job import SERVICE_S, Answer, Job, main


class Server(cb.Model):
    queue: cb.Store[float]
    outstanding: cb.Output[int]
    responses: cb.Ref[Responses]

    @cb.on_start
    def begin(self):
        self.outstanding = 0

    @cb.process
    def serve(self):
        while True:
            arrived = self.queue.get()
            cb.hold(random.exponential(0.010))
            self.outstanding -= 1
            self.responses.record(cb.now() - arrived)


class Farm(cb.Model):
    servers: list[Server]
    count: cb.Param[int]
    requests: cb.Param[int]
    gap: cb.Param[float]
    responses: Responses

    @cb.process
    def source(self):
        for _ in range(self.requests):
            cb.hold(random.exponential(self.gap))
            chosen = 0
            if self.count > 1:
                chosen = int(random.uniform(0.0, 1.0) * self.count)
                other = int(random.uniform(0.0, 1.0) * self.count)
                if self.servers[chosen].outstanding > self.servers[other].outstanding:
                    chosen = other
            self.servers[chosen].outstanding += 1
            self.servers[chosen].queue.put(cb.now())


def fly(job: Job, requests: int) -> Answer:
    farm = Farm()
    farm.responses = Responses()
    farm.servers = [Server() for _ in range(job.servers)]
    for server in farm.servers:
        server.responses = farm.responses
    farm.count, farm.requests, farm.gap = job.servers, requests, 1 / job.rate
    results = cb.Experiment(farm, replications=1, seed=job.seed).run(workers=1)
    return answer_of(results, farm.responses)


if __name__ == "__main__":
    assert SERVICE_S == 0.010  # compiled code takes constants only as literals
    main("cimba, processes", cb.__version__, lambda job: fly(job, job.requests),
         {"mm1": 16_000_000, "farm-100": 8_000_000, "farm-1000": 5_000_000}, prepare=lambda job: fly(job, 1000))
