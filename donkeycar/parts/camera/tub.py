"""A camera that replays the frames of a tub."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Picture

from donkeycar.errors import StaleData, TubError
from donkeycar.parts.camera.image import Image, fit
from donkeycar.parts.camera.late_camera import LateCamera
from donkeycar.parts.camera.latency import Latency
from donkeycar.timing import Clock
from donkeycar.tub import open_tub

Record = dict[str, Any]

# The interval between records without a time: that of a car with the default rate.
UNSTAMPED_S = 1 / 20


class TubCamera(LateCamera):
    """The frames of a tub, at the pace at which they were recorded.

    Use it to try a pilot or a web page on a real drive. It leaves out deleted records and pictures
    that cannot be read; `skipped` counts these.

    Args:
        path: The tub, in any format that a version of donkeycar wrote.
        width_px: Width of a frame; other pictures are resized.
        height_px: Height of a frame.
        framerate_hz: Frames a second when threaded, more than 1 / `max_age_s`; ``None`` keeps
            the pace of the recording. Without a thread, every call gives a new frame.
        first_index: ``_index`` of the first record shown.
        last_index: ``_index`` of the last record shown; ``None`` for the end of the tub.
        loop: Begin again after the last frame. Otherwise the car stops there.
        image_key: Which image, if a record contains several.
        grey: Remove the colour.
        max_age_s: The newest frame may have been shown this long ago, in seconds. A longer
            break in the recording is cut to half of it.
        latency: How old a frame is when it is handed over; ``None`` is as old as a Pi's.
        clock: Source of time.

    Raises:
        TubError: If `path` is not a tub, or there is no picture in that range.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        width_px: int = 160,
        height_px: int = 120,
        framerate_hz: float | None = None,
        first_index: int = 0,
        last_index: int | None = None,
        loop: bool = True,
        image_key: str = "cam/image_array",
        grey: bool = False,
        max_age_s: float = 0.5,
        latency: Latency | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
            width_px=width_px,
            height_px=height_px,
            grey=grey,
            rate_hz=framerate_hz,
            max_age_s=max_age_s,
            latency=latency,
            clock=clock,
        )
        self.path = Path(path).expanduser()
        self.first_index = first_index
        self.last_index = last_index
        self.loop = loop
        self.image_key = image_key
        #: Pictures left out because they could not be read.
        self.skipped = 0
        self._reader = open_tub(self.path)
        self._frames = self._read_frames()
        self._ahead: tuple[Image, Record] | None = next(self._frames, None)
        if self._ahead is None:
            raise TubError(
                f"The tub {self.path} must hold pictures `{image_key}` from {first_index} to "
                f"{'its end' if last_index is None else last_index}. Received: none"
            )
        self._recorded_s = 0.0

    @property
    def interval_s(self) -> float:
        """Time to the next frame, as it was recorded unless a rate was given."""
        return super().interval_s or self._recorded_s

    def picture(self) -> Image:
        """Return the next frame of the tub.

        Raises:
            StaleData: If all have been shown, and `loop` is off.
        """
        if self._ahead is None:
            raise StaleData(f"all of {self.path} has been shown")
        image, record = self._ahead
        self._ahead = next(self._frames, None)
        if self._ahead is None and self.loop:
            self._frames = self._read_frames()
            self._ahead = next(self._frames, None)
        self._recorded_s = self._pace_s(record)
        return image

    def _pace_s(self, shown: Record) -> float:
        """Seconds from `shown` to the next frame; within limits, for breaks and clock steps."""
        longest_s = self.max_age_s / 2
        if self._ahead is None:
            return 0.0
        shown_ms, next_ms = shown.get("_timestamp_ms"), self._ahead[1].get("_timestamp_ms")
        if shown_ms is None or next_ms is None:
            return min(UNSTAMPED_S, longest_s)
        gap_s = float(next_ms - shown_ms) / 1000
        return min(gap_s, longest_s) if gap_s > 0 else longest_s

    def _read_frames(self) -> Iterator[tuple[Image, Record]]:
        """One pass over the tub."""
        for record in self._reader.records():
            index = record["_index"]
            if index < self.first_index or self.image_key not in record:
                continue
            if self.last_index is not None and index > self.last_index:
                continue
            try:
                image = self._reader.image(record, self.image_key)
            except TubError:
                self.skipped += 1
                continue
            if image.dtype != np.uint8:  # depth, not a picture
                self.skipped += 1
                continue
            yield fit(Picture.fromarray(image), self.width_px, self.height_px), record
