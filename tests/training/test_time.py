"""A time that is given is kept, also by a machine that is slow or gets slower.

The clock is one that moves as the parts of a run say: no test waits for anything.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
pytest.importorskip("onnx", reason="the extra [train] is not installed")

from annotator.cli import main
from annotator.system.assets import asset_path
from annotator.training import judge, predicted, training
from annotator.training.errors import TrainingError
from annotator.training.loop import Trainer
from annotator.training.pace import Deadline, Pace
from annotator.training.settings import Settings
from annotator.training.training import Order, Outcome, train

QUICK = {"batch": 2, "freeze": 14}
SAMPLES = asset_path("datasets", "sample")


@pytest.fixture(scope="module")
def release(small_release: Path) -> Path:
    """Where validation has little to look at, there is time for more than looking."""
    return small_release


@dataclass
class Clock:
    """Seconds that pass where somebody says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Slowness:
    """How many seconds the parts of a run take; a step by its number."""

    reading: float = 20.0
    step: Callable[[int], float] = lambda number: 20.0
    judging: Callable[[int], float] = lambda number: 5.0
    predicting: float = 1.0


def slow_run(order: Order, slowness: Slowness, clock: Clock, patch: pytest.MonkeyPatch) -> Outcome:
    """Train on a machine that is so slow."""
    steps, judgements = count(), count()

    def after(seconds: Callable[[], float], what: Callable) -> Callable:
        def slowly(*arguments, **named):
            done = what(*arguments, **named)
            clock.now += seconds()
            return done

        return slowly

    with patch.context() as patched:
        for place, name, seconds in (
            (training, "prepared", lambda: slowness.reading),
            (Trainer, "learn", lambda: slowness.step(next(steps))),
            (judge, "scores_of", lambda: slowness.judging(next(judgements))),
            (predicted, "_predicted", lambda: slowness.predicting),
        ):
            patched.setattr(place, name, after(seconds, getattr(place, name)))
        return train(order, lambda progress: None, lambda text: None)


def order_for(release: Path, out: Path, clock: Clock, seconds: float, **values) -> Order:
    asked = "steps" in values
    settings = Settings(**QUICK, **values)
    return Order((release,), out, settings, seconds=seconds, steps_asked=asked, clock=clock)


def steps_of(out: Path) -> int:
    return int(json.loads((out / "run.json").read_text())["settings"]["steps"])


@pytest.mark.parametrize(
    ("slowness", "every"),
    [
        (Slowness(step=lambda number: 4.0, judging=lambda number: 16.0), 1),
        (Slowness(step=lambda number: 20.0 if number < 12 else 60.0), 0),
        (Slowness(judging=lambda number: 5.0 if number < 3 else 20.0), 0),
        (Slowness(reading=300.0), 0),
    ],
    ids=["often judged", "slower later", "judged slower later", "read slowly"],
)
def test_ten_minutes_are_kept(slowness, every, release, tmp_path, monkeypatch):
    clock = Clock()
    order = order_for(release, tmp_path / "run", clock, 600, every=every)
    outcome = slow_run(order, slowness, clock, monkeypatch)
    assert outcome.model.exists()
    assert (tmp_path / "run" / "predictions.csv").exists()
    assert clock.now - 1000 <= 600
    assert clock.now - 1000 > 400, "most of the time is used"


def test_steps_and_time_end_with_whichever_is_first(release, tmp_path, monkeypatch):
    clock = Clock()
    few = order_for(release, tmp_path / "few", clock, 600, steps=5)
    assert slow_run(few, Slowness(), clock, monkeypatch).fitted.ended == ""
    assert steps_of(few.out) == 5
    many = order_for(release, tmp_path / "many", clock, 600, steps=100_000)
    slow_run(many, Slowness(), clock, monkeypatch)
    assert 8 < steps_of(many.out) < 30


def test_no_more_is_lost_where_the_time_is_over_at_once(release, tmp_path, monkeypatch):
    clock = Clock()
    order = order_for(release, tmp_path / "run", clock, 10)
    outcome = slow_run(order, Slowness(), clock, monkeypatch)
    assert outcome.model.exists()
    assert steps_of(order.out) == 1


def test_steps_that_a_file_names_bound_a_time_too(release, tmp_path, capsys):
    config = tmp_path / "settings.toml"
    config.write_text("steps = 2\nbatch = 2\nfreeze = 14\n")
    order = ["train", str(release), "--out", str(tmp_path / "run"), "--time", "1h"]
    assert main([*order, "--config", str(config)]) == 0
    assert steps_of(tmp_path / "run") == 2
    assert "fit into the time" not in capsys.readouterr().out


def test_a_run_is_resumed_without_saying_its_steps_and_not_with_fewer(
    release, tmp_path, monkeypatch
):
    clock = Clock()
    order = order_for(release, tmp_path / "run", clock, 600)
    slow_run(order, Slowness(), clock, monkeypatch)
    planned = steps_of(order.out)
    settings = Settings(**QUICK)

    def resumed(**said) -> Outcome:
        order = Order((release,), tmp_path / "run", resume=True, **said)
        return train(order, lambda progress: None, lambda text: None)

    assert resumed(settings=settings, steps_asked=False).fitted.ended == ""
    with pytest.raises(TrainingError, match=rf"steps \({planned}, not 1000\)"):
        resumed(settings=settings)
    fewer = Settings(**QUICK, steps=3)
    with pytest.raises(TrainingError, match=rf"steps \({planned}, not 3\)"):
        resumed(settings=fewer, seconds=600)


def test_steps_fit_into_a_time_with_all_that_comes_between_and_after():
    pace = Pace(step=2.0, judging=10.0, ending=100.0)
    assert pace.steps_within(1000, 0) == (900 - 100 - 100) // 2
    assert pace.steps_within(1000, 5) == (900 - 100) // 4
    assert pace.steps_within(50, 0) == 1
    assert Pace(0.0, 0.0, 0.0).steps_within(1, 0) > 1000


def test_a_deadline_that_is_none_always_leaves_time():
    assert Deadline(Clock()).leaves(1e9)
    assert Deadline(Clock(), 1010.0).leaves(10)
    assert not Deadline(Clock(), 1010.0).leaves(10.5)
