"""The card and the Croissant file say what is in a release, and foreign text stays text."""

import json

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.pose import head_pose, head_yaws
from annotator.release.about import About, checked_name
from annotator.release.card import Making, card_text
from annotator.release.contents import Contents
from annotator.release.croissant import croissant_text
from annotator.release.errors import ExportError
from annotator.release.formats import format_named
from annotator.release.markdown import literal

HOSTILE = "<script>x</script> [a](http://b.c) `d` | e # *f* \x1b[31m www.g.h"


def row(number: int, **said: object) -> dict[str, object]:
    plain = {
        "image_sha256": f"{number:064x}",
        "verdict": "accepted",
        "model_name": "face_landmark",
        "model_sha256": "ab" * 32,
        "annotator": None,
        "reviewer": "Grace",
        "accepted_at": "2026-03-04T05:06:07.000000+00:00",
    }
    return {**plain, **said}


def held(rows: list[dict[str, object]], yaws: list[float] | None = None) -> Contents:
    contents = Contents()
    contents.add(rows, yaws or [0.0] * len(rows))
    return contents


def card(contents: Contents, about: About | None = None) -> str:
    return card_text(about or About(), contents, Making(format_named("npz"), FACE_468, "copy"))


def test_what_a_release_holds_is_counted_by_side():
    rows = [
        row(1, split="train", subject="kim", verdict="accepted_as_predicted"),
        row(1, split="train", subject="kim", annotator="Ada"),
        row(2, split="test", clip_sha256="c" * 64, licence="CC0", consent="given"),
    ]
    contents = held(rows, [-40.0, 3.0, 75.0])
    train, test = contents.values()["parts"]["train"], contents.values()["parts"]["test"]
    assert (train["images"], train["faces"], train["subjects"], train["clips"]) == (1, 2, 1, 0)
    assert train["yaw"] == {"0-15": 1, "15-30": 0, "30-60": 1, "60-90": 0}
    assert train["accepted_as_predicted"] == 1
    assert (test["images"], test["clips"], test["yaw"]["60-90"]) == (1, 1, 1)
    assert contents.licences == {"CC0": 1, "not stated": 1}
    assert contents.values()["people"] == {"annotator": 1, "reviewer": 1}


def test_yaws_of_many_meshes_are_those_of_each():
    dice = np.random.default_rng(2)
    meshes = (dice.normal(size=(5, 468, 3)) * 30 + 200).astype(np.float32)
    one_by_one = [head_pose(mesh, FACE_468).yaw for mesh in meshes]
    np.testing.assert_allclose(head_yaws(meshes, FACE_468), one_by_one, atol=1e-6)


def test_the_card_tells_name_version_and_table_and_depends_on_nothing_else():
    contents = held([row(1, split="train"), row(2, split="validation")])
    about = About("portraits", "1.2.0", licence="CC BY 4.0")
    text = card(contents, about)
    assert text == card(contents, about)
    assert "`portraits` 1.2.0: 2 faces in 2 images, last accepted on 2026-03-04." in text
    assert "| validation | 1 | 1 |" in text
    assert "Nothing is for the test" in text
    assert "Licence of the whole: CC BY 4.0" in text


def test_the_card_of_a_format_with_units_of_its_own_says_whose_coordinates_it_tells():
    contents = held([row(1)])
    exact, own = (
        card_text(About(), contents, Making(format_named(name), FACE_468, "copy"))
        for name in ("npz", "label-studio")
    )
    assert "the coordinates of `exact/`" in own
    assert "`exact/`" not in exact


def test_hostile_names_stay_text_in_the_card():
    contents = held([row(1, licence=HOSTILE, model_name=HOSTILE)])
    about = About("x", "1.0.0", title=HOSTILE, description=f"{HOSTILE}\n# no heading\n- no list")
    text = card(contents, about)
    for piece in ("<script>", "[a](", "\x1b", "http://b", "\n# no", "\n- no"):
        assert piece not in text.partition("\n---\n\n")[2]
    assert "\x1b" not in text
    header = text.split("---\n")[1].splitlines()
    assert all(line.split(":")[0].replace("_", "").isalpha() for line in header)


def test_a_bar_does_not_make_a_cell():
    assert literal("a|b") == r"a\|b"
    assert literal("1. not a list") == r"1\. not a list"


@pytest.mark.parametrize(
    ("files", "table"),
    [
        ({"samples.parquet": "a" * 64}, "samples.parquet"),
        (
            {"exact/samples.parquet": "b" * 64, "annotations.json": "c" * 64},
            "exact/samples.parquet",
        ),
        ({"annotations.json": "c" * 64}, "annotations.json"),
    ],
)
def test_croissant_names_the_table_with_its_hash(files, table):
    stated = json.loads(croissant_text(About("portraits", "1.2.0"), held([row(1)]), files))
    (file,) = stated["distribution"]
    assert (file["contentUrl"], file["sha256"]) == (table, files[table])
    assert (stated["name"], stated["version"]) == ("portraits", "1.2.0")
    assert stated["datePublished"] == "2026-03-04"
    (records,) = stated["recordSet"]
    assert records["field"][0]["name"] == "sample_id"


def test_hostile_words_stay_json():
    about = About("x", "1.0.0", title=HOSTILE, description=HOSTILE, licence=HOSTILE)
    text = croissant_text(about, held([row(1)]), {})
    assert "\x1b" not in text
    assert json.loads(text)["distribution"] == []


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a b", "a\n", "-x", "x" * 81, "a\\b"])
def test_a_name_that_is_no_part_of_a_folder_is_refused(name):
    with pytest.raises(ExportError, match="cannot be called"):
        checked_name(name)


def test_a_release_has_a_name_and_a_version_or_neither():
    with pytest.raises(ExportError, match="an export neither"):
        About("x")
