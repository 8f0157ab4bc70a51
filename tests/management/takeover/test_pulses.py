"""A takeover changes no pulse of a car; `scripts/bench old_cars` has the long form."""

import importlib.util
from pathlib import Path

import pytest

from benchmarks.safety.old_car_folders import CARS, CASES
from benchmarks.safety.old_car_pulses import after, difference, orders
from benchmarks.safety.old_car_takeover import take_over
from donkeycar.management.cli import main

spec = importlib.util.spec_from_file_location(
    "old_folders", Path(__file__).parents[1] / "old_folders.py"
)
old_folders = importlib.util.module_from_spec(spec)
spec.loader.exec_module(old_folders)

GRID = orders(4, 2)
FOLDERS = {name: files for name, (files, _) in old_folders.FOLDERS.items()}
FOLDERS |= {
    name: {"config.py": made.config, "myconfig.py": made.myconfig} for name, made in CASES.items()
}


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)


@pytest.mark.parametrize("name", FOLDERS)
def test_no_pulse_of_an_old_folder_changes_by_a_takeover(tmp_path, name):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for file, text in {"manage.py": old_folders.OLD_MANAGE, **FOLDERS[name]}.items():
        (old / file).write_text(text)
    assert main(["createcar", "--from", str(old), "--path", str(new)]) == 0
    assert after(new, GRID) == after(old, GRID)


@pytest.mark.parametrize("name", ["5.3 complete", "5.3 basic"])
def test_a_car_that_donkeycar_made_itself_gets_the_pulses_of_its_own_classes(tmp_path, name):
    result = take_over(CARS[name], tmp_path, GRID, [], drives=False)
    assert result.faults == []
    assert result.orders == len(GRID)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ({"pca9685 0x40 1": 1500.0}, {"pca9685 0x40 1": 1510.0}, "pca9685 0x40 1 at steering 0"),
        ({"pin 18": 0.5}, {"pin 18": 0.51}, "pin 18"),
        ({}, {"pca9685 0x41 0": 1500.0}, "pca9685 0x41 0"),
        ({"duty": 0.2}, {}, "duty"),
        ({"pca9685 0x40 1": 1500.0}, {"pca9685 0x40 1": 1504.0, "servo": 0.5}, ""),
    ],
)
def test_a_pulse_that_differs_is_noticed(old, new, place):
    order = (0.0, 1.0)
    wrong, _ = difference({order: old}, {order: new})
    assert wrong.startswith(place)
    assert bool(wrong) == bool(place)
