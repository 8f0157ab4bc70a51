"""The table of what each command reads is what its code reads."""

import re
from pathlib import Path

import pytest

import donkeycar
from donkeycar.assembly.training.pilot import NETWORK_SETTINGS, OPTION_SETTINGS
from donkeycar.assembly.transforms import TRANSFORM_SETTINGS
from donkeycar.settings.readers import READ_WHEN, READS, is_read
from donkeycar.settings.schema import SETTINGS

PACKAGE = Path(donkeycar.__file__).parent
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}

# The modules that read settings for a command; those of `drive` put the car together.
MODULES = {
    "drive": [
        "assembly/*.py", "assembly/drivetrain/*.py", "templates/manage.py", "management/car.py",
        "management/doctor/doctor.py",
    ],
    "calibrate": ["management/calibrate.py"],
    "neutral": ["management/neutral.py"],
    "gamepad": ["management/gamepad.py", "assembly/controller.py"],
    "train": [
        "management/pilot/train*.py", "assembly/training/*.py", "assembly/transforms.py",
        "assembly/pilot_options.py",
    ],
    "pictures": ["assembly/transforms.py"],
    "models": [],
}  # fmt: skip


@pytest.mark.parametrize("command", MODULES)
def test_a_command_declares_what_its_code_reads(command):
    read = set()
    for pattern in MODULES[command]:
        paths = list(PACKAGE.glob(pattern))
        assert paths, pattern
        for path in paths:
            read |= set(re.findall(r"\bcfg\.([A-Z][A-Z0-9_]+)\b", path.read_text()))
    working = {name for name in read if SETTINGS[name].status == "active"}
    assert working - READS[command] == set()


def test_training_declares_what_kinds_of_pilot_take():
    assert {*NETWORK_SETTINGS.values(), *OPTION_SETTINGS.values()} <= READS["train"]


@pytest.mark.parametrize("step", TRANSFORM_SETTINGS)
@pytest.mark.parametrize("command", ["drive", "train", "pictures"])
def test_the_settings_of_a_transform_are_read_when_it_is_used(step, command):
    values = {**DEFAULTS, "TRANSFORMATIONS": (step,)}
    names = TRANSFORM_SETTINGS[step].values()
    assert all(is_read(name, command, values) for name in names)
    assert not any(is_read(name, command, DEFAULTS) for name in names)


def test_every_condition_is_about_a_setting():
    for names, _ in READ_WHEN:
        for name in names:
            assert any(
                setting.startswith(name) if name.endswith("_") else setting == name
                for setting in SETTINGS
            ), name
