"""What makes a sample of a frame: the first stroke on it, or a verdict. No widgets here."""

import numpy as np

from annotator.project import ProjectError
from annotator.workbench.actions_done import Stroked
from annotator.workbench.bench import Bench
from annotator.workbench.clips.clips import Clips
from annotator.workbench.walk import Walk

_NO_MESH = "There is no face here to work on: choose a frame in which it has a mesh."
_OTHER_MESH = (
    "Somebody made a sample of this frame meanwhile, or the model says something else of it now. "
    "This is its mesh: look at it, and do the same again if it is right."
)


class FrameSamples:
    """Makes samples of frames, for whoever asks the bench for one.

    The mesh that was shown comes along as the sample's first stroke, where it is not what the model
    said: it can be undone like any other. That the frame is a sample is not undone. Where the frame
    is a sample by now that somebody else made, what was to be done to the mesh on the screen is not
    done to that one: it is shown, and told.

    Parameters
    ----------
    bench : Bench
    walk : Walk
    clips : Clips
    """

    def __init__(self, bench: Bench, walk: Walk, clips: Clips) -> None:
        self._bench, self._walk, self._clips = bench, walk, clips
        self._made: int | None = None
        bench.becomes_sample = self.make
        bench.steps_on = self.step_on

    def step_on(self) -> bool:
        """Show the next frame after a verdict on one that became a sample by being worked on.

        Whoever goes through a clip stays with its face: what is to do elsewhere is for later.
        Returns False for any other sample, and at the clip's end.
        """
        made, self._made = self._made, None
        clip = self._clips.open_clip
        if made is None or made != self._bench.sample_id or clip is None:
            return False
        if clip.playhead.frame >= clip.playhead.count - 1:
            return False
        self._clips.step(1)
        return True

    def make(self) -> bool:
        """Make a sample of the frame on the screen and take it under edit; return whether it is."""
        bench = self._bench
        frame, project = bench.frame, bench.project
        if frame is None or project is None:
            return bench.session is not None
        seen = frame.landmarks
        if frame.track_id is None or seen is None:
            bench.failed.emit(_NO_MESH)
            return False
        propagated = seen if frame.is_propagated else None
        try:
            is_there = project.clips.sample_at(frame.track_id, frame.frame) is not None
            sample_id = project.clips.make_sample(
                frame.track_id, frame.frame, bench.annotator, corrected=propagated
            )
        except ProjectError as error:
            bench.failed.emit(f"{error}.")
            return False
        self._walk.go_to(sample_id)
        self._clips.refresh()
        self._made = sample_id
        session = bench.session
        if session is None or session.sample_id != sample_id:
            return False
        if is_there or not np.array_equal(session.landmarks, seen):
            bench.failed.emit(_OTHER_MESH)
            return False
        if propagated is not None and session.last_stroke is not None:
            bench.did(Stroked(sample_id, session.last_stroke.id))
        return True
