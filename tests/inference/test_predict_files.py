"""Many files: order, errors, memory, cancelling."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import read_image
from annotator.inference import FaceMesh, ModelError
from annotator.inference.pipeline import predict_files
from annotator.inference.runtime import NotFiniteError
from annotator.system.assets import asset_path

SAMPLE = ("hopper.jpg", "coffee.jpg", "two_portraits.jpg", "collins_tilted.jpg")


def workers_alive() -> int:
    return sum(thread.name.startswith("predict") for thread in threading.enumerate())


@pytest.fixture
def files() -> list[Path]:
    return [asset_path("datasets", "sample", name) for name in SAMPLE]


@pytest.mark.parametrize("workers", [None, 1, 3])
def test_results_come_in_the_order_of_the_files(
    face_mesh: FaceMesh, files: list[Path], workers: int | None
) -> None:
    results = list(face_mesh.predict_files(files * 3, workers=workers))
    assert [result.path for result in results] == files * 3
    assert [len(result.faces) for result in results] == [1, 0, 2, 1] * 3
    assert all(result.error is None for result in results)
    with Image.open(files[0]) as first:
        assert (results[0].width, results[0].height) == first.size


def test_files_give_what_images_give(
    face_mesh: FaceMesh, files: list[Path], photographs: dict[str, np.ndarray]
) -> None:
    result = next(iter(face_mesh.predict_files(files[:1])))
    (expected,) = face_mesh.predict(photographs["hopper"])
    np.testing.assert_allclose(result.faces[0].landmarks, expected.landmarks, atol=1e-3)


@pytest.mark.parametrize("together", [1, 2, 8])
def test_a_bad_file_is_reported_and_the_rest_goes_on(
    face_mesh: FaceMesh, files: list[Path], tmp_path: Path, together: int
) -> None:
    text, missing = tmp_path / "text.jpg", tmp_path / "missing.jpg"
    text.write_text("no photograph")
    paths = [files[0], text, missing, files[2]]
    results = list(predict_files(face_mesh.predict_batch, paths, 2, together))
    assert [len(result.faces) for result in results] == [1, 0, 0, 2]
    assert [result.error is None for result in results] == [True, False, False, True]
    assert (results[1].width, results[1].height) == (0, 0)
    assert "\n" not in (results[1].error or "")


def test_files_are_taken_only_a_little_ahead(face_mesh: FaceMesh, files: list[Path]) -> None:
    taken: list[Path] = []

    def endless() -> Iterator[Path]:
        while True:
            taken.append(files[1])
            yield files[1]

    results = face_mesh.predict_files(endless(), workers=2)
    for _ in range(5):
        next(results)
    assert len(taken) <= 5 + 2 * 3
    results.close()


def test_closing_stops_the_threads(face_mesh: FaceMesh, files: list[Path]) -> None:
    before = workers_alive()
    results = face_mesh.predict_files(files * 50, workers=2)
    next(results)
    assert workers_alive() > before
    results.close()
    assert workers_alive() == before
    with pytest.raises(StopIteration):
        next(results)


def test_closing_before_the_first_result_starts_no_thread(
    face_mesh: FaceMesh, files: list[Path]
) -> None:
    before = workers_alive()
    face_mesh.predict_files(files).close()
    assert workers_alive() == before


def test_no_files_give_no_results(face_mesh: FaceMesh) -> None:
    assert list(face_mesh.predict_files([])) == []


def test_less_than_one_worker_is_refused_at_once(face_mesh: FaceMesh) -> None:
    with pytest.raises(ValueError, match="at least one worker, but got 0"):
        face_mesh.predict_files([], workers=0)


def test_large_images_do_not_pile_up_in_memory(
    monkeypatch: pytest.MonkeyPatch, files: list[Path]
) -> None:
    batches: list[int] = []
    monkeypatch.setattr("annotator.inference.pipeline._PIXELS", 250_000)

    def counting(images: list[np.ndarray]) -> list[list[object]]:
        batches.append(len(images))
        return [[] for _ in images]

    assert len(list(predict_files(counting, files * 2, 1, 8))) == 8
    assert max(batches) <= 2


def test_all_threads_together_keep_within_the_bound(
    monkeypatch: pytest.MonkeyPatch, files: list[Path]
) -> None:
    monkeypatch.setattr("annotator.inference.pipeline._PIXELS", 600_000)
    turn = threading.Condition()
    held: list[int] = []  # pixels of the images that are being predicted
    seen: list[list[int]] = []

    def slow(images: list[np.ndarray]) -> list[list[object]]:
        sizes = [image.shape[0] * image.shape[1] for image in images]
        with turn:
            held.extend(sizes)
            seen.append(held.copy())
            turn.notify_all()
            mine, several = len(seen), max(map(len, seen)) > 1
            # Until the next one comes; once several were seen together, none may be left to come.
            turn.wait_for(lambda: len(seen) > mine, timeout=0.02 if several else 10)
            for size in sizes:
                held.remove(size)
        return [[] for _ in images]

    for together in (1, 3):
        assert len(list(predict_files(slow, files * 4, 4, together))) == 16
    assert all(sum(sizes) <= 600_000 or len(sizes) == 1 for sizes in seen)
    assert max(map(len, seen)) > 1  # several do fit


def test_a_file_for_which_the_model_gives_no_numbers_fails_and_the_rest_goes_on(
    write_model: Callable[..., Path], files: list[Path], tmp_path: Path
) -> None:
    broken = FaceMesh.load(write_model(value=np.nan))
    files[1] = tmp_path / "wall.png"  # nothing in it is taken for a face, however closely looked at
    Image.new("RGB", (400, 300), "white").save(files[1])
    results = list(broken.predict_files(files))
    assert [result.error is None for result in results] == [False, True, False, False]
    assert "tiny gave numbers that are not finite" in (results[0].error or "")
    with pytest.raises(ModelError, match="2 of 2 faces"):
        broken.predict(read_image(files[2]))


def test_of_files_predicted_together_only_those_with_odd_numbers_fail(files: list[Path]) -> None:
    def picky(images: list[np.ndarray]) -> list[list[object]]:
        if any(image.shape == (400, 600, 3) for image in images):
            raise NotFiniteError("not finite")
        return [[] for _ in images]

    results = list(predict_files(picky, files, 1, 4))
    assert [result.error for result in results] == [None, "not finite", None, None]


def test_an_error_of_the_model_reaches_the_caller(files: list[Path]) -> None:
    def broken(images: list[np.ndarray]) -> list[list[object]]:
        raise RuntimeError("the model fell over")

    with pytest.raises(RuntimeError, match="fell over"):
        list(predict_files(broken, files, 2, 1))
    assert workers_alive() == 0
