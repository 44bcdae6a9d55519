"""happysim: its own Source, LoadBalancer with PowerOfTwoChoices, Servers and a Sink. Needs Python 3.13.

Its strategy compares requests in service; outstanding ones, as the job wants, are given to it by the name it asks first for.
"""

import random
from importlib.metadata import version

from happysimulator import Instant, Server, Simulation, Sink, Source
from happysimulator.components.load_balancer import LoadBalancer, PowerOfTwoChoices
from happysimulator.distributions import ExponentialLatency
from job import SERVICE_S, Answer, Job, answer, main


class Counted(Server):
    @property
    def active_connections(self) -> int:
        return self.active_requests + self.depth


def run(job: Job) -> Answer:
    random.seed(job.seed)
    sink = Sink()
    farm = [Counted(f"server-{n}", service_time=ExponentialLatency(SERVICE_S), downstream=sink) for n in range(job.servers)]
    seconds = job.requests / job.rate
    if job.servers == 1:
        source = Source.poisson(rate=job.rate, target=farm[0], stop_after=seconds)
        entities = [*farm, sink]
    else:
        balancer = LoadBalancer("balancer", backends=farm, strategy=PowerOfTwoChoices())
        source = Source.poisson(rate=job.rate, target=balancer, stop_after=seconds)
        entities = [balancer, *farm, sink]
    Simulation(sources=[source], entities=entities, end_time=Instant.from_seconds(seconds + 5)).run()
    assert abs(sink.events_received / job.requests - 1) < 0.1, sink.events_received
    return answer(sink.latencies_s)


if __name__ == "__main__":
    main("happysim", version("happysim"), run, {"mm1": 80_000, "farm-100": 25_000, "farm-1000": 25_000})
