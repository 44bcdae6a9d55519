"""Each case: scenarios, and which of their figures is which. Expected values and sources stand in cases.json."""

import json
import math
import pathlib

from judge import Band, Limit, Published, Reproduced, Row, grouped, mean_and_error, ratio, student_t, variance
from laboratory import constant, cpu, exponential, function, law, loop, poisson, pool, station

FACTS = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
CASES = {}


def case(number):
    def register(function):
        CASES[number] = function
        return function
    return register


def each(function, *samples):
    return [function(*values) for values in zip(*samples)]


# What theory calls it, and what the command does.
NAMES = {"util": "utilization", "L": "number_in_system.mean", "Lq": "queue_length.mean", "X": "throughput",
         "throughput": "throughput", "W": "latency.mean", "Wq": "wait_time.mean", "p_wait": "wait_time.share_waited",
         "p_block": "loss.rejected_full", "p_abandon": "loss.abandoned", "sd_W": "latency.sd", "var_N":
         "number_in_system.variance", "occupancy": "utilization"}
for short, long in (("W", "latency"), ("Wq", "wait_time")):
    for q in ("p50", "p95", "p99"):
        NAMES[f"{short}_{q}"] = f"{long}.{q}"
    NAMES[f"{short}_p999"] = f"{long}.p99.9"


def read(run, metric):
    if metric == "var_Wq":
        return each(lambda sd: sd * sd, run["s.wait_time.sd"])
    if metric == "p0":
        return each(lambda share: 1 - share, run["s.number_in_system.share_at_least.1"])
    if metric == "P_N_ge_10":
        return run["s.number_in_system.share_at_least.10"]
    return run["s." + NAMES[metric]]


def readings(run, metrics, prefix=""):
    return {prefix + m: read(run, m) for m in metrics}


def expected(number):
    return FACTS[number]["expected"]


def fcfs(lab, number, arrivals, rate, service, servers=1, relaxation=100.0, law_of_arrivals=None, mean=1.0):
    """One queue, all the case's metrics. Times in seconds, whatever the unit of the case."""
    run = lab.measure(station(law_of_arrivals or poisson(rate), pool(servers), [cpu(service)]), arrivals, rate,
                      relaxation, number=True, waits=servers if law_of_arrivals is None and servers <= 100 else None)
    lab.note_utilization(run, servers, mean)
    return readings(run, [m for m in expected(number) if m != "sigma"])


# --- queues ----------------------------------------------------------------------------------------------------------


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
    def function(setup):
        return station(poisson(0.6), {"runtime": {"type": "function"}}, [cpu(exponential(1))],
                       startup=[{"phase": "boot", "time": setup}],
                       autoscaler={"type": "per_request", "keep_alive": "0s", "max_instances": 1,
                                   "at_maximum": "queue"})

    out = {}
    for name, setup in (("exp", exponential(10)), ("det", constant(10))):
        run = lab.measure(function(setup), 1e7, 0.6, relaxation=100)
        out |= {f"{name}_setup_T": run["s.latency.mean"], f"{name}_setup_Wq": run["s.wait_time.mean"]}
        if name == "exp":
            out["p_server_off_exp"] = each(lambda alive: 1 - alive, run["s.replicas.mean"])
            out["mean_frac_setup_exp"] = each(lambda a, b: a - b, run["s.replicas.mean"], run["s.replicas.ready_mean"])
    for name, sleep in (("exp_mean2", exponential(2)), ("det_2", constant(2))):
        run = lab.measure(station(poisson(0.6), pool(1, poll_interval=sleep), [cpu(exponential(1))]), 1e7, 0.6,
                          relaxation=50)
        out[f"vacation_{name}_Wq"] = run["s.wait_time.mean"]
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


# --- statistics ------------------------------------------------------------------------------------------------------


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


# --- networks of queues ----------------------------------------------------------------------------------------------


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
    """Behind one queue. The fast one is the older, and the balancer's first."""
    p = FACTS["V38"]["params"]
    fast, slow = p["mu"]
    scenario = station(poisson(float(p["lam"])), dict(pool(1)), [cpu(exponential(1 / fast))], replicas=2,
                       balancer={"type": "first", "max_connections": 1},
                       balancing={"connection_limit": {"max_connections": 1}})
    scenario["faults"] = [{"type": "slow_instances", "service": "s", "count": 1, "which": "newest", "at": "0s",
                           "factor": fast / slow}]
    run = lab.measure(scenario, 2e7, p["lam"], relaxation=20)
    return {"L": run["s.number_in_system.mean"], "W": run["s.latency.mean"], "p_wait": run["s.wait_time.share_waited"]}


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


# --- admission -------------------------------------------------------------------------------------------------------


@case("V32")
def priorities(lab):
    p = FACTS["V32"]["params"]
    rate = sum(p["lam"])

    def by(queue):
        scenario = station(poisson(rate), dict(pool(1), queue=queue), [cpu(exponential(1 / p["mu"]))])
        scenario["traffic"][0]["mix"] = {"high": p["lam"][0] / rate, "low": p["lam"][1] / rate}
        scenario["services"]["s"]["priorities"] = {"high": 1}
        return lab.measure(scenario, 2e7, rate, relaxation=100)

    waiting, preempted = by({"type": "priority"}), by({"type": "priority", "preempts": True})
    high, low = waiting["t.high.wait_time.mean"], waiting["t.low.wait_time.mean"]
    first = lab.measure(station(poisson(rate), pool(1), [cpu(exponential(1 / p["mu"]))]), 2e7, rate, relaxation=100)
    return {"np_Wq1": high, "np_Wq2": low, "pr_T1": preempted["t.high.latency.mean"],
            "pr_T2": preempted["t.low.latency.mean"], "fcfs_Wq": first["s.wait_time.mean"],
            "conservation_sum_rhoWq": each(lambda a, b: (p["lam"][0] * a + p["lam"][1] * b) / p["mu"], high, low)}


def behind_bucket(arrivals, p):
    return station(arrivals, pool(100), [cpu(constant(0.0001))],
                   admission={"rate_limits": [{"type": "token_bucket", "rate": f"{p['rate']}/s", "burst": p["burst"]}]})


@case("V84")
def token_bucket(lab):
    p = FACTS["V84"]["params"]
    out = {}
    for rate in p["lams"]:
        run = lab.measure(behind_bucket(poisson(float(rate)), p), 2e7, rate, relaxation=100)
        out |= {f"lam{float(rate)}_reject": run["s.loss.rejected_rate_limited"],
                f"lam{float(rate)}_accepted_rate": run["s.throughput"]}
    # Ten a second for ten seconds, from a full bucket on: what it holds, and what comes in.
    burst = dict(behind_bucket({"type": "constant", "rate": "10/s"}, p), horizon="10060ms")
    run = lab.fly(burst, replications=2)
    return out | {"det_max_in_10s": each(lambda rate: float(round(rate * 10.06)), run["s.throughput"])}


@case("V86")
def goodput_within_a_deadline(lab):
    p = FACTS["V86"]["params"]
    out = {}
    for room in p["K"]:
        if f"K{room}_goodput" not in expected("V86"):
            continue
        scenario = station(poisson(float(p["lam"])), pool(1, room=room), [cpu(exponential(1 / p["mu"]))])
        scenario["traffic"][0]["timeout"] = f"{p['tau']}s"
        rare = room >= 20
        run = lab.measure(scenario, 4e8 if rare else 4e7, p["lam"], relaxation=50)
        if not (rare and lab.shorter > 1):
            out[f"K{room}_goodput"] = run["s.throughput"]
    return out


# --- event loops -----------------------------------------------------------------------------------------------------


@case("V127")
def processes(lab):
    p = FACTS["V127"]["params"]
    out = {}
    for c in p["c"]:
        rate = p["rho"] * c
        # Round robin and random give every process its own queue, so they need as many arrivals for each.
        shared = lab.measure(station(poisson(rate), loop(c, "shared"), [cpu(exponential(1))]), 8e6, rate,
                             relaxation=100 / c, waits=c)
        apart = lab.measure(station(poisson(rate), loop(c, "random"), [cpu(exponential(1))]), 2e7, rate, relaxation=100)
        turns = lab.measure(station(poisson(rate), loop(c, "round_robin"), [cpu(exponential(1))]), 2e7, rate,
                            relaxation=100)
        fast = lab.measure(station(poisson(rate), loop(1), [cpu(exponential(1 / c))]), 2e7, rate, relaxation=100 / c)
        out |= {f"c{c}_one_queue_W": shared["s.latency.mean"], f"c{c}_c_queues_random_W": apart["s.latency.mean"],
                f"c{c}_c_queues_rr_W": turns["s.latency.mean"],
                f"c{c}_ratio_random_over_shared": ratio(apart["s.latency.mean"], shared["s.latency.mean"]),
                f"c{c}_one_queue_p99": shared["s.latency.p99"], f"c{c}_random_p99": apart["s.latency.p99"],
                f"c{c}_rr_p99": turns["s.latency.p99"], f"c{c}_one_fast_server_W": fast["s.latency.mean"]}
    return out


def milliseconds(values):
    return each(lambda v: 1000 * v, values)


@case("V128")
def blocked_loop(lab):
    p = FACTS["V128"]["params"]
    short, long = p["sizes"]
    work = {"short": [cpu(constant(short))], "long": [cpu(constant(long))]}
    mix = {"short": 1 - p["p_long"], "long": p["p_long"]}
    run = lab.measure(station(poisson(p["lam"]), loop(), work, mix=mix), 4e7, p["lam"], relaxation=5, waits=1)
    without = lab.measure(station(poisson(p["lam"] * (1 - p["p_long"])), loop(), [cpu(constant(short))]), 1e7, p["lam"],
                          relaxation=0.1, waits=1)
    return {"rho": run["s.utilization"],
            "mean_service_ms": milliseconds(ratio(run["s.utilization"], run["s.throughput"])),
            "Wq_ms": milliseconds(run["s.wait_time.mean"]), "W_short_ms": milliseconds(run["t.short.latency.mean"]),
            "W_long_ms": milliseconds(run["t.long.latency.mean"]),
            "Wq_without_long_ms": milliseconds(without["s.wait_time.mean"]),
            "blowup": ratio(run["s.wait_time.mean"], without["s.wait_time.mean"]),
            "sd_Wq_ms": milliseconds(run["s.wait_time.sd"])}


@case("V130")
def worker_threads(lab):
    p = FACTS["V130"]["params"]
    long_rate = p["lam"] * p["p_long"]
    mix = {"short": 1 - p["p_long"], "long": p["p_long"]}
    work = {"short": [cpu(constant(0.001))], "long": [cpu(exponential(0.1), on="worker")]}
    run = lab.measure(station(poisson(float(p["lam"])), loop(worker_threads=p["pool"]), work, mix=mix), 2e7, p["lam"],
                      relaxation=1)
    # A long job waits once in 3700 times, so to see how often takes long jobs alone; the others never meet them.
    alone = lab.measure(station(poisson(long_rate), loop(worker_threads=p["pool"]), {"default": work["long"]}), 4e7,
                        long_rate, relaxation=1)
    work["long"] = [cpu(constant(0.1))]
    before = lab.measure(station(poisson(float(p["lam"])), loop(), work, mix=mix), 4e7, p["lam"], relaxation=5)
    return {"loop_rho": run["s.utilization"], "loop_Wq_ms": milliseconds(run["t.short.wait_time.mean"]),
            "short_W_ms": milliseconds(run["t.short.latency.mean"]), "pool_util": run["s.worker.utilization"],
            "pool_p_wait": alone["s.worker.share_waited"], "pool_W_ms": milliseconds(run["t.long.latency.mean"]),
            "before_Wq_ms": milliseconds(before["s.wait_time.mean"])}


@case("V132")
def pauses(lab):
    p = FACTS["V132"]["params"]
    stops = {"every": exponential(1 / p["pause_rate"]), "length": exponential(p["pause_mean"])}
    work = [cpu(exponential(1 / p["mu"]))]
    run = lab.measure(station(poisson(p["lam"]), {**pool(1), "pauses": stops}, work), 4e7, p["lam"], relaxation=20)
    calm = lab.measure(station(poisson(p["lam"]), pool(1), work), 4e6, p["lam"], relaxation=1)
    # What a server that is never idle gets done is its share of time without a pause.
    full = lab.measure(station(poisson(2 * p["mu"]), {**pool(1, room=50), "pauses": stops}, work), 2e7, 2 * p["mu"])
    return {"availability": each(lambda x: x / p["mu"], full["s.cpu_steps"]), "L": run["s.number_in_system.mean"],
            "W_ms": milliseconds(run["s.latency.mean"]), "W_no_gc_ms": milliseconds(calm["s.latency.mean"]),
            "event_loop_lag_mean_ms": milliseconds(run["s.pause.lag_mean"])}


@case("V134")
def io_handler(lab):
    p = FACTS["V134"]["params"]
    out = {}
    # "Any law" of the I/O: two are tried.
    for name, wait in (("", constant(p["io"])), ("@lognormal", law("lognormal", p["io"], cv=2))):
        steps = [cpu(exponential(p["cpu_phase_mean"])), {"io": wait}, cpu(exponential(p["cpu_phase_mean"]))]
        run = lab.measure(station(poisson(float(p["lam"])), loop(), steps), 1e7, p["lam"], relaxation=1)
        own = {"loop_util": run["s.utilization"], "mean_io_in_flight": run["s.io_in_flight.mean"],
               "W_ms": milliseconds(run["s.latency.mean"]), "loop_visits_per_s": run["s.cpu_steps"],
               "loop_queue_L": each(lambda all_, waiting: all_ - waiting, run["s.number_in_system.mean"],
                                    run["s.io_in_flight.mean"])}
        full = lab.measure(station(poisson(800.0), {**loop(), "concurrency": 80, "backlog": 0}, steps), 2e7, 800.0,
                           relaxation=1)
        own["max_rps"] = each(lambda n: n / p["phases"], full["s.cpu_steps"])
        out |= {m + name: v for m, v in own.items()}
    return out


# --- functions and staffing ------------------------------------------------------------------------------------------


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
        # With 111 servers for 100 erlangs 19.98 % wait: no run of minutes tells that from 20 %.
        if rate <= 50:
            asked["pwait20"] = ("wait_time.share_waited", 0.2)
        for name, (metric, limit) in asked.items():
            out[f"min_c_{name}_lam{rate}"] = float(fewest_servers(lab, rate, metric, limit))
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


# --- balancers -------------------------------------------------------------------------------------------------------


def farm(lab, servers, load, balancer, arrivals, relaxation, metrics, prefix):
    """So many servers of rate 1. The number in the system is that of one of them."""
    rate = servers * load
    run = lab.measure(station(poisson(rate), pool(1), [cpu(exponential(1))], replicas=servers, balancer=balancer),
                      arrivals, rate, relaxation)
    lab.note_utilization(run, servers, 1)
    out = {}
    for m in metrics:
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
                    1 / (1 - load) ** 2, ["W", "L_per_server", "p_wait", "W_p50", "W_p99"], f"rho{load}_")
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
    return out


@case("V49")
def join_idle_queue(lab):
    p, out = FACTS["V49"]["params"], {}
    for servers in p["servers"]:
        out |= farm(lab, servers, p["rho"], {"type": "join_idle_queue"}, 4e7, 100,
                    ["W", "L_per_server", "p_wait", "W_p50", "W_p99"], f"N{servers}_rho0.8_")
    return out


@case("V50")
def queue_at_the_balancer(lab):
    p = FACTS["V50"]["params"]
    run = lab.measure(station(poisson(float(p["lam"])), pool(1), [cpu(exponential(1))], replicas=p["servers"],
                              balancing={"connection_limit": {"max_connections": 1}}), 2e7, p["lam"], relaxation=10)
    lab.note_utilization(run, p["servers"], 1)
    return readings(run, ["util", "p_wait", "Wq", "W", "Lq", "L"])


# --- clients ---------------------------------------------------------------------------------------------------------


def asked_again(lab, arrivals, instance, work, policy, count, rate, relaxation):
    scenario = station(arrivals, instance, work)
    scenario["traffic"][0] |= policy
    return lab.measure(scenario, count, rate, relaxation=relaxation)


def again(attempts, mean):
    """Attempts after an exponential time each."""
    return {"retry": {"attempts": attempts, "backoff": {"base": f"{mean!r}s", "multiplier": 1, "jitter": "exponential"}}}


@case("V74")
def retrial_queue(lab):
    p, out = FACTS["V74"]["params"], {}
    for rate, theta in p["configs"]:
        run = asked_again(lab, poisson(rate), pool(1, room=1), [cpu(exponential(1 / p["mu"]))], again(1000, 1 / theta),
                          2e7, rate, 50 / theta)
        name = f"lam{rate}_th{float(theta)}_"
        until_served = each(lambda latency: latency - 1 / p["mu"], run["t.operations.latency.mean"])
        out |= {name + "attempts_per_request": run["t.operations.attempts"],
                name + "mean_time_to_success_start": until_served,
                # Who is not served at once is in orbit until then: Little.
                name + "orbit": each(lambda x, t: x * t, run["t.operations.goodput"], until_served)}
        if f"util_lam{rate}" in expected("V74"):
            out[f"util_lam{rate}"] = run["s.utilization"]
    return out


@case("V76")
def attempts_at_a_full_pool(lab):
    p, out = FACTS["V76"]["params"], {}
    for rate in p["lams"]:
        # Who loses is seldom where there is much room.
        run = asked_again(lab, poisson(float(rate)), pool(p["c"], room=p["K"]), [cpu(exponential(1 / p["mu"]))],
                          again(p["attempts"], p["backoff_mean"]), 4e8 if rate < p["c"] else 4e7, rate,
                          p["backoff_mean"])
        out |= {f"lam{rate}_attempt_rate": run["s.arrival_rate"], f"lam{rate}_block": run["s.loss.rejected_full"],
                f"lam{rate}_goodput": run["s.throughput"]}
        if rate >= p["c"]:
            out[f"lam{rate}_request_fail"] = each(lambda done, asked: 1 - done / asked, run["s.throughput"],
                                                  run["t.operations.rate"])
        elif lab.shorter == 1:
            out[f"lam{rate}_request_fail"] = each(lambda share: 1 - share, run["t.operations.success_ratio"])
    return out


@case("V83")
def duty_cycle_of_a_breaker(lab):
    p, out = FACTS["V83"]["params"], {}
    breaker = {"circuit_breaker": {"type": "consecutive_failures", "failures": p["n"], "open_for": f"{p['open_s']}s",
                                   "probes": p["half_open_successes"]}}
    for share in [*p["p"], 1]:
        run = asked_again(lab, poisson(float(p["lam"])), loop(), [dict(cpu(constant(0.0)), error=share)], breaker,
                          1.2e8 if share < 0.5 else 4e7, p["lam"], 500 if share < 0.5 else 50)
        admitted = each(lambda refused: 1 - refused, run["t.operations.circuit_breaker.refused"])
        if share == 1:
            out |= {"outage_attempt_fraction": admitted, "outage_attempts_per_s": run["s.arrival_rate"]}
            continue
        out |= {f"p{share}_admitted_fraction": admitted,
                f"p{share}_open_time_fraction": run["t.operations.circuit_breaker.refused"],  # Poisson arrivals see it
                f"p{share}_failures_seen_fraction": each(lambda a, ok: a - ok, admitted,
                                                         run["t.operations.success_ratio"])}
    return out


# --- published measurements ------------------------------------------------------------------------------------------


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
