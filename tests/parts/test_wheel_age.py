"""How old a frame is when the order that it led to goes out."""

import pytest

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.parts.wheel_age import MIN_ORDERS, ORDERS, WheelAge


def order(source="pilot"):
    return Command(0.1, 0.2, source, 99.0)


@pytest.fixture
def part(clock):
    clock.sleep(10.0)
    return WheelAge(clock=clock)


def test_an_order_is_as_old_as_the_frame_that_its_pilot_saw(part):
    """Not as the newest frame, which nobody has answered yet."""
    assert part.run("run", order(), 9.98, 9.9)[0] == 0.1
    assert part.run("run", order("user+pilot"), 9.98, 9.95)[0] == 0.05


def test_an_order_of_a_person_is_as_old_as_the_newest_frame(part):
    assert part.run("run", order("user"), 9.94, 9.9)[0] == 0.06


def test_only_the_first_order_for_a_frame_counts(part, clock):
    assert part.run("run", order(), 9.98, 9.9)[0] == 0.1
    clock.sleep(0.05)
    assert part.run("run", order(), 9.98, 9.9)[0] == 0.1


def test_without_a_new_order_nothing_is_measured(part, clock):
    """It also runs when a frame arrives; the order then goes out later."""
    sent = order("user")
    assert part.run("run", sent, 9.94, None)[0] == 0.06
    clock.sleep(0.04)
    assert part.run("run", sent, 10.0, None) is None
    assert part.run("run", order("user"), 10.0, None)[0] == 0.04


@pytest.mark.parametrize(
    ("state", "command", "exposed_s"),
    [("safe", order(), 9.9), ("run", NEUTRAL, 9.9), ("run", order(), None)],
)
def test_a_car_that_does_not_drive_has_no_such_age(part, state, command, exposed_s):
    assert part.run("run", order(), 9.98, 9.9)[0] == 0.1
    assert part.run(state, command, 9.98, exposed_s)[0] is None


def test_percentiles_are_of_the_newest_orders(part, clock):
    found = None
    for number in range(ORDERS + 500):
        clock.sleep(0.05)
        age_s = 0.2 if number % 50 == 0 else (0.5 if number < 400 else 0.08)
        found = part.run("run", order(), None, clock.monotonic() - age_s)
        if number < MIN_ORDERS - 1:
            assert found[1:] == (None, None)
    assert found[1:] == (0.08, 0.2)
