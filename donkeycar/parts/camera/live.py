"""What cameras with hardware share: the rate they are asked for, and which way up they hang."""

from typing import TypedDict

from donkeycar.errors import ConfigError
from donkeycar.parts.camera.camera import Camera
from donkeycar.parts.camera.image import Image
from donkeycar.timing import Clock


class LiveOptions(TypedDict, total=False):
    """Keyword arguments of every `LiveCamera`, which describes them."""

    width_px: int
    height_px: int
    framerate_hz: float
    hflip: bool
    vflip: bool
    grey: bool
    max_age_s: float
    start_timeout_s: float
    close_timeout_s: float
    clock: Clock | None


class LiveCamera(Camera):
    """A camera that hands frames over when it has them.

    Args:
        width_px: Width of a frame.
        height_px: Height of a frame.
        framerate_hz: Frames a second asked of the camera, more than 1 / `max_age_s`.
        hflip: Mirror left and right.
        vflip: Turn upside down; use it with `hflip` for a camera that is mounted upside down.
        grey: Remove the colour.
        max_age_s: The newest frame may have been exposed this long ago, in seconds.
        start_timeout_s: The first frame must arrive within this time, in seconds.
        close_timeout_s: How long `shutdown` waits for a camera that hangs, in seconds.
        clock: Source of time.
        rate_hz: How often the thread captures, in hertz; ``None`` if `capture` itself waits for
            the device.

    Raises:
        ConfigError: If a size is less than 1, or `framerate_hz` too low.
    """

    def __init__(
        self,
        *,
        width_px: int = 160,
        height_px: int = 120,
        framerate_hz: float = 20,
        hflip: bool = False,
        vflip: bool = False,
        grey: bool = False,
        max_age_s: float = 0.5,
        start_timeout_s: float = 5.0,
        close_timeout_s: float = 2.0,
        clock: Clock | None = None,
        rate_hz: float | None = None,
    ) -> None:
        super().__init__(
            width_px=width_px,
            height_px=height_px,
            grey=grey,
            rate_hz=rate_hz,
            max_age_s=max_age_s,
            start_timeout_s=start_timeout_s,
            clock=clock,
        )
        if not framerate_hz > 1 / max_age_s:
            raise ConfigError(
                f"`framerate_hz` must be greater than 1 / max_age_s = {1 / max_age_s:g}. "
                f"Received: framerate_hz={framerate_hz}"
            )
        self.framerate_hz = framerate_hz
        self.hflip = hflip
        self.vflip = vflip
        self.close_timeout_s = close_timeout_s

    @property
    def patience_s(self) -> float:
        """How long a capture may wait for the next frame, in seconds."""
        return self.max_age_s if self._sequence else self.start_timeout_s

    def turned(self, image: Image) -> Image:
        """A fresh copy of a picture, turned as `hflip` and `vflip` say."""
        return image[:: -1 if self.vflip else 1, :: -1 if self.hflip else 1].copy()


class Thinning:
    """Leaves frames out where a camera gives more than it was asked for.

    A pilot with a memory was trained at the rate that was asked for.

    Args:
        wanted_hz: Frames a second asked for.
        given_hz: Frames a second that come.

    Example:
        >>> thinning = Thinning(10, 30)
        >>> [thinning.is_too_many(number / 30) for number in range(6)]
        [False, True, True, False, True, True]
    """

    def __init__(self, wanted_hz: float, given_hz: float) -> None:
        self._period_s = 1 / wanted_hz
        self._early_s = 0.5 / given_hz
        self._due_s = 0.0

    def is_too_many(self, at_s: float) -> bool:
        """Whether a frame comes before the next one is due.

        Args:
            at_s: When it was exposed or came, in seconds.
        """
        if at_s < self._due_s - self._early_s:
            return True
        self._due_s = max(self._due_s + self._period_s, at_s)
        return False
