"""Frames of clips in releases: their pictures, what is said of them, and that all of it is so."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from annotator.imaging.clips import content_sha256, inspect_clip, open_clip
from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewClip, NewImage, Project, TrackPiece
from annotator.release import DamagedRelease, ExportError, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.release.rows import CLIP_COLUMNS
from tests.clips import number_of, painted_frames, write_clip

pytest.importorskip("av")

FRAMES = 12
ACCEPTED = (3, 4, 9)


def meshes(x: float) -> np.ndarray:
    points = FACE_468.topology.vertices * [4, -4, -4] + [x, 60, 0]
    return np.tile(points, (FRAMES, 1, 1)).astype(np.float32)


def piece(number: int, x: float) -> TrackPiece:
    sure = np.full(FRAMES, 0.9, np.float32)
    return TrackPiece(number, np.arange(FRAMES), meshes(x), sure, sure * np.nan)


def add_clip(project: Project, path: Path, *frames: int) -> None:
    """Add a video or a folder, track two faces, and accept both in some frames."""
    info = inspect_clip(path)
    files = tuple(sorted(each.name for each in path.iterdir())) if path.is_dir() else ()
    clip = project.clips.add(
        NewClip(
            path, content_sha256(path), info.width, info.height, info.times,
            is_folder=path.is_dir(), files=files,
        )
    )  # fmt: skip
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    project.clips.store_tracked(clip.id, model, [piece(0, 40), piece(1, 120)], FRAMES)
    for track in project.clips.tracks(clip.id):
        for frame in frames:
            sample_id = project.clips.make_sample(track.id, frame, "Ann")
            project.reviews.accept(sample_id, reviewer="Grace")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a video and a project of it, made once: copy them."""
    folder = tmp_path_factory.mktemp("made")
    video = write_clip(folder / "walk.mp4", painted_frames(FRAMES), rate=25)
    with Project.create(folder / "project") as opened:
        add_clip(opened, video, *ACCEPTED)
    return folder


@pytest.fixture
def video(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy2(made / "walk.mp4", tmp_path / "walk.mp4"))


@pytest.fixture
def project(made: Path, video: Path, tmp_path: Path) -> Iterator[Project]:
    home = shutil.copytree(made / "project", tmp_path / "project")
    with closing(sqlite3.connect(home / "project.sqlite")) as rows, rows:
        for table in ("clips", "images"):
            rows.execute(f"UPDATE {table} SET path = ?", (str(video),))
    with Project.open(home) as opened:
        yield opened


@pytest.mark.parametrize("format_name", FORMATS)
def test_frames_leave_as_they_are_decoded_with_clip_frame_time_and_track(
    project, video, tmp_path, format_name
):
    report = export_release(project, tmp_path / "release", format_name)
    release = load_release(tmp_path / "release")
    rows = release.samples
    assert rows["clip_frame"].tolist() == [3, 3, 4, 4, 9, 9]
    assert rows["clip_track"].tolist() == [1, 2] * 3
    np.testing.assert_allclose(rows["clip_time"], np.repeat(ACCEPTED, 2) / 25)
    assert set(rows["clip_name"]) == {"walk.mp4"}
    assert set(rows["clip_sha256"]) == {content_sha256(video)}
    assert set(rows["image_stored"]) == {"upright"}
    assert rows["image_sha256"].nunique() == 3
    files = [] if FORMATS[format_name].embeds_images else rows["image_file"]
    with open_clip(video) as clip:
        for frame, file in zip(rows["clip_frame"], files, strict=bool(len(files))):
            stored = cv2.imread(str(tmp_path / "release" / file))[:, :, ::-1]
            assert number_of(stored) == frame
            np.testing.assert_array_equal(stored, clip.read(frame))
    assert rows["image_file"].nunique() == 3
    assert report.remarks == ()


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    for name in "ab":
        export_release(project, tmp_path / name, "coco")
    first, second = (
        {path.relative_to(tmp_path / name): path.read_bytes()
         for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in "ab"
    )  # fmt: skip
    assert first == second


def test_coco_says_of_images_and_annotations_where_they_come_from(project, tmp_path):
    export_release(project, tmp_path / "release", "coco")
    told = json.loads((tmp_path / "release" / "annotations.json").read_text("utf-8"))
    assert [image["clip_frame"] for image in told["images"]] == [3, 4, 9]
    assert [each["clip_track"] for each in told["annotations"]] == [1, 2] * 3


def test_photographs_beside_them_say_nothing_of_clips(project, tmp_path):
    photograph = tmp_path / "portrait.png"
    cv2.imwrite(str(photograph), np.zeros((60, 80, 3), np.uint8))
    project.images.add([NewImage(photograph, content_sha256(photograph), 80, 60)])
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    (image,) = project.images.pending(model)
    project.predictions.store(model, [(image.id, [FacePrediction(meshes(40)[0], 0.9, 0.9)])])
    project.reviews.accept(project.samples.summaries()[-1].id, reviewer="Grace")
    export_release(project, tmp_path / "release", "csv")
    rows = load_release(tmp_path / "release").samples.set_index("image_name")
    assert rows.loc["portrait.png", list(CLIP_COLUMNS)].isna().all()
    assert "walk.mp4 · frame 9" in rows.index


def test_frames_of_a_folder_leave_as_photographs_do(tmp_path):
    folder = tmp_path / "walk"
    folder.mkdir()
    for number, image in enumerate(painted_frames(FRAMES)):
        cv2.imwrite(str(folder / f"{number:03}.png"), image[:, :, ::-1])
    with Project.create(tmp_path / "project") as project:
        add_clip(project, folder, 5)
        export_release(project, tmp_path / "release", "npz")
        export_release(project, tmp_path / "referenced", "npz", images="reference")
    rows = load_release(tmp_path / "release").samples
    assert rows["image_file"].tolist() == ["images/005.png"] * 2
    assert rows["image_stored"].tolist() == ["original"] * 2
    assert rows["clip_frame"].tolist() == [5, 5]
    assert load_release(tmp_path / "referenced").samples["clip_name"].tolist() == ["walk"] * 2


def test_a_video_cannot_be_referenced(project, tmp_path):
    with pytest.raises(ExportError, match=r"walk\.mp4 · frame 3 .* copy the images"):
        export_release(project, tmp_path / "release", "csv", images="reference")
    assert not (tmp_path / "release").exists()


def test_a_video_that_changed_or_is_gone_is_not_exported(project, video, tmp_path):
    video.write_bytes(video.read_bytes() + b"more")
    with pytest.raises(ExportError, match=r"walk\.mp4 has changed since it was added"):
        export_release(project, tmp_path / "release", "csv")
    video.unlink()
    with pytest.raises(ExportError, match=r"cannot be read any more .* put it back"):
        export_release(project, tmp_path / "release", "csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clip_frame": None}, "has no clip_frame"),
        ({"clip_sha256": None}, "has no clip_sha256"),
        ({"clip_frame": -1}, "clip_frame cannot be -1"),
        ({"clip_frame": 1.5}, "clip_frame cannot be 1.5"),
        ({"clip_time": -0.5}, "clip_time cannot be -0.5"),
        ({"clip_sha256": "x"}, "clip_sha256 cannot be 'x'"),
        ({"clip_name": 7}, "clip_name cannot be 7"),
        ({"clip_track": "one"}, "clip_track cannot be 'one'"),
        (
            dict.fromkeys(CLIP_COLUMNS[:4]),
            "has no clip_name",
        ),
    ],
)
def test_what_cannot_be_of_a_clip_is_refused(project, tmp_path, change, message):
    export_release(project, tmp_path / "release", "csv")
    manifest = tmp_path / "release" / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    told["samples"][0] |= change
    manifest.write_text(json.dumps(told), "utf-8")
    with pytest.raises(DamagedRelease, match=message):
        load_release(tmp_path / "release")


@pytest.mark.parametrize("images", ["link", "face", "crop-192", "none"])
def test_frames_of_a_video_leave_in_every_mode_and_under_pseudonyms(project, tmp_path, images):
    export_release(project, tmp_path / "release", "npz", images=images, pseudonyms=True)
    rows = load_release(tmp_path / "release").samples
    assert rows["clip_frame"].tolist() == [3, 3, 4, 4, 9, 9]
    assert rows["clip_name"].str.fullmatch("[0-9a-f]{16}").all()
    stem = r"[0-9a-f]{16}\.mp4\.frame-00000[349]"
    face = r"\.face-[01]" if images in ("face", "crop-192") else ""
    folder = "" if images == "none" else "images/"
    assert rows["image_file"].str.fullmatch(f"{folder}{stem}{face}\\.png").all()
    everything = [path.read_bytes() for path in tmp_path.glob("release/**/*") if path.is_file()]
    assert not [data for data in everything if b"walk" in data]
