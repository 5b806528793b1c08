"""What happens while a release is made: nothing revoked leaves, and nobody changes sides."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.project.split_records import Split
from annotator.release import Choice, ExportError, export_release
from annotator.release.about import FOLDER
from annotator.release.splits import Shares
from annotator.release.withdrawal import WITHDRAWN
from annotator.workflow import releasing
from annotator.workflow.release_recovery import enter_finished
from annotator.workflow.releasing import ReleaseWish, make_release
from tests.conftest import Portraits
from tests.release.conftest import new_image

WISH = ReleaseWish("faces", Choice("npz"))
ALL_TEST = replace(WISH, shares=Shares(0, 0, 100))
ALL_TRAIN = replace(WISH, shares=Shares(100, 0, 0))


@pytest.fixture
def project(tmp_path: Path, portraits: Portraits) -> Iterator[Project]:
    with portraits.judged(tmp_path / "project", tmp_path / "photos") as made:
        yield made


def sample(project: Project, name: str) -> int:
    return next(one.id for one in project.samples.summaries() if one.image_name == name)


def image(project: Project, name: str) -> int:
    return project.samples.image_of(sample(project, name))


def add_twin(project: Project, photos: Path, of: str) -> int:
    """Add a photograph that shows the same face once more, and accept it; return its id."""
    name = f"again_{of}.png"
    with Image.open(photos / of) as opened:
        opened.convert("RGB").save(photos / name)
    project.images.add([new_image(photos / name)])
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    (added,) = project.images.pending(model)
    mesh = project.annotations.load(sample(project, of)).landmarks
    project.predictions.store(model, [(added.id, [FacePrediction(mesh.copy(), 0.9, 0.8)])])
    project.reviews.accept(sample(project, name), reviewer="Grace")
    return added.id


def test_an_image_that_is_revoked_while_it_is_written_is_in_no_release(project, tmp_path):
    revoked = image(project, "collins.jpg")

    def revoke(done: int, total: int) -> None:
        with Project.open(project.address) as elsewhere:
            elsewhere.facts.revoke([revoked], "asked for it")

    with pytest.raises(ExportError, match="1 image was revoked, refused or deleted meanwhile"):
        export_release(project, tmp_path / "out", "coco", on_progress=revoke)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("what", ["revoked", "refused"])
def test_no_release_is_entered_with_what_was_revoked_while_it_was_written(
    project, monkeypatch, what
):
    revoked, written = image(project, "collins.jpg"), releasing.export_accepted

    def revoke_first(*given, **named):
        with Project.open(project.address) as elsewhere:
            if what == "revoked":
                elsewhere.facts.revoke([revoked], "asked for it")
            else:
                elsewhere.facts.set([revoked], {"consent": "refused"})
        return written(*given, **named)

    monkeypatch.setattr(releasing, "export_accepted", revoke_first)
    with pytest.raises(ExportError, match="give the command again"):
        make_release(project, WISH)
    assert project.releases.all() == []
    assert list((project.home / FOLDER).iterdir()) == []


def test_a_release_with_what_was_revoked_right_before_its_entry_is_withdrawn(project, monkeypatch):
    revoked, written = image(project, "collins.jpg"), releasing.export_accepted

    def revoke_after(*given, **named):
        report = written(*given, **named)
        project.facts.revoke([revoked], "asked for it")
        return report

    monkeypatch.setattr(releasing, "export_accepted", revoke_after)
    with pytest.raises(ExportError, match="it is withdrawn"):
        make_release(project, WISH)
    (record,) = project.releases.all()
    assert record.is_withdrawn
    assert project.releases.holding([revoked]) == {revoked: [record]}
    assert "revoked" in (record.folder / WITHDRAWN).read_text()


def forgotten(project: Project, tmp_path: Path) -> tuple[Path, Path]:
    """Return a copy of a project from before a release of it, and the release's folder."""
    project.secret()
    before = shutil.copytree(project.home, tmp_path / "before")
    return before, make_release(project, WISH).record.folder


def test_a_finished_release_is_entered_as_withdrawn_if_an_image_was_revoked_meanwhile(
    project, tmp_path
):
    before, folder = forgotten(project, tmp_path)
    with Project.open(before) as restored:
        revoked = image(restored, "collins.jpg")
        restored.facts.revoke([revoked], "asked for it")
        (record,) = enter_finished(restored, "faces", [folder])
        assert restored.releases.get("faces").is_withdrawn
        assert [one.id for one in restored.releases.holding([revoked])[revoked]] == [record.id]


def test_a_finished_release_whose_folder_says_withdrawn_is_entered_so(project, tmp_path):
    before, folder = forgotten(project, tmp_path)
    (folder / WITHDRAWN).write_text("This release is withdrawn.\n")
    with Project.open(before) as restored:
        enter_finished(restored, "faces", [folder])
        assert restored.releases.get("faces").is_withdrawn


def test_a_release_whose_numbers_mean_other_images_by_now_is_not_entered(
    project, tmp_path, new_project
):
    project.secret()
    empty = shutil.copytree(project.home, tmp_path / "before")
    with Project.open(empty) as restored:
        gone = image(restored, "collins.jpg")
        restored.removals.remove([gone])
        restored.removals.delete([gone])
        folder = make_release(project, WISH).record.folder
        with pytest.raises(ExportError, match="is another one here, or deleted: move it elsewhere"):
            enter_finished(restored, "faces", [folder])
        assert restored.releases.all() == []


def test_a_twin_of_what_a_release_had_follows_it_though_that_is_accepted_no_more(project, tmp_path):
    make_release(project, ALL_TEST)
    project.reviews.exclude(sample(project, "collins.jpg"), reviewer="Grace", reasons=["blurred"])
    twin = add_twin(project, tmp_path / "photos", "collins.jpg")
    assert make_release(project, ALL_TRAIN).plan.splits.sides[twin] is Split.TEST


def test_a_photograph_that_is_gone_and_released_no_more_keeps_nobody_from_releasing(
    project, tmp_path
):
    make_release(project, ALL_TEST)
    project.reviews.exclude(sample(project, "collins.jpg"), reviewer="Grace", reasons=["blurred"])
    (tmp_path / "photos" / "collins.jpg").unlink()
    assert make_release(project, WISH).record.version == "2.0.0"


@pytest.mark.parametrize("fact", ["subject", "group"])
def test_who_was_released_stays_on_their_side_though_that_photograph_is_removed(project, fact):
    make_release(project, ALL_TEST)
    first, late = image(project, "collins.jpg"), image(project, "hopper_grey.png")
    project.facts.set([first, late], {fact: "Collins"})
    project.removals.remove([first])
    project.reviews.accept(sample(project, "hopper_grey.png"), reviewer="Grace")
    assert make_release(project, ALL_TRAIN).plan.splits.sides[late] is Split.TEST
