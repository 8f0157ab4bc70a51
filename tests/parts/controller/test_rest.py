"""Seen at rest or not: sticks and triggers that are held, released, worn, and named wrongly."""

import pytest

from donkeycar.parts.controller.rest import CALM_S, CENTRE, DOUBT_S, HIGH, LOW, WORN_S, Control


class Hand:
    """Moves a control, and lets time pass."""

    def __init__(self, position, expected=CENTRE, **arguments):
        self.now_s = 10.0
        self.control = Control(position, expected=expected, now_s=self.now_s, **arguments)

    def to(self, position, seconds=0.0):
        self.control.take(position, self.now_s)
        self.now_s += seconds
        self.control.look(self.now_s)
        return self.control


@pytest.mark.parametrize(
    ("position", "expected", "rested"),
    [
        (0.0, CENTRE, True), (-0.14, CENTRE, True), (0.16, CENTRE, False), (1.0, CENTRE, False),
        (-1.0, LOW, True), (-0.9, LOW, True), (-0.8, LOW, False), (1.0, LOW, False),
        (1.0, HIGH, True), (0.0, HIGH, False),
    ],
)  # fmt: skip
def test_a_control_counts_at_once_only_if_it_is_where_it_should_rest(position, expected, rested):
    assert Hand(position, expected).control.rested is rested


def test_a_held_stick_counts_when_it_lay_still_in_the_middle():
    hand = Hand(0.6)
    for position in (0.3, 0.0, -0.4, 0.0):
        assert not hand.to(position, 0.2).rested, "it only passes"
    assert not hand.to(0.02, CALM_S - 0.01).rested
    assert hand.to(0.0, CALM_S).rested
    assert hand.control.rest == CENTRE


def test_a_stick_held_at_its_end_is_no_trigger():
    hand = Hand(-1.0)
    for _ in range(5):
        assert not hand.to(-1.0, 5.0).rested
        assert not hand.to(0.0, 0.3).rested
    assert hand.to(0.0, DOUBT_S).rested
    assert hand.control.rest == CENTRE


@pytest.mark.parametrize("end", [LOW, HIGH])
def test_a_trigger_with_the_name_of_a_stick_is_seen_by_a_full_pull(end):
    hand = Hand(end)
    assert not hand.to(end, 60.0).rested, "it may as well be held"
    assert not hand.to(end / 2, 2.0).rested
    assert not hand.to(0.0, 0.1).rested, "it passes the middle"
    assert not hand.to(-end, 3.0).rested
    assert not hand.to(end, DOUBT_S - 0.01).rested
    assert hand.to(end, 0.01).rested
    assert hand.control.rest == end


def test_a_trigger_that_is_held_counts_when_it_was_released():
    hand = Hand(1.0, LOW)
    assert not hand.to(1.0, 60.0).rested
    assert not hand.to(-1.0, DOUBT_S - 0.01).rested
    assert hand.to(-1.0, 0.01).rested
    assert hand.control.rest == LOW


def test_the_throttle_of_a_radio_counts_as_soon_as_it_is_at_neutral():
    hand = Hand(1.0, certain=True)
    assert not hand.to(0.2, 9.0).rested
    assert hand.to(0.1).rested


def test_a_worn_stick_has_a_dead_band_as_wide_as_it_lies():
    assert Hand(0.0, deadzone=0.05).control.dead == 0.05
    hand = Hand(0.09, deadzone=0.05)
    assert 0.09 < hand.control.dead < 0.11
    hand.to(1.0, 0.5)
    hand.to(-0.13, WORN_S)
    assert 0.13 < hand.control.dead < 0.15
    hand.to(-0.3, 60.0)
    assert hand.control.dead < 0.15, "that is somebody who drives"


def test_a_thumb_that_trembles_is_not_worn():
    hand = Hand(0.0, deadzone=0.05)
    for step in range(600):
        assert hand.to(0.10 + 0.015 * (step % 2), 0.01).dead == 0.05


def test_what_a_radios_friction_holds_is_not_worn():
    hand = Hand(0.0, deadzone=0.02, certain=True)
    assert hand.to(0.1, 60.0).dead == 0.02


def test_an_owners_dead_zone_is_rest_as_well():
    assert Hand(0.3, deadzone=0.35).control.rested
