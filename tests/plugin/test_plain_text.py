"""Text that is not ours becomes a widget's in one module, which shows it as it is."""

import ast
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QMenu, QMessageBox, QPushButton

import annotator.plugin
from annotator.plugin.canvas import napari_notes, plain_text

PLUGIN = Path(annotator.plugin.__file__).parent
HELPERS = {PLUGIN / "canvas" / name for name in ("plain_text.py", "napari_notes.py")}
LABELS = {"PlainLabel", "MarkupLabel"}

# Calls whose text Qt may take for markup, for a key or for a line break: which argument it is.
SHOWING = {
    "setText": 0, "setToolTip": 0, "setStatusTip": 0, "setWhatsThis": 0, "setWindowTitle": 0,
    "setTitle": 0, "setInformativeText": 0, "setDetailedText": 0, "setPlaceholderText": 0,
    "setTabText": 1, "setItemText": 1, "setLabelText": 0, "setHtml": 0, "setFormat": 0,
    "showMessage": 0, "showText": 1, "addAction": 0, "addMenu": 0, "addItems": 0, "addItem": 0,
    "addButton": 0, "insertItem": 1, "question": 2, "warning": 2, "information": 2, "critical": 2,
    "show_warning": 0, "show_info": 0, "show_error": 0, "show_debug": 0, "QLabel": 0,
    "QPushButton": 0, "QToolButton": 0, "QCheckBox": 0, "QRadioButton": 0, "QGroupBox": 0,
    "QMenu": 0, "QAction": 0, "QListWidgetItem": 0, "QMessageBox": 2, "QDockWidget": 0,
    "QProgressDialog": 0, "Label": 0,
}  # fmt: skip
# What makes a text fit to be shown, and what makes the parts of a toolkit that are no text.
MADE_FIT = {"plain", "one_line", "quoted", "rich", "without_mnemonic", "count", "list_item"}
NEVER = {"QLabel", "question", "warning", "information", "critical"}
# Words of our own, which a tuple or an enumeration holds.
OURS = {
    ("view_panel.py", "choice.value[0].upper() + choice.value[1:]"),
    ("shown_choices.py", "text"),
}
OURS |= {
    ("shown_choices.py", "f'By {key.value}'"),
    ("shown_choices.py", "among.value"),
    ("edit_panel.py", "title + _DOT if is_unusual else title"),
}


def is_ours(node: ast.expr) -> bool:
    """Return whether a text is written here, or made fit to be shown."""
    match node:
        case ast.Constant():
            ours = True
        case ast.JoinedStr(parts):
            ours = all(map(is_ours, parts))
        case ast.FormattedValue(part) | ast.Subscript(part):
            ours = is_ours(part)
        case ast.IfExp(_, one, other):
            ours = is_ours(one) and is_ours(other)
        case ast.Name(name):
            ours = bool(re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name))  # a constant
        case ast.Call(function):
            ours = ast.unparse(function) in MADE_FIT
        case _:
            ours = False
    return ours


def labels_of(tree: ast.Module) -> set[ast.Call]:
    """Return the calls of `setText` with which labels of ours show something."""
    plain_ones: dict[str, ast.ClassDef] = {}
    found: set[ast.Call] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and LABELS & {ast.unparse(base) for base in node.bases}:
            plain_ones[node.name] = node
            found |= {one for one in ast.walk(node) if _is_on(one, "self")}
    made = {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target, value in _pairs(node)
        if isinstance(value, ast.Call) and ast.unparse(value.func) in {"PlainLabel", *plain_ones}
    }
    return found | {one for one in ast.walk(tree) if any(_is_on(one, name) for name in made)}


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def _is_on(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == f"{name}.setText"


def complaints(path: Path, source: str) -> Iterator[str]:
    """Yield where a source hands Qt a text that is not ours past the one module."""
    tree = ast.parse(source)
    by_labels = labels_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "QLabel" in map(ast.unparse, node.bases):
            yield f"{path.name}:{node.lineno} makes a label of its own: derive it from PlainLabel"
        if not isinstance(node, ast.Call) or node in by_labels:
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in NEVER and not ast.unparse(node.func).startswith("self."):
            yield f"{path.name}:{node.lineno} calls {called}: use canvas/plain_text.py"
        place = SHOWING.get(called)
        if place is None or len(node.args) <= place:
            continue
        text = node.args[place]
        is_known = is_ours(text) or (path.name, ast.unparse(text)) in OURS
        if not is_known and not _is_no_text(text):
            shown = f"{path.name}:{node.lineno} {called}({ast.unparse(text)})"
            yield f"{shown}: use canvas/plain_text.py"


def _is_no_text(node: ast.expr) -> bool:
    """Return whether an argument is a parent, a menu or an item, which have names like these."""
    return ast.unparse(node) in {"self", "parent", "self._recent_menu", "item", "button"}


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.py")), ids=lambda path: path.stem)
def test_foreign_text_becomes_a_widgets_in_one_module(path):
    if path not in HELPERS:
        assert list(complaints(path, path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "label = QLabel('ours')",
        "class Own(QLabel): pass",
        "widget.setToolTip(name)",
        "button.setText(f'Open {name}')",
        "self.setText(name)",
        "box.setInformativeText(str(error))",
        "QMessageBox.warning(self, 'Ours', str(error))",
        "menu.addAction(name, callback)",
        "show_warning(sentence)",
        "QPushButton(title)",
    ],
)
def test_the_walk_sees_what_goes_past_it(line):
    assert list(complaints(Path("any.py"), line))


@pytest.mark.parametrize(
    "line",
    [
        "button.setText('Open')",
        "button.setText(without_mnemonic(name))",
        "class Own(PlainLabel):\n    def say(self, name): self.setText(name)",
        "self.one = PlainLabel()\nself.one.setText(name)",
        "box.setText(_TEXTS[key])",
    ],
)
def test_the_walk_lets_our_words_pass(line):
    assert list(complaints(Path("any.py"), line)) == []


HOSTILE = ["<h1>big</h1>", "&lt;b&gt;", "<img src=x>", "a\nb\x1b[2J\u202e", "R&D", "x" * 300]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_a_button_a_menu_and_a_box_show_any_text_as_it_is(qtbot, text):
    label, menu = plain_text.PlainLabel(text), QMenu()
    qtbot.addWidget(label)
    qtbot.addWidget(menu)
    shown = text.replace("\n", " ").replace("\x1b", r"\x1b").replace("\u202e", r"\u202e")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text().replace("\u200b", "") == shown
    button, entry = plain_text.named_button(text), plain_text.add_entry(menu, text)
    qtbot.addWidget(button)
    assert button.text().replace("&&", "&") == entry.text().replace("&&", "&") == shown
    plain_text.explain(label, text, "ours")
    assert Qt.mightBeRichText(label.toolTip())
    assert "<h1>" not in label.toolTip()
    assert label.toolTip().count("<br>") == 1
    box = plain_text.message_box(None, text, text, [text, text])
    qtbot.addWidget(box)
    assert isinstance(box, QMessageBox)
    assert box.textFormat() == Qt.TextFormat.RichText
    said = [part for part in box.findChildren(QLabel) if part.text().startswith("<qt>")]
    assert len(said) == 2
    assert Qt.TextFormat.PlainText not in {part.textFormat() for part in said}
    assert box.text() == f"<qt>{escape(shown)}</qt>"
    assert box.informativeText().count("<br>") == 1
    assert "<img" not in box.informativeText()


def test_a_word_that_no_line_holds_is_broken(qtbot):
    label = plain_text.PlainLabel(f"{'x' * 300} and /a/{'path/' * 60}")
    qtbot.addWidget(label)
    label.setWordWrap(True)
    assert label.minimumSizeHint().width() < 50 * label.fontMetrics().averageCharWidth()
    assert "path/path/" in label.text()


def test_nothing_that_napari_is_told_looks_like_markup(qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(napari_notes, "show_warning", told.append)
    for text in [*HOSTILE, "&lt;&amp;<b>", "<!-- ", "a < b & c"]:
        shown = napari_notes.notify(text)
        assert told[-1] == shown
        assert not Qt.mightBeRichText(shown)
    assert told[-1] == "a < b & c"


def test_a_label_by_itself_guesses(qtbot):
    """What all of this is for."""
    label = QLabel("<h1>big</h1>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.AutoText
    assert Qt.mightBeRichText(label.text())
    assert QPushButton("R&D").text() == "R&D"
