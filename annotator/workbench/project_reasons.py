"""The reasons that a project has for its verdicts, and when one is needed. No widgets here."""

from annotator.project import Project, ProjectError, Reason
from annotator.project.known_settings import TWO_STEPS


def reasons_of(project: Project | None) -> tuple[str, ...]:
    """Return the reasons that a project knows, in its order; the usual ones without any."""
    if project is None:
        return tuple(Reason)
    try:
        return tuple(project.settings.get("reasons"))
    except ProjectError:
        return tuple(Reason)  # what is then given says what is wrong


def is_in_two_steps(project: Project | None) -> bool:
    """Return whether somebody else accepts what annotators submit: then excluding has a reason."""
    if project is None:
        return False
    try:
        return bool(project.settings.get("review") == TWO_STEPS)
    except ProjectError:
        return False  # what is done next says what is wrong
