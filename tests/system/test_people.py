"""Names of people as they are recorded."""

import pytest

from annotator.system.people import checked_name


@pytest.mark.parametrize("name", ["Ada", "Ole-Jørn O'Neill", "علی\u200cرضا", "ශ්\u200dරී", "李 雷"])
def test_names_of_every_script_are_taken(name: str) -> None:
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["", " ", "\u200d", "an\u202ena", "an\nna", "x" * 81])
def test_what_nobody_is_called_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a name"):
        checked_name(name)
