"""What the statistics say of themselves, and identities that hold on any run."""

import math

from judge import Band, Limit, Row, grouped, variance
from laboratory import cpu, exponential, loop, poisson, pool, station

from cases.common import FACTS, case, each, expected


@case("V112")
def coverage(lab):
    """The intervals as the command prints them, of independent experiments with a seed each."""
    p = FACTS["V112"]["params"]
    experiments = p["experiments"] if lab.shorter == 1 else 200
    scenario = dict(station(poisson(p["rho"]), pool(1), [cpu(exponential(1))]),
                    horizon=f"{p['customers'] / p['rho']}s", warmup=f"{p['warmup_customers'] / p['rho']}s",
                    metrics={"resolution": "10000s"})
    hits = 0
    for seed in range(experiments):
        latency = lab.fly(scenario, lab.seed * 10**6 + seed, p["replications"]).result["metrics"]["s.latency.mean"]
        hits += abs(latency["mean"] - p["truth"]) <= latency["half_width_95"]
    low, high = FACTS["V112"]["bands"][str(experiments)]
    out = {"coverage": Band("V112", "coverage", low, high, hits / experiments)}
    for n in (10, 20, 30):
        latency = lab.fly(dict(scenario, horizon="100s"), replications=n).result["metrics"]["s.latency.mean"]
        out[f"t_0.975_{n - 1}"] = Row("V112", f"t_0.975_{n - 1}", expected("V112")[f"t_0.975_{n - 1}"], 1e-9,
                                      latency["half_width_95"] / latency["standard_error"])
    return out


@case("V113")
def run_length(lab):
    out = {}
    n = 2000 if lab.shorter == 1 else 300
    for rho in FACTS["V113"]["params"]["rho"][:None if lab.shorter == 1 else 2]:
        relaxation = 1 / (1 - math.sqrt(rho)) ** 2
        horizon = 200 * relaxation  # shorter, and the averages are far from normal
        run = lab.fly(dict(station(poisson(rho), pool(1), [cpu(exponential(1))]), horizon=f"{horizon!r}s",
                           warmup=f"{10 * relaxation!r}s", metrics={"resolution": f"{horizon!r}s"}), replications=n)
        number = run["s.number_in_system.mean"]
        asymptotic = grouped(lambda v: variance(v) * horizon, number)
        length = grouped(lambda v: (1.96 / 0.01) ** 2 * variance(v) * horizon / (sum(v) / len(v)) ** 2, number)
        out |= {f"rho{rho}_asym_var_N": asymptotic, f"rho{rho}_time_for_1pct_hw95": length}
    return out


@case("V114")
def common_random_numbers(lab):
    # The seed is given, so that both variants see the same numbers.
    def factor(x, y):
        return (variance(x) + variance(y)) / variance(each(lambda a, b: a - b, x, y))

    # One request in each replication, and its time.
    once = {"type": "steps", "spacing": "even", "steps": [{"at": "0s", "rate": "1/s"}, {"at": "1500ms", "rate": "0/s"}]}
    single = {}
    for mean in (1, 1 / 1.1):
        run = lab.fly(dict(station(once, pool(1), [cpu(exponential(mean))]), horizon="60s",
                           metrics={"resolution": "60s"}), lab.seed, replications=4000)
        assert all(round(60 * rate) == 1 for rate in run["s.arrival_rate"])
        single[mean] = run["s.latency.mean"]
    x, y = single[1], single[1 / 1.1]
    p = FACTS["V114"]["params"]
    horizon = p["n"] / p["lam"] if lab.shorter == 1 else p["n"] / p["lam"] / 4
    queue = {}
    for mu in p["mu"]:
        run = lab.fly(dict(station(poisson(p["lam"]), pool(1), [cpu(exponential(1 / mu))]), horizon=f"{horizon}s",
                           warmup="1000s", metrics={"resolution": f"{horizon}s"}), lab.seed, replications=2000)
        queue[mu] = run["s.latency.mean"]
    measured = grouped(factor, queue[1], queue[1.1])
    return {"exp_crn_var": grouped(lambda a, b: variance(each(lambda u, v: u - v, a, b)), x, y),
            "exp_indep_var": grouped(lambda a, b: variance(a) + variance(b), x, y),
            "exp_reduction_factor": grouped(factor, x, y), "mm1_rho.8_mu1_vs_1.1_reduction_factor_MC": measured,
            "smaller_variance": Limit("V114", "smaller_variance", -2.5, -sum(measured) / len(measured))}


@case("V126")
def identities(lab):
    """On runs of its own and on all that this invocation has made before."""
    for instance, servers in ((pool(1), 1), (pool(4), 4), (loop(4, "shared"), 4)):
        run = lab.measure(station(poisson(0.8 * servers), instance, [cpu(exponential(1))]), 2e7, 0.8 * servers,
                          relaxation=100, waits=servers)
        lab.note_utilization(run, servers, 1)
    sharing = {"runtime": {"type": "processor_sharing", "cores": 2}}
    run = lab.measure(station(poisson(1.4), sharing, [cpu(exponential(1))]), 2e7, 1.4, relaxation=100)
    lab.note_utilization(run, 2, 1)
    # Begins and ends empty: Little's law on the path itself.
    wave = {"type": "steps", "steps": [{"at": "0s", "rate": "12/s"}, {"at": "600s", "rate": "0/s"}]}
    for instance in (pool(4), sharing, loop(4, "random")):
        with_io = [cpu(exponential(0.02)), {"io": exponential(0.2)}, cpu(exponential(0.01))]
        for work in ([cpu(exponential(0.05))], with_io):
            run = lab.fly(dict(station(wave, instance, work), horizon="1000s"))
            service = run.result["services"][0]
            assert service["arrived"] == service["outcomes"]["completed"] and service["in_flight_at_end"] == 0
            lab._note_little(run, "s.number_in_system.mean", "s", "s.latency.mean")
            number, spent = run.mean("s.number_in_system.mean"), run.mean("s.throughput") * run.mean("s.latency.mean")
            lab.note("exact_sample_path_little_gap", abs(number - spent) / number)
    return {name: Limit("V126", f"{name} ({lab.gaps[name][1]})", limit, lab.gaps[name][0])
            for name, limit in FACTS["V126"]["limits"].items()}
