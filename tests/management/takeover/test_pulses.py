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


# Board numbers of a car of 4.1, and the pins of the Pi that they are: left forward, backward,
# power; right the same.
L298N = {29: 5, 31: 6, 32: 12, 36: 16, 38: 20, 33: 13}
NAMES_41 = [
    f"HBRIDGE_L298N_PIN_{side}_{what}"
    for side in ("LEFT", "RIGHT")
    for what in ("FWD", "BWD", "EN")
]
MANAGE_41 = "if cfg.DRIVE_TRAIN_TYPE == 'DC_TWO_WHEEL_L298N':\n    pins = " + ", ".join(
    f"cfg.{name}" for name in NAMES_41
)


def l298n_41(steering, throttle):
    """What 4.1 put out: at most 90 % power, in whole percent; the wheel on the inside is slower."""
    pins = list(L298N.values())
    row = {}
    for side, wheels in enumerate((pins[:3], pins[3:])):
        inside = max(0.0, -steering if side == 0 else steering)
        percent = int(90 * throttle * (1 - inside))
        forward, backward, power = (f"pin {pin}" for pin in wheels)
        row |= {forward: float(percent > 0), backward: float(percent < 0)}
        row[power] = abs(percent) / 100
    return row


def test_two_motors_of_4_1_on_an_l298n_keep_pins_direction_and_power(tmp_path):
    """Its classes cannot be had any more, so what they did is written here."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    config = "".join(f"{name} = {pin}\n" for name, pin in zip(NAMES_41, L298N, strict=True))
    (old / "config.py").write_text("DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL_L298N'\n" + config)
    (old / "manage.py").write_text(MANAGE_41)
    assert main(["createcar", "--from", str(old), "--path", str(new)]) == 0
    wrong, _ = difference({order: l298n_41(*order) for order in GRID}, after(new, GRID))
    assert wrong == ""


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
