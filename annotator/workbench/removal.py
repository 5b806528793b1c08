"""Taking photographs out of the project from the list. No widgets here."""

from collections.abc import Collection, Sequence

from annotator.project import Kept, ProjectError
from annotator.system.foreign_text import escaped
from annotator.system.words import count
from annotator.workbench.workbench import Workbench


def photographs_of(bench: Workbench, sample_ids: Collection[int]) -> tuple[int, ...]:
    """Return the images that samples are of, once each."""
    return tuple(dict.fromkeys(bench.samples.get(i).image_id for i in sample_ids))


def removal_question(bench: Workbench, image_ids: Collection[int]) -> str:
    """Return what the annotator is asked before photographs are taken out.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    assert bench.project is not None
    kept = bench.project.removals.kept(image_ids)
    return (
        f"Remove {count(len(image_ids), 'photograph')} from the project, with "
        f"{kept_words(kept)}? All of it is kept, and can be brought back in the menu of the list."
    )


def kept_words(kept: Kept) -> str:
    """Return in words what was made of photographs."""
    faces = count(kept.faces, "face") if kept.faces else "no face"
    if kept.edited:
        faces += f" ({kept.edited:,} edited, {count(kept.strokes, 'stroke')})"
    return f"{faces} and {count(kept.verdicts, 'verdict')}" if kept.verdicts else faces


def remove_photographs(bench: Workbench, image_ids: Collection[int]) -> bool:
    """Take photographs out of the project, and go on to the next face shown; False if not done."""
    project, session = bench.project, bench.session
    if project is None or not image_ids or (session is not None and session.is_dragging):
        return False
    if not bench.may_change() or not bench.edits.save_pending():
        return False
    if bench.image_id in image_ids and (target := _next_of_others(bench, image_ids)) is not None:
        bench.go_to(target)
    try:
        removed = project.removals.remove(image_ids, by=bench.annotator)
    except ProjectError as error:
        bench.failed.emit(str(error))
        bench.refresh()  # some of them may have been, before that
        return False
    bench.refresh()
    names = [escaped(record.name) for record in removed]
    bench.told.emit(f"{_few(names)} removed. The menu of the list brings all of it back.")
    return True


def bring_back(bench: Workbench, image_ids: Collection[int]) -> bool:
    """Bring removed photographs back with all that was made of them; False if not done."""
    if bench.project is None or not bench.may_change():
        return False
    try:
        restored = bench.project.removals.restore(image_ids, by=bench.annotator)
    except ProjectError as error:
        bench.failed.emit(str(error))
        bench.refresh()  # some of them may have been, before that
        return False
    bench.refresh()
    bench.told.emit(f"{_few([escaped(record.name) for record in restored])} brought back.")
    return True


def _next_of_others(bench: Workbench, image_ids: Collection[int]) -> int | None:
    """Return the sample shown after the current one, or before it, that is of another image."""
    samples = bench.samples
    row = None if bench.sample_id is None else samples.row(bench.sample_id)
    if row is None:
        return None
    for other in (*range(row + 1, len(samples)), *range(row - 1, -1, -1)):
        if samples.at(other).image_id not in image_ids:
            return samples.at(other).id
    return None


def _few(names: Sequence[str]) -> str:
    return f"{names[0]} was" if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more were"
