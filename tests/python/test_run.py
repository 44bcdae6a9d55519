import gc
import math
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import mm1

import windtunnel as wt

LONG = mm1(rate=90, horizon="2000000s")  # 180 million requests: longer than any test waits


@pytest.fixture(scope="module")
def result():
    return wt.run(mm1(), replications=8)


def test_the_mean_latency_is_that_of_an_m_m_1_queue(result):
    # T = 1 / (mu - lambda) = 1 / (100 - 50) s.
    metric = result.summary()["server.latency.mean"]
    assert len(metric["values"]) == 8
    assert metric["unit"] == "s"
    assert 0 < metric["half_width"] < 0.002
    assert abs(metric["mean"] - 0.020) < 3 * metric["half_width"]
    assert result["server.latency.mean"] == metric["mean"]
    # The sojourn time is exponential: its 99 % quantile is T ln 100.
    assert result.latency("server").quantile(0.99) == pytest.approx(0.020 * math.log(100), rel=0.05)


def test_the_books_balance(result):
    service = result.services["server"]
    assert service["arrived"] == pytest.approx(8 * 200 * 50, rel=0.05)
    assert service["outcomes"]["completed"] == result.latency("server").count
    ends, counts = result.latency("server").buckets()
    assert counts.sum() == result.latency("server").count
    assert (np.diff(ends) > 0).all()


def test_a_wrong_name_suggests_the_right_one(result):
    with pytest.raises(KeyError, match="server.latency.mean"):
        result["server.latency.maen"]
    with pytest.raises(KeyError, match="server"):
        result.series("sever")
    with pytest.raises(ValueError):
        result.latency("server").quantile(99)


def test_theory_stands_beside_the_simulation(result):
    (theory,) = result.theory
    assert (theory["model"], theory["standing"], theory["load"]) == ("M/M/1", "exact", 0.5)
    latency = next(f for f in theory["figures"] if f["metric"] == "server.latency.mean")
    assert latency["low"] == latency["high"] == pytest.approx(0.020)
    assert latency["simulated"] == result["server.latency.mean"]
    assert not latency["disagrees"]
    scenario = mm1()
    scenario["services"]["server"]["instance"]["backlog"] = 3
    (theory,) = wt.run(scenario).theory
    assert (theory["standing"], theory["figures"]) == ("none", [])
    assert "bounded" in theory["why"]


def test_sizing_says_what_would_do(result):
    assert result.sizing == []  # no requests, no advice
    scenario = mm1()
    scenario["services"]["server"]["instance"]["resources"] = {"requests": {"cpu": "4"}}
    (advice,) = wt.run(scenario, replications=2).sizing
    cpu = advice["cpu_cores"]
    assert (advice["service"], advice["instances"], advice["memory_bytes"], advice["saved"]) == ("server", 1, None, None)
    assert cpu["p50"] <= cpu["p95"] <= cpu["p99"] <= cpu["peak"] <= 1
    assert cpu["p50"] == pytest.approx(0.5, abs=0.1)  # 50 requests of 10 ms each second
    # A bucket's end is at most 5 % and a hundredth of a core beyond what lies in it; 15 % on top.
    assert 1.15 * cpu["p50"] < cpu["recommended"] < 1.15 * (1.05 * cpu["peak"] + 0.01) + 0.001
    assert cpu["spare"] == pytest.approx(4 - cpu["recommended"])
    (sentence,) = advice["sentences"]
    assert sentence.startswith("cpu: 4000m requested")


def test_threads_never_change_a_result():
    one = wt.run(mm1(horizon="20s"), replications=4, threads=1)
    two = wt.run(mm1(horizon="20s"), replications=4, threads=2)
    assert repr(one.summary()) == repr(two.summary())
    assert repr(wt.run(mm1(horizon="20s"), seed=2, replications=4).summary()) != repr(one.summary())


def test_columns_are_read_only_views_that_outlive_their_result():
    series = wt.run(mm1()).series("server")
    column = series["replicas_ready"]
    assert not column.flags.owndata and not column.flags.writeable
    with pytest.raises(ValueError):
        column[0] = 7
    again = series["replicas_ready"]
    assert np.shares_memory(column, again)
    expected = column.copy()
    del series, again
    gc.collect()
    filler = [wt.run(mm1(horizon="20s")) for _ in range(3)]  # would reuse the memory if it had been freed
    assert (column == expected).all() and (column == 1).all()
    del filler


def test_a_series_is_a_mapping_and_a_data_frame():
    series = wt.run(mm1()).series("server")
    names = list(series)
    assert names[0] == "time_s" and len(series) == len(names) and names == series.keys()
    assert "replicas_ready" in series and "nothing" not in series
    frame = series.to_pandas()
    assert list(frame.columns) == names
    assert len(frame) == 200 / series.resolution_s
    assert frame["time_s"].iloc[-1] == 200.0
    assert set(series.units) == set(names)


def test_clients_have_series_in_the_service_that_they_ask():
    scenario = mm1()
    scenario["traffic"][0]["retry"] = {"attempts": 2}
    scenario["services"]["server"]["work"]["default"][0]["error"] = 1
    result = wt.run(scenario)
    series, name = result.series("server"), scenario["traffic"][0]["name"]
    retries, attempts = series[f"{name}.retries_per_s"], series[f"{name}.attempts_per_s"]
    assert retries.mean() == pytest.approx(result[f"{name}.operations.retries"])
    # Every attempt is tried again or was; the waits are 50 ms on average, of 200 s.
    assert retries.sum() == pytest.approx(attempts.sum() / 2, rel=0.01)
    assert series.units[f"{name}.retries_per_s"] == "1/s"


def test_other_threads_go_on_while_a_run_is_in_flight():
    class Enough(Exception):
        pass

    enough = threading.Event()
    caught = []

    def watch(_share):
        if enough.is_set():
            raise Enough

    def fly():
        try:
            wt.run(LONG, progress=watch)
        except Enough as error:
            caught.append(error)

    flight = threading.Thread(target=fly)
    flight.start()
    time.sleep(0.3)
    assert flight.is_alive()  # and this line was reached, so the lock was free
    enough.set()
    flight.join(timeout=20)
    assert not flight.is_alive() and len(caught) == 1  # an exception of the progress function ends the run


def test_progress_rises_to_one_on_the_calling_thread():
    shares, threads = [], set()

    def note(share):
        shares.append(share)
        threads.add(threading.get_ident())

    wt.run(mm1(rate=90, horizon="40000s"), progress=note)
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert threads == {threading.get_ident()}


def test_ctrl_c_stops_a_run():
    # What is started in the background of a script ignores SIGINT, and so would its children.
    code = f"""import signal
import windtunnel as wt
signal.signal(signal.SIGINT, signal.default_int_handler)
print('flying', flush=True)
wt.run({LONG!r})
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "flying\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert child.returncode != 0
