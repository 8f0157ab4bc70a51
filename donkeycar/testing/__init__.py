"""Fakes and emulators for tests: a clock, hardware, and a vehicle to try a part in.

They are public, so that owners can test their own parts with them. Each is loaded when it is first
used.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.testing.clock import FakeClock
    from donkeycar.testing.depthai import StubDepthAI
    from donkeycar.testing.fake_i2c import FakeI2C
    from donkeycar.testing.gpio_header import GpioHeader
    from donkeycar.testing.gst_launch import StubGstLaunch
    from donkeycar.testing.i2c_adapter import I2CAdapter
    from donkeycar.testing.part import check_part
    from donkeycar.testing.pca9685_chip import PCA9685Chip
    from donkeycar.testing.picamera2 import StubPicamera2
    from donkeycar.testing.pwm_tree import PwmTree
    from donkeycar.testing.realsense import StubRealSense
    from donkeycar.testing.robohat_board import RoboHATBoard
    from donkeycar.testing.serial_device import SerialDevice
    from donkeycar.testing.vesc_board import VESCBoard
    from donkeycar.testing.video_kernel import VideoCamera, VideoKernel

__all__ = [
    "FakeClock",
    "FakeI2C",
    "GpioHeader",
    "I2CAdapter",
    "PCA9685Chip",
    "PwmTree",
    "RoboHATBoard",
    "SerialDevice",
    "StubDepthAI",
    "StubGstLaunch",
    "StubPicamera2",
    "StubRealSense",
    "VESCBoard",
    "VideoCamera",
    "VideoKernel",
    "check_part",
]

_HOMES = {
    "FakeClock": "clock",
    "FakeI2C": "fake_i2c",
    "GpioHeader": "gpio_header",
    "I2CAdapter": "i2c_adapter",
    "PCA9685Chip": "pca9685_chip",
    "PwmTree": "pwm_tree",
    "RoboHATBoard": "robohat_board",
    "SerialDevice": "serial_device",
    "StubDepthAI": "depthai",
    "StubGstLaunch": "gst_launch",
    "StubPicamera2": "picamera2",
    "StubRealSense": "realsense",
    "VESCBoard": "vesc_board",
    "VideoCamera": "video_kernel",
    "VideoKernel": "video_kernel",
    "check_part": "part",
}

__getattr__ = names_of(__name__, _HOMES)
