"""The photograph's light: what the shader computes, and the drag that sets it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.workbench.look.light import Light, LightDrag

LEVELS = np.linspace(0, 1, 11)


def test_by_default_a_photograph_is_shown_as_it_is() -> None:
    assert Light().is_neutral
    assert_allclose(Light().applied_to(LEVELS), LEVELS)


def test_brightness_is_added_and_white_stays_white() -> None:
    assert_allclose(Light(brightness=0.25).applied_to([0, 0.5, 0.9]), [0.25, 0.75, 1])
    assert_allclose(Light(brightness=-0.25).applied_to([0, 0.5, 0.9]), [0, 0.25, 0.65])


def test_contrast_spreads_levels_from_the_middle() -> None:
    assert_allclose(Light(contrast=2).applied_to([0, 0.4, 0.5, 0.6, 1]), [0, 0.3, 0.5, 0.7, 1])


def test_gamma_above_one_lightens_shadows_and_keeps_the_ends() -> None:
    shown = Light(gamma=2).applied_to(LEVELS)
    assert_allclose(shown, np.sqrt(LEVELS))
    assert (np.diff(shown) > 0).all()


@pytest.mark.parametrize(
    "settings", [{"brightness": 1.01}, {"contrast": 0.2}, {"contrast": 5}, {"gamma": 0}]
)
def test_a_light_out_of_range_is_refused(settings) -> None:
    with pytest.raises(ValueError, match="but got"):
        Light(**settings)


def test_a_drag_to_the_right_is_contrast_and_a_drag_up_brightness() -> None:
    drag = LightDrag(Light(), (200.0, 200.0))
    right, up = drag.light_at((280, 200)), drag.light_at((200, 120))
    assert right.contrast > 1
    assert right.brightness == 0
    assert up.brightness == pytest.approx(0.2)
    assert up.contrast == 1


def test_with_shift_a_drag_up_is_gamma_and_nothing_else() -> None:
    light = LightDrag(Light(brightness=0.1), (200.0, 200.0)).light_at((300, 120), with_shift=True)
    assert light.gamma > 1
    assert light == Light(brightness=0.1, gamma=light.gamma)


def test_a_drag_back_to_where_it_began_changes_nothing() -> None:
    before = Light(0.3, 2.0, 0.7)
    assert LightDrag(before, (10, 10)).light_at((10, 10)) == before


def test_however_far_the_drag_the_light_stays_in_range() -> None:
    drag = LightDrag(Light(), (0, 0))
    assert drag.light_at((9000, -9000)) == Light(1.0, 4.0, 1.0)
    assert drag.light_at((-9000, 9000)) == Light(-1.0, 0.25, 1.0)
    assert drag.light_at((0, -9000), with_shift=True).gamma == 4
