"""Functions, staffing and bills."""

import math

from judge import Published, mean_and_error, ratio, student_t
from laboratory import constant, cpu, exponential, function, poisson, pool, station

from cases.common import FACTS, case, each


@case("V58")
def keep_alive(lab):
    p = FACTS["V58"]["params"]
    out = {}
    for gap, keep in p["pairs_iat_T"]:
        scenario = station(poisson(1 / gap), function(), [{"io": {"type": "constant", "value": "1us"}}], replicas=0,
                           autoscaler={"type": "per_request", "keep_alive": f"{keep}s"})
        run = lab.measure(scenario, 2e7, 1 / gap, relaxation=gap * math.exp(keep / gap))
        rate, share, instances = run["s.arrival_rate"], run["s.cold_requests"], run["s.replicas.mean"]
        cold = each(lambda a, b: a * b, rate, share)
        # Both hours are of the same horizon.
        idle = each(lambda n, idle, all_: n * idle / all_, instances, run["s.idle_hours"], run["s.instance_hours"])
        own = {"p_cold": share, "warm_fraction_of_time": instances, "mean_instance_lifetime": ratio(instances, cold),
               "mean_idle_cost_per_request": ratio(idle, rate)}
        out |= {f"iat{gap}_T{keep}_{m}": v for m, v in own.items()}
    return out


@case("V60")
def simfaas(lab):
    """Two published runs of a million seconds each: they must lie where a further run of ours would lie. A cold request
    there takes 2.244 s on average as a whole, here 0.253 s of start-up and then as long as a warm one."""
    facts = FACTS["V60"]
    p = facts["params"]
    scenario = station(poisson(p["lam"]), function(), [{"io": exponential(p["warm"])}], replicas=0,
                       startup=[{"phase": "boot", "time": f"{p['cold'] - p['warm']:.3f}s"}],
                       autoscaler={"type": "per_request", "keep_alive": f"{p['T']}s", "next_idle": "newest",
                                   "max_instances": p["max_concurrency"]})
    run = lab.fly(dict(scenario, horizon=f"{p['seconds']}s", warmup="20000s", metrics={"resolution": "1000s"}),
                  replications=20)
    instances, share = run["s.replicas.mean"], run["s.cold_requests"]
    idle = each(lambda n, idle, all_: n * idle / all_, instances, run["s.idle_hours"], run["s.instance_hours"])
    own = {"p_cold": share, "mean_instances": instances, "mean_idle": idle,
           "mean_running": each(lambda a, b: a - b, instances, idle),
           "mean_lifespan": each(lambda n, c, rate: n / (c * rate), instances, share, run["s.arrival_rate"])}
    out = {f"{where}_{m}": Published(f"{where}_{m}", published[m], own[m], case="V60")
           for where, published in facts["published"].items() for m in published}
    return out | {"p_reject": run["s.loss.rejected_throttled"]}


def fewest_servers(lab, rate, metric, limit):
    """The least servers with which the metric keeps the limit, by bisection. Each run is made four times longer until it
    tells on which side it is, with 99.9 %."""
    def keeps(servers):
        arrivals = 4e6
        while True:
            # Near saturation a queue takes its time: 1 / (sqrt(c) - sqrt(R))^2.
            relaxation = 1 / (math.sqrt(servers) - math.sqrt(rate)) ** 2
            run = lab.measure(station(poisson(float(rate)), pool(servers), [cpu(exponential(1))]), arrivals * lab.shorter,
                              rate, relaxation=relaxation)
            mean, error = mean_and_error(run["s." + metric])
            if abs(mean - limit) > student_t(0.9995, 19) * error:
                return mean <= limit
            arrivals *= 4

    too_few, enough = rate, math.ceil(rate + 4 * math.sqrt(rate))
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if keeps(middle) else (middle, enough)
    return enough


def fewest_by_theory(lab, rate, keeps):
    """By what the command says beside a run of what theory says of it: no run of minutes tells 19.98 % from 20 %, or the
    99th percentile of 528 servers from that of 527. `keeps` is told how many servers there are more than work for, and
    the share of those who wait."""
    servers = rate + 1
    while True:
        run = lab.fly(dict(station(poisson(float(rate)), pool(servers), [cpu(exponential(1))]), horizon="1s"), seed=1)
        theory = next(t for t in run.result["theory"] if t["service"] == "s")
        assert theory["standing"] == "exact", theory
        wait = next(f["low"] for f in theory["figures"] if f["metric"] == "s.wait_time.mean")
        if keeps(servers - rate, wait * (servers - rate)):
            return float(servers)
        servers += 1


def wait_beyond(spare, waits, time):
    return waits * math.exp(-spare * time)


def latency_beyond(spare, waits, time):
    """A service time of mean 1, and for those who wait an exponential time at the rate of the spare servers before it."""
    if spare == 1:
        return (1 + waits * time) * math.exp(-time)
    return math.exp(-time) + waits * (math.exp(-time) - math.exp(-spare * time)) / (spare - 1)


@case("V62")
def setup_and_delayed_off(lab):
    out = {}
    for p in FACTS["V62"]["params"]["configs"]:
        rate = p["lam"]
        scenario = station(poisson(rate), function(), [{"io": exponential(1)}], replicas=0,
                           startup=[{"phase": "boot", "time": exponential(1 / p["alpha"])}],
                           autoscaler={"type": "per_request", "waiting": "first_free", "cancel_starts": True,
                                       "max_instances": p["k"], "at_maximum": "queue",
                                       "keep_alive": {"type": "random", "time": exponential(1 / p["beta"])}})
        # Rarely all are off at once where they stay on for long under load.
        run = lab.measure(scenario, p["requests"], rate, relaxation=1 / p["beta"])
        own = {"T": run["s.latency.mean"], "L": run["s.number_in_system.mean"], "mean_on": run["s.replicas.ready_mean"],
               "mean_setup": each(lambda all_, on: all_ - on, run["s.replicas.mean"], run["s.replicas.ready_mean"]),
               "p_zero_on": run["s.none_ready_time"], "cold_starts_per_request": run["s.cold_requests"]}
        out |= {f"lam{float(rate)}_be{float(p['beta'])}_{m}": v for m, v in own.items()}
    return out


@case("V63")
def square_root_staffing(lab):
    # Waiting comes in spells, the longer the larger the fleet and the rarer the more servers: only full runs see enough.
    def requests(load, beta):
        if load > 1000:
            return 6e8 if beta < 1.5 else 1.5e9
        return 4e7 if beta < 2 else 1.6e8

    p, out = FACTS["V63"]["params"], {}
    for load in p["R"]:
        if load > 1000 and lab.shorter > 1:
            continue
        for beta in p["beta"]:
            servers = math.ceil(load + beta * math.sqrt(load) - 1e-9)
            run = lab.measure(station(poisson(float(load)), pool(servers), [cpu(exponential(1))]),
                              requests(load, beta), load, relaxation=10)
            out[f"exact_C_R{load}_beta{beta}"] = run["s.wait_time.share_waited"]
    for rate in p["fast_lams" if lab.shorter > 1 else "lams"]:
        asked = {"Wqp99_le_0p1": ("wait_time.p99", 0.1), "Wp99_le_5p0": ("latency.p99", 5.0)}
        if rate <= 50:  # with 111 servers for 100 erlangs 19.98 % wait
            asked["pwait20"] = ("wait_time.share_waited", 0.2)
        for name, (metric, limit) in asked.items():
            if rate <= 100:
                out[f"min_c_{name}_lam{rate}"] = float(fewest_servers(lab, rate, metric, limit))
        by_theory = {"pwait20": lambda spare, waits: waits <= 0.2,
                     "Wqp99_le_0p1": lambda spare, waits: wait_beyond(spare, waits, 0.1) <= 0.01,
                     "Wp99_le_5p0": lambda spare, waits: latency_beyond(spare, waits, 5.0) <= 0.01}
        for name, keeps in by_theory.items():
            key = f"min_c_{name}_lam{rate}"
            out[key if rate > 100 or name not in asked else key + "@theory"] = fewest_by_theory(lab, rate, keeps)
    return out


@case("V70")
def billing(lab):
    p = FACTS["V70"]["params"]
    (_, night), (opens, day), (closes, _) = p["schedule"]
    fleet = dict(station(poisson(0.01), pool(1), [cpu(constant(1))], replicas=night,
                         autoscaler={"type": "scheduled", "min_replicas": night, "sync_period": "1s",
                                     "windows": [{"start": f"0 {opens} * * *", "for": f"{closes - opens}h",
                                                  "min_replicas": day}]}),
                 horizon="24h", cost={"per_instance_hour": {"s": p["price"]}}, metrics={"resolution": "1h"})
    run = lab.fly(fleet)
    out = {"instance_hours_per_day": run.mean("s.instance_hours"), "cost_per_day_at_0p0832": run.mean("cost.total")}

    # Allowances are for a month, which is 730 hours.
    f = p["lam"]
    month = 730 * 3600
    even = {"type": "steps", "spacing": "even", "steps": [{"at": "0s", "rate": f"{f['requests'] / month!r}/s"}]}
    price = {"per_gb_second": f["price_gbs"], "per_million_requests": f["price_req"] * 1e6,
             "memory": f"{1024 * f['gb']:.0f}Mi"}
    free = {"gb_seconds": f["free_gbs"], "requests": f["free_req"]}
    run = lab.fly(dict(station(even, function(), [{"io": constant(f["dur"])}], replicas=0,
                               autoscaler={"type": "per_request"}),
                       horizon="730h", cost={"functions": {"s": price}, "free_tier": free},
                       metrics={"resolution": "24h"}))
    out |= {"lambda_gb_s": run.mean("s.gb_seconds"), "lambda_compute_usd": run.mean("cost.compute"),
            "lambda_request_usd": run.mean("cost.requests"), "lambda_total_usd": run.mean("cost.total")}

    # An instance for each of a hundred jobs of 35 s.
    jobs = {"type": "steps", "spacing": "even", "steps": [{"at": "0s", "rate": "1/s"}, {"at": "100s", "rate": "0/s"}]}
    run = lab.fly(dict(station(jobs, function(), [{"io": constant(35)}], replicas=0,
                               autoscaler={"type": "per_request", "keep_alive": "0s"}), horizon="1h",
                       cost={"per_instance_hour": {"s": 1}, "minimum_instance_time": "60s"}))
    out["min60s_billing_35s_run_s"] = run.mean("s.billed_hours") * 3600 / run.mean("s.cold_starts")

    # So rare that hardly any meet: of gaps with this mean, p_cold are longer than the keep-alive.
    m, gap = p["mix"], 10000
    keep = -gap * math.log(m["p_cold"])
    run = lab.measure(station(poisson(1 / gap), function(), [{"io": exponential(m["warm_mean"])}], replicas=0,
                              startup=[{"phase": "boot", "time": f"{m['cold_extra']}s"}],
                              autoscaler={"type": "per_request", "keep_alive": f"{keep!r}s"}), 1e7, 1 / gap)
    return out | {"cold_mix_p99": run["s.latency.p99"], "cold_mix_p999": run["s.latency.p99.9"]}
