"""Table of all channels of a car: the content of each, and the lines that write and read it.

`docs/parts.md` shows this table. A test builds cars and compares.
"""

from collections.abc import Sequence
from pathlib import Path

from donkeycar.assembly.camera import CAMERAS
from donkeycar.assembly.channel import Channel
from donkeycar.assembly.sensors import SENSORS
from donkeycar.assembly.stereo import STEREO_CHANNELS

# The writer of channels that no part of donkeycar writes yet.
OWN = ("your own part",)

CHANNELS: dict[str, Channel] = {
    "cam/image_array": Channel(
        "uint8 array (height, width, 3), RGB", "the newest frame",
        ["add_camera"], ["add_pilot", "add_console", "add_recorder", "add_drivetrain"],
    ),
    "cam/exposed_s": Channel(
        "seconds on car.clock", "when that frame was exposed",
        ["add_camera"],
        ["add_camera", "add_pilot", "add_console", "add_drive_mode", "add_recorder",
         "add_drivetrain"],
    ),
    "cam/sequence": Channel(
        "int, grows by 1 a frame", "number of that frame",
        ["add_camera"], ["add_camera", "add_console", "add_recorder"],
    ),
    "cam/age_s": Channel(
        "seconds", "how old frames are when the car gets them", ["add_camera"], ["add_console"],
    ),
    **{name: row for camera in CAMERAS.values() for name, row in camera.channels.items()},
    **STEREO_CHANNELS,
    "gamepad/offer": Channel(
        "Offer", "what a gamepad would do if it drove", ["add_controllers"], ["add_driver"],
    ),
    "rc/offer": Channel(
        "Offer", "what a remote control would do if it drove", ["add_controllers"], ["add_driver"],
    ),
    "user/angle": Channel(
        "float, -1 left to +1 right", "steering that the driver wants",
        ["add_driver"], ["add_drive_mode", "add_recorder"],
    ),
    "user/throttle": Channel(
        "float, -1 reverse to +1 forward", "throttle that the driver wants",
        ["add_driver"], ["add_drive_mode", "add_recorder"],
    ),
    "user/mode": Channel(
        "'user', 'local_angle' or 'local'", "who steers and who gives throttle",
        ["add_driver"], ["add_pilot", "add_drive_mode", "add_recorder", "add_drivetrain"],
    ),
    "user/expires_s": Channel(
        "seconds on car.clock", "until when the driver's order holds; 0.0 if nobody may drive",
        ["add_driver"], ["add_drive_mode"],
    ),
    "user/max_throttle": Channel(
        "float, 0 to 1", "the driver's limit for throttle",
        ["add_driver"], ["add_controllers", "add_drive_mode"],
    ),
    "user/source": Channel(
        "'web', 'gamepad', 'rc' or 'none'", "which kind of driver holds the wheel", ["add_driver"],
    ),
    "user/actions": Channel(
        "tuple of 'erase', 'erase_seconds', 'undo_erase', 'to_start', 'pilot:NAME', 'ai_launch'",
        "buttons pressed for other parts, for one tick",
        ["add_driver"], ["add_pilot", "add_recorder", "add_drivetrain"],
    ),
    "recording": Channel(
        "bool", "whether the driver wants to record", ["add_driver"], ["add_recorder"],
    ),
    "stop/reason": Channel(
        "str", "why the car does not drive; '' if it does",
        ["add_driver"], ["add_controllers", "add_recorder", "add_drivetrain"],
    ),
    **{
        f"web/w{number}": Channel(
            "bool", f"programmable button {number}, true for one tick",
            ["add_driver"], ["add_choices"],
        )
        for number in range(1, 6)
    },
    "behavior/state": Channel(
        "int", "number of the behavior that the driver chose", ["add_choices"], ["add_recorder"],
        tub_type="int",
    ),
    "behavior/label": Channel(
        "str", "its name in BEHAVIOR_LIST", ["add_choices"], ["add_recorder"], tub_type="str",
    ),
    "behavior/one_hot_state_array": Channel(
        "list of float", "1.0 at that number, 0.0 elsewhere",
        ["add_choices"], ["add_pilot", "add_recorder"], tub_type="vector",
    ),
    "localizer/location": Channel(
        "int", "number of the place that the driver chose", ["add_choices"], ["add_recorder"],
        tub_type="int",
    ),
    "localizer/label": Channel("str", "name of that place", ["add_choices"]),
    "location/one_hot_state_array": Channel(
        "list of float", "1.0 at that number, 0.0 elsewhere", ["add_choices"],
    ),
    "imu/quat": Channel(
        "4 numbers", "orientation: i, j, k and real part of a quaternion", OWN, ["add_recorder"],
        tub_type="vector",
    ),
    "pilot/angle": Channel(
        "float, -1 left to +1 right", "steering that the pilot wants",
        ["add_pilot"], ["add_console", "add_drive_mode", "add_recorder"],
    ),
    "pilot/throttle": Channel(
        "float, -1 reverse to +1 forward", "throttle that the pilot wants",
        ["add_pilot"], ["add_pilot", "add_console", "add_drive_mode", "add_recorder"],
    ),
    "pilot/expires_s": Channel(
        "seconds on car.clock", "until when the pilot's order holds",
        ["add_pilot", "add_drive_mode"], ["add_drive_mode"],
    ),
    "pilot/exposed_s": Channel(
        "seconds on car.clock", "when the frame of that order was exposed",
        ["add_pilot"], ["add_drivetrain"],
    ),
    "pilot/reason": Channel(
        "str", "why the pilot's orders come too late; '' if they do not",
        ["add_pilot", "add_drive_mode"], ["add_drivetrain"],
    ),
    "pilot/loading": Channel(
        "str", "why the pilot cannot be chosen yet; '' once it is there",
        ["add_pilot"], ["add_driver"],
    ),
    "pilot/name": Channel(
        "str", "name of the pilot that is there", ["add_pilot"], ["add_console"],
    ),
    "pilot/choice_note": Channel(
        "str", "what happens to the pilot that the driver chose; '' if nothing",
        ["add_pilot"], ["add_console"],
    ),
    "pilot/choices": Channel(
        "tuple of Choice", "the pilots that the driver can choose", ["add_pilot"], ["add_console"],
    ),
    "pilot/loc": Channel(
        "int", "place where a localizer pilot believes the car to be", ["add_pilot"]
    ),
    "pilot/novelty": Channel(
        "float, up to 1 is usual", "how unlike its training frames the frame is",
        ["add_pilot"], ["add_pilot"],
    ),
    "pilot/disagreement": Channel(
        "float, up to 1 is usual", "how far the pilots of an ensemble disagree",
        ["add_pilot"], ["add_pilot"],
    ),
    "pilot/strangeness": Channel(
        "float, up to 1 is usual", "old name of `pilot/novelty`", ["add_pilot"],
    ),
    "pilot/doubt": Channel(
        "float, up to 1 is usual", "old name of `pilot/disagreement`", ["add_pilot"],
    ),
    "angle": Channel(
        "float, -1 left to +1 right", "steering that is sent to the wheels",
        ["add_drive_mode"], ["add_console"],
    ),
    "throttle": Channel(
        "float, -1 reverse to +1 forward", "throttle that is sent to the motor",
        ["add_drive_mode"], ["add_console"],
    ),
    "command": Channel(
        "Command", "both, who gave the order, and until when it holds",
        ["add_drive_mode"], ["add_drive_mode", "add_drivetrain"],
    ),
    "drivetrain/state": Channel(
        "'boot', 'safe', 'run' or 'off'", "what the guardian of the motor does",
        ["add_drivetrain"], ["add_console", "add_drivetrain"],
    ),
    "drivetrain/reason": Channel(
        "str", "why it lets no order through; '' if it does",
        ["add_drivetrain"], ["add_console", "add_drivetrain"],
    ),
    "drivetrain/age_s": Channel(
        "seconds",
        "how old the frame behind the newest order was when that was sent (camera to wheel)",
        ["add_drivetrain"], ["add_recorder"],
    ),
    **{
        f"drivetrain/age_p{percent}_s": Channel(
            "seconds", f"{percent} % of these ages in the last half minute were at most this",
            ["add_drivetrain"], ["add_console"],
        )
        for percent in (50, 99)
    },
    **{name: row for sensor in SENSORS.values() for name, row in sensor.channels.items()},
    "tub/take": Channel(
        "bool", "whether this tick is recorded", ["add_recorder"], ["add_recorder"],
    ),
    "tub/num_records": Channel(
        "int", "records that are safely on disk", ["add_recorder"], ["add_console"],
    ),
    "tub/status": Channel(
        "str", "what the recorder has to say; '' if all is well",
        ["add_recorder"], ["add_console"],
    ),
    "tub/reason": Channel(
        "str", "why nothing is recorded though recording is on; '' if it is",
        ["add_recorder"], ["add_console"],
    ),
    "tub/undoable": Channel(
        "int", "records that an undo of the last erasing would restore",
        ["add_recorder"], ["add_console"],
    ),
    "motion/speed_m_s": Channel(
        "float, negative in reverse", "how fast the car drives", ["add_drivetrain"],
        ["add_console"],
    ),
    "lap/time_s": Channel(
        "seconds", "the present lap so far; None before the first", ["add_drivetrain"],
        ["add_console"],
    ),
    "lap/best_s": Channel("seconds", "the best lap", ["add_drivetrain"], ["add_console"]),
    "lap/count": Channel("int", "completed laps", ["add_drivetrain"], ["add_console"]),
    "map/track": Channel(
        "pairs of x and y in metres", "the centre line of the track, closed",
        ["add_drivetrain"], ["add_console"],
    ),
    "map/place": Channel(
        "x and y in metres, heading in radians", "where the car is, and where it looks",
        ["add_drivetrain"], ["add_console"],
    ),
    "map/put_backs": Channel(
        "int", "how often a stuck car was put back onto the lane",
        ["add_drivetrain"], ["add_console"],
    ),
    "loop/rate_hz": Channel(
        "float", "measured rate of the loop, once a second",
        ["Vehicle"], ["add_driver", "add_console", "add_recorder"],
    ),
    "loop/late_ticks": Channel(
        "int", "ticks that were late since the start", ["Vehicle"], ["add_console", "add_recorder"],
    ),
    "car/faults": Channel(
        "tuple of str", "a sentence for each optional part that failed", ["Vehicle"],
    ),
}  # fmt: skip

# Channels that are recorded when a part of the car writes them, and their types in a tub.
RECORDED = {name: row.tub_type for name, row in CHANNELS.items() if row.tub_type}


def markdown() -> str:
    """The table, as in ``docs/parts.md``."""
    lines = ["| channel | holds | meaning | written by | read by |", "|---|---|---|---|---|"]
    lines += [
        f"| `{name}` | {row.holds} | {row.meaning} "
        f"| {_names(row.writers)} | {_names(row.readers)} |"
        for name, row in CHANNELS.items()
    ]
    return "\n".join(lines)


def _names(names: Sequence[str]) -> str:
    return ", ".join(name if " " in name else f"`{name}`" for name in names)


def write_page() -> None:
    """Replace the table in ``docs/parts.md``."""
    page = Path(__file__).parents[2] / "docs" / "parts.md"
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition("<!-- channels -->\n")
    after = rest[rest.index("<!-- end of channels -->") :]
    page.write_text(f"{before}{begin}{markdown()}\n{after}", encoding="utf-8")
