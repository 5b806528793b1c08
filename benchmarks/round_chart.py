"""An SVG chart of what rounds bring: errors and strokes, as shares of what they were before."""

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 640, 320
LEFT, TOP, RIGHT, BOTTOM = 56, 24, 190, 44  # curves are named in the right margin
CURVES = {
    "spoiled": ("error, spoiled photographs", "#0072b2", "#56b4e9"),
    "clean": ("error, as photographed", "#008763", "#2bc79a"),
    "held_out_strokes": ("strokes a face", "#a5580c", "#e69f00"),
}


def round_chart(rounds: Sequence[Mapping[str, float]]) -> str:
    """Return the chart as an SVG document that follows the reader's choice of light or dark."""
    shares = {name: [row[name] / rounds[0][name] for row in rounds] for name in CURVES}
    low = min(min(values) for values in shares.values())
    bottom = min(0.6, int(10 * low) / 10)
    last = max(len(rounds) - 1, 1)
    parts = [_style(), f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>']
    parts += _axes(bottom, last)
    taken: list[float] = []
    for name, values in sorted(shares.items(), key=lambda item: item[1][-1]):
        points = " ".join(
            f"{_x(at, last):.1f},{_y(one, bottom):.1f}" for at, one in enumerate(values)
        )
        parts.append(f'<polyline class="{name}" fill="none" stroke-width="2.5" points="{points}"/>')
        y = _y(values[-1], bottom)
        while any(abs(y - other) < 18 for other in taken):
            y -= 2
        taken.append(y)
        title = f"{CURVES[name][0]} {100 * (values[-1] - 1):+.0f} %"
        parts.append(
            f'<text class="{name}" x="{WIDTH - RIGHT + 10}" y="{y + 4:.1f}">{title}</text>'
        )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" role="img">'
    )
    title = "<title>Errors and strokes on held-out faces after each round</title>"
    return "\n".join([head, title, *parts, "</svg>", ""])


def _x(at: float, last: int) -> float:
    return LEFT + at / last * (WIDTH - LEFT - RIGHT)


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
