"""What changed about samples, one or many: read anew and shown, the list at once where it pays."""

from collections.abc import Collection

from annotator.project import SampleSummary
from annotator.project.judgements import Given
from annotator.workbench.bench import Bench

# Reading single samples anew costs less than the whole list up to about so many.
FEW = 100


def read_anew(bench: Bench, sample_ids: Collection[int]) -> list[SampleSummary]:
    """Return samples as they are in the project now: if they are many, by the whole list.

    Raises
    ------
    ProjectError
        If they cannot be read, or one of few is gone.
    """
    if bench.project is None:
        return []
    if len(sample_ids) <= FEW:
        return [bench.project.samples.get(sample_id) for sample_id in sample_ids]
    asked = set(sample_ids)
    shown = bench.project.samples.summaries(person=bench.annotator)
    return [sample for sample in shown if sample.id in asked]


def take_in_many(bench: Bench, samples: Collection[SampleSummary]) -> None:
    """Show what changed about samples: one by one if they are few, else the list at once."""
    bench.samples.update(*samples)
    if len(samples) > FEW:
        bench.samples_changed.emit()
    for sample in samples:
        if len(samples) <= FEW or sample.id == bench.sample_id:
            bench.sample_updated.emit(sample.id)


def take_in_given(bench: Bench, given: Collection[Given]) -> None:
    """Show what verdicts that were given here made of their samples."""
    take_in_many(bench, read_anew(bench, [one.sample_id for one in given]))
    for one in given:
        if bench.session is not None and one.sample_id == bench.session.sample_id:
            bench.session.seen = one.review_id
