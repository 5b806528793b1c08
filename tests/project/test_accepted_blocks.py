"""Accepted samples many at a time are what they are one by one."""

import numpy as np

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, visibility_in_frame
from annotator.project.displacement import Displacement, displacements

SEED = 3


def meshes(count: int) -> np.ndarray:
    random = np.random.default_rng(SEED)
    points = FACE_468.topology.vertices * [8, -8, 8] + [120, 100, 0]
    sizes = random.uniform(0.01, 30, (count, 1, 1))  # some are smaller than errors are divided by
    return (points * sizes + random.normal(0, 3, (count, 468, 3))).astype(np.float32)


def test_displacements_are_those_of_each_to_the_bit():
    predictions = meshes(60)
    moved = predictions + np.random.default_rng(4).normal(0, 1, predictions.shape)
    annotations = moved.astype(np.float32)
    where = np.arange(60) % 3 > 0
    annotations[~where] = predictions[~where]
    measured = displacements(annotations, predictions, FACE_468, where=where)
    pairs = zip(annotations, predictions, strict=True)
    each = [Displacement.between(*pair, FACE_468) for pair in pairs]
    assert list(zip(*measured, strict=True)) == [(d.mean, d.maximum, d.nme) for d in each]


def test_visibility_of_many_is_that_of_each():
    landmarks, sizes = meshes(20), np.random.default_rng(5).integers(50, 400, (20, 2))
    marks = np.stack([no_marks(468)] * 20)
    marks[3, 7], marks[4, 8] = 1, 6
    together = visibility_in_frame(marks, landmarks, sizes)
    alone = [
        visibility_in_frame(*one, (int(width), int(height)))
        for *one, (width, height) in zip(marks, landmarks, sizes, strict=True)
    ]
    np.testing.assert_array_equal(together, alone)
    assert set(np.unique(together)) == {0, 1, 2}


def test_blocks_hold_what_iterating_gives(predicted):
    for sample in predicted.samples.summaries():
        predicted.reviews.accept(sample.id, reviewer="Rae")
    with predicted.samples.all_accepted() as accepted:
        blocks, samples = list(accepted.blocks()), list(accepted)
    rows = [row for block in blocks for row in block.rows]
    assert [row.sample_id for row in rows] == [sample.sample_id for sample in samples]
    assert [row.image for row in rows] == [sample.image for sample in samples]
    for name, of_sample in (("landmarks", "landmarks"), ("predictions", "prediction")):
        stacked = np.concatenate([getattr(block, name) for block in blocks])
        np.testing.assert_array_equal(stacked, [getattr(sample, of_sample) for sample in samples])
        assert not any(getattr(block, name).flags.writeable for block in blocks)
