"""The structures and numbers of Video4Linux are those of the kernel's header."""

import ctypes

import pytest

from donkeycar.parts.camera import v4l2_abi as abi

# What a C compiler says of linux/videodev2.h (Linux 6.1, x86-64; the same on aarch64).
SIZES = {
    abi.Capability: 104, abi.FormatDescription: 64, abi.FrameSize: 44, abi.Format: 208,
    abi.StreamParameters: 204, abi.RequestBuffers: 20, abi.Buffer: 88, abi.Control: 8,
    abi.ControlRange: 68,
}  # fmt: skip
OFFSETS = {
    abi.Capability: {"card": 16, "capabilities": 84, "device_caps": 88},
    abi.FormatDescription: {"flags": 8, "pixelformat": 44},
    abi.FrameSize: {"sizes": 12},
    abi.Format: {"width": 8, "bytesperline": 24, "sizeimage": 28, "quantization": 48},
    abi.StreamParameters: {"capability": 4, "numerator": 12},
    abi.Buffer: {
        "bytesused": 8, "flags": 12, "seconds": 24, "sequence": 56, "memory": 60, "offset": 64,
        "length": 72,
    },
    abi.ControlRange: {"minimum": 40, "flags": 56},
}  # fmt: skip
REQUESTS = {
    "QUERYCAP": 0x80685600, "ENUM_FMT": 0xC0405602, "ENUM_FRAMESIZES": 0xC02C564A,
    "S_FMT": 0xC0D05605, "S_PARM": 0xC0CC5616, "REQBUFS": 0xC0145608, "QUERYBUF": 0xC0585609,
    "QBUF": 0xC058560F, "DQBUF": 0xC0585611, "STREAMON": 0x40045612, "STREAMOFF": 0x40045613,
    "S_CTRL": 0xC008561C, "QUERYCTRL": 0xC0445624,
}  # fmt: skip


@pytest.mark.parametrize("structure", SIZES, ids=lambda structure: structure.__name__)
def test_a_structure_has_the_size_and_the_offsets_of_the_kernel(structure):
    assert ctypes.sizeof(structure) == SIZES[structure]
    for field, offset in OFFSETS.get(structure, {}).items():
        assert getattr(structure, field).offset == offset, field


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_has_the_number_of_the_kernel(name):
    assert getattr(abi, name) == REQUESTS[name]
