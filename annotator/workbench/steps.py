"""Long work as generators that say how far they are; free of widgets, run on a thread.

Closing a generator cancels the work and keeps what was done.
"""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from annotator.imaging import find_images
from annotator.inference import FaceMesh
from annotator.project import BUSY_TIMEOUT, ImageRecord, Project
from annotator.project.covariance_file import write_covariance
from annotator.release import SigningKey, export_accepted
from annotator.system.assets import asset_path
from annotator.system.names import paths_in_natural_order
from annotator.system.words import count
from annotator.workbench.export_choices import ExportWish
from annotator.workflow import assess, assessor_for, import_images, preannotate
from annotator.workflow.image_files import Originals
from annotator.workflow.import_text import as_sentences, import_sentences
from annotator.workflow.importing_clips import ClipImportReport, import_clips, split_given
from annotator.workflow.learning import learn
from annotator.workflow.predicting_clips import track_clips
from annotator.workflow.releasing import ReleaseWish, make_release
from annotator.workflow.round_models import load_round_model
from annotator.workflow.same_pictures import keep_accepted, kept_text

_IMPORT_STEP = 512


@dataclass(frozen=True)
class Step:
    """How far the work is: so many of so many (0 of 0: unknown), and a sentence."""

    done: int
    total: int
    text: str


Work = Generator[Step, None, None]


def patiently(project: Project, work: Work) -> Work:
    """Let work on a thread wait for other programs, as long as a command does.

    The window's own project hardly waits, because that would stop the annotator's hand.
    """
    with project.waiting_at_most(BUSY_TIMEOUT):
        yield from work


def adding(project: Project, paths: Sequence[Path], *, copy: bool, predicts: bool = True) -> Work:
    """Add photographs and folders of photographs to the project, then predict them if wanted."""
    yield Step(0, 0, "Looking for photographs and clips")
    given = split_given(paths_in_natural_order(paths))
    files = list(find_images(given.photographs))
    added = failed = 0
    notes = Counter[str]()
    changed: list[str] = []
    for start in range(0, len(files), _IMPORT_STEP):
        batch = files[start : start + _IMPORT_STEP]
        report = import_images(project, batch, copy=copy)
        added += report.added
        failed += len(report.failed)
        notes.update(note for _, note in report.notes)
        changed += import_sentences(report)
        text = f"Adding photographs: {added} added, {failed} failed"
        yield Step(start + len(batch), len(files), text)
    clips = ClipImportReport()
    if given.videos:
        yield Step(0, 0, "Adding clips")
        clips = import_clips(project, given.videos, copy=copy)
        failed += len(clips.failed)
        notes.update(note for _, note in clips.notes)
    found = len(files) + len(given.videos)
    told = " ".join([_told_of_files(found, failed, notes), *as_sentences(changed)]).strip()
    if not predicts:
        added += len(clips.added)
        text = f"{added} added. {told}" if told else f"{added} added."
        yield Step(len(files), len(files), text)
        return
    with closing(predicting(project)) as predictions:
        for step in predictions:
            yield replace(step, text=f"{step.text}. {told}" if told else step.text)


def _told_of_files(found: int, failed: int, notes: Mapping[str, int]) -> str:
    """Return what is to be known of files that are not read, or not as they are."""
    said = [] if found else ["No photograph was found there."]
    if failed:
        said.append(
            f"{count(failed, 'file')} could not be used: Project > Files that failed says why."
        )
    said += [f"{count(n, 'photograph')}: {note}." for note, n in notes.items()]
    return " ".join(said)


def predicting(project: Project, *, small_faces: bool = True) -> Work:
    """Predict every photograph that the model of the round under way has not seen."""
    project.check_writable()
    yield Step(0, 0, "Loading the model")
    face_mesh = load_round_model(project, small_faces=small_faces)
    step = Step(1, 1, "Every photograph has its prediction")
    for progress in preannotate(project, face_mesh):
        failed = f", {progress.failed} failed" if progress.failed else ""
        text = f"{progress.done} of {progress.total} photographs, {progress.faces} faces{failed}"
        yield Step(progress.done, progress.total, text)
        counted = f"{count(progress.done, 'photograph')}, {count(progress.faces, 'face')}"
        step = replace(step, text=f"Predicted {counted}{failed}")
    yield from _following(project, face_mesh, step)


def _following(project: Project, face_mesh: FaceMesh, before: Step) -> Work:
    """Follow the faces of clips that the model has not seen to their end; the last step sums up."""
    step = before
    for now in track_clips(project, face_mesh):
        failed = f", {count(now.failed, 'clip')} failed" if now.failed else ""
        text = f"{now.done:,} of {now.total:,} frames of clips, {now.meshes:,} meshes{failed}"
        yield Step(now.done, now.total, text)
        clips = f"{count(now.clips, 'clip')}, {now.meshes:,} meshes{failed}"
        step = replace(before, text=f"{before.text}. Followed the faces of {clips}")
    yield step


def assessing(project: Project) -> Work:
    """Find out how good each prediction probably is, where that is not known yet."""
    project.check_writable()
    yield Step(0, 0, "Loading the model")
    assessor = assessor_for(project, load_round_model(project))
    step = Step(1, 1, "Every sample is assessed")
    with closing(assess(project, assessor)) as run:
        for progress in run:
            failed = f", {progress.failed} failed" if progress.failed else ""
            text = f"{progress.done} of {progress.total} photographs assessed{failed}"
            yield Step(progress.done, progress.total, text)
            step = replace(step, text=f"Assessed {count(progress.faces, 'face')}{failed}")
    yield step


def exporting(project: Project, wish: ExportWish) -> Work:
    """Export the accepted samples into a new folder, or make a release of them."""
    sign = None if wish.sign is None else wish.sign.read()  # before any work is done
    if wish.release is not None:
        yield from _releasing(project, wish.release, sign)
        return
    yield Step(0, 0, "Exporting the accepted samples")
    kept = keep_accepted(project)
    with project.samples.all_accepted() as accepted:
        secret = project.secret() if wish.choice.pseudonyms else None
        report = export_accepted(accepted, wish.folder, wish.choice, secret=secret, sign=sign)
    text = f"{count(report.samples, 'accepted sample')} exported to {report.folder}"
    yield Step(1, 1, _told(text, report.remarks, len(kept), sign))


def _releasing(project: Project, wish: ReleaseWish, sign: SigningKey | None) -> Work:
    yield Step(0, 0, "Releasing the accepted samples")
    made = make_release(project, wish, sign=sign)
    text = f"released {made.record} with {count(made.record.samples, 'sample')} to"
    yield Step(
        1, 1, _told(f"{text} {made.report.folder}", made.report.remarks, len(made.kept), sign)
    )


def _told(text: str, remarks: Sequence[str], kept: int, sign: SigningKey | None) -> str:
    changed = [kept_text(kept)] if kept else []
    signed = [] if sign is None else [f"signed with {sign.fingerprint}"]
    return " ".join(as_sentences([text, *remarks, *signed, *changed]))


def learning(project: Project) -> Work:
    """Teach Guided drag and Contour what this project's annotators corrected."""
    project.check_writable()
    yield Step(0, 0, "Learning from the accepted corrections")
    lesson = learn(project)
    if lesson.costs_strokes:
        yield Step(1, 1, "Nothing is changed: it would cost strokes. Correct more faces first.")
        return
    when = datetime.now(UTC)
    write_covariance(project.home, lesson.covariance, lesson.corrections, when)
    text = f"Guided drag learned from {count(lesson.corrections, 'corrected face')}."
    if lesson.left_out:
        text += f" Faces of other layouts were left out: {lesson.left_out}."
    if lesson.efforts and lesson.efforts[-1].prior:
        before, after = lesson.efforts[-1].medians
        text += f" Simulated annotators needed {after:g} strokes a face instead of {before:g}."
    yield Step(1, 1, text)


def comparing(originals: Originals, images: Sequence[ImageRecord]) -> Work:
    """Read photographs whose times have changed, and see whether they are still the same.

    Nothing comes of it but that ``originals`` knows, and need not read them when it is asked.
    """
    yield Step(0, len(images), "Looking whether photographs have changed")
    for done, image in enumerate(images, start=1):
        originals.has_changed(image)
        yield Step(done, len(images), f"{done:,} of {len(images):,} photographs looked at")


def making_samples(folder: Path) -> Work:
    """Make the project of the shipped sample photographs, or what is missing of it."""
    yield Step(0, 0, "Preparing the sample project")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Project.open(folder) if Project.is_project(folder) else Project.create(folder) as project:
        yield from adding(project, [asset_path("datasets", "sample")], copy=True)
    yield Step(1, 1, f"The sample project is in {folder}")
