"""The window offers what the command line does, and shows beforehand what will be written."""

import subprocess
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
from tests.key_files import encrypted_key
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


def test_what_cannot_be_written_is_told_in_place_of_a_preview_and_the_dialog_stays(
    workplace: Workplace, tmp_path: Path
) -> None:
    dialog = opened(dialog_of(accept_one(workplace), tmp_path / "out"))
    dialog.form.kind.value = True
    dialog.form.name.native.setText("no/name")
    wait_for(lambda: "cannot be called" in dialog.preview.files.toPlainText(), "the reason")
    assert dialog.preview.picture.isHidden()
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    wait_for(lambda: "cannot be called" in dialog.preview.files.toPlainText(), "the reason again")
    dialog.form.name.native.setText("portraits")
    wait_for(lambda: "version 1.0.0" in dialog.preview.files.toPlainText(), "a preview")
    assert not dialog.preview.picture.isHidden()
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    dialog.deleteLater()


def test_what_is_seldom_chosen_is_folded_away(workplace: Workplace, tmp_path: Path) -> None:
    dialog = dialog_of(accept_one(workplace), tmp_path / "out")
    form = dialog.form
    of_release = [form.title, form.description, form.shares, form.own_folder]
    of_both = [form.key, form.passphrase]

    def hidden(widgets: list[Any]) -> set[bool]:
        return {widget.native.isHidden() for widget in widgets}

    assert hidden([*of_release, *of_both]) == {True}
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert (hidden(of_release), hidden(of_both)) == ({True}, {False})
    form.kind.value = True
    assert hidden([*of_release, *of_both]) == {False}
    assert not form.require["licence"].native.parentWidget().isHidden()
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert hidden([*of_release, *of_both]) == {True}
    dialog.reject()
    dialog.deleteLater()


def test_a_signed_release_goes_where_it_was_told_to_with_its_title_and_shares(
    workplace: Workplace, tmp_path: Path, when_asked: Callable[[Callable[[Any], object]], object]
) -> None:
    dock, key = accept_one(workplace), encrypted_key(tmp_path / "key", "secret")

    def answer(dialog: Any) -> None:
        form, files = dialog.form, dialog.preview.files
        form.kind.value = True
        QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
        QTest.keyClicks(form.title.native, "Faces of one")
        form.shares.native.clear()
        QTest.keyClicks(form.shares.native, "0/0/100")
        QTest.keyClicks(form.own_folder.line_edit.native, str(tmp_path / "own"))
        QTest.keyClicks(form.key.line_edit.native, str(key))
        wait_for(lambda: "enter its passphrase" in files.toPlainText(), "what is missing")
        QTest.keyClicks(form.passphrase.native, "secret")
        wait_for(lambda: "images by split: test 1" in files.toPlainText(), "the splits")
        assert "signed with SHA256:" in files.toPlainText()
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    when_asked(answer)
    dock.project_menu.ask_export()
    wait_for(lambda: not dock.progress.is_running, "the release")
    assert "Signed with SHA256:" in dock._message.text()
    verified = verify_release(tmp_path / "own")
    assert verified.signer is not None
    assert "# Faces of one" in (tmp_path / "own" / "README.md").read_text(encoding="utf-8")


ACCEPT = """
import sys
from annotator.project import Project
with Project.open(sys.argv[1]) as project:
    todo = [s for s in project.samples.summaries() if s.state.value == "predicted"]
    project.reviews.accept(todo[0].id, reviewer="robin")
"""
REVOKE = """
import sys
from annotator.project import Project
with Project.open(sys.argv[1]) as project:
    project.facts.revoke([s.image_id for s in project.samples.summaries()], "asked", by="robin")
"""


def test_what_another_process_does_meanwhile_is_in_the_preview_and_in_what_is_written(
    workplace: Workplace,
    when_asked: Callable[[Callable[[Any], object]], object],
    run_script: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    dock = accept_one(workplace)

    def answer(dialog: Any) -> None:
        opened(dialog)
        assert dialog.preview.files.toPlainText().startswith("1 sample on 1 image")
        assert run_script(ACCEPT).returncode == 0
        wait_for(
            lambda: dialog.preview.files.toPlainText().startswith("2 samples on 2 images"),
            "what the other process accepted",
        )
        assert "2 accepted samples" in dialog._explained.text()
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    when_asked(answer)
    dock.project_menu.ask_export()
    wait_for(lambda: not dock.progress.is_running, "the export")
    assert dock._message.text().startswith("2 accepted samples exported to ")


def test_if_another_process_revokes_all_of_it_nothing_can_be_exported(
    workplace: Workplace,
    when_asked: Callable[[Callable[[Any], object]], object],
    run_script: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    dock = accept_one(workplace)
    home = dock.workbench.project.home

    def answer(dialog: Any) -> None:
        opened(dialog)
        assert run_script(REVOKE).returncode == 0
        wait_for(
            lambda: "nothing is accepted yet" in dialog.preview.files.toPlainText(), "the reason"
        )
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
        assert dialog.isVisible()
        dialog.reject()

    when_asked(answer)
    dock.project_menu.ask_export()
    assert not dock.progress.is_running
    assert not list(home.parent.glob("*-release-*"))


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
