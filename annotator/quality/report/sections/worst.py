"""The samples whose predictions were farthest off, with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotator.quality.pages.markup import Markup, Part, element, named
from annotator.quality.pages.words import percent, person, word
from annotator.quality.report.pictures import ANNOTATED, PREDICTED, SIDE, FacePicture
from annotator.quality.report.section import Facts, Section, rows_of
from annotator.system.words import count

_NO_PICTURE = FacePicture(None, "no picture")


def _html(facts: Facts) -> Iterator[Part]:
    worst = facts.tables["worst"]
    yield element(
        "p",
        f"The {count(len(worst), 'sample')} that people moved farthest from the prediction: the "
        "mean over the vertices, of the outer inter-ocular distance.",
    )
    yield element(
        "p", *_key("the annotation", ANNOTATED), " · ", *_key("the prediction", PREDICTED)
    )
    shown = [_figure(row, facts.pictures.get(row["sample"], _NO_PICTURE)) for row in rows_of(worst)]
    yield element("div", *shown, class_="faces", id="worst-faces")


def _key(words: str, colour: tuple[int, int, int]) -> tuple[Markup, str]:
    red, green, blue = colour
    swatch = element("span", class_="key", style=f"background: rgb({red} {green} {blue})")
    return swatch, words


def _figure(row: dict[str, Any], picture: FacePicture) -> Markup:
    face = f"face {row['face'] + 1}"
    error = percent(row["displacement"])
    if picture.webp is None:
        shown = element("div", f"No picture: {picture.why}.", class_="nothing")
    else:
        alt = f"{face} of {row['image']}, with its annotation and its prediction, {error} apart"
        shown = element("img", src=picture.address, alt=alt, width=SIDE, height=SIDE)
    said = [
        element("b", error), ": ", named(row["image"]), f", {face}, sample {row['sample']}, ",
        f"{word(row['state'])}, {count(row['strokes'], 'stroke')} by ",
        person(row["annotator"]),
    ]  # fmt: skip
    return element("figure", shown, element("figcaption", *said))


WORST = Section(
    key="worst",
    title="Worst samples",
    needs=("worst",),
    html=_html,
    empty="Nobody has moved a vertex yet.",
)
