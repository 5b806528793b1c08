import cv2
import numpy as np

from annotator.mesh.layout import FACE_468
from annotator.workbench.live.laid_texture import lay_texture
from annotator.workbench.live.warped_face import warped_face
from annotator.workbench.look.view_settings import Texture
from tests.live import front_face


def painted(mesh: np.ndarray) -> np.ndarray:
    """Return a frame with a checker over a face."""
    frame = np.full((480, 640, 3), 128, np.uint8)
    lay_texture(frame, mesh, FACE_468, Texture.CHECKER, 1.0)
    return frame


def test_what_the_mesh_follows_stands_still_wherever_the_head_is():
    mesh = front_face(80, 60, 330)
    turn = cv2.getRotationMatrix2D((300, 240), 14, 0.9)
    moved = mesh.copy()
    moved[:, :2] = mesh[:, :2] @ turn[:, :2].T + turn[:, 2]
    moved[:, 2] *= 0.9
    still, turned = (warped_face(painted(m), m, FACE_468, 256).astype(int) for m in (mesh, moved))
    off = np.abs(still - turned)
    assert np.median(off) <= 3
    assert off.mean() < 8


def test_a_mesh_that_slipped_shows_something_else():
    mesh = front_face(80, 60, 330)
    frame = painted(mesh)
    slipped = mesh + np.float32([8, 0, 0])
    still, off = (warped_face(frame, m, FACE_468, 256).astype(int) for m in (mesh, slipped))
    assert np.abs(still - off).mean() > 20


def test_beside_the_face_it_is_dark_and_a_face_beyond_the_frame_is_no_trouble():
    warped = warped_face(np.full((40, 40, 3), 200, np.uint8), front_face(-500, 900), FACE_468, 64)
    assert (warped[0, 0] == (20, 22, 26)).all()
    assert (warped[32, 32] == 200).all()
