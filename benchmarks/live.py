"""What live pictures cost: processor time a frame, and frames a second and their age in the window.

    .ci/with-display .venv/bin/python benchmarks/live.py [--mediapipe-python PYTHON]

A portrait before a moving, noisy camera, H.264 at 480p and 720p, one face. Each frame is read,
tracked, filtered, drawn for a view of 960 x 540 and painted, one after the other, and its processor
time taken. With ``--mediapipe-python``, an environment with mediapipe 0.10.21, the same clip goes
through a loop as MediaPipe's documentation shows it: OpenCV reads, Face Mesh tracks, its drawing
utilities draw the tesselation; nothing is painted there. Then the window plays the clip at its own
speed.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from qtpy.QtWidgets import QApplication

from annotator.imaging.clips.capture import open_camera
from annotator.inference import FaceMesh
from annotator.inference.tracking import Tracker
from annotator.plugin.live.live_view import LiveView
from annotator.plugin.live.live_window import LiveWindow
from annotator.workbench.live.assembling import LiveOptions, assemble
from annotator.workbench.live.capture_thread import NO_LIMIT
from annotator.workbench.live.composing import Composer
from annotator.workbench.live.face_filters import FaceFilters
from annotator.workbench.live.live_frame import LiveFrame, Seen
from annotator.workbench.live.live_look import LiveLook, LiveMesh
from annotator.workbench.live.source import Source
from annotator.workbench.look.view_settings import Texture
from tests.clips import portrait_frames, write_clip

VIEW = (960, 540)
MAKE_UP = LiveLook(texture=Texture.MAKE_UP, mesh=LiveMesh.NONE)
SIZES = {"480p": (640, 480), "720p": (1280, 720)}
LOOP = """
import json, resource, sys, time
import cv2, mediapipe
mesh, draw = mediapipe.solutions.face_mesh, mediapipe.solutions.drawing_utils
styles = mediapipe.solutions.drawing_styles
solver = mesh.FaceMesh(static_image_mode=False, max_num_faces=4)
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
clip, count, start = cv2.VideoCapture(sys.argv[1]), 0, None
while True:
    good, image = clip.read()
    if not good:
        break
    found = solver.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    for face in found.multi_face_landmarks or []:
        draw.draw_landmarks(
            image, face, mesh.FACEMESH_TESSELATION, None,
            styles.get_default_face_mesh_tesselation_style(),
        )
    count += 1
    if count == 30:
        start = used()
print(json.dumps(1000 * (used() - start) / (count - 30)))
"""


def used() -> float:
    """Return the processor time of this process, all threads, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def in_order(clip: Path, look: LiveLook, *, quality: bool = False) -> float:
    """Return the processor time a frame in ms, every frame from the file to the screen."""
    face_mesh = FaceMesh.load(threads=1)
    layout, camera = face_mesh.info.layout, open_camera(str(clip), paced=False)
    tracker = Tracker(face_mesh, quality=quality)
    filters, composer = FaceFilters(layout, look.filter), Composer(layout)
    view = LiveView()
    view.resize(*VIEW)
    view.show()
    count, start = 0, 0.0
    while (read := camera.read()) is not None:
        pixels, at = read
        frame = LiveFrame(count, pixels, at, time.monotonic())
        faces = filters.step(at, tracker.step(pixels))
        picture = composer.compose(frame, faces, look, VIEW, is_new=True)
        view.show_seen(Seen(frame, faces, picture))
        view.repaint()
        QApplication.processEvents()
        count += 1
        if count == 30:
            start = used()
    camera.close()
    view.close()
    return 1000 * (used() - start) / (count - 30)


def played(clip: Path, look: LiveLook, seconds: float) -> str:
    """Return what the window says after playing a clip for so long."""
    with tempfile.TemporaryDirectory() as folder:
        source = Source.of(str(clip), loops=True)
        options = LiveOptions(None, False, 4, Path(folder), "bench", NO_LIMIT)
        window = LiveWindow(assemble(source, source.open(), options), look)
        window.resize(VIEW[0] + 12, VIEW[1] + 110)
        window.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            QApplication.processEvents()
            time.sleep(0.001)
        window._tell_figures()
        text = window.figures.text()
        window.close()
    return text


def peer(clip: Path, python: str) -> float:
    """Return what the loop with MediaPipe takes a frame, in ms."""
    done = subprocess.run(
        [python, "-c", LOOP, str(clip)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mediapipe-python", help="python with mediapipe 0.10.21")
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    app = QApplication([])
    looks: dict[str, Callable[[Path], float]] = {
        "edges": lambda clip: in_order(clip, LiveLook()),
        "side by side": lambda clip: in_order(clip, LiveLook(split=True)),
        "make-up": lambda clip: in_order(clip, MAKE_UP),
        "edges, quality": lambda clip: in_order(clip, LiveLook(), quality=True),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            clip = Path(folder) / f"{name}.mp4"
            write_clip(clip, portrait_frames(options.frames, *size, noise=3))
            for what, measure in looks.items():
                ours = measure(clip)
                print(f"{name} {what:15} {ours:6.2f} ms of processor time a frame", flush=True)
                if what == "edges" and options.mediapipe_python:
                    theirs = peer(clip, options.mediapipe_python)
                    ratio = f"MediaPipe and OpenCV {theirs:.2f} ms: {theirs / ours:.2f} times"
                    print(f"{name} {ratio}", flush=True)
            print(f"{name} window: {played(clip, LiveLook(), options.seconds)}", flush=True)
    del app


if __name__ == "__main__":
    main()
