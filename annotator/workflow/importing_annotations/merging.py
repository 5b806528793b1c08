"""Another project's faces come in with all that was made of them; the other is only read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from annotator.imaging import Picture
from annotator.project import (
    Fate,
    ImageRecord,
    ImportedFace,
    ImportRules,
    NewImage,
    Project,
    SampleSummary,
)
from annotator.project.imports.deciding import match_faces
from annotator.project.known_settings import TWO_STEPS
from annotator.project.people import recorded_name
from annotator.release.incoming import ImageClue
from annotator.system.words import count
from annotator.workflow.image_files import inspect_picture
from annotator.workflow.importing_annotations.beside_faces import BesideFaces, stays_there
from annotator.workflow.importing_annotations.faces import Elsewhere
from annotator.workflow.importing_annotations.other_faces import face_elsewhere, with_descent
from annotator.workflow.importing_annotations.photographs import (
    ABSENT,
    FoundImage,
    find_photographs,
)
from annotator.workflow.importing_annotations.planning import plan_of
from annotator.workflow.importing_annotations.plans import (
    Beside,
    Plan,
    Planned,
    Portion,
    told,
)

NO_CLIP = "a frame of a clip that is no image here: clips are not merged"
_LEFT_OUT = "of faces that are left out"
_BRING_THEIRS = tuple(fate.value for fate in Fate if fate not in (Fate.CONFLICT, Fate.NO_FACE))


class ProjectFaces:
    """The faces of a project that is open for reading, see `Given`; opinions are none of them."""

    def __init__(self, other: Project) -> None:
        self.other = other
        self.records = other.images.all()
        self.samples: list[SampleSummary] = other.samples.summaries()
        places = {record.id: at for at, record in enumerate(self.records)}
        self.clues = [_clue(record) for record in self.records]
        self.image_of = [places[sample.image_id] for sample in self.samples]
        self.title = f"the project {other.home.name}"
        self.origin = {"from": other.home.name}
        facts, splits = other.facts.of(list(places)), other.splits.decided()
        self.known = [Elsewhere(facts[id_], splits.get(id_)) for id_ in places]
        self.unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MergeWay:
    """Faces come in from another project: predictions, the mesh as one stroke, marks, verdicts.

    So do the remarks on them, their guides, and what single people were asked to make of them.

    Attributes
    ----------
    faces
    rules
        What they may do.
    by
        Who merges.
    beside
        What comes along with faces.
    """

    faces: ProjectFaces
    rules: ImportRules
    by: str
    beside: BesideFaces

    @property
    def words(self) -> str:
        """As what, for people."""
        return "what was made of them"

    def plan(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Return what will become of faces, see `Way`."""
        decided = project.imports.plan(self._imported(project, portion), self.rules, by=self.by)
        return dict(zip(portion.places, map(told, decided), strict=True))

    def store(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Write faces, see `Way`, and what lies beside them and is not there."""
        stored = project.imports.store(self._imported(project, portion), self.rules, by=self.by)
        outcomes = dict(zip(portion.places, map(told, stored), strict=True))
        for at, outcome in outcomes.items():
            if outcome.fate in _BRING_THEIRS and outcome.sample_id is not None:
                there = self.faces.samples[at].id
                brought = self.beside.bring(project, there, outcome.sample_id)
                outcomes[at] = outcome._replace(brought=tuple(brought.items()))
        return outcomes

    def of_new_image(self, project: Project, at: int) -> Planned:
        """Return what will become of a face whose photograph is to be added."""
        return Planned(Fate.NEW.value, why="with its photograph")

    def _imported(self, project: Project, portion: Portion) -> list[ImportedFace]:
        there = project.imports.there(sorted(set(portion.image_ids)))
        made: dict[int, ImportedFace] = {}
        for image_id, known in there.items():
            pairs = zip(portion.places, portion.image_ids, strict=True)
            faces = {at: self._face(at, image_id) for at, of_one in pairs if of_one == image_id}
            matches = match_faces([face.box for face in faces.values()], known)
            for (at, face), match in zip(faces.items(), matches, strict=True):
                there_id = self.faces.samples[at].id
                made[at] = (
                    face
                    if match is None
                    else with_descent(project, self.faces.other, there_id, face, match[0])
                )
        return [made[at] for at in portion.places]

    def _face(self, at: int, image_id: int) -> ImportedFace:
        return face_elsewhere(self.faces.other, self.faces.samples[at], image_id, self.faces.origin)


def plan_merge(
    project: Project,
    other: Project,
    *,
    by: str,
    over: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Return what will become of another project's faces; neither project is changed.

    Verdicts are taken as they are where the other project demanded as many steps as this one.

    Parameters
    ----------
    project
    other
        Open for reading.
    by
        Who merges.
    over
        Whether the other's work on a face is put over what people made of it here.
    on_progress
        Called on the calling thread with the number of images looked for, then of their files, of
        faces, and of what lies beside these, looked at, and their totals. What it raises ends the
        planning.

    Raises
    ------
    DamagedProject
        If a mesh of either is not what was stored.
    """
    faces = ProjectFaces(other)
    has_steps = other.settings.get("review") == TWO_STEPS
    rules = ImportRules(over=over, follows=False, trusts_verdicts=has_steps)
    found = find_photographs(project, faces.clues, on_progress=on_progress)
    images = _with_files(faces.records, found, on_progress)
    who = recorded_name(by)
    way = MergeWay(faces, rules, who, BesideFaces(other, by=who, over=over))
    plan = plan_of(project, faces, way, images, on_progress=on_progress)
    return replace(plan, beside=_beside(project, plan, way, on_progress))


def _beside(
    project: Project, plan: Plan, way: MergeWay, on_progress: Callable[[int, int], None] | None
) -> Beside:
    """Return what will come along with faces, and what will not come at all."""
    brought: Counter[str] = Counter()
    left: Counter[tuple[str, str]] = Counter()
    for at, planned in enumerate(plan.planned):
        lacking = way.beside.lacking(project, way.faces.samples[at].id, planned.sample_id)
        if _comes_along(planned):
            brought.update(lacking.brought)
            left.update(lacking.left)
        else:
            nouns = [*lacking.brought.items(), *((n, k) for (n, _), k in lacking.left.items())]
            for noun, number in nouns:
                left[noun, _LEFT_OUT] += number
        if on_progress is not None:
            on_progress(at + 1, len(plan.planned))
    told = [f"{count(number, noun)} {why}" for (noun, why), number in sorted(left.items())]
    return Beside(brought, (*told, *stays_there(project, way.faces.other)))


def _comes_along(planned: Planned) -> bool:
    """Return whether what lies beside a face comes with it, as `MergeWay.store` has it."""
    is_twice = planned.fate == Fate.ALREADY.value and planned.sample_id is None
    return planned.fate in _BRING_THEIRS and not is_twice


def _clue(record: ImageRecord) -> ImageClue:
    path = record.path if record.frame is None else None
    return ImageClue(record.path.name, record.picture_sha256, record.width, record.height, path)


def _with_files(
    records: Sequence[ImageRecord],
    found: Sequence[FoundImage],
    on_progress: Callable[[int, int], None] | None,
) -> list[FoundImage]:
    """Return where images are, with the files of those that may be added."""
    images = []
    for record, each in zip(records, found, strict=True):
        images.append(each if each.image_id is not None else _from_file(record, each))
        if on_progress is not None:
            on_progress(len(images), len(records))
    return images


def _from_file(record: ImageRecord, found: FoundImage) -> FoundImage:
    if record.clip_id is not None:
        return FoundImage(why=NO_CLIP)
    if found.why != ABSENT:
        return found
    entry = inspect_picture(Picture(record.path, record.frame))
    if not isinstance(entry, NewImage):
        return FoundImage(why=f"its file cannot be read: {entry.reason}")
    if entry.sha256 != record.sha256 and (
        entry.coded_sha256 is None or entry.coded_sha256 != record.coded_sha256
    ):
        return FoundImage(why="its file has changed since it was added there")
    return FoundImage(file=entry)
