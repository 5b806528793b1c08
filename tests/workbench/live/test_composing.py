import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.workbench.live.composing import Composer
from annotator.workbench.live.live_frame import LiveFrame, SeenFace
from annotator.workbench.live.live_look import (
    LiveLook,
    LiveMesh,
    next_filter,
    with_next_texture,
)
from annotator.workbench.look.view_settings import Texture
from tests.live import front_face

FRAME = LiveFrame(0, np.full((200, 240, 3), 90, np.uint8), 0.0, 0.0)


def face(**places: float) -> SeenFace:
    filtered = front_face(**places)
    return SeenFace(0, front_face(), filtered, 0.9, None, 0.004, 0.001)


def composed(look: LiveLook, size=(480, 200), faces=None):
    faces = [face(left=90.0)] if faces is None else faces
    return Composer(FACE_468).compose(FRAME, faces, look, size, is_new=True)


def drawn_columns(pixels: np.ndarray) -> np.ndarray:
    """Return the columns in which anything but the frame's grey and the ground is."""
    plain = (pixels == 90).all(axis=2) | (pixels == (20, 22, 26)).all(axis=2)
    return np.flatnonzero(~plain.all(axis=0))


@pytest.mark.parametrize("size", [(480, 200), (300, 700), (1, 1), (1000, 40)])
@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("strip", [False, True])
def test_a_picture_is_as_large_as_the_view(size, split, strip):
    picture = composed(LiveLook(split=split, strip=strip), size)
    assert picture.pixels.shape == (max(size[1], 16), max(size[0], 16), 3)


def test_side_by_side_the_raw_mesh_is_left_and_the_filtered_one_right():
    picture = composed(LiveLook(split=True), (486, 200))
    columns = drawn_columns(picture.pixels)
    left, right = columns[columns < 240], columns[columns >= 246] - 246
    # What is filtered lies 30 px further right than what is not.
    assert right.min() - left.min() == pytest.approx(30, abs=1.5)
    texts = [caption.text for caption in picture.captions]
    assert texts == [
        "as predicted · jitter 0.40 %",
        "filtered: pose and shape · jitter 0.10 %",
    ]


def test_a_mirror_mirrors_what_is_drawn_as_well():
    straight = composed(LiveLook(), (240, 200)).pixels
    mirrored = composed(LiveLook(mirror=True), (240, 200)).pixels
    np.testing.assert_array_equal(mirrored, straight[:, ::-1])


def test_contours_are_fewer_lines_and_none_are_none():
    def drawn(mesh):
        pixels = composed(LiveLook(mesh=mesh), (240, 200)).pixels
        return (pixels != 90).any(axis=2).sum()

    assert drawn(LiveMesh.EDGES) > drawn(LiveMesh.CONTOURS) > drawn(LiveMesh.NONE) == 0


def test_the_frame_itself_is_never_drawn_on():
    composed(LiveLook(texture=Texture.CHECKER, split=True, strip=True))
    assert (FRAME.pixels == 90).all()


def test_the_strip_goes_on_by_each_new_frame_and_by_no_other():
    composer, look = Composer(FACE_468), LiveLook(strip=True)

    def strip(grey: int, *, is_new: bool) -> np.ndarray:
        frame = LiveFrame(0, np.full((200, 240, 3), grey, np.uint8), 0.0, 0.0)
        return composer.compose(frame, [face()], look, (600, 400), is_new=is_new).pixels[-132:]

    first = strip(200, is_new=True)
    assert (strip(10, is_new=False) == first).all()
    second = strip(60, is_new=True)
    middle = second[64]
    assert (middle[-40:] == 60).all(axis=1).any()
    assert (middle[-40:] == 200).all(axis=1).any()


def test_keys_go_round_through_filters_and_textures():
    assert [next_filter(name) for name in ("pose_shape", "mediapipe", "none", "?")] == [
        "mediapipe", "none", "pose_shape", "pose_shape",
    ]  # fmt: skip
    look = LiveLook()
    seen = []
    for _ in range(3):
        look = with_next_texture(look)
        seen.append((look.texture, look.mesh))
    assert seen == [
        (Texture.CHECKER, LiveMesh.NONE),
        (Texture.MAKE_UP, LiveMesh.NONE),
        (Texture.NONE, LiveMesh.EDGES),
    ]
