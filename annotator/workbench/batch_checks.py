"""What checks have against samples that are to be accepted together: one question for all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from annotator.project import Verdict
from annotator.quality.checks import CHECKS, Finding
from annotator.quality.checks.of_project import findings_of_project
from annotator.system.words import count
from annotator.workbench.batch import Batch
from annotator.workbench.steps import Step, Work
from annotator.workbench.workbench import Workbench

_TITLES = {check.name: check.title for check in CHECKS}
_TOLD_EVERY = 100  # samples


@dataclass(frozen=True)
class Doubts:
    """What was found in samples that are to be accepted.

    Attributes
    ----------
    serious
        The findings of high severity, by sample; samples without one are missing.
    """

    serious: Mapping[int, tuple[Finding, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def within(self, batch: Batch) -> "Doubts":
        """Return those about samples of a batch."""
        ids = set(batch.sample_ids)
        return Doubts({i: found for i, found in self.serious.items() if i in ids})

    def without(self, batch: Batch) -> Batch:
        """Return the batch without the samples that are doubted."""
        ids = tuple(i for i in batch.sample_ids if i not in self.serious)
        return replace(batch, sample_ids=ids)

    @property
    def sentence(self) -> str:
        """What was found in how many, the most frequent first; empty where nothing was."""
        if not self.serious:
            return ""
        names = Counter(
            name
            for found in self.serious.values()
            for name in dict.fromkeys(one.check for one in found)
        )
        listed = ", ".join(f"{_title(name)} ({number:,})" for name, number in names.most_common())
        samples = count(len(self.serious), "sample")
        return f"In {samples} checks found something serious: {listed}."


def is_checked(batch: Batch) -> bool:
    """Return whether checks have a say: what keeps samples out of the data set needs none."""
    return batch.verdict is Verdict.ACCEPT


def doubts_about(bench: Workbench, batch: Batch) -> Doubts:
    """Look at all samples of a batch as they are now; a few hundred take a moment.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    doubts: list[Doubts] = []
    for _ in checking(bench, batch, doubts):
        pass
    return doubts[-1] if doubts else Doubts()


def checking(bench: Workbench, batch: Batch, doubts: list[Doubts]) -> Work:
    """Look at all samples of a batch, for a thread; what was found is added once all were."""
    project = bench.project
    if project is None or not is_checked(batch):
        return
    serious, total = {}, len(batch.sample_ids)
    yield Step(0, total, "Checking the meshes")
    found = findings_of_project(project, batch.sample_ids)
    for done, checked in enumerate(found, start=1):
        if checked.is_asked_about:
            serious[checked.sample_id] = checked.serious
        if not done % _TOLD_EVERY:
            yield Step(done, total, f"{done:,} of {total:,} meshes checked")
    doubts.append(Doubts(serious))


def _title(name: str) -> str:
    title = _TITLES.get(name, name)
    return f"{title[:1].lower()}{title[1:]}"
