"""Draws one service's course from the series of a run as an SVG: arrival rate, losses, p99 and replicas over time.

    windtunnel run SCENARIO --format csv | python3 tools/draw.py SERVICE TITLE > picture.svg

Standard library only, the same bytes on every machine.
"""

import csv
import io
import math
import sys

WIDTH, LEFT, RIGHT, PANEL, GAP, TOP = 860, 74, 16, 92, 30, 46
INK, GRID = "#333333", "#dddddd"


def clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def ticks(top: float) -> list[float]:
    """Two or three round values up to `top`."""
    step = 10 ** math.floor(math.log10(top)) if top > 0 else 1.0
    for factor in (5, 2, 1, 0.5):
        if top / (step * factor) >= 1.999:
            step *= factor
            break
    return [step * i for i in range(int(top / step + 1e-9) + 1)]


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def line(times: list[float], values: list[float], x, y, colour: str, fill: bool = False) -> str:
    """A line with gaps where there is nothing to show, or the area below it."""
    runs, run = [], []
    for t, v in zip(times, values):
        if math.isnan(v):
            if run:
                runs.append(run)
            run = []
        else:
            run.append((x(t), y(v)))
    if run:
        runs.append(run)
    out = []
    for points in runs:
        path = "M" + "L".join(f"{px:.1f},{py:.1f}" for px, py in points)
        if fill:
            path += f"L{points[-1][0]:.1f},{y(0):.1f}L{points[0][0]:.1f},{y(0):.1f}Z"
            out.append(f'<path d="{path}" fill="{colour}" fill-opacity="0.25"/>')
        else:
            out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>')
    return "\n".join(out)


def stairs(times: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    xs, ys = [], []
    before = times[0] - (times[1] - times[0] if len(times) > 1 else 1)
    for t, v in zip(times, values):
        xs += [before, t]
        ys += [v, v]
        before = t
    return xs, ys


def picture(text: str, service: str, title: str) -> str:
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row.get("service", service) == service]
    if not rows:
        sys.exit(f"no series of a service {service!r}")

    def column(name: str) -> list[float]:
        return [float(row[name]) if row[name] not in ("", "nan") else math.nan for row in rows]

    times = column("time_s")
    panels = [
        ("requests /s", [("arrivals", "arrivals_per_s", "#1f77b4", False), ("lost", "losses_per_s", "#d62728", True)], False),
        ("p99 latency, s", [("", "latency_p99_s", "#9467bd", False)], False),
        ("instances", [("wanted", "replicas_desired", "#ff7f0e", False), ("ready", "replicas_ready", "#2ca02c", False)], True),
    ]
    height = TOP + len(panels) * (PANEL + GAP) + 8
    begin, end = times[0] - (times[1] - times[0]), times[-1]

    def x(t: float) -> float:
        return LEFT + (t - begin) / (end - begin) * (WIDTH - LEFT - RIGHT)

    hour = next(s for s in (60, 300, 600, 1200, 1800, 3600, 7200, 21600, 86400, 604800, 10**9) if (end - begin) / s <= 9)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" '
        f'fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">{title}: {service}</text>',
    ]
    for index, (label, curves, steps) in enumerate(panels):
        top = TOP + index * (PANEL + GAP)
        drawn = [(name, stairs(times, column(key)) if steps else (times, column(key)), colour, fill)
                 for name, key, colour, fill in curves]
        most = max((v for _, (_, values), _, _ in drawn for v in values if not math.isnan(v)), default=1) or 1

        def y(v: float, top: int = top, most: float = most) -> float:
            return top + PANEL - v / (1.05 * most) * PANEL

        for value in ticks(1.05 * most):
            out.append(f'<path d="M{LEFT},{y(value):.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
            out.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{number(value)}</text>')
        t = math.ceil(begin / hour) * hour
        while t <= end:
            out.append(f'<path d="M{x(t):.1f},{top}V{top + PANEL}" stroke="{GRID}"/>')
            if index == len(panels) - 1:
                out.append(f'<text x="{x(t):.1f}" y="{top + PANEL + 16}" text-anchor="middle">{clock(t)}</text>')
            t += hour
        for _, (xs, values), colour, fill in drawn:
            out.append(line(xs, values, x, y, colour, fill))
            if fill:
                out.append(line(xs, values, x, y, colour))
        out.append(f'<text x="{LEFT}" y="{top - 6}">{label}</text>')
        place = WIDTH - RIGHT
        for name, _, colour, _ in reversed(drawn):
            if name:
                out.append(f'<text x="{place}" y="{top - 6}" text-anchor="end" fill="{colour}">{name}</text>')
                place -= 12 + 7 * len(name)
    out.append("</svg>")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(picture(sys.stdin.read(), sys.argv[1], sys.argv[2]))
