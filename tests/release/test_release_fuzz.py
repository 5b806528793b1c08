"""Releases that a bad disk or an attacker changed anywhere: the right release, or a refusal.

A bad disk leaves the hashes as they were; an attacker computes them anew.
"""

import io
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from annotator.release import DamagedRelease, Release, load_release
from annotator.release.formats import FORMATS
from annotator.release.parquet import check_table
from annotator.release.rows import COLUMNS
from annotator.release.sshsig import MalformedSignatureError, Signature, parsed, written
from tests.fuzzing import mutated, rounds

LARGEST = 200 << 20  # bytes that all of this may add to the memory in use
VALUES: list[Any] = [
    None, True, 0, -1, 1, 3, 9, 2**31, 2**63, 10**50, 0.5, -0.0, 1e308, float("nan"), float("inf"),
    "", "0", "nan", "\0", "../x", "/dev/zero", "a" * 5000, "\x1b[2J", [], {}, [[]], [0] * 99,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _little_memory():
    if sys.platform == "win32":
        yield
        return
    import resource  # noqa: PLC0415 - Windows has none

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * (1 if sys.platform == "darwin" else 1024) < LARGEST


def outcome(folder: Path) -> Release | str:
    """Return the release, or why it is refused; anything else fails the test."""
    try:
        return load_release(folder)
    except DamagedRelease as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1000
        return str(error)


def assert_sound(release: Release) -> None:
    """Whoever wrote it: what was loaded is meshes of a layout, and a row for each."""
    count = len(release.samples)
    assert release.landmarks.shape == (count, 468, 3)
    assert release.landmarks.dtype == np.float32
    assert np.isfinite(release.landmarks).all()
    assert release.predictions is None or np.isfinite(release.predictions).all()
    assert release.visibility.shape == (count, 468)
    assert release.visibility.dtype == np.uint8
    assert release.visibility.max() <= 2
    assert list(release.samples.columns) == list(COLUMNS)
    assert release.samples["sample_id"].is_unique


def equal(one: Release, other: Release) -> bool:
    return bool(
        np.array_equal(one.landmarks, other.landmarks)
        and np.array_equal(one.visibility, other.visibility)
        and one.samples.equals(other.samples)
    )


@pytest.fixture(params=FORMATS)
def attacked_any(request, attacked):
    return attacked(request.param)


def test_a_bad_disk_gives_the_same_release_or_none(attacked_any):
    whole, right = attacked_any.folder, load_release(attacked_any.folder)
    files = {path: path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    for seed in range(rounds(25)):
        dice = Random(seed)
        path = dice.choice(list(files))
        path.write_bytes(mutated(files[path], dice))
        found = outcome(whole)
        # What the manifest says beside its files and samples has no hash: a generator.
        assert isinstance(found, str) or equal(found, right), seed
        path.write_bytes(files[path])


def test_an_attacker_gives_a_sound_release_or_none(attacked_any):
    whole = attacked_any.folder
    manifest = (whole / "manifest.json").read_bytes()
    names = [file["path"] for file in attacked_any.manifest["files"]]
    files = {name: (whole / name).read_bytes() for name in names}
    for seed in range(rounds(25)):
        dice = Random(seed)
        name = dice.choice(list(files))
        attacked_any.overwrite(name, mutated(files[name], dice))
        found = outcome(whole)
        if not isinstance(found, str):
            assert_sound(found)
        (whole / name).write_bytes(files[name])
        (whole / "manifest.json").write_bytes(manifest)


def test_no_bit_of_a_tables_footer_ends_the_process(attacked):
    """Arrow does where a column's metadata is asked for, and no exception can be caught."""
    release = attacked("npz")
    whole, rows = (release.folder / "samples.parquet").read_bytes(), release.manifest["samples"]
    start = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    dice = Random(5)
    flips = [(at, 0) for at in range(start, start + 60)]
    flips += [(dice.randrange(start, len(whole)), dice.randrange(8)) for _ in range(rounds(25))]
    for at, bit in flips:
        content = bytearray(whole)
        content[at] ^= 1 << bit
        said = check_table(io.BytesIO(bytes(content)), rows)
        assert said is None or isinstance(said, str)


def changed(value: Any, dice: Random) -> Any:
    """Return a value of JSON with something in it replaced, doubled or left out."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        if dice.random() < 0.1:
            return {name: one for name, one in value.items() if name != key}
        return value | {key: changed(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        at = dice.randrange(len(value))
        middle = dice.choice([[], [value[at]] * 2, *[[changed(value[at], dice)]] * 8])
        return value[:at] + middle + value[at + 1 :]
    return dice.choice(VALUES)


def test_an_attackers_manifest_gives_a_sound_release_or_none(attacked_any):
    manifest, refused = attacked_any.manifest, 0
    path = attacked_any.folder / "manifest.json"
    whole = path.read_bytes()
    for seed in range(rounds(40)):
        other = changed(manifest, Random(seed))
        try:
            attacked_any.state(**other)
        except (TypeError, ValueError, KeyError, UnicodeEncodeError):  # no hash is of that
            path.write_text(json.dumps(other), "utf-8")
        found = outcome(attacked_any.folder)
        if isinstance(found, str):
            refused += 1
        else:
            assert_sound(found)
        path.write_bytes(whole)
    assert refused > rounds(40) / 3


def test_an_attackers_annotations_give_a_sound_release_or_none(attacked):
    release, refused = attacked("coco"), 0
    manifest = (release.folder / "manifest.json").read_bytes()
    annotations = json.loads((release.folder / "annotations.json").read_text("utf-8"))
    for seed in range(rounds(25)):
        (release.folder / "manifest.json").write_bytes(manifest)
        text = json.dumps(changed(annotations, Random(seed)))
        release.overwrite("annotations.json", text.encode())
        found = outcome(release.folder)
        if isinstance(found, str):
            refused += 1
        else:
            assert_sound(found)
    assert refused > rounds(25) / 3


def test_a_damaged_signature_is_parsed_or_refused():
    whole = written(Signature(b"key" * 20, "name", "sha512", "ssh-ed25519", bytes(range(64))))
    for seed in range(rounds(125)):
        try:
            assert isinstance(parsed(mutated(whole, Random(seed))), Signature)
        except MalformedSignatureError as error:
            assert str(error).isprintable()
