"""What is known elsewhere of photographs and their splits, as far as projects agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotator.project import ImageFacts, Project, Split, StoredSplit
from annotator.project.fact_records import FIELDS, NOTHING_KNOWN, Consent
from annotator.workflow.importing_annotations.faces import Elsewhere
from annotator.workflow.importing_annotations.photographs import find_photographs
from annotator.workflow.importing_annotations.plans import Plan

_IN_WORDS = {"group": "groups", "subject": "subjects", "licence": "licences", "source": "sources"}


@dataclass(frozen=True, slots=True)
class FactsPlan:
    """What is brought of photographs, and what is left as both say something else.

    Attributes
    ----------
    facts
        By the id of an image here, negative ones while it is to be added: those that nobody here
        said, and that somebody refused.
    revoked
        Why images are revoked, by their ids: whatever is revoked there is here, too.
    splits
        Of images that are in none here.
    left
        What is left, a phrase each.
    """

    facts: Mapping[int, Mapping[str, str | None]] = field(default_factory=dict)
    revoked: Mapping[int, str] = field(default_factory=dict)
    splits: Mapping[int, StoredSplit] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def does_something(self) -> bool:
        """Whether anything would be written."""
        return bool(self.facts or self.revoked or self.splits)

    @property
    def told(self) -> tuple[str, ...]:
        """What is brought, and what is left, a phrase each."""
        counts = Counter(name for facts in self.facts.values() for name in facts)
        said = [
            f"{_IN_WORDS.get(name, name)} of {counts[name]:,} to be noted"
            for name in FIELDS
            if counts[name]
        ]
        if self.revoked:
            said.append(f"{len(self.revoked):,} to be revoked")
        sides = Counter(each.split for each in self.splits.values())
        if sides:
            each = ", ".join(f"{side.value} {sides[side]:,}" for side in Split if sides[side])
            said.append(f"splits of {len(self.splits):,} to be kept: {each}")
        return (*said, *self.left)

    def write(self, project: Project, by: str) -> None:
        """Write it; a split that somebody decided meanwhile raises the errors of `Splits`."""
        if self.facts:
            project.facts.fill(self.facts, by)
        for why in sorted(set(self.revoked.values())):
            project.facts.revoke([id_ for id_, one in self.revoked.items() if one == why], why, by)
        if self.splits:
            project.splits.decide(self.splits, by)


def bring_facts(project: Project, plan: Plan, *, writes: bool = True) -> FactsPlan:
    """Bring what is known elsewhere of photographs that are here by now.

    Parameters
    ----------
    project
    plan
        Of an import or a merge; carried out before, so that all photographs are there.
    writes
        Whether to do it, and not only to say what would be done, to those too that are to be added.

    Raises
    ------
    ProjectError
        If the database refuses it.
    """
    known = plan.given.known
    if not any(known):
        return FactsPlan(left=tuple(plan.given.unknown))
    found = find_photographs(project, plan.given.clues) if writes else plan.images
    there: dict[int, Elsewhere] = {}
    for at, (each, said) in enumerate(zip(found, known, strict=True)):
        if each.image_id is not None:
            there.setdefault(each.image_id, said)
        elif each.file is not None:
            there[-1 - at] = said
    facts = plan_facts(project, there, tuple(plan.given.unknown))
    if writes:
        facts.write(project, plan.way.by)
    return facts


def plan_facts(
    project: Project, there: Mapping[int, Elsewhere], left: Sequence[str] = ()
) -> FactsPlan:
    """Return what is brought of photographs of which something is known elsewhere.

    Nobody's word here is changed, but that what somebody refused anywhere is refused. No photograph
    changes sides: one whose subject or group has photographs here in another split stays without
    one until the next release decides.

    Parameters
    ----------
    project
    there
        By the ids of images here; negative ones where they are to be added.
    left
        What is left anyway, a phrase each.
    """
    here = project.facts.of([image_id for image_id in there if image_id > 0])
    facts: dict[int, dict[str, str | None]] = {}
    revoked: dict[int, str] = {}
    contradicted: Counter[str] = Counter()
    for image_id, elsewhere in there.items():
        known, said = here.get(image_id, NOTHING_KNOWN), elsewhere.facts
        new = _new(known, said)
        contradicted.update(_contradicted(known, said, new))
        if new:
            facts[image_id] = new
        if said.revoked_at is not None and known.revoked_at is None:
            revoked[image_id] = said.revoked_why or "revoked in the other project"
    names = {
        image_id: _names(here.get(image_id, NOTHING_KNOWN), facts.get(image_id, {}))
        for image_id in there
    }
    splits, sides = _splits(project, there, names)
    told = [f"{contradicted[name]} with another {name} here, which stays" for name in FIELDS]
    stays = [phrase for name, phrase in zip(FIELDS, told, strict=True) if contradicted[name]]
    return FactsPlan(facts, revoked, splits, (*left, *stays, *sides))


_Key = tuple[str, str]


def _new(known: ImageFacts, said: ImageFacts) -> dict[str, str | None]:
    """Return what nobody said here yet; that somebody refused counts against all else."""
    new: dict[str, str | None] = {}
    for name in FIELDS:
        before, value = getattr(known, name), getattr(said, name)
        if value is None or value == before:
            continue
        if before is None or value is Consent.REFUSED:
            new[name] = value
    return new


def _contradicted(known: ImageFacts, said: ImageFacts, new: Mapping[str, str | None]) -> list[str]:
    """Return which facts stay as they are here though something else is said there."""
    return [
        name
        for name in FIELDS
        if name not in new and getattr(said, name) not in (None, getattr(known, name))
    ]


def _names(known: ImageFacts, new: Mapping[str, str | None]) -> list[_Key]:
    """Return by what an image hangs together with others."""
    both = ((name, new.get(name) or getattr(known, name)) for name in ("subject", "group"))
    return [(name, value) for name, value in both if value]


def _splits(
    project: Project, there: Mapping[int, Elsewhere], names: Mapping[int, Sequence[_Key]]
) -> tuple[dict[int, StoredSplit], list[str]]:
    here = project.splits.decided()
    sides = _sides(project, here)
    found: dict[int, StoredSplit] = {}
    elsewhere = unlike = 0
    for image_id, said in there.items():
        if said.split is None:
            continue
        if image_id in here:
            elsewhere += here[image_id].split is not said.split.split
        elif any(
            sides.get(key, {said.split.split}) != {said.split.split} for key in names[image_id]
        ):
            unlike += 1
        else:
            found[image_id] = said.split
            for key in names[image_id]:
                sides[key] = {said.split.split}
    told = []
    if elsewhere:
        told.append(f"{elsewhere} in another split here, where they stay")
    if unlike:
        told.append(f"{unlike} whose subject or group is in another split here: in none for now")
    return found, told


def _sides(project: Project, decided: Mapping[int, StoredSplit]) -> dict[_Key, set[Split]]:
    """Return in which splits each subject and group has photographs."""
    sides: dict[_Key, set[Split]] = {name: set(of) for name, of in project.splits.former().items()}
    for image_id, facts in project.facts.of(list(decided)).items():
        for key in _names(facts, {}):
            sides.setdefault(key, set()).add(decided[image_id].split)
    return sides
