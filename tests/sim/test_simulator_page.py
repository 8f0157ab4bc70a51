"""The page about the simulator keeps to the truth."""

import re
from pathlib import Path

import pytest

from donkeycar.rollout import evaluate_pilot
from donkeycar.sim.track import load_track, track_names

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


def block(language, holding):
    """The code block of `language` that holds a word."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (found,) = [text for text in blocks if holding in text]
    return found


def test_the_example_track_loads(tmp_path):
    path = tmp_path / "yard.json"
    path.write_text(block("json", "yard"))
    assert load_track(str(path)).name == "yard"


def test_the_example_script_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(block("python", "record_expert"), {})
    assert capsys.readouterr().out.startswith("0 ")
    assert (tmp_path / "data" / "manifest.json").exists()


def test_every_number_of_a_result_is_explained():
    result = evaluate_pilot(lambda image: (0.0, 0.2), "oval", laps=1, time_limit_s=1)
    unsaid = {"schema", "policy", "trajectory", "trajectory_columns"}
    assert {key for key in result if f"`{key}`" not in PAGE} - unsaid == set()


@pytest.mark.parametrize("name", track_names())
def test_every_track_is_listed_with_its_length(name):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}`")]
    assert f"| {load_track(name).length_m:.0f} m |" in row
