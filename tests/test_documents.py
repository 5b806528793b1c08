"""What the documents refer to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# Code is no prose: what looks like a link in it is none.
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
# What code names of the repository, alone or in a command; a pattern ends where its star is.
PATH = re.compile(r"(?<![\w/.-])(?:annotator|benchmarks|datasets|docs|models|tests)/[\w./-]*")
# A figure that was still to be measured.
PLACEHOLDER = re.compile(r"(?<!\w)@[A-Z]{2,}")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links_in(document: Path) -> list[str]:
    """Return what a document's links name, but for other sites."""
    found = LINK.findall(CODE.sub("", document.read_text(encoding="utf-8")))
    return [link for link in found if "://" not in link]


def anchors_of(document: Path) -> set[str]:
    """Return what the headings of a document are linked by."""
    prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for link in links_in(document):
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), f"{document.name} refers to {link}"
        assert not anchor or anchor in anchors_of(target), f"{document.name} refers to {link}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    inline = [code for code in CODE.findall(document.read_text("utf-8")) if code[:3] != "```"]
    for name in PATH.findall("\n".join(inline)):
        assert (ROOT / name).exists(), f"{document.name} names {name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_waits_for_a_figure(document: Path) -> None:
    assert PLACEHOLDER.findall(document.read_text("utf-8")) == []


def test_every_attack_names_the_tests_that_do_it_again() -> None:
    lines = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ")]
    attacks = [row for row in rows if row[0] not in ("| what", "| ---")]
    assert len(attacks) > 30
    for row in attacks:
        assert re.fullmatch(r"(`tests/[\w/]+\.py`(, )?)+ \|", row[-1]), row[0]


def test_every_picture_is_in_some_document() -> None:
    shown = {Path(link).name for document in DOCUMENTS for link in links_in(document)}
    assert {path.name for path in (ROOT / "docs" / "images").iterdir()} <= shown


def test_every_file_of_the_house_has_its_place_in_the_tables_of_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    placed = {name for row in rows for name in re.findall(r"[`/]([\w]+\.py)`", row)}
    revisions = ROOT / "annotator" / "project" / "migrations" / "versions"
    files = {
        path.name
        for path in (ROOT / "annotator").rglob("*.py")
        if path.name != "__init__.py" and path.parent != revisions
    }
    assert files - placed == set()
    assert placed - files <= {"__init__.py"}
