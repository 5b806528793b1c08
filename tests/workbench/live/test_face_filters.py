import numpy as np
import pytest

from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import FILTERS, jitter
from annotator.workbench.live.face_filters import FaceFilters
from annotator.workbench.live.live_look import FILTER_TITLES
from tests.live import front_face

DICE = np.random.default_rng(3)
MESHES = [
    (front_face(left=60 + step) + DICE.normal(0, 0.4, (468, 3))).astype(np.float32)
    for step in range(20)
]


def test_every_filter_there_is_has_a_title():
    assert set(FILTER_TITLES) == set(FILTERS)


@pytest.mark.parametrize("name", FILTERS)
def test_each_face_is_filtered_by_itself_for_as_long_as_it_is_there(name):
    filters, alone = FaceFilters(FACE_468, name), FILTERS[name](FACE_468)
    for step, mesh in enumerate(MESHES):
        others = [TrackedFace(9, front_face(300 - step, 90), 0.9, None)] if step % 5 else []
        seen = filters.step(step / 30, [TrackedFace(4, mesh, 0.8, 0.01), *others])
        np.testing.assert_allclose(seen[0].filtered, alone.step(step / 30, mesh), atol=1e-3)
        np.testing.assert_array_equal(seen[0].landmarks, mesh)
    # The other one was gone for a frame: it is begun with anew.
    assert seen[1].jitter == pytest.approx(0, abs=1e-6)


def test_jitter_is_the_mean_of_what_a_track_of_its_own_has():
    filters, seen = FaceFilters(FACE_468, "pose_shape"), ()
    for step, mesh in enumerate(MESHES):
        seen = filters.step(step / 30, [TrackedFace(4, mesh, 0.8, None)])
        assert (seen[0].jitter is None) == (step < 2)
    expected = jitter(np.arange(20) / 30, np.stack(MESHES), FACE_468)[1:-1].mean()
    assert seen[0].jitter == pytest.approx(expected, rel=1e-6)
    assert seen[0].filtered_jitter < 0.6 * seen[0].jitter
