"""Every drivetrain with every controller: a created car, driven from the stick to the wires.

Only devices are emulated: chips and boards below the drivers, a socket in the place of a gamepad, a
GPIO library that knows edges. Between car and guardian is the real socket.
"""

import select
import socket
import sys
import threading
import time
from collections import deque
from types import SimpleNamespace

import pytest

from donkeycar import Vehicle
from donkeycar.assembly import (
    add_camera,
    add_console,
    add_controllers,
    add_drive_mode,
    add_drivetrain,
    make_world,
)
from donkeycar.assembly.drivetrain.table import make_output
from donkeycar.config import load_config
from donkeycar.guardian.guardian import Guardian, State
from donkeycar.guardian.process import VehicleSide
from donkeycar.management.createcar import create_car
from donkeycar.management.guardian import Elsewhere
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from tests.assembly.drivetrain.test_every_drivetrain import CASES
from tests.parts.controller.pad_devices import Plug, SocketPad
from tests.parts.drivetrain.conftest import Hardware

RATE_HZ = 50
TICKS = 100
# The driver pushes the stick in these.
PUSH_FROM, PUSH_TO = 40, 80

DRIVETRAINS = SETTINGS["DRIVE_TRAIN_TYPE"].choices
CONTROLLERS = SETTINGS["CONTROLLER_TYPE"].choices

# No frame for half a second stops a car: at each of these the camera is waited for.
LOOK_EVERY = 20

# Threads that hear a driver.
EARS = ("GamepadController", "RCReceiver")

# The stick for throttle, and where it is at full forward; the others have it on the right.
STICKS = {
    "xboxswapped": ("ABS_Y", -32768), "ps3sixad": ("ABS_Y", -32768), "rc3": ("ABS_Y", 32767),
}  # fmt: skip


class CarClock(FakeClock):
    """Passes when the loop sleeps; meanwhile the guardian works. Other threads wait for real."""

    def __init__(self):
        super().__init__(100.0)
        self.owner = threading.get_ident()
        self.heard = threading.Event()
        self.saw = threading.Event()
        self.meanwhile = lambda: None

    def monotonic(self):
        if threading.current_thread().name in EARS:
            self.heard.set()
        return super().monotonic()

    def sleep(self, seconds):
        if threading.get_ident() != self.owner:
            if threading.current_thread().name == "MockCamera":
                self.saw.set()
            time.sleep(min(seconds, 0.002))
            return
        while seconds > 0:
            self.advance(min(seconds, 0.01))
            seconds -= 0.01
            self.meanwhile()


class GuardianSide:
    """What the guardian's process does, step by step in this one."""

    def __init__(self, output, clock):
        self.guardian = Guardian(output, clock=clock)
        self.ours, self.theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self.ours.setblocking(False)

    def work(self):
        while select.select([self.ours], [], [], 0)[0]:
            self.guardian.receive(self.ours.recv(64))
            self.guardian.step()
            self.ours.send(self.guardian.status.encode())
        self.guardian.step()

    def close(self):
        self.ours.close()
        self.theirs.close()


class Gamepad:
    """The driver's thumbs on a gamepad."""

    def __init__(self, kind, monkeypatch):
        self.pad = SocketPad()
        self.axis, self.forward = STICKS.get(kind, ("ABS_RY", -32768))
        plug = Plug(self.pad)
        monkeypatch.setattr("donkeycar.parts.controller.gamepad.Finder", lambda device: plug)
        if kind == "ps3sixad":
            self.pad.send(("ABS_Z", 512))  # it steers with what is a trigger of others

    def say(self, pushes):
        self.pad.send((self.axis, self.forward if pushes else 0))

    def close(self):
        self.pad.unplug()


class Radio:
    """A remote control whose receiver is on a RoboHAT."""

    def __init__(self, board):
        self.board = board

    def say(self, pushes):
        self.board.hear_radio(1500, 1800 if pushes else 1500)

    def close(self):
        pass


class Edges:
    """A remote control whose receiver is on pins; this is their library too."""

    EdgeEvent = SimpleNamespace(Type=SimpleNamespace(RISING_EDGE="up"))
    line = SimpleNamespace(Direction=SimpleNamespace(INPUT=0), Edge=SimpleNamespace(BOTH=0))

    def __init__(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "gpiod", self)
        home = "donkeycar.parts.controller.rc_input.header_chip"
        monkeypatch.setattr(home, lambda gpiod: "/dev/gpiochip0")
        self.came = threading.Event()
        self.pins = ()
        self.waiting = deque()

    def LineSettings(self, **settings):  # noqa: N802 - the library's name
        return settings

    def request_lines(self, chip, consumer, config):
        (self.pins,) = config
        return self

    def wait_edge_events(self, timeout_s):
        return self.came.wait(timeout_s)

    def read_edge_events(self):
        self.came.clear()
        return [self.waiting.popleft() for _ in range(len(self.waiting))]

    def release(self):
        pass

    def say(self, pushes):
        edges = [
            SimpleNamespace(line_offset=pin, event_type=kind, timestamp_ns=at_us * 1000)
            for pin, width_us in zip(self.pins, (1500, 1800 if pushes else 1500), strict=False)
            for kind, at_us in (("up", 0), ("down", width_us))
        ]
        self.waiting.extend(edges)
        self.came.set()

    def close(self):
        pass


class Nobody:
    """The mock drives by itself."""

    def say(self, pushes):
        pass

    def close(self):
        pass


def make_driver(kind, hardware, monkeypatch):
    if kind == "mock":
        return Nobody()
    if kind == "MM1":
        return Radio(hardware.robohat)
    return Edges(monkeypatch) if kind == "pigpio_rc" else Gamepad(kind, monkeypatch)


class Rig:
    """A car on the bench: emulated electronics, a guardian, a driver."""

    def __init__(self, folder, hardware, clock, monkeypatch, drivetrain, controller):
        self.hardware, self.clock, self.case = hardware, clock, CASES.get(drivetrain)
        self.case = self.case or CASES["PCA9685"]  # the one PWM_STEERING_THROTTLE has by default
        cfg = load_config(
            folder / "config.py",
            overrides=[
                "CAMERA_TYPE=MOCK", "WEB_CONTROL_PORT=0", "WEB_HOST=127.0.0.1",
                f"DRIVE_LOOP_HZ={RATE_HZ}", f"DRIVE_TRAIN_TYPE={drivetrain}",
                "USE_JOYSTICK_AS_DEFAULT=True", f"CONTROLLER_TYPE={controller}",
                "CONTROLLER_BINDINGS={'ABS_X': 'steering', 'ABS_RY': 'throttle'}"
                if controller in ("custom", "evdev") else "MOCK_JOYSTICK_THROTTLE=0.3",
                f"VESC_SERIAL_PORT={hardware.vesc.device.path}",
                f"MM1_SERIAL_PORT={hardware.robohat.device.path}",
            ],
        )  # fmt: skip
        self.driver = make_driver(controller, hardware, monkeypatch)
        self.is_mock = controller == "mock"
        self.world = make_world(cfg)
        output = Elsewhere()
        if drivetrain != "SIM":
            output = make_output(
                drivetrain, cfg.to_dict(), board=hardware.board, clock=clock, world=self.world
            )
        self.output = output if self.world is None else SimpleNamespace(world=self.world)
        self.side = GuardianSide(output, clock)
        clock.meanwhile = self.side.work
        monkeypatch.setattr(
            VehicleSide,
            "from_environment",
            lambda: VehicleSide(self.side.theirs, clock=clock),
        )
        self.car = Vehicle(clock=clock)
        add_camera(self.car, cfg)
        add_controllers(self.car, cfg)
        add_console(self.car, cfg)
        add_drive_mode(self.car, cfg)
        self.car.add(self, outputs=["test/tick"])
        add_drivetrain(self.car, cfg, self.world)
        self.tick = 0
        self.seen = []
        self.early = None

    def run(self):
        """At each tick: note what the hardware does, then let the driver say the next."""
        state = self.side.guardian.state
        self.seen.append((state, self.drives()))
        if self.early is None and (self.tick == PUSH_FROM or (self.is_mock and state is State.RUN)):
            self.early = self.pushed()
        self.tick += 1
        self.say(PUSH_FROM < self.tick < PUSH_TO)
        if self.tick % LOOK_EVERY == 0:
            for _ in range(2):  # between two pauses of the camera there is a whole frame
                self.clock.saw.clear()
                assert self.clock.saw.wait(3), "the camera hangs"
        return self.tick

    def say(self, pushes):
        """Tell the car, until it has heard."""
        self.clock.heard.clear()
        end_s = time.monotonic() + 3
        self.driver.say(pushes)
        while not (self.is_mock or self.clock.heard.wait(0.05)):
            assert time.monotonic() < end_s, "nobody listens to the driver"
            self.driver.say(pushes)

    def drives(self):
        return self.case.drives(self.hardware, self.output)

    def pushed(self):
        """Everything the wires of the throttle ever carried that was neither neutral nor none."""
        hardware = self.hardware
        hardware.settle()
        return [
            *(c for c in hardware.chip.trace.changes if c.channel == 0 and c.ticks not in (0, 370)),
            *(c for c in hardware.header.trace if c.name != "GPIO13" and c.value > 0),
            *(pulses for pulses in hardware.robohat.trace if pulses.throttle_us != 1500),
            *(order for order in hardware.vesc.trace if order.what == "duty" and order.value),
        ]

    def close(self):
        self.driver.close()
        self.side.close()
        if line := getattr(self.output, "_line", None):
            line.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cars") / "car"
    create_car(folder)
    return folder


@pytest.fixture
def bench(folder, tmp_path, monkeypatch):
    """Builds cars: `bench(drivetrain, controller)`."""
    clock = CarClock()
    hardware = Hardware(tmp_path, clock)
    rigs = []

    def build(drivetrain, controller):
        rigs.append(Rig(folder, hardware, clock, monkeypatch, drivetrain, controller))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
    hardware.close()


@pytest.mark.parametrize("controller", CONTROLLERS)
@pytest.mark.parametrize("drivetrain", DRIVETRAINS)
def test_every_drivetrain_drives_with_every_controller(bench, drivetrain, controller):
    rig = bench(drivetrain, controller)
    assert rig.car.start(rate_hz=RATE_HZ, max_loop_count=TICKS) == TICKS

    states = [state for state, _ in rig.seen]
    armed = states.index(State.RUN)
    first_push = 0 if controller == "mock" else PUSH_FROM
    until = max(armed, first_push)
    assert 20 < armed < PUSH_FROM + 5, "half a second of good frames comes first"
    assert [(tick, drives) for tick, (_, drives) in enumerate(rig.seen[:until]) if drives] == []
    assert rig.early == [], "neutral first"
    if drivetrain not in ("MOCK", "SIM"):
        assert rig.pushed(), "the trace shows what was driven"

    while_pushed = rig.seen[PUSH_TO - 5]
    assert while_pushed[0] is State.RUN
    assert while_pushed[1] > 0.02
    if controller != "mock" and drivetrain != "SIM":
        assert rig.seen[-1][1] == 0.0, "the driver let go"
    assert rig.side.guardian.state is not State.RUN
    assert rig.side.guardian.throttle == 0.0
    if drivetrain == "SIM":
        rig.world.follow(rig.clock.monotonic() + 20)
    rig.hardware.settle()
    rig.clock.advance(0.05)  # a RoboHAT reads an order every 25 ms
    assert abs(rig.drives()) < 0.01, "neutral at the end"
