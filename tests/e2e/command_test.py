"""The command as a shell or a CI job meets it: exit codes, streams, files, signals. Standard library only."""

import csv
import gzip
import io
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

COMMAND = os.environ["WINDTUNNEL_COMMAND"]

# One instance that serves at once at half its capacity: 100 requests a second of 5 ms each.
SCENARIO = {
    "windtunnel": 1,
    "name": "one shop",
    "horizon": "5m",
    "warmup": "10s",
    "seed": 3,
    "traffic": [{"name": "web", "to": "shop", "arrivals": {"type": "poisson", "rate": "100/s"}}],
    "services": {
        "shop": {
            "instance": {"runtime": {"type": "event_loop"}},
            "work": {"default": [{"cpu": {"type": "exponential", "mean": "5ms"}}]},
        }
    },
    "objectives": [{"metric": "latency", "service": "shop", "quantile": 0.99, "below": "1s"}],
}


def words(*arguments, **options):
    """Runs the command to its end: (exit code, stdout, stderr)."""
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=100,
                          stdin=subprocess.DEVNULL, **options)
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="windtunnel-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.scenario = self.write("shop.json", SCENARIO)

    def write(self, name, scenario):
        path = self.folder / name
        path.write_text(scenario if isinstance(scenario, str) else json.dumps(scenario, indent=2), encoding="utf-8")
        return path


class Manifests(Case):
    HPA = {"maxReplicas": 6, "metrics": [{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 40}}}]}
    YAML = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }
  maxReplicas: 6
  metrics:
  - type: Resource
    resource: { name: cpu, target: { type: Utilization, averageUtilization: 40 } }
"""

    def scaled(self, name, spec):
        scenario = json.loads(json.dumps(SCENARIO))
        shop = scenario["services"]["shop"]
        shop["instance"]["resources"] = {"requests": {"cpu": "500m"}}
        shop["autoscaler"] = {"type": "kubernetes_hpa", "spec": spec}
        return self.write(name, scenario)

    def test_a_manifest_gives_the_bytes_that_its_spec_gives(self):
        self.write("hpa.yaml", self.YAML)
        by_name, by_value = self.scaled("by-name.json", "hpa.yaml"), self.scaled("by-value.json", self.HPA)
        named = words("run", by_name, "--format", "json")
        self.assertEqual(named, words("run", by_value, "--format", "json"))
        self.assertIn('"scale_up"', named[1])

    def test_a_saved_run_holds_the_spec_and_not_the_name(self):
        self.write("hpa.yaml", self.YAML)
        code, _, err = words("run", self.scaled("by-name.json", "hpa.yaml"), "-o", self.folder / "saved", "-q")
        self.assertEqual((code, err), (0, ""))
        saved = json.loads((self.folder / "saved/scenario.json").read_text())
        self.assertEqual(saved["services"]["shop"]["autoscaler"]["spec"]["maxReplicas"], 6)

    def test_a_mistake_in_a_manifest_is_2_and_said_at_its_line(self):
        manifest = self.write("hpa.yaml", self.YAML.replace("maxReplicas: 6", "maxReplicas: six"))
        code, out, err = words("run", self.scaled("by-name.json", "hpa.yaml"))
        self.assertEqual((code, out), (2, ""))
        self.assertIn(f'{manifest}:6:16: /spec/maxReplicas: needs a whole number; found the text "six"', err)


class Replays(Case):
    def setUp(self):
        super().setUp()
        self.write("hpa.yaml", Manifests.YAML)
        # A core in use for ten minutes, then four.
        rows = "".join(f"{1714953600 + 60 * m},{1 if m < 10 else 4}\n" for m in range(20))
        self.write("cpu.csv", "time,cores\n" + rows)
        self.replay = self.write("week.replay.json", {
            "windtunnel_replay": 1, "name": "week", "replicas": 3, "requests": {"cpu": 1},
            "autoscaler": {"type": "kubernetes_hpa", "spec": "hpa.yaml"}, "record": {"cpu": {"file": "cpu.csv"}}})

    def test_tells_the_replicas_that_there_would_have_been(self):
        code, out, err = words("replay", self.replay, "--format", "json")
        self.assertEqual((code, err), (0, ""))
        result = json.loads(out)
        # A core over three of one is 33 % of 40 %: ceil(3 * 0.83) = 3. Four want ten, and six are allowed.
        self.assertEqual(result["metrics"]["service.replicas.max"]["values"], [6])
        self.assertEqual([d["kind"] for d in result["decisions"] if d["kind"] != "hold"], ["scale_up"])
        self.assertEqual((code, out, err), words("replay", self.replay, "--format", "json"))

    def test_takes_set_and_prints_every_format(self):
        for form in ("text", "md", "csv"):
            code, out, err = words("replay", self.replay, "--set", "autoscaler.spec.maxReplicas=20", "--format", form)
            self.assertEqual((code, err), (0, ""), form)
            self.assertIn("10", out)

    def test_can_be_explained_and_repeated_from_its_folder(self):
        code, _, err = words("replay", self.replay, "-o", self.folder / "saved", "-q")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads((self.folder / "saved/scenario.json").read_text())["autoscaler"]["spec"]["maxReplicas"], 6)
        code, out, _ = words("explain", self.folder / "saved", "--at", "15m")
        self.assertEqual(code, 0)
        self.assertIn("maxReplicas 10 -> 6", out)

    def test_o_twice_replaces_an_earlier_replay_and_nothing_else(self):
        target = self.folder / "saved"
        self.assertEqual(words("replay", self.replay, "-o", target)[0], 0)
        first = (target / "summary.json").read_bytes()
        self.assertEqual(words("replay", self.replay, "-o", target, "--set", "autoscaler.spec.maxReplicas=5")[0], 0)
        self.assertEqual(json.loads((target / "summary.json").read_text())["metrics"]["service.replicas.max"]["mean"], 5)
        self.assertEqual(words("replay", self.replay, "-o", target)[0], 0)
        self.assertEqual((target / "summary.json").read_bytes(), first)

        other = self.folder / "thesis"
        other.mkdir()
        (other / "thesis.tex").write_text("years of work")
        code, out, err = words("replay", self.replay, "-o", other)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--force", err)
        self.assertEqual([p.name for p in other.iterdir()], ["thesis.tex"])
        self.assertEqual(words("replay", self.replay, "-o", other, "--force")[0], 0)
        self.assertTrue((other / "thesis.tex").exists() and (other / "summary.json").exists())

    def test_a_record_may_be_gzip(self):
        plain = json.loads(words("replay", self.replay, "--format", "json")[1])
        table = (self.folder / "cpu.csv").read_bytes()
        (self.folder / "cpu.csv.gz").write_bytes(gzip.compress(table))
        packed = ["replay", self.replay, "--set", "record.cpu.file=cpu.csv.gz", "--format", "json"]
        code, out, err = words(*packed)
        self.assertEqual((code, err), (0, ""))
        for part in ("metrics", "series", "decisions"):
            self.assertEqual(json.loads(out)[part], plain[part])
        (self.folder / "cpu.csv.gz").write_bytes(gzip.compress(table)[:-20])
        code, out, err = words(*packed)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("/record/cpu/file", err)

    def test_what_is_wrong_is_2(self):
        self.write("cpu.csv", "time,cores\nnoon,1\n")
        code, out, err = words("replay", self.replay, "--set", "replicas=-1")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("cpu.csv:2: /record/cpu/file: 'noon' is not a point in time", err)
        self.assertIn("/replicas: --set replicas: must be at least 0", err)


class Answers(Case):
    def test_objectives_met_is_0(self):
        code, out, err = words("run", self.scenario)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("Objectives: 1 of 1 met", out)
        self.assertIn(f"windtunnel run {self.scenario} --seed 3 --replications 1", out)
        self.assertNotIn("\033", out)

    def test_an_objective_missed_is_1(self):
        code, out, _ = words("run", self.scenario, "--set", "objectives=" + json.dumps(
            [{"metric": "latency", "service": "shop", "quantile": 0.5, "below": "1ms"}]))
        self.assertEqual(code, 1)
        self.assertIn("Objectives: 0 of 1 met", out)

    def test_json_is_all_there_is_on_stdout(self):
        code, out, err = words("run", self.scenario, "--format", "json", "--replications", 3)
        self.assertEqual((code, err), (0, ""))
        result = json.loads(out)
        self.assertEqual(result["windtunnel_result"], 1)
        self.assertEqual(result["replications"], 3)
        self.assertEqual(result["verdict"], "met")
        # 300 s at 100/s, three times: 90 000 requests, give or take six standard deviations of a Poisson count.
        self.assertAlmostEqual(result["services"][0]["arrived"], 90000, delta=6 * 300)
        self.assertEqual(len(result["metrics"]["shop.latency.p99"]["values"]), 3)

    def test_threads_change_no_byte(self):
        one = words("run", self.scenario, "--format", "json", "--replications", 4, "--threads", 1)
        two = words("run", self.scenario, "--format", "json", "--replications", 4, "--threads", 2)
        self.assertEqual(one[0], 0)
        self.assertEqual(one, two)

    def test_the_seed_does_change_the_result(self):
        results = [json.loads(words("run", self.scenario, "--format", "json", "--seed", seed)[1]) for seed in (1, 2)]
        self.assertEqual([r["seed"] for r in results], [1, 2])
        self.assertNotEqual(results[0]["metrics"], results[1]["metrics"])

    def test_set_changes_a_value_of_the_scenario(self):
        code, out, _ = words("run", self.scenario, "--show-effective", "--set", "services.shop.replicas=4", "--set", "name=other")
        self.assertEqual(code, 0)
        effective = json.loads(out)
        self.assertEqual(effective["services"]["shop"]["replicas"], 4)
        self.assertEqual(effective["name"], "other")

    def test_the_effective_scenario_runs_to_the_same_result(self):
        effective = self.write("effective.json", words("run", self.scenario, "--show-effective")[1])
        self.assertEqual(words("run", self.scenario, "--format", "json"), words("run", effective, "--format", "json"))

    def test_csv_has_a_row_per_bin(self):
        code, out, _ = words("run", self.scenario, "--format", "csv")
        self.assertEqual(code, 0)
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual([row["time_s"] for row in rows], [str(10 * i) for i in range(1, 31)])
        self.assertEqual({row["service"] for row in rows}, {"shop"})

    def test_markdown_has_a_table(self):
        code, out, _ = words("run", self.scenario, "--format", "md")
        self.assertEqual(code, 0)
        self.assertIn("| ✅ met |", out)

    def test_requests_that_are_wrong_are_told_with_what_would_do(self):
        # 50 requests a second of 5 ms each: 0.25 cores used, and the VPA adds 15 % and what its bucket rounds up.
        sized = json.loads(json.dumps(SCENARIO))
        sized["traffic"][0]["arrivals"] = {"type": "constant", "rate": "50/s"}
        sized["services"]["shop"]["work"] = {"default": [{"cpu": "5ms"}]}
        sized["services"]["shop"]["instance"]["resources"] = {"requests": {"cpu": "2"}}
        sized["cost"] = {"per_instance_hour": {"shop": 0.12}}
        path = self.write("sized.json", sized)
        code, out, err = words("run", path, "--format", "json")
        self.assertEqual((code, err), (0, ""))
        (advice,) = json.loads(out)["sizing"]
        cpu = advice["cpu_cores"]
        self.assertEqual((advice["service"], advice["instances"], cpu["requested"]), ("shop", 1, 2))
        self.assertAlmostEqual(cpu["p50"], 0.25, delta=0.002)
        self.assertTrue(0.25 * 1.15 < cpu["recommended"] < 0.25 * 1.15 * 1.06 + 0.012, cpu)
        self.assertAlmostEqual(cpu["spare"], 2 - cpu["recommended"], delta=1e-9)
        self.assertAlmostEqual(advice["saved"], 0.01 * (1 - cpu["recommended"] / 2), delta=1e-9)
        self.assertIn("\n  cpu: 2000m requested, 250m used at p50", words("run", path)[1])
        self.assertIn("\n- shop cpu: 2000m requested, 250m used at p50", words("run", path, "--format", "md")[1])
        right = words("run", path, "--set", f"services.shop.instance.resources.requests.cpu={cpu['recommended']}")[1]
        self.assertNotIn("Sizing", right)

    def test_a_terminal_gets_colour_unless_no_color_says_no(self):
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            with self.subTest(environment):
                master, slave = pty.openpty()
                base = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
                process = subprocess.Popen([COMMAND, "run", str(self.scenario)], stdout=slave, stderr=subprocess.DEVNULL,
                                           env={**base, "TERM": "xterm", **environment})
                os.close(slave)
                out = b""
                while True:
                    try:
                        piece = os.read(master, 65536)
                    except OSError:  # the other side is closed
                        break
                    if not piece:
                        break
                    out += piece
                os.close(master)
                self.assertEqual(process.wait(), 0)
                self.assertEqual(b"\033[" in out, coloured)

    def test_help_and_version_are_0(self):
        for arguments in (["--help"], ["run", "--help"], ["explain", "--help"], ["list", "--help"], ["--version"]):
            code, out, err = words(*arguments)
            self.assertEqual((code, err), (0, ""), arguments)
            self.assertIn("windtunnel", out.lower())

    def test_list_names_every_kind_and_a_type_with_its_parameters(self):
        code, out, _ = words("list", "--format", "json")
        self.assertEqual(code, 0)
        kinds = {kind["kind"]: [t["type"] for t in kind["types"]] for kind in json.loads(out)}
        self.assertTrue(any("poisson" in types for types in kinds.values()), kinds)
        self.assertTrue(any("exponential" in types for types in kinds.values()), kinds)
        for arguments in (["list", "exponential"], ["list", "distribution", "exponential"]):
            code, out, _ = words(*arguments)
            self.assertEqual(code, 0)
            self.assertIn("mean", out)
        self.assertEqual(words("list", "--format", "md")[0], 0)

    def test_schema_is_a_json_schema(self):
        code, out, _ = words("schema")
        self.assertEqual(code, 0)
        self.assertIn("2020-12", json.loads(out)["$schema"])

    def test_schema_knows_replays_too(self):
        code, out, _ = words("schema", "replay")
        self.assertEqual(code, 0)
        self.assertIn("windtunnel_replay", json.loads(out)["properties"])
        self.assertNotIn("traffic", json.loads(out)["properties"])
        code, _, err = words("schema", "sceanrio")
        self.assertEqual(code, 2)
        self.assertIn("sceanrio", err)


class Refusals(Case):
    def refused(self, *arguments):
        code, out, err = words(*arguments)
        self.assertEqual((code, out), (2, ""), err)
        return err

    def test_a_wrong_key_is_shown_with_its_line(self):
        text = json.dumps(SCENARIO, indent=2).replace('"horizon"', '"horizont"')
        line = next(i for i, l in enumerate(text.splitlines(), 1) if "horizont" in l)
        path = self.write("wrong.json", text)
        err = self.refused("run", path)
        self.assertIn(f"{path}:{line}:", err)
        self.assertTrue(err.endswith("1 problem\n"), err)

    def test_all_problems_are_shown_together(self):
        scenario = json.loads(json.dumps(SCENARIO))
        scenario["sed"] = 1
        scenario["traffic"][0]["to"] = "shp"
        err = self.refused("run", self.write("wrong.json", scenario))
        self.assertGreaterEqual(err.count("wrong.json:"), 2)
        self.assertTrue(err.endswith("problems\n"), err)

    def test_what_is_not_json_is_2(self):
        self.assertIn("wrong.json:1:", self.refused("run", self.write("wrong.json", "windtunnel: 1")))

    def test_a_scenario_that_is_not_there_is_2(self):
        self.assertIn("nowhere.json", self.refused("run", self.folder / "nowhere.json"))

    def test_wrong_usage_is_2(self):
        for arguments in ([], ["fly"], ["run"], ["run", self.scenario, "--format", "pdf"], ["run", self.scenario, "--fast"],
                          ["run", self.scenario, "--replications", "0"], ["run", self.scenario, "--replications", "many"],
                          ["run", self.scenario, "--seed", "-1"], ["run", self.scenario, "--set", "seed"],
                          ["run", self.scenario, "extra"], ["list", "nonsense"], ["list", "distribution", "nonsense"],
                          ["list", "--format", "csv"]):
            with self.subTest(arguments):
                self.assertNotEqual(self.refused(*arguments), "")

    def test_set_to_nothing_known_is_2(self):
        self.assertIn("replica", self.refused("run", self.scenario, "--set", "services.shop.replcas=4"))


class Folders(Case):
    def test_o_saves_the_run(self):
        target = self.folder / "out" / "run"
        code, out, err = words("run", self.scenario, "-o", target)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(sorted(p.name for p in target.iterdir()), ["decisions.jsonl", "metrics.csv", "scenario.json",
                                                                    "series-shop.csv", "summary.json", "summary.txt"])
        self.assertEqual((target / "summary.txt").read_text(encoding="utf-8"), out)
        summary = json.loads((target / "summary.json").read_text(encoding="utf-8"))
        self.assertEqual(sum(n for _, _, n in summary["services"][0]["latency_histogram"]),
                         summary["services"][0]["latency_s"]["count"])
        # What was saved can be run, and gives the same.
        again = self.folder / "again"
        self.assertEqual(words("run", target / "scenario.json", "-o", again)[0], 0)
        self.assertEqual((again / "summary.json").read_bytes(), (target / "summary.json").read_bytes())
        # An earlier run may be replaced.
        self.assertEqual(words("run", self.scenario, "-o", target, "--seed", 4)[0], 0)
        self.assertEqual(json.loads((target / "summary.json").read_text(encoding="utf-8"))["seed"], 4)

    def test_a_folder_of_other_things_is_2_unless_forced(self):
        target = self.folder / "thesis"
        target.mkdir()
        (target / "thesis.tex").write_text("years of work")
        code, out, err = words("run", self.scenario, "-o", target)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--force", err)
        self.assertEqual([p.name for p in target.iterdir()], ["thesis.tex"])
        self.assertEqual(words("run", self.scenario, "-o", target, "--force")[0], 0)
        self.assertTrue((target / "thesis.tex").exists() and (target / "summary.json").exists())

    def test_a_place_that_cannot_be_written_is_3(self):
        code, out, err = words("run", self.scenario, "-o", self.scenario / "run")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("shop.json", err)

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_full_stdout_is_3(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COMMAND, "run", str(self.scenario), "--format", "json"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(done.returncode, 3)
        self.assertIn("standard output", done.stderr)


class Explanations(Case):
    """explain on what the real command saved: a fixed fleet of three that the policy would shrink to one."""

    SHOP = {
        "windtunnel": 1,
        "name": "quiet shop",
        "horizon": "20m",
        "warmup": "1m",
        "traffic": [{"name": "web", "to": "shop", "arrivals": {"type": "steps", "spacing": "even", "steps": [
            {"at": "0s", "rate": "30/s"}, {"at": "5m", "rate": "10/s"}]}}],
        "services": {
            "shop": {
                "replicas": 3,
                "startup": [{"phase": "boot", "time": "20s"}],
                "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
                "work": {"default": [{"cpu": "60ms"}]},
                "autoscaler": {"type": "proportional", "max_replicas": 5,
                               "metric": {"metric": "cpu_utilization", "target": "60%"}},
            }
        },
    }

    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        code, _, err = words("run", self.write("quiet.json", self.SHOP), "-o", self.run_folder)
        self.assertEqual((code, err), (0, ""))

    def explained(self, *arguments):
        code, out, err = words("explain", self.run_folder, *arguments)
        self.assertEqual((code, err), (0, ""))
        return out

    def test_why_then_names_the_rule_that_held_the_replicas(self):
        # At 5m the load falls to what one instance carries; scale_in_window keeps three for five minutes.
        out = self.explained("--at", "8m")
        self.assertIn("shop at 8m: 3 replicas asked for, 3 ready\n", out)
        self.assertIn("wanted   1 replica\n", out)
        self.assertIn("rules    scale_in_window 1 -> 3\n", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_json_has_the_same_from_a_folder_and_from_a_file(self):
        out = self.explained("--format", "json")
        decisions = json.loads(out)["decisions"]
        self.assertEqual([d["time_s"] for d in decisions], sorted(d["time_s"] for d in decisions))
        # While CPU's average still holds both loads, two are enough for a moment: that too is remembered.
        falls = [(d["recommendation"], d["rules"], d["replicas"]) for d in decisions if d["kind"] == "scale_down"]
        self.assertEqual(falls, [(1, [{"rule": "scale_in_window", "before": 1, "after": 2}], {"before": 3, "after": 2}),
                                 (1, [], {"before": 2, "after": 1})])
        result = self.folder / "result.json"
        result.write_text(words("run", self.folder / "quiet.json", "--format", "json")[1], encoding="utf-8")
        self.assertEqual(words("explain", result, "--format", "json"), (0, out, ""))

    def test_a_span_has_what_was_decided_in_it(self):
        out = self.explained("--from", "10m", "--to", "12m")
        self.assertIn("From 10m to 12m: 0 up, 2 down, 0 held\n", out)
        self.assertIn("2 -> 1: cpu utilization", out)
        self.assertIn("Nothing was decided from 18m to 20m.", self.explained("--from", "18m"))
        self.assertIn("| 3 -> 2 |", self.explained("--format", "md", "--service", "shop"))

    def test_what_does_not_fit_is_2_and_said(self):
        for arguments, said in (
            ([self.folder / "nowhere"], "nowhere"),
            ([self.folder], "summary.json"),
            ([self.folder / "quiet.json"], "windtunnel_result"),
            ([self.run_folder, "--service", "shp"], "it has shop"),
            ([self.run_folder, "--at", "21m"], "from -1m to 20m"),
            ([self.run_folder, "--at=-2m"], "from -1m to 20m"),
            ([self.run_folder, "--at", "soon"], "--at"),
            ([self.run_folder, "--from", "9m", "--to", "8m"], "--to"),
            ([self.run_folder, "--at", "1m", "--from", "1m"], "--at"),
            ([self.run_folder, "--format", "csv"], "text, json and md"),
            ([], "RESULT"),
        ):
            with self.subTest(arguments):
                code, out, err = words("explain", *arguments)
                self.assertEqual((code, out), (2, ""), err)
                self.assertIn(said, err)


class Interruption(Case):
    def start_long_run(self, **options):
        """A run of hours, once it listens to signals."""
        process = subprocess.Popen([COMMAND, "run", str(self.scenario), "--set", "horizon=100000h", "--set",
                                    "metrics.resolution=1h", "-o", str(self.folder / "out")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        status = pathlib.Path(f"/proc/{process.pid}/status")
        deadline = time.monotonic() + 20
        while status.exists() and time.monotonic() < deadline:
            caught = next((l.split()[1] for l in status.read_text().splitlines() if l.startswith("SigCgt:")), "0")
            if int(caught, 16) >> (signal.SIGINT - 1) & 1:
                break
            time.sleep(0.01)
        time.sleep(0.3)  # into the run itself
        self.assertIsNone(process.poll(), "the long run ended by itself")
        return process

    def test_the_first_signal_ends_the_run_with_130_and_leaves_nothing(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(sent):
                process = self.start_long_run()
                process.send_signal(sent)
                out, err = process.communicate(timeout=20)
                self.assertEqual((process.returncode, out), (130, ""), err)
                self.assertIn("interrupted", err)
                self.assertFalse((self.folder / "out").exists())

    def test_an_earlier_result_survives_an_interrupted_run(self):
        self.assertEqual(words("run", self.scenario, "-o", self.folder / "out")[0], 0)
        before = {p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}
        process = self.start_long_run()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual({p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}, before)


class ExternalPolicies(Case):
    """Policies of the user's own in a child process (docs/guides/own-policy.md)."""

    GREETING = """
import json, os, random, sys, time
greeting = json.loads(sys.stdin.readline())
print('{"windtunnel_policy": 1}', flush=True)
chance = random.Random(greeting["seed"])
for line in sys.stdin:
    question = json.loads(line)
    answer = {"replicas": chance.randrange(1, 5)}
"""

    def policy(self, body="", end="", **more):
        """The scenario under a policy that does this before it answers, and that at its end."""
        program = self.GREETING + "".join(f"    {line}\n" for line in body.splitlines())
        program += "    print(json.dumps(answer), flush=True)\n" + end + "\n"
        (self.folder / "policy.py").write_text(program, encoding="utf-8")
        scenario = json.loads(json.dumps(SCENARIO))
        scenario["services"]["shop"]["autoscaler"] = {"type": "external", "command": [sys.executable, "policy.py"],
                                                      "max_replicas": 8, **more}
        return self.write("own.json", scenario)

    def fails(self, *arguments):
        target = self.folder / "out"
        code, out, err = words("run", *arguments, "-o", target)
        self.assertEqual((code, out), (3, ""), err)
        self.assertFalse(target.exists())
        self.assertTrue(err.startswith('windtunnel: the external policy of service "shop" ('), err)
        return err

    def test_it_decides_and_threads_change_no_byte(self):
        path = self.policy()
        one = words("run", path, "--format", "json", "--replications", 4, "--threads", 1)
        two = words("run", path, "--format", "json", "--replications", 4, "--threads", 2)
        self.assertEqual((one[0], one[2]), (0, ""))
        self.assertEqual(one, two)
        self.assertGreater(len(json.loads(one[1])["metrics"]["shop.replicas.mean"]["values"]), 1)

    def test_the_program_is_found_from_the_scenarios_folder(self):
        self.policy()
        self.assertEqual(words("run", "own.json", cwd=self.folder)[0], 0)
        self.assertEqual(words("run", self.folder / "own.json", cwd="/")[0], 0)

    def test_a_wrong_answer_is_3_and_leaves_nothing(self):
        err = self.fails(self.policy('answer["replicas"] = "many" if question["tick"] == 3 else 2'))
        self.assertIn('failed at 35s: it gave a wrong answer: replicas is "many", no whole number from 0 up', err)
        self.assertIn('asked: { "tick": 3, "time_s": 35,', err)
        self.assertIn('got: {"replicas": "many"}', err)

    def test_a_crash_is_3_and_shows_its_last_words(self):
        err = self.fails(self.policy('if question["tick"] == 2: raise RuntimeError("no idea")'), "--replications", 3)
        self.assertIn("failed at 20s: it ended with exit code 1 instead of answering", err)
        self.assertIn("RuntimeError: no idea", err)

    def test_a_hang_is_3(self):
        err = self.fails(self.policy("time.sleep(1000)", timeout="500ms"))
        self.assertIn("it did not answer within 500ms", err)

    def test_a_wrong_end_is_3(self):
        self.assertIn("after its last answer: it ended with exit code 5", self.fails(self.policy(end="sys.exit(5)")))

    def test_an_earlier_result_survives_a_failure(self):
        self.assertEqual(words("run", self.scenario, "-o", self.folder / "out")[0], 0)
        before = {p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}
        code, _, _ = words("run", self.policy("sys.exit(1)"), "-o", self.folder / "out")
        self.assertEqual(code, 3)
        self.assertEqual({p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}, before)

    def test_a_program_that_is_not_there_is_2(self):
        code, out, err = words("run", self.policy(command=["no-such-program"]))
        self.assertEqual((code, out), (2, ""))
        self.assertIn('/services/shop/autoscaler/command/0: there is no program "no-such-program" on the PATH', err)

    def test_nothing_is_started_to_show_a_scenario(self):
        started = self.folder / "started"
        path = self.policy(command=["touch", str(started)])
        self.assertEqual(words("run", path, "--show-effective")[0], 0)
        self.assertFalse(started.exists())

    def test_ctrl_c_ends_the_run_and_a_child_that_hangs(self):
        hangs = self.folder / "hangs"
        path = self.policy(f"signal_file = open({str(hangs)!r}, 'w')\n"
                           "print(os.getpid(), file=signal_file, flush=True)\ntime.sleep(1000)", timeout="10m")
        process = subprocess.Popen([COMMAND, "run", str(path), "-o", str(self.folder / "out")], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        deadline = time.monotonic() + 30
        while not (hangs.exists() and hangs.read_text().endswith("\n")) and time.monotonic() < deadline:
            time.sleep(0.02)
        child = int(hangs.read_text())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (130, ""), err)
        self.assertFalse((self.folder / "out").exists())
        with self.assertRaises(ProcessLookupError):
            os.kill(child, 0)


if __name__ == "__main__":
    unittest.main()
