"""What notebooks show: small tables and inline SVG, no scripts, so that every front end and a printout can show them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_MARK = {"met": "✓", "missed": "✗", "undecided": "?"}
_COLOURS = ("#2563a8", "#c2410c", "#3f7d3a", "#7c3aed")
_WIDTH, _HEIGHT = 640, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 18, 18


def figure(value: float, unit: str = "") -> str:
    """A number in words: 0.0195 s is "19.5 ms", 0.9934 of a share "99.34 %"."""
    if not math.isfinite(value):
        return "–"
    if unit == "s" and abs(value) < 1:
        return f"{value * 1e3:.3g} ms"
    if unit == "share":
        return f"{value * 100:.4g} %"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{text} {unit}".strip() if unit != "count" else text


def chart(times: Iterable[float], columns: dict[str, Iterable[float]], *, title: str, unit: str = "") -> str:
    """An SVG line chart. NaN interrupts a line."""
    xs = [float(t) for t in times]
    lines = {name: [float(v) for v in values] for name, values in columns.items()}
    seen = [v for line in lines.values() for v in line if math.isfinite(v)]
    if not xs or not seen:
        return ""
    top = max(seen) * 1.05 or 1.0
    left, right = xs[0], xs[-1]

    def x(t: float) -> float:
        return _LEFT + (t - left) / ((right - left) or 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def y(v: float) -> float:
        return _HEIGHT - _BOTTOM - v / top * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'role="img" aria-label="{escape(title, quote=True)}" font-family="sans-serif" font-size="11" fill="currentColor">',
        f'<text x="{_LEFT}" y="12">{escape(title)}</text>',
        f'<text x="{_LEFT - 4}" y="{y(max(seen)) + 4:.1f}" text-anchor="end">{escape(figure(max(seen), unit))}</text>',
        f'<text x="{_LEFT - 4}" y="{y(0):.1f}" text-anchor="end">0</text>',
        f'<line x1="{_LEFT}" y1="{y(0):.1f}" x2="{_WIDTH - _RIGHT}" y2="{y(0):.1f}" stroke="currentColor" opacity="0.4"/>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}">{escape(_clock(left))}</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 4}" text-anchor="end">{escape(_clock(right))}</text>',
    ]
    key_at = _WIDTH - _RIGHT
    for (name, line), colour in zip(reversed(lines.items()), reversed(_COLOURS[: len(lines)])):
        parts += [
            f'<polyline points="{" ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in run)}" fill="none" stroke="{colour}" '
            'stroke-width="1.4"/>'
            for run in _runs(xs, line)
        ]
        if len(lines) > 1:
            parts.append(f'<text x="{key_at}" y="12" text-anchor="end" fill="{colour}">{escape(name)}</text>')
            key_at -= 7 * len(name) + 14
    return "".join(parts) + "</svg>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return "<table><thead><tr>" + "".join(f"<th>{escape(h)}</th>" for h in head) + f"</tr></thead><tbody>{body}</tbody></table>"


def result_page(result: Any) -> str:
    """The first look at a result: verdicts, one line per service, and how each service's day went."""
    parts = [
        f"<p><strong>{escape(result.scenario)}</strong> · seed {result.seed} · {result.replications} "
        f"replication{'s' if result.replications != 1 else ''} · {escape(_clock(result.horizon_s))} · windtunnel "
        f"{escape(result.version)}</p>"
    ]
    if result.objectives:
        parts.append(table(("", "objective", "measured", "95 % interval"), [
            (_MARK[o["verdict"]], o["promise"], figure(o["mean"], o["unit"]),
             f"± {figure(o['half_width'], o['unit'])}" if result.replications > 1 else "none: one replication")
            for o in result.objectives]))
    rows = []
    for name, service in result.services.items():
        latency = result.latency(name)
        completed = service["outcomes"]["completed"]
        ended = sum(service["outcomes"].values())
        rows.append((name, figure(service["arrived"], "count"), figure(completed / ended if ended else math.nan, "share"),
                     *(figure(latency.quantile(p), "s") for p in (0.5, 0.95, 0.99))))
    parts.append(table(("service", "requests", "completed", "p50", "p95", "p99"), rows))
    for name in result.services:
        series = result.series(name)
        for column, title in (("replicas_ready", "ready replicas"), ("latency_p99_s", "p99 latency")):
            if column in series:
                parts.append("<div>" + chart(series["time_s"], {column: series[column]}, title=f"{name}: {title}",
                                             unit=series.units[column]) + "</div>")
    return "".join(parts)


def _runs(xs: list[float], values: list[float]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in zip(xs, values):
        if math.isfinite(point[1]):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h" if minutes >= 60 else f"{minutes} min"
