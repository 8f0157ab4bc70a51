"""Stop log: keeps why a car stopped, with the picture that it saw then."""

import io
import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from donkeycar.driving.stops import write_stop
from donkeycar.errors import text_of
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# The driver's reason may come a few ticks after the guardian's, and says more.
GATHER_S = 0.3
# A car that goes on and stops again within this time has stopped once.
QUIET_S = 2.0
# Stops that wait for the disk; more are left out.
MOST_WAITING = 5
# The end of the program waits this long for the disk.
DRAIN_S = 1.0
ENDED = "The program ended. The last lines of logs/drive.log say why."


class _Seen(NamedTuple):
    """A stop that is being gathered."""

    at_s: float
    time_s: float
    mode: str
    image: Any
    reason: str


class StopLog:
    """Notices that a car which was free to drive is stopped, and keeps it in files.

    A thread writes them: neither a slow card nor a full one holds the drive loop up.

    Args:
        folder: Where stops are kept.
        clock: Source of time.
        wall: Seconds since 1970.
    """

    def __init__(
        self, folder: Path, *, clock: Clock | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._clock: Clock = RealClock() if clock is None else clock
        self._wall = wall
        self._was_free = False
        self._seen: _Seen | None = None
        self._kept_s = -QUIET_S
        self._mode: str | None = None
        self._image: Any = None
        self._waiting: queue.Queue[_Seen | None] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def run(
        self,
        stop_reason: str | None,
        state: str | None,
        drivetrain_reason: str | None,
        mode: str | None = None,
        image: Any = None,
    ) -> None:
        """Look at one tick.

        Args:
            stop_reason: Why the driver's order does not count; "" or ``None`` if it does.
            state: What the guardian does; only ``"run"`` lets orders through.
            drivetrain_reason: Why it lets none through.
            mode: Drive mode.
            image: The newest frame, uint8 (height, width, 3), RGB; ``None`` without a camera.
        """
        now_s = self._clock.monotonic()
        self._mode, self._image = mode, image
        is_free = not stop_reason and state == "run"
        if self._was_free and not is_free and now_s - self._kept_s >= QUIET_S:
            reason = stop_reason or drivetrain_reason or ""
            # A camera may use the memory of its frame again.
            frame = None if image is None else np.array(image)
            self._seen = _Seen(now_s, self._wall(), mode or "user", frame, reason)
        self._was_free = is_free
        seen = self._seen
        if seen is not None and (stop_reason or now_s - seen.at_s >= GATHER_S):
            self._keep(seen._replace(reason=stop_reason or seen.reason or drivetrain_reason or ""))

    def shutdown(self) -> None:
        """Keep the end of a drive, and wait for the disk; safe to call twice."""
        if self._seen is not None:
            self._keep(self._seen)
        elif self._was_free:
            self._was_free = False
            mode = self._mode or "user"
            self._keep(_Seen(0.0, self._wall(), mode, self._image, ENDED))
        if self._thread is not None and self._thread.is_alive():
            try:
                self._waiting.put(None, timeout=DRAIN_S)
            except queue.Full:
                return
            self._thread.join(DRAIN_S)

    def _keep(self, seen: _Seen) -> None:
        self._seen, self._kept_s = None, self._clock.monotonic()
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="stop log", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(seen)
        except queue.Full:
            logger.warning("A stop was not kept: the disk is too slow. Its reason: %s", seen.reason)

    def _write(self) -> None:
        told = False
        while (seen := self._waiting.get()) is not None:
            try:
                write_stop(
                    self._folder,
                    time_s=seen.time_s,
                    reason=seen.reason or "The guardian of the motor gave no reason.",
                    mode=seen.mode,
                    picture=_jpeg(seen.image),
                )
            except OSError as error:
                if not told:
                    logger.warning("Stops are not kept in %s: %s", self._folder, text_of(error))
                told = True


def _jpeg(image: Any) -> bytes | None:
    """A frame as JPEG; ``None`` if there is none, or it is no picture."""
    if image is None:
        return None
    try:
        file = io.BytesIO()
        Image.fromarray(np.squeeze(image)).convert("RGB").save(file, "JPEG", quality=80)
    except (TypeError, ValueError, OSError):
        return None
    return file.getvalue()
