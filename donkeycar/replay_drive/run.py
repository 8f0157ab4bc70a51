"""One replay: a recording through the car of a pilot."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from donkeycar import __version__
from donkeycar.config import Config
from donkeycar.errors import ConfigError, PartFailed, StaleData, TubError
from donkeycar.replay_drive.car import ReplayCar, make_car
from donkeycar.replay_drive.person import notes_on_person, recorded
from donkeycar.replay_drive.pilot import Pilot
from donkeycar.replay_drive.sampler import plain, sample
from donkeycar.replay_drive.takes import PAUSE_S, Take, takes_of
from donkeycar.replay_drive.trace import Place, Trace
from donkeycar.settings.schema import SETTINGS
from donkeycar.tub import TubReader, open_tub
from donkeycar.tub.format import INDEX
from donkeycar.tub.naming import distinct_names
from donkeycar.words import count

# An answer of a pilot lasts at least this long, so a stop after a longer gap comes from the gap.
GAP_S = 0.1

NO_PICTURES = "Received: none. Next step: donkey tub check says what is wrong"

Progress = Callable[[int, int], object]


def replay(
    tubs: Sequence[str | Path],
    cfg: Config,
    pilot: Pilot | None = None,
    *,
    mode: str = "local",
    first: int = 0,
    last: int | None = None,
    progress: Progress | None = None,
) -> Trace:
    """Drive recordings once more.

    Args:
        tubs: The recordings, one or more.
        cfg: The settings of the car, see `donkeycar.replay_drive.settings`.
        pilot: The pilot; ``None`` drives by hand, in mode ``"user"``.
        mode: The drive mode: ``"user"``, ``"local_angle"`` or ``"local"``.
        first: `_index` of the first record.
        last: `_index` of the last record; ``None`` for the end.
        progress: Called with the number of records driven so far, and of all.

    Returns:
        What every channel held. The same arguments give the same trace, to the last bit.

    Raises:
        ConfigError: If these settings, this pilot and these recordings do not make a car.
        PilotError: If the pilot cannot drive it.
        TubError: If a recording cannot be read, or has no pictures.
        PartFailed: If a part fails, for another reason than a pause of the recording.
        KeyboardInterrupt: On Ctrl-C, and on other signals that ask for the end.
    """
    if pilot is None and mode != "user":
        raise ConfigError(
            f"Drive mode {mode} needs a pilot. Received: none. Add --model PILOT, or --mode user"
        )
    readers = [open_tub(tub) for tub in tubs]
    takes = [takes_of(reader, first=first, last=last) for reader in readers]
    num_all = sum(len(take.frames) for of_tub in takes for take in of_tub)
    trace = Trace(_about(readers, cfg, pilot, mode))

    def after() -> None:
        if progress is not None:
            progress(len(trace.places), num_all)

    with _quiet():
        for number, (reader, of_tub) in enumerate(zip(readers, takes, strict=True)):
            for take in of_tub:
                left: Take | None = take
                while left is not None:
                    left = _Drive(trace, number, reader, left, after).run(cfg, pilot, mode)
    if not trace.places:
        raise TubError(f"The tub {tubs[0]} must hold pictures that can be read. {NO_PICTURES}")
    if mode != "local":
        for note in notes_on_person(trace):
            trace.say(note)
    return trace


class _Drive:
    """The drive of one take, and what is noted of it."""

    def __init__(
        self, trace: Trace, number: int, reader: TubReader, take: Take, after: Callable[[], object]
    ) -> None:
        self._trace = trace
        self._number = number
        self._reader = reader
        self._take = take
        self._after = after
        self._reason = ""

    def run(self, cfg: Config, pilot: Pilot | None, mode: str) -> Take | None:
        """Drive it, add its records to the trace, and return what is left if the car ended."""
        with ExitStack() as opened:
            car = make_car(
                cfg, self._reader, self._take, pilot, mode=mode,
                before_next=lambda: self._sample(car), opened=opened,
            )  # fmt: skip
            for note in car.notes:
                self._trace.say(note)
            try:
                car.vehicle.start(rate_hz=cfg.DRIVE_LOOP_HZ)
                if not car.camera.has_ended:  # a car ends quietly on Ctrl-C, a replay must not
                    raise KeyboardInterrupt
            except PartFailed as error:
                # A car that ends before its first record would end so each time.
                if not isinstance(error.__cause__, StaleData):
                    raise
                if not car.camera.has_begun:
                    raise self._too_slow(cfg.CAMERA_LATENCY_S) from error
                car.camera.note()
                self._trace.stop(self._place(car), _pause(car.camera.gap_s, cfg.CAMERA_LATENCY_S))
            if lost := car.camera.unreadable:
                self._trace.say(
                    f"{count(len(lost), 'picture')} cannot be read, the first one of record "
                    f"{lost[0]}: the car gets no frame there"
                )
            return car.camera.rest

    def _too_slow(self, latency_s: float) -> ConfigError:
        """The error of a recording at whose pace no car would drive."""
        is_slow = self._take.interval_s >= PAUSE_S
        return ConfigError(
            f"A frame of the recording may be {1000 * PAUSE_S:.0f} ms old at most when the next "
            f"one reaches the car. Received: {self._reader.path}, record "
            f"{self._take.frames[0].record[INDEX]}: from one frame to the next "
            f"{1000 * self._take.interval_s:.0f} ms{' or more' * is_slow}, and "
            f"{1000 * latency_s:.0f} ms from the exposure to the car (CAMERA_LATENCY_S). "
            "Next step: add --set CAMERA_LATENCY_S=0"
        )

    def _place(self, car: ReplayCar) -> Place:
        record = car.camera.shown or car.camera.ahead
        return Place(self._number, record[INDEX])

    def _sample(self, car: ReplayCar) -> None:
        """Note the channels at the end of the time of a record."""
        mem, place = car.vehicle.mem, self._place(car)
        values = sample(mem, car.clock.monotonic())
        wheels = {name: plain(value) for name, value in car.wheels.channels().items()}
        self._trace.add(place, {**values, **wheels}, recorded(car.camera.shown or {}))
        reasons = mem.get(["stop/reason", "drivetrain/reason"])
        reason = next((str(one) for one in reasons if one), "")
        if reason and reason != self._reason:
            gap_s = car.camera.gap_s
            gap = f"There is no frame for {1000 * gap_s:.0f} ms. " if gap_s >= GAP_S else ""
            self._trace.stop(place, gap + reason)
        self._reason = reason
        self._after()


def _about(
    readers: Sequence[TubReader], cfg: Config, pilot: Pilot | None, mode: str
) -> dict[str, Any]:
    """What makes a trace: for its file, and to say why two differ."""
    return {
        "donkeycar": __version__,
        "mode": mode,
        "pilot": None if pilot is None else pilot.about(),
        "tubs": [
            {"name": name, "records": len(reader)}
            for name, reader in zip(
                distinct_names([reader.path.resolve() for reader in readers]), readers, strict=True
            )
        ],
        "settings": {
            name: value
            for name, value in cfg.to_dict().items()
            if name in SETTINGS and value != SETTINGS[name].default and _is_told(name)
        },
    }


def _pause(gap_s: float, latency_s: float) -> str:
    """Why the car ends between two frames, in the words of the recording."""
    late = (
        f" The next frame is exposed {1000 * gap_s:.0f} ms later and reaches the car "
        f"{1000 * latency_s:.0f} ms after that (CAMERA_LATENCY_S)."
        if gap_s
        else ""
    )
    return (
        f"The recording pauses, so the car ends.{late} A car that gets no new frame for "
        f"{1000 * PAUSE_S:.0f} ms does not wait for one"
    )


def _is_told(name: str) -> bool:
    """Whether a setting belongs into a file that may be given away: no path, no password."""
    return SETTINGS[name].value_kind != "path" and SETTINGS[name].status == "active"


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what a car logs: a replay starts many, one after the other."""
    logger = logging.getLogger("donkeycar")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
