"""A model file from elsewhere works or is refused, and reads nothing but its own folder."""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from annotator.inference import ModelError
from annotator.inference.mesh_net import MeshNet
from annotator.system.assets import asset_path
from tests.fuzzing import rounds

SHIPPED = asset_path("models", "face_landmark.onnx")


def load(path: Path) -> MeshNet:
    return MeshNet.load(path, ["cpu"], None)


def refusal_of(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def spoil(data: bytes, seed: int) -> bytes:
    """Cut a model off, or change some of its bytes, most of them where its graph stands."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return data[: chance.randrange(len(data))]
    spoiled = bytearray(data)
    for _ in range(chance.randrange(1, 30)):
        reach = len(data) if chance.random() < 0.3 else 3000
        at = chance.randrange(reach) * chance.choice((1, -1))
        spoiled[at] = chance.choice((0, 255, chance.randrange(256)))
    return bytes(spoiled)


def test_a_spoiled_model_works_or_is_refused_and_nothing_is_printed(tmp_path: Path, capfd) -> None:
    data, path = SHIPPED.read_bytes(), tmp_path / "spoiled.onnx"
    for seed in range(rounds(30)):
        path.write_bytes(spoil(data, seed))
        try:
            load(path)
        except ModelError as error:
            assert "\n" not in str(error)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def pointing(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the model with its largest weights in another file."""
    folder = tmp_path / "models"
    folder.mkdir()
    model = onnx.load(SHIPPED)
    largest = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    weights = largest.raw_data
    for path in (folder / "weights.bin", tmp_path / "secret.bin"):
        path.write_bytes(weights)
    largest.ClearField("raw_data")
    largest.data_location = onnx.TensorProto.EXTERNAL

    def write(location: str, **more: int) -> Path:
        del largest.external_data[:]
        entries = {"location": location, "offset": 0, "length": len(weights)} | more
        for key, value in entries.items():
            entry = largest.external_data.add()
            entry.key, entry.value = key, str(value)
        (folder / "m.onnx").write_bytes(model.SerializeToString())
        return folder / "m.onnx"

    return write


def test_a_model_may_have_weights_in_a_file_beside_it(pointing) -> None:
    assert load(pointing("weights.bin")).info.name == "m"


@pytest.mark.parametrize(
    "location",
    ["../secret.bin", "/etc/passwd", "../../../../../../etc/passwd", "nothing", ""],
)
def test_weights_elsewhere_are_not_read(pointing, tmp_path: Path, location: str) -> None:
    assert "cannot load it" in refusal_of(pointing(location))
    assert "cannot load it" in refusal_of(pointing(str(tmp_path / "secret.bin")))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_links_out_of_the_folder_pipes_and_devices_are_not_read(pointing, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    (folder / "link.bin").symlink_to("../secret.bin")
    (folder / "zero.bin").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.bin")
    for name in ("link.bin", "zero.bin", "pipe.bin"):
        assert "cannot load it" in refusal_of(pointing(name))


@pytest.mark.parametrize("more", [{"offset": 10**12}, {"offset": -5}, {"length": 10**13}])
def test_weights_beyond_the_end_of_their_file_are_refused(pointing, capfd, more) -> None:
    assert "cannot load it" in refusal_of(pointing("weights.bin", **more))
    assert capfd.readouterr() == ("", "")
