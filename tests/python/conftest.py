from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scenarios() -> Path:
    return ROOT / "scenarios"


def mm1(rate: float = 50, horizon: str = "200s", **more) -> dict:
    """One server of exponential service times of 10 ms: an M/M/1 queue."""
    return {
        "windtunnel": 1,
        "name": "one queue",
        "horizon": horizon,
        "warmup": "5s",
        "seed": 1,
        "traffic": [{"name": "web", "to": "server", "arrivals": {"type": "poisson", "rate": f"{rate}/s"}}],
        "services": {
            "server": {
                "replicas": 1,
                "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}]},
            }
        },
        **more,
    }
