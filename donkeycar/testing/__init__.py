"""Stand-ins for what a test cannot have: time, hardware, and a vehicle to try a part in.

Public, so that owners can test their own parts with them.
"""

from donkeycar.testing.clock import FakeClock
from donkeycar.testing.fake_i2c import FakeI2C
from donkeycar.testing.part import check_part
from donkeycar.testing.pca9685_chip import PCA9685Chip
from donkeycar.testing.picamera2 import StubPicamera2

__all__ = ["FakeClock", "FakeI2C", "PCA9685Chip", "StubPicamera2", "check_part"]
