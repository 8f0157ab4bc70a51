"""A camera that shows the frames of one take again, at the times at which they were exposed."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image as Picture

from donkeycar.errors import TubError
from donkeycar.parts.camera.camera import Camera
from donkeycar.parts.camera.image import Image, fit
from donkeycar.replay_drive.takes import Frame, Take
from donkeycar.timing import Clock
from donkeycar.tub import TubReader
from donkeycar.tub.catalog import Record

# Before its first record the car stands that long and sees its first frame: the guardian arms the
# motor after half a second, and a person resumes.
RUN_UP_S = 1.0


class RecordedCamera(Camera):
    """The frames of a take, each as old as that of a real camera when the car gets it.

    It has no thread: whoever holds the clock gives it its turns (`due_s`, `work`).

    Args:
        tub: The recording.
        take: What it shows.
        width_px: Width of a frame; other pictures are resized.
        height_px: Height of a frame.
        grey: Remove the colour.
        latency_s: Age of a frame when it is handed over, in seconds, 0 or more.
        before_next: Called at the end of the time of each record, before the next frame comes.
        at_end: Called at the end of the take, unless a pause follows.
        clock: Source of time.

    Attributes:
        shown: The record of the newest frame; ``None`` in the run-up.
        ahead: The record whose frame the car sees in the run-up.
        has_ended: Whether the take was shown to its end.
        unreadable: Indexes of records whose picture cannot be read.
    """

    def __init__(
        self,
        tub: TubReader,
        take: Take,
        *,
        width_px: int,
        height_px: int,
        grey: bool,
        latency_s: float,
        before_next: Callable[[], object],
        at_end: Callable[[], object],
        clock: Clock,
    ) -> None:
        super().__init__(
            width_px=width_px, height_px=height_px, grey=grey, may_repeat=True, clock=clock
        )
        self.shown: Record | None = None
        self.ahead = take.frames[0].record
        self.has_ended = False
        self.unreadable: list[int] = []
        self._tub = tub
        self._take = take
        self._noted: Record | None = None
        self._latency_s = latency_s
        self._before_next, self._at_end = before_next, at_end
        num_steps = math.ceil(RUN_UP_S / take.interval_s)
        start_s = num_steps * take.interval_s
        first = [Frame(self.ahead, step * take.interval_s) for step in range(num_steps)]
        self._plan = [*first, *(Frame(f.record, start_s + f.at_s) for f in take.frames)]
        self._num_first = num_steps
        self._next = 0
        self._end_s = math.inf
        if not take.pauses:
            self._end_s = self._plan[-1].at_s + take.interval_s + latency_s

    @property
    def rest(self) -> Take | None:
        """What of the take was not shown; ``None`` if all was.

        A frame that comes after half a second may be too late by its latency: the car ended.
        """
        frames = self._plan[max(self._next, self._num_first) :]
        if not frames:
            return None
        rest = [Frame(frame.record, frame.at_s - frames[0].at_s) for frame in frames]
        return self._take._replace(frames=rest)

    @property
    def has_begun(self) -> bool:
        """Whether the time of a record of the take has come."""
        return self._next > self._num_first

    @property
    def gap_s(self) -> float:
        """Time from the newest frame to the next one of the take, in seconds; 0 at its end."""
        if not 0 < self._next < len(self._plan):
            return 0.0
        return self._plan[self._next].at_s - self._plan[self._next - 1].at_s

    def due_s(self) -> float:
        """When the next frame is handed over, or the take ends."""
        if self._next < len(self._plan):
            return self._plan[self._next].at_s + self._latency_s
        return self._end_s

    def work(self) -> None:
        """Hand the next frame over, or end the take."""
        self.note()
        if self._next >= len(self._plan):
            self._end_s = math.inf
            self._at_end()
            self.has_ended = True
        elif self._poll():
            self.wake()

    def note(self) -> None:
        """Say that the time of the newest record is over, once for each."""
        if self.shown is not self._noted:
            self._noted = self.shown
            self._before_next()

    def capture(self) -> tuple[Image, float] | None:
        """Return the next picture, and when it was exposed; ``None`` if it cannot be read."""
        number, frame = self._next, self._plan[self._next]
        self._next += 1
        image = self._decoded(frame.record)
        if number >= self._num_first:
            self.shown = frame.record if image is not None else self.shown
        return None if image is None else (image, frame.at_s)

    def _decoded(self, record: Record) -> Image | None:
        try:
            image = self._tub.image(record)
        except TubError:
            image = None
        if image is None or image.dtype != np.uint8:  # depth is not a picture
            if record["_index"] not in self.unreadable:
                self.unreadable.append(record["_index"])
            return None
        return fit(Picture.fromarray(image), self.width_px, self.height_px)
