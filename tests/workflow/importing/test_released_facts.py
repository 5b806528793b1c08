"""What a release knows of photographs comes along with their faces, and overrules nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from annotator.project import Project, Split, StoredSplit
from annotator.project.fact_records import FIELDS, Consent
from annotator.release import export_release
from annotator.workflow.importing_annotations.faces import Elsewhere
from annotator.workflow.importing_annotations.image_facts import (
    FactsPlan,
    bring_facts,
    plan_facts,
)
from annotator.workflow.importing_annotations.released_facts import ReleasedFacts
from tests.imported import bring

FACTS = {
    "subject": "Ada",
    "group": "family 1",
    "licence": "CC-BY-4.0",
    "consent": "given",
    "source": "an album",
}
SIDES = (Split.TRAIN, Split.TEST, Split.VALIDATION)


def released(project: Project, folder: Path, name: str = "npz", **options: Any) -> list[int]:
    """Release faces of images, each on a side of its own, all of it known of the first."""
    ids = [image.id for image in project.images.all()]
    project.facts.set(ids[:1], FACTS)
    project.facts.set(ids[1:], {"licence": "CC0"})
    splits = {image_id: SIDES[at % 3].value for at, image_id in enumerate(ids)}
    export_release(project, folder, name, splits=splits, **options)
    return ids


def known(project: Project) -> list[tuple[str, dict[str, str | None], Split | None]]:
    """What is known of each image, by its content."""
    images = project.images.all()
    facts, splits = project.facts.of([image.id for image in images]), project.splits.decided()
    return sorted(
        (
            image.picture_sha256,
            {name: getattr(facts[image.id], name) for name in FIELDS},
            splits[image.id].split if image.id in splits else None,
        )
        for image in images
    )


def planned(project: Project, what: Path, **options: Any) -> FactsPlan:
    plan, _ = bring(project, what, dry_run=True, **options)
    return bring_facts(project, plan, writes=False)


@pytest.mark.parametrize("name", ["npz", "coco", "yolo"])
def test_facts_and_splits_come_along_with_the_photographs_of_a_release(
    name: str, tmp_path: Path, photos: Path, project: Project, other: Project
) -> None:
    released(project, tmp_path / "release", name)

    told = planned(other, tmp_path / "release", photographs=photos).told
    bring(other, tmp_path / "release", photographs=photos)
    export_release(
        other,
        tmp_path / "again",
        "npz",
        splits={id_: one.split.value for id_, one in other.splits.decided().items()},
    )

    of_project = {sha256: rest for sha256, *rest in known(project)}
    of_other = {sha256: rest for sha256, *rest in known(other)}
    assert len(of_other) == 3
    for sha256, (facts, split) in of_other.items():
        assert facts == of_project[sha256][0]
        assert split is not None
    assert told[0] == "subjects of 1 to be noted"
    assert told[-1] == "splits of 3 to be kept: train 1, test 2"
    assert rows_of(tmp_path / "again") == rows_of(tmp_path / "release")


def rows_of(folder: Path) -> list[dict[str, object]]:
    from annotator.release import load_release  # noqa: PLC0415

    rows = load_release(folder).samples[["image_sha256", "split", *FIELDS]]
    return rows.astype(object).where(pd.notna(rows), None).to_dict("records")


def test_importing_again_has_nothing_to_bring(
    tmp_path: Path, project: Project, same: Project
) -> None:
    released(project, tmp_path / "release")
    bring(same, tmp_path / "release")
    before = same.version()

    assert not planned(same, tmp_path / "release").does_something
    bring(same, tmp_path / "release")

    assert same.version() == before


def test_a_dry_run_tells_and_writes_nothing(
    tmp_path: Path, project: Project, same: Project
) -> None:
    released(project, tmp_path / "release")
    before = same.version()

    told = planned(same, tmp_path / "release").told

    assert "licences of 3 to be noted" in told
    assert same.version() == before


def test_what_is_known_here_stays_and_is_told(
    tmp_path: Path, project: Project, same: Project
) -> None:
    released(project, tmp_path / "release")
    first = same.images.all()[0].id
    same.facts.set([first], {"subject": "Eve", "licence": "CC-BY-4.0"})
    same.splits.decide({first: StoredSplit(Split.VALIDATION, False, "")})

    facts = planned(same, tmp_path / "release")
    bring(same, tmp_path / "release")

    assert facts.left == (
        "1 with another subject here, which stays",
        "1 in another split here, where they stay",
    )
    assert same.facts.of([first])[first].subject == "Eve"
    assert same.facts.of([first])[first].group == "family 1"
    assert same.splits.decided()[first].split is Split.VALIDATION


def test_what_was_refused_here_stays_refused(
    tmp_path: Path, project: Project, same: Project
) -> None:
    released(project, tmp_path / "release")
    first = same.images.all()[0].id
    same.facts.set([first], {"consent": "refused"})

    assert "1 with another consent here, which stays" in planned(same, tmp_path / "release").left
    bring(same, tmp_path / "release")

    assert same.facts.of([first])[first].consent is Consent.REFUSED


def test_what_was_refused_elsewhere_is_refused_here_too(project: Project) -> None:
    first = project.images.all()[0].id
    project.facts.set([first], {"consent": "given"})
    rows = ReleasedFacts(has_pseudonyms=False)
    rows.add(0, {"consent": "given", "licence": "CC0"})
    rows.add(0, {"consent": "refused"})

    facts = plan_facts(project, {first: rows.known[0]})
    facts.write(project, "Imke")

    assert facts.told == ("licences of 1 to be noted", "consent of 1 to be noted")
    assert project.facts.of([first])[first].consent is Consent.REFUSED


def test_pseudonyms_are_not_taken_for_names(
    tmp_path: Path, project: Project, same: Project
) -> None:
    released(project, tmp_path / "release", pseudonyms=True)

    facts = planned(same, tmp_path / "release")
    bring(same, tmp_path / "release")

    assert facts.left == ("1 whose subject or group is a pseudonym: left out",)
    found = same.facts.of([image.id for image in same.images.all()]).values()
    assert {(one.subject, one.group) for one in found} == {(None, None)}
    assert {one.licence for one in found} >= {"CC0", "CC-BY-4.0"}


def test_two_photographs_of_one_subject_never_come_in_on_two_sides(project: Project) -> None:
    first, second, third, *_ = [image.id for image in project.images.all()]
    project.facts.set([first, second], {"subject": "Ada"})
    sides = {
        image_id: Elsewhere(split=StoredSplit(side, False, ""))
        for image_id, side in zip((first, second, third), SIDES, strict=True)
    }

    facts = plan_facts(project, sides)

    assert {id_: one.split for id_, one in facts.splits.items()} == {
        first: Split.TRAIN,
        third: Split.VALIDATION,
    }
    assert len(facts.left) == 1


def test_facts_that_cannot_be_recorded_are_left_out_and_told() -> None:
    facts = ReleasedFacts(has_pseudonyms=False)
    facts.add(0, {"licence": "CC0\nand\x1b[2J more", "source": "unknown", "group": "g"})

    assert facts.left == [
        "1 whose licence cannot be recorded: left out",
        "1 whose source cannot be recorded: left out",
    ]
    assert facts.known[0].facts.group == "g"


def test_what_somebody_says_while_it_is_looked_at_stays(project: Project) -> None:
    first = project.images.all()[0].id
    rows = ReleasedFacts(has_pseudonyms=False)
    rows.add(0, {"licence": "CC0", "consent": "given"})
    facts = plan_facts(project, {first: rows.known[0]})

    project.facts.set([first], {"licence": "all rights reserved", "consent": "refused"})
    facts.write(project, "Imke")

    found = project.facts.of([first])[first]
    assert (found.licence, found.consent) == ("all rights reserved", Consent.REFUSED)
