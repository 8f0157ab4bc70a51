"""What the car remembers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from donkeycar.assembly.recipe import written
from donkeycar.config import Config
from donkeycar.vehicle import Vehicle

# Channels that are recorded when a part of the car writes them, and their types in a tub.
MORE_COLUMNS = {
    "behavior/state": "int", "behavior/label": "str", "behavior/one_hot_state_array": "vector",
    "localizer/location": "int",
    "imu/acl_x": "float", "imu/acl_y": "float", "imu/acl_z": "float",
    "imu/gyr_x": "float", "imu/gyr_y": "float", "imu/gyr_z": "float",
}  # fmt: skip


def add_recorder(car: Vehicle, cfg: Config, meta: Sequence[tuple[str, Any]] = ()) -> None:
    """Add the recorder: a record for each new frame while recording is on.

    Channels:
        Records frame, driver and mode; the behavior and the place that a driver chose, and what
        an IMU feels, if a part before it writes them. Writes ``tub/num_records``, which counts
        what is safely on disk, ``tub/status``, and why nothing is recorded though recording is on
        (``tub/reason``).
    """
    from donkeycar.parts.eraser import Eraser
    from donkeycar.parts.recorder import TubRecorder
    from donkeycar.parts.recording_rule import RecordingRule

    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    if cfg.RECORD_DURING_AI and car.writes("pilot/angle"):
        inputs += ["pilot/angle", "pilot/throttle"]
        types += ["float", "float"]
    for channel, type_name in MORE_COLUMNS.items():
        if written(car, channel, reader="add_recorder")[0]:
            inputs.append(channel)
            types.append(type_name)
    car.add(
        RecordingRule(during_ai=cfg.RECORD_DURING_AI),
        inputs=["recording", "user/mode", "cam/sequence", "stop/reason"],
        outputs=["tub/take", "tub/reason"],
    )
    recorder = TubRecorder(
        new_tub_path(Path(cfg.DATA_PATH)) if cfg.AUTO_CREATE_NEW_TUB else cfg.DATA_PATH,
        inputs=inputs,
        types=types,
        switched=True,
        metadata=dict(meta),
    )
    car.add(recorder, inputs=["tub/take", *inputs], outputs=["tub/num_records", "tub/status"])
    eraser = Eraser(recorder.erase_last, num_records=cfg.JOYSTICK_ERASE_RECORDS)
    car.add(eraser, inputs=["user/actions"])
    if cfg.SHOW_FPS:
        from donkeycar.parts.rate_log import RateLog

        log = RateLog(interval_s=cfg.FPS_DEBUG_INTERVAL, clock=car.clock)
        car.add(log, inputs=["loop/rate_hz", "loop/late_ticks"], optional=True)


def new_tub_path(folder: Path) -> Path:
    """A folder for a new tub, see `donkeycar.tub.format`; loaded late, for it needs numpy."""
    from donkeycar.tub import format as tub_format

    return tub_format.new_tub_path(folder)
