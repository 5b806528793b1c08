"""What the tests with programs of others begin with."""

import re
import sys
from pathlib import Path

import pytest

from tests.release.readers import environments

PINNED = re.compile(r"#.*|[\w.-]+(\[\w+\])?(==|>=|<)[\w.,<>=]+( @ .+)?")


@pytest.fixture
def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of environments in which ``coco`` seems to be: this very Python."""
    (tmp_path / "coco" / "bin").mkdir(parents=True)
    (tmp_path / "coco" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "coco" / "installed").touch()
    monkeypatch.setattr(environments, "READERS", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "path", sorted(environments.REQUIREMENTS.iterdir()), ids=lambda path: path.name
)
def test_requirements_name_versions(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any("==" in line for line in lines if line[:1] != "#")
    assert all(map(PINNED.fullmatch, lines)), lines


def test_a_reader_that_is_not_installed_skips_the_test_and_says_so(readers: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="tfrecord is not installed: make readers"):
        environments.reader_python("tfrecord")


def test_a_reader_that_could_not_be_installed_says_where_the_reason_is(readers: Path) -> None:
    (readers / "dlib.log").touch()
    with pytest.raises(pytest.skip.Exception, match=r"could not be installed, see .*dlib\.log"):
        environments.reader_python("dlib")


@pytest.mark.skipif(sys.platform == "win32", reason="its environments are laid out otherwise")
def test_a_script_gives_back_what_it_prints_last(readers: Path, tmp_path: Path) -> None:
    script = "import json, sys; print('loading'); print(json.dumps(sys.argv[1:]))"
    assert environments.read_by("coco", script, "a", Path("b c"), folder=tmp_path) == ["a", "b c"]


@pytest.mark.skipif(sys.platform == "win32", reason="its environments are laid out otherwise")
def test_a_script_that_fails_fails_the_test_with_its_words(readers: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no such key"):
        environments.read_by("coco", "raise KeyError('no such key')", folder=tmp_path)
