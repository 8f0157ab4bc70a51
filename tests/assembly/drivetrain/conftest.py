"""The emulated hardware of the drivetrains' own tests."""

from tests.parts.drivetrain.conftest import hardware, slow_line

__all__ = ["hardware", "slow_line"]
