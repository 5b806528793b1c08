"""The reasons that a project sends samples back for. No widgets here."""

from annotator.project import Project, ProjectError, Reason


def reasons_of(project: Project | None) -> tuple[str, ...]:
    """Return the reasons that a project knows, in its order; the usual ones without any."""
    if project is None:
        return tuple(Reason)
    try:
        return tuple(project.settings.get("reasons"))
    except ProjectError:
        return tuple(Reason)  # what is then given says what is wrong
