"""An SVG chart of what rounds bring: errors and strokes, as shares of what they were before.

    python benchmarks/round_chart.py RESULT.json... CHART.svg

of what ``round_gain.py --json`` wrote.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

Rounds = Sequence[Mapping[str, float]]

WIDTH, HEIGHT = 720, 320
LEFT, TOP, RIGHT, BOTTOM = 56, 24, 250, 44  # curves are named in the right margin
CURVES = {
    "spoiled": ("error, spoiled photographs", "#0072b2", "#56b4e9"),
    "clean": ("error, as photographed", "#008763", "#2bc79a"),
    "held_out_strokes": ("strokes a face", "#a5580c", "#e69f00"),
}


def round_chart(runs: Sequence[Rounds]) -> str:
    """Return the chart as an SVG document that follows the reader's choice of light or dark.

    Parameters
    ----------
    runs
        As many rounds each, as `round_gain.py` writes them: the thick lines are their means.
    """
    shares = {
        name: np.array([[row[name] / rounds[0][name] for row in rounds] for rounds in runs])
        for name in CURVES
    }
    bottom = min(0.6, int(10 * min(values.min() for values in shares.values())) / 10)
    last = max(len(runs[0]) - 1, 1)
    parts = [_style(), f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>']
    parts += _axes(bottom, last)
    taken: list[float] = []
    for name, values in sorted(shares.items(), key=lambda item: item[1].mean(axis=0)[-1]):
        mean = values.mean(axis=0)
        if len(runs) > 1:
            parts += [_line(name, run, bottom, "1", ' opacity="0.45"') for run in values]
        parts.append(_line(name, mean, bottom, "2.5"))
        y = _y(mean[-1], bottom)
        while any(abs(y - other) < 18 for other in taken):
            y -= 2
        taken.append(y)
        title = f"{CURVES[name][0]} {100 * (mean[-1] - 1):+.0f} %".replace("-", "\N{MINUS SIGN}")
        parts.append(
            f'<text class="{name}" x="{WIDTH - RIGHT + 10}" y="{y + 4:.1f}">{title}</text>'
        )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" role="img">'
    )
    title = "<title>Errors and strokes on held-out faces after each round</title>"
    return "\n".join([head, title, *parts, "</svg>", ""])


def _line(name: str, shares: Sequence[float], bottom: float, width: str, more: str = "") -> str:
    points = " ".join(
        f"{_x(at, len(shares) - 1):.1f},{_y(one, bottom):.1f}" for at, one in enumerate(shares)
    )
    return f'<polyline class="{name}" fill="none" stroke-width="{width}"{more} points="{points}"/>'


def _x(at: float, last: int) -> float:
    return LEFT + at / max(last, 1) * (WIDTH - LEFT - RIGHT)


def _y(share: float, bottom: float) -> float:
    return TOP + (1.05 - share) / (1.05 - bottom) * (HEIGHT - TOP - BOTTOM)


def _axes(bottom: float, last: int) -> list[str]:
    parts = []
    for tenth in range(round(10 * bottom), 11):
        y = _y(tenth / 10, bottom)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(_ink(LEFT - 8, y + 4, f"{10 * tenth} %", "end"))
    for at in range(last + 1):
        name = "before" if at == 0 else f"round {at}"
        parts.append(_ink(_x(at, last), HEIGHT - 16, name, "middle"))
    return parts


def _ink(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="ink" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _style() -> str:
    light = "".join(
        f"polyline.{name}{{stroke:{colour}}}text.{name}{{fill:{colour}}}"
        for name, (_, colour, _) in CURVES.items()
    )
    dark = "".join(
        f"polyline.{name}{{stroke:{colour}}}text.{name}{{fill:{colour}}}"
        for name, (_, _, colour) in CURVES.items()
    )
    return (
        "<style>.paper{fill:#ffffff}.ink{fill:#24292f}.grid{stroke:#e4e7eb}"
        f"{light}@media (prefers-color-scheme: dark){{.paper{{fill:#161b22}}.ink{{fill:#d7dde3}}"
        f".grid{{stroke:#2d333b}}{dark}}}</style>"
    )


if __name__ == "__main__":
    *results, chart = map(Path, sys.argv[1:])
    runs = [json.loads(result.read_text("utf-8"))["rounds"] for result in results]
    chart.write_text(round_chart(runs), "utf-8")
