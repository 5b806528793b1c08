"""Runs that end before they are done: they keep what they can, and go on to the same net."""

import errno
import hashlib
import json
import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
pytest.importorskip("onnx", reason="the extra [train] is not installed")

from annotator.system.assets import asset_path
from annotator.system.ending import Ended
from annotator.training import checkpoints, judge, loop, training
from annotator.training.errors import TrainingError
from annotator.training.settings import Settings
from annotator.training.training import Order, train

SHORT = Settings(steps=6, batch=4, every=2, freeze=8)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(order: Order, on_progress=lambda progress: None):
    return train(order, on_progress, lambda text: None)


@pytest.fixture(scope="module")
def release(small_release: Path) -> Path:
    return small_release


@pytest.fixture(scope="module")
def finished(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished") / "run"
    run(Order((release,), out, SHORT, seed=3))
    assert sha256(out / "model.onnx") != sha256(asset_path("models", "face_landmark.onnx"))
    return out


def test_a_validation_that_was_interrupted_is_made_up_for(finished, release, tmp_path, monkeypatch):
    """Once while the parent is judged, by the first two calls, and once at step 4.

    Others judge the steps 2, 4 and 6.
    """

    def interrupted_at(last):
        calls = []

        def interrupted(*arguments):
            calls.append(None)
            if len(calls) == last:
                raise KeyboardInterrupt
            return judged(*arguments)

        return interrupted

    judged = judge.scores_of
    order = Order((release,), tmp_path / "run", SHORT, seed=3)
    for last in (2, 4):
        with monkeypatch.context() as patch:
            patch.setattr(judge, "scores_of", interrupted_at(last))
            with pytest.raises(KeyboardInterrupt):
                run(order)
        order = replace(order, resume=True)
    run(order)
    for name in ("model.onnx", "validation.csv"):
        assert sha256(order.out / name) == sha256(finished / name)


def test_a_step_that_was_done_by_half_is_done_anew(finished, release, tmp_path, monkeypatch):
    def interrupted(self):
        if self.step == 2:  # so the third step, after the first checkpoint
            raise Ended(15)
        follow(self)

    follow = loop.Trainer._follow
    order = Order((release,), tmp_path / "run", SHORT, seed=3)
    with monkeypatch.context() as patch:
        patch.setattr(loop.Trainer, "_follow", interrupted)
        with pytest.raises(Ended):
            run(order)
    steps: list[int] = []
    run(replace(order, resume=True), lambda progress: steps.append(progress.step))
    assert steps == [3, 4, 5, 6]
    assert sha256(order.out / "model.onnx") == sha256(finished / "model.onnx")


def test_a_run_that_was_stopped_while_it_read_photographs_is_resumed(
    finished, release, tmp_path, monkeypatch
):
    def interrupted(*arguments, **named):
        prepared(*arguments, **named)
        raise KeyboardInterrupt

    prepared = training.prepared
    order = Order((release,), tmp_path / "run", SHORT, seed=3)
    with monkeypatch.context() as patch:
        patch.setattr(training, "prepared", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(order)
    with pytest.raises(TrainingError, match="give --resume"):
        run(order)
    run(replace(order, resume=True))
    assert sha256(order.out / "model.onnx") == sha256(finished / "model.onnx")


def test_a_time_plans_a_run_once(release, tmp_path):
    """Whatever the pace when it is resumed, also before its first checkpoint."""

    def interrupt(progress):
        raise KeyboardInterrupt

    order = Order((release,), tmp_path / "run", SHORT, steps_asked=False, seed=3, seconds=2.0)
    with pytest.raises(KeyboardInterrupt):
        run(order, interrupt)
    shutil.rmtree(order.out / "checkpoints")
    planned = json.loads((order.out / "run.json").read_text())["settings"]["steps"]
    told: list[int] = []
    run(replace(order, resume=True, seconds=600), lambda progress: told.append(progress.steps))
    assert set(told) == {planned}


def test_no_step_is_made_in_whatever_time(release, tmp_path):
    order = Order((release,), tmp_path / "run", Settings(steps=0), seconds=600)
    assert run(order).fitted.best_step == 0


class Code:
    """Code that a checkpoint would like to have run."""

    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"trainer": {"step": 1, "weights": [], "average": [], "optimiser": {}}, "waited": 0},
        {"trainer": 3, "waited": 0, "judged": 0},
        [],
    ],
)
def test_a_checkpoint_of_something_else_says_what_to_do(content, finished, release, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(finished, out)
    torch.save(content, out / "checkpoints" / "last.pt")
    with pytest.raises(TrainingError, match=r"checkpoints.* is damaged .*delete it"):
        run(Order((release,), out, SHORT, seed=3, resume=True))


@pytest.mark.parametrize("weights", ["abc", [], [torch.zeros(3)] * 82, None])
def test_a_best_validation_of_another_net_says_what_to_do(weights, finished, release, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(finished, out)
    best = torch.load(out / "checkpoints" / "best.pt", weights_only=True)
    torch.save({**best, "weights": weights}, out / "checkpoints" / "best.pt")
    with pytest.raises(TrainingError, match=r"checkpoints.* is damaged .*delete it"):
        run(Order((release,), out, SHORT, seed=3, resume=True))


@pytest.mark.parametrize(
    "content",
    [pickle.dumps(Code(), protocol=2), b"\x80\x02e.", b"\x80\x02h\x65."],
    ids=["code", "nothing to take", "nothing known"],
)
def test_a_checkpoint_runs_no_code(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "last.pt"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="damaged"):
        checkpoints.load(path, torch.device("cpu"))
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_table_that_became_a_pipe_is_waited_for_by_nobody(finished, release, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(finished, out)
    (out / "log.csv").unlink()
    os.mkfifo(out / "log.csv")
    with pytest.raises(TrainingError, match="a device or a pipe"):
        run(Order((release,), out, SHORT, seed=3, resume=True))


def test_a_full_disk_is_told_of_and_the_older_checkpoint_stays(tmp_path):
    resource = pytest.importorskip("resource", reason="Windows has no limit for files")
    import signal  # noqa: PLC0415 - of this test alone

    path = tmp_path / "last.pt"
    checkpoints.save(path, {"step": 1})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
        with pytest.raises(OSError, match="too large"):
            checkpoints.save(path, {"weights": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
    assert checkpoints.load(path, torch.device("cpu")) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_splits_of_an_earlier_run_that_are_not_there_are_missed(release, tmp_path):
    """Without them those who were kept apart would be trained on."""
    order = Order((release,), tmp_path / "run", SHORT, splits=tmp_path / "splits.csv")
    with pytest.raises(TrainingError, match=r"there is no .*splits\.csv"):
        run(order)


def test_a_full_disk_on_the_way_keeps_the_best_and_says_how_to_go_on(
    finished, release, tmp_path, monkeypatch
):
    def full(path, state):
        if path.name == "last.pt" and state["trainer"]["step"] == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(path, state)

    save = checkpoints.save
    order = Order((release,), tmp_path / "run", SHORT, seed=3)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save", full)
        with pytest.raises(TrainingError, match=r"No space left.*make room.*--resume"):
            run(order)
    assert (order.out / "checkpoints" / "best.pt").exists()
    run(replace(order, resume=True))
    assert sha256(order.out / "model.onnx") == sha256(finished / "model.onnx")
