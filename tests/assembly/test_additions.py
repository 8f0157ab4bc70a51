"""Something new touches three places at most, and whoever forgets one is told.

Each test adds one thing to a copy of the package, as CONTRIBUTING says, and uses it in a process of
its own. Then each place is left out in turn: the process ends with one sentence, or the table
of tables (`tests/assembly/tables.py`) names what is missing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.assembly import tables
from tests.assembly.additions import ADDITIONS, CAR

ROOT = Path(__file__).parents[2]
MOST_PLACES = 3
# Each test starts processes that import all of donkeycar, one of them TensorFlow.
pytestmark = pytest.mark.timeout(300)

# What a car says at its start that lacks a place; what is not here is an error of Python's, or
# nothing that a car could miss.
SENTENCES = {
    ("camera", "parts/camera/grey.py"): "Received: 'donkeycar.parts.camera.grey:GreyCamera'",
    ("camera", "assembly/camera.py"): "Received: CAMERA_TYPE='GREY'",
    ("camera", "settings/rows/camera.py"): "CAMERA_TYPE must be one of",
    ("drivetrain", "settings/rows/drivetrain.py"): "DRIVE_TRAIN_TYPE must be one of",
    ("drivetrain", "assembly/drivetrain/boards.py"): "Received: DRIVE_TRAIN_TYPE='TOY'",
    ("controller", "parts/controller/paddle.py"): "'donkeycar.parts.controller.paddle:Paddle'",
    ("controller", "assembly/controller.py"): "Received: CONTROLLER_TYPE='PADDLE'",
    ("controller", "settings/rows/controller.py"): "CONTROLLER_TYPE must be one of",
    ("sensor", "parts/sensor/sonar.py"): "Received: 'donkeycar.parts.sensor.sonar:Sonar'",
    ("sensor", "settings/rows/sensors.py"): "No setting HAVE_SONAR",
    ("augmentation", "training/augmentation/augmentation.py"): "Received: name='BLACK'",
    ("augmentation", "settings/rows/pictures.py"): "AUGMENTATIONS",
    ("type of pilot", "pilots/kinds/registry.py"): "Received: type='tiny'",
    ("type of pilot", "settings/rows/training.py"): "DEFAULT_MODEL_TYPE must be one of",
}


class Tree:
    """A copy of the package that a test may change."""

    def __init__(self, compiled, folder):
        self.folder = folder
        # With times and byte code: only what the test changes is compiled again.
        shutil.copytree(compiled, folder / "donkeycar")

    def add(self, place, what):
        """Make a file, or put a text behind another one in a file that there is."""
        path = self.folder / "donkeycar" / place
        if isinstance(what, str):
            assert not path.exists()
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(what).lstrip())
            return
        text = path.read_text()
        for behind, new in [what] if isinstance(what[0], str) else what:
            assert text.count(behind) == 1, (place, behind)
            text = text.replace(behind, _put(behind, dedent(new).lstrip("\n")))
        path.write_text(text)

    def run(self, *words):
        """Run Python with this package."""
        environment = {
            **os.environ, "PYTHONPATH": f"{self.folder}:{ROOT}", "TF_CPP_MIN_LOG_LEVEL": "3",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-W", "error::SyntaxWarning", *words], cwd=self.folder,
            env=environment, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip

    def use(self, script):
        """Run a script as `donkey` runs a command: what donkeycar refuses is one line."""
        lines = dedent(CAR) + dedent(script)
        wrapped = (
            "from donkeycar.process.exit_code import exit_code\n"
            f"def script():\n    exec({lines!r}, {{}})\n"
            "import sys\nsys.exit(exit_code(script, prog='donkey'))\n"
        )
        return self.run("-c", wrapped)


def _put(behind, new):
    is_import = behind.startswith("from ")
    is_before = behind.lstrip().startswith("PilotType(")
    return f"{new}{behind}" if is_import or is_before else f"{behind}{new}"


@pytest.mark.parametrize("kind", ADDITIONS)
def test_it_touches_three_places_and_works(kind, compiled, tmp_path):
    places, use = ADDITIONS[kind]
    assert len(places) <= MOST_PLACES
    tree = Tree(compiled, tmp_path)
    for place, what in places.items():
        tree.add(place, what)
    done = tree.use(use)
    assert done.returncode == 0, done.stderr
    told = tree.run(tables.__file__)
    assert (told.returncode, told.stdout) == (0, ""), told.stderr


@pytest.mark.parametrize(
    ("kind", "place"),
    [(kind, place) for kind, (places, _) in ADDITIONS.items() for place in places],
)
def test_what_is_forgotten_is_told(kind, place, compiled, tmp_path):
    """What used to happen: an augmentation without a row was left out, and training went on."""
    places, use = ADDITIONS[kind]
    tree = Tree(compiled, tmp_path)
    for other in places.keys() - {place}:
        tree.add(other, places[other])
    told = tree.run(tables.__file__)
    assert told.stdout or told.returncode, "the table of tables is content"
    used = tree.use(use)
    assert used.returncode
    if (kind, place) in SENTENCES:
        (line,) = used.stderr.splitlines()
        assert line.startswith("donkey: error: ")
        assert SENTENCES[kind, place] in line


def test_every_table_is_complete():
    assert tables.problems() == []


def test_contributing_counts_the_places():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^## A new (.+?) touches \w+ places?\n(.*?)(?=^## )", text, re.M | re.S)
    )
    assert {*ADDITIONS} <= {*sections}
    for kind, (places, _) in ADDITIONS.items():
        numbered = re.findall(r"^\d\. .*", sections[kind], re.MULTILINE)
        assert len(numbered) == len(places), kind
        for place, line in zip(places, numbered, strict=True):
            folder = place.rpartition("/")[0].replace("pages/laps", "pages/")
            assert f"`donkeycar/{folder}" in line or f"`donkeycar/{place}`" in line, (kind, line)
