"""A long clip from its file into a project: memory while it is tracked; then listing and seeking.

    python benchmarks/long_clip.py --images IMAGE [--frames 10000] [--stored 18000] [--seeks 200]

The clip, 640 x 480 with noise, a key frame every 250, is drawn from the photograph's largest face.
It is decoded, tracked and stored as `track` does, and the resident set is noted on the way. Then
the meshes found go, again and again, into a second project as those of a clip of so many stored
frames: ten minutes at 30 frames a second are 18,000. There it is measured how long listing its
clips and tracks takes, and getting the meshes of frames at random, against a file of numpy's own
(.npy, mapped into memory), which knows neither tracks nor damage and holds 4 bytes a number.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from moving_portraits import RATE, Image, moving, portraits
from numpy.typing import NDArray
from tracking import resident

from annotator.imaging import read_image
from annotator.imaging.clips import content_sha256, inspect_clip, open_clip
from annotator.inference import FaceMesh
from annotator.project import ClipRecord, NewClip, Project, TrackPiece
from annotator.system.hashing import file_stamp
from annotator.workflow.clip_tracking import Following
from annotator.workflow.predicting_clips import track_clip

SIZE, NOISE = (640, 480), 3.0
CODING = {"g": "250", "preset": "superfast"}
HELD = 100  # frames that are drawn, and shown again and again
PORTION = 1500  # frames stored at once


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--stored", type=int, default=18_000)
    parser.add_argument("--seeks", type=int, default=200)
    options = parser.parse_args()
    model = FaceMesh.load(small_faces=False)
    (portrait,) = portraits(model, [read_image(options.images)])
    drawn = [frame for frame, _ in moving(portrait, model, HELD, SIZE, "fast", noise=NOISE)]
    with tempfile.TemporaryDirectory() as folder:
        path = encode(Path(folder, "long.mp4"), islice(cycle(drawn), options.frames))
        meshes = report_tracking(Path(folder, "tracked"), path, model)
        report_frames(path, options.seeks)
        every = meshes[np.arange(options.stored) % len(meshes)]
        report_store(Path(folder), path, model, every, options.seeks)


def encode(path: Path, frames: Iterator[Image]) -> Path:
    """Write frames as H.264 with few key frames, quickly."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=CODING)
        stream.pix_fmt, (stream.width, stream.height) = "yuv420p", SIZE
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path


def added(project: Project, path: Path, times: NDArray[np.float64], sha256: str) -> ClipRecord:
    """Put a clip of such times into a project."""
    size, modified = file_stamp(path)
    new = NewClip(path, sha256, *SIZE, times, file_size=size, modified_ns=modified)
    return project.clips.add(new)


def report_tracking(folder: Path, path: Path, model: FaceMesh) -> NDArray[np.float32]:
    """Track the clip into a project; return the meshes of its longest track."""
    print(f"decoding, tracking and storing, MiB resident: {resident():.1f} before")
    with Project.create(folder) as project:
        clip = added(project, path, inspect_clip(path).times, content_sha256(path))
        began, processor, told = time.perf_counter(), time.process_time(), 0
        for step in track_clip(project, clip, model, Following(max_faces=1)):
            if step.up_to >= told:
                print(f"  {step.up_to:6} {resident():.1f}", flush=True)
                told += clip.frame_count // 10
        clock, used = time.perf_counter() - began, time.process_time() - processor
        count = clip.frame_count / 1000
        print(f"  a frame: clock {clock / count:.2f} ms, processor {used / count:.2f} ms")
        longest = max(project.clips.tracks(clip.id), key=lambda track: track.frame_count)
        return project.clips.meshes(longest.id, 0, clip.frame_count).landmarks


def report_frames(path: Path, seeks: int) -> None:
    """Read frames of the clip at random."""
    began = time.perf_counter()
    with open_clip(path) as clip:
        print(f"opening the clip anew: {1000 * (time.perf_counter() - began):.1f} ms")
        wanted = np.random.default_rng(0).integers(0, len(clip), seeks).tolist()
        print(f"a frame at random, decoded: {spread(clip.read, wanted)}")


def report_store(
    folder: Path, path: Path, model: FaceMesh, every: NDArray[np.float32], seeks: int
) -> None:
    """Store a mesh for each frame; list them, and seek in them."""
    count = len(every)
    np.save(folder / "peer.npy", every)
    with Project.create(folder / "stored") as project:
        clip = added(project, path, np.arange(count) / RATE, "0" * 64)
        model_id = project.models.register(model.info)
        for start in range(0, count, PORTION):
            frames = np.arange(start, min(start + PORTION, count))
            sure = np.full(len(frames), 0.99, np.float32)
            piece = TrackPiece(0, frames, every[frames], sure, sure * 0)
            project.clips.store_tracked(clip.id, model_id, [piece], int(frames[-1]) + 1)
    files = sum(one.stat().st_size for one in (folder / "stored").rglob("*") if one.is_file())
    print(f"{count} meshes stored: {files / 1e6:.1f} MB; numpy's file: {every.nbytes / 1e6:.1f} MB")
    began = time.perf_counter()
    with Project.open(folder / "stored") as project:
        print(f"opening the project: {1000 * (time.perf_counter() - began):.1f} ms")
        (track,) = project.clips.tracks(clip.id)
        wanted = np.random.default_rng(1).integers(0, count, seeks).tolist()
        clips = project.clips
        print(f"listing clips: {spread(lambda _: clips.all(), wanted)}")
        print(f"listing tracks: {spread(lambda _: clips.tracks(clip.id), wanted)}")
        print(f"the states of a track: {spread(lambda _: clips.states(track.id), wanted)}")
        one = spread(lambda frame: clips.meshes(track.id, frame, frame + 1), wanted)
        print(f"a mesh at random: {one}")
        some = spread(lambda frame: clips.meshes(track.id, frame, frame + RATE), wanted)
        print(f"a second of meshes at random: {some}")
    peer = np.load(folder / "peer.npy", mmap_mode="r")
    print(f"numpy's file, a mesh at random: {spread(lambda frame: peer[frame].copy(), wanted)}")


def spread(act: Callable[[int], object], wanted: list[int]) -> str:
    """Return how long something takes, as text."""
    times = []
    for frame in wanted:
        began = time.perf_counter()
        act(frame)
        times.append(1000 * (time.perf_counter() - began))
    return f"median {statistics.median(times):.2f} ms, p95 {np.percentile(times, 95):.2f} ms"


if __name__ == "__main__":
    main()
