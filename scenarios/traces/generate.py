"""Writes the traces that the scenarios play. They are invented, not recorded; each function says what it draws.

    python3 scenarios/traces/generate.py            rewrites the files beside this one
    python3 scenarios/traces/generate.py --check    exits 1 and names the files that differ from what it would write

The same bytes on every machine: noise comes from a small generator of whole numbers written out here, and only + - * /
on doubles are used.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Noise:
    """Whole numbers by a linear congruential generator modulo 2^64 (multiplier and increment of Knuth's MMIX)."""

    def __init__(self, seed: int):
        self.state = seed

    def between(self, low: float, high: float) -> float:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (high - low) * ((self.state >> 11) / 2**53)


def line(x: float, points: list[tuple[float, float]]) -> float:
    """Straight lines between the points."""
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def flash_sale() -> str:
    """Two hours of a shop in bins of ten seconds. The sale opens after 20 minutes: within half a minute seven times as
    many requests come; the crowd thins out slowly, and once more when the last piece is sold after 75 minutes."""
    noise = Noise(1)
    rate = [(0, 130), (20, 150), (20.5, 1150), (22, 1280), (45, 950), (74, 650), (76, 330), (120, 220)]
    rows = ["seconds,requests"]
    for second in range(0, 7200, 10):
        middle = line((second + 5) / 60, rate)
        rows.append(f"{second},{round(10 * middle * noise.between(0.96, 1.04))}")
    return "\n".join(rows) + "\n"


def opening_hours() -> str:
    """Two weeks of a booking office in bins of ten minutes, the first one for a forecaster to learn from. On working
    days bookings open at nine: four times as many requests from one moment to the next. On the second Thursday
    something that nobody could know brings two and a half times the traffic from 13:20 to 14:00."""
    noise = Noise(2)
    working = [(0, 3), (5, 2), (8, 5), (9, 6), (9.01, 25), (10, 21), (12, 15), (17, 13), (20, 8), (24, 3)]
    weekend = [(0, 3), (5, 1.5), (11, 6), (18, 6.5), (24, 3)]
    rows = ["time,requests"]
    for index in range(14 * 144):
        day, minute = index // 144, index % 144 * 10
        middle = line((minute + 5) / 60, weekend if day % 7 >= 5 else working)
        if day == 10 and 13 * 60 + 20 <= minute < 14 * 60:
            middle *= 2.5
        stamp = f"2024-03-{4 + day:02} {minute // 60:02}:{minute % 60:02}"
        rows.append(f"{stamp},{round(600 * middle * noise.between(0.97, 1.03))}")
    return "\n".join(rows) + "\n"


TRACES = {"flash-sale.csv": flash_sale, "opening-hours.csv": opening_hours}


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = []
    for name, draw in TRACES.items():
        file, content = HERE / name, draw().encode()
        if not file.exists() or file.read_bytes() != content:
            stale.append(name)
            if not check:
                file.write_bytes(content)
    if stale:
        print(("differs from generate.py: " if check else "wrote ") + ", ".join(stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
