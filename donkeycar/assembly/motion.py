"""Channels of a motion sensor, under the names of donkeycar 5.3 and under those of 5.4."""

from donkeycar.assembly.channel import Channel

_MEANING = {
    "acl": "acceleration along the {axis} axis of the sensor, in its unit",
    "gyr": "rate of turn about the {axis} axis of the sensor, in its unit",
}
_WRITERS = ("add_camera", "your own part")
_READERS = ("add_pilot", "add_recorder")

# In the order in which a part writes them.
MOTION_CHANNELS = {
    **{
        f"imu/{kind}_{axis}": Channel(
            "float", meaning.format(axis=axis), _WRITERS, _READERS, tub_type="float"
        )
        for kind, meaning in _MEANING.items()
        for axis in "xyz"
    },
    "imu/accel": Channel(
        "3 numbers", "acceleration along x, y and z, as donkeycar 5.4 has it", _WRITERS, _READERS,
        tub_type="vector",
    ),
    "imu/gyro": Channel(
        "3 numbers", "rate of turn about x, y and z, as donkeycar 5.4 has it", _WRITERS, _READERS,
        tub_type="vector",
    ),
}  # fmt: skip
