"""How keys are written, and which are in effect."""

import pytest

from annotator.workbench import key_names, keys
from annotator.workbench.key_names import (
    UnknownKeyError,
    bound_key,
    key_text,
    parse_key,
    parse_keys,
)
from annotator.workbench.keys import (
    DEFAULT_BINDINGS,
    SHORTCUTS,
    KeyBindings,
    chosen_bindings,
    keys_of,
)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("d", "D"),
        (" ctrl+shift+z ", "Mod-Shift-Z"),
        ("Shift-Mod-Z", "Mod-Shift-Z"),
        ("esc", "Escape"),
        ("return", "Enter"),
        ("f11", "F11"),
        ("-", "Minus"),
        ("ctrl+comma", "Mod-Comma"),
        ("alt-[", "Alt-["),
        ("Shift-Up", "Shift-Up"),
    ],
)
def test_keys_can_be_written_as_people_write_them(written: str, key: str) -> None:
    assert parse_key(written) == key


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Foo", "no key"),
        ("ä", "no key"),
        ("Mod-", "no key"),
        ("Shift", "by itself"),
        ("Shift-1", "sign that Shift makes"),
        ("D-Shift", "D stands where"),
        ("D,,A", "Comma"),
    ],
)
def test_what_is_no_key_is_refused_in_words(written: str, why: str) -> None:
    with pytest.raises(UnknownKeyError, match=why):
        parse_keys(written)


def test_several_keys_are_separated_by_commas_and_none_is_a_choice_too() -> None:
    assert parse_keys("Mod-Shift-Z, mod-y, Mod-Y") == ("Mod-Shift-Z", "Mod-Y")
    assert parse_keys("  ") == ()


def test_commands_go_with_cmd_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (bound_key("Mod-Shift-Z"), key_text("Mod-Z")) == ("Control-Shift-Z", "Ctrl+Z")
    monkeypatch.setattr(key_names, "_BOUND_AS", {"Mod": "Meta"})
    assert bound_key("Mod-Z") == "Meta-Z"


def test_no_two_actions_share_a_key() -> None:
    assert sum(len(shortcut.keys) for shortcut in SHORTCUTS) == len(DEFAULT_BINDINGS.all_keys())
    with pytest.raises(ValueError, match="share the key D"):
        KeyBindings({"accept": ("D",)})


def test_an_action_that_does_not_exist_is_noticed_at_once() -> None:
    with pytest.raises(KeyError):
        keys_of("fly")


def test_chosen_keys_take_the_place_of_the_tables() -> None:
    bindings, problems = chosen_bindings({"next": "F11", "redo": "mod-y", "help": ""})
    assert not problems
    assert bindings.of("next") == ("F11",)
    assert bindings.of("redo") == ("Mod-Y",)
    assert (bindings.of("help"), bindings.text("help")) == ((), "")
    assert bindings.of("previous") == ("A",)


def test_an_action_keeps_its_key_when_another_is_no_key() -> None:
    before, _ = chosen_bindings({"next": "F11"})
    after, problems = chosen_bindings({"next": "F13"}, before)
    assert after == before
    assert problems == (
        'Next sample: "F13" is no key: write it like D, F5, Space or Mod-Shift-Z. It keeps F11.',
    )


def test_an_action_keeps_its_key_when_another_action_has_it() -> None:
    bindings, problems = chosen_bindings({"next": "a"})
    assert bindings == DEFAULT_BINDINGS
    assert problems == ('Next sample: A is the key of "Previous sample" already. It keeps D.',)


def test_two_actions_can_swap_their_keys_one_after_the_other() -> None:
    half_way, problems = chosen_bindings({"next": "A"})
    assert problems
    swapped, problems = chosen_bindings({"next": "A", "previous": "D"}, half_way)
    assert not problems
    assert (swapped.of("next"), swapped.of("previous")) == (("A",), ("D",))


def test_whatever_clashes_the_result_has_no_key_twice() -> None:
    chosen = {"next": "A", "previous": "X", "send_back": "A", "exclude": "d", "frame": "Space"}
    bindings, problems = chosen_bindings(chosen)
    assert len(problems) >= 2
    bound = [key for s in SHORTCUTS for key in bindings.of(s.action)]
    assert len(bound) == len(set(bound))


def test_keys_that_clash_from_the_beginning_are_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._DEFAULT_KEYS, "next", ("A", "D"))
    bindings, problems = chosen_bindings({})
    assert len(problems) == 1
    assert (bindings.of("next"), bindings.of("previous")) == (("A", "D"), ())
