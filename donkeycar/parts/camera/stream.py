"""A camera on the network, or a video file: RTSP, MJPEG over HTTP, or whatever FFmpeg reads."""

import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import urlsplit

import numpy as np

from donkeycar.commands import pip_install
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera.image import Image
from donkeycar.parts.camera.live import LiveCamera, LiveOptions
from donkeycar.parts.camera.usb_picture import cut
from donkeycar.parts.finding import MISSING, OK, Finding
from donkeycar.parts.needs import Library, Runner

logger = logging.getLogger(__name__)

AV = Library("av", pip_install("av"))
#: What must be installed beside donkeycar.
LIBRARIES = (AV,)

# Each with the port where it listens if the address names none.
SCHEMES = {"rtsp": 554, "http": 80, "https": 443}
# A read that took this long has waited for the network: what it brought has just arrived.
WAITED_S = 0.002
CONNECT_S = 2.0
# The times of a file's frames are rounded to a fraction of this.
ROUNDED_S = 0.002
# Of FFmpeg: no buffer before the decoder, no frames held back, no packets lost on the way, and half
# a second (in microseconds) to find out what the stream is.
OPTIONS = {
    "fflags": "nobuffer", "flags": "low_delay", "rtsp_transport": "tcp",
    "analyzeduration": "500000",
}  # fmt: skip


class StreamCamera(LiveCamera):
    """Frames of a stream from the network, the newest only, or of a video file.

    A frame is stamped with its arrival: what happened before, in the camera and on the network,
    cannot be seen from here and is not in its age. Frames that waited in a buffer are stamped with
    the last moment at which nothing waited, and dropped if that is long ago; so a computer that
    decodes too slowly stops the car instead of showing it the past. If the stream ends, fails or
    is silent, the car stops.

    A file is played at its own speed, again and again; its frames are stamped as they are shown.

    Args:
        source: An address that begins with ``rtsp://``, ``http://`` or ``https://``, or the path of
            a video file.
        options: As those of `LiveCamera`. A picture that is larger than a frame is cut in the
            middle to the proportions of a frame, and scaled; `framerate_hz` is that of a file, a
            stream has its own; the stream must open within `start_timeout_s`, too; frames are
            stamped with their arrival.

    Raises:
        ConfigError: If `source` is no such address or file.
        DeviceError: If PyAV is missing, or the stream does not open or shows no pictures.
    """

    what_to_check = "Check the camera's power and network, and its address in another player"

    def __init__(self, source: str, **options: Unpack[LiveOptions]) -> None:
        is_file = "://" not in source
        super().__init__(**options, rate_hz=options.get("framerate_hz", 20) if is_file else None)
        check_source(source)
        self.source = str(Path(source).expanduser()) if is_file else source
        self.shown_source = without_password(source)
        #: Frames that had waited too long when they were read.
        self.passed_over = 0
        self._is_file = is_file
        self._using = threading.Lock()
        self._container: Any
        self._live_s = self.clock.monotonic()
        self._due_s = 0.0
        self._ahead: Any = None
        self._frames = self._opened()
        # A video of a still scene repeats its pictures to the last bit: no sign of a frozen sensor.
        # JPEGs are coded each by itself, so those of a sensor keep its noise.
        self.may_repeat = is_file or self._container.streams.video[0].codec_context.name != "mjpeg"
        if is_file:
            logger.warning("%s is a recording: its road does not follow the wheels", source)

    def capture(self) -> tuple[Image, float] | None:
        """Wait for the next frame of the stream.

        Returns:
            The frame and when it arrived; ``None`` if it had waited too long, or at the end.
        """
        with self._using:
            if self._stopping.is_set():
                return None
            frame = self._shown() if self._is_file else self._arrived()
            if frame is None:
                return None
            exposed_s = self.clock.monotonic() if self._is_file else self._live_s
            return self._image(frame), exposed_s

    def shutdown(self) -> None:
        """Stop and close the stream, in bounded time. Safe to call twice."""
        if self._stopping.is_set():
            return
        super().shutdown()
        # A stream must not be closed while another thread reads it.
        if not self._using.acquire(timeout=self.close_timeout_s):
            logger.error("The stream was busy for %s s: left open", self.close_timeout_s)
            return
        try:
            self._container.close()
        finally:
            self._using.release()

    def _arrived(self) -> Any:
        frame = self._next()
        if frame is None:
            raise DeviceError(
                f"The stream {self.shown_source} must go on. Received: its end. "
                f"{self.what_to_check}"
            )
        if self.clock.monotonic() - self._live_s > self.max_age_s / 2:
            self.passed_over += 1
            return None
        return frame

    def _shown(self) -> Any:
        """The frame of a file that is due, one turn of the loop later than the last."""
        while self._ahead is None or self._ahead.time + ROUNDED_S < self._due_s:
            frame = self._next()
            if frame is not None and frame.time is None:
                raise DeviceError(
                    f"{self.source} must say when its pictures are due. Received: no times, as in "
                    "a raw stream. `ffmpeg -i IT -c copy film.mp4` makes a film of it"
                )
            if frame is None:
                if self._ahead is None:
                    raise DeviceError(f"{self.source} must hold pictures. Received: none")
                self._container.close()
                self._frames, self._ahead = self._opened(), None
                return self._shown()
            if self._ahead is None:
                self._due_s = frame.time
            self._ahead = frame
        self._due_s += 1 / (self.rate_hz or 1)
        return self._ahead

    def _next(self) -> Any:
        """The next frame; ``None`` at the end."""
        import av

        try:
            return next(self._frames, None)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise DeviceError(
                f"The stream {self.shown_source} must go on. Received: {_reason(error)}. "
                f"{self.what_to_check}"
            ) from error

    def _opened(self) -> Iterator[Any]:
        try:
            import av
        except ImportError as error:
            raise AV.missing("StreamCamera", error) from error
        options = {} if self._is_file else OPTIONS
        try:
            self._container = av.open(
                self.source, options=options, timeout=(self.start_timeout_s, self.max_age_s)
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise DeviceError(
                f"The stream {self.shown_source} must open. Received: {_reason(error)}. "
                f"{self.what_to_check}"
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise DeviceError(
                f"The stream {self.shown_source} must hold pictures. Received: none. "
                f"{self.what_to_check}"
            )
        stream = self._container.streams.video[0]
        try:
            self._check_size(stream.codec_context.width, stream.codec_context.height)
        except DeviceError:
            self._container.close()
            raise
        # Threads that decode several frames at a time would hold each back until others are done.
        stream.thread_type = "SLICE"
        return self._decoded(self._container.demux(stream))

    def _decoded(self, packets: Iterator[Any]) -> Iterator[Any]:
        from av.error import InvalidDataError

        while True:
            asked_s = self.clock.monotonic()
            packet = next(packets, None)
            if packet is None:
                return
            now_s = self.clock.monotonic()
            if now_s - asked_s >= WAITED_S:
                self._live_s = now_s
            with suppress(InvalidDataError):  # a damaged picture; the next one may be whole
                yield from packet.decode()

    def _check_size(self, width_px: int, height_px: int) -> None:
        if not width_px:
            raise DeviceError(
                f"The stream {self.shown_source} must show pictures within start_timeout_s="
                f"{self.start_timeout_s:g}. Received: none. {self.what_to_check}; some cameras "
                "serve few viewers at a time"
            )
        if width_px < self.width_px or height_px < self.height_px:
            raise DeviceError(
                f"The stream {self.shown_source} must give pictures of at least "
                f"{self.width_px}x{self.height_px}. Received: {width_px}x{height_px}. Lower "
                "IMAGE_W and IMAGE_H, or set the camera to a larger size"
            )

    def _image(self, frame: Any) -> Image:
        from PIL import Image as Picture

        self._check_size(frame.width, frame.height)
        picture = Picture.fromarray(frame.to_ndarray(format="rgb24"))
        size = (self.width_px, self.height_px)
        if picture.size != size:
            box = cut(*picture.size, *size)
            picture = picture.resize(size, Picture.Resampling.BILINEAR, box=box)
        return self.turned(np.array(picture, dtype=np.uint8))


def check_source(source: str) -> None:
    """Refuse what is neither an address of a camera nor a file.

    Raises:
        ConfigError: If it is not.
    """
    scheme, separator, _ = source.partition("://")
    if separator and scheme in SCHEMES and urlsplit(source).hostname:
        return
    if not separator and source and Path(source).expanduser().is_file():
        return
    raise ConfigError(
        "`source` must be an address such as rtsp://10.0.0.7/stream or http://10.0.0.7/video, or a "
        f"video file that exists. Received: source={without_password(source)!r}"
    )


def without_password(source: str) -> str:
    """An address as it may stand in a log.

    Example:
        >>> without_password("rtsp://kim:secret@10.0.0.7/stream")
        'rtsp://...@10.0.0.7/stream'
    """
    return re.sub(r"://[^/]*@", "://...@", source)


def probe(*, source: str, run: Runner) -> Finding:
    """Look whether somebody listens at the address, or the file exists, without reading it.

    Args:
        source: Address or path.
        run: Runs a command; not used.
    """
    shown = without_password(source)
    try:
        check_source(source)
    except ConfigError:
        return Finding(
            "camera", MISSING, f"CAMERA_SOURCE is {shown!r}",
            "set CAMERA_SOURCE to rtsp://..., http://... or the path of a video file",
        )  # fmt: skip
    if "://" not in source:
        return Finding("camera", OK, f"the file {shown}")
    address = urlsplit(source)
    port = address.port or SCHEMES[address.scheme]
    try:
        socket.create_connection((address.hostname, port), timeout=CONNECT_S).close()
    except OSError as error:
        return Finding(
            "camera", MISSING, f"nobody answers at {shown}: {_reason(error)}",
            "check the camera's power and network, and CAMERA_SOURCE",
        )  # fmt: skip
    return Finding("camera", OK, f"somebody answers at {shown}")


def _reason(error: BaseException) -> str:
    """Why it failed, without the address: it may hold a password."""
    return getattr(error, "strerror", None) or type(error).__name__
