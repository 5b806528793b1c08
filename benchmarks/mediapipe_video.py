"""Run MediaPipe Face Mesh over frames, as its documentation shows; `tracking.py` starts it.

    python mediapipe_video.py time CLIP MAX_FACES
    python mediapipe_video.py meshes FRAMES.npy MESHES.npy

For an environment of its own (mediapipe 0.10.21 needs numpy<2). The first reads a clip with OpenCV,
converts and processes each frame, and prints one line of JSON: frames, faces, seconds, processor.
Loading and one warm-up frame are not timed. The second takes frames (k, height, width, 3) uint8 RGB
and writes the meshes of the first face, (k, 468, 2) float32 in pixels; NaN where there is none.
"""

import json
import sys
import time

import cv2
import mediapipe
import numpy as np


def solver(max_faces: int) -> "mediapipe.solutions.face_mesh.FaceMesh":
    return mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=False, max_num_faces=max_faces, refine_landmarks=False
    )


def timed(clip: str, max_faces: int) -> dict[str, float]:
    tracker = solver(max_faces)
    tracker.process(cv2.cvtColor(cv2.VideoCapture(clip).read()[1], cv2.COLOR_BGR2RGB))
    tracker.reset()
    frames = faces = 0
    start, processor = time.perf_counter(), time.process_time()
    capture = cv2.VideoCapture(clip)
    while True:
        is_there, image = capture.read()
        if not is_there:
            break
        result = tracker.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        frames += 1
        faces += len(result.multi_face_landmarks or [])
    return {
        "frames": frames,
        "faces": faces,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - processor,
    }


def meshes(frames: np.ndarray) -> np.ndarray:
    tracker = solver(1)
    found = np.full((len(frames), 468, 2), np.nan, np.float32)
    for at, frame in enumerate(frames):
        faces = tracker.process(np.ascontiguousarray(frame)).multi_face_landmarks
        if faces:
            scale = (frame.shape[1], frame.shape[0])
            found[at] = [np.multiply((p.x, p.y), scale) for p in faces[0].landmark]
    return found


def main() -> None:
    if sys.argv[1] == "time":
        print(json.dumps(timed(sys.argv[2], int(sys.argv[3]))))
    else:
        np.save(sys.argv[3], meshes(np.load(sys.argv[2], mmap_mode="r")))


if __name__ == "__main__":
    main()
