"""What lies beside the faces of another project: remarks, guides, opinions; what stays there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from annotator.project import Fate, NewGuide, Opinion, Project, Remark
from annotator.project.guide_records import Guide
from annotator.project.imports.opinions import ImportedOpinion
from annotator.system.people import usable_name
from annotator.system.words import count
from annotator.workflow.importing_annotations.other_faces import face_elsewhere, related

REMARK, GUIDE, OPINION = "remark", "guide", "opinion"


@dataclass(frozen=True, slots=True)
class Lacking:
    """What of a face is not here, by what it is called, and how many opinions stay as they are."""

    brought: Mapping[str, int]
    in_conflict: int = 0


class BesideFaces:
    """What another project, open for reading, has beside its faces.

    Nothing that is here already comes again: remarks are the same by author and words, guides by
    their points, opinions by whose they are.

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
        self._with_remarks = other.remarks.samples()
        self._with_guides = set(other.guides.samples())
        self._opinions: dict[int, list[Opinion]] = {}
        for opinion in other.opinions.all() if other.opinions.exist() else []:
            self._opinions.setdefault(opinion.original_id, []).append(opinion)

    def lacking(self, project: Project, there: int, here: int | None) -> Lacking:
        """Return what would come along with a face, a new one if it is none here yet."""
        brought = Counter({REMARK: len(self._remarks(project, there, here))})
        brought[GUIDE] = len(self._guides(project, there, here))
        if here is None:
            brought[OPINION] = len(self._opinions.get(there, ()))
            return Lacking(+brought)
        opinions = self._imported(project, there, here)
        outcomes = project.imports.plan_opinions(opinions, over=self._over) if opinions else []
        brought[OPINION] = sum(outcome.fate.writes for outcome in outcomes)
        return Lacking(+brought, sum(each.fate is Fate.CONFLICT for each in outcomes))

    def bring(self, project: Project, there: int, here: int) -> None:
        """Bring what lies beside a face to the same face here; raises what the store raises."""
        for remark in self._remarks(project, there, here):
            project.remarks.add(
                here, remark.text, author=usable_name(remark.author),
                vertices=remark.vertices, region=remark.region, once=True,
            )  # fmt: skip
        if guides := self._guides(project, there, here):
            new = [(here, _as_new(guide)) for guide in guides]
            project.guides.add_all(new, by=self._by, once=True)
        if opinions := self._imported(project, there, here):
            project.imports.store_opinions(opinions, over=self._over, by=self._by)

    def _remarks(self, project: Project, there: int, here: int | None) -> list[Remark]:
        if there not in self._with_remarks:
            return []
        known = set() if here is None else {_said(one) for one in project.remarks.of(here)}
        remarks = self._other.remarks.of(there, is_open=True)
        return [remark for remark in remarks if _said(remark) not in known]

    def _guides(self, project: Project, there: int, here: int | None) -> list[Guide]:
        if there not in self._with_guides:
            return []
        known = set() if here is None else {_content(one) for one in project.guides.of(here)}
        return [one for one in self._other.guides.of(there) if _content(one) not in known]

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
                face = related(project, self._other, one.sample_id, face, mine)
                opinion = ImportedOpinion(here, annotator, face, opinion.answer)
            made.append(opinion)
        return made


def stays_there(project: Project, other: Project) -> list[str]:
    """Return what a merge leaves in the other project, a phrase each; nothing of what is not."""
    here, there = project.settings.all(), other.settings.all()
    unlike = [name for name, value in there.items() if value != here[name]]
    clips = {clip.sha256 for clip in project.clips.all()}
    lacking = [clip for clip in other.clips.all() if clip.sha256 not in clips]
    tracks = sum(len(other.clips.tracks(clip.id)) for clip in other.clips.all())
    counted = {
        "track": tracks,
        "release": len(other.releases.all()),
        "earlier round": len(other.rounds.all()) - 1,
        "removed photograph": len(other.removals.ids()),
    }
    told = [f"settings that differ there: {', '.join(unlike)}"] if unlike else []
    told += [f"{count(len(lacking), 'clip')}: add it first, for its frames"] if lacking else []
    return told + [count(number, noun) for noun, number in counted.items() if number > 0]


def _as_new(guide: Guide) -> NewGuide:
    return NewGuide(guide.scheme, guide.points, guide.visibility, guide.origin)


def _content(guide: Guide) -> tuple[str, bytes, bytes | None]:
    flags = None if guide.visibility is None else guide.visibility.tobytes()
    return guide.scheme, guide.points.tobytes(), flags


def _said(remark: Remark) -> tuple[str, str, tuple[int, ...], str | None]:
    return remark.author, remark.text, remark.vertices, remark.region
