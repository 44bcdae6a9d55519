"""Event loops: processes, blocking handlers, worker threads, pauses."""

from judge import ratio
from laboratory import constant, cpu, exponential, law, loop, poisson, pool, station

from cases.common import FACTS, case, each, milliseconds


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
