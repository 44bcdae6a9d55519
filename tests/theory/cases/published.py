"""Measurements that others published."""

from judge import Published, Reproduced
from laboratory import cpu, exponential, pool, station

from cases.common import FACTS, case, milliseconds


@case("timelike")
def timelike(lab):
    """A single run was published, so it is the spread of ours that decides; the mean is compared with that of a
    re-implementation, of which the standard deviation over its seeds is known too."""
    p, facts = FACTS["timelike"]["params"], FACTS["timelike"]
    rate = 1000 / p["gap_ms"]
    burst = {"type": "steps", "steps": [{"at": "0s", "rate": f"{rate}/s"},
                                        {"at": f"{p['requests'] / rate}s", "rate": "0/s"}]}
    replications = 200 if lab.shorter == 1 else 40
    out = {}
    even = {"type": "least_request", "full_scan": True}
    herd = {"balancers": p["herd_balancers"]}
    disjoint = herd | {"subset": p["nodes"] // p["herd_balancers"], "subsetting": "deterministic"}
    for name, balancer, balancing in (("least_request", even, {}), ("round_robin", {"type": "round_robin"}, {}),
                                      ("random", {"type": "random"}, {}),
                                      ("herd", even | {"tie": p["herd_tie"]}, herd), ("disjoint", even, disjoint)):
        run = lab.fly(dict(station(burst, pool(1), [cpu(exponential(p["service_ms"] / 1000))], replicas=p["nodes"],
                                   balancer=balancer, balancing=balancing), horizon="60s",
                           metrics={"resolution": "60s"}), replications=replications)
        assert run.mean("s.success_ratio") == 1
        for q in facts["published_ms"][name]:
            values = milliseconds(run["s.latency." + q])
            out[f"{name}_{q}"] = Published(name + "_" + q, facts["published_ms"][name][q], values)
        for q, (mean, spread) in facts["reproduced_ms"][name].items():
            out[f"{name}_{q}_mean"] = Reproduced(name + "_" + q + "_mean", mean, spread,
                                                 facts["reproduced_ms"]["seeds"], milliseconds(run["s.latency." + q]))
    return out
