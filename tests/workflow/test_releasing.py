"""Releases: versions that follow from what changed, splits that stay, a ledger that misses none."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.project.split_records import Split
from annotator.release import Choice, ExportError, load_release, verify_release
from annotator.release.about import FOLDER
from annotator.release.formats import FORMATS
from annotator.release.manifest_reading import read_manifest
from annotator.release.splits import Shares
from annotator.workflow import import_images
from annotator.workflow.release_recovery import enter_finished
from annotator.workflow.releasing import ReleaseWish, make_release, plan_release
from tests.conftest import Portraits
from tests.release.conftest import move_vertex

WISH = ReleaseWish("faces", Choice("npz"))


@pytest.fixture
def project(tmp_path: Path, portraits: Portraits) -> Iterator[Project]:
    with portraits.judged(tmp_path / "project", tmp_path / "photos") as made:
        yield made


def sample(project: Project, name: str, face: int = 0) -> int:
    ids = {(one.image_name, one.face_index): one.id for one in project.samples.summaries()}
    return ids[name, face]


def version_of(project: Project, wish: ReleaseWish = WISH) -> str:
    return make_release(project, wish).record.version


def test_a_release_is_a_folder_with_splits_and_an_entry_in_the_ledger(project):
    made = make_release(project, WISH)
    (record,) = project.releases.all()
    assert record == made.record
    assert record.folder == project.home / FOLDER / "faces-1.0.0"
    done = verify_release(record.folder)
    assert (done.name, done.version_name) == ("faces", "1.0.0")
    assert done.release.content_sha256 == record.content_sha256
    entries = {entry.sample_id: entry for entry in project.releases.entries(record.id)}
    rows = done.release.samples
    assert {row.sample_id: row.split for row in rows.itertuples()} == {
        sample_id: str(entry.split) for sample_id, entry in entries.items()
    }
    assert set(rows["image_id"]) == {entry.image_id for entry in entries.values()}
    stored = project.splits.decided()
    assert all(stored[entry.image_id].split is entry.split for entry in entries.values())


def test_the_version_follows_from_what_changed(project):
    assert version_of(project) == "1.0.0"
    project.reviews.accept(sample(project, "hopper_grey.png"), reviewer="Grace")
    assert version_of(project) == "1.1.0"
    move_vertex(project, sample(project, "collins.jpg"), 7)
    project.reviews.accept(sample(project, "collins.jpg"), reviewer="Grace")
    assert version_of(project) == "2.0.0"
    project.reviews.exclude(
        sample(project, "hopper_grey.png"), reviewer="Grace", reasons=["blurred"]
    )
    assert version_of(project) == "3.0.0"
    image = project.samples.image_of(sample(project, "collins.jpg"))
    project.facts.set([image], {"licence": "CC0"})
    assert version_of(project) == "3.0.1"
    assert version_of(project, replace(WISH, choice=Choice("csv"))) == "3.0.2"


def test_a_release_of_the_same_is_refused_and_leaves_nothing(project):
    make_release(project, WISH)
    with pytest.raises(ExportError, match=r"nothing changed since version 1\.0\.0"):
        make_release(project, WISH)
    assert len(project.releases.all()) == 1
    assert [path.name for path in (project.home / FOLDER).iterdir()] == ["faces-1.0.0"]


def test_the_same_release_has_the_same_bytes_anywhere(project, tmp_path):
    first = make_release(project, replace(WISH, folder=tmp_path / "a"))
    again = tmp_path / "again"
    shutil.copytree(project.home, again)
    with Project.open(again) as copied:
        assert copied.splits.decided() == project.splits.decided()
    with Project.open(again) as copied:
        copied.releases.withdraw(copied.releases.all()[0].id, "to make it again")
        made = make_release(copied, replace(WISH, folder=tmp_path / "b", version="1.0.1"))
    for name in ("release.npz", "samples.parquet"):
        there, here = (each.record.folder / name for each in (first, made))
        assert there.read_bytes() == here.read_bytes()


def test_a_plan_writes_nothing(project):
    before = project.splits.decided()
    plan = plan_release(project, WISH)
    assert (str(plan.about.version), plan.samples, len(plan.splits.sides)) == ("1.0.0", 4, 3)
    assert not plan.folder.exists()
    assert project.splits.decided() == before
    assert project.releases.all() == []


def test_a_fixed_test_set_stays_and_what_belongs_to_it_follows(project):
    image = project.samples.image_of(sample(project, "collins.jpg"))
    tilted = project.samples.image_of(sample(project, "collins_tilted.jpg"))
    project.facts.set([image, tilted], {"subject": "Collins"})
    project.splits.fix([image], Split.TEST)
    made = make_release(project, replace(WISH, shares=Shares(100, 0, 0)))
    assert made.plan.splits.sides[image] is made.plan.splits.sides[tilted] is Split.TEST
    assert made.plan.counts == {"train": 1, "test": 2}


def test_a_person_whose_only_released_photograph_was_deleted_for_good_stays_on_its_side(project):
    collins, tilted = (
        project.samples.image_of(sample(project, name))
        for name in ("collins.jpg", "collins_tilted.jpg")
    )
    project.reviews.reopen(sample(project, "collins_tilted.jpg"), reviewer="Rae")
    project.facts.set([collins], {"subject": "Collins"})
    made = make_release(project, replace(WISH, shares=Shares(0, 0, 100)))
    assert made.plan.splits.sides[collins] is Split.TEST
    project.removals.remove([collins])
    project.removals.delete([collins])
    project.facts.set([tilted], {"subject": "Collins"})
    assert tilted not in project.splits.decided()
    project.reviews.accept(sample(project, "collins_tilted.jpg"), reviewer="Rae")
    made = make_release(project, replace(WISH, shares=Shares(100, 0, 0)))
    assert made.plan.splits.sides[tilted] is Split.TEST
    assert project.splits.decided()[tilted].split is Split.TEST


def test_images_that_come_to_tie_two_sides_are_left_out_and_told(project):
    one, other = (
        project.samples.image_of(sample(project, name))
        for name in ("collins.jpg", "two_portraits.jpg")
    )
    project.splits.fix([one], Split.TEST)
    project.splits.fix([other], Split.TRAIN)
    make_release(project, WISH)
    project.facts.set([one, other], {"group": "a party"})
    made = make_release(project, WISH)
    assert made.record.version == "2.0.0"
    assert made.plan.splits.tied == (other,)
    held = set(load_release(made.record.folder).samples["image_id"])
    assert one in held
    assert other not in held


def test_near_duplicate_pictures_are_on_one_side_though_nobody_assessed_them(tmp_path, portraits):
    with portraits.judged(tmp_path / "twice", tmp_path / "photos") as project:
        project.reviews.accept(sample(project, "hopper_grey.png"), reviewer="Grace")
        plan = plan_release(project, WISH)
        assert not project.assessments.hashed_faces()
        seen: list[int] = []
        plan_release(project, WISH, on_progress=lambda done, total: seen.append(total))
        assert seen == [4] * 4
        assert len(plan.splits.sides) == 4


def test_what_is_required_of_images_is_asked_for_by_name(project):
    with pytest.raises(ExportError, match=r"of 3 images nobody stated the licence \(.*collins"):
        make_release(project, replace(WISH, require=("licence",)))
    images = [project.samples.image_of(one.id) for one in project.samples.summaries()]
    project.facts.set(images, {"licence": "CC0"})
    assert version_of(project, replace(WISH, require=("licence",))) == "1.0.0"
    with pytest.raises(ExportError, match="cannot be required"):
        plan_release(project, replace(WISH, require=("weather",)))


def test_revoked_images_are_left_out_of_the_next_version_and_told(project):
    make_release(project, WISH)
    image = project.samples.image_of(sample(project, "collins.jpg"))
    project.facts.revoke([image], "asked for it")
    made = make_release(project, WISH)
    assert made.record.version == "2.0.0"
    assert made.plan.revoked == 1
    assert "1 image is left out: revoked, or consent was refused" in made.report.remarks
    assert image not in set(load_release(made.record.folder).samples["image_id"])


def test_after_a_withdrawn_version_the_same_may_be_released_again(project):
    project.releases.withdraw(make_release(project, WISH).record.id, "by mistake")
    assert version_of(project) == "1.0.1"


def test_a_project_that_can_only_be_read_is_planned_and_not_released(project):
    project.secret()
    project.close()
    with Project.open(project.address, read_only=True) as looked_at:
        assert plan_release(looked_at, WISH).samples == 4
        with pytest.raises(ExportError, match="can only be read"):
            make_release(looked_at, WISH)


@pytest.mark.parametrize("images", ["copy", "crop-192"])
def test_images_of_releases_are_not_imported_with_the_project_s_folder(project, images):
    made = make_release(project, replace(WISH, choice=Choice("npz", images)))
    assert list((made.record.folder / "images").iterdir())
    report = import_images(project, [project.home])
    assert (report.added, report.already_there) == (0, 0)


@pytest.mark.parametrize("images", ["copy", "crop-192"])
def test_a_finished_release_that_is_not_in_the_ledger_is_entered_by_the_next(
    tmp_path, project, images
):
    wish = replace(WISH, choice=Choice("npz", images))
    with_entry = make_release(project, wish)
    entries = list(project.releases.entries(with_entry.record.id))
    folder = with_entry.record.folder
    forgetful = tmp_path / "forgetful"
    shutil.copytree(project.home, forgetful, ignore=shutil.ignore_patterns(FOLDER))
    assert folder.is_dir()
    found = enter_finished(project, "faces", [folder])
    assert found == ()  # it is there already
    assert entries == list(project.releases.entries(with_entry.record.id))


_KILLED = """
import os, signal, sys
from pathlib import Path
from annotator.project import Project
from annotator.project.releases import Releases
from annotator.release import Choice
from annotator.workflow.releasing import ReleaseWish, make_release

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

Releases.add = die
with Project.open(sys.argv[1]) as project:
    make_release(project, ReleaseWish("faces", Choice("npz", sys.argv[2])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("images", ["copy", "crop-192"])
def test_killed_between_the_folder_and_the_ledger_the_next_release_enters_it(project, images):
    ran = subprocess.run(
        [sys.executable, "-c", _KILLED, project.home, images],
        check=False, env={**os.environ}, timeout=300,
    )  # fmt: skip
    assert ran.returncode == -signal.SIGKILL
    assert project.releases.all() == []
    folder = project.home / FOLDER / "faces-1.0.0"
    assert verify_release(folder).name == "faces"
    wish = replace(WISH, choice=Choice("npz", images))
    with pytest.raises(ExportError, match=r"nothing changed since version 1\.0\.0"):
        make_release(project, wish)
    (record,) = project.releases.all()
    assert (record.version, record.folder, record.samples) == ("1.0.0", folder, 4)
    project.reviews.accept(sample(project, "hopper_grey.png"), reviewer="Grace")
    assert version_of(project, wish) == "1.1.0"


def test_a_damaged_folder_that_was_left_is_told(project):
    made = make_release(project, WISH)
    folder = made.record.folder
    left = folder.with_name("faces-9.0.0")
    shutil.copytree(folder, left)
    manifest = left / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "1.0.0"', '"version": "9.0.0"'))
    (left / "README.md").write_text("something else")
    with pytest.raises(ExportError, match="was left by a release that was interrupted"):
        make_release(project, replace(WISH, version="2.0.0"))


def test_a_release_of_another_project_is_not_taken_for_one_s_own(tmp_path, project, portraits):
    with portraits.judged(tmp_path / "other", tmp_path / "photos2") as other:
        folder = make_release(other, WISH).record.folder
    target = project.home / FOLDER / "faces-7.0.0"
    shutil.copytree(folder, target)
    assert make_release(project, WISH).entered == ()


@pytest.mark.parametrize("format_", list(FORMATS))
def test_every_format_is_released_with_splits_a_card_and_a_description(project, format_):
    try:
        made = make_release(project, replace(WISH, choice=Choice(format_)))
    except ExportError as error:
        pytest.skip(str(error))
    done = verify_release(made.record.folder)
    manifest = read_manifest(made.record.folder)
    assert done.splits is not None
    assert sum(done.splits.values()) == len(done.release.samples) == 4
    assert manifest.provenance["contents"]["parts"]["all"]["faces"] == 4
    card = (made.record.folder / "README.md").read_text("utf-8")
    assert "`faces` 1.0.0: 4 faces in 3 images" in card
    described = json.loads((made.record.folder / "croissant.json").read_text("utf-8"))
    assert described["version"] == "1.0.0"
    assert len(described["distribution"]) == (format_ != "parquet")  # which is in parts
