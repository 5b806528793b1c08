"""The annotator's guide keeps in step with the keys."""

import re
from pathlib import Path

from annotator.workbench.key_names import key_text
from annotator.workbench.keys import SHORTCUTS

GUIDE = Path(__file__).parents[2] / "docs" / "annotators-guide.md"


def keys_in_the_guide() -> list[str]:
    """Return the keys in the first column of the tables of ours, as people read them."""
    section = GUIDE.read_text(encoding="utf-8").partition("## Every key")[2]
    section = section.partition("### napari's own keys and buttons")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return re.findall(r"`([^`]+)`", " ".join(rows))


def test_the_guide_lists_every_key_once_and_no_other() -> None:
    # The guide says that on macOS Cmd takes Ctrl's place.
    keys = [key_text(key).replace("Cmd", "Ctrl") for s in SHORTCUTS for key in s.keys]
    assert sorted(keys_in_the_guide()) == sorted(keys)
