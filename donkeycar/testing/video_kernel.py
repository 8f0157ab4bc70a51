"""Emulated Video4Linux (V4L2) kernel interface, so that camera programs run on any computer.

It answers system calls, not a library: `os.open`, `fcntl.ioctl`, `mmap.mmap` and `os.close` of the
device files it lays out, with the bytes of the structures that the kernel would read and write; a
real file descriptor (an eventfd) makes `poll` wait and wake as it would. Offsets and numbers are
written down here a second time, from the header, so that an error in those of the product shows.

Sources: Linux, include/uapi/linux/videodev2.h and v4l2-controls.h on a 64-bit computer; drivers/
media/usb/uvc (time stamps: monotonic, start of exposure; a second device file for metadata; EBUSY
to the second program that streams; ENODEV once unplugged) and drivers/media/common/videobuf2 (a
frame that finds no free buffer is lost; EAGAIN while none is filled; EIO after an error).

Not modelled: the sensor, the USB bus, frame intervals, more than one plane, DMA buffers,
priorities, events. A frame comes when the test delivers it.
"""

import ctypes
import errno
import fcntl
import io
import mmap
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from donkeycar.timing import Clock, RealClock

CAPTURE, META, STREAMING, OWN = 0x1, 0x00800000, 0x04000000, 0x80000000
MONOTONIC, AT_START, ERROR = 0x2000, 0x10000, 0x40
MJPG, YUYV = b"MJPG", b"YUYV"
C920_SIZES = [(640, 480), (160, 90), (160, 120), (320, 240), (1280, 720)]
# Controls of a Logitech C920 by number: smallest, largest and default value.
C920_CONTROLS = {
    0x9A0901: (0, 3, 3),  # exposure, auto
    0x9A0902: (3, 2047, 250),  # exposure, absolute
    0x9A0903: (0, 1, 1),  # exposure, auto priority
    0x98090C: (0, 1, 1),  # white balance, auto
    0x98091A: (2000, 6500, 4000),  # white balance temperature
    0x980913: (0, 255, 0),  # gain
}


class VideoCamera:
    """One device file of a camera.

    Args:
        clock: Source of the time stamps.
        name: Name that the camera reports.
        capabilities: Capability flags of this device file.
        formats: Formats, each with its sizes; ``None`` instead of sizes if it does not list them.
        controls: Controls: smallest, largest and default value.
        given_size: Width and height that the driver gives, whatever the program requests.
        pad_bytes: Bytes after each row of YUYV.
        stamps: Flags of the time stamps.
        errors: Errors of requests, by their number (``0x80685600``) or ``"open"``.
        rate_hz: The only rate that it has; ``None`` allows any rate.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "HD Pro Webcam C920",
        capabilities: int = CAPTURE | STREAMING,
        formats: dict[bytes, list[tuple[int, int]] | None] | None = None,
        controls: dict[int, tuple[int, int, int]] | None = None,
        given_size: tuple[int, int] | None = None,
        pad_bytes: int = 0,
        stamps: int = MONOTONIC | AT_START,
        errors: dict[Any, int] | None = None,
        rate_hz: float | None = None,
    ) -> None:
        self.name, self.capabilities = name, capabilities
        self.formats = {YUYV: C920_SIZES, MJPG: C920_SIZES} if formats is None else formats
        self.controls = dict(C920_CONTROLS if controls is None else controls)
        #: Values of the controls that were set.
        self.values: dict[int, int] = {}
        self.errors: dict[Any, int] = dict(errors or {})
        self.given_size, self.pad_bytes = given_size, pad_bytes
        self.stamps, self.rate_hz = stamps, rate_hz
        self.pixel_format, self.size, self.stride = b"", (0, 0), 0
        self.streaming = False
        self.is_open = False
        self.unplugged = False
        #: Frames that found no free buffer.
        self.lost = 0
        self.memory: list[mmap.mmap] = []
        self.ready_fd = -1
        self._clock = clock
        self._free: list[int] = []
        self._filled: list[tuple[int, int, int, float]] = []
        self._random = np.random.default_rng(0)
        self._numbers: dict[int, Callable[[bytearray], None]] = {
            0x80685600: self._querycap, 0xC0405602: self._enum_fmt, 0xC02C564A: self._enum_sizes,
            0xC0D05605: self._s_fmt, 0xC0CC5616: self._s_parm, 0xC0145608: self._reqbufs,
            0xC0585609: self._querybuf, 0xC058560F: self._qbuf, 0xC0585611: self._dqbuf,
            0x40045612: self._streamon, 0x40045613: self._streamoff, 0xC008561C: self._s_ctrl,
            0xC0445624: self._queryctrl,
        }  # fmt: skip

    def deliver(
        self, image: np.ndarray | None = None, *, data: bytes | None = None,
        stamped_s: float | None = None, damaged: bool = False,
    ) -> None:  # fmt: skip
        """Fill a buffer.

        Args:
            image: The sensor's picture, RGB; noise if omitted.
            data: The bytes, instead of a picture.
            stamped_s: Its time stamp; now if omitted.
            damaged: Whether to mark the buffer as damaged.
        """
        if not self.streaming or not self._free:
            self.lost += 1
            return
        if data is None:
            data = self._coded(image)
        index = self._free.pop(0)
        self.memory[index][: len(data)] = data
        stamped_s = self._clock.monotonic() if stamped_s is None else stamped_s
        flags = self.stamps | (ERROR if damaged else 0)
        self._filled.append((index, len(data), flags, stamped_s))
        os.eventfd_write(self.ready_fd, 1)

    def unplug(self) -> None:
        """Unplug the camera: waiting programs wake up, and every request fails."""
        self.unplugged = True
        if self.ready_fd >= 0:
            os.eventfd_write(self.ready_fd, 1)

    def answer(self, request: int, argument: ctypes.Structure) -> int:
        """Answer a request as the kernel would."""
        if self.unplugged:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if request in self.errors:
            raise OSError(self.errors[request], os.strerror(self.errors[request]))
        if request not in self._numbers:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        size = request >> 16 & 0x3FFF
        assert size == ctypes.sizeof(argument), "the kernel would read past the structure"
        raw = bytearray(ctypes.string_at(ctypes.addressof(argument), size))
        self._numbers[request](raw)
        ctypes.memmove(ctypes.addressof(argument), bytes(raw), size)
        return 0

    def _coded(self, image: np.ndarray | None) -> bytes:
        width, height = self.size
        if image is None:
            image = self._random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        from PIL import Image as Picture

        picture = Picture.fromarray(image)
        if self.pixel_format == MJPG:
            file = io.BytesIO()
            picture.save(file, "JPEG", quality=90, subsampling="4:2:2")
            return file.getvalue()
        planes = np.asarray(picture.convert("YCbCr"), np.float32)
        rows = np.full((height, self.stride), 0xAA, np.uint8)
        luma, chroma = np.rint(planes[..., 0] * 219 / 255 + 16), (planes - 128) * 224 / 255 + 128
        rows[:, 0 : 2 * width : 2] = luma
        rows[:, 1 : 2 * width : 4] = np.rint(chroma[:, 0::2, 1])
        rows[:, 3 : 2 * width : 4] = np.rint(chroma[:, 0::2, 2])
        return rows.tobytes()

    def _querycap(self, raw: bytearray) -> None:
        struct.pack_into("16s32s32s", raw, 0, b"uvcvideo", self.name.encode(), b"usb-1.2")
        every = self.capabilities | CAPTURE | META | OWN
        struct.pack_into("3I", raw, 80, 0x60600, every, self.capabilities)

    def _enum_fmt(self, raw: bytearray) -> None:
        index = struct.unpack_from("I", raw)[0]
        if index >= len(self.formats) or not self.capabilities & CAPTURE:
            raise OSError(errno.EINVAL, "no more")
        raw[44:48] = list(self.formats)[index]

    def _enum_sizes(self, raw: bytearray) -> None:
        index, word = struct.unpack_from("I4s", raw)
        sizes = self.formats.get(word)
        if sizes is None:
            raise OSError(errno.ENOTTY, "not listed")
        if index >= len(sizes):
            raise OSError(errno.EINVAL, "no more")
        struct.pack_into("I2I", raw, 8, 1, *sizes[index])

    def _s_fmt(self, raw: bytearray) -> None:
        _, width, height = struct.unpack_from("Q2I", raw)
        word = bytes(raw[16:20])
        self.pixel_format = word if word in self.formats else next(iter(self.formats))
        listed = self.formats[self.pixel_format] or [(width, height)]
        self.size = self.given_size or min(
            listed, key=lambda size: abs(size[0] - width) + abs(size[1] - height)
        )
        self.stride = 2 * self.size[0] + self.pad_bytes if self.pixel_format == YUYV else 0
        length = max(self.stride * self.size[1], 3 * self.size[0] * self.size[1])
        struct.pack_into("2I4s3I", raw, 8, *self.size, self.pixel_format, 1, self.stride, length)

    def _s_parm(self, raw: bytearray) -> None:
        if self.rate_hz is not None:
            struct.pack_into("2I", raw, 12, 1000, round(1000 * self.rate_hz))

    def _reqbufs(self, raw: bytearray) -> None:
        self._free, self._filled = [], []
        count = struct.unpack_from("I", raw)[0]
        length = -(-3 * (self.size[0] + self.pad_bytes) * self.size[1] // 4096) * 4096
        self.memory = [mmap.mmap(-1, length) for _ in range(count)]

    def _querybuf(self, raw: bytearray) -> None:
        index = struct.unpack_from("I", raw)[0]
        struct.pack_into("I", raw, 64, index << 24)
        struct.pack_into("I", raw, 72, len(self.memory[index]))

    def _qbuf(self, raw: bytearray) -> None:
        index = struct.unpack_from("I", raw)[0]
        assert index not in self._free, "a buffer is given twice"
        self._free.append(index)

    def _dqbuf(self, raw: bytearray) -> None:
        if not self._filled:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        os.eventfd_read(self.ready_fd)
        index, used, flags, stamped_s = self._filled.pop(0)
        struct.pack_into("I", raw, 0, index)
        struct.pack_into("2I", raw, 8, used, flags)
        seconds, microseconds = divmod(round(stamped_s * 1e6), 1_000_000)
        struct.pack_into("2q", raw, 24, seconds, microseconds)

    def _streamon(self, raw: bytearray) -> None:
        self.streaming = True

    def _streamoff(self, raw: bytearray) -> None:
        self.streaming = False

    def _s_ctrl(self, raw: bytearray) -> None:
        number, value = struct.unpack_from("Ii", raw)
        self.values[number] = value

    def _queryctrl(self, raw: bytearray) -> None:
        number = struct.unpack_from("I", raw)[0]
        if number not in self.controls:
            raise OSError(errno.EINVAL, "no such knob")
        low, high, default = self.controls[number]
        struct.pack_into("4i", raw, 40, low, high, 1, default)


class VideoKernel:
    """Puts cameras in place of /dev/video0, /dev/video1 ... while a ``with`` block lasts.

    Args:
        clock: Source of the time stamps.
        cameras: Arguments of `VideoCamera`, one for each device file; one C920 if omitted.
        options: Arguments of the only camera, if `cameras` is omitted.

    Example:
        >>> with VideoKernel(name="A camera") as kernel:
        ...     kernel.camera.name
        'A camera'
    """

    def __init__(
        self, *, clock: Clock | None = None, cameras: list[dict[str, Any]] | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        clock = RealClock() if clock is None else clock
        rows = [options] if cameras is None else cameras
        self.cameras = [VideoCamera(clock, **row) for row in rows]
        self._files: dict[int, VideoCamera] = {}
        self._patches: list[Any] = []

    @property
    def camera(self) -> VideoCamera:
        """The first camera."""
        return self.cameras[0]

    def __enter__(self) -> "VideoKernel":
        self._folder = tempfile.TemporaryDirectory()
        root = Path(self._folder.name)
        self.devices, self.classes = root / "dev", root / "class"
        self.devices.mkdir()
        firsts: set[str] = set()
        self._nodes: dict[str, VideoCamera] = {}
        for number, camera in enumerate(self.cameras):
            (self.devices / f"video{number}").touch()
            self._nodes[str(self.devices / f"video{number}")] = camera
            told = self.classes / f"video{number}"
            told.mkdir(parents=True)
            (told / "name").write_text(f"{camera.name}\n")
            is_second = camera.name in firsts and not camera.capabilities & CAPTURE
            (told / "index").write_text("1\n" if is_second else "0\n")
            firsts.add(camera.name)
        where = "donkeycar.parts.camera.v4l2_nodes"
        self._calls: tuple[Any, ...] = (os.open, os.close, fcntl.ioctl, mmap.mmap)
        for name, stand_in in (
            (f"{where}.DEVICES", self.devices), (f"{where}.CLASS", self.classes),
            ("os.open", self._open), ("os.close", self._close), ("fcntl.ioctl", self._ioctl),
            ("mmap.mmap", self._mmap),
        ):  # fmt: skip
            patch = mock.patch(name, stand_in)
            patch.start()
            self._patches.append(patch)
        return self

    def __exit__(self, *ended: object) -> None:
        for patch in reversed(self._patches):
            patch.stop()
        for file in self._files:
            os.close(file)
        self._folder.cleanup()

    def _open(self, path: Any, flags: int, *more: Any, **named: Any) -> int:
        camera = self._nodes.get(os.path.realpath(path)) if isinstance(path, str | Path) else None
        if camera is None:
            file: int = self._calls[0](path, flags, *more, **named)
            return file
        if camera.unplugged:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        if "open" in camera.errors:
            raise OSError(camera.errors["open"], os.strerror(camera.errors["open"]))
        assert flags & os.O_NONBLOCK, "a read would wait for ever"
        camera.ready_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_SEMAPHORE)
        camera.is_open = True
        self._files[camera.ready_fd] = camera
        return camera.ready_fd

    def _close(self, file: int) -> None:
        camera = self._files.pop(file, None)
        if camera is not None:
            camera.is_open = camera.streaming = False
            camera.ready_fd = -1
        self._calls[1](file)

    def _ioctl(self, file: Any, request: int, *argument: Any) -> Any:
        camera = self._files.get(file) if isinstance(file, int) else None
        if camera is None:
            return self._calls[2](file, request, *argument)
        return camera.answer(request, argument[0])

    def _mmap(self, file: int, length: int, **named: Any) -> mmap.mmap:
        camera = self._files.get(file)
        if camera is None:
            memory: mmap.mmap = self._calls[3](file, length, **named)
            return memory
        index: int = named["offset"] >> 24
        return camera.memory[index]
