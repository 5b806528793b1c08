"""Annotations of attackers: every reader that formats bring is given all of them.

What a reader is given here is what its own format writes, spoilt in one way: it may be refused in
words, or read as faces that are possible. Nothing else may come of it, and no byte may be written.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from annotator.project import Project
from annotator.release import DamagedRelease, export_release
from annotator.release.formats import FORMATS
from annotator.release.incoming import AnnotationsError
from annotator.release.manifest import content_hash
from tests.conftest import Portraits
from tests.fuzzing import mutated, rounds
from tests.imported import bring

READERS = [name for name, known in FORMATS.items() if known.read_faces is not None]
OURS = ("manifest.json", "README.md", "croissant.json", "exact")
IMAGES = (".jpg", ".png", ".webp")
TEXTS = (".json", ".jsonl", ".xml", ".csv", ".txt", ".pts", ".yaml", ".yml")

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, portraits: Portraits) -> dict[str, Path]:
    """What each of these formats writes, without what makes a release of it."""
    folder = tmp_path_factory.mktemp("whole")
    with portraits.judged(folder / "project", folder / "photos") as project:
        for name in READERS:
            export_release(project, folder / name, name)
            for ours in OURS:
                path = folder / name / ours
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return {name: folder / name for name in READERS}


@pytest.fixture(params=READERS)
def spoilt(request: pytest.FixtureRequest, whole: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the annotations of one format, in a folder called so, to be spoilt."""
    return shutil.copytree(whole[request.param], tmp_path / request.param, symlinks=True)


def annotations_of(folder: Path) -> list[Path]:
    """Return the files of annotations of a folder: all but photographs."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if path.suffix.lower() not in IMAGES]


def bytes_below(*folders: Path) -> dict[Path, bytes | None]:
    """Return what lies in folders; of what is no file, that it is there."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    paths = [path for path in paths if not path.name.endswith("-shm")]  # locks of who only reads
    return {
        path: path.read_bytes() if path.is_file() and path.stat().st_size < 1 << 24 else None
        for path in paths
    }


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory, empty_project: Path) -> Iterator[Project]:
    """A project that is attacked; it may be written."""
    folder = shutil.copytree(empty_project, tmp_path_factory.mktemp("victim") / "project")
    with Project.open(folder) as project:
        assert project.images.count() == 0  # SQLite makes its log when it is first read
        yield project


@pytest.fixture
def attempt(tmp_path: Path, victim: Project) -> Callable[[Path], str]:
    """Import what is in a folder without photographs; returns why it was refused, else nothing.

    The project, the folder and what lies around it are compared before and after: as there are
    no photographs, whatever is written is too much.
    """
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text('{"secret": 1}', encoding="utf-8")

    def tried(folder: Path) -> str:
        before, refused = bytes_below(tmp_path, victim.home), ""
        try:
            bring(victim, folder, format_name=folder.name)
        except AnnotationsError as error:
            refused = str(error)
        assert bytes_below(tmp_path, victim.home) == before
        assert "\n" not in refused
        return refused

    return tried


def each_file(folder: Path, spoil: Callable[[Path], None], attempt: Callable[[Path], str]) -> None:
    """Spoil files of annotations in turn, the first and the last at least, and try each."""
    files = annotations_of(folder)
    for path in {files[0], files[len(files) // 2], files[-1]}:
        content = path.read_bytes()
        spoil(path)
        attempt(folder)
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        path.write_bytes(content)


def replaced_by(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        path.unlink()
        make(path)

    return spoil


def rewritten(change: Callable[[str], str]) -> Callable[[Path], None]:
    """Change texts; files that are none stay as they are."""

    def spoil(path: Path) -> None:
        if path.suffix.lower() in TEXTS:
            text = path.read_text(encoding="utf-8")
            path.write_text(change(text), encoding="utf-8", newline="")

    return spoil


def holding(content: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content)

    return make


def array_of_objects(path: Path) -> None:
    with path.open("wb") as stream:
        np.save(stream, np.array([print], object), allow_pickle=True)


def link_outside(path: Path) -> None:
    outside = next(above for above in path.parents if (above / "outside").is_dir())
    path.symlink_to(outside / "outside" / "secret.json")


def hole(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"{")
        stream.truncate(1 << 40)


def long_list(path: Path) -> None:
    path.write_bytes(b'{"annotations": [' + b"0," * 2_000_000 + b"0]}")


def names_as(name: str) -> Callable[[Path], None]:
    """Call all photographs in texts otherwise."""
    pattern = re.compile(r"[\w./-]*\w+\.(?:jpg|png|webp)")
    return rewritten(lambda text: pattern.sub(lambda _: name, text))


def numbers_as(number: str) -> Callable[[Path], None]:
    """Write one number of each hundred otherwise."""

    def change(text: str) -> str:
        count = iter(range(1 << 40))
        return re.sub(
            r"\d+\.\d+", lambda found: number if next(count) % 100 == 7 else found[0], text
        )

    return rewritten(change)


def with_entities(text: str) -> str:
    head = re.match(r"\s*<\?xml[^>]*\?>", text)
    start = head.end() if head else 0
    entities = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    )
    return text[:start] + entities + text[start:]


REPLACEMENTS: dict[str, Callable[[Path], None]] = {
    "nothing": holding(b""),
    "zeros": holding(bytes(4096)),
    "noise": holding(Random(1).randbytes(1 << 16)),
    "a pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a link out of the folder": link_outside,
    "a link in a circle": lambda path: path.symlink_to(path),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a hole of a terabyte": hole,
    "endless nesting": holding(b"[" * 1_000_000),
    "endless nesting of objects": holding(b'{"a":' * 500_000),
    "millions of entries": long_list,
    "a pickle": holding(pickle.dumps(print)),
    "an array of objects": array_of_objects,
    "a tar that climbs": holding(b"../../x\0".ljust(1024, b"\0")),
    "UTF-16": holding('{"a": 1}'.encode("utf-16")),
}

CHANGES: dict[str, Callable[[Path], None]] = {
    "a name that climbs": names_as("../../../../etc/passwd.jpg"),
    "an absolute name": names_as("/etc/passwd.png"),
    "a drive": names_as("C:\\\\\\\\Windows\\\\\\\\a.jpg"),
    "a URL": names_as("https://example.org/a.jpg"),
    "a URL of a file": names_as("file:///etc/passwd.jpg"),
    "a name with a NUL": names_as("a\\u0000.jpg"),
    "a name of megabytes": names_as("a" * 1_000_000 + ".jpg"),
    "one name for all": names_as("same.jpg"),
    "NaN": numbers_as("NaN"),
    "infinity": numbers_as("-Infinity"),
    "1e999": numbers_as("1e999"),
    "digits without end": numbers_as("9" * 5000),
    "a text for a number": numbers_as('"x"'),
    "nothing for a number": numbers_as(""),
    "twice the file": rewritten(lambda text: text + text),
    "lines twice": rewritten(lambda text: "\n".join(2 * text.splitlines())),
    "half the file": rewritten(lambda text: text[: len(text) // 2]),
    "fewer numbers": rewritten(lambda text: re.sub(r"\d+\.\d+[,; ]\s*", "", text, count=50)),
    "more numbers": rewritten(lambda text: re.sub(r"(\d+\.\d+)([,; ])", r"\1\2\1\2", text)),
    "one id for all": rewritten(lambda text: re.sub(r'("?id"?\s*[:=]\s*"?)\d+', r"\g<1>1", text)),
    "entities": rewritten(with_entities),
}


@pytest.mark.parametrize("attack", REPLACEMENTS)
def test_what_lies_in_place_of_annotations_is_refused_or_nothing(
    spoilt: Path, attempt: Callable[[Path], str], attack: str
) -> None:
    each_file(spoilt, replaced_by(REPLACEMENTS[attack]), attempt)


@pytest.mark.parametrize("attack", CHANGES)
def test_what_annotations_say_of_themselves_leads_nowhere(
    spoilt: Path, attempt: Callable[[Path], str], attack: str
) -> None:
    each_file(spoilt, CHANGES[attack], attempt)


def test_photographs_that_are_links_lead_nowhere(
    spoilt: Path, attempt: Callable[[Path], str]
) -> None:
    for path in sorted(spoilt.rglob("*")):
        if path.suffix.lower() in IMAGES:
            path.unlink()
            path.symlink_to(spoilt.parent / "outside" / "secret.json")
    attempt(spoilt)


def test_random_damage_is_refused_or_read(spoilt: Path, attempt: Callable[[Path], str]) -> None:
    files = {path: path.read_bytes() for path in annotations_of(spoilt)}
    for seed in range(rounds(3)):
        dice = Random(seed)
        path = dice.choice(sorted(files))
        path.write_bytes(mutated(files[path], dice))
        attempt(spoilt)
        path.write_bytes(files[path])


def test_what_is_whole_is_read(spoilt: Path, attempt: Callable[[Path], str]) -> None:
    """Otherwise the attacks would prove nothing."""
    assert attempt(spoilt) == ""


def lying(manifest: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Callable[[], None]]:
    def of_each(name: str, value: object) -> Callable[[], None]:
        return lambda: [row.update({name: value}) for row in rows] and None

    return {
        "another size": of_each("image_width", 17),
        "an absolute file": of_each("image_file", "/etc/passwd"),
        "a file that climbs": of_each("image_file", "../../secret.json"),
        "a person who cannot be": of_each("reviewer", "a\nb"),
        "nobody": of_each("annotator", ""),
        "a time of no year": of_each("accepted_at", "9999-12-31T23:59:59+00:00"),
        "another layout": lambda: manifest.update(layout="face_9"),
        "referenced files": lambda: manifest.update(images="reference"),
    }


@pytest.mark.parametrize("lie", lying({}, []))
def test_a_release_that_lies_is_refused_or_its_faces_are_left_out(
    tmp_path: Path, project: Project, victim: Project, lie: str
) -> None:
    folder = tmp_path / "release"
    export_release(project, folder, "npz")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    lying(manifest, manifest["samples"])[lie]()
    manifest["content_sha256"] = content_hash(manifest["files"], manifest["samples"])
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    before = bytes_below(victim.home)

    try:
        bring(victim, folder, photographs=folder)
    except (AnnotationsError, DamagedRelease) as error:
        assert "\n" not in str(error)

    assert bytes_below(victim.home) == before
