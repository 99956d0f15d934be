"""The growth of a catalog as a picture: times on logarithmic axes, written as SVG by hand.

Drawn is what the account's processors did, at the 95th percentile, since a clock on a busy machine shows the machine.
A recursive query works in another process, so there it is the clock's median; networkx is shown in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 70, 210, 30, 50
LINES = (
    ("account", "walk", "walk, depth 10", "#0f6cbd"),
    ("account", "hub", "hub, first page", "#107c10"),
    ("account", "columns", "column, depth 10", "#8764b8"),
    ("account", "search two words", "search, two words", "#ca5010"),
    ("account", "search common word", "search, common word", "#e3008c"),
    ("postgresql", "walk", "recursive query (clock)", "#767676"),
    ("networkx", "walk", "networkx (clock)", "#c3a000"),
)
FLOOR, CEILING, BAR = 0.1, 10_000.0, 50.0
Series = Mapping[int, Mapping[str, Mapping[str, object]]]


def draw(series: Series) -> str:
    """Return the picture of milliseconds by number of assets."""
    sizes = sorted(series)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            'font-size="12"><title>Milliseconds by number of assets</title>'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_grid(sizes),
    ]
    for number, (who, question, label, colour) in enumerate(LINES):
        points = [(size, value) for size in sizes if (value := _milliseconds(series[size], who, question)) is not None]
        if points:
            parts += _line(points, sizes, label, colour, number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _milliseconds(found: Mapping[str, Mapping[str, object]], who: str, question: str) -> float | None:
    value = found.get(who, {}).get(question)
    return float(value.get("busy p95", value["p50"])) if isinstance(value, dict) else None


def _x(size: int, sizes: Sequence[int]) -> float:
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    return LEFT + (WIDTH - LEFT - RIGHT) * ((math.log10(size) - low) / (high - low) if high > low else 0.5)


def _y(value: float) -> float:
    low, high = math.log10(FLOOR), math.log10(CEILING)
    share = (math.log10(min(max(value, FLOOR), CEILING)) - low) / (high - low)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _grid(sizes: Sequence[int]) -> list[str]:
    right = WIDTH - RIGHT
    parts = []
    for power in range(int(math.log10(FLOOR)), int(math.log10(CEILING)) + 1):
        y = _y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e0e0e0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>')
    parts += [
        f'<text x="{_x(size, sizes):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    y = _y(BAR)
    parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#c50f1f" stroke-dasharray="6 4"/>')
    parts.append(f'<text x="{LEFT + 4}" y="{y - 5:.1f}" fill="#c50f1f">bar: {BAR:g} ms</text>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">assets, ten column edges each</text>')
    return parts


def _line(points: Sequence[tuple[int, float]], sizes: Sequence[int], label: str, colour: str, number: int) -> list[str]:
    placed = [(_x(size, sizes), _y(value)) for size, value in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    at, right = TOP + 20 + number * 22, WIDTH - RIGHT + 16
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed),
        f'<line x1="{right}" x2="{right + 20}" y1="{at}" y2="{at}" stroke="{colour}" stroke-width="2"/>',
        f'<text x="{right + 26}" y="{at + 4}">{label}</text>',
    ]
