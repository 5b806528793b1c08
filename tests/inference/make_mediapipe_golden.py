"""Write data/mediapipe_golden.npz: what MediaPipe Face Mesh answers on a few shipped images.

Run by hand, in an environment of its own (mediapipe 0.10.21, numpy<2), with the images as PNG
files so that both sides see the same pixels:

    python make_mediapipe_golden.py OUTPUT.npz IMAGE.png...

Keys are the files' stems; each holds (n_faces, 468, 3) float32: x, y in pixels and z times the
image's width, as MediaPipe gives it.
"""

import sys
from pathlib import Path

import cv2
import mediapipe
import numpy as np


def main() -> None:
    output, *paths = map(Path, sys.argv[1:])
    solver = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=20, min_detection_confidence=0.5
    )
    golden = {}
    for path in paths:
        image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        height, width = image.shape[:2]
        faces = solver.process(image).multi_face_landmarks or []
        scale = (width, height, width)
        points = [[np.multiply((p.x, p.y, p.z), scale) for p in f.landmark] for f in faces]
        golden[path.stem] = np.asarray(points, np.float32).reshape(-1, 468, 3)
        print(path.stem, len(faces))
    np.savez_compressed(output, **golden)


if __name__ == "__main__":
    main()
