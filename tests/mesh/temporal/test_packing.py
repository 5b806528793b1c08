"""Meshes of a track in few bytes, and back."""

import zlib
from random import Random

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.temporal import PackedMeshesError, pack_meshes, unpack_meshes
from tests.fuzzing import mutated, rounds

FRAMES = 40
EXACT = 1 / 256
MOST = 25e6 / 18_000  # bytes a frame of ten minutes


@pytest.fixture
def track(upright_face: np.ndarray) -> np.ndarray:
    """A face that wanders about, with as much noise as tracking leaves on one of this size."""
    rng = np.random.default_rng(0)
    at = np.linspace(0, 3, FRAMES)[:, None, None]
    scale, turn = 1.7 + 0.1 * np.sin(at), np.exp(0.3j * np.sin(2 * at[:, :, 0]))
    flat = (upright_face[:, 0] + 1j * upright_face[:, 1]) * turn
    moved = np.stack([flat.real, flat.imag, np.broadcast_to(upright_face[:, 2], flat.shape)], 2)
    way = np.concatenate([200 * np.sin(at), 90 * np.cos(at), 0 * at], axis=2)
    noise = rng.normal(0, 0.1, moved.shape) + rng.normal(0, 0.5, (FRAMES, 1, 3))
    return np.asarray(moved * scale + way + noise, np.float32)


def test_a_track_comes_back_within_a_256th_of_a_pixel(track: np.ndarray) -> None:
    back = unpack_meshes(pack_meshes(track), track.shape[1])
    assert back.dtype == np.float32
    assert_allclose(back, track, rtol=0, atol=EXACT)
    assert track[..., 2].min() < 0


def test_what_came_back_packs_to_the_same_bytes(track: np.ndarray) -> None:
    packed = pack_meshes(track)
    assert pack_meshes(unpack_meshes(packed, track.shape[1])) == packed


def test_ten_minutes_of_a_face_take_less_than_25_megabytes(track: np.ndarray) -> None:
    assert len(pack_meshes(track)) / FRAMES < MOST
    assert len(pack_meshes(track)) < track.nbytes / 4


@pytest.mark.parametrize("frames", [0, 1, 2, 255, 256, 257, 600])
@pytest.mark.parametrize("vertices", [1, 7, 478])
def test_any_number_of_frames_and_vertices_is_packed(frames: int, vertices: int) -> None:
    meshes = np.random.default_rng(1).normal(0, 300, (frames, vertices, 3)).astype(np.float32)
    back = unpack_meshes(pack_meshes(meshes), vertices, frames=frames)
    assert back.shape == meshes.shape
    assert_allclose(back, meshes, rtol=0, atol=EXACT)


def test_cuts_and_faces_far_off_the_frame_are_packed_as_well(track: np.ndarray) -> None:
    wild = track.copy()
    wild[10:20] += np.float32([-40_000, 70_000, -900])
    wild[20:] *= np.float32(0.01)
    wild[30] = np.float32([1e6, -1e6, 1e6])
    wild[31, ::2] = np.float32([-1e6, 1e6, -1e6])
    assert_allclose(unpack_meshes(pack_meshes(wild), wild.shape[1]), wild, rtol=0, atol=EXACT)


def test_a_face_that_stands_still_takes_next_to_nothing(track: np.ndarray) -> None:
    still = np.repeat(track[:1], 250, axis=0)
    assert len(pack_meshes(still)) < 2 * len(pack_meshes(still[:1]))
    assert_allclose(unpack_meshes(pack_meshes(still), still.shape[1]), still, rtol=0, atol=EXACT)


def test_what_is_packed_stays_as_it_is(track: np.ndarray) -> None:
    before = track.copy()
    track.setflags(write=False)
    pack_meshes(track)
    assert_array_equal(track, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1_000_001, -3e38])
def test_numbers_that_are_no_coordinates_are_refused(track: np.ndarray, bad: float) -> None:
    track[7, 100, 2] = bad
    with pytest.raises(ValueError, match="NaN or beyond"):
        pack_meshes(track)


@pytest.mark.parametrize("shape", [(468, 3), (2, 468, 2), (2, 0, 3)])
def test_other_arrays_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        pack_meshes(np.zeros(shape, np.float32))


def test_meshes_of_another_layout_are_refused(track: np.ndarray) -> None:
    with pytest.raises(PackedMeshesError, match="expected meshes of 478 vertices, but got 468"):
        unpack_meshes(pack_meshes(track), 478)


def test_another_number_of_frames_is_refused(track: np.ndarray) -> None:
    with pytest.raises(PackedMeshesError, match="expected 41 meshes, but got 40"):
        unpack_meshes(pack_meshes(track), track.shape[1], frames=41)


def test_a_later_version_is_refused_by_name(track: np.ndarray) -> None:
    packed = b"\x07" + pack_meshes(track)[1:]
    with pytest.raises(PackedMeshesError, match=r"version 7.*later facemesh-annotator"):
        unpack_meshes(packed, track.shape[1])


def test_damaged_bytes_are_refused(track: np.ndarray) -> None:
    whole = pack_meshes(track[:3])
    for seed in range(rounds(50)):
        damaged = mutated(whole, Random(seed))
        if damaged != whole:
            with pytest.raises(PackedMeshesError):
                unpack_meshes(damaged, track.shape[1])


def with_check(packed: bytes) -> bytes:
    """Return forged bytes whose check sum is right, for what hopes to pass by that."""
    header, body = packed[:9], packed[13:]
    return header + zlib.crc32(body, zlib.crc32(header)).to_bytes(4, "little") + body


def test_forged_bytes_are_refused_or_give_finite_meshes_of_the_size_asked_for(
    track: np.ndarray,
) -> None:
    whole, refused = pack_meshes(track[:3]), 0
    for seed in range(rounds(50)):
        forged = with_check(mutated(whole, Random(seed)))
        try:
            meshes = unpack_meshes(forged, track.shape[1], frames=3)
        except PackedMeshesError:
            refused += 1
        else:
            assert meshes.shape == (3, track.shape[1], 3)
            assert np.isfinite(meshes).all()
    assert refused


def test_few_bytes_that_unpack_to_many_are_not_unpacked(track: np.ndarray) -> None:
    bomb = zlib.compress(bytes(1 << 24))
    part = (1 + len(bomb)).to_bytes(4, "little") + b"\x04" + bomb
    header = b"\x01" + (1).to_bytes(4, "little") + track.shape[1].to_bytes(4, "little")
    with pytest.raises(PackedMeshesError, match="more or fewer numbers"):
        unpack_meshes(with_check(header + bytes(4) + part), track.shape[1])


def test_a_number_of_frames_beyond_all_measure_is_refused(track: np.ndarray) -> None:
    header = b"\x01" + b"\xff" * 4 + track.shape[1].to_bytes(4, "little")
    with pytest.raises(PackedMeshesError, match="65536 meshes at most"):
        unpack_meshes(with_check(header + bytes(4)), track.shape[1])
