"""What a format says of itself is done for it: made-up formats that ask for everything."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.mesh.layout import MeshLayout
from annotator.release import DamagedRelease, ExportError, export_release, formats, load_release
from annotator.release.blocks import Block
from annotator.release.formats import Format
from annotator.release.images import PlacedImage


def write_names(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write what is no more than the ids, which nobody can read landmarks from."""
    ids = [str(face.row["sample_id"]) for block in blocks for face in block.faces()]
    (folder / "ids.txt").write_text(f"{layout.name} {' '.join(ids)}\n", "utf-8")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch):
    def offer(known: Format) -> str:
        monkeypatch.setattr(formats, "FORMATS", {**formats.FORMATS, known.name: known})
        return known.name

    return offer


@pytest.fixture
def lossy(offered) -> str:
    return offered(Format("ids", "Ids alone", write_names))


def test_a_format_that_cannot_be_read_back_has_the_exact_record_beside_it(
    project, tmp_path, lossy, content
):
    export_release(project, tmp_path / "release", lossy, images="reference")
    export_release(project, tmp_path / "npz", "npz", images="reference")
    files, npz = content(tmp_path / "release"), content(tmp_path / "npz")
    assert set(files) == {
        "README.md",
        "croissant.json",
        "exact/release.npz",
        "exact/samples.parquet",
        "ids.txt",
        "manifest.json",
    }
    assert files["exact/release.npz"] == npz["release.npz"]
    assert files["exact/samples.parquet"] == npz["samples.parquet"]
    release, exact = load_release(tmp_path / "release"), load_release(tmp_path / "npz")
    assert release.format == "ids"
    np.testing.assert_array_equal(release.landmarks, exact.landmarks)
    np.testing.assert_array_equal(release.predictions, exact.predictions)
    np.testing.assert_array_equal(release.visibility, exact.visibility)


@pytest.mark.parametrize("name", ["exact/release.npz", "exact/samples.parquet", "ids.txt"])
def test_every_file_of_such_a_release_is_compared(project, tmp_path, lossy, name):
    export_release(project, tmp_path / "release", lossy)
    path = tmp_path / "release" / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedRelease, match=f"{name} was changed"):
        load_release(tmp_path / "release")
    path.unlink()
    with pytest.raises(DamagedRelease, match=f"{name} is missing"):
        load_release(tmp_path / "release")


def test_embedded_images_are_there_while_the_format_writes_and_gone_afterwards(
    project, tmp_path, photos, offered
):
    seen: dict[str, bytes] = {}

    def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
        for block in blocks:
            seen.update({image.file: image.path.read_bytes() for image in block.images})
        (folder / "all.bin").write_bytes(b"".join(seen.values()))

    export_release(
        project, tmp_path / "release", offered(Format("bin", "Bytes", write, embeds_images=True))
    )
    names = {"collins.jpg", "collins_tilted.jpg", "two_portraits.jpg"}
    assert seen == {name: (photos / name).read_bytes() for name in names}
    assert {path.name for path in (tmp_path / "release").iterdir()} == {
        "README.md",
        "all.bin",
        "croissant.json",
        "exact",
        "manifest.json",
    }
    manifest = json.loads((tmp_path / "release" / "manifest.json").read_text("utf-8"))
    assert manifest["images"] == "embedded"
    assert set(load_release(tmp_path / "release").samples["image_file"]) == names


def test_a_format_that_needs_upright_images_gets_them(project, tmp_path, offered):
    placed: list[PlacedImage] = []

    def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
        placed.extend(image for block in blocks for image in block.images)

    name = offered(Format("up", "Upright", write, needs_upright=True))
    export_release(project, tmp_path / "release", name)
    assert {image.orientation for image in placed} == {1}
    with pytest.raises(ExportError, match="up needs images upright and cannot reference them"):
        export_release(project, tmp_path / "other", name, images="reference")


@pytest.mark.parametrize("where", ["", "images/", "data/"])
def test_images_lie_in_the_folders_that_a_format_wants(project, tmp_path, offered, where, content):
    def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
        for block in blocks:
            for face in block.faces():
                assert face.image.path == folder / face.image.file
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "list.txt").touch()

    known = Format(
        "split", "Split", write, image_folder=lambda row: f"{where}{row['split'] or 'unknown'}"
    )
    ids = [sample.image.id for sample in project.samples.accepted()]
    splits = {ids[0]: "train", ids[-1]: "test"}
    export_release(project, tmp_path / "release", offered(known), splits=splits)
    samples = load_release(tmp_path / "release").samples
    folders = {Path(file).parent.as_posix() for file in samples["image_file"]}
    assert folders == {f"{where}{split}" for split in ("train", "test", "unknown")}
    for file, name in zip(samples["image_file"], samples["image_name"], strict=True):
        assert read_image(tmp_path / "release" / file).any(), name
    manifest = json.loads((tmp_path / "release" / "manifest.json").read_text("utf-8"))
    assert {entry["path"] for entry in manifest["files"]} == set(content(tmp_path / "release")) - {
        "manifest.json"
    }


def test_splits_are_in_the_rows_and_counted_in_the_manifest(project, tmp_path):
    splits = {sample.image.id: "train" for sample in project.samples.accepted()}
    splits[max(splits)] = "test"
    export_release(project, tmp_path / "release", "csv", images="reference", splits=splits)
    samples = load_release(tmp_path / "release").samples
    assert [splits[image] for image in samples["image_id"]] == samples["split"].tolist()
    manifest = json.loads((tmp_path / "release" / "manifest.json").read_text("utf-8"))
    assert manifest["splits"] == samples["split"].value_counts().to_dict()


def test_a_layout_that_a_format_cannot_hold_is_refused_before_anything_is_written(
    project, tmp_path, offered
):
    name = offered(Format("iris", "Iris", write_names, layouts=frozenset({"face_478"})))
    with pytest.raises(ExportError, match="iris is for face_478, and the accepted"):
        export_release(project, tmp_path / "release", name)
    assert not (tmp_path / "release").exists()


def test_a_format_that_breaks_off_leaves_nothing_behind(project, tmp_path, offered):
    def write(folder: Path, blocks: Iterator[Block], layout: MeshLayout) -> None:
        next(blocks)
        raise ExportError("no more")

    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExportError, match="no more"):
        export_release(project, tmp_path / "r", offered(Format("off", "Off", write)))
    assert sorted(tmp_path.iterdir()) == before
