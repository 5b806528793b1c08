"""Charts by matplotlib, as SVG in the page: they follow its colours, and their texts are text.

Nothing foreign goes into them: names stand in the tables beside them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from annotator.quality.pages.markup import Markup, element

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT = "#010203", "#010204"  # stand for colours of the page, which is light or dark
_OF_PAGE = {INK: "currentColor", FAINT: "var(--line)"}

# Told apart by people who see red and green alike, on light and on dark.
COLOURS = ("#3b82c4", "#d9822b", "#2a9d78", "#a9629e", "#8a8f98")

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlecolor": INK,
    "grid.color": FAINT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


class Chart:
    """A chart that is being drawn.

    Attributes
    ----------
    axes
        matplotlib's, to draw on.
    svg
        What was drawn, once the block has ended.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.svg = Markup("")


@contextmanager
def chart(
    key: str, title: str, told: str, *, size: tuple[float, float] = (7.4, 3.0)
) -> Iterator[Chart]:
    """Give a chart to draw on.

    Parameters
    ----------
    key
        What nothing else of the page is called.
    title, told
        For whoever does not see it: what it is of, and what it shows, in a sentence.
    size
        Width and height in inches of 100 px.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - takes half a second
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context({**_STYLE, "svg.hashsalt": key}):
        figure = Figure(size, layout="constrained")
        FigureCanvasSVG(figure)
        drawn = io.BytesIO()
        made = Chart(figure.add_subplot())
        yield made
        figure.patch.set_visible(False)
        made.axes.patch.set_visible(False)
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    made.svg = _for_page(drawn.getvalue(), key, title, told)


def _for_page(drawn: bytes, key: str, title: str, told: str) -> Markup:
    """Return matplotlib's document as a part of a page: with names of its own, and ours."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    root = ElementTree.fromstring(drawn)
    for name in ("metadata", "title"):
        for each in root.findall(f"{{{_SVG}}}{name}"):
            root.remove(each)
    for parent in list(root.iter(f"{{{_SVG}}}defs")):
        for style in parent.findall(f"{{{_SVG}}}style"):  # it would be the whole page's
            parent.remove(style)
    for size in ("width", "height"):
        del root.attrib[size]
    root.attrib |= {"role": "img", "aria-labelledby": f"{key}-title {key}-told"}
    for place, (tag, words) in enumerate({"title": title, "desc": told}.items()):
        suffix = "told" if tag == "desc" else "title"
        said = ElementTree.Element(f"{{{_SVG}}}{tag}", id=f"{key}-{suffix}")
        said.text = words
        root.insert(place, said)
    svg = _renamed(ElementTree.tostring(root, encoding="unicode"), key)
    for stand_in, colour in _OF_PAGE.items():
        svg = svg.replace(stand_in, colour)
    return Markup(svg)


def _renamed(svg: str, key: str) -> str:
    """Return it with what nobody refers to unnamed, and the rest named after the chart."""
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    used |= {f"{key}-title", f"{key}-told"}

    def rename(found: re.Match[str]) -> str:
        name = found[1]
        if name not in used:
            return ""
        return found[0] if name.startswith(f"{key}-") else f' id="{key}-{name}"'

    svg = re.sub(r' id="([^"]+)"', rename, svg)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{key}-", svg)


def figure_of(svg: Markup, caption: str = "", kind: str = "chart") -> Markup:
    """Return a chart in the page, with what is said below it."""
    said = (element("figcaption", caption),) if caption else ()
    return element("figure", svg, *said, class_=kind)
