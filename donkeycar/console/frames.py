"""Video frames for all viewers: each frame is encoded once, and a slow viewer delays nobody."""

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from donkeycar.console.pace import Pace
from donkeycar.errors import text_of

logger = logging.getLogger(__name__)

JPEG_QUALITY = 75

# The most video streams of one client, so that other clients can watch too.
MAX_OF_ONE = 2


class VideoFrame(NamedTuple):
    """One encoded picture.

    Attributes:
        jpeg: The picture.
        exposed_s: When it was exposed, in seconds on the monotonic clock.
        sequence: The number of the frame.
    """

    jpeg: bytes
    exposed_s: float
    sequence: int


class Viewer:
    """One viewer of the video: it gets the newest frame when it asks, and misses the others."""

    def __init__(self, who: str = "", *, is_guest: bool = False) -> None:
        self.who = who
        self.is_guest = is_guest
        self._frame: VideoFrame | None = None
        self._news = asyncio.Event()
        self._closed = False

    async def next(self) -> VideoFrame | None:
        """Wait for a frame not seen yet; ``None`` once the viewer is closed."""
        await self._news.wait()
        self._news.clear()
        return None if self._closed else self._frame

    def put(self, frame: VideoFrame) -> None:
        """Offer a frame; it replaces the one before."""
        self._frame = frame
        self._news.set()

    def close(self) -> None:
        """End a wait in `next`."""
        self._closed = True
        self._news.set()


def encode(image: Any) -> bytes:
    """Return `image` as JPEG.

    Args:
        image: ``uint8``, ``(height, width, 3)`` RGB; or grey, ``(height, width, 1)`` or
            ``(height, width)``.
    """
    import numpy as np
    import simplejpeg

    pixels = np.ascontiguousarray(np.atleast_3d(image))
    colours = "GRAY" if pixels.shape[2] == 1 else "RGB"
    return bytes(simplejpeg.encode_jpeg(pixels, quality=JPEG_QUALITY, colorspace=colours))


class FrameHub:
    """Hands the newest frame of the drive loop to all viewers.

    Encoding has a thread of its own. Without a viewer no frame is encoded and no task runs.

    Args:
        max_viewers: The most viewers at a time.
        pace: Drops pictures while the loop is short of time.
    """

    def __init__(self, *, max_viewers: int, pace: Pace) -> None:
        self.max_viewers = max_viewers
        self._pace = pace
        self.num_encoded = 0
        # Image, exposure, number: the drive loop replaces the whole tuple.
        self._newest: tuple[Any, float, int] | None = None
        self._frame: VideoFrame | None = None
        self._viewers: set[Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._encoder = ThreadPoolExecutor(1, "jpeg")
        self._complained = False

    @property
    def num_viewers(self) -> int:
        """Number of pages that show the video now."""
        return sum(not viewer.is_guest for viewer in self._viewers)

    def offer(self, image: Any, exposed_s: float, sequence: int) -> None:
        """Take a frame of the drive loop; this takes microseconds.

        Args:
            image: The picture; the caller never changes it after this call.
            exposed_s: When it was exposed, in seconds on the monotonic clock.
            sequence: Its number. A number seen before is not a new frame.
        """
        if self._newest is not None and (
            self._newest[2] == sequence
            or 0.0 <= exposed_s - self._newest[1] < self._pace.min_interval_s
        ):
            return
        self._newest = (image, exposed_s, sequence)
        if self._viewers and self._loop is not None:
            # The event loop may just have been closed; then nobody watches any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)

    def join(self, who: str = "", *, is_guest: bool = False) -> tuple[Viewer | None, str]:
        """Add a viewer.

        Args:
            who: The client that watches; a client may have `MAX_OF_ONE` viewers at most.
            is_guest: Whether it is no page, and takes no place of those who may drive; its own
                limits are its caller's.

        Returns:
            The viewer and "", or ``None`` and the reason for the refusal.
        """
        pages = [viewer for viewer in self._viewers if not viewer.is_guest]
        if not is_guest and len(pages) >= self.max_viewers:
            return None, f"All {self.max_viewers} places to watch are taken. Close another page."
        if not is_guest and sum(viewer.who == who for viewer in pages) >= MAX_OF_ONE:
            return None, f"This browser watches {MAX_OF_ONE} times. Close the page in another tab."
        self._loop = asyncio.get_running_loop()
        viewer = Viewer(who, is_guest=is_guest)
        self._viewers.add(viewer)
        if self._frame is not None:
            viewer.put(self._frame)
        self._news.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._publish())
        return viewer, ""

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer."""
        viewer.close()
        self._viewers.discard(viewer)
        if not self._viewers:
            self._frame = None
            self._news.set()

    def close(self) -> None:
        """Close all viewers and end the encoder."""
        for viewer in list(self._viewers):
            self.leave(viewer)
        self._encoder.shutdown(wait=False, cancel_futures=True)

    async def _publish(self) -> None:
        loop = asyncio.get_running_loop()
        while self._viewers:
            await self._news.wait()
            self._news.clear()
            newest = self._newest
            if newest is None or not self._viewers:
                continue
            image, exposed_s, sequence = newest
            if self._frame is not None and self._frame.sequence == sequence:
                continue
            try:
                jpeg = await loop.run_in_executor(self._encoder, encode, image)
            except Exception as error:
                # Nobody may drive by a frozen picture without a warning; the page turns it grey.
                if not self._complained:
                    logger.error("The camera's pictures cannot be shown: %s", text_of(error))
                self._complained = True
                continue
            self._complained = False
            self.num_encoded += 1
            self._frame = VideoFrame(jpeg, exposed_s, sequence)
            for viewer in self._viewers:
                viewer.put(self._frame)
