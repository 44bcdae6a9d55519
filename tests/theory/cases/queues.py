"""Single stations."""

import math

from laboratory import constant, cpu, exponential, function, law, loop, poisson, pool, station

from cases.common import FACTS, case, each, fcfs, measure_unequal, read, readings


@case("V1")
def mm1(lab):
    return fcfs(lab, "V1", 4e7, 0.8, exponential(1))


@case("V4")
def mm10(lab):
    return fcfs(lab, "V4", 2e7, 8.0, exponential(1), servers=10, relaxation=10)


@case("V6")
def mm2(lab):
    return fcfs(lab, "V6", 2e7, 1.6, exponential(1), servers=2, relaxation=50)


@case("V7")
def mm100(lab):
    return fcfs(lab, "V7", 4e7, 90.0, exponential(1), servers=100, relaxation=5)


@case("V8")
def call_centre(lab):
    # A minute is a second here. Of 1000 callers one hangs up after exactly the target: by PASTA the share of those that
    # do is the share that waits longer. Their hanging up relieves the rest by 1e-4 of the load.
    p = FACTS["V8"]["params"]
    rate, tagged = p["lam_per_min"], 1e-3
    service = exponential(1 / p["mu_per_min"])
    scenario = station(poisson(rate * (1 - tagged)), pool(p["c"]), [cpu(service)])
    scenario["traffic"].append({"name": "probe", "to": "s", "arrivals": poisson(rate * tagged),
                                "patience": constant(p["target_min"])})
    run = lab.measure(scenario, 1e8, rate, relaxation=10, waits=p["c"])
    return {"service_level": run["probe.success_ratio"], "Wq_min": run["t.wait_time.mean"],
            **readings(run, ["occupancy", "p_wait"])}


@case("V9")
def loss_and_delay(lab):
    out = {}
    for i, row in enumerate(FACTS["V9"]["params"]["rows"], 1):
        instance, work = pool(row["c"], room=row["K"]), [cpu(exponential(1 / row["mu"]))]
        run = lab.measure(station(poisson(row["lam"]), instance, work), 8e6, row["lam"], number=True)
        out |= readings(run, ["p0", "p_block", "L", "X", "W", "Wq", "util"], f"case{i}_")
    return out


@case("V11")
def finite_buffer(lab):
    out = {}
    for rate in FACTS["V11"]["params"]["lams"]:
        # Three times overloaded it is idle for 11 ppm of the time: to see that takes a long run.
        rare = rate > 2
        run = lab.measure(station(poisson(float(rate)), pool(1, room=10), [cpu(exponential(1))]),
                          3e9 if rare and lab.shorter == 1 else 3e7, rate, relaxation=50, number=True)
        out |= readings(run, ["p0", "p_block", "L", "X", "W", "Wq", "util"], f"lam{float(rate)}_")
        if rare and lab.shorter > 1:
            del out[f"lam{float(rate)}_p0"]
    return out


@case("V12")
def md1(lab):
    return fcfs(lab, "V12", 2e7, 0.8, constant(1), relaxation=50)


@case("V13")
def md4(lab):
    return fcfs(lab, "V13", 1e7, 3.2, constant(1), servers=4, relaxation=15)


@case("V14")
def mg1_lognormal(lab):
    return fcfs(lab, "V14", 1.6e8, 0.7, law("lognormal", 1, cv=2), relaxation=100)


@case("V16")
def mg1_heavy_tail(lab):
    p = FACTS["V16"]["params"]
    service = {"type": "bounded_pareto", "shape": p["alpha"], "low": f"{p['k']}s", "high": f"{p['p']}s"}
    return fcfs(lab, "V16", 6e7, p["lam"], service, relaxation=2000, mean=p["rho"] / p["lam"])


@case("V17")
def me4_1(lab):
    return fcfs(lab, "V17", 2e7, 0.9, law("erlang", 1, stages=4), relaxation=250)


@case("V18")
def processor_sharing(lab):
    instance = {"runtime": {"type": "processor_sharing", "cores": 1}}
    out = {}
    services = {"": exponential(1), "@det": constant(1), "@H2": law("hyperexponential", 1, cv=3),
                "@lognormal": law("lognormal", 1, cv=2)}
    for name, service in services.items():
        arrivals = 1.2e8 if name in ("@H2", "@lognormal") else 4e7
        run = lab.measure(station(poisson(0.8), instance, [cpu(service)]), arrivals, 0.8, relaxation=300, number=True)
        lab.note_utilization(run, 1, 1)
        out |= {m + name: v for m, v in readings(run, ["W", "L", "P_N_ge_10"]).items()}
        if name == "":
            out["var_W_exp_service"] = each(lambda sd: sd * sd, run["s.latency.sd"])
    # Requests of known sizes among others, at the same load.
    sizes = {"size_0p1": (0.1, 0.03), "size_1": (1.0, 0.03), "size_10": (10.0, 0.03)}
    rest = 1 - sum(share for _, share in sizes.values())
    rest_mean = (1 - sum(size * share for size, share in sizes.values())) / rest
    run = lab.measure(
        station(poisson(0.8), instance,
                {**{name: [cpu(constant(size))] for name, (size, _) in sizes.items()},
                 "default": [cpu(law("hyperexponential", rest_mean, cv=3))]},
                mix={**{name: share for name, (_, share) in sizes.items()}, "rest": rest}), 3e7, 0.8, relaxation=300)
    for name in sizes:
        out["W_" + name] = run[f"t.{name}.latency.mean"]
    out["slowdown"] = each(lambda *times: sum(t / x for t, (x, _) in zip(times, sizes.values())) / len(sizes),
                           *(run[f"t.{name}.latency.mean"] for name in sizes))
    return out


@case("V20")
def e2_m_1(lab):
    out = fcfs(lab, "V20", 2e7, 0.8, exponential(1), law_of_arrivals={
        "type": "renewal", "inter_arrival": law("erlang", 1.25, stages=2)})
    return out | {"sigma": out["p_wait"]}


@case("V22")
def h2_m_1(lab):
    p = FACTS["V22"]["params"]
    branches = [{"share": p["p"], "mean": f"{1 / p['rate1']!r}s"},
                {"share": 1 - p["p"], "mean": f"{1 / p['rate2']!r}s"}]
    out = fcfs(lab, "V22", 6e7, 0.8, exponential(1), relaxation=300, law_of_arrivals={
        "type": "renewal", "inter_arrival": {"type": "hyperexponential", "branches": branches}})
    return out | {"sigma": out["p_wait"]}


def erlang_a(lab, number, arrivals):
    """A minute is a second here."""
    p = FACTS[number]["params"]
    run = lab.measure(station(poisson(p["lam"]), pool(p["c"]), [cpu(exponential(1 / p["mu"]))],
                              patience=exponential(1 / p["theta"])), arrivals, p["lam"], relaxation=10 / p["mu"])
    return readings(run, ["p_wait", "p_abandon", "Lq", "util", "throughput"]) | {"Wq_all": run["s.wait_time.mean"]}


@case("V23")
def abandonment(lab):
    out = erlang_a(lab, "V23", 2e7)
    patient = lab.measure(station(poisson(48.0), pool(50), [cpu(exponential(1))]), 1e8, 48.0, relaxation=60, waits=50)
    minute = lambda values: each(lambda v: 60 * v, values)
    return out | {"Wq_all_sec": minute(out["Wq_all"]), "ErlangC_Wq_sec": minute(patient["s.wait_time.mean"])}


@case("V25")
def abandonment_published(lab):
    return erlang_a(lab, "V25", 3e7)


@case("V33")
def cold_starts(lab):
    def one(setup):
        return station(poisson(0.6), function(), [cpu(exponential(1))],
                       startup=[{"phase": "boot", "time": setup}],
                       autoscaler={"type": "per_request", "keep_alive": "0s", "max_instances": 1,
                                   "at_maximum": "queue"})

    out = {}
    for name, setup in (("exp", exponential(10)), ("det", constant(10))):
        run = lab.measure(one(setup), 1e7, 0.6, relaxation=100)
        out |= {f"{name}_setup_T": run["s.latency.mean"], f"{name}_setup_Wq": run["s.wait_time.mean"]}
        if name == "exp":
            out["p_server_off_exp"] = each(lambda alive: 1 - alive, run["s.replicas.mean"])
            out["mean_frac_setup_exp"] = each(lambda a, b: a - b, run["s.replicas.mean"], run["s.replicas.ready_mean"])
    for name, sleep in (("exp_mean2", exponential(2)), ("det_2", constant(2))):
        run = lab.measure(station(poisson(0.6), pool(1, poll_interval=sleep), [cpu(exponential(1))]), 1e7, 0.6,
                          relaxation=50)
        out[f"vacation_{name}_Wq"] = run["s.wait_time.mean"]
    return out


@case("V35")
def unlimited_with_setup(lab):
    """Every request that finds nobody free starts a server, and the first free one takes it."""
    p = FACTS["V35"]["params"]
    rate = float(p["lam"])
    scenario = station(poisson(rate), function(), [{"io": exponential(1 / p["mu"])}], replicas=0,
                       startup=[{"phase": "boot", "time": exponential(1 / p["alpha"])}],
                       autoscaler={"type": "per_request", "waiting": "first_free", "cancel_starts": True,
                                   "max_instances": 1000, "keep_alive": "0s"})
    run = lab.measure(scenario, 2e7, rate, relaxation=1 / p["alpha"])
    return {"mean_busy": run["s.io_in_flight.mean"], "mean_waiting": run["s.queue_length.mean"],
            "Wq": run["s.wait_time.mean"], "T": run["s.latency.mean"]}


@case("V36")
def modulated_arrivals(lab):
    p = FACTS["V36"]["params"]
    states = [{"rate": f"{rate}/s", "mean_duration": f"{1 / leaves!r}s"} for rate, leaves in zip(p["rates"], p["switch"])]
    run = lab.measure(station({"type": "burst", "states": states}, pool(1), [cpu(exponential(1 / p["mu"]))]), 4e7, 0.7,
                      relaxation=1000, number=True)
    poisson_run = lab.measure(station(poisson(0.7), pool(1), [cpu(exponential(1 / p["mu"]))]), 2e7, 0.7, relaxation=100)
    at_least = {n: run.mean(f"s.number_in_system.share_at_least.{n}") for n in (20, 21)}
    decay = each(lambda a, b: b / a, run["s.number_in_system.share_at_least.20"],
                 run["s.number_in_system.share_at_least.21"])
    assert at_least[20] > at_least[21]
    return readings(run, ["util", "L", "W", "Wq"]) | {
        "mean_rate": run["s.arrival_rate"], "decay_rate": decay, "p_empty": read(run, "p0"),
        "P_N_ge_20": run["s.number_in_system.share_at_least.20"],
        "Poisson_W_same_rate": poisson_run["s.latency.mean"]}


@case("V38")
def two_unequal_servers(lab):
    """Behind one queue. The fast one is the balancer's first."""
    p = FACTS["V38"]["params"]
    run = measure_unequal(lab, p["lam"], p["mu"], 2e7, balancer={"type": "first", "max_connections": 1},
                          balancing={"connection_limit": {"max_connections": 1}})
    return {"L": run["s.number_in_system.mean"], "W": run["s.latency.mean"], "p_wait": run["s.wait_time.share_waited"],
            "util_fast": run["s.instance.0.cpu_cores"], "util_slow": run["s.instance.1.cpu_cores"]}


@case("V39")
def batches(lab):
    """Geometric batches: the next request comes at once, or with the next batch."""
    p = FACTS["V39"]["params"]
    last = 1 / p["batch_mean"]
    gaps = {"type": "mixture", "parts": [{"share": 1 - last, "distribution": constant(0.0)},
                                              {"share": last, "distribution": exponential(1 / p["batch_rate"])}]}
    run = lab.measure(station({"type": "renewal", "inter_arrival": gaps}, pool(1), [cpu(exponential(1 / p["mu"]))]), 4e7,
                      p["batch_rate"] * p["batch_mean"], relaxation=500, number=True)
    tail = each(lambda a, b: b / a, run["s.number_in_system.share_at_least.10"],
                run["s.number_in_system.share_at_least.11"])
    return readings(run, ["L", "util", "W", "Wq"]) | {"tail_base": tail}


@case("V40")
def diurnal_load(lab):
    """Hours as seconds. The first harmonic of the mean number there, by stretches of days."""
    p = FACTS["V40"]["params"]
    day, groups, bins = p["period"], 20, 48
    days = p["days"] if lab.shorter == 1 else p["days"] // 8
    step = day / bins
    arrivals = {"type": "diurnal", "mean": f"{p['lam_bar']}/s", "amplitude": p["a"], "period": f"{day}s",
                "peak_at": f"{day / 4}s"}
    scenario = station(arrivals, loop(), [{"io": exponential(1 / p["mu"])}])
    run = lab.fly(dict(scenario, warmup=f"{2 * day}s", horizon=f"{days * day}s", metrics={"resolution": f"{step}s"}))
    times, there = run.column("in_flight")
    turn = [2 * math.pi * (t - step / 2) / day for t in times]  # a point is the mean over the bin before it …
    damping = math.sin(math.pi / bins) / (math.pi / bins)       # … which a wave loses so much by
    size, out = len(there) // groups, {}
    for g in range(groups):
        part = range(g * size, (g + 1) * size)
        mean = sum(there[i] for i in part) / size
        a = 2 * sum(there[i] * math.cos(turn[i]) for i in part) / size / damping
        b = 2 * sum(there[i] * math.sin(turn[i]) for i in part) / size / damping
        height, at = math.hypot(a, b), math.atan2(b, a) * day / (2 * math.pi)
        values = {"amplitude_rel": height / mean, "lag": at - day / 4, "peak_mean": mean + height,
                  "trough_mean": mean - height, "mean_at_t6": mean + b}
        for key, value in values.items():
            out.setdefault(key, []).append(value)
    return out


@case("V42")
def fluid(lab):
    p = FACTS["V42"]["params"]
    arrivals = {"type": "steps", "spacing": "even",
                "steps": [{"at": "0s", "rate": f"{p['lam_burst']}/s"},
                          {"at": f"{p['T']}s", "rate": f"{p['lam_after']}/s"}]}
    scenario = station(arrivals, pool(1), [cpu(constant(1 / p["mu"]))])
    run = lab.fly(dict(scenario, horizon="300s", metrics={"resolution": "100ms"}))
    times, waiting = run.column("queue_length")
    drained = next(t for t, n in zip(times, waiting) if t > p["T"] and n < 1)
    return {"backlog_at_end": max(waiting), "max_wait": run.mean("s.wait_time.max"), "drain_time": drained - p["T"],
            "total_delay_area": run.mean("s.queue_length.mean") * 300}
