"""Opinions are rows among the samples: every query that could count them says what it does.

A query over samples, or over what belongs to them, names `IS_ORIGINAL` or `shown_to`, asks for
opinions by their columns, or is about samples that it was given. All others are listed here, with
the reason why opinions may be in them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import annotator.project

ROOM = Path(annotator.project.__file__).parent
OF_SAMPLES = {
    "SampleRow", "PredictionRow", "AnnotationRow", "ReviewRow", "StrokeRow", "VisitRow",
    "RemarkRow", "RevisionRow", "SampleChangeRow", "AssessmentRow", "FindingRow",
}  # fmt: skip
SAYS_SO = {"IS_ORIGINAL", "IS_RELEASABLE", "shown_to", "copy_of", "assigned_to"}
ASKS = {"select", "update", "delete", "join", "outerjoin", "select_from", "exists"}
KEYS = {"id", "sample_id", "image_id", "number"}

PART = "part of a query that says so: see who calls it"
ASSESSED = "only originals are assessed: see due_faces"
EXCEPTIONS = {
    "accepted_blocks._QUERY": PART,
    "accepted_blocks.last_review_id": PART,
    "assessed_columns._QUERY": ASSESSED,
    "assessed_columns._severities": ASSESSED,
    "assessed_columns.load_columns": ASSESSED,
    "assessments.Assessments.last_number": ASSESSED,
    "damage._SEARCHES": "what is damaged is damaged in an opinion, too",
    "due_faces._all_of_faces": PART,
    "due_faces.due_images": PART,
    "faces_to_check._accepted": PART,
    "following.follow_model": "an opinion has one prediction, the one that it shows",
    "giving._review_row": "the review that it makes",
    "look_alikes._renumber": "of one assessment, by its row",
    "look_alikes.differing": ASSESSED,
    "measured_meshes._QUERY": PART,
    "prediction_rows.PredictionRows.write": "of samples that were handed in by rows",
    "remarks.Remarks.samples_with_open": "opinions, too: a merge brings what was said of them",
    "samples.Samples.changed_since": "windows follow opinions as they follow samples",
    "samples.Samples.last_change": "likewise",
    "samples.Samples.stored_count": "all that is stored, as it says",
    "stroke_rows.stroke_at": "of one sample, by its row",
    "stroke_rows.stroke_before": "of one sample, by its row",
    "summaries._QUERY": PART,
    "taking_back._resolve_marks": "of one review, by its row",
    "tallies.Tallies._grouped": PART,
    "tallies.Tallies.strokes": "work is work, whatever it is done at",
    "tallies.Tallies.visits": "likewise",
}


def parts(body: list[ast.stmt], names: tuple[str, ...]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield functions, methods and assigned values of a module, by their dotted names."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield ".".join((*names, node.name)), node
        elif isinstance(node, ast.ClassDef):
            yield from parts(node.body, (*names, node.name))
        elif isinstance(node, ast.Assign):
            yield ".".join((*names, ast.unparse(node.targets[0]))), node
        elif isinstance(node, ast.AnnAssign):
            yield ".".join((*names, ast.unparse(node.target))), node


def names_in(node: ast.AST) -> set[str]:
    """Return the names and the last parts of attributes."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def is_asking(node: ast.AST) -> bool:
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return any(
        (isinstance(call, ast.Name) and call.id in ASKS)
        or (isinstance(call, ast.Attribute) and call.attr in ASKS)
        for call in calls
    )


def is_key(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in KEYS


def is_given(node: ast.AST) -> bool:
    """Return whether a key is compared with what was handed in: not in a join with another key."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) and is_key(node.left):
        other = node.comparators[0]
        joins = isinstance(other, ast.Attribute) and ast.unparse(other.value).endswith("Row")
        return not joins and not isinstance(other, ast.Call)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "in_" and is_key(node.func.value)
    return False


def silent(source: str, module: str) -> Iterator[str]:
    """Yield the names of what asks for samples, and neither says which nor was given them."""
    for name, node in parts(ast.parse(source).body, (module,)):
        named = names_in(node)
        if not named & OF_SAMPLES or named & SAYS_SO or not is_asking(node):
            continue
        if not any(is_given(part) for part in ast.walk(node)):
            yield name


def test_every_query_over_samples_says_what_it_does_about_opinions():
    found = {
        name for path in ROOM.glob("*.py") for name in silent(path.read_text("utf-8"), path.stem)
    }
    assert not found - set(EXCEPTIONS), "say there which samples are meant, or here why all are"


def test_a_query_that_forgets_them_is_found():
    counts = "def count(session):\n    return session.scalar(select(func.count(SampleRow.id)))\n"
    joined = (
        "class Parts:\n    def strokes(self):\n"
        "        return select(StrokeRow).join(SampleRow, SampleRow.id == StrokeRow.sample_id)\n"
    )
    assert list(silent(counts, "a")) == ["a.count"]
    assert list(silent(joined, "b")) == ["b.Parts.strokes"]
    assert not list(
        silent(counts.replace("SampleRow.id)", "SampleRow.id).where(IS_ORIGINAL)"), "a")
    )
    assert not list(
        silent("def one(i):\n    return select(SampleRow).where(SampleRow.id == i)", "c")
    )
