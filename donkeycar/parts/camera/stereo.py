"""Two cameras side by side, as one picture: what each sees, and where they differ."""

import threading

import numpy as np

from donkeycar.errors import ConfigError, DeviceError, DonkeyError
from donkeycar.parts.camera.camera import Camera
from donkeycar.parts.camera.image import Image, grey_from_rgb

# Two pictures belong together if they were exposed within this share of the time of a frame: of
# cameras that do not run in step, the nearest ones are at most half of it apart.
TOGETHER = 0.6
LOOK_S = 0.05
#: How messages name the two.
NAMES = ("A", "B")


class StereoCamera(Camera):
    """Joins the pictures of two cameras that were exposed at nearly the same time.

    Each picture is used once. A frame is as old as the older of its two. If either camera fails or
    falls silent, so does the pair; the error names which one it was.

    Args:
        first: Camera A, on the left.
        second: Camera B, on the right, with frames of the same size.
        framerate_hz: Frames a second of both.

    Output shape:
        As those of every camera, and then both pictures, each ``uint8``, ``(height, width, 3)``,
        RGB. In the frame, red is the brightness of A, green that of B, and blue ``128 + (A - B) /
        2``: 128 where both see the same.

    Raises:
        ConfigError: If the sizes differ.

    Example:
        >>> from donkeycar.parts.camera.mock import MockCamera
        >>> pair = StereoCamera(MockCamera(), MockCamera(), framerate_hz=20)
        >>> image, exposed_s, sequence, a, b = pair.run()
        >>> image.shape, sequence, bool((image[..., 2] == 128).all())
        ((120, 160, 3), 1, True)
    """

    def __init__(self, first: Camera, second: Camera, *, framerate_hz: float) -> None:
        sizes = [(camera.width_px, camera.height_px) for camera in (first, second)]
        if sizes[0] != sizes[1]:
            raise ConfigError(f"Both cameras must have one size. Received: {sizes[0]}, {sizes[1]}")
        super().__init__(
            width_px=first.width_px,
            height_px=first.height_px,
            # Each camera looks for pictures that repeat.
            may_repeat=True,
            max_age_s=min(first.max_age_s, second.max_age_s),
            # A camera that gives no first picture says so itself, with what to check.
            start_timeout_s=1 + max(first.start_timeout_s, second.start_timeout_s),
            clock=first.clock,
        )
        self.framerate_hz = framerate_hz
        self.most_apart_s = TOGETHER / framerate_hz
        self._cameras = (first, second)
        self._newest: list[tuple[Image, float] | None] = [None, None]
        self._pictures: tuple[Image, ...] = ()
        self._came = threading.Event()
        self._threads: list[threading.Thread] = []

    def update(self) -> None:
        """Read both, each in a thread of its own, until `shutdown`."""
        for name, camera in zip(NAMES, self._cameras, strict=True):
            camera.wake = self._came.set
            thread = threading.Thread(target=camera.update, name=f"camera {name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        try:
            super().update()
        finally:
            for camera in self._cameras:
                camera.shutdown()
            for thread in self._threads:
                thread.join(self.max_age_s)

    def capture(self) -> tuple[Image, float] | None:
        """Wait for the next pair.

        Returns:
            The joined picture, and when the older of the two was exposed; ``None`` if no pair is
            complete.
        """
        if self._threads:
            self._came.wait(LOOK_S)
            self._came.clear()
        for number, camera in enumerate(self._cameras):
            self._take(number, camera)
        first, second = self._newest
        if first is None or second is None:
            return None
        if abs(first[1] - second[1]) > self.most_apart_s:
            return None  # the older one waits for a newer one of its camera
        self._newest = [None, None]
        self._pictures = (first[0], second[0])
        return joined(*self._pictures), min(first[1], second[1])

    def read(self) -> tuple[Image, float, int, Image, Image] | None:  # type: ignore[override]
        """Return the next frame and its two pictures, or ``None`` if there is no new pair."""
        frame = super().read()
        return None if frame is None else (*frame, self._pictures[0], self._pictures[1])

    def shutdown(self) -> None:
        """Shut both down. Safe to call twice."""
        super().shutdown()
        self._came.set()
        for camera in self._cameras:
            camera.shutdown()

    def _take(self, number: int, camera: Camera) -> None:
        try:
            frame = camera.run_threaded() if self._threads else camera.run()
        except DonkeyError as error:
            raise DeviceError(f"Camera {NAMES[number]} of the pair: {error}") from error
        if frame is not None:
            self._newest[number] = frame[:2]


def joined(first: Image, second: Image) -> Image:
    """One picture of two: the brightness of each, and where they differ.

    Example:
        >>> a, b = np.full((1, 1, 3), 200, np.uint8), np.full((1, 1, 3), 100, np.uint8)
        >>> joined(a, b).tolist()
        [[[200, 100, 178]]]
    """
    grey = [grey_from_rgb(image)[..., 0] for image in (first, second)]
    differ = 128 + (grey[0].astype(np.int16) - grey[1]) // 2
    return np.stack([*grey, differ.astype(np.uint8)], axis=2)
