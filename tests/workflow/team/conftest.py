"""A team's story, which takes a while: it is played once, for all tests of it."""

from __future__ import annotations

import pytest

from tests.quality.report.page_reader import Page, read_page
from tests.workflow.team.recounting.recounted import Recounted
from tests.workflow.team.story import Story, told


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return told(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="session")
def recounted(story: Story) -> Recounted:
    return Recounted(story.home)


@pytest.fixture(scope="session")
def page(story: Story) -> Page:
    return read_page(story.page.read_text("utf-8"))
