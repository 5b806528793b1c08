"""Write data/mediapipe_tracks.npz: what MediaPipe Face Mesh answers as it tracks a few frames.

Run by hand, in an environment of its own (mediapipe 0.10.21, numpy<2), with shipped images as PNG
files so that both sides see the same pixels:

    python make_mediapipe_tracks.py OUTPUT.npz IMAGE.png...

Keys are the files' stems; each holds (n_frames, n_faces, 468, 2) float32: x, y in pixels of the
frame. The frames are a window of the image that moves by whole pixels: see `frames`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

COUNT, STEP = 5, 4  # frames, and pixels from one to the next


def frames(image: np.ndarray) -> Iterator[np.ndarray]:
    """Yield views of an image through a window that moves to the lower right."""
    room = COUNT * STEP
    for number in range(COUNT):
        at, (height, width) = number * STEP, image.shape[:2]
        yield np.ascontiguousarray(image[at : height - room + at, at : width - room + at])


def main() -> None:
    import cv2  # noqa: PLC0415
    import mediapipe  # noqa: PLC0415

    output, *paths = map(Path, sys.argv[1:])
    golden = {}
    for path in paths:
        solver = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=2)
        meshes = []
        for frame in frames(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)):
            scale = (frame.shape[1], frame.shape[0])
            faces = solver.process(frame).multi_face_landmarks
            points = [[np.multiply((p.x, p.y), scale) for p in face.landmark] for face in faces]
            meshes.append(points)
        golden[path.stem] = np.asarray(meshes, np.float32)
        print(path.stem, golden[path.stem].shape)
    np.savez_compressed(output, **golden)


if __name__ == "__main__":
    main()
