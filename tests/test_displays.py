"""Displays of one's own: each process of tests has one."""

import os

import pytest

from tests import displays

pytestmark = pytest.mark.skipif(not displays.can_be_had(), reason="needs Xvfb")


def test_each_display_is_another_one_and_goes_in_the_end(monkeypatch):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))  # given back after the test
    one = displays.OwnDisplay()
    name = os.environ["DISPLAY"]
    other = displays.OwnDisplay()
    assert name != os.environ["DISPLAY"]
    assert "WAYLAND_DISPLAY" not in os.environ
    for each in (one, other):
        each.close()
        assert each.is_over
