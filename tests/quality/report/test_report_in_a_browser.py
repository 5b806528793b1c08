"""Chromium opens the page: nothing is loaded from anywhere, and it complains of nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium (Debian's `chromium`) here")


def opened(page: Path, folder: Path, *options: str) -> tuple[str, list[str]]:
    """Open a page; return its elements once it is loaded, and what the console was told."""
    done = subprocess.run(
        [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--enable-logging=stderr", "--log-level=0", f"--user-data-dir={folder / 'profile'}",
            *options, page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(folder)},
        timeout=300,
    )  # fmt: skip
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture
def page(tmp_path, html):
    path = tmp_path / "report.html"
    path.write_text(html, "utf-8")
    return path


def test_the_page_opens_without_a_word_on_the_console(page, tmp_path):
    elements, said = opened(page, tmp_path, "--dump-dom")
    assert said == []
    assert 'id="worst-faces"' in elements


@pytest.mark.parametrize(
    "foreign",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        "<script>console.log(1)</script>",
        '<iframe src="http://127.0.0.1:9/"></iframe>',
        '<p style="background: url(http://127.0.0.1:9/x.png)">x</p>',
    ],
)
def test_its_policy_refuses_whatever_would_be_loaded_or_run(page, tmp_path, foreign):
    html = page.read_text("utf-8").replace("<footer>", f"{foreign}<footer>")
    page.write_text(html, "utf-8")
    _, said = opened(page, tmp_path, "--dump-dom")
    assert any("Content Security Policy" in line for line in said), said


@pytest.mark.parametrize("width", [400, 1440])
def test_no_part_of_the_page_is_wider_than_the_window(page, tmp_path, width):
    """In a frame of that width, as the window itself cannot be narrower than 500 px."""
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe id="f" src="report.html" width="{width}" height="900"></iframe>'
        "<script>onload = () => { const d = document.getElementById('f').contentDocument;"
        " document.title = d.documentElement.scrollWidth + ' of ' + d.documentElement.clientWidth;"
        "}</script>",
        "utf-8",
    )
    elements, _ = opened(frame, tmp_path, "--dump-dom", "--allow-file-access-from-files")
    scrolled, _, shown = elements.partition("<title>")[2].partition("</title>")[0].split()
    assert 0 < int(scrolled) <= int(shown) <= width


def test_a_screenshot_shows_the_map_in_light_and_in_dark(page, tmp_path):
    from PIL import Image  # noqa: PLC0415

    colours = []
    for name, scheme in (("light", 1), ("dark", 0)):
        target = tmp_path / f"{name}.png"
        options = f"--screenshot={target}", "--window-size=1000,1200"
        opened(page, tmp_path, *options, f"--blink-settings=preferredColorScheme={scheme}")
        with Image.open(target) as shown:
            colours.append(shown.convert("RGB").getpixel((5, 5)))
    assert colours == [(255, 255, 255), (0x12, 0x16, 0x1C)]
