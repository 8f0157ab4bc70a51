"""Adds the recorder, according to the settings of a car."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from donkeycar.assembly.channels import RECORDED
from donkeycar.assembly.recipe import written
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.timing import wall_time
from donkeycar.vehicle import Vehicle


def add_recorder(
    car: Vehicle,
    cfg: Config,
    meta: Sequence[tuple[str, Any]] = (),
    *,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Add the recorder: a record for each new frame while recording is on.

    Args:
        car: The vehicle; it already contains the parts whose channels are recorded.
        cfg: The settings.
        meta: Pairs of name and value that are kept with the tub.
        columns: Channels of your own parts, and the type of each: see ``docs/parts.md``.

    Channels:
        Records frame, driver and mode; when the frame was exposed, and how old the frame of the
        newest order was when that went to the wheels; also the behavior and the place that a driver
        chose, and the values of an IMU, if a part before it writes them. Writes
        ``tub/num_records``, the number of records safely on disk, ``tub/status``, and why nothing
        is recorded although recording is on (``tub/reason``), and how many records an undo of the
        last erasing would restore (``tub/undoable``).

    Raises:
        ConfigError: If no part before it writes one of `columns`, if `columns` is not a mapping, or
            if it gives frame, steering, throttle or mode another type.
        TubError: If a type in `columns` is unknown.
    """
    from donkeycar.parts.eraser import Eraser
    from donkeycar.parts.recorder import TubRecorder
    from donkeycar.parts.recording_rule import RecordingRule

    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    if cfg.RECORD_DURING_AI and car.writes("pilot/angle"):
        inputs += ["pilot/angle", "pilot/throttle"]
        types += ["float", "float"]
    if car.writes("cam/exposed_s"):
        inputs.append("cam/exposed_s")
        types.append("float")
    # Written by add_drivetrain, which comes last: the newest value is that of the order before.
    car.mem["drivetrain/age_s"] = None
    inputs.append("drivetrain/age_s")
    types.append("float")
    fixed = dict(zip(inputs, types, strict=True))
    for channel, type_name in RECORDED.items():
        if written(car, channel, reader="add_recorder")[0]:
            inputs.append(channel)
            types.append(type_name)
    for channel, type_name in _checked(columns).items():
        if not car.writes(channel):
            raise ConfigError(
                "`columns` of add_recorder must be channels that a part before it writes. "
                f"Received: {channel!r}. Move the line of the part that writes it up, before "
                "add_recorder, or mend the name"
            )
        if fixed.get(channel, type_name) != type_name:
            raise ConfigError(
                f"`columns` of add_recorder must leave {channel} the type {fixed[channel]!r}: "
                f"training reads it. Received: {type_name!r}. Leave it out: it is recorded anyway"
            )
        if channel in inputs:
            types[inputs.index(channel)] = type_name
        else:
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
        wall_s=wall_time(car.clock),
    )
    car.add(recorder, inputs=["tub/take", *inputs], outputs=["tub/num_records", "tub/status"])
    eraser = Eraser(recorder, num_records=cfg.JOYSTICK_ERASE_RECORDS)
    car.add(eraser, inputs=["user/actions"], outputs=["tub/undoable"])
    if cfg.SHOW_FPS:
        from donkeycar.parts.rate_log import RateLog

        log = RateLog(interval_s=cfg.FPS_DEBUG_INTERVAL, clock=car.clock)
        car.add(log, inputs=["loop/rate_hz", "loop/late_ticks"], optional=True)


def _checked(columns: Mapping[str, str] | None) -> Mapping[str, str]:
    if columns is not None and not isinstance(columns, Mapping):
        raise ConfigError(
            "`columns` of add_recorder must be a dict of channels and their types, e.g. "
            f"{{'wheel/speed_m_s': 'float'}}. Received: {columns!r}"
        )
    return columns or {}


def new_tub_path(folder: Path) -> Path:
    """A folder for a new tub, see `donkeycar.tub.format`; imported late because it needs numpy."""
    from donkeycar.tub import format as tub_format

    return tub_format.new_tub_path(folder)
