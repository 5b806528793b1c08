from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.covariance import Covariance, canonical_covariance
from annotator.mesh.guided import guided_drag
from annotator.mesh.layout import FACE_468
from annotator.project.covariance_file import (
    FILE_NAME,
    CovarianceFileError,
    load_guided_covariance,
    read_covariance,
    write_covariance,
)

WHEN = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture
def covariance() -> Covariance:
    rng = np.random.default_rng(1)
    draws = rng.normal(size=(468, 20)) + 1j * rng.normal(size=(468, 20))
    return Covariance(canonical_covariance(FACE_468).matrix + 1e-4 * draws @ draws.conj().T, 1.5e-5)


@pytest.fixture
def written(tmp_path, covariance):
    return write_covariance(tmp_path, covariance, 42, WHEN)


def test_a_project_that_did_not_learn_yet_has_no_covariance_of_its_own(tmp_path):
    assert load_guided_covariance(tmp_path) is None
    assert read_covariance(tmp_path) is None


def test_what_is_written_is_read_again_to_the_bit(tmp_path, written, covariance):
    found = read_covariance(tmp_path)
    assert_array_equal(found.covariance.matrix, covariance.matrix)
    assert found.covariance.noise == covariance.noise
    assert (found.corrections, found.learned_at) == (42, WHEN)
    assert written.name == FILE_NAME


def test_guided_drag_takes_what_was_read(tmp_path, written, covariance):
    face = FACE_468.topology.vertices.copy()
    learned, built_in = (
        guided_drag(face, 152, each).at((3.0, 4.0))
        for each in (load_guided_covariance(tmp_path), canonical_covariance(FACE_468))
    )
    assert_array_equal(learned, guided_drag(face, 152, covariance).at((3.0, 4.0)))
    assert (learned != built_in).any()


def test_what_was_read_cannot_be_changed_by_accident(tmp_path, written):
    with pytest.raises(ValueError, match="read-only"):
        load_guided_covariance(tmp_path).matrix[0, 0] = 1


def test_learning_again_replaces_the_file_and_leaves_nothing_beside_it(tmp_path, written):
    write_covariance(tmp_path, canonical_covariance(FACE_468), 43, WHEN)
    assert read_covariance(tmp_path).corrections == 43
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_one_bit_changed(content: bytes) -> bytes:
    """Change the matrix, and its check sum in the archive is wrong from then on."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [cut_off, with_one_bit_changed, lambda content: b"", lambda content: b"\x93NUMPY"]
)
def test_a_damaged_file_says_what_to_do(tmp_path, written, damage):
    written.write_bytes(damage(written.read_bytes()))
    with pytest.raises(CovarianceFileError, match=r"is damaged .*: run 'facemesh-annotator learn"):
        load_guided_covariance(tmp_path)


def rewritten(path, **changes):
    with np.load(path) as archive:
        arrays = dict(archive)
    np.savez(path, **{**arrays, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"matrix": np.eye(3)}, r"matrix of shape \(468, 468\), but got \(3, 3\)"),
        ({"matrix": np.ones((468, 3))}, r"but got \(468, 3\)"),
        ({"matrix": np.eye(468) * 1e-3}, "not what was written"),
        ({"matrix": np.full((468, 468), np.nan)}, "finite numbers"),
        ({"matrix": np.array(["a"])}, "matrix of type complex128 or float64, but got '<U1'"),
        ({"matrix": np.full((468, 468), 1e308)}, "Hermitian|not what was written"),
        ({"corrections": np.int64(41)}, "not what was written"),
        ({"noise": np.float64(-1)}, "positive noise"),
        ({"version": np.int64(2)}, "version 1, but got 2"),
        ({"learned_at": np.str_("yesterday")}, "not what was written"),
        ({"sha256": np.array([{}], dtype=object)}, r"sha256 of type <U64, but got '\|O'"),
        ({"sha256": np.str_("0" * 65)}, r"sha256 of type <U64, but got '<U65'"),
        ({"more": np.zeros(3)}, "holds 'more.npy', which does not belong there"),
    ],
)
def test_a_file_with_other_content_is_refused(tmp_path, written, changes, reason):
    rewritten(written, **changes)
    with pytest.raises(CovarianceFileError, match=reason):
        load_guided_covariance(tmp_path)


def test_an_array_that_is_missing_is_named(tmp_path, written):
    np.savez(written, matrix=canonical_covariance(FACE_468).matrix)
    with pytest.raises(CovarianceFileError, match="version"):
        load_guided_covariance(tmp_path)


def test_a_single_array_in_its_place_is_refused(tmp_path, written):
    with written.open("wb") as stream:
        np.save(stream, np.eye(468))
    with pytest.raises(CovarianceFileError, match="damaged"):
        load_guided_covariance(tmp_path)


def test_a_folder_in_its_place_is_reported(tmp_path, covariance):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(CovarianceFileError, match="cannot be read"):
        load_guided_covariance(tmp_path)
    with pytest.raises(CovarianceFileError, match="cannot be written"):
        write_covariance(tmp_path, covariance, 1, WHEN)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_folder_that_is_gone_is_reported(tmp_path, covariance):
    with pytest.raises(CovarianceFileError, match="cannot be written"):
        write_covariance(tmp_path / "gone", covariance, 1, WHEN)


def test_a_full_disk_leaves_the_older_file(tmp_path, written, covariance, monkeypatch):
    def full(*_args, **_arrays):
        raise OSError(28, "No space left on device")

    before = written.read_bytes()
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CovarianceFileError, match="No space left on device"):
        write_covariance(tmp_path, covariance, 1, WHEN)
    assert written.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_compressed_file_whose_data_is_damaged_is_reported(tmp_path, written):
    with np.load(written) as archive:
        arrays = dict(archive)
    np.savez_compressed(written, **arrays)
    content = bytearray(written.read_bytes())
    for at in range(200, len(content) // 2):
        content[at] = 0xFF
    written.write_bytes(content)
    with pytest.raises(CovarianceFileError, match="is damaged"):
        load_guided_covariance(tmp_path)


@pytest.mark.parametrize("method", [12, 14, 99])
def test_a_file_packed_in_another_way_is_reported(tmp_path, written, method):
    content = bytearray(written.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            content[at + offset] = method
    written.write_bytes(content)
    with pytest.raises(CovarianceFileError):
        load_guided_covariance(tmp_path)
