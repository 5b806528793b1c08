"""What could leak from a release that is published: an attack a row, each of them tried.

Whoever publishes a release asks for pseudonyms; metadata is stripped anyway. The attacker has the
whole folder, unpacks whatever is packed, and looks for what they know or would like to know.
"""

import gzip
import io
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.project.strokes import Stroke
from annotator.release import ExportError, export_release, load_release, verify_release
from annotator.release.file_names import FileNames
from annotator.release.formats import FORMATS
from annotator.release.pseudonyms import Pseudonyms, keyed_hash
from tests.laden import WORD, laden_jpeg, laden_png, saved
from tests.release.conftest import mesh_at, new_image

ANNOTATOR, REVIEWER = "Ada Lövelace", "Grace Höpper"
SUBJECT, GROUP, PERSON = "Zelda Quirinus", "Family Quirinus", "Quirinus"
NAMES = (ANNOTATOR, REVIEWER, SUBJECT, GROUP, PERSON, "Quirinus at home", "Zelda.")
PIXELS = np.random.default_rng(8).integers(0, 255, (120, 160, 3), np.uint8)
PHOTOGRAPHS = {
    "Zelda Quirinus at home.jpg": laden_jpeg(6, picture=PIXELS),
    "Quirinus.png": laden_png(1, picture=PIXELS[:90]),
    "of Zelda. Quirinus": saved("JPEG", PIXELS[:80]),  # what it ends in is a name
    "Quirinus (2).tif": saved("TIFF", PIXELS[:70]),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Photographs named after whom they show, with metadata, judged by people with names."""
    folder = tmp_path_factory.mktemp("Quirinus")
    with Project.create(folder / "project") as opened:
        for name, data in PHOTOGRAPHS.items():
            (folder / name).write_bytes(data)
        opened.images.add([new_image(folder / name) for name in PHOTOGRAPHS])
        model = opened.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
        pending = opened.images.pending(model)
        for image in pending:
            face = FacePrediction(mesh_at(60, 40, 40), 0.9, 0.8)
            opened.predictions.store(model, [(image.id, [face])])
        opened.facts.set([image.id for image in pending], {"subject": SUBJECT, "group": GROUP})
        for sample in opened.samples.summaries():
            annotation = opened.annotations.load(sample.id)
            before = annotation.landmarks[[4]]
            stroke = Stroke("grab", np.array([4]), before, before + np.float32([[1, 0, 0]]))
            opened.annotations.record_stroke(
                sample.id, stroke, revision=annotation.revision, annotator=ANNOTATOR
            )
            opened.reviews.accept(sample.id, reviewer=REVIEWER)
        yield opened


def unpacked(data: bytes, depth: int = 3) -> Iterator[bytes]:
    """Yield bytes, and what is packed in them: archives, tables, compressed texts."""
    yield data
    if depth == 0:
        return
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name), depth - 1)
    elif data[:2] == b"\x1f\x8b":
        yield from unpacked(gzip.decompress(data), depth - 1)
    elif data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield repr(table.schema).encode()
        yield json.dumps(table.to_pydict(), default=str, ensure_ascii=False).encode()
    for place in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data[: 1 << 20]):
        try:
            yield zlib.decompressobj().decompress(data[place.start() :], 1 << 20)
        except zlib.error:
            continue


def spellings(name: str) -> set[bytes]:
    """Return the ways in which files write a text."""
    spelt = {name.encode(), json.dumps(name)[1:-1].encode(), urllib.parse.quote(name).encode()}
    return spelt | {name.encode("utf-16-le"), name.encode("latin-1")}


def told(folder: Path, texts: tuple[str, ...]) -> list[str]:
    """Return where in a release which texts are found, in names of files too."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        parts = [inside.encode(), *(unpacked(path.read_bytes()) if path.is_file() else ())]
        found += [
            f"{text} in {inside}"
            for text in texts
            if any(spelt in part for part in parts for spelt in spellings(text))
        ]
    return found


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_name_is_left_in_any_file_of_a_release_with_pseudonyms(project, tmp_path, format_name):
    export_release(project, tmp_path / "plain", format_name)
    assert told(tmp_path / "plain", (SUBJECT, REVIEWER))  # the search finds what is there
    export_release(project, tmp_path / "release", format_name, pseudonyms=True)
    assert told(tmp_path / "release", (*NAMES, WORD)) == []
    verify_release(tmp_path / "release")


@pytest.mark.parametrize("images", ["upright", "face", "crop-192", "none"])
def test_no_name_is_left_whatever_becomes_of_the_images(project, tmp_path, images):
    export_release(project, tmp_path / "release", "npz", images=images, pseudonyms=True)
    assert told(tmp_path / "release", (*NAMES, WORD)) == []


def path_of_the_project(folder: Path) -> tuple[str, ...]:
    return (str(folder.parent), folder.parent.name)


def secret_of(project: Project) -> tuple[str, ...]:
    secret = project.secret()
    return (secret.hex(), secret.decode("latin-1"))


Attack = Callable[[Project], tuple[str, ...]]
ATTACKS: dict[str, Attack] = {
    "who annotated": lambda project: (ANNOTATOR, "Ada", "Lövelace"),
    "who reviewed": lambda project: (REVIEWER, "Höpper"),
    "who is shown, by subject": lambda project: (SUBJECT,),
    "who belongs together, by group": lambda project: (GROUP,),
    "what files were called": lambda project: tuple(PHOTOGRAPHS),
    "what a file ends in that is no format": lambda project: (". Quirinus",),
    "where the project lies": lambda project: path_of_the_project(project.home),
    "what the camera wrote": lambda project: (WORD, "GPS", "Apple iOS", "xmpmeta", "8BIM"),
    "what the camera was": lambda project: ("MPF\0", "FPXR", "JFXX", "Ducky"),
    "the secret, to try names": secret_of,
}


@pytest.fixture(scope="module")
def published(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "release"
    export_release(project, folder, "coco", pseudonyms=True)
    return folder


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_published_release_does_not_tell(published, project, attack):
    assert told(published, ATTACKS[attack](project)) == []


def test_previews_and_second_images_do_not_leave(published):
    for path in (published / "images").iterdir():
        data = path.read_bytes()
        if data.startswith(b"\xff\xd8"):
            assert data.count(b"\xff\xd8\xff") == 1
        with Image.open(path) as image:
            assert getattr(image, "n_frames", 1) == 1


def test_files_get_pseudonyms_and_keep_what_they_end_in(published, tmp_path, project):
    names = {path.name for path in (published / "images").iterdir()}
    assert len(names) == len(PHOTOGRAPHS)
    assert all(re.fullmatch(r"[0-9a-f]{16}(\.jpg|\.png|\.tif\.png)?", name) for name in names)
    export_release(project, tmp_path / "faces", "npz", images="face", pseudonyms=True)
    faces = {path.name for path in (tmp_path / "faces" / "images").iterdir()}
    assert all(re.fullmatch(r"[0-9a-f]{16}\.face-0\.png", name) for name in faces)


def test_one_person_has_one_pseudonym_in_every_release_of_a_project(project, published, tmp_path):
    export_release(project, tmp_path / "other", "csv", pseudonyms=True)
    columns = ["annotator", "reviewer", "subject", "group", "image_name"]
    first, second = load_release(published).samples, load_release(tmp_path / "other").samples
    assert first[columns].equals(second[columns])
    for name in columns[:4]:
        said = set(first[name].dropna())
        assert len(said) <= 1
        assert all(re.fullmatch("[0-9a-f]{16}", text) for text in said)
    assert set(first["annotator"]).isdisjoint(first["reviewer"])


def test_who_annotates_and_reviews_has_one_pseudonym_and_a_subject_of_that_name_another() -> None:
    names = Pseudonyms(b"s" * 32)
    row = {
        "annotator": "Ada", "reviewer": "Ada", "subject": "Ada", "group": None, "clip_name": None,
    }  # fmt: skip
    done = names.row(dict(row), "a.jpg")
    assert done["annotator"] == done["reviewer"] != done["subject"]
    assert done["group"] is None
    assert Pseudonyms(b"t" * 32).of("person", "Ada") != names.of("person", "Ada")
    assert "s" * 32 not in repr(names)


def test_a_name_has_one_hash_however_it_is_composed() -> None:
    assert keyed_hash(b"k", "person", "Zo\u00eb") == keyed_hash(b"k", "person", "Zoe\u0308")
    assert keyed_hash(b"k", "person", "a\0b") != keyed_hash(b"k", "person\0a", "b\0")
    assert len(keyed_hash(b"k", "person", "odd\udcff")) == 64


def test_frames_of_one_video_keep_their_numbers_and_share_a_pseudonym() -> None:
    names = Pseudonyms(b"s" * 32)
    first, second = (names.file_name(f"Zelda.mp4.frame-00000{n}.png") for n in (1, 2))
    assert re.fullmatch(r"[0-9a-f]{16}\.mp4\.frame-000001\.png", first)
    assert first.replace("000001", "000002") == second
    assert first.startswith(names.of("image", "Zelda.mp4"))


def test_files_of_one_name_are_apart_under_pseudonyms_too() -> None:
    files = [("Zelda.jpg", "ab" * 32), ("Zelda.jpg", "cd" * 32), ("Ann.JPG", "ef" * 32)]
    names = FileNames(lambda: files, Pseudonyms(b"s" * 32))
    called = [names.of(*file) for file in files]
    assert len(set(called)) == 3
    assert all(name.endswith(".jpg") for name in called)
    assert not any("Zelda" in name for name in called)


def test_references_would_tell_what_files_are_called_and_are_refused(project, tmp_path):
    with pytest.raises(ExportError, match="references name the images' files"):
        export_release(
            project, tmp_path / "release", "npz", images="reference", metadata="keep",
            pseudonyms=True,
        )  # fmt: skip
    assert not (tmp_path / "release").exists()


def test_metadata_would_tell_names_and_is_not_kept_under_pseudonyms(project, tmp_path):
    with pytest.raises(ExportError, match="metadata of images may name people"):
        export_release(project, tmp_path / "release", "npz", metadata="keep", pseudonyms=True)
    assert not (tmp_path / "release").exists()


def test_a_revoked_image_and_one_whose_consent_was_refused_never_leave(tmp_path):
    with Project.create(tmp_path / "project") as opened:
        for number in range(3):
            (tmp_path / f"{number}.png").write_bytes(saved("PNG", PIXELS[number:]))
        opened.images.add([new_image(tmp_path / f"{number}.png") for number in range(3)])
        model = opened.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
        ids = {}
        for image in opened.images.pending(model):
            ids[image.name] = image.id
            face = FacePrediction(mesh_at(60, 40, 40), 0.9, 0.8)
            opened.predictions.store(model, [(image.id, [face])])
        for sample in opened.samples.summaries():
            opened.reviews.accept(sample.id, reviewer="Grace")
        opened.facts.revoke([ids["0.png"]], "they asked us to")
        opened.facts.set([ids["1.png"]], {"consent": "refused"})
        for images in ("copy", "face", "none"):
            export_release(opened, tmp_path / images, "npz", images=images)
            assert load_release(tmp_path / images).samples["image_name"].tolist() == ["2.png"]
