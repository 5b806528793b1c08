"""The command `status`: how far a project is, and what is wrong with its files."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import printable_paths, report

if TYPE_CHECKING:
    from annotator.project import ClipRecord, ImageRecord, SampleState

commands = typer.Typer()

_NAMED = 3


@commands.command()
def status(
    project: ProjectAddress,
    *,
    every: Annotated[bool, typer.Option("--all", help="Name all files, not a few.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how far the project is, which files failed, are gone, or show no face."""
    from annotator.project import Project
    from annotator.workflow.clip_facts import untracked
    from annotator.workflow.looking_after import clear_gone, without_file
    from annotator.workflow.next_step import next_step

    with Project.open(project, read_only=None) as opened:
        clear_gone(opened)
        images = opened.images.all()
        is_read_only = opened.is_read_only
        failed, counts = opened.images.failed(), opened.samples.counts()
        clips, waiting = opened.clips.all(), untracked(opened)
        kept_in = opened.facts.refused()
        todo = [] if sum(counts.values()) else [next_step(opened)]
        lists: dict[str, Sequence[ImageRecord | ClipRecord]] = {
            "without a face": opened.images.without_faces(),
            "file is gone": without_file(images),
            "clip is gone": without_file(clips),
            "removed": [each.image for each in opened.removals.all()],
        }
    said = _read_only_lines() if is_read_only else []
    lines = _counted(len(images), len(clips), waiting, counts)
    for title, records in lists.items():
        lines += _listed(title, records, every=every)
    if kept_in:
        lines.append(f"{'may not leave':<14}{kept_in:>8,}  revoked or refused: no release has them")
    if lists["file is gone"] or lists["clip is gone"]:
        lines.append("if they were moved, `relocate` follows them; `remove` takes them out")
    values = {
        "images": len(images),
        "clips": len(clips),
        "clips_not_tracked": waiting,
        "read_only": is_read_only,
        "samples": {state.value: n for state, n in counts.items()},
        "without_face": printable_paths(lists["without a face"]),
        "gone": printable_paths([*lists["file is gone"], *lists["clip is gone"]]),
        "removed": printable_paths(lists["removed"]),
        "may_not_leave": kept_in,
    }
    report(values, *lines, *todo, *said, failed=failed, as_json=as_json, is_answer=True)


def _counted(
    images: int, clips: int, waiting: int, samples: "Mapping[SampleState, int]"
) -> list[str]:
    """Return a line for each kind of thing that the project has, and for the samples' states."""
    from annotator.workbench.states import state_text

    rows = {"images": images}
    rows |= {"clips": clips, "  not tracked": waiting} if clips else {}
    rows |= {"samples": sum(samples.values())}
    rows |= {f"  {state_text(state)}": n for state, n in samples.items()}
    return [f"{name:<14}{n:>8,}" for name, n in rows.items()]


def _read_only_lines() -> list[str]:
    # Only now, as it comes with the keys, and they with all tools: a third of the command's time.
    from annotator.workbench.sight import READ_ONLY

    return [READ_ONLY]


def _listed(title: str, records: "Sequence[ImageRecord | ClipRecord]", *, every: bool) -> list[str]:
    """Return a line with a few names, or a line a file; none where there is nothing to say."""
    from annotator.workflow.import_text import few

    if not records:
        return []
    line = f"{title:<14}{len(records):>8,}"
    if every:
        return [line, *(f"  {record.path}" for record in records)]
    return [f"{line}  {few(records, _NAMED)}"]
