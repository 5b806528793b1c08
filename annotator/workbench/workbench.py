"""The annotator at work: the bench, and all that can be done at it. No widgets here.

Widgets call its verbs and follow its signals; tests and scripts do the same.
"""

from contextlib import suppress
from time import monotonic

from annotator.project import ImageRecord, Project, ProjectError
from annotator.project.covariance_file import CovarianceFileError, load_guided_covariance
from annotator.workbench.bench import Bench
from annotator.workbench.clips.clips import Clips
from annotator.workbench.clips.following import ClipFollowing
from annotator.workbench.clips.frame_samples import FrameSamples
from annotator.workbench.clips.playing import Playing
from annotator.workbench.edits import Edits
from annotator.workbench.face_checks import FaceChecks
from annotator.workbench.project_reasons import is_in_two_steps
from annotator.workbench.reviewing import Reviewing
from annotator.workbench.shown_samples import Shown
from annotator.workbench.triaged import Triaged
from annotator.workbench.undoing import Undoing
from annotator.workbench.verdicts import Verdicts
from annotator.workbench.walk import Walk


class Workbench(Bench):
    """One annotator at work on one project: a `Bench` with everything done at it.

    Parameters
    ----------
    annotator : str
        Recorded with every stroke and verdict.

    Attributes
    ----------
    edits : Edits
        Makes strokes on the current sample and takes them back.
    checks : FaceChecks
        Knows what checks have against the current sample's mesh.
    verdicts : Verdicts
        Gives them on the current sample.
    reviewing : Reviewing
        Whether what others submitted is gone through, and what accepting means.
    undoing : Undoing
        Takes back what was done, in the order in which it was, and does it again.
    triaged : Triaged
        Knows what was assessed of the samples.
    clips : Clips
        Goes through clips, frame by frame.
    following : ClipFollowing
        Lets the open clip follow what is done elsewhere.
    playing : Playing
        Plays them.
    frame_samples : FrameSamples
        Makes samples of their frames.
    """

    def __init__(self, annotator: str) -> None:
        super().__init__(annotator)
        self.triaged = Triaged(self)
        self.edits = Edits(self)
        self._walk = Walk(self, self.edits)
        self.checks = FaceChecks(self)
        self.verdicts = Verdicts(self, self.edits, self._walk, self.checks)
        self.undoing = Undoing(self, self.edits, self._walk, self.verdicts)
        self.reviewing = Reviewing(self, self.verdicts)
        self.clips = Clips(self, self._walk)
        self.following = ClipFollowing(self, self.clips)
        self.playing = Playing(self, self.clips, monotonic)
        self.frame_samples = FrameSamples(self, self._walk, self.clips)

    def open(self, project: Project) -> bool:
        """Work on this project, starting at the first sample to do.

        Returns False, and changes nothing, if strokes of the project before cannot be saved.
        """
        if not self.close():
            return False
        self._learn(project)
        self.lay_out(project)
        self._walk.refresh()
        return True

    def close(self) -> bool:
        """Leave the project, saving what waits; returns False if that cannot be saved."""
        if self.project is None:
            return True
        if not self.edits.save_pending():
            return False
        self.clear()
        return True

    def rename_annotator(self, name: str) -> None:
        """Record what follows under another name, and show what is theirs to see."""
        before = self.annotator
        if self.project is not None:
            self.edits.save_pending()  # what waits is still of whoever made it
        super().rename_annotator(name)
        if self.project is not None and self.annotator != before:
            self._show_theirs(self.project)

    def _show_theirs(self, project: Project) -> None:
        """Read the list anew where it is another one for somebody else."""
        with suppress(ProjectError):
            if project.opinions.exist() or is_in_two_steps(project):
                self.refresh()

    def learn_anew(self) -> None:
        """Let the tools expect the errors that this project's corrections showed."""
        if self.project is not None:
            self._learn(self.project)

    def show_samples(self, shown: Shown) -> None:
        """Show these samples, in this order."""
        self.samples.arrange(shown)
        self.samples_changed.emit()

    def refresh(self) -> None:
        """Read the list of samples anew; see `Walk.refresh`."""
        self._walk.refresh()

    def go_to(self, sample_id: int) -> None:
        """Take a sample under edit."""
        self._walk.go_to(sample_id)

    def look_at_photograph(self, image: ImageRecord) -> None:
        """Show a photograph that has no face; see `Walk.look_at_photograph`."""
        self._walk.look_at_photograph(image)

    def step(self, offset: int) -> None:
        """Go so many samples on in the list shown, or back if negative."""
        self._walk.step(offset)

    def go_to_next_to_do(self) -> None:
        """Go to the next sample without a verdict."""
        self._walk.go_to_next_to_do()

    def _learn(self, project: Project) -> None:
        try:
            self.tools.learn(load_guided_covariance(project.home))
        except CovarianceFileError as error:
            self.tools.learn(None)
            self.failed.emit(str(error))
