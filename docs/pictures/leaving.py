"""Pictures of what leaves a project, and of what comes in."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PIL import Image

from annotator.mesh.tools.base import Edit
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.plugin.menu.import_dialog import ImportPlanDialog
from annotator.project import EditSession, Project, SampleState
from annotator.release import export_release
from annotator.workbench.importing import Importing, ImportOrder
from pictures.studio import SPOILED, Picture, Studio, grabbed, process_events

_PATIENCE_S = 120
_PLAN = (640, 330)
_FOLDER = "/data/releases/portraits-1.0.0"  # nothing is written there


def export(studio: Studio) -> Image.Image:
    """Show a release about to be made, with all that can be chosen."""
    studio.open("collins.jpg")
    project = studio.dock.workbench.project
    accepted = project.samples.counts()[SampleState.ACCEPTED]
    dialog = ExportDialog(project, Path("/data/portraits-1"), accepted, studio.dock)
    form = dialog.form
    form.kind.value = True
    form.more.click()
    form.format.value = "huggingface"
    form.images.value = "face"
    form.licence.value = "CC0-1.0"
    form.title.value = "Portraits"
    form.own_folder.value = _FOLDER
    dialog.show()
    _wait(lambda: "version 1.0.0" in dialog.preview.files.toPlainText())
    process_events(0.5)
    picture = grabbed(dialog)
    dialog.reject()
    dialog.deleteLater()
    return picture


def plan_of_import(studio: Studio) -> Image.Image:
    """Show what will become of faces that are looked at before they are imported."""
    bench = studio.dock.workbench
    with tempfile.TemporaryDirectory() as folder:
        home = shutil.copytree(bench.project.home, Path(folder, "elsewhere"))
        release = Path(folder, "portraits-1")
        with Project.open(home) as other:
            for sample in other.samples.summaries():
                if sample.image_name in SPOILED:
                    session = EditSession(other, sample.id, annotator="grace")
                    session.apply("grab", Edit(session.landmarks + 2))
                    other.reviews.accept(sample.id, reviewer="grace")
            export_release(other, release, "npz")
        importing = Importing(ImportOrder(release, "annotations"), "ada")
        for _ in importing.planning(bench.project):
            pass
        dialog = ImportPlanDialog(importing, studio.dock)
        dialog.resize(*_PLAN)
        dialog.show()
        process_events(0.5)
        picture = grabbed(dialog)
        dialog.reject()
        dialog.deleteLater()
        importing.close()
    return picture


def _wait(condition: Callable[[], object]) -> None:
    until = monotonic() + _PATIENCE_S
    while not condition() and monotonic() < until:
        process_events(0.1)


LEAVING: dict[str, Picture] = {"export": export, "import": plan_of_import}
