"""The window offers what the command line does, and shows beforehand what will be written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.release import ImageMode, verify_release
from annotator.release.formats import FORMATS
from tests.plugin.conftest import wait_for

Workplace = tuple[AnnotatorDock, Pointer]


def opened(dialog: ExportDialog) -> ExportDialog:
    """Return a dialog that has shown its first preview."""
    wait_for(lambda: not dialog.preview.picture.pixmap().isNull(), "a picture")
    wait_for(lambda: "manifest.json" in dialog.preview.files.toPlainText(), "the files")
    return dialog


def accept_one(workplace: Workplace) -> Any:
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_Return, "\r")
    return dock


def dialog_of(dock: Any, folder: Path) -> ExportDialog:
    dialog = ExportDialog(dock.workbench.project, folder, 1, dock)
    dialog.show()
    return dialog


def test_every_format_and_every_way_to_put_photographs_into_it_is_offered(
    workplace: Workplace, tmp_path: Path
) -> None:
    dialog = dialog_of(accept_one(workplace), tmp_path / "out")
    assert list(dialog.form.format.choices) == list(FORMATS)
    assert set(dialog.form.images.choices) == set(get_args(ImageMode))
    for name, known in FORMATS.items():
        dialog.form.format.native.setCurrentText(known.title)
        assert dialog.wish.choice.format == name
        if known.keeps:
            assert known.keeps in dialog.form.explained.text()
    dialog.reject()
    dialog.deleteLater()


def test_the_preview_shows_a_face_and_the_files_before_anything_is_written(
    workplace: Workplace, tmp_path: Path
) -> None:
    dialog = opened(dialog_of(accept_one(workplace), tmp_path / "out"))
    shown = dialog.preview.files.toPlainText()
    assert shown.startswith("1 sample on 1 image, about ")
    assert "release.npz" in shown
    assert "README.md" in shown
    shown_face, room = dialog.preview.picture.pixmap(), dialog.preview.picture.contentsRect()
    assert 100 < shown_face.width() <= room.width()
    assert 100 < shown_face.height() <= room.height()
    assert not (tmp_path / "out").exists()
    dialog.reject()
    dialog.deleteLater()


def test_another_choice_makes_another_preview(workplace: Workplace, tmp_path: Path) -> None:
    dialog = opened(dialog_of(accept_one(workplace), tmp_path / "out"))
    dialog.form.format.native.setCurrentText(FORMATS["csv"].title)
    wait_for(lambda: "landmarks.csv" in dialog.preview.files.toPlainText(), "the other format")
    dialog.form.images.value = "none"
    wait_for(
        lambda: (
            "images/" not in dialog.preview.files.toPlainText()
            and "landmarks.csv" in dialog.preview.files.toPlainText()
        ),
        "a preview without images",
    )
    dialog.reject()
    dialog.deleteLater()


def test_what_cannot_be_written_is_told_in_place_of_a_preview(
    workplace: Workplace, tmp_path: Path
) -> None:
    dialog = opened(dialog_of(accept_one(workplace), tmp_path / "out"))
    dialog.form.kind.value = True
    dialog.form.name.native.setText("no/name")
    wait_for(lambda: "cannot be called" in dialog.preview.files.toPlainText(), "the reason")
    dialog.reject()
    dialog.deleteLater()


def test_a_release_is_made_from_the_menu_with_the_version_that_was_proposed(
    workplace: Workplace, when_asked: Callable[[Callable[[Any], object]], object]
) -> None:
    dock = accept_one(workplace)
    shown: list[str] = []

    def answer(dialog: Any) -> None:
        assert isinstance(dialog, ExportDialog)
        dialog.form.kind.value = True
        dialog.form.name.native.clear()
        QTest.keyClicks(dialog.form.name.native, "portraits")
        wait_for(lambda: "version 1.0.0" in dialog.preview.files.toPlainText(), "the version")
        shown.append(dialog.preview.files.toPlainText())
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    when_asked(answer)
    dock.project_menu.ask_export()
    wait_for(lambda: not dock.progress.is_running, "the release")
    project = dock.workbench.project
    (record,) = project.releases.all()
    assert (record.name, record.version) == ("portraits", "1.0.0")
    assert verify_release(record.folder).name == "portraits"
    assert "images by split" in shown[0]
    assert "Released portraits 1.0.0 with 1 sample to " in dock._message.text()


def test_nothing_is_cut_off_on_a_small_screen(workplace: Workplace, tmp_path: Path) -> None:
    dialog = opened(dialog_of(accept_one(workplace), tmp_path / "out"))
    dialog.form.kind.value = True
    wait_for(dialog.form.name.native.isVisible, "what a release needs besides")
    process_events()
    assert dialog.minimumSizeHint().height() <= 700
    assert dialog.width() <= 1366
    form = dialog.form
    for widget in (form.name.native, form.format.native, form.images.native, form.explained):
        wait_for(lambda part=widget: part.width() >= part.minimumSizeHint().width(), "its room")
        assert widget.geometry().right() <= form.width()
    dialog.reject()
    dialog.deleteLater()
