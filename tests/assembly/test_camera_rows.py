"""A camera is one row of a table: it is complete, and it says what its code does."""

import re
import sys
from pathlib import Path

import pytest

from donkeycar.assembly.camera import CAMERAS, CameraRow, make_world
from donkeycar.assembly.recipe import row_for
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.lazy import named
from donkeycar.parts.finding import Finding
from donkeycar.parts.needs import Library
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.settings.schema import SETTINGS
from donkeycar.timing import RealClock

CAMERAS_PAGE = Path(__file__).parents[2] / "docs" / "cameras.md"
OF_SOME = {name for row in CAMERA_WORDS.values() for name in row.reads}


class Watched(Config):
    """Settings of a car with this camera, that note which of them are read."""

    def __init__(self, word):
        defaults = {name: row.default for name, row in SETTINGS.items()}
        super().__init__(defaults | {"CAMERA_TYPE": word, "SIM_TRACK": "oval"})
        object.__setattr__(self, "read", set())

    def __getattr__(self, name):
        self.__dict__["read"].add(name)
        return super().__getattr__(name)


def read_by(word):
    """What the code of a row reads of the settings."""
    cfg, row = Watched(word), CAMERAS[word]
    row.recipe.arguments(cfg, RealClock(), None)
    if row.probe is not None:
        row.probe.arguments(cfg, RealClock(), None)
    if row.in_world:
        make_world(cfg)
    return cfg.read - {"CAMERA_TYPE", "DRIVE_TRAIN_TYPE"}


def test_the_setting_the_table_and_what_the_settings_know_of_it_have_the_same_words():
    assert SETTINGS["CAMERA_TYPE"].choices == tuple(CAMERAS) == tuple(CAMERA_WORDS)
    assert not {*SETTINGS["CAMERA_TYPE"].dead_choices} & {*CAMERAS}


@pytest.mark.parametrize("word", CAMERAS)
def test_a_row_is_complete(word):
    row: CameraRow = CAMERAS[word]
    assert isinstance(named(row.recipe.home), type)
    # A camera without hardware is as old as CAMERA_LATENCY_S says; another one is looked for.
    assert row.is_real != ("latency" in row.recipe.arguments(Watched(word), RealClock(), None))
    assert all(isinstance(each, Library) and each.install for each in row.needed())
    if row.probe is not None:
        found = row.probe.make(Watched(word), RealClock(), None, run=lambda words: None)
        assert isinstance(found, Finding)
        assert found.step, "nothing answers here: the probe says what to do"


@pytest.mark.parametrize("word", CAMERAS)
def test_what_a_row_reads_is_what_the_settings_say_that_it_reads(word):
    """A setting that is not in the list of its camera could be wrong, and nobody would say so."""
    read = read_by(word)
    others = set().union(*(read_by(other) for other in CAMERAS if other != word))
    assert read & OF_SOME | (read - others) == {*CAMERA_WORDS[word].reads}


@pytest.mark.parametrize("word", CAMERAS)
def test_the_page_of_cameras_names_it_and_what_must_be_installed(word):
    page = CAMERAS_PAGE.read_text(encoding="utf-8")
    assert re.search(rf"^## {word}: ", page, re.MULTILINE)
    (row,) = re.findall(r"^\| `CAMERA_TYPE` .*", page, re.MULTILINE)
    assert f"`{word}`" in row
    for library in CAMERAS[word].needed():
        # A message names this Python by its path; a page cannot.
        assert library.install.replace(sys.executable, "python") in page


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("LEOPARD", "on the ribbon cable of a Jetson is CSIC, and one on USB is V4L"),
        ("T265", "a T265 gave positions, no pictures, and is not made any more"),
    ],
)
def test_a_camera_of_donkeycar_5_that_is_no_more_is_told_what_to_write(word, way):
    """What used to happen: "does not work in this version yet"."""
    with pytest.raises(ConfigError, match=f"CAMERA_TYPE='{word}'.*{way}"):
        row_for(CAMERAS, "CAMERA_TYPE", word)


def test_every_camera_word_of_donkeycar_5_drives_or_says_the_way_on():
    before = {
        "PICAM", "WEBCAM", "CVCAM", "CSIC", "V4L", "D435", "OAKD", "LEOPARD", "IMAGE_LIST", "MOCK",
    }  # fmt: skip
    row = SETTINGS["CAMERA_TYPE"]
    assert before <= {*CAMERAS, *row.dead_choices}
    assert not row.later_choices
    assert row.dead_advice
