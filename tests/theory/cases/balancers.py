"""Farms behind a balancer."""

from judge import Band
from laboratory import cpu, exponential, poisson, pool, station

from cases.common import FACTS, case, each, expected, measure_unequal, read, readings


def farm(lab, servers, load, balancer, arrivals, relaxation, metrics, prefix):
    """So many servers of rate 1. The number in the system is that of one of them, as is the law of it."""
    rate, looked_at = servers * load, min(servers, 100)
    at_least = {m: m.rsplit("_", 1)[1].removeprefix("ge") for m in metrics if m.startswith(("P_queue_ge", "tail_ge"))}
    run = lab.measure(station(poisson(rate), pool(1), [cpu(exponential(1))], replicas=servers, balancer=balancer),
                      arrivals, rate, relaxation, number=bool(at_least), instances=looked_at if at_least else 0)
    lab.note_utilization(run, servers, 1)
    out = {}
    for m in metrics:
        if m in at_least:
            shares = [run[f"s.instance.{i}.number_in_system.share_at_least.{at_least[m]}"] for i in range(looked_at)]
            out[prefix + m] = each(lambda *of: sum(of) / looked_at, *shares)
            continue
        values = read(run, "L" if m == "L_per_server" else m)
        out[prefix + m] = each(lambda v: v / servers, values) if m in ("L", "Lq", "L_per_server") else values
    return out


@case("V43")
def random_farm(lab):
    out = {}
    for servers, load in FACTS["V43"]["params"]["servers"].items():
        out |= farm(lab, int(servers), load, {"type": "random"}, 1e8, 400, ["util", "L", "Lq", "W", "Wq", "p_wait"],
                    f"N{servers}_")
    return out


@case("V44")
def round_robin_farm(lab):
    p, out = FACTS["V44"]["params"], {}
    for servers in p["servers"]:
        figures = farm(lab, servers, p["rho"], {"type": "round_robin"}, 4e7, 100, ["p_wait", "Wq", "W", "W_p99"],
                       f"N{servers}_")
        figures[f"N{servers}_sigma"] = figures.pop(f"N{servers}_p_wait")
        out |= figures
    return out


@case("V45")
def shortest_queue(lab):
    out = {}
    for load in FACTS["V45"]["params"]["rhos"]:
        out |= farm(lab, 2, load, {"type": "least_request", "full_scan": True}, 1.6e8 if load > 0.9 else 4e7,
                    1 / (1 - load) ** 2, ["W", "L_per_server", "p_wait", "W_p50", "W_p99", "P_queue_ge_2", "P_queue_ge_4"], f"rho{load}_")
    return out


@case("V47")
def two_choices(lab):
    out = {}
    for load in FACTS["V47"]["params"]["lams"]:
        run = farm(lab, FACTS["V47"]["params"]["servers"], load, {"type": "least_request"}, 2e7, 20 / (1 - load),
                   ["W"], "")
        out[f"lam{load}_T"] = run["W"]
        if load == 0.9:
            out["lam0.9_T_reproduced"] = run["W"]
    if lab.shorter > 1:
        return out
    # The tails are those of unlimitedly many servers: of ten thousand, within 2 %.
    p = FACTS["V47"]["params"]
    run = farm(lab, p["tail_servers"], 0.9, {"type": "least_request"}, 4e7, 15, [f"tail_ge{k}" for k in range(1, 6)], "")
    for tail, values in run.items():
        limit, name = expected("V47")[f"lam0.9_{tail}"], f"lam0.9_{tail}"
        out[name] = Band("V47", name, 0.98 * limit, 1.02 * limit, sum(values) / len(values))
    return out


@case("V49")
def join_idle_queue(lab):
    p, out = FACTS["V49"]["params"], {}
    for servers in p["servers"]:
        out |= farm(lab, servers, p["rho"], {"type": "join_idle_queue"}, 4e7, 100,
                    ["W", "L_per_server", "p_wait", "W_p50", "W_p99", "P_queue_ge_2", "P_queue_ge_4"],
                    f"N{servers}_rho0.8_")
    return out


@case("V50")
def queue_at_the_balancer(lab):
    p = FACTS["V50"]["params"]
    run = lab.measure(station(poisson(float(p["lam"])), pool(1), [cpu(exponential(1))], replicas=p["servers"],
                              balancing={"connection_limit": {"max_connections": 1}}), 2e7, p["lam"], relaxation=10)
    lab.note_utilization(run, p["servers"], 1)
    return readings(run, ["util", "p_wait", "Wq", "W", "Lq", "L"])


@case("V52")
def unequal_servers(lab):
    p = FACTS["V52"]["params"]
    by_speed = {"weights": [float(mu) for mu in p["mu"]]}
    split = expected("V52")["optimal_random_split_fast"]
    policies = {
        "jsq_rand": ({"type": "least_request", "full_scan": True}, {}),
        "jsq_fast": ({"type": "least_request", "full_scan": True, "tie": "first"}, {}),
        "sed_tiefast": ({"type": "shortest_expected_delay", "tie": "fastest"}, by_speed),
        "sed_tieslow": ({"type": "shortest_expected_delay", "tie": "slowest"}, by_speed),
        "weighted_random_2to1": ({"type": "random"}, by_speed),
        "optimal_random": ({"type": "random"}, {"weights": [split, 1 - split]})}
    out = {}
    for name, (balancer, balancing) in policies.items():
        run = measure_unequal(lab, p["lam"], p["mu"], 4e7, balancer=balancer, balancing=balancing)
        to_fast = each(lambda fast, slow: fast / (fast + slow), run["s.instance.0.arrival_rate"],
                       run["s.instance.1.arrival_rate"])
        own = {"W": run["s.latency.mean"], "util_fast": run["s.instance.0.cpu_cores"],
               "util_slow": run["s.instance.1.cpu_cores"], "frac_to_fast": to_fast}
        out |= {f"{name}_{m}": v for m, v in own.items() if f"{name}_{m}" in expected("V52")}
        if name == "optimal_random":
            out["optimal_random_split_fast"] = to_fast
    run = measure_unequal(lab, 1.6, p["mu"], 4e7, balancer={"type": "random"})
    return out | {"equal_random_lam1.6_W": run["s.latency.mean"]}
