"""What is to be done next in a project that holds no sample yet, in a sentence."""

from annotator.project import Project
from annotator.workflow.clip_facts import untracked
from annotator.workflow.import_text import few


def next_step(project: Project) -> str:
    """Return why there is no sample yet, and which command makes some."""
    images, clips = project.images.all(), project.clips.all()
    if not images and not clips:
        return "no samples yet: `add` photographs or videos, then `predict`"
    if untracked(project):
        return "no samples yet: `predict` finds the faces"
    tracked = [clip for clip in clips if project.clips.tracks(clip.id)]
    if tracked:
        return (
            f"no samples yet of {few(tracked)}: `open` and correct a frame, or let "
            "`frames --count N` choose N doubtful ones"
        )
    if len(images) > len(project.images.without_faces()):
        return "no samples yet: `predict` finds the faces"
    return "no samples yet: no face was found; `open` lets you draw a box around one"
