"""Which tests share a process."""

import pytest

from tests import displays
from tests.scheduling import place, rank


def test_a_files_tests_stay_together_and_so_does_what_is_made_once_for_a_folder():
    assert place("tests/mesh/test_layout.py::test_one[a::b]") == "tests/mesh/test_layout.py"
    one = place("tests/workflow/team/test_team_story.py::test_one")
    assert one == place("tests/workflow/team/test_team_report.py::test_other")
    assert one != place("tests/workflow/test_learning.py::test_one")
    files = ("test_full_disks", "test_killed_commands")
    assert len({place(f"tests/attacks/{file}.py::test_one") for file in files}) == 1, "one arena"


@pytest.mark.parametrize("own", [True, False])
def test_windows_share_a_process_only_where_they_would_share_a_display(own, monkeypatch):
    monkeypatch.setattr(displays, "can_be_had", lambda: own)
    one, other = (place(f"tests/plugin/test_{name}.py::test_it") for name in ("keys", "faces"))
    assert (one != other) is own


def test_what_takes_long_begins():
    files = ["tests/mesh/test_a.py::b", "tests/training/test_a.py::b", "tests/plugin/test_a.py::b"]
    assert sorted(files, key=rank) == files[::-1]
