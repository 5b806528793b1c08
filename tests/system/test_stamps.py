"""What tells one file from another without reading it."""

import os
import shutil
from pathlib import Path

import pytest

from annotator.system.hashing import file_sha256, file_stamp, still_holds


@pytest.fixture
def twins(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "one", tmp_path / "other"]
    for path in paths:
        path.write_text(path.name.ljust(9))
        os.utime(path, ns=(10**18, 10**18))
    return paths


def test_a_file_that_nobody_touches_keeps_its_stamp(twins: list[Path]) -> None:
    before = file_stamp(twins[0])
    twins[0].read_bytes()
    assert file_stamp(twins[0]) == before
    assert all(0 <= number < 2**63 for number in before), "any database can hold it"


def test_files_of_equal_size_and_time_have_different_stamps(twins: list[Path]) -> None:
    one, other = twins
    before = file_stamp(one)
    assert file_stamp(other) != before
    one.rename(one.with_name("aside"))
    other.rename(one)
    assert file_stamp(one) != before


def test_a_time_that_is_set_back_does_not_hide_a_change(twins: list[Path]) -> None:
    before, times = file_stamp(twins[0]), twins[0].stat()
    twins[0].write_text("another".ljust(9))
    os.utime(twins[0], ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file_stamp(twins[0]) != before


def test_a_copy_with_its_times_is_read_before_it_is_called_another(
    twins: list[Path], tmp_path: Path
) -> None:
    stamp = file_stamp(twins[0])
    copy = tmp_path / "copy"
    shutil.copy2(twins[0], copy)
    assert file_stamp(copy) != stamp
    assert still_holds(copy, file_sha256(twins[0]), stamp)
    assert not still_holds(copy, file_sha256(twins[1]), stamp)
