"""Controllers in a whole car: from the settings to the wheels, in real time."""

import threading
import time

import pytest

from donkeycar import Vehicle
from donkeycar.assembly import (
    CONTROLLERS,
    add_camera,
    add_console,
    add_controllers,
    add_drive_mode,
    add_drivetrain,
    add_recorder,
)
from donkeycar.config import load_config
from donkeycar.driving.client import Client
from donkeycar.management.createcar import create_car
from donkeycar.settings.schema import SETTINGS
from tests.parts.controller.pad_devices import Plug, SocketPad

CAR = ["CAMERA_TYPE=MOCK", "DRIVE_TRAIN_TYPE=MOCK", "WEB_CONTROL_PORT=0", "WEB_HOST=127.0.0.1"]
RATE_HZ = 20
TICK_S = 1 / RATE_HZ


@pytest.fixture
def folder(tmp_path):
    create_car(tmp_path / "car")
    return tmp_path / "car"


def settings(folder, *overrides):
    return load_config(folder / "config.py", overrides=[*CAR, *overrides])


class Witness:
    """Sees each command that reaches the wheels, and when."""

    def __init__(self):
        self.seen = []

    def run(self, command):
        self.seen.append((time.monotonic(), command))


def build(folder, *overrides):
    cfg = settings(folder, *overrides)
    car = Vehicle()
    witness = Witness()
    add_camera(car, cfg)
    add_controllers(car, cfg)
    add_console(car, cfg)
    add_drive_mode(car, cfg)
    add_recorder(car, cfg)
    car.add(witness, inputs=["command"])
    add_drivetrain(car, cfg)
    return car, witness


class Drive:
    """A car with a gamepad on a socket, driving."""

    def __init__(self, folder, monkeypatch, *overrides):
        self.plug = Plug(SocketPad())
        self.pad = self.plug.pads[0]
        monkeypatch.setattr("donkeycar.parts.controller.gamepad.Finder", lambda device: self.plug)
        monkeypatch.setattr("donkeycar.parts.controller.gamepad.RESCAN_S", 0.05)
        self.car, self.witness = build(folder, "USE_JOYSTICK_AS_DEFAULT=True", *overrides)
        self.thread = threading.Thread(target=self.car.start, kwargs={"rate_hz": RATE_HZ})
        self.thread.start()

    @property
    def command(self):
        return self.witness.seen[-1][1]

    def until(self, condition, timeout_s=5.0):
        """Seconds until it holds."""
        started_s = time.monotonic()
        while not condition():
            assert time.monotonic() - started_s < timeout_s, self.command
            time.sleep(0.001)
        return time.monotonic() - started_s

    def full_throttle(self):
        self.pad.send(("ABS_RY", 0), ("ABS_RY", -32768))
        self.until(lambda: self.witness.seen and self.command.throttle > 0)

    def close(self):
        self.car.on = False
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def drive(folder, monkeypatch):
    drive = Drive(folder, monkeypatch)
    yield drive
    drive.close()


def test_a_gamepad_drives_the_car(drive):
    drive.full_throttle()
    assert drive.command.throttle == 0.5, "JOYSTICK_MAX_THROTTLE is the limit at the start"
    mem = drive.car.mem
    assert (mem["user/source"], mem["stop/reason"], mem["recording"]) == ("gamepad", "", True)
    drive.pad.press("BTN_TR")
    drive.until(lambda: drive.command.throttle == 0.55)


def test_unplugged_the_motor_is_neutral_within_100_ms(drive):
    """S10. The limit is that of the specification; CI may take half as long again."""
    times_s = []
    for _ in range(5):
        drive.full_throttle()
        gone_s = time.monotonic()
        drive.pad.unplug()
        drive.until(lambda: drive.command.throttle == 0.0)
        times_s.append(drive.witness.seen[-1][0] - gone_s)
        drive.pad = SocketPad()
        drive.plug.pads.append(drive.pad)
        drive.until(lambda: drive.car.mem["user/source"] == "gamepad")
        drive.pad.press("BTN_SELECT")
        drive.until(lambda: drive.car.mem["stop/reason"] == "")
    assert max(times_s) <= 0.15, times_s
    assert "gamepad or remote control is gone" not in drive.car.mem["stop/reason"]


def test_the_stop_button_stops_within_a_tick_and_latches(drive):
    drive.full_throttle()
    drive.pad.send(("BTN_WEST", 1))  # what the driver of an Xbox pad sends for Y
    assert drive.until(lambda: drive.command.throttle == 0.0) <= 1.5 * TICK_S + 0.02
    before = len(drive.witness.seen)
    for _ in range(5):
        drive.pad.send(("ABS_RY", 32767), ("ABS_RY", -32768))
        time.sleep(TICK_S)
    assert {command.throttle for _, command in drive.witness.seen[before:]} == {0.0}
    assert drive.car.mem["stop/reason"].startswith("Stopped.")


def test_every_kind_of_controller_is_in_the_settings():
    assert set(SETTINGS["CONTROLLER_TYPE"].choices) == set(CONTROLLERS)


@pytest.mark.parametrize("kind", sorted(CONTROLLERS))
def test_every_controller_type_drives_100_ticks(folder, kind):
    """Nothing is plugged in: the car waits, and nothing moves; the mock drives by itself."""
    overrides = [f"CONTROLLER_TYPE={kind}", "USE_JOYSTICK_AS_DEFAULT=True"]
    if kind in ("custom", "evdev"):
        overrides.append("CONTROLLER_BINDINGS={'ABS_X': 'steering', 'ABS_Y': 'throttle'}")
    if kind == "mock":
        overrides += ["MOCK_JOYSTICK_STEERING=0.3", "MOCK_JOYSTICK_THROTTLE=0.2"]
    car, witness = build(folder, *overrides)
    assert car.start(rate_hz=1000, max_loop_count=100) == 100
    throttles = {command.throttle for _, command in witness.seen}
    assert throttles == ({0.2} if kind == "mock" else {0.0})
    assert car.mem["user/source"] == ("gamepad" if kind == "mock" else "none")


def test_a_receiver_on_pins_is_its_own_switch(folder):
    car, _ = build(folder, "USE_RC=True")
    car.step()
    assert car.mem["rc/offer"] is not None
    car.stop()


def test_without_being_asked_for_there_is_no_controller(folder):
    car, _ = build(folder)
    assert not car.writes("gamepad/offer")
    assert not car.writes("rc/offer")
    car.stop()


def test_a_press_erases_what_was_just_recorded(folder, monkeypatch):
    drive = Drive(folder, monkeypatch, "JOYSTICK_ERASE_RECORDS=1000")
    drive.full_throttle()
    drive.until(lambda: (drive.car.mem["tub/num_records"] or 0) > 5)
    drive.pad.send(("ABS_RY", 0))
    drive.pad.press("BTN_NORTH")  # printed X
    drive.until(lambda: drive.car.mem["tub/num_records"] == 0)
    drive.close()


def test_a_car_without_recorder_and_drivetrain_lacks_nothing(folder):
    """Its console shows that there are no records, and no motor that waits."""
    cfg = settings(folder)
    car = Vehicle()
    add_camera(car, cfg)
    console = add_console(car, cfg)
    add_drive_mode(car, cfg)
    assert car.unwired() == []
    assert car.start(rate_hz=100, max_loop_count=2) == 2
    state = console._cockpit.state(Client("page"))
    assert (state["num_records"], state["drivetrain_state"]) == (None, None)
