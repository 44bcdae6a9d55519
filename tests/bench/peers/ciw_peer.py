"""Ciw: a node for every server. Arrivals pass a node without waiting that routes them by power of two choices.

farm-1000 is left out: Ciw looks through all nodes at every event.
"""

import random

import ciw
from job import SERVICE_S, Answer, Job, answer, main


class TwoChoices(ciw.routing.NodeRouting):
    def next_node(self, ind):
        nodes = self.simulation.nodes
        a, b = random.randint(2, len(nodes) - 2), random.randint(2, len(nodes) - 2)
        return nodes[a] if nodes[a].number_of_individuals <= nodes[b].number_of_individuals else nodes[b]


def network(job: Job):
    service = ciw.dists.Exponential(rate=1 / SERVICE_S)
    if job.servers == 1:
        return ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(rate=job.rate)], service_distributions=[service],
            number_of_servers=[1])
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=job.rate)] + [None] * job.servers,
        service_distributions=[ciw.dists.Deterministic(0.0)] + [service] * job.servers,
        number_of_servers=[float("inf")] + [1] * job.servers,
        routing=ciw.routing.NetworkRouting(routers=[TwoChoices()] + [ciw.routing.Leave() for _ in range(job.servers)]))


def run(job: Job) -> Answer:
    ciw.seed(job.seed)
    simulation = ciw.Simulation(network(job))
    simulation.simulate_until_max_customers(job.requests, method="Finish")
    first = 1 if job.servers == 1 else 2
    return answer([r.exit_date - r.arrival_date for r in simulation.get_all_records() if r.node >= first])


if __name__ == "__main__":
    main("Ciw", ciw.__version__, run, {"mm1": 200_000, "farm-100": 20_000})
