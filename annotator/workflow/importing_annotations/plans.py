"""What will become of faces of others: frozen values, and the portions they are dealt with in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from annotator.project import Outcome, Project
from annotator.workflow.importing_annotations.faces import Given
from annotator.workflow.importing_annotations.photographs import FoundImage

PORTION = 100  # faces at least that are looked at, or written, at once
NOT_A_FACE, NO_IMAGE = "left out", "image missing"


class Planned(NamedTuple):
    """What will become, or became, of one face.

    Attributes
    ----------
    fate
        A value of `annotator.project.Fate`, or that its image or its points will not do.
    sample_id, overlap
        Which sample it goes to, and how far the boxes overlap, 0 to 1; None where there is none.
    why
        More to say, as a phrase; mostly nothing.
    brought
        What came along with it, and how much of each: once it is done.
    """

    fate: str
    sample_id: int | None = None
    overlap: float | None = None
    why: str = ""
    brought: tuple[tuple[str, int], ...] = ()


class Portion(NamedTuple):
    """Some faces with all others of their images: by their places among all faces."""

    places: Sequence[int]
    image_ids: Sequence[int]


class Way(Protocol):
    """As what faces come in: says what becomes of them, and does it."""

    @property
    def words(self) -> str:
        """As what, for people."""

    @property
    def by(self) -> str:
        """Who imports."""

    def plan(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Return what will become of faces of images of the project, by their places."""

    def store(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Write faces, as far as it is still so; return what became of them."""

    def of_new_image(self, project: Project, at: int) -> Planned:
        """Return what will become of a face whose photograph is to be added."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What comes along with faces, and what does not come at all.

    Attributes
    ----------
    brought
        How much, by what it is called: one remark, guide, opinion, and so on.
    left
        What is not brought, a phrase each.
    """

    brought: Mapping[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def does_something(self) -> bool:
        """Whether anything would be written."""
        return any(self.brought.values())


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What will become of all faces.

    Attributes
    ----------
    given
        Where they come from.
    way
        As what they come in.
    images
        Where the image of each clue is.
    planned
        Of each face, in the order of the annotations.
    beside
        What comes along with them.
    """

    given: Given
    way: Way
    images: Sequence[FoundImage]
    planned: Sequence[Planned]
    beside: Beside = NOTHING_BESIDE

    @property
    def counts(self) -> Mapping[str, int]:
        """How many faces have each fate."""
        return Counter(each.fate for each in self.planned)

    @property
    def new_photographs(self) -> int:
        """How many photographs will be added."""
        return sum(each.file is not None for each in self.images)


def portions_of(
    given: Given, image_ids: Sequence[int | None], size: int = PORTION
) -> Iterator[Portion]:
    """Yield the faces of images of the project, image by image, at least `size` at a time.

    Parameters
    ----------
    given
    image_ids
        Of each clue, by the project; two clues may be of one image, and some of none.
    """
    of_image: dict[int, list[int]] = {}
    for at, clue in enumerate(given.image_of):
        image_id = image_ids[clue]
        if image_id is not None:
            of_image.setdefault(image_id, []).append(at)
    places: list[int] = []
    ids: list[int] = []
    for image_id, of_one in of_image.items():
        places += of_one
        ids += [image_id] * len(of_one)
        if len(places) >= size:
            yield Portion(places, ids)
            places, ids = [], []
    if places:
        yield Portion(places, ids)


def told(outcome: Outcome) -> Planned:
    """Return what the store says becomes of a face."""
    return Planned(outcome.fate.value, outcome.sample_id, outcome.overlap, outcome.why)
