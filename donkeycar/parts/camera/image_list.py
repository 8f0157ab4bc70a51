"""A camera that shows pictures from a folder, one after another."""

import glob
import io
import re
from pathlib import Path

from PIL import Image as Picture

from donkeycar.errors import ConfigError, DeviceError, StaleData, text_of
from donkeycar.parts.camera.image import Image, fit
from donkeycar.parts.camera.late_camera import LateCamera
from donkeycar.parts.camera.latency import Latency
from donkeycar.timing import Clock

# Files are kept in memory up to this many bytes: about three thousand small pictures. A disk that
# the recorder keeps busy was seen to hold up a reader for half a second, which ends a drive.
KEPT_BYTES = 16_000_000


class ImageListCamera(LateCamera):
    """Pictures that match a pattern, in natural order: 2.jpg comes before 10.jpg.

    A file is read once, as long as all of them are not large (`KEPT_BYTES`).

    Args:
        path_mask: Which pictures, for example ``~/mycar/data/images/*.jpg``; ``**`` goes into
            folders.
        width_px: Width of a frame; other pictures are resized.
        height_px: Height of a frame.
        framerate_hz: Frames a second when threaded, more than 1 / `max_age_s`. Without a thread,
            every call gives a new frame.
        loop: Begin again after the last picture. Otherwise the car stops there.
        grey: Remove the colour.
        max_age_s: The newest frame may have been shown this long ago, in seconds.
        latency: How old a frame is when it is handed over; ``None`` is as old as a Pi's.
        clock: Source of time.

    Raises:
        ConfigError: If nothing matches `path_mask`.

    Example:
        >>> ImageListCamera("no/such/folder/*.jpg")
        Traceback (most recent call last):
        ...
        donkeycar.errors.ConfigError: `path_mask` must match pictures. Received: \
path_mask='no/such/folder/*.jpg', which matches nothing. Set PATH_MASK to a folder of them, \
for example "~/pictures/*.jpg".
    """

    def __init__(
        self,
        path_mask: str,
        *,
        width_px: int = 160,
        height_px: int = 120,
        framerate_hz: float = 20,
        loop: bool = True,
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
        found = glob.glob(str(Path(path_mask).expanduser()), recursive=True)
        self.paths = sorted((Path(name) for name in found), key=_natural_order)
        if not self.paths:
            raise ConfigError(
                f"`path_mask` must match pictures. Received: {path_mask=}, which matches nothing. "
                'Set PATH_MASK to a folder of them, for example "~/pictures/*.jpg".'
            )
        self.loop = loop
        self._next = 0
        self._kept: dict[Path, bytes] = {}
        self._room = KEPT_BYTES

    def picture(self) -> Image:
        """Return the next picture.

        Raises:
            StaleData: If all have been shown, and `loop` is off.
            DeviceError: If the file is not a picture.
        """
        if self._next == len(self.paths):
            if not self.loop:
                raise StaleData(f"all {len(self.paths)} pictures have been shown")
            self._next = 0
        path = self.paths[self._next]
        self._next += 1
        try:
            with Picture.open(self._file(path)) as picture:
                return fit(picture, self.width_px, self.height_px)
        except OSError as error:
            raise DeviceError(f"{path} must be a picture. Received: {text_of(error)}") from error

    def _file(self, path: Path) -> Path | io.BytesIO:
        """The content of a file that is kept, else its path."""
        if path not in self._kept:
            if path.stat().st_size > self._room:
                return path
            self._kept[path] = path.read_bytes()
            self._room -= len(self._kept[path])
        return io.BytesIO(self._kept[path])


def _natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Compare runs of digits as numbers, the rest as text."""
    return [
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.split(r"(\d+)", str(path))
        if piece
    ]
