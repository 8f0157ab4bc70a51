"""The reader of gamepads, over a socket in place of the kernel's device."""

import random
import time

import pytest

from donkeycar.errors import ConfigError
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_SYN, EVENT, SYN_DROPPED
from donkeycar.parts.controller.gamepad import ABSENT, OFFER_LIFE_S, GamepadController
from donkeycar.testing import check_part
from tests.parts.controller.pad_devices import (
    DUALSHOCK4,
    XBOX_BLUETOOTH,
    XPAD,
    Plug,
    SocketPad,
    event,
    is_open,
)


def here(offer):
    return offer is not ABSENT


def test_it_keeps_the_contract_of_a_part():
    check_part(GamepadController(finder=Plug(SocketPad())), outputs=1, threaded=True)


def test_without_a_gamepad_it_offers_nothing(reading):
    assert reading(Plug()).part.run_threaded() is ABSENT


def test_a_stick_becomes_an_offer(reading):
    pad = SocketPad()
    one = reading(Plug(pad))
    pad.send(("ABS_X", 32767), ("ABS_RY", -32768))
    offer = one.until(lambda offer: offer.throttle == 1.0)
    assert offer.angle == 1.0
    assert 0 < offer.expires_s - time.monotonic() <= OFFER_LIFE_S


def test_a_full_stick_is_the_limit(reading):
    pad = SocketPad()
    one = reading(Plug(pad), throttle_limit=0.4, steering_scale=0.5)
    pad.send(("ABS_X", 32767), ("ABS_RY", -32768))
    one.until(lambda offer: offer.throttle == 1.0)
    assert one.part.run_threaded().throttle == 0.4
    assert one.part.run_threaded(0.3).throttle == pytest.approx(0.3)
    assert one.part.run_threaded(0.3).angle == 0.5


def test_the_throttle_can_be_turned_round(reading):
    pad = SocketPad()
    one = reading(Plug(pad), throttle_dir=1.0)
    pad.send(("ABS_RY", 32767))
    assert one.until(lambda offer: offer.throttle).throttle == 1.0


def test_a_press_is_told_once(reading):
    pad = SocketPad()
    one = reading(Plug(pad))
    pad.press("BTN_SOUTH")
    assert one.until(lambda offer: offer.actions).actions == ("mode",)
    assert one.part.run_threaded().actions == ()


class TestTold:
    """What the reader's thread tells at once, whatever the loop does."""

    @pytest.fixture
    def news(self):
        return []

    @pytest.fixture
    def part(self, clock, news):
        part = GamepadController(
            finder=Plug(), bindings={"ABS_HAT0Y-": "stop", "RC3": "w1"}, clock=clock
        )
        part.tell = news.append
        self.line = SocketPad().line
        part._greet(self.line)
        return part

    def test_a_press_is_told_once_and_the_tick_has_it_too(self, part, news):
        part._take(self.line, event("BTN_WEST", 1))
        assert news == ["stop"]
        part._take(self.line, event("BTN_WEST", 2) + event("BTN_WEST", 0) + event("ABS_X", 99))
        assert news == ["stop"]
        assert part.run_threaded().actions == ("stop",)

    def test_sticks_and_buttons_without_a_meaning_are_not(self, part, news):
        part._take(self.line, event("ABS_X", 32767) + event("ABS_RY", -32768))
        part._take(self.line, event("BTN_THUMBL", 1))
        assert news == []

    def test_an_axis_can_be_a_stop(self, part, news):
        part._take(self.line, event("ABS_HAT0Y", -1))
        assert news == ["stop"]

    def test_what_is_held_when_it_is_plugged_in_is_not(self, clock, news):
        line = SocketPad().line
        line.held.add(BUTTONS["BTN_WEST"])
        part = GamepadController(finder=Plug(), clock=clock)
        part.tell = news.append
        part._greet(line)
        part._take(line, event("ABS_X", 99))
        assert news == []

    def test_a_loop_that_hangs_hides_no_stop(self, part, news):
        part._take(self.line, (event("BTN_EAST", 1) + event("BTN_EAST", 0)) * 200)
        part._take(self.line, event("BTN_WEST", 1))
        assert news == ["record"] * 200 + ["stop"]

    def test_a_press_among_events_that_were_lost(self, part, news):
        self.line.query = lambda descriptor: (dict(self.line.axes), {BUTTONS["BTN_WEST"]})
        dropped = EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0)
        part._take(self.line, event("BTN_EAST", 1) + dropped)
        assert news == ["record", "stop"]

    def test_a_press_before_the_device_failed(self, part, news, monkeypatch):
        def fail(descriptor):
            raise OSError(19, "No such device")

        self.line.query = fail
        with pytest.raises(OSError, match="No such device"):
            part._take(self.line, event("BTN_WEST", 1) + EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0))
        assert news == ["stop"]

    def test_a_gamepad_that_goes(self, reading, news):
        pad = SocketPad()
        one = reading(Plug(pad))
        one.part.tell = news.append
        one.until(here)
        pad.press("BTN_WEST")
        pad.unplug()
        end_s = time.monotonic() + 3
        while "gone" not in news:
            assert time.monotonic() < end_s
            time.sleep(0.001)
        assert news == ["stop", "gone"]
        assert one.part.run_threaded() is ABSENT


def test_a_movement_is_told_when_it_is_more_than_noise(reading):
    pad = SocketPad()
    one = reading(Plug(pad))
    one.until(here)
    pad.send(("ABS_X", 1500))
    assert not one.until(lambda offer: offer.angle > 0).moved
    pad.send(("ABS_X", 9000))
    one.until(lambda offer: offer.moved)
    assert not one.part.run_threaded().moved
    pad.press("BTN_WEST")
    assert not one.until(lambda offer: offer.actions == ("stop",)).moved, "a stop asks for no wheel"
    pad.press("BTN_SOUTH")
    assert one.until(lambda offer: offer.actions).moved


def test_records_that_come_in_pieces_are_put_together(reading):
    pad = SocketPad()
    one = reading(Plug(pad))
    one.until(here)
    for byte in event("ABS_X", 32767) + event("BTN_EAST", 1):
        pad.send_bytes(bytes([byte]))
        time.sleep(0.001)
    assert one.until(lambda offer: offer.actions).actions == ("record",)
    assert one.part.run_threaded().angle == 1.0


def test_unplugged_it_offers_nothing_at_once(reading):
    pad = SocketPad()
    one = reading(Plug(pad))
    pad.send(("ABS_RY", -32768))
    one.until(lambda offer: offer.throttle == 1.0)
    descriptor = pad.line.descriptor
    pad.unplug()
    started_s = time.monotonic()
    one.until(lambda offer: offer is ABSENT)
    assert time.monotonic() - started_s < 0.1
    assert one.part.connected is None
    time.sleep(0.05)
    assert not is_open(descriptor)


def test_a_device_that_fails_is_gone(reading, monkeypatch):
    pad = SocketPad()
    one = reading(Plug(pad))
    one.until(here)

    def fail(descriptor, size):
        raise OSError(19, "No such device")

    monkeypatch.setattr("donkeycar.parts.controller.device.os.read", fail)
    pad.send(("ABS_X", 1))
    one.until(lambda offer: offer is ABSENT)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("donkeycar.parts.controller.gamepad.RESCAN_S", 0.01)


def test_a_gamepad_plugged_in_later_is_found(reading, impatient):
    plug = Plug()
    one = reading(plug)
    time.sleep(0.05)
    plug.pads.append(SocketPad())
    one.until(here)


def test_the_same_gamepad_is_known_by_its_address_when_it_comes_back(reading, impatient):
    first, same = SocketPad(XBOX_BLUETOOTH), SocketPad(XBOX_BLUETOOTH)
    stranger = SocketPad((XBOX_BLUETOOTH[0]._replace(uniq="5c:ba:37:00:00:99"), XBOX_BLUETOOTH[1]))
    plug = Plug(first)
    one = reading(plug)
    one.until(here)
    first.unplug()
    one.until(lambda offer: offer is ABSENT)
    plug.pads = [stranger]
    time.sleep(0.1)
    assert one.part.connected is None, "another gamepad near by must not take over"
    plug.pads = [SocketPad(DUALSHOCK4), same]
    one.until(here)
    assert one.part.connected.uniq == XBOX_BLUETOOTH[0].uniq


def test_after_a_while_another_gamepad_will_do(clock):
    part = GamepadController(finder=Plug(), clock=clock)
    part._known, part._gone_s = XPAD[0], clock.now_s
    other = SocketPad(DUALSHOCK4)
    assert part._choose([other.line]) is None
    clock.advance(10)
    assert part._choose([]) is other.line


SECOND = (XPAD[0]._replace(name="Second", uniq="aa:01"), XPAD[1])
THIRD = (XPAD[0]._replace(name="Third", uniq="aa:02"), XPAD[1])


def test_every_gamepad_that_is_there_stops_the_car(reading, impatient, caplog):
    # What used to happen: of two gamepads the first one drove, the other one was not read, and
    # nobody said so. Who held it pressed Stop, and the car drove on.
    caplog.set_level("INFO")
    first, second, third = SocketPad(), SocketPad(SECOND), SocketPad(THIRD)
    plug = Plug(first, second)
    one = reading(plug)
    one.until(here)
    plug.pads.append(third)  # comes while the first one drives
    news = []
    one.part.tell = news.append
    first.send(("ABS_RY", -32768))
    one.until(lambda offer: offer.throttle == 1.0)
    for pad in (second, third):
        pad.send(("ABS_RY", 32767), ("ABS_X", 32767))
        pad.press("BTN_SOUTH")  # the next mode
        pad.press("BTN_WEST")  # Stop: the upper one
        offer = one.until(lambda offer: offer.actions)
        assert (offer.actions, offer.throttle, offer.angle) == (("stop",), 1.0, 0.0)
    assert news == ["stop", "stop"]
    second.unplug()
    third.press("BTN_WEST")
    one.until(lambda offer: offer.actions == ("stop",))
    told = [
        record.getMessage() for record in caplog.records if "does not drive" in record.getMessage()
    ]
    assert told == [
        "Gamepad Second does not drive, but it can stop the car.",
        "Gamepad Third does not drive, but it can stop the car.",
    ]


def test_a_stranger_stops_the_car_while_the_gamepad_that_drove_is_gone(reading, impatient):
    first, second = SocketPad(XBOX_BLUETOOTH), SocketPad(SECOND)
    one = reading(Plug(first, second))
    one.until(here)
    first.unplug()
    one.until(lambda offer: offer is ABSENT)
    second.press("BTN_WEST")
    offer = one.until(lambda offer: offer.actions)
    assert (offer.actions, offer.expires_s) == (("stop",), 0.0)
    assert one.part.connected is None


def test_of_two_alike_the_other_one_drives_from_rest_when_the_first_is_gone(reading, impatient):
    first, same = SocketPad(), SocketPad()
    one = reading(Plug(first, same))
    one.until(here)
    same.send(("ABS_RY", -32768))
    time.sleep(0.1)
    same.line.query = lambda descriptor: (
        {**same.line.axes, AXES["ABS_RY"]: same.line.axes[AXES["ABS_RY"]]._replace(value=-32768)},
        set(),
    )
    news = []
    one.part.tell = news.append
    first.unplug()
    offer = one.until(lambda offer: offer.note)
    assert (offer.throttle, news) == (0.0, ["gone"])


@pytest.mark.parametrize("name", ["the stick", "a button"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_gamepad_that_was_never_heard_gives_way_to_one_that_is_used(
    reading, impatient, caplog, name, number
):
    # What used to happen: a receiver for two gamepads shows two, whether they are switched on or
    # not. The first one drove, and the only one that was there did nothing but stop, in silence.
    pads = [SocketPad(), SocketPad(), SocketPad()]
    one = reading(Plug(*pads))
    one.until(here)
    news = []
    one.part.tell = news.append
    used = pads[number]
    if name == "the stick":
        used.send(("ABS_X", 32767))
        one.until(lambda offer: offer.angle == 0.0 and one.part.connected is not None)
        used.send(("ABS_X", 0))
    else:
        used.press("BTN_EAST")
    used.send(("ABS_RY", 100), ("ABS_RY", 0))
    end_s = time.monotonic() + 3
    while True:  # until it is the one that drives
        used.send(("ABS_X", -32768))
        offer = one.part.run_threaded(1.0, "")
        if offer.angle == -1.0:
            break
        assert time.monotonic() < end_s
        time.sleep(0.01)
        used.send(("ABS_X", 0))
    assert news == []
    pads[0].press("BTN_WEST")
    assert one.until(lambda offer: offer.actions).actions == ("stop",)


def test_a_gamepad_that_was_heard_does_not_give_way(reading, impatient):
    first, second = SocketPad(), SocketPad(SECOND)
    one = reading(Plug(first, second))
    one.until(here)
    first.send(("ABS_X", 3000), ("ABS_X", 0))
    one.until(lambda offer: offer.angle == 0.0)
    time.sleep(0.05)
    second.press("BTN_EAST")
    second.send(("ABS_X", 32767))
    time.sleep(0.1)
    first.send(("ABS_X", -32768))
    one.until(lambda offer: offer.angle == -1.0)


def test_a_gamepad_that_comes_back_does_not_give_way_before_it_is_touched(reading, impatient):
    first, second = SocketPad(XBOX_BLUETOOTH), SocketPad(SECOND)
    plug = Plug(first, second)
    one = reading(plug)
    one.until(here)
    first.send(("ABS_X", 0))
    one.until(lambda offer: offer.angle == -1.0)
    first.unplug()
    one.until(lambda offer: offer is ABSENT)
    back = SocketPad(XBOX_BLUETOOTH)
    plug.pads.append(back)
    one.until(here)
    second.press("BTN_EAST")
    time.sleep(0.1)
    assert one.part.connected == XBOX_BLUETOOTH[0]


def test_all_gamepads_are_let_go_of_at_the_end(reading, impatient):
    first, second = SocketPad(), SocketPad(SECOND)
    descriptors = [first.line.descriptor, second.line.descriptor]
    one = reading(Plug(first, second))
    one.until(here)
    one.close()
    assert not any(map(is_open, descriptors))


def test_lost_events_are_asked_for(reading):
    pad = SocketPad()
    asked = []

    def query(descriptor):
        asked.append(descriptor)
        infos = dict(pad.line.axes)
        infos[0] = infos[0]._replace(value=-32768)
        return infos, set()

    pad.line.query = query
    one = reading(Plug(pad))
    pad.send_bytes(EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0))
    one.until(lambda offer: offer.angle == -1.0)
    assert asked == [pad.line.descriptor]


def test_a_reader_that_hangs_offers_nothing(clock):
    part = GamepadController(finder=Plug(), clock=clock)
    part._greet(SocketPad().line)
    assert part.run_threaded() is not ABSENT
    clock.advance(OFFER_LIFE_S)
    assert part.run_threaded() is ABSENT


def test_throttle_records_if_the_car_shall(clock):
    part = GamepadController(finder=Plug(), clock=clock)
    line = SocketPad().line
    part._greet(line)
    assert part.run_threaded().recording is False
    part._take(line, event("ABS_RY", -32768))
    assert part.run_threaded().recording is True
    part = GamepadController(finder=Plug(), auto_record=False, clock=clock)
    part._greet(line)
    assert part.run_threaded().recording is None


def test_a_push_of_chaos_is_not_recorded(clock):
    part = GamepadController(kind="ps3", finder=Plug(), auto_record=False, clock=clock)
    line = SocketPad(DUALSHOCK4).line
    part._greet(line)
    part._take(line, event("BTN_TL", 1))
    offer = part.run_threaded()
    assert (offer.angle, offer.recording) == (-0.2, False)


class TestConstantThrottle:
    """START toggles it."""

    @pytest.fixture
    def part(self, clock):
        part = GamepadController(finder=Plug(), clock=clock)
        self.line = SocketPad().line
        part._greet(self.line)
        self.part = part
        self.press("BTN_START")
        assert part.run_threaded(0.3, "").throttle == 0.3
        return part

    def press(self, name):
        self.part._take(self.line, event(name, 1) + event(name, 0))

    def test_it_lasts_and_follows_the_limit(self, part):
        assert part.run_threaded(0.2, "").throttle == 0.2

    def test_the_button_ends_it(self, part):
        self.press("BTN_START")
        assert part.run_threaded(0.3, "").throttle == 0.0

    def test_the_stick_ends_it(self, part):
        part._take(self.line, event("ABS_RY", 32767))
        assert part.run_threaded(0.3, "").throttle == -0.3
        part._take(self.line, event("ABS_RY", 0))
        assert part.run_threaded(0.3, "").throttle == 0.0

    def test_a_stop_from_anywhere_ends_it(self, part):
        assert part.run_threaded(0.3, "Stopped.").throttle == 0.0
        assert part.run_threaded(0.3, "").throttle == 0.0

    def test_its_own_stop_ends_it_in_the_same_tick(self, part):
        self.press("BTN_WEST")
        assert part.run_threaded(0.3, "").throttle == 0.0

    def test_a_gamepad_that_went_away_has_none_when_it_is_back(self, part, clock):
        clock.advance(1)
        assert part.run_threaded(0.3, "") is ABSENT
        part._greet(self.line)
        assert part.run_threaded(0.3, "").throttle == 0.0


def test_a_thousand_lists_of_noise_leave_every_value_in_range(clock):
    seed = random.Random(7)
    for _ in range(1000):
        part = GamepadController(finder=Plug(), clock=clock)
        line = SocketPad(seed.choice([XPAD, DUALSHOCK4, XBOX_BLUETOOTH])).line
        part._greet(line)
        rest = b""
        for _ in range(5):
            rest = part._take(line, rest + seed.randbytes(seed.randrange(200)))
        offer = part.run_threaded(1.0)
        assert -1 <= offer.angle <= 1
        assert -1 <= offer.throttle <= 1
        line.close()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"kind": "nes"}, "`kind` must be one of xbox"),
        ({"kind": "custom"}, "must bind an axis to 'steering'.*donkey gamepad learn"),
        ({"deadzone": 1.0}, "`deadzone` must be 0 to 0.9. Received: deadzone=1.0"),
        ({"throttle_limit": 2}, "`throttle_limit` must be 0 to 1"),
        ({"throttle_dir": 0}, "`throttle_dir` must be -1.0 or 1.0"),
        ({"bindings": {"BTN_SUOTH": "stop"}}, "Did you mean 'BTN_SOUTH'"),
        ({"bindings": {"BTN_X": "stop"}}, "BTN_WEST or BTN_NORTH. Received: 'BTN_X'"),
        ({"bindings": {"BTN_SOUTH": "halt"}}, "must be one of steering.*Received: 'halt'"),
        ({"bindings": {"BTN_SOUTH": "recrod"}}, "Did you mean 'record'"),
        ({"bindings": {"BTN_SOUTH": "throttle"}}, "only an axis can be throttle"),
    ],
    ids=str,
)
def test_impossible_settings_are_refused(arguments, rule):
    with pytest.raises(ConfigError, match=rule):
        GamepadController(finder=Plug(), **arguments)


def test_a_binding_moves_an_axis_and_nothing_takes_one_away(clock):
    bindings = {"ABS_RX": "steering", "BTN_SOUTH": "", "BTN_EAST": None, "RC3": "w1"}
    part = GamepadController(bindings=bindings, finder=Plug(), clock=clock)
    line = SocketPad().line
    part._greet(line)
    part._take(line, event("ABS_X", 32767) + event("BTN_SOUTH", 1) + event("BTN_EAST", 1))
    assert (part.run_threaded().angle, part.run_threaded().actions) == (0.0, ())
    part._take(line, event("ABS_RX", 32767))
    assert part.run_threaded().angle == 1.0
