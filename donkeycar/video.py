"""Writes frames as an MP4 video that every browser plays; PyAV contains the codec."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from donkeycar.commands import install_extra
from donkeycar.errors import DeviceError

if TYPE_CHECKING:
    import numpy as np

# 0 is lossless, 51 worst; at 20, letters and camera frames stay clear.
QUALITY = 20
# 2.5 times faster than x264's default, with files that are not larger: measured on camera frames.
PRESET = "veryfast"
# Threads that share a small picture wait for each other: on a busy computer four times longer.
SMALL_PX = 320 * 240


class VideoFile:
    """A video that is written frame by frame, as H.264 in an MP4.

    Args:
        path: The file, ``.mp4``.
        rate_hz: Frames a second, more than 0. Frame n is shown at n / `rate_hz`, exactly.
        every_key: A frame in so many can be decoded without those before it; 0 leaves it to the
            encoder, which makes the smallest file. With a number, frames are stored in the order
            in which they are shown.
        extra: Extra of donkeycar that brings PyAV.

    Attributes:
        num_frames: Frames that were written.
        num_bytes: Size of those that the encoder has let go of; it keeps a few.

    Raises:
        DeviceError: If PyAV is not installed, or cannot write the file.
    """

    def __init__(
        self, path: Path, *, rate_hz: float, every_key: int = 0, extra: str = "train"
    ) -> None:
        try:
            import av
        except ImportError as error:
            raise DeviceError(f"MP4 needs PyAV: {install_extra(extra)} ({error})") from error
        self.num_frames = 0
        self.num_bytes = 0
        self._path = path
        self._av = av
        self._is_broken = False
        try:
            self._file = av.open(str(path), "w", options={"movflags": "+faststart"})
        except av.FFmpegError as error:
            raise self._refused(error) from error
        self._stream = self._file.add_stream(
            "libx264", rate=Fraction(rate_hz).limit_denominator(1000)
        )
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": str(QUALITY), "preset": PRESET}
        if every_key:
            self._stream.options |= {"g": str(every_key), "bf": "0", "sc_threshold": "0"}

    def add(self, frame: "np.ndarray[Any, Any]", *, key: bool = False) -> None:
        """Write a frame.

        Args:
            frame: ``uint8`` RGB, ``(height, width, 3)``, of the size of the first, with even sides.
            key: Whether this frame can be decoded without those before it.

        Raises:
            DeviceError: If PyAV cannot write it.
        """
        if not self.num_frames:
            self._stream.height, self._stream.width = frame.shape[:2]
            if frame.shape[0] * frame.shape[1] <= SMALL_PX:
                self._stream.codec_context.thread_count = 1
        picture = self._av.VideoFrame.from_ndarray(frame, format="rgb24")
        if key:
            picture.pict_type = self._av.video.frame.PictureType.I
        try:
            packets = self._stream.encode(picture)
            self._file.mux(packets)
        except self._av.FFmpegError as error:
            raise self._refused(error) from error
        self.num_frames += 1
        self.num_bytes += sum(packet.size for packet in packets)

    def close(self) -> None:
        """Write the end of the file.

        Raises:
            DeviceError: If PyAV cannot write it.
        """
        if self._is_broken:
            return  # its end cannot be written: FFmpeg would end the program without a beginning
        try:
            if self.num_frames:
                self._file.mux(self._stream.encode())
            self._file.close()
        except self._av.FFmpegError as error:
            raise self._refused(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _refused(self, error: Exception) -> DeviceError:
        self._is_broken = True
        return DeviceError(f"The video cannot be written to {self._path}: {error}")


def write_video(
    path: Path,
    frames: "Iterable[np.ndarray[Any, Any]]",
    *,
    rate_hz: float,
    extra: str = "train",
) -> int:
    """Write frames as H.264 in an MP4.

    Args:
        path: The file, ``.mp4``.
        frames: ``uint8`` RGB, ``(height, width, 3)`` each, all of one size with even sides.
        rate_hz: Frames a second, more than 0.
        extra: Extra of donkeycar that brings PyAV.

    Returns:
        How many frames were written.

    Raises:
        DeviceError: If PyAV is not installed, or cannot write the file.
    """
    with VideoFile(path, rate_hz=rate_hz, extra=extra) as video:
        for frame in frames:
            video.add(frame)
        return video.num_frames
