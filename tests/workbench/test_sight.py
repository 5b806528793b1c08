"""What is said where the mesh is not visible over its photograph."""

from dataclasses import fields, replace

import pytest

from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.sight import Sight, why_unseen

SEEN = Sight()
OBSTACLES = [
    ("has_layers", False, "photograph is not in the view"),
    ("lies_flat", False, "do not lie on each other"),
    ("photograph_is_shown", False, "photograph is hidden: press V"),
    ("photograph_opacity", 0.05, "photograph is transparent: press V"),
    ("covered_by", "scan", '"scan" covers the face'),
    ("mesh_is_shown", False, "mesh is hidden: press V"),
    ("shows_prediction", True, "Let go of its key"),
    ("has_vertices", False, "Every part of the face is hidden"),
    ("mesh_opacity", 0.0, "mesh is transparent"),
    ("is_in_frame", False, "outside the view: press C"),
    ("is_drawn", False, "under the brush only: press Shift+V"),
]


def test_what_is_visible_is_acted_on_and_judged() -> None:
    assert not why_unseen(SEEN)
    assert not why_unseen(SEEN, for_verdict=True)


@pytest.mark.parametrize(("attribute", "value", "said"), OBSTACLES)
def test_each_obstacle_is_told_with_what_to_do(attribute: str, value: object, said: str) -> None:
    sight = replace(SEEN, **{attribute: value})
    assert said in why_unseen(sight, for_verdict=True)


def test_every_attribute_is_an_obstacle_or_names_the_keys() -> None:
    assert {field.name for field in fields(Sight)} == {name for name, *_ in OBSTACLES} | {"keys"}


def test_tools_act_where_the_mesh_is_drawn_under_the_brush_only() -> None:
    assert not why_unseen(replace(SEEN, is_drawn=False))


def test_in_a_photograph_without_a_face_only_the_photograph_has_to_be_seen() -> None:
    assert not why_unseen(replace(SEEN, mesh_is_shown=False, is_in_frame=False), has_face=False)
    assert why_unseen(replace(SEEN, photograph_is_shown=False), has_face=False)


def test_the_keys_that_are_named_are_those_in_effect() -> None:
    hidden = replace(SEEN, mesh_is_shown=False)
    assert "press F3 to show it" in why_unseen(
        replace(hidden, keys=KeyBindings({"toggle_mesh": ("F3",)}))
    )
    without = why_unseen(replace(hidden, keys=KeyBindings({"toggle_mesh": ()})))
    assert without == "The mesh is hidden. Show it first."
    assert DEFAULT_BINDINGS.text("toggle_mesh") == "V"
