"""What a release says of its images beside their faces: facts that can be kept, and splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from annotator.project import FactError, ImageFacts, Split, StoredSplit
from annotator.project.fact_records import FIELDS, Consent, checked_facts
from annotator.workflow.importing_annotations.faces import Elsewhere

HASHED = ("subject", "group")
"""Facts that are hashes where a release has pseudonyms."""


class ReleasedFacts:
    """Collects what the rows of anybody's release say of images.

    Attributes
    ----------
    known
        Of each image, in the order in which they came.

    Parameters
    ----------
    has_pseudonyms
        Whether hashes stand in place of names: these are not taken for names.
    """

    def __init__(self, *, has_pseudonyms: bool) -> None:
        self.known: list[Elsewhere] = []
        self._has_pseudonyms = has_pseudonyms
        self._left: Counter[str] = Counter()
        self._hashed: set[int] = set()

    def add(self, at: int, row: Mapping[str, Any]) -> None:
        """Take in what a row says of its image, by that one's place.

        The first row that says something counts, but that somebody refuses, in whichever.
        """
        if at == len(self.known):
            split = row.get("split")
            stored = None if split is None else StoredSplit(Split(split), False, "")
            self.known.append(Elsewhere(ImageFacts(**self._facts(at, row)), stored))
        elif row.get("consent") == Consent.REFUSED.value:
            before = self.known[at]
            said = {name: getattr(before.facts, name) for name in FIELDS}
            refused = ImageFacts(**{**said, "consent": Consent.REFUSED})
            self.known[at] = before._replace(facts=refused)

    @property
    def left(self) -> list[str]:
        """What cannot be taken over, a phrase each."""
        told = [
            f"{self._left[name]:,} whose {name} cannot be recorded: left out"
            for name in FIELDS
            if self._left[name]
        ]
        if self._hashed:
            told.insert(0, f"{len(self._hashed):,} whose subject or group is a pseudonym: left out")
        return told

    def _facts(self, at: int, row: Mapping[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for name, value in _said(row):
            if self._has_pseudonyms and name in HASHED:
                self._hashed.add(at)
                continue
            try:
                facts |= checked_facts({name: value})
            except FactError:
                self._left[name] += 1
        return facts


def _said(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, row[name]) for name in FIELDS if row.get(name) is not None)
