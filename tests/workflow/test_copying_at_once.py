"""Several programs that copy photographs into one project at the same time."""

import hashlib
import os
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.project import NewImage, Project
from annotator.workflow import import_images
from annotator.workflow.copying import copy_into
from annotator.workflow.image_files import inspect_picture

FORK = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, to be quick")
PROGRAMS, NAMES, ROUNDS = 6, 5, 12


def photograph(path: Path, seed: int) -> NewImage:
    """Write noise and return it inspected."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    entry = inspect_picture(Picture(path))
    assert isinstance(entry, NewImage)
    return entry


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def at_once(work: Callable[[int], None], programs: int = PROGRAMS) -> None:
    """Run `work` in so many processes that all begin together; fail if one of them fails."""
    context = get_context("fork")
    start = context.Barrier(programs)

    def begin(number: int) -> None:
        start.wait()
        work(number)

    started = [context.Process(target=begin, args=(number,)) for number in range(programs)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * programs


@FORK
def test_same_names_copied_by_many_programs_all_end_as_files_of_their_own(tmp_path: Path) -> None:
    for turn in range(ROUNDS):
        target = tmp_path / f"images-{turn}"
        target.mkdir()
        entries = [
            [photograph(tmp_path / f"{turn}-{program}" / f"{n}.png", 100 * turn + 10 * program + n)
             for n in range(NAMES)]
            for program in range(PROGRAMS)
        ]  # fmt: skip

        def copy_all(program: int, entries=entries, target=target) -> None:
            for entry in entries[program]:
                copied = copy_into(target, entry)
                assert isinstance(copied, NewImage)
                assert sha256(copied.path) == entry.sha256

        at_once(copy_all)
        wanted = sorted(entry.sha256 for some in entries for entry in some)
        assert sorted(map(sha256, target.iterdir())) == wanted


@FORK
def test_one_photograph_copied_by_many_programs_is_one_file(tmp_path: Path) -> None:
    for turn in range(ROUNDS):
        target = tmp_path / f"images-{turn}"
        target.mkdir()
        entry = photograph(tmp_path / f"{turn}" / "ada.png", turn)

        def copy_it(_program: int, entry=entry, target=target) -> None:
            copied = copy_into(target, entry)
            assert isinstance(copied, NewImage)
            assert copied.path == target / "ada.png"

        at_once(copy_it)
        assert [path.name for path in target.iterdir()] == ["ada.png"]


@FORK
def test_every_row_of_a_project_that_many_add_to_has_the_file_of_its_image(tmp_path: Path) -> None:
    folders = [tmp_path / str(program) for program in range(PROGRAMS)]
    for program, folder in enumerate(folders):
        for n in range(NAMES):
            photograph(folder / f"{n}.png", 10 * program + n)
    home = tmp_path / "project"
    Project.create(home).close()

    def add(program: int) -> None:
        with Project.open(home) as project:
            report = import_images(project, [folders[program]], copy=True)
        assert (report.added, report.failed) == (NAMES, ())

    at_once(add)
    with Project.open(home) as project:
        records = project.images.all()
    assert len(records) == PROGRAMS * NAMES
    assert all(sha256(record.path) == record.sha256 for record in records)
    assert sorted(record.path for record in records) == sorted((home / "images").iterdir())


def test_links_at_the_names_of_copies_are_never_written_through(tmp_path: Path) -> None:
    images, outside = tmp_path / "images", tmp_path / "precious.txt"
    images.mkdir()
    outside.write_bytes(b"precious")
    entry = photograph(tmp_path / "photos" / "ada.png", 1)
    with_hash = f"ada-{entry.sha256[:12]}"
    for name in ("ada.png", f"{with_hash}.png"):
        (images / name).symlink_to(outside)
    copied = copy_into(images, entry)
    assert isinstance(copied, NewImage)
    assert copied.path == images / f"{with_hash}-2.png"
    assert sha256(copied.path) == entry.sha256
    assert outside.read_bytes() == b"precious"


def test_a_damaged_file_under_a_name_with_the_hash_is_not_taken_for_the_copy(
    tmp_path: Path,
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    entry = photograph(tmp_path / "photos" / "ada.png", 1)
    for name in ("ada.png", f"ada-{entry.sha256[:12]}.png"):
        (images / name).write_bytes(b"half of it")
    copied = copy_into(images, entry)
    assert isinstance(copied, NewImage)
    assert sha256(copied.path) == entry.sha256


def test_a_copy_in_the_way_of_folders_and_pipes_takes_another_name(tmp_path: Path) -> None:
    images = tmp_path / "images"
    (images / "ada.png").mkdir(parents=True)
    entry = photograph(tmp_path / "photos" / "ada.png", 1)
    if hasattr(os, "mkfifo"):
        os.mkfifo(images / f"ada-{entry.sha256[:12]}.png")
    copied = copy_into(images, entry)
    assert isinstance(copied, NewImage)
    assert sha256(copied.path) == entry.sha256
