"""What an owner wires otherwise than meant is said once, at the start; and nothing else is."""

import importlib.util
import logging
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from donkeycar import assembly
from donkeycar.assembly import (
    add_camera,
    add_console,
    add_controllers,
    add_drive_mode,
    add_driver,
    add_drivetrain,
    add_recorder,
    make_cockpit,
)
from donkeycar.assembly.channels import CHANNELS
from donkeycar.assembly.drivetrain import DRIVETRAINS
from donkeycar.config import Config, load_config
from donkeycar.driving.drive_mode import DriveMode
from donkeycar.errors import ConfigError, PartError, PartFailed
from donkeycar.loop.wiring import LINES
from donkeycar.management.createcar import create_car
from donkeycar.parts.answer_life import MAX_LIFE_S
from donkeycar.parts.controller.as_offer import AsOffer
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from donkeycar.vehicle import Vehicle


class Part:
    """A part of an owner's that says the same for ever."""

    def __init__(self, *values):
        self.values = values

    def run(self, *inputs):
        if isinstance(self.values, tuple):
            return (
                (self.values if len(self.values) > 1 else self.values[0]) if self.values else None
            )
        return self.values


class OwnPilot(Part):
    pass


class OwnRadio(Part):
    pass


class Stale:
    """A camera of which the owner says how old its frames are."""

    def __init__(self, clock):
        self.clock = clock
        self.sequence = 0
        self.hangs = False

    def run(self):
        if self.hangs:
            return None
        self.sequence += 1
        return np.zeros((4, 4, 3), np.uint8), self.clock.monotonic(), self.sequence


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture
def car(clock):
    return Vehicle(clock=clock)


def settings(**values):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return Config({**defaults, "CAR_PATH": "/car", "WEB_CONTROL_PORT": 0, **values})


# Doubts, one by one.


def test_parts_that_change_a_channel_on_purpose_are_no_doubt(car):
    car.add(Part(1.0), outputs=["angle"])
    car.add(Part(2.0), inputs=["angle"], outputs=["angle"])
    car.mem["raced"] = True
    car.add(Part(3.0), outputs=["angle"], run_condition="raced")
    car.add(Part(), inputs=["angle"])
    assert car.wiring_warnings() == []


def test_a_channel_of_two_parts_is_named_with_both(car):
    car.add(Part(1.0), outputs=["imu/yaw"])
    car.add(OwnRadio(2.0), outputs=["imu/yaw"])
    car.add(Part(), inputs=["imu/yaw"])
    (doubt,) = car.wiring_warnings()
    assert doubt.startswith("OwnRadio writes imu/yaw, which Part writes too")


@pytest.mark.parametrize(
    "line", ["add_driver", "add_drive_mode", "add_drivetrain", "add_camera", "AsOffer"]
)
def test_a_line_that_is_there_twice_is_told_in_one_sentence_that_names_it(car, line):
    """What used to happen: nobody said so; buttons, or all of one controller, were lost.

    Then it was said of `GuardedDrivetrain`, which nobody finds in manage.py, and twice of a driver.
    """
    cfg = settings(DRIVE_TRAIN_TYPE="MOCK", CAMERA_TYPE="MOCK")
    add = {
        "add_driver": lambda: add_driver(car, cfg, make_cockpit(car, cfg)),
        "add_drive_mode": lambda: add_drive_mode(car, cfg),
        "add_drivetrain": lambda: add_drivetrain(car, cfg),
        "add_camera": lambda: add_camera(car, cfg),
        "AsOffer": lambda: car.add(
            AsOffer(OwnRadio(0.0, 0.0), ["user/angle", "user/throttle"]), outputs=["gamepad/offer"]
        ),
    }[line]
    add()
    assert not any("twice" in doubt for doubt in car.wiring_warnings())
    add()
    (again,) = (doubt for doubt in car.wiring_warnings() if "twice" in doubt)
    assert again.startswith(f"manage.py {'adds' if line == 'AsOffer' else 'calls'} {line} twice")
    assert again.endswith(", and what the first one writes is lost: delete one of the two lines.")
    assert not any("Let it make an offer" in doubt for doubt in car.wiring_warnings())


def test_the_lines_of_manage_py_are_those_that_write_these_channels():
    assert {channel: CHANNELS[channel].writers[0] for channel in LINES} == LINES
    assert set(LINES.values()) <= set(assembly.__all__)


def test_two_controllers_that_offer_on_one_channel_are_both_named(car):
    """What used to happen: the first one did nothing, without a word."""
    radio = AsOffer(OwnRadio(0.0, 0.0), ["user/angle", "user/throttle"])
    car.add(radio, outputs=["gamepad/offer"])
    cfg = settings(USE_JOYSTICK_AS_DEFAULT=True, CONTROLLER_TYPE="mock")
    add_controllers(car, cfg, make_cockpit(car, cfg))
    assert any(
        "writes gamepad/offer, which AsOffer writes too" in doubt for doubt in car.wiring_warnings()
    )


def test_a_car_has_one_cockpit_whatever_its_manage_py_says(car, monkeypatch):
    """What used to happen: a page with a second one drove nothing, and its Stop did not hold."""
    cfg = settings(USE_JOYSTICK_AS_DEFAULT=True, CONTROLLER_TYPE="mock")
    cockpit = make_cockpit(car, cfg)
    assert make_cockpit(car, cfg) is cockpit
    add_controllers(car, cfg)  # an older line beside newer ones
    add_driver(car, cfg, cockpit)
    shown = []

    def page(cockpit, **settings):
        shown.append(cockpit)
        return SimpleNamespace(update=print, run_threaded=print)

    monkeypatch.setattr("donkeycar.console.web_console.WebConsole", page)
    add_console(car, cfg)
    assert shown == [cockpit]
    assert make_cockpit(Vehicle(), cfg) is not cockpit


def test_an_output_that_nobody_reads_is_named_with_the_nearest_that_somebody_does(car):
    car.add(Part(1.0), outputs=["imu/acl_x"])
    car.add(Part(), inputs=["imu/acl_x"])
    car.add(OwnRadio(1.0), outputs=["imu/acel_x"])
    assert car.wiring_warnings() == [
        "Nothing reads imu/acel_x, which OwnRadio writes. Did you mean imu/acl_x?"
    ]


def test_a_channel_that_is_read_in_vain_is_named_with_its_reader(car):
    car.add(Part(1.0), outputs=["pilot/angle"])
    car.add(OwnRadio(), inputs=["pilot/angel", "pilot/angle"], run_condition="user/mode")
    assert car.wiring_warnings() == [
        "'pilot/angel' is read, but nothing writes it (OwnRadio). Did you mean pilot/angle?",
        "'user/mode' is read, but nothing writes it (OwnRadio). add_driver does, in manage.py.",
    ]


def test_a_camera_of_ones_own_is_told_what_it_must_write_too(car):
    """What used to happen: no picture on the page, a pilot that never drove, and no advice."""
    car.add(Part(np.zeros((2, 2, 3), np.uint8)), outputs=["cam/image_array"])
    add_console(car, settings()).shutdown()
    told = [doubt for doubt in car.wiring_warnings() if "'cam/" in doubt]
    assert [doubt.partition(" ")[0] for doubt in told] == ["'cam/exposed_s'", "'cam/sequence'"]
    assert all("A camera of your own must" in doubt for doubt in told)


def test_a_car_without_a_console_is_told_what_gives_orders_a_life(car):
    car.add(OwnRadio(0.1, 0.2, "user"), outputs=["user/angle", "user/throttle", "user/mode"])
    add_drive_mode(car, settings())
    assert any("'user/expires_s' is read" in doubt for doubt in car.wiring_warnings())


class Limit:
    """Takes throttle away, as cars of donkeycar 5 do."""

    def __init__(self, throttle):
        self.throttle = throttle

    def run(self, value):
        return self.throttle if isinstance(value, float) else value._replace(throttle=self.throttle)


def drivable(car, clock, part, wiring, *, after="add_drive_mode"):
    """A car whose driver holds half throttle, with a part of the owner's after one of its lines."""
    cfg = settings(DRIVE_TRAIN_TYPE="MOCK")
    radio = OwnRadio(0.0, 0.0)
    car.add(AsOffer(radio, ["user/angle", "user/throttle"], clock=clock), outputs=["gamepad/offer"])
    lines = {
        "add_driver": lambda: add_driver(car, cfg, make_cockpit(car, cfg)),
        "add_drive_mode": lambda: add_drive_mode(car, cfg),
        "add_drivetrain": lambda: add_drivetrain(car, cfg),
    }
    for name, line in lines.items():
        line()
        if name == after:
            car.add(part, **wiring)
    car.step()
    radio.values = (0.0, 0.5)
    for _ in range(4):
        clock.advance(0.05)
        car.step()


@pytest.mark.parametrize("channel", ["throttle", "angle"])
@pytest.mark.parametrize("after", ["add_drive_mode", "add_drivetrain"])
def test_a_limit_that_the_wheels_would_not_see_does_not_start(car, clock, channel, after):
    """What used to happen: the page showed 0.1, the motor got 0.5, and the log said that the part
    changes orders."""
    drivable(car, clock, Limit(0.1), {"inputs": [channel], "outputs": [channel]}, after=after)
    assert car.mem["command"].throttle == 0.5
    with pytest.raises(PartError) as refusal:
        car.start(rate_hz=20, max_loop_count=1)
    assert str(refusal.value).startswith(
        f"A part after add_drive_mode must not write {channel}: the wheels obey `command`. "
        f"Received: Limit with outputs=['{channel}']. To limit the throttle, let it read and "
        "write user/max_throttle"
    )


@pytest.mark.parametrize(
    ("channel", "after"), [("user/max_throttle", "add_driver"), ("command", "add_drive_mode")]
)
def test_a_limit_where_the_refusal_sends_it_reaches_the_wheels(car, clock, channel, after):
    drivable(car, clock, Limit(0.1), {"inputs": [channel], "outputs": [channel]}, after=after)
    assert car.mem["command"].throttle == 0.1
    assert car.start(rate_hz=20, max_loop_count=1) == 1


def test_wheels_of_ones_own_may_obey_angle_and_throttle(car):
    add_driver(car, settings(), make_cockpit(car, settings()))
    add_drive_mode(car, settings())
    car.add(Limit(0.1), inputs=["throttle"], outputs=["throttle"])
    car.add(Part(), inputs=["angle", "throttle"])
    assert car.start(rate_hz=20, max_loop_count=1) == 1


def test_what_comes_after_its_readers_is_told_where_to_go(car):
    cfg = settings()
    console = add_console(car, cfg)
    car.add(OwnPilot(0.1, 0.2), outputs=["pilot/angle", "pilot/throttle"])
    add_drive_mode(car, cfg)
    add_recorder(car, cfg)
    car.add(Part(0.1), outputs=["imu/acl_x"])
    console.shutdown()
    told = [doubt for doubt in car.wiring_warnings() if "came before" in doubt]
    assert told == [
        "OwnPilot writes pilot/angle, pilot/throttle, but add_console came before it and so "
        "does not read it. Move its line up, before add_console.",
        "Part writes imu/acl_x, but add_recorder came before it and so does not read it. Move "
        "its line up, before add_recorder.",
    ]


# An owner's controller, written for donkeycar 5.

FORMS = [
    ["user/steering", "user/throttle", "user/mode", "recording"],
    ["user/angle", "user/throttle", "user/mode", "recording"],
    ["user/throttle", "user/angle"],
]


@pytest.mark.parametrize("outputs", FORMS)
@pytest.mark.parametrize("place", ["before the console", "after it"])
def test_a_controller_that_writes_what_the_console_writes_is_told_the_way_that_works(
    car, outputs, place
):
    """What used to happen: nothing moved, and nothing said why."""
    cfg = settings()
    radio = {"part": OwnRadio(*range(len(outputs))), "outputs": outputs}
    if place == "before the console":
        car.add(**radio)
    console = add_console(car, cfg)
    if place == "after it":
        car.add(**radio)
    add_drive_mode(car, cfg)
    console.shutdown()
    told = [doubt for doubt in car.wiring_warnings() if "OwnRadio" in doubt]
    assert len(told) == 1
    assert f"car.add(AsOffer(OwnRadio(...), {outputs})" in told[0]
    assert "outputs=['gamepad/offer']" in told[0]


@pytest.mark.parametrize("outputs", FORMS)
def test_a_controller_that_offers_drives(car, clock, outputs):
    values = {"user/steering": 0.5, "user/angle": 0.5, "user/throttle": 0.0}
    radio = OwnRadio()
    radio.values = tuple(
        values.get(name, "user" if name == "user/mode" else True) for name in outputs
    )
    cfg = settings()
    car.add(AsOffer(radio, outputs, clock=clock), outputs=["gamepad/offer"])
    console = add_console(car, cfg)
    add_drive_mode(car, cfg)
    console.shutdown()
    assert not [doubt for doubt in car.wiring_warnings() if "AsOffer" in doubt]
    car.step()
    values["user/throttle"] = 0.3
    radio.values = tuple(
        values.get(name, "user" if name == "user/mode" else True) for name in outputs
    )
    for _ in range(4):
        clock.advance(0.05)
        car.step()
    assert car.mem["command"].throttle == 0.3
    assert car.mem["command"].angle == 0.5
    radio.values = ()
    clock.advance(0.05)
    car.step()
    assert car.mem["throttle"] == 0.0, "a radio that says nothing is gone"


def test_a_mode_switch_counts_when_it_is_thrown(clock):
    radio = OwnRadio(0.0, 0.0, "local")
    part = AsOffer(radio, ["user/angle", "user/throttle", "user/mode"], clock=clock)
    assert part.run().actions == ()
    radio.values = (0.0, 0.0, "user")
    assert part.run().actions == ("mode_user",)
    assert part.run().actions == ()


def test_a_controller_of_the_owners_drives_once_it_was_at_rest(clock):
    radio = OwnRadio(0.0, 0.6, True)
    part = AsOffer(radio, ["user/angle", "user/throttle", "recording"], clock=clock)
    let_go = "Let go of the throttle for two seconds: OwnRadio has not been seen at rest yet."
    for _ in range(2):
        radio.values = (0.0, 0.6, True)
        offer = part.run()
        assert (offer.throttle, offer.recording, offer.note) == (0.0, False, let_go)
        assert not offer.moved
        radio.values = (0.0, 0.0, True)
        assert part.run().note == ""
        radio.values = (0.0, 0.6, True)
        assert (part.run().throttle, part.run().recording) == (0.6, True)
        radio.values = None
        part.run()


@pytest.mark.parametrize("values", [(None, 0.1), (0.1, None)])
def test_who_says_nothing_of_one_is_gone(clock, values):
    offer = AsOffer(OwnRadio(*values), ["user/angle", "user/throttle"], clock=clock).run()
    assert (offer.expires_s, offer.note) == (0.0, "")


@pytest.mark.parametrize("values", [(float("nan"), 0.1), (0.0, 1.5), ("left", 0.1), (0.0, [])])
def test_nonsense_is_no_offer_and_is_told_once(clock, values, caplog):
    """What used to happen: numbers out of range were silent, and a text ended the car."""
    radio = OwnRadio(*values)
    part = AsOffer(radio, ["user/angle", "user/throttle"], clock=clock)
    for _ in range(2):
        offer = part.run()
        assert offer.expires_s == 0.0
        assert offer.note == (
            "OwnRadio must return angle and throttle as numbers from -1 to 1, so it does not "
            f"drive. Received: {values!r}."
        )
        assert offer.note_at(clock.monotonic()) == offer.note, "the page says it"
    assert caplog.text.count("so it does not drive") == 1
    radio.values = (0.0, 0.0)
    assert part.run().note == ""


@pytest.mark.parametrize("values", [0.1, (0.1,), (0.1, 0.2, 0.3), "ab"])
def test_a_controller_that_returns_another_number_of_values_is_named(clock, values):
    """What used to happen: "'float' object is not iterable", or a sentence about zip()."""
    radio = OwnRadio()
    radio.run = lambda: values
    part = AsOffer(radio, ["user/angle", "user/throttle"], clock=clock)
    with pytest.raises(PartError, match="`OwnRadio` must return 2 values.*Received: "):
        part.run()


@pytest.mark.parametrize("channel", ["gamepad/offer", "rc/offer"])
def test_an_offer_that_is_none_names_its_channel_and_what_makes_one(car, channel):
    """What used to happen: "DriverPart failed: 'tuple' object has no attribute 'note_at'"."""
    car.add(OwnRadio((0.1, 0.2)), outputs=[channel])
    cfg = settings()
    add_driver(car, cfg, make_cockpit(car, cfg))
    with pytest.raises(PartFailed, match=f"`{channel}` must hold an Offer.*AsOffer"):
        car.start(rate_hz=20, max_loop_count=1)


def test_a_controller_without_a_throttle_is_refused():
    with pytest.raises(ConfigError, match="must name user/angle and user/throttle. Received"):
        AsOffer(OwnRadio(0.1), ["user/angle"])


# An owner's pilot that does not say until when its orders hold.


def self_driving(car, clock, pilot, **wiring):
    camera = Stale(clock)
    car.add(camera, outputs=["cam/image_array", "cam/exposed_s", "cam/sequence"])
    car.add(pilot, inputs=["cam/image_array"], **wiring)
    car.mem["user/mode"] = "local"
    for channel in ("user/angle", "user/throttle"):
        car.mem[channel] = 0.0
    car.mem["user/max_throttle"] = 1.0
    car.mem["user/expires_s"] = float("inf")
    add_drive_mode(car, settings())
    return camera


def throttle_after(car, clock, seconds):
    for _ in range(round(seconds / 0.05)):
        clock.advance(0.05)
        car.step()
    command = car.mem["command"]
    return command.throttle if command.expires_s > clock.monotonic() else 0.0


def test_a_pilot_of_ones_own_drives(car, clock):
    """What used to happen: it never drove, and the page said that the order was too old."""
    self_driving(car, clock, OwnPilot(0.2, 0.3), outputs=["pilot/angle", "pilot/throttle"])
    assert throttle_after(car, clock, 1.0) == 0.3
    assert car.mem["command"].angle == 0.2
    assert car.mem["command"].expires_s <= clock.monotonic() + MAX_LIFE_S


def test_it_drives_as_long_as_it_answers(car, clock):
    pilot = OwnPilot(0.2, 0.3)
    self_driving(car, clock, pilot, outputs=["pilot/angle", "pilot/throttle"])
    assert throttle_after(car, clock, 1.0) == 0.3
    pilot.values = ()
    assert throttle_after(car, clock, 0.2) == 0.3
    assert throttle_after(car, clock, 0.05) == 0.0


def test_it_drives_as_long_as_it_sees(car, clock):
    camera = self_driving(car, clock, OwnPilot(0.2, 0.3), outputs=["pilot/angle", "pilot/throttle"])
    assert throttle_after(car, clock, 1.0) == 0.3
    camera.hangs = True
    assert throttle_after(car, clock, 0.2) == 0.3
    assert throttle_after(car, clock, 0.05) == 0.0


@pytest.mark.parametrize("said", ["nothing", None, float("nan"), 1.7e9])
def test_it_does_not_drive_with_a_camera_that_cannot_say_how_old_it_is(car, clock, said):
    """It drove on for ever with a frozen camera of donkeycar 5, of time.time() or of None."""
    frame = np.zeros((4, 4, 3), np.uint8)
    camera = Part(frame if said == "nothing" else (frame, said))
    outputs = ["cam/image_array"] if said == "nothing" else ["cam/image_array", "cam/exposed_s"]
    car.add(camera, outputs=outputs)
    car.add(OwnPilot(0.2, 0.3), outputs=["pilot/angle", "pilot/throttle"])
    car.mem["user/mode"] = "local"
    for channel in ("user/angle", "user/throttle"):
        car.mem[channel] = 0.0
    car.mem["user/max_throttle"] = 1.0
    car.mem["user/expires_s"] = float("inf")
    add_drive_mode(car, settings())
    assert throttle_after(car, clock, 1.0) == 0.0
    assert car.mem["pilot/reason"].startswith("The camera must say when its frames were exposed")


def test_a_pilot_without_a_camera_drives(car, clock):
    car.add(OwnPilot(0.2, 0.3), inputs=["lidar"], outputs=["pilot/angle", "pilot/throttle"])
    car.mem["lidar"], car.mem["user/mode"] = 1.0, "local"
    for channel in ("user/angle", "user/throttle"):
        car.mem[channel] = 0.0
    car.mem["user/max_throttle"] = 1.0
    car.mem["user/expires_s"] = float("inf")
    add_drive_mode(car, settings())
    assert throttle_after(car, clock, 1.0) == 0.3


@pytest.mark.parametrize("answer", ["left", [0.1], np.array([0.1])])
def test_a_pilots_nonsense_is_told_by_its_channel_with_a_page_too(clock, answer):
    """What used to happen: the page came first, and its part was named instead of the channel."""
    car = Vehicle(clock=clock)
    car.add(Stale(clock), outputs=["cam/image_array", "cam/exposed_s", "cam/sequence"])
    car.add(OwnPilot(answer, 0.2), outputs=["pilot/angle", "pilot/throttle"])
    console = add_console(car, settings(WEB_CONTROL_PORT=0))
    car.mem["user/mode"] = "local"
    car.step()  # nobody drives yet: the car goes on
    console.shutdown()
    mode = DriveMode(clock=clock)
    end_s = clock.monotonic() + 0.2
    with pytest.raises(PartError, match="`pilot/angle` must be a number from -1 to 1. Received"):
        mode.run("local", 0.0, 0.0, end_s, 1.0, answer, 0.2, end_s)


def test_two_parts_may_steer_and_give_throttle_and_the_older_one_counts(car, clock):
    throttle = Part(0.3)
    car.add(throttle, outputs=["pilot/throttle"])
    self_driving(car, clock, OwnPilot(0.2), outputs=["pilot/angle"])
    car.entries[2].part.values = 0.2
    throttle.values = 0.3
    assert throttle_after(car, clock, 1.0) == 0.3
    throttle.values = None
    assert throttle_after(car, clock, 0.3) == 0.0


def test_a_pilot_that_only_steers_leaves_the_throttle_to_the_driver(car, clock):
    self_driving(car, clock, OwnPilot(), outputs=["pilot/angle"])
    car.entries[1].part.values = 0.2
    car.mem["user/mode"], car.mem["user/throttle"] = "local_angle", 0.4
    assert throttle_after(car, clock, 1.0) == 0.4
    assert car.mem["command"].angle == 0.2


def test_a_pilot_that_says_how_long_is_believed(car, clock):
    outputs = ["pilot/angle", "pilot/throttle", "pilot/expires_s"]
    self_driving(car, clock, OwnPilot(0.2, 0.3, 100.4), outputs=outputs)
    assert throttle_after(car, clock, 0.3) == 0.3
    assert throttle_after(car, clock, 0.3) == 0.0
    assert [entry.name for entry in car.entries].count("PilotLife") == 0


# No false alarm: the template in every configuration.


class Known:
    """A pilot that knows everything a pilot can know, in the place of a file."""

    vector_channels = ()
    options: dict = {}
    info = None
    has_novelty = has_disagreement = True

    class kind:  # noqa: N801 - an attribute of pilots
        name = "localizer"
        locate = "loc"

    def infer(self, image):
        return 0.0, 0.1


TEMPLATE = {
    "as created": {},
    "a gamepad": {"USE_JOYSTICK_AS_DEFAULT": True},
    "a remote control": {"USE_RC": True},
    "both": {"USE_JOYSTICK_AS_DEFAULT": True, "USE_RC": True},
    "a mock controller": {"USE_JOYSTICK_AS_DEFAULT": True, "CONTROLLER_TYPE": "mock"},
    "choices": {"TRAIN_BEHAVIORS": True, "TRAIN_LOCALIZER": True},
    "recording the pilot": {"RECORD_DURING_AI": True},
    "a launch": {"AI_LAUNCH_DURATION": 0.5, "AI_CAUTION": 0.5},
    "rate log": {"SHOW_FPS": True},
    "no pairing": {"WEB_AUTH": "none"},
    "reversing": {},
    "SIM": {"CAMERA_TYPE": "SIM", "DRIVE_TRAIN_TYPE": "SIM"},
}


@pytest.mark.parametrize("model", [None, Path("models/pilot")])
@pytest.mark.parametrize("name", TEMPLATE)
def test_the_template_raises_no_doubt(name, model, tmp_path, monkeypatch, caplog):
    create_car(tmp_path / "car")
    path = tmp_path / "car" / "manage.py"
    spec = importlib.util.spec_from_file_location("manage_of_a_test", path)
    manage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(manage)
    chosen = {
        "CAMERA_TYPE": "MOCK", "DRIVE_TRAIN_TYPE": "MOCK", "WEB_CONTROL_PORT": 0, "MAX_LOOPS": 2,
        "PILOT_PRECISION": "float32", **TEMPLATE[name],
    }  # fmt: skip
    cfg = load_config(
        tmp_path / "car" / "config.py",
        overrides=[f"{key}={value}" for key, value in chosen.items()],
    )
    monkeypatch.setattr(
        "donkeycar.pilots.inference.later.LaterPilot", lambda *args, **options: Known()
    )
    if name == "reversing":
        behind_an_esc = DRIVETRAINS["MOCK"]._replace(has_esc=True)
        monkeypatch.setitem(DRIVETRAINS, "MOCK", behind_an_esc)
    cars = []
    monkeypatch.setattr(Vehicle, "start", lambda self, **options: cars.append(self) or self.stop())
    with caplog.at_level(logging.WARNING):
        manage.drive(cfg, model=model)
    assert cars[0].wiring_warnings() == []
