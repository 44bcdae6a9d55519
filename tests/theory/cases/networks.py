"""Stations that call stations, arrivals that are not Poisson."""

from judge import ratio
from laboratory import cpu, exponential, loop, poisson, pool, station

from cases.common import FACTS, case, each, expected, read


def single(work):
    """A single server, first come first served, whose requests leave it while they wait for others."""
    return {"instance": loop(), "work": {"default": work}}


def network(arrivals, to, services):
    return {"windtunnel": 1, "name": "theory", "traffic": [{"name": "t", "to": to, "arrivals": arrivals}],
            "services": services}


def to(service, probability=1.0):
    return {"call": {"service": service, "probability": probability}}


@case("V27")
def tandem(lab):
    p = FACTS["V27"]["params"]
    first, second = (1 / mu for mu in p["mu"])
    services = {"s": single([cpu(exponential(first)), to("second")]), "second": single([cpu(exponential(second))])}
    run = lab.measure(network(poisson(p["lam"]), "s", services), 4e7, p["lam"], relaxation=200)
    total, behind = run["s.latency.mean"], run["second.latency.mean"]
    return {"W1": each(lambda a, b: a - b, total, behind), "W2": behind, "W_total": total,
            "L_total": run["s.number_in_system.mean"], "util1": run["s.utilization"], "util2": run["second.utilization"],
            **{f"Wtotal_{q}": run["s.latency." + q.replace("p999", "p99.9")] for q in ("p50", "p95", "p99", "p999")}}


@case("V28")
def open_network(lab):
    """A visit of a station is a call of it, and the next visits are calls that it makes: what matters are the numbers of
    visits, as all work is exponential."""
    p = FACTS["V28"]["params"]
    rate = p["external"][3]
    services = {f"s{i}": single([cpu(exponential(p["S"][i]))] +
                                [to(f"s{k}", share) for k, share in enumerate(row) if share > 0])
                for i, row in enumerate(p["P"])}
    run = lab.measure(network(poisson(rate), "s3", services), 4e6, rate, relaxation=20)
    out = {"system_response": run["s3.latency.mean"]}
    for i in range(4):
        queue = each(lambda n, below: n - below, run[f"s{i}.number_in_system.mean"], run[f"s{i}.io_in_flight.mean"])
        out |= {f"X{i}": run[f"s{i}.throughput"], f"U{i}": run[f"s{i}.utilization"], f"Q{i}": queue,
                f"R{i}": ratio(queue, run[f"s{i}.throughput"])}
    return out


@case("V30")
def closed_network(lab):
    p = FACTS["V30"]["params"]
    services = {f"s{i}": single([cpu(exponential(mean))]) for i, mean in enumerate(p["S"])}
    services["s"] = single([to(f"s{i}") for i, visits in enumerate(p["V"]) for _ in range(visits)])
    users = {"type": "closed_loop", "clients": p["N"], "think_time": exponential(float(p["Z"]))}
    run = lab.measure(network(users, "s", services), 2e6, expected("V30")["X"], relaxation=500)
    out = {"X": run["s.throughput"], "response": run["s.latency.mean"]}
    for i in range(3):
        out |= {f"R{i}": run[f"s{i}.latency.mean"], f"Q{i}": run[f"s{i}.number_in_system.mean"],
                f"U{i}": run[f"s{i}.utilization"]}
    return out


@case("V41")
def fork_and_join(lab):
    p = FACTS["V41"]["params"]
    both = {"parallel": {"to": [{"service": "a"}, {"service": "b"}]}}
    services = {"s": single([both]), "a": single([cpu(exponential(1))]), "b": single([cpu(exponential(1))])}
    run = lab.measure(network(poisson(p["lam"]), "s", services), 2e7, p["lam"], relaxation=100)
    instance = dict(pool(1), queue={"type": "lifo"})
    last = lab.measure(station(poisson(p["lcfs"]), instance, [cpu(exponential(1))]), 4e7, p["lcfs"], relaxation=100)
    return {"forkjoin2_T": run["s.latency.mean"], "single_T": run["a.latency.mean"],
            "lcfs_Wq": last["s.wait_time.mean"], "lcfs_var_Wq": read(last, "var_Wq")}
