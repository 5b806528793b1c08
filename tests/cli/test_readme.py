"""The README's commands do what it says."""

import re
from pathlib import Path

from tests.clips import portrait_frames, write_clip

README = Path(__file__).parents[2] / "README.md"


def commands_in(section: str) -> list[list[str]]:
    """Return the commands that stand in a section, in their order."""
    text = README.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [
        line.split() for line in re.findall(r"^    facemesh-annotator (.+)$", text, re.MULTILINE)
    ]


def test_the_tour_of_video_can_be_taken(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "clip.mp4", portrait_frames(16, 192, 144, motion="fast"))
    tour = commands_in("Video")
    assert {words[0] for words in tour} >= {"add", "predict", "frames", "propagate", "landmarks"}
    for words in tour:
        code, out, err = command(*words)
        assert (code, err) == (0, ""), (words, out)
    assert (tmp_path / "clip.npz").exists()
