"""Deterministic, atomic, never over anything, never with wrong images."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator.mesh.layout import FACE_468
from annotator.project.image_records import ImageRecord, NewImage
from annotator.project.records import Reason
from annotator.release import DamagedRelease, ExportError, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.release.images import ImagePlaces
from annotator.release.staging import staged_folder
from annotator.release.unique_names import UniqueNames
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("format_name", "images"),
    [
        (name, images)
        for name, known in FORMATS.items()
        for images in ("copy", "upright", *(["reference"] if known.can_reference else []))
    ],
)
def test_the_same_project_exports_the_same_bytes(
    project, content, format_name, images, monkeypatch
):
    tmp_path = project.home.parent
    export_release(project, tmp_path / "first", format_name, images=images)
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    export_release(project, tmp_path / "elsewhere" / "second", format_name, images=images)
    assert content(tmp_path / "first") == content(tmp_path / "elsewhere" / "second")


def test_a_changed_verdict_changes_the_content_hash(project, tmp_path):
    export_release(project, tmp_path / "first", "npz")
    sample = next(project.samples.accepted())
    project.reviews.send_back(sample.sample_id, reviewer="Grace", reasons=[Reason.BLURRED])
    export_release(project, tmp_path / "second", "npz")
    first, second = load_release(tmp_path / "first"), load_release(tmp_path / "second")
    assert first.content_sha256 != second.content_sha256
    assert len(second.samples) == len(first.samples) - 1


@pytest.mark.parametrize("what", ["folder", "file", "dangling link"])
def test_nothing_that_exists_is_written_over(project, tmp_path, what):
    target = tmp_path / "release"
    if what == "folder":
        target.mkdir()
    elif what == "file":
        target.write_text("precious")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ExportError, match="exists already"):
        export_release(project, target, "npz")
    assert what != "file" or target.read_text() == "precious"
    assert what != "folder" or list(target.iterdir()) == []


def test_a_folder_made_meanwhile_is_not_written_over(tmp_path):
    target = tmp_path / "release"
    with pytest.raises(ExportError, match="exists already"), staged_folder(target) as partial:
        (partial / "a").touch()
        target.mkdir()
    assert list(target.iterdir()) == []
    assert names_in(tmp_path) == ["release"]


def test_with_nothing_accepted_the_error_says_how_to_accept(untouched, tmp_path):
    with pytest.raises(ExportError, match="review PROJECT accept"):
        export_release(untouched, tmp_path / "release", "npz")
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("images", ["copy", "reference"])
def test_a_vanished_image_is_named_and_nothing_is_left_behind(project, tmp_path, photos, images):
    (photos / "collins.jpg").unlink()
    before = names_in(tmp_path)
    with pytest.raises(ExportError, match=r"collins\.jpg cannot be read any more"):
        export_release(project, tmp_path / "release", "coco", images=images)
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("images", ["copy", "reference"])
def test_a_changed_image_is_named_and_nothing_is_left_behind(project, tmp_path, photos, images):
    with (photos / "collins.jpg").open("ab") as stream:
        stream.write(b"!")
    before = names_in(tmp_path)
    with pytest.raises(ExportError, match=r"collins\.jpg has changed since it was imported"):
        export_release(project, tmp_path / "release", "csv", images=images)
    assert names_in(tmp_path) == before


def test_an_image_that_no_accepted_sample_shows_may_be_gone(project, tmp_path, photos):
    (photos / "hopper.jpg").unlink()
    assert export_release(project, tmp_path / "release", "npz").samples == 4


@pytest.mark.parametrize("wrong", [{"format": "xml"}, {"format": "npz", "images": "move"}])
def test_an_unknown_choice_is_refused(project, tmp_path, wrong):
    with pytest.raises(ExportError, match=r"choose (npz, parquet, csv|copy, upright, ref)"):
        export_release(project, tmp_path / "release", **wrong)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written_is_refused(project, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ExportError, match="cannot be written"):
        export_release(project, tmp_path / "locked" / "release", "npz")


def test_a_file_in_the_way_of_the_parent_folder_is_refused(project, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be written"):
        export_release(project, tmp_path / "file" / "release", "npz")


KILLED = """
import sys, time
from pathlib import Path
from annotator.release.staging import staged_folder
with staged_folder(Path(sys.argv[1])) as partial:
    (partial / "half.npz").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_export_leaves_nothing_half_made_and_the_next_one_cleans_up(project, tmp_path):
    target = tmp_path / "out" / "release"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(target)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"writing\n"
        with pytest.raises(ExportError, match="another export"):
            export_release(project, target, "npz")
        running.send_signal(signal.SIGKILL)
    assert not target.exists()
    partial, lock = names_in(target.parent)
    assert lock == ".release.lock"
    assert re.fullmatch(r"\.release\.[0-9a-f]{16}\.partial", partial)

    export_release(project, target, "npz")

    assert names_in(target.parent) == ["release"]
    assert not (target / "half.npz").exists()
    load_release(target)


def test_an_interrupted_export_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "release") as partial:
        (partial / "a").touch()
        raise KeyboardInterrupt
    assert names_in(tmp_path) == []


def test_a_reference_that_no_text_file_can_hold_is_refused(project, tmp_path, photos):
    if os.name != "posix" or sys.platform == "darwin":
        pytest.skip("file names are Unicode here")
    odd = photos / "odd\udcff.jpg"
    odd.write_bytes(asset_path("datasets", "sample", "coffee.jpg").read_bytes())
    project.images.add([NewImage(odd, file_sha256(odd), 600, 400)])
    record = next(image for image in project.images.pending(1) if image.path.name == odd.name)
    with pytest.raises(ExportError, match="no valid Unicode"):
        ImagePlaces(tmp_path, None, FACE_468, mode="reference").place(record)


def test_a_frame_is_not_exported_as_if_it_were_its_whole_file(project, tmp_path, photos):
    path = photos / "collins.jpg"
    frame = ImageRecord(1, path, path.name, file_sha256(path), 600, 800, frame=3)
    with pytest.raises(ExportError, match=r"collins\.jpg: frame 3 of it cannot be exported"):
        ImagePlaces(tmp_path, None, FACE_468).place(frame)


def unique_names(files: list[tuple[str, str]]) -> list[str]:
    names = UniqueNames(lambda: files)
    return [names.of(name, sha256) for name, sha256 in files]


def numbered(*names: str) -> list[tuple[str, str]]:
    """Give names hashes that begin with 1, 2, ... and are zero else."""
    return [(name, f"{number:064x}"[::-1]) for number, name in enumerate(names, start=1)]


def test_images_of_one_name_all_get_their_hash_whatever_their_order():
    files = numbered("portrait.jpg", "Portrait.JPG", "other.jpg")
    names = unique_names(files)
    assert names == unique_names(files[::-1])[::-1]
    assert names == ["portrait-10000000.jpg", "Portrait-20000000.JPG", "other.jpg"]


def test_images_that_differ_in_how_their_name_is_spelled_in_unicode_get_their_hash():
    names = unique_names(numbered("\u00e9.jpg", "e\u0301.jpg"))
    assert names == ["\u00e9-10000000.jpg", "e\u0301-20000000.jpg"]


def test_an_image_that_is_called_as_another_is_when_written_upright_gets_its_hash():
    names = unique_names(numbered("p.jpg", "P.jpg.PNG"))
    assert names == ["p.jpg", "P.jpg-20000000.PNG"]


def test_a_name_that_looks_like_anothers_with_its_hash_stays_apart():
    names = unique_names(numbered("p.jpg", "p.jpg", "p-10000000.jpg"))
    assert names == [
        f"p-10000000-{'1':0<64}.jpg",
        "p-20000000.jpg",
        f"p-10000000-{'3':0<64}.jpg",
    ]


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("a:b?.jpg", "a_b_.jpg"),
        ("line\nbreak.jpg", "line_break.jpg"),
        ("con.jpg", "_con.jpg"),
        ("ä" * 200 + ".jpg", "ä" * 60 + ".jpg"),
        ("Zoë 😀.png", "Zoë 😀.png"),
        ("not\udcffutf8.jpg", "not_utf8.jpg"),
    ],
)
def test_names_that_some_file_systems_refuse_are_made_portable(name, portable):
    assert unique_names([(name, "1" * 64)]) == [portable]


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_release_that_was_changed_is_refused(project, tmp_path, format_name, content):
    folder = tmp_path / "release"
    export_release(project, folder, format_name)
    for name in content(folder):
        if name == "manifest.json":
            continue
        path = folder / name
        original = path.read_bytes()
        path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
        with pytest.raises(DamagedRelease, match="was changed"):
            load_release(folder)
        path.unlink()
        with pytest.raises(DamagedRelease, match="missing"):
            load_release(folder)
        path.write_bytes(original)
    load_release(folder)


@pytest.mark.parametrize(
    ("was", "becomes"), [('"size":', '"size":1'), ("accepted_as_predicted", "accepted")]
)
def test_a_manifest_that_was_edited_is_refused(project, tmp_path, was, becomes):
    export_release(project, tmp_path / "release", "coco")
    manifest = tmp_path / "release" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    assert was in text
    manifest.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(DamagedRelease, match="was changed"):
        load_release(tmp_path / "release")


def test_a_release_of_a_newer_format_is_refused(project, tmp_path):
    export_release(project, tmp_path / "release", "npz")
    manifest = tmp_path / "release" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"format_version": 4', '"format_version": 5'), "utf-8")
    with pytest.raises(DamagedRelease, match="newer version"):
        load_release(tmp_path / "release")


def test_what_is_no_folder_is_refused_in_words(tmp_path):
    (tmp_path / "manifest.json").touch()
    for name in ("nowhere", "manifest.json"):
        with pytest.raises(DamagedRelease, match=f"{name} is no folder: give that of a release"):
            load_release(tmp_path / name)


OURS = '{"format": "facemesh-annotator release"}'


@pytest.mark.parametrize("text", [None, "{", "[]", '{"format": "something else"}', OURS])
def test_a_folder_that_is_no_release_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DamagedRelease):
        load_release(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_folder_whose_name_is_no_text_takes_an_export(project, format_name, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    export_release(project, folder, format_name)
    assert len(load_release(folder).samples) > 0


def test_progress_is_shown_sample_by_sample(project, tmp_path):
    shown = []
    export_release(
        project, tmp_path / "r", "csv", on_progress=lambda done, total: shown.append((done, total))
    )
    assert shown == [(1, 4), (2, 4), (3, 4), (4, 4)]
