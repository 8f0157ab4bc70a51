"""What Linux and a program that reads a camera agree on: structures and numbers of Video4Linux.

They never change: a kernel keeps them for programs that were compiled long ago. Written here rather
than taken from a library, because each of the three that exist costs a car more than it gives (see
docs/cameras.md).

Source: Linux, include/uapi/linux/videodev2.h and v4l2-controls.h, on a 64-bit computer, of which
only what donkeycar uses is here. tests/parts/camera/test_v4l2_abi.py holds the sizes against those
that a C compiler gives.
"""

import ctypes
from ctypes import c_char, c_int32, c_int64, c_uint8, c_uint32

CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
MMAP = 1  # V4L2_MEMORY_MMAP

CAN_CAPTURE, CAN_STREAM, HAS_DEVICE_CAPS = 0x1, 0x04000000, 0x80000000

SIZE_DISCRETE = 1  # V4L2_FRMSIZE_TYPE_DISCRETE; others give a range
FULL_RANGE = 1  # V4L2_QUANTIZATION_FULL_RANGE
COLORSPACE_JPEG = 7  # V4L2_COLORSPACE_JPEG: of the full range unless the driver says otherwise

BUFFER_ERROR = 0x40
STAMP_MASK, STAMP_MONOTONIC = 0xE000, 0x2000
STAMP_SOURCE_MASK, STAMP_AT_START = 0x70000, 0x10000

EXPOSURE_AUTO, EXPOSURE_ABSOLUTE, EXPOSURE_AUTO_PRIORITY = 0x9A0901, 0x9A0902, 0x9A0903
EXPOSURE_MANUAL = 1
WHITE_BALANCE_AUTO, WHITE_BALANCE_TEMPERATURE = 0x98090C, 0x98091A
AUTOGAIN, GAIN = 0x980912, 0x980913
CONTROL_DISABLED = 0x1


class Capability(ctypes.Structure):
    """``v4l2_capability``: who answers, and what it can do."""

    _fields_ = [
        ("driver", c_char * 16),
        ("card", c_char * 32),
        ("bus_info", c_char * 32),
        ("version", c_uint32),
        ("capabilities", c_uint32),
        ("device_caps", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class FormatDescription(ctypes.Structure):
    """``v4l2_fmtdesc``: a format that the camera has."""

    _fields_ = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("description", c_char * 32),
        ("pixelformat", c_uint32),
        ("mbus_code", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class FrameSize(ctypes.Structure):
    """``v4l2_frmsizeenum``: a size that the camera has, or a range of them.

    A discrete one is in the first two numbers of `sizes`: width and height. A range has smallest,
    largest and step, first of the width and then of the height.
    """

    _fields_ = [
        ("index", c_uint32),
        ("pixel_format", c_uint32),
        ("type", c_uint32),
        ("sizes", c_uint32 * 6),
        ("reserved", c_uint32 * 2),
    ]


class Format(ctypes.Structure):
    """``v4l2_format`` with ``v4l2_pix_format``: what a picture looks like in memory."""

    _fields_ = [
        ("type", c_uint32),
        ("_align", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("pixelformat", c_uint32),
        ("field", c_uint32),
        ("bytesperline", c_uint32),
        ("sizeimage", c_uint32),
        ("colorspace", c_uint32),
        ("priv", c_uint32),
        ("flags", c_uint32),
        ("ycbcr_enc", c_uint32),
        ("quantization", c_uint32),
        ("xfer_func", c_uint32),
        ("_rest", c_uint8 * 152),
    ]

    @property
    def is_full_range(self) -> bool:
        """Whether its values are 0 to 255 (``V4L2_MAP_QUANTIZATION_DEFAULT`` of the header)."""
        if self.quantization:
            return bool(self.quantization == FULL_RANGE)
        return bool(self.colorspace == COLORSPACE_JPEG)


class StreamParameters(ctypes.Structure):
    """``v4l2_streamparm`` with ``v4l2_captureparm``: the time from frame to frame, a fraction."""

    _fields_ = [
        ("type", c_uint32),
        ("capability", c_uint32),
        ("capturemode", c_uint32),
        ("numerator", c_uint32),
        ("denominator", c_uint32),
        ("extendedmode", c_uint32),
        ("readbuffers", c_uint32),
        ("_rest", c_uint8 * 176),
    ]


class RequestBuffers(ctypes.Structure):
    """``v4l2_requestbuffers``."""

    _fields_ = [
        ("count", c_uint32),
        ("type", c_uint32),
        ("memory", c_uint32),
        ("capabilities", c_uint32),
        ("flags", c_uint8),
        ("reserved", c_uint8 * 3),
    ]


class Buffer(ctypes.Structure):
    """``v4l2_buffer``: one of the buffers that camera and program hand to each other."""

    _fields_ = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("bytesused", c_uint32),
        ("flags", c_uint32),
        ("field", c_uint32),
        ("seconds", c_int64),
        ("microseconds", c_int64),
        ("_timecode", c_uint8 * 16),
        ("sequence", c_uint32),
        ("memory", c_uint32),
        ("offset", c_uint32),
        ("_union", c_uint32),
        ("length", c_uint32),
        ("reserved2", c_uint32),
        ("request_fd", c_uint32),
    ]


class Control(ctypes.Structure):
    """``v4l2_control``: a knob of the camera, and where it is to stand."""

    _fields_ = [("id", c_uint32), ("value", c_int32)]


class ControlRange(ctypes.Structure):
    """``v4l2_queryctrl``: what a knob of the camera allows."""

    _fields_ = [
        ("id", c_uint32),
        ("type", c_uint32),
        ("name", c_char * 32),
        ("minimum", c_int32),
        ("maximum", c_int32),
        ("step", c_int32),
        ("default_value", c_int32),
        ("flags", c_uint32),
        ("reserved", c_uint32 * 2),
    ]


class Kind(ctypes.Structure):
    """The number that starts and stops a stream."""

    _fields_ = [("type", c_int32)]


_READ, _WRITE = 2, 1


def _request(direction: int, number: int, argument: type[ctypes.Structure]) -> int:
    """The number of a request, with the size of its argument in it (``_IOC`` of Linux)."""
    return direction << 30 | ctypes.sizeof(argument) << 16 | ord("V") << 8 | number


QUERYCAP = _request(_READ, 0, Capability)
ENUM_FMT = _request(_READ | _WRITE, 2, FormatDescription)
S_FMT = _request(_READ | _WRITE, 5, Format)
REQBUFS = _request(_READ | _WRITE, 8, RequestBuffers)
QUERYBUF = _request(_READ | _WRITE, 9, Buffer)
QBUF = _request(_READ | _WRITE, 15, Buffer)
DQBUF = _request(_READ | _WRITE, 17, Buffer)
STREAMON = _request(_WRITE, 18, Kind)
STREAMOFF = _request(_WRITE, 19, Kind)
S_PARM = _request(_READ | _WRITE, 22, StreamParameters)
S_CTRL = _request(_READ | _WRITE, 28, Control)
QUERYCTRL = _request(_READ | _WRITE, 36, ControlRange)
ENUM_FRAMESIZES = _request(_READ | _WRITE, 74, FrameSize)


def fourcc(word: str) -> int:
    """The number of a format.

    Example:
        >>> hex(fourcc("MJPG")), word(fourcc("YUYV"))
        ('0x47504a4d', 'YUYV')
    """
    return int.from_bytes(word.encode("ascii"), "little")


def word(number: int) -> str:
    """The four letters of a format's number."""
    return number.to_bytes(4, "little").decode("ascii", "replace").strip()
