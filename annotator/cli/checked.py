"""What checks have against samples that are about to be accepted, told on the terminal."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from annotator.cli.terminal import count, counted, progress_bar

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.quality.checks.of_project import Checked

_MOST_TOLD = 20


def refused_by_checks(
    project: "Project", sample_ids: Sequence[int] | None, *, but: Collection[int] = ()
) -> list["Checked"]:
    """Return the samples that are not accepted before somebody looked at what was found in them.

    Parameters
    ----------
    project
    sample_ids
        That are to be accepted; None for all that wait for it.
    but
        Those that are not accepted anyway.
    """
    from annotator.project import Verdict
    from annotator.quality.checks.of_project import findings_of_project

    if sample_ids is None:
        sample_ids = project.reviews.waiting(Verdict.ACCEPT)
    asked = [sample_id for sample_id in sample_ids if sample_id not in but]
    with progress_bar("checking") as show:
        checked = counted(findings_of_project(project, asked), len(asked), show)
        return [found for found in checked if found.is_asked_about]


def refusal_lines(project: "Project", refused: Sequence["Checked"]) -> list[str]:
    """Return what is told of samples that checks keep from being accepted, a line each."""
    if not refused:
        return []
    lines = []
    for found in refused[:_MOST_TOLD]:
        summary = project.samples.get(found.sample_id)
        said = " ".join(finding.sentence for finding in found.serious)
        lines.append(f"sample {found.sample_id}, {summary.image_name}: {said}")
    if len(refused) > _MOST_TOLD:
        lines.append(f"and {count(len(refused) - _MOST_TOLD, 'more sample')}: --json has all")
    return [*lines, "look at them, or accept them all the same with --despite-checks"]


def refused_values(refused: Sequence["Checked"]) -> list[dict[str, object]]:
    """Return the same for ``--json``."""
    return [
        {
            "sample": found.sample_id,
            "findings": [
                {
                    "check": finding.check,
                    "severity": finding.severity.title,
                    "sentence": finding.sentence,
                    "vertices": list(finding.vertices),
                }
                for finding in found.serious
            ],
        }
        for found in refused
    ]
