"""What lies beside the faces of another project: remarks, guides, opinions; what stays there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotator.project import Fate, NewGuide, Opinion, Outcome, Project, Remark
from annotator.project.guide_records import Guide
from annotator.project.guides import guide_content
from annotator.project.imports.opinions import ImportedOpinion
from annotator.system.people import known_as, usable_name
from annotator.system.words import count
from annotator.workflow.importing_annotations.other_faces import face_elsewhere, with_descent

REMARK, GUIDE, OPINION, ANSWER = "remark", "guide", "opinion", "known answer"
IN_CONFLICT = "in conflict with what the same person made here"
_ON_CONFLICTS = "on opinions in conflict"
_NOT_ASKED_SO = "to what was asked here without one"


@dataclass(frozen=True, slots=True)
class Lacking:
    """What of a face is not here: how much comes, by what it is called, and how much does not.

    Attributes
    ----------
    brought
    left
        What is not brought, by what it is called and why, a phrase.
    """

    brought: Mapping[str, int]
    left: Mapping[tuple[str, str], int]


class BesideFaces:
    """What another project, open for reading, has beside its faces.

    Nothing that is here already comes again: remarks are the same by author, words and place,
    guides by their points, opinions by whose they are.

    Parameters
    ----------
    other
    by
        Who merges.
    over
        Whether the other's opinions are put over what the same people made of a face here.
    """

    def __init__(self, other: Project, *, by: str, over: bool) -> None:
        self._other = other
        self._by = by
        self._over = over
        self._with_remarks = other.remarks.samples_with_open()
        self._with_guides = set(other.guides.samples())
        self._opinions: dict[int, list[Opinion]] = {}
        for opinion in other.opinions.all() if other.opinions.exist() else []:
            self._opinions.setdefault(opinion.original_id, []).append(opinion)

    def lacking(self, project: Project, there: int, here: int | None) -> Lacking:
        """Return what would come along with a face, a new one if it is none here yet."""
        brought = Counter({REMARK: len(self._remarks(project, there, here))})
        brought[GUIDE] = len(self._guides(project, there, here))
        if here is None:
            opinions = self._opinions.get(there, [])
            brought[OPINION] = len(opinions)
            brought[REMARK] += sum(len(self._own_remarks(project, one, None)) for one in opinions)
            return Lacking(+brought, {})
        incoming = self._imported(project, there, here)
        outcomes = project.imports.plan_opinions(incoming, over=self._over) if incoming else []
        brought[OPINION] = sum(outcome.fate.writes for outcome in outcomes)
        left: Counter[tuple[str, str]] = Counter()
        for opinion, outcome in zip(self._opinions.get(there, ()), outcomes, strict=True):
            remarks = len(self._own_remarks(project, opinion, outcome.sample_id))
            if outcome.fate is Fate.CONFLICT:
                left[OPINION, IN_CONFLICT] += 1
                left[REMARK, _ON_CONFLICTS] += remarks
            else:
                brought[REMARK] += remarks
        left[ANSWER, _NOT_ASKED_SO] = _answers_left(project, incoming, outcomes)
        return Lacking(+brought, +left)

    def bring(self, project: Project, there: int, here: int) -> Mapping[str, int]:
        """Bring what lies beside a face to the same face here; return how much, by what it is.

        Raises what the store raises.
        """
        brought: Counter[str] = Counter()
        for remark in self._remarks(project, there, here):
            brought[REMARK] += _bring_remark(project, remark, here)
        if guides := self._guides(project, there, here):
            new = [(here, _as_new(guide)) for guide in guides]
            brought[GUIDE] = len(project.guides.add_all(new, by=self._by, once=True))
        if incoming := self._imported(project, there, here):
            outcomes = project.imports.store_opinions(incoming, over=self._over, by=self._by)
            brought[OPINION] = sum(outcome.fate.writes for outcome in outcomes)
            for opinion, outcome in zip(self._opinions[there], outcomes, strict=True):
                mine = outcome.sample_id
                if mine is not None and outcome.fate is not Fate.CONFLICT:
                    for remark in self._own_remarks(project, opinion, mine):
                        brought[REMARK] += _bring_remark(project, remark, mine)
        return +brought

    def _remarks(self, project: Project, there: int, here: int | None) -> list[Remark]:
        if there not in self._with_remarks:
            return []
        known = set() if here is None else {one.content for one in project.remarks.of(here)}
        remarks = self._other.remarks.of(there, is_open=True)
        return [remark for remark in remarks if remark.content not in known]

    def _own_remarks(self, project: Project, opinion: Opinion, here: int | None) -> list[Remark]:
        """Return what whoever was asked said of their opinion; nobody else may say anything."""
        whose = known_as(usable_name(opinion.annotator))
        found = self._remarks(project, opinion.sample_id, here)
        return [one for one in found if known_as(usable_name(one.author)) == whose]

    def _guides(self, project: Project, there: int, here: int | None) -> list[Guide]:
        if there not in self._with_guides:
            return []
        guides = list(self._other.guides.of(there))
        if here is None:
            return guides
        known = {guide_content(here, one) for one in project.guides.of(here)}
        return [one for one in guides if guide_content(here, one) not in known]

    def _imported(self, project: Project, there: int, here: int) -> list[ImportedOpinion]:
        """Return the opinions of a face, each with how it and that here came about."""
        opinions = self._opinions.get(there, [])
        if not opinions:
            return []
        image_id = project.samples.image_of(here)
        answers = self._other.opinions.answers([one.sample_id for one in opinions])
        known = project.imports.opinions_there([here])[here]
        made = []
        for one in opinions:
            sample, origin = self._other.samples.get(one.sample_id), {"from": self._other.home.name}
            face = face_elsewhere(self._other, sample, image_id, origin)
            annotator = usable_name(one.annotator)
            opinion = ImportedOpinion(here, annotator, face, answers.get(one.sample_id))
            if (mine := known.get(opinion.place[1])) is not None:
                face = with_descent(project, self._other, one.sample_id, face, mine)
                opinion = ImportedOpinion(here, annotator, face, opinion.answer)
            made.append(opinion)
        return made


def stays_there(project: Project, other: Project) -> list[str]:
    """Return what a merge leaves in the other project, a phrase each; nothing of what is not."""
    here, there = project.settings.all(), other.settings.all()
    unlike = [name for name, value in there.items() if value != here[name]]
    known, clips = {clip.sha256 for clip in project.clips.all()}, other.clips.all()
    lacking = [clip for clip in clips if clip.sha256 not in known]
    tracks = sum(len(other.clips.tracks(clip.id)) for clip in clips)
    counted = {
        "track": tracks,
        "release": len(other.releases.all()),
        "earlier round": len(other.rounds.all()) - 1,
        "removed photograph": len(other.removals.ids()),
    }
    told = [f"settings that differ there: {', '.join(unlike)}"] if unlike else []
    whose = "its" if len(lacking) == 1 else "their"
    clips_told = f"{count(len(lacking), 'clip')}: make {whose} frames samples here first"
    told += [clips_told] if lacking else []
    return told + [count(number, noun) for noun, number in counted.items() if number > 0]


def _as_new(guide: Guide) -> NewGuide:
    return NewGuide(guide.scheme, guide.points, guide.visibility, guide.origin)


def _bring_remark(project: Project, remark: Remark, here: int) -> int:
    """Bring a remark to a sample; return that it is one."""
    project.remarks.add(
        here, remark.text, author=usable_name(remark.author),
        vertices=remark.vertices, region=remark.region, once=True,
    )  # fmt: skip
    return 1


def _answers_left(
    project: Project, incoming: Sequence[ImportedOpinion], outcomes: Sequence[Outcome]
) -> int:
    """Return how many known answers there are to opinions that were asked for here without one."""
    asked = [
        outcome.sample_id
        for one, outcome in zip(incoming, outcomes, strict=True)
        if one.answer is not None and outcome.sample_id is not None
    ]
    return len(asked) - len(project.opinions.answers(asked)) if asked else 0
