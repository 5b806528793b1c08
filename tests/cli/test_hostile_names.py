"""Names that would give a terminal commands, or forge lines, do neither: for every command.

They are photographs' names, folders', people's and comments', and what stands in a project's rows.
"""

import csv
import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image

from annotator.cli.app import GROUPS
from annotator.project import NewRelease, Project, ReleaseEntry, Verdict
from annotator.project.guide_records import NewGuide
from annotator.system.assets import asset_path
from annotator.system.people import LONGEST_NAME, checked_name
from tests.clips import write_clip

SAMPLES = asset_path("datasets", "sample")
PORTRAIT = SAMPLES / "collins.jpg"
QUICK = "--no-small-faces"

# Each does something to a terminal, to a line, to markup or to a format string.
HOSTILE = {
    "clears": "\x1b[2J\x1b[H",
    "links": "\x1b]8;;http://example.org\x1b\\here\x1b]8;;\x1b\\",
    "copies": "\x1b]52;c;Zm9yZ2Vk\x07",
    "forges": "\nfailed: forged",
    "returns": "\rforged",
    "backs up": "x\b\b\bforged",
    "turns": "\u202egpj.exe",
    "separates": "\u2028forged\u2029forged\x85forged",
    "c1": "\x9b2J\x84",
    "bytes": os.fsdecode(b"\xff\xfe"),
    "markup": "<h1>big<img src=x onerror=y>&amp;",
    "rich": "[red]no[/red] [link=x]y[/link]",
    "percent": "%s %d {} {0.__class__}",
    "option": "--help",
    "long": "é" * 125 + "x",
}
PEOPLE = {kind: text for kind, text in HOSTILE.items() if kind not in {"bytes", "long"}}
ENVIRONMENT_NAME = "\x1b[2JAnn\nerror: forged"


def commands_of(group: typer.Typer, before: str = "") -> Iterator[str]:
    """Give the names of all commands of a group, and of the groups in it."""
    called = f"{before} {group.info.name or ''}"
    for command in group.registered_commands:
        name = command.name or command.callback.__name__
        yield f"{called} {name}".strip(" _")
    for nested in group.registered_groups:
        yield from commands_of(nested.typer_instance, called)


COMMANDS = {" ".join(name.split()) for group in GROUPS for name in commands_of(group.commands)}
NEEDS_A_WINDOW = {"open", "demo"}


@pytest.fixture(scope="module")
def folder_of_names(tmp_path_factory):
    """Return a hostile folder with photographs of hostile names, and files that are none."""
    folder = tmp_path_factory.mktemp("named") / "f\x1b[2J\nadded 99\r\u202e"
    folder.mkdir()
    for number, text in enumerate(HOSTILE.values()):
        # Each of its own pixels, or they are one photograph.
        with Image.open(PORTRAIT) as portrait:
            cut = portrait.crop((0, 0, portrait.width - number, portrait.height))
            cut.save(folder / f"{text.replace('/', '_')}.jpg")
        (folder / f"{text.replace('/', '_')}.png").write_bytes(
            b"\x89PNG\r\n\x1a\n" + bytes([number])
        )
    return folder


@pytest.fixture(scope="module")
def prepared(folder_of_names, tmp_path_factory):
    """Return a hostile project: of such names, and with rows that no version wrote so."""
    from annotator.cli import main  # noqa: PLC0415

    home = tmp_path_factory.mktemp("p") / "p\x1b[2J\nforged: 1\u202e"
    for arguments in (["new", home], ["add", home, folder_of_names], ["predict", home, QUICK]):
        assert main(["-q", *map(str, arguments)]) in (0, 1)
    with Project.open(home) as project:
        ids = [sample.id for sample in project.samples.summaries()]
        project.removals.remove([project.samples.image_of(ids[-1])])
    with closing(sqlite3.connect(home / "project.sqlite")) as rows, rows:
        for sample, text in zip(ids, PEOPLE.values(), strict=False):
            rows.execute(
                "UPDATE samples SET annotator = ?, reviewer = ?, state = 'accepted' WHERE id = ?",
                (text, text, sample),
            )
            rows.execute(
                "INSERT INTO reviews (sample_id, verdict, reviewer, reasons, comment, created_at, "
                "revision) VALUES (?, 'accept', ?, '', ?, '2026-01-01 00:00:00.000000', 0)",
                (sample, text, text),
            )
        rows.execute("UPDATE failed_files SET reason = 'no image\n\x1b[2Jforged'")
    return home


@pytest.fixture
def hostile(prepared, tmp_path):
    """Return a copy of that project, which may be changed."""
    return Path(shutil.copytree(prepared, tmp_path / prepared.name))


def assert_harmless(text: str, lines: int | None = None) -> None:
    """Check that a terminal does nothing but print this, and how many lines it prints."""
    for line in text.removesuffix("\n").split("\n"):
        unfit = [one for one in line if not (one.isprintable() or one in "\u200c\u200d")]
        assert not unfit, repr(line)
        assert not line.startswith(("added 99", "failed: forged", "forged")), line
    if lines is not None:
        assert text.count("\n") == lines, text


@pytest.fixture
def hand(command, hostile, folder_of_names, tmp_path):
    (tmp_path / "scratch").mkdir()
    return Hand(command, hostile, folder_of_names, tmp_path / "scratch")


Case = Callable[["Hand"], None]


class Hand:
    """What a case is handed: it runs commands and looks at what they print."""

    def __init__(self, command: Any, project: Path, folder: Path, scratch: Path) -> None:
        self.command, self.project, self.folder, self.scratch = command, project, folder, scratch

    def run(
        self, *arguments: object, code: int = 0, lines: int | None = None, on_stderr: int = 1
    ) -> str:
        """Run a command; what it prints must be harmless. Returns what it printed on stdout."""
        got, out, err = self.command(*arguments)
        assert_harmless(out, lines)
        assert_harmless(err)
        assert got == code, (arguments, out, err)
        assert err.count("\n") <= on_stderr
        return out

    def run_json(self, *arguments: object, code: int = 0) -> Any:
        name, *others = arguments
        out = self.run(*str(name).split(), "--json", *others, code=code)
        out.encode("utf-8")
        return json.loads(out)


def new(hand: Hand) -> None:
    for text in HOSTILE.values():
        hand.run("new", "--", hand.scratch / "n" / text, lines=1)
    hand.run("new", hand.project, code=1, lines=0)


def add(hand: Hand) -> None:
    failed = len(HOSTILE)
    out = hand.run("add", hand.project, hand.folder, lines=2 + failed)
    assert out.split("\n")[1].startswith("back in the project")  # what had been removed
    done = hand.run_json("add", hand.project, hand.folder)
    assert len(done["failed"]) == failed
    on_disk = {os.fsencode(path).decode("utf-8", "replace") for path in hand.folder.glob("*.png")}
    told = {one["path"] for one in done["failed"]}
    assert len(told & on_disk) == failed - 1  # but for the name that is no text
    for text in HOSTILE.values():
        hand.run("add", hand.project, "--", text, code=2, lines=0)
        hand.run("add", "--", text, hand.folder, code=1, lines=0)


def predict(hand: Hand) -> None:
    hand.run("predict", hand.project, QUICK, "-v", lines=1, on_stderr=2)
    hand.run_json("predict", hand.project, QUICK)
    for text in HOSTILE.values():
        hand.run("predict", hand.project, f"--model={text}", code=1, lines=0)
        hand.run("predict", hand.project, f"--providers={text}", code=1, lines=0)
        hand.run("predict", hand.project, f"--decode={text}", code=2, lines=0)
        hand.run(
            "predict", hand.project, f"--{text}", code=2, lines=0
        ) if text != "--help" else None


def assess(hand: Hand) -> None:
    hand.run("assess", hand.project, lines=3)
    gone = next(path for path in hand.folder.iterdir() if "forged" in path.name)
    kept = gone.read_bytes()
    try:
        gone.unlink()
        hand.run("assess", hand.project, "--again")
    finally:
        gone.write_bytes(kept)
    hand.run_json("assess", hand.project, "--again")
    for text in HOSTILE.values():
        hand.run("assess", hand.project, f"--model={text}", code=1, lines=0)


def triage(hand: Hand) -> None:
    hand.run("triage", hand.project, lines=3 + len(HOSTILE) - 1)
    hand.run("assess", hand.project)
    hand.run("triage", hand.project, lines=3 + len(HOSTILE) - 1)
    hand.run_json("triage", hand.project)
    hand.run("triage", hand.project, "--csv", hand.scratch / "t\x1b[2J\nforged.csv", lines=3)
    hand.run("triage", hand.project, "--csv", hand.scratch / "no\n" / "x", code=1, lines=0)
    for text in HOSTILE.values():
        hand.run("triage", hand.project, f"--limit={text}", code=2, lines=0)


def landmarks(hand: Hand) -> None:
    two = [hand.folder / f"{HOSTILE[kind]}.jpg" for kind in ("clears", "forges")]
    bad = hand.folder / f"{HOSTILE['forges']}.png"
    output = hand.scratch / "\x1b[2J\nforged.npz"
    hand.run("landmarks", "--output", output, QUICK, "--", *two, lines=1)
    out = hand.run("landmarks", "--output", output, QUICK, "--", *two, bad, code=1, lines=2)
    assert out.split("\n")[1].startswith("failed: ")
    done = hand.run_json("landmarks", "--output", output, QUICK, two[0])
    assert list(done["faces"]) == [two[0].name]
    for text in HOSTILE.values():
        hand.run("landmarks", f"--output={text}", hand.folder, code=2, lines=0)


def status(hand: Hand) -> None:
    out = hand.run("status", hand.project)
    assert out.count("\nfailed: ") == len(HOSTILE)
    every = hand.run("status", hand.project, "--all")
    assert every.count("\nfailed: ") == len(HOSTILE)
    assert every.count("\n") == out.count("\n") + 1  # the one that was removed has its own line
    values = hand.run_json("status", hand.project)
    assert {one["reason"] for one in values["failed"]} == {"no image\n\x1b[2Jforged"}


def list_(hand: Hand) -> None:
    faces = len(HOSTILE) - 1
    hand.run("list", hand.project, lines=1 + faces)
    values = hand.run_json("list", hand.project)["samples"]
    names = {
        os.fsencode(path.name).decode("utf-8", "replace") for path in hand.folder.glob("*.jpg")
    }
    assert len({sample["photograph"] for sample in values} & names) >= faces - 1
    assert {sample["annotator"] for sample in values} >= {"\nfailed: forged", "\u202egpj.exe"}
    for text in HOSTILE.values():
        hand.run("list", hand.project, f"--name={text}")
        hand.run("list", hand.project, f"--sort={text}", code=2, lines=0)
        hand.run("list", hand.project, f"--state={text}", code=2, lines=0)


def review(hand: Hand) -> None:
    for kind, text in HOSTILE.items():
        hand.run("review", hand.project, "exclude", "--", f"{text}.gif", code=1, lines=0)
        is_text = kind != "bytes"
        hand.run(
            "review", hand.project, "exclude", "1", f"--comment={text}", "--reviewer=Rae",
            code=0 if is_text else 2, lines=int(is_text),
        )  # fmt: skip
        is_name = text.strip().isprintable() and len(text) <= LONGEST_NAME
        hand.run(
            "review", hand.project, "exclude", "1", f"--reviewer={text}",
            code=0 if is_name else 2, lines=int(is_name),
        )  # fmt: skip
        hand.run("review", hand.project, "send-back", "1", f"--reason={text}", code=2, lines=0)
        hand.run("review", hand.project, "--", text, "1", code=2, lines=0)
    hand.run_json("review", hand.project, "withdraw", "1")
    with Project.open(hand.project) as project:
        assert project.reviews.newest(1).reviewer == "[2JAnn error: forged"


def settings(hand: Hand) -> None:
    hand.run(
        "settings", hand.project, lines=len(hand.run_json("settings", hand.project)["settings"])
    )
    for text in HOSTILE.values():
        hand.run("settings", hand.project, "--", text, code=1, lines=0)
        hand.run("settings", hand.project, "--", "review", text, code=1, lines=0)
        hand.run("settings", hand.project, "--", "reasons", f"a b{text}", code=1, lines=0)


def audit(hand: Hand) -> None:
    with Project.open(hand.project) as project:
        for text in PEOPLE.values():
            project.remarks.add(1, text, author="Rae")
    for text in PEOPLE.values():
        with closing(sqlite3.connect(hand.project / "project.sqlite")) as rows, rows:
            rows.execute(
                "INSERT INTO audit (at, who, what, detail) "
                "VALUES ('2026-01-01 00:00:00.000000', ?, ?, ?)",
                (text, text, json.dumps({text: text})),
            )
    entries = hand.run_json("audit", hand.project)["entries"]
    assert set(PEOPLE.values()) <= {entry["who"] for entry in entries}
    hand.run("audit", hand.project, lines=1 + len(entries))
    file = hand.scratch / "a\x1b[2J\nforged.csv"
    hand.run("audit", hand.project, "--csv", file, lines=1)
    with file.open(newline="", encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == len(entries)
    hand.run("audit", hand.project, "--csv", file, code=1, lines=0)
    for text in HOSTILE.values():
        hand.run("audit", hand.project, f"--sample={text}", code=2, lines=0)


def history(hand: Hand) -> None:
    with Project.open(hand.project) as project:
        for text in PEOPLE.values():
            project.remarks.add(1, text, author="Rae")
    rows = hand.run_json("history", hand.project, 1)["history"]
    assert (
        "\nfailed: forged" in {row["said"].partition(" ")[2] or row["said"] for row in rows} or rows
    )
    hand.run("history", hand.project, 1, lines=1 + len(rows))
    for text in HOSTILE.values():
        hand.run("history", hand.project, "--", f"{text}.gif", code=1, lines=0)
        hand.run("history", hand.project, "1", f"--restore={text}", code=2, lines=0)


def sampling_draw(hand: Hand) -> None:
    hand.run("sampling", "draw", hand.project, "--count", "1", code=1, lines=0)
    with Project.open(hand.project) as project:
        fresh = [s.id for s in project.samples.summaries() if s.state != "accepted"]
        for sample_id in fresh or [1]:
            project.reviews.reopen(sample_id, reviewer="Rae")
            project.reviews.submit(sample_id, reviewer="Ann")
    hand.run("sampling", "draw", hand.project, "--count", "1", lines=2)
    hand.run_json("sampling draw", hand.project, "--limit", "0.5")
    for text in HOSTILE.values():
        hand.run("sampling", "draw", hand.project, f"--count={text}", code=2, lines=0)
        hand.run("sampling", "draw", hand.project, f"--limit={text}", code=2, lines=0)


def sampling_show(hand: Hand) -> None:
    hand.run("sampling", "show", hand.project, code=1, lines=0)
    sampling_draw(hand)
    hand.run("sampling", "show", hand.project, lines=2)
    hand.run_json("sampling show", hand.project, 1)
    for text in HOSTILE.values():
        hand.run("sampling", "show", hand.project, "--", text, code=2, lines=0)


def remove(hand: Hand) -> None:
    for text in HOSTILE.values():
        hand.run("remove", hand.project, "--", f"{text}.gif", code=1, lines=0)
    hand.run("remove", hand.project, "--", f"{HOSTILE['clears']}.jpg", lines=2)
    done = hand.run_json("remove", hand.project, "--", f"{HOSTILE['forges']}.jpg")
    assert [Path(path).name for path in done["paths"]] == [f"{HOSTILE['forges']}.jpg"]
    hand.run("remove", hand.project, "--", f"{HOSTILE['forges']}.png", lines=1)


def restore(hand: Hand) -> None:
    for text in HOSTILE.values():
        hand.run("restore", hand.project, "--", f"{text}.gif", code=1, lines=0)
    hand.run("restore", hand.project, "--all", lines=1)
    hand.run_json("restore", hand.project, "--all")


def relocate(hand: Hand) -> None:
    for text in HOSTILE.values():
        hand.run("relocate", hand.project, "--", text, hand.folder, code=1, lines=0)
    gone = hand.scratch / "\x1b[2J\nforged"
    hand.run("relocate", hand.project, hand.folder, gone, code=1, lines=2)
    hand.run_json("relocate", hand.project, hand.folder, hand.folder)


def set_(hand: Hand) -> None:
    first = f"{HOSTILE['clears']}.jpg"
    for text in HOSTILE.values():
        hand.run("set", hand.project, "--subject", "A", "--", f"{text}.gif", code=1, lines=0)
        table = hand.scratch / "t\x1b[2J\nforged.csv"
        table.write_text(f"image,subject\n{text!a},A\n", "utf-8")
        hand.run("set", hand.project, "--csv", table, code=1, lines=0)
    for kind in ("clears", "forges", "turns", "separates", "c1"):
        hand.run("set", hand.project, f"--source=x{HOSTILE[kind]}x", "--", first, code=1, lines=0)
    hand.run("set", hand.project, "--source", HOSTILE["markup"], "--", first, lines=1)
    hand.run_json("set", hand.project, "--source", HOSTILE["rich"], "--", first)


def facts(hand: Hand) -> None:
    table = hand.scratch / "t\x1b[2J\nforged.csv"
    hand.run("facts", hand.project, "--csv", table, lines=1)
    hand.run("set", hand.project, "--csv", table, lines=1)
    hand.run_json("facts", hand.project)
    hand.run("facts", hand.project, "--csv", hand.scratch / "no\n" / "x", code=1, lines=0)


def listed(hand: Hand) -> None:
    """Enter a release of a hostile folder that holds all photographs into the ledger."""
    with Project.open(hand.project) as project:
        samples = project.samples.summaries()
        entries = [ReleaseEntry(each.id, each.image_id, None, "0" * 16) for each in samples]
        folder = hand.scratch / "r\x1b[2J\nforged"
        new = NewRelease("[red]no", "1.0.0", folder, "a" * 64, "npz", 1, entries)
        project.releases.add(new, by="Rae")


def revoke(hand: Hand) -> None:
    listed(hand)
    for text in PEOPLE.values():
        hand.run("revoke", hand.project, "--why", "x", "--", f"{text}.gif", code=1, lines=0)
    first = f"{HOSTILE['forges']}.jpg"
    hand.run("revoke", hand.project, f"--why=x{HOSTILE['forges']}", "--", first, code=1, lines=0)
    hand.run("revoke", hand.project, "--why", HOSTILE["markup"], "--", first, lines=3)
    hand.run("revoke", hand.project, "--undo", "--", first, lines=1)
    hand.run_json("revoke", hand.project, "--why", HOSTILE["rich"], "--", first)


def withdraw(hand: Hand) -> None:
    listed(hand)
    for text in PEOPLE.values():
        hand.run("withdraw", hand.project, "--why=x", "--yes", "--", text, code=1, lines=0)
        hand.run("withdraw", hand.project, "--why=x", f"--image={text}.gif", code=1, lines=0)
    hand.run("withdraw", hand.project, "--why=x", f"--image={HOSTILE['clears']}.jpg", "--yes")
    hand.run("withdraw", hand.project, "[red]no", "--why=x", "--yes", lines=2)
    hand.run_json("withdraw", hand.project, "[red]no@1.0.0", "--why=x", "--yes")


def released(hand: Hand) -> str:
    """Release what is accepted, of a hostile folder; return what it is called."""
    folder = hand.scratch / "made\x1b[2J\nforged"
    hand.run("release", hand.project, "faces", "--into", folder, "--images=none")
    return "faces@1.0.0"


def release_make(hand: Hand) -> None:
    for text in HOSTILE.values():
        for option in ("--version", "--shares", "--require"):
            given = ("release", hand.project, "faces", f"{option}={text}")
            hand.run(*given, code=1, lines=0)
        hand.run("release", hand.project, "faces", f"--format={text}", code=2, lines=0)
        hand.run("release", "make", "--", hand.project, text, code=1, lines=0)
        hand.run("release", "--", f"nowhere{text}", "faces", code=1, lines=0)
    hand.run_json("release make", hand.project, "faces", "--dry-run")
    released(hand)
    words = [f"--{what}={HOSTILE['forges']}" for what in ("title", "description", "licence")]
    folder = hand.scratch / "json\n\x1b[2J"
    hand.run_json("release make", hand.project, "other", "--into", folder, *words)
    hand.run("release", hand.project, "faces", "--into", folder, code=1, lines=0)


def release_list(hand: Hand) -> None:
    listed(hand)
    with Project.open(hand.project) as project:
        project.releases.withdraw(project.releases.all()[0].id, HOSTILE["markup"], by="Rae")
    hand.run("release", "list", hand.project, lines=2)
    hand.run_json("release list", hand.project)


def release_show(hand: Hand) -> None:
    listed(hand)
    hand.run("release", "show", hand.project, "[red]no@1.0.0", lines=7)
    hand.run_json("release show", hand.project, "[red]no")
    for text in HOSTILE.values():
        hand.run("release", "show", hand.project, "--", f"no{text}", code=1, lines=0)
        hand.run("release", "show", hand.project, "--", f"[red]no@{text}", code=1, lines=0)


def release_diff(hand: Hand) -> None:
    name = released(hand)
    folder = hand.scratch / "made\x1b[2J\nforged"
    hand.run("release", "diff", folder, folder, lines=1)
    hand.run("release", "diff", name, name, "--project", hand.project, lines=1)
    hand.run_json("release diff", folder, folder)
    hand.run("release", "diff", folder, folder, "--csv")
    for text in HOSTILE.values():
        hand.run("release", "diff", "--", folder, f"no{text}", code=1, lines=0)
        given = ("release", "diff", f"--project={hand.project}", "--", name, f"no@{text}")
        hand.run(*given, code=1, lines=0)


def release_verify(hand: Hand) -> None:
    released(hand)
    folder = hand.scratch / "made\x1b[2J\nforged"
    hand.run("release", "verify", folder)
    hand.run_json("release verify", folder)
    for text in HOSTILE.values():
        hand.run("release", "verify", "--", f"no{text}", code=1, lines=0)
    (folder / "samples.parquet").write_bytes(b"\x1b[2J")
    hand.run("release", "verify", folder, code=1, lines=0)


def release_withdraw(hand: Hand) -> None:
    name = released(hand)
    for text in HOSTILE.values():
        given = ("release", "withdraw", hand.project, "--why=x", "--yes", "--", f"no{text}")
        hand.run(*given, code=1, lines=0)
    for kind in ("clears", "forges", "turns", "separates", "c1"):
        given = ("release", "withdraw", hand.project, f"--why=x{HOSTILE[kind]}x", name)
        hand.run(*given, code=1, lines=0)
    hand.run_json("release withdraw", hand.project, name, "--why", HOSTILE["rich"], "--yes")
    hand.run("release", "list", hand.project, lines=2)


def release_splits_show(hand: Hand) -> None:
    hand.run("release", "splits", "show", hand.project, lines=1)
    hand.run("release", "splits", "fix", hand.project, "test", f"{HOSTILE['clears']}.jpg")
    hand.run("release", "splits", "show", hand.project, lines=2)
    hand.run_json("release splits show", hand.project)
    code, out, _ = hand.command("release", "splits", "show", hand.project, "--csv")
    assert (code, out.startswith("image,path,split")) == (0, True)


def release_splits_fix(hand: Hand) -> None:
    for text in HOSTILE.values():
        given = ("release", "splits", "fix", hand.project, "--")
        hand.run(*given, "test", f"{text}.gif", code=1, lines=0)
        hand.run(*given, text, f"{HOSTILE['clears']}.jpg", code=2, lines=0)
    hand.run_json("release splits fix", hand.project, "test", f"{HOSTILE['forges']}.jpg")


def release_splits_unfix(hand: Hand) -> None:
    for text in HOSTILE.values():
        given = ("release", "splits", "unfix", hand.project, "--", f"{text}.gif")
        hand.run(*given, code=1, lines=0)
    hand.run("release", "splits", "fix", hand.project, "test", f"{HOSTILE['forges']}.jpg")
    hand.run_json("release splits unfix", hand.project, f"{HOSTILE['forges']}.jpg")


def import_(hand: Hand) -> None:
    folder, fresh = hand.scratch / "r\x1b[2J\nforged", hand.scratch / "fresh\x1b[2J\n"
    hand.run("export", hand.project, folder, "--format", "npz", "--metadata=keep")
    hand.run("new", fresh)
    hand.run("import", fresh, folder, "--dry-run")
    found = ("--photographs", hand.folder)
    hand.run("import", fresh, folder, *found, code=1)
    hand.run("import", fresh, folder, *found, "--yes")
    with Project.open(fresh) as project:
        names = {
            project.reviews.newest(summary.id).reviewer for summary in project.samples.summaries()
        }
    assert "failed: forged" in names  # as anybody can be called
    hand.run("import", fresh, folder, "--as=predictions", "--dry-run")
    hand.run_json("import", hand.project, folder)
    for text in HOSTILE.values():
        given = ("import", hand.project, folder)
        hand.run(*given, f"--format={text}", code=2, lines=0)
        hand.run(*given, f"--as={text}", code=2, lines=0)
        hand.run(*given, f"--key=no{text}", code=1, lines=0)
        hand.run(*given, f"--photographs=no{text}", code=2, lines=0)
        hand.run("import", "--", hand.project, f"no{text}", code=1, lines=0)


def merge(hand: Hand) -> None:
    fresh = hand.scratch / "fresh\x1b[2J\n"
    hand.run("new", fresh)
    hand.run("merge", fresh, hand.project, "--dry-run")
    hand.run("merge", fresh, hand.project, code=1)
    hand.run("merge", fresh, hand.project, "--yes")
    hand.run_json("merge", hand.project, fresh, "--dry-run")
    for text in HOSTILE.values():
        hand.run("merge", "--", fresh, f"no{text}", code=1, lines=0)
        hand.run("merge", hand.project, fresh, f"--prefer={text}", code=2, lines=0)


def export(hand: Hand) -> None:
    for name in ("npz", "csv", "coco"):
        hand.run("export", hand.project, hand.scratch / f"{name}\x1b[2J\nforged", "--format", name)
    hand.run_json("export", hand.project, hand.scratch / "json\n", "--format", "csv")
    hand.run("export", hand.project, hand.scratch / "json\n", "--format", "csv", code=1, lines=0)
    for text in HOSTILE.values():
        hand.run("export", hand.project, hand.scratch / "x", f"--format={text}", code=2, lines=0)


def learn(hand: Hand) -> None:
    hand.run("learn", hand.project, code=1, lines=0)


def check(hand: Hand) -> None:
    hand.run("check", hand.project, lines=1)
    with closing(sqlite3.connect(hand.project / "project.sqlite")) as rows, rows:
        rows.execute("UPDATE annotations SET landmarks = zeroblob(5616)")
    out = hand.run("check", hand.project, code=1)
    damaged = [line for line in out.splitlines() if line.startswith("damaged: ")]
    assert len(damaged) == out.count("\n") - 1 == len(HOSTILE)
    hand.run_json("check", hand.project, code=1)
    hand.run("check", hand.project, "--photographs", code=1)


def backup(hand: Hand) -> None:
    for number, text in enumerate(PEOPLE.values()):
        (hand.scratch / str(number)).mkdir()
        hand.run(
            "backup", hand.project, hand.scratch / str(number) / f"b{text[:40]}".replace("/", "_")
        )
    hand.run("backup", hand.project, hand.scratch / "no\x1b[2J" / "x\nforged", code=1, lines=0)
    hand.run_json("backup", hand.project, hand.scratch / "json\n\x1b[2J")
    hand.run("restore", hand.scratch / "back\n", hand.scratch / "json\n\x1b[2J")


def verify(hand: Hand) -> None:
    folder = hand.scratch / "r\x1b[2J\nforged"
    hand.run("export", hand.project, folder, "--format", "npz")
    hand.run("verify", folder)
    hand.run_json("verify", folder)
    hand.run("verify", folder, "--key", hand.scratch / "\x1b[2Jnone", code=1, lines=0)
    (folder / "samples.parquet").write_bytes(b"\x1b[2J")
    hand.run("verify", folder, code=1, lines=0)


def train(hand: Hand) -> None:
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    release, out = hand.scratch / "r\x1b[2J\nforged", hand.scratch / "o\x1b[2J\nforged"
    hand.run("export", hand.project, release, "--format", "npz")
    hand.run("train", release, "--out", out, "--steps", "0")
    hand.run("train", release, "--out", out, "--steps", "0", code=1, lines=0)
    hand.run_json("train", release, "--out", hand.scratch / "json\n", "--steps", "0")
    for text in PEOPLE.values():
        hand.run("train", release, "--out", hand.scratch / "x", "--set", text, code=1, lines=0)
        hand.run("train", hand.scratch / text[:40], "--out", hand.scratch / "x", code=1, lines=0)


def round_start(hand: Hand) -> None:
    hand.run("round", "start", hand.project, lines=1)
    fresh = hand.scratch / "fresh\x1b[2J\n"
    hand.run("new", fresh)
    for text in PEOPLE.values():
        hand.run("round", "start", fresh, "--model", f"no{text}", code=1, lines=0)
    hand.run("round", "start", fresh, lines=1)


def round_finish(hand: Hand) -> None:
    for text in PEOPLE.values():
        hand.run("round", "finish", hand.project, "--model", f"no{text}", code=1, lines=0)
        hand.run(
            "round", "finish", hand.project, "--run", hand.scratch / text[:40], code=1, lines=0
        )


def round_list(hand: Hand) -> None:
    hand.run("round", "list", hand.project, lines=1)
    hand.run_json("round list", hand.project)


def round_show(hand: Hand) -> None:
    hand.run("round", "show", hand.project)
    hand.run_json("round show", hand.project)


def evaluate(hand: Hand) -> None:
    release = hand.scratch / "r\x1b[2J\nforged"
    hand.run("export", hand.project, release, "--format", "npz")
    hand.run("evaluate", "face_landmark", release, "--out", hand.scratch / "e\x1b[2J\n", lines=3)
    hand.run_json("evaluate", "face_landmark", release)
    hand.run("evaluate", "no\x1b[2J\nnet", release, code=1, lines=0)


def compare(hand: Hand) -> None:
    release = hand.scratch / "r\x1b[2J\nforged"
    hand.run("export", hand.project, release, "--format", "npz")
    hand.run("compare", "face_landmark", "face_landmark", release, code=3, lines=5)
    hand.run_json("compare", "face_landmark", "face_landmark", release, code=3)
    hand.run("compare", "face_landmark", "no\x1b[2J\nnet", release, code=4, lines=0)


def report_(hand: Hand) -> None:
    hand.run("report", hand.project, hand.scratch / "r\x1b[2J\nforged.html", lines=1)
    values = hand.run_json("report", hand.project, hand.scratch / "json.html")
    assert {"\nfailed: forged", "\u202egpj.exe"} <= {row["person"] for row in values["people"]}
    page = (hand.scratch / "json.html").read_text("utf-8")
    assert not {"\x1b", "\u202e", "\x9b"} & set(page)
    assert "<h1>big" not in page
    for text in HOSTILE.values():
        hand.run("report", hand.project, "--", text, code=2, lines=0)
        hand.run("report", hand.project, hand.scratch / "no" / f"{text}.html", code=1, lines=0)


def asked(hand: Hand) -> list[int]:
    """Ask people of hostile names about some faces; return the samples that the opinions are."""
    people = ",".join(checked_name(text) for text in PEOPLE.values() if is_name(text))
    done = hand.run_json("agreement assign", hand.project, f"--annotators={people}", "--share", "1")
    return done["opinions"]


def is_name(text: str) -> bool:
    """Return whether anybody could be called so."""
    with suppress(ValueError):
        return bool(checked_name(text)) and "," not in text
    return False


def agreement_assign(hand: Hand) -> None:
    assert asked(hand)
    for text in PEOPLE.values():
        code = 0 if is_name(text) else 2
        hand.run(
            "agreement", "assign", hand.project, f"--annotators=ann,{text}", "--share", "0",
            code=code,
        )  # fmt: skip


def agreement_honeypots(hand: Hand) -> None:
    given = hand.run("agreement", "honeypots", hand.project, "--count", "2", "--annotators=ann")
    assert given.startswith("2 faces")
    for text in PEOPLE.values():
        hand.run("agreement", "honeypots", hand.project, "--", f"no{text}", code=1, lines=0)


def agreement_show(hand: Hand) -> None:
    hand.run("agreement", "show", hand.project, lines=1)
    give_opinions(hand)
    hand.run("agreement", "show", hand.project)
    hand.run_json("agreement show", hand.project)
    for table in ("pairs", "regions", "opinions", "honeypots"):
        code, out, _ = hand.command("agreement", "show", hand.project, "--csv", "--table", table)
        assert (code, out.startswith("sample_id")) == (0, True)


def give_opinions(hand: Hand) -> None:
    """Have each of those who were asked say that the prediction is right."""
    asked(hand)
    with Project.open(hand.project) as project:
        for one in project.opinions.all():
            project.reviews.give(Verdict.SUBMIT, [one.sample_id], reviewer=one.annotator)


def agreement_consensus(hand: Hand) -> None:
    give_opinions(hand)
    hand.run("agreement", "consensus", hand.project)
    hand.run_json("agreement consensus", hand.project)


def agreement_withdraw(hand: Hand) -> None:
    asked(hand)
    for text in PEOPLE.values():
        code = 0 if is_name(text) else 2
        hand.run("agreement", "withdraw", hand.project, f"--annotators={text}", code=code)


def clips(hand: Hand) -> None:
    hand.run("clips", hand.project, lines=1)
    film_all(hand)
    hand.run("clips", hand.project, lines=1 + len(HOSTILE))
    told = hand.run_json("clips", hand.project)["clips"]
    assert len(told) == len(HOSTILE)
    for text in HOSTILE.values():
        name = text.replace("/", "_")
        hand.run("clips", hand.project, "--", f"{name}.mkv", lines=1)
        hand.run("clips", hand.project, "--", f"{text}.gif", code=1, lines=0)


def film_all(hand: Hand) -> None:
    """Add clips of all names."""
    for number, text in enumerate(HOSTILE.values()):
        grey = [np.full((48, 64, 3), 60 + number + at, np.uint8) for at in range(2)]
        write_clip(hand.scratch / "film.mkv", grey)
        (hand.scratch / "film.mkv").rename(hand.scratch / f"{text.replace('/', '_')}.mkv")
    hand.run("add", hand.project, hand.scratch, lines=1)


def frames(hand: Hand) -> None:
    film_all(hand)
    hand.run("predict", hand.project, QUICK)
    for text in HOSTILE.values():
        hand.run("frames", hand.project, "--every=2", "--", f"{text}.mkv", code=1, lines=0)
        hand.run("frames", hand.project, "1", f"--every={text}", code=2, lines=0)


def propagate(hand: Hand) -> None:
    film_all(hand)
    for text in HOSTILE.values():
        hand.run("propagate", hand.project, "--", f"{text}.mkv", code=1, lines=0)
        hand.run("propagate", hand.project, "1", f"--track={text}", code=2, lines=0)


def live(hand: Hand) -> None:
    film = hand.scratch / "\x1b[2J\nforged.mkv"
    write_clip(film, [np.full((48, 64, 3), shade, np.uint8) for shade in (40, 80)])
    hand.run("live", "--headless", "--frames=2", "--video", film, f"--project={hand.project}")
    for text in HOSTILE.values():
        hand.run("live", "--headless", f"--video={text}.mkv", code=1, lines=0)
        hand.run("live", "--headless", f"--video={film}", f"--record={text}", code=2, lines=0)
        hand.run("live", "--headless", f"--video={film}", f"--filter={text}", code=2, lines=0)


def add_guides(hand: Hand) -> None:
    """Give every face a guide of a hostile origin."""
    points = np.full((68, 3), np.nan, np.float32)
    points[:5, :2] = 20.0
    with Project.open(hand.project) as project:
        ids = [summary.id for summary in project.samples.summaries()]
        for number, sample_id in enumerate(ids):
            origin = list(HOSTILE.values())[number % len(HOSTILE)]
            project.guides.add(sample_id, NewGuide("ibug_68", points, origin=origin))


def guides_list(hand: Hand) -> None:
    hand.run("guides", "list", hand.project, lines=1)
    add_guides(hand)
    hand.run("guides", "list", hand.project)
    hand.run_json("guides list", hand.project)
    for text in HOSTILE.values():
        hand.run("guides", "list", hand.project, "--", f"no{text}", code=1, lines=0)


def guides_fit(hand: Hand) -> None:
    add_guides(hand)
    for text in PEOPLE.values():
        code = 2
        with suppress(ValueError):
            code = 0 if checked_name(text) else 2
        hand.run("guides", "fit", hand.project, "--all", f"--annotator={text}", code=code)
    for text in HOSTILE.values():
        hand.run("guides", "fit", hand.project, "--", f"no{text}", code=1, lines=0)


def guides_remove(hand: Hand) -> None:
    add_guides(hand)
    for text in HOSTILE.values():
        hand.run("guides", "remove", hand.project, "--", f"1{text}", code=2, lines=0)
    hand.run("guides", "remove", hand.project, "1", lines=1)


CASES: dict[str, Case] = {
    "guides list": guides_list,
    "guides fit": guides_fit,
    "guides remove": guides_remove,
    "live": live,
    "clips": clips,
    "frames": frames,
    "propagate": propagate,
    "new": new,
    "add": add,
    "predict": predict,
    "assess": assess,
    "triage": triage,
    "landmarks": landmarks,
    "status": status,
    "check": check,
    "list": list_,
    "review": review,
    "settings": settings,
    "audit": audit,
    "history": history,
    "sampling draw": sampling_draw,
    "sampling show": sampling_show,
    "remove": remove,
    "restore": restore,
    "relocate": relocate,
    "set": set_,
    "facts": facts,
    "revoke": revoke,
    "withdraw": withdraw,
    "release make": release_make,
    "release list": release_list,
    "release show": release_show,
    "release diff": release_diff,
    "release verify": release_verify,
    "release withdraw": release_withdraw,
    "release splits show": release_splits_show,
    "release splits fix": release_splits_fix,
    "release splits unfix": release_splits_unfix,
    "import": import_,
    "merge": merge,
    "export": export,
    "learn": learn,
    "backup": backup,
    "verify": verify,
    "train": train,
    "evaluate": evaluate,
    "round start": round_start,
    "round finish": round_finish,
    "round list": round_list,
    "round show": round_show,
    "compare": compare,
    "report": report_,
    "agreement assign": agreement_assign,
    "agreement honeypots": agreement_honeypots,
    "agreement show": agreement_show,
    "agreement consensus": agreement_consensus,
    "agreement withdraw": agreement_withdraw,
}


def test_every_command_has_its_case():
    assert set(CASES) | NEEDS_A_WINDOW == COMMANDS


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", CASES)
def test_hostile_names_do_nothing_to_the_terminal(name, hand, monkeypatch):
    monkeypatch.setenv("LOGNAME", ENVIRONMENT_NAME)
    CASES[name](hand)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_no_command_knows_is_refused_in_one_harmless_line(command, name, assert_one_line):
    for text in HOSTILE.values():
        for arguments in (
            [*name.split(), f"--x{text}"],
            [f"x{text}"],
            [*name.split(), "p", "q", "r", "s", f"x{text}"],
        ):
            code, out, err = command(*arguments)
            assert_harmless(err)
            assert (code in {1, 2}, out) == (True, "")
            assert_one_line(err)


def test_a_project_of_a_hostile_name_that_is_not_there_is_one_line(command, assert_one_line):
    for text in HOSTILE.values():
        for name in ("status", "list", "predict", "learn", "open"):
            code, out, err = command(name, "--", f"nowhere{text}")
            assert (code, out) == (1, "")
            assert_harmless(err)
            assert_one_line(err)


def test_values_for_programs_hold_the_names_as_they_are(command, hostile):
    code, out, _ = command("list", hostile, "--csv")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert code == 0
    assert f"{HOSTILE['clears']}.jpg" in {row["photograph"] for row in rows}
