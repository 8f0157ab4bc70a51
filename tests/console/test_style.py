"""The style sheet keeps its promises without a browser: readable in sunlight, nothing from afar."""

import re
from pathlib import Path

import pytest

import donkeycar.console
import donkeycar.lab

CONSOLE = Path(donkeycar.console.__file__).parent
LAB = Path(donkeycar.lab.__file__).parent
STYLE = (CONSOLE / "static" / "style.css").read_text()
SUNLIGHT = 7.0

PAIRS = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "raised"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("quiet", "raised"),
    ("on-accent", "accent"),
    ("on-danger", "danger"),
    ("danger-text", "ground"),
    ("danger-text", "surface"),
]


def palette(scheme):
    dark, light = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    if scheme == "light":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return colours


def luminance(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_can_be_read_in_sunlight(front, back, scheme):
    colours = palette(scheme)
    bright, dim = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= SUNLIGHT


PAGE_FILES = [
    path
    for path in (*CONSOLE.rglob("*"), *LAB.rglob("*"))
    if path.suffix in {".html", ".js", ".css", ".svg"} and "vendor" not in path.parts
]


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path):
    addresses = re.findall(r"https?://[^\s\"'`)$]+", path.read_text())
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "page",
    sorted((*CONSOLE.glob("pages/*/page.html"), *LAB.glob("pages/*/page.html"))),
    ids=lambda path: path.parent.name,
)
def test_pages_have_no_inline_scripts_or_styles(page):
    text = page.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


def test_what_two_pages_share_is_in_the_style_sheet_of_all():
    sheets = sorted((*CONSOLE.glob("pages/*/page.css"), *LAB.glob("pages/*/page.css")))
    rules = [
        (re.sub(r"\s+", " ", selector), frozenset(line.strip() for line in body.split(";")))
        for sheet in sheets
        for selector, body in set(re.findall(r"^(\S[^{}/]*) \{([^{}]*)\}", sheet.read_text(), re.M))
    ]
    assert len(sheets) > 1
    assert len(rules) > 50
    assert [rule for rule in set(rules) if rules.count(rule) > 1] == []


def test_vendored_libraries_come_with_their_licences():
    folders = [path for path in (CONSOLE / "static" / "vendor").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert "Copyright" in (folder / "LICENSE").read_text()


@pytest.mark.parametrize(
    "path", [path for path in PAGE_FILES if path.suffix == ".css"], ids=lambda path: path.name
)
def test_no_text_has_the_red_that_is_a_ground(path):
    """The loop rate of a car that is short of time was dark red on black: nobody could read it."""
    assert not re.search(r"[^-]color: var\(--danger\)", path.read_text())
