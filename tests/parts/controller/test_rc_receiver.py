"""Pulses of a remote control, from pins and from a serial line."""

import contextlib
import os
import pty
import random
import sys
import threading
import time
import types

import pytest

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.controller.mappings import RECEIVERS
from donkeycar.parts.controller.rc_channel import PROOF, STILL_S, Travel
from donkeycar.parts.controller.rc_input import (
    EdgeTimer,
    GpioInput,
    RoboHATInput,
    header_chip,
)
from donkeycar.parts.controller.rc_receiver import (
    ABSENT,
    LET_GO,
    NOISE,
    NOT_HEARD,
    STILL,
    RCReceiver,
)
from donkeycar.testing import RoboHATBoard, check_part

GPIO = RECEIVERS["pigpio_rc"]


def receiver(clock, **changes):
    def opener():
        raise OSError("no device")

    return RCReceiver(opener, **{"bindings": GPIO, "clock": clock, **changes})


def hold(part, *pulses):
    """Controls that stay where they are for some pulses."""
    for _ in range(PROOF):
        part.take(list(pulses))


def at_neutral(part):
    """The remote control is switched on, and nobody touches it."""
    hold(part, (1, 1500), (2, 1500))
    return part


def sticks(offer):
    return round(offer.angle, 4), round(offer.throttle, 4)


def test_it_keeps_the_contract_of_a_part(clock):
    check_part(receiver(clock), outputs=1, threaded=True)


@pytest.mark.parametrize(
    ("steering_us", "throttle_us", "expected"),
    [
        (1500, 1500, (0, 0)),
        (2000, 2000, (1, 1)),
        (1000, 1000, (-1, -1)),
        (1750, 1250, (0.5, -0.5)),
        (2200, 800, (1, -1)),
        (1510, 1490, (0, 0)),
    ],
)
def test_pulses_become_an_offer(clock, steering_us, throttle_us, expected):
    part = at_neutral(receiver(clock))
    part.take([(1, steering_us), (2, throttle_us)] * 2)
    assert sticks(part.run_threaded()) == expected


def test_a_stick_that_is_pushed_when_the_remote_is_heard_does_not_drive(clock, caplog):
    """It used to drive off with the first pulse, and again after each loss."""
    part = receiver(clock)
    for _ in range(2):
        caplog.clear()
        for width_us in (2000, 1800, 1200):
            hold(part, (1, 1700), (2, width_us))
            offer = part.run_threaded()
            assert (round(offer.angle, 2), offer.throttle, offer.recording) == (0.4, 0.0, False)
            assert offer.note == LET_GO
        assert [record.getMessage() for record in caplog.records] == [LET_GO]
        part.take([(1, 1500), (2, 1500)])
        assert part.run_threaded().note == ""
        part.take([(2, 1750)])
        assert part.run_threaded().throttle == pytest.approx(0.5)
        clock.advance(0.101)


@pytest.mark.parametrize("silent", [1, 2])
def test_a_loss_between_two_ticks_of_the_loop_counts_as_well(clock, silent):
    part = at_neutral(receiver(clock))
    clock.advance(0.05)
    part.take([(3 - silent, 1500)])
    clock.advance(0.06)
    part.take([(1, 1500), (2, 2000)])
    assert part.run_threaded().throttle == 0.0


def test_a_remote_whose_trim_is_off_has_a_dead_band_there(clock):
    part = receiver(clock)
    hold(part, (1, 1500), (2, 1540))
    assert (part.run_threaded().throttle, part.run_threaded().recording) == (0.0, False)
    part.take([(2, 1460)])
    assert part.run_threaded().recording is False
    part.take([(2, 1600)])
    assert part.run_threaded().throttle == pytest.approx(0.2)


def test_a_stick_that_its_friction_holds_goes_on(clock):
    part = at_neutral(receiver(clock))
    for _ in range(300):
        clock.advance(0.02)
        part.take([(1, 1500), (2, 1550)])
        assert part.run_threaded().throttle == pytest.approx(0.1)


@pytest.mark.parametrize("lost_us", [0, 1, 799, 2201, 65535, 4294967295, -5])
def test_a_pulse_out_of_range_is_no_pulse(clock, lost_us):
    part = receiver(clock)
    part.take([(1, lost_us), (2, 1800)])
    assert part.run_threaded() is not None
    assert part.run_threaded().throttle == 0.0
    assert part.run_threaded().expires_s == 0.0


def test_a_glitch_in_between_does_no_harm(clock):
    part = at_neutral(receiver(clock))
    part.take([(1, 1500), (2, 1800)] * 2)
    clock.advance(0.02)
    part.take([(2, 3000)])
    assert part.run_threaded().throttle == pytest.approx(0.6)


@pytest.mark.parametrize("silent", [1, 2])
def test_a_channel_without_a_pulse_for_100_ms_is_lost(clock, silent):
    part = at_neutral(receiver(clock))
    part.take([(1, 1600), (2, 1800)] * 2)
    clock.advance(0.06)
    part.take([(3 - silent, 1800)])
    assert part.run_threaded().throttle > 0
    clock.advance(0.0401)
    assert part.run_threaded() == ABSENT


def test_no_signal_at_all_offers_nothing(clock):
    assert receiver(clock).run_threaded() == ABSENT


def test_an_offer_lives_as_long_as_its_pulses(clock):
    part = at_neutral(receiver(clock))
    part.take([(1, 1500)])
    clock.advance(0.02)
    part.take([(2, 1800)])
    assert part.run_threaded().expires_s == pytest.approx(100.1)


def test_the_switch_counts_when_it_is_thrown(clock):
    part = receiver(clock)
    hold(part, (1, 1500), (2, 1500), (3, 1900))
    assert part.run_threaded().actions == (), "how it stands at the start is no order"
    part.take([(3, 1500), *[(3, 1100)] * 4])
    assert part.run_threaded().actions == ("mode_user",)
    part.take([(1, 1500), (2, 1500), *[(3, 1900)] * 5])
    assert part.run_threaded().actions == ("mode_local",)


def test_a_stop_is_heard_even_without_sticks(clock):
    part = receiver(clock, bindings={**GPIO, "RC4": "stop", "RC5": "record"})
    part.take([(4, 1000), (4, 2000), (5, 1000), (5, 2000)])
    assert part.run_threaded().actions == ("stop",)


def test_what_is_thrown_is_told_at_once_and_the_tick_has_it_too(clock):
    part, news = receiver(clock, bindings={**GPIO, "RC4": "stop", "RC5": "chaos_left"}), []
    part.tell = news.append
    hold(part, (1, 1500), (2, 1500), (3, 1100), (4, 1000), (5, 1000))
    assert news == [], "how they stand at the start is no order"
    part.take([(5, 2000), *[(3, 1900)] * 3])
    assert news == ["mode_local"]
    part.take([(4, 2000)])
    part.take([(4, 2000)])
    assert news == ["mode_local", "stop"]
    assert part.run_threaded().actions == ("mode_local", "stop")


def test_a_receiver_that_fails_is_gone_at_once(clock):
    news = []

    class Unplugged:
        reads = 0

        def read(self, timeout_s):
            self.reads += 1
            if self.reads == 1:
                return [*[(1, 1500), (2, 1500)] * PROOF, (2, 1800), (2, 1800)]
            news.append(part.run_threaded().throttle)
            raise OSError(5, "Input/output error")

        def close(self):
            part.shutdown()

    def tell(what):
        news.append((what, part.run_threaded()))
        part.shutdown()

    part = RCReceiver(Unplugged, bindings=GPIO, clock=clock)
    part.tell = tell
    part.update()
    assert news == [pytest.approx(0.6), ("gone", ABSENT)]


def test_movement_limit_and_recording(clock):
    part = at_neutral(receiver(clock))
    assert (part.run_threaded().moved, part.run_threaded().recording) == (False, False)
    part.take([(1, 1500), (2, 1800)] * 2)
    offer = part.run_threaded(0.5)
    assert (offer.moved, offer.recording, offer.throttle) == (True, True, pytest.approx(0.3))
    assert part.run_threaded(0.5).moved is False
    assert receiver(clock, auto_record=False).run_threaded().recording is None


def test_inverted_and_reversed_sticks(clock):
    part = at_neutral(receiver(clock, inverted=True))
    part.take([(1, 2000), (2, 2000)] * 2)
    assert sticks(part.run_threaded()) == (-1, -1)
    part = at_neutral(receiver(clock, bindings={"RC1-": "steering", "RC2": "throttle"}))
    part.take([(1, 2000), (2, 2000)] * 2)
    assert sticks(part.run_threaded()) == (-1, 1)


def test_a_way_may_run_backwards_and_be_uneven():
    travel = Travel(2000, 1600, 1000)
    assert [travel.position(us) for us in (2000, 1800, 1600, 1300, 1000)] == [-1, -0.5, 0, 0.5, 1]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"steering": Travel(1000, 1000, 2000)}, "`steering` must have its middle between"),
        ({"throttle": Travel(1000, 2100, 2000)}, "`throttle` must have its middle between"),
        ({"deadzone": 1}, "`deadzone` must be 0 to 0.9"),
        ({"bindings": {"RC1": "steering"}}, "must bind channels to steering and to throttle"),
        ({"bindings": {**GPIO, "RC0": "stop"}}, "channels .RC3."),
    ],
)
def test_impossible_settings_are_refused(clock, changes, rule):
    with pytest.raises(ConfigError, match=rule):
        receiver(clock, **changes)


def noise(clock, part, seconds, pulse):
    """What the loop is offered while every 20 ms a pulse of each channel comes."""
    for _ in range(round(seconds / 0.02)):
        clock.advance(0.02)
        part.take([(channel, pulse()) for channel in (1, 2, 3)])
        yield part.run_threaded()


NOISES = {
    "any length": lambda chance: lambda: chance.randint(0, 3000),
    "lengths of sticks": lambda chance: lambda: chance.randint(1000, 2000),
    "a radio among nonsense": lambda chance: lambda: chance.choice([1500, 1500, 9000, 9000, 400]),
    "two lengths": lambda chance: lambda: chance.choice([1100, 1900]),
}


@pytest.mark.parametrize("kind", NOISES)
def test_noise_drives_nothing_and_is_told_of_once(clock, caplog, kind):
    # What used to happen: a receiver whose transmitter was off sent pulses of any length. One near
    # the middle was taken for a stick at rest; then the car drove full forward and back.
    part = receiver(clock)
    pulse = NOISES[kind](random.Random(1))
    for offer in noise(clock, part, 60, pulse):
        assert not offer.throttle and not offer.moved and not offer.actions
        assert offer.expires_s <= clock.monotonic()
    assert offer.note == NOISE
    assert [record.getMessage() for record in caplog.records] == [NOISE]


@pytest.mark.parametrize("kind", NOISES)
def test_a_transmitter_that_is_switched_off_leaves_noise_and_the_car_stops(clock, kind):
    chance = random.Random(2)
    part = at_neutral(receiver(clock))
    part.take([(1, 1500), (2, 1800)] * 2)
    assert part.run_threaded().throttle > 0
    offers = list(noise(clock, part, 10, NOISES[kind](chance)))
    driven = [number for number, offer in enumerate(offers) if offer.throttle]
    assert max(driven, default=0) * 0.02 < 0.5
    assert not any(offer.actions for offer in offers)


def test_a_hand_that_pushes_and_turns_round_as_fast_as_it_can_is_no_noise(clock):
    part = at_neutral(receiver(clock))
    way = [1500, 1750, 2000, 2000, 1750, 1500, 1250, 1000, 1000, 1250] * 30
    for width_us in way:
        clock.advance(0.02)
        part.take([(1, 3000 - width_us), (2, width_us), (2, 20)])
        assert part.run_threaded().expires_s > clock.monotonic()


@pytest.mark.parametrize("false_us", [1000, 1900, 2200])
def test_one_false_pulse_among_good_ones_moves_nothing(clock, false_us):
    # What used to happen: the tick that came across it drove full.
    part = at_neutral(receiver(clock))
    for _ in range(5):
        part.take([(1, false_us), (2, false_us)])
        assert sticks(part.run_threaded()) == (0, 0)
        hold(part, (1, 1500), (2, 1500))
        assert sticks(part.run_threaded()) == (0, 0)


def test_one_false_pulse_chooses_no_pilot(clock):
    # What used to happen: one glitch on the third channel let the pilot drive off.
    part = receiver(clock)
    hold(part, (1, 1500), (2, 1500), (3, 1100))
    part.take([(3, 1900), (3, 1900), (3, 1100)])
    assert part.run_threaded().actions == ()


def test_a_switch_thrown_while_the_radio_was_out_of_range_counts(clock):
    part = receiver(clock)
    hold(part, (1, 1500), (2, 1500), (3, 1900))
    clock.advance(5)
    for _ in range(2):
        hold(part, (1, 1500), (2, 1500), (3, 1100))
    assert part.run_threaded().actions == ("mode_user",)


class Silent:
    """A receiver whose transmitter is off, on a clock that passes while it is read."""

    def __init__(self, clock, reads, pulses=()):
        self.clock, self.reads, self.pulses, self.part = clock, reads, list(pulses), None

    def read(self, timeout_s):
        self.reads -= 1
        self.clock.advance(timeout_s)
        if self.reads <= 0:
            self.part.shutdown()
        return self.pulses

    def close(self):
        pass


@pytest.mark.parametrize(
    ("seconds", "pulses", "told"),
    [(1.9, [], []), (30.0, [], [NOT_HEARD]), (30.0, [(1, 1500)], [NOT_HEARD]),
     (30.0, [(1, 1500), (2, 1500)], [])],
)  # fmt: skip
def test_a_remote_control_that_is_not_heard_is_told_of_once(clock, caplog, seconds, pulses, told):
    silent = Silent(clock, round(seconds / 0.02), pulses)
    silent.part = RCReceiver(lambda: silent, bindings=GPIO, clock=clock)
    silent.part.update()
    assert [record.getMessage() for record in caplog.records] == told


def test_a_switch_on_a_channel_that_the_receiver_does_not_have_is_told_of(clock, caplog):
    receiver(clock, bindings={**GPIO, "RC4-": "stop"}, channels=3)
    assert [record.getMessage() for record in caplog.records] == [
        "CONTROLLER_BINDINGS binds RC4- to stop, but this receiver has 3 channels: nothing does "
        "stop."
    ]


class Board:
    """A RoboHAT at the far end of a pseudo terminal."""

    def __init__(self):
        self.near, self.far = pty.openpty()
        self.port = os.ttyname(self.far)

    def send(self, data):
        os.write(self.near, data)

    def close(self):
        os.close(self.near)
        os.close(self.far)


@pytest.fixture
def board():
    board = Board()
    yield board
    for descriptor in (board.near, board.far):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def test_lines_of_a_robohat(board):
    line = RoboHATInput(board.port)
    board.send(b"00, 1500\r\n1500, 1700\r\nnoise\r\n12, 3, 4\r\n1600,1800\n16")
    assert line.read(1.0) == [
        (1, 0.0), (2, 1500.0), (1, 1500.0), (2, 1700.0), (1, 1600.0), (2, 1800.0),
    ]  # fmt: skip
    assert line.read(0.0) == []
    board.send(b"50, 1400\r\n")
    assert line.read(1.0) == [(1, 1650.0), (2, 1400.0)]
    line.close()
    line.close()


def test_a_line_without_end_takes_no_memory(board):
    line = RoboHATInput(board.port)
    for _ in range(20):
        board.send(b"9" * 1000)
        line.read(1.0)
    assert len(line._rest) <= 64
    line.close()


def test_a_robohat_drives_and_its_silence_stops(board):
    part = RCReceiver(lambda: RoboHATInput(board.port), bindings=RECEIVERS["MM1"])
    thread = threading.Thread(target=part.update, daemon=True)
    thread.start()
    end_s = time.monotonic() + 3
    while part.run_threaded().throttle == 0.0:
        board.send(b"1500, 1500\r\n" * PROOF + b"1500, 1800\r\n" * 2)
        time.sleep(0.01)
        assert time.monotonic() < end_s
    silent_s = time.monotonic()
    while part.run_threaded() != ABSENT:
        time.sleep(0.002)
    assert time.monotonic() - silent_s < 0.15
    part.shutdown()
    thread.join(2)
    assert not thread.is_alive()


@pytest.fixture
def robohat(clock, tmp_path):
    emulated = RoboHATBoard(tmp_path / "ttyAMA0", clock=clock)
    line = RoboHATInput(str(emulated.device.path))
    part = RCReceiver(
        lambda: line, bindings=RECEIVERS["MM1"], repeats=True, deadzone=0.01, clock=clock
    )

    def turns(num_turns, *pulses):
        """Turns of its program, with a radio that sends these pulses, or none."""
        for _ in range(num_turns):
            clock.advance(0.025)
            if pulses:
                emulated.hear_radio(*pulses)
            else:
                emulated.report()
            part.take(line.read(1.0))
        return part.run_threaded()

    yield turns
    line.close()
    emulated.device.close()


def test_a_robohat_whose_radio_falls_silent_at_full_throttle_stops(robohat, caplog):
    # What used to happen: its program says the last pulses over and over, and the car drove on at
    # full throttle for ever. Source: autorope/donkeycar 1613039, contrib/robohat/code.py, main().
    robohat(PROOF, 1500, 1500)
    assert robohat(4, 1500, 2000).throttle == 1.0
    assert robohat(int(STILL_S / 0.025) - 4).throttle == 1.0
    offer = robohat(8)
    assert (offer.throttle, offer.note) == (0.0, STILL)
    assert robohat(400).throttle == 0.0
    assert [record.getMessage() for record in caplog.records] == [STILL]
    # It is heard again, with the stick where it was: that is no neutral.
    assert robohat(10, 1501, 1999).throttle == 0.0
    robohat(10, 1500, 1500)
    assert robohat(4, 1500, 1700).throttle == pytest.approx(0.4)


def test_a_robohat_at_rest_may_say_the_same_for_ever(robohat):
    assert robohat(400, 1500, 1500).note == ""
    assert robohat(4, 1500, 1700).throttle == pytest.approx(0.4)


def test_a_radio_that_is_heard_varies_a_little_and_drives_on(robohat):
    robohat(PROOF, 1500, 1500)
    for turn in range(20):
        assert robohat(40, 1500 + turn % 2, 2000).throttle == 1.0


def test_a_robohat_that_is_plugged_in_later_is_heard(board, monkeypatch, caplog):
    monkeypatch.setattr("donkeycar.parts.controller.rc_receiver.REOPEN_S", 0.01)
    ports = ["/dev/none", "/dev/none", board.port]
    part = RCReceiver(lambda: RoboHATInput(ports.pop(0)), bindings=RECEIVERS["MM1"])
    thread = threading.Thread(target=part.update, daemon=True)
    thread.start()
    end_s = time.monotonic() + 3
    while part.run_threaded() == ABSENT:
        board.send(b"1500, 1800\r\n")
        time.sleep(0.01)
        assert time.monotonic() < end_s
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("The remote control is not heard"), "one line for many tries"
    assert lines[1:] in ([], [LET_GO])
    part.shutdown()
    thread.join(2)


def test_a_port_that_is_none_is_refused(tmp_path):
    with pytest.raises(DeviceError, match="/dev/none does not open.*dialout"):
        RoboHATInput("/dev/none")
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match="must be a serial port"):
        RoboHATInput(str(tmp_path / "file"))


def test_edges_become_pulses():
    timer = EdgeTimer()
    assert timer.edge(1, 5_000, rising=False) is None
    assert timer.edge(1, 1_000_000, rising=True) is None
    assert timer.edge(2, 1_100_000, rising=True) is None
    assert timer.edge(1, 2_500_000, rising=False) == 1500.0
    assert timer.edge(1, 2_600_000, rising=False) is None
    assert timer.edge(2, 3_100_000, rising=True) is None, "an edge was missed"
    assert timer.edge(2, 4_100_000, rising=False) == 1000.0


class FakeGpiod:
    """The calls of gpiod 2 that a receiver makes."""

    class EdgeEvent:
        class Type:
            RISING_EDGE = "rising"
            FALLING_EDGE = "falling"

    class line:  # noqa: N801 - as the library calls it
        class Direction:
            INPUT = "input"

        class Edge:
            BOTH = "both"

    def __init__(self, labels=None, error=None):
        self.labels = labels or {}
        self.error = error
        self.events = []
        self.released = 0

    def LineSettings(self, **settings):  # noqa: N802
        return settings

    def Chip(self, path):  # noqa: N802
        chip = types.SimpleNamespace(label=self.labels[os.path.basename(path)])
        chip.get_info = lambda: chip

        class Open:
            def __enter__(self):
                return chip

            def __exit__(self, *exc):
                pass

        return Open()

    def request_lines(self, chip, *, consumer, config):
        if self.error:
            raise self.error
        self.asked = (chip, config)
        return self

    def wait_edge_events(self, timeout_s):
        return bool(self.events)

    def read_edge_events(self):
        events, self.events = self.events, []
        return events

    def release(self):
        self.released += 1

    def edge(self, pin, kind, at_us):
        self.events.append(
            types.SimpleNamespace(line_offset=pin, event_type=kind, timestamp_ns=at_us * 1000)
        )


def test_pins_of_a_pi_are_timed_by_the_kernel():
    gpiod = FakeGpiod()
    pins = GpioInput([26, 20, 19], chip="/dev/gpiochip0", gpiod=gpiod)
    assert gpiod.asked == (
        "/dev/gpiochip0", {(26, 20, 19): {"direction": "input", "edge_detection": "both"}},
    )  # fmt: skip
    assert pins.read(0.0) == []
    gpiod.edge(26, "rising", 1000)
    gpiod.edge(19, "rising", 1200)
    gpiod.edge(26, "falling", 2480)
    gpiod.edge(19, "falling", 3100)
    assert pins.read(0.0) == [(1, 1480.0), (3, 1900.0)]
    pins.close()
    pins.close()
    assert gpiod.released == 1


@pytest.mark.skipif(sys.platform != "linux", reason="gpiod is for Linux")
def test_the_calls_are_those_of_the_library():
    import gpiod
    from gpiod import line

    assert gpiod.LineSettings(direction=line.Direction.INPUT, edge_detection=line.Edge.BOTH)
    assert gpiod.EdgeEvent.Type.RISING_EDGE
    for name in ("wait_edge_events", "read_edge_events", "release"):
        assert hasattr(gpiod.LineRequest, name)
    assert callable(gpiod.request_lines)
    assert hasattr(gpiod.Chip, "get_info")


def test_pins_in_use_are_told():
    gpiod = FakeGpiod(error=OSError(16, "Device or resource busy"))
    with pytest.raises(DeviceError, match=r"Pins \[26\] must be free GPIO pins.*busy"):
        GpioInput([26], chip="/dev/gpiochip0", gpiod=gpiod)


def test_the_chip_of_the_header_is_found_by_its_label(tmp_path):
    labels = {"gpiochip0": "gpio-brcmstb", "gpiochip1": "pinctrl-rp1"}
    for name in labels:
        (tmp_path / name).touch()
    assert header_chip(FakeGpiod(labels), folder=tmp_path) == str(tmp_path / "gpiochip1")
    with pytest.raises(DeviceError, match="must be on a Raspberry Pi"):
        header_chip(FakeGpiod({}), folder=tmp_path / "none")
