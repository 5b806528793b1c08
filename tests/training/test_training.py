"""A run from releases to a net, and everything that can stop it."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
onnx = pytest.importorskip("onnx", reason="the extra [train] is not installed")

from annotator.cli import main
from annotator.inference import FaceMesh
from annotator.mesh.layout import FACE_468
from annotator.release import DamagedRelease, load_release
from annotator.release.withdrawal import note_withdrawal
from annotator.system.assets import asset_path
from annotator.training.batches import Batch
from annotator.training.errors import TrainingError
from annotator.training.fit import Progress
from annotator.training.graph import NetGraph
from annotator.training.loop import NotFiniteError, Trainer
from annotator.training.net import module_of, weights_of
from annotator.training.settings import Settings
from annotator.training.training import Order, train

SHIPPED = asset_path("models", "face_landmark.onnx")
SHORT = Settings(steps=6, batch=4, every=2, freeze=8)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(order: Order, on_progress: Callable[[Progress], None] = lambda progress: None):
    said: list[str] = []
    return train(order, on_progress, said.append), said


@pytest.fixture(scope="module")
def release(small_release: Path) -> Path:
    return small_release


@pytest.fixture(scope="module")
def finished(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished") / "run"
    run(Order((release,), out, SHORT, seed=3))
    return out


def test_no_step_leaves_the_parents_file_and_a_card(release, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["train", str(release), "--out", str(out), "--steps", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == sha256(SHIPPED)
    assert (out / "model.onnx").read_bytes() == SHIPPED.read_bytes()
    assert sha256(SHIPPED) in (out / "model.md").read_text()


def test_a_run_leaves_a_net_that_predicts_and_says_where_it_comes_from(finished, release):
    net = FaceMesh.load(finished / "model.onnx")
    assert net.info.sha256 == sha256(finished / "model.onnx") != sha256(SHIPPED)
    (told,) = [entry.value for entry in onnx.load(finished / "model.onnx").metadata_props]
    facts = json.loads(told)
    assert facts["parent"]["sha256"] == sha256(SHIPPED)
    manifest = json.loads((release / "manifest.json").read_text())
    assert facts["releases"] == [{"content_sha256": manifest["content_sha256"]}]
    assert facts["settings"]["steps"] == 6
    assert net.info.sha256 in (finished / "model.md").read_text()


def test_a_run_leaves_its_tables_checkpoints_and_event_files(finished):
    with (finished / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (finished / "splits.csv").open(newline="") as stream:
        splits = {row["face"]: row["split"] for row in csv.DictReader(stream)}
    assert {row["face"]: row["split"] for row in rows} == splits
    assert set(splits.values()) == {"train", "validation"}
    assert all(0 < float(row["nme"]) < 0.1 and np.isfinite(float(row["x467"])) for row in rows)
    with (finished / "validation.csv").open(newline="") as stream:
        assert [row["step"] for row in csv.DictReader(stream)] == ["2", "4", "6"]
    assert (finished / "log.csv").read_text().startswith("step,landmarks,presence")
    assert {path.name for path in (finished / "checkpoints").iterdir()} == {"last.pt", "best.pt"}
    assert any((finished / "events").iterdir())


def test_the_same_seed_gives_the_same_net_and_another_one_another(finished, release, tmp_path):
    again, other = tmp_path / "again", tmp_path / "other"
    run(Order((release,), again, SHORT, seed=3))
    run(Order((release,), other, SHORT, seed=4))
    assert sha256(again / "model.onnx") == sha256(finished / "model.onnx")
    assert sha256(other / "model.onnx") != sha256(finished / "model.onnx")


def test_a_run_that_was_interrupted_goes_on_to_the_same_net(finished, release, tmp_path):
    out = tmp_path / "run"

    def interrupt(progress: Progress) -> None:
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Order((release,), out, SHORT, seed=3), interrupt)
    assert not (out / "model.onnx").exists()
    steps: list[int] = []
    run(Order((release,), out, SHORT, seed=3, resume=True), lambda p: steps.append(p.step))
    assert steps == [4, 5, 6]
    assert sha256(out / "model.onnx") == sha256(finished / "model.onnx")


def test_a_run_that_was_killed_goes_on_to_the_same_net(finished, release, tmp_path):
    out = tmp_path / "run"
    arguments = ["train", str(release), "--out", str(out), "--seed", "3", "--freeze", "8"]
    arguments += ["--steps", "6", "--set", "batch=4", "--set", "every=2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "annotator", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 3"):
            process.send_signal(signal.SIGKILL)
            break
    process.wait(60)
    process.stdout.close()
    assert main([*arguments, "--resume"]) == 0
    assert sha256(out / "model.onnx") == sha256(finished / "model.onnx")


def test_a_finished_run_that_is_resumed_is_as_it_was(finished, release, tmp_path):
    before = sha256(finished / "model.onnx")
    run(Order((release,), finished, SHORT, seed=3, resume=True))
    assert sha256(finished / "model.onnx") == before


def test_a_time_decides_how_many_steps_there_are_and_ends_in_it(release, tmp_path):
    out = tmp_path / "run"
    outcome, said = run(Order((release,), out, SHORT, steps_asked=False, seconds=2.0))
    steps = json.loads((out / "run.json").read_text())["settings"]["steps"]
    assert f"{steps} steps fit into the time" in said
    assert outcome.model.exists()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"seed": 5}, "the seed"),
        ({"settings": Settings(steps=6, batch=4, every=2, freeze=8, rate=2e-4)}, "rate"),
    ],
)
def test_a_run_is_resumed_as_it_was_begun_or_not_at_all(changed, named, finished, release):
    order = {"seed": 3, "settings": SHORT, "resume": True, **changed}
    with pytest.raises(TrainingError, match=f"begun otherwise: .*{named}"):
        run(Order((release,), finished, **order))


def test_a_folder_that_holds_something_is_left_alone(finished, release, tmp_path):
    with pytest.raises(TrainingError, match="holds a run: give --resume"):
        run(Order((release,), finished, SHORT))
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(TrainingError, match="is not empty"):
        run(Order((release,), tmp_path, SHORT))
    with pytest.raises(TrainingError, match="is a file"):
        run(Order((release,), tmp_path / "letters.txt", SHORT))
    with pytest.raises(TrainingError, match="no run to resume"):
        run(Order((release,), tmp_path / "new", SHORT, resume=True))


def test_a_run_that_never_began_is_in_nobodys_way(release, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(TrainingError, match="groups"):
        run(Order((release,), out, SHORT, groups=tmp_path / "none.csv"))
    assert not out.exists()
    with pytest.raises(TrainingError, match=r"there is no .*splits\.csv"):
        run(Order((release,), out, SHORT, splits=tmp_path / "splits.csv"))
    assert run(Order((release,), out, Settings(steps=0)))[0].model.exists()


def test_a_release_that_does_not_verify_is_not_trained_on(release, tmp_path):
    import shutil  # noqa: PLC0415 - of this test alone

    broken = tmp_path / "broken"
    shutil.copytree(release, broken)
    with (broken / "release.npz").open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"????")
    with pytest.raises(DamagedRelease):
        run(Order((broken,), tmp_path / "run", SHORT))


def test_a_withdrawn_release_is_only_trained_on_if_somebody_says_so(release, tmp_path, capsys):
    import shutil  # noqa: PLC0415 - of this test alone

    withdrawn, out = tmp_path / "withdrawn", tmp_path / "run"
    shutil.copytree(release, withdrawn)
    note_withdrawal(withdrawn, load_release(withdrawn).content_sha256, "Ada said no")
    arguments = ["train", str(release), str(withdrawn), "--out", str(out), "--steps", "0"]

    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "was withdrawn" in told
    assert "Ada said no" in told
    assert not out.exists()
    assert main([*arguments, "--withdrawn"]) == 0
    assert main(["evaluate", "face_landmark", str(withdrawn)]) == 0
    assert "was withdrawn" in capsys.readouterr().out


def test_a_damaged_checkpoint_says_what_to_do(finished, release, tmp_path):
    import shutil  # noqa: PLC0415 - of this test alone

    out = tmp_path / "run"
    shutil.copytree(finished, out)
    (out / "checkpoints" / "last.pt").write_bytes(b"no checkpoint")
    with pytest.raises(TrainingError, match="damaged"):
        run(Order((release,), out, SHORT, seed=3, resume=True))


def test_few_faces_are_told_of(finished, release, tmp_path):
    _, said = run(Order((release,), tmp_path / "run", Settings(steps=0)))
    assert any("faces are few" in line for line in said)


def batch_of(value: float) -> Batch:
    crops = np.zeros((2, 192, 192, 3), np.uint8)
    points = np.full((2, 468, 3), value, np.float32)
    ones = np.ones(2, np.float32)
    return Batch(
        crops,
        points,
        np.ones((2, 468), np.float32),
        50 * ones,
        ones,
        points,
        0 * ones,
        np.full((2, 68, 2), np.nan, np.float32),
    )


def test_a_step_that_is_not_finite_leaves_the_weights_as_they_were():
    trainer = Trainer(module_of(NetGraph.read(SHIPPED)), SHORT, torch.device("cpu"), FACE_468)
    trainer.learn(batch_of(96.0))
    before = weights_of(trainer.module)
    with pytest.raises(NotFiniteError, match="step 2 is not finite"):
        trainer.learn(batch_of(float("nan")))
    assert trainer.step == 1
    for one, other in zip(weights_of(trainer.module), before, strict=True):
        assert np.array_equal(one, other)


def test_errors_fall_while_the_same_batch_is_learnt():
    settings = Settings(steps=12, batch=2, rate=1e-3, freeze=8)
    trainer = Trainer(module_of(NetGraph.read(SHIPPED)), settings, torch.device("cpu"), FACE_468)
    costs = [trainer.learn(batch_of(96.0)).values()["landmarks"] for _ in range(12)]
    assert costs[-1] < 0.9 * costs[0]


def run_hiding(how, *lines):
    script = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {{'torch', 'tensorboardX'}}: raise {how}\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "from annotator.cli import main\n" + "\n".join(lines)
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_the_rest_of_the_command_line_needs_no_torch(release):
    told = run_hiding(
        "ModuleNotFoundError(name, name=name)",
        f"assert main(['compare', 'face_landmark', 'face_landmark', {str(release)!r}]) == 3",
        "assert main(['train', '/nothing', '--out', '/nowhere']) == 1",
    )
    assert "needs torch, tensorboardX: pip install 'facemesh-annotator[train]'" in told


def test_a_torch_that_cannot_be_loaded_is_told_in_words():
    told = run_hiding(
        r"OSError('libc10.so:\nno such file')",
        "assert main(['train', '/nothing', '--out', '/nowhere']) == 1",
    )
    assert "torch, which is there but cannot be loaded (libc10.so: no such file)" in told
    assert told.endswith(": reinstall torch, reinstall tensorboardX\n")
    assert told.count("\n") == 1
