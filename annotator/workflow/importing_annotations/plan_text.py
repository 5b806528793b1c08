"""What will become of faces, and what became of them, in words: the same in window and terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from annotator.project import Fate
from annotator.system.words import count
from annotator.workflow.importing_annotations.carrying_out import ImportProgress
from annotator.workflow.importing_annotations.photographs import file_name
from annotator.workflow.importing_annotations.plans import NO_IMAGE, NOT_A_FACE, Plan, Planned

HEADINGS = ("image", "face", "becomes", "sample", "IoU", "why")
NUMBERS = ("face", "sample", "IoU")

# In the order in which they are told: what somebody may have to do something about comes first.
_ORDER = (
    Fate.CONFLICT.value, NO_IMAGE, NOT_A_FACE, Fate.NO_FACE.value, Fate.REPLACED.value,
    Fate.VERDICT.value, Fate.NEW.value, Fate.MATCHED.value, Fate.ALREADY.value,
)  # fmt: skip
_WORDS: Mapping[str, str] = {
    Fate.CONFLICT.value: "in conflict with work here, and left out",
    NO_IMAGE: "of images that are not found, and left out",
    NOT_A_FACE: "that will not do, and left out",
    Fate.NO_FACE.value: "where the image has no such face, and left out",
    Fate.REPLACED.value: "in place of work here, by a further stroke",
    Fate.VERDICT.value: "whose mesh is here: the verdict alone",
    Fate.NEW.value: "as new samples",
    Fate.MATCHED.value: "matched to samples",
    Fate.ALREADY.value: "already there",
}
_LEADING = {Fate.CONFLICT.value: " with", Fate.MATCHED.value: " to"}
_WRITING = frozenset(fate.value for fate in Fate if fate.writes)


def writes_something(plan: Plan) -> bool:
    """Return whether anything will be written."""
    return plan.beside.does_something or any(each.fate in _WRITING for each in plan.planned)


def plan_sentences(plan: Plan) -> list[str]:
    """Return what will become of all faces, in lines."""
    faces = count(len(plan.planned), "face")
    images = count(len(plan.given.clues), "image")
    lines = [f"{plan.given.title}: {faces} of {images}, as {plan.way.words}"]
    if plan.new_photographs:
        lines.append(f"  {count(plan.new_photographs, 'photograph')} to be added")
    lines += [f"  {line}" for line in _counted(plan.counts)]
    if plan.beside.does_something:
        lines.append(f"  beside them: {', '.join(_brought(plan.beside.brought))}")
    return lines + [f"  not merged: {phrase}" for phrase in plan.beside.left]


def done_sentences(progress: ImportProgress) -> list[str]:
    """Return what became of all faces, in lines."""
    lines = [f"imported {count(_written(progress.counts), 'face')} of {progress.total:,}"]
    if progress.photographs:
        lines.append(f"  {count(progress.photographs, 'photograph')} added")
    lines += [f"  {line}" for line in _counted(progress.counts)]
    if brought := list(_brought(progress.beside)):
        lines.append(f"  beside them: {', '.join(brought)}")
    return lines


def plan_rows(plan: Plan, most: int | None = None) -> list[tuple[str, ...]]:
    """Return a row for each face, what is in the way first; at most so many."""
    order = {fate: at for at, fate in enumerate(_ORDER)}
    places = sorted(range(len(plan.planned)), key=lambda at: order[plan.planned[at].fate])
    numbers = _numbers(plan)
    return [_row(plan, at, numbers[at]) for at in places[:most]]


def face_sentences(plan: Plan, most: int) -> list[str]:
    """Return a sentence for each face, what is in the way first; at most so many."""
    told = []
    for image, face, fate, sample, overlap, why in plan_rows(plan, most):
        where = f"{_LEADING.get(fate, ',')} sample {sample} (IoU {overlap})" if sample else ""
        told.append(f"{image}, face {face}: {fate}{where}{f', {why}' if why else ''}")
    more = len(plan.planned) - len(told)
    return [*told, f"and {more:,} more"] if more else told


def plan_values(plan: Plan) -> dict[str, Any]:
    """Return all of it for a program."""
    return {
        "from": dict(plan.given.origin),
        "as": plan.way.words,
        "counts": {fate: plan.counts[fate] for fate in _ORDER if plan.counts[fate]},
        "photographs_to_add": plan.new_photographs,
        "beside": {noun: number for noun, number in plan.beside.brought.items() if number},
        "not_merged": list(plan.beside.left),
        "faces": [_values(plan, at) for at in range(len(plan.planned))],
    }


def _brought(brought: Mapping[str, int]) -> Iterator[str]:
    return (count(number, noun) for noun, number in brought.items() if number)


def _counted(counts: Mapping[str, int]) -> Iterator[str]:
    for fate in _ORDER:
        if counts.get(fate):
            yield f"{counts[fate]:,} {_WORDS[fate]}"


def _written(counts: Mapping[str, int]) -> int:
    return sum(number for fate, number in counts.items() if fate in _WRITING)


def _numbers(plan: Plan) -> list[int]:
    """Return which face of its image each one is, as it came, from 1."""
    seen: Counter[int] = Counter()
    numbers = []
    for at in range(len(plan.planned)):
        image = plan.given.image_of[at]
        seen[image] += 1
        numbers.append(seen[image])
    return numbers


def _row(plan: Plan, at: int, number: int) -> tuple[str, ...]:
    each = plan.planned[at]
    sample = "" if each.sample_id is None else str(each.sample_id)
    overlap = "" if each.overlap is None else f"{each.overlap:.2f}"
    return _image(plan, at), str(number), each.fate, sample, overlap, each.why


def _image(plan: Plan, at: int) -> str:
    return file_name(plan.given.clues[plan.given.image_of[at]])


def _values(plan: Plan, at: int) -> dict[str, Any]:
    each: Planned = plan.planned[at]
    return {
        "image": plan.given.clues[plan.given.image_of[at]].name,
        "becomes": each.fate,
        "sample": each.sample_id,
        "iou": each.overlap,
        "why": each.why,
    }
