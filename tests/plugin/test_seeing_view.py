"""What the view draws, on a shown canvas: its pixels."""

from collections.abc import Iterator
from dataclasses import replace

import napari
import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.mesh.brush import Brush
from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.tools.base import Aim, MeshState
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.turned import TurnedTool
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.pointer import process_events
from annotator.workbench.look.coordinates import position_to_napari
from annotator.workbench.look.light import Light
from annotator.workbench.look.palette import ANCHOR_COLOUR, INFLUENCE_COLOUR, PINNED_COLOUR
from annotator.workbench.look.view_settings import Colours, MeshStyle, Texture, ViewSettings

CHIN, NOSE_TIP, CHEEK = 152, 1, 50
SKIN = (150, 110, 90)
# The face fills most of what a window of this shape leaves the canvas.
WINDOW_SIZE = (560, 640)


@pytest.fixture
def face() -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([10, -10, -10])
    return (vertices + np.float32([200, 150, 0])).astype(np.float32)


@pytest.fixture
def state(face: np.ndarray) -> MeshState:
    return MeshState.of(face, face, FACE_468)


@pytest.fixture
def photograph() -> np.ndarray:
    return np.full((300, 400, 3), SKIN, np.uint8)


class Scene:
    """A face view on a shown canvas."""

    def __init__(self, viewer: napari.Viewer, photograph: np.ndarray, state: MeshState) -> None:
        self.viewer = viewer
        self.photograph = photograph
        self.view = FaceView(viewer)
        self.view.show(photograph, state)
        process_events()

    def set(self, **settings: object) -> None:
        self.view.settings = replace(self.view.settings, **settings)

    def pixels(self) -> np.ndarray:
        process_events()
        return self.viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(int)

    def at(self, position: np.ndarray, around: int = 2) -> np.ndarray:
        """The mean colour of the canvas about an image position."""
        pixels = self.pixels()
        row, column = position_to_napari((float(position[0]), float(position[1])))
        camera = self.viewer.scene.camera
        y = (row - camera.center[-2]) * camera.zoom + pixels.shape[0] / 2
        x = (column - camera.center[-1]) * camera.zoom + pixels.shape[1] / 2
        window = (slice(int(y) - around, int(y) + around + 1),
                  slice(int(x) - around, int(x) + around + 1))  # fmt: skip
        return pixels[window].reshape(-1, 3).mean(axis=0)


@pytest.fixture
def scene(viewer: napari.Viewer, photograph: np.ndarray, state: MeshState) -> Iterator[Scene]:
    viewer.window.resize(*WINDOW_SIZE)
    process_events()
    shown = Scene(viewer, photograph, state)
    yield shown
    shown.view.clear()


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """The share of pixels that look different."""
    return float((np.abs(before - after).max(axis=-1) > 12).mean())


def rgb(colour: tuple[float, ...]) -> np.ndarray:
    return np.array(colour[:3]) * 255


def test_the_hidden_mesh_leaves_the_bare_photograph(scene: Scene) -> None:
    scene.set(texture=Texture.CHECKER, ghost=True)
    with_mesh = scene.pixels()
    scene.view.toggle_mesh()
    bare = scene.pixels()
    assert changed(with_mesh, bare) > 0.1
    assert not scene.view.is_editable
    assert (np.abs(bare[100:-100, 100:-100] - SKIN).max() <= 1).all()
    scene.view.toggle_mesh()
    assert changed(with_mesh, scene.pixels()) == 0


@pytest.mark.parametrize(
    "light",
    [Light(brightness=0.3), Light(brightness=-0.3), Light(contrast=2.5), Light(gamma=0.5)],
)
def test_the_shader_shows_what_the_formula_says(scene: Scene, light: Light) -> None:
    scene.view.toggle_mesh()
    scene.set(light=light)
    expected = 255 * light.applied_to(np.array(SKIN) / 255)
    assert_allclose(scene.at(np.array([200, 150])), expected, atol=2)
    assert (scene.photograph == SKIN).all(), "the photograph itself stays as it is"


def test_the_light_stays_for_the_next_photograph_and_in_naparis_3d(
    scene: Scene, state: MeshState
) -> None:
    scene.set(light=Light(brightness=0.2), style=MeshStyle.UNDER_BRUSH)
    scene.view.show(np.full((500, 640, 3), 40, np.uint8), state)
    assert_allclose(scene.at(np.array([200, 150])), 40 + 51, atol=2)
    scene.viewer.dims.ndisplay = 3
    process_events()
    scene.viewer.dims.ndisplay = 2
    scene.view.frame()
    assert_allclose(scene.at(np.array([200, 150])), 40 + 51, atol=2)
    scene.view.clear()
    scene.view.show(np.full((500, 640, 3), 60, np.uint8), state)
    assert_allclose(scene.at(np.array([200, 150])), 60 + 51, atol=2)


def test_each_style_draws_less_than_the_one_before(scene: Scene) -> None:
    bare_share = []
    scene.view.toggle_mesh()
    bare = scene.pixels()
    scene.view.toggle_mesh()
    for _ in MeshStyle:
        bare_share.append(changed(bare, scene.pixels()))
        scene.view.cycle_style()
    assert bare_share == sorted(bare_share, reverse=True)
    assert bare_share[0] > 2 * bare_share[2] > bare_share[3] == 0


def test_hidden_vertices_are_not_drawn(scene: Scene, state: MeshState) -> None:
    hidden = np.ones(468, bool)
    hidden[FACE_468.topology.regions["lips"]] = False
    scene.view.update(replace(state, hidden=hidden))
    pixels = scene.pixels()
    plain = np.abs(pixels - SKIN).max(axis=-1) < 10
    height = pixels.shape[0]
    assert plain[: height // 2].all()
    assert not plain[height // 2 :].all()


def test_pins_and_anchors_have_their_own_looks(scene: Scene, state: MeshState) -> None:
    marks = with_pins(no_marks(FACE_468.count), [CHEEK], pinned=True)
    scene.view.update(replace(state, marks=marks, anchors=(CHIN,)))
    scene.view.frame_region(np.array([CHEEK, CHIN]))
    face = state.landmarks
    assert_allclose(scene.at(face[CHIN]), rgb(ANCHOR_COLOUR), atol=30)
    assert_allclose(scene.at(face[CHEEK], around=1), rgb(PINNED_COLOUR), atol=40)


def test_influence_colours_the_mesh_over_any_other_colours(scene: Scene, face) -> None:
    scene.set(colours=Colours.DISPLACEMENT, vertex_size=3.0)
    weights = np.zeros(468)
    weights[CHEEK] = 1
    before = scene.at(face[CHEEK], around=1)
    scene.view.show_aim(Aim(weights, (0, 0), radius=30.0))
    assert_allclose(scene.at(face[CHEEK], around=1), rgb(INFLUENCE_COLOUR), atol=40)
    assert np.abs(before - rgb(INFLUENCE_COLOUR)).max() > 60
    scene.view.show_aim(None)
    assert_allclose(scene.at(face[CHEEK], around=1), before, atol=1)


def test_triangles_that_a_stroke_turns_over_light_up_until_it_ends(scene: Scene, face) -> None:
    folded = face.copy()
    folded[CHEEK, :2] += (70, 25)
    aim = Aim(np.zeros(468))
    scene.view.move(folded, aim)
    assert scene.view.drawing is not None
    assert len(scene.view.drawing.flipped)
    pixels = scene.pixels()
    assert ((pixels[..., 0] > 190) & (pixels[..., 1] < 80)).mean() > 0.005, "magenta"
    scene.view.update(MeshState.of(face, face, FACE_468))
    assert not len(scene.view.drawing.flipped)
    scene.view.move(face + np.float32([3, 3, 0]), aim)
    assert not len(scene.view.drawing.flipped)


def test_the_ghost_the_vectors_and_the_flicker_compare_with_the_prediction(
    scene: Scene, face: np.ndarray
) -> None:
    moved = face + np.float32([25, 0, 0])
    scene.view.update(MeshState.of(moved, face, FACE_468))
    plain = scene.pixels()
    scene.view.toggle_ghost()
    ghost = scene.pixels()
    scene.set(ghost=False, vectors=True)
    vectors = scene.pixels()
    scene.set(vectors=False)
    scene.view.flicker(True)
    flickered = scene.pixels()
    for picture in (ghost, vectors, flickered):
        assert changed(plain, picture) > 0.01
    scene.view.flicker(False)
    assert changed(plain, scene.pixels()) == 0
    scene.view.update(MeshState.of(face, face, FACE_468))
    scene.view.frame()
    assert changed(flickered, scene.pixels()) < 0.2


def test_a_texture_lies_on_the_face_only_and_follows_a_stroke(scene: Scene, face) -> None:
    scene.set(style=MeshStyle.UNDER_BRUSH)
    plain = scene.pixels()
    scene.view.cycle_texture()
    checker = scene.pixels()
    assert 0.1 < changed(plain, checker) < 0.6
    assert_allclose(scene.at(np.array([5, 5])), SKIN, atol=2)
    scene.view.move(face + np.float32([9, 0, 0]), None)
    assert changed(checker, scene.pixels()) > 0.1
    scene.view.cycle_texture()
    assert scene.view.settings.texture is Texture.MAKE_UP
    lip = face[[0, 11], :2].mean(axis=0) + np.float32([9, 0])
    red, green, _ = scene.at(lip)
    assert green < 0.6 * SKIN[1]
    assert red > 0.5 * SKIN[0]
    scene.set(texture_opacity=0.0)
    assert_allclose(scene.at(lip), SKIN, atol=2)


def test_the_turned_face_carries_the_photograph_and_its_light(scene: Scene, face) -> None:
    scene.set(style=MeshStyle.UNDER_BRUSH)
    plain = scene.pixels()
    scene.view.toggle_turned()
    assert_allclose(scene.at(face[NOSE_TIP]), SKIN, atol=3)
    corner = scene.pixels()[5, 5]
    assert np.abs(corner - SKIN).max() > 40, "the photograph itself is out of sight"
    scene.set(light=Light(brightness=0.2))
    assert_allclose(scene.at(face[NOSE_TIP]), np.array(SKIN) + 51, atol=3)
    scene.set(light=Light())
    scene.view.toggle_turned()
    assert changed(plain, scene.pixels()) == 0


def test_a_drag_turns_the_face_around_its_middle(scene: Scene) -> None:
    scene.view.toggle_turned()
    assert scene.view.turns_on_drag
    assert not scene.view.is_editable
    assert scene.view.drawing is not None
    before = scene.view.drawing.points
    scene.view.turn_by(-100, 40)
    after = scene.view.drawing.points
    assert after[NOSE_TIP, 0] < before[NOSE_TIP, 0] - 5
    assert after[NOSE_TIP, 1] > before[NOSE_TIP, 1] + 5
    assert_allclose(after.mean(axis=0), before.mean(axis=0), atol=25)


def test_tools_act_in_the_turned_view_when_asked_and_plainly_otherwise(scene, state) -> None:
    tool = GrabTool(Brush())
    assert scene.view.tool_in_view(tool) is tool
    scene.set(turned=True, depth_moves=True)
    assert scene.view.is_editable
    turned = scene.view.tool_in_view(tool)
    assert isinstance(turned, TurnedTool)
    x, y = (scene.view.drawing.points[NOSE_TIP] + 0.5).tolist()
    gesture = turned.begin(state, (x, y), 1.0)
    assert gesture is not None
    edit = gesture.moved((x + 10, y)).edit
    assert edit is not None
    scene.view.move(edit.landmarks, gesture.aim)
    assert_allclose(scene.view.drawing.points[NOSE_TIP] + 0.5, (x + 10, y), atol=0.01)
    assert (edit.landmarks[NOSE_TIP] - state.landmarks[NOSE_TIP])[2] < -2


def test_the_zoom_is_kept_for_the_next_face_when_asked(scene: Scene, face, photograph) -> None:
    camera = scene.viewer.scene.camera
    camera.zoom *= 3
    zoom = camera.zoom
    larger = face * np.float32(1.5)
    scene.set(keeps_zoom=True)
    scene.view.show(photograph, MeshState.of(larger, larger, FACE_468))
    assert camera.zoom == pytest.approx(zoom / 1.5, rel=1e-3)
    middle = (larger[:, :2].min(axis=0) + larger[:, :2].max(axis=0)) / 2
    assert camera.center[-2:] == pytest.approx(position_to_napari(tuple(middle)), abs=0.1)
    scene.set(keeps_zoom=False)
    scene.view.show(photograph, MeshState.of(face, face, FACE_468))
    assert camera.zoom == pytest.approx(zoom / 3, rel=1e-3)


def test_a_face_of_another_layout_is_drawn_after_one_of_this_and_before_it(
    scene: Scene, face: np.ndarray, photograph: np.ndarray, face_with_irises: MeshLayout
) -> None:
    scene.set(ghost=True, vectors=True, texture=Texture.CHECKER)
    before = scene.pixels()
    vertices = face_with_irises.topology.vertices * np.float32([10, -10, -10])
    other = (vertices + np.float32([200, 150, 0])).astype(np.float32)
    scene.view.show(photograph, MeshState.of(other, other, face_with_irises))
    assert len(scene.view.drawing.points) == len(scene.view.mesh_layer.data) == 480
    moved = other + np.float32([4, 0, 0])
    scene.view.move(moved, Aim(np.linspace(0, 1, 480)))
    scene.set(turned=True)
    assert changed(before, scene.pixels()) > 0.05
    scene.set(turned=False)
    scene.view.show(photograph, MeshState.of(face, face, FACE_468))
    assert len(scene.view.drawing.points) == len(scene.view.mesh_layer.data) == 468
    assert changed(before, scene.pixels()) == 0


def test_whoever_follows_the_settings_hears_of_each_change_once(scene: Scene) -> None:
    heard: list[ViewSettings] = []
    legends: list[str] = []
    scene.view.settings_changed.connect(heard.append)
    scene.view.legend_changed.connect(lambda: legends.append(scene.view.legend.title))
    scene.view.cycle_colours()
    scene.set()
    scene.set(opacity=0.5)
    assert [s.opacity for s in heard] == [1.0, 0.5]
    assert legends == ["Distance from the prediction"]
    scene.set(colours=Colours.UNCERTAINTY)
    scene.view.uncertainty = np.full(468, 0.5)
    assert legends[-1] == "Uncertainty of the prediction"


def test_a_photograph_larger_than_a_texture_has_its_light_and_covering_too(
    scene: Scene, state: MeshState
) -> None:
    scene.set(light=Light(brightness=0.2), style=MeshStyle.UNDER_BRUSH)
    panorama = np.full((300, 20_000, 3), 40, np.uint8)
    scene.view.show(panorama, state)
    assert_allclose(scene.at(np.array([200, 150])), 40 + 51, atol=2)
    plain = scene.pixels()
    scene.set(texture=Texture.CHECKER)
    assert changed(plain, scene.pixels()) > 0.1
    scene.set(texture=Texture.NONE, turned=True)
    assert_allclose(scene.at(state.landmarks[NOSE_TIP]), 40 + 51, atol=3)
    assert scene.pixels()[5, 5].max() < 60
    scene.set(turned=False)
    scene.view.show(scene.photograph, state)
    assert_allclose(scene.at(np.array([5, 5])), np.array(SKIN) + 51, atol=2)
