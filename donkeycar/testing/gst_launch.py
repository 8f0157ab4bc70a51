"""Stand-in for ``gst-launch-1.0`` with the camera of a Jetson, as a program of its own.

It is found before the real program, takes the same words, and gives what the pipeline would give:
a multipart message on the file descriptor of `fdsink`, and words of the driver on its stdout. It
refuses elements and properties of the camera that NVIDIA's elements do not have.

Sources: GStreamer 1.22, gst/multipart/multipartmux.c (head of a part) and gst-launch-1.0(1);
NVIDIA, "Accelerated GStreamer User Guide", 2024, and the output of ``gst-inspect-1.0
nvarguscamerasrc`` (properties and their ranges); github.com/JetsonHacksNano/CSI-Camera issues 15
and 62 (what the driver prints).

Not modelled: the sensor and the image processor, choice of a sensor mode, the daemon of the driver.
A picture comes when the test delivers it.
"""

import os
import queue
import re
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from donkeycar.errors import DeviceError

# The fifo is opened by the program when the pipeline starts; its end is the end of the stream.
PROGRAM = """#!/bin/sh
printf '%s\\n' "$@" > {folder}/words.new
mv {folder}/words.new {folder}/words
echo "GST_ARGUS: Creating output stream"
if [ -e {folder}/refusal ]; then cat {folder}/refusal; exit 0; fi
trap 'kill $!; exit 0' INT
for word in "$@"; do case $word in fd=*) fd=${{word#fd=}};; esac; done
cat {folder}/fifo > /dev/fd/$fd &
wait $!
echo "ERROR: from element /GstPipeline:pipeline0/GstNvArgusCameraSrc:nvarguscamerasrc0: TIMEOUT"
exit 1
"""
NO_CAMERA = "Error generated. gstnvarguscamerasrc.cpp, execute:521 No cameras available\n"
# Property -> what its value may be.
SOURCE = {
    "sensor-id": r"\d+",
    "wbmode": r"[0-9]",
    "exposuretimerange": r"\d+ \d+",
    "gainrange": r"[\d.]+ [\d.]+",
    "ispdigitalgainrange": r"[\d.]+ [\d.]+",
    "aelock": r"true|false",
    "awblock": r"true|false",
}
# The scaler of a Jetson fails below a sixteenth.
MOST_SCALE = 16
# So that whoever waits for a picture already waits when it comes.
ARRIVAL_S = 0.005
LOOK_S = 0.002
FLUSH_S = 0.5
FLIPS: dict[int, Any] = {
    0: lambda image: image,
    1: np.rot90,
    2: lambda image: image[::-1, ::-1],
    3: lambda image: np.rot90(image, -1),
    4: lambda image: image[:, ::-1],
    5: lambda image: np.rot90(image, -1)[::-1],
    6: lambda image: image[::-1],
    7: lambda image: np.rot90(image)[::-1],
}


class StubGstLaunch:
    """Puts the stand-in before all programs of ``PATH`` while a ``with`` block lasts.

    Attributes:
        given_s: When it gave the last picture, on the monotonic clock.

    Example:
        >>> import shutil
        >>> with StubGstLaunch() as stub:
        ...     shutil.which("gst-launch-1.0") == str(stub.folder / "gst-launch-1.0")
        True
    """

    def __init__(self) -> None:
        self._parts: queue.Queue[bytes | None] = queue.Queue()
        self._ended = threading.Event()
        self.given_s = 0.0
        self._first: NDArray[np.uint8] | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "StubGstLaunch":
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        program = self.folder / "gst-launch-1.0"
        program.write_text(PROGRAM.format(folder=self.folder))
        program.chmod(0o755)
        os.mkfifo(self.folder / "fifo")
        self._path = os.environ["PATH"]
        os.environ["PATH"] = f"{self.folder}:{self._path}"
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        os.environ["PATH"] = self._path
        self._ended.set()
        self._parts.put(None)
        self._thread.join()
        self._temporary.cleanup()

    @property
    def words(self) -> list[str]:
        """The words that the program was started with."""
        return (self.folder / "words").read_text().splitlines()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures that the pipeline gives."""
        return self._caps(self.words)[1]

    def take_camera_away(self) -> None:
        """The driver finds no camera from now on."""
        (self.folder / "refusal").write_text(NO_CAMERA)

    def deliver_first(self, image: NDArray[np.uint8]) -> None:
        """Give this picture as soon as a pipeline has started."""
        self._first = image

    def deliver(self, image: NDArray[np.uint8]) -> None:
        """Give a picture.

        Args:
            image: What the sensor sees, RGB; any size.
        """
        from PIL import Image as Picture

        flip = next(word for word in self.words if word.startswith("flip-method="))
        turned = np.ascontiguousarray(FLIPS[int(flip.partition("=")[2])](image))
        scaled = np.array(Picture.fromarray(turned).resize(self.size))
        self.deliver_bytes(np.dstack([scaled, np.full(scaled.shape[:2], 255, np.uint8)]).tobytes())

    def deliver_bytes(self, data: bytes) -> None:
        """Give a buffer of any length."""
        head = f"--frame\r\nContent-Type: video/x-raw\r\nContent-Length: {len(data)}\r\n\r\n"
        self._parts.put(head.encode() + data + b"\r\n")

    def flush(self) -> None:
        """Wait until every picture has been given, or nobody takes one."""
        end_s = time.monotonic() + FLUSH_S
        while self._parts.unfinished_tasks and time.monotonic() < end_s:
            time.sleep(0.001)

    def fail(self) -> None:
        """End the pipeline with an error."""
        self._parts.put(None)

    def _serve(self) -> None:
        pipe = self._reached()
        if pipe is None:
            return
        with suppress(OSError), open(pipe, "wb", buffering=0) as file:
            self._check(self.words)
            if self._first is not None:
                self.deliver(self._first)
            self._send(file)

    def _reached(self) -> int | None:
        """The pipe to the program, once it reads; ``None`` at the end."""
        while not self._ended.wait(LOOK_S):
            with suppress(OSError):  # ENXIO: nobody reads yet
                pipe = os.open(self.folder / "fifo", os.O_WRONLY | os.O_NONBLOCK)
                os.set_blocking(pipe, True)
                return pipe
        return None

    def _send(self, file: BinaryIO) -> None:
        while (part := self._parts.get()) is not None:
            time.sleep(ARRIVAL_S)
            self.given_s = time.monotonic()
            file.write(part)
            self._parts.task_done()
        self._parts.task_done()

    def _check(self, words: list[str]) -> None:
        """Refuse what the real elements would refuse."""
        start = words.index("nvarguscamerasrc") + 1
        for word in words[start : words.index("!")]:
            name, _, value = word.partition("=")
            if name not in SOURCE or not re.fullmatch(SOURCE[name], value):
                raise DeviceError(f"nvarguscamerasrc must know a property. Received: {word}")
        sensor, given = self._caps(words)
        if max(sensor) > MOST_SCALE * max(given):
            raise DeviceError(f"nvvidconv must not scale {sensor} to {given}")

    @staticmethod
    def _caps(words: list[str]) -> tuple[tuple[int, int], ...]:
        """Sizes of the sensor and of what the pipeline gives."""
        found = [re.search(r"width=(\d+),height=(\d+)", word) for word in words]
        return tuple((int(size[1]), int(size[2])) for size in found if size)
