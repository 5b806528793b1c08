"""What is known of photographs: set, read, revoked, and kept when images are deleted."""

import os

import pytest

from annotator.project import FactError, ReadOnlyProject, UnknownImage
from annotator.project.fact_records import LONGEST_FACT, NOTHING_KNOWN, Consent, ImageFacts
from annotator.project.project import Project

READ_AGAIN = """
import sys
from annotator.project.project import Project
with Project.open(sys.argv[1]) as project:
    for turn in range(20):
        project.facts.set(range(1, 4), {sys.argv[2]: f"{turn}"}, by=sys.argv[2])
"""


@pytest.fixture
def accepted(predicted) -> Project:
    """Samples 1 and 2 in image 1 and sample 3 in image 2, all of them accepted."""
    for sample in (1, 2, 3):
        predicted.reviews.accept(sample, reviewer="Rae")
    return predicted


def released(project: Project) -> list[int]:
    return [sample.sample_id for sample in project.samples.accepted()]


def test_of_an_image_nothing_is_known_at_first_and_then_what_was_set(predicted):
    assert predicted.facts.of([1, 2, 99]) == {1: NOTHING_KNOWN, 2: NOTHING_KNOWN}
    changes = {"subject": " P-7 ", "group": "family", "licence": "CC0-1.0", "consent": "given"}
    assert predicted.facts.set([1, 2], {**changes, "source": "https://example.org/1"}) == 2
    assert predicted.facts.of([1])[1] == ImageFacts(
        "P-7", "family", "CC0-1.0", Consent.GIVEN, "https://example.org/1"
    )
    assert predicted.facts.of([3]) == {3: NOTHING_KNOWN}


def test_one_fact_is_cleared_and_the_others_stay(predicted):
    predicted.facts.set([1], {"subject": "P-7", "licence": "CC0-1.0"})
    assert predicted.facts.set([1], {"subject": None}) == 1
    assert predicted.facts.of([1])[1] == ImageFacts(licence="CC0-1.0")


def test_what_is_so_already_is_no_change_and_not_in_the_log(predicted):
    predicted.facts.set([1], {"subject": "P-7"}, by="Ann")
    version = predicted.samples.last_change()
    assert predicted.facts.set([1, 2], {"subject": "P-7"}, by="Ann") == 1
    assert predicted.facts.set([3], {"source": None}) == 0
    assert predicted.samples.last_change() == version
    entries = [each for each in predicted.audit.entries() if each.what == "facts"]
    assert [(each.who, each.image_id, each.detail) for each in entries] == [
        ("Ann", 1, {"subject": [None, "P-7"]}),
        ("Ann", 2, {"subject": [None, "P-7"]}),
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"owner": "Ann"}, "there is no fact 'owner'"),
        ({"subject": ""}, "subject cannot be empty"),
        ({"subject": " \u200d "}, "subject cannot be empty"),
        ({"subject": "a\nb"}, "subject cannot hold line breaks"),
        ({"subject": "a\0b"}, "cannot hold line breaks or other characters"),
        ({"source": "\u202egpj.exe"}, "source cannot hold"),
        ({"source": "\udcff"}, "source cannot hold"),
        ({"licence": "x" * (LONGEST_FACT + 1)}, "500 characters at most, this one 501"),
        ({"licence": "x" * 10_000_000}, "500 characters at most, this one 10,000,000"),
        ({"consent": "maybe"}, "consent is 'maybe', but can only be given or refused"),
        ({"consent": "GIVEN"}, "can only be given or refused"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_nothing_is_written(predicted, changes, why):
    with pytest.raises(FactError, match=why):
        predicted.facts.set([1], {"group": "family", **changes})
    assert predicted.facts.of([1]) == {1: NOTHING_KNOWN}


def test_formulas_and_letters_of_any_language_are_kept_as_they_are(predicted):
    for text in ("=1+1", "@cmd", "नमस्ते", "שלום", "a,b;c\t".strip(), "\N{PILE OF POO}"):
        predicted.facts.set([1], {"subject": text})
        assert predicted.facts.of([1])[1].subject == text


@pytest.mark.parametrize("change", ["set", "revoke", "allow_again"])
def test_unknown_images_are_reported_and_nothing_changes(predicted, change):
    more = {"set": [{"subject": "A"}], "revoke": ["asked to"], "allow_again": []}[change]
    with pytest.raises(UnknownImage, match="no image 99"):
        getattr(predicted.facts, change)([1, 99], *more)
    assert predicted.facts.of([1]) == {1: NOTHING_KNOWN}


def test_no_release_holds_what_was_revoked_until_it_is_allowed_again(accepted):
    assert accepted.facts.revoke([1], "she asked to", by="Rae") == 1
    assert released(accepted) == [3]
    with accepted.samples.all_accepted() as samples:
        assert len(samples) == 1
        assert (samples.left_out.images, samples.left_out.samples) == (1, 2)
        assert [name for name, _ in samples.file_names()] == ["b.jpg"]
    facts = accepted.facts.of([1])[1]
    assert (facts.revoked_by, facts.revoked_why, facts.may_leave) == ("Rae", "she asked to", False)
    assert accepted.facts.revoke([1], "again", by="Ann") == 0
    assert accepted.facts.of([1])[1] == facts
    assert accepted.facts.allow_again([1, 2], by="Rae") == 1
    assert sorted(released(accepted)) == [1, 2, 3]
    assert accepted.facts.of([1]) == {1: NOTHING_KNOWN}
    said = [(each.what, each.image_id) for each in accepted.audit.entries()][-2:]
    assert said == [("revoke", 1), ("allow_again", 1)]


def test_no_release_holds_what_people_refused(accepted):
    accepted.facts.set([2], {"consent": "refused"})
    assert sorted(released(accepted)) == [1, 2]
    assert accepted.facts.refused() == 1
    assert accepted.facts.left_out().samples == 1
    accepted.facts.allow_again([2])
    assert sorted(released(accepted)) == [1, 2]
    accepted.facts.set([2], {"consent": None})
    assert sorted(released(accepted)) == [1, 2, 3]


def test_windows_see_that_an_image_may_not_leave_and_that_it_may_again(accepted):
    for change in (
        lambda other: other.facts.revoke([1], "asked to"),
        lambda other: other.facts.allow_again([1]),
        lambda other: other.facts.set([1], {"consent": "refused"}),
        lambda other: other.facts.set([1], {"consent": "given"}),
    ):
        before = accepted.samples.last_change()
        with Project.open(accepted.address) as other:
            change(other)
        assert set(accepted.samples.changed_since(before)) == {1, 2}


@pytest.mark.parametrize("refuse", ["revoke", "consent"])
def test_a_picture_that_may_not_leave_stays_so_when_it_is_deleted_and_added_again(
    accepted, new_image, refuse, place
):
    if refuse == "revoke":
        accepted.facts.revoke([1], "she asked to", by="Rae")
    else:
        accepted.facts.set([1], {"consent": "refused", "subject": "P-7"})
    accepted.removals.remove([1])
    accepted.removals.delete([1])
    accepted.images.add([new_image(accepted.home / "images" / "a.jpg")])
    (image,) = [image for image in accepted.images.all() if image.name == "a.jpg"]
    facts = accepted.facts.of([image.id])[image.id]
    assert not facts.may_leave
    assert facts.subject is None
    assert facts.revoked_why == ("she asked to" if refuse == "revoke" else None)
    accepted.facts.allow_again([image.id])
    accepted.facts.set([image.id], {"consent": "given"})
    accepted.removals.remove([image.id])
    accepted.removals.delete([image.id])
    accepted.images.add([new_image(accepted.home / "images" / "a.jpg")])
    (image,) = [image for image in accepted.images.all() if image.name == "a.jpg"]
    assert accepted.facts.of([image.id])[image.id].may_leave
    accepted.close()
    place.assert_sound(accepted.address)


def test_facts_are_kept_with_a_removed_image_and_go_when_it_is_deleted(predicted):
    predicted.facts.set([1], {"subject": "P-7"})
    predicted.removals.remove([1])
    assert predicted.facts.of([1])[1].subject == "P-7"
    predicted.facts.set([1], {"group": "G"})
    predicted.removals.delete([1])
    assert predicted.facts.of([1]) == {}


def test_thousands_of_images_are_set_and_read(project, new_image):
    images = [new_image(project.home / f"{number}.jpg") for number in range(2_500)]
    project.images.add(images)
    ids = [image.id for image in project.images.all()]
    assert project.facts.set_each({each: {"subject": f"P-{each}"} for each in ids}) == 2_500
    assert project.facts.revoke(ids, "asked to") == 2_500
    facts = project.facts.of(ids)
    assert all(facts[each].subject == f"P-{each}" for each in ids)
    assert project.facts.refused() == 2_500


def test_two_programs_at_once_set_facts_of_the_same_images(predicted, start_program):
    programs = [start_program(READ_AGAIN, predicted.address, name) for name in ("group", "source")]
    assert [program.wait(600) for program in programs] == [0, 0]
    for facts in predicted.facts.of([1, 2, 3]).values():
        assert (facts.group, facts.source) == ("19", "19")


def test_a_project_that_is_only_read_tells_facts_and_takes_none(predicted):
    predicted.facts.set([1], {"subject": "P-7"})
    secret = predicted.secret()
    predicted.close()
    with Project.open(predicted.address, read_only=True) as reading:
        assert reading.facts.of([1])[1].subject == "P-7"
        assert reading.secret() == secret
        for change in (
            lambda: reading.facts.set([1], {"subject": "A"}),
            lambda: reading.facts.revoke([1], "asked to"),
        ):
            with pytest.raises(ReadOnlyProject):
                change()


def test_the_secret_is_drawn_once_and_another_one_in_another_project(create_project):
    first, second = create_project("one"), create_project("two")
    secret = first.secret()
    assert len(secret) == 32
    assert first.secret() == secret
    assert second.secret() != secret
    with Project.open(first.address) as again:
        assert again.secret() == secret


def test_programs_that_ask_for_the_secret_at_once_get_the_same(project, start_program):
    script = """
import sys
from annotator.project.project import Project
with Project.open(sys.argv[1]) as project:
    print(project.secret().hex())
"""
    programs = [start_program(script, project.address) for _ in range(os.cpu_count() or 2)][:4]
    answers = {program.communicate()[0] for program in programs}
    assert answers == {f"{project.secret().hex()}\n"}
