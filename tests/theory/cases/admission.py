"""Who is let in, and who goes first."""

from laboratory import constant, cpu, exponential, poisson, pool, station

from cases.common import FACTS, case, each, expected


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
