"""The car of a replay: the parts that its settings and its pilot give, in simulated time."""

import math
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from donkeycar.assembly import (
    add_camera,
    add_choices,
    add_drive_mode,
    add_driver,
    add_drivetrain,
    add_pilot,
    make_cockpit,
)
from donkeycar.config import Config
from donkeycar.errors import ConfigError, PartFailed, text_of
from donkeycar.parts.pilot import PilotPart
from donkeycar.pilots.kinds.registry import ALIKE
from donkeycar.replay_drive.camera import RecordedCamera
from donkeycar.replay_drive.clock import TurnsClock
from donkeycar.replay_drive.pilot import Pilot
from donkeycar.replay_drive.stand_ins import RecordedChannels, RecordedPerson
from donkeycar.replay_drive.takes import Take
from donkeycar.replay_drive.wheels import ReplayWheels
from donkeycar.tub import TubReader
from donkeycar.vehicle import Vehicle


class ReplayCar(NamedTuple):
    """A car that is ready to be started.

    Attributes:
        vehicle: The car; its `start` drives the take.
        clock: Its time.
        camera: What shows the recording.
        wheels: What the guardian let through.
        notes: What a person should know, in sentences.
    """

    vehicle: Vehicle
    clock: TurnsClock
    camera: RecordedCamera
    wheels: ReplayWheels
    notes: list[str]


class PilotWorker:
    """Does what the thread of a pilot does; it takes no time.

    Args:
        part: The part in the loop.
        clock: Source of time.
    """

    def __init__(self, part: PilotPart, clock: TurnsClock) -> None:
        self._part = part
        self._clock = clock

    def due_s(self) -> float:
        """Now, if a frame waits."""
        return self._clock.monotonic() if self._part.has_work else math.inf

    def work(self) -> None:
        """Answer for the frame.

        Raises:
            PartFailed: If the pilot fails; the cause is chained.
        """
        try:
            self._part.work()
        except Exception as error:  # as in its thread, whatever it is
            raise PartFailed(f"The pilot stopped: {text_of(error)}") from error


def make_car(
    cfg: Config,
    tub: TubReader,
    take: Take,
    pilot: Pilot | None,
    *,
    mode: str,
    before_next: Callable[[], object],
    opened: ExitStack,
) -> ReplayCar:
    """Put the car together, in the order of a car's ``manage.py``.

    Args:
        cfg: The settings, see `donkeycar.replay_drive.settings`.
        tub: The recording.
        take: The part of it that is driven.
        pilot: The pilot; ``None`` drives by hand.
        mode: The drive mode.
        before_next: Called at the end of the time of each record.
        opened: Closes the emulated hardware.

    Raises:
        ConfigError: If these settings, this pilot and this recording do not make a car.
        PilotError: If the pilot cannot drive it.
    """
    clock = TurnsClock()
    car = Vehicle(clock=clock)

    def end() -> None:
        car.on = False

    camera = RecordedCamera(
        tub,
        take,
        width_px=cfg.IMAGE_W,
        height_px=cfg.IMAGE_H,
        grey=cfg.IMAGE_DEPTH == 1,
        latency_s=cfg.CAMERA_LATENCY_S,
        before_next=before_next,
        at_end=end,
        clock=clock,
    )
    cockpit = make_cockpit(car, cfg)
    add_camera(car, cfg, camera=camera)
    notes = _add_recorded(car, cfg, tub, camera, pilot)
    if pilot is not None:
        add_pilot(car, cfg, pilot.path, pilot.type)
    person = RecordedPerson(mode, lambda: camera.shown, clock=clock)
    car.add(person, inputs=["user/mode", "stop/reason"], outputs=["gamepad/offer"])
    add_driver(car, cfg, cockpit)
    add_drive_mode(car, cfg)
    wheels = ReplayWheels(clock=clock, opened=opened)
    add_drivetrain(car, cfg, connect=wheels.connect)
    # The guardian looks first: it is another process, and knows nothing of the frame to come.
    clock.workers += [wheels, camera]
    for entry in car.entries:
        if isinstance(entry.part, PilotPart):
            clock.workers.append(PilotWorker(entry.part, clock))
            entry.part.life.otherwise = "the recording has a gap"
        entry.thread = None  # its work is done in turns
    return ReplayCar(car, clock, camera, wheels, [*notes, wheels.note])


def _add_recorded(
    car: Vehicle, cfg: Config, tub: TubReader, camera: RecordedCamera, pilot: Pilot | None
) -> list[str]:
    """Add what sensors and buttons wrote for the pilot; without a recorded choice, the first one.

    Returns:
        What a person should know.

    Raises:
        ConfigError: If the recording lacks what the pilot needs.
    """
    kind = None if pilot is None else pilot.kind()
    needed = () if kind is None else kind.vector_channels
    there = {key for record in tub for key in record}
    found = next(
        (names for names in (needed, ALIKE.get(needed, ())) if there.issuperset(names)), ()
    )
    if found:
        car.add(
            RecordedChannels(found, lambda: camera.shown or camera.ahead),
            inputs=["cam/sequence"],
            outputs=found,
            prompt=True,
        )
        return []
    add_choices(car, cfg)
    missing = [name for name in needed if not car.writes(name)]
    if kind is not None and missing:
        raise ConfigError(
            f"A pilot of type {kind.name} needs {', '.join(needed)}. Received: the recording "
            f"{tub.path}, which lacks them. Next step: replay one that holds them"
        )
    if not needed:
        return []
    return [f"The recording holds no {needed[0]}: the pilot drives with the first choice"]
