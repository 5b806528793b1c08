"""Predicting again where the model's layout is not the mesh's."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import MeshLayout
from annotator.mesh.tools.box import Box, BoxTool
from annotator.project import Project
from annotator.workbench.faces import Faces
from annotator.workbench.workbench import Workbench


@pytest.fixture
def bench(project_folder: Path) -> Iterator[Workbench]:
    opened = Workbench("kim")
    assert opened.open(Project.open(project_folder))
    yield opened
    opened.close()


@pytest.mark.parametrize("in_box", [False, True], ids=["here", "in a box"])
def test_a_model_of_another_layout_than_the_meshs_is_refused_in_words(
    bench: Workbench, face_with_irises: MeshLayout, *, in_box: bool
) -> None:
    model = SimpleNamespace(info=ModelInfo("other", "2" * 64, face_with_irises))
    faces = Faces(bench, lambda: np.zeros((240, 320, 3), np.uint8), lambda: model)
    said: list[str] = []
    bench.failed.connect(said.append)
    before = bench.session.landmarks.copy()
    if in_box:
        bench.tools.draw_box(adds_face=False)
        bench.tools.go_on_with(BoxTool(box=Box(100, 60, 220, 180)))
    else:
        faces.repredict()
    faces.close()
    (sentence,) = said
    assert sentence.startswith("the mesh has 468 vertices, but the model other predicts")
    np.testing.assert_array_equal(bench.session.landmarks, before)
    assert not bench.session.can_undo
