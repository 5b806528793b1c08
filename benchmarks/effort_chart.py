"""An SVG chart of the error that is left after each stroke, a curve a tool.

It has its own background and follows the reader's choice of light or dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, HEIGHT = 760, 440
LEFT, TOP, RIGHT, BOTTOM = 64, 48, 168, 52  # margins; curves are named in the right one
LOWEST, HIGHEST = 0.002, 0.12
TICKS = (0.0025, 0.005, 0.04, 0.08)  # beside the goals
LABEL_HEIGHT = 18

# Told apart by people who see red and green alike (after Okabe and Ito), on light and on dark.
COLOURS = (
    ("#6e6e6e", "#a8a8a8"),
    ("#a5580c", "#e69f00"),
    ("#0072b2", "#56b4e9"),
    ("#008763", "#2bc79a"),
    ("#b0408a", "#e58cc4"),
)
PAPER, INK, GRID = ("#ffffff", "#161b22"), ("#24292f", "#d7dde3"), ("#e4e7eb", "#2d333b")


@dataclass(frozen=True)
class Curve:
    """Errors in outer IOD after 0, 1, 2, ... strokes: the median and a band around it."""

    label: str
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def chart(curves: Sequence[Curve], goals: Sequence[float]) -> str:
    """Return the chart as an SVG document."""
    last = max(len(curve.middle) for curve in curves) - 1
    parts = [_dark_style(), f'<rect {_fill("paper", PAPER)} width="{WIDTH}" height="{HEIGHT}"/>']
    parts += _axes(last)
    parts += [_goal(goal) for goal in goals]
    parts += [_band(curve, at, last) for at, curve in enumerate(curves)]
    parts += [
        f'<polyline {_stroke(f"l{at}", COLOURS[at])} fill="none" stroke-width="2.5" '
        f'points="{_points(curve.middle, last)}"/>'
        for at, curve in enumerate(curves)
    ]
    parts += _labels(curves)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" role="img">'
    )
    title = "<title>Mean error left after each stroke, by tool</title>"
    return "\n".join([head, title, *parts, "</svg>", ""])


def _x(stroke: float, last: int) -> float:
    return LEFT + stroke / last * (WIDTH - LEFT - RIGHT)


def _y(error: float) -> float:
    share = log10(max(error, LOWEST) / LOWEST) / log10(HIGHEST / LOWEST)
    return HEIGHT - BOTTOM - min(share, 1.0) * (HEIGHT - TOP - BOTTOM)


def _points(errors: Sequence[float], last: int) -> str:
    return " ".join(f"{_x(at, last):.1f},{_y(error):.1f}" for at, error in enumerate(errors))


def _band(curve: Curve, at: int, last: int) -> str:
    back = reversed(list(enumerate(curve.low)))
    lower = " ".join(f"{_x(stroke, last):.1f},{_y(error):.1f}" for stroke, error in back)
    look = f'{_fill(f"f{at}", COLOURS[at])} fill-opacity="0.13"'
    return f'<polygon {look} points="{_points(curve.high, last)} {lower}"/>'


def _axes(last: int) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    title = "Mean error left, % of the outer inter-ocular distance (median, 10-90 %; dashed: goals)"
    parts = [_text(20, 28, title, "start", bold=True)]
    for tick in TICKS:
        y = _y(tick)
        parts.append(f'<path {_stroke("grid", GRID)} d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(_text(LEFT - 10, y + 4, f"{100 * tick:g}", "end"))
    parts += [
        _text(_x(stroke, last), bottom + 20, str(stroke), "middle")
        for stroke in range(0, last + 1, 5)
    ]
    parts.append(f'<path {_stroke("axis", INK)} d="M{LEFT} {bottom}H{right}"/>')
    parts.append(_text((LEFT + right) / 2, bottom + 40, "strokes", "middle"))
    return parts


def _goal(goal: float) -> str:
    y = _y(goal)
    dashes = f'{_stroke("axis", INK)} stroke-dasharray="5 4"'
    label = _text(LEFT - 10, y + 4, f"{100 * goal:g}", "end", bold=True)
    return f'<path {dashes} d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>{label}'


def _labels(curves: Sequence[Curve]) -> list[str]:
    """Return the names at the curves' ends, moved apart where they would touch."""
    order = sorted(range(len(curves)), key=lambda at: _y(curves[at].middle[-1]))
    parts, y = [], float("-inf")
    for at in order:
        y = max(_y(curves[at].middle[-1]) + 5, y + LABEL_HEIGHT)
        look = (f"f{at}", COLOURS[at])
        parts.append(_text(WIDTH - RIGHT + 10, y, curves[at].label, "start", look, bold=True))
    return parts


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str,
    look: tuple[str, tuple[str, str]] = ("ink", INK),
    *,
    bold: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {_fill(*look)} {place}{weight}>{escape(text)}</text>"


def _fill(name: str, colours: tuple[str, str]) -> str:
    return f'class="{name}" fill="{colours[0]}"'


def _stroke(name: str, colours: tuple[str, str]) -> str:
    return f'class="{name}" stroke="{colours[0]}"'


def _dark_style() -> str:
    """Return the rules that replace the light colours, which viewers without them show."""
    rules = [f".paper {{ fill: {PAPER[1]} }} .ink {{ fill: {INK[1]} }}"]
    rules += [f".axis {{ stroke: {INK[1]} }} .grid {{ stroke: {GRID[1]} }}"]
    rules += [
        f".l{at} {{ stroke: {dark} }} .f{at} {{ fill: {dark} }}"
        for at, (_, dark) in enumerate(COLOURS)
    ]
    return "\n".join(["<style>@media (prefers-color-scheme: dark) {", *rules, "}</style>"])
