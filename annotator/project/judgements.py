"""A verdict before it is given, and what comes of giving it or taking it back: frozen values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from annotator.project.people import recorded_name
from annotator.project.records import Review, SampleSummary, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer says about one sample or many.

    Attributes
    ----------
    reasons
        Of the project's (its setting ``reasons``).
    vertices, region
        What of the mesh is marked: the comment is kept as a remark on it, until that is resolved.

    Raises
    ------
    UnusableName
        If nobody could be called as the reviewer is.
    ValueError
        If a sample is sent back for no reason.
    """

    verdict: Verdict
    reviewer: str
    comment: str = ""
    reasons: Collection[str] = ()
    vertices: tuple[int, ...] = ()
    region: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reviewer", recorded_name(self.reviewer))
        if self.verdict is Verdict.SEND_BACK and not self.reasons:
            raise ValueError("sending a sample back needs at least one reason")


class Given(NamedTuple):
    """A verdict that was given, and what it takes to take it back.

    Attributes
    ----------
    review_id
        Of the verdict.
    revision
        Of the annotation that it was given on.
    prior
        The id of the newest review before it, 0 for none.
    replaced
        Whether that one was in effect until then.
    """

    sample_id: int
    review_id: int
    revision: int
    prior: int = 0
    replaced: bool = False


class Judged(NamedTuple):
    """A sample with the verdict that it was given."""

    sample: SampleSummary
    given: Given


class TakenBack(NamedTuple):
    """What came of taking verdicts back.

    Attributes
    ----------
    samples
        Those that have the verdict no more, as they are now.
    newest
        The id of the newest review of each of them.
    left
        Samples on which the verdict was in effect no longer, and so stay as they are: each with a
        newer verdict, or None where a change of the mesh withdrew it.
    """

    samples: list[SampleSummary]
    newest: Mapping[int, int]
    left: Mapping[int, Review | None]
