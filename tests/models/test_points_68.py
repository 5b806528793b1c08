"""The shipped table of 68 points, and the script that fits such tables."""

import hashlib
import sys
from types import ModuleType

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import combinations_on, points_68
from annotator.system.assets import asset_path

NAME = "face_468_points_68.v1"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(asset_path("models")))
    monkeypatch.delitem(sys.modules, "build_points_68", raising=False)
    import build_points_68  # noqa: PLC0415

    return build_points_68


def test_the_file_is_the_one_that_its_card_is_of() -> None:
    digest = hashlib.sha256(asset_path("models", f"{NAME}.npz").read_bytes()).hexdigest()
    assert digest in asset_path("models", f"{NAME}.md").read_text(encoding="utf-8")


def test_the_script_finds_a_table_again_by_faces_that_were_labelled_with_it(
    script: ModuleType,
) -> None:
    table = combinations_on(FACE_468)
    rng = np.random.default_rng(68)
    canonical = FACE_468.topology.vertices * (1, -1, -1) / 9
    faces = []
    for number in range(12):
        yaw = np.radians(rng.uniform(-25, 25))
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        mesh = (canonical + rng.normal(0, 0.004, canonical.shape)) @ turn.T
        points = points_68(table, mesh, FACE_468)[:, :2].astype(np.float64)
        faces.append(script.Labelled(str(number), points, mesh))
    found = script.fitted(faces)
    errors = script.judged(faces, found)
    assert errors[:, 17:].mean() < 0.2
    assert errors[:, :17].mean() < 1.0
    matrix = found.matrix(FACE_468.count)
    assert matrix.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert ((matrix > 0).sum(axis=1) <= script.VERTICES).all()
