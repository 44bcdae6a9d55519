"""Cimba through its Python package at its fastest: plain events, no processes; requests are numbers in a ring per server.
The first, tiny run compiles and is not counted."""

import cimba as cb
from cimba import random
from cimba_responses import Responses, answer_of
from job import SERVICE_S, Answer, Job, main


class Server(cb.Model):
    arrivals: cb.Array[float] = cb.Array(512)  # far more than ever wait at 80 % load
    head: cb.Output[int]
    outstanding: cb.Output[int]
    responses: cb.Ref[Responses]

    @cb.on_start
    def begin(self):
        self.head = 0
        self.outstanding = 0

    @cb.function
    def arrive(self) -> None:
        self.arrivals[(self.head + self.outstanding) % 512] = cb.now()
        self.outstanding += 1
        if self.outstanding == 1:
            cb.schedule(self.depart, random.exponential(0.010))

    @cb.event
    def depart(self):
        self.responses.record(cb.now() - self.arrivals[self.head])
        self.head = (self.head + 1) % 512
        self.outstanding -= 1
        if self.outstanding > 0:
            cb.schedule(self.depart, random.exponential(0.010))


class Farm(cb.Model):
    servers: list[Server]
    count: cb.Param[int]
    requests: cb.Param[int]
    gap: cb.Param[float]
    seen: cb.Output[int]
    responses: Responses

    @cb.on_start
    def begin(self):
        self.seen = 0
        cb.schedule(self.arrival, random.exponential(self.gap))

    @cb.event
    def arrival(self):
        chosen = 0
        if self.count > 1:
            chosen = int(random.uniform(0.0, 1.0) * self.count)
            other = int(random.uniform(0.0, 1.0) * self.count)
            if self.servers[chosen].outstanding > self.servers[other].outstanding:
                chosen = other
        self.servers[chosen].arrive()
        self.seen += 1
        if self.seen < self.requests:
            cb.schedule(self.arrival, random.exponential(self.gap))


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
    main("cimba, events", cb.__version__, lambda job: fly(job, job.requests),
         {"mm1": 40_000_000, "farm-100": 15_000_000, "farm-1000": 12_000_000}, prepare=lambda job: fly(job, 1000))
