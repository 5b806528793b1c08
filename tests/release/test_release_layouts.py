"""Releases of other layouts: they say which, and sizes are the layout's."""

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh import layout as registered
from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.project import Project, layouts
from annotator.release import DamagedRelease, ExportError, export_release, load_release
from annotator.release.formats import FORMATS


@pytest.fixture
def other(monkeypatch) -> MeshLayout:
    """A second layout, with the edges of the first, as long as the test runs."""
    bigger = replace(FACE_468, name="face_500", count=500)
    vars(bigger)["topology"] = FACE_468.topology
    both = MappingProxyType({layout.name: layout for layout in (FACE_468, bigger)})
    for module in (registered, layouts):
        monkeypatch.setattr(module, "LAYOUTS", both)
    return bigger


@pytest.fixture
def bigger(untouched: Project, other: MeshLayout) -> Project:
    """All samples are predicted again, by a model of the other layout, and one is accepted."""
    model = untouched.models.register(ModelInfo("bigger", "5" * 64, other))
    random = np.random.default_rng(4)
    results = [
        (image.id, [FacePrediction(random.uniform(90, 300, (500, 3)).astype("f4"), 0.9, 0.9)])
        for image in untouched.images.pending(model)
    ]
    untouched.predictions.store(model, results)
    sample = next(
        summary.id
        for summary in untouched.samples.summaries()
        if untouched.annotations.load(summary.id).layout is other
    )
    untouched.reviews.accept(sample, reviewer="Grace")
    return untouched


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if not known.layouts])
def test_a_release_of_another_layout_comes_back_as_it_is(bigger, other, tmp_path, name):
    export_release(bigger, tmp_path / "release", name)
    release = load_release(tmp_path / "release")
    (sample,) = bigger.samples.accepted()
    assert release.layout is other
    assert release.visibility.shape == (1, 500)
    np.testing.assert_array_equal(release.landmarks, sample.landmarks[np.newaxis])


def test_a_manifest_names_a_layout_only_if_there_was_not_always_this_one(
    releases, bigger, tmp_path
):
    export_release(bigger, tmp_path / "release", "coco")
    manifest = stated(tmp_path / "release")
    assert manifest["layout"] == "face_500"
    assert manifest["conventions"]["landmarks"].startswith("500 vertices")
    assert "layout" not in stated(releases["coco"])
    assert load_release(releases["coco"]).layout is FACE_468


def test_samples_of_several_layouts_are_no_release(bigger, tmp_path):
    old = next(
        summary.id
        for summary in bigger.samples.summaries()
        if bigger.annotations.load(summary.id).layout is FACE_468
    )
    bigger.reviews.accept(old, reviewer="Grace")
    with pytest.raises(ExportError, match=r"several layouts \(face_468, face_500\)"):
        export_release(bigger, tmp_path / "release", "npz")
    assert not (tmp_path / "release").exists()


def test_meshes_of_another_size_than_the_layout_stated_are_refused(bigger, tmp_path):
    export_release(bigger, tmp_path / "release", "npz")
    path = tmp_path / "release" / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"layout": "face_500",\n', ""), "utf-8")
    with pytest.raises(DamagedRelease, match=r"expected landmarks of shape \(1, 468, 3\)"):
        load_release(tmp_path / "release")


def stated(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
