"""Enough instances for the requests in the service, and patience before they are taken away. Standard library only."""

import json
import math
import sys

PER_INSTANCE = 4  # requests that an instance is to have at a time
PATIENCE_S = 120  # for how long fewer must have been enough


def decide(question, recent):
    load = question["metrics"]["load"]  # a concurrency always has a value
    wanted = math.ceil(load / PER_INSTANCE)
    now = question["time_s"]
    recent[:] = [(at, n) for at, n in recent if at > now - PATIENCE_S] + [(now, wanted)]
    replicas = max(wanted, min(question["replicas"], max(n for _, n in recent)))
    return {"replicas": replicas, "reason": f"{load:.1f} requests, {PER_INSTANCE} for each", "inputs": {"wanted": wanted}}


def answer(message):
    print(json.dumps(message), flush=True)


greeting = json.loads(sys.stdin.readline())
answer({"windtunnel_policy": 1})
recent = []
for line in sys.stdin:
    answer(decide(json.loads(line), recent))
