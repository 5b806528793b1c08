"""What annotators are told about clips, their frames and tracks."""

from annotator.system.words import count
from annotator.workbench.clips.playhead import time_text
from annotator.workbench.clips.timeline import Timeline, TrackLine
from annotator.workbench.keys import KeyBindings
from annotator.workbench.states import state_text

NO_CLIP = "No clip is open: Project > Clips… has them."
NO_TRACKS = "No face was tracked in this clip yet: Project > Predict… does that."
NO_DOUBT = (
    "How doubtful the frames of this face are is not known: `predict --quality` tells "
    "as it tracks, `frames CLIP --count N` afterwards."
)
NO_DOUBTFUL = "No doubtful frame of this face is left that nobody looked at."
NO_KEYS = {1: "No key frame of this face follows.", -1: "No key frame of this face lies before."}
ONE_FACE = "No other face has a mesh in this frame."
NO_MIDDLE = "No frame lies between the key frames here."
NO_SAMPLE = "no sample yet"
NOT_READ = "This frame is damaged and cannot be shown."


def playing_text(keys: KeyBindings) -> str:
    """Return why nothing is changed while a clip plays, and how it is stopped."""
    key = keys.text("play")
    return f"The clip is playing: press {key} to pause." if key else "Pause the clip first."


def frame_name(clip: str, frame: int) -> str:
    """Return what a frame of a clip is called: ``walk.mp4 · frame 12``."""
    return f"{clip} · frame {frame:,}"


def place_text(frame: int, total: int, time: float) -> tuple[str, str]:
    """Return which frame one is at, counted from 0, and of how many: ``Frame 12``, and the rest."""
    return f"Frame {frame:,}", f" of {total:,} · {time_text(time)}"


def frame_text(
    timeline: Timeline, line: TrackLine | None, frame: int, *, is_propagated: bool
) -> str:
    """Return what the mesh of a frame is, in a few words."""
    if frame in timeline.damaged:
        return "damaged: it cannot be shown"
    if line is None:
        return "no face was tracked"
    if line.sample_at(frame) is not None:
        place = int((line.sample_frames == frame).argmax())
        kind = "key frame" if line.is_key[place] else "sample"
        return f"{kind}, {state_text(line.states[place])}"
    if not line.has_mesh(frame):
        return f"{line.name} has no mesh here"
    doubt = line.doubt_at(frame)
    said = "" if doubt is None else f", doubt {doubt:.1%}"
    return f"propagated{said}" if is_propagated else f"predicted{said}"


def first_edit_text(keys: KeyBindings) -> str:
    """Return what makes a sample of a frame that is none."""
    key = keys.text("accept")
    return (
        f"A stroke on a frame, or {f'a verdict ({key})' if key else 'a verdict'}, makes a sample."
    )


def cut_text(line: TrackLine, number: int, frame: int, key: str) -> str:
    """Return that a track was cut, and how that is taken back."""
    undo = f" {key} joins them again." if key else ""
    return f"{line.name} ends before frame {frame:,}; from there on it is Face {number}.{undo}"


def joined_text(line: TrackLine, other: TrackLine, key: str) -> str:
    """Return that two tracks were joined, and how that is taken back."""
    undo = f" {key} cuts them apart again." if key else ""
    return f"{other.name} is {line.name} from now on.{undo}"


def gone_text(name: str, reason: str) -> str:
    """Return that a clip's file cannot be read; nothing else is lost by it."""
    return (
        f"{name} cannot be shown: {reason}. What was annotated of it is kept. "
        "If it was moved, the command “facemesh-annotator relocate” follows it."
    )


def changed_text(name: str) -> str:
    """Return that a clip's file has other bytes than when it was added."""
    return (
        f"{name} has changed since it was added, so its meshes belong to other pixels and are not "
        "shown. Put the original back, or add the changed file as a clip of its own."
    )


def clip_text(name: str, frames: int, seconds: float, tracks: int, samples: int) -> str:
    """Return a clip in a line, as a list of clips says it."""
    faces = count(tracks, "face") if tracks else "not predicted yet"
    return f"{name}   {time_text(seconds)}, {frames:,} frames, {faces}, {count(samples, 'sample')}"
