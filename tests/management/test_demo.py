"""`donkey demo`, in small: the same steps as `scripts/demo --no-serve`."""

import json
import subprocess
import sys

import pytest

from donkeycar.config import load_config
from donkeycar.management.demo.demo import _Bars, _create, failure_of


def demo(path, *words):
    return subprocess.run(
        [
            sys.executable, "-m", "donkeycar.management.cli", "demo", "--no-serve", "--path", path,
            "--track", "oval", "--laps", "1", *words,
        ],
        capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1700)  # 45 s of processor time, behind everything else of a computer
def test_it_records_trains_drives_and_reports_and_then_reuses_what_is_there(tmp_path):
    car = tmp_path / "car"
    first = demo(car, "--records", "1000")
    assert first.returncode == 0, first.stderr + first.stdout
    result = json.loads((car / "report.json").read_text())
    assert (result["laps_completed"], result["off_track_count"]) == (1, 0)
    page = (car / "report.html").read_text()
    assert page.count("data:image/") == 5
    assert "image/webp" in page

    second = demo(car, "--records", "1000")
    assert second.returncode == 0, second.stderr
    assert "Using the 1000 records" in second.stdout
    assert "Using the pilot" in second.stdout
    again = json.loads((car / "report.json").read_text())
    assert again["sha"] == result["sha"]

    other = demo(car, "--records", "1000", "--seed", "7")
    assert other.returncode == 1
    assert "was recorded with" in other.stderr


def test_what_a_person_drives_after_the_demo_goes_into_a_tub_of_its_own(tmp_path):
    """It was mixed with the laps of the expert, which the next run took for its own."""
    _create(tmp_path / "car", "oval", 1)
    cfg = load_config(tmp_path / "car" / "config.py")
    assert str(tmp_path / "car" / "practice") == cfg.DATA_PATH
    assert (cfg.SIM_TRACK, cfg.SIM_SEED) == ("oval", 1)


@pytest.mark.parametrize(("off", "laps", "fails"), [(0, 3, False), (1, 3, True), (0, 2, True)])
def test_a_pilot_that_does_not_stay_on_the_track_is_said(off, laps, fails):
    """The exit code was 1 after a table that looked like success."""
    said = failure_of({"off_track_count": off, "laps_completed": laps}, 3)
    assert ("did not stay on the track" in said) == fails


def test_an_interrupted_demo_does_not_speak_of_an_option_that_it_has_not(capsys):
    bars = _Bars()
    bars.say("pilot.checkpoint.h5 keeps what --resume needs to go on")
    bars.say("1000 records: 800 to learn from")
    assert capsys.readouterr().err == "1000 records: 800 to learn from\n"
