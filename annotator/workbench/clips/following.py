"""Lets the open clip follow what is done elsewhere: at the bench, and by other programs."""

from annotator.project import ProjectError
from annotator.workbench.bench import Bench
from annotator.workbench.clips.clips import Clips


class ClipFollowing:
    """Opens the clip of the sample under edit, and keeps what the bar shows as the project has it.

    Parameters
    ----------
    bench : Bench
    clips : Clips
    """

    def __init__(self, bench: Bench, clips: Clips) -> None:
        self._bench, self._clips = bench, clips
        self._version: int | None = None
        bench.current_changed.connect(self._follow)
        bench.sample_updated.connect(self._read_samples)
        bench.tracks_changed.connect(self._read_tracks)

    def look(self) -> None:
        """Take in what other windows and programs made of the clip; cheap while nothing did."""
        clips, project = self._clips, self._bench.project
        if clips.open_clip is None or project is None or not self._may_look():
            return
        try:
            version = project.version()
        except ProjectError:
            return  # looked for again soon
        if version != self._version:
            self._version = version
            clips.refresh(with_meshes=True)

    def _may_look(self) -> bool:
        editor = self._bench.editor
        return not self._bench.is_playing and (editor is None or not editor.is_dragging)

    def _read_samples(self, sample_id: int) -> None:
        self._clips.refresh()

    def _read_tracks(self) -> None:
        self._clips.refresh(with_meshes=True)

    def _follow(self) -> None:
        """Go with what is under edit: to the clip that it is a frame of, or to none."""
        bench, clips = self._bench, self._clips
        if bench.frame is not None:
            return
        if bench.session is None:
            clips.close()
            return
        try:
            image = bench.image()
        except ProjectError:
            return  # what is done next says what is wrong
        if image.clip_id is None or image.clip_frame is None:
            clips.close()
        elif clips.take(image.clip_id):
            clips.come_to(image.clip_frame)
