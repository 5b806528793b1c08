"""Run MediaPipe Face Mesh over a folder of JPEG files, as its documentation shows, and time it.

    python mediapipe_loop.py FOLDER

For an environment of its own (mediapipe 0.10.21 needs numpy<2); ``throughput.py`` starts it.
Prints one line of JSON: images, faces, seconds. Loading and one warm-up image are not timed.
"""

import json
import sys
import time
from pathlib import Path

import cv2
import mediapipe


def main() -> None:
    paths = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))
    solver = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=20, min_detection_confidence=0.5
    )
    solver.process(cv2.cvtColor(cv2.imread(str(paths[0])), cv2.COLOR_BGR2RGB))
    faces = 0
    start = time.perf_counter()
    for path in paths:
        image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        faces += len(solver.process(image).multi_face_landmarks or [])
    seconds = time.perf_counter() - start
    print(json.dumps({"images": len(paths), "faces": faces, "seconds": seconds}))


if __name__ == "__main__":
    main()
