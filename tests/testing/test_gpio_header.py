"""The emulated pins, held against what lgpio 0.2.2 and gpiozero 2.0.1 really do."""

import sys

import pytest

from donkeycar.testing import FakeClock, GpioHeader

FRAME_US = 16_667


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def header(clock):
    header = GpioHeader(clock=clock)
    yield header
    header.close()


@pytest.fixture
def chip(header):
    return header.lgpio.gpiochip_open(0)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lgpio is not for this version of Python")
@pytest.mark.skipif(sys.platform != "linux", reason="lgpio is for Linux")
def test_gpiozero_on_it_cuts_pulses_to_whole_per_cents(header, clock, monkeypatch):
    """The library itself, on these pins: 1497 us at 60 Hz come out as 8 % of a frame."""
    import gpiozero.pins.lgpio as on_lgpio
    from gpiozero import PWMOutputDevice

    monkeypatch.setattr(on_lgpio, "lgpio", header.lgpio)
    monkeypatch.setattr(on_lgpio.LGPIOFactory, "_get_revision", lambda self: 0xC04170)
    factory = on_lgpio.LGPIOFactory(chip=0)
    with PWMOutputDevice("BOARD33", frequency=60, pin_factory=factory) as pin:
        for asked_us in (1350, 1469, 1497):
            pin.value = asked_us * 60 / 1e6
            clock.advance(0.1)
            assert header.pulse_us("GPIO13") == 1333
    factory.close()


def test_settings_begin_with_the_next_cycle_and_only_the_newest_waits(header, chip, clock):
    header.lgpio.tx_pulse(chip, 13, 1000, 9000)
    clock.advance(0.1)
    for on_us in (1100, 1200, 1300):
        assert header.lgpio.tx_pulse(chip, 13, on_us, 10_000 - on_us) == 8
    clock.advance(0.1)
    edges = header.edges[1:]
    widths = [
        round((fall.time_s - rise.time_s) * 1e6)
        for rise, fall in zip(edges[::2], edges[1::2], strict=False)
    ]
    assert set(widths) == {1000, 1300}


def test_ten_settings_with_an_end_fill_the_queue(header, chip):
    for room in range(9, -1, -1):
        assert header.lgpio.tx_pulse(chip, 13, 1000, 9000, 0, 5) == room
    with pytest.raises(header.lgpio.error, match="TX queue full"):
        header.lgpio.tx_pulse(chip, 13, 1000, 9000, 0, 5)


def test_pulses_with_an_end_come_to_it(header, chip, clock):
    header.lgpio.tx_pulse(chip, 13, 1000, 9000, 0, 3)
    clock.advance(1.0)
    assert [edge.level for edge in header.edges] == [0, 1, 0, 1, 0, 1, 0]


def test_stopping_pulses_leaves_the_level_as_it_is(header, chip, clock):
    header.lgpio.tx_pulse(chip, 13, 5000, 5000)
    clock.advance(0.1)
    while not header.level("GPIO13"):
        clock.advance(0.001)
    header.lgpio.tx_pulse(chip, 13, 0, 0)
    clock.advance(1.0)
    assert header.level("GPIO13") == 1


def test_stopping_the_pulses_of_one_pin_can_end_those_of_the_others(header, chip, clock):
    for number in (13, 18):
        header.lgpio.tx_pulse(chip, number, 5000, 5000)
    clock.advance(0.1)
    while not header.level("GPIO13"):
        clock.advance(0.001)
    header.lgpio.tx_pulse(chip, 18, 0, 0)
    clock.advance(1.0)
    assert header.level("GPIO13") == 1, "as it was, for ever"
    header.lgpio.tx_pulse(chip, 13, 0, 10_000)
    clock.advance(1.0)
    assert header.level("GPIO13") == 1
    header.lgpio.gpio_write(chip, 13, 0)
    assert header.level("GPIO13") == 0


def test_stopping_the_pulses_of_all_pins_together_is_safe(header, chip, clock):
    for number in (13, 18):
        header.lgpio.tx_pulse(chip, number, 5000, 5000)
    clock.advance(0.1)
    for number in (13, 18):
        header.lgpio.gpio_free(chip, number)
    clock.advance(1.0)
    header.lgpio.tx_pulse(chip, 13, 1500, 8500)
    clock.advance(1.0)
    assert header.pulse_us("GPIO13") == 1500


def test_a_thread_that_is_late_makes_the_pulse_longer_and_catches_up(clock):
    late_us = iter([800])
    header = GpioHeader(clock=clock, late_us=lambda: next(late_us, 0))
    header.lgpio.tx_pulse(header.lgpio.gpiochip_open(0), 13, 1500, FRAME_US - 1500)
    widths = []
    for _ in range(10):
        clock.advance(FRAME_US / 1e6)
        widths.append(header.pulse_us("GPIO13"))
    assert sorted(set(widths)) == [0.0, 1500.0, 2300.0]
    rises = [edge.time_s for edge in header.edges if edge.level == 1]
    assert (rises[-1] - rises[0]) * 1e6 == pytest.approx((len(rises) - 1) * FRAME_US, abs=1)


def test_an_hour_without_a_change_takes_no_time(header, chip, clock):
    header.lgpio.tx_pulse(chip, 13, 1500, FRAME_US - 1500)
    clock.advance(3600)
    assert header.pulse_us("GPIO13") == 1500
    assert len(header.edges) < 1000


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda lib, chip: lib.tx_pulse(chip, 13, 5, 5), "bad PWM micros"),
        (lambda lib, chip: lib.tx_pwm(chip, 13, 20_000, 50), "bad PWM frequency"),
        (lambda lib, chip: lib.tx_pwm(chip, 13, 60, 101), "bad PWM dutycycle"),
        (lambda lib, chip: lib.gpio_free(chip, 13), "GPIO not allocated"),
        (lambda lib, chip: lib.gpiochip_open(3), "can not open gpiochip"),
    ],
)
def test_what_lgpio_refuses(header, chip, call, said):
    with pytest.raises(header.lgpio.error, match=said):
        call(header.lgpio, chip)


def test_a_line_has_one_holder_and_a_second_claim_of_its_own_changes_nothing(header, chip):
    header.lgpio.gpio_claim_output(chip, 13, 1)
    header.lgpio.gpio_claim_output(chip, 13, 0)
    assert header.level("GPIO13") == 1
    other = header.process()
    with pytest.raises(other.error, match="GPIO busy"):
        other.gpio_claim_output(other.gpiochip_open(0), 13)


@pytest.mark.parametrize(("persists", "level"), [(True, 1), (False, None)])
def test_what_a_dead_process_leaves_behind(clock, persists, level):
    header = GpioHeader(clock=clock, persists=persists)
    header.lgpio.gpio_claim_output(header.lgpio.gpiochip_open(0), 13, 1)
    header.lgpio.die()
    assert header.level("GPIO13") == level
