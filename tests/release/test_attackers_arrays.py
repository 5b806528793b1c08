"""Releases by somebody who computes every hash anew: the arrays and tables of npz."""

import io
import re
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.release import load_release

LARGEST = 40 << 20  # bytes that loading four samples may take


def arrays_of(release) -> dict[str, np.ndarray]:
    return dict(np.load(io.BytesIO((release.folder / "release.npz").read_bytes())))


def rewrite(release, **changes) -> None:
    arrays = {
        name: array for name, array in (arrays_of(release) | changes).items() if array is not None
    }
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    release.overwrite("release.npz", packed.getvalue())


@pytest.fixture
def release(attacked):
    return attacked("npz")


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("landmarks", lambda a: a[:-1], r"landmarks of shape \(4, 468, 3\), but got \(3, 468, 3\)"),
        ("landmarks", lambda a: a[:, :-1], r"but got \(4, 467, 3\)"),
        ("landmarks", lambda a: a[..., :2], r"but got \(4, 468, 2\)"),
        ("landmarks", lambda a: a.ravel(), r"but got \(5616,\)"),
        ("landmarks", lambda a: a.astype(np.float64), "landmarks of type float32, but got '<f8'"),
        ("landmarks", lambda a: a.astype(">f4"), "float32, but got '>f4'"),
        ("landmarks", lambda a: a.astype(np.complex64), "float32, but got '<c8'"),
        ("landmarks", lambda a: a.astype("S4"), r"float32, but got '\|S4'"),
        ("landmarks", lambda a: a.astype(object), r"float32, but got '\|O'"),
        ("landmarks", lambda a: np.zeros(a.shape, [("x", "f4")]), "as an array of plain numbers"),
        ("predictions", lambda a: a[:1], r"predictions of shape .* got \(1, 468, 3\)"),
        ("predictions", lambda a: a * np.float32(np.inf), "predictions .* NaN or infinite"),
        ("visibility", lambda a: a.astype(np.int64), "visibility of type uint8, but got '<i8'"),
        ("visibility", lambda a: a.astype(bool), r"visibility of type uint8, but got '\|b1'"),
        ("visibility", lambda a: a + np.uint8(9), "visibility 0, 1 or 2 .* got 9"),
        ("sample_ids", lambda a: a[::-1], "other samples than the manifest, in row 0"),
        ("sample_ids", lambda a: a + 1, "other samples than the manifest"),
        ("sample_ids", lambda _: None, "it holds no sample_ids"),
        ("predictions", lambda _: None, "it holds no predictions"),
        ("more", lambda _: np.zeros(3), "holds 'more.npy', which does not belong there"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_other_arrays_than_the_manifest_says_are_refused(release, name, change, said):
    rewrite(release, **{name: change(arrays_of(release).get(name))})
    refusal = release.refusal()
    assert refusal_matches(refusal, said), refusal


def refusal_matches(refusal: str, said: str) -> bool:
    return re.search(said, refusal) is not None


def test_columns_before_rows_are_the_same_array(release):
    before = load_release(release.folder)
    rewrite(release, landmarks=np.asfortranarray(arrays_of(release)["landmarks"]))
    np.testing.assert_array_equal(load_release(release.folder).landmarks, before.landmarks)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_none_is_found_anywhere(release, number, value):
    landmarks = arrays_of(release)["landmarks"]
    landmarks[number, 467, 2] = value
    rewrite(release, landmarks=landmarks)
    assert "NaN or infinite" in release.refusal()


def test_infinities_that_cancel_out_and_numbers_that_add_up_to_one_are_told_apart(release):
    landmarks = arrays_of(release)["landmarks"]
    landmarks[0, 0], landmarks[1, 0] = np.inf, -np.inf
    rewrite(release, landmarks=landmarks)
    assert "NaN or infinite" in release.refusal()


def test_an_archive_as_those_of_more_than_4_gigabytes_are_is_read(release, monkeypatch):
    before = load_release(release.folder)
    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZIP64_LIMIT", 1000)
        rewrite(release)
    assert b"PK\x06\x06" in (release.folder / "release.npz").read_bytes(), "it is none of these"
    np.testing.assert_array_equal(load_release(release.folder).landmarks, before.landmarks)


def packed_twice(release) -> bytes:
    whole = release.folder / "release.npz"
    packed = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
            if name == "landmarks.npy":
                target.writestr("landmarkz.npy", source.read(name))
    return packed.getvalue().replace(b"landmarkz.npy", b"landmarks.npy")


def bomb(release) -> bytes:
    packed = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (4, 468, 3)}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in ("landmarks", "predictions", "sample_ids"):
            with target.open(f"{name}.npy", "w") as stream:
                np.lib.format.write_array_header_1_0(stream, header)
                for _ in range(20):
                    stream.write(bytes(1 << 20))
    return packed.getvalue()


def huge_header(release) -> bytes:
    text = str({"descr": "<f4", "fortran_order": False, "shape": (10**13, 468, 3)}).encode()
    whole = (release.folder / "release.npz").read_bytes()
    at = whole.index(b"{'descr'")
    return whole[:at] + text + whole[at + len(text) :]


def with_flag(release) -> bytes:
    content = bytearray((release.folder / "release.npz").read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def by_bzip2(release) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(release.folder / "release.npz") as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return packed.getvalue()


def many_members(release) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for number in range(1500):
            target.writestr(f"{number}", b"")
    return packed.getvalue()


def lying_directory(release) -> bytes:
    """Say in the directory that the landmarks are larger than they are."""
    content = bytearray((release.folder / "release.npz").read_bytes())
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<II", content, at + 20, 1 << 30, 1 << 30)
    return bytes(content)


def lying_name(release) -> bytes:
    """Say where the landmarks begin that their name has 16,000 characters."""
    content = bytearray((release.folder / "release.npz").read_bytes())
    struct.pack_into("<H", content, 26, 16_000)
    return bytes(content)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lying_name, "no whole .npz file"),
        (packed_twice, "holds landmarks twice"),
        (bomb, "another size than its header says"),
        (huge_header, r"begin as an array|but got \(10000000000000"),
        (with_flag, "landmarks is encrypted"),
        (by_bzip2, "packed in a way of its own"),
        (many_members, "lists more files|bytes, and can have"),
        (lying_directory, "another size|no whole .npz"),
        (lambda _: b"", "its end is missing"),
        (lambda r: (r.folder / "release.npz").read_bytes()[:-300], "its end is missing"),
        (lambda r: (r.folder / "release.npz").read_bytes() * 3, "bytes, and can have"),
    ],
)
def test_an_archive_made_by_hand_is_refused_in_little_memory(release, made, said):
    release.overwrite("release.npz", made(release))
    tracemalloc.start()
    refusal = release.refusal()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal_matches(refusal, said), refusal
    assert len(refusal) < 500
    assert most < LARGEST


def table_of(release) -> pa.Table:
    return pq.read_table(release.folder / "samples.parquet")


def write_table(release, table: pa.Table, **how) -> None:
    packed = io.BytesIO()
    pq.write_table(table, packed, **how)
    release.overwrite("samples.parquet", packed.getvalue())


def with_column(table: pa.Table, name: str, values: list) -> pa.Table:
    at = table.column_names.index(name)
    return table.set_column(
        at, table.schema.field(at), pa.array(values, table.schema.field(at).type)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.slice(1), "has 3 rows, and the manifest 4"),
        (lambda t: pa.concat_tables([t, t]), "bytes, and can have|has 8 rows"),
        (lambda t: t.drop_columns(["reviewer"]), "other columns|has no column"),
        (lambda t: t.select(t.column_names[::-1]), "other columns"),
        (lambda t: t.append_column("more", pa.array([1] * 4)), "other columns"),
        (lambda t: t.take([1, 0, 2, 3]), "another table than the manifest's, in sample_id"),
        (lambda t: with_column(t, "reviewer", ["Eve"] * 4), "manifest's, in reviewer"),
        (lambda t: with_column(t, "reviewer", [None] * 4), "manifest's, in reviewer"),
        (lambda t: with_column(t, "presence", [0.5] * 4), "manifest's, in presence"),
        (lambda t: with_column(t, "presence", [float("nan")] * 4), "manifest's, in presence"),
        (lambda t: with_column(t, "image_width", [1, 2, 3, 4]), "manifest's, in image_width"),
        (
            lambda t: with_column(t, "accepted_at", [datetime(2026, 1, 1, tzinfo=UTC)] * 4),
            "manifest's, in accepted_at",
        ),
    ],
)
def test_another_table_than_the_manifests_is_refused(release, change, said):
    write_table(release, change(table_of(release)))
    refusal = release.refusal()
    assert "samples.parquet" in refusal
    assert refusal_matches(refusal, said), refusal


def test_a_table_of_other_types_is_refused(release):
    table = table_of(release)
    at = table.column_names.index("sample_id")
    other = pa.field("sample_id", pa.int32())
    write_table(release, table.set_column(at, other, table.column(at).cast(pa.int32())))
    assert "has other columns" in release.refusal()


@pytest.mark.parametrize("how", [{"compression": "gzip"}, {"compression": "zstd"}])
def test_a_table_that_is_packed_otherwise_is_refused(release, how):
    write_table(release, table_of(release), **how)
    assert "packed in a way of its own" in release.refusal()


@pytest.mark.parametrize("how", [{"row_group_size": 1}, {"row_group_size": 2}])
def test_a_table_in_many_groups_is_refused(release, how):
    write_table(release, table_of(release), **how)
    refusal = release.refusal()
    assert "more groups of rows" in refusal or "can have" in refusal


def test_a_text_that_unpacks_to_very_much_is_refused_in_little_memory(release):
    table = with_column(table_of(release), "reviewer", ["a" * (1 << 20)] * 4)
    write_table(release, table, compression="snappy")
    tracemalloc.start()
    pool = pa.total_allocated_bytes()
    refusal = release.refusal()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "unpacks to more than it can hold" in refusal or "can have" in refusal
    assert most < LARGEST
    assert pa.total_allocated_bytes() - pool < LARGEST


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 9, b"PAR1" + b"\xff" * 400 + b"PAR1"])
def test_what_is_no_table_is_refused(release, content):
    release.overwrite("samples.parquet", content)
    assert "samples.parquet is no table of samples" in release.refusal()


def test_a_name_that_is_too_long_for_a_folder_is_no_release(release):
    release.folder = release.folder / ("x" * 5000)
    assert "cannot be read: File name too long" in release.refusal()
