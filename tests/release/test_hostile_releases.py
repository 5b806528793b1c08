"""Releases made by hand: only regular files inside the folder are opened, and at once refused."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from annotator.release import DamagedRelease, ExportError, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.release.manifest import content_hash
from annotator.system.hashing import file_sha256

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
PATIENCE = 60  # seconds: what hangs would last for ever


def error_of(step: Callable[[], object]) -> Exception | None:
    """Return what a step raises; fail if it does not come back."""
    raised: list[Exception | None] = []

    def run() -> None:
        try:
            step()
        except (DamagedRelease, ExportError) as error:
            raised.append(error)
        else:
            raised.append(None)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it never came back"
    return raised[0]


def refusal_of(folder: Path) -> str:
    """Return why a release is refused."""
    error = error_of(lambda: load_release(folder))
    assert isinstance(error, DamagedRelease)
    return str(error)


def state(folder: Path, **changes: object) -> None:
    """Change what a manifest states and make it agree with itself."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    manifest["content_sha256"] = content_hash(manifest["files"], manifest["samples"])
    path.write_text(json.dumps(manifest), encoding="utf-8")


def files_of(folder: Path) -> list[dict]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]


def list_also(folder: Path, name: object) -> None:
    entry = {"path": name, "sha256": "0" * 64, "size": 0}
    state(folder, files=[*files_of(folder), entry])


def test_a_file_that_is_listed_twice_is_refused(release):
    first, *others = files_of(release)
    state(release, files=[first | {"sha256": "0" * 64}, first, *others])
    assert "lists a file twice" in refusal_of(release)


def test_arrays_that_were_damaged_and_listed_again_are_refused(releases, tmp_path):
    folder = shutil.copytree(releases["npz"], tmp_path / "release")
    whole = (folder / "release.npz").read_bytes()
    header = whole.index(b"{'descr'")
    for damage in (b"{'descr':((((", b"(" * 12):
        spoiled = whole[:header] + damage + whole[header + len(damage) :]
        overwrite(folder, "release.npz", spoiled)
        assert "does not begin as an array of plain numbers does" in refusal_of(folder)


@pytest.fixture
def release(releases, tmp_path) -> Path:
    return shutil.copytree(releases["coco"], tmp_path / "release")


@pytest.fixture(params=FORMATS)
def any_release(request, releases, tmp_path) -> Path:
    return shutil.copytree(releases[request.param], tmp_path / request.param)


def data_of(release: Path) -> Path:
    """Return the file of a release that its meshes are read of."""
    if (exact := release / "exact" / "release.npz").is_file():
        return exact
    files = (path for path in release.iterdir() if path.name != "manifest.json")
    return max(files, key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("name", ["/dev/zero", "/etc/passwd", "../../etc/passwd", "../manifest"])
def test_a_listed_name_that_leads_out_of_the_folder_is_refused_and_named(release, name):
    list_also(release, name)
    assert name in (refusal := refusal_of(release))
    assert "does not lie in the folder" in refusal


@pytest.mark.parametrize("name", ["", ".", "inner/", "a//b", "./a", "C:/a", "c:a", "a\\b", "//a/b"])
def test_a_name_that_systems_take_for_different_files_is_refused(release, name):
    list_also(release, name)
    assert "cannot be read (it does not lie in the folder)" in refusal_of(release)


def test_a_folder_in_place_of_a_file_is_refused(any_release):
    data = data_of(any_release)
    data.unlink()
    data.mkdir()
    assert f"{data} cannot be read (it is a folder" in refusal_of(any_release)


def test_a_listed_file_that_is_none_of_the_formats_is_not_read(any_release):
    (any_release / "more").touch()
    os.truncate(any_release / "more", 1 << 40)
    state(any_release, files=[*files_of(any_release), {**files_of(any_release)[0], "path": "more"}])
    # Of a format whose own files are not read, they are compared with their hashes.
    is_read = FORMATS[any_release.name].read is not None
    why = "is listed, but is no file of such a" if is_read else "was changed after the"
    assert f"more {why} release" in refusal_of(any_release)


@pytest.mark.parametrize("name", ["a\0b", "line\nbreak", "\x1b[2Jcleared"])
def test_a_listed_name_that_no_terminal_should_see_is_escaped(release, name):
    list_also(release, name)
    refusal = refusal_of(release)
    assert ascii(name) in refusal
    assert refusal.isprintable()


@pytest.mark.parametrize("text", ['"\\ud800"', "[" * 100_000])
def test_a_manifest_that_no_hash_can_be_of_is_refused(release, text):
    path = release / "manifest.json"
    manifest = path.read_text(encoding="utf-8").replace('"files": [', f'"files": [{text}, ', 1)
    path.write_text(manifest, encoding="utf-8")
    assert "sha256 and size" in (refusal := refusal_of(release)) or "cannot be read" in refusal


@POSIX
@pytest.mark.parametrize("target", ["../secret", "/dev/zero"])
def test_a_link_out_of_the_folder_in_place_of_a_file_is_refused(release, tmp_path, target):
    data = data_of(release)
    (tmp_path / "secret").write_bytes(data.read_bytes())
    data.unlink()
    data.symlink_to(target)
    assert f"{data.name} cannot be read (it is a link that leads out" in refusal_of(release)


@POSIX
def test_a_link_that_stays_in_the_folder_is_a_file_like_others(any_release):
    data = data_of(any_release)
    data.rename(data.with_name("elsewhere"))
    data.symlink_to("elsewhere")
    assert len(load_release(any_release).landmarks) == 4


@POSIX
def test_a_pipe_in_place_of_a_file_is_refused_at_once(any_release):
    data = data_of(any_release)
    data.unlink()
    os.mkfifo(data)
    assert f"{data} cannot be read (it is a device or a pipe" in refusal_of(any_release)


@POSIX
@pytest.mark.parametrize("what", ["pipe", "device", "folder"])
def test_a_manifest_that_is_no_file_is_refused_at_once(tmp_path, what):
    manifest = tmp_path / "manifest.json"
    if what == "pipe":
        os.mkfifo(manifest)
    elif what == "device":
        manifest.symlink_to("/dev/zero")
    else:
        manifest.mkdir()
    assert f"{manifest} cannot be read" in refusal_of(tmp_path)


@pytest.mark.parametrize(
    "files",
    [None, {}, "release.npz", [1], [{}], [{"path": 3, "sha256": "", "size": 0}], [{"path": "a"}]],
)
def test_a_manifest_whose_files_are_no_list_of_files_is_refused(release, files):
    path = release / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"files": files}
    if isinstance(files, list):
        manifest["content_sha256"] = content_hash(files, manifest["samples"])
    path.write_text(json.dumps(manifest), encoding="utf-8")
    said = ("files is no list", "which files it has", "a file's path is no text")
    assert any(reason in refusal_of(release) for reason in said)


def test_a_manifest_that_does_not_list_the_meshes_is_refused(any_release):
    meshes = data_of(any_release).relative_to(any_release).as_posix()
    others = [file for file in files_of(any_release) if file["path"] != meshes]
    state(any_release, files=others)
    assert "does not list" in refusal_of(any_release)


def overwrite(folder: Path, name: str, content: bytes) -> None:
    """Change a file of a release and make the manifest agree with it."""
    path = folder / name
    path.write_bytes(content)
    files = files_of(folder)
    for file in files:
        if file["path"] == name:
            file |= {"size": len(content), "sha256": file_sha256(path)}
    state(folder, files=files)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"sample_id,v0\n1,2\n", b"PK\x03\x04"])
def test_a_file_that_is_not_what_its_format_says_is_refused(any_release, content):
    damaged = data_of(any_release)
    overwrite(any_release, damaged.relative_to(any_release).as_posix(), content)
    assert f"{damaged} is damaged: " in refusal_of(any_release)


def test_meshes_of_another_number_than_the_samples_are_refused(any_release):
    manifest = json.loads((any_release / "manifest.json").read_text(encoding="utf-8"))
    state(any_release, samples=manifest["samples"][:-1])
    said = {
        "parquet": "has other rows than the manifest's 3",
        "csv": r"samples\.csv has .* at most",
        "coco": "more than the manifest's 3 annotations",
    }
    arrays = r"expected landmarks of shape \(3, 468, 3\), but got \(4, 468, 3\)"
    assert re.search(said.get(any_release.name, arrays), refusal_of(any_release))


@pytest.mark.parametrize("version", ["2", None, [1]])
def test_a_version_that_is_no_number_is_refused(release, version):
    state(release, format_version=version)
    assert "newer version" in refusal_of(release)


def test_a_layout_that_this_version_does_not_know_is_refused(release):
    state(release, layout="face_of_a_cat")
    assert "layout is 'face_of_a_cat', which this version does not" in refusal_of(release)


@POSIX
@pytest.mark.parametrize("images", ["copy", "reference"])
def test_a_pipe_in_place_of_an_image_does_not_hang_the_export(project, tmp_path, photos, images):
    (photos / "collins.jpg").unlink()
    os.mkfifo(photos / "collins.jpg")
    error = error_of(lambda: export_release(project, tmp_path / "release", "npz", images=images))
    assert "collins.jpg cannot be read any more (it is a device or a pipe" in str(error)
    assert not (tmp_path / "release").exists()
