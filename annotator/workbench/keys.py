"""Every key of the plugin, in one table: what binds them and what explains them.

The table holds the keys that a new annotator finds; `KeyBindings` are those in effect, after
what the settings say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from annotator.project import Verdict
from annotator.workbench.key_names import UnknownKeyError, key_text, parse_keys
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.verdict_words import VERDICT_WORDS

_ACCEPT, _SEND_BACK, _EXCLUDE = (
    VERDICT_WORDS[verdict].entry for verdict in (Verdict.ACCEPT, Verdict.SEND_BACK, Verdict.EXCLUDE)
)


@dataclass(frozen=True)
class Shortcut:
    """One action and the keys that start it, as `annotator.workbench.key_names` writes them.

    Attributes
    ----------
    holds : bool
        Whether the action lasts while the key is held: it is called with True at the press and
        with False at the release. Others are called without an argument, at the press.
    repeats : bool
        Whether a key that is held starts the action again and again.
    """

    action: str
    keys: tuple[str, ...]
    text: str
    group: str
    holds: bool = False
    repeats: bool = False


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("next", ("D",), "Next sample", "Samples"),
    Shortcut("previous", ("A",), "Previous sample", "Samples"),
    Shortcut("next_to_do", ("Space",), "Next sample to do", "Samples"),
    Shortcut("find", ("Mod-G",), "Jump to a sample by name", "Samples"),
    Shortcut("contact_sheet", ("Shift-S",), "Contact sheet", "Samples"),
    Shortcut("accept", ("Enter",), f"{_ACCEPT} or submit; end a line of clicks", "Review"),
    Shortcut("send_back", ("X",), _SEND_BACK, "Review"),
    Shortcut("exclude", ("E",), f"{_EXCLUDE} from the data set", "Review"),
    Shortcut("exclude_why", ("Shift-E",), f"{_EXCLUDE}, and say why", "Review"),
    Shortcut("reopen", ("R",), "Withdraw the verdict", "Review"),
    Shortcut("review", ("Shift-R",), "Review what was submitted, or end it", "Review"),
    Shortcut("differences", ("Shift-Y",), "What has moved, and how far", "Review"),
    *(Shortcut(kind, (kind.card.key,), kind.card.text, "Tools") for kind in ToolKind),
    Shortcut("smaller", ("[",), "Smaller brush", "Stroke", repeats=True),
    Shortcut("larger", ("]",), "Larger brush", "Stroke", repeats=True),
    Shortcut("radius", ("F",), "Radius by moving the mouse", "Stroke"),
    Shortcut("strength", ("Shift-F",), "Strength by moving the mouse", "Stroke"),
    Shortcut("mirror", ("M",), "Mirror Grab", "Stroke"),
    Shortcut("guard", ("Shift-G",), "Keep from folding, or not", "Stroke"),
    Shortcut("cancel", ("Escape",), "Cancel", "Stroke"),
    Shortcut("undo", ("Mod-Z",), "Undo", "Stroke"),
    Shortcut("redo", ("Mod-Shift-Z", "Mod-Y"), "Redo", "Stroke"),
    Shortcut("nudge_left", ("Left",), "Nudge left", "Nudge"),
    Shortcut("nudge_right", ("Right",), "Nudge right", "Nudge"),
    Shortcut("nudge_up", ("Up",), "Nudge up", "Nudge"),
    Shortcut("nudge_down", ("Down",), "Nudge down", "Nudge"),
    Shortcut("nudge_left_far", ("Shift-Left",), "Ten pixels left", "Nudge"),
    Shortcut("nudge_right_far", ("Shift-Right",), "Ten pixels right", "Nudge"),
    Shortcut("nudge_up_far", ("Shift-Up",), "Ten pixels up", "Nudge"),
    Shortcut("nudge_down_far", ("Shift-Down",), "Ten pixels down", "Nudge"),
    Shortcut("repredict", ("N",), "Predict again here", "Face"),
    Shortcut("repredict_in_box", ("Shift-N",), "Predict again in a box", "Face"),
    Shortcut("add_face", ("Shift-A",), "Add a face that was missed", "Face"),
    Shortcut("delete_face", ("Delete", "Shift-Backspace"), "Delete: this is no face", "Face"),
    Shortcut("pin_region", ("Shift-P",), "Pin it, or let go", "Region under the pointer"),
    Shortcut("mark_region", ("O",), "Occluded, out of frame", "Region under the pointer"),
    Shortcut("hide_region", ("Shift-H",), "Hide or show it", "Region under the pointer"),
    Shortcut("frame_region", ("Shift-C",), "Frame it", "Region under the pointer"),
    Shortcut("next_frame", (".",), "Next frame", "Video", repeats=True),
    Shortcut("previous_frame", ("Comma",), "Previous frame", "Video", repeats=True),
    Shortcut("play", ("Shift-K",), "Play or pause", "Video"),
    Shortcut("next_doubtful", ("Shift-D",), "Next doubtful frame", "Video"),
    Shortcut("next_key", ("PageDown",), "Next key frame", "Video"),
    Shortcut("previous_key", ("PageUp",), "Key frame before", "Video"),
    Shortcut("middle_frame", ("Shift-M",), "Middle between key frames", "Video"),
    Shortcut("next_track", ("Shift-T",), "Mesh of the next face", "Video"),
    Shortcut("propagate", ("Shift-I",), "Propagate corrections, or not", "Video"),
    Shortcut("strip", ("Shift-U",), "Strip of the skin held still", "Video"),
    Shortcut("frame", ("C",), "Frame the face", "View"),
    Shortcut("toggle_mesh", ("V",), "Hide or show the mesh", "View"),
    Shortcut("mesh_style", ("Shift-V",), "All edges, contours, points, brush only", "View"),
    Shortcut("ghost", ("Y",), "Ghost of the prediction", "View"),
    Shortcut("flicker", ("B",), "Hold: the prediction instead", "View", holds=True),
    Shortcut("colours", ("K",), "What colours show", "View"),
    Shortcut("turn", ("J",), "Turn the face in 3D", "View"),
    Shortcut("texture", ("U",), "Checker, make-up, nothing", "View"),
    Shortcut("reset_light", ("Shift-L",), "Photograph as it is", "View"),
    Shortcut("saved", ("Mod-S",), "Is everything saved?", "Help"),
    Shortcut("help", ("H",), "Show or hide this list", "Help"),
)

MOUSE: tuple[tuple[str, str], ...] = (
    ("Drag over the mesh", "Use the tool"),
    ("Shift+drag", "Smooth, whatever the tool"),
    ("Drag elsewhere", "Move the photograph"),
    ("Click on another face", "Go there"),
    ("Middle button, or Space or Ctrl+drag", "Move it from anywhere"),
    ("Alt+drag", "Zoom into a box"),
    ("Wheel", "Zoom"),
    ("Shift+wheel", "Brush radius"),
    ("Right button", "Brightness (up, down), contrast"),
    ("Shift+right button", "Gamma"),
)

_TEXTS = {shortcut.action: shortcut.text for shortcut in SHORTCUTS}


def _clash(keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str] | None:
    """Return two actions that have a key in common, and the key, or None."""
    for one, other in combinations(keys, 2):
        common = set(keys[one]) & set(keys[other])
        if common:
            return one, other, min(common)
    return None


@dataclass(frozen=True)
class KeyBindings:
    """Which keys start which action; by default those of the table.

    Attributes
    ----------
    changed : mapping of an action to its keys
        Where they differ from the table; an action may have no key.

    Raises
    ------
    ValueError
        If two actions have the same key.
    """

    changed: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        clash = _clash({s.action: self.of(s.action) for s in SHORTCUTS})
        if clash is not None:
            raise ValueError("{} and {} share the key {}".format(*clash))

    def of(self, action: str) -> tuple[str, ...]:
        """Return an action's keys; raises KeyError if no action has that name."""
        return self.changed[action] if action in self.changed else _DEFAULT_KEYS[action]

    def text(self, action: str) -> str:
        """Return an action's first key as people read it, or an empty text without any.

        Raises
        ------
        KeyError
            If no action has that name.
        """
        return next(map(key_text, self.of(action)), "")

    def all_keys(self) -> dict[str, str]:
        """Return the action of each key."""
        return {key: s.action for s in SHORTCUTS for key in self.of(s.action)}


_DEFAULT_KEYS = {shortcut.action: shortcut.keys for shortcut in SHORTCUTS}
DEFAULT_BINDINGS = KeyBindings({})


def keys_of(action: str) -> str:
    """Return the first key that an action has before anybody changes it, as people read it.

    Raises
    ------
    KeyError
        If no action has that name.
    """
    return DEFAULT_BINDINGS.text(action)


def chosen_bindings(
    chosen: Mapping[str, str], in_effect: KeyBindings = DEFAULT_BINDINGS
) -> tuple[KeyBindings, tuple[str, ...]]:
    """Return the keys that the settings ask for, and in sentences what cannot be had.

    An action keeps the keys that it has if what is written for it is no key, or if the key is
    another action's.

    Parameters
    ----------
    chosen : mapping of an action to a text like ``Mod-Shift-Z, Mod-Y``
        Actions that are missing have the keys of the table; those unknown are passed over.
    in_effect : KeyBindings
    """
    keys, problems = dict(_DEFAULT_KEYS), []
    for action in _DEFAULT_KEYS.keys() & chosen.keys():
        try:
            keys[action] = parse_keys(chosen[action])
        except UnknownKeyError as error:
            keys[action] = in_effect.of(action)
            problems.append(f"{_TEXTS[action]}: {error}. {_keeps(keys[action])}")
    # Each round takes something away, so that there is a last one.
    while (clash := _clash(keys)) is not None:
        one, two, key = clash
        action, other = (one, two) if keys[one] != in_effect.of(one) else (two, one)
        if keys[action] != in_effect.of(action):
            keys[action] = in_effect.of(action)
        else:
            keys[action] = tuple(k for k in keys[action] if k != key)
        problems.append(
            f'{_TEXTS[action]}: {key_text(key)} is the key of "{_TEXTS[other]}" already. '
            f"{_keeps(keys[action])}"
        )
    changed = {a: bound for a, bound in keys.items() if bound != _DEFAULT_KEYS[a]}
    return KeyBindings(changed), tuple(sorted(problems))


def _keeps(bound: tuple[str, ...]) -> str:
    keys = " and ".join(map(key_text, bound))
    return f"It keeps {keys}." if keys else "It stays without a key."
