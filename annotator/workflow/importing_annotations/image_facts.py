"""What another project knows of photographs, and which split they are in, as far as it agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotator.project import ImageFacts, Project, Split, StoredSplit
from annotator.project.fact_records import FIELDS, NOTHING_KNOWN

Pairs = Sequence[tuple[int, int]]
"""Ids of one photograph, here and there."""


@dataclass(frozen=True, slots=True)
class FactsPlan:
    """What is brought of photographs, and what is left as both say something else.

    Attributes
    ----------
    facts
        By the id of an image here: those that nobody here said.
    revoked
        Why images are revoked, by their ids: whatever is revoked there is here, too.
    splits
        Of images that are in none here.
    told
        What is left, a phrase each.
    """

    facts: Mapping[int, Mapping[str, str | None]] = field(default_factory=dict)
    revoked: Mapping[int, str] = field(default_factory=dict)
    splits: Mapping[int, StoredSplit] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def write(self, project: Project, by: str) -> None:
        """Write it; what somebody said meanwhile raises the errors of `Facts` and `Splits`."""
        if self.facts:
            project.facts.set_each(self.facts, by)
        for why in sorted(set(self.revoked.values())):
            project.facts.revoke([id_ for id_, one in self.revoked.items() if one == why], why, by)
        if self.splits:
            project.splits.decide(self.splits, by)


def plan_facts(project: Project, other: Project, pairs: Pairs) -> FactsPlan:
    """Return what is brought of photographs that both projects have.

    Nobody's word here is changed, and no photograph changes sides: one whose subject or group has
    photographs here in another split stays without one until the next release decides.
    """
    here = project.facts.of([mine for mine, _ in pairs])
    there = other.facts.of([theirs for _, theirs in pairs])
    facts: dict[int, dict[str, str | None]] = {}
    revoked: dict[int, str] = {}
    contradicted: dict[str, int] = {}
    for mine, theirs in pairs:
        known, said = here.get(mine, NOTHING_KNOWN), there.get(theirs, NOTHING_KNOWN)
        new = {name: getattr(said, name) for name in FIELDS if getattr(said, name) is not None}
        for name, value in list(new.items()):
            before = getattr(known, name)
            if before is not None:
                del new[name]
                contradicted[name] = contradicted.get(name, 0) + (before != value)
        if new:
            facts[mine] = new
        if said.revoked_at is not None and known.revoked_at is None:
            revoked[mine] = said.revoked_why or "revoked in the other project"
    merged = {mine: (here.get(mine, NOTHING_KNOWN), facts.get(mine, {})) for mine, _ in pairs}
    splits, sides = _splits(project, other, pairs, merged)
    told = [
        f"{count} with another {name} here, which stays"
        for name, count in contradicted.items()
        if count
    ]
    return FactsPlan(facts, revoked, splits, (*told, *sides))


_Merged = Mapping[int, tuple[ImageFacts, Mapping[str, str | None]]]


def _splits(
    project: Project, other: Project, pairs: Pairs, merged: _Merged
) -> tuple[dict[int, StoredSplit], list[str]]:
    here, there = project.splits.decided(), other.splits.decided()
    sides = _sides(project, here)
    found: dict[int, StoredSplit] = {}
    elsewhere = unlike = 0
    for mine, theirs in pairs:
        wanted = there.get(theirs)
        if wanted is None:
            continue
        if mine in here:
            elsewhere += here[mine].split is not wanted.split
            continue
        known, new = merged[mine]
        names = [(name, new.get(name, getattr(known, name))) for name in ("subject", "group")]
        if any(sides.get(key, {wanted.split}) != {wanted.split} for key in names if key[1]):
            unlike += 1
        else:
            found[mine] = wanted
    told = []
    if elsewhere:
        told.append(f"{elsewhere} in another split here, where they stay")
    if unlike:
        told.append(f"{unlike} whose subject or group is in another split here: in none for now")
    return found, told


def _sides(
    project: Project, decided: Mapping[int, StoredSplit]
) -> dict[tuple[str, str | None], set[Split]]:
    """Return in which splits each subject and group has photographs."""
    sides: dict[tuple[str, str | None], set[Split]] = {}
    for image_id, facts in project.facts.of(list(decided)).items():
        for key in (("subject", facts.subject), ("group", facts.group)):
            if key[1] is not None:
                sides.setdefault(key, set()).add(decided[image_id].split)
    return sides
