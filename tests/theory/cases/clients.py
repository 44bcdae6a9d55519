"""Clients that try again or stop asking."""

from laboratory import constant, cpu, exponential, loop, poisson, pool, station

from cases.common import FACTS, case, each, expected


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
                          4e7 if share == 0.5 else 1.2e8, p["lam"], 500 if share < 0.5 else 50)
        admitted = each(lambda refused: 1 - refused, run["t.operations.circuit_breaker.refused"])
        if share < 0.9 or (share < 1 and lab.shorter == 1):
            # Of every opening one is the first; the others are failed probes. With many of these it takes a long run.
            out[f"p{share}_requests_until_trip"] = each(lambda asked, opened: (asked / opened - 1) / (1 - share),
                                                        run["s.arrival_rate"],
                                                        run["t.operations.circuit_breaker.opened"])
        if share == 1:
            out |= {"outage_attempt_fraction": admitted, "outage_attempts_per_s": run["s.arrival_rate"]}
            continue
        out |= {f"p{share}_admitted_fraction": admitted,
                f"p{share}_open_time_fraction": run["t.operations.circuit_breaker.refused"],  # Poisson arrivals see it
                f"p{share}_failures_seen_fraction": each(lambda a, ok: a - ok, admitted,
                                                         run["t.operations.success_ratio"])}
    return out
