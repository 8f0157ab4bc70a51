"""The page about replays keeps to the truth."""

import re
import runpy
from pathlib import Path

import pytest
from PIL import Image

from donkeycar.replay import groups_in
from donkeycar.replay.scenes import SCENES

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(example):
    Path("example.py").write_text(example)
    return runpy.run_path("example.py")


def test_the_circle_is_learnt_and_drawn(folder, capsys):
    left = run(EXAMPLES[0])
    assert groups_in("circle.h5") == ["tanh"]
    assert left["replay"].history["accuracy"][-1] > 0.9
    assert capsys.readouterr().out.startswith("['feature_space', 'decision_boundary', ")
    for name, frames in (("circle.png", 1), ("circle.gif", 21)):
        with Image.open(name) as picture:
            assert getattr(picture, "n_frames", 1) == frames


def test_the_initialisers_are_drawn_and_do_what_the_page_says(folder):
    left = run(EXAMPLES[1])
    with Image.open("initialisers.png") as picture:
        assert picture.size == (800, 635)
    tanh, sigmoid = (panel.replay.study for panel in left["panels"][::2])
    for kind in ("activations", "gradients"):
        spread = [values.std() for values in tanh.values(kind, 0).values()][:5]
        assert max(spread) / min(spread) < 4
    spread = [values.std() for values in sigmoid.values("gradients", 0).values()]
    assert spread[0] / spread[4] < 1e-5


def test_every_picture_is_described():
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(rows) == set(SCENES)
