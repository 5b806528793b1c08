"""What is said of a face that no release will hold, whatever its verdict."""

from annotator.project import ImageFacts, Project, ProjectError
from annotator.workbench.foreign_text import one_line
from annotator.workbench.when_text import when_text

_LONGEST = 200  # characters of a reason


def leaving_text(facts: ImageFacts) -> str:
    """Return why a photograph may not leave the project, in a sentence; empty where it may."""
    if facts.may_leave:
        return ""
    if facts.revoked_at is None:
        return "The people on this photograph refused: no export will hold this face."
    who, when = one_line(facts.revoked_by or ""), when_text(facts.revoked_at)
    why = one_line(facts.revoked_why or "", _LONGEST)
    return f"Revoked by {who} {when} ({why}): no export will hold this face."


def leaving_text_of(project: Project, image_id: int) -> str:
    """Return the same of an image of a project, read anew; empty where it cannot be read."""
    try:
        facts = project.facts.of([image_id]).get(image_id)
    except ProjectError:
        return ""  # shown once it can be read: nothing is done with it
    return "" if facts is None else leaving_text(facts)
