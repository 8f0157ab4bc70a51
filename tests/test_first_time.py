"""The page for the first time on real hardware: found by whoever needs it, and true to the code."""

import re
from pathlib import Path

import pytest

from donkeycar.management.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/first_time.md").read_text(encoding="utf-8")
# As `ps` shows them: guardian, vehicle, watchdog.
GUARDIAN = "/env/bin/python -P -m donkeycar.management.guardian 3 /car -- /env/bin/python manage.py"
VEHICLE = "/env/bin/python manage.py drive"


@pytest.mark.parametrize("name", ["README.md", "SAFETY.md"])
def test_it_is_linked_from_where_people_begin(name):
    assert "(docs/first_time.md)" in (ROOT / name).read_text(encoding="utf-8")


def anchors(path):
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_place_it_points_to_is_there():
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", PAGE)
    assert links
    for name, anchor in links:
        path = ROOT / "docs" / name
        assert path.exists(), name
        assert not anchor or anchor in anchors(path), anchor


def test_every_donkey_command_it_names_exists():
    assert set(re.findall(r"`donkey (\w+)", PAGE)) <= set(COMMANDS)


def test_each_pattern_that_kills_finds_its_own_process_alone():
    vehicle, guardian = re.findall(r"`pkill -9 -f '?([^`']+)'?`", PAGE)
    assert re.search(vehicle, VEHICLE)
    assert not re.search(vehicle, GUARDIAN)
    assert re.search(guardian, GUARDIAN)
    assert not re.search(guardian, VEHICLE)


def test_the_pulses_as_delivered_are_those_that_come_out():
    """What used to happen: the page allowed nothing beyond 2035 us, and the chip makes 2040."""
    from donkeycar.parts.drivetrain.pca9685 import tick_us
    from donkeycar.templates import config_defaults

    delivered = config_defaults.PWM_STEERING_THROTTLE
    for name, pulse in delivered.items():
        if name.startswith(("STEERING", "THROTTLE")) and pulse:
            pulse_us = round(pulse * tick_us(config_defaults.PWM_FREQUENCY))
            assert re.search(rf"\b{pulse_us}\b", PAGE), name


def place(words):
    assert words in PAGE, words
    return PAGE.index(words)


def test_neutral_goes_out_before_a_speed_controller_gets_power():
    """What used to happen: battery first, then the program; and no step calibrated the throttle."""
    order = (
        "`donkey calibrate`, *The wheels are in the air* |",
        "Switch the motor's battery on |",
        "Calibrate *Forward*, *Neutral*, *Deadband* and *Reverse*",
        "Battery off, Ctrl-C, then `python manage.py drive`",
        "Battery on |",
        "## 4.",
    )
    places = [place(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "words",
    ["the two plugs are swapped", "If the speed controller does not arm", "Without a scope",
     "SDA and SCL, and the Pi stands 3.3 V", "the battery's switch first, Ctrl-C second"],
)  # fmt: skip
def test_it_says_what_to_do_when_a_step_shows_something_else(words):
    assert place(words) < place("## 4.")
