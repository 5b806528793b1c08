"""Commands that are given too little memory say so in one line."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from annotator.cli import main
from annotator.system.assets import asset_path
from annotator.system.memory import lacks_memory

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) * 10**6,) * 2)
from annotator.cli import main
sys.exit(main(sys.argv[2:]))
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")


def limited(megabytes: int, *words: object) -> tuple[int, str, str]:
    given = [sys.executable, "-c", LIMITED, str(megabytes), *map(str, words)]
    child = subprocess.run(given, capture_output=True, text=True, check=False, timeout=300)
    return child.returncode, child.stdout, child.stderr


@LINUX
@pytest.mark.parametrize("megabytes", [150, 250, 1000])
@pytest.mark.parametrize("name", ["status", "landmarks"])
def test_a_command_works_or_says_in_one_line_that_it_has_too_little(tmp_path, name, megabytes):
    assert main(["new", str(tmp_path / "p")]) == 0
    rest = [PORTRAIT, "--output", tmp_path / "o.npz"] if name == "landmarks" else [tmp_path / "p"]
    code, _, err = limited(megabytes, name, *rest)
    assert (code, err) == (0, "") or (code, err.count("\n")) == (1, 1)
    if code and not err.startswith("OpenBLAS error:"):  # which ends the process itself
        assert err.startswith("error: not enough memory to go on")
    assert not list(tmp_path.glob(".placing-*"))


@LINUX
def test_too_little_memory_is_no_answer_to_a_comparison():
    code, out, err = limited(300, "compare", "face_landmark", "face_landmark", "release")
    assert (code, out, err.count("\n")) == (4, "", 1)


@LINUX
def test_one_photograph_that_does_not_fit_is_one_failed_file(tmp_path):
    Image.fromarray(np.zeros((12_000, 15_000), np.uint8)).save(tmp_path / "a.png", compress_level=1)
    code, out, err = limited(1000, "landmarks", tmp_path, PORTRAIT, "--output", tmp_path / "o.npz")
    assert (code, err) == (1, "")
    assert out.splitlines()[0].startswith("1 image with 1 face")
    assert out.splitlines()[1].endswith("a.png: the PNG image does not fit into memory")


def test_no_module_is_loaded_to_tell_of_an_error(tmp_path):
    code = (
        "import sys; from annotator.cli import main; main(['new', sys.argv[1]]); "
        "assert not {'cv2', 'onnxruntime', 'annotator.release'} & sys.modules.keys()"
    )
    there = tmp_path / "p"
    assert main(["new", str(there)]) == 0
    child = subprocess.run(
        [sys.executable, "-c", code, str(there)], capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stderr.count("\n")) == (0, 1)


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        ImportError("libx.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        chained(ImportError("please read this"), ImportError("libx.so: cannot allocate memory")),
        chained(ValueError("the model cannot be loaded"), RuntimeError("std::bad_alloc")),
    ],
)
def test_too_little_memory_shows_in_many_ways(error):
    assert lacks_memory(error)


def test_other_errors_are_told_apart_from_it():
    assert not lacks_memory(chained(ImportError("no module named x"), KeyError("x")))
    assert not lacks_memory(None)
