"""A real car on a desk: console, loop, camera, recorder; only the motor is a spy."""

import select
import socket
import struct
import threading
import time
from contextlib import suppress

from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.web_console import WebConsole
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.command import NEUTRAL
from donkeycar.driving.drive_mode import DriveMode
from donkeycar.driving.telemetry import TELEMETRY
from donkeycar.errors import PartFailed
from donkeycar.parts.camera.mock import MockCamera
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.driver import ButtonsPart, DriverPart
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.parts.eraser import Eraser
from donkeycar.parts.recorder import TubRecorder
from donkeycar.parts.recording_rule import RecordingRule
from donkeycar.parts.sim_ride import SimRide
from donkeycar.sim.track import load_track
from donkeycar.sim.world import World
from donkeycar.timing import RealClock
from donkeycar.tub.filesystem import FileSystem
from donkeycar.vehicle import Vehicle

AGES = ("drivetrain/age_p50_s", "drivetrain/age_p99_s")
PICKER = ("pilot/name", "pilot/choice_note", "pilot/choices")
RIDE = (
    "motion/speed_m_s", "lap/time_s", "lap/best_s", "lap/count", "map/track", "map/place",
    "map/put_backs",
)  # fmt: skip
START_S = 10


class Wire:
    """A TCP cable between browser and car that can be frozen, cut and mended."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.target_port = 0
        self.frozen = False
        self._pairs = set()
        self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        """Nothing passes, and nobody is told: a phone behind a wall."""
        self.frozen = True

    def mend(self):
        self.frozen = False

    def cut(self):
        """Every connection is reset."""
        for pair in list(self._pairs):
            for end in pair:
                with suppress(OSError):  # whoever passes its bytes on has closed it already
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()

    def close(self):
        self._ended = True
        self._listener.close()
        self.cut()

    def _accept(self):
        while not self._ended:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                continue
            try:
                car = socket.create_connection(("127.0.0.1", self.target_port))
            except OSError:  # nobody is there
                browser.close()
                continue
            for end in (browser, car):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (browser, car)
            self._pairs.add(pair)
            threading.Thread(target=self._carry, args=(pair,), daemon=True).start()

    def _carry(self, pair):
        other = {pair[0]: pair[1], pair[1]: pair[0]}
        try:
            while True:
                ready, _, _ = select.select(pair, (), (), 0.05)
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    while self.frozen and not self._ended:
                        time.sleep(0.005)
                    other[end].sendall(data)
        except (OSError, ValueError):
            pass  # cut
        finally:
            self._pairs.discard(pair)
            for end in pair:
                end.close()


class SpyDrivetrain:
    """Holds the last command, and like every motor here looks at its life before obeying it."""

    def __init__(self):
        self.command = NEUTRAL
        self.guardian = ("run", "")

    def neutral(self):
        self.command = NEUTRAL

    def run(self, command):
        self.command = command
        return self.guardian

    @property
    def throttle(self):
        return self.command.throttle if time.monotonic() < self.command.expires_s else 0.0

    @property
    def angle(self):
        return self.command.angle


class SteadyPilot:
    """A pilot that always says the same, with a life as every pilot's output has one."""

    def run(self):
        return 0.4, 0.3, time.monotonic() + 0.2


class Shutter:
    """Passes frames on until it is closed: a camera whose cable came loose."""

    def __init__(self):
        self.closed = False

    def run(self, image, exposed_s, sequence):
        return None if self.closed else (image, exposed_s, sequence)


class Disk(FileSystem):
    """A real disk that says how much is free on it."""

    free = 10**12

    def free_bytes(self, path):
        return self.free, 10**12


class Buttons:
    """Counts the presses of the first programmable button."""

    def __init__(self):
        self.presses = 0

    def run(self, pressed):
        self.presses += bool(pressed)


class Ear:
    """Remembers what other parts were asked to do."""

    def __init__(self):
        self.actions = []

    def run(self, actions):
        self.actions += actions or ()


class Car:
    """A vehicle on a desk, with its loop in a thread."""

    def __init__(
        self,
        tub_path,
        *,
        pilot=False,
        auth="pair",
        foxglove=False,
        sim=False,
        host="127.0.0.1",
        **settings,
    ):
        self.wire = Wire()
        self.drivetrain = SpyDrivetrain()
        self.shutter = Shutter()
        self.buttons = Buttons()
        self.disk = Disk()
        self.error = None
        clock = RealClock()
        self.cockpit = Cockpit(has_pilot=pilot, clock=clock, **{"car_name": "Renault", **settings})
        self.console = WebConsole(
            self.cockpit,
            port=0,
            host=host,
            names=[f"127.0.0.1:{self.wire.port}"],
            auth=auth,
            foxglove=foxglove,
            pairing_file=PairingFile(tub_path, state=tub_path.parent / "state"),
            clock=clock,
        )
        self.wire.target_port = self.console.port
        self.url = f"http://127.0.0.1:{self.wire.port}"
        frame = ["cam/image_array", "cam/exposed_s", "cam/sequence"]
        self.world = World(load_track("oval"), seed=1) if sim else None
        # A browser leaves a busy machine little time for threads of this process.
        camera = (
            SimCamera(self.world, clock=clock) if sim else MockCamera(max_age_s=10.0, clock=clock)
        )
        self.recorder = TubRecorder(
            tub_path,
            inputs=["cam/image_array", "user/angle", "user/throttle", "user/mode"],
            types=["image_array", "float", "float", "str"],
            switched=True,
            min_free_bytes=200_000_000,
            min_free_fraction=0,
            fs=self.disk,
        )
        self.vehicle = car = Vehicle(clock=clock)
        for channel in ("cam/age_s", "power/reason", *AGES, *PICKER, *(() if sim else RIDE)):
            car.mem[channel] = None
        car.mem["pilot/loading"] = settings.get("pilot_note", "")
        car.add(camera, outputs=[f"raw/{name}" for name in frame], threaded=not sim)
        car.add(self.shutter, inputs=[f"raw/{name}" for name in frame], outputs=frame)
        car.add(
            DriverPart(self.cockpit, clock=clock),
            inputs=[None, None, "loop/rate_hz", "pilot/loading"],
            outputs=[
                "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
                "stop/reason", "user/max_throttle", "user/source", "user/actions",
            ],
        )  # fmt: skip
        car.add(ButtonsPart(self.cockpit), outputs=[f"web/w{number}" for number in range(1, 6)])
        car.add(self.console, inputs=[*frame, "loop/late_ticks", *TELEMETRY], threaded=True)
        if pilot:
            car.add(SteadyPilot(), outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s"])
        car.add(
            DriveMode(clock=clock),
            inputs=[
                "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
                "pilot/angle", "pilot/throttle", "pilot/expires_s",
            ],
            outputs=["angle", "throttle", "command"],
        )  # fmt: skip
        car.add(
            RecordingRule(),
            inputs=["recording", "user/mode", "cam/sequence", "stop/reason"],
            outputs=["tub/take", "tub/reason"],
        )
        car.add(
            self.recorder,
            inputs=["tub/take", "cam/image_array", "user/angle", "user/throttle", "user/mode"],
            outputs=["tub/num_records", "tub/status"],
        )
        car.add(Eraser(self.recorder), inputs=["user/actions"], outputs=["tub/undoable"])
        self.heard = Ear()
        car.add(self.heard, inputs=["user/actions"])
        car.add(self.buttons, inputs=["web/w1"])
        if sim:
            car.add(SimDrivetrain(self.world, clock=clock), inputs=["command"])
            car.add(SimRide(self.world), inputs=["user/actions"], outputs=[*RIDE])
        car.add(
            self.drivetrain, inputs=["command"],
            outputs=["drivetrain/state", "drivetrain/reason"],
        )  # fmt: skip
        self._thread = threading.Thread(target=self._drive, name="car")
        self._thread.start()

    @property
    def pairing_url(self):
        """The printed link, through the wire."""
        return f"{self.url}/pair#{self.console.pairing.url.partition('#')[2]}"

    @property
    def throttle(self):
        return self.drivetrain.throttle

    def close(self):
        self.vehicle.on = False
        self._thread.join(START_S)
        self.wire.close()
        assert not self._thread.is_alive()
        if self.error:
            raise self.error

    def _drive(self):
        try:
            self.vehicle.start(rate_hz=20)
        except PartFailed as error:
            self.error = error
