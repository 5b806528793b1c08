"""Nobody is on both sides, and what was decided once stays."""

from dataclasses import replace

import numpy as np
import pytest

from annotator.imaging.perceptual import hashes_of, perceptual_hash
from annotator.training.errors import TrainingError
from annotator.training.faces import Face
from annotator.training.splits import (
    Split,
    SplitPlan,
    clusters,
    decided,
    read_splits,
    settled,
    without_ties,
    write_splits,
)

NONE = np.zeros((468, 3), np.float32)


def face(number: int, *, image: str | None = None, group: str | None = None) -> Face:
    origin = image or f"{number:064x}"
    key = f"{origin}#{number}"
    visible = np.zeros(468, np.uint8)
    return Face(key, f"{number}.jpg", 0, None, origin, NONE, visible, False, group)  # type: ignore[arg-type]


def random_hashes(count: int, seed: int = 0) -> list[tuple[int, int]]:
    dice = np.random.default_rng(seed)
    return [tuple(int(one) for one in dice.integers(0, 2**63, 2)) for _ in range(count)]


def test_faces_of_one_image_one_group_or_one_picture_stay_together():
    faces = [
        face(0, image="a" * 64), face(1, image="a" * 64),
        face(2, group="kim"), face(3, group="kim"),
        face(4), face(5), face(6),
    ]  # fmt: skip
    hashes = random_hashes(7)
    hashes[5] = (hashes[4][0] ^ 0b101, hashes[5][1])  # nearly the same picture
    names = clusters(faces, hashes)
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert names[4] == names[5]
    assert len(set(names)) == 4


def test_frames_of_one_clip_stay_together():
    faces = [replace(face(at), clip_sha256=clip) for at, clip in enumerate("aabb")] + [face(9)]
    names = clusters(faces, random_hashes(5))
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert len(set(names)) == 3


def test_a_picture_and_its_mirror_image_are_one_picture():
    faces = [face(0), face(1)]
    assert len(set(clusters(faces, [(5, 99), (99 << 40, 5)]))) == 1


def test_what_is_tied_through_others_is_tied():
    faces = [face(0, group="a"), face(1, group="a", image="c" * 64), face(2, image="c" * 64)]
    assert len(set(clusters(faces, random_hashes(3)))) == 1


def test_both_sides_have_faces_where_there_are_two_clusters():
    for seed in range(20):
        faces = [face(0), face(1)]
        splits = decided(faces, ["a", "b"], {}, share=0.2, seed=seed)
        assert set(splits) == {Split.TRAIN, Split.VALIDATION}


def test_one_cluster_alone_is_trained_on():
    assert decided([face(0), face(1)], ["a", "a"], {}, share=0.2, seed=1) == [Split.TRAIN] * 2


def test_the_share_is_kept_as_well_as_whole_clusters_allow():
    faces = [face(number) for number in range(200)]
    splits = decided(faces, [f"{n}" for n in range(200)], {}, share=0.2, seed=1)
    assert 36 <= sum(split is Split.VALIDATION for split in splits) <= 44


def test_validation_is_of_several_people_though_a_crowd_would_be_enough():
    names = ["crowd"] * 20 + [f"{number}" for number in range(80)]
    faces = [face(number) for number in range(100)]
    for seed in range(20):
        splits = decided(faces, names, {}, share=0.2, seed=seed)
        judged = {
            name for name, split in zip(names, splits, strict=True) if split is Split.VALIDATION
        }
        assert len(judged) == 20


def test_what_was_decided_stays_when_the_data_grow():
    faces = [face(number) for number in range(60)]
    names = [one.key for one in faces]
    first = decided(faces[:30], names[:30], {}, share=0.2, seed=1)
    before = dict(zip((one.key for one in faces[:30]), first, strict=True))
    later = decided(faces, names, before, share=0.2, seed=99)
    assert later[:30] == first
    assert Split.VALIDATION in later[30:]


def test_a_new_face_joins_those_it_belongs_to():
    faces = [face(0), face(1), face(2), face(3)]
    before = {faces[0].key: Split.TRAIN, faces[1].key: Split.VALIDATION}
    splits = decided(faces, ["a", "b", "a", "b"], before, share=0.5, seed=1)
    assert splits[2:] == [Split.TRAIN, Split.VALIDATION]


def test_a_new_face_that_ties_both_sides_is_left_out():
    faces = [face(0), face(1), face(2)]
    before = {faces[0].key: Split.TRAIN, faces[1].key: Split.VALIDATION}
    splits = decided(faces, ["a"] * 3, before, share=0.5, seed=1)
    assert splits == [Split.TRAIN, Split.VALIDATION, Split.LEFT_OUT]


def test_whoever_is_tied_to_validation_later_is_learned_from_no_more():
    splits = [Split.TRAIN, Split.VALIDATION, Split.LEFT_OUT, Split.TRAIN, Split.VALIDATION]
    names = ["a", "a", "a", "b", "c"]
    assert without_ties(names, splits) == [
        Split.LEFT_OUT, Split.VALIDATION, Split.LEFT_OUT, Split.TRAIN, Split.VALIDATION,
    ]  # fmt: skip


@pytest.mark.parametrize("resumed", [False, True])
def test_no_group_is_on_both_sides_of_a_run_whatever_was_decided_before(
    resumed, faces, release, tmp_path
):
    """Two copies of one picture were put on different sides, as splits of an older version may."""
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    from annotator.training.settings import Settings  # noqa: PLC0415 - it needs the extra
    from annotator.training.training import Order, train  # noqa: PLC0415

    keys = [one.key for one in faces.faces]
    stored = [Split.VALIDATION if "collins" in one.name else Split.TRAIN for one in faces.faces]
    copies = [at for at, split in enumerate(stored) if split is Split.VALIDATION]
    assert len(copies) > 1
    stored[copies[0]] = Split.TRAIN
    path = tmp_path / ("run" if resumed else "") / "splits.csv"
    path.parent.mkdir(exist_ok=True)
    write_splits(path, faces.faces, keys, stored)
    said: list[str] = []
    order = Order((release,), tmp_path / "run", Settings(steps=0), resume=resumed)
    order = order if resumed else replace(order, splits=path)
    data = train(order, lambda progress: None, said.append).data
    sides = {
        split: {name for name, own in zip(data.clusters, data.splits, strict=True) if own is split}
        for split in (Split.TRAIN, Split.VALIDATION)
    }
    assert all(sides.values())
    assert not sides[Split.TRAIN] & sides[Split.VALIDATION]
    assert keys[copies[0]] not in {face.key for face in data.train}
    left_out = data.splits.count(Split.LEFT_OUT)
    assert left_out >= 1
    assert any(line.startswith(f"{left_out} face") and "left out" in line for line in said)
    assert read_splits(tmp_path / "run" / "splits.csv") == dict(zip(keys, stored, strict=True))


def test_splits_are_read_as_they_were_written_and_keep_faces_that_went(tmp_path):
    path = tmp_path / "splits.csv"
    faces = [face(0), replace(face(1), name="=1+1,\n.jpg")]
    write_splits(path, faces, ["a", "b"], [Split.TRAIN, Split.VALIDATION])
    write_splits(path, [face(2)], ["c"], [Split.TRAIN])
    assert read_splits(path) == {
        faces[0].key: Split.TRAIN, faces[1].key: Split.VALIDATION, face(2).key: Split.TRAIN,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["face,split\na,neither\n", "face,name,cluster,split\na\n", "nothing\n1\n", "\x00", ""]
)
def test_splits_that_are_none_are_no_guess(text: str, tmp_path):
    path = tmp_path / "splits.csv"
    path.write_text(text)
    with pytest.raises(TrainingError, match="put it back"):
        read_splits(path)


def test_the_same_picture_smaller_brighter_and_noisy_is_known_again(faces, cutouts):
    import cv2  # noqa: PLC0415 - of this test alone

    pictures = [cutouts.of(one).pixels for one in faces.faces[:4]]
    for picture in pictures:
        small = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        bright = np.clip(small.astype(int) + 30, 0, 255).astype(np.uint8)
        apart = (perceptual_hash(picture) ^ perceptual_hash(bright)).bit_count()
        assert apart <= 9
        turned = np.ascontiguousarray(picture[:, ::-1])
        assert (hashes_of(picture)[1] ^ perceptual_hash(turned)).bit_count() == 0


def with_sides(count: int, side: str | None, start: int = 0) -> list[Face]:
    return [replace(face(start + at), split=side) for at in range(count)]


def test_what_a_release_has_for_validation_or_the_test_is_never_trained_on():
    faces = [*with_sides(6, "train"), *with_sides(2, "validation", 6), *with_sides(2, "test", 8)]
    splits = decided(faces, [one.key for one in faces], {}, share=0.5, seed=1)
    assert splits == [Split.TRAIN] * 6 + [Split.VALIDATION] * 2 + [Split.LEFT_OUT] * 2


def test_a_face_that_was_trained_on_before_a_release_had_it_for_validation_is_left_out():
    faces = [*with_sides(1, "validation"), *with_sides(1, "test", 1), *with_sides(3, None, 2)]
    before = {faces[0].key: Split.TRAIN, faces[1].key: Split.VALIDATION}
    splits = decided(faces, [one.key for one in faces], before, share=0.3, seed=1)
    assert splits[:2] == [Split.LEFT_OUT, Split.LEFT_OUT]


def test_nothing_is_learned_from_whoever_belongs_to_the_test(tmp_path):
    faces = [*with_sides(1, "test"), *with_sides(4, None, 1)]
    names = ["a", "a", "b", "c", "d"]
    plan = SplitPlan(tmp_path / "splits.csv", None, 0.3, 1)
    assert settled(plan, faces, names)[:2] == [Split.LEFT_OUT, Split.LEFT_OUT]
    write_splits(plan.stored, faces, names, [Split.TRAIN] * 5)  # as an older version decided
    assert settled(plan, faces, names) == [Split.LEFT_OUT] * 2 + [Split.TRAIN] * 3


def test_faces_of_one_subject_stay_together():
    faces = [replace(face(at), subject=who) for at, who in enumerate(("kim", "lee", "kim"))]
    names = clusters(faces, random_hashes(3))
    assert names[0] == names[2] != names[1]
