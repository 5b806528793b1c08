"""DeepLabCut's files: what is written, what pandas and we read, and what is refused."""

import time
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.errors import ExportError
from annotator.release.formats.deeplabcut import FORMAT
from annotator.release.formats.deeplabcut_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import NAMES, SIZES, blocks, elsewhere, written

tables = pytest.importorskip("tables", reason="PyTables is not installed")

FOLDERS = ("640x480", "300x400", "1001x777")


def in_folders(**options: Any) -> list[Any]:
    """Return blocks whose images lie where the format wants them."""
    from dataclasses import replace  # noqa: PLC0415

    assert FORMAT.image_folder is not None
    placed = []
    for block in blocks(**options):
        files = [f"{FORMAT.image_folder(one)}/{one['image_name']}" for one in block.rows]
        images = [
            replace(image, file=file) for image, file in zip(block.images, files, strict=True)
        ]
        placed.append(replace(block, images=images))
    return placed


def project(tmp_path: Path, **options: Any) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    FORMAT.write(folder, in_folders(**options), FACE_468)
    return folder


def frame_of(folder: Path, size: str) -> pd.DataFrame:
    found = pd.read_hdf(folder / "labeled-data" / size / "CollectedData_facemesh.h5")
    assert isinstance(found, pd.DataFrame)
    return found


def test_images_of_one_size_share_a_folder_with_their_labels(tmp_path):
    folder = project(tmp_path)
    assert sorted(path.name for path in (folder / "labeled-data").iterdir()) == sorted(FOLDERS)
    frame = frame_of(folder, "1001x777")
    assert frame.index.tolist() == [("labeled-data", "1001x777", NAMES[2])]
    assert frame.columns.names == ["scorer", "individuals", "bodyparts", "coords"]


def test_pandas_reads_hdf5_and_csv_alike_from_the_centre_of_the_first_pixel(tmp_path):
    folder = project(tmp_path)
    sent = [face for block in blocks() for face in block.faces()]
    for number, size in ((0, "640x480"), (1, "300x400"), (2, "1001x777")):
        frame = frame_of(folder, size)
        table = pd.read_csv(
            folder / "labeled-data" / size / "CollectedData_facemesh.csv",
            header=[0, 1, 2, 3],
            index_col=[0, 1, 2],
        )
        np.testing.assert_array_equal(frame.to_numpy(), table.to_numpy())
        assert frame.columns.tolist() == table.columns.tolist()
        assert frame.index.tolist() == table.index.tolist()
        points = frame["facemesh"]["face0"].to_numpy().reshape(468, 2)
        np.testing.assert_array_equal(points, sent[number].landmarks[:, :2] - np.float64(0.5))


def test_a_project_of_one_face_a_photograph_has_no_individuals(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    (block,) = in_folders(portion=4)
    single = type(block)(
        block.rows[:2],
        block.landmarks[:2],
        block.predictions[:2],
        block.visibility[:2],
        block.images[:2],
    )
    FORMAT.write(folder, [single], FACE_468)
    assert frame_of(folder, "640x480").columns.names == ["scorer", "bodyparts", "coords"]
    config = (folder / "config.yaml").read_text()
    assert "multianimalproject: false" in config and "individuals" not in config
    assert len(list(read_faces(folder))) == 2


def test_faces_come_back_to_the_bit(tmp_path):
    folder = project(tmp_path)
    faces = {
        face.where.split("CollectedData")[1] + str(n): face
        for n, face in enumerate(read_faces(folder))
    }
    sent = {tuple(face.landmarks[0, :2].tolist()): face for b in blocks() for face in b.faces()}
    assert len(faces) == len(sent) == 4
    for face in faces.values():
        original = sent[tuple(face.points[0, :2].tolist())]
        np.testing.assert_array_equal(face.points[:, :2], original.landmarks[:, :2])
        assert np.isnan(face.points[:, 2]).all()
        assert face.scheme == "face_468"
        assert face.image.name.endswith(original.row["image_name"])


def test_the_bytes_are_the_same_a_second_later_and_in_other_blocks(tmp_path, content):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = content(project(tmp_path / "a"))
    time.sleep(1.1)  # the files of others state seconds
    assert content(project(tmp_path / "b", portion=1)) == first


def test_no_file_holds_a_pickle(tmp_path):
    folder = project(tmp_path)
    for size in FOLDERS:
        path = folder / "labeled-data" / size / "CollectedData_facemesh.h5"
        with tables.open_file(path) as file:
            for node in file.walk_nodes("/"):
                for name in node._v_attrs._f_list("all"):
                    value = node._v_attrs[name]
                    assert isinstance(value, np.generic | str), (
                        node,
                        name,
                    )  # PyTables unpickles others


def test_the_settings_name_every_folder_vertex_and_face(tmp_path):
    lines = (project(tmp_path) / "config.yaml").read_text().splitlines()
    assert "multianimalproject: true" in lines and "date: '2026-03-01'" in lines
    assert {f"  videos/{size}.avi:" for size in FOLDERS} <= set(lines)
    assert {"- face0", "- face1", "- v000", "- v467"} <= set(lines)
    assert "- face2" not in lines


def test_images_elsewhere_that_share_a_name_stay_apart(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    FORMAT.write(folder, elsewhere(("/a/x.jpg", "/b/x.jpg", *NAMES[2:])), FACE_468)
    names = [face.image.name for face in read_faces(folder)]
    assert "labeled-data/640x480/x-00000000.jpg" in names and len(names) == 4


def test_without_pytables_it_is_said_what_to_install(tmp_path, monkeypatch):
    found = util.find_spec
    monkeypatch.setattr(
        "annotator.release.formats.deeplabcut_hdf.find_spec",
        lambda name: None if name == "tables" else found(name),
    )
    with pytest.raises(ExportError, match=r"pip install 'facemesh-annotator\[formats\]'"):
        written(tmp_path / "release", FORMAT)


HEAD = "scorer,,,a,a,a,a\nbodyparts,,,v033,v033,v263,v263\ncoords,,,x,y,x,y\n"
ROW = "labeled-data,f,a.png,1,2,3,4\n"


def table(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "CollectedData_a.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_some_vertices_are_guides(tmp_path):
    (face,) = read_faces(table(tmp_path, HEAD + ROW))
    assert face.scheme == "face_468_sparse"
    assert face.points[[33, 263], :2].tolist() == [[1.5, 2.5], [3.5, 4.5]]
    assert np.isfinite(face.points).sum() == 4


def test_a_path_may_be_one_cell_and_what_is_empty_is_not_labelled(tmp_path):
    head = HEAD.replace(",,,", ",")
    (face,) = read_faces(table(tmp_path, f"{head}labeled-data/f/a.png,1,2,,\nb.png,,,nan,\n"))
    assert np.flatnonzero(np.isfinite(face.points[:, 0])).tolist() == [33]


def test_it_is_recognised(tmp_path):
    folder = project(tmp_path)
    csv = folder / "labeled-data" / "640x480" / "CollectedData_facemesh.csv"
    assert recognises(folder) and recognises(csv) and recognises(csv.parent)
    assert not recognises(csv.with_suffix(".h5")) and not recognises(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no rows"),
        (HEAD, "no rows"),
        (ROW, "line 1 comes before scorer"),
        (HEAD.replace("coords", "likelihood") + ROW, "comes before scorer"),
        (HEAD.replace("v263", "nose") + ROW, "'nose', 'x', which is no vertex"),
        (HEAD.replace("v263", "v999999") + ROW, "no vertex"),
        (HEAD.replace("v263", "v033") + ROW, "'v033' twice"),
        (HEAD.replace("x,y,x,y", "x,y,x,z") + ROW, "'z', which is no vertex's x or y"),
        (HEAD.replace(",a\n", "\n").replace("y\n", "y,x\n") + ROW, "not equally long"),
        ("scorer,,\nbodyparts,,\ncoords,,\na,b,c\n", "not equally long, or empty|no vertex"),
        (HEAD + ROW.replace(",4", ""), "has 3 numbers, and its head 4"),
        (HEAD + ROW.replace(",4", ",4,5"), "has 5 numbers"),
        (HEAD + ROW.replace(",4", ",inf"), "NaN or infinite"),
        (HEAD + ROW.replace(",4", ",1e300"), "beyond"),
        (HEAD + ROW.replace(",4", ",four"), "no number"),
        (HEAD + ROW.replace(",4", ","), "x without a y"),
        (HEAD + ROW.replace(",4", ',"4'), "no line of a table"),
        (HEAD + ROW + ROW, "twice"),
        (HEAD.encode() + b"\xff\n", "in UTF-8"),
        (HEAD + "a" * (1 << 25), "too long"),
        (HEAD + "a" * 5000 + ",,,1,2,3,4\n", "."),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, text, why):
    path = table(tmp_path, text)
    with pytest.raises(AnnotationsError, match=why) as raised:
        list(read_faces(path))
    assert str(raised.value).startswith(str(path))


def test_hdf5_is_not_opened_as_it_can_hold_programs(tmp_path):
    with pytest.raises(AnnotationsError, match="take the CSV"):
        list(read_faces(tmp_path / "CollectedData_a.h5"))


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.png", "https://example.org/a.png"])
def test_a_name_that_leads_elsewhere_is_a_clue_and_nothing_is_opened(tmp_path, name):
    (face,) = read_faces(table(tmp_path, HEAD + ROW.replace("a.png", name)))
    assert face.image.path is None


def test_sizes_are_those_of_the_helper(tmp_path):
    assert tuple(f"{width}x{height}" for width, height in SIZES[:3]) == FOLDERS
