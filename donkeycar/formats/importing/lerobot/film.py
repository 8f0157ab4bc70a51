"""Frames of a film, in their order: each becomes a JPEG when it is asked for."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError, TubError
from donkeycar.formats.importing.picture import jpeg_of
from donkeycar.tub.images import MAX_PIXELS

# What LeRobot allows: times are 32-bit numbers.
TOLERANCE_S = 1e-4


class Film:
    """A film of a dataset.

    Frames that are asked for in their order are decoded once; an earlier one begins anew.

    Args:
        path: The file, ``.mp4``.
        rate_hz: Frames a second.
    """

    def __init__(self, path: Path, rate_hz: float) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._file: Any = None
        self._frames: Iterator[Any] = iter(())
        self._frame: Any = None
        self._time_s = 0.0

    def picture(self, seconds: float) -> bytes:
        """The frame that is shown at a time, as a JPEG.

        A film may have been made at another rate than its dataset says; the nearest frame counts,
        up to half a frame away.

        Args:
            seconds: Since the beginning of the film.

        Raises:
            DeviceError: If PyAV is missing.
            TubError: If the film is damaged, or has no such frame.
        """
        av = _library()
        apart = 0.5 / self._rate_hz + TOLERANCE_S
        try:
            if self._file is None or self._time_s > seconds + apart:
                self._open()
            while self._frame is None or self._time_s < seconds - apart:
                self._next()
            if self._time_s > seconds + apart:
                raise TubError(f"{self._path.name} has no frame at {seconds:.3f} s")
            return jpeg_of(np.ascontiguousarray(self._frame.to_ndarray(format="rgb24")))
        except StopIteration as error:
            raise TubError(f"{self._path.name} ends before {seconds:.3f} s") from error
        except (av.FFmpegError, OSError, ValueError) as error:
            if isinstance(error, TubError):
                raise
            raise TubError(f"{self._path.name} cannot be read: {error}") from error

    def _next(self) -> None:
        self._frame = next(self._frames)
        time_s = self._frame.time
        if time_s is None:  # it says no times: count
            self._time_s += 1 / self._rate_hz
        else:
            self._time_s = time_s - self._start_s

    def _open(self) -> None:
        self.close()
        if os.path.exists(self._path) and not os.path.isfile(self._path):
            raise TubError(f"{self._path.name} must be an ordinary file. Copy the film")
        # Its kind is said, not guessed: a list of other files under this name opens nothing.
        self._file = _library().open(str(self._path), format="mp4")
        if not self._file.streams.video:
            raise TubError(f"{self._path.name} holds no video")
        stream = self._file.streams.video[0]
        if stream.width * stream.height > MAX_PIXELS:
            raise TubError(f"{self._path.name} has more than {MAX_PIXELS} pixels")
        self._start_s = float((stream.start_time or 0) * stream.time_base)
        self._frames = self._file.decode(stream)
        self._frame = None
        self._time_s = -1 / self._rate_hz

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _library() -> Any:
    try:
        import av
    except ImportError as error:
        raise DeviceError(
            f"A dataset with videos needs PyAV. Next: {install_extra('formats')}"
        ) from error
    return av
