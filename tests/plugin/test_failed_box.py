"""The box that names the files that could not be used."""

from pathlib import Path

from annotator.plugin.menu.failed_box import failed_box
from annotator.project import FailedImage


def test_few_files_are_named_and_how_many_more_there_are(qapp):
    failed = [FailedImage(Path(f"img{n}.jpg"), "cut off") for n in range(12)]
    box = failed_box(failed)
    assert "12 files could not be used." in box.text()
    assert "img9.jpg" in box.informativeText()
    assert "img10.jpg" not in box.informativeText()
    assert "and 2 more" in box.informativeText()
    assert "img11.jpg" in box.detailedText()
    assert "more" not in failed_box(failed[:10]).informativeText()


def test_names_are_escaped_as_in_the_list(qapp):
    box = failed_box([FailedImage(Path("new\nline\x1b[31m.jpg"), "cut off")])
    assert "new\\nline\\x1b[31m.jpg: cut off" in box.informativeText()
