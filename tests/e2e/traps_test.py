"""The known traps, flown by the command: each bites as its scenario says, and its remedy helps. Standard library only.

Limits come from the scenario's own numbers (work, rates, targets), not from what an earlier run has printed.
"""

import csv
import json
import math
import os
import pathlib
import subprocess
import tempfile
import unittest

COMMAND = os.environ["WINDTUNNEL_COMMAND"]
SCENARIOS = pathlib.Path(os.environ["WINDTUNNEL_SOURCE"]) / "scenarios"
DAY = 86400


class Flight:
    """One run: its objectives by name, its metrics, what was decided in measured time, and its series."""

    def __init__(self, scenario, *changes):
        sets = [word for change in changes for word in ("--set", change)]
        with tempfile.TemporaryDirectory(prefix="windtunnel-traps-") as folder:
            done = subprocess.run([COMMAND, "run", str(SCENARIOS / scenario), "--quiet", "-o", folder, *sets],
                                  capture_output=True, text=True, encoding="utf-8", timeout=100,
                                  stdin=subprocess.DEVNULL)
            if done.returncode not in (0, 1):
                raise AssertionError(f"{scenario} {changes}: exit code {done.returncode}\n{done.stderr}")
            out = pathlib.Path(folder)
            summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
            lines = (out / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
            (series,) = out.glob("series-*.csv")
            rows = list(csv.DictReader(series.read_text(encoding="utf-8").splitlines()))
        self.verdicts = {o["name"]: o["verdict"] for o in summary["objectives"]}
        self.metrics = {name.split(".", 1)[1]: metric["mean"] for name, metric in summary["metrics"].items()
                        if name.startswith(summary["services"][0]["name"] + ".")}
        decisions = [d for d in map(json.loads, lines) if d["time_s"] >= 0 and d["kind"] in ("scale_up", "scale_down")]
        self.ups = [d for d in decisions if d["kind"] == "scale_up"]
        self.turns = sum(a["kind"] != b["kind"] for a, b in zip(decisions, decisions[1:]))
        self.series = [{key: float(value) if value else math.nan for key, value in row.items()} for row in rows]
        self.most = int(self.metrics["replicas.max"])

    def column(self, name, begin=0.0, end=math.inf):
        """The points that lie wholly between two times; a point's time is its end."""
        step = self.series[0]["time_s"]
        return [row[name] for row in self.series if begin <= row["time_s"] - step and row["time_s"] <= end]

    def lost(self, begin=0.0, end=math.inf):
        return round(sum(self.column("losses_per_s", begin, end)) * self.series[0]["time_s"])


class Traps(unittest.TestCase):
    def missed(self, flight, *names):
        self.assertEqual({flight.verdicts[name] for name in names}, {"missed"}, flight.verdicts)

    def met(self, flight):
        self.assertEqual(set(flight.verdicts.values()), {"met"}, flight.verdicts)

    def test_a_target_at_the_ceiling_is_never_exceeded(self):
        scenario = "traps/target-at-the-ceiling.json"
        target = "services.api.autoscaler.spec.metrics.0.resource.target.averageUtilization="
        trap = Flight(scenario)
        self.missed(trap, "fast", "available")
        self.assertEqual(trap.ups, [])
        # Overloaded for the last ten minutes: 50 ms of CPU in 52 ms, and 99 % would be needed.
        full = trap.column("cpu_utilization_of_request", 1200)
        self.assertAlmostEqual(sum(full) / len(full), 50 / 52, delta=0.01)
        self.assertLess(max(full), 0.99)

        remedy = Flight(scenario, target + "70")
        self.met(remedy)
        # 90/s of 50 ms at 70 %; one pod either way for the tolerance.
        self.assertAlmostEqual(remedy.most, math.ceil(90 * 0.05 / 0.7), delta=1)
        # 90 % is not too high by itself: with half the tolerance it is reached at 94.5 %.
        self.met(Flight(scenario, "services.api.autoscaler.tolerance=0.05"))

    def test_a_target_at_the_ceiling_holds_any_number_of_pods(self):
        stuck = Flight("traps/target-at-the-ceiling.json", "services.api.replicas=10",
                       "services.api.autoscaler.spec.minReplicas=10", "traffic.0.arrivals.to=250/s")
        self.missed(stuck, "fast", "available")
        self.assertEqual((stuck.ups, stuck.most), ([], 10))

    def test_a_rule_that_is_blind_to_starting_instances_asks_again_and_again(self):
        scenario = "traps/blind-to-starting.json"
        needed = math.ceil(120 * 0.1 / 2 / 0.7)
        trap = Flight(scenario)
        self.missed(trap, "no over-scaling", "cheap")
        self.assertGreater(trap.most, 2 * needed)
        # Each minute, also while there are none but the four that were there before.
        self.assertEqual({round(b["time_s"] - a["time_s"]) for a, b in zip(trap.ups, trap.ups[1:])}, {60})
        first_four = next(row["time_s"] for row in trap.series if row["replicas_ready"] >= 8)
        self.assertGreaterEqual(sum(d["time_s"] < first_four for d in trap.ups), 4)
        self.assertEqual(trap.lost(first_four), 0)

        hpa = {"type": "kubernetes_hpa", "spec": {"minReplicas": 4, "maxReplicas": 60, "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization",
                                                                        "averageUtilization": 60}}}]}}
        proportional = {"type": "proportional", "min_replicas": 4, "max_replicas": 60,
                        "metric": {"metric": "cpu_utilization", "target": 0.7}}
        for change in ("out.0.cooldown=6m", hpa, proportional):
            with self.subTest(change):
                text = f".{change}" if isinstance(change, str) else "=" + json.dumps(change)
                remedy = Flight(scenario, "services.api.autoscaler" + text)
                self.met(remedy)
                self.assertLess(remedy.most, trap.most / 2)
                # More instances later save nothing.
                self.assertLess(remedy.lost(), 1.2 * trap.lost())

    def test_cpu_says_nothing_of_requests_that_wait(self):
        scenario = "traps/cpu-while-io-waits.json"
        metric = "services.orders.autoscaler.spec.metrics.0"
        concurrency = metric + "=" + json.dumps({"type": "Pods", "pods": {
            "metric": {"name": "concurrency"}, "target": {"type": "AverageValue", "averageValue": "6"}}})
        low_target = metric + ".resource.target.averageUtilization=15"
        slow_database = "services.orders.work.default.1.io.mean=400ms"
        trap = Flight(scenario)
        self.missed(trap, "fast", "available")
        self.assertEqual((trap.ups, trap.most), ([], 3))
        self.assertLess(max(trap.column("cpu_utilization_of_request")), 0.6)
        self.assertGreater(trap.metrics["utilization"], 0.8)  # the workers'

        self.met(Flight(scenario, concurrency))
        # A low CPU target helps until the database takes twice as long.
        self.met(Flight(scenario, low_target))
        self.missed(Flight(scenario, low_target, slow_database), "available")
        self.assertEqual(Flight(scenario, concurrency, slow_database).verdicts["available"], "met")

    def test_replicas_flap_without_stabilization(self):
        scenario = "traps/flapping.json"
        behavior = "services.api.autoscaler.spec.behavior.scaleDown"
        waves = 2 * 60 // 5
        trap = Flight(scenario)
        self.missed(trap, "fast")
        self.assertAlmostEqual(trap.turns, 2 * waves, delta=4)

        remedy = Flight(scenario, behavior + ".stabilizationWindowSeconds=300")
        self.met(remedy)
        self.assertLessEqual(remedy.turns, 2)
        self.assertLess(remedy.metrics["cold_starts"], trap.metrics["cold_starts"] / 10)
        # A slow way down turns as often, and has something left when the next wave comes.
        slowly = Flight(scenario, behavior + '.policies=[{"type":"Pods","value":1,"periodSeconds":60}]')
        self.met(slowly)
        self.assertAlmostEqual(slowly.turns, 2 * waves, delta=4)

    def test_the_first_request_pays_for_scaling_to_zero(self):
        scenario = "scale-to-zero.json"
        trap = Flight(scenario)
        self.assertEqual(trap.verdicts, {"fast": "missed", "cheap": "met"})
        # 600 ms to schedule, 2.5 s to boot, and 300 MB at 80 MB/s where the image is not there.
        self.assertGreater(trap.metrics["latency.p99"], 2)
        self.assertGreater(trap.metrics["latency.p99.9"], 3.1 + 300 / 80 - 1)

        always = Flight(scenario, "/services/reports/autoscaler/annotations/autoscaling.knative.dev~1min-scale=1")
        self.assertEqual(always.verdicts, {"fast": "met", "cheap": "missed"})
        self.assertEqual(always.metrics["cold_starts"], 0)
        self.met(Flight(scenario, "services.reports.startup.2.time=300ms",
                        "services.reports.startup.1.cached_on_node=1"))

    def test_late_metrics_lose_a_crowd_that_early_ones_carry(self):
        scenario = "traps/late-metrics.json"
        needed = 300 // 12
        trap, remedy = Flight(scenario), Flight(scenario, "services.api.autoscaler.metrics=null")
        self.missed(trap, "fast", "available")
        self.met(remedy)
        self.assertEqual(remedy.lost(), 0)
        # Four minutes more in the window are two in the average's age. Half of the crowd's pods are asked for later.
        half = [next(d["time_s"] for d in f.ups if d["time_s"] > 1200 and d["inputs"]["desired"] >= needed / 2)
                for f in (trap, remedy)]
        self.assertGreater(half[0] - half[1], 60)
        self.assertGreater(trap.most, 1.5 * needed)
        self.assertLess(remedy.most, 1.25 * needed)
        # A start of one second does not make up for it.
        self.missed(Flight(scenario, "services.api.startup.0.time=1s"), "fast", "available")

    def test_a_forecast_knows_the_week_and_not_the_surprise(self):
        scenario = "predictive-week.json"
        hpa = {"type": "kubernetes_hpa", "spec": {"minReplicas": 2, "maxReplicas": 20, "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization",
                                                                        "averageUtilization": 60}}}]}}

        def lost(flight):
            """At nine on five mornings, and on Thursday from 13:20 to 14:30."""
            nine = sum(flight.lost(day * DAY + 9 * 3600, day * DAY + 9.5 * 3600) for day in range(5))
            surprise = flight.lost(3 * DAY + 13 * 3600 + 1200, 3 * DAY + 14.5 * 3600)
            self.assertEqual(nine + surprise, flight.lost())
            return nine, surprise

        both = Flight(scenario)
        self.met(both)
        nine, surprise = lost(both)
        self.assertEqual(nine, 0)
        reactive = Flight(scenario, "services.booking.autoscaler=" + json.dumps(hpa))
        self.missed(reactive, "available")
        self.assertGreater(lost(reactive)[0], 5000)
        self.assertLessEqual(lost(reactive)[1], surprise + 50)
        forecast = Flight(scenario, "services.booking.autoscaler.reactive=null")
        self.missed(forecast, "available")
        self.assertEqual(lost(forecast)[0], 0)
        self.assertGreater(lost(forecast)[1], 20 * surprise)


if __name__ == "__main__":
    unittest.main()
