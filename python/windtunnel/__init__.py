"""A wind tunnel for deployments: fly a scenario, look at what happened.

>>> import windtunnel as wt
>>> scenario = wt.load("scenarios/flash-sale.json", set={"services.checkout.replicas": 9})
>>> result = wt.run(scenario)
>>> result["checkout.latency.p99"]
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import _core
from ._core import ConfigError, Histogram, Result, Scenario, Series, __version__

__all__ = [
    "ConfigError",
    "ConfigWarning",
    "Histogram",
    "Result",
    "Scenario",
    "Series",
    "__version__",
    "load",
    "run",
    "schema",
]


class ConfigWarning(UserWarning):
    """Something in a scenario is known and not simulated."""


def load(
    source: str | os.PathLike[str] | Mapping[str, Any],
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the command line's --set
    *,
    folder: str | os.PathLike[str] | None = None,
) -> Scenario:
    """Reads and checks a scenario: a file, JSON text, or a dict.

    `set` changes values before they are checked; keys are dotted paths ("services.checkout.replicas") or JSON pointers.
    `folder` is where file names in text or dicts start (default: the current folder).
    Raises ConfigError, with everything that is wrong in `.issues`; warns with ConfigWarning of what is not simulated.
    """
    overrides = [(path, json.dumps(value)) for path, value in (set or {}).items()]
    if isinstance(source, Mapping):
        source = json.dumps(source)
    if isinstance(source, str) and _is_text(source):
        scenario = _core.parse_scenario(source, Path(folder or "."), overrides)
    else:
        scenario = _core.read_scenario(Path(source), overrides)
    for issue in scenario.warnings:
        warnings.warn(issue["text"], ConfigWarning, stacklevel=2)
    return scenario


def run(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    seed: int | None = None,
    replications: int | None = None,
    threads: int = 0,
    progress: bool | Callable[[float], object] | None = None,
) -> Result:
    """Flies a scenario. The same scenario, seed and replications give the same result, whatever `threads` (0: all cores).

    `progress`: a function that is told the share of the work done, now and then, on the calling thread; or True for a bar
    (if tqdm is installed). Other Python threads go on meanwhile. Ctrl-C stops the run and raises KeyboardInterrupt.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    if progress is True:
        return _run_with_bar(scenario, seed, replications, threads)
    return _core.run(scenario, seed, replications, threads, progress or None)


def schema() -> dict[str, Any]:
    """The JSON Schema of scenarios."""
    return json.loads(_core.scenario_schema())


def _is_text(source: str) -> bool:
    return source.lstrip().startswith(("{", "//", "/*")) or "\n" in source


def _run_with_bar(scenario: Scenario, seed: int | None, replications: int | None, threads: int) -> Result:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _core.run(scenario, seed, replications, threads, None)
    with tqdm(total=1.0, desc=scenario.name, bar_format="{l_bar}{bar}| {elapsed}<{remaining}") as bar:
        return _core.run(scenario, seed, replications, threads, lambda share: bar.update(share - bar.n))
