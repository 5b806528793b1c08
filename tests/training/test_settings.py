"""Settings come from a file and the command line, and say what they cannot be."""

import pytest

from annotator.training.errors import TrainingError
from annotator.training.settings import Settings, read_assignments, read_settings


def test_a_file_and_then_the_command_line_decide(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('steps = 50\nrate = 3e-4\nloss = "wing"\n')
    named = {**read_settings(path), **read_assignments(["rate=1e-5"])}
    settings = Settings().with_values(named)
    assert (settings.steps, settings.rate, settings.loss) == (50, 1e-5, "wing")


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("speed=3", "there is no setting 'speed'"),
        ("rate", "name=value"),
        ("rate=fast", "rate is a number"),
        ("rate=nan", "rate is a number"),
        ("rate=-1", "from 1e-08 to 1"),
        ("steps=2.5", "steps is a whole number"),
        ("batch=1", "from 2 to"),
        ("freeze=15", "from 0 to 14"),
        ("loss=l3", "one of l1, wing"),
    ],
)
def test_what_a_setting_cannot_be_is_said(assignment: str, reason: str):
    with pytest.raises(TrainingError, match=reason):
        Settings().with_values(read_assignments([assignment]))


@pytest.mark.parametrize("text", ["steps = ", "\x00", "[steps]\na = 1", "a=" + "[" * 5000])
def test_a_file_that_is_none_is_refused(text: str, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(TrainingError):
        Settings().with_values(read_settings(path))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
